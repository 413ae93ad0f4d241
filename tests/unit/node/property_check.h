/* Holds the answers of a node against the fold of property_fold.h: every unit of a level, or every
 * type of units, every indicator, entered and derived. */
#ifndef TESTS_UNIT_NODE_PROPERTY_CHECK_H
#define TESTS_UNIT_NODE_PROPERTY_CHECK_H

#include "unit/node/property_fold.h"

/* In front of every complaint. */
static char p_place[256];

#define P_ASSERT(condition)                                                                        \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("%s: not so: %s", p_place, #condition);                                       \
    } while (0)

static inline i128 p_value(const Tonghop__Value *value)
{
    return i128_of(value->value_high, value->value_low);
}

static inline i128 p_upper(const Tonghop__Value *value)
{
    return i128_of(value->upper_high, value->upper_low);
}

/* Whether what is said is true of what there is. "About" says nothing that could be wrong. */
static inline void assert_true_of(const Tonghop__Value *value, i128 truth)
{
    switch ((enum qualifier)value->qualifier) {
    case QUALIFIER_EXACT:
        P_ASSERT(p_value(value) == truth);
        break;
    case QUALIFIER_AT_LEAST:
        P_ASSERT(p_value(value) <= truth);
        break;
    case QUALIFIER_AT_MOST:
        P_ASSERT(p_value(value) >= truth);
        break;
    case QUALIFIER_RANGE:
        P_ASSERT(p_value(value) <= truth && truth <= p_upper(value));
        break;
    case QUALIFIER_ABOUT:
        break;
    case QUALIFIER_NONE:
        fail_msg("%s: a value without a qualifier", p_place);
    }
}

/* The one check that an indicator may have, "warn: <= N". It is made on what is known well enough,
 * of a period, and of all types. */
static inline void check_failed(const struct p_model *m, const struct p_span *span,
                                const struct p_fold *fold, const Tonghop__Value *value)
{
    const struct indicator *indicator = p_indicator(m, span->what.indicator);
    unsigned limit;
    if (sscanf(indicator->checks_text, "warn: <= %u", &limit) != 1 || span->type >= 0 ||
        span->from != span->what.year) {
        P_ASSERT(value->n_failed_checks == 0);
        return;
    }
    i128 scaled = (i128)limit * pow10_i64(indicator->decimals);
    if (fold->has_low && fold->low > scaled)
        P_ASSERT(value->n_failed_checks == 1);
    if (fold->has_high && fold->high <= scaled)
        P_ASSERT(value->n_failed_checks == 0);
}

static inline void check_entered(const struct p_model *m, const struct p_span *span,
                                 const Tonghop__Value *value)
{
    uint32_t missing, as_of;
    struct p_fold fold = fold_span(m, span, &missing, &as_of);
    P_ASSERT(value->has_value == is_fold(&fold));
    P_ASSERT(value->missing_years == missing);
    P_ASSERT(value->as_of == as_of);
    if (!is_fold(&fold))
        return;
    struct p_thin thin = fold_thin(m, span);
    P_ASSERT(value->thin_year == thin.year);
    P_ASSERT(value->thin_count == thin.count && value->full_count == thin.full);
    enum qualifier qualifier = fold_qualifier(&fold);
    P_ASSERT((enum qualifier)value->qualifier == qualifier);
    P_ASSERT(p_value(value) == fold_shown(&fold));
    P_ASSERT(p_upper(value) == (qualifier == QUALIFIER_RANGE ? fold.high : 0));
    P_ASSERT(value->unit_count == fold.units);
    P_ASSERT(value->exact_count == fold.exact);
    P_ASSERT(value->partial_count == fold.partial);
    P_ASSERT(value->implied_count == fold.implied);
    P_ASSERT(value->negative_count == fold.negative);
    P_ASSERT(value->early_count == fold.early);
    P_ASSERT(value->baseline_count == fold.baseline);
    P_ASSERT(value->unit_set == fold.set);
    P_ASSERT((value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_EXACT) ==
             (value->exact_count == value->unit_count));
    assert_true_of(value, fold.truth);
    check_failed(m, span, &fold, value);
}

/* `figure` (of an indicator with its decimals) with 6 decimals. */
static inline i128 p_scaled(const struct p_model *m, size_t indicator, i128 figure)
{
    return figure * pow10_i64(6U - p_indicator(m, indicator)->decimals);
}

