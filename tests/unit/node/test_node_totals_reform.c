/* Spans of years across a reform: every year has its own tree, a row has the years in which it was
 * one, so that rows add up to their total; a formula takes its stocks from one year; and a year
 * with fewer reports than others is named. */
#include "unit/node/table.h"

static const struct draft base[] = {
    {.period = "2021", .unit = 23887, CELLS(EXACT(1, 100))},
    {.period = "2022", .unit = 23863, CELLS(EXACT(1, 4))},
    {.period = "2022", .unit = 23899, CELLS(EXACT(1, 3), EXACT(2, 1))},
    {.period = "2024", .unit = 23863, CELLS(EXACT(1, 6))},
    {.period = "2024", .unit = 23899, CELLS(EXACT(1, 2))}, /* its successor's: it ended in it */
    {.period = "2024", .unit = 23888, CELLS(EXACT(1, 10))},
    {.period = "2025", .unit = 23888, CELLS(EXACT(1, 40))},
};

/* 23863 moves from one district to the other. */
static int setup(void **state)
{
    int result = rig_setup_root(state);
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_move(edited, 23863, first, 632);
    rig_install_edited(*state, edited);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define REFORM_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static void test_rows_add_up(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period, *unit;
        Tonghop__By by;
        const char *level, *expected;
    } rows[] = {
        {"2021", "2025", "64", BY(CHILD), "", "64=165 631=4 632=161"},
        /* What moved has in each district what it had while it lay there; what ended, what it had
         * before. */
        {"2021", "2025", "631", BY(CHILD), "", "631=4 23857=- 23860=- 23863=4"},
        {"2021", "2025", "632", BY(CHILD), "", "632=161 23863=6 23887=100 23888=52 23899=3"},
        {"2023", "2025", "632", BY(CHILD), "", "632=58 23863=6 23887=- 23888=52 23899=-"},
        {"2022", "2023", "632", BY(CHILD), "", "632=3 23863=- 23887=- 23888=- 23899=3"},
        {"2021", "2025", "64", BY(LEVEL), "commune",
         "64=165 23857=- 23860=- 23863=10 23887=100 23888=52 23899=3"},
        {"2021", "2025", "64", BY(LEVEL), "district", "64=165 631=4 632=161"},
        /* Of one year: no row for what lies beneath its successor. */
        {"2024", "2024", "632", BY(LEVEL), "commune", "632=18 23863=6 23887=- 23888=12"},
        {"2023", "2023", "632", BY(LEVEL), "commune", "632=- 23863=- 23887=- 23888=- 23899=-"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s by %d\n", rows[i].from, rows[i].period, rows[i].unit,
                      rows[i].by);
        assert_column(rig,
                      TABLE(.from = rows[i].from, .period = rows[i].period, .unit = rows[i].unit,
                            .by = rows[i].by, .level = rows[i].level,
                            .indicators = {"model.registered"}),
                      rows[i].expected);
    }
}

/* The greatest are chosen among those that ended, too. */
static void test_ranks_what_ended(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23899, CELLS(EXACT(1, 500))));
    assert_column(rig,
                  TABLE(.from = "2021", .period = "2025", .unit = "632", .by = BY(CHILD), .top = 1,
                        .indicators = {"model.registered"}),
                  "632=661 23899=503");
}

/* A unit that is no more has a name, formulas, and its missing years. */
static void test_a_row_of_what_ended(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2021", .period = "2025", .unit = "632", .by = BY(CHILD),
                            .indicators = {"model.registered", "model.recognition_rate"}));
    const Tonghop__UnitTotals *row = totals->units[4];
    assert_string_equal(row->unit->code, "23899");
    assert_string_equal(row->unit->name_vi, "Xã Tân Sơn");
    assert_int_equal(row->values[0]->missing_years, 1U << 0 | 1U << 2 | 1U << 3 | 1U << 4);
    assert_true(row->values[1]->has_value);
    assert_int_equal(number_of(row->values[1]), 3333);
}

/* What was before the span is compared with all that the unit had. */
static void test_the_span_before(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2024", .period = "2025", .unit = "632", .by = BY(CHILD),
                            .compare_previous = true, .indicators = {"model.registered"}));
    assert_int_equal(totals->n_units, 4);
    assert_int_equal(totals->units[1]->unit->id, 23863);
    assert_int_equal(number_of(totals->units[1]->values[0]), 6);
    assert_int_equal(number_of(totals->units[1]->previous[0]), 4);
}

