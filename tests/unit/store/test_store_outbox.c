/* The outbox is a set of dirty keys: one entry per key, cleared only by the answer to its last
 * mark. */
#include "unit/store/temp_store.h"

static const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
static const struct report_key other = {KIND_PLAN, {2024, PERIOD_Y}, 23860, 2};
static const struct report_key statement = {
    .kind = KIND_ACTUAL, .period = {.year = 2024}, .unit = 631};

static uint64_t version_of(struct store_txn *txn, uint8_t type, const struct report_key *of)
{
    struct outbox_item item;
    assert_int_equal(store_get_outbox(txn, type, of, &item), ERR_OK);
    return item.version;
}

static void assert_counts(struct store_txn *txn, uint64_t all, uint64_t parked)
{
    uint64_t found_parked = 999;
    assert_int_equal(store_count_outbox(txn, &found_parked), all);
    assert_int_equal(found_parked, parked);
}

/* Marking twice is one entry with a newer version; only that version clears it. */
static void marks(void **state)
{
    struct temp_store *temp = *state;
    struct outbox_item item = {.version = 77};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_NOT_FOUND);
    assert_int_equal(item.version, 77);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    uint64_t first = version_of(txn, OUTBOX_REPORT, &key);
    assert_commits(&txn);

    txn = store_begin_write(temp->store);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    uint64_t second = version_of(txn, OUTBOX_REPORT, &key);
    assert_true(second > first);
    assert_counts(txn, 1, 0);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, first), ERR_OK);
    assert_int_equal(version_of(txn, OUTBOX_REPORT, &key), second);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_STATEMENT, &key, second), ERR_OK);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &other, second), ERR_OK);
    assert_counts(txn, 1, 0);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, second), ERR_OK);
    assert_counts(txn, 0, 0);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, second), ERR_OK);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_NOT_FOUND);
    assert_commits(&txn);
}

/* A version never comes again, not after clearing, not after reopening: an answer that was delayed
 * for long does not clear what is newer. */
static void versions_never_come_again(void **state)
{
    struct temp_store *temp = *state;
    uint64_t last = 0;
    for (int i = 0; i < 5; i++) {
        struct store_txn *txn = store_begin_write(temp->store);
        for (int k = 0; k < 2; k++) {
            assert_int_equal(
                store_mark_outbox(txn, OUTBOX_REPORT, k == 0 ? &key : &other, temp_now), ERR_OK);
            uint64_t version = version_of(txn, OUTBOX_REPORT, k == 0 ? &key : &other);
            assert_true(version > last);
            last = version;
        }
        assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &other, last), ERR_OK);
        assert_counts(txn, 1, 0);
        assert_commits(&txn);
        temp_reopen(temp);
    }
}

/* Reports go before statements, each in key order. */
static void order(void **state)
{
    struct temp_store *temp = *state;
    struct outbox_item item = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_STATEMENT, &statement, temp_now), ERR_OK);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, temp_now), ERR_OK);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &other, "why not"), ERR_OK);
    assert_true(store_next_outbox(txn, &item));
    assert_true(item.type == OUTBOX_REPORT && report_key_equal(&item.key, &key));
    assert_false(item.is_parked);
    assert_string_equal(item.reason, "");
    assert_int_equal(item.version, version_of(txn, OUTBOX_REPORT, &key));
    assert_true(store_next_outbox(txn, &item));
    assert_true(item.type == OUTBOX_REPORT && report_key_equal(&item.key, &other));
    assert_true(item.is_parked);
    assert_string_equal(item.reason, "why not");
    assert_true(store_next_outbox(txn, &item));
    assert_true(item.type == OUTBOX_STATEMENT && report_key_equal(&item.key, &statement));
    assert_false(item.is_parked);
    assert_string_equal(item.reason, ""); /* not the one before's */
    assert_false(store_next_outbox(txn, &item));
    assert_int_equal(item.type, OUTBOX_STATEMENT);
    assert_commits(&txn);
}

/* A parked entry keeps its version and says why; a new mark, or unparking all, lets it go again. */
static void parking(void **state)
{
    struct temp_store *temp = *state;
    struct outbox_item item;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "x"), ERR_NOT_FOUND);
    assert_int_equal(store_error(txn), ERR_OK);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, temp_now), ERR_OK);
    uint64_t version = version_of(txn, OUTBOX_REPORT, &key);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "catalogue 8"), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "catalogue 9"), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &other, "catalogue 9"), ERR_OK);
    assert_counts(txn, 2, 2);
    assert_commits(&txn);
    temp_reopen(temp);

    txn = store_begin_write(temp->store);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_OK);
    assert_true(item.type == OUTBOX_REPORT && report_key_equal(&item.key, &key));
    assert_true(item.is_parked && item.version == version);
    assert_string_equal(item.reason, "catalogue 9");
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_OK);
    assert_false(item.is_parked);
    assert_counts(txn, 2, 1);
    assert_int_equal(store_unpark_outbox(txn), ERR_OK);
    assert_counts(txn, 2, 0);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &other, &item), ERR_OK);
    assert_false(item.is_parked);
    assert_int_equal(store_unpark_outbox(txn), ERR_OK);
    assert_commits(&txn);
}

