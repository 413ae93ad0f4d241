/* Explain: what a total is made of, and what changed it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/explain.h"
#include "node/tale.h"

/* The operands of a derived indicator with their values: what it was computed from. */
struct operands {
    Tonghop__IndicatorInfo *infos;
    Tonghop__IndicatorInfo **info_pointers;
    Tonghop__Value *values;
    Tonghop__Value **value_pointers;
    size_t count;
};

static void fill_operands(struct explain *explain, struct operands *operands)
{
    const struct node *node = explain->step->node;
    struct view *view = explain->view;
    size_t count = 0;
    const uint32_t *numbers = explain->indicator->formula != NULL
                                  ? formula_operands(explain->indicator->formula, &count)
                                  : NULL;
    operands->infos = mem_calloc(count + 1, sizeof(*operands->infos));
    operands->info_pointers = mem_calloc(count + 1, sizeof(*operands->info_pointers));
    operands->values = mem_calloc(count + 1, sizeof(*operands->values));
    operands->value_pointers = mem_calloc(count + 1, sizeof(*operands->value_pointers));
    view->stock_year = view_stock_year(view, explain->indicator);
    for (size_t i = 0; i < count; i++) {
        const struct indicator *operand = catalogue_indicator(node->catalogue, numbers[i]);
        query_indicator_info(node, operand, &operands->infos[i]);
        view_value(view, operand, &operands->values[i]);
        operands->info_pointers[i] = &operands->infos[i];
        operands->value_pointers[i] = &operands->values[i];
    }
    operands->count = count;
    view->stock_year = 0;
}

static void operands_fini(struct operands *operands)
{
    for (size_t i = 0; i < operands->count; i++)
        value_fini(&operands->values[i]);
    free(operands->infos);
    free(operands->info_pointers);
    free(operands->values);
    free(operands->value_pointers);
}

/* ---- what changed ---- */

/* One change with the memory that its message points to; texts are the story's. */
struct change {
    Tonghop__ExplainChange message;
    Tonghop__UnitInfo unit;
    Tonghop__Value total;
    char period[PERIOD_TEXT_SIZE];
};

enum { CHANGE_BYTES = 150 }; /* of a change on the wire, without its texts */

struct changes {
    struct tale tale;
    struct instant since;
    Tonghop__Value before;
    struct change **items;
    size_t count, capacity;
    size_t byte_count; /* of texts, and something for the rest */
};

static void changes_fini(struct changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        value_fini(&changes->items[i]->total);
        free(changes->items[i]);
    }
    free(changes->items);
    value_fini(&changes->before);
    tale_fini(&changes->tale);
}

/* What a reader would see differently, the marks included, and whose reports it is made of. */
static bool is_same_value(const Tonghop__Value *a, const Tonghop__Value *b)
{
    return a->has_value == b->has_value && a->whole == b->whole && a->value_high == b->value_high &&
           a->value_low == b->value_low && a->upper_high == b->upper_high &&
           a->upper_low == b->upper_low && a->qualifier == b->qualifier &&
           a->unit_count == b->unit_count && a->exact_count == b->exact_count &&
           a->partial_count == b->partial_count && a->implied_count == b->implied_count &&
           a->negative_count == b->negative_count && a->early_count == b->early_count &&
           a->baseline_count == b->baseline_count && a->least_units == b->least_units &&
           a->most_units == b->most_units && a->known_count == b->known_count &&
           a->all_count == b->all_count && a->unit_set == b->unit_set &&
           a->missing_years == b->missing_years && a->as_of == b->as_of &&
           a->thin_year == b->thin_year && a->thin_count == b->thin_count &&
           a->full_count == b->full_count;
}

