/* Coverage by the oracle: for each unit that owes a form, what it has filed and what stands for it,
 * looked up one duty at a time. */
#include <string.h>

#include "core/notice.h"
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
    struct instant judged; /* when it was first filed, as far as it stands */
};

/* By the home's clock, or that of the node above, which said that the home's was wrong. */
static struct instant judged_of(struct store_txn *txn, const struct sim_truth *truth,
                                struct report_key key, int label)
{
    key.period.label = (uint8_t)label;
    struct notice_key found = {.report = key};
    struct span bytes;
    while (store_next_notice(txn, &found, &bytes) && report_key_equal(&found.report, &key))
        if (found.type == NOTICE_CLOCK)
            return (struct instant){(int64_t)found.number};
    return truth_of(truth, key, label)->head.first_filed;
}

/* Of two ways to meet a duty the one that was there first; of two halves the later one. */
static struct instant judge(struct store_txn *txn, const struct sim_truth *truth,
                            struct report_key key)
{
    int label = key.period.label;
    struct instant own = judged_of(txn, truth, key, label), other = {INT64_MAX};
    bool stands[PERIOD_Y + 1];
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++)
        stands[l] = standing_of(truth_of(truth, key, l)) != NOTHING;
    if (label == PERIOD_S2 && stands[PERIOD_Y])
        other = judged_of(txn, truth, key, PERIOD_Y);
    if (label == PERIOD_Y && stands[PERIOD_S1] && stands[PERIOD_S2] &&
        truth_of(truth, key, PERIOD_S1)->latest->scope ==
            truth_of(truth, key, PERIOD_S2)->latest->scope)
        other = instant_later(judged_of(txn, truth, key, PERIOD_S1),
                              judged_of(txn, truth, key, PERIOD_S2));
    return stands[label] ? instant_earlier(own, other) : other;
}

static struct duty duty_of(struct store_txn *txn, const struct sim_truth *truth,
                           struct report_key key)
{
    const struct sim_truth *s1 = truth_of(truth, key, PERIOD_S1);
    const struct sim_truth *s2 = truth_of(truth, key, PERIOD_S2);
    const struct sim_truth *year = truth_of(truth, key, PERIOD_Y);
    const struct sim_truth *own = truth_of(truth, key, key.period.label);
    struct duty duty = {standing_of(own), key.period.label, own->head.revision, {0}};
    if (key.period.label == PERIOD_S2 && standing_of(year) > duty.standing)
        duty = (struct duty){standing_of(year), PERIOD_Y, year->head.revision, {0}};
    enum standing halves = standing_of(s1) < standing_of(s2) ? standing_of(s1) : standing_of(s2);
    if (key.period.label == PERIOD_Y && halves > duty.standing &&
        s1->latest->scope == s2->latest->scope)
        duty = (struct duty){halves, PERIOD_S2, s2->head.revision, {0}};
    duty.judged = judge(txn, truth, key);
    return duty;
}

static void check_line(struct sim *sim, struct store_txn *txn, const struct sim_truth *truth,
                       size_t node, const struct coverage_line *line, struct report_key key)
{
    size_t unit = line->unit - SIM_UNIT_ID_FIRST;
    key.unit = line->unit;
    key.form = line->form;
    struct duty duty = duty_of(txn, truth, key);
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
    enum timeliness timeliness = duty.standing == NOTHING
                                     ? TIMELINESS_NONE
                                     : sim_timeliness(sim, unit, key.period, duty.judged);
    if (line->timeliness != timeliness)
        sim_wrong(sim,
                  "coverage at unit %u: unit %u form %u, %u/%d: timeliness %d, should be %d "
                  "(first filed at %ld)",
                  sim->nodes[node].unit, line->unit, line->form, key.period.year, key.period.label,
                  (int)line->timeliness, (int)timeliness, duty.judged.us);
    if (sim_owed(sim, unit, line->form, key.period) != SIM_OWED)
        sim_wrong(sim, "coverage at unit %u: unit %u owes form %u in %u/%d", sim->nodes[node].unit,
                  line->unit, line->form, key.period.year, key.period.label);
}

/* How many forms are owed beneath the node, or would be but for an exception. */
static size_t count(const struct sim *sim, size_t node, struct period period, enum sim_owed owed)
{
    size_t count = 0;
    for (size_t i = 0; i < sim->country.unit_count; i++)
        for (uint32_t form = 1; form <= SIM_FORMS && sim_node_covers(sim, node, i); form++)
            count += sim_owed(sim, i, form, period) == owed;
    return count;
}

static void check_counts(struct sim *sim, size_t node, struct period period,
                         const struct coverage *coverage)
{
    size_t due = count(sim, node, period, SIM_OWED);
    size_t excepted = count(sim, node, period, SIM_EXCEPTED);
    if (coverage->counts.due != due || coverage->count != due ||
        coverage->counts.excepted != excepted || coverage->excepted_count != excepted)
        sim_wrong(sim, "coverage at unit %u: %u duties and %u exceptions in %u/%d, not %zu and %zu",
                  sim->nodes[node].unit, coverage->counts.due, coverage->counts.excepted,
                  period.year, period.label, due, excepted);
    for (size_t i = 0; i < coverage->excepted_count; i++) {
        const struct coverage_excepted *line = &coverage->excepted[i];
        if (sim_owed(sim, line->unit - SIM_UNIT_ID_FIRST, line->form, period) != SIM_EXCEPTED)
            sim_wrong(sim, "coverage at unit %u: form %u of unit %u is excepted in %u/%d",
                      sim->nodes[node].unit, line->form, line->unit, period.year, period.label);
    }
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
        check_counts(sim, node, key.period, &coverage);
        for (size_t l = 0; l < coverage.count; l++)
            check_line(sim, txn, truth, node, &coverage.lines[l], key);
        store_abort(&txn);
    }
    coverage_fini(&coverage);
}
