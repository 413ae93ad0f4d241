/* Tables on standard output: as aligned text, as CSV (RFC 4180) or as a JSON array of objects.
 *
 * A table is filled cell by cell, row after row, and printed once. Figures are texts everywhere,
 * also in JSON: a JSON number would be read as floating point. */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "client/command.h"
#include "client/words.h"

enum { TABLE_COLUMNS_MAX = 256 };

enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table;

/* The caller owns it. */
struct table *table_new(void);
void table_free(struct table **table);

/* Adds a column; all of them before the first cell. `key` names it in CSV and JSON and is the same
 * in every language; `heading` is for people. Both are copied. */
void table_add_column(struct table *table, const char *key, const char *heading,
                      enum table_align align);
/* A column whose heading is a word. */
struct heading {
    const char *key;
    enum word word;
    enum table_align align;
};
void table_add_headings(struct table *table, bool is_english, const struct heading *headings,
                        size_t count);
/* Columns for programs: their keys are their headings. */
void table_add_keys(struct table *table, const char *const *keys, size_t count);
/* Adds the next cell of the current row, which is full after the last column. The text is copied;
 * NULL or "" says that there is no value: empty as text and CSV, null in JSON. */
void table_add(struct table *table, const char *text);
void table_addf(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As table_add, and frees the text. */
void table_take(struct table *table, char *text);
/* A number; 0 says that there is no value. */
void table_add_number(struct table *table, uint64_t number);
/* A moment in microseconds; 0 says that there is none. */
void table_add_instant(struct table *table, int64_t us);
/* Text only: a line, or several if it is long (wrap.h), beneath the last row, which is complete.
 * Copied. */
void table_add_remark(struct table *table, const char *text);
/* So many cells without a value. */
void table_skip(struct table *table, size_t count);
size_t table_row_count(const struct table *table);

/* Prints it. Only complete rows may be there. In text, control characters inside a cell (a note of
 * several lines) are shown as blanks; a table without rows prints its headings only. */
void table_print(const struct table *table, enum output output, FILE *out);
/* For what goes on: CSV, with or without the headings, or JSON, each row an object in a line. */
void table_print_lines(const struct table *table, enum output output, bool has_headings, FILE *out);
/* As table_print, for a table of one row: in text, one line for each column. */
void table_print_record(const struct table *table, enum output output, FILE *out);
/* The JSON array of the rows, for embedding; the caller owns it (json_decref). */
struct json_t *table_to_json(const struct table *table);

#endif
