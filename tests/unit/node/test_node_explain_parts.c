/* The parts of a total: spans of years, year by year; every revision that is held; and how many
 * units owe the form and lack, which is what coverage says. */
#include "unit/node/edit.h"
#include "unit/node/state.h"
#include "unit/node/told.h"

static const struct draft base[] = {
    {.period = "2021", .unit = 23857, CELLS(EXACT(1, 1), EXACT(6, 100), EXACT(8, 7))},
    {.period = "2021", .unit = 23887, CELLS(EXACT(1, 2), EXACT(6, 200))},
    {.period = "2023", .unit = 23857, CELLS(EXACT(1, 10), EXACT(6, 90), EXACT(8, 5))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 30))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    for (size_t i = 0; i < LENGTH(base); i++)
        file_ok(*state, &base[i]);
    return result;
}

#define PARTS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- lines ---- */

struct row {
    uint32_t depth;
    Tonghop__ExplainType type;
    uint32_t unit;
    const char *period;
    int64_t value; /* -1: none */
};

static void assert_rows(const Tonghop__Explanation *told, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count && i < told->n_lines; i++) {
        const Tonghop__ExplainLine *line = told->lines[i];
        if (line->depth != rows[i].depth || line->type != rows[i].type ||
            line->unit->id != rows[i].unit || shown(line->value) != rows[i].value ||
            strcmp(line->source_period, rows[i].period) != 0)
            fail_msg("line %zu: depth %u type %d unit %u of '%s': %lld", i, line->depth,
                     (int)line->type, line->unit->id, line->source_period,
                     (long long)shown(line->value));
    }
    assert_int_equal(told->n_lines, count);
}

#define ASSERT_ROWS(told, ...)                                                                     \
    assert_rows(told, (const struct row[]){__VA_ARGS__},                                           \
                LENGTH(((const struct row[]){__VA_ARGS__})))

#define YEAR EXPLAIN_TYPE(YEAR)
#define SUB  EXPLAIN_TYPE(SUBTOTAL)
#define REP  EXPLAIN_TYPE(REPORT)
#define MISS EXPLAIN_TYPE(MISSING)
#define REV  EXPLAIN_TYPE(REVISION)

/* ---- spans ---- */

/* A flow: each year that has it, the latest first, with what it is made of beneath it; the years
 * add up to the total. Who lacks is told in each of them, and counted in none. */
static void test_a_flow_of_a_span(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024", .from = "2020", .unit = "631"));
    ASSERT_ROWS(told, {0, YEAR, 631, "2024", 30}, {1, SUB, 631, "", 30}, {2, MISS, 631, "", -1},
                {2, MISS, 23857, "", -1}, {2, REP, 23860, "2024-S1", 30}, {2, MISS, 23863, "", -1},
                {0, YEAR, 631, "2023", 10}, {1, SUB, 631, "", 10}, {2, MISS, 631, "", -1},
                {2, REP, 23857, "2023", 10}, {2, MISS, 23860, "", -1}, {2, MISS, 23863, "", -1},
                {0, YEAR, 631, "2021", 1}, {1, SUB, 631, "", 1}, {2, MISS, 631, "", -1},
                {2, REP, 23857, "2021", 1}, {2, MISS, 23860, "", -1}, {2, MISS, 23863, "", -1});
    assert_string_equal(told->from, "2020");
    assert_string_equal(told->period, "2024");
    assert_int_equal(shown(told->total), 41);
    assert_int_equal(told->due_count, 0);
    assert_int_equal(told->missing_count, 0);
    assert_int_equal(told->since_us, 0);
    /* 2020 and 2022 have nothing. */
    assert_int_equal(told->total->missing_years, 1U << 0 | 1U << 2);
}

/* Units with others beneath them are one line each; their reports are asked for, and so are the
 * revisions of these. Of a stock there is one year alone, which is told to the end. */
