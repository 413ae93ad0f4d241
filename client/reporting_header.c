/* Which column of a report file is which, by the names that people give them. */
#include <stdlib.h>
#include <string.h>

#include "client/reporting.h"
#include "client/reporting_parts.h"
#include "core/mem.h"
#include "text/fold.h"

static const struct {
    enum column column;
    const char *name;
} aliases[] = {
    {COLUMN_CODE, "indicator"},
    {COLUMN_CODE, "indicator code"},
    {COLUMN_CODE, "code"},
    {COLUMN_CODE, "mã"},
    {COLUMN_CODE, "mã số"},
    {COLUMN_CODE, "mã chỉ tiêu"},
    {COLUMN_NAME, "name"},
    {COLUMN_NAME, "indicator name"},
    {COLUMN_NAME, "chỉ tiêu"},
    {COLUMN_NAME, "tên chỉ tiêu"},
    {COLUMN_NAME, "nội dung"},
    {COLUMN_NAME, "nội dung chỉ tiêu"},
    {COLUMN_VALUE, "value"},
    {COLUMN_VALUE, "figure"},
    {COLUMN_VALUE, "số liệu"},
    {COLUMN_VALUE, "giá trị"},
    {COLUMN_VALUE, "kết quả"},
    {COLUMN_VALUE, "kết quả thực hiện"},
    {COLUMN_VALUE, "thực hiện"},
    {COLUMN_VALUE, "số lượng"},
    {COLUMN_QUALIFIER, "qualifier"},
    {COLUMN_QUALIFIER, "dấu"},
    {COLUMN_UPPER, "upper"},
    {COLUMN_UPPER, "cận trên"},
    {COLUMN_NOTE, "note"},
    {COLUMN_NOTE, "ghi chú"},
    {COLUMN_UNIT, "unit"},
    {COLUMN_UNIT, "unit code"},
    {COLUMN_UNIT, "mã đơn vị"},
    {COLUMN_UNIT, "mã xã"},
    {COLUMN_UNIT, "mã huyện"},
    {COLUMN_UNIT_NAME, "unit name"},
    {COLUMN_UNIT_NAME, "unit_name"},
    {COLUMN_UNIT_NAME, "đơn vị"},
    {COLUMN_UNIT_NAME, "tên đơn vị"},
    {COLUMN_UNIT_NAME, "đơn vị báo cáo"},
    {COLUMN_UNIT_NAME, "địa phương"},
    {COLUMN_UNIT_NAME, "xã"},
    {COLUMN_UNIT_NAME, "tên xã"},
    {COLUMN_UNIT_NAME, "huyện"},
    {COLUMN_UNIT_NAME, "xã, phường, thị trấn"},
    {COLUMN_UNIT_NAME, "xã/phường"},
    {COLUMN_MEASURE, "measure"},
    {COLUMN_MEASURE, "unit of measure"},
    {COLUMN_MEASURE, "đvt"},
    {COLUMN_MEASURE, "đơn vị tính"},
    {COLUMN_PASSED_OVER, "no."},
    {COLUMN_PASSED_OVER, "#"},
    {COLUMN_PASSED_OVER, "stt"},
    {COLUMN_PASSED_OVER, "tt"},
    {COLUMN_PASSED_OVER, "số tt"},
    {COLUMN_PASSED_OVER, "số thứ tự"},
};

/* The first name of each is the one that messages use. */
static const char *name_of(const struct problems *problems, enum column column)
{
    static const struct {
        const char *en, *vi;
    } names[COLUMN_COUNT] = {
        [COLUMN_CODE] = {"indicator", "chỉ tiêu"}, [COLUMN_NAME] = {"name", "tên chỉ tiêu"},
        [COLUMN_VALUE] = {"value", "số liệu"},     [COLUMN_QUALIFIER] = {"qualifier", "dấu"},
        [COLUMN_UPPER] = {"upper", "cận trên"},    [COLUMN_NOTE] = {"note", "ghi chú"},
        [COLUMN_UNIT] = {"unit", "mã đơn vị"},     [COLUMN_UNIT_NAME] = {"unit name", "đơn vị"},
        [COLUMN_MEASURE] = {"measure", "đvt"},
    };
    return PROBLEM_WORDS(problems, names[column].en, names[column].vi);
}

/* Folded, and without blanks at all: "ĐVT", "Đ V T", "Va lue". */
static char *squeeze(const char *text)
{
    char *folded = fold_text(text);
    char *to = folded;
    for (const char *at = folded; *at != '\0'; at++)
        if (*at != ' ')
            *to++ = *at;
    *to = '\0';
    return folded;
}

