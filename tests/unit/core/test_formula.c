#include "lib/cm.h"

#include <stdio.h>

#include "core/formula.h"
#include "core/mem.h"

#define I128_MAX ((i128)(~(u128)0 >> 1))

enum { XA = 2, THI_TRAN = 3 }; /* types of the sample catalogue */

/* Shorthands of operands. */
#define EXACT(v)                                                                                   \
    {                                                                                              \
        .state = OPERAND_VALUE, .qualifier = QUALIFIER_EXACT, .value = (v)                         \
    }
#define AT_LEAST(v)                                                                                \
    {                                                                                              \
        .state = OPERAND_VALUE, .qualifier = QUALIFIER_AT_LEAST, .value = (v)                      \
    }
#define AT_MOST(v)                                                                                 \
    {                                                                                              \
        .state = OPERAND_VALUE, .qualifier = QUALIFIER_AT_MOST, .value = (v)                       \
    }
#define ABOUT(v)                                                                                   \
    {                                                                                              \
        .state = OPERAND_VALUE, .qualifier = QUALIFIER_ABOUT, .value = (v)                         \
    }
#define RANGE(v, u)                                                                                \
    {                                                                                              \
        .state = OPERAND_VALUE, .qualifier = QUALIFIER_RANGE, .value = (v), .upper = (u)           \
    }
#define MISSING                                                                                    \
    {                                                                                              \
        .state = OPERAND_MISSING                                                                   \
    }
#define SKIPPED                                                                                    \
    {                                                                                              \
        .state = OPERAND_SKIPPED                                                                   \
    }

/* A world of one unit (indicators 1, 2, 6 under the names a, b, c) and the communes beneath it. */
struct world {
    struct operand a, b, c;
    struct {
        uint8_t type;
        struct operand a, b;
    } communes[4];
    size_t commune_count;
    size_t in_commune; /* 1 + index while one is looked at, 0: the unit itself */
};

static struct operand world_operand(void *ctx, uint32_t indicator)
{
    const struct world *world = ctx;

    if (world->in_commune > 0)
        return indicator == 1 ? world->communes[world->in_commune - 1].a
                              : world->communes[world->in_commune - 1].b;
    return indicator == 1 ? world->a : indicator == 2 ? world->b : world->c;
}

static uint32_t world_count(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    const struct world *world = ctx;
    uint32_t count = 0;

    assert_int_equal(level, 2);
    for (size_t i = 0; i < world->commune_count; i++) {
        struct world inside = *world;
        const struct formula_env env = {&inside, world_operand, world_count};

        inside.in_commune = i + 1;
        enum truth truth = formula_holds(predicate, world->communes[i].type, &env);
        count += truth == TRUTH_TRUE;
        *ret_unknown += truth == TRUTH_UNKNOWN;
    }
    *ret_all = (uint32_t)world->commune_count;
    return count;
}

/* `text` with the names a, b, c written out as codes of the sample catalogue. */
static struct formula *parse(const struct catalogue *catalogue, const char *text)
{
    const char *codes[] = {"model.registered", "model.recognised", "poverty.poor"};
    char full[600];
    size_t len = 0;
    struct formula *formula = NULL;
    struct formula_error error = {0};

    for (const char *at = text; *at != '\0'; at++) {
        bool is_alone = (at == text || strchr(" =(-", at[-1])) && strchr(" )", at[1]);

        if (*at >= 'a' && *at <= 'c' && is_alone)
            len += (size_t)snprintf(full + len, sizeof full - len, "%s", codes[*at - 'a']);
        else
            full[len++] = *at;
    }
    full[len] = '\0';
    if (formula_parse(full, catalogue, &formula, &error) != ERR_OK)
        fail_msg("%s: %zu: %s", full, error.offset, error.text);
    return formula;
}

static struct derived eval(const char *text, unsigned decimals, const struct world *world)
{
    struct catalogue *catalogue = sample_catalogue();
    struct formula *formula = parse(catalogue, text);
    struct world copy = *world;
    struct derived derived =
        formula_eval(formula, decimals, &(struct formula_env){&copy, world_operand, world_count});

    formula_free(&formula);
    assert_null(formula);
    catalogue_free(&catalogue);
    return derived;
}

