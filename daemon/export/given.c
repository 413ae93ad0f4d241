/* Reading one line that may be anything.
 *
 * jansson builds a tree whose size is bounded by the line only with a factor: "[[],[],...]" takes
 * forty times its bytes, and goes as deep as the stack. So a line is first looked at for what it
 * would become: a walk over its bytes, with no memory at all. */
#include "export/given.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"
#include "export/base64.h"
#include "link/key.h"

/* ---- failures ---- */

static void fail_at(struct given *given, size_t offset, const char *format, va_list args)
{
    if (given->failed)
        return;
    given->failed = true;
    given->problem.column = utf8_length((const char *)given->bytes.data, offset) + 1;
    (void)vsnprintf(given->problem.text, sizeof(given->problem.text), format, args);
    utf8_make_line(given->problem.text); /* it may quote the file */
}

__attribute__((format(printf, 3, 4))) static void fail_here(struct given *given, size_t offset,
                                                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_at(given, offset, format, args);
    va_end(args);
}

/* Where member `name` begins: the first place that looks like it. */
static size_t offset_of(const struct given *given, const char *name)
{
    char wanted[64];
    int len = snprintf(wanted, sizeof(wanted), "\"%s\":", name);
    const uint8_t *at = memmem(given->bytes.data, given->bytes.len, wanted, (size_t)len);
    return at != NULL ? (size_t)(at - given->bytes.data) : 0;
}

void given_fail(struct given *given, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_at(given, offset_of(given, name), format, args);
    va_end(args);
}

/* ---- the line as such ---- */

