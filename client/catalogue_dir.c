/* Three steps: read the files, two of which may be left out, add their rows, let core check what
 * they say together. What core finds gets the place it stands at, and is left out where the same
 * cell was reported already. */
#include "client/catalogue_dir.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/catalogue_dir_parts.h"
#include "core/mem.h"

struct folder {
    char *ini_path;
    struct ini_table ini;
    struct csv_table units, forms, indicators, holidays, exceptions;
    char *holidays_path; /* also where there is no such file */
};

/* The names that core gives the tables. */
static const char ini_name[] = "catalogue.ini";
static const char units_name[] = "units.csv";
static const char forms_name[] = "forms.csv";
static const char indicators_name[] = "indicators.csv";
static const char holidays_name[] = "holidays.csv";
static const char exceptions_name[] = "exceptions.csv";

static const struct csv_table *folder_table(const struct folder *folder, const char *file)
{
    if (strcmp(file, units_name) == 0)
        return &folder->units;
    if (strcmp(file, forms_name) == 0)
        return &folder->forms;
    if (strcmp(file, holidays_name) == 0)
        return &folder->holidays;
    if (strcmp(file, exceptions_name) == 0)
        return &folder->exceptions;
    return strcmp(file, indicators_name) == 0 ? &folder->indicators : NULL;
}

/* The path of a table, for messages. */
static const char *folder_path(const struct folder *folder, const char *file)
{
    const struct csv_table *table = folder_table(folder, file);
    if (table == &folder->holidays)
        return folder->holidays_path;
    return table != NULL ? table->file : folder->ini_path;
}

static int compare_line(const void *key, const void *element)
{
    uint32_t line = *(const uint32_t *)key;
    const struct csv_row *row = element;
    return (line > row->fields[0].place.line) - (line < row->fields[0].place.line);
}

/* Of struct catalogue_source. Up to the cell's first line break, where nobody writes one, the
 * character stands in the file where it stands in the cell, behind a quote if there is one. */
static struct place find_place(void *ctx, const char *file, uint32_t line, const char *column,
                               uint32_t offset)
{
    const struct csv_table *table = folder_table(ctx, file);
    const struct csv_row *row =
        table != NULL && table->row_count > 0
            ? bsearch(&line, table->rows, table->row_count, sizeof *row, compare_line)
            : NULL;
    if (row == NULL)
        return (struct place){.line = line};
    int index = csv_column(table, column);
    struct place place = csv_place(row, index);
    bool is_there = index >= 0 && (size_t)index < row->field_count;
    if (offset > 0 && is_there)
        place.column += offset + row->fields[index].is_quoted;
    return place;
}

/* False when rows are missing: the others would be blamed for that. */
static bool read_csv(const char *dir, const char *name, struct problems *problems,
                     struct csv_table *ret_table)
{
    char *path = mem_printf("%s/%s", dir, name);
    (void)csv_read(path, problems, ret_table); /* what is wrong is in the problems */
    free(path);
    return ret_table->header.field_count > 0 && !ret_table->is_cut;
}

/* Likewise of a file that may be left out: then the table stays empty. */
static bool read_optional(const char *dir, const char *name,
                          bool (*check)(const struct csv_table *table, struct problems *problems),
                          struct problems *problems, struct csv_table *ret_table)
{
    char *path = mem_printf("%s/%s", dir, name);
    const bool is_there = access(path, F_OK) == 0;
    free(path);
    return !is_there || (read_csv(dir, name, problems, ret_table) && check(ret_table, problems));
}

/* False unless every file is a table with all its rows and the columns it should have. */
static bool folder_read(const char *dir, struct problems *problems, struct folder *folder)
{
    folder->ini_path = mem_printf("%s/%s", dir, ini_name);
    bool is_good = ini_read(folder->ini_path, problems, &folder->ini) == ERR_OK;
    if (!read_csv(dir, units_name, problems, &folder->units) ||
        !catalogue_dir_check_units_header(&folder->units, problems))
        is_good = false;
    if (!read_csv(dir, forms_name, problems, &folder->forms) ||
        !catalogue_dir_check_forms_header(&folder->forms, problems))
        is_good = false;
    if (!read_csv(dir, indicators_name, problems, &folder->indicators) ||
        !catalogue_dir_check_indicators_header(&folder->indicators, problems))
        is_good = false;
    folder->holidays_path = mem_printf("%s/%s", dir, holidays_name);
    if (!read_optional(dir, holidays_name, catalogue_dir_check_holidays_header, problems,
                       &folder->holidays))
        is_good = false;
    if (!read_optional(dir, exceptions_name, catalogue_dir_check_exceptions_header, problems,
                       &folder->exceptions))
        is_good = false;
    return is_good;
}

