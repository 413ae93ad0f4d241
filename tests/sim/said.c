/* What has been said (node/notice.h): a reason for a return, a reminder. Once said it is on the
 * disk that answered; at rest a node and the one above it hold the same of what concerns both, byte
 * for byte, and what was said is known at the unit's home, which has said that it heard it. */
#include <string.h>

#include "core/mem.h"
#include "node/notice.h"
#include "sim/sim.h"

/* ---- two levels ---- */

static struct span bytes_at(struct store_txn *txn, const struct notice_key *key)
{
    struct span bytes = {0};
    (void)store_get_notice(txn, key, &bytes); /* empty: it is not held */
    return bytes;
}

/* The unit of a running node, or of one that was: SIM_NONE if it has none. */
static int unit_index(const struct sim *sim, uint32_t id)
{
    size_t index = id - SIM_UNIT_ID_FIRST;
    return id >= SIM_UNIT_ID_FIRST && index < sim->country.unit_count ? (int)index : SIM_NONE;
}

/* Whether two disks one above the other were replaced, from the author of the notice down to
 * `node`: then both may have lost what only they had from each other. A copy put back by hand does
 * not know that it is one: those beneath notice that its feed went back, unless it has grown again
 * meanwhile. */
static bool may_be_lost(const struct sim *sim, size_t node, uint32_t author)
{
    int unit = unit_index(sim, author);
    unsigned replaced = 0;
    if (unit == SIM_NONE)
        return true;
    for (int at = (int)node; at != SIM_NONE; at = sim->nodes[at].parent) {
        replaced += sim->nodes[at].disk > 0;
        if (sim->nodes[at].was_copied_back)
            return true;
    }
    return replaced > 1;
}

/* A closing concerns all that lies beneath the unit in the period's tree. */
static bool is_closed_for(const struct sim *sim, size_t child, const struct notice_key *key,
                          int unit)
{
    size_t of = sim_unit_of_node(sim, child);
    if (key->type != NOTICE_CLOSING || !sim_unit_is_in(sim, of, key->report.period, sim->published))
        return false;
    for (int at = (int)of; at != SIM_NONE; at = sim->country.units[at].parent)
        if (at == unit)
            return true;
    return false;
}

static bool is_shared(struct sim *sim, size_t child, const struct notice_key *key)
{
    int unit = unit_index(sim, key->report.unit);
    if (unit != SIM_NONE && is_closed_for(sim, child, key, unit))
        return true;
    return unit != SIM_NONE && sim_node_covers(sim, child, (size_t)unit);
}

/* All that `one` holds of what both have to hold is held by `other`. */
static void check_pair(struct sim *sim, size_t child, size_t one, size_t other)
{
    struct store_txn *txn = store_begin_read(sim->nodes[one].store);
    struct store_txn *others = store_begin_read(sim->nodes[other].store);
    struct notice_key key = {0};
    struct span bytes;
    while (store_next_notice(txn, &key, &bytes)) {
        if (!is_shared(sim, child, &key) || span_equal(bytes, bytes_at(others, &key)) ||
            may_be_lost(sim, one, key.author))
            continue;
        sim_wrong(sim, "unit %u holds a notice of type %u about unit %u by unit %u, and unit %u %s",
                  sim->nodes[one].unit, key.type, key.report.unit, key.author,
                  sim->nodes[other].unit,
                  bytes_at(others, &key).len > 0 ? "holds another" : "does not");
    }
    store_abort(&others);
    store_abort(&txn);
}

/* ---- what was heard ---- */

/* Whether the unit may have had another home: what that one heard, this one need not. */
static bool may_have_moved(const struct sim *sim, size_t unit, size_t home)
{
    for (int at = (int)unit; at != (int)sim_unit_of_node(sim, home);
         at = sim->country.units[at].parent)
        if (sim->country.units[at].node != SIM_NONE)
            return true;
    return false;
}

static int64_t time_of(struct sim *sim, size_t node, struct store_txn *txn,
                       const struct notice_key *key)
{
    const Tonghop__Notice *notice = notice_find(sim->nodes[node].node, txn, key);
    return notice != NULL ? notice->time_us : 0;
}

