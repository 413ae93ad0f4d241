/* What is taken from the sockets for one turn: messages as events, in shares, within bounds. */
#ifndef DAEMON_TURN_LOAD_H
#define DAEMON_TURN_LOAD_H

#include "link/sock.h"
#include "memory.h"
#include "names.h"
#include "node/node.h"

enum {
    TURN_TAKE_MAX = NODE_BATCH_MAX - 1, /* messages of one turn; a place is kept for a tick */
    TURN_OPENED_BYTES_MAX = 1 << 20,    /* for what is opened ahead, but for the reports in it */
};

/* A message received and not stepped yet. */
struct turn_message {
    struct buf payload;
    struct sock_peer peer;
};

struct turn_load {
    struct turn_message messages[TURN_TAKE_MAX];
    struct event events[NODE_BATCH_MAX]; /* of the same index as their messages */
    size_t event_count;
    size_t taken_count;    /* messages: events, and those dropped */
    size_t taken_bytes;    /* of events */
    size_t question_count; /* of them */
    bool is_status_asked;  /* by one of them */
    /* Of those taken ahead: */
    struct opened opened[TURN_TAKE_MAX]; /* of the same index, where the event points to it */
    struct arena *arena;                 /* of those */
    struct sock *dropped_at;             /* a message was dropped there; NULL: none */
    struct sock_peer dropped_from;
};

/* With which a load is full; it may have one message's bytes more. */
struct turn_bounds {
    size_t count, bytes, questions;
};

/* Where messages come from; a socket that is not there is NULL. */
struct turn_sources {
    struct sock_context *context;
    struct sock *parent, *local, *listener;
    struct memory *memory; /* looked at as messages come, by which it grows */
    struct names *names;
    /* Of a message that no honest peer sends. */
    void (*note_dropped)(void *ctx, struct sock *sock, const struct sock_peer *peer);
    void *ctx;
};

/* `load` is zero. */
void turn_load_start(struct turn_load *load);
void turn_load_fini(struct turn_load *load);
void turn_load_clear(struct turn_load *load);
/* Large messages are not remembered. True if memory was freed. */
bool turn_load_shrink(struct turn_load *load);

bool turn_load_is_full(const struct turn_load *load, const struct turn_bounds *bounds);
/* Takes what waits on `count` sockets that are ready. Each has its share, so that a flood on one
 * keeps nobody out on another; what is not needed is shared out once more. `first` of them begins:
 * another one from time to time, for a turn may be as short as one message. */
void turn_load_fill(struct turn_load *load, const struct turn_sources *sources,
                    struct sock_poll_item *items, size_t count, size_t first,
                    const struct turn_bounds *bounds);
/* Opens the messages from the `first` event on, as far as there is room for that. */
void turn_load_open(struct turn_load *load, size_t first);

#endif
