/* Every duty of a subtree, and the filing that meets it best.
 *
 * A duty may be met in two ways: S2 by S2 or by the year, the year by itself or by both halves (its
 * figure is then their sum). Both are looked up and the better one is named, so a half that was
 * returned does not hide the annual report that replaced it. */
#include "core/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/year.h"

/* One duty's surroundings. */
struct context {
    const struct catalogue *catalogue;
    const struct tree *tree;
    const struct coverage_source *source;
};

/* A way to meet a duty. */
struct meeting {
    enum coverage_state state; /* MISSING: it does not meet it */
    enum period_label label;
    struct instant first_filed;
    struct instant judged; /* the time that decides whether it was in time */
    uint64_t revision;
    uint64_t first_revision; /* of S1, where both halves meet a year; else 0 */
};

static struct coverage_filing filing_of(const struct context *context, uint32_t unit, uint32_t form,
                                        enum period_label label)
{
    return context->source->filing(context->source->ctx, unit, form, label);
}

static enum coverage_state state_of(const struct coverage_filing *filing)
{
    if (filing->revision == 0 || filing->is_withdrawn)
        return COVERAGE_MISSING;
    if ((filing->states & STATE_RETURNED) != 0)
        return COVERAGE_RETURNED;
    return (filing->states & STATE_ACCEPTED) != 0 ? COVERAGE_ACCEPTED : COVERAGE_WAITING;
}

/* The further a report has come, the higher. */
static int rank_of(enum coverage_state state)
{
    switch (state) {
    case COVERAGE_COVERED: /* not the state of a filing */
    case COVERAGE_MISSING:
        return 0;
    case COVERAGE_RETURNED:
        return 1;
    case COVERAGE_WAITING:
        return 2;
    case COVERAGE_ACCEPTED:
        return 3;
    }
    return 0;
}

static struct meeting meeting_of(const struct coverage_filing *filing, enum period_label label)
{
    const enum coverage_state state = state_of(filing);
    if (state == COVERAGE_MISSING)
        return (struct meeting){.state = state, .label = label};
    return (struct meeting){
        .state = state,
        .label = label,
        .first_filed = filing->first_filed,
        .judged = filing->arrived.us != 0 ? filing->arrived : filing->first_filed,
        .revision = filing->revision,
    };
}

/* The year is met by its halves once both are there, so the later and the worse of them decides.
 * Own and whole cells never combine: one of each makes no year. */
static struct meeting meeting_of_halves(const struct coverage_filing *s1,
                                        const struct coverage_filing *s2)
{
    const struct meeting first = meeting_of(s1, PERIOD_S1);
    struct meeting second = meeting_of(s2, PERIOD_S2);
    if (rank_of(first.state) < rank_of(second.state))
        second.state = first.state;
    if (second.state == COVERAGE_MISSING || s1->scope != s2->scope)
        return (struct meeting){.state = COVERAGE_MISSING, .label = PERIOD_S2};
    if (first.judged.us > second.judged.us) {
        second.first_filed = first.first_filed;
        second.judged = first.judged;
    }
    second.first_revision = first.revision;
    return second;
}

/* How `unit` meets its duty under the tree's label; on a tie the label's own report is named. */
static struct meeting best_meeting(const struct context *context, uint32_t unit, uint32_t form)
{
    const enum period_label label = (enum period_label)context->tree->period.label;
    const struct coverage_filing direct = filing_of(context, unit, form, label);
    const struct meeting own = meeting_of(&direct, label);
    if (label == PERIOD_S1)
        return own;

    struct meeting other;
    if (label == PERIOD_S2) {
        const struct coverage_filing year = filing_of(context, unit, form, PERIOD_Y);
        other = meeting_of(&year, PERIOD_Y);
    } else {
        const struct coverage_filing s1 = filing_of(context, unit, form, PERIOD_S1);
        const struct coverage_filing s2 = filing_of(context, unit, form, PERIOD_S2);
        other = meeting_of_halves(&s1, &s2);
    }
    struct meeting best = rank_of(other.state) > rank_of(own.state) ? other : own;
    /* Timeliness is about the first filing, whatever came of it. */
    if (own.state != COVERAGE_MISSING && other.state != COVERAGE_MISSING) {
        const struct meeting *first = own.judged.us < other.judged.us ? &own : &other;
        best.first_filed = first->first_filed;
        best.judged = first->judged;
    }
    return best;
}

/* Whether the unit's whole reports cover the tree's label, by the rule of year.h. */
static bool covers(const struct context *context, uint32_t unit, uint32_t form)
{
    bool is_whole[PERIOD_LABEL_COUNT];
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++) {
        const struct coverage_filing filing =
            filing_of(context, unit, form, (enum period_label)(i + 1));
        is_whole[i] = filing.scope == SCOPE_WHOLE && state_of(&filing) == COVERAGE_ACCEPTED;
    }
    return year_is_covered(is_whole, (enum period_label)context->tree->period.label);
}

