/* Whether a period takes in reports of a unit: closings and reopenings are notices. */
#ifndef NODE_CLOSED_H
#define NODE_CLOSED_H

#include "node/step.h"

/* An estimate freezes an edition and takes in on: it is none. */
struct closure {
    uint32_t unit; /* whose node has closed it */
    struct period
        period; /* which it has closed: that asked about, or the year that it is part of */
    uint8_t edition;
    struct instant time;
    struct instant last; /* of all that stand: what reopens has to be later */
};

/* Whether the reports that `key` is of (its form does not matter) are taken in no more: a closing
 * of the unit or one above it, of the period or of the year that it is part of, stands, and no
 * later reopening of the unit, made there or above, runs now. Who is above whom is read from the
 * tree of what was closed. Of several the topmost. */
bool closed_find(struct node *node, struct store_txn *txn, const struct report_key *key,
                 struct instant now, struct closure *ret_closure);
/* Refuses with what to do if the period is closed for the unit; true when it is. */
bool closed_refuse(struct step *step, const struct report_key *key);

#endif
