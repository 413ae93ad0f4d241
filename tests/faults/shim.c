/* Every call by which LMDB and the store change files, by their own names: the linker finds these
 * before libc's. What they do is done by raw system calls.
 *
 * A write first puts what it overwrites into the journal; a flush takes it out again. lock.mdb is
 * left out of that: LMDB writes it through memory, and its content is worth nothing. A data file
 * that is mapped for writing, or made shorter, would escape us: that ends the process. */
#include "faults/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "faults/journal.h"
#include "faults/notes.h"

enum { FDS_MAX = 65536 };

struct descriptor {
    bool is_known; /* beneath the folder */
    bool is_folder, is_flushing;
    struct noted_file *file; /* NULL: not for the journal */
};

static struct {
    char folder[PATH_MAX];
    bool is_active;
    struct control *control; /* NULL: no faults */
    struct descriptor descriptors[FDS_MAX];
} shim;

/* ---- setting up ---- */

void shim_begin(const struct shim_settings *settings)
{
    if (realpath(settings->folder, shim.folder) == NULL)
        notes_give_up("the folder is not there");
    if (settings->journal != NULL)
        notes_begin(settings->journal, settings->loses_flushes);
    if (settings->control != NULL) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, settings->control, O_RDWR | O_CLOEXEC, 0);
        void *memory = mmap(NULL, sizeof *shim.control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (fd < 0 || memory == MAP_FAILED)
            notes_give_up("cannot map the control file");
        syscall(SYS_close, fd);
        shim.control = memory;
    }
    shim.is_active = true;
}

__attribute__((constructor)) static void begin_by_environment(void)
{
    const char *lose = getenv("FAULTS_LOSE_FLUSHES");
    struct shim_settings settings = {.folder = getenv("FAULTS_FOLDER"),
                                     .journal = getenv("FAULTS_JOURNAL"),
                                     .control = getenv("FAULTS_CONTROL"),
                                     .loses_flushes = lose != NULL && *lose == '1'};
    if (settings.folder != NULL)
        shim_begin(&settings);
}

/* ---- faults ---- */

enum outcome { GO_ON, FAIL, SHORTEN, KILL };

static bool is_due(enum fault_class class)
{
    struct control *control = shim.control;
    uint64_t number = __atomic_add_fetch(&control->calls[class], 1, __ATOMIC_RELAXED);
    return control->armed == class &&
           (number == control->at || (control->is_for_good && number > control->at));
}

static enum outcome next_outcome(enum fault_class class)
{
    if (shim.control == NULL)
        return GO_ON;
    bool is_fault = is_due(class);
    is_fault = is_due(FAULT_FILE) || is_fault;
    if (!is_fault)
        return GO_ON;
    (void)__atomic_add_fetch(&shim.control->fired, 1, __ATOMIC_RELAXED);
    errno = (int)shim.control->error;
    switch ((enum fault_action)shim.control->action) {
    case FAULT_FAIL:
        return FAIL;
    case FAULT_SHORT:
        return SHORTEN;
    case FAULT_KILL:
        return KILL;
    }
    return GO_ON;
}

/* Of a call that changes something in one go: true when it shall fail. */
static bool fails(enum fault_class class)
{
    enum outcome outcome = next_outcome(class);
    if (outcome == KILL)
        (void)raise(SIGKILL);
    return outcome == FAIL;
}

/* ---- descriptors ---- */

static struct descriptor *known(int fd)
{
    if (!shim.is_active || fd < 0 || fd >= FDS_MAX || !shim.descriptors[fd].is_known)
        return NULL;
    return &shim.descriptors[fd];
}

/* The path of an open file, when it lies beneath the folder or is the folder. */
static bool is_beneath(int fd, char *ret_path, size_t size)
{
    char link[64];
    size_t length = strlen(shim.folder);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, ret_path, size - 1);
    if (got < 0)
        return false;
    ret_path[got] = '\0';
    return strncmp(ret_path, shim.folder, length) == 0 &&
           (ret_path[length] == '/' || ret_path[length] == '\0');
}

