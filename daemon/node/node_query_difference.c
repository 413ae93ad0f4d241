/* The difference between two editions, or one and now, as an answer. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/difference.h"

/* Everything one answer points to. */
struct told {
    const Tonghop__DifferenceQuery *ask;
    struct difference difference;
    bool is_now;
    struct edition_message from, to;
    Tonghop__UnitInfo unit;
    bool *is_shown; /* by place in difference.indicators */
    Tonghop__IndicatorInfo *infos;
    Tonghop__IndicatorInfo **info_pointers;
    Tonghop__Value **befores, **afters;
    size_t shown_count;
    Tonghop__Cause *causes;
    Tonghop__Cause **cause_pointers;
    size_t cause_count;
    Tonghop__UnitInfo *units, *deciders; /* by place in `causes` */
    char (*periods)[PERIOD_TEXT_SIZE];
    Tonghop__CauseCell *cells;
    Tonghop__CauseCell **cell_pointers;
    Tonghop__Value *cell_values; /* two for each cell; they have nothing to be freed */
    size_t cell_count;
};

static void told_fini(struct told *told)
{
    difference_fini(&told->difference);
    free(told->is_shown);
    free(told->infos);
    free(told->info_pointers);
    free(told->befores);
    free(told->afters);
    free(told->causes);
    free(told->cause_pointers);
    free(told->units);
    free(told->deciders);
    free(told->periods);
    free(told->cells);
    free(told->cell_pointers);
    free(told->cell_values);
}

/* ---- what is asked ---- */

/* Both editions, `to` being what counts now if none is named. False: refused. */
static bool find_sides(struct step *step, const struct query *query,
                       const Tonghop__DifferenceQuery *ask, struct edition *from,
                       struct edition *to)
{
    if (!editions_find(step, query, ask->from, from))
        return false;
    bool is_found = ask->to[0] != '\0' ? editions_find(step, query, ask->to, to)
                                       : editions_take(step->node, step->txn, query->kind,
                                                       query->period, query->unit, to);
    if (is_found && (to->number == 0 || (to->unit == from->unit && to->number > from->number)))
        return true;
    if (is_found)
        step_refuse(step, ERR_USAGE, NULL,
                    STEP_WORDS(step,
                               "edition %" PRIu32 " is not before edition %" PRIu32
                               " of the same unit: name the earlier one first",
                               "bản chốt %" PRIu32 " không có trước bản chốt %" PRIu32
                               " của cùng đơn vị: ghi bản trước ở trước"),
                    from->number, to->number);
    else if (ask->to[0] == '\0')
        step_refuse(step, ERR_TOO_LARGE, NULL,
                    STEP_WORDS(step, "more than %d reports: ask for a smaller unit",
                               "có hơn %d báo cáo: hãy hỏi một đơn vị nhỏ hơn"),
                    EDITION_REPORTS_MAX);
    edition_fini(from);
    if (is_found)
        edition_fini(to);
    return false;
}

static bool has_filter(const Tonghop__DifferenceQuery *ask)
{
    return ask->n_indicators > 0 || ask->section[0] != '\0' || ask->body[0] != '\0';
}

/* Marks what is asked for, and of derived ones also what they are computed from: that is where
 * causes are seen. False: refused. */
static bool mark_asked(struct step *within, const Tonghop__DifferenceQuery *ask, bool *is_asked)
{
    const struct catalogue *catalogue = within->node->catalogue;
    for (size_t i = 0; i < ask->n_indicators; i++) {
        const struct indicator *indicator = query_indicator(within, ask->indicators[i]);
        if (indicator == NULL)
            return false;
        view_mark_needed(catalogue, indicator, is_asked);
    }
    for (size_t i = 0; ask->n_indicators == 0 && i < catalogue->indicator_count; i++) {
        const struct indicator *next = &catalogue->indicators[i];
        is_asked[i] = (ask->section[0] == '\0' || strcmp(ask->section, next->section) == 0) &&
                      (ask->body[0] == '\0' || strcmp(ask->body, next->body) == 0);
    }
    return true;
}

