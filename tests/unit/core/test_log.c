#include "lib/cm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

enum { LINES_MAX = 3, MANY = 100 };

static struct {
    unsigned count;
    enum log_level level;
    char last[2048];
} heard;

static void hear(enum log_level level, const char *line)
{
    heard.level = level;
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

/* The level of an event is that of its table, and those of one place are limited, each by itself.
 */
static void test_events(void **state)
{
    (void)state;
    log_start_interval(LINES_MAX);
    for (int i = 0; i < MANY; i++)
        log_event(i % 2 == 0 ? LOG_EVENT_LINK_LOST : LOG_EVENT_LINK_UP, NULL, "link %d", i);
    assert_int_equal(heard.count, 2 * LINES_MAX);
    assert_int_equal(heard.level, LOG_LEVEL_NOTICE);
    for (int i = 0; i < MANY; i++)
        log_event(LOG_EVENT_REPORT_TAKEN_IN, NULL, "took in %d", i);
    assert_int_equal(heard.count, 2 * LINES_MAX + MANY);
    assert_int_equal(heard.level, LOG_LEVEL_INFO);
    log_setup(LOG_LEVEL_WARNING, 0);
    log_event(LOG_EVENT_LINK_UP, NULL, "not heard");
    log_setup(LOG_LEVEL_INFO, 0);
    assert_int_equal(heard.count, 2 * LINES_MAX + MANY);
}

static struct {
    bool is_there;
    unsigned count;
    const char *event;
    uint32_t unit;
    char line[128];
} journal;

static bool send_entry(void *ctx, const struct log_entry *entry)
{
    assert_ptr_equal(ctx, &journal);
    journal.count++;
    journal.event = entry->event != NULL ? entry->event->name : NULL;
    journal.unit = entry->fields != NULL ? entry->fields->unit : 0;
    (void)snprintf(journal.line, sizeof journal.line, "%s", entry->line);
    return journal.is_there;
}

/* What is written to standard error while `speak` speaks. */
static void capture(void (*speak)(void), char *out, size_t size)
{
    int fds[2], old = dup(STDERR_FILENO);
    assert_int_equal(pipe(fds), 0);
    assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
    close(fds[1]);
    speak();
    assert_true(dup2(old, STDERR_FILENO) >= 0); /* closes the last end to write to */
    close(old);
    ssize_t len = read(fds[0], out, size - 1);
    close(fds[0]);
    assert_true(len >= 0);
    out[len] = '\0';
}

static void lose_link(void)
{
    log_event(LOG_EVENT_LINK_LOST, LOG_FIELDS(.unit = 64), "gone\n<0>forged");
}

/* The journal gets event, fields and one line; what it does not take goes to standard error. */
static void test_journal(void **state)
{
    (void)state;
    char text[128];
    log_set_sink(NULL);
    log_set_journal(send_entry, &journal);
    log_setup(LOG_LEVEL_INFO, 1);
    journal.is_there = true;
    capture(lose_link, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(journal.count, 1);
    assert_string_equal(journal.event, "link-lost");
    assert_int_equal(journal.unit, 64);
    assert_string_equal(journal.line, "gone <0>forged");
    journal.is_there = false;
    capture(lose_link, text, sizeof text);
    assert_string_equal(text, "<4>gone <0>forged\n");
    log_setup(LOG_LEVEL_INFO, 0);
    log_set_journal(NULL, NULL);
}

/* What was left out is told as the event that it was. */
static void test_left_out_event(void **state)
{
    (void)state;
    log_set_sink(NULL);
    log_set_journal(send_entry, &journal);
    journal.is_there = true;
    log_start_interval(LINES_MAX);
    for (int i = 0; i <= LINES_MAX; i++)
        lose_link();
    log_start_interval(LINES_MAX);
    log_set_journal(NULL, NULL);
    assert_string_equal(journal.event, "link-lost");
    assert_int_equal(journal.unit, 0);
    static const char one[] = "1 more line was left out that begins like this: ";
    assert_int_equal(strncmp(journal.line, one, sizeof one - 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_places, setup, teardown),
        cmocka_unit_test_setup_teardown(test_events, setup, teardown),
        cmocka_unit_test_setup_teardown(test_journal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_left_out_event, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
