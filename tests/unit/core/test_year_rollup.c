/* The year rule's triples in roll-ups: covered labels, and totals kept by difference. */
#include "lib/cm.h"

#include "core/year.h"

enum { LABELS = PERIOD_LABEL_COUNT, E = QUALIFIER_EXACT };

/* A flow, a stock, a maximum and a minimum of the sample catalogue, in order. */
enum { FLOW = 1 };
static const uint32_t NUMBERS[] = {FLOW, 6, 8, 14};
enum { CELLS = sizeof NUMBERS / sizeof *NUMBERS };

static void assert_same(const struct figures *a, const struct figures *b)
{
    struct buf x = {0}, y = {0};
    figures_encode(a, &x);
    figures_encode(b, &y);
    assert_int_equal(x.len, y.len);
    assert_memory_equal(x.data, y.data, x.len);
    buf_fini(&x);
    buf_fini(&y);
}

/* A label that is covered takes the whole figures and nothing from beneath, even when the whole
 * report is nil; any other is own plus beneath. */
static void test_rollup(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct cell own = {FLOW, E, 5, 0}, whole = {FLOW, E, 70, 0};
    struct figures below = {0}, result = {0};
    const struct figure beneath = {.value = 60, .upper = 60, .parts = {0, 3, 0, 0, 0, 0}};
    figures_append(&below, FLOW, &beneath);
    const struct {
        const char *name;
        struct year_filed s1;
        int value;
        uint32_t units; /* 0: no figure */
    } rows[] = {
        {"nothing filed", {0}, 60, 3},
        {"own", {.is_filed = true, .scope = SCOPE_OWN, .cells = &own, .cell_count = 1}, 65, 4},
        {"own nil", {.is_filed = true, .scope = SCOPE_OWN}, 60, 3},
        {"whole",
         {.is_filed = true, .scope = SCOPE_WHOLE, .cells = &whole, .cell_count = 1},
         70,
         1},
        {"whole nil", {.is_filed = true, .scope = SCOPE_WHOLE}, 0, 0},
    };
    struct year_triple triple = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct year_filed filed[LABELS] = {rows[i].s1};
        year_resolve(filed, catalogue, &triple);
        year_rollup(&triple, PERIOD_S1, &below, catalogue, &result);
        const struct figure *figure = figures_find(&result, FLOW);
        if ((figure != NULL ? figure_unit_count(figure) : 0) != rows[i].units ||
            (figure != NULL && figure->value != rows[i].value))
            fail_msg("%s", rows[i].name);
    }
    year_triple_fini(&triple);
    figures_fini(&below);
    figures_fini(&result);
    catalogue_free(&catalogue);
}

/* A whole half is marked when the year is not made of it: until the other half or the year is whole
 * as well. */
static void test_lone_whole_half(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    static const struct {
        uint8_t scopes[LABELS]; /* 0: not filed */
        bool is_lone;
    } rows[] = {
        {{0, 0, 0}, false},
        {{SCOPE_OWN, SCOPE_OWN, SCOPE_OWN}, false},
        {{SCOPE_WHOLE, 0, 0}, true},
        {{0, SCOPE_WHOLE, 0}, true},
        {{SCOPE_WHOLE, SCOPE_OWN, 0}, true},
        {{SCOPE_WHOLE, 0, SCOPE_OWN}, true},
        {{SCOPE_OWN, SCOPE_WHOLE, SCOPE_OWN}, true},
        {{SCOPE_WHOLE, SCOPE_WHOLE, 0}, false},
        {{SCOPE_WHOLE, 0, SCOPE_WHOLE}, false},
        {{0, SCOPE_WHOLE, SCOPE_WHOLE}, false},
        {{0, 0, SCOPE_WHOLE}, false},
    };
    struct year_triple triple = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct year_filed filed[LABELS] = {0};
        for (size_t label = 0; label < LABELS; label++)
            filed[label] = (struct year_filed){.is_filed = rows[i].scopes[label] != 0,
                                               .scope = rows[i].scopes[label]};
        year_resolve(filed, catalogue, &triple);
        if (triple.has_lone_whole_half != rows[i].is_lone)
            fail_msg("row %zu", i);
    }
    year_triple_fini(&triple);
    catalogue_free(&catalogue);
}

