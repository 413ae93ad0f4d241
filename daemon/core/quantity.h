/* Quantities: figures that may be known from below only, from above only, within a range, or about,
 * and the arithmetic with them, in fractions of 128-bit integers kept in lowest terms.
 *
 * There is no floating point, nothing is rounded before quantity_round, and what does not fit into
 * 128 bits is missing, never wrong. Formulas, comparisons and figures in words count with these. */
#ifndef CORE_QUANTITY_H
#define CORE_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cell.h"
#include "core/int128.h"

/* numerator / denominator in lowest terms; the denominator is positive, the numerator is not the
 * least i128. */
struct fraction {
    i128 numerator, denominator;
};

struct quantity {
    enum {
        QUANTITY_MISSING, /* no value, and none for whatever needs it */
        QUANTITY_SKIPPED, /* left out of sums */
        QUANTITY_VALUE,
    } state;
    enum qualifier qualifier;
    struct fraction low, high; /* which of the two says something, the qualifier tells */
};

/* A figure as it is shown: a whole number scaled by the decimals of its indicator. */
struct amount {
    bool has_value;
    i128 value, upper; /* `upper` only of a range, 0 otherwise */
    uint8_t qualifier; /* enum qualifier */
};

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

struct quantity quantity_missing(void);
struct quantity quantity_skipped(void);
/* Missing when it does not fit; `denominator` is positive. */
struct quantity quantity_exact(i128 numerator, i128 denominator);
/* Missing when the amount has no value, or it does not fit. */
struct quantity quantity_of(const struct amount *amount, unsigned decimals);

/* Swaps at least and at most; what is not a value stays what it is. */
struct quantity quantity_negate(struct quantity quantity);
/* A skipped part is left out; a missing one leaves the sum missing. */
struct quantity quantity_add(struct quantity a, struct quantity b);
/* An exact positive factor keeps the other's qualifier, an exact negative one swaps its sides. Two
 * inexact ones that are known not to be negative multiply side by side; of anything else only the
 * size is known: about. */
struct quantity quantity_multiply(struct quantity a, struct quantity b);
/* The product with the inverse, which swaps the sides of a divisor whose sign is known: 50 by at
 * least 1000 is at most 0.05. Division by zero, or by what is skipped, is missing. */
struct quantity quantity_divide(struct quantity a, struct quantity b);

/* Whether it is above zero, for certain. */
/* Two exact ones of one denominator, as most are: whether the first is less (-1), equal (0) or
 * greater (1). False: their difference has to tell. */
bool quantity_order(const struct quantity *a, const struct quantity *b, int *ret_order);
enum truth quantity_is_positive(const struct quantity *quantity);

/* The amount with `decimals`, rounded half away from zero; but what is known from below down, and
 * from above up, so that it stays true. No value when it is not a value, or does not fit. */
struct amount quantity_round(const struct quantity *quantity, unsigned decimals);

#endif
