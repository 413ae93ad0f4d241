/* Private to catalogue_dir*.c: a row of a table, and how its cells are read. What cannot be read is
 * told, with its place and what to write instead. */
#ifndef CLIENT_CATALOGUE_DIR_CELLS_H
#define CLIENT_CATALOGUE_DIR_CELLS_H

#include "core/catalogue.h"
#include "text/csv.h"

/* A row and what is needed to read it. */
struct dir_cells {
    const struct csv_table *table;
    const struct csv_row *row;
    struct catalogue *catalogue;
    struct problems *problems;
};

/* A word that a cell may hold, and what it means. */
struct dir_word {
    const char *text;
    int value;
};

/* Whether the table has the columns, and no others but the optional ones; lists end with NULL. */
bool dir_check_header(const struct csv_table *table, const char *const *columns,
                      const char *const *optional, struct problems *problems);

/* The text of a cell. The adders copy it, though their rows say char *. */
char *dir_text_of(const struct dir_cells *cells, const char *column);
uint32_t dir_line_of(const struct dir_cells *cells);
void dir_add_problem(const struct dir_cells *cells, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* 0 when it is not a number; core then has nothing to add about this cell. */
uint32_t dir_number_of(const struct dir_cells *cells, const char *column);
struct date dir_date_of(const struct dir_cells *cells, const char *column, struct date if_empty);
/* The value of the word in a cell; `if_unknown`, with a problem, if it is none of `words`, which
 * end with NULL. */
int dir_word_of(const struct dir_cells *cells, const char *column, const struct dir_word *words,
                int if_unknown);
/* The index of a level; `if_unknown`, with a problem, if there is none of that code. */
int dir_level_of(const struct dir_cells *cells, const char *column, const char *code,
                 int if_unknown);
/* What the words of a cell, separated by '|', stand for, as a mask of what `find` makes of each
 * (negative: it was told as a problem); an empty cell is none. */
uint64_t dir_mask_of(const struct dir_cells *cells, const char *column,
                     int (*find)(const struct dir_cells *cells, const char *column,
                                 const char *word));
uint32_t dir_levels_of(const struct dir_cells *cells, const char *column);
/* The number of the form in the cell, 0 if it is empty or unknown. */
uint32_t dir_form_of(const struct dir_cells *cells);

#endif