/* Counts what would take memory, outside of texts. */
static void look_over(struct given *given)
{
    const uint8_t *bytes = given->bytes.data;
    size_t depth = 0, members = 0;
    bool in_text = false;
    for (size_t i = 0; i < given->bytes.len && !given->failed; i++) {
        uint8_t c = bytes[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            depth++;
        else if (!in_text && (c == '}' || c == ']') && depth > 0)
            depth--;
        if (!in_text && (c == ',' || c == '{' || c == '['))
            members++;
        if (depth > LINE_DEPTH_MAX)
            fail_here(given, i, "objects and lists are nested more than %d deep", LINE_DEPTH_MAX);
        else if (members > LINE_MEMBERS_MAX)
            fail_here(given, i, "it has more than %d members", LINE_MEMBERS_MAX);
    }
}

static size_t first_invalid(struct span bytes)
{
    size_t low = 0, high = bytes.len; /* up to `low` it is valid, but for half a character */
    while (high - low > 4) {
        size_t middle = low + (high - low) / 2;
        size_t cut = middle;
        while (cut > low && (bytes.data[cut] & 0xC0) == 0x80)
            cut--;
        if (utf8_is_valid((const char *)bytes.data + low, cut - low) && cut > low)
            low = cut;
        else
            high = middle;
    }
    return low;
}

void given_open(struct span bytes, struct given *ret_given)
{
    json_error_t error;
    *ret_given = (struct given){.bytes = bytes};
    if (!utf8_is_valid((const char *)bytes.data, bytes.len))
        fail_here(ret_given, first_invalid(bytes), "it is not UTF-8, or has a NUL");
    look_over(ret_given);
    if (ret_given->failed)
        return;
    ret_given->object =
        json_loadb((const char *)bytes.data, bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (ret_given->object == NULL) {
        size_t at = error.position > 0 ? (size_t)error.position - 1 : 0;
        fail_here(ret_given, at < bytes.len ? at : bytes.len, "it is not JSON: %s", error.text);
    } else if (!json_is_object(ret_given->object)) {
        fail_here(ret_given, 0, "it is not a JSON object");
    }
}

void given_fini(struct given *given)
{
    json_decref(given->object);
    given->object = NULL;
}

const char *given_kind(const struct given *given)
{
    const char *kind = json_string_value(json_object_get(given->object, "line"));
    return kind != NULL ? kind : "";
}

/* ---- members ---- */

/* NULL, and a failure, when it is not there. */
static json_t *member(struct given *given, const char *name)
{
    if (given->failed)
        return NULL;
    json_t *value = json_object_get(given->object, name);
    if (value == NULL)
        fail_here(given, 0, "member \"%s\" is missing", name);
    return value;
}

uint64_t given_number(struct given *given, const char *name, uint64_t min, uint64_t max)
{
    json_t *value = member(given, name);
    if (value == NULL)
        return 0;
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && (uint64_t)number >= min && (uint64_t)number <= max)
        return (uint64_t)number;
    given_fail(given, name, "\"%s\" has to be a whole number from %" PRIu64 " to %" PRIu64, name,
               min, max);
    return 0;
}

uint64_t given_number_or_null(struct given *given, const char *name, uint64_t max)
{
    json_t *value = member(given, name);
    return value == NULL || json_is_null(value) ? 0 : given_number(given, name, 1, max);
}

bool given_bool(struct given *given, const char *name)
{
    json_t *value = member(given, name);
    if (value != NULL && !json_is_boolean(value))
        given_fail(given, name, "\"%s\" has to be true or false", name);
    return json_is_true(value);
}

const char *given_text(struct given *given, const char *name, size_t max)
{
    json_t *value = member(given, name);
    if (value == NULL)
        return "";
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    if (text != NULL && len <= max && utf8_is_text(text, len) && memchr(text, '\n', len) == NULL &&
        memchr(text, '\t', len) == NULL)
        return text;
    given_fail(given, name, "\"%s\" has to be a text of one line, of at most %zu bytes", name, max);
    return "";
}

const char *given_text_or_null(struct given *given, const char *name, size_t max)
{
    json_t *value = member(given, name);
    return value == NULL || json_is_null(value) ? "" : given_text(given, name, max);
}

struct instant given_instant(struct given *given, const char *name)
{
    struct instant instant = {0};
    const char *text = given_text(given, name, LINE_INSTANT_SIZE);
    if (!given->failed && !line_instant_parse(text, &instant))
        given_fail(given, name,
                   "\"%s\" has to be a moment such as 2024-12-12T01:30:00.000000Z, from 1970 on",
                   name);
    return instant;
}

struct instant given_instant_if_known(struct given *given, const char *name)
{
    bool is_there = json_object_get(given->object, name) != NULL;
    return is_there ? given_instant(given, name) : (struct instant){0};
}

uint8_t given_states(struct given *given, const char *name)
{
    json_t *list = member(given, name), *item;
    uint8_t states = 0;
    size_t i;
    bool is_good = json_is_array(list);
    json_array_foreach(list, i, item)
    {
        const char *text = json_string_value(item);
        uint8_t state = text == NULL                    ? 0
                        : strcmp(text, "accepted") == 0 ? STATE_ACCEPTED
                        : strcmp(text, "returned") == 0 ? STATE_RETURNED
                                                        : 0;
        is_good = is_good && state != 0;
        states |= state;
    }
    if (list != NULL && !is_good)
        given_fail(given, name, "\"%s\" has to be a list of \"accepted\" and \"returned\"", name);
    return states;
}

void given_bytes(struct given *given, const char *name, struct buf *out)
{
    json_t *value = member(given, name);
    if (value == NULL)
        return;
    const char *text = json_string_value(value);
    struct span span = {(const uint8_t *)text, json_string_length(value)};
    if (text == NULL || !base64_take(span, out))
        given_fail(given, name, "\"%s\" has to be bytes in base64", name);
}

void given_curve_key(struct given *given, const char *name, bool or_null, uint8_t *ret_key)
{
    json_t *value = member(given, name);
    memset(ret_key, 0, KEY_SIZE);
    if (value == NULL || (or_null && json_is_null(value)))
        return;
    const char *text = given_text(given, name, KEY_TEXT_SIZE);
    if (!given->failed && key_parse(text, ret_key) != ERR_OK)
        given_fail(given, name, "\"%s\" has to be a key in base64", name);
}

/* The value of a digit, -1 for anything else. */
static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void given_digest(struct given *given, const char *name, uint8_t *ret_digest)
{
    const char *text = given_text(given, name, 2 * STORE_DIGEST_SIZE);
    bool is_digest = strlen(text) == 2 * STORE_DIGEST_SIZE;
    for (size_t i = 0; is_digest && i < STORE_DIGEST_SIZE; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        is_digest = high >= 0 && low >= 0;
        ret_digest[i] = (uint8_t)((unsigned)high << 4 | (unsigned)low);
    }
    if (!is_digest)
        given_fail(given, name, "\"%s\" has to be %d lower-case hexadecimal digits", name,
                   2 * STORE_DIGEST_SIZE);
}

/* ---- comparing ---- */

/* Where two trees differ: "cells[3].value". */
struct difference {
    char path[160];
    const json_t *given, *made; /* NULL: it is not there */
};

static void add_step(struct difference *difference, const char *name, size_t index)
{
    size_t len = strlen(difference->path);
    char *end = difference->path + len;
    if (name == NULL)
        (void)snprintf(end, sizeof(difference->path) - len, "[%zu]", index);
    else
        (void)snprintf(end, sizeof(difference->path) - len, "%s%.60s", len > 0 ? "." : "", name);
    utf8_cut(difference->path);
}

/* One step down, to the first child that differs. False: the trees as such differ. */
static bool step_down(struct difference *difference)
{
    const json_t *given = difference->given, *made = difference->made;
    const char *name;
    json_t *value;
    size_t i;
    if (json_is_array(given) && json_is_array(made)) {
        size_t count = json_array_size(given), made_count = json_array_size(made);
        for (i = 0; i < count || i < made_count; i++) {
            difference->given = json_array_get(given, i);
            difference->made = json_array_get(made, i);
            if (!json_equal(difference->given, difference->made)) {
                add_step(difference, NULL, i);
                return true;
            }
        }
    } else if (json_is_object(given) && json_is_object(made)) {
        json_object_foreach((json_t *)(uintptr_t)made, name, value)
        {
            if (!json_equal(json_object_get(given, name), value)) {
                difference->given = json_object_get(given, name);
                difference->made = value;
                add_step(difference, name, 0);
                return true;
            }
        }
        json_object_foreach((json_t *)(uintptr_t)given, name, value)
        {
            if (json_object_get(made, name) == NULL) {
                difference->given = value;
                difference->made = NULL;
                add_step(difference, name, 0);
                return true;
            }
        }
    }
    difference->given = given;
    difference->made = made;
    return false;
}

/* A value as the file has it, cut where it is long. */
static void show(const json_t *value, char *out, size_t size)
{
    struct buf text = {0};
    if (value != NULL)
        (void)line_dump(value, &text); /* it was read: it is valid */
    buf_put_u8(&text, '\0');
    int len = snprintf(out, size, "%s", value != NULL ? (const char *)text.data : "nothing");
    if (len >= (int)size)
        (void)snprintf(out + size - 5, 5, " ...");
    utf8_cut(out);
    buf_fini(&text);
}

static size_t first_difference(struct span a, struct span b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.data[i] == b.data[i])
        i++;
    return i;
}

static void tell_difference(struct given *given, const json_t *made, struct span wanted,
                            const char *remedy)
{
    struct difference difference = {.given = given->object, .made = made};
    char has[80], should[80];
    size_t offset = first_difference(given->bytes, wanted);
    if (json_equal(difference.given, difference.made)) {
        fail_here(
            given, offset,
            "it says the same in another form than 'tonghop export' writes it (blanks, order, "
            "escapes): take the file as it was written");
        return;
    }
    while (step_down(&difference))
        continue;
    show(difference.given, has, sizeof(has));
    show(difference.made, should, sizeof(should));
    fail_here(given, offset, "\"%s\" is %s, where it has to be %s: %s", difference.path, has,
              should, remedy);
}

void given_compare(struct given *given, json_t *made, const char *remedy, struct buf *scratch)
{
    buf_clear(scratch);
    if (given->failed) {
        json_decref(made);
        return;
    }
    if (made == NULL || !line_write(made, scratch)) {
        fail_here(given, 0, "it holds a text that is not UTF-8");
    } else {
        struct span wanted = {scratch->data, scratch->len - 1}; /* without the line end */
        if (!span_equal(wanted, given->bytes))
            tell_difference(given, made, wanted, remedy);
    }
    json_decref(made);
}
