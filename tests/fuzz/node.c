/* A whole node over a real store, and a peer of each role and a parent that send it anything.
 *
 * Laws: whatever comes, the node goes on, and so does its store; what it sends is a message that
 * its receiver accepts; who is not enrolled hears nothing but refusals, and neither they nor
 * readers change anything; a revision that was acknowledged is in the store, and no report's
 * revision goes back; at the end verify finds no difference, neither in this process nor in the
 * next. */
#include "node/node.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "fuzz/frames.h"
#include "fuzz/fuzz.h"
#include "fuzz/home.h"

enum { HEADS_MAX = 64, BATCH_MAX = 4, TICKS_MAX = 1000, DUE_MAX_MS = 60000 };

/* A report's revision as it was last seen in the store. */
struct seen {
    struct report_key key;
    uint64_t revision;
};

struct world {
    uint8_t start;
    struct store *store;
    struct node *node;
    struct effects effects;
    struct instant now;
    int64_t now_ms;
    struct arena *arena; /* of the message that the node sends */
    bool is_batch;       /* several messages are in hand: what each did cannot be told apart */
    uint8_t
        sender_role; /* of the message in hand, before it was handled: it may end its own right */
    struct seen seen[HEADS_MAX];
    size_t seen_count;
};

/* ---- who may what ---- */

/* The role of a peer's key now, 0 for one that is not enrolled (any more). */
static uint8_t stored_role(struct world *world, const uint8_t *key)
{
    struct enrolled enrolled;
    struct store_txn *txn = store_begin_read(world->store);
    enum err err = store_get_enrolled(txn, key, &enrolled);
    store_abort(&txn);
    return err == ERR_OK && !enrolled.is_revoked ? enrolled.role : 0;
}

/* What the store holds, as far as anybody could change it. */
struct holding {
    uint64_t reports, revisions, outbox, parked, quarantine, alarms, keys, catalogue;
};

static struct holding holding_of(struct world *world)
{
    struct store_txn *txn = store_begin_read(world->store);
    struct holding holding = {.reports = store_count_heads(txn),
                              .quarantine = store_count_quarantine(txn),
                              .alarms = store_count_alarms(txn),
                              .catalogue = store_get_meta_u64(txn, "catalogue")};
    struct report_key cursor = {0};
    struct head head;
    struct enrolled enrolled = {0};
    holding.outbox = store_count_outbox(txn, &holding.parked);
    while (store_next_head(txn, &cursor, &head))
        holding.revisions += 4 * head.revision + head.states;
    while (store_next_enrolled(txn, &enrolled))
        holding.keys += 2 + enrolled.is_revoked;
    store_abort(&txn);
    return holding;
}

/* ---- what the node sends ---- */

static const Tonghop__Envelope *open_sent(struct world *world, struct span bytes)
{
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];
    arena_reset(world->arena);
    LAW(bytes.len <= WIRE_ANSWER_MAX, "what a node sends has its limit");
    enum err err = wire_open(bytes, world->arena, &message, reason, sizeof reason);
    if (err != ERR_OK)
        log_error("sent %zu bytes: %s", bytes.len, reason);
    LAW(err == ERR_OK, "what a node sends is a message");
    return message.envelope;
}

static uint64_t stored_revision(struct world *world, const struct report_key *key)
{
    struct head head = {0};
    struct store_txn *txn = store_begin_read(world->store);
    (void)store_get_head(txn, key, &head); /* 0 when there is none */
    store_abort(&txn);
    return head.revision;
}

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    struct world *world = ctx;
    const Tonghop__Envelope *sent = open_sent(world, bytes);
    struct peer_from receiver = home_peer((enum frame_type)address->id[1]);
    struct report_key key;

    bool is_known = receiver.address.is_local || stored_role(world, receiver.key) != 0;
    LAW(world->is_batch || is_known || world->sender_role != 0 ||
            sent->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL,
        "who is not enrolled is refused");
    if (sent->body_case == TONGHOP__ENVELOPE__BODY_RECEIPT) {
        wire_key_to_domain(sent->receipt->key, &key);
        LAW(stored_revision(world, &key) >= sent->receipt->revision,
            "what a receipt names is in the store");
    } else if (sent->body_case == TONGHOP__ENVELOPE__BODY_ACK) {
        wire_key_to_domain(sent->ack->key, &key);
        LAW(stored_revision(world, &key) >= sent->ack->revision,
            "what an ack names is in the store");
    }
    return ERR_OK;
}

