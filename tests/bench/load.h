/* What bench_load can do; each prints one line of JSON. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/country.h"
#include "bench/flight.h"

struct load_options {
    size_t most;       /* requests in all, or for each year; 0: as many as there are */
    size_t window;     /* of them under way */
    bool is_by_id;     /* units in order of their ids */
    uint32_t beneath;  /* only units beneath this one */
    uint64_t based_on; /* corrections of that revision */
};

/* Keeps of the country's leaves those that the options want. */
void load_choose(const struct load_options *options, uint16_t year, struct country *country);
/* A File with the report of a unit; `filing` is its memory and must outlive it. */
void load_file(const struct country *country, uint32_t unit, uint16_t year, uint64_t based_on,
               struct buf *filing, Tonghop__File *ret_file);

/* CONF CATALOGUE FIRST-YEAR LAST-YEAR: files the annual reports, year by year. */
void load_reports(const struct load_options *options, char **arguments);

#endif
