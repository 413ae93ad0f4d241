/* A total taken apart down to the reports it is made of, and those that are missing. */
#include "node/explain.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/rollup.h"

void explain_fini(struct explain *explain)
{
    for (size_t i = 0; i < explain->count; i++) {
        free(explain->lines[i]->author);
        free(explain->lines[i]->reason);
        free(explain->lines[i]->note);
        free(explain->lines[i]->source);
        free(explain->lines[i]);
    }
    free(explain->lines);
    figure_filter_fini(&explain->wanted);
}

struct explain_line *explain_add_line(struct explain *explain, uint32_t depth, uint32_t unit,
                                      Tonghop__ExplainType type)
{
    struct explain_line *line = mem_calloc(1, sizeof(*line));
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

/* What the unit adds itself, under the label asked for; NULL: nothing. */
static const struct figure *own_figure(const struct explain *explain, const struct group *group)
{
    size_t label = (size_t)explain->query->period.label - 1;
    return figures_find(group->triple.is_covered[label] ? &group->triple.whole[label]
                                                        : &group->triple.own[label],
                        explain->indicator->number);
}

static char *copy(const char *text)
{
    return mem_strdup(text != NULL ? text : "");
}

bool explain_is_too_large(const struct explain *explain)
{
    return explain->count > QUERY_LINES_MAX || explain->byte_count > WIRE_ANSWER_MAX;
}

/* Whether the unit's own report is asked for. */
static bool is_asked(const struct explain *explain, const struct tree_node *node)
{
    return explain->type < 0 || node->type == explain->type;
}

/* What a report says of itself. */
static void describe(struct explain *explain, const struct report *report, int label,
                     struct explain_line *line)
{
    const struct period period = {explain->query->period.year, (uint8_t)label};
    line->message.source_period = period_format(period, line->period);
    line->message.scope = (Tonghop__Scope)report->scope;
    line->author = copy(report->author);
    line->reason = copy(report->reason);
    line->source = copy(report->source);
    line->note = copy(report_note(report, explain->indicator->number));
    line->message.author = line->author;
    line->message.reason = line->reason;
    line->message.source = line->source;
    line->message.note = line->note;
    explain->byte_count +=
        strlen(line->author) + strlen(line->reason) + strlen(line->source) + strlen(line->note);
}

/* The group's report of `label`. */
static void describe_report(struct explain *explain, const struct group *group, int label,
                            struct explain_line *line)
{
    line->message.revision = group->revisions[label - 1];
    line->message.received_us = group->received[label - 1].us;
    describe(explain, &group->reports[label - 1], label, line);
}

/* One revision that is held, with the cell that it has. */
static void explain_revision(struct explain *explain, const struct report_key *key,
                             const struct revision *revision, uint32_t depth)
{
    struct report report = {0};
    if (!revision_read(explain->step->node, explain->step->txn, key, revision, &report))
        return;
    struct explain_line *line =
        explain_add_line(explain, depth, key->unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REVISION);
    const struct cell *cell = report_cell(&report, explain->indicator->number);
    struct figure figure = {0};
    if (cell != NULL)
        figure = figure_of_cell(cell);
    value_of_figure(&figure, &line->value);
    line->message.revision = revision->number;
    line->message.states = revision->states;
    line->message.withdrawn = report.is_withdrawn;
    line->message.received_us = revision->received.us;
    describe(explain, &report, key->period.label, line);
    report_fini(&report);
}

/* All that is held of a unit's reports that bear on the figure, the latest first: on the first
 * half-year bears none but its own, on the others all three of the year. */
static void explain_revisions(struct explain *explain, uint32_t unit, uint32_t depth)
{
    int last = explain->query->period.label == PERIOD_S1 ? PERIOD_S1 : PERIOD_Y;
    if (!explain->with_revisions)
        return;
    for (int label = PERIOD_S1; label <= last; label++) {
        struct report_key key = key_of(explain, unit);
        struct revision revision;
        uint64_t number = UINT64_MAX;
        key.period.label = (uint8_t)label;
        while (!explain_is_too_large(explain) &&
               store_previous_revision(explain->step->txn, &key, &number, &revision) == ERR_OK)
            explain_revision(explain, &key, &revision, depth);
    }
}

static void explain_unit(struct explain *explain, uint32_t index, uint32_t depth);

static void explain_subtotal(struct explain *explain, uint32_t unit, uint32_t depth)
{
    struct report_key key = key_of(explain, unit);
    struct figures total = {0};
    rollup_of(explain->step->node, explain->step->txn, &key, &explain->wanted, &total);
    struct explain_line *line =
        explain_add_line(explain, depth, unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_SUBTOTAL);
    value_of_figure(figures_find(&total, explain->indicator->number), &line->value);
    figures_fini(&total);
}

/* Whether a whole report stands for all beneath the unit. */
static bool is_whole(const struct explain *explain, uint32_t unit)
{
    struct report_key key = key_of(explain, unit);
    struct figures own = {0};
    bool is_covered =
        rollup_own(explain->step->node, explain->step->txn, &key, &explain->wanted, &own);
    figures_fini(&own);
    return is_covered;
}

/* Briefly, a unit that sums up others is its subtotal alone. */
static void explain_child(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree_node *node = &explain->query->tree->nodes[index];
    bool is_cut =
        explain->is_brief && node->first_child != TREE_NONE && !is_whole(explain, node->unit);
    explain->has_more = explain->has_more || is_cut;
    if (is_cut)
        explain_subtotal(explain, node->unit, depth);
    else
        explain_unit(explain, index, depth);
}

static void explain_children(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree *tree = explain->query->tree;
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        explain_child(explain, i, depth);
}

/* A line with the figure of one report of the group. */
static void explain_cell(struct explain *explain, const struct group *group, int label,
                         uint32_t unit, uint32_t depth, Tonghop__ExplainType type)
{
    struct figure figure =
        figure_of_cell(report_cell(&group->reports[label - 1], explain->indicator->number));
    struct explain_line *line = explain_add_line(explain, depth, unit, type);
    value_of_figure(&figure, &line->value);
    describe_report(explain, group, label, line);
}

/* The year rule makes one figure of several reports: each of them is shown with its own. A sum of
 * halves, or an extreme of them; what is left of a year without its first half. */
static void explain_parts(struct explain *explain, const struct group *group, uint32_t unit,
                          uint32_t depth)
{
    const struct indicator *indicator = explain->indicator;
    int asked = explain->query->period.label;
    bool is_sum = indicator->aggregation == AGGREGATION_SUM;
    bool is_one = is_source(explain, group, asked) || asked == PERIOD_S1 ||
                  (is_sum && indicator->nature == NATURE_STOCK);
    int other = asked == PERIOD_Y ? PERIOD_S2 : PERIOD_Y;
    if (is_one || !is_source(explain, group, PERIOD_S1) || !is_source(explain, group, other))
        return;
    const int labels[] = {other, PERIOD_S1};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        explain_cell(explain, group, labels[i], unit, depth,
                     TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_PART);
}

/* A revision that adds nothing: who has filed it, when and why. */
static void describe_revision(struct explain *explain, const struct report_key *key,
                              uint64_t number, struct explain_line *line)
{
    struct revision revision;
    struct report report = {0};
    if (store_get_revision(explain->step->txn, key, number, &revision) != ERR_OK ||
        !revision_read(explain->step->node, explain->step->txn, key, &revision, &report))
        return;
    line->message.revision = number;
    line->message.received_us = revision.received.us;
    line->message.withdrawn = report.is_withdrawn;
    describe(explain, &report, key->period.label, line);
    line->message.scope = TONGHOP__SCOPE__SCOPE_UNSPECIFIED; /* nothing is added in any scope */
    report_fini(&report);
}

/* That a unit which owes the report had filed it, and took it back. */
static void describe_withdrawn(struct explain *explain, const struct report_key *key,
                               struct explain_line *line)
{
    struct head head;
    if (store_get_head(explain->step->txn, key, &head) == ERR_OK && head.is_withdrawn)
        describe_revision(explain, key, head.revision, line);
}

/* Whether a report of the unit has to have the figure. */
static bool owes(const struct explain *explain, uint32_t index)
{
    const struct catalogue *catalogue = explain->step->node->catalogue;
    const struct tree *tree = explain->query->tree;
    const struct form *form = catalogue_form(catalogue, explain->indicator->form);
    return form != NULL && (explain->indicator->level_mask >> tree->nodes[index].level & 1U) != 0 &&
           coverage_is_owed(catalogue, tree, index, form, NULL);
}

/* A unit that owes the form and filed nothing that meets the duty and counts is named, and so is
 * one that filed without the figure: the total lacks it. */
static void explain_missing(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct query *query = explain->query;
    const struct tree_node *node = &query->tree->nodes[index];
    const struct catalogue *catalogue = explain->step->node->catalogue;
    if (!owes(explain, index))
        return;
    struct view_filings filings = {explain->step->txn, query->kind, query->period.year};
    struct coverage_source source = view_coverage_source(&filings);
    struct coverage_line duty =
        coverage_duty(catalogue, query->tree, index, explain->indicator->form, &source);
    if (duty.state == COVERAGE_COVERED)
        return;
    bool is_filed = duty.state == COVERAGE_ACCEPTED;
    explain->missing_count += !is_filed;
    explain->without_count += is_filed;
    struct explain_line *line =
        explain_add_line(explain, depth, node->unit,
                         is_filed ? TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_WITHOUT
                                  : TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_MISSING);
    struct report_key key = key_of(explain, node->unit);
    key.period.label = (uint8_t)duty.met_by;
    if (duty.revision != 0)
        describe_revision(explain, &key, duty.revision, line);
    else
        describe_withdrawn(explain, &key, line);
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
        explain_cell(explain, group, label, unit, depth,
                     TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_LONE_HALF);
    }
}

