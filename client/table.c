/* Cells are kept in one array, row after row; the columns give it its shape when it is printed. */
#include "client/table.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/wrap.h"
#include "core/instant.h"
#include "core/mem.h"
#include "core/utf8.h"

enum { REMARK_INDENT = 4 };

struct column {
    char *key;
    char *heading;
    enum table_align align;
};

struct table {
    struct column *columns;
    size_t column_count, column_capacity;
    char **cells; /* NULL: no value */
    size_t cell_count, cell_capacity;
    struct remark *remarks; /* in order of rows */
    size_t remark_count, remark_capacity;
};

struct remark {
    size_t row; /* counted from 1: it stands beneath that one */
    char *text;
};

struct table *table_new(void)
{
    return mem_calloc(1, sizeof(struct table));
}

void table_free(struct table **table)
{
    struct table *t = *table;
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->column_count; i++) {
        free(t->columns[i].key);
        free(t->columns[i].heading);
    }
    for (size_t i = 0; i < t->cell_count; i++)
        free(t->cells[i]);
    for (size_t i = 0; i < t->remark_count; i++)
        free(t->remarks[i].text);
    free(t->remarks);
    free(t->columns);
    free(t->cells);
    free(t);
    *table = NULL;
}

void table_add_column(struct table *table, const char *key, const char *heading,
                      enum table_align align)
{
    assert(table->cell_count == 0);
    assert(table->column_count < TABLE_COLUMNS_MAX);
    table->columns = mem_grow(table->columns, table->column_count, &table->column_capacity,
                              sizeof(*table->columns));
    table->columns[table->column_count++] =
        (struct column){mem_strdup(key), mem_strdup(heading), align};
}

void table_add_headings(struct table *table, bool is_english, const struct heading *headings,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_add_column(table, headings[i].key, words(is_english, headings[i].word),
                         headings[i].align);
}

void table_add_keys(struct table *table, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_add_column(table, keys[i], keys[i], TABLE_LEFT);
}

/* Takes ownership of `text`. */
static void take_cell(struct table *table, char *text)
{
    assert(table->column_count > 0);
    table->cells =
        mem_grow(table->cells, table->cell_count, &table->cell_capacity, sizeof(*table->cells));
    table->cells[table->cell_count++] = text;
}

void table_add(struct table *table, const char *text)
{
    take_cell(table, text != NULL && text[0] != '\0' ? mem_strdup(text) : NULL);
}

void table_addf(struct table *table, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    take_cell(table, mem_vprintf(format, args));
    va_end(args);
}

void table_take(struct table *table, char *text)
{
    table_add(table, text);
    free(text);
}

void table_add_number(struct table *table, uint64_t number)
{
    if (number != 0)
        table_addf(table, "%" PRIu64, number);
    else
        table_add(table, NULL);
}

void table_add_instant(struct table *table, int64_t us)
{
    char text[INSTANT_TEXT_SIZE];
    table_add(table, us != 0 ? instant_format((struct instant){us}, text) : NULL);
}

void table_skip(struct table *table, size_t count)
{
    for (size_t i = 0; i < count; i++)
        table_add(table, NULL);
}

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

void table_add_remark(struct table *table, const char *text)
{
    assert(table->cell_count > 0 && table->cell_count % table->column_count == 0);
    char *plain = mem_strdup(text);
    for (char *at = plain; *at != '\0'; at++)
        if (is_control(*at))
            *at = ' ';
    table->remarks = mem_grow(table->remarks, table->remark_count, &table->remark_capacity,
                              sizeof(*table->remarks));
    table->remarks[table->remark_count++] =
        (struct remark){table_row_count(table), wrap_text(plain, WRAP_COLUMNS - REMARK_INDENT)};
    free(plain);
}

size_t table_row_count(const struct table *table)
{
    return table->column_count > 0 ? table->cell_count / table->column_count : 0;
}

/* ---- text ---- */

static size_t width_of(const char *text)
{
    return text != NULL ? utf8_length(text, strlen(text)) : 0;
}

static void put_blanks(size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++)
        (void)fputc(' ', out); /* errors of `out` are sticky; main looks at the end */
}

static void put_plain(const char *text, FILE *out)
{
    for (const char *at = text != NULL ? text : ""; *at != '\0'; at++)
        (void)fputc(is_control(*at) ? ' ' : *at, out);
}

/* One line; the last column is not padded, so that no line ends with blanks of ours. */
static void print_line(const struct table *table, const size_t *widths, const char *const *cells,
                       FILE *out)
{
    size_t owed = 0; /* blanks to be printed before the next cell that is not empty */
    for (size_t i = 0; i < table->column_count; i++) {
        size_t padding = widths[i] - width_of(cells[i]);
        bool is_right = table->columns[i].align == TABLE_RIGHT;
        if (width_of(cells[i]) > 0) {
            put_blanks(owed + (is_right ? padding : 0), out);
            put_plain(cells[i], out);
            owed = is_right ? 0 : padding;
        } else {
            owed += padding;
        }
        owed += 2;
    }
    (void)fputc('\n', out);
}

