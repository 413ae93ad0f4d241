/* Notices on their way: how a child asks the node above for them and hands its own up, so that none
 * is lost with a message, a link or a disk, and nothing is said to who would not know the word. */
#include "unit/node/notices.h"
#include "unit/node/pair.h"

static const uint8_t seal_of_64[WIRE_DIGEST_SIZE] = {64, 1};

static const struct says returned = {
    .type = NOTICE_RETURNED, .unit = 631, .author = 64, .number = 1, .text = "why"};
static const struct says for_commune = {
    .type = NOTICE_REMINDER, .unit = 23857, .author = 64, .text = "soon"};
static const struct says closing = {
    .type = NOTICE_CLOSING, .unit = 64, .author = 64, .number = 1, .text = "closed"};

/* ---- asking ---- */

/* Linked, it asks for all of a feed that it does not know; linked again, from where it was, also
 * after a restart; and from the start when the feed is another one. */
static void test_asks_from_where_it_was(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    struct asks asks = asked_above(rig, &seq);
    assert_true(seq != 0);
    assert_int_equal(asks.epoch, PARENTS_EPOCH);
    assert_int_equal(asks.after, 0);
    assert_int_equal(asks.catalogue, 1);
    parent_tells(rig, seq, &returned, 1, 41);
    assert_holds(rig, &returned);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    asks = asked_above(rig, &seq);
    assert_int_equal(asks.epoch, PARENTS_EPOCH);
    assert_int_equal(asks.after, 41);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH + 1);
    rig_pump(rig);
    asks = asked_above(rig, &seq);
    assert_int_equal(asks.epoch, PARENTS_EPOCH + 1);
    assert_int_equal(asks.after, 0);
}

/* As long as there is more it asks on; an answer to an earlier question is not taken. */
static void test_asks_on(void **state)
{
    struct rig *rig = *state;
    struct said_page page;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint64_t first, second;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &first);
    page_of(&page, &returned, 1);
    page.notices.through = 5;
    page.notices.more = true;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page.notices;
    from_parent(rig, first, &envelope);
    rig_pump(rig);
    assert_int_equal(asked_above(rig, &second).after, 5);
    assert_true(second != 0 && second != first);
    page.notices.through = 99;
    from_parent(rig, first, &envelope);
    parent_tells(rig, second, &for_commune, 1, 6);
    assert_holds(rig, &for_commune);
    assert_false(rig->node->notices.wants);
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_meta_u64(txn, "notices.after"), 6);
    store_abort(&txn);
    page_fini(&page);
}

/* A question that is not answered is asked again after a while, and not before. */
static void test_asks_again(void **state)
{
    struct rig *rig = *state;
    uint64_t first, second;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &first);
    rig->now_ms += NODE_NOTICES_RETRY_MS - 1;
    rig_pump(rig);
    (void)asked_above(rig, &second);
    assert_int_equal(second, 0);
    rig->now_ms += 1;
    rig_pump(rig);
    (void)asked_above(rig, &second);
    assert_true(second != 0 && second != first);
}

/* Told that there is more, it asks; a pong that names a later notice than it has heard of is such a
 * hint, too, and one that does not is none. */
static void test_hints(void **state)
{
    static const struct {
        const char *name;
        bool is_pong;
        uint64_t last;
        bool asks;
    } rows[] = {{"a hint", false, 0, true},
                {"a pong with a later one", true, 11, true},
                {"a pong with the same", true, 10, false},
                {"a pong with an earlier one", true, 9, false},
                {"a pong of a node of before", true, 0, false}};
    struct rig *rig = *state;
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, &for_commune, 1);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Tonghop__Pong pong = TONGHOP__PONG__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        pong.last_notice = rows[i].last;
        envelope.body_case = BODY(PONG);
        envelope.pong = &pong;
        if (rows[i].is_pong)
            from_parent(rig, 0, &envelope);
        else
            parent_tells(rig, 0, NULL, 0, 0);
        rig_pump(rig);
        (void)asked_above(rig, &seq);
        if ((seq != 0) != rows[i].asks)
            fail_msg("%s: %s", rows[i].name, seq != 0 ? "it asks" : "it does not ask");
        if (seq != 0)
            parent_tells(rig, seq, NULL, 0, 10);
    }
}

