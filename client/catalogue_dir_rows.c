/* The three tables. Every cell is read by the name of its column; a cell that cannot be read is
 * reported and the row goes on. */
#include "client/catalogue_dir_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* A row and what is needed to read it. */
struct cells {
    const struct csv_table *table;
    const struct csv_row *row;
    struct catalogue *catalogue;
    struct problems *problems;
};

static const char *const units_columns[] = {
    "id", "code", "level", "type", "parent", "from", "to", "name_vi", "name_en", "successors", NULL,
};
static const char *const forms_columns[] = {"number", "code",   "name_vi", "name_en",
                                            "due",    "accept", NULL};
static const char *const indicators_columns[] = {
    "number",  "code",       "form",        "section",  "name_vi", "name_en",
    "measure", "nature",     "aggregation", "decimals", "signed",  "part_of",
    "levels",  "valid_from", "valid_to",    "rule",     NULL,
};
/* Columns whose cells may not be empty. */
static const char *const needed_columns[] = {
    "id",      "number", "code",     "level",  "type", "parent",
    "name_vi", "nature", "decimals", "levels", NULL,
};
/* Columns that may be left out, as if all their cells were empty. */
static const char *const no_columns[] = {NULL};
static const char *const indicators_optional[] = {"checks", "body", "order", "required", NULL};

/* A word that a cell may hold, and what it means. */
struct word {
    const char *text;
    int value;
};
static const struct word natures[] = {{"flow", NATURE_FLOW}, {"stock", NATURE_STOCK}, {NULL, 0}};
static const struct word aggregations[] = {
    {"sum", AGGREGATION_SUM}, {"max", AGGREGATION_MAX}, {"min", AGGREGATION_MIN}, {NULL, 0}};
static const struct word acceptances[] = {
    {"", false}, {"auto", false}, {"manual", true}, {NULL, 0}};
static const struct word signs[] = {{"", false}, {"yes", true}, {NULL, 0}};

static bool has_column(const struct csv_table *table, const char *const *columns, int index)
{
    for (size_t i = 0; columns[i] != NULL; i++)
        if (csv_column(table, columns[i]) == index)
            return true;
    return false;
}

static bool is_needed(const char *column)
{
    for (size_t i = 0; needed_columns[i] != NULL; i++)
        if (strcmp(needed_columns[i], column) == 0)
            return true;
    return false;
}

static bool check_header(const struct csv_table *table, const char *const *columns,
                         const char *const *optional, struct problems *problems)
{
    const struct csv_row *header = &table->header;
    size_t error_count = problems->error_count;

    for (size_t i = 0; columns[i] != NULL; i++) {
        if (csv_column(table, columns[i]) < 0)
            problems_add(
                problems, table->file, header->fields[0].place,
                is_needed(columns[i])
                    ? PROBLEM_WORDS(problems,
                                    "the column %s is missing: add it, and fill it in in every row",
                                    "thiếu cột %s: thêm cột này và ghi đủ ở mọi dòng")
                    : PROBLEM_WORDS(
                          problems,
                          "the column %s is missing: add it to the header; its cells may be empty",
                          "thiếu cột %s: thêm cột này vào dòng tiêu đề; các ô của nó có thể để "
                          "trống"),
                columns[i]);
    }
    for (size_t i = 0; i < header->field_count; i++) {
        if (!has_column(table, columns, (int)i) && !has_column(table, optional, (int)i))
            problems_add(
                problems, table->file, header->fields[i].place,
                PROBLEM_WORDS(problems, "unknown column \"%s\": correct its spelling or remove it",
                              "cột “%s” không có trong quy định: sửa tên cột hoặc bỏ cột này"),
                header->fields[i].text);
    }
    return problems->error_count == error_count;
}

bool catalogue_dir_check_units_header(const struct csv_table *table, struct problems *problems)
{
    return check_header(table, units_columns, no_columns, problems);
}

bool catalogue_dir_check_forms_header(const struct csv_table *table, struct problems *problems)
{
    return check_header(table, forms_columns, no_columns, problems);
}

bool catalogue_dir_check_indicators_header(const struct csv_table *table, struct problems *problems)
{
    return check_header(table, indicators_columns, indicators_optional, problems);
}

/* The text of a cell. The adders copy it, though their rows say char *. */
static char *text_of(const struct cells *cells, const char *column)
{
    return (char *)(uintptr_t)csv_text(cells->row, csv_column(cells->table, column));
}

static uint32_t line_of(const struct cells *cells)
{
    return cells->row->fields[0].place.line;
}

