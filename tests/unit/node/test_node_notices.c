/* Notices at a node that is told them by the nodes beneath it: who may say what, which of two
 * stands, and what a child is told when it asks. */
#include "unit/node/notices.h"

enum {
    NODE_631 = 1,
    NODE_632 = 2,
    READER = 3,
    NODE_23857 = 4,
    PAGE_BYTES_MAX = (64 << 10) + WIRE_NOTICE_MAX
};

static const uint8_t seal_of_64[WIRE_DIGEST_SIZE] = {64, 1}, seal_of_631[WIRE_DIGEST_SIZE] = {9};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    struct rig *rig = *state;
    memcpy(rig->options.seal_key, seal_of_64, sizeof seal_of_64);
    rig_restart(rig);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_enrol(rig, NODE_632, 632, ROLE(NODE));
    rig_enrol(rig, READER, 631, ROLE(READER));
    assert_true(hello_of_node(rig, NODE_631, 631, true)->notices_epoch != 0);
    return result;
}

#define PARENT_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- who may say what ---- */

/* A node says what was said in its subtree about its subtree; and gives back what this node said
 * itself, which it knows by its seal. Anything else is left out, and holds nothing up. */
static void test_who_may_say_what(void **state)
{
    static const struct {
        const char *name;
        struct says says;
        bool is_taken;
    } rows[] = {
        {"of itself about its own", {.type = NOTICE_REOPENING, .unit = 631, .author = 631}, true},
        {"of itself what only others decide",
         {.type = NOTICE_RETURNED, .unit = 631, .author = 631},
         false},
        {"a commune's about the district",
         {.type = NOTICE_REOPENING, .unit = 631, .author = 23857},
         false},
        {"a commune's about another",
         {.type = NOTICE_HEARD, .unit = 23860, .author = 23857},
         false},
        {"a closing of a unit without a node",
         {.type = NOTICE_CLOSING, .unit = 23860, .author = 631, .number = 1},
         true},
        {"of itself about a commune",
         {.type = NOTICE_RETURNED, .unit = 23857, .author = 631},
         true},
        {"a commune's", {.type = NOTICE_HEARD, .unit = 23857, .author = 23857}, true},
        {"a type that is not known yet", {.type = 200, .unit = 631, .author = 631}, true},
        {"its parent's", {.type = NOTICE_RETURNED, .unit = 631, .author = 64}, false},
        {"its parent's closing", {.type = NOTICE_CLOSING, .unit = 64, .author = 64}, false},
        {"about its parent", {.type = NOTICE_CLOCK, .unit = 64, .author = 631}, false},
        {"another district's", {.type = NOTICE_RETURNED, .unit = 632, .author = 632}, false},
        {"about another district", {.type = NOTICE_REMINDER, .unit = 632, .author = 631}, false},
        {"another's about its own", {.type = NOTICE_REOPENING, .unit = 631, .author = 632}, false},
        {"nobody's", {.type = NOTICE_REMINDER, .unit = 77777, .author = 77777}, false},
        {"its parent's with the parent's seal",
         {.type = NOTICE_REOPENING, .unit = 631, .author = 64, .seal_key = seal_of_64},
         true},
        {"its parent's about another district, with the seal",
         {.type = NOTICE_REOPENING, .unit = 632, .author = 64, .seal_key = seal_of_64},
         true},
        {"its parent's with another seal",
         {.type = NOTICE_REMINDER, .unit = 631, .author = 64, .seal_key = seal_of_631},
         false},
        {"another's with the parent's seal",
         {.type = NOTICE_REMINDER, .unit = 632, .author = 632, .seal_key = seal_of_64},
         false},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        child_says(rig, NODE_631, &rows[i].says);
        if ((held_text(rig, &rows[i].says) != NULL) != rows[i].is_taken)
            fail_msg("%s: %s", rows[i].name, rows[i].is_taken ? "left out" : "taken");
    }
}

