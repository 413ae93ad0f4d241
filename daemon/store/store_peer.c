/* What concerns other nodes and persons: statements, alarms, quarantine, enrolled keys. */
#include "store/store.h"

#include <string.h>

#include "store/txn.h"

enum { QUARANTINE_BYTES_MAX = 64 * 1024 };

/* ---- statements ---- */

enum err store_put_statement(struct store_txn *txn, uint8_t kind, uint16_t year, uint32_t unit,
                             struct span bytes)
{
    return txn_put_bytes(txn, DB_STATEMENT, keys_statement(kind, year, unit), bytes);
}

enum err store_get_statement(struct store_txn *txn, uint8_t kind, uint16_t year, uint32_t unit,
                             struct span *ret_bytes)
{
    return txn_get_bytes(txn, DB_STATEMENT, keys_statement(kind, year, unit), ret_bytes);
}

/* ---- alarms ---- */

enum err store_put_alarm(struct store_txn *txn, const struct alarm *alarm)
{
    record_encode_alarm(alarm, txn_record(txn));
    return txn_put_record(txn, DB_ALARM, keys_statement(alarm->kind, alarm->year, alarm->unit));
}

enum err store_delete_alarm(struct store_txn *txn, uint8_t kind, uint16_t year, uint32_t unit)
{
    return txn_delete(txn, DB_ALARM, keys_statement(kind, year, unit));
}

bool store_next_alarm(struct store_txn *txn, struct alarm *cursor)
{
    struct span key, record;
    struct alarm found = {0};
    struct store_key after = keys_statement(cursor->kind, cursor->year, cursor->unit);
    if (!txn_next(txn, DB_ALARM, after, &key, &record))
        return false;
    bool is_decoded = keys_parse_statement(key, &found.kind, &found.year, &found.unit) &&
                      record_decode_alarm(record, &found);
    if (txn_check(txn, DB_ALARM, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}

uint64_t store_count_alarms(struct store_txn *txn)
{
    return db_count(&txn->db, DB_ALARM);
}

/* ---- quarantine ---- */

/* The number after the highest: numbers are not used again while the table has an entry. */
static uint64_t next_number(struct store_txn *txn)
{
    struct store_key end = keys_quarantine(UINT64_MAX);
    struct span key, record;
    uint64_t last = 0;
    if (db_previous(&txn->db, DB_QUARANTINE, keys_span(&end), &key, &record) == ERR_OK)
        (void)txn_check(txn, DB_QUARANTINE, key, keys_parse_quarantine(key, &last)); /* sticky */
    return last + 1;
}

static void delete_oldest(struct store_txn *txn)
{
    struct span key, record;
    uint64_t number;
    if (!txn_next(txn, DB_QUARANTINE, keys_quarantine(0), &key, &record))
        return;
    if (txn_check(txn, DB_QUARANTINE, key, keys_parse_quarantine(key, &number)) == ERR_OK)
        (void)txn_delete(txn, DB_QUARANTINE, keys_quarantine(number)); /* sticky */
}

enum err store_put_quarantine(struct store_txn *txn, const struct quarantined *item)
{
    struct quarantined kept = *item;
    if (kept.bytes.len > QUARANTINE_BYTES_MAX)
        kept.bytes.len = QUARANTINE_BYTES_MAX;
    record_encode_quarantined(&kept, txn_record(txn));
    uint64_t number = next_number(txn);
    if (store_count_quarantine(txn) >= STORE_QUARANTINE_MAX)
        delete_oldest(txn);
    return txn_put_record(txn, DB_QUARANTINE, keys_quarantine(number));
}

bool store_next_quarantine(struct store_txn *txn, struct quarantined *cursor)
{
    struct span key, record;
    struct quarantined found = {0};
    if (!txn_next(txn, DB_QUARANTINE, keys_quarantine(cursor->number), &key, &record))
        return false;
    bool is_decoded =
        keys_parse_quarantine(key, &found.number) && record_decode_quarantined(record, &found);
    if (txn_check(txn, DB_QUARANTINE, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
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
