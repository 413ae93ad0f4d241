/* Totals over a span of years: flows add up, stocks are those of the last year that has them,
 * counts and ratios are made anew on what the span makes of each unit, and years that are missing
 * are named. */
#include "unit/node/table.h"

static const struct draft base[] = {
    {.period = "2021",
     .unit = 23857,
     CELLS(EXACT(1, 10), EXACT(6, 100), EXACT(8, 5), EXACT(14, 7))},
    {.period = "2021", .unit = 23860, CELLS(EXACT(1, 20))},
    {.period = "2022", .unit = 23857, CELLS(EXACT(1, 11), EXACT(2, 4))},
    {.period = "2023", .unit = 23857, CELLS(EXACT(6, 90), EXACT(8, 9))},
    {.period = "2024", .unit = 23857, CELLS(EXACT(1, 13), EXACT(2, 6))},
    {.period = "2024", .unit = 23887, CELLS(EXACT(1, 5))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define SPAN_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static void test_values(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period, *unit, *indicator;
        bool has_value;
        int64_t value;
        uint32_t units, missing, as_of;
    } rows[] = {
        /* A flow: one part for each unit and year; bit n is year n. */
        {"2021", "2024", "64", "model.registered", true, 59, 5, 4, 0},
        {"2021", "2022", "64", "model.registered", true, 41, 3, 0, 0},
        {"2022", "2024", "64", "model.registered", true, 29, 3, 2, 0},
        {"2021", "2024", "632", "model.registered", true, 5, 1, 7, 0},
        {"2021", "2024", "23860", "model.registered", true, 20, 1, 14, 0},
        {"2021", "2024", "23863", "model.registered", false, 0, 0, 0, 0},
        {"2005", "2024", "64", "model.registered", true, 59, 5, 0x4ffff, 0},
        /* A stock: the last year that has it, which is told where it is not the span's. */
        {"2021", "2024", "64", "poverty.poor", true, 90, 1, 0, 2023},
        {"2021", "2023", "64", "poverty.poor", true, 90, 1, 0, 0},
        {"2021", "2022", "64", "poverty.poor", true, 100, 1, 0, 2021},
        {"2022", "2022", "64", "poverty.poor", false, 0, 0, 0, 0},
        {"2021", "2024", "64", "pupil.rate", true, 9, 1, 0, 2023},
        {"2021", "2024", "64", "first.day", true, 7, 1, 0, 2021},
        /* 100 * (4 + 6) / 59: recognised lacks 2021 and 2023, registered 2023. */
        {"2021", "2024", "64", "model.recognition_rate", true, 1695, 5, 5, 0},
        {"2023", "2023", "64", "model.recognition_rate", false, 0, 0, 0, 0},
        /* Of one year: no span. */
        {"2024", "2024", "64", "model.registered", true, 18, 2, 0, 0},
        {"2024", "2024", "64", "poverty.poor", false, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s, %s %s\n", rows[i].from, rows[i].period, rows[i].unit,
                      rows[i].indicator);
        const Tonghop__Value *value =
            first_value(rig, TABLE(.from = rows[i].from, .period = rows[i].period,
                                   .unit = rows[i].unit, .indicators = {rows[i].indicator}));
        assert_int_equal(value->has_value, rows[i].has_value);
        assert_int_equal(number_of(value), rows[i].value);
        assert_int_equal(value->unit_count, rows[i].units);
        assert_int_equal(value->missing_years, rows[i].missing);
        assert_int_equal(value->as_of, rows[i].as_of);
    }
}

/* The answer says which years it is of; one year is no span. */
static void test_the_span_is_told(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals = table_of(rig, TABLE(.from = "2021", .period = "2024"));
    assert_string_equal(totals->from, "2021");
    assert_string_equal(totals->period, "2024");
    assert_string_equal(totals->previous_from, "");
    totals = table_of(rig, TABLE(.from = "2024", .period = "2024"));
    assert_string_equal(totals->from, "");
}

/* Extremes of flows: the greatest, or least, of all the years. */
static void test_extremes_of_flows(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_indicator(edited, 8)->nature = NATURE_FLOW;
    edit_indicator(edited, 14)->nature = NATURE_FLOW;
    rig_install_edited(rig, edited);
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(8, 7), EXACT(14, 2))));
    const Tonghop__Totals *totals = table_of(
        rig, TABLE(.from = "2021", .period = "2024", .indicators = {"pupil.rate", "first.day"}));
    assert_int_equal(number_of(totals->units[0]->values[0]), 9);
    assert_int_equal(totals->units[0]->values[0]->unit_count, 3);
    assert_int_equal(totals->units[0]->values[0]->missing_years, 2);
    assert_int_equal(number_of(totals->units[0]->values[1]), 2);
    assert_int_equal(totals->units[0]->values[1]->missing_years, 6);
}

