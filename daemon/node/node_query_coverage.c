/* Coverage: which units owe a form in the period, what came, and how many of each. What was filed
 * and is owed by nobody is listed apart.
 *
 * Counts are of everything beneath the unit, and of the body's forms if one is asked for; a state
 * chooses among the lines only. Rows and trend come instead of lines. */
#include <stdlib.h>
#include <string.h>

#include "core/coverage.h"
#include "core/mem.h"
#include "node/query.h"

/* Duties that one trend may count: some second of the daemon's time. */
enum { TREND_DUTIES_MAX = 2 * QUERY_LINES_MAX };

/* What is asked for by a word. */
enum wanted {
    WANTED_ALL,
    WANTED_MISSING,
    WANTED_WAITING,
    WANTED_ACCEPTED,
    WANTED_RETURNED,
    WANTED_COVERED,
    WANTED_EARLY,
    WANTED_ON_TIME,
    WANTED_LATE,
    WANTED_UNTIMED,
    WANTED_NIL,
    WANTED_NOT_OBLIGED,
    WANTED_COUNT,
};

static const char *const wanted_words[WANTED_COUNT] = {
    [WANTED_ALL] = "",
    [WANTED_MISSING] = "missing",
    [WANTED_WAITING] = "waiting",
    [WANTED_ACCEPTED] = "accepted",
    [WANTED_RETURNED] = "returned",
    [WANTED_COVERED] = "covered",
    [WANTED_EARLY] = "early",
    [WANTED_ON_TIME] = "on-time",
    [WANTED_LATE] = "late",
    [WANTED_UNTIMED] = "untimed",
    [WANTED_NIL] = "nil",
    [WANTED_NOT_OBLIGED] = "not-obliged",
};

/* Everything that an answer points to. */
struct parts {
    Tonghop__CoverageLine *lines;
    Tonghop__CoverageLine **line_list; /* those that are not due behind the others */
    Tonghop__NotObliged *excepted;
    Tonghop__NotObliged **excepted_list;
    Tonghop__CoverageRow *rows;
    Tonghop__CoverageRow **row_list;
    Tonghop__CoverageCounts *counts; /* of the rows */
    Tonghop__UnitInfo *units;        /* of lines, excepted and rows */
    char (*periods)[PERIOD_TEXT_SIZE];
    size_t line_count, not_due_count, excepted_count, row_count, unit_count;
};

static struct parts parts_of(size_t line_count, size_t excepted_count, size_t row_count)
{
    struct parts parts = {0};
    parts.lines = mem_calloc(line_count, sizeof(*parts.lines));
    parts.line_list = mem_calloc(line_count, sizeof(*parts.line_list));
    parts.excepted = mem_calloc(excepted_count, sizeof(*parts.excepted));
    parts.excepted_list = mem_calloc(excepted_count, sizeof(*parts.excepted_list));
    parts.rows = mem_calloc(row_count, sizeof(*parts.rows));
    parts.row_list = mem_calloc(row_count, sizeof(*parts.row_list));
    parts.counts = mem_calloc(row_count, sizeof(*parts.counts));
    parts.periods = mem_calloc(row_count, sizeof(*parts.periods));
    parts.units = mem_calloc(line_count + excepted_count + row_count, sizeof(*parts.units));
    return parts;
}

static void parts_fini(struct parts *parts)
{
    free(parts->lines);
    free(parts->line_list);
    free(parts->excepted);
    free(parts->excepted_list);
    free(parts->rows);
    free(parts->row_list);
    free(parts->counts);
    free(parts->periods);
    free(parts->units);
}

static Tonghop__UnitInfo *add_unit(const struct node *node, uint32_t unit, struct date day,
                                   struct parts *parts)
{
    Tonghop__UnitInfo *info = &parts->units[parts->unit_count++];
    query_unit_info(node, unit, day, info);
    return info;
}

/* The second of the two times that are kept: when it came here. In a damaged store nobody looks. */
static int64_t arrived_us(const struct node *node, struct store_txn *txn, const struct query *query,
                          const struct coverage_line *line)
{
    const struct report_key key = {.kind = query->kind,
                                   .period = {query->period.year, (uint8_t)line->met_by},
                                   .unit = line->unit,
                                   .form = line->form};
    struct revision revision;
    return line->revision != 0 && !store_is_damaged(node->store) &&
                   store_get_revision(txn, &key, line->revision, &revision) == ERR_OK
               ? revision.first_arrived.us
               : 0;
}

