/* What has been said to units, as answers have it. */
#ifndef NODE_INBOX_H
#define NODE_INBOX_H

#include "node/notice.h"
#include "node/query.h"

/* An entry with the memory that its message points to. */
struct inbox_entry {
    Tonghop__InboxEntry message;
    Tonghop__UnitInfo unit, author;
    char period[PERIOD_TEXT_SIZE];
    char *person, *text, *seen_by;
    char *indicators[WIRE_NOTICE_CELLS_MAX]; /* the catalogue's */
    struct notice_key key;
    bool is_marked; /* it is noted as seen with this answer */
};

/* What a notice says by itself. */
struct inbox_entry *inbox_entry_new(struct node *node, const struct notice_key *key,
                                    const Tonghop__Notice *notice);
void inbox_entry_free(struct inbox_entry **entry);
/* When it came to the unit's home, and who has seen it there. */
void inbox_entry_fill_heard(struct node *node, struct store_txn *txn, struct inbox_entry *entry);
/* As it will be filled once it is noted that `person` has seen it. */
void inbox_entry_tell_seen(struct inbox_entry *entry, const char *person, struct instant now);

/* What this node's own people still have to do; counted anew only when a report, a notice or the
 * day has changed. */
size_t inbox_count_open(struct step *step);

#endif
