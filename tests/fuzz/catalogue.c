/* Catalogues: any bytes as a catalogue that was handed down.
 *
 * Laws: what is refused says why; what is taken packs, is taken again and packs to the same bytes;
 * it may be followed by itself under a higher number; everything in it is found by its number and
 * its code, and shown once; checks are made or not; years follow each other; the tree of any period
 * holds together; nobody is more than what is due; formulas give a value or none. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/coverage.h"
#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/mutate.h"
#include "wire/wire.h"

/* ---- look-ups ---- */

static void check_indicators(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        LAW(catalogue_indicator(catalogue, indicator->number) == indicator &&
                catalogue_indicator_by_code(catalogue, indicator->code) == indicator,
            "an indicator is found");
        LAW(indicator_is_entered(indicator) == (indicator->formula == NULL),
            "an indicator is entered or computed");
    }
    bool *shown = mem_calloc(catalogue->indicator_count, sizeof *shown);
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        LAW(catalogue->indicators_shown[i] < catalogue->indicator_count &&
                !shown[catalogue->indicators_shown[i]],
            "an indicator is shown once");
        shown[catalogue->indicators_shown[i]] = true;
    }
    free(shown);
}

static void check_units(const struct catalogue *catalogue)
{
    for (size_t u = 0; u < catalogue->unit_count; u++) {
        const struct unit *unit = &catalogue->units[u];
        char *name = mem_printf("id:%u", unit->id);
        uint32_t found = 0;
        LAW(catalogue_unit(catalogue, unit->id) == unit, "a unit is found by its id");
        LAW(catalogue_find_unit(catalogue, name, unit_begin(unit), &found) == ERR_OK &&
                found == unit->id,
            "a unit is found by its id in text");
        free(name);
        for (size_t v = 0; v < unit->version_count; v++) {
            const struct unit_version *version = &unit->versions[v];
            LAW(unit_at(unit, version->from) == version && unit_at(unit, version->to) == version,
                "a version holds on its first day and on its last");
            /* ERR_EXISTS: units of two levels may have one code. */
            name = mem_printf("code:%s", version->code);
            enum err err = catalogue_find_unit(catalogue, name, version->from, &found);
            LAW(err == ERR_EXISTS || (err == ERR_OK && found == unit->id),
                "a unit is found by its code");
            free(name);
        }
    }
}

/* ---- trees ---- */

static void check_tree(const struct tree *tree)
{
    size_t reached = 0;
    for (uint32_t i = 0; i < tree->node_count; i++) {
        const struct tree_node *node = &tree->nodes[i];
        uint32_t above = tree_parent(tree, node->unit);
        LAW(tree_find(tree, node->unit) == i, "a unit of the tree is found");
        LAW((node->parent == TREE_NONE) == (above == 0) &&
                (above == 0 || tree->nodes[node->parent].unit == above),
            "a unit has one parent");
        LAW(above == 0 ||
                (tree_contains(tree, above, node->unit) && !tree_contains(tree, node->unit, above)),
            "a unit lies beneath its parent");
        if (above != 0)
            continue;
        for (uint32_t k = i; k != TREE_NONE; k = tree_next(tree, i, k))
            reached++;
    }
    LAW(reached == tree->node_count, "every unit is reached from a root, once");
}

/* ---- formulas ---- */

/* What formulas see: everything is missing, or everything is nought, or one. */
struct world {
    const struct catalogue *catalogue;
    int64_t value; /* -1: missing */
};

static struct operand world_operand(void *ctx, uint32_t number)
{
    const struct world *world = ctx;
    const struct indicator *indicator = catalogue_indicator(world->catalogue, number);
    LAW(indicator != NULL, "an operand is an indicator");
    if (world->value < 0)
        return (struct operand){.state = OPERAND_MISSING};
    return (struct operand){.state = OPERAND_VALUE,
                            .value = world->value,
                            .decimals = indicator->decimals,
                            .qualifier = QUALIFIER_EXACT,
                            .unit_count = 1};
}

static uint32_t world_count(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    const struct world *world = ctx;
    const struct formula_env env = {ctx, world_operand, world_count};
    uint32_t count = 0;
    LAW(level < world->catalogue->level_count, "a formula counts units of a level");
    *ret_unknown = 0;
    *ret_all = (uint32_t)world->catalogue->type_count;
    for (uint8_t type = 0; type < world->catalogue->type_count; type++) {
        enum truth truth = formula_holds(predicate, type, &env);
        count += truth == TRUTH_TRUE;
        *ret_unknown += truth == TRUTH_UNKNOWN;
    }
    return count;
}

static void check_checks(const struct indicator *indicator, const struct formula_env *env,
                         bool is_missing)
{
    const struct check *failed[CHECKS_MAX];
    for (uint8_t level = 0; level < CATALOGUE_LEVELS_MAX; level++) {
        size_t count = check_roll_up(indicator, env, level, failed);
        LAW(count <= indicator->check_count, "no more checks fail than there are");
        LAW(!is_missing || count == 0, "no check is made of a figure that is missing");
    }
}

static void check_formulas(const struct catalogue *catalogue)
{
    for (int64_t value = -1; value <= 1; value++) {
        struct world world = {catalogue, value};
        const struct formula_env env = {&world, world_operand, world_count};
        for (size_t i = 0; i < catalogue->indicator_count; i++) {
            const struct indicator *indicator = &catalogue->indicators[i];
            check_checks(indicator, &env, value < 0);
            if (indicator->formula == NULL)
                continue;
            struct derived derived = formula_eval(indicator->formula, indicator->decimals, &env);
            LAW(!derived.has_value || derived.qualifier == QUALIFIER_EXACT,
                "exact operands give an exact value");
            LAW(derived.known <= derived.all, "no more is known than there is");
        }
    }
}