/* What one does not read, or may not be said, is left out; the page is acknowledged. */
static void test_a_bad_one_does_not_hold_up(void **state)
{
    static const struct says rows[] = {
        {.type = NOTICE_RETURNED, .unit = 23860, .author = 631, .text = "first"},
        {.type = NOTICE_REMINDER, .unit = 631, .author = 631, .text = "cut", .is_broken = true},
        {.type = NOTICE_REMINDER, .unit = 632, .author = 631},
        {.type = NOTICE_RETURNED, .unit = 23857, .author = 631, .text = "last"},
    };
    struct rig *rig = *state;
    rig_log[0] = '\0';
    child_says_all(rig, NODE_631, rows, LENGTH(rows));
    assert_holds(rig, &rows[0]);
    assert_holds(rig, &rows[3]);
    assert_int_equal(count_held(rig), 2);
    assert_logged("a notice does not read");
    assert_logged("a notice is not for the sender to say: its unit is not beneath who sent it");
}

/* What belongs up here is given back by honest nodes, too, and no complaint. */
static void test_given_back_in_silence(void **state)
{
    static const struct says rows[] = {
        {.type = NOTICE_RETURNED, .unit = 631, .author = 64},
        {.type = NOTICE_CLOSING, .unit = 64, .author = 64, .number = 1},
        {.type = NOTICE_CLOSING, .unit = 64, .author = 64, .number = 1, .seal_key = seal_of_631},
    };
    /* A commune whose district it was has now a link of its own with the province. */
    static const struct says of_district = {
        .type = NOTICE_RETURNED, .unit = 23857, .author = 631, .number = 1};
    struct rig *rig = *state;
    rig_log[0] = '\0';
    child_says_all(rig, NODE_631, rows, LENGTH(rows));
    rig_enrol(rig, NODE_23857, 23857, ROLE(NODE));
    (void)hello_of_node(rig, NODE_23857, 23857, true);
    child_says(rig, NODE_23857, &of_district);
    assert_int_equal(count_held(rig), 0);
    assert_null(strstr(rig_log, "a notice"));
}

/* One fact has one key: what means nothing in it must be nothing. */
static void test_nothing_in_a_key_that_means_nothing(void **state)
{
    static const struct {
        const char *name;
        struct says says;
        bool is_taken;
    } rows[] = {
        {"returned: a filing", {.type = NOTICE_RETURNED, .form = 1, .number = 2, .about = 3}, true},
        {"accepted: a filing", {.type = NOTICE_ACCEPTED, .form = 1, .number = 2, .about = 3}, true},
        {"heard: of a return", {.type = NOTICE_HEARD, .form = 1, .number = 2, .about = 3}, true},
        {"clock: when it came", {.type = NOTICE_CLOCK, .form = 1, .number = 2}, true},
        {"clock: a filing", {.type = NOTICE_CLOCK, .form = 1, .number = 3, .about = 3}, false},
        {"reminder", {.type = NOTICE_REMINDER}, true},
        {"reminder: a number", {.type = NOTICE_REMINDER, .number = 1}, false},
        {"reminder: a form", {.type = NOTICE_REMINDER, .form = 1}, false},
        {"reminder: a filing", {.type = NOTICE_REMINDER, .about = 1}, false},
        {"reopening", {.type = NOTICE_REOPENING}, true},
        {"reopening: a number", {.type = NOTICE_REOPENING, .number = 1}, false},
        {"reopening: a form", {.type = NOTICE_REOPENING, .form = 1}, false},
        {"reopening: a filing", {.type = NOTICE_REOPENING, .about = 1}, false},
        {"closing", {.type = NOTICE_CLOSING, .number = 1}, true},
        {"closing: a form", {.type = NOTICE_CLOSING, .number = 2, .form = 1}, false},
        {"closing: a filing", {.type = NOTICE_CLOSING, .number = 3, .about = 1}, false},
        {"of a later version", {.type = 200, .number = 3, .form = 1, .about = 1}, true},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct says says = rows[i].says;
        says.unit = 23857;
        says.author = 631;
        child_says(rig, NODE_631, &says);
        if ((held_text(rig, &says) != NULL) != rows[i].is_taken)
            fail_msg("%s: %s", rows[i].name, rows[i].is_taken ? "left out" : "taken");
    }
}

