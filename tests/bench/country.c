/* Figures rise and fall with unit and indicator, over the range that varints of one to four bytes
 * have, as real ones do. */
#include "bench/country.h"

#include <stdio.h>
#include <stdlib.h>

#include "client/catalogue_dir.h"
#include "core/mem.h"
#include "core/report.h"
#include "wire/wire.h"

enum { SEED = 20241214, FIGURES_OF_CYCLE = 10, LARGE = 1000000 };

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15); /* SplitMix64, public domain */
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

static void shuffle(uint32_t *items, size_t count)
{
    uint64_t state = SEED;
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)(next_random(&state) % i);
        uint32_t item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}

void country_of(struct catalogue *catalogue, bool is_shuffled, struct country *ret_country)
{
    size_t last = catalogue->level_count - 1;
    *ret_country = (struct country){
        .catalogue = catalogue,
        .leaves = mem_calloc(catalogue->unit_count, sizeof(*ret_country->leaves)),
    };
    for (size_t i = 0; i < catalogue->unit_count; i++)
        if (catalogue->units[i].versions[0].level == last)
            ret_country->leaves[ret_country->leaf_count++] = catalogue->units[i].id;
    if (is_shuffled)
        shuffle(ret_country->leaves, ret_country->leaf_count);
}

void country_open(const char *folder, bool is_shuffled, struct country *ret_country)
{
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;
    if (catalogue_dir_read(folder, &problems, &catalogue) != ERR_OK) {
        (void)fprintf(stderr, "%s: %s\n", folder, problems.items[0].text);
        exit(1);
    }
    problems_fini(&problems);
    country_of(catalogue, is_shuffled, ret_country);
}

void country_fini(struct country *country)
{
    catalogue_free(&country->catalogue);
    free(country->leaves);
    *country = (struct country){0};
}

int64_t country_figure(uint32_t unit, uint32_t indicator, uint64_t based_on)
{
    static const int64_t sizes[FIGURES_OF_CYCLE] = {40, 2000, 900, 12, 7, 30000, 3, 250, 90, LARGE};
    uint32_t nth = indicator % FIGURES_OF_CYCLE;
    /* What is part of another, or must not be more than it, is smaller. */
    int64_t size = sizes[nth], spread = nth == 2 || nth == 4 ? 1 : (unit * 7 + indicator) % 100;
    return size + size * spread / 100 + (int64_t)based_on % 5;
}

void country_pack_filing(const struct country *country, uint32_t unit, struct period period,
                         uint64_t based_on, struct buf *out)
{
    static const char author[] = "Nguyễn Thị Lan", reason[] = "nhập nhầm";
    const struct catalogue *catalogue = country->catalogue;
    struct report report = {.key = {.kind = KIND_ACTUAL, .period = period, .unit = unit, .form = 1},
                            .scope = SCOPE_OWN,
                            .catalogue = catalogue->number,
                            .based_on = based_on,
                            .author = mem_strdup(author),
                            .reason = mem_strdup(based_on > 0 ? reason : "")};
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        uint32_t number = catalogue->indicators[i].number;
        struct cell cell = {.indicator = number,
                            .qualifier = QUALIFIER_EXACT,
                            .value = country_figure(unit, number, based_on)};
        report_add_cell(&report, cell);
    }
    wire_pack_filing(&report, out);
    report_fini(&report);
}
