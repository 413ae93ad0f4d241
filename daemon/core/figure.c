/* Figures are taken apart as exactly as they are put together.
 *
 * A sum can give a part back: what it holds is value, upper, ten counts and the unit set, and each
 * of them is itself a sum. An extreme cannot: once the largest part has gone nobody knows the
 * second largest. So replacing a part of an extreme either proves that the extreme stayed, or asks
 * for a rescan. */
#include "core/figure.h"

#include <assert.h>
#include <string.h>

bool aggregation_is_extreme(enum aggregation aggregation)
{
    return aggregation == AGGREGATION_MAX || aggregation == AGGREGATION_MIN;
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

/* Member by member: a struct figure has padding. */
bool figure_equal(const struct figure *a, const struct figure *b)
{
    return a->value == b->value && a->upper == b->upper &&
           memcmp(a->parts, b->parts, sizeof(a->parts)) == 0 &&
           a->partial_count == b->partial_count && a->implied_count == b->implied_count &&
           a->negative_count == b->negative_count && a->early_count == b->early_count &&
           a->baseline_count == b->baseline_count && a->unit_set == b->unit_set;
}

/* Everything but the two values. */
static void add_counts(struct figure *total, const struct figure *part)
{
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++)
        total->parts[q] += part->parts[q];
    total->partial_count += part->partial_count;
    total->implied_count += part->implied_count;
    total->negative_count += part->negative_count;
    total->early_count += part->early_count;
    total->baseline_count += part->baseline_count;
    total->unit_set += part->unit_set;
}

static void subtract_counts(struct figure *total, const struct figure *part)
{
    for (int q = 0; q < QUALIFIER_COUNT; q++)
        total->parts[q] -= part->parts[q];
    total->partial_count -= part->partial_count;
    total->implied_count -= part->implied_count;
    total->negative_count -= part->negative_count;
    total->early_count -= part->early_count;
    total->baseline_count -= part->baseline_count;
    total->unit_set -= part->unit_set;
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
    add_counts(total, part);
}

/* Takes `part` out of `total`; the extreme of a max or min is left as it was. */
static void take_out(struct figure *total, const struct figure *part, enum aggregation aggregation)
{
    subtract_counts(total, part);
    if (!aggregation_is_extreme(aggregation)) {
        total->value -= part->value;
        total->upper -= part->upper;
    }
    if (figure_unit_count(total) == 0) {
        assert(aggregation_is_extreme(aggregation) || (total->value == 0 && total->upper == 0));
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

bool figure_replace_part(struct figure *total, const struct figure *old_part,
                         const struct figure *new_part, enum aggregation aggregation)
{
    const struct figure before = *total;
    take_out(total, old_part, aggregation);
    const bool has_others = figure_unit_count(total) > 0;
    figure_combine(total, new_part, aggregation);
    if (!aggregation_is_extreme(aggregation) || !has_others || figure_unit_count(old_part) == 0)
        return true;

    const bool has_new = figure_unit_count(new_part) > 0;
    return !extreme_is_lost(before.value, old_part->value, has_new ? &new_part->value : NULL,
                            total->value) &&
           !extreme_is_lost(before.upper, old_part->upper, has_new ? &new_part->upper : NULL,
                            total->upper);
}

struct figure figure_difference(const struct figure *from, const struct figure *to)
{
    struct figure difference = *to;
    difference.value -= from->value;
    difference.upper -= from->upper;
    subtract_counts(&difference, from);
    return difference;
}

void figure_shift(struct figure *total, const struct figure *difference)
{
    total->value += difference->value;
    total->upper += difference->upper;
    add_counts(total, difference);
    assert(figure_unit_count(total) > 0 ||
           (total->value == 0 && total->upper == 0 && total->unit_set == 0));
}

bool figure_is_plain(const struct figure *figure)
{
    return figure->value == figure->upper &&
           (figure->parts[QUALIFIER_AT_LEAST] | figure->parts[QUALIFIER_AT_MOST] |
            figure->parts[QUALIFIER_ABOUT] | figure->parts[QUALIFIER_RANGE] |
            figure->partial_count | figure->implied_count | figure->negative_count |
            figure->early_count | figure->baseline_count) == 0;
}

struct figure figure_of_plain(const struct plain *plain)
{
    struct figure figure = {
        .value = plain->value, .upper = plain->value, .unit_set = plain->unit_set};
    figure.parts[QUALIFIER_EXACT] = plain->exact_count;
    return figure;
}