/* With what it takes over, the home says that this has come: of the latest saying. */
static void check_heard(struct sim *sim, size_t node)
{
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    struct notice_key key = {0};
    struct span bytes;
    while (store_next_notice(txn, &key, &bytes)) {
        int unit = unit_index(sim, key.report.unit);
        struct notice_key heard = key;
        heard.type = NOTICE_HEARD;
        heard.author = sim->nodes[node].unit;
        heard.number = notice_heard_number(key.type, key.author);
        if ((key.type == NOTICE_RETURNED || key.type == NOTICE_REMINDER ||
             key.type == NOTICE_REOPENING) &&
            sim_unit_is_in(sim, (size_t)unit, key.report.period, sim->published) &&
            sim_home_of(sim, (size_t)unit) == node && !may_have_moved(sim, (size_t)unit, node) &&
            time_of(sim, node, txn, &heard) < time_of(sim, node, txn, &key))
            sim_wrong(sim, "unit %u has not said that it heard what unit %u said about unit %u",
                      sim->nodes[node].unit, key.author, key.report.unit);
    }
    store_abort(&txn);
}

/* ---- a restored node ---- */

void sim_said_restored(struct sim *sim, size_t node, bool is_marked)
{
    struct sim_node *n = &sim->nodes[node];
    n->said_above = 0;
    if (!is_marked || n->parent == SIM_NONE || sim->nodes[n->parent].store == NULL)
        return;
    struct store_txn *txn = store_begin_read(sim->nodes[n->parent].store);
    n->said_above = store_feed_number(txn);
    n->said_disk = sim->nodes[n->parent].disk;
    store_abort(&txn);
}

void sim_said_check_restored(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    const struct sim_node *above = n->parent != SIM_NONE ? &sim->nodes[n->parent] : NULL;
    struct notice_key key = {0};
    struct span bytes;
    if (n->said_above == 0 || above == NULL || above->store == NULL || above->was_copied_back ||
        above->disk != n->said_disk)
        return;
    struct store_txn *txn = store_begin_read(above->store), *own = store_begin_read(n->store);
    while (store_next_notice(txn, &key, &bytes))
        if (store_notice_change(txn, &key) <= n->said_above && is_shared(sim, node, &key) &&
            bytes_at(own, &key).len == 0)
            sim_wrong(sim, "unit %u takes in before it has heard what unit %u said about unit %u",
                      n->unit, key.author, key.report.unit);
    store_abort(&own);
    store_abort(&txn);
    n->said_above = 0;
}

/* ---- what was said ---- */

void sim_said_note(struct sim *sim, size_t node, const struct notice_key *key)
{
    sim->said_notices = mem_grow(sim->said_notices, sim->said_count, &sim->said_capacity,
                                 sizeof(*sim->said_notices));
    sim->said_notices[sim->said_count++] =
        (struct sim_said){.key = *key, .node = node, .disk = sim->nodes[node].disk};
}

static bool holds(struct sim *sim, size_t node, const struct notice_key *key)
{
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    bool is_held = bytes_at(txn, key).len > 0;
    store_abort(&txn);
    return is_held;
}

static void check_said(struct sim *sim, const struct sim_said *said)
{
    int unit = unit_index(sim, said->key.report.unit);
    const struct sim_node *n = &sim->nodes[said->node];
    if (!n->is_running || n->disk != said->disk)
        return;
    if (!holds(sim, said->node, &said->key))
        sim_wrong(sim, "unit %u has lost what it said about unit %u", n->unit,
                  said->key.report.unit);
    for (size_t node = sim_home_of(sim, (size_t)unit); node != said->node;
         node = (size_t)sim->nodes[node].parent) {
        if (!sim_node_covers(sim, said->node, sim_unit_of_node(sim, node)))
            break; /* it was moved */
        if (!holds(sim, node, &said->key) && !may_be_lost(sim, node, said->key.author))
            sim_wrong(sim, "unit %u does not know what unit %u said about unit %u",
                      sim->nodes[node].unit, n->unit, said->key.report.unit);
    }
}

void sim_said_check(struct sim *sim)
{
    for (size_t i = 1; i < sim->node_count; i++) {
        const struct sim_node *n = &sim->nodes[i];
        if (!n->is_running || !sim->nodes[n->parent].is_running)
            continue;
        check_pair(sim, i, i, (size_t)n->parent);
        check_pair(sim, i, (size_t)n->parent, i);
    }
    for (size_t i = 0; i < sim->node_count; i++)
        if (sim->nodes[i].is_running)
            check_heard(sim, i);
    for (size_t i = 0; i < sim->said_count && sim->wrong_count == 0; i++)
        check_said(sim, &sim->said_notices[i]);
}
