/* A frozen node: this node as an edition left it.
 *
 * It has the edition's catalogue with its trees, and of every report the revision that the edition
 * names; roll-ups and views ask it as they ask the live one, so that frozen totals are computed by
 * the same code. It has no accumulators: what lies beneath units is folded, form by form, when it
 * is first asked for. The edition's unit stands in for the node's. */
#ifndef NODE_FROZEN_H
#define NODE_FROZEN_H

#include "node/node.h"
#include "wire/edition.h"

struct frozen {
    struct node node; /* what is asked; borrows the live one's scratch */
    struct edition edition;
    uint32_t home;                               /* the live node's own unit */
    struct figures *belows[CATALOGUE_FORMS_MAX]; /* by place of the form, then index in the tree of
                                                    the edition's period; NULL: not folded yet */
    uint32_t unit_count;                         /* of that tree */
    uint8_t *seen; /* by place in edition.reports: what was read of it, enum frozen_seen */
    /* A revision that the edition names and that does not read here: what was computed is wrong. */
    bool has_missing;
    struct report_key missing;
    uint64_t missing_revision;
};

enum frozen_seen { FROZEN_UNSEEN = 0, FROZEN_OWN = 1, FROZEN_WHOLE = 2 };

/* Takes `edition` over. ERR_NOT_FOUND: its catalogue is not held; ERR_CORRUPT: that does not read,
 * or is another one. Then the edition is freed. */
enum err frozen_new(struct node *live, struct store_txn *txn, struct edition *edition,
                    struct frozen **ret_frozen);
void frozen_free(struct frozen **frozen);

/* Another revision (0: none) is to count of a report: roll-ups of the edition's period follow, as
 * they follow at intake. The unit must be in the tree. */
void frozen_change(struct frozen *frozen, struct store_txn *txn, const struct report_key *key,
                   const struct edition_report *report);

/* ---- for rollup.c and lone_halves.c ---- */

/* The report that counts under the key; 0: none. report_fini. */
uint64_t frozen_read(struct frozen *frozen, struct store_txn *txn, const struct report_key *key,
                     struct report *ret_report, struct instant *ret_received);
/* What lies beneath key->unit under the edition's period, to be changed in place; NULL: nothing, as
 * under other periods, and of a unit that was not there. */
struct figures *frozen_below(struct frozen *frozen, struct store_txn *txn,
                             const struct report_key *key);
/* The first report of the unit, or of one after it, that the edition names: its place, up to
 * edition.report_count. */
size_t frozen_first(const struct frozen *frozen, uint32_t unit);

#endif
