/* The rules are those of official reports: a scale is said in a word if the figure then has at most
 * one decimal; "nghìn" only of figures that are round because they are not exact, since 22.134 and
 * 50.000 are counted and "gần 50 nghìn" is not. A range of one order of magnitude is said as that
 * order: 100 to 999 are hundreds. */
#include "client/spoken.h"

#include <stdlib.h>
#include <string.h>

#include "client/words.h"
#include "core/mem.h"

enum { MAGNITUDES = WORD_MAGNITUDE_LAST - WORD_MAGNITUDE_FIRST + 1 };

struct scale {
    int64_t size;
    int64_t least;      /* from which it is said */
    unsigned decimals;  /* that the scaled figure may have */
    bool is_of_inexact; /* only */
    enum word word;
};

static const struct scale scales[] = {
    {1000000000, 1000000000, 1, false, WORD_SCALE_BILLION},
    {1000000, 1000000, 1, false, WORD_SCALE_MILLION},
    {1000, 10000, 0, true, WORD_SCALE_THOUSAND},
};

static const char nothing[] = "–";

/* ---- numbers ---- */

static u128 magnitude(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

/* English sentences group by commas, where the English of tables, which programs may read too, does
 * not group. */
static char *write_number(const struct spoken *spoken, i128 value, unsigned decimals)
{
    char text[I128_TEXT_SIZE];
    (void)number_format(value, decimals, spoken->is_ratio, NUMBER_VI, text);
    for (char *at = text; spoken->is_english && *at != '\0'; at++)
        *at = *at == '.' ? ',' : *at == ',' ? '.' : *at;
    return mem_strdup(text);
}

/* The finest step that the scale can say of figures with those decimals. */
static i128 step_of(const struct spoken *spoken, const struct scale *scale)
{
    return (i128)scale->size * pow10_i64(spoken->decimals) / pow10_i64(scale->decimals);
}

static bool can_say(const struct spoken *spoken, i128 value, const struct scale *scale)
{
    return value % step_of(spoken, scale) == 0;
}

/* The scale of the figure's size, if it can say it; NULL: digits. */
static const struct scale *choose_scale(const struct spoken *spoken, i128 value, bool is_exact)
{
    if (spoken->is_in_digits || spoken->is_ratio)
        return NULL;
    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        i128 least = (i128)scales[i].least * pow10_i64(spoken->decimals);
        if (magnitude(value) < (u128)least)
            continue;
        bool is_said = can_say(spoken, value, &scales[i]) && !(scales[i].is_of_inexact && is_exact);
        return is_said ? &scales[i] : NULL;
    }
    return NULL;
}

/* "28", of 28 tỷ. */
static char *say_scaled(const struct spoken *spoken, i128 value, const struct scale *scale)
{
    if (scale == NULL)
        return write_number(spoken, value, spoken->decimals);
    return write_number(spoken, value / step_of(spoken, scale), scale->decimals);
}

static char *say_number(const struct spoken *spoken, i128 value, const struct scale *scale)
{
    char *number = say_scaled(spoken, value, scale);
    if (scale == NULL)
        return number;
    char *text = mem_printf("%s %s", number, words(spoken->is_english, scale->word));
    free(number);
    return text;
}

/* ---- ranges ---- */

/* The two ends with what stands between; the numbers are freed. */
static char *join_ends(const struct spoken *spoken, bool has_sign, char *lower, char *upper)
{
    /* "-5–5" cannot be read. */
    char *text = has_sign ? mem_printf(words(spoken->is_english, WORD_SPOKEN_FROM_TO), lower, upper)
                          : mem_printf("%s–%s", lower, upper);
    free(lower);
    free(upper);
    return text;
}

/* "450–500 triệu", "900 triệu–1,2 tỷ", or both in digits. */
static char *say_range(const struct spoken *spoken, const struct amount *amount)
{
    const struct scale *lower = choose_scale(spoken, amount->value, false);
    const struct scale *upper = choose_scale(spoken, amount->upper, false);
    bool is_shared = false;
    if (upper != NULL && can_say(spoken, amount->value, upper)) {
        i128 one = (i128)upper->size * pow10_i64(spoken->decimals);
        is_shared = amount->value == 0 || magnitude(amount->value) >= (u128)one;
    }
    if (is_shared)
        lower = NULL;
    else if (lower == NULL || upper == NULL)
        lower = upper = NULL;
    char *low = is_shared ? say_scaled(spoken, amount->value, upper)
                          : say_number(spoken, amount->value, lower);
    return join_ends(spoken, amount->value < 0, low, say_number(spoken, amount->upper, upper));
}

