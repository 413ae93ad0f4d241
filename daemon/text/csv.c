/* libcsv knows quotes; this file knows where things stand.
 *
 * Each byte is fed by itself, so that in libcsv's callbacks `at` is the place of the delimiter that
 * ended a field. Line breaks of every kind reach it as one LF. */
#include "text/csv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <csv.h>

#include "core/mem.h"
#include "text/input.h"

struct parse {
    struct csv_table *table;
    struct problems *problems;
    struct place at;          /* the character that is being fed */
    struct place field_begin; /* of the current field, once `has_begun` */
    bool is_quoted;           /* it begins with a quote */
    bool has_begun;           /* something other than blanks was met since the last field */
    struct csv_row row;       /* being read */
    size_t field_capacity;
    size_t surplus_count; /* fields of the row beyond what can be kept */
    struct place surplus; /* where the first of them stands */
    bool is_too_long;     /* a field of the row is */
    bool is_header_bad;
};

static void row_fini(struct csv_row *row)
{
    for (size_t i = 0; i < row->field_count; i++)
        free(row->fields[i].text);
    free(row->fields);
    *row = (struct csv_row){0};
}

static bool row_is_empty(const struct csv_row *row)
{
    for (size_t i = 0; i < row->field_count; i++) {
        if (row->fields[i].text[0] != '\0')
            return false;
    }
    return true;
}

/* libcsv's first callback: the end of a field. */
static void take_field(void *text, size_t len, void *ctx)
{
    struct parse *parse = ctx;
    bool is_header = parse->table->header.field_count == 0;
    size_t max = is_header ? CSV_COLUMNS_MAX : parse->table->header.field_count;
    struct place place = parse->has_begun ? parse->field_begin : parse->at;
    bool is_quoted = parse->has_begun && parse->is_quoted;

    parse->has_begun = false;
    if (parse->row.field_count == max) {
        if (parse->surplus_count++ == 0)
            parse->surplus = place;
        return;
    }
    if (len > CSV_FIELD_MAX) {
        problems_add(parse->problems, parse->table->file, place,
                     PROBLEM_WORDS(parse->problems,
                                   "the field is longer than %d bytes: shorten it, or close a "
                                   "quote before it",
                                   "ô dài quá %d byte: rút ngắn lại, hoặc đóng dấu nháy kép ở "
                                   "trước đó"),
                     CSV_FIELD_MAX);
        parse->is_too_long = true;
    }
    parse->row.fields = mem_grow(parse->row.fields, parse->row.field_count, &parse->field_capacity,
                                 sizeof *parse->row.fields);
    parse->row.fields[parse->row.field_count++] =
        (struct csv_field){mem_strndup(text, len), place, is_quoted};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether two column names are the same but for letter case and blanks. */
static bool name_equal(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (is_blank(*a))
            a++;
        while (is_blank(*b))
            b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        if (*a == '\0')
            return true;
    }
}

static void check_header(struct parse *parse)
{
    const struct csv_table *table = parse->table;
    const struct csv_row *header = &table->header;
    size_t error_count = parse->problems->error_count;

    if (parse->surplus_count > 0)
        problems_add(parse->problems, table->file, parse->surplus,
                     PROBLEM_WORDS(parse->problems,
                                   "more than %d columns: remove those that are not needed",
                                   "nhiều hơn %d cột: xóa các cột không cần"),
                     CSV_COLUMNS_MAX);
    if (header->field_count == 1 && strchr(header->fields[0].text, ';') != NULL)
        problems_add(parse->problems, table->file, header->fields[0].place,
                     PROBLEM_WORDS(parse->problems,
                                   "the columns are separated by ';': save the file with commas",
                                   "các cột ngăn cách bằng dấu “;”: lưu lại tệp với dấu phẩy"));
    for (size_t i = 0; i < header->field_count; i++) {
        const struct csv_field *field = &header->fields[i];
        size_t first = (size_t)csv_column(table, field->text);
        if (field->text[0] != '\0' && first < i)
            problems_add(
                parse->problems, table->file, field->place,
                PROBLEM_WORDS(parse->problems,
                              "the column %s stands here twice: remove or rename one of the two",
                              "cột %s có hai lần: xóa hoặc đổi tên một cột"),
                field->text);
    }
    parse->is_header_bad = parse->is_too_long || parse->problems->error_count > error_count;
}

static void take_data_row(struct parse *parse)
{
    struct csv_table *table = parse->table;

    if (parse->surplus_count > 0)
        problems_add(parse->problems, table->file, parse->surplus,
                     PROBLEM_WORDS(parse->problems,
                                   "the row has %zu fields but the header has %zu: remove a comma, "
                                   "or put quotes around the field that contains it",
                                   "dòng có %zu ô mà dòng tiêu đề có %zu: bỏ bớt dấu phẩy, hoặc "
                                   "đặt ô có dấu phẩy trong dấu nháy kép"),
                     table->header.field_count + parse->surplus_count, table->header.field_count);
    if (parse->is_too_long) { /* whatever else would be said of it follows from that */
        table->is_cut = true;
        row_fini(&parse->row);
        return;
    }
    table->rows =
        mem_grow(table->rows, table->row_count, &table->row_capacity, sizeof *table->rows);
    table->rows[table->row_count++] = parse->row;
}