/* Rows take a stock from the year that their total takes it from: they add up, and what ended has
 * no place among the greatest. */
static void test_rows_of_stocks_add_up(void **state)
{
    struct rig *rig = *state;
    const struct draft stocks[] = {
        {.period = "2021", .unit = 23899, .based_on = 0, CELLS(EXACT(6, 500))},
        {.period = "2022", .unit = 23863, .based_on = 1, CELLS(EXACT(1, 4), EXACT(6, 33))},
        {.period = "2024", .unit = 23888, .based_on = 1, CELLS(EXACT(1, 10), EXACT(6, 70))},
        {.period = "2024", .unit = 23857, CELLS(EXACT(6, 8))},
    };
    file_all(rig, stocks, LENGTH(stocks));
    static const struct {
        const char *from, *period, *unit;
        Tonghop__By by;
        unsigned top;
        const char *expected;
    } rows[] = {
        {"2021", "2024", "64", BY(CHILD), 0, "64=78 631=8 632=70"},
        {"2021", "2024", "64", BY(LEVEL), 0,
         "64=78 23857=8 23860=- 23863=- 23887=- 23888=70 23899=-"},
        {"2021", "2024", "64", BY(LEVEL), 1, "64=78 23888=70"},
        {"2021", "2022", "64", BY(LEVEL), 0,
         "64=33 23857=- 23860=- 23863=33 23887=- 23888=- 23899=-"},
        {"2021", "2023", "632", BY(CHILD), 0, "632=500 23863=- 23887=- 23888=- 23899=500"},
        /* By itself, a unit has its own last one. */
        {"2021", "2024", "23863", BY(UNSPECIFIED), 0, "23863=33"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s by %d\n", rows[i].from, rows[i].period, rows[i].unit,
                      rows[i].by);
        assert_column(rig,
                      TABLE(.from = rows[i].from, .period = rows[i].period, .unit = rows[i].unit,
                            .by = rows[i].by, .level = "commune", .top = rows[i].top,
                            .indicators = {"poverty.poor"}),
                      rows[i].expected);
    }
}

/* A unit is counted by all that it had, wherever it stood, in a row as in the total and by itself.
 */
static void test_rows_count_alike(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(3);
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    edit_move(edited, 23863, first, 632);
    edit_text(&edit_indicator(edited, 12)->rule, "count@commune(model.registered >= 10)");
    rig_install_edited(rig, edited);
    /* 23863: 4 while it was of 631, 6 since. */
    assert_column(
        rig, TABLE(.from = "2022", .period = "2024", .by = BY(CHILD), .indicators = {"org.xa"}),
        "64=2 631=- 632=2");
    assert_column(rig,
                  TABLE(.from = "2022", .period = "2024", .unit = "632", .by = BY(CHILD),
                        .indicators = {"org.xa"}),
                  "632=2 23863=1 23887=- 23888=1 23899=0");
    assert_column(rig,
                  TABLE(.from = "2022", .period = "2024", .unit = "632", .indicators = {"org.xa"}),
                  "632=2");
}

/* A term that nobody could have in the years of a row is left out of it, as it is of a unit. */
static void test_terms_of_the_years_of_a_row(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(3);
    struct date first, last;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    assert_int_equal(date_make(2022, 12, 31, &last), ERR_OK);
    edit_move(edited, 23863, first, 632);
    edit_text(&edit_indicator(edited, 5)->rule, "= model.registered + model.recognised");
    edit_indicator(edited, 2)->valid_to = last.days;
    edit_text(&edit_indicator(edited, 5)->measure, "mô hình");
    rig_install_edited(rig, edited);
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2022", .period = "2024", .unit = "632", .by = BY(CHILD),
                            .indicators = {"model.recognition_rate"}));
    assert_int_equal(totals->units[1]->unit->id, 23863);
    assert_true(totals->units[1]->values[0]->has_value);
    assert_int_equal(number_of(totals->units[1]->values[0]), 600);
}

/* A node does not hold what a unit filed while it lay elsewhere: where it counts such units over a
 * span it says so. */
