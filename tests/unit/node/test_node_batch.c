/* Batches: many events, one commit; and when one of them cannot be processed, it alone pays. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

enum { EVENTS = NODE_BATCH_MAX };

/* Packs a File of the draft as message `seq`. */
static struct buf file_message(const struct draft *draft, uint64_t seq)
{
    struct buf filing = {0}, bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(draft, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    file.accept_warnings = true; /* of years to come */
    envelope.seq = seq;
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    wire_pack(&envelope, &bytes);
    buf_fini(&filing);
    return bytes;
}

static struct event event_of(struct rig *rig, const struct buf *bytes)
{
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    event.from = from_local();
    event.bytes = span_of(bytes);
    return event;
}

/* What a correction needs of its unit's other reports is damaged: the stored filing of unit 23887's
 * first half does not open. */
static void plant_damage(struct rig *rig)
{
    static const uint8_t rubbish[] = {0xff, 0xff};
    struct report_key key =
        draft_key(DRAFT(.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))));
    struct revision revision;
    bool is_unknown;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))));
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_OK);
    revision.filing = (struct span){rubbish, sizeof(rubbish)};
    assert_int_equal(store_put_revision(txn, &key, &revision), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* A full batch is one transaction; every message gets its own answer, in order. */
static void test_a_full_batch(void **state)
{
    struct rig *rig = *state;
    struct buf bytes[EVENTS];
    struct event events[EVENTS];
    for (uint16_t i = 0; i < EVENTS; i++) {
        char period[PERIOD_TEXT_SIZE];
        period_format((struct period){(uint16_t)(1950 + i), PERIOD_Y}, period);
        bytes[i] = file_message(DRAFT(.period = period, .unit = 23887, CELLS(EXACT(1, i))), i + 1u);
        events[i] = event_of(rig, &bytes[i]);
    }
    rig_batch(rig, events, EVENTS);
    assert_int_equal(rig->sent_count, EVENTS);
    for (size_t i = 0; i < EVENTS; i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->re, i + 1);
        assert_int_equal(answer->receipt->key->year, 1950 + i);
        buf_fini(&bytes[i]);
    }
    assert_verifies(rig);
}

/* An event sees what the ones before it in the same batch did. */
static void test_a_batch_is_in_order(void **state)
{
    struct rig *rig = *state;
    struct buf bytes[3];
    struct event events[3];
    for (uint64_t i = 0; i < 3; i++) {
        const struct cell cells[] = {EXACT(1, (int64_t)i)};
        struct draft draft = {.period = "2024", .unit = 23887, .based_on = i};
        draft.cells = cells;
        draft.cell_count = 1;
        bytes[i] = file_message(&draft, i + 1);
        events[i] = event_of(rig, &bytes[i]);
    }
    rig_batch(rig, events, 3);
    for (size_t i = 0; i < 3; i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->receipt->revision, i + 1);
        buf_fini(&bytes[i]);
    }
    assert_verifies(rig);
}

/* One event that the store cannot process: it is refused and quarantined, those beside it are
 * served once, and no answer of the aborted attempt leaves. */
static void test_the_guilty_one_pays(void **state)
{
    const struct draft drafts[] = {
        {.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 1))},
        {.period = "2024", .unit = 23887, CELLS(EXACT(1, 5))}, /* beside the damaged report */
        {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 2))},
    };
    struct rig *rig = *state;
    struct buf bytes[LENGTH(drafts)];
    struct event events[LENGTH(drafts)];
    plant_damage(rig);
    for (size_t i = 0; i < LENGTH(drafts); i++) {
        bytes[i] = file_message(&drafts[i], 100 + i);
        events[i] = event_of(rig, &bytes[i]);
    }
    rig_batch(rig, events, LENGTH(drafts));
    assert_int_equal(rig->sent_count, LENGTH(drafts));
    for (size_t i = 0; i < LENGTH(drafts); i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        assert_int_equal(answer->re, 100 + i);
        if (i == 1)
            assert_refused(answer, "corrupt");
        else
            assert_body(answer, BODY(RECEIPT));
        assert_int_equal(head_of(rig, &drafts[i]).revision, i == 1 ? 0 : 1);
    }
    struct quarantined item = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_true(store_next_quarantine(txn, &item));
    assert_contains(item.reason, "corrupt");
    assert_true(span_equal(item.bytes, span_of(&bytes[1])));
    assert_false(store_next_quarantine(txn, &item));
    store_abort(&txn);
    assert_logged("the stored report actual 2024-S1 of 23887 ");
    assert_logged("does not read (malformed ");
    assert_logged("quarantined a message that cannot be processed");
    for (size_t i = 0; i < LENGTH(drafts); i++)
        buf_fini(&bytes[i]);
}

/* Whoever asks for what does not read is refused, and the log says which report it is. */
static void test_a_guilty_question(void **state)
{
    struct rig *rig = *state;
    plant_damage(rig);
    assert_refused(ask_history(rig, from_local(), ASK(.period = "2024-S1", .unit = "23887")),
                   "corrupt");
    assert_logged("the stored report actual 2024-S1 of 23887 ");
}