/* Only nodes say and ask. */
static void test_readers_neither_say_nor_ask(void **state)
{
    struct rig *rig = *state;
    struct said_page page;
    page_of(&page, SAYS(.type = NOTICE_RETURNED, .unit = 631, .author = 631), 1);
    assert_refused(child_tells(rig, READER, &page), "forbidden");
    assert_refused(child_asks(rig, READER, (struct asks){0}), "forbidden");
    assert_int_equal(count_held(rig), 0);
    page_fini(&page);
}

/* ---- which one stands ---- */

/* Of one key the later stands; of equally late ones the one seen later, else the greater bytes. */
static void test_the_later_stands(void **state)
{
    static const struct {
        const char *name;
        struct says says;
        bool stands;
    } rows[] = {
        {"the first", {.text = "a", .later_us = 5}, true},
        {"a later one", {.text = "b", .later_us = 6}, true},
        {"an earlier one", {.text = "c", .later_us = 5}, false},
        {"as late, lesser bytes", {.text = "B", .later_us = 6}, false},
        {"as late, greater bytes", {.text = "d", .later_us = 6}, true},
        {"as late, and seen", {.text = "A", .later_us = 6, .seen_us = 2}, true},
        {"as late, seen before", {.text = "z", .later_us = 6, .seen_us = 1}, false},
        {"later, though not seen", {.text = "0", .later_us = 7}, true},
    };
    struct rig *rig = *state;
    const char *stands = NULL;
    for (size_t i = 0; i < 2 * LENGTH(rows); i++) {
        size_t row = i % LENGTH(rows);
        struct says says = rows[row].says;
        says.type = i < LENGTH(rows) ? NOTICE_RETURNED : NOTICE_HEARD;
        says.unit = 23857;
        says.author = 631;
        child_says(rig, NODE_631, &says);
        stands = rows[row].stands ? says.text : stands;
        if (strcmp(held_text(rig, &says), stands) != 0)
            fail_msg("%s: \"%s\" is held", rows[row].name, held_text(rig, &says));
    }
    assert_int_equal(count_held(rig), 2);
}

