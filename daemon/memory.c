/* libzmq's thread receives whatever comes and allocates for it, without a word to ours. But it uses
 * CPU for that: the kernel tells us, through a timer that counts the process's CPU time alone, so
 * that it is silent while nothing happens, and speaks up after so many bytes whatever the speed of
 * the line. */
#include "memory.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

enum {
    MEMORY_CPU_US = 20000,         /* between two looks; libzmq decrypts some 20 MiB in it */
    MEMORY_GROWTH_BYTES = 8 << 20, /* is much; or an eighth of what there is ... */
    MEMORY_GROWTH_PART = 8,
    MEMORY_GROWTH_MAX_BYTES = 16 << 20, /* ... up to this, as GUARANTEES.md counts on */
    MEMORY_TRIM_MS = 1000,              /* between two times of giving back */
    MEMORY_CUT_LOOKS = 3,               /* in which what was held by who is cut off is freed */
    /* libzmq has two threads, and we have two. What it keeps for thousands of connections lies
     * apart from what ours free again: else it spreads over pages that a batch has used before. */
    MEMORY_ARENAS = 4,
    /* At the end of an arena malloc keeps at most so much; of all but our first thread's,
     * malloc_trim does not give that back. */
    MEMORY_END_BYTES = 1 << 20,
    COUNTS_SIZE = 128, /* seven numbers */
};

void memory_set_up(void)
{
    (void)mallopt(M_ARENA_MAX, MEMORY_ARENAS); /* else the process is larger */
    (void)mallopt(M_TRIM_THRESHOLD, MEMORY_END_BYTES);
    (void)mallopt(M_MMAP_THRESHOLD, MEMORY_END_BYTES);
}

static void set_timer(long interval_us)
{
    const struct itimerval timer = {.it_interval.tv_usec = interval_us,
                                    .it_value.tv_usec = interval_us};
    (void)setitimer(ITIMER_PROF, &timer, NULL); /* cannot fail for such a time */
}

void memory_start(struct memory *memory)
{
    sigset_t signals;
    *memory = (struct memory){.fd = -1, .counts = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)};
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGPROF);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return;
    memory->fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (memory->fd >= 0)
        set_timer(MEMORY_CPU_US);
}

void memory_stop(struct memory *memory)
{
    if (memory->counts >= 0)
        (void)close(memory->counts); /* nothing was written to it */
    memory->counts = -1;
    if (memory->fd < 0)
        return;
    set_timer(0);
    close(memory->fd);
    memory->fd = -1;
}

/* What the process has for itself: pages that are no file's. 0: not known. */
static size_t read_own_bytes(const struct memory *memory)
{
    char text[COUNTS_SIZE];
    size_t resident = 0, shared = 0;
    ssize_t len = pread(memory->counts, text, sizeof text - 1, 0);
    if (len <= 0)
        return 0;
    text[len] = '\0';
    if (sscanf(text, "%*u %zu %zu", &resident, &shared) != 2 || shared > resident)
        return 0;
    return (resident - shared) * (size_t)sysconf(_SC_PAGESIZE);
}

/* Whoever is told looks at all connections, and ten thousand of them take hundreds of megabytes by
 * coming. */
static size_t much(size_t own_bytes)
{
    size_t part = own_bytes / MEMORY_GROWTH_PART;
    if (part < MEMORY_GROWTH_BYTES)
        return MEMORY_GROWTH_BYTES;
    return part < MEMORY_GROWTH_MAX_BYTES ? part : MEMORY_GROWTH_MAX_BYTES;
}

void memory_note_cut(struct memory *memory)
{
    memory->cut_looks = MEMORY_CUT_LOOKS;
}

/* What was freed and not given back is filled again first, and so much growth would not show: who
 * is cut off and comes back could have more each time. */
bool memory_has_grown(struct memory *memory)
{
    struct signalfd_siginfo signal;
    while (read(memory->fd, &signal, sizeof signal) == (ssize_t)sizeof signal)
        continue;
    if (memory->cut_looks > 0) {
        memory->cut_looks--;
        (void)malloc_trim(0); /* whether there was anything */
    }
    size_t own_bytes = read_own_bytes(memory);
    memory->is_trim_due = true; /* what libzmq frees it tells nobody */
    bool has_grown = own_bytes > memory->own_bytes + much(memory->own_bytes);
    if (has_grown || own_bytes < memory->own_bytes)
        memory->own_bytes = own_bytes;
    return has_grown;
}

/* glibc keeps what was freed in the middle of its heap until it is told. */
void memory_trim(struct memory *memory, int64_t now_ms)
{
    if (!memory->is_trim_due || now_ms - memory->trim_ms < MEMORY_TRIM_MS)
        return;
    (void)malloc_trim(0); /* whether there was anything */
    memory->is_trim_due = false;
    memory->trim_ms = now_ms;
}

int64_t memory_due_ms(const struct memory *memory, int64_t timeout_ms)
{
    return memory->is_trim_due && timeout_ms > MEMORY_TRIM_MS ? MEMORY_TRIM_MS : timeout_ms;
}