static bool choose_indicators(struct step *within, struct told *told)
{
    const struct catalogue *catalogue = within->node->catalogue;
    struct difference *difference = &told->difference;
    bool *is_asked = mem_calloc(catalogue->indicator_count + 1, sizeof(*is_asked));
    bool is_good = mark_asked(within, told->ask, is_asked);
    difference->indicators =
        mem_calloc(catalogue->indicator_count + 1, sizeof(*difference->indicators));
    for (size_t i = 0; is_good && i < catalogue->indicator_count; i++) {
        uint32_t shown = catalogue->indicators_shown[i];
        if (is_asked[shown])
            difference->indicators[difference->indicator_count++] = &catalogue->indicators[shown];
    }
    free(is_asked);
    return is_good;
}

/* ---- the answer ---- */

static bool values_differ(const Tonghop__Value *a, const Tonghop__Value *b)
{
    return a->has_value != b->has_value || a->value_high != b->value_high ||
           a->value_low != b->value_low || a->upper_high != b->upper_high ||
           a->upper_low != b->upper_low || a->qualifier != b->qualifier ||
           a->unit_count != b->unit_count || a->known_count != b->known_count ||
           a->all_count != b->all_count;
}

static size_t place_of(const struct difference *difference, const struct indicator *indicator)
{
    size_t i = 0;
    while (difference->indicators[i] != indicator)
        i++;
    return i;
}

/* Shown is what was named; else what differs, or what a cause changed. */
static void choose_shown(struct told *told)
{
    const struct difference *difference = &told->difference;
    told->is_shown = mem_calloc(difference->indicator_count + 1, sizeof(*told->is_shown));
    for (size_t i = 0; i < difference->indicator_count; i++)
        told->is_shown[i] = told->ask->n_indicators > 0 ||
                            values_differ(&difference->before[i], &difference->after[i]);
    for (size_t c = 0; c < difference->cause_count; c++)
        for (size_t i = 0; i < difference->causes[c].cell_count; i++)
            told->is_shown[place_of(difference, difference->causes[c].cells[i].indicator)] = true;
}

static void fill_indicators(struct told *told)
{
    const struct difference *difference = &told->difference;
    const size_t capacity = difference->indicator_count + 1;
    told->infos = mem_calloc(capacity, sizeof(*told->infos));
    told->info_pointers = mem_calloc(capacity, sizeof(*told->info_pointers));
    told->befores = mem_calloc(capacity, sizeof(*told->befores));
    told->afters = mem_calloc(capacity, sizeof(*told->afters));
    for (size_t i = 0; i < difference->indicator_count; i++) {
        if (!told->is_shown[i])
            continue;
        size_t n = told->shown_count++;
        query_indicator_info(difference_namer(difference), difference->indicators[i],
                             &told->infos[n]);
        told->info_pointers[n] = &told->infos[n];
        told->befores[n] = &difference->before[i];
        told->afters[n] = &difference->after[i];
    }
}

static Tonghop__CauseCell *add_cell(struct told *told, Tonghop__Cause *cause, uint32_t indicator)
{
    size_t n = told->cell_count++;
    Tonghop__CauseCell *cell = &told->cells[n];
    tonghop__cause_cell__init(cell);
    cell->indicator = indicator;
    cell->before = &told->cell_values[2 * n];
    cell->after = &told->cell_values[2 * n + 1];
    told->cell_pointers[n] = cell;
    if (cause->n_cells == 0)
        cause->cells = &told->cell_pointers[n];
    cause->n_cells++;
    return cell;
}

static void set_change(Tonghop__CauseCell *cell, i128 change)
{
    cell->change_high = i128_high(change);
    cell->change_low = i128_low(change);
}

static Tonghop__Cause *add_cause(struct told *told)
{
    size_t n = told->cause_count++;
    tonghop__cause__init(&told->causes[n]);
    told->cause_pointers[n] = &told->causes[n];
    told->causes[n].unit = &told->units[n];
    return &told->causes[n];
}

