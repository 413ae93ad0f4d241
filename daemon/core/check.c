/* Making checks. A check is a condition of the formula language; what is added here is to notice
 * whether anything that it read was inexact. */
#include "core/check.h"

#include "core/formula_node.h"

/* An env that hands on to another and remembers what it saw. */
struct witness {
    const struct formula_env *env;
    bool saw_inexact;
};

static struct operand read_operand(void *ctx, uint32_t indicator)
{
    struct witness *witness = ctx;
    struct operand operand = witness->env->operand(witness->env->ctx, indicator);

    if (operand.state == OPERAND_VALUE && operand.qualifier != QUALIFIER_EXACT)
        witness->saw_inexact = true;
    if (operand.state == OPERAND_VALUE && operand.qualifier == QUALIFIER_ABOUT)
        operand.qualifier = QUALIFIER_EXACT;
    return operand;
}

static uint32_t count_units(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    struct witness *witness = ctx;
    uint32_t count = witness->env->count(witness->env->ctx, level, predicate, ret_unknown, ret_all);

    if (*ret_unknown > 0)
        witness->saw_inexact = true;
    return count;
}

bool check_is_for(const struct check *check, uint8_t level)
{
    return check->level_mask == 0 || (check->level_mask >> level & 1) != 0;
}

/* The node that every check has first: the indicator itself. */
enum { SELF_NODE = 0, NO_UNIT_TYPE = UINT8_MAX };

struct check_result check_make(const struct check *check, const struct formula_env *env)
{
    const struct formula *condition = check->condition;
    struct witness witness = {.env = env};
    const struct formula_env seen = {&witness, read_operand, count_units};
    struct check_result result = {.state = CHECK_NOT_MADE};
    /* Types are asked for inside count@ alone, where each unit brings its own. */
    enum truth truth =
        formula_holds(&(struct formula_test){condition, condition->root}, NO_UNIT_TYPE, &seen);

    result.is_inexact = witness.saw_inexact;
    if (truth == TRUTH_UNKNOWN)
        return result;
    result.state = truth == TRUTH_TRUE ? CHECK_HOLDS : CHECK_FAILS;
    if (result.state == CHECK_HOLDS)
        return result;
    result.left =
        formula_eval_at(&(struct formula_test){condition, SELF_NODE}, CHECK_DECIMALS, &seen);
    if (check->right != CHECK_NO_NODE)
        result.right =
            formula_eval_at(&(struct formula_test){condition, check->right}, CHECK_DECIMALS, &seen);
    return result;
}

size_t check_roll_up(const struct indicator *indicator, const struct formula_env *env,
                     uint8_t level, const struct check **ret_failed)
{
    size_t count = 0;

    for (size_t i = 0; i < indicator->check_count; i++) {
        const struct check *check = &indicator->checks[i];
        if (check_is_for(check, level) && check_make(check, env).state == CHECK_FAILS)
            ret_failed[count++] = check;
    }
    return count;
}
