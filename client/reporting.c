/* Rows become entries (unit, form, cell, place), which are sorted: then the cells of one report
 * stand together and in order, and a cell that is there twice stands beside itself. */
#include "client/reporting.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/reporting_parts.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/validate.h"
#include "wire/wire.h"

enum column {
    COLUMN_INDICATOR,
    COLUMN_VALUE,
    COLUMN_QUALIFIER,
    COLUMN_UPPER,
    COLUMN_NOTE,
    COLUMN_UNIT,
    COLUMN_COUNT
};
enum { COLUMNS_NEEDED = COLUMN_VALUE + 1 };

static const char *const column_names[COLUMN_COUNT] = {"indicator", "value", "qualifier",
                                                       "upper",     "note",  "unit"};

/* One row with a value. */
struct entry {
    uint32_t unit;
    uint32_t form;
    struct cell cell;
    const char *note; /* belongs to the table */
    struct place place;
};

struct parse {
    const struct csv_table *table;
    const struct reporting_context *context;
    struct problems *problems;
    int columns[COLUMN_COUNT]; /* -1: not there */
    const char *unit_text;     /* of the row before */
    uint32_t unit;             /* what that names; 0: nothing, which has been said */
    struct entry *entries;
    size_t entry_count, entry_capacity;
};

/* ---- rows ---- */

static const char *text_at(const struct parse *parse, const struct csv_row *row, enum column column)
{
    return csv_text(row, parse->columns[column]);
}

static struct place place_at(const struct parse *parse, const struct csv_row *row,
                             enum column column)
{
    return csv_place(row, parse->columns[column]);
}

static struct reporting_field field_at(const struct parse *parse, const struct csv_row *row,
                                       enum column column)
{
    return (struct reporting_field){text_at(parse, row, column), place_at(parse, row, column)};
}

/* The unit of a row, 0 for one that was complained about: once for rows of the same text in a row,
 * because a unit has many rows. */
static uint32_t unit_of_row(struct parse *parse, const struct csv_row *row)
{
    struct reporting_field name = field_at(parse, row, COLUMN_UNIT);
    if (parse->columns[COLUMN_UNIT] < 0)
        return parse->context->unit;
    if (parse->unit_text != NULL && strcmp(name.text, parse->unit_text) == 0)
        return parse->unit;
    parse->unit_text = name.text;
    parse->unit = 0;
    if (name.text[0] == '\0')
        problems_add(parse->problems, parse->table->file, name.place,
                     PROBLEM_WORDS(parse->problems,
                                   "the row names no unit: write its code, in every row",
                                   "dòng không ghi đơn vị: ghi mã đơn vị ở mọi dòng"));
    else /* what is wrong has been added, and the unit stays 0 */
        (void)reporting_find_unit(parse->context, name.text, parse->table->file, name.place,
                                  parse->problems, &parse->unit);
    return parse->unit;
}

/* An entered indicator, NULL if there is none; a computed one may stand there without a value. */
static const struct indicator *indicator_of_row(struct parse *parse, const struct csv_row *row)
{
    const char *code = text_at(parse, row, COLUMN_INDICATOR);
    struct place place = place_at(parse, row, COLUMN_INDICATOR);
    const struct indicator *indicator =
        catalogue_indicator_by_code(parse->context->catalogue, code);
    char quoted[QUOTE_SIZE];

    if (code[0] == '\0') {
        problems_add(parse->problems, parse->table->file, place,
                     PROBLEM_WORDS(parse->problems,
                                   "the row names no indicator: write its code, or remove the row",
                                   "dòng không ghi chỉ tiêu: ghi mã chỉ tiêu, hoặc xóa dòng"));
    } else if (indicator == NULL) {
        problems_add(
            parse->problems, parse->table->file, place,
            PROBLEM_WORDS(parse->problems,
                          "no indicator '%s': see 'tonghop catalogue show indicators'",
                          "không có chỉ tiêu “%s”: xem `tonghop catalogue show indicators`"),
            reporting_quote(code, quoted));
    } else if (!indicator_is_entered(indicator)) {
        if (text_at(parse, row, COLUMN_VALUE)[0] != '\0')
            problems_add(parse->problems, parse->table->file, place,
                         PROBLEM_WORDS(parse->problems,
                                       "%s is computed from other figures: leave it out",
                                       "%s được tính từ các số liệu khác: bỏ số liệu này"),
                         indicator->code);
        indicator = NULL;
    }
    return indicator;
}

