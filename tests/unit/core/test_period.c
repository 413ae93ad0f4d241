/* Periods, and the days that a calendar gives them. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/period.h"

static const struct calendar administrative = {.s1_first = {-1, 12, 15},
                                               .s1_last = {0, 6, 14},
                                               .s2_first = {0, 6, 15},
                                               .s2_last = {0, 12, 14}};
static const struct calendar statistical = {
    .s1_first = {0, 1, 1}, .s1_last = {0, 6, 30}, .s2_first = {0, 7, 1}, .s2_last = {0, 12, 31}};

/* Rule: one spelling per period, both ways. */
static void periods_are_read_and_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct period period;
    } rows[] = {
        {"2024-S1", {2024, PERIOD_S1}}, {"2024-S2", {2024, PERIOD_S2}}, {"2024", {2024, PERIOD_Y}},
        {"1900", {1900, PERIOD_Y}},     {"2999-S2", {2999, PERIOD_S2}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct period period;
        char text[PERIOD_TEXT_SIZE];
        assert_int_equal(period_parse(rows[i].text, &period), ERR_OK);
        assert_true(period_equal(period, rows[i].period));
        assert_true(period_is_valid(period));
        assert_ptr_equal(period_format(period, text), text);
        assert_string_equal(text, rows[i].text);
    }
}

static void bad_periods_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err wanted;
    } rows[] = {
        {"", ERR_SYNTAX},         {"2024-", ERR_SYNTAX},    {"2024-S", ERR_SYNTAX},
        {"2024-S3", ERR_SYNTAX},  {"2024-S0", ERR_SYNTAX},  {"2024-s1", ERR_SYNTAX},
        {"2024S1", ERR_SYNTAX},   {"2024-S1 ", ERR_SYNTAX}, {" 2024", ERR_SYNTAX},
        {"2024-S11", ERR_SYNTAX}, {"202", ERR_SYNTAX},      {"20244", ERR_SYNTAX},
        {"-2024", ERR_SYNTAX},    {"S1-2024", ERR_SYNTAX},  {"2024-Y", ERR_SYNTAX},
        {"1899", ERR_RANGE},      {"3000-S1", ERR_RANGE},   {"0000", ERR_RANGE},
    };
    struct period period = {2001, PERIOD_S2};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (period_parse(rows[i].text, &period) != rows[i].wanted)
            fail_msg("'%s'", rows[i].text);
    }
    assert_true(period_equal(period, (struct period){2001, PERIOD_S2}));
}

/* Rule: a period from elsewhere may be no period; it can be told, and printed into its 8 bytes. */
static void invalid_periods_are_known(void **state)
{
    (void)state;
    static const struct period rows[] = {{2024, 0},        {2024, 4},         {2024, 255},
                                         {1899, PERIOD_Y}, {3000, PERIOD_S1}, {65535, PERIOD_S2}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[PERIOD_TEXT_SIZE];
        assert_false(period_is_valid(rows[i]));
        assert_string_equal(period_format(rows[i], text), "invalid");
    }
}

/* Rule: comparison is with the same label a year before; both members make a period. */
static void periods_compare(void **state)
{
    (void)state;
    const struct period s1 = {2024, PERIOD_S1};
    assert_true(period_equal(period_previous(s1), (struct period){2023, PERIOD_S1}));
    assert_false(period_equal(s1, (struct period){2023, PERIOD_S1}));
    assert_false(period_equal(s1, (struct period){2024, PERIOD_S2}));
    assert_false(period_is_valid(period_previous((struct period){PERIOD_YEAR_MIN, PERIOD_Y})));
}

/* Rule: month and day, with the year before or after if need be; a day that some years lack cannot
 * be one of every year. */
static void calendar_days_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err wanted;
        struct calendar_day day;
    } rows[] = {
        {"12-15", ERR_OK, {0, 12, 15}},   {"-1/12-15", ERR_OK, {-1, 12, 15}},
        {"+1/01-10", ERR_OK, {1, 1, 10}}, {"02-28", ERR_OK, {0, 2, 28}},
        {"02-29", ERR_RANGE, {0}},        {"00-10", ERR_RANGE, {0}},
        {"13-01", ERR_RANGE, {0}},        {"06-00", ERR_RANGE, {0}},
        {"06-31", ERR_RANGE, {0}},        {"-2/12-15", ERR_RANGE, {0}},
        {"+9/12-15", ERR_RANGE, {0}},     {"", ERR_SYNTAX, {0}},
        {"12", ERR_SYNTAX, {0}},          {"1-15", ERR_SYNTAX, {0}},
        {"12-5", ERR_SYNTAX, {0}},        {"12/15", ERR_SYNTAX, {0}},
        {"12-15 ", ERR_SYNTAX, {0}},      {"a2-15", ERR_SYNTAX, {0}},
        {"12-1b", ERR_SYNTAX, {0}},       {"1/12-15", ERR_SYNTAX, {0}},
        {"-/12-15", ERR_SYNTAX, {0}},     {"-x/12-15", ERR_SYNTAX, {0}},
        {"-1-12-15", ERR_SYNTAX, {0}},    {"-11/12-15", ERR_SYNTAX, {0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct calendar_day day = {0};
        enum err err = calendar_day_parse(rows[i].text, &day);
        if (err != rows[i].wanted || day.year_offset != rows[i].day.year_offset ||
            day.month != rows[i].day.month || day.day != rows[i].day.day)
            fail_msg("'%s': %s", rows[i].text, err_name(err));
        assert_int_equal(calendar_day_is_valid(day), err == ERR_OK);
    }
    assert_false(calendar_day_is_valid((struct calendar_day){2, 6, 1}));
    assert_false(calendar_day_is_valid((struct calendar_day){INT8_MIN, 6, 1}));
}

static void assert_window(const struct calendar *calendar, const char *period, const char *wanted)
{
    struct period parsed;
    assert_int_equal(period_parse(period, &parsed), ERR_OK);
    struct window window = calendar_window(calendar, parsed);
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE], text[64];
    snprintf(text, sizeof text, "%s..%s", date_format(window.first, first),
             date_format(window.last, last));
    assert_string_equal(text, wanted);
}

