/* Each step is taken in the past of its own year. What units are counted over a span are those of
 * its last year's tree, each by what it had in every year, wherever it stood then. */
#include "node/tale.h"

#include <assert.h>
#include <stdlib.h>

#include "core/mem.h"

/* The unit asked for. Units that are counted may have stood elsewhere in another year. */
static void reach(const struct tale *tale, bool counts, struct past *past)
{
    const struct tree *tree = tale->query->tree;
    uint32_t root = tree_find(tree, tale->query->unit);
    past_reach(past, tale->query->unit);
    for (uint32_t i = root; counts && i != TREE_NONE; i = tree_next(tree, root, i))
        if (!tree->nodes[i].has_ended)
            past_reach(past, tree->nodes[i].unit);
}

void tale_init(struct tale *tale, struct step *step, const struct query *query,
               const struct indicator *indicator, struct instant since)
{
    bool counts = view_counts_units(step->node->catalogue, indicator);
    size_t count = (size_t)(query->period.year - query->from) + 1;
    *tale = (struct tale){
        .node = step->node,
        .txn = step->txn,
        .query = query,
        .pasts = mem_calloc(count, sizeof(*tale->pasts)),
        .stale = mem_calloc((size_t)query->tree->node_count + 1, sizeof(*tale->stale)),
        .is_stale = mem_calloc((size_t)query->tree->node_count + 1, sizeof(*tale->is_stale)),
    };
    while (tale->past_count < count && tale->byte_count <= PAST_BYTES_MAX) {
        struct past *past = &tale->pasts[tale->past_count];
        const struct period period = {(uint16_t)(query->from + tale->past_count),
                                      query->period.label};
        past_init(past, step, query->kind, period, indicator, since);
        reach(tale, counts, past);
        past_load(past, tale->byte_count);
        tale->byte_count = past->byte_count;
        tale->past_count++;
    }
}

static void drop_tallies(struct tale *tale)
{
    for (size_t i = 0; i < tale->tally_count; i++) {
        free(tale->tallies[i].truths);
        free(tale->tallies[i].sums);
    }
    free(tale->tallies);
    tale->tallies = NULL;
    tale->tally_count = tale->tally_capacity = 0;
}

void tale_fini(struct tale *tale)
{
    for (size_t i = 0; i < tale->past_count; i++)
        past_fini(&tale->pasts[i]);
    drop_tallies(tale);
    free(tale->pasts);
    free(tale->steps.items);
    free(tale->stale);
    free(tale->is_stale);
    *tale = (struct tale){0};
}

/* ---- steps ---- */

static int compare_steps(const void *a, const void *b)
{
    const struct past_step *x = a, *y = b;
    const struct period left = x->revision->report.key.period;
    const struct period right = y->revision->report.key.period;
    if (x->revision->received.us != y->revision->received.us)
        return x->revision->received.us < y->revision->received.us ? -1 : 1;
    if (left.year != right.year)
        return left.year < right.year ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    if (x->label != y->label)
        return x->label < y->label ? -1 : 1;
    return x->revision->number < y->revision->number ? -1
                                                     : x->revision->number > y->revision->number;
}

void tale_begin(struct tale *tale)
{
    struct past_steps *steps = &tale->steps;
    steps->count = 0;
    drop_tallies(tale);
    for (size_t i = 0; i < tale->past_count; i++)
        past_begin(&tale->pasts[i], steps);
    if (steps->count > 0)
        qsort(steps->items, steps->count, sizeof(*steps->items), compare_steps);
}

bool tale_is_still(const struct tale *tale)
{
    bool is_still = true;
    for (size_t i = 0; i < tale->past_count; i++)
        is_still = is_still && tale->pasts[i].is_still;
    return is_still;
}

struct past *tale_past(const struct tale *tale, const struct past_step *step)
{
    return &tale->pasts[step->revision->report.key.period.year - tale->query->from];
}

/* ---- values ---- */

static const struct view_tally *source_tally(void *ctx, uint32_t unit, uint8_t level,
                                             const struct formula_test *test);

static bool source_rollup(void *ctx, const struct report_key *key, struct figures *ret_figures)
{
    const struct tale *tale = ctx;
    return past_rollup(&tale->pasts[key->period.year - tale->query->from], key, ret_figures);
}

static struct view_source source_of(struct tale *tale)
{
    return (struct view_source){tale, source_rollup, source_tally};
}

static void open_view(struct tale *tale, const struct view_source *source, uint32_t unit,
                      struct view *ret_view)
{
    const struct query *query = tale->query;
    const struct view_key key = {query->kind, query->period, query->from, unit, 0};
    view_init(ret_view, tale->node, tale->txn, &key);
    ret_view->source = source;
}

void tale_value(struct tale *tale, const struct indicator *indicator, Tonghop__Value *ret_value)
{
    const struct view_source source = source_of(tale);
    struct view view;
    open_view(tale, &source, tale->query->unit, &view);
    view_value(&view, indicator, ret_value);
    view_fini(&view);
}

/* ---- counting ---- */

