/* Restoring: a node whose disk was lost, or that is new where another one was the home, takes
 * nothing in before it has all that the node above holds, so that no revision number is given
 * twice. */
#include "unit/node/ask.h"
#include "unit/node/pair.h"

static const struct draft draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct bucket differing = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}};

static bool is_restoring(const struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health.is_restoring;
}

/* Whether a report is taken in; refused as busy otherwise. */
static bool takes_in(struct rig *rig)
{
    rig_hello(rig, from_local(), 0);
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &draft);
    if (answer->body_case == BODY(RECEIPT))
        return true;
    assert_refused(answer, "busy");
    return false;
}

/* ---- one node ---- */

static int setup_new(void **state)
{
    int result = rig_setup_district(state);
    rig_set_restoring(*state, true);
    rig_restart(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define NEW_TEST(function) cmocka_unit_test_setup_teardown(function, setup_new, rig_teardown)

/* A store that is made is marked, and only a node with a parent minds. */
static void test_which_nodes_restore(void **state)
{
    (void)state;
    for (int has_parent = 0; has_parent < 2; has_parent++) {
        struct rig rig;
        rig_init(&rig, 631, has_parent);
        assert_false(is_restoring(&rig)); /* the rig's node has worked for some time */
        rig_set_restoring(&rig, true);
        rig_restart(&rig);
        assert_int_equal(is_restoring(&rig), has_parent);
        rig_install_sample(&rig);
        assert_int_equal(takes_in(&rig), !has_parent);
        rig_fini(&rig);
    }
}

/* The mark comes with the store itself, whoever made it. */
static void test_a_new_store_is_marked(void **state)
{
    struct rig *rig = *state;
    char folder[RIG_PATH_SIZE + 8];
    struct store *store;
    struct node *node;
    struct store_options options = {.map_size_bytes = RIG_MAP_BYTES};
    struct node_health health;
    (void)snprintf(folder, sizeof(folder), "%s/new", rig->folder);
    assert_int_equal(store_open(folder, &options, &store), ERR_OK);
    assert_int_equal(node_new(store, &rig->options, rig->now, rig->now_ms, &node), ERR_OK);
    node_get_health(node, &health);
    assert_true(health.is_restoring);
    node_free(&node);
    store_close(&store);
    for (const char *const *name = (const char *const[]){"data.mdb", "lock.mdb", "lock", NULL};
         *name != NULL; name++) {
        char path[RIG_PATH_SIZE + 32];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, *name);
        (void)unlink(path); /* one that stays makes rmdir fail */
    }
    assert_int_equal(rmdir(folder), 0);
}

/* What ends it, and what does not: a parent that is complete, with the same catalogue, whose every
 * difference has been compared; then the next piece of background work. */
static void test_what_ends_it(void **state)
{
    static const uint8_t other[WIRE_DIGEST_SIZE] = {1};
    struct rig *rig = *state;
    assert_false(takes_in(rig));
    struct parent incomplete = parent_with(rig, NULL, 0);
    incomplete.is_incomplete = true;
    rig_link(rig, incomplete);
    rig_tick(rig);
    assert_false(takes_in(rig));
    rig->now_ms += NODE_COMPARE_RETRY_MS;
    rig_pump(rig);
    const Tonghop__Envelope *hello = to_parent(rig, BODY(HELLO), 0);
    assert_non_null(hello);
    welcome_from_parent(rig, hello->seq, (struct parent){.catalogue = 2, .hash = other});
    rig_tick(rig);
    assert_false(takes_in(rig));
    welcome_from_parent(rig, hello_again(rig), parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    assert_int_equal(page->inventory->n_units, 0);
    uint64_t seq = page->seq;
    rig_tick(rig);
    assert_false(takes_in(rig));
    compared_from_parent(rig, seq, (struct page_answer){0});
    assert_true(is_restoring(rig)); /* the word is on disk first */
    assert_true(node_has_work(rig->node, rig->now_ms));
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
    rig_tick(rig);
    assert_false(is_restoring(rig));
    assert_false(node_has_work(rig->node, rig->now_ms));
    assert_true(takes_in(rig));
    rig_restart(rig);
    assert_false(is_restoring(rig));
}

/* Nothing differs: it ends with the welcome. */
static void test_an_equal_parent_ends_it(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_tick(rig);
    assert_true(takes_in(rig));
}

/* A tick alone, time, and a link that breaks end nothing. */
static void test_what_does_not_end_it(void **state)
{
    struct rig *rig = *state;
    rig_tick(rig);
    assert_false(takes_in(rig));
    rig_link(rig, parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    compared_from_parent(rig, page->seq, (struct page_answer){0});
    refusal_from_parent(rig, 0, "no-session"); /* before the tick */
    rig_tick(rig);
    assert_false(takes_in(rig));
    rig->now_ms += 3600000;
    rig_tick(rig);
    assert_false(takes_in(rig));
}

/* A restart in the middle begins anew, and loses nothing of what has come. */
static void test_a_restart_in_the_middle(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    state_from_parent(rig, page->seq, &draft, (struct state){3, A, 0, 0});
    rig_restart(rig);
    assert_true(is_restoring(rig));
    assert_head(rig, &draft, 3, A, 3);
    rig_link(rig, parent_with(rig, &differing, 1));
    rig_pump(rig);
    page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    assert_int_equal(page->inventory->n_units, 1);
    compared_from_parent(rig, page->seq, (struct page_answer){0});
    rig_tick(rig);
    assert_false(is_restoring(rig));
}

/* A hello said again because the parent was not ready may get lost like any other: it is said until
 * there is an answer. */
static void test_a_lost_hello_is_repeated(void **state)
{
    struct rig *rig = *state;
    struct parent incomplete = parent_with(rig, NULL, 0);
    incomplete.is_incomplete = true;
    rig_link(rig, incomplete);
    rig->now_ms += NODE_COMPARE_RETRY_MS;
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(HELLO), 0));
    rig->now_ms += SESSION_RESEND_MS - 1;
    rig_pump(rig);
    assert_null(to_parent(rig, BODY(HELLO), 0));
    rig->now_ms += 1;
    rig_pump(rig);
    const Tonghop__Envelope *hello = to_parent(rig, BODY(HELLO), 0);
    assert_non_null(hello);
    welcome_from_parent(rig, hello->seq, parent_with(rig, NULL, 0));
    rig_tick(rig);
    assert_true(takes_in(rig));
}

/* What cannot be put on the disk has not come: with no room it goes on waiting, and nothing is
 * taken in with a number that the parent knows already. */
static void test_no_room_in_the_middle(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    uint64_t seq = page->seq;
    state_from_parent(rig, seq, &draft, (struct state){3, A, 0, 0});
    struct draft later = draft;
    later.catalogue = 2; /* it cannot be read before that has come */
    later.unit = 23860;
    state_from_parent(rig, seq, &later, (struct state){1, A, 0, 0});
    compared_from_parent(rig, seq, (struct page_answer){.revision_count = 2});
    rig_tick(rig);
    assert_true(is_restoring(rig));
    rig->now_ms += SESSION_RESEND_MS;
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(INVENTORY), 0));
}

