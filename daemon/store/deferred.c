/* Between the door (db.h) and LMDB (raw.h): changes wait before they are put into their tables.
 *
 *     commit:  the transaction's changes, one behind the other --> table "pending"
 *     place:   all that waits, in the order of tables and keys --> its tables; "pending" is emptied
 *     read:    what waits, and where nothing does the table
 *
 * Why: a report changes some records in each of a dozen tables and places. A page that is changed
 * costs a commit the same for one record in it as for fifty, so a batch of reports from anywhere
 * dirties hundreds. One behind the other they fill a few, and what was changed again meanwhile is
 * placed once. Both are LMDB's own transactions, so there is no recovery but reading "pending" when
 * a store is opened: that is what every reader does.
 *
 * What waits is in memory too, in one map that is as of the last commit (and of the transaction
 * that writes). A read transaction that began before that commit, or in a process that does not
 * write, reads "pending" as its own snapshot has it. */
#include "store/deferred.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "store/keys.h"
#include "store/pending.h"
#include "store/raw.h"

enum { PART_BYTES = 2000 }; /* two fill a page; LMDB gives larger ones pages of their own */

enum { CHANGE_DELETE = 0, CHANGE_PUT = 1 };

struct deferred {
    struct pending *map;
    struct deferred_amount bound;
    bool is_loaded; /* else nothing waits, and nothing may */
    bool is_reader;
    uint64_t generation; /* another one whenever the map becomes that of another commit */
    uint64_t snapshot;   /* of a reader: which one */
};

struct deferred *deferred_new(const struct deferred_amount *bound, bool is_reader)
{
    struct deferred *deferred = mem_calloc(1, sizeof *deferred);
    deferred->map = pending_new();
    deferred->bound = *bound;
    deferred->is_reader = is_reader;
    return deferred;
}

void deferred_free(struct deferred **deferred)
{
    if (*deferred == NULL)
        return;
    pending_free(&(*deferred)->map);
    free(*deferred);
    *deferred = NULL;
}

void deferred_limit(struct deferred *deferred, uint64_t bytes)
{
    if (bytes < deferred->bound.bytes)
        deferred->bound.bytes = bytes;
}

struct deferred_amount deferred_amount(const struct deferred *deferred)
{
    struct pending_weight weight = pending_weight(deferred->map, PENDING_BEFORE);
    return (struct deferred_amount){.changes = weight.changes, .bytes = weight.bytes};
}

/* ---- the table "pending" ---- */

/* Cuts what it is given into parts. */
struct writer {
    struct db_txn *txn;
    uint64_t number; /* of the last part */
    uint8_t part[PART_BYTES];
    size_t len;
};

/* Errors are sticky. */
static void end_part(struct writer *writer)
{
    struct store_key key = keys_change(++writer->number);
    (void)raw_append(writer->txn, DB_PENDING, keys_span(&key),
                     (struct span){writer->part, writer->len});
    writer->len = 0;
}

static void write_bytes(struct writer *writer, struct span bytes)
{
    while (bytes.len > 0) {
        size_t left = PART_BYTES - writer->len, taken = bytes.len < left ? bytes.len : left;
        memcpy(writer->part + writer->len, bytes.data, taken);
        writer->len += taken;
        bytes = (struct span){bytes.data + taken, bytes.len - taken};
        if (writer->len == PART_BYTES)
            end_part(writer);
    }
}

static void write_change(struct writer *writer, const struct pending_entry *entry,
                         struct buf *scratch)
{
    const struct pending_version *now = entry->now;
    buf_clear(scratch);
    buf_put_u8(scratch, entry->table);
    buf_put_varint(scratch, entry->key_len);
    buf_put(scratch, entry->key, entry->key_len);
    buf_put_u8(scratch, now->state == PENDING_PUT ? CHANGE_PUT : CHANGE_DELETE);
    if (now->state == PENDING_PUT)
        buf_put_varint(scratch, now->len);
    write_bytes(writer, span_of(scratch));
    write_bytes(writer, pending_value(now)); /* of what was deleted it is empty */
}

