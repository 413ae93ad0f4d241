/* What is closed and what lifts it: who is above whom is read from the tree of what was closed, and
 * what is said later stands, by whatever clock it was said. */
#include "node/notice.h"
#include "unit/node/draft.h"
#include "unit/node/said.h"
#include "unit/node/state.h"
#include "unit/node/table.h"

static bool takes_in(struct rig *rig, const char *period, uint32_t unit)
{
    const struct draft trial = {
        .period = period, .unit = unit, .check_only = true, CELLS(EXACT(1, 10))};
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &trial);
    if (answer->body_case == BODY(RECEIPT))
        return true;
    assert_refused(answer, "closed");
    return false;
}

static void freeze(struct rig *rig, const char *period, const char *unit)
{
    assert_body(ask_close(rig, from_local(),
                          FREEZE(.period = period, .unit = unit, .rank = RANK(PRELIMINARY),
                                 .incomplete = true)),
                BODY(CLOSED));
}

static void reopen(struct rig *rig, const char *period, const char *unit)
{
    assert_body(
        ask_reopen(rig, from_local(), period, unit, rig->now.us + DAY_US, "nộp sót một biểu"),
        BODY(DONE));
}

/* ---- trees ---- */

/* 23863 lies in 631 in the first half of 2024, and in 632 from the second on. */
static int setup_reform(void **state)
{
    int result = rig_setup_root(state);
    struct date first;
    assert_int_equal(date_make(2024, 7, 1, &first), ERR_OK);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_move(edited, 23863, first, 632);
    rig_install_edited(*state, edited);
    return result;
}

/* A closing is of the units that lay beneath in what it closes; that of the year closes the halves
 * of the units that it has at its end. */
static void test_in_the_tree_of_what_was_closed(void **state)
{
    static const struct {
        const char *period, *unit;
        bool half, year; /* of 23863 are still taken in */
    } rows[] = {
        {"2024-S1", "632", true, true}, {"2024-S1", "631", false, true},
        {"2024", "631", true, true},    {"2024", "632", false, false},
        {"2024-S2", "632", true, true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct rig *rig = *state;
        print_message("%s of %s\n", rows[i].period, rows[i].unit);
        freeze(rig, rows[i].period, rows[i].unit);
        assert_int_equal(takes_in(rig, "2024-S1", 23863), rows[i].half);
        assert_int_equal(takes_in(rig, "2024", 23863), rows[i].year);
        (void)rig_teardown(state);
        (void)setup_reform(state);
    }
}

/* Both must be lifted; a reopening of the year lifts that of its half. */
static void test_lifted_in_its_tree(void **state)
{
    struct rig *rig = *state;
    freeze(rig, "2024-S1", "631");
    freeze(rig, "2024", "632");
    reopen(rig, "2024-S1", "23863");
    assert_true(takes_in(rig, "2024-S1", 23863));
    assert_false(takes_in(rig, "2024", 23863));
    freeze(rig, "2024-S1", "631");
    assert_false(takes_in(rig, "2024-S1", 23863));
    reopen(rig, "2024", "23863");
    assert_true(takes_in(rig, "2024-S1", 23863));
    assert_true(takes_in(rig, "2024", 23863));
}

/* ---- clocks ---- */

/* Of what is said at one moment, and of what is said by a clock that was set back, the last said
 * stands. */
static void test_what_is_said_last_stands(void **state)
{
    struct rig *rig = *state;
    const int64_t steps_us[] = {0, -DAY_US, 0, -1, DAY_US};
    for (size_t i = 0; i < LENGTH(steps_us); i++) {
        freeze(rig, "2024", "64");
        assert_false(takes_in(rig, "2024", 23857));
        rig->now.us += steps_us[i];
        reopen(rig, i % 2 == 0 ? "2024" : "2024-S1", "23857");
        assert_true(takes_in(rig, "2024-S1", 23857));
        rig->now.us += steps_us[i];
    }
}

/* What was said beneath by a clock that is ahead is lifted and closed again all the same. */
static void test_closed_beneath_by_a_clock_ahead(void **state)
{
    struct rig *rig = *state;
    freeze(rig, "2024-S1", "631");
    rig->now.us += 30 * DAY_US;
    freeze(rig, "2024", "631");
    rig->now.us -= 40 * DAY_US;
    reopen(rig, "2024", "23857");
    assert_true(takes_in(rig, "2024", 23857));
    assert_true(takes_in(rig, "2024-S1", 23857));
    freeze(rig, "2024-S1", "64");
    assert_true(takes_in(rig, "2024", 23857));
    assert_false(takes_in(rig, "2024-S1", 23857));
}

/* After the last moment that there is nothing can be later: a reopening lifts what was closed then,
 * which only a clock beyond reason, or a hostile node, says. */
static void test_closed_at_the_last_moment(void **state)
{
    struct rig *rig = *state;
    int64_t now_us = rig->now.us;
    freeze(rig, "2024", "64");
    rig->now.us = INSTANT_MAX_US;
    freeze(rig, "2024", "631");
    rig->now.us = now_us;
    assert_false(takes_in(rig, "2024", 23857));
    reopen(rig, "2024", "23857");
    assert_true(takes_in(rig, "2024", 23857));
}

/* What has been said of an edition that is held no more. */
static void tell_closing(struct rig *rig, uint64_t number, uint32_t edition)
{
    const struct notice_key key = {
        .report = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}, .unit = 64},
        .type = NOTICE_CLOSING,
        .author = 64,
        .number = number,
    };
    struct event event = rig_event(rig, EVENT_TICK);
    struct store_txn *txn = store_begin_write(rig->store);
    struct step step = {.node = rig->node, .event = &event, .txn = txn, .effects = &rig->effects};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    bool is_unknown;
    wire_put_notice_key(&key, &notice);
    notice.edition = edition;
    notice_say(&step, &notice, true);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    effects_clear(&rig->effects);
}