/* An empty value says "not reported", and nothing can be said of what is not reported. */
static void check_row_without_value(struct parse *parse, const struct csv_row *row)
{
    for (enum column c = COLUMN_QUALIFIER; c <= COLUMN_NOTE; c++)
        if (text_at(parse, row, c)[0] != '\0')
            problems_add(
                parse->problems, parse->table->file, place_at(parse, row, c),
                PROBLEM_WORDS(parse->problems,
                              "a %s without a value: fill in the value, or empty this field too",
                              "có %s mà không có số liệu: điền cột value, hoặc xóa cả ô này"),
                column_names[c]);
}

static bool check_note(struct parse *parse, const struct csv_row *row)
{
    const char *note = text_at(parse, row, COLUMN_NOTE);
    size_t len = strlen(note);
    if (len > REPORT_NOTE_MAX)
        problems_add(parse->problems, parse->table->file, place_at(parse, row, COLUMN_NOTE),
                     PROBLEM_WORDS(parse->problems,
                                   "the note has %zu bytes, at most %d are taken: shorten it",
                                   "ghi chú dài %zu byte, tối đa %d: rút ngắn lại"),
                     len, REPORT_NOTE_MAX);
    else if (!utf8_is_text(note, len))
        problems_add(parse->problems, parse->table->file, place_at(parse, row, COLUMN_NOTE),
                     PROBLEM_WORDS(parse->problems,
                                   "the note has a control character in it: type it again",
                                   "ghi chú có ký tự điều khiển: gõ lại ghi chú"));
    else
        return true;
    return false;
}

static void parse_row(struct parse *parse, const struct csv_row *row)
{
    uint32_t unit = unit_of_row(parse, row);
    const struct indicator *indicator = indicator_of_row(parse, row);
    struct entry entry = {.unit = unit,
                          .note = text_at(parse, row, COLUMN_NOTE),
                          .place = place_at(parse, row, COLUMN_VALUE)};
    struct reporting_fields fields = {.file = parse->table->file,
                                      .value = field_at(parse, row, COLUMN_VALUE),
                                      .qualifier = field_at(parse, row, COLUMN_QUALIFIER),
                                      .upper = field_at(parse, row, COLUMN_UPPER)};
    if (fields.value.text[0] == '\0') {
        check_row_without_value(parse, row);
        return;
    }
    bool is_good = check_note(parse, row);
    if (indicator == NULL ||
        reporting_read_cell(indicator, &fields, parse->context->numbers, parse->problems,
                            &entry.cell) != ERR_OK ||
        unit == 0 || !is_good)
        return;
    entry.form = indicator->form;
    parse->entries = mem_grow(parse->entries, parse->entry_count, &parse->entry_capacity,
                              sizeof(*parse->entries));
    parse->entries[parse->entry_count++] = entry;
}

/* ---- the header ---- */

static bool is_known_column(const char *name, const struct csv_table *table, size_t index)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        if ((size_t)csv_column(table, column_names[c]) == index)
            return true;
    return name[0] == '\0';
}

/* Spreadsheets leave columns without a name behind; they may be there as long as they are empty. */
static void check_unnamed_columns(struct parse *parse)
{
    const struct csv_table *table = parse->table;
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t f = 0; f < table->rows[r].field_count; f++)
            if (table->header.fields[f].text[0] == '\0' && table->rows[r].fields[f].text[0] != '\0')
                problems_add(parse->problems, table->file, table->rows[r].fields[f].place,
                             PROBLEM_WORDS(parse->problems,
                                           "a field in a column without a name: empty it, or name "
                                           "the column in the first line",
                                           "ô thuộc cột không có tên: xóa ô này, hoặc ghi tên cột "
                                           "ở dòng đầu"));
}

