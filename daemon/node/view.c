/* Derived values are computed here, on roll-ups, at the moment they are asked for; they are never
 * summed, stored or sent between nodes. */
#include "node/view.h"

#include <stdlib.h>

#include "core/mem.h"
#include "node/rollup.h"
#include "node/step.h"

void view_init(struct view *view, struct node *node, struct store_txn *txn,
               const struct report_key *key)
{
    size_t count = node->catalogue->form_count;
    *view = (struct view){.node = node,
                          .txn = txn,
                          .kind = key->kind,
                          .period = key->period,
                          .unit = key->unit,
                          .forms = mem_calloc(count + 1, sizeof(struct figures)),
                          .is_loaded = mem_calloc(count + 1, sizeof(bool))};
}

void view_fini(struct view *view)
{
    if (view->node == NULL)
        return;
    for (size_t i = 0; i < view->node->catalogue->form_count; i++)
        figures_fini(&view->forms[i]);
    free(view->forms);
    free(view->is_loaded);
    *view = (struct view){0};
}

/* The figure of an entered indicator, NULL when nothing was reported. Valid until view_fini. */
static const struct figure *view_figure(struct view *view, const struct indicator *indicator)
{
    const struct form *form = catalogue_form(view->node->catalogue, indicator->form);
    if (form == NULL)
        return NULL;
    size_t i = (size_t)(form - view->node->catalogue->forms);
    if (!view->is_loaded[i]) {
        struct report_key key = {
            .kind = view->kind, .period = view->period, .unit = view->unit, .form = form->number};
        rollup_of(view->node, view->txn, &key, &view->forms[i]);
        view->is_loaded[i] = true;
    }
    return figures_find(&view->forms[i], indicator->number);
}

/* ---- formulas ---- */

static struct derived view_derived(struct view *view, const struct indicator *indicator);

/* A term that no unit of the subtree could have reported in this period is left out of a sum. */
static bool is_skipped(const struct view *view, const struct indicator *indicator)
{
    const struct tree *tree = node_tree(view->node, view->period);
    uint32_t index = tree_find(tree, view->unit);
    if (!indicator_is_valid_on(indicator, tree->window.last) || index == TREE_NONE)
        return true;
    /* Units beneath are of this level or a lower one, which has a higher number. */
    return indicator->level_mask >> tree->nodes[index].level == 0;
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
    if (indicator == NULL || is_skipped(view, indicator))
        return (struct operand){.state = OPERAND_SKIPPED};
    if (!indicator_is_entered(indicator)) {
        struct derived derived = view_derived(view, indicator);
        return operand_of_derived(&derived, indicator->decimals);
    }
    const struct figure *figure = view_figure(view, indicator);
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

static struct formula_env env_of(struct view *view)
{
    return (struct formula_env){.ctx = view, .operand = get_operand, .count = count_units};
}

static uint32_t count_units(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    struct view *view = ctx;
    const struct tree *tree = node_tree(view->node, view->period);
    uint32_t root = tree_find(tree, view->unit);
    uint32_t held = 0, unknown = 0, all = 0;
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        if (tree->nodes[i].level != level || tree->nodes[i].has_ended)
            continue;
        struct report_key key = {
            .kind = view->kind, .period = view->period, .unit = tree->nodes[i].unit};
        struct view unit;
        view_init(&unit, view->node, view->txn, &key);
        struct formula_env env = env_of(&unit);
        enum truth truth = formula_holds(predicate, tree->nodes[i].type, &env);
        view_fini(&unit);
        all++;
        held += truth == TRUTH_TRUE;
        unknown += truth == TRUTH_UNKNOWN;
    }
    *ret_unknown = unknown;
    *ret_all = all;
    return held;
}

/* The value of a derived one; its operands may be derived ones. */
static struct derived view_derived(struct view *view, const struct indicator *indicator)
{
    struct formula_env env = env_of(view);
    if (is_skipped(view, indicator) || indicator->formula == NULL)
        return (struct derived){0};
    return formula_eval(indicator->formula, indicator->decimals, &env);
}

/* ---- answers ---- */

static void set_numbers(Tonghop__Value *ret, i128 value, i128 upper)
{
    ret->value_high = i128_high(value);
    ret->value_low = i128_low(value);
    ret->upper_high = i128_high(upper);
    ret->upper_low = i128_low(upper);
}

void value_of_figure(const struct figure *figure, Tonghop__Value *ret_value)
{
    tonghop__value__init(ret_value);
    if (figure == NULL || figure_unit_count(figure) == 0)
        return;
    enum qualifier qualifier = figure_qualifier(figure);
    ret_value->has_value = true;
    set_numbers(ret_value, figure_shown(figure), qualifier == QUALIFIER_RANGE ? figure->upper : 0);
    ret_value->qualifier = (Tonghop__Qualifier)qualifier;
    ret_value->unit_count = figure_unit_count(figure);
    ret_value->exact_count = figure->parts[QUALIFIER_EXACT];
    ret_value->partial_count = figure->partial_count;
    ret_value->implied_count = figure->implied_count;
    ret_value->negative_count = figure->negative_count;
}

void view_value(struct view *view, const struct indicator *indicator, Tonghop__Value *ret_value)
{
    if (indicator_is_entered(indicator)) {
        value_of_figure(view_figure(view, indicator), ret_value);
        return;
    }
    struct derived derived = view_derived(view, indicator);
    tonghop__value__init(ret_value);
    ret_value->has_value = derived.has_value;
    ret_value->known_count = derived.known;
    ret_value->all_count = derived.all;
    if (!derived.has_value)
        return;
    set_numbers(ret_value, derived.value, derived.upper);
    ret_value->qualifier = (Tonghop__Qualifier)derived.qualifier;
    ret_value->unit_count = derived.most_units;
    if (derived.is_uneven) {
        ret_value->least_units = derived.least_units;
        ret_value->most_units = derived.most_units;
    }
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

bool view_is_split_year(struct node *node, struct period period, uint32_t unit)
{
    if (!node->options.has_parent || period.label == PERIOD_S1)
        return false;
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        struct period other = {period.year, (uint8_t)label};
        if (!is_held_in(node, node_tree(node, period), unit, node_tree(node, other)))
            return true;
    }
    return false;
}
