/* Explain: a total taken apart down to the reports it is made of, and those that are missing. */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/query.h"
#include "node/rollup.h"

/* One line with the memory that its message points to. */
struct line {
    Tonghop__ExplainLine message;
    Tonghop__UnitInfo unit;
    Tonghop__Value value;
    char period[PERIOD_TEXT_SIZE];
    char *author, *reason, *note;
};

struct explain {
    struct step *step;
    const struct query *query;
    const struct indicator *indicator;
    struct line **lines;
    size_t count, capacity;
};

static void explain_fini(struct explain *explain)
{
    for (size_t i = 0; i < explain->count; i++) {
        free(explain->lines[i]->author);
        free(explain->lines[i]->reason);
        free(explain->lines[i]->note);
        free(explain->lines[i]);
    }
    free(explain->lines);
}

static struct line *add_line(struct explain *explain, uint32_t depth, uint32_t unit,
                             Tonghop__ExplainType type)
{
    struct line *line = mem_calloc(1, sizeof(*line));
    explain->lines =
        mem_grow(explain->lines, explain->count, &explain->capacity, sizeof(*explain->lines));
    explain->lines[explain->count++] = line;
    tonghop__explain_line__init(&line->message);
    tonghop__value__init(&line->value);
    query_unit_info(explain->step->node, unit, explain->query->tree->window.last, &line->unit);
    line->message.depth = depth;
    line->message.unit = &line->unit;
    line->message.type = type;
    line->message.value = &line->value;
    return line;
}

static struct report_key key_of(const struct explain *explain, uint32_t unit)
{
    return (struct report_key){.kind = explain->query->kind,
                               .period = explain->query->period,
                               .unit = unit,
                               .form = explain->indicator->form};
}

static const char *note_of(const struct report *report, uint32_t indicator)
{
    for (size_t i = 0; i < report->note_count; i++)
        if (report->notes[i].indicator == indicator)
            return report->notes[i].text;
    return "";
}

/* Whether a figure under the asked label can stand on the report of `label`: it has the cell, and
 * it is of the scope that counts, because own and whole cells never combine. */
static bool is_source(const struct explain *explain, const struct group *group, int label)
{
    bool is_covered = group->triple.is_covered[explain->query->period.label - 1];
    const struct report *report = &group->reports[label - 1];
    return report->scope == (is_covered ? SCOPE_WHOLE : SCOPE_OWN) &&
           report_cell(report, explain->indicator->number) != NULL;
}

/* The label of the report that a figure under the asked label mainly stands on: itself if it was
 * filed, else the year, else the later half. */
static int source_label(const struct explain *explain, const struct group *group)
{
    static const uint8_t order[] = {PERIOD_Y, PERIOD_S2, PERIOD_S1};
    int asked = explain->query->period.label;
    if (is_source(explain, group, asked))
        return asked;
    for (size_t i = 0; i < sizeof(order); i++)
        if (is_source(explain, group, order[i]))
            return order[i];
    return asked;
}

/* What the group's report of `label` says of itself. */
static void describe_report(struct explain *explain, const struct group *group, int label,
                            struct line *line)
{
    const struct report *report = &group->reports[label - 1];
    struct report_key key = key_of(explain, line->unit.id);
    struct revision revision;
    key.period.label = (uint8_t)label;
    line->message.revision = group->revisions[label - 1];
    line->message.source_period = period_format(key.period, line->period);
    line->message.scope = (Tonghop__Scope)report->scope;
    if (store_get_revision(explain->step->txn, &key, line->message.revision, &revision) == ERR_OK)
        line->message.received_us = revision.received.us;
    line->author = mem_strdup(report->author != NULL ? report->author : "");
    line->reason = mem_strdup(report->reason != NULL ? report->reason : "");
    line->note = mem_strdup(note_of(report, explain->indicator->number));
    line->message.author = line->author;
    line->message.reason = line->reason;
    line->message.note = line->note;
}

static void explain_unit(struct explain *explain, uint32_t index, uint32_t depth);

