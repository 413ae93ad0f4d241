/* One line of text, which is compared as a whole: what does not read does not match.
 *
 * A power cut can take times of change back, for a flush of data need not write them. So the seal
 * is gone before the first write; and it names the last commit, whose pages the next one leaves as
 * they are. */
#include "store/seal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "store/datafile.h"
#include "store/folder.h"
#include "store/store.h"

#define NEW_NAME SEAL_NAME ".new"

enum {
    SEAL_MODE = 0600,
    SEAL_MAX = 512,
    TICK_MS = 20, /* no kernel's clock of files stands still for longer */
    TRIES = 2,
};

/* What the data file is now. */
static bool describe(int folder_fd, struct buf *out, struct stat *ret_info)
{
    struct datafile_meta metas[2];
    struct stat info;
    int fd = openat(folder_fd, DATAFILE_NAME, O_RDONLY | O_CLOEXEC);
    bool is_known = fd >= 0 && datafile_read(fd, metas) == NULL && fstat(fd, &info) == 0;
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    if (!is_known)
        return false;
    *ret_info = info;
    buf_printf(out,
               DATAFILE_NAME " of schema %d: device %ju, inode %ju, %jd bytes, commit %" PRIu64
                             ", modified %jd.%09ld, changed %jd.%09ld\n",
               STORE_SCHEMA, (uintmax_t)info.st_dev, (uintmax_t)info.st_ino, (intmax_t)info.st_size,
               metas[0].txn > metas[1].txn ? metas[0].txn : metas[1].txn,
               (intmax_t)info.st_mtim.tv_sec, info.st_mtim.tv_nsec, (intmax_t)info.st_ctim.tv_sec,
               info.st_ctim.tv_nsec);
    return true;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec : a->tv_nsec > b->tv_nsec;
}

/* `ret_info` is that of the file written. */
static bool write_new(int folder_fd, const struct buf *text, struct stat *ret_info)
{
    (void)unlinkat(folder_fd, NEW_NAME, 0); /* of an end that was cut off, if there was one */
    int fd = openat(folder_fd, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, SEAL_MODE);
    if (fd < 0)
        return false;
    bool is_written =
        write(fd, text->data, text->len) == (ssize_t)text->len && fstat(fd, ret_info) == 0;
    (void)close(fd); /* it is not flushed: what a power cut leaves of it does not match */
    return is_written;
}

/* The seal itself has to be the younger one, by the same clock: else something could be written in
 * the same tick, and nobody would see it. */
void seal_leave(int folder_fd)
{
    struct buf text = {0};
    struct stat data, seal;
    bool is_younger = false;
    if (!folder_tells_changes(folder_fd))
        return;
    for (int tries = 1; tries <= TRIES && !is_younger; tries++) {
        buf_clear(&text);
        if (!describe(folder_fd, &text, &data) || !write_new(folder_fd, &text, &seal))
            break;
        is_younger = is_later(&seal.st_ctim, &data.st_ctim);
        if (!is_younger && tries < TRIES)
            (void)poll(NULL, 0, TICK_MS); /* a signal may cut it short */
    }
    if (!is_younger || renameat(folder_fd, NEW_NAME, folder_fd, SEAL_NAME) != 0)
        (void)unlinkat(folder_fd, NEW_NAME, 0); /* if it was made */
    buf_fini(&text);
}

bool seal_take(int folder_fd)
{
    char held[SEAL_MAX];
    struct buf text = {0};
    struct stat data;
    /* A link is nobody's seal, and a pipe must not make us wait. */
    int fd = openat(folder_fd, SEAL_NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, held, sizeof held) : -1;
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    bool is_gone = unlinkat(folder_fd, SEAL_NAME, 0) == 0;
    bool is_same = is_gone && len > 0 && describe(folder_fd, &text, &data) &&
                   (size_t)len == text.len && memcmp(held, text.data, text.len) == 0;
    buf_fini(&text);
    return is_same;
}
