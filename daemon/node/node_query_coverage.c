/* Coverage: which units owe a form in the period, and what came. */
#include <stdlib.h>

#include "core/coverage.h"
#include "core/mem.h"
#include "node/query.h"

/* The arrays an answer points to: two units for each line at most. */
struct lines {
    Tonghop__CoverageLine *items;
    Tonghop__CoverageLine **pointers;
    Tonghop__UnitInfo *units;
    size_t count;
};

static void fill_line(const struct node *node, const struct query *query,
                      const struct coverage_line *from, Tonghop__UnitInfo *unit,
                      Tonghop__CoverageLine *ret)
{
    const struct form *form = catalogue_form(node->catalogue, from->form);
    struct date day = query->tree->window.last;
    tonghop__coverage_line__init(ret);
    query_unit_info(node, from->unit, day, unit);
    ret->unit = unit;
    ret->form = form != NULL ? form->code : ret->form;
    ret->state = (Tonghop__CoverageState)from->state;
    ret->timeliness = (Tonghop__Timeliness)from->timeliness;
    ret->revision = from->revision;
    ret->first_filed_us = from->first_filed.us;
    ret->met_by = (uint32_t)from->met_by;
    if (from->covered_by != 0) {
        Tonghop__UnitInfo coverer;
        query_unit_info(node, from->covered_by, day, &coverer);
        ret->covered_by = coverer.code;
    }
}

static bool is_sent(const struct coverage_line *line, bool only_missing)
{
    return !only_missing || line->state == COVERAGE_MISSING;
}

static size_t count_sent(const struct coverage *coverage, bool only_missing)
{
    size_t count = 0;
    for (size_t i = 0; i < coverage->count; i++)
        count += is_sent(&coverage->lines[i], only_missing);
    return count;
}

static void fill_lines(const struct node *node, const struct query *query,
                       const struct coverage *coverage, bool only_missing, struct lines *lines)
{
    size_t capacity = count_sent(coverage, only_missing) + 1;
    lines->items = mem_calloc(capacity, sizeof(*lines->items));
    lines->pointers = mem_calloc(capacity, sizeof(*lines->pointers));
    lines->units = mem_calloc(capacity, sizeof(*lines->units));
    for (size_t i = 0; i < coverage->count; i++) {
        if (!is_sent(&coverage->lines[i], only_missing))
            continue;
        size_t n = lines->count++;
        fill_line(node, query, &coverage->lines[i], &lines->units[n], &lines->items[n]);
        lines->pointers[n] = &lines->items[n];
    }
}

static void answer(struct step *step, const struct query *query, const struct coverage *coverage,
                   bool only_missing)
{
    struct lines lines = {0};
    char period[PERIOD_TEXT_SIZE];
    Tonghop__UnitInfo unit;
    Tonghop__Coverage message = TONGHOP__COVERAGE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill_lines(step->node, query, coverage, only_missing, &lines);
    query_unit_info(step->node, query->unit, query->tree->window.last, &unit);
    message.period = period_format(query->period, period);
    message.catalogue = step->node->catalogue->number;
    message.unit = &unit;
    message.due_count = (uint32_t)coverage->due_count;
    message.filed_count = (uint32_t)coverage->filed_count;
    message.accepted_count = (uint32_t)coverage->accepted_count;
    message.covered_count = (uint32_t)coverage->covered_count;
    message.late_count = (uint32_t)coverage->late_count;
    message.n_lines = lines.count;
    message.lines = lines.pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE;
    envelope.coverage = &message;
    step_reply(step, &envelope);
    free(lines.items);
    free(lines.pointers);
    free(lines.units);
}

void node_handle_coverage_query(struct step *step, const Tonghop__CoverageQuery *ask)
{
    struct query query;
    struct coverage coverage = {0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    struct view_filings filings = {step->txn, query.kind, query.period.year};
    struct coverage_source source = view_coverage_source(&filings);
    coverage_build(step->node->catalogue, query.tree, query.unit, &source, &coverage);
    if (count_sent(&coverage, ask->only_missing) > QUERY_LINES_MAX)
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step, "more than %d lines: ask for a smaller unit",
                               "có hơn %d dòng: hãy hỏi một đơn vị nhỏ hơn"),
                    QUERY_LINES_MAX);
    else
        answer(step, &query, &coverage, ask->only_missing);
    coverage_fini(&coverage);
}