/* From above comes what is about this node's units, and what is closed above it. */
static void test_what_is_taken_from_above(void **state)
{
    static const struct says rows[] = {
        {.type = NOTICE_RETURNED, .unit = 631, .author = 64, .text = "ours"},
        {.type = NOTICE_RETURNED, .unit = 632, .author = 64, .text = "others'"},
        {.type = NOTICE_CLOSING, .unit = 64, .author = 64, .text = "closed above"},
        {.type = NOTICE_CLOSING, .unit = 632, .author = 632, .text = "closed elsewhere"},
        {.type = NOTICE_CLOCK, .unit = 64, .author = 64, .text = "not for us"},
        {.type = NOTICE_REMINDER, .unit = 23857, .author = 64, .text = "cut", .is_broken = true},
        {.type = NOTICE_ACCEPTED, .unit = 23857, .author = 64, .text = "the last"},
    };
    static const bool are_taken[] = {true, false, true, false, false, false, true};
    struct rig *rig = *state;
    uint64_t seq;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, rows, LENGTH(rows), 10);
    for (size_t i = 0; i < LENGTH(rows); i++)
        if ((held_text(rig, &rows[i]) != NULL) != are_taken[i])
            fail_msg("%s: %s", rows[i].text, are_taken[i] ? "left out" : "taken");
}

/* With a full disk nothing is taken; it is asked for again, and then comes. */
static void test_full_disk(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, &returned, 1, 10);
    assert_null(held_text(rig, &returned));
    store_set_reserve(rig->store, 0);
    rig->now_ms += NODE_NOTICES_RETRY_MS;
    rig_pump(rig);
    assert_int_equal(asked_above(rig, &seq).after, 0);
    assert_true(seq != 0);
    parent_tells(rig, seq, &returned, 1, 10);
    assert_holds(rig, &returned);
}

/* ---- a parent of before ---- */

/* A parent of 0.2 would not know the words: nothing is asked of it and nothing said to it. What was
 * said meanwhile goes up when it has been replaced. */
static void test_a_parent_of_before_is_left_alone(void **state)
{
    static const struct says own = {.type = NOTICE_RETURNED, .unit = 23857, .author = 631};
    struct rig *rig = *state;
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, &returned, 1); /* so that there is something to hand up */
    link_above(rig, 0);
    rig_restart(rig);
    link_above(rig, 0);
    struct notice_key key = key_of_says(&own);
    struct event event = rig_event(rig, EVENT_TICK);
    struct store_txn *txn = store_begin_write(rig->store);
    struct step step = {.node = rig->node, .event = &event, .txn = txn, .effects = &rig->effects};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    bool is_unknown;
    wire_put_notice_key(&key, &notice);
    notice_say(&step, &notice, true);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    effects_clear(&rig->effects);
    for (int64_t passed = 0; passed < 3 * NODE_NOTICES_RETRY_MS; passed += 1000) {
        rig->now_ms += 1000;
        rig_pump(rig);
        assert_null(to_parent(rig, BODY(NOTICES_QUERY), 0));
        assert_null(to_parent(rig, BODY(NOTICES), 0));
    }
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_true(seq != 0);
    const Tonghop__Notices *notices = handed_up(rig, &seq);
    assert_non_null(notices);
    assert_true(has_key(rig, notices, &own));
}

/* ---- handing up ---- */

/* The home of what has come says so, once for each, in its own name and with its seal; of what it
 * need do nothing about it says nothing. */
static void test_the_home_says_heard_once(void **state)
{
    static const struct says accepted = {
        .type = NOTICE_ACCEPTED, .unit = 631, .author = 64, .number = 2};
    struct rig *rig = *state;
    struct says again = returned, heard = heard_of(&returned);
    uint64_t seq;
    const struct says rows[] = {returned, accepted, closing, for_commune};
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, rows, LENGTH(rows), 10);
    assert_holds(rig, &heard);
    heard = heard_of(&for_commune); /* whose home is here as well */
    assert_holds(rig, &heard);
    assert_int_equal(count_held(rig), LENGTH(rows) + 2);
    rig_pump(rig);
    const Tonghop__Notices *up = handed_up(rig, &seq);
    assert_non_null(up);
    assert_int_equal(up->n_notices, 2); /* and nothing of what was said above */
    assert_true(has_key(rig, up, &heard));
    parent_acks(rig, seq, up->through);

    heard = heard_of(&returned);
    uint64_t change = change_of(rig, &heard);
    parent_tells(rig, 0, NULL, 0, 0);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, rows, LENGTH(rows), 10);
    assert_int_equal(change_of(rig, &heard), change); /* nothing new */

    again.later_us = 5;
    again.text = "why, said better";
    parent_tells(rig, 0, NULL, 0, 0);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, &again, 1, 11);
    assert_true(change_of(rig, &heard) > change);
    struct notice_key key = key_of_says(&heard);
    struct store_txn *txn = store_begin_read(rig->store);
    const Tonghop__Notice *held = notice_find(rig->node, txn, &key);
    assert_int_equal(held->time_us, RIG_NOW_US + 5);
    assert_int_equal(held->delivered_us, rig->now.us);
    assert_int_equal(held->seen_us, 0);
    assert_true(notice_is_own(rig->node, held));
    store_abort(&txn);
}

