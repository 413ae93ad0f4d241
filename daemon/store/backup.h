/* Copies of a store's data file: out of a running node's folder, and back into a stopped one's.
 *
 * A copy is made in a folder of its own beside its place, where it is opened, marked and looked at;
 * one rename then gives it its name. Until that nothing has changed, and backup_free removes what
 * there is. Every failure is logged with its remedy. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

struct backup;

/* A copy to become file `path`. ERR_EXISTS, unless `may_replace`; ERR_USAGE: not the name of a
 * regular file, or inside `state_dir`; ERR_NOT_FOUND: its folder; ERR_IO. Root gives its rights up
 * for good where folder and `state_dir` are of the same user. */
enum err backup_new_file(const char *path, const char *state_dir, bool may_replace,
                         struct backup **ret_backup);
/* A copy to become the data file in `state_dir`, which is made if missing, and locked until
 * backup_free: ERR_BUSY when its daemon runs. ERR_EXISTS: it has a data file, unless `may_replace`;
 * ERR_IO. Root gives its rights up for good and goes on as the folder's owner, so that what is made
 * there is the daemon's. */
enum err backup_new_state(const char *state_dir, bool may_replace, struct backup **ret_backup);
/* Removes what was not finished. */
void backup_free(struct backup **backup);

/* Fills the copy with the last commit of `source`, beside its writer. ERR_FULL, ERR_CORRUPT,
 * ERR_IO. */
enum err backup_take_store(struct backup *backup, struct store *source);
/* Whether `bytes` more in file `fd` would take the room that the node of `source` keeps free on its
 * disk (logged): that would end intake, or the daemon. */
bool backup_crowds_out(int fd, const struct store *source, uint64_t bytes);
/* Puts an empty store in the place of the copy, for the caller to fill and close. As store_open. */
enum err backup_make_store(struct backup *backup, uint64_t map_size_bytes,
                           struct store **ret_store);
/* Fills it with the data file that backup_open_file opened. */
enum err backup_take_file(struct backup *backup, int fd);
/* Opens a file to be read, of any content. What it should be is said to who names a folder or a
 * pipe: "the export itself". ERR_NOT_FOUND, ERR_USAGE, ERR_IO; logged. */
enum err backup_open_any(const char *path, const char *wanted, int *ret_fd);
/* Opens file `path` if it is a data file whose pages hold together; the caller closes.
 * ERR_NOT_FOUND, ERR_USAGE: not a regular file; ERR_CORRUPT, ERR_VERSION, ERR_IO. */
enum err backup_open_file(const char *path, int *ret_fd);

/* Opens the copy, marks it as one (STORE_META_RESTORE), and leaves the store to the
 * caller. As store_open, and ERR_CORRUPT also for an empty one. */
enum err backup_open_store(struct backup *backup, uint64_t map_size_bytes,
                           struct store **ret_store);
/* The copy, to be read; its bytes are final once its store is closed. */
int backup_copy_fd(const struct backup *backup);
/* Flushes it to the disk. ERR_FULL, ERR_IO. */
enum err backup_flush(struct backup *backup);
/* Gives it its name. A data file that it replaces in a state folder stays there as `aside`.
 * `*ret_is_replaced`: there was one. ERR_EXISTS, ERR_IO. */
enum err backup_finish(struct backup *backup, const char *aside, bool *ret_is_replaced);

#endif
