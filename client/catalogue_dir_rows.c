/* The tables of units and indicators. Every cell is read by the name of its column; a cell that
 * cannot be read is reported and the row goes on. */
#include "client/catalogue_dir_cells.h"
#include "client/catalogue_dir_parts.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

static const char *const units_columns[] = {
    "id", "code", "level", "type", "parent", "from", "to", "name_vi", "name_en", "successors", NULL,
};
static const char *const indicators_columns[] = {
    "number",  "code",       "form",        "section",  "name_vi", "name_en",
    "measure", "nature",     "aggregation", "decimals", "signed",  "part_of",
    "levels",  "valid_from", "valid_to",    "rule",     NULL,
};
/* Columns that may be left out, as if all their cells were empty. */
static const char *const no_columns[] = {NULL};
static const char *const indicators_optional[] = {"checks", "body", "order", "required", NULL};

static const struct dir_word natures[] = {
    {"flow", NATURE_FLOW}, {"stock", NATURE_STOCK}, {NULL, 0}};
static const struct dir_word aggregations[] = {
    {"sum", AGGREGATION_SUM}, {"max", AGGREGATION_MAX}, {"min", AGGREGATION_MIN}, {NULL, 0}};
static const struct dir_word signs[] = {{"", false}, {"yes", true}, {NULL, 0}};

bool catalogue_dir_check_units_header(const struct csv_table *table, struct problems *problems)
{
    return dir_check_header(table, units_columns, no_columns, problems);
}

bool catalogue_dir_check_indicators_header(const struct csv_table *table, struct problems *problems)
{
    return dir_check_header(table, indicators_columns, indicators_optional, problems);
}

