/* Catalogues that were fetched before, in a folder of the person's. A file is named by the hash of
 * its content, and believed only when it has that hash: whatever became of it, what is taken is
 * what the node has. So nothing here is an error: what cannot be kept, or taken, is fetched again.
 *
 * The folder is used only where nobody but its owner and root could have led us there: a program of
 * root's that runs with the home of another person leaves nothing in it. */
#ifndef CLIENT_CATALOGUE_CACHE_H
#define CLIENT_CATALOGUE_CACHE_H

#include <stdbool.h>

#include "core/buf.h"

enum {
    CATALOGUE_CACHE_FILES_MAX = 4,         /* the newest ones stay */
    CATALOGUE_CACHE_BYTES_MAX = 32 << 20,  /* of all of them */
    CATALOGUE_CACHE_ABANDONED_S = 60 * 60, /* an unfinished file that is older is removed */
};

/* $XDG_CACHE_HOME/tonghop, or ~/.cache/tonghop, which need not be there; NULL: the environment
 * names neither. The caller frees it. */
char *catalogue_cache_home(void);

/* Appends the catalogue that has this hash (32 bytes). False: there is none; nothing is appended.
 */
bool catalogue_cache_take(const char *folder, const uint8_t *hash, struct buf *ret_bytes);

/* Keeps a catalogue, which has this hash, and removes older ones beyond the limits. The folder, and
 * the one that it is in, are made if they are missing. */
void catalogue_cache_keep(const char *folder, const uint8_t *hash, struct span bytes);

#endif
