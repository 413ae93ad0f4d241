/* What changed over a span of years: the steps of all years in order of time, each with what the
 * span was after it. Flows add up, stocks are of the last year that has them, formulas and counts
 * are made anew, and each year has its own tree. */
#include "unit/node/state.h"
#include "unit/node/table.h"
#include "unit/node/told.h"

#define SECOND_US INT64_C(1000000)

/* The moment after the base, at 07:00 of 2025-01-10 in Viet Nam. */
#define SINCE "2025-01-10T07:00"

static const struct draft base[] = {
    {.period = "2021", .unit = 23857, CELLS(EXACT(1, 10), EXACT(6, 100), EXACT(8, 50))},
    {.period = "2021", .unit = 23860, CELLS(EXACT(1, 20), EXACT(6, 30))},
    {.period = "2022", .unit = 23857, CELLS(EXACT(1, 11), EXACT(8, 40))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

/* Later than all before. */
static void file_next(struct rig *rig, const struct draft *draft)
{
    rig->now.us += SECOND_US;
    file_ok(rig, draft);
}

#define SPAN_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- order, flows ---- */

/* In order of time, whatever their years; in the same microsecond in order of years. */
static void test_flows(void **state)
{
    struct rig *rig = *state;
    file_next(rig, DRAFT(.period = "2024", .unit = 23857, CELLS(EXACT(1, 13))));
    file_next(rig, DRAFT(.period = "2021", .unit = 23857, .based_on = 1, .reason = "sót",
                         .author = "Hoa", CELLS(EXACT(1, 12), EXACT(6, 100), EXACT(8, 50))));
    rig->now.us += SECOND_US;
    file_ok(rig, DRAFT(.period = "2023-S1", .unit = 23887, CELLS(EXACT(1, 5))));
    file_ok(rig, DRAFT(.period = "2022", .unit = 23888, CELLS(EXACT(1, 7))));
    file_next(rig, DRAFT(.period = "2020", .unit = 23888, CELLS(EXACT(1, 1000))));
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .since = SINCE));
    ASSERT_CHANGES(told, 41, {23857, "2024", 1, 0, 54, false, false},
                   {23857, "2021", 2, 1, 56, false, false}, {23888, "2022", 1, 0, 63, false, false},
                   {23887, "2023-S1", 1, 0, 68, false, false});
    assert_string_equal(told->from, "2021");
    assert_string_equal(told->changes[1]->author, "Hoa");
    assert_string_equal(told->changes[1]->reason, "sót");
    assert_string_equal(told->changes[1]->form, "general");
    assert_int_equal(told->before->missing_years, 12);
    assert_int_equal(told->changes[0]->total->missing_years, 4);
    assert_int_equal(told->changes[3]->total->missing_years, 0);
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2023", .unit = "631", .since = SINCE)), 41,
        {23857, "2021", 2, 1, 43, false, false});
    ASSERT_NO_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2022", .unit = "23860", .since = SINCE)), 20);
    ASSERT_CHANGES(told_ok(rig, TOLD(.from = "2024", .period = "2024", .since = SINCE)), -1,
                   {23857, "2024", 1, 0, 13, false, false});
}

/* Extremes of flows are taken over the years; and from before all reports on all are told. */
static void test_from_nothing(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_indicator(edited, 8)->nature = NATURE_FLOW;
    rig_install_edited(rig, edited);
    file_next(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(8, 45))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23860, CELLS(EXACT(8, 60))));
    ASSERT_CHANGES(told_ok(rig, TOLD(.from = "2005", .period = "2024", .indicator = "pupil.rate",
                                     .since = "2000-01-01")),
                   -1, {23857, "2021", 1, 0, 50, false, false},
                   {23857, "2022", 1, 0, 50, false, false}, {23860, "2024", 1, 0, 50, false, false},
                   {23860, "2023", 1, 0, 60, false, false});
}

static void test_plans(void **state)
{
    struct rig *rig = *state;
    file_next(rig, DRAFT(.kind = KIND_PLAN, .period = "2022", .unit = 23857, CELLS(EXACT(1, 300))));
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.kind = KIND_PLAN, .from = "2021", .period = "2024", .since = SINCE)), -1,
        {23857, "2022", 1, 0, 300, false, false});
    ASSERT_NO_CHANGES(told_ok(rig, TOLD(.from = "2021", .period = "2024", .since = SINCE)), 41);
}

