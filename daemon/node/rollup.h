/* Roll-ups: how one report's change climbs the tree, and what a unit's roll-up is.
 *
 *     rollup(u) = covered by a whole report ? whole(u) : own(u) + below(u)
 *     below(u)  = the sum of rollup(child) over u's children        (stored)
 *     own, whole = resolved by the year rule from u's reports       (computed)
 *
 * Only `below` is stored, and a leaf has none: a commune's report touches one record per ancestor
 * and label. The difference new - old climbs until it is nothing. Bucket digests climb likewise. */
#ifndef NODE_ROLLUP_H
#define NODE_ROLLUP_H

#include "core/year.h"
#include "node/node.h"

/* Reads the filing of a revision that is held under `key`; false if it is damaged, which is logged:
 * ERR_CORRUPT is sticky in txn. report_fini. */
bool revision_read(struct node *node, struct store_txn *txn, const struct report_key *key,
                   const struct revision *revision, struct report *ret_report);

/* The reports of one (kind, year, unit, form) that count, decoded, and what they say. */
struct group {
    struct report reports[PERIOD_LABEL_COUNT];
    struct year_filed filed[PERIOD_LABEL_COUNT];
    uint64_t revisions[PERIOD_LABEL_COUNT]; /* that count; 0 none */
    struct instant received[PERIOD_LABEL_COUNT];
    /* What is held, whether it counts or not. Not of a frozen node, nor of what is not applied. */
    struct head heads[PERIOD_LABEL_COUNT];
    bool has_head[PERIOD_LABEL_COUNT];
    struct year_triple triple;
};

/* Loads a group; `key`'s label is ignored. A group that a rebuild has not reached is empty unless
 * `even_unapplied`. `group` is zero-initialised; group_fini in any case. ERR_CORRUPT is sticky in
 * txn. */
void group_load(struct node *node, struct store_txn *txn, const struct report_key *key,
                bool even_unapplied, struct group *group);
void group_fini(struct group *group);
/* What the year rule has to know of a label without a report, and with one, which must outlive it:
 * early is what was taken in before the period's last day had passed. */
struct year_filed group_filed_none(struct node *node, const struct report_key *key);
struct year_filed group_filed(struct node *node, const struct report *report,
                              struct instant received);
/* The triple as it would be with `report` (NULL: none), taken in at `received`, in place of the
 * group's one of that label. */
void group_resolve_with(struct node *node, const struct group *group, enum period_label label,
                        const struct report *report, struct instant received,
                        struct year_triple *ret_triple);

/* Loads a group for what it says under the key's label alone, of the wanted indicators (NULL: all).
 * Otherwise as group_load. */
void group_load_figures(struct node *node, struct store_txn *txn, const struct report_key *key,
                        const struct figure_filter *wanted, struct group *group);

/* In these three, `wanted` (NULL: all) are the indicators that matter; of others there may be some,
 * and they may be wrong. What is returned is overwritten; errors are sticky in the transaction.
 *
 * What key->unit contributes itself under key's kind, period and form: its own figures, or those of
 * its whole report that covers the label; returns whether it does. */
bool rollup_own(struct node *node, struct store_txn *txn, const struct report_key *key,
                const struct figure_filter *wanted, struct figures *ret_figures);
/* What lies beneath key->unit adds up to, under key's kind, period and form: nothing for a leaf,
 * and less than there is until a rebuild is done. */
void rollup_below(struct node *node, struct store_txn *txn, const struct report_key *key,
                  const struct figure_filter *wanted, struct figures *ret_below);
/* The roll-up of key->unit for key's kind, period and form; returns as rollup_own. */
bool rollup_of(struct node *node, struct store_txn *txn, const struct report_key *key,
               const struct figure_filter *wanted, struct figures *ret_figures);

/* Carries the change of key->unit's own triple up to this node's unit. Before and after differ in
 * what counts; the reports in the store may be either. Does nothing for a group not rebuilt yet. */
void rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                   const struct year_triple *before, const struct year_triple *after);
/* Writes what rollup_change and rollup_change_digest have changed. Must come before the transaction
 * is committed, and before buckets are read in it. */
void rollup_save(struct node *node, struct store_txn *txn);
/* Carries the change of one report's state digest (NULL: there was none before). */
void rollup_change_digest(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const uint8_t *before, const uint8_t *after);

/* Whether the group of `key` is in the accumulators; a rebuild may not have come to it yet. */
bool rollup_is_applied(const struct node *node, const struct report_key *key);

/* Empties the accumulators and begins to rebuild them. */
void rollup_start_rebuild(struct node *node, struct store_txn *txn);
/* Reads how far a rebuild has come into node->rebuild. */
void rollup_load_rebuild(struct node *node, struct store_txn *txn);
/* Rebuilds up to NODE_REBUILD_GROUPS groups; nothing to do when none is under way. */
void rollup_rebuild_step(struct node *node, struct store_txn *txn, struct instant now);

#endif
