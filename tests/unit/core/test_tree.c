#include "lib/cm.h"

#include <stdio.h>

#include "core/mem.h"
#include "core/tree.h"

enum { PROVINCE, DISTRICT, COMMUNE };

static struct date day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_int_equal(date_make(year, month, day_of_month, &date), ERR_OK);
    return date;
}

static struct period period(const char *text)
{
    struct period result = {0};

    assert_int_equal(period_parse(text, &result), ERR_OK);
    return result;
}

/* A row of units.csv; `code` NULL: the id. */
struct row {
    uint32_t id;
    struct date from, to;
    uint32_t parent;
    uint8_t level;
    const char *code;
    uint32_t successors[3]; /* up to the first 0 */
};

static struct catalogue *catalogue_of(const struct row *rows, size_t count)
{
    struct catalogue *catalogue = catalogue_new();
    struct problems problems = {0};
    const char *levels[] = {"province", "district", "commune"};

    catalogue->number = 1;
    catalogue->title_vi = mem_strdup("Thử");
    catalogue->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    for (size_t i = 0; i < 3; i++) {
        char *word = mem_strdup(levels[i]);

        catalogue_add_level(catalogue, &(struct level){.code = word, .name_vi = word});
        catalogue_add_type(catalogue, &(struct unit_type){.code = word, .name_vi = word});
        free(word);
    }
    for (size_t i = 0; i < count; i++) {
        char *code = rows[i].code != NULL ? mem_strdup(rows[i].code) : mem_printf("%u", rows[i].id);
        const struct unit_version version = {
            .from = rows[i].from,
            .to = rows[i].to,
            .parent = rows[i].parent,
            .level = rows[i].level,
            .type = rows[i].level,
            .code = code,
            .name_vi = code,
        };
        size_t successor_count = 0;

        while (successor_count < 3 && rows[i].successors[successor_count] != 0)
            successor_count++;
        catalogue_add_unit_version(catalogue, rows[i].id, &version, rows[i].successors,
                                   successor_count);
        free(code);
    }
    if (catalogue_finish(catalogue, NULL, &problems) != ERR_OK)
        fail_msg("%s", problems.items[0].text);
    return catalogue;
}

/* The walk of the whole tree as "64 631 23857 ...", ended units marked '+'. */
static const char *walk(const struct tree *tree, uint32_t root, char out[300])
{
    size_t len = 0;
    uint32_t start = tree_find(tree, root);

    out[0] = '\0';
    if (start == TREE_NONE)
        return out;
    for (uint32_t i = start; i != TREE_NONE; i = tree_next(tree, start, i))
        len += (size_t)snprintf(out + len, 300 - len, "%s%u%s", len > 0 ? " " : "",
                                tree->nodes[i].unit, tree->nodes[i].has_ended ? "+" : "");
    return out;
}

/* A period has the tree of its window's last day; the commune that ended on 2024-09-30 stays, under
 * its successor, in every label whose window holds that day, and in no other. */
static void tree_is_that_of_the_last_day(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct {
        const char *period, *expected;
    } rows[] = {
        {"2023", "64 631 23857 23860 23863 632 23887 23888 23899"},
        {"2024-S1", "64 631 23857 23860 23863 632 23887 23888 23899"},
        {"2024-S2", "64 631 23857 23860 23863 632 23887 23888 23899+"},
        {"2024", "64 631 23857 23860 23863 632 23887 23888 23899+"},
        {"2025-S1", "64 631 23857 23860 23863 632 23887 23888"},
        {"2025", "64 631 23857 23860 23863 632 23887 23888"},
    };
    char text[300];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tree *tree = tree_new(catalogue, period(rows[i].period));

        assert_string_equal(walk(tree, 64, text), rows[i].expected);
        tree_free(&tree);
        assert_null(tree);
    }

    struct tree *before = tree_new(catalogue, period("2024-S1"));
    struct tree *after = tree_new(catalogue, period("2024-S2"));
    assert_int_equal(tree_parent(before, 23899), 632);
    assert_int_equal(tree_parent(after, 23899), 23888);
    tree_free(&before);
    tree_free(&after);
    catalogue_free(&catalogue);
}

