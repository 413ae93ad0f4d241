/* A decoder of one character at a time; what it does not accept is not UTF-8. */
#include "core/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes of the character at `at`, which has `left` bytes at most, and its code point; 0 when the
 * bytes are not a character. */
static size_t utf8_decode(const unsigned char *at, size_t left, uint32_t *ret_point)
{
    /* The smallest code point that needs that many bytes: a smaller one is overlong. */
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len;
    uint32_t point;
    if (at[0] < 0x80) {
        *ret_point = at[0];
        return 1;
    }
    if ((at[0] & 0xE0) == 0xC0) {
        len = 2;
        point = at[0] & 0x1F;
    } else if ((at[0] & 0xF0) == 0xE0) {
        len = 3;
        point = at[0] & 0x0F;
    } else if ((at[0] & 0xF8) == 0xF0) {
        len = 4;
        point = at[0] & 0x07;
    } else {
        return 0;
    }
    if (len > left)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3F);
    }
    if (point < smallest[len] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    *ret_point = point;
    return len;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

static bool turns_text(uint32_t point)
{
    return (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

static bool utf8_check(const char *bytes, size_t len, bool refuse_controls)
{
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t size = utf8_decode((const unsigned char *)bytes + i, len - i, &point);
        if (size == 0 || point == 0)
            return false;
        if (refuse_controls && is_control(point) && point != '\t' && point != '\n')
            return false;
        i += size;
    }
    return true;
}

bool utf8_is_valid(const char *bytes, size_t len)
{
    return utf8_check(bytes, len, false);
}

bool utf8_is_text(const char *bytes, size_t len)
{
    return utf8_check(bytes, len, true);
}

bool utf8_is_plain(const char *bytes, size_t len)
{
    if (!utf8_is_text(bytes, len))
        return false;
    for (size_t i = 0; i < len;) {
        uint32_t point;
        i += utf8_decode((const unsigned char *)bytes + i, len - i, &point);
        if (turns_text(point))
            return false;
    }
    return true;
}

size_t utf8_length(const char *bytes, size_t len)
{
    size_t length = 0;
    for (size_t i = 0; i < len; i++)
        length += ((unsigned char)bytes[i] & 0xC0) != 0x80; /* all but continuation bytes */
    return length;
}

void utf8_cut(char *text)
{
    size_t len = strlen(text);
    size_t start = len;
    /* Back to the byte that begins the last character: at most three continuation bytes. */
    while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start > 0 && !utf8_is_valid(text + start - 1, len - start + 1))
        text[start - 1] = '\0';
}

void utf8_make_line(char *text)
{
    char *to = text;
    size_t left = strlen(text);
    for (size_t size; left > 0; text += size, left -= size) {
        uint32_t point;
        size = utf8_decode((const unsigned char *)text, left, &point);
        if (size == 0 || is_control(point) || turns_text(point)) {
            *to++ = size == 0 ? '?' : ' ';
            size = size == 0 ? 1 : size;
        } else {
            memmove(to, text, size);
            to += size;
        }
    }
    *to = '\0';
}
