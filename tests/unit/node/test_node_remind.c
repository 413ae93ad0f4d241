/* Reminders: who is reminded by hand and by itself, and that nobody is too often. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/said.h"
#include "unit/node/state.h"

enum { NODE_631 = 1, ADMIN_631 = 2, READER = 3, REPORTER = 4, ADMIN_GONE = 5 };
enum { DISTRICT_DEADLINE = 20, COMMUNE_DEADLINE = 17 }; /* in December */

/* Both forms of a commune. */
static void file_all(struct rig *rig, uint32_t unit)
{
    for (uint32_t form = 1; form <= 2; form++) {
        const struct draft draft = {.period = "2024", .unit = unit, .form = form};
        file_ok(rig, &draft);
    }
}

static size_t count_said(const Tonghop__Envelope *answer)
{
    size_t count = 0;
    assert_body(answer, BODY(REMINDED));
    for (size_t i = 0; i < answer->reminded->n_lines; i++)
        count += answer->reminded->lines[i]->reminded ? 1 : 0;
    return count;
}

/* Reminders that the node holds of a unit, and who said the last one. */
static uint32_t times_reminded(struct rig *rig, const char *unit, bool *ret_is_by_itself)
{
    const Tonghop__InboxEntry *entry = reminder_of(rig, unit);
    if (entry != NULL && ret_is_by_itself != NULL)
        *ret_is_by_itself = entry->person[0] == '\0';
    return entry != NULL ? entry->count : 0;
}

static const char *text_of(struct rig *rig, const char *unit)
{
    const Tonghop__InboxEntry *entry = reminder_of(rig, unit);
    return entry != NULL ? entry->text : "(none)";
}

/* By hand, of 2024, with that text. */
static void remind_with(struct rig *rig, const char *unit, const char *text)
{
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *units[] = {TEXT(unit)};
    remind.period = TEXT("2024");
    remind.text = TEXT(text);
    remind.units = units;
    remind.n_units = 1;
    envelope.body_case = BODY(REMIND);
    envelope.remind = &remind;
    assert_int_equal(count_said(rig_ask(rig, from_local(), &envelope)), 1);
}

/* ---- by hand ---- */

/* A unit with something missing is reminded; one that has filed all of it, or owes nothing, not. */
static void test_who_is_reminded(void **state)
{
    struct rig *rig = *state;
    file_all(rig, 23857);
    const Tonghop__ReminderLine *line = remind_ok(rig, "23860");
    assert_true(line->reminded);
    assert_int_equal(line->count, 1);
    assert_int_equal(line->last_us, 0);
    assert_int_equal(line->next_us, instant_end_of(instant_date(rig->now)).us + 1);
    line = remind_ok(rig, "23857");
    assert_false(line->reminded);
    assert_true(line->nothing_due);
    assert_int_equal(line->next_us, 0);
    assert_true(remind_ok(rig, "23899")->nothing_due); /* merged away before the year's end */
}

/* One that has filed one form of two still owes the other. */
static void test_one_form_is_missing(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857));
    assert_true(remind_ok(rig, "23857")->reminded);
}

/* Without units all are that miss something, each once, and never the node's own unit. */
static void test_all(void **state)
{
    struct rig *rig = *state;
    file_all(rig, 23857);
    const Tonghop__Envelope *answer = ask_remind(rig, from_local(), "2024", NULL, false);
    assert_int_equal(count_said(answer), 6);
    assert_int_equal(answer->reminded->n_lines, 6);
    for (size_t i = 0; i < answer->reminded->n_lines; i++) {
        assert_true(answer->reminded->lines[i]->unit->id != 64);
        assert_true(answer->reminded->lines[i]->unit->id != 23857);
    }
    assert_int_equal(count_said(ask_remind(rig, from_local(), "2024", NULL, false)), 0);
}

/* Nobody is reminded again before the day on which the pause is over, by whomever, and from its
 * first moment on they may be; then the count goes on. */