/* What a unit beneath a whole report filed itself, which is not added. */
static void explain_covered_own(struct explain *explain, uint32_t unit, uint32_t depth)
{
    struct report_key key = key_of(explain, unit);
    struct group group = {0};
    group_load_figures(explain->step->node, explain->step->txn, &key, &explain->wanted, &group);
    const struct figure *own = own_figure(explain, &group);
    if (own != NULL) {
        struct explain_line *line =
            explain_add_line(explain, depth, unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED);
        value_of_figure(own, &line->value);
        describe_report(explain, &group, source_label(explain, &group), line);
    }
    group_fini(&group);
}

static void explain_covered_rollup(struct explain *explain, uint32_t unit, uint32_t depth)
{
    struct report_key key = key_of(explain, unit);
    struct figures figures = {0};
    rollup_of(explain->step->node, explain->step->txn, &key, &explain->wanted, &figures);
    const struct figure *figure = figures_find(&figures, explain->indicator->number);
    if (figure != NULL)
        value_of_figure(figure, &explain_add_line(explain, depth, unit,
                                                  TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_COVERED)
                                     ->value);
    figures_fini(&figures);
}

/* What lies beneath a whole report is not added; that it was filed is shown: by the units directly
 * beneath it, or, of one type, by those of that type. */