__attribute__((format(printf, 3, 4))) static void
add_problem(const struct cells *cells, const char *column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    problems_add(cells->problems, cells->table->file,
                 csv_place(cells->row, csv_column(cells->table, column)), "%s", text);
    free(text);
}

/* 0 when it is not a number; core then has nothing to add about this cell. */
static uint32_t number_of(const struct cells *cells, const char *column)
{
    uint32_t number = 0;
    const char *text = text_of(cells, column);
    if (!catalogue_dir_number(text, &number))
        add_problem(cells, column,
                    PROBLEM_WORDS(cells->problems,
                                  "%s \"%s\" is not a whole number from 1 to %u: correct it",
                                  "%s “%s” không phải là số nguyên từ 1 đến %u: sửa lại"),
                    column, text, UINT32_MAX);
    return number;
}

static struct date date_of(const struct cells *cells, const char *column, struct date if_empty)
{
    struct date date = if_empty;
    const char *text = text_of(cells, column);
    if (text[0] != '\0' && date_parse(text, &date) != ERR_OK)
        add_problem(
            cells, column,
            PROBLEM_WORDS(
                cells->problems,
                "%s \"%s\" is not a day: write 2024-12-14, or leave it empty for no limit",
                "%s “%s” không phải là ngày: viết 2024-12-14, hoặc để trống nếu không giới hạn"),
            column, text);
    return date;
}

/* The value of the word in a cell; `if_unknown`, with a problem, if it is none of `words`. */
static int word_of(const struct cells *cells, const char *column, const struct word *words,
                   int if_unknown)
{
    const char *text = text_of(cells, column);
    struct buf all = {0};
    bool may_be_empty = false;

    for (const struct word *word = words; word->text != NULL; word++) {
        if (strcmp(word->text, text) == 0)
            return word->value;
    }
    for (const struct word *word = words; word->text != NULL; word++) {
        bool is_last = word[1].text == NULL;
        if (word->text[0] != '\0')
            buf_printf(&all, "%s%s",
                       all.len == 0 ? ""
                       : is_last    ? PROBLEM_WORDS(cells->problems, " or ", " hoặc ")
                                    : ", ",
                       word->text);
        else
            may_be_empty = true;
    }
    add_problem(cells, column,
                PROBLEM_WORDS(cells->problems, "%s \"%s\" is not known: write %s%s",
                              "%s “%s” không hợp lệ: viết %s%s"),
                column, text, (const char *)all.data,
                may_be_empty
                    ? PROBLEM_WORDS(cells->problems, ", or leave it empty", ", hoặc để trống")
                    : "");
    buf_fini(&all);
    return if_unknown;
}

/* "province, district, commune"; the caller frees the buffer. */
static struct buf level_codes(const struct catalogue *catalogue)
{
    struct buf codes = {0};
    for (size_t i = 0; i < catalogue->level_count; i++)
        buf_printf(&codes, "%s%s", i > 0 ? ", " : "", catalogue->levels[i].code);
    buf_put_u8(&codes, 0);
    return codes;
}

/* The index of a level; `if_unknown`, with a problem, if there is none of that code. */
static int level_of(const struct cells *cells, const char *column, const char *code, int if_unknown)
{
    int level = catalogue_level_by_code(cells->catalogue, code);
    if (level >= 0)
        return level;
    struct buf codes = level_codes(cells->catalogue);
    add_problem(cells, column,
                PROBLEM_WORDS(cells->problems,
                              "level \"%s\" is not in catalogue.ini: write one of %s%s",
                              "cấp “%s” không có trong catalogue.ini: viết một trong các mã %s%s"),
                code, (const char *)codes.data,
                strpbrk(code, ",; ") != NULL
                    ? PROBLEM_WORDS(cells->problems, "; several are separated by |",
                                    "; nếu có nhiều cấp thì cách nhau bằng |")
                    : "");
    buf_fini(&codes);
    return if_unknown;
}

/* A copy of the first `len` bytes without the blanks around them; the caller frees. */
static char *trimmed_copy(const char *text, size_t len)
{
    while (len > 0 && text[0] == ' ')
        text++, len--;
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return mem_strndup(text, len);
}

/* Levels separated by '|' as a mask; an empty cell is none. */
static uint32_t levels_of(const struct cells *cells, const char *column)
{
    uint32_t mask = 0;
    const char *text = text_of(cells, column);

    while (text[0] != '\0') {
        size_t len = strcspn(text, "|");
        char *code = trimmed_copy(text, len);
        int level = level_of(cells, column, code, CATALOGUE_LEVELS_MAX);
        free(code);
        if (level < CATALOGUE_LEVELS_MAX)
            mask |= 1u << level;
        text += text[len] == '|' ? len + 1 : len;
    }
    return mask;
}

