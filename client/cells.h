/* The figures of a filing as rows of a table: written for people in text, and in CSV and JSON as
 * `tonghop submit` reads them. */
#ifndef CLIENT_CELLS_H
#define CLIENT_CELLS_H

#include "client/table.h"
#include "core/catalogue.h"
#include "core/report.h"

struct cells {
    const struct common *common;
    const struct catalogue
        *catalogue; /* where it does not know an indicator, its number is shown */
    bool with_name; /* a column with the indicator's name */
};

/* indicator, name, value, qualifier and upper (not in text), note. */
void cells_add_columns(const struct cells *cells, struct table *table);
/* The row of one of the report's cells, in those columns. */
void cells_add_row(const struct cells *cells, const struct report *report, const struct cell *cell,
                   struct table *table);
/* A row with the note on the whole report, which has one. */
void cells_add_report_note(const struct cells *cells, const struct report *report,
                           struct table *table);
/* The note about an indicator, 0 being the whole report; NULL if there is none. */
const char *cells_note(const struct report *report, uint32_t indicator);

#endif
