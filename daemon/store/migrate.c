/* Bringing a store of an older schema up to date.
 *
 *     data.mdb  --copy-->  data.mdb.before-schema.new  --rename-->  data.mdb.before-schema-6
 *     data.mdb  --one transaction: every step, and the new schema-->  data.mdb
 *
 * The way back to the version before is to restore that copy with it. Whoever is killed in between
 * begins again: the copy is made anew, and where the one that has its name is the same, that one
 * stays. Where it is another (the way back was gone, and now forward again), the new one gets a
 * number. */
#include "store/migrate.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "store/datafile.h"
#include "store/feed.h"
#include "store/folder.h"
#include "store/txn.h"

enum {
    COPY_MODE = 0600,
    COPIES_MAX = 99, /* of one schema: a person clears them */
    NAME_SIZE = 64,
    BLOCK_BYTES = 64 * 1024,
    STAT_BLOCK_BYTES = 512, /* of st_blocks */
};

static const char part_name[] = DATAFILE_NAME ".before-schema.new";

/* ---- the copy ---- */

static void name_copy(unsigned number, char *ret_name)
{
    int len = snprintf(ret_name, NAME_SIZE, DATAFILE_NAME ".before-schema-%d", STORE_SCHEMA);
    if (number > 1)
        (void)snprintf(ret_name + len, NAME_SIZE - (size_t)len, "-%u", number);
}

static enum err fail(const struct store *store, const char *what, const char *name)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    enum err err = is_full ? ERR_FULL : ERR_IO;
    log_event(LOG_EVENT_STORE_NOT_UPGRADED, LOG_FIELDS(.error = err),
              "store %s: cannot %s %s: %s%s", store->path, what, name, strerror(errno),
              is_full ? ": make room there" : "");
    return err;
}

/* What a start that was cut off has left of its copy: the next one removes it first. */
static uint64_t part_bytes(const struct store *store)
{
    struct stat info;
    bool is_there = fstatat(store->folder, part_name, &info, AT_SYMLINK_NOFOLLOW) == 0;
    return is_there ? (uint64_t)info.st_blocks * STAT_BLOCK_BYTES : 0;
}

/* The node needs what it keeps free for the steps, and for its work after them. A copy that is
 * there takes room twice if a start was cut off behind it: only the new one shows that it is the
 * same. */
