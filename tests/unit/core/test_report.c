/* Reports as values: their cells in order, their notes, their key, and when a revision counts. */
#include "lib/cm.h"

#include "core/mem.h"
#include "core/report.h"

/* Rule: cells may arrive in any order; sorted, each is found, and one that was not reported is not
 * zero but absent. */
static void cells_are_sorted_and_found(void **state)
{
    (void)state;
    struct report report = {0};
    assert_int_equal(report_sort(&report), ERR_OK);
    assert_null(report_cell(&report, 1));
    for (uint32_t i = 0; i < 100; i++)
        report_add_cell(&report, (struct cell){.indicator = 2 * (i * 37 % 100) + 1,
                                               .qualifier = QUALIFIER_EXACT,
                                               .value = (int64_t)i});
    assert_int_equal(report_sort(&report), ERR_OK);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t indicator = 2 * (i * 37 % 100) + 1;
        const struct cell *cell = report_cell(&report, indicator);
        assert_non_null(cell);
        assert_int_equal(cell->indicator, indicator);
        assert_int_equal(cell->value, i);
        assert_int_equal(report.cells[i].indicator, 2 * i + 1);
        assert_null(report_cell(&report, 2 * i));
    }
    assert_null(report_cell(&report, 201));
    report_fini(&report);
}

/* Rule: two cells of one indicator are an error, wherever they stand; numbers beyond 2^31 too. */
static void duplicates_are_named(void **state)
{
    (void)state;
    static const uint32_t rows[][3] = {{1, 1, 2}, {2, 1, 2}, {UINT32_MAX, 7, UINT32_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = {0};
        for (size_t k = 0; k < 3; k++)
            report_add_cell(&report, (struct cell){.indicator = rows[i][k]});
        assert_int_equal(report_sort(&report), ERR_EXISTS);
        report_fini(&report);
    }
}

/* Rule: a report owns its strings and gives all of them back. */
static void notes_are_copied_and_freed(void **state)
{
    (void)state;
    struct report report = {.author = mem_strdup("Lan"), .reason = mem_strdup("sai số liệu")};
    char text[] = "theo báo cáo của thôn";
    report_add_note(&report, 0, text);
    text[0] = 'T';
    report_add_note(&report, 6, text);
    assert_int_equal(report.note_count, 2);
    assert_int_equal(report.notes[0].indicator, 0);
    assert_string_equal(report.notes[0].text, "theo báo cáo của thôn");
    assert_int_equal(report.notes[1].indicator, 6);
    assert_string_equal(report.notes[1].text, "Theo báo cáo của thôn");
    report_fini(&report);
    assert_null(report.author);
    assert_null(report.notes);
    assert_int_equal(report.note_count, 0);
    report_fini(&report); /* an empty report may be finished too */
}

/* Rule: (kind, period, unit, form) is the key, all of it. */
static void every_member_of_the_key_counts(void **state)
{
    (void)state;
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
    const struct report_key same = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
    const struct report_key others[] = {
        {KIND_PLAN, {2024, PERIOD_S1}, 23857, 1},   {KIND_ACTUAL, {2023, PERIOD_S1}, 23857, 1},
        {KIND_ACTUAL, {2024, PERIOD_Y}, 23857, 1},  {KIND_ACTUAL, {2024, PERIOD_S1}, 23860, 1},
        {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 2},
    };
    assert_true(report_key_equal(&key, &same));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(report_key_equal(&key, &others[i]));
}

/* Rule: a key with another label differs in nothing else, and the key it is made of stays. */
static void a_key_has_other_labels(void **state)
{
    (void)state;
    const struct report_key key = {KIND_PLAN, {2024, PERIOD_S1}, 23857, 7};
    const struct report_key year = {KIND_PLAN, {2024, PERIOD_Y}, 23857, 7};
    const struct report_key made = report_key_with_label(&key, PERIOD_Y);
    const struct report_key back = report_key_with_label(&made, PERIOD_S1);
    assert_true(report_key_equal(&made, &year));
    assert_true(report_key_equal(&back, &key));
    assert_int_equal(key.period.label, PERIOD_S1);
}

/* Rule: equal keys have one hash, whose low bits are made of every member: tables take them for a
 * slot. */
static void keys_are_spread(void **state)
{
    (void)state;
    enum { SLOTS = 1024, KEYS = 2 * 2 * 4 * 32 * 2 };
    uint32_t taken[SLOTS] = {0}, count = 0, most = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        const struct report_key key = {
            .kind = (uint8_t)(KIND_ACTUAL + i % 2),
            .period = {(uint16_t)(2024 + i / 512), (uint8_t)(PERIOD_S1 + i / 2 % 2)},
            .unit = 23857 + i / 16 % 32,
            .form = 1 + i / 4 % 4,
        };
        const struct report_key same = key;
        assert_true(report_key_hash(&key) == report_key_hash(&same));
        uint32_t *slot = &taken[report_key_hash(&key) % SLOTS];
        count += *slot == 0;
        most = ++*slot > most ? *slot : most;
    }
    assert_true(count > SLOTS / 2); /* by chance alone 1 - 1/e of them */
    assert_true(most < 10);
}

/* Rule: what counts is accepted and not returned; a return wins over an acceptance. */
static void states_decide_what_counts(void **state)
{
    (void)state;
    assert_false(state_counts(0));
    assert_true(state_counts(STATE_ACCEPTED));
    assert_false(state_counts(STATE_RETURNED));
    assert_false(state_counts(STATE_ACCEPTED | STATE_RETURNED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_sorted_and_found),
        cmocka_unit_test(duplicates_are_named),
        cmocka_unit_test(notes_are_copied_and_freed),
        cmocka_unit_test(every_member_of_the_key_counts),
        cmocka_unit_test(a_key_has_other_labels),
        cmocka_unit_test(keys_are_spread),
        cmocka_unit_test(states_decide_what_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
