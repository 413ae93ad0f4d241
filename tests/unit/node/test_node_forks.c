/* Forks between two nodes: whatever both did while they were apart, they come to hold the same. */
#include "unit/node/fork.h"

static const struct fork_row {
    const char *name;
    int64_t latest, counted; /* -1: none counts */
    struct fork_step steps[STEPS_MAX];
} fork_rows[] = {
    {"one each, the child's later", 20, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 20}}},
    {"one each, the parent's later", 20, -1, {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}}},
    {"the parent's is higher and earlier",
     30,
     -1,
     {{AT_PARENT, 1, 10}, {AT_PARENT, 2, 20}, {AT_CHILD, 1, 30}}},
    {"the parent's is higher and later",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}}},
    {"the child's is higher", 30, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 20}, {AT_CHILD, 2, 30}}},
    {"the parent's is accepted, the child's waits",
     20,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 20}}},
    {"the parent's is accepted, and corrected; the child's waits and is later",
     30,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_PARENT, 2, 20}, {AT_CHILD, 1, 30}}},
    {"the parent's is accepted, and corrected later",
     20,
     10,
     {{AT_CHILD, 1, 30}, {AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_PARENT, 2, 20}}},
    {"the parent's is accepted, the child's is higher and waits",
     30,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 20}, {AT_CHILD, 2, 30}}},
    {"both are accepted, the parent's correction waits",
     30,
     10,
     {{AT_CHILD, 1, 10},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_PARENT, 1, 20},
      {ACCEPT, 1, 0},
      {AT_PARENT, 2, 30}}},
    {"both are accepted, the child's correction waits",
     30,
     20,
     {{AT_PARENT, 1, 10},
      {ACCEPT, 1, 0},
      {AT_CHILD, 1, 20},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_CHILD, 2, 30}}},
    {"both are accepted, and both corrections wait",
     40,
     20,
     {{AT_PARENT, 1, 10},
      {ACCEPT, 1, 0},
      {AT_CHILD, 1, 20},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_CHILD, 2, 30},
      {AT_PARENT, 2, 40}}},
    {"the child's is accepted, the parent's is higher and waits",
     30,
     10,
     {{AT_CHILD, 1, 10}, {ACCEPT_AT_CHILD, 1, 0}, {AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}}},
    {"the child's is accepted, and later",
     10,
     10,
     {{AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}, {AT_CHILD, 1, 10}, {ACCEPT_AT_CHILD, 1, 0}}},
    {"the parent's is returned", 20, -1, {{AT_PARENT, 1, 10}, {RETURN, 1, 0}, {AT_CHILD, 1, 20}}},
    {"the same filing at both", 10, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 10}}},
    {"the same filing at both, accepted at one",
     10,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 10}}},
    {"the child's is higher, the parent's later",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {AT_PARENT, 1, 30}}},
    {"the child's is higher, one after the other",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}, {AT_CHILD, 2, 30}}},
    {"the child's is higher and accepted, the parent's later",
     30,
     20,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {ACCEPT_AT_CHILD, 2, 0}, {AT_PARENT, 1, 30}}},
    {"the child's is higher and accepted, the parent's later, and accepted",
     30,
     30,
     {{AT_CHILD, 1, 10},
      {AT_CHILD, 2, 20},
      {ACCEPT_AT_CHILD, 2, 0},
      {AT_PARENT, 1, 30},
      {ACCEPT, 1, 0}}},
    {"the child's is higher, the parent's later, and returned",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {AT_PARENT, 1, 30}, {RETURN, 1, 0}}},
};

static void check_row(void **state, const struct fork_row *row, bool is_restored)
{
    struct pair *pair = part_anew(state, row->steps, STEPS_MAX);
    if (is_restored) {
        rig_set_restoring(&pair->child, true);
        rig_restart(&pair->child);
    }
    meet(pair);
    assert_false(pair->child.node->is_restoring);
    assert_agrees(pair);
    uint64_t latest = head_of(&pair->parent, &draft).revision;
    assert_int_equal(value_at(&pair->parent, &draft, latest), row->latest);
    assert_int_equal(counted(&pair->parent, &draft), row->counted);
    for (size_t s = 0; s < STEPS_MAX && row->steps[s].revision != 0; s++)
        if (row->steps[s].value != 0)
            assert_true(is_held(&pair->child, &draft, row->steps[s].value) ||
                        is_held(&pair->parent, &draft, row->steps[s].value));
}

/* Whatever both did meanwhile, they come to hold and count the same: the later filing stands, what
 * was accepted counts until a later one is, and every filing that was acknowledged at either is
 * still on a disk. The same when what the child did comes from a backup. */
