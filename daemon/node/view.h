/* Views: the figures of one unit under one period or span of years, entered and derived, loaded
 * when they are asked for. What queries and formulas see.
 *
 * Over a span of years flows add up, stocks are those of the last year that has them, counts are
 * counted anew on what the span makes of each unit, and formulas are computed anew: all stocks that
 * one formula reads are of the last year that has them all. Each year has its own tree. */
#ifndef NODE_VIEW_H
#define NODE_VIEW_H

#include "core/coverage.h"
#include "core/figure.h"
#include "core/formula.h"
#include "node/node.h"

enum { VIEW_SPAN_YEARS_MAX = 20 }; /* of one span; the span before it stays in place with it */

/* What a view is of. */
struct view_key {
    uint8_t kind;
    struct period period; /* of a span, its last year */
    uint16_t from;        /* first year of a span; else the period's own */
    uint32_t unit;
    uint32_t left_out; /* of a span: bit n: year from + n is not part of it */
};

/* The years of a span in which an indicator has a figure: bit n is year from + n. */
struct view_years {
    uint32_t indicator;
    uint32_t years;
    uint32_t whole; /* those in which a whole report of the unit stands for it */
    /* Reports in the year that has the most, and in that which has the fewest; years of nothing but
     * baselines are not among the latter (least_year 0: all are), as one may stand for a whole
     * province. */
    uint32_t most_units, least_units;
    uint16_t least_year;
};

struct view_form {
    bool is_loaded;
    bool is_whole; /* of one period: a whole report of the unit stands for all of it */
    struct figures figures;
    struct view_years *years; /* of a span, in order of indicator */
    size_t year_count, year_capacity;
};

/* How many units a predicate holds for. */
struct view_tally {
    struct formula_test test;
    uint8_t level;
    uint32_t held, unknown, all;
};

/* Where roll-ups are from that are not the accumulators' (of a unit, form and period, as
 * rollup_of), and how many units beneath `unit` pass a test, where that is known: NULL otherwise.
 */
struct view_source {
    void *ctx;
    bool (*rollup)(void *ctx, const struct report_key *key, struct figures *ret_figures);
    const struct view_tally *(*tally)(void *ctx, uint32_t unit, uint8_t level,
                                      const struct formula_test *test);
};

struct view {
    struct node *node;
    struct store_txn *txn;
    struct view_key key;
    struct view_form *forms; /* one for each of catalogue.forms */
    struct view_tally *tallies;
    size_t tally_count, tally_capacity;
    /* NULL: the roll-up. Else what units of one type beneath the unit reported themselves: this
     * view is one of a family, by type, which is loaded together. */
    struct view *family;
    const struct view_source *source; /* NULL: the accumulators; of no family */
    /* Of a span: the year that all stocks are taken from; 0: each from its last. */
    uint16_t stock_year;
    struct view_reading *reading; /* what the formula that is being computed has read */
    /* Of a row of a span: the view of the total above, which outlives it. Stocks are of the total's
     * last year that has them, so that the rows add up. NULL: of this view's own. */
    struct view *total;
    /* NULL: all; else the indicators that it is asked for. */
    const struct figure_filter *wanted;
    struct figure_filter own_wanted; /* this view's own, if `wanted` is that */
    struct view *one_year; /* this view, or the family's, of stock_year alone; an array that ends
                              with an element without a node */
};

/* The unit must be in the tree of the period, or of one of the span's years. */
void view_init(struct view *view, struct node *node, struct store_txn *txn,
               const struct view_key *key);
void view_fini(struct view *view);
/* One view for each type of the catalogue; together they make up the roll-up. The caller frees with
 * view_family_free. */
struct view *view_family_new(struct node *node, struct store_txn *txn, const struct view_key *key);
void view_family_free(struct view **family);
/* For a view that was not asked yet, and will be for these indicators alone. Counts at once, in one
 * walk over the units, whatever they need counted. */
