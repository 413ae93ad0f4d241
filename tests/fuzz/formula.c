/* Formulas: a text, and behind a NUL the operands.
 *
 * Laws: what does not parse says where and why; what parses reads only indicators that there are,
 * and is the same formula when it is printed and parsed again; it gives the same value every time;
 * a value has a qualifier, an upper bound above it exactly if it is a range, and counts no more
 * than there is; with small exact operands it is what schoolbook fractions give.
 *
 * The same text as checks: what does not parse says where and why; each check parses again alone,
 * comes out the same every time, and fails exactly if a roll-up says so. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/formula_node.h"
#include "core/utf8.h"
#include "fuzz/fuzz.h"
#include "lib/sample.h"

static const struct catalogue *sample(void)
{
    static struct catalogue *catalogue;
    if (catalogue == NULL)
        catalogue = sample_catalogue();
    return catalogue;
}

/* ---- printing ---- */

/* How tightly a node binds: or, and, comparisons, sums, products, and what stands alone. */
static int binding(const struct formula_node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_OR:
        return 1;
    case NODE_AND:
        return 2;
    case NODE_LESS:
    case NODE_LESS_EQUAL:
    case NODE_GREATER:
    case NODE_GREATER_EQUAL:
    case NODE_EQUAL:
    case NODE_NOT_EQUAL:
        return 3;
    case NODE_ADD:
    case NODE_SUBTRACT:
        return 4;
    case NODE_MULTIPLY:
    case NODE_DIVIDE:
        return 5;
    case NODE_NOT: /* takes comparisons and what binds tighter, stands where a test does */
    case NODE_NUMBER:
    case NODE_INDICATOR:
    case NODE_NEGATE:
    case NODE_COUNT:
    case NODE_ANY_UNIT:
    case NODE_TYPE_IS:
    case NODE_TYPE_IS_NOT:
        break;
    }
    return 6;
}

static void print(const struct formula *formula, uint16_t index, int needed, struct buf *out);

static void print_leaf(const struct formula_node *node, struct buf *out)
{
    char text[I128_TEXT_SIZE];
    const struct catalogue *catalogue = sample();
    if (node->kind == NODE_INDICATOR)
        buf_printf(out, "%s", catalogue_indicator(catalogue, (uint32_t)node->value)->code);
    else if (node->kind == NODE_ANY_UNIT)
        buf_printf(out, "unit");
    else if (node->kind != NODE_NUMBER)
        buf_printf(out, "unit.type%s=%s", node->kind == NODE_TYPE_IS_NOT ? "!" : "",
                   catalogue->types[node->value].code);
    else if (node->decimals == 0)
        buf_printf(out, "%s", number_format(node->value, 0, false, NUMBER_PLAIN, text));
    else /* every decimal, also noughts: they are part of the node */
        buf_printf(out, "%lld.%0*lld", (long long)(node->value / pow10_i64(node->decimals)),
                   (int)node->decimals, (long long)(node->value % pow10_i64(node->decimals)));
}

static void print_prefixed(const struct formula *formula, const struct formula_node *node,
                           struct buf *out)
{
    switch ((enum node_kind)node->kind) {
    case NODE_NEGATE:
        buf_printf(out, "-");
        print(formula, node->left, 6, out);
        break;
    case NODE_NOT:
        buf_printf(out, "not ");
        print(formula, node->left, 3, out);
        break;
    case NODE_COUNT:
        buf_printf(out, "count@%s(", sample()->levels[node->value].code);
        print(formula, node->left, 1, out);
        buf_printf(out, ")");
        break;
    default:
        print_leaf(node, out);
        break;
    }
}

