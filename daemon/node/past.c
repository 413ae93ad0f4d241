/* Every step changes one report, and with it the roll-ups on the way up to the unit asked for:
 * those are folded anew, all others stay. */
#include "node/past.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* ---- loading ---- */

/* Marks what a figure is made of: entered indicators, and the forms that they are filed in. */
static void mark_indicators(const struct catalogue *catalogue, const struct indicator *indicator,
                            bool *is_told, bool *forms)
{
    size_t count = 0;
    const struct form *form = catalogue_form(catalogue, indicator->form);
    const uint32_t *operands =
        indicator->formula != NULL ? formula_operands(indicator->formula, &count) : NULL;
    is_told[indicator - catalogue->indicators] = true;
    if (form != NULL)
        forms[form - catalogue->forms] = true;
    for (size_t i = 0; i < count; i++)
        mark_indicators(catalogue, catalogue_indicator(catalogue, operands[i]), is_told, forms);
}

static void choose_forms(struct past *past, const struct indicator *indicator)
{
    const struct catalogue *catalogue = past->node->catalogue;
    bool *forms = mem_calloc(catalogue->form_count + 1, sizeof(*forms));
    past->is_told = mem_calloc(catalogue->indicator_count + 1, sizeof(*past->is_told));
    past->forms = mem_calloc(catalogue->form_count + 1, sizeof(*past->forms));
    mark_indicators(catalogue, indicator, past->is_told, forms);
    for (size_t i = 0; i < catalogue->form_count; i++)
        if (forms[i])
            past->forms[past->form_count++] = &catalogue->forms[i];
    free(forms);
}

static bool is_told(const struct past *past, uint32_t number)
{
    const struct catalogue *catalogue = past->node->catalogue;
    const struct indicator *indicator = catalogue_indicator(catalogue, number);
    return indicator != NULL && past->is_told[indicator - catalogue->indicators];
}

/* Leaves the cells that the story is about, and notes on them and on the whole report; counts what
 * is left. */
static void keep_told(struct past *past, struct report *report)
{
    size_t kept = 0, kept_notes = 0;
    for (size_t i = 0; i < report->cell_count; i++)
        if (is_told(past, report->cells[i].indicator))
            report->cells[kept++] = report->cells[i];
    report->cell_count = kept;
    report->cells = mem_realloc(report->cells, (kept + 1) * sizeof(*report->cells));
    report->cell_capacity = kept + 1;
    past->byte_count += sizeof(struct past_revision) + kept * sizeof(*report->cells);
    for (size_t i = 0; i < report->note_count; i++) {
        struct note note = report->notes[i];
        bool is_kept = note.indicator == 0 || is_told(past, note.indicator);
        if (!is_kept) {
            free(note.text);
            continue;
        }
        report->notes[kept_notes++] = note;
        past->byte_count += sizeof(note) + strlen(note.text);
    }
    report->note_count = kept_notes;
    past->byte_count += strlen(report->author) + strlen(report->reason) + strlen(report->source);
}

static void add_revision(struct past *past, const struct revision *revision,
                         struct past_report *report)
{
    struct node *node = past->node;
    char reason[256];
    struct past_revision told = {
        .number = revision->number, .received = revision->received, .states = revision->states};
    arena_reset(node->scratch);
    if (wire_read_filing(revision->filing, node->scratch, &told.report, reason, sizeof(reason)) !=
        ERR_OK) {
        store_fail(past->txn, ERR_CORRUPT);
        return;
    }
    keep_told(past, &told.report);
    report->revisions =
        mem_grow(report->revisions, report->count, &report->capacity, sizeof(*report->revisions));
    report->revisions[report->count++] = told;
}

/* The store gives the latest first. */
static void load_report(struct past *past, const struct report_key *key, struct past_report *report)
{
    uint64_t number = UINT64_MAX;
    struct revision revision;
    while (past->byte_count <= PAST_BYTES_MAX &&
           store_previous_revision(past->txn, key, &number, &revision) == ERR_OK)
        add_revision(past, &revision, report);
    for (size_t i = 0; i < report->count / 2; i++) {
        struct past_revision first = report->revisions[i];
        report->revisions[i] = report->revisions[report->count - 1 - i];
        report->revisions[report->count - 1 - i] = first;
    }
}

static struct past_group *group_at(const struct past *past, uint32_t index, size_t slot)
{
    return &past->groups[index * past->form_count + slot];
}

static struct report_key key_at(const struct past *past, uint32_t index, size_t slot,
                                enum period_label label)
{
    const struct query *query = past->query;
    return (struct report_key){.kind = query->kind,
                               .period = {query->period.year, (uint8_t)label},
                               .unit = query->tree->nodes[index].unit,
                               .form = past->forms[slot]->number};
}

