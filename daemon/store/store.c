/* The store as a whole: opening, closing, room, transactions, meta values. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "store/datafile.h"
#include "store/feed.h"
#include "store/folder.h"
#include "store/migrate.h"
#include "store/seal.h"
#include "store/txn.h"

/* What is kept of the map for acks and deletions. Also in a small map it is some transactions'
 * worth: each copies the dozen pages that it changes, and those it replaces are free two commits
 * later. */
enum { MAP_RESERVE_PART = 16, MAP_RESERVE_MIN_BYTES = 256 * 1024 };

enum { DISK_MIN_BYTES = 1 << 20 };

static const char software_name[] = "software";

/* ---- opening and closing ---- */

static enum err fail_foreign(struct store_txn *txn)
{
    log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_CORRUPT),
              "store %s: a table or its schema is missing: it is not a store of tonghop: check "
              "state_dir",
              txn->store->path);
    return db_fail(&txn->db, ERR_CORRUPT);
}

/* Of a store that is not empty. The meta table comes first: another schema may have other tables.
 */
static enum err read_schema(struct store_txn *txn, uint64_t *ret_schema)
{
    enum err err = db_open_table(&txn->db, DB_META, false);
    uint64_t schema = err == ERR_OK ? store_get_meta_u64(txn, STORE_SCHEMA_NAME) : 0;
    if (store_error(txn) != ERR_OK)
        return store_error(txn);
    if (schema == 0)
        return fail_foreign(txn);
    *ret_schema = schema;
    return ERR_OK;
}

/* That the store has another schema than ours, and whose: what a newer version wrote says so. */
static enum err log_schema(struct store_txn *txn, uint64_t schema)
{
    struct span software = {0};
    (void)store_get_meta(txn, software_name, &software); /* an older one has none */
    char *name = software.len > 0 ? mem_strndup((const char *)software.data, software.len) : NULL;
    enum err err = datafile_log_schema(txn->store->path, schema, name);
    free(name);
    return db_fail(&txn->db, err);
}

static void open_tables(struct store_txn *txn, bool is_new)
{
    for (int table = DB_META; table < DB_TABLE_COUNT; table++)
        if (db_open_table(&txn->db, (enum db_table)table, is_new) == ERR_NOT_FOUND)
            (void)fail_foreign(txn); /* errors are sticky */
}

/* A store is new until its first commit, which makes all tables and the schema at once. */
static enum err make_tables(struct store *store)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(store);
    open_tables(txn, true);
    (void)store_put_meta_u64(txn, STORE_SCHEMA_NAME, STORE_SCHEMA); /* errors are sticky */
    return store_commit(&txn, &is_unknown);
}

/* Opens the tables, if they are those of our schema; `*ret_schema` is the one found. */
static enum err check_tables(struct store *store, enum db_access access, uint32_t unit,
                             uint64_t *ret_schema)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_read(store);
    enum err err = read_schema(txn, ret_schema);
    bool is_ours = err == ERR_OK && *ret_schema == STORE_SCHEMA;
    bool is_older = err == ERR_OK && migrate_is_possible(*ret_schema) && access != DB_ACCESS_READER;
    if (is_ours) {
        open_tables(txn, false);
        err = db_load_pending(&txn->db);
    }
    if (err == ERR_OK && (is_ours || is_older) && unit != 0)
        err = store_check_unit(txn, unit); /* of these schemas the key is known */
    else if (err == ERR_OK && !is_ours && !is_older)
        (void)log_schema(txn, *ret_schema);
    if (err != ERR_OK || !is_older) /* errors are sticky: the commit returns them */
        return store_commit(&txn, &is_unknown);
    store_abort(&txn); /* the tables that it has opened are closed: the steps open them all */
    return ERR_OK;
}

/* What made the tables was put into them, and nothing waits yet; from now on changes do. */
static enum err let_wait(struct store *store)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_read(store);
    (void)db_load_pending(&txn->db); /* errors are sticky */
    return store_commit(&txn, &is_unknown);
}

