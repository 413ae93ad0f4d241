/* Numbers as people write them, and what a cell may hold. All of it is done on integers: 75,6 is
 * never a binary fraction on its way in or out. */
#include "core/cell.h"

#include <assert.h>
#include <string.h>

enum { DECIMALS_MAX = 18, GROUP_DIGITS = 3 };

/* A 64-bit value may be as far below zero as this. */
#define MAGNITUDE_MAX ((i128)INT64_MAX + 1)

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

static size_t count_digits(const char *at)
{
    size_t count = 0;
    while (is_digit(at[count]))
        count++;
    return count;
}

/* Appends digits to a magnitude, which stays above MAGNITUDE_MAX once it is. */
static void push_digits(i128 *magnitude, const char *digits, size_t count)
{
    for (size_t i = 0; i < count && *magnitude <= MAGNITUDE_MAX; i++)
        *magnitude = *magnitude * 10 + (digits[i] - '0');
}

static bool take_sign(const char **at)
{
    static const char minus_sign[] = "\xE2\x88\x92"; /* U+2212, which word processors put in */
    if (strncmp(*at, minus_sign, sizeof minus_sign - 1) == 0) {
        *at += sizeof minus_sign - 1;
        return true;
    }
    bool is_negative = **at == '-';
    if (**at == '-' || **at == '+')
        (*at)++;
    return is_negative;
}

/* The digits before the decimal mark. Either all of them stand together, or '.' parts them into
 * groups of three; anything between could be a decimal point of another country. */
static enum err take_whole(const char **at, enum number_style style, i128 *ret_magnitude)
{
    const char *digits = *at;
    size_t count = count_digits(digits);
    if (count == 0)
        return ERR_SYNTAX;
    bool is_grouped = style == NUMBER_VI && digits[count] == '.';
    if (is_grouped && (count > GROUP_DIGITS || digits[0] == '0'))
        return ERR_SYNTAX;
    i128 magnitude = 0;
    push_digits(&magnitude, digits, count);
    digits += count;
    while (is_grouped && *digits == '.') {
        digits++;
        if (count_digits(digits) != GROUP_DIGITS)
            return ERR_SYNTAX;
        push_digits(&magnitude, digits, GROUP_DIGITS);
        digits += GROUP_DIGITS;
    }
    *at = digits;
    *ret_magnitude = magnitude;
    return ERR_OK;
}

/* The digits after the decimal mark; ERR_RANGE if one beyond `decimals` is not zero. */
static enum err push_fraction(i128 *magnitude, const char *digits, size_t count, unsigned decimals)
{
    size_t kept = count < decimals ? count : decimals;
    push_digits(magnitude, digits, kept);
    for (size_t i = kept; i < decimals; i++)
        push_digits(magnitude, "0", 1);
    for (size_t i = kept; i < count; i++) {
        if (digits[i] != '0')
            return ERR_RANGE;
    }
    return ERR_OK;
}

enum err number_parse(const char *text, unsigned decimals, enum number_style style,
                      int64_t *ret_value)
{
    assert(decimals <= DECIMALS_MAX);
    const char *at = skip_blanks(text);
    bool is_negative = take_sign(&at);
    i128 magnitude;
    if (take_whole(&at, style, &magnitude) != ERR_OK)
        return ERR_SYNTAX;
    const char *fraction = at;
    size_t fraction_count = 0;
    if (*at == (style == NUMBER_VI ? ',' : '.')) {
        fraction = at + 1;
        fraction_count = count_digits(fraction);
        if (fraction_count == 0)
            return ERR_SYNTAX;
        at = fraction + fraction_count;
    }
    /* That the text is no number at all comes before what is wrong with the number. */
    if (*skip_blanks(at) != '\0')
        return ERR_SYNTAX;
    if (push_fraction(&magnitude, fraction, fraction_count, decimals) != ERR_OK)
        return ERR_RANGE;
    if (magnitude > (is_negative ? MAGNITUDE_MAX : INT64_MAX))
        return ERR_RANGE;
    *ret_value = (int64_t)(is_negative ? -magnitude : magnitude);
    return ERR_OK;
}

/* Takes away the zeros that say nothing; `*decimals` becomes smaller with the value. */
static void trim_decimals(u128 *magnitude, unsigned *decimals, bool keep_decimals)
{
    const u128 one = (u128)pow10_i64(*decimals);
    if (keep_decimals && *magnitude % one != 0)
        return;
    while (*decimals > 0 && *magnitude % 10 == 0) {
        *magnitude /= 10;
        (*decimals)--;
    }
}

char *number_format(i128 value, unsigned decimals, bool keep_decimals, enum number_style style,
                    char *out)
{
    assert(decimals <= DECIMALS_MAX);
    u128 magnitude = value < 0 ? -(u128)value : (u128)value;
    trim_decimals(&magnitude, &decimals, keep_decimals);
    char reversed[I128_TEXT_SIZE];
    size_t len = 0;
    for (unsigned i = 0; i < decimals; i++, magnitude /= 10)
        reversed[len++] = (char)('0' + (int)(magnitude % 10));
    if (decimals > 0)
        reversed[len++] = style == NUMBER_VI ? ',' : '.';
    unsigned whole_digits = 0;
    do {
        if (style == NUMBER_VI && whole_digits > 0 && whole_digits % GROUP_DIGITS == 0)
            reversed[len++] = '.';
        reversed[len++] = (char)('0' + (int)(magnitude % 10));
        whole_digits++;
        magnitude /= 10;
    } while (magnitude > 0);
    if (value < 0)
        reversed[len++] = '-';
    for (size_t i = 0; i < len; i++)
        out[i] = reversed[len - 1 - i];
    out[len] = '\0';
    return out;
}

static const char *const qualifier_signs[QUALIFIER_COUNT] = {
    [QUALIFIER_NONE] = "?",     [QUALIFIER_EXACT] = "=", [QUALIFIER_AT_LEAST] = ">=",
    [QUALIFIER_AT_MOST] = "<=", [QUALIFIER_ABOUT] = "~", [QUALIFIER_RANGE] = "..",
};

enum err qualifier_parse(const char *text, enum qualifier *ret_qualifier)
{
    if (text[0] == '\0') {
        *ret_qualifier = QUALIFIER_EXACT;
        return ERR_OK;
    }
    for (enum qualifier q = QUALIFIER_EXACT; q <= QUALIFIER_RANGE; q++) {
        if (strcmp(text, qualifier_signs[q]) == 0) {
            *ret_qualifier = q;
            return ERR_OK;
        }
    }
    return ERR_SYNTAX;
}

const char *qualifier_sign(enum qualifier qualifier)
{
    assert((unsigned)qualifier < QUALIFIER_COUNT);
    return qualifier_signs[qualifier];
}

enum err cell_check(const struct cell *cell)
{
    switch ((enum qualifier)cell->qualifier) {
    case QUALIFIER_EXACT:
    case QUALIFIER_AT_LEAST:
    case QUALIFIER_AT_MOST:
    case QUALIFIER_ABOUT:
        return cell->upper == 0 ? ERR_OK : ERR_INVALID;
    case QUALIFIER_RANGE:
        return cell->upper > cell->value ? ERR_OK : ERR_INVALID;
    case QUALIFIER_NONE:
        break;
    }
    return ERR_INVALID;
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
    return a->indicator == b->indicator && a->qualifier == b->qualifier && a->value == b->value &&
           a->upper == b->upper;
}