/* What an aborted transaction did in memory is undone with it: here a catalogue that was put in
 * force in front of the guilty event. */
static void test_memory_follows_the_store(void **state)
{
    struct rig *rig = *state;
    plant_damage(rig);
    struct buf catalogue = sample_bytes(2);
    uint8_t hash[WIRE_DIGEST_SIZE];
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish publish = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    digest_of(span_of(&catalogue), hash);
    chunk.number = 2;
    chunk.hash = (ProtobufCBinaryData){sizeof(hash), hash};
    chunk.count = 1;
    chunk.data = (ProtobufCBinaryData){catalogue.len, catalogue.data};
    publish.chunk = &chunk;
    envelope.seq = 1;
    envelope.body_case = BODY(CATALOGUE_PUBLISH);
    envelope.catalogue_publish = &publish;
    struct buf first = {0};
    wire_pack(&envelope, &first);
    struct buf guilty = file_message(DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 5))), 2);
    const struct event events[] = {event_of(rig, &first), event_of(rig, &guilty)};
    /* The transaction alone, as a crash would end it. */
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(node_step(rig->node, txn, &events[0], &rig->effects), ERR_OK);
    assert_int_equal(rig->node->catalogue->number, 2);
    assert_int_equal(node_step(rig->node, txn, &events[1], &rig->effects), ERR_CORRUPT);
    store_abort(&txn);
    effects_clear(&rig->effects);
    txn = store_begin_read(rig->store);
    assert_int_equal(node_reload(rig->node, txn), ERR_OK);
    store_abort(&txn);
    assert_int_equal(rig->node->catalogue->number, 1);
    assert_false(rig->node->rebuild.is_active);
    /* And as a batch: the catalogue is published, the other one refused. */
    rig_batch(rig, events, 2);
    assert_int_equal(rig->sent_count, 2);
    assert_body(rig_open(rig, span_of(&rig->sent[0].bytes)), BODY(DONE));
    assert_refused(rig_open(rig, span_of(&rig->sent[1].bytes)), "corrupt");
    assert_int_equal(rig->node->catalogue->number, 2);
    assert_true(rig->node->rebuild.is_active);
    buf_fini(&catalogue);
    buf_fini(&first);
    buf_fini(&guilty);
}

/* Likewise the units that have nodes of their own: an enrolment that was lost moves no home. */
static void test_a_lost_enrolment_moves_no_home(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024", .unit = 23857, CELLS(EXACT(1, 5)));
    struct peer_from owner = from_key(1);
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf first = {0}, second = file_message(draft, 2);
    enrol.unit = 631;
    enrol.key = (ProtobufCBinaryData){sizeof(owner.key), owner.key};
    enrol.role = ROLE(NODE);
    enrol.name = TEXT("test");
    envelope.seq = 1;
    envelope.body_case = BODY(ENROL);
    envelope.enrol = &enrol;
    wire_pack(&envelope, &first);
    const struct event events[] = {event_of(rig, &first), event_of(rig, &second)};
    struct store_txn *txn = store_begin_write(rig->store);
    for (size_t i = 0; i < LENGTH(events); i++)
        assert_int_equal(node_step(rig->node, txn, &events[i], &rig->effects), ERR_OK);
    store_abort(&txn);
    effects_clear(&rig->effects);
    txn = store_begin_read(rig->store);
    assert_int_equal(node_reload(rig->node, txn), ERR_OK);
    store_abort(&txn);
    assert_int_equal(file_ok(rig, draft), 1);
    buf_fini(&first);
    buf_fini(&second);
}

/* Nothing is sent before its transaction is committed: a step only says what to send. */
static void test_answers_wait_for_the_commit(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = file_message(DRAFT(.period = "2024", .unit = 23887), 1);
    const struct event event = event_of(rig, &bytes);
    char *before = dump_store(rig);
    rig->sent_count = 0;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(node_step(rig->node, txn, &event, &rig->effects), ERR_OK);
    store_abort(&txn);
    assert_int_equal(rig->sent_count, 0);
    assert_true(rig->effects.count > 0);
    effects_clear(&rig->effects);
    assert_unchanged(rig, before);
    buf_fini(&bytes);
}

/* An empty batch is no harm. */
static void test_an_empty_batch(void **state)
{
    struct rig *rig = *state;
    char *before = dump_store(rig);
    rig_batch(rig, NULL, 0);
    assert_int_equal(rig->sent_count, 0);
    assert_unchanged(rig, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_a_full_batch),
        ROOT_TEST(test_a_batch_is_in_order),
        ROOT_TEST(test_the_guilty_one_pays),
        ROOT_TEST(test_a_guilty_question),
        ROOT_TEST(test_memory_follows_the_store),
        ROOT_TEST(test_a_lost_enrolment_moves_no_home),
        ROOT_TEST(test_answers_wait_for_the_commit),
        ROOT_TEST(test_an_empty_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
