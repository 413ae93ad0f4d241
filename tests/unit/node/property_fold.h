/* What totals have to be, computed from the reports in the plainest way: part by part, on
 * intervals, with the rules of docs/CATALOGUE.md written once more. Beside each inexact cell goes
 * one number that it may stand for, its truth, which is added up as if it were known. */
#ifndef TESTS_UNIT_NODE_PROPERTY_FOLD_H
#define TESTS_UNIT_NODE_PROPERTY_FOLD_H

#include "core/figure.h"
#include "core/report.h"
#include "unit/node/property_catalogue.h"

struct p_cell {
    struct cell cell;
    i128 truth;
};

/* A revision of a report. */
struct p_report {
    bool is_there; /* false: a withdrawal, or nothing */
    bool is_early, is_baseline;
    uint8_t scope;
    uint32_t states;
    uint64_t revision;
    struct instant received;
    struct p_cell cells[P_ENTERED_MAX]; /* by index of the indicator; qualifier 0: none */
};

struct p_model {
    struct p_catalogue *p;
    struct tree *trees[P_YEARS][3];
    /* What counts under each key, and what was filed last, which may wait to be accepted. */
    struct p_report reports[2][P_YEARS][P_UNITS_MAX][P_FORMS_MAX][3];
    struct p_report latest[2][P_YEARS][P_UNITS_MAX][P_FORMS_MAX][3];
};

/* A figure as this test adds it up. */
struct p_fold {
    i128 low, high, truth;
    bool has_low, has_high;
    uint32_t units, exact, partial, implied, negative, early, baseline;
    uint64_t set;
};

/* Which figures: of a kind, a year (index) and label, of an entered indicator. */
struct p_what {
    size_t kind, year;
    int label; /* from 0 */
    size_t indicator;
};

static inline size_t p_unit_index(const struct p_catalogue *p, uint32_t id)
{
    for (size_t i = 0; i < p->unit_count; i++)
        if (p->units[i].id == id)
            return i;
    fail_msg("no unit %u", id);
    return 0;
}

static inline const struct indicator *p_indicator(const struct p_model *m, size_t i)
{
    return catalogue_indicator(m->p->made, m->p->entered[i]);
}

static inline void p_model_init(struct p_model *m, struct p_catalogue *p)
{
    memset(m, 0, sizeof(*m)); /* too large for the stack */
    m->p = p;
    for (size_t y = 0; y < P_YEARS; y++)
        for (size_t l = 0; l < 3; l++)
            m->trees[y][l] =
                tree_new(p->made, (struct period){(uint16_t)(P_FIRST_YEAR + y), (uint8_t)(l + 1)});
}

static inline void p_model_fini(struct p_model *m)
{
    for (size_t y = 0; y < P_YEARS; y++)
        for (size_t l = 0; l < 3; l++)
            tree_free(&m->trees[y][l]);
}

/* ---- intervals ---- */

static inline bool is_fold(const struct p_fold *fold)
{
    return fold->units > 0;
}

static inline bool is_exact_fold(const struct p_fold *fold)
{
    return fold->exact == fold->units;
}

static inline enum qualifier fold_qualifier(const struct p_fold *fold)
{
    if (is_exact_fold(fold))
        return QUALIFIER_EXACT;
    if (fold->has_low && fold->has_high)
        return QUALIFIER_RANGE;
    return fold->has_low ? QUALIFIER_AT_LEAST
                         : (fold->has_high ? QUALIFIER_AT_MOST : QUALIFIER_ABOUT);
}

static inline i128 fold_shown(const struct p_fold *fold)
{
    enum qualifier qualifier = fold_qualifier(fold);
    i128 width = fold->high - fold->low;
    return qualifier == QUALIFIER_AT_MOST ? fold->high
           : qualifier == QUALIFIER_ABOUT ? fold->low + (width + (width > 0)) / 2
                                          : fold->low;
}

static inline i128 combine(i128 a, i128 b, enum aggregation aggregation)
{
    switch (aggregation) {
    case AGGREGATION_MAX:
        return a > b ? a : b;
    case AGGREGATION_MIN:
        return a < b ? a : b;
    default:
        return a + b;
    }
}