/* With brackets only where they are needed, so that what fitted the limits fits them again. */
static void print(const struct formula *formula, uint16_t index, int needed, struct buf *out)
{
    static const char *const signs[] = {
        [NODE_OR] = " or ",       [NODE_AND] = " and ",    [NODE_LESS] = "<",
        [NODE_LESS_EQUAL] = "<=", [NODE_GREATER] = ">",    [NODE_GREATER_EQUAL] = ">=",
        [NODE_EQUAL] = "=",       [NODE_NOT_EQUAL] = "!=", [NODE_ADD] = "+",
        [NODE_SUBTRACT] = "-",    [NODE_MULTIPLY] = "*",   [NODE_DIVIDE] = "/",
    };
    const struct formula_node *node = &formula->nodes[index];
    int own = binding(node);
    if (own < needed)
        buf_printf(out, "(");
    if (own == 6) {
        print_prefixed(formula, node, out);
    } else {
        print(formula, node->left, own, out);
        buf_printf(out, "%s", signs[node->kind]);
        print(formula, node->right, own + 1, out);
    }
    if (own < needed)
        buf_printf(out, ")");
}

static bool formulas_equal(const struct formula *a, const struct formula *b)
{
    if (a->node_count != b->node_count || a->root != b->root)
        return false;
    for (size_t i = 0; i < a->node_count; i++) {
        const struct formula_node *x = &a->nodes[i], *y = &b->nodes[i];
        if (x->kind != y->kind || x->decimals != y->decimals || x->left != y->left ||
            x->right != y->right || x->value != y->value)
            return false;
    }
    return true;
}

static void check_printing(const struct formula *formula, size_t text_len)
{
    struct buf text = {0};
    struct formula *again = NULL;
    struct formula_error error = {0};

    buf_printf(&text, "%s", formula->nodes[formula->root].kind == NODE_COUNT ? "" : "=");
    print(formula, formula->root, 1, &text);
    /* A rule that begins with = and is a count alone: the sign may be left out. */
    LAW(text.len <= text_len, "a formula is printed as shortly as it can be written");
    LAW(formula_parse((const char *)text.data, sample(), &again, &error) == ERR_OK,
        "a formula that is printed parses");
    LAW(formulas_equal(formula, again), "a formula that is printed is the same formula");
    formula_free(&again);
    buf_fini(&text);
}

/* ---- evaluation ---- */

/* Operands from the input, the same ones for the same indicator. */
struct world {
    struct span bytes;
    bool is_simple; /* small, exact, all there */
};

static struct operand world_operand(void *ctx, uint32_t number)
{
    const struct world *world = ctx;
    enum { OPERAND_BYTES = 12 };
    size_t skip = world->bytes.len > OPERAND_BYTES
                      ? number * OPERAND_BYTES % (world->bytes.len - OPERAND_BYTES)
                      : 0;
    struct reader r = reader_of((struct span){world->bytes.data + skip, world->bytes.len - skip});
    uint8_t shape = reader_u8(&r);
    struct operand operand = {
        .state = OPERAND_VALUE,
        .decimals = catalogue_indicator(sample(), number)->decimals,
        .qualifier = (uint8_t)(QUALIFIER_EXACT + shape % 5),
        .unit_count = reader_u8(&r) % 4,
        .value = (int8_t)reader_u8(&r),
    };
    if (world->is_simple) {
        operand.qualifier = QUALIFIER_EXACT;
        return operand;
    }
    if (shape >= 240)
        operand.state = shape % 2 == 0 ? OPERAND_MISSING : OPERAND_SKIPPED;
    if (shape % 16 >= 8)
        operand.value = i128_of((int64_t)reader_u64(&r), (uint64_t)operand.value);
    if (operand.qualifier == QUALIFIER_RANGE &&
        !i128_add(operand.value, 1 + reader_u8(&r), &operand.upper))
        operand.qualifier = QUALIFIER_EXACT;
    return operand;
}

static uint32_t world_count(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    const struct formula_env env = {ctx, world_operand, world_count};
    uint32_t count = 0;
    *ret_unknown = 0;
    *ret_all = level; /* none of the topmost: a count of nothing */
    for (uint8_t i = 0; i < level; i++) {
        enum truth truth = formula_holds(predicate, i, &env);
        count += truth == TRUTH_TRUE;
        *ret_unknown += truth == TRUTH_UNKNOWN;
    }
    return count;
}

