/* Figures: what a roll-up holds for one indicator, with everything needed to take it apart again.
 *
 * A figure knows how many parts it is made of per qualifier, so that it prints as exact only if
 * every part is, and how far its ranges reach. Adding and removing are exact inverses. */
#ifndef CORE_FIGURE_H
#define CORE_FIGURE_H

#include <assert.h>

#include "core/catalogue.h"
#include "core/cell.h"

struct figure {
    i128 value; /* sum of the values (of the lower bounds of ranges); the extreme for max and min */
    i128 upper; /* the same with the upper bounds of ranges; `value` when there is no range */
    uint32_t parts[QUALIFIER_COUNT]; /* contributing units per qualifier; [QUALIFIER_NONE] is 0 */
    uint32_t partial_count;          /* parts that lack a half of the year */
    uint32_t implied_count;          /* parts computed as year minus S1 */
    uint32_t negative_count;         /* implied parts below zero: marked */
    uint32_t early_count;            /* parts taken in before their period had ended */
    uint32_t baseline_count;         /* parts of reports that state another source */
    uint64_t unit_set; /* sum modulo 2^64 of figure_unit_mark over the parts' units: where two
                          figures have the same, the same units reported */
};

/* The mark of a unit in a unit_set: spread over 64 bits (the finaliser of SplitMix64, public
 * domain), so that sums of different sets differ but for one chance in 2^64. */
uint64_t figure_unit_mark(uint32_t unit);

/* How many units the figure is made of: the sum of `parts`. 0: the figure does not exist. */
static inline uint32_t figure_unit_count(const struct figure *figure)
{
    const uint32_t *parts = figure->parts;
    return parts[QUALIFIER_EXACT] + parts[QUALIFIER_AT_LEAST] + parts[QUALIFIER_AT_MOST] +
           parts[QUALIFIER_ABOUT] + parts[QUALIFIER_RANGE];
}

bool figure_equal(const struct figure *a, const struct figure *b);

/* The qualifier of the whole: exact + exact = exact; at least + exact = at least; at most + exact =
 * at most; range + exact = range; at least + range = at least; at most + range = at most (of the
 * upper bounds); at least + at most, or anything + about = about. */
enum qualifier figure_qualifier(const struct figure *figure);
/* What to print for it: the lower bounds' sum, except that AT_MOST speaks of the upper bounds, and
 * ABOUT takes ranges by their middle, rounded half away from zero. */
i128 figure_shown(const struct figure *figure);

/* A figure made of one cell of one unit. */
static inline struct figure figure_of_cell(const struct cell *cell)
{
    struct figure figure = {
        .value = cell->value,
        .upper = cell->qualifier == QUALIFIER_RANGE ? cell->upper : cell->value,
    };
    assert(cell->qualifier >= QUALIFIER_EXACT && cell->qualifier < QUALIFIER_COUNT);
    figure.parts[cell->qualifier] = 1;
    return figure;
}

/* Figures of one (kind, unit, form, label), by indicator; figures without parts are not stored. */
struct figure_entry {
    uint32_t indicator;
    struct figure figure;
};
struct figures {
    struct figure_entry *items;
    size_t count, capacity;
};

void figures_fini(struct figures *figures);
void figures_clear(struct figures *figures);
/* Room for so many, so that it does not grow step by step. */
void figures_reserve(struct figures *figures, size_t count);
const struct figure *figures_find(const struct figures *figures, uint32_t indicator);
/* Appends; indicators must come in rising order (asserted); a figure without parts is left out. */
void figures_append(struct figures *figures, uint32_t indicator, const struct figure *figure);
void figures_copy(struct figures *to, const struct figures *from);
bool figures_equal(const struct figures *a, const struct figures *b);

/* acc = acc + part, by each indicator's aggregation (an indicator that the catalogue does not know
 * adds up as a sum: the catalogue never loses one). The two must not be the same. */
void figures_add(struct figures *acc, const struct figures *part,
                 const struct catalogue *catalogue);

/* Whether an extreme is kept, and not a sum. */
bool aggregation_is_extreme(enum aggregation aggregation);

