/* What an answer as a whole has to say beside its figures: whole halves that are not part of the
 * year, reports that another node alone holds, and that it would be too large. */
#include "node/query.h"
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/edit.h"

/* ---- whole halves that are not part of the year ---- */

static const struct draft halves[] = {
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))},
    {.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 100))},
    {.period = "2024-S2", .unit = 23888, .form = 2, .scope = SCOPE_WHOLE, CELLS(EXACT(20, 3))},
    {.kind = KIND_PLAN, .period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 5))},
    {.period = "2023-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 6))},
};

static int setup_halves(void **state)
{
    int result = rig_setup_root(state);
    for (size_t i = 0; i < LENGTH(halves); i++)
        file_ok(*state, &halves[i]);
    return result;
}

#define HALVES_TEST(function) cmocka_unit_test_setup_teardown(function, setup_halves, rig_teardown)

static uint32_t lone_halves(struct rig *rig, const struct question *question)
{
    const Tonghop__Envelope *answer = ask_totals(rig, from_local(), question);
    assert_body(answer, BODY(TOTALS));
    return answer->totals->units[0]->lone_half_count;
}

/* They are counted for the year, its kind and the forms asked for, through derived values too. */
static void test_lone_halves_are_counted(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        struct question question;
        uint32_t count;
    } rows[] = {
        {"all forms", {.period = "2024"}, 2},
        {"a half is what it is", {.period = "2024-S1"}, 0},
        {"the other half", {.period = "2024-S2"}, 0},
        {"the form of one indicator", {.period = "2024", .indicator = "model.registered"}, 1},
        {"the other form", {.period = "2024", .indicator = "security.team"}, 1},
        {"the operands' form", {.period = "2024", .indicator = "model.recognition_rate"}, 1},
        {"no form at all", {.period = "2024", .indicator = "org.xa"}, 0},
        {"the unit itself", {.period = "2024", .unit = "631"}, 1},
        {"beside it", {.period = "2024", .unit = "23857"}, 0},
        {"a plan", {.kind = KIND_PLAN, .period = "2024"}, 1},
        {"the year before", {.period = "2023"}, 1},
        {"the year after", {.period = "2025"}, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        uint32_t count = lone_halves(rig, &rows[i].question);
        if (count != rows[i].count)
            fail_msg("%s: %u", rows[i].name, count);
    }
}

/* Each unit's row counts what lies beneath it. */
static void test_lone_halves_by_unit(void **state)
{
    struct rig *rig = *state;
    static const uint32_t counts[] = {2, 1, 1}; /* 64, 631, 632 */
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(), ASK(.period = "2024", .by_child = true));
    assert_int_equal(answer->totals->n_units, LENGTH(counts));
    for (size_t i = 0; i < LENGTH(counts); i++)
        assert_int_equal(answer->totals->units[i]->lone_half_count, counts[i]);
}

/* What completes the year, or stands for it further up, ends the mark; so does an own revision in
 * place of the whole one. */
static void test_lone_halves_end(void **state)
{
    struct rig *rig = *state;
    const struct question *general = ASK(.period = "2024", .indicator = "model.registered");
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 7))));
    file_ok(rig,
            DRAFT(.period = "2024-S1", .unit = 23860, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 8))));
    assert_int_equal(lone_halves(rig, general), 3);
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 632, CELLS(EXACT(1, 1)))); /* own: no help */
    assert_int_equal(lone_halves(rig, general), 3);
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 632, .scope = SCOPE_WHOLE, .based_on = 1,
                       CELLS(EXACT(1, 1))));
    assert_int_equal(lone_halves(rig, general), 2);
    /* 631 and 23860 beneath it: the whole year stands for both. */
    file_ok(rig, DRAFT(.period = "2024", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 300))));
    assert_int_equal(lone_halves(rig, general), 0);
    assert_int_equal(
        lone_halves(rig, ASK(.period = "2024", .unit = "23860", .indicator = "model.registered")),
        1);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, .based_on = 1, CELLS(EXACT(1, 8))));
    assert_int_equal(
        lone_halves(rig, ASK(.period = "2024", .unit = "23860", .indicator = "model.registered")),
        0);
}

/* It is the revision that counts whose scope decides, not the latest one: one that waits changes
 * nothing yet. */
static void test_the_counting_half_decides(void **state)
{
    struct rig *rig = *state;
    enum { NODE = 1 };
    rig_enrol(rig, NODE, 632, ROLE(NODE));
    const struct draft *own = DRAFT(.period = "2024-S1", .unit = 632, CELLS(EXACT(1, 9)));
    const struct draft *whole =
        DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 9)));
    const struct question *question =
        ASK(.period = "2024", .unit = "632", .indicator = "model.registered");
    assert_body(send_revision(rig, NODE, whole, (struct wrapper){1, STATE_ACCEPTED}), BODY(ACK));
    assert_body(send_revision(rig, NODE, own, (struct wrapper){2, 0}), BODY(ACK));
    assert_int_equal(lone_halves(rig, question), 1);
    assert_body(send_revision(rig, NODE, own, (struct wrapper){2, STATE_ACCEPTED}), BODY(ACK));
    assert_int_equal(lone_halves(rig, question), 0);
    assert_body(send_revision(rig, NODE, whole, (struct wrapper){3, 0}), BODY(ACK));
    assert_int_equal(lone_halves(rig, question), 0);
}

