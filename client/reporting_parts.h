/* Private to reporting*.c. */
#ifndef CLIENT_REPORTING_PARTS_H
#define CLIENT_REPORTING_PARTS_H

#include "client/naming.h"
#include "client/reporting.h"

enum { QUOTE_CHARACTERS = 40, QUOTE_SIZE = 4 * QUOTE_CHARACTERS + 4 };

/* What somebody wrote, as a message may repeat it: cut, and on one line. Into QUOTE_SIZE bytes;
 * returns `out`. */
const char *reporting_quote(const char *text, char *out);

/* ---- reporting_header.c ---- */

/* What a column is for. */
enum column {
    COLUMN_CODE, /* of the indicator; a name is taken too */
    COLUMN_NAME, /* of the indicator; a code is taken too */
    COLUMN_VALUE,
    COLUMN_QUALIFIER,
    COLUMN_UPPER,
    COLUMN_NOTE,
    COLUMN_UNIT,
    COLUMN_UNIT_NAME,
    COLUMN_MEASURE,
    COLUMN_COUNT,
    COLUMN_PASSED_OVER = COLUMN_COUNT, /* the number of a row */
    COLUMN_UNKNOWN,
};

/* Finds the columns, -1 for one that is not there; false with the problems added. */
bool reporting_read_header(const struct csv_table *table, struct problems *problems,
                           int columns[COLUMN_COUNT]);

/* ---- reporting_names.c ---- */

/* What names mean in one file: an indicator that is a part is told from its namesakes by the rows
 * above it. */
struct reporting_names {
    const struct reporting_context *context;
    const char *file;
    struct problems *problems;
    struct naming *indicators, *units; /* made when first needed */
    const struct indicator
        *above;           /* of the nearest row above that has one, NULL behind a heading */
    unsigned guess_count; /* guesses take time: so many are made */
};

void reporting_names_fini(struct reporting_names *names);

/* An indicator by code, by name, or by both, which have to agree (each may be empty, with its
 * place; one is not). NULL with a problem added, or, for a row without a value that names none,
 * NULL without one: a heading. */
const struct indicator *reporting_find_indicator(struct reporting_names *names,
                                                 const struct reporting_field *code,
                                                 const struct reporting_field *name,
                                                 bool has_value);
/* A unit by code or id, by name, or by both; 0 with a problem added. */
uint32_t reporting_find_unit_named(struct reporting_names *names,
                                   const struct reporting_field *code,
                                   const struct reporting_field *name);

#endif
