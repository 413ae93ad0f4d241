#include "lib/cm.h"

#include "core/indicator.h"
#include "core/unit.h"

static struct date day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_int_equal(date_make(year, month, day_of_month, &date), ERR_OK);
    return date;
}

/* A unit is what its version of the day says; first and last day both belong to a version. */
static void versions_hold_from_first_to_last_day(void **state)
{
    (void)state;
    struct unit_version versions[] = {
        {.from = day(2020, 1, 1), .to = day(2024, 9, 30), .parent = 631},
        {.from = day(2024, 10, 1), .to = day(2025, 6, 30), .parent = 632},
    };
    const struct unit unit = {.id = 7, .versions = versions, .version_count = 2};
    const struct {
        const char *name;
        struct date day;
        const struct unit_version *expected;
    } rows[] = {
        {"the day before it began", day(2019, 12, 31), NULL},
        {"its first day", day(2020, 1, 1), &versions[0]},
        {"last day of a version", day(2024, 9, 30), &versions[0]},
        {"first day of the next", day(2024, 10, 1), &versions[1]},
        {"its last day", day(2025, 6, 30), &versions[1]},
        {"the day after it ended", day(2025, 7, 1), NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (unit_at(&unit, rows[i].day) != rows[i].expected)
            fail_msg("%s", rows[i].name);
    assert_int_equal(unit_begin(&unit).days, day(2020, 1, 1).days);
    assert_int_equal(unit_end(&unit).days, day(2025, 6, 30).days);
}

/* An open version holds on every day there is. */
static void open_versions_hold_always(void **state)
{
    (void)state;
    struct unit_version version = {.from = DATE_MIN, .to = DATE_MAX};
    const struct unit unit = {.id = 7, .versions = &version, .version_count = 1};

    assert_ptr_equal(unit_at(&unit, DATE_MIN), &version);
    assert_ptr_equal(unit_at(&unit, day(2024, 1, 1)), &version);
    assert_ptr_equal(unit_at(&unit, DATE_MAX), &version);
}

/* Where there is no English name, the Vietnamese one stands in. */
static void names_fall_back_to_vietnamese(void **state)
{
    (void)state;
    char vi[] = "Xã Bình An", en[] = "Binh An Commune", none[] = "";
    const struct unit_version both = {.name_vi = vi, .name_en = en};
    const struct unit_version one = {.name_vi = vi, .name_en = none};
    const struct indicator indicator_both = {.name_vi = vi, .name_en = en};
    const struct indicator indicator_one = {.name_vi = vi, .name_en = none};

    assert_string_equal(unit_name(&both, false), vi);
    assert_string_equal(unit_name(&both, true), en);
    assert_string_equal(unit_name(&one, true), vi);
    assert_string_equal(indicator_name(&indicator_both, false), vi);
    assert_string_equal(indicator_name(&indicator_both, true), en);
    assert_string_equal(indicator_name(&indicator_one, true), vi);
}

/* Derived indicators are never entered; all others are. */
static void only_derived_indicators_are_not_entered(void **state)
{
    (void)state;
    const struct {
        enum aggregation aggregation;
        bool expected;
    } rows[] = {
        {AGGREGATION_SUM, true},
        {AGGREGATION_MAX, true},
        {AGGREGATION_MIN, true},
        {AGGREGATION_DERIVED, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(
            indicator_is_entered(&(struct indicator){.aggregation = rows[i].aggregation}),
            rows[i].expected);
}

/* An indicator is valid on its first and its last day. */
static void indicators_are_valid_on_both_ends(void **state)
{
    (void)state;
    const struct indicator indicator = {.valid_from = day(2024, 1, 1),
                                        .valid_to = day(2025, 6, 30)};

    assert_false(indicator_is_valid_on(&indicator, day(2023, 12, 31)));
    assert_true(indicator_is_valid_on(&indicator, day(2024, 1, 1)));
    assert_true(indicator_is_valid_on(&indicator, day(2025, 6, 30)));
    assert_false(indicator_is_valid_on(&indicator, day(2025, 7, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_hold_from_first_to_last_day),
        cmocka_unit_test(open_versions_hold_always),
        cmocka_unit_test(names_fall_back_to_vietnamese),
        cmocka_unit_test(only_derived_indicators_are_not_entered),
        cmocka_unit_test(indicators_are_valid_on_both_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
