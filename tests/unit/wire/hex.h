/* Bytes from the hexadecimal text of golden.h. */
#ifndef TESTS_UNIT_WIRE_HEX_H
#define TESTS_UNIT_WIRE_HEX_H

#include "core/buf.h"

static inline uint8_t hex_digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The caller frees with buf_fini. */
static inline struct buf hex_bytes(const char *hex)
{
    struct buf bytes = {0};
    for (; hex[0] != '\0'; hex += 2)
        buf_put_u8(&bytes, (uint8_t)(hex_digit(hex[0]) << 4 | hex_digit(hex[1])));
    return bytes;
}

#endif