static const Tonghop__Envelope *close_as(struct rig *rig, Tonghop__EditionRank rank)
{
    return ask_close(rig, from_local(), FREEZE(.period = "2024", .rank = rank, .incomplete = true));
}

static void assert_closed_as(struct rig *rig, Tonghop__EditionRank rank, uint32_t number)
{
    const Tonghop__Envelope *answer = close_as(rig, rank);
    assert_body(answer, BODY(CLOSED));
    assert_int_equal(answer->closed->edition->number, number);
}

/* A node whose editions are older than what was said of them, because its disk was lost or an older
 * backup put back, makes none that is less final, and gives no number again. */
static void test_what_was_told_is_not_lost(void **state)
{
    struct rig *rig = *state;
    assert_closed_as(rig, RANK(ESTIMATE), 1);
    tell_closing(rig, 3, EDITION_OFFICIAL);
    for (Tonghop__EditionRank rank = RANK(ESTIMATE); rank < RANK(OFFICIAL); rank++)
        assert_contains(assert_refused(close_as(rig, rank), "invalid")->text,
                        "edition 3 is official already");
    assert_closed_as(rig, RANK(OFFICIAL), 4);
}

/* What was said by who meant no good is not believed: no edition has such a rank or number. */
static void test_what_was_told_makes_sense(void **state)
{
    struct rig *rig = *state;
    tell_closing(rig, 7, 200);
    tell_closing(rig, UINT32_MAX - 1, EDITION_PRELIMINARY);
    tell_closing(rig, 1ULL << 40, EDITION_OFFICIAL);
    for (uint32_t number = 1; number <= 3; number++)
        assert_closed_as(rig, RANK(ESTIMATE), number);
}

/* A reopening that runs is none that was ended, also where another clock was ahead. */
static void test_not_ended_by_a_clock_ahead(void **state)
{
    struct rig *rig = *state;
    rig->now.us += 5 * DAY_US;
    freeze(rig, "2024", "64");
    rig->now.us -= 5 * DAY_US;
    reopen(rig, "2024", "23857");
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(.unit = "23857"));
    assert_int_equal(inbox->n_entries, 2);
    const Tonghop__InboxEntry *entry = inbox->entries[0];
    assert_true(entry->type == NOTICE_REOPENING && entry->open && !entry->ended);
    assert_true(entry->until_us < entry->time_us);
    assert_body(ask_reopen(rig, from_local(), "2024", "23857", 1, "xong"), BODY(DONE));
    inbox = inbox_ok(rig, from_local(), LOOK(.unit = "23857", .all = true));
    assert_true(inbox->entries[0]->ended && !inbox->entries[0]->open);
    assert_int_equal(inbox->entries[0]->until_us, rig->now.us);
}

/* ---- who ---- */

/* A year that was closed by a district, and one half of it by the province: whoever may reopen the
 * year alone does not so lift what the province has closed, nor change what it has reopened. */
static void test_a_half_closed_above(void **state)
{
    enum { ADMIN_631 = 1 };
    struct rig *rig = *state;
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    freeze(rig, "2024-S1", "64");
    freeze(rig, "2024", "631");
    const int64_t until_us = rig->now.us + DAY_US;
    for (int i = 0; i < 2; i++) {
        const Tonghop__Refusal *refusal =
            assert_refused(ask_reopen(rig, from_key(ADMIN_631), i == 0 ? "2024" : "2024-S1",
                                      "23857", until_us, "sót"),
                           "foreign");
        assert_contains(refusal->text, "2024-S1 was closed by 64");
        assert_false(takes_in(rig, "2024-S1", 23857));
        assert_false(takes_in(rig, "2024", 23857));
    }
    reopen(rig, "2024", "23857");
    freeze(rig, "2024", "631");
    const Tonghop__Refusal *refusal = assert_refused(
        ask_reopen(rig, from_key(ADMIN_631), "2024", "23857", until_us + DAY_US, "sót"), "foreign");
    assert_contains(refusal->text, "2024 was reopened by 64");
}

#define REFORM_TEST(function) cmocka_unit_test_setup_teardown(function, setup_reform, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REFORM_TEST(test_in_the_tree_of_what_was_closed),
        REFORM_TEST(test_lifted_in_its_tree),
        ROOT_TEST(test_what_is_said_last_stands),
        ROOT_TEST(test_closed_beneath_by_a_clock_ahead),
        ROOT_TEST(test_closed_at_the_last_moment),
        ROOT_TEST(test_a_half_closed_above),
        ROOT_TEST(test_what_was_told_is_not_lost),
        ROOT_TEST(test_what_was_told_makes_sense),
        ROOT_TEST(test_not_ended_by_a_clock_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