static void explain_covered(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree *tree = explain->query->tree;
    bool is_of_type = explain->type >= 0;
    uint32_t i = is_of_type ? tree_next(tree, index, index) : tree->nodes[index].first_child;
    while (i != TREE_NONE && !explain_is_too_large(explain)) {
        const struct tree_node *node = &tree->nodes[i];
        if (!is_of_type && node->first_child != TREE_NONE)
            explain_covered_rollup(explain, node->unit, depth);
        else if (is_asked(explain, node))
            explain_covered_own(explain, node->unit, depth);
        i = is_of_type ? tree_next(tree, index, i) : node->next_sibling;
    }
}

/* What the unit filed itself, or that it did not; with all that is held of it. */
static void explain_own(struct explain *explain, uint32_t index, uint32_t depth,
                        const struct group *group)
{
    const struct tree_node *node = &explain->query->tree->nodes[index];
    const struct figure *own = own_figure(explain, group);
    if (own != NULL) {
        struct explain_line *line = explain_add_line(explain, depth, node->unit,
                                                     TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT);
        value_of_figure(own, &line->value);
        describe_report(explain, group, source_label(explain, group), line);
        explain_parts(explain, group, node->unit, depth + 1);
    } else {
        explain_missing(explain, index, depth);
    }
    explain_revisions(explain, node->unit, depth + 1);
}

