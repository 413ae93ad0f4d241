/* A value is a number with the words of its qualifier around it. */
#include "client/format.h"

#include <stdlib.h>
#include <string.h>

#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"
#include "core/period.h"

struct format format_of(bool is_english, const Tonghop__IndicatorInfo *indicator)
{
    return (struct format){
        .is_english = is_english, .decimals = indicator->decimals, .is_ratio = indicator->is_ratio};
}

unsigned format_first_year(const char *from)
{
    struct period first;
    return from[0] != '\0' && period_parse(from, &first) == ERR_OK ? first.year : 0;
}

static i128 value_of(const Tonghop__Value *value)
{
    return i128_of(value->value_high, value->value_low);
}

static i128 upper_of(const Tonghop__Value *value)
{
    return i128_of(value->upper_high, value->upper_low);
}

/* ---- numbers ---- */

static char *format_number(const struct format *format, i128 value, enum number_style style,
                           const char *sign)
{
    char text[I128_TEXT_SIZE];
    return mem_printf("%s%s", sign,
                      number_format(value, format->decimals, format->is_ratio, style, text));
}

static enum number_style style_of(const struct format *format)
{
    return format->is_english ? NUMBER_PLAIN : NUMBER_VI;
}

/* Puts the words of a qualifier around the number; `sign` goes in front of numbers above zero. */
static char *format_qualified(const struct format *format, const Tonghop__Value *value,
                              const char *sign)
{
    const char *value_sign = value_of(value) > 0 ? sign : "";
    char *number = format_number(format, value_of(value), style_of(format), value_sign);
    char *upper = NULL;
    char *text = NULL;

    switch ((enum qualifier)value->qualifier) {
    case QUALIFIER_NONE:
    case QUALIFIER_EXACT:
        break;
    case QUALIFIER_AT_LEAST:
        text = mem_printf(words(format->is_english, WORD_VALUE_AT_LEAST), number);
        break;
    case QUALIFIER_AT_MOST:
        text = mem_printf(words(format->is_english, WORD_VALUE_AT_MOST), number);
        break;
    case QUALIFIER_ABOUT:
        text = mem_printf(words(format->is_english, WORD_VALUE_ABOUT), number);
        break;
    case QUALIFIER_RANGE:
        if (upper_of(value) == value_of(value))
            break; /* the greatest of 3–5 and 5 is 5 */
        upper = format_number(format, upper_of(value), style_of(format),
                              upper_of(value) > 0 ? sign : "");
        text = mem_printf("%s–%s", number, upper);
        break;
    }
    if (text == NULL)
        return number;
    free(number);
    free(upper);
    return text;
}

char *format_value(const struct format *format, const Tonghop__Value *value)
{
    return value->has_value ? format_qualified(format, value, "") : mem_strdup("–");
}

static enum word word_of_change(bool is_least, i128 value)
{
    if (value == 0)
        return is_least ? WORD_CHANGE_NOT_DOWN : WORD_CHANGE_NOT_UP;
    if (is_least)
        return value > 0 ? WORD_CHANGE_UP : WORD_CHANGE_UP_OR_DOWN;
    return value < 0 ? WORD_CHANGE_DOWN : WORD_CHANGE_DOWN_OR_UP;
}

/* "up at least 20" of a change that is at least +20, "down at least 20" of one that is at most -20;
 * "up, or down by at most 20" of one that is at least -20, whose direction nobody knows. NULL of
 * any other, whose direction shows in its signs. */
