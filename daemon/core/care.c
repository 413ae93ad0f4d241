/* The record of a verification or a backup, line by line. */
#include "core/care.h"

#include <inttypes.h>
#include <string.h>

static const char *const result_names[] = {
    [CARE_OK] = "ok", [CARE_DIFFERS] = "differs", [CARE_FAILED] = "failed"};

void care_format(const struct care *care, struct buf *out)
{
    buf_printf(out, "time %" PRId64 "\nresult %s\n", care->time.us, result_names[care->result]);
    if (care->result == CARE_FAILED)
        buf_printf(out, "error %s\n", care->error);
    else
        buf_printf(out, "reports %" PRIu64 "\ndifferences %" PRIu64 "\n", care->reports,
                   care->differences);
    if (care->good.us > 0)
        buf_printf(out, "good %" PRId64 "\n", care->good.us);
}

static bool span_is(struct span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.data, text, span.len) == 0;
}

/* Takes what stands before `end` off `*text`, and `end` itself; all of it where there is none. */
static struct span take_until(struct span *text, char end)
{
    const uint8_t *found = text->len > 0 ? memchr(text->data, end, text->len) : NULL;
    struct span taken = {text->data, found != NULL ? (size_t)(found - text->data) : text->len};
    size_t used = found != NULL ? taken.len + 1 : taken.len;
    text->data += used;
    text->len -= used;
    return taken;
}

static bool parse_number(struct span digits, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (size_t i = 0; i < digits.len; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(digits.data[i] - '0');
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return digits.len > 0;
}

static bool parse_time(struct span value, struct instant *ret_time)
{
    uint64_t us;
    if (!parse_number(value, INSTANT_MAX_US, &us))
        return false;
    ret_time->us = (int64_t)us;
    return us > 0;
}

static bool parse_result(struct span value, enum care_result *ret_result)
{
    for (enum care_result i = CARE_OK; i <= CARE_FAILED; i++) {
        if (span_is(value, result_names[i])) {
            *ret_result = i;
            return true;
        }
    }
    return false;
}

/* The names of errors are letters and hyphens. */
static bool parse_error(struct span value, char *ret_error)
{
    if (value.len == 0 || value.len >= CARE_ERROR_SIZE)
        return false;
    for (size_t i = 0; i < value.len; i++)
        if ((value.data[i] < 'a' || value.data[i] > 'z') && value.data[i] != '-')
            return false;
    memcpy(ret_error, value.data, value.len);
    ret_error[value.len] = '\0';
    return true;
}

static bool parse_line(struct span line, struct care *care)
{
    struct span name = take_until(&line, ' ');
    if (span_is(name, "time"))
        return parse_time(line, &care->time);
    if (span_is(name, "result"))
        return parse_result(line, &care->result);
    if (span_is(name, "reports"))
        return parse_number(line, UINT64_MAX, &care->reports);
    if (span_is(name, "differences"))
        return parse_number(line, UINT64_MAX, &care->differences);
    if (span_is(name, "good"))
        return parse_time(line, &care->good);
    if (span_is(name, "error"))
        return parse_error(line, care->error);
    return true;
}

enum err care_parse(struct span text, struct care *ret_care)
{
    struct care care = {0};
    while (text.len > 0)
        if (!parse_line(take_until(&text, '\n'), &care))
            return ERR_SYNTAX;
    if (care.time.us == 0 || care.result == CARE_NEVER)
        return ERR_SYNTAX;
    *ret_care = care;
    return ERR_OK;
}
