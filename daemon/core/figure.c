/* Figures are taken apart as exactly as they are put together.
 *
 * A sum can give a part back: what it holds is value, upper, ten counts and the unit set, and each
 * of them is itself a sum. An extreme cannot: once the largest part has gone nobody knows the
 * second largest. So replacing a part of an extreme either proves that the extreme stayed, or asks
 * for a rescan. */
#include "core/figure.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum {
    FIGURES_VERSION = 2,
    COUNTS = 10, /* the five qualifiers from EXACT on, then partial, implied, negative, early,
                    baseline */
    VALUE_BITS_MAX = 64, /* one part reaches at most 2^64: S1 + S2, or year minus S1, of 64 bits */
};

/* The counts in the order of their bits in the stored form. */
static uint32_t *count_at(struct figure *figure, unsigned n)
{
    switch (n) {
    case 5:
        return &figure->partial_count;
    case 6:
        return &figure->implied_count;
    case 7:
        return &figure->negative_count;
    case 8:
        return &figure->early_count;
    case 9:
        return &figure->baseline_count;
    }
    return &figure->parts[QUALIFIER_EXACT + n];
}

static bool is_extreme(enum aggregation aggregation)
{
    return aggregation == AGGREGATION_MAX || aggregation == AGGREGATION_MIN;
}

uint32_t figure_unit_count(const struct figure *figure)
{
    uint32_t count = 0;
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++)
        count += figure->parts[q];
    return count;
}

