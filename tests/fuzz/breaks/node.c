/* What a report changes does not reach the totals above when it is a correction.
 *
 * Law: verify finds no difference */
#include "node/rollup.h"

void __real_rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const struct year_triple *before, const struct year_triple *after);
void __wrap_rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const struct year_triple *before, const struct year_triple *after);

void __wrap_rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const struct year_triple *before, const struct year_triple *after)
{
    bool is_first = before->own[key->period.label - 1].count == 0;
    if (is_first)
        __real_rollup_change(node, txn, key, before, after);
}
