/* What changed, and what part it is, is known as well as the two figures are, and no better. */
#include "lib/cm.h"

#include "core/compare.h"

#define I128_MAX ((i128)(~(u128)0 >> 1))
#define I128_MIN (-I128_MAX - 1)

enum { EXACT = 1, AT_LEAST, AT_MOST, ABOUT, RANGE };

/* One amount in a table; qualifier 0: none. */
struct is {
    uint8_t qualifier;
    int64_t value, upper;
};

static struct amount amount(struct is is)
{
    return (struct amount){is.qualifier != 0, is.value, is.upper, is.qualifier};
}

static void expect(const char *name, const char *what, struct amount result, struct is expected)
{
    if (result.has_value != (expected.qualifier != 0) || result.value != expected.value ||
        result.upper != expected.upper || result.qualifier != expected.qualifier)
        fail_msg("%s: %s: %d, qualifier %d, %lld..%lld", name, what, result.has_value,
                 result.qualifier, (long long)result.value, (long long)result.upper);
}

/* Every pair of qualifiers. A difference is known from below where the one is known from below and
 * the other from above; a share of something inexact is about. */
static const struct {
    const char *name;
    struct is now, before, change, percent, relative;
} pairs[] = {
    {"exact, exact",
     {EXACT, 30, 0},
     {EXACT, 40, 0},
     {EXACT, -10, 0},
     {EXACT, 750, 0},
     {EXACT, -250, 0}},
    {"exact, at least",
     {EXACT, 30, 0},
     {AT_LEAST, 40, 0},
     {AT_MOST, -10, 0},
     {AT_MOST, 750, 0},
     {AT_MOST, -250, 0}},
    {"exact, at most",
     {EXACT, 30, 0},
     {AT_MOST, 40, 0},
     {AT_LEAST, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"exact, about",
     {EXACT, 30, 0},
     {ABOUT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"exact, range",
     {EXACT, 30, 0},
     {RANGE, 40, 50},
     {RANGE, -20, -10},
     {RANGE, 600, 750},
     {RANGE, -400, -250}},
    {"at least, exact",
     {AT_LEAST, 30, 0},
     {EXACT, 40, 0},
     {AT_LEAST, -10, 0},
     {AT_LEAST, 750, 0},
     {AT_LEAST, -250, 0}},
    {"at least, at least",
     {AT_LEAST, 30, 0},
     {AT_LEAST, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"at least, at most",
     {AT_LEAST, 30, 0},
     {AT_MOST, 40, 0},
     {AT_LEAST, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"at least, about",
     {AT_LEAST, 30, 0},
     {ABOUT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"at least, range",
     {AT_LEAST, 30, 0},
     {RANGE, 40, 50},
     {AT_LEAST, -20, 0},
     {AT_LEAST, 600, 0},
     {AT_LEAST, -400, 0}},
    {"at most, exact",
     {AT_MOST, 30, 0},
     {EXACT, 40, 0},
     {AT_MOST, -10, 0},
     {AT_MOST, 750, 0},
     {AT_MOST, -250, 0}},
    {"at most, at least",
     {AT_MOST, 30, 0},
     {AT_LEAST, 40, 0},
     {AT_MOST, -10, 0},
     {AT_MOST, 750, 0},
     {AT_MOST, -250, 0}},
    {"at most, at most",
     {AT_MOST, 30, 0},
     {AT_MOST, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"at most, about",
     {AT_MOST, 30, 0},
     {ABOUT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"at most, range",
     {AT_MOST, 30, 0},
     {RANGE, 40, 50},
     {AT_MOST, -10, 0},
     {AT_MOST, 750, 0},
     {AT_MOST, -250, 0}},
    {"about, exact",
     {ABOUT, 30, 0},
     {EXACT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"about, at least",
     {ABOUT, 30, 0},
     {AT_LEAST, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"about, at most",
     {ABOUT, 30, 0},
     {AT_MOST, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"about, about",
     {ABOUT, 30, 0},
     {ABOUT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"about, range", /* from the lower end of what is known */
     {ABOUT, 30, 0},
     {RANGE, 40, 50},
     {ABOUT, -20, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"range, exact",
     {RANGE, 30, 50},
     {EXACT, 40, 0},
     {RANGE, -10, 10},
     {RANGE, 750, 1250},
     {RANGE, -250, 250}},
    {"range, at least",
     {RANGE, 30, 50},
     {AT_LEAST, 40, 0},
     {AT_MOST, 10, 0},
     {AT_MOST, 1250, 0},
     {AT_MOST, 250, 0}},
    {"range, at most",
     {RANGE, 30, 50},
     {AT_MOST, 40, 0},
     {AT_LEAST, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"range, about",
     {RANGE, 30, 50},
     {ABOUT, 40, 0},
     {ABOUT, -10, 0},
     {ABOUT, 750, 0},
     {ABOUT, -250, 0}},
    {"range, range",
     {RANGE, 30, 50},
     {RANGE, 40, 80},
     {RANGE, -50, 10},
     {RANGE, 375, 1250},
     {RANGE, -625, 250}},
};

static void test_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct amount now = amount(pairs[i].now), before = amount(pairs[i].before);

        expect(pairs[i].name, "change", compare_change(&now, &before), pairs[i].change);
        expect(pairs[i].name, "percent", compare_percent(&now, &before, 1), pairs[i].percent);
        expect(pairs[i].name, "relative", compare_relative(&now, &before, 1), pairs[i].relative);
    }
}

/* Rounding is half away from zero; of zero there are no percents; a whole below zero keeps the sign
 * of the change; a range of one number is that number. */
static void test_corners(void **state)
{
    static const struct {
        const char *name;
        struct is now, before, change, percent, relative;
    } rows[] = {
        {"rounded up",
         {EXACT, 1, 0},
         {EXACT, 8, 0},
         {EXACT, -7, 0},
         {EXACT, 125, 0},
         {EXACT, -875, 0}},
        {"rounded from half",
         {EXACT, 1, 0},
         {EXACT, 16, 0},
         {EXACT, -15, 0},
         {EXACT, 63, 0},
         {EXACT, -938, 0}},
        {"all of it",
         {EXACT, 910, 0},
         {EXACT, 910, 0},
         {EXACT, 0, 0},
         {EXACT, 1000, 0},
         {EXACT, 0, 0}},
        {"of zero", {EXACT, 5, 0}, {EXACT, 0, 0}, {EXACT, 5, 0}, {0, 0, 0}, {0, 0, 0}},
        {"of about zero", {EXACT, 5, 0}, {ABOUT, 0, 0}, {ABOUT, 5, 0}, {0, 0, 0}, {0, 0, 0}},
        {"below zero",
         {EXACT, -2, 0},
         {EXACT, -4, 0},
         {EXACT, 2, 0},
         {EXACT, 500, 0},
         {EXACT, 500, 0}},
        {"nothing before", {EXACT, 5, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        {"nothing now", {0, 0, 0}, {EXACT, 5, 0}, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}},
        {"range of one number",
         {RANGE, 5, 5},
         {EXACT, 2, 0},
         {EXACT, 3, 0},
         {EXACT, 2500, 0},
         {EXACT, 1500, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct amount now = amount(rows[i].now), before = amount(rows[i].before);

        expect(rows[i].name, "change", compare_change(&now, &before), rows[i].change);
        expect(rows[i].name, "percent", compare_percent(&now, &before, 1), rows[i].percent);
        expect(rows[i].name, "relative", compare_relative(&now, &before, 1), rows[i].relative);
    }
}

/* Without its sign, at most becomes at least. */
static void test_absolute(void **state)
{
    static const struct {
        const char *name;
        struct is is, expected;
    } rows[] = {
        {"above", {AT_LEAST, 5, 0}, {AT_LEAST, 5, 0}},
        {"zero", {EXACT, 0, 0}, {EXACT, 0, 0}},
        {"exact", {EXACT, -5, 0}, {EXACT, 5, 0}},
        {"at most", {AT_MOST, -25, 0}, {AT_LEAST, 25, 0}},
        {"at least", {AT_LEAST, -25, 0}, {0, 0, 0}}, /* 100 is at least -25, too */
        {"about", {ABOUT, -25, 0}, {ABOUT, 25, 0}},
        {"range below", {RANGE, -25, -5}, {RANGE, 5, 25}},
        {"range to zero", {RANGE, -25, 0}, {RANGE, 0, 25}},
        {"range across, more below", {RANGE, -25, 5}, {RANGE, 0, 25}},
        {"range across, more above", {RANGE, -5, 25}, {RANGE, 0, 25}},
        {"nothing", {0, 0, 0}, {0, 0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct amount is = amount(rows[i].is);

        expect(rows[i].name, "absolute", compare_absolute(&is), rows[i].expected);
    }
}

/* A bound leaves open what lies beyond it. */
static void test_signs(void **state)
{
    enum { B = SIGN_BELOW, Z = SIGN_ZERO, A = SIGN_ABOVE };
    static const struct {
        const char *name;
        struct is is;
        unsigned signs;
    } rows[] = {
        {"exact, below", {EXACT, -5, 0}, B},
        {"exact, zero", {EXACT, 0, 0}, Z},
        {"exact, above", {EXACT, 5, 0}, A},
        {"about, below", {ABOUT, -5, 0}, B},
        {"about, zero", {ABOUT, 0, 0}, Z},
        {"about, above", {ABOUT, 5, 0}, A},
        {"at least, below", {AT_LEAST, -5, 0}, B | Z | A},
        {"at least, zero", {AT_LEAST, 0, 0}, Z | A},
        {"at least, above", {AT_LEAST, 5, 0}, A},
        {"at most, below", {AT_MOST, -5, 0}, B},
        {"at most, zero", {AT_MOST, 0, 0}, B | Z},
        {"at most, above", {AT_MOST, 5, 0}, B | Z | A},
        {"range below", {RANGE, -5, -1}, B},
        {"range to zero", {RANGE, -5, 0}, B | Z},
        {"range across", {RANGE, -5, 5}, B | Z | A},
        {"range from zero", {RANGE, 0, 5}, Z | A},
        {"range above", {RANGE, 1, 5}, A},
        {"range of one number", {RANGE, -5, -5}, B},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct amount is = amount(rows[i].is);

        if (compare_signs(&is) != rows[i].signs)
            fail_msg("%s: %u", rows[i].name, compare_signs(&is));
        assert_int_equal(compare_is_uncertain(&is), rows[i].signs == (B | Z | A));
    }
}

/* Figures of different decimals are brought to the same before they are compared. */
static void test_rescale(void **state)
{
    struct amount area = amount((struct is){RANGE, 75, 80});
    struct amount most = {true, I128_MAX, 0, QUALIFIER_EXACT};

    (void)state;
    expect("1 to 3", "range", compare_rescale(&area, 1, 3), (struct is){RANGE, 7500, 8000});
    expect("1 to 1", "range", compare_rescale(&area, 1, 1), (struct is){RANGE, 75, 80});
    assert_false(compare_rescale(&most, 0, 1).has_value);
    assert_false(compare_rescale(&(struct amount){false, 0, 0, 0}, 0, 1).has_value);
}

/* What does not fit has no value, which is not a wrong one. */
static void test_overflow(void **state)
{
    struct amount five = amount((struct is){EXACT, 5, 0});
    struct amount most = {true, I128_MAX, 0, QUALIFIER_EXACT};
    struct amount least = {true, I128_MIN, 0, QUALIFIER_EXACT};

    (void)state;
    assert_false(compare_change(&least, &five).has_value);
    assert_false(compare_change(&five, &least).has_value);
    assert_false(compare_absolute(&least).has_value);
    assert_false(compare_percent(&most, &five, 2).has_value);
    assert_true(compare_percent(&most, &most, 2).has_value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs),    cmocka_unit_test(test_corners),
        cmocka_unit_test(test_absolute), cmocka_unit_test(test_signs),
        cmocka_unit_test(test_rescale),  cmocka_unit_test(test_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
