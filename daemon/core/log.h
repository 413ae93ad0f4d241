/* The log sink: the one global that the program has besides its signal flag.
 *
 * Lines go to standard error, with a "<6>" level prefix when standard error is the journal
 * (JOURNAL_STREAM), which systemd strips and turns into PRIORITY. Message texts are stable. */
#ifndef CORE_LOG_H
#define CORE_LOG_H

enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7
};

/* Lines above `level` are dropped. `with_prefix` writes the "<N>" that journald understands. */
void log_setup(enum log_level level, int with_prefix);
/* Sends lines to `sink` instead of standard error (tests, simulator); NULL goes back. */
void log_set_sink(void (*sink)(enum log_level level, const char *line));
/* Whoever makes us complain must not be able to fill the disk with it. From now until the next
 * call, at most `lines_max` errors, warnings and notices from one place in the program are written;
 * how many more there were is told by that next call. 0: no limit, as in the beginning. */
void log_start_interval(unsigned lines_max);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)   log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
