/* The backups of one node in a folder: names that say when each was made, and which are too many.
 */
#ifndef CLIENT_BACKUPS_H
#define CLIENT_BACKUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/instant.h"

struct backups {
    int folder;   /* stays open, so that what is removed lay in it; -1: it could not be opened */
    char **names; /* without the folder, oldest first */
    size_t count, capacity;
};

/* "DIR/NODE-20241212-083000.mdb", the time in Viet Nam; the caller frees. */
char *backups_path(const char *dir, const char *node, struct instant now);
/* Whether `name` is such a name, of this node: of "duc-co" no other's, as "duc-co-2-...". */
bool backups_is_one(const char *name, const char *node);

/* Those that lie in `dir`, as regular files. False, with errno set, when it cannot be read.
 * `*ret_backups` is for backups_fini. */
bool backups_list(const char *dir, const char *node, struct backups *ret_backups);
/* How many of the oldest are to go, so that `keep` (at least 1) remain. */
size_t backups_beyond(const struct backups *backups, size_t keep);
/* Removes one of them. False, with errno set, when that cannot be done. */
bool backups_remove(const struct backups *backups, size_t index);
void backups_fini(struct backups *backups);

#endif