static int adopt(int fd, int flags, bool is_new)
{
    char path[PATH_MAX];
    struct stat info;
    if (!shim.is_active || fd < 0 || fd >= FDS_MAX || !is_beneath(fd, path, sizeof path) ||
        fstat(fd, &info) != 0)
        return fd;
    struct descriptor *descriptor = &shim.descriptors[fd];
    *descriptor = (struct descriptor){.is_known = true,
                                      .is_folder = S_ISDIR(info.st_mode),
                                      .is_flushing = (flags & O_DSYNC) != 0};
    bool is_lock = strcmp(strrchr(path, '/'), "/lock.mdb") == 0;
    if (!notes_are_kept() || !S_ISREG(info.st_mode) || is_lock || (flags & O_ACCMODE) == O_RDONLY)
        return fd;
    if ((flags & O_TRUNC) != 0 && !is_new)
        notes_give_up("a file is emptied: the journal does not know that");
    descriptor->file = is_new ? notes_made(info.st_ino, path) : notes_file(info.st_ino, path);
    return fd;
}

/* Whether an open or a mkdir would make something beneath the folder. The descriptors that LMDB and
 * the store give are folders beneath it, or none. */
static bool makes_something(int folder, const char *path)
{
    size_t length = strlen(shim.folder);
    bool is_there = syscall(SYS_faccessat, folder, path, F_OK) == 0;
    return shim.is_active && !is_there &&
           (known(folder) != NULL ||
            (strncmp(path, shim.folder, length) == 0 && path[length] == '/'));
}

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
    int before = errno;
    bool is_new = (flags & O_CREAT) != 0 && makes_something(folder, path);
    errno = before;
    if (is_new && fails(FAULT_WRITE))
        return -1;
    return adopt((int)syscall(SYS_openat, folder, path, flags, mode), flags, is_new);
}

/* ---- the calls ---- */

static mode_t mode_of(int flags, va_list *args)
{
    return (flags & O_CREAT) != 0 ? (mode_t)va_arg(*args, unsigned) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, &args);
    va_end(args);
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, &args);
    va_end(args);
    return open_file(folder, path, flags, mode);
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *path, int flags, ...) __attribute__((alias("openat")));

int close(int fd)
{
    struct descriptor *descriptor = known(fd);
    if (descriptor != NULL)
        *descriptor = (struct descriptor){0};
    return (int)syscall(SYS_close, fd);
}

int mkdir(const char *path, mode_t mode)
{
    if (makes_something(AT_FDCWD, path) && fails(FAULT_WRITE))
        return -1;
    return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

/* A file that is renamed has no name for good, until its folder is flushed. */
int renameat(int old_folder, const char *old_path, int folder, const char *path)
{
    struct stat info;
    char link[64], full[PATH_MAX];
    if (known(folder) == NULL || !notes_are_kept())
        return (int)syscall(SYS_renameat, old_folder, old_path, folder, path);
    if (fails(FAULT_WRITE) || syscall(SYS_renameat, old_folder, old_path, folder, path) != 0)
        return -1;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t got = readlink(link, full, sizeof full - 1);
    if (got < 0 || fstatat(folder, path, &info, 0) != 0)
        notes_give_up("a file that was renamed is not there");
    (void)snprintf(full + got, sizeof full - (size_t)got, "/%s", path);
    (void)notes_renamed(info.st_ino, full);
    return 0;
}

/* Writes at `offset`, or where the file stands when that is below 0, at most `limit` bytes. */
static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t offset, size_t limit)
{
    struct iovec cut[IOV_MAX];
    int used = 0;
    for (; used < count && limit > 0; used++) {
        cut[used] = parts[used];
        if (cut[used].iov_len > limit)
            cut[used].iov_len = limit;
        limit -= cut[used].iov_len;
    }
    return offset < 0 ? syscall(SYS_writev, fd, cut, used)
                      : syscall(SYS_pwritev, fd, cut, used, offset, 0);
}

