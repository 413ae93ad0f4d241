/* The state folder: private, on a local disk, and held by one writer process at a time. */
#ifndef STORE_FOLDER_H
#define STORE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

/* Opens folder `path` and returns its descriptor, which the caller closes. A writer makes the
 * folder when it is missing, sets it to 0700 and locks it until the descriptor is closed; a reader
 * takes what is there and locks nothing. ERR_NOT_FOUND (reader), ERR_BUSY, ERR_IO; logged with a
 * remedy. */
enum err folder_open(const char *path, bool is_read_only, int *ret_fd);

/* Root goes on as the user that owns folder `fd`, for good: in another user's folder, root would
 * follow links that this user has made there, and leave files that the user cannot open. For
 * anybody else nothing changes. `path` is for the log. ERR_IO, logged with a remedy. */
enum err folder_become_owner(int fd, const char *path);

/* Makes the names inside the folder, and the folder's own name, survive a power cut. */
enum err folder_sync(int fd);

/* Bytes that the disk still has for us; 0 when it cannot be asked. */
uint64_t folder_free_bytes(int fd);
/* Whether nothing can be written there: a disk that is mounted so, also for this process alone. */
bool folder_is_read_only(int fd);

/* The name of the network or user-space file system with statfs number `type`, NULL for any other:
 * there neither locks nor memory maps can be relied on. */
const char *folder_network_name(uint64_t type);
/* Whether each change of a file there gives it a time of change, to be relied on (store/seal.h). */
bool folder_tells_changes(int fd);

#endif
