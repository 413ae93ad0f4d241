/* The outbox: the set of dirty keys, each with the version of its last mark.
 *
 * Why an entry is parked lies in a table of its own, so that counting the parked ones costs nothing
 * and unparking them all empties that table. Versions come from one counter: a version that was
 * cleared must never come again, or an old answer would clear a newer mark. */
#include "store/store.h"

#include <stdio.h>

#include "core/utf8.h"
#include "store/txn.h"

static const char version_name[] = "outbox.version";

/* Members beyond type and key. */
static enum err read_item(struct store_txn *txn, struct span key, struct span record,
                          struct outbox_item *item)
{
    struct span parked;
    enum err err = txn_check(txn, DB_OUTBOX, key, record_decode_outbox(record, item));
    if (err != ERR_OK)
        return err;
    item->is_parked = false;
    item->reason[0] = '\0';
    err = db_get(&txn->db, DB_PARKED, key, &parked);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err != ERR_OK)
        return err;
    item->is_parked = true;
    return txn_check(txn, DB_PARKED, key,
                     record_decode_text(parked, item->reason, sizeof item->reason));
}

enum err store_mark_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                           struct instant now)
{
    struct store_key at = keys_outbox(type, key);
    struct outbox_item item = {.since = now};
    struct span record;
    if (txn_get(txn, DB_OUTBOX, at, &record) == ERR_OK) /* errors are sticky: the last returns */
        (void)txn_check(txn, DB_OUTBOX, keys_span(&at), record_decode_outbox(record, &item));
    item.version = store_get_meta_u64(txn, version_name) + 1;
    (void)store_put_meta_u64(txn, version_name, item.version);
    (void)txn_delete(txn, DB_PARKED, at);
    record_encode_outbox(&item, txn_record(txn));
    return txn_put_record(txn, DB_OUTBOX, at);
}

enum err store_clear_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                            uint64_t version)
{
    struct store_key at = keys_outbox(type, key);
    struct outbox_item item;
    enum err err = store_get_outbox(txn, type, key, &item);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    if (err != ERR_OK || item.version != version)
        return err;
    (void)txn_delete(txn, DB_PARKED, at); /* an error is sticky: the next call returns it */
    return txn_delete(txn, DB_OUTBOX, at);
}

enum err store_park_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                           const char *reason)
{
    struct store_key at = keys_outbox(type, key);
    struct span record;
    char text[STORE_REASON_SIZE];
    enum err err = txn_get(txn, DB_OUTBOX, at, &record);
    if (err != ERR_OK)
        return err;
    (void)snprintf(text, sizeof text, "%s", reason); /* cut when too long: it is for reading */
    utf8_cut(text);
    record_encode_text(text, sizeof text, txn_record(txn));
    return txn_put_record(txn, DB_PARKED, at);
}

enum err store_unpark_outbox(struct store_txn *txn)
{
    return txn_clear(txn, DB_PARKED);
}

enum err store_get_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                          struct outbox_item *ret_item)
{
    struct store_key at = keys_outbox(type, key);
    struct span record;
    struct outbox_item found = {.type = type, .key = *key};
    enum err err = txn_get(txn, DB_OUTBOX, at, &record);
    if (err == ERR_OK)
        err = read_item(txn, keys_span(&at), record, &found);
    if (err == ERR_OK)
        *ret_item = found;
    return err;
}

bool store_next_outbox(struct store_txn *txn, struct outbox_item *item)
{
    struct span key, record;
    struct outbox_item found;
    if (!txn_next(txn, DB_OUTBOX, keys_outbox(item->type, &item->key), &key, &record))
        return false;
    if (!keys_parse_outbox(key, &found.type, &found.key)) {
        (void)txn_check(txn, DB_OUTBOX, key, false); /* it is sticky */
        return false;
    }
    if (read_item(txn, key, record, &found) != ERR_OK)
        return false;
    *item = found;
    return true;
}

uint64_t store_count_outbox(struct store_txn *txn, uint64_t *ret_parked)
{
    if (ret_parked != NULL)
        *ret_parked = db_count(&txn->db, DB_PARKED);
    return db_count(&txn->db, DB_OUTBOX);
}

bool store_find_oldest(struct store_txn *txn, struct instant *ret_since)
{
    const struct report_key first = {0};
    struct store_key at = keys_outbox(OUTBOX_REPORT, &first); /* below all of that type */
    struct outbox_item item = {0};
    struct instant oldest = {INT64_MAX};
    struct span key, record;
    bool is_found = false;
    while (txn_next(txn, DB_OUTBOX, at, &key, &record)) {
        bool is_decoded =
            keys_parse_outbox(key, &item.type, &item.key) && record_decode_outbox(record, &item);
        if (txn_check(txn, DB_OUTBOX, key, is_decoded) != ERR_OK || item.type != OUTBOX_REPORT)
            break;
        oldest = instant_earlier(oldest, item.since);
        is_found = true;
        at = keys_outbox(item.type, &item.key);
    }
    if (is_found)
        *ret_since = oldest;
    return is_found;
}