static char *format_direction(const struct format *format, const Tonghop__Value *change)
{
    struct amount end = format_amount(change);
    bool is_least = end.qualifier == QUALIFIER_AT_LEAST;
    if (!is_least && end.qualifier != QUALIFIER_AT_MOST)
        return NULL;
    enum word word = word_of_change(is_least, end.value);
    end.qualifier = QUALIFIER_EXACT;
    end = compare_absolute(&end);
    if (!end.has_value)
        return NULL;
    bool is_bound = word == WORD_CHANGE_UP || word == WORD_CHANGE_DOWN;
    char *number = format_number(format, end.value, style_of(format), "");
    char *least = mem_printf(words(format->is_english, WORD_VALUE_AT_LEAST), number);
    char *text = end.value == 0
                     ? mem_strdup(words(format->is_english, word))
                     : mem_printf(words(format->is_english, word), is_bound ? least : number);
    free(number);
    free(least);
    return text;
}

char *format_change(const struct format *format, const Tonghop__Value *change)
{
    if (!change->has_value)
        return mem_strdup("–");
    char *text = format_direction(format, change);
    return text != NULL ? text : format_qualified(format, change, "+");
}

static void set_value(Tonghop__Value *value, Tonghop__Qualifier qualifier, i128 lower, i128 upper)
{
    value->has_value = true;
    value->qualifier = qualifier;
    value->value_high = i128_high(lower);
    value->value_low = i128_low(lower);
    value->upper_high = i128_high(upper);
    value->upper_low = i128_low(upper);
}

char *format_cell(const struct format *format, const struct cell *cell)
{
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    set_value(&value, (Tonghop__Qualifier)cell->qualifier, cell->value, cell->upper);
    return format_value(format, &value);
}

char *format_plain(const struct format *format, const Tonghop__Value *value)
{
    return value->has_value ? format_number(format, value_of(value), NUMBER_PLAIN, "") : NULL;
}

char *format_plain_upper(const struct format *format, const Tonghop__Value *value)
{
    bool is_range = value->has_value && value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_RANGE;
    return is_range ? format_number(format, upper_of(value), NUMBER_PLAIN, "") : NULL;
}

const char *format_qualifier(const Tonghop__Value *value)
{
    bool is_known = value->has_value && (unsigned)value->qualifier < QUALIFIER_COUNT;
    return is_known ? qualifier_sign((enum qualifier)value->qualifier) : NULL;
}

void format_add_value(const struct format *format, const Tonghop__Value *value, struct table *table)
{
    table_take(table, format_plain(format, value));
    table_add(table, format_qualifier(value));
    table_take(table, format_plain_upper(format, value));
}

/* ---- marks ---- */

void format_next_mark(struct buf *marks)
{
    if (marks->len > 0)
        buf_printf(marks, "; ");
}

void format_add_mark(struct buf *marks, const char *text)
{
    if (text[0] == '\0')
        return;
    format_next_mark(marks);
    buf_printf(marks, "%s", text);
}

char *format_take_marks(struct buf *marks)
{
    char *text = (char *)marks->data; /* buf_printf ends it with a NUL */
    *marks = (struct buf){0};
    return text != NULL ? text : mem_strdup("");
}

static void put_mark(const struct format *format, struct buf *out, enum word word, uint32_t count)
{
    if (count == 0)
        return;
    format_next_mark(out);
    buf_printf(out, words(format->is_english, word), count);
}

/* Years, runs of them as one: "2010, 2012–2014". */
static void put_missing_years(const struct format *format, uint32_t years, struct buf *out)
{
    struct buf list = {0};
    for (unsigned n = 0; n < 32; n++) {
        unsigned last = n;
        if ((years >> n & 1U) == 0)
            continue;
        while (last < 31 && (years >> (last + 1) & 1U) != 0)
            last++;
        buf_printf(&list, "%s%u", list.len > 0 ? ", " : "", format->from + n);
        if (last > n)
            buf_printf(&list, "–%u", format->from + last);
        n = last;
    }
    if (list.len > 0) {
        format_next_mark(out);
        buf_printf(out, words(format->is_english, WORD_MARK_YEARS), (const char *)list.data);
    }
    buf_fini(&list);
}

static void put_two(const struct format *format, struct buf *out, enum word word, uint32_t a,
                    uint32_t b)
{
    format_next_mark(out);
    buf_printf(out, words(format->is_english, word), a, b);
}