static void test_a_span_is_told_briefly(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told = told_ok(rig, TOLD(.period = "2022", .from = "2020"));
    ASSERT_ROWS(told, {0, YEAR, 64, "2021", 3}, {1, SUB, 64, "", 3}, {2, SUB, 631, "", 1},
                {2, SUB, 632, "", 2});
    assert_true(told->brief);
    told = told_ok(rig, TOLD(.period = "2022", .from = "2020", .type = "thi_tran"));
    ASSERT_ROWS(told, {0, YEAR, 64, "2021", 3}, {1, REP, 23857, "2021", 1},
                {1, REP, 23887, "2021", 2});
    assert_false(told->brief);
    told = told_ok(rig, TOLD(.period = "2022", .from = "2020", .with_reports = true));
    ASSERT_ROWS(told, {0, YEAR, 64, "2021", 3}, {1, SUB, 64, "", 3}, {2, SUB, 631, "", 1},
                {3, MISS, 631, "", -1}, {3, REP, 23857, "2021", 1}, {3, MISS, 23860, "", -1},
                {3, MISS, 23863, "", -1}, {2, SUB, 632, "", 2}, {3, MISS, 632, "", -1},
                {3, REP, 23887, "2021", 2}, {3, MISS, 23888, "", -1}, {3, MISS, 23899, "", -1});
    assert_false(told->brief);
    assert_false(
        told_ok(rig, TOLD(.period = "2022", .from = "2020", .with_revisions = true))->brief);
    assert_false(told_ok(rig, TOLD(.period = "2022", .from = "2020", .unit = "631"))->brief);
    assert_false(told_ok(rig, TOLD(.period = "2021"))->brief);
    told = told_ok(rig, TOLD(.period = "2022", .from = "2020", .indicator = "poverty.poor"));
    assert_int_equal(told->lines[told->n_lines - 1]->depth, 3);
    assert_false(told->brief);
    /* A whole report is what the figure is made of. */
    file_ok(rig, DRAFT(.period = "2021", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 7))));
    told = told_ok(rig, TOLD(.period = "2022", .from = "2020"));
    ASSERT_ROWS(told, {0, YEAR, 64, "2021", 8}, {1, SUB, 64, "", 8}, {2, SUB, 631, "", 1},
                {2, REP, 632, "2021", 7}, {3, EXPLAIN_TYPE(COVERED), 23887, "2021", 2});
    assert_true(told->brief);
}

static int64_t sum_of_years(const Tonghop__Explanation *told)
{
    int64_t sum = 0;
    for (size_t i = 0; i < told->n_lines; i++)
        if (told->lines[i]->type == YEAR)
            sum += number_of(told->lines[i]->value);
    return sum;
}

static void test_years_add_up(void **state)
{
    struct rig *rig = *state;
    static const struct told rows[] = {
        {.period = "2024", .from = "2020"},
        {.period = "2023", .from = "2021"},
        {.period = "2024", .from = "2022", .unit = "632"},
        {.period = "2023", .from = "2014", .unit = "23857"},
        {.period = "2022", .from = "2014", .unit = "23857"},
    };
    static const int64_t totals[] = {43, 13, 0, 11, 1};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Explanation *told = told_ok(rig, &rows[i]);
        assert_int_equal(sum_of_years(told), totals[i]);
        assert_int_equal(number_of(told->total), totals[i]);
    }
}

/* A stock is that of the last year that has it, and nothing else is told. */
static void test_a_stock_of_a_span(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told = told_ok(
        rig, TOLD(.period = "2024", .from = "2020", .unit = "23857", .indicator = "poverty.poor"));
    ASSERT_ROWS(told, {0, YEAR, 23857, "2023", 90}, {1, REP, 23857, "2023", 90});
    assert_int_equal(shown(told->total), 90);
    assert_int_equal(told->total->as_of, 2023);
    told = told_ok(rig, TOLD(.period = "2024", .from = "2020", .indicator = "pupil.rate"));
    assert_int_equal(told->lines[0]->type, YEAR);
    assert_int_equal(shown(told->lines[0]->value), shown(told->total));
    assert_int_equal(sum_of_years(told), shown(told->total));
}

/* Of a computed figure what it is computed from, over the span; a span of one year is that year. */
static void test_other_spans(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024", .from = "2020", .indicator = "model.recognition_rate"));
    assert_int_equal(told->n_lines, 0);
    assert_int_equal(told->n_operands, 2);
    assert_int_equal(shown(told->operand_values[0]), 43);
    told = told_ok(rig, TOLD(.period = "2023", .from = "2023", .unit = "23857"));
    ASSERT_ROWS(told, {0, REP, 23857, "2023", 10});
    assert_string_equal(told->from, "");
    assert_int_equal(told->due_count, 1);
}

