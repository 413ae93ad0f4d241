/* The store's seam, made by the linker (--wrap): what node_batch commits can fail as a disk or a
 * crash would make it fail, and every head on its way into a store is looked at. The program itself
 * knows nothing of it. A crash at a commit is a commit whose outcome the process never learns: it
 * returns without a word, having written all or nothing. */
#include <string.h>

#include "sim/sim.h"

static struct {
    struct sim *sim; /* NULL: between batches nothing is touched */
    size_t node;
    struct sim_fate fate;
    bool has_died;
} current;

void sim_hooks_begin(struct sim *sim, size_t node, struct sim_fate fate)
{
    current.sim = sim;
    current.node = node;
    current.fate = fate;
    current.has_died = false;
}

bool sim_hooks_end(void)
{
    current.sim = NULL;
    return current.has_died;
}

/* Counts down to the commit that is struck. */
static bool is_now(unsigned *countdown)
{
    return *countdown > 0 && --*countdown == 0;
}

enum err __real_store_commit(struct store_txn **txn, bool *ret_unknown);
enum err __wrap_store_commit(struct store_txn **txn, bool *ret_unknown);
enum err __wrap_store_commit(struct store_txn **txn, bool *ret_unknown)
{
    if (current.sim == NULL || store_error(*txn) != ERR_OK)
        return __real_store_commit(txn, ret_unknown);
    bool dies_before = is_now(&current.fate.die_before_commit);
    bool dies_after = is_now(&current.fate.die_after_commit);
    if (current.fate.full_commits > 0) { /* noticed before the first byte is written */
        current.fate.full_commits--;
        store_abort(txn);
        *ret_unknown = false;
        return ERR_FULL;
    }
    if (!dies_before && !dies_after)
        return __real_store_commit(txn, ret_unknown);
    if (dies_before)
        store_abort(txn);
    else
        (void)__real_store_commit(txn, ret_unknown); /* whatever came of it, nobody is told */
    current.has_died = true;
    *ret_unknown = true;
    return ERR_IO;
}

bool __real_store_has_room(const struct store *store);
bool __wrap_store_has_room(const struct store *store);
bool __wrap_store_has_room(const struct store *store)
{
    return (current.sim == NULL || !current.fate.is_full) && __real_store_has_room(store);
}

enum err __real_store_put_head(struct store_txn *txn, const struct report_key *key,
                               const struct head *head);
enum err __wrap_store_put_head(struct store_txn *txn, const struct report_key *key,
                               const struct head *head);
enum err __wrap_store_put_head(struct store_txn *txn, const struct report_key *key,
                               const struct head *head)
{
    if (current.sim != NULL)
        sim_check_head(current.sim, txn, key, head);
    return __real_store_put_head(txn, key, head);
}
