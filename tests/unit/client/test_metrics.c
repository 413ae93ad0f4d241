/* The text that Prometheus reads: names, labels, values, and what is not there. */
#include "lib/cm.h"

#include "client/metrics.h"
#include "core/mem.h"

struct fixture {
    Tonghop__Status status;
    Tonghop__UnitInfo unit, child_unit;
    Tonghop__Campaign campaign;
    Tonghop__Care verify;
    Tonghop__Link child, *children[1];
    struct scrape scrapes[2];
    struct buf text;
};

/* Strings of messages are char *. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* A district that answers, and a node of a configuration that does not read. */
static int set_up(void **state)
{
    struct fixture *f = mem_calloc(1, sizeof(*f));
    tonghop__status__init(&f->status);
    tonghop__unit_info__init(&f->unit);
    tonghop__unit_info__init(&f->child_unit);
    tonghop__campaign__init(&f->campaign);
    tonghop__care__init(&f->verify);
    tonghop__link__init(&f->child);
    f->unit.code = TEXT("631");
    f->unit.name_vi = TEXT("Huyện \"Đức Cơ\"\\\n");
    f->child_unit.id = 23857;
    f->child_unit.code = TEXT("23857");
    f->child.unit = &f->child_unit;
    f->children[0] = &f->child;
    f->status.unit = &f->unit;
    f->status.software = TEXT("tonghopd test");
    f->status.catalogue = 7;
    f->status.report_count = UINT64_MAX;
    f->scrapes[0] = (struct scrape){TEXT("duc-co"), 631, &f->status, false};
    f->scrapes[1] = (struct scrape){TEXT("x"), 0, NULL, true};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_fini(&f->text);
    free(f);
    return 0;
}

static void format(struct fixture *f)
{
    buf_clear(&f->text);
    metrics_format(f->scrapes, 2, "0.1.0", &f->text);
}

static void assert_said(const struct fixture *f, const char *line)
{
    if (strstr((const char *)f->text.data, line) == NULL)
        fail_msg("\"%s\" is not in\n%s", line, (const char *)f->text.data);
}

static void assert_not_said(const struct fixture *f, const char *line)
{
    if (strstr((const char *)f->text.data, line) != NULL)
        fail_msg("\"%s\" is in\n%s", line, (const char *)f->text.data);
}

/* Rule: every node has tonghop_up, and whether its configuration reads; one that does not answer
 * has nothing else. */
static void test_up(void **state)
{
    struct fixture *f = *state;
    format(f);
    assert_said(f, "# HELP tonghop_build_info ");
    assert_said(f, "# TYPE tonghop_build_info gauge\ntonghop_build_info{version=\"0.1.0\"} 1\n");
    assert_said(f, "# TYPE tonghop_up gauge\ntonghop_up{node=\"duc-co\",unit=\"631\"} 1\n"
                   "tonghop_up{node=\"x\",unit=\"0\"} 0\n#");
    assert_said(f, "\ntonghop_configuration_good{node=\"duc-co\",unit=\"631\"} 1\n"
                   "tonghop_configuration_good{node=\"x\",unit=\"0\"} 0\n#");
    const char *last = strstr((const char *)f->text.data, "_good{node=\"x\"");
    assert_null(strstr(last + strlen("_good{n"), "node=\"x\""));
}

/* Rule: backslash, quotation mark and line end are escaped in a label. */
static void test_labels(void **state)
{
    struct fixture *f = *state;
    format(f);
    assert_said(f, "\ntonghop_node_info{node=\"duc-co\",unit=\"631\",software=\"tonghopd test\","
                   "unit_code=\"631\",unit_name=\"Huyện \\\"Đức Cơ\\\"\\\\\\n\"} 1\n");
}