void deferred_write(struct db_txn *txn)
{
    const struct deferred *deferred = raw_deferred(txn->db);
    size_t count = pending_touched_count(deferred->map);
    if (txn->mode == DB_READ || txn->is_direct || txn->error != ERR_OK || count == 0)
        return;
    struct writer writer = {.txn = txn};
    struct buf scratch = {0};
    struct span last;
    if (raw_last(txn, DB_PENDING, &last) == ERR_OK && !keys_parse_change(last, &writer.number)) {
        db_note_damage(txn, DB_PENDING, last, "has a key that is none");
        (void)db_fail(txn, ERR_CORRUPT);
    }
    for (size_t i = 0; i < count; i++)
        write_change(&writer, pending_touched(deferred->map, i), &scratch);
    if (writer.len > 0)
        end_part(&writer);
    buf_fini(&scratch);
}

enum decoded { DECODED, CUT_OFF, WRONG };

static enum decoded decode_change(struct reader *r, struct pending *map)
{
    uint8_t table = reader_u8(r);
    struct span key = reader_bytes(r, reader_varint(r)), value = {0};
    uint8_t what = reader_u8(r);
    if (what == CHANGE_PUT)
        value = reader_bytes(r, reader_varint(r));
    if (r->failed)
        return CUT_OFF;
    if (table >= DB_PENDING || what > CHANGE_PUT || key.len == 0 || key.len > DB_KEY_MAX)
        return WRONG;
    if (what == CHANGE_PUT)
        pending_put(map, (enum db_table)table, key, value);
    else
        pending_delete(map, (enum db_table)table, key);
    pending_keep(map); /* each by itself: it weighs what it did when it was made */
    return DECODED;
}

/* Takes the changes that are whole out of `stream`. */
static bool decode_changes(struct buf *stream, struct pending *map)
{
    struct reader r = reader_of(span_of(stream));
    const uint8_t *rest = r.at;
    enum decoded decoded = DECODED;
    while (reader_left(&r) > 0 && (decoded = decode_change(&r, map)) == DECODED)
        rest = r.at;
    size_t taken = (size_t)(rest - stream->data);
    stream->len -= taken;
    if (taken > 0)
        memmove(stream->data, rest, stream->len);
    return decoded != WRONG;
}

/* Into an empty map. */
static enum err load(struct db_txn *txn, struct pending *map)
{
    struct buf stream = {0};
    struct store_key at = keys_change(0); /* the first is 1 */
    struct span key, part;
    uint64_t number = 0;
    bool is_good = true;
    while (is_good && raw_next(txn, DB_PENDING, keys_span(&at), &key, &part) == ERR_OK) {
        buf_put(&stream, part.data, part.len);
        is_good = keys_parse_change(key, &number) && decode_changes(&stream, map);
        at = keys_change(number);
    }
    if (!is_good || (stream.len > 0 && txn->error == ERR_OK)) {
        db_note_damage(txn, DB_PENDING, keys_span(&at), "cannot be decoded, or one before it");
        (void)db_fail(txn, ERR_CORRUPT);
    }
    buf_fini(&stream);
    return txn->error;
}

/* ---- transactions ---- */

static enum err load_shared(struct db_txn *txn)
{
    struct deferred *deferred = raw_deferred(txn->db);
    pending_clear(deferred->map);
    deferred->generation++;
    deferred->snapshot = raw_snapshot(txn);
    enum err err = load(txn, deferred->map);
    if (err != ERR_OK)
        deferred->snapshot = 0; /* no commit's: it is read again */
    return err;
}

enum err db_load_pending(struct db_txn *txn)
{
    struct deferred *deferred = raw_deferred(txn->db);
    if (txn->error != ERR_OK || deferred->is_loaded)
        return txn->error;
    deferred->is_loaded = load_shared(txn) == ERR_OK;
    txn->generation = deferred->generation;
    return txn->error;
}

void deferred_begin(struct db_txn *txn)
{
    struct deferred *deferred = raw_deferred(txn->db);
    if (deferred->is_loaded && deferred->is_reader && raw_snapshot(txn) != deferred->snapshot)
        (void)load_shared(txn); /* the error is sticky */
    txn->generation = deferred->generation;
    txn->is_direct = !deferred->is_loaded;
}

void deferred_end(struct db_txn *txn, bool is_committed)
{
    struct deferred *deferred = raw_deferred(txn->db);
    pending_free(&txn->own);
    if (txn->mode == DB_READ)
        return;
    if (!is_committed) {
        pending_undo(deferred->map);
        return;
    }
    if (txn->is_direct || pending_touched_count(deferred->map) > 0)
        deferred->generation++;
    if (txn->is_direct)
        pending_clear(deferred->map);
    else
        pending_keep(deferred->map);
}

