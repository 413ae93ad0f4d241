/* Climbing: a report's change is carried from unit to unit, up to this node's. The order in which
 * changes arrive does not matter, and taking a change back restores the bytes: tests/sim and
 * `verify` hold every node to that.
 *
 * What changes in sums is the same difference for everybody above: it is added in memory, to
 * accumulators that are written once for all reports of a transaction. Extremes are compared anew
 * at each unit. A unit whose whole report stands for what lies beneath it ends the climb. */
#include <assert.h>
#include <stdlib.h>

#include "core/mem.h"
#include "node/frozen.h"
#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

/* A change on its way up. */
struct climb {
    struct node *node;
    struct store_txn *txn;
    const struct tree *tree;
    struct report_key key; /* of the unit whose roll-up changed; label set */
    struct figures_change *change;
};

static struct report_key with_unit(const struct report_key *key, uint32_t unit)
{
    struct report_key k = *key;
    k.unit = unit;
    return k;
}

/* ---- accumulators ---- */

static bool is_covered(const struct climb *climb, const struct report_key *key)
{
    struct group group = {0};
    group_load(climb->node, climb->txn, key, false, &group);
    bool is_covered = group.triple.is_covered[key->period.label - 1];
    group_fini(&group);
    return is_covered;
}

static struct accumulator *load_accumulator(const struct climb *climb, const struct report_key *key)
{
    struct figures below = {0};
    rollup_below(climb->node, climb->txn, key, NULL, &below);
    struct accumulator *loaded = accumulators_add(&climb->node->accumulators, key);
    sums_of(&below, climb->node->catalogue, &loaded->below);
    figures_fini(&below);
    return loaded;
}

static struct accumulator *open_accumulator(const struct climb *climb, const struct report_key *key)
{
    struct accumulator *opened = accumulators_find(&climb->node->accumulators, key);
    if (opened == NULL)
        opened = load_accumulator(climb, key);
    if (opened->cover == COVER_UNKNOWN)
        opened->cover = is_covered(climb, key) ? COVER_YES : COVER_NO;
    opened->is_changed = true;
    return opened;
}

static void save(struct store_txn *txn, struct accumulator *accumulator, struct buf *record)
{
    if (accumulator->key.form == 0) {
        (void)store_put_bucket(txn, &accumulator->bucket); /* errors are sticky */
        return;
    }
    buf_clear(record);
    if (!sums_are_empty(&accumulator->below))
        sums_encode(&accumulator->below, record);
    (void)store_put_below(txn, &accumulator->key, span_of(record));
}

void rollup_save(struct node *node, struct store_txn *txn)
{
    struct accumulators *accumulators = &node->accumulators;
    struct accumulator *used = NULL;
    while ((used = accumulators_next_used(accumulators, used)) != NULL) {
        if (used->is_changed)
            save(txn, used, &accumulators->record);
        used->is_changed = false;
    }
    accumulators_trim(accumulators);
}

/* ---- extremes ---- */

/* An extreme went away: what is left is found by asking the children again. */
static void rescan_children(const struct climb *climb, uint32_t parent, const struct rescan *rescan,
                            struct figures *below)
{
    if (rescan->count == 0)
        return;
    struct figure *totals = mem_calloc(rescan->count, sizeof(*totals));
    struct figures child = {0};
    for (uint32_t i = climb->tree->nodes[tree_find(climb->tree, parent)].first_child;
         i != TREE_NONE; i = climb->tree->nodes[i].next_sibling) {
        struct report_key key = with_unit(&climb->key, climb->tree->nodes[i].unit);
        bool is_changed = key.unit == climb->key.unit;
        if (!is_changed)
            rollup_of(climb->node, climb->txn, &key, NULL, &child);
        for (size_t r = 0; r < rescan->count; r++) {
            const struct figure *figure = figures_find(
                is_changed ? &climb->change->new_extremes : &child, rescan->indicators[r]);
            const struct indicator *indicator =
                catalogue_indicator(climb->node->catalogue, rescan->indicators[r]);
            if (figure != NULL && indicator != NULL)
                figure_combine(&totals[r], figure, indicator->aggregation);
        }
    }
    for (size_t r = 0; r < rescan->count; r++)
        figures_set(below, rescan->indicators[r], &totals[r]);
    figures_fini(&child);
    free(totals);
}