/* Rule: Decree 09/2019/ND-CP, article 12: S1 = 15 December of the year before to 14 June, S2 =
 * 15 June to 14 December, the year is both. Statistical: calendar halves. */
static void windows_come_from_the_calendar(void **state)
{
    (void)state;
    assert_window(&administrative, "2024-S1", "2023-12-15..2024-06-14");
    assert_window(&administrative, "2024-S2", "2024-06-15..2024-12-14");
    assert_window(&administrative, "2024", "2023-12-15..2024-12-14");
    assert_window(&administrative, "1900-S1", "1899-12-15..1900-06-14");
    assert_window(&statistical, "2024-S1", "2024-01-01..2024-06-30");
    assert_window(&statistical, "2024-S2", "2024-07-01..2024-12-31");
    assert_window(&statistical, "2999", "2999-01-01..2999-12-31");

    char text[DATE_TEXT_SIZE];
    struct date deadline = calendar_day_date((struct calendar_day){1, 1, 10}, 2024);
    assert_string_equal(date_format(deadline, text), "2025-01-10");
}

/* Rule: halves in order, without a day between them or in two of them, in leap years too. */
static void calendars_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct calendar calendar;
        enum err wanted;
    } rows[] = {
        {"school year, from September", {{-1, 9, 1}, {0, 1, 31}, {0, 2, 1}, {0, 5, 31}}, ERR_OK},
        {"reaching into the next year", {{0, 2, 1}, {0, 7, 31}, {0, 8, 1}, {1, 1, 31}}, ERR_OK},
        {"gap of a day", {{0, 1, 1}, {0, 6, 29}, {0, 7, 1}, {0, 12, 31}}, ERR_INVALID},
        {"one day in both", {{0, 1, 1}, {0, 6, 30}, {0, 6, 30}, {0, 12, 31}}, ERR_INVALID},
        {"S1 upside down", {{0, 7, 1}, {0, 6, 30}, {0, 7, 1}, {0, 12, 31}}, ERR_INVALID},
        {"S2 upside down", {{0, 1, 1}, {0, 6, 30}, {0, 7, 1}, {0, 6, 30}}, ERR_INVALID},
        {"gap in leap years", {{-1, 9, 1}, {0, 2, 28}, {0, 3, 1}, {0, 8, 31}}, ERR_INVALID},
        {"the same, year before", {{-1, 1, 1}, {-1, 2, 28}, {-1, 3, 1}, {-1, 8, 31}}, ERR_INVALID},
        {"the same, year after", {{1, 1, 1}, {1, 2, 28}, {1, 3, 1}, {1, 8, 31}}, ERR_INVALID},
        {"a day in two years", {{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 15}}, ERR_INVALID},
        {"no month", {{0, 0, 1}, {0, 6, 30}, {0, 7, 1}, {0, 12, 31}}, ERR_INVALID},
        {"no such day", {{0, 1, 1}, {0, 6, 30}, {0, 7, 1}, {0, 12, 32}}, ERR_INVALID},
        {"29 February", {{0, 1, 1}, {0, 2, 29}, {0, 3, 1}, {0, 12, 31}}, ERR_INVALID},
        {"far away", {{-100, 1, 1}, {0, 6, 30}, {0, 7, 1}, {0, 12, 31}}, ERR_INVALID},
        {"nothing at all", {.s1_first = {0}}, ERR_INVALID},
    };
    assert_int_equal(calendar_check(&administrative), ERR_OK);
    assert_int_equal(calendar_check(&statistical), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (calendar_check(&rows[i].calendar) != rows[i].wanted)
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(periods_are_read_and_written),
        cmocka_unit_test(bad_periods_are_refused),
        cmocka_unit_test(invalid_periods_are_known),
        cmocka_unit_test(periods_compare),
        cmocka_unit_test(calendar_days_are_read),
        cmocka_unit_test(windows_come_from_the_calendar),
        cmocka_unit_test(calendars_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
