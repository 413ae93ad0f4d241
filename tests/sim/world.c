/* The world: nodes that run like loop.c runs them (drain, step, commit, apply, pump), each when a
 * message has come or its own time is due. Nothing is polled: virtual time jumps to what is next.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "sim/sim.h"

enum {
    MAP_BYTES = 64 << 20,
    STEP_MS = 1,          /* a node is busy with a batch for so long */
    RESTART_MS = 3000,    /* a process that ended is back within this */
    STORM_EVERY_MS = 100, /* how often work and faults are thought of */
    SENDS_UNLIMITED = 1000000,
};

/* The campaign is in March 2025, when the reports of 2024 are filed and corrected. */
#define START_US INT64_C(1741000000000000)

struct instant sim_clock(const struct sim *sim, size_t node)
{
    return (struct instant){START_US + sim->now_ms * 1000 + sim->nodes[node].clock_us};
}

void sim_run_soon(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    if (n->is_run_due)
        return;
    n->is_run_due = true;
    sim_queue_put(sim,
                  (struct sim_due){
                      .due_ms = sim->now_ms > n->busy_until_ms ? sim->now_ms : n->busy_until_ms,
                      .type = SIM_DUE_RUN,
                      .index = node,
                  });
}

/* ---- processes ---- */

void sim_start(struct sim *sim, size_t node)
{
    struct store_options store_options = {.map_size_bytes = MAP_BYTES,
                                          .epoch = ++sim->epochs,
                                          .pending_bytes_max = sim->pending_bytes_max};
    struct sim_node *n = &sim->nodes[node];
    struct node_options options = {.unit = n->unit,
                                   .has_parent = n->parent != SIM_NONE,
                                   .parent_endpoint = "sim",
                                   .software = "sim",
                                   .state_every_ms = n->unit % 4 == 0 ? NODE_STATE_EVERY_MS : 0,
                                   .seed = sim_random(sim, UINT64_MAX)};
    memcpy(options.seal_key, &n->unit, sizeof(n->unit));
    enum err err = store_open(n->folder, &store_options, &n->store);
    assert(err == ERR_OK);
    err = node_new(n->store, &options, sim_clock(sim, node), sim->now_ms, &n->node);
    assert(err == ERR_OK);
    n->is_running = true;
    n->process++;
    n->sends_left = SENDS_UNLIMITED;
    sim_run_soon(sim, node);
}

/* What has not been looked at is lost with the process, and so is its uplink. */
void sim_stop(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    node_free(&n->node);
    store_close(&n->store);
    effects_clear(&n->effects);
    for (size_t i = 0; i < n->inbox_count; i++)
        sim_free_message(sim, n->inbox[i]);
    n->inbox_count = 0;
    n->connection = 0;
    n->timer++;
    n->is_running = false;
}

void sim_crash(struct sim *sim, size_t node)
{
    sim_trace(sim, "crash", node, 0, (struct span){0});
    sim_stop(sim, node);
    sim->nodes[node].busy_until_ms = sim->now_ms + (int64_t)sim_random(sim, RESTART_MS);
    sim_start(sim, node);
}

size_t sim_add_node(struct sim *sim, size_t unit)
{
    struct sim_unit *u = &sim->country.units[unit];
    bool is_new = u->node == SIM_NONE;
    if (is_new)
        u->node = (int)sim->node_count++;
    struct sim_node *n = &sim->nodes[u->node];
    if (is_new) {
        n->unit = u->id;
        n->folder = mem_printf("%s/%u", sim->folder, n->unit);
        int made = mkdir(n->folder, 0700);
        assert(made == 0);
    }
    n->parent = u->parent == SIM_NONE ? SIM_NONE : (int)sim_home_of(sim, (size_t)u->parent);
    n->generation++;
    n->is_leaving = n->is_cut_off = false;
    memset(n->statements, 0, sizeof(n->statements));
    sim_start(sim, (size_t)u->node);
    return (size_t)u->node;
}

void sim_world_init(struct sim *sim)
{
    sim->nodes = mem_calloc(SIM_UNITS_MAX, sizeof(*sim->nodes));
    sim->arena = arena_new(WIRE_ARENA_MAX);
    sim->ahead = arena_new(WIRE_ARENA_MAX);
    sim->now_ms = 1000;
    sim_queue_put(sim, (struct sim_due){.due_ms = sim->now_ms, .type = SIM_DUE_STORM});
}

