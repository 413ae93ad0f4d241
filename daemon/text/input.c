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
    struct place place = {1, 1};
    size_t size;

    for (; (size = character_size(text)) > 0; text.data += size, text.len -= size) {
        bool is_crlf = text.len > 1 && text.data[0] == '\r' && text.data[1] == '\n';
        if (text.data[0] == '\n' || (text.data[0] == '\r' && !is_crlf))
            place = (struct place){place.line + 1, 1};
        else
            place.column++;
    }
    *ret_byte = text.data[0];
    return place;
}

enum err input_check(const char *file, struct span bytes, struct problems *problems,
                     struct span *ret_text)
{
    size_t mark_size = sizeof byte_order_mark - 1;
    uint8_t byte;

    if (bytes.len >= mark_size && memcmp(bytes.data, byte_order_mark, mark_size) == 0) {
        bytes.data += mark_size;
        bytes.len -= mark_size;
    }
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