static void folder_fini(struct folder *folder)
{
    free(folder->ini_path);
    ini_fini(&folder->ini);
    csv_table_fini(&folder->units);
    csv_table_fini(&folder->forms);
    csv_table_fini(&folder->indicators);
    free(folder->holidays_path);
    csv_table_fini(&folder->holidays);
    csv_table_fini(&folder->exceptions);
}

/* Whether one of the first `count` problems is about that very cell. */
static bool is_reported(const struct problems *problems, size_t count, const char *path,
                        struct place place)
{
    for (size_t i = 0; i < count; i++) {
        const struct problem *problem = &problems->items[i];
        if (problem->place.line == place.line && problem->place.column == place.column &&
            problem->file != NULL && strcmp(problem->file, path) == 0)
            return true;
    }
    return false;
}

/* Adds what core found. It knows no lines of catalogue.ini; whatever it says of that file was said
 * better here if anything was (`is_ini_bad`). */
static void add_found(const struct folder *folder, const struct problems *found, bool is_ini_bad,
                      struct problems *problems)
{
    const size_t said_count = problems->count;

    for (size_t i = 0; i < found->count; i++) {
        const struct problem *problem = &found->items[i];
        const char *path = folder_path(folder, problem->file);
        bool is_said = problem->place.line == 0
                           ? is_ini_bad && strcmp(problem->file, ini_name) == 0
                           : is_reported(problems, said_count, path, problem->place);
        if (is_said)
            continue;
        if (problem->is_warning)
            problems_warn(problems, path, problem->place, "%s", problem->text);
        else
            problems_add(problems, path, problem->place, "%s", problem->text);
    }
    problems->dropped_count += found->dropped_count;
    problems->error_count += found->dropped_count;
}

static void folder_build(struct folder *folder, struct problems *problems,
                         struct catalogue *catalogue)
{
    const struct catalogue_source source = {folder, find_place};
    struct problems found = {.is_vietnamese = problems->is_vietnamese};
    size_t error_count = problems->error_count;

    catalogue_dir_add_ini(&folder->ini, catalogue, problems);
    bool is_ini_bad = problems->error_count > error_count;
    catalogue_dir_add_units(&folder->units, catalogue, problems);
    catalogue_dir_add_forms(&folder->forms, catalogue, problems);
    catalogue_dir_add_indicators(&folder->indicators, catalogue, problems);
    catalogue_dir_add_holidays(&folder->holidays, catalogue, problems);
    catalogue_dir_add_exceptions(&folder->exceptions, catalogue, problems);
    /* Its answer is in the problems. */
    (void)catalogue_finish(catalogue, &source, &found);
    add_found(folder, &found, is_ini_bad, problems);
    problems_fini(&found);
}

/* ---- in the order of the files ---- */

static size_t rank_of_file(const char *path)
{
    static const char *const names[] = {ini_name,        units_name,    forms_name,
                                        indicators_name, holidays_name, exceptions_name};
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    size_t rank = 0;
    while (rank < sizeof names / sizeof *names &&
           (slash == NULL || strcmp(slash + 1, names[rank]) != 0))
        rank++;
    return rank;
}

static bool is_before(const struct problem *a, const struct problem *b)
{
    size_t left = rank_of_file(a->file), right = rank_of_file(b->file);
    if (left != right)
        return left < right;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line;
    return a->place.column < b->place.column;
}

/* What was found in several rounds reads from the top; what stands at one place stays in order. */
static void sort_problems(struct problems *problems, size_t from)
{
    struct problem *items = problems->items;
    for (size_t i = from; i < problems->count; i++) {
        struct problem item = items[i];
        size_t at = i;
        for (; at > from && is_before(&item, &items[at - 1]); at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

static bool is_folder(const char *dir, struct problems *problems)
{
    struct stat st;
    if (stat(dir, &st) == 0 && S_ISDIR(st.st_mode))
        return true;
    problems_add(problems, dir, (struct place){0},
                 PROBLEM_WORDS(problems, "there is no such folder: check its name",
                               "không có thư mục này: hãy kiểm tra tên"));
    return false;
}

enum err catalogue_dir_read(const char *dir, struct problems *problems,
                            struct catalogue **ret_catalogue)
{
    struct catalogue *catalogue = catalogue_new();
    struct folder folder = {0};
    size_t error_count = problems->error_count, problem_count = problems->count;
    size_t dir_len = strlen(dir);

    while (dir_len > 1 && dir[dir_len - 1] == '/')
        dir_len--;
    char *clean_dir = mem_strndup(dir, dir_len);
    if (is_folder(clean_dir, problems) && folder_read(clean_dir, problems, &folder))
        folder_build(&folder, problems, catalogue);
    sort_problems(problems, problem_count);
    free(clean_dir);
    folder_fini(&folder);
    if (problems->error_count > error_count) {
        catalogue_free(&catalogue);
        return ERR_INVALID;
    }
    *ret_catalogue = catalogue;
    return ERR_OK;
}