static enum column column_of(const char *text)
{
    enum column column = COLUMN_UNKNOWN;
    char *squeezed = squeeze(text);
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases && column == COLUMN_UNKNOWN; i++) {
        char *alias = squeeze(aliases[i].name);
        if (strcmp(alias, squeezed) == 0 && (alias[0] != '\0' || strcmp(text, "#") == 0))
            column = aliases[i].column;
        free(alias);
    }
    free(squeezed);
    return column;
}

enum csv_header reporting_judge_header(const struct csv_row *row)
{
    bool has_indicator = false, has_value = false;
    for (size_t i = 0; i < row->field_count; i++) {
        enum column column = column_of(row->fields[i].text);
        has_indicator = has_indicator || column == COLUMN_CODE || column == COLUMN_NAME;
        has_value = has_value || column == COLUMN_VALUE;
    }
    return has_indicator && has_value   ? CSV_HEADER_YES
           : has_indicator || has_value ? CSV_HEADER_PARTLY
                                        : CSV_HEADER_NO;
}

static void find_columns(const struct csv_table *table, struct problems *problems,
                         int columns[COLUMN_COUNT])
{
    char quoted[QUOTE_SIZE], first[QUOTE_SIZE];
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        columns[c] = -1;
    for (size_t i = 0; i < table->header.field_count; i++) {
        const struct csv_field *field = &table->header.fields[i];
        enum column column = column_of(field->text);
        if (field->text[0] == '\0' || column == COLUMN_PASSED_OVER)
            continue;
        reporting_quote(field->text, quoted);
        if (column == COLUMN_UNKNOWN)
            problems_add(
                problems, table->file, field->place,
                PROBLEM_WORDS(problems,
                              "unknown column '%s': remove it, or name it one of "
                              "indicator, name, value, qualifier, upper, note, unit and "
                              "measure",
                              "không có cột “%s”: xóa cột này, hoặc đặt tên là một trong: "
                              "mã, chỉ tiêu, số liệu, dấu, cận trên, ghi chú, đơn vị, đvt, "
                              "stt"),
                quoted);
        else if (columns[column] >= 0)
            problems_add(
                problems, table->file, field->place,
                PROBLEM_WORDS(problems,
                              "the column '%s' says the same as '%s': remove one of the two",
                              "cột “%s” và cột “%s” là một: xóa một trong hai"),
                quoted, reporting_quote(table->header.fields[columns[column]].text, first));
        else
            columns[column] = (int)i;
    }
}

static void check_missing(const struct csv_table *table, struct problems *problems,
                          enum column column)
{
    problems_add(problems, table->file, csv_place(&table->header, 0),
                 PROBLEM_WORDS(problems,
                               "the column '%s' is missing: the columns have to be named, at least "
                               "indicator and value",
                               "thiếu cột “%s”: phải ghi tên các cột, ít nhất là “chỉ tiêu” và “số "
                               "liệu”"),
                 name_of(problems, column));
}

/* Spreadsheets leave columns without a name behind; they may be there as long as they are empty. */
static void check_unnamed_columns(const struct csv_table *table, struct problems *problems)
{
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t f = 0; f < table->rows[r].field_count; f++)
            if (table->header.fields[f].text[0] == '\0' && table->rows[r].fields[f].text[0] != '\0')
                problems_add(problems, table->file, table->rows[r].fields[f].place,
                             PROBLEM_WORDS(problems,
                                           "a field in a column without a name: empty it, or name "
                                           "the column in the first line",
                                           "ô thuộc cột không có tên: xóa ô này, hoặc ghi tên cột "
                                           "ở dòng đầu"));
}

bool reporting_read_header(const struct csv_table *table, struct problems *problems,
                           int columns[COLUMN_COUNT])
{
    size_t error_count = problems->error_count;
    find_columns(table, problems, columns);
    if (columns[COLUMN_CODE] < 0 && columns[COLUMN_NAME] < 0)
        check_missing(table, problems, COLUMN_CODE);
    if (columns[COLUMN_VALUE] < 0)
        check_missing(table, problems, COLUMN_VALUE);
    check_unnamed_columns(table, problems);
    return problems->error_count == error_count;
}

/* A column of the header that names units; -1 if there is none. */
static int unit_column(const struct csv_table *table)
{
    for (size_t i = 0; i < table->header.field_count; i++) {
        enum column column = column_of(table->header.fields[i].text);
        if (column == COLUMN_UNIT || column == COLUMN_UNIT_NAME)
            return (int)i;
    }
    return -1;
}

bool reporting_has_units(const struct csv_table *table)
{
    return unit_column(table) >= 0;
}

struct place reporting_units_place(const struct csv_table *table)
{
    return csv_place(&table->header, unit_column(table));
}

enum number_style reporting_numbers(const struct csv_table *table)
{
    return table->separator == ';' ? NUMBER_VI : NUMBER_PLAIN;
}

bool reporting_knows_style(const struct csv_table *table)
{
    return table->separator == ';';
}
