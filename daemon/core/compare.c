/* Amounts become quantities, quantities are counted with, and one rounding ends it. */
#include "core/compare.h"

static const struct amount nothing = {.has_value = false};

/* A range of one number, such as the greatest of 3-5 and 5, is that number. */
static struct quantity quantity_whole(const struct amount *amount)
{
    struct amount closed = *amount;

    if (closed.qualifier == QUALIFIER_RANGE && closed.upper == closed.value)
        closed.qualifier = QUALIFIER_EXACT;
    return quantity_of(&closed, 0);
}

static struct quantity difference(const struct amount *now, const struct amount *before)
{
    return quantity_add(quantity_whole(now), quantity_negate(quantity_whole(before)));
}

static struct amount percent(struct quantity part, struct quantity whole, unsigned decimals)
{
    struct quantity share = quantity_multiply(quantity_divide(part, whole), quantity_exact(100, 1));

    return quantity_round(&share, decimals);
}

struct amount compare_change(const struct amount *now, const struct amount *before)
{
    struct quantity change = difference(now, before);

    return quantity_round(&change, 0);
}

struct amount compare_percent(const struct amount *part, const struct amount *whole,
                              unsigned decimals)
{
    return percent(quantity_whole(part), quantity_whole(whole), decimals);
}

/* 100 * now / before - 100, or, of what was below zero, 100 minus that: `before` stands there once,
 * so that its bounds are not counted against themselves. */
struct amount compare_relative(const struct amount *now, const struct amount *before,
                               unsigned decimals)
{
    struct quantity hundred = quantity_exact(100, 1);
    struct quantity share = quantity_divide(quantity_whole(now), quantity_whole(before));

    share = quantity_multiply(hundred, share);
    if (before->has_value && before->value < 0)
        share = quantity_add(hundred, quantity_negate(share));
    else
        share = quantity_add(share, quantity_negate(hundred));
    return quantity_round(&share, decimals);
}

struct amount compare_absolute(const struct amount *amount)
{
    struct quantity quantity = quantity_whole(amount);
    bool is_range = quantity.qualifier == QUALIFIER_RANGE;

    if (quantity.state != QUANTITY_VALUE)
        return nothing;
    if (is_range && amount->value < 0 && amount->upper > 0) {
        i128 upper = amount->upper > -amount->value ? amount->upper : -amount->value;
        return (struct amount){.has_value = true, .upper = upper, .qualifier = QUALIFIER_RANGE};
    }
    if (quantity.qualifier == QUALIFIER_AT_LEAST && amount->value < 0)
        return nothing;
    if (amount->value < 0)
        quantity = quantity_negate(quantity);
    return quantity_round(&quantity, 0);
}

static unsigned sign_of(i128 value)
{
    return value < 0 ? SIGN_BELOW : value > 0 ? SIGN_ABOVE : SIGN_ZERO;
}

unsigned compare_signs(const struct amount *amount)
{
    unsigned signs = sign_of(amount->value);
    bool is_range = amount->qualifier == QUALIFIER_RANGE && amount->upper != amount->value;

    if (is_range)
        signs |= sign_of(amount->upper);
    /* What lies between the ends, or beyond the one that is known. */
    if (is_range && amount->value < 0 && amount->upper > 0)
        signs |= SIGN_ZERO;
    if (amount->qualifier == QUALIFIER_AT_LEAST)
        signs |= SIGN_ABOVE | (amount->value < 0 ? SIGN_ZERO : 0U);
    if (amount->qualifier == QUALIFIER_AT_MOST)
        signs |= SIGN_BELOW | (amount->value > 0 ? SIGN_ZERO : 0U);
    return signs;
}

bool compare_is_uncertain(const struct amount *amount)
{
    unsigned signs = compare_signs(amount);

    return (signs & SIGN_BELOW) != 0 && (signs & SIGN_ABOVE) != 0;
}

struct amount compare_rescale(const struct amount *amount, unsigned from, unsigned to)
{
    struct amount scaled = *amount;
    i128 factor = pow10_i64(to - from);

    if (!amount->has_value || !i128_mul(amount->value, factor, &scaled.value) ||
        !i128_mul(amount->upper, factor, &scaled.upper))
        return nothing;
    return scaled;
}
