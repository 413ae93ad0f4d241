#include "lib/cm.h"

#include <stdio.h>

#include "core/log.h"

enum { LINES_MAX = 3, MANY = 100 };

static struct {
    unsigned count;
    char last[2048];
} heard;

static void hear(enum log_level level, const char *line)
{
    (void)level;
    heard.count++;
    (void)snprintf(heard.last, sizeof heard.last, "%s", line);
}

static int setup(void **state)
{
    (void)state;
    heard.count = 0;
    log_set_sink(hear);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    log_start_interval(0);
    log_set_sink(NULL);
    return 0;
}

static void complain(unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        log_warning("refused message %u", i);
}

/* Without a limit every line is written, also of an interval that is asked for without one. */
static void test_no_limit(void **state)
{
    (void)state;
    complain(MANY);
    log_start_interval(0);
    complain(MANY);
    assert_int_equal(heard.count, 2 * MANY);
}

/* One place in the program writes so many lines in an interval; what was left out is told, once. */
static void test_limit(void **state)
{
    (void)state;
    log_start_interval(LINES_MAX);
    complain(MANY);
    assert_int_equal(heard.count, LINES_MAX);
    assert_string_equal(heard.last, "refused message 2");
    log_start_interval(LINES_MAX);
    assert_int_equal(heard.count, LINES_MAX + 1);
    assert_string_equal(heard.last,
                        "97 more lines were left out that begin like this: refused message %u");
    log_start_interval(LINES_MAX);
    assert_int_equal(heard.count, LINES_MAX + 1);
    complain(1);
    assert_string_equal(heard.last, "refused message 0");
}

/* Another place has lines of its own; what is only information has no limit. */
static void test_other_places(void **state)
{
    (void)state;
    log_start_interval(LINES_MAX);
    complain(MANY);
    log_error("something else");
    assert_string_equal(heard.last, "something else");
    for (int i = 0; i < MANY; i++)
        log_info("took in %d", i);
    assert_int_equal(heard.count, LINES_MAX + 1 + MANY);
}

/* More places than are counted are written rather than lost. */
static void test_many_places(void **state)
{
    (void)state;
    static char formats[MANY][16];
    log_start_interval(1);
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(formats[i], sizeof formats[i], "place %d", i);
        log_line(LOG_LEVEL_ERROR, formats[i], 0);
        assert_string_equal(heard.last, formats[i]);
    }
    assert_int_equal(heard.count, MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_places, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