/* Unit ids separated by blanks; the caller frees. */
static uint32_t *successors_of(const struct cells *cells, size_t *ret_count)
{
    static const char blanks[] = " \t\n";
    uint32_t *ids = NULL;
    size_t count = 0, capacity = 0;

    for (const char *text = text_of(cells, "successors"); *(text += strspn(text, blanks)) != '\0';
         text += strcspn(text, blanks)) {
        char *word = mem_strndup(text, strcspn(text, blanks));
        ids = mem_grow(ids, count, &capacity, sizeof *ids);
        if (catalogue_dir_number(word, &ids[count]))
            count++;
        else
            add_problem(
                cells, "successors",
                PROBLEM_WORDS(cells->problems,
                              "successor \"%s\" is not a unit's id: write ids, separated by blanks",
                              "đơn vị kế thừa “%s” không phải là id của đơn vị: viết các id, cách "
                              "nhau bằng dấu cách"),
                word);
        free(word);
    }
    *ret_count = count;
    return ids;
}

/* 0 for the root. What cannot be read becomes an id that no unit has, so that the row is not taken
 * for a second root. */
static uint32_t parent_of(const struct cells *cells)
{
    if (text_of(cells, "parent")[0] == '\0')
        return 0;
    uint32_t parent = number_of(cells, "parent");
    return parent != 0 ? parent : UINT32_MAX;
}

/* The level of a unit. An unknown one is taken for the level beneath the parent, so that the units
 * around it are not all reported too; looking for the parent ends with the room for problems. */
static uint8_t unit_level_of(const struct cells *cells, uint32_t parent)
{
    const struct catalogue *catalogue = cells->catalogue;
    int level = level_of(cells, "level", text_of(cells, "level"), -1);

    if (level >= 0)
        return (uint8_t)level;
    if (cells->problems->dropped_count == 0) {
        for (size_t i = 0; i < catalogue->unit_count; i++) {
            if (catalogue->units[i].id == parent)
                return (uint8_t)(catalogue->units[i].versions[0].level + 1);
        }
    }
    return 0;
}

static void add_unit(const struct cells *cells)
{
    const char *type_code = text_of(cells, "type");
    int type = catalogue_type_by_code(cells->catalogue, type_code);
    uint32_t id = number_of(cells, "id");
    uint32_t parent = parent_of(cells);
    size_t successor_count;
    uint32_t *successors = successors_of(cells, &successor_count);

    if (type < 0)
        add_problem(cells, "type",
                    PROBLEM_WORDS(
                        cells->problems, "type \"%s\" is not in catalogue.ini: add [type %s] there",
                        "loại đơn vị “%s” không có trong catalogue.ini: thêm [type %s] vào đó"),
                    type_code, type_code);
    const struct unit_version version = {
        .from = date_of(cells, "from", DATE_MIN),
        .to = date_of(cells, "to", DATE_MAX),
        .parent = parent,
        .level = unit_level_of(cells, parent),
        .type = (uint8_t)type, /* an unknown one is beyond any that can be */
        .code = text_of(cells, "code"),
        .name_vi = text_of(cells, "name_vi"),
        .name_en = text_of(cells, "name_en"),
        .line = line_of(cells),
    };
    if (id != 0) /* two rows without would look like one unit */
        catalogue_add_unit_version(cells->catalogue, id, &version, successors, successor_count);
    free(successors);
}

void catalogue_dir_add_units(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++)
        add_unit(&(struct cells){table, &table->rows[i], catalogue, problems});
}

void catalogue_dir_add_forms(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct cells cells = {table, &table->rows[i], catalogue, problems};
        catalogue_add_form(catalogue,
                           &(struct form){
                               .number = number_of(&cells, "number"),
                               .code = text_of(&cells, "code"),
                               .name_vi = text_of(&cells, "name_vi"),
                               .name_en = text_of(&cells, "name_en"),
                               .due_level_mask = levels_of(&cells, "due"),
                               .is_manual = word_of(&cells, "accept", acceptances, false),
                               .line = line_of(&cells),
                           });
    }
}

/* The number of the form in the cell, 0 if it is empty or unknown. */
static uint32_t form_of(const struct cells *cells)
{
    const char *code = text_of(cells, "form");
    const struct form *form = catalogue_form_by_code(cells->catalogue, code);

    if (form == NULL && code[0] != '\0')
        add_problem(
            cells, "form",
            PROBLEM_WORDS(
                cells->problems,
                "form \"%s\" is not in forms.csv: correct it, or add the form there",
                "biểu mẫu “%s” không có trong forms.csv: sửa lại, hoặc thêm biểu mẫu vào đó"),
            code);
    return form != NULL ? form->number : 0;
}

