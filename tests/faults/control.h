/* What a driver and the process under the shim share: a small file, mapped by both. The driver says
 * which call shall fail and reads how many there were; the counters live on when the process does
 * not. tests/faults/faults.py knows this layout, too. */
#ifndef TESTS_FAULTS_CONTROL_H
#define TESTS_FAULTS_CONTROL_H

#include <stdint.h>

enum fault_class {
    FAULT_NONE,
    FAULT_WRITE,    /* write, pwrite, writev, ftruncate; open and mkdir when they make something */
    FAULT_SYNC,     /* fsync, fdatasync, and the flush of a write to a descriptor with O_DSYNC */
    FAULT_ALLOCATE, /* malloc, calloc, realloc, posix_memalign, aligned_alloc */
    FAULT_FILE,     /* writes and flushes, as one row of calls */
    FAULT_CLASSES
};

enum fault_action {
    FAULT_FAIL,  /* -1 with `error`, or NULL */
    FAULT_SHORT, /* of a write: only half of it is done, and that is what the call returns */
    FAULT_KILL,  /* SIGKILL at the call; of a write some part was done */
};

struct control {
    uint32_t armed;       /* enum fault_class */
    uint32_t action;      /* enum fault_action */
    uint32_t error;       /* an errno */
    uint32_t is_for_good; /* not only that call, but every one from there on */
    uint64_t at;          /* the call's number in `calls` of its class, from 1 */
    uint64_t fired;       /* how often it did */
    uint64_t calls[FAULT_CLASSES];
};

#endif
