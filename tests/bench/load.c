/* A client that asks more of a daemon than people do.
 *
 *     bench_load [OPTION...] file CONF CATALOGUE FIRST-YEAR LAST-YEAR
 *     bench_load [OPTION...] correct CONF CATALOGUE YEAR WATCH-CONF
 *     bench_load [OPTION...] ask CONF UNIT PERIOD
 *     bench_load [OPTION...] ask-each CONF UNIT,... FIRST-YEAR LAST-YEAR
 *     bench_load [OPTION...] echo ENDPOINT KEY BYTES
 *     bench_load await CONF INDICATOR PERIOD TOTAL
 *
 * file: the annual reports of all leaves of the catalogue, year by year, packed before the clock of
 * the year starts. The others are told in load.h. Options: -n at most so many (of each year); -w so
 * many under way at the same time (1); -i in order of ids; -u only what lies beneath that unit; -x
 * only what does not; -b corrections of that revision. Every request has to be answered by what it
 * asks for, or the exit status is 1. */
#include "bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/tree.h"
#include "wire/wire.h"

enum { WINDOW_MAX = 1000 };

void load_choose(const struct load_options *options, uint16_t year, struct country *country)
{
    struct tree *tree = tree_new(country->catalogue, (struct period){year, PERIOD_Y});
    size_t kept = 0;
    for (size_t i = 0; i < country->leaf_count; i++) {
        uint32_t unit = country->leaves[i];
        bool is_wanted = options->beneath == 0 || tree_contains(tree, options->beneath, unit);
        bool is_left_out = options->beside != 0 && tree_contains(tree, options->beside, unit);
        if (is_wanted && !is_left_out)
            country->leaves[kept++] = unit;
    }
    country->leaf_count = options->most > 0 && options->most < kept ? options->most : kept;
    tree_free(&tree);
}

void load_file(const struct country *country, uint32_t unit, uint16_t year, uint64_t based_on,
               struct buf *filing, Tonghop__File *ret_file)
{
    tonghop__file__init(ret_file);
    buf_clear(filing);
    country_pack_filing(country, unit, (struct period){year, PERIOD_Y}, based_on, filing);
    ret_file->filing = (ProtobufCBinaryData){filing->len, filing->data};
}

static void pack_year(struct flight *flight, const struct country *country, uint16_t year,
                      uint64_t based_on, struct buf *requests)
{
    struct buf filing = {0};
    for (size_t i = 0; i < country->leaf_count; i++) {
        Tonghop__File file;
        Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
        load_file(country, country->leaves[i], year, based_on, &filing, &file);
        request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
        request.file = &file;
        buf_clear(&requests[i]);
        flight_pack(flight, &request, &requests[i]);
    }
    buf_fini(&filing);
}

void load_reports(const struct load_options *options, char **arguments)
{
    uint16_t first = (uint16_t)strtoul(arguments[2], NULL, 10);
    uint16_t last = (uint16_t)strtoul(arguments[3], NULL, 10);
    struct country country;
    struct times times = {0};
    int64_t spent_ns = 0;
    country_open(arguments[1], !options->is_by_id, &country);
    load_choose(options, last, &country);
    struct buf *requests = mem_calloc(country.leaf_count, sizeof(*requests));
    struct flight *flight = flight_open(arguments[0], false);
    for (uint16_t year = first; year <= last; year++) {
        pack_year(flight, &country, year, options->based_on, requests);
        spent_ns += flight_run(flight, requests, country.leaf_count, options->window,
                               TONGHOP__ENVELOPE__BODY_RECEIPT, &times);
    }
    times_print(&times, times.count, spent_ns);
    for (size_t i = 0; i < country.leaf_count; i++)
        buf_fini(&requests[i]);
    free(requests);
    flight_close(&flight);
    times_fini(&times);
    country_fini(&country);
}

/* ---- the command line ---- */

static _Noreturn void show_usage(void)
{
    (void)fputs(
        "usage: bench_load [-n MOST] [-w WINDOW] [-i] [-u UNIT] [-x UNIT] [-b REVISION] WORK "
        "ARGUMENT...; see load.c\n",
        stderr);
    exit(2);
}

static void read_options(int argc, char **argv, struct load_options *ret_options)
{
    *ret_options = (struct load_options){.window = 1};
    for (int letter; (letter = getopt(argc, argv, "n:w:iu:x:b:")) != -1;)
        switch (letter) {
        case 'n':
            ret_options->most = strtoul(optarg, NULL, 10);
            break;
        case 'w':
            ret_options->window = strtoul(optarg, NULL, 10);
            break;
        case 'i':
            ret_options->is_by_id = true;
            break;
        case 'u':
            ret_options->beneath = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'x':
            ret_options->beside = (uint32_t)strtoul(optarg, NULL, 10);
            break;
        case 'b':
            ret_options->based_on = strtoul(optarg, NULL, 10);
            break;
        default:
            show_usage();
        }
    if (ret_options->window < 1 || ret_options->window > WINDOW_MAX)
        show_usage();
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int argument_count;
        bool is_counted; /* by -n */
        void (*run)(const struct load_options *options, char **arguments);
    } works[] = {{"file", 4, false, load_reports}, {"correct", 4, true, load_corrections},
                 {"ask", 3, true, load_questions}, {"ask-each", 4, true, load_first_questions},
                 {"echo", 3, true, load_echoes},   {"await", 4, false, load_until}};
    struct load_options options;
    log_setup(LOG_LEVEL_WARNING, 0);
    read_options(argc, argv, &options);
    for (size_t i = 0; i < sizeof(works) / sizeof(*works); i++)
        if (optind < argc && strcmp(argv[optind], works[i].name) == 0 &&
            argc - optind - 1 == works[i].argument_count &&
            (options.most > 0 || !works[i].is_counted)) {
            works[i].run(&options, &argv[optind + 1]);
            return 0;
        }
    show_usage();
}
