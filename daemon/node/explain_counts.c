/* A count taken apart: the units that it asks, with what the condition says of each. They are asked
 * as the count asks them (view_formula.c), so that those that are counted add up to it. */
#include "node/explain.h"

#include "core/mem.h"

static Tonghop__ExplainType type_of(enum truth truth)
{
    switch (truth) {
    case TRUTH_TRUE:
        return TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COUNTED;
    case TRUTH_FALSE:
        return TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_NOT_COUNTED;
    case TRUTH_UNKNOWN:
        break;
    }
    return TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_UNDECIDED;
}

static enum truth ask_unit(const struct explain *explain, const struct formula_count *count,
                           const struct tree_node *node)
{
    struct view_key key = explain->view->key;
    struct view view;
    key.unit = node->unit;
    view_init(&view, explain->step->node, explain->step->txn, &key);
    view.wanted = &explain->wanted;
    enum truth truth = view_holds(&view, &count->test, node->type);
    view_fini(&view);
    return truth;
}

/* The units that one term asks, in the order of the tree; with its condition if it is not the only
 * one. */
static void explain_count(struct explain *explain, const struct formula_count *count, bool is_only)
{
    const struct tree *tree = explain->query->tree;
    uint32_t root = tree_find(tree, explain->query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        const struct tree_node *node = &tree->nodes[i];
        if (explain_is_too_large(explain))
            return;
        if (!view_asks(explain->view, count->level, node))
            continue;
        struct explain_line *line =
            explain_add_line(explain, 0, node->unit, type_of(ask_unit(explain, count, node)));
        if (is_only)
            continue;
        line->note = mem_strndup(count->condition, count->condition_len);
        line->message.note = line->note;
        explain->byte_count += count->condition_len;
    }
}

void explain_counts(struct explain *explain)
{
    const struct indicator *indicator = explain->indicator;
    struct formula_count count;
    Tonghop__Value total;
    view_value(explain->view, indicator, &total);
    /* Nothing is counted for a plan that nobody made, nor before the indicator is valid. */
    bool is_made = total.all_count > 0;
    explain->wanted = view_filter_of(explain->step->node->catalogue, indicator);
    bool is_only = !formula_own_count(indicator->formula, indicator->rule, 1, &count);
    value_fini(&total);
    for (size_t n = 0; is_made && formula_own_count(indicator->formula, indicator->rule, n, &count);
         n++)
        explain_count(explain, &count, is_only);
}
