/* Reporting periods and their windows.
 *
 * The label names the year that officials name; which days it covers comes from the catalogue's
 * calendar, never from code. Decree 09/2019/ND-CP, article 12: S1 = 15 December of the year before
 * to 14 June, S2 = 15 June to 14 December, year = both. The statistical calendar (Decree 60/2018)
 * is 1 January to 30 June and to 31 December. */
#ifndef CORE_PERIOD_H
#define CORE_PERIOD_H

#include "core/instant.h"

enum period_label { PERIOD_S1 = 1, PERIOD_S2 = 2, PERIOD_Y = 3 };
enum {
    PERIOD_LABEL_COUNT = 3,
    PERIOD_YEAR_MIN = 1900,
    PERIOD_YEAR_MAX = 2999,
    PERIOD_TEXT_SIZE = 8
};

struct period {
    uint16_t year;
    uint8_t label; /* enum period_label */
};

/* First and last day, both inside. */
struct window {
    struct date first;
    struct date last;
};

/* A day of some year relative to the label's year: {-1, 12, 15} is 15 December of the year before.
 */
struct calendar_day {
    int8_t year_offset;
    uint8_t month;
    uint8_t day;
};

struct calendar {
    struct calendar_day s1_first, s1_last, s2_first, s2_last;
};

/* "2024-S1", "2024-S2", "2024"; ERR_SYNTAX, or ERR_RANGE for a year outside PERIOD_YEAR_MIN..MAX.
 */
enum err period_parse(const char *text, struct period *ret_period);
/* Into PERIOD_TEXT_SIZE bytes, "invalid" if it is not valid; returns `out`. */
char *period_format(struct period period, char *out);
bool period_is_valid(struct period period);
bool period_equal(struct period a, struct period b);
/* The same label one year earlier: what `--compare previous` compares with. */
struct period period_previous(struct period period);

/* "12-15", "-1/12-15" (a year before), "+1/01-10" (a year after); ERR_SYNTAX or ERR_RANGE. Feb 29
 * is refused. */
enum err calendar_day_parse(const char *text, struct calendar_day *ret_day);
/* True for a day of every year, offset -1 to 1: what calendar_day_parse accepts. */
bool calendar_day_is_valid(struct calendar_day day);
/* The date of a valid calendar day for the label's `year`. */
struct date calendar_day_date(struct calendar_day day, int year);
/* ERR_INVALID unless the four days are valid and in order, S2 starts the day after S1 ends, and the
 * next year's S1 starts after S2 ended. */
enum err calendar_check(const struct calendar *calendar);
/* Likewise for a calendar of one year alone: the next one has other days. */
enum err calendar_check_one_year(const struct calendar *calendar);
/* The days that `period` covers, by a calendar that passed calendar_check. */
struct window calendar_window(const struct calendar *calendar, struct period period);
/* Whether the label covers the same days of its year by both of them. */
bool calendar_same_days(const struct calendar *a, const struct calendar *b,
                        enum period_label label);

#endif
