/* Figures as a sentence has them: "trên 28 tỷ đồng", "hàng trăm gương", "tăng 118 lượt"; "over 28
 * billion dong", "hundreds of exemplars", "up 118 visits".
 *
 * Tables print every digit (client/format.h); a sentence says thousands, millions and billions in
 * words where nothing is lost by it. */
#ifndef CLIENT_SPOKEN_H
#define CLIENT_SPOKEN_H

#include "core/compare.h"
#include "tonghop.pb-c.h"

enum { SPOKEN_PERCENT_DECIMALS = 2 };

/* How the figures of one indicator are said. */
struct spoken {
    bool is_english;
    unsigned decimals;
    bool is_ratio;       /* decimals in full: 0,70 */
    bool is_in_digits;   /* no words for scales and magnitudes */
    const char *measure; /* the unit of measure; NULL or "": none is said */
};

/* With the measure in the language wanted, which belongs to `info`. */
struct spoken spoken_of(bool is_english, const Tonghop__IndicatorInfo *info);
/* Likewise for changes of its figures: those of percents are percentage points. */
struct spoken spoken_of_change(bool is_english, const Tonghop__IndicatorInfo *info);
/* Likewise for shares and relative changes: %, with SPOKEN_PERCENT_DECIMALS. */
struct spoken spoken_of_percent(bool is_english);

/* The figure with the word of its qualifier, and the measure; "–" when it has no value. The caller
 * frees. */
char *spoken_figure(const struct spoken *spoken, const struct amount *amount);
/* A change with a word for its sign, which is said to be uncertain where it is; "–" when it has no
 * value. A change of at most -25 is down by at least 25; one of at least -25 is up, or down by at
 * most 25. The caller frees. */
char *spoken_change(const struct spoken *spoken, const struct amount *change);
/* The change in percent (compare_relative) as far as it may be said: no value where it would be of
 * a direction that the change itself need not have. */
struct amount spoken_relative(const struct amount *now, const struct amount *before);

#endif
