/* Reading cells: by the name of their column, with a problem for what cannot be read. */
#include "client/catalogue_dir_cells.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "client/catalogue_dir_parts.h"
#include "core/mem.h"

/* Columns whose cells may not be empty. */
static const char *const needed_columns[] = {
    "id",       "number", "code",  "level", "type", "parent", "name_vi", "nature",
    "decimals", "levels", "first", "unit",  "to",   "reason", NULL,
};
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

bool dir_check_header(const struct csv_table *table, const char *const *columns,
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

char *dir_text_of(const struct dir_cells *cells, const char *column)
{
    return (char *)(uintptr_t)csv_text(cells->row, csv_column(cells->table, column));
}

uint32_t dir_line_of(const struct dir_cells *cells)
{
    return cells->row->fields[0].place.line;
}

void dir_add_problem(const struct dir_cells *cells, const char *column, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    problems_add(cells->problems, cells->table->file,
                 csv_place(cells->row, csv_column(cells->table, column)), "%s", text);
    free(text);
}

uint32_t dir_number_of(const struct dir_cells *cells, const char *column)
{
    uint32_t number = 0;
    const char *text = dir_text_of(cells, column);
    if (!catalogue_dir_number(text, &number))
        dir_add_problem(cells, column,
                        PROBLEM_WORDS(cells->problems,
                                      "%s \"%s\" is not a whole number from 1 to %u: correct it",
                                      "%s “%s” không phải là số nguyên từ 1 đến %u: sửa lại"),
                        column, text, UINT32_MAX);
    return number;
}

struct date dir_date_of(const struct dir_cells *cells, const char *column, struct date if_empty)
{
    struct date date = if_empty;
    const char *text = dir_text_of(cells, column);
    if (text[0] != '\0' && date_parse(text, &date) != ERR_OK)
        dir_add_problem(
            cells, column,
            PROBLEM_WORDS(
                cells->problems,
                "%s \"%s\" is not a day: write 2024-12-14, or leave it empty for no limit",
                "%s “%s” không phải là ngày: viết 2024-12-14, hoặc để trống nếu không giới hạn"),
            column, text);
    return date;
}

int dir_word_of(const struct dir_cells *cells, const char *column, const struct dir_word *words,
                int if_unknown)
{
    const char *text = dir_text_of(cells, column);
    struct buf all = {0};
    bool may_be_empty = false;

    for (const struct dir_word *word = words; word->text != NULL; word++) {
        if (strcmp(word->text, text) == 0)
            return word->value;
    }
    for (const struct dir_word *word = words; word->text != NULL; word++) {
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
    dir_add_problem(cells, column,
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

int dir_level_of(const struct dir_cells *cells, const char *column, const char *code,
                 int if_unknown)
{
    int level = catalogue_level_by_code(cells->catalogue, code);
    if (level >= 0)
        return level;
    struct buf codes = level_codes(cells->catalogue);
    dir_add_problem(
        cells, column,
        PROBLEM_WORDS(cells->problems, "level \"%s\" is not in catalogue.ini: write one of %s%s",
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

uint64_t dir_mask_of(const struct dir_cells *cells, const char *column,
                     int (*find)(const struct dir_cells *cells, const char *column,
                                 const char *word))
{
    uint64_t mask = 0;
    const char *text = dir_text_of(cells, column);

    while (text[0] != '\0') {
        size_t len = strcspn(text, "|");
        char *word = trimmed_copy(text, len);
        int bit = find(cells, column, word);
        free(word);
        if (bit >= 0)
            mask |= UINT64_C(1) << bit;
        text += text[len] == '|' ? len + 1 : len;
    }
    return mask;
}

static int find_level(const struct dir_cells *cells, const char *column, const char *word)
{
    int level = dir_level_of(cells, column, word, -1);

    return level < CATALOGUE_LEVELS_MAX ? level : -1; /* core refuses so many */
}

uint32_t dir_levels_of(const struct dir_cells *cells, const char *column)
{
    return (uint32_t)dir_mask_of(cells, column, find_level);
}

uint32_t dir_form_of(const struct dir_cells *cells)
{
    const char *code = dir_text_of(cells, "form");
    const struct form *form = catalogue_form_by_code(cells->catalogue, code);

    if (form == NULL && code[0] != '\0')
        dir_add_problem(
            cells, "form",
            PROBLEM_WORDS(
                cells->problems,
                "form \"%s\" is not in forms.csv: correct it, or add the form there",
                "biểu mẫu “%s” không có trong forms.csv: sửa lại, hoặc thêm biểu mẫu vào đó"),
            code);
    return form != NULL ? form->number : 0;
}
