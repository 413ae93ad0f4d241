/* Totals cut: by the units of a level, by types of units, which add up to the total; by section and
 * reporting body; the greatest and the least. */
#include "unit/node/table.h"

/* 632's whole report stands for what its communes reported. */
static const struct draft base[] = {
    {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1))},
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 5))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 1))},
    {.period = "2024-S1",
     .unit = 632,
     .scope = SCOPE_WHOLE,
     CELLS({1, QUALIFIER_AT_LEAST, 100, 0})},
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 7))},
    {.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 5))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define CUT_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)
#define REGISTERED         .indicators = {"model.registered"}

/* ---- by level and by type ---- */

/* Rows beneath come in the order of the tree; of a level at or above the unit there are none. */
static void test_columns(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        struct table table;
        const char *expected;
    } rows[] = {
        {"communes",
         {.period = "2024-S1", .by = BY(LEVEL), .level = "commune", REGISTERED},
         "64=131 23857=10 23860=20 23863=- 23887=7 23888=5 23899=-"},
        {"districts",
         {.period = "2024-S1", .by = BY(LEVEL), .level = "district", REGISTERED},
         "64=131 631=31 632=100"},
        {"the unit's own level",
         {.period = "2024-S1", .by = BY(LEVEL), .level = "province", REGISTERED},
         "64=131"},
        {"a level above",
         {.period = "2024-S1", .unit = "631", .by = BY(LEVEL), .level = "province", REGISTERED},
         "631=31"},
        {"communes of a district",
         {.period = "2024-S1", .unit = "632", .by = BY(LEVEL), .level = "commune", REGISTERED},
         "632=100 23887=7 23888=5 23899=-"},
        {"nothing beneath a commune",
         {.period = "2024-S1", .unit = "23857", .by = BY(LEVEL), .level = "commune", REGISTERED},
         "23857=10"},
        {"types",
         {.period = "2024-S1", .by = BY(TYPE), REGISTERED},
         "64=131 tinh=- huyen=101 xa=20 thi_tran=10"},
        {"types of a district",
         {.period = "2024-S1", .unit = "631", .by = BY(TYPE), REGISTERED},
         "631=31 huyen=1 xa=20 thi_tran=10"},
        /* The whole half is no part of the year: its communes are. */
        {"types of a year",
         {.period = "2024", .by = BY(TYPE), REGISTERED},
         "64=43 tinh=- huyen=1 xa=25 thi_tran=17"},
        {"types over a span",
         {.period = "2024", .from = "2022", .by = BY(TYPE), REGISTERED},
         "64=43 tinh=- huyen=1 xa=25 thi_tran=17"},
        {"rates by type",
         {.period = "2024-S1", .by = BY(TYPE), .indicators = {"model.recognition_rate"}},
         "64=459 tinh=- huyen=- xa=500 thi_tran=5000"},
        {"counts by type",
         {.period = "2024-S1", .by = BY(TYPE), .indicators = {"org.xa"}},
         "64=4 tinh=0 huyen=0 xa=4 thi_tran=0"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        assert_column(rig, &rows[i].table, rows[i].expected);
    }
}

static void test_unknown_levels_are_refused(void **state)
{
    static const char *const levels[] = {"", "ward", "Commune", "commune "};
    for (size_t i = 0; i < LENGTH(levels); i++)
        assert_refused(
            ask_table(*state, TABLE(.period = "2024", .by = BY(LEVEL), .level = levels[i])),
            "not-found");
}

/* Every count of the rows by type adds up to that of the total. */
static void test_counts_add_up(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.period = "2024-S1", .by = BY(TYPE), REGISTERED));
    const Tonghop__Value *total = totals->units[0]->values[0];
    uint32_t units = 0, exact = 0;
    uint64_t set = 0;
    assert_int_equal(total->qualifier, QUALIFIER_AT_LEAST);
    for (size_t row = 1; row < totals->n_units; row++) {
        const Tonghop__Value *value = totals->units[row]->values[0];
        units += value->unit_count;
        exact += value->exact_count;
        set += value->unit_set;
        assert_int_equal(totals->units[row]->unit->id, 64);
        assert_string_not_equal(totals->units[row]->type_vi, "");
        assert_int_equal(totals->units[row]->lone_half_count, 0);
    }
    assert_int_equal(units, 4);
    assert_int_equal(units, total->unit_count);
    assert_int_equal(exact, total->exact_count);
    assert_true(set == total->unit_set);
    assert_string_equal(totals->units[4]->type_vi, "thị trấn");
    assert_string_equal(totals->units[4]->type_en, "township");
}

