/* Sums at hand: many figures in little memory, to which differences are added. A report is added to
 * some hundred of them at each level above it, so what counts is how much memory that touches. */
#ifndef CORE_SUMS_H
#define CORE_SUMS_H

#include "core/figure.h"

/* No indicator is in both. Zero-initialised is empty. */
struct sums {
    struct plains plains;
    struct figures others; /* all extremes, and what is not plain */
};

void sums_fini(struct sums *sums);
bool sums_are_empty(const struct sums *sums);
/* What they take beyond the struct. */
size_t sums_bytes(const struct sums *sums);
/* Overwrites `ret_sums` (zero-initialised or used before) with `figures`. */
void sums_of(const struct figures *figures, const struct catalogue *catalogue,
             struct sums *ret_sums);
/* Overwrites `ret_figures` with those that are wanted (NULL: all). */
void sums_figures(const struct sums *sums, const struct figure_filter *wanted,
                  struct figures *ret_figures);
/* As figures_encode of all of them. */
void sums_encode(const struct sums *sums, struct buf *out);
/* Adds the differences of sums; the extremes of `change` are the caller's to see to. */
void sums_shift(struct sums *sums, const struct figures_change *change);

#endif
