/* Derived values are computed here, on roll-ups, at the moment they are asked for; they are never
 * summed, stored or sent between nodes. */
#include "node/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/mem.h"
#include "node/rollup.h"
#include "node/step.h"

static_assert(2 * VIEW_SPAN_YEARS_MAX < NODE_TREE_YEARS, "a span and the one before keep their "
                                                         "trees");
static_assert(VIEW_SPAN_YEARS_MAX <= 32, "the years of a span are bits of 32");

void view_init(struct view *view, struct node *node, struct store_txn *txn,
               const struct view_key *key)
{
    size_t count = node->catalogue->form_count;
    *view = (struct view){.node = node,
                          .txn = txn,
                          .key = *key,
                          .forms = mem_calloc(count + 1, sizeof(*view->forms))};
}

void view_fini(struct view *view)
{
    if (view->node == NULL)
        return;
    for (size_t i = 0; i < view->node->catalogue->form_count; i++) {
        figures_fini(&view->forms[i].figures);
        free(view->forms[i].years);
    }
    free(view->forms);
    free(view->tallies);
    *view = (struct view){0};
}

struct view *view_family_new(struct node *node, struct store_txn *txn, const struct view_key *key)
{
    size_t count = node->catalogue->type_count;
    struct view *family = mem_calloc(count + 1, sizeof(*family));
    for (size_t i = 0; i < count; i++) {
        view_init(&family[i], node, txn, key);
        family[i].family = family;
    }
    return family;
}

void view_family_free(struct view **family)
{
    if (*family == NULL)
        return;
    for (struct view *view = *family; view->node != NULL; view++)
        view_fini(view);
    free(*family);
    *family = NULL;
}

/* ---- loading ---- */

bool view_is_span(const struct view *view)
{
    return view->key.from != view->key.period.year;
}

/* Takes the figures of one year of a span, which come in order of year. */
static void add_year(const struct view *view, struct view_form *form, uint16_t year,
                     const struct figures *figures)
{
    size_t at = 0;
    for (size_t i = 0; i < figures->count; i++) {
        uint32_t number = figures->items[i].indicator;
        const struct indicator *indicator = catalogue_indicator(view->node->catalogue, number);
        const struct figure *before = figures_find(&form->figures, number);
        struct figure total = figures->items[i].figure;
        if (before != NULL && indicator != NULL && indicator->nature == NATURE_FLOW) {
            total = *before;
            figure_combine(&total, &figures->items[i].figure, indicator->aggregation);
        }
        figures_set(&form->figures, number, &total);

        while (at < form->year_count && form->years[at].indicator < number)
            at++;
        if (at == form->year_count || form->years[at].indicator != number) {
            form->years =
                mem_grow(form->years, form->year_count, &form->year_capacity, sizeof(*form->years));
            memmove(&form->years[at + 1], &form->years[at],
                    (form->year_count - at) * sizeof(*form->years));
            form->years[at] = (struct view_years){.indicator = number};
            form->year_count++;
        }
        form->years[at].years |= 1U << (year - view->key.from);
    }
}

/* What `unit` reported itself, under one form and year, goes to the view of its type. */
static void add_own(struct view *view, size_t form, uint8_t type, const struct figures *own)
{
    if (type < view->node->catalogue->type_count)
        figures_add(&view->family[type].forms[form].figures, own, view->node->catalogue);
}

/* Loads one form and period for the whole family. A whole report stands for what lies beneath it,
 * and is of its unit's type. */
static void load_family(struct view *view, size_t form, struct period period)
{
    const struct tree *tree = node_tree(view->node, period);
    struct figures own = {0};
    uint32_t root = tree_find(tree, view->key.unit);
    for (uint32_t i = root, next; i != TREE_NONE; i = next) {
        struct report_key key = {.kind = view->key.kind,
                                 .period = period,
                                 .unit = tree->nodes[i].unit,
                                 .form = view->node->catalogue->forms[form].number};
        bool is_covered = rollup_own(view->node, view->txn, &key, &own);
        add_own(view, form, tree->nodes[i].type, &own);
        next = is_covered ? tree_next_beside(tree, root, i) : tree_next(tree, root, i);
    }
    figures_fini(&own);
}

/* Stocks that a type has in the year that is loaded are of that year for all types, so that those
 * that have none then add nothing from a year before. */
static void drop_older_stocks(const struct view *view, size_t form, struct view_form *spans)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct figure none = {0};
    for (size_t t = 0; t < catalogue->type_count; t++) {
        const struct figures *loaded = &view->family[t].forms[form].figures;
        for (size_t i = 0; i < loaded->count; i++) {
            uint32_t number = loaded->items[i].indicator;
            const struct indicator *indicator = catalogue_indicator(catalogue, number);
            for (size_t s = 0; s < catalogue->type_count; s++)
                if (indicator != NULL && indicator->nature == NATURE_STOCK)
                    figures_set(&spans[s].figures, number, &none);
        }
    }
}