/* A home with a new disk that gets its own word back first, with who has seen it, says nothing
 * about the same thing once more; about a later one it does. */
static void test_heard_before_the_disk_was_lost(void **state)
{
    struct rig *rig = *state;
    struct says heard = heard_of(&returned), later = returned;
    uint64_t seq;
    heard.text = "kept";
    heard.seal_key = rig_seal;
    heard.seen_us = RIG_NOW_US + 9;
    const struct says rows[] = {heard, returned};
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, rows, LENGTH(rows), 10);
    assert_holds(rig, &heard);
    assert_holds(rig, &returned);
    assert_true(change_of(rig, &heard) < change_of(rig, &returned)); /* it is not told again */
    later.later_us = 1;
    parent_tells(rig, 0, NULL, 0, 0);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, &later, 1, 11);
    heard.text = "";
    assert_holds(rig, &heard);
}

/* A person who has seen it is noted with the moment it had come; one of an earlier saying does not
 * take the place of it. */
static void test_seen(void **state)
{
    struct rig *rig = *state;
    struct says heard = heard_of(&returned);
    struct notice_key of = key_of_says(&returned), key = key_of_says(&heard);
    int64_t delivered_us = rig->now.us;
    bool is_unknown;
    link_and_settle(rig, PARENTS_EPOCH, &returned, 1);
    rig->now.us += 77;
    for (int64_t time_us = RIG_NOW_US; time_us >= RIG_NOW_US - 1; time_us--) {
        struct event event = rig_event(rig, EVENT_TICK);
        struct store_txn *txn = store_begin_write(rig->store);
        struct step step = {
            .node = rig->node, .event = &event, .txn = txn, .effects = &rig->effects};
        step.peer.from = from_local();
        notice_note_seen(&step, &of, time_us);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        effects_clear(&rig->effects);
        txn = store_begin_read(rig->store);
        const Tonghop__Notice *held = notice_find(rig->node, txn, &key);
        assert_int_equal(held->time_us, RIG_NOW_US);
        assert_int_equal(held->seen_us, RIG_NOW_US + 77);
        assert_int_equal(held->delivered_us, delivered_us);
        store_abort(&txn);
    }
}

/* A page that is not acknowledged goes up again after a while; an ack of something else is none. */
static void test_hands_up_again(void **state)
{
    struct rig *rig = *state;
    uint64_t seq, first, second;
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, seq, &returned, 1, 10);
    rig_pump(rig);
    const Tonghop__Notices *up = handed_up(rig, &first);
    uint64_t through = up->through;
    parent_acks(rig, first + 1000, through);
    rig->now_ms += NODE_NOTICES_RETRY_MS - 1;
    rig_pump(rig);
    assert_null(handed_up(rig, &second));
    rig->now_ms += 1;
    rig_pump(rig);
    assert_non_null(handed_up(rig, &second));
    parent_acks(rig, first, through); /* too late: it is of the page before */
    assert_false(notices_are_quiet(rig->node));
    parent_acks(rig, second, through);
    rig->now_ms += 2 * NODE_NOTICES_RETRY_MS;
    rig_pump(rig);
    assert_null(handed_up(rig, &second));
}

