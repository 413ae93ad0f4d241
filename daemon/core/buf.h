/* Byte buffers that grow, spans of bytes that belong to somebody else, and a reader that cannot
 * run past the end: the tools of every key and record codec. */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing byte buffer. Zero-initialised is empty. `data` is NULL while `cap` is 0. */
struct buf {
    uint8_t *data;
    size_t len;
    size_t cap;
};

void buf_fini(struct buf *buf);
/* Keeps the storage for reuse. */
void buf_clear(struct buf *buf);
/* Frees the storage if it has more than `kept` bytes; true then. */
bool buf_shrink(struct buf *buf, size_t kept);
/* Room for `extra` more bytes; returns where they go, and the caller adds those it wrote to `len`.
 */
uint8_t *buf_reserve(struct buf *buf, size_t extra);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_put_u8(struct buf *buf, uint8_t value);
/* Big-endian, so that encoded keys sort as their values do. */
void buf_put_u16(struct buf *buf, uint16_t value);
void buf_put_u32(struct buf *buf, uint32_t value);
void buf_put_u64(struct buf *buf, uint64_t value);
/* LEB128, 1 to 10 bytes. Readers refuse longer forms than needed, so that a value has one
 * encoding. */
void buf_put_varint(struct buf *buf, uint64_t value);
/* Appends the text without its NUL, which nevertheless stands behind it until the next change. */
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Bytes that belong to somebody else. */
struct span {
    const uint8_t *data;
    size_t len;
};

struct span span_of(const struct buf *buf);
bool span_equal(struct span a, struct span b);

/* Reads what buf_put_* wrote. After a failure every further read fails and returns 0: check
 * `failed` once at the end. */
struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

struct reader reader_of(struct span bytes);
uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);
uint64_t reader_varint(struct reader *r);
/* `len` bytes that stay in the reader's memory; empty after a failure. */
struct span reader_bytes(struct reader *r, size_t len);
size_t reader_left(const struct reader *r);

#endif
