/* A list of what is wrong with somebody's input, all of it at once, each with its place and remedy.
 *
 * Printed as "file:line:column: error: text", with "(B7)" behind the column for a cell of a
 * spreadsheet. Line and column count from 1, in characters (not bytes); 0 means "no such place" and
 * is left out. */
#ifndef CORE_PROBLEM_H
#define CORE_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBLEMS_MAX = 1000 }; /* further ones are counted, not kept */

struct place {
    uint32_t line;
    uint32_t column;
    uint32_t sheet_row;    /* as a spreadsheet counts: a row may have line breaks in its cells */
    uint32_t sheet_column; /* 1 is A */
};

/* "B7" into PLACE_CELL_SIZE bytes, "" where there is no such cell; returns `out`. */
enum { PLACE_CELL_SIZE = 24 };
char *place_cell(struct place place, char *out);

struct problem {
    bool is_vietnamese; /* the language of `text` */
    char *file;         /* NULL when it did not come from a file */
    struct place place;
    bool is_warning;
    char *text;         /* what is wrong and what to do */
    uint32_t indicator; /* the cell it is about, 0 if none: travels with a refusal */
};

struct problems {
    bool is_vietnamese; /* set before the first is added: the language to write in */
    struct problem *items;
    size_t count;
    size_t capacity;
    size_t error_count;
    size_t dropped_count;
};

/* The format in the list's language: problems_add(p, ..., PROBLEM_WORDS(p, "English %s",
 * "tiếng Việt %s"), x). Both are literals, so that the compiler checks both against the arguments;
 * where the order of the sentence differs, they are numbered (%2$s). */
#define PROBLEM_WORDS(problems, english, vietnamese)                                               \
    ((problems)->is_vietnamese ? (vietnamese) : (english))

void problems_fini(struct problems *problems);
/* Empties the list; the language stays. */
void problems_clear(struct problems *problems);
void problems_add(struct problems *problems, const char *file, struct place place,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
void problems_warn(struct problems *problems, const char *file, struct place place,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
/* As problems_add, about the cell of `indicator`. */
void problems_cell(struct problems *problems, uint32_t indicator, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void problems_cell_warn(struct problems *problems, uint32_t indicator, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* "file:line:column (cell): error: text" (or "lỗi:", "cảnh báo:") without a newline; the caller
 * frees. */
char *problem_format(const struct problem *problem);

#endif
