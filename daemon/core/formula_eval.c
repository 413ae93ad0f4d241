/* Evaluation of formulas: what the operands are worth comes from outside, and quantity.h counts. A
 * predicate is true, false, or unknown where a figure is missing or not known well enough. */
#include <assert.h>
#include <string.h>

#include "core/formula_node.h"
#include "core/quantity.h"

struct evaluation {
    const struct formula *formula;
    const struct formula_env *env;
    uint32_t known, all;
    uint32_t least_units, most_units;
};

static struct quantity eval_indicator(struct evaluation *evaluation, uint32_t indicator)
{
    const struct formula_env *env = evaluation->env;
    struct operand operand = env->operand(env->ctx, indicator);

    if (operand.state != OPERAND_VALUE)
        return operand.state == OPERAND_SKIPPED ? quantity_skipped() : quantity_missing();
    if (operand.unit_count > 0) {
        if (evaluation->least_units == 0 || operand.unit_count < evaluation->least_units)
            evaluation->least_units = operand.unit_count;
        if (operand.unit_count > evaluation->most_units)
            evaluation->most_units = operand.unit_count;
    }

    struct amount amount = {.has_value = true,
                            .value = operand.value,
                            .upper = operand.upper,
                            .qualifier = operand.qualifier};
    return quantity_of(&amount, operand.decimals);
}

/* Units that cannot be decided are not counted; when none can be, there is no count. */
static struct quantity eval_count(struct evaluation *evaluation, const struct formula_node *node)
{
    const struct formula_env *env = evaluation->env;
    const struct formula_test test = {evaluation->formula, node->left};
    uint32_t unknown = 0, all = 0;
    uint32_t count = env->count(env->ctx, (uint8_t)node->value, &test, &unknown, &all);

    evaluation->known += all - unknown;
    evaluation->all += all;
    return all > 0 && unknown == all ? quantity_missing() : quantity_exact(count, 1);
}

static struct quantity eval_number(struct evaluation *evaluation, uint16_t index)
{
    const struct formula_node *node = &evaluation->formula->nodes[index];
    struct quantity left, right;

    switch ((enum node_kind)node->kind) {
    case NODE_NUMBER:
        return quantity_exact(node->value, pow10_i64(node->decimals));
    case NODE_INDICATOR:
        return eval_indicator(evaluation, (uint32_t)node->value);
    case NODE_COUNT:
        return eval_count(evaluation, node);
    case NODE_NEGATE:
        return quantity_negate(eval_number(evaluation, node->left));
    case NODE_ADD:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return quantity_add(left, right);
    case NODE_SUBTRACT:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return quantity_add(left, quantity_negate(right));
    case NODE_MULTIPLY:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return quantity_multiply(left, right);
    case NODE_DIVIDE:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return quantity_divide(left, right);
    case NODE_ANY_UNIT:
    case NODE_TYPE_IS:
    case NODE_TYPE_IS_NOT:
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
    case NODE_EQUAL:
    case NODE_NOT_EQUAL:
    case NODE_NOT:
    case NODE_AND:
    case NODE_OR:
        break;
    }
    assert(false && "the parser lets no truth stand for a number");
    return quantity_missing();
}

static enum truth truth_of(bool holds)
{
    return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth truth_not(enum truth truth)
{
    return truth == TRUTH_UNKNOWN ? TRUTH_UNKNOWN : truth_of(truth == TRUTH_FALSE);
}

static enum truth truth_and(enum truth a, enum truth b)
{
    if (a == TRUTH_FALSE || b == TRUTH_FALSE)
        return TRUTH_FALSE;
    return a == TRUTH_TRUE && b == TRUTH_TRUE ? TRUTH_TRUE : TRUTH_UNKNOWN;
}

static enum truth eval_comparison(struct evaluation *evaluation, const struct formula_node *node)
{
    struct quantity left = eval_number(evaluation, node->left);
    struct quantity right = eval_number(evaluation, node->right);

    if (left.state != QUANTITY_VALUE || right.state != QUANTITY_VALUE)
        return TRUTH_UNKNOWN;

    enum truth is_greater, is_less;
    int order;
    if (quantity_order(&left, &right, &order)) {
        is_greater = truth_of(order > 0);
        is_less = truth_of(order < 0);
    } else {
        struct quantity difference = quantity_add(left, quantity_negate(right));
        struct quantity opposite = quantity_negate(difference);
        is_greater = quantity_is_positive(&difference);
        is_less = quantity_is_positive(&opposite);
    }
    enum truth is_equal = truth_and(truth_not(is_greater), truth_not(is_less));

    if (node->kind == NODE_LESS)
        return is_less;
    if (node->kind == NODE_LESS_EQUAL)
        return truth_not(is_greater);
    if (node->kind == NODE_GREATER)
        return is_greater;
    if (node->kind == NODE_GREATER_EQUAL)
        return truth_not(is_less);
    return node->kind == NODE_EQUAL ? is_equal : truth_not(is_equal);
}

static enum truth eval_truth(struct evaluation *evaluation, uint16_t index, uint8_t unit_type)
{
    const struct formula_node *node = &evaluation->formula->nodes[index];
    enum truth left, right;