/* The number of the indicator whose code is in the cell, 0 if it is empty or unknown. Core cannot
 * be asked: it has no index yet. */
static uint32_t part_of(const struct cells *cells)
{
    const struct csv_table *table = cells->table;
    const char *code = text_of(cells, "part_of");
    int code_column = csv_column(table, "code"), number_column = csv_column(table, "number");

    if (code[0] == '\0' || table->row_count > CATALOGUE_INDICATORS_MAX) /* core refuses so many */
        return 0;
    for (size_t i = 0; i < table->row_count; i++) {
        uint32_t number = 0; /* stays so if it cannot be read, which is reported in its own row */
        if (strcmp(csv_text(&table->rows[i], code_column), code) == 0) {
            (void)catalogue_dir_number(csv_text(&table->rows[i], number_column), &number);
            return number;
        }
    }
    add_problem(
        cells, "part_of",
        PROBLEM_WORDS(
            cells->problems,
            "indicator \"%s\" is not in this file: write the code of the whole, or leave it "
            "empty",
            "chỉ tiêu “%s” không có trong tệp này: viết mã của chỉ tiêu tổng, hoặc để trống"),
        code);
    return 0;
}

static uint8_t decimals_of(const struct cells *cells)
{
    const char *text = text_of(cells, "decimals");
    int64_t decimals;

    if (number_parse(text, 0, NUMBER_PLAIN, &decimals) == ERR_OK && decimals >= 0 &&
        decimals <= INDICATOR_DECIMALS_MAX)
        return (uint8_t)decimals;
    add_problem(cells, "decimals",
                PROBLEM_WORDS(cells->problems,
                              "decimals \"%s\" is not a number from 0 to %d: correct it",
                              "số chữ số thập phân “%s” không phải là số từ 0 đến %d: sửa lại"),
                text, INDICATOR_DECIMALS_MAX);
    return 0;
}

/* 0, which leaves the order to the numbers, when it is empty. */
static uint32_t rank_of(const struct cells *cells)
{
    return text_of(cells, "order")[0] != '\0' ? number_of(cells, "order") : 0;
}

/* Empty is derived, and then there has to be a rule. */
static enum aggregation aggregation_of(const struct cells *cells)
{
    if (text_of(cells, "aggregation")[0] != '\0')
        return (enum aggregation)word_of(cells, "aggregation", aggregations, AGGREGATION_SUM);
    if (text_of(cells, "rule")[0] != '\0')
        return AGGREGATION_DERIVED;
    add_problem(
        cells, "aggregation",
        PROBLEM_WORDS(cells->problems,
                      "neither aggregation nor rule: write sum, max or min for a figure that is "
                      "reported, or a rule for a derived one",
                      "cả aggregation và rule đều trống: viết sum, max hoặc min cho số liệu được "
                      "báo cáo, hoặc viết rule cho chỉ tiêu tính ra"));
    return AGGREGATION_SUM;
}

void catalogue_dir_add_indicators(const struct csv_table *table, struct catalogue *catalogue,
                                  struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct cells cells = {table, &table->rows[i], catalogue, problems};
        catalogue_add_indicator(
            catalogue, &(struct indicator){
                           .number = number_of(&cells, "number"),
                           .code = text_of(&cells, "code"),
                           .name_vi = text_of(&cells, "name_vi"),
                           .name_en = text_of(&cells, "name_en"),
                           .section = text_of(&cells, "section"),
                           .measure = text_of(&cells, "measure"),
                           .nature = (enum nature)word_of(&cells, "nature", natures, NATURE_FLOW),
                           .aggregation = aggregation_of(&cells),
                           .decimals = decimals_of(&cells),
                           .is_signed = word_of(&cells, "signed", signs, false),
                           .form = form_of(&cells),
                           .part_of = part_of(&cells),
                           .level_mask = levels_of(&cells, "levels"),
                           .valid_from = date_of(&cells, "valid_from", DATE_MIN),
                           .valid_to = date_of(&cells, "valid_to", DATE_MAX),
                           .rule = text_of(&cells, "rule"),
                           .checks_text = text_of(&cells, "checks"),
                           .body = text_of(&cells, "body"),
                           .rank = rank_of(&cells),
                           .is_required = word_of(&cells, "required", signs, false),
                           .line = line_of(&cells),
                       });
    }
}