static void test_bad_spans(void **state)
{
    struct rig *rig = *state;
    static const struct told rows[] = {
        {.period = "2024", .from = "2025"},    {.period = "2024-S1", .from = "2023"},
        {.period = "2024", .from = "2023-S1"}, {.period = "2024", .from = "x"},
        {.period = "2024", .from = "2004"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_refused(ask_told(rig, from_local(), &rows[i]), "range");
}

/* ---- revisions ---- */

/* Every one that is held, beneath the report it is of, the latest first, with the cell that it has,
 * whether it counts or not. */
static void test_revisions(void **state)
{
    struct rig *rig = *state;
    rig->now.us += 1000000;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23857, .based_on = 1, .reason = "nhầm",
                       .may_drop_cells = true, CELLS({1, QUALIFIER_AT_LEAST, 12, 0})));
    rig->now.us += 1000000;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23857, .based_on = 2, .may_drop_cells = true,
                       CELLS(EXACT(6, 90))));
    rig->now.us += 1000000;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23857, .based_on = 3, .is_withdrawn = true));
    rig->now.us += 1000000;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23857, .based_on = 4, CELLS(EXACT(1, 15))));
    file_ok(rig, DRAFT(.period = "2023-S1", .unit = 23857, CELLS(EXACT(1, 4))));
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2023", .unit = "23857", .with_revisions = true));
    ASSERT_ROWS(told, {0, REP, 23857, "2023", 15}, {1, REV, 23857, "2023-S1", 4},
                {1, REV, 23857, "2023", 15}, {1, REV, 23857, "2023", -1},
                {1, REV, 23857, "2023", -1}, {1, REV, 23857, "2023", 12},
                {1, REV, 23857, "2023", 10});
    for (uint64_t i = 0; i < 5; i++) {
        const Tonghop__ExplainLine *line = told->lines[2 + i];
        assert_int_equal(line->revision, 5 - i);
        assert_int_equal(line->received_us, RIG_NOW_US + (4 - (int64_t)i) * 1000000);
        assert_int_equal(line->states, STATE_ACCEPTED);
        assert_int_equal(line->withdrawn, i == 1);
        assert_int_equal(line->scope, SCOPE_OWN);
        assert_string_equal(line->reason, i == 3 ? "nhầm" : "");
    }
    assert_int_equal(told->lines[5]->value->qualifier, QUALIFIER_AT_LEAST);
    assert_int_equal(shown(told->total), 15);
    /* Not asked for: none. The first half-year is made of one report alone. */
    ASSERT_ROWS(told_ok(rig, TOLD(.period = "2023", .unit = "23857")), {0, REP, 23857, "2023", 15});
    ASSERT_ROWS(told_ok(rig, TOLD(.period = "2023-S1", .unit = "23857", .with_revisions = true)),
                {0, REP, 23857, "2023-S1", 4}, {1, REV, 23857, "2023-S1", 4});
}

/* Of each unit, and under each year of a span. */
static void test_revisions_of_many(void **state)
{
    struct rig *rig = *state;
    ASSERT_ROWS(
        told_ok(rig, TOLD(.period = "2023", .from = "2021", .unit = "632", .with_revisions = true)),
        {0, YEAR, 632, "2021", 2}, {1, SUB, 632, "", 2}, {2, MISS, 632, "", -1},
        {2, REP, 23887, "2021", 2}, {3, REV, 23887, "2021", 2}, {2, MISS, 23888, "", -1},
        {2, MISS, 23899, "", -1});
}