static void add_change(struct explain *explain, const struct past_step *step, uint64_t replaced,
                       const Tonghop__Value *total, struct changes *changes)
{
    const struct report *report = &step->revision->report;
    const struct past *past = tale_past(&changes->tale, step);
    struct change *change = mem_calloc(1, sizeof(*change));
    Tonghop__ExplainChange *message = &change->message;
    changes->items =
        mem_grow(changes->items, changes->count, &changes->capacity, sizeof(*changes->items));
    changes->items[changes->count++] = change;
    tonghop__explain_change__init(message);
    query_unit_info(explain->step->node, report->key.unit, past->tree->window.last, &change->unit);
    change->total = *total;
    message->unit = &change->unit;
    message->source_period = period_format(report->key.period, change->period);
    message->form = past->forms[step->slot]->code;
    message->revision = step->revision->number;
    message->replaced = replaced;
    message->received_us = step->revision->received.us;
    message->returned = (step->revision->states & STATE_RETURNED) != 0;
    message->withdrawn = report->is_withdrawn;
    message->total = &change->total;
    message->author = report->author;
    message->reason = report->reason;
    message->note = (char *)(uintptr_t)report_note(report, explain->indicator->number);
    changes->byte_count += CHANGE_BYTES + strlen(message->author) + strlen(message->reason) +
                           (message->note != NULL ? strlen(message->note) : 0);
}

/* A revision that was returned is told although it does not count, if it is about the figure. */
static bool is_returned(const struct past_revision *revision, const struct past_revision *replaced)
{
    return (revision->states & STATE_RETURNED) != 0 &&
           (revision->report.cell_count > 0 ||
            (replaced != NULL && replaced->report.cell_count > 0));
}

/* The total at the moment. The checks that it fails are not part of a story. */
static void begin(struct explain *explain, struct changes *changes)
{
    Tonghop__Value *before = &changes->before;
    if (!tale_is_still(&changes->tale)) {
        tale_value(&changes->tale, explain->indicator, before);
        return;
    }
    view_value(explain->view, explain->indicator, before);
    free(before->failed_checks);
    before->failed_checks = NULL;
    before->n_failed_checks = 0;
}

/* Takes every step since; those that change the total are kept, and those that were returned. */
static void tell(struct explain *explain, struct changes *changes)
{
    struct tale *tale = &changes->tale;
    begin(explain, changes);
    Tonghop__Value last = changes->before; /* points to nothing: a story has no failed checks */
    for (size_t i = 0; i < tale->steps.count && changes->byte_count <= WIRE_ANSWER_MAX; i++) {
        const struct past_step *step = &tale->steps.items[i];
        const struct past_revision *replaced = past_counting(tale_past(tale, step), step);
        uint64_t number = replaced != NULL ? replaced->number : 0;
        Tonghop__Value total;
        bool is_taken = tale_take(tale, step), is_told = is_returned(step->revision, replaced);
        if (!is_taken && !is_told)
            continue;
        tale_value(tale, explain->indicator, &total);
        if (is_told || !is_same_value(&last, &total)) {
            add_change(explain, step, number, &total, changes);
            last = total;
        } else {
            value_fini(&total);
        }
    }
}

/* Finds a revision of the key's unit and period, under the form of the indicator, or of one that it
 * is computed from. */
static bool find_revision(struct step *step, const struct indicator *indicator, uint64_t number,
                          struct report_key *key, struct revision *ret_revision)
{
    const struct catalogue *catalogue = step->node->catalogue;
    size_t count;
    key->form = indicator->form;
    if (indicator_is_entered(indicator))
        return store_get_revision(step->txn, key, number, ret_revision) == ERR_OK;
    const uint32_t *operands = formula_operands(indicator->formula, &count);
    for (size_t i = 0; i < count; i++)
        if (find_revision(step, catalogue_indicator(catalogue, operands[i]), number, key,
                          ret_revision))
            return true;
    return false;
}

