/* LMDB behind a door.
 *
 * Default durability flags: a commit is two flushes and is on disk when it returns. MDB_NOTLS, so
 * that a read transaction can be open beside the write transaction of the one thread. Never
 * WRITEMAP (a full disk would be a bus error), never NOSYNC. The map is fixed when opened: growing
 * it under a reader would be a bus error, too. */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/log.h"
#include "core/mem.h"
#include "store/checksum.h"
#include "store/datafile.h"
#include "store/db_lmdb.h"
#include "store/deferred.h"
#include "store/raw.h"

enum {
    TRIES_MAX = 100, /* a writer may come in between, though hardly so often */
    FREE_LIST = 0,   /* LMDB's own table of unused pages; mdb_stat reads it the same way */
};

const char *db_table_name(enum db_table table)
{
    static const char *const names[DB_TABLE_COUNT] = {
        [DB_META] = "meta",         [DB_HEAD] = "head",     [DB_REVISION] = "rev",
        [DB_BELOW] = "below",       [DB_BUCKET] = "bucket", [DB_OUTBOX] = "outbox",
        [DB_PARKED] = "parked",     [DB_ALARM] = "alarm",   [DB_QUARANTINE] = "quar",
        [DB_ENROLLED] = "enrolled", [DB_CATALOGUE] = "cat", [DB_CHUNK] = "chunk",
        [DB_FEED] = "feed",         [DB_NOTICE] = "notice", [DB_EDITION] = "edition",
        [DB_PENDING] = "pending",
    };
    return names[table];
}

/* ---- errors ---- */

enum err db_err_of(int rc)
{
    switch (rc) {
    case MDB_SUCCESS:
        return ERR_OK;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_INCOMPATIBLE:
        return ERR_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return ERR_VERSION;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
        return ERR_FULL;
    case MDB_READERS_FULL:
    case EAGAIN:
    case EBUSY:
        return ERR_BUSY;
    default:
        return ERR_IO;
    }
}

const char *db_remedy_of(int rc)
{
    switch (rc) {
    case MDB_MAP_FULL:
        return ": raise map_size_mib and start again";
    case MDB_READERS_FULL:
        return ": too many readers at once: end some";
    case MDB_VERSION_MISMATCH:
        return ": made by another generation of LMDB: copy it over with that one's mdb_dump";
    case ENOSPC:
    case EDQUOT:
    case EIO: /* what LMDB makes of a short write on a full disk */
        return ": look for free disk space and for disk errors in the kernel log";
    default:
        return db_err_of(rc) == ERR_CORRUPT
                   ? ": restore a backup, or move the folder away and let the parent refill it"
                   : "";
    }
}

enum err db_fail(struct db_txn *txn, enum err err)
{
    if (txn->error == ERR_OK) {
        txn->error = err;
        txn->db->is_damaged |= err == ERR_CORRUPT;
    }
    return txn->error;
}

void db_note_damage(struct db_txn *txn, enum db_table table, struct span key, const char *damage)
{
    struct buf text = {0};
    buf_printf(&text, "table %s, key ", db_table_name(table));
    for (size_t i = 0; i < key.len; i++)
        buf_printf(&text, "%02x", key.data[i]);
    buf_printf(&text, ": the entry %s", damage);
    datafile_log_damage(txn->db->path, (const char *)text.data);
    buf_fini(&text);
    txn->db->is_damaged = true;
}

bool db_is_damaged(const struct db *db)
{
    return db->is_damaged;
}

/* The outcome of a call into LMDB. Logged here, once per transaction, because only here the reason
 * is known. */
static enum err db_result(struct db_txn *txn, const char *what, int rc)
{
    if (rc == MDB_SUCCESS)
        return ERR_OK;
    if (rc == MDB_NOTFOUND)
        return ERR_NOT_FOUND;
    log_event(LOG_EVENT_STORE_FAILED, LOG_FIELDS(.error = db_err_of(rc)),
              "store %s: %s failed: %s%s", txn->db->path, what, mdb_strerror(rc), db_remedy_of(rc));
    return db_fail(txn, db_err_of(rc));
}

/* ---- environment ---- */

uint64_t db_used_bytes(const struct db *db)
{
    MDB_envinfo info;
    (void)mdb_env_info(db->env, &info); /* fails only without an environment */
    return ((uint64_t)info.me_last_pgno + 1) * db->page_bytes;
}

void db_check_readers(struct db *db)
{
    int dead_count = 0;
    int rc = mdb_reader_check(db->env, &dead_count);
    if (rc != MDB_SUCCESS)
        log_event(LOG_EVENT_READERS_UNCHECKED, LOG_FIELDS(.error = db_err_of(rc)),
                  "store %s: cannot check the readers: %s", db->path, mdb_strerror(rc));
    else if (dead_count > 0)
        log_event(LOG_EVENT_READERS_CLEARED, NULL, "store %s: freed %d slots of readers that died",
                  db->path, dead_count);
}

