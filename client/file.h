/* Files that this program makes. */
#ifndef CLIENT_FILE_H
#define CLIENT_FILE_H

#include <sys/types.h>

#include "core/buf.h"

/* Writes a file so that its name never stands for half of it, also after a power cut. `mode` is
 * that of the file, whatever the umask. Unless `may_replace`, a file that is there stays: EEXIST.
 * False, with errno set: the file is as it was, or new but might not outlive a power cut. */
bool file_save(const char *path, struct span bytes, mode_t mode, bool may_replace);
/* Renames within one folder; what was there under the new name is gone. False as above. */
bool file_rename(const char *from, const char *to);

/* Writes all of it, whatever interrupts. False, with errno set: perhaps a part. */
bool file_write(int fd, struct span bytes);

#endif