static bool refuse_moment(struct step *step, const struct explain *explain, const char *text)
{
    char word[QUERY_WORD_SIZE], period[PERIOD_TEXT_SIZE];
    step_refuse(step, ERR_NOT_FOUND, NULL,
                STEP_WORDS(step,
                           "'%s' is no moment: write 2024-12-01, 2024-12-12T08:30, or 23857/2 for "
                           "revision 2 of that unit's report of %s",
                           "“%s” không phải thời điểm: viết 2024-12-01, 2024-12-12T08:30, hoặc "
                           "23857/2 là bản 2 của báo cáo kỳ %s của đơn vị đó"),
                query_word(text, word), period_format(explain->query->period, period));
    return false;
}

/* The unit in front of the slash, beneath the one asked for; refuses if it is none. */
static bool resolve_reporter(struct step *step, const struct explain *explain, const char *text,
                             uint32_t *ret_unit)
{
    const struct query *query = explain->query;
    char name[256], above[256];
    if (!query_find_unit(step, text, query->tree, ret_unit))
        return false;
    if (tree_contains(query->tree, query->unit, *ret_unit))
        return true;
    step_refuse(step, ERR_NOT_FOUND, NULL,
                STEP_WORDS(step,
                           "%s is not beneath %s in that period: its revisions change nothing",
                           "kỳ đó %s không trực thuộc %s: các bản của đơn vị này không ảnh hưởng"),
                step_unit_text(step, *ret_unit, name, sizeof name),
                step_unit_text(step, query->unit, above, sizeof above));
    return false;
}

/* "23857/2": when that revision of the unit's report, under the query's period (of a span, its last
 * year), was taken in; refuses if there is none. */
static bool resolve_revision(struct step *step, const struct explain *explain, const char *text,
                             struct instant *ret_since)
{
    const struct query *query = explain->query;
    const char *slash = strrchr(text, '/');
    uint32_t unit = 0;
    int64_t number = 0;
    struct revision revision;
    char name[256], period[PERIOD_TEXT_SIZE];
    if (slash == text || number_parse(slash + 1, 0, NUMBER_PLAIN, &number) != ERR_OK || number <= 0)
        return refuse_moment(step, explain, text);
    char *reporter = mem_strndup(text, (size_t)(slash - text));
    bool is_known = resolve_reporter(step, explain, reporter, &unit);
    free(reporter);
    if (!is_known)
        return false;
    struct report_key key = {.kind = query->kind, .period = query->period, .unit = unit};
    if (find_revision(step, explain->indicator, (uint64_t)number, &key, &revision)) {
        *ret_since = revision.received;
        return true;
    }
    step_refuse(step, ERR_NOT_FOUND, NULL,
                STEP_WORDS(step,
                           "the figure has no revision %" PRIi64 " of the report of %s of %s: see "
                           "'tonghop history'",
                           "số liệu này không có bản %" PRIi64
                           " của báo cáo kỳ %s của %s: xem `tonghop history`"),
                number, period_format(query->period, period),
                step_unit_text(step, unit, name, sizeof name));
    return false;
}

/* A moment before or after all that can have been taken in, as answers can name it. */
static struct instant bound_moment(struct instant instant)
{
    const struct instant first = {1}, last = {WIRE_INSTANT_MAX_US}; /* 0: not asked */
    return instant_earlier(instant_later(instant, first), last);
}

static bool resolve_since(struct step *step, const struct explain *explain, const char *text,
                          struct instant *ret_since)
{
    if (strchr(text, '/') != NULL) {
        if (!resolve_revision(step, explain, text, ret_since))
            return false;
    } else if (instant_parse(text, ret_since) != ERR_OK) {
        return refuse_moment(step, explain, text);
    }
    *ret_since = bound_moment(*ret_since);
    return true;
}

/* ---- the answer ---- */

/* Fills what was asked for into the answer, but for its texts and messages. */
static void describe(const struct explain *explain, Tonghop__Explanation *message)
{
    const struct catalogue *catalogue = explain->step->node->catalogue;
    message->due_count = explain->due_count;
    message->missing_count = explain->missing_count;
    message->without_count = explain->without_count;
    message->split_year =
        view_is_split_year(explain->step->node, &explain->view->key,
                           view_counts_units(explain->step->node->catalogue, explain->indicator));
    message->rebuilding = explain->step->node->rebuild.is_active;
    message->brief = explain->has_more;
    if (explain->type < 0)
        return;
    message->type = catalogue->types[explain->type].code;
    message->type_vi = catalogue->types[explain->type].name_vi;
    message->type_en = catalogue->types[explain->type].name_en;
}

