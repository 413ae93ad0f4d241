/* Coverage: who owes, who filed, who is stood for, and in time or not. */
#include "lib/cm.h"

#include "core/coverage.h"

enum { GENERAL = 1, SECURITY = 2 };
enum { OWN = SCOPE_OWN, WHOLE = SCOPE_WHOLE };
enum { WAITS = 0, OK = STATE_ACCEPTED, BACK = STATE_ACCEPTED | STATE_RETURNED };

/* A report that was filed; unit 0 ends a list. */
struct filed {
    uint32_t unit, form;
    uint8_t label, scope, states;
    const char *day; /* of the first filing, in Viet Nam */
    bool is_withdrawn;
};

static struct instant noon_of(const char *day)
{
    struct date date;
    assert_int_equal(date_parse(day, &date), ERR_OK);
    return (struct instant){((int64_t)date.days * 24 + 5) * 3600 * 1000000};
}

/* The revision says which row of the list it was: 100 + its index. */
static struct coverage_filing find_filing(void *ctx, uint32_t unit, uint32_t form,
                                          enum period_label label)
{
    const struct filed *filed = ctx;
    for (size_t i = 0; filed[i].unit != 0; i++) {
        if (filed[i].unit == unit && filed[i].form == form && filed[i].label == label)
            return (struct coverage_filing){.revision = 100 + i,
                                            .states = filed[i].states,
                                            .scope = filed[i].scope,
                                            .is_withdrawn = filed[i].is_withdrawn,
                                            .first_filed = noon_of(filed[i].day)};
    }
    return (struct coverage_filing){0};
}

struct fixture {
    struct catalogue *catalogue;
    struct tree *trees[PERIOD_LABEL_COUNT];
    struct coverage coverage;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->catalogue = sample_catalogue();
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++)
        fixture->trees[i] = tree_new(fixture->catalogue, (struct period){2024, (uint8_t)(i + 1)});
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    coverage_fini(&fixture->coverage);
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++)
        tree_free(&fixture->trees[i]);
    catalogue_free(&fixture->catalogue);
    free(fixture);
    return 0;
}

static const struct coverage *build(struct fixture *fixture, uint8_t label, uint32_t root,
                                    const struct filed *filed)
{
    const struct coverage_source source = {(void *)(uintptr_t)filed, find_filing, NULL};
    coverage_build(fixture->catalogue, fixture->trees[label - 1], root, &source,
                   &fixture->coverage);
    return &fixture->coverage;
}

static const struct coverage_line *line_of(const struct coverage *coverage, uint32_t unit,
                                           uint32_t form)
{
    for (size_t i = 0; i < coverage->count; i++) {
        if (coverage->lines[i].unit == unit && coverage->lines[i].form == form)
            return &coverage->lines[i];
    }
    fail_msg("no duty of unit %u in form %u", unit, form);
    return NULL;
}

/* Due are the units of the levels that owe a form and are there on the last day: a unit that ended
 * owes nothing, a province that owes nothing has no line. Depth first, forms in order. */
