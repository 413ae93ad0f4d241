/* Problems are gathered, not thrown: a person who is told everything at once mends it at once. */
#include "core/problem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/utf8.h"

void problems_fini(struct problems *problems)
{
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].file);
        free(problems->items[i].text);
    }
    free(problems->items);
    *problems = (struct problems){0};
}

void problems_clear(struct problems *problems)
{
    bool is_vietnamese = problems->is_vietnamese;
    problems_fini(problems);
    problems->is_vietnamese = is_vietnamese;
}

/* Keeps `problem` with a copy of `file` and the text that `format` and `args` make. */
static void add(struct problems *problems, struct problem problem, const char *file,
                const char *format, va_list args)
{
    if (!problem.is_warning)
        problems->error_count++;
    if (problems->count == PROBLEMS_MAX) {
        problems->dropped_count++;
        return;
    }
    problem.file = file != NULL ? mem_strdup(file) : NULL;
    problem.text = mem_vprintf(format, args);
    utf8_make_line(problem.text); /* it may repeat what stands in somebody's file */
    problem.is_vietnamese = problems->is_vietnamese;
    problems->items =
        mem_grow(problems->items, problems->count, &problems->capacity, sizeof *problems->items);
    problems->items[problems->count++] = problem;
}

void problems_add(struct problems *problems, const char *file, struct place place,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, (struct problem){.place = place}, file, format, args);
    va_end(args);
}

void problems_warn(struct problems *problems, const char *file, struct place place,
                   const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, (struct problem){.place = place, .is_warning = true}, file, format, args);
    va_end(args);
}

void problems_cell(struct problems *problems, uint32_t indicator, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, (struct problem){.indicator = indicator}, NULL, format, args);
    va_end(args);
}

void problems_cell_warn(struct problems *problems, uint32_t indicator, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(problems, (struct problem){.indicator = indicator, .is_warning = true}, NULL, format, args);
    va_end(args);
}

char *place_cell(struct place place, char *out)
{
    char reversed[PLACE_CELL_SIZE];
    size_t len = 0;
    out[0] = '\0';
    if (place.sheet_row == 0 || place.sheet_column == 0)
        return out;
    /* A to Z, AA to ZZ ...: 26 digits and no zero. */
    for (uint32_t rest = place.sheet_column; rest > 0; rest = (rest - 1) / 26)
        reversed[len++] = (char)('A' + (rest - 1) % 26);
    for (size_t i = 0; i < len; i++)
        out[i] = reversed[len - 1 - i];
    (void)snprintf(out + len, PLACE_CELL_SIZE - len, "%" PRIu32, place.sheet_row); /* it fits */
    return out;
}

char *problem_format(const struct problem *problem)
{
    struct buf line = {0};
    char cell[PLACE_CELL_SIZE];
    if (problem->file != NULL)
        buf_printf(&line, "%s:", problem->file);
    if (problem->place.line > 0)
        buf_printf(&line, "%" PRIu32 ":", problem->place.line);
    if (problem->place.column > 0)
        buf_printf(&line, "%" PRIu32 ":", problem->place.column);
    if (place_cell(problem->place, cell)[0] != '\0') {
        if (line.len > 0 && line.data[line.len - 1] == ':')
            line.len--;
        buf_printf(&line, "%s(%s):", line.len > 0 ? " " : "", cell);
    }
    const char *severity = problem->is_warning ? PROBLEM_WORDS(problem, "warning", "cảnh báo")
                                               : PROBLEM_WORDS(problem, "error", "lỗi");
    buf_printf(&line, "%s%s: %s", line.len > 0 ? " " : "", severity, problem->text);
    utf8_make_line((char *)line.data); /* a file's name may be anything */
    return (char *)line.data;          /* buf_printf ends it with a NUL */
}
