/* Moments as people and programs write them: a day is its beginning in Viet Nam, a clock without an
 * offset is that of Viet Nam, and nothing else is guessed. */
#include "lib/cm.h"

#include "core/instant.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define HOUR_US       (INT64_C(3600) * 1000000)
#define DAY_US        (24 * HOUR_US)
/* 2024-12-12T00:00:00Z */
#define DAY_2024_12_12_US INT64_C(1733961600000000)

static void moments_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        {"1970-01-01", -7 * HOUR_US},
        {"1970-01-01T07:00", 0},
        {"1970-01-01T00:00Z", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T07:00:00+07:00", 0},
        {"2024-12-12", DAY_2024_12_12_US - 7 * HOUR_US},
        {"2024-12-12T00:00", DAY_2024_12_12_US - 7 * HOUR_US},
        {"2024-12-12T00:00:00+07:00", DAY_2024_12_12_US - 7 * HOUR_US},
        {"2024-12-12T08:30", DAY_2024_12_12_US + 90 * HOUR_US / 60},
        {"2024-12-12T08:30:00", DAY_2024_12_12_US + 90 * HOUR_US / 60},
        {"2024-12-12T08:30:59", DAY_2024_12_12_US + 90 * HOUR_US / 60 + 59000000},
        {"2024-12-12T08:30Z", DAY_2024_12_12_US + 510 * HOUR_US / 60},
        {"2024-12-12T08:30+00:00", DAY_2024_12_12_US + 510 * HOUR_US / 60},
        {"2024-12-12T08:30-00:00", DAY_2024_12_12_US + 510 * HOUR_US / 60},
        {"2024-12-12T08:30:00-05:30", DAY_2024_12_12_US + 14 * HOUR_US},
        {"2024-12-12T00:00+14:00", DAY_2024_12_12_US - 14 * HOUR_US},
        {"2024-12-12T23:59:59", DAY_2024_12_12_US + 17 * HOUR_US - 1000000},
        {"2024-12-12T23:59:59Z", DAY_2024_12_12_US + DAY_US - 1000000},
        {"2024-12-12T00:00+23:59", DAY_2024_12_12_US - DAY_US + HOUR_US / 60},
        {"2024-12-12T23:59-23:59", DAY_2024_12_12_US + 2 * DAY_US - 2 * HOUR_US / 60},
        {"2024-02-29", INT64_C(1709139600000000)},
        {"2000-02-29T12:00Z", INT64_C(951825600000000)},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800000000)},
        {"0001-01-01T00:00:00+23:59", INT64_C(-62135596800000000) - DAY_US + HOUR_US / 60},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799000000)},
        {"9999-12-31T23:59:59-23:59", INT64_C(253402300799000000) + DAY_US - HOUR_US / 60},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct instant instant = {1};
        if (instant_parse(rows[i].text, &instant) != ERR_OK || instant.us != rows[i].us)
            fail_msg("%s: %lld, not %lld", rows[i].text, (long long)instant.us,
                     (long long)rows[i].us);
    }
}

/* Rule: what is no moment is refused, and leaves the moment there was. */
static void what_is_none_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
    } rows[] = {
        {"", ERR_SYNTAX},
        {"T", ERR_SYNTAX},
        {"T08:30", ERR_SYNTAX},
        {"2024", ERR_SYNTAX},
        {"2024-12", ERR_SYNTAX},
        {"2024-12-1", ERR_SYNTAX},
        {"24-12-01", ERR_SYNTAX},
        {"12024-12-01", ERR_SYNTAX},
        {"-024-12-01", ERR_SYNTAX},
        {"2024/12/01", ERR_SYNTAX},
        {"12/12/2024", ERR_SYNTAX},
        {"2024-12-01 ", ERR_SYNTAX},
        {" 2024-12-01", ERR_SYNTAX},
        {"2024-12-01Z", ERR_SYNTAX},
        {"2024-12-01+07:00", ERR_SYNTAX},
        {"2024-12-01T", ERR_SYNTAX},
        {"2024-12-01T8", ERR_SYNTAX},
        {"2024-12-01T08", ERR_SYNTAX},
        {"2024-12-01T08:", ERR_SYNTAX},
        {"2024-12-01T08:3", ERR_SYNTAX},
        {"2024-12-01T8:30", ERR_SYNTAX},
        {"2024-12-01T0830", ERR_SYNTAX},
        {"2024-12-01t08:30", ERR_SYNTAX},
        {"2024-12-01 08:30", ERR_SYNTAX},
        {"2024-12-01T24:00", ERR_SYNTAX},
        {"2024-12-01T08:60", ERR_SYNTAX},
        {"2024-12-01T08:30:", ERR_SYNTAX},
        {"2024-12-01T08:30:5", ERR_SYNTAX},
        {"2024-12-01T08:30:60", ERR_SYNTAX},
        {"2024-12-01T08:30:00.5", ERR_SYNTAX},
        {"2024-12-01T-8:30", ERR_SYNTAX},
        {"2024-12-01T08:30 ", ERR_SYNTAX},
        {"2024-12-01T08:30z", ERR_SYNTAX},
        {"2024-12-01T08:30ZZ", ERR_SYNTAX},
        {"2024-12-01T08:30+", ERR_SYNTAX},
        {"2024-12-01T08:30+7", ERR_SYNTAX},
        {"2024-12-01T08:30+07", ERR_SYNTAX},
        {"2024-12-01T08:30+0700", ERR_SYNTAX},
        {"2024-12-01T08:30+07:0", ERR_SYNTAX},
        {"2024-12-01T08:30+07:000", ERR_SYNTAX},
        {"2024-12-01T08:30+07:00:00", ERR_SYNTAX},
        {"2024-12-01T08:30+24:00", ERR_SYNTAX},
        {"2024-12-01T08:30+07:60", ERR_SYNTAX},
        {"2024-12-01T08:30 07:00", ERR_SYNTAX},
        {"2024-12-01T08:30T08:30", ERR_SYNTAX},
        {"\xef\xbc\x92"
         "024-12-01",
         ERR_SYNTAX}, /* a wide 2 */
        {"hôm qua", ERR_SYNTAX},
        {"0000-01-01", ERR_RANGE},
        {"2024-00-01", ERR_RANGE},
        {"2024-13-01", ERR_RANGE},
        {"2024-12-00", ERR_RANGE},
        {"2024-12-32", ERR_RANGE},
        {"2024-11-31", ERR_RANGE},
        {"2023-02-29", ERR_RANGE},
        {"1900-02-29", ERR_RANGE},
        {"2023-02-29T08:30", ERR_RANGE},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct instant instant = {42};
        enum err err = instant_parse(rows[i].text, &instant);
        if (err != rows[i].err || instant.us != 42)
            fail_msg("'%s': %s", rows[i].text, err_name(err));
    }
}

/* Rule: what is printed is read again as the same moment, to the second. */
static void what_is_printed_is_read(void **state)
{
    (void)state;
    for (int64_t us = -62 * INT64_C(1000000000000000); us < INT64_C(253402275599999999);
         us += INT64_C(98765432100000)) {
        char text[INSTANT_TEXT_SIZE];
        struct instant instant;
        assert_int_equal(instant_parse(instant_format((struct instant){us}, text), &instant),
                         ERR_OK);
        if (instant.us > us || us - instant.us >= 1000000)
            fail_msg("%s is %lld, not %lld", text, (long long)instant.us, (long long)us);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(what_is_printed_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
