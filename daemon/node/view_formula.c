/* Derived values are computed here, on roll-ups, at the moment they are asked for; they are never
 * summed, stored or sent between nodes. */
#include <stdlib.h>

#include "core/check.h"
#include "core/mem.h"
#include "node/step.h"
#include "node/view.h"

/* A term that no unit of the subtree could have reported in this period is left out of a sum. */
static bool is_skipped(const struct view *view, const struct indicator *indicator)
{
    for (unsigned year = view->key.from; year <= view->key.period.year; year++) {
        struct period period = {(uint16_t)year, view->key.period.label};
        const struct tree *tree = node_tree(view->node, period);
        if ((view->key.left_out >> (year - view->key.from) & 1U) != 0)
            continue;
        uint32_t index = tree_find(tree, view->key.unit);
        /* Units beneath are of this level or a lower one, which has a higher number. */
        if (index != TREE_NONE && indicator_is_valid_on(indicator, tree->window.last) &&
            indicator->level_mask >> tree->nodes[index].level != 0)
            return false;
    }
    return true;
}

/* What a formula has read of a span. */
struct view_reading {
    uint32_t common; /* years in which all stocks exist */
    uint32_t latest; /* the last years of the stocks */
    bool has_flow, has_stock;
};

/* A stock that a type lacks in the last year of it may be there in the year that all stocks are
 * taken from: the types take it from the same one as their total. One that nobody has says nothing
 * of years. */
static void note_reading(struct view *view, const struct indicator *indicator)
{
    struct view_reading *reading = view->reading;
    if (reading == NULL)
        return;
    if (indicator->nature == NATURE_FLOW) {
        reading->has_flow = true;
        return;
    }
    uint32_t years = view_stock_years(view, indicator);
    if (years == 0)
        return;
    reading->has_stock = true;
    reading->common &= years;
    reading->latest |= view_last_year(years);
}

/* The year to take the stocks from, where not each has its last in the same one; else 0. */
static uint16_t year_to_take(const struct view *view, const struct view_reading *reading)
{
    uint32_t year = view_last_year(reading->common);
    if (view->stock_year != 0 || !reading->has_stock || year == 0 || year == reading->latest)
        return 0;
    return (uint16_t)(view->key.from + (31 - __builtin_clz(year)));
}

/* Stocks of which no year has all make nothing together. */
static bool has_no_year(const struct view *view, const struct view_reading *reading)
{
    return view->stock_year == 0 && reading->has_stock && reading->common == 0;
}

static struct operand operand_of_derived(const struct derived *derived, unsigned decimals)
{
    if (!derived->has_value)
        return (struct operand){.state = OPERAND_MISSING};
    return (struct operand){.state = OPERAND_VALUE,
                            .value = derived->value,
                            .upper = derived->upper,
                            .decimals = decimals,
                            .qualifier = derived->qualifier,
                            .unit_count = derived->most_units};
}

static struct operand get_operand(void *ctx, uint32_t number)
{
    struct view *view = ctx;
    const struct indicator *indicator = catalogue_indicator(view->node->catalogue, number);
    struct view_years years;
    if (indicator == NULL || is_skipped(view, indicator))
        return (struct operand){.state = OPERAND_SKIPPED};
    if (!indicator_is_entered(indicator)) {
        uint16_t ignored;
        struct derived derived = view_derived(view, indicator, &ignored);
        return operand_of_derived(&derived, indicator->decimals);
    }
    const struct figure *figure = view_figure(view, indicator, &years);
    note_reading(view, indicator);
    if (figure == NULL)
        return (struct operand){.state = OPERAND_MISSING};
    enum qualifier qualifier = figure_qualifier(figure);
    return (struct operand){.state = OPERAND_VALUE,
                            .value = figure_shown(figure),
                            .upper = qualifier == QUALIFIER_RANGE ? figure->upper : 0,
                            .decimals = indicator->decimals,
                            .qualifier = (uint8_t)qualifier,
                            .unit_count = figure_unit_count(figure)};
}

static uint32_t count_units(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all);

struct formula_env view_env(struct view *view)
{
    return (struct formula_env){.ctx = view, .operand = get_operand, .count = count_units};
}

