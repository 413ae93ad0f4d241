/* What `tonghop status` shows: few lines for people, every field for programs. */
#include "lib/cm.h"

#include "client/status.h"
#include "core/mem.h"

enum { HEALTHY_LEAF_LINES_MAX = 20 };

/* 2024-12-20T08:00:00+07:00 */
#define NOW_US INT64_C(1734656400000000)
#define DAY_US INT64_C(86400000000)

struct fixture {
    Tonghop__Status status;
    Tonghop__UnitInfo unit;
    Tonghop__Campaign campaign;
    Tonghop__Care verify, backup;
    Tonghop__Link links[2], *children[2];
    struct common common;
    char *text; /* what was printed last */
    size_t size;
};

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* A leaf that is well. */
static int set_up(void **state)
{
    struct fixture *f = mem_calloc(1, sizeof(*f));
    tonghop__status__init(&f->status);
    tonghop__unit_info__init(&f->unit);
    tonghop__campaign__init(&f->campaign);
    tonghop__care__init(&f->verify);
    tonghop__care__init(&f->backup);
    f->unit.id = 23857;
    f->unit.code = TEXT("23857");
    f->unit.name_vi = TEXT("Thị trấn Suối Trong");
    f->unit.name_en = TEXT("Suoi Trong Township");
    f->campaign.period = TEXT("2024");
    f->campaign.due_count = 2;
    f->campaign.filed_count = 2;
    f->campaign.deadline_us = NOW_US;
    f->verify.time_us = NOW_US - 3 * DAY_US;
    f->verify.result = TONGHOP__CARE_RESULT__CARE_RESULT_OK;
    f->verify.reports = 1;
    f->backup = f->verify;
    f->status.unit = &f->unit;
    f->status.software = TEXT("tonghopd test");
    f->status.catalogue = 7;
    f->status.now_us = NOW_US;
    f->status.started_us = NOW_US - 60 * 60 * INT64_C(1000000);
    f->status.has_parent = f->status.parent_linked = true;
    f->status.parent_endpoint = TEXT("tcp://above:7464");
    f->status.parent_acked_us = NOW_US - 5000000;
    f->status.disk_free_bytes = UINT64_C(10) << 30;
    f->status.disk_reserve_bytes = 64 << 20;
    f->status.store_bytes = 73728;
    f->status.store_live_bytes = 50000;
    f->status.map_bytes = UINT64_C(16) << 30;
    f->status.campaign = &f->campaign;
    f->status.verify = &f->verify;
    f->status.backup = &f->backup;
    f->common.is_english = true;
    for (size_t i = 0; i < 2; i++) {
        tonghop__link__init(&f->links[i]);
        f->links[i].unit = &f->unit;
        f->links[i].role = TONGHOP__ROLE__ROLE_NODE;
        f->children[i] = &f->links[i];
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    free(f->text);
    free(f);
    return 0;
}

/* Prints and frees a table, one line for each column if it is a record. */
static const char *print(struct fixture *f, struct table *table, bool is_record)
{
    free(f->text);
    FILE *out = open_memstream(&f->text, &f->size);
    if (is_record)
        table_print_record(table, OUTPUT_TEXT, out);
    else
        table_print(table, OUTPUT_TEXT, out);
    (void)fclose(out);
    table_free(&table);
    return f->text;
}

static const char *print_text(struct fixture *f, bool is_english, bool is_all)
{
    return print(f, status_table_text(is_english, is_all, &f->status), true);
}

static void assert_line(const char *text, const char *heading, const char *expected)
{
    const char *line = strstr(text, heading);
    assert_non_null(line);
    line += strlen(heading) + strspn(line + strlen(heading), " ");
    if (strncmp(line, expected, strlen(expected)) != 0 || line[strlen(expected)] != '\n')
        fail_msg("%s: not \"%s\" in\n%s", heading, expected, text);
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n' ? 1 : 0;
    return count;
}

/* Rule: an officer looks at it: a healthy leaf has at most twenty lines. */
static void test_a_leaf(void **state)
{
    struct fixture *f = *state;
    const char *text = print_text(f, true, false);
    assert_true(count_lines(text) <= HEALTHY_LEAF_LINES_MAX);
    assert_line(text, "Unit", "23857 Suoi Trong Township (id:23857)");
    assert_line(text, "Started", "2024-12-20T07:00:00+07:00 (60 minutes ago)");
    assert_line(text, "Parent", "tcp://above:7464, linked");
    assert_line(text, "Last acknowledged", "2024-12-20T07:59:55+07:00 (5 seconds ago)");
    assert_line(text, "Campaign", "2024: 2 of 2 filed, 0 missing, 0 late; deadline 2024-12-20");
    assert_line(text, "To be sent", "0");
    assert_line(text, "Disk free", "10240 MiB; below 64 MiB nothing is taken in");
    assert_line(text, "Data", "1 MiB of at most 16384 MiB");
    assert_line(text, "Last verification",
                "2024-12-17T08:00:00+07:00 (3 days ago): good, 1 report");
    text = print_text(f, false, false);
    assert_true(count_lines(text) <= HEALTHY_LEAF_LINES_MAX);
    assert_line(text, "Đơn vị", "23857 Thị trấn Suối Trong (id:23857)");
    assert_line(text, "Đợt báo cáo", "2024: đã nộp 2/2, còn thiếu 0, nộp muộn 0; hạn 2024-12-20");
    assert_line(text, "Sao lưu", "2024-12-17T08:00:00+07:00 (3 ngày trước): tốt, 1 báo cáo");
}

/* Rule: what is not as it should be is in its line. */
static void test_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    f->status.parent_linked = false;
    f->status.parent_trouble = TEXT("no route");
    f->status.parent_acked_us = 0;
    f->status.outbox_count = 3;
    f->status.waiting_since_us = NOW_US - 2 * DAY_US;
    f->campaign.due_count = 14;
    f->campaign.covered_count = 3;
    f->campaign.missing_count = 9;
    f->campaign.late_count = 1;
    f->campaign.overdue_count = 7;
    f->verify.result = TONGHOP__CARE_RESULT__CARE_RESULT_DIFFERS;
    f->verify.differences = 1;
    f->backup.result = TONGHOP__CARE_RESULT__CARE_RESULT_FAILED;
    f->backup.error = TEXT("full");
    const char *text = print_text(f, true, false);
    assert_line(text, "Parent", "tcp://above:7464, NOT linked: no route");
    assert_line(text, "Last acknowledged", "not since the start");
    assert_line(text, "To be sent", "3, the oldest since 2024-12-18T08:00:00+07:00 (2 days ago)");
    assert_line(text, "Campaign",
                "2024: 2 of 14 filed, 9 missing, 1 late; 3 covered by a whole "
                "report of a unit above; 7 overdue; deadline 2024-12-20");
    assert_line(text, "Last verification", "2024-12-17T08:00:00+07:00 (3 days ago): 1 difference");
    assert_line(text, "Last backup", "2024-12-17T08:00:00+07:00 (3 days ago): FAILED (full)");
}