static void answer(struct explain *explain, struct changes *changes)
{
    char period[PERIOD_TEXT_SIZE], from[PERIOD_TEXT_SIZE] = "";
    struct operands operands = {0};
    Tonghop__IndicatorInfo info;
    Tonghop__UnitInfo unit;
    Tonghop__Value total;
    Tonghop__Explanation message = TONGHOP__EXPLANATION__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    const struct query *query = explain->query;
    view_value(explain->view, explain->indicator, &total);
    fill_operands(explain, &operands);
    query_indicator_info(explain->step->node, explain->indicator, &info);
    query_unit_info(explain->step->node, query->unit, query->tree->window.last, &unit);
    Tonghop__ExplainLine **lines = mem_calloc(explain->count + 1, sizeof(*lines));
    for (size_t i = 0; i < explain->count; i++)
        lines[i] = &explain->lines[i]->message;
    describe(explain, &message);
    message.period = period_format(query->period, period);
    if (query->from != query->period.year)
        message.from = period_format((struct period){query->from, PERIOD_Y}, from);
    message.indicator = &info;
    message.unit = &unit;
    message.total = &total;
    message.n_lines = explain->count;
    message.lines = lines;
    message.n_operands = operands.count;
    message.operands = operands.info_pointers;
    message.n_operand_values = operands.count;
    message.operand_values = operands.value_pointers;
    Tonghop__ExplainChange **told = NULL;
    if (changes != NULL) {
        told = mem_calloc(changes->count + 1, sizeof(*told));
        for (size_t i = 0; i < changes->count; i++)
            told[i] = &changes->items[i]->message;
        message.since_us = changes->since.us;
        message.before = &changes->before;
        message.n_changes = changes->count;
        message.changes = told;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_EXPLANATION;
    envelope.explanation = &message;
    step_reply(explain->step, &envelope);
    free(lines);
    free(told);
    operands_fini(&operands);
    value_fini(&total);
}

static void refuse_size(const struct explain *explain)
{
    struct step *step = explain->step;
    const char *text =
        explain->query->from == explain->query->period.year
            ? STEP_WORDS(step,
                         "that is more than one answer may have (%d lines, %d MiB): ask for a "
                         "smaller unit",
                         "một câu trả lời chỉ được có %d dòng, %d MiB: hãy hỏi một đơn vị nhỏ hơn")
            : STEP_WORDS(step,
                         "that is more than one answer may have (%d lines, %d MiB): ask for a "
                         "smaller unit or fewer years",
                         "một câu trả lời chỉ được có %d dòng, %d MiB: hãy hỏi một đơn vị nhỏ hơn "
                         "hoặc ít năm hơn");
    step_refuse(step, ERR_TOO_LARGE, NULL, text, QUERY_LINES_MAX, WIRE_ANSWER_MAX >> 20);
}

static void refuse_story(const struct explain *explain)
{
    struct step *step = explain->step;
    const char *text =
        explain->query->from == explain->query->period.year
            ? STEP_WORDS(step,
                         "that is a longer story than one answer may tell (%d revisions, %d MiB): "
                         "ask for a smaller unit or a later moment",
                         "một câu trả lời chỉ kể được %d bản báo cáo, %d MiB: hãy hỏi một đơn vị "
                         "nhỏ hơn hoặc từ một thời điểm muộn hơn")
            : STEP_WORDS(step,
                         "that is a longer story than one answer may tell (%d revisions, %d MiB): "
                         "ask for a smaller unit, fewer years or a later moment",
                         "một câu trả lời chỉ kể được %d bản báo cáo, %d MiB: hãy hỏi một đơn vị "
                         "nhỏ hơn, ít năm hơn hoặc từ một thời điểm muộn hơn");
    step_refuse(step, ERR_TOO_LARGE, NULL, text, PAST_STEPS_MAX, PAST_BYTES_MAX >> 20);
}

static void explain_since(struct explain *explain, struct instant since)
{
    struct changes changes = {.since = since, .before = TONGHOP__VALUE__INIT};
    tale_init(&changes.tale, explain->step, explain->query, explain->indicator, since);
    bool is_small = changes.tale.byte_count <= PAST_BYTES_MAX;
    if (is_small)
        tale_begin(&changes.tale);
    is_small = is_small && changes.tale.steps.count <= PAST_STEPS_MAX;
    if (is_small)
        tell(explain, &changes);
    if (is_small && changes.byte_count <= WIRE_ANSWER_MAX)
        answer(explain, &changes);
    else
        refuse_story(explain);
    changes_fini(&changes);
}

/* A type of units by its code ("": none); refuses and returns false if there is no such one. */
static bool resolve_type(struct explain *explain, const Tonghop__ExplainQuery *ask)
{
    struct step *step = explain->step;
    char word[QUERY_WORD_SIZE];
    explain->type = -1;
    if (ask->type[0] == '\0')
        return true;
    if (ask->since[0] != '\0') {
        step_refuse(step, ERR_USAGE, NULL,
                    STEP_WORDS(step, "what changed is told of all units, not of one type",
                               "chỉ xem được thay đổi của mọi đơn vị, không xem riêng một loại"));
        return false;
    }
    explain->type = catalogue_type_by_code(step->node->catalogue, ask->type);
    if (explain->type < 0)
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "no type of units '%s': see 'tonghop catalogue show units'",
                               "không có loại đơn vị “%s”: xem `tonghop catalogue show units`"),
                    query_word(ask->type, word));
    return explain->type >= 0;
}

