/* Questions, and what waits for their answers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/load.h"
#include "core/mem.h"

enum { PAUSE_NS = 5000000 };

static void make_query(const struct load_total *total, Tonghop__TotalsQuery *ret_query,
                       Tonghop__Envelope *ret_request)
{
    tonghop__totals_query__init(ret_query);
    tonghop__envelope__init(ret_request);
    ret_query->unit = total->unit;
    ret_query->period = total->period;
    ret_request->body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    ret_request->totals_query = ret_query;
}

int64_t load_ask_total(struct flight *flight, const struct load_total *total)
{
    Tonghop__TotalsQuery query;
    Tonghop__Envelope request;
    char *indicators[] = {total->indicator};
    make_query(total, &query, &request);
    query.n_indicators = total->indicator != NULL;
    query.indicators = indicators;
    const Tonghop__Totals *totals =
        flight_ask(flight, &request, TONGHOP__ENVELOPE__BODY_TOTALS)->totals;
    if (totals->n_units < 1 || totals->units[0]->n_values < 1)
        flight_fail("there are no totals");
    return (int64_t)totals->units[0]->values[0]->value_low; /* figures are small here */
}

/* ---- many of them ---- */

/* Sends all that are packed, frees them, and prints how long it took. */
static void ask_all(struct flight *flight, struct buf *requests, const struct load_options *options,
                    int expected)
{
    struct times times = {0};
    int64_t spent_ns =
        flight_run(flight, requests, options->most, options->window, expected, &times);
    times_print(&times, times.count, spent_ns);
    (void)printf("{\"answer_bytes\": %zu}\n", flight_answer_bytes(flight));
    for (size_t i = 0; i < options->most; i++)
        buf_fini(&requests[i]);
    free(requests);
    times_fini(&times);
}

void load_questions(const struct load_options *options, char **arguments)
{
    const struct load_total total = {.unit = arguments[1], .period = arguments[2]};
    Tonghop__TotalsQuery query;
    Tonghop__Envelope request;
    struct buf *requests = mem_calloc(options->most, sizeof(*requests));
    struct flight *flight = flight_open(arguments[0], false);
    (void)load_ask_total(flight, &total); /* once to warm up */
    make_query(&total, &query, &request);
    for (size_t i = 0; i < options->most; i++)
        flight_pack(flight, &request, &requests[i]);
    ask_all(flight, requests, options, TONGHOP__ENVELOPE__BODY_TOTALS);
    flight_close(&flight);
}

/* Each unit and year once: what was not asked since the last change is computed. */
void load_first_questions(const struct load_options *options, char **arguments)
{
    struct load_options each = *options;
    uint16_t first = (uint16_t)strtoul(arguments[2], NULL, 10);
    uint16_t last = (uint16_t)strtoul(arguments[3], NULL, 10);
    struct buf *requests = mem_calloc(options->most, sizeof(*requests));
    struct flight *flight = flight_open(arguments[0], false);
    each.most = 0;
    for (char *unit = strtok(arguments[1], ","); unit != NULL; unit = strtok(NULL, ","))
        for (uint16_t year = first; year <= last && each.most < options->most; year++) {
            char period[PERIOD_TEXT_SIZE];
            (void)snprintf(period, sizeof(period), "%u", (unsigned)year);
            Tonghop__TotalsQuery query;
            Tonghop__Envelope request;
            make_query(&(struct load_total){.unit = unit, .period = period}, &query, &request);
            flight_pack(flight, &request, &requests[each.most++]);
        }
    ask_all(flight, requests, &each, TONGHOP__ENVELOPE__BODY_TOTALS);
    flight_close(&flight);
}

void load_echoes(const struct load_options *options, char **arguments)
{
    struct times warm = {0};
    struct buf first = {0};
    size_t bytes = strtoul(arguments[2], NULL, 10);
    struct buf *requests = mem_calloc(options->most, sizeof(*requests));
    struct flight *flight = flight_open_echo(arguments[0], arguments[1]);
    flight_pack_echo(flight, bytes, &first);
    (void)flight_run(flight, &first, 1, 1, 0, &warm); /* and to connect */
    for (size_t i = 0; i < options->most; i++)
        flight_pack_echo(flight, bytes, &requests[i]);
    ask_all(flight, requests, options, 0);
    buf_fini(&first);
    times_fini(&warm);
    flight_close(&flight);
}

/* ---- until something is so ---- */

/* Prints moments of the clock that only goes forward: of the first answer, of the first one that
 * differs from it, and of the total that is waited for. */
void load_until(const struct load_options *options, char **arguments)
{
    static char nation[] = "1";
    const struct load_total total = {
        .unit = nation, .indicator = arguments[1], .period = arguments[2]};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int64_t wanted = strtoll(arguments[3], NULL, 10), changed_ns = 0;
    (void)options;
    struct flight *flight = flight_open(arguments[0], true);
    int64_t first = load_ask_total(flight, &total), now = first;
    int64_t first_ns = times_now_ns();
    while (now != wanted) {
        (void)nanosleep(&pause, NULL); /* the node has other work */
        now = load_ask_total(flight, &total);
        if (changed_ns == 0 && now != first)
            changed_ns = times_now_ns();
    }
    (void)printf("{\"first_ns\": %" PRId64 ", \"changed_ns\": %" PRId64 ", \"reached_ns\": %" PRId64
                 "}\n",
                 first_ns, changed_ns > 0 ? changed_ns : first_ns, times_now_ns());
    flight_close(&flight);
}