static struct view_tally *find_tally(const struct view *view, const struct formula_test *test)
{
    for (size_t i = 0; i < view->tally_count; i++)
        if (view->tallies[i].test.formula == test->formula &&
            view->tallies[i].test.node == test->node)
            return &view->tallies[i];
    return NULL;
}

static void add_tally(struct view *view, uint8_t level, const struct formula_test *test)
{
    if (find_tally(view, test) != NULL)
        return;
    view->tallies =
        mem_grow(view->tallies, view->tally_count, &view->tally_capacity, sizeof(*view->tallies));
    view->tallies[view->tally_count++] = (struct view_tally){.test = *test, .level = level};
}

enum truth view_holds(struct view *view, const struct formula_test *test, uint8_t type)
{
    struct formula_env env = view_env(view);
    struct view_reading reading = {.common = UINT32_MAX};
    if (!view_is_span(view))
        return formula_holds(test, type, &env);
    view->reading = &reading;
    enum truth truth = formula_holds(test, type, &env);
    bool is_unknown = has_no_year(view, &reading);
    uint16_t year = year_to_take(view, &reading);
    if (year != 0) {
        view->stock_year = year;
        truth = formula_holds(test, type, &env);
        view->stock_year = 0;
    }
    view->reading = NULL;
    return is_unknown ? TRUTH_UNKNOWN : truth;
}

void view_tally_add(struct view_tally *tally, enum truth truth)
{
    tally->all++;
    tally->held += truth == TRUTH_TRUE;
    tally->unknown += truth == TRUTH_UNKNOWN;
}

bool view_asks(const struct view *view, uint8_t level, const struct tree_node *node)
{
    bool is_mine = view->family == NULL || node->type == view - view->family;
    return is_mine && node->level == level && !node->has_ended;
}

/* Asks one unit for all tallies from the `first` on. */
static void tally_unit(struct view *view, size_t first, const struct figure_filter *wanted,
                       const struct tree_node *node)
{
    struct view_key key = view->key;
    struct view unit = {0};
    key.unit = node->unit;
    key.left_out = 0; /* what it had in all the years, wherever it stood then */
    for (size_t i = first; i < view->tally_count; i++) {
        struct view_tally *tally = &view->tallies[i];
        if (!view_asks(view, tally->level, node))
            continue;
        if (unit.node == NULL) {
            view_init(&unit, view->node, view->txn, &key);
            unit.source = view->source;
            unit.wanted = wanted;
        }
        view_tally_add(tally, view_holds(&unit, &tally->test, node->type));
    }
    view_fini(&unit);
}

void view_mark_read(const struct catalogue *catalogue, const struct formula *formula, bool *is_read)
{
    size_t count;
    const uint32_t *operands = formula_operands(formula, &count);
    for (size_t i = 0; i < count; i++)
        view_mark_needed(catalogue, catalogue_indicator(catalogue, operands[i]), is_read);
}

void view_mark_needed(const struct catalogue *catalogue, const struct indicator *indicator,
                      bool *is_needed)
{
    bool *is_marked = &is_needed[indicator - catalogue->indicators];
    if (*is_marked)
        return;
    *is_marked = true;
    if (indicator->formula != NULL)
        view_mark_read(catalogue, indicator->formula, is_needed);
}

struct figure_filter view_filter_of(const struct catalogue *catalogue,
                                    const struct indicator *indicator)
{
    bool *is_needed = mem_calloc(catalogue->indicator_count + 1, sizeof(*is_needed));
    view_mark_needed(catalogue, indicator, is_needed);
    struct figure_filter filter = figure_filter_of(catalogue, is_needed);
    free(is_needed);
    return filter;
}

/* One walk over the units for all tallies from the `first` on. */
static void tally_all(struct view *view, size_t first)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct tree *tree = node_tree(view->node, view->key.period);
    uint32_t root = tree_find(tree, view->key.unit);
    if (first == view->tally_count)
        return;
    bool *is_read = mem_calloc(catalogue->indicator_count + 1, sizeof(*is_read));
    for (size_t i = first; i < view->tally_count; i++)
        view_mark_read(catalogue, view->tallies[i].test.formula, is_read);
    struct figure_filter wanted = figure_filter_of(catalogue, is_read);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        tally_unit(view, first, &wanted, &tree->nodes[i]);
    figure_filter_fini(&wanted);
    free(is_read);
}

