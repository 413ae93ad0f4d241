/* The campaign: the period whose filing began last, and how many of its duties are done. */
#include "lib/cm.h"

#include "core/campaign.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct date day(const char *text)
{
    struct date date;
    assert_int_equal(date_parse(text, &date), ERR_OK);
    return date;
}

static int set_up(void **state)
{
    *state = sample_catalogue();
    return 0;
}

static int tear_down(void **state)
{
    struct catalogue *catalogue = *state;
    catalogue_free(&catalogue);
    return 0;
}

static void assert_campaign(const struct catalogue *catalogue, const char *today,
                            const char *expected)
{
    struct period period;
    char text[PERIOD_TEXT_SIZE];
    assert_true(campaign_find(catalogue, day(today), &period));
    if (strcmp(period_format(period, text), expected) != 0)
        fail_msg("on %s the campaign is %s, not %s", today, text, expected);
}

/* Rule: it begins CAMPAIGN_LEAD_DAYS before the first deadline, here of communes, the 17th, and
 * lasts until the next one begins. The year wins over its second half. */
static void test_by_deadline(void **state)
{
    static const struct {
        const char *today, *expected;
    } rows[] = {
        {"2024-05-17", "2023"},    {"2024-05-18", "2024-S1"}, {"2024-06-17", "2024-S1"},
        {"2024-06-18", "2024-S1"}, {"2024-11-16", "2024-S1"}, {"2024-11-17", "2024"},
        {"2024-12-31", "2024"},    {"2025-01-01", "2024"},    {"2025-05-17", "2024"},
        {"2025-05-18", "2025-S1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_campaign(*state, rows[i].today, rows[i].expected);
}

/* Rule: only deadlines of levels that owe something count, and a period without one has no
 * campaign. */
static void test_which_deadlines(void **state)
{
    struct catalogue *catalogue = *state;
    for (size_t level = 0; level < catalogue->level_count; level++)
        catalogue->levels[level].has_deadline[PERIOD_Y - 1] = false;
    assert_campaign(catalogue, "2024-12-31", "2024-S2");
    for (size_t level = 0; level < catalogue->level_count; level++)
        catalogue->levels[level].has_deadline[PERIOD_S2 - 1] = false;
    assert_campaign(catalogue, "2024-12-31", "2024-S1");
    /* The province, which owes nothing, has one. */
    catalogue->levels[0].has_deadline[PERIOD_Y - 1] = true;
    catalogue->levels[0].deadline[PERIOD_Y - 1] = (struct calendar_day){0, 12, 25};
    assert_campaign(catalogue, "2024-12-31", "2024-S1");
}

/* Rule: a deadline may lie in the year after, and a first half be due in the year before. */
static void test_deadlines_of_other_years(void **state)
{
    struct catalogue *catalogue = *state;
    for (size_t level = 1; level < catalogue->level_count; level++) {
        catalogue->levels[level].deadline[PERIOD_Y - 1] = (struct calendar_day){1, 2, 10};
        catalogue->levels[level].deadline[PERIOD_S1 - 1] = (struct calendar_day){-1, 12, 28};
    }
    assert_campaign(catalogue, "2024-11-27", "2024-S2");
    assert_campaign(catalogue, "2024-11-28", "2025-S1");
    assert_campaign(catalogue, "2025-01-11", "2024");
}

/* Rule: without any deadline it begins with the last day of the window. */
static void test_without_deadlines(void **state)
{
    struct catalogue *catalogue = *state;
    for (size_t level = 0; level < catalogue->level_count; level++)
        for (int label = 0; label < PERIOD_LABEL_COUNT; label++)
            catalogue->levels[level].has_deadline[label] = false;
    assert_campaign(catalogue, "2024-06-13", "2023");
    assert_campaign(catalogue, "2024-06-14", "2024-S1");
    assert_campaign(catalogue, "2024-12-13", "2024-S1");
    assert_campaign(catalogue, "2024-12-14", "2024");
}

/* Rule: where nobody owes anything there is none. */
static void test_nothing_is_due(void **state)
{
    struct catalogue *catalogue = *state;
    struct period period;
    for (size_t i = 0; i < catalogue->form_count; i++)
        catalogue->forms[i].due_level_mask = 0;
    assert_false(campaign_find(catalogue, day("2024-12-31"), &period));
}

/* ---- counting ---- */

/* The commune 23857 filed its general report in time, 23860 too late; the district 632 has a whole
 * report of it. */
static struct coverage_filing find_filing(void *ctx, uint32_t unit, uint32_t form,
                                          enum period_label label)
{
    struct coverage_filing filing = {.revision = 1, .states = STATE_ACCEPTED, .scope = SCOPE_OWN};
    (void)ctx;
    if (form != 1 || label != PERIOD_S1)
        return (struct coverage_filing){0};
    if (unit == 632)
        filing.scope = SCOPE_WHOLE;
    else if (unit == 23860)
        filing.states = 0;
    else if (unit != 23857)
        return (struct coverage_filing){0};
    filing.first_filed = instant_end_of(day(unit == 23860 ? "2024-06-18" : "2024-06-17"));
    return filing;
}

static struct campaign count(const struct catalogue *catalogue, uint32_t root, const char *today)
{
    const struct coverage_source source = {NULL, find_filing, NULL};
    struct tree *tree = tree_new(catalogue, (struct period){2024, PERIOD_S1});
    struct coverage coverage = {0};
    struct campaign campaign;
    coverage_build(catalogue, tree, root, &source, &coverage);
    campaign_count(catalogue, tree, &coverage, day(today), &campaign);
    coverage_fini(&coverage);
    tree_free(&tree);
    return campaign;
}

/* Rule: due = filed + covered + missing; late are those filed after their level's deadline, overdue
 * those missing after it. */
static void test_counts(void **state)
{
    struct campaign campaign = count(*state, 64, "2024-06-18");
    assert_int_equal(campaign.due_count, 14); /* 2 districts, 6 communes with 2 forms each */
    assert_int_equal(campaign.filed_count, 3);
    assert_int_equal(campaign.accepted_count, 2);
    assert_int_equal(campaign.covered_count, 3);
    assert_int_equal(campaign.missing_count, 8);
    assert_int_equal(campaign.late_count, 1);
    assert_int_equal(campaign.overdue_count, 7); /* the district 631 has until the 20th */
    assert_int_equal(count(*state, 64, "2024-06-17").overdue_count, 0);
    assert_int_equal(count(*state, 64, "2024-06-21").overdue_count, 8);
}

/* Rule: the deadline is the next one of the levels that owe something there, today included; the
 * last one when all are past. */
static void test_deadline(void **state)
{
    static const struct {
        uint32_t root;
        const char *today, *deadline;
    } rows[] = {
        {64, "2024-06-01", "2024-06-17"},    {64, "2024-06-17", "2024-06-17"},
        {64, "2024-06-18", "2024-06-20"},    {64, "2024-07-01", "2024-06-20"},
        {23857, "2024-06-18", "2024-06-17"}, {23857, "2024-01-01", "2024-06-17"},
    };
    struct catalogue *catalogue = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[DATE_TEXT_SIZE];
        struct campaign campaign = count(catalogue, rows[i].root, rows[i].today);
        assert_true(campaign.has_deadline);
        assert_string_equal(date_format(campaign.deadline, text), rows[i].deadline);
    }
    for (size_t level = 0; level < catalogue->level_count; level++)
        catalogue->levels[level].has_deadline[PERIOD_S1 - 1] = false;
    assert_false(count(catalogue, 64, "2024-07-01").has_deadline);
    assert_int_equal(count(catalogue, 64, "2024-07-01").overdue_count, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_by_deadline),
        TEST(test_which_deadlines),
        TEST(test_deadlines_of_other_years),
        TEST(test_without_deadlines),
        TEST(test_nothing_is_due),
        TEST(test_counts),
        TEST(test_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
