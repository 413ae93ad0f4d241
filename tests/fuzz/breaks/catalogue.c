/* Units that ended in the period are passed over in walks.
 *
 * Law: every unit is reached from a root, once */
#include "core/tree.h"

uint32_t __real_tree_next(const struct tree *tree, uint32_t root, uint32_t index);
uint32_t __wrap_tree_next(const struct tree *tree, uint32_t root, uint32_t index);

uint32_t __wrap_tree_next(const struct tree *tree, uint32_t root, uint32_t index)
{
    uint32_t next = __real_tree_next(tree, root, index);
    return next != TREE_NONE && tree->nodes[next].has_ended ? __real_tree_next(tree, root, next)
                                                            : next;
}