/* The exponent of a power of ten, -1 for any other number. */
static int exponent_of(i128 value)
{
    int exponent = 0;
    for (; value > 0 && value % 10 == 0; value /= 10)
        exponent++;
    return value == 1 ? exponent : -1;
}

/* 9, 99 ... 90, 990 ... with as many digits as 10^exponent. */
static bool is_nines(i128 value, int exponent)
{
    int digits = 0;
    for (; value > 0 && value % 10 == 0; value /= 10)
        digits++;
    if (value == 0)
        return false;
    for (; value % 10 == 9; value /= 10)
        digits++;
    return value == 0 && digits == exponent + 1;
}

/* The word of an order of magnitude ("trăm", "hundreds") that the range is; WORD_COUNT: it is none.
 */
static enum word magnitude_word(const struct spoken *spoken, const struct amount *amount)
{
    i128 one = pow10_i64(spoken->decimals);
    if (amount->qualifier != QUALIFIER_RANGE || spoken->is_in_digits || amount->value % one != 0 ||
        amount->upper % one != 0)
        return WORD_COUNT;
    int exponent = exponent_of(amount->value / one);
    if (exponent < 1 || exponent > MAGNITUDES || !is_nines(amount->upper / one, exponent))
        return WORD_COUNT;
    return (enum word)((int)WORD_MAGNITUDE_FIRST + exponent - 1);
}

/* ---- figures ---- */

static char *take_wrapped(const struct spoken *spoken, enum word word, char *number)
{
    char *text = mem_printf(words(spoken->is_english, word), number);
    free(number);
    return text;
}

/* "trên 0" would say more than "at least 0" does. */
static enum word word_of(const struct amount *amount)
{
    switch ((enum qualifier)amount->qualifier) {
    case QUALIFIER_AT_LEAST:
        return amount->value > 0 ? WORD_SPOKEN_AT_LEAST : WORD_SPOKEN_FROM;
    case QUALIFIER_AT_MOST:
        return amount->value > 0 ? WORD_SPOKEN_AT_MOST : WORD_VALUE_AT_MOST;
    case QUALIFIER_ABOUT:
        return WORD_VALUE_ABOUT;
    case QUALIFIER_NONE:
    case QUALIFIER_EXACT:
    case QUALIFIER_RANGE:
        break;
    }
    return WORD_COUNT;
}

static char *take_measured(const struct spoken *spoken, char *text)
{
    if (spoken->measure == NULL || spoken->measure[0] == '\0')
        return text;
    char *measured = mem_printf("%s %s", text, spoken->measure);
    free(text);
    return measured;
}

char *spoken_figure(const struct spoken *spoken, const struct amount *amount)
{
    if (!amount->has_value)
        return mem_strdup(nothing);
    enum word order = magnitude_word(spoken, amount);
    if (order != WORD_COUNT) {
        bool has_measure = spoken->measure != NULL && spoken->measure[0] != '\0';
        enum word word = has_measure ? WORD_SPOKEN_ORDER_OF : WORD_SPOKEN_ORDER;
        return take_measured(
            spoken, mem_printf(words(spoken->is_english, word), words(spoken->is_english, order)));
    }
    bool is_range = amount->qualifier == QUALIFIER_RANGE && amount->upper != amount->value;
    if (is_range)
        return take_measured(spoken, say_range(spoken, amount));
    bool is_exact = amount->qualifier == QUALIFIER_EXACT || amount->qualifier == QUALIFIER_RANGE;
    char *number = say_number(spoken, amount->value, choose_scale(spoken, amount->value, is_exact));
    enum word word = word_of(amount);
    return take_measured(spoken, word == WORD_COUNT ? number : take_wrapped(spoken, word, number));
}

/* ---- changes ---- */

/* "thay đổi khoảng từ -5 đến +5 lượt" */
static char *say_uncertain(const struct spoken *spoken, const struct amount *change)
{
    char *lower = write_number(spoken, change->value, spoken->decimals);
    char *upper = write_number(spoken, change->upper, spoken->decimals);
    char *text = mem_printf(words(spoken->is_english, WORD_CHANGE_UNCERTAIN), lower, upper);
    free(lower);
    free(upper);
    return take_measured(spoken, text);
}

