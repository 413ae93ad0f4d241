/* A quantity is known from below, from above, on both sides or on neither: that is all a qualifier
 * says. So it carries two fractions, and a sum is known on a side when both its parts are:
 *
 *     exact       low = high    known on both sides
 *     range       low < high    known on both sides
 *     at least    low           known from below
 *     at most     high          known from above
 *     about       low           known on neither side
 *
 * Negation swaps the sides; hence "at least - at least" is about, as the design asks. Comparisons
 * answer from the sides that are known and say "unknown" otherwise. */
#include "core/quantity.h"

#include <assert.h>

#define I128_MIN ((i128)((u128)1 << 127))

static const struct quantity missing = {.state = QUANTITY_MISSING};
static const struct quantity skipped = {.state = QUANTITY_SKIPPED};

struct quantity quantity_missing(void)
{
    return missing;
}

struct quantity quantity_skipped(void)
{
    return skipped;
}

static u128 magnitude(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

/* Never 0 when `b` is not. */
static i128 greatest_divisor(i128 a, i128 b)
{
    u128 x = magnitude(a), y = magnitude(b);

    while (x != 0) {
        u128 rest = y % x;

        y = x;
        x = rest;
    }
    return (i128)y;
}

/* False on overflow, of which the least i128, which has no negative, is one; `denominator` is
 * positive. */
static bool fraction_make(i128 numerator, i128 denominator, struct fraction *ret_fraction)
{
    if (numerator == I128_MIN)
        return false;
    if (denominator == 1) { /* as almost all are */
        *ret_fraction = (struct fraction){numerator, denominator};
        return true;
    }
    i128 divisor = greatest_divisor(numerator, denominator);
    *ret_fraction = (struct fraction){numerator / divisor, denominator / divisor};
    return true;
}

static bool fraction_add(struct fraction a, struct fraction b, struct fraction *ret_sum)
{
    i128 left, right, sum, denominator;
    if (a.denominator == b.denominator)
        return i128_add(a.numerator, b.numerator, &sum) &&
               fraction_make(sum, a.denominator, ret_sum);
    i128 divisor = greatest_divisor(a.denominator, b.denominator);
    return i128_mul(a.numerator, b.denominator / divisor, &left) &&
           i128_mul(b.numerator, a.denominator / divisor, &right) && i128_add(left, right, &sum) &&
           i128_mul(a.denominator, b.denominator / divisor, &denominator) &&
           fraction_make(sum, denominator, ret_sum);
}

/* Common factors go first, so that only a product that is too large itself overflows. */
static bool fraction_multiply(struct fraction a, struct fraction b, struct fraction *ret_product)
{
    i128 across = greatest_divisor(a.numerator, b.denominator);
    i128 back = greatest_divisor(b.numerator, a.denominator);
    i128 numerator, denominator;

    return i128_mul(a.numerator / across, b.numerator / back, &numerator) &&
           i128_mul(a.denominator / back, b.denominator / across, &denominator) &&
           fraction_make(numerator, denominator, ret_product);
}

static struct fraction fraction_negate(struct fraction a)
{
    return (struct fraction){-a.numerator, a.denominator};
}

/* `a` is not 0. */
static struct fraction fraction_invert(struct fraction a)
{
    if (a.numerator < 0)
        return (struct fraction){-a.denominator, -a.numerator};
    return (struct fraction){a.denominator, a.numerator};
}

/* What a bound says has to stay true: one from below is rounded down, one from above up. */
enum direction { ROUND_NEAREST, ROUND_DOWN, ROUND_UP };

/* The nearest one half away from zero; false on overflow. */
static bool fraction_round(struct fraction a, unsigned decimals, enum direction direction,
                           i128 *ret_value)
{
    i128 scaled;

    if (!i128_mul(a.numerator, pow10_i64(decimals), &scaled))
        return false;
    if (direction == ROUND_NEAREST) {
        *ret_value = i128_div_round(scaled, a.denominator);
        return true;
    }
    i128 quotient = scaled / a.denominator; /* towards zero; the denominator is positive */
    bool has_rest = scaled % a.denominator != 0;
    if (direction == ROUND_DOWN && has_rest && scaled < 0)
        quotient--;
    if (direction == ROUND_UP && has_rest && scaled > 0)
        quotient++;
    *ret_value = quotient;
    return true;
}

static bool is_known_below(enum qualifier qualifier)
{
    return qualifier == QUALIFIER_EXACT || qualifier == QUALIFIER_AT_LEAST ||
           qualifier == QUALIFIER_RANGE;
}

static bool is_known_above(enum qualifier qualifier)
{
    return qualifier == QUALIFIER_EXACT || qualifier == QUALIFIER_AT_MOST ||
           qualifier == QUALIFIER_RANGE;
}

static enum qualifier combine_qualifiers(enum qualifier a, enum qualifier b)
{
    bool is_below = is_known_below(a) && is_known_below(b);
    bool is_above = is_known_above(a) && is_known_above(b);

    if (a == QUALIFIER_EXACT && b == QUALIFIER_EXACT)
        return QUALIFIER_EXACT;
    if (is_below && is_above)
        return QUALIFIER_RANGE;
    return is_below ? QUALIFIER_AT_LEAST : is_above ? QUALIFIER_AT_MOST : QUALIFIER_ABOUT;
}

/* What stands for the quantity where one number must. */
static struct fraction shown(const struct quantity *quantity)
{
    return quantity->qualifier == QUALIFIER_AT_MOST ? quantity->high : quantity->low;
}

struct quantity quantity_exact(i128 numerator, i128 denominator)
{
    struct quantity quantity = {.state = QUANTITY_VALUE, .qualifier = QUALIFIER_EXACT};

    if (!fraction_make(numerator, denominator, &quantity.low))
        return missing;
    quantity.high = quantity.low;
    return quantity;
}

struct quantity quantity_of(const struct amount *amount, unsigned decimals)
{
    if (!amount->has_value)
        return missing;
    assert(amount->qualifier > QUALIFIER_NONE && amount->qualifier < QUALIFIER_COUNT);

    struct quantity quantity = quantity_exact(amount->value, pow10_i64(decimals));
    if (quantity.state == QUANTITY_VALUE && amount->qualifier == QUALIFIER_RANGE &&
        !fraction_make(amount->upper, pow10_i64(decimals), &quantity.high))
        return missing;
    quantity.qualifier = (enum qualifier)amount->qualifier;
    return quantity;
}

struct quantity quantity_negate(struct quantity quantity)
{
    struct fraction low = quantity.low;

    if (quantity.state != QUANTITY_VALUE)
        return quantity;
    quantity.low = fraction_negate(quantity.high);
    quantity.high = fraction_negate(low);
    if (quantity.qualifier == QUALIFIER_AT_LEAST)
        quantity.qualifier = QUALIFIER_AT_MOST;
    else if (quantity.qualifier == QUALIFIER_AT_MOST)
        quantity.qualifier = QUALIFIER_AT_LEAST;
    return quantity;
}

struct quantity quantity_add(struct quantity a, struct quantity b)
{
    struct quantity sum = {.state = QUANTITY_VALUE};

    if (a.state == QUANTITY_MISSING || b.state == QUANTITY_MISSING)
        return missing;
    if (a.state == QUANTITY_SKIPPED)
        return b;
    if (b.state == QUANTITY_SKIPPED)
        return a;
    sum.qualifier = combine_qualifiers(a.qualifier, b.qualifier);
    if (!fraction_add(a.low, b.low, &sum.low) || !fraction_add(a.high, b.high, &sum.high))
        return missing;
    return sum;
}

/* Of a quantity with an exact one: a positive factor keeps its sides, a negative one swaps them. */
static struct quantity scale(struct quantity product, struct quantity factor)
{
    bool is_inexact = product.qualifier != QUALIFIER_EXACT;

    if (is_inexact && factor.low.numerator == 0) {
        product.low = product.high = shown(&product);
        product.qualifier = QUALIFIER_ABOUT;
    } else if (is_inexact && factor.low.numerator < 0) {
        factor = quantity_negate(factor);
        product = quantity_negate(product);
    }
    if (!fraction_multiply(product.low, factor.low, &product.low) ||
        !fraction_multiply(product.high, factor.low, &product.high))
        return missing;
    return product;
}

static bool is_not_negative(const struct quantity *quantity)
{
    return is_known_below(quantity->qualifier) && quantity->low.numerator >= 0;
}

struct quantity quantity_multiply(struct quantity a, struct quantity b)
{
    struct quantity product = {.state = QUANTITY_VALUE};

    if (a.state == QUANTITY_MISSING || b.state == QUANTITY_MISSING)
        return missing;
    if (a.state == QUANTITY_SKIPPED || b.state == QUANTITY_SKIPPED)
        return skipped;
    if (a.qualifier == QUALIFIER_EXACT)
        return scale(b, a);
    if (b.qualifier == QUALIFIER_EXACT)
        return scale(a, b);
    if (is_not_negative(&a) && is_not_negative(&b)) {
        product.qualifier = combine_qualifiers(a.qualifier, b.qualifier);
    } else { /* of the signs nothing is known */
        product.qualifier = QUALIFIER_ABOUT;
        a.low = a.high = shown(&a);
        b.low = b.high = shown(&b);
    }
    if (!fraction_multiply(a.low, b.low, &product.low) ||
        !fraction_multiply(a.high, b.high, &product.high))
        return missing;
    return product;
}

static bool fraction_divide(struct fraction a, struct fraction b, struct fraction *ret_quotient)
{
    return fraction_multiply(a, fraction_invert(b), ret_quotient);
}

/* By a quantity that is known to be above zero. A side of the quotient comes from that of the
 * dividend, by the least divisor where that takes it away from zero, by the greatest where it takes
 * it there. */
static struct quantity divide_by_positive(struct quantity a, struct quantity b)
{
    struct quantity quotient = {.state = QUANTITY_VALUE, .qualifier = QUALIFIER_ABOUT};
    if (a.qualifier == QUALIFIER_EXACT && a.low.numerator == 0)
        return a; /* nothing is nothing, however it is divided */
    bool is_bounded = is_known_above(b.qualifier);
    bool has_low = is_known_below(a.qualifier) && (a.low.numerator < 0 || is_bounded);
    bool has_high = is_known_above(a.qualifier) && (a.high.numerator >= 0 || is_bounded);
    bool is_good = fraction_divide(shown(&a), b.low, &quotient.low);

    quotient.high = quotient.low;
    if (is_good && has_low)
        is_good = fraction_divide(a.low, a.low.numerator < 0 ? b.low : b.high, &quotient.low);
    if (is_good && has_high)
        is_good = fraction_divide(a.high, a.high.numerator < 0 ? b.high : b.low, &quotient.high);
    if (!is_good)
        return missing;
    if (has_low && has_high)
        quotient.qualifier = QUALIFIER_RANGE;
    else if (has_low)
        quotient.qualifier = QUALIFIER_AT_LEAST;
    else if (has_high)
        quotient.qualifier = QUALIFIER_AT_MOST;
    return quotient;
}

/* Nothing can be left out below the line: a divisor that is skipped is missing. */
struct quantity quantity_divide(struct quantity a, struct quantity b)
{
    if (b.state != QUANTITY_VALUE || shown(&b).numerator == 0)
        return missing;
    bool is_positive = is_known_below(b.qualifier) && b.low.numerator > 0;
    bool is_negative = is_known_above(b.qualifier) && b.high.numerator < 0;
    bool is_inexact = b.qualifier != QUALIFIER_EXACT && a.state == QUANTITY_VALUE;

    if (is_inexact && is_positive)
        return divide_by_positive(a, b);
    if (is_inexact && is_negative)
        return divide_by_positive(quantity_negate(a), quantity_negate(b));
    b.low = b.high = fraction_invert(shown(&b));
    if (is_inexact)
        b.qualifier = QUALIFIER_ABOUT;
    return quantity_multiply(a, b);
}

bool quantity_order(const struct quantity *a, const struct quantity *b, int *ret_order)
{
    const i128 left = a->low.numerator, right = b->low.numerator;
    if (a->state != QUANTITY_VALUE || b->state != QUANTITY_VALUE ||
        a->qualifier != QUALIFIER_EXACT || b->qualifier != QUALIFIER_EXACT ||
        a->low.denominator != b->low.denominator)
        return false;
    *ret_order = (left > right) - (left < right);
    return true;
}

enum truth quantity_is_positive(const struct quantity *quantity)
{
    if (quantity->state != QUANTITY_VALUE)
        return TRUTH_UNKNOWN;
    if (is_known_below(quantity->qualifier) && quantity->low.numerator > 0)
        return TRUTH_TRUE;
    if (is_known_above(quantity->qualifier) && quantity->high.numerator <= 0)
        return TRUTH_FALSE;
    return TRUTH_UNKNOWN;
}

struct amount quantity_round(const struct quantity *quantity, unsigned decimals)
{
    static const struct amount nothing = {.has_value = false};
    struct amount amount = {.has_value = true, .qualifier = (uint8_t)quantity->qualifier};
    bool is_range = quantity->qualifier == QUALIFIER_RANGE;
    enum direction direction = quantity->qualifier == QUALIFIER_AT_LEAST || is_range ? ROUND_DOWN
                               : quantity->qualifier == QUALIFIER_AT_MOST            ? ROUND_UP
                                                                          : ROUND_NEAREST;

    if (quantity->state != QUANTITY_VALUE ||
        !fraction_round(shown(quantity), decimals, direction, &amount.value) ||
        (is_range && !fraction_round(quantity->high, decimals, ROUND_UP, &amount.upper)))
        return nothing;
    if (is_range && amount.upper == amount.value) { /* both bounds are the number itself */
        amount.qualifier = QUALIFIER_EXACT;
        amount.upper = 0;
    }
    return amount;
}
