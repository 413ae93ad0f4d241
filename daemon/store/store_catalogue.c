/* Catalogues as they travel: a record about each, and its chunks. */
#include "store/store.h"

#include "store/txn.h"

enum err store_get_catalogue(struct store_txn *txn, uint32_t number,
                             struct catalogue_meta *ret_meta)
{
    struct store_key at = keys_catalogue(number);
    struct span record;
    struct catalogue_meta found = {.number = number};
    enum err err = txn_get(txn, DB_CATALOGUE, at, &record);
    if (err == ERR_OK)
        err = txn_check(txn, DB_CATALOGUE, keys_span(&at), record_decode_catalogue(record, &found));
    if (err == ERR_OK)
        *ret_meta = found;
    return err;
}

enum err store_put_catalogue(struct store_txn *txn, const struct catalogue_meta *meta)
{
    record_encode_catalogue(meta, txn_record(txn));
    return txn_put_record(txn, DB_CATALOGUE, keys_catalogue(meta->number));
}

enum err store_put_chunk(struct store_txn *txn, uint32_t number, uint32_t index, struct span data)
{
    return txn_put_bytes(txn, DB_CHUNK, keys_chunk(number, index), data);
}

enum err store_get_chunk(struct store_txn *txn, uint32_t number, uint32_t index,
                         struct span *ret_data)
{
    return txn_get_bytes(txn, DB_CHUNK, keys_chunk(number, index), ret_data);
}

/* The first chunk of `number` that is held. */
static bool find_chunk(struct store_txn *txn, uint32_t number, uint32_t *ret_index)
{
    /* The catalogue's own key is a prefix of its chunks' keys and so sorts before them all. */
    struct span key, record;
    uint32_t owner;
    if (!txn_next(txn, DB_CHUNK, keys_catalogue(number), &key, &record))
        return false;
    if (txn_check(txn, DB_CHUNK, key, keys_parse_chunk(key, &owner, ret_index)) != ERR_OK)
        return false;
    return owner == number;
}

enum err store_delete_catalogue(struct store_txn *txn, uint32_t number)
{
    uint32_t index;
    while (find_chunk(txn, number, &index))
        (void)txn_delete(txn, DB_CHUNK,
                         keys_chunk(number, index)); /* an error is sticky: it ends */
    return txn_delete(txn, DB_CATALOGUE, keys_catalogue(number));
}

static bool is_among(const uint32_t *numbers, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

enum err store_keep_catalogues(struct store_txn *txn, const uint32_t *numbers, size_t count)
{
    struct span key, record;
    uint32_t found = 0;
    while (txn_next(txn, DB_CATALOGUE, keys_catalogue(found), &key, &record)) {
        if (txn_check(txn, DB_CATALOGUE, key, keys_parse_catalogue(key, &found)) != ERR_OK)
            break;
        if (!is_among(numbers, count, found))
            (void)store_delete_catalogue(txn, found); /* an error is sticky: the walk ends */
    }
    return store_error(txn);
}
