/* Care records: a few lines of text, written beside their place and renamed. */
#include "store/care_record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "store/folder.h"

enum { RECORD_MODE = 0600, RECORD_MAX = 1024, NAME_SIZE = 64 };

/* The line "good NUMBER" of the record that is there, 0 without one. */
static int64_t former_good(int fd, const char *name)
{
    static const char wanted[] = "\ngood ";
    char text[RECORD_MAX + 1];
    /* A link is nobody's record, and a pipe must not make us wait. */
    int file = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t len = file >= 0 ? read(file, text, RECORD_MAX) : -1;
    if (file >= 0)
        (void)close(file); /* nothing was written through it */
    text[len > 0 ? len : 0] = '\0';
    const char *at = strstr(text, wanted);
    if (at == NULL)
        return 0;
    char *end;
    errno = 0;
    long long good = strtoll(at + strlen(wanted), &end, 10);
    return errno == 0 && *end == '\n' && good > 0 ? good : 0;
}

static void encode(const struct care_record *record, int64_t good, struct buf *out)
{
    bool has_failed = record->error != ERR_OK && record->differences == 0;
    const char *result = record->differences > 0 ? "differs" : has_failed ? "failed" : "ok";
    buf_printf(out, "time %" PRId64 "\nresult %s\n", record->time.us, result);
    if (has_failed)
        buf_printf(out, "error %s\n", err_name(record->error));
    else
        buf_printf(out, "reports %" PRIu64 "\ndifferences %" PRIu64 "\n", record->reports,
                   record->differences);
    if (good > 0)
        buf_printf(out, "good %" PRId64 "\n", good);
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

enum err care_record_write(int fd, const char *name, const struct care_record *record)
{
    char beside[NAME_SIZE];
    struct buf text = {0};
    bool is_good = record->error == ERR_OK && record->differences == 0;
    encode(record, is_good ? record->time.us : former_good(fd, name), &text);
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
