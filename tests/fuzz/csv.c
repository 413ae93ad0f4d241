/* CSV files: tables, report files and the files of a catalogue.
 *
 * Laws: what is wrong is said, with a place in the file; a table that is read keeps to its header,
 * and is the same table when it is written, by the command or with a quote around everything, and
 * read again; what a spreadsheet exported is read likewise, and each field has a cell; a report
 * file that is taken gives reports that the catalogue lets pass and that a node opens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/catalogue_dir_parts.h"
#include "client/reporting.h"
#include "client/table.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/validate.h"
#include "fuzz/fuzz.h"
#include "lib/sample.h"
#include "text/csv.h"
#include "wire/wire.h"

static uint32_t count_lines(struct span text)
{
    uint32_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n' || text.data[i] == '\r';
    return count;
}

static void check_places(const struct problems *problems, struct span text)
{
    uint32_t lines = count_lines(text);
    for (size_t i = 0; i < problems->count; i++)
        LAW(problems->items[i].place.line <= lines, "a place lies in the file");
}

/* ---- tables ---- */

static void check_row(const struct csv_row *row, const struct csv_table *table)
{
    LAW(row->field_count > 0 && row->field_count <= table->header.field_count,
        "a row keeps to its header");
    for (size_t i = 0; i < row->field_count; i++) {
        LAW(row->fields[i].place.line > 0 && row->fields[i].place.column > 0,
            "a field stands somewhere");
        LAW(utf8_is_valid(row->fields[i].text, strlen(row->fields[i].text)), "a field is UTF-8");
    }
}

static void check_table(const struct csv_table *table)
{
    if (table->header.field_count > 0)
        check_row(&table->header, table);
    LAW(table->header.field_count > 0 || table->row_count == 0, "without a header is no row");
    for (size_t i = 0; i < table->row_count; i++)
        check_row(&table->rows[i], table);
}

static bool rows_equal(const struct csv_row *a, const struct csv_row *b, size_t columns)
{
    for (size_t i = 0; i < columns; i++)
        if (strcmp(csv_text(a, (int)i), csv_text(b, (int)i)) != 0)
            return false;
    return true;
}

static void check_same(const struct csv_table *table, struct span text)
{
    struct problems problems = {0};
    struct csv_table again;
    size_t columns = table->header.field_count;

    LAW(csv_read_bytes("again.csv", text, &problems, &again) == ERR_OK,
        "a table that is written reads");
    LAW(again.row_count == table->row_count && again.header.field_count == columns &&
            rows_equal(&again.header, &table->header, columns),
        "a table that is written is the same table");
    for (size_t i = 0; i < table->row_count; i++)
        LAW(rows_equal(&again.rows[i], &table->rows[i], columns),
            "a table that is written has the same rows");
    csv_table_fini(&again);
    problems_fini(&problems);
}

static void put_quoted(const char *text, char end, struct buf *out)
{
    buf_put_u8(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_put_u8(out, '"');
        buf_put_u8(out, (uint8_t)*text);
    }
    buf_put_u8(out, '"');
    buf_put_u8(out, (uint8_t)end);
}

static void put_row(const struct csv_row *row, size_t columns, struct buf *out)
{
    for (size_t i = 0; i < columns; i++)
        put_quoted(csv_text(row, (int)i), i + 1 < columns ? ',' : '\n', out);
}

static void check_written_quoted(const struct csv_table *table)
{
    struct buf text = {0};
    put_row(&table->header, table->header.field_count, &text);
    for (size_t i = 0; i < table->row_count; i++)
        put_row(&table->rows[i], table->header.field_count, &text);
    check_same(table, span_of(&text));
    buf_fini(&text);
}

static void check_written_by_command(const struct csv_table *table)
{
    struct table *printed = table_new();
    size_t size, columns = table->header.field_count;
    char *text;
    FILE *out = open_memstream(&text, &size);

    for (size_t i = 0; i < columns; i++)
        table_add_column(printed, table->header.fields[i].text, "", TABLE_LEFT);
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t i = 0; i < columns; i++)
            table_add(printed, csv_text(&table->rows[r], (int)i));
    table_print(printed, OUTPUT_CSV, out);
    (void)fclose(out); /* memory */
    check_same(table, (struct span){(const uint8_t *)text, size});
    free(text);
    table_free(&printed);
}

/* ---- spreadsheets ---- */

static void check_cells(const struct csv_row *row)
{
    char text[PLACE_CELL_SIZE];
    for (size_t i = 0; i < row->field_count; i++)
        LAW(row->fields[i].place.sheet_column == i + 1 &&
                place_cell(row->fields[i].place, text)[0] != '\0',
            "a field of a spreadsheet has a cell");
}

static void check_sheet(struct span text)
{
    const struct csv_sheet sheet = {.judge = reporting_judge_header, .needed = "a header"};
    struct problems problems = {0};
    struct csv_table table;
    enum err err = csv_read_sheet_bytes("sheet.csv", text, &sheet, &problems, &table);
    check_places(&problems, text);
    fuzz_check_problems(&problems, err != ERR_OK);
    check_table(&table);
    check_cells(&table.header);
    for (size_t i = 0; i < table.row_count; i++) {
        check_cells(&table.rows[i]);
        LAW(i == 0 || table.rows[i].fields[0].place.sheet_row >
                          table.rows[i - 1].fields[0].place.sheet_row,
            "rows of a spreadsheet come one behind the other");
    }
    csv_table_fini(&table);
}

/* ---- report files ---- */