enum err migrate_check_room(const struct store *store)
{
    char name[NAME_SIZE];
    uint64_t free_bytes = folder_free_bytes(store->folder) + part_bytes(store);
    uint64_t wanted_bytes = db_live_bytes(store->db) + store->reserve_bytes;
    if (free_bytes >= wanted_bytes)
        return ERR_OK;
    name_copy(1, name);
    bool has_copy = faccessat(store->folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    log_event(LOG_EVENT_STORE_NOT_UPGRADED, LOG_FIELDS(.error = ERR_FULL),
              "store %s: to bring it up to date, %" PRIu64
              " MiB more are needed on its disk, for a copy as it is now: make room%s%s%s and "
              "start again, or go on with the version before; nothing was changed",
              store->path, ((wanted_bytes - free_bytes) >> 20) + 1,
              has_copy ? " (you may move " : "", has_copy ? name : "",
              has_copy ? " to another disk)" : "");
    return ERR_FULL;
}

/* Reads both from the start. */
static bool is_same_file(int a, int b)
{
    struct stat of_a, of_b;
    bool is_same = fstat(a, &of_a) == 0 && fstat(b, &of_b) == 0 && of_a.st_size == of_b.st_size;
    uint8_t *blocks = mem_alloc(2 * BLOCK_BYTES);
    for (off_t at = 0; is_same && at < of_a.st_size; at += BLOCK_BYTES) {
        ssize_t len = pread(a, blocks, BLOCK_BYTES, at);
        is_same = len > 0 && pread(b, blocks + BLOCK_BYTES, BLOCK_BYTES, at) == len &&
                  memcmp(blocks, blocks + BLOCK_BYTES, (size_t)len) == 0;
    }
    free(blocks);
    return is_same;
}

/* Gives the finished copy a name of its own, or finds it under one. */
static enum err place_copy(const struct store *store, int copy, const char *part, char *ret_name)
{
    for (unsigned number = 1; number <= COPIES_MAX; number++) {
        name_copy(number, ret_name);
        int held = openat(store->folder, ret_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (held < 0 && errno == ENOENT)
            return renameat(store->folder, part, store->folder, ret_name) == 0
                       ? ERR_OK
                       : fail(store, "make", ret_name);
        bool is_there = held >= 0 && is_same_file(held, copy);
        if (held >= 0)
            (void)close(held); /* nothing was written through it */
        if (is_there)
            return unlinkat(store->folder, part, 0) == 0 ? ERR_OK : fail(store, "remove", part);
    }
    log_event(LOG_EVENT_STORE_NOT_UPGRADED, LOG_FIELDS(.error = ERR_EXISTS),
              "store %s: there are %d copies from before schema %d: move them away, and start "
              "again; nothing was changed",
              store->path, COPIES_MAX, STORE_SCHEMA);
    return ERR_EXISTS;
}

static enum err write_copy(const struct store *store, int copy, const char *part)
{
    char *path = mem_printf("%s/%s", store->path, part);
    enum err err = db_copy(store->db, copy, path);
    if (err == ERR_OK && fsync(copy) != 0)
        err = fail(store, "flush", part);
    free(path);
    return err;
}

static enum err keep_copy(const struct store *store, char *ret_name)
{
    (void)unlinkat(store->folder, part_name, 0); /* of a start that was cut off, if there was one */
    enum err err = migrate_check_room(store);
    if (err != ERR_OK)
        return err;
    int copy = openat(store->folder, part_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, COPY_MODE);
    if (copy < 0)
        return fail(store, "make", part_name);
    err = write_copy(store, copy, part_name);
    if (err == ERR_OK)
        err = place_copy(store, copy, part_name, ret_name);
    if (err == ERR_OK && folder_sync(store->folder) != ERR_OK)
        err = fail(store, "flush the folder of", ret_name);
    if (err != ERR_OK)
        (void)unlinkat(store->folder, part_name, 0); /* it may have its name already */
    (void)close(copy);                               /* what is to stay was flushed */
    return err;
}

/* ---- 4 to 5: heads have a place in the feed, outbox entries a time ---- */

/* An entry of schema 4 and what it becomes: another first byte, and more at its end. */
static void lengthen(struct store_txn *txn, struct span old, uint8_t version, uint64_t added)
{
    struct buf *record = txn_record(txn);
    buf_put_u8(record, version);
    buf_put(record, old.data + 1, old.len - 1);
    buf_put_u64(record, added);
}

static bool is_of_version_1(struct span record)
{
    return record.len > 0 && record.data[0] == 1;
}

/* The order of the keys is as good as any: nobody has followed the feed yet. */
static void place_heads(struct store_txn *txn)
{
    struct span at, old;
    struct report_key key = {0};
    while (txn_next(txn, DB_HEAD, keys_report(&key), &at, &old)) {
        struct head head;
        bool is_read = is_of_version_1(old) && keys_parse_report(at, &key);
        if (txn_check(txn, DB_HEAD, at, is_read) != ERR_OK)
            return;
        lengthen(txn, old, RECORD_HEAD_VERSION, store_feed_number(txn) + 1);
        is_read = record_decode_head(span_of(&txn->store->record), &head);
        if (txn_check(txn, DB_HEAD, at, is_read) != ERR_OK)
            return;
        (void)txn_put_record(txn, DB_HEAD, keys_report(&key)); /* errors are sticky */
        struct store_key place = keys_report(&key);
        (void)feed_move(txn, &place, 0);
    }
}

/* A report has waited no longer than since it was taken in. Of a statement nothing is known. */
static void date_outbox(struct store_txn *txn)
{
    struct span at, old;
    struct outbox_item item = {0};
    while (txn_next(txn, DB_OUTBOX, keys_outbox(item.type, &item.key), &at, &old)) {
        struct head head = {0};
        bool is_read = is_of_version_1(old) && keys_parse_outbox(at, &item.type, &item.key);
        if (txn_check(txn, DB_OUTBOX, at, is_read) != ERR_OK)
            return;
        if (item.type == OUTBOX_REPORT)
            (void)store_get_head(txn, &item.key, &head); /* not there: nothing is known */
        lengthen(txn, old, RECORD_OUTBOX_VERSION, (uint64_t)head.received.us);
        is_read = record_decode_outbox(span_of(&txn->store->record), &item);
        if (txn_check(txn, DB_OUTBOX, at, is_read) != ERR_OK)
            return;
        (void)txn_put_record(txn, DB_OUTBOX, keys_outbox(item.type, &item.key)); /* sticky */
    }
}

static void make_schema_5(struct store_txn *txn)
{
    (void)db_open_table(&txn->db, DB_FEED, true); /* errors are sticky */
    place_heads(txn);
    date_outbox(txn);
}

/* ---- 5 to 6: notices and editions, and what waits; revisions have times of arrival, which an
 * older record lacks
 * ----
 */

static void make_schema_6(struct store_txn *txn)
{
    (void)db_open_table(&txn->db, DB_NOTICE, true); /* errors are sticky */
    (void)db_open_table(&txn->db, DB_EDITION, true);
    (void)db_open_table(&txn->db, DB_PENDING, true);
}

/* ---- all steps ---- */

/* Each makes its schema of the one before. */
static const struct step {
    uint64_t schema;
    enum db_table first_table; /* of those that it makes; all before it are there */
    void (*make)(struct store_txn *txn);
} steps[] = {
    {5, DB_FEED, make_schema_5},
    {6, DB_NOTICE, make_schema_6},
};

enum { STEP_COUNT = sizeof steps / sizeof *steps };

_Static_assert(STORE_SCHEMA == STORE_SCHEMA_OLDEST + STEP_COUNT, "a step for each schema");

bool migrate_is_possible(uint64_t schema)
{
    return schema >= STORE_SCHEMA_OLDEST && schema < STORE_SCHEMA;
}

static enum err take_steps(struct store *store, uint64_t from)
{
    bool is_unknown;
    const struct step *first = &steps[from - STORE_SCHEMA_OLDEST];
    struct store_txn *txn = store_begin_write(store);
    for (enum db_table table = 0; table < first->first_table; table++)
        if (db_open_table(&txn->db, table, false) == ERR_NOT_FOUND)
            store_fail(txn, ERR_CORRUPT);
    for (const struct step *step = first; step < steps + STEP_COUNT; step++)
        step->make(txn); /* errors are sticky */
    (void)store_put_meta_u64(txn, STORE_SCHEMA_NAME, STORE_SCHEMA);
    return store_commit(&txn, &is_unknown);
}

enum err migrate_store(struct store *store, uint64_t from, bool keeps_copy)
{
    char name[NAME_SIZE];
    enum err err = keeps_copy ? keep_copy(store, name) : ERR_OK;
    if (err == ERR_OK)
        err = take_steps(store, from);
    if (err != ERR_OK)
        log_event(LOG_EVENT_STORE_NOT_UPGRADED, LOG_FIELDS(.error = err),
                  "store %s: it could not be brought from schema %" PRIu64 " to schema %d (%s)",
                  store->path, from, STORE_SCHEMA, err_name(err));
    else if (keeps_copy)
        log_event(LOG_EVENT_STORE_UPGRADED, NULL,
                  "store %s: brought from schema %" PRIu64
                  " to schema %d; what it was before is kept in %s/%s",
                  store->path, from, STORE_SCHEMA, store->path, name);
    return err;
}
