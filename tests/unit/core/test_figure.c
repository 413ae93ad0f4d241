/* Figures: qualifiers, aggregation, taking apart. */
#include "lib/cm.h"

#include "core/figure.h"
#include "core/mem.h"

enum { REGISTERED = 1, POOR = 6, PUPIL_RATE = 8, FIRST_DAY = 14, UNKNOWN = 999 };

static struct cell cell_of(enum qualifier qualifier, int64_t value, int64_t upper)
{
    return (struct cell){.qualifier = (uint8_t)qualifier, .value = value, .upper = upper};
}

static struct figure exact(int64_t value)
{
    const struct cell cell = cell_of(QUALIFIER_EXACT, value, 0);
    return figure_of_cell(&cell);
}

static void assert_i128(i128 actual, i128 expected)
{
    assert_int_equal(i128_high(actual), i128_high(expected));
    assert_int_equal(i128_low(actual), i128_low(expected));
}

static void assert_same(const struct figures *a, const struct figures *b)
{
    struct buf x = {0}, y = {0};
    figures_encode(a, &x);
    figures_encode(b, &y);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    assert_true(figures_equal(a, b));
    buf_fini(&x);
    buf_fini(&y);
}

/* The qualifier of a total follows from which qualifiers its parts have, not from how many; a total
 * that is "at most" speaks of the upper bounds, any other of the lower ones. */
static void test_qualifier(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t exact, at_least, at_most, about, range;
        enum qualifier qualifier;
        int shown;
    } rows[] = {
        {"no parts", 0, 0, 0, 0, 0, QUALIFIER_NONE, 10},
        {"exact", 3, 0, 0, 0, 0, QUALIFIER_EXACT, 10},
        {"at least", 0, 1, 0, 0, 0, QUALIFIER_AT_LEAST, 10},
        {"at most", 0, 0, 1, 0, 0, QUALIFIER_AT_MOST, 20},
        {"about", 0, 0, 0, 1, 0, QUALIFIER_ABOUT, 15},
        {"range", 0, 0, 0, 0, 1, QUALIFIER_RANGE, 10},
        {"exact, at least", 9, 1, 0, 0, 0, QUALIFIER_AT_LEAST, 10},
        {"exact, at most", 9, 0, 1, 0, 0, QUALIFIER_AT_MOST, 20},
        {"exact, about", 9, 0, 0, 1, 0, QUALIFIER_ABOUT, 15},
        {"exact, range", 9, 0, 0, 0, 1, QUALIFIER_RANGE, 10},
        {"at least, at most", 0, 1, 1, 0, 0, QUALIFIER_ABOUT, 15},
        {"at least, about", 0, 1, 0, 1, 0, QUALIFIER_ABOUT, 15},
        {"at most, about", 0, 0, 1, 1, 0, QUALIFIER_ABOUT, 15},
        {"at least, range", 0, 2, 0, 0, 3, QUALIFIER_AT_LEAST, 10},
        {"at most, range", 0, 0, 2, 0, 3, QUALIFIER_AT_MOST, 20},
        {"about, range", 0, 0, 0, 1, 3, QUALIFIER_ABOUT, 15},
        {"all", 1, 1, 1, 1, 1, QUALIFIER_ABOUT, 15},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct figure figure = {
            .value = 10,
            .upper = 20,
            .parts = {0, rows[i].exact, rows[i].at_least, rows[i].at_most, rows[i].about,
                      rows[i].range},
        };
        if (figure_qualifier(&figure) != rows[i].qualifier ||
            figure_shown(&figure) != rows[i].shown)
            fail_msg("%s: qualifier %d, shown %d", rows[i].name, (int)figure_qualifier(&figure),
                     (int)figure_shown(&figure));
        assert_int_equal(figure_unit_count(&figure), rows[i].exact + rows[i].at_least +
                                                         rows[i].at_most + rows[i].about +
                                                         rows[i].range);
    }
}

