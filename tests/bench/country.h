/* What the communes of a made-up country (country.py) report: figures that pass all checks. */
#ifndef BENCH_COUNTRY_H
#define BENCH_COUNTRY_H

#include "core/buf.h"
#include "core/catalogue.h"
#include "core/period.h"

/* Units that nothing lies beneath, in an order that is the same in every run: shuffled, as reports
 * come before a deadline, or by id. */
struct country {
    struct catalogue *catalogue;
    uint32_t *leaves;
    size_t leaf_count;
};

/* Reads a catalogue folder; exits with a message when it does not read. */
void country_open(const char *folder, bool is_shuffled, struct country *ret_country);
/* From a catalogue, which the country then owns. */
void country_of(struct catalogue *catalogue, bool is_shuffled, struct country *ret_country);
void country_fini(struct country *country);

/* Appends the bytes of a filing: all figures of one unit; other `based_on`, other figures. */
void country_pack_filing(const struct country *country, uint32_t unit, struct period period,
                         uint64_t based_on, struct buf *out);
/* The figure of an indicator in it. */
int64_t country_figure(uint32_t unit, uint32_t indicator, uint64_t based_on);

#endif
