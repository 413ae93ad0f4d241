/* Writing an export: one walk over the store, inside one read transaction, so that what a daemon
 * does meanwhile is not in it. */
#include "export/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "export/editions.h"
#include "export/head.h"
#include "export/line.h"
#include "export/notices.h"
#include "store/backup.h"
#include "wire/wire.h"

enum { BLOCK_BYTES = 1 << 20, KEY_TEXT_BYTES = 80 };

struct export
{
    struct store *store;
    struct store_txn *txn;
    struct arena *arena;         /* of the filing in hand */
    struct catalogue *catalogue; /* NULL: none */
    int fd;
    const char *path;
    struct buf pending; /* not written yet */
    struct digest_stream *digest;
    uint64_t line_count;
    struct export_counts counts;
};

/* ---- lines ---- */

static enum err flush(struct export *export)
{
    const uint8_t *at = export->pending.data;
    size_t left = export->pending.len;
    if (backup_crowds_out(export->fd, export->store, left))
        return ERR_FULL;
    while (left > 0) {
        ssize_t written = write(export->fd, at, left);
        if (written < 0 && errno != EINTR) {
            bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
            log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = is_full ? ERR_FULL : ERR_IO),
                      "cannot write %s: %s%s", export->path, strerror(errno),
                      is_full ? ": make room there" : "");
            return is_full ? ERR_FULL : ERR_IO;
        }
        if (written > 0) {
            at += written;
            left -= (size_t)written;
        }
    }
    buf_clear(&export->pending);
    return ERR_OK;
}

/* Takes `line`; NULL is a text that is none. */
static enum err put(struct export *export, json_t *line)
{
    size_t before = export->pending.len;
    bool is_written = line != NULL && line_write(line, &export->pending);
    json_decref(line);
    if (!is_written) {
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
                  "line %" PRIu64 " of the export would hold a text that is not UTF-8: run "
                  "'tonghop verify'",
                  export->line_count + 1);
        return ERR_CORRUPT;
    }
    size_t len = export->pending.len - before;
    if (len > LINE_SIZE_MAX) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_TOO_LARGE),
                  "line %" PRIu64 " of the export would have %zu bytes, more than %d",
                  export->line_count + 1, len, LINE_SIZE_MAX);
        return ERR_TOO_LARGE;
    }
    digest_stream_put(export->digest, (struct span){export->pending.data + before, len});
    export->line_count++;
    return export->pending.len >= BLOCK_BYTES ? flush(export) : ERR_OK;
}

/* ---- head and catalogue ---- */

static enum err put_head(struct export *export, const char *software,
                         const struct catalogue_meta *meta)
{
    struct line_export head = {
        .unit = (uint32_t)store_get_meta_u64(export->txn, STORE_META_UNIT),
        .schema = STORE_SCHEMA,
        .catalogue = meta->number,
        .chunk_count = meta->chunk_count,
        .quarantine_number = store_last_quarantine(export->txn),
        .format = LINE_FORMAT,
    };
    (void)snprintf(head.software, sizeof(head.software), "%s", software);
    enum err err = store_error(export->txn);
    return err == ERR_OK ? put(export, line_of_export(&head)) : err;
}

static enum err open_catalogue(struct export *export, struct span bytes)
{
    struct problems problems = {0};
    enum err err = wire_open_catalogue(bytes, &export->catalogue, &problems);
    if (err != ERR_OK)
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
                  "the catalogue in force does not load (%s): restore a backup", err_name(err));
    problems_fini(&problems);
    return err == ERR_OK ? ERR_OK : ERR_CORRUPT;
}

static enum err put_rows(struct export *export, const struct catalogue_meta *meta)
{
    const struct line_catalogue of = {
        .catalogue = export->catalogue, .hash = meta->hash, .size_bytes = meta->size_bytes};
    size_t count = line_catalogue_rows(export->catalogue);
    enum err err = ERR_OK;
    for (size_t row = 0; row < count && err == ERR_OK; row++)
        err = put(export, line_of_catalogue_row(&of, row));
    return err;
}

/* The one in force: its bytes, then what they say. One that is on its way is fetched again. */
static enum err put_catalogue(struct export *export, const struct catalogue_meta *meta)
{
    struct buf bytes = {0};
    enum err err = ERR_OK;
    if (meta->number == 0)
        return ERR_OK;
    for (uint32_t i = 0; i < meta->chunk_count && err == ERR_OK; i++) {
        struct span chunk;
        err = store_get_chunk(export->txn, meta->number, i, &chunk);
        if (err == ERR_OK) {
            buf_put(&bytes, chunk.data, chunk.len);
            err = put(export, line_of_chunk(i, chunk));
        }
    }
    if (err == ERR_OK)
        err = open_catalogue(export, span_of(&bytes));
    buf_fini(&bytes);
    return err == ERR_OK ? put_rows(export, meta) : err;
}

