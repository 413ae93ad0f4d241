/* Private to catalogue_dir*.c: the contents of the files, added to a catalogue that is not
 * finished yet.
 *
 * What cannot be read is replaced by something harmless, so that the checks of catalogue_finish
 * still run and find the rest. */
#ifndef CLIENT_CATALOGUE_DIR_PARTS_H
#define CLIENT_CATALOGUE_DIR_PARTS_H

#include "core/catalogue.h"
#include "text/csv.h"
#include "text/ini.h"

/* Number, titles, calendars, levels, types, sections, bodies and measures. */
void catalogue_dir_add_ini(struct ini_table *ini, struct catalogue *catalogue,
                           struct problems *problems);

/* Whether a table has the columns it needs and no others; adds a problem for each that is wrong. */
bool catalogue_dir_check_units_header(const struct csv_table *table, struct problems *problems);
bool catalogue_dir_check_forms_header(const struct csv_table *table, struct problems *problems);
bool catalogue_dir_check_holidays_header(const struct csv_table *table, struct problems *problems);
bool catalogue_dir_check_exceptions_header(const struct csv_table *table,
                                           struct problems *problems);
bool catalogue_dir_check_indicators_header(const struct csv_table *table,
                                           struct problems *problems);

/* Rows of a table with a good header. Levels and types come first, forms before indicators and
 * exceptions. */
void catalogue_dir_add_units(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems);
void catalogue_dir_add_forms(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems);
void catalogue_dir_add_holidays(const struct csv_table *table, struct catalogue *catalogue,
                                struct problems *problems);
void catalogue_dir_add_exceptions(const struct csv_table *table, struct catalogue *catalogue,
                                  struct problems *problems);
void catalogue_dir_add_indicators(const struct csv_table *table, struct catalogue *catalogue,
                                  struct problems *problems);

/* A whole number from 1 to UINT32_MAX. */
bool catalogue_dir_number(const char *text, uint32_t *ret_number);

#endif