static void test_a_count_that_lacks_years(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period, *indicator;
        bool is_split;
    } rows[] = {
        {"2022", "2024", "org.xa", true},
        {"2022", "2024", "model.registered", false},
        {"2023", "2024", "org.xa", false},
        {"2024", "2024", "org.xa", false},
    };
    Tonghop__Catalogue *edited = edit_begin(2);
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    edit_move(edited, 23887, first, 631);
    edit_text(&edit_indicator(edited, 12)->rule, "count@commune(model.registered >= 10)");
    rig_install_edited(rig, edited);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s\n", rows[i].from, rows[i].period, rows[i].indicator);
        const Tonghop__Totals *totals =
            table_of(rig, TABLE(.from = rows[i].from, .period = rows[i].period,
                                .indicators = {rows[i].indicator}));
        assert_int_equal(totals->split_year, rows[i].is_split);
    }
}

/* ---- the stocks of a formula ---- */

static void use_ratio_of_stocks(struct rig *rig)
{
    Tonghop__Catalogue *edited = edit_begin(3);
    edit_text(&edit_indicator(edited, 5)->rule, "= 100 * security.team / poverty.poor");
    edit_text(&edit_indicator(edited, 12)->rule, "count@commune(security.team > poverty.poor)");
    rig_install_edited(rig, edited);
}

static void test_stocks_are_of_one_year(void **state)
{
    struct rig *rig = *state;
    const struct draft stocks[] = {
        {.period = "2021", .unit = 23857, CELLS(EXACT(6, 100))},
        {.period = "2021", .unit = 23857, .form = 2, CELLS(EXACT(20, 10))},
        {.period = "2022", .unit = 23857, CELLS(EXACT(6, 50))},
        {.period = "2022", .unit = 23857, .form = 2, CELLS(EXACT(20, 60))},
        {.period = "2023", .unit = 23857, CELLS(EXACT(6, 1000))},
        {.period = "2024", .unit = 23860, .form = 2, CELLS(EXACT(20, 7))},
    };
    static const struct {
        const char *from, *period, *unit;
        bool has_value;
        int64_t ratio;
        uint32_t as_of;
        int64_t count;
        uint32_t known;
    } rows[] = {
        {"2021", "2021", "64", true, 1000, 0, 0, 1},
        {"2021", "2022", "64", true, 12000, 0, 1, 1},
        /* 2023 lacks the teams, 2024 the households: 60 of 50, and not 7 of 1000. */
        {"2021", "2023", "64", true, 12000, 2022, 1, 1},
        {"2021", "2024", "64", true, 12000, 2022, 1, 1},
        {"2022", "2024", "631", true, 12000, 2022, 1, 1},
        /* No year has both. */
        {"2023", "2024", "64", false, 0, 0, 0, 0},
        {"2023", "2023", "64", false, 0, 0, 0, 0},
    };
    use_ratio_of_stocks(rig);
    file_all(rig, stocks, LENGTH(stocks));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s\n", rows[i].from, rows[i].period, rows[i].unit);
        const Tonghop__Totals *totals = table_of(
            rig, TABLE(.from = rows[i].from, .period = rows[i].period, .unit = rows[i].unit,
                       .indicators = {"model.recognition_rate", "org.xa", "security.team"}));
        const Tonghop__Value *ratio = totals->units[0]->values[0];
        const Tonghop__Value *count = totals->units[0]->values[1];
        assert_int_equal(ratio->has_value, rows[i].has_value);
        assert_int_equal(number_of(ratio), rows[i].ratio);
        assert_int_equal(ratio->as_of, rows[i].as_of);
        assert_int_equal(ratio->unit_count, rows[i].has_value ? 1 : 0);
        assert_int_equal(number_of(count), rows[i].count);
        assert_int_equal(count->known_count, rows[i].known);
        /* By itself each has its last. */
        if (strcmp(rows[i].period, "2024") == 0)
            assert_int_equal(number_of(totals->units[0]->values[2]), 7);
    }
}

/* By type, the year is that of all of them: what a type lacks in it is not taken from another. */
static void test_stocks_of_types_are_of_one_year(void **state)
{
    struct rig *rig = *state;
    const struct draft stocks[] = {
        {.period = "2021", .unit = 23857, CELLS(EXACT(6, 100))},
        {.period = "2021", .unit = 23857, .form = 2, CELLS(EXACT(20, 10))},
        {.period = "2022", .unit = 23860, CELLS(EXACT(6, 50))},
        {.period = "2022", .unit = 23860, .form = 2, CELLS(EXACT(20, 30))},
        {.period = "2023", .unit = 23860, CELLS(EXACT(6, 7))},
    };
    use_ratio_of_stocks(rig);
    file_all(rig, stocks, LENGTH(stocks));
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2021", .period = "2023", .by = BY(TYPE),
                            .indicators = {"model.recognition_rate"}));
    char *column = column_of(totals);
    assert_string_equal(column, "64=6000 tinh=- huyen=- xa=6000 thi_tran=-");
    free(column);
    assert_int_equal(totals->units[3]->values[0]->as_of, 2022);
}

