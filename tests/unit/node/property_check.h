/* Holds the answers of a node against the fold of property_fold.h: every unit of a level, or every
 * type of units, every indicator, entered and derived. */
#ifndef TESTS_UNIT_NODE_PROPERTY_CHECK_H
#define TESTS_UNIT_NODE_PROPERTY_CHECK_H

#include "unit/node/property_derived.h"

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
 * of a period, and of all types; not where the indicator is valid no more on the last day, and the
 * figure of the year is that of an earlier half. */
static inline void check_failed(const struct p_model *m, const struct p_span *span,
                                const struct p_fold *fold, const Tonghop__Value *value)
{
    const struct indicator *indicator = p_indicator(m, span->what.indicator);
    unsigned limit;
    if (sscanf(indicator->checks_text, "warn: <= %u", &limit) != 1 || span->type >= 0 ||
        span->from != span->what.year || p_is_skipped(m, span, span->what.indicator)) {
        P_ASSERT(value->n_failed_checks == 0);
        return;
    }
    i128 scaled = (i128)limit * pow10_i64(indicator->decimals);
    if (fold->has_low && fold->low > scaled)
        P_ASSERT(value->n_failed_checks == 1);
    if (fold->has_high && fold->high <= scaled)
        P_ASSERT(value->n_failed_checks == 0);
}

/* Whether a whole report stands for all beneath the unit. */
static inline bool p_is_whole(const struct p_model *m, const struct p_span *span)
{
    return p_is_covered(m, &span->what, p_unit_index(m->p, span->unit));
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
    if (span->from == span->what.year)
        P_ASSERT(value->whole == (span->type < 0 && p_is_whole(m, span)));
    assert_true_of(value, fold.truth);
    check_failed(m, span, &fold, value);
}

static inline void check_derived(const struct p_model *m, const struct p_span *span, size_t operand,
                                 const Tonghop__Value *value)
{
    const struct p_rule *rule = p_rule_at(m->p, operand);
    /* Nobody plans how many units of a type there are. */
    if (span->what.kind + KIND_ACTUAL == KIND_PLAN && !p_has_entered(m, operand)) {
        P_ASSERT(!value->has_value);
        return;
    }
    if (rule->rule >= RULE_COUNT_ABOVE_0) {
        struct p_counts counts = p_count(m, span, rule);
        P_ASSERT(value->all_count == counts.all);
        P_ASSERT(value->known_count == counts.all - counts.unknown);
    }
    struct p_number number = p_outermost(m, span, operand);
    P_ASSERT(value->has_value == (number.state == P_VALUE));
    if (!value->has_value)
        return;
    if (number.is_known) {
        P_ASSERT((value->qualifier == TONGHOP__QUALIFIER__QUALIFIER_EXACT) == number.is_exact);
        P_ASSERT((enum qualifier)value->qualifier == p_qualifier(&number));
        P_ASSERT(p_value(value) == p_shown(&number));
        P_ASSERT(p_upper(value) == (p_qualifier(&number) == QUALIFIER_RANGE ? number.high : 0));
    }
    if (number.has_truth)
        assert_true_of(value, number.truth);
}

/* Whether the unit is in the tree of any year of the span. */
static inline bool p_is_anywhere(const struct p_model *m, const struct p_span *span)
{
    for (size_t y = span->from; y <= span->what.year; y++)
        if (tree_find(m->trees[y][span->what.label], span->unit) != TREE_NONE)
            return true;
    return false;
}

static inline void check_value(const struct p_model *m, struct p_span span, uint32_t number,
                               const Tonghop__Value *value)
{
    if (!p_is_anywhere(m, &span)) {
        P_ASSERT(!value->has_value);
        return;
    }
    for (size_t i = 0; i < m->p->entered_count; i++)
        if (m->p->entered[i] == number) {
            span.what.indicator = i;
            check_entered(m, &span, value);
            return;
        }
    for (size_t i = 0; i < m->p->rule_count; i++)
        if (m->p->rules[i].number == number) {
            check_derived(m, &span, P_DERIVED + i, value);
            return;
        }
    fail_msg("%s: an indicator from nowhere", p_place);
}

/* ---- questions ---- */

struct p_question {
    Tonghop__By by;
    uint8_t level;
    bool compare_previous, compare_plan;
    char *indicator; /* NULL: all */
    uint32_t top, bottom;
};

/* With what is compared, sometimes. */
static inline struct p_question p_draw_question(const struct p_model *m, Tonghop__By by,
                                                uint8_t level)
{
    return (struct p_question){.by = by,
                               .level = level,
                               .compare_previous = chance(m->p->rng, 40),
                               .compare_plan = chance(m->p->rng, 40)};
}

