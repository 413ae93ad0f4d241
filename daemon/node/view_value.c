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

/* Which years of the view's span a flow lacks, or which year a stock is of; and where it has fewer
 * reports than in the fullest year. */
static void mark_years(const struct view *view, const struct indicator *indicator,
                       const struct view_years *years, Tonghop__Value *value)
{
    unsigned last = (unsigned)(view->key.period.year - view->key.from);
    if (last == 0 || !value->has_value)
        return;
    uint32_t thin_year = years->least_year, thin_count = years->least_units;
    if (indicator->nature == NATURE_FLOW) {
        value->missing_years = ~years->years & (UINT32_MAX >> (31 - last));
    } else {
        unsigned latest = 31U - (unsigned)__builtin_clz(years->years);
        thin_year = value->baseline_count < value->unit_count ? view->key.from + latest : 0;
        thin_count = value->unit_count;
        if (latest != last)
            value->as_of = view->key.from + latest;
    }
    if (thin_year == 0 || thin_count >= years->most_units)
        return;
    value->thin_year = thin_year;
    value->thin_count = thin_count;
    value->full_count = years->most_units;
}

/* The thinner of two: of its fullest year's reports the smaller part. */
static void merge_thin(const Tonghop__Value *operand, Tonghop__Value *value)
{
    if (operand->thin_year == 0 ||
        (value->thin_year != 0 && (uint64_t)operand->thin_count * value->full_count >=
                                      (uint64_t)value->thin_count * operand->full_count))
        return;
    value->thin_year = operand->thin_year;
    value->thin_count = operand->thin_count;
    value->full_count = operand->full_count;
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
    value->whole = value->whole && operand->whole;
    merge_thin(operand, value);
}

static void entered_value(struct view *view, const struct indicator *indicator,
                          Tonghop__Value *ret_value)
{
    struct view_years years;
    value_of_figure(view_figure(view, indicator, &years), ret_value);
    mark_years(view, indicator, &years, ret_value);
    ret_value->whole = ret_value->has_value && view_is_whole(view, indicator, &years);
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

/* Whether it stands on anything that is reported: the number of communes, say, does not. */
static bool has_entered(const struct catalogue *catalogue, const struct indicator *indicator)
{
    size_t count;
    if (indicator_is_entered(indicator))
        return true;
    const uint32_t *operands = formula_operands(indicator->formula, &count);
    for (size_t i = 0; i < count; i++)
        if (has_entered(catalogue, catalogue_indicator(catalogue, operands[i])))
            return true;
    return false;
}

static void fill_derived(struct view *view, const struct indicator *indicator,
                         const struct derived *derived, Tonghop__Value *value)
{
    value->has_value = derived->has_value;
    value->known_count = derived->known;
    value->all_count = derived->all;
    if (!derived->has_value)
        return;
    set_numbers(value, derived->value, derived->upper);
    value->qualifier = (Tonghop__Qualifier)derived->qualifier;
    value->unit_count = derived->most_units;
    value->exact_count = derived->most_units;
    if (derived->is_uneven) {
        value->least_units = derived->least_units;
        value->most_units = derived->most_units;
    }
    value->whole = has_entered(view->node->catalogue, indicator);
    collect_marks(view, indicator, value);
}

static void derived_value(struct view *view, const struct indicator *indicator,
                          Tonghop__Value *ret_value)
{
    tonghop__value__init(ret_value);
    /* Nobody has planned what nobody reports. */
    if (view->key.kind == KIND_PLAN && !has_entered(view->node->catalogue, indicator))
        return;
    uint16_t fixed = view->stock_year, own;
    struct derived derived = view_derived(view, indicator, &own);
    if (own != 0)
        view->stock_year = own;
    fill_derived(view, indicator, &derived, ret_value);
    view->stock_year = fixed;
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
