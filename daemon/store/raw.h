/* What db.c does in LMDB, for deferred.c, which stands between it and those above. As the functions
 * of db.h with the same names, on LMDB's tables alone. Private to these two. */
#ifndef STORE_RAW_H
#define STORE_RAW_H

#include "store/db.h"

struct deferred;

struct deferred *raw_deferred(const struct db *db);
/* False where the map is so full that what is changed should be in its place: deletions have to
 * make room at once. As of the last commit. */
bool raw_has_room_to_wait(const struct db *db);
/* Which commit a transaction sees. */
uint64_t raw_snapshot(const struct db_txn *txn);

enum err raw_get(struct db_txn *txn, enum db_table table, struct span key, struct span *ret_value);
/* Without a look at the record. */
bool raw_has(struct db_txn *txn, enum db_table table, struct span key);
enum err raw_put(struct db_txn *txn, enum db_table table, struct span key, struct span value);
enum err raw_append(struct db_txn *txn, enum db_table table, struct span key, struct span value);
enum err raw_delete(struct db_txn *txn, enum db_table table, struct span key);
enum err raw_clear(struct db_txn *txn, enum db_table table);
uint64_t raw_count(struct db_txn *txn, enum db_table table);
enum err raw_next(struct db_txn *txn, enum db_table table, struct span after, struct span *ret_key,
                  struct span *ret_value);
enum err raw_previous(struct db_txn *txn, enum db_table table, struct span before,
                      struct span *ret_key, struct span *ret_value);
/* The highest key of the table, or ERR_NOT_FOUND. */
enum err raw_last(struct db_txn *txn, enum db_table table, struct span *ret_key);

#endif