/* The nearest unit above the node whose whole report stands for it, 0 if there is none. */
static uint32_t covering_unit(const struct context *context, uint32_t node, uint32_t form)
{
    const struct tree_node *nodes = context->tree->nodes;
    for (uint32_t at = nodes[node].parent; at != TREE_NONE; at = nodes[at].parent) {
        if (covers(context, nodes[at].unit, form))
            return nodes[at].unit;
    }
    return 0;
}

/* Deadlines are days of the people who report; one may well lie before the window's end. */
static enum timeliness timeliness_of(const struct context *context, uint8_t level,
                                     struct instant judged)
{
    const struct date filed = instant_date(judged);
    struct date deadline;
    const bool has_deadline =
        catalogue_deadline(context->catalogue, context->tree->period, level, &deadline);

    if (has_deadline && date_compare(filed, deadline) > 0)
        return TIMELINESS_LATE;
    if (date_compare(filed, context->tree->window.last) <= 0)
        return TIMELINESS_EARLY;
    return has_deadline ? TIMELINESS_ON_TIME : TIMELINESS_NONE;
}

/* Halves that make a year are asked both: a year with half its figures is not without any. */
static bool is_nil(const struct context *context, uint32_t unit, uint32_t form,
                   const struct meeting *best)
{
    const struct coverage_source *source = context->source;
    return source->is_nil != NULL && best->state != COVERAGE_MISSING &&
           source->is_nil(source->ctx, unit, form, best->label, best->revision) &&
           (best->first_revision == 0 ||
            source->is_nil(source->ctx, unit, form, PERIOD_S1, best->first_revision));
}

static struct coverage_line line_of(const struct context *context, uint32_t node, uint32_t form)
{
    const struct tree_node *unit = &context->tree->nodes[node];
    const struct meeting best = best_meeting(context, unit->unit, form);
    struct coverage_line line = {
        .unit = unit->unit,
        .form = form,
        .state = best.state,
        .first_filed = best.first_filed,
        .is_clock_off = best.judged.us != best.first_filed.us,
        .revision = best.revision,
        .met_by = best.label,
        .is_nil = is_nil(context, unit->unit, form, &best),
        .covered_by = covering_unit(context, node, form),
    };
    if (best.state != COVERAGE_MISSING)
        line.timeliness = timeliness_of(context, unit->level, best.judged);
    else if (line.covered_by != 0)
        line.state = COVERAGE_COVERED;
    return line;
}

/* ---- counts ---- */

static void count_line(const struct coverage_line *line, struct coverage_counts *counts)
{
    counts->due++;
    switch (line->state) {
    case COVERAGE_MISSING:
        counts->missing++;
        return;
    case COVERAGE_COVERED:
        counts->covered++;
        return;
    case COVERAGE_ACCEPTED:
        counts->accepted++;
        break;
    case COVERAGE_WAITING:
        counts->waiting++;
        break;
    case COVERAGE_RETURNED:
        counts->returned++;
        break;
    }
    counts->filed++;
    counts->nil += line->is_nil;
    switch (line->timeliness) {
    case TIMELINESS_NONE:
        counts->untimed++;
        break;
    case TIMELINESS_EARLY:
        counts->early++;
        break;
    case TIMELINESS_ON_TIME:
        counts->on_time++;
        break;
    case TIMELINESS_LATE:
        counts->late++;
        break;
    }
}

static void add_line(struct coverage *coverage, const struct coverage_line *line)
{
    coverage->lines =
        mem_grow(coverage->lines, coverage->count, &coverage->capacity, sizeof(*coverage->lines));
    coverage->lines[coverage->count++] = *line;
    count_line(line, &coverage->counts);
}

static void add_excepted(struct coverage *coverage, const struct coverage_excepted *excepted)
{
    coverage->excepted = mem_grow(coverage->excepted, coverage->excepted_count,
                                  &coverage->excepted_capacity, sizeof(*coverage->excepted));
    coverage->excepted[coverage->excepted_count++] = *excepted;
    coverage->counts.excepted++;
}

static bool is_of_body(const struct catalogue *catalogue, uint32_t number, const char *body)
{
    const struct form *form = catalogue_form(catalogue, number);
    return form != NULL && strcmp(form->body, body) == 0;
}

void coverage_keep_body(const struct catalogue *catalogue, const char *body,
                        struct coverage *coverage)
{
    const size_t count = coverage->count, excepted_count = coverage->excepted_count;