/* Looking up, climbing and containing answer for units in the tree, and say so for others. */
static void lookups_know_who_is_in_the_tree(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct tree *tree = tree_new(catalogue, period("2025"));
    const struct {
        const char *name;
        uint32_t ancestor, unit;
        bool expected;
    } rows[] = {
        {"root holds a commune", 64, 23860, true},
        {"district holds its commune", 631, 23860, true},
        {"district does not hold another's commune", 631, 23888, false},
        {"a unit holds itself", 23860, 23860, true},
        {"a child does not hold its parent", 23860, 631, false},
        {"an ended unit is held by nobody", 64, 23899, false},
        {"an unknown unit holds nobody", 1, 23860, false},
        {"an unknown unit does not hold itself", 1, 1, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (tree_contains(tree, rows[i].ancestor, rows[i].unit) != rows[i].expected)
            fail_msg("%s", rows[i].name);
    assert_int_equal(tree->nodes[tree_find(tree, 23857)].unit, 23857);
    assert_int_equal(tree->nodes[tree_find(tree, 23857)].level, COMMUNE);
    assert_int_equal(tree_find(tree, 23899), TREE_NONE);
    assert_int_equal(tree_find(tree, 0), TREE_NONE);
    assert_int_equal(tree_parent(tree, 23857), 631);
    assert_int_equal(tree_parent(tree, 64), 0);
    assert_int_equal(tree_parent(tree, 23899), 0);
    tree_free(&tree);
    catalogue_free(&catalogue);
}

/* A subtree walk stays inside the subtree. */
static void walk_stays_in_the_subtree(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct tree *tree = tree_new(catalogue, period("2024"));
    char text[300];

    assert_string_equal(walk(tree, 631, text), "631 23857 23860 23863");
    assert_string_equal(walk(tree, 23888, text), "23888 23899+");
    assert_string_equal(walk(tree, 23857, text), "23857");
    tree_free(&tree);
    catalogue_free(&catalogue);
}

/* Children come in order of code, which is not the order of ids. */
static void children_come_in_order_of_code(void **state)
{
    (void)state;
    const struct row rows[] = {
        {.id = 1, .from = DATE_MIN, .to = DATE_MAX, .code = "VN"},
        {2, DATE_MIN, DATE_MAX, 1, DISTRICT, "030", {0}},
        {3, DATE_MIN, DATE_MAX, 1, DISTRICT, "010", {0}},
        {4, DATE_MIN, DATE_MAX, 1, COMMUNE, "020", {0}},
    };
    struct catalogue *catalogue = catalogue_of(rows, sizeof rows / sizeof *rows);
    struct tree *tree = tree_new(catalogue, period("2024"));
    char text[300];

    assert_string_equal(walk(tree, 1, text), "1 3 4 2");
    tree_free(&tree);
    catalogue_free(&catalogue);
}

/* Where a unit that ended in the window hangs: under its successor, under what its successors have
 * in common, or under its old parent; also when its successor ended in turn. */
static void ended_units_stay_with_who_took_over(void **state)
{
    (void)state;
    struct date end = day(2024, 9, 30), next = day(2024, 10, 1), later = day(2024, 11, 30);
    const struct row rows[] = {
        {1, DATE_MIN, DATE_MAX, 0, PROVINCE, NULL, {0}},
        {10, DATE_MIN, DATE_MAX, 1, DISTRICT, NULL, {0}},
        {20, DATE_MIN, DATE_MAX, 1, DISTRICT, NULL, {0}},
        {101, DATE_MIN, DATE_MAX, 10, COMMUNE, NULL, {0}},
        {102, DATE_MIN, DATE_MAX, 10, COMMUNE, NULL, {0}},
        {201, DATE_MIN, DATE_MAX, 20, COMMUNE, NULL, {0}},
        {111, DATE_MIN, end, 20, COMMUNE, NULL, {101}},           /* merged across districts */
        {112, DATE_MIN, end, 20, COMMUNE, NULL, {101, 102}},      /* split inside one district */
        {113, DATE_MIN, end, 10, COMMUNE, NULL, {101, 102, 201}}, /* split over two */
        {114, DATE_MIN, end, 20, COMMUNE, NULL, {0}},             /* closed, nobody took over */
        {115, DATE_MIN, end, 20, COMMUNE, NULL, {10, 101}}, /* by a district and its commune */
        {116, next, later, 10, COMMUNE, NULL, {201}},       /* began and ended */
        {117, DATE_MIN, end, 10, COMMUNE, NULL, {116}},     /* whose successor ended, too */
        {118, DATE_MIN, end, 10, COMMUNE, NULL, {102, 116}},
    };
    const struct {
        uint32_t unit, parent;
    } expected[] = {{111, 101}, {112, 10},  {113, 1},   {114, 20},
                    {115, 10},  {116, 201}, {117, 116}, {118, 1}};
    struct catalogue *catalogue = catalogue_of(rows, sizeof rows / sizeof *rows);
    struct tree *tree = tree_new(catalogue, period("2024-S2"));
    char text[300];

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(tree_parent(tree, expected[i].unit), expected[i].parent);
        assert_true(tree->nodes[tree_find(tree, expected[i].unit)].has_ended);
    }
    assert_string_equal(walk(tree, 1, text), "1 10 101 111+ 102 112+ 115+ 113+ 118+ 20 114+ 201 "
                                             "116+ 117+");
    tree_free(&tree);
    catalogue_free(&catalogue);
}

/* A level can be abolished in mid-year: districts end on 30 June 2025, their communes go to the
 * province, and the year has them all; the next year has no districts. */
static void a_level_can_end_in_mid_year(void **state)
{
    (void)state;
    struct date end = day(2025, 6, 30), next = day(2025, 7, 1);
    const struct row rows[] = {
        {101, next, DATE_MAX, 1, COMMUNE, NULL, {0}},
        {101, DATE_MIN, end, 10, COMMUNE, NULL, {0}},
        {102, next, DATE_MAX, 1, COMMUNE, NULL, {0}},
        {102, DATE_MIN, end, 10, COMMUNE, NULL, {0}},
        {10, DATE_MIN, end, 1, DISTRICT, NULL, {101, 102}},
        {1, DATE_MIN, DATE_MAX, 0, PROVINCE, NULL, {0}},
    };
    struct catalogue *catalogue = catalogue_of(rows, sizeof rows / sizeof *rows);
    const struct {
        const char *period, *expected;
    } expected[] = {
        {"2025-S1", "1 10 101 102"},
        {"2025-S2", "1 10+ 101 102"},
        {"2025", "1 10+ 101 102"},
        {"2026", "1 101 102"},
    };
    char text[300];

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct tree *tree = tree_new(catalogue, period(expected[i].period));

        assert_string_equal(walk(tree, 1, text), expected[i].expected);
        tree_free(&tree);
    }
    catalogue_free(&catalogue);
}