static inline const Tonghop__Totals *p_ask(struct rig *rig, const struct p_span *span,
                                           const struct p_question *question)
{
    char period[PERIOD_TEXT_SIZE], from[PERIOD_TEXT_SIZE], code[16];
    char *indicators[1] = {question->indicator};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    const uint16_t year = (uint16_t)(P_FIRST_YEAR + span->what.year);
    (void)snprintf(code, sizeof(code), "level%u", question->level);
    query.kind = (uint32_t)span->what.kind + KIND_ACTUAL;
    query.period = period_format((struct period){year, (uint8_t)(span->what.label + 1)}, period);
    if (span->from != span->what.year)
        query.from =
            period_format((struct period){(uint16_t)(P_FIRST_YEAR + span->from), PERIOD_Y}, from);
    query.by = question->by;
    query.level = question->by == TONGHOP__BY__BY_LEVEL ? code : TEXT("");
    query.n_indicators = question->indicator != NULL;
    query.indicators = indicators;
    query.compare_previous = question->compare_previous;
    query.compare_plan = question->compare_plan;
    query.top = question->top;
    query.bottom = question->bottom;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    const Tonghop__Envelope *answer = rig_ask(rig, from_local(), &envelope);
    assert_body(answer, BODY(TOTALS));
    const Tonghop__Totals *totals = answer->totals;
    size_t width = totals->n_indicators;
    bool has_plan = question->compare_plan && query.kind != KIND_PLAN;
    for (size_t i = 0; i < totals->n_units; i++) {
        assert_int_equal(totals->units[i]->n_values, width);
        assert_int_equal(totals->units[i]->n_previous, question->compare_previous ? width : 0);
        assert_int_equal(totals->units[i]->n_plan, has_plan ? width : 0);
    }
    return totals;
}

static inline void check_values(const struct p_model *m, const struct p_span *span,
                                const Tonghop__Totals *totals, Tonghop__Value **values)
{
    for (size_t n = 0; n < totals->n_indicators; n++) {
        (void)snprintf(p_place, sizeof(p_place),
                       "%s to %s: kind %zu, %zu to %zu, unit %" PRIu32 ", type %d, %s",
                       totals->from, totals->period, span->what.kind + 1, P_FIRST_YEAR + span->from,
                       P_FIRST_YEAR + span->what.year, span->unit, span->type,
                       totals->indicators[n]->code);
        check_value(m, *span, totals->indicators[n]->number, values[n]);
    }
}

/* Before the first year nothing was reported; how many units there were is not asked here. */
static inline void check_nothing(const struct p_model *m, const Tonghop__Totals *totals,
                                 Tonghop__Value **values)
{
    for (size_t n = 0; n < totals->n_indicators; n++) {
        const uint32_t number = totals->indicators[n]->number;
        (void)snprintf(p_place, sizeof(p_place), "before %s, %s", totals->period,
                       totals->indicators[n]->code);
        P_ASSERT(!indicator_is_entered(catalogue_indicator(m->p->made, number)) ||
                 !values[n]->has_value);
    }
}

/* The period's own figures, those of as many years before, and the planned ones. A unit that is a
 * row in some of the years alone is compared with all that it was before. */
static inline void check_row(const struct p_model *m, const struct p_span *span,
                             const Tonghop__Totals *totals, size_t row)
{
    const Tonghop__UnitTotals *unit = totals->units[row];
    const size_t years = span->what.year - span->from + 1;
    struct p_span before = *span, planned = *span;
    check_values(m, span, totals, unit->values);
    planned.what.kind = KIND_PLAN - KIND_ACTUAL;
    if (unit->n_plan > 0)
        check_values(m, &planned, totals, unit->plan);
    if (unit->n_previous > 0 && span->from < years) {
        if (span->what.year < years)
            check_nothing(m, totals, unit->previous);
        return; /* a span that begins before the first year */
    }
    before.what.year -= years;
    before.from -= years;
    before.left_out = 0;
    if (unit->n_previous > 0)
        check_values(m, &before, totals, unit->previous);
}

/* The years of the span in which the unit is a row: one of those directly beneath the first unit,
 * or one of a level: it lies in the tree then, and not beneath another one of its level, as one
 * that ended does. */
static inline uint32_t p_years_of_row(const struct p_model *m, const struct p_span *span,
                                      const struct p_question *question, uint32_t unit)
{
    uint32_t years = 0;
    for (size_t y = span->from; y <= span->what.year; y++) {
        const struct tree *tree = m->trees[y][span->what.label];
        uint32_t index = tree_find(tree, unit);
        if (index == TREE_NONE || tree->nodes[index].parent == TREE_NONE)
            continue;
        const struct tree_node *parent = &tree->nodes[tree->nodes[index].parent];
        bool is_row =
            question->by == TONGHOP__BY__BY_CHILD
                ? parent->unit == 1
                : tree->nodes[index].level == question->level && parent->level != question->level;
        if (is_row)
            years |= 1U << (y - span->from);
    }
    return years;
}

static inline void check_unit_row(const struct p_model *m, const struct p_question *question,
                                  struct p_span span, const Tonghop__Totals *totals, size_t row)
{
    span.type = -1;
    span.unit = totals->units[row]->unit->id;
    span.left_out = row == 0 ? 0 : ~p_years_of_row(m, &span, question, span.unit);
    span.total = row == 0 ? 0 : 1;
    check_row(m, &span, totals, row);
}

/* Every unit of the trees, level by level. */
static inline void check_units(struct rig *rig, const struct p_model *m, struct p_span span)
{
    for (uint8_t level = 1; level < m->p->level_count; level++) {
        struct p_question question = p_draw_question(m, TONGHOP__BY__BY_LEVEL, level);
        const Tonghop__Totals *totals = p_ask(rig, &span, &question);
        size_t count = 1;
        for (size_t i = 0; i < m->p->unit_count; i++)
            count += p_years_of_row(m, &span, &question, m->p->units[i].id) != 0;
        assert_int_equal(totals->n_units, count);
        for (size_t row = level == 1 ? 0 : 1; row < totals->n_units; row++)
            check_unit_row(m, &question, span, totals, row);
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
    struct p_question question = p_draw_question(m, TONGHOP__BY__BY_TYPE, 0);
    const Tonghop__Totals *totals = p_ask(rig, &span, &question);
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
