/* The feed as the other files of the store use it. Private to store/. */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include "store/keys.h"
#include "store/store.h"

/* Moves what has this key in its own table from its place `before` (0: it has none) to the end;
 * returns its new place. Errors are sticky. */
uint64_t feed_move(struct store_txn *txn, const struct store_key *key, uint64_t before);

#define FEED_EPOCH_NAME "feed.epoch"
/* Begins a life of the store, unless it is in one already. */
void feed_begin(struct store_txn *txn, uint64_t epoch);
/* For a copy: whoever starts from it begins another life. */
void feed_end(struct store_txn *txn);

#endif
