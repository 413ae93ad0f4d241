/* Numbers as people write them, qualifiers, and what a cell may hold. */
#include "lib/cm.h"

#include "core/cell.h"

static const enum number_style VI = NUMBER_VI, PLAIN = NUMBER_PLAIN;

/* Rule: Vietnamese numbers group by '.' and have ',' before the decimals; plain ones have '.'
 * before the decimals and no groups. Both become integers scaled by the decimals, exactly. */
static void numbers_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned decimals;
        bool is_vi;
        int64_t wanted;
    } rows[] = {
        {"0", 0, true, 0},
        {"1334", 0, true, 1334},
        {"2.861", 0, true, 2861},
        {"1.234.567", 0, true, 1234567},
        {"12.345", 0, true, 12345},
        {"123.456", 0, true, 123456},
        {"75,6", 1, true, 756},
        {"75,6", 2, true, 7560},
        {"5.023,25", 2, true, 502325},
        {"0,70", 2, true, 70},
        {"75,600", 1, true, 756},
        {"7,000000000000000000000", 0, true, 7},
        {"-3", 0, true, -3},
        {"+3", 0, true, 3},
        {"\xE2\x88\x92"
         "2.861,5",
         1, true, -28615},
        {"-0", 0, true, 0},
        {"-0,00", 2, true, 0},
        {" \t12 \t", 0, true, 12},
        {"007", 0, true, 7},
        {"000000000000000000000000000000000000000000000001", 0, true, 1},
        {"9.223.372.036.854.775.807", 0, true, INT64_MAX},
        {"-9.223.372.036.854.775.808", 0, true, INT64_MIN},
        {"9223372036854,775807", 6, true, INT64_MAX},
        {"2861", 0, false, 2861},
        {"75.6", 2, false, 7560},
        {"1.234", 3, false, 1234},
        {"-9223372036854775808", 0, false, INT64_MIN},
        {"0.000000000000000001", 18, false, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = -77;
        enum err err =
            number_parse(rows[i].text, rows[i].decimals, rows[i].is_vi ? VI : PLAIN, &value);
        if (err != ERR_OK || value != rows[i].wanted)
            fail_msg("'%s': %s, %lld", rows[i].text, err_name(err), (long long)value);
    }
}

/* Rule: what is not a number is told from a number that does not fit, and neither touches the
 * output. An irregular group could be a decimal point of another country: it is never guessed. */
static void other_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned decimals;
        bool is_vi;
        enum err wanted;
    } rows[] = {
        {"", 0, true, ERR_SYNTAX},
        {"  ", 0, true, ERR_SYNTAX},
        {"-", 0, true, ERR_SYNTAX},
        {"--1", 0, true, ERR_SYNTAX},
        {"- 1", 0, true, ERR_SYNTAX},
        {"1-", 0, true, ERR_SYNTAX},
        {"\xE2\x88", 0, true, ERR_SYNTAX},
        {"12a", 0, true, ERR_SYNTAX},
        {"1 334", 0, true, ERR_SYNTAX},
        {"0x10", 0, true, ERR_SYNTAX},
        {"1e3", 0, true, ERR_SYNTAX},
        {"nan", 0, true, ERR_SYNTAX},
        {"1.23", 2, true, ERR_SYNTAX},
        {"1.2345", 0, true, ERR_SYNTAX},
        {"1234.567", 0, true, ERR_SYNTAX},
        {"1.234567", 0, true, ERR_SYNTAX},
        {"1.", 0, true, ERR_SYNTAX},
        {".123", 0, true, ERR_SYNTAX},
        {"1..234", 0, true, ERR_SYNTAX},
        {"0.123", 3, true, ERR_SYNTAX},
        {"012.345", 0, true, ERR_SYNTAX},
        {"75,", 1, true, ERR_SYNTAX},
        {",5", 1, true, ERR_SYNTAX},
        {"1,5,5", 1, true, ERR_SYNTAX},
        {"1,234.5", 1, true, ERR_SYNTAX},
        {"1,234.567", 6, true, ERR_SYNTAX},
        {"2,861", 3, false, ERR_SYNTAX},
        {"1.234.567", 6, false, ERR_SYNTAX},
        {"5.", 1, false, ERR_SYNTAX},
        {"75,65", 1, true, ERR_RANGE},
        {"0,001", 2, true, ERR_RANGE},
        {"0,5", 0, true, ERR_RANGE},
        {"9.223.372.036.854.775.808", 0, true, ERR_RANGE},
        {"-9.223.372.036.854.775.809", 0, true, ERR_RANGE},
        {"9223372036854775807", 1, true, ERR_RANGE},
        {"340282366920938463463374607431768211457", 0, true, ERR_RANGE}, /* 2^128 + 1 */
        {"99999999999999999999999999999999999999999999999999", 6, false, ERR_RANGE},
        {"99999999999999999999999999999999999999999999x", 0, false, ERR_SYNTAX},
        {"0,55x", 1, true, ERR_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = -77;
        enum err err =
            number_parse(rows[i].text, rows[i].decimals, rows[i].is_vi ? VI : PLAIN, &value);
        if (err != rows[i].wanted || value != -77)
            fail_msg("'%s': %s, %lld", rows[i].text, err_name(err), (long long)value);
    }
}

