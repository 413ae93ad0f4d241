/* Makes a store one of another schema: `set_schema FOLDER NUMBER`. Its daemon must not run. */
#include <stdio.h>
#include <stdlib.h>

#include "store/store.h"

int main(int argc, char **argv)
{
    const struct store_options options = {.map_size_bytes = (uint64_t)1 << 30};
    struct store *store = NULL;
    bool is_unknown;
    if (argc != 3 || store_open(argv[1], &options, &store) != ERR_OK) {
        fputs("usage: set_schema FOLDER NUMBER\n", stderr);
        return 2;
    }
    struct store_txn *txn = store_begin_write(store);
    (void)store_put_meta_u64(txn, "schema", strtoull(argv[2], NULL, 10)); /* the error is sticky */
    enum err err = store_commit(&txn, &is_unknown);
    if (err == ERR_OK)
        err = store_settle(store, &is_unknown); /* where every version looks for it */
    store_close(&store);
    return err == ERR_OK ? 0 : 1;
}
