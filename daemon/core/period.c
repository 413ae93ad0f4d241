/* Labels are years and halves; what days they cover is the calendar's business. */
#include "core/period.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { YEAR_DIGITS = 4, DAY_TEXT_LEN = 5 /* "12-15" */ };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

enum err period_parse(const char *text, struct period *ret_period)
{
    int year = 0;
    for (int i = 0; i < YEAR_DIGITS; i++, text++) {
        if (!is_digit(*text))
            return ERR_SYNTAX;
        year = year * 10 + (*text - '0');
    }
    enum period_label label;
    if (*text == '\0')
        label = PERIOD_Y;
    else if (strcmp(text, "-S1") == 0)
        label = PERIOD_S1;
    else if (strcmp(text, "-S2") == 0)
        label = PERIOD_S2;
    else
        return ERR_SYNTAX;
    struct period period = {.year = (uint16_t)year, .label = (uint8_t)label};
    if (!period_is_valid(period))
        return ERR_RANGE;
    *ret_period = period;
    return ERR_OK;
}

char *period_format(struct period period, char *out)
{
    static const char *const suffixes[] = {
        [PERIOD_S1] = "-S1", [PERIOD_S2] = "-S2", [PERIOD_Y] = ""};
    if (period_is_valid(period))
        snprintf(out, PERIOD_TEXT_SIZE, "%u%s", (unsigned)period.year, suffixes[period.label]);
    else
        snprintf(out, PERIOD_TEXT_SIZE, "invalid");
    return out;
}

bool period_is_valid(struct period period)
{
    return period.year >= PERIOD_YEAR_MIN && period.year <= PERIOD_YEAR_MAX &&
           period.label >= PERIOD_S1 && period.label <= PERIOD_Y;
}

bool period_equal(struct period a, struct period b)
{
    return a.year == b.year && a.label == b.label;
}

struct period period_previous(struct period period)
{
    period.year--;
    return period;
}

bool calendar_day_is_valid(struct calendar_day day)
{
    const int common_year = 2023; /* without a 29 February, which some labels would lack */
    struct date date;
    return day.year_offset >= -1 && day.year_offset <= 1 &&
           date_make(common_year, day.month, day.day, &date) == ERR_OK;
}

enum err calendar_day_parse(const char *text, struct calendar_day *ret_day)
{
    int offset = 0;
    size_t len = strlen(text);
    if (len == DAY_TEXT_LEN + 3 && (text[0] == '-' || text[0] == '+') && is_digit(text[1]) &&
        text[2] == '/') {
        offset = text[0] == '-' ? -(text[1] - '0') : text[1] - '0';
        text += 3;
    } else if (len != DAY_TEXT_LEN) {
        return ERR_SYNTAX;
    }
    if (!is_digit(text[0]) || !is_digit(text[1]) || text[2] != '-' || !is_digit(text[3]) ||
        !is_digit(text[4]))
        return ERR_SYNTAX;
    struct calendar_day day = {
        .year_offset = (int8_t)offset,
        .month = (uint8_t)((text[0] - '0') * 10 + (text[1] - '0')),
        .day = (uint8_t)((text[3] - '0') * 10 + (text[4] - '0')),
    };
    if (!calendar_day_is_valid(day))
        return ERR_RANGE;
    *ret_day = day;
    return ERR_OK;
}

struct date calendar_day_date(struct calendar_day day, int year)
{
    struct date date = {0};
    enum err err = date_make(year + day.year_offset, day.month, day.day, &date);
    assert(err == ERR_OK);
    return date;
}

/* Whether the halves of one year are in order. */
static bool is_year_in_order(const struct calendar *calendar, int year)
{
    struct date s1_first = calendar_day_date(calendar->s1_first, year);
    struct date s1_last = calendar_day_date(calendar->s1_last, year);
    struct date s2_first = calendar_day_date(calendar->s2_first, year);
    struct date s2_last = calendar_day_date(calendar->s2_last, year);
    return date_compare(s1_first, s1_last) <= 0 && s2_first.days == s1_last.days + 1 &&
           date_compare(s2_first, s2_last) <= 0;
}

static bool ends_before_the_next(const struct calendar *calendar, int year)
{
    return date_compare(calendar_day_date(calendar->s2_last, year),
                        calendar_day_date(calendar->s1_first, year + 1)) < 0;
}

static enum err check_years(const struct calendar *calendar, bool is_of_one_year)
{
    if (!calendar_day_is_valid(calendar->s1_first) || !calendar_day_is_valid(calendar->s1_last) ||
        !calendar_day_is_valid(calendar->s2_first) || !calendar_day_is_valid(calendar->s2_last))
        return ERR_INVALID;
    /* The leap year 2024 as the label's year, and as the year before and after it: "28 February,
     * then 1 March" is a gap in one of them. */
    for (int year = 2023; year <= 2025; year++) {
        if (!is_year_in_order(calendar, year) ||
            (!is_of_one_year && !ends_before_the_next(calendar, year)))
            return ERR_INVALID;
    }
    return ERR_OK;
}

enum err calendar_check(const struct calendar *calendar)
{
    return check_years(calendar, false);
}

enum err calendar_check_one_year(const struct calendar *calendar)
{
    return check_years(calendar, true);
}

static struct calendar_day first_day(const struct calendar *calendar, enum period_label label)
{
    return label == PERIOD_S2 ? calendar->s2_first : calendar->s1_first;
}

static struct calendar_day last_day(const struct calendar *calendar, enum period_label label)
{
    return label == PERIOD_S1 ? calendar->s1_last : calendar->s2_last;
}

struct window calendar_window(const struct calendar *calendar, struct period period)
{
    return (struct window){
        .first = calendar_day_date(first_day(calendar, period.label), period.year),
        .last = calendar_day_date(last_day(calendar, period.label), period.year)};
}

static bool is_same_day(struct calendar_day a, struct calendar_day b)
{
    return a.year_offset == b.year_offset && a.month == b.month && a.day == b.day;
}

bool calendar_same_days(const struct calendar *a, const struct calendar *b, enum period_label label)
{
    return is_same_day(first_day(a, label), first_day(b, label)) &&
           is_same_day(last_day(a, label), last_day(b, label));
}
