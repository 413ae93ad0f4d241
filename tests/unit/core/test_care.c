/* The record of the last verification or backup, as a file of lines. */
#include "lib/cm.h"

#include "core/care.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static enum err parse(const char *text, struct care *ret_care)
{
    return care_parse((struct span){(const uint8_t *)text, strlen(text)}, ret_care);
}

/* Rule: each line is a name and a value, in any order. */
static void test_good_records(void **state)
{
    static const struct {
        const char *text;
        struct care care;
    } rows[] = {
        {"time 1732150000000000\nresult ok\nreports 12\ndifferences 0\n",
         {CARE_OK, {1732150000000000}, 12, 0, {0}, ""}},
        {"result differs\ntime 5\ndifferences 3\nreports 18446744073709551615\n",
         {CARE_DIFFERS, {5}, UINT64_MAX, 3, {0}, ""}},
        {"time 7\nresult failed\nerror too-large\n", {CARE_FAILED, {7}, 0, 0, {0}, "too-large"}},
        {"time 7\nresult failed\nerror full\ngood 5\n", {CARE_FAILED, {7}, 0, 0, {5}, "full"}},
        {"time 7\nresult ok\nduration 12 s\n",
         {CARE_OK, {7}, 0, 0, {0}, ""}}, /* of a later version */
        {"time 253402300799999999\nresult ok", {CARE_OK, {253402300799999999}, 0, 0, {0}, ""}},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct care care;
        assert_int_equal(parse(rows[i].text, &care), ERR_OK);
        assert_int_equal(care.result, rows[i].care.result);
        assert_int_equal(care.time.us, rows[i].care.time.us);
        assert_int_equal(care.reports, rows[i].care.reports);
        assert_int_equal(care.differences, rows[i].care.differences);
        assert_int_equal(care.good.us, rows[i].care.good.us);
        assert_string_equal(care.error, rows[i].care.error);
    }
}

/* Rule: what does not read is no record, and what was known stays untouched. */
static void test_bad_records(void **state)
{
    static const char *const rows[] = {
        "",
        "\n",
        "time 7\n",
        "result ok\n",
        "time 0\nresult ok\n",
        "time\nresult ok\n",
        "time -7\nresult ok\n",
        "time 7 \nresult ok\n",
        "time 7.5\nresult ok\n",
        "time 253402300800000000\nresult ok\n",
        "time 7\nresult OK\n",
        "time 7\nresult\n",
        "time 7\r\nresult ok\r\n",
        "time 7\nresult ok\nreports 18446744073709551616\n",
        "time 7\nresult ok\nreports -1\n",
        "time 7\nresult ok\ngood 0\n",
        "time 7\nresult ok\ngood 7x\n",
        "time 7\nresult failed\nerror \n",
        "time 7\nresult failed\nerror \x1b[2J\n",
        "time 7\nresult failed\nerror abcdefghijklmnopqrstuvwxyzabcdef\n",
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct care care = {.reports = 42};
        if (parse(rows[i], &care) != ERR_SYNTAX)
            fail_msg("row %zu is taken for a record", i);
        assert_int_equal(care.reports, 42);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_records),
        cmocka_unit_test(test_bad_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
