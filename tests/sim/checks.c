/* Checks of the world at rest: every node agrees with the homes, the homes hold what they have
 * acknowledged, and totals, coverage and statements are what the oracle says. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/notice.h"
#include "node/rollup.h"
#include "node/step.h"
#include "sim/sim.h"

/* Longer than between two pings, and than what is parked waits. */
enum { REST_MS = 65000 };

/* Something is still to come, whatever waits in the outbox. */
static bool is_at_work(const struct node_health *health)
{
    return !health->is_linked || !health->has_catalogue || health->is_rebuilding ||
           health->is_restoring || health->is_comparing;
}

bool sim_is_quiet(struct sim *sim)
{
    if (sim->now_ms - sim->busy_ms < REST_MS || sim_ask_count_open(sim) > 0)
        return false;
    for (size_t i = 0; i < sim->node_count; i++) {
        struct node_health health;
        if (!sim->nodes[i].is_running)
            continue;
        node_get_health(sim->nodes[i].node, &health);
        if (is_at_work(&health) || health.outbox_count > health.parked_count ||
            !notices_are_quiet(sim->nodes[i].node))
            return false;
    }
    return true;
}

void sim_say_restless(struct sim *sim)
{
    printf("said something %ld ms ago; %zu requests open\n", (long)(sim->now_ms - sim->busy_ms),
           sim_ask_count_open(sim));
    for (size_t i = 0; i < sim->ask_count; i++)
        if (sim->asks[i].is_open)
            printf("request of type %d to unit %u, %u tries, refused: %s\n", (int)sim->asks[i].type,
                   sim->nodes[sim->asks[i].node].unit, sim->asks[i].tries, sim->asks[i].refused);
    for (size_t i = 0; i < sim->node_count; i++) {
        struct node_health health;
        if (!sim->nodes[i].is_running)
            continue;
        node_get_health(sim->nodes[i].node, &health);
        if (!notices_are_quiet(sim->nodes[i].node))
            printf("unit %u: notices are under way\n", sim->nodes[i].unit);
        if (is_at_work(&health) || health.outbox_count > 0)
            printf("unit %u: %slinked, %scatalogue%s%s%s, %lu to send, %lu parked: %s\n",
                   sim->nodes[i].unit, health.is_linked ? "" : "not ",
                   health.has_catalogue ? "" : "no ", health.is_rebuilding ? ", rebuilding" : "",
                   health.is_restoring ? ", restoring" : "",
                   health.is_comparing ? ", comparing" : "", health.outbox_count,
                   health.parked_count, sim->nodes[i].node->uplink.trouble);
    }
}

/* ---- nodes ---- */

/* Reports that were stated and then lost with every disk leave nothing to agree about. */
static bool holds_year(const struct sim_node *n, uint8_t kind, uint16_t year)
{
    struct store_txn *txn = store_begin_read(n->store);
    struct report_key cursor = store_cursor_before(kind, year, 0, 0);
    struct head head;
    bool is_held =
        store_next_head(txn, &cursor, &head) && cursor.kind == kind && cursor.period.year == year;
    store_abort(&txn);
    return is_held;
}

/* A node above that was put back by hand does not know that it is not complete: what it was told
 * then may never have been compared. */
static bool is_agreed(const struct sim *sim, Tonghop__StatementOutcome outcome)
{
    return outcome == TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_AGREES ||
           (sim->counts[FAULT_COPIED_BACK] > 0 &&
            outcome != TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_DIFFERS);
}

static void check_statements(struct sim *sim, size_t node)
{
    const struct sim_node *n = &sim->nodes[node];
    for (int i = 0; i < 2 * SIM_YEARS; i++) {
        const struct sim_statement *statement = &n->statements[i / SIM_YEARS][i % SIM_YEARS];
        uint8_t kind = (uint8_t)(KIND_ACTUAL + i / SIM_YEARS);
        uint16_t year = (uint16_t)(SIM_YEAR_FIRST + i % SIM_YEARS);
        if (statement->seq != 0 && holds_year(n, kind, year) && !is_agreed(sim, statement->outcome))
            sim_wrong(sim, "unit %u: its last statement of %u was not agreed to (%d)", n->unit,
                      year, (int)statement->outcome);
    }
}

static void check_health(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    struct node_health health;
    uint64_t reports, figures;
    node_get_health(n->node, &health);
    if (n->node->catalogue->number != sim->published)
        sim_wrong(sim, "unit %u has catalogue %u, published is %u", n->unit,
                  n->node->catalogue->number, sim->published);
    /* Of two contents below the latest revision the home's stands; the other is kept for a person.
     */
    bool had_two_homes =
        sim->counts[FAULT_COPIED_BACK] + sim->counts[FAULT_ENROL] + sim->counts[FAULT_REVOKE] > 0;
    if (health.outbox_count + health.alarm_count > 0 ||
        (health.quarantine_count > 0 && !had_two_homes))
        sim_wrong(sim, "unit %u: outbox %lu (parked %lu), quarantine %lu, alarms %lu", n->unit,
                  health.outbox_count, health.parked_count, health.quarantine_count,
                  health.alarm_count);
    size_t differences = node_verify(n->node, &reports, &figures);
    if (differences > 0)
        sim_wrong(sim, "unit %u: verify finds %zu differences", n->unit, differences);
    check_statements(sim, node);
}

