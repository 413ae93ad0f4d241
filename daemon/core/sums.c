#include "core/sums.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/figures_code.h"
#include "core/mem.h"

void sums_fini(struct sums *sums)
{
    free(sums->plains.items);
    figures_fini(&sums->others);
    *sums = (struct sums){0};
}

bool sums_are_empty(const struct sums *sums)
{
    return sums->plains.count + sums->others.count == 0;
}

size_t sums_bytes(const struct sums *sums)
{
    return sums->plains.capacity * sizeof(*sums->plains.items) +
           sums->others.capacity * sizeof(*sums->others.items);
}

/* ---- plain ones ---- */

static void insert(struct plains *plains, size_t at, const struct plain *plain)
{
    plains->items =
        mem_grow(plains->items, plains->count, &plains->capacity, sizeof(*plains->items));
    memmove(&plains->items[at + 1], &plains->items[at],
            (plains->count - at) * sizeof(*plains->items));
    plains->count++;
    plains->items[at] = *plain;
}

static void take_away(struct plains *plains, size_t at)
{
    plains->count--;
    memmove(&plains->items[at], &plains->items[at + 1],
            (plains->count - at) * sizeof(*plains->items));
}

/* Where the indicator is, or would be inserted, in what lies from `at` on. */
static size_t lower_bound(const struct plains *plains, uint32_t indicator, size_t at)
{
    size_t high = plains->count;
    while (at < high) {
        const size_t middle = at + (high - at) / 2;
        if (plains->items[middle].indicator < indicator)
            at = middle + 1;
        else
            high = middle;
    }
    return at;
}

static bool is_at(const struct plains *plains, size_t at, uint32_t indicator)
{
    return at < plains->count && plains->items[at].indicator == indicator;
}

/* ---- from figures, and back ---- */

void sums_of(const struct figures *figures, const struct catalogue *catalogue,
             struct sums *ret_sums)
{
    size_t at = 0;
    ret_sums->plains.count = 0;
    figures_clear(&ret_sums->others);
    for (size_t i = 0; i < figures->count; i++) {
        const struct figure_entry *entry = &figures->items[i];
        const struct indicator *known = catalogue_indicator_from(catalogue, entry->indicator, &at);
        const bool is_extreme = known != NULL && aggregation_is_extreme(known->aggregation);
        if (is_extreme || !figure_is_plain(&entry->figure)) {
            figures_append(&ret_sums->others, entry->indicator, &entry->figure);
            continue;
        }
        const struct plain plain = {.value = entry->figure.value,
                                    .unit_set = entry->figure.unit_set,
                                    .indicator = entry->indicator,
                                    .exact_count = entry->figure.parts[QUALIFIER_EXACT]};
        insert(&ret_sums->plains, ret_sums->plains.count, &plain);
    }
}

/* A walk over both in order of indicator. */
struct merge {
    const struct sums *sums;
    size_t plain, other;
};

/* The next one: one of the two is NULL. False at the end. */
static bool next_sum(struct merge *merge, const struct plain **ret_plain,
                     const struct figure_entry **ret_other)
{
    const struct sums *sums = merge->sums;
    const struct plain *plain =
        merge->plain < sums->plains.count ? &sums->plains.items[merge->plain] : NULL;
    const struct figure_entry *other =
        merge->other < sums->others.count ? &sums->others.items[merge->other] : NULL;
    const bool is_plain = plain != NULL && (other == NULL || plain->indicator < other->indicator);
    merge->plain += is_plain;
    merge->other += !is_plain;
    *ret_plain = is_plain ? plain : NULL;
    *ret_other = is_plain ? NULL : other;
    return plain != NULL || other != NULL;
}

void sums_figures(const struct sums *sums, const struct figure_filter *wanted,
                  struct figures *ret_figures)
{
    struct merge merge = {.sums = sums};
    const struct plain *plain;
    const struct figure_entry *other;
    size_t next = 0; /* of those that are wanted */
    figures_clear(ret_figures);
    while (next_sum(&merge, &plain, &other)) {
        const uint32_t indicator = plain != NULL ? plain->indicator : other->indicator;
        while (wanted != NULL && next < wanted->count && wanted->numbers[next] < indicator)
            next++;
        if (wanted != NULL && (next == wanted->count || wanted->numbers[next] != indicator))
            continue;
        const struct figure figure = plain != NULL ? figure_of_plain(plain) : other->figure;
        figures_append(ret_figures, indicator, &figure);
    }
}

void sums_encode(const struct sums *sums, struct buf *out)
{
    struct merge merge = {.sums = sums};
    const struct plain *plain;
    const struct figure_entry *other;
    struct figures_writer writer;
    figures_write_begin(&writer, sums->plains.count + sums->others.count, out);
    while (next_sum(&merge, &plain, &other)) {
        if (plain != NULL)
            figures_write_plain(&writer, plain);
        else
            figures_write(&writer, other->indicator, &other->figure);
    }
    figures_write_end(&writer);
}

/* ---- differences ---- */

/* One that was plain becomes another. */
static void make_other(struct sums *sums, size_t at)
{
    const struct plain *plain = &sums->plains.items[at];
    const struct figure figure = figure_of_plain(plain);
    figures_set(&sums->others, plain->indicator, &figure);
    take_away(&sums->plains, at);
}

static void shift_other(struct sums *sums, uint32_t indicator, const struct figure *difference)
{
    const size_t at = lower_bound(&sums->plains, indicator, 0);
    if (is_at(&sums->plains, at, indicator))
        make_other(sums, at);
    figures_shift(&sums->others, indicator, difference);
}

/* Of an indicator that is not among the plain ones; `at` is where it would be. */
static void shift_missing(struct sums *sums, size_t at, const struct plain *difference)
{
    if (figures_find(&sums->others, difference->indicator) == NULL) {
        assert((int32_t)difference->exact_count > 0); /* what was nothing can only gain parts */
        insert(&sums->plains, at, difference);
        return;
    }
    const struct figure figure = figure_of_plain(difference);
    figures_shift(&sums->others, difference->indicator, &figure);
}

void sums_shift(struct sums *sums, const struct figures_change *change)
{
    struct plains *plains = &sums->plains;
    size_t at = 0;
    for (size_t i = 0; i < change->plains.count; i++) {
        const struct plain *difference = &change->plains.items[i];
        if (!is_at(plains, at, difference->indicator)) /* mostly it is the next one */
            at = lower_bound(plains, difference->indicator, at);
        if (!is_at(plains, at, difference->indicator)) {
            shift_missing(sums, at, difference);
            continue;
        }
        struct plain *total = &plains->items[at];
        total->value += difference->value;
        total->unit_set += difference->unit_set;
        total->exact_count += difference->exact_count;
        if (total->exact_count > 0) {
            at++;
            continue;
        }
        assert(total->value == 0 && total->unit_set == 0);
        take_away(plains, at);
    }
    for (size_t i = 0; i < change->sums.count; i++)
        shift_other(sums, change->sums.items[i].indicator, &change->sums.items[i].figure);
}
