/* A new file is written under a hidden name, flushed, and then gets its own: by a link, which fails
 * where a file is there, or by a rename, which replaces it. A name is durable when its folder is
 * flushed. */
#include "client/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

static bool sync_folder_of(const char *path)
{
    char *copy = mem_strdup(path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_synced = fd >= 0 && fsync(fd) == 0;
    int error = errno;
    free(copy);
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    errno = error;
    return is_synced;
}

bool file_write(int fd, struct span bytes)
{
    while (bytes.len > 0) {
        ssize_t count = write(fd, bytes.data, bytes.len);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes.data += count;
        bytes.len -= (size_t)count;
    }
    return true;
}

/* "folder/.name.XXXXXX" */
static char *hidden_path(const char *path)
{
    char *folder = mem_strdup(path), *name = mem_strdup(path);
    char *hidden = mem_printf("%s/.%s.XXXXXX", dirname(folder), basename(name));
    free(folder);
    free(name);
    return hidden;
}

bool file_save(const char *path, struct span bytes, mode_t mode, bool may_replace)
{
    char *hidden = hidden_path(path);
    int fd = mkostemp(hidden, O_CLOEXEC); /* 0600 at first */
    bool is_saved = fd >= 0 && file_write(fd, bytes) && fchmod(fd, mode) == 0 && fsync(fd) == 0 &&
                    (may_replace ? rename(hidden, path) : link(hidden, path)) == 0 &&
                    sync_folder_of(path);
    int error = errno;
    if (fd >= 0) {
        (void)close(fd);      /* it was flushed, or is not wanted */
        (void)unlink(hidden); /* gone already after a rename */
    }
    free(hidden);
    errno = error;
    return is_saved;
}

bool file_rename(const char *from, const char *to)
{
    return rename(from, to) == 0 && sync_folder_of(to);
}
