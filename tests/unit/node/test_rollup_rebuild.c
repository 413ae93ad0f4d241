/* Rebuilding: accumulators are caches. Made anew, step by step, with whatever comes in meanwhile,
 * they are the bytes that were there. */
#include "node/rollup.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"

enum { FIRST_YEAR = 1950, YEAR_COUNT = 90 }; /* times 7 groups: more than one step */

static const uint32_t units[] = {64, 631, 23857, 23860, 23863, 23887, 23888};

static char *period_of(int year, int label, char *out)
{
    return period_format((struct period){(uint16_t)year, (uint8_t)label}, out);
}

/* One of the many reports: its content follows from its place. */
static void file_one(struct rig *rig, int year, size_t unit)
{
    char period[PERIOD_TEXT_SIZE];
    int label = PERIOD_S1 + (year + (int)unit) % 3;
    int64_t number = year % 10 + (int64_t)unit;
    struct draft draft = {
        .period = period_of(year, label, period),
        .unit = units[unit],
        .scope = year % 7 == 0 && unit == 1 ? SCOPE_WHOLE : SCOPE_OWN,
        CELLS(EXACT(1, 0), EXACT(6, 0), EXACT(8, 0), {7, QUALIFIER_RANGE, 10, 20})};
    struct cell cells[] = {EXACT(1, number),
                           EXACT(6, 2 * number),
                           EXACT(8, number),
                           {7, QUALIFIER_RANGE, number, number + 3}};
    draft.cells = cells;
    draft.based_on = head_of(rig, &draft).revision;
    file_ok(rig, &draft);
}

static int setup(void **state)
{
    int result = rig_setup_root(state);
    for (int year = FIRST_YEAR; year < FIRST_YEAR + YEAR_COUNT; year++)
        for (size_t unit = 0; unit < LENGTH(units); unit++)
            file_one(*state, year, unit);
    return result;
}

static void begin(struct rig *rig, uint32_t number)
{
    struct buf bytes = sample_bytes(number);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    assert_true(rig->node->rebuild.is_active);
}

/* The rebuilt bytes are those that were kept up to date one report at a time. */
static void test_rebuilt_is_what_was_kept(void **state)
{
    struct rig *rig = *state;
    unsigned steps = 0;
    assert_verifies(rig);
    char *before = dump_totals(rig, true);
    begin(rig, 2);
    char *dropped = dump_totals(rig, true);
    assert_string_equal(dropped, "totals\n");
    for (; rig->node->rebuild.is_active; steps++)
        rig_tick(rig);
    assert_int_equal(steps, 2);
    char *after = dump_totals(rig, true);
    assert_string_equal(before, after);
    assert_verifies(rig);
    free(before);
    free(dropped);
    free(after);
}

/* What comes in while a rebuild is under way, into groups that it has reached and into others, is
 * in the totals once, and the bytes are those of a node that never rebuilt. */
static void test_changes_in_the_middle(void **state)
{
    static const int years[] = {
        FIRST_YEAR, FIRST_YEAR + 20, FIRST_YEAR + 71, FIRST_YEAR + 72, FIRST_YEAR + YEAR_COUNT - 1,
        2100};
    struct rig *rig = *state;
    begin(rig, 2);
    rig_tick(rig);
    assert_true(rig->node->rebuild.is_active);
    /* The third unit's form 1 is in; its form 2 is exactly the next one. */
    assert_int_equal(rig->node->rebuild.next.period.year, FIRST_YEAR + 71);
    assert_int_equal(rig->node->rebuild.next.unit, 23857);
    assert_int_equal(rig->node->rebuild.next.form, 2);
    char next[PERIOD_TEXT_SIZE];
    file_ok(rig, DRAFT(.period = period_of(FIRST_YEAR + 71, PERIOD_S1, next), .unit = 23857,
                       .form = 2, CELLS(EXACT(20, 5))));
    for (size_t y = 0; y < LENGTH(years); y++) {
        for (size_t unit = 0; unit < LENGTH(units); unit++) {
            char period[PERIOD_TEXT_SIZE];
            struct draft draft = {.period = period_of(years[y], PERIOD_S1, period),
                                  .unit = units[unit],
                                  .may_drop_cells = true,
                                  CELLS(EXACT(1, 1000), EXACT(8, 1))};
            draft.is_withdrawn = unit == 4;
            draft.cell_count = unit == 4 ? 0 : 2;
            draft.based_on = head_of(rig, &draft).revision;
            file_ok(rig, &draft);
        }
    }
    rig_settle(rig);
    assert_verifies(rig);
    char *kept = dump_totals(rig, true);
    begin(rig, 3);
    rig_settle(rig);
    char *rebuilt = dump_totals(rig, true);
    assert_string_equal(kept, rebuilt);
    free(kept);
    free(rebuilt);
}