    coverage->count = coverage->excepted_count = 0;
    coverage->counts = (struct coverage_counts){0};
    for (size_t i = 0; i < count; i++)
        if (is_of_body(catalogue, coverage->lines[i].form, body)) {
            coverage->lines[coverage->count++] = coverage->lines[i];
            count_line(&coverage->lines[i], &coverage->counts);
        }
    for (size_t i = 0; i < excepted_count; i++)
        if (is_of_body(catalogue, coverage->excepted[i].form, body)) {
            coverage->excepted[coverage->excepted_count++] = coverage->excepted[i];
            coverage->counts.excepted++;
        }
}

/* The row of the child of `top` that the unit is or lies beneath, or that of `top` itself; not
 * before `from`: units come in the order of the rows. */
static struct coverage_row *row_of(const struct tree *tree, uint32_t top, uint32_t unit,
                                   struct coverage_row *from)
{
    uint32_t at = tree_find(tree, unit);
    while (at != top && tree->nodes[at].parent != top)
        at = tree->nodes[at].parent;
    while (from->unit != tree->nodes[at].unit)
        from++; /* each has a row */
    return from;
}

struct coverage_row *coverage_by_child(const struct tree *tree, uint32_t root,
                                       const struct coverage *coverage, size_t *ret_count)
{
    const uint32_t top = tree_find(tree, root);
    size_t count = 1, kept = 0;
    for (uint32_t at = tree->nodes[top].first_child; at != TREE_NONE;
         at = tree->nodes[at].next_sibling)
        count++;
    struct coverage_row *rows = mem_calloc(count, sizeof(*rows)), *last = rows;
    last++->unit = root;
    for (uint32_t at = tree->nodes[top].first_child; at != TREE_NONE;
         at = tree->nodes[at].next_sibling)
        last++->unit = tree->nodes[at].unit;
    struct coverage_row *row = rows;
    for (size_t i = 0; i < coverage->count; i++) {
        row = row_of(tree, top, coverage->lines[i].unit, row);
        count_line(&coverage->lines[i], &row->counts);
    }
    row = rows;
    for (size_t i = 0; i < coverage->excepted_count; i++) {
        row = row_of(tree, top, coverage->excepted[i].unit, row);
        row->counts.excepted++;
    }
    for (size_t i = 0; i < count; i++) {
        const struct coverage_counts *counts = &rows[i].counts;
        const bool is_empty = counts->due == 0 && counts->excepted == 0;
        if (is_empty && (i == 0 || tree->nodes[tree_find(tree, rows[i].unit)].has_ended))
            continue;
        rows[kept++] = rows[i];
    }
    *ret_count = kept;
    return rows;
}

bool coverage_is_owed(const struct catalogue *catalogue, const struct tree *tree, uint32_t index,
                      const struct form *form, const struct duty_exception **ret_exception)
{
    const struct tree_node *unit = &tree->nodes[index];
    const struct duty_exception *exception = NULL;
    const bool is_owed =
        !unit->has_ended && form_is_owed(form, unit->level, unit->type, tree->period.label);

    if (is_owed)
        exception = catalogue_exception(catalogue, unit->unit, form->number, tree->window.last);
    if (ret_exception != NULL)
        *ret_exception = exception;
    return is_owed && exception == NULL;
}

bool coverage_is_to_file(enum coverage_state state)
{
    return state == COVERAGE_MISSING || state == COVERAGE_RETURNED;
}

void coverage_fini(struct coverage *coverage)
{
    free(coverage->lines);
    free(coverage->excepted);
    *coverage = (struct coverage){0};
}

struct coverage_line coverage_duty(const struct catalogue *catalogue, const struct tree *tree,
                                   uint32_t index, uint32_t form,
                                   const struct coverage_source *source)
{
    const struct context context = {catalogue, tree, source};
    return line_of(&context, index, form);
}

void coverage_build(const struct catalogue *catalogue, const struct tree *tree, uint32_t root,
                    const struct coverage_source *source, struct coverage *ret_coverage)
{
    const struct context context = {catalogue, tree, source};
    coverage_fini(ret_coverage);

    const uint32_t top = tree_find(tree, root);
    for (uint32_t at = top; at != TREE_NONE; at = tree_next(tree, top, at)) {
        for (size_t i = 0; i < catalogue->form_count; i++) {
            const struct form *form = &catalogue->forms[i];
            const struct duty_exception *exception;
            if (coverage_is_owed(catalogue, tree, at, form, &exception)) {
                const struct coverage_line line = line_of(&context, at, form->number);
                add_line(ret_coverage, &line);
            } else if (exception != NULL) {
                add_excepted(ret_coverage, &(struct coverage_excepted){tree->nodes[at].unit,
                                                                       form->number, exception});
            }
        }
    }
}
