/* The feed: which report or notice was changed last, and before that, and so on.
 *
 * An entry moves to the end with every change of what it names, so that there are never more of
 * them than reports and notices. The last one is never taken away, only followed by the next: its
 * number is the counter. Keys of reports and of notices differ in length. */
#include "store/feed.h"

#include "store/txn.h"

uint64_t store_feed_number(struct store_txn *txn)
{
    struct store_key behind = keys_change(UINT64_MAX);
    struct span key, record;
    uint64_t number = 0;
    if (db_previous(&txn->db, DB_FEED, keys_span(&behind), &key, &record) == ERR_OK)
        (void)txn_check(txn, DB_FEED, key, keys_parse_change(key, &number)); /* sticky */
    return number;
}

uint64_t feed_move(struct store_txn *txn, const struct store_key *key, uint64_t before)
{
    uint64_t number = store_feed_number(txn) + 1;
    if (before != 0)
        (void)txn_delete(txn, DB_FEED, keys_change(before)); /* errors are sticky */
    record_encode_bytes(keys_span(key), txn_record(txn));
    (void)txn_append_record(txn, DB_FEED, keys_change(number));
    return number;
}

static enum err read_change(struct store_txn *txn, struct span at, struct span record,
                            struct feed_entry *ret_entry)
{
    struct span key;
    struct feed_entry entry = {0};
    bool is_decoded = record_decode_bytes(record, &key);
    if (is_decoded) {
        entry.is_notice = key.len != KEYS_REPORT_BYTES;
        is_decoded = entry.is_notice ? keys_parse_notice(key, &entry.notice)
                                     : keys_parse_report(key, &entry.report);
    }
    if (is_decoded)
        *ret_entry = entry;
    return txn_check(txn, DB_FEED, at, is_decoded);
}

enum err store_get_change(struct store_txn *txn, uint64_t number, struct feed_entry *ret_entry)
{
    struct store_key at = keys_change(number);
    struct span record;
    enum err err = txn_get(txn, DB_FEED, at, &record);
    return err == ERR_OK ? read_change(txn, keys_span(&at), record, ret_entry) : err;
}

bool store_next_change(struct store_txn *txn, uint64_t *number, struct feed_entry *ret_entry)
{
    struct span at, record;
    uint64_t found;
    if (!txn_next(txn, DB_FEED, keys_change(*number), &at, &record) ||
        txn_check(txn, DB_FEED, at, keys_parse_change(at, &found)) != ERR_OK ||
        read_change(txn, at, record, ret_entry) != ERR_OK)
        return false;
    *number = found;
    return true;
}

uint64_t store_count_changes(struct store_txn *txn)
{
    return db_count(&txn->db, DB_FEED);
}

uint64_t store_feed_epoch(struct store_txn *txn)
{
    return store_get_meta_u64(txn, FEED_EPOCH_NAME);
}

void feed_begin(struct store_txn *txn, uint64_t epoch)
{
    struct span record;
    if (txn_get(txn, DB_META, keys_meta(FEED_EPOCH_NAME), &record) == ERR_NOT_FOUND)
        (void)store_put_meta_u64(txn, FEED_EPOCH_NAME, epoch); /* errors are sticky */
}

void feed_end(struct store_txn *txn)
{
    (void)store_delete_meta(txn, FEED_EPOCH_NAME); /* errors are sticky */
}