static void explain_children(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree *tree = explain->query->tree;
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        explain_unit(explain, i, depth);
}

/* A unit that owes the form and filed nothing that meets the duty and counts is named: the total
 * lacks it. */
static void explain_missing(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct query *query = explain->query;
    const struct tree_node *node = &query->tree->nodes[index];
    const struct catalogue *catalogue = explain->step->node->catalogue;
    const struct form *form = catalogue_form(catalogue, explain->indicator->form);
    bool is_due = form != NULL && (form->due_level_mask >> node->level & 1u) != 0 &&
                  (explain->indicator->level_mask >> node->level & 1u) != 0 && !node->has_ended;
    if (!is_due)
        return;
    struct view_filings filings = {explain->step->txn, query->kind, query->period.year};
    struct coverage_source source = view_coverage_source(&filings);
    struct coverage_line duty = coverage_duty(catalogue, query->tree, index, form->number, &source);
    if (duty.state == COVERAGE_ACCEPTED || duty.state == COVERAGE_COVERED)
        return;
    struct line *line =
        add_line(explain, depth, node->unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING);
    if (duty.revision == 0)
        return;
    line->message.revision = duty.revision;
    line->message.source_period =
        period_format((struct period){query->period.year, (uint8_t)duty.met_by}, line->period);
}

/* A whole half without the other one is not part of a year that comes from beneath: it is shown. */
static void explain_lone_half(struct explain *explain, uint32_t unit, uint32_t depth,
                              const struct group *group)
{
    for (int label = PERIOD_S1; label <= PERIOD_S2; label++) {
        const struct year_filed *half = &group->filed[label - 1];
        const struct cell *cell =
            report_cell(&group->reports[label - 1], explain->indicator->number);
        if (!half->is_filed || half->scope != SCOPE_WHOLE || cell == NULL)
            continue;
        struct figure figure = figure_of_cell(cell);
        struct line *line =
            add_line(explain, depth, unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF);
        value_of_figure(&figure, &line->value);
        describe_report(explain, group, label, line);
    }
}

/* What lies beneath a whole report is not added; that it was filed is shown. */
static void explain_covered(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree *tree = explain->query->tree;
    struct figures figures = {0};
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling) {
        struct report_key key = key_of(explain, tree->nodes[i].unit);
        rollup_of(explain->step->node, explain->step->txn, &key, &figures);
        const struct figure *figure = figures_find(&figures, explain->indicator->number);
        if (figure != NULL)
            value_of_figure(figure, &add_line(explain, depth, key.unit,
                                              TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED)
                                         ->value);
    }
    figures_fini(&figures);
}

static void explain_unit(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree_node *node = &explain->query->tree->nodes[index];
    size_t label = (size_t)explain->query->period.label - 1;
    struct report_key key = key_of(explain, node->unit);
    struct group group = {0};
    struct figures total = {0};
    if (explain->count > QUERY_LINES_MAX)
        return;
    group_load(explain->step->node, explain->step->txn, &key, false, &group);
    rollup_of(explain->step->node, explain->step->txn, &key, &total);
    bool is_covered = group.triple.is_covered[label];
    const struct figure *own =
        figures_find(is_covered ? &group.triple.whole[label] : &group.triple.own[label],
                     explain->indicator->number);
    bool is_leaf = node->first_child == TREE_NONE || is_covered;
    if (!is_leaf) {
        struct line *line =
            add_line(explain, depth, node->unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL);
        value_of_figure(figures_find(&total, explain->indicator->number), &line->value);
        depth++;
    }
    if (own != NULL) {
        struct line *line =
            add_line(explain, depth, node->unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT);
        value_of_figure(own, &line->value);
        describe_report(explain, &group, source_label(explain, &group), line);
    } else {
        explain_missing(explain, index, depth);
    }
    if (label == PERIOD_Y - 1 && group.triple.has_lone_whole_half)
        explain_lone_half(explain, node->unit, depth, &group);
    if (is_covered)
        explain_covered(explain, index, depth + 1);
    else
        explain_children(explain, index, depth);
    figures_fini(&total);
    group_fini(&group);
}