/* A cell is one part, under its qualifier, and only a range reaches beyond its value. */
static void test_of_cell(void **state)
{
    (void)state;
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++) {
        const struct cell cell =
            cell_of((enum qualifier)q, INT64_MIN, q == QUALIFIER_RANGE ? INT64_MAX : 0);
        const struct figure figure = figure_of_cell(&cell);
        assert_int_equal(figure_unit_count(&figure), 1);
        assert_int_equal(figure.parts[q], 1);
        assert_i128(figure.value, INT64_MIN);
        assert_i128(figure.upper, q == QUALIFIER_RANGE ? INT64_MAX : INT64_MIN);
        assert_int_equal(figure.partial_count + figure.implied_count + figure.negative_count, 0);
    }
}

/* Sums add both ends; extremes take the extreme of both ends; counts add in either case; an empty
 * figure changes nothing (absent is not zero). */
static void test_combine(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum aggregation aggregation;
        struct cell a, b;
        int value, upper;
    } rows[] = {
        {"sum", AGGREGATION_SUM, {0, QUALIFIER_EXACT, 5, 0}, {0, QUALIFIER_EXACT, -7, 0}, -2, -2},
        {"sum with range",
         AGGREGATION_SUM,
         {0, QUALIFIER_EXACT, 5, 0},
         {0, QUALIFIER_RANGE, 1, 9},
         6,
         14},
        {"max", AGGREGATION_MAX, {0, QUALIFIER_EXACT, 5, 0}, {0, QUALIFIER_AT_LEAST, 7, 0}, 7, 7},
        {"max of negatives",
         AGGREGATION_MAX,
         {0, QUALIFIER_EXACT, -5, 0},
         {0, QUALIFIER_EXACT, -7, 0},
         -5,
         -5},
        {"max with range",
         AGGREGATION_MAX,
         {0, QUALIFIER_EXACT, 5, 0},
         {0, QUALIFIER_RANGE, 1, 9},
         5,
         9},
        {"min", AGGREGATION_MIN, {0, QUALIFIER_EXACT, 5, 0}, {0, QUALIFIER_EXACT, 7, 0}, 5, 5},
        {"min with range",
         AGGREGATION_MIN,
         {0, QUALIFIER_EXACT, 5, 0},
         {0, QUALIFIER_RANGE, 1, 9},
         1,
         5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct figure a = figure_of_cell(&rows[i].a), b = figure_of_cell(&rows[i].b);
        const struct figure none = {0};
        struct figure ab = a, ba = b, alone = none;
        figure_combine(&ab, &b, rows[i].aggregation);
        figure_combine(&ba, &a, rows[i].aggregation);
        figure_combine(&ab, &none, rows[i].aggregation);
        figure_combine(&alone, &a, rows[i].aggregation);
        if (ab.value != rows[i].value || ab.upper != rows[i].upper || ba.value != rows[i].value ||
            ba.upper != rows[i].upper)
            fail_msg("%s: %d..%d", rows[i].name, (int)ab.value, (int)ab.upper);
        assert_int_equal(figure_unit_count(&ab), 2);
        assert_int_equal(figure_unit_count(&alone), 1);
        assert_i128(alone.value, a.value);
    }
}

/* A total of 64-bit cells needs more than 64 bits, and has them. */
static void test_sum_beyond_64_bits(void **state)
{
    (void)state;
    struct figure total = {0};
    const struct figure largest = exact(INT64_MAX);
    for (int i = 0; i < 4; i++)
        figure_combine(&total, &largest, AGGREGATION_SUM);
    assert_i128(total.value, (i128)INT64_MAX * 4);
}

