/* Who owes what: forms, and the two tables that may be left out, public holidays and exceptions. */
#include <string.h>

#include "client/catalogue_dir_cells.h"
#include "client/catalogue_dir_parts.h"

static const char *const forms_columns[] = {"number", "code",   "name_vi", "name_en",
                                            "due",    "accept", NULL};
static const char *const forms_optional[] = {"types", "body", "periods", NULL};
static const char *const holidays_columns[] = {"first", "last", "name_vi", "name_en", NULL};
static const char *const holidays_optional[] = {"working", NULL};
static const char *const exceptions_columns[] = {"unit", "form", "from", "to", "reason", NULL};
static const char *const no_columns[] = {NULL};

static const struct dir_word acceptances[] = {
    {"", false}, {"auto", false}, {"manual", true}, {NULL, 0}};
static const struct dir_word answers[] = {{"", false}, {"yes", true}, {NULL, 0}};

bool catalogue_dir_check_forms_header(const struct csv_table *table, struct problems *problems)
{
    return dir_check_header(table, forms_columns, forms_optional, problems);
}

bool catalogue_dir_check_holidays_header(const struct csv_table *table, struct problems *problems)
{
    return dir_check_header(table, holidays_columns, holidays_optional, problems);
}

bool catalogue_dir_check_exceptions_header(const struct csv_table *table, struct problems *problems)
{
    return dir_check_header(table, exceptions_columns, no_columns, problems);
}

static int find_type(const struct dir_cells *cells, const char *column, const char *word)
{
    int type = catalogue_type_by_code(cells->catalogue, word);

    if (type < 0)
        dir_add_problem(cells, column,
                        PROBLEM_WORDS(cells->problems,
                                      "type \"%s\" is not in catalogue.ini: add [type %s] there, "
                                      "or correct it; several are separated by |",
                                      "loại đơn vị “%s” không có trong catalogue.ini: thêm "
                                      "[type %s] vào đó, hoặc sửa lại; nếu có nhiều loại thì cách "
                                      "nhau bằng |"),
                        word, word);
    return type < CATALOGUE_TYPES_MAX ? type : -1; /* core refuses so many */
}

static int find_label(const struct dir_cells *cells, const char *column, const char *word)
{
    static const char *const labels[PERIOD_LABEL_COUNT] = {"s1", "s2", "y"};

    for (int i = 0; i < PERIOD_LABEL_COUNT; i++)
        if (strcmp(word, labels[i]) == 0)
            return i;
    dir_add_problem(cells, column,
                    PROBLEM_WORDS(cells->problems,
                                  "period \"%s\" is not known: write s1, s2 or y; several are "
                                  "separated by |",
                                  "kỳ “%s” không hợp lệ: viết s1, s2 hoặc y; nếu có nhiều kỳ thì "
                                  "cách nhau bằng |"),
                    word);
    return -1;
}

void catalogue_dir_add_forms(const struct csv_table *table, struct catalogue *catalogue,
                             struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++) {
        const struct dir_cells cells = {table, &table->rows[i], catalogue, problems};
        catalogue_add_form(
            catalogue, &(struct form){
                           .number = dir_number_of(&cells, "number"),
                           .code = dir_text_of(&cells, "code"),
                           .name_vi = dir_text_of(&cells, "name_vi"),
                           .name_en = dir_text_of(&cells, "name_en"),
                           .due_level_mask = dir_levels_of(&cells, "due"),
                           .due_type_mask = dir_mask_of(&cells, "types", find_type),
                           .due_label_mask = (uint8_t)dir_mask_of(&cells, "periods", find_label),
                           .body = dir_text_of(&cells, "body"),
                           .is_manual = dir_word_of(&cells, "accept", acceptances, false),
                           .line = dir_line_of(&cells),
                       });
    }
}

/* A day that has to be there. */
static bool take_day(const struct dir_cells *cells, const char *column, struct date *ret_day)
{
    const char *text = dir_text_of(cells, column);

    if (date_parse(text, ret_day) == ERR_OK)
        return true;
    dir_add_problem(cells, column,
                    PROBLEM_WORDS(cells->problems, "%s \"%s\" is not a day: write 2024-12-14",
                                  "%s “%s” không phải là ngày: viết 2024-12-14"),
                    column, text);
    return false;
}

/* A row whose days cannot be read is left out: it would overlap with others. */
static void add_holiday(const struct dir_cells *cells)
{
    struct holiday holiday = {
        .name_vi = dir_text_of(cells, "name_vi"),
        .name_en = dir_text_of(cells, "name_en"),
        .is_worked = dir_word_of(cells, "working", answers, false),
        .line = dir_line_of(cells),
    };
    bool is_good = take_day(cells, "first", &holiday.first);

    holiday.last = holiday.first;
    if (dir_text_of(cells, "last")[0] != '\0' && !take_day(cells, "last", &holiday.last))
        is_good = false;
    if (is_good)
        catalogue_add_holiday(cells->catalogue, &holiday);
}

void catalogue_dir_add_holidays(const struct csv_table *table, struct catalogue *catalogue,
                                struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++)
        add_holiday(&(struct dir_cells){table, &table->rows[i], catalogue, problems});
}

static void add_exception(const struct dir_cells *cells)
{
    struct duty_exception exception = {
        .unit = dir_number_of(cells, "unit"),
        .form = dir_form_of(cells),
        .from = dir_date_of(cells, "from", DATE_MIN),
        .to = DATE_MAX, /* which core refuses */
        .reason = dir_text_of(cells, "reason"),
        .line = dir_line_of(cells),
    };

    if (dir_text_of(cells, "to")[0] != '\0' && !take_day(cells, "to", &exception.to))
        return;
    catalogue_add_exception(cells->catalogue, &exception);
}

void catalogue_dir_add_exceptions(const struct csv_table *table, struct catalogue *catalogue,
                                  struct problems *problems)
{
    for (size_t i = 0; i < table->row_count; i++)
        add_exception(&(struct dir_cells){table, &table->rows[i], catalogue, problems});
}
