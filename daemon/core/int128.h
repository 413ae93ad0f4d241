/* 128-bit integers: totals of 64-bit cells can never overflow them in practice, and the few places
 * that multiply check. The type is gcc's and clang's; everything that knows its width is here. */
#ifndef CORE_INT128_H
#define CORE_INT128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

enum { I128_TEXT_SIZE = 64 }; /* bytes that hold any i128 with sign, point and grouping, and NUL */

/* Checked: false and `*ret_result` untouched when the result does not fit. */
bool i128_add(i128 a, i128 b, i128 *ret_result);
bool i128_mul(i128 a, i128 b, i128 *ret_result);

/* 10 to the power `exponent`, 0 to 18. */
int64_t pow10_i64(unsigned exponent);

/* numerator / denominator rounded half away from zero; the denominator is not 0. The one quotient
 * that does not fit, -2^127 / -1, gives the largest value. */
i128 i128_div_round(i128 numerator, i128 denominator);

/* Two big-endian halves, high first (16 bytes): for wire messages and stored records. */
int64_t i128_high(i128 value);
uint64_t i128_low(i128 value);
i128 i128_of(int64_t high, uint64_t low);

/* Zigzag LEB128, 1 to 19 bytes: small sums take few bytes. */
void buf_put_i128(struct buf *buf, i128 value);
i128 reader_i128(struct reader *r);

#endif
