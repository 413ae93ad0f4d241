/* What `tonghop totals` prints of an answer: a table for people, or one row for each unit and
 * indicator, with everything that is known of the figure, for programs. */
#ifndef CLIENT_TOTALS_H
#define CLIENT_TOTALS_H

#include "client/command.h"
#include "client/format.h"

/* Why two figures may not be compared as they stand; bits. */
enum totals_unequal {
    UNEQUAL_CALENDAR = 1,  /* their periods have other days */
    UNEQUAL_HALF = 2,      /* a part of one lacks a half of its year */
    UNEQUAL_UNITS = 4,     /* other units reported */
    UNEQUAL_EARLY = 8,     /* a part of one was filed before its period had ended */
    UNEQUAL_BASELINE = 16, /* one has parts of another source, and the other has none */
    UNEQUAL_YEARS = 32,    /* years of a span are missing, or a stock is not of its last year */
};

/* Of the figure and what it was a period before; 0: they are alike, or one is not there. */
unsigned totals_unequal_previous(const Tonghop__Totals *totals, const Tonghop__Value *now,
                                 const Tonghop__Value *before);
/* Of the figure and its plan, which is always made before the period ends. */
unsigned totals_unequal_plan(const Tonghop__Value *now, const Tonghop__Value *plan);

/* A row's value of a side that may not be there: one without a value then. `list` is of `count`. */
const Tonghop__Value *totals_value(Tonghop__Value *const *list, size_t count, size_t i);

/* How the row's figures of indicator `i` are written. */
struct format totals_format(const struct common *common, const Tonghop__Totals *totals, size_t i);

/* The name of a row: of its unit, or of the type of units. */
const char *totals_row_name(const struct common *common, const Tonghop__UnitTotals *row);

void totals_print_text(const struct common *common, const Tonghop__Totals *totals);
void totals_print_plain(const struct common *common, const Tonghop__Totals *totals);

#endif
