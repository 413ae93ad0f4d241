/* The year rule: what a unit's up to three reports of one year say for S1, S2 and the year.
 *
 * The annual report replaces the half-year, it is never added to it. Per indicator, from the cells
 * that count:
 *   flow   Y = filed Y, else S1 + S2 (partial if only one is there); S2 = filed S2, else Y - S1 if
 *          both were filed (implied; may be negative, then marked); S1 is never implied
 *   stock  Y = filed Y, else S2, else S1 (partial); S2 = filed S2, else filed Y
 *   max, min  Y = filed Y, else the extreme of the halves (partial if only one is there); no
 *          implied S2 (a flow's or a stock's)
 * A filed year that lacks a cell falls back to the halves for it, as if it had not been filed.
 * A figure is early, or a baseline, where one of the reports that it is made of is.
 * The triple is resolved at the reporting unit and then summed, never on totals. */
#ifndef CORE_YEAR_H
#define CORE_YEAR_H

#include "core/figure.h"
#include "core/report.h"

/* One filed report that counts; `cells` in order of indicator. Absent: is_filed false. */
struct year_filed {
    bool is_filed;
    uint8_t scope; /* enum scope */
    const struct cell *cells;
    size_t cell_count;
    /* The unit ended inside this label's window: under this label it has flows (sums) only. To be
     * set whether or not a report was filed: the other labels' reports may reach this one. */
    bool has_ended;
    /* What its figures are marked with. */
    uint64_t unit_set; /* figure_unit_mark of the unit */
    bool is_early;     /* taken in before the label's window had ended */
    bool is_baseline;  /* states another source */
};

/* By label - 1. What a unit adds to its own roll-up: the own figures, or, where a `whole` report
 * covers the label, the whole figures instead of own and everything beneath.
 * covered: S1 by a whole S1; S2 by a whole S2, or a whole Y with a whole S1; Y by a whole Y, or
 * both halves whole. Own and whole cells never combine. `own` is empty under a covered label and
 * `whole` under any other. */
struct year_triple {
    struct figures own[PERIOD_LABEL_COUNT];
    struct figures whole[PERIOD_LABEL_COUNT];
    bool is_covered[PERIOD_LABEL_COUNT];
    bool has_lone_whole_half; /* a whole half that is not part of the year: marked */
};

/* The rule of `is_covered`; is_whole (by label - 1): a `whole` report counts for that label. */
bool year_is_covered(const bool is_whole[PERIOD_LABEL_COUNT], enum period_label label);

void year_triple_fini(struct year_triple *triple);
/* `filed` has PERIOD_LABEL_COUNT elements, by label - 1. Overwrites `ret_triple` (zero-initialised
 * or used before). */
void year_resolve(const struct year_filed *filed, const struct catalogue *catalogue,
                  struct year_triple *ret_triple);

/* The same for what one label says alone: the others' figures stay empty. */
void year_resolve_label(const struct year_filed *filed, const struct catalogue *catalogue,
                        enum period_label label, struct year_triple *ret_triple);

/* result = covered ? whole : own + below: the roll-up of a unit under one label. */
void year_rollup(const struct year_triple *triple, enum period_label label,
                 const struct figures *below, const struct catalogue *catalogue,
                 struct figures *ret_result);

/* Warnings about three reports together, naming the cell: a filed year that differs from S1 + S2
 * (flows, exact cells), a year below its S1 or its S2 (flows that cannot be negative), a filed
 * year that lacks a cell which S1 or S2 has. Own and whole reports are not compared. */
void year_check(const struct year_filed *filed, const struct catalogue *catalogue,
                struct problems *problems);

#endif
