/* Whole files, because they are small and every error in them is to be told at once. */
#include "text/input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

enum { CHUNK_BYTES = 64 << 10, CHARACTER_MAX = 4 };

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* Why a file cannot be had; the words of the C library are English. */
static const char *reason_of(const struct problems *problems, int error)
{
    if (problems->is_vietnamese) {
        switch (error) {
        case ENOENT:
            return "không có tệp này, hãy kiểm tra tên và thư mục";
        case EACCES:
            return "không có quyền đọc, hãy nhờ người quản trị cấp quyền";
        case EISDIR:
            return "đây là thư mục, hãy chỉ ra một tệp";
        default:
            break;
        }
    }
    return strerror(error);
}

static enum err read_all(FILE *stream, const char *path, size_t max_bytes,
                         struct problems *problems, struct buf *ret_bytes)
{
    uint8_t chunk[CHUNK_BYTES];
    size_t size;

    while ((size = fread(chunk, 1, sizeof chunk, stream)) > 0) {
        if (size > max_bytes - ret_bytes->len) {
            problems_add(
                problems, path, (struct place){0},
                PROBLEM_WORDS(problems,
                              "the file is larger than %zu KiB: split it into several files",
                              "tệp lớn hơn %zu KiB: chia thành nhiều tệp"),
                max_bytes >> 10);
            return ERR_INVALID;
        }
        buf_put(ret_bytes, chunk, size);
    }
    if (ferror(stream)) {
        problems_add(problems, path, (struct place){0},
                     PROBLEM_WORDS(problems, "cannot be read: %s", "không đọc được: %s"),
                     reason_of(problems, errno));
        return ERR_IO;
    }
    return ERR_OK;
}

enum err input_read(const char *path, size_t max_bytes, struct problems *problems,
                    struct buf *ret_bytes)
{
    FILE *stream = fopen(path, "rb");
    if (stream == NULL) {
        enum err err = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
        problems_add(problems, path, (struct place){0},
                     PROBLEM_WORDS(problems, "cannot be opened: %s", "không mở được: %s"),
                     reason_of(problems, errno));
        return err;
    }
    enum err err = read_all(stream, path, max_bytes, problems, ret_bytes);
    (void)fclose(stream); /* nothing was written that closing could lose */
    return err;
}

/* Bytes of the first character of `text`; 0 when it does not begin with one. */
static size_t character_size(struct span text)
{
    for (size_t size = 1; size <= CHARACTER_MAX && size <= text.len; size++) {
        if (utf8_is_valid((const char *)text.data, size))
            return size;
    }
    return 0;
}

/* Where the first byte that is not part of a character stands, and which byte that is. */
static struct place find_bad_byte(struct span text, uint8_t *ret_byte)
{
    struct place place = {.line = 1, .column = 1};
    size_t size;

    for (; (size = character_size(text)) > 0; text.data += size, text.len -= size) {
        bool is_crlf = text.len > 1 && text.data[0] == '\r' && text.data[1] == '\n';
        if (text.data[0] == '\n' || (text.data[0] == '\r' && !is_crlf))
            place = (struct place){.line = place.line + 1, .column = 1};
        else
            place.column++;
    }
    *ret_byte = text.data[0];
    return place;
}

/* Behind a byte order mark. */
static struct span without_mark(struct span bytes)
{
    size_t mark_size = sizeof byte_order_mark - 1;
    if (bytes.len >= mark_size && memcmp(bytes.data, byte_order_mark, mark_size) == 0) {
        bytes.data += mark_size;
        bytes.len -= mark_size;
    }
    return bytes;
}

enum err input_check(const char *file, struct span bytes, struct problems *problems,
                     struct span *ret_text)
{
    uint8_t byte;

    bytes = without_mark(bytes);
    if (utf8_is_valid((const char *)bytes.data, bytes.len)) {
        *ret_text = bytes;
        return ERR_OK;
    }
    struct place place = find_bad_byte(bytes, &byte);
    if (byte == 0)
        problems_add(problems, file, place,
                     PROBLEM_WORDS(problems,
                                   "a NUL byte: this is not a text file, or it is not encoded as "
                                   "UTF-8; save it again as UTF-8",
                                   "có byte NUL: tệp không phải là văn bản, hoặc không theo mã "
                                   "UTF-8; lưu lại theo mã UTF-8"));
    else
        problems_add(problems, file, place,
                     PROBLEM_WORDS(problems,
                                   "byte 0x%02x is not UTF-8: save the file again as UTF-8",
                                   "byte 0x%02x không thuộc mã UTF-8: lưu lại tệp theo mã UTF-8"),
                     (unsigned)byte);
    return ERR_INVALID;
}