static enum truth ask_unit(struct tale *tale, const struct formula_test *test, uint32_t index)
{
    const struct tree_node *node = &tale->query->tree->nodes[index];
    const struct view_source source = source_of(tale);
    struct view view;
    open_view(tale, &source, node->unit, &view);
    enum truth truth = view_holds(&view, test, node->type);
    view_fini(&view);
    return truth;
}

/* The unit above in the tree that is counted; TREE_NONE above the one asked for. */
static uint32_t above(const struct tale *tale, uint32_t index)
{
    const struct tree_node *node = &tale->query->tree->nodes[index];
    return node->unit != tale->query->unit ? node->parent : TREE_NONE;
}

/* Asks every unit once; from then on the steps keep it up to date. */
static void add_tally(struct tale *tale, uint8_t level, const struct formula_test *test)
{
    const struct tree *tree = tale->query->tree;
    uint32_t root = tree_find(tree, tale->query->unit);
    struct tale_tally tally = {.test = *test,
                               .level = level,
                               .truths = mem_calloc(tree->node_count, 1),
                               .sums = mem_calloc(tree->node_count, sizeof(*tally.sums))};
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        if (tree->nodes[i].level != level || tree->nodes[i].has_ended)
            continue;
        enum truth truth = ask_unit(tale, test, i);
        tally.truths[i] = (uint8_t)truth;
        for (uint32_t at = i; at != TREE_NONE; at = above(tale, at))
            view_tally_add(&tally.sums[at], truth);
    }
    tale->tallies =
        mem_grow(tale->tallies, tale->tally_count, &tale->tally_capacity, sizeof(*tale->tallies));
    tale->tallies[tale->tally_count++] = tally;
}

static const struct tale_tally *find_tally(const struct tale *tale, const struct formula_test *test)
{
    for (size_t i = 0; i < tale->tally_count; i++)
        if (tale->tallies[i].test.formula == test->formula &&
            tale->tallies[i].test.node == test->node)
            return &tale->tallies[i];
    return NULL;
}

static const struct view_tally *source_tally(void *ctx, uint32_t unit, uint8_t level,
                                             const struct formula_test *test)
{
    struct tale *tale = ctx;
    uint32_t index = tree_find(tale->query->tree, unit);
    assert(index != TREE_NONE); /* it is the unit asked for, or one that is counted beneath it */
    if (find_tally(tale, test) == NULL)
        add_tally(tale, level, test);
    return &find_tally(tale, test)->sums[index];
}

/* Returns whether the test says something else of the unit than before. To ask may add tallies:
 * they move. */
static bool ask_again(struct tale *tale, size_t number, uint32_t index)
{
    const struct tree_node *node = &tale->query->tree->nodes[index];
    const struct formula_test test = tale->tallies[number].test;
    if (node->level != tale->tallies[number].level || node->has_ended)
        return false;
    enum truth after = ask_unit(tale, &test, index);
    struct tale_tally *tally = &tale->tallies[number];
    enum truth before = (enum truth)tally->truths[index];
    for (uint32_t at = index; at != TREE_NONE && before != after; at = above(tale, at)) {
        struct view_tally *sum = &tally->sums[at];
        sum->held += (after == TRUTH_TRUE) - (uint32_t)(before == TRUTH_TRUE);
        sum->unknown += (after == TRUTH_UNKNOWN) - (uint32_t)(before == TRUTH_UNKNOWN);
    }
    tally->truths[index] = (uint8_t)after;
    return before != after;
}

/* A step changes the figures of a unit and of those above it in the tree of the step's year; in the
 * tree that is counted others may be above these, and count them. */
static void find_stale(struct tale *tale, const struct past *past, uint32_t index)
{
    const struct tree *tree = tale->query->tree;
    for (uint32_t i = index; i != TREE_NONE && past->bears[i]; i = past->tree->nodes[i].parent) {
        uint32_t unit = past->tree->nodes[i].unit;
        uint32_t at = tree_find(tree, unit);
        if (at == TREE_NONE || !tree_contains(tree, tale->query->unit, unit))
            continue;
        for (; at != TREE_NONE && !tale->is_stale[at]; at = above(tale, at)) {
            tale->is_stale[at] = true;
            tale->stale[tale->stale_count++] = at;
        }
    }
}

/* What a test says may depend on what others say of units beneath: all are asked until none says
 * something else. No formula reads itself, so this ends. */
static void count_again(struct tale *tale, const struct past *past, uint32_t index)
{
    bool has_changed;
    find_stale(tale, past, index);
    do {
        has_changed = false;
        for (size_t i = 0; i < tale->stale_count; i++)
            for (size_t n = 0; n < tale->tally_count; n++)
                has_changed |= ask_again(tale, n, tale->stale[i]);
    } while (has_changed);
    for (size_t i = 0; i < tale->stale_count; i++)
        tale->is_stale[tale->stale[i]] = false;
    tale->stale_count = 0;
}

bool tale_take(struct tale *tale, const struct past_step *step)
{
    struct past *past = tale_past(tale, step);
    if (!past_take(past, step))
        return false;
    if (tale->tally_count > 0)
        count_again(tale, past, step->index);
    return true;
}