/* Another key is another notice: none takes the place of one of another type, number or author. */
static void test_keys_are_apart(void **state)
{
    static const struct says rows[] = {
        {.type = NOTICE_RETURNED, .unit = 23857, .author = 631, .number = 1, .text = "1"},
        {.type = NOTICE_RETURNED, .unit = 23857, .author = 631, .number = 2, .text = "2"},
        {.type = NOTICE_ACCEPTED, .unit = 23857, .author = 631, .number = 1, .text = "3"},
        {.type = NOTICE_HEARD, .unit = 23857, .author = 23857, .number = 1, .text = "4"},
        {.type = NOTICE_RETURNED, .unit = 23860, .author = 631, .number = 1, .text = "5"},
        {.type = NOTICE_RETURNED,
         .unit = 23857,
         .author = 631,
         .number = 1,
         .form = 1,
         .text = "6"},
    };
    struct rig *rig = *state;
    child_says_all(rig, NODE_631, rows, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_holds(rig, &rows[i]);
}

/* What is held already changes nothing and is no news; who says an earlier one is told the one that
 * stands again: it moves to the end of the feed, and children are told to ask. */
static void test_said_twice_and_said_too_late(void **state)
{
    const struct says now = {
        .type = NOTICE_RETURNED, .unit = 23857, .author = 631, .later_us = 5, .text = "now"};
    struct says before = now;
    struct rig *rig = *state;
    before.later_us = 4;
    before.text = "before";
    child_says(rig, NODE_631, &now);
    assert_int_equal(count_hints(rig, NODE_631), 1);
    uint64_t change = change_of(rig, &now);
    child_says(rig, NODE_631, &now);
    assert_int_equal(change_of(rig, &now), change);
    assert_int_equal(count_hints(rig, NODE_631), 0);
    child_says(rig, NODE_631, &before);
    assert_holds(rig, &now);
    assert_true(change_of(rig, &now) > change);
    assert_int_equal(count_hints(rig, NODE_631), 1);
}

/* ---- a child asks ---- */

static const struct says about_631 = {
    .type = NOTICE_RETURNED, .unit = 23857, .author = 631, .text = "own"};

/* Says so many different ones. */
static void say_many(struct rig *rig, size_t count, const char *text)
{
    struct says rows[SAYS_MAX];
    for (size_t said = 0; said < count;) {
        size_t turn = count - said < SAYS_MAX ? count - said : SAYS_MAX;
        for (size_t i = 0; i < turn; i++)
            rows[i] = (struct says){.type = NOTICE_RETURNED,
                                    .unit = 23857,
                                    .author = 631,
                                    .number = 1 + said + i,
                                    .text = text};
        child_says_all(rig, NODE_631, rows, turn);
        said += turn;
    }
}

/* Of one unit and year no node takes over without end; what is held can still change, and of others
 * there may be as many. */
static void test_not_without_end(void **state)
{
    struct says later = {.type = NOTICE_RETURNED,
                         .unit = 23857,
                         .author = 631,
                         .number = 1,
                         .later_us = 9,
                         .text = "later"};
    struct rig *rig = *state;
    rig_log[0] = '\0';
    say_many(rig, NODE_NOTICES_OF_UNIT, "x");
    assert_int_equal(count_held(rig), NODE_NOTICES_OF_UNIT);
    assert_null(strstr(rig_log, "too much"));
    child_says(rig, NODE_631, SAYS(.type = NOTICE_ACCEPTED, .unit = 23857, .author = 631));
    assert_int_equal(count_held(rig), NODE_NOTICES_OF_UNIT);
    assert_logged("too much is said of its unit and year");
    child_says(rig, NODE_631, &later);
    assert_holds(rig, &later);
    child_says(rig, NODE_631, SAYS(.type = NOTICE_ACCEPTED, .unit = 23860, .author = 631));
    assert_int_equal(count_held(rig), NODE_NOTICES_OF_UNIT + 1);
    /* Up to the bound, also where a page goes beyond it. */
    struct says rows[SAYS_MAX];
    size_t of_23863 = 0;
    for (size_t said = 0; said < NODE_NOTICES_OF_UNIT + 200; said += SAYS_MAX, of_23863++) {
        for (size_t i = 0; i < SAYS_MAX; i++)
            rows[i] = (struct says){.type = NOTICE_CLOCK,
                                    .unit = i == SAYS_MAX / 2 ? 23863 : 23860,
                                    .author = 631,
                                    .number = said + i};
        child_says_all(rig, NODE_631, rows, SAYS_MAX);
    }
    assert_int_equal(count_held(rig), 2 * NODE_NOTICES_OF_UNIT + of_23863);
}

static uint64_t epoch_of(struct rig *rig)
{
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t epoch = store_feed_epoch(txn);
    store_abort(&txn);
    return epoch;
}

/* What reading on from the start has brought. */
struct pages_read {
    size_t pages, count, cut_short; /* with more behind it, though it could hold another one */
};

static struct pages_read read_pages(struct rig *rig, uint8_t n)
{
    struct asks asks = {.epoch = epoch_of(rig)};
    struct pages_read read = {0};
    for (bool has_more = true; has_more; read.pages++) {
        const Tonghop__Envelope *answer = child_asks(rig, n, asks);
        size_t bytes = 0;
        assert_body(answer, BODY(NOTICES));
        const Tonghop__Notices *notices = answer->notices;
        for (size_t i = 0; i < notices->n_notices; i++)
            bytes += notices->notices[i].len;
        assert_true(notices->n_notices <= WIRE_NOTICES_MAX && bytes <= PAGE_BYTES_MAX);
        assert_true(notices->through >= asks.after && notices->epoch == asks.epoch);
        assert_true(!notices->more || notices->through > asks.after);
        read.count += notices->n_notices;
        read.cut_short += notices->more && notices->n_notices < WIRE_NOTICES_MAX;
        has_more = notices->more;
        asks.after = notices->through;
    }
    return read;
}

/* All come, each once, in pages of at most 64, and of some 64 KiB; after the last there is nothing.
 */
static void test_pages(void **state)
{
    struct rig *rig = *state;
    char text[REPORT_REASON_MAX + 1];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    for (uint64_t i = 0; i < 100; i++)
        child_says(
            rig, NODE_631,
            SAYS(.type = NOTICE_CLOCK, .unit = 23857, .author = 631, .number = i, .text = text));
    struct pages_read read = read_pages(rig, NODE_631);
    assert_int_equal(read.count, 100);
    assert_int_equal(read.cut_short, 1);
    say_many(rig, 130, "x");
    read = read_pages(rig, NODE_631);
    assert_int_equal(read.count, 230);
    assert_int_equal(read.pages, 4);
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t last = store_feed_number(txn);
    store_abort(&txn);
    const Tonghop__Envelope *answer =
        child_asks(rig, NODE_631, (struct asks){.epoch = epoch_of(rig), .after = last});
    assert_int_equal(answer->notices->n_notices, 0);
    assert_false(answer->notices->more);
}

/* A child is told what is about its units, and what is closed above it; nothing of others. */
static void test_what_concerns_a_child(void **state)
{
    static const struct says closing = {
        .type = NOTICE_CLOSING, .unit = 64, .author = 64, .seal_key = seal_of_64};
    static const struct says other_above = {
        .type = NOTICE_CLOCK, .unit = 64, .author = 64, .seal_key = seal_of_64};
    struct rig *rig = *state;
    child_says(rig, NODE_631, &about_631);
    child_says(rig, NODE_631, &closing);
    child_says(rig, NODE_631, &other_above);
    assert_int_equal(count_held(rig), 3);
    (void)hello_of_node(rig, NODE_632, 632, true);
    assert_int_equal(read_pages(rig, NODE_631).count, 2);
    const Tonghop__Envelope *answer =
        child_asks(rig, NODE_632, (struct asks){.epoch = epoch_of(rig)});
    struct buf expected = {0};
    says_pack(&closing, &expected);
    assert_int_equal(answer->notices->n_notices, 1); /* as it was said, to the byte */
    assert_int_equal(answer->notices->notices[0].len, expected.len);
    assert_memory_equal(answer->notices->notices[0].data, expected.data, expected.len);
    buf_fini(&expected);
}

/* A number of another feed, or one that was not given yet, says nothing: all is told. */
static void test_another_epoch_begins_anew(void **state)
{
    static const struct {
        const char *name;
        int64_t epoch_plus, after_plus;
        size_t count;
    } rows[] = {{"up to now", 0, 0, 0},
                {"of another feed", 1, 0, 3},
                {"of none", INT64_MIN, 0, 3},
                {"of the future", 0, 1, 3}};
    struct rig *rig = *state;
    say_many(rig, 3, "x");
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t last = store_feed_number(txn);
    store_abort(&txn);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct asks asks = {.epoch = epoch_of(rig) + (uint64_t)rows[i].epoch_plus,
                            .after = last + (uint64_t)rows[i].after_plus};
        if (rows[i].epoch_plus == INT64_MIN)
            asks.epoch = 0;
        const Tonghop__Envelope *answer = child_asks(rig, NODE_631, asks);
        if (answer->notices->n_notices != rows[i].count)
            fail_msg("%s: %zu", rows[i].name, answer->notices->n_notices);
    }
}

