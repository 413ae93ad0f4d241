/* Numbers as people write them, in both styles.
 *
 * Laws: a text is a number exactly when a plain reading of the rules in core/cell.h says so, and is
 * the number that this reading gives; a number that is written is read as the same number; more
 * than 64 bits is out of range; a qualifier's sign is read as that qualifier. */
#include <stdlib.h>
#include <string.h>

#include "core/cell.h"
#include "fuzz/fuzz.h"

static const char *skip(const char *at, const char *characters)
{
    return at + strspn(at, characters);
}

/* The digits of `text` without groups and marks, if it is a number: into `ret_digits`. The rules
 * again, as simply as can be: what the decimal mark is, what parts groups, and nothing else. */
static bool read_rules(const char *text, enum number_style style, char *ret_digits,
                       size_t *ret_decimals, bool *ret_negative)
{
    char mark = style == NUMBER_VI ? ',' : '.';
    size_t len = 0, group = 0;
    bool has_groups = false;

    text = skip(text, " \t");
    *ret_negative = *text == '-' || strncmp(text, "\u2212", strlen("\u2212")) == 0;
    text += *ret_negative && *text != '-' ? strlen("\u2212") : *text == '-' || *text == '+';
    for (; strchr("0123456789.", *text) != NULL && *text != '\0' && *text != mark; text++) {
        if (*text != '.') {
            ret_digits[len++] = *text;
            group++;
        } else if (group == 0 || group > 3 || (has_groups && group != 3) || ret_digits[0] == '0') {
            return false;
        } else {
            has_groups = true;
            group = 0;
        }
    }
    if (len == 0 || (has_groups && group != 3))
        return false;
    *ret_decimals = 0;
    if (*text == mark) {
        text++;
        *ret_decimals = strspn(text, "0123456789");
        memcpy(ret_digits + len, text, *ret_decimals);
        text += *ret_decimals;
        len += *ret_decimals;
        if (*ret_decimals == 0)
            return false;
    }
    ret_digits[len] = '\0';
    return *skip(text, " \t") == '\0';
}

/* What the digits are worth at `decimals`; false beyond 64 bits or if a digit would be lost. */
static bool value_of(char *digits, size_t digit_decimals, unsigned decimals, bool is_negative,
                     int64_t *ret_value)
{
    i128 value = 0, limit = is_negative ? (i128)1 << 63 : INT64_MAX;
    size_t len = strlen(digits);
    for (; digit_decimals > decimals; digit_decimals--)
        if (digits[--len] != '0')
            return false;
    for (size_t i = 0; i < len + (decimals - digit_decimals); i++) {
        value = value * 10 + (i < len ? digits[i] - '0' : 0);
        if (value > limit)
            return false;
    }
    *ret_value = (int64_t)(is_negative ? -value : value);
    return true;
}

static void check_reading(const char *text, unsigned decimals, enum number_style style)
{
    char *digits = malloc(strlen(text) + 1);
    size_t digit_decimals;
    bool is_negative;
    int64_t value, expected;
    enum err err = number_parse(text, decimals, style, &value);
    bool is_number = read_rules(text, style, digits, &digit_decimals, &is_negative);

    LAW(is_number == (err != ERR_SYNTAX), "a text is a number when the rules say so");
    if (is_number) {
        bool fits = value_of(digits, digit_decimals, decimals, is_negative, &expected);
        LAW(fits ? err == ERR_OK : err == ERR_RANGE, "a number that fits is taken");
        LAW(!fits || value == expected, "a number has the value of its digits");
    }
    free(digits);
}

static void check_writing(i128 value, unsigned decimals, bool keep_decimals,
                          enum number_style style)
{
    char text[I128_TEXT_SIZE];
    int64_t again;
    enum err err = number_parse(number_format(value, decimals, keep_decimals, style, text),
                                decimals, style, &again);
    bool fits = value >= INT64_MIN && value <= INT64_MAX;

    LAW(strlen(text) < sizeof text, "a number fits its buffer");
    LAW(err == (fits ? ERR_OK : ERR_RANGE), "a number that is written reads as a number");
    LAW(!fits || again == value, "a number that is written reads as itself");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = reader_of((struct span){data, size});
    unsigned decimals = reader_u8(&r) % 19;
    bool keep_decimals = reader_u8(&r) % 2 == 1;
    char *text = fuzz_text((struct span){r.at, reader_left(&r)});
    int64_t high = (int64_t)reader_u64(&r);
    i128 value = i128_of(high, reader_u64(&r));
    enum qualifier qualifier;

    for (enum number_style style = NUMBER_PLAIN; style <= NUMBER_VI; style++) {
        check_reading(text, decimals, style);
        check_writing(value, decimals, keep_decimals, style);
        check_writing(high, decimals, keep_decimals, style);
    }
    if (qualifier_parse(text, &qualifier) == ERR_OK && text[0] != '\0')
        LAW(strcmp(qualifier_sign(qualifier), text) == 0, "a qualifier is written as it was read");
    free(text);
    return 0;
}
