/* Safe: an author may ask for the history of what was acknowledged, as `tonghop submit --wait safe`
 * does, until a unit above its home is named that holds it. From then on that unit's node must hold
 * it, or a later revision of the report, as long as its disk is there; so nothing that befalls the
 * home's disk alone can lose it. When that disk goes, too, it must be back in the end if some disk
 * held it all the time. */
#include <string.h>

#include "sim/sim.h"

enum { WAITED_FOR_ONCE_IN = 3, FIRST_MS = 1000 };

/* Half of them ask at once, when it can hardly be safe: what is said then is wrong most easily. */
void sim_safe_wait(struct sim *sim, size_t filing, unsigned author)
{
    if (sim->filings[filing].node == 0 || !sim_once_in(sim, WAITED_FOR_ONCE_IN))
        return; /* above the root is nobody */
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_SAFE,
                                   .filing = filing,
                                   .author = author,
                                   .delay_ms = sim_once_in(sim, 2) ? FIRST_MS : 0});
}

/* ---- who holds it ---- */

/* On its disk: what was filed, or a later revision of that report, or the one to which it had to
 * give way because two homes gave the same number. */
static bool holds(struct sim *sim, size_t node, const struct sim_filing *filing)
{
    struct report_key key = sim_key_of(sim, filing->key);
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    struct head head;
    uint8_t states;
    bool is_later = store_get_head(txn, &key, &head) == ERR_OK && head.revision > filing->revision;
    store_abort(&txn);
    return is_later || sim_node_holds(sim, node, filing, &states) ||
           (sim->keys[filing->key].may_fork && sim_is_set_aside(sim, filing));
}

void sim_safe_check(struct sim *sim, const struct sim_filing *filing, int but)
{
    if (filing->holder == SIM_NONE || filing->holder == but ||
        sim->nodes[filing->holder].disk != filing->holder_disk ||
        holds(sim, (size_t)filing->holder, filing))
        return;
    sim_wrong(sim, "revision %lu of unit %u was said to be held by unit %u, which has lost it",
              filing->revision, filing->report.key.unit, sim->nodes[filing->holder].unit);
}

void sim_safe_check_some(struct sim *sim)
{
    if (sim->filing_count > 0)
        sim_safe_check(sim, &sim->filings[sim_random(sim, sim->filing_count)], SIM_NONE);
}

void sim_safe_check_rest(struct sim *sim, const struct sim_filing *filing)
{
    sim_safe_check(sim, filing, SIM_NONE);
    if (filing->holder != SIM_NONE && !filing->is_excused &&
        !holds(sim, (size_t)filing->holder, filing))
        sim_wrong(sim, "revision %lu of unit %u was safe, and did not come back to unit %u",
                  filing->revision, filing->report.key.unit, sim->nodes[filing->holder].unit);
}

/* ---- what is said about it ---- */

/* The latest revision, if it is the author's own; NULL when it is another one. */
static const Tonghop__HistoryEntry *own_entry(struct sim *sim, const struct sim_filing *filing,
                                              const Tonghop__History *history)
{
    uint8_t content[DIGEST_SIZE];
    if (history->n_entries == 0)
        return NULL;
    const Tonghop__HistoryEntry *entry = history->entries[0];
    struct span bytes = {entry->filing.data, entry->filing.len};
    bool is_own = entry->revision == filing->revision && sim_content_of(sim, bytes, content) &&
                  memcmp(content, filing->content, sizeof(content)) == 0;
    return is_own ? entry : NULL;
}

/* The node that is named, if it is above the one that answers; SIM_NONE if it is that one. */
static int holder_of(struct sim *sim, size_t answering, const Tonghop__HistoryEntry *entry)
{
    uint32_t unit = entry->held_by != NULL ? entry->held_by->id : 0;
    int node = (int)answering;
    if (unit == sim->nodes[answering].unit)
        return SIM_NONE;
    while (node != SIM_NONE && sim->nodes[node].unit != unit)
        node = sim->nodes[node].parent;
    if (node == SIM_NONE)
        sim_wrong(sim, "unit %u says that unit %u holds its report, which is not above it",
                  sim->nodes[answering].unit, unit);
    else if (!entry->is_safe)
        sim_wrong(sim, "unit %u names a holder of what it does not call safe",
                  sim->nodes[answering].unit);
    return node;
}

/* Called safe without a holder above: the node beneath that is its home has to hold it, or has lost
 * its disk since. */
static void check_held_beneath(struct sim *sim, size_t node, const struct sim_filing *filing,
                               const Tonghop__HistoryEntry *entry)
{
    size_t home = sim_home_of(sim, sim_key_unit(filing->key));
    const struct sim_node *n = &sim->nodes[home];
    if (!entry->is_safe || (home != node && (n->disk_ms > filing->filed_ms || !n->is_running ||
                                             holds(sim, home, filing))))
        return;
    sim_wrong(sim, "unit %u calls revision %lu of unit %u safe, which it alone holds",
              sim->nodes[node].unit, filing->revision, filing->report.key.unit);
}

void sim_safe_said(struct sim *sim, size_t index, const Tonghop__History *history)
{
    const struct sim_ask *ask = &sim->asks[index];
    struct sim_filing *filing = &sim->filings[ask->filing];
    const Tonghop__HistoryEntry *entry = own_entry(sim, filing, history);
    int holder = entry != NULL ? holder_of(sim, ask->node, entry) : SIM_NONE;
    if (entry != NULL && holder == SIM_NONE)
        check_held_beneath(sim, ask->node, filing, entry);
    if (holder == SIM_NONE)
        return;
    const struct sim_node *n = &sim->nodes[holder];
    if (holds(sim, (size_t)holder, filing)) {
        filing->holder = holder;
        filing->holder_disk = n->disk;
    } else if (n->disk_ms <= sim_ledger_find(sim, filing->key, filing->content)->filed_ms) {
        sim_wrong(sim, "unit %u says that unit %u holds revision %lu of unit %u, which is not so",
                  sim->nodes[ask->node].unit, n->unit, filing->revision, filing->report.key.unit);
    } /* else it did, on a disk that is gone */
}

/* Safe, or no longer of interest: replaced, lost with every disk, or taken in at the root. */
void sim_safe_heard(struct sim *sim, size_t index, const Tonghop__History *history)
{
    const struct sim_ask *ask = &sim->asks[index];
    const struct sim_filing *filing = &sim->filings[ask->filing];
    const Tonghop__HistoryEntry *entry = own_entry(sim, filing, history);
    bool is_safe = entry != NULL && holder_of(sim, ask->node, entry) != SIM_NONE;
    bool is_replaced = entry == NULL && history->n_entries > 0 &&
                       history->entries[0]->revision >= filing->revision;
    sim->safe_count += is_safe;
    if (is_safe || is_replaced || filing->is_excused || ask->node == 0)
        sim_ask_close(sim, index);
}

/* A restored node may not know the unit yet. */
void sim_safe_refusal(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    if (strcmp(refusal->code, err_name(ERR_NOT_FOUND)) != 0)
        sim_wrong(sim, "unit %u does not tell an author who holds his report: %s %s",
                  sim->nodes[sim->asks[index].node].unit, refusal->code, refusal->text);
}
