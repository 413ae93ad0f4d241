/* CSV files as people make them: UTF-8, RFC 4180 quotes, a BOM, CRLF, LF or CR, fields with line
 * breaks (which read as LF).
 *
 * Parsing is libcsv's; lines and columns are ours, because libcsv has none: it is fed byte by byte.
 * Its names csv_parse and csv_fini are taken: a function of ours called so would be called by the
 * library's users, us included. */
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "core/buf.h"
#include "core/err.h"
#include "core/problem.h"

enum {
    CSV_FILE_MAX = 64 << 20,
    CSV_FIELD_MAX = 64 << 10,
    CSV_COLUMNS_MAX = 64,
    CSV_TITLE_ROWS_MAX = 20, /* of a spreadsheet: its header is one of these rows */
};

struct csv_field {
    char *text;         /* terminated, blanks around an unquoted field removed; "" if empty */
    struct place place; /* where it begins: line, and column in characters */
    bool is_quoted;     /* a quote stands there, and the text behind it */
};

struct csv_row {
    struct csv_field *fields;
    size_t field_count;
};

/* A whole file in memory. The header row is apart. */
struct csv_table {
    char *file;            /* its name in messages */
    struct csv_row header; /* no fields: it could not be read, and there are no rows either */
    struct csv_row *rows;  /* rows that are entirely empty are left out */
    size_t row_count, row_capacity;
    bool is_cut;    /* rows are missing, because they could not be read */
    char separator; /* of the fields */
};

/* What a row is, as far as names of columns go. */
enum csv_header {
    CSV_HEADER_NO,
    CSV_HEADER_PARTLY, /* it names some: the header, if no row is a better one */
    CSV_HEADER_YES,    /* it names all that is needed */
};

/* How to read what a spreadsheet exported. */
struct csv_sheet {
    enum csv_header (*judge)(const struct csv_row *row);
    const char *needed; /* for the message that no row is the header: "indicator and value" */
};

/* Reads a file. Problems (unreadable, too large, not UTF-8, NUL byte, quote left open or in the
 * middle of a field, no header, a column named twice, a row with more fields than the header) are
 * added with their place; ERR_INVALID then, ERR_NOT_FOUND or ERR_IO for the file itself (also added
 * as a problem). Rows shorter than the header read as empty fields.
 *
 * `ret_table` is set in any case, and the caller frees it with csv_table_fini: on ERR_INVALID it
 * holds what could be read, so that the rest of the file can be checked before it is given back. A
 * row with more fields than the header is there without the surplus; behind a bad quote nothing is.
 */
enum err csv_read(const char *path, struct problems *problems, struct csv_table *ret_table);
/* As csv_read, from bytes (standard input, tests); `file` is the name in messages. */
enum err csv_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct csv_table *ret_table);

/* As csv_read, of what a spreadsheet exported, as it is: the separator is a comma, a semicolon or a
 * tab, found from the file (a first line "sep=;" says it); UTF-16 with a byte order mark is taken;
 * blanks of every width around a field are removed; titles may stand above the header, which is the
 * first row that `sheet` judges to be it; rows may have empty fields beyond it. A column may be
 * there twice: that is left to the caller. Places have the cell's address. */
enum err csv_read_sheet(const char *path, const struct csv_sheet *sheet, struct problems *problems,
                        struct csv_table *ret_table);
enum err csv_read_sheet_bytes(const char *file, struct span bytes, const struct csv_sheet *sheet,
                              struct problems *problems, struct csv_table *ret_table);
void csv_table_fini(struct csv_table *table);

/* Index of the column with that header (letter case and blanks ignored), -1 if none. */
int csv_column(const struct csv_table *table, const char *name);
/* The text of a cell, "" where the row is short or column is -1; never NULL. */
const char *csv_text(const struct csv_row *row, int column);
/* Where it stands (or the row's begin, for a cell that is not there). */
struct place csv_place(const struct csv_row *row, int column);

#endif