/* Unit ids separated by blanks; the caller frees. */
static uint32_t *successors_of(const struct dir_cells *cells, size_t *ret_count)
{
    static const char blanks[] = " \t\n";
    uint32_t *ids = NULL;
    size_t count = 0, capacity = 0;

    for (const char *text = dir_text_of(cells, "successors");
         *(text += strspn(text, blanks)) != '\0'; text += strcspn(text, blanks)) {
        char *word = mem_strndup(text, strcspn(text, blanks));
        ids = mem_grow(ids, count, &capacity, sizeof *ids);
        if (catalogue_dir_number(word, &ids[count]))
            count++;
        else
            dir_add_problem(
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
static uint32_t parent_of(const struct dir_cells *cells)
{
    if (dir_text_of(cells, "parent")[0] == '\0')
        return 0;
    uint32_t parent = dir_number_of(cells, "parent");
    return parent != 0 ? parent : UINT32_MAX;
}

/* The level of a unit. An unknown one is taken for the level beneath the parent, so that the units
 * around it are not all reported too; looking for the parent ends with the room for problems. */
static uint8_t unit_level_of(const struct dir_cells *cells, uint32_t parent)
{
    const struct catalogue *catalogue = cells->catalogue;
    int level = dir_level_of(cells, "level", dir_text_of(cells, "level"), -1);

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

static void add_unit(const struct dir_cells *cells)
{
    const char *type_code = dir_text_of(cells, "type");
    int type = catalogue_type_by_code(cells->catalogue, type_code);
    uint32_t id = dir_number_of(cells, "id");
    uint32_t parent = parent_of(cells);
    size_t successor_count;
    uint32_t *successors = successors_of(cells, &successor_count);

    if (type < 0)
        dir_add_problem(
            cells, "type",
            PROBLEM_WORDS(cells->problems,
                          "type \"%s\" is not in catalogue.ini: add [type %s] there",
                          "loại đơn vị “%s” không có trong catalogue.ini: thêm [type %s] vào đó"),
            type_code, type_code);
    const struct unit_version version = {
        .from = dir_date_of(cells, "from", DATE_MIN),
        .to = dir_date_of(cells, "to", DATE_MAX),
        .parent = parent,
        .level = unit_level_of(cells, parent),
        .type = (uint8_t)type, /* an unknown one is beyond any that can be */
        .code = dir_text_of(cells, "code"),
        .name_vi = dir_text_of(cells, "name_vi"),
        .name_en = dir_text_of(cells, "name_en"),
        .line = dir_line_of(cells),
    };
    if (id != 0) /* two rows without would look like one unit */
        catalogue_add_unit_version(cells->catalogue, id, &version, successors, successor_count);
    free(successors);
}

void catalogue_dir_add_units(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++)
        add_unit(&(struct dir_cells){table, &table->rows[i], catalogue, problems});
}

/* The number of the indicator whose code is in the cell, 0 if it is empty or unknown. Core cannot
 * be asked: it has no index yet. */
static uint32_t part_of(const struct dir_cells *cells)
{
    const struct csv_table *table = cells->table;
    const char *code = dir_text_of(cells, "part_of");
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
    dir_add_problem(
        cells, "part_of",
        PROBLEM_WORDS(
            cells->problems,
            "indicator \"%s\" is not in this file: write the code of the whole, or leave it "
            "empty",
            "chỉ tiêu “%s” không có trong tệp này: viết mã của chỉ tiêu tổng, hoặc để trống"),
        code);
    return 0;
}

static uint8_t decimals_of(const struct dir_cells *cells)
{
    const char *text = dir_text_of(cells, "decimals");
    int64_t decimals;

    if (number_parse(text, 0, NUMBER_PLAIN, &decimals) == ERR_OK && decimals >= 0 &&
        decimals <= INDICATOR_DECIMALS_MAX)
        return (uint8_t)decimals;
    dir_add_problem(cells, "decimals",
                    PROBLEM_WORDS(cells->problems,
                                  "decimals \"%s\" is not a number from 0 to %d: correct it",
                                  "số chữ số thập phân “%s” không phải là số từ 0 đến %d: sửa lại"),
                    text, INDICATOR_DECIMALS_MAX);
    return 0;
}

/* 0, which leaves the order to the numbers, when it is empty. */
static uint32_t rank_of(const struct dir_cells *cells)
{
    return dir_text_of(cells, "order")[0] != '\0' ? dir_number_of(cells, "order") : 0;
}

/* Empty is derived, and then there has to be a rule. */
static enum aggregation aggregation_of(const struct dir_cells *cells)
{
    if (dir_text_of(cells, "aggregation")[0] != '\0')
        return (enum aggregation)dir_word_of(cells, "aggregation", aggregations, AGGREGATION_SUM);
    if (dir_text_of(cells, "rule")[0] != '\0')
        return AGGREGATION_DERIVED;
    dir_add_problem(
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
        const struct dir_cells cells = {table, &table->rows[i], catalogue, problems};
        catalogue_add_indicator(
            catalogue,
            &(struct indicator){
                .number = dir_number_of(&cells, "number"),
                .code = dir_text_of(&cells, "code"),
                .name_vi = dir_text_of(&cells, "name_vi"),
                .name_en = dir_text_of(&cells, "name_en"),
                .section = dir_text_of(&cells, "section"),
                .measure = dir_text_of(&cells, "measure"),
                .nature = (enum nature)dir_word_of(&cells, "nature", natures, NATURE_FLOW),
                .aggregation = aggregation_of(&cells),
                .decimals = decimals_of(&cells),
                .is_signed = dir_word_of(&cells, "signed", signs, false),
                .form = dir_form_of(&cells),
                .part_of = part_of(&cells),
                .level_mask = dir_levels_of(&cells, "levels"),
                .valid_from = dir_date_of(&cells, "valid_from", DATE_MIN),
                .valid_to = dir_date_of(&cells, "valid_to", DATE_MAX),
                .rule = dir_text_of(&cells, "rule"),
                .checks_text = dir_text_of(&cells, "checks"),
                .body = dir_text_of(&cells, "body"),
                .rank = rank_of(&cells),
                .is_required = dir_word_of(&cells, "required", signs, false),
                .line = dir_line_of(&cells),
            });
    }
}