void past_init(struct past *past, struct step *step, const struct query *query,
               const struct indicator *indicator)
{
    const struct tree *tree = query->tree;
    *past = (struct past){.node = step->node, .txn = step->txn, .query = query};
    choose_forms(past, indicator);
    past->groups =
        mem_calloc((size_t)tree->node_count * past->form_count + 1, sizeof(*past->groups));
    uint32_t root = tree_find(tree, query->unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        for (size_t slot = 0; slot < past->form_count; slot++) {
            for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
                struct report_key key = key_at(past, i, slot, (enum period_label)label);
                load_report(past, &key, &group_at(past, i, slot)->reports[label - 1]);
            }
        }
    }
}

static void drop_tallies(struct past *past)
{
    for (size_t i = 0; i < past->tally_count; i++)
        free(past->tallies[i].truths);
    free(past->tallies);
    past->tallies = NULL;
    past->tally_count = past->tally_capacity = 0;
}

static void report_free(struct past_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report_fini(&report->revisions[i].report);
    free(report->revisions);
}

void past_fini(struct past *past)
{
    size_t count =
        past->query != NULL ? (size_t)past->query->tree->node_count * past->form_count : 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t label = 0; label < PERIOD_LABEL_COUNT; label++)
            report_free(&past->groups[i].reports[label]);
        figures_fini(&past->groups[i].below);
        figures_fini(&past->groups[i].rollup);
    }
    drop_tallies(past);
    free(past->groups);
    free(past->steps);
    free(past->forms);
    free(past->is_told);
    *past = (struct past){0};
}

/* ---- folding ---- */

static const struct past_revision *counting_of(const struct past_report *report)
{
    const struct past_revision *accepted = report->accepted;
    return accepted != NULL && state_counts(accepted->states) ? accepted : NULL;
}

/* The roll-up of one unit from its reports and what lies beneath. */
static void fold_group(struct past *past, uint32_t index, size_t slot)
{
    struct past_group *group = group_at(past, index, slot);
    struct year_filed filed[PERIOD_LABEL_COUNT];
    struct year_triple triple = {0};
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        struct report_key key = key_at(past, index, slot, (enum period_label)label);
        const struct past_revision *counting = counting_of(&group->reports[label - 1]);
        filed[label - 1] = counting != NULL
                               ? group_filed(past->node, &counting->report, counting->received)
                               : group_filed_none(past->node, &key);
    }
    year_resolve(filed, past->node->catalogue, &triple);
    year_rollup(&triple, (enum period_label)past->query->period.label, &group->below,
                past->node->catalogue, &group->rollup);
    year_triple_fini(&triple);
}

/* The same after a change beneath it. */
static void fold_unit(struct past *past, uint32_t index, size_t slot)
{
    const struct tree *tree = past->query->tree;
    struct past_group *group = group_at(past, index, slot);
    figures_clear(&group->below);
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        figures_add(&group->below, &group_at(past, i, slot)->rollup, past->node->catalogue);
    fold_group(past, index, slot);
}

/* Children come before their parents when the walk is taken backwards. */
static void fold_all(struct past *past)
{
    const struct tree *tree = past->query->tree;
    uint32_t root = tree_find(tree, past->query->unit);
    uint32_t *order = mem_calloc(tree->node_count, sizeof(*order));
    size_t count = 0;
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        order[count++] = i;
    while (count-- > 0)
        for (size_t slot = 0; slot < past->form_count; slot++)
            fold_unit(past, order[count], slot);
    free(order);
}

/* ---- steps ---- */

/* What the first half-year is made of has no part of the other two reports. */
static int last_label(const struct past *past)
{
    return past->query->period.label == PERIOD_S1 ? PERIOD_S1 : PERIOD_Y;
}

static void add_step(struct past *past, struct past_step step)
{
    past->steps =
        mem_grow(past->steps, past->step_count, &past->step_capacity, sizeof(*past->steps));
    past->steps[past->step_count++] = step;
}

static int compare_steps(const void *a, const void *b)
{
    const struct past_step *x = a, *y = b;
    int64_t left = x->revision->received.us, right = y->revision->received.us;
    if (left != right)
        return left < right ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return x->revision->number < y->revision->number ? -1
                                                     : x->revision->number > y->revision->number;
}

static void begin_report(struct past *past, uint32_t index, size_t slot, enum period_label label,
                         struct instant since)
{
    struct past_report *report = &group_at(past, index, slot)->reports[label - 1];
    report->accepted = NULL;
    for (size_t i = 0; i < report->count; i++) {
        const struct past_revision *revision = &report->revisions[i];
        if (revision->received.us > since.us)
            add_step(past, (struct past_step){index, slot, label, revision});
        else if ((revision->states & STATE_ACCEPTED) != 0)
            report->accepted = revision;
    }
}

void past_begin(struct past *past, struct instant since)
{
    const struct tree *tree = past->query->tree;
    uint32_t root = tree_find(tree, past->query->unit);
    past->step_count = 0;
    drop_tallies(past);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        for (size_t slot = 0; slot < past->form_count; slot++)
            for (int label = PERIOD_S1; label <= last_label(past); label++)
                begin_report(past, i, slot, (enum period_label)label, since);
    if (past->step_count > 0)
        qsort(past->steps, past->step_count, sizeof(*past->steps), compare_steps);
    fold_all(past);
}

