/* Care records: a few lines of text, written beside their place and renamed. */
#include "store/care_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/folder.h"

enum { RECORD_MODE = 0600, NAME_SIZE = 64 };

/* What the record that is there says; nothing where there is none, or it does not read. */
static struct care former_care(int fd, const char *name)
{
    struct care care = {0};
    char text[CARE_FILE_MAX];
    /* A link is nobody's record, and a pipe must not make us wait. */
    int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t len = file >= 0 ? read(file, text, sizeof(text)) : -1;
    if (file >= 0)
        (void)close(file); /* nothing was written through it */
    if (len > 0)
        (void)care_parse((struct span){(const uint8_t *)text, (size_t)len}, &care);
    return care;
}

static bool write_file(int fd, const char *name, const struct buf *text)
{
    (void)unlinkat(fd, name, 0); /* of a run that was cut off, if there was one */
    int file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, RECORD_MODE);
    if (file < 0)
        return false;
    bool is_written = write(file, text->data, text->len) == (ssize_t)text->len && fsync(file) == 0;
    int reason = errno;
    (void)close(file); /* it was flushed */
    errno = reason;
    return is_written;
}

enum err care_record_write(int fd, const char *name, const struct care *care)
{
    char beside[NAME_SIZE];
    struct buf text = {0};
    struct care written = *care;
    written.good = care->result == CARE_OK ? care->time : former_care(fd, name).good;
    care_format(&written, &text);
    (void)snprintf(beside, sizeof beside, "%s.new", name);
    bool is_written = write_file(fd, beside, &text) && renameat(fd, beside, fd, name) == 0 &&
                      folder_sync(fd) == ERR_OK;
    if (!is_written) {
        int reason = errno;
        (void)unlinkat(fd, beside, 0); /* if it was made */
        errno = reason;
    }
    buf_fini(&text);
    return is_written ? ERR_OK : ERR_IO;
}