static enum err make_or_check(struct store *store, enum db_access access, uint32_t unit)
{
    uint64_t schema = 0;
    struct store_txn *txn = store_begin_read(store);
    bool is_new = db_is_empty(&txn->db);
    enum err err = store_error(txn);
    store_abort(&txn);
    if (err != ERR_OK)
        return err;
    if (is_new && (access == DB_ACCESS_OWNER || access == DB_ACCESS_MADE)) {
        err = make_tables(store);
        bool is_filled_at_once = access == DB_ACCESS_MADE; /* in large transactions: none waits */
        return err == ERR_OK && !is_filled_at_once ? let_wait(store) : err;
    }
    if (is_new) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_NOT_FOUND),
                  "store %s: it is empty: start its tonghopd first", store->path);
        return ERR_NOT_FOUND;
    }
    err = check_tables(store, access, unit, &schema);
    if (err == ERR_OK && schema != STORE_SCHEMA)
        err = migrate_store(store, schema, access == DB_ACCESS_OWNER);
    return err == ERR_OK ? let_wait(store) : err;
}

/* Who writes from now on, and that a new life begins where one has to. */
static enum err sign(struct store *store, const struct store_options *options)
{
    bool is_unknown;
    struct span held = {0}, ours = {0};
    struct store_txn *txn = store_begin_write(store);
    if (options->software != NULL)
        ours = (struct span){(const uint8_t *)options->software, strlen(options->software)};
    (void)store_get_meta(txn, software_name, &held); /* errors are sticky */
    bool is_another = ours.len > 0 && !span_equal(held, ours);
    if (is_another)
        (void)store_put_meta(txn, software_name, ours);
    feed_begin(txn, options->epoch);
    if (is_another)
        (void)db_place(&txn->db); /* a version that knows nothing of this schema looks for it */
    return store_commit(&txn, &is_unknown);
}

static enum err open_folder(const char *path, const struct store_options *options, int *ret_fd)
{
    if (!options->is_copy)
        return folder_open(path, options->is_read_only, ret_fd);
    int fd = fcntl(options->folder, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        log_event(LOG_EVENT_STORE_UNUSABLE, LOG_FIELDS(.error = ERR_IO),
                  "store %s: cannot open the folder: %s", path, strerror(errno));
        return ERR_IO;
    }
    *ret_fd = fd;
    return ERR_OK;
}

/* Opens the folder and the file, not the tables. The caller closes the store, also after an error.
 */
static enum err open_file(const char *path, const struct store_options *options,
                          enum db_access access, struct store **ret_store)
{
    struct store *store = mem_calloc(1, sizeof *store);
    store->path = mem_strdup(path);
    store->folder = -1;
    store->reserve_bytes = options->reserve_bytes;
    *ret_store = store;
    enum err err = open_folder(path, options, &store->folder);
    if (err == ERR_OK)
        err = db_open(path, store->folder, options->map_size_bytes, access, &store->db);
    if (err == ERR_OK && options->pending_bytes_max > 0)
        db_limit_pending(store->db, options->pending_bytes_max);
    return err;
}

bool store_awaits_upgrade(const char *path, uint64_t reserve_bytes, struct store_older *ret_older)
{
    const struct store_options options = {.reserve_bytes = reserve_bytes, .is_read_only = true};
    struct store *store;
    uint64_t schema = STORE_SCHEMA;
    if (open_file(path, &options, DB_ACCESS_READER, &store) == ERR_OK) {
        struct store_txn *txn = store_begin_read(store);
        if (!db_is_empty(&txn->db))
            (void)read_schema(txn, &schema); /* what cannot be read is not older */
        if (migrate_is_possible(schema))
            *ret_older = (struct store_older){
                .unit = (uint32_t)store_get_meta_u64(txn, STORE_META_UNIT),
                .has_room = migrate_check_room(store) == ERR_OK,
            };
        store_abort(&txn);
    }
    store_close(&store);
    return migrate_is_possible(schema);
}

