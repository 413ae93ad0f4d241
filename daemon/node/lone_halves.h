/* Whole half-years without the other half are not part of a year that comes from beneath: totals
 * say how many there are. */
#ifndef NODE_LONE_HALVES_H
#define NODE_LONE_HALVES_H

#include "node/query.h"

/* Of the year of query->period: into `counts`, by index in its tree, beneath each unit of the
 * subtree; of the forms that the indicators are made of. */
void lone_halves_count(struct step *step, const struct query *query,
                       const struct indicator *const *indicators, size_t indicator_count,
                       uint32_t *counts);

#endif