/* Under another catalogue the trees may differ: nothing is said, asked or lost. A child that has
 * missed ours is told of it first: while it is answered it does not ping. */
static void test_another_catalogue_is_busy(void **state)
{
    struct rig *rig = *state;
    struct said_page page;
    page_of(&page, &about_631, 1);
    page.notices.catalogue = 2;
    assert_refused(child_tells(rig, NODE_631, &page), "busy");
    assert_int_equal(count_held(rig), 0);
    page.notices.catalogue = 0;
    assert_body(child_tells(rig, NODE_631, &page), BODY(CATALOGUE_NOTICE));
    assert_int_equal(count_held(rig), 0);
    assert_refused(child_asks(rig, NODE_631, (struct asks){.catalogue = 2}), "busy");
    page_fini(&page);
}

/* With a full disk nothing is acknowledged, and what is held is still told. */
static void test_full_disk(void **state)
{
    struct rig *rig = *state;
    struct said_page page;
    struct says other = about_631;
    other.number = 2;
    child_says(rig, NODE_631, &about_631);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    (void)hello_of_node(rig, NODE_631, 631, true);
    page_of(&page, &other, 1);
    assert_refused(child_tells(rig, NODE_631, &page), "full");
    assert_null(held_text(rig, &other));
    assert_int_equal(read_pages(rig, NODE_631).count, 1);
    page_fini(&page);
}