/* A predicate that holds in no year may hold over all of them, and no unit is counted twice. */
static void test_counts_are_made_anew(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_text(&edit_indicator(edited, 12)->rule, "count@commune(model.registered >= 24)");
    rig_install_edited(rig, edited);
    static const struct {
        const char *from, *period;
        bool has_value;
        int64_t value;
        uint32_t known;
    } rows[] = {
        {"2021", "2024", true, 1, 3}, /* 23857: 10 + 11 + 13 */
        {"2021", "2022", true, 0, 2}, {"2022", "2024", true, 1, 2},
        {"2024", "2024", true, 0, 2}, {"2023", "2023", false, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s\n", rows[i].from, rows[i].period);
        const Tonghop__Value *value = first_value(
            rig, TABLE(.from = rows[i].from, .period = rows[i].period, .indicators = {"org.xa"}));
        assert_int_equal(value->has_value, rows[i].has_value);
        assert_int_equal(number_of(value), rows[i].value);
        assert_int_equal(value->known_count, rows[i].known);
        /* 23899 ended in 2024, and was there before. */
        assert_int_equal(value->all_count, strcmp(rows[i].period, "2024") == 0 ? 5 : 6);
    }
}

/* The types take the stocks of one formula from the year that their total takes them from, also one
 * that has none in a later year, which for another type is the last. */
static void test_types_take_stocks_from_the_year_of_the_total(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_text(&edit_indicator(edited, 12)->rule, "= poverty.poor - first.day");
    rig_install_edited(rig, edited);
    file_ok(rig, DRAFT(.period = "2011", .unit = 23857, CELLS(EXACT(6, 50), EXACT(14, 8))));
    file_ok(rig, DRAFT(.period = "2011", .unit = 23860, CELLS(EXACT(6, 4))));
    file_ok(rig, DRAFT(.period = "2013", .unit = 23860, CELLS(EXACT(6, 7))));
    assert_column(rig,
                  TABLE(.from = "2011", .period = "2013", .by = BY(TYPE), .indicators = {"org.xa"}),
                  "64=46 tinh=- huyen=- xa=- thi_tran=42");
}

/* The unit asked for is one of the last year; if it was not there before, it has the years in
 * which it was. */
static void test_a_unit_that_begins(void **state)
{
    struct rig *rig = *state;
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_unit(edited, 23863)->from = first.days;
    rig_install_edited(rig, edited);
    file_ok(rig, DRAFT(.period = "2023", .unit = 23863, CELLS(EXACT(1, 7))));
    const Tonghop__Value *value =
        first_value(rig, TABLE(.from = "2021", .period = "2024", .unit = "23863",
                               .indicators = {"model.registered"}));
    assert_int_equal(number_of(value), 7);
    assert_int_equal(value->missing_years, 11);
    assert_refused(ask_table(rig, TABLE(.from = "2020", .period = "2022", .unit = "23863")),
                   "not-found");
    assert_column(rig,
                  TABLE(.from = "2021", .period = "2024", .unit = "631", .by = BY(CHILD),
                        .indicators = {"model.registered"}),
                  "631=61 23857=34 23860=20 23863=7");
    /* Before it there was nothing; and that is no failure. */
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2023", .period = "2024", .unit = "23863",
                            .compare_previous = true, .indicators = {"model.registered"}));
    assert_int_equal(totals->units[0]->n_previous, 1);
    assert_false(totals->units[0]->previous[0]->has_value);
}