/* Precedence, associativity and rounding (half away from zero) are those of school. */
static void arithmetic_is_exact(void **state)
{
    (void)state;
    const struct world world = {.a = EXACT(7), .b = EXACT(2), .c = EXACT(-3)};
    const struct {
        const char *text;
        unsigned decimals;
        int64_t expected;
    } rows[] = {
        {"= a", 0, 7},
        {"=a", 0, 7},
        {"= 1 + 2 * 3", 0, 7},
        {"= ( 1 + 2 ) * 3", 0, 9},
        {"= 10 - 4 - 3", 0, 3},
        {"= 100 / 5 / 2", 0, 10},
        {"= 2 - -a", 0, 9},
        {"= -a * b", 0, -14},
        {"= - ( a + b )", 0, -9},
        {"= a / b", 0, 4},   /* 3.5 */
        {"= -a / b", 0, -4}, /* -3.5 */
        {"= a / b", 1, 35},
        {"= 100 * b / a", 2, 2857},
        {"= 1 / 3 + 1 / 3 + 1 / 3", 6, 1000000},
        {"= 0.5 + 0.25", 2, 75},
        {"= 0.005", 2, 1},
        {"= 0.0049", 2, 0},
        {"= a / c", 3, -2333},
        {"= 5 / -c * 3", 0, 5},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct derived derived = eval(rows[i].text, rows[i].decimals, &world);

        if (!derived.has_value || derived.value != rows[i].expected ||
            derived.qualifier != QUALIFIER_EXACT)
            fail_msg("%s: %lld instead of %lld", rows[i].text, (long long)derived.value,
                     (long long)rows[i].expected);
    }
}

/* Operands are scaled by their own decimals, the result by its own. */
static void decimals_of_operands_count(void **state)
{
    (void)state;
    struct world world = {.a = EXACT(756), .b = EXACT(2)};

    world.a.decimals = 1; /* 75.6 */
    assert_true(eval("= a + b", 2, &world).value == 7760);
    assert_true(eval("= a / b", 0, &world).value == 38);
}

/* In a sum, skipped terms are left out and a missing one takes the value away; in a product or a
 * quotient both do, except that a skipped term stays one that a sum leaves out. */
