/* The world: messages take time, get lost, come twice; nodes crash at the worst moments and come
 * back with what their disk holds. A crash before the commit is an aborted transaction, a crash
 * after it is effects that never leave; both lose everything in memory. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { SIM_TICK_MS = 50, SIM_LOCAL_ID = 1 };

static const struct store_options store_options = {.map_size_bytes = 64u << 20, .reserve_bytes = 0};

/* xorshift64*: small, and the same everywhere. */
uint64_t sim_random(struct sim *sim, uint64_t below)
{
    sim->random ^= sim->random >> 12;
    sim->random ^= sim->random << 25;
    sim->random ^= sim->random >> 27;
    return (sim->random * 2685821657736338717u >> 11) % below;
}

static bool chance(struct sim *sim, unsigned per_thousand)
{
    return per_thousand > 0 && sim_random(sim, 1000) < per_thousand;
}

/* Virtual wall clock: begins in January 2025, when the reports of 2024 are filed. */
static struct instant wall(const struct sim *sim)
{
    return (struct instant){1736000000000000 + sim->now_ms * 1000};
}

/* ---- messages ---- */

static void push(struct sim *sim, struct sim_message message, struct span bytes)
{
    assert(sim->message_count < SIM_MESSAGES_MAX);
    message.order = sim->order++;
    message.bytes = mem_alloc(bytes.len + 1);
    memcpy(message.bytes, bytes.data, bytes.len);
    message.len = bytes.len;
    sim->messages[sim->message_count++] = message;
}

/* One message between nodes, with whatever happens to it on the way. */
static void post(struct sim *sim, struct sim_message message, struct span bytes)
{
    if (chance(sim, sim->faults.drop))
        return;
    message.due_ms = sim->now_ms + 1 + (int64_t)sim_random(sim, 5);
    if (chance(sim, sim->faults.delay))
        message.due_ms += (int64_t)sim_random(sim, 20000);
    push(sim, message, bytes);
    if (chance(sim, sim->faults.duplicate)) {
        message.due_ms += (int64_t)sim_random(sim, 5000);
        push(sim, message, bytes);
    }
}

static int next_message(const struct sim *sim)
{
    int next = -1;
    for (size_t i = 0; i < sim->message_count; i++) {
        const struct sim_message *m = &sim->messages[i];
        if (next < 0 || m->due_ms < sim->messages[next].due_ms ||
            (m->due_ms == sim->messages[next].due_ms && m->order < sim->messages[next].order))
            next = (int)i;
    }
    return next;
}

void sim_send_local(struct sim *sim, size_t to, struct span bytes)
{
    struct sim_message message = {.due_ms = sim->now_ms, .to = to};
    message.address.id[0] = SIM_LOCAL_ID;
    message.address.id_len = 1;
    message.address.is_local = true;
    push(sim, message, bytes);
}

/* ---- transport ---- */

struct link {
    struct sim *sim;
    size_t self;
};

static struct link links[SIM_NODES_MAX];

static struct peer_address address_of(uint32_t connection)
{
    struct peer_address address = {.id_len = 5};
    address.id[0] = 2;
    memcpy(address.id + 1, &connection, sizeof(connection));
    return address;
}

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    const struct link *link = ctx;
    struct sim *sim = link->sim;
    if (address->is_local) {
        sim_work_answer(sim, bytes);
        return ERR_OK;
    }
    for (size_t i = 0; i < sim->node_count; i++) {
        struct peer_address theirs = address_of(sim->nodes[i].connection);
        if (sim->nodes[i].connection == 0 || !peer_address_equal(address, &theirs))
            continue;
        struct sim_message message = {
            .to = i, .is_from_parent = true, .connection = sim->nodes[i].connection};
        post(sim, message, bytes);
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

static enum err send_parent(void *ctx, struct span bytes)
{
    const struct link *link = ctx;
    struct sim *sim = link->sim;
    struct sim_node *self = &sim->nodes[link->self];
    struct sim_message message = {.to = (size_t)self->parent,
                                  .connection = self->connection,
                                  .address = address_of(self->connection),
                                  .from_unit = self->unit};
    if (self->connection == 0)
        return ERR_NOT_FOUND;
    post(sim, message, bytes);
    return ERR_OK;
}

static void open_parent(void *ctx)
{
    const struct link *link = ctx;
    link->sim->nodes[link->self].connection = ++link->sim->connections;
}

static void close_parent(void *ctx)
{
    const struct link *link = ctx;
    link->sim->nodes[link->self].connection = 0;
}

static const char *parent_trouble(void *ctx)
{
    (void)ctx;
    return "";
}

static struct transport transport_of(struct sim *sim, size_t i)
{
    links[i] = (struct link){.sim = sim, .self = i};
    return (struct transport){.ctx = &links[i],
                              .send_peer = send_peer,
                              .send_parent = send_parent,
                              .open_parent = open_parent,
                              .close_parent = close_parent,
                              .parent_trouble = parent_trouble};
}

/* ---- nodes ---- */

static void start(struct sim *sim, size_t i)
{
    struct sim_node *n = &sim->nodes[i];
    struct node_options options = {.unit = n->unit,
                                   .has_parent = n->parent >= 0,
                                   .parent_endpoint = "sim",
                                   .software = "sim",
                                   .seed = sim_random(sim, UINT64_MAX)};
    enum err err = store_open(n->folder, &store_options, &n->store);
    assert(err == ERR_OK);
    err = node_new(n->store, &options, wall(sim), sim->now_ms, &n->node);
    assert(err == ERR_OK);
}

static void stop(struct sim *sim, size_t i)
{
    struct sim_node *n = &sim->nodes[i];
    node_free(&n->node);
    store_close(&n->store);
    effects_clear(&n->effects);
    n->connection = 0;
    /* Connections into it are gone too, as when a process dies. */
    for (size_t m = 0; m < sim->message_count; m++)
        if (sim->messages[m].to == i && !sim->messages[m].address.is_local)
            sim->messages[m].connection = 0;
}

static void crash(struct sim *sim, size_t i)
{
    sim->nodes[i].crash_count++;
    stop(sim, i);
    start(sim, i);
}

static void add_node(struct sim *sim, uint32_t unit, int parent)
{
    struct sim_node *n = &sim->nodes[sim->node_count];
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    n->unit = unit;
    n->parent = parent;
    n->folder = mem_printf("%s/tonghop-sim-XXXXXX", base);
    char *made = mkdtemp(n->folder);
    assert(made != NULL);
    start(sim, sim->node_count++);
}

void sim_init(struct sim *sim, uint64_t seed)
{
    *sim = (struct sim){.random = seed * 2654435761u + 88172645463325252u, .now_ms = 1000};
    add_node(sim, SIM_UNIT_ROOT, -1);
    add_node(sim, SIM_UNIT_DISTRICT, 0);
    add_node(sim, SIM_UNIT_COMMUNE, 1);
}

void sim_fini(struct sim *sim)
{
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *n = &sim->nodes[i];
        stop(sim, i);
        effects_fini(&n->effects);
        char *data = mem_printf("%s/data.mdb", n->folder);
        char *lock = mem_printf("%s/lock.mdb", n->folder);
        (void)unlink(data);
        (void)unlink(lock);
        (void)rmdir(n->folder);
        free(data);
        free(lock);
        free(n->folder);
    }
    for (size_t i = 0; i < sim->message_count; i++)
        free(sim->messages[i].bytes);
    for (size_t i = 0; i < sim->work_count; i++) {
        report_fini(&sim->works[i].acked);
        report_fini(&sim->works[i].asked);
    }
    catalogue_free(&sim->catalogue);
}

