/* What changed since a moment: which moments can be named, what had counted by then, and what each
 * revision after it did. */
#include "unit/node/edit.h"
#include "unit/node/state.h"
#include "unit/node/told.h"

#define MINUTE_US INT64_C(60000000)

/* At 07:00, 07:01 and 07:02 of 2025-01-10 in Viet Nam; two reports in the same microsecond. */
static int setup(void **state)
{
    int result = rig_setup_root(state);
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 6))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1,
                       CELLS(EXACT(1, 12), EXACT(2, 6))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 2, .author = "Hoa",
                       .reason = "gõ nhầm", .note = "theo sổ", CELLS(EXACT(1, 8), EXACT(2, 6))));
    return result;
}

/* The root, where form 1 is accepted by hand. */
static int setup_by_hand(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_install_manual(*state, 1);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define SINCE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)
#define BY_HAND_TEST(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, setup_by_hand, rig_teardown)

/* ---- moments ---- */

/* What was taken in at that very microsecond had counted; a day begins at midnight in Viet Nam; the
 * moment of a revision is the one at which it was taken in. */
static void test_moments(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *since;
        int64_t before;
        size_t changes;
    } rows[] = {
        {"2000-01-01", -1, 4},
        {"2025-01-10", -1, 4},
        {"2025-01-10T06:59:59", -1, 4},
        {"2025-01-10T07:00", 10, 3},
        {"2025-01-10T00:00:00Z", 10, 3},
        {"2025-01-10T07:00:59+07:00", 10, 3},
        {"2025-01-10T07:01", 32, 1},
        {"2025-01-09T19:01-05:00", 32, 1},
        {"2025-01-10T07:02", 28, 0},
        {"2025-01-11", 28, 0},
        {"23857/1", 10, 3},
        {"23857/2", 32, 1},
        {"23860/1", 32, 1},
        {"id:23857/2", 32, 1},
        {"code:23857/3", 28, 0},
        /* before and after all that a message can say */
        {"0001-01-01", -1, 4},
        {"1970-01-01T00:00:00Z", -1, 4},
        {"9999-12-31T23:59:59-23:59", 28, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Explanation *told =
            told_ok(rig, TOLD(.period = "2024-S1", .since = rows[i].since));
        if (told->since_us <= 0 || shown(told->before) != rows[i].before ||
            told->n_changes != rows[i].changes)
            fail_msg("%s: %lld, %zu changes", rows[i].since, (long long)shown(told->before),
                     told->n_changes);
        assert_int_equal(shown(told->total), 28);
    }
    assert_int_equal(told_ok(rig, TOLD(.period = "2024-S1"))->since_us, 0);
}

/* At midnight the new day has begun; a microsecond later is in it. */
static void test_midnight(void **state)
{
    struct rig *rig = *state;
    rig->now.us = INT64_C(1736701200000000); /* 2025-01-13 in Viet Nam */
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 100))));
    rig->now.us++;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1000))));
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "2025-01-13")), 128,
                   {23887, "2024-S1", 1, 0, 1128, false, false});
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "2025-01-12T23:59:59")), 28,
                   {23863, "2024-S1", 1, 0, 128, false, false},
                   {23887, "2024-S1", 1, 0, 1128, false, false});
}

static void test_what_is_no_moment(void **state)
{
    struct rig *rig = *state;
    static const char *const rows[] = {
        "23857/0",
        "23857/-1",
        "23857/x",
        "23857/",
        "/1",
        "/",
        "23857/1.5",
        "23857/99999999999999999999",
        "2024",
        "2024-13-01",
        "2024-02-30",
        "2024-12-01T",
        "2024-12-01T24:00",
        "2024-12-01T08:30+7",
        "hôm qua",
        "23857",
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i]);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_told(rig, from_local(), TOLD(.period = "2024-S1", .since = rows[i])), "not-found");
        assert_contains(refusal->text, rows[i]);
        assert_contains(refusal->text, "2024-12-12T08:30");
    }
}

/* What is written as a revision and is none says what there is not. */
static void test_no_revision(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *since, *unit, *said;
    } rows[] = {
        {"99999/1", "", "no unit '99999' in that period"},
        {"2024-12-01/1", "", "no unit '2024-12-01' in that period"},
        {"Xã Bình An/1", "", "'Xã Bình An' is a name: write the unit's code, 23860"},
        {"23857/4", "", "no revision 4 of the report of 2024-S1 of 23857 Suoi Trong Township"},
        {"23888/1", "", "no revision 1 of the report of 2024-S1 of 23888 Tan Lap Commune"},
        {"23857/1", "632", "23857 Suoi Trong Township is not beneath 632 Doi Xanh District"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].since);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_told(rig, from_local(),
                     TOLD(.period = "2024-S1", .unit = rows[i].unit, .since = rows[i].since)),
            "not-found");
        assert_contains(refusal->text, rows[i].said);
    }
}

/* A revision is one of a unit beneath the one asked for, of its report of the period, in the form
 * of the figure or of what it is computed from. */
