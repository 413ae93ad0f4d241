/* Reports and what is derived from them: heads, revisions, accumulators, buckets. */
#include "unit/store/temp_store.h"

static const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
static const struct report_key next_key = {KIND_ACTUAL, {2024, PERIOD_S2}, 23857, 1};
static const struct report_key previous_key = {KIND_ACTUAL, {2024, PERIOD_Y}, 23856, 1};

/* A head comes back as it was put, in the same transaction and after it; a missing one leaves the
 * output alone. */
static void heads(void **state)
{
    struct temp_store *temp = *state;
    const struct head put = {.revision = 3,
                             .counting = 2,
                             .states = STATE_ACCEPTED,
                             .scope = SCOPE_OWN,
                             .is_withdrawn = true,
                             .home = 631,
                             .received = {5},
                             .first_filed = {4},
                             .content = {1, [31] = 2},
                             .state_digest = {3, [31] = 4}};
    struct store_txn *txn = store_begin_write(temp->store);
    struct head head = {.revision = 77};
    assert_int_equal(store_get_head(txn, &key, &head), ERR_NOT_FOUND);
    assert_int_equal(head.revision, 77);
    assert_int_equal(store_put_head(txn, &key, &(struct head){.revision = 1}), ERR_OK);
    assert_int_equal(store_put_head(txn, &key, &put), ERR_OK);
    assert_int_equal(store_count_heads(txn), 1);
    assert_commits(&txn);
    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_head(txn, &key, &head), ERR_OK);
    assert_int_equal(head.revision, 3);
    assert_int_equal(head.counting, 2);
    assert_int_equal(head.states, STATE_ACCEPTED);
    assert_int_equal(head.scope, SCOPE_OWN);
    assert_true(head.is_withdrawn);
    assert_int_equal(head.home, 631);
    assert_true(head.received.us == 5 && head.first_filed.us == 4);
    assert_memory_equal(head.content, put.content, sizeof put.content);
    assert_memory_equal(head.state_digest, put.state_digest, sizeof put.state_digest);
    assert_int_equal(store_get_head(txn, &next_key, &head), ERR_NOT_FOUND);
    store_abort(&txn);
}

static void put_revision(struct store_txn *txn, const struct report_key *owner, uint64_t number,
                         const char *filing)
{
    struct revision revision = {.number = number,
                                .states = STATE_ACCEPTED,
                                .home = 631,
                                .received = {(int64_t)number},
                                .first_filed = {1},
                                .recorded_by = span_of_text("Lê Thị B"),
                                .filing = span_of_text(filing)};
    assert_int_equal(store_put_revision(txn, owner, &revision), ERR_OK);
}

/* A revision comes back with the reporter's bytes as they were; it can be replaced by its own
 * spans (new states), and deleted, which does not touch its neighbours. */
static void revisions(void **state)
{
    struct temp_store *temp = *state;
    struct revision revision = {.number = 77};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_NOT_FOUND);
    put_revision(txn, &key, 1, "first");
    put_revision(txn, &key, 2, "");
    put_revision(txn, &key, 300, "third");
    assert_int_equal(store_get_revision(txn, &key, 3, &revision), ERR_NOT_FOUND);
    assert_int_equal(revision.number, 77);

    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_OK);
    assert_int_equal(revision.number, 1);
    revision.states = STATE_ACCEPTED | STATE_RETURNED;
    assert_int_equal(store_put_revision(txn, &key, &revision), ERR_OK);
    assert_int_equal(store_delete_revision(txn, &key, 300), ERR_OK);
    assert_int_equal(store_delete_revision(txn, &key, 300), ERR_OK);
    assert_commits(&txn);

    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_OK);
    assert_int_equal(revision.states, STATE_ACCEPTED | STATE_RETURNED);
    assert_int_equal(revision.home, 631);
    assert_true(revision.received.us == 1 && revision.first_filed.us == 1);
    assert_span_is(revision.recorded_by, "Lê Thị B");
    assert_span_is(revision.filing, "first");
    assert_int_equal(store_get_revision(txn, &key, 2, &revision), ERR_OK);
    assert_span_is(revision.filing, "");
    assert_int_equal(store_get_revision(txn, &key, 300, &revision), ERR_NOT_FOUND);
    store_abort(&txn);
}

