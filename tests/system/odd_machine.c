/* Preloaded into a daemon, for tests of what cannot be had otherwise: a clock that is off by
 * ODD_CLOCK_SECONDS, and a disk whose file system has the number ODD_FILE_SYSTEM of statfs(2), or
 * that is read-only (ODD_READ_ONLY=1). */
#include <errno.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 0) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int rc = (int)syscall(SYS_clock_gettime, clock, ret_now);
    if (rc == 0 && clock == CLOCK_REALTIME)
        ret_now->tv_sec += number_of("ODD_CLOCK_SECONDS");
    return rc;
}

int fstatfs(int fd, struct statfs *ret_disk)
{
    int rc = (int)syscall(SYS_fstatfs, fd, ret_disk);
    long type = number_of("ODD_FILE_SYSTEM");
    if (rc == 0 && type != 0)
        ret_disk->f_type = type;
    if (rc == 0)
        ret_disk->f_flags |= number_of("ODD_READ_ONLY"); /* ST_RDONLY */
    return rc;
}