/* A node that dies in the middle goes on where its disk says it was. */
static void test_it_resumes_after_a_restart(void **state)
{
    struct rig *rig = *state;
    char *before = dump_totals(rig, true);
    begin(rig, 2);
    rig_restart(rig);
    assert_true(rig->node->rebuild.is_active);
    rig_tick(rig);
    struct report_key next = rig->node->rebuild.next;
    rig_restart(rig);
    assert_true(rig->node->rebuild.is_active);
    assert_true(report_key_equal(&rig->node->rebuild.next, &next));
    /* A step whose transaction is lost is done again. */
    struct store_txn *txn = store_begin_write(rig->store);
    rollup_rebuild_step(rig->node, txn, rig->now);
    store_abort(&txn);
    rig_restart(rig);
    rig_settle(rig);
    char *after = dump_totals(rig, true);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* While it lasts the node says so, has work to do, and makes no statements. */
static void test_it_is_seen(void **state)
{
    struct rig *rig = *state;
    struct node_health health;
    struct buf packed = {0};
    const struct report_key year = {.kind = KIND_ACTUAL, .period = {.year = FIRST_YEAR}};
    begin(rig, 2);
    node_get_health(rig->node, &health);
    assert_true(health.is_rebuilding);
    assert_true(node_has_work(rig->node, rig->now_ms));
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
    struct store_txn *txn = store_begin_read(rig->store);
    assert_false(node_pack_statement(rig->node, txn, &year, 1, &packed));
    store_abort(&txn);
    rig_settle(rig);
    node_get_health(rig->node, &health);
    assert_false(health.is_rebuilding);
    assert_false(node_has_work(rig->node, rig->now_ms));
    txn = store_begin_read(rig->store);
    assert_true(node_pack_statement(rig->node, txn, &year, 1, &packed));
    store_abort(&txn);
    buf_fini(&packed);
}

/* Beneath a parent every year's statement is due again when the rebuild ends. */
static void test_statements_are_due_again(void **state)
{
    struct rig *rig = *state;
    struct outbox_item item = {0};
    bool is_unknown;
    static const int years[] = {2020, 2021, 2024};
    for (size_t i = 0; i < LENGTH(years); i++) {
        char period[PERIOD_TEXT_SIZE];
        file_ok(rig, DRAFT(.period = period_of(years[i], PERIOD_S1, period), .unit = 23857));
    }
    struct store_txn *txn = store_begin_write(rig->store);
    while (store_next_outbox(txn, &item))
        assert_int_equal(store_clear_outbox(txn, item.type, &item.key, item.version), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    begin(rig, 2);
    rig_settle(rig);
    txn = store_begin_read(rig->store);
    item = (struct outbox_item){0};
    for (size_t i = 0; i < LENGTH(years); i++) {
        assert_true(store_next_outbox(txn, &item));
        assert_int_equal(item.type, OUTBOX_STATEMENT);
        assert_int_equal(item.key.period.year, years[i]);
    }
    assert_false(store_next_outbox(txn, &item));
    store_abort(&txn);
}

/* Form numbers go up to 2^32 - 1, in a catalogue as on the wire: a rebuild passes the last one too.
 */
static void test_the_last_form_number(void **state)
{
    struct rig *rig = *state;
    for (uint32_t number = 2; number <= 3; number++) {
        Tonghop__Catalogue *catalogue = edit_begin(number);
        catalogue->forms[1]->number = UINT32_MAX;
        edit_indicator(catalogue, 20)->form = UINT32_MAX;
        struct buf bytes = edit_end(catalogue);
        rig_put_catalogue(rig, span_of(&bytes));
        buf_fini(&bytes);
        for (int step = 0; step < 3; step++)
            rig_tick(rig);
        assert_false(rig->node->rebuild.is_active);
        file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .form = UINT32_MAX,
                           .catalogue = number, CELLS(EXACT(20, 5))));
    }
    assert_verifies(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rebuilt_is_what_was_kept, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_changes_in_the_middle, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_it_resumes_after_a_restart, setup, rig_teardown),
        cmocka_unit_test_setup_teardown(test_it_is_seen, setup, rig_teardown),
        DISTRICT_TEST(test_statements_are_due_again),
        ROOT_TEST(test_the_last_form_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
