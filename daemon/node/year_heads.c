/* What is kept may say too much: that there still is a whole half, or a change of a transaction
 * that was aborted. Then more is read than had to be. */
#include "node/year_heads.h"

static struct node_year *slot_of(struct node *node, uint8_t kind, uint16_t year)
{
    return &node->years[year % NODE_TREE_YEARS][kind - 1];
}

bool year_heads_may_be_whole(const struct report_key *key, const struct head *head)
{
    return key->period.label != PERIOD_Y && head->counting != 0 &&
           (head->scope == SCOPE_WHOLE || head->counting != head->revision);
}

static void add(struct node_year *known, const struct report_key *key, const struct head *head)
{
    known->has_whole = known->has_whole || year_heads_may_be_whole(key, head);
    known->has_lower = known->has_lower || (head->accepted != 0 && head->accepted < head->revision);
    known->received = instant_later(known->received, head->received);
}

const struct node_year *year_heads(struct node *node, struct store_txn *txn, uint8_t kind,
                                   uint16_t year)
{
    struct node_year *known = slot_of(node, kind, year);
    struct report_key cursor = store_cursor_before(kind, year, 0, 0);
    struct head head;
    if (known->year == year)
        return known;
    *known = (struct node_year){.year = year};
    while (store_next_head(txn, &cursor, &head) && cursor.kind == kind &&
           cursor.period.year == year)
        add(known, &cursor, &head);
    if (store_error(txn) != ERR_OK)
        known->year = 0;
    return known;
}

void year_heads_changed(struct node *node, const struct report_key *key, const struct head *head)
{
    struct node_year *known = slot_of(node, key->kind, key->period.year);
    if (known->year == key->period.year)
        add(known, key, head);
}
