/* Where a child stands in the feed of the node above holds for that feed and for the trees of one
 * catalogue: what a child does when either is another one than before. */
#include "unit/node/notices.h"

static const struct says returned = {
    .type = NOTICE_RETURNED, .unit = 631, .author = 64, .number = 1, .text = "why"};
static const struct says closing = {
    .type = NOTICE_CLOSING, .unit = 64, .author = 64, .number = 1, .text = "closed"};

/* ---- another catalogue ---- */

/* Under another catalogue other units may lie beneath it: it asks from the start, once. */
static void test_asks_anew_under_another_catalogue(void **state)
{
    struct rig *rig = *state;
    struct buf second = sample_bytes(2);
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, &returned, 1);
    rig_put_catalogue(rig, span_of(&second));
    rig_settle(rig);
    for (int i = 0; i < 2; i++) {
        rig_restart(rig);
        link_above(rig, PARENTS_EPOCH);
        rig_pump(rig);
        struct asks asks = asked_above(rig, &seq);
        assert_int_equal(asks.catalogue, 2);
        assert_int_equal(asks.after, i == 0 ? 0 : 12);
        parent_tells(rig, seq, &returned, 1, 12);
    }
    buf_fini(&second);
}

/* The page `re` of a parent under `catalogue`, with one notice. */
static void parent_tells_under(struct rig *rig, uint64_t re, uint32_t catalogue)
{
    struct said_page page;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    page_of(&page, &returned, 1);
    page.notices.catalogue = catalogue;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page.notices;
    from_parent(rig, re, &envelope);
    page_fini(&page);
}

/* A catalogue that comes in mid-link is asked under at once; what was chosen under the one before
 * is not all that concerns this node now, and is asked for anew. */
static void test_asks_anew_in_mid_link(void **state)
{
    struct rig *rig = *state;
    struct buf second = sample_bytes(2);
    uint64_t before, after, again;
    link_and_settle(rig, PARENTS_EPOCH, &closing, 1);
    parent_tells(rig, 0, NULL, 0, 0);
    rig_pump(rig);
    (void)asked_above(rig, &before);
    rig_put_catalogue(rig, span_of(&second));
    rig->node->uplink.catalogue = 2;
    parent_tells_under(rig, before, 1);
    assert_null(held_text(rig, &returned));
    rig_pump(rig);
    struct asks asks = asked_above(rig, &after);
    assert_true(after != 0);
    assert_int_equal(asks.after, 0);
    assert_int_equal(asks.catalogue, 2);
    parent_tells(rig, after, NULL, 0, 5); /* before where it was: it has asked from the start */
    rig_pump(rig);
    assert_null(handed_up(rig, &again));
    parent_tells(rig, 0, NULL, 0, 0);
    rig_pump(rig);
    (void)asked_above(rig, &after);
    parent_tells_under(rig, after, 2);
    assert_holds(rig, &returned);
    rig_pump(rig);
    (void)asked_above(rig, &again);
    assert_int_equal(again, 0);
    buf_fini(&second);
}

static void test_asks_under_what_has_come(void **state)
{
    struct rig *rig = *state;
    struct buf second = sample_bytes(2);
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, &returned, 1);
    rig_put_catalogue(rig, span_of(&second));
    rig_settle(rig);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_int_equal(seq, 0); /* not before the node above has it, too */
    rig->node->uplink.catalogue = 2;
    rig_pump(rig);
    assert_int_equal(asked_above(rig, &seq).catalogue, 2);
    assert_true(seq != 0);
    buf_fini(&second);
}

/* Under a catalogue that this node does not have nothing is taken over: it says hello again, and so
 * learns of that catalogue. */
