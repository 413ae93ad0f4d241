/* A whole report stands for everything beneath its unit, whose figures are not added to it. Where
 * it says less than they do together, or nothing, one of the two is likely wrong: perhaps only the
 * unit's own figures were meant. */
#include <stdio.h>

#include "core/validate.h"

enum { SIDE_TEXT_SIZE = 2 * I128_TEXT_SIZE + 4 };

/* ">=28" or "20..30" as the reader of the problems writes numbers; returns `out`. */
static const char *side_text(const struct problems *problems, const struct indicator *indicator,
                             const struct figure *figure, char out[SIDE_TEXT_SIZE])
{
    const enum number_style style = PROBLEM_WORDS(problems, NUMBER_PLAIN, NUMBER_VI);
    const enum qualifier qualifier = figure_qualifier(figure);
    char shown[I128_TEXT_SIZE], upper[I128_TEXT_SIZE];
    number_format(figure_shown(figure), indicator->decimals, false, style, shown);
    number_format(figure->upper, indicator->decimals, false, style, upper);
    if (qualifier == QUALIFIER_RANGE)
        (void)snprintf(out, SIDE_TEXT_SIZE, "%s..%s", shown, upper);
    else
        (void)snprintf(out, SIDE_TEXT_SIZE, "%s%s",
                       qualifier == QUALIFIER_EXACT ? "" : qualifier_sign(qualifier), shown);
    return out;
}

/* Whether the whole is less than what lies beneath, however the two are read. What is at most
 * something may be nothing, and "about" binds nobody. */
static bool is_surely_less(const struct figure *whole, const struct figure *below)
{
    const bool has_most =
        whole->parts[QUALIFIER_AT_LEAST] == 0 && whole->parts[QUALIFIER_ABOUT] == 0;
    const bool has_least =
        below->parts[QUALIFIER_AT_MOST] == 0 && below->parts[QUALIFIER_ABOUT] == 0;
    return has_most && has_least && whole->upper < below->value;
}

static void check_sum(const struct report *report, const struct indicator *indicator,
                      const struct figure *below, struct problems *problems)
{
    const struct cell *cell = report_cell(report, indicator->number);
    char below_text[SIDE_TEXT_SIZE], whole_text[SIDE_TEXT_SIZE];
    side_text(problems, indicator, below, below_text);
    if (cell == NULL) {
        problems_cell_warn(
            problems, indicator->number,
            PROBLEM_WORDS(problems,
                          "%s: beneath there is %s; the whole report has none, and what lies "
                          "beneath is not added then: enter the figure for all of it",
                          "%s: cấp dưới có %s; báo cáo số toàn đơn vị không có, mà số của cấp dưới "
                          "khi đó không được cộng: nhập số của toàn đơn vị"),
            indicator->code, below_text);
        return;
    }
    const struct figure whole = figure_of_cell(cell);
    if (indicator->is_signed || !is_surely_less(&whole, below))
        return;
    problems_cell_warn(
        problems, indicator->number,
        PROBLEM_WORDS(problems,
                      "%s: the whole report has %s, which is below the %s beneath: what lies "
                      "beneath is not added to it; correct the one that is wrong",
                      "%s: báo cáo số toàn đơn vị là %s, nhỏ hơn tổng %s của cấp dưới: số của cấp "
                      "dưới không được cộng vào; sửa số bị sai"),
        indicator->code, side_text(problems, indicator, &whole, whole_text), below_text);
}

void validate_whole(const struct report *report, const struct figures *below,
                    const struct catalogue *catalogue, struct date last, struct problems *problems)
{
    for (size_t i = 0; i < below->count; i++) {
        const struct indicator *indicator =
            catalogue_indicator(catalogue, below->items[i].indicator);
        /* What is valid no more cannot be entered either. */
        if (indicator != NULL && indicator->aggregation == AGGREGATION_SUM &&
            indicator_is_valid_on(indicator, last))
            check_sum(report, indicator, &below->items[i].figure, problems);
    }
}