static void fill_line(const struct node *node, struct store_txn *txn, const struct query *query,
                      const struct coverage_line *from, struct parts *parts)
{
    const struct form *form = catalogue_form(node->catalogue, from->form);
    struct date day = query->tree->window.last;
    Tonghop__CoverageLine *line = &parts->lines[parts->line_count];
    tonghop__coverage_line__init(line);
    line->unit = add_unit(node, from->unit, day, parts);
    line->form = form->code;
    line->body = form->body;
    line->state = (Tonghop__CoverageState)from->state;
    line->timeliness = (Tonghop__Timeliness)from->timeliness;
    line->revision = from->revision;
    line->first_filed_us = from->first_filed.us;
    line->arrived_us = arrived_us(node, txn, query, from);
    line->clock_off = from->is_clock_off;
    line->met_by = (uint32_t)from->met_by;
    line->nil = from->is_nil;
    if (from->covered_by != 0) {
        Tonghop__UnitInfo coverer;
        query_unit_info(node, from->covered_by, day, &coverer);
        line->covered_by = coverer.code;
    }
    parts->line_list[parts->line_count++] = line;
}

static void fill_excepted(const struct node *node, const struct query *query,
                          const struct coverage_excepted *from, struct parts *parts)
{
    const struct form *form = catalogue_form(node->catalogue, from->form);
    Tonghop__NotObliged *excepted = &parts->excepted[parts->excepted_count];
    tonghop__not_obliged__init(excepted);
    excepted->unit = add_unit(node, from->unit, query->tree->window.last, parts);
    excepted->form = form->code;
    excepted->body = form->body;
    excepted->reason = from->exception->reason;
    excepted->from = from->exception->from.days;
    excepted->to = from->exception->to.days;
    parts->excepted_list[parts->excepted_count++] = excepted;
}

static void fill_counts(const struct coverage_counts *from, Tonghop__CoverageCounts *ret)
{
    tonghop__coverage_counts__init(ret);
    ret->due = from->due;
    ret->filed = from->filed;
    ret->covered = from->covered;
    ret->missing = from->missing;
    ret->accepted = from->accepted;
    ret->waiting = from->waiting;
    ret->returned = from->returned;
    ret->early = from->early;
    ret->on_time = from->on_time;
    ret->late = from->late;
    ret->untimed = from->untimed;
    ret->nil = from->nil;
    ret->not_obliged = from->excepted;
}

/* `counts` NULL: the unit was not there. */
static void fill_row(const struct node *node, const struct tree *tree, uint32_t unit,
                     const struct coverage_counts *counts, struct parts *parts)
{
    const size_t n = parts->row_count++;
    Tonghop__CoverageRow *row = parts->row_list[n] = &parts->rows[n];
    tonghop__coverage_row__init(row);
    row->unit = add_unit(node, unit, tree->window.last, parts);
    row->period = period_format(tree->period, parts->periods[n]);
    if (counts == NULL)
        return;
    fill_counts(counts, &parts->counts[n]);
    row->counts = &parts->counts[n];
}

static bool is_sent(const struct coverage_line *line, enum wanted wanted)
{
    switch (wanted) {
    case WANTED_ALL:
        return true;
    case WANTED_MISSING:
        return line->state == COVERAGE_MISSING;
    case WANTED_WAITING:
        return line->state == COVERAGE_WAITING;
    case WANTED_ACCEPTED:
        return line->state == COVERAGE_ACCEPTED;
    case WANTED_RETURNED:
        return line->state == COVERAGE_RETURNED;
    case WANTED_COVERED:
        return line->state == COVERAGE_COVERED;
    case WANTED_EARLY:
        return line->timeliness == TIMELINESS_EARLY;
    case WANTED_ON_TIME:
        return line->timeliness == TIMELINESS_ON_TIME;
    case WANTED_LATE:
        return line->timeliness == TIMELINESS_LATE;
    case WANTED_UNTIMED:
        return line->revision != 0 && line->timeliness == TIMELINESS_NONE;
    case WANTED_NIL:
        return line->is_nil;
    case WANTED_NOT_OBLIGED:
    case WANTED_COUNT:
        break;
    }
    return false;
}

static void reply(struct step *step, const struct query *query, const struct coverage *coverage,
                  bool is_trend, struct parts *parts)
{
    char period[PERIOD_TEXT_SIZE];
    Tonghop__UnitInfo unit;
    Tonghop__CoverageCounts counts;
    Tonghop__Coverage message = TONGHOP__COVERAGE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query_unit_info(step->node, query->unit, query->tree->window.last, &unit);
    fill_counts(&coverage->counts, &counts);
    message.period = period_format(query->period, period);
    message.catalogue = step->node->catalogue->number;
    message.unit = &unit;
    message.due_count = counts.due;
    message.filed_count = counts.filed;
    message.accepted_count = counts.accepted;
    message.covered_count = counts.covered;
    message.late_count = counts.late;
    message.counts = &counts;
    message.n_lines = parts->line_count - parts->not_due_count;
    message.lines = parts->line_list;
    message.n_not_due = parts->not_due_count;
    message.not_due = parts->line_list + message.n_lines;
    message.n_not_obliged = parts->excepted_count;
    message.not_obliged = parts->excepted_list;
    *(is_trend ? &message.n_trend : &message.n_rows) = parts->row_count;
    *(is_trend ? &message.trend : &message.rows) = parts->row_list;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_COVERAGE;
    envelope.coverage = &message;
    step_reply(step, &envelope);
}