static void test_not_too_often(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint32_t every_days;
        int64_t pause_days;
        const char *unit;
    } rows[] = {{0, 1, "23860"}, {1, 1, "23863"}, {3, 3, "23857"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        node_set_reminding(rig->node, rows[i].every_days, 0);
        rig->now.us += 3600 * INT64_C(1000000);
        int64_t said_us = rig->now.us;
        int64_t due_us =
            instant_end_of(instant_date(rig->now)).us + 1 + (rows[i].pause_days - 1) * DAY_US;
        assert_int_equal(remind_ok(rig, rows[i].unit)->next_us, due_us);
        rig->now.us = due_us - 1;
        char *before = dump_store(rig);
        const Tonghop__ReminderLine *line = remind_ok(rig, rows[i].unit);
        assert_false(line->reminded);
        assert_false(line->nothing_due);
        assert_int_equal(line->last_us, said_us);
        assert_int_equal(line->next_us, due_us);
        assert_unchanged(rig, before);
        rig->now.us++;
        line = remind_ok(rig, rows[i].unit);
        assert_true(line->reminded);
        assert_int_equal(line->count, 2);
    }
}

/* A reminder that was said when the clock was a year ahead keeps nobody from being reminded by the
 * right one; one said later on the same day does, as the pace is one of days. */
static void test_said_in_the_future(void **state)
{
    struct rig *rig = *state;
    const int64_t now_us = rig->now.us;
    rig->now.us = now_us + 365 * DAY_US;
    assert_true(remind_ok(rig, "23860")->reminded);
    rig->now.us = now_us + 3600 * INT64_C(1000000);
    assert_true(remind_ok(rig, "23863")->reminded);
    rig->now.us = now_us;
    const Tonghop__ReminderLine *line = remind_ok(rig, "23860");
    assert_true(line->reminded);
    assert_int_equal(line->count, 2);
    assert_int_equal(line->next_us, instant_end_of(instant_date(rig->now)).us + 1);
    assert_false(remind_ok(rig, "23863")->reminded);
}

/* A trial changes nothing; a closed period is due from nobody. */
static void test_trial_and_closed(void **state)
{
    struct rig *rig = *state;
    char *before = dump_store(rig);
    assert_int_equal(count_said(ask_remind(rig, from_local(), "2024", "23860", true)), 1);
    assert_unchanged(rig, before);
    close_year(rig, RANK(ESTIMATE));
    assert_false(remind_ok(rig, "23863")->nothing_due); /* an estimate takes in on */
    close_year(rig, RANK(PRELIMINARY));
    assert_true(remind_ok(rig, "23860")->nothing_due);
}

/* Whoever may not, or asks for what is not there, is refused, and nothing is said to anybody: also
 * not to the units before the wrong one. */
static void test_refused(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint8_t who; /* 0: on the local socket */
        const char *period, *unit, *code;
    } rows[] = {
        {READER, "2024", "23860", "forbidden"},
        {REPORTER, "2024", "23860", "forbidden"},
        {NODE_631, "2024", "23860", "forbidden"},
        {ADMIN_631, "2024", "23887", "foreign"},
        {0, "2024", "12345", "not-found"},
        {0, "spring", "23860", "syntax"},
        {0, "2024", "99", "not-found"},
        {0, "2024", "64", "foreign"},
        {ADMIN_631, "2024", "631", "foreign"},
        {ADMIN_631, "2024", "64", "foreign"},
        {0, "2031", "23860", "range"},
    };
    rig_enrol(rig, NODE_631, 632, ROLE(NODE));
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_enrol(rig, READER, 64, ROLE(READER));
    rig_enrol(rig, REPORTER, 64, ROLE(REPORTER));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        char *before = dump_store(rig);
        assert_refused(ask_remind(rig, rows[i].who == 0 ? from_local() : from_key(rows[i].who),
                                  rows[i].period, rows[i].unit, false),
                       rows[i].code);
        assert_unchanged(rig, before);
    }
    /* An administrator reminds what lies beneath its own unit. */
    assert_int_equal(count_said(ask_remind(rig, from_key(ADMIN_631), "2024", "23860", false)), 1);
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *units[] = {TEXT("23863"), TEXT("12345")};
    remind.period = TEXT("2024");
    remind.units = units;
    remind.n_units = 2;
    envelope.body_case = BODY(REMIND);
    envelope.remind = &remind;
    char *before = dump_store(rig);
    assert_refused(rig_ask(rig, from_local(), &envelope), "not-found");
    assert_unchanged(rig, before);
}

