/* The network: a child's messages go to its parent and back over its uplink, which loses, repeats,
 * delays and reorders them, is cut in one direction or both, and takes no more when too much is
 * queued. Remote reporters fare alike, but for the cuts. Local sockets are reliable, but die with
 * their process. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { LOCAL_ID = 1, CHILD_ID = 2, AFAR_ID = 3, LATENCY_MS = 5, DELAY_MS = 20000 };

void sim_fill_key(uint32_t unit, unsigned generation, uint8_t *ret_key)
{
    memset(ret_key, 7, PEER_KEY_SIZE);
    memcpy(ret_key, &unit, sizeof(unit));
    memcpy(ret_key + sizeof(unit), &generation, sizeof(generation));
}

static bool uses_uplink(const struct sim_message *message)
{
    return !message->is_local && !message->is_afar;
}

void sim_free_message(struct sim *sim, struct sim_message *message)
{
    if (uses_uplink(message))
        sim->nodes[message->link].under_way[message->direction]--;
    free(message->bytes);
    free(message);
}

/* ---- on the way ---- */

static void put(struct sim *sim, const struct sim_message *message, struct span bytes,
                int64_t due_ms)
{
    struct sim_message *copy = mem_alloc(sizeof(*copy));
    *copy = *message;
    copy->to_process = sim->nodes[message->to].process;
    copy->bytes = mem_alloc(bytes.len + 1);
    copy->len = bytes.len;
    memcpy(copy->bytes, bytes.data, bytes.len);
    if (uses_uplink(message))
        sim->nodes[message->link].under_way[message->direction]++;
    sim_queue_put(sim,
                  (struct sim_due){.due_ms = due_ms, .type = SIM_DUE_MESSAGE, .message = copy});
}

void sim_send_local(struct sim *sim, size_t to, struct span bytes)
{
    struct sim_message message = {.to = to, .is_local = true};
    sim->busy_ms = sim->now_ms;
    put(sim, &message, bytes, sim->now_ms + 1);
}

/* When it arrives: behind what was sent before it, unless a fault has it otherwise. */
static int64_t arrival(struct sim *sim, const struct sim_message *message)
{
    int64_t *last_ms = message->is_afar
                           ? &sim->reporters[message->link].last_due_ms[message->direction]
                           : &sim->nodes[message->link].last_due_ms[message->direction];
    int64_t due_ms = sim->now_ms + 1 + (int64_t)sim_random(sim, LATENCY_MS);
    if (sim_strikes(sim, FAULT_DELAY))
        due_ms += (int64_t)sim_random(sim, DELAY_MS);
    else if (due_ms < *last_ms && !sim_strikes(sim, FAULT_REORDER))
        due_ms = *last_ms;
    if (due_ms > *last_ms && due_ms <= sim->now_ms + LATENCY_MS)
        *last_ms = due_ms; /* a delayed one does not hold up the others */
    return due_ms;
}

void sim_launch(struct sim *sim, const struct sim_message *message, struct span bytes)
{
    if (sim_strikes(sim, FAULT_DROP))
        return;
    put(sim, message, bytes, arrival(sim, message));
    if (sim_strikes(sim, FAULT_DUPLICATE)) {
        int64_t again_ms = arrival(sim, message); /* two draws, in this order with any compiler */
        put(sim, message, bytes, again_ms + (int64_t)sim_random(sim, DELAY_MS));
    }
}

static enum err post(struct sim *sim, const struct sim_message *message, struct span bytes)
{
    struct sim_node *link = &sim->nodes[message->link];
    sim_trace(sim, message->direction == SIM_UP ? "up" : "down", message->link, message->connection,
              bytes);
    sim_trace(sim, sim->said, message->link, 0, (struct span){0});
    if (link->under_way[message->direction] >= sim->queue_limit) {
        sim->counts[FAULT_QUEUE_FULL]++;
        return ERR_BUSY;
    }
    if (link->cut_until_ms[message->direction] <= sim->now_ms)
        sim_launch(sim, message, bytes);
    return ERR_OK;
}

/* What came of the latest statement about a year; a repeated or late one says nothing new. */
static void note_statement(struct sim *sim, size_t child, const Tonghop__Envelope *envelope)
{
    if (envelope->body_case == TONGHOP__ENVELOPE__BODY_STATEMENT) {
        const Tonghop__Statement *statement = envelope->statement;
        struct sim_statement *note =
            &sim->nodes[child]
                 .statements[statement->kind - KIND_ACTUAL][statement->year - SIM_YEAR_FIRST];
        *note = (struct sim_statement){.seq = envelope->seq};
    } else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_STATEMENT_ACK) {
        const Tonghop__StatementAck *ack = envelope->statement_ack;
        struct sim_statement *note =
            &sim->nodes[child].statements[ack->kind - KIND_ACTUAL][ack->year - SIM_YEAR_FIRST];
        if (envelope->re == note->seq)
            note->outcome = ack->outcome;
    }
}

/* The world is not at rest while something but pings is being said. */
static void note_traffic(struct sim *sim, size_t link, struct span bytes)
{
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];
    arena_reset(sim->arena);
    if (wire_open(bytes, sim->arena, &message, reason, sizeof(reason)) != ERR_OK) {
        sim_wrong(sim, "a node sends what does not open: %s", reason);
        return;
    }
    if (message.envelope->body_case != TONGHOP__ENVELOPE__BODY_PING &&
        message.envelope->body_case != TONGHOP__ENVELOPE__BODY_PONG)
        sim->busy_ms = sim->now_ms;
    note_statement(sim, link, message.envelope);
    /* Comparing mends what got lost: where nothing gets lost there is nothing to mend. */
    if (sim->is_calm && sim->is_set_up &&
        message.envelope->body_case == TONGHOP__ENVELOPE__BODY_INVENTORY)
        sim_wrong(sim, "unit %u and the node above differ in a calm world", sim->nodes[link].unit);
    sim->said = wire_body_name(message.envelope);
}