void view_prepare(struct view *view, const struct indicator *const *indicators, size_t count);
/* An indicator's value, entered or derived, as it travels in an answer; value_fini. Of a roll-up of
 * one period with the checks of the catalogue that it fails: a span adds up what they compare, the
 * figures of one type of units are not all there are, and a source may have no others. */
void view_value(struct view *view, const struct indicator *indicator, Tonghop__Value *ret_value);

void value_fini(Tonghop__Value *value);

/* A figure as it travels in an answer (NULL: no value); it has nothing to be freed. */
void value_of_figure(const struct figure *figure, Tonghop__Value *ret_value);

/* What coverage asks of the store; `filings` must outlive the source. */
struct view_filings {
    struct store_txn *txn;
    uint8_t kind;
    uint16_t year;
};
struct coverage_source view_coverage_source(struct view_filings *filings);
/* And whether what was filed has figures, which reads each report that meets a duty. */
struct coverage_source view_coverage_source_with_nil(struct view_filings *filings);

/* Marks, by index in the catalogue, the indicators that a formula reads, on whatever they are
 * built; or one indicator with those. */
void view_mark_read(const struct catalogue *catalogue, const struct formula *formula,
                    bool *is_read);
void view_mark_needed(const struct catalogue *catalogue, const struct indicator *indicator,
                      bool *is_needed);
/* The indicator and what it reads; figure_filter_fini. */
struct figure_filter view_filter_of(const struct catalogue *catalogue,
                                    const struct indicator *indicator);
/* Whether the indicator, or what it is computed from, counts units. */
bool view_counts_units(const struct catalogue *catalogue, const struct indicator *indicator);
/* Whether reports that figures of the view's unit need may be held elsewhere alone: units beneath
 * it in a period's tree stood outside this node's subtree under another label of the year; or, if
 * units are counted over a span, each by all its years, in another year. Never so for S1, which
 * needs no other label, nor at the root. */
bool view_is_split_year(struct node *node, const struct view_key *key, bool counts_units);

/* Of a span: the one year that a derived indicator's stocks are of; 0: each is of its own last year
 * (a formula that reads none, or no two that differ). Set it as view->stock_year to see the
 * operands as that value saw them. */
uint16_t view_stock_year(struct view *view, const struct indicator *indicator);

/* ---- for view_formula.c and view_value.c ---- */

/* The figure of an entered indicator, NULL when nothing was reported; with the years of a span that
 * have it (no years: no span). Valid until view_fini or another view->stock_year. */
const struct figure *view_figure(struct view *view, const struct indicator *indicator,
                                 struct view_years *ret_years);
/* Whether an indicator's figure, of the years that view_figure gives, is that of whole reports of
 * the view's unit alone. */
bool view_is_whole(const struct view *view, const struct indicator *indicator,
                   const struct view_years *years);
/* The years in which a stock that was loaded exists; of a family, of any type, so that the types
 * take it from the same year as their total. */
uint32_t view_stock_years(struct view *view, const struct indicator *indicator);
/* The last of some years, as the one bit; 0 of none. */
uint32_t view_last_year(uint32_t years);
/* The value of a derived one, and the year that its stocks are of (as view_stock_year); its
 * operands may be derived ones, which then take theirs from the year that the outermost takes them
 * from. */
struct derived view_derived(struct view *view, const struct indicator *indicator,
                            uint16_t *ret_stock_year);
/* Whether a count@`level` of the view asks the unit: of a view of one type, only those of it. */
bool view_asks(const struct view *view, uint8_t level, const struct tree_node *node);
/* Whether a unit passes a test, by the figures of `view`, which is of that unit. */
enum truth view_holds(struct view *view, const struct formula_test *test, uint8_t type);
void view_tally_add(struct view_tally *tally, enum truth truth);
/* What formulas and checks see of it. */
struct formula_env view_env(struct view *view);
bool view_is_span(const struct view *view);

#endif
