/* Who is reminded owes a report: what is missing, and what was returned, in a period that is open.
 * Reminding, closing and the inbox say the same of that. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/said.h"
#include "unit/node/state.h"

static const struct draft of_23857 = {.period = "2024", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct draft other_form = {.period = "2024", .unit = 23857, .form = 2};

static void correct(struct rig *rig)
{
    struct draft again = of_23857;
    const struct cell cell = EXACT(1, 11);
    again.based_on = 1;
    again.cells = &cell;
    file_ok(rig, &again);
}

/* The reminder of the commune; NULL: there is none. */
static const Tonghop__InboxEntry *reminder(struct rig *rig)
{
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(.unit = "23857", .all = true));
    for (size_t i = 0; i < inbox->n_entries; i++)
        if (inbox->entries[i]->type == NOTICE_REMINDER)
            return inbox->entries[i];
    return NULL;
}

/* Whether the commune keeps its period from being closed. */
static bool is_in_the_way(struct rig *rig)
{
    const Tonghop__Envelope *answer = ask_close(
        rig, from_local(),
        FREEZE(.period = "2024", .unit = "23857", .rank = RANK(PRELIMINARY), .check_only = true));
    if (answer->body_case == BODY(CLOSED))
        return false;
    assert_refused(answer, "invalid");
    return true;
}

/* A report that was returned is owed as one that is missing: until it is corrected. */
static void test_returned(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &of_23857);
    file_ok(rig, &other_form);
    assert_true(remind_ok(rig, "23857")->nothing_due);
    assert_false(is_in_the_way(rig));
    rig->now.us++;
    mark_ok(rig, &of_23857, 1, STATE_RETURNED);
    assert_true(is_in_the_way(rig));
    const Tonghop__ReminderLine *line = remind_ok(rig, "23857");
    assert_true(line->reminded);
    assert_false(line->nothing_due);
    assert_true(reminder(rig)->open);
    const Tonghop__Envelope *answer = ask_remind(rig, from_local(), "2024", NULL, true);
    assert_body(answer, BODY(REMINDED));
    assert_int_equal(answer->reminded->n_lines, 7); /* as if it had filed nothing */
    rig->now.us += DAY_US;
    correct(rig);
    assert_false(is_in_the_way(rig));
    assert_false(reminder(rig)->open);
    assert_true(remind_ok(rig, "23857")->nothing_due);
}

/* A node reminds of it by itself. */
static void test_returned_by_itself(void **state)
{
    struct rig *rig = *state;
    struct date date;
    file_ok(rig, &of_23857);
    file_ok(rig, &other_form);
    node_set_reminding(rig->node, 3, 5);
    for (int day = 13; day <= 17; day += 4) {
        assert_int_equal(date_make(2024, 12, day, &date), ERR_OK);
        rig->now.us = instant_end_of(date).us - DAY_US / 2;
        rig->now_ms += 1000;
        rig_tick(rig);
        rig_hello(rig, from_local(), 0);
        assert_int_equal(reminder(rig) != NULL, day == 17);
        if (day == 13)
            mark_ok(rig, &of_23857, 1, STATE_RETURNED);
    }
    assert_string_equal(reminder(rig)->person, "");
    assert_true(reminder(rig)->open);
}

/* What is owed of a closed period is not to be filed, and it is said that this is why. */
static void test_closed(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23863));
    file_ok(rig, DRAFT(.period = "2024", .unit = 23863, .form = 2));
    file_ok(rig, &of_23857);
    file_ok(rig, &other_form);
    rig->now.us++;
    mark_ok(rig, &of_23857, 1, STATE_RETURNED);
    close_year(rig, RANK(PRELIMINARY));
    static const struct {
        const char *unit;
        bool is_closed; /* else it owes nothing */
    } rows[] = {{"23860", true}, {"23857", true}, {"23863", false}, {"23899", false}};
    char *before = dump_store(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        const Tonghop__ReminderLine *line = remind_ok(rig, rows[i].unit);
        assert_int_equal(line->closed, rows[i].is_closed);
        assert_true(line->nothing_due); /* all that an earlier client reads */
        assert_false(line->reminded);
        assert_int_equal(line->next_us, 0);
    }
    assert_unchanged(rig, before);
    rig->now.us++;
    assert_body(ask_reopen(rig, from_local(), "2024", "23857", rig->now.us + DAY_US, "sót"),
                BODY(DONE));
    assert_true(remind_ok(rig, "23857")->reminded);
    assert_false(remind_ok(rig, "23857")->closed);
    assert_true(reminder(rig)->open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_returned),
        ROOT_TEST(test_returned_by_itself),
        ROOT_TEST(test_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
