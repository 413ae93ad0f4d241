/* Bringing a store of an older schema up to date: forward, one step for each schema, all of them in
 * one transaction. Private to store/. */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct store;

/* Whether a store of that schema can be brought up to date. */
bool migrate_is_possible(uint64_t schema);
/* Whether its disk has room for the copy of an open store, and for what is kept free: ERR_FULL,
 * logged with a remedy. */
enum err migrate_check_room(const struct store *store);
/* Brings an open store from schema `from` to STORE_SCHEMA; it is the old one or the new one at
 * every moment. Where `keeps_copy`, it is copied first, as it is, to a file beside its own, which
 * nothing ever overwrites; `folder` is then its folder's descriptor. ERR_FULL, ERR_CORRUPT, ERR_IO;
 * logged with a remedy. */
enum err migrate_store(struct store *store, uint64_t from, bool keeps_copy);

#endif
