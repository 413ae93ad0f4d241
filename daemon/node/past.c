/* Every step changes one report, and with it the roll-ups on the way up, as far as they are loaded:
 * those are folded anew, all others stay. */
#include "node/past.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/view.h"
#include "node/year_heads.h"

/* ---- loading ---- */

static bool is_form_told(const struct past *past, const struct form *form)
{
    for (size_t i = 0; i < past->wanted.count; i++)
        if (catalogue_indicator(past->node->catalogue, past->wanted.numbers[i])->form ==
            form->number)
            return true;
    return false;
}

/* What a figure is made of, and the forms in which that is filed. */
static void choose_forms(struct past *past, const struct indicator *indicator)
{
    const struct catalogue *catalogue = past->node->catalogue;
    past->wanted = view_filter_of(catalogue, indicator);
    past->forms = mem_calloc(catalogue->form_count + 1, sizeof(*past->forms));
    for (size_t i = 0; i < catalogue->form_count; i++)
        if (is_form_told(past, &catalogue->forms[i]))
            past->forms[past->form_count++] = &catalogue->forms[i];
}

/* Leaves the cells that the story is about, and notes on them and on the whole report; counts what
 * is left. */
static void keep_told(struct past *past, struct report *report)
{
    size_t kept = 0, kept_notes = 0;
    for (size_t i = 0; i < report->cell_count; i++)
        if (figure_filter_has(&past->wanted, report->cells[i].indicator))
            report->cells[kept++] = report->cells[i];
    report->cell_count = kept;
    report->cells = mem_realloc(report->cells, (kept + 1) * sizeof(*report->cells));
    report->cell_capacity = kept + 1;
    past->byte_count += sizeof(struct past_revision) + kept * sizeof(*report->cells);
    for (size_t i = 0; i < report->note_count; i++) {
        struct note note = report->notes[i];
        bool is_kept = note.indicator == 0 || figure_filter_has(&past->wanted, note.indicator);
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

static void add_revision(struct past *past, const struct report_key *key,
                         const struct revision *revision, struct past_report *report)
{
    struct past_revision told = {
        .number = revision->number, .received = revision->received, .states = revision->states};
    if (!revision_read(past->node, past->txn, key, revision, &told.report))
        return;
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
        add_revision(past, key, &revision, report);
    for (size_t i = 0; i < report->count / 2; i++) {
        struct past_revision first = report->revisions[i];
        report->revisions[i] = report->revisions[report->count - 1 - i];
        report->revisions[report->count - 1 - i] = first;
    }
}

static struct past_group *group_at(const struct past *past, uint32_t index, size_t slot)
{
    return &past->groups[past->places[index] * past->form_count + slot];
}

static struct report_key key_at(const struct past *past, uint32_t index, size_t slot,
                                enum period_label label)
{
    return (struct report_key){.kind = past->kind,
                               .period = {past->period.year, (uint8_t)label},
                               .unit = past->tree->nodes[index].unit,
                               .form = past->forms[slot]->number};
}

/* While totals are being rebuilt, those of now are none to go by; and where a revision waits above
 * one that counts, that may be the later one. */
static bool is_still(struct step *step, uint8_t kind, uint16_t year, struct instant since)
{
    const struct node_year *known = year_heads(step->node, step->txn, kind, year);
    return !step->node->rebuild.is_active && !known->has_lower && known->received.us <= since.us;
}

void past_init(struct past *past, struct step *step, uint8_t kind, struct period period,
               const struct indicator *indicator, struct instant since)
{
    const struct tree *tree = node_tree(step->node, period);
    *past = (struct past){.node = step->node,
                          .txn = step->txn,
                          .kind = kind,
                          .period = period,
                          .tree = tree,
                          .since = since,
                          .is_still = is_still(step, kind, period.year, since)};
    choose_forms(past, indicator);
    past->bears = mem_calloc((size_t)tree->node_count + 1, sizeof(*past->bears));
    past->places = mem_calloc((size_t)tree->node_count + 1, sizeof(*past->places));
}

void past_reach(struct past *past, uint32_t unit)
{
    uint32_t root = tree_find(past->tree, unit);
    if (root == TREE_NONE || past->bears[root])
        return;
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(past->tree, root, i)) {
        if (!past->bears[i])
            past->places[i] = past->unit_count++;
        past->bears[i] = true;
    }
}

/* What the first half-year is made of has no part of the other two reports. */
static int last_label(const struct past *past)
{
    return past->period.label == PERIOD_S1 ? PERIOD_S1 : PERIOD_Y;
}

static void load_unit(struct past *past, uint32_t index)
{
    past->byte_count += past->form_count * sizeof(*past->groups);
    for (size_t slot = 0; slot < past->form_count; slot++) {
        for (int label = PERIOD_S1; label <= last_label(past); label++) {
            struct report_key key = key_at(past, index, slot, (enum period_label)label);
            load_report(past, &key, &group_at(past, index, slot)->reports[label - 1]);
        }
    }
}

void past_load(struct past *past, size_t bytes_before)
{
    past->byte_count = bytes_before;
    past->groups =
        mem_calloc((size_t)past->unit_count * past->form_count + 1, sizeof(*past->groups));
    for (uint32_t i = 0; i < past->tree->node_count && !past->is_still; i++)
        if (past->bears[i])
            load_unit(past, i);
}

static void report_free(struct past_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report_fini(&report->revisions[i].report);
    free(report->revisions);
}

void past_fini(struct past *past)
{
    size_t count = past->groups != NULL ? (size_t)past->unit_count * past->form_count : 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t label = 0; label < PERIOD_LABEL_COUNT; label++)
            report_free(&past->groups[i].reports[label]);
        figures_fini(&past->groups[i].below);
        figures_fini(&past->groups[i].rollup);
    }
    free(past->groups);
    free(past->bears);
    free(past->places);
    free(past->forms);
    figure_filter_fini(&past->wanted);
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
    year_resolve_label(filed, past->node->catalogue, (enum period_label)past->period.label,
                       &triple);
    year_rollup(&triple, (enum period_label)past->period.label, &group->below,
                past->node->catalogue, &group->rollup);
    group->is_covered = triple.is_covered[past->period.label - 1];
    year_triple_fini(&triple);
}

