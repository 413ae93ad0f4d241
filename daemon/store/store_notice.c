/* Notices: small facts that travel between nodes, by key, each with its place in the feed. */
#include "store/store.h"

#include "store/feed.h"
#include "store/txn.h"

#define LAST_NAME "notice.last"

static enum err get(struct store_txn *txn, struct store_key at, uint64_t *ret_change,
                    struct span *ret_bytes)
{
    struct span record;
    enum err err = txn_get(txn, DB_NOTICE, at, &record);
    if (err != ERR_OK)
        return err;
    return txn_check(txn, DB_NOTICE, keys_span(&at),
                     record_decode_notice(record, ret_change, ret_bytes));
}

enum err store_get_notice(struct store_txn *txn, const struct notice_key *key,
                          struct span *ret_bytes)
{
    uint64_t change;
    return get(txn, keys_notice(key), &change, ret_bytes);
}

uint64_t store_notice_change(struct store_txn *txn, const struct notice_key *key)
{
    uint64_t change = 0;
    struct span bytes;
    (void)get(txn, keys_notice(key), &change, &bytes); /* errors are sticky, but for "not held" */
    return change;
}

enum err store_put_notice(struct store_txn *txn, const struct notice_key *key, struct span bytes)
{
    struct store_key at = keys_notice(key);
    uint64_t change = feed_move(txn, &at, store_notice_change(txn, key));
    record_encode_notice(change, bytes, txn_record(txn));
    (void)txn_put_record(txn, DB_NOTICE, at); /* errors are sticky */
    return store_put_meta_u64(txn, LAST_NAME, change);
}

uint64_t store_last_notice(struct store_txn *txn)
{
    return store_get_meta_u64(txn, LAST_NAME);
}

bool store_next_notice(struct store_txn *txn, struct notice_key *cursor, struct span *ret_bytes)
{
    struct span key, record;
    struct notice_key found;
    uint64_t change;
    if (!txn_next(txn, DB_NOTICE, keys_notice(cursor), &key, &record))
        return false;
    bool is_decoded =
        keys_parse_notice(key, &found) && record_decode_notice(record, &change, ret_bytes);
    if (txn_check(txn, DB_NOTICE, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}

uint64_t store_count_notices(struct store_txn *txn)
{
    return db_count(&txn->db, DB_NOTICE);
}
