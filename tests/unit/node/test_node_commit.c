/* Commits that fail: what is not on disk is not acknowledged, and of an outcome that nobody knows
 * nothing is said at all. The store's commit is stood in for by the linker, as in the simulator. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"

/* ---- the commit ---- */

/* Which of the next commits fail, the first being bit 0: for want of room or because of the disk,
 * so that nothing is written, or in such a way that nobody knows what was. The others are real. */
static struct {
    unsigned full, broken, unknown;
} commits;

enum err __real_store_commit(struct store_txn **txn, bool *ret_unknown);
enum err __wrap_store_commit(struct store_txn **txn, bool *ret_unknown);
enum err __wrap_store_commit(struct store_txn **txn, bool *ret_unknown)
{
    bool is_full = (commits.full & 1) != 0, is_broken = (commits.broken & 1) != 0;
    bool is_unknown = (commits.unknown & 1) != 0;
    commits.full >>= 1;
    commits.broken >>= 1;
    commits.unknown >>= 1;
    if (!is_full && !is_broken && !is_unknown)
        return __real_store_commit(txn, ret_unknown);
    store_abort(txn);
    *ret_unknown = is_unknown;
    return is_full ? ERR_FULL : ERR_IO;
}

/* ---- events ---- */

static const struct draft drafts[] = {
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))},
    {.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 2))},
};
enum { EVENTS = LENGTH(drafts) };

struct batch {
    struct buf bytes[EVENTS];
    struct event events[EVENTS];
};

static void batch_init(const struct rig *rig, struct batch *batch)
{
    for (size_t i = 0; i < EVENTS; i++) {
        struct buf filing = {0};
        Tonghop__File file = TONGHOP__FILE__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        draft_pack(&drafts[i], &filing);
        file.filing = (ProtobufCBinaryData){filing.len, filing.data};
        envelope.seq = i + 1;
        envelope.body_case = BODY(FILE);
        envelope.file = &file;
        batch->bytes[i] = (struct buf){0};
        wire_pack(&envelope, &batch->bytes[i]);
        buf_fini(&filing);
        batch->events[i] = rig_event(rig, EVENT_PEER_MESSAGE);
        batch->events[i].from = from_local();
        batch->events[i].bytes = span_of(&batch->bytes[i]);
    }
}

static void batch_fini(struct batch *batch)
{
    for (size_t i = 0; i < EVENTS; i++)
        buf_fini(&batch->bytes[i]);
}

static unsigned said_taken_in;

static void count_taken_in(enum log_level level, const char *line)
{
    (void)level;
    said_taken_in += strstr(line, "took in ") != NULL ? 1 : 0;
}

/* ---- tests ---- */

/* Each report gets one answer: a receipt if it is on disk, a refusal if it is not, whichever of the
 * commits found no room. The log says no more than they. */
static void test_a_receipt_is_on_disk(void **state)
{
    static const struct {
        const char *name;
        unsigned full; /* the batch's commit, and then those of its events alone */
        bool is_taken_in[EVENTS];
    } rows[] = {
        {"no commit fails", 0, {true, true}},         {"that of the batch", 1, {true, true}},
        {"and of the first alone", 3, {false, true}}, {"and of the second alone", 5, {true, false}},
        {"and of both alone", 7, {false, false}},
    };
    (void)state;
    for (size_t r = 0; r < LENGTH(rows); r++) {
        void *own = NULL;
        struct batch batch;
        assert_int_equal(rig_setup_root(&own), 0);
        struct rig *rig = own;
        batch_init(rig, &batch);
        commits.full = rows[r].full;
        said_taken_in = 0;
        log_set_sink(count_taken_in);
        rig_batch(rig, batch.events, EVENTS);
        assert_int_equal(said_taken_in, rows[r].is_taken_in[0] + rows[r].is_taken_in[1]);
        if (rig->sent_count != EVENTS)
            fail_msg("%s: %zu answers", rows[r].name, rig->sent_count);
        for (size_t i = 0; i < EVENTS; i++) {
            const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
            assert_int_equal(answer->re, i + 1);
            if (rows[r].is_taken_in[i])
                assert_body(answer, BODY(RECEIPT));
            else
                assert_refused(answer, "full");
            assert_int_equal(head_of(rig, &drafts[i]).revision, rows[r].is_taken_in[i]);
        }
        assert_verifies(rig);
        batch_fini(&batch);
        (void)rig_teardown(&own); /* it asserts */
    }
}

