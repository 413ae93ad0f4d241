/* What stands beside a total: the same a year before, and the plan; each unit's, and none where the
 * unit was not there. */
#include "unit/node/table.h"

static const struct draft base[] = {
    {.period = "2024", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 5))},
    {.period = "2024", .unit = 23860, CELLS(EXACT(1, 20))},
    {.period = "2023", .unit = 23857, CELLS(EXACT(1, 8), EXACT(2, 8))},
    {.period = "2022", .unit = 23857, CELLS(EXACT(1, 3))},
    {.kind = KIND_PLAN, .period = "2024", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 40))},
    {.kind = KIND_PLAN, .period = "2023", .unit = 23857, CELLS(EXACT(1, 7))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define SIDE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)
#define REGISTERED          .indicators = {"model.registered"}

/* A value as text: "-" for none, "." where the side was not asked for. */
static const char *text_of(Tonghop__Value *const *values, size_t count, char *out, size_t size)
{
    if (count == 0)
        (void)snprintf(out, size, ".");
    else if (!values[0]->has_value)
        (void)snprintf(out, size, "-");
    else
        (void)snprintf(out, size, "%" PRId64, number_of(values[0]));
    return out;
}

/* Each row as "unit: asked before plan". */
static void test_sides(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        struct table table;
        const char *expected;
    } rows[] = {
        {"none", {.period = "2024", REGISTERED}, "64: 30 . .; "},
        {"the year before",
         {.period = "2024", .compare_previous = true, REGISTERED},
         "64: 30 8 .; "},
        {"the plan", {.period = "2024", .compare_plan = true, REGISTERED}, "64: 30 . 40; "},
        {"both",
         {.period = "2024", .compare_previous = true, .compare_plan = true, REGISTERED},
         "64: 30 8 40; "},
        {"both, by unit",
         {.period = "2024",
          .by = BY(CHILD),
          .compare_previous = true,
          .compare_plan = true,
          REGISTERED},
         "64: 30 8 40; 631: 30 8 40; 632: - - -; "},
        {"both, by type",
         {.period = "2024",
          .by = BY(TYPE),
          .compare_previous = true,
          .compare_plan = true,
          REGISTERED},
         "64: 30 8 40; tinh: - - -; huyen: - - 40; xa: 20 - -; thi_tran: 10 8 -; "},
        {"of a half", {.period = "2024-S1", .compare_plan = true, REGISTERED}, "64: - . -; "},
        {"of a plan: not asked again",
         {.kind = KIND_PLAN, .period = "2024", .compare_plan = true, REGISTERED},
         "64: 40 . .; "},
        {"of a plan, the year before",
         {.kind = KIND_PLAN,
          .period = "2024",
          .compare_previous = true,
          .compare_plan = true,
          REGISTERED},
         "64: 40 7 .; "},
        {"of a span",
         {.from = "2023",
          .period = "2024",
          .compare_previous = true,
          .compare_plan = true,
          REGISTERED},
         "64: 38 3 47; "},
        {"derived",
         {.period = "2024",
          .compare_previous = true,
          .compare_plan = true,
          .indicators = {"model.recognition_rate"}},
         "64: 1667 10000 -; "},
        {"with no year before it",
         {.period = "1900", .compare_previous = true, .compare_plan = true, REGISTERED},
         "64: - . -; "},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf out = {0};
        print_message("%s\n", rows[i].name);
        const Tonghop__Totals *totals = table_of(rig, &rows[i].table);
        for (size_t row = 0; row < totals->n_units; row++) {
            const Tonghop__UnitTotals *unit = totals->units[row];
            char asked[32], before[32], plan[32];
            if (unit->type_vi[0] != '\0')
                buf_printf(&out, "%s: ", unit->unit->type);
            else
                buf_printf(&out, "%" PRIu32 ": ", unit->unit->id);
            buf_printf(&out, "%s %s %s; ",
                       text_of(unit->values, unit->n_values, asked, sizeof(asked)),
                       text_of(unit->previous, unit->n_previous, before, sizeof(before)),
                       text_of(unit->plan, unit->n_plan, plan, sizeof(plan)));
        }
        assert_string_equal((const char *)out.data, rows[i].expected);
        buf_fini(&out);
    }
}

/* Every side has one value for each indicator, in the order of the indicators. */
static void test_order_of_indicators(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.period = "2024", .compare_previous = true, .compare_plan = true,
                            .indicators = {"model.recognised", "model.registered"}));
    const Tonghop__UnitTotals *row = totals->units[0];
    assert_int_equal(row->n_values, 2);
    assert_int_equal(row->n_previous, 2);
    assert_int_equal(row->n_plan, 2);
    assert_int_equal(number_of(row->values[0]), 5);
    assert_int_equal(number_of(row->values[1]), 30);
    assert_int_equal(number_of(row->previous[0]), 8);
    assert_int_equal(number_of(row->previous[1]), 8);
    assert_false(row->plan[0]->has_value);
    assert_int_equal(number_of(row->plan[1]), 40);
}

/* A unit that ended is no row; what it reported is its successor's, in the year that it ended in.
 */
static void test_units_that_end(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2023", .unit = 23899, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 23899, CELLS(EXACT(1, 2))));
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.period = "2025", .unit = "632", .by = BY(CHILD),
                            .compare_previous = true, REGISTERED));
    assert_int_equal(totals->n_units, 3);
    assert_int_equal(totals->units[2]->unit->id, 23888);
    assert_int_equal(number_of(totals->units[0]->previous[0]), 2);
    assert_int_equal(number_of(totals->units[2]->previous[0]), 2);
    totals = table_of(
        rig, TABLE(.period = "2024", .unit = "23888", .compare_previous = true, REGISTERED));
    assert_int_equal(number_of(totals->units[0]->values[0]), 2);
    assert_false(totals->units[0]->previous[0]->has_value);
}

/* The limit is one of figures: of all rows, indicators and sides. */
static void test_all_sides_are_limited(void **state)
{
    struct rig *rig = *state;
    enum { COMMUNES = 1200 }; /* x 15 indicators: 18,000 of 50,000 */
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_add_communes(edited, 632, 100000, COMMUNES);
    rig_install_edited(rig, edited);
    static const struct {
        bool previous, plan, is_taken;
    } rows[] = {
        {false, false, true}, {true, false, true}, {false, true, true}, {true, true, false}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Envelope *answer = ask_table(
            rig, TABLE(.period = "2024", .unit = "632", .by = BY(CHILD),
                       .compare_previous = rows[i].previous, .compare_plan = rows[i].plan));
        if (rows[i].is_taken)
            assert_body(answer, BODY(TOTALS));
        else
            assert_refused(answer, "too-large");
    }
    assert_body(ask_table(rig, TABLE(.period = "2024", .unit = "632", .by = BY(CHILD),
                                     .compare_previous = true, .compare_plan = true, REGISTERED)),
                BODY(TOTALS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SIDE_TEST(test_sides),
        SIDE_TEST(test_order_of_indicators),
        SIDE_TEST(test_units_that_end),
        SIDE_TEST(test_all_sides_are_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