static void put_remark(const char *text, FILE *out)
{
    put_blanks(REMARK_INDENT, out);
    for (const char *at = text; *at != '\0'; at++) {
        (void)fputc(*at, out);
        if (*at == '\n')
            put_blanks(REMARK_INDENT, out);
    }
    (void)fputc('\n', out);
}

static void print_text(const struct table *table, FILE *out)
{
    size_t widths[TABLE_COLUMNS_MAX];
    const char *headings[TABLE_COLUMNS_MAX];
    size_t count = table->column_count;

    for (size_t i = 0; i < count; i++) {
        headings[i] = table->columns[i].heading;
        widths[i] = width_of(headings[i]);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        size_t width = width_of(table->cells[i]);
        if (width > widths[i % count])
            widths[i % count] = width;
    }
    print_line(table, widths, headings, out);
    size_t remark = 0;
    for (size_t i = 0; i < table->cell_count; i += count) {
        print_line(table, widths, (const char *const *)&table->cells[i], out);
        for (; remark < table->remark_count && table->remarks[remark].row == i / count + 1;
             remark++) {
            put_remark(table->remarks[remark].text, out);
        }
    }
}

/* ---- CSV, RFC 4180 ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Also blanks at the ends stand in quotes: readers, ours among them, drop them elsewhere. */
static bool needs_quotes(const char *text)
{
    size_t len = strlen(text);
    return strpbrk(text, ",\"\r\n") != NULL ||
           (len > 0 && (is_blank(text[0]) || is_blank(text[len - 1])));
}

static void put_csv_field(const char *text, FILE *out)
{
    if (text == NULL)
        return;
    if (!needs_quotes(text)) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"')
            (void)fputc('"', out);
        (void)fputc(*at, out);
    }
    (void)fputc('"', out);
}

static void print_csv(const struct table *table, bool has_headings, FILE *out)
{
    size_t count = table->column_count;
    for (size_t i = 0; i < count && has_headings; i++) {
        put_csv_field(table->columns[i].key, out);
        (void)fputs(i + 1 < count ? "," : "\r\n", out);
    }
    for (size_t i = 0; i < table->cell_count; i++) {
        put_csv_field(table->cells[i], out);
        (void)fputs(i % count + 1 < count ? "," : "\r\n", out);
    }
}

/* ---- JSON ---- */

struct json_t *table_to_json(const struct table *table)
{
    json_t *rows = json_array();
    json_t *row = NULL;
    for (size_t i = 0; i < table->cell_count; i++) {
        if (i % table->column_count == 0) {
            row = json_object();
            (void)json_array_append_new(rows, row);
        }
        /* A text that is not UTF-8 gives NULL, which json_object_set_new refuses: the key is left
         * out. What comes from a node was checked to be UTF-8 before. */
        (void)json_object_set_new(row, table->columns[i % table->column_count].key,
                                  table->cells[i] != NULL ? json_string(table->cells[i])
                                                          : json_null());
    }
    return rows;
}

static void print_json(const struct table *table, FILE *out)
{
    json_t *rows = table_to_json(table);
    (void)json_dumpf(rows, out, JSON_INDENT(2));
    (void)fputc('\n', out);
    json_decref(rows);
}

void table_print(const struct table *table, enum output output, FILE *out)
{
    assert(table->column_count > 0);
    assert(table->cell_count % table->column_count == 0);
    switch (output) {
    case OUTPUT_TEXT:
        print_text(table, out);
        return;
    case OUTPUT_CSV:
        print_csv(table, true, out);
        return;
    case OUTPUT_JSON:
        print_json(table, out);
        return;
    }
    assert(false);
}

void table_print_lines(const struct table *table, enum output output, bool has_headings, FILE *out)
{
    assert(output != OUTPUT_TEXT);
    if (output == OUTPUT_CSV) {
        print_csv(table, has_headings, out);
        return;
    }
    json_t *rows = table_to_json(table), *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        /* In one piece: jansson writes bit by bit. */
        char *line = json_dumps(row, JSON_COMPACT);
        (void)fprintf(out, "%s\n", line);
        free(line);
    }
    json_decref(rows);
}

void table_print_record(const struct table *table, enum output output, FILE *out)
{
    assert(table_row_count(table) == 1);
    if (output != OUTPUT_TEXT) {
        table_print(table, output, out);
        return;
    }
    size_t widest = 0;
    for (size_t i = 0; i < table->column_count; i++)
        if (width_of(table->columns[i].heading) > widest)
            widest = width_of(table->columns[i].heading);
    for (size_t i = 0; i < table->column_count; i++) {
        const char *heading = table->columns[i].heading;
        (void)fputs(heading, out);
        if (width_of(table->cells[i]) > 0)
            put_blanks(widest - width_of(heading) + 2, out);
        put_plain(table->cells[i], out);
        (void)fputc('\n', out);
    }
}
