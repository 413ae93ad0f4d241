/* Building the tree of a period, and walking it.
 *
 * Who stands where on the last day is simply what the catalogue says. The units that ended inside
 * the window are hung in afterwards, latest end first: a successor is valid on the day after the
 * end, so it ends later or not at all, and is in its place already when its predecessors come. */
#include "core/tree.h"

#include <assert.h>
#include <stdlib.h>

#include "core/mem.h"

/* The version that decides where the unit stands, NULL when it is not in the period's tree. */
static const struct unit_version *version_in(const struct unit *unit, struct window window)
{
    const struct unit_version *version = unit_at(unit, window.last);
    struct date end = unit_end(unit);

    if (version == NULL && date_compare(window.first, end) <= 0 &&
        date_compare(end, window.last) < 0)
        version = unit_at(unit, end);
    return version;
}

/* Where a unit would be looked for first. Ids often rise by one, so they are spread. */
static uint32_t first_place(const struct tree *tree, uint32_t unit)
{
    return (unit * UINT32_C(0x9E3779B1) >> 7) & tree->place_mask;
}

/* At least half of the places are free. */
static void set_places(struct tree *tree)
{
    uint32_t count = 1;
    while (count < 2 * tree->node_count)
        count *= 2;
    tree->places = mem_calloc(count, sizeof *tree->places);
    tree->place_mask = count - 1;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        uint32_t place = first_place(tree, tree->nodes[i].unit);
        while (tree->places[place] != 0)
            place = (place + 1) & tree->place_mask;
        tree->places[place] = i + 1;
    }
}

/* Fills the nodes in order of unit id; `node_of` gives them by index into catalogue.units. */
static void add_nodes(struct tree *tree, const struct catalogue *catalogue, uint32_t *node_of)
{
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        const struct unit *unit = &catalogue->units[i];
        const struct unit_version *version = version_in(unit, tree->window);

        node_of[i] = TREE_NONE;
        if (version == NULL)
            continue;
        node_of[i] = tree->node_count;
        tree->nodes[tree->node_count++] = (struct tree_node){
            .unit = unit->id,
            .parent = TREE_NONE,
            .first_child = TREE_NONE,
            .next_sibling = TREE_NONE,
            .level = version->level,
            .type = version->type,
            .has_ended = date_compare(version->to, tree->window.last) < 0,
            .source = unit,
            .version = version,
        };
    }
}

static uint32_t depth_of(const struct tree *tree, uint32_t index)
{
    uint32_t depth = 0;

    for (; tree->nodes[index].parent != TREE_NONE; index = tree->nodes[index].parent)
        depth++;
    return depth;
}

/* The lowest node that both lie at or beneath. */
static uint32_t common_ancestor(const struct tree *tree, uint32_t a, uint32_t b)
{
    uint32_t depth_a = depth_of(tree, a), depth_b = depth_of(tree, b);

    while (a != b) {
        if (depth_a >= depth_b) {
            a = tree->nodes[a].parent;
            depth_a--;
        } else {
            b = tree->nodes[b].parent;
            depth_b--;
        }
        assert(a != TREE_NONE && b != TREE_NONE); /* catalogue_finish saw to one root */
    }
    return a;
}

/* Where a unit that ended stays: under its successor, under what its successors have in common, or,
 * without any, under the parent it had. */
static uint32_t place_of_ended(const struct tree *tree, const struct tree_node *node)
{
    const struct unit *unit = node->source;

    if (unit->successor_count == 0)
        return tree_find(tree, node->version->parent);
    uint32_t place = tree_find(tree, unit->successors[0]);
    for (size_t i = 1; i < unit->successor_count; i++)
        place = common_ancestor(tree, place, tree_find(tree, unit->successors[i]));
    return place;
}

static int compare_ends(const void *a, const void *b, void *ctx)
{
    const struct tree *tree = ctx;
    const struct tree_node *left = &tree->nodes[*(const uint32_t *)a];
    const struct tree_node *right = &tree->nodes[*(const uint32_t *)b];

    return date_compare(right->version->to, left->version->to);
}

static void set_parents(struct tree *tree)
{
    uint32_t *ended = NULL;
    size_t count = 0, capacity = 0;

    for (uint32_t i = 0; i < tree->node_count; i++) {
        struct tree_node *node = &tree->nodes[i];

        if (!node->has_ended) {
            node->parent = tree_find(tree, node->version->parent);
            continue;
        }
        ended = mem_grow(ended, count, &capacity, sizeof *ended);
        ended[count++] = i;
    }
    if (count > 1)
        qsort_r(ended, count, sizeof *ended, compare_ends, tree);
    for (size_t i = 0; i < count; i++)
        tree->nodes[ended[i]].parent = place_of_ended(tree, &tree->nodes[ended[i]]);
    free(ended);
}

