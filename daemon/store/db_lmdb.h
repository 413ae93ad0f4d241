/* What the db*.c files share, and nobody else sees: LMDB itself. */
#ifndef STORE_DB_LMDB_H
#define STORE_DB_LMDB_H

#include <lmdb.h>

#include "store/db.h"

struct deferred;

enum { DB_ROOM_PART = 16 }; /* of the map, without which nothing waits */

struct db {
    MDB_env *env;
    char *path; /* for the log */
    uint64_t page_bytes;
    uint64_t map_bytes;
    MDB_dbi tables[DB_TABLE_COUNT];
    struct deferred *deferred;
    bool is_reader;
    bool is_writing;
    bool is_damaged;
};

/* Of what LMDB returns. */
enum err db_err_of(int rc);
/* ": what to do", or "". */
const char *db_remedy_of(int rc);

#endif
