/* Lists of figures by indicator: finding, adding up, and what changes between two of them. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/figure.h"
#include "core/mem.h"

void figures_fini(struct figures *figures)
{
    free(figures->items);
    *figures = (struct figures){0};
}

void figures_clear(struct figures *figures)
{
    figures->count = 0;
}

void figures_reserve(struct figures *figures, size_t count)
{
    if (figures->capacity >= count)
        return;
    figures->items = mem_realloc(figures->items, count * sizeof(*figures->items));
    figures->capacity = count;
}

/* Where `indicator` is, or would be inserted. */
static size_t lower_bound(const struct figures *figures, uint32_t indicator)
{
    size_t low = 0, high = figures->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (figures->items[middle].indicator < indicator)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The same for whoever asks in rising order: `*at` is where the last one was. */
static size_t seek(const struct figures *figures, uint32_t indicator, size_t *at)
{
    const size_t next = *at + 1;
    if (next < figures->count && figures->items[next].indicator == indicator)
        return *at = next;
    const bool is_behind = next == figures->count && figures->items[*at].indicator < indicator;
    return *at = is_behind ? next : lower_bound(figures, indicator);
}

static void insert_at(struct figures *figures, size_t at, uint32_t indicator,
                      const struct figure *figure)
{
    figures->items =
        mem_grow(figures->items, figures->count, &figures->capacity, sizeof(*figures->items));
    memmove(&figures->items[at + 1], &figures->items[at],
            (figures->count - at) * sizeof(*figures->items));
    figures->count++;
    figures->items[at] = (struct figure_entry){indicator, *figure};
}

static void remove_at(struct figures *figures, size_t at)
{
    figures->count--;
    memmove(&figures->items[at], &figures->items[at + 1],
            (figures->count - at) * sizeof(*figures->items));
}

const struct figure *figures_find(const struct figures *figures, uint32_t indicator)
{
    const size_t at = lower_bound(figures, indicator);
    if (at == figures->count || figures->items[at].indicator != indicator)
        return NULL;
    return &figures->items[at].figure;
}

/* As figures_append, also of what has no parts. */
static void push(struct figures *figures, uint32_t indicator, const struct figure *figure)
{
    if (figures->count == figures->capacity)
        figures->items =
            mem_grow(figures->items, figures->count, &figures->capacity, sizeof(*figures->items));
    struct figure_entry *entry = &figures->items[figures->count++];
    entry->indicator = indicator;
    entry->figure = *figure;
}

void figures_append(struct figures *figures, uint32_t indicator, const struct figure *figure)
{
    assert(figures->count == 0 || figures->items[figures->count - 1].indicator < indicator);

    if (figure_unit_count(figure) > 0)
        push(figures, indicator, figure);
}

void figures_set(struct figures *figures, uint32_t indicator, const struct figure *figure)
{
    const struct figure set = *figure; /* it may be one of these items, which are about to move */
    const size_t at = lower_bound(figures, indicator);
    const bool is_there = at < figures->count && figures->items[at].indicator == indicator;
    const bool is_empty = figure_unit_count(&set) == 0;
    if (is_there && is_empty)
        remove_at(figures, at);
    else if (is_there)
        figures->items[at].figure = set;
    else if (!is_empty)
        insert_at(figures, at, indicator, &set);
}

void figures_copy(struct figures *to, const struct figures *from)
{
    if (to == from)
        return;
    figures_reserve(to, from->count);
    if (from->count > 0)
        memcpy(to->items, from->items, from->count * sizeof(*to->items));
    to->count = from->count;
}

bool figures_equal(const struct figures *a, const struct figures *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        if (a->items[i].indicator != b->items[i].indicator ||
            !figure_equal(&a->items[i].figure, &b->items[i].figure))
            return false;
    }
    return true;
}

/* The aggregation of one indicator after the other, in rising order; one that the catalogue does
 * not know adds up as a sum. */
static enum aggregation aggregation_of(const struct catalogue *catalogue, uint32_t indicator,
                                       size_t *at)
{
    const struct indicator *known = catalogue_indicator_from(catalogue, indicator, at);
    return known != NULL ? known->aggregation : AGGREGATION_SUM;
}

void figures_add(struct figures *acc, const struct figures *part, const struct catalogue *catalogue)
{
    size_t at = 0, indicator_at = 0;
    for (size_t i = 0; i < part->count; i++) {
        const struct figure_entry *entry = &part->items[i];
        const size_t found = seek(acc, entry->indicator, &at);
        if (found < acc->count && acc->items[found].indicator == entry->indicator)
            figure_combine(&acc->items[found].figure, &entry->figure,
                           aggregation_of(catalogue, entry->indicator, &indicator_at));
        else
            insert_at(acc, found, entry->indicator, &entry->figure);
    }
}

/* Two lists side by side. */
struct pairs {
    const struct figures *old_part, *new_part;
    size_t i, j;
};

