/* Reports: heads, which answer most questions alone, and revisions with the reporters' bytes. */
#include "store/store.h"

#include "store/feed.h"
#include "store/txn.h"

enum err store_get_head(struct store_txn *txn, const struct report_key *key, struct head *ret_head)
{
    struct store_key at = keys_report(key);
    struct span record;
    enum err err = txn_get(txn, DB_HEAD, at, &record);
    if (err != ERR_OK)
        return err;
    return txn_check(txn, DB_HEAD, keys_span(&at), record_decode_head(record, ret_head));
}

enum err store_put_head(struct store_txn *txn, const struct report_key *key,
                        const struct head *head)
{
    struct head held = {0}, put = *head;
    enum err err = store_get_head(txn, key, &held); /* sticky, but for ERR_NOT_FOUND */
    struct store_key at = keys_report(key);
    put.change = feed_move(txn, &at, err == ERR_OK ? held.change : 0);
    record_encode_head(&put, txn_record(txn));
    return txn_put_record(txn, DB_HEAD, at);
}

bool store_next_head(struct store_txn *txn, struct report_key *cursor, struct head *ret_head)
{
    struct span key, record;
    struct report_key found;
    if (!txn_next(txn, DB_HEAD, keys_report(cursor), &key, &record))
        return false;
    bool is_decoded = keys_parse_report(key, &found) && record_decode_head(record, ret_head);
    if (txn_check(txn, DB_HEAD, key, is_decoded) != ERR_OK)
        return false;
    *cursor = found;
    return true;
}

struct report_key store_cursor_before(uint8_t kind, uint16_t year, uint32_t unit, uint32_t form)
{
    /* No label is 0: this key is below all three of its unit and form, and above any other's. */
    return (struct report_key){
        .kind = kind, .period = {.year = year, .label = 0}, .unit = unit, .form = form};
}

enum err store_get_revision(struct store_txn *txn, const struct report_key *key, uint64_t number,
                            struct revision *ret_revision)
{
    struct store_key at = keys_revision(key, number);
    struct span record;
    struct revision found = {.number = number};
    enum err err = txn_get(txn, DB_REVISION, at, &record);
    if (err == ERR_OK)
        err = txn_check(txn, DB_REVISION, keys_span(&at), record_decode_revision(record, &found));
    if (err == ERR_OK)
        *ret_revision = found;
    return err;
}

enum err store_get_named_revision(struct store_txn *txn, const struct report_key *key,
                                  uint64_t number, struct revision *ret_revision)
{
    struct store_key at = keys_revision(key, number);
    enum err err = store_get_revision(txn, key, number, ret_revision);
    if (err == ERR_NOT_FOUND)
        db_note_damage(&txn->db, DB_REVISION, keys_span(&at), "is missing");
    return err;
}

enum err store_put_revision(struct store_txn *txn, const struct report_key *key,
                            const struct revision *revision)
{
    record_encode_revision(revision, txn_record(txn));
    return txn_put_record(txn, DB_REVISION, keys_revision(key, revision->number));
}

enum err store_delete_revision(struct store_txn *txn, const struct report_key *key, uint64_t number)
{
    return txn_delete(txn, DB_REVISION, keys_revision(key, number));
}

enum err store_previous_revision(struct store_txn *txn, const struct report_key *key,
                                 uint64_t *number, struct revision *ret_revision)
{
    struct store_key before = keys_revision(key, *number);
    struct span at, record;
    struct report_key owner;
    struct revision found = {0};
    enum err err = db_previous(&txn->db, DB_REVISION, keys_span(&before), &at, &record);
    if (err != ERR_OK)
        return err;
    if (!keys_parse_revision(at, &owner, &found.number))
        return txn_check(txn, DB_REVISION, at, false);
    if (!report_key_equal(&owner, key))
        return ERR_NOT_FOUND;
    err = txn_check(txn, DB_REVISION, at, record_decode_revision(record, &found));
    if (err == ERR_OK) {
        *number = found.number;
        *ret_revision = found;
    }
    return err;
}

uint64_t store_count_heads(struct store_txn *txn)
{
    return db_count(&txn->db, DB_HEAD);
}
