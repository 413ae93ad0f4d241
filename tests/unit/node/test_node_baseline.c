/* Baselines: whole reports that state where their figures are from. What they go into says so,
 * under every rule that makes a figure of others, until another revision takes their place. */
#include "unit/node/edit.h"
#include "unit/node/state.h"
#include "unit/node/told.h"

#define YEARBOOK "Niên giám thống kê 2021, trang 14"

/* The root; every report but a baseline must have poverty.poor. */
static int setup(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    Tonghop__Catalogue *catalogue = edit_begin(1);
    edit_indicator(catalogue, 6)->is_required = true;
    rig_install_edited(*state, catalogue);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define BASELINE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static const struct draft yearbook = {.period = "2021",
                                      .unit = 631,
                                      .scope = SCOPE_WHOLE,
                                      .source = YEARBOOK,
                                      CELLS(EXACT(1, 40), EXACT(2, 30))};

/* How many of the reports behind the figure are baselines. */
static uint32_t baselines(struct rig *rig, const char *period, const char *unit,
                          const char *indicator)
{
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(), ASK(.period = period, .unit = unit, .indicator = indicator));
    assert_body(answer, BODY(TOTALS));
    return answer->totals->units[0]->values[0]->baseline_count;
}

/* ---- filing ---- */

/* A unit's own report comes from the unit itself. */
static void test_own_reports_have_no_source(void **state)
{
    struct rig *rig = *state;
    struct draft own = yearbook;
    own.scope = SCOPE_OWN;
    const Tonghop__Refusal *refusal = assert_refused(file_as(rig, from_local(), &own), "invalid");
    assert_int_equal(refusal->problems[0]->indicator, 0);
    assert_contains(refusal->problems[0]->text, "--scope whole");
    own.is_withdrawn = true;
    own.cell_count = 0;
    assert_refused(file_as(rig, from_local(), &own), "invalid");
    assert_int_equal(head_of(rig, &own).revision, 0);
}

/* Figures that are required are not asked of other people's books; of a whole report they are. */
static void test_required_figures_are_not_asked(void **state)
{
    struct rig *rig = *state;
    struct draft whole = yearbook;
    whole.source = NULL;
    const Tonghop__Refusal *refusal = assert_refused(file_as(rig, from_local(), &whole), "invalid");
    assert_int_equal(refusal->problems[0]->indicator, 6);
    assert_int_equal(file_ok(rig, &yearbook), 1);
}

/* The source is content: another one is another revision, the same one is the same report. */
static void test_the_source_is_content(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(file_ok(rig, &yearbook), 1);
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &yearbook);
    assert_body(answer, BODY(RECEIPT));
    assert_true(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->revision, 1);
    struct draft other = yearbook;
    other.source = "Báo cáo số 90";
    other.based_on = 1;
    answer = file_as(rig, from_local(), &other);
    assert_body(answer, BODY(RECEIPT));
    assert_false(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->revision, 2);
    other.based_on = 2;
    other.source = NULL; /* the unit's own figures now */
    const struct cell cells[] = {EXACT(1, 40), EXACT(2, 30), EXACT(6, 5)};
    other.cells = cells;
    other.cell_count = LENGTH(cells);
    assert_int_equal(file_ok(rig, &other), 3);
    assert_int_equal(baselines(rig, "2021", "64", "model.registered"), 0);
}

/* ---- where it shows ---- */

static void test_the_source_is_shown(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &yearbook);
    const Tonghop__Envelope *answer =
        ask_history(rig, from_local(), ASK(.period = "2021", .unit = "631"));
    assert_string_equal(answer->history->entries[0]->source, YEARBOOK);
    assert_int_equal(answer->history->entries[0]->scope, SCOPE_WHOLE);
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2021", .unit = "631", .with_revisions = true));
    assert_int_equal(told->n_lines, 2);
    assert_int_equal(told->lines[0]->type, EXPLAIN_TYPE(REPORT));
    assert_int_equal(told->lines[1]->type, EXPLAIN_TYPE(REVISION));
    for (size_t i = 0; i < told->n_lines; i++) {
        assert_string_equal(told->lines[i]->source, YEARBOOK);
        assert_int_equal(told->lines[i]->scope, SCOPE_WHOLE);
    }
    assert_int_equal(told->total->baseline_count, 1);
    /* What takes its place has none, and the story says that the mark went. */
    const struct cell cells[] = {EXACT(1, 40), EXACT(2, 30), EXACT(6, 5)};
    struct draft counted = yearbook;
    counted.source = NULL;
    counted.based_on = 1;
    counted.cells = cells;
    counted.cell_count = LENGTH(cells);
    rig->now.us += 1000000;
    file_ok(rig, &counted);
    told = told_ok(rig, TOLD(.period = "2021", .unit = "631", .since = "631/1"));
    ASSERT_CHANGES(told, 40, {631, "2021", 2, 1, 40, false, false});
    assert_int_equal(told->before->baseline_count, 1);
    assert_int_equal(told->changes[0]->total->baseline_count, 0);
    assert_string_equal(told->lines[0]->source, "");
}