/* ---- what was filed, and nobody owes ---- */

struct not_due {
    struct coverage_line *lines;
    size_t count, capacity;
};

static bool is_of_body(const struct form *form, const char *body)
{
    return body[0] == '\0' || strcmp(form->body, body) == 0;
}

/* In a damaged store a report that does not read would keep the whole answer back: there nobody
 * looks into reports. Where that is only found out now, this event is stepped again. */
static struct coverage_source source_of(const struct node *node, struct view_filings *filings)
{
    return store_is_damaged(node->store) ? view_coverage_source(filings)
                                         : view_coverage_source_with_nil(filings);
}

/* What is nobody's duty is neither early nor late. */
static bool may_be_not_due(enum wanted wanted)
{
    return wanted == WANTED_ALL || wanted == WANTED_WAITING || wanted == WANTED_ACCEPTED ||
           wanted == WANTED_RETURNED || wanted == WANTED_NIL;
}

static void find_not_due(struct step *step, const struct query *query, const char *body,
                         enum wanted wanted, struct not_due *ret)
{
    const struct catalogue *catalogue = step->node->catalogue;
    struct view_filings filings = {step->txn, query->kind, query->period.year};
    struct coverage_source source = source_of(step->node, &filings);
    const enum period_label label = (enum period_label)query->period.label;
    const uint32_t top = tree_find(query->tree, query->unit);
    for (uint32_t at = top; at != TREE_NONE; at = tree_next(query->tree, top, at)) {
        for (size_t i = 0; i < catalogue->form_count; i++) {
            const struct form *form = &catalogue->forms[i];
            const uint32_t unit = query->tree->nodes[at].unit;
            if (!is_of_body(form, body) || coverage_is_owed(catalogue, query->tree, at, form, NULL))
                continue;
            const struct coverage_filing filing =
                source.filing(source.ctx, unit, form->number, label);
            if (filing.revision == 0 || filing.is_withdrawn)
                continue;
            const struct coverage_line line =
                coverage_duty(catalogue, query->tree, at, form->number, &source);
            if (line.revision == 0 || line.met_by != label || !is_sent(&line, wanted))
                continue; /* reports of other labels stand for it, or it is not asked for */
            ret->lines = mem_grow(ret->lines, ret->count, &ret->capacity, sizeof(*ret->lines));
            ret->lines[ret->count++] = line;
        }
    }
}

/* ---- answers ---- */

static void answer_lines(struct step *step, const struct query *query, const char *body,
                         const struct coverage *coverage, enum wanted wanted)
{
    const bool with_excepted = wanted == WANTED_ALL || wanted == WANTED_NOT_OBLIGED;
    const size_t excepted_count = with_excepted ? coverage->excepted_count : 0;
    struct not_due not_due = {0};
    size_t count = 0;
    for (size_t i = 0; i < coverage->count; i++)
        count += is_sent(&coverage->lines[i], wanted);
    if (may_be_not_due(wanted))
        find_not_due(step, query, body, wanted, &not_due);
    if (count + not_due.count > QUERY_LINES_MAX || excepted_count > QUERY_LINES_MAX) {
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step, "more than %d lines: ask for a smaller unit",
                               "có hơn %d dòng: hãy hỏi một đơn vị nhỏ hơn"),
                    QUERY_LINES_MAX);
        free(not_due.lines);
        return;
    }
    struct parts parts = parts_of(count + not_due.count, excepted_count, 0);
    for (size_t i = 0; i < coverage->count; i++)
        if (is_sent(&coverage->lines[i], wanted))
            fill_line(step->node, step->txn, query, &coverage->lines[i], &parts);
    for (size_t i = 0; i < not_due.count; i++)
        fill_line(step->node, step->txn, query, &not_due.lines[i], &parts);
    parts.not_due_count = not_due.count;
    free(not_due.lines);
    for (size_t i = 0; i < excepted_count; i++)
        fill_excepted(step->node, query, &coverage->excepted[i], &parts);
    reply(step, query, coverage, false, &parts);
    parts_fini(&parts);
}