uint64_t figure_unit_mark(uint32_t unit)
{
    uint64_t mark = unit + UINT64_C(0x9E3779B97F4A7C15);
    mark = (mark ^ mark >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mark = (mark ^ mark >> 27) * UINT64_C(0x94D049BB133111EB);
    return mark ^ mark >> 31;
}

enum qualifier figure_qualifier(const struct figure *figure)
{
    const uint32_t *parts = figure->parts;
    if (parts[QUALIFIER_ABOUT] > 0 ||
        (parts[QUALIFIER_AT_LEAST] > 0 && parts[QUALIFIER_AT_MOST] > 0))
        return QUALIFIER_ABOUT;
    if (parts[QUALIFIER_AT_LEAST] > 0)
        return QUALIFIER_AT_LEAST;
    if (parts[QUALIFIER_AT_MOST] > 0)
        return QUALIFIER_AT_MOST;
    if (parts[QUALIFIER_RANGE] > 0)
        return QUALIFIER_RANGE;
    return parts[QUALIFIER_EXACT] > 0 ? QUALIFIER_EXACT : QUALIFIER_NONE;
}

i128 figure_shown(const struct figure *figure)
{
    switch (figure_qualifier(figure)) {
    case QUALIFIER_AT_MOST:
        return figure->upper;
    case QUALIFIER_ABOUT:
        return figure->value + i128_div_round(figure->upper - figure->value, 2);
    default:
        return figure->value;
    }
}

struct figure figure_of_cell(const struct cell *cell)
{
    assert(cell->qualifier >= QUALIFIER_EXACT && cell->qualifier < QUALIFIER_COUNT);

    struct figure figure = {
        .value = cell->value,
        .upper = cell->qualifier == QUALIFIER_RANGE ? cell->upper : cell->value,
    };
    figure.parts[cell->qualifier] = 1;
    return figure;
}

void figures_fini(struct figures *figures)
{
    free(figures->items);
    *figures = (struct figures){0};
}

void figures_clear(struct figures *figures)
{
    figures->count = 0;
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

const struct figure *figures_find(const struct figures *figures, uint32_t indicator)
{
    const size_t at = lower_bound(figures, indicator);
    if (at == figures->count || figures->items[at].indicator != indicator)
        return NULL;
    return &figures->items[at].figure;
}

void figures_append(struct figures *figures, uint32_t indicator, const struct figure *figure)
{
    assert(figures->count == 0 || figures->items[figures->count - 1].indicator < indicator);

    if (figure_unit_count(figure) == 0)
        return;
    figures->items =
        mem_grow(figures->items, figures->count, &figures->capacity, sizeof(*figures->items));
    figures->items[figures->count++] = (struct figure_entry){indicator, *figure};
}

void figures_set(struct figures *figures, uint32_t indicator, const struct figure *figure)
{
    /* A copy first: `figure` may be one of these items, which are about to move. */
    const struct figure_entry entry = {indicator, *figure};
    const size_t at = lower_bound(figures, indicator);
    const bool is_there = at < figures->count && figures->items[at].indicator == indicator;
    const size_t after = figures->count - at - (is_there ? 1 : 0);

    if (figure_unit_count(&entry.figure) == 0) {
        if (is_there) {
            memmove(&figures->items[at], &figures->items[at + 1], after * sizeof(entry));
            figures->count--;
        }
        return;
    }
    if (!is_there) {
        figures->items =
            mem_grow(figures->items, figures->count, &figures->capacity, sizeof(entry));
        memmove(&figures->items[at + 1], &figures->items[at], after * sizeof(entry));
        figures->count++;
    }
    figures->items[at] = entry;
}

void figures_copy(struct figures *to, const struct figures *from)
{
    if (to == from)
        return;
    if (to->capacity < from->count) {
        to->items = mem_realloc(to->items, from->count * sizeof(*to->items));
        to->capacity = from->count;
    }
    if (from->count > 0)
        memcpy(to->items, from->items, from->count * sizeof(*to->items));
    to->count = from->count;
}

/* Member by member: a struct figure has padding. */
bool figure_equal(const struct figure *a, const struct figure *b)
{
    return a->value == b->value && a->upper == b->upper &&
           memcmp(a->parts, b->parts, sizeof(a->parts)) == 0 &&
           a->partial_count == b->partial_count && a->implied_count == b->implied_count &&
           a->negative_count == b->negative_count && a->early_count == b->early_count &&
           a->baseline_count == b->baseline_count && a->unit_set == b->unit_set;
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

void figure_combine(struct figure *total, const struct figure *part, enum aggregation aggregation)
{
    if (figure_unit_count(part) == 0)
        return;
    if (figure_unit_count(total) == 0) {
        *total = *part;
        return;
    }
    switch (aggregation) {
    case AGGREGATION_MAX:
        total->value = part->value > total->value ? part->value : total->value;
        total->upper = part->upper > total->upper ? part->upper : total->upper;
        break;
    case AGGREGATION_MIN:
        total->value = part->value < total->value ? part->value : total->value;
        total->upper = part->upper < total->upper ? part->upper : total->upper;
        break;
    case AGGREGATION_DERIVED: /* never in a report; a sum can at least be taken apart again */
    case AGGREGATION_SUM:
        total->value += part->value;
        total->upper += part->upper;
        break;
    }
    struct figure counts = *part;
    for (unsigned n = 0; n < COUNTS; n++)
        *count_at(total, n) += *count_at(&counts, n);
    total->unit_set += part->unit_set;
}

/* Takes `part` out of `total`; the extreme of a max or min is left as it was. */
static void take_out(struct figure *total, const struct figure *part, enum aggregation aggregation)
{
    struct figure counts = *part;
    for (unsigned n = 0; n < COUNTS; n++) {
        assert(*count_at(total, n) >= *count_at(&counts, n));
        *count_at(total, n) -= *count_at(&counts, n);
    }
    total->unit_set -= part->unit_set;
    if (!is_extreme(aggregation)) {
        total->value -= part->value;
        total->upper -= part->upper;
    }
    if (figure_unit_count(total) == 0) {
        assert(is_extreme(aggregation) || (total->value == 0 && total->upper == 0));
        assert(total->unit_set == 0);
        *total = (struct figure){0};
    }
}

/* Whether the extreme `before` may have gone with `removed` and was not reached again by `added`
 * (NULL: nothing was added), so that `after` is not proven. */
static bool extreme_is_lost(i128 before, i128 removed, const i128 *added, i128 after)
{
    return removed == before && (added == NULL || *added != after);
}

/* total = total - old + new; false when the extreme has to be found again among the parts. */
static bool replace_part(struct figure *total, const struct figure *old_part,
                         const struct figure *new_part, enum aggregation aggregation)
{
    const struct figure before = *total;
    take_out(total, old_part, aggregation);
    const bool has_others = figure_unit_count(total) > 0;
    figure_combine(total, new_part, aggregation);
    if (!is_extreme(aggregation) || !has_others || figure_unit_count(old_part) == 0)
        return true;

    const bool has_new = figure_unit_count(new_part) > 0;
    return !extreme_is_lost(before.value, old_part->value, has_new ? &new_part->value : NULL,
                            total->value) &&
           !extreme_is_lost(before.upper, old_part->upper, has_new ? &new_part->upper : NULL,
                            total->upper);
}

static enum aggregation aggregation_of(const struct catalogue *catalogue, uint32_t indicator)
{
    const struct indicator *known = catalogue_indicator(catalogue, indicator);
    return known != NULL ? known->aggregation : AGGREGATION_SUM;
}

void figures_add(struct figures *acc, const struct figures *part, const struct catalogue *catalogue)
{
    for (size_t i = 0; i < part->count; i++) {
        const uint32_t indicator = part->items[i].indicator;
        const struct figure *found = figures_find(acc, indicator);
        struct figure total = found != NULL ? *found : (struct figure){0};
        figure_combine(&total, &part->items[i].figure, aggregation_of(catalogue, indicator));
        figures_set(acc, indicator, &total);
    }
}

/* The figure of `indicator` if it is the next one at `*at`, which then moves on; an empty one
 * otherwise. */
static struct figure take_next(const struct figures *figures, size_t *at, uint32_t indicator)
{
    if (*at < figures->count && figures->items[*at].indicator == indicator)
        return figures->items[(*at)++].figure;
    return (struct figure){0};
}

void figures_replace_part(struct figures *acc, const struct figures *old_part,
                          const struct figures *new_part, const struct catalogue *catalogue,
                          struct rescan *ret_rescan)
{
    size_t i = 0, j = 0;
    while (i < old_part->count || j < new_part->count) {
        uint32_t indicator = UINT32_MAX;
        if (i < old_part->count)
            indicator = old_part->items[i].indicator;
        if (j < new_part->count && new_part->items[j].indicator < indicator)
            indicator = new_part->items[j].indicator;
        const struct figure old_figure = take_next(old_part, &i, indicator);
        const struct figure new_figure = take_next(new_part, &j, indicator);

        const struct figure *found = figures_find(acc, indicator);
        struct figure total = found != NULL ? *found : (struct figure){0};
        const enum aggregation aggregation = aggregation_of(catalogue, indicator);
        if (!replace_part(&total, &old_figure, &new_figure, aggregation)) {
            ret_rescan->indicators = mem_grow(ret_rescan->indicators, ret_rescan->count,
                                              &ret_rescan->capacity, sizeof(uint32_t));
            ret_rescan->indicators[ret_rescan->count++] = indicator;
        }
        figures_set(acc, indicator, &total);
    }
}

void figures_encode(const struct figures *figures, struct buf *out)
{
    buf_put_u8(out, FIGURES_VERSION);
    buf_put_varint(out, figures->count);
    uint32_t previous = 0;
    for (size_t i = 0; i < figures->count; i++) {
        struct figure figure = figures->items[i].figure;
        buf_put_varint(out, figures->items[i].indicator - previous);
        previous = figures->items[i].indicator;
        buf_put_i128(out, figure.value);
        buf_put_i128(out, figure.upper - figure.value);
        uint32_t present = 0;
        for (unsigned n = 0; n < COUNTS; n++) {
            if (*count_at(&figure, n) > 0)
                present |= 1U << n;
        }
        buf_put_varint(out, present);
        for (unsigned n = 0; n < COUNTS; n++) {
            if (*count_at(&figure, n) > 0)
                buf_put_varint(out, *count_at(&figure, n));
        }
        buf_put_u64(out, figure.unit_set);
    }
}

/* What every figure made by this file keeps to. It also bounds what stored bytes can make us add,
 * so that no sum of decoded figures overflows. `span` is upper - value. */
static bool figure_is_sound(const struct figure *figure, i128 span)
{
    uint64_t units = 0;
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++)
        units += figure->parts[q];
    if (units == 0 || units > UINT32_MAX)
        return false;
    const i128 reach = (i128)units << VALUE_BITS_MAX;
    if (figure->value < -reach || span < 0 || span > reach - figure->value)
        return false;
    if (span > 0 && figure->parts[QUALIFIER_EXACT] == units)
        return false;
    return figure->partial_count <= units && figure->implied_count <= units &&
           figure->negative_count <= figure->implied_count && figure->early_count <= units &&
           figure->baseline_count <= units;
}

/* Reads one entry; false when it is not one that figures_encode writes. */
static bool decode_entry(struct reader *r, uint32_t previous, struct figure_entry *ret_entry)
{
    const uint64_t delta = reader_varint(r);
    struct figure figure = {.value = reader_i128(r)};
    const i128 span = reader_i128(r);
    const uint64_t present = reader_varint(r);
    if (delta == 0 || delta > UINT32_MAX - previous || present >> COUNTS != 0)
        return false;
    for (unsigned n = 0; n < COUNTS; n++) {
        if ((present >> n & 1U) == 0)
            continue;
        const uint64_t count = reader_varint(r);
        if (count == 0 || count > UINT32_MAX)
            return false;
        *count_at(&figure, n) = (uint32_t)count;
    }
    figure.unit_set = reader_u64(r);
    if (r->failed || !figure_is_sound(&figure, span))
        return false;
    figure.upper = figure.value + span;
    *ret_entry = (struct figure_entry){previous + (uint32_t)delta, figure};
    return true;
}

enum err figures_decode(struct span bytes, struct figures *figures)
{
    return figures_decode_some(bytes, NULL, figures);
}

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

enum err figures_decode_some(struct span bytes, const struct figure_filter *wanted,
                             struct figures *figures)
{
    figures_clear(figures);
    struct reader r = reader_of(bytes);
    bool is_sound = reader_u8(&r) == FIGURES_VERSION;
    const uint64_t count = reader_varint(&r);
    struct figure_entry entry = {0};
    size_t next = 0; /* of those that are wanted */
    /* Each entry takes bytes of its own, so a false count ends with the bytes. */
    for (uint64_t i = 0; is_sound && i < count && (wanted == NULL || next < wanted->count); i++) {
        is_sound = decode_entry(&r, entry.indicator, &entry);
        while (wanted != NULL && next < wanted->count && wanted->numbers[next] < entry.indicator)
            next++;
        bool is_wanted =
            wanted == NULL || (next < wanted->count && wanted->numbers[next] == entry.indicator);
        if (is_sound && is_wanted)
            figures_append(figures, entry.indicator, &entry.figure);
    }
    if (!is_sound || r.failed || (wanted == NULL && reader_left(&r) > 0)) {
        figures_clear(figures);
        return ERR_CORRUPT;
    }
    return ERR_OK;
}
