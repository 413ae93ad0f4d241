/* Rows become entries (unit, form, cell, place), which are sorted: then the cells of one report
 * stand together and in order, and a cell that is there twice stands beside itself. */
#include "client/reporting.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/reporting_parts.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/validate.h"
#include "text/fold.h"
#include "text/number_words.h"
#include "wire/wire.h"

enum { NUMBERED_MIN = 3, NUMBER_SIZE = 12 };

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
    struct reporting_names names;
    const struct csv_row *row_before;
    const struct csv_row *unit_row; /* the last row whose unit was looked for */
    uint32_t unit;                  /* what that names; 0: nothing, which has been said */
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

/* A column as the file names it. */
static const char *header_at(const struct parse *parse, enum column column)
{
    return csv_text(&parse->table->header, parse->columns[column]);
}

static struct reporting_field field_at(const struct parse *parse, const struct csv_row *row,
                                       enum column column)
{
    return (struct reporting_field){text_at(parse, row, column), place_at(parse, row, column)};
}

static bool has_same_unit(const struct parse *parse, const struct csv_row *a,
                          const struct csv_row *b)
{
    return strcmp(text_at(parse, a, COLUMN_UNIT), text_at(parse, b, COLUMN_UNIT)) == 0 &&
           strcmp(text_at(parse, a, COLUMN_UNIT_NAME), text_at(parse, b, COLUMN_UNIT_NAME)) == 0;
}

/* The unit of a row, 0 for one that was complained about: once for rows of the same text in a row,
 * because a unit has many rows. */
static uint32_t unit_of_row(struct parse *parse, const struct csv_row *row)
{
    const struct reporting_field code = field_at(parse, row, COLUMN_UNIT);
    const struct reporting_field name = field_at(parse, row, COLUMN_UNIT_NAME);
    if (parse->columns[COLUMN_UNIT] < 0 && parse->columns[COLUMN_UNIT_NAME] < 0)
        return parse->context->unit;
    if (parse->unit_row != NULL && has_same_unit(parse, parse->unit_row, row))
        return parse->unit;
    parse->unit_row = row;
    parse->unit = reporting_find_unit_named(&parse->names, &code, &name);
    return parse->unit;
}

/* Whether the text is a figure in some way; a name or a date beneath the table is none. */
static bool is_figure(const char *text)
{
    int64_t value;
    struct cell cell;
    for (enum number_style style = NUMBER_PLAIN; style <= NUMBER_VI; style++)
        if (number_parse(text, 0, style, &value) != ERR_SYNTAX ||
            number_words_parse(text, 0, "", style, &cell) != ERR_SYNTAX)
            return true;
    return false;
}

/* An entered indicator, NULL if there is none; a computed one may stand there without a value. */
static const struct indicator *indicator_of_row(struct parse *parse, const struct csv_row *row)
{
    const struct reporting_field code = field_at(parse, row, COLUMN_CODE);
    const struct reporting_field name = field_at(parse, row, COLUMN_NAME);
    const char *value = text_at(parse, row, COLUMN_VALUE);
    bool is_named = code.text[0] != '\0' || name.text[0] != '\0';
    bool has_value = value[0] != '\0' && (is_named || is_figure(value));
    const struct indicator *indicator =
        reporting_find_indicator(&parse->names, &code, &name, has_value);
    if (indicator == NULL || indicator_is_entered(indicator))
        return indicator;
    if (has_value)
        problems_add(
            parse->problems, parse->table->file, code.text[0] != '\0' ? code.place : name.place,
            PROBLEM_WORDS(parse->problems, "%s is computed from other figures: leave it out",
                          "%s được tính từ các số liệu khác: bỏ số liệu này"),
            indicator->code);
    return NULL;
}

