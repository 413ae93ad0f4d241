/* The order in which indicators are shown. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue_check.h"
#include "core/mem.h"

struct order {
    const struct catalogue *catalogue;
    uint32_t *places; /* of the section of each indicator */
};

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_headings(const void *a, const void *b, void *ctx)
{
    const struct indicator *indicators = ((const struct catalogue *)ctx)->indicators;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int order = strcmp(indicators[left].section, indicators[right].section);

    return order != 0 ? order : compare_u32(left, right);
}

/* Free headings stand in the order in which their first indicators do. */
static void place_headings(struct catalogue *catalogue, uint32_t *places)
{
    uint32_t *sorted = catalogue->indicators_shown;
    size_t count = catalogue->indicator_count;
    uint32_t first = 0;

    qsort_r(sorted, count, sizeof *sorted, compare_headings, catalogue);
    for (size_t i = 0; i < count; i++) {
        const struct indicator *indicator = &catalogue->indicators[sorted[i]];
        if (i == 0 || strcmp(indicator->section, catalogue->indicators[sorted[i - 1]].section) != 0)
            first = sorted[i];
        places[sorted[i]] = indicator->section[0] == '\0' ? 0 : first + 1;
    }
}

static int compare_shown(const void *a, const void *b, void *ctx)
{
    const struct order *order = ctx;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const struct indicator *left = &order->catalogue->indicators[i];
    const struct indicator *right = &order->catalogue->indicators[j];
    int result = compare_u32(order->places[i], order->places[j]);

    if (result == 0)
        result = compare_u32(left->rank != 0 ? left->rank : left->number,
                             right->rank != 0 ? right->rank : right->number);
    return result != 0 ? result : compare_u32(i, j);
}

void catalogue_order_indicators(struct catalogue *catalogue)
{
    size_t count = catalogue->indicator_count;
    struct order order = {catalogue, mem_calloc(count, sizeof *order.places)};

    catalogue->indicators_shown = mem_calloc(count, sizeof *catalogue->indicators_shown);
    for (uint32_t i = 0; i < count; i++) {
        catalogue->indicators_shown[i] = i;
        order.places[i] =
            (uint32_t)(catalogue_section_by_code(catalogue, catalogue->indicators[i].section) + 1);
    }
    if (catalogue->section_count == 0)
        place_headings(catalogue, order.places);
    qsort_r(catalogue->indicators_shown, count, sizeof *catalogue->indicators_shown, compare_shown,
            &order);
    free(order.places);
}