const struct past_revision *past_counting(const struct past *past, const struct past_step *step)
{
    return counting_of(&group_at(past, step->index, step->slot)->reports[step->label - 1]);
}

/* ---- values ---- */

static const struct view_tally *source_tally(void *ctx, uint32_t unit, uint8_t level,
                                             const struct formula_test *test);

static void source_rollup(void *ctx, uint32_t unit, uint32_t form, struct figures *ret_figures)
{
    const struct past *past = ctx;
    uint32_t index = tree_find(past->query->tree, unit);
    figures_clear(ret_figures);
    for (size_t slot = 0; slot < past->form_count; slot++)
        if (past->forms[slot]->number == form)
            figures_copy(ret_figures, &group_at(past, index, slot)->rollup);
}

static struct view_source source_of(struct past *past)
{
    return (struct view_source){past, source_rollup, source_tally};
}

static void open_view(struct past *past, const struct view_source *source, uint32_t unit,
                      struct view *ret_view)
{
    const struct query *query = past->query;
    const struct view_key key = {query->kind, query->period, query->from, unit, 0};
    view_init(ret_view, past->node, past->txn, &key);
    ret_view->source = source;
}

/* ---- counting ---- */

static enum truth ask_unit(struct past *past, const struct formula_test *test, uint32_t index)
{
    const struct tree_node *node = &past->query->tree->nodes[index];
    const struct view_source source = source_of(past);
    struct view view;
    open_view(past, &source, node->unit, &view);
    enum truth truth = view_holds(&view, test, node->type);
    view_fini(&view);
    return truth;
}

static bool is_counted(const struct past *past, const struct past_tally *tally, uint32_t index)
{
    const struct tree_node *node = &past->query->tree->nodes[index];
    return node->level == tally->sum.level && !node->has_ended;
}

/* Asks every unit once; from then on the steps keep it up to date. */
static struct past_tally *add_tally(struct past *past, uint8_t level,
                                    const struct formula_test *test)
{
    const struct tree *tree = past->query->tree;
    uint32_t root = tree_find(tree, past->query->unit);
    struct past_tally tally = {.sum = {.test = *test, .level = level},
                               .truths = mem_calloc(tree->node_count, 1)};
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        if (!is_counted(past, &tally, i))
            continue;
        tally.truths[i] = (uint8_t)ask_unit(past, test, i);
        view_tally_add(&tally.sum, (enum truth)tally.truths[i]);
    }
    past->tallies =
        mem_grow(past->tallies, past->tally_count, &past->tally_capacity, sizeof(*past->tallies));
    past->tallies[past->tally_count] = tally;
    return &past->tallies[past->tally_count++];
}

static const struct view_tally *source_tally(void *ctx, uint32_t unit, uint8_t level,
                                             const struct formula_test *test)
{
    struct past *past = ctx;
    if (unit != past->query->unit)
        return NULL; /* a count within a count is counted by itself */
    for (size_t i = 0; i < past->tally_count; i++)
        if (past->tallies[i].sum.test.formula == test->formula &&
            past->tallies[i].sum.test.node == test->node)
            return &past->tallies[i].sum;
    return &add_tally(past, level, test)->sum;
}

/* The unit's figures are others now. */
static void count_again(struct past *past, uint32_t index)
{
    for (size_t i = 0; i < past->tally_count; i++) {
        struct past_tally *tally = &past->tallies[i];
        if (!is_counted(past, tally, index))
            continue;
        enum truth before = (enum truth)tally->truths[index];
        enum truth after = ask_unit(past, &tally->sum.test, index);
        tally->sum.held += (after == TRUTH_TRUE) - (uint32_t)(before == TRUTH_TRUE);
        tally->sum.unknown += (after == TRUTH_UNKNOWN) - (uint32_t)(before == TRUTH_UNKNOWN);
        tally->truths[index] = (uint8_t)after;
    }
}

/* ---- taking a step ---- */

bool past_take(struct past *past, const struct past_step *step)
{
    const struct tree *tree = past->query->tree;
    struct past_report *report = &group_at(past, step->index, step->slot)->reports[step->label - 1];
    bool is_later = report->accepted != NULL && report->accepted->number > step->revision->number;
    if ((step->revision->states & STATE_ACCEPTED) == 0 || is_later)
        return false;
    report->accepted = step->revision;
    fold_group(past, step->index, step->slot);
    count_again(past, step->index);
    uint32_t root = tree_find(tree, past->query->unit);
    for (uint32_t i = step->index; i != root;) {
        i = tree->nodes[i].parent;
        fold_unit(past, i, step->slot);
        count_again(past, i);
    }
    return true;
}

void past_value(struct past *past, const struct indicator *indicator, Tonghop__Value *ret_value)
{
    const struct view_source source = source_of(past);
    struct view view;
    open_view(past, &source, past->query->unit, &view);
    view_value(&view, indicator, ret_value);
    view_fini(&view);
}