static void test_whose_revision(void **state)
{
    struct rig *rig = *state;
    static const struct told rows[] = {
        {.period = "2024-S1", .unit = "632", .since = "23857/1"},
        {.period = "2024-S2", .since = "23857/1"},
        {.period = "2024", .since = "23857/1"},
        {.kind = KIND_PLAN, .period = "2024-S1", .since = "23857/1"},
        {.period = "2024-S1", .indicator = "security.team", .since = "23857/1"},
        {.period = "2024-S1", .indicator = "org.xa", .since = "23857/1"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        (void)assert_refused(ask_told(rig, from_local(), &rows[i]), "not-found");
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024-S1", .unit = "23857", .since = "23857/1"));
    assert_int_equal(told->since_us, RIG_NOW_US);
    told = told_ok(rig, TOLD(.period = "2024-S1", .indicator = "model.recognition_rate",
                             .unit = "23857", .since = "23857/1"));
    ASSERT_CHANGES(told, 6000, {23857, "2024-S1", 2, 1, 5000, false, false},
                   {23857, "2024-S1", 3, 2, 7500, false, false});
}

/* What comes from the tree alone has no story, and is what it is. */
static void test_counts_of_units_have_no_story(void **state)
{
    struct rig *rig = *state;
    ASSERT_NO_CHANGES(
        told_ok(rig, TOLD(.period = "2024-S1", .indicator = "org.xa", .since = "2000-01-01")), 4);
}

/* ---- changes ---- */

/* In order of time; in the same microsecond in the order of the tree, and each with what it says of
 * itself. */
static void test_changes_in_order(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = "2024-S1", .since = "2025-01-01"));
    ASSERT_CHANGES(told, -1, {23857, "2024-S1", 1, 0, 10, false, false},
                   {23857, "2024-S1", 2, 1, 12, false, false},
                   {23860, "2024-S1", 1, 0, 32, false, false},
                   {23857, "2024-S1", 3, 2, 28, false, false});
    const Tonghop__ExplainChange *last = told->changes[3];
    assert_string_equal(last->author, "Hoa");
    assert_string_equal(last->reason, "gõ nhầm");
    assert_string_equal(last->note, "theo sổ");
    assert_string_equal(last->form, "general");
    assert_int_equal(last->received_us, RIG_NOW_US + 2 * MINUTE_US);
    assert_string_equal(told->changes[0]->note, "");
    /* Its note is on another cell, which did not change: it is no change of that figure. */
    told = told_ok(
        rig, TOLD(.period = "2024-S1", .indicator = "model.recognised", .since = "2025-01-01"));
    ASSERT_CHANGES(told, -1, {23857, "2024-S1", 1, 0, 6, false, false});
}

/* The figure goes when its report is withdrawn, when its cell is dropped, and not when other cells
 * are corrected; plans have a story of their own. */
static void test_what_changes_a_figure(void **state)
{
    struct rig *rig = *state;
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 3,
                       CELLS(EXACT(1, 8), EXACT(2, 7))));
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 9))));
    file_ok(rig, DRAFT(.period = "2023-S1", .unit = 23857, CELLS(EXACT(1, 9))));
    ASSERT_NO_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "23857/3")), 28);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 4, .may_drop_cells = true,
                       CELLS(EXACT(2, 7))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, .based_on = 1, .is_withdrawn = true));
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "23857/3")), 28,
                   {23857, "2024-S1", 5, 3 + 1, 20, false, false},
                   {23860, "2024-S1", 2, 1, -1, false, true});
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.kind = KIND_PLAN, .period = "2024-S1", .since = "2025-01-01")), -1,
        {23857, "2024-S1", 1, 0, 9, false, false});
}

/* The year is made of its halves until it is filed; a whole report stands for what lies beneath,
 * and corrections there are none of the figure. */
static void test_other_reports_of_the_year(void **state)
{
    struct rig *rig = *state;
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 5))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 30))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 90))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, .based_on = 1, CELLS(EXACT(1, 31))));
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024", .since = "2025-01-10T07:02")), 28,
                   {23860, "2024-S2", 1, 0, 33, false, false},
                   {23860, "2024", 1, 0, 38, false, false}, {631, "2024", 1, 0, 90, false, false});
    ASSERT_NO_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "2025-01-10T07:02")), 28);
    ASSERT_CHANGES(
        told_ok(rig, TOLD(.period = "2024", .unit = "23860", .since = "2025-01-10T07:02")), 20,
        {23860, "2024-S2", 1, 0, 25, false, false}, {23860, "2024", 1, 0, 30, false, false},
        {23860, "2024", 2, 1, 31, false, false});
}

/* ---- accepted, returned, late ---- */

/* The figure stays, and so do its parts: but it is that of a whole report now. */
static void test_it_becomes_whole(void **state)
{
    struct rig *rig = *state;
    const struct told *told = TOLD(.period = "2024-S1", .unit = "23899", .since = "2025-01-01");
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23899, CELLS(EXACT(1, 6))));
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23899, .based_on = 1, .scope = SCOPE_WHOLE,
                       CELLS(EXACT(1, 6))));
    const Tonghop__Explanation *answer = told_ok(rig, told);
    ASSERT_CHANGES(answer, -1, {23899, "2024-S1", 1, 0, 6, false, false},
                   {23899, "2024-S1", 2, 1, 6, false, false});
    assert_false(answer->changes[0]->total->whole);
    assert_true(answer->changes[1]->total->whole);
}