enum err store_open(const char *path, const struct store_options *options, struct store **ret_store)
{
    struct store *store;
    enum db_access access = options->is_made        ? DB_ACCESS_MADE
                            : options->is_copy      ? DB_ACCESS_COPY
                            : options->is_read_only ? DB_ACCESS_READER
                                                    : DB_ACCESS_OWNER;
    enum err err = open_file(path, options, access, &store);
    if (err == ERR_OK)
        err = make_or_check(store, access, options->unit);
    if (err == ERR_OK && access == DB_ACCESS_OWNER)
        err = sign(store, options);
    if (err != ERR_OK)
        store_close(&store);
    else
        *ret_store = store;
    return err;
}

void store_close(struct store **store)
{
    if (*store == NULL)
        return;
    db_close(&(*store)->db);
    if ((*store)->folder >= 0)
        (void)close((*store)->folder); /* gives the lock back; nothing was written through it */
    buf_fini(&(*store)->record);
    free((*store)->path);
    free(*store);
    *store = NULL;
}

void store_end(struct store **store)
{
    bool is_sound = !store_is_damaged(*store) && !store_is_removed(*store);
    db_close(&(*store)->db);
    if (is_sound)
        seal_leave((*store)->folder);
    store_close(store);
}

/* ---- room ---- */

static bool keeps_reserve(const struct store *store)
{
    return store_free_bytes(store) >= store->reserve_bytes;
}

static bool has_room(const struct store *store)
{
    uint64_t map_reserve_bytes = db_map_bytes(store->db) / MAP_RESERVE_PART;
    if (map_reserve_bytes < MAP_RESERVE_MIN_BYTES)
        map_reserve_bytes = MAP_RESERVE_MIN_BYTES;
    return db_has_room(store->db, map_reserve_bytes) && keeps_reserve(store);
}

bool store_has_room(struct store *store)
{
    if (!store->is_writing)
        return has_room(store);
    if (store->has_room == TOLD_NOTHING)
        store->has_room = has_room(store) ? TOLD_YES : TOLD_NO;
    return store->has_room == TOLD_YES;
}

bool store_is_disk_full(const struct store *store)
{
    return store_free_bytes(store) < DISK_MIN_BYTES;
}

uint64_t store_free_bytes(const struct store *store)
{
    return folder_free_bytes(store->folder);
}

void store_get_room(const struct store *store, struct store_room *ret_room)
{
    *ret_room = (struct store_room){.free_bytes = store_free_bytes(store),
                                    .reserve_bytes = store->reserve_bytes,
                                    .used_bytes = db_used_bytes(store->db),
                                    .live_bytes = db_live_bytes(store->db),
                                    .map_bytes = db_map_bytes(store->db)};
}

void store_set_reserve(struct store *store, uint64_t reserve_bytes)
{
    store->reserve_bytes = reserve_bytes;
}

void store_check_readers(struct store *store)
{
    db_check_readers(store->db);
}

/* ---- transactions ---- */

static struct store_txn *begin(struct store *store, enum db_mode mode)
{
    struct store_txn *txn = mem_alloc(sizeof *txn);
    txn->store = store;
    db_begin(store->db, mode, &txn->db);
    return txn;
}

static void begin_or_end(struct store *store, bool is_writing)
{
    store->is_writing = is_writing;
    store->is_changed = false;
    store->has_room = store->is_removed = TOLD_NOTHING;
}

struct store_txn *store_begin_write(struct store *store)
{
    begin_or_end(store, true);
    return begin(store, DB_WRITE);
}

struct store_txn *store_begin_read(struct store *store)
{
    return begin(store, DB_READ);
}

