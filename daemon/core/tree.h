/* The tree of one period: that of its window's last day.
 *
 * A unit that ended inside the window stays in it under its successor (the common parent of its
 * successors, if it was split), owes nothing, and contributes flows only. */
#ifndef CORE_TREE_H
#define CORE_TREE_H

#include "core/catalogue.h"

enum { TREE_NONE = UINT32_MAX };

struct tree_node {
    uint32_t unit;         /* id */
    uint32_t parent;       /* index, TREE_NONE at the root */
    uint32_t first_child;  /* index, TREE_NONE if none; children are in order of code */
    uint32_t next_sibling; /* index, TREE_NONE if last */
    uint8_t level;
    uint8_t type;
    bool has_ended;                     /* inside the window */
    const struct unit *source;          /* belongs to the catalogue */
    const struct unit_version *version; /* valid on the last day, or the last one if it ended */
};

struct tree {
    struct period period;
    struct window window;
    struct tree_node *nodes; /* by unit id */
    uint32_t node_count;
    uint32_t *places;       /* index + 1 of each unit, open addressing; 0: free */
    uint32_t place_mask;    /* their number, a power of two, minus 1 */
    uint32_t *sharer_count; /* trees that have these nodes and places */
};

/* Built in O(n log n); the catalogue must outlive it. */
struct tree *tree_new(const struct catalogue *catalogue, struct period period);
void tree_free(struct tree **tree);
/* Lets `tree` have the nodes of `other`, of the same catalogue, if they are the same: most periods
 * have the tree of the one before. Each of the two is freed by itself. */
void tree_share(struct tree *tree, const struct tree *other);

/* Index of the unit, TREE_NONE if it is not in this period's tree. */
uint32_t tree_find(const struct tree *tree, uint32_t unit);
/* The unit id of the parent, 0 for the root or a unit that is not in the tree. */
uint32_t tree_parent(const struct tree *tree, uint32_t unit);
/* True when `unit` is `ancestor` or lies beneath it. */
bool tree_contains(const struct tree *tree, uint32_t ancestor, uint32_t unit);
/* Whether every unit beneath `unit` is beneath `home` in the other tree, or is not there at all. */
bool tree_lies_in(const struct tree *tree, uint32_t unit, const struct tree *other, uint32_t home);
/* Walks the subtree of `root` in depth-first order, parents first: give `root` first, then what it
 * returned; TREE_NONE at the end. Indexes, not ids. */
uint32_t tree_next(const struct tree *tree, uint32_t root, uint32_t index);
/* The same without what lies beneath `index`. */
uint32_t tree_next_beside(const struct tree *tree, uint32_t root, uint32_t index);

#endif