/* A whole report stands for what lies beneath it in its own year alone. */
static void test_whole_reports(void **state)
{
    struct rig *rig = *state;
    file_next(rig, DRAFT(.period = "2021", .unit = 631, .scope = SCOPE_WHOLE, .source = "Niên giám",
                         CELLS(EXACT(1, 500))));
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1,
                         CELLS(EXACT(1, 21), EXACT(6, 30))));
    file_next(rig, DRAFT(.period = "2021", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
                         .is_withdrawn = true));
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.from = "2021", .period = "2022", .since = SINCE));
    ASSERT_CHANGES(told, 41, {631, "2021", 1, 0, 511, false, false},
                   {631, "2021", 2, 1, 42, false, true});
    assert_int_equal(told->changes[0]->total->baseline_count, 1);
    assert_int_equal(told->changes[1]->total->baseline_count, 0);
}

/* ---- stocks and formulas ---- */

/* The last year that has it, at each moment: a later year takes its place, and gives it back; what
 * is corrected meanwhile is no change. */
static void test_a_stock(void **state)
{
    struct rig *rig = *state;
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1,
                         CELLS(EXACT(1, 20), EXACT(6, 31))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23857, CELLS(EXACT(6, 90))));
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 2,
                         CELLS(EXACT(1, 20), EXACT(6, 33))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23860, CELLS(EXACT(6, 29))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23860, .based_on = 1, .is_withdrawn = true));
    file_next(rig, DRAFT(.period = "2023", .unit = 23857, .based_on = 1, .is_withdrawn = true));
    const Tonghop__Explanation *told = told_ok(
        rig, TOLD(.from = "2021", .period = "2024", .indicator = "poverty.poor", .since = SINCE));
    ASSERT_CHANGES(told, 130, {23860, "2021", 2, 1, 131, false, false},
                   {23857, "2023", 1, 0, 90, false, false},
                   {23860, "2023", 1, 0, 119, false, false}, {23860, "2023", 2, 1, 90, false, true},
                   {23857, "2023", 2, 1, 133, false, true});
    static const uint32_t as_of[] = {2021, 2023, 2023, 2023, 2021};
    static const uint32_t thin_years[] = {0, 2023, 0, 2023, 0};
    for (size_t i = 0; i < LENGTH(as_of); i++) {
        assert_int_equal(told->changes[i]->total->as_of, as_of[i]);
        assert_int_equal(told->changes[i]->total->thin_year, thin_years[i]);
    }
    assert_int_equal(told->before->as_of, 2021);
}

/* 100 * poor / rate, of the last year that has both. */
static void test_a_formula_of_two_stocks(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_text(&edit_indicator(edited, 5)->rule, "= poverty.poor / pupil.rate");
    rig_install_edited(rig, edited);
    const struct told *ask = TOLD(.from = "2021", .period = "2024", .since = SINCE,
                                  .indicator = "model.recognition_rate");
    file_next(rig, DRAFT(.period = "2023", .unit = 23857, CELLS(EXACT(6, 90))));
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1,
                         CELLS(EXACT(1, 20), EXACT(6, 50))));
    file_next(rig, DRAFT(.period = "2022", .unit = 23860, CELLS(EXACT(6, 60))));
    file_next(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(8, 70))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23860, CELLS(EXACT(8, 30))));
    ASSERT_CHANGES(told_ok(rig, ask), 260, {23860, "2021", 2, 1, 300, false, false},
                   {23860, "2022", 1, 0, 150, false, false},
                   {23860, "2023", 1, 0, 300, false, false});
}

/* ---- trees ---- */

/* Communes 23863 and 23860 are of 632 from 2023 on, and were of 631 before; one has a new name. */
static void install_moves(struct rig *rig, const char *count)
{
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_move(edited, 23863, first, 632);
    edit_move(edited, 23860, first, 632);
    edit_text(&edit_unit(edited, 23863)->name_vi, "Xã Hoà Thuận cũ");
    edit_text(&edit_indicator(edited, 12)->rule, count);
    rig_install_edited(rig, edited);
}

/* A unit is part of the span in the years in which it stood beneath the unit asked for. */
static void test_a_unit_that_moved(void **state)
{
    struct rig *rig = *state;
    install_moves(rig, "count@commune(unit.type = xa)");
    file_next(rig, DRAFT(.period = "2022", .unit = 23863, CELLS(EXACT(1, 100))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23863, CELLS(EXACT(1, 1000))));
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .unit = "631", .since = SINCE)), 41,
        {23863, "2022", 1, 0, 141, false, false});
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .unit = "632", .since = SINCE)), -1,
        {23863, "2023", 1, 0, 1000, false, false});
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .unit = "23863", .since = SINCE));
    ASSERT_CHANGES(told, -1, {23863, "2022", 1, 0, 100, false, false},
                   {23863, "2023", 1, 0, 1100, false, false});
    assert_string_equal(told->changes[0]->unit->name_vi, "Xã Hoà Thuận cũ");
    assert_string_equal(told->changes[1]->unit->name_vi, "Xã Hoà Thuận");
    ASSERT_NO_CHANGES(
        told_ok(rig, TOLD(.from = "2023", .period = "2024", .unit = "631", .since = SINCE)), -1);
}