static size_t length_of_parts(const struct iovec *parts, int count)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    return length;
}

/* A write with O_DSYNC flushes what it wrote, and nothing else. */
static ssize_t flush_written(const struct descriptor *descriptor, uint64_t begin, ssize_t written)
{
    bool has_failed = fails(FAULT_SYNC);
    if (descriptor->file != NULL && has_failed)
        notes_flush(descriptor->file, true);
    else if (descriptor->file != NULL && written > 0)
        notes_flush_part(descriptor->file, begin, (uint64_t)written);
    return has_failed ? -1 : written;
}

static ssize_t write_file(int fd, const struct iovec *parts, int count, off_t offset)
{
    const struct descriptor *descriptor = known(fd);
    size_t limit = length_of_parts(parts, count);
    if (descriptor == NULL)
        return write_parts(fd, parts, count, offset, limit);
    enum outcome outcome = next_outcome(FAULT_WRITE);
    if (outcome == FAIL)
        return -1;
    uint64_t begin = (uint64_t)(offset < 0 ? syscall(SYS_lseek, fd, 0, SEEK_CUR) : offset);
    if (descriptor->file != NULL)
        notes_write(descriptor->file, begin, limit);
    if (outcome == KILL) /* in sectors: no disk and no kernel tears smaller pieces */
        limit = shim.control->at % (limit / JOURNAL_SECTOR + 1) * JOURNAL_SECTOR;
    else if (outcome == SHORTEN)
        limit /= 2;
    ssize_t written = write_parts(fd, parts, count, offset, limit);
    if (outcome == KILL)
        (void)raise(SIGKILL);
    return descriptor->is_flushing ? flush_written(descriptor, begin, written) : written;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    struct iovec part = {(void *)(uintptr_t)bytes, size};
    return known(fd) == NULL ? syscall(SYS_write, fd, bytes, size) : write_file(fd, &part, 1, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    struct iovec part = {(void *)(uintptr_t)bytes, size};
    return write_file(fd, &part, 1, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return known(fd) == NULL ? syscall(SYS_writev, fd, parts, count)
                             : write_file(fd, parts, count, -1);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    return write_file(fd, parts, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset)
    __attribute__((alias("pwrite")));
ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
    __attribute__((alias("pwritev")));

int ftruncate(int fd, off_t length)
{
    const struct descriptor *descriptor = known(fd);
    if (descriptor != NULL && fails(FAULT_WRITE))
        return -1;
    if (descriptor != NULL && descriptor->file != NULL)
        notes_length(descriptor->file, (uint64_t)length);
    return (int)syscall(SYS_ftruncate, fd, length);
}

int ftruncate64(int fd, off_t length) __attribute__((alias("ftruncate")));

static int flush_file(int fd, long call)
{
    const struct descriptor *descriptor = known(fd);
    if (descriptor == NULL)
        return (int)syscall(call, fd);
    bool has_failed = fails(FAULT_SYNC);
    if (descriptor->file != NULL)
        notes_flush(descriptor->file, has_failed);
    else if (descriptor->is_folder && !has_failed && notes_are_kept())
        notes_flush_names();
    return has_failed ? -1 : 0;
}

int fsync(int fd)
{
    return flush_file(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return flush_file(fd, SYS_fdatasync);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    const struct descriptor *descriptor = known(fd);
    if (descriptor != NULL && descriptor->file != NULL && (flags & MAP_SHARED) != 0 &&
        (protection & PROT_WRITE) != 0)
        notes_give_up("a data file is mapped for writing: the journal does not see that");
    long mapped = syscall(SYS_mmap, address, size, protection, flags, fd, offset);
    return (void *)(uintptr_t)mapped;
}
