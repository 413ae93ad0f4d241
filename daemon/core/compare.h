/* Comparisons of two figures: what changed, and what part of another one it is.
 *
 * The qualifier of the result follows from those of the two (core/quantity.h): at least minus exact
 * is at least, exact minus at least is at most, at least minus at least is about. */
#ifndef CORE_COMPARE_H
#define CORE_COMPARE_H

#include "core/quantity.h"

/* now - before, both scaled alike. No value when one of the two has none, or it does not fit. */
struct amount compare_change(const struct amount *now, const struct amount *before);

/* 100 * part / whole, both scaled alike, with `decimals`, rounded half away from zero. No value
 * when one of the two has none, the whole is zero, or it does not fit. */
struct amount compare_percent(const struct amount *part, const struct amount *whole,
                              unsigned decimals);

/* The change in percent of what it was: 100 * (now - before) / |before|; otherwise as
 * compare_percent. */
struct amount compare_relative(const struct amount *now, const struct amount *before,
                               unsigned decimals);

/* The amount without its sign: at most -25 is at least 25. A range across zero begins at zero. No
 * value when it has none, or it does not fit, or it is at least a number below zero, which may be
 * of any size. */
struct amount compare_absolute(const struct amount *amount);

/* The signs that an amount may have, as a set. */
enum sign { SIGN_BELOW = 1, SIGN_ZERO = 2, SIGN_ABOVE = 4 };

/* Those of an amount that has a value: at least -40 may be of all three. About 20 is taken to be
 * above zero. */
unsigned compare_signs(const struct amount *amount);
/* Whether it may as well be above zero as below. */
bool compare_is_uncertain(const struct amount *amount);

/* The amount scaled by 10^to instead of 10^from (from <= to <= 18); no value when it does not fit.
 */
struct amount compare_rescale(const struct amount *amount, unsigned from, unsigned to);

#endif
