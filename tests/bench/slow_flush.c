/* Preloaded into the daemon and the references alike: a cheap disk, that needs 2 ms more for every
 * flush. A write through a descriptor that was opened with O_DSYNC is a flush, too: LMDB writes
 * its meta page so. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { SLOWER_NS = 2000000 };

static void wait_for_disk(void)
{
    const struct timespec delay = {.tv_nsec = SLOWER_NS};
    (void)nanosleep(&delay, NULL); /* a signal may end it early: that one flush is quick */
}

static ssize_t written(int fd, ssize_t result)
{
    if ((fcntl(fd, F_GETFL) & O_DSYNC) != 0)
        wait_for_disk();
    return result;
}

int fsync(int fd)
{
    wait_for_disk();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    wait_for_disk();
    return (int)syscall(SYS_fdatasync, fd);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return written(fd, syscall(SYS_write, fd, bytes, size));
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return written(fd, syscall(SYS_pwrite64, fd, bytes, size, offset));
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    return written(fd, syscall(SYS_pwrite64, fd, bytes, size, offset));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    return written(fd, syscall(SYS_pwritev, fd, parts, count, offset, 0));
}