/* Somebody who looks is told. */
static void test_status_says_so(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    assert_true(answer->status->restoring);
    bool is_said = false;
    for (size_t i = 0; i < answer->status->n_problems; i++)
        is_said = is_said || strstr(answer->status->problems[i], "nothing is taken in") != NULL;
    assert_true(is_said);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_tick(rig);
    answer = ask_status(rig, from_local());
    assert_false(answer->status->restoring);
}

/* ---- two nodes ---- */

/* Several reports, with a history, all of them known above. */
static void file_some(struct pair *pair)
{
    pair_file(&pair->child, &draft);
    pair_file(&pair->child,
              DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 20))));
    pair_file(&pair->child, DRAFT(.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 3))));
    pair_file(&pair->child, DRAFT(.period = "2023", .unit = 631, CELLS(EXACT(1, 4))));
    pair_file(&pair->child,
              DRAFT(.kind = KIND_PLAN, .period = "2024", .unit = 631, CELLS(EXACT(1, 4))));
    pair_pass(pair, 2000);
    assert_settled(pair);
}

/* The disk is lost: everything comes back from above, intake waits for it and then goes on above
 * the numbers that were given. */
static void test_a_lost_disk(void **state)
{
    struct pair *pair = *state;
    file_some(pair);
    char *before = dump_totals(&pair->child, true);
    pair_lose_disk(pair);
    assert_false(takes_in(&pair->child));
    pair_pass(pair, 90000); /* the link is noticed to be a new one */
    assert_false(is_restoring(&pair->child));
    char *after = dump_totals(&pair->child, true);
    assert_string_equal(before, after);
    assert_settled(pair);
    rig_hello(&pair->child, from_local(), 0);
    const struct draft *stale = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 99)));
    assert_int_equal(
        assert_refused(file_as(&pair->child, from_local(), stale), "stale")->current_revision, 2);
    const struct draft *next =
        DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 2, CELLS(EXACT(1, 99)));
    assert_int_equal(file_ok(&pair->child, next), 3);
    pair_pass(pair, 2000);
    assert_settled(pair);
    assert_int_equal(head_of(&pair->parent, &draft).revision, 3);
    free(before);
    free(after);
}

