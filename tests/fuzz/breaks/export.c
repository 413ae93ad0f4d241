/* A key that was revoked comes back as one that is not.
 *
 * Law: what is taken is written again to the byte */
#include "store/store.h"

enum err __real_store_put_enrolled(struct store_txn *txn, const struct enrolled *enrolled);
enum err __wrap_store_put_enrolled(struct store_txn *txn, const struct enrolled *enrolled);

enum err __wrap_store_put_enrolled(struct store_txn *txn, const struct enrolled *enrolled)
{
    struct enrolled changed = *enrolled;
    changed.is_revoked = false;
    return __real_store_put_enrolled(txn, &changed);
}
