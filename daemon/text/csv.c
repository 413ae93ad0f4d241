/* libcsv knows quotes; this file knows where things stand.
 *
 * Each byte is fed by itself, so that in libcsv's callbacks `at` is the place of the delimiter that
 * ended a field. Line breaks of every kind reach it as one LF. */
#include "text/csv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <csv.h>

#include "core/mem.h"
#include "text/fold.h"
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
    uint32_t field_number; /* of the fields of the row that have ended, kept or not */
    size_t surplus_count;  /* fields of the row beyond what can be kept */
    struct place surplus;  /* where the first of them stands */
    bool is_too_long;      /* a field of the row is */
    bool is_header_bad;
    uint32_t row_number; /* of the rows that have ended, empty ones too */
    /* Of a spreadsheet; NULL of other files. */
    const struct csv_sheet *sheet;
    uint32_t header_row; /* its number: rows above are titles; 0 while it is looked for */
    struct found *found; /* while it is looked for: the best so far */
};

/* A header, as far as it was looked for. */
struct found {
    enum csv_header verdict;
    uint32_t row;   /* its number, 0: no row has anything in it */
    bool is_broken; /* quotes end the file before a row that has anything in it */
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

/* Takes blanks of every width away from both ends. */
static void trim(const char **text, size_t *len)
{
    const char *begin = *text, *end = *text, *at = *text;
    for (uint32_t point; (point = fold_next(&at)) != 0;) {
        if (!fold_is_blank(point))
            end = at;
        else if (end == *text)
            begin = at;
    }
    *len = end > begin ? (size_t)(end - begin) : 0;
    *text = begin;
}

/* libcsv's first callback: the end of a field. */
static void take_field(void *field, size_t len, void *ctx)
{
    struct parse *parse = ctx;
    const char *text = field;
    bool is_header = parse->table->header.field_count == 0;
    size_t max = is_header ? CSV_COLUMNS_MAX : parse->table->header.field_count;
    struct place place = parse->has_begun ? parse->field_begin : parse->at;
    bool is_quoted = parse->has_begun && parse->is_quoted;

    parse->has_begun = false;
    parse->field_number++;
    if (parse->sheet != NULL) {
        trim(&text, &len);
        place.sheet_row = parse->row_number + 1;
        place.sheet_column = parse->field_number;
    }
    if (parse->row.field_count == max) {
        if (parse->sheet != NULL && len == 0)
            return; /* spreadsheets write columns that nobody filled in */
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
    for (size_t i = 0; i < header->field_count && parse->sheet == NULL; i++) {
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

static const char *separator_name(const struct parse *parse)
{
    const struct problems *problems = parse->problems;
    switch (parse->table->separator) {
    case ';':
        return PROBLEM_WORDS(problems, "semicolon", "dấu chấm phẩy");
    case '\t':
        return PROBLEM_WORDS(problems, "tab", "dấu Tab");
    default:
        return PROBLEM_WORDS(problems, "comma", "dấu phẩy");
    }
}

static void take_data_row(struct parse *parse)
{
    struct csv_table *table = parse->table;

    if (parse->surplus_count > 0)
        problems_add(parse->problems, table->file, parse->surplus,
                     PROBLEM_WORDS(parse->problems,
                                   "the row has %zu fields but the header has %zu: remove a %s, "
                                   "or put quotes around the field that contains it",
                                   "dòng có %zu ô mà dòng tiêu đề có %zu: bỏ bớt %s, hoặc đặt ô có "
                                   "dấu đó trong dấu nháy kép"),
                     table->header.field_count + parse->surplus_count, table->header.field_count,
                     separator_name(parse));
    if (parse->is_too_long) { /* whatever else would be said of it follows from that */
        table->is_cut = true;
        row_fini(&parse->row);
        return;
    }
    table->rows =
        mem_grow(table->rows, table->row_count, &table->row_capacity, sizeof *table->rows);
    table->rows[table->row_count++] = parse->row;
}

/* While the header is looked for. */
static void judge_row(struct parse *parse)
{
    struct found *found = parse->found;
    if (parse->row_number > CSV_TITLE_ROWS_MAX || row_is_empty(&parse->row))
        return;
    enum csv_header verdict = parse->sheet->judge(&parse->row);
    if (found->row == 0 || verdict > found->verdict)
        *found = (struct found){.verdict = verdict, .row = parse->row_number};
}

/* libcsv's second callback: the end of a row. */
static void take_row(int terminator, void *ctx)
{
    struct parse *parse = ctx;
    struct csv_table *table = parse->table;
    (void)terminator; /* -1 at the end of the file: a last line without a break is a line too */

    parse->row_number++;
    if (parse->found != NULL) {
        judge_row(parse);
        row_fini(&parse->row);
    } else if (parse->row_number < parse->header_row) {
        row_fini(&parse->row);
    } else if (row_is_empty(&parse->row) && parse->surplus_count == 0) {
        row_fini(&parse->row);
    } else if (table->header.field_count == 0) {
        table->header = parse->row;
        check_header(parse);
    } else {
        take_data_row(parse);
    }
    parse->row = (struct csv_row){0};
    parse->field_capacity = 0;
    parse->field_number = 0;
    parse->surplus_count = 0;
    parse->is_too_long = false;
}

/* Feeds one byte; false where libcsv finds a quote that RFC 4180 does not allow. */
static bool feed(struct csv_parser *parser, struct parse *parse, char byte)
{
    bool is_continuation = ((unsigned char)byte & 0xC0) == 0x80;

    if (!is_continuation)
        parse->at.column++;
    if (!parse->has_begun && (!is_blank(byte) || byte == parse->table->separator) && byte != '\n') {
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
        parse->at = (struct place){.line = parse->at.line + 1};
    /* Where a header is looked for, the rest of the file is for later. */
    return parse->found == NULL ||
           (parse->row_number < CSV_TITLE_ROWS_MAX && parse->found->verdict != CSV_HEADER_YES);
}

/* False when the text does not end where libcsv expects it to. */
static bool feed_all(struct csv_parser *parser, struct parse *parse, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = (char)text.data[i];
        if (byte == '\r' && i + 1 < text.len && text.data[i + 1] == '\n')
            continue;
        if (!feed(parser, parse, byte == '\r' ? '\n' : byte))
            return true; /* what follows would be cut at the wrong places */
    }
    parse->at.column++;
    return csv_fini(parser, take_field, take_row, parse) == 0;
}

/* Reads `text`, which begins in line `line`, into parse->table. */
static void parse_text(struct parse *parse, struct span text, uint32_t line)
{
    struct csv_parser parser;
    struct csv_table *table = parse->table;
    parse->at = (struct place){.line = line};
    /* Fails only for an impossible parser; NULL and options are checked by nothing else. Empty
     * lines are reported, because they are rows too where rows are counted. */
    (void)csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL | CSV_REPALL_NL);
    csv_set_delim(&parser, (unsigned char)table->separator);
    csv_set_realloc_func(&parser, mem_realloc);
    if (!feed_all(&parser, parse, text)) {
        problems_add(parse->problems, table->file, parse->field_begin,
                     PROBLEM_WORDS(parse->problems,
                                   "the quote that opens here is never closed: close it, or write "
                                   "a quote inside a quoted field twice",
                                   "dấu nháy kép mở ở đây không được đóng: đóng lại, hoặc viết dấu "
                                   "nháy kép bên trong ô thành hai dấu"));
        table->is_cut = true;
    } else if (table->header.field_count == 0 && !table->is_cut) {
        problems_add(parse->problems, table->file, (struct place){.line = 1, .column = 1},
                     PROBLEM_WORDS(parse->problems,
                                   "the file is empty: its first line has to name the columns",
                                   "tệp trống: dòng đầu phải ghi tên các cột"));
    }
    csv_free(&parser);
    row_fini(&parse->row);
}

enum err csv_read_bytes(const char *file, struct span bytes, struct problems *problems,
                        struct csv_table *ret_table)
{
    struct csv_table table = {.file = mem_strdup(file), .separator = ','};
    struct parse parse = {.table = &table, .problems = problems};
    struct span text;
    size_t error_count = problems->error_count;

    if (input_check(file, bytes, problems, &text) == ERR_OK)
        parse_text(&parse, text, 1);
    if (parse.is_header_bad)
        csv_table_fini(&table);
    *ret_table = table;
    return problems->error_count > error_count ? ERR_INVALID : ERR_OK;
}

/* ---- spreadsheets ---- */

/* Looks for the header as it would be with that separator. */
static struct found find_header(struct span text, char separator, const struct csv_sheet *sheet)
{
    struct problems ignored = {0}; /* they are found again when the file is read */
    struct found found = {.verdict = CSV_HEADER_NO};
    struct csv_table table = {.file = mem_strdup(""), .separator = separator};
    struct parse parse = {.table = &table, .problems = &ignored, .sheet = sheet, .found = &found};
    parse_text(&parse, text, 1);
    found.is_broken = table.is_cut && found.row == 0;
    csv_table_fini(&table);
    problems_fini(&ignored);
    return found;
}

static const char separators[] = {',', ';', '\t'};

static bool is_better(const struct found *a, const struct found *b)
{
    if (a->verdict != b->verdict)
        return a->verdict > b->verdict;
    /* A quoted field is no field under another separator: what breaks says nothing of the file. */
    if (a->is_broken || b->is_broken)
        return b->is_broken && !a->is_broken;
    return a->row < b->row; /* no row: a file that has nothing but that separator in it */
}

/* The header under the separator with which one is there; all are tried. */
static struct found choose_separator(struct span text, const struct csv_sheet *sheet,
                                     char *ret_separator)
{
    struct found best = find_header(text, separators[0], sheet);
    *ret_separator = separators[0];
    for (size_t i = 1; i < sizeof separators; i++) {
        struct found found = find_header(text, separators[i], sheet);
        if (is_better(&found, &best)) {
            best = found;
            *ret_separator = separators[i];
        }
    }
    return best;
}

/* The line "sep=;" that some spreadsheets write in front, and hide from those who open the file.
 * Takes it away from the text; false when there is none. */
static bool take_separator_line(struct span *text, char *ret_separator)
{
    const char *at = (const char *)text->data;
    size_t len = 0, quote;
    while (len < text->len && at[len] != '\n' && at[len] != '\r')
        len++;
    quote = len == 7 && at[0] == '"' && at[6] == '"' ? 1 : 0;
    if (len != 5 + 2 * quote || strncasecmp(at + quote, "sep=", 4) != 0 ||
        memchr(separators, at[quote + 4], sizeof separators) == NULL)
        return false;
    *ret_separator = at[quote + 4];
    if (len + 1 < text->len && at[len] == '\r' && at[len + 1] == '\n')
        len++;
    if (len < text->len)
        len++;
    text->data += len;
    text->len -= len;
    return true;
}

static void read_sheet(struct parse *parse, struct span text)
{
    struct csv_table *table = parse->table;
    bool has_line = take_separator_line(&text, &table->separator);
    struct found found = has_line ? find_header(text, table->separator, parse->sheet)
                                  : choose_separator(text, parse->sheet, &table->separator);
    parse->header_row = found.row;
    if (found.row > 0 && found.verdict == CSV_HEADER_NO) {
        problems_add(
            parse->problems, table->file, (struct place){.line = has_line ? 2 : 1, .column = 1},
            PROBLEM_WORDS(parse->problems,
                          "none of the first %d rows names the columns: name them above the "
                          "figures, at least %s",
                          "trong %d dòng đầu không có dòng tên cột: ghi tên các cột phía "
                          "trên số liệu, ít nhất là %s"),
            CSV_TITLE_ROWS_MAX, parse->sheet->needed);
        return;
    }
    parse_text(parse, text, has_line ? 2 : 1);
}

enum err csv_read_sheet_bytes(const char *file, struct span bytes, const struct csv_sheet *sheet,
                              struct problems *problems, struct csv_table *ret_table)
{
    struct csv_table table = {.file = mem_strdup(file), .separator = ','};
    struct parse parse = {.table = &table, .problems = problems, .sheet = sheet};
    struct buf storage = {0};
    struct span text;
    size_t error_count = problems->error_count;

    if (input_check_sheet(file, bytes, problems, &storage, &text) == ERR_OK)
        read_sheet(&parse, text);
    buf_fini(&storage);
    if (parse.is_header_bad)
        csv_table_fini(&table);
    *ret_table = table;
    return problems->error_count > error_count ? ERR_INVALID : ERR_OK;
}

enum err csv_read_sheet(const char *path, const struct csv_sheet *sheet, struct problems *problems,
                        struct csv_table *ret_table)
{
    struct buf bytes = {0};
    *ret_table = (struct csv_table){0};
    enum err err = input_read(path, CSV_FILE_MAX, problems, &bytes);
    if (err == ERR_OK)
        err = csv_read_sheet_bytes(path, span_of(&bytes), sheet, problems, ret_table);
    buf_fini(&bytes);
    return err;
}

/* ---- tables ---- */

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