/* Units were of types that are no more: what they reported is of those, in whatever year it is. */
static void test_types_of_earlier_years(void **state)
{
    struct rig *rig = *state;
    static const uint32_t townships[] = {23857, 23887};
    const struct draft drafts[] = {
        {.period = "2021", .unit = 23857, CELLS(EXACT(1, 100), EXACT(6, 3))},
        {.period = "2022", .unit = 23857, CELLS(EXACT(1, 30), EXACT(6, 4))},
        {.period = "2023", .unit = 23857, CELLS(EXACT(1, 40))},
        {.period = "2023", .unit = 23860, CELLS(EXACT(1, 2), EXACT(6, 9))},
    };
    struct date first;
    assert_int_equal(date_make(2023, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    for (size_t i = 0; i < LENGTH(townships); i++) {
        edit_move(edited, townships[i], first, edit_unit(edited, townships[i])->parent);
        Tonghop__UnitVersion *was = edit_unit(edited, townships[i]);
        for (size_t n = 0; n < edited->n_units; n++)
            if (edited->units[n]->id == was->id && edited->units[n] != was)
                edited->units[n]->type = edit_unit(edited, 23860)->type;
    }
    rig_install_edited(rig, edited);
    file_all(rig, drafts, LENGTH(drafts));
    assert_column(rig, TABLE(.from = "2022", .period = "2023", .by = BY(TYPE), REGISTERED),
                  "64=72 tinh=- huyen=- xa=42 thi_tran=30");
    assert_column(rig, TABLE(.period = "2023", .by = BY(TYPE), REGISTERED),
                  "64=42 tinh=- huyen=- xa=42");
    /* A stock is of one year for all types: 4 townships' households are those of a year before. */
    assert_column(
        rig,
        TABLE(.from = "2022", .period = "2023", .by = BY(TYPE), .indicators = {"poverty.poor"}),
        "64=9 tinh=- huyen=- xa=9 thi_tran=-");
    /* What is compared with adds up as well. */
    const Tonghop__Totals *totals = table_of(
        rig, TABLE(.period = "2023", .by = BY(TYPE), .compare_previous = true, REGISTERED));
    assert_int_equal(totals->n_units, 5);
    assert_string_equal(totals->units[4]->unit->type, "thi_tran");
    assert_false(totals->units[4]->values[0]->has_value);
    assert_int_equal(number_of(totals->units[4]->previous[0]), 30);
    assert_int_equal(number_of(totals->units[0]->previous[0]), 30);
}

/* ---- sections and bodies ---- */

static Tonghop__Named *named(const char *code)
{
    Tonghop__Named *made = mem_alloc(sizeof(*made));
    tonghop__named__init(made);
    made->code = mem_strdup(code);
    made->name_vi = mem_strdup(code);
    return made;
}

/* Section "late" is shown behind "early"; balance stands before the land by its rank. */
static void install_sections(struct rig *rig)
{
    Tonghop__Catalogue *edited = edit_begin(2);
    edited->sections = mem_calloc(2, sizeof(*edited->sections));
    edited->sections[edited->n_sections++] = named("early");
    edited->sections[edited->n_sections++] = named("late");
    edited->bodies = mem_calloc(2, sizeof(*edited->bodies));
    edited->bodies[edited->n_bodies++] = named("women");
    edited->bodies[edited->n_bodies++] = named("idle");
    edit_text(&edit_indicator(edited, 1)->section, "late");
    edit_text(&edit_indicator(edited, 7)->section, "early");
    edit_text(&edit_indicator(edited, 13)->section, "early");
    edit_indicator(edited, 13)->rank = 2;
    edit_text(&edit_indicator(edited, 1)->body, "women");
    edit_text(&edit_indicator(edited, 7)->body, "women");
    rig_install_edited(rig, edited);
}

static void test_filters(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *section, *body, *expected;
    } rows[] = {
        {"early", "", "balance contrib.land "},          {"late", "", "model.registered "},
        {"", "women", "contrib.land model.registered "}, {"early", "women", "contrib.land "},
        {"late", "women", "model.registered "},
    };
    install_sections(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf codes = {0};
        print_message("%s %s\n", rows[i].section, rows[i].body);
        const Tonghop__Totals *totals = table_of(
            rig, TABLE(.period = "2024-S1", .section = rows[i].section, .body = rows[i].body));
        for (size_t n = 0; n < totals->n_indicators; n++)
            buf_printf(&codes, "%s ", totals->indicators[n]->code);
        assert_string_equal((const char *)codes.data, rows[i].expected);
        assert_int_equal(totals->units[0]->n_values, totals->n_indicators);
        buf_fini(&codes);
    }
}

/* All of them: those without a section first, then section by section. */
static void test_order_of_display(void **state)
{
    struct rig *rig = *state;
    install_sections(rig);
    const Tonghop__Totals *totals = table_of(rig, TABLE(.period = "2024-S1"));
    size_t count = totals->n_indicators;
    assert_int_equal(count, 15);
    assert_string_equal(totals->indicators[0]->code, "model.recognised");
    assert_string_equal(totals->indicators[count - 4]->code, "security.team");
    assert_string_equal(totals->indicators[count - 3]->code, "balance");
    assert_string_equal(totals->indicators[count - 2]->code, "contrib.land");
    assert_string_equal(totals->indicators[count - 1]->code, "model.registered");
    assert_string_equal(totals->indicators[count - 1]->section_code, "late");
    assert_string_equal(totals->indicators[count - 1]->body, "women");
}

/* A misspelt one does not look like one without figures; nor does one that nothing is of. */
static void test_unknown_filters_are_refused(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *section, *body;
    } rows[] = {{"erly", ""}, {"", "men"}, {"early", "men"}, {"erly", "women"}, {"", "idle"}};
    install_sections(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s %s\n", rows[i].section, rows[i].body);
        assert_refused(ask_table(rig, TABLE(.period = "2024-S1", .section = rows[i].section,
                                            .body = rows[i].body)),
                       "not-found");
    }
}