static void test_hears_of_a_catalogue(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells_under(rig, seq, 2);
    assert_null(held_text(rig, &returned));
    rig->now_ms += NODE_COMPARE_RETRY_MS - 1;
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(HELLO), 0));
    rig->now_ms += 1;
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(HELLO), 0));
    rig->now_ms += NODE_NOTICES_RETRY_MS;
    rig_pump(rig);
    assert_int_equal(asked_above(rig, &seq).after, 0); /* and asks again, if it comes to nothing */
    assert_true(seq != 0);
    parent_tells_under(rig, seq, 1);
    assert_holds(rig, &returned);
}

/* ---- another disk ---- */

/* The answer to its next question: of that epoch, empty, and up to there. */
static void answer(struct rig *rig, uint64_t epoch, uint64_t through)
{
    struct said_page page;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint64_t seq;
    parent_tells(rig, 0, NULL, 0, 0);
    rig->now_ms += NODE_NOTICES_RETRY_MS; /* one may be under way */
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_true(seq != 0);
    page_of(&page, NULL, 0);
    page.notices.epoch = epoch;
    page.notices.through = through;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page.notices;
    from_parent(rig, seq, &envelope);
    page_fini(&page);
}

static uint64_t heard_up_to(struct rig *rig)
{
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t after = store_get_meta_u64(txn, "notices.after");
    store_abort(&txn);
    return after;
}

/* An old disk put back above without a word has the same epoch: its feed goes back. Like one of
 * another epoch it is given back everything, and read on from there. */
static void test_a_feed_that_is_an_older_one(void **state)
{
    static const struct {
        const char *name;
        uint64_t epoch, through;
        bool is_given_back;
    } rows[] = {
        {"no news", PARENTS_EPOCH, 10, false},
        {"news", PARENTS_EPOCH, 12, false},
        {"it goes back", PARENTS_EPOCH, 11, true},
        {"and goes on", PARENTS_EPOCH, 11, false},
        {"far back", PARENTS_EPOCH, 0, true},
        {"another epoch, further on", PARENTS_EPOCH + 1, 50, true},
        {"the same", PARENTS_EPOCH + 1, 50, false},
    };
    struct rig *rig = *state;
    const struct says all[] = {returned, closing};
    struct says heard = heard_of(&returned);
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, all, LENGTH(all));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        answer(rig, rows[i].epoch, rows[i].through);
        assert_int_equal(heard_up_to(rig), rows[i].through);
        rig_pump(rig);
        const Tonghop__Notices *up = handed_up(rig, &seq);
        if ((up != NULL) != rows[i].is_given_back)
            fail_msg("%s: %s", rows[i].name, up != NULL ? "given back" : "not given back");
        if (up == NULL)
            continue;
        assert_int_equal(up->n_notices, 3);
        assert_true(has_key(rig, up, &returned) && has_key(rig, up, &closing) &&
                    has_key(rig, up, &heard));
        parent_acks(rig, seq, up->through);
    }
}

/* A page that was under way to the disk of before is acknowledged too late: it is given back, too.
 */
static void test_an_ack_of_before(void **state)
{
    struct rig *rig = *state;
    uint64_t seq, ask;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &ask);
    parent_tells(rig, ask, &returned, 1, 10);
    rig_pump(rig);
    const Tonghop__Notices *up = handed_up(rig, &seq);
    assert_non_null(up);
    uint64_t through = up->through;
    rig->now_ms -= NODE_NOTICES_RETRY_MS; /* so that it is not sent again */
    answer(rig, PARENTS_EPOCH, 5);
    parent_acks(rig, seq, through);
    rig_pump(rig);
    up = handed_up(rig, &seq);
    assert_non_null(up);
    assert_int_equal(up->n_notices, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHILD_TEST(test_asks_anew_under_another_catalogue), CHILD_TEST(test_asks_anew_in_mid_link),
        CHILD_TEST(test_asks_under_what_has_come),          CHILD_TEST(test_hears_of_a_catalogue),
        CHILD_TEST(test_a_feed_that_is_an_older_one),       CHILD_TEST(test_an_ack_of_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
