/* Values as people read them, and the differences of inexact ones. */
#include "lib/cm.h"

#include <stdio.h>

#include "client/format.h"
#include "core/mem.h"

enum { EXACT = 1, AT_LEAST, AT_MOST, ABOUT, RANGE };

static Tonghop__Value value_of(int qualifier, int64_t value, int64_t upper)
{
    Tonghop__Value message = TONGHOP__VALUE__INIT;
    message.has_value = true;
    message.qualifier = (Tonghop__Qualifier)qualifier;
    message.value_high = i128_high(value);
    message.value_low = i128_low(value);
    message.upper_high = i128_high(upper);
    message.upper_low = i128_low(upper);
    return message;
}

/* Absent is not zero; quantities are trimmed, ratios are not; qualifiers are said in words; a
 * Vietnamese reader gets 2.861 and 75,6. */
static void test_format_value(void **state)
{
    static const struct {
        const char *name;
        unsigned decimals;
        bool is_ratio;
        int qualifier;
        int64_t value, upper;
        const char *vi, *en;
    } rows[] = {
        {"whole", 0, false, EXACT, 2861, 0, "2.861", "2861"},
        {"zero", 0, false, EXACT, 0, 0, "0", "0"},
        {"quantity", 2, false, EXACT, 7560, 0, "75,6", "75.6"},
        {"ratio", 2, true, EXACT, 70, 0, "0,70", "0.70"},
        {"whole ratio", 2, true, EXACT, 10000, 0, "100", "100"},
        {"below zero", 1, false, EXACT, -25, 0, "-2,5", "-2.5"},
        {"at least", 0, false, AT_LEAST, 5023, 0, "trên 5.023", "at least 5023"},
        {"at most", 0, false, AT_MOST, 400000, 0, "không quá 400.000", "at most 400000"},
        {"about", 0, false, ABOUT, 100, 0, "khoảng 100", "about 100"},
        {"range", 1, false, RANGE, 1000, 2005, "100–200,5", "100–200.5"},
        {"range of one number", 0, false, RANGE, 5, 5, "5", "5"}, /* max of 3–5 and 5 */
        {"range of one rate", 2, true, RANGE, 7560, 7560, "75,60", "75.60"},
        {"beyond 64 bits", 0, false, EXACT, INT64_MAX, 0, "9.223.372.036.854.775.807",
         "9223372036854775807"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tonghop__Value value = value_of(rows[i].qualifier, rows[i].value, rows[i].upper);
        struct format vi = {.decimals = rows[i].decimals, .is_ratio = rows[i].is_ratio};
        struct format en = {
            .is_english = true, .decimals = rows[i].decimals, .is_ratio = rows[i].is_ratio};
        char *vi_text = format_value(&vi, &value);
        char *en_text = format_value(&en, &value);
        if (strcmp(vi_text, rows[i].vi) != 0 || strcmp(en_text, rows[i].en) != 0)
            fail_msg("%s: %s, %s", rows[i].name, vi_text, en_text);
        free(vi_text);
        free(en_text);
    }
}

/* Totals are 128 bits wide; nothing on the way out makes them narrower. */
static void test_wide_value(void **state)
{
    struct format format = {.is_english = false};
    Tonghop__Value value = value_of(EXACT, 0, 0);
    (void)state;
    value.value_high = 1; /* 2^64 */
    char *text = format_value(&format, &value);
    assert_string_equal(text, "18.446.744.073.709.551.616");
    free(text);
}

/* What was not reported prints as a dash for people and as nothing for programs. */
static void test_absent(void **state)
{
    struct format format = {.is_english = true};
    Tonghop__Value absent = TONGHOP__VALUE__INIT;
    (void)state;
    char *text = format_value(&format, &absent);
    char *change = format_change(&format, &absent);
    assert_string_equal(text, "–");
    assert_string_equal(change, "–");
    assert_null(format_plain(&format, &absent));
    assert_null(format_plain_upper(&format, &absent));
    assert_null(format_qualifier(&absent));
    free(text);
    free(change);
}

/* Programs get bare numbers, the sign of the qualifier beside them, and an upper bound for ranges
 * only. */
static void test_plain(void **state)
{
    struct format quantity = {.decimals = 2};
    struct format ratio = {.decimals = 2, .is_ratio = true};
    Tonghop__Value range = value_of(RANGE, 123450, 200000);
    Tonghop__Value least = value_of(AT_LEAST, 70, 0);
    (void)state;
    char *lower = format_plain(&quantity, &range);
    char *upper = format_plain_upper(&quantity, &range);
    char *rate = format_plain(&ratio, &least);
    assert_string_equal(lower, "1234.5");
    assert_string_equal(upper, "2000");
    assert_string_equal(rate, "0.70");
    assert_string_equal(format_qualifier(&range), "..");
    assert_string_equal(format_qualifier(&least), ">=");
    assert_null(format_plain_upper(&quantity, &least));
    free(lower);
    free(upper);
    free(rate);
}

/* A cell prints as a value of the same qualifier does. */
static void test_format_cell(void **state)
{
    struct format format = {.decimals = 1};
    struct cell cell = {.indicator = 7, .qualifier = RANGE, .value = 15, .upper = 30};
    (void)state;
    char *text = format_cell(&format, &cell);
    assert_string_equal(text, "1,5–3");
    free(text);
}

/* Subtraction swaps at least and at most; equal bounds subtracted give about; ranges subtract by
 * their ends. A change has a sign. */
static void test_subtract(void **state)
{
    static const struct {
        const char *name;
        int now_qualifier;
        int64_t now, now_upper;
        int before_qualifier;
        int64_t before, before_upper;
        const char *change;
    } rows[] = {
        {"rise", EXACT, 2861, 0, EXACT, 2743, 0, "+118"},
        {"fall", EXACT, 171, 0, EXACT, 196, 0, "-25"},
        {"none", EXACT, 5, 0, EXACT, 5, 0, "0"},
        {"at least - exact", AT_LEAST, 30, 0, EXACT, 10, 0, "up at least 20"},
        {"exact - at least", EXACT, 30, 0, AT_LEAST, 10, 0, "down, or up by at most 20"},
        {"at least - at least", AT_LEAST, 30, 0, AT_LEAST, 10, 0, "about +20"},
        {"at least - at most", AT_LEAST, 30, 0, AT_MOST, 10, 0, "up at least 20"},
        {"at most - exact", AT_MOST, 30, 0, EXACT, 40, 0, "down at least 10"},
        {"at least - exact, uncertain", AT_LEAST, 30, 0, EXACT, 40, 0, "up, or down by at most 10"},
        {"about - exact", ABOUT, 30, 0, EXACT, 10, 0, "about +20"},
        {"range - exact", RANGE, 10, 20, EXACT, 15, 0, "-5–+5"},
        {"range - range", RANGE, 10, 20, RANGE, 1, 5, "+5–+19"},
        {"range - at least", RANGE, 10, 20, AT_LEAST, 5, 0, "down, or up by at most 15"},
        {"at least - range", AT_LEAST, 30, 0, RANGE, 1, 5, "up at least 25"},
        {"range of one number - exact", RANGE, 5, 5, EXACT, 2, 0, "+3"},
    };
    struct format format = {.is_english = true};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tonghop__Value now = value_of(rows[i].now_qualifier, rows[i].now, rows[i].now_upper);
        Tonghop__Value before =
            value_of(rows[i].before_qualifier, rows[i].before, rows[i].before_upper);
        Tonghop__Value change;
        format_subtract(&now, &before, &change);
        char *text = format_change(&format, &change);
        if (strcmp(text, rows[i].change) != 0)
            fail_msg("%s: %s", rows[i].name, text);
        free(text);
    }
}

