/* Coverage: which units owe a form in the period, and what came. */
#include <stdlib.h>

#include "core/coverage.h"
#include "core/mem.h"
#include "node/query.h"

struct coverage_ctx {
    struct store_txn *txn;
    const struct query *query;
};

static struct coverage_filing get_filing(void *ctx, uint32_t unit, uint32_t form,
                                         enum period_label label)
{
    const struct coverage_ctx *c = ctx;
    struct report_key key = {.kind = c->query->kind,
                             .period = {c->query->period.year, (uint8_t)label},
                             .unit = unit,
                             .form = form};
    struct head head;
    if (store_get_head(c->txn, &key, &head) != ERR_OK)
        return (struct coverage_filing){0};
    return (struct coverage_filing){.revision = head.revision,
                                    .states = head.states,
                                    .scope = head.scope,
                                    .is_withdrawn = head.is_withdrawn,
                                    .first_filed = head.first_filed};
}

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

static void fill_lines(const struct node *node, const struct query *query,
                       const struct coverage *coverage, bool only_missing, struct lines *lines)
{
    lines->items = mem_calloc(coverage->count + 1, sizeof(*lines->items));
    lines->pointers = mem_calloc(coverage->count + 1, sizeof(*lines->pointers));
    lines->units = mem_calloc(coverage->count + 1, sizeof(*lines->units));
    for (size_t i = 0; i < coverage->count && i < QUERY_LINES_MAX; i++) {
        if (only_missing && coverage->lines[i].state != COVERAGE_MISSING)
            continue;
        size_t n = lines->count++;
        fill_line(node, query, &coverage->lines[i], &lines->units[n], &lines->items[n]);
        lines->pointers[n] = &lines->items[n];
    }
}

void node_handle_coverage_query(struct step *step, const Tonghop__CoverageQuery *ask)
{
    struct query query;
    struct coverage coverage = {0};
    struct lines lines = {0};
    char period[PERIOD_TEXT_SIZE];
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    struct coverage_ctx ctx = {.txn = step->txn, .query = &query};
    struct coverage_source source = {.ctx = &ctx, .filing = get_filing};
    coverage_build(step->node->catalogue, query.tree, query.unit, &source, &coverage);
    fill_lines(step->node, &query, &coverage, ask->only_missing, &lines);

    Tonghop__UnitInfo unit;
    Tonghop__Coverage answer = TONGHOP__COVERAGE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query_unit_info(step->node, query.unit, query.tree->window.last, &unit);
    answer.period = period_format(query.period, period);
    answer.catalogue = step->node->catalogue->number;
    answer.unit = &unit;
    answer.due_count = (uint32_t)coverage.due_count;
    answer.filed_count = (uint32_t)coverage.filed_count;
    answer.accepted_count = (uint32_t)coverage.accepted_count;
    answer.covered_count = (uint32_t)coverage.covered_count;
    answer.late_count = (uint32_t)coverage.late_count;
    answer.n_lines = lines.count;
    answer.lines = lines.pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE;
    envelope.coverage = &answer;
    step_reply(step, &envelope);
    free(lines.items);
    free(lines.pointers);
    free(lines.units);
    coverage_fini(&coverage);
}