static void check_item(const struct report *report, const struct reporting_context *context)
{
    struct problems problems = {0};
    struct wire_filing filing;
    struct report opened;
    struct buf bytes = {0};
    char reason[WIRE_REASON_SIZE];
    struct arena *arena = arena_new(WIRE_ARENA_MAX);

    LAW(validate_report(report, context->catalogue, context->tree, &problems) == ERR_OK,
        "a report file that is taken breaks no rule");
    wire_pack_filing(report, &bytes);
    LAW(wire_open_filing(span_of(&bytes), arena, &filing, &opened, reason, sizeof reason) == ERR_OK,
        "a report file that is taken is one that a node opens");
    report_fini(&opened);
    problems_fini(&problems);
    buf_fini(&bytes);
    arena_free(&arena);
}

static void check_reporting(struct span text, enum number_style numbers, bool is_whole)
{
    static struct catalogue *catalogue;
    static struct tree *tree;
    if (catalogue == NULL) {
        catalogue = sample_catalogue();
        tree = tree_new(catalogue, (struct period){2024, PERIOD_Y});
    }
    const struct reporting_context context = {.tree = tree,
                                              .catalogue = catalogue,
                                              .kind = KIND_ACTUAL,
                                              .scope = is_whole ? SCOPE_WHOLE : SCOPE_OWN,
                                              .unit = 23857,
                                              .numbers = numbers};
    struct problems problems = {.is_vietnamese = numbers == NUMBER_VI};
    struct csv_table table;
    struct reporting reporting;
    const struct csv_sheet sheet = {.judge = reporting_judge_header, .needed = "a header"};
    enum err err = csv_read_sheet_bytes("report.csv", text, &sheet, &problems, &table);
    if (table.header.field_count > 0) {
        err = reporting_build(&table, &context, &problems, &reporting);
        if (err == ERR_OK) {
            LAW(reporting.count > 0, "a report file that is taken has a report");
            for (size_t i = 0; i < reporting.count; i++)
                check_item(&reporting.items[i].report, &context);
            reporting_fini(&reporting);
        }
    }
    check_places(&problems, text);
    fuzz_check_problems(&problems, err != ERR_OK);
    csv_table_fini(&table);
}

/* ---- the files of a catalogue ---- */

/* The sample before it was finished: every row of every table. */
static struct catalogue *unfinished_sample(void)
{
    static struct catalogue *sample;
    struct catalogue *catalogue = catalogue_new();
    if (sample == NULL)
        sample = sample_catalogue();
    catalogue->number = sample->number;
    catalogue->title_vi = mem_strdup(sample->title_vi);
    catalogue->title_en = mem_strdup(sample->title_en);
    catalogue->calendar = sample->calendar;
    for (size_t i = 0; i < sample->level_count; i++)
        catalogue_add_level(catalogue, &sample->levels[i]);
    for (size_t i = 0; i < sample->type_count; i++)
        catalogue_add_type(catalogue, &sample->types[i]);
    for (size_t i = 0; i < sample->form_count; i++)
        catalogue_add_form(catalogue, &sample->forms[i]);
    for (size_t i = 0; i < sample->indicator_count; i++)
        catalogue_add_indicator(catalogue, &sample->indicators[i]);
    for (size_t i = 0; i < sample->unit_count; i++)
        catalogue_add_unit_version(catalogue, sample->units[i].id, sample->units[i].versions,
                                   sample->units[i].successors, sample->units[i].successor_count);
    return catalogue;
}

struct catalogue_file {
    bool (*check_header)(const struct csv_table *table, struct problems *problems);
    void (*add_rows)(const struct csv_table *table, struct catalogue *catalogue,
                     struct problems *problems);
};

/* As far as one file goes: its rows come on top of those of the sample. */
static void check_catalogue_file(const struct csv_table *table, struct span text)
{
    static const struct catalogue_file files[] = {
        {catalogue_dir_check_units_header, catalogue_dir_add_units},
        {catalogue_dir_check_forms_header, catalogue_dir_add_forms},
        {catalogue_dir_check_indicators_header, catalogue_dir_add_indicators},
        {catalogue_dir_check_holidays_header, catalogue_dir_add_holidays},
        {catalogue_dir_check_exceptions_header, catalogue_dir_add_exceptions},
    };
    for (size_t i = 0; i < LENGTH(files); i++) {
        struct problems problems = {0}, found = {0};
        bool is_good = files[i].check_header(table, &problems);
        LAW(is_good == (problems.error_count == 0), "what fails has said why");
        if (is_good) {
            struct catalogue *catalogue = unfinished_sample();
            files[i].add_rows(table, catalogue, &problems);
            enum err err = catalogue_finish(catalogue, NULL, &found);
            fuzz_check_problems(&found, err != ERR_OK);
            catalogue_free(&catalogue);
        }
        check_places(&problems, text);
        fuzz_check_problems(&problems, problems.error_count > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = {data, size};
    struct problems problems = {0};
    struct csv_table table;
    enum err err = csv_read_bytes("fuzz.csv", text, &problems, &table);

    fuzz_be_quiet();
    check_places(&problems, text);
    fuzz_check_problems(&problems, err != ERR_OK);
    check_table(&table);
    if (err == ERR_OK) {
        check_written_quoted(&table);
        /* A byte order mark may be part of a name, but not at the begin of a file. */
        if (strncmp(table.header.fields[0].text, "\xEF\xBB\xBF", 3) != 0)
            check_written_by_command(&table);
    }
    check_sheet(text);
    /* One of the four ways for each run: the length decides. */
    check_reporting(text, size % 2 == 0 ? NUMBER_PLAIN : NUMBER_VI, size % 4 < 2);
    if (table.header.field_count > 0)
        check_catalogue_file(&table, text);
    csv_table_fini(&table);
    return 0;
}
