/* Private to core: the tree that the parser makes, and that the evaluator and the checks walk.
 *
 * Nodes lie in one array and name each other by index, so that a formula is freed at once. Every
 * node is a number or a truth; the parser has checked that each operator gets what it needs. */
#ifndef CORE_FORMULA_NODE_H
#define CORE_FORMULA_NODE_H

#include "core/formula.h"

enum node_kind {
    /* Numbers. */
    NODE_NUMBER,    /* value / 10^decimals */
    NODE_INDICATOR, /* value: its number */
    NODE_NEGATE,    /* left */
    NODE_ADD,       /* left, right; likewise all that follow */
    NODE_SUBTRACT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_COUNT, /* value: level; left: the predicate */
    /* Truths. */
    NODE_ANY_UNIT,    /* holds for every unit */
    NODE_TYPE_IS,     /* value: type */
    NODE_TYPE_IS_NOT, /* value: type */
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_GREATER,
    NODE_GREATER_EQUAL,
    NODE_EQUAL,
    NODE_NOT_EQUAL,
    NODE_NOT, /* left */
    NODE_AND,
    NODE_OR,
};

struct formula_node {
    uint8_t kind; /* enum node_kind */
    uint8_t decimals;
    uint16_t left, right; /* indexes */
    uint16_t offset;      /* where it stands in the text; an operator's is that of its sign */
    int64_t value;
};

struct formula {
    struct formula_node *nodes;
    size_t node_count;
    uint16_t root; /* a number; of a check (core/check.h) a truth */
    uint32_t *operands;
    size_t operand_count;
};

/* As formula_eval, of one number inside a formula. */
struct derived formula_eval_at(const struct formula_test *number, unsigned decimals,
                               const struct formula_env *env);

#endif