/* libcsv's second callback: the end of a row. */
static void take_row(int terminator, void *ctx)
{
    struct parse *parse = ctx;
    struct csv_table *table = parse->table;
    (void)terminator; /* -1 at the end of the file: a last line without a break is a line too */

    if (row_is_empty(&parse->row) && parse->surplus_count == 0) {
        row_fini(&parse->row);
    } else if (table->header.field_count == 0) {
        table->header = parse->row;
        check_header(parse);
    } else {
        take_data_row(parse);
    }
    parse->row = (struct csv_row){0};
    parse->field_capacity = 0;
    parse->surplus_count = 0;
    parse->is_too_long = false;
}

/* Feeds one byte; false where libcsv finds a quote that RFC 4180 does not allow. */
static bool feed(struct csv_parser *parser, struct parse *parse, char byte)
{
    bool is_continuation = ((unsigned char)byte & 0xC0) == 0x80;

    if (!is_continuation)
        parse->at.column++;
    if (!parse->has_begun && !is_blank(byte) && byte != '\n') {
        parse->has_begun = true;
        parse->is_quoted = byte == '"';
        parse->field_begin = parse->at;
    }
    if (csv_parse(parser, &byte, 1, take_field, take_row, parse) != 1) {
        problems_add(parse->problems, parse->table->file, parse->at,
                     PROBLEM_WORDS(parse->problems,
                                   "a quote in the middle of a field: put quotes around the whole "
                                   "field, and write each quote inside it twice",
                                   "dấu nháy kép ở giữa ô: đặt cả ô trong dấu nháy kép, và viết "
                                   "mỗi dấu nháy kép bên trong thành hai dấu"));
        parse->table->is_cut = true;
        return false;
    }
    if (byte == '\n')
        parse->at = (struct place){parse->at.line + 1, 0};
    return true;
}

static void feed_all(struct csv_parser *parser, struct parse *parse, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = (char)text.data[i];
        if (byte == '\r' && i + 1 < text.len && text.data[i + 1] == '\n')
            continue;
        if (!feed(parser, parse, byte == '\r' ? '\n' : byte))
            return; /* what follows would be cut at the wrong places */
    }
    parse->at.column++;
    if (csv_fini(parser, take_field, take_row, parse) != 0) {
        problems_add(parse->problems, parse->table->file, parse->field_begin,
                     PROBLEM_WORDS(parse->problems,
                                   "the quote that opens here is never closed: close it, or write "
                                   "a quote inside a quoted field twice",
                                   "dấu nháy kép mở ở đây không được đóng: đóng lại, hoặc viết dấu "
                                   "nháy kép bên trong ô thành hai dấu"));
        parse->table->is_cut = true;
    } else if (parse->table->header.field_count == 0) {
        problems_add(parse->problems, parse->table->file, (struct place){1, 1},
                     PROBLEM_WORDS(parse->problems,
                                   "the file is empty: its first line has to name the columns",
                                   "tệp trống: dòng đầu phải ghi tên các cột"));
    }
}

enum err csv_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct csv_table *ret_table)
{
    struct csv_table table = {.file = mem_strdup(file)};
    struct parse parse = {.table = &table, .problems = problems, .at = {1, 0}};
    struct csv_parser parser;
    struct span text;
    size_t error_count = problems->error_count;

    if (input_check(file, bytes, problems, &text) == ERR_OK) {
        /* Fails only for an impossible parser; NULL and options are checked by nothing else. */
        (void)csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
        csv_set_realloc_func(&parser, mem_realloc);
        feed_all(&parser, &parse, text);
        csv_free(&parser);
        row_fini(&parse.row);
    }
    if (parse.is_header_bad)
        csv_table_fini(&table);
    *ret_table = table;
    return problems->error_count > error_count ? ERR_INVALID : ERR_OK;
}

enum err csv_read(const char *path, struct problems *problems, struct csv_table *ret_table)
{
    struct buf bytes = {0};
    *ret_table = (struct csv_table){0};
    enum err err = input_read(path, CSV_FILE_MAX, problems, &bytes);
    if (err == ERR_OK)
        err = csv_read_bytes(path, span_of(&bytes), problems, ret_table);
    buf_fini(&bytes);
    return err;
}

void csv_table_fini(struct csv_table *table)
{
    row_fini(&table->header);
    for (size_t i = 0; i < table->row_count; i++)
        row_fini(&table->rows[i]);
    free(table->rows);
    free(table->file);
    *table = (struct csv_table){0};
}

int csv_column(const struct csv_table *table, const char *name)
{
    for (size_t i = 0; i < table->header.field_count; i++) {
        if (name_equal(table->header.fields[i].text, name))
            return (int)i;
    }
    return -1;
}

/* Whether the row has a field in that column. */
static bool row_has(const struct csv_row *row, int column)
{
    return column >= 0 && (size_t)column < row->field_count;
}

const char *csv_text(const struct csv_row *row, int column)
{
    return row_has(row, column) ? row->fields[column].text : "";
}

struct place csv_place(const struct csv_row *row, int column)
{
    return row->fields[row_has(row, column) ? column : 0].place;
}
