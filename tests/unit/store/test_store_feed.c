/* The feed: each report has one entry, at its last change; whoever reads on from a number misses
 * nothing. */
#include "unit/store/temp_store.h"

#define SPAN(literal) ((struct span){(const uint8_t *)(literal), sizeof(literal) - 1})

static const struct report_key first = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
static const struct report_key second = {KIND_ACTUAL, {2024, PERIOD_S1}, 23860, 1};
static const struct report_key third = {KIND_PLAN, {2024, PERIOD_Y}, 631, 2};

static uint64_t change(struct temp_store *temp, const struct report_key *key)
{
    struct head head = {.revision = 1, .change = 999}; /* which place it gets is not the caller's */
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_head(txn, key, &head), ERR_OK);
    assert_int_equal(store_get_head(txn, key, &head), ERR_OK);
    assert_commits(&txn);
    return head.change;
}

static void assert_next(struct store_txn *txn, uint64_t *number, uint64_t expected,
                        const struct report_key *key)
{
    struct feed_entry found;
    assert_true(store_next_change(txn, number, &found));
    assert_int_equal(*number, expected);
    assert_false(found.is_notice);
    assert_true(report_key_equal(&found.report, key));
}

/* A change moves its report to the end, under a number that never was. */
static void moves_to_the_end(void **state)
{
    struct temp_store *temp = *state;
    struct feed_entry found;
    uint64_t number = 0;
    struct store_txn *txn = store_begin_read(temp->store);
    assert_int_equal(store_feed_number(txn), 0);
    assert_false(store_next_change(txn, &number, &found));
    store_abort(&txn);
    assert_int_equal(change(temp, &first), 1);
    assert_int_equal(change(temp, &second), 2);
    assert_int_equal(change(temp, &third), 3);
    assert_int_equal(change(temp, &first), 4);
    assert_int_equal(change(temp, &first), 5); /* the last one, again */

    txn = store_begin_read(temp->store);
    assert_next(txn, &number, 2, &second);
    assert_next(txn, &number, 3, &third);
    assert_next(txn, &number, 5, &first);
    assert_false(store_next_change(txn, &number, &found));
    assert_int_equal(store_feed_number(txn), 5);
    assert_int_equal(store_count_changes(txn), 3);
    assert_int_equal(store_get_change(txn, 5, &found), ERR_OK);
    assert_true(report_key_equal(&found.report, &first));
    assert_int_equal(store_get_change(txn, 4, &found), ERR_NOT_FOUND);
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
}

/* What was changed while nobody read is met by who reads on, however often it was changed. */
static void reads_on(void **state)
{
    struct temp_store *temp = *state;
    struct feed_entry found;
    (void)change(temp, &first);
    (void)change(temp, &second);
    uint64_t number = 2; /* read so far */
    temp_reopen(temp);
    (void)change(temp, &second);
    (void)change(temp, &third);
    (void)change(temp, &second);
    struct store_txn *txn = store_begin_read(temp->store);
    assert_next(txn, &number, 4, &third);
    assert_next(txn, &number, 5, &second);
    assert_false(store_next_change(txn, &number, &found));
    store_abort(&txn);
}

/* A notice has its place among the reports, and what is put under its key again moves it. */
static void notices_too(void **state)
{
    struct temp_store *temp = *state;
    struct notice_key key = {second, NOTICE_RETURNED, 64, 3, {7, 8}};
    struct notice_key cursor = {0};
    struct feed_entry found;
    struct span bytes;
    uint64_t number = 0;
    (void)change(temp, &first);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_get_notice(txn, &key, &bytes), ERR_NOT_FOUND);
    assert_int_equal(store_notice_change(txn, &key), 0);
    assert_int_equal(store_put_notice(txn, &key, SPAN("what")), ERR_OK);
    assert_int_equal(store_notice_change(txn, &key), 2);
    assert_commits(&txn);
    assert_int_equal(change(temp, &third), 3);
    txn = store_begin_write(temp->store);
    assert_int_equal(store_put_notice(txn, &key, SPAN("anew")), ERR_OK);
    key.about[15] = 1;
    assert_int_equal(store_put_notice(txn, &key, SPAN("")), ERR_OK);
    assert_commits(&txn);

    txn = store_begin_read(temp->store);
    assert_next(txn, &number, 1, &first);
    assert_next(txn, &number, 3, &third);
    assert_true(store_next_change(txn, &number, &found));
    assert_true(number == 4 && found.is_notice && found.notice.about[15] == 0);
    assert_true(report_key_equal(&found.notice.report, &second));
    assert_true(found.notice.type == NOTICE_RETURNED && found.notice.author == 64 &&
                found.notice.number == 3 && found.notice.about[0] == 7);
    assert_int_equal(store_get_notice(txn, &found.notice, &bytes), ERR_OK);
    assert_span_is(bytes, "anew");
    assert_true(store_next_change(txn, &number, &found));
    assert_true(number == 5 && found.is_notice && found.notice.about[15] == 1);
    assert_false(store_next_change(txn, &number, &found));
    assert_int_equal(store_count_notices(txn), 2);
    assert_int_equal(store_count_changes(txn), 4);

    assert_true(store_next_notice(txn, &cursor, &bytes));
    assert_span_is(bytes, "anew");
    assert_true(store_next_notice(txn, &cursor, &bytes));
    assert_true(bytes.len == 0 && cursor.about[15] == 1);
    assert_false(store_next_notice(txn, &cursor, &bytes));
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
}

