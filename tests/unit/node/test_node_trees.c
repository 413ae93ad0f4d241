/* The trees that a node keeps: of some dozens of years, each in the place of one 42 years away, and
 * right whatever was asked for before. */
#include "unit/node/table.h"

static void assert_tree(struct rig *rig, struct period period)
{
    const struct tree *tree = node_tree(rig->node, period);
    char text[PERIOD_TEXT_SIZE];
    period_format(period, text);
    if (!period_equal(tree->period, period))
        fail_msg("%s: the tree of another period", text);
    /* 23899 ended on 2024-09-30. */
    bool is_later = period.year > 2024;
    bool is_in = period.year == 2024 && period.label != PERIOD_S1;
    uint32_t index = tree_find(tree, 23899);
    if ((index == TREE_NONE) != is_later)
        fail_msg("%s: there, or not there", text);
    if (index != TREE_NONE && tree->nodes[index].has_ended != is_in)
        fail_msg("%s: has ended, or not", text);
    struct window window = calendar_window(&rig->node->catalogue->calendar, period);
    assert_int_equal(tree->window.last.days, window.last.days);
}

static void test_every_period(void **state)
{
    struct rig *rig = *state;
    for (unsigned year = 1950; year <= 2100; year++)
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++)
            assert_tree(rig, (struct period){(uint16_t)year, (uint8_t)label});
}

/* Whatever stands before and behind a place is of other years, or gone. */
static void test_far_apart(void **state)
{
    struct rig *rig = *state;
    uint32_t seed = 1;
    for (size_t i = 0; i < 3000; i++) {
        seed = seed * 1664525 + 1013904223;
        uint16_t year = (uint16_t)(PERIOD_YEAR_MIN + (seed >> 8) % 300);
        assert_tree(rig, (struct period){year, (uint8_t)(1 + (seed >> 4) % 3)});
    }
}

/* Another catalogue, other trees. */
static void test_another_catalogue(void **state)
{
    struct rig *rig = *state;
    test_every_period(state);
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_add_communes(edited, 632, 100000, 3);
    rig_install_edited(rig, edited);
    for (uint16_t year = 1990; year < 2040; year++) {
        struct period period = {year, PERIOD_Y};
        assert_tree(rig, period);
        assert_true(tree_find(node_tree(rig->node, period), 100002) != TREE_NONE);
    }
}

/* Figures of years that share a place are not mixed up. */
static void test_totals_far_apart(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "1982", .unit = 23899, CELLS(EXACT(1, 3))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 23899, CELLS(EXACT(1, 5))));
    for (int i = 0; i < 2; i++) {
        assert_column(rig,
                      TABLE(.period = "1982", .unit = "632", .by = BY(CHILD),
                            .indicators = {"model.registered"}),
                      "632=3 23887=- 23888=- 23899=3");
        assert_column(rig,
                      TABLE(.period = "2024", .unit = "632", .by = BY(CHILD),
                            .indicators = {"model.registered"}),
                      "632=5 23887=- 23888=5");
    }
    assert_verifies(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_every_period),
        ROOT_TEST(test_far_apart),
        ROOT_TEST(test_another_catalogue),
        ROOT_TEST(test_totals_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