/* ---- what spreadsheets write ---- */

static const char save_as_en[] =
    "in the spreadsheet choose Save As and the type \"CSV UTF-8\", then file it again";
static const char save_as_vi[] =
    "trong bảng tính chọn Lưu thành (Save As), kiểu “CSV UTF-8”, rồi nộp lại";

static void put_utf8(struct buf *out, uint32_t point)
{
    if (point < 0x80) {
        buf_put_u8(out, (uint8_t)point);
    } else if (point < 0x800) {
        buf_put_u8(out, (uint8_t)(0xC0 | point >> 6));
        buf_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    } else {
        if (point < 0x10000) {
            buf_put_u8(out, (uint8_t)(0xE0 | point >> 12));
        } else {
            buf_put_u8(out, (uint8_t)(0xF0 | point >> 18));
            buf_put_u8(out, (uint8_t)(0x80 | (point >> 12 & 0x3F)));
        }
        buf_put_u8(out, (uint8_t)(0x80 | (point >> 6 & 0x3F)));
        buf_put_u8(out, (uint8_t)(0x80 | (point & 0x3F)));
    }
}

/* False when it is no UTF-16, or has a NUL in it. The bytes are those behind the mark. */
static bool utf8_of_utf16(struct span bytes, bool is_big, struct buf *out)
{
    uint32_t high = 0; /* the first half of a pair */
    for (size_t i = 0; i + 1 < bytes.len; i += 2) {
        uint32_t first = bytes.data[i], second = bytes.data[i + 1];
        uint32_t unit = is_big ? first << 8 | second : second << 8 | first;
        bool is_low = unit >= 0xDC00 && unit <= 0xDFFF;
        if (unit == 0 || is_low != (high != 0))
            return false;
        if (unit >= 0xD800 && unit <= 0xDBFF) {
            high = unit;
            continue;
        }
        put_utf8(out, is_low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : unit);
        high = 0;
    }
    return bytes.len % 2 == 0 && high == 0;
}

/* An .xls; the newer ones have NUL bytes. */
static bool is_old_workbook(struct span bytes)
{
    static const uint8_t magic[] = {0xD0, 0xCF, 0x11, 0xE0};
    return bytes.len >= sizeof magic && memcmp(bytes.data, magic, sizeof magic) == 0;
}

enum err input_check_sheet(const char *file, struct span bytes, struct problems *problems,
                           struct buf *ret_storage, struct span *ret_text)
{
    bool is_little = bytes.len >= 2 && bytes.data[0] == 0xFF && bytes.data[1] == 0xFE;
    bool is_big = bytes.len >= 2 && bytes.data[0] == 0xFE && bytes.data[1] == 0xFF;
    struct place place = {0};
    uint8_t byte = 0;

    if (is_little || is_big) {
        struct span rest = {bytes.data + 2, bytes.len - 2};
        if (utf8_of_utf16(rest, is_big, ret_storage)) {
            *ret_text = span_of(ret_storage);
            return ERR_OK;
        }
    } else {
        bytes = without_mark(bytes);
        if (utf8_is_valid((const char *)bytes.data, bytes.len)) {
            *ret_text = bytes;
            return ERR_OK;
        }
        place = find_bad_byte(bytes, &byte);
    }
    if (byte != 0 && !is_old_workbook(bytes))
        problems_add(
            problems, file, place,
            PROBLEM_WORDS(problems,
                          "byte 0x%02x is not UTF-8 (it may be windows-1258, TCVN3 or VNI): "
                          "%s",
                          "byte 0x%02x không thuộc mã UTF-8 (có thể là windows-1258, TCVN3 "
                          "hoặc VNI): %s"),
            (unsigned)byte, PROBLEM_WORDS(problems, save_as_en, save_as_vi));
    else
        problems_add(
            problems, file, place,
            PROBLEM_WORDS(problems,
                          "this is not a text in UTF-8 (it may be a workbook, or UTF-16): %s",
                          "đây không phải văn bản mã UTF-8 (có thể là tệp bảng tính, hoặc "
                          "mã UTF-16): %s"),
            PROBLEM_WORDS(problems, save_as_en, save_as_vi));
    return ERR_INVALID;
}