static inline void check_sum(const struct p_model *m, const struct p_rule *rule,
                             const struct p_span *span, const Tonghop__Value *value)
{
    struct p_fold folds[2] = {{0}};
    const size_t terms[2] = {rule->a, rule->b};
    size_t there = 0;
    bool has_value = fold_terms(m, span, terms, folds), is_exact = true;
    i128 sum = 0, truth = 0;
    for (size_t i = 0; i < 2; i++) {
        i128 sign = i == 1 && rule->rule == RULE_DIFFERENCE ? -1 : 1;
        if (p_is_skipped(m, span, terms[i]))
            continue;
        there++;
        has_value = has_value && is_fold(&folds[i]);
        is_exact = is_exact && is_exact_fold(&folds[i]);
        sum += sign * p_scaled(m, terms[i], folds[i].low);
        truth += sign * p_scaled(m, terms[i], folds[i].truth);
    }
    P_ASSERT(value->has_value == (has_value && there > 0));
    if (!value->has_value)
        return;
    int64_t unit = pow10_i64(6U - catalogue_indicator(m->p->made, rule->number)->decimals);
    P_ASSERT((value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_EXACT) == is_exact);
    P_ASSERT(!is_exact || p_value(value) == i128_div_round(sum, unit));
    assert_true_of(value, i128_div_round(truth, unit));
}

static inline i128 p_ratio(const struct p_model *m, const struct p_rule *rule, i128 a, i128 b)
{
    unsigned decimals = catalogue_indicator(m->p->made, rule->number)->decimals;
    i128 above = 100 * a * pow10_i64(decimals + p_indicator(m, rule->b)->decimals);
    return i128_div_round(above, b * pow10_i64(p_indicator(m, rule->a)->decimals));
}

static inline void check_ratio(const struct p_model *m, const struct p_rule *rule,
                               const struct p_span *span, const Tonghop__Value *value)
{
    const size_t terms[2] = {rule->a, rule->b};
    struct p_fold folds[2] = {{0}};
    bool has_value = fold_terms(m, span, terms, folds);
    struct p_fold a = folds[0], b = folds[1];
    has_value = has_value && !p_is_skipped(m, span, rule->a) && !p_is_skipped(m, span, rule->b) &&
                is_fold(&a) && is_fold(&b) && fold_shown(&b) != 0;
    P_ASSERT(value->has_value == has_value);
    if (!has_value)
        return;
    bool is_exact = is_exact_fold(&a) && is_exact_fold(&b);
    P_ASSERT((value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_EXACT) == is_exact);
    P_ASSERT(!is_exact || p_value(value) == p_ratio(m, rule, a.low, b.low));
    if (b.truth != 0)
        assert_true_of(value, p_ratio(m, rule, a.truth, b.truth));
}

/* Whether a unit has more than nothing: 1, 0, or -1 where that is not known. */
static inline int p_is_above_0(const struct p_model *m, const struct p_span *span)
{
    uint32_t missing, as_of;
    if (p_is_skipped(m, span, span->what.indicator))
        return -1;
    struct p_fold fold = fold_span(m, span, &missing, &as_of);
    if (!is_fold(&fold))
        return -1;
    if (fold.has_low && fold.low > 0)
        return 1;
    return fold.has_high && fold.high <= 0 ? 0 : -1;
}

static inline void check_count(const struct p_model *m, const struct p_rule *rule,
                               const struct p_span *span, const Tonghop__Value *value)
{
    const struct tree *tree = m->trees[span->what.year][span->what.label];
    uint32_t held = 0, unknown = 0, all = 0, root = tree_find(tree, span->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        const struct tree_node *node = &tree->nodes[i];
        if (node->level != rule->level || node->has_ended ||
            (span->type >= 0 && node->type != span->type))
            continue;
        struct p_span one = *span;
        one.what.indicator = rule->a;
        one.unit = node->unit;
        one.type = -1;
        int holds =
            rule->rule == RULE_COUNT_TYPE ? node->type == rule->type : p_is_above_0(m, &one);
        all++;
        held += holds == 1;
        unknown += holds == -1;
    }
    /* Nobody plans how many units of a type there are. */
    if (rule->rule == RULE_COUNT_TYPE && span->what.kind + KIND_ACTUAL == KIND_PLAN) {
        P_ASSERT(!value->has_value);
        return;
    }
    P_ASSERT(value->has_value == !(all > 0 && unknown == all));
    P_ASSERT(value->all_count == all);
    P_ASSERT(value->known_count == all - unknown);
    unsigned decimals = catalogue_indicator(m->p->made, rule->number)->decimals;
    P_ASSERT(!value->has_value || p_value(value) == (i128)held * pow10_i64(decimals));
}

static inline void check_value(const struct p_model *m, struct p_span span, uint32_t number,
                               const Tonghop__Value *value)
{
    for (size_t i = 0; i < m->p->entered_count; i++)
        if (m->p->entered[i] == number) {
            span.what.indicator = i;
            check_entered(m, &span, value);
            return;
        }
    for (size_t i = 0; i < m->p->rule_count; i++) {
        const struct p_rule *rule = &m->p->rules[i];
        if (rule->number != number)
            continue;
        if (rule->rule == RULE_SUM || rule->rule == RULE_DIFFERENCE)
            check_sum(m, rule, &span, value);
        else if (rule->rule == RULE_RATIO)
            check_ratio(m, rule, &span, value);
        else
            check_count(m, rule, &span, value);
        return;
    }
    fail_msg("%s: an indicator from nowhere", p_place);
}

/* ---- questions ---- */

