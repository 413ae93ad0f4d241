/* Care records: when a node's data was last verified and last backed up, and how that ended. Small
 * files beside the store, written by who looks after the data, read for `status`.
 *
 * Lines of "name value" (docs/STORAGE.md). */
#ifndef STORE_CARE_RECORD_H
#define STORE_CARE_RECORD_H

#include "core/instant.h"

#define CARE_RECORD_VERIFY "last-verify"
#define CARE_RECORD_BACKUP "last-backup"

struct care_record {
    struct instant time;
    enum err error;       /* ERR_OK: it went well */
    uint64_t differences; /* not 0: it ended, and found these; then `error` says nothing */
    uint64_t reports;     /* that were looked at; says nothing when it failed */
};

/* Writes a record into folder `fd` in one piece, durable, with the time of the last good one: its
 * own, or that of the record which it replaces. The caller is the owner of the folder
 * (folder_become_owner). ERR_IO, with the reason in errno. */
enum err care_record_write(int fd, const char *name, const struct care_record *record);

#endif