/* An administrator of less than the node's unit reminds all beneath its own: not that one, and none
 * beside it. */
static void test_all_of_less(void **state)
{
    static const uint32_t beneath[] = {23857, 23860, 23863};
    struct rig *rig = *state;
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    const Tonghop__Envelope *answer = ask_remind(rig, from_key(ADMIN_631), "2024", NULL, false);
    assert_int_equal(count_said(answer), LENGTH(beneath));
    assert_int_equal(answer->reminded->n_lines, LENGTH(beneath));
    for (size_t i = 0; i < LENGTH(beneath); i++)
        assert_int_equal(answer->reminded->lines[i]->unit->id, beneath[i]);
    assert_int_equal(times_reminded(rig, "631", NULL), 0);
    assert_int_equal(times_reminded(rig, "632", NULL), 0);
    assert_int_equal(times_reminded(rig, "23887", NULL), 0);
}

/* Who may remind is said to whoever may not: of a unit beside or above its own, and of a period in
 * which its unit is not there any more. */
static void test_who_may_is_said(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint8_t who;
        const char *period, *unit, *of;
    } rows[] = {
        {ADMIN_631, "2024", "23887", "631 "},
        {ADMIN_631, "2024", "631", "631 "},
        {ADMIN_631, "2024", "64", "631 "},
        {ADMIN_GONE, "2025", NULL, "23899 "},
    };
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_enrol(rig, ADMIN_GONE, 23899, ROLE(ADMIN));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal = assert_refused(
            ask_remind(rig, from_key(rows[i].who), rows[i].period, rows[i].unit, false), "foreign");
        assert_contains(refusal->text, "an administrator of a unit above");
        assert_contains(refusal->text, rows[i].of);
        assert_unchanged(rig, before);
    }
}

/* Nobody is reminded when the sender cannot be told of whom: it is put off as a whole. */
static void test_put_off(void **state)
{
    struct rig *rig = *state;
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    remind.period = TEXT("2024");
    envelope.body_case = BODY(REMIND);
    envelope.remind = &remind;
    char *before = dump_store(rig);
    assert_refused(ask_waiting(rig, &envelope, STEP_ANSWERS_MAX), "busy");
    assert_unchanged(rig, before);
    assert_int_equal(count_said(ask_waiting(rig, &envelope, 0)), 7);
    assert_int_equal(times_reminded(rig, "23860", NULL), 1);
}

/* A unit that is named twice, by whatever name, is reminded once, and told of once. */
static void test_named_twice(void **state)
{
    struct rig *rig = *state;
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *units[] = {TEXT("23860"), TEXT("23863"), TEXT("23860"), TEXT("id:23860")};
    remind.period = TEXT("2024");
    remind.units = units;
    remind.n_units = LENGTH(units);
    envelope.body_case = BODY(REMIND);
    envelope.remind = &remind;
    const Tonghop__Envelope *answer = rig_ask(rig, from_local(), &envelope);
    assert_body(answer, BODY(REMINDED));
    assert_int_equal(answer->reminded->n_lines, 2);
    assert_int_equal(answer->reminded->lines[0]->unit->id, 23860);
    assert_int_equal(answer->reminded->lines[1]->unit->id, 23863);
    for (size_t i = 0; i < answer->reminded->n_lines; i++)
        assert_int_equal(answer->reminded->lines[i]->count, 1);
    const Tonghop__InboxEntry *entry = reminder_of(rig, "23860");
    assert_int_equal(entry->count, 1);
    assert_int_equal(entry->time_us, rig->now.us); /* and not a moment later */
}

/* ---- by itself ---- */

/* Without being configured no node reminds by itself. */
static void test_not_by_itself(void **state)
{
    struct rig *rig = *state;
    move_to(rig, 12, 18, 12);
    rig_tick(rig);
    assert_int_equal(times_reminded(rig, "23860", NULL), 0);
}