/* Of one type there are only the reports, and those that are missing: no unit has a subtotal of
 * it. */
static void explain_unit(struct explain *explain, uint32_t index, uint32_t depth)
{
    const struct tree_node *node = &explain->query->tree->nodes[index];
    size_t label = (size_t)explain->query->period.label - 1;
    struct report_key key = key_of(explain, node->unit);
    struct group group = {0};
    bool is_whole_tree = explain->type < 0;
    if (explain_is_too_large(explain))
        return;
    group_load_figures(explain->step->node, explain->step->txn, &key, &explain->wanted, &group);
    bool is_covered = group.triple.is_covered[label];
    bool is_leaf = node->first_child == TREE_NONE || is_covered;
    if (!is_leaf && is_whole_tree)
        explain_subtotal(explain, node->unit, depth++);
    if (is_asked(explain, node))
        explain_own(explain, index, depth, &group);
    if (label == PERIOD_Y - 1 && group.triple.has_lone_whole_half && is_whole_tree)
        explain_lone_half(explain, node->unit, depth, &group);
    if (!is_covered)
        explain_children(explain, index, depth);
    else
        explain_covered(explain, index, is_whole_tree ? depth + 1 : depth);
    group_fini(&group);
}

/* Units of the subtree that owe the form and report the indicator. */
static void count_due(struct explain *explain)
{
    const struct tree *tree = explain->query->tree;
    uint32_t root = tree_find(tree, explain->query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        explain->due_count += is_asked(explain, &tree->nodes[i]) && owes(explain, i);
}

/* The year's figure: of one type, what its units reported, which may be none of it. */
static void fill_year(const struct explain *explain, const struct figure *rollup,
                      Tonghop__Value *ret_value)
{
    const struct query *one = explain->query;
    const struct view_key key = {one->kind, one->period, one->from, one->unit, 0};
    if (explain->type < 0) {
        value_of_figure(rollup, ret_value);
        return;
    }
    struct view *family = view_family_new(explain->step->node, explain->step->txn, &key);
    view_value(&family[explain->type], explain->indicator, ret_value);
    view_family_free(&family);
}

/* One year of a span, if the unit has the figure: its roll-up, and what that is made of. Returns
 * whether it has. */
static bool explain_year(struct explain *explain, uint16_t year)
{
    const struct query *span = explain->query;
    struct query one = *span;
    struct figures figures = {0};
    one.period.year = one.from = year;
    one.tree = node_tree(explain->step->node, one.period);
    explain->query = &one;
    struct report_key key = key_of(explain, one.unit);
    rollup_of(explain->step->node, explain->step->txn, &key, &explain->wanted, &figures);
    const struct figure *figure = figures_find(&figures, explain->indicator->number);
    uint32_t index = tree_find(one.tree, one.unit);
    bool is_there = figure != NULL && index != TREE_NONE;
    if (is_there) {
        struct explain_line *line =
            explain_add_line(explain, 0, one.unit, TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_YEAR);
        fill_year(explain, figure, &line->value);
        line->message.source_period = period_format(one.period, line->period);
        explain_unit(explain, index, 1);
    }
    figures_fini(&figures);
    explain->query = span;
    return is_there;
}

static void explain_all(struct explain *explain)
{
    const struct query *query = explain->query;
    if (query->from == query->period.year) {
        explain_unit(explain, tree_find(query->tree, query->unit), 0);
        count_due(explain);
        return;
    }
    /* A stock of a span is that of the last year that has it. */
    for (unsigned year = query->period.year; year >= query->from; year--)
        if (explain_year(explain, (uint16_t)year) && explain->indicator->nature == NATURE_STOCK)
            break;
    explain->missing_count = explain->without_count = 0; /* of one period alone, as due_count */
}

void explain_lines(struct explain *explain)
{
    explain->wanted = view_filter_of(explain->step->node->catalogue, explain->indicator);
    explain_all(explain);
}
