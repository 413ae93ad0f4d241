/* How far the current campaign has come, counted anew only when a report or the day has changed. */
#include "node/status.h"

static bool count(struct step *step, struct date today, struct campaign *ret_counts)
{
    struct node *node = step->node;
    struct period period;
    struct coverage coverage = {0};
    if (node->catalogue == NULL || !campaign_find(node->catalogue, today, &period))
        return false;
    const struct tree *tree = node_tree(node, period);
    if (tree_find(tree, node->options.unit) == TREE_NONE)
        return false;
    struct view_filings filings = {step->txn, KIND_ACTUAL, period.year};
    struct coverage_source source = view_coverage_source(&filings);
    coverage_build(node->catalogue, tree, node->options.unit, &source, &coverage);
    campaign_count(node->catalogue, tree, &coverage, today, ret_counts);
    coverage_fini(&coverage);
    return true;
}

/* In a damaged store a report that does not read would keep the whole answer back: nothing is
 * counted there. Where that is only found out now, this event is stepped again. */
bool status_fill_campaign(struct step *step, char ret_period[PERIOD_TEXT_SIZE],
                          Tonghop__Campaign *ret_message)
{
    struct node_campaign *known = &step->node->campaign;
    const struct date today = instant_date(step->event->now);
    if (store_is_damaged(step->node->store))
        return false;
    if (!known->is_known || date_compare(known->today, today) != 0) {
        known->is_there = count(step, today, &known->counts);
        known->today = today;
        known->is_known = store_error(step->txn) == ERR_OK;
    }
    if (!known->is_there)
        return false;
    tonghop__campaign__init(ret_message);
    ret_message->period = period_format(known->counts.period, ret_period);
    ret_message->due_count = known->counts.due_count;
    ret_message->filed_count = known->counts.filed_count;
    ret_message->accepted_count = known->counts.accepted_count;
    ret_message->covered_count = known->counts.covered_count;
    ret_message->missing_count = known->counts.missing_count;
    ret_message->late_count = known->counts.late_count;
    ret_message->overdue_count = known->counts.overdue_count;
    if (known->counts.has_deadline)
        ret_message->deadline_us = instant_end_of(known->counts.deadline).us;
    return true;
}
