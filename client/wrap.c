/* Parts are put on a line as long as they fit. */
#include "client/wrap.h"

#include <stdbool.h>
#include <string.h>

#include "core/buf.h"
#include "core/mem.h"
#include "core/utf8.h"

static const char indent[] = "  ";
static const char command[] = "tonghop ";

struct lines {
    struct buf text;
    size_t column, columns;
};

/* Up to the blank behind the first of the marks that end a part; the whole text if none does. */
static size_t part_of(const char *text)
{
    for (size_t i = 0; text[i] != '\0'; i++)
        if ((text[i] == ':' || text[i] == ';') && text[i + 1] == ' ')
            return i + 1;
    return strlen(text);
}

static void put(struct lines *lines, const char *text, size_t len, bool is_new_line)
{
    size_t width = utf8_length(text, len);
    if (is_new_line) {
        buf_printf(&lines->text, "\n%s", indent);
        lines->column = sizeof(indent) - 1;
    } else if (lines->column > 0) {
        buf_printf(&lines->text, " ");
        lines->column++;
    }
    buf_put(&lines->text, text, len);
    lines->column += width;
}

static bool fits(const struct lines *lines, const char *text, size_t len)
{
    return lines->column + 1 + utf8_length(text, len) <= lines->columns;
}

/* A part that no line holds, word by word. */
static void put_words(struct lines *lines, const char *text, size_t len)
{
    for (size_t at = 0, next; at < len; at = next + 1) {
        const char *blank = memchr(text + at, ' ', len - at);
        next = blank != NULL ? (size_t)(blank - text) : len;
        put(lines, text + at, next - at, lines->column > 0 && !fits(lines, text + at, next - at));
    }
}

char *wrap_text(const char *text, size_t columns)
{
    struct lines lines = {.columns = columns};
    if (utf8_length(text, strlen(text)) <= columns)
        return mem_strdup(text);
    for (size_t at = 0, len; text[at] != '\0'; at += len + (text[at + len] == ' ')) {
        len = part_of(text + at);
        bool is_command = strncmp(text + at, command, sizeof(command) - 1) == 0 && at > 0;
        bool is_long = utf8_length(text + at, len) + sizeof(indent) - 1 > columns;
        if (is_long && !is_command)
            put_words(&lines, text + at, len);
        else
            put(&lines, text + at, len, at > 0 && (is_command || !fits(&lines, text + at, len)));
    }
    char *wrapped = mem_strndup((const char *)lines.text.data, lines.text.len);
    buf_fini(&lines.text);
    return wrapped;
}
