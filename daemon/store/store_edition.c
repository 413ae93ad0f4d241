/* Editions: which revisions made up the figures of a period when they were frozen. */
#include "store/store.h"

#include "store/txn.h"

enum err store_put_edition(struct store_txn *txn, const struct edition_key *key, struct span bytes)
{
    return txn_put_bytes(txn, DB_EDITION, keys_edition(key), bytes);
}

enum err store_get_edition(struct store_txn *txn, const struct edition_key *key,
                           struct span *ret_bytes)
{
    return txn_get_bytes(txn, DB_EDITION, keys_edition(key), ret_bytes);
}

bool store_next_edition(struct store_txn *txn, struct edition_key *cursor, struct span *ret_bytes)
{
    struct span key, record;
    struct edition_key found;
    if (!txn_next(txn, DB_EDITION, keys_edition(cursor), &key, &record))
        return false;
    bool is_decoded = keys_parse_edition(key, &found) && record_decode_bytes(record, ret_bytes);
    if (txn_check(txn, DB_EDITION, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}
