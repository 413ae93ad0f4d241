/* The inbox of a node above: what was heard and seen of a notice at whichever node serves the unit.
 */
#include "node/notice.h"
#include "unit/node/draft.h"
#include "unit/node/said.h"
#include "unit/node/state.h"

enum { NODE_631 = 1 };

/* The one entry. */
static const Tonghop__InboxEntry *entry_ok(struct rig *rig, const struct looking *looking)
{
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), looking);
    assert_int_equal(inbox->n_entries, 1);
    return inbox->entries[0];
}

/* By which node, when by the reminder's time and later, and who. */
static void put_heard(struct rig *rig, uint32_t author, int64_t time_us, int64_t delivered_us,
                      int64_t seen_us)
{
    struct notice_key key = {.report = {KIND_ACTUAL, {2024, PERIOD_Y}, 23857, 0},
                             .type = NOTICE_HEARD,
                             .author = author};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    struct buf bytes = {0};
    char person[24];
    bool is_unknown;
    (void)snprintf(person, sizeof(person), "uid:%u", author);
    key.number = notice_heard_number(NOTICE_REMINDER, 64);
    wire_put_notice_key(&key, &notice);
    notice.time_us = time_us;
    notice.delivered_us = delivered_us;
    notice.seen_us = seen_us;
    notice.person = seen_us != 0 ? person : notice.person;
    wire_pack_notice(&notice, &bytes);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_notice(txn, &key, span_of(&bytes)), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    buf_fini(&bytes);
}

/* What levels beneath the next one have heard and seen is told, by whichever node that serves the
 * unit, or did: of the last saying, and of that what is known furthest. */
static void test_heard_further_down(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    static const struct {
        uint32_t author;
        int64_t later_us, delivered, seen; /* later than the reminder */
        int64_t told_delivered, told_seen;
        const char *told_by;
    } rows[] = {
        {632, 0, 2, 3, 0, 0, ""},        /* it is not above the unit */
        {23857, -1, 2, 3, 0, 0, ""},     /* of an earlier saying */
        {23857, 0, 4, 0, 4, 0, ""},      /* it has come to the commune */
        {631, 0, 3, 8, 3, 8, "uid:631"}, /* the district served it then */
        {23857, 0, 4, 9, 4, 9, "uid:23857"},
        {64, 0, 2, 5, 4, 9, "uid:23857"},
        {631, 1, 20, 0, 20, 0, ""}, /* a later one, which this node has lost */
        {631, -2, 3, 8, 4, 9, "uid:23857"},
    };
    assert_true(remind_ok(rig, "23857")->reminded);
    const int64_t said_us = rig->now.us;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row %zu\n", i);
        put_heard(rig, rows[i].author, said_us + rows[i].later_us, said_us + rows[i].delivered,
                  rows[i].seen != 0 ? said_us + rows[i].seen : 0);
        const Tonghop__InboxEntry *entry = entry_ok(rig, LOOK(.unit = "23857"));
        int64_t told_us = rows[i].told_delivered;
        assert_int_equal(entry->delivered_us, told_us != 0 ? said_us + told_us : 0);
        told_us = rows[i].told_seen;
        assert_int_equal(entry->seen_us, told_us != 0 ? said_us + told_us : 0);
        assert_string_equal(entry->seen_by, rows[i].told_by);
    }
    rig->now.us += DAY_US;
    assert_true(remind_ok(rig, "23857")->reminded);
    assert_int_equal(entry_ok(rig, LOOK(.unit = "23857"))->delivered_us, 0);
}

/* At its home it is what that one's own people have seen, whoever served it before. */
static void test_seen_by_own_people(void **state)
{
    struct rig *rig = *state;
    assert_true(remind_ok(rig, "23857")->reminded);
    const int64_t said_us = rig->now.us;
    put_heard(rig, 631, said_us, said_us + 1, said_us + 2);
    assert_int_equal(entry_ok(rig, LOOK(0))->seen_us, 0);
    rig->now.us += 5;
    assert_int_equal(entry_ok(rig, LOOK(.mark_seen = true))->seen_us, said_us + 5);
    assert_string_equal(entry_ok(rig, LOOK(0))->seen_by, "uid:1000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_heard_further_down),
        ROOT_TEST(test_seen_by_own_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
