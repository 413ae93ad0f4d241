/* Derived indicators, as this test computes them: each from its operands, which may be derived ones
 * themselves, with bounds for what is not exact, and with the truth that the figures stand for.
 * Rounded after every rule, as what is derived has the decimals of its indicator. */
#ifndef TESTS_UNIT_NODE_PROPERTY_DERIVED_H
#define TESTS_UNIT_NODE_PROPERTY_DERIVED_H

#include "unit/node/property_fold.h"

enum { P_SCALE = 6, P_OWN_YEAR = -1 };

struct p_number {
    enum { P_MISSING, P_SKIPPED, P_VALUE } state;
    unsigned decimals;
    bool is_exact, has_low, has_high;
    bool is_known; /* low and high are what an answer has to say */
    bool has_truth;
    i128 low, high, truth; /* scaled by 10^decimals; low = high but of a range */
};

static inline enum qualifier p_qualifier(const struct p_number *number)
{
    if (number->is_exact)
        return QUALIFIER_EXACT;
    if (number->has_low && number->has_high)
        return QUALIFIER_RANGE;
    return number->has_low ? QUALIFIER_AT_LEAST
                           : (number->has_high ? QUALIFIER_AT_MOST : QUALIFIER_ABOUT);
}

static inline i128 p_shown(const struct p_number *number)
{
    return p_qualifier(number) == QUALIFIER_AT_MOST ? number->high : number->low;
}

static inline struct p_number p_of_fold(const struct p_fold *fold, unsigned decimals)
{
    bool is_range = fold_qualifier(fold) == QUALIFIER_RANGE;
    return (struct p_number){.state = is_fold(fold) ? P_VALUE : P_MISSING,
                             .decimals = decimals,
                             .is_exact = is_exact_fold(fold),
                             .has_low = fold->has_low,
                             .has_high = fold->has_high,
                             .is_known = true,
                             .has_truth = true,
                             .low = fold_shown(fold),
                             .high = is_range ? fold->high : fold_shown(fold),
                             .truth = fold->truth};
}

static inline i128 p_floor(i128 figure, i128 unit)
{
    return figure / unit - (figure % unit < 0 ? 1 : 0);
}

/* What is known from below is rounded down, from above up; anything else to the nearest. Where both
 * bounds come to the same number, it is that number. */
static inline void p_round(struct p_number *number, unsigned decimals)
{
    const i128 unit = pow10_i64(number->decimals - decimals);
    const enum qualifier qualifier = p_qualifier(number);
    const i128 shown = p_shown(number), high = number->high;
    number->low = i128_div_round(shown, unit);
    if (qualifier == QUALIFIER_AT_LEAST || qualifier == QUALIFIER_RANGE)
        number->low = p_floor(shown, unit);
    else if (qualifier == QUALIFIER_AT_MOST)
        number->low = -p_floor(-shown, unit);
    number->high = qualifier == QUALIFIER_RANGE ? -p_floor(-high, unit) : number->low;
    if (qualifier == QUALIFIER_RANGE && number->high == number->low)
        number->is_exact = true;
    number->truth = i128_div_round(number->truth, unit);
    number->decimals = decimals;
}

/* Both with P_SCALE decimals. */
static inline struct p_number p_minus(struct p_number number)
{
    struct p_number minus = number;
    minus.low = -number.high;
    minus.high = -number.low;
    minus.truth = -number.truth;
    minus.has_low = number.has_high;
    minus.has_high = number.has_low;
    return minus;
}

static inline struct p_number p_rescaled(struct p_number number)
{
    const i128 factor = pow10_i64(P_SCALE - number.decimals);
    number.low *= factor;
    number.high *= factor;
    number.truth *= factor;
    number.decimals = P_SCALE;
    return number;
}

/* Skipped terms are left out, and a missing one leaves nothing. */
static inline struct p_number p_add(struct p_number a, struct p_number b)
{
    if (a.state == P_MISSING || b.state == P_SKIPPED)
        return a;
    if (b.state == P_MISSING || a.state == P_SKIPPED)
        return b;
    return (struct p_number){.state = P_VALUE,
                             .decimals = P_SCALE,
                             .is_exact = a.is_exact && b.is_exact,
                             .has_low = a.has_low && b.has_low,
                             .has_high = a.has_high && b.has_high,
                             .is_known = a.is_known && b.is_known,
                             .has_truth = a.has_truth && b.has_truth,
                             .low = a.low + b.low,
                             .high = a.high + b.high,
                             .truth = a.truth + b.truth};
}