static bool same_head(const struct head *a, const struct head *b)
{
    return a->revision == b->revision && a->accepted == b->accepted && a->counting == b->counting &&
           a->states == b->states && a->received.us == b->received.us &&
           a->first_filed.us == b->first_filed.us &&
           memcmp(a->content, b->content, sizeof(a->content)) == 0 &&
           memcmp(a->state_digest, b->state_digest, sizeof(a->state_digest)) == 0;
}

/* Every node that covers a key holds what its home holds, and nothing else. */
static void check_heads(struct sim *sim, const struct sim_truth *truth, size_t node)
{
    const struct sim_node *n = &sim->nodes[node];
    struct store_txn *txn = store_begin_read(n->store);
    uint64_t count = 0;
    for (size_t key = 0; key < sim->key_count; key++) {
        struct report_key k = sim_key_of(sim, key);
        struct head head = {0};
        const struct head *right = &truth[key].head;
        if (right->revision == 0 || !sim_node_covers(sim, node, sim_key_unit(key)))
            continue;
        count++;
        (void)store_get_head(txn, &k, &head); /* revision 0 if there is none */
        if (!same_head(&head, right))
            sim_wrong(
                sim,
                "unit %u holds revision %lu (counting %lu, states %u) of unit %u %d/%u/%d form "
                "%u, its home %lu (%lu, %u)%s",
                n->unit, head.revision, head.counting, head.states, k.unit, k.kind, k.period.year,
                k.period.label, k.form, right->revision, right->counting, right->states,
                head.revision == right->revision ? ", or other times or content" : "");
    }
    if (store_count_heads(txn) != count)
        sim_wrong(sim, "unit %u holds %lu reports, should hold %lu", n->unit,
                  store_count_heads(txn), count);
    store_abort(&txn);
}

/* ---- totals ---- */

static bool same_value(const struct figure *figure, const struct sim_value *value)
{
    static const struct figure none;
    const struct figure *f = figure != NULL ? figure : &none;
    bool is_none = figure_unit_count(f) == 0;
    return memcmp(f->parts, value->parts, sizeof(f->parts)) == 0 &&
           f->partial_count == value->partial && f->implied_count == value->implied &&
           f->negative_count == value->negative &&
           (is_none || (f->value == value->low && f->upper == value->high));
}

static void check_totals_of(struct sim *sim, const struct sim_truth *truth, size_t node,
                            const struct report_key *key)
{
    struct node *n = sim->nodes[node].node;
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    struct figures held = {0};
    rollup_of(n, txn, key, NULL, &held);
    for (size_t i = 0; i < n->catalogue->indicator_count; i++) {
        const struct indicator *in = &n->catalogue->indicators[i];
        if (in->form != key->form)
            continue;
        struct sim_value right = sim_oracle(sim, truth, in, key);
        const struct figure *figure = figures_find(&held, in->number);
        if (!same_value(figure, &right))
            sim_wrong(sim,
                      "unit %u: total of unit %u %d/%u/%d, %s: %ld of %u units, should be %ld..%ld "
                      "(%u exact)",
                      sim->nodes[node].unit, key->unit, key->kind, key->period.year,
                      key->period.label, in->code, figure != NULL ? (long)figure->value : 0,
                      figure != NULL ? figure_unit_count(figure) : 0, right.low, right.high,
                      right.parts[QUALIFIER_EXACT]);
    }
    figures_fini(&held);
    store_abort(&txn);
}

/* The node's own totals, and those of every unit beneath that has no node to check them. */
static void check_totals(struct sim *sim, const struct sim_truth *truth, size_t node)
{
    for (size_t key = 0; key < sim->key_count; key++) {
        struct report_key k = sim_key_of(sim, key);
        size_t unit = sim_key_unit(key);
        if (sim_node_covers(sim, node, unit) &&
            (sim_home_of(sim, unit) == node || sim->nodes[node].parent == SIM_NONE) &&
            sim_unit_is_in(sim, unit, k.period, sim->published))
            check_totals_of(sim, truth, node, &k);
    }
}

/* ---- what was acknowledged ---- */

static bool is_kept(struct sim *sim, const struct sim_filing *filing)
{
    uint8_t states;
    size_t home = sim_home_of(sim, sim_key_unit(filing->key));
    if (filing->node == home && sim->nodes[home].disk == filing->disk)
        return sim_node_holds(sim, home, filing, &states) || sim_is_set_aside(sim, filing);
    for (size_t i = 0; i < sim->node_count; i++)
        if (sim_node_holds(sim, i, filing, &states))
            return true;
    return sim_is_set_aside(sim, filing);
}

