/* States: what one key's messages say between nodes, in one line, and a catalogue whose first form
 * is accepted by hand. Revision n of any key says n * 10 registered models, whoever sends it. */
#ifndef TESTS_UNIT_NODE_STATE_H
#define TESTS_UNIT_NODE_STATE_H

#include "node/rollup.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"
#include "unit/node/uplink.h"

enum { A = STATE_ACCEPTED, R = STATE_RETURNED };

/* The latest revision, its bits, and the highest accepted one before it (0: none goes along). */
struct state {
    uint64_t latest;
    uint32_t states;
    uint64_t accepted;
    uint32_t accepted_states;
};

/* What is filed as revision `number` of the key of `like`. */
static inline struct draft draft_as(const struct draft *like, uint64_t number, struct cell *cell)
{
    struct draft made = *like;
    *cell = (struct cell)EXACT(1, 10 * (int64_t)number);
    made.cells = cell;
    made.cell_count = 1;
    return made;
}

/* A message and what it points into. */
struct state_bytes {
    struct buf latest, accepted;
    Tonghop__Revision message;
    Tonghop__Accepted earlier;
};

static inline void state_fill(const struct draft *like, struct state state, struct state_bytes *ret)
{
    struct cell cell;
    struct draft draft = draft_as(like, state.latest, &cell);
    *ret = (struct state_bytes){0};
    draft_pack(&draft, &ret->latest);
    revision_fill(&draft, (struct wrapper){state.latest, state.states}, &ret->latest,
                  &ret->message);
    ret->message.received_us += (int64_t)state.latest * 60000000; /* one was filed each minute */
    if (state.accepted == 0)
        return;
    draft = draft_as(like, state.accepted, &cell);
    draft_pack(&draft, &ret->accepted);
    tonghop__accepted__init(&ret->earlier);
    ret->earlier.filing = (ProtobufCBinaryData){ret->accepted.len, ret->accepted.data};
    ret->earlier.revision = state.accepted;
    ret->earlier.states = state.accepted_states;
    ret->earlier.received_us = ret->message.received_us - 60000000;
    ret->earlier.home = draft.unit;
    ret->earlier.recorded_by = ret->message.recorded_by;
    ret->message.accepted = &ret->earlier;
}

static inline void state_fini(struct state_bytes *bytes)
{
    buf_fini(&bytes->latest);
    buf_fini(&bytes->accepted);
}

/* Sends the state as the node of key number `n` does; returns the answer. */
static inline const Tonghop__Envelope *
state_from_child(struct rig *rig, uint8_t n, const struct draft *like, struct state state)
{
    struct state_bytes bytes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    state_fill(like, state, &bytes);
    envelope.body_case = BODY(REVISION);
    envelope.revision = &bytes.message;
    const Tonghop__Envelope *answer = rig_ask(rig, from_key(n), &envelope);
    state_fini(&bytes);
    return answer;
}

static inline void state_from_parent(struct rig *rig, uint64_t re, const struct draft *like,
                                     struct state state)
{
    struct state_bytes bytes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    state_fill(like, state, &bytes);
    envelope.body_case = BODY(REVISION);
    envelope.revision = &bytes.message;
    from_parent(rig, re, &envelope);
    state_fini(&bytes);
}

/* The store lacks a revision, as no crash would leave it. */
static inline void lose_revision(struct rig *rig, const struct draft *like, uint64_t number)
{
    struct report_key key = draft_key(like);
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_delete_revision(txn, &key, number), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* ---- looking ---- */

/* The digest of what is held under the key, by way of its revisions. */
static inline void digest_held(struct rig *rig, const struct draft *like, uint8_t *ret_digest)
{
    struct head head = head_of(rig, like);
    struct digest_state state = {.key = draft_key(like)};
    struct store_txn *txn = store_begin_read(rig->store);
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    const uint64_t numbers[] = {head.revision, head.accepted == head.revision ? 0 : head.accepted};
    struct digest_revision *places[] = {&state.latest, &state.accepted};
    for (size_t i = 0; i < 2 && numbers[i] != 0; i++) {
        struct revision held;
        struct wire_filing filing;
        struct report report;
        char reason[WIRE_REASON_SIZE];
        assert_int_equal(store_get_revision(txn, &state.key, numbers[i], &held), ERR_OK);
        assert_int_equal(
            wire_open_filing(held.filing, arena, &filing, &report, reason, sizeof(reason)), ERR_OK);
        *places[i] = (struct digest_revision){.number = numbers[i], .states = held.states};
        memcpy(places[i]->content, filing.content, DIGEST_SIZE);
        if (i == 0) {
            state.received = held.received;
            state.first_filed = held.first_filed;
        } else {
            state.accepted_received = held.received;
        }
        report_fini(&report);
    }
    digest_of_state(&state, ret_digest);
    arena_free(&arena);
    store_abort(&txn);
}

/* What the key's head has to be, and that its digest says just that. */
static inline void assert_head(struct rig *rig, const struct draft *like, uint64_t latest,
                               uint32_t states, uint64_t counting)
{
    struct head head = head_of(rig, like);
    uint8_t digest[DIGEST_SIZE];
    if (head.revision != latest || head.states != states || head.counting != counting)
        fail_msg("revision %u states %u counting %u, not %u, %u, %u", (unsigned)head.revision,
                 head.states, (unsigned)head.counting, (unsigned)latest, states,
                 (unsigned)counting);
    digest_held(rig, like, digest);
    assert_memory_equal(head.state_digest, digest, sizeof(digest));
}

/* What the key's own unit has of indicator 1 in its period, -1 when nothing counts. */
static inline int64_t counted(struct rig *rig, const struct draft *like)
{
    struct report_key key = draft_key(like);
    struct group group = {0};
    int64_t value = -1;
    struct store_txn *txn = store_begin_read(rig->store);
    group_load(rig->node, txn, &key, true, &group);
    const struct report *report = &group.reports[key.period.label - 1];
    if (group.filed[key.period.label - 1].is_filed && report->cell_count > 0)
        value = report->cells[0].value;
    group_fini(&group);
    store_abort(&txn);
    return value;
}

static inline bool is_in_outbox(struct rig *rig, const struct draft *like)
{
    struct outbox_item item;
    return outbox_of(rig, like, &item);
}

/* Everything that waits to go up has gone. */
static inline void empty_outbox(struct rig *rig)
{
    struct outbox_item item = {0};
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    while (store_next_outbox(txn, &item))
        assert_int_equal(store_clear_outbox(txn, item.type, &item.key, item.version), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* The message with that body, the `nth` from 0, that was sent to the peer of key number `n`; NULL
 * if there is none. */
static inline const Tonghop__Envelope *to_child(struct rig *rig, uint8_t n, int body, size_t nth)
{
    struct peer_from from = from_key(n);
    for (size_t i = 0; i < rig->sent_count; i++) {
        if (rig->sent[i].is_to_parent || !peer_address_equal(&rig->sent[i].address, &from.address))
            continue;
        const Tonghop__Envelope *envelope = rig_open(rig, span_of(&rig->sent[i].bytes));
        if ((int)envelope->body_case == body && nth-- == 0)
            return envelope;
    }
    return NULL;
}

/* ---- a form that is accepted by hand ---- */

/* The sample under `number`; form 1 waits to be accepted. */
static inline void rig_install_manual(struct rig *rig, uint32_t number)
{
    Tonghop__Catalogue *catalogue = edit_begin(number);
    assert_int_equal(catalogue->forms[0]->number, 1);
    catalogue->forms[0]->accepted_by_hand = true;
    rig_install_edited(rig, catalogue);
}

#endif
