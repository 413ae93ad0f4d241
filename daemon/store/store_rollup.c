/* What is derived from the reports: accumulators and bucket digests. Caches: dropped and rebuilt at
 * any time. */
#include "store/store.h"

#include "store/txn.h"

enum err store_get_below(struct store_txn *txn, const struct report_key *key,
                         struct span *ret_figures)
{
    return txn_get_bytes(txn, DB_BELOW, keys_report(key), ret_figures);
}

enum err store_put_below(struct store_txn *txn, const struct report_key *key, struct span figures)
{
    if (figures.len == 0)
        return txn_delete(txn, DB_BELOW, keys_report(key));
    return txn_put_bytes(txn, DB_BELOW, keys_report(key), figures);
}

bool store_next_below(struct store_txn *txn, struct report_key *cursor, struct span *ret_figures)
{
    struct span key, record;
    struct report_key found;
    if (!txn_next(txn, DB_BELOW, keys_report(cursor), &key, &record))
        return false;
    bool is_decoded = keys_parse_report(key, &found) && record_decode_bytes(record, ret_figures);
    if (txn_check(txn, DB_BELOW, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}

enum err store_drop_accumulators(struct store_txn *txn)
{
    enum err err = txn_clear(txn, DB_BELOW);
    return err == ERR_OK ? txn_clear(txn, DB_BUCKET) : err;
}

enum err store_get_bucket(struct store_txn *txn, uint8_t kind, struct period period, uint32_t unit,
                          struct bucket *ret_bucket)
{
    struct store_key at = keys_bucket(unit, kind, period);
    struct span record;
    struct bucket found = {.kind = kind, .period = period, .unit = unit};
    enum err err = txn_get(txn, DB_BUCKET, at, &record);
    if (err == ERR_OK)
        err = txn_check(txn, DB_BUCKET, keys_span(&at), record_decode_bucket(record, &found));
    else if (err == ERR_NOT_FOUND)
        err = ERR_OK; /* nothing was filed there: all zero */
    if (err == ERR_OK)
        *ret_bucket = found;
    return err;
}

enum err store_put_bucket(struct store_txn *txn, const struct bucket *bucket)
{
    struct store_key at = keys_bucket(bucket->unit, bucket->kind, bucket->period);
    if (bucket->count == 0)
        return txn_delete(txn, DB_BUCKET, at);
    record_encode_bucket(bucket, txn_record(txn));
    return txn_put_record(txn, DB_BUCKET, at);
}

bool store_next_bucket(struct store_txn *txn, uint32_t unit, struct bucket *cursor)
{
    struct span key, record;
    struct bucket found = {0};
    struct store_key after = keys_bucket(unit, cursor->kind, cursor->period);
    if (!txn_next(txn, DB_BUCKET, after, &key, &record))
        return false;
    bool is_decoded = keys_parse_bucket(key, &found.unit, &found.kind, &found.period) &&
                      record_decode_bucket(record, &found);
    if (txn_check(txn, DB_BUCKET, key, is_decoded) != ERR_OK || found.unit != unit)
        return false;
    *cursor = found;
    return true;
}