uint64_t db_map_bytes(const struct db *db)
{
    return db->map_bytes;
}

/* Pages that earlier commits have freed: they are used again before new ones are. Each entry of the
 * free list is a count followed by that many page numbers. */
static uint64_t count_free_pages(const struct db *db)
{
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, pages;
    uint64_t total = 0;
    if (mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn) != MDB_SUCCESS)
        return 0;
    if (mdb_cursor_open(txn, FREE_LIST, &cursor) == MDB_SUCCESS) {
        while (mdb_cursor_get(cursor, &key, &pages, MDB_NEXT) == MDB_SUCCESS) {
            size_t count = 0;
            if (pages.mv_size >= sizeof count)
                memcpy(&count, pages.mv_data, sizeof count);
            total += count;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return total;
}

static bool has_free(const struct db *db, uint64_t wanted_bytes)
{
    uint64_t fresh_bytes = db->map_bytes - db_used_bytes(db);
    return fresh_bytes >= wanted_bytes ||
           fresh_bytes + count_free_pages(db) * db->page_bytes >= wanted_bytes;
}

bool db_has_room(const struct db *db, uint64_t wanted_bytes)
{
    struct deferred_amount waiting = deferred_amount(db->deferred);
    return has_free(db, wanted_bytes + waiting.bytes + waiting.changes * db->page_bytes);
}

bool raw_has_room_to_wait(const struct db *db)
{
    return has_free(db, db->map_bytes / DB_ROOM_PART);
}

bool db_is_removed(const struct db *db)
{
    struct stat opened, named;
    int fd;
    char *name = mem_printf("%s/" DATAFILE_NAME, db->path);
    bool is_named = stat(name, &named) == 0;
    bool is_gone = !is_named && (errno == ENOENT || errno == ENOTDIR);
    free(name);
    (void)mdb_env_get_fd(db->env, &fd); /* fails only without an environment */
    return is_gone || (is_named && fstat(fd, &opened) == 0 &&
                       (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino));
}

uint64_t db_pending_bytes(const struct db *db)
{
    return deferred_amount(db->deferred).bytes;
}

void db_limit_pending(struct db *db, uint64_t bytes_max)
{
    deferred_limit(db->deferred, bytes_max);
}

struct deferred *raw_deferred(const struct db *db)
{
    return db->deferred;
}

uint64_t db_live_bytes(const struct db *db)
{
    return db_used_bytes(db) - count_free_pages(db) * db->page_bytes;
}

enum err db_copy(struct db *db, int fd, const char *path)
{
    int rc = mdb_env_copyfd2(db->env, fd, MDB_CP_COMPACT);
    if (rc == MDB_SUCCESS)
        return ERR_OK;
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = db_err_of(rc)),
              "store %s: cannot copy it to %s: %s%s", db->path, path, mdb_strerror(rc),
              db_remedy_of(rc));
    return db_err_of(rc);
}

/* ---- transactions ---- */

/* LMDB takes the number of the last commit first, and then copies the header of that number: a
 * writer in another process may have written over it meanwhile, with what it committed two commits
 * later. Two in a row with one number: nothing was committed between them, so the first is what its
 * number says. */
static int begin_beside(struct db *db, MDB_txn **ret_txn)
{
    MDB_txn *first = NULL, *second = NULL;
    int rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &first);
    for (int tries = 0; rc == MDB_SUCCESS && tries < TRIES_MAX; tries++) {
        rc = mdb_txn_begin(db->env, NULL, MDB_RDONLY, &second);
        if (rc != MDB_SUCCESS)
            break;
        bool is_same = mdb_txn_id(first) == mdb_txn_id(second);
        mdb_txn_abort(is_same ? second : first);
        if (!is_same) {
            first = second;
            continue;
        }
        *ret_txn = first;
        return MDB_SUCCESS;
    }
    if (first != NULL)
        mdb_txn_abort(first);
    return rc != MDB_SUCCESS ? rc : EBUSY;
}

void db_begin(struct db *db, enum db_mode mode, struct db_txn *ret_txn)
{
    *ret_txn = (struct db_txn){.db = db, .mode = mode};
    assert(mode == DB_READ || !db->is_writing);
    int rc = mode == DB_READ && db->is_reader
                 ? begin_beside(db, &ret_txn->lmdb)
                 : mdb_txn_begin(db->env, NULL, mode == DB_READ ? MDB_RDONLY : 0, &ret_txn->lmdb);
    if (rc != MDB_SUCCESS) {
        ret_txn->lmdb = NULL;
        (void)db_result(ret_txn, "beginning a transaction", rc); /* it is sticky now */
        return;
    }
    if (mode == DB_WRITE)
        db->is_writing = true;
    deferred_begin(ret_txn);
}

