/* Coverage by the oracle: for each unit that owes a form, what it has filed and what stands for it,
 * looked up one duty at a time. */
#include <string.h>

#include "node/step.h"
#include "node/view.h"
#include "sim/sim.h"

/* What an author's report has come to: the worse, the lower. */
enum standing { NOTHING, RETURNED, WAITING, ACCEPTED };

static const struct sim_truth *truth_of(const struct sim_truth *truth, struct report_key key,
                                        int label)
{
    key.period.label = (uint8_t)label;
    return &truth[sim_key_index(&key)];
}

static enum standing standing_of(const struct sim_truth *truth)
{
    if (truth->latest == NULL || truth->latest->is_withdrawn)
        return NOTHING;
    if (truth->head.states & STATE_RETURNED)
        return RETURNED;
    return truth->head.states & STATE_ACCEPTED ? ACCEPTED : WAITING;
}

static enum coverage_state state_of(enum standing standing)
{
    switch (standing) {
    case NOTHING:
        return COVERAGE_MISSING;
    case RETURNED:
        return COVERAGE_RETURNED;
    case WAITING:
        return COVERAGE_WAITING;
    case ACCEPTED:
        return COVERAGE_ACCEPTED;
    }
    return COVERAGE_MISSING;
}

static bool stands_whole(const struct sim_truth *truth)
{
    return standing_of(truth) == ACCEPTED && truth->latest->scope == SCOPE_WHOLE;
}

/* Whether the unit's whole reports stand for it and everything beneath. */
static bool covers(const struct sim_truth *truth, struct report_key key)
{
    bool s1 = stands_whole(truth_of(truth, key, PERIOD_S1));
    bool s2 = stands_whole(truth_of(truth, key, PERIOD_S2));
    bool year = stands_whole(truth_of(truth, key, PERIOD_Y));
    switch (key.period.label) {
    case PERIOD_S1:
        return s1;
    case PERIOD_S2:
        return s2 || (year && s1);
    default:
        return year || (s1 && s2);
    }
}

/* As far up as the node: what lies above it it does not hold. */
static uint32_t covering_unit(const struct sim *sim, const struct sim_truth *truth, size_t unit,
                              size_t node, struct report_key key)
{
    while (unit != sim_unit_of_node(sim, node)) {
        unit = (size_t)sim_unit_parent(sim, unit, key.period);
        key.unit = sim->country.units[unit].id;
        if (covers(truth, key))
            return key.unit;
    }
    return 0;
}

struct duty {
    enum standing standing;
    int met_by;
    uint64_t revision;
};

static struct duty duty_of(const struct sim_truth *truth, struct report_key key)
{
    const struct sim_truth *s1 = truth_of(truth, key, PERIOD_S1);
    const struct sim_truth *s2 = truth_of(truth, key, PERIOD_S2);
    const struct sim_truth *year = truth_of(truth, key, PERIOD_Y);
    const struct sim_truth *own = truth_of(truth, key, key.period.label);
    struct duty duty = {standing_of(own), key.period.label, own->head.revision};
    if (key.period.label == PERIOD_S2 && standing_of(year) > duty.standing)
        duty = (struct duty){standing_of(year), PERIOD_Y, year->head.revision};
    enum standing halves = standing_of(s1) < standing_of(s2) ? standing_of(s1) : standing_of(s2);
    if (key.period.label == PERIOD_Y && halves > duty.standing &&
        s1->latest->scope == s2->latest->scope)
        duty = (struct duty){halves, PERIOD_S2, s2->head.revision};
    return duty;
}

static void check_line(struct sim *sim, const struct sim_truth *truth, size_t node,
                       const struct coverage_line *line, struct report_key key)
{
    size_t unit = line->unit - SIM_UNIT_ID_FIRST;
    key.unit = line->unit;
    key.form = line->form;
    struct duty duty = duty_of(truth, key);
    uint32_t above = covering_unit(sim, truth, unit, node, key);
    enum coverage_state state = state_of(duty.standing);
    if (duty.standing == NOTHING && above != 0)
        state = COVERAGE_COVERED;
    uint64_t revision = duty.standing == NOTHING ? 0 : duty.revision;
    if (line->state != state || (int)line->met_by != duty.met_by || line->revision != revision ||
        line->covered_by != above)
        sim_wrong(sim,
                  "coverage at unit %u: unit %u form %u, %u/%d: state %d met by %d (revision %lu, "
                  "covered by %u), should be %d by %d (%lu, %u)",
                  sim->nodes[node].unit, line->unit, line->form, key.period.year, key.period.label,
                  (int)line->state, (int)line->met_by, line->revision, line->covered_by, (int)state,
                  duty.met_by, revision, above);
}

/* Who owes how many forms: communes three, districts the first. */
static size_t count_due(const struct sim *sim, size_t node, struct period period)
{
    static const size_t forms[] = {0, 1, SIM_FORMS};
    size_t count = 0;
    for (size_t i = 0; i < sim->country.unit_count; i++)
        if (sim_node_covers(sim, node, i) && sim_unit_is_in(sim, i, period, sim->published) &&
            !sim_unit_has_ended_in(sim, i, period))
            count += forms[sim->country.units[i].level];
    return count;
}

void sim_duty_check(struct sim *sim, const struct sim_truth *truth, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    struct coverage coverage = {0};
    for (size_t i = 0; i < (size_t)SIM_KEYS_PER_UNIT; i += SIM_FORMS) { /* each kind and period */
        struct report_key key = sim_key_of(sim, i);
        struct store_txn *txn = store_begin_read(n->store);
        struct view_filings filings = {.txn = txn, .kind = key.kind, .year = key.period.year};
        struct coverage_source source = view_coverage_source(&filings);
        coverage_build(n->node->catalogue, node_tree(n->node, key.period), n->unit, &source,
                       &coverage);
        if (coverage.counts.due != count_due(sim, node, key.period))
            sim_wrong(sim, "coverage at unit %u: %u duties in %u/%d, should be %zu", n->unit,
                      coverage.counts.due, key.period.year, key.period.label,
                      count_due(sim, node, key.period));
        for (size_t l = 0; l < coverage.count; l++)
            check_line(sim, truth, node, &coverage.lines[l], key);
        store_abort(&txn);
    }
    coverage_fini(&coverage);
}
