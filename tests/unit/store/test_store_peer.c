/* Alarms, quarantine and enrolled keys. */
#include "unit/store/temp_store.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

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
    assert_int_equal(store_clear_alarms(txn), ERR_OK);
    assert_int_equal(store_count_alarms(txn), 0);
    assert_commits(&txn);
}

/* Fills a text of `size` bytes that was cut inside a character of three bytes. */
static void fill_cut(char *text, size_t size)
{
    memset(text, 'a', size);
    memcpy(text + size - 3, "\xE1\xBA", 3);
}

/* Texts that their author had to cut are kept as text: half a character would make every answer
 * with them malformed. */
static void texts_are_kept_whole(void **state)
{
    struct temp_store *temp = *state;
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = 2024, .unit = 631};
    struct quarantined item = {.bytes = span_of_text("x")};
    fill_cut(alarm.text, sizeof alarm.text);
    fill_cut(item.reason, sizeof item.reason);
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_alarm(txn, &alarm), ERR_OK);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    struct alarm alarm_cursor = {0};
    struct quarantined cursor = {0};
    assert_true(store_next_alarm(txn, &alarm_cursor));
    assert_true(store_next_quarantine(txn, &cursor));
    assert_int_equal(strlen(alarm_cursor.text), sizeof alarm.text - 3);
    assert_int_equal(strlen(cursor.reason), sizeof item.reason - 3);
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

/* What a person has dealt with goes, and its number never comes again:
 * "clear 3" means the message that was shown as 3. */
static void quarantine_is_cleared(void **state)
{
    struct temp_store *temp = *state;
    struct quarantined cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    quarantine_one(txn, 1, span_of_text("a"));
    quarantine_one(txn, 2, span_of_text("b"));
    quarantine_one(txn, 3, span_of_text("c"));
    assert_int_equal(store_delete_quarantine(txn, 3), ERR_OK);
    assert_int_equal(store_delete_quarantine(txn, 3), ERR_OK);
    assert_int_equal(store_count_quarantine(txn), 2);
    quarantine_one(txn, 4, span_of_text("c"));
    for (uint64_t number = 1; number <= 4; number++)
        assert_int_equal(store_delete_quarantine(txn, number), ERR_OK);
    assert_int_equal(store_count_quarantine(txn), 0);
    assert_commits(&txn);
    temp_reopen(temp);
    txn = store_begin_write(temp->store);
    quarantine_one(txn, 5, span_of_text("a"));
    assert_true(store_next_quarantine(txn, &cursor));
    assert_int_equal(cursor.number, 5);
    assert_commits(&txn);
}

/* A peer that sends the same again and again keeps one place, so that it does not push out what
 * others sent; another peer, reason or content is another message. */
static void repeats_are_kept_once(void **state)
{
    struct temp_store *temp = *state;
    static uint8_t large[65 * 1024];
    const struct quarantined first = {
        .received = {1}, .peer = {1}, .reason = "odd", .bytes = span_of_text("x")};
    struct quarantined rows[] = {first, first, first, first};
    rows[0].peer[31] = 1;
    (void)snprintf(rows[1].reason, sizeof rows[1].reason, "odder");
    rows[2].bytes = span_of_text("y");
    rows[3].bytes = (struct span){large, sizeof large};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_quarantine(txn, &first), ERR_OK);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(store_put_quarantine(txn, &rows[i]), ERR_OK);
        assert_int_equal(store_count_quarantine(txn), i + 2);
    }
    for (size_t i = 0; i < LENGTH(rows); i++) {
        rows[i].received.us += 5;
        assert_int_equal(store_put_quarantine(txn, &rows[i]), ERR_OK);
    }
    assert_int_equal(store_put_quarantine(txn, &first), ERR_OK);
    assert_int_equal(store_count_quarantine(txn), LENGTH(rows) + 1);
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
        quarantine_one(txn, i, (struct span){(const uint8_t *)&i, sizeof i});
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

/* What is kept comes after the others, whole, and none of them pushes it out; it has a bound of its
 * own. */
static void what_is_kept_stays(void **state)
{
    static const uint8_t large[100000] = {7};
    struct temp_store *temp = *state;
    struct quarantined item = {
        .is_kept = true, .reason = "set aside", .bytes = {large, sizeof large}};
    struct quarantined cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK); /* repeated */
    for (int i = 0; i < STORE_QUARANTINE_MAX + 5; i++)
        quarantine_one(txn, i, (struct span){(const uint8_t *)&i, sizeof i});
    assert_int_equal(store_count_quarantine(txn), STORE_QUARANTINE_MAX + 1);
    for (int i = 0; i < STORE_QUARANTINE_MAX; i++) {
        assert_true(store_next_quarantine(txn, &cursor));
        assert_false(cursor.is_kept);
    }
    assert_true(store_next_quarantine(txn, &cursor));
    assert_true(cursor.is_kept);
    assert_int_equal(cursor.number, 1);
    assert_int_equal(cursor.bytes.len, sizeof large);
    assert_false(store_next_quarantine(txn, &cursor));
    item.bytes.len = 8;
    for (uint32_t i = 1; i < STORE_ASIDE_MAX; i++) {
        assert_true(store_has_room_aside(txn));
        item.received.us = i;
        (void)snprintf(item.reason, sizeof item.reason, "set aside %u", (unsigned)i);
        assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    }
    assert_false(store_has_room_aside(txn));
    quarantine_one(txn, 0, span_of_text("others come and go"));
    assert_int_equal(store_count_quarantine(txn), STORE_QUARANTINE_MAX + STORE_ASIDE_MAX);
    assert_int_equal(store_delete_quarantine(txn, 1), ERR_OK);
    assert_true(store_has_room_aside(txn));
    assert_commits(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(alarms),
        STORE_TEST(texts_are_kept_whole),
        STORE_TEST(quarantine),
        STORE_TEST(quarantine_is_cleared),
        STORE_TEST(repeats_are_kept_once),
        STORE_TEST(quarantine_is_bounded),
        STORE_TEST(what_is_kept_stays),
        STORE_TEST(enrolled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