/* ---- years with few reports ---- */

static void test_thin_years(void **state)
{
    struct rig *rig = *state;
    const struct draft reports[] = {
        {.period = "2021", .unit = 23857, CELLS(EXACT(1, 1), EXACT(6, 1))},
        {.period = "2021", .unit = 23860, CELLS(EXACT(1, 1), EXACT(6, 1))},
        {.period = "2022", .unit = 23857, CELLS(EXACT(1, 1), EXACT(6, 1))},
        {.period = "2023", .unit = 23857, CELLS(EXACT(1, 1), EXACT(6, 1))},
        {.period = "2023", .unit = 23860, CELLS(EXACT(1, 1), EXACT(6, 1))},
        {.period = "2023", .unit = 23863, CELLS(EXACT(1, 1))},
        {.period = "2024",
         .unit = 64,
         .scope = SCOPE_WHOLE,
         .source = "Báo cáo 2024",
         CELLS(EXACT(1, 9), EXACT(6, 9))},
    };
    static const struct {
        const char *from, *period, *indicator;
        uint32_t year, count, full;
    } rows[] = {
        {"2021", "2023", "model.registered", 2022, 1, 3},
        {"2021", "2022", "model.registered", 2022, 1, 2},
        {"2023", "2024", "model.registered", 0, 0, 0}, /* a baseline is not thin */
        {"2022", "2024", "model.registered", 2022, 1, 3},
        {"2022", "2022", "model.registered", 0, 0, 0},
        {"2021", "2022", "poverty.poor", 2022, 1, 2},
        {"2022", "2023", "poverty.poor", 0, 0, 0}, /* of 2023, which has the most */
        {"2021", "2024", "poverty.poor", 0, 0, 0},
        {"2021", "2023", "model.recognition_rate", 0, 0, 0}, /* no value */
        {"2021", "2023", "balance", 2022, 1, 3},
    };
    Tonghop__Catalogue *edited = edit_begin(2);
    Tonghop__Indicator *derived = edit_indicator(edited, 13);
    derived->aggregation = AGGREGATION_DERIVED;
    derived->form = 0;
    edit_text(&derived->rule, "= model.registered * 2 / 1");
    rig_install_edited(rig, edited);
    file_all(rig, reports, LENGTH(reports));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s\n", rows[i].from, rows[i].period, rows[i].indicator);
        const Tonghop__Value *value =
            first_value(rig, TABLE(.from = rows[i].from, .period = rows[i].period,
                                   .indicators = {rows[i].indicator}));
        assert_int_equal(value->thin_year, rows[i].year);
        assert_int_equal(value->thin_count, rows[i].count);
        assert_int_equal(value->full_count, rows[i].full);
    }
}

/* ---- plans ---- */

/* Nobody plans how many communes there are; a plan of what is reported stands beside it. */
static void test_counts_of_the_tree_have_no_plan(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2024", .unit = 23857,
                       CELLS(EXACT(1, 8), EXACT(2, 4))));
    const Tonghop__Totals *totals = table_of(
        rig, TABLE(.period = "2024", .compare_plan = true,
                   .indicators = {"org.xa", "model.registered", "model.recognition_rate"}));
    const Tonghop__UnitTotals *row = totals->units[0];
    assert_true(row->values[0]->has_value);
    assert_false(row->plan[0]->has_value);
    assert_int_equal(number_of(row->plan[1]), 8);
    assert_int_equal(number_of(row->plan[2]), 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        REFORM_TEST(test_rows_add_up),
        REFORM_TEST(test_ranks_what_ended),
        REFORM_TEST(test_a_row_of_what_ended),
        REFORM_TEST(test_the_span_before),
        REFORM_TEST(test_rows_of_stocks_add_up),
        REFORM_TEST(test_rows_count_alike),
        REFORM_TEST(test_terms_of_the_years_of_a_row),
        DISTRICT_TEST(test_a_count_that_lacks_years),
        REFORM_TEST(test_stocks_are_of_one_year),
        REFORM_TEST(test_stocks_of_types_are_of_one_year),
        ROOT_TEST(test_thin_years),
        ROOT_TEST(test_counts_of_the_tree_have_no_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