/* Clearing a parked entry clears its reason too: it does not wait for the next mark of that key. */
static void clearing_what_is_parked(void **state)
{
    struct temp_store *temp = *state;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "x"), ERR_OK);
    uint64_t version = version_of(txn, OUTBOX_REPORT, &key);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, version + 1), ERR_OK);
    assert_counts(txn, 1, 1);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &key, version), ERR_OK);
    assert_counts(txn, 0, 0);
    assert_commits(&txn);
}

/* A reason that is too long is cut between two characters, not lost. */
static void long_reason(void **state)
{
    struct temp_store *temp = *state;
    char reason[300];
    struct outbox_item item;
    struct store_txn *txn = store_begin_write(temp->store);
    memset(reason, 'r', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, temp_now), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, reason), ERR_OK);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_OK);
    assert_int_equal(strlen(item.reason), STORE_REASON_SIZE - 1);
    memcpy(reason + STORE_REASON_SIZE - 3, "\xE1\xBA\xBF", 3); /* its last byte is one too many */
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, reason), ERR_OK);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &key, &item), ERR_OK);
    assert_int_equal(strlen(item.reason), STORE_REASON_SIZE - 3);
    assert_commits(&txn);
}

/* Delivering clears what it walks over, while others are marked: all are met. */
static void clearing_while_walking(void **state)
{
    struct temp_store *temp = *state;
    enum { UNITS = 500 };
    struct outbox_item item = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        struct report_key of = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
        assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &of, temp_now), ERR_OK);
    }
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        assert_true(store_next_outbox(txn, &item));
        assert_int_equal(item.key.unit, unit);
        assert_int_equal(store_clear_outbox(txn, item.type, &item.key, item.version), ERR_OK);
        assert_int_equal(store_mark_outbox(txn, OUTBOX_STATEMENT, &statement, temp_now), ERR_OK);
    }
    assert_true(store_next_outbox(txn, &item));
    assert_int_equal(item.type, OUTBOX_STATEMENT);
    assert_false(store_next_outbox(txn, &item));
    assert_counts(txn, 1, 0);
    assert_commits(&txn);
}

static void assert_oldest(struct store_txn *txn, int64_t expected_us)
{
    struct instant since = {-1};
    assert_true(store_find_oldest(txn, &since));
    assert_int_equal(since.us, expected_us);
}

/* An entry waits since its first mark: marking it again, as retries do, does not make it younger.
 * The oldest is that of the reports; statements say nothing that could be lost. */
static void waits_since_its_first_mark(void **state)
{
    struct temp_store *temp = *state;
    struct instant since = {-1};
    struct outbox_item item;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_false(store_find_oldest(txn, &since));
    assert_int_equal(store_mark_outbox(txn, OUTBOX_STATEMENT, &statement, (struct instant){10}),
                     ERR_OK);
    assert_false(store_find_oldest(txn, &since));
    assert_int_equal(since.us, -1);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &key, (struct instant){30}), ERR_OK);
    assert_oldest(txn, 30);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, (struct instant){20}), ERR_OK);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &other, "foreign"), ERR_OK);
    assert_oldest(txn, 20);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, (struct instant){40}), ERR_OK);
    assert_oldest(txn, 20);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &other, &item), ERR_OK);
    assert_int_equal(item.since.us, 20);
    assert_false(item.is_parked);
    assert_int_equal(store_clear_outbox(txn, OUTBOX_REPORT, &other, item.version), ERR_OK);
    assert_oldest(txn, 30);
    assert_int_equal(store_mark_outbox(txn, OUTBOX_REPORT, &other, (struct instant){50}), ERR_OK);
    assert_int_equal(store_get_outbox(txn, OUTBOX_REPORT, &other, &item), ERR_OK);
    assert_int_equal(item.since.us, 50); /* it was safe in between */
    assert_commits(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(marks),
        STORE_TEST(versions_never_come_again),
        STORE_TEST(order),
        STORE_TEST(parking),
        STORE_TEST(clearing_what_is_parked),
        STORE_TEST(long_reason),
        STORE_TEST(clearing_while_walking),
        STORE_TEST(waits_since_its_first_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
