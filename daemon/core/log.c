/* One line per event, on standard error or wherever a test wants it. */
#include "core/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

enum { LOG_LINE_SIZE = 2048 };

/* The global that the style page allows: passing a sink through every call would cost more than it
 * protects, and nothing depends on it. */
static struct {
    enum log_level level;
    int with_prefix;
    void (*sink)(enum log_level level, const char *line);
} log_state = {.level = LOG_LEVEL_INFO};

void log_setup(enum log_level level, int with_prefix)
{
    log_state.level = level;
    log_state.with_prefix = with_prefix;
}

void log_set_sink(void (*sink)(enum log_level level, const char *line))
{
    log_state.sink = sink;
}

/* Ends a line that did not fit in "...", without leaving half a character before it. */
static void mark_cut(char *line, size_t size)
{
    static const char dots[] = "...";
    size_t at = size - sizeof dots;
    while (at > 0 && ((unsigned char)line[at] & 0xC0) == 0x80)
        at--;
    memcpy(line + at, dots, sizeof dots);
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > log_state.level)
        return;
    /* On the stack: being out of memory must still be logged. */
    char line[LOG_LINE_SIZE];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len >= sizeof line)
        mark_cut(line, sizeof line);
    /* A name that somebody else chose must not be able to forge a line or a colour. */
    utf8_make_line(line);
    if (log_state.sink != NULL)
        log_state.sink(level, line);
    else if (log_state.with_prefix)
        fprintf(stderr, "<%d>%s\n", (int)level, line);
    else
        fprintf(stderr, "%s\n", line);
}