/* A direction is told only where it is certain. */
static void test_change(void **state)
{
    static const struct {
        const char *name;
        int qualifier;
        int64_t value, upper;
        const char *vi, *en;
    } rows[] = {
        {"exact, down", EXACT, -4000, 0, "-4.000", "-4000"},
        {"exact, none", EXACT, 0, 0, "0", "0"},
        {"exact, up", EXACT, 4000, 0, "+4.000", "+4000"},
        {"at least, down", AT_LEAST, -4000, 0, "tăng, hoặc giảm không quá 4.000",
         "up, or down by at most 4000"},
        {"at least, none", AT_LEAST, 0, 0, "không giảm", "not down"},
        {"at least, up", AT_LEAST, 4000, 0, "tăng trên 4.000", "up at least 4000"},
        {"at most, down", AT_MOST, -4000, 0, "giảm trên 4.000", "down at least 4000"},
        {"at most, none", AT_MOST, 0, 0, "không tăng", "not up"},
        {"at most, up", AT_MOST, 4000, 0, "giảm, hoặc tăng không quá 4.000",
         "down, or up by at most 4000"},
        {"about, down", ABOUT, -4000, 0, "khoảng -4.000", "about -4000"},
        {"about, none", ABOUT, 0, 0, "khoảng 0", "about 0"},
        {"about, up", ABOUT, 4000, 0, "khoảng +4.000", "about +4000"},
        {"range, down", RANGE, -19, -5, "-19–-5", "-19–-5"},
        {"range to none", RANGE, -5, 0, "-5–0", "-5–0"},
        {"range across none", RANGE, -5, 5, "-5–+5", "-5–+5"},
        {"range from none", RANGE, 0, 5, "0–+5", "0–+5"},
        {"range, up", RANGE, 5, 19, "+5–+19", "+5–+19"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tonghop__Value change = value_of(rows[i].qualifier, rows[i].value, rows[i].upper);
        struct format vi = {.is_english = false}, en = {.is_english = true};
        char *vi_text = format_change(&vi, &change);
        char *en_text = format_change(&en, &change);
        if (strcmp(vi_text, rows[i].vi) != 0 || strcmp(en_text, rows[i].en) != 0)
            fail_msg("%s: %s, %s", rows[i].name, vi_text, en_text);
        free(vi_text);
        free(en_text);
    }
}

/* A bound that has no size within 128 bits is printed as it came. */
static void test_change_too_wide(void **state)
{
    struct format format = {.is_english = true};
    Tonghop__Value change = value_of(AT_LEAST, 0, 0);
    (void)state;
    change.value_high = INT64_MIN; /* -2^127 */
    char *text = format_change(&format, &change);
    assert_string_equal(text, "at least -170141183460469231731687303715884105728");
    free(text);
}

/* Where one side is missing, or the difference does not fit, there is no change: not a wrong one.
 */
static void test_subtract_nothing(void **state)
{
    Tonghop__Value absent = TONGHOP__VALUE__INIT;
    Tonghop__Value five = value_of(EXACT, 5, 0);
    Tonghop__Value least = value_of(EXACT, 0, 0);
    Tonghop__Value change;
    (void)state;
    least.value_high = INT64_MIN; /* -2^127 */
    format_subtract(&five, &absent, &change);
    assert_false(change.has_value);
    format_subtract(&absent, &five, &change);
    assert_false(change.has_value);
    format_subtract(&least, &five, &change);
    assert_false(change.has_value);
    format_subtract(&five, &least, &change);
    assert_false(change.has_value);
}

/* What a reader has to know beside the number is said, and nothing where there is nothing. */
static void test_marks(void **state)
{
    struct format format = {.is_english = true};
    Tonghop__Value value = value_of(EXACT, 5, 0);
    (void)state;
    char *none = format_marks(&format, &value);
    assert_string_equal(none, "");
    value.partial_count = 3;
    value.implied_count = 2;
    value.negative_count = 1;
    value.least_units = 27;
    value.most_units = 30;
    value.known_count = 18;
    value.all_count = 19;
    char *all = format_marks(&format, &value);
    assert_string_equal(all,
                        "3 with half of the year only; 2 derived from the year's figure; "
                        "1 below zero; operands made of 27 to 30 reports; decided for 18 of 19 "
                        "units");
    free(none);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_value),     cmocka_unit_test(test_wide_value),
        cmocka_unit_test(test_absent),           cmocka_unit_test(test_plain),
        cmocka_unit_test(test_format_cell),      cmocka_unit_test(test_subtract),
        cmocka_unit_test(test_change),           cmocka_unit_test(test_change_too_wide),
        cmocka_unit_test(test_subtract_nothing), cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