/* Rule: figures are exact, whatever their size; flags are 0 or 1. */
static void test_values(void **state)
{
    struct fixture *f = *state;
    format(f);
    assert_said(f, "\ntonghop_reports{node=\"duc-co\",unit=\"631\"} 18446744073709551615\n");
    assert_said(f, "\ntonghop_catalogue_number{node=\"duc-co\",unit=\"631\"} 7\n");
    assert_said(f, "\ntonghop_restoring{node=\"duc-co\",unit=\"631\"} 0\n");
    assert_said(f, "\ntonghop_healthy{node=\"duc-co\",unit=\"631\"} 1\n");
    f->status.restoring = true;
    f->status.alarm_count = 3;
    format(f);
    assert_said(f, "\ntonghop_restoring{node=\"duc-co\",unit=\"631\"} 1\n");
    assert_said(f, "\ntonghop_alarms{node=\"duc-co\",unit=\"631\"} 3\n");
    assert_said(f, "\ntonghop_healthy{node=\"duc-co\",unit=\"631\"} 0\n");
}

/* Rule: a root has no link and no outbox; a moment that has not been has no sample. */
static void test_parent(void **state)
{
    struct fixture *f = *state;
    format(f);
    assert_not_said(f, "\ntonghop_parent_linked{");
    assert_not_said(f, "\ntonghop_outbox_entries{");
    f->status.has_parent = f->status.parent_linked = true;
    f->status.parent_heard_us = 1732150000000042;
    format(f);
    assert_said(f, "\ntonghop_parent_linked{node=\"duc-co\",unit=\"631\"} 1\n");
    assert_said(f, "\ntonghop_outbox_entries{node=\"duc-co\",unit=\"631\"} 0\n");
    assert_said(f, "\ntonghop_parent_last_heard_timestamp_seconds{node=\"duc-co\",unit=\"631\"} "
                   "1732150000.000042\n");
    assert_not_said(f, "\ntonghop_parent_last_ack_timestamp_seconds{");
    assert_not_said(f, "\ntonghop_outbox_oldest_timestamp_seconds{");
}

/* Rule: a part that is not there has no sample; those of the campaign name its period. */
static void test_parts(void **state)
{
    struct fixture *f = *state;
    format(f);
    assert_not_said(f, "\ntonghop_campaign_due_reports{");
    assert_not_said(f, "\ntonghop_verify_good{");
    f->campaign.period = TEXT("2024-S1");
    f->campaign.due_count = 12;
    f->status.campaign = &f->campaign;
    f->verify.time_us = 5;
    f->verify.result = TONGHOP__CARE_RESULT__CARE_RESULT_DIFFERS;
    f->verify.differences = 2;
    f->status.verify = &f->verify;
    f->status.backup = &f->verify;
    format(f);
    assert_said(f, "\ntonghop_campaign_due_reports{node=\"duc-co\",unit=\"631\","
                   "period=\"2024-S1\"} 12\n");
    assert_not_said(f, "\ntonghop_campaign_deadline_timestamp_seconds{");
    assert_said(f, "\ntonghop_verify_good{node=\"duc-co\",unit=\"631\"} 0\n");
    assert_said(f, "\ntonghop_verify_last_timestamp_seconds{node=\"duc-co\",unit=\"631\"} "
                   "0.000005\n");
    assert_said(f, "\ntonghop_verify_differences{node=\"duc-co\",unit=\"631\"} 2\n");
    f->verify.result = TONGHOP__CARE_RESULT__CARE_RESULT_OK;
    format(f);
    assert_said(f, "\ntonghop_backup_good{node=\"duc-co\",unit=\"631\"} 1\n");
}

static void test_children(void **state)
{
    struct fixture *f = *state;
    f->status.children = f->children;
    f->status.n_children = 1;
    f->child.heard_us = 1000000;
    format(f);
    assert_said(f, "\ntonghop_child_connected{node=\"duc-co\",unit=\"631\",child=\"23857\","
                   "child_code=\"23857\"} 0\n");
    assert_said(f, "\ntonghop_child_last_heard_timestamp_seconds{node=\"duc-co\",unit=\"631\","
                   "child=\"23857\",child_code=\"23857\"} 1.000000\n");
    assert_not_said(f, "\ntonghop_child_last_ack_timestamp_seconds{");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_up),     TEST(test_labels), TEST(test_values),
        TEST(test_parent), TEST(test_parts),  TEST(test_children),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
