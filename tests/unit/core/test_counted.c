/* One and many. */
#include "lib/cm.h"

#include "core/counted.h"
#include "core/mem.h"

static void test_one_and_many(void **state)
{
    /* The number before tells, and only the whole number. */
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"nothing", "nothing"},
        {"1 error{|s}", "1 error"},
        {"0 error{|s}; x", "0 errors; x"},
        {"21 error{|s}", "21 errors"},
        {"11 error{|s}", "11 errors"},
        {"10 error{|s}", "10 errors"},
        {"of 1 unit{|s}, 2 form{|s}", "of 1 unit, 2 forms"},
        {"1 {entry is|entries are} sent", "1 entry is sent"},
        {"3 {entry is|entries are} sent", "3 entries are sent"},
        {"error{|s}", "errors"},
        {"1 {x", "1 {x"},
        {"1 {x|y", "1 {x|y"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *text = counted_text(mem_strdup(rows[i].text));
        assert_string_equal(text, rows[i].said);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_and_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