/* The outcome is not known: the process must end without a word, and the next one reads what there
 * is. */
static void test_nothing_is_said_of_an_unknown_outcome(void **state)
{
    static const struct {
        unsigned full, unknown;
    } rows[] = {{0, 1}, {1, 2}, {1, 4}}; /* the batch's commit; that of an event alone */
    struct rig *rig = *state;
    struct batch batch;
    batch_init(rig, &batch);
    char *before = dump_store(rig);
    said_taken_in = 0;
    log_set_sink(count_taken_in);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        commits.full = rows[i].full;
        commits.unknown = rows[i].unknown;
        assert_int_equal(node_batch(rig->node, batch.events, EVENTS, &rig->effects), ERR_IO);
        effects_clear(&rig->effects);
        rig_restart(rig);
    }
    assert_unchanged(rig, before);
    assert_int_equal(said_taken_in, 0);
    rig_hello(rig, from_local(), 0);
    rig_batch(rig, batch.events, EVENTS);
    for (size_t i = 0; i < EVENTS; i++)
        assert_body(rig_open(rig, span_of(&rig->sent[i].bytes)), BODY(RECEIPT));
    batch_fini(&batch);
}

/* Opened before their turn, reports come to the same, byte by byte: answers and store; also where
 * the batch is replayed. What is opened is lent, and may be used once more. */
static void test_opened_before_their_turn(void **state)
{
    char *stores[2][2];
    struct buf answers[2][2] = {0};
    (void)state;
    for (unsigned is_replayed = 0; is_replayed < 2; is_replayed++) {
        for (unsigned is_opened = 0; is_opened < 2; is_opened++) {
            void *own = NULL;
            struct batch batch;
            struct opened opened[EVENTS];
            struct arena *arena = arena_new(WIRE_ARENA_MAX);
            assert_int_equal(rig_setup_root(&own), 0);
            struct rig *rig = own;
            batch_init(rig, &batch);
            for (size_t i = 0; i < EVENTS && is_opened; i++) {
                assert_true(opened_make(batch.events[i].bytes, arena, &opened[i]));
                batch.events[i].opened = &opened[i];
                if (!is_replayed) /* else the refusal reads them */
                    batch.events[i].bytes = (struct span){0};
            }
            commits.full = is_replayed ? 5 : 0; /* the second finds no room alone, either */
            for (unsigned round = 0; round < 2; round++) {
                rig_batch(rig, batch.events, EVENTS);
                assert_int_equal(rig->sent_count, EVENTS);
                for (size_t i = 0; i < EVENTS; i++)
                    buf_put(&answers[is_replayed][is_opened], rig->sent[i].bytes.data,
                            rig->sent[i].bytes.len);
            }
            for (size_t i = 0; i < EVENTS; i++)
                assert_int_equal(head_of(rig, &drafts[i]).revision, 1);
            stores[is_replayed][is_opened] = dump_store(rig);
            for (size_t i = 0; i < EVENTS && is_opened; i++)
                opened_fini(&opened[i]);
            arena_free(&arena);
            batch_fini(&batch);
            (void)rig_teardown(&own); /* it asserts */
        }
        assert_string_equal(stores[is_replayed][0], stores[is_replayed][1]);
        assert_true(
            span_equal(span_of(&answers[is_replayed][0]), span_of(&answers[is_replayed][1])));
    }
    for (size_t i = 0; i < 4; i++) {
        free(stores[i / 2][i % 2]);
        buf_fini(&answers[i / 2][i % 2]);
    }
}

