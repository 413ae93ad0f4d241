/* What counts as filed in time: the moment at which the unit's home took the first revision in, by
 * its clock; where that clock was wrong, the moment at which it came to the node above. Both are
 * kept, and all levels judge alike. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"

enum { NODE_23857 = 10, DAYS_LATER = 300 };

static const struct draft report = {.period = "2025-S1", .unit = 23857, CELLS(EXACT(1, 10))};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_23857, 23857, ROLE(NODE));
    return result;
}

/* The node's hello says what its clock says, `ahead_us` of ours. */
static void say_hello(struct rig *rig, int64_t ahead_us)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = 23857;
    hello.node = true;
    hello.now_us = rig->now.us + ahead_us;
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    assert_body(rig_ask(rig, from_key(NODE_23857), &envelope), BODY(WELCOME));
}

static const Tonghop__CoverageLine *line_of_23857(struct rig *rig)
{
    const struct question question = {.period = "2025-S1", .unit = "23857"};
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), &question);
    assert_body(answer, BODY(COVERAGE));
    for (size_t i = 0; i < answer->coverage->n_lines; i++)
        if (answer->coverage->lines[i]->revision != 0)
            return answer->coverage->lines[i];
    fail_msg("nothing was filed");
    return NULL;
}

/* The report says that it was filed on 10 January, which is early, and comes in November. */
static void come_in_november(struct rig *rig, int64_t ahead_us)
{
    rig->now.us += DAYS_LATER * INT64_C(86400000000);
    say_hello(rig, ahead_us);
    assert_body(send_revision(rig, NODE_23857, &report, (struct wrapper){1, STATE_ACCEPTED}),
                BODY(ACK));
}

static uint64_t count_notices(struct rig *rig)
{
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t count = store_count_notices(txn);
    store_abort(&txn);
    return count;
}

/* A home whose clock is right is believed, however late its report comes: it may have been offline.
 */
static void a_right_clock_is_believed(void **state)
{
    struct rig *rig = *state;
    come_in_november(rig, 0);
    const Tonghop__CoverageLine *line = line_of_23857(rig);
    assert_int_equal(line->timeliness, TONGHOP__TIMELINESS__TIMELINESS_EARLY);
    assert_int_equal(line->first_filed_us, RIG_NOW_US - 2000000);
    assert_int_equal(line->arrived_us, rig->now.us);
    assert_false(line->clock_off);
    assert_int_equal(count_notices(rig), 0);
}

/* One that is months behind is not; what it said is still told beside it. */
static void a_wrong_clock_is_not(void **state)
{
    struct rig *rig = *state;
    come_in_november(rig, -DAYS_LATER * INT64_C(86400000000));
    const Tonghop__CoverageLine *line = line_of_23857(rig);
    assert_int_equal(line->timeliness, TONGHOP__TIMELINESS__TIMELINESS_LATE);
    assert_int_equal(line->first_filed_us, RIG_NOW_US - 2000000);
    assert_int_equal(line->arrived_us, rig->now.us);
    assert_true(line->clock_off);
    assert_int_equal(count_notices(rig), 1);

    /* A correction is no first filing: nothing is said again, and the first arrival stays. */
    int64_t first_us = rig->now.us;
    const struct draft corrected = {
        .period = "2025-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 11))};
    rig->now.us += 1000000;
    assert_body(send_revision(rig, NODE_23857, &corrected, (struct wrapper){2, STATE_ACCEPTED}),
                BODY(ACK));
    line = line_of_23857(rig);
    assert_int_equal(line->revision, 2);
    assert_int_equal(line->arrived_us, first_us);
    assert_int_equal(line->timeliness, TONGHOP__TIMELINESS__TIMELINESS_LATE);
    assert_int_equal(count_notices(rig), 1);
}

/* What was filed long ago by the home's own clock comes late, or again: when it came says nothing,
 * and a clock that is wrong today did not file it. */
static void what_is_given_back_is_believed(void **state)
{
    struct rig *rig = *state;
    come_in_november(rig, INT64_C(86400000000));
    const Tonghop__CoverageLine *line = line_of_23857(rig);
    assert_int_equal(line->timeliness, TONGHOP__TIMELINESS__TIMELINESS_EARLY);
    assert_false(line->clock_off);
    assert_int_equal(count_notices(rig), 0);
}

/* Five minutes are allowed, on either side. */
static void minutes_do_not_matter(void **state)
{
    struct rig *rig = *state;
    come_in_november(rig, -4 * INT64_C(60000000));
    assert_false(line_of_23857(rig)->clock_off);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_right_clock_is_believed, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(a_wrong_clock_is_not, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(what_is_given_back_is_believed, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(minutes_do_not_matter, setup, rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
