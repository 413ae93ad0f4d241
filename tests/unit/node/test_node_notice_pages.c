/* Many notices, and long feeds: they go up page by page and turn by turn, each notice once, and no
 * turn takes long. */
#include "store/keys.h"
#include "store/txn.h"
#include "unit/node/notices.h"

static const struct says returned = {
    .type = NOTICE_RETURNED, .unit = 631, .author = 64, .number = 1, .text = "why"};

static int64_t due_ms(struct rig *rig)
{
    if (node_has_work(rig->node, rig->now_ms))
        rig_tick(rig); /* which it waits for, too */
    return node_due_ms(rig->node, rig->now_ms);
}

/* Pumps as often as the node says that it has to be at once. Returns how often it was. */
static size_t pump_on(struct rig *rig)
{
    for (size_t turn = 1; turn < 100; turn++) {
        uint64_t seq;
        rig_pump(rig);
        if (handed_up(rig, &seq) != NULL || notices_due_ms(rig->node, rig->now_ms) > 0)
            return turn;
    }
    fail_msg("it does not come to rest");
    return 0;
}

/* Puts reports into the feed, of as many units, whatever they are. */
static void fill_feed(struct rig *rig, size_t count)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    for (size_t i = 0; i < count; i++) {
        const struct report_key key = {KIND_ACTUAL, {2023, PERIOD_S1}, 1000000 + (uint32_t)i, 1};
        struct head head = {.revision = 1};
        assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* However many reports there are between, it reads so far in one turn, and goes on at once; what it
 * has read is not read again when the link begins anew. */
static void test_reads_a_long_feed_in_turns(void **state)
{
    enum { TURNS = 4 };
    struct rig *rig = *state;
    struct says heard = heard_of(&returned);
    uint64_t seq;
    fill_feed(rig, TURNS * NODE_WATCH_HEADS);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_int_equal(rig->node->notices.pushed, NODE_WATCH_HEADS);
    assert_int_equal(due_ms(rig), 0);
    assert_false(notices_are_quiet(rig->node));
    parent_tells(rig, seq, &returned, 1, 10);
    assert_int_equal(pump_on(rig), TURNS);
    const Tonghop__Notices *up = handed_up(rig, &seq);
    assert_non_null(up);
    assert_int_equal(up->n_notices, 1);
    assert_true(has_key(rig, up, &heard));
    assert_true(due_ms(rig) > 0); /* it waits for the ack */
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    up = handed_up(rig, &seq);
    assert_non_null(up);
    assert_true(has_key(rig, up, &heard));
    parent_acks(rig, seq, up->through);
    link_above(rig, PARENTS_EPOCH);
    assert_int_equal(pump_on(rig), 1);
    assert_null(handed_up(rig, &seq));
    assert_true(due_ms(rig) > 0);
}

/* What does not read stops it for a while only, and does not keep it busy. */
static void test_a_feed_that_does_not_read(void **state)
{
    struct rig *rig = *state;
    struct store_key first = keys_change(1);
    bool is_unknown;
    fill_feed(rig, 1);
    struct store_txn *txn = store_begin_write(rig->store);
    buf_put_u8(txn_record(txn), 1);
    assert_int_equal(txn_put_record(txn, DB_FEED, first), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    link_above(rig, PARENTS_EPOCH);
    for (int i = 0; i < 3; i++) {
        rig_pump(rig);
        assert_in_range(notices_due_ms(rig->node, rig->now_ms), 1, NODE_NOTICES_RETRY_MS);
        rig->now_ms += NODE_NOTICES_RETRY_MS;
        assert_int_equal(due_ms(rig), 0);
        parent_tells(rig, 0, NULL, 0, 0); /* the link stands */
    }
    assert_false(notices_are_quiet(rig->node));
}

/* Number `i` of many that were said above, `later_us` than at first; nobody says that they came. */
enum { MANY = 3 * SAYS_MAX };
static struct says one_of_many(size_t i, int64_t later_us)
{
    return (struct says){.type = NOTICE_ACCEPTED,
                         .unit = 631,
                         .author = 64,
                         .form = 1 + (uint32_t)(i % SAYS_MAX),
                         .number = 1 + i / SAYS_MAX,
                         .later_us = later_us};
}

static void parent_tells_many(struct rig *rig, int64_t later_us)
{
    struct says rows[SAYS_MAX];
    uint64_t seq;
    for (size_t turn = 0; turn < MANY / SAYS_MAX; turn++) {
        for (size_t i = 0; i < SAYS_MAX; i++)
            rows[i] = one_of_many(turn * SAYS_MAX + i, later_us);
        parent_tells(rig, 0, NULL, 0, 0);
        rig->now_ms += NODE_NOTICES_RETRY_MS; /* one may be under way */
        rig_pump(rig);
        (void)asked_above(rig, &seq);
        assert_true(seq != 0);
        parent_tells(rig, seq, rows, SAYS_MAX, 10 + turn);
    }
}

/* Acknowledges pages until there are no more. How often each of the many was in them. */
static void count_handed_up(struct rig *rig, unsigned *ret_times)
{
    memset(ret_times, 0, MANY * sizeof(*ret_times));
    rig->now_ms += NODE_NOTICES_RETRY_MS; /* one may be under way */
    for (size_t page = 0; page < 2 * MANY; page++) {
        uint64_t seq;
        pump_on(rig);
        const Tonghop__Notices *up = handed_up(rig, &seq);
        if (up == NULL)
            return;
        uint64_t through = up->through;
        for (size_t i = 0; i < up->n_notices; i++) {
            struct notice_key key = key_in(rig, up, i);
            assert_int_equal(key.type, NOTICE_ACCEPTED);
            ret_times[(key.number - 1) * SAYS_MAX + key.report.form - 1]++;
        }
        parent_acks(rig, seq, through);
    }
    fail_msg("it does not come to an end");
}

static void assert_handed_up(struct rig *rig, unsigned times)
{
    unsigned counts[MANY];
    count_handed_up(rig, counts);
    for (size_t i = 0; i < MANY; i++)
        if (counts[i] != times)
            fail_msg("notice %zu was handed up %u times, not %u", i, counts[i], times);
}

/* A parent that lost its disk gets back all that was said above, however many pages that takes,
 * each once; and so it does when it shows by an earlier saying that it has lost the later one. */
static void test_gives_back_many(void **state)
{
    struct rig *rig = *state;
    link_above(rig, PARENTS_EPOCH);
    parent_tells_many(rig, 0);
    assert_handed_up(rig, 0);
    link_above(rig, PARENTS_EPOCH + 1);
    assert_handed_up(rig, 1);
    assert_handed_up(rig, 0);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH + 2);
    assert_handed_up(rig, 1);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH + 2);
    assert_handed_up(rig, 0);
    parent_tells_many(rig, -1); /* it is put back to an old one */
    assert_handed_up(rig, 1);
    assert_handed_up(rig, 0);
}

/* Each earlier saying is answered once, also while pages go up, and nothing else is with it. */
static void test_gives_back_one_by_one(void **state)
{
    struct rig *rig = *state;
    unsigned counts[MANY];
    link_above(rig, PARENTS_EPOCH);
    parent_tells_many(rig, 0);
    assert_handed_up(rig, 0);
    for (size_t i = 0; i < MANY; i += SAYS_MAX / 4) {
        struct says early = one_of_many(i, -1);
        uint64_t seq;
        parent_tells(rig, 0, NULL, 0, 0);
        rig_pump(rig);
        (void)asked_above(rig, &seq);
        parent_tells(rig, seq, &early, 1, 20 + i);
        count_handed_up(rig, counts);
        for (size_t j = 0; j < MANY; j++)
            if (counts[j] != (j == i ? 1 : 0))
                fail_msg("notice %zu was handed up %u times after %zu", j, counts[j], i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHILD_TEST(test_reads_a_long_feed_in_turns),
        CHILD_TEST(test_a_feed_that_does_not_read),
        CHILD_TEST(test_gives_back_many),
        CHILD_TEST(test_gives_back_one_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
