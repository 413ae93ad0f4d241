/* The store's seam, made by the linker (--wrap): what node_batch commits can fail as a disk or a
 * crash would make it fail, and every head on its way into a store is looked at. The program itself
 * knows nothing of it. A crash at a commit is a commit whose outcome the process never learns: it
 * returns without a word, having written all or nothing. */
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

static struct {
    struct sim *sim; /* NULL: between batches nothing is touched */
    size_t node;
    struct sim_fate fate;
    bool has_died;
    struct report_key *put; /* keys whose heads were put since the last commit */
    size_t put_count, put_capacity;
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
    current.put_count = 0;
    return current.has_died;
}

/* Counts down to the commit that is struck. */
static bool is_now(unsigned *countdown)
{
    return *countdown > 0 && --*countdown == 0;
}

enum err __real_store_commit(struct store_txn **txn, bool *ret_unknown);

/* What is durable now is noted, whatever an aborted batch had put. */
static enum err commit(struct store_txn **txn, bool *ret_unknown)
{
    enum err err = __real_store_commit(txn, ret_unknown);
    if (err == ERR_OK)
        for (size_t i = 0; i < current.put_count; i++)
            sim_note_head(current.sim, current.node, &current.put[i]);
    current.put_count = 0;
    return err;
}

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
        return commit(txn, ret_unknown);
    if (dies_before)
        store_abort(txn);
    else
        (void)commit(txn, ret_unknown); /* whatever came of it, nobody is told */
    current.has_died = true;
    *ret_unknown = true;
    return ERR_IO;
}

bool __real_store_has_room(struct store *store);
bool __wrap_store_has_room(struct store *store);
bool __wrap_store_has_room(struct store *store)
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
    if (current.sim != NULL) {
        sim_check_head(current.sim, txn, key, head);
        current.put =
            mem_grow(current.put, current.put_count, &current.put_capacity, sizeof(*current.put));
        current.put[current.put_count++] = *key;
    }
    return __real_store_put_head(txn, key, head);
}
