/* The notices that an inbox is of, and no others: of a node above thousands of units nearly all
 * that it holds was said to units that other nodes serve, and those who say it may be many, or
 * mean no good. So the walk leaps from unit to unit: of those that are not asked about it reads one
 * key, and of no notice anything but its key. */
#include <stdlib.h>

#include "core/mem.h"
#include "node/inbox.h"

void inbox_walk_fini(struct inbox_walk *walk)
{
    free(walk->units);
    walk->units = NULL;
}

static bool is_told(uint8_t type)
{
    return type == NOTICE_RETURNED || type == NOTICE_REMINDER || type == NOTICE_CLOSING ||
           type == NOTICE_REOPENING;
}

static bool is_served(struct inbox_walk *walk, const struct tree *tree, uint32_t unit)
{
    const struct step *step = walk->step;
    return node_home_of(step->node, step->txn, tree, unit) == step->node->options.unit;
}

/* A closing is told to all beneath the unit that it is of. */
static bool is_asked_for(struct inbox_walk *walk, const struct notice_key *key)
{
    const struct tree *tree = node_tree(walk->step->node, key->report.period);
    uint32_t unit = key->report.unit;
    if (key->type == NOTICE_CLOSING)
        return tree_contains(tree, unit, walk->unit);
    return tree_contains(tree, walk->unit, unit) &&
           (!walk->is_for_sender || query_may_read(&walk->step->peer, tree, unit)) &&
           (!walk->is_of_served || is_served(walk, tree, unit));
}

/* ---- units that are asked about ---- */

static void add(struct inbox_walk *walk, uint32_t unit)
{
    walk->units = mem_grow(walk->units, walk->count, &walk->capacity, sizeof(*walk->units));
    walk->units[walk->count++] = unit;
}

static void add_units(struct inbox_walk *walk, const struct tree *tree)
{
    const uint32_t top = tree_find(tree, walk->unit);
    for (uint32_t at = top; at != TREE_NONE;) {
        bool is_in = !walk->is_of_served || is_served(walk, tree, tree->nodes[at].unit);
        if (is_in)
            add(walk, tree->nodes[at].unit);
        at = is_in ? tree_next(tree, top, at) : tree_next_beside(tree, top, at);
    }
    for (uint32_t above = tree_parent(tree, walk->unit); above != 0;
         above = tree_parent(tree, above))
        add(walk, above); /* whose closings are told */
}

static int by_id(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Of any period of the year. Most have the same tree. */
static void list_units(struct inbox_walk *walk, uint8_t kind, uint16_t year)
{
    const struct tree_node *listed = NULL;
    walk->kind = kind;
    walk->year = year;
    walk->count = 0;
    for (enum period_label label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct tree *tree =
            node_tree(walk->step->node, (struct period){year, (uint8_t)label});
        if (tree->nodes != listed)
            add_units(walk, tree);
        listed = tree->nodes;
    }
    if (walk->count > 0)
        qsort(walk->units, walk->count, sizeof(*walk->units), by_id);
}

/* The first from `unit` on, 0: none. */
static uint32_t unit_from(const struct inbox_walk *walk, uint32_t unit)
{
    size_t low = 0, high = walk->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (walk->units[middle] < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low < walk->count ? walk->units[low] : 0;
}

bool inbox_next(struct inbox_walk *walk)
{
    struct notice_key *at = &walk->at;
    struct span bytes;
    while (store_next_notice(walk->step->txn, at, &bytes)) {
        const uint8_t kind = at->report.kind;
        const uint16_t year = at->report.period.year;
        if (kind != walk->kind || year != walk->year)
            list_units(walk, kind, year);
        uint32_t unit = unit_from(walk, at->report.unit);
        if (unit == 0)
            at->report = store_cursor_before(kind, (uint16_t)(year + 1), 0, 0);
        else if (unit != at->report.unit)
            at->report = store_cursor_before(kind, year, unit, 0);
        else if (is_told(at->type) && is_asked_for(walk, at))
            return true;
    }
    return false;
}