/* Of a change that is zero at the side that is known. */
static enum word word_of_none(const struct amount *change)
{
    switch ((enum qualifier)change->qualifier) {
    case QUALIFIER_AT_LEAST:
        return WORD_CHANGE_NOT_DOWN;
    case QUALIFIER_AT_MOST:
        return WORD_CHANGE_NOT_UP;
    case QUALIFIER_ABOUT:
        return WORD_CHANGE_ABOUT_NONE;
    case QUALIFIER_NONE:
    case QUALIFIER_EXACT:
    case QUALIFIER_RANGE:
        break;
    }
    return WORD_CHANGE_NONE;
}

/* "tăng, hoặc giảm không quá 40 lượt" of a change that is at least -40: it may be any rise. */
static char *say_either(const struct spoken *spoken, const struct amount *change)
{
    bool is_least = change->qualifier == QUALIFIER_AT_LEAST;
    struct amount end = {.has_value = true, .value = change->value, .qualifier = QUALIFIER_EXACT};
    end = compare_absolute(&end);
    if (!end.has_value)
        return mem_strdup(nothing);
    char *number = say_number(spoken, end.value, choose_scale(spoken, end.value, false));
    return take_measured(
        spoken,
        take_wrapped(spoken, is_least ? WORD_CHANGE_UP_OR_DOWN : WORD_CHANGE_DOWN_OR_UP, number));
}

/* Between zero and that far. */
static char *say_up_to(const struct spoken *spoken, i128 end)
{
    char *number = say_number(spoken, end, choose_scale(spoken, end, false));
    return take_measured(spoken, take_wrapped(spoken, WORD_VALUE_AT_MOST, number));
}

char *spoken_change(const struct spoken *spoken, const struct amount *change)
{
    bool is_range = change->qualifier == QUALIFIER_RANGE && change->upper != change->value;
    if (!change->has_value)
        return mem_strdup(nothing);
    if (compare_is_uncertain(change))
        return is_range ? say_uncertain(spoken, change) : say_either(spoken, change);
    if (!is_range && change->value == 0)
        return mem_strdup(words(spoken->is_english, word_of_none(change)));
    struct amount size = compare_absolute(change);
    if (!size.has_value)
        return mem_strdup(nothing);
    bool touches_zero = is_range && (change->value == 0 || change->upper == 0);
    bool is_up = is_range ? change->upper > 0 : change->value > 0;
    return take_wrapped(spoken, is_up ? WORD_CHANGE_UP : WORD_CHANGE_DOWN,
                        touches_zero ? say_up_to(spoken, size.upper)
                                     : spoken_figure(spoken, &size));
}

struct amount spoken_relative(const struct amount *now, const struct amount *before)
{
    struct amount change = compare_change(now, before);
    struct amount relative = compare_relative(now, before, SPOKEN_PERCENT_DECIMALS);
    if (!change.has_value || !relative.has_value)
        return (struct amount){.has_value = false};
    bool is_zero = relative.value == 0 && relative.qualifier == QUALIFIER_EXACT;
    if (is_zero && change.value != 0) { /* less than what is rounded away is not unchanged */
        relative.qualifier = QUALIFIER_RANGE;
        relative.value = change.value < 0 ? -1 : 0;
        relative.upper = change.value < 0 ? 0 : 1;
    }
    bool is_about = change.qualifier == QUALIFIER_ABOUT && relative.qualifier == QUALIFIER_ABOUT;
    relative.has_value = is_about || (compare_signs(&change) & ~compare_signs(&relative)) == 0;
    return relative.has_value ? relative : (struct amount){.has_value = false};
}

/* ---- what is said of ---- */

struct spoken spoken_of(bool is_english, const Tonghop__IndicatorInfo *info)
{
    return (struct spoken){.is_english = is_english,
                           .decimals = info->decimals,
                           .is_ratio = info->is_ratio,
                           .measure = words_name(is_english, info->measure, info->measure_en)};
}

struct spoken spoken_of_change(bool is_english, const Tonghop__IndicatorInfo *info)
{
    struct spoken spoken = spoken_of(is_english, info);
    if (strcmp(info->measure, "%") == 0)
        spoken.measure = is_english ? "percentage points" : "điểm %";
    return spoken;
}

struct spoken spoken_of_percent(bool is_english)
{
    return (struct spoken){.is_english = is_english,
                           .decimals = SPOKEN_PERCENT_DECIMALS,
                           .is_ratio = true,
                           .measure = "%"};
}