/* Rule: whole values without decimals, quantities trimmed, ratios in full. */
static void numbers_are_written(void **state)
{
    (void)state;
    const i128 max = i128_of(INT64_MAX, UINT64_MAX), min = i128_of(INT64_MIN, 0);
    const struct {
        i128 value;
        unsigned decimals;
        bool keep_decimals;
        bool is_vi;
        const char *wanted;
    } rows[] = {
        {0, 0, false, true, "0"},
        {0, 2, true, true, "0"},
        {7, 0, false, true, "7"},
        {999, 0, false, true, "999"},
        {5023, 0, false, true, "5.023"},
        {1234567, 0, false, true, "1.234.567"},
        {100000, 0, false, true, "100.000"},
        {7560, 2, false, true, "75,6"},
        {7560, 2, true, true, "75,60"},
        {70, 2, true, true, "0,70"},
        {70, 2, false, true, "0,7"},
        {5, 2, false, true, "0,05"},
        {10000, 2, true, true, "100"},
        {502300, 2, false, true, "5.023"},
        {-2861, 0, false, true, "-2.861"},
        {-5, 1, false, true, "-0,5"},
        {-999, 0, false, true, "-999"},
        {123456789, 6, false, true, "123,456789"},
        {5023, 0, false, false, "5023"},
        {7560, 2, false, false, "75.6"},
        {7560, 2, true, false, "75.60"},
        {1, 18, false, false, "0.000000000000000001"},
        {max, 0, false, false, "170141183460469231731687303715884105727"},
        {min, 0, false, true, "-170.141.183.460.469.231.731.687.303.715.884.105.728"},
        {min, 6, true, true, "-170.141.183.460.469.231.731.687.303.715.884,105728"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[I128_TEXT_SIZE];
        char *got = number_format(rows[i].value, rows[i].decimals, rows[i].keep_decimals,
                                  rows[i].is_vi ? VI : PLAIN, text);
        assert_ptr_equal(got, text);
        assert_string_equal(text, rows[i].wanted);
    }
}

/* Rule: what is written in a style is read back in it as the same value. */
static void numbers_survive_the_round_trip(void **state)
{
    (void)state;
    static const int64_t values[] = {0,      1,       -1,        999,       1000,     -1000,
                                     999999, 1000000, INT64_MAX, INT64_MIN, -7560001, 120};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (unsigned decimals = 0; decimals <= 6; decimals++) {
            for (unsigned mode = 0; mode < 4; mode++) {
                enum number_style style = mode & 1 ? VI : PLAIN;
                char text[I128_TEXT_SIZE];
                int64_t back;
                number_format(values[i], decimals, (mode & 2) != 0, style, text);
                assert_int_equal(number_parse(text, decimals, style, &back), ERR_OK);
                assert_true(back == values[i]);
            }
        }
    }
}

/* Rule: five signs, nothing means exact, and QUALIFIER_NONE cannot be written. */
static void qualifiers_have_signs(void **state)
{
    (void)state;
    static const struct {
        const char *sign;
        enum qualifier qualifier;
    } rows[] = {
        {"=", QUALIFIER_EXACT}, {">=", QUALIFIER_AT_LEAST}, {"<=", QUALIFIER_AT_MOST},
        {"~", QUALIFIER_ABOUT}, {"..", QUALIFIER_RANGE},
    };
    enum qualifier got;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(qualifier_parse(rows[i].sign, &got), ERR_OK);
        assert_int_equal(got, rows[i].qualifier);
        assert_string_equal(qualifier_sign(rows[i].qualifier), rows[i].sign);
    }
    assert_int_equal(qualifier_parse("", &got), ERR_OK);
    assert_int_equal(got, QUALIFIER_EXACT);
    static const char *const others[] = {"?", ">", "<", "==", " =", "...", ".", "trên"};
    got = QUALIFIER_NONE;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(qualifier_parse(others[i], &got), ERR_SYNTAX);
    assert_int_equal(got, QUALIFIER_NONE);
}

/* Rule: an upper bound belongs to a range, and lies above its value. */
static void cells_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct cell cell;
        enum err wanted;
    } rows[] = {
        {"exact", {1, QUALIFIER_EXACT, 5, 0}, ERR_OK},
        {"at least", {1, QUALIFIER_AT_LEAST, -5, 0}, ERR_OK},
        {"at most", {1, QUALIFIER_AT_MOST, 5, 0}, ERR_OK},
        {"about", {1, QUALIFIER_ABOUT, INT64_MIN, 0}, ERR_OK},
        {"range", {1, QUALIFIER_RANGE, 100, 900}, ERR_OK},
        {"range up to zero", {1, QUALIFIER_RANGE, -5, 0}, ERR_OK},
        {"none", {1, QUALIFIER_NONE, 5, 0}, ERR_INVALID},
        {"unknown", {1, QUALIFIER_COUNT, 5, 0}, ERR_INVALID},
        {"unknown, largest", {1, UINT8_MAX, 5, 0}, ERR_INVALID},
        {"exact with upper", {1, QUALIFIER_EXACT, 5, 6}, ERR_INVALID},
        {"about with upper", {1, QUALIFIER_ABOUT, 5, -1}, ERR_INVALID},
        {"empty range", {1, QUALIFIER_RANGE, 5, 5}, ERR_INVALID},
        {"range upside down", {1, QUALIFIER_RANGE, 5, 4}, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (cell_check(&rows[i].cell) != rows[i].wanted)
            fail_msg("%s", rows[i].name);
    }
}

static void cells_are_compared(void **state)
{
    (void)state;
    const struct cell cell = {1, QUALIFIER_RANGE, 100, 900};
    const struct cell others[] = {{2, QUALIFIER_RANGE, 100, 900},
                                  {1, QUALIFIER_ABOUT, 100, 900},
                                  {1, QUALIFIER_RANGE, 101, 900},
                                  {1, QUALIFIER_RANGE, 100, 901}};
    const struct cell same = cell;
    assert_true(cell_equal(&cell, &same));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(cell_equal(&cell, &others[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),      cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(numbers_are_written),   cmocka_unit_test(numbers_survive_the_round_trip),
        cmocka_unit_test(qualifiers_have_signs), cmocka_unit_test(cells_are_checked),
        cmocka_unit_test(cells_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