/* Editions are walked in order of kind, year, unit, label and number. */
static void editions(void **state)
{
    struct temp_store *temp = *state;
    static const struct edition_key keys[] = {{KIND_ACTUAL, {2024, PERIOD_S1}, 64, 1},
                                              {KIND_ACTUAL, {2024, PERIOD_S1}, 64, 2},
                                              {KIND_ACTUAL, {2024, PERIOD_Y}, 64, 1},
                                              {KIND_ACTUAL, {2024, PERIOD_S1}, 631, 1}};
    struct edition_key cursor = {0};
    struct span bytes;
    struct store_txn *txn = store_begin_write(temp->store);
    for (size_t i = 4; i > 0; i--)
        assert_int_equal(store_put_edition(txn, &keys[i - 1], SPAN("frozen")), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_read(temp->store);
    for (size_t i = 0; i < 4; i++) {
        assert_true(store_next_edition(txn, &cursor, &bytes));
        assert_true(cursor.kind == keys[i].kind && cursor.unit == keys[i].unit &&
                    cursor.number == keys[i].number && period_equal(cursor.period, keys[i].period));
        assert_span_is(bytes, "frozen");
    }
    assert_false(store_next_edition(txn, &cursor, &bytes));
    assert_int_equal(store_get_edition(txn, &keys[2], &bytes), ERR_OK);
    cursor = keys[2];
    cursor.number = 2;
    assert_int_equal(store_get_edition(txn, &cursor, &bytes), ERR_NOT_FOUND);
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
}

/* What is not committed has no place. */
static void aborted(void **state)
{
    struct temp_store *temp = *state;
    struct feed_entry found;
    (void)change(temp, &first);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_head(txn, &second, &(struct head){.revision = 1}), ERR_OK);
    assert_int_equal(store_put_head(txn, &first, &(struct head){.revision = 2}), ERR_OK);
    store_abort(&txn);
    txn = store_begin_read(temp->store);
    assert_int_equal(store_feed_number(txn), 1);
    assert_int_equal(store_get_change(txn, 1, &found), ERR_OK);
    assert_true(report_key_equal(&found.report, &first));
    store_abort(&txn);
    assert_int_equal(change(temp, &second), 2);
}

/* The life of a store keeps its number through every start, and says who wrote last. */
static void epoch_and_software(void **state)
{
    struct temp_store *temp = *state;
    struct span software;
    store_close(&temp->store);
    temp_fini(temp);
    temp_init(temp);
    temp->options.epoch = 77;
    temp->options.software = "tonghopd 0.2.0";
    assert_int_equal(temp_open(temp), ERR_OK);
    temp->options.epoch = 78;
    temp->options.software = "tonghopd 0.2.1";
    temp_reopen(temp);
    struct store_txn *txn = store_begin_read(temp->store);
    assert_int_equal(store_feed_epoch(txn), 77);
    assert_int_equal(store_get_meta(txn, "software", &software), ERR_OK);
    assert_span_is(software, "tonghopd 0.2.1");
    store_abort(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(moves_to_the_end), STORE_TEST(reads_on), STORE_TEST(notices_too),
        STORE_TEST(editions),         STORE_TEST(aborted),  STORE_TEST(epoch_and_software),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