static bool derived_equal(const struct derived *a, const struct derived *b)
{
    return a->has_value == b->has_value && a->value == b->value && a->qualifier == b->qualifier &&
           a->upper == b->upper && a->is_uneven == b->is_uneven &&
           a->least_units == b->least_units && a->most_units == b->most_units &&
           a->known == b->known && a->all == b->all;
}

static void check_value(const struct formula *formula, struct world *world)
{
    const struct formula_env env = {world, world_operand, world_count};
    for (unsigned decimals = 0; decimals <= 6; decimals += 2) {
        struct derived value = formula_eval(formula, decimals, &env);
        struct derived again = formula_eval(formula, decimals, &env);
        LAW(derived_equal(&value, &again), "a formula gives the same value every time");
        LAW(value.known <= value.all, "no more is known than there is");
        LAW(!value.is_uneven || value.least_units < value.most_units, "uneven is uneven");
        if (!value.has_value)
            continue;
        LAW(value.qualifier > QUALIFIER_NONE && value.qualifier < QUALIFIER_COUNT,
            "a value has a qualifier");
        LAW(value.qualifier == QUALIFIER_RANGE ? value.upper > value.value : value.upper == 0,
            "a range, and nothing else, has a bound above");
    }
}

/* ---- schoolbook fractions ---- */

struct school {
    bool is_known; /* small enough to be sure of */
    bool has_value;
    int64_t top, bottom; /* bottom above 0, not in lowest terms */
};

static struct school school_number(int64_t top, int64_t bottom)
{
    enum { LIMIT = 1 << 30 };
    if (bottom < 0) {
        top = -top;
        bottom = -bottom;
    }
    bool is_small = top > -LIMIT && top < LIMIT && bottom < LIMIT;
    return (struct school){is_small, true, top, bottom};
}

static struct school school_eval(const struct formula *formula, uint16_t index, struct world *world)
{
    const struct formula_node *node = &formula->nodes[index];
    struct school a = {true, true, 0, 1}, b = {true, true, 0, 1};
    struct operand operand;

