/* Reminders of more units than a node takes in one turn: each day's look comes to its end, also
 * after a clock that was wrong. */
#include "node/notice.h"
#include "unit/node/edit.h"
#include "unit/node/said.h"
#include "unit/node/state.h"

enum { NODE_631 = 1 };
enum { FIRST_ADDED = 100000, ADDED = 70, CATALOGUE_OF_MANY = 2, TURNS = 8 };

/* 631 with so many communes more, from the first of them on. */
static void install_communes(struct rig *rig, uint32_t number, uint32_t first, uint32_t count)
{
    Tonghop__Catalogue *catalogue = edit_begin(number);
    edit_add_communes(catalogue, 631, first, count);
    rig_install_edited(rig, catalogue);
    rig_settle(rig);
}

/* Looks until there is nothing to be done; how often that was. */
static size_t look_to_the_end(struct rig *rig)
{
    size_t turns = 0;
    for (rig_tick(rig); node_has_work(rig->node, rig->now_ms); rig_tick(rig))
        if (++turns > TURNS)
            fail_msg("it looks again and again");
    return turns;
}

/* How often the node says that it has reminded them; each as often as the others. */
static uint32_t times_each(struct rig *rig, uint32_t first, uint32_t count)
{
    struct notice_key key = {
        .report = {KIND_ACTUAL, {2024, PERIOD_Y}, 0, 0}, .type = NOTICE_REMINDER, .author = 64};
    uint32_t times = 0;
    struct store_txn *txn = store_begin_read(rig->store);
    for (uint32_t i = 0; i < count; i++) {
        key.report.unit = first + i;
        const Tonghop__Notice *held = notice_find(rig->node, txn, &key);
        uint32_t said = held != NULL ? held->count : 0;
        if (i > 0 && said != times)
            fail_msg("unit %u was reminded %u times, others %u", first + i, said, times);
        times = said;
    }
    store_abort(&txn);
    return times;
}

/* More than one turn takes are reminded in several, each once. */
static void test_many(void **state)
{
    struct rig *rig = *state;
    install_communes(rig, CATALOGUE_OF_MANY, FIRST_ADDED, ADDED);
    move_to(rig, 12, 15, 9);
    node_set_reminding(rig->node, 3, 5);
    assert_int_equal(look_to_the_end(rig), 1);
    assert_int_equal(times_each(rig, FIRST_ADDED, ADDED), 1);
}

/* After a clock that was ahead each is reminded once more, and from then on at the pace that is
 * configured, though the last one seems to be of a later day: also after a restart. */
static void test_many_after_the_future(void **state)
{
    struct rig *rig = *state;
    static const struct {
        int day;
        bool is_new; /* the process */
        uint32_t times;
    } rows[] = {{18, false, 1}, {15, false, 2}, {15, true, 2}, {16, false, 2},
                {17, true, 2},  {18, false, 3}, {18, true, 3}, {14, false, 4}};
    install_communes(rig, CATALOGUE_OF_MANY, FIRST_ADDED, ADDED);
    node_set_reminding(rig->node, 3, 5);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        move_to(rig, 12, rows[i].day, 9);
        if (rows[i].is_new) {
            rig_restart(rig);
            node_set_reminding(rig->node, 3, 5);
        }
        (void)look_to_the_end(rig);
        assert_int_equal(times_each(rig, FIRST_ADDED, ADDED), rows[i].times);
    }
}

/* Nor does a person remind again on the day on which it was set back; the answer has when it was
 * said by the clock of that day. That is not when it came to its home. */
static void test_by_hand_after_the_future(void **state)
{
    struct rig *rig = *state;
    move_to(rig, 12, 18, 9);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_hello(rig, from_local(), 0);
    assert_true(remind_ok(rig, "23860")->reminded);
    move_to(rig, 12, 15, 9);
    const int64_t said_us = rig->now.us;
    assert_true(remind_ok(rig, "23860")->reminded);
    rig->now.us += 1000;
    const Tonghop__ReminderLine *line = remind_ok(rig, "23860");
    assert_false(line->reminded);
    assert_int_equal(line->count, 2);
    assert_int_equal(line->last_us, said_us);
    assert_int_equal(reminder_of(rig, "23860")->delivered_us, 0);
}