/* acc = acc - old + new. Sums are exact. Counts always are. An extreme that was removed cannot be
 * taken back from the sum: its indicator is appended to `ret_rescan` (a growing array, see
 * mem_grow; once per call, in rising order) and the caller recomputes that entry from the parts
 * with figures_set; until then it holds the old extreme. `old_part` must be in `acc` (asserted). */
struct rescan {
    uint32_t *indicators;
    size_t count, capacity;
};
void figures_replace_part(struct figures *acc, const struct figures *old_part,
                          const struct figures *new_part, const struct catalogue *catalogue,
                          struct rescan *ret_rescan);
/* Sets one entry (or removes it, when `figure` has no parts). */
void figures_set(struct figures *figures, uint32_t indicator, const struct figure *figure);
/* total = total with `part` combined by the aggregation of `indicator`. */
void figure_combine(struct figure *total, const struct figure *part, enum aggregation aggregation);
/* total = total - old + new; false when the extreme has to be found again among the parts. */
bool figure_replace_part(struct figure *total, const struct figure *old_part,
                         const struct figure *new_part, enum aggregation aggregation);

/* What has to be added to `from`, a sum, to make it `to`. No figure itself: its values may be
 * anything, and its counts and unit set are modulo 2^32 and 2^64. */
struct figure figure_difference(const struct figure *from, const struct figure *to);

/* total = total + difference. */
void figure_shift(struct figure *total, const struct figure *difference);

/* Nearly every figure is a sum of exact parts without marks, and needs no upper value and no counts
 * but one: such a *plain* figure takes a third of the memory. Also a difference of two of them. */
struct plain {
    i128 value;
    uint64_t unit_set;
    uint32_t indicator;
    uint32_t exact_count; /* of a difference: modulo 2^32 */
};
struct plains {
    struct plain *items; /* by indicator */
    size_t count, capacity;
};
/* Whether it is one, of an indicator that adds up. */
bool figure_is_plain(const struct figure *figure);
struct figure figure_of_plain(const struct plain *plain);

/* What changes between two lists of figures, by indicator; what is equal is not in it. Of sums the
 * differences: they are the same for everybody above who has added the figures up. Of extremes the
 * figures before and after. */
struct figures_change {
    struct plains plains; /* differences */
    struct figures sums;  /* differences that are not plain */
    struct figures old_extremes, new_extremes;
};
void figures_change_fini(struct figures_change *change);
bool figures_change_is_empty(const struct figures_change *change);
/* Overwrites `ret_change` (zero-initialised or used before). */
void figures_compare(const struct figures *from, const struct figures *to,
                     const struct catalogue *catalogue, struct figures_change *ret_change);
/* Adds a difference of a sum; where there is no such figure it was nothing before. */
void figures_shift(struct figures *acc, uint32_t indicator, const struct figure *difference);

/* Stored form, deterministic (documented with a hex example in docs/STORAGE.md): u8 version 3,
 * varint count, then per entry varint indicator minus the one before; varint flags: bit 0 counts
 * and unit set are those of the entry before, bit 1 there is an upper value, then a bit for each
 * count that follows (bit 2 exact, 3 at least, 4 at most, 5 about, 6 range, 7 partial, 8 implied, 9
 * negative, 10 early, 11 baseline); i128 value; i128 upper - value if bit 1; unless bit 0, those
 * counts as varints above 0, and the unit set as u64. Version 2 is read, too. */
void figures_encode(const struct figures *figures, struct buf *out);
/* ERR_CORRUPT, with `figures` cleared, for anything that figures_encode does not write. */
enum err figures_decode(struct span bytes, struct figures *figures);

/* Indicators by number, in rising order. */
struct figure_filter {
    uint32_t *numbers;
    size_t count;
};
/* Those that are marked, by index in the catalogue; the caller frees with figure_filter_fini. */
struct figure_filter figure_filter_of(const struct catalogue *catalogue, const bool *is_wanted);
void figure_filter_fini(struct figure_filter *filter);
bool figure_filter_has(const struct figure_filter *filter, uint32_t indicator);
/* As figures_decode, but of the wanted indicators alone (NULL: all); what lies behind the last of
 * them is not looked at. */
enum err figures_decode_some(struct span bytes, const struct figure_filter *wanted,
                             struct figures *figures);

#endif
