/* Reads what the last verification and backup left in the state folder (core/care.h), when it has
 * changed, and hands it to the node. */
#ifndef DAEMON_CARE_FILES_H
#define DAEMON_CARE_FILES_H

#include <sys/types.h>
#include <time.h>

#include "node/node.h"

/* One file as it was when it was read last. Zero-initialised: there was none. */
struct care_file {
    ino_t inode;
    struct timespec changed;
};

struct care_files {
    struct care_file verify, backup;
};

/* Two calls of lstat, and no more where nothing has changed. A file that does not read is told as
 * one of a run that failed. */
void care_files_read(struct care_files *files, const char *state_dir, struct node *node);

#endif
