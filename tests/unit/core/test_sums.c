/* Sums at hand are the same figures as in a list, whatever is added to them in whatever order, and
 * give the same bytes. */
#include "lib/cm.h"

#include "core/figures_code.h"
#include "core/sums.h"

enum { INDICATORS = 20, EXTREME = 8, LOWEST = 14, PARTS = 40, STEPS = 4000 };

static uint64_t draw_state;

static uint32_t draw(uint32_t count)
{
    draw_state = draw_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(draw_state >> 33) % count;
}

/* What one unit contributes: of some indicators one part each, mostly exact and without marks. */
static void draw_part(uint32_t unit, struct figures *part)
{
    figures_clear(part);
    for (uint32_t indicator = 1; indicator <= INDICATORS; indicator++) {
        if (indicator == EXTREME || indicator == LOWEST || draw(4) == 0)
            continue;
        struct figure figure = {.value = (int64_t)draw(2000) - 1000,
                                .unit_set = figure_unit_mark(unit)};
        uint32_t qualifier = draw(8) == 0 ? 1 + draw(QUALIFIER_COUNT - 1) : QUALIFIER_EXACT;
        figure.upper = figure.value + (qualifier == QUALIFIER_RANGE ? draw(50) : 0);
        figure.parts[qualifier] = 1;
        figure.partial_count = draw(16) == 0;
        figure.early_count = draw(16) == 0;
        figures_append(part, indicator, &figure);
    }
}

static void assert_same(const struct sums *sums, const struct figures *expected)
{
    struct figures found = {0};
    struct buf bytes = {0}, expected_bytes = {0};
    sums_figures(sums, NULL, &found);
    assert_true(figures_equal(&found, expected));
    sums_encode(sums, &bytes);
    figures_encode(expected, &expected_bytes);
    assert_int_equal(bytes.len, expected_bytes.len);
    assert_memory_equal(bytes.data, expected_bytes.data, bytes.len);
    assert_int_equal(sums_are_empty(sums), expected->count == 0);
    buf_fini(&bytes);
    buf_fini(&expected_bytes);
    figures_fini(&found);
}

static void fold(const struct figures *parts, const struct catalogue *catalogue,
                 struct figures *ret_total)
{
    figures_clear(ret_total);
    for (size_t i = 0; i < PARTS; i++)
        figures_add(ret_total, &parts[i], catalogue);
}

/* Parts come, change and go; the sums are their fold at every moment, and nothing at the end. */
static void test_shift(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct figures parts[PARTS] = {{0}}, next = {0}, total = {0};
    struct figures_change change = {0};
    struct sums sums = {0};
    draw_state = 20241214;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t unit = draw(PARTS);
        if (draw(3) == 0 || step + PARTS >= STEPS)
            figures_clear(&next);
        else
            draw_part(unit, &next);
        if (step + PARTS >= STEPS)
            unit = STEPS - 1 - step;
        figures_compare(&parts[unit], &next, catalogue, &change);
        sums_shift(&sums, &change);
        figures_copy(&parts[unit], &next);
        fold(parts, catalogue, &total);
        assert_same(&sums, &total);
    }
    assert_true(sums_are_empty(&sums));
    for (size_t i = 0; i < PARTS; i++)
        figures_fini(&parts[i]);
    figures_fini(&next);
    figures_fini(&total);
    figures_change_fini(&change);
    sums_fini(&sums);
    catalogue_free(&catalogue);
}

/* A plain one goes when its last part does, also between others. */
static void test_gone(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct figure exact = {.value = 7, .upper = 7, .parts = {0, 1, 0, 0, 0, 0}};
    struct figures all = {0}, some = {0};
    struct figures_change change = {0};
    struct sums sums = {0};
    for (uint32_t indicator = 1; indicator <= 4; indicator++) {
        figures_append(&all, indicator, &exact);
        if (indicator != 2)
            figures_append(&some, indicator, &exact);
    }
    sums_of(&all, catalogue, &sums);
    figures_compare(&all, &some, catalogue, &change);
    sums_shift(&sums, &change);
    assert_same(&sums, &some);
    figures_clear(&all);
    figures_compare(&some, &all, catalogue, &change);
    sums_shift(&sums, &change);
    assert_same(&sums, &all);
    figures_fini(&all);
    figures_fini(&some);
    figures_change_fini(&change);
    sums_fini(&sums);
    catalogue_free(&catalogue);
}

/* From a list and back; an extreme is never plain, for it cannot be shifted. */
static void test_of_figures(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct figure exact = {.value = 7, .upper = 7, .parts = {0, 2, 0, 0, 0, 0}};
    const struct figure marked = {
        .value = 7, .upper = 7, .parts = {0, 2, 0, 0, 0, 0}, .implied_count = 1};
    uint32_t wanted_numbers[] = {1, 3, EXTREME, 99};
    const struct figure_filter wanted = {wanted_numbers, 4};
    struct figures figures = {0}, some = {0};
    struct sums sums = {0};
    figures_append(&figures, 1, &exact);
    figures_append(&figures, 2, &exact);
    figures_append(&figures, 3, &marked);
    figures_append(&figures, EXTREME, &exact);
    sums_of(&figures, catalogue, &sums);
    assert_int_equal(sums.plains.count, 2);
    assert_int_equal(sums.others.count, 2);
    assert_same(&sums, &figures);
    sums_figures(&sums, &wanted, &some);
    assert_int_equal(some.count, 3);
    assert_int_equal(some.items[0].indicator, 1);
    assert_int_equal(some.items[1].indicator, 3);
    assert_int_equal(some.items[2].indicator, EXTREME);
    sums_of(&some, catalogue, &sums); /* overwrites */
    assert_same(&sums, &some);
    figures_fini(&figures);
    figures_fini(&some);
    sums_fini(&sums);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shift),
        cmocka_unit_test(test_gone),
        cmocka_unit_test(test_of_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
