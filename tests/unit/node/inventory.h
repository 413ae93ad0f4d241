/* Inventories as a child sends them, and the parent's answer to one. */
#ifndef TESTS_UNIT_NODE_INVENTORY_H
#define TESTS_UNIT_NODE_INVENTORY_H

#include "unit/node/state.h"

/* What the child says of one key: a digest that is the parent's own, or another one. */
struct entry {
    struct report_key key;
    uint64_t revision;
    bool is_same;
};

/* One page. `after`, `through`: NULL at the ends of the list. */
struct page_of {
    uint8_t kind;
    uint16_t year;
    const struct report_key *after, *through;
    const struct entry *entries;
    size_t count;
};

static inline Tonghop__Place inventory_place(const struct report_key *key)
{
    Tonghop__Place place = TONGHOP__PLACE__INIT;
    place.unit = key->unit;
    place.form = key->form;
    place.label = key->period.label;
    return place;
}

/* Appends the page as a message. */
static inline void pack_inventory(struct rig *rig, const struct page_of *page, struct buf *out)
{
    static uint32_t units[WIRE_INVENTORY_MAX], forms[WIRE_INVENTORY_MAX],
        labels[WIRE_INVENTORY_MAX];
    static uint64_t revisions[WIRE_INVENTORY_MAX];
    static uint8_t digests[WIRE_INVENTORY_MAX][DIGEST_SIZE];
    Tonghop__Inventory inventory = TONGHOP__INVENTORY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__Place after, through;
    struct head head;
    struct store_txn *txn = store_begin_read(rig->store);
    assert_true(page->count <= WIRE_INVENTORY_MAX);
    for (size_t i = 0; i < page->count; i++) {
        const struct entry *entry = &page->entries[i];
        units[i] = entry->key.unit;
        forms[i] = entry->key.form;
        labels[i] = entry->key.period.label;
        revisions[i] = entry->revision;
        memset(digests[i], 0x55, sizeof(digests[i]));
        if (entry->is_same) {
            assert_int_equal(store_get_head(txn, &entry->key, &head), ERR_OK);
            memcpy(digests[i], head.state_digest, sizeof(digests[i]));
        }
    }
    store_abort(&txn);
    inventory.kind = page->kind;
    inventory.year = page->year;
    if (page->after != NULL) {
        after = inventory_place(page->after);
        inventory.after = &after;
    }
    if (page->through != NULL) {
        through = inventory_place(page->through);
        inventory.through = &through;
    }
    inventory.n_units = inventory.n_forms = inventory.n_labels = inventory.n_revisions =
        page->count;
    inventory.units = units;
    inventory.forms = forms;
    inventory.labels = labels;
    inventory.revisions = revisions;
    inventory.digests = (ProtobufCBinaryData){page->count * DIGEST_SIZE, digests[0]};
    envelope.seq = ++rig->seq;
    envelope.body_case = BODY(INVENTORY);
    envelope.inventory = &inventory;
    wire_pack(&envelope, out);
}

/* Sends the page as the node of key number `n`; the answers are looked at with to_child. */
static inline void send_inventory(struct rig *rig, uint8_t n, const struct page_of *page)
{
    struct buf bytes = {0};
    pack_inventory(rig, page, &bytes);
    rig_message(rig, from_key(n), span_of(&bytes));
    buf_fini(&bytes);
}

/* The answer: `count` states, then Compared as the last message, all naming the page. Lives until
 * the next message is opened. */
static inline const Tonghop__Compared *assert_compared(struct rig *rig, uint8_t n, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const Tonghop__Envelope *state = to_child(rig, n, BODY(REVISION), i);
        if (state == NULL)
            fail_msg("%zu states were sent, not %zu", i, count);
        assert_int_equal(state->re, rig->seq);
    }
    assert_null(to_child(rig, n, BODY(REVISION), count));
    assert_int_equal(rig->sent_count, count + 1); /* nothing to anybody else */
    const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[count].bytes));
    assert_body(answer, BODY(COMPARED));
    assert_int_equal(answer->re, rig->seq);
    assert_int_equal(answer->compared->revision_count, count);
    return answer->compared;
}

/* The key of the `nth` state that was sent to the peer of key number `n`. */
static inline struct report_key key_sent(struct rig *rig, uint8_t n, size_t nth)
{
    struct wire_filing filing;
    struct report report;
    char reason[WIRE_REASON_SIZE];
    const Tonghop__Envelope *state = to_child(rig, n, BODY(REVISION), nth);
    assert_non_null(state);
    assert_int_equal(
        wire_open_filing((struct span){state->revision->filing.data, state->revision->filing.len},
                         rig->arena, &filing, &report, reason, sizeof(reason)),
        ERR_OK);
    struct report_key key = report.key;
    report_fini(&report);
    return key;
}

#endif