static inline i128 p_percent(const struct p_number *a, const struct p_number *b, i128 of_a,
                             i128 of_b, unsigned decimals)
{
    return i128_div_round(100 * of_a * pow10_i64(decimals + b->decimals),
                          of_b * pow10_i64(a->decimals));
}

/* What bounds it has where it is not exact is left to the tests of quantities. */
static inline struct p_number p_ratio(const struct p_number *a, const struct p_number *b,
                                      unsigned decimals)
{
    struct p_number ratio = {.decimals = decimals};
    if (a->state != P_VALUE || b->state != P_VALUE || p_shown(b) == 0)
        return ratio;
    ratio.state = P_VALUE;
    ratio.is_exact = ratio.is_known = a->is_exact && b->is_exact;
    ratio.has_low = ratio.has_high = ratio.is_exact;
    if (ratio.is_exact)
        ratio.low = ratio.high = p_percent(a, b, a->low, b->low, decimals);
    ratio.has_truth = a->has_truth && b->has_truth && b->truth != 0;
    if (ratio.has_truth)
        ratio.truth = p_percent(a, b, a->truth, b->truth, decimals);
    return ratio;
}

/* ---- over a span ---- */

/* The years in which every stock exists that the operand reads, whatever it is built on; counts
 * read their own. One that nobody has leaves no value anyway. The years are those of the unit, also
 * where a type of units is asked for: that has to add up to it. */
static inline uint32_t p_stock_years(const struct p_model *m, const struct p_span *span,
                                     size_t operand, size_t *stocks)
{
    const struct p_rule *rule = p_rule_at(m->p, operand);
    if (rule != NULL && rule->rule >= RULE_COUNT_ABOVE_0)
        return UINT32_MAX;
    if (rule != NULL)
        return p_stock_years(m, span, rule->a, stocks) & p_stock_years(m, span, rule->b, stocks);
    struct p_span one = *span;
    one.what.indicator = operand;
    if (p_is_skipped(m, span, operand) || p_indicator(m, operand)->nature != NATURE_STOCK ||
        fold_years(m, &one) == 0)
        return UINT32_MAX;
    (*stocks)++;
    return fold_years(m, &one);
}

static inline struct p_number p_entered(const struct p_model *m, const struct p_span *span,
                                        size_t entered, int stock_year)
{
    struct p_span one = *span;
    uint32_t missing, as_of;
    one.what.indicator = entered;
    if (p_is_skipped(m, span, entered))
        return (struct p_number){.state = P_SKIPPED};
    struct p_fold fold = fold_span(m, &one, &missing, &as_of);
    if (stock_year != P_OWN_YEAR && p_indicator(m, entered)->nature == NATURE_STOCK) {
        one.what.year = (size_t)stock_year;
        fold = fold_period(m, &one.what, span->unit, span->type);
        struct p_span total = *span;
        total.what.indicator = entered;
        bool is_totals = (fold_years(m, &total) >> (one.what.year - span->from) & 1U) != 0;
        if (is_left_out(span, one.what.year) || (span->total != 0 && !is_totals))
            fold = (struct p_fold){0};
    }
    return p_of_fold(&fold, p_indicator(m, entered)->decimals);
}

/* ---- rules ---- */

struct p_counts {
    uint32_t held, unknown, all;
};

static inline struct p_counts p_count(const struct p_model *m, const struct p_span *span,
                                      const struct p_rule *rule);

