/* The proleptic Gregorian calendar on day numbers, and the clock of Viet Nam.
 *
 * The arithmetic counts years from 1 March, so that the leap day is a year's last and month lengths
 * follow one straight line; 400 years ("an era") are 146,097 days. The idea is Howard Hinnant's
 * ("chrono-compatible low-level date algorithms"). */
#include "core/instant.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_SECOND ((int64_t)1000000)

enum {
    SECONDS_PER_DAY = 86400,
    VIETNAM_OFFSET_SECONDS = 7 * 3600,
    DAYS_PER_ERA = 146097,
    /* From 0000-03-01, where era 0 begins, to 1970-01-01. */
    EPOCH_DAYS = 719468,
    YEAR_MIN = 1,
    YEAR_MAX = 9999,
};

static int64_t floor_div(int64_t value, int64_t divisor)
{
    int64_t quotient = value / divisor;
    return value % divisor < 0 ? quotient - 1 : quotient;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

enum err date_make(int year, int month, int day, struct date *ret_date)
{
    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12 || day < 1 ||
        day > days_in_month(year, month))
        return ERR_RANGE;
    int march_year = month > 2 ? year : year - 1;
    int march_month = month > 2 ? month - 3 : month + 9;
    int era = march_year / 400;
    int year_of_era = march_year % 400;
    int day_of_year = (153 * march_month + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    ret_date->days = era * DAYS_PER_ERA + day_of_era - EPOCH_DAYS;
    return ERR_OK;
}

void date_split(struct date date, int *ret_year, int *ret_month, int *ret_day)
{
    assert(date.days != DATE_MIN.days && date.days != DATE_MAX.days);
    int64_t days = (int64_t)date.days + EPOCH_DAYS;
    int64_t era = floor_div(days, DAYS_PER_ERA);
    int day_of_era = (int)(days - era * DAYS_PER_ERA);
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    *ret_day = day_of_year - (153 * march_month + 2) / 5 + 1;
    *ret_month = march_month < 10 ? march_month + 3 : march_month - 9;
    *ret_year = (int)era * 400 + year_of_era + (*ret_month <= 2);
}

/* Reads `count` digits and moves past them; -1 if one is missing. */
static int take_digits(const char **at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return -1;
        value = value * 10 + (**at - '0');
    }
    return value;
}

static bool take_char(const char **at, char wanted)
{
    if (**at != wanted)
        return false;
    (*at)++;
    return true;
}

enum err date_parse(const char *text, struct date *ret_date)
{
    int year = take_digits(&text, 4);
    if (year < 0 || !take_char(&text, '-'))
        return ERR_SYNTAX;
    int month = take_digits(&text, 2);
    if (month < 0 || !take_char(&text, '-'))
        return ERR_SYNTAX;
    int day = take_digits(&text, 2);
    if (day < 0 || *text != '\0')
        return ERR_SYNTAX;
    return date_make(year, month, day, ret_date);
}

char *date_format(struct date date, char *out)
{
    out[0] = '\0';
    if (date.days == DATE_MIN.days || date.days == DATE_MAX.days)
        return out;
    int year, month, day;
    date_split(date, &year, &month, &day);
    snprintf(out, DATE_TEXT_SIZE, "%04d-%02d-%02d", year, month, day);
    return out;
}

/* Seconds since the epoch on a clock in Viet Nam; rounded down, so it cannot overflow. */
static int64_t vietnam_seconds(struct instant instant)
{
    return floor_div(instant.us, US_PER_SECOND) + VIETNAM_OFFSET_SECONDS;
}

struct instant instant_later(struct instant a, struct instant b)
{
    return a.us > b.us ? a : b;
}

struct instant instant_earlier(struct instant a, struct instant b)
{
    return a.us < b.us ? a : b;
}

struct date instant_date(struct instant instant)
{
    return (struct date){(int32_t)floor_div(vietnam_seconds(instant), SECONDS_PER_DAY)};
}

struct instant instant_end_of(struct date date)
{
    const int64_t seconds = ((int64_t)date.days + 1) * SECONDS_PER_DAY - VIETNAM_OFFSET_SECONDS;
    return (struct instant){seconds * US_PER_SECOND - 1};
}

/* Two digits at `text`, or -1. */
static int two_digits(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return -1;
    return (text[0] - '0') * 10 + (text[1] - '0');
}

/* "08:30", with ":59" behind it or not; moves `*text` on. False: it is none. */
static bool take_clock(const char **text, int32_t *ret_seconds)
{
    int hour = two_digits(*text), second = 0;
    int minute = hour >= 0 && (*text)[2] == ':' ? two_digits(*text + 3) : -1;
    if (minute < 0 || hour > 23 || minute > 59)
        return false;
    *text += 5;
    if ((*text)[0] == ':') {
        second = two_digits(*text + 1);
        if (second < 0 || second > 59)
            return false;
        *text += 3;
    }
    *ret_seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/* "Z", "+07:00", or nothing, which is Viet Nam. */
static bool take_offset(const char *text, int32_t *ret_seconds)
{
    bool is_west = text[0] == '-';
    *ret_seconds = VIETNAM_OFFSET_SECONDS;
    if (text[0] == '\0')
        return true;
    *ret_seconds = 0;
    if (strcmp(text, "Z") == 0)
        return true;
    if ((text[0] != '+' && !is_west) || strlen(text) != strlen("+07:00"))
        return false;
    text++;
    if (!take_clock(&text, ret_seconds) || text[0] != '\0')
        return false;
    if (is_west)
        *ret_seconds = -*ret_seconds;
    return true;
}

enum err instant_parse(const char *text, struct instant *ret_instant)
{
    char day[DATE_TEXT_SIZE] = "";
    size_t len = strcspn(text, "T");
    struct date date;
    int32_t seconds = 0, offset = VIETNAM_OFFSET_SECONDS;
    if (len >= sizeof(day))
        return ERR_SYNTAX;
    memcpy(day, text, len);
    enum err err = date_parse(day, &date);
    if (err != ERR_OK)
        return err;
    text += len;
    if (text[0] == 'T') {
        text++;
        if (!take_clock(&text, &seconds) || !take_offset(text, &offset))
            return ERR_SYNTAX;
    }
    ret_instant->us = ((int64_t)date.days * SECONDS_PER_DAY + seconds - offset) * US_PER_SECOND;
    return ERR_OK;
}

char *instant_format(struct instant instant, char *out)
{
    char day[DATE_TEXT_SIZE];
    date_format(instant_date(instant), day);
    int64_t seconds = vietnam_seconds(instant);
    int64_t midnight = floor_div(seconds, SECONDS_PER_DAY) * SECONDS_PER_DAY;
    unsigned second = (unsigned)(seconds - midnight);
    snprintf(out, INSTANT_TEXT_SIZE, "%sT%02u:%02u:%02u+07:00", day, second / 3600 % 24,
             second / 60 % 60, second % 60);
    return out;
}