/* The unit asked for may have begun within the span; and one that has ended is told by its name. */
static void test_units_of_some_years(void **state)
{
    struct rig *rig = *state;
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_unit(edited, 23863)->from = first.days;
    rig_install_edited(rig, edited);
    file_next(rig, DRAFT(.period = "2023", .unit = 23863, CELLS(EXACT(1, 7))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23899, CELLS(EXACT(1, 9))));
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .unit = "23863", .since = SINCE)), -1,
        {23863, "2023", 1, 0, 7, false, false});
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.from = "2023", .period = "2025", .since = SINCE));
    ASSERT_CHANGES(told, -1, {23863, "2023", 1, 0, 7, false, false},
                   {23899, "2023", 1, 0, 16, false, false});
    assert_string_equal(told->changes[1]->unit->name_vi, "Xã Tân Sơn");
    (void)assert_refused(
        ask_told(rig, from_local(),
                 TOLD(.from = "2020", .period = "2022", .unit = "23863", .since = SINCE)),
        "not-found");
}

/* The units of the last year's tree are counted, by all that they had in the span, wherever they
 * stood then. */
static void test_counts(void **state)
{
    struct rig *rig = *state;
    const struct told *ask = TOLD(.from = "2021", .period = "2024", .indicator = "org.xa",
                                  .unit = "632", .since = SINCE);
    install_moves(rig, "count@commune(model.registered >= 24)");
    file_next(rig, DRAFT(.period = "2021", .unit = 23887, CELLS(EXACT(1, 10))));
    file_next(rig, DRAFT(.period = "2022", .unit = 23860, CELLS(EXACT(1, 4))));
    file_next(rig, DRAFT(.period = "2022", .unit = 23857, .based_on = 1,
                         CELLS(EXACT(1, 50), EXACT(8, 40))));
    file_next(rig, DRAFT(.period = "2024", .unit = 23887, CELLS(EXACT(1, 14))));
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1, .is_withdrawn = true));
    const Tonghop__Explanation *told = told_ok(rig, ask);
    ASSERT_CHANGES(told, 0, {23887, "2021", 1, 0, 0, false, false},
                   {23860, "2022", 1, 0, 1, false, false}, {23887, "2024", 1, 0, 2, false, false},
                   {23860, "2021", 2, 1, 1, false, true});
    assert_int_equal(told->before->known_count, 1);
    assert_int_equal(told->changes[0]->total->known_count, 2);
    assert_int_equal(told->changes[0]->total->all_count, 4);
}

/* A count of provinces by what is counted beneath them: the district that changes is the one that
 * the commune has left, and not among those above it now. */
static void test_counts_of_counts(void **state)
{
    struct rig *rig = *state;
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_move(edited, 23860, first, 632);
    edit_text(&edit_indicator(edited, 11)->rule, "count@district(model.registered >= 100)");
    edit_text(&edit_indicator(edited, 12)->rule, "count@province(dialogue.total >= 1)");
    rig_install_edited(rig, edited);
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1,
                         CELLS(EXACT(1, 200), EXACT(6, 30))));
    file_next(rig, DRAFT(.period = "2022", .unit = 23888, CELLS(EXACT(1, 150))));
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .indicator = "org.xa", .since = SINCE)),
        0, {23860, "2021", 2, 1, 1, false, false}, {23888, "2022", 1, 0, 1, false, false});
    ASSERT_CHANGES(told_ok(rig, TOLD(.from = "2021", .period = "2024",
                                     .indicator = "dialogue.total", .since = SINCE)),
                   0, {23860, "2021", 2, 1, 1, false, false},
                   {23888, "2022", 1, 0, 2, false, false});
}

/* Years in which nothing was taken in since are those of now, until something is: then all is told
 * from the revisions, as it is while totals are being rebuilt and say nothing. */
