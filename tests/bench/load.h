/* What bench_load can do; each prints lines of JSON. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/country.h"
#include "bench/flight.h"

struct load_options {
    size_t most;       /* requests in all, or for each year; 0: as many as there are */
    size_t window;     /* of them under way */
    bool is_by_id;     /* units in order of their ids */
    uint32_t beneath;  /* only units beneath this one */
    uint32_t beside;   /* only units that are not beneath this one */
    uint64_t based_on; /* corrections of that revision */
};

/* Keeps of the country's leaves those that the options want. */
void load_choose(const struct load_options *options, uint16_t year, struct country *country);
/* A File with the report of a unit; `filing` is its memory and must outlive it. */
void load_file(const struct country *country, uint32_t unit, uint16_t year, uint64_t based_on,
               struct buf *filing, Tonghop__File *ret_file);

/* One figure of the country, or all of them. */
struct load_total {
    char *unit, *period; /* "1", "2024" */
    char *indicator;     /* NULL: all */
};
/* Asks for it; the first one where there are several, 0 where nothing was reported. */
int64_t load_ask_total(struct flight *flight, const struct load_total *total);

/* CONF CATALOGUE FIRST-YEAR LAST-YEAR: files the annual reports, year by year. */
void load_reports(const struct load_options *options, char **arguments);
/* CONF CATALOGUE YEAR WATCH-CONF: corrects one report at a time, until it is in the nation's total
 * at the node that WATCH-CONF names; "-": at the same one. */
void load_corrections(const struct load_options *options, char **arguments);
/* CONF UNIT PERIOD: asks for all totals. */
void load_questions(const struct load_options *options, char **arguments);
/* CONF UNIT,... FIRST-YEAR LAST-YEAR: likewise, of each unit and year once. */
void load_first_questions(const struct load_options *options, char **arguments);
/* ENDPOINT KEY BYTES: asks an echo for so many. */
void load_echoes(const struct load_options *options, char **arguments);
/* CONF INDICATOR PERIOD TOTAL: waits for a node, and for the nation's total there. */
void load_until(const struct load_options *options, char **arguments);

#endif