/* Walking back over the revisions of one key, from the highest, with holes; other keys' revisions
 * on both sides are never met. */
static void previous_revisions(void **state)
{
    struct temp_store *temp = *state;
    struct revision revision;
    struct store_txn *txn = store_begin_write(temp->store);
    uint64_t number = UINT64_MAX;
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_NOT_FOUND);
    put_revision(txn, &previous_key, 9, "another unit's");
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_NOT_FOUND);
    put_revision(txn, &next_key, 9, "another label's");
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_NOT_FOUND);
    assert_true(number == UINT64_MAX);
    put_revision(txn, &key, 1, "one");
    put_revision(txn, &key, 2, "two");
    put_revision(txn, &key, 300, "three hundred");

    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_OK);
    assert_true(number == 300 && revision.number == 300);
    assert_span_is(revision.filing, "three hundred");
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_OK);
    assert_true(number == 2 && revision.number == 2);
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_OK);
    assert_int_equal(number, 1);
    assert_span_is(revision.recorded_by, "Lê Thị B");
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_NOT_FOUND);
    assert_int_equal(number, 1);
    number = 5; /* none has this number */
    assert_int_equal(store_previous_revision(txn, &key, &number, &revision), ERR_OK);
    assert_int_equal(number, 2);
    number = UINT64_MAX; /* the last of the table */
    assert_int_equal(store_previous_revision(txn, &next_key, &number, &revision), ERR_OK);
    assert_int_equal(number, 9);
    assert_commits(&txn);
}

/* Accumulators are bytes; an empty one is none; a large one is kept whole. */
static void accumulators(void **state)
{
    struct temp_store *temp = *state;
    static uint8_t large[100000];
    struct report_key cursor = {0};
    struct span figures;
    struct store_txn *txn = store_begin_write(temp->store);
    memset(large, 7, sizeof large);
    assert_int_equal(store_get_below(txn, &key, &figures), ERR_NOT_FOUND);
    assert_int_equal(store_put_below(txn, &key, (struct span){large, sizeof large}), ERR_OK);
    assert_int_equal(store_put_below(txn, &next_key, span_of_text("b")), ERR_OK);
    assert_int_equal(store_get_below(txn, &key, &figures), ERR_OK);
    assert_int_equal(figures.len, sizeof large);
    assert_memory_equal(figures.data, large, sizeof large);
    assert_true(store_next_below(txn, &cursor, &figures));
    assert_true(report_key_equal(&cursor, &key));
    assert_true(store_next_below(txn, &cursor, &figures));
    assert_true(report_key_equal(&cursor, &next_key));
    assert_span_is(figures, "b");
    assert_false(store_next_below(txn, &cursor, &figures));
    assert_int_equal(store_put_below(txn, &key, (struct span){NULL, 0}), ERR_OK);
    assert_int_equal(store_get_below(txn, &key, &figures), ERR_NOT_FOUND);
    assert_int_equal(store_put_below(txn, &key, (struct span){NULL, 0}), ERR_OK);
    assert_commits(&txn);
}

static struct bucket bucket_of(uint32_t unit, uint8_t kind, uint16_t year, uint8_t label)
{
    return (struct bucket){
        .kind = kind, .period = {year, label}, .unit = unit, .digest = {label}, .count = 1};
}