static bool read_header(struct parse *parse)
{
    const struct csv_table *table = parse->table;
    size_t error_count = parse->problems->error_count;
    char quoted[QUOTE_SIZE];

    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        parse->columns[c] = csv_column(table, column_names[c]);
        if (c < COLUMNS_NEEDED && parse->columns[c] < 0)
            problems_add(parse->problems, table->file, csv_place(&table->header, 0),
                         PROBLEM_WORDS(parse->problems,
                                       "the column '%s' is missing: the first line has to name the "
                                       "columns, at least indicator,value",
                                       "thiếu cột “%s”: dòng đầu phải ghi tên các cột, ít nhất là "
                                       "indicator,value"),
                         column_names[c]);
    }
    for (size_t i = 0; i < table->header.field_count; i++)
        if (!is_known_column(table->header.fields[i].text, table, i))
            problems_add(parse->problems, table->file, table->header.fields[i].place,
                         PROBLEM_WORDS(parse->problems,
                                       "unknown column '%s': there are indicator, value, "
                                       "qualifier, upper, note and unit",
                                       "không có cột “%s”: chỉ dùng indicator, value, qualifier, "
                                       "upper, note và unit"),
                         reporting_quote(table->header.fields[i].text, quoted));
    check_unnamed_columns(parse);
    return parse->problems->error_count == error_count;
}

bool reporting_has_units(const struct csv_table *table)
{
    return csv_column(table, column_names[COLUMN_UNIT]) >= 0;
}

/* ---- reports ---- */

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = compare_u32(a->unit, b->unit);
    if (order == 0)
        order = compare_u32(a->form, b->form);
    if (order == 0)
        order = compare_u32(a->cell.indicator, b->cell.indicator);
    if (order == 0)
        order = compare_u32(a->place.line, b->place.line);
    return order;
}

static bool is_same_report(const struct entry *a, const struct entry *b)
{
    return a->unit == b->unit && a->form == b->form;
}

static void add_entry(struct parse *parse, const struct entry *entry, const struct entry *before,
                      struct reporting_item *item)
{
    const struct report *report = &item->report;
    if (before != NULL && before->cell.indicator == entry->cell.indicator) {
        const struct indicator *indicator =
            catalogue_indicator(parse->context->catalogue, entry->cell.indicator);
        problems_add(parse->problems, parse->table->file, entry->place,
                     PROBLEM_WORDS(parse->problems,
                                   "%s has a value already, in line %" PRIu32
                                   ": remove one of the two",
                                   "%s đã có số liệu ở dòng %" PRIu32 ": xóa một trong hai dòng"),
                     indicator->code, before->place.line);
        return;
    }
    if (entry->note[0] != '\0' && report->note_count == REPORT_NOTES_MAX)
        problems_add(parse->problems, parse->table->file, entry->place,
                     PROBLEM_WORDS(parse->problems,
                                   "more than %d notes in one report: leave some out",
                                   "một báo cáo có hơn %d ghi chú: bỏ bớt"),
                     REPORT_NOTES_MAX);
    else if (entry->note[0] != '\0')
        report_add_note(&item->report, entry->cell.indicator, entry->note);
    item->places[report->cell_count] = entry->place;
    report_add_cell(&item->report, entry->cell);
}

/* Places of the findings of validate_report, which knows of no file. */
static void place_problems(struct parse *parse, size_t first, const struct reporting_item *item)
{
    for (size_t i = first; i < parse->problems->count; i++) {
        struct problem *problem = &parse->problems->items[i];
        const struct cell *cell = report_cell(&item->report, problem->indicator);
        problem->file = mem_strdup(parse->table->file);
        if (cell != NULL)
            problem->place = item->places[cell - item->report.cells];
    }
}

