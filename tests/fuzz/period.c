/* Periods, dates and calendars.
 *
 * Laws: a period or date that reads is written as it was read; what is read is valid; a point in
 * time that is written can be read by eye (its day is the day in Viet Nam); a calendar that passes
 * its check has, in every year, halves that join, a year that is both, and no day in two years. */
#include <stdlib.h>
#include <string.h>

#include "core/period.h"
#include "core/report.h"
#include "fuzz/fuzz.h"

static void check_texts(const char *text)
{
    struct period period;
    struct date date;
    struct calendar_day day;
    char out[DATE_TEXT_SIZE];

    if (period_parse(text, &period) == ERR_OK) {
        LAW(period_is_valid(period), "a period that reads is valid");
        LAW(strcmp(period_format(period, out), text) == 0, "a period is written as it was read");
    }
    if (date_parse(text, &date) == ERR_OK)
        LAW(strcmp(date_format(date, out), text) == 0, "a date is written as it was read");
    if (calendar_day_parse(text, &day) == ERR_OK)
        LAW(calendar_day_is_valid(day), "a calendar's day that reads is valid");
}

static int read_digit(struct reader *r, int below)
{
    return reader_u8(r) % below;
}

static struct calendar_day read_day(struct reader *r)
{
    return (struct calendar_day){.year_offset = (int8_t)(read_digit(r, 4) - 2),
                                 .month = (uint8_t)read_digit(r, 14),
                                 .day = (uint8_t)read_digit(r, 33)};
}

static void check_year(const struct calendar *calendar, uint16_t year)
{
    struct window s1 = calendar_window(calendar, (struct period){year, PERIOD_S1});
    struct window s2 = calendar_window(calendar, (struct period){year, PERIOD_S2});
    struct window y = calendar_window(calendar, (struct period){year, PERIOD_Y});
    struct window next =
        calendar_window(calendar, (struct period){(uint16_t)(year + 1), PERIOD_S1});

    LAW(date_compare(s1.first, s1.last) <= 0 && date_compare(s2.first, s2.last) <= 0,
        "a half begins before it ends");
    LAW(s2.first.days == s1.last.days + 1, "the halves join");
    LAW(y.first.days == s1.first.days && y.last.days == s2.last.days, "a year is both its halves");
    LAW(date_compare(y.last, next.first) < 0, "no day lies in two years");
}

static void check_calendar(struct span bytes)
{
    struct reader r = reader_of(bytes);
    struct calendar calendar = {.s1_first = read_day(&r)};
    calendar.s1_last = read_day(&r);
    calendar.s2_first = read_day(&r);
    calendar.s2_last = read_day(&r);
    if (calendar_check(&calendar) != ERR_OK)
        return;
    /* Leap years, years beside them, and the ends of what there is. */
    static const uint16_t years[] = {
        PERIOD_YEAR_MIN,    1904, 1999, 2000, 2001, 2023, 2024, 2025, 2099, 2100, 2101,
        PERIOD_YEAR_MAX - 1};
    for (size_t i = 0; i < LENGTH(years); i++)
        check_year(&calendar, years[i]);
}

static void check_instant(struct span bytes)
{
    struct reader r = reader_of(bytes);
    /* From 1970 to 9999: what the wire lets pass. */
    struct instant instant = {(int64_t)(reader_u64(&r) % UINT64_C(253402300800000000))};
    char day[DATE_TEXT_SIZE], text[INSTANT_TEXT_SIZE];

    date_format(instant_date(instant), day);
    instant_format(instant, text);
    LAW(strncmp(text, day, strlen(day)) == 0, "a point in time is written with its day");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {data, size};
    char *text = fuzz_text(bytes);
    check_texts(text);
    check_calendar(bytes);
    check_instant(bytes);
    free(text);
    return 0;
}