/* The unit's roll-up of the extremes that change, and of what it has itself. */
static void roll_up_extremes(const struct climb *climb, const struct group *group,
                             const struct figures *below, struct figures *ret_rollup)
{
    struct figures some = {0};
    for (size_t i = 0; i < below->count; i++) {
        uint32_t indicator = below->items[i].indicator;
        if (figures_find(&climb->change->old_extremes, indicator) != NULL ||
            figures_find(&climb->change->new_extremes, indicator) != NULL)
            figures_append(&some, indicator, &below->items[i].figure);
    }
    year_rollup(&group->triple, (enum period_label)climb->key.period.label, &some,
                climb->node->catalogue, ret_rollup);
    figures_fini(&some);
}

/* Changes the extremes of what lies beneath key->unit, and makes the change that of its roll-up. */
static void climb_extremes(const struct climb *climb, const struct report_key *key,
                           struct figures *below)
{
    const struct catalogue *catalogue = climb->node->catalogue;
    struct figures_change *change = climb->change, above = {0};
    struct figures before = {0}, after = {0};
    struct group group = {0};
    struct rescan rescan = {0};
    group_load(climb->node, climb->txn, key, false, &group);
    roll_up_extremes(climb, &group, below, &before);
    figures_replace_part(below, &change->old_extremes, &change->new_extremes, catalogue, &rescan);
    rescan_children(climb, key->unit, &rescan, below);
    roll_up_extremes(climb, &group, below, &after);
    figures_compare(&before, &after, catalogue, &above);
    figures_copy(&change->old_extremes, &above.old_extremes);
    figures_copy(&change->new_extremes, &above.new_extremes);
    figures_change_fini(&above);
    figures_fini(&before);
    figures_fini(&after);
    free(rescan.indicators);
    group_fini(&group);
}

/* ---- climbing ---- */

/* The sums of a frozen node. Its totals are read more often than they change. */
static struct figures *climb_frozen(const struct climb *climb, const struct report_key *key)
{
    struct figures *below = frozen_below(climb->node->frozen, climb->txn, key);
    const struct figures_change *change = climb->change;
    assert(below != NULL); /* what climbs was read before */
    for (size_t i = 0; i < change->plains.count; i++) {
        const struct figure difference = figure_of_plain(&change->plains.items[i]);
        figures_shift(below, change->plains.items[i].indicator, &difference);
    }
    for (size_t i = 0; i < change->sums.count; i++)
        figures_shift(below, change->sums.items[i].indicator, &change->sums.items[i].figure);
    return below;
}

/* One level up. False when nothing of it goes further. */
static bool climb_to(struct climb *climb, uint32_t parent)
{
    const struct report_key key = with_unit(&climb->key, parent);
    struct figures *extremes; /* among others */
    bool ends;
    if (climb->node->frozen != NULL) {
        extremes = climb_frozen(climb, &key);
        ends = is_covered(climb, &key);
    } else {
        struct accumulator *opened = open_accumulator(climb, &key);
        if (store_error(climb->txn) != ERR_OK)
            return false; /* of totals that did not read nothing can be taken away */
        sums_shift(&opened->below, climb->change);
        extremes = &opened->below.others;
        ends = opened->cover == COVER_YES;
    }
    if (climb->change->old_extremes.count + climb->change->new_extremes.count > 0)
        climb_extremes(climb, &key, extremes);
    climb->key = key;
    return !ends && !figures_change_is_empty(climb->change);
}

/* What changes in the roll-up of the unit itself. */
static void compare_rollups(const struct climb *climb, const struct year_triple *before,
                            const struct year_triple *after)
{
    const struct catalogue *catalogue = climb->node->catalogue;
    enum period_label label = (enum period_label)climb->key.period.label;
    const size_t at = (size_t)label - 1;
    const uint32_t index = tree_find(climb->tree, climb->key.unit);
    if (climb->tree->nodes[index].first_child == TREE_NONE) {
        figures_compare(before->is_covered[at] ? &before->whole[at] : &before->own[at],
                        after->is_covered[at] ? &after->whole[at] : &after->own[at], catalogue,
                        climb->change);
        return;
    }
    struct figures below = {0}, old_rollup = {0}, new_rollup = {0};
    rollup_below(climb->node, climb->txn, &climb->key, NULL, &below);
    year_rollup(before, label, &below, catalogue, &old_rollup);
    year_rollup(after, label, &below, catalogue, &new_rollup);
    figures_compare(&old_rollup, &new_rollup, catalogue, climb->change);
    figures_fini(&below);
    figures_fini(&old_rollup);
    figures_fini(&new_rollup);
}

