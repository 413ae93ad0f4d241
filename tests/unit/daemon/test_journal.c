#include "lib/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/report.h"
#include "journal.h"

static const struct journal duc_co = {.node = "duc-co", .unit = 631};
static const struct report_key report = {
    .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 2};

static void assert_fields(const struct journal *journal, const struct log_entry *entry,
                          const char *const *expected)
{
    struct journal_message message;
    journal_compose(journal, entry, &message);
    int i = 0;
    for (; expected[i] != NULL; i++) {
        assert_true(i < message.field_count);
        assert_int_equal(message.fields[i].iov_len, strlen(expected[i]));
        assert_memory_equal(message.fields[i].iov_base, expected[i], strlen(expected[i]));
    }
    assert_int_equal(message.field_count, i);
}

/* An event about a report has all fields of the report. */
static void test_report(void **state)
{
    (void)state;
    const struct log_entry entry = {
        .level = LOG_LEVEL_INFO,
        .event = log_event_info(LOG_EVENT_REPORT_TAKEN_IN),
        .fields = LOG_FIELDS(.report = &report, .revision = 3, .peer = "uid:1000"),
        .line = "took in"};
    char id[64];
    (void)snprintf(id, sizeof id, "MESSAGE_ID=%s", entry.event->message_id);
    assert_fields(
        &duc_co, &entry,
        (const char *const[]){"MESSAGE=took in", "PRIORITY=6", "SYSLOG_IDENTIFIER=tonghopd",
                              "TONGHOP_NODE=duc-co", "TONGHOP_NODE_UNIT=631", id,
                              "TONGHOP_EVENT=report-taken-in", "TONGHOP_UNIT=23857",
                              "TONGHOP_KIND=actual", "TONGHOP_PERIOD=2024-S1", "TONGHOP_FORM=2",
                              "TONGHOP_REVISION=3", "TONGHOP_PEER=uid:1000", NULL});
}

/* What is of a whole year, and of all forms, has its year as period and no form. */
static void test_year(void **state)
{
    (void)state;
    const struct report_key year = {.kind = KIND_PLAN, .period = {.year = 2024}, .unit = 631};
    const struct log_entry entry = {
        .level = LOG_LEVEL_ERROR, .fields = LOG_FIELDS(.report = &year), .line = "x"};
    assert_fields(&duc_co, &entry,
                  (const char *const[]){"MESSAGE=x", "PRIORITY=3", "SYSLOG_IDENTIFIER=tonghopd",
                                        "TONGHOP_NODE=duc-co", "TONGHOP_NODE_UNIT=631",
                                        "TONGHOP_UNIT=631", "TONGHOP_KIND=plan",
                                        "TONGHOP_PERIOD=2024", NULL});
}

/* The fields of what is no report. */
static void test_other_fields(void **state)
{
    (void)state;
    const struct log_entry entry = {
        .level = LOG_LEVEL_NOTICE,
        .fields = LOG_FIELDS(.unit = 64, .catalogue = 7, .key = "k=", .error = ERR_FULL),
        .line = "x"};
    assert_fields(&duc_co, &entry,
                  (const char *const[]){"MESSAGE=x", "PRIORITY=5", "SYSLOG_IDENTIFIER=tonghopd",
                                        "TONGHOP_NODE=duc-co", "TONGHOP_NODE_UNIT=631",
                                        "TONGHOP_UNIT=64", "TONGHOP_CATALOGUE=7",
                                        "TONGHOP_KEY=k=", "TONGHOP_ERROR=full", NULL});
}

/* Before the configuration is read nobody knows whose line it is. */
static void test_no_node_yet(void **state)
{
    (void)state;
    assert_fields(
        &(const struct journal){0},
        &(const struct log_entry){.level = LOG_LEVEL_ERROR, .line = "x"},
        (const char *const[]){"MESSAGE=x", "PRIORITY=3", "SYSLOG_IDENTIFIER=tonghopd", NULL});
}

/* A value that somebody else chose cannot become a field of its own. */
static void test_forged_field(void **state)
{
    (void)state;
    const struct log_entry entry = {.level = LOG_LEVEL_WARNING,
                                    .fields = LOG_FIELDS(.peer = "a\nTONGHOP_EVENT=started\xff"),
                                    .line = "x"};
    assert_fields(&(const struct journal){0}, &entry,
                  (const char *const[]){"MESSAGE=x", "PRIORITY=4", "SYSLOG_IDENTIFIER=tonghopd",
                                        "TONGHOP_PEER=a TONGHOP_EVENT=started?", NULL});
}

/* A value that has no room is left out; those after it are not lost. */
static void test_no_room(void **state)
{
    (void)state;
    static char longest[JOURNAL_TEXT_SIZE + 1];
    memset(longest, 'k', sizeof longest - 1);
    const struct log_entry entry = {.level = LOG_LEVEL_WARNING,
                                    .fields = LOG_FIELDS(.key = longest, .peer = "uid:1"),
                                    .line = "x"};
    assert_fields(&(const struct journal){0}, &entry,
                  (const char *const[]){"MESSAGE=x", "PRIORITY=4", "SYSLOG_IDENTIFIER=tonghopd",
                                        "TONGHOP_PEER=uid:1", NULL});
}

/* JOURNAL_STREAM is inherited: only when it names our own standard error is that the journal. */
static void test_stderr(void **state)
{
    (void)state;
    struct stat st;
    char stream[64];
    assert_int_equal(fstat(STDERR_FILENO, &st), 0);
    (void)snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    assert_int_equal(setenv("JOURNAL_STREAM", stream, 1), 0);
    assert_true(journal_is_stderr());
    assert_int_equal(setenv("JOURNAL_STREAM", "1:1", 1), 0);
    assert_false(journal_is_stderr());
    assert_int_equal(unsetenv("JOURNAL_STREAM"), 0);
    assert_false(journal_is_stderr());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report),       cmocka_unit_test(test_year),
        cmocka_unit_test(test_other_fields), cmocka_unit_test(test_no_node_yet),
        cmocka_unit_test(test_forged_field), cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_stderr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
