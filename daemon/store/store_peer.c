/* What concerns other nodes and persons: alarms, quarantine, enrolled keys. */
#include "store/store.h"

#include <string.h>

#include "core/utf8.h"
#include "store/txn.h"

enum { QUARANTINE_BYTES_MAX = 64 * 1024, QUARANTINE_COMPARED = 64 };

/* Of the last quarantined message: a number that was shown to a person names no other message. */
static const char number_name[] = "quarantine.number";
/* How many are kept: to count them, all would have to be read. */
static const char kept_name[] = "quarantine.kept";

/* ---- alarms ---- */

enum err store_put_alarm(struct store_txn *txn, const struct alarm *alarm)
{
    struct alarm kept = *alarm;
    utf8_cut(kept.text); /* whoever wrote it may have cut it */
    record_encode_alarm(&kept, txn_record(txn));
    return txn_put_record(txn, DB_ALARM, keys_alarm(kept.kind, kept.year, kept.unit));
}

enum err store_delete_alarm(struct store_txn *txn, uint8_t kind, uint16_t year, uint32_t unit)
{
    return txn_delete(txn, DB_ALARM, keys_alarm(kind, year, unit));
}

bool store_next_alarm(struct store_txn *txn, struct alarm *cursor)
{
    struct span key, record;
    struct alarm found = {0};
    struct store_key after = keys_alarm(cursor->kind, cursor->year, cursor->unit);
    if (!txn_next(txn, DB_ALARM, after, &key, &record))
        return false;
    bool is_decoded = keys_parse_alarm(key, &found.kind, &found.year, &found.unit) &&
                      record_decode_alarm(record, &found);
    if (txn_check(txn, DB_ALARM, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}

enum err store_clear_alarms(struct store_txn *txn)
{
    return txn_clear(txn, DB_ALARM);
}

uint64_t store_count_alarms(struct store_txn *txn)
{
    return db_count(&txn->db, DB_ALARM);
}

/* ---- quarantine ---- */

static bool decode_quarantined(struct store_txn *txn, struct span key, struct span record,
                               struct quarantined *ret_item)
{
    struct quarantined found = {0};
    bool is_decoded = keys_parse_quarantine(key, &found.is_kept, &found.number) &&
                      record_decode_quarantined(record, &found);
    if (txn_check(txn, DB_QUARANTINE, key, is_decoded) != ERR_OK)
        return false;
    *ret_item = found;
    return true;
}

/* Whether one of the newest says the same: a peer that sends a message again and again must not
 * push out what others sent. */
static bool is_repeated(struct store_txn *txn, const struct quarantined *item)
{
    struct quarantined held = {.is_kept = item->is_kept, .number = UINT64_MAX};
    for (int i = 0; i < QUARANTINE_COMPARED; i++) {
        struct store_key before = keys_quarantine(held.is_kept, held.number);
        struct span key, record;
        if (db_previous(&txn->db, DB_QUARANTINE, keys_span(&before), &key, &record) != ERR_OK ||
            !decode_quarantined(txn, key, record, &held) || held.is_kept != item->is_kept)
            return false;
        if (memcmp(held.peer, item->peer, sizeof held.peer) == 0 &&
            strcmp(held.reason, item->reason) == 0 && span_equal(held.bytes, item->bytes))
            return true;
    }
    return false;
}

bool store_has_room_aside(struct store_txn *txn)
{
    return store_get_meta_u64(txn, kept_name) < STORE_ASIDE_MAX;
}

/* Of those that are not kept, if they are as many as may be. */
static void make_room(struct store_txn *txn)
{
    struct span key, record;
    uint64_t number;
    bool is_kept;
    if (store_count_quarantine(txn) - store_get_meta_u64(txn, kept_name) < STORE_QUARANTINE_MAX ||
        !txn_next(txn, DB_QUARANTINE, keys_quarantine(false, 0), &key, &record))
        return;
    if (txn_check(txn, DB_QUARANTINE, key, keys_parse_quarantine(key, &is_kept, &number)) == ERR_OK)
        (void)txn_delete(txn, DB_QUARANTINE, keys_quarantine(is_kept, number)); /* sticky */
}

enum err store_put_quarantine(struct store_txn *txn, const struct quarantined *item)
{
    struct quarantined kept = *item;
    if (!kept.is_kept && kept.bytes.len > QUARANTINE_BYTES_MAX)
        kept.bytes.len = QUARANTINE_BYTES_MAX;
    utf8_cut(kept.reason); /* whoever wrote it may have cut it */
    if (is_repeated(txn, &kept))
        return ERR_OK;
    uint64_t number = store_get_meta_u64(txn, number_name) + 1;
    record_encode_quarantined(&kept, txn_record(txn)); /* before any put: it may lie in a page */
    if (!kept.is_kept)
        make_room(txn);
    (void)txn_put_record(txn, DB_QUARANTINE, keys_quarantine(kept.is_kept, number));
    if (kept.is_kept) /* errors are sticky */
        (void)store_put_meta_u64(txn, kept_name, store_get_meta_u64(txn, kept_name) + 1);
    return store_put_meta_u64(txn, number_name, number);
}

uint64_t store_last_quarantine(struct store_txn *txn)
{
    return store_get_meta_u64(txn, number_name);
}

enum err store_begin_quarantine(struct store_txn *txn, uint64_t last_number)
{
    return last_number > 0 ? store_put_meta_u64(txn, number_name, last_number) : store_error(txn);
}

enum err store_put_back_quarantine(struct store_txn *txn, const struct quarantined *item)
{
    struct store_key after = keys_quarantine(item->is_kept, item->number - 1);
    struct store_key other = keys_quarantine(!item->is_kept, item->number);
    struct span key, record;
    uint64_t kept_count = store_get_meta_u64(txn, kept_name), number;
    uint64_t count = store_count_quarantine(txn) - kept_count;
    bool is_kept;
    if (item->is_kept ? kept_count >= STORE_ASIDE_MAX : count >= STORE_QUARANTINE_MAX)
        return db_fail(&txn->db, ERR_TOO_LARGE);
    bool is_taken = txn_get(txn, DB_QUARANTINE, other, &record) == ERR_OK ||
                    (txn_next(txn, DB_QUARANTINE, after, &key, &record) &&
                     keys_parse_quarantine(key, &is_kept, &number) && is_kept == item->is_kept);
    if (item->number == 0 || item->number > store_last_quarantine(txn) || is_taken)
        return db_fail(&txn->db, ERR_EXISTS);
    record_encode_quarantined(item, txn_record(txn));
    (void)txn_put_record(txn, DB_QUARANTINE, keys_quarantine(item->is_kept, item->number));
    if (!item->is_kept) /* errors are sticky */
        return store_error(txn);
    return store_put_meta_u64(txn, kept_name, kept_count + 1);
}

bool store_next_quarantine(struct store_txn *txn, struct quarantined *cursor)
{
    struct span key, record;
    return txn_next(txn, DB_QUARANTINE, keys_quarantine(cursor->is_kept, cursor->number), &key,
                    &record) &&
           decode_quarantined(txn, key, record, cursor);
}

enum err store_delete_quarantine(struct store_txn *txn, uint64_t number)
{
    struct span record;
    if (txn_get(txn, DB_QUARANTINE, keys_quarantine(true, number), &record) != ERR_OK)
        return txn_delete(txn, DB_QUARANTINE, keys_quarantine(false, number));
    (void)txn_delete(txn, DB_QUARANTINE, keys_quarantine(true, number)); /* errors are sticky */
    return store_put_meta_u64(txn, kept_name, store_get_meta_u64(txn, kept_name) - 1);
}

uint64_t store_count_quarantine(struct store_txn *txn)
{
    return db_count(&txn->db, DB_QUARANTINE);
}

/* ---- enrolled keys ---- */

enum err store_put_enrolled(struct store_txn *txn, const struct enrolled *enrolled)
{
    record_encode_enrolled(enrolled, txn_record(txn));
    return txn_put_record(txn, DB_ENROLLED, keys_enrolled(enrolled->key));
}

enum err store_get_enrolled(struct store_txn *txn, const uint8_t *key,
                            struct enrolled *ret_enrolled)
{
    struct store_key at = keys_enrolled(key);
    struct span record;
    struct enrolled found = {0};
    memcpy(found.key, key, sizeof found.key);
    enum err err = txn_get(txn, DB_ENROLLED, at, &record);
    if (err == ERR_OK)
        err = txn_check(txn, DB_ENROLLED, keys_span(&at), record_decode_enrolled(record, &found));
    if (err == ERR_OK)
        *ret_enrolled = found;
    return err;
}

bool store_next_enrolled(struct store_txn *txn, struct enrolled *cursor)
{
    struct span key, record;
    struct enrolled found = {0};
    if (!txn_next(txn, DB_ENROLLED, keys_enrolled(cursor->key), &key, &record))
        return false;
    bool is_decoded = keys_parse_enrolled(key, found.key) && record_decode_enrolled(record, &found);
    if (txn_check(txn, DB_ENROLLED, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}
