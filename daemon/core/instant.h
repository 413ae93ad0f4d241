/* Points in time and calendar days. Both are structs, so that they cannot mix with each other or
 * with a plain number. Nothing here reads a clock: time arrives inside events. */
#ifndef CORE_INSTANT_H
#define CORE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/* Microseconds since 1970-01-01T00:00:00Z. */
struct instant {
    int64_t us;
};

/* Days since 1970-01-01, proleptic Gregorian. */
struct date {
    int32_t days;
};

#define DATE_MIN ((struct date){INT32_MIN}) /* "since always" */
#define DATE_MAX ((struct date){INT32_MAX}) /* "until further notice" */

/* The end of the year 9999, in UTC. */
#define INSTANT_MAX_US INT64_C(253402300799999999)

enum { INSTANT_TEXT_SIZE = 32, DATE_TEXT_SIZE = 16 };

/* ERR_RANGE for a day that does not exist or a year outside 1 to 9999. */
enum err date_make(int year, int month, int day, struct date *ret_date);
/* "2024-12-14"; ERR_SYNTAX or ERR_RANGE. */
enum err date_parse(const char *text, struct date *ret_date);
/* Writes "2024-12-14", or "" for DATE_MIN and DATE_MAX, into DATE_TEXT_SIZE bytes; returns `out`.
 */
char *date_format(struct date date, char *out);
/* Year, month 1..12, day 1..31 of a date that is neither DATE_MIN nor DATE_MAX. */
void date_split(struct date date, int *ret_year, int *ret_month, int *ret_day);
static inline int date_compare(struct date a, struct date b)
{
    return (a.days > b.days) - (a.days < b.days);
}

struct instant instant_later(struct instant a, struct instant b);
struct instant instant_earlier(struct instant a, struct instant b);
/* The day in Viet Nam (UTC+7, no daylight saving) that `instant` falls on: deadlines are days of
 * the people who report. */
struct date instant_date(struct instant instant);
/* The last microsecond of a day in Viet Nam. */
struct instant instant_end_of(struct date date);
/* "2024-12-12T08:30:00+07:00", with seconds and offset or without (then in Viet Nam), or a day,
 * which is its beginning in Viet Nam; ERR_SYNTAX or ERR_RANGE. */
enum err instant_parse(const char *text, struct instant *ret_instant);
/* "2024-12-12T08:30:00+07:00" into INSTANT_TEXT_SIZE bytes; returns `out`. */
char *instant_format(struct instant instant, char *out);

#endif