/* A bucket that was never put, or was put empty, is all zero. */
static void buckets(void **state)
{
    struct temp_store *temp = *state;
    struct bucket bucket = bucket_of(64, KIND_ACTUAL, 2024, PERIOD_S1), found;
    struct store_txn *txn = store_begin_write(temp->store);
    for (int pass = 0; pass < 2; pass++) {
        memset(&found, 0xFF, sizeof found);
        assert_int_equal(store_get_bucket(txn, KIND_ACTUAL, bucket.period, 64, &found), ERR_OK);
        assert_true(found.kind == KIND_ACTUAL && period_equal(found.period, bucket.period));
        assert_true(found.unit == 64 && found.count == 0);
        assert_memory_equal(found.digest, ((uint8_t[STORE_DIGEST_SIZE]){0}), sizeof found.digest);

        bucket.count = 5;
        assert_int_equal(store_put_bucket(txn, &bucket), ERR_OK);
        assert_int_equal(store_get_bucket(txn, KIND_ACTUAL, bucket.period, 64, &found), ERR_OK);
        assert_int_equal(found.count, 5);
        assert_memory_equal(found.digest, bucket.digest, sizeof found.digest);
        bucket.count = 0;
        assert_int_equal(store_put_bucket(txn, &bucket), ERR_OK);
    }
    found = (struct bucket){0};
    assert_false(store_next_bucket(txn, 64, &found));
    assert_commits(&txn);
}

/* The buckets of one unit come in order of kind and period, those of its neighbours never. */
static void buckets_of_a_unit(void **state)
{
    struct temp_store *temp = *state;
    const struct bucket rows[] = {
        bucket_of(64, KIND_ACTUAL, 2023, PERIOD_Y),  bucket_of(64, KIND_ACTUAL, 2024, PERIOD_S1),
        bucket_of(64, KIND_ACTUAL, 2024, PERIOD_S2), bucket_of(64, KIND_PLAN, 2023, PERIOD_Y),
        bucket_of(64, KIND_PLAN, 2025, PERIOD_S1),
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    const struct bucket others[] = {bucket_of(63, KIND_PLAN, 2999, PERIOD_Y),
                                    bucket_of(65, KIND_ACTUAL, 1900, PERIOD_S1)};
    struct bucket cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    for (size_t i = ROWS; i > 0; i--)
        assert_int_equal(store_put_bucket(txn, &rows[i - 1]), ERR_OK);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(store_put_bucket(txn, &others[i]), ERR_OK);
    for (size_t i = 0; i < ROWS; i++) {
        assert_true(store_next_bucket(txn, 64, &cursor));
        assert_int_equal(cursor.unit, 64);
        assert_int_equal(cursor.kind, rows[i].kind);
        assert_true(period_equal(cursor.period, rows[i].period));
        assert_memory_equal(cursor.digest, rows[i].digest, sizeof cursor.digest);
    }
    assert_false(store_next_bucket(txn, 64, &cursor));
    assert_int_equal(cursor.unit, 64);
    cursor = (struct bucket){0};
    assert_false(store_next_bucket(txn, 62, &cursor));
    assert_commits(&txn);
}

/* Dropping empties accumulators and buckets, and nothing else. */
static void drop(void **state)
{
    struct temp_store *temp = *state;
    struct report_key cursor = {0};
    struct bucket bucket = bucket_of(64, KIND_ACTUAL, 2024, PERIOD_S1);
    struct bucket bucket_cursor = {0};
    struct revision revision;
    struct span figures;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_head(txn, &key, &(struct head){.revision = 1}), ERR_OK);
    put_revision(txn, &key, 1, "kept");
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_put_below(txn, &key, span_of_text("dropped")), ERR_OK);
    assert_int_equal(store_put_bucket(txn, &bucket), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_write(temp->store);
    assert_int_equal(store_drop_accumulators(txn), ERR_OK);
    assert_commits(&txn);
    temp_reopen(temp);
    txn = store_begin_write(temp->store);
    assert_false(store_next_below(txn, &cursor, &figures));
    assert_false(store_next_bucket(txn, 64, &bucket_cursor));
    assert_int_equal(store_count_heads(txn), 1);
    assert_int_equal(store_get_revision(txn, &key, 1, &revision), ERR_OK);
    assert_int_equal(store_count_outbox(txn, NULL), 1);
    assert_int_equal(store_drop_accumulators(txn), ERR_OK); /* of nothing */
    assert_commits(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(heads),        STORE_TEST(revisions), STORE_TEST(previous_revisions),
        STORE_TEST(accumulators), STORE_TEST(buckets),   STORE_TEST(buckets_of_a_unit),
        STORE_TEST(drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
