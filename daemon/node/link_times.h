/* When each node beneath was last heard and last acknowledged something, by its key. Kept for as
 * long as this process lives: a child whose connection has ended was there all the same. */
#ifndef NODE_LINK_TIMES_H
#define NODE_LINK_TIMES_H

#include <stddef.h>

#include "core/instant.h"
#include "node/peers.h"

struct link_time {
    uint8_t key[PEER_KEY_SIZE];
    bool is_used;
    struct instant heard;
    struct instant acked; /* a report or a statement of its */
};

/* A hash table that only grows: there is an entry for each key that was a node's. Zero-initialised
 * is empty. */
struct link_times {
    struct link_time *slots;
    size_t capacity; /* power of two */
    size_t count;
};

void link_times_fini(struct link_times *times);
/* The entry of that key, which is added if need be. Good until the next call. */
struct link_time *link_times_of(struct link_times *times, const uint8_t *key);
/* NULL: it was never there. */
const struct link_time *link_times_find(const struct link_times *times, const uint8_t *key);

#endif
