/* Whether a report may be taken in: the rules of the catalogue, decided once, at intake. The same
 * function runs in the command before anything is sent and in the home node. */
#ifndef CORE_VALIDATE_H
#define CORE_VALIDATE_H

#include "core/figure.h"
#include "core/report.h"
#include "core/tree.h"

/* Checks `report` (sorted) against the catalogue and the tree of its period: unit in the tree;
 * form known; each indicator known, entered, of this form, valid on the window's last day, reported
 * by the unit's level (a `whole` report may carry indicators of lower levels too); cell_check; no
 * negative value unless signed; a source in `whole` reports only; a part not above its whole (only
 * warned about where one of the two is inexact; not asked where one is signed, or of minima); the
 * checks of the catalogue among the cells of the report (not made where an operand is missing; only
 * warned about where one is inexact or the check says so); required figures are there, if any is;
 * no cells in a withdrawal. Adds a problem per finding, each with its indicator and its remedy;
 * ERR_INVALID if any is an error. An empty report that is not a withdrawal is a nil report: fine.
 */
enum err validate_report(const struct report *report, const struct catalogue *catalogue,
                         const struct tree *tree, struct problems *problems);

/* ERR_INVALID, naming each cell of `previous` that `next` lacks, unless next->may_drop_cells or
 * next->is_withdrawn. */
enum err validate_dropped(const struct report *previous, const struct report *next,
                          const struct catalogue *catalogue, struct problems *problems);

/* A warning if the period of an actual report, no withdrawal, begins after `today`: most likely
 * another year was meant. Plans are for years to come. `tree` is that of the period. */
void validate_begun(const struct report *report, const struct tree *tree, struct date today,
                    struct problems *problems);

/* Warnings about a good `whole` report, no withdrawal, that hides what lies beneath its unit, which
 * is not added to it: `below` is what that adds up to under the report's period, whose last day is
 * `last`. One for each sum that is there beneath and blank in the report; and one for each that is
 * less than what is beneath, whatever inexact figures stand for, unless it may be negative. */
void validate_whole(const struct report *report, const struct figures *below,
                    const struct catalogue *catalogue, struct date last, struct problems *problems);

#endif
