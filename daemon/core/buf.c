/* Encoding and decoding of bytes. Everything is big-endian; a reader accepts exactly what a buffer
 * writes, so a value has one encoding and equal records are equal bytes. */
#include "core/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { FIRST_CAP = 64, VARINT_MAX_SHIFT = 63, VARINT_BYTES_MAX = 10 };

void buf_fini(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}

void buf_clear(struct buf *buf)
{
    buf->len = 0;
}

bool buf_shrink(struct buf *buf, size_t kept)
{
    if (buf->cap <= kept)
        return false;
    buf_fini(buf);
    return true;
}

uint8_t *buf_reserve(struct buf *buf, size_t extra)
{
    assert(extra <= SIZE_MAX / 2 - buf->len);
    size_t wanted = buf->len + extra;
    if (wanted > buf->cap || buf->cap == 0) {
        size_t cap = buf->cap > 0 ? buf->cap : FIRST_CAP;
        while (cap < wanted)
            cap *= 2;
        buf->data = mem_realloc(buf->data, cap);
        buf->cap = cap;
    }
    return buf->data + buf->len;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    if (len == 0)
        return; /* `bytes` may be NULL, which memcpy must not see */
    memcpy(buf_reserve(buf, len), bytes, len);
    buf->len += len;
}

static void put_big_endian(struct buf *buf, uint64_t value, size_t width)
{
    uint8_t *at = buf_reserve(buf, width);
    for (size_t i = width; i > 0; i--) {
        at[i - 1] = (uint8_t)value;
        value >>= 8;
    }
    buf->len += width;
}

void buf_put_u8(struct buf *buf, uint8_t value)
{
    put_big_endian(buf, value, 1);
}

void buf_put_u16(struct buf *buf, uint16_t value)
{
    put_big_endian(buf, value, 2);
}

void buf_put_u32(struct buf *buf, uint32_t value)
{
    put_big_endian(buf, value, 4);
}

void buf_put_u64(struct buf *buf, uint64_t value)
{
    put_big_endian(buf, value, 8);
}

void buf_put_varint(struct buf *buf, uint64_t value)
{
    uint8_t *at = buf_reserve(buf, VARINT_BYTES_MAX);
    for (; value >= 0x80; value >>= 7) {
        *at++ = (uint8_t)(value | 0x80);
        buf->len++;
    }
    *at = (uint8_t)value;
    buf->len++;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    buf_put(buf, text, strlen(text) + 1);
    buf->len--;
    free(text);
}

struct span span_of(const struct buf *buf)
{
    return (struct span){buf->data, buf->len};
}

bool span_equal(struct span a, struct span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

struct reader reader_of(struct span bytes)
{
    const uint8_t *end = bytes.len > 0 ? bytes.data + bytes.len : bytes.data;
    return (struct reader){.at = bytes.data, .end = end};
}

size_t reader_left(const struct reader *r)
{
    return (size_t)(r->end - r->at);
}

struct span reader_bytes(struct reader *r, size_t len)
{
    if (r->failed || len > reader_left(r)) {
        r->failed = true;
        return (struct span){NULL, 0};
    }
    struct span bytes = {r->at, len};
    if (len > 0)
        r->at += len;
    return bytes;
}

static uint64_t get_big_endian(struct reader *r, size_t width)
{
    struct span bytes = reader_bytes(r, width);
    uint64_t value = 0;
    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | bytes.data[i];
    return value;
}

uint8_t reader_u8(struct reader *r)
{
    r->failed |= r->at == r->end;
    return r->failed ? 0 : *r->at++;
}

uint16_t reader_u16(struct reader *r)
{
    return (uint16_t)get_big_endian(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
    return (uint32_t)get_big_endian(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
    return get_big_endian(r, 8);
}

uint64_t reader_varint(struct reader *r)
{
    uint64_t value = 0;
    if (!r->failed && r->at != r->end && *r->at < 0x80)
        return *r->at++; /* most are short */
    for (unsigned shift = 0; shift <= VARINT_MAX_SHIFT; shift += 7) {
        uint8_t byte = reader_u8(r);
        if (r->failed)
            return 0;
        bool is_overlong = byte == 0 && shift > 0;
        bool is_too_large = shift == VARINT_MAX_SHIFT && byte > 1;
        if (is_overlong || is_too_large)
            break;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
    r->failed = true;
    return 0;
}
