/* A store for every run: the same one each time, with peers enrolled and mostly a catalogue. */
#ifndef TESTS_FUZZ_HOME_H
#define TESTS_FUZZ_HOME_H

#include "fuzz/frames.h"
#include "node/node.h"

/* 2025-01-10T00:00:00Z, when the reports of 2024 are filed. */
#define HOME_NOW_US INT64_C(1736467200000000)
enum { HOME_NOW_MS = 1000 };

/* The store that `start` (a set of enum frames_start) asks for, as new. It belongs to this module,
 * and stays open. */
struct store *home_new(uint8_t start);
/* The same store, closed and opened again. */
struct store *home_reopen(uint8_t start);
/* A node over it; the caller frees it before the store is asked for again. */
struct node *home_start_node(uint8_t start, struct instant now, int64_t now_ms);

/* Who a peer is to the node. */
struct peer_from home_peer(enum frame_type type);
/* The unit that a peer's key is enrolled for, 0 for those that are not. */
uint32_t home_unit_of(enum frame_type type, uint8_t start);

#endif