static void test_due(void **state)
{
    struct fixture *fixture = *state;
    static const struct filed none[] = {{0}};
    static const struct {
        uint8_t label;
        uint32_t root;
        size_t count;
        struct {
            uint32_t unit, form;
        } lines[16];
    } rows[] = {
        {PERIOD_S2,
         64,
         12,
         {{631, 1},
          {23857, 1},
          {23857, 2},
          {23860, 1},
          {23860, 2},
          {23863, 1},
          {23863, 2},
          {632, 1},
          {23887, 1},
          {23887, 2},
          {23888, 1},
          {23888, 2}}},
        {PERIOD_S1,
         632,
         7,
         {{632, 1}, {23887, 1}, {23887, 2}, {23888, 1}, {23888, 2}, {23899, 1}, {23899, 2}}},
        {PERIOD_Y, 632, 5, {{632, 1}, {23887, 1}, {23887, 2}, {23888, 1}, {23888, 2}}},
        {PERIOD_Y, 23888, 2, {{23888, 1}, {23888, 2}}},
        {PERIOD_Y, 12345, 0, {{0}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct coverage *coverage = build(fixture, rows[i].label, rows[i].root, none);
        assert_int_equal(coverage->count, rows[i].count);
        assert_int_equal(coverage->counts.due, rows[i].count);
        assert_int_equal(coverage->counts.filed + coverage->counts.accepted +
                             coverage->counts.covered + coverage->counts.late,
                         0);
        for (size_t n = 0; n < coverage->count; n++) {
            const struct coverage_line *line = &coverage->lines[n];
            assert_int_equal(line->unit, rows[i].lines[n].unit);
            assert_int_equal(line->form, rows[i].lines[n].form);
            assert_int_equal(line->state, COVERAGE_MISSING);
            assert_int_equal(line->timeliness, TIMELINESS_NONE);
            assert_int_equal(line->met_by, rows[i].label);
            assert_int_equal(line->revision, 0);
            assert_int_equal(line->covered_by, 0);
        }
    }
}

enum { U = 23860, S1 = PERIOD_S1, S2 = PERIOD_S2, Y = PERIOD_Y };
#define FILED(label, scope, states, day)                                                           \
    {                                                                                              \
        U, GENERAL, label, scope, states, day, false                                               \
    }
static const struct {
    const char *name;
    uint8_t label;
    struct filed filed[4];
    enum coverage_state state;
    uint8_t met_by;
    uint64_t revision;
    const char *first_filed;
} met_by_rows[] = {
    {"S1 waiting",
     S1,
     {FILED(S1, OWN, WAITS, "2024-06-16")},
     COVERAGE_WAITING,
     S1,
     100,
     "2024-06-16"},
    {"S1 accepted",
     S1,
     {FILED(S1, OWN, OK, "2024-06-16")},
     COVERAGE_ACCEPTED,
     S1,
     100,
     "2024-06-16"},
    {"S1 returned",
     S1,
     {FILED(S1, OWN, BACK, "2024-06-16")},
     COVERAGE_RETURNED,
     S1,
     100,
     "2024-06-16"},
    {"S1 withdrawn",
     S1,
     {{U, GENERAL, S1, OWN, OK, "2024-06-16", true}},
     COVERAGE_MISSING,
     S1,
     0,
     NULL},
    {"S1 is not met by the year",
     S1,
     {FILED(Y, OWN, OK, "2024-12-16")},
     COVERAGE_MISSING,
     S1,
     0,
     NULL},
    {"S1 is not met by S2", S1, {FILED(S2, OWN, OK, "2024-12-16")}, COVERAGE_MISSING, S1, 0, NULL},
    {"another form",
     S1,
     {{U, SECURITY, S1, OWN, OK, "2024-06-16", false}},
     COVERAGE_MISSING,
     S1,
     0,
     NULL},
    {"S2 by itself",
     S2,
     {FILED(S2, OWN, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     S2,
     100,
     "2024-12-16"},
    {"S2 by the year",
     S2,
     {FILED(Y, OWN, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     Y,
     100,
     "2024-12-16"},
    {"S2 by the year, waiting",
     S2,
     {FILED(Y, OWN, WAITS, "2024-12-16")},
     COVERAGE_WAITING,
     Y,
     100,
     "2024-12-16"},
    {"S2 is not met by S1", S2, {FILED(S1, OWN, OK, "2024-06-16")}, COVERAGE_MISSING, S2, 0, NULL},
    {"S2 before the year",
     S2,
     {FILED(Y, OWN, OK, "2024-12-16"), FILED(S2, OWN, OK, "2024-12-17")},
     COVERAGE_ACCEPTED,
     S2,
     101,
     "2024-12-16"},
    {"S2 returned, the year accepted",
     S2,
     {FILED(S2, OWN, BACK, "2024-12-15"), FILED(Y, OWN, OK, "2024-12-20")},
     COVERAGE_ACCEPTED,
     Y,
     101,
     "2024-12-15"},
    {"S2 withdrawn, the year waiting",
     S2,
     {{U, GENERAL, S2, OWN, OK, "2024-12-15", true}, FILED(Y, OWN, WAITS, "2024-12-20")},
     COVERAGE_WAITING,
     Y,
     101,
     "2024-12-20"},
    {"Y by itself", Y, {FILED(Y, OWN, OK, "2024-12-16")}, COVERAGE_ACCEPTED, Y, 100, "2024-12-16"},
    {"Y by both halves",
     Y,
     {FILED(S1, OWN, OK, "2024-06-16"), FILED(S2, OWN, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     S2,
     101,
     "2024-12-16"},
    {"Y by both halves, the first one late",
     Y,
     {FILED(S1, OWN, OK, "2024-12-20"), FILED(S2, OWN, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     S2,
     101,
     "2024-12-20"},
    {"Y by both halves, one waiting",
     Y,
     {FILED(S1, OWN, WAITS, "2024-06-16"), FILED(S2, OWN, OK, "2024-12-16")},
     COVERAGE_WAITING,
     S2,
     101,
     "2024-12-16"},
    {"Y by both halves, one returned",
     Y,
     {FILED(S1, OWN, WAITS, "2024-06-16"), FILED(S2, OWN, BACK, "2024-12-16")},
     COVERAGE_RETURNED,
     S2,
     101,
     "2024-12-16"},
    {"Y by both halves, whole",
     Y,
     {FILED(S1, WHOLE, OK, "2024-06-16"), FILED(S2, WHOLE, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     S2,
     101,
     "2024-12-16"},
    {"own and whole make no year",
     Y,
     {FILED(S1, WHOLE, OK, "2024-06-16"), FILED(S2, OWN, OK, "2024-12-16")},
     COVERAGE_MISSING,
     Y,
     0,
     NULL},
    {"Y is not met by S2", Y, {FILED(S2, OWN, OK, "2024-12-16")}, COVERAGE_MISSING, Y, 0, NULL},
    {"Y is not met by S1", Y, {FILED(S1, OWN, OK, "2024-06-16")}, COVERAGE_MISSING, Y, 0, NULL},
    {"Y before the halves",
     Y,
     {FILED(S1, OWN, OK, "2024-06-16"), FILED(S2, OWN, OK, "2024-12-18"),
      FILED(Y, OWN, OK, "2024-12-16")},
     COVERAGE_ACCEPTED,
     Y,
     102,
     "2024-12-16"},
    {"Y returned, the halves accepted",
     Y,
     {FILED(S1, OWN, OK, "2024-06-16"), FILED(S2, OWN, OK, "2024-12-16"),
      FILED(Y, OWN, BACK, "2024-12-18")},
     COVERAGE_ACCEPTED,
     S2,
     101,
     "2024-12-16"},
};
#undef FILED

/* How one commune's duty in the general form is met, by up to three of its reports. */
static void test_met_by(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof met_by_rows / sizeof *met_by_rows; i++) {
        const struct coverage *coverage =
            build(fixture, met_by_rows[i].label, U, met_by_rows[i].filed);
        const struct coverage_line *line = line_of(coverage, U, GENERAL);
        const struct instant first = met_by_rows[i].first_filed != NULL
                                         ? noon_of(met_by_rows[i].first_filed)
                                         : (struct instant){0};
        if (line->state != met_by_rows[i].state || line->met_by != met_by_rows[i].met_by ||
            line->revision != met_by_rows[i].revision || line->first_filed.us != first.us)
            fail_msg("%s: state %d by %d, revision %d", met_by_rows[i].name, (int)line->state,
                     (int)line->met_by, (int)line->revision);
    }
}

/* The first filing is measured against the deadline of the unit's level for the period's label, in
 * days of Viet Nam, both ends inside; before the window's end it is early as well as in time. */
static void test_timeliness(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        uint32_t unit;
        uint8_t label, filed;
        const char *day;
        enum timeliness timeliness;
    } rows[] = {
        {"long before", 23860, PERIOD_S1, PERIOD_S1, "2024-02-01", TIMELINESS_EARLY},
        {"on the window's last day", 23860, PERIOD_S1, PERIOD_S1, "2024-06-14", TIMELINESS_EARLY},
        {"the day after", 23860, PERIOD_S1, PERIOD_S1, "2024-06-15", TIMELINESS_ON_TIME},
        {"on the deadline", 23860, PERIOD_S1, PERIOD_S1, "2024-06-17", TIMELINESS_ON_TIME},
        {"a day late", 23860, PERIOD_S1, PERIOD_S1, "2024-06-18", TIMELINESS_LATE},
        {"a district has longer", 631, PERIOD_S1, PERIOD_S1, "2024-06-18", TIMELINESS_ON_TIME},
        {"a district's deadline", 631, PERIOD_S1, PERIOD_S1, "2024-06-20", TIMELINESS_ON_TIME},
        {"a district late", 631, PERIOD_S1, PERIOD_S1, "2024-06-21", TIMELINESS_LATE},
        {"years later", 23860, PERIOD_S1, PERIOD_S1, "2026-01-01", TIMELINESS_LATE},
        {"S2 by the year", 23860, PERIOD_S2, PERIOD_Y, "2024-12-17", TIMELINESS_ON_TIME},
        {"S2 by the year, late", 23860, PERIOD_S2, PERIOD_Y, "2024-12-18", TIMELINESS_LATE},
        {"the year, early", 23860, PERIOD_Y, PERIOD_Y, "2024-12-04", TIMELINESS_EARLY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct filed filed[] = {
            {rows[i].unit, GENERAL, rows[i].filed, OWN, WAITS, rows[i].day, false}, {0}};
        const struct coverage *coverage = build(fixture, rows[i].label, rows[i].unit, filed);
        const struct coverage_line *line = line_of(coverage, rows[i].unit, GENERAL);
        if (line->timeliness != rows[i].timeliness)
            fail_msg("%s: %d", rows[i].name, (int)line->timeliness);
        assert_int_equal(coverage->counts.late, rows[i].timeliness == TIMELINESS_LATE ? 1 : 0);
    }
}

/* Without a deadline nobody is late; early is still marked. A deadline before the window's end
 * counts as it stands. */
static void test_other_deadlines(void **state)
{
    struct fixture *fixture = *state;
    struct level *level = &fixture->catalogue->levels[2];
    static const struct {
        const char *name;
        bool has_deadline;
        struct calendar_day deadline;
        const char *day;
        enum timeliness timeliness;
    } rows[] = {
        {"none, early", false, {0, 0, 0}, "2024-06-10", TIMELINESS_EARLY},
        {"none, after", false, {0, 0, 0}, "2024-09-10", TIMELINESS_NONE},
        {"before the end, in time", true, {0, 6, 6}, "2024-06-06", TIMELINESS_EARLY},
        {"before the end, late", true, {0, 6, 6}, "2024-06-07", TIMELINESS_LATE},
        {"in the next year, in time", true, {1, 1, 5}, "2025-01-05", TIMELINESS_ON_TIME},
        {"in the next year, late", true, {1, 1, 5}, "2025-01-06", TIMELINESS_LATE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        level->has_deadline[PERIOD_S1 - 1] = rows[i].has_deadline;
        level->deadline[PERIOD_S1 - 1] = rows[i].deadline;
        const struct filed filed[] = {{23860, GENERAL, PERIOD_S1, OWN, OK, rows[i].day, false},
                                      {0}};
        const struct coverage *coverage = build(fixture, PERIOD_S1, 23860, filed);
        if (line_of(coverage, 23860, GENERAL)->timeliness != rows[i].timeliness)
            fail_msg("%s: %d", rows[i].name, (int)line_of(coverage, 23860, GENERAL)->timeliness);
    }
}

/* A whole report that counts stands for what lies beneath it, for the labels it covers and for its
 * form alone; what was filed beneath keeps its own state and still names the one that stands in. */
static void test_covered(void **state)
{
    struct fixture *fixture = *state;
#define FILED(unit, label, scope, states)                                                          \
    {                                                                                              \
        unit, GENERAL, label, scope, states, "2024-12-16", false                                   \
    }
    static const struct {
        const char *name;
        uint8_t label;
        struct filed filed[4];
        enum coverage_state state; /* of commune 23860, seen from itself */
        uint32_t covered_by;
    } rows[] = {
        {"whole S1 of the district", S1, {FILED(631, S1, WHOLE, OK)}, COVERAGE_COVERED, 631},
        {"whole S1 of the province", S1, {FILED(64, S1, WHOLE, OK)}, COVERAGE_COVERED, 64},
        {"both: the nearer one",
         S1,
         {FILED(64, S1, WHOLE, OK), FILED(631, S1, WHOLE, OK)},
         COVERAGE_COVERED,
         631},
        {"own S1 of the district", S1, {FILED(631, S1, OWN, OK)}, COVERAGE_MISSING, 0},
        {"whole, but waiting", S1, {FILED(631, S1, WHOLE, WAITS)}, COVERAGE_MISSING, 0},
        {"whole, but returned", S1, {FILED(631, S1, WHOLE, BACK)}, COVERAGE_MISSING, 0},
        {"whole, but withdrawn",
         S1,
         {{631, GENERAL, S1, WHOLE, OK, "2024-12-16", true}},
         COVERAGE_MISSING,
         0},
        {"whole, of the other district", S1, {FILED(632, S1, WHOLE, OK)}, COVERAGE_MISSING, 0},
        {"whole, of the other form",
         S1,
         {{631, SECURITY, S1, WHOLE, OK, "2024-12-16", false}},
         COVERAGE_MISSING,
         0},
        {"whole year does not cover S1", S1, {FILED(631, Y, WHOLE, OK)}, COVERAGE_MISSING, 0},
        {"whole year alone does not cover S2", S2, {FILED(631, Y, WHOLE, OK)}, COVERAGE_MISSING, 0},
        {"whole year with whole S1 covers S2",
         S2,
         {FILED(631, S1, WHOLE, OK), FILED(631, Y, WHOLE, OK)},
         COVERAGE_COVERED,
         631},
        {"whole year with own S1 does not",
         S2,
         {FILED(631, S1, OWN, OK), FILED(631, Y, WHOLE, OK)},
         COVERAGE_MISSING,
         0},
        {"whole S2", S2, {FILED(631, S2, WHOLE, OK)}, COVERAGE_COVERED, 631},
        {"whole year", Y, {FILED(631, Y, WHOLE, OK)}, COVERAGE_COVERED, 631},
        {"both halves whole cover the year",
         Y,
         {FILED(631, S1, WHOLE, OK), FILED(631, S2, WHOLE, OK)},
         COVERAGE_COVERED,
         631},
        {"a lone whole half does not", Y, {FILED(631, S2, WHOLE, OK)}, COVERAGE_MISSING, 0},
        {"filed beneath",
         S1,
         {FILED(631, S1, WHOLE, OK), FILED(U, S1, OWN, WAITS)},
         COVERAGE_WAITING,
         631},
        {"a unit does not stand for itself", S1, {FILED(U, S1, WHOLE, OK)}, COVERAGE_ACCEPTED, 0},
    };
#undef FILED
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct coverage *coverage = build(fixture, rows[i].label, U, rows[i].filed);
        const struct coverage_line *line = line_of(coverage, U, GENERAL);
        if (line->state != rows[i].state || line->covered_by != rows[i].covered_by)
            fail_msg("%s: %d by %u", rows[i].name, (int)line->state, line->covered_by);
    }
}

/* The sets of a province add up: every duty is in one of them, and none twice. */
static void test_counts(void **state)
{
    struct fixture *fixture = *state;
    static const struct filed filed[] = {
        {631, GENERAL, PERIOD_S1, WHOLE, OK, "2024-06-20", false}, /* stands for 3 communes */
        {23857, GENERAL, PERIOD_S1, OWN, OK, "2024-06-18", false}, /* beneath it, late */
        {23860, SECURITY, PERIOD_S1, OWN, BACK, "2024-06-16", false},
        {632, GENERAL, PERIOD_S1, OWN, WAITS, "2024-06-21", false}, /* late */
        {23887, GENERAL, PERIOD_S1, OWN, OK, "2024-06-01", false},
        {23899, SECURITY, PERIOD_S1, OWN, OK, "2024-06-17", false}, /* ended later in the year */
        {64, GENERAL, PERIOD_S1, OWN, OK, "2024-06-17", false},     /* owes nothing */
        {0},
    };
    const struct coverage *coverage = build(fixture, PERIOD_S1, 64, filed);
    assert_int_equal(coverage->counts.due, 14);
    assert_int_equal(coverage->counts.filed, 6);
    assert_int_equal(coverage->counts.accepted, 4);
    assert_int_equal(coverage->counts.covered, 2);
    assert_int_equal(coverage->counts.late, 2);
    assert_int_equal(coverage->count, coverage->counts.due);

    /* Built again for another subtree, nothing of the first remains. */
    coverage = build(fixture, PERIOD_S1, 632, filed);
    assert_int_equal(coverage->counts.due, 7);
    assert_int_equal(coverage->counts.filed, 3);
    assert_int_equal(coverage->counts.accepted, 2);
    assert_int_equal(coverage->counts.covered, 0);
    assert_int_equal(coverage->counts.late, 1);
}

/* One duty asked for alone gives the line that the whole coverage has. */
static void test_one_duty(void **state)
{
    struct fixture *fixture = *state;
    static const struct filed filed[] = {
        {631, GENERAL, PERIOD_S1, WHOLE, OK, "2024-06-20", false},
        {23857, GENERAL, PERIOD_S1, OWN, BACK, "2024-06-18", false},
        {23887, GENERAL, PERIOD_Y, OWN, OK, "2024-12-16", false},
        {23888, GENERAL, PERIOD_S2, OWN, WAITS, "2024-12-20", false},
        {0},
    };
    const struct coverage_source source = {(void *)(uintptr_t)filed, find_filing, NULL};
    for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct tree *tree = fixture->trees[label - 1];
        const struct coverage *coverage = build(fixture, label, 64, filed);
        for (size_t i = 0; i < coverage->count; i++) {
            const struct coverage_line *line = &coverage->lines[i];
            const struct coverage_line duty = coverage_duty(
                fixture->catalogue, tree, tree_find(tree, line->unit), line->form, &source);
            assert_int_equal(duty.unit, line->unit);
            assert_int_equal(duty.form, line->form);
            assert_int_equal(duty.state, line->state);
            assert_int_equal(duty.timeliness, line->timeliness);
            assert_int_equal(duty.revision, line->revision);
            assert_int_equal(duty.met_by, line->met_by);
            assert_int_equal(duty.covered_by, line->covered_by);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_due, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_met_by, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timeliness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_deadlines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_covered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_duty, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
