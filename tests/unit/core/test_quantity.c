/* What is known of a result follows from what is known of its parts; what does not fit is missing.
 */
#include "lib/cm.h"

#include "core/quantity.h"

#define I128_MAX ((i128)(~(u128)0 >> 1))
#define I128_MIN (-I128_MAX - 1)

enum { EXACT = 1, AT_LEAST, AT_MOST, ABOUT, RANGE };

/* One amount in a table; qualifier 0: none. */
struct is {
    uint8_t qualifier;
    int64_t value, upper;
};

static struct quantity quantity(struct is is)
{
    struct amount amount = {is.qualifier != 0, is.value, is.upper, is.qualifier};

    return quantity_of(&amount, 0);
}

static void expect(const char *name, struct quantity result, unsigned decimals, struct is expected)
{
    struct amount amount = quantity_round(&result, decimals);

    if (amount.has_value != (expected.qualifier != 0) || amount.value != expected.value ||
        amount.upper != expected.upper || amount.qualifier != expected.qualifier)
        fail_msg("%s: %d, qualifier %d, %lld..%lld", name, amount.has_value, amount.qualifier,
                 (long long)amount.value, (long long)amount.upper);
}

/* A sum is known on a side when both its parts are. */
static void test_add(void **state)
{
    static const struct {
        const char *name;
        struct is a, b, sum;
    } rows[] = {
        {"exact + exact", {EXACT, 7, 0}, {EXACT, 2, 0}, {EXACT, 9, 0}},
        {"exact + at least", {EXACT, 7, 0}, {AT_LEAST, 2, 0}, {AT_LEAST, 9, 0}},
        {"exact + at most", {EXACT, 7, 0}, {AT_MOST, 2, 0}, {AT_MOST, 9, 0}},
        {"exact + about", {EXACT, 7, 0}, {ABOUT, 2, 0}, {ABOUT, 9, 0}},
        {"exact + range", {EXACT, 7, 0}, {RANGE, 2, 4}, {RANGE, 9, 11}},
        {"at least + at least", {AT_LEAST, 7, 0}, {AT_LEAST, 2, 0}, {AT_LEAST, 9, 0}},
        {"at least + at most", {AT_LEAST, 7, 0}, {AT_MOST, 2, 0}, {ABOUT, 9, 0}},
        {"at least + about", {AT_LEAST, 7, 0}, {ABOUT, 2, 0}, {ABOUT, 9, 0}},
        {"at least + range", {AT_LEAST, 7, 0}, {RANGE, 2, 4}, {AT_LEAST, 9, 0}},
        {"at most + at most", {AT_MOST, 7, 0}, {AT_MOST, 2, 0}, {AT_MOST, 9, 0}},
        {"at most + about", {AT_MOST, 7, 0}, {ABOUT, 2, 0}, {ABOUT, 9, 0}},
        {"at most + range", {AT_MOST, 7, 0}, {RANGE, 2, 4}, {AT_MOST, 11, 0}},
        {"about + about", {ABOUT, 7, 0}, {ABOUT, 2, 0}, {ABOUT, 9, 0}},
        {"about + range", {ABOUT, 7, 0}, {RANGE, 2, 4}, {ABOUT, 9, 0}},
        {"range + range", {RANGE, 7, 8}, {RANGE, 2, 4}, {RANGE, 9, 12}},
        {"missing + exact", {0, 0, 0}, {EXACT, 2, 0}, {0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct quantity a = quantity(rows[i].a), b = quantity(rows[i].b);

        expect(rows[i].name, quantity_add(a, b), 0, rows[i].sum);
        expect(rows[i].name, quantity_add(b, a), 0, rows[i].sum);
        /* -(a + b) = -a + -b */
        struct quantity negated = quantity_add(quantity_negate(a), quantity_negate(b));
        expect(rows[i].name, quantity_negate(negated), 0, rows[i].sum);
    }
}

/* An exact factor above zero keeps a qualifier, one below swaps its sides; of two inexact ones, and
 * of nothing times something inexact, only the size is known. */
static void test_multiply_and_divide(void **state)
{
    static const struct {
        const char *name;
        struct is a, b, product, quotient;
    } rows[] = {
        {"exact, exact", {EXACT, 7, 0}, {EXACT, 2, 0}, {EXACT, 14, 0}, {EXACT, 4, 0}},
        {"at least, exact", {AT_LEAST, 7, 0}, {EXACT, 2, 0}, {AT_LEAST, 14, 0}, {AT_LEAST, 3, 0}},
        {"at most, exact", {AT_MOST, 7, 0}, {EXACT, 2, 0}, {AT_MOST, 14, 0}, {AT_MOST, 4, 0}},
        {"about, exact", {ABOUT, 7, 0}, {EXACT, 2, 0}, {ABOUT, 14, 0}, {ABOUT, 4, 0}},
        {"range, exact", {RANGE, 7, 9}, {EXACT, 2, 0}, {RANGE, 14, 18}, {RANGE, 3, 5}},
        {"range within a number", {RANGE, 7, 8}, {EXACT, 2, 0}, {RANGE, 14, 16}, {RANGE, 3, 4}},
        {"at least, below 0",
         {AT_LEAST, 7, 0},
         {EXACT, -2, 0},
         {AT_MOST, -14, 0},
         {AT_MOST, -3, 0}},
        {"range, below 0", {RANGE, 7, 10}, {EXACT, -2, 0}, {RANGE, -20, -14}, {RANGE, -5, -3}},
        {"exact, at least", {EXACT, 7, 0}, {AT_LEAST, 2, 0}, {AT_LEAST, 14, 0}, {AT_MOST, 4, 0}},
        {"range, range", {RANGE, 50, 100}, {RANGE, 10, 20}, {RANGE, 500, 2000}, {RANGE, 2, 10}},
        {"range, at least",
         {RANGE, 50, 99},
         {AT_LEAST, 10, 0},
         {AT_LEAST, 500, 0},
         {AT_MOST, 10, 0}},
        {"at least, range",
         {AT_LEAST, 50, 0},
         {RANGE, 10, 20},
         {AT_LEAST, 500, 0},
         {AT_LEAST, 2, 0}},
        {"exact, at most below 0",
         {EXACT, 7, 0},
         {AT_MOST, -2, 0},
         {AT_MOST, -14, 0},
         {AT_LEAST, -4, 0}},
        {"exact, across 0", {EXACT, 7, 0}, {RANGE, -2, 3}, {RANGE, -14, 21}, {ABOUT, -4, 0}},
        {"range, across 0", {RANGE, 2, 3}, {RANGE, -2, 3}, {ABOUT, -4, 0}, {ABOUT, -1, 0}},
        {"at least, at most", {AT_LEAST, 7, 0}, {AT_MOST, 2, 0}, {ABOUT, 14, 0}, {ABOUT, 4, 0}},
        {"at least, zero", {AT_LEAST, 7, 0}, {EXACT, 0, 0}, {ABOUT, 0, 0}, {0, 0, 0}},
        {"zero, range", {EXACT, 0, 0}, {RANGE, 2, 4}, {ABOUT, 0, 0}, {EXACT, 0, 0}},
        {"zero, at least", {EXACT, 0, 0}, {AT_LEAST, 2, 0}, {ABOUT, 0, 0}, {EXACT, 0, 0}},
        {"zero, at most below 0", {EXACT, 0, 0}, {AT_MOST, -2, 0}, {ABOUT, 0, 0}, {EXACT, 0, 0}},
        {"exact, missing", {EXACT, 7, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        {"missing, exact", {0, 0, 0}, {EXACT, 7, 0}, {0, 0, 0}, {0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct quantity a = quantity(rows[i].a), b = quantity(rows[i].b);

        expect(rows[i].name, quantity_multiply(a, b), 0, rows[i].product);
        expect(rows[i].name, quantity_divide(a, b), 0, rows[i].quotient);
    }
}

/* What is skipped is left out of sums and products, and is no divisor. */
static void test_skipped(void **state)
{
    struct quantity seven = quantity_exact(7, 1), skipped = quantity_skipped();

    (void)state;
    expect("skipped + 7", quantity_add(skipped, seven), 0, (struct is){EXACT, 7, 0});
    expect("7 + skipped", quantity_add(seven, skipped), 0, (struct is){EXACT, 7, 0});
    assert_int_equal(quantity_add(skipped, skipped).state, QUANTITY_SKIPPED);
    assert_int_equal(quantity_negate(skipped).state, QUANTITY_SKIPPED);
    assert_int_equal(quantity_multiply(seven, skipped).state, QUANTITY_SKIPPED);
    assert_int_equal(quantity_multiply(quantity_missing(), skipped).state, QUANTITY_MISSING);
    assert_int_equal(quantity_divide(seven, skipped).state, QUANTITY_MISSING);
    assert_int_equal(quantity_divide(skipped, seven).state, QUANTITY_SKIPPED);
    expect("skipped alone", skipped, 0, (struct is){0, 0, 0});
}

/* Only a side that is known decides. */
static void test_is_positive(void **state)
{
    static const struct {
        const char *name;
        struct is is;
        enum truth expected;
    } rows[] = {
        {"above", {EXACT, 1, 0}, TRUTH_TRUE},
        {"zero", {EXACT, 0, 0}, TRUTH_FALSE},
        {"below", {EXACT, -1, 0}, TRUTH_FALSE},
        {"at least, above", {AT_LEAST, 1, 0}, TRUTH_TRUE},
        {"at least zero", {AT_LEAST, 0, 0}, TRUTH_UNKNOWN},
        {"at most, above", {AT_MOST, 1, 0}, TRUTH_UNKNOWN},
        {"at most zero", {AT_MOST, 0, 0}, TRUTH_FALSE},
        {"about, above", {ABOUT, 100, 0}, TRUTH_UNKNOWN},
        {"range, above", {RANGE, 1, 5}, TRUTH_TRUE},
        {"range across", {RANGE, -1, 5}, TRUTH_UNKNOWN},
        {"range, below", {RANGE, -5, 0}, TRUTH_FALSE},
        {"missing", {0, 0, 0}, TRUTH_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct quantity is = quantity(rows[i].is);

        if (quantity_is_positive(&is) != rows[i].expected)
            fail_msg("%s: %d", rows[i].name, (int)quantity_is_positive(&is));
    }
}

/* Nothing is rounded before the end, and then half away from zero, but bounds so that they stay
 * true. */
static void test_round(void **state)
{
    struct quantity third = quantity_divide(quantity_exact(1, 1), quantity_exact(3, 1));
    struct quantity sum = quantity_add(quantity_add(third, third), third);

    (void)state;
    expect("3 thirds", sum, 6, (struct is){EXACT, 1000000, 0});
    expect("half up", quantity_exact(5, 2), 0, (struct is){EXACT, 3, 0});
    expect("half down", quantity_exact(-5, 2), 0, (struct is){EXACT, -3, 0});
    expect("from below", quantity_of(&(struct amount){true, -25, 0, QUALIFIER_AT_LEAST}, 1), 0,
           (struct is){AT_LEAST, -3, 0});
    expect("from above", quantity_of(&(struct amount){true, -25, 0, QUALIFIER_AT_MOST}, 1), 0,
           (struct is){AT_MOST, -2, 0});
    expect("around", quantity_of(&(struct amount){true, 26, 44, QUALIFIER_RANGE}, 1), 0,
           (struct is){RANGE, 2, 5});
    expect("a range of one number", quantity_of(&(struct amount){true, 30, 30, QUALIFIER_RANGE}, 1),
           0, (struct is){EXACT, 3, 0});
    expect("a range within one number",
           quantity_of(&(struct amount){true, 26, 26, QUALIFIER_RANGE}, 1), 0,
           (struct is){RANGE, 2, 3});
    expect("decimals of the amount",
           quantity_of(&(struct amount){true, 755, 0, QUALIFIER_EXACT}, 1), 2,
           (struct is){EXACT, 7550, 0});
}

/* What is beyond 128 bits has no value, on the way or at the end; what comes back into them has. */
static void test_overflow(void **state)
{
    struct quantity most = quantity_exact(I128_MAX, 1), two = quantity_exact(2, 1);
    struct amount wide = {true, 1, I128_MIN, QUALIFIER_RANGE};

    (void)state;
    assert_int_equal(quantity_exact(I128_MIN, 1).state, QUANTITY_MISSING);
    assert_int_equal(quantity_of(&wide, 0).state, QUANTITY_MISSING);
    assert_int_equal(quantity_add(most, most).state, QUANTITY_MISSING);
    assert_int_equal(quantity_multiply(most, two).state, QUANTITY_MISSING);
    assert_int_equal(quantity_divide(quantity_multiply(two, quantity_exact(1, 2)), most).state,
                     QUANTITY_VALUE);
    assert_false(quantity_round(&most, 1).has_value);
    assert_true(quantity_round(&most, 0).value == I128_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),     cmocka_unit_test(test_multiply_and_divide),
        cmocka_unit_test(test_skipped), cmocka_unit_test(test_is_positive),
        cmocka_unit_test(test_round),   cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
