/* Care records are small files beside the store (core/care.h), written by who looks after the data,
 * read for `status`. */
#ifndef STORE_CARE_RECORD_H
#define STORE_CARE_RECORD_H

#include "core/care.h"

/* Writes a record into folder `fd` in one piece, durable, with the time of the last good one (what
 * `care` says of that is not looked at): its own, or that of the record which it replaces. The
 * caller is the owner of the folder (folder_become_owner). ERR_IO, with the reason in errno. */
enum err care_record_write(int fd, const char *name, const struct care *care);

#endif