static uint32_t count_units(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    struct view *view = ctx;
    const struct view_source *source = view->source;
    const struct view_tally *tally = find_tally(view, predicate);
    if (tally == NULL && source != NULL)
        tally = source->tally(source->ctx, view->key.unit, level, predicate);
    if (tally == NULL) {
        add_tally(view, level, predicate);
        tally_all(view, view->tally_count - 1);
        tally = find_tally(view, predicate);
    }
    *ret_unknown = tally->unknown;
    *ret_all = tally->all;
    return tally->held;
}

static void add_tallies(struct view *view, const struct formula *formula)
{
    struct formula_test test;
    uint8_t level;
    for (size_t n = 0; formula_count_term(formula, n, &level, &test); n++)
        add_tally(view, level, &test);
}

/* What the checks of an indicator count, and what they read. */
static void prepare_checks(struct view *view, const struct indicator *indicator, bool *is_needed)
{
    for (size_t i = 0; i < indicator->check_count; i++) {
        add_tallies(view, indicator->checks[i].condition);
        view_mark_read(view->node->catalogue, indicator->checks[i].condition, is_needed);
    }
}

void view_prepare(struct view *view, const struct indicator *const *indicators, size_t count)
{
    const struct catalogue *catalogue = view->node->catalogue;
    size_t first = view->tally_count;
    bool *is_needed = mem_calloc(catalogue->indicator_count + 1, sizeof(*is_needed));
    for (size_t i = 0; i < count; i++) {
        view_mark_needed(catalogue, indicators[i], is_needed);
        prepare_checks(view, indicators[i], is_needed);
    }
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        if (is_needed[i] && catalogue->indicators[i].formula != NULL)
            add_tallies(view, catalogue->indicators[i].formula);
    if (view->family == NULL && view->wanted == NULL) {
        view->own_wanted = figure_filter_of(catalogue, is_needed);
        view->wanted = &view->own_wanted;
    }
    free(is_needed);
    tally_all(view, first);
}

struct derived view_derived(struct view *view, const struct indicator *indicator,
                            uint16_t *ret_stock_year)
{
    struct formula_env env = view_env(view);
    struct view_reading reading = {.common = UINT32_MAX};
    *ret_stock_year = 0;
    if (is_skipped(view, indicator) || indicator->formula == NULL)
        return (struct derived){0};
    if (!view_is_span(view) || view->reading != NULL)
        return formula_eval(indicator->formula, indicator->decimals, &env);
    view->reading = &reading;
    struct derived derived = formula_eval(indicator->formula, indicator->decimals, &env);
    if (has_no_year(view, &reading))
        derived = (struct derived){0};
    *ret_stock_year = year_to_take(view, &reading);
    if (*ret_stock_year != 0) {
        view->stock_year = *ret_stock_year;
        derived = formula_eval(indicator->formula, indicator->decimals, &env);
        view->stock_year = 0;
    }
    view->reading = NULL;
    /* A flow of a span has a part for each unit and year, a stock one for each unit. */
    if (reading.has_flow && reading.has_stock)
        derived.is_uneven = false;
    return derived;
}

uint16_t view_stock_year(struct view *view, const struct indicator *indicator)
{
    uint16_t year = 0;
    if (view_is_span(view) && !indicator_is_entered(indicator))
        (void)view_derived(view, indicator, &year);
    return year;
}

bool view_counts_units(const struct catalogue *catalogue, const struct indicator *indicator)
{
    struct formula_test test;
    uint8_t level;
    size_t count;
    if (indicator->formula == NULL)
        return false;
    if (formula_count_term(indicator->formula, 0, &level, &test))
        return true;
    const uint32_t *operands = formula_operands(indicator->formula, &count);
    for (size_t i = 0; i < count; i++)
        if (view_counts_units(catalogue, catalogue_indicator(catalogue, operands[i])))
            return true;
    return false;
}
