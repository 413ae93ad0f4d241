/* When an accepted revision was taken in decides whether its figures are early: two nodes that took
 * the same one in at different times, apart, end with the same time for it, although a later
 * revision, which waits, stands above it. */
#include "unit/node/fork.h"

/* 2024-06-14T23:59:50 in Viet Nam: ten seconds before the half-year is over. */
static const struct instant last_seconds = {INT64_C(1718384390) * 1000000};

static void set_now(struct pair *pair, struct instant now)
{
    pair->parent.now = pair->child.now = now;
}

static struct figure roll_up_of_district(struct rig *rig)
{
    struct figures figures = {0};
    struct figure figure = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    struct report_key key = draft_key(&draft);
    key.unit = 631;
    rollup_of(rig->node, txn, &key, NULL, &figures);
    const struct figure *found = figures_find(&figures, 1);
    if (found != NULL)
        figure = *found;
    figures_fini(&figures);
    store_abort(&txn);
    return figure;
}

static struct instant received_of(struct rig *rig, uint64_t number)
{
    struct report_key key = draft_key(&draft);
    struct revision revision = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_revision(txn, &key, number, &revision), ERR_OK);
    struct instant received = revision.received;
    store_abort(&txn);
    return received;
}

static void test_they_end_with_one_time(void **state)
{
    static const struct {
        const char *name;
        int first, accept_first, second, accept_second, third;
    } rows[] = {
        {"the child was early, and files on", AT_CHILD, ACCEPT_AT_CHILD, AT_PARENT, ACCEPT,
         AT_CHILD},
        {"the child was early, the parent files on", AT_CHILD, ACCEPT_AT_CHILD, AT_PARENT, ACCEPT,
         AT_PARENT},
        {"the parent was early, and files on", AT_PARENT, ACCEPT, AT_CHILD, ACCEPT_AT_CHILD,
         AT_PARENT},
        {"the parent was early, the child files on", AT_PARENT, ACCEPT, AT_CHILD, ACCEPT_AT_CHILD,
         AT_CHILD},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        assert_int_equal(pair_teardown(state), 0);
        assert_int_equal(fork_setup(state), 0);
        struct pair *pair = *state;
        part(pair);
        set_now(pair, last_seconds);
        take_step(pair, &(struct fork_step){rows[i].first, 1, OURS});
        take_step(pair, &(struct fork_step){rows[i].accept_first, 1, 0});
        set_now(pair, (struct instant){last_seconds.us + INT64_C(3600) * 1000000});
        take_step(pair, &(struct fork_step){rows[i].second, 1, OURS});
        take_step(pair, &(struct fork_step){rows[i].accept_second, 1, 0});
        struct figure parents = roll_up_of_district(&pair->parent);
        struct figure childs = roll_up_of_district(&pair->child);
        assert_int_not_equal(parents.early_count, childs.early_count);

        take_step(pair, &(struct fork_step){rows[i].third, 2, THEIRS});
        meet(pair);
        assert_int_equal(received_of(&pair->parent, 1).us, received_of(&pair->child, 1).us);
        parents = roll_up_of_district(&pair->parent);
        childs = roll_up_of_district(&pair->child);
        assert_int_equal(parents.value, OURS); /* the second one waits */
        assert_true(figure_equal(&parents, &childs));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {FORK_TEST(test_they_end_with_one_time)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