static enum err send_parent(void *ctx, struct span bytes)
{
    (void)open_sent(ctx, bytes);
    return ERR_OK;
}

static void open_parent(void *ctx)
{
    (void)ctx;
}

static const char *parent_trouble(void *ctx)
{
    (void)ctx;
    return "";
}

static struct transport transport_of(struct world *world)
{
    return (struct transport){.ctx = world,
                              .send_peer = send_peer,
                              .send_parent = send_parent,
                              .open_parent = open_parent,
                              .close_parent = open_parent,
                              .parent_trouble = parent_trouble};
}

/* ---- laws of the store ---- */

static void check_heads(struct world *world)
{
    struct report_key cursor = {0};
    struct head head;
    struct store_txn *txn = store_begin_read(world->store);
    size_t at = 0, count = 0;
    struct seen now[HEADS_MAX];
    while (count < HEADS_MAX && store_next_head(txn, &cursor, &head)) {
        now[count++] = (struct seen){cursor, head.revision};
        LAW(head.counting <= head.revision, "what counts is no later than the latest");
        if (at < world->seen_count && report_key_equal(&world->seen[at].key, &cursor))
            LAW(head.revision >= world->seen[at++].revision, "no revision goes back");
    }
    LAW(store_error(txn) == ERR_OK, "the store reads");
    LAW(at == world->seen_count || count == HEADS_MAX, "no report vanishes");
    store_abort(&txn);
    memcpy(world->seen, now, count * sizeof *now);
    world->seen_count = count;
}

static void check_verify(struct world *world)
{
    uint64_t reports, figures;
    LAW(node_verify(world->node, &reports, &figures) == 0, "verify finds no difference");
}

/* ---- what happens ---- */

static void apply(struct world *world, const struct event *events, size_t count)
{
    struct transport transport = transport_of(world);
    struct holding before = {0}, after;
    bool is_peer = count == 1 && events[0].type == EVENT_PEER_MESSAGE;
    uint8_t role = is_peer ? stored_role(world, events[0].from.key) : 0;
    bool may_change = !is_peer || events[0].from.address.is_local ||
                      (role != 0 && role != TONGHOP__ROLE__ROLE_READER);

    world->is_batch = count > 1;
    world->sender_role = role;
    if (!may_change)
        before = holding_of(world);
    LAW(node_batch(world->node, events, count, &world->effects) == ERR_OK,
        "nothing that is sent ends a node");
    if (!may_change) {
        after = holding_of(world);
        LAW(memcmp(&before, &after, sizeof before) == 0, "who may only read changes nothing");
    }
    node_apply(world->node, &world->effects, &transport, world->now, world->now_ms);
    node_pump(world->node, &transport, world->now_ms);
    check_heads(world);
    int64_t due_ms = node_due_ms(world->node, world->now_ms);
    LAW(due_ms >= 0 && due_ms <= DUE_MAX_MS, "a node waits for a minute at most");
}

static struct event event_of(const struct world *world, enum event_type type)
{
    return (struct event){.type = type, .now = world->now, .now_ms = world->now_ms};
}

static void pass(struct world *world, int64_t ms)
{
    world->now_ms += ms;
    world->now.us += ms * 1000;
}

static void tick(struct world *world)
{
    struct event event = event_of(world, EVENT_TICK);
    apply(world, &event, 1);
}

static void restart(struct world *world)
{
    node_free(&world->node);
    world->store = home_reopen(world->start);
    world->node = home_start_node(world->start, world->now, world->now_ms);
}

