/* The year rule: cells in, the effective (S1, S2, Y) out, one indicator at a time.
 *
 *     cells of S1, S2, Y  --resolve_cells-->  figures of S1, S2, Y
 *
 * That is done twice, once over the reports filed as `own` and once over those filed as `whole`,
 * because the two never combine; then each label keeps the one that stands for it. */
#include "core/year.h"

#include <string.h>

enum { S1 = PERIOD_S1 - 1, S2 = PERIOD_S2 - 1, Y = PERIOD_Y - 1 };

/* Merges the cells of the reports of one scope by indicator. */
struct walk {
    const struct cell *at[PERIOD_LABEL_COUNT];
    const struct cell *end[PERIOD_LABEL_COUNT];
};

static bool is_filed_as(const struct year_filed *filed, enum scope scope)
{
    return filed->is_filed && filed->scope == scope;
}

static struct walk walk_start(const struct year_filed *filed, enum scope scope)
{
    struct walk walk = {0};
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        if (!is_filed_as(&filed[label], scope) || filed[label].cell_count == 0)
            continue;
        walk.at[label] = filed[label].cells;
        walk.end[label] = filed[label].cells + filed[label].cell_count;
    }
    return walk;
}

/* The cells of the next indicator, NULL where a report has none; false at the end. */
static bool walk_next(struct walk *walk, uint32_t *ret_indicator,
                      const struct cell *ret_cells[PERIOD_LABEL_COUNT])
{
    bool is_found = false;
    uint32_t indicator = UINT32_MAX;
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        if (walk->at[label] == walk->end[label])
            continue;
        is_found = true;
        if (walk->at[label]->indicator < indicator)
            indicator = walk->at[label]->indicator;
    }
    if (!is_found)
        return false;
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        const bool has_cell =
            walk->at[label] != walk->end[label] && walk->at[label]->indicator == indicator;
        ret_cells[label] = has_cell ? walk->at[label]++ : NULL;
    }
    *ret_indicator = indicator;
    return true;
}

/* An indicator that the catalogue does not know adds up as a flow (see figures_add). */
static bool is_sum(const struct indicator *indicator)
{
    return indicator == NULL || indicator->aggregation == AGGREGATION_SUM;
}

static bool is_flow_sum(const struct indicator *indicator)
{
    return is_sum(indicator) && (indicator == NULL || indicator->nature == NATURE_FLOW);
}

/* A unit that ended inside the label's window leaves its flows behind; its stocks and extremes are
 * those of whoever is there on the last day. */
static bool counts_under(const struct year_filed *label, const struct indicator *indicator)
{
    return !label->has_ended || is_flow_sum(indicator);
}

/* Two parts of one unit are one part, with the qualifier and the marks of both together. */
static struct figure merge_parts(const struct figure *a, const struct figure *b,
                                 enum aggregation aggregation)
{
    struct figure merged = *a;
    figure_combine(&merged, b, aggregation);
    const enum qualifier qualifier = figure_qualifier(&merged);
    memset(merged.parts, 0, sizeof(merged.parts));
    merged.parts[qualifier] = 1;
    merged.early_count = merged.early_count > 0;
    merged.baseline_count = merged.baseline_count > 0;
    merged.unit_set = a->unit_set;
    return merged;
}

/* NULL: that half was not filed, and both: there is no year. What is made anew is made in `room`.
 */
static const struct figure *year_of_halves(const struct figure *s1, const struct figure *s2,
                                           const struct indicator *indicator, struct figure *room)
{
    const bool is_stock_sum = is_sum(indicator) && !is_flow_sum(indicator);
    if (s2 != NULL && is_stock_sum)
        return s2;
    if (s1 == NULL && s2 == NULL)
        return NULL;
    if (s1 != NULL && s2 != NULL) {
        *room = merge_parts(s1, s2, indicator != NULL ? indicator->aggregation : AGGREGATION_SUM);
        return room;
    }
    *room = s1 != NULL ? *s1 : *s2;
    room->partial_count = 1;
    return room;
}

/* year - half = year + (-half): the negative of an interval swaps its ends, and with them at-least
 * and at-most. Adding then does the rest: at least - at least = at least + at most = about. */
static struct figure year_minus_half(const struct figure *year, const struct figure *half)
{
    struct figure minus = *half;
    minus.value = -half->upper;
    minus.upper = -half->value;
    minus.parts[QUALIFIER_AT_LEAST] = half->parts[QUALIFIER_AT_MOST];
    minus.parts[QUALIFIER_AT_MOST] = half->parts[QUALIFIER_AT_LEAST];

    struct figure rest = merge_parts(year, &minus, AGGREGATION_SUM);
    rest.implied_count = 1;
    rest.negative_count = figure_shown(&rest) < 0 ? 1 : 0;
    return rest;
}

