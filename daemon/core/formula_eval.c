/* Evaluation of formulas, in fractions of 128-bit integers kept in lowest terms.
 *
 * A term is known from below, from above, on both sides or on neither: that is all a qualifier
 * says. So a term carries two fractions, and a sum is known on a side when both its parts are:
 *
 *     exact       low = high    known on both sides
 *     range       low < high    known on both sides
 *     at least    low           known from below
 *     at most     high          known from above
 *     about       low           known on neither side
 *
 * Negation swaps the sides; hence "at least - at least" is about, as the design asks. Comparisons
 * answer from the sides that are known and say "unknown" otherwise. */
#include <assert.h>

#include "core/formula_node.h"

#define I128_MIN ((i128)((u128)1 << 127))

/* numerator / denominator in lowest terms; the denominator is positive. I128_MIN, which has no
 * negative, is an overflow. */
struct fraction {
    i128 numerator, denominator;
};

struct term {
    enum {
        TERM_MISSING, /* no value, and none for whatever needs it */
        TERM_SKIPPED, /* left out of sums */
        TERM_VALUE,
    } state;
    enum qualifier qualifier;
    struct fraction low, high;
};

static const struct term missing = {.state = TERM_MISSING};
static const struct term skipped = {.state = TERM_SKIPPED};

struct evaluation {
    const struct formula *formula;
    const struct formula_env *env;
    uint32_t known, all;
    uint32_t least_units, most_units;
};

