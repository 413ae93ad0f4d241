/* What changed between two editions, or between one and now, and why.
 *
 *     edition A ── cause ── cause ── ... ── (new catalogue) ──> edition B
 *
 * Each report of which another revision counts is taken over by itself, in order of time, under A's
 * catalogue; the total before and after tells what that changed. What is left is the new
 * catalogue's. So the changes of one entered indicator add up to its whole change. */
#ifndef NODE_DIFFERENCE_H
#define NODE_DIFFERENCE_H

#include "node/editions.h"

enum { DIFFERENCE_CAUSES_MAX = 20000 }; /* each takes some 100 us */

/* What one cause does to one indicator. */
struct difference_cell {
    const struct indicator *indicator; /* of the catalogue of what is after */
    struct figure before, after;       /* what the unit contributes itself */
    i128 change;                       /* of the total */
};

struct difference_cause {
    struct report_key key;
    bool has_before, has_after; /* something counted, counts */
    struct edition_report before, after;
    Tonghop__CauseType type;
    struct instant received; /* or decided; 0: it was decided, and when is not known */
    uint32_t decided_by;     /* the unit; 0: it was filed, or that is not known */
    char *author, *reason, *person;
    bool is_late;
    struct difference_cell *cells;
    size_t cell_count, cell_capacity;
};

struct difference {
    struct node *node; /* the live one */
    struct store_txn *txn;
    struct query query;
    struct frozen *from, *to; /* to: NULL where the catalogue is the same: then `from`, changed */
    struct instant from_time;
    bool has_new_catalogue;
    const struct indicator **indicators; /* of the catalogue of what is after */
    size_t indicator_count;
    Tonghop__Value *before, *after; /* the unit's, one for each indicator; value_fini */
    Tonghop__Value *meanwhile; /* where the catalogue is new: after all reports, under the old */
    struct difference_cause *causes;
    size_t cause_count, cause_capacity;
    size_t cell_count; /* of all causes */
};

/* Takes both editions over (`to` may be what counts now). ERR_NOT_FOUND, ERR_CORRUPT: as
 * frozen_new. difference_fini in any case. */
enum err difference_init(struct difference *difference, struct step *step,
                         const struct query *query, struct edition *from, struct edition *to);
void difference_fini(struct difference *difference);
/* The node that names things: that of what is after. */
struct node *difference_namer(const struct difference *difference);
/* Fills values and causes; the indicators are set by then. False: too many causes, or cells. */
bool difference_compute(struct difference *difference);
/* A frozen node that misses a revision; NULL: all is there. */
struct frozen *difference_missing(const struct difference *difference);

#endif
