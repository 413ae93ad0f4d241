/* Whether a node is well, and what to do if not. */
#include "lib/cm.h"

#include "client/health.h"

static Tonghop__Status good_status(void)
{
    Tonghop__Status status = TONGHOP__STATUS__INIT;
    status.catalogue = 1;
    status.has_parent = true;
    status.parent_linked = true;
    status.report_count = 12;
    return status;
}

static size_t count_complaints(const Tonghop__Status *status, bool is_english)
{
    size_t count = 0;
    char *text;
    while (health_complaint(status, is_english, count, &text)) {
        free(text);
        count++;
    }
    return count;
}

static void test_good_node_has_no_complaint(void **state)
{
    /* A root is well without a link; a leaf with one. */
    Tonghop__Status status = good_status();
    (void)state;
    assert_true(health_is_good(&status));
    assert_int_equal(count_complaints(&status, false), 0);
    status.has_parent = false;
    status.parent_linked = false;
    assert_true(health_is_good(&status));
    assert_int_equal(count_complaints(&status, true), 0);
}

static void test_each_condition_alone_is_bad(void **state)
{
    /* A daemon that looks healthy and forwards nothing must not be: each condition by itself. */
    Tonghop__Status rows[7];
    static const char *const said[7] = {"[parent]",  "catalogue publish",    "wait",
                                        "3 entries", "2 entries are parked", "4 are in quarantine",
                                        "5 alarms"};
    (void)state;
    for (size_t i = 0; i < 7; i++)
        rows[i] = good_status();
    rows[0].parent_linked = false;
    rows[1].catalogue = 0;
    rows[1].has_parent = false;
    rows[2].rebuilding = true;
    rows[3].outbox_count = 3;
    rows[4].outbox_count = rows[4].parked_count = 2;
    rows[5].quarantine_count = 4;
    rows[6].alarm_count = 5;
    for (size_t i = 0; i < 7; i++) {
        char *text;
        assert_false(health_is_good(&rows[i]));
        assert_int_equal(count_complaints(&rows[i], false), 1);
        assert_int_equal(count_complaints(&rows[i], true), 1);
        assert_true(health_complaint(&rows[i], true, 0, &text));
        assert_non_null(strstr(text, said[i]));
        free(text);
    }
}

static void test_complaints_of_the_node_itself(void **state)
{
    /* What only the node knows is enough; what it has said is not said twice, in either language.
     */
    Tonghop__Status status = good_status();
    char full[] = "no room on the disk", link[] = "no link with the node above";
    char *problems[] = {full, link};
    char *text;
    (void)state;
    status.problems = problems;
    status.n_problems = 1;
    assert_false(health_is_good(&status));
    assert_true(health_complaint(&status, false, 0, &text));
    assert_string_equal(text, "no room on the disk");
    free(text);
    status.n_problems = 2;
    status.parent_linked = false;
    assert_int_equal(count_complaints(&status, true), 2);
    assert_int_equal(count_complaints(&status, false), 2);
    /* That there is no link comes before what waits for it. */
    status.outbox_count = 3;
    assert_int_equal(count_complaints(&status, true), 3);
    assert_true(health_complaint(&status, true, 2, &text));
    assert_non_null(strstr(text, "3 entries are to be sent"));
    free(text);
}

/* Who waits for a node waits for links and what goes by them, not for what a person has to end. */
static void test_what_may_settle(void **state)
{
    Tonghop__Status status = good_status();
    char backup[] = "the last backup failed", link[] = "no link with the node above";
    char *problems[] = {backup, link};
    (void)state;
    assert_false(health_may_settle(&status)); /* all is well */
    status.problems = problems;
    status.n_problems = 1;
    status.lasting_problems = 1;
    assert_false(health_may_settle(&status));
    status.n_problems = 2;
    assert_true(health_may_settle(&status));
    status.n_problems = 1;
    status.outbox_count = 1;
    assert_true(health_may_settle(&status));
    status.outbox_count = 0;
    status.lasting_problems = 0; /* of an older node */
    assert_true(health_may_settle(&status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_node_has_no_complaint),
        cmocka_unit_test(test_each_condition_alone_is_bad),
        cmocka_unit_test(test_complaints_of_the_node_itself),
        cmocka_unit_test(test_what_may_settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