/* Entries are by indicator, each once; a figure without parts is not there. */
static void test_set_and_find(void **state)
{
    (void)state;
    struct figures figures = {0}, copy = {0};
    const uint32_t order[] = {5, 1, 9, 7, 3};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        const struct figure figure = exact((int64_t)order[i] * 10);
        figures_set(&figures, order[i], &figure);
    }
    assert_int_equal(figures.count, 5);
    for (size_t i = 1; i < figures.count; i++)
        assert_true(figures.items[i - 1].indicator < figures.items[i].indicator);
    assert_i128(figures_find(&figures, 7)->value, 70);
    assert_null(figures_find(&figures, 0));
    assert_null(figures_find(&figures, 4));
    assert_null(figures_find(&figures, UINT32_MAX));

    figures_copy(&copy, &figures);
    assert_true(figures_equal(&copy, &figures));
    figures_set(&figures, 2, figures_find(&figures, 9)); /* one of its own items */
    assert_i128(figures_find(&figures, 2)->value, 90);
    const struct figure none = {0};
    figures_set(&figures, 2, &none);
    figures_set(&figures, 2, &none); /* removing what is not there is nothing */
    assert_true(figures_equal(&copy, &figures));

    const struct figure other = exact(71);
    figures_set(&figures, 7, &other);
    assert_false(figures_equal(&copy, &figures));
    figures_append(&copy, 10, &none);
    assert_int_equal(copy.count, 5);
    figures_append(&copy, 10, &other);
    assert_int_equal(copy.count, 6);
    figures_clear(&copy);
    assert_null(figures_find(&copy, 5));
    figures_fini(&figures);
    figures_fini(&copy);
}

/* Two figures are equal only if every member is: a mark that differs is a difference. */
static void test_equal_sees_every_member(void **state)
{
    (void)state;
    const struct figure base = {.value = 1, .upper = 2, .parts = {0, 1, 0, 0, 0, 1}};
    struct figure others[] = {base, base, base, base, base, base};
    others[0].value = 0;
    others[1].upper = 3;
    others[2].parts[QUALIFIER_ABOUT] = 1;
    others[3].partial_count = 1;
    others[4].implied_count = 1;
    others[5].negative_count = 1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct figures a = {0}, b = {0};
        figures_append(&a, REGISTERED, &base);
        assert_false(figures_equal(&a, &b));
        figures_append(&b, REGISTERED, &others[i]);
        assert_false(figures_equal(&a, &b));
        figures_fini(&a);
        figures_fini(&b);
    }
}

/* Each indicator combines by its own aggregation; one the catalogue does not know adds up. */
static void test_add(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct figures acc = {0}, part = {0};
    const uint32_t numbers[] = {REGISTERED, PUPIL_RATE, FIRST_DAY, UNKNOWN};
    const int expected[] = {7, 4, 3, 7};
    for (size_t i = 0; i < 4; i++) {
        const struct figure three = exact(3), four = exact(4);
        figures_set(&acc, numbers[i], &three);
        figures_set(&part, numbers[i], &four);
    }
    const struct figure only = exact(5);
    figures_set(&part, POOR, &only);
    figures_add(&acc, &part, catalogue);
    for (size_t i = 0; i < 4; i++) {
        assert_i128(figures_find(&acc, numbers[i])->value, expected[i]);
        assert_int_equal(figure_unit_count(figures_find(&acc, numbers[i])), 2);
    }
    assert_i128(figures_find(&acc, POOR)->value, 5);
    figures_fini(&acc);
    figures_fini(&part);
    catalogue_free(&catalogue);
}

/* An extreme that goes away asks for a rescan unless the new part reaches as far, it was the only
 * part, or it was not the extreme at all. A sum never asks. The value 0 stands for "no part". */