enum err store_commit(struct store_txn **txn, bool *ret_unknown)
{
    struct store *store = (*txn)->store;
    bool is_changed = (*txn)->db.mode == DB_WRITE && store->is_changed;
    if ((*txn)->db.mode == DB_WRITE)
        begin_or_end(store, false);
    enum err err = db_commit(&(*txn)->db, ret_unknown);
    store->changes += is_changed; /* also where it failed: then nobody knows */
    free(*txn);
    *txn = NULL;
    return err;
}

void store_abort(struct store_txn **txn)
{
    if (*txn == NULL)
        return;
    if ((*txn)->db.mode == DB_WRITE)
        begin_or_end((*txn)->store, false);
    db_abort(&(*txn)->db);
    free(*txn);
    *txn = NULL;
}

uint64_t store_changes(const struct store *store)
{
    return store->changes;
}

bool store_is_changed(const struct store_txn *txn)
{
    return txn->store->is_changed;
}

uint64_t store_pending_bytes(const struct store *store)
{
    return db_pending_bytes(store->db);
}

enum err store_settle(struct store *store, bool *ret_unknown)
{
    *ret_unknown = false;
    if (store_pending_bytes(store) == 0)
        return ERR_OK;
    if (store_is_disk_full(store) || !keeps_reserve(store))
        return ERR_FULL; /* nobody waits for it, and a commit that met no disk would end us */
    struct store_txn *txn = store_begin_write(store);
    (void)db_place(&txn->db); /* errors are sticky */
    return store_commit(&txn, ret_unknown);
}

enum err store_error(const struct store_txn *txn)
{
    return txn->db.error;
}

bool store_is_damaged(const struct store *store)
{
    return db_is_damaged(store->db);
}

bool store_is_removed(struct store *store)
{
    if (!store->is_writing)
        return db_is_removed(store->db);
    if (store->is_removed == TOLD_NOTHING)
        store->is_removed = db_is_removed(store->db) ? TOLD_YES : TOLD_NO;
    return store->is_removed == TOLD_YES;
}

void store_fail(struct store_txn *txn, enum err err)
{
    (void)db_fail(&txn->db, err); /* the caller knows it */
}

/* ---- meta ---- */

enum err store_get_meta(struct store_txn *txn, const char *name, struct span *ret_value)
{
    return txn_get_bytes(txn, DB_META, keys_meta(name), ret_value);
}

enum err store_put_meta(struct store_txn *txn, const char *name, struct span value)
{
    return txn_put_bytes(txn, DB_META, keys_meta(name), value);
}

enum err store_delete_meta(struct store_txn *txn, const char *name)
{
    return txn_delete(txn, DB_META, keys_meta(name));
}

uint64_t store_get_meta_u64(struct store_txn *txn, const char *name)
{
    struct store_key key = keys_meta(name);
    struct span record;
    uint64_t value = 0;
    if (txn_get(txn, DB_META, key, &record) == ERR_OK)
        (void)txn_check(txn, DB_META, keys_span(&key), record_decode_u64(record, &value));
    return value;
}

enum err store_put_meta_u64(struct store_txn *txn, const char *name, uint64_t value)
{
    record_encode_u64(value, txn_record(txn));
    return txn_put_record(txn, DB_META, keys_meta(name));
}

enum err store_check_unit(struct store_txn *txn, uint32_t unit)
{
    uint32_t owner = (uint32_t)store_get_meta_u64(txn, STORE_META_UNIT);
    if (store_error(txn) != ERR_OK || owner == 0 || owner == unit)
        return store_error(txn);
    log_event(LOG_EVENT_STORE_FOREIGN, LOG_FIELDS(.unit = owner),
              "the state folder belongs to unit %" PRIu32 ", the configuration says unit "
              "%" PRIu32 ": correct 'unit', or give this node a state_dir of its own",
              owner, unit);
    return db_fail(&txn->db, ERR_FOREIGN);
}
