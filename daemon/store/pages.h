/* The pages of LMDB's data file: whether they are what LMDB believes without asking. */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <stdint.h>

#include "core/err.h"

/* Walks every tree of the state that transaction `txn_id` committed, in file `fd`, and reads every
 * page in use; a reader must keep that state from being written over. Needs memory of at most 1/60
 * of the file. `*ret_damage` is what is wrong, for the log.
 *
 * ERR_CORRUPT: the header or a page is not what it should be, a page is beyond the end of the file,
 * or is used twice, or an entry's checksum is wrong; ERR_VERSION: it is sound, and of schema 1,
 * which had no checksums; ERR_IO: a page cannot be read; ERR_STALE: the header tells of another
 * transaction by now. */
#define PAGES_LATEST UINT64_MAX /* for `txn_id`: the last one, of a file that nobody writes to */
enum err pages_check(int fd, uint64_t txn_id, const char **ret_damage);

#endif