/* Its disk is gone, and its content was filed again under another number: after a jump of a clock
 * nobody can tell whether what is there of that content is this filing, or the other one. */
static bool may_be_lost(const struct sim *sim, const struct sim_filing *filing)
{
    const struct sim_node *n = &sim->nodes[filing->node];
    return sim->counts[FAULT_CLOCK_JUMP] > 0 && (!n->is_running || n->disk != filing->disk) &&
           sim_ledger_is_repeated(sim, filing);
}

/* On the disk that acknowledged it, if that is still there; else wherever it was safe. */
static void check_acknowledged(struct sim *sim, const struct sim_truth *truth,
                               const struct sim_filing *filing)
{
    const struct sim_truth *now = &truth[filing->key];
    if (filing->revision == 0 || filing->is_excused)
        return;
    if (!is_kept(sim, filing))
        sim_wrong(sim, "revision %lu of unit %u was acknowledged at unit %u, and nobody holds it",
                  filing->revision, filing->report.key.unit, sim->nodes[filing->node].unit);
    if (now->head.revision < filing->revision)
        sim_wrong(sim, "revision %lu of unit %u was acknowledged, its home has revision %lu",
                  filing->revision, filing->report.key.unit, now->head.revision);
    if (now->head.revision == filing->revision && now->latest != &filing->report &&
        memcmp(now->head.content, filing->content, DIGEST_SIZE) != 0)
        sim_wrong(sim, "revision %lu of unit %u was acknowledged with another content",
                  filing->revision, filing->report.key.unit);
    else if (now->head.revision == filing->revision &&
             (filing->marks & ~filing->marks_lost & ~now->head.states) != 0)
        sim_wrong(sim, "revision %lu of unit %u was marked %u, its home says %u", filing->revision,
                  filing->report.key.unit, filing->marks, now->head.states);
    if (!may_be_lost(sim, filing) && now->head.received.us < sim_ledger_taken_us(sim, filing) &&
        memcmp(now->head.content, filing->content, DIGEST_SIZE) != 0)
        sim_wrong(sim, "of two filings of unit %u the earlier one stands", filing->report.key.unit);
}

/* Whether the latest revision was acknowledged: a receipt that was lost, and an author who then let
 * it be, leave one that nobody was told of. */
static bool is_known(const struct sim *sim, const struct sim_truth *now, size_t key)
{
    for (int i = sim->keys[key].first; i != SIM_NONE; i = sim->filings[i].next)
        if (sim->filings[i].revision == now->head.revision)
            return true;
    return false;
}

/* What operators were told is set on a revision, whichever author they had it from. */
static uint8_t marks_of(const struct sim *sim, size_t key, uint64_t revision)
{
    uint8_t marks = 0;
    for (int i = sim->keys[key].first; i != SIM_NONE; i = sim->filings[i].next)
        if (sim->filings[i].revision == revision)
            marks |= sim->filings[i].marks;
    return marks;
}

/* What counts must follow from the bits: without disasters the operators know them all. */
static void check_counting(struct sim *sim, const struct sim_truth *truth, size_t key)
{
    const struct sim_truth *now = &truth[key];
    bool is_manual = sim_key_is_manual(sim, key);
    uint64_t counting = 0;
    uint8_t states = 0;
    if (sim->keys[key].is_disturbed)
        return;
    for (int i = sim->keys[key].first; i != SIM_NONE; i = sim->filings[i].next) {
        const struct sim_filing *filing = &sim->filings[i];
        uint8_t bits = marks_of(sim, key, filing->revision) | (is_manual ? 0 : STATE_ACCEPTED);
        if (filing->revision < counting || (bits & STATE_ACCEPTED) == 0)
            continue;
        counting = filing->revision;
        states = bits;
    }
    if ((states & STATE_RETURNED) != 0)
        counting = 0;
    if (now->head.counting != counting && is_known(sim, now, key))
        sim_wrong(sim, "unit %u: revision %lu counts, should be %lu", sim_key_of(sim, key).unit,
                  now->head.counting, counting);
}

/* ---- all of it ---- */

void sim_check_rest(struct sim *sim)
{
    struct sim_truth *truth = sim_truth_new(sim);
    for (size_t i = 0; i < sim->filing_count; i++) {
        check_acknowledged(sim, truth, &sim->filings[i]);
        sim_safe_check_rest(sim, &sim->filings[i]);
    }
    for (size_t key = 0; key < sim->key_count; key++)
        if (sim->keys[key].first != SIM_NONE)
            check_counting(sim, truth, key);
    for (size_t i = 0; i < sim->node_count; i++) {
        if (!sim->nodes[i].is_running)
            continue;
        check_health(sim, i);
        check_heads(sim, truth, i);
        check_totals(sim, truth, i);
        sim_duty_check(sim, truth, i);
    }
    sim_said_check(sim);
    free(truth);
}