/* The next indicator of either, with NULL where one of them lacks it; false at the end. */
static bool next_pair(struct pairs *pairs, uint32_t *ret_indicator, const struct figure **ret_old,
                      const struct figure **ret_new)
{
    const struct figure_entry *a =
        pairs->i < pairs->old_part->count ? &pairs->old_part->items[pairs->i] : NULL;
    const struct figure_entry *b =
        pairs->j < pairs->new_part->count ? &pairs->new_part->items[pairs->j] : NULL;
    if (a == NULL && b == NULL)
        return false;
    const bool has_old = a != NULL && (b == NULL || a->indicator <= b->indicator);
    const bool has_new = b != NULL && (a == NULL || b->indicator <= a->indicator);
    *ret_indicator = has_old ? a->indicator : b->indicator;
    *ret_old = has_old ? &a->figure : NULL;
    *ret_new = has_new ? &b->figure : NULL;
    pairs->i += has_old;
    pairs->j += has_new;
    return true;
}

static const struct figure nothing;

void figures_replace_part(struct figures *acc, const struct figures *old_part,
                          const struct figures *new_part, const struct catalogue *catalogue,
                          struct rescan *ret_rescan)
{
    struct pairs pairs = {.old_part = old_part, .new_part = new_part};
    const struct figure *old_figure, *new_figure;
    uint32_t indicator;
    size_t at = 0;
    while (next_pair(&pairs, &indicator, &old_figure, &new_figure)) {
        const struct figure *found = figures_find(acc, indicator);
        struct figure total = found != NULL ? *found : nothing;
        if (!figure_replace_part(&total, old_figure != NULL ? old_figure : &nothing,
                                 new_figure != NULL ? new_figure : &nothing,
                                 aggregation_of(catalogue, indicator, &at))) {
            ret_rescan->indicators = mem_grow(ret_rescan->indicators, ret_rescan->count,
                                              &ret_rescan->capacity, sizeof(uint32_t));
            ret_rescan->indicators[ret_rescan->count++] = indicator;
        }
        figures_set(acc, indicator, &total);
    }
}

/* ---- changes that climb ---- */

void figures_change_fini(struct figures_change *change)
{
    free(change->plains.items);
    figures_fini(&change->sums);
    figures_fini(&change->old_extremes);
    figures_fini(&change->new_extremes);
    *change = (struct figures_change){0};
}

bool figures_change_is_empty(const struct figures_change *change)
{
    return change->plains.count + change->sums.count + change->old_extremes.count +
               change->new_extremes.count ==
           0;
}

static void push_sum(struct figures_change *change, uint32_t indicator,
                     const struct figure *difference)
{
    struct plains *plains = &change->plains;
    if (!figure_is_plain(difference)) {
        push(&change->sums, indicator, difference);
        return;
    }
    plains->items =
        mem_grow(plains->items, plains->count, &plains->capacity, sizeof(*plains->items));
    plains->items[plains->count++] =
        (struct plain){.value = difference->value,
                       .unit_set = difference->unit_set,
                       .indicator = indicator,
                       .exact_count = difference->parts[QUALIFIER_EXACT]};
}

void figures_compare(const struct figures *from, const struct figures *to,
                     const struct catalogue *catalogue, struct figures_change *ret_change)
{
    struct pairs pairs = {.old_part = from, .new_part = to};
    const struct figure *before, *after;
    uint32_t indicator;
    size_t at = 0;
    ret_change->plains.count = 0;
    figures_clear(&ret_change->sums);
    figures_clear(&ret_change->old_extremes);
    figures_clear(&ret_change->new_extremes);
    while (next_pair(&pairs, &indicator, &before, &after)) {
        if (before != NULL && after != NULL && figure_equal(before, after))
            continue;
        const bool is_extreme = aggregation_is_extreme(aggregation_of(catalogue, indicator, &at));
        if (!is_extreme && before == NULL) {
            push_sum(ret_change, indicator, after);
        } else if (!is_extreme) {
            const struct figure difference =
                figure_difference(before, after != NULL ? after : &nothing);
            push_sum(ret_change, indicator, &difference);
        }
        if (is_extreme && before != NULL)
            push(&ret_change->old_extremes, indicator, before);
        if (is_extreme && after != NULL)
            push(&ret_change->new_extremes, indicator, after);
    }
}

void figures_shift(struct figures *acc, uint32_t indicator, const struct figure *difference)
{
    const size_t at = lower_bound(acc, indicator);
    if (at == acc->count || acc->items[at].indicator != indicator) {
        /* What was nothing can only gain parts. */
        assert((int32_t)figure_unit_count(difference) > 0);
        insert_at(acc, at, indicator, difference);
        return;
    }
    figure_shift(&acc->items[at].figure, difference);
    if (figure_unit_count(&acc->items[at].figure) == 0)
        remove_at(acc, at);
}

/* ---- filters ---- */

struct figure_filter figure_filter_of(const struct catalogue *catalogue, const bool *is_wanted)
{
    struct figure_filter filter = {
        .numbers = mem_calloc(catalogue->indicator_count + 1, sizeof(*filter.numbers))};
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        if (is_wanted[i])
            filter.numbers[filter.count++] = catalogue->indicators[i].number;
    return filter;
}

void figure_filter_fini(struct figure_filter *filter)
{
    free(filter->numbers);
    *filter = (struct figure_filter){0};
}

bool figure_filter_has(const struct figure_filter *filter, uint32_t indicator)
{
    size_t i = 0;
    while (i < filter->count && filter->numbers[i] < indicator)
        i++;
    return i < filter->count && filter->numbers[i] == indicator;
}
