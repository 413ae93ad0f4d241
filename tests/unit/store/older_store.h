/* A store as an older version left it. */
#ifndef TESTS_UNIT_STORE_OLDER_STORE_H
#define TESTS_UNIT_STORE_OLDER_STORE_H

#include "unit/store/temp_store.h"

#include <lmdb.h>

#include "store/checksum.h"
#include "store/db.h"

enum { OLDER_ENTRY_SIZE = 512 };

static inline void older_strip_table(MDB_txn *txn, const char *name)
{
    MDB_dbi dbi;
    MDB_cursor *cursor;
    MDB_val key, value;
    assert_int_equal(mdb_dbi_open(txn, name, 0, &dbi), 0);
    assert_int_equal(mdb_cursor_open(txn, dbi, &cursor), 0);
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0) {
        uint8_t key_bytes[OLDER_ENTRY_SIZE], record[OLDER_ENTRY_SIZE];
        assert_true(value.mv_size >= CHECKSUM_SIZE && value.mv_size <= sizeof record);
        memcpy(key_bytes, key.mv_data, key.mv_size); /* the page moves under them */
        memcpy(record, value.mv_data, value.mv_size);
        key = (MDB_val){key.mv_size, key_bytes};
        value = (MDB_val){value.mv_size - CHECKSUM_SIZE, record};
        assert_int_equal(mdb_cursor_put(cursor, &key, &value, MDB_CURRENT), 0);
    }
    mdb_cursor_close(cursor);
}

/* Makes the data file `path` of a closed store one without checksums, of schema `schema`: 1 had
 * none. */
static inline void older_make(const char *path, uint8_t schema)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi meta;
    uint8_t record[] = {1, 0, 0, 0, 0, 0, 0, 0, schema}; /* a number, as schema 1 wrote it */
    char name[] = "schema";
    MDB_val key = {strlen(name), name}, value = {sizeof record, record};
    assert_int_equal(mdb_env_create(&env), 0);
    assert_int_equal(mdb_env_set_maxdbs(env, DB_TABLE_COUNT), 0);
    assert_int_equal(mdb_env_set_mapsize(env, TEMP_MAP_BYTES), 0);
    assert_int_equal(mdb_env_open(env, path, MDB_NOSUBDIR | MDB_NOLOCK, 0600), 0);
    assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
    for (int table = 0; table < DB_TABLE_COUNT; table++)
        older_strip_table(txn, db_table_name((enum db_table)table));
    assert_int_equal(mdb_dbi_open(txn, "meta", 0, &meta), 0);
    assert_int_equal(mdb_put(txn, meta, &key, &value, 0), 0);
    assert_int_equal(mdb_txn_commit(txn), 0);
    mdb_env_close(env);
}

#endif
