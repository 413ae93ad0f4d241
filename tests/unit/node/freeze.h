/* Closing, and asking of editions, in one line. */
#ifndef TESTS_UNIT_NODE_FREEZE_H
#define TESTS_UNIT_NODE_FREEZE_H

#include "unit/node/rig.h"
#include "wire/edition.h"

#define RANK(name) TONGHOP__EDITION_RANK__EDITION_RANK_##name

/* What is left 0 or NULL means: actual, the sender's own unit, complete, no reason. */
struct freezing {
    uint32_t kind;
    const char *period, *unit;
    Tonghop__EditionRank rank;
    bool incomplete, check_only;
    const char *reason;
};

#define FREEZE(...) (&(const struct freezing){__VA_ARGS__})

static inline char *freeze_text(const char *text)
{
    return TEXT(text != NULL ? text : "");
}

static inline const Tonghop__Envelope *ask_close(struct rig *rig, struct peer_from from,
                                                 const struct freezing *freezing)
{
    Tonghop__Close close = TONGHOP__CLOSE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    close.kind = freezing->kind;
    close.period = freeze_text(freezing->period);
    close.unit = freeze_text(freezing->unit);
    close.rank = freezing->rank;
    close.incomplete = freezing->incomplete;
    close.check_only = freezing->check_only;
    close.reason = freeze_text(freezing->reason);
    envelope.body_case = BODY(CLOSE);
    envelope.close = &close;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Editions *list_editions(struct rig *rig, const char *period)
{
    Tonghop__EditionsQuery query = TONGHOP__EDITIONS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.period = TEXT(period);
    envelope.body_case = BODY(EDITIONS_QUERY);
    envelope.editions_query = &query;
    const Tonghop__Envelope *answer = rig_ask(rig, from_local(), &envelope);
    assert_body(answer, BODY(EDITIONS));
    return answer->editions;
}

/* The answer's bytes, as they travel but for its edition; the caller frees. */
static inline struct buf pack_totals(const Tonghop__Totals *totals)
{
    Tonghop__Totals told = *totals;
    struct buf bytes = {0};
    uint8_t *out;
    told.edition = NULL;
    size_t size = tonghop__totals__get_packed_size(&told);
    out = mem_alloc(size + 1);
    assert_int_equal(tonghop__totals__pack(&told, out), size);
    buf_put(&bytes, out, size);
    free(out);
    return bytes;
}

static inline const Tonghop__Envelope *ask_frozen(struct rig *rig, Tonghop__TotalsQuery *query)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = query;
    return rig_ask(rig, from_local(), &envelope);
}

#endif
