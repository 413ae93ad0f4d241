/* A row of totals by type taken apart: the reports of units of that type that are in it, those
 * units that lack, and nothing else; together the reports are the row. */
#include "unit/node/property_draw.h"
#include "unit/node/table.h"
#include "unit/node/told.h"

/* 632's whole report stands for what its communes reported. */
static const struct draft base[] = {
    {.period = "2022", .unit = 23857, CELLS(EXACT(1, 3), EXACT(6, 70))},
    {.period = "2022", .unit = 23860, CELLS(EXACT(1, 4), EXACT(6, 80))},
    {.period = "2023", .unit = 23857, CELLS(EXACT(1, 5), EXACT(6, 60))},
    {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))},
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 5))},
    {.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 2))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 1))},
    {.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 100))},
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 7))},
    {.period = "2024", .unit = 23888, CELLS(EXACT(2, 5))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define TYPE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- lines ---- */

/* "0 report 23857 2024-S1=10", one for each line, in order; the caller frees. */
static char *lines_of(const Tonghop__Explanation *told)
{
    static const char *const names[] = {
        [EXPLAIN_TYPE(REPORT)] = "report",     [EXPLAIN_TYPE(SUBTOTAL)] = "subtotal",
        [EXPLAIN_TYPE(COVERED)] = "covered",   [EXPLAIN_TYPE(MISSING)] = "missing",
        [EXPLAIN_TYPE(LONE_HALF)] = "half",    [EXPLAIN_TYPE(YEAR)] = "year",
        [EXPLAIN_TYPE(REVISION)] = "revision", [EXPLAIN_TYPE(PART)] = "part",
        [EXPLAIN_TYPE(WITHOUT)] = "without",
    };
    struct buf out = {0};
    buf_printf(&out, "%s", "");
    for (size_t i = 0; i < told->n_lines; i++) {
        const Tonghop__ExplainLine *line = told->lines[i];
        buf_printf(&out, "%s%u %s %" PRIu32 " %s=%" PRId64, i > 0 ? "\n" : "", line->depth,
                   names[line->type], line->unit->id, line->source_period, shown(line->value));
    }
    return (char *)out.data;
}

static const Tonghop__Explanation *assert_told(struct rig *rig, const struct told *told,
                                               const char *expected)
{
    const Tonghop__Explanation *answer = told_ok(rig, told);
    char *lines = lines_of(answer);
    assert_string_equal(lines, expected);
    free(lines);
    return answer;
}

static void test_reports_of_the_type(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        struct told told;
        const char *expected;
        int64_t total; /* -1: none */
        uint32_t due, missing, without;
    } rows[] = {
        {"beneath a whole report nothing was filed",
         {.period = "2024-S1", .type = "xa"},
         "0 report 23860 2024-S1=20\n0 missing 23863 =-1",
         20,
         4,
         1,
         0},
        {"townships, and what a whole report stands for",
         {.period = "2024-S1", .type = "thi_tran"},
         "0 report 23857 2024-S1=10\n0 covered 23887 2024-S1=7",
         10,
         2,
         0,
         0},
        {"a whole report is of its unit's type",
         {.period = "2024-S1", .type = "huyen"},
         "0 report 631 2024-S1=1\n0 report 632 2024-S1=100",
         101,
         2,
         0,
         0},
        {"a level that owes nothing", {.period = "2024-S1", .type = "tinh"}, "", -1, 0, 0, 0},
        {"beneath a district",
         {.period = "2024-S1", .unit = "631", .type = "xa"},
         "0 report 23860 2024-S1=20\n0 missing 23863 =-1",
         20,
         2,
         1,
         0},
        {"no unit of it there",
         {.period = "2024-S1", .unit = "23860", .type = "thi_tran"},
         "",
         -1,
         0,
         0,
         0},
        {"filed without it, and a whole half that is not in the year",
         {.period = "2024", .unit = "632", .type = "xa"},
         "0 without 23888 2024=-1",
         -1,
         1,
         0,
         1},
        {"the district itself lacks the year, its half is not in it",
         {.period = "2024", .unit = "632", .type = "huyen"},
         "0 missing 632 =-1",
         -1,
         1,
         1,
         0},
        {"of two halves, with what is held",
         {.period = "2024", .unit = "631", .type = "thi_tran", .with_revisions = true},
         "0 report 23857 2024-S2=12\n1 part 23857 2024-S2=2\n1 part 23857 2024-S1=10\n"
         "1 revision 23857 2024-S1=10\n1 revision 23857 2024-S2=2",
         12,
         1,
         0,
         0},
        {"over a span",
         {.period = "2024", .from = "2022", .unit = "631", .type = "thi_tran"},
         "0 year 631 2024=12\n1 report 23857 2024-S2=12\n2 part 23857 2024-S2=2\n"
         "2 part 23857 2024-S1=10\n0 year 631 2023=5\n1 report 23857 2023=5\n"
         "0 year 631 2022=3\n1 report 23857 2022=3",
         20,
         0,
         0,
         0},
        {"a year that only other types have",
         {.period = "2023", .from = "2022", .unit = "631", .type = "xa"},
         "0 year 631 2023=-1\n1 missing 23860 =-1\n1 missing 23863 =-1\n"
         "0 year 631 2022=4\n1 report 23860 2022=4\n1 missing 23863 =-1",
         4,
         0,
         0,
         0},
        {"a stock is of one year for all types",
         {.period = "2023",
          .from = "2022",
          .unit = "631",
          .type = "xa",
          .indicator = "poverty.poor"},
         "0 year 631 2023=-1\n1 missing 23860 =-1\n1 missing 23863 =-1",
         -1,
         0,
         0,
         0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        const Tonghop__Explanation *told = assert_told(rig, &rows[i].told, rows[i].expected);
        assert_int_equal(shown(told->total), rows[i].total);
        assert_int_equal(told->due_count, rows[i].due);
        assert_int_equal(told->missing_count, rows[i].missing);
        assert_int_equal(told->without_count, rows[i].without);
    }
}

/* The answer names the type; without one it has no name. */
static void test_the_type_is_named(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024", .unit = "631", .type = "thi_tran"));
    assert_string_equal(told->type, "thi_tran");
    assert_string_equal(told->type_vi, "thị trấn");
    assert_string_equal(told->type_en, "township");
    assert_int_equal(told->unit->id, 631);
    assert_string_equal(told->unit->type, "huyen");
    told = told_ok(rig, TOLD(.period = "2024", .unit = "631"));
    assert_string_equal(told->type, "");
    assert_string_equal(told->type_vi, "");
    assert_string_equal(told->type_en, "");
}

/* What a rate is computed from is of the type, too. */
static void test_operands_of_the_type(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told = told_ok(
        rig, TOLD(.period = "2024-S1", .type = "thi_tran", .indicator = "model.recognition_rate"));
    assert_int_equal(told->n_lines, 0);
    assert_int_equal(number_of(told->total), 5000);
    assert_int_equal(told->n_operands, 2);
    assert_int_equal(number_of(told->operand_values[0]), 10);
    assert_int_equal(number_of(told->operand_values[1]), 5);
    told = told_ok(rig, TOLD(.period = "2024", .from = "2022", .type = "xa",
                             .indicator = "model.recognition_rate"));
    assert_int_equal(number_of(told->operand_values[0]), 24);
    assert_int_equal(number_of(told->operand_values[1]), 6);
}

/* ---- what makes no sense ---- */

static void test_refusals(void **state)
{
    struct rig *rig = *state;
    static const struct {
        struct told told;
        const char *code, *says;
    } rows[] = {
        {{.period = "2024", .type = "xã"}, "not-found", "xã"},
        {{.period = "2024", .type = "commune"}, "not-found", "commune"}, /* that is a level */
        {{.period = "2024", .type = "XA"}, "not-found", "XA"},
        {{.period = "2024", .type = "xa "}, "not-found", "xa "},
        {{.period = "2024", .from = "2022", .type = "phường"}, "not-found", "phường"},
        {{.period = "2024", .type = "xa", .since = "2024-01-01"}, "usage", "one type"},
        {{.period = "2024", .type = "xã", .since = "2024-01-01"}, "usage", "one type"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_contains(
            assert_refused(ask_told(rig, from_local(), &rows[i].told), rows[i].code)->text,
            rows[i].says);
}

/* ---- together they are the row ---- */

static void file_any(struct rig *rig, uint64_t *seed, uint64_t *revisions)
{
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23863, 23887, 23888};
    static const char *const periods[] = {"2023-S1", "2023-S2", "2023", "2024-S1", "2024"};
    size_t unit = pick(seed, LENGTH(units)), period = pick(seed, LENGTH(periods));
    uint64_t *revision = &revisions[unit * LENGTH(periods) + period];
    const struct cell cells[] = {EXACT(1, pick(seed, 100)), EXACT(6, pick(seed, 100))};
    struct draft draft = {.period = periods[period],
                          .unit = units[unit],
                          .based_on = *revision,
                          .scope = pick(seed, 6) == 0 ? SCOPE_WHOLE : SCOPE_OWN,
                          .reason = "lại",
                          .may_drop_cells = true,
                          .cells = cells,
                          .cell_count = 1 + pick(seed, 2)};
    file_ok(rig, &draft);
    (*revision)++;
}

/* What the reports add up to, and how many units; the row has no value if it is of none. */
static void assert_is_row(const Tonghop__Explanation *told, const Tonghop__Value *row)
{
    int64_t sum = 0;
    uint32_t units = 0;
    for (size_t i = 0; i < told->n_lines; i++) {
        if (told->lines[i]->type != EXPLAIN_TYPE(REPORT))
            continue;
        assert_string_equal(told->lines[i]->unit->type, told->type);
        sum += number_of(told->lines[i]->value);
        units += told->lines[i]->value->unit_count;
    }
    assert_int_equal(row->has_value, units > 0);
    assert_int_equal(row->unit_count, units);
    assert_int_equal(number_of(row), sum);
    assert_int_equal(told->total->has_value, row->has_value);
    assert_int_equal(number_of(told->total), number_of(row));
    assert_int_equal(told->total->unit_count, row->unit_count);
    assert_true(told->total->unit_set == row->unit_set);
    assert_int_equal(told->total->as_of, row->as_of);
    assert_int_equal(told->total->missing_years, row->missing_years);
}

static void assert_rows_are_explained(struct rig *rig, const struct table *table)
{
    const char *types[8];
    Tonghop__Value values[8];
    const Tonghop__Totals *totals = table_of(rig, table);
    size_t count = totals->n_units - 1;
    assert_true(count > 0 && count <= LENGTH(types));
    for (size_t i = 0; i < count; i++) {
        types[i] = mem_strdup(totals->units[i + 1]->unit->type);
        values[i] = *totals->units[i + 1]->values[0]; /* without failed checks */
    }
    for (size_t i = 0; i < count; i++) {
        assert_is_row(
            told_ok(rig, TOLD(.period = table->period, .from = table->from, .unit = table->unit,
                              .type = types[i], .indicator = table->indicators[0])),
            &values[i]);
        free(TEXT(types[i]));
    }
}

/* Whatever was reported: flows and stocks, of periods and of spans. */
static void test_they_are_the_row(void **state)
{
    enum { EVENTS = 60 };
    struct rig *rig = *state;
    static const char *const indicators[] = {"model.registered", "poverty.poor"};
    static const char *const units[] = {"64", "632"};
    uint64_t seed = 11, revisions[40] = {0};
    for (size_t event = 0; event < EVENTS; event++) {
        file_any(rig, &seed, revisions);
        for (size_t i = 0; i < LENGTH(indicators) * LENGTH(units); i++) {
            const char *indicator = indicators[i % 2], *unit = units[i / 2];
            assert_rows_are_explained(rig, TABLE(.period = "2023-S2", .unit = unit, .by = BY(TYPE),
                                                 .indicators = {indicator}));
            assert_rows_are_explained(rig, TABLE(.period = "2024", .from = "2023", .unit = unit,
                                                 .by = BY(TYPE), .indicators = {indicator}));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TYPE_TEST(test_reports_of_the_type),  TYPE_TEST(test_the_type_is_named),
        TYPE_TEST(test_operands_of_the_type), TYPE_TEST(test_refusals),
        ROOT_TEST(test_they_are_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