static inline void fold_add(struct p_fold *to, const struct p_fold *part,
                            enum aggregation aggregation)
{
    if (!is_fold(part))
        return;
    if (!is_fold(to)) {
        *to = *part;
        return;
    }
    to->low = combine(to->low, part->low, aggregation);
    to->high = combine(to->high, part->high, aggregation);
    to->truth = combine(to->truth, part->truth, aggregation);
    to->has_low = to->has_low && part->has_low;
    to->has_high = to->has_high && part->has_high;
    to->units += part->units;
    to->exact += part->exact;
    to->partial += part->partial;
    to->implied += part->implied;
    to->negative += part->negative;
    to->early += part->early;
    to->baseline += part->baseline;
    to->set += part->set;
}

/* Two figures of one unit are one part. */
static inline struct p_fold fold_one_part(const struct p_fold *a, const struct p_fold *b,
                                          enum aggregation aggregation)
{
    struct p_fold fold = *a;
    fold_add(&fold, b, aggregation);
    fold.units = 1;
    fold.exact = a->exact && b->exact;
    fold.early = a->early || b->early;
    fold.baseline = a->baseline || b->baseline;
    fold.set = a->set;
    return fold;
}

static inline struct p_fold fold_difference(const struct p_fold *year, const struct p_fold *s1)
{
    struct p_fold minus = *s1;
    minus.low = -s1->high;
    minus.high = -s1->low;
    minus.truth = -s1->truth;
    minus.has_low = s1->has_high;
    minus.has_high = s1->has_low;
    struct p_fold fold = fold_one_part(year, &minus, AGGREGATION_SUM);
    fold.implied = 1;
    fold.negative = fold_shown(&fold) < 0;
    return fold;
}

/* ---- one unit ---- */

static inline const struct p_report *p_report_of(const struct p_model *m, const struct p_what *what,
                                                 size_t unit, int label)
{
    size_t form = p_indicator(m, what->indicator)->form - 1;
    return &m->reports[what->kind][what->year][unit][form][label];
}

static inline struct p_fold fold_cell(const struct p_model *m, const struct p_what *what,
                                      size_t unit, int label, enum scope scope)
{
    const struct p_report *report = p_report_of(m, what, unit, label);
    const struct p_cell *at = &report->cells[what->indicator];
    const struct cell *cell = &at->cell;
    if (!report->is_there || report->scope != scope || cell->qualifier == QUALIFIER_NONE)
        return (struct p_fold){0};
    bool is_range = cell->qualifier == QUALIFIER_RANGE;
    bool is_exact = cell->qualifier == QUALIFIER_EXACT;
    return (struct p_fold){.low = cell->value,
                           .high = is_range ? cell->upper : cell->value,
                           .truth = at->truth,
                           .has_low = is_exact || is_range || cell->qualifier == QUALIFIER_AT_LEAST,
                           .has_high = is_exact || is_range || cell->qualifier == QUALIFIER_AT_MOST,
                           .units = 1,
                           .exact = is_exact,
                           .early = report->is_early,
                           .baseline = report->is_baseline,
                           .set = figure_unit_mark(m->p->units[unit].id)};
}

/* The year rule. */
static inline struct p_fold fold_of_unit(const struct p_model *m, const struct p_what *what,
                                         size_t unit, enum scope scope, bool has_ended)
{
    const struct indicator *indicator = p_indicator(m, what->indicator);
    bool is_sum = indicator->aggregation == AGGREGATION_SUM;
    bool is_flow = is_sum && indicator->nature == NATURE_FLOW;
    struct p_fold s1 = fold_cell(m, what, unit, 0, scope);
    struct p_fold s2 = fold_cell(m, what, unit, 1, scope);
    struct p_fold year = fold_cell(m, what, unit, 2, scope);
    struct p_fold none = {0};
    if (has_ended && !is_flow)
        return none;
    if (what->label == 0)
        return s1;
    if (what->label == 1) {
        if (is_fold(&s2) || !is_sum || !is_fold(&year))
            return s2;
        if (!is_flow)
            return year;
        return is_fold(&s1) ? fold_difference(&year, &s1) : none;
    }
    if (is_fold(&year))
        return year;
    if (is_sum && !is_flow && is_fold(&s2))
        return s2;
    if (is_fold(&s1) && is_fold(&s2))
        return fold_one_part(&s1, &s2, indicator->aggregation);
    year = is_fold(&s1) ? s1 : s2;
    year.partial = is_fold(&year);
    return year;
}