/* Rule: only what is well-formed, has a filing and finds room is opened. */
static void test_what_is_not_opened(void **state)
{
    struct rig *rig = *state;
    struct batch batch;
    struct opened opened;
    struct arena *arena = arena_new(WIRE_ARENA_MAX), *small = arena_new(256);
    batch_init(rig, &batch);
    struct span bytes = batch.events[0].bytes;
    assert_true(opened_make(bytes, arena, &opened));
    assert_int_equal(opened.message.envelope->seq, 1);
    assert_int_equal(opened.report.key.unit, drafts[0].unit);
    assert_int_equal(opened.report.cell_count, drafts[0].cell_count);
    opened_fini(&opened);
    assert_false(opened_make(bytes, small, &opened));
    for (size_t len = 0; len < bytes.len; len++) /* cut short */
        assert_false(opened_make((struct span){bytes.data, len}, arena, &opened));
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.seq = 1;
    envelope.body_case = BODY(PING);
    envelope.ping = &ping;
    buf_clear(&batch.bytes[0]);
    wire_pack(&envelope, &batch.bytes[0]);
    assert_false(opened_make(span_of(&batch.bytes[0]), arena, &opened));
    arena_free(&arena);
    arena_free(&small);
    batch_fini(&batch);
}

/* What cannot be processed is refused, and said to be kept for a person if it is. */
static void test_kept_is_what_is_on_disk(void **state)
{
    struct rig *rig = *state;
    struct batch batch;
    batch_init(rig, &batch);
    for (unsigned is_kept = 0; is_kept < 2; is_kept++) {
        rig_log[0] = '\0';
        commits.broken = is_kept ? 3 : 7; /* of the batch, of the event alone, of the quarantine */
        rig_batch(rig, batch.events, 1);
        assert_int_equal(rig->sent_count, 1);
        assert_refused(rig_open(rig, span_of(&rig->sent[0].bytes)), "io");
        struct store_txn *txn = store_begin_read(rig->store);
        assert_int_equal(store_count_quarantine(txn), is_kept);
        store_abort(&txn);
        assert_logged(is_kept ? "quarantined a message" : "dropped a message");
        assert_null(strstr(rig_log, is_kept ? "dropped" : "quarantined"));
    }
    batch_fini(&batch);
}

/* Background work that finds no room is put off. When it fails otherwise the daemon has to end, and
 * promises nothing. */
static void test_work_is_put_off_for_want_of_room_alone(void **state)
{
    static const char words[] = "background work failed (full): it is tried again";
    struct rig *rig = *state;
    const struct event tick = rig_event(rig, EVENT_TICK);
    commits.full = 1; /* of the batch */
    rig_tick(rig);
    assert_null(strstr(rig_log, words));
    commits.full = 3; /* and of the tick alone */
    rig_tick(rig);
    assert_logged(words);
    rig->node->rebuild.is_active = true;
    assert_false(node_has_work(rig->node, rig->now_ms));
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), NODE_RETRY_WORK_MS);
    assert_true(node_has_work(rig->node, rig->now_ms + NODE_RETRY_WORK_MS));
    rig_log[0] = '\0';
    commits.broken = 3;
    assert_int_equal(node_batch(rig->node, &tick, 1, &rig->effects), ERR_IO);
    assert_null(strstr(rig_log, "tried again"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_receipt_is_on_disk),
        ROOT_TEST(test_nothing_is_said_of_an_unknown_outcome),
        cmocka_unit_test(test_opened_before_their_turn),
        ROOT_TEST(test_what_is_not_opened),
        ROOT_TEST(test_kept_is_what_is_on_disk),
        ROOT_TEST(test_work_is_put_off_for_want_of_room_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