/* Notes can make a report larger than a node takes. */
static void check_size(struct parse *parse, const struct reporting_item *item)
{
    struct buf bytes = {0};
    wire_pack_filing(&item->report, &bytes);
    if (bytes.len + WIRE_HEADER_MAX > WIRE_FILING_MAX)
        problems_add(
            parse->problems, parse->table->file, item->places[0],
            PROBLEM_WORDS(parse->problems,
                          "the report that begins here is larger than %d KiB: shorten its notes",
                          "báo cáo bắt đầu ở đây lớn hơn %d KiB: rút ngắn các ghi chú"),
            WIRE_FILING_MAX >> 10);
    buf_fini(&bytes);
}

/* Makes one report of `count` entries. */
static void build_item(struct parse *parse, const struct entry *entries, size_t count,
                       struct reporting_item *item)
{
    const struct reporting_context *context = parse->context;
    *item = (struct reporting_item){
        .report = {.key = {.kind = context->kind,
                           .period = context->tree->period,
                           .unit = entries[0].unit,
                           .form = entries[0].form},
                   .scope = context->scope,
                   .catalogue = context->catalogue->number,
                   .author = mem_strdup(""),
                   .reason = mem_strdup("")},
        .places = mem_calloc(count, sizeof(*item->places)),
    };
    for (size_t i = 0; i < count; i++)
        add_entry(parse, &entries[i], i > 0 ? &entries[i - 1] : NULL, item);
    enum err err = report_sort(&item->report);
    assert(err == ERR_OK); /* the entries are sorted, and the doubles were left out */
    size_t first = parse->problems->count;
    /* What it finds is in the problems. */
    (void)validate_report(&item->report, context->catalogue, context->tree, parse->problems);
    place_problems(parse, first, item);
    check_size(parse, item);
}

static void build_items(struct parse *parse, struct reporting *reporting)
{
    const struct entry *entries = parse->entries;
    size_t count = parse->entry_count;
    if (count > 0)
        qsort(parse->entries, count, sizeof(*entries), compare_entries);
    reporting->items = mem_calloc(count + 1, sizeof(*reporting->items));
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && is_same_report(&entries[begin], &entries[end]); end++)
            ;
        build_item(parse, &entries[begin], end - begin, &reporting->items[reporting->count++]);
    }
}

static int compare_problems(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    int order = compare_u32(a->place.line, b->place.line);
    if (order == 0)
        order = compare_u32(a->place.column, b->place.column);
    return order != 0 ? order : strcmp(a->text, b->text);
}

enum err reporting_build(const struct csv_table *table, const struct reporting_context *context,
                         struct problems *problems, struct reporting *ret_reporting)
{
    struct parse parse = {.table = table, .context = context, .problems = problems};
    struct reporting reporting = {0};

    if (read_header(&parse)) {
        for (size_t i = 0; i < table->row_count; i++)
            parse_row(&parse, &table->rows[i]);
        build_items(&parse, &reporting);
        if (reporting.count == 0 && problems->error_count == 0)
            problems_add(problems, table->file, csv_place(&table->header, 0),
                         PROBLEM_WORDS(problems,
                                       "the file has no value: to report that there is nothing to "
                                       "report, file with --nil FORM",
                                       "tệp không có số liệu nào: nếu không phát sinh thì nộp với "
                                       "--nil BIỂU-MẪU"));
    }
    /* In the order in which a person goes through the file. */
    if (problems->count > 0)
        qsort(problems->items, problems->count, sizeof(*problems->items), compare_problems);
    free(parse.entries);
    if (problems->error_count > 0) {
        reporting_fini(&reporting);
        return ERR_INVALID;
    }
    *ret_reporting = reporting;
    return ERR_OK;
}

void reporting_fini(struct reporting *reporting)
{
    for (size_t i = 0; i < reporting->count; i++) {
        report_fini(&reporting->items[i].report);
        free(reporting->items[i].places);
    }
    free(reporting->items);
    *reporting = (struct reporting){0};
}