static inline bool p_is_covered(const struct p_model *m, const struct p_what *what, size_t unit)
{
    bool whole[3];
    for (int l = 0; l < 3; l++) {
        const struct p_report *report = p_report_of(m, what, unit, l);
        whole[l] = report->is_there && report->scope == SCOPE_WHOLE;
    }
    if (what->label == 0)
        return whole[0];
    return what->label == 1 ? whole[1] || (whole[0] && whole[2])
                            : whole[2] || (whole[0] && whole[1]);
}

/* ---- a subtree ---- */

/* Of the node `index` and everything beneath it; only what units of `type` reported, unless < 0. */
static inline void fold_subtree(const struct p_model *m, const struct p_what *what, uint32_t index,
                                int type, struct p_fold *fold)
{
    const struct tree *tree = m->trees[what->year][what->label];
    const struct tree_node *node = &tree->nodes[index];
    size_t unit = p_unit_index(m->p, node->unit);
    bool is_covered = p_is_covered(m, what, unit);
    struct p_fold own =
        fold_of_unit(m, what, unit, is_covered ? SCOPE_WHOLE : SCOPE_OWN, node->has_ended);
    if (type < 0 || node->type == type)
        fold_add(fold, &own, p_indicator(m, what->indicator)->aggregation);
    if (is_covered)
        return;
    for (uint32_t i = node->first_child; i != TREE_NONE; i = tree->nodes[i].next_sibling)
        fold_subtree(m, what, i, type, fold);
}

/* Of a unit in one period; nothing if it is not there then. */
static inline struct p_fold fold_period(const struct p_model *m, const struct p_what *what,
                                        uint32_t unit, int type)
{
    struct p_fold fold = {0};
    uint32_t index = tree_find(m->trees[what->year][what->label], unit);
    if (index != TREE_NONE)
        fold_subtree(m, what, index, type, &fold);
    return fold;
}

/* What a question is about: the years from `from` to what.year. */
struct p_span {
    struct p_what what;
    size_t from;
    uint32_t unit;
    int type;          /* < 0: all */
    uint32_t left_out; /* bit n: year from + n is not part of it */
    uint32_t total;    /* of a row: the unit from whose last years stocks are taken; 0: its own */
};

static inline bool is_left_out(const struct p_span *span, size_t year)
{
    return (span->left_out >> (year - span->from) & 1U) != 0;
}

/* The years in which anybody beneath has it, whatever his type; of a row, beneath the total. */
static inline uint32_t fold_years(const struct p_model *m, const struct p_span *span)
{
    uint32_t years = 0;
    for (size_t y = span->from; y <= span->what.year; y++) {
        struct p_what what = span->what;
        what.year = y;
        struct p_fold fold = fold_period(m, &what, span->total != 0 ? span->total : span->unit, -1);
        if ((span->total != 0 || !is_left_out(span, y)) && is_fold(&fold))
            years |= 1U << (y - span->from);
    }
    return years;
}

/* A row's stock is of the year that its total is of. */
static inline struct p_fold fold_row_stock(const struct p_model *m, const struct p_span *span,
                                           uint32_t *ret_as_of)
{
    struct p_fold none = {0};
    uint32_t years = fold_years(m, span);
    struct p_what what = span->what;
    if (years == 0)
        return none;
    what.year = span->from + (size_t)(31 - __builtin_clz(years));
    struct p_fold fold = fold_period(m, &what, span->unit, span->type);
    if (is_left_out(span, what.year) || !is_fold(&fold))
        return none;
    *ret_as_of = what.year != span->what.year ? (uint32_t)(P_FIRST_YEAR + what.year) : 0;
    return fold;
}