static inline const Tonghop__Totals *p_ask(struct rig *rig, const struct p_span *span,
                                           Tonghop__By by, uint8_t level)
{
    char period[PERIOD_TEXT_SIZE], from[PERIOD_TEXT_SIZE], code[16];
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    const uint16_t year = (uint16_t)(P_FIRST_YEAR + span->what.year);
    (void)snprintf(code, sizeof(code), "level%u", level);
    query.kind = (uint32_t)span->what.kind + KIND_ACTUAL;
    query.period = period_format((struct period){year, (uint8_t)(span->what.label + 1)}, period);
    if (span->from != span->what.year)
        query.from =
            period_format((struct period){(uint16_t)(P_FIRST_YEAR + span->from), PERIOD_Y}, from);
    query.by = by;
    query.level = by == TONGHOP__BY__BY_LEVEL ? code : TEXT("");
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    const Tonghop__Envelope *answer = rig_ask(rig, from_local(), &envelope);
    assert_body(answer, BODY(TOTALS));
    return answer->totals;
}

static inline void check_row(const struct p_model *m, const struct p_span *span,
                             const Tonghop__Totals *totals, size_t row)
{
    for (size_t n = 0; n < totals->n_indicators; n++) {
        (void)snprintf(p_place, sizeof(p_place),
                       "kind %zu, %s to %s, unit %" PRIu32 ", type %d, %s", span->what.kind + 1,
                       totals->from, totals->period, span->unit, span->type,
                       totals->indicators[n]->code);
        check_value(m, *span, totals->indicators[n]->number, totals->units[row]->values[n]);
    }
}

/* The years of the span in which the unit is a row of its level: it lies in the tree then, and not
 * beneath another one of its level, as one that ended does. */
static inline uint32_t p_years_of_row(const struct p_model *m, const struct p_span *span,
                                      uint8_t level, uint32_t unit)
{
    uint32_t years = 0;
    for (size_t y = span->from; y <= span->what.year; y++) {
        const struct tree *tree = m->trees[y][span->what.label];
        uint32_t index = tree_find(tree, unit);
        if (index == TREE_NONE || tree->nodes[index].level != level)
            continue;
        uint32_t parent = tree->nodes[index].parent;
        if (tree->nodes[parent].level != level)
            years |= 1U << (y - span->from);
    }
    return years;
}

/* Every unit of the trees, level by level. */
static inline void check_units(struct rig *rig, const struct p_model *m, struct p_span span)
{
    span.type = -1;
    for (uint8_t level = 1; level < m->p->level_count; level++) {
        const Tonghop__Totals *totals = p_ask(rig, &span, TONGHOP__BY__BY_LEVEL, level);
        size_t count = 1;
        for (size_t i = 0; i < m->p->unit_count; i++)
            count += p_years_of_row(m, &span, level, m->p->units[i].id) != 0;
        assert_int_equal(totals->n_units, count);
        for (size_t row = level == 1 ? 0 : 1; row < totals->n_units; row++) {
            span.unit = totals->units[row]->unit->id;
            span.left_out = row == 0 ? 0 : ~p_years_of_row(m, &span, level, span.unit);
            check_row(m, &span, totals, row);
        }
    }
}

/* The rows by type add up to the total. */
static inline void assert_adds_up(const struct p_model *m, const Tonghop__Totals *totals, size_t n)
{
    const Tonghop__Value *total = totals->units[0]->values[n];
    const struct indicator *indicator =
        catalogue_indicator(m->p->made, totals->indicators[n]->number);
    uint32_t units = 0, exact = 0, early = 0, partial = 0, baseline = 0;
    uint64_t set = 0;
    i128 sum = 0;
    for (size_t row = 1; row < totals->n_units; row++) {
        const Tonghop__Value *value = totals->units[row]->values[n];
        units += value->unit_count;
        exact += value->exact_count;
        early += value->early_count;
        partial += value->partial_count;
        baseline += value->baseline_count;
        set += value->unit_set;
        sum += p_value(value);
    }
    P_ASSERT(units == total->unit_count && exact == total->exact_count);
    P_ASSERT(early == total->early_count && partial == total->partial_count);
    P_ASSERT(baseline == total->baseline_count && set == total->unit_set);
    P_ASSERT(indicator->aggregation != AGGREGATION_SUM ||
             total->qualifier != TONGHOP__QUALIFIER__QUALIFIER_EXACT || sum == p_value(total));
}

static inline void check_types(struct rig *rig, const struct p_model *m, struct p_span span)
{
    span.unit = 1;
    const Tonghop__Totals *totals = p_ask(rig, &span, TONGHOP__BY__BY_TYPE, 0);
    for (size_t row = 0; row < totals->n_units; row++) {
        span.type =
            row == 0 ? -1 : catalogue_type_by_code(m->p->made, totals->units[row]->unit->type);
        check_row(m, &span, totals, row);
    }
    for (size_t n = 0; n < totals->n_indicators; n++)
        if (!totals->indicators[n]->is_derived)
            assert_adds_up(m, totals, n);
}

#endif