/* What waits, as the transaction has to see it; NULL: nothing does. */
static struct pending *map_of(struct db_txn *txn)
{
    struct deferred *deferred = raw_deferred(txn->db);
    if (!deferred->is_loaded || txn->error != ERR_OK || (txn->mode == DB_WRITE && txn->is_direct))
        return NULL;
    if (txn->generation == deferred->generation)
        return deferred->map;
    if (txn->own == NULL) {
        txn->own = pending_new();
        if (load(txn, txn->own) != ERR_OK)
            return NULL; /* the error is sticky: nothing is answered from it */
    }
    return txn->own;
}

static enum pending_view view_of(const struct db_txn *txn)
{
    return txn->mode == DB_WRITE ? PENDING_NOW : PENDING_BEFORE;
}

/* ---- placing ---- */

/* In the order of keys: what comes behind all that a table holds fills its pages. */
static void place_table(struct db_txn *txn, struct pending *map, enum db_table table)
{
    size_t count;
    struct pending_entry *const *row = pending_row(map, table, &count);
    struct span last = {0};
    struct buf copy = {0};
    if (count == 0)
        return;
    if (raw_last(txn, table, &last) == ERR_OK)
        buf_put(&copy, last.data, last.len); /* it lies in a page that changes */
    for (size_t i = 0; i < count; i++) {
        const struct pending_entry *entry = row[i];
        struct span key = pending_key(entry), value = pending_value(entry->now);
        if (entry->now->state == PENDING_DELETED)
            (void)raw_delete(txn, table, key); /* errors are sticky */
        else if (pending_compare(key, span_of(&copy)) > 0)
            (void)raw_append(txn, table, key, value);
        else
            (void)raw_put(txn, table, key, value);
    }
    buf_fini(&copy);
}

enum err db_place(struct db_txn *txn)
{
    struct pending *map = map_of(txn);
    if (map == NULL || txn->mode == DB_READ)
        return txn->error;
    for (int table = 0; table < DB_PENDING; table++)
        place_table(txn, map, (enum db_table)table);
    txn->is_direct = true;
    return raw_clear(txn, DB_PENDING);
}

/* The map to change; NULL: LMDB's tables are to be changed. */
static struct pending *map_to_change(struct db_txn *txn)
{
    if (txn->mode == DB_WRITE && !txn->is_direct && txn->error == ERR_OK &&
        pending_touched_count(raw_deferred(txn->db)->map) == 0 && !raw_has_room_to_wait(txn->db))
        (void)db_place(txn); /* the error is sticky */
    return txn->mode == DB_WRITE ? map_of(txn) : NULL;
}

static enum err keep_bound(struct db_txn *txn, const struct pending *map)
{
    const struct deferred *deferred = raw_deferred(txn->db);
    struct pending_weight weight = pending_weight(map, PENDING_NOW);
    bool is_too_much =
        weight.changes > deferred->bound.changes || weight.bytes > deferred->bound.bytes;
    return is_too_much ? db_place(txn) : ERR_OK;
}

/* ---- changes ---- */

/* `raw` does it in LMDB's table, where nothing is to wait. */
static enum err put_with(struct db_txn *txn, enum db_table table, struct span key,
                         struct span value,
                         enum err (*raw)(struct db_txn *, enum db_table, struct span, struct span))
{
    struct pending *map = map_to_change(txn);
    if (map == NULL)
        return raw(txn, table, key, value);
    pending_put(map, table, key, value);
    return keep_bound(txn, map);
}

enum err db_put(struct db_txn *txn, enum db_table table, struct span key, struct span value)
{
    return put_with(txn, table, key, value, raw_put);
}

enum err db_append(struct db_txn *txn, enum db_table table, struct span key, struct span value)
{
    return put_with(txn, table, key, value, raw_append);
}

enum err db_delete(struct db_txn *txn, enum db_table table, struct span key)
{
    struct pending *map = map_to_change(txn);
    if (map == NULL)
        return raw_delete(txn, table, key);
    const struct pending_entry *entry = pending_find(map, table, key);
    bool is_there = entry != NULL ? entry->now->state == PENDING_PUT : raw_has(txn, table, key);
    if (!is_there)
        return txn->error;
    pending_delete(map, table, key);
    return keep_bound(txn, map);
}

/* All that waits is placed first: what is in the table is then all there is. */
enum err db_clear(struct db_txn *txn, enum db_table table)
{
    enum err err = db_place(txn);
    return err == ERR_OK ? raw_clear(txn, table) : err;
}

