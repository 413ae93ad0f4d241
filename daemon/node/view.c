/* Figures of a unit, loaded form by form. */
#include "node/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/frozen.h"
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
    figure_filter_fini(&view->own_wanted);
    view_family_free(&view->one_year);
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
        view_fini(view); /* at most one level deep: a view of one year has none of its own */
    free(*family);
    *family = NULL;
}

/* ---- loading ---- */

bool view_is_span(const struct view *view)
{
    return view->key.from != view->key.period.year;
}

/* One year of a span. */
struct year_of_view {
    uint16_t year;
    bool is_whole; /* a whole report of the unit stands for all of it */
};

static void count_year(struct view_years *years, uint32_t bit, struct year_of_view one,
                       const struct figure *figure)
{
    uint32_t units = figure_unit_count(figure);
    bool is_least = years->least_year == 0 || units < years->least_units;
    years->years |= bit;
    years->whole |= one.is_whole ? bit : 0;
    if (units > years->most_units)
        years->most_units = units;
    if (!is_least || figure->baseline_count == units)
        return;
    years->least_units = units;
    years->least_year = one.year;
}

/* Takes the figures of one year of a span, which come in order of year. */
static void add_year(const struct view *view, struct view_form *form, struct year_of_view one,
                     const struct figures *figures)
{
    size_t at = 0;
    uint32_t bit = 1U << (one.year - view->key.from);
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
        count_year(&form->years[at], bit, one, &figures->items[i].figure);
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
        bool is_covered = rollup_own(view->node, view->txn, &key, NULL, &own);
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
        add_year(view, &spans[t], (struct year_of_view){period.year, false}, &loaded->figures);
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

/* Returns whether a whole report stands for all of it. */
static bool load_period(struct view *view, const struct report_key *key,
                        struct figures *ret_figures)
{
    if (view->source == NULL)
        return rollup_of(view->node, view->txn, key, view->wanted, ret_figures);
    return view->source->rollup(view->source->ctx, key, ret_figures);
}

static void load_rollup(struct view *view, struct view_form *form, uint32_t number)
{
    struct report_key key = {
        .kind = view->key.kind, .period = view->key.period, .unit = view->key.unit, .form = number};
    if (!view_is_span(view)) {
        form->is_whole = load_period(view, &key, &form->figures);
        return;
    }
    struct figures figures = {0};
    for (unsigned year = view->key.from; year <= view->key.period.year; year++) {
        key.period.year = (uint16_t)year;
        if ((view->key.left_out >> (year - view->key.from) & 1U) != 0)
            continue;
        bool is_whole = load_period(view, &key, &figures);
        add_year(view, form, (struct year_of_view){key.period.year, is_whole}, &figures);
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

static struct view_years find_years(const struct view_form *loaded, uint32_t indicator)
{
    const struct view_years *years = loaded->year_count > 0
                                         ? bsearch(&indicator, loaded->years, loaded->year_count,
                                                   sizeof(*loaded->years), compare_years)
                                         : NULL;
    return years != NULL ? *years : (struct view_years){0};
}

/* The same view of one year of its span; of a family, with the whole family. */
static struct view *view_of_year(struct view *view, uint16_t year)
{
    struct view *holder = view->family != NULL ? view->family : view;
    struct view_key key = view->key;
    if (holder->one_year != NULL && holder->one_year->key.period.year != year)
        view_family_free(&holder->one_year);
    if (holder->one_year == NULL) {
        key.period.year = key.from = year;
        if (view->family != NULL) {
            holder->one_year = view_family_new(view->node, view->txn, &key);
        } else {
            holder->one_year = mem_calloc(2, sizeof(*holder->one_year));
            view_init(holder->one_year, view->node, view->txn, &key);
            holder->one_year->source = view->source;
            holder->one_year->wanted = view->wanted;
        }
    }
    return &holder->one_year[view - holder];
}

uint32_t view_last_year(uint32_t years)
{
    return years == 0 ? 0 : 1U << (31 - __builtin_clz(years));
}

static uint16_t number_of_year(const struct view *view, uint32_t year)
{
    return (uint16_t)(view->key.from + (31 - __builtin_clz(year)));
}

/* The year, as a bit, that a stock of the view is taken from; `years` are those that have it. 0:
 * there is none, as where a row has it, but not its total. */
static uint32_t year_of_stock(struct view *view, const struct indicator *indicator, uint32_t years)
{
    uint32_t wanted = view->stock_year != 0 ? 1U << (view->stock_year - view->key.from) : 0;
    struct view_years totals;
    if (view->total == NULL)
        return wanted != 0 ? wanted : view_last_year(years);
    (void)view_figure(view->total, indicator, &totals);
    return wanted != 0 ? wanted & totals.years : view_last_year(totals.years);
}

const struct figure *view_figure(struct view *view, const struct indicator *indicator,
                                 struct view_years *ret_years)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    *ret_years = (struct view_years){0};
    if (form == NULL)
        return NULL;
    size_t i = (size_t)(form - catalogue->forms);
    assert(view->wanted == NULL || figure_filter_has(view->wanted, indicator->number));
    load_form(view, i);
    *ret_years = find_years(&view->forms[i], indicator->number);
    const struct figure *latest = figures_find(&view->forms[i].figures, indicator->number);
    if (!view_is_span(view) || indicator->nature != NATURE_STOCK)
        return latest;
    uint32_t year = year_of_stock(view, indicator, ret_years->years);
    if (year == view_last_year(ret_years->years) && view->stock_year == 0)
        return latest;
    struct view_years ignored;
    bool is_there = (ret_years->years & year) != 0;
    ret_years->years = year;
    return is_there
               ? view_figure(view_of_year(view, number_of_year(view, year)), indicator, &ignored)
               : NULL;
}

bool view_is_whole(const struct view *view, const struct indicator *indicator,
                   const struct view_years *years)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    if (view_is_span(view)) {
        uint32_t used =
            indicator->nature == NATURE_FLOW ? years->years : view_last_year(years->years);
        return used != 0 && (used & ~years->whole) == 0;
    }
    return form != NULL && view->forms[form - catalogue->forms].is_whole;
}

uint32_t view_stock_years(struct view *view, const struct indicator *indicator)
{
    const struct catalogue *catalogue = view->node->catalogue;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    size_t i = (size_t)(form - catalogue->forms);
    if (view->total != NULL)
        return view_stock_years(view->total, indicator); /* loaded when its year was asked for */
    if (view->family == NULL)
        return find_years(&view->forms[i], indicator->number).years;
    uint32_t years = 0;
    for (size_t t = 0; t < catalogue->type_count; t++)
        years |= find_years(&view->family[t].forms[i], indicator->number).years;
    return years;
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
    struct notice_key clock = {.report = key, .type = NOTICE_CLOCK};
    struct span bytes;
    bool is_clock_off = store_next_notice(filings->txn, &clock, &bytes) &&
                        clock.type == NOTICE_CLOCK && report_key_equal(&clock.report, &key);
    return (struct coverage_filing){.revision = head.revision,
                                    .states = head.states,
                                    .scope = head.scope,
                                    .is_withdrawn = head.is_withdrawn,
                                    .first_filed = head.first_filed,
                                    .arrived = {is_clock_off ? (int64_t)clock.number : 0}};
}

static bool is_nil(void *ctx, uint32_t unit, uint32_t form, enum period_label label,
                   uint64_t revision)
{
    const struct view_filings *filings = ctx;
    struct report_key key = {.kind = filings->kind,
                             .period = {filings->year, (uint8_t)label},
                             .unit = unit,
                             .form = form};
    struct revision found;
    return store_get_named_revision(filings->txn, &key, revision, &found) == ERR_OK &&
           wire_filing_is_nil(found.filing);
}

struct coverage_source view_coverage_source(struct view_filings *filings)
{
    return (struct coverage_source){.ctx = filings, .filing = get_filing};
}

struct coverage_source view_coverage_source_with_nil(struct view_filings *filings)
{
    return (struct coverage_source){.ctx = filings, .filing = get_filing, .is_nil = is_nil};
}

bool view_is_split_year(struct node *node, const struct view_key *key, bool counts_units)
{
    const uint32_t home = node->frozen != NULL ? node->frozen->home : node->options.unit;
    if (!node->options.has_parent || key->period.label == PERIOD_S1)
        return false;
    for (unsigned year = key->from; year <= key->period.year; year++) {
        const struct period period = {(uint16_t)year, key->period.label};
        const struct tree *tree = node_tree(node, period);
        if (counts_units && !tree_lies_in(node_tree(node, key->period), key->unit, tree, home))
            return true;
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
            struct period other = {(uint16_t)year, (uint8_t)label};
            if (!tree_lies_in(tree, key->unit, node_tree(node, other), home))
                return true;
        }
    }
    return false;
}