/* The same after a change beneath it. */
static void fold_unit(struct past *past, uint32_t index, size_t slot)
{
    const struct tree *tree = past->tree;
    struct past_group *group = group_at(past, index, slot);
    figures_clear(&group->below);
    for (uint32_t i = tree->nodes[index].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling)
        figures_add(&group->below, &group_at(past, i, slot)->rollup, past->node->catalogue);
    fold_group(past, index, slot);
}

/* Children come before their parents when the walk is taken backwards. */
static void fold_beneath(struct past *past, uint32_t root)
{
    const struct tree *tree = past->tree;
    uint32_t *order = mem_calloc(tree->node_count, sizeof(*order));
    size_t count = 0;
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        order[count++] = i;
    while (count-- > 0)
        for (size_t slot = 0; slot < past->form_count; slot++)
            fold_unit(past, order[count], slot);
    free(order);
}

/* The next unit above that bears on the figure; TREE_NONE: there the story ends. */
static uint32_t above(const struct past *past, uint32_t index)
{
    uint32_t parent = past->tree->nodes[index].parent;
    return parent != TREE_NONE && past->bears[parent] ? parent : TREE_NONE;
}

static void fold_all(struct past *past)
{
    for (uint32_t i = 0; i < past->tree->node_count; i++)
        if (past->bears[i] && above(past, i) == TREE_NONE)
            fold_beneath(past, i);
}

/* ---- steps ---- */

static void add_step(struct past_steps *steps, struct past_step step)
{
    steps->items = mem_grow(steps->items, steps->count, &steps->capacity, sizeof(*steps->items));
    steps->items[steps->count++] = step;
}

