/* The whole state of a node in an open form, JSON lines (docs/EXPORT.md), and its way back.
 *
 * The reporters' bytes are the truth in it; all that can be read beside them follows from them, and
 * is held against them when it comes back. Neither way needs memory that grows with the number of
 * reports. Failures are logged. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "store/store.h"

struct export_counts {
    uint64_t keys, reports, revisions, quarantined;
    uint32_t catalogue; /* 0: none */
};

/* Writes all that the last commit of `store` holds to `fd`; `path` is for the log. It is not
 * flushed. ERR_CORRUPT: something does not read, or would not come back; ERR_FULL, ERR_IO. */
enum err export_write(struct store *store, const char *software, int fd, const char *path,
                      struct export_counts *ret_counts);

/* Reads an export of `unit` from `fd` into a store that is new, in some commits: a failure leaves
 * half of it. Totals are still to be rebuilt (node_rebuild). ERR_MALFORMED: not an export, or not
 * as one is written, with line and place; ERR_VERSION: of another version; ERR_FOREIGN: of another
 * unit; ERR_FULL, ERR_IO. */
enum err import_read(int fd, const char *path, uint32_t unit, struct store *store,
                     struct export_counts *ret_counts);

#endif
