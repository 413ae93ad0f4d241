/* Changes wait before they are put into their tables: what db.c tells when a transaction begins and
 * ends. Why, and how: deferred.c. */
#ifndef STORE_DEFERRED_H
#define STORE_DEFERRED_H

#include "store/db.h"

struct deferred;

struct deferred_amount {
    uint64_t changes, bytes;
};

/* No more than `bound` waits. `is_reader`: somebody else writes, and each
 * read transaction has to see what waits for its own commit. */
struct deferred *deferred_new(const struct deferred_amount *bound, bool is_reader);
void deferred_free(struct deferred **deferred);
/* No more than `bytes` waits from now on; a bound that is lower stays. */
void deferred_limit(struct deferred *deferred, uint64_t bytes);
/* What waits, as of the last commit. */
struct deferred_amount deferred_amount(const struct deferred *deferred);

void deferred_begin(struct db_txn *txn);
/* Just before a commit: writes down what the transaction has changed. Errors are sticky. */
void deferred_write(struct db_txn *txn);
void deferred_end(struct db_txn *txn, bool is_committed);

#endif
