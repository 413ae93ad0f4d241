/* LMDB's data file as bytes: what LMDB 0.9 believes without asking, checked before it is asked. */
#ifndef STORE_DATAFILE_H
#define STORE_DATAFILE_H

#include <stdint.h>

#include "core/err.h"

#define DATAFILE_NAME      "data.mdb"
#define DATAFILE_LOCK_NAME "lock.mdb"

enum {
    DATAFILE_TREE_SIZE = 48,
    DATAFILE_ORDER_FLAGS = 0x7F,  /* of a tree: how keys sort, duplicates, a fixed address */
    DATAFILE_INTEGER_KEYS = 0x08, /* the order of the free list; all others sort as bytes */
};

/* A header page: the state that one transaction committed. */
struct datafile_meta {
    uint64_t page_size, map_size, last_page, txn;
    uint8_t free_list[DATAFILE_TREE_SIZE], tables[DATAFILE_TREE_SIZE]; /* as pages.c reads them */
};

/* Checks the two header pages of the data file in folder `folder_fd`: LMDB divides by the page size
 * found there. The pages behind them are pages_check's. ERR_NOT_FOUND: there is no data file;
 * ERR_CORRUPT; ERR_IO. Logged, except for ERR_NOT_FOUND. `path` is for the log. */
enum err datafile_check(int folder_fd, const char *path);

/* Reads both header pages of data file `fd`, into two members: that of the last even transaction
 * and that of the last odd one. Returns what is wrong with them, NULL if nothing is. */
const char *datafile_read(int fd, struct datafile_meta *ret_metas);

/* The log line about a damaged file, with the remedy. */
void datafile_log_damage(const char *path, const char *damage);
/* That of a store of another schema, written last by `software` (NULL: not known); returns
 * ERR_VERSION. */
enum err datafile_log_schema(const char *path, uint64_t schema, const char *software);

#endif