/* ---- units that moved in the year ---- */

/* 23887 moves from 632 to 631 in the middle of 2024, between two nodes. */
static void move_a_commune(struct rig *rig)
{
    struct date day;
    assert_int_equal(date_parse("2024-09-01", &day), ERR_OK);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_move(catalogue, 23887, day, 631);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
}

/* What a unit filed elsewhere before it moved is not here: answers that need it say so, about the
 * node's unit and the one that moved alike; the others do not. */
static void test_a_split_year(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *unit;
        bool is_split;
    } rows[] = {
        {"2024", "631", true},   {"2024-S2", "631", true},   {"2024-S1", "631", false},
        {"2024", "23887", true}, {"2024-S2", "23887", true}, {"2024", "23857", false},
        {"2023", "631", false},  {"2025", "631", false},     {"2025-S2", "23887", false},
    };
    move_a_commune(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct question *question =
            ASK(.period = rows[i].period, .unit = rows[i].unit, .indicator = "model.registered");
        const Tonghop__Envelope *answer = ask_totals(rig, from_local(), question);
        assert_body(answer, BODY(TOTALS));
        if (answer->totals->split_year != rows[i].is_split)
            fail_msg("totals of %s, %s", rows[i].unit, rows[i].period);
        answer = ask_explain(rig, from_local(), question);
        assert_body(answer, BODY(EXPLANATION));
        if (answer->explanation->split_year != rows[i].is_split)
            fail_msg("explanation of %s, %s", rows[i].unit, rows[i].period);
    }
}

static int setup_source(void **state)
{
    int result = rig_setup_unit(state, 632, true);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

/* The node that the unit left, and one that holds both places, lack nothing. */
static void test_nothing_is_lacking(void **state)
{
    struct rig *rig = *state;
    static const char *const periods[] = {"2024-S1", "2024-S2", "2024"};
    move_a_commune(rig);
    for (size_t i = 0; i < LENGTH(periods); i++) {
        const Tonghop__Envelope *answer = ask_totals(
            rig, from_local(), ASK(.period = periods[i], .indicator = "model.registered"));
        assert_body(answer, BODY(TOTALS));
        assert_false(answer->totals->split_year);
    }
}

static int setup_relay(void **state)
{
    int result = rig_setup_unit(state, 64, true);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

/* ---- answers that would be too large ---- */

enum { FIRST_ADDED = 100000, ADDED = QUERY_LINES_MAX / 2 - 5 };

/* Communes of 631 until the province's duties of S2 (12 in the sample) are two too many. */
static int setup_large(void **state)
{
    int result = rig_setup_root(state);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_add_communes(catalogue, 631, FIRST_ADDED, ADDED);
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(*state, span_of(&bytes));
    rig_settle(*state);
    buf_fini(&bytes);
    return result;
}

/* An answer is whole or refused, never cut; what counts is what would be sent. */
static void test_too_many_lines(void **state)
{
    struct rig *rig = *state;
    const struct question *all = ASK(.period = "2024-S2");
    const struct question *missing = ASK(.period = "2024-S2", .only_missing = true);
    assert_contains(assert_refused(ask_coverage(rig, from_local(), all), "too-large")->text,
                    "smaller unit");
    assert_refused(ask_coverage(rig, from_local(), missing), "too-large");
    const struct question *trend = ASK(.period = "2024-S2", .trend = 2);
    assert_contains(assert_refused(ask_coverage(rig, from_local(), trend), "too-large")->text,
                    "fewer years");
    trend = ASK(.period = "2024-S2", .trend = 1);
    assert_int_equal(ask_coverage(rig, from_local(), trend)->coverage->n_trend, 1);
    trend = ASK(.period = "2024-S2", .by_child = true);
    assert_int_equal(ask_coverage(rig, from_local(), trend)->coverage->n_rows, 2);
    file_ok(rig, DRAFT(.catalogue = 2, .period = "2024-S2", .unit = 23857));
    file_ok(rig, DRAFT(.catalogue = 2, .period = "2024-S2", .unit = 23860));
    assert_refused(ask_coverage(rig, from_local(), all), "too-large");
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), missing);
    assert_body(answer, BODY(COVERAGE));
    assert_int_equal(answer->coverage->n_lines, QUERY_LINES_MAX);
    assert_int_equal(answer->coverage->lines[QUERY_LINES_MAX - 1]->unit->id, 23888);
    assert_int_equal(answer->coverage->due_count, QUERY_LINES_MAX + 2);
    answer = ask_coverage(rig, from_local(), ASK(.period = "2024-S2", .unit = "632"));
    assert_body(answer, BODY(COVERAGE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HALVES_TEST(test_lone_halves_are_counted),
        HALVES_TEST(test_lone_halves_by_unit),
        HALVES_TEST(test_lone_halves_end),
        cmocka_unit_test_setup_teardown(test_the_counting_half_decides, rig_setup_root,
                                        rig_teardown),
        DISTRICT_TEST(test_a_split_year),
        cmocka_unit_test_setup_teardown(test_nothing_is_lacking, setup_source, rig_teardown),
        cmocka_unit_test_setup_teardown(test_nothing_is_lacking, setup_relay, rig_teardown),
        cmocka_unit_test_setup_teardown(test_too_many_lines, setup_large, rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
