/* 128-bit arithmetic: checks, rounding, and the bytes of totals. */
#include "lib/cm.h"

#include "core/int128.h"

#define I128_MAX i128_of(INT64_MAX, UINT64_MAX)
#define I128_MIN i128_of(INT64_MIN, 0)

/* Rule: a result that does not fit is refused and leaves the output alone. */
static void overflow_is_seen(void **state)
{
    (void)state;
    i128 result = 42;
    assert_false(i128_add(I128_MAX, 1, &result));
    assert_false(i128_add(I128_MIN, -1, &result));
    assert_false(i128_mul(I128_MAX, 2, &result));
    assert_false(i128_mul(I128_MIN, -1, &result));
    assert_true(result == 42);

    assert_true(i128_add(I128_MAX, I128_MIN, &result));
    assert_true(result == -1);
    assert_true(i128_mul(INT64_MIN, INT64_MIN, &result));
    assert_true(result == i128_of((int64_t)1 << 62, 0));
}

static void powers_of_ten(void **state)
{
    (void)state;
    assert_true(pow10_i64(0) == 1);
    assert_true(pow10_i64(6) == 1000000);
    assert_true(pow10_i64(18) == 1000000000000000000);
}

/* Rule: ratios are rounded half away from zero, whatever the signs. */
static void division_rounds_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t numerator, denominator, wanted;
    } rows[] = {
        {"whole", 6, 3, 2},
        {"below half", 7, 5, 1},
        {"half", 5, 2, 3},
        {"above half", 8, 5, 2},
        {"half, negative numerator", -5, 2, -3},
        {"half, negative denominator", 5, -2, -3},
        {"half, both negative", -5, -2, 3},
        {"below half, negative", -7, 5, -1},
        {"less than half of one", 1, 3, 0},
        {"half of one, negative", -1, 2, -1},
        {"zero", 0, -7, 0},
        {"odd denominator just below half", 3, 7, 0},
        {"odd denominator just above half", 4, 7, 1},
        {"province of 003: 100 * 1327 / 1556, two decimals", 1327LL * 10000, 1556, 8528},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        i128 got = i128_div_round(rows[i].numerator, rows[i].denominator);
        if (got != rows[i].wanted)
            fail_msg("%s: %lld", rows[i].name, (long long)got);
    }
}

/* Rule: the ends of the range round without overflow on the way. */
static void division_at_the_ends(void **state)
{
    (void)state;
    assert_true(i128_div_round(I128_MAX, 1) == I128_MAX);
    assert_true(i128_div_round(I128_MIN, 1) == I128_MIN);
    assert_true(i128_div_round(I128_MIN, -1) == I128_MAX);
    assert_true(i128_div_round(I128_MIN, I128_MIN) == 1);
    assert_true(i128_div_round(I128_MAX, I128_MIN) == -1);
    assert_true(i128_div_round(I128_MAX / 2, I128_MAX) == 0);
    assert_true(i128_div_round(I128_MAX / 2 + 1, I128_MAX) == 1);
}

/* Rule: two halves, high first, say everything. */
static void halves_join(void **state)
{
    (void)state;
    assert_true(i128_of(0, 1) == 1);
    assert_true(i128_of(-1, UINT64_MAX) == -1);
    assert_true(i128_high(-2) == -1);
    assert_true(i128_low(-2) == UINT64_MAX - 1);
    const i128 values[] = {0, 1, -1, INT64_MAX, INT64_MIN, I128_MAX, I128_MIN};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true(i128_of(i128_high(values[i]), i128_low(values[i])) == values[i]);
}

/* Rule: zigzag LEB128, the shortest form; the same bytes as 64-bit values where those suffice. */
static void bytes_are_golden(void **state)
{
    (void)state;
    const struct {
        i128 value;
        const char *bytes;
        size_t len;
    } rows[] = {
        {0, "\x00", 1},
        {-1, "\x01", 1},
        {1, "\x02", 1},
        {2861, "\xDA\x2C", 2},
        {INT64_MIN, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10},
        {i128_of(1, 0), "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x04", 10},
        {I128_MAX, "\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x03",
         19},
        {I128_MIN, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x03",
         19},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf buf = {0};
        buf_put_i128(&buf, rows[i].value);
        assert_int_equal(buf.len, rows[i].len);
        assert_memory_equal(buf.data, rows[i].bytes, rows[i].len);
        struct reader r = reader_of(span_of(&buf));
        assert_true(reader_i128(&r) == rows[i].value);
        assert_int_equal(reader_left(&r), 0);
        assert_false(r.failed);
        buf_fini(&buf);
    }
}

/* Rule: a value has one encoding; cut, longer and larger ones are refused and read as 0. */
static void bad_bytes_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
    } rows[] = {
        {"nothing", "", 0},
        {"cut", "\x80", 1},
        {"zero in two bytes", "\x80\x00", 2},
        {"2^128", "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x04",
         19},
        {"twenty bytes",
         "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x01", 20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reader r = reader_of((struct span){(const uint8_t *)rows[i].bytes, rows[i].len});
        if (reader_i128(&r) != 0 || !r.failed)
            fail_msg("%s", rows[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_is_seen),
        cmocka_unit_test(powers_of_ten),
        cmocka_unit_test(division_rounds_half_away_from_zero),
        cmocka_unit_test(division_at_the_ends),
        cmocka_unit_test(halves_join),
        cmocka_unit_test(bytes_are_golden),
        cmocka_unit_test(bad_bytes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
