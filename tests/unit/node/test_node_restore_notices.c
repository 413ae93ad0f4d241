/* A node that is restored does not know what was said while its disk was another: before it has
 * heard all of that from above, it takes nothing in, because the period may be closed. */
#include "unit/node/draft.h"
#include "unit/node/notices.h"
#include "unit/node/pair.h"
#include "unit/node/said.h"

static const struct draft before = {.period = "2024", .unit = 631, CELLS(EXACT(1, 10))};
static const struct draft after = {
    .period = "2024", .unit = 631, .based_on = 1, CELLS(EXACT(1, 11))};

static void file_refused(struct rig *rig, const char *code)
{
    rig_hello(rig, from_local(), 0);
    assert_refused(file_as(rig, from_local(), &after), code);
}

/* It had its reports back, and the closing got lost twice: it waits for that, too. */
static void test_waits_for_the_closing(void **state)
{
    struct pair *pair = *state;
    struct report_key key = draft_key(&before);
    size_t waits = 0;
    pair_file(&pair->child, &before);
    pair_pass(pair, 2000);
    rig_hello(&pair->parent, from_local(), 0);
    close_year(&pair->parent, TONGHOP__EDITION_RANK__EDITION_RANK_OFFICIAL);
    pair_collect(pair, &pair->parent);
    pair_pass(pair, 2000);
    file_refused(&pair->child, "closed");
    pair_lose_disk(pair);
    pair->lost_body = BODY(NOTICES);
    pair->lost_count = 2;
    for (int i = 0; i < 300 && pair->child.node->is_restoring; i++) {
        file_refused(&pair->child, "busy");
        assert_refused(ask_mark(&pair->child, from_local(), &key, 1, STATE_RETURNED), "busy");
        waits += head_of(&pair->child, &before).revision == 1;
        pair_pass(pair, 1000);
    }
    assert_false(pair->child.node->is_restoring);
    assert_true(waits > 0); /* and its reports were there */
    file_refused(&pair->child, "closed");
    assert_settled(pair);
}

static bool is_restoring(struct rig *rig)
{
    if (node_has_work(rig->node, rig->now_ms))
        rig_tick(rig);
    return rig->node->is_restoring;
}

static void restore(struct rig *rig)
{
    rig_set_restoring(rig, true);
    rig_restart(rig);
}

/* The last page of what the node above has to say ends it, and not one before; nor does one that
 * was asked for before the link began anew. */
static void test_waits_for_the_last_page(void **state)
{
    struct rig *rig = *state;
    struct said_page page;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint64_t first, second;
    restore(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &first);
    assert_true(is_restoring(rig));
    page_of(&page, NULL, 0);
    page.notices.through = 5;
    page.notices.more = true;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page.notices;
    from_parent(rig, first, &envelope);
    page_fini(&page);
    assert_true(is_restoring(rig));
    rig_pump(rig);
    (void)asked_above(rig, &second);
    link_above(rig, PARENTS_EPOCH);
    parent_tells(rig, second, NULL, 0, 6);
    assert_true(is_restoring(rig));
    rig_pump(rig);
    (void)asked_above(rig, &second);
    parent_tells(rig, second, NULL, 0, 6);
    assert_false(is_restoring(rig));
    rig_restart(rig);
    assert_false(is_restoring(rig)); /* for good */
}

/* What was heard before the last welcome does not count, be it over this link or an earlier one:
 * the node above may have lacked something itself. */
static void test_hears_all_since_the_welcome(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    restore(rig);
    for (int i = 0; i < 3; i++) {
        if (i < 2)
            link_above(rig, PARENTS_EPOCH);
        else
            welcome_above(rig, hello_again(rig), PARENTS_EPOCH);
        assert_true(is_restoring(rig));
        rig_pump(rig);
        (void)asked_above(rig, &seq);
        parent_tells(rig, seq, NULL, 0, 6);
    }
    assert_false(is_restoring(rig));
}

/* Hints are of what comes after: who is always told of news is not kept waiting. */
static void test_hints_do_not_keep_it(void **state)
{
    struct rig *rig = *state;
    uint64_t seq;
    restore(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    parent_tells(rig, 0, NULL, 0, 0);
    assert_true(is_restoring(rig));
    parent_tells(rig, seq, NULL, 0, 6);
    assert_false(is_restoring(rig));
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_true(seq != 0); /* and asks again all the same */
}

/* What the node above cannot read keeps it waiting; its people can read why. */
static void test_damage_above_is_told(void **state)
{
    struct rig *rig = *state;
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint64_t seq;
    restore(rig);
    link_above(rig, PARENTS_EPOCH);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    refusal.code = TEXT("corrupt");
    refusal.text = TEXT("a notice does not read");
    envelope.body_case = BODY(REFUSAL);
    envelope.refusal = &refusal;
    for (int i = 0; i < 2; i++) {
        rig_log[0] = '\0';
        from_parent(rig, seq, &envelope);
        assert_int_equal(strstr(rig_log, "did not exchange notices") != NULL, i == 0);
    }
    assert_contains(rig->node->uplink.trouble, "a notice does not read");
    assert_true(is_restoring(rig));
}

/* A node above that knows nothing of notices has none to wait for. */
static void test_a_parent_of_before(void **state)
{
    struct rig *rig = *state;
    restore(rig);
    link_above(rig, 0);
    assert_false(is_restoring(rig));
}

/* Who was not restored takes in without a link, heard or not. */
static void test_who_was_not_restored(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    assert_int_equal(file_ok(rig, &before), 1);
    link_above(rig, PARENTS_EPOCH);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(file_ok(rig, &after), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(test_waits_for_the_closing),        CHILD_TEST(test_waits_for_the_last_page),
        CHILD_TEST(test_hears_all_since_the_welcome), CHILD_TEST(test_a_parent_of_before),
        CHILD_TEST(test_who_was_not_restored),        CHILD_TEST(test_hints_do_not_keep_it),
        CHILD_TEST(test_damage_above_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
