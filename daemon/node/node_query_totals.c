/* Totals: a table of indicators by units, with the year before beside it if asked for. */
#include <stdlib.h>

#include "core/mem.h"
#include "node/query.h"
#include "node/rollup.h"

/* Everything one answer points to. */
struct totals {
    const struct indicator **indicators;
    size_t indicator_count;
    uint32_t *units;
    size_t unit_count, unit_capacity;
    bool has_previous;     /* asked for, and there can be such a period */
    uint32_t *lone_halves; /* beneath each unit, by index in the tree; NULL: not of a year */
    Tonghop__IndicatorInfo *infos;
    Tonghop__IndicatorInfo **info_pointers;
    Tonghop__UnitTotals *rows;
    Tonghop__UnitTotals **row_pointers;
    Tonghop__UnitInfo *unit_infos;
    Tonghop__Value *values; /* rows x indicators, then previous ones likewise */
    Tonghop__Value **value_pointers;
};

static void totals_fini(struct totals *t)
{
    free(t->indicators);
    free(t->units);
    free(t->lone_halves);
    free(t->infos);
    free(t->info_pointers);
    free(t->rows);
    free(t->row_pointers);
    free(t->unit_infos);
    free(t->values);
    free(t->value_pointers);
}

/* An indicator belongs into the table when units of the subtree may report it, or it is derived. */
static bool is_shown(const struct query *query, const struct indicator *indicator)
{
    uint8_t level = query->tree->nodes[tree_find(query->tree, query->unit)].level;
    return indicator_is_valid_on(indicator, query->tree->window.last) &&
           indicator->level_mask >> level != 0;
}

/* The indicators asked for, or all in order of number. False: refused. */
static bool choose_indicators(struct step *step, const Tonghop__TotalsQuery *ask,
                              const struct query *query, struct totals *t)
{
    const struct catalogue *catalogue = step->node->catalogue;
    t->indicators =
        mem_calloc(catalogue->indicator_count + ask->n_indicators + 1, sizeof(*t->indicators));
    for (size_t i = 0; i < ask->n_indicators; i++) {
        const struct indicator *indicator = query_indicator(step, ask->indicators[i]);
        if (indicator == NULL)
            return false;
        t->indicators[t->indicator_count++] = indicator;
    }
    for (size_t i = 0; ask->n_indicators == 0 && i < catalogue->indicator_count; i++)
        if (is_shown(query, &catalogue->indicators[i]))
            t->indicators[t->indicator_count++] = &catalogue->indicators[i];
    return true;
}

static void add_unit(struct totals *t, uint32_t unit)
{
    t->units = mem_grow(t->units, t->unit_count, &t->unit_capacity, sizeof(*t->units));
    t->units[t->unit_count++] = unit;
}

