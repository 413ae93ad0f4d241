/* Accumulators at hand: what lies beneath units, decoded, so that a report is added to those above
 * it in memory, and each is written once for all reports of a transaction. Digests of units'
 * reports likewise.
 *
 * A cache of the store's `below` and `bucket` records: rollup_save writes what was changed before
 * the transaction is committed, and before somebody reads buckets; an aborted one empties it. */
#ifndef NODE_ACCUMULATORS_H
#define NODE_ACCUMULATORS_H

#include "core/buf.h"
#include "core/report.h"
#include "core/sums.h"
#include "store/store.h"

enum { ACCUMULATORS_BYTES_MAX = 4 << 20 }; /* kept beyond a transaction */

/* Whether the unit's own whole report stands for what lies beneath it. */
enum accumulator_cover { COVER_UNKNOWN, COVER_NO, COVER_YES };

struct accumulator {
    struct report_key key; /* with its label; form 0: it is a bucket */
    union {
        struct sums below;
        struct bucket bucket;
    };
    bool is_changed;
    enum accumulator_cover cover;
    size_t bytes;  /* as counted in accumulators.bytes */
    uint64_t turn; /* of its last use */
    struct accumulator *next_in_slot;
    struct accumulator *newer, *older; /* by last use */
};

/* Zero-initialised is empty. */
struct accumulators {
    struct accumulator **slots;
    struct accumulator *newest, *oldest;
    size_t bytes;
    uint64_t turn;                /* of the transaction */
    struct figures_change change; /* scratch of whoever climbs */
    struct buf record;            /* and of who writes */
};

/* NULL: not at hand. It becomes the one that was used last. */
struct accumulator *accumulators_find(struct accumulators *accumulators,
                                      const struct report_key *key);
/* One that is not at hand, empty, for the caller to fill. */
struct accumulator *accumulators_add(struct accumulators *accumulators,
                                     const struct report_key *key);
/* A report of the group of `key` changed: whether it covers is to be looked up again. */
void accumulators_forget_cover(struct accumulators *accumulators, const struct report_key *key);
/* One after the other (NULL: the first) those used in this transaction; NULL at the end. */
struct accumulator *accumulators_next_used(const struct accumulators *accumulators,
                                           const struct accumulator *after);
/* Ends the transaction, in which nothing may be left that is changed and not saved: drops those
 * that were used longest ago, until what is left is within the bound. */
void accumulators_trim(struct accumulators *accumulators);
void accumulators_clear(struct accumulators *accumulators);

#endif