/* Đồng are not triệu đồng. */
static bool check_measure(struct parse *parse, const struct csv_row *row,
                          const struct indicator *indicator)
{
    const char *measure = text_at(parse, row, COLUMN_MEASURE);
    char quoted[QUOTE_SIZE];
    char *written = fold_text(measure), *expected = fold_text(indicator->measure);
    bool is_good = written[0] == '\0' || strcmp(written, expected) == 0;
    free(written);
    free(expected);
    if (!is_good)
        problems_add(parse->problems, parse->table->file, place_at(parse, row, COLUMN_MEASURE),
                     PROBLEM_WORDS(parse->problems,
                                   "%s is measured in '%s', not in '%s': convert the figure, and "
                                   "correct this field",
                                   "%s tính bằng “%s”, không phải “%s”: đổi số liệu, và sửa ô này"),
                     indicator->code, indicator->measure, reporting_quote(measure, quoted));
    return is_good;
}

/* An empty value says "not reported", and nothing can be said of what is not reported. */
static void check_row_without_value(struct parse *parse, const struct csv_row *row)
{
    char quoted[QUOTE_SIZE], value[QUOTE_SIZE];
    for (enum column c = COLUMN_QUALIFIER; c <= COLUMN_NOTE; c++)
        if (text_at(parse, row, c)[0] != '\0')
            problems_add(
                parse->problems, parse->table->file, place_at(parse, row, c),
                PROBLEM_WORDS(parse->problems,
                              "a '%s' without a '%s': fill in the figure, or empty this field too",
                              "có “%s” mà không có “%s”: điền số liệu, hoặc xóa cả ô này"),
                reporting_quote(header_at(parse, c), quoted),
                reporting_quote(header_at(parse, COLUMN_VALUE), value));
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
    else if (!utf8_is_plain(note, len))
        problems_add(parse->problems, parse->table->file, place_at(parse, row, COLUMN_NOTE),
                     PROBLEM_WORDS(parse->problems,
                                   "the note has a control character in it: type it again",
                                   "ghi chú có ký tự điều khiển: gõ lại ghi chú"));
    else
        return true;
    return false;
}

/* A row that numbers the columns, beneath the header: "A;B;1;2" or "(1);(2);(3)", in order, from
 * the beginning, and three at least: a short code that is misspelt, with its figure, is none. */
static bool is_numbering(const struct parse *parse, const struct csv_row *row)
{
    char letter[] = "a", number[NUMBER_SIZE] = "1";
    unsigned letters = 0, numbers = 0;
    for (size_t i = 0; i < row->field_count; i++) {
        char *folded = fold_text(row->fields[i].text);
        bool is_empty = folded[0] == '\0';
        bool is_letter = numbers == 0 && letters < 26 && strcmp(folded, letter) == 0;
        bool is_number = strcmp(folded, number) == 0;
        free(folded);
        if (is_letter)
            letter[0] = (char)('a' + ++letters);
        else if (is_number)
            (void)snprintf(number, sizeof number, "%u", ++numbers + 1); /* it fits */
        else if (!is_empty)
            return false;
    }
    const char *code = text_at(parse, row, COLUMN_CODE), *name = text_at(parse, row, COLUMN_NAME);
    const char *indicator = code[0] != '\0' ? code : name;
    return row == &parse->table->rows[0] && letters + numbers >= NUMBERED_MIN &&
           indicator[0] != '\0' &&
           catalogue_indicator_by_code(parse->context->catalogue, indicator) == NULL;
}