/* Each message of it may get lost: it takes longer, and ends the same. */
static void test_whatever_gets_lost(void **state)
{
    static const struct {
        const char *name;
        int body;
        size_t from, count;
    } rows[] = {
        {"hello", BODY(HELLO), 0, 2},
        {"welcome", BODY(WELCOME), 0, 2},
        {"a page", BODY(INVENTORY), 0, 1},
        {"another page", BODY(INVENTORY), 1, 2},
        {"its end", BODY(COMPARED), 0, 1},
        {"another end", BODY(COMPARED), 2, 1},
        {"a state", BODY(REVISION), 0, 1},
        {"the second state", BODY(REVISION), 1, 1},
        {"all states once", BODY(REVISION), 0, 4},
    };
    struct pair *pair = *state;
    file_some(pair);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        pair_lose_disk(pair);
        pair->lost_body = rows[i].body;
        pair->lost_from = rows[i].from;
        pair->lost_count = rows[i].count;
        for (int n = 0; n < 300 && is_restoring(&pair->child); n++) {
            /* As long as it lasts, what it would give a number to is refused. */
            assert_false(takes_in(&pair->child));
            pair_pass(pair, 1000);
        }
        assert_int_equal(pair->lost_count, 0);
        assert_false(is_restoring(&pair->child));
        assert_head(&pair->child, &draft, 2, A, 2);
        pair_pass(pair, 60000);
        assert_settled(pair);
    }
}

/* The parent's store lacks a revision: the child cannot become complete, and asks once a minute,
 * which fills nothing. */
static void test_a_damaged_parent(void **state)
{
    enum { HOUR_MS = 3600000 };
    struct pair *pair = *state;
    struct node_health health;
    pair_file(&pair->child, &draft);
    pair_pass(pair, 2000);
    lose_revision(&pair->parent, &draft, 1);
    pair_lose_disk(pair);
    size_t before = pair->up[BODY(INVENTORY)];
    pair_pass(pair, HOUR_MS);
    assert_true(is_restoring(&pair->child));
    assert_in_range(pair->up[BODY(INVENTORY)] - before, 30, HOUR_MS / NODE_COMPARE_OTHER_MS + 1);
    node_get_health(pair->parent.node, &health);
    assert_int_equal(health.quarantine_count, 0);
    assert_contains(pair->child.node->uplink.trouble, "corrupt: ");
}

/* An old backup: what was filed since, and acknowledged above, comes back; what the backup had not
 * sent yet goes up. Numbers go on above both. */
static void test_an_old_backup(void **state)
{
    struct pair *pair = *state;
    const struct draft *other = DRAFT(.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 3)));
    pair_file(&pair->child, &draft);
    pair_pass(pair, 2000);
    /* The backup: a store with only this in it, and something that had not gone up. */
    pair->is_cut = true;
    pair_file(&pair->child, other);
    rig_set_restoring(&pair->child, true);
    rig_restart(&pair->child);
    /* What came after it, as the parent has it. */
    assert_body(state_from_child(&pair->parent, PAIR_KEY, &draft, (struct state){4, 0, 3, A}),
                BODY(ACK));
    assert_false(takes_in(&pair->child));
    pair->is_cut = false;
    pair_pass(pair, 90000);
    assert_false(is_restoring(&pair->child));
    assert_settled(pair);
    assert_head(&pair->child, &draft, 4, 0, 3);
    assert_head(&pair->parent, other, 1, A, 1);
    rig_hello(&pair->child, from_local(), 0);
    assert_int_equal(file_ok(&pair->child, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 4,
                                                 CELLS(EXACT(1, 99)))),
                     5);
}

/* A node is enrolled where the parent was the home: it gets its unit's reports and goes on above
 * their numbers, while the parent refuses to number them any more. */
static void test_a_home_that_moves_down(void **state)
{
    struct pair *pair = *state;
    const struct draft *next =
        DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, CELLS(EXACT(1, 20)));
    pair_fini(pair);
    *pair = (struct pair){0};
    rig_init(&pair->parent, 64, false);
    rig_install_sample(&pair->parent);
    pair_file(&pair->parent, &draft);
    rig_init(&pair->child, 631, true);
    pair_lose_disk(pair);
    assert_false(takes_in(&pair->child));
    rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
    assert_int_equal(assert_refused(file_as(&pair->parent, from_local(), next), "not-home")->home,
                     631);
    pair_pass(pair, 5000);
    assert_false(is_restoring(&pair->child));
    rig_hello(&pair->child, from_local(), 0);
    assert_int_equal(file_ok(&pair->child, next), 2);
    pair_pass(pair, 2000);
    assert_settled(pair);
    assert_head(&pair->parent, &draft, 2, A, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_nodes_restore),
        NEW_TEST(test_a_new_store_is_marked),
        NEW_TEST(test_what_ends_it),
        NEW_TEST(test_an_equal_parent_ends_it),
        NEW_TEST(test_what_does_not_end_it),
        NEW_TEST(test_a_restart_in_the_middle),
        NEW_TEST(test_a_lost_hello_is_repeated),
        NEW_TEST(test_no_room_in_the_middle),
        NEW_TEST(test_status_says_so),
        PAIR_TEST(test_a_lost_disk),
        PAIR_TEST(test_whatever_gets_lost),
        PAIR_TEST(test_a_damaged_parent),
        PAIR_TEST(test_an_old_backup),
        PAIR_TEST(test_a_home_that_moves_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
