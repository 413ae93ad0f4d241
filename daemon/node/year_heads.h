/* What the heads of a kind and year say together, so that not every question has to read them: few
 * years have whole halves, and in most of them nothing was taken in for long. */
#ifndef NODE_YEAR_HEADS_H
#define NODE_YEAR_HEADS_H

#include "node/node.h"

/* Read when it is first asked for, then kept; good until the next change. Errors are sticky in the
 * transaction. */
const struct node_year *year_heads(struct node *node, struct store_txn *txn, uint8_t kind,
                                   uint16_t year);
/* The head is new, or was changed. */
void year_heads_changed(struct node *node, const struct report_key *key, const struct head *head);
/* Whether a half-year's report that counts is whole. A head tells the scope of its latest revision
 * alone; where an earlier one counts, that may be whole too. */
bool year_heads_may_be_whole(const struct report_key *key, const struct head *head);

#endif
