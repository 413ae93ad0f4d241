/* What the heads of a year say together, read anew or kept up: whether a half may be whole, and
 * when the last revision was taken in. */
#include "node/year_heads.h"

#include "unit/node/state.h"
#include "unit/node/told.h"

enum { NODE = 1 };

#define MINUTE_US INT64_C(60000000)

static struct node_year known(struct rig *rig, uint8_t kind, uint16_t year)
{
    struct store_txn *txn = store_begin_read(rig->store);
    struct node_year known = *year_heads(rig->node, txn, kind, year);
    store_abort(&txn);
    return known;
}

static void forget(struct rig *rig)
{
    memset(rig->node->years, 0, sizeof(rig->node->years));
}

static void file_at(struct rig *rig, int64_t minute, const struct draft *draft)
{
    rig->now.us = minute * MINUTE_US;
    file_ok(rig, draft);
}

/* Each kind and year has its own, also those that share a place; kept up is the same as read. */
static void test_each_has_its_own(void **state)
{
    struct rig *rig = *state;
    const uint16_t other = 2024 - NODE_TREE_YEARS;
    assert_int_equal(known(rig, KIND_ACTUAL, 2024).received.us, 0);
    file_at(rig, 100, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    file_at(rig, 200,
            DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE,
                  CELLS(EXACT(1, 1))));
    file_at(rig, 300, DRAFT(.period = "2023", .unit = 23857, CELLS(EXACT(1, 1))));
    for (int i = 0; i < 3; i++) {
        struct node_year actual = known(rig, KIND_ACTUAL, 2024);
        struct node_year plan = known(rig, KIND_PLAN, 2024);
        assert_int_equal(actual.received.us, 100 * MINUTE_US);
        assert_false(actual.has_whole);
        assert_int_equal(plan.received.us, 200 * MINUTE_US);
        assert_true(plan.has_whole);
        assert_int_equal(known(rig, KIND_ACTUAL, other).received.us, 0);
        assert_int_equal(known(rig, KIND_ACTUAL, 2023).received.us, 300 * MINUTE_US);
        assert_false(known(rig, KIND_ACTUAL, 2023).has_whole);
        if (i == 1)
            forget(rig);
    }
}

/* The year is kept: a whole half of it is seen, a whole year is none, and time does not go back. */
static void test_it_is_kept_up(void **state)
{
    struct rig *rig = *state;
    file_at(rig, 100,
            DRAFT(.period = "2024", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1))));
    assert_false(known(rig, KIND_ACTUAL, 2024).has_whole);
    file_at(rig, 50,
            DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1))));
    assert_true(known(rig, KIND_ACTUAL, 2024).has_whole);
    assert_int_equal(known(rig, KIND_ACTUAL, 2024).received.us, 100 * MINUTE_US);
    file_at(rig, 150, DRAFT(.period = "2024-S1", .unit = 632, .based_on = 1, CELLS(EXACT(1, 1))));
    assert_int_equal(known(rig, KIND_ACTUAL, 2024).received.us, 150 * MINUTE_US);
    forget(rig);
    assert_false(known(rig, KIND_ACTUAL, 2024).has_whole);
    assert_int_equal(known(rig, KIND_ACTUAL, 2024).received.us, 150 * MINUTE_US);
}

static void from_child_later(struct rig *rig, const struct draft *like, struct state state,
                             int64_t minutes)
{
    struct state_bytes bytes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    state_fill(like, state, &bytes);
    bytes.message.received_us += minutes * MINUTE_US;
    envelope.body_case = BODY(REVISION);
    envelope.revision = &bytes.message;
    assert_body(rig_ask(rig, from_key(NODE), &envelope), BODY(ACK));
    state_fini(&bytes);
}

/* A copy of the child's disk was in use, too: its first revision comes after the second one, was
 * taken in later, and counts. The story has it, although the head goes by the second one. */
static void test_a_fork_may_be_later(void **state)
{
    struct rig *rig = *state;
    const struct draft *key = DRAFT(.period = "2024-S1", .unit = 23863);
    char since[INSTANT_TEXT_SIZE];
    rig_enrol(rig, NODE, 23863, ROLE(NODE));
    from_child_later(rig, key, (struct state){2, 0, 0, 0}, 0);
    struct node_year before = known(rig, KIND_ACTUAL, 2024);
    assert_false(before.has_lower);
    from_child_later(rig, key, (struct state){1, A, 0, 0}, 10);
    assert_true(known(rig, KIND_ACTUAL, 2024).has_lower);
    forget(rig);
    assert_true(known(rig, KIND_ACTUAL, 2024).has_lower);
    (void)instant_format((struct instant){before.received.us + 5 * MINUTE_US}, since);
    const struct told *ask = TOLD(.period = "2024-S1", .unit = "23863", .since = since);
    ASSERT_CHANGES(told_ok(rig, ask), -1, {23863, "2024-S1", 1, 0, 10, false, false});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_each_has_its_own),
        ROOT_TEST(test_it_is_kept_up),
        ROOT_TEST(test_a_fork_may_be_later),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
