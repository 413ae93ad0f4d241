/* The campaign: the filing that is going on, or was due last.
 *
 * A period's campaign begins CAMPAIGN_LEAD_DAYS before the first deadline that the catalogue sets
 * for it, for any level whose units owe a report. A period without a deadline has none; where no
 * period has one, a campaign begins with the last day of its period's window. The current campaign
 * is the one that began last. A year begins together with its second half where their deadlines
 * are the same: it is the year then, whose duty both halves meet as well. */
#ifndef CORE_CAMPAIGN_H
#define CORE_CAMPAIGN_H

#include "core/coverage.h"

enum { CAMPAIGN_LEAD_DAYS = 30 };

/* The period of the current campaign; false when no unit ever owes a report. */
bool campaign_find(const struct catalogue *catalogue, struct date today, struct period *ret_period);

/* Duties of a subtree, counted; due = filed + covered + missing. */
struct campaign {
    struct period period;
    uint32_t due_count;
    uint32_t filed_count;    /* whatever the state of what was filed */
    uint32_t accepted_count; /* of those filed */
    uint32_t covered_count;
    uint32_t missing_count;
    uint32_t late_count;    /* of those filed */
    uint32_t overdue_count; /* of those missing: the deadline of their level was before today */
    bool has_deadline;
    struct date deadline; /* of the levels that owe something here: the next one, today included, or
                             the last one when all are past */
};

/* Counts the coverage of a tree, that of the campaign's period. */
void campaign_count(const struct catalogue *catalogue, const struct tree *tree,
                    const struct coverage *coverage, struct date today,
                    struct campaign *ret_campaign);

#endif
