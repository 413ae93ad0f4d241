/* Which period is being filed, and how far it has come. */
#include "core/campaign.h"

/* The first deadline of the period for any of the levels; false if there is none. */
static bool first_deadline(const struct catalogue *catalogue, struct period period, uint32_t levels,
                           struct date *ret_first)
{
    bool is_found = false;
    for (size_t level = 0; level < catalogue->level_count; level++) {
        struct date deadline;
        if ((levels >> level & 1) == 0 ||
            !catalogue_deadline(catalogue, period, level, &deadline) ||
            (is_found && date_compare(deadline, *ret_first) >= 0))
            continue;
        *ret_first = deadline;
        is_found = true;
    }
    return is_found;
}

/* Whether something that is owed has a deadline. */
static bool has_deadlines(const struct catalogue *catalogue)
{
    for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const uint32_t levels = catalogue_due_levels(catalogue, label);
        for (size_t level = 0; level < catalogue->level_count; level++)
            if ((levels >> level & 1) != 0 &&
                (catalogue->levels[level].has_deadline[label - 1] ||
                 catalogue->levels[level].working_days[label - 1] > 0))
                return true;
    }
    return false;
}

bool campaign_find(const struct catalogue *catalogue, struct date today, struct period *ret_period)
{
    const bool by_deadline = has_deadlines(catalogue);
    struct date latest = DATE_MIN;
    int year, month, day;

    date_split(today, &year, &month, &day);
    /* A year's first half may be due in the year before, its last deadline in the year after. In
     * this order a year comes after its second half, and wins when both begin on one day. */
    for (int y = year - 1; y <= year + 1; y++) {
        for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
            const struct period period = {(uint16_t)y, label};
            const uint32_t levels = catalogue_due_levels(catalogue, label);
            struct date begin;
            if (levels == 0 || !period_is_valid(period))
                continue;
            if (!by_deadline)
                begin = catalogue_window(catalogue, period).last;
            else if (first_deadline(catalogue, period, levels, &begin))
                begin.days -= CAMPAIGN_LEAD_DAYS;
            else
                continue;
            if (date_compare(begin, today) > 0 || date_compare(begin, latest) < 0)
                continue;
            latest = begin;
            *ret_period = period;
        }
    }
    return date_compare(latest, DATE_MIN) > 0;
}

/* The next of two deadlines, or the later one when both are past. */
static struct date nearer_deadline(struct date a, struct date b, struct date today)
{
    const struct date first = date_compare(a, b) < 0 ? a : b;
    const struct date second = date_compare(a, b) < 0 ? b : a;
    return date_compare(first, today) >= 0 ? first : second;
}

void campaign_count(const struct catalogue *catalogue, const struct tree *tree,
                    const struct coverage *coverage, struct date today,
                    struct campaign *ret_campaign)
{
    struct campaign campaign = {
        .period = tree->period,
        .due_count = coverage->counts.due,
        .filed_count = coverage->counts.filed,
        .accepted_count = coverage->counts.accepted,
        .covered_count = coverage->counts.covered,
        .late_count = coverage->counts.late,
    };

    for (size_t i = 0; i < coverage->count; i++) {
        const struct coverage_line *line = &coverage->lines[i];
        const uint8_t level = tree->nodes[tree_find(tree, line->unit)].level;
        const bool is_missing = line->state == COVERAGE_MISSING;
        struct date deadline;
        campaign.missing_count += is_missing ? 1 : 0;
        if (!catalogue_deadline(catalogue, tree->period, level, &deadline))
            continue;
        campaign.overdue_count += is_missing && date_compare(deadline, today) < 0 ? 1 : 0;
        campaign.deadline =
            campaign.has_deadline ? nearer_deadline(campaign.deadline, deadline, today) : deadline;
        campaign.has_deadline = true;
    }
    *ret_campaign = campaign;
}
