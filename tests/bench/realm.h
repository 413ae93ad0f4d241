/* A tree of real nodes over real stores in one process, without sockets: messages are handed from
 * inbox to inbox, nothing gets lost, and time jumps to what is next. Each node is driven as by
 * loop.c: drain, batch, apply, pump. For counting what a report costs at each level. */
#ifndef BENCH_REALM_H
#define BENCH_REALM_H

#include "bench/country.h"
#include "node/node.h"

enum { REALM_YEAR = 2024, REALM_LEVELS_MAX = 8, REALM_GROUP = 128 };

/* What went over links in one direction, but for pings: those go by time. */
struct realm_flow {
    uint64_t messages, bytes;           /* of envelopes */
    uint64_t revisions, revision_bytes; /* of them, the states of reports */
    uint64_t chunks, chunk_bytes;       /* and of the catalogue */
};

/* What all nodes of a level have done since counting began. */
struct realm_level {
    struct realm_flow up, down; /* over their links to the nodes above */
    uint64_t written;           /* bytes to files */
    uint64_t batches;
    uint64_t statements; /* that were answered */
};

struct realm_message {
    uint8_t *bytes;
    size_t len;
    int from; /* index of the node; REALM_PEOPLE */
    uint32_t connection;
};
enum { REALM_PEOPLE = -1 };

struct realm_node {
    struct realm *realm;
    uint32_t unit;
    unsigned level;
    int parent; /* index, -1 at the top */
    char *folder;
    struct store *store;
    struct node *node;
    struct effects effects;
    struct realm_message *inbox;
    size_t inbox_count, inbox_capacity;
    uint32_t connection; /* of its uplink, 0: none */
    bool is_cut;         /* its messages upwards and back are lost */
    int64_t due_ms;
    bool is_agreed;  /* the answer to its latest statement */
    uint64_t memory; /* bytes that it had in use when it was stopped */
};

struct realm {
    struct country country;
    const char *folder;
    struct realm_node *nodes; /* from the top, level by level */
    size_t node_count;
    unsigned node_levels; /* how many levels have nodes */
    struct realm_level levels[REALM_LEVELS_MAX];
    int counted_level; /* whose turns go through realm_turn_counted, now; -1: none */
    int64_t now_ms, greeted_ms;
    uint32_t *home_of; /* by unit: index of its own node + 1; 0: it has none */
    size_t catalogue_bytes;
    uint32_t connections;
    uint64_t epochs, seq, receipts, refusals;
    char refusal[160]; /* the first one */
};

/* Makes a node for each unit of the first `node_levels` levels, enrolled at the node above it, and
 * runs until all have the catalogue, published at the top. Exits with a message if they get stuck.
 */
void realm_open(struct realm *realm, const char *folder, unsigned node_levels);
void realm_close(struct realm *realm);

/* Index of the node where reports of `unit` are taken in. */
size_t realm_home(const struct realm *realm, uint32_t unit);
/* The unit's parent in the catalogue, 0 at the top. */
uint32_t realm_parent_of(const struct realm *realm, uint32_t unit);

/* People say hello at each node, and are heard; if they have not done so of late: nodes forget who
 * is silent for a minute. */
void realm_greet(struct realm *realm);
/* Puts what people ask into a node's inbox. */
void realm_tell(struct realm *realm, size_t node, struct span bytes);
/* Starts or ends the process of one node; what it has not looked at is lost. */
void realm_start(struct realm *realm, size_t node);
void realm_stop(struct realm *realm, size_t node);
/* Each node that has something to do has one turn. */
void realm_round(struct realm *realm);
/* What waits beside its tables is placed at each node, as it is when nothing has come for a moment.
 */
void realm_place(struct realm *realm);
/* Until nothing is under way, all outboxes are empty, and nothing is being compared. */
void realm_settle(struct realm *realm);

/* Lets time pass. */
void realm_wait(struct realm *realm, int64_t wait_ms);

/* Zeroes what was counted. */
void realm_count(struct realm *realm);
/* Ends the program. */
void realm_wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* ---- checks: realm_check.c ---- */

/* That every node's totals are those of the figures of the units beneath it, each by what its
 * report is `based_on` (by index of leaf); at the top also of every unit in the tree. That there
 * are no alarms, nothing parked, nothing in quarantine, and that the latest statement of each node
 * was agreed to. `verified` nodes of each level compute all anew. */
void realm_check(struct realm *realm, const uint8_t *based_on, size_t verified);

#endif