/* From so many days before the deadline on, at the pace that is configured, until it has filed. */
static void test_by_itself(void **state)
{
    struct rig *rig = *state;
    static const struct {
        int month, day;
        uint32_t commune, district; /* how often by then */
    } rows[] = {
        {12, 11, 0, 0}, {12, 12, 1, 0}, {12, 13, 1, 0}, {12, 14, 1, 0}, {12, 15, 2, 1},
        {12, 16, 2, 1}, {12, 18, 3, 2}, {12, 30, 4, 3}, {1, 20, 5, 4},
    };
    bool is_by_itself;
    node_set_reminding(rig->node, 3, 5);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        move_to(rig, rows[i].month, rows[i].day, 9);
        rig_tick(rig);
        move_to(rig, rows[i].month, rows[i].day, 10); /* once a day */
        rig_tick(rig);
        rig_hello(rig, from_local(), 0);
        assert_int_equal(times_reminded(rig, "23860", NULL), rows[i].commune);
        assert_int_equal(times_reminded(rig, "631", NULL), rows[i].district);
        assert_int_equal(times_reminded(rig, "64", NULL), 0);
    }
    assert_int_equal(times_reminded(rig, "23860", &is_by_itself), 5);
    assert_true(is_by_itself);
    file_all(rig, 23860);
    move_to(rig, 1, 28, 9);
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", NULL), 5);
    assert_int_equal(times_reminded(rig, "23863", NULL), 6);
}

/* Every three days is every third day, though the node looks a moment earlier each time. */
static void test_looks_earlier_each_time(void **state)
{
    struct rig *rig = *state;
    node_set_reminding(rig->node, 3, 5);
    for (uint32_t times = 0; times < 3; times++) {
        move_to(rig, 12, 12 + 3 * (int)times, 12 - (int)times);
        rig_tick(rig);
        rig_hello(rig, from_local(), 0);
        assert_int_equal(times_reminded(rig, "23860", NULL), times + 1);
    }
}

/* Ways in which a node is that says nothing of its own. */
enum silence { RESTORING, FULL, SILENCES };

static void be(struct rig *rig, enum silence silence)
{
    rig_set_restoring(rig, silence == RESTORING);
    rig_stop(rig);
    rig_start(rig, silence == FULL ? UINT64_MAX : 0);
    node_set_reminding(rig->node, 3, 5);
    rig_hello(rig, from_local(), 0);
}

/* A node that may lack what the node above holds, or has no room, reminds nobody, asked or by
 * itself; once it has, it does. */
static void test_silent(void **state)
{
    static const char *const codes[SILENCES] = {[RESTORING] = "busy", [FULL] = "full"};
    struct rig *rig = *state;
    for (enum silence silence = 0; silence < SILENCES; silence++) {
        print_message("row %d\n", (int)silence);
        move_to(rig, 12, 12 + 3 * (int)silence, 9);
        be(rig, silence);
        char *before = dump_store(rig);
        rig_tick(rig);
        assert_false(node_has_work(rig->node, rig->now_ms)); /* it does not look again and again */
        assert_refused(ask_remind(rig, from_local(), "2024", "23860", false), codes[silence]);
        assert_refused(ask_remind(rig, from_local(), "2024", NULL, true), codes[silence]);
        assert_unchanged(rig, before);
        be(rig, SILENCES);
        rig_tick(rig);
        rig_hello(rig, from_local(), 0);
        assert_int_equal(times_reminded(rig, "23860", NULL), 1 + (uint32_t)silence);
    }
}