/* Pushes each node in front of its siblings, last code first: the catalogue has them sorted. */
static void link_children(struct tree *tree, const struct catalogue *catalogue,
                          const uint32_t *node_of)
{
    for (size_t i = catalogue->unit_ref_count; i-- > 0;) {
        struct unit_ref ref = catalogue->units_by_code[i];
        uint32_t index = node_of[ref.unit];

        if (index == TREE_NONE)
            continue;
        struct tree_node *node = &tree->nodes[index];
        if (node->version != &catalogue->units[ref.unit].versions[ref.version] ||
            node->parent == TREE_NONE)
            continue;
        node->next_sibling = tree->nodes[node->parent].first_child;
        tree->nodes[node->parent].first_child = index;
    }
}

struct tree *tree_new(const struct catalogue *catalogue, struct period period)
{
    struct tree *tree = mem_alloc(sizeof *tree);
    uint32_t *node_of = mem_calloc(catalogue->unit_count, sizeof *node_of);

    *tree = (struct tree){
        .period = period,
        .window = catalogue_window(catalogue, period),
        .nodes = mem_calloc(catalogue->unit_count, sizeof *tree->nodes),
        .sharer_count = mem_alloc(sizeof *tree->sharer_count),
    };
    *tree->sharer_count = 1;
    add_nodes(tree, catalogue, node_of);
    tree->nodes = mem_realloc(tree->nodes, tree->node_count * sizeof *tree->nodes);
    set_places(tree);
    set_parents(tree);
    link_children(tree, catalogue, node_of);
    free(node_of);
    return tree;
}

static void drop_nodes(struct tree *tree)
{
    if (--*tree->sharer_count > 0)
        return;
    free(tree->nodes);
    free(tree->places);
    free(tree->sharer_count);
}

void tree_free(struct tree **tree)
{
    if (*tree == NULL)
        return;
    drop_nodes(*tree);
    free(*tree);
    *tree = NULL;
}

/* Member by member: a node has padding. */
static bool is_same_node(const struct tree_node *a, const struct tree_node *b)
{
    return a->unit == b->unit && a->parent == b->parent && a->first_child == b->first_child &&
           a->next_sibling == b->next_sibling && a->level == b->level && a->type == b->type &&
           a->has_ended == b->has_ended && a->source == b->source && a->version == b->version;
}

void tree_share(struct tree *tree, const struct tree *other)
{
    if (tree->nodes == other->nodes || tree->node_count != other->node_count)
        return;
    for (uint32_t i = 0; i < tree->node_count; i++)
        if (!is_same_node(&tree->nodes[i], &other->nodes[i]))
            return;
    drop_nodes(tree);
    tree->nodes = other->nodes;
    tree->places = other->places;
    tree->sharer_count = other->sharer_count;
    ++*tree->sharer_count;
}

uint32_t tree_find(const struct tree *tree, uint32_t unit)
{
    for (uint32_t place = first_place(tree, unit); tree->places[place] != 0;
         place = (place + 1) & tree->place_mask) {
        const uint32_t index = tree->places[place] - 1;
        if (tree->nodes[index].unit == unit)
            return index;
    }
    return TREE_NONE;
}

uint32_t tree_parent(const struct tree *tree, uint32_t unit)
{
    uint32_t index = tree_find(tree, unit);

    if (index == TREE_NONE || tree->nodes[index].parent == TREE_NONE)
        return 0;
    return tree->nodes[tree->nodes[index].parent].unit;
}

bool tree_contains(const struct tree *tree, uint32_t ancestor, uint32_t unit)
{
    uint32_t above = tree_find(tree, ancestor);
    uint32_t index = tree_find(tree, unit);

    if (above == TREE_NONE)
        return false;
    while (index != TREE_NONE && index != above)
        index = tree->nodes[index].parent;
    return index == above;
}

bool tree_lies_in(const struct tree *tree, uint32_t unit, const struct tree *other, uint32_t home)
{
    uint32_t root = tree_find(tree, unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        uint32_t member = tree->nodes[i].unit;
        if (tree_find(other, member) != TREE_NONE && !tree_contains(other, home, member))
            return false;
    }
    return true;
}

uint32_t tree_next(const struct tree *tree, uint32_t root, uint32_t index)
{
    if (tree->nodes[index].first_child != TREE_NONE)
        return tree->nodes[index].first_child;
    return tree_next_beside(tree, root, index);
}

uint32_t tree_next_beside(const struct tree *tree, uint32_t root, uint32_t index)
{
    const struct tree_node *nodes = tree->nodes;

    while (index != root && nodes[index].next_sibling == TREE_NONE)
        index = nodes[index].parent;
    return index == root ? TREE_NONE : nodes[index].next_sibling;
}
