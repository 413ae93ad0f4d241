/* A pair: two real nodes, parent and child, and the link between them, on which messages can get
 * lost. Time passes for both alike. */
#ifndef TESTS_UNIT_NODE_PAIR_H
#define TESTS_UNIT_NODE_PAIR_H

#include "unit/node/state.h"

enum { PAIR_KEY = 9, PAIR_QUEUE_MAX = 1024, PAIR_ROUNDS_MAX = 200, PAIR_BODIES = 96 };

struct pair_message {
    bool is_up; /* to the parent */
    struct buf bytes;
};

struct pair {
    struct rig parent, child;
    struct pair_message queue[PAIR_QUEUE_MAX];
    size_t first, count;                       /* those that wait are queue[first .. count) */
    bool is_cut;                               /* nothing arrives */
    int lost_body;                             /* messages of this body get lost, */
    size_t lost_from, lost_count;              /* as many, beginning with this one; 0: the first */
    size_t up[PAIR_BODIES], down[PAIR_BODIES]; /* messages sent, by body */
};

static inline void pair_init(struct pair *pair, uint32_t parent_unit, uint32_t child_unit)
{
    *pair = (struct pair){0};
    rig_init(&pair->parent, parent_unit, false);
    rig_init(&pair->child, child_unit, true);
    rig_install_sample(&pair->parent);
    rig_install_sample(&pair->child);
    rig_hello(&pair->child, from_local(), 0);
    rig_enrol(&pair->parent, PAIR_KEY, child_unit, ROLE(NODE));
}

static inline void pair_fini(struct pair *pair)
{
    for (size_t i = 0; i < PAIR_QUEUE_MAX; i++)
        buf_fini(&pair->queue[i].bytes);
    rig_fini(&pair->parent);
    rig_fini(&pair->child);
}

static inline bool pair_loses(struct pair *pair, int body)
{
    if (pair->is_cut)
        return true;
    if (body != pair->lost_body || pair->lost_count == 0)
        return false;
    if (pair->lost_from > 0) {
        pair->lost_from--;
        return false;
    }
    pair->lost_count--;
    return true;
}

/* Puts what a rig has just sent over the link into the queue. */
static inline void pair_collect(struct pair *pair, struct rig *rig)
{
    struct peer_from child = from_key(PAIR_KEY);
    for (size_t i = 0; i < rig->sent_count; i++) {
        const struct rig_sent *sent = &rig->sent[i];
        bool is_up = rig == &pair->child;
        if (is_up != sent->is_to_parent ||
            (!is_up && !peer_address_equal(&sent->address, &child.address)))
            continue;
        int body = (int)rig_open(rig, span_of(&sent->bytes))->body_case;
        (is_up ? pair->up : pair->down)[body]++;
        if (pair_loses(pair, body))
            continue;
        assert_true(pair->count < PAIR_QUEUE_MAX);
        struct pair_message *message = &pair->queue[pair->count++];
        message->is_up = is_up;
        buf_clear(&message->bytes);
        buf_put(&message->bytes, sent->bytes.data, sent->bytes.len);
    }
    rig->sent_count = 0;
}

static inline void pair_deliver(struct pair *pair)
{
    while (pair->first < pair->count) {
        struct pair_message *message = &pair->queue[pair->first++];
        struct rig *rig = message->is_up ? &pair->parent : &pair->child;
        struct event event =
            rig_event(rig, message->is_up ? EVENT_PEER_MESSAGE : EVENT_PARENT_MESSAGE);
        event.from = message->is_up ? from_key(PAIR_KEY) : (struct peer_from){0};
        event.bytes = span_of(&message->bytes);
        rig_batch(rig, &event, 1);
        pair_collect(pair, rig);
    }
    pair->first = pair->count = 0;
}

/* Lets both do what is due now, until nothing is. */
static inline void pair_run(struct pair *pair)
{
    for (int round = 0; round < PAIR_ROUNDS_MAX; round++) {
        rig_pump(&pair->child);
        pair_collect(pair, &pair->child);
        rig_pump(&pair->parent);
        pair_collect(pair, &pair->parent);
        bool is_idle = pair->count == 0;
        pair_deliver(pair);
        if (node_has_work(pair->child.node, pair->child.now_ms)) {
            rig_tick(&pair->child);
            pair_collect(pair, &pair->child);
            is_idle = false;
        }
        if (node_has_work(pair->parent.node, pair->parent.now_ms))
            rig_tick(&pair->parent);
        if (is_idle)
            return;
    }
    fail_msg("the two do not come to rest");
}