static u128 magnitude(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

/* Never 0 when `b` is not. */
static i128 greatest_divisor(i128 a, i128 b)
{
    u128 x = magnitude(a), y = magnitude(b);

    while (x != 0) {
        u128 rest = y % x;

        y = x;
        x = rest;
    }
    return (i128)y;
}

/* False on overflow; `denominator` is positive. */
static bool fraction_make(i128 numerator, i128 denominator, struct fraction *ret_fraction)
{
    if (numerator == I128_MIN)
        return false;
    i128 divisor = greatest_divisor(numerator, denominator);
    *ret_fraction = (struct fraction){numerator / divisor, denominator / divisor};
    return true;
}

static bool fraction_add(struct fraction a, struct fraction b, struct fraction *ret_sum)
{
    i128 divisor = greatest_divisor(a.denominator, b.denominator);
    i128 left, right, sum, denominator;

    return i128_mul(a.numerator, b.denominator / divisor, &left) &&
           i128_mul(b.numerator, a.denominator / divisor, &right) && i128_add(left, right, &sum) &&
           i128_mul(a.denominator, b.denominator / divisor, &denominator) &&
           fraction_make(sum, denominator, ret_sum);
}

/* Common factors go first, so that only a product that is too large itself overflows. */
static bool fraction_multiply(struct fraction a, struct fraction b, struct fraction *ret_product)
{
    i128 across = greatest_divisor(a.numerator, b.denominator);
    i128 back = greatest_divisor(b.numerator, a.denominator);
    i128 numerator, denominator;

    return i128_mul(a.numerator / across, b.numerator / back, &numerator) &&
           i128_mul(a.denominator / back, b.denominator / across, &denominator) &&
           fraction_make(numerator, denominator, ret_product);
}

static struct fraction fraction_negate(struct fraction a)
{
    return (struct fraction){-a.numerator, a.denominator};
}

/* `a` is not 0. */
static struct fraction fraction_invert(struct fraction a)
{
    if (a.numerator < 0)
        return (struct fraction){-a.denominator, -a.numerator};
    return (struct fraction){a.denominator, a.numerator};
}

/* Rounded half away from zero; false on overflow. */
static bool fraction_round(struct fraction a, unsigned decimals, i128 *ret_value)
{
    i128 scaled;

    if (!i128_mul(a.numerator, pow10_i64(decimals), &scaled))
        return false;
    *ret_value = i128_div_round(scaled, a.denominator);
    return true;
}

static bool is_known_below(enum qualifier qualifier)
{
    return qualifier == QUALIFIER_EXACT || qualifier == QUALIFIER_AT_LEAST ||
           qualifier == QUALIFIER_RANGE;
}

static bool is_known_above(enum qualifier qualifier)
{
    return qualifier == QUALIFIER_EXACT || qualifier == QUALIFIER_AT_MOST ||
           qualifier == QUALIFIER_RANGE;
}

static enum qualifier combine_qualifiers(enum qualifier a, enum qualifier b)
{
    bool is_below = is_known_below(a) && is_known_below(b);
    bool is_above = is_known_above(a) && is_known_above(b);

    if (a == QUALIFIER_EXACT && b == QUALIFIER_EXACT)
        return QUALIFIER_EXACT;
    if (is_below && is_above)
        return QUALIFIER_RANGE;
    return is_below ? QUALIFIER_AT_LEAST : is_above ? QUALIFIER_AT_MOST : QUALIFIER_ABOUT;
}

/* What stands for the term where one number must. */
static struct fraction shown(const struct term *term)
{
    return term->qualifier == QUALIFIER_AT_MOST ? term->high : term->low;
}

static struct term term_exact(i128 numerator, i128 denominator)
{
    struct term term = {.state = TERM_VALUE, .qualifier = QUALIFIER_EXACT};

    if (!fraction_make(numerator, denominator, &term.low))
        return missing;
    term.high = term.low;
    return term;
}

static struct term term_negate(struct term term)
{
    struct fraction low = term.low;

    if (term.state != TERM_VALUE)
        return term;
    term.low = fraction_negate(term.high);
    term.high = fraction_negate(low);
    if (term.qualifier == QUALIFIER_AT_LEAST)
        term.qualifier = QUALIFIER_AT_MOST;
    else if (term.qualifier == QUALIFIER_AT_MOST)
        term.qualifier = QUALIFIER_AT_LEAST;
    return term;
}

static struct term term_add(struct term a, struct term b)
{
    struct term sum = {.state = TERM_VALUE};

    if (a.state == TERM_MISSING || b.state == TERM_MISSING)
        return missing;
    if (a.state == TERM_SKIPPED)
        return b;
    if (b.state == TERM_SKIPPED)
        return a;
    sum.qualifier = combine_qualifiers(a.qualifier, b.qualifier);
    if (!fraction_add(a.low, b.low, &sum.low) || !fraction_add(a.high, b.high, &sum.high))
        return missing;
    return sum;
}

/* An exact positive factor keeps the other's qualifier, an exact negative one swaps its sides, and
 * of anything else only the size is known. */
static struct term term_multiply(struct term a, struct term b)
{
    if (a.state == TERM_MISSING || b.state == TERM_MISSING)
        return missing;
    if (a.state == TERM_SKIPPED || b.state == TERM_SKIPPED)
        return skipped;

    struct term factor = a.qualifier == QUALIFIER_EXACT ? a : b;
    struct term product = a.qualifier == QUALIFIER_EXACT ? b : a;
    bool is_inexact = product.qualifier != QUALIFIER_EXACT;

    if (is_inexact && (factor.qualifier != QUALIFIER_EXACT || factor.low.numerator == 0)) {
        factor.low = shown(&factor);
        product.low = product.high = shown(&product);
        product.qualifier = QUALIFIER_ABOUT;
    } else if (is_inexact && factor.low.numerator < 0) {
        factor = term_negate(factor);
        product = term_negate(product);
    }
    if (!fraction_multiply(product.low, factor.low, &product.low) ||
        !fraction_multiply(product.high, factor.low, &product.high))
        return missing;
    return product;
}

/* Nothing can be left out below the line: a divisor that is skipped is missing. */
static struct term term_divide(struct term a, struct term b)
{
    if (b.state != TERM_VALUE || shown(&b).numerator == 0)
        return missing;
    b.low = b.high = fraction_invert(shown(&b));
    if (b.qualifier != QUALIFIER_EXACT)
        b.qualifier = QUALIFIER_ABOUT;
    return term_multiply(a, b);
}

static struct term eval_indicator(struct evaluation *evaluation, uint32_t indicator)
{
    const struct formula_env *env = evaluation->env;
    struct operand operand = env->operand(env->ctx, indicator);

    if (operand.state != OPERAND_VALUE)
        return operand.state == OPERAND_SKIPPED ? skipped : missing;
    assert(operand.qualifier > QUALIFIER_NONE && operand.qualifier < QUALIFIER_COUNT);
    if (operand.unit_count > 0) {
        if (evaluation->least_units == 0 || operand.unit_count < evaluation->least_units)
            evaluation->least_units = operand.unit_count;
        if (operand.unit_count > evaluation->most_units)
            evaluation->most_units = operand.unit_count;
    }

    struct term term = term_exact(operand.value, pow10_i64(operand.decimals));
    if (term.state == TERM_VALUE && operand.qualifier == QUALIFIER_RANGE &&
        !fraction_make(operand.upper, pow10_i64(operand.decimals), &term.high))
        return missing;
    term.qualifier = operand.qualifier;
    return term;
}

/* Units that cannot be decided are not counted; when none can be, there is no count. */
static struct term eval_count(struct evaluation *evaluation, const struct formula_node *node)
{
    const struct formula_env *env = evaluation->env;
    const struct formula_test test = {evaluation->formula, node->left};
    uint32_t unknown = 0, all = 0;
    uint32_t count = env->count(env->ctx, (uint8_t)node->value, &test, &unknown, &all);

    evaluation->known += all - unknown;
    evaluation->all += all;
    return all > 0 && unknown == all ? missing : term_exact(count, 1);
}

static struct term eval_number(struct evaluation *evaluation, uint16_t index)
{
    const struct formula_node *node = &evaluation->formula->nodes[index];
    struct term left, right;

    switch ((enum node_kind)node->kind) {
    case NODE_NUMBER:
        return term_exact(node->value, pow10_i64(node->decimals));
    case NODE_INDICATOR:
        return eval_indicator(evaluation, (uint32_t)node->value);
    case NODE_COUNT:
        return eval_count(evaluation, node);
    case NODE_NEGATE:
        return term_negate(eval_number(evaluation, node->left));
    case NODE_ADD:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return term_add(left, right);
    case NODE_SUBTRACT:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return term_add(left, term_negate(right));
    case NODE_MULTIPLY:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return term_multiply(left, right);
    case NODE_DIVIDE:
        left = eval_number(evaluation, node->left);
        right = eval_number(evaluation, node->right);
        return term_divide(left, right);
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
    return missing;
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

static enum truth is_positive(const struct term *term)
{
    if (term->state != TERM_VALUE)
        return TRUTH_UNKNOWN;
    if (is_known_below(term->qualifier) && term->low.numerator > 0)
        return TRUTH_TRUE;
    if (is_known_above(term->qualifier) && term->high.numerator <= 0)
        return TRUTH_FALSE;
    return TRUTH_UNKNOWN;
}

static enum truth eval_comparison(struct evaluation *evaluation, const struct formula_node *node)
{
    struct term left = eval_number(evaluation, node->left);
    struct term right = eval_number(evaluation, node->right);

    if (left.state != TERM_VALUE || right.state != TERM_VALUE)
        return TRUTH_UNKNOWN;

    struct term difference = term_add(left, term_negate(right));
    struct term opposite = term_negate(difference);
    enum truth is_greater = is_positive(&difference);
    enum truth is_less = is_positive(&opposite);
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

enum truth formula_holds(const struct formula_test *predicate, uint8_t unit_type,
                         const struct formula_env *env)
{
    struct evaluation evaluation = {.formula = predicate->formula, .env = env};

    return eval_truth(&evaluation, predicate->node, unit_type);
}

struct derived formula_eval(const struct formula *formula, unsigned decimals,
                            const struct formula_env *env)
{
    struct evaluation evaluation = {.formula = formula, .env = env};
    struct term term = eval_number(&evaluation, formula->root);
    struct derived derived = {
        .is_uneven = formula_is_ratio(formula) && evaluation.least_units != evaluation.most_units,
        .least_units = evaluation.least_units,
        .most_units = evaluation.most_units,
        .known = evaluation.known,
        .all = evaluation.all,
    };

    if (term.state != TERM_VALUE || !fraction_round(shown(&term), decimals, &derived.value))
        return derived;
    derived.qualifier = (uint8_t)term.qualifier;
    if (term.qualifier == QUALIFIER_RANGE) {
        if (!fraction_round(term.high, decimals, &derived.upper))
            return derived;
        if (derived.upper == derived.value) { /* rounding closed it */
            derived.qualifier = QUALIFIER_ABOUT;
            derived.upper = 0;
        }
    }
    derived.has_value = true;
    return derived;
}
