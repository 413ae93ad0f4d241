/* The oracle: what every node must hold, folded from what the homes hold in the end, in the
 * simplest possible way and by other code: recursion over units, 64-bit numbers, no accumulators,
 * no figures.
 */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

/* ---- truth ---- */

/* The report that the home holds under a number, as its author made it. */
static const struct report *report_of(struct sim *sim, struct store_txn *txn, size_t key,
                                      uint64_t number)
{
    struct report_key k = sim_key_of(sim, key);
    struct revision revision;
    uint8_t content[DIGEST_SIZE];
    if (store_get_revision(txn, &k, number, &revision) != ERR_OK) {
        sim_wrong(sim, "unit %u lacks revision %lu of its head", k.unit, number);
        return NULL;
    }
    if (!sim_content_of(sim, revision.filing, content))
        return NULL;
    const struct sim_filing *filing = sim_ledger_find(sim, key, content);
    if (filing == NULL)
        sim_wrong(sim, "unit %u: revision %lu is what nobody filed", k.unit, number);
    return filing != NULL ? &filing->report : NULL;
}

static void learn(struct sim *sim, size_t key, struct sim_truth *truth)
{
    struct report_key k = sim_key_of(sim, key);
    size_t home = sim_home_of(sim, sim_key_unit(key));
    struct store_txn *txn = store_begin_read(sim->nodes[home].store);
    struct head head;
    if (store_get_head(txn, &k, &head) == ERR_OK) {
        truth->head = head;
        truth->latest = report_of(sim, txn, key, head.revision);
        if (head.counting != 0)
            truth->counted = report_of(sim, txn, key, head.counting);
        if (truth->counted != NULL && truth->counted->is_withdrawn)
            truth->counted = NULL;
    }
    store_abort(&txn);
}

struct sim_truth *sim_truth_new(struct sim *sim)
{
    struct sim_truth *truth = mem_calloc(sim->key_count, sizeof(*truth));
    for (size_t i = 0; i < sim->key_count; i++)
        if (sim->keys[i].first != SIM_NONE)
            learn(sim, i, &truth[i]);
    return truth;
}

static const struct sim_truth *truth_at(const struct sim_truth *truth, struct report_key key,
                                        int label)
{
    key.period.label = (uint8_t)label;
    return &truth[sim_key_index(&key)];
}

/* ---- values ---- */

static unsigned count(const struct sim_value *value)
{
    unsigned all = 0;
    for (int q = 0; q < QUALIFIER_COUNT; q++)
        all += value->parts[q];
    return all;
}

static struct sim_value of_cell(const struct cell *cell)
{
    struct sim_value value = {.low = cell->value, .high = cell->value};
    if (cell->qualifier == QUALIFIER_RANGE)
        value.high = cell->upper;
    value.parts[cell->qualifier] = 1;
    return value;
}

static void combine(struct sim_value *total, const struct sim_value *part,
                    enum aggregation aggregation)
{
    if (count(part) == 0)
        return;
    bool is_first = count(total) == 0;
    if (aggregation == AGGREGATION_SUM) {
        total->low += part->low;
        total->high += part->high;
    } else if (aggregation == AGGREGATION_MAX) {
        total->low = is_first || part->low > total->low ? part->low : total->low;
        total->high = is_first || part->high > total->high ? part->high : total->high;
    } else {
        total->low = is_first || part->low < total->low ? part->low : total->low;
        total->high = is_first || part->high < total->high ? part->high : total->high;
    }
    for (int q = 0; q < QUALIFIER_COUNT; q++)
        total->parts[q] += part->parts[q];
    total->partial += part->partial;
    total->implied += part->implied;
    total->negative += part->negative;
}

/* Two cells of one unit become one part; what is known of it is what is known of both. */
static struct sim_value as_one(struct sim_value value)
{
    enum qualifier qualifier = QUALIFIER_EXACT;
    bool is_least = value.parts[QUALIFIER_AT_LEAST] > 0;
    bool is_most = value.parts[QUALIFIER_AT_MOST] > 0;
    if (value.parts[QUALIFIER_ABOUT] > 0 || (is_least && is_most))
        qualifier = QUALIFIER_ABOUT;
    else if (is_least || is_most)
        qualifier = is_least ? QUALIFIER_AT_LEAST : QUALIFIER_AT_MOST;
    else if (value.parts[QUALIFIER_RANGE] > 0)
        qualifier = QUALIFIER_RANGE;
    memset(value.parts, 0, sizeof(value.parts));
    value.parts[qualifier] = 1;
    return value;
}

