/* The Nth allocation fails, wherever in the process it is made. Preloaded beside the shim; not for
 * sanitized programs, which have an allocator of their own.
 *
 * libc's own allocator goes on behind it, by the names under which glibc keeps it reachable. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "faults/shim.h"

/* glibc's names; no header has them. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static struct control *control;

void shim_allocate_begin(const char *control_path)
{
    int fd = (int)syscall(SYS_openat, AT_FDCWD, control_path, O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        return; /* the driver sees that nothing is counted */
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    (void)syscall(SYS_close, fd);
    if (memory != MAP_FAILED)
        control = memory;
}

__attribute__((constructor)) static void begin_by_environment(void)
{
    const char *path = getenv("FAULTS_CONTROL");
    if (path != NULL)
        shim_allocate_begin(path);
}

static bool fails(void)
{
    if (control == NULL)
        return false;
    uint64_t number = __atomic_add_fetch(&control->calls[FAULT_ALLOCATE], 1, __ATOMIC_RELAXED);
    if (control->armed != FAULT_ALLOCATE || number < control->at ||
        (number > control->at && !control->is_for_good))
        return false;
    (void)__atomic_add_fetch(&control->fired, 1, __ATOMIC_RELAXED);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size)
{
    void *memory = fails() ? NULL : __libc_memalign(alignment, size);
    if (memory == NULL)
        return ENOMEM;
    *ret_memory = memory;
    return 0;
}