/* An indicator is in the table of every span that has a year in which it was valid. */
static void test_an_indicator_of_some_years(void **state)
{
    struct rig *rig = *state;
    struct date first, last;
    assert_int_equal(date_make(2022, 1, 1, &first), ERR_OK);
    assert_int_equal(date_make(2022, 12, 31, &last), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_indicator(edited, 7)->valid_from = first.days;
    edit_indicator(edited, 7)->valid_to = last.days;
    rig_install_edited(rig, edited);
    file_ok(rig, DRAFT(.period = "2022", .unit = 23860, CELLS(EXACT(7, 45))));
    static const struct {
        const char *from, *period;
        size_t count;
    } rows[] = {{"2021", "2024", 15}, {"2022", "2022", 15}, {"2020", "2021", 14},
                {"2023", "2024", 14}, {"2022", "2023", 15}, {"2021", "2021", 14}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s\n", rows[i].from, rows[i].period);
        assert_int_equal(
            table_of(rig, TABLE(.from = rows[i].from, .period = rows[i].period))->n_indicators,
            rows[i].count);
    }
    const Tonghop__Value *value =
        first_value(rig, TABLE(.from = "2021", .period = "2024", .indicators = {"contrib.land"}));
    assert_int_equal(number_of(value), 45);
    assert_int_equal(value->missing_years, 13);
}

/* The span before a span is as long, and ends where it begins. */
static void test_the_span_before(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.from = "2023", .period = "2024", .compare_previous = true,
                            .indicators = {"model.registered", "poverty.poor"}));
    assert_string_equal(totals->previous_from, "2021");
    assert_string_equal(totals->previous, "2022");
    assert_int_equal(number_of(totals->units[0]->values[0]), 18);
    assert_int_equal(number_of(totals->units[0]->previous[0]), 41);
    assert_int_equal(number_of(totals->units[0]->previous[1]), 100);
    assert_int_equal(totals->units[0]->previous[1]->as_of, 2021);
    /* There is none before the first year of all. */
    totals = table_of(rig, TABLE(.from = "1901", .period = "1902", .compare_previous = true));
    assert_string_equal(totals->previous, "");
    assert_string_equal(totals->previous_from, "");
    assert_int_equal(totals->units[0]->n_previous, 0);
    totals = table_of(rig, TABLE(.from = "1902", .period = "1903", .compare_previous = true));
    assert_string_equal(totals->previous_from, "1900");
}

static void test_refusals(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period;
    } rows[] = {
        {"2024", "2023"},       {"2023-S1", "2024"},    {"2023", "2024-S1"},
        {"2023", "2024-S2"},    {"2023-S1", "2024-S1"}, {"2004", "2024"} /* 21 years */,
        {"x", "2024"},          {"0", "2024"},          {"99999", "2024"},
        {"2024-S1", "2024-S1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s to %s\n", rows[i].from, rows[i].period);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_table(rig, TABLE(.from = rows[i].from, .period = rows[i].period)), "range");
        assert_contains(refusal->text, rows[i].from);
    }
    table_of(rig, TABLE(.from = "2005", .period = "2024")); /* 20 years */
}

/* Half-years of single years are what they were. */
static void test_halves_are_no_spans(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2022-S1", .unit = 23857, CELLS(EXACT(1, 4))));
    const Tonghop__Value *value =
        first_value(rig, TABLE(.period = "2022-S2", .indicators = {"model.registered"}));
    assert_int_equal(number_of(value), 7);
    assert_int_equal(value->implied_count, 1);
    assert_int_equal(value->missing_years, 0);
    value = first_value(
        rig, TABLE(.from = "2021", .period = "2024", .indicators = {"model.registered"}));
    assert_int_equal(number_of(value), 59);
    assert_int_equal(value->implied_count, 0);
}

/* A whole half-year report that is no part of its year is told of each year of the span. */
static void test_lone_halves_of_a_span(void **state)
{
    struct rig *rig = *state;
    static const char *const periods[] = {"2021-S1", "2022-S2"};
    for (size_t i = 0; i < LENGTH(periods); i++)
        file_ok(rig, DRAFT(.period = periods[i], .unit = 632, .scope = SCOPE_WHOLE,
                           CELLS(EXACT(1, 100))));
    assert_int_equal(
        table_of(rig, TABLE(.from = "2021", .period = "2024"))->units[0]->lone_half_count, 2);
    assert_int_equal(
        table_of(rig, TABLE(.from = "2022", .period = "2024"))->units[0]->lone_half_count, 1);
    assert_int_equal(table_of(rig, TABLE(.from = "2021", .period = "2024", .unit = "631"))
                         ->units[0]
                         ->lone_half_count,
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPAN_TEST(test_values),
        SPAN_TEST(test_the_span_is_told),
        SPAN_TEST(test_extremes_of_flows),
        SPAN_TEST(test_counts_are_made_anew),
        SPAN_TEST(test_types_take_stocks_from_the_year_of_the_total),
        SPAN_TEST(test_a_unit_that_begins),
        SPAN_TEST(test_an_indicator_of_some_years),
        SPAN_TEST(test_the_span_before),
        SPAN_TEST(test_refusals),
        SPAN_TEST(test_halves_are_no_spans),
        SPAN_TEST(test_lone_halves_of_a_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
