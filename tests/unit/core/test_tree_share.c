/* Trees that are the same share their nodes, and each is freed by itself, in whatever order. */
#include "lib/cm.h"

#include "core/tree.h"

enum { TREES = 4 };

/* 2024-S2 and 2024 have a unit that ended in them; 2023 and 2024-S1 are alike. */
static const struct period PERIODS[TREES] = {
    {2023, PERIOD_S2}, {2023, PERIOD_Y}, {2024, PERIOD_S1}, {2024, PERIOD_S2}};

static void make(const struct catalogue *catalogue, struct tree *trees[TREES])
{
    for (size_t i = 0; i < TREES; i++)
        trees[i] = tree_new(catalogue, PERIODS[i]);
    for (size_t i = 1; i < TREES; i++)
        tree_share(trees[i], trees[i - 1]);
}

/* What each tree says, whoever it shares with. */
static void assert_tree(const struct tree *tree, size_t i)
{
    assert_true(period_equal(tree->period, PERIODS[i]));
    uint32_t ended = tree_find(tree, 23899);
    assert_true(ended != TREE_NONE);
    assert_int_equal(tree->nodes[ended].has_ended, i == 3);
    assert_int_equal(tree_parent(tree, 23899), i == 3 ? 23888 : 632);
}

static void test_same_trees_share(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    struct tree *trees[TREES];
    (void)state;
    make(catalogue, trees);
    assert_ptr_equal(trees[1]->nodes, trees[0]->nodes);
    assert_ptr_equal(trees[2]->nodes, trees[0]->nodes);
    assert_ptr_not_equal(trees[3]->nodes, trees[0]->nodes);
    assert_int_equal(*trees[0]->sharer_count, 3);
    assert_int_equal(*trees[3]->sharer_count, 1);
    for (size_t i = 0; i < TREES; i++) {
        assert_tree(trees[i], i);
        tree_free(&trees[i]);
        assert_null(trees[i]);
    }
    catalogue_free(&catalogue);
}

/* Every order of freeing leaves the others whole; AddressSanitizer sees to what is freed. */
static void test_any_order_of_freeing(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    (void)state;
    for (unsigned order = 0; order < 24; order++) {
        struct tree *trees[TREES];
        unsigned left = order;
        make(catalogue, trees);
        for (unsigned count = TREES; count > 0; count--) {
            unsigned nth = left % count;
            size_t i = 0;
            left /= count;
            while (trees[i] == NULL || nth-- > 0)
                i++;
            tree_free(&trees[i]);
            for (size_t n = 0; n < TREES; n++)
                if (trees[n] != NULL)
                    assert_tree(trees[n], n);
        }
    }
    catalogue_free(&catalogue);
}

/* Sharing again, with itself, or with one of another set of sharers changes who shares, not what is
 * there. */
static void test_sharing_again(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    struct tree *a = tree_new(catalogue, PERIODS[0]), *b = tree_new(catalogue, PERIODS[1]);
    struct tree *c = tree_new(catalogue, PERIODS[2]), *d = tree_new(catalogue, PERIODS[0]);
    (void)state;
    tree_share(a, a);
    assert_int_equal(*a->sharer_count, 1);
    tree_share(a, b);
    tree_share(a, b);
    assert_int_equal(*b->sharer_count, 2);
    tree_share(c, d);
    tree_share(a, c); /* leaves b alone */
    assert_int_equal(*b->sharer_count, 1);
    assert_int_equal(*d->sharer_count, 3);
    tree_free(&d);
    tree_free(&c);
    assert_tree(a, 0);
    assert_tree(b, 1);
    tree_free(&a);
    tree_free(&b);
    catalogue_free(&catalogue);
}

/* As many units, but not the same ones. */
static void test_other_trees_do_not_share(void **state)
{
    struct catalogue *catalogue = sample_catalogue();
    struct tree *a = tree_new(catalogue, PERIODS[2]), *b = tree_new(catalogue, PERIODS[3]);
    (void)state;
    assert_int_equal(a->node_count, b->node_count);
    tree_share(a, b);
    assert_ptr_not_equal(a->nodes, b->nodes);
    struct tree *after = tree_new(catalogue, (struct period){2025, PERIOD_S1});
    tree_share(after, a);
    assert_ptr_not_equal(after->nodes, a->nodes);
    tree_free(&a);
    tree_free(&b);
    tree_free(&after);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_trees_share),
        cmocka_unit_test(test_any_order_of_freeing),
        cmocka_unit_test(test_sharing_again),
        cmocka_unit_test(test_other_trees_do_not_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