static void parse_row(struct parse *parse, const struct csv_row *row)
{
    if (parse->row_before != NULL && !has_same_unit(parse, parse->row_before, row))
        parse->names.above = NULL; /* a part of another unit's is not meant */
    parse->row_before = row;
    const struct indicator *indicator = indicator_of_row(parse, row);
    struct entry entry = {.note = text_at(parse, row, COLUMN_NOTE),
                          .place = place_at(parse, row, COLUMN_VALUE)};
    struct reporting_fields fields = {.file = parse->table->file,
                                      .may_be_words = true,
                                      .knows_style = parse->context->knows_style,
                                      .value = field_at(parse, row, COLUMN_VALUE),
                                      .qualifier = field_at(parse, row, COLUMN_QUALIFIER),
                                      .upper = field_at(parse, row, COLUMN_UPPER)};
    if (fields.value.text[0] == '\0') {
        if (indicator != NULL) /* of headings and signatures is nothing to say */
            check_row_without_value(parse, row);
        return;
    }
    if (indicator == NULL && text_at(parse, row, COLUMN_CODE)[0] == '\0' &&
        text_at(parse, row, COLUMN_NAME)[0] == '\0')
        return; /* a signature, or what has been said */
    entry.unit = unit_of_row(parse, row);
    bool is_good = check_note(parse, row);
    if (indicator == NULL)
        return;
    is_good = check_measure(parse, row, indicator) && is_good;
    if (reporting_read_cell(indicator, &fields, parse->context->numbers, parse->problems,
                            &entry.cell) != ERR_OK ||
        entry.unit == 0 || !is_good)
        return;
    entry.form = indicator->form;
    parse->entries = mem_grow(parse->entries, parse->entry_count, &parse->entry_capacity,
                              sizeof(*parse->entries));
    parse->entries[parse->entry_count++] = entry;
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
        char cell[PLACE_CELL_SIZE];
        place_cell(before->place, cell);
        problems_add(parse->problems, parse->table->file, entry->place,
                     PROBLEM_WORDS(
                         parse->problems,
                         "%s has a value already, in line %" PRIu32 "%s%s%s: remove one of the two",
                         "%s đã có số liệu ở dòng %" PRIu32 "%s%s%s: xóa một trong hai dòng"),
                     indicator->code, before->place.line, cell[0] != '\0' ? " (" : "", cell,
                     cell[0] != '\0' ? ")" : "");
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

struct place reporting_place(const struct reporting_item *item, uint32_t indicator)
{
    const struct cell *cell = report_cell(&item->report, indicator);
    return cell != NULL && item->places != NULL ? item->places[cell - item->report.cells]
                                                : (struct place){0};
}

struct place reporting_begin(const struct reporting_item *item)
{
    struct place begin = {0};
    for (size_t i = 0; i < item->report.cell_count && item->places != NULL; i++)
        if (begin.line == 0 || item->places[i].line < begin.line)
            begin.line = item->places[i].line;
    return begin;
}

/* Places of the findings of validate_report, which knows of no file. */
static void place_problems(struct parse *parse, size_t first, const struct reporting_item *item)
{
    for (size_t i = first; i < parse->problems->count; i++) {
        struct problem *problem = &parse->problems->items[i];
        problem->file = mem_strdup(parse->table->file);
        problem->place = reporting_place(item, problem->indicator);
    }
}

/* Notes can make a report larger than a node takes. */
static void check_size(struct parse *parse, const struct reporting_item *item)
{
    struct buf bytes = {0};
    wire_pack_filing(&item->report, &bytes);
    if (bytes.len + WIRE_HEADER_MAX > WIRE_FILING_MAX)
        problems_add(
            parse->problems, parse->table->file, reporting_begin(item),
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
                   .source = mem_strdup(context->source != NULL ? context->source : ""),
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

void reporting_sort_problems(struct problems *problems)
{
    if (problems->count > 0)
        qsort(problems->items, problems->count, sizeof(*problems->items), compare_problems);
}

enum err reporting_build(const struct csv_table *table, const struct reporting_context *context,
                         struct problems *problems, struct reporting *ret_reporting)
{
    struct parse parse = {.table = table, .context = context, .problems = problems};
    struct reporting reporting = {0};

    parse.names =
        (struct reporting_names){.context = context, .file = table->file, .problems = problems};
    if (reporting_read_header(table, problems, parse.columns)) {
        for (size_t i = 0; i < table->row_count; i++)
            if (!is_numbering(&parse, &table->rows[i]))
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
    reporting_sort_problems(problems);
    free(parse.entries);
    reporting_names_fini(&parse.names);
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