static void answer_rows(struct step *step, const struct query *query,
                        const struct coverage *coverage)
{
    size_t count;
    struct coverage_row *rows = coverage_by_child(query->tree, query->unit, coverage, &count);
    struct parts parts = parts_of(0, 0, count);
    for (size_t i = 0; i < count; i++)
        fill_row(step->node, query->tree, rows[i].unit, &rows[i].counts, &parts);
    reply(step, query, coverage, false, &parts);
    parts_fini(&parts);
    free(rows);
}

static void build(struct step *step, const struct query *query, const char *body,
                  struct coverage *coverage)
{
    struct view_filings filings = {step->txn, query->kind, query->period.year};
    struct coverage_source source = source_of(step->node, &filings);
    coverage_build(step->node->catalogue, query->tree, query->unit, &source, coverage);
    if (body[0] != '\0')
        coverage_keep_body(step->node->catalogue, body, coverage);
}

/* What the sender may not read of a period, because the unit stood elsewhere, is as if it had not
 * been there. */
static void answer_trend(struct step *step, const struct query *query, const char *body,
                         uint32_t period_count, const struct coverage *coverage)
{
    if ((uint64_t)period_count * coverage->count > TREND_DUTIES_MAX) {
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step,
                               "more than %d duties in all of these years: ask for fewer years or "
                               "a smaller unit",
                               "các năm đó có hơn %d báo cáo phải nộp: hãy hỏi ít năm hơn hoặc một "
                               "đơn vị nhỏ hơn"),
                    TREND_DUTIES_MAX);
        return;
    }
    struct parts parts = parts_of(0, 0, period_count);
    for (uint32_t left = period_count; left-- > 0;) {
        struct query of = *query;
        struct coverage then = {0};
        if (left > (uint32_t)(query->period.year - PERIOD_YEAR_MIN))
            continue;
        of.period.year = (uint16_t)(query->period.year - left);
        of.tree = node_tree(step->node, of.period);
        if (!node_covers(step->node, of.tree, of.unit) ||
            !query_may_read(&step->peer, of.tree, of.unit)) {
            fill_row(step->node, of.tree, of.unit, NULL, &parts);
            continue;
        }
        build(step, &of, body, &then);
        fill_row(step->node, of.tree, of.unit, &then.counts, &parts);
        coverage_fini(&then);
    }
    reply(step, query, coverage, true, &parts);
    parts_fini(&parts);
}

/* False: refused. */
static bool resolve_wanted(struct step *step, const Tonghop__CoverageQuery *ask,
                           enum wanted *ret_wanted)
{
    char word[QUERY_WORD_SIZE];
    enum wanted wanted = WANTED_ALL;
    while (wanted < WANTED_COUNT && strcmp(ask->state, wanted_words[wanted]) != 0)
        wanted++;
    if (wanted == WANTED_COUNT) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step,
                               "no state '%s': write missing, waiting, accepted, returned, "
                               "covered, early, on-time, late, untimed, nil or not-obliged",
                               "không có tình trạng “%s”: viết missing, waiting, accepted, "
                               "returned, covered, early, on-time, late, untimed, nil hoặc "
                               "not-obliged"),
                    query_word(ask->state, word));
        return false;
    }
    if (ask->body[0] != '\0' && catalogue_body_by_code(step->node->catalogue, ask->body) < 0) {
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "no body '%s': see 'tonghop catalogue show bodies'",
                               "không có cơ quan “%s”: xem `tonghop catalogue show bodies`"),
                    query_word(ask->body, word));
        return false;
    }
    if (ask->by != TONGHOP__BY__BY_UNSPECIFIED && ask->by != TONGHOP__BY__BY_CHILD) {
        step_refuse(step, ERR_USAGE, NULL, "%s",
                    STEP_WORDS(step, "coverage is counted by child, or not at all",
                               "tình hình nộp chỉ đếm được theo đơn vị trực thuộc"));
        return false;
    }
    *ret_wanted = wanted == WANTED_ALL && ask->only_missing ? WANTED_MISSING : wanted;
    return true;
}

void node_handle_coverage_query(struct step *step, const Tonghop__CoverageQuery *ask)
{
    struct query query;
    struct coverage coverage = {0};
    enum wanted wanted;
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query) ||
        !resolve_wanted(step, ask, &wanted))
        return;
    build(step, &query, ask->body, &coverage);
    if (ask->trend > 0)
        answer_trend(step, &query, ask->body, ask->trend, &coverage);
    else if (ask->by == TONGHOP__BY__BY_CHILD)
        answer_rows(step, &query, &coverage);
    else
        answer_lines(step, &query, ask->body, &coverage, wanted);
    coverage_fini(&coverage);
}
