/* Days and points in time. */
#include "lib/cm.h"

#include "core/instant.h"

/* Rule: the proleptic Gregorian calendar, days since 1970-01-01. */
static void known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t days;
    } rows[] = {
        {"1970-01-01", 0},       {"1969-12-31", -1},      {"1970-03-01", 59},
        {"2000-02-29", 11016},   {"2000-03-01", 11017},   {"1900-03-01", -25508},
        {"1900-02-28", -25509},  {"2024-12-14", 20071},   {"2025-06-30", 20269},
        {"0001-01-01", -719162}, {"9999-12-31", 2932896},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date;
        char text[DATE_TEXT_SIZE];
        assert_int_equal(date_parse(rows[i].text, &date), ERR_OK);
        assert_int_equal(date.days, rows[i].days);
        assert_string_equal(date_format(date, text), rows[i].text);
    }
}

/* Rule: each day follows the one before, through leap years, centuries and the era of 400 years. */
static void days_follow_each_other(void **state)
{
    (void)state;
    struct date date;
    assert_int_equal(date_make(1599, 12, 31, &date), ERR_OK);
    int year = 1599, month = 12, day = 31;
    int years_seen = 0;
    for (int i = 0; i < 3 * 146097; i++) {
        int y, m, d;
        date.days++;
        date_split(date, &y, &m, &d);
        bool is_next_day = y == year && m == month && d == day + 1;
        bool is_next_month = y == year && m == month + 1 && d == 1 && day >= 28;
        bool is_next_year = y == year + 1 && m == 1 && d == 1 && month == 12 && day == 31;
        if (is_next_day + is_next_month + is_next_year != 1)
            fail_msg("%d-%d-%d after %d-%d-%d", y, m, d, year, month, day);
        struct date back;
        assert_int_equal(date_make(y, m, d, &back), ERR_OK);
        assert_int_equal(back.days, date.days);
        years_seen += is_next_year;
        year = y, month = m, day = d;
    }
    assert_int_equal(years_seen, 1200);
    assert_int_equal(year * 10000 + month * 100 + day, 27991231);
}

/* Rule: a text that is not a date is told from a date that does not exist; neither touches the
 * output. */
static void bad_dates_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err wanted;
    } rows[] = {
        {"", ERR_SYNTAX},
        {"2024", ERR_SYNTAX},
        {"2024-12", ERR_SYNTAX},
        {"2024-12-1", ERR_SYNTAX},
        {"2024-12-145", ERR_SYNTAX},
        {"2024-12-14 ", ERR_SYNTAX},
        {" 2024-12-14", ERR_SYNTAX},
        {"14/12/2024", ERR_SYNTAX},
        {"2024/12/14", ERR_SYNTAX},
        {"2024-1-014", ERR_SYNTAX},
        {"-024-12-14", ERR_SYNTAX},
        {"2024-+1-14", ERR_SYNTAX},
        {"2024-00-14", ERR_RANGE},
        {"2024-13-14", ERR_RANGE},
        {"2024-12-00", ERR_RANGE},
        {"2024-12-32", ERR_RANGE},
        {"2024-04-31", ERR_RANGE},
        {"2023-02-29", ERR_RANGE},
        {"1900-02-29", ERR_RANGE},
        {"0000-01-01", ERR_RANGE},
    };
    struct date date = {123};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (date_parse(rows[i].text, &date) != rows[i].wanted)
            fail_msg("'%s'", rows[i].text);
    }
    assert_int_equal(date_make(10000, 1, 1, &date), ERR_RANGE);
    assert_int_equal(date_make(2024, -1, 1, &date), ERR_RANGE);
    assert_int_equal(date_make(INT32_MIN, 1, 1, &date), ERR_RANGE);
    assert_int_equal(date.days, 123);
}

/* Rule: an open end prints as nothing; every other number of days prints, even one from elsewhere.
 */
static void open_and_odd_dates_print(void **state)
{
    (void)state;
    char text[DATE_TEXT_SIZE];
    assert_string_equal(date_format(DATE_MIN, text), "");
    assert_string_equal(date_format(DATE_MAX, text), "");
    assert_string_equal(date_format((struct date){INT32_MAX - 1}, text), "5881580-07-10");
    assert_string_equal(date_format((struct date){INT32_MIN + 1}, text), "-5877641-06-24");
}

static void dates_compare(void **state)
{
    (void)state;
    const struct date early = {-3}, late = {7};
    assert_true(date_compare(early, late) < 0);
    assert_true(date_compare(late, early) > 0);
    assert_int_equal(date_compare(late, late), 0);
    assert_true(date_compare(DATE_MIN, DATE_MAX) < 0);
}

/* Rule: an instant falls on the day that people in Viet Nam call today (UTC+7). An instant may come
 * from a peer: none may overflow. */
static void instants_are_read_in_vietnam(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t us;
        const char *day;
        const char *text;
    } rows[] = {
        {"epoch", 0, "1970-01-01", "1970-01-01T07:00:00+07:00"},
        {"last moment of a deadline", 1734195599999999, "2024-12-14", "2024-12-14T23:59:59+07:00"},
        {"a microsecond later", 1734195600000000, "2024-12-15", "2024-12-15T00:00:00+07:00"},
        {"before the epoch", -1, "1970-01-01", "1970-01-01T06:59:59+07:00"},
        {"midnight before the epoch", -25200000000, "1970-01-01", "1970-01-01T00:00:00+07:00"},
        {"the evening before", -25200000001, "1969-12-31", "1969-12-31T23:59:59+07:00"},
        {"leap day", 1709167830000000, "2024-02-29", "2024-02-29T07:50:30+07:00"},
        {"largest", INT64_MAX, "294247-01-10", "294247-01-10T11:00:54+07:00"},
        {"smallest", INT64_MIN, "-290308-12-22", "-290308-12-22T02:59:05+07:00"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[INSTANT_TEXT_SIZE];
        const struct instant instant = {rows[i].us};
        assert_string_equal(date_format(instant_date(instant), text), rows[i].day);
        assert_string_equal(instant_format(instant, text), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(days_follow_each_other),
        cmocka_unit_test(bad_dates_are_refused),
        cmocka_unit_test(open_and_odd_dates_print),
        cmocka_unit_test(dates_compare),
        cmocka_unit_test(instants_are_read_in_vietnam),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