static void begin_report(struct past *past, const struct past_step *at, struct past_steps *steps)
{
    struct past_report *report = &group_at(past, at->index, at->slot)->reports[at->label - 1];
    report->accepted = NULL;
    for (size_t i = 0; i < report->count; i++) {
        const struct past_revision *revision = &report->revisions[i];
        if (revision->received.us > past->since.us)
            add_step(steps, (struct past_step){at->index, at->slot, at->label, revision});
        else if ((revision->states & STATE_ACCEPTED) != 0)
            report->accepted = revision;
    }
}

void past_begin(struct past *past, struct past_steps *steps)
{
    if (past->is_still)
        return;
    for (uint32_t i = 0; i < past->tree->node_count; i++) {
        if (!past->bears[i])
            continue;
        for (size_t slot = 0; slot < past->form_count; slot++) {
            for (int label = PERIOD_S1; label <= last_label(past); label++) {
                const struct past_step at = {i, slot, (enum period_label)label, NULL};
                begin_report(past, &at, steps);
            }
        }
    }
    fold_all(past);
}

const struct past_revision *past_counting(const struct past *past, const struct past_step *step)
{
    return counting_of(&group_at(past, step->index, step->slot)->reports[step->label - 1]);
}

/* Carries what a roll-up was, and is now, into the unit above; an extreme that went away is found
 * by folding that anew. */
static void climb(struct past *past, uint32_t index, size_t slot, const struct figures *old,
                  const struct figures *new)
{
    struct rescan rescan = {0};
    struct past_group *group = group_at(past, index, slot);
    figures_replace_part(&group->below, old, new, past->node->catalogue, &rescan);
    if (rescan.count > 0)
        fold_unit(past, index, slot);
    else
        fold_group(past, index, slot);
    free(rescan.indicators);
}

/* A report counts otherwise: the roll-ups of its unit and of those above it change. */
static void fold_up(struct past *past, uint32_t index, size_t slot)
{
    struct figures old = {0}, next = {0};
    figures_copy(&old, &group_at(past, index, slot)->rollup);
    fold_group(past, index, slot);
    for (uint32_t child = index, i = above(past, index); i != TREE_NONE; i = above(past, i)) {
        figures_copy(&next, &group_at(past, i, slot)->rollup);
        climb(past, i, slot, &old, &group_at(past, child, slot)->rollup);
        struct figures taken = old;
        old = next;
        next = taken;
        child = i;
    }
    figures_fini(&old);
    figures_fini(&next);
}

bool past_take(struct past *past, const struct past_step *step)
{
    struct past_report *report = &group_at(past, step->index, step->slot)->reports[step->label - 1];
    bool is_later = report->accepted != NULL && report->accepted->number > step->revision->number;
    if ((step->revision->states & STATE_ACCEPTED) == 0 || is_later)
        return false;
    report->accepted = step->revision;
    fold_up(past, step->index, step->slot);
    return true;
}

/* Every step asks again what the years say that stand still: it is read once. */
static void read_once(const struct past *past, const struct report_key *key,
                      struct past_group *group)
{
    if (!group->is_known)
        group->is_covered = rollup_of(past->node, past->txn, key, &past->wanted, &group->rollup);
    group->is_known = true;
}

bool past_rollup(const struct past *past, const struct report_key *key, struct figures *ret_figures)
{
    uint32_t index = tree_find(past->tree, key->unit);
    figures_clear(ret_figures);
    if (index == TREE_NONE || !past->bears[index])
        return false;
    for (size_t slot = 0; slot < past->form_count; slot++) {
        struct past_group *group = group_at(past, index, slot);
        if (past->forms[slot]->number != key->form)
            continue;
        if (past->is_still)
            read_once(past, key, group);
        figures_copy(ret_figures, &group->rollup);
        return group->is_covered;
    }
    return false;
}
