/* A law that does not hold ends the process: libFuzzer and replay.c keep the input then. */
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/utf8.h"

/* What the program logged last: often the reason. */
static char last_line[512];

static void (*clean_up)(void);

_Noreturn void law_is_broken(const char *file, int line, const char *law)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, law);
    fprintf(stderr, "last logged: %s\n", last_line);
    if (clean_up != NULL)
        clean_up();
    abort();
}

void fuzz_at_end(void (*clean)(void))
{
    if (clean_up == NULL)
        (void)atexit(clean); /* fails only without memory: files stay behind then */
    clean_up = clean;
}

char *fuzz_text(struct span bytes)
{
    return mem_strndup((const char *)bytes.data, bytes.len);
}

void fuzz_check_problems(struct problems *problems, bool failed)
{
    enum { LOOKED_AT_MAX = 16 }; /* a bad file has a thousand, which are all alike */
    size_t error_count = problems->dropped_count;
    for (size_t i = 0; i < problems->count; i++) {
        const struct problem *problem = &problems->items[i];
        error_count += !problem->is_warning;
        if (i >= LOOKED_AT_MAX)
            continue;
        char *line = problem_format(problem);
        LAW(utf8_is_text(line, strlen(line)), "a problem reads as text");
        free(line);
    }
    LAW(problems->error_count <= error_count && (problems->error_count > 0) == failed,
        "what fails has said why");
    problems_fini(problems);
}

static void drop_line(enum log_level level, const char *line)
{
    (void)level;
    (void)snprintf(last_line, sizeof last_line, "%s", line);
    LAW(utf8_is_text(line, strlen(line)), "a line of the log reads as text");
}

void fuzz_be_quiet(void)
{
    log_set_sink(drop_line);
}
