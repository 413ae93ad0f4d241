/* From a correction to the nation's total. Who watches another node than the one filed at asks it
 * to be told of the next change, so that asking takes nothing from the work between. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "core/mem.h"
#include "core/period.h"
#include "wire/wire.h"

enum { INDICATOR = 1, WATCH_WAIT_MS = 30000 };

struct correcting {
    struct country country;
    uint16_t year;
    uint64_t *revisions; /* of each leaf, the last one */
    struct flight *filer, *watcher;
    struct load_total total;
    int64_t expected;
    char cursor[WIRE_CURSOR_MAX + 1]; /* of the watcher, if it is another */
    struct times filed, seen;
};

static void watch(struct correcting *correcting, uint32_t wait_ms)
{
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    query.cursor = correcting->cursor;
    query.wait_ms = wait_ms;
    query.from_now = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_WATCH_QUERY;
    request.watch_query = &query;
    flight_send(correcting->watcher, &request);
}

static void take_changes(struct correcting *correcting)
{
    const Tonghop__Changes *changes =
        flight_await(correcting->watcher, TONGHOP__ENVELOPE__BODY_CHANGES)->changes;
    (void)snprintf(correcting->cursor, sizeof(correcting->cursor), "%s", changes->cursor);
}

/* Files revision after revision of one leaf; what its figure adds is expected then. */
static void correct(struct correcting *correcting, size_t leaf)
{
    struct buf filing = {0};
    Tonghop__File file;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    uint32_t unit = correcting->country.leaves[leaf];
    uint64_t based_on = correcting->revisions[leaf];
    load_file(&correcting->country, unit, correcting->year, based_on, &filing, &file);
    request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    request.file = &file;
    const Tonghop__Receipt *receipt =
        flight_ask(correcting->filer, &request, TONGHOP__ENVELOPE__BODY_RECEIPT)->receipt;
    correcting->expected +=
        country_figure(unit, INDICATOR, based_on) - country_figure(unit, INDICATOR, based_on - 1);
    if (receipt->revision != based_on + 1)
        flight_fail("the receipt is of another revision");
    correcting->revisions[leaf] = receipt->revision;
    buf_fini(&filing);
}

static void correct_and_see(struct correcting *correcting, size_t leaf)
{
    bool is_watching = correcting->watcher != correcting->filer;
    if (is_watching)
        watch(correcting, WATCH_WAIT_MS);
    int64_t begin_ns = times_now_ns();
    correct(correcting, leaf);
    times_add(&correcting->filed, times_now_ns() - begin_ns);
    if (is_watching)
        take_changes(correcting);
    while (load_ask_total(correcting->watcher, &correcting->total) != correcting->expected)
        if (is_watching) {
            watch(correcting, WATCH_WAIT_MS);
            take_changes(correcting);
        }
    times_add(&correcting->seen, times_now_ns() - begin_ns);
}

static void open_correcting(const struct load_options *options, char **arguments,
                            struct correcting *correcting)
{
    static char nation[] = "1", indicator[] = "i.1";
    if (options->based_on < 1)
        flight_fail("corrections of which revision?");
    correcting->year = (uint16_t)strtoul(arguments[2], NULL, 10);
    correcting->total =
        (struct load_total){.unit = nation, .period = arguments[2], .indicator = indicator};
    country_open(arguments[1], !options->is_by_id, &correcting->country);
    load_choose(&(struct load_options){.beneath = options->beneath}, correcting->year,
                &correcting->country);
    correcting->revisions =
        mem_calloc(correcting->country.leaf_count, sizeof(*correcting->revisions));
    for (size_t i = 0; i < correcting->country.leaf_count; i++)
        correcting->revisions[i] = options->based_on;
    correcting->filer = flight_open(arguments[0], false);
    correcting->watcher = correcting->filer;
    if (strcmp(arguments[3], "-") != 0) {
        correcting->watcher = flight_open(arguments[3], false);
        watch(correcting, 0);
        take_changes(correcting);
    }
    correcting->expected = load_ask_total(correcting->watcher, &correcting->total);
}

void load_corrections(const struct load_options *options, char **arguments)
{
    struct correcting correcting = {0};
    open_correcting(options, arguments, &correcting);
    for (size_t i = 0; i < options->most; i++)
        correct_and_see(&correcting, i % correcting.country.leaf_count);
    times_print(&correcting.seen, correcting.seen.count, correcting.seen.sum_ns);
    (void)printf("{\"filed_p50_us\": %.1f}\n", times_percentile_us(&correcting.filed, 50));
    if (correcting.watcher != correcting.filer)
        flight_close(&correcting.watcher);
    flight_close(&correcting.filer);
    times_fini(&correcting.filed);
    times_fini(&correcting.seen);
    free(correcting.revisions);
    country_fini(&correcting.country);
}