    if (node->kind == NODE_NUMBER)
        return node->value < 1 << 20 ? school_number(node->value, pow10_i64(node->decimals))
                                     : (struct school){0};
    if (node->kind == NODE_INDICATOR) {
        operand = world_operand(world, (uint32_t)node->value);
        return school_number((int64_t)operand.value, pow10_i64(operand.decimals));
    }
    if (node->kind == NODE_COUNT)
        return (struct school){0};
    a = school_eval(formula, node->left, world);
    if (node->kind != NODE_NEGATE)
        b = school_eval(formula, node->right, world);
    if (!a.is_known || !b.is_known)
        return (struct school){0};
    if (!a.has_value || !b.has_value || (node->kind == NODE_DIVIDE && b.top == 0))
        return (struct school){.is_known = true};
    switch ((enum node_kind)node->kind) {
    case NODE_NEGATE:
        return school_number(-a.top, a.bottom);
    case NODE_ADD:
        return school_number(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
    case NODE_SUBTRACT:
        return school_number(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);
    case NODE_MULTIPLY:
        return school_number(a.top * b.top, a.bottom * b.bottom);
    default:
        return school_number(a.top * b.bottom, a.bottom * b.top);
    }
}

/* The quotient to one decimal more than whole, by hand: half away from zero. */
static void check_school(const struct formula *formula, struct world *world)
{
    enum { DECIMALS = 1, SCALE = 10 };
    const struct formula_env env = {world, world_operand, world_count};
    struct school school = school_eval(formula, formula->root, world);
    if (!school.is_known)
        return;
    struct derived value = formula_eval(formula, DECIMALS, &env);
    LAW(value.has_value == school.has_value, "a value is there when the fractions have one");
    if (!school.has_value)
        return;
    int64_t doubled = 2 * SCALE * (school.top < 0 ? -school.top : school.top);
    int64_t rounded = (doubled + school.bottom) / (2 * school.bottom);
    LAW(value.value == (school.top < 0 ? -rounded : rounded),
        "a value is what schoolbook fractions give");
    LAW(value.qualifier == QUALIFIER_EXACT, "exact operands give an exact value");
}

/* ---- checks ---- */

static void check_alone(const struct check *check, const struct indicator *indicator)
{
    struct check *again = NULL;
    size_t count = 0;
    struct formula_error error = {0};
    LAW(checks_parse(check->text, indicator, sample(), &again, &count, &error) == ERR_OK &&
            count == 1,
        "a check parses again alone");
    LAW(formulas_equal(check->condition, again->condition) && check->right == again->right &&
            check->level_mask == again->level_mask && check->is_warning == again->is_warning,
        "a check that is parsed again is the same");
    checks_free(&again, &count);
}

static void check_outcome(const struct check *check, struct world *world, bool *ret_fails)
{
    const struct formula_env env = {world, world_operand, world_count};
    struct check_result result = check_make(check, &env), again = check_make(check, &env);
    LAW(result.state == again.state && result.is_inexact == again.is_inexact &&
            derived_equal(&result.left, &again.left) && derived_equal(&result.right, &again.right),
        "a check comes out the same every time");
    LAW(check->right != CHECK_NO_NODE || !result.right.has_value, "a set has no right side");
    *ret_fails = result.state == CHECK_FAILS;
}

static void check_checks(const char *text, size_t len, struct world *world)
{
    struct indicator indicator = *catalogue_indicator(sample(), 1);
    const struct check *failed[CHECKS_MAX];
    struct formula_error error = {.offset = SIZE_MAX};
    const struct formula_env env = {world, world_operand, world_count};
    enum err err =
        checks_parse(text, &indicator, sample(), &indicator.checks, &indicator.check_count, &error);
    size_t fail_count = 0;

    if (err != ERR_OK) {
        LAW(err == ERR_SYNTAX || err == ERR_NOT_FOUND, "checks are wrong in one of two ways");
        LAW(error.offset <= len, "the place of the mistake lies in the checks");
        LAW(error.text[0] != '\0' && utf8_is_text(error.text, strlen(error.text)),
            "what is wrong with checks reads as text");
        return;
    }
    for (size_t i = 0; i < indicator.check_count; i++) {
        const struct check *check = &indicator.checks[i];
        bool fails;
        check_alone(check, &indicator);
        check_outcome(check, world, &fails);
        fail_count += fails && check_is_for(check, 2);
    }
    LAW(check_roll_up(&indicator, &env, 2, failed) == fail_count,
        "a roll-up names the checks that fail");
    checks_free(&indicator.checks, &indicator.check_count);
}

/* ---- all of it ---- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text((struct span){data, size});
    size_t len = strlen(text), used = len < size ? len + 1 : len;
    struct world world = {.bytes = {data + used, size - used}};
    struct formula *formula = NULL;
    struct formula_error error = {.offset = SIZE_MAX};
    enum err err = formula_parse(text, sample(), &formula, &error);

    if (err != ERR_OK) {
        LAW(err == ERR_SYNTAX || err == ERR_NOT_FOUND, "a formula is wrong in one of two ways");
        LAW(error.offset <= len, "the place of the mistake lies in the text");
        LAW(error.text[0] != '\0' && utf8_is_text(error.text, strlen(error.text)),
            "what is wrong reads as text");
    } else {
        size_t count;
        const uint32_t *operands = formula_operands(formula, &count);
        for (size_t i = 0; i < count; i++)
            LAW(catalogue_indicator(sample(), operands[i]) != NULL &&
                    (i == 0 || operands[i - 1] < operands[i]),
                "a formula reads indicators, each once");
        check_printing(formula, len);
        check_value(formula, &world);
        world.is_simple = true;
        check_value(formula, &world);
        check_school(formula, &world);
        formula_free(&formula);
    }
    world.is_simple = false;
    check_checks(text, len, &world);
    world.is_simple = true;
    check_checks(text, len, &world);
    free(text);
    return 0;
}