/* The operands of a derived indicator with their values: what it was computed from. */
struct operands {
    Tonghop__IndicatorInfo *infos;
    Tonghop__IndicatorInfo **info_pointers;
    Tonghop__Value *values;
    Tonghop__Value **value_pointers;
    size_t count;
};

static void fill_operands(struct explain *explain, struct view *view, struct operands *operands)
{
    const struct node *node = explain->step->node;
    size_t count = 0;
    const uint32_t *numbers = explain->indicator->formula != NULL
                                  ? formula_operands(explain->indicator->formula, &count)
                                  : NULL;
    operands->infos = mem_calloc(count + 1, sizeof(*operands->infos));
    operands->info_pointers = mem_calloc(count + 1, sizeof(*operands->info_pointers));
    operands->values = mem_calloc(count + 1, sizeof(*operands->values));
    operands->value_pointers = mem_calloc(count + 1, sizeof(*operands->value_pointers));
    for (size_t i = 0; i < count; i++) {
        const struct indicator *operand = catalogue_indicator(node->catalogue, numbers[i]);
        query_indicator_info(node, operand, &operands->infos[i]);
        view_value(view, operand, &operands->values[i]);
        operands->info_pointers[i] = &operands->infos[i];
        operands->value_pointers[i] = &operands->values[i];
    }
    operands->count = count;
}

static void answer(struct explain *explain)
{
    char period[PERIOD_TEXT_SIZE];
    struct view view;
    struct operands operands = {0};
    Tonghop__IndicatorInfo info;
    Tonghop__UnitInfo unit;
    Tonghop__Value total;
    Tonghop__Explanation message = TONGHOP__EXPLANATION__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    const struct query *query = explain->query;
    const struct view_key key = {query->kind, query->period, query->from, query->unit};
    view_init(&view, explain->step->node, explain->step->txn, &key);
    view_value(&view, explain->indicator, &total);
    fill_operands(explain, &view, &operands);
    query_indicator_info(explain->step->node, explain->indicator, &info);
    query_unit_info(explain->step->node, explain->query->unit, explain->query->tree->window.last,
                    &unit);
    Tonghop__ExplainLine **pointers = mem_calloc(explain->count + 1, sizeof(*pointers));
    for (size_t i = 0; i < explain->count; i++)
        pointers[i] = &explain->lines[i]->message;
    message.period = period_format(explain->query->period, period);
    message.indicator = &info;
    message.unit = &unit;
    message.total = &total;
    message.n_lines = explain->count;
    message.lines = pointers;
    message.n_operands = operands.count;
    message.operands = operands.info_pointers;
    message.n_operand_values = operands.count;
    message.operand_values = operands.value_pointers;
    message.split_year = view_is_split_year(explain->step->node, &key);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_EXPLANATION;
    envelope.explanation = &message;
    step_reply(explain->step, &envelope);
    free(pointers);
    for (size_t i = 0; i < operands.count; i++)
        value_fini(&operands.values[i]);
    free(operands.infos);
    free(operands.info_pointers);
    free(operands.values);
    free(operands.value_pointers);
    value_fini(&total);
    view_fini(&view);
}

void node_handle_explain_query(struct step *step, const Tonghop__ExplainQuery *ask)
{
    struct query query;
    struct explain explain = {.step = step, .query = &query};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query))
        return;
    explain.indicator = query_indicator(step, ask->indicator);
    if (explain.indicator == NULL)
        return;
    if (indicator_is_entered(explain.indicator))
        explain_unit(&explain, tree_find(query.tree, query.unit), 0);
    if (explain.count > QUERY_LINES_MAX)
        step_refuse(step, ERR_TOO_LARGE, NULL, "more than %d lines: ask for a smaller unit",
                    QUERY_LINES_MAX);
    else
        answer(&explain);
    explain_fini(&explain);
}