/* A figure is one part of its unit, early or a baseline where one of the reports behind it is. */
static void test_marks(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const uint64_t mark = figure_unit_mark(23857);
    const struct cell cells[LABELS] = {{FLOW, E, 5, 0}, {FLOW, E, 6, 0}, {FLOW, E, 13, 0}};
    /* By label, from the lowest bit: which reports are there, early, baselines; then the figures.
     */
    static const struct {
        const char *name;
        unsigned filed, early, baseline, figures, figures_early, figures_baseline;
    } rows[] = {
        {"nothing marked", 7, 0, 0, 7, 0, 0},
        {"each its own", 7, 1, 4, 7, 1, 4},
        {"a year of an early half", 3, 2, 0, 7, 6, 0},
        {"a year of two early halves is one early part", 3, 3, 0, 7, 7, 0},
        {"a second half that an early year implies", 5, 4, 0, 7, 6, 0},
        {"a second half that an early first one implies", 5, 1, 0, 7, 3, 0},
        {"a year of a baseline", 1, 0, 1, 5, 0, 5},
    };
    struct year_triple triple = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct year_filed filed[LABELS] = {0};
        for (unsigned label = 0; label < LABELS; label++)
            filed[label] = (struct year_filed){.is_filed = rows[i].filed >> label & 1U,
                                               .scope = SCOPE_OWN,
                                               .cells = &cells[label],
                                               .cell_count = 1,
                                               .unit_set = mark,
                                               .is_early = rows[i].early >> label & 1U,
                                               .is_baseline = rows[i].baseline >> label & 1U};
        year_resolve(filed, catalogue, &triple);
        for (unsigned label = 0; label < LABELS; label++) {
            const struct figure *figure = figures_find(&triple.own[label], FLOW);
            if ((figure != NULL) != (rows[i].figures >> label & 1U))
                fail_msg("%s: label %u", rows[i].name, label + 1);
            if (figure != NULL &&
                (figure->early_count != (rows[i].figures_early >> label & 1U) ||
                 figure->baseline_count != (rows[i].figures_baseline >> label & 1U) ||
                 figure->unit_set != mark))
                fail_msg("%s: marks of label %u", rows[i].name, label + 1);
        }
    }
    year_triple_fini(&triple);
    catalogue_free(&catalogue);
}

static uint32_t draw(uint64_t *seed, uint32_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)((*seed >> 16) % below);
}

enum { UNITS = 8, STEPS = 300 };

/* One unit's three reports and what they say. */
struct reporter {
    struct cell cells[LABELS][CELLS];
    struct year_filed filed[LABELS];
    struct year_triple triple;
};

/* Refiles one of the three reports: sometimes withdrawn, sometimes whole, with random cells. */
static void draw_report(uint64_t *seed, struct reporter *reporter)
{
    const uint32_t label = draw(seed, LABELS);
    struct year_filed *filed = &reporter->filed[label];
    filed->is_filed = draw(seed, 5) > 0;
    filed->scope = draw(seed, 4) == 0 ? SCOPE_WHOLE : SCOPE_OWN;
    filed->cells = reporter->cells[label];
    filed->cell_count = 0;
    filed->is_early = draw(seed, 2) > 0;
    filed->is_baseline = filed->scope == SCOPE_WHOLE && draw(seed, 2) > 0;
    for (size_t i = 0; i < CELLS; i++) {
        if (draw(seed, 3) == 0)
            continue;
        const uint8_t qualifier = (uint8_t)(E + draw(seed, QUALIFIER_COUNT - 1));
        const int64_t value = draw(seed, 20);
        const int64_t upper = qualifier == QUALIFIER_RANGE ? value + 1 + draw(seed, 4) : 0;
        reporter->cells[label][filed->cell_count++] =
            (struct cell){NUMBERS[i], qualifier, value, upper};
    }
}