static void test_both_numbered(void **state)
{
    for (size_t i = 0; i < LENGTH(fork_rows); i++) {
        print_message("row: %s\n", fork_rows[i].name);
        check_row(state, &fork_rows[i], false);
        check_row(state, &fork_rows[i], true);
    }
}

/* The child's clock is an hour behind. What it files after it learned of the parent's filing
 * follows that one, whatever its clock says, and is no fork. */
static void test_a_clock_that_is_behind(void **state)
{
    struct pair *pair = *state;
    struct cell cell;
    pair->child.now.us -= INT64_C(3600000000);
    part(pair);
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 10});
    struct instant received = head_of(&pair->parent, &draft).received;
    meet(pair);
    take_step(pair, &(struct fork_step){AT_CHILD, 2, 20});
    assert_int_equal(head_of(&pair->child, &draft).received.us, received.us);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_head(&pair->parent, &draft, 2, 0, 0);
    assert_int_equal(value_at(&pair->parent, &draft, 2), 20);
    /* And further on, when both clocks are right. */
    pair->child.now.us += INT64_C(7200000000);
    struct draft third = saying(&draft, 30, &cell);
    third.based_on = 2;
    third.catalogue = 2;
    rig_hello(&pair->child, from_local(), 0);
    assert_int_equal(file_ok(&pair->child, &third), 3);
    assert_int_equal(head_of(&pair->child, &draft).received.us, pair->child.now.us);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_int_equal(value_at(&pair->parent, &draft, 3), 30);
}

/* The district is no home of the commune any more, and holds the later filing under the lower
 * number. It keeps that until the commune's own node, which is not there yet, has settled it. */
static void test_a_node_between_keeps_the_later(void **state)
{
    enum { CHILD = 3 };
    struct pair *pair = *state;
    part(pair);
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 1});
    take_step(pair, &(struct fork_step){AT_PARENT, 2, 2});
    take_step(pair, &(struct fork_step){ACCEPT, 2, 0});
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 100});
    take_step(pair, &(struct fork_step){ACCEPT_AT_CHILD, 1, 0});
    rig_enrol(&pair->child, CHILD, 23857, ROLE(NODE));
    pair->child.sent_count = 0;
    meet(pair);
    assert_head(&pair->child, &draft, 1, A, 1);
    assert_int_equal(value_at(&pair->child, &draft, 1), 100);
    struct node_health health;
    node_get_health(pair->child.node, &health);
    assert_true(health.parked_count > 0);
    /* The commune's node has both, settles it, and sends what stands. */
    rig_hello(&pair->child, from_key(CHILD), 23857);
    assert_body(send_revision(
                    &pair->child, CHILD,
                    DRAFT(.period = "2024-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 100))),
                    (struct wrapper){3, A}),
                BODY(ACK));
    pair_pass(pair, 180000);
    assert_agrees(pair);
    assert_int_equal(counted(&pair->parent, &draft), 100);
}

/* Numbers that a hostile node has driven up come down to the node that takes its place. */
static void test_numbers_from_above_are_believed(void **state)
{
    enum { FAR = 1 << 30 };
    struct pair *pair = *state;
    struct cell cells[2];
    struct draft evil = saying(&draft, 666, &cells[0]), right = saying(&draft, 42, &cells[1]);
    pair->is_cut = true;
    rig_hello(&pair->parent, from_key(PAIR_KEY), 631);
    evil.catalogue = right.catalogue = 2;
    assert_body(send_revision(&pair->parent, PAIR_KEY, &evil, (struct wrapper){FAR, A}), BODY(ACK));
    pair->parent.sent_count = 0;
    pair_lose_disk(pair);
    rig_install_manual(&pair->child, 2);
    pair->is_cut = false;
    pair_pass(pair, 120000);
    rig_hello(&pair->child, from_local(), 0);
    right.based_on = FAR;
    assert_int_equal(file_ok(&pair->child, &right), FAR + 1);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_int_equal(value_at(&pair->parent, &draft, FAR + 1), 42);
}

/* The child settles the fork, but nothing of that gets through: its first Revision goes, and brings
 * the parent's state back. */
static void meet_in_vain(struct pair *pair)
{
    pair->lost_body = BODY(REVISION);
    pair->lost_from = 1;
    pair->lost_count = 1000;
    meet_for(pair, 10000);
    assert_int_equal(head_of(&pair->parent, &draft).revision, 1);
}