/* Nor does one without a catalogue, which knows nobody. */
static void test_without_catalogue(void **state)
{
    struct rig *rig = *state;
    node_set_reminding(rig->node, 3, 5);
    move_to(rig, 12, 15, 9);
    char *before = dump_store(rig);
    rig_tick(rig);
    assert_false(node_has_work(rig->node, rig->now_ms));
    rig_hello(rig, from_local(), 0);
    assert_refused(ask_remind(rig, from_local(), "2024", NULL, false), "catalogue");
    assert_unchanged(rig, before);
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

/* What a clock that was a year ahead has said does not end the node's own reminding. */
static void test_by_itself_after_the_future(void **state)
{
    struct rig *rig = *state;
    move_to(rig, 12, 15, 9);
    const int64_t now_us = rig->now.us;
    rig->now.us = now_us + 365 * DAY_US;
    assert_true(remind_ok(rig, "23860")->reminded);
    rig->now.us = now_us;
    node_set_reminding(rig->node, 3, 5);
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", NULL), 2);
}

/* One by hand counts for the pace of those by itself. */
static void test_by_hand_first(void **state)
{
    struct rig *rig = *state;
    bool is_by_itself;
    node_set_reminding(rig->node, 3, 5);
    move_to(rig, 12, 14, 9);
    rig->node->reminded_day = instant_date(rig->now).days; /* it has looked today */
    rig_hello(rig, from_local(), 0);
    assert_true(remind_ok(rig, "23860")->reminded);
    move_to(rig, 12, 16, 9);
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", &is_by_itself), 1);
    assert_false(is_by_itself);
    assert_int_equal(times_reminded(rig, "23863", NULL), 1);
    move_to(rig, 12, 17, 10);
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", &is_by_itself), 2);
    assert_true(is_by_itself);
}

/* What a person wrote is still read when the node has reminded by itself, until a person writes
 * something else, or nothing; a unit that nobody wrote to has no text. */
static void test_text_stays(void **state)
{
    static const char *const texts[] = {"nộp trước thứ Sáu", "", "gấp"};
    struct rig *rig = *state;
    bool is_by_itself;
    node_set_reminding(rig->node, 1, 5);
    for (size_t i = 0; i < LENGTH(texts); i++) {
        print_message("row %zu\n", i);
        move_to(rig, 12, 14 + 3 * (int)i, 9);
        rig->node->reminded_day = instant_date(rig->now).days; /* it has looked today */
        rig_hello(rig, from_local(), 0);
        remind_with(rig, "23860", texts[i]);
        for (size_t later = 1; later < 3; later++) {
            move_to(rig, 12, 14 + (int)(3 * i + later), 9);
            rig_tick(rig);
            rig_hello(rig, from_local(), 0);
            assert_int_equal(times_reminded(rig, "23860", &is_by_itself), 3 * i + 1 + later);
            assert_true(is_by_itself);
            assert_string_equal(text_of(rig, "23860"), texts[i]);
            assert_string_equal(text_of(rig, "23863"), "");
        }
    }
}

/* A node reminds those whose parent it serves: the rest is that parent's node's. */
static void test_only_whose_parent_it_serves(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    node_set_reminding(rig->node, 3, 5);
    move_to(rig, 12, 18, 9);
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", NULL), 0);
    assert_int_equal(times_reminded(rig, "631", NULL), 1);
    assert_int_equal(times_reminded(rig, "23887", NULL), 1);
}

/* Of a closed period nobody is reminded, but whom it was reopened for. */
static void test_closed_by_itself(void **state)
{
    struct rig *rig = *state;
    close_year(rig, RANK(OFFICIAL));
    node_set_reminding(rig->node, 3, 5);
    rig_tick(rig);
    assert_int_equal(times_reminded(rig, "23860", NULL), 0);
    rig->now.us++;
    assert_body(ask_reopen(rig, from_local(), "2024", "23860", rig->now.us + 5 * DAY_US, "nộp sót"),
                BODY(DONE));
    rig->now.us += DAY_US;
    rig_tick(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(times_reminded(rig, "23860", NULL), 1);
    assert_int_equal(times_reminded(rig, "23863", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_who_is_reminded),
        ROOT_TEST(test_one_form_is_missing),
        ROOT_TEST(test_all),
        ROOT_TEST(test_not_too_often),
        ROOT_TEST(test_said_in_the_future),
        ROOT_TEST(test_trial_and_closed),
        ROOT_TEST(test_refused),
        ROOT_TEST(test_all_of_less),
        ROOT_TEST(test_put_off),
        ROOT_TEST(test_named_twice),
        ROOT_TEST(test_who_may_is_said),
        ROOT_TEST(test_not_by_itself),
        ROOT_TEST(test_by_itself),
        ROOT_TEST(test_looks_earlier_each_time),
        ROOT_TEST(test_by_itself_after_the_future),
        DISTRICT_TEST(test_silent),
        cmocka_unit_test_setup_teardown(test_without_catalogue, setup_empty, rig_teardown),
        ROOT_TEST(test_by_hand_first),
        ROOT_TEST(test_text_stays),
        ROOT_TEST(test_only_whose_parent_it_serves),
        ROOT_TEST(test_closed_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
