/* LMDB behind a door: environment, transactions, cursors, and its errors as ours. The only file
 * that includes lmdb.h is db.c.
 *
 * A transaction has a sticky error: after the first failed call every further one does nothing and
 * returns that error. That nothing was found is not a failure. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "core/buf.h"
#include "core/err.h"

struct MDB_cursor;
struct MDB_txn;

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
    DB_TABLE_COUNT
};

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
/* True when the last commit left that much of the map unused. Reads the free list (an entry per
 * commit that freed pages) only when the part never used is smaller. */
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

struct db_txn {
    struct db *db;
    struct MDB_txn *lmdb; /* NULL: the begin failed, and `error` says how */
    enum db_mode mode;
    enum err error;
    struct MDB_cursor *cursors[DB_TABLE_COUNT]; /* where a walk stands; NULL: nowhere */
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

/* Spans handed out are valid until the next change in the transaction, or its end. Keys are 1 to
 * 511 bytes. */
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