/* An operand of a formula whose stocks are all of one year, unless that is P_OWN_YEAR. */
static inline struct p_number p_operand(const struct p_model *m, const struct p_span *span,
                                        size_t operand, int stock_year)
{
    const struct p_rule *rule = p_rule_at(m->p, operand);
    if (rule == NULL)
        return p_entered(m, span, operand, stock_year);
    const unsigned decimals = catalogue_indicator(m->p->made, rule->number)->decimals;
    if (rule->rule >= RULE_COUNT_ABOVE_0) {
        struct p_counts counts = p_count(m, span, rule);
        struct p_fold fold = {.low = counts.held, .units = 1, .exact = 1};
        fold.low = fold.high = fold.truth = fold.low * pow10_i64(decimals);
        fold.has_low = fold.has_high = true;
        if (counts.all > 0 && counts.unknown == counts.all)
            fold = (struct p_fold){0};
        return p_of_fold(&fold, decimals);
    }
    struct p_number a = p_operand(m, span, rule->a, stock_year);
    struct p_number b = p_operand(m, span, rule->b, stock_year);
    if (rule->rule == RULE_RATIO)
        return p_ratio(&a, &b, decimals);
    a = p_rescaled(a);
    b = p_rescaled(b);
    struct p_number sum = p_add(a, rule->rule == RULE_SUM ? b : p_minus(b));
    if (sum.state != P_VALUE)
        return (struct p_number){.state = P_MISSING};
    p_round(&sum, decimals);
    return sum;
}

/* The year that all stocks which a formula reads are of, the last one that has them all;
 * P_OWN_YEAR where it reads none. False: there is no such year. */
static inline bool p_stock_year(const struct p_model *m, const struct p_span *span,
                                const size_t *operands, size_t count, int *ret_year)
{
    uint32_t years = UINT32_MAX;
    size_t stocks = 0;
    *ret_year = P_OWN_YEAR;
    for (size_t i = 0; i < count && span->from != span->what.year; i++)
        years &= p_stock_years(m, span, operands[i], &stocks);
    if (stocks > 0 && years != 0)
        *ret_year = (int)span->from + 31 - __builtin_clz(years);
    return stocks == 0 || years != 0;
}

/* The value that is asked for. */
static inline struct p_number p_outermost(const struct p_model *m, const struct p_span *span,
                                          size_t operand)
{
    int year;
    if (!p_stock_year(m, span, &operand, 1, &year))
        return (struct p_number){.state = P_MISSING};
    return p_operand(m, span, operand, year);
}

/* Whether a unit is one of those that are counted: 1, 0, or -1 where that is not known. */
static inline int p_holds(const struct p_model *m, const struct p_span *span,
                          const struct p_rule *rule)
{
    const size_t operands[2] = {rule->a, rule->b};
    const size_t count = rule->rule == RULE_COUNT_MORE ? 2 : 1;
    struct p_number numbers[2] = {{0}};
    int year;
    if (!p_stock_year(m, span, operands, count, &year))
        return -1;
    for (size_t i = 0; i < count; i++) {
        numbers[i] = p_rescaled(p_operand(m, span, operands[i], year));
        if (numbers[i].state != P_VALUE)
            return -1;
    }
    if (count == 2)
        numbers[0] = p_add(numbers[0], p_minus(numbers[1]));
    if (numbers[0].has_low && numbers[0].low > 0)
        return 1;
    return numbers[0].has_high && numbers[0].high <= 0 ? 0 : -1;
}

static inline struct p_counts p_count(const struct p_model *m, const struct p_span *span,
                                      const struct p_rule *rule)
{
    const struct tree *tree = m->trees[span->what.year][span->what.label];
    struct p_counts counts = {0};
    uint32_t root = tree_find(tree, span->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        const struct tree_node *node = &tree->nodes[i];
        if (node->level != rule->level || node->has_ended ||
            (span->type >= 0 && node->type != span->type))
            continue;
        struct p_span one = *span;
        one.left_out = one.total = 0; /* all that it had, wherever it stood */
        one.unit = node->unit;
        one.type = -1;
        int holds =
            rule->rule == RULE_COUNT_TYPE ? node->type == rule->type : p_holds(m, &one, rule);
        counts.all++;
        counts.held += holds == 1;
        counts.unknown += holds == -1;
    }
    return counts;
}

/* Whether anything that is reported is in it: the number of units of a type, say, is not. */
static inline bool p_has_entered(const struct p_model *m, size_t operand)
{
    const struct p_rule *rule = p_rule_at(m->p, operand);
    if (rule == NULL || rule->rule == RULE_COUNT_ABOVE_0 || rule->rule == RULE_COUNT_MORE)
        return true;
    return rule->rule != RULE_COUNT_TYPE &&
           (p_has_entered(m, rule->a) || p_has_entered(m, rule->b));
}

#endif