static void fill_cause(struct told *told, const struct difference_cause *from)
{
    struct node *namer = difference_namer(&told->difference);
    const struct form *form = catalogue_form(namer->catalogue, from->key.form);
    const size_t n = told->cause_count;
    Tonghop__Cause *cause = add_cause(told);
    query_unit_info(namer, from->key.unit, told->difference.query.tree->window.last,
                    &told->units[n]);
    cause->type = from->type;
    cause->form = form != NULL ? form->code : cause->form;
    cause->period = period_format(from->key.period, told->periods[n]);
    cause->revision_before = from->has_before ? from->before.revision : 0;
    cause->revision_after = from->has_after ? from->after.revision : 0;
    cause->author = from->author;
    cause->reason = from->reason;
    cause->person = from->person;
    cause->received_us = from->received.us;
    cause->late = from->is_late;
    if (from->decided_by != 0) {
        query_unit_info(namer, from->decided_by, told->difference.query.tree->window.last,
                        &told->deciders[n]);
        cause->decided_by = &told->deciders[n];
    }
    for (size_t i = 0; i < from->cell_count; i++) {
        const struct difference_cell *cell = &from->cells[i];
        Tonghop__CauseCell *told_cell = add_cell(told, cause, cell->indicator->number);
        value_of_figure(&cell->before, told_cell->before);
        value_of_figure(&cell->after, told_cell->after);
        set_change(told_cell, cell->change);
    }
}

static i128 shown_of(const Tonghop__Value *value)
{
    return value->has_value ? i128_of(value->value_high, value->value_low) : 0;
}

/* A copy that has nothing to be freed: checks that fail are told with the indicator. */
static void copy_value(const Tonghop__Value *from, Tonghop__Value *to)
{
    *to = *from;
    to->n_failed_checks = 0;
    to->failed_checks = NULL;
}

/* What is left: names, formulas, and where units stand. */
static void fill_catalogue_cause(struct told *told)
{
    const struct difference *difference = &told->difference;
    const size_t n = told->cause_count;
    Tonghop__Cause *cause = add_cause(told);
    query_unit_info(difference_namer(difference), difference->query.unit,
                    difference->query.tree->window.last, &told->units[n]);
    cause->type = TONGHOP__CAUSE_TYPE__CAUSE_TYPE_CATALOGUE;
    cause->catalogue_before = difference->from->edition.catalogue;
    cause->catalogue_after = difference->to->edition.catalogue;
    for (size_t i = 0; i < difference->indicator_count; i++) {
        const Tonghop__Value *before = &difference->meanwhile[i], *after = &difference->after[i];
        if (!told->is_shown[i] || !values_differ(before, after))
            continue;
        Tonghop__CauseCell *cell = add_cell(told, cause, difference->indicators[i]->number);
        copy_value(before, cell->before);
        copy_value(after, cell->after);
        set_change(cell, shown_of(after) - shown_of(before));
    }
}

static void fill_causes(struct told *told)
{
    const struct difference *difference = &told->difference;
    const size_t capacity = difference->cause_count + 2;
    const size_t cells = difference->cell_count + difference->indicator_count + 1;
    told->causes = mem_calloc(capacity, sizeof(*told->causes));
    told->cause_pointers = mem_calloc(capacity, sizeof(*told->cause_pointers));
    told->deciders = mem_calloc(capacity, sizeof(*told->deciders));
    told->units = mem_calloc(capacity, sizeof(*told->units));
    told->periods = mem_calloc(capacity, sizeof(*told->periods));
    told->cells = mem_calloc(cells, sizeof(*told->cells));
    told->cell_pointers = mem_calloc(cells, sizeof(*told->cell_pointers));
    told->cell_values = mem_calloc(2 * cells, sizeof(*told->cell_values));
    for (size_t i = 0; i < difference->cause_count; i++)
        if (difference->causes[i].cell_count > 0 || !has_filter(told->ask))
            fill_cause(told, &difference->causes[i]);
    if (difference->has_new_catalogue)
        fill_catalogue_cause(told);
}

