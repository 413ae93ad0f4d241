/* LMDB's data file as bytes: what LMDB 0.9 believes without asking, checked before it is asked. */
#ifndef STORE_DATAFILE_H
#define STORE_DATAFILE_H

#include <stdint.h>

#include "tonghop/err.h"

#define DATAFILE_NAME "data.mdb"

/* Checks both meta pages of the data file in folder `folder_fd`: LMDB divides by the page size
 * found there, and reads beyond the end of a file that lost its tail (a bus error). ERR_NOT_FOUND:
 * there is no data file; ERR_CORRUPT; ERR_IO. Logged, except for ERR_NOT_FOUND. `path` is for the
 * log. */
enum err datafile_check(int folder_fd, const char *path);

/* Grows file `fd` (sparsely) so that it stays some steps longer than `used_bytes`, but not above
 * `limit_bytes`. `*size_bytes` is the length known, and is updated.
 *
 * LMDB does not write a page that was allocated and given back in one transaction, so that a file
 * can be shorter than its last page number says, with nothing lost. We let the file be longer
 * always: then a shorter one has lost something. */
enum err datafile_grow(int fd, uint64_t used_bytes, uint64_t limit_bytes, uint64_t *size_bytes);

#endif