static void fill_filed(const struct year_filed *report, const struct cell *cell,
                       struct figure *ret_figure)
{
    *ret_figure = figure_of_cell(cell);
    ret_figure->early_count = report->is_early;
    ret_figure->baseline_count = report->is_baseline;
    ret_figure->unit_set = report->unit_set;
}

/* The rule of year.h for one indicator: NULL where it has no figure, else one that lies in `room`.
 */
static void resolve_cells(const struct year_filed *reports,
                          const struct cell *const cells[PERIOD_LABEL_COUNT],
                          const struct indicator *indicator, struct figure room[PERIOD_LABEL_COUNT],
                          const struct figure *ret_figures[PERIOD_LABEL_COUNT])
{
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        ret_figures[label] = cells[label] != NULL ? &room[label] : NULL;
        if (cells[label] != NULL)
            fill_filed(&reports[label], cells[label], &room[label]);
    }
    if (cells[Y] == NULL) {
        ret_figures[Y] = year_of_halves(ret_figures[S1], ret_figures[S2], indicator, &room[Y]);
    } else if (cells[S2] == NULL && is_flow_sum(indicator) && cells[S1] != NULL) {
        room[S2] = year_minus_half(&room[Y], &room[S1]);
        ret_figures[S2] = &room[S2];
    } else if (cells[S2] == NULL && is_sum(indicator) && !is_flow_sum(indicator)) {
        ret_figures[S2] = &room[Y];
    }
}

/* `first` to `last`: the labels wanted, from 0. */
static void resolve_scope(const struct year_filed *filed, enum scope scope,
                          const struct catalogue *catalogue, int first, int last,
                          struct figures *ret_figures)
{
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++)
        figures_clear(&ret_figures[label]);
    for (int label = first; label <= last; label++)
        if (is_filed_as(&filed[label], scope))
            figures_reserve(&ret_figures[label], filed[label].cell_count);

    struct walk walk = walk_start(filed, scope);
    uint32_t number = 0;
    size_t at = 0;
    const struct cell *cells[PERIOD_LABEL_COUNT];
    while (walk_next(&walk, &number, cells)) {
        const struct indicator *indicator = catalogue_indicator_from(catalogue, number, &at);
        if (indicator != NULL && indicator->aggregation == AGGREGATION_DERIVED)
            continue; /* computed on roll-ups; validate.c refuses it at intake */
        struct figure room[PERIOD_LABEL_COUNT];
        const struct figure *figures[PERIOD_LABEL_COUNT];
        resolve_cells(filed, cells, indicator, room, figures);
        for (int label = first; label <= last; label++) {
            if (figures[label] != NULL && counts_under(&filed[label], indicator))
                figures_append(&ret_figures[label], number, figures[label]);
        }
    }
}

bool year_is_covered(const bool is_whole[PERIOD_LABEL_COUNT], enum period_label label)
{
    switch (label) {
    case PERIOD_S1:
        return is_whole[S1];
    case PERIOD_S2:
        return is_whole[S2] || (is_whole[Y] && is_whole[S1]);
    case PERIOD_Y:
        return is_whole[Y] || (is_whole[S1] && is_whole[S2]);
    }
    return false;
}

void year_triple_fini(struct year_triple *triple)
{
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        figures_fini(&triple->own[label]);
        figures_fini(&triple->whole[label]);
    }
    *triple = (struct year_triple){0};
}

static void resolve(const struct year_filed *filed, const struct catalogue *catalogue, int first,
                    int last, struct year_triple *ret_triple)
{
    resolve_scope(filed, SCOPE_OWN, catalogue, first, last, ret_triple->own);
    resolve_scope(filed, SCOPE_WHOLE, catalogue, first, last, ret_triple->whole);

    bool is_whole[PERIOD_LABEL_COUNT];
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++)
        is_whole[label] = is_filed_as(&filed[label], SCOPE_WHOLE);
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        const bool is_covered = year_is_covered(is_whole, (enum period_label)(label + 1));
        ret_triple->is_covered[label] = is_covered;
        figures_clear(is_covered ? &ret_triple->own[label] : &ret_triple->whole[label]);
    }
    ret_triple->has_lone_whole_half = (is_whole[S1] || is_whole[S2]) && !ret_triple->is_covered[Y];
}

void year_resolve(const struct year_filed *filed, const struct catalogue *catalogue,
                  struct year_triple *ret_triple)
{
    resolve(filed, catalogue, S1, Y, ret_triple);
}

void year_resolve_label(const struct year_filed *filed, const struct catalogue *catalogue,
                        enum period_label label, struct year_triple *ret_triple)
{
    resolve(filed, catalogue, (int)label - 1, (int)label - 1, ret_triple);
}

void year_rollup(const struct year_triple *triple, enum period_label label,
                 const struct figures *below, const struct catalogue *catalogue,
                 struct figures *ret_result)
{
    const int at = (int)label - 1;
    if (triple->is_covered[at]) {
        figures_copy(ret_result, &triple->whole[at]);
        return;
    }
    figures_copy(ret_result, &triple->own[at]);
    figures_add(ret_result, below, catalogue);
}