/* Both ends of the window count: the last day is the tree's own, the first day is still inside. */
static void window_ends_are_inside(void **state)
{
    (void)state;
    const struct {
        const char *name;
        struct date end;
        bool is_there, has_ended;
    } rows[] = {
        {"ended before the window", day(2024, 6, 14), false, false},
        {"ended on its first day", day(2024, 6, 15), true, true},
        {"ended the day before its last", day(2024, 12, 13), true, true},
        {"ended on its last day", day(2024, 12, 14), true, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row units[] = {
            {1, DATE_MIN, DATE_MAX, 0, PROVINCE, NULL, {0}},
            {2, DATE_MIN, rows[i].end, 1, DISTRICT, NULL, {1}},
        };
        struct catalogue *catalogue = catalogue_of(units, 2);
        struct tree *tree = tree_new(catalogue, period("2024-S2"));
        uint32_t index = tree_find(tree, 2);

        if ((index != TREE_NONE) != rows[i].is_there)
            fail_msg("%s", rows[i].name);
        if (rows[i].is_there && tree->nodes[index].has_ended != rows[i].has_ended)
            fail_msg("%s", rows[i].name);
        tree_free(&tree);
        catalogue_free(&catalogue);
    }
}

/* Before the first unit began there is an empty tree, not a failure. */
static void tree_may_be_empty(void **state)
{
    (void)state;
    const struct row rows[] = {{1, day(2020, 1, 1), DATE_MAX, 0, PROVINCE, NULL, {0}}};
    struct catalogue *catalogue = catalogue_of(rows, 1);
    struct tree *tree = tree_new(catalogue, period("2019"));

    assert_int_equal(tree->node_count, 0);
    assert_int_equal(tree_find(tree, 1), TREE_NONE);
    tree_free(&tree);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_is_that_of_the_last_day),
        cmocka_unit_test(lookups_know_who_is_in_the_tree),
        cmocka_unit_test(walk_stays_in_the_subtree),
        cmocka_unit_test(children_come_in_order_of_code),
        cmocka_unit_test(ended_units_stay_with_who_took_over),
        cmocka_unit_test(a_level_can_end_in_mid_year),
        cmocka_unit_test(window_ends_are_inside),
        cmocka_unit_test(tree_may_be_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
