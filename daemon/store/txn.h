/* What the verb files share: the store, its transaction, and entries as (key, record). */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include "store/db.h"
#include "store/keys.h"
#include "store/record.h"
#include "store/store.h"

#define STORE_SCHEMA_NAME "schema"

struct store {
    struct db *db;
    char *path; /* for the log */
    int folder; /* holds the lock while it is open */
    uint64_t reserve_bytes;
    struct buf record; /* the record being encoded: kept, so that a put allocates nothing */
    /* What the file system said in the write transaction that is open: asked once, not for each
     * message. Otherwise unknown. */
    bool is_writing;
    enum told { TOLD_NOTHING, TOLD_NO, TOLD_YES } has_room, is_removed;
    bool is_changed;  /* by the write transaction that is open */
    uint64_t changes; /* transactions that changed something, since it was opened */
};

struct store_txn {
    struct store *store;
    struct db_txn db;
};

/* As db_get and the like, by store_key. */
enum err txn_get(struct store_txn *txn, enum db_table table, struct store_key key,
                 struct span *ret_record);
enum err txn_delete(struct store_txn *txn, enum db_table table, struct store_key key);
enum err txn_clear(struct store_txn *txn, enum db_table table);
/* The next entry above `after`; false at the end and on an error, which is then sticky. */
bool txn_next(struct store_txn *txn, enum db_table table, struct store_key after,
              struct span *ret_key, struct span *ret_record);

/* The store's record buffer, emptied: encode into it, then txn_put_record. Encoding before the put
 * copies what lies in LMDB's memory, which the put may move. */
struct buf *txn_record(struct store_txn *txn);
enum err txn_put_record(struct store_txn *txn, enum db_table table, struct store_key key);
/* The same above all keys of the table. */
enum err txn_append_record(struct store_txn *txn, enum db_table table, struct store_key key);
/* `bytes` as a record. */
enum err txn_put_bytes(struct store_txn *txn, enum db_table table, struct store_key key,
                       struct span bytes);
enum err txn_get_bytes(struct store_txn *txn, enum db_table table, struct store_key key,
                       struct span *ret_bytes);

/* For what a decoder answered: ERR_OK, or a logged and sticky ERR_CORRUPT that names the entry. */
enum err txn_check(struct store_txn *txn, enum db_table table, struct span key, bool is_decoded);

#endif