/* Then somebody marks what the parent has, and the link is back. */
static void mark_and_meet(struct pair *pair, uint32_t bit)
{
    rig_hello(&pair->parent, from_local(), 0);
    mark_at(&pair->parent, 1, bit);
    pair_collect(pair, &pair->parent);
    pair->lost_count = 0;
    meet(pair);
    assert_agrees(pair);
}

/* The same was filed at both, whose clocks are an hour apart. They agree on when; so what is filed
 * next, on top of it, is the later filing, whatever the clocks say. */
static void test_the_same_at_both_with_clocks_apart(void **state)
{
    struct pair *pair = *state;
    struct cell cell;
    pair->child.now.us -= INT64_C(3600000000);
    part(pair);
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 10});
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 10});
    struct instant later = head_of(&pair->parent, &draft).received;
    struct instant earlier = head_of(&pair->child, &draft).first_filed;
    meet(pair);
    assert_agrees(pair);
    struct rig *rigs[] = {&pair->parent, &pair->child};
    for (size_t i = 0; i < LENGTH(rigs); i++) {
        assert_int_equal(head_of(rigs[i], &draft).received.us, later.us);
        assert_int_equal(head_of(rigs[i], &draft).first_filed.us, earlier.us);
    }
    struct draft next = saying(&draft, 20, &cell);
    next.catalogue = 2;
    next.based_on = 1;
    rig_hello(&pair->child, from_local(), 0);
    assert_int_equal(file_ok(&pair->child, &next), 2);
    pair_pass(pair, 180000);
    assert_agrees(pair);
    assert_head(&pair->parent, &draft, 2, 0, 0);
    assert_int_equal(value_at(&pair->parent, &draft, 2), 20);
}

/* The child has settled a fork, and what it filed again did not get through. Meanwhile that is
 * returned at the parent, under the number it has there: under the new one it is returned too. */
static void test_returned_while_it_was_settled(void **state)
{
    static const struct {
        const char *name;
        uint64_t settled; /* the child's latest then */
        struct fork_step steps[3];
    } rows[] = {
        {"the latest", 2, {{AT_CHILD, 1, 20}, {AT_PARENT, 1, 10}, {ACCEPT, 1, 0}}},
        {"below the latest", 3, {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 20}}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        struct pair *pair = part_anew(state, rows[i].steps, LENGTH(rows[i].steps));
        meet_in_vain(pair);
        assert_int_equal(head_of(&pair->child, &draft).revision, rows[i].settled);
        assert_int_equal(counted(&pair->child, &draft), 10);
        mark_and_meet(pair, R);
        assert_int_equal(head_of(&pair->parent, &draft).revision, rows[i].settled);
        assert_int_equal(counted(&pair->parent, &draft), -1);
    }
}

/* The same, where what is accepted below takes the number that the marked filing had at the parent.
 */
static void test_marked_while_its_number_goes(void **state)
{
    static const struct fork_step steps[] = {
        {AT_CHILD, 1, 10}, {ACCEPT_AT_CHILD, 1, 0}, {AT_CHILD, 2, 20}, {AT_PARENT, 1, 30}};
    static const struct {
        const char *name;
        uint32_t mark;
        int64_t counted;
    } rows[] = {{"returned: what was accepted before goes on counting", R, 10},
                {"accepted: it counts", A, 30}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        struct pair *pair = part_anew(state, steps, LENGTH(steps));
        meet_in_vain(pair);
        assert_int_equal(head_of(&pair->child, &draft).revision, 3);
        rig_revoke(&pair->parent, PAIR_KEY); /* only the home accepts */
        mark_and_meet(pair, rows[i].mark);
        assert_int_equal(head_of(&pair->parent, &draft).states, rows[i].mark);
        assert_int_equal(counted(&pair->parent, &draft), rows[i].counted);
    }
}

/* What waited and was returned gives way to another filing under its number, which was accepted:
 * nobody returned that one. */
static void test_a_return_does_not_spread(void **state)
{
    for (int is_corrected = 0; is_corrected <= 1; is_corrected++) {
        struct pair *pair = part_anew(state, &(struct fork_step){AT_CHILD, 1, 10}, 1);
        mark_at(&pair->child, 1, R);
        pair->child.sent_count = 0;
        take_step(pair, &(struct fork_step){AT_PARENT, 1, 20});
        take_step(pair, &(struct fork_step){ACCEPT, 1, 0});
        if (is_corrected)
            take_step(pair, &(struct fork_step){AT_PARENT, 2, 30});
        meet(pair);
        assert_agrees(pair);
        assert_int_equal(counted(&pair->parent, &draft), 20);
    }
}

