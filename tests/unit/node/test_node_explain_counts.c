/* A count taken apart: every unit that it asks is named, as one that is counted, one that is not,
 * or one that could not be decided; together they are the count. */
#include "unit/node/property_draw.h"
#include "unit/node/table.h"
#include "unit/node/told.h"

static const struct draft base[] = {
    {.period = "2023", .unit = 23863, CELLS(EXACT(1, 9), EXACT(2, 1))},
    {.period = "2024", .unit = 23857, CELLS(EXACT(1, 12), EXACT(2, 6))},
    {.period = "2024", .unit = 23860, CELLS(EXACT(1, 3), EXACT(2, 0))},
    {.period = "2024", .unit = 23887, CELLS({1, QUALIFIER_AT_LEAST, 5, 0}, EXACT(2, 2))},
    {.period = "2024", .unit = 23888, CELLS({1, QUALIFIER_AT_LEAST, 11, 0}, EXACT(2, 0))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_all(*state, base, LENGTH(base));
    return result;
}

#define COUNTS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)
#define COUNT                 .indicator = "org.xa"

/* The sample, with another rule for org.xa. */
static void install(struct rig *rig, const char *rule)
{
    static uint32_t number = 1; /* of the catalogue: each is a later one */
    Tonghop__Catalogue *edited = edit_begin(++number);
    edit_text(&edit_indicator(edited, 12)->rule, rule);
    rig_install_edited(rig, edited);
}

static char sign_of(Tonghop__ExplainType type)
{
    if (type == EXPLAIN_TYPE(COUNTED))
        return '+';
    if (type == EXPLAIN_TYPE(NOT_COUNTED))
        return '-';
    assert_int_equal(type, EXPLAIN_TYPE(UNDECIDED));
    return '?';
}

/* "23857+ 23860- 23863?": counted, not, undecided; each note once, in front of the first line that
 * has it. The caller frees. */
static char *signs_of(const Tonghop__Explanation *told)
{
    struct buf out = {0};
    const char *note = "";
    buf_printf(&out, "%s", "");
    for (size_t i = 0; i < told->n_lines; i++) {
        const Tonghop__ExplainLine *line = told->lines[i];
        assert_int_equal(line->depth, 0);
        assert_false(line->value->has_value);
        assert_int_equal(line->revision, 0);
        if (strcmp(line->note, note) != 0)
            buf_printf(&out, "%s[%s]", i > 0 ? " " : "", line->note);
        note = line->note;
        buf_printf(&out, "%s%" PRIu32 "%c", out.len > 0 ? " " : "", line->unit->id,
                   sign_of(line->type));
    }
    return (char *)out.data;
}

static void assert_signs(struct rig *rig, const struct told *told, const char *expected)
{
    char *signs = signs_of(told_ok(rig, told));
    assert_string_equal(signs, expected);
    free(signs);
}

static size_t count_type(const Tonghop__Explanation *told, Tonghop__ExplainType type)
{
    size_t count = 0;
    for (size_t i = 0; i < told->n_lines; i++)
        count += told->lines[i]->type == type;
    return count;
}

/* ---- which units ---- */

/* In the order of the tree; those of the level beneath the unit, and none that ended before the
 * period did. */
static void test_units_are_named(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name, *rule;
        struct told told;
        const char *expected;
    } rows[] = {
        {"by what they reported",
         "count@commune(model.registered >= 10)",
         {.period = "2024", COUNT},
         "23857+ 23860- 23863? 23887? 23888+"},
        {"a district's",
         "count@commune(model.registered >= 10)",
         {.period = "2024", .unit = "632", COUNT},
         "23887? 23888+"},
        {"a commune's",
         "count@commune(model.registered >= 10)",
         {.period = "2024", .unit = "23860", COUNT},
         "23860-"},
        {"a level above has none",
         "count@province(unit)",
         {.period = "2024", .unit = "631", COUNT},
         ""},
        {"districts by their roll-ups",
         "count@district(model.registered >= 16)",
         {.period = "2024", COUNT},
         "631- 632+"},
        {"before it ended",
         "count@commune(unit.type = xa)",
         {.period = "2024-S1", COUNT},
         "23857- 23860+ 23863+ 23887- 23888+ 23899+"},
        {"another year",
         "count@commune(model.registered > 0)",
         {.period = "2023", COUNT},
         "23857? 23860? 23863+ 23887? 23888? 23899?"},
        {"over a span",
         "count@commune(model.registered >= 9)",
         {.period = "2024", .from = "2023", COUNT},
         "23857+ 23860- 23863+ 23887? 23888+"},
        {"a plan that nobody made is not counted",
         "count@commune(unit)",
         {.period = "2024", .kind = KIND_PLAN, COUNT},
         ""},
        {"of one type",
         "count@commune(model.registered >= 10)",
         {.period = "2024", .type = "xa", COUNT},
         "23860- 23863? 23888+"},
        {"of a type of another level",
         "count@commune(model.registered >= 10)",
         {.period = "2024", .type = "huyen", COUNT},
         ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        install(rig, rows[i].rule);
        assert_signs(rig, &rows[i].told, rows[i].expected);
    }
}

/* Terms in the order of the formula, with their conditions where there is more than one; a count
 * inside a condition is not one of them. */
static void test_more_than_one_count(void **state)
{
    struct rig *rig = *state;
    install(rig, "= 100 * count@commune( model.registered >= 10 ) / count@district(unit)");
    assert_signs(rig, TOLD(.period = "2024", COUNT),
                 "[model.registered >= 10] 23857+ 23860- 23863? 23887? 23888+ [unit] 631+ 632+");
    install(rig, "count@district(count@commune(model.registered > 0) >= 2)");
    assert_signs(rig, TOLD(.period = "2024", COUNT), "631+ 632+");
    install(rig, "= count@district(count@commune(model.recognised > 0) > 1) + "
                 "count@province(model.registered > 0)");
    assert_signs(rig, TOLD(.period = "2024", COUNT),
                 "[count@commune(model.recognised > 0) > 1] 631- 632- [model.registered > 0] 64+");
}

/* Only the indicator's own counts: what another one counts is explained there. */
static void test_counts_of_operands_are_theirs(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_text(&edit_indicator(edited, 12)->rule, "count@commune(model.registered > 0)");
    edit_text(&edit_indicator(edited, 11)->rule, "= 2 * org.xa");
    rig_install_edited(rig, edited);
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024", .indicator = "dialogue.total"));
    assert_int_equal(told->n_lines, 0);
    assert_int_equal(told->n_operands, 1);
    assert_int_equal(shown(told->total), 8);
}

/* What changed since a moment is told without them. */
static void test_not_with_changes(void **state)
{
    struct rig *rig = *state;
    install(rig, "count@commune(model.registered > 0)");
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024", .since = "2024-01-01", COUNT));
    assert_int_equal(told->n_lines, 0);
    assert_true(told->n_changes > 0);
}

/* An indicator that no unit beneath may report yet counts nothing. */
static void test_before_it_is_valid(void **state)
{
    struct rig *rig = *state;
    struct date first;
    assert_int_equal(date_make(2024, 1, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_indicator(edited, 12)->valid_from = first.days;
    rig_install_edited(rig, edited);
    assert_signs(rig, TOLD(.period = "2023", COUNT), "");
    assert_signs(rig, TOLD(.period = "2024", COUNT), "23857- 23860+ 23863+ 23887- 23888+");
}

/* ---- together they are the count ---- */

static void file_any(struct rig *rig, uint64_t *seed, uint64_t *revisions)
{
    static const uint32_t units[] = {631, 632, 23857, 23860, 23863, 23887, 23888};
    static const char *const periods[] = {"2023", "2024"};
    static const uint8_t qualifiers[] = {QUALIFIER_EXACT, QUALIFIER_EXACT, QUALIFIER_AT_LEAST,
                                         QUALIFIER_ABOUT};
    size_t unit = pick(seed, LENGTH(units)), period = pick(seed, LENGTH(periods));
    uint64_t *revision = &revisions[unit * LENGTH(periods) + period];
    const struct cell cells[] = {{1, qualifiers[pick(seed, 4)], pick(seed, 20), 0},
                                 {2, QUALIFIER_EXACT, pick(seed, 20), 0}};
    struct draft draft = {.period = periods[period],
                          .unit = units[unit],
                          .based_on = *revision,
                          .scope = pick(seed, 8) == 0 ? SCOPE_WHOLE : SCOPE_OWN,
                          .reason = "lại",
                          .may_drop_cells = true,
                          .cells = cells,
                          .cell_count = 1 + pick(seed, 2)};
    file_ok(rig, &draft);
    (*revision)++;
}

static void assert_adds_up(struct rig *rig, const struct told *told)
{
    const Tonghop__Explanation *answer = told_ok(rig, told);
    const Tonghop__Value *total = answer->total;
    size_t undecided = count_type(answer, EXPLAIN_TYPE(UNDECIDED));
    assert_int_equal(answer->n_lines, total->all_count);
    assert_int_equal(answer->n_lines - undecided, total->known_count);
    if (total->has_value)
        assert_int_equal(count_type(answer, EXPLAIN_TYPE(COUNTED)), number_of(total));
    else
        assert_true(undecided > 0); /* of one of the terms, all of them */
}

/* Whatever was reported, of any unit, period, span and type. */
static void test_they_add_up(void **state)
{
    enum { EVENTS = 40 };
    struct rig *rig = *state;
    static const char *const units[] = {"64", "631", "23888"};
    static const char *const types[] = {NULL, "xa", "thi_tran"};
    uint64_t seed = 7, revisions[14] = {0};
    install(rig, "= count@commune(model.registered >= 2 * model.recognised) + "
                 "count@district(model.registered > 9)");
    for (size_t event = 0; event < EVENTS; event++) {
        file_any(rig, &seed, revisions);
        for (size_t i = 0; i < LENGTH(units) * LENGTH(types); i++) {
            const char *unit = units[i / LENGTH(types)], *type = types[i % LENGTH(types)];
            assert_adds_up(rig, TOLD(.period = "2023", .unit = unit, .type = type, COUNT));
            assert_adds_up(
                rig, TOLD(.period = "2024", .from = "2023", .unit = unit, .type = type, COUNT));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        COUNTS_TEST(test_units_are_named),
        COUNTS_TEST(test_more_than_one_count),
        COUNTS_TEST(test_counts_of_operands_are_theirs),
        COUNTS_TEST(test_not_with_changes),
        COUNTS_TEST(test_before_it_is_valid),
        ROOT_TEST(test_they_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