/* ---- reads ---- */

enum err db_get(struct db_txn *txn, enum db_table table, struct span key, struct span *ret_value)
{
    const struct pending *map = map_of(txn);
    const struct pending_entry *entry = map != NULL ? pending_find(map, table, key) : NULL;
    if (entry != NULL) {
        const struct pending_version *version = pending_version(entry, view_of(txn));
        switch (version->state) {
        case PENDING_NONE:
            break;
        case PENDING_PUT:
            *ret_value = pending_value(version);
            return ERR_OK;
        case PENDING_DELETED:
            return ERR_NOT_FOUND;
        }
    }
    return raw_get(txn, table, key, ret_value);
}

static bool is_beneath(struct db_txn *txn, struct pending_entry *entry)
{
    if (entry->beneath != PENDING_UNKNOWN)
        return entry->beneath == PENDING_THERE;
    bool is_there = raw_has(txn, (enum db_table)entry->table, pending_key(entry));
    if (txn->error == ERR_OK) /* else nobody knows */
        entry->beneath = is_there ? PENDING_THERE : PENDING_NOT_THERE;
    return is_there;
}

uint64_t db_count(struct db_txn *txn, enum db_table table)
{
    struct pending *map = map_of(txn);
    uint64_t count = raw_count(txn, table);
    size_t waiting = 0;
    struct pending_entry *const *row = map != NULL ? pending_row(map, table, &waiting) : NULL;
    for (size_t i = 0; i < waiting; i++) {
        enum pending_state state = pending_version(row[i], view_of(txn))->state;
        if (state == PENDING_PUT && !is_beneath(txn, row[i]))
            count++;
        else if (state == PENDING_DELETED && is_beneath(txn, row[i]))
            count--;
    }
    return txn->error == ERR_OK ? count : 0;
}

/* ---- walks: what waits and what a table has, merged ---- */

struct direction {
    struct pending_entry *(*seek)(struct pending *, enum db_table, struct span);
    enum err (*walk)(struct db_txn *, enum db_table, struct span, struct span *, struct span *);
    int sign;
};

static const struct direction up = {pending_after, raw_next, 1};
static const struct direction down = {pending_below, raw_previous, -1};

/* From `entry` on, the first that is there for the transaction, be it as deleted. */
static const struct pending_entry *skip_unseen(const struct db_txn *txn, struct pending *map,
                                               const struct direction *direction,
                                               const struct pending_entry *entry)
{
    while (entry != NULL && pending_version(entry, view_of(txn))->state == PENDING_NONE)
        entry = direction->seek(map, (enum db_table)entry->table, pending_key(entry));
    return entry;
}

static enum err walk(struct db_txn *txn, const struct direction *direction, enum db_table table,
                     struct span from, struct span *ret_key, struct span *ret_value)
{
    struct pending *map = map_of(txn);
    if (map == NULL)
        return direction->walk(txn, table, from, ret_key, ret_value);
    const struct pending_entry *entry = direction->seek(map, table, from);
    struct span key = {0}, value = {0};
    enum err err = direction->walk(txn, table, from, &key, &value);
    while ((entry = skip_unseen(txn, map, direction, entry)) != NULL &&
           (err == ERR_OK || err == ERR_NOT_FOUND)) {
        const struct pending_version *version = pending_version(entry, view_of(txn));
        int order = err == ERR_OK ? direction->sign * pending_compare(pending_key(entry), key) : -1;
        if (order > 0)
            break;
        if (version->state == PENDING_PUT) {
            *ret_key = pending_key(entry);
            *ret_value = pending_value(version);
            return ERR_OK;
        }
        if (order == 0) /* what was deleted hides what the table has */
            err = direction->walk(txn, table, key, &key, &value);
        entry = direction->seek(map, table, pending_key(entry));
    }
    if (err == ERR_OK) {
        *ret_key = key;
        *ret_value = value;
    }
    return err;
}

enum err db_next(struct db_txn *txn, enum db_table table, struct span after, struct span *ret_key,
                 struct span *ret_value)
{
    return walk(txn, &up, table, after, ret_key, ret_value);
}

enum err db_previous(struct db_txn *txn, enum db_table table, struct span before,
                     struct span *ret_key, struct span *ret_value)
{
    return walk(txn, &down, table, before, ret_key, ret_value);
}
