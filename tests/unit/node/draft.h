/* Drafts: reports written in one line, filed at a rig's node or sent to it by another node. */
#ifndef TESTS_UNIT_NODE_DRAFT_H
#define TESTS_UNIT_NODE_DRAFT_H

#include "unit/node/rig.h"

#define EXACT(number, amount)                                                                      \
    {                                                                                              \
        .indicator = (number), .qualifier = QUALIFIER_EXACT, .value = (amount)                     \
    }
#define CELLS(...)                                                                                 \
    .cells = (const struct cell[]){__VA_ARGS__},                                                   \
    .cell_count = LENGTH(((const struct cell[]){__VA_ARGS__}))

/* What is left 0 or NULL means: actual, own, catalogue 1, form 1, no text. */
struct draft {
    uint8_t kind;
    const char *period;
    uint32_t unit, form;
    uint8_t scope;
    uint32_t catalogue;
    uint64_t based_on;
    bool is_withdrawn, may_drop_cells;
    bool check_only, refuses_warnings; /* of the File around it; filed with warnings accepted */
    const char *author, *reason, *note;
    const char *source; /* of a baseline */
    const struct cell *cells;
    size_t cell_count;
};

#define DRAFT(...) (&(const struct draft){__VA_ARGS__})

static inline struct report_key draft_key(const struct draft *draft)
{
    struct report_key key = {.kind = draft->kind != 0 ? draft->kind : (uint8_t)KIND_ACTUAL,
                             .unit = draft->unit,
                             .form = draft->form != 0 ? draft->form : 1};
    assert_int_equal(period_parse(draft->period, &key.period), ERR_OK);
    return key;
}

/* Appends the draft's serialised Filing. */
static inline void draft_pack(const struct draft *draft, struct buf *out)
{
    struct report report = {
        .key = draft_key(draft),
        .scope = draft->scope != 0 ? draft->scope : (uint8_t)SCOPE_OWN,
        .catalogue = draft->catalogue != 0 ? draft->catalogue : 1,
        .based_on = draft->based_on,
        .is_withdrawn = draft->is_withdrawn,
        .may_drop_cells = draft->may_drop_cells,
        .author = mem_strdup(draft->author != NULL ? draft->author : ""),
        .reason = mem_strdup(draft->reason != NULL ? draft->reason : ""),
        .source = mem_strdup(draft->source != NULL ? draft->source : ""),
    };
    for (size_t i = 0; i < draft->cell_count; i++)
        report_add_cell(&report, draft->cells[i]);
    if (draft->note != NULL)
        report_add_note(&report, draft->cells[0].indicator, draft->note);
    assert_int_equal(report_sort(&report), ERR_OK);
    wire_pack_filing(&report, out);
    report_fini(&report);
}

/* ---- handed in ---- */

static inline const Tonghop__Envelope *file_wrapped(struct rig *rig, struct peer_from from,
                                                    Tonghop__File *file)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(FILE);
    envelope.file = file;
    return rig_ask(rig, from, &envelope);
}

/* Hands in the bytes of a Filing, whatever they are. */
static inline const Tonghop__Envelope *file_bytes(struct rig *rig, struct peer_from from,
                                                  const struct buf *filing)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    file.filing = (ProtobufCBinaryData){filing->len, filing->data};
    file.accept_warnings = true;
    return file_wrapped(rig, from, &file);
}

static inline const Tonghop__Envelope *file_as(struct rig *rig, struct peer_from from,
                                               const struct draft *draft)
{
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    draft_pack(draft, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    file.check_only = draft->check_only;
    file.accept_warnings = !draft->refuses_warnings;
    const Tonghop__Envelope *answer = file_wrapped(rig, from, &file);
    buf_fini(&filing);
    return answer;
}

/* Filed on the local socket and taken in; returns the revision. */
static inline uint64_t file_ok(struct rig *rig, const struct draft *draft)
{
    const Tonghop__Envelope *answer = file_as(rig, from_local(), draft);
    assert_body(answer, BODY(RECEIPT));
    return answer->receipt->revision;
}

/* ---- between nodes ---- */

/* What a child's node says beside the filing. */
struct wrapper {
    uint64_t revision;
    uint32_t states;
};

static inline void revision_fill(const struct draft *draft, struct wrapper wrapper,
                                 const struct buf *filing, Tonghop__Revision *ret)
{
    tonghop__revision__init(ret);
    ret->filing = (ProtobufCBinaryData){filing->len, filing->data};
    ret->revision = wrapper.revision;
    ret->states = wrapper.states;
    ret->received_us = RIG_NOW_US;
    ret->first_filed_us = RIG_NOW_US - 2000000;
    ret->home = draft->unit;
    ret->recorded_by = TEXT("uid:1000");
}

/* Sends the state of a key as the node of key number `n` does. */
static inline const Tonghop__Envelope *
send_revision(struct rig *rig, uint8_t n, const struct draft *draft, struct wrapper wrapper)
{
    struct buf filing = {0};
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(draft, &filing);
    revision_fill(draft, wrapper, &filing, &revision);
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    const Tonghop__Envelope *answer = rig_ask(rig, from_key(n), &envelope);
    buf_fini(&filing);
    return answer;
}

/* ---- looking ---- */

static inline struct head head_of(struct rig *rig, const struct draft *draft)
{
    struct head head = {0};
    struct report_key key = draft_key(draft);
    struct store_txn *txn = store_begin_read(rig->store);
    (void)store_get_head(txn, &key, &head); /* all zero when there is none */
    store_abort(&txn);
    return head;
}

/* Whether a report key waits in the outbox, and how. */
static inline bool outbox_of(struct rig *rig, const struct draft *draft,
                             struct outbox_item *ret_item)
{
    struct report_key key = draft_key(draft);
    struct store_txn *txn = store_begin_read(rig->store);
    enum err err = store_get_outbox(txn, OUTBOX_REPORT, &key, ret_item);
    store_abort(&txn);
    return err == ERR_OK;
}

/* Marks a revision of the draft's report, as a person on the local socket. */
static inline void mark_ok(struct rig *rig, const struct draft *like, uint64_t revision,
                           uint32_t bit)
{
    struct report_key key = draft_key(like);
    assert_body(ask_mark(rig, from_local(), &key, revision, bit), BODY(DONE));
}

static inline int64_t number_of(const Tonghop__Value *value)
{
    return (int64_t)i128_of(value->value_high, value->value_low);
}

#endif