static void test_years_that_stand_still(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    const struct told *flow = TOLD(.from = "2021", .period = "2024", .since = SINCE);
    const struct told *stock =
        TOLD(.from = "2021", .period = "2024", .indicator = "poverty.poor", .since = SINCE);
    ASSERT_NO_CHANGES(told_ok(rig, flow), 41);
    ASSERT_NO_CHANGES(told_ok(rig, stock), 130);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    assert_true(rig->node->rebuild.is_active);
    const Tonghop__Explanation *told = told_ok(rig, flow);
    assert_int_equal(shown(told->before), 41);
    assert_true(told->rebuilding);
    rig_settle(rig);
    ASSERT_NO_CHANGES(told_ok(rig, flow), 41);
    file_next(rig, DRAFT(.period = "2022", .unit = 23857, .based_on = 1,
                         CELLS(EXACT(1, 12), EXACT(8, 40))));
    ASSERT_CHANGES(told_ok(rig, flow), 41, {23857, "2022", 2, 1, 42, false, false});
    ASSERT_NO_CHANGES(told_ok(rig, stock), 130);
    file_next(rig, DRAFT(.period = "2021", .unit = 23860, .based_on = 1,
                         CELLS(EXACT(1, 20), EXACT(6, 31))));
    ASSERT_CHANGES(told_ok(rig, stock), 130, {23860, "2021", 2, 1, 131, false, false});
}

/* ---- accepted and returned ---- */

/* What was returned is told although it does not count, of years before the last as well; what
 * waits is not. */
static void test_returned(void **state)
{
    struct rig *rig = *state;
    const struct draft *key = DRAFT(.period = "2022", .unit = 23857);
    const struct told *told = TOLD(.from = "2021", .period = "2024", .since = SINCE);
    rig_install_manual(rig, 2);
    file_next(rig, DRAFT(.period = "2022", .unit = 23857, .based_on = 1,
                         CELLS(EXACT(1, 15), EXACT(8, 40))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23860, CELLS(EXACT(1, 6))));
    ASSERT_NO_CHANGES(told_ok(rig, told), 41);
    mark_ok(rig, key, 2, STATE_RETURNED);
    ASSERT_CHANGES(told_ok(rig, told), 41, {23857, "2022", 2, 1, 41, true, false});
    mark_ok(rig, DRAFT(.period = "2023", .unit = 23860), 1, STATE_ACCEPTED);
    mark_ok(rig, DRAFT(.period = "2023", .unit = 23860), 1, STATE_RETURNED);
    file_next(rig, DRAFT(.period = "2022", .unit = 23857, .based_on = 2,
                         CELLS(EXACT(1, 16), EXACT(8, 40))));
    mark_ok(rig, key, 3, STATE_ACCEPTED);
    ASSERT_CHANGES(told_ok(rig, told), 41, {23857, "2022", 2, 1, 41, true, false},
                   {23860, "2023", 1, 0, 41, true, false}, {23857, "2022", 3, 1, 46, false, false});
}

/* ---- what can be asked ---- */

/* "23857/1" is of the report of the last year. */
static void test_moments(void **state)
{
    struct rig *rig = *state;
    rig->now.us += SECOND_US;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857, CELLS(EXACT(1, 13))));
    file_next(rig, DRAFT(.period = "2023", .unit = 23857, CELLS(EXACT(1, 12))));
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.from = "2021", .period = "2024", .since = "23857/1"));
    ASSERT_CHANGES(told, 54, {23857, "2023", 1, 0, 66, false, false});
    assert_int_equal(told->since_us, RIG_NOW_US + SECOND_US);
    static const char *const rows[] = {"23860/1", "23857/2", "hôm qua", "2024"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i]);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_told(rig, from_local(), TOLD(.from = "2021", .period = "2024", .since = rows[i])),
            "not-found");
        assert_contains(refusal->text, "report of 2024");
    }
}

static void test_what_is_no_span(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period;
    } rows[] = {
        {"2024", "2023"}, {"2023-S1", "2024"}, {"2023", "2024-S1"}, {"2004", "2024"}, {"x", "2024"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s\n", rows[i].from, rows[i].period);
        (void)assert_refused(
            ask_told(rig, from_local(),
                     TOLD(.from = rows[i].from, .period = rows[i].period, .since = SINCE)),
            "range");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPAN_TEST(test_flows),
        SPAN_TEST(test_from_nothing),
        SPAN_TEST(test_plans),
        SPAN_TEST(test_whole_reports),
        SPAN_TEST(test_a_stock),
        SPAN_TEST(test_a_formula_of_two_stocks),
        SPAN_TEST(test_a_unit_that_moved),
        SPAN_TEST(test_units_of_some_years),
        SPAN_TEST(test_years_that_stand_still),
        SPAN_TEST(test_counts),
        SPAN_TEST(test_counts_of_counts),
        SPAN_TEST(test_returned),
        SPAN_TEST(test_moments),
        SPAN_TEST(test_what_is_no_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
