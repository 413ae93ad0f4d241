/* Rows of a catalogue as texts, under the names that their columns have in the files. */
#ifndef CLIENT_CATALOGUE_FIELDS_H
#define CLIENT_CATALOGUE_FIELDS_H

#include "client/words.h"
#include "core/catalogue.h"

enum { FIELDS_MAX = 24 };

/* Begins as {0}; freed with catalogue_fields_fini. */
struct catalogue_fields {
    const char *names[FIELDS_MAX]; /* belong to the program */
    char *texts[FIELDS_MAX];
    size_t count;
};

void catalogue_fields_fini(struct catalogue_fields *fields);
/* Copies `text`, not `name`. */
void catalogue_fields_add(struct catalogue_fields *fields, const char *name, const char *text);

/* The four days. All that follow add to what `ret` has. */
void catalogue_fields_of_calendar(const struct calendar *calendar, struct catalogue_fields *ret);
/* Number, titles and the calendar of the years before the first era. */
void catalogue_fields_of_head(const struct catalogue *catalogue, struct catalogue_fields *ret);
/* The code of row `i` of a list of catalogue.ini (WORD_DIFF_LEVEL, _TYPE, _SECTION, _BODY or
 * _MEASURE), NULL behind the last one; its fields too where `ret` is not NULL. */
const char *catalogue_fields_of_row(const struct catalogue *catalogue, enum word list, size_t i,
                                    struct catalogue_fields *ret);
void catalogue_fields_of_form(const struct catalogue *catalogue, const struct form *form,
                              struct catalogue_fields *ret);
/* What follows the first day of a holiday, and the unit, form and first day of an exception. */
void catalogue_fields_of_holiday(const struct holiday *holiday, struct catalogue_fields *ret);
void catalogue_fields_of_exception(const struct duty_exception *exception,
                                   struct catalogue_fields *ret);
/* "district|commune", with `separator` between, of the levels in a mask; likewise the types that
 * owe a form, and "s1|s2|y", the periods that it is owed for. The caller frees. */
char *catalogue_levels_text(const struct catalogue *catalogue, uint32_t mask,
                            const char *separator);
char *catalogue_types_text(const struct catalogue *catalogue, uint64_t mask, const char *separator);
char *catalogue_periods_text(uint8_t label_mask, const char *separator);
void catalogue_fields_of_indicator(const struct catalogue *catalogue,
                                   const struct indicator *indicator, struct catalogue_fields *ret);
/* What stands in the columns of units.csv on one day ... */
void catalogue_fields_of_version(const struct catalogue *catalogue,
                                 const struct unit_version *version, struct catalogue_fields *ret);
/* ... and what is said of the unit as such: its first and last day, its successors. */
void catalogue_fields_of_life(const struct unit *unit, struct catalogue_fields *ret);

#endif
