/* The memory of the process: noticing that it grows, also by libzmq's doing, and giving back what
 * was freed. The loop asks; nothing here wakes an idle process. */
#ifndef DAEMON_MEMORY_H
#define DAEMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
    int fd;            /* readable when the process has used some milliseconds of CPU; -1: never */
    size_t used_bytes; /* when it was last found to have grown, or less now */
    bool is_trim_due;  /* something may have been freed ... */
    int64_t trim_ms;   /* ... and was given back last at this time */
};

/* Call it before any thread is started: it blocks a signal. */
void memory_start(struct memory *memory);
void memory_stop(struct memory *memory);
/* To be called when `fd` is readable: whether much more is in use than when it was last true. */
bool memory_has_grown(struct memory *memory);
/* Gives back what was freed, if that is due; not too often. */
void memory_trim(struct memory *memory, int64_t now_ms);
/* `timeout_ms`, or less if a trim is due before. */
int64_t memory_due_ms(const struct memory *memory, int64_t timeout_ms);

#endif
