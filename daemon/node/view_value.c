/* Values as they travel in answers: the number, its qualifier, and whatever a reader has to know to
 * trust it. A derived value has the marks of what it is made of. */
#include "node/view.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/mem.h"
#include "node/step.h"

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
    ret_value->early_count = figure->early_count;
    ret_value->baseline_count = figure->baseline_count;
    ret_value->unit_set = figure->unit_set;
}

/* Which years of the view's span a flow lacks, or which year a stock is of. */
static void mark_years(const struct view *view, const struct indicator *indicator, uint32_t years,
                       Tonghop__Value *value)
{
    unsigned last = (unsigned)(view->key.period.year - view->key.from);
    if (last == 0 || !value->has_value)
        return;
    if (indicator->nature == NATURE_FLOW) {
        value->missing_years = ~years & (UINT32_MAX >> (31 - last));
        return;
    }
    unsigned latest = 31U - (unsigned)__builtin_clz(years);
    if (latest != last)
        value->as_of = view->key.from + latest;
}

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Adds the marks of one operand to those of the value it goes into: of counts the greatest, and of
 * exact parts those of the operand that has the fewest. */
static void merge_marks(const Tonghop__Value *operand, Tonghop__Value *value)
{
    if (operand->exact_count < operand->unit_count && operand->exact_count < value->exact_count)
        value->exact_count = operand->exact_count;
    value->partial_count = greater(value->partial_count, operand->partial_count);
    value->implied_count = greater(value->implied_count, operand->implied_count);
    value->negative_count = greater(value->negative_count, operand->negative_count);
    value->early_count = greater(value->early_count, operand->early_count);
    value->baseline_count = greater(value->baseline_count, operand->baseline_count);
    value->unit_set = value->unit_set * UINT64_C(0x9E3779B97F4A7C15) + operand->unit_set;
    value->missing_years |= operand->missing_years;
    if (operand->as_of != 0 && (value->as_of == 0 || operand->as_of < value->as_of))
        value->as_of = operand->as_of;
}

static void entered_value(struct view *view, const struct indicator *indicator,
                          Tonghop__Value *ret_value)
{
    uint32_t years;
    value_of_figure(view_figure(view, indicator, &years), ret_value);
    mark_years(view, indicator, years, ret_value);
}

static void collect_marks(struct view *view, const struct indicator *indicator,
                          Tonghop__Value *value)
{
    const struct catalogue *catalogue = view->node->catalogue;
    size_t count;
    const uint32_t *operands = formula_operands(indicator->formula, &count);
    for (size_t i = 0; i < count; i++) {
        const struct indicator *operand = catalogue_indicator(catalogue, operands[i]);
        Tonghop__Value marks;
        if (!indicator_is_entered(operand)) {
            collect_marks(view, operand, value);
            continue;
        }
        entered_value(view, operand, &marks);
        merge_marks(&marks, value);
    }
}

static void derived_value(struct view *view, const struct indicator *indicator,
                          Tonghop__Value *ret_value)
{
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
    ret_value->exact_count = derived.most_units;
    if (derived.is_uneven) {
        ret_value->least_units = derived.least_units;
        ret_value->most_units = derived.most_units;
    }
    collect_marks(view, indicator, ret_value);
}

static void make_checks(struct view *view, const struct indicator *indicator, Tonghop__Value *value)
{
    const struct tree *tree = node_tree(view->node, view->key.period);
    uint32_t index = tree_find(tree, view->key.unit);
    if (indicator->check_count == 0 || !value->has_value || view_is_span(view) ||
        view->family != NULL || view->source != NULL || index == TREE_NONE)
        return;
    struct formula_env env = view_env(view);
    const struct check **failed = mem_calloc(indicator->check_count, sizeof(*failed));
    size_t count = check_roll_up(indicator, &env, tree->nodes[index].level, failed);
    if (count > 0)
        value->failed_checks = mem_calloc(count, sizeof(*value->failed_checks));
    for (size_t i = 0; i < count; i++)
        value->failed_checks[value->n_failed_checks++] = failed[i]->text;
    free(failed);
}

void view_value(struct view *view, const struct indicator *indicator, Tonghop__Value *ret_value)
{
    if (indicator_is_entered(indicator))
        entered_value(view, indicator, ret_value);
    else
        derived_value(view, indicator, ret_value);
    make_checks(view, indicator, ret_value);
}

void value_fini(Tonghop__Value *value)
{
    free(value->failed_checks);
    tonghop__value__init(value);
}
