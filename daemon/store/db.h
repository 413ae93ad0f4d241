/* LMDB behind a door: environment, transactions, cursors, and its errors as ours. Only
 * db.c and db_open.c include lmdb.h.
 *
 * What is committed is on disk, and is read from then on; it may wait beside its table for a while
 * (deferred.c), which nobody sees through this door.
 *
 * A transaction has a sticky error: after the first failed call every further one does nothing and
 * returns that error. That nothing was found is not a failure. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "core/buf.h"
#include "core/err.h"

struct MDB_cursor;
struct MDB_txn;

/* Their numbers are on disk, in what waits: a new one goes to the end. */
enum db_table {
    DB_META,
    DB_HEAD,
    DB_REVISION,
    DB_BELOW,
    DB_BUCKET,
    DB_OUTBOX,
    DB_PARKED,
    DB_ALARM,
    DB_QUARANTINE,
    DB_ENROLLED,
    DB_CATALOGUE,
    DB_CHUNK,
    DB_FEED,
    DB_NOTICE,
    DB_EDITION,
    DB_PENDING, /* what waits: no table of those above */
    DB_TABLE_COUNT
};

enum { DB_KEY_MAX = 511 };

struct db;

enum db_access {
    DB_ACCESS_OWNER, /* the one writer process; what is missing is made, 0600 */
    DB_ACCESS_READER,
    DB_ACCESS_COPY, /* writes what nobody else knows of; takes no locks */
    DB_ACCESS_MADE, /* likewise, and what is missing is made */
};

/* Opens LMDB's files in folder `path`; `folder_fd` is that folder. As root, in a folder of another
 * user, it would follow links that this user has made there. ERR_NOT_FOUND: there are none,
 * and this is not the owner; ERR_CORRUPT, ERR_VERSION, ERR_IO; logged. */
enum err db_open(const char *path, int folder_fd, uint64_t map_size_bytes, enum db_access access,
                 struct db **ret_db);
void db_close(struct db **db);
/* Frees the reader slots of dead processes. */
void db_check_readers(struct db *db);
uint64_t db_map_bytes(const struct db *db);
/* True when the last commit left that much of the map unused, beyond what will be needed to place
 * what waits. Reads the free list (an entry per commit that freed pages) only when the part never
 * used is smaller. */
bool db_has_room(const struct db *db, uint64_t wanted_bytes);
/* Whether the open data file is not the one of that name any more: somebody removed or moved it, or
 * its folder, or put another in its place. */
bool db_is_removed(const struct db *db);
/* Bytes of the data file up to the last page that was ever used. */
uint64_t db_used_bytes(const struct db *db);
/* Bytes that the last commit uses: about what a copy takes. Reads the free list. */
uint64_t db_live_bytes(const struct db *db);
/* Writes the last commit, without free pages, as a data file to `fd`, which a writer in another
 * process does not disturb. It is not flushed; `path` is for the log. ERR_FULL, ERR_CORRUPT,
 * ERR_IO; logged. */
enum err db_copy(struct db *db, int fd, const char *path);

enum db_mode { DB_READ, DB_WRITE };

struct pending;

struct db_txn {
    struct db *db;
    struct MDB_txn *lmdb; /* NULL: the begin failed, and `error` says how */
    enum db_mode mode;
    enum err error;
    struct MDB_cursor *cursors[DB_TABLE_COUNT]; /* where a walk stands; NULL: nowhere */
    bool is_direct;                             /* all that waited is placed: nothing waits in it */
    uint64_t generation;                        /* of what waits, when it began ... */
    struct pending *own;                        /* ... as read again, when that has changed */
};

/* Waits for nobody: one process writes, one transaction at a time (asserted). */
void db_begin(struct db *db, enum db_mode mode, struct db_txn *ret_txn);
/* Ends the transaction. `*ret_unknown`, always set: it failed while it was being written. */
enum err db_commit(struct db_txn *txn, bool *ret_unknown);
void db_abort(struct db_txn *txn);
/* Makes `err` the sticky error unless there is one; returns the sticky one. */
enum err db_fail(struct db_txn *txn, enum err err);
/* Logs what is wrong with an entry ("table head, key 01ab...: the entry <damage>"), with the
 * remedy. */
void db_note_damage(struct db_txn *txn, enum db_table table, struct span key, const char *damage);
/* True since damage was noted, or an ERR_CORRUPT met; a new start looks at everything again. */
bool db_is_damaged(const struct db *db);

/* True when no table was ever made. */
bool db_is_empty(struct db_txn *txn);
/* Must come before any use of the table, in a transaction that is committed. ERR_NOT_FOUND, or
 * makes it when `create`. */
enum err db_open_table(struct db_txn *txn, enum db_table table, bool create);
const char *db_table_name(enum db_table table);

/* Reads what waits; from then on changes wait. All tables are open. Before that, each is made in
 * its table. ERR_CORRUPT, logged. */
enum err db_load_pending(struct db_txn *txn);
/* Puts all that waits into its tables, and goes on there for the rest of the transaction. ERR_FULL:
 * what waits goes on to wait, for another transaction. */
enum err db_place(struct db_txn *txn);
/* Of what waits as of the last commit; 0: nothing does. */
uint64_t db_pending_bytes(const struct db *db);
/* No more than so much waits (and no more than its map has room for). */
void db_limit_pending(struct db *db, uint64_t bytes_max);

/* Spans handed out are valid until the next change in the transaction, or its end; those of a read
 * transaction, in the process that writes, until the next commit. Keys are 1 to 511 bytes. */
enum err db_get(struct db_txn *txn, enum db_table table, struct span key, struct span *ret_value);
enum err db_put(struct db_txn *txn, enum db_table table, struct span key, struct span value);
/* As db_put of a key above all others in the table, for less. */
enum err db_append(struct db_txn *txn, enum db_table table, struct span key, struct span value);
/* ERR_OK also when there is none. */
enum err db_delete(struct db_txn *txn, enum db_table table, struct span key);
/* Deletes all entries. */
enum err db_clear(struct db_txn *txn, enum db_table table);
uint64_t db_count(struct db_txn *txn, enum db_table table);
/* The entry with the lowest key above `after`, or ERR_NOT_FOUND. A walk that passes the key it got
 * last goes on where it stands, unless the table was changed meanwhile. */
enum err db_next(struct db_txn *txn, enum db_table table, struct span after, struct span *ret_key,
                 struct span *ret_value);
/* The entry with the highest key below `before`, or ERR_NOT_FOUND. */
enum err db_previous(struct db_txn *txn, enum db_table table, struct span before,
                     struct span *ret_key, struct span *ret_value);

#endif