/* Everybody says hello, and the session with the parent comes as far as its own hello. */
static void meet(struct world *world)
{
    struct event events[FRAME_PEER_COUNT];
    struct buf hellos[FRAME_PEER_COUNT] = {{0}};
    struct transport transport = transport_of(world);
    for (enum frame_type type = 0; type < FRAME_PEER_COUNT; type++) {
        Tonghop__Hello hello = TONGHOP__HELLO__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
        hello.unit = home_unit_of(type, world->start);
        hello.node = hello.notices = type == FRAME_NODE;
        envelope.seq = 1;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
        envelope.hello = &hello;
        wire_pack(&envelope, &hellos[type]);
        events[type] = event_of(world, EVENT_PEER_MESSAGE);
        events[type].from = home_peer(type);
        events[type].bytes = span_of(&hellos[type]);
    }
    apply(world, events, FRAME_PEER_COUNT);
    pass(world, SESSION_BACKOFF_MIN_MS);
    node_pump(world->node, &transport, world->now_ms);
    for (enum frame_type type = 0; type < FRAME_PEER_COUNT; type++)
        buf_fini(&hellos[type]);
}

static void happen(struct world *world, const struct frame *frame)
{
    struct transport transport = transport_of(world);
    uint16_t ms = 0;
    switch (frame->type) {
    case FRAME_TICK:
        tick(world);
        break;
    case FRAME_WAIT:
        for (size_t i = 0; i < frame->bytes.len && i < sizeof ms; i++)
            ms = (uint16_t)(ms << 8 | frame->bytes.data[i]);
        pass(world, ms);
        node_pump(world->node, &transport, world->now_ms);
        break;
    case FRAME_RESTART:
        restart(world);
        meet(world);
        break;
    case FRAME_LINK_LOST:
        if (world->node->options.has_parent)
            node_link_lost(world->node, &transport, world->now_ms);
        break;
    default: /* messages, which the caller gathers */
        break;
    }
}

static void run_frames(struct world *world, struct reader *input)
{
    struct event batch[BATCH_MAX];
    size_t batch_max = (world->start & FRAMES_BATCHES) != 0 ? BATCH_MAX : 1;
    size_t waiting = 0;
    struct frame frame;
    for (size_t i = 0; i < FRAMES_MAX && frames_next(input, &frame); i++) {
        bool is_message = frame.type < FRAME_PARENT ||
                          (frame.type == FRAME_PARENT && world->node->options.has_parent);
        pass(world, 1);
        if (waiting > 0 && (!is_message || waiting == batch_max)) {
            apply(world, batch, waiting);
            waiting = 0;
        }
        if (is_message) {
            struct event *event = &batch[waiting++];
            *event = event_of(world, frame.type == FRAME_PARENT ? EVENT_PARENT_MESSAGE
                                                                : EVENT_PEER_MESSAGE);
            event->from = home_peer(frame.type);
            event->bytes = frame.bytes;
        } else {
            happen(world, &frame);
        }
    }
    if (waiting > 0)
        apply(world, batch, waiting);
}

static void settle(struct world *world)
{
    for (unsigned i = 0; world->node->rebuild.is_active && world->node->catalogue != NULL; i++) {
        LAW(i < TICKS_MAX, "rebuilding comes to its end");
        pass(world, NODE_RETRY_WORK_MS);
        tick(world);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader input = reader_of((struct span){data, size});
    struct world world = {.start = reader_u8(&input),
                          .now = {HOME_NOW_US},
                          .now_ms = HOME_NOW_MS,
                          .arena = arena_new(WIRE_ANSWER_ARENA_MAX)};

    fuzz_be_quiet();
    world.store = home_new(world.start);
    world.node = home_start_node(world.start, world.now, world.now_ms);
    meet(&world);
    run_frames(&world, &input);
    settle(&world);
    check_verify(&world);
    if ((world.start & FRAMES_REOPEN) != 0) {
        restart(&world);
        check_heads(&world);
        check_verify(&world);
    }
    node_free(&world.node);
    effects_fini(&world.effects);
    arena_free(&world.arena);
    return 0;
}