uint64_t raw_snapshot(const struct db_txn *txn)
{
    return mdb_txn_id(txn->lmdb);
}

static void drop_cursor(struct db_txn *txn, enum db_table table)
{
    if (txn->cursors[table] != NULL)
        mdb_cursor_close(txn->cursors[table]);
    txn->cursors[table] = NULL;
}

static void leave(struct db_txn *txn)
{
    for (int table = 0; table < DB_TABLE_COUNT; table++)
        drop_cursor(txn, (enum db_table)table);
    if (txn->lmdb != NULL && txn->mode == DB_WRITE)
        txn->db->is_writing = false;
}

void db_abort(struct db_txn *txn)
{
    leave(txn);
    if (txn->lmdb != NULL) {
        deferred_end(txn, false);
        mdb_txn_abort(txn->lmdb);
    }
    txn->lmdb = NULL;
}

enum err db_commit(struct db_txn *txn, bool *ret_unknown)
{
    *ret_unknown = false;
    deferred_write(txn); /* errors are sticky */
    if (txn->error != ERR_OK) {
        db_abort(txn);
        return txn->error;
    }
    leave(txn);
    int rc = mdb_txn_commit(txn->lmdb);
    txn->lmdb = NULL;
    deferred_end(txn, rc == MDB_SUCCESS);
    if (rc != MDB_SUCCESS) {
        /* A full map is noticed before the first byte is written. */
        *ret_unknown = txn->mode == DB_WRITE && rc != MDB_MAP_FULL;
        return db_result(txn, "a commit", rc);
    }
    return ERR_OK;
}

/* ---- tables ---- */

bool db_is_empty(struct db_txn *txn)
{
    MDB_dbi main_table;
    MDB_stat info = {0};
    if (txn->error != ERR_OK)
        return false;
    int rc = mdb_dbi_open(txn->lmdb, NULL, 0, &main_table);
    if (rc == MDB_SUCCESS)
        rc = mdb_stat(txn->lmdb, main_table, &info);
    return db_result(txn, "reading the list of tables", rc) == ERR_OK && info.ms_entries == 0;
}

enum err db_open_table(struct db_txn *txn, enum db_table table, bool create)
{
    if (txn->error != ERR_OK)
        return txn->error;
    int rc = mdb_dbi_open(txn->lmdb, db_table_name(table), create ? MDB_CREATE : 0,
                          &txn->db->tables[table]);
    return db_result(txn, "opening a table", rc);
}

static MDB_val val_of(struct span span)
{
    /* LMDB does not write through it, though its type cannot say so. */
    return (MDB_val){.mv_size = span.len, .mv_data = (void *)(uintptr_t)span.data};
}

static struct span span_of_val(MDB_val val)
{
    return (struct span){val.mv_data, val.mv_size};
}

/* All entries were checked when the store was opened: this is about a disk that fails since. */
static enum err check_entry(struct db_txn *txn, enum db_table table, struct span key,
                            struct span entry, struct span *ret_record)
{
    if (checksum_check(db_table_name(table), key, entry, ret_record))
        return ERR_OK;
    db_note_damage(txn, table, key, "is not what was written");
    return db_fail(txn, ERR_CORRUPT);
}

enum err raw_get(struct db_txn *txn, enum db_table table, struct span key, struct span *ret_value)
{
    if (txn->error != ERR_OK)
        return txn->error;
    MDB_val key_val = val_of(key), value;
    int rc = mdb_get(txn->lmdb, txn->db->tables[table], &key_val, &value);
    enum err err = db_result(txn, "reading", rc);
    if (err == ERR_OK)
        err = check_entry(txn, table, key, span_of_val(value), ret_value);
    return err;
}

bool raw_has(struct db_txn *txn, enum db_table table, struct span key)
{
    MDB_val key_val = val_of(key), value;
    return txn->error == ERR_OK &&
           db_result(txn, "reading",
                     mdb_get(txn->lmdb, txn->db->tables[table], &key_val, &value)) == ERR_OK;
}

/* A change ends the table's walk: its cursor is found again by key. That LMDB moves open cursors
 * along with changes is true in general and a source of trouble in corner cases. */
static enum err put(struct db_txn *txn, enum db_table table, struct span key, struct span value,
                    unsigned flags)
{
    if (txn->error != ERR_OK)
        return txn->error;
    drop_cursor(txn, table);
    MDB_val key_val = val_of(key), entry = {.mv_size = value.len + CHECKSUM_SIZE};
    int rc = mdb_put(txn->lmdb, txn->db->tables[table], &key_val, &entry, MDB_RESERVE | flags);
    if (rc == MDB_SUCCESS) {
        uint8_t *bytes = entry.mv_data;
        if (value.len > 0) /* else it may be NULL, which memcpy must not see */
            memcpy(bytes, value.data, value.len);
        checksum_make(db_table_name(table), key, value, bytes + value.len);
    }
    return db_result(txn, "writing", rc);
}

