/* The log: the one global that the program has besides its signal flag.
 *
 * What the daemon has to say of its work is an event (core/log_event.h), with a line for people and
 * fields for programs. In the journal of systemd it is both. Elsewhere lines go to standard error,
 * with a "<6>" level prefix when that is the journal after all, which systemd strips and turns into
 * PRIORITY. Message texts are stable. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"
#include "core/log_event.h"

struct report_key;

/* What an event is about; zero what is unknown or does not apply. */
struct log_fields {
    const struct report_key *report; /* its unit, kind, period and form */
    uint64_t revision;               /* of it */
    uint32_t unit;                   /* id, where there is no report */
    uint32_t catalogue;              /* number */
    const char *key;                 /* a public key, as text */
    const char *peer;                /* who sent or did it: "uid:1000", "key:...", an address */
    enum err error;
};

/* As the argument of log_event: LOG_FIELDS(.unit = 631, .error = err). */
#define LOG_FIELDS(...) (&(const struct log_fields){__VA_ARGS__})

/* A line as it leaves the log; it is one line of text, whoever had a hand in it. */
struct log_entry {
    enum log_level level;
    const struct log_event_info *event; /* NULL: the line tells of no event */
    const struct log_fields *fields;    /* NULL: none */
    const char *line;
};

/* Lines above `level` are dropped. `with_prefix` writes the "<N>" that journald understands. */
void log_setup(enum log_level level, int with_prefix);
void log_set_level(enum log_level level);
/* Sends lines to `sink` instead of anywhere else (tests, simulator); NULL goes back. */
void log_set_sink(void (*sink)(enum log_level level, const char *line));
/* Sends entries by `send`; a line for which that answers false goes to standard error. `ctx` is
 * handed to it, and has to stay. */
void log_set_journal(bool (*send)(void *ctx, const struct log_entry *entry), void *ctx);
/* Whoever makes us complain must not be able to fill the disk with it. From now until the next
 * call, at most `lines_max` errors, warnings and notices from one place in the program are written;
 * how many more there were is told by that next call. 0: no limit, as in the beginning. */
void log_start_interval(unsigned lines_max);

/* Tells of an event, at its level. `fields` may be NULL. */
void log_event(enum log_event event, const struct log_fields *fields, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Lines that tell of no event. In the daemon only for debugging: tests/style/check_events.py. */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