static struct sim_value year_of(const struct cell *s1, const struct cell *s2,
                                const struct indicator *in)
{
    struct sim_value value = {0};
    bool is_stock = in->aggregation == AGGREGATION_SUM && in->nature == NATURE_STOCK;
    if (s1 == NULL && s2 == NULL)
        return value;
    if (s1 != NULL && s2 != NULL && !is_stock) {
        struct sim_value second = of_cell(s2);
        value = of_cell(s1);
        combine(&value, &second, in->aggregation);
        return as_one(value);
    }
    if (s2 != NULL && is_stock)
        return of_cell(s2);
    value = of_cell(s1 != NULL ? s1 : s2);
    value.partial = 1;
    return value;
}

/* What stands for the value of one part: an about one is the middle of its ranges. */
static int64_t shown_of(const struct sim_value *value)
{
    int64_t width = value->high - value->low;
    if (value->parts[QUALIFIER_AT_MOST] > 0)
        return value->high;
    return value->parts[QUALIFIER_ABOUT] > 0 ? value->low + (width + (width > 0)) / 2 : value->low;
}

static struct sim_value rest_of(const struct cell *year, const struct cell *s1)
{
    struct sim_value whole = of_cell(year), first = of_cell(s1), minus = first;
    minus.low = -first.high;
    minus.high = -first.low;
    minus.parts[QUALIFIER_AT_LEAST] = first.parts[QUALIFIER_AT_MOST];
    minus.parts[QUALIFIER_AT_MOST] = first.parts[QUALIFIER_AT_LEAST];
    combine(&whole, &minus, AGGREGATION_SUM);
    whole = as_one(whole);
    whole.implied = 1;
    whole.negative = shown_of(&whole) < 0;
    return whole;
}

/* What a unit's reports of one scope say under a label, as the year rule has it. */
static struct sim_value of_reports(const struct indicator *in,
                                   const struct report *const reports[PERIOD_Y + 1], uint8_t scope,
                                   int label)
{
    const struct cell *cell[PERIOD_Y + 1] = {NULL};
    struct sim_value nothing = {0};
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++)
        if (reports[l] != NULL && reports[l]->scope == scope)
            cell[l] = report_cell(reports[l], in->number);
    if (cell[label] != NULL)
        return of_cell(cell[label]);
    if (label == PERIOD_Y)
        return year_of(cell[PERIOD_S1], cell[PERIOD_S2], in);
    if (label == PERIOD_S1 || cell[PERIOD_Y] == NULL || in->aggregation != AGGREGATION_SUM)
        return nothing;
    if (in->nature == NATURE_STOCK)
        return of_cell(cell[PERIOD_Y]);
    return cell[PERIOD_S1] != NULL ? rest_of(cell[PERIOD_Y], cell[PERIOD_S1]) : nothing;
}

/* ---- totals ---- */

static struct sim_value of_unit(struct sim *sim, const struct sim_truth *truth,
                                const struct indicator *in, size_t unit, struct report_key key)
{
    const struct report *reports[PERIOD_Y + 1] = {NULL};
    bool whole[PERIOD_Y + 1] = {false};
    int label = key.period.label;
    struct sim_value total = {0};
    key.unit = sim->country.units[unit].id;
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++) {
        reports[l] = truth_at(truth, key, l)->counted;
        whole[l] = reports[l] != NULL && reports[l]->scope == SCOPE_WHOLE;
    }
    bool is_covered = whole[label] || (label == PERIOD_S2 && whole[PERIOD_Y] && whole[PERIOD_S1]) ||
                      (label == PERIOD_Y && whole[PERIOD_S1] && whole[PERIOD_S2]);
    bool is_left_out = sim_unit_has_ended_in(sim, unit, key.period) &&
                       (in->aggregation != AGGREGATION_SUM || in->nature != NATURE_FLOW);
    if (!is_left_out)
        total = of_reports(in, reports, is_covered ? SCOPE_WHOLE : SCOPE_OWN, label);
    for (size_t i = 0; i < sim->country.unit_count && !is_covered; i++) {
        if (sim_unit_parent(sim, i, key.period) != (int)unit ||
            !sim_unit_is_in(sim, i, key.period, sim->published))
            continue;
        struct sim_value part = of_unit(sim, truth, in, i, key);
        combine(&total, &part, in->aggregation);
    }
    return total;
}

struct sim_value sim_oracle(struct sim *sim, const struct sim_truth *truth,
                            const struct indicator *indicator, const struct report_key *key)
{
    return of_unit(sim, truth, indicator, key->unit - SIM_UNIT_ID_FIRST, *key);
}
