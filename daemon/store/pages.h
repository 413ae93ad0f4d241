/* The pages of LMDB's data file: whether they are what LMDB believes without asking. */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <stdint.h>

#include "tonghop/err.h"

/* Walks every tree of the state that transaction `txn_id` committed, in file `fd`, whose header
 * datafile_check has found good; a reader must keep that state from being written over. Reads all
 * pages but the inside of long values. `*ret_damage` is what is wrong, for the log.
 *
 * ERR_CORRUPT: a page is not what it should be, is beyond the end of the file, or is used twice;
 * ERR_IO: a page cannot be read; ERR_STALE: the header tells of another transaction by now. */
#define PAGES_LATEST UINT64_MAX /* for `txn_id`: the last one, of a file that nobody writes to */
enum err pages_check(int fd, uint64_t txn_id, const char **ret_damage);

#endif