static enum err put_head_and_catalogue(struct export *export, const char *software)
{
    struct catalogue_meta meta = {0};
    uint32_t number = (uint32_t)store_get_meta_u64(export->txn, "catalogue");
    enum err err = store_error(export->txn);
    if (err == ERR_OK && number != 0)
        err = store_get_catalogue(export->txn, number, &meta);
    if (err == ERR_OK)
        err = put_head(export, software, &meta);
    export->counts.catalogue = number;
    return err == ERR_OK ? put_catalogue(export, &meta) : err;
}

/* ---- keys and quarantine ---- */

static enum err put_keys(struct export *export)
{
    struct enrolled enrolled = {0};
    enum err err = ERR_OK;
    while (err == ERR_OK && store_next_enrolled(export->txn, &enrolled)) {
        export->counts.keys++;
        err = put(export, line_of_key(&enrolled));
    }
    return err == ERR_OK ? store_error(export->txn) : err;
}

static enum err put_quarantine(struct export *export)
{
    struct quarantined item = {0};
    enum err err = ERR_OK;
    while (err == ERR_OK && store_next_quarantine(export->txn, &item)) {
        export->counts.quarantined++;
        err = put(export, line_of_quarantined(&item));
    }
    return err == ERR_OK ? store_error(export->txn) : err;
}

/* ---- reports ---- */

static enum err say_damaged(const struct report_key *key, const char *damage)
{
    char period[PERIOD_TEXT_SIZE];
    log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.report = key, .error = ERR_CORRUPT),
              "the %s report %s of unit id:%" PRIu32 ", form %" PRIu32
              ": %s: run 'tonghop verify', and restore a backup",
              key->kind == KIND_PLAN ? "plan" : "actual", period_format(key->period, period),
              key->unit, key->form, damage);
    return ERR_CORRUPT;
}

static enum err put_revision(struct export *export, struct head_made *made, uint64_t number)
{
    const struct report_key *key = &made->report.key;
    struct revision held;
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE] = "";
    enum err err = store_get_revision(export->txn, key, number, &held);
    if (err != ERR_OK)
        return err;
    arena_reset(export->arena);
    if (wire_open_filing(held.filing, export->arena, &filing, &report, reason, sizeof(reason)) !=
        ERR_OK)
        return say_damaged(key, reason);
    if (report_key_equal(&report.key, key)) {
        const struct line_revision line = {
            .held = &held, .report = &report, .counts = number == made->report.counting};
        head_take(made, &held, &report, filing.content);
        err = put(export, line_of_revision(export->catalogue, &line));
        export->counts.revisions++;
    } else {
        err = say_damaged(key, "it holds the filing of another report");
    }
    report_fini(&report);
    return err;
}

/* The numbers of all revisions that are held, from the first. */
struct numbers {
    uint64_t *items;
    size_t count, capacity;
};

static void find_numbers(struct store_txn *txn, const struct report_key *key, struct numbers *ret)
{
    uint64_t number = UINT64_MAX;
    struct revision revision;
    while (store_previous_revision(txn, key, &number, &revision) == ERR_OK) {
        ret->items = mem_grow(ret->items, ret->count, &ret->capacity, sizeof(*ret->items));
        ret->items[ret->count++] = number;
    }
    for (size_t i = 0; i < ret->count / 2; i++) {
        uint64_t swapped = ret->items[i];
        ret->items[i] = ret->items[ret->count - 1 - i];
        ret->items[ret->count - 1 - i] = swapped;
    }
}

static enum err put_report(struct export *export, const struct report_key *key,
                           const struct head *head)
{
    struct numbers numbers = {0};
    struct head_made made;
    find_numbers(export->txn, key, &numbers);
    const struct line_report report = {
        .key = *key,
        .revision_count = numbers.count,
        .latest = head->revision,
        .accepted = head->accepted,
        .counting = head->counting,
    };
    enum err err = store_error(export->txn);
    head_begin(&made, &report);
    if (err == ERR_OK)
        err = put(export, line_of_report(export->catalogue, &report));
    for (size_t i = 0; i < numbers.count && err == ERR_OK; i++)
        err = put_revision(export, &made, numbers.items[i]);
    free(numbers.items);
    if (err != ERR_OK)
        return err;
    const char *damage = head_end(&made);
    if (damage == NULL && !head_agrees(&made, head))
        damage = "what is known of it at a glance is not what its revisions say";
    return damage == NULL ? ERR_OK : say_damaged(key, damage);
}