/* Reminders that no later one can replace, by a clock that was in the last moment there is. */
static void put_last_ones(struct rig *rig)
{
    bool is_unknown;
    struct buf bytes = {0};
    struct store_txn *txn = store_begin_write(rig->store);
    for (uint32_t i = 0; i < ADDED; i++) {
        const struct notice_key key = {
            .report = {KIND_ACTUAL, {2024, PERIOD_Y}, FIRST_ADDED + i, 0},
            .type = NOTICE_REMINDER,
            .author = 64};
        Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
        wire_put_notice_key(&key, &notice);
        notice.time_us = WIRE_INSTANT_MAX_US;
        notice.seen_us = 1; /* greater than any reminder */
        buf_clear(&bytes);
        wire_pack_notice(&notice, &bytes);
        assert_int_equal(store_put_notice(txn, &key, span_of(&bytes)), ERR_OK);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    buf_fini(&bytes);
}

/* Whatever is held, a day's look comes to its end: no turn begins where the one before did. */
static void test_comes_to_its_end(void **state)
{
    struct rig *rig = *state;
    install_communes(rig, CATALOGUE_OF_MANY, FIRST_ADDED, ADDED);
    put_last_ones(rig);
    node_set_reminding(rig->node, 3, 5);
    for (int day = 15; day < 17; day++) {
        move_to(rig, 12, day, 9);
        (void)look_to_the_end(rig);
        assert_int_equal(times_each(rig, FIRST_ADDED, ADDED), 0);
        assert_int_equal(times_each(rig, 23860, 1), 1);
    }
}

/* Between two turns the catalogue changes: none is forgotten, and none reminded twice. Or the day
 * ends: the next one's look begins with the first. */
static void test_between_turns(void **state)
{
    struct rig *rig = *state;
    install_communes(rig, CATALOGUE_OF_MANY, FIRST_ADDED, ADDED);
    move_to(rig, 12, 15, 9);
    node_set_reminding(rig->node, 3, 5);
    rig_tick(rig);
    assert_true(node_has_work(rig->node, rig->now_ms));
    install_communes(rig, CATALOGUE_OF_MANY + 1, FIRST_ADDED - ADDED, 2 * ADDED);
    (void)look_to_the_end(rig);
    assert_int_equal(times_each(rig, FIRST_ADDED - ADDED, 2 * ADDED), 1);
    node_set_reminding(rig->node, 1, 5);
    for (int day = 18; day < 20; day++) {
        move_to(rig, 12, day, 9);
        rig_tick(rig);
        assert_true(node_has_work(rig->node, rig->now_ms));
    }
    (void)look_to_the_end(rig);
    assert_int_equal(times_each(rig, 23857, 1), 3); /* in the first turn of each day */
    assert_int_equal(times_each(rig, FIRST_ADDED + ADDED - 1, 1), 2);
}

/* A turn that did not come to the disk is taken again. */
static void test_lost_turn(void **state)
{
    struct rig *rig = *state;
    install_communes(rig, CATALOGUE_OF_MANY, FIRST_ADDED, ADDED);
    move_to(rig, 12, 15, 9);
    node_set_reminding(rig->node, 3, 5);
    struct event tick = rig_event(rig, EVENT_TICK);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(node_step(rig->node, txn, &tick, &rig->effects), ERR_OK);
    store_abort(&txn);
    effects_clear(&rig->effects);
    txn = store_begin_read(rig->store);
    assert_int_equal(node_reload(rig->node, txn), ERR_OK);
    store_abort(&txn);
    (void)look_to_the_end(rig);
    assert_int_equal(times_each(rig, FIRST_ADDED, ADDED), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_many),
        ROOT_TEST(test_many_after_the_future),
        ROOT_TEST(test_by_hand_after_the_future),
        ROOT_TEST(test_comes_to_its_end),
        ROOT_TEST(test_between_turns),
        ROOT_TEST(test_lost_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
