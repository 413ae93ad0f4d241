/* The heads of the year say what waits; only those reports are read. */
#include "node/waiting.h"

#include "node/rollup.h"

static bool waits(const struct head *head)
{
    return (head->states & (STATE_ACCEPTED | STATE_RETURNED)) == 0 && !head->is_withdrawn;
}

/* By the latest of what those above have filed. */
static bool is_covered(struct step *step, const struct tree *tree, const struct report_key *key)
{
    struct report_key above = *key;
    struct head head;
    while ((above.unit = tree_parent(tree, above.unit)) != 0)
        if (store_get_head(step->txn, &above, &head) == ERR_OK && head.scope == SCOPE_WHOLE &&
            (head.states & STATE_RETURNED) == 0 && !head.is_withdrawn)
            return true;
    return false;
}

static void combine(const struct waiting *waiting, uint32_t row, size_t i,
                    const struct figure *figure)
{
    if (row != 0)
        figure_combine(&waiting->sums[(row - 1) * waiting->indicator_count + i], figure,
                       waiting->indicators[i]->aggregation);
}

static void add_report(const struct query *query, const struct report *report,
                       const struct waiting *waiting)
{
    const struct tree *tree = query->tree;
    const uint32_t index = tree_find(tree, report->key.unit);
    for (size_t i = 0; i < waiting->indicator_count; i++) {
        const struct indicator *indicator = waiting->indicators[i];
        const struct cell *cell =
            indicator_is_entered(indicator) ? report_cell(report, indicator->number) : NULL;
        if (cell == NULL)
            continue;
        struct figure figure = figure_of_cell(cell);
        figure.unit_set = figure_unit_mark(report->key.unit);
        for (uint32_t at = index; at != TREE_NONE; at = tree->nodes[at].parent)
            combine(waiting, waiting->row_of[at], i, &figure);
        if (waiting->row_of_type != NULL)
            combine(waiting, waiting->row_of_type[tree->nodes[index].type], i, &figure);
    }
}

void waiting_sum(struct step *step, const struct query *query, const struct waiting *waiting)
{
    struct report_key key = store_cursor_before(query->kind, query->period.year, 0, 0);
    struct head head;
    while (store_next_head(step->txn, &key, &head) && key.kind == query->kind &&
           key.period.year == query->period.year) {
        struct revision revision;
        struct report report = {0};
        if (key.period.label != query->period.label || !waits(&head) ||
            !tree_contains(query->tree, query->unit, key.unit) ||
            is_covered(step, query->tree, &key) ||
            store_get_named_revision(step->txn, &key, head.revision, &revision) != ERR_OK)
            continue; /* damage is sticky */
        if (revision_read(step->node, step->txn, &key, &revision, &report))
            add_report(query, &report, waiting);
        report_fini(&report);
    }
}