/* ---- coverage ---- */

static struct coverage_filing nothing_filed(void *ctx, uint32_t unit, uint32_t form,
                                            enum period_label label)
{
    const struct catalogue *catalogue = ctx;
    LAW(catalogue_unit(catalogue, unit) != NULL && catalogue_form(catalogue, form) != NULL,
        "coverage asks of what there is");
    return (struct coverage_filing){.first_filed = {label}};
}

static void check_coverage(struct catalogue *catalogue, const struct tree *tree)
{
    const struct coverage_source source = {catalogue, nothing_filed, NULL};
    struct coverage coverage = {0};
    for (uint32_t i = 0; i < tree->node_count; i++) {
        if (tree->nodes[i].parent != TREE_NONE)
            continue;
        coverage_build(catalogue, tree, tree->nodes[i].unit, &source, &coverage);
        LAW(coverage.counts.filed == 0 && coverage.counts.accepted == 0 &&
                coverage.counts.covered == 0 && coverage.counts.due == coverage.count,
            "where nothing was filed all that is due is missing");
        for (size_t k = 0; k < coverage.excepted_count; k++)
            LAW(coverage.excepted[k].exception->unit == coverage.excepted[k].unit,
                "an exception frees its own unit");
    }
    coverage_fini(&coverage);
}

/* ---- calendars ---- */

static void check_deadlines(const struct catalogue *catalogue, struct period period)
{
    const struct window window = catalogue_window(catalogue, period);
    for (size_t level = 0; level < catalogue->level_count; level++) {
        struct date deadline;
        unsigned count = catalogue->levels[level].working_days[period.label - 1];
        if (count == 0 || !catalogue_deadline(catalogue, period, level, &deadline))
            continue;
        LAW(date_compare(window.last, deadline) < 0 &&
                catalogue_is_working_day(catalogue, deadline),
            "a deadline in working days is one, after the period");
        for (struct date day = {window.last.days + 1}; date_compare(day, deadline) <= 0; day.days++)
            count -= catalogue_is_working_day(catalogue, day);
        LAW(count == 0, "a deadline is as many working days away as it says");
    }
}

static void check_calendars(const struct catalogue *catalogue)
{
    for (uint16_t year = PERIOD_YEAR_MIN; year < PERIOD_YEAR_MAX; year++) {
        struct window s1 = catalogue_window(catalogue, (struct period){year, PERIOD_S1});
        struct window s2 = catalogue_window(catalogue, (struct period){year, PERIOD_S2});
        const struct period next = {(uint16_t)(year + 1), PERIOD_Y};
        LAW(date_compare(s1.first, s1.last) <= 0 && s2.first.days == s1.last.days + 1 &&
                date_compare(s2.first, s2.last) <= 0 &&
                date_compare(s2.last, catalogue_window(catalogue, next).first) < 0,
            "no day is in two halves or in two years");
    }
}

/* ---- all of it ---- */

static void check_taken(struct catalogue *catalogue)
{
    static const struct period periods[] = {
        {2024, PERIOD_S1},
        {2024, PERIOD_S2},
        {2024, PERIOD_Y},
        {2025, PERIOD_S1},
        {PERIOD_YEAR_MIN, PERIOD_S1},
        {PERIOD_YEAR_MAX, PERIOD_Y},
    };
    check_indicators(catalogue);
    check_units(catalogue);
    check_formulas(catalogue);
    check_calendars(catalogue);
    for (size_t i = 0; i < LENGTH(periods); i++) {
        struct tree *tree = tree_new(catalogue, periods[i]);
        check_tree(tree);
        check_coverage(catalogue, tree);
        check_deadlines(catalogue, periods[i]);
        tree_free(&tree);
    }
}

static void check_packing(const struct catalogue *catalogue)
{
    struct problems problems = {0};
    struct catalogue *again = NULL;
    struct buf bytes = {0}, bytes_again = {0};
    struct date today;

    LAW(date_make(2025, 1, 1, &today) == ERR_OK, "there was a new year's day");
    wire_pack_catalogue(catalogue, &bytes);
    LAW(wire_open_catalogue(span_of(&bytes), &again, &problems) == ERR_OK,
        "what is taken packs and is taken again");
    wire_pack_catalogue(again, &bytes_again);
    LAW(span_equal(span_of(&bytes), span_of(&bytes_again)), "a catalogue packs to the same bytes");
    if (catalogue->number < UINT32_MAX) {
        again->number++;
        LAW(catalogue_check_succession(catalogue, again, today, &problems) == ERR_OK,
            "a catalogue may be followed by itself");
    }
    fuzz_check_problems(&problems, false);
    catalogue_free(&again);
    buf_fini(&bytes);
    buf_fini(&bytes_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;

    fuzz_be_quiet();
    enum err err = wire_open_catalogue((struct span){data, size}, &catalogue, &problems);
    fuzz_check_problems(&problems, err != ERR_OK);
    LAW((err == ERR_OK) == (catalogue != NULL), "what is refused hands nothing out");
    if (catalogue != NULL) {
        check_packing(catalogue);
        check_taken(catalogue);
    }
    catalogue_free(&catalogue);
    return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    return mutate_in_place(&tonghop__catalogue__descriptor, data, size, max_size, seed);
}