/* A whole half that is not part of the year is shown with its source. */
static void test_a_lone_half_has_its_source(void **state)
{
    struct rig *rig = *state;
    struct draft half = yearbook;
    half.period = "2021-S1";
    file_ok(rig, &half);
    const Tonghop__Explanation *told = told_ok(rig, TOLD(.period = "2021", .unit = "631"));
    for (size_t i = 0; i < told->n_lines; i++)
        if (told->lines[i]->type == EXPLAIN_TYPE(LONE_HALF)) {
            assert_string_equal(told->lines[i]->source, YEARBOOK);
            return;
        }
    fail_msg("the half is not told");
}

/* ---- what it goes into ---- */

static const struct draft mixed[] = {
    {.period = "2021",
     .unit = 631,
     .scope = SCOPE_WHOLE,
     .source = "x",
     CELLS(EXACT(1, 40), EXACT(2, 4))},
    {.period = "2021", .unit = 632, .scope = SCOPE_WHOLE, .source = "y", CELLS(EXACT(1, 50))},
    {.period = "2022-S1", .unit = 631, .scope = SCOPE_WHOLE, .source = "x", CELLS(EXACT(1, 1))},
    {.period = "2022-S2", .unit = 631, .scope = SCOPE_WHOLE, .source = "x", CELLS(EXACT(1, 1))},
    {.period = "2022-S1", .unit = 632, .scope = SCOPE_WHOLE, .source = "x", CELLS(EXACT(1, 1))},
    {.period = "2022-S2", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1), EXACT(6, 1))},
    {.period = "2023-S1", .unit = 631, .scope = SCOPE_WHOLE, .source = "x", CELLS(EXACT(1, 2))},
    {.period = "2023", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 9), EXACT(6, 1))},
    {.period = "2023", .unit = 23887, CELLS(EXACT(1, 9), EXACT(6, 1))},
};

/* Sums count baselines like reports; of one unit's halves one is enough, and they are one. */
static void test_baselines_are_counted(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *unit, *indicator;
        uint32_t count;
    } rows[] = {
        {"2021", "64", "model.registered", 2},       {"2021", "64", "model.recognised", 1},
        {"2021", "631", "model.registered", 1},      {"2021", "23857", "model.registered", 0},
        {"2021", "64", "model.recognition_rate", 2}, {"2021-S2", "64", "model.registered", 0},
        {"2022", "64", "model.registered", 2},       {"2022", "632", "model.registered", 1},
        {"2022-S2", "64", "model.registered", 1},    {"2023", "64", "model.registered", 0},
        {"2023-S2", "631", "model.registered", 1}, /* 9 - 2: the half is from a book */
    };
    for (size_t i = 0; i < LENGTH(mixed); i++)
        file_ok(rig, &mixed[i]);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint32_t count = baselines(rig, rows[i].period, rows[i].unit, rows[i].indicator);
        if (count != rows[i].count)
            fail_msg("%s of %s, %s: %u", rows[i].indicator, rows[i].unit, rows[i].period, count);
    }
    /* Years of a span add up, with their marks. */
    const Tonghop__Explanation *told = told_ok(rig, TOLD(.period = "2023", .from = "2021"));
    assert_int_equal(shown(told->total), 112);
    assert_int_equal(told->total->baseline_count, 4);
}

/* A node that is not the home holds what was filed, and counts it likewise. */
static void test_baselines_of_a_child(void **state)
{
    enum { NODE = 1 };
    struct rig *rig = *state;
    rig_enrol(rig, NODE, 631, ROLE(NODE));
    assert_body(send_revision(rig, NODE, &yearbook, (struct wrapper){1, STATE_ACCEPTED}),
                BODY(ACK));
    assert_int_equal(baselines(rig, "2021", "64", "model.registered"), 1);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(baselines(rig, "2021", "64", "model.registered"), 1);
}

/* Withdrawn, it is no part of anything. */
static void test_a_withdrawn_baseline(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &yearbook);
    file_ok(rig, DRAFT(.period = "2021", .unit = 631, .scope = SCOPE_WHOLE, .source = YEARBOOK,
                       .based_on = 1, .is_withdrawn = true));
    assert_int_equal(baselines(rig, "2021", "64", "model.registered"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BASELINE_TEST(test_own_reports_have_no_source),
        BASELINE_TEST(test_required_figures_are_not_asked),
        BASELINE_TEST(test_the_source_is_content),
        BASELINE_TEST(test_the_source_is_shown),
        BASELINE_TEST(test_a_lone_half_has_its_source),
        BASELINE_TEST(test_baselines_are_counted),
        BASELINE_TEST(test_baselines_of_a_child),
        BASELINE_TEST(test_a_withdrawn_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