/* Over a span flows add up, and a stock is that of the last year in which the unit has it. */
static inline struct p_fold fold_span(const struct p_model *m, const struct p_span *span,
                                      uint32_t *ret_missing, uint32_t *ret_as_of)
{
    const struct indicator *indicator = p_indicator(m, span->what.indicator);
    struct p_fold total = {0};
    uint32_t years = 0;
    *ret_missing = *ret_as_of = 0;
    if (indicator->nature == NATURE_STOCK && span->total != 0 && span->from != span->what.year)
        return fold_row_stock(m, span, ret_as_of);
    for (size_t y = span->from; y <= span->what.year; y++) {
        struct p_what what = span->what;
        what.year = y;
        if (is_left_out(span, y))
            continue;
        struct p_fold all = fold_period(m, &what, span->unit, -1);
        struct p_fold part = fold_period(m, &what, span->unit, span->type);
        if (indicator->nature == NATURE_STOCK && is_fold(&all))
            total = part;
        else if (indicator->nature == NATURE_FLOW)
            fold_add(&total, &part, indicator->aggregation);
        if (is_fold(&part))
            years |= 1U << (y - span->from);
        if (indicator->nature == NATURE_STOCK && is_fold(&part) && y != span->what.year)
            *ret_as_of = (uint32_t)(P_FIRST_YEAR + y);
        else if (is_fold(&part))
            *ret_as_of = 0;
    }
    if (!is_fold(&total) || indicator->nature == NATURE_FLOW || span->from == span->what.year)
        *ret_as_of = 0;
    if (indicator->nature == NATURE_FLOW && is_fold(&total))
        *ret_missing = ~years & ((1U << (span->what.year - span->from + 1)) - 1);
    return total;
}

/* A year with fewer reports than the fullest one has. */
struct p_thin {
    uint32_t year, count, full;
};

/* Of a flow the first of the thinnest years, of a stock the year that it is of; years of nothing
 * but baselines are not thin. */
static inline struct p_thin fold_thin(const struct p_model *m, const struct p_span *span)
{
    bool is_flow = p_indicator(m, span->what.indicator)->nature == NATURE_FLOW;
    struct p_thin thin = {0};
    size_t last = span->what.year;
    if (!is_flow && span->total != 0 && fold_years(m, span) != 0)
        last = span->from + (size_t)(31 - __builtin_clz(fold_years(m, span)));
    for (size_t y = span->from; y <= span->what.year; y++) {
        struct p_what what = span->what;
        what.year = y;
        struct p_fold part = fold_period(m, &what, span->unit, span->type);
        if (is_left_out(span, y) || !is_fold(&part))
            continue;
        bool is_thinner = !is_flow || thin.year == 0 || part.units < thin.count;
        thin.full = part.units > thin.full ? part.units : thin.full;
        if (!is_thinner || (is_flow && part.baseline == part.units) ||
            (!is_flow && span->total != 0 && y != last))
            continue;
        thin.year = part.baseline == part.units ? 0 : (uint32_t)(P_FIRST_YEAR + y);
        thin.count = part.units;
    }
    if (span->from == span->what.year || thin.year == 0 || thin.count == thin.full)
        thin = (struct p_thin){0};
    return thin;
}

/* A unit, or a term, that nobody beneath could report. */
static inline bool p_is_skipped(const struct p_model *m, const struct p_span *span, size_t entered)
{
    const struct indicator *indicator = p_indicator(m, entered);
    bool could = false;
    for (size_t y = span->from; y <= span->what.year; y++) {
        const struct tree *tree = m->trees[y][span->what.label];
        struct date day = tree->window.last;
        uint32_t index = tree_find(tree, span->unit);
        could = could || (index != TREE_NONE && !is_left_out(span, y) &&
                          date_compare(indicator->valid_from, day) <= 0 &&
                          date_compare(day, indicator->valid_to) <= 0 &&
                          indicator->level_mask >> tree->nodes[index].level != 0);
    }
    return !could;
}

#endif