/* The name of an indicator in the answer, NULL for a code that is not there. */
static const char *name_of(const struct format *format, const char *code, size_t len)
{
    for (size_t i = 0; i < format->known_count; i++) {
        const Tonghop__IndicatorInfo *info = format->known[i];
        if (strlen(info->code) == len && strncmp(info->code, code, len) == 0)
            return words_name(format->is_english, info->name_vi, info->name_en);
    }
    return NULL;
}

/* A check as people read it: with the names of indicators, where they are known, and without the
 * word that tells the node not to refuse a report. */
static void put_check(const struct format *format, struct buf *out, const char *check)
{
    static const char warn[] = "warn:";
    static const char code_characters[] = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    struct buf text = {0};
    if (strncmp(check, warn, sizeof(warn) - 1) == 0)
        check += sizeof(warn) - 1;
    check += strspn(check, " ");
    while (*check != '\0') {
        size_t len = strspn(check, code_characters);
        const char *name = name_of(format, check, len);
        if (name != NULL)
            buf_printf(&text, format->is_english ? "'%s'" : "“%s”", name);
        else
            buf_printf(&text, "%.*s", (int)(len > 0 ? len : 1), check);
        check += len > 0 ? len : 1;
    }
    format_next_mark(out);
    buf_printf(out, words(format->is_english, WORD_MARK_CHECK),
               text.len > 0 ? (const char *)text.data : "");
    buf_fini(&text);
}

char *format_marks(const struct format *format, const Tonghop__Value *value)
{
    struct buf out = {0};
    bool is_inexact = value->has_value && value->qualifier != TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    if (is_inexact && value->unit_count > 1)
        put_two(format, &out, WORD_MARK_EXACT, value->exact_count, value->unit_count);
    put_mark(format, &out, WORD_MARK_PARTIAL, value->partial_count);
    put_mark(format, &out, WORD_MARK_IMPLIED, value->implied_count);
    put_mark(format, &out, WORD_MARK_NEGATIVE, value->negative_count);
    put_mark(format, &out, WORD_MARK_EARLY, value->early_count);
    put_mark(format, &out, WORD_MARK_BASELINE, value->baseline_count);
    put_missing_years(format, value->missing_years, &out);
    put_mark(format, &out, WORD_MARK_AS_OF, value->as_of);
    if (value->thin_year != 0) {
        format_next_mark(&out);
        buf_printf(&out, words(format->is_english, WORD_MARK_THIN), value->thin_year,
                   value->thin_count, value->full_count);
    }
    if (value->most_units > 0)
        put_two(format, &out, WORD_MARK_UNEVEN, value->least_units, value->most_units);
    if (value->known_count < value->all_count)
        put_two(format, &out, WORD_MARK_KNOWN, value->known_count, value->all_count);
    for (size_t i = 0; i < value->n_failed_checks; i++)
        put_check(format, &out, value->failed_checks[i]);
    return format_take_marks(&out);
}

/* ---- differences ---- */

struct amount format_amount(const Tonghop__Value *value)
{
    if (!value->has_value)
        return (struct amount){.has_value = false};
    return (struct amount){.has_value = true,
                           .value = value_of(value),
                           .upper = upper_of(value),
                           .qualifier = (uint8_t)value->qualifier};
}

void format_of_amount(const struct amount *amount, Tonghop__Value *ret_value)
{
    tonghop__value__init(ret_value);
    if (amount->has_value)
        set_value(ret_value, (Tonghop__Qualifier)amount->qualifier, amount->value, amount->upper);
}

void format_subtract(const Tonghop__Value *now, const Tonghop__Value *before,
                     Tonghop__Value *ret_change)
{
    struct amount a = format_amount(now), b = format_amount(before);
    struct amount change = compare_change(&a, &b);
    format_of_amount(&change, ret_change);
}