/* Takes the total apart; `since` is the moment that `ask` names, if it names one. */
static void take_apart(struct explain *explain, const Tonghop__ExplainQuery *ask,
                       struct instant since)
{
    bool is_span = explain->query->from != explain->query->period.year;
    bool is_added = explain->indicator->nature != NATURE_STOCK; /* a stock is of one year alone */
    bool is_total = explain->type < 0;                          /* a type has no subtotals */
    explain->is_brief =
        is_span && is_added && is_total && !ask->reports && !explain->with_revisions;
    /* With since, the lines of a period say who is missing; those of a span would say nothing. */
    if (indicator_is_entered(explain->indicator) && (ask->since[0] == '\0' || !is_span))
        explain_lines(explain);
    else if (ask->since[0] == '\0')
        explain_counts(explain);
    if (explain_is_too_large(explain))
        refuse_size(explain);
    else if (ask->since[0] != '\0')
        explain_since(explain, since);
    else
        answer(explain, NULL);
}

void node_handle_explain_query(struct step *step, const Tonghop__ExplainQuery *ask)
{
    struct query query;
    struct instant since = {0};
    struct view view = {0}, *family = NULL;
    struct explain explain = {.step = step, .query = &query, .with_revisions = ask->revisions != 0};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query) ||
        !query_resolve_span(step, ask->from, &query))
        return;
    explain.indicator = query_indicator(step, ask->indicator);
    if (explain.indicator == NULL || !resolve_type(&explain, ask) ||
        (ask->since[0] != '\0' && !resolve_since(step, &explain, ask->since, &since)))
        return;
    const struct view_key key = {query.kind, query.period, query.from, query.unit, 0};
    if (explain.type >= 0)
        family = view_family_new(step->node, step->txn, &key);
    else
        view_init(&view, step->node, step->txn, &key);
    explain.view = family != NULL ? &family[explain.type] : &view;
    take_apart(&explain, ask, since);
    explain_fini(&explain);
    view_family_free(&family);
    view_fini(&view);
}