/* Rule: what there is not is said, too. */
static void test_a_new_root(void **state)
{
    struct fixture *f = *state;
    f->status.has_parent = f->status.parent_linked = false;
    f->status.catalogue = 0;
    f->status.campaign = NULL;
    f->status.verify = f->status.backup = NULL;
    f->unit.code = f->unit.name_vi = f->unit.name_en = TEXT("");
    const char *text = print_text(f, true, false);
    assert_line(text, "Unit", "id:23857");
    assert_line(text, "Catalogue", "none");
    assert_line(text, "Parent", "none (this is the root)");
    assert_null(strstr(text, "Last acknowledged"));
    assert_null(strstr(text, "Nodes beneath"));
    assert_line(text, "Campaign", "none");
    assert_line(text, "Last verification", "never");
    assert_line(text, "Last backup", "never");
}

/* Rule: a clock that was set back shows nothing in the future. */
static void test_ages(void **state)
{
    static const struct {
        int64_t age_s;
        const char *said;
    } rows[] = {
        {-5, "(0 seconds ago)"},    {0, "(0 seconds ago)"},     {1, "(1 second ago)"},
        {119, "(119 seconds ago)"}, {120, "(2 minutes ago)"},   {7199, "(119 minutes ago)"},
        {7200, "(2 hours ago)"},    {172799, "(47 hours ago)"}, {172800, "(2 days ago)"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        f->status.started_us = NOW_US - rows[i].age_s * 1000000;
        assert_non_null(strstr(print_text(f, true, false), rows[i].said));
    }
}

/* Rule: of the nodes beneath, people see those that are not there; --all shows all. */
static void test_children(void **state)
{
    struct fixture *f = *state;
    f->status.children = f->children;
    f->status.n_children = 2;
    f->links[0].connected = true;
    f->links[0].heard_us = f->links[0].acked_us = NOW_US;
    f->links[1].name = TEXT("the other");
    assert_line(print_text(f, true, false), "Nodes beneath", "2, 1 connected");
    const char *text = print(f, status_table_children(&f->common, false, &f->status), false);
    assert_int_equal(count_lines(text), 2);
    assert_non_null(strstr(text, "the other  no         not since the start"));
    text = print(f, status_table_children(&f->common, true, &f->status), false);
    assert_int_equal(count_lines(text), 3);
    f->common.output = OUTPUT_JSON;
    text = print(f, status_table_children(&f->common, false, &f->status), false);
    assert_int_equal(count_lines(text), 3);
    assert_non_null(strstr(text, "yes        2024-12-20T08:00:00+07:00"));
}

/* How often `text` has `words`. */
static size_t count_words(const char *text, const char *words)
{
    size_t count = 0;
    for (text = strstr(text, words); text != NULL; text = strstr(text + 1, words))
        count++;
    return count;
}

static const char *print_record(struct fixture *f)
{
    struct table *table = status_table_record(&f->status);
    free(f->text);
    FILE *out = open_memstream(&f->text, &f->size);
    table_print(table, OUTPUT_JSON, out);
    (void)fclose(out);
    table_free(&table);
    return f->text;
}

/* Rule: programs get every field under a key of its own, whatever there is. */
static void test_the_record(void **state)
{
    struct fixture *f = *state;
    const char *text = print_record(f);
    size_t key_count = count_words(text, "\": ");
    assert_non_null(strstr(text, "\"linked\": \"yes\""));
    assert_non_null(strstr(text, "\"map_bytes\": \"17179869184\""));
    assert_non_null(strstr(text, "\"campaign_deadline\": \"2024-12-20\""));
    assert_non_null(strstr(text, "\"campaign_overdue\": \"0\""));
    assert_non_null(strstr(text, "\"last_verify_result\": \"ok\""));
    assert_non_null(strstr(text, "\"last_backup_age_seconds\": \"259200\""));
    f->status.campaign = NULL;
    f->status.verify = NULL;
    text = print_record(f);
    assert_int_equal(count_words(text, "\": "), key_count);
    assert_non_null(strstr(text, "\"campaign_overdue\": null"));
    assert_non_null(strstr(text, "\"last_verify_result\": null"));
    assert_non_null(strstr(text, "\"last_backup_result\": \"ok\""));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_leaf), TEST(test_what_is_wrong), TEST(test_a_new_root),
        TEST(test_ages),   TEST(test_children),      TEST(test_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
