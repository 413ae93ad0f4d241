/* Report files, as spreadsheets export them, to reports that are ready to be filed.
 *
 * A column names the indicators (by code or name), one has the values (numbers, or words such as
 * "trên 28 tỷ"), and there may be qualifier, upper, note, measure and unit; columns may be called
 * as people call them (reporting_header.c). One file may hold many units and forms; it is taken
 * apart into one report for each (unit, form). Everything is checked before anything is sent, all
 * errors are found at once, and each has the place in the file that it is about: also what
 * validate_report finds, which is the very check that the home node makes. */
#ifndef CLIENT_REPORTING_H
#define CLIENT_REPORTING_H

#include "core/report.h"
#include "core/tree.h"
#include "text/csv.h"

/* What the file does not say. */
struct reporting_context {
    const struct tree *tree; /* of the period */
    const struct catalogue *catalogue;
    uint8_t kind;
    uint8_t scope;
    const char *source; /* of baselines, else "" */
    uint32_t unit;      /* of every row, unless the file has a column of units; in the tree */
    uint32_t root;      /* units by name are looked for from here downwards; 0: in the whole tree */
    enum number_style numbers;
    bool knows_style; /* `numbers` is how they are written; else it is a guess (reporting_fields) */
};

/* One report of the file, in order and validated. The caller sets author, reason, based_on and
 * may_drop_cells. */
struct reporting_item {
    struct report report;
    struct place *places; /* where each of report.cells stands; NULL of what is not from a file */
};

struct reporting {
    struct reporting_item *items; /* by unit id, then form number */
    size_t count;
};

void reporting_fini(struct reporting *reporting);

/* Whether a row is the header of a report file: for csv_read_sheet. */
enum csv_header reporting_judge_header(const struct csv_row *row);
/* True when the rows of the file say whose they are, and the place of the column that does. */
bool reporting_has_units(const struct csv_table *table);
struct place reporting_units_place(const struct csv_table *table);
/* How numbers are written in the file, unless somebody says so: where semicolons part the fields, a
 * comma is the decimal mark, which is why they do. */
enum number_style reporting_numbers(const struct csv_table *table);
/* Whether that follows from the file; of commas and tabs nothing does. */
bool reporting_knows_style(const struct csv_table *table);

/* Checks everything and takes the file apart. A row with an empty value is not reported, as if it
 * were not there, and is a heading if it names no indicator; a file without any value is an error.
 * `table` is one whose header csv_read_sheet could read; what that found wrong is in `problems`
 * (with nothing else), and all of them come out in order of their place. ERR_INVALID if one is an
 * error, else warnings may have been added. */
enum err reporting_build(const struct csv_table *table, const struct reporting_context *context,
                         struct problems *problems, struct reporting *ret_reporting);

/* Where a cell of the report stands; nowhere for one that it does not have. */
struct place reporting_place(const struct reporting_item *item, uint32_t indicator);
/* The line in which the report of a file begins: the place of what it lacks, or is as a whole. */
struct place reporting_begin(const struct reporting_item *item);
/* Brings them into the order in which a person goes through the file. */
void reporting_sort_problems(struct problems *problems);

/* A unit as a person names it, in the tree of the period. ERR_NOT_FOUND or ERR_EXISTS with a
 * problem added at `file` and `place` (NULL and zero: not from a file). */
enum err reporting_find_unit(const struct reporting_context *context, const char *text,
                             const char *file, struct place place, struct problems *problems,
                             uint32_t *ret_unit);

/* A text with its place. */
struct reporting_field {
    const char *text; /* "" when it was left empty */
    struct place place;
};

/* The fields that make up a cell; `file` NULL and places zero when a command line gave them. */
struct reporting_fields {
    const char *file;
    bool may_be_words; /* such as "trên 28 tỷ" (text/number_words.h) instead of a number */
    bool knows_style;  /* else "12.000" (12 or 12000?) is an error, which names both */
    struct reporting_field value, qualifier, upper;
};

/* Reads a cell of `indicator`, an entered one, whose value is there. Every problem of its fields is
 * added; ERR_INVALID. What cell_check and the catalogue say of it is left to validate_report. */
enum err reporting_read_cell(const struct indicator *indicator,
                             const struct reporting_fields *fields, enum number_style numbers,
                             struct problems *problems, struct cell *ret_cell);

#endif
