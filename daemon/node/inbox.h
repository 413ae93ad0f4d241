/* What has been said to units, as answers have it. */
#ifndef NODE_INBOX_H
#define NODE_INBOX_H

#include "node/notice.h"
#include "node/query.h"

/* ---- inbox_walk.c ---- */

/* A walk over the notices that are told; zero but for what is asked for, inbox_walk_fini. */
struct inbox_walk {
    struct step *step;
    uint32_t unit;        /* and what lies beneath it */
    bool is_of_served;    /* but only units that this node serves */
    bool is_for_sender;   /* and only what the sender may read */
    struct notice_key at; /* the one that was found */
    uint8_t kind;         /* of which, and of what year, `units` are */
    uint16_t year;
    uint32_t *units; /* in order; of some more than once */
    size_t count, capacity;
};
void inbox_walk_fini(struct inbox_walk *walk);
/* Goes to the next one; false at the end. Errors are sticky. */
bool inbox_next(struct inbox_walk *walk);

/* ---- inbox_entry.c ---- */

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

/* ---- node_inbox.c ---- */

/* What this node's own people still have to do; counted anew when a report or a notice has changed,
 * a reopening has ended, or a day. */
size_t inbox_count_open(struct step *step);

#endif