/* What waits is not told. What was returned is, and does not count: while it waits the revision
 * before it stays; once accepted it has replaced that one, and none counts. */
static void test_returned(void **state)
{
    struct rig *rig = *state;
    const struct draft *key = DRAFT(.period = "2024-S1", .unit = 23857);
    const struct told *told = TOLD(.period = "2024-S1", .since = "2025-01-01");
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    ASSERT_NO_CHANGES(told_ok(rig, told), -1);
    mark_ok(rig, key, 1, STATE_ACCEPTED);
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 15))));
    ASSERT_CHANGES(told_ok(rig, told), -1, {23857, "2024-S1", 1, 0, 10, false, false});
    mark_ok(rig, key, 2, STATE_RETURNED);
    ASSERT_CHANGES(told_ok(rig, told), -1, {23857, "2024-S1", 1, 0, 10, false, false},
                   {23857, "2024-S1", 2, 1, 10, true, false});
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 2, CELLS(EXACT(1, 20))));
    mark_ok(rig, key, 3, STATE_ACCEPTED);
    mark_ok(rig, key, 3, STATE_RETURNED);
    ASSERT_CHANGES(told_ok(rig, told), -1, {23857, "2024-S1", 1, 0, 10, false, false},
                   {23857, "2024-S1", 2, 1, 10, true, false},
                   {23857, "2024-S1", 3, 1, -1, true, false});
    ASSERT_NO_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "23857/3")), -1);
    rig->now.us += MINUTE_US;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 3, CELLS(EXACT(1, 25))));
    mark_ok(rig, key, 4, STATE_ACCEPTED);
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "23857/2")), 10,
                   {23857, "2024-S1", 3, 1, -1, true, false},
                   {23857, "2024-S1", 4, 0, 25, false, false});
}

/* What was returned of another report, or without the figure's cell, is no part of its story. */
static void test_returned_beside_the_figure(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 10))));
    mark_ok(rig, DRAFT(.period = "2024-S2", .unit = 23857), 1, STATE_RETURNED);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(2, 10))));
    mark_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860), 1, STATE_RETURNED);
    ASSERT_NO_CHANGES(told_ok(rig, TOLD(.period = "2024-S1", .since = "2025-01-01")), -1);
    ASSERT_CHANGES(told_ok(rig, TOLD(.period = "2024", .since = "2025-01-01")), -1,
                   {23857, "2024-S2", 1, 0, -1, true, false});
}

/* At a node that is not the home: an earlier revision counts while the latest waits, whichever of
 * them came first, and those between were never sent. */
static void test_late_arrivals(void **state)
{
    enum { NODE = 1 };
    struct rig *rig = *state;
    const struct draft *key = DRAFT(.period = "2024-S1", .unit = 23863);
    const struct told *told = TOLD(.period = "2024-S1", .unit = "631", .since = "2025-01-01");
    rig_enrol(rig, NODE, 23863, ROLE(NODE));
    assert_body(state_from_child(rig, NODE, key, (struct state){5, 0, 0, 0}), BODY(ACK));
    ASSERT_NO_CHANGES(told_ok(rig, told), -1);
    assert_body(state_from_child(rig, NODE, key, (struct state){5, 0, 3, A}), BODY(ACK));
    ASSERT_CHANGES(told_ok(rig, told), -1, {23863, "2024-S1", 3, 0, 30, false, false});
    assert_body(state_from_child(rig, NODE, key, (struct state){5, A, 0, 0}), BODY(ACK));
    ASSERT_CHANGES(told_ok(rig, told), -1, {23863, "2024-S1", 3, 0, 30, false, false},
                   {23863, "2024-S1", 5, 3, 50, false, false});
    assert_body(state_from_child(rig, NODE, key, (struct state){5, A | R, 0, 0}), BODY(ACK));
    ASSERT_CHANGES(told_ok(rig, told), -1, {23863, "2024-S1", 3, 0, 30, false, false},
                   {23863, "2024-S1", 5, 3, -1, true, false});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SINCE_TEST(test_moments),
        SINCE_TEST(test_midnight),
        SINCE_TEST(test_what_is_no_moment),
        SINCE_TEST(test_no_revision),
        SINCE_TEST(test_whose_revision),
        SINCE_TEST(test_counts_of_units_have_no_story),
        SINCE_TEST(test_changes_in_order),
        SINCE_TEST(test_what_changes_a_figure),
        SINCE_TEST(test_other_reports_of_the_year),
        SINCE_TEST(test_it_becomes_whole),
        BY_HAND_TEST(test_returned),
        BY_HAND_TEST(test_returned_beside_the_figure),
        BY_HAND_TEST(test_late_arrivals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