static enum err put_reports(struct export *export)
{
    struct report_key key = {0};
    struct head head;
    enum err err = ERR_OK;
    while (err == ERR_OK && store_next_head(export->txn, &key, &head)) {
        export->counts.reports++;
        err = put_report(export, &key, &head);
    }
    return err == ERR_OK ? store_error(export->txn) : err;
}

/* ---- editions ---- */

static enum err put_kept(struct export *export, uint32_t number)
{
    struct catalogue_meta meta;
    enum err err = store_get_catalogue(export->txn, number, &meta);
    for (uint32_t i = 0; err == ERR_OK && i < meta.chunk_count; i++) {
        struct span chunk;
        err = store_get_chunk(export->txn, number, i, &chunk);
        if (err == ERR_OK)
            err = put(export, line_of_kept(&meta, i, chunk));
    }
    return err;
}

static enum err put_kept_catalogues(struct export *export)
{
    size_t count;
    uint32_t *numbers = editions_catalogues(export->txn, export->counts.catalogue, &count);
    enum err err = store_error(export->txn);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = put_kept(export, numbers[i]);
    free(numbers);
    return err;
}

static enum err put_editions(struct export *export)
{
    struct edition_key key = {0};
    struct span bytes;
    enum err err = put_kept_catalogues(export);
    while (err == ERR_OK && store_next_edition(export->txn, &key, &bytes)) {
        struct edition edition = {
            .kind = key.kind, .period = key.period, .unit = key.unit, .number = key.number};
        err = edition_decode(bytes, &edition);
        if (err == ERR_OK)
            err = put(export, line_of_edition(export->catalogue, &edition, bytes));
        else
            log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = ERR_CORRUPT),
                      "edition %" PRIu32 " of unit id:%" PRIu32
                      " does not read: run 'tonghop verify', and restore a backup",
                      key.number, key.unit);
        edition_fini(&edition);
    }
    return err == ERR_OK ? store_error(export->txn) : err;
}

/* ---- notices ---- */

static enum err put_notices(struct export *export)
{
    struct notice_key key = {0};
    struct span bytes;
    char reason[WIRE_REASON_SIZE] = "";
    enum err err = ERR_OK;
    while (err == ERR_OK && store_next_notice(export->txn, &key, &bytes)) {
        Tonghop__Notice *notice;
        struct notice_key said;
        arena_reset(export->arena);
        err = wire_open_notice(bytes, export->arena, &notice, reason, sizeof(reason));
        if (err == ERR_OK)
            wire_notice_key(notice, &said);
        if (err == ERR_OK && notice_key_equal(&said, &key))
            err = put(export, line_of_notice(export->catalogue, notice, bytes));
        else
            err = say_damaged(&key.report, "a notice about it does not read");
    }
    return err == ERR_OK ? store_error(export->txn) : err;
}

/* ---- all of it ---- */

static enum err put_end(struct export *export)
{
    struct line_end end = {
        .line_count = export->line_count,
        .key_count = export->counts.keys,
        .report_count = export->counts.reports,
        .revision_count = export->counts.revisions,
        .quarantined_count = export->counts.quarantined,
    };
    digest_stream_get(export->digest, end.digest);
    enum err err = put(export, line_of_end(&end));
    return err == ERR_OK ? flush(export) : err;
}

enum err export_write(struct store *store, const char *software, int fd, const char *path,
                      struct export_counts *ret_counts)
{
    struct export export = {
        .store = store,
        .txn = store_begin_read(store),
        .arena = arena_new(WIRE_FILING_ARENA_MAX),
        .fd = fd,
        .path = path,
        .digest = digest_stream_new(),
    };
    line_prepare();
    enum err err = put_head_and_catalogue(&export, software);
    if (err == ERR_OK)
        err = put_keys(&export);
    if (err == ERR_OK)
        err = put_reports(&export);
    if (err == ERR_OK)
        err = put_editions(&export);
    if (err == ERR_OK)
        err = put_notices(&export);
    if (err == ERR_OK)
        err = put_quarantine(&export);
    if (err == ERR_OK)
        err = put_end(&export);
    store_abort(&export.txn);
    catalogue_free(&export.catalogue);
    arena_free(&export.arena);
    buf_fini(&export.pending);
    digest_stream_free(&export.digest);
    if (err == ERR_OK)
        *ret_counts = export.counts;
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err; /* what one entry names, another has */
}