void sim_world_fini(struct sim *sim)
{
    struct sim_due due;
    while (sim_queue_take(sim, &due))
        if (due.type == SIM_DUE_MESSAGE)
            sim_free_message(sim, due.message);
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *n = &sim->nodes[i];
        sim_stop(sim, i);
        effects_fini(&n->effects);
        sim_disk_remove(n);
        free(n->inbox);
    }
    free(sim->queue.items);
    free(sim->nodes);
    arena_free(&sim->arena);
    arena_free(&sim->ahead);
}

/* ---- one turn of a node ---- */

static void set_timer(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    int64_t due_ms = node_due_ms(n->node, sim->now_ms);
    sim_queue_put(sim,
                  (struct sim_due){.due_ms = sim->now_ms + (due_ms > STEP_MS ? due_ms : STEP_MS),
                                   .type = SIM_DUE_TIMER,
                                   .index = node,
                                   .mark = ++n->timer});
}

/* What befalls this batch. */
static struct sim_fate draw_fate(struct sim *sim, size_t node, size_t *count)
{
    struct sim_fate fate = {.is_full = sim->nodes[node].full_until_ms > sim->now_ms};
    if (sim_strikes(sim, FAULT_FULL_COMMIT))
        fate.full_commits = 1 + (unsigned)sim_random(sim, 3);
    if (sim_strikes(sim, FAULT_CRASH_BEFORE_COMMIT)) {
        fate.die_before_commit = 1;
    } else if (sim_strikes(sim, FAULT_CRASH_AFTER_COMMIT)) {
        fate.die_after_commit = 1;
    } else if (*count > 1 && sim_strikes(sim, FAULT_CRASH_IN_BATCH)) {
        *count = 1 + sim_random(sim, *count - 1);
        fate.die_before_commit = 1;
    }
    return fate;
}

/* Takes what has come into a batch. */
static size_t drain(struct sim *sim, size_t node, struct event *events,
                    struct sim_message **ret_messages, size_t *ret_message_count)
{
    struct sim_node *n = &sim->nodes[node];
    size_t count = 0, taken = 0;
    while (taken < n->inbox_count && taken < NODE_BATCH_MAX - 1) {
        struct sim_message *message = n->inbox[taken];
        ret_messages[taken++] = message;
        if (sim_open_message(sim, message, &events[count]))
            count++;
    }
    n->inbox_count -= taken;
    if (taken > 0) /* it may be NULL, which memmove must not see */
        memmove(n->inbox, n->inbox + taken, n->inbox_count * sizeof(*n->inbox));
    *ret_message_count = taken;
    if (node_has_work(n->node, sim->now_ms))
        events[count++] = (struct event){.type = EVENT_TICK};
    for (size_t i = 0; i < count; i++) {
        events[i].now = sim_clock(sim, node);
        events[i].now_ms = sim->now_ms;
    }
    return count;
}

/* Under load the daemon opens messages before their turn: some are here. Nobody may notice. */
static void open_ahead(struct sim *sim, struct event *events, size_t count, struct opened *opened)
{
    for (size_t i = 0; i < count; i++)
        if (events[i].type == EVENT_PEER_MESSAGE && (sim->seed + i) % 3 != 0 &&
            opened_make(events[i].bytes, sim->ahead, &opened[i]))
            events[i].opened = &opened[i];
}

static void close_ahead(struct sim *sim, const struct event *events, size_t count,
                        struct opened *opened)
{
    for (size_t i = 0; i < count; i++)
        if (events[i].opened != NULL)
            opened_fini(&opened[i]);
    arena_reset(sim->ahead);
}

/* What waits in stores is placed at once, now and then, or hardly ever: nobody may notice. */
void sim_settling_draw(struct sim *sim)
{
    static const uint64_t bytes_max[] = {0, 0, 2 << 10, 20 << 10};
    static const uint64_t once_in[] = {0, 2, 10};
    sim->settle_random = sim->seed;
    sim->pending_bytes_max = bytes_max[sim->seed % 4];
    sim->settle_once_in = once_in[sim->seed % 3];
}

