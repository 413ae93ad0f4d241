/* One line per event: to the journal, to standard error, or wherever a test wants it. */
#include "core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

enum {
    LOG_LINE_SIZE = 2048,
    LOG_PLACES_MAX = 64, /* in the program, that log within one interval; more are not limited */
};

/* A place in the program is known by its format and its event. */
struct place {
    const char *format;
    struct log_entry entry; /* without fields and line */
    unsigned line_count;
};

/* The global that the style page allows: passing a sink through every call would cost more than it
 * protects, and nothing depends on it. */
static struct {
    enum log_level level;
    int with_prefix;
    void (*sink)(enum log_level level, const char *line);
    bool (*send)(void *ctx, const struct log_entry *entry);
    void *send_ctx;
    unsigned lines_max; /* from one place; 0: no limit */
    struct place places[LOG_PLACES_MAX];
    size_t place_count;
} log_state = {.level = LOG_LEVEL_INFO};

void log_setup(enum log_level level, int with_prefix)
{
    log_state.level = level;
    log_state.with_prefix = with_prefix;
}

void log_set_level(enum log_level level)
{
    log_state.level = level;
}

void log_set_sink(void (*sink)(enum log_level level, const char *line))
{
    log_state.sink = sink;
}

void log_set_journal(bool (*send)(void *ctx, const struct log_entry *entry), void *ctx)
{
    log_state.send = send;
    log_state.send_ctx = ctx;
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

static bool may_log(const struct log_entry *entry, const char *format)
{
    if (entry->level > log_state.level)
        return false;
    if (log_state.lines_max == 0 || entry->level > LOG_LEVEL_NOTICE)
        return true;
    struct place *place = log_state.places, *end = place + log_state.place_count;
    while (place < end && (place->format != format || place->entry.event != entry->event))
        place++;
    if (place == log_state.places + LOG_PLACES_MAX)
        return true;
    if (place == end)
        log_state.places[log_state.place_count++] = (struct place){
            .format = format, .entry = {.level = entry->level, .event = entry->event}};
    return place->line_count++ < log_state.lines_max;
}

/* The entry with its line. */
static void write_entry(struct log_entry entry, const char *format, va_list args)
{
    if (!may_log(&entry, format))
        return;
    /* On the stack: being out of memory must still be logged. */
    char line[LOG_LINE_SIZE];
    int len = vsnprintf(line, sizeof line, format, args);
    if (len < 0)
        return;
    if ((size_t)len >= sizeof line)
        mark_cut(line, sizeof line);
    /* A name that somebody else chose must not be able to forge a line or a colour. */
    utf8_make_line(line);
    entry.line = line;
    if (log_state.sink != NULL)
        log_state.sink(entry.level, line);
    else if (log_state.send != NULL && log_state.send(log_state.send_ctx, &entry))
        return;
    else if (log_state.with_prefix)
        fprintf(stderr, "<%d>%s\n", (int)entry.level, line);
    else
        fprintf(stderr, "%s\n", line);
}

static void __attribute__((format(printf, 2, 3)))
say(struct log_entry entry, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_entry(entry, format, args);
    va_end(args);
}

void log_start_interval(unsigned lines_max)
{
    unsigned old_max = log_state.lines_max;
    log_state.lines_max = 0; /* what is told now is not counted */
    for (size_t i = 0; i < log_state.place_count; i++) {
        const struct place *place = &log_state.places[i];
        unsigned more = place->line_count > old_max ? place->line_count - old_max : 0;
        if (more > 0)
            say(place->entry,
                more == 1 ? "%u more line was left out that begins like this: %s"
                          : "%u more lines were left out that begin like this: %s",
                more, place->format);
    }
    log_state.place_count = 0;
    log_state.lines_max = lines_max;
}

void log_event(enum log_event event, const struct log_fields *fields, const char *format, ...)
{
    const struct log_event_info *info = log_event_info(event);
    va_list args;
    va_start(args, format);
    write_entry((struct log_entry){.level = info->level, .event = info, .fields = fields}, format,
                args);
    va_end(args);
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    write_entry((struct log_entry){.level = level}, format, args);
    va_end(args);
}