/* A year of a span, for all of the family: what the years before made stays in `spans`. */
static void load_family_year(struct view *view, size_t form, struct period period,
                             struct view_form *spans)
{
    size_t count = view->node->catalogue->type_count;
    load_family(view, form, period);
    drop_older_stocks(view, form, spans);
    for (size_t t = 0; t < count; t++) {
        struct view_form *loaded = &view->family[t].forms[form];
        add_year(view, &spans[t], period.year, &loaded->figures);
        figures_clear(&loaded->figures);
    }
}

static void load_family_span(struct view *view, size_t form)
{
    size_t count = view->node->catalogue->type_count;
    struct view_form *spans = mem_calloc(count + 1, sizeof(*spans));
    for (unsigned year = view->key.from; year <= view->key.period.year; year++)
        load_family_year(view, form, (struct period){(uint16_t)year, PERIOD_Y}, spans);
    for (size_t t = 0; t < count; t++) {
        figures_fini(&view->family[t].forms[form].figures);
        view->family[t].forms[form] = spans[t];
    }
    free(spans);
}

static void load_rollup(struct view *view, struct view_form *form, uint32_t number)
{
    struct report_key key = {
        .kind = view->key.kind, .period = view->key.period, .unit = view->key.unit, .form = number};
    if (view->source != NULL) {
        view->source->rollup(view->source->ctx, key.unit, number, &form->figures);
        return;
    }
    if (!view_is_span(view)) {
        rollup_of(view->node, view->txn, &key, &form->figures);
        return;
    }
    struct figures figures = {0};
    for (unsigned year = view->key.from; year <= view->key.period.year; year++) {
        key.period.year = (uint16_t)year;
        rollup_of(view->node, view->txn, &key, &figures);
        add_year(view, form, key.period.year, &figures);
    }
    figures_fini(&figures);
}

static void load_form(struct view *view, size_t form)
{
    if (view->forms[form].is_loaded)
        return;
    if (view->family == NULL)
        load_rollup(view, &view->forms[form], view->node->catalogue->forms[form].number);
    else if (view_is_span(view))
        load_family_span(view, form);
    else
        load_family(view, form, view->key.period);
    if (view->family == NULL)
        view->forms[form].is_loaded = true;
    else
        for (size_t t = 0; t < view->node->catalogue->type_count; t++)
            view->family[t].forms[form].is_loaded = true;
}

static int compare_years(const void *key, const void *element)
{
    uint32_t number = *(const uint32_t *)key;
    const struct view_years *years = element;
    return (number > years->indicator) - (number < years->indicator);
}

const struct figure *view_figure(struct view *view, const struct indicator *indicator,
                                 uint32_t *ret_years)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    *ret_years = 0;
    if (form == NULL)
        return NULL;
    size_t i = (size_t)(form - catalogue->forms);
    load_form(view, i);
    const struct view_form *loaded = &view->forms[i];
    const struct view_years *years =
        loaded->year_count > 0 ? bsearch(&indicator->number, loaded->years, loaded->year_count,
                                         sizeof(*loaded->years), compare_years)
                               : NULL;
    if (years != NULL)
        *ret_years = years->years;
    return figures_find(&loaded->figures, indicator->number);
}

/* ---- formulas ---- */

/* A term that no unit of the subtree could have reported in this period is left out of a sum. */
static bool is_skipped(const struct view *view, const struct indicator *indicator)
{
    const struct tree *tree = node_tree(view->node, view->key.period);
    uint32_t index = tree_find(tree, view->key.unit);
    bool is_valid = false;
    if (index == TREE_NONE)
        return true;
    for (unsigned year = view->key.from; year <= view->key.period.year && !is_valid; year++) {
        struct period period = {(uint16_t)year, view->key.period.label};
        is_valid = indicator_is_valid_on(indicator, node_tree(view->node, period)->window.last);
    }
    /* Units beneath are of this level or a lower one, which has a higher number. */
    return !is_valid || indicator->level_mask >> tree->nodes[index].level == 0;
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
    uint32_t years;
    if (indicator == NULL || is_skipped(view, indicator))
        return (struct operand){.state = OPERAND_SKIPPED};
    if (!indicator_is_entered(indicator)) {
        struct derived derived = view_derived(view, indicator);
        return operand_of_derived(&derived, indicator->decimals);
    }
    const struct figure *figure = view_figure(view, indicator, &years);
    if (figure == NULL)
        return (struct operand){.state = OPERAND_MISSING};
    enum qualifier qualifier = figure_qualifier(figure);
    /* A flow of a span has a part for each unit and year, a stock one for each unit. */
    bool is_comparable = !view_is_span(view) || indicator->nature == NATURE_FLOW;
    return (struct operand){.state = OPERAND_VALUE,
                            .value = figure_shown(figure),
                            .upper = qualifier == QUALIFIER_RANGE ? figure->upper : 0,
                            .decimals = indicator->decimals,
                            .qualifier = (uint8_t)qualifier,
                            .unit_count = is_comparable ? figure_unit_count(figure) : 0};
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
    return formula_holds(test, type, &env);
}

