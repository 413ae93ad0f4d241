/* Questions to explain with all that it can be asked, and what its answers are compared with. */
#ifndef TESTS_UNIT_NODE_TOLD_H
#define TESTS_UNIT_NODE_TOLD_H

#include "unit/node/ask.h"
#include "unit/node/draft.h"

#define EXPLAIN_TYPE(name) TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_##name

/* What is left 0 or NULL means: actual, not asked; "64" and model.registered where nothing else. */
struct told {
    uint32_t kind;
    const char *period, *unit, *indicator, *from, *since, *type;
    bool with_revisions, with_reports;
};

#define TOLD(...) (&(const struct told){__VA_ARGS__})

static inline const Tonghop__Envelope *ask_told(struct rig *rig, struct peer_from from,
                                                const struct told *told)
{
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = told->kind;
    query.period = text_or_empty(told->period);
    query.unit = TEXT(told->unit != NULL ? told->unit : "64");
    query.indicator = TEXT(told->indicator != NULL ? told->indicator : "model.registered");
    query.from = text_or_empty(told->from);
    query.since = text_or_empty(told->since);
    query.type = text_or_empty(told->type);
    query.revisions = told->with_revisions;
    query.reports = told->with_reports;
    envelope.body_case = BODY(EXPLAIN_QUERY);
    envelope.explain_query = &query;
    return rig_ask(rig, from, &envelope);
}

/* Asked on the local socket and answered; lives until the next message. */
static inline const Tonghop__Explanation *told_ok(struct rig *rig, const struct told *told)
{
    const Tonghop__Envelope *answer = ask_told(rig, from_local(), told);
    assert_body(answer, BODY(EXPLANATION));
    return answer->explanation;
}

/* -1: no value. */
static inline int64_t shown(const Tonghop__Value *value)
{
    return value->has_value ? number_of(value) : -1;
}

/* ---- changes ---- */

struct told_change {
    uint32_t unit;
    const char *period;
    uint64_t revision, replaced;
    int64_t total; /* -1: none */
    bool is_returned, is_withdrawn;
};

static inline void assert_changes(const Tonghop__Explanation *told, int64_t before,
                                  const struct told_change *rows, size_t count)
{
    assert_true(told->since_us > 0);
    assert_non_null(told->before);
    assert_int_equal(shown(told->before), before);
    for (size_t i = 0; i < count && i < told->n_changes; i++) {
        const Tonghop__ExplainChange *change = told->changes[i];
        if (change->unit->id != rows[i].unit || change->revision != rows[i].revision ||
            strcmp(change->source_period, rows[i].period) != 0 ||
            change->replaced != rows[i].replaced || shown(change->total) != rows[i].total ||
            change->returned != rows[i].is_returned || change->withdrawn != rows[i].is_withdrawn)
            fail_msg("change %zu: unit %u %s revision %u in place of %u, total %lld, %s %s", i,
                     change->unit->id, change->source_period, (unsigned)change->revision,
                     (unsigned)change->replaced, (long long)shown(change->total),
                     change->returned ? "returned" : "", change->withdrawn ? "withdrawn" : "");
        if (i > 0)
            assert_true(change->received_us >= told->changes[i - 1]->received_us);
    }
    assert_int_equal(told->n_changes, count);
    /* The story ends with what is so now. */
    const Tonghop__Value *last = count > 0 ? told->changes[count - 1]->total : told->before;
    assert_int_equal(shown(last), shown(told->total));
}

#define ASSERT_CHANGES(told, before, ...)                                                          \
    assert_changes(told, before, (const struct told_change[]){__VA_ARGS__},                        \
                   LENGTH(((const struct told_change[]){__VA_ARGS__})))
#define ASSERT_NO_CHANGES(told, before) assert_changes(told, before, NULL, 0)

#endif