/* ---- the greatest and the least ---- */

/* In order of value; equal ones in the order of the tree; those without the figure are counted. */
static void test_ranks(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        uint32_t top, bottom;
        const char *indicator, *expected;
        uint32_t unranked;
    } rows[] = {
        {"one", 1, 0, "model.registered", "64=141 23860=20", 1},
        {"a tie", 2, 0, "model.registered", "64=141 23860=20 23857=10", 1},
        {"both of a tie", 3, 0, "model.registered", "64=141 23860=20 23857=10 23863=10", 1},
        {"the least", 0, 2, "model.registered", "64=141 23887=7 23888=5", 1},
        {"both ends", 1, 1, "model.registered", "64=141 23860=20 23888=5", 1},
        {"more than there are", 4, 4, "model.registered",
         "64=141 23860=20 23857=10 23863=10 23887=7 23888=5", 1},
        {"as many as there are", 3, 2, "model.registered",
         "64=141 23860=20 23857=10 23863=10 23887=7 23888=5", 1},
        {"far more", UINT32_MAX, UINT32_MAX, "model.registered",
         "64=141 23860=20 23857=10 23863=10 23887=7 23888=5", 1},
        {"rates", 1, 1, "model.recognition_rate", "64=426 23857=5000 23860=500", 4},
        {"nobody has it", 3, 0, "contrib.land", "64=-", 6},
    };
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 10))));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct table table = {.period = "2024-S1",
                                    .by = BY(LEVEL),
                                    .level = "commune",
                                    .top = rows[i].top,
                                    .bottom = rows[i].bottom,
                                    .indicators = {rows[i].indicator}};
        print_message("%s\n", rows[i].name);
        assert_column(rig, &table, rows[i].expected);
        assert_int_equal(table_of(rig, &table)->unranked_count, rows[i].unranked);
    }
    assert_column(
        rig, TABLE(.period = "2024-S1", .unit = "631", .by = BY(CHILD), .bottom = 1, REGISTERED),
        "631=41 23863=10");
}

static void test_ranks_that_make_no_sense_are_refused(void **state)
{
    static const struct table rows[] = {
        {.period = "2024-S1", .by = BY(CHILD), .top = 1},
        {.period = "2024-S1",
         .by = BY(CHILD),
         .top = 1,
         .indicators = {"model.registered", "model.recognised"}},
        {.period = "2024-S1", .top = 1, REGISTERED},
        {.period = "2024-S1", .bottom = 1, REGISTERED},
        {.period = "2024-S1", .by = BY(TYPE), .bottom = 1, REGISTERED},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_refused(ask_table(*state, &rows[i]), "usage");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CUT_TEST(test_columns),
        CUT_TEST(test_unknown_levels_are_refused),
        CUT_TEST(test_counts_add_up),
        CUT_TEST(test_types_of_earlier_years),
        CUT_TEST(test_filters),
        CUT_TEST(test_order_of_display),
        CUT_TEST(test_unknown_filters_are_refused),
        CUT_TEST(test_ranks),
        CUT_TEST(test_ranks_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
