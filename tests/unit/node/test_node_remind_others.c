/* A unit is reminded at one pace, whichever node above it does: what another has said, as far as it
 * has come here, counts as what this node has said itself. */
#include "node/notice.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/said.h"
#include "unit/node/state.h"

/* What a node has said of 23857; left 0: a reminder of 2024, said now. */
struct says {
    uint32_t author;
    uint8_t kind, label, type;
    int64_t later_us;
    bool is_by_itself; /* of the node, and not of a person */
};

static void put(struct rig *rig, const struct says *says)
{
    struct notice_key key = {
        .report = {.kind = says->kind != 0 ? says->kind : (uint8_t)KIND_ACTUAL,
                   .period = {2024, says->label != 0 ? says->label : (uint8_t)PERIOD_Y},
                   .unit = 23857},
        .type = says->type != 0 ? says->type : (uint8_t)NOTICE_REMINDER,
        .author = says->author};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    struct buf bytes = {0};
    bool is_unknown;
    wire_put_notice_key(&key, &notice);
    notice.time_us = rig->now.us + says->later_us;
    notice.person = TEXT(says->is_by_itself ? "" : "uid:7");
    notice.count = key.type == NOTICE_REMINDER ? 5 : 0;
    wire_pack_notice(&notice, &bytes);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_notice(txn, &key, span_of(&bytes)), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    buf_fini(&bytes);
}

/* Of that unit, kind and period, by any unit above it; who it was is said. What a clock that was
 * wrong has said in the future keeps nobody, and hides nothing that was said since. */
static void test_by_hand(void **state)
{
    (void)state; /* each row has a node of its own */
    static const struct {
        struct says says[2];
        uint32_t last_by; /* 0: nobody; what was said does not matter */
        int64_t last_us;  /* later than now */
        bool is_reminded;
    } rows[] = {
        {{{.author = 631, .later_us = -5}}, 631, -5, false},
        {{{.author = 631, .later_us = -DAY_US}}, 631, -DAY_US, true},
        {{{.author = 631, .later_us = -5, .is_by_itself = true}}, 0, 0, true},
        {{{.author = 64, .later_us = -5, .is_by_itself = true}}, 64, -5, false},
        {{{.author = 631, .label = PERIOD_S1}}, 0, 0, true},
        {{{.author = 631, .kind = KIND_PLAN}}, 0, 0, true},
        {{{.author = 632}}, 0, 0, true},
        {{{.author = 23857}}, 0, 0, true},
        {{{.author = 631, .type = NOTICE_REOPENING}}, 0, 0, true},
        {{{.author = 631, .later_us = 9 * DAY_US}}, 631, 9 * DAY_US, true},
        {{{.author = 631, .later_us = -5}, {.author = 64, .later_us = -9}}, 631, -5, false},
        {{{.author = 631, .later_us = -9}, {.author = 64, .later_us = -5}}, 64, -5, false},
        {{{.author = 631, .later_us = -5}, {.author = 64, .later_us = 9 * DAY_US}}, 631, -5, false},
        {{{.author = 631, .later_us = 9 * DAY_US}, {.author = 64, .later_us = -5}}, 64, -5, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        void *made;
        uint32_t own = 0;
        assert_int_equal(rig_setup_root(&made), 0);
        struct rig *rig = made;
        rig->now.us = instant_end_of(instant_date(rig->now)).us + DAY_US / 2;
        for (size_t n = 0; n < LENGTH(rows[i].says) && rows[i].says[n].author != 0; n++) {
            put(rig, &rows[i].says[n]);
            own = rows[i].says[n].author == 64 ? 5 : own;
        }
        const Tonghop__ReminderLine *line = remind_ok(rig, "23857");
        assert_int_equal(line->reminded, rows[i].is_reminded);
        assert_int_equal(line->count, own + (rows[i].is_reminded ? 1 : 0)); /* of its own */
        assert_int_equal(line->last_by != NULL ? line->last_by->id : 0, rows[i].last_by);
        assert_int_equal(line->last_us, rows[i].last_by != 0 ? rig->now.us + rows[i].last_us : 0);
        assert_int_equal(line->next_us, instant_end_of(instant_date(rig->now)).us + 1);
        (void)rig_teardown(&made);
    }
}

/* How often this node has reminded the unit. */
static uint32_t times(struct rig *rig, const char *unit)
{
    rig_hello(rig, from_local(), 0);
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(.unit = unit, .all = true));
    for (size_t i = 0; i < inbox->n_entries; i++)
        if (inbox->entries[i]->type == NOTICE_REMINDER && inbox->entries[i]->author->id == 631)
            return inbox->entries[i]->count;
    return 0;
}

/* A node does not remind by itself whom the one above has reminded, before the pause is over. */
static void test_by_itself(void **state)
{
    struct rig *rig = *state;
    struct date date;
    static const struct {
        int day;
        uint32_t count, other; /* by then; of a commune that nobody else has reminded */
    } rows[] = {{13, 0, 1}, {14, 0, 1}, {15, 0, 1}, {16, 1, 2}, {18, 1, 2}, {19, 2, 3}};
    node_set_reminding(rig->node, 3, 5);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        assert_int_equal(date_make(2024, 12, rows[i].day, &date), ERR_OK);
        rig->now.us = instant_end_of(date).us - DAY_US / 2;
        rig->now_ms += 1000;
        if (i == 0)
            put(rig, &(struct says){.author = 64, .later_us = -1, .is_by_itself = true});
        rig_tick(rig);
        assert_int_equal(times(rig, "23857"), rows[i].count);
        assert_int_equal(times(rig, "23860"), rows[i].other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        DISTRICT_TEST(test_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