/* ---- events ---- */

/* The transaction begins, the steps run, and the process dies. */
static void step_and_die(struct sim *sim, size_t i, const struct event *event)
{
    struct sim_node *n = &sim->nodes[i];
    struct store_txn *txn = store_begin_write(n->store);
    (void)node_step(n->node, txn, event, &n->effects);
    store_abort(&txn);
    crash(sim, i);
}

static void handle(struct sim *sim, size_t i, const struct event *event)
{
    struct sim_node *n = &sim->nodes[i];
    struct transport transport = transport_of(sim, i);
    if (chance(sim, sim->faults.crash_before_commit)) {
        step_and_die(sim, i, event);
        return;
    }
    enum err err = node_batch(n->node, event, 1, &n->effects);
    assert(err == ERR_OK);
    if (chance(sim, sim->faults.crash_after_commit)) {
        crash(sim, i);
        return;
    }
    node_apply(n->node, &n->effects, &transport, wall(sim), sim->now_ms);
    node_pump(n->node, &transport, sim->now_ms);
}

/* The key of the node of a unit, as its enrolment has it. */
static void fill_key(uint32_t unit, uint8_t *key)
{
    memset(key, 7, PEER_KEY_SIZE);
    memcpy(key, &unit, sizeof(unit));
}

static void deliver(struct sim *sim, size_t index)
{
    struct sim_message message = sim->messages[index];
    sim->messages[index] = sim->messages[--sim->message_count];
    struct event event = {.type =
                              message.is_from_parent ? EVENT_PARENT_MESSAGE : EVENT_PEER_MESSAGE,
                          .now = wall(sim),
                          .now_ms = sim->now_ms,
                          .bytes = {.data = message.bytes, .len = message.len}};
    bool is_alive =
        message.address.is_local ||
        (message.connection != 0 &&
         (!message.is_from_parent || message.connection == sim->nodes[message.to].connection));
    event.from.address = message.address;
    if (!message.address.is_local)
        fill_key(message.from_unit, event.from.key);
    if (is_alive)
        handle(sim, message.to, &event);
    free(message.bytes);
}

static void tick(struct sim *sim)
{
    for (size_t i = 0; i < sim->node_count; i++) {
        struct sim_node *n = &sim->nodes[i];
        struct transport transport = transport_of(sim, i);
        struct event event = {.type = EVENT_TICK, .now = wall(sim), .now_ms = sim->now_ms};
        if (chance(sim, sim->faults.disconnect))
            n->connection = n->connection == 0 ? 0 : ++sim->connections;
        if (node_has_work(n->node, sim->now_ms))
            handle(sim, i, &event);
        else
            node_pump(n->node, &transport, sim->now_ms);
    }
}

void sim_advance(struct sim *sim)
{
    int next = next_message(sim);
    int64_t tick_ms = (sim->now_ms / SIM_TICK_MS + 1) * SIM_TICK_MS;
    if (next >= 0 && sim->messages[next].due_ms < tick_ms) {
        if (sim->messages[next].due_ms > sim->now_ms)
            sim->now_ms = sim->messages[next].due_ms;
        deliver(sim, (size_t)next);
    } else {
        sim->now_ms = tick_ms;
        tick(sim);
        sim_work_retry(sim);
    }
}

bool sim_is_quiet(struct sim *sim)
{
    if (sim->message_count > 0 || !sim_work_is_done(sim))
        return false;
    for (size_t i = 0; i < sim->node_count; i++) {
        struct node_health health;
        node_get_health(sim->nodes[i].node, &health);
        if (!health.is_linked || !health.has_catalogue || health.is_rebuilding ||
            health.outbox_count > 0)
            return false;
    }
    return true;
}