    switch ((enum node_kind)node->kind) {
    case NODE_ANY_UNIT:
        return TRUTH_TRUE;
    case NODE_TYPE_IS:
        return truth_of(unit_type == node->value);
    case NODE_TYPE_IS_NOT:
        return truth_of(unit_type != node->value);
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
    case NODE_EQUAL:
    case NODE_NOT_EQUAL:
        return eval_comparison(evaluation, node);
    case NODE_NOT:
        return truth_not(eval_truth(evaluation, node->left, unit_type));
    case NODE_AND:
        left = eval_truth(evaluation, node->left, unit_type);
        right = eval_truth(evaluation, node->right, unit_type);
        return truth_and(left, right);
    case NODE_OR:
        left = eval_truth(evaluation, node->left, unit_type);
        right = eval_truth(evaluation, node->right, unit_type);
        return truth_not(truth_and(truth_not(left), truth_not(right)));
    case NODE_NUMBER:
    case NODE_INDICATOR:
    case NODE_NEGATE:
    case NODE_ADD:
    case NODE_SUBTRACT:
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
    case NODE_COUNT:
        break;
    }
    assert(false && "the parser lets no number stand for a truth");
    return TRUTH_UNKNOWN;
}

bool formula_count_term(const struct formula *formula, size_t n, uint8_t *ret_level,
                        struct formula_test *ret_test)
{
    for (size_t i = 0; i < formula->node_count; i++) {
        const struct formula_node *node = &formula->nodes[i];

        if (node->kind != NODE_COUNT || n-- > 0)
            continue;
        *ret_level = (uint8_t)node->value;
        *ret_test = (struct formula_test){formula, node->left};
        return true;
    }
    return false;
}

/* Finds count@ term `n` of a number, and takes those before it off `n`. */
static bool find_count(const struct formula *formula, uint16_t index, size_t *n,
                       uint16_t *ret_index)
{
    const struct formula_node *node = &formula->nodes[index];

    if (node->kind == NODE_COUNT) {
        *ret_index = index;
        return (*n)-- == 0;
    }
    if (node->kind == NODE_NEGATE)
        return find_count(formula, node->left, n, ret_index);
    if (node->kind < NODE_ADD || node->kind > NODE_DIVIDE)
        return false;
    return find_count(formula, node->left, n, ret_index) ||
           find_count(formula, node->right, n, ret_index);
}

/* The parser has checked that the brackets match, and nothing else in a formula has brackets. */
static void set_condition(const char *count, struct formula_count *ret_count)
{
    const char *begin = strchr(count, '('), *end = begin;
    unsigned depth = 0;

    do {
        depth += *end == '(';
        depth -= *end == ')';
        end++;
    } while (depth > 0);
    begin++;
    end--;
    while (begin < end && *begin == ' ')
        begin++;
    while (begin < end && end[-1] == ' ')
        end--;
    ret_count->condition = begin;
    ret_count->condition_len = (size_t)(end - begin);
}

bool formula_own_count(const struct formula *formula, const char *text, size_t n,
                       struct formula_count *ret_count)
{
    uint16_t index;

    if (!find_count(formula, formula->root, &n, &index))
        return false;
    const struct formula_node *node = &formula->nodes[index];
    ret_count->level = (uint8_t)node->value;
    ret_count->test = (struct formula_test){formula, node->left};
    set_condition(text + node->offset, ret_count);
    return true;
}

enum truth formula_holds(const struct formula_test *predicate, uint8_t unit_type,
                         const struct formula_env *env)
{
    struct evaluation evaluation = {.formula = predicate->formula, .env = env};

    return eval_truth(&evaluation, predicate->node, unit_type);
}

struct derived formula_eval_at(const struct formula_test *number, unsigned decimals,
                               const struct formula_env *env)
{
    struct evaluation evaluation = {.formula = number->formula, .env = env};
    struct quantity result = eval_number(&evaluation, number->node);
    struct derived derived = {
        .is_uneven =
            formula_is_ratio(number->formula) && evaluation.least_units != evaluation.most_units,
        .least_units = evaluation.least_units,
        .most_units = evaluation.most_units,
        .known = evaluation.known,
        .all = evaluation.all,
    };

    struct amount amount = quantity_round(&result, decimals);
    derived.has_value = amount.has_value;
    derived.value = amount.value;
    derived.qualifier = amount.qualifier;
    derived.upper = amount.upper;
    return derived;
}

struct derived formula_eval(const struct formula *formula, unsigned decimals,
                            const struct formula_env *env)
{
    return formula_eval_at(&(struct formula_test){formula, formula->root}, decimals, env);
}