static void answer(struct step *within, struct told *told)
{
    const struct difference *difference = &told->difference;
    char period[PERIOD_TEXT_SIZE];
    Tonghop__Difference message = TONGHOP__DIFFERENCE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    choose_shown(told);
    fill_indicators(told);
    fill_causes(told);
    query_unit_info(difference_namer(difference), difference->query.unit,
                    difference->query.tree->window.last, &told->unit);
    message.period = period_format(difference->query.period, period);
    message.unit = &told->unit;
    message.from = &told->from.message;
    message.to = told->is_now ? NULL : &told->to.message;
    message.catalogue = difference->to->edition.catalogue;
    message.n_indicators = message.n_before = message.n_after = told->shown_count;
    message.indicators = told->info_pointers;
    message.before = told->befores;
    message.after = told->afters;
    message.n_causes = told->cause_count;
    message.causes = told->cause_pointers;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_DIFFERENCE;
    envelope.difference = &message;
    step_reply(within, &envelope);
}

/* The unit has to be beneath both editions' units, in their own trees. */
static bool is_beneath_both(struct step *step, const struct told *told)
{
    const struct difference *difference = &told->difference;
    struct frozen *const sides[] = {difference->from, difference->to};
    char name[256];
    for (size_t i = 0; i < 2; i++) {
        const struct tree *tree = node_tree(&sides[i]->node, difference->query.period);
        if (node_covers(&sides[i]->node, tree, difference->query.unit) &&
            query_may_read(&step->peer, tree, difference->query.unit))
            continue;
        step_refuse(step, ERR_NOT_FOUND, NULL,
                    STEP_WORDS(step, "%s stood elsewhere under catalogue %" PRIu32,
                               "theo danh mục %2$" PRIu32 ", %1$s không thuộc đơn vị này"),
                    step_unit_text(step, difference->query.unit, name, sizeof(name)),
                    sides[i]->edition.catalogue);
        return false;
    }
    return true;
}

static void refuse_large(struct step *step)
{
    step_refuse(step, ERR_TOO_LARGE, NULL,
                STEP_WORDS(step,
                           "more than %d reports changed, or %d figures of them: ask for fewer "
                           "indicators, or for a smaller unit",
                           "có hơn %d báo cáo hoặc %d số liệu thay đổi: hãy hỏi ít chỉ tiêu hơn, "
                           "hoặc một đơn vị nhỏ hơn"),
                DIFFERENCE_CAUSES_MAX, QUERY_LINES_MAX);
}

static void tell(struct step *step, struct told *told)
{
    struct difference *difference = &told->difference;
    struct step within = editions_enter(step, difference->to);
    if (is_beneath_both(&within, told) && choose_indicators(&within, told)) {
        bool is_small = difference_compute(difference);
        struct frozen *missing = difference_missing(difference);
        if (missing != NULL)
            (void)editions_is_whole(&within, missing); /* refuses */
        else if (!is_small)
            refuse_large(&within);
        else
            answer(&within, told);
    }
    editions_leave(step, &within);
}

void node_handle_difference_query(struct step *step, const Tonghop__DifferenceQuery *ask)
{
    struct query query;
    struct edition from, to;
    struct told told = {.ask = ask};
    if (!query_resolve(step, ask->kind, ask->period, ask->unit, &query) ||
        !find_sides(step, &query, ask, &from, &to))
        return;
    told.is_now = to.number == 0;
    const uint32_t number = from.number;
    enum err err = difference_init(&told.difference, step, &query, &from, &to);
    if (err == ERR_OK) {
        editions_fill(step->node, &told.difference.from->edition, &told.from);
        editions_fill(step->node, &told.difference.to->edition, &told.to);
        tell(step, &told);
    } else {
        editions_refuse_catalogue(step, err, number);
    }
    told_fini(&told);
}