/* ---- transport ---- */

/* The transport's context is the node's slot in `nodes`, from which both are found. */
struct link {
    struct sim *sim;
    size_t node;
};

static struct link links[SIM_UNITS_MAX];

static struct peer_address address_of(const struct sim_message *message)
{
    struct peer_address address = {.id_len = 7};
    uint16_t index = (uint16_t)message->link;
    address.id[0] = message->is_afar ? AFAR_ID : CHILD_ID;
    memcpy(address.id + 1, &index, sizeof(index));
    memcpy(address.id + 3, &message->connection, sizeof(message->connection));
    return address;
}

static bool may_send(struct sim_node *n)
{
    if (n->sends_left > 0)
        n->sends_left--;
    return n->sends_left > 0;
}

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    const struct link *link = ctx;
    struct sim *sim = link->sim;
    uint16_t child;
    uint32_t connection;
    if (!may_send(&sim->nodes[link->node]))
        return ERR_OK; /* the process has died in the middle of it */
    if (address->is_local) {
        sim_ask_said(sim, link->node, bytes);
        sim_ask_answered(sim, bytes);
        return ERR_OK;
    }
    memcpy(&child, address->id + 1, sizeof(child));
    memcpy(&connection, address->id + 3, sizeof(connection));
    if (address->id[0] == AFAR_ID) {
        sim_ask_said(sim, link->node, bytes);
        return sim_reporter_answer(sim, child, connection, bytes);
    }
    if (sim->nodes[child].connection != connection)
        return ERR_NOT_FOUND;
    note_traffic(sim, child, bytes);
    sim_check_answer(sim, link->node, child);
    struct sim_message message = {
        .to = child, .link = child, .direction = SIM_DOWN, .connection = connection};
    return post(sim, &message, bytes);
}

static enum err send_parent(void *ctx, struct span bytes)
{
    const struct link *link = ctx;
    struct sim *sim = link->sim;
    struct sim_node *n = &sim->nodes[link->node];
    if (n->connection == 0)
        return ERR_NOT_FOUND;
    if (!may_send(n))
        return ERR_OK;
    note_traffic(sim, link->node, bytes);
    struct sim_message message = {.to = (size_t)n->parent,
                                  .link = link->node,
                                  .direction = SIM_UP,
                                  .connection = n->connection,
                                  .generation = n->generation};
    return post(sim, &message, bytes);
}

static void open_parent(void *ctx)
{
    const struct link *link = ctx;
    link->sim->nodes[link->node].connection = ++link->sim->connections;
}

static void close_parent(void *ctx)
{
    const struct link *link = ctx;
    link->sim->nodes[link->node].connection = 0;
}

static const char *parent_trouble(void *ctx)
{
    (void)ctx; /* nothing is known but silence */
    return "";
}

struct transport sim_transport(struct sim *sim, size_t node)
{
    links[node] = (struct link){.sim = sim, .node = node};
    return (struct transport){.ctx = &links[node],
                              .send_peer = send_peer,
                              .send_parent = send_parent,
                              .open_parent = open_parent,
                              .close_parent = close_parent,
                              .parent_trouble = parent_trouble};
}

/* ---- arriving ---- */

void sim_arrive(struct sim *sim, struct sim_message *message)
{
    struct sim_node *n = &sim->nodes[message->to];
    if (message->is_afar && message->direction == SIM_DOWN) {
        sim_reporter_hear(sim, message);
        sim_free_message(sim, message);
        return;
    }
    if (!n->is_running || n->process != message->to_process) {
        sim_free_message(sim, message);
        return;
    }
    n->inbox = mem_grow(n->inbox, n->inbox_count, &n->inbox_capacity, sizeof(*n->inbox));
    n->inbox[n->inbox_count++] = message;
    sim_run_soon(sim, message->to);
}

/* As the ZAP handler does: once for each connection, by its key. */
static bool is_let_in(struct sim *sim, const struct sim_message *message)
{
    struct sim_node *child = &sim->nodes[message->link];
    struct sim_node *parent = &sim->nodes[message->to];
    uint8_t key[PEER_KEY_SIZE];
    if (child->let_in == message->connection && child->let_in_by == parent->process)
        return true;
    sim_fill_key(child->unit, message->generation, key);
    if (!node_allows_key(parent->node, key))
        return false;
    child->let_in = message->connection;
    child->let_in_by = parent->process;
    return true;
}

bool sim_open_message(struct sim *sim, const struct sim_message *message, struct event *ret_event)
{
    struct event event = {.type = EVENT_PEER_MESSAGE, .bytes = {message->bytes, message->len}};
    if (message->is_local) {
        event.from.address = (struct peer_address){.id = {LOCAL_ID}, .id_len = 1, .is_local = true};
    } else if (message->is_afar) {
        event.from.address = address_of(message);
        if (!sim_reporter_is_let_in(sim, message, event.from.key))
            return false;
    } else if (message->direction == SIM_DOWN) {
        event.type = EVENT_PARENT_MESSAGE;
        if (message->connection != sim->nodes[message->link].connection)
            return false;
    } else {
        event.from.address = address_of(message);
        sim_fill_key(sim->nodes[message->link].unit, message->generation, event.from.key);
        if (!is_let_in(sim, message))
            return false;
    }
    *ret_event = event;
    return true;
}
