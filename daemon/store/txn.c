/* Entries as (key, record): one get or put per verb, keys on the stack, records in one kept buffer.
 */
#include "store/txn.h"

#include "core/log.h"

enum err txn_get(struct store_txn *txn, enum db_table table, struct store_key key,
                 struct span *ret_record)
{
    return db_get(&txn->db, table, keys_span(&key), ret_record);
}

enum err txn_delete(struct store_txn *txn, enum db_table table, struct store_key key)
{
    txn->store->is_changed = true;
    return db_delete(&txn->db, table, keys_span(&key));
}

bool txn_next(struct store_txn *txn, enum db_table table, struct store_key after,
              struct span *ret_key, struct span *ret_record)
{
    return db_next(&txn->db, table, keys_span(&after), ret_key, ret_record) == ERR_OK;
}

struct buf *txn_record(struct store_txn *txn)
{
    buf_clear(&txn->store->record);
    return &txn->store->record;
}

enum err txn_put_record(struct store_txn *txn, enum db_table table, struct store_key key)
{
    txn->store->is_changed = true;
    return db_put(&txn->db, table, keys_span(&key), span_of(&txn->store->record));
}

enum err txn_append_record(struct store_txn *txn, enum db_table table, struct store_key key)
{
    txn->store->is_changed = true;
    return db_append(&txn->db, table, keys_span(&key), span_of(&txn->store->record));
}

enum err txn_put_bytes(struct store_txn *txn, enum db_table table, struct store_key key,
                       struct span bytes)
{
    record_encode_bytes(bytes, txn_record(txn));
    return txn_put_record(txn, table, key);
}

enum err txn_get_bytes(struct store_txn *txn, enum db_table table, struct store_key key,
                       struct span *ret_bytes)
{
    struct span record;
    enum err err = txn_get(txn, table, key, &record);
    if (err != ERR_OK)
        return err;
    return txn_check(txn, table, keys_span(&key), record_decode_bytes(record, ret_bytes));
}

enum err txn_check(struct store_txn *txn, enum db_table table, struct span key, bool is_decoded)
{
    if (is_decoded)
        return ERR_OK;
    db_note_damage(&txn->db, table, key, "cannot be decoded");
    return db_fail(&txn->db, ERR_CORRUPT);
}

enum err txn_clear(struct store_txn *txn, enum db_table table)
{
    txn->store->is_changed = true;
    return db_clear(&txn->db, table);
}
