/* 128-bit arithmetic where the compiler's own operators are not enough: checks, rounding, and a
 * form for the disk and the wire. */
#include "core/int128.h"

#include <assert.h>

enum { VARINT_MAX_SHIFT = 126 };

#define I128_MAX ((i128)(~(u128)0 >> 1))

bool i128_add(i128 a, i128 b, i128 *ret_result)
{
    i128 result;
    if (__builtin_add_overflow(a, b, &result))
        return false;
    *ret_result = result;
    return true;
}

bool i128_mul(i128 a, i128 b, i128 *ret_result)
{
    i128 result;
    if (__builtin_mul_overflow(a, b, &result))
        return false;
    *ret_result = result;
    return true;
}

int64_t pow10_i64(unsigned exponent)
{
    assert(exponent <= 18);
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

static u128 magnitude(i128 value)
{
    return value < 0 ? -(u128)value : (u128)value;
}

i128 i128_div_round(i128 numerator, i128 denominator)
{
    assert(denominator != 0);
    u128 divisor = magnitude(denominator);
    u128 quotient = magnitude(numerator) / divisor;
    u128 remainder = magnitude(numerator) % divisor;
    /* Twice the remainder could overflow: compare it with its complement. */
    if (remainder >= divisor - remainder)
        quotient++;
    if ((numerator < 0) != (denominator < 0))
        return (i128)-quotient;
    return quotient > (u128)I128_MAX ? I128_MAX : (i128)quotient;
}

int64_t i128_high(i128 value)
{
    return (int64_t)(value >> 64);
}

uint64_t i128_low(i128 value)
{
    return (uint64_t)value;
}

i128 i128_of(int64_t high, uint64_t low)
{
    return (i128)((u128)high << 64 | low);
}

void buf_put_i128(struct buf *buf, i128 value)
{
    u128 zigzag = (u128)value << 1 ^ (value < 0 ? ~(u128)0 : 0);
    while (zigzag >= 0x80) {
        buf_put_u8(buf, (uint8_t)(zigzag | 0x80));
        zigzag >>= 7;
    }
    buf_put_u8(buf, (uint8_t)zigzag);
}

static i128 unzigzag(u128 zigzag)
{
    i128 half = (i128)(zigzag >> 1);
    return zigzag & 1 ? -half - 1 : half;
}

i128 reader_i128(struct reader *r)
{
    u128 zigzag = 0;
    if (!r->failed && r->at != r->end && *r->at < 0x80)
        return unzigzag(*r->at++); /* most are short */
    for (unsigned shift = 0; shift <= VARINT_MAX_SHIFT; shift += 7) {
        uint8_t byte = reader_u8(r);
        if (r->failed)
            return 0;
        bool is_overlong = byte == 0 && shift > 0;
        bool is_too_large = shift == VARINT_MAX_SHIFT && byte > 3;
        if (is_overlong || is_too_large)
            break;
        zigzag |= (u128)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return unzigzag(zigzag);
    }
    r->failed = true;
    return 0;
}
