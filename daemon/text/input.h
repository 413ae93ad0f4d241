/* Text files that people made: read whole, stripped of a byte order mark, and checked to be UTF-8
 * without NUL before any parser sees them. */
#ifndef TEXT_INPUT_H
#define TEXT_INPUT_H

#include "core/buf.h"
#include "core/err.h"
#include "core/problem.h"

/* Appends the bytes of the file at `path` to `ret_bytes` (the caller frees it with buf_fini, also
 * after a failure). ERR_NOT_FOUND, ERR_IO, or ERR_INVALID beyond `max_bytes`; the problem is added
 * too. */
enum err input_read(const char *path, size_t max_bytes, struct problems *problems,
                    struct buf *ret_bytes);

/* Gives the part of `bytes` behind a byte order mark. ERR_INVALID, with the line and column of the
 * first byte that is not UTF-8 text; one is enough, since the remedy is about the whole file. */
enum err input_check(const char *file, struct span bytes, struct problems *problems,
                     struct span *ret_text);

/* As input_check, of what a spreadsheet exported: UTF-16 with a byte order mark is taken too, and a
 * text in another encoding is told how to be saved. `ret_text` lies in `bytes` or in `ret_storage`
 * (buf_fini, in any case). */
enum err input_check_sheet(const char *file, struct span bytes, struct problems *problems,
                           struct buf *ret_storage, struct span *ret_text);

#endif
