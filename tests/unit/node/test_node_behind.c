/* Parent and child have different catalogues for a while: statements that could not be compared are
 * made again when they can be, once, whatever gets lost or comes out of order meanwhile. */
#include "unit/node/edit.h"
#include "unit/node/pair.h"

enum { HOUR_MS = 3600000 };

/* Catalogue 2 comes into force; with `moves`, a commune leaves the child's district in mid-year, so
 * that the year's totals cannot be compared under it at all. */
static void put_second(struct rig *rig, bool moves)
{
    Tonghop__Catalogue *catalogue = edit_begin(2);
    if (moves) {
        struct date day;
        assert_int_equal(date_make(2024, 8, 1, &day), ERR_OK);
        edit_move(catalogue, 23863, day, 632);
    }
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    rig_settle(rig);
}

static void cut_link(struct pair *pair)
{
    struct transport transport = rig_transport(&pair->child);
    node_link_lost(pair->child.node, &transport, pair->child.now_ms);
}

/* The parent tells its child which catalogue it has. */
static void give_notice(struct pair *pair)
{
    struct effects effects = {0};
    struct transport transport = rig_transport(&pair->parent);
    effects_add(&effects, EFFECT_NOTICE, (struct span){0})->number = 2;
    pair->parent.sent_count = 0;
    node_apply(pair->parent.node, &effects, &transport, pair->parent.now, pair->parent.now_ms);
    pair_collect(pair, &pair->parent);
    effects_fini(&effects);
}

static size_t statements_in_an_hour(struct pair *pair)
{
    size_t before = pair->up[BODY(STATEMENT)];
    pair_pass(pair, HOUR_MS);
    return pair->up[BODY(STATEMENT)] - before;
}

/* A root that was restored has catalogue 1 while its child has 2; later it is published again. */
static void test_the_parent_was_behind(void **state)
{
    static const struct {
        const char *name;
        bool moves, loses_hello, loses_notice;
    } rows[] = {
        {"nothing is lost", true, false, false},
        {"the notice is lost", true, false, true},
        {"a hello is lost", true, true, false},
        {"both are lost", true, true, true},
        {"both are lost, and all can be compared", false, true, true},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        void *each = NULL;
        print_message("row: %s\n", rows[i].name);
        (void)pair_setup(&each);
        struct pair *pair = each;
        pair_file(&pair->child, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
        pair_pass(pair, 2000);
        assert_settled(pair);
        put_second(&pair->child, rows[i].moves);
        cut_link(pair);
        pair_pass(pair, 5000);
        assert_int_equal(pair->child.node->session.state, SESSION_UP);
        pair->lost_body = BODY(HELLO);
        pair->lost_count = rows[i].loses_hello ? 1 : 0;
        pair_pass(pair, 2 * NODE_COMPARE_OTHER_MS);
        assert_int_equal(pair->lost_count, 0);
        put_second(&pair->parent, rows[i].moves);
        if (!rows[i].loses_notice)
            give_notice(pair);
        pair_pass(pair, 2 * NODE_COMPARE_OTHER_MS);
        assert_int_equal(pair->child.node->uplink.catalogue, 2);
        assert_settled(pair);
        assert_int_equal(statements_in_an_hour(pair), 0);
        (void)pair_teardown(&each);
    }
}

/* The child, which has catalogue 2, links and sends something; before that is answered the parent
 * has catalogue 2, too, and its notice is there. Returns the number of what was sent. */
static uint64_t be_overtaken(struct pair *pair, int lost_body)
{
    pair->lost_body = lost_body;
    pair->lost_count = 1;
    pair_pass(pair, 5000);
    assert_int_equal(pair->lost_count, 0);
    assert_int_equal(pair->child.node->session.sent_count, 1);
    uint64_t seq = pair->child.node->session.sent[0].seq;
    put_second(&pair->parent, false);
    give_notice(pair);
    pair_deliver(pair);
    return seq;
}

static void test_a_notice_overtakes_the_answer_to_a_statement(void **state)
{
    struct pair *pair = *state;
    pair_file(&pair->child, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    pair_pass(pair, 2000);
    put_second(&pair->child, false);
    cut_link(pair);
    uint64_t seq = be_overtaken(pair, BODY(STATEMENT_ACK));
    ack_statement(&pair->child, seq, TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_NOT_COMPARABLE);
    assert_int_equal(statements_in_an_hour(pair), 1);
    assert_settled(pair);
}

/* The refusal is for good, but under the catalogue before: it parks nothing. */
static void test_a_notice_overtakes_a_refusal(void **state)
{
    struct pair *pair = *state;
    struct node_health health;
    put_second(&pair->child, false);
    cut_link(pair);
    pair_pass(pair, 5000);
    pair_file(&pair->child, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    refusal_from_parent(&pair->child, be_overtaken(pair, BODY(REVISION)), "foreign");
    node_get_health(pair->child.node, &health);
    assert_int_equal(health.parked_count, 0);
    pair_pass(pair, 5000);
    assert_settled(pair);
}

/* While the child cannot get the parent's catalogue it states once a minute, however often it is
 * reminded. */
static void test_the_child_stays_behind(void **state)
{
    struct pair *pair = *state;
    pair_file(&pair->child, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    pair_pass(pair, 2000);
    put_second(&pair->parent, false);
    pair->lost_body = BODY(CATALOGUE_CHUNK);
    pair->lost_count = SIZE_MAX;
    cut_link(pair);
    pair_pass(pair, 5000);
    pair_file(&pair->child, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 10))));
    pair_pass(pair, 2000);
    size_t count = statements_in_an_hour(pair);
    print_message("%zu statements, %zu reminders\n", count, pair->down[BODY(CATALOGUE_NOTICE)]);
    assert_in_range(count, 30, HOUR_MS / NODE_RETRY_PARKED_MS);
    assert_true(pair->down[BODY(CATALOGUE_NOTICE)] > 2 * count); /* they do not make it go up */
    pair->lost_count = 0;
    pair_pass(pair, 3 * 60000);
    assert_settled(pair);
    assert_int_equal(statements_in_an_hour(pair), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_parent_was_behind),
        PAIR_TEST(test_a_notice_overtakes_the_answer_to_a_statement),
        PAIR_TEST(test_a_notice_overtakes_a_refusal),
        PAIR_TEST(test_the_child_stays_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