/* Units that are missing in the total have revisions too: those that wait, and those returned. */
static void test_revisions_of_the_missing(void **state)
{
    enum { NODE = 1 };
    struct rig *rig = *state;
    const struct draft *key = DRAFT(.period = "2024-S1", .unit = 23863);
    const struct told *told = TOLD(.period = "2024-S1", .unit = "23863", .with_revisions = true);
    rig_enrol(rig, NODE, 23863, ROLE(NODE));
    assert_body(state_from_child(rig, NODE, key, (struct state){3, 0, 0, 0}), BODY(ACK));
    const Tonghop__Explanation *answer = told_ok(rig, told);
    ASSERT_ROWS(answer, {0, MISS, 23863, "2024-S1", -1}, {1, REV, 23863, "2024-S1", 30});
    assert_int_equal(answer->lines[1]->states, 0);
    assert_int_equal(answer->missing_count, 1);
    assert_body(state_from_child(rig, NODE, key, (struct state){3, A | R, 0, 0}), BODY(ACK));
    answer = told_ok(rig, told);
    ASSERT_ROWS(answer, {0, MISS, 23863, "2024-S1", -1}, {1, REV, 23863, "2024-S1", 30});
    assert_int_equal(answer->lines[1]->states, STATE_ACCEPTED | STATE_RETURNED);
}

/* ---- who owes, and who lacks ---- */

/* As coverage counts them, of the levels that report the indicator. */
static void test_due_and_missing(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *unit, *indicator;
        uint32_t due, missing;
    } rows[] = {
        {"2024-S1", "64", "model.registered", 8, 7},
        {"2024-S2", "64", "model.registered", 7, 7}, /* 23899 had ended */
        {"2024", "64", "model.registered", 7, 6},    /* 23860 has a part of it */
        {"2023", "64", "model.registered", 8, 7},
        {"2024-S1", "631", "model.registered", 4, 3},
        {"2024-S1", "23860", "model.registered", 1, 0},
        {"2024-S1", "23863", "model.registered", 1, 1},
        {"2024-S1", "64", "dialogue.district", 2, 2},
        {"2024-S1", "64", "dialogue.commune", 6, 5}, /* 23860 has filed, without it */
        {"2024-S1", "631", "security.team", 3, 3},
        {"2024-S1", "64", "model.recognition_rate", 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Explanation *told =
            told_ok(rig, TOLD(.period = rows[i].period, .unit = rows[i].unit,
                              .indicator = rows[i].indicator));
        if (told->due_count != rows[i].due || told->missing_count != rows[i].missing)
            fail_msg("row %zu: %u due, %u missing", i, told->due_count, told->missing_count);
        uint32_t lines = 0;
        for (size_t n = 0; n < told->n_lines; n++)
            lines += told->lines[n]->type == MISS ? 1 : 0;
        assert_int_equal(lines, rows[i].missing);
    }
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), ASK(.period = "2023"));
    uint32_t missing = 0;
    for (size_t i = 0; i < answer->coverage->n_lines; i++)
        missing += strcmp(answer->coverage->lines[i]->form, "general") == 0 &&
                           answer->coverage->lines[i]->state ==
                               TONGHOP__COVERAGE_STATE__COVERAGE_STATE_MISSING
                       ? 1
                       : 0;
    assert_int_equal(missing, 7);
}

/* Beneath a whole report nobody lacks; all of them still owe. */
static void test_covered_do_not_lack(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 9))));
    const Tonghop__Explanation *told = told_ok(rig, TOLD(.period = "2024-S1", .unit = "631"));
    assert_int_equal(told->due_count, 4);
    assert_int_equal(told->missing_count, 0);
    told = told_ok(rig, TOLD(.period = "2024-S1", .unit = "23863"));
    assert_int_equal(told->due_count, 1);
    assert_int_equal(told->missing_count, 0);
    /* With what changed as well as without. */
    told = told_ok(rig, TOLD(.period = "2024-S1", .unit = "64", .since = "2025-02-01"));
    assert_int_equal(told->due_count, 8);
    assert_int_equal(told->missing_count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PARTS_TEST(test_a_flow_of_a_span),
        PARTS_TEST(test_a_span_is_told_briefly),
        PARTS_TEST(test_years_add_up),
        PARTS_TEST(test_a_stock_of_a_span),
        PARTS_TEST(test_other_spans),
        PARTS_TEST(test_bad_spans),
        PARTS_TEST(test_revisions),
        PARTS_TEST(test_revisions_of_many),
        PARTS_TEST(test_revisions_of_the_missing),
        PARTS_TEST(test_due_and_missing),
        PARTS_TEST(test_covered_do_not_lack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