/* Time passes, in steps of a second. */
static inline void pair_pass(struct pair *pair, int64_t ms)
{
    pair_run(pair);
    for (int64_t passed = 0; passed < ms; passed += 1000) {
        pair->parent.now_ms += 1000;
        pair->child.now_ms += 1000;
        pair->parent.now.us += 1000000;
        pair->child.now.us += 1000000;
        pair_run(pair);
    }
}

/* The person at the rig says hello again first: silent peers are forgotten. */
static inline void pair_file(struct rig *rig, const struct draft *draft)
{
    rig_hello(rig, from_local(), 0);
    file_ok(rig, draft);
}

/* A new machine for the child: its disk is empty, its key and its catalogue are the same. */
static inline void pair_lose_disk(struct pair *pair)
{
    int64_t now_ms = pair->child.now_ms;
    struct instant now = pair->child.now;
    uint32_t unit = pair->child.options.unit;
    rig_fini(&pair->child);
    rig_init(&pair->child, unit, true);
    pair->child.now = now;
    pair->child.now_ms = now_ms;
    rig_install_sample(&pair->child);
    rig_set_restoring(&pair->child, true);
    rig_restart(&pair->child);
    rig_hello(&pair->child, from_local(), 0);
}

/* ---- looking ---- */

/* Both hold the same of the child's subtree: digests, and figures too, which digests only name. */
static inline bool pair_agrees(struct pair *pair)
{
    struct rig *rigs[] = {&pair->parent, &pair->child};
    struct buf dumps[2] = {{0}, {0}};
    for (size_t i = 0; i < LENGTH(rigs); i++) {
        struct store_txn *txn = store_begin_read(rigs[i]->store);
        struct bucket bucket = {0};
        while (store_next_bucket(txn, pair->child.options.unit, &bucket)) {
            buf_printf(&dumps[i], "%u/%u/%u ", bucket.kind, bucket.period.year,
                       bucket.period.label);
            dump_hex(&dumps[i], bucket.digest, sizeof(bucket.digest));
            for (uint32_t form = 1; form <= 2; form++) {
                struct figures figures = {0};
                struct report_key key = {.kind = bucket.kind,
                                         .period = bucket.period,
                                         .unit = pair->child.options.unit,
                                         .form = form};
                rollup_of(rigs[i]->node, txn, &key, NULL, &figures);
                for (size_t n = 0; n < figures.count; n++)
                    buf_printf(&dumps[i], " %u=%lld", figures.items[n].indicator,
                               (long long)figures.items[n].figure.value);
                figures_fini(&figures);
            }
        }
        store_abort(&txn);
        buf_printf(&dumps[i], "\n");
    }
    bool is_same = span_equal(span_of(&dumps[0]), span_of(&dumps[1]));
    if (!is_same)
        print_message("parent %s\nchild  %s\n", (char *)dumps[0].data, (char *)dumps[1].data);
    buf_fini(&dumps[0]);
    buf_fini(&dumps[1]);
    return is_same;
}

/* And each is right in itself, with nothing left to send. */
static inline void assert_agrees(struct pair *pair)
{
    struct node_health health;
    assert_true(pair_agrees(pair));
    assert_verifies(&pair->parent);
    assert_verifies(&pair->child);
    node_get_health(pair->child.node, &health);
    assert_int_equal(health.outbox_count, 0);
    assert_int_equal(health.alarm_count, 0);
    node_get_health(pair->parent.node, &health);
    assert_int_equal(health.alarm_count, 0);
}

/* And nobody has to look at anything. */
static inline void assert_settled(struct pair *pair)
{
    struct node_health health;
    assert_agrees(pair);
    node_get_health(pair->child.node, &health);
    assert_int_equal(health.quarantine_count, 0);
    node_get_health(pair->parent.node, &health);
    assert_int_equal(health.quarantine_count, 0);
}

/* cmocka fixture: 64 and 631, linked. */
static inline int pair_setup(void **state)
{
    struct pair *pair = mem_calloc(1, sizeof(*pair));
    pair_init(pair, 64, 631);
    pair_pass(pair, 1000);
    assert_int_equal(pair->child.node->session.state, SESSION_UP);
    *state = pair;
    return 0;
}

static inline int pair_teardown(void **state)
{
    pair_fini(*state);
    free(*state);
    return 0;
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, pair_setup, pair_teardown)

#endif
