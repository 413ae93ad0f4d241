/* The seal: a small file that a daemon leaves when it ends well. It says which file the data file
 * was then, to the nanosecond. As long as that is still so, nobody has touched it, and a start need
 * not look at all its pages again.
 *
 * A write, a copy, a move or a restore changes the inode or its time of change, which nobody can
 * set. */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include <stdbool.h>

#define SEAL_NAME "data.seal"

/* Of the data file in folder `folder_fd`, which nobody has open any more; the folder is locked. No
 * seal is left where anything about it is in doubt: a start looks at the pages then. May wait for
 * some ten milliseconds. */
void seal_leave(int folder_fd);
/* Whether the data file is the one that was sealed. Takes the seal away, whatever it says, before
 * anything is written: the caller flushes the folder. */
bool seal_take(int folder_fd);

#endif