static void test_rescan(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t indicator;
        int others, old_value, new_value; /* the part goes from old to new beside the others */
        bool is_rescanned;
        int value; /* when it is not */
    } rows[] = {
        {"sum", REGISTERED, 5, 9, 1, false, 6},
        {"sum removed", REGISTERED, 5, 9, 0, false, 5},
        {"max falls", PUPIL_RATE, 5, 9, 1, true, 0},
        {"max falls to the others", PUPIL_RATE, 5, 9, 5, true, 0},
        {"max removed", PUPIL_RATE, 5, 9, 0, true, 0},
        {"max stays", PUPIL_RATE, 5, 9, 9, false, 9},
        {"max rises", PUPIL_RATE, 5, 9, 12, false, 12},
        {"below max falls", PUPIL_RATE, 5, 4, 1, false, 5},
        {"below max removed", PUPIL_RATE, 5, 4, 0, false, 5},
        {"below max rises above", PUPIL_RATE, 5, 4, 8, false, 8},
        {"max shared", PUPIL_RATE, 5, 5, 1, true, 0},
        {"max new", PUPIL_RATE, 5, 0, 3, false, 5},
        {"only max falls", PUPIL_RATE, 0, 9, 1, false, 1},
        {"only max removed", PUPIL_RATE, 0, 9, 0, false, 0},
        {"min rises", FIRST_DAY, 5, 2, 9, true, 0},
        {"min removed", FIRST_DAY, 5, 2, 0, true, 0},
        {"min falls", FIRST_DAY, 5, 2, 1, false, 1},
        {"above min removed", FIRST_DAY, 5, 7, 0, false, 5},
    };
    struct catalogue *catalogue = sample_catalogue();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct figures acc = {0}, old_part = {0}, new_part = {0};
        struct rescan rescan = {0};
        const struct figure values[] = {exact(rows[i].others), exact(rows[i].old_value),
                                        exact(rows[i].new_value)};
        if (rows[i].others != 0)
            figures_append(&acc, rows[i].indicator, &values[0]);
        if (rows[i].old_value != 0)
            figures_append(&old_part, rows[i].indicator, &values[1]);
        if (rows[i].new_value != 0)
            figures_append(&new_part, rows[i].indicator, &values[2]);
        figures_add(&acc, &old_part, catalogue);
        figures_replace_part(&acc, &old_part, &new_part, catalogue, &rescan);

        const struct figure *total = figures_find(&acc, rows[i].indicator);
        const int units = (rows[i].others != 0) + (rows[i].new_value != 0);
        if (rescan.count != rows[i].is_rescanned ||
            (total != NULL ? (int)figure_unit_count(total) : 0) != units ||
            (!rows[i].is_rescanned && total != NULL && total->value != rows[i].value))
            fail_msg("%s: %zu rescans, %d", rows[i].name, rescan.count,
                     total != NULL ? (int)total->value : 0);
        if (rows[i].is_rescanned)
            assert_int_equal(rescan.indicators[0], rows[i].indicator);
        free(rescan.indicators);
        figures_fini(&acc);
        figures_fini(&old_part);
        figures_fini(&new_part);
    }
    catalogue_free(&catalogue);
}

/* The far end of a range is an extreme of its own: when it alone goes, a rescan is asked for. */
static void test_rescan_of_upper(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct figures acc = {0}, old_part = {0}, none = {0};
    struct rescan rescan = {0};
    const struct cell range = cell_of(QUALIFIER_RANGE, 1, 9);
    const struct figure five = exact(5), one_to_nine = figure_of_cell(&range);
    figures_append(&acc, PUPIL_RATE, &five);
    figures_append(&old_part, PUPIL_RATE, &one_to_nine);
    figures_add(&acc, &old_part, catalogue);
    figures_replace_part(&acc, &old_part, &none, catalogue, &rescan);
    assert_int_equal(rescan.count, 1);
    free(rescan.indicators);
    figures_fini(&acc);
    figures_fini(&old_part);
    catalogue_free(&catalogue);
}

/* A small generator of its own (xorshift), so that a failure repeats everywhere. */
static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)((*seed >> 16) % below);
}

enum { PARTS = 12, STEPS = 400 };
static const uint32_t NUMBERS[] = {REGISTERED, POOR, PUPIL_RATE, FIRST_DAY, UNKNOWN};
enum { NUMBER_COUNT = sizeof NUMBERS / sizeof *NUMBERS };

