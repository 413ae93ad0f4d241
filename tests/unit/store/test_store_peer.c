/* Statements, alarms, quarantine and enrolled keys. */
#include "unit/store/temp_store.h"

/* The last statement of each unit, kind and year, as it came. */
static void statements(void **state)
{
    struct temp_store *temp = *state;
    struct span bytes;
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_get_statement(txn, KIND_ACTUAL, 2024, 631, &bytes), ERR_NOT_FOUND);
    assert_int_equal(store_put_statement(txn, KIND_ACTUAL, 2024, 631, span_of_text("a")), ERR_OK);
    assert_int_equal(store_put_statement(txn, KIND_ACTUAL, 2024, 631, span_of_text("b")), ERR_OK);
    assert_int_equal(store_put_statement(txn, KIND_PLAN, 2024, 631, span_of_text("c")), ERR_OK);
    assert_commits(&txn);
    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_statement(txn, KIND_ACTUAL, 2024, 631, &bytes), ERR_OK);
    assert_span_is(bytes, "b");
    assert_int_equal(store_get_statement(txn, KIND_PLAN, 2024, 631, &bytes), ERR_OK);
    assert_span_is(bytes, "c");
    assert_int_equal(store_get_statement(txn, KIND_ACTUAL, 2025, 631, &bytes), ERR_NOT_FOUND);
    assert_int_equal(store_get_statement(txn, KIND_ACTUAL, 2024, 632, &bytes), ERR_NOT_FOUND);
    store_abort(&txn);
}

/* One alarm per unit, kind and year; a newer one replaces it; they come in order. */
static void alarms(void **state)
{
    struct temp_store *temp = *state;
    static const struct alarm rows[] = {
        {KIND_PLAN, 2024, 631, {3}, "third"},
        {KIND_ACTUAL, 2024, 632, {2}, "second"},
        {KIND_ACTUAL, 2024, 631, {1}, "replaced"},
        {KIND_ACTUAL, 2024, 631, {1}, "first"},
    };
    static const char *const expected[] = {"first", "second", "third"};
    struct alarm cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_false(store_next_alarm(txn, &cursor));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(store_put_alarm(txn, &rows[i]), ERR_OK);
    assert_int_equal(store_count_alarms(txn), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_true(store_next_alarm(txn, &cursor));
        assert_string_equal(cursor.text, expected[i]);
        assert_int_equal(cursor.since.us, i + 1);
        assert_int_equal(cursor.kind, i == 2 ? KIND_PLAN : KIND_ACTUAL);
        assert_int_equal(cursor.year, 2024);
        assert_int_equal(cursor.unit, i == 1 ? 632 : 631);
    }
    assert_false(store_next_alarm(txn, &cursor));
    assert_int_equal(store_delete_alarm(txn, KIND_ACTUAL, 2024, 632), ERR_OK);
    assert_int_equal(store_delete_alarm(txn, KIND_ACTUAL, 2024, 632), ERR_OK);
    assert_int_equal(store_count_alarms(txn), 2);
    assert_commits(&txn);
}

static void quarantine_one(struct store_txn *txn, int64_t us, struct span bytes)
{
    struct quarantined item = {.number = 999,
                               .received = {us},
                               .peer = {1, [31] = 9},
                               .reason = "malformed",
                               .bytes = bytes};
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
}

/* Items are numbered by the store, come in order of arrival, and are kept as they came. */
static void quarantine(void **state)
{
    struct temp_store *temp = *state;
    struct quarantined cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_false(store_next_quarantine(txn, &cursor));
    quarantine_one(txn, 5, span_of_text("\x01\x02"));
    quarantine_one(txn, 6, (struct span){NULL, 0});
    assert_commits(&txn);
    temp_reopen(temp);
    txn = store_begin_write(temp->store);
    quarantine_one(txn, 7, span_of_text("x"));
    for (uint64_t number = 1; number <= 3; number++) {
        assert_true(store_next_quarantine(txn, &cursor));
        assert_int_equal(cursor.number, number);
        assert_int_equal(cursor.received.us, number + 4);
        assert_int_equal(cursor.peer[31], 9);
        assert_string_equal(cursor.reason, "malformed");
        assert_span_is(cursor.bytes, number == 1 ? "\x01\x02" : number == 2 ? "" : "x");
    }
    assert_false(store_next_quarantine(txn, &cursor));
    assert_int_equal(cursor.number, 3);
    assert_commits(&txn);
}

/* Hostile input cannot fill the disk: at most 1000 items, the oldest goes; at most 64 KiB of each.
 */
static void quarantine_is_bounded(void **state)
{
    struct temp_store *temp = *state;
    static uint8_t large[65 * 1024];
    struct quarantined cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    for (int i = 0; i < STORE_QUARANTINE_MAX + 5; i++)
        quarantine_one(txn, i, span_of_text("x"));
    quarantine_one(txn, 0, (struct span){large, sizeof large});
    assert_int_equal(store_count_quarantine(txn), STORE_QUARANTINE_MAX);
    assert_true(store_next_quarantine(txn, &cursor));
    assert_int_equal(cursor.number, 7);
    while (store_next_quarantine(txn, &cursor))
        continue;
    assert_int_equal(cursor.number, STORE_QUARANTINE_MAX + 6);
    assert_int_equal(cursor.bytes.len, 64 * 1024);
    assert_commits(&txn);
}

static struct enrolled enrolled_of(uint8_t first_byte, uint32_t unit)
{
    return (struct enrolled){.key = {first_byte, [31] = 5},
                             .unit = unit,
                             .role = 2,
                             .changed = {(int64_t)unit},
                             .name = "Xã Bình An"};
}

/* Keys are found by their bytes, revoked in place, and listed in order of them. */
static void enrolled(void **state)
{
    struct temp_store *temp = *state;
    struct enrolled rows[] = {enrolled_of(200, 3), enrolled_of(1, 1), enrolled_of(2, 2)};
    struct enrolled found = {.unit = 77}, cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_false(store_next_enrolled(txn, &cursor));
    assert_int_equal(store_get_enrolled(txn, rows[0].key, &found), ERR_NOT_FOUND);
    assert_int_equal(found.unit, 77);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(store_put_enrolled(txn, &rows[i]), ERR_OK);
    rows[2].is_revoked = true;
    assert_int_equal(store_put_enrolled(txn, &rows[2]), ERR_OK);
    assert_commits(&txn);

    txn = store_begin_read(temp->store);
    assert_int_equal(store_get_enrolled(txn, rows[2].key, &found), ERR_OK);
    assert_memory_equal(found.key, rows[2].key, sizeof found.key);
    assert_true(found.is_revoked && found.unit == 2 && found.role == 2 && found.changed.us == 2);
    assert_string_equal(found.name, "Xã Bình An");
    for (uint32_t unit = 1; unit <= 3; unit++) {
        assert_true(store_next_enrolled(txn, &cursor));
        assert_int_equal(cursor.unit, unit);
        assert_int_equal(cursor.is_revoked, unit == 2);
        assert_int_equal(cursor.key[31], 5);
    }
    assert_false(store_next_enrolled(txn, &cursor));
    store_abort(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(statements), STORE_TEST(alarms),
        STORE_TEST(quarantine), STORE_TEST(quarantine_is_bounded),
        STORE_TEST(enrolled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
