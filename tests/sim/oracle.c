/* The oracle: what every node must hold, computed from what was acknowledged, in the simplest
 * possible way and by other code: recursion over units, plain 64-bit numbers, no accumulators, no
 * figures. It knows sums, maxima and minima of values and how many units are in them. */
#include <stdio.h>
#include <string.h>

#include "node/rollup.h"
#include "node/step.h"
#include "sim/sim.h"

/* A value of one indicator: made of `parts` units; no parts, no value. */
struct value {
    int64_t value;
    unsigned parts;
};

static const struct report *acked(const struct sim *sim, uint32_t unit, uint32_t form, int label)
{
    for (size_t i = 0; i < sim->work_count; i++) {
        const struct sim_work *w = &sim->works[i];
        if (w->key.unit == unit && w->key.form == form && w->key.period.label == label)
            return w->acked_revision > 0 && !w->acked.is_withdrawn ? &w->acked : NULL;
    }
    return NULL;
}

/* What a unit's reports of one scope say, as the year rule has it. */
static struct value of_reports(const struct indicator *in, const struct report *const *reports,
                               uint8_t scope, int label)
{
    const struct cell *c[4] = {NULL};
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++)
        if (reports[l] != NULL && reports[l]->scope == scope)
            c[l] = report_cell(reports[l], in->number);
    bool is_sum = in->aggregation == AGGREGATION_SUM;
    bool is_flow = in->nature == NATURE_FLOW;
    if (c[label] != NULL)
        return (struct value){c[label]->value, 1};
    if (label == PERIOD_S1)
        return (struct value){0};
    if (label == PERIOD_S2) {
        if (!is_sum || c[PERIOD_Y] == NULL)
            return (struct value){0};
        if (!is_flow)
            return (struct value){c[PERIOD_Y]->value, 1};
        if (c[PERIOD_S1] == NULL)
            return (struct value){0};
        return (struct value){c[PERIOD_Y]->value - c[PERIOD_S1]->value, 1};
    }
    if (c[PERIOD_S1] == NULL && c[PERIOD_S2] == NULL)
        return (struct value){0};
    if (c[PERIOD_S1] == NULL || c[PERIOD_S2] == NULL)
        return (struct value){c[c[PERIOD_S1] == NULL ? PERIOD_S2 : PERIOD_S1]->value, 1};
    int64_t first = c[PERIOD_S1]->value, second = c[PERIOD_S2]->value;
    if (in->aggregation == AGGREGATION_MAX)
        return (struct value){first > second ? first : second, 1};
    if (in->aggregation == AGGREGATION_MIN)
        return (struct value){first < second ? first : second, 1};
    return (struct value){is_flow ? first + second : second, 1};
}

static void combine(struct value *total, struct value part, enum aggregation aggregation)
{
    if (part.parts == 0)
        return;
    bool is_better =
        aggregation == AGGREGATION_MAX ? part.value > total->value : part.value < total->value;
    if (aggregation == AGGREGATION_SUM)
        total->value += part.value;
    else if (total->parts == 0 || is_better)
        total->value = part.value;
    total->parts += part.parts;
}

static struct value of_unit(const struct sim *sim, const struct indicator *in,
                            const struct tree *tree, uint32_t index, int label)
{
    const struct report *reports[4] = {NULL};
    bool whole[4] = {false};
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++) {
        reports[l] = acked(sim, tree->nodes[index].unit, in->form, l);
        whole[l] = reports[l] != NULL && reports[l]->scope == SCOPE_WHOLE;
    }
    bool is_covered = whole[label] || (label == PERIOD_S2 && whole[PERIOD_Y] && whole[PERIOD_S1]) ||
                      (label == PERIOD_Y && whole[PERIOD_S1] && whole[PERIOD_S2]);
    if (is_covered)
        return of_reports(in, reports, SCOPE_WHOLE, label);
    struct value total = of_reports(in, reports, SCOPE_OWN, label);
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        combine(&total, of_unit(sim, in, tree, i, label), in->aggregation);
    return total;
}

static size_t check_figure(struct sim *sim, size_t n, const struct indicator *in, int label,
                           const struct figures *held)
{
    struct period period = {2024, (uint8_t)label};
    struct tree *tree = tree_new(sim->catalogue, period);
    uint32_t index = tree_find(tree, sim->nodes[n].unit);
    struct value expected = of_unit(sim, in, tree, index, label);
    const struct figure *figure = figures_find(held, in->number);
    unsigned parts = figure != NULL ? figure_unit_count(figure) : 0;
    bool is_right = parts == expected.parts && (parts == 0 || figure->value == expected.value);
    tree_free(&tree);
    if (!is_right)
        printf("node %u, label %d, %s: %lld of %u units, should be %lld of %u\n",
               sim->nodes[n].unit, label, in->code, parts == 0 ? 0LL : (long long)figure->value,
               parts, (long long)expected.value, expected.parts);
    return is_right ? 0 : 1;
}

/* Every report acknowledged beneath a node is held by it with the content that was acknowledged. */
static size_t check_reports(struct sim *sim, size_t n, struct store_txn *txn)
{
    size_t wrong = 0;
    for (size_t i = 0; i < sim->work_count; i++) {
        const struct sim_work *work = &sim->works[i];
        const struct tree *tree = node_tree(sim->nodes[n].node, work->key.period);
        struct head head = {0};
        if (work->acked_revision == 0 || !node_covers(sim->nodes[n].node, tree, work->key.unit))
            continue;
        if (store_get_head(txn, &work->key, &head) == ERR_OK &&
            head.revision == work->acked_revision && head.counting == head.revision)
            continue;
        printf("node %u: unit %u label %d form %u: revision %llu, acknowledged was %llu\n",
               sim->nodes[n].unit, work->key.unit, work->key.period.label, work->key.form,
               (unsigned long long)head.revision, (unsigned long long)work->acked_revision);
        wrong++;
    }
    return wrong;
}

size_t sim_check(struct sim *sim)
{
    size_t wrong = 0;
    for (size_t n = 0; n < sim->node_count; n++) {
        struct node *node = sim->nodes[n].node;
        struct store_txn *txn = store_begin_read(node->store);
        struct node_health health;
        uint64_t reports, figures_seen;
        for (size_t i = 0; i < sim->catalogue->indicator_count; i++) {
            const struct indicator *in = &sim->catalogue->indicators[i];
            for (int label = PERIOD_S1; label <= PERIOD_Y && indicator_is_entered(in); label++) {
                struct figures held = {0};
                struct report_key key = {.kind = KIND_ACTUAL,
                                         .period = {2024, (uint8_t)label},
                                         .unit = sim->nodes[n].unit,
                                         .form = in->form};
                rollup_of(node, txn, &key, &held);
                wrong += check_figure(sim, n, in, label, &held);
                figures_fini(&held);
            }
        }
        wrong += check_reports(sim, n, txn);
        store_abort(&txn);
        wrong += node_verify(node, &reports, &figures_seen);
        node_get_health(node, &health);
        wrong += health.alarm_count + health.quarantine_count;
    }
    return wrong;
}