void view_tally_add(struct view_tally *tally, enum truth truth)
{
    tally->all++;
    tally->held += truth == TRUTH_TRUE;
    tally->unknown += truth == TRUTH_UNKNOWN;
}

/* Asks one unit for all tallies from the `first` on. */
static void tally_unit(struct view *view, size_t first, const struct tree_node *node)
{
    struct view_key key = view->key;
    struct view unit = {0};
    key.unit = node->unit;
    for (size_t i = first; i < view->tally_count; i++) {
        struct view_tally *tally = &view->tallies[i];
        if (tally->level != node->level)
            continue;
        if (unit.node == NULL) {
            view_init(&unit, view->node, view->txn, &key);
            unit.source = view->source;
        }
        view_tally_add(tally, view_holds(&unit, &tally->test, node->type));
    }
    view_fini(&unit);
}

/* One walk over the units for all tallies from the `first` on; of a view of one type, over those of
 * that type. */
static void tally_all(struct view *view, size_t first)
{
    const struct tree *tree = node_tree(view->node, view->key.period);
    uint32_t root = tree_find(tree, view->key.unit);
    if (first == view->tally_count)
        return;
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        const struct tree_node *node = &tree->nodes[i];
        bool is_mine = view->family == NULL || node->type == view - view->family;
        if (is_mine && !node->has_ended)
            tally_unit(view, first, node);
    }
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

static void add_counts(struct view *view, const struct indicator *indicator, bool *is_done);

/* What one formula counts, and what it reads. */
static void add_counts_of(struct view *view, const struct formula *formula, bool *is_done)
{
    const struct catalogue *catalogue = view->node->catalogue;
    struct formula_test test;
    uint8_t level;
    size_t count;
    for (size_t n = 0; formula_count_term(formula, n, &level, &test); n++)
        add_tally(view, level, &test);
    const uint32_t *operands = formula_operands(formula, &count);
    for (size_t i = 0; i < count; i++)
        add_counts(view, catalogue_indicator(catalogue, operands[i]), is_done);
}

/* What an indicator needs counted, on whatever it is built, and for its checks. */
static void add_counts(struct view *view, const struct indicator *indicator, bool *is_done)
{
    bool *done = &is_done[indicator - view->node->catalogue->indicators];
    if (*done)
        return;
    *done = true;
    if (indicator->formula != NULL)
        add_counts_of(view, indicator->formula, is_done);
    for (size_t i = 0; i < indicator->check_count; i++)
        add_counts_of(view, indicator->checks[i].condition, is_done);
}

void view_prepare(struct view *view, const struct indicator *const *indicators, size_t count)
{
    size_t first = view->tally_count;
    bool *is_done = mem_calloc(view->node->catalogue->indicator_count + 1, sizeof(*is_done));
    for (size_t i = 0; i < count; i++)
        add_counts(view, indicators[i], is_done);
    free(is_done);
    tally_all(view, first);
}

/* The value of a derived one; its operands may be derived ones. */
struct derived view_derived(struct view *view, const struct indicator *indicator)
{
    struct formula_env env = view_env(view);
    if (is_skipped(view, indicator) || indicator->formula == NULL)
        return (struct derived){0};
    return formula_eval(indicator->formula, indicator->decimals, &env);
}

/* ---- what is held ---- */

static struct coverage_filing get_filing(void *ctx, uint32_t unit, uint32_t form,
                                         enum period_label label)
{
    const struct view_filings *filings = ctx;
    struct report_key key = {.kind = filings->kind,
                             .period = {filings->year, (uint8_t)label},
                             .unit = unit,
                             .form = form};
    struct head head;
    if (store_get_head(filings->txn, &key, &head) != ERR_OK)
        return (struct coverage_filing){0};
    return (struct coverage_filing){.revision = head.revision,
                                    .states = head.states,
                                    .scope = head.scope,
                                    .is_withdrawn = head.is_withdrawn,
                                    .first_filed = head.first_filed};
}

struct coverage_source view_coverage_source(struct view_filings *filings)
{
    return (struct coverage_source){.ctx = filings, .filing = get_filing};
}

/* Whether every unit beneath `unit` in `tree`, if it is in `other`, is beneath this node there. */
static bool is_held_in(const struct node *node, const struct tree *tree, uint32_t unit,
                       const struct tree *other)
{
    uint32_t root = tree_find(tree, unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        uint32_t member = tree->nodes[i].unit;
        if (tree_find(other, member) != TREE_NONE && !node_covers(node, other, member))
            return false;
    }
    return true;
}

bool view_is_split_year(struct node *node, const struct view_key *key)
{
    if (!node->options.has_parent || key->period.label == PERIOD_S1)
        return false;
    for (unsigned year = key->from; year <= key->period.year; year++) {
        const struct period period = {(uint16_t)year, key->period.label};
        const struct tree *tree = node_tree(node, period);
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
            struct period other = {(uint16_t)year, (uint8_t)label};
            if (!is_held_in(node, tree, key->unit, node_tree(node, other)))
                return true;
        }
    }
    return false;
}