static void change_label(struct node *node, struct store_txn *txn, const struct report_key *key,
                         const struct year_triple *before, const struct year_triple *after)
{
    struct climb climb = {.node = node,
                          .txn = txn,
                          .tree = node_tree(node, key->period),
                          .key = *key,
                          .change = &node->accumulators.change};
    compare_rollups(&climb, before, after);
    bool is_climbing = !figures_change_is_empty(climb.change);
    while (is_climbing && climb.key.unit != node->options.unit && store_error(txn) == ERR_OK) {
        uint32_t parent = tree_parent(climb.tree, climb.key.unit);
        assert(parent != 0); /* the unit lies beneath this node's */
        is_climbing = climb_to(&climb, parent);
    }
}

void rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                   const struct year_triple *before, const struct year_triple *after)
{
    if (!rollup_is_applied(node, key))
        return;
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++) {
        if (before->is_covered[l - 1] == after->is_covered[l - 1] &&
            figures_equal(&before->own[l - 1], &after->own[l - 1]) &&
            figures_equal(&before->whole[l - 1], &after->whole[l - 1]))
            continue;
        if (node->frozen != NULL && l != node->frozen->edition.period.label)
            continue; /* it has no other totals */
        const struct report_key k = report_key_with_label(key, l);
        if (node_covers(node, node_tree(node, k.period), k.unit))
            change_label(node, txn, &k, before, after);
    }
}

static void change_bucket(struct bucket *bucket, const uint8_t *before, const uint8_t *after)
{
    if (before != NULL)
        digest_subtract(bucket->digest, before);
    else
        bucket->count++;
    digest_add(bucket->digest, after);
}

static struct accumulator *open_bucket(struct node *node, struct store_txn *txn,
                                       const struct report_key *key, uint32_t unit)
{
    const struct report_key at = {.kind = key->kind, .period = key->period, .unit = unit};
    struct bucket bucket;
    struct accumulator *opened = accumulators_find(&node->accumulators, &at);
    if (opened == NULL) {
        if (store_get_bucket(txn, key->kind, key->period, unit, &bucket) != ERR_OK)
            return NULL; /* sticky */
        opened = accumulators_add(&node->accumulators, &at);
        opened->bucket = bucket;
    }
    opened->is_changed = true;
    return opened;
}

/* That of a unit with nothing beneath: its few reports seldom come together, so it is not kept at
 * hand. */
static void change_leaf(struct store_txn *txn, const struct report_key *key, const uint8_t *before,
                        const uint8_t *after)
{
    struct bucket bucket;
    if (store_get_bucket(txn, key->kind, key->period, key->unit, &bucket) != ERR_OK)
        return; /* sticky */
    change_bucket(&bucket, before, after);
    (void)store_put_bucket(txn, &bucket); /* it is sticky */
}

void rollup_change_digest(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const uint8_t *before, const uint8_t *after)
{
    const struct tree *tree = node_tree(node, key->period);
    if (!rollup_is_applied(node, key) || !node_covers(node, tree, key->unit))
        return;
    const uint32_t top = tree_find(tree, node->options.unit);
    uint32_t index = tree_find(tree, key->unit);
    if (tree->nodes[index].first_child == TREE_NONE) {
        change_leaf(txn, key, before, after);
        if (index == top)
            return;
        index = tree->nodes[index].parent;
    }
    for (;; index = tree->nodes[index].parent) {
        struct accumulator *opened = open_bucket(node, txn, key, tree->nodes[index].unit);
        if (opened == NULL)
            return;
        change_bucket(&opened->bucket, before, after);
        if (index == top)
            return;
    }
}