/* ---- hints ---- */

/* News is hinted to every child that exchanges notices, and to no other: it would not know the
 * message. The welcome of such a child names no feed. */
static void test_a_child_of_before_is_left_alone(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(hello_of_node(rig, NODE_632, 632, false)->notices_epoch, 0);
    child_says(rig, NODE_631, &about_631);
    assert_int_equal(count_hints(rig, NODE_631), 1);
    assert_int_equal(count_hints(rig, NODE_632), 0);
    assert_int_equal(hello_of_node(rig, NODE_632, 632, true)->notices_epoch, epoch_of(rig));
    struct says more = about_631;
    more.number = 2;
    child_says(rig, NODE_631, &more);
    assert_int_equal(count_hints(rig, NODE_632), 1);
}

/* Several in a page are one hint. */
static void test_one_hint_for_a_page(void **state)
{
    struct rig *rig = *state;
    say_many(rig, SAYS_MAX, "x");
    assert_int_equal(count_hints(rig, NODE_631), 1);
}

/* ---- saying ---- */

/* What is said is later than what was, also by a clock that went back. */
static void test_said_again_is_later(void **state)
{
    struct rig *rig = *state;
    const struct says first = {.type = NOTICE_REOPENING,
                               .unit = 631,
                               .author = 64,
                               .later_us = 1000,
                               .seal_key = seal_of_64,
                               .text = "long"};
    struct notice_key key = key_of_says(&first);
    child_says(rig, NODE_631, &first);
    struct event event = rig_event(rig, EVENT_TICK);
    struct store_txn *txn = store_begin_write(rig->store);
    struct step step = {.node = rig->node, .event = &event, .txn = txn, .effects = &rig->effects};
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    bool is_unknown;
    wire_put_notice_key(&key, &notice);
    notice.text = TEXT("short");
    notice_say(&step, &notice, true);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    effects_clear(&rig->effects);
    assert_string_equal(held_text(rig, &first), "short");
    txn = store_begin_read(rig->store);
    const Tonghop__Notice *held = notice_find(rig->node, txn, &key);
    assert_int_equal(held->time_us, RIG_NOW_US + 1001);
    assert_true(notice_is_own(rig->node, held));
    store_abort(&txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PARENT_TEST(test_who_may_say_what),
        PARENT_TEST(test_a_bad_one_does_not_hold_up),
        PARENT_TEST(test_given_back_in_silence),
        PARENT_TEST(test_nothing_in_a_key_that_means_nothing),
        PARENT_TEST(test_not_without_end),
        PARENT_TEST(test_readers_neither_say_nor_ask),
        PARENT_TEST(test_the_later_stands),
        PARENT_TEST(test_keys_are_apart),
        PARENT_TEST(test_said_twice_and_said_too_late),
        PARENT_TEST(test_pages),
        PARENT_TEST(test_what_concerns_a_child),
        PARENT_TEST(test_another_epoch_begins_anew),
        PARENT_TEST(test_another_catalogue_is_busy),
        PARENT_TEST(test_full_disk),
        PARENT_TEST(test_a_child_of_before_is_left_alone),
        PARENT_TEST(test_one_hint_for_a_page),
        PARENT_TEST(test_said_again_is_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