/* A node that has set aside all it may is restored all the same. */
static void test_restored_with_no_room_to_set_aside(void **state)
{
    struct pair *pair = *state;
    struct cell cell;
    struct node_health health;
    struct draft other = saying(&draft, 77, &cell);
    part(pair);
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 10});
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 20});
    take_step(pair, &(struct fork_step){ACCEPT, 1, 0});
    take_step(pair, &(struct fork_step){AT_PARENT, 2, 30});
    other.period = "2025-S1";
    other.catalogue = 2;
    rig_hello(&pair->parent, from_local(), 0);
    file_ok(&pair->parent, &other);
    pair->parent.sent_count = 0;
    fill_aside(&pair->child);
    rig_set_restoring(&pair->child, true);
    rig_restart(&pair->child);
    meet(pair);
    assert_agrees(pair);
    assert_int_equal(value_at(&pair->child, &other, 1), 77);
    assert_true(is_held(&pair->child, &draft, 10));
    node_get_health(pair->child.node, &health);
    assert_false(health.is_restoring);
}

/* Both count another filing of the same number, below one that waits. They met, and agree; then an
 * old copy of the parent, from before that, is put back by hand: they find it out by comparing. */
static void test_an_old_copy_of_the_parent(void **state)
{
    struct pair *pair = *state;
    char data[512], copy[512];
    (void)snprintf(data, sizeof(data), "%s/data.mdb", pair->parent.folder);
    (void)snprintf(copy, sizeof(copy), "%s/copy.mdb", pair->child.folder);
    part(pair);
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 10});
    take_step(pair, &(struct fork_step){ACCEPT_AT_CHILD, 1, 0});
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 20});
    take_step(pair, &(struct fork_step){ACCEPT, 1, 0});
    take_step(pair, &(struct fork_step){AT_PARENT, 2, 30});
    rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
    rig_stop(&pair->parent);
    copy_file(data, copy);
    rig_start(&pair->parent, 0);
    meet(pair);
    assert_agrees(pair);
    assert_int_equal(counted(&pair->parent, &draft), 10);
    rig_stop(&pair->parent);
    copy_file(copy, data);
    rig_start(&pair->parent, 0);
    assert_int_equal(counted(&pair->parent, &draft), 20);
    pair_pass(pair, 600000);
    assert_agrees(pair);
    assert_int_equal(counted(&pair->parent, &draft), 10);
    assert_true(is_held(&pair->parent, &draft, 20));
    assert_int_equal(remove(copy), 0);
}

/* What cannot be settled, because a hostile node used up the numbers, waits for a person; it is not
 * tried again and again. */
static void test_used_up_numbers_are_not_tried_for_ever(void **state)
{
    struct pair *pair = *state;
    struct cell cell;
    struct draft evil = saying(&draft, 666, &cell);
    struct buf filing = {0};
    struct outbox_item item;
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    evil.catalogue = 2;
    pair->is_cut = true;
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 10});
    rig_hello(&pair->parent, from_key(PAIR_KEY), 631);
    draft_pack(&evil, &filing);
    revision_fill(&evil, (struct wrapper){WIRE_REVISION_MAX - 1, A}, &filing, &revision);
    revision.received_us -= 1000;
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    assert_body(rig_ask(&pair->parent, from_key(PAIR_KEY), &envelope), BODY(ACK));
    pair->parent.sent_count = 0;
    pair->is_cut = false;
    pair_pass(pair, 60000);
    assert_true(outbox_of(&pair->child, &draft, &item));
    assert_true(item.is_parked);
    assert_contains(item.reason, "range: ");
    memset(pair->up, 0, sizeof(pair->up));
    pair_pass(pair, 1800000);
    assert_int_equal(pair->up[BODY(REVISION)], 0);
    assert_int_equal(counted(&pair->child, &draft), -1);
    assert_int_equal(value_at(&pair->child, &draft, 1), 10);
    buf_fini(&filing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORK_TEST(test_both_numbered),
        FORK_TEST(test_a_clock_that_is_behind),
        FORK_TEST(test_a_node_between_keeps_the_later),
        FORK_TEST(test_numbers_from_above_are_believed),
        FORK_TEST(test_the_same_at_both_with_clocks_apart),
        FORK_TEST(test_returned_while_it_was_settled),
        FORK_TEST(test_marked_while_its_number_goes),
        FORK_TEST(test_a_return_does_not_spread),
        FORK_TEST(test_restored_with_no_room_to_set_aside),
        FORK_TEST(test_an_old_copy_of_the_parent),
        FORK_TEST(test_used_up_numbers_are_not_tried_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