static void absent_is_not_zero(void **state)
{
    (void)state;
    const struct {
        const char *name, *text;
        struct world world;
        bool has_value;
        int64_t value;
    } rows[] = {
        {"skipped + value", "= a + b", {.a = SKIPPED, .b = EXACT(5)}, true, 5},
        {"value - skipped", "= b - a", {.a = SKIPPED, .b = EXACT(5)}, true, 5},
        {"skipped - value", "= a - b", {.a = SKIPPED, .b = EXACT(5)}, true, -5},
        {"skipped constant multiple", "= 2 * a + b", {.a = SKIPPED, .b = EXACT(5)}, true, 5},
        {"skipped + skipped", "= a + b", {.a = SKIPPED, .b = SKIPPED}, false, 0},
        {"skipped alone", "= a", {.a = SKIPPED}, false, 0},
        {"missing + value", "= a + b", {.a = MISSING, .b = EXACT(5)}, false, 0},
        {"missing + skipped", "= a + b", {.a = MISSING, .b = SKIPPED}, false, 0},
        {"zero is a value", "= a + b", {.a = EXACT(0), .b = EXACT(0)}, true, 0},
        {"missing numerator", "= a / b", {.a = MISSING, .b = EXACT(5)}, false, 0},
        {"missing denominator", "= a / b", {.a = EXACT(5), .b = MISSING}, false, 0},
        {"skipped denominator", "= a / b + 1", {.a = EXACT(5), .b = SKIPPED}, false, 0},
        {"division by zero", "= a / b", {.a = EXACT(5), .b = EXACT(0)}, false, 0},
        {"zero by zero", "= a / b", {.a = EXACT(0), .b = EXACT(0)}, false, 0},
        {"division by a difference of zero",
         "= 1 / ( a - b )",
         {.a = EXACT(5), .b = EXACT(5)},
         false,
         0},
        {"division by constant zero", "= a / 0", {.a = EXACT(5)}, false, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct derived derived = eval(rows[i].text, 0, &rows[i].world);

        if (derived.has_value != rows[i].has_value || derived.value != rows[i].value)
            fail_msg("%s", rows[i].name);
    }
}

/* A result beyond 128 bits has no value; intermediate fractions are kept in lowest terms, so a
 * product that cancels does not overflow. */
static void overflow_gives_no_value(void **state)
{
    (void)state;
    const struct world world = {.a = EXACT(I128_MAX), .b = EXACT(-I128_MAX - 1), .c = EXACT(1)};

    assert_true(eval("= a", 0, &world).value == I128_MAX);
    assert_false(eval("= a", 1, &world).has_value);
    assert_false(eval("= a + c", 0, &world).has_value);
    assert_false(eval("= a * 2", 0, &world).has_value);
    assert_false(eval("= b", 0, &world).has_value);
    assert_true(eval("= a * 2 / 2 * c", 0, &world).has_value == false);
    assert_true(eval("= a / 4 * 4", 0, &world).value == I128_MAX);
    assert_true(eval("= a / a", 2, &world).value == 100);
}

/* Inexact figures stay inexact, and only as much as they must. */
static void qualifiers_follow_the_arithmetic(void **state)
{
    (void)state;
    enum { E = QUALIFIER_EXACT, L = QUALIFIER_AT_LEAST, M = QUALIFIER_AT_MOST };
    enum { A = QUALIFIER_ABOUT, R = QUALIFIER_RANGE };
    const struct {
        const char *name, *text;
        struct world world;
        int qualifier; /* enum qualifier */
        int64_t value, upper;
    } rows[] = {
        {"at least + exact", "= a + b", {.a = AT_LEAST(10), .b = EXACT(3)}, L, 13, 0},
        {"at most + exact", "= a + b", {.a = AT_MOST(10), .b = EXACT(3)}, M, 13, 0},
        {"at least + at least", "= a + b", {.a = AT_LEAST(10), .b = AT_LEAST(3)}, L, 13, 0},
        {"at least + at most", "= a + b", {.a = AT_LEAST(10), .b = AT_MOST(3)}, A, 13, 0},
        {"about + exact", "= a + b", {.a = ABOUT(10), .b = EXACT(3)}, A, 13, 0},
        {"range + exact", "= a + b", {.a = RANGE(10, 20), .b = EXACT(3)}, R, 13, 23},
        {"range + range", "= a + b", {.a = RANGE(10, 20), .b = RANGE(1, 2)}, R, 11, 22},
        {"range + at least: lower bounds",
         "= a + b",
         {.a = RANGE(10, 20), .b = AT_LEAST(3)},
         L,
         13,
         0},
        {"range + at most: upper bounds",
         "= a + b",
         {.a = RANGE(10, 20), .b = AT_MOST(3)},
         M,
         23,
         0},
        {"exact - at least", "= a - b", {.a = EXACT(10), .b = AT_LEAST(3)}, M, 7, 0},
        {"exact - at most", "= a - b", {.a = EXACT(10), .b = AT_MOST(3)}, L, 7, 0},
        {"at least - at least", "= a - b", {.a = AT_LEAST(10), .b = AT_LEAST(3)}, A, 7, 0},
        {"at most - at most", "= a - b", {.a = AT_MOST(10), .b = AT_MOST(3)}, A, 7, 0},
        {"at least - at most", "= a - b", {.a = AT_LEAST(10), .b = AT_MOST(3)}, L, 7, 0},
        {"exact - range", "= a - b", {.a = EXACT(30), .b = RANGE(10, 20)}, R, 10, 20},
        {"range - range", "= a - b", {.a = RANGE(30, 40), .b = RANGE(10, 20)}, R, 10, 30},
        {"negated range", "= -a", {.a = RANGE(10, 20)}, R, -20, -10},
        {"negated at least", "= -a", {.a = AT_LEAST(10)}, M, -10, 0},
        {"positive multiple", "= 2 * a", {.a = AT_LEAST(10)}, L, 20, 0},
        {"positive multiple of a range", "= a * 2", {.a = RANGE(10, 20)}, R, 20, 40},
        {"negative multiple", "= a * -2", {.a = AT_LEAST(10)}, M, -20, 0},
        {"by a positive constant", "= a / 2", {.a = AT_MOST(10)}, M, 5, 0},
        {"inexact over exact", "= a / b", {.a = RANGE(10, 20), .b = EXACT(5)}, R, 2, 4},
        {"exact over inexact", "= a / b", {.a = EXACT(10), .b = AT_LEAST(5)}, M, 2, 0},
        {"at least over at least", "= a / b", {.a = AT_LEAST(10), .b = AT_LEAST(5)}, A, 2, 0},
        {"range over range", "= a / b", {.a = RANGE(10, 20), .b = RANGE(5, 6)}, R, 1, 4},
        {"at least times at least", "= a * b", {.a = AT_LEAST(10), .b = AT_LEAST(5)}, L, 50, 0},
        {"a range within one number", "= a / 100", {.a = RANGE(110, 120)}, R, 1, 2},
        {"exact + exact", "= a + b", {.a = EXACT(10), .b = EXACT(3)}, E, 13, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct derived derived = eval(rows[i].text, 0, &rows[i].world);

        if (!derived.has_value || derived.qualifier != rows[i].qualifier ||
            derived.value != rows[i].value || derived.upper != rows[i].upper)
            fail_msg("%s: qualifier %u, %lld..%lld", rows[i].name, derived.qualifier,
                     (long long)derived.value, (long long)derived.upper);
    }
}

/* A ratio of figures made of different numbers of units is marked, with both numbers; a sum is not,
 * as its terms may come from different levels. */
static void uneven_ratios_are_marked(void **state)
{
    (void)state;
    struct world world = {.a = EXACT(10), .b = EXACT(5)};

    world.a.unit_count = 184;
    world.b.unit_count = 180;
    struct derived ratio = eval("= 100 * a / b", 0, &world);
    assert_true(ratio.has_value && ratio.is_uneven);
    assert_int_equal(ratio.least_units, 180);
    assert_int_equal(ratio.most_units, 184);
    assert_false(eval("= a + b", 0, &world).is_uneven);

    world.b.unit_count = 184;
    ratio = eval("= 100 * a / b", 0, &world);
    assert_false(ratio.is_uneven);
    assert_int_equal(ratio.least_units, 184);
    assert_int_equal(ratio.most_units, 184);
}

/* count@ counts the units for which the predicate holds, on the figures of each. */
static void counts_take_each_unit_by_itself(void **state)
{
    (void)state;
    const struct world world = {
        .a = EXACT(100),
        .communes = {{XA, EXACT(5), EXACT(5)},
                     {XA, EXACT(4), EXACT(1)},
                     {THI_TRAN, EXACT(0), EXACT(0)},
                     {XA, MISSING, EXACT(9)}},
        .commune_count = 4,
    };
    const struct {
        const char *text;
        int64_t value;
        uint32_t known;
    } rows[] = {
        {"count@commune(unit)", 4, 4},
        {"count@commune(unit.type = xa)", 3, 4},
        {"count@commune(unit.type != xa)", 1, 4},
        {"count@commune( a > 0)", 2, 3},
        {"count@commune( a > 0 and b >= a )", 1, 3},
        {"count@commune( a > 0 or b > 0)", 3, 4},    /* the last has b: decided */
        {"count@commune( a > 0 and b > 100)", 0, 4}, /* false whatever a is */
        {"count@commune(not a > 0)", 1, 3},
        {"count@commune(not ( a > 0) and unit.type = xa)", 0, 3},
        {"count@commune( a = 0)", 1, 3},
        {"count@commune( a != 0)", 2, 3},
        {"count@commune( a < 5)", 2, 3},
        {"count@commune( a <= 5)", 3, 3},
        {"count@commune(2 * a > b + 3)", 2, 3},
        {"count@commune(( a + b ) / 2 = 5)", 1, 3},
        {"= 100 * count@commune( a > 0) / count@commune(unit)", 50, 7},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct derived derived = eval(rows[i].text, 0, &world);

        if (!derived.has_value || derived.value != rows[i].value || derived.known != rows[i].known)
            fail_msg("%s: %lld of %u", rows[i].text, (long long)derived.value, derived.known);
        assert_int_equal(derived.all % 4, 0);
    }
}

/* The counts that a formula adds up are found in the order of its text, each with its condition as
 * it is written; those inside a condition are that condition's. */
static void own_counts_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *conditions[4];
        uint8_t levels[4];
    } rows[] = {
        {"= balance", {NULL}, {0}},
        {"= -(balance + 2) * balance", {NULL}, {0}},
        {"count@commune(unit)", {"unit"}, {2}},
        {" count @ commune (  balance > 0  ) ", {"balance > 0"}, {2}},
        {"count@commune((balance > 0))", {"(balance > 0)"}, {2}},
        {"= 100 * count@commune( balance > 0) / count@district(unit)",
         {"balance > 0", "unit"},
         {2, 1}},
        {"= -count@province(unit) - (count@commune(unit) + count@district(not (balance > 0)))",
         {"unit", "unit", "not (balance > 0)"},
         {0, 2, 1}},
        {"count@district( count@commune(balance > (first.day)) > 1 and balance > 0)",
         {"count@commune(balance > (first.day)) > 1 and balance > 0"},
         {1}},
        {"= count@district(count@commune(unit) > 1) + count@commune(balance > 0)",
         {"count@commune(unit) > 1", "balance > 0"},
         {1, 2}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *catalogue = sample_catalogue();
        struct formula *formula = parse(catalogue, rows[i].text);
        struct formula_count count;
        size_t n = 0;

        for (; rows[i].conditions[n] != NULL; n++) {
            const char *condition = rows[i].conditions[n];

            if (!formula_own_count(formula, rows[i].text, n, &count) ||
                count.level != rows[i].levels[n] || count.condition_len != strlen(condition) ||
                memcmp(count.condition, condition, strlen(condition)) != 0)
                fail_msg("%s: count %zu", rows[i].text, n);
            assert_ptr_equal(count.test.formula, formula);
        }
        for (size_t more = 0; more < 3; more++)
            assert_false(formula_own_count(formula, rows[i].text, n + more, &count));
        formula_free(&formula);
        catalogue_free(&catalogue);
    }
}

/* When no unit at all can be decided there is no count; when there is no unit it is 0. */
static void a_count_of_unknowns_has_no_value(void **state)
{
    (void)state;
    const struct world unknown = {.communes = {{XA, MISSING, MISSING}}, .commune_count = 1};
    const struct world empty = {.commune_count = 0};
    struct derived derived = eval("count@commune( a > 0)", 0, &unknown);

    assert_false(derived.has_value);
    assert_int_equal(derived.known, 0);
    assert_int_equal(derived.all, 1);
    derived = eval("count@commune( a > 0)", 0, &empty);
    assert_true(derived.has_value);
    assert_true(derived.value == 0);
}

/* A comparison of inexact figures is decided only where their known bounds decide it. */
static void predicates_on_inexact_figures(void **state)
{
    (void)state;
    const struct {
        const char *name, *text;
        struct operand a;
        enum truth expected;
    } rows[] = {
        {"at least 10 > 5", "count@commune( a > 5)", AT_LEAST(10), TRUTH_TRUE},
        {"at least 10 > 10", "count@commune( a > 10)", AT_LEAST(10), TRUTH_UNKNOWN},
        {"at least 10 >= 10", "count@commune( a >= 10)", AT_LEAST(10), TRUTH_TRUE},
        {"at least 10 < 10", "count@commune( a < 10)", AT_LEAST(10), TRUTH_FALSE},
        {"at least 10 < 20", "count@commune( a < 20)", AT_LEAST(10), TRUTH_UNKNOWN},
        {"at least 10 = 5", "count@commune( a = 5)", AT_LEAST(10), TRUTH_FALSE},
        {"at least 10 = 10", "count@commune( a = 10)", AT_LEAST(10), TRUTH_UNKNOWN},
        {"at most 10 < 20", "count@commune( a < 20)", AT_MOST(10), TRUTH_TRUE},
        {"at most 10 <= 10", "count@commune( a <= 10)", AT_MOST(10), TRUTH_TRUE},
        {"at most 10 > 10", "count@commune( a > 10)", AT_MOST(10), TRUTH_FALSE},
        {"range 10..20 > 5", "count@commune( a > 5)", RANGE(10, 20), TRUTH_TRUE},
        {"range 10..20 > 15", "count@commune( a > 15)", RANGE(10, 20), TRUTH_UNKNOWN},
        {"range 10..20 != 30", "count@commune( a != 30)", RANGE(10, 20), TRUTH_TRUE},
        {"about 10 > 5", "count@commune( a > 5)", ABOUT(10), TRUTH_UNKNOWN},
        {"division by zero", "count@commune(1 / a > 5)", EXACT(0), TRUTH_UNKNOWN},
        {"skipped", "count@commune( a >= 0)", SKIPPED, TRUTH_UNKNOWN},
        {"overflow", "count@commune( a * 10 > 0)", EXACT(I128_MAX), TRUTH_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct world world = {.communes = {{XA, rows[i].a, MISSING}}, .commune_count = 1};
        struct derived derived = eval(rows[i].text, 0, &world);
        enum truth truth = !derived.has_value   ? TRUTH_UNKNOWN
                           : derived.value == 1 ? TRUTH_TRUE
                                                : TRUTH_FALSE;

        if (truth != rows[i].expected)
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_is_exact),
        cmocka_unit_test(decimals_of_operands_count),
        cmocka_unit_test(absent_is_not_zero),
        cmocka_unit_test(overflow_gives_no_value),
        cmocka_unit_test(qualifiers_follow_the_arithmetic),
        cmocka_unit_test(uneven_ratios_are_marked),
        cmocka_unit_test(counts_take_each_unit_by_itself),
        cmocka_unit_test(own_counts_are_found),
        cmocka_unit_test(a_count_of_unknowns_has_no_value),
        cmocka_unit_test(predicates_on_inexact_figures),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