/* Small values, so that extremes are often shared. */
static void draw_part(uint64_t *seed, struct figures *part)
{
    figures_clear(part);
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        if (draw(seed, 3) == 0)
            continue;
        const enum qualifier qualifier = (enum qualifier)(1 + draw(seed, QUALIFIER_COUNT - 1));
        const int64_t value = (int64_t)draw(seed, 9) - 4;
        const int64_t upper = value + 1 + draw(seed, 5);
        const struct cell cell =
            cell_of(qualifier, value, qualifier == QUALIFIER_RANGE ? upper : 0);
        struct figure figure = figure_of_cell(&cell);
        figure.partial_count = draw(seed, 2);
        figure.implied_count = draw(seed, 2);
        figure.negative_count = figure.implied_count > 0 ? draw(seed, 2) : 0;
        figure.early_count = draw(seed, 2);
        figure.baseline_count = draw(seed, 2);
        figure.unit_set = figure_unit_mark(draw(seed, PARTS));
        figures_append(part, NUMBERS[i], &figure);
    }
}

/* What `acc` must be, told in the plainest way: nothing of figure.c but the entries. */
static void assert_fold(const struct figures *acc, const struct figures *parts)
{
    for (size_t i = 0; i < NUMBER_COUNT; i++) {
        struct figure fold = {0};
        uint32_t units = 0;
        for (size_t p = 0; p < PARTS; p++) {
            for (size_t e = 0; e < parts[p].count; e++) {
                const struct figure *figure = &parts[p].items[e].figure;
                if (parts[p].items[e].indicator != NUMBERS[i])
                    continue;
                const bool is_first = units++ == 0;
                if (NUMBERS[i] == PUPIL_RATE) {
                    if (is_first || figure->value > fold.value)
                        fold.value = figure->value;
                    if (is_first || figure->upper > fold.upper)
                        fold.upper = figure->upper;
                } else if (NUMBERS[i] == FIRST_DAY) {
                    if (is_first || figure->value < fold.value)
                        fold.value = figure->value;
                    if (is_first || figure->upper < fold.upper)
                        fold.upper = figure->upper;
                } else {
                    fold.value += figure->value;
                    fold.upper += figure->upper;
                }
                for (int q = 0; q < QUALIFIER_COUNT; q++)
                    fold.parts[q] += figure->parts[q];
                fold.partial_count += figure->partial_count;
                fold.implied_count += figure->implied_count;
                fold.negative_count += figure->negative_count;
                fold.early_count += figure->early_count;
                fold.baseline_count += figure->baseline_count;
                fold.unit_set += figure->unit_set;
            }
        }
        const struct figure *total = figures_find(acc, NUMBERS[i]);
        if (units == 0) {
            assert_null(total);
            continue;
        }
        assert_non_null(total);
        assert_i128(total->value, fold.value);
        assert_i128(total->upper, fold.upper);
        assert_memory_equal(total->parts, fold.parts, sizeof fold.parts);
        assert_int_equal(total->partial_count, fold.partial_count);
        assert_int_equal(total->implied_count, fold.implied_count);
        assert_int_equal(total->negative_count, fold.negative_count);
        assert_int_equal(total->early_count, fold.early_count);
        assert_int_equal(total->baseline_count, fold.baseline_count);
        assert_true(total->unit_set == fold.unit_set);
    }
}

static const struct indicator *known(const struct catalogue *catalogue, uint32_t number)
{
    return catalogue_indicator(catalogue, number);
}

/* As the owner of an accumulator does it: replace, then find again the extremes that are asked for.
 */
static void replace(struct figures *acc, struct figures *parts, size_t at,
                    const struct figures *new_part, const struct catalogue *catalogue)
{
    struct rescan rescan = {0};
    figures_replace_part(acc, &parts[at], new_part, catalogue, &rescan);
    figures_copy(&parts[at], new_part);
    for (size_t i = 0; i < rescan.count; i++) {
        struct figure total = {0};
        for (size_t p = 0; p < PARTS; p++) {
            const struct figure *figure = figures_find(&parts[p], rescan.indicators[i]);
            if (figure != NULL)
                figure_combine(&total, figure, known(catalogue, rescan.indicators[i])->aggregation);
        }
        figures_set(acc, rescan.indicators[i], &total);
    }
    free(rescan.indicators);
}

