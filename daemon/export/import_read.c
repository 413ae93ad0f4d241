/* Reading an export from its file: line after line, some hundred of them in each transaction, so
 * that neither the file nor what it makes has to fit into memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "export/import.h"

enum { BLOCK_BYTES = 256 << 10, BATCH_LINES = 500, BATCH_BYTES = 4 << 20 };

struct reading {
    int fd;
    const char *path;
    struct buf bytes; /* read, and not taken yet */
    size_t taken;     /* of them, and to go with the next block */
    bool is_at_end;
};

static enum err read_block(struct reading *reading)
{
    struct buf *bytes = &reading->bytes;
    uint8_t block[BLOCK_BYTES / 4];
    if (reading->taken > 0) {
        memmove(bytes->data, bytes->data + reading->taken, bytes->len - reading->taken);
        bytes->len -= reading->taken;
        reading->taken = 0;
    }
    ssize_t got;
    do {
        got = read(reading->fd, block, sizeof(block));
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = ERR_IO), "cannot read %s: %s",
                  reading->path, strerror(errno));
        return ERR_IO;
    }
    reading->is_at_end = got == 0;
    buf_put(bytes, block, (size_t)got);
    return ERR_OK;
}

/* The next line, without its line end; it stays until the next call. ERR_NOT_FOUND: there is none;
 * ERR_TOO_LARGE; ERR_MALFORMED: it has no line end. */
static enum err next_line(struct reading *reading, struct span *ret_line)
{
    size_t looked_at = 0;
    for (;;) {
        struct span rest = {reading->bytes.data + reading->taken,
                            reading->bytes.len - reading->taken};
        const uint8_t *end =
            rest.len > looked_at ? memchr(rest.data + looked_at, '\n', rest.len - looked_at) : NULL;
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;
        if (len >= LINE_SIZE_MAX)
            return ERR_TOO_LARGE;
        if (end != NULL) {
            *ret_line = (struct span){rest.data, len};
            reading->taken += len + 1;
            return ERR_OK;
        }
        if (reading->is_at_end)
            return rest.len == 0 ? ERR_NOT_FOUND : ERR_MALFORMED;
        looked_at = rest.len;
        enum err err = read_block(reading);
        if (err != ERR_OK)
            return err;
    }
}

/* ---- batches ---- */

/* As many lines as one transaction takes. `*ret_is_over`: there are no more. */
static enum err take_batch(struct reading *reading, struct import *import, struct store_txn *txn,
                           bool *ret_is_over)
{
    size_t bytes = 0;
    for (int i = 0; i < BATCH_LINES && bytes < BATCH_BYTES; i++) {
        struct span line;
        enum err err = next_line(reading, &line);
        if (err == ERR_NOT_FOUND) {
            *ret_is_over = true;
            return import_finish(import);
        }
        if (err == ERR_OK)
            err = import_take(import, txn, line);
        if (err != ERR_OK)
            return err;
        bytes += line.len;
    }
    return ERR_OK;
}

/* Where the first failure is, and what it is; a failure of the store has been told. */
static enum err tell(const struct reading *reading, const struct import *import, enum err err)
{
    uint64_t line;
    struct given_problem problem = *import_problem(import, &line);
    bool is_in_line = problem.text[0] != '\0';
    if (!is_in_line && err == ERR_TOO_LARGE)
        (void)snprintf(problem.text, sizeof(problem.text),
                       "a line of %d bytes or more: it is not an export", LINE_SIZE_MAX);
    else if (!is_in_line && err == ERR_MALFORMED)
        (void)snprintf(problem.text, sizeof(problem.text),
                       "the file ends in the middle of a line: it was cut");
    else if (!is_in_line)
        return err;
    char *place = problem.column > 0 ? mem_printf(":%zu", problem.column) : mem_strdup("");
    log_event(LOG_EVENT_OFFLINE_FAILED, LOG_FIELDS(.error = err), "%s:%" PRIu64 "%s: %s",
              reading->path, is_in_line ? line : line + 1, place, problem.text);
    free(place);
    return err == ERR_TOO_LARGE ? ERR_MALFORMED : err;
}

enum err import_read(int fd, const char *path, uint32_t unit, struct store *store,
                     struct export_counts *ret_counts)
{
    struct reading reading = {.fd = fd, .path = path};
    struct import *import = import_new(unit);
    bool is_over = false, is_unknown;
    enum err err = ERR_OK;
    while (err == ERR_OK && !is_over) {
        struct store_txn *txn = store_begin_write(store);
        err = take_batch(&reading, import, txn, &is_over);
        if (err == ERR_OK)
            err = store_commit(&txn, &is_unknown);
        store_abort(&txn);
    }
    if (err == ERR_OK)
        import_get_counts(import, ret_counts);
    else
        err = tell(&reading, import, err);
    import_free(&import);
    buf_fini(&reading.bytes);
    return err;
}