/* The roll-up of one unit that has nothing beneath. */
static void roll_up(const struct reporter *reporter, enum period_label label,
                    const struct catalogue *catalogue, struct figures *ret_result)
{
    const struct figures none = {0};
    year_rollup(&reporter->triple, label, &none, catalogue, ret_result);
}

/* The sum of all units, first to last or last to first. */
static void fold(const struct reporter *reporters, enum period_label label, bool is_backward,
                 const struct catalogue *catalogue, struct figures *ret_result)
{
    struct figures part = {0};
    figures_clear(ret_result);
    for (size_t i = 0; i < UNITS; i++) {
        roll_up(&reporters[is_backward ? UNITS - 1 - i : i], label, catalogue, &part);
        figures_add(ret_result, &part, catalogue);
    }
    figures_fini(&part);
}

/* Takes the reporter's new reports into the three totals, as a node does. */
static void apply(struct reporter *reporters, size_t at, const struct catalogue *catalogue,
                  struct figures *totals)
{
    struct figures before[LABELS] = {0}, after = {0}, folded = {0};
    struct rescan rescan = {0};
    for (int label = 0; label < LABELS; label++)
        roll_up(&reporters[at], (enum period_label)(label + 1), catalogue, &before[label]);
    year_resolve(reporters[at].filed, catalogue, &reporters[at].triple);
    for (int label = 0; label < LABELS; label++) {
        rescan.count = 0;
        roll_up(&reporters[at], (enum period_label)(label + 1), catalogue, &after);
        figures_replace_part(&totals[label], &before[label], &after, catalogue, &rescan);
        if (rescan.count > 0)
            fold(reporters, (enum period_label)(label + 1), false, catalogue, &folded);
        for (size_t i = 0; i < rescan.count; i++) {
            const struct figure *found = figures_find(&folded, rescan.indicators[i]);
            figures_set(&totals[label], rescan.indicators[i], found);
        }
        figures_fini(&before[label]);
    }
    free(rescan.indicators);
    figures_fini(&after);
    figures_fini(&folded);
}

/* Whatever is filed, refiled and withdrawn, under whatever label and scope: the totals kept by
 * differences are those of a fresh fold, in any order, to the byte; at the end nothing is left. */
static void test_totals_by_difference(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct reporter reporters[UNITS] = {0};
    struct figures totals[LABELS] = {0}, folded = {0};
    uint64_t seed = 20240614;
    for (uint32_t at = 0; at < UNITS; at++)
        for (int label = 0; label < LABELS; label++)
            reporters[at].filed[label].unit_set = figure_unit_mark(at + 1);
    for (int step = 0; step < STEPS; step++) {
        const size_t at = draw(&seed, UNITS);
        draw_report(&seed, &reporters[at]);
        apply(reporters, at, catalogue, totals);
        for (int label = 0; label < LABELS; label++) {
            fold(reporters, (enum period_label)(label + 1), true, catalogue, &folded);
            assert_same(&totals[label], &folded);
        }
    }
    for (size_t at = 0; at < UNITS; at++) {
        for (int label = 0; label < LABELS; label++)
            reporters[at].filed[label].is_filed = false;
        apply(reporters, at, catalogue, totals);
        year_triple_fini(&reporters[at].triple);
    }
    for (int label = 0; label < LABELS; label++) {
        assert_int_equal(totals[label].count, 0);
        figures_fini(&totals[label]);
    }
    figures_fini(&folded);
    catalogue_free(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rollup),
        cmocka_unit_test(test_lone_whole_half),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_totals_by_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
