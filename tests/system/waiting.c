/* How many bytes wait in a store to be put into their place, as a reader beside its daemon sees it:
 * `waiting FOLDER`. */
#include <inttypes.h>
#include <stdio.h>

#include "store/store.h"

int main(int argc, char **argv)
{
    const struct store_options options = {.is_read_only = true};
    struct store *store = NULL;
    if (argc != 2 || store_open(argv[1], &options, &store) != ERR_OK) {
        fputs("usage: waiting FOLDER\n", stderr);
        return 2;
    }
    printf("%" PRIu64 "\n", store_pending_bytes(store));
    store_close(&store);
    return 0;
}