static void settle_perhaps(struct sim *sim, size_t node)
{
    bool is_unknown;
    sim->settle_random =
        sim->settle_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    if (sim->settle_once_in == 0 || (sim->settle_random >> 33) % sim->settle_once_in != 0)
        return;
    enum err err = store_settle(sim->nodes[node].store, &is_unknown);
    assert(err == ERR_OK);
}

/* Returns whether the process lives on. */
static bool step(struct sim *sim, size_t node, const struct event *events, size_t count)
{
    struct sim_node *n = &sim->nodes[node];
    struct transport transport = sim_transport(sim, node);
    struct sim_fate fate = draw_fate(sim, node, &count);
    sim_trace(sim, "batch", node, count, (struct span){0});
    sim_hooks_begin(sim, node, fate);
    enum err err = node_batch(n->node, events, count, &n->effects);
    bool has_died = sim_hooks_end();
    if (err != ERR_OK && !has_died)
        sim_wrong(sim, "the node of unit %u stops: %s", n->unit, err_name(err));
    if (err != ERR_OK)
        return false;
    if (has_died)
        sim_wrong(sim, "the node of unit %u goes on after a commit of unknown outcome", n->unit);
    if (sim_strikes(sim, FAULT_CRASH_SENDING))
        n->sends_left = (unsigned)sim_random(sim, n->effects.count + 1);
    node_apply(n->node, &n->effects, &transport, sim_clock(sim, node), sim->now_ms);
    return n->sends_left > 0;
}

static void run(struct sim *sim, size_t node)
{
    struct sim_node *n = &sim->nodes[node];
    struct transport transport = sim_transport(sim, node);
    struct event events[NODE_BATCH_MAX];
    struct opened opened[NODE_BATCH_MAX];
    struct sim_message *messages[NODE_BATCH_MAX];
    size_t message_count;
    size_t count = drain(sim, node, events, messages, &message_count);
    open_ahead(sim, events, count, opened);
    bool is_alive = count == 0 || step(sim, node, events, count);
    close_ahead(sim, events, count, opened);
    for (size_t i = 0; i < message_count; i++)
        sim_free_message(sim, messages[i]);
    if (!is_alive) {
        sim_crash(sim, node);
        return;
    }
    n->sends_left = SENDS_UNLIMITED;
    settle_perhaps(sim, node);
    node_pump(n->node, &transport, sim->now_ms);
    sim_check_limits(sim, node);
    set_timer(sim, node);
    if (n->busy_until_ms < sim->now_ms + STEP_MS)
        n->busy_until_ms = sim->now_ms + STEP_MS;
    if (n->inbox_count > 0)
        sim_run_soon(sim, node);
}

/* ---- time ---- */

static void storm(struct sim *sim)
{
    sim_queue_put(sim,
                  (struct sim_due){.due_ms = sim->now_ms + STORM_EVERY_MS, .type = SIM_DUE_STORM});
    if (!sim->is_stormy)
        return;
    sim_work_step(sim);
    sim_safe_check_some(sim);
    sim_faults_storm(sim);
}

bool sim_advance(struct sim *sim)
{
    struct sim_due due;
    if (!sim_queue_take(sim, &due))
        return false;
    if (due.due_ms > sim->now_ms)
        sim->now_ms = due.due_ms;
    switch (due.type) {
    case SIM_DUE_MESSAGE:
        sim_arrive(sim, due.message);
        break;
    case SIM_DUE_RUN: {
        struct sim_node *n = &sim->nodes[due.index];
        n->is_run_due = false;
        if (n->is_running && n->busy_until_ms > sim->now_ms)
            sim_run_soon(sim, due.index); /* it has become slow meanwhile */
        else if (n->is_running)
            run(sim, due.index);
        break;
    }
    case SIM_DUE_TIMER:
        if (sim->nodes[due.index].timer == due.mark)
            sim_run_soon(sim, due.index);
        break;
    case SIM_DUE_ASK:
        sim_ask_again(sim, due.index, due.mark);
        break;
    case SIM_DUE_STORM:
        storm(sim);
        break;
    case SIM_DUE_RETIRE:
        sim_disk_retire(sim, due.index);
        break;
    }
    return true;
}