/* More than a page holds goes up page by page, each after the ack of the one before. */
static void test_hands_up_in_pages(void **state)
{
    struct rig *rig = *state;
    struct says rows[SAYS_MAX];
    uint64_t seq, last = 0;
    size_t pages = 0, count = 0;
    link_above(rig, PARENTS_EPOCH);
    for (size_t turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < SAYS_MAX; i++)
            rows[i] = (struct says){.type = NOTICE_RETURNED,
                                    .unit = 631,
                                    .author = 64 + (uint32_t)turn,
                                    .number = 1,
                                    .form = 1 + (uint32_t)i};
        parent_tells(rig, 0, NULL, 0, 0);
        rig->node->notices.has_more = false; /* not yet */
        rig_pump(rig);
        (void)asked_above(rig, &seq);
        parent_tells(rig, seq, rows, SAYS_MAX, 10 + turn);
    }
    rig->node->notices.has_more = true;
    for (; pages < 10; pages++) {
        rig_pump(rig);
        const Tonghop__Notices *up = handed_up(rig, &seq);
        if (up == NULL)
            break;
        assert_true(up->n_notices <= WIRE_NOTICES_MAX && up->through > last);
        count += up->n_notices;
        last = up->through;
        rig_pump(rig);
        assert_null(handed_up(rig, &(uint64_t){0})); /* one at a time */
        parent_acks(rig, seq, last);
    }
    assert_int_equal(pages, 3);
    assert_int_equal(count, 3 * SAYS_MAX); /* a HEARD of each */
}

/* A parent with another feed may have lost its disk: it is given back what was said above, too,
 * once. */
static void test_gives_back_what_was_said_above(void **state)
{
    struct rig *rig = *state;
    struct says heard = heard_of(&returned);
    const struct says rows[] = {returned, closing};
    uint64_t seq;
    link_and_settle(rig, PARENTS_EPOCH, rows, LENGTH(rows));
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    assert_null(handed_up(rig, &seq)); /* the same feed: all was handed up */
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH + 1);
    rig_pump(rig);
    const Tonghop__Notices *up = handed_up(rig, &seq);
    assert_non_null(up);
    assert_int_equal(up->n_notices, 3);
    assert_true(has_key(rig, up, &returned));
    assert_true(has_key(rig, up, &closing));
    assert_true(has_key(rig, up, &heard));
    parent_acks(rig, seq, up->through);
    rig_restart(rig);
    link_above(rig, PARENTS_EPOCH + 1);
    rig_pump(rig);
    assert_null(handed_up(rig, &seq));
}

/* ---- both ends ---- */

/* A reason that is given above comes to the home although every hint and the first answer got lost,
 * and the home's word comes back; after a new disk above, all is there again. */
static void test_lost_on_the_way(void **state)
{
    struct pair *pair = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 10)));
    struct report_key key = draft_key(draft);
    struct store_txn *txn;
    memcpy(pair->parent.options.seal_key, seal_of_64, sizeof seal_of_64);
    rig_restart(&pair->parent);
    pair_pass(pair, 120000);
    pair_file(&pair->child, draft);
    pair_pass(pair, 2000);
    pair->lost_body = BODY(NOTICES);
    pair->lost_from = 0;
    pair->lost_count = 2;
    rig_hello(&pair->parent, from_local(), 0);
    assert_body(ask_mark(&pair->parent, from_local(), &key, 1, STATE_RETURNED), BODY(DONE));
    pair_collect(pair, &pair->parent);
    pair_pass(pair, 120000);
    assert_int_equal(pair->lost_count, 0);
    assert_int_equal(count_held(&pair->parent), 2);
    assert_int_equal(count_held(&pair->child), 2);
    txn = store_begin_read(pair->parent.store);
    struct notice_key cursor = {0};
    struct span bytes;
    assert_true(store_next_notice(txn, &cursor, &bytes));
    assert_int_equal(cursor.type, NOTICE_RETURNED);
    assert_true(store_next_notice(txn, &cursor, &bytes));
    assert_int_equal(cursor.type, NOTICE_HEARD);
    assert_int_equal(cursor.author, 631);
    store_abort(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHILD_TEST(test_asks_from_where_it_was),
        CHILD_TEST(test_asks_on),
        CHILD_TEST(test_asks_again),
        CHILD_TEST(test_hints),
        CHILD_TEST(test_what_is_taken_from_above),
        CHILD_TEST(test_full_disk),
        CHILD_TEST(test_a_parent_of_before_is_left_alone),
        CHILD_TEST(test_the_home_says_heard_once),
        CHILD_TEST(test_heard_before_the_disk_was_lost),
        CHILD_TEST(test_seen),
        CHILD_TEST(test_hands_up_again),
        CHILD_TEST(test_hands_up_in_pages),
        CHILD_TEST(test_gives_back_what_was_said_above),
        PAIR_TEST(test_lost_on_the_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
