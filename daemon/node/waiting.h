/* Figures that wait: what the latest revisions say that were neither accepted nor returned. They
 * are told beside totals, and never in them. */
#ifndef NODE_WAITING_H
#define NODE_WAITING_H

#include "node/query.h"

struct waiting {
    const struct indicator *const *indicators; /* derived ones have no sum */
    size_t indicator_count;
    const uint32_t *row_of;      /* by index in the query's tree: a row + 1; 0: none */
    const uint32_t *row_of_type; /* likewise by type of unit, of what it reported itself; or NULL */
    struct figure *sums;         /* rows x indicators */
};

/* Adds what waits beneath the query's unit, of its very period, to the rows of all units above it.
 * What a whole report above would stand for, were both accepted, is left out. */
void waiting_sum(struct step *step, const struct query *query, const struct waiting *waiting);

#endif