static bool all_exact(const struct cell *const cells[PERIOD_LABEL_COUNT])
{
    for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
        if (cells[label] == NULL || cells[label]->qualifier != QUALIFIER_EXACT)
            return false;
    }
    return true;
}

static void check_halves(const struct cell *const cells[PERIOD_LABEL_COUNT],
                         const struct indicator *indicator, struct problems *problems)
{
    char year[I128_TEXT_SIZE], s1[I128_TEXT_SIZE], s2[I128_TEXT_SIZE], sum[I128_TEXT_SIZE];
    const i128 halves = (i128)cells[S1]->value + cells[S2]->value;
    if (cells[Y]->value == halves)
        return;
    const unsigned decimals = indicator->decimals;
    const enum number_style style = PROBLEM_WORDS(problems, NUMBER_PLAIN, NUMBER_VI);
    problems_cell_warn(problems, indicator->number,
                       PROBLEM_WORDS(problems,
                                     "%s: the year says %s, but S1 + S2 = %s + %s = %s; the year "
                                     "stands: correct the year or the half that is wrong",
                                     "%s: cả năm là %s, nhưng S1 + S2 = %s + %s = %s; vẫn lấy số "
                                     "cả năm: sửa số cả năm hoặc số nửa năm bị sai"),
                       indicator->code,
                       number_format(cells[Y]->value, decimals, false, style, year),
                       number_format(cells[S1]->value, decimals, false, style, s1),
                       number_format(cells[S2]->value, decimals, false, style, s2),
                       number_format(halves, decimals, false, style, sum));
}

/* Nothing negative can happen in the other half, whether it was filed or not. */
static void check_below(const struct cell *const cells[PERIOD_LABEL_COUNT], int half,
                        const struct indicator *indicator, struct problems *problems)
{
    if (cells[half] == NULL || cells[Y] == NULL)
        return;
    const struct figure year = figure_of_cell(cells[Y]);
    const struct figure filed = figure_of_cell(cells[half]);
    const struct figure rest = year_minus_half(&year, &filed);
    if (rest.negative_count == 0)
        return;
    const char *name = half == S1 ? "S1" : "S2", *other = half == S1 ? "S2" : "S1";
    char text[I128_TEXT_SIZE];
    problems_cell_warn(
        problems, indicator->number,
        PROBLEM_WORDS(problems,
                      "%s: the year is below its %s and leaves %s for %s: correct the year or %s",
                      "%1$s: số cả năm nhỏ hơn số %2$s, %4$s chỉ còn %3$s: sửa số cả năm hoặc số "
                      "%5$s"),
        indicator->code, name,
        number_format(figure_shown(&rest), indicator->decimals, false,
                      PROBLEM_WORDS(problems, NUMBER_PLAIN, NUMBER_VI), text),
        other, name);
}

static void warn_lacking(const char *half, const struct indicator *indicator,
                         struct problems *problems)
{
    problems_cell_warn(problems, indicator->number,
                       PROBLEM_WORDS(problems,
                                     "%s: the filed year lacks it although %s has it; the "
                                     "half-year stands in for it: add it to the year",
                                     "%s: báo cáo năm thiếu số này trong khi %s có; tạm lấy số nửa "
                                     "năm: bổ sung vào báo cáo năm"),
                       indicator->code, half);
}

void year_check(const struct year_filed *filed, const struct catalogue *catalogue,
                struct problems *problems)
{
    static const enum scope SCOPES[] = {SCOPE_OWN, SCOPE_WHOLE};
    if (filed[S1].is_filed + filed[S2].is_filed + filed[Y].is_filed < 2)
        return; /* one report agrees with itself */
    for (size_t i = 0; i < sizeof(SCOPES) / sizeof(SCOPES[0]); i++) {
        struct walk walk = walk_start(filed, SCOPES[i]);
        uint32_t number = 0;
        size_t at = 0;
        const struct cell *cells[PERIOD_LABEL_COUNT];
        while (walk_next(&walk, &number, cells)) {
            const struct indicator *indicator = catalogue_indicator_from(catalogue, number, &at);
            if (indicator == NULL || indicator->aggregation == AGGREGATION_DERIVED)
                continue; /* validate_report names it */
            if (is_flow_sum(indicator) && all_exact(cells))
                check_halves(cells, indicator, problems);
            if (is_flow_sum(indicator) && !indicator->is_signed) {
                check_below(cells, S1, indicator, problems);
                check_below(cells, S2, indicator, problems);
            }
            if (is_filed_as(&filed[Y], SCOPES[i]) && cells[Y] == NULL &&
                counts_under(&filed[Y], indicator))
                warn_lacking(cells[S1] != NULL ? "S1" : "S2", indicator, problems);
        }
    }
}