/* Those that are wanted, and no others, are what they are among all; also where all are wanted,
 * none is, or those that there are not. */
static void assert_some(const struct catalogue *catalogue, const struct figures *all,
                        struct span bytes, uint64_t wanted)
{
    struct figures some = {0}, expected = {0};
    bool *is_wanted = mem_calloc(catalogue->indicator_count, sizeof(*is_wanted));
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        is_wanted[i] = (wanted >> (i % 64) & 1U) != 0;
    struct figure_filter filter = figure_filter_of(catalogue, is_wanted);
    for (size_t i = 0; i < all->count; i++) {
        const struct indicator *indicator = known(catalogue, all->items[i].indicator);
        if (indicator != NULL && is_wanted[indicator - catalogue->indicators])
            figures_append(&expected, indicator->number, &all->items[i].figure);
    }
    assert_int_equal(figures_decode_some(bytes, &filter, &some), ERR_OK);
    assert_same(&some, &expected);
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        assert_int_equal(figure_filter_has(&filter, catalogue->indicators[i].number), is_wanted[i]);
    assert_false(figure_filter_has(&filter, UINT32_MAX));
    figure_filter_fini(&filter);
    figures_fini(&some);
    figures_fini(&expected);
    free(is_wanted);
}

/* Whatever parts come, change and go: the accumulator is the fold of what is there, in any order,
 * to the byte; taking back what was put in restores the bytes; and what is stored reads back. */
static void test_property(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    uint64_t seed = 20241214;
    struct figures parts[PARTS] = {0}, acc = {0}, before = {0}, drawn = {0}, old_part = {0};
    for (int step = 0; step < STEPS; step++) {
        const size_t at = draw(&seed, PARTS);
        draw_part(&seed, &drawn);
        figures_copy(&before, &acc);
        figures_copy(&old_part, &parts[at]);
        replace(&acc, parts, at, &drawn, catalogue);
        assert_fold(&acc, parts);
        if (draw(&seed, 4) == 0) {
            replace(&acc, parts, at, &old_part, catalogue);
            assert_same(&acc, &before);
        }
        struct figures forward = {0}, backward = {0}, read = {0};
        struct buf bytes = {0};
        for (size_t p = 0; p < PARTS; p++) {
            figures_add(&forward, &parts[p], catalogue);
            figures_add(&backward, &parts[PARTS - 1 - p], catalogue);
        }
        assert_same(&forward, &acc);
        assert_same(&backward, &acc);
        figures_encode(&acc, &bytes);
        assert_int_equal(figures_decode(span_of(&bytes), &read), ERR_OK);
        assert_same(&read, &acc);
        for (int n = 0; n < 4; n++)
            assert_some(catalogue, &acc, span_of(&bytes), draw(&seed, 1 << 20));
        assert_some(catalogue, &acc, span_of(&bytes), 0);
        assert_some(catalogue, &acc, span_of(&bytes), UINT64_MAX);
        buf_fini(&bytes);
        figures_fini(&forward);
        figures_fini(&backward);
        figures_fini(&read);
    }
    figures_clear(&drawn);
    for (size_t p = 0; p < PARTS; p++) {
        replace(&acc, parts, p, &drawn, catalogue);
        figures_fini(&parts[p]);
    }
    assert_int_equal(acc.count, 0);
    figures_fini(&acc);
    figures_fini(&before);
    figures_fini(&drawn);
    figures_fini(&old_part);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_qualifier),
        cmocka_unit_test(test_of_cell),
        cmocka_unit_test(test_combine),
        cmocka_unit_test(test_sum_beyond_64_bits),
        cmocka_unit_test(test_set_and_find),
        cmocka_unit_test(test_equal_sees_every_member),
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_rescan),
        cmocka_unit_test(test_rescan_of_upper),
        cmocka_unit_test(test_property),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
