/* The simulator: real node, store, wire and session code; the network, the clock and the crashes
 * are ours. Everything comes from one seed, so the seed is the bug report.
 *
 *     world     nodes, messages under way, virtual time, faults      world.c
 *     work      reporters that file, correct and withdraw            work.c
 *     oracle    what the totals must be, computed the simplest way   oracle.c */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "node/node.h"

enum {
    SIM_NODES_MAX = 4,
    SIM_KEYS_MAX = 128,
    SIM_MESSAGES_MAX = 4096,
    SIM_UNIT_ROOT = 64,
    SIM_UNIT_DISTRICT = 631,
    SIM_UNIT_COMMUNE = 23857,
};

/* Faults per thousand messages or events; all zero: a calm world. */
struct sim_faults {
    unsigned drop, duplicate, delay, crash_before_commit, crash_after_commit, disconnect;
};

/* A reporter's work on one report key. */
struct sim_work {
    struct report_key key;
    size_t home;         /* index of the node that takes it in */
    struct report acked; /* what was acknowledged last; nothing while acked_revision is 0 */
    uint64_t acked_revision;
    struct report asked; /* what is under way */
    bool is_asked;
    int64_t asked_ms;
    uint64_t asked_seq;
};

struct sim_node {
    uint32_t unit;
    int parent; /* index, -1 at the root */
    char *folder;
    struct store *store;
    struct node *node;
    uint32_t connection; /* of its uplink, 0: none; a new number for each */
    struct effects effects;
    unsigned crash_count;
};

/* A message under way. */
struct sim_message {
    int64_t due_ms;
    uint64_t order; /* ties are broken by it, so that a seed gives one trace */
    size_t to;
    bool is_from_parent;
    uint32_t connection;
    struct peer_address address; /* of the sender, when it comes from beneath */
    uint32_t from_unit;
    uint8_t *bytes;
    size_t len;
};

struct sim {
    uint64_t random;
    int64_t now_ms;
    uint64_t order;
    struct sim_faults faults;
    struct sim_node nodes[SIM_NODES_MAX];
    size_t node_count;
    uint32_t connections;
    struct sim_message messages[SIM_MESSAGES_MAX];
    size_t message_count;
    struct sim_work works[SIM_KEYS_MAX];
    size_t work_count;
    uint64_t local_seq;
    struct catalogue *catalogue; /* the oracle's own copy */
    unsigned acked_count, refused_count;
};

/* ---- world.c ---- */

void sim_init(struct sim *sim, uint64_t seed);
void sim_fini(struct sim *sim);
uint64_t sim_random(struct sim *sim, uint64_t below);
/* Jumps to the next thing that is due and lets it happen. */
void sim_advance(struct sim *sim);
/* Hands bytes to a node as from its local socket. */
void sim_send_local(struct sim *sim, size_t to, struct span bytes);
/* True when nothing is under way and every node is linked, in step and has nothing to send. */
bool sim_is_quiet(struct sim *sim);

/* ---- work.c ---- */

void sim_work_init(struct sim *sim);
/* Files, corrects or withdraws something, somewhere. */
void sim_work_step(struct sim *sim);
/* Asks again for what was not answered. */
void sim_work_retry(struct sim *sim);
/* An answer came over a local socket. */
void sim_work_answer(struct sim *sim, struct span bytes);
bool sim_work_is_done(const struct sim *sim);
/* Publishes the catalogue at the root and enrols the nodes. */
void sim_work_set_up(struct sim *sim);

/* ---- oracle.c ---- */

/* Compares every node with what was acknowledged; prints what differs and returns how much. */
size_t sim_check(struct sim *sim);

#endif
