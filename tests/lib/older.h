/* A store as release 0.1.0 left it: schema 4, where a head had no place in a feed, and an outbox
 * entry no time. Only the feed's table is there, empty. */
#ifndef TESTS_LIB_OLDER_H
#define TESTS_LIB_OLDER_H

#include "store/feed.h"
#include "store/txn.h"

enum { OLDER_TAIL_BYTES = 8 }; /* what schema 5 added to a record */

static inline void older_shorten(struct store_txn *txn, enum db_table table, struct store_key at,
                                 struct span record)
{
    struct buf *out = txn_record(txn);
    buf_put_u8(out, RECORD_VERSION);
    buf_put(out, record.data + 1, record.len - 1 - OLDER_TAIL_BYTES);
    (void)txn_put_record(txn, table, at); /* errors are sticky */
}

/* Of an open store; close it then. */
static inline enum err older_make_4(struct store *store)
{
    bool is_unknown;
    struct span at, record;
    struct report_key key = {0};
    struct outbox_item item = {0};
    struct store_txn *txn = store_begin_write(store);
    while (txn_next(txn, DB_HEAD, keys_report(&key), &at, &record)) {
        (void)keys_parse_report(at, &key); /* the store made it */
        older_shorten(txn, DB_HEAD, keys_report(&key), record);
    }
    while (txn_next(txn, DB_OUTBOX, keys_outbox(item.type, &item.key), &at, &record)) {
        (void)keys_parse_outbox(at, &item.type, &item.key);
        older_shorten(txn, DB_OUTBOX, keys_outbox(item.type, &item.key), record);
    }
    (void)db_clear(&txn->db, DB_FEED);
    (void)store_delete_meta(txn, "software");
    feed_end(txn);
    (void)store_put_meta_u64(txn, STORE_SCHEMA_NAME, 4);
    return store_commit(&txn, &is_unknown);
}

#endif
