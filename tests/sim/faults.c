/* The faults of a seed: each is there or not, and strikes as often as was drawn, so that seeds
 * differ in their mix and calm ones are among them. */
#include "sim/sim.h"

enum { CUT_MS = 60000, SLOW_MS = 20000, FULL_MS = 30000, QUEUE_MIN = 8, QUEUE_MOST = 300 };
/* How far a clock jumps, at most: a month to either side, and back again. */
#define JUMP_US (INT64_C(30) * 86400 * 1000000)

/* How often it strikes at most: in 100,000 messages, batches, or looks at a node. */
static const struct {
    const char *name;
    unsigned most;
} faults[FAULT_COUNT] = {
    [FAULT_DROP] = {"dropped", 15000},
    [FAULT_DUPLICATE] = {"duplicated", 10000},
    [FAULT_DELAY] = {"delayed", 8000},
    [FAULT_REORDER] = {"reordered", 50000},
    [FAULT_CRASH_BEFORE_COMMIT] = {"crashes before commit", 1000},
    [FAULT_CRASH_AFTER_COMMIT] = {"crashes after commit", 1000},
    [FAULT_CRASH_IN_BATCH] = {"crashes in a batch", 5000},
    [FAULT_CRASH_SENDING] = {"crashes while sending", 1000},
    [FAULT_FULL_COMMIT] = {"commits without room", 3000},
    [FAULT_CUT] = {"cuts", 1500},
    [FAULT_CUT_ONE_WAY] = {"one-way cuts", 1500},
    [FAULT_DISCONNECT] = {"disconnects", 3000},
    [FAULT_SLOW] = {"slow readers", 1500},
    [FAULT_DISK_FULL] = {"full disks", 1000},
    [FAULT_CLOCK_JUMP] = {"clock jumps", 1000},
    [FAULT_BACKUP] = {"backups", 5000},
    [FAULT_RESTORE] = {"backups restored", 1000},
    [FAULT_COPIED_BACK] = {"backups copied back", 1000},
    [FAULT_DISK_LOST] = {"disks lost", 300},
    [FAULT_ENROL] = {"nodes enrolled", 1500},
    [FAULT_REVOKE] = {"nodes revoked", 1000},
    [FAULT_PUBLISH] = {"catalogues published", 800},
    [FAULT_MARK] = {"marks asked for", 30000},
    [FAULT_SAY] = {"things said", 20000},
    [FAULT_QUEUE_FULL] = {"queues full", 0},
    [FAULT_OLD_CATALOGUE] = {"older catalogues", 0},
};

const char *sim_fault_name(enum sim_fault fault)
{
    return faults[fault].name;
}

/* What operators and authors do in any world. */
static bool is_business(enum sim_fault fault)
{
    return fault == FAULT_MARK || fault == FAULT_SAY || fault == FAULT_BACKUP;
}

void sim_faults_draw(struct sim *sim)
{
    sim->is_calm = sim_once_in(sim, 10);
    for (int i = 0; i < FAULT_COUNT; i++) {
        bool is_here = faults[i].most > 0 &&
                       (sim->is_calm ? is_business((enum sim_fault)i) : sim_once_in(sim, 2));
        sim->rates[i] = is_here ? 1 + (unsigned)sim_random(sim, faults[i].most) : 0;
    }
    bool is_narrow = !sim->is_calm && sim_once_in(sim, 2);
    sim->queue_limit = is_narrow ? QUEUE_MIN + sim_random(sim, QUEUE_MOST) : QUEUE_MOST;
}

static int64_t until(struct sim *sim, int64_t most_ms)
{
    return sim->now_ms + (int64_t)sim_random(sim, (uint64_t)most_ms);
}

static void strike_link(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    if (sim_strikes(sim, FAULT_CUT))
        n->cut_until_ms[SIM_UP] = n->cut_until_ms[SIM_DOWN] = until(sim, CUT_MS);
    if (sim_strikes(sim, FAULT_CUT_ONE_WAY))
        n->cut_until_ms[sim_random(sim, 2)] = until(sim, CUT_MS);
    if (n->connection != 0 && sim_strikes(sim, FAULT_DISCONNECT)) {
        struct transport transport = sim_transport(sim, node);
        node_link_lost(n->node, &transport, sim->now_ms);
        sim_run_soon(sim, node);
    }
}

static void strike_machine(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    if (sim_strikes(sim, FAULT_SLOW))
        n->busy_until_ms = until(sim, SLOW_MS);
    if (sim_strikes(sim, FAULT_DISK_FULL))
        n->full_until_ms = until(sim, FULL_MS);
    if (sim_strikes(sim, FAULT_CLOCK_JUMP))
        n->clock_us = (int64_t)sim_random(sim, 2 * JUMP_US) - JUMP_US;
}

/* One old copy at a time on the way to the root: of two, one above the other, nobody can tell
 * afterwards what was the latest. */
static bool may_copy_back(const struct sim *sim, size_t node)
{
    for (size_t i = 0; i < sim->node_count; i++)
        if (sim->nodes[i].was_copied_back && i != node &&
            (sim_node_covers(sim, i, sim_unit_of_node(sim, node)) ||
             sim_node_covers(sim, node, sim_unit_of_node(sim, i))))
            return false;
    return true;
}

static void strike_disk(struct sim *sim, size_t node)
{
    if (sim_strikes(sim, FAULT_BACKUP))
        sim_disk_back_up(sim, node);
    if (sim->nodes[node].has_backup && sim_strikes(sim, FAULT_RESTORE))
        sim_disk_restore(sim, node, true);
    else if (sim->nodes[node].has_backup && may_copy_back(sim, node) &&
             sim_strikes(sim, FAULT_COPIED_BACK))
        sim_disk_restore(sim, node, false);
    else if (sim_strikes(sim, FAULT_DISK_LOST))
        sim_disk_lose(sim, node);
}

/* What operators do is counted when it is done. */
static bool is_time_for(struct sim *sim, enum sim_fault fault)
{
    return sim->rates[fault] > 0 && sim_random(sim, 100000) < sim->rates[fault];
}

static void strike_operators(struct sim *sim)
{
    if (is_time_for(sim, FAULT_ENROL))
        sim_admin_enrol(sim);
    if (is_time_for(sim, FAULT_REVOKE))
        sim_admin_revoke(sim);
    if (is_time_for(sim, FAULT_PUBLISH))
        sim_admin_publish(sim);
    if (is_time_for(sim, FAULT_MARK))
        sim_admin_mark(sim);
    if (is_time_for(sim, FAULT_SAY))
        sim_say_something(sim);
}

void sim_faults_storm(struct sim *sim)
{
    for (size_t i = 0; i < 1 + sim->node_count / 30; i++) {
        size_t node = sim_random(sim, sim->node_count);
        if (!sim->nodes[node].is_running)
            continue;
        strike_link(sim, node);
        strike_machine(sim, node);
        strike_disk(sim, node);
        strike_operators(sim);
    }
}

void sim_faults_end(struct sim *sim)
{
    sim->is_stormy = false;
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *n = &sim->nodes[i];
        n->cut_until_ms[SIM_UP] = n->cut_until_ms[SIM_DOWN] = 0;
        n->full_until_ms = 0;
        n->busy_until_ms = sim->now_ms;
        if (n->is_running)
            sim_run_soon(sim, i);
    }
}
