/* The memory of the process: noticing that it grows, also by libzmq's doing, and giving back what
 * was freed. The loop asks; nothing here wakes an idle process. */
#ifndef DAEMON_MEMORY_H
#define DAEMON_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory {
    int fd;             /* readable when the process has used some milliseconds of CPU; -1: never */
    int counts;         /* the kernel's, of this process; -1: they cannot be read */
    size_t own_bytes;   /* when it was last found to have grown, or less now */
    bool is_trim_due;   /* something may have been freed ... */
    int64_t trim_ms;    /* ... and was given back last at this time */
    unsigned cut_looks; /* at so many looks more it is given back first */
};

/* How malloc is to keep what it has: call it first of all. */
void memory_set_up(void);
/* Call it before any thread is started: it blocks a signal. */
void memory_start(struct memory *memory);
void memory_stop(struct memory *memory);
/* To be called when `fd` is readable: whether it is much larger than when it was last true. */
bool memory_has_grown(struct memory *memory);
/* Somebody was cut off who made us hold much: what that frees, soon, is given back at once. */
void memory_note_cut(struct memory *memory);
/* Gives back what was freed, if that is due; not too often. */
void memory_trim(struct memory *memory, int64_t now_ms);
/* `timeout_ms`, or less if a trim is due before. */
int64_t memory_due_ms(const struct memory *memory, int64_t timeout_ms);

#endif