static void choose_units(const Tonghop__TotalsQuery *ask, const struct query *query,
                         struct totals *t)
{
    const struct tree *tree = query->tree;
    add_unit(t, query->unit);
    if (ask->by != TONGHOP__BY__BY_CHILD)
        return;
    for (uint32_t i = tree->nodes[tree_find(tree, query->unit)].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        add_unit(t, tree->nodes[i].unit);
}

/* ---- whole halves that are not part of the year ---- */

/* Marks the forms that a figure is made of. */
static void mark_forms(const struct catalogue *catalogue, const struct indicator *indicator,
                       bool *forms)
{
    size_t count = 0;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    const uint32_t *operands =
        indicator->formula != NULL ? formula_operands(indicator->formula, &count) : NULL;
    if (form != NULL)
        forms[form - catalogue->forms] = true;
    for (size_t i = 0; i < count; i++)
        mark_forms(catalogue, catalogue_indicator(catalogue, operands[i]), forms);
}

/* Counts the lone half of key->unit, if it has one, for it and the units above: up to one whose own
 * whole report stands for all of it. */
static void count_lone_half(struct step *step, const struct query *query,
                            const struct report_key *key, uint32_t *counts)
{
    const struct tree_node *nodes = query->tree->nodes;
    uint32_t top = tree_find(query->tree, query->unit);
    uint32_t first = tree_find(query->tree, key->unit);
    for (uint32_t i = first;; i = nodes[i].parent) {
        struct report_key k = *key;
        struct group group = {0};
        k.unit = nodes[i].unit;
        group_load(step->node, step->txn, &k, false, &group);
        bool is_counted =
            i == first ? group.triple.has_lone_whole_half : !group.triple.is_covered[PERIOD_Y - 1];
        group_fini(&group);
        counts[i] += is_counted;
        if (!is_counted || i == top)
            return;
    }
}

/* Looks at the halves that one unit filed for a year. A head tells the scope of the latest revision
 * alone: where another one counts, the group is asked. */
static void count_lone_halves_of(struct step *step, const struct query *query, uint32_t unit,
                                 const bool *forms, uint32_t *counts)
{
    const struct catalogue *catalogue = step->node->catalogue;
    struct report_key cursor = store_cursor_before(query->kind, query->period.year, unit, 0);
    struct head head;
    while (store_next_head(step->txn, &cursor, &head) && cursor.kind == query->kind &&
           cursor.period.year == query->period.year && cursor.unit == unit) {
        const struct form *form = catalogue_form(catalogue, cursor.form);
        if (cursor.period.label == PERIOD_Y || head.counting == 0 ||
            (head.scope != SCOPE_WHOLE && head.counting == head.revision) || form == NULL ||
            !forms[form - catalogue->forms])
            continue;
        count_lone_half(step, query, &cursor, counts);
        cursor.period.label = PERIOD_Y; /* its group is done */
    }
}

static void count_lone_halves(struct step *step, const struct query *query, struct totals *t)
{
    const struct tree *tree = query->tree;
    if (query->period.label != PERIOD_Y)
        return;
    bool *forms = mem_calloc(step->node->catalogue->form_count + 1, sizeof(*forms));
    for (size_t i = 0; i < t->indicator_count; i++)
        mark_forms(step->node->catalogue, t->indicators[i], forms);
    t->lone_halves = mem_calloc(tree->node_count, sizeof(*t->lone_halves));
    uint32_t root = tree_find(tree, query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        count_lone_halves_of(step, query, tree->nodes[i].unit, forms, t->lone_halves);
    free(forms);
}

/* ---- the table ---- */

/* Fills `count` values of one unit and period; a unit that was not there then has none. */
static void fill_values(struct step *step, const struct query *query, struct period period,
                        uint32_t unit, const struct totals *t, Tonghop__Value *values)
{
    struct report_key key = {.kind = query->kind, .period = period, .unit = unit};
    bool is_there = tree_find(node_tree(step->node, period), unit) != TREE_NONE;
    struct view view = {0};
    if (is_there)
        view_init(&view, step->node, step->txn, &key);
    for (size_t i = 0; i < t->indicator_count; i++) {
        if (is_there)
            view_value(&view, t->indicators[i], &values[i]);
        else
            tonghop__value__init(&values[i]);
    }
    view_fini(&view);
}

static void fill_rows(struct step *step, const struct query *query, struct totals *t)
{
    size_t width = t->indicator_count;
    size_t sides = t->has_previous ? 2 : 1;
    struct date day = query->tree->window.last;
    t->rows = mem_calloc(t->unit_count, sizeof(*t->rows));
    t->row_pointers = mem_calloc(t->unit_count, sizeof(*t->row_pointers));
    t->unit_infos = mem_calloc(t->unit_count, sizeof(*t->unit_infos));
    t->values = mem_calloc(t->unit_count * width * sides + 1, sizeof(*t->values));
    t->value_pointers = mem_calloc(t->unit_count * width * sides + 1, sizeof(*t->value_pointers));
    for (size_t i = 0; i < t->unit_count * width * sides; i++)
        t->value_pointers[i] = &t->values[i];
    for (size_t i = 0; i < t->unit_count; i++) {
        Tonghop__UnitTotals *row = &t->rows[i];
        size_t at = i * width * sides;
        tonghop__unit_totals__init(row);
        query_unit_info(step->node, t->units[i], day, &t->unit_infos[i]);
        row->unit = &t->unit_infos[i];
        row->n_values = width;
        row->values = t->value_pointers + at;
        fill_values(step, query, query->period, t->units[i], t, t->values + at);
        if (t->lone_halves != NULL)
            row->lone_half_count = t->lone_halves[tree_find(query->tree, t->units[i])];
        if (t->has_previous) {
            row->n_previous = width;
            row->previous = t->value_pointers + at + width;
            fill_values(step, query, period_previous(query->period), t->units[i], t,
                        t->values + at + width);
        }
        t->row_pointers[i] = row;
    }
}

static void answer(struct step *step, const struct query *query, struct totals *t)
{
    char period[PERIOD_TEXT_SIZE];
    char previous[PERIOD_TEXT_SIZE] = "";
    Tonghop__Totals totals = TONGHOP__TOTALS__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    t->infos = mem_calloc(t->indicator_count + 1, sizeof(*t->infos));
    t->info_pointers = mem_calloc(t->indicator_count + 1, sizeof(*t->info_pointers));
    for (size_t i = 0; i < t->indicator_count; i++) {
        query_indicator_info(step->node, t->indicators[i], &t->infos[i]);
        t->info_pointers[i] = &t->infos[i];
    }
    totals.period = period_format(query->period, period);
    if (t->has_previous)
        totals.previous = period_format(period_previous(query->period), previous);
    totals.catalogue = step->node->catalogue->number;
    totals.n_indicators = t->indicator_count;
    totals.indicators = t->info_pointers;
    totals.n_units = t->unit_count;
    totals.units = t->row_pointers;
    totals.rebuilding = step->node->rebuild.is_active;
    totals.split_year = view_is_split_year(step->node, query->period, query->unit);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_TOTALS;
    envelope.totals = &totals;
    step_reply(step, &envelope);
}

void node_handle_totals_query(struct step *step, const Tonghop__TotalsQuery *ask)
{
    struct query query;
    struct totals t = {0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    t.has_previous = ask->compare_previous && period_is_valid(period_previous(query.period));
    if (choose_indicators(step, ask, &query, &t)) {
        choose_units(ask, &query, &t);
        if (t.unit_count * t.indicator_count > QUERY_LINES_MAX) {
            step_refuse(step, ERR_TOO_LARGE, NULL,
                        "that is %zu figures: ask for fewer indicators, or for a smaller unit",
                        t.unit_count * t.indicator_count);
        } else {
            count_lone_halves(step, &query, &t);
            fill_rows(step, &query, &t);
            answer(step, &query, &t);
        }
    }
    totals_fini(&t);
}
