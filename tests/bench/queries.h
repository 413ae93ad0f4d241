/* The bench of queries: what it loads and what it asks. */
#ifndef BENCH_QUERIES_H
#define BENCH_QUERIES_H

#include "client/connection.h"

enum { BENCH_LAST_YEAR = 2019 };

/* Everything that a load is made of. */
struct load {
    const struct conf *conf;
    uint32_t first_year; /* to BENCH_LAST_YEAR */
    bool is_correction;
    char corrected[INSTANT_TEXT_SIZE]; /* when the corrections began */
};

/* Files a half-year and a year of every commune in every form for all years, and plans for the last
 * one, through `worker_count` connections at a time. Every figure that a commune may report is
 * there. With `is_correction`, instead corrects the last year of every fifth commune. Exits with a
 * message when one is refused. Returns how many reports were filed. */
uint32_t load_all(const struct load *load, unsigned worker_count);

/* Query `n`, from 0, as an envelope's body in memory that lives as long as the program; its name is
 * what the table shows. NULL: there are no more. */
const char *query_list(unsigned n, const struct load *load, Tonghop__Envelope *ret_request);

#endif
