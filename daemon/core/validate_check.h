/* Private to validate*.c: what the catalogue's checks say of a report. */
#ifndef CORE_VALIDATE_CHECK_H
#define CORE_VALIDATE_CHECK_H

#include "core/report.h"
#include "core/tree.h"

/* Makes the checks of every figure that the report has, or that follows from its cells alone, and
 * names the required ones that it lacks; nothing is asked of a report without cells. `report` is
 * sorted, and its unit is in the tree. Adds a problem for each finding. */
void validate_checks(const struct report *report, const struct catalogue *catalogue,
                     const struct tree *tree, struct problems *problems);

#endif