enum err raw_put(struct db_txn *txn, enum db_table table, struct span key, struct span value)
{
    return put(txn, table, key, value, 0);
}

enum err raw_append(struct db_txn *txn, enum db_table table, struct span key, struct span value)
{
    return put(txn, table, key, value, MDB_APPEND);
}

enum err raw_delete(struct db_txn *txn, enum db_table table, struct span key)
{
    if (txn->error != ERR_OK)
        return txn->error;
    drop_cursor(txn, table);
    MDB_val key_val = val_of(key);
    int rc = mdb_del(txn->lmdb, txn->db->tables[table], &key_val, NULL);
    return db_result(txn, "deleting", rc == MDB_NOTFOUND ? MDB_SUCCESS : rc);
}

enum err raw_clear(struct db_txn *txn, enum db_table table)
{
    if (txn->error != ERR_OK)
        return txn->error;
    drop_cursor(txn, table);
    return db_result(txn, "emptying a table", mdb_drop(txn->lmdb, txn->db->tables[table], 0));
}

uint64_t raw_count(struct db_txn *txn, enum db_table table)
{
    MDB_stat info = {0};
    if (txn->error != ERR_OK)
        return 0;
    int rc = mdb_stat(txn->lmdb, txn->db->tables[table], &info);
    return db_result(txn, "counting", rc) == ERR_OK ? info.ms_entries : 0;
}

/* ---- walks ---- */

static int open_cursor(struct db_txn *txn, enum db_table table)
{
    if (txn->cursors[table] != NULL)
        return MDB_SUCCESS;
    return mdb_cursor_open(txn->lmdb, txn->db->tables[table], &txn->cursors[table]);
}

static bool cursor_is_at(MDB_cursor *cursor, struct span key)
{
    MDB_val at, value;
    return mdb_cursor_get(cursor, &at, &value, MDB_GET_CURRENT) == MDB_SUCCESS &&
           span_equal(span_of_val(at), key);
}

static int seek_next(MDB_cursor *cursor, struct span after, MDB_val *key, MDB_val *value)
{
    if (cursor_is_at(cursor, after))
        return mdb_cursor_get(cursor, key, value, MDB_NEXT);
    *key = val_of(after);
    int rc = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    if (rc == MDB_SUCCESS && span_equal(span_of_val(*key), after))
        rc = mdb_cursor_get(cursor, key, value, MDB_NEXT);
    return rc;
}

static int seek_previous(MDB_cursor *cursor, struct span before, MDB_val *key, MDB_val *value)
{
    *key = val_of(before);
    int rc = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    if (rc == MDB_NOTFOUND)
        return mdb_cursor_get(cursor, key, value, MDB_LAST);
    if (rc == MDB_SUCCESS)
        rc = mdb_cursor_get(cursor, key, value, MDB_PREV);
    return rc;
}

static enum err walk(struct db_txn *txn, enum db_table table, struct span from,
                     int (*seek)(MDB_cursor *, struct span, MDB_val *, MDB_val *),
                     struct span *ret_key, struct span *ret_value)
{
    if (txn->error != ERR_OK)
        return txn->error;
    MDB_val key, value;
    int rc = open_cursor(txn, table);
    if (rc == MDB_SUCCESS)
        rc = seek(txn->cursors[table], from, &key, &value);
    enum err err = db_result(txn, "walking a table", rc);
    if (err == ERR_OK)
        err = check_entry(txn, table, span_of_val(key), span_of_val(value), ret_value);
    if (err == ERR_OK)
        *ret_key = span_of_val(key);
    return err;
}

enum err raw_next(struct db_txn *txn, enum db_table table, struct span after, struct span *ret_key,
                  struct span *ret_value)
{
    return walk(txn, table, after, seek_next, ret_key, ret_value);
}

enum err raw_previous(struct db_txn *txn, enum db_table table, struct span before,
                      struct span *ret_key, struct span *ret_value)
{
    return walk(txn, table, before, seek_previous, ret_key, ret_value);
}

enum err raw_last(struct db_txn *txn, enum db_table table, struct span *ret_key)
{
    if (txn->error != ERR_OK)
        return txn->error;
    MDB_val key, value;
    int rc = open_cursor(txn, table);
    if (rc == MDB_SUCCESS)
        rc = mdb_cursor_get(txn->cursors[table], &key, &value, MDB_LAST);
    enum err err = db_result(txn, "walking a table", rc);
    if (err == ERR_OK)
        *ret_key = span_of_val(key);
    return err;
}
