/* RFC 9112. Lines end in CRLF; a bare LF is taken for one, as section 2.2 allows. What is odd is a
 * bad request: nobody is to be guessed at. */
#include "client/http.h"

#include <inttypes.h>
#include <string.h>

/* Takes a line off `*text`, without its end; false when there is no end. */
static bool take_line(struct span *text, struct span *ret_line)
{
    const uint8_t *end = text->len > 0 ? memchr(text->data, '\n', text->len) : NULL;
    if (end == NULL)
        return false;
    size_t used = (size_t)(end - text->data) + 1;
    size_t len = used - 1;
    if (len > 0 && text->data[len - 1] == '\r')
        len--;
    *ret_line = (struct span){text->data, len};
    *text = (struct span){text->data + used, text->len - used};
    return true;
}

bool http_is_complete(struct span bytes)
{
    struct span line;
    while (take_line(&bytes, &line))
        if (line.len == 0)
            return true;
    return false;
}

/* A letter, digit or sign that names are made of (RFC 9110, 5.6.2). */
static bool is_token_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_token_char(text.data[i]))
            return false;
    return text.len > 0;
}

static bool is_visible(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
            return false;
    return text.len > 0;
}

/* What stands before the next `end`, which is taken off too; all of it if there is none. */
static struct span take_word(struct span *text, char end)
{
    const uint8_t *found = text->len > 0 ? memchr(text->data, end, text->len) : NULL;
    size_t len = found != NULL ? (size_t)(found - text->data) : text->len;
    struct span word = {text->data, len};
    size_t used = found != NULL ? len + 1 : len;
    *text = (struct span){text->data + used, text->len - used};
    return word;
}

static bool is_text(struct span text, const char *expected)
{
    return text.len == strlen(expected) && memcmp(text.data, expected, text.len) == 0;
}

/* "HTTP/1.1", or another version that speaks as it does. */
static bool is_version(struct span text)
{
    return text.len == 8 && memcmp(text.data, "HTTP/1.", 7) == 0 && text.data[7] >= '0' &&
           text.data[7] <= '9';
}

/* "Name: value". A line that begins with a blank would belong to the one before: nobody sends that
 * any more. */
static bool is_header(struct span line)
{
    struct span value = line;
    struct span name = take_word(&value, ':');
    if (name.len == line.len || !is_token(name))
        return false;
    for (size_t i = 0; i < value.len; i++)
        if ((value.data[i] < ' ' && value.data[i] != '\t') || value.data[i] == 0x7f)
            return false;
    return true;
}

enum http_answer http_judge(struct span request, const char *path)
{
    struct span line, header;
    if (!take_line(&request, &line))
        return HTTP_BAD_REQUEST;
    struct span method = take_word(&line, ' ');
    struct span target = take_word(&line, ' ');
    if (!is_token(method) || !is_visible(target) || !is_version(line))
        return HTTP_BAD_REQUEST;
    do {
        if (!take_line(&request, &header) || (header.len > 0 && !is_header(header)))
            return HTTP_BAD_REQUEST;
    } while (header.len > 0);
    if (!is_text(take_word(&target, '?'), path))
        return HTTP_NOT_FOUND;
    return is_text(method, "GET") || is_text(method, "HEAD") ? HTTP_OK : HTTP_BAD_METHOD;
}

bool http_is_head(struct span request)
{
    return is_text(take_word(&request, ' '), "HEAD");
}

static const char *reason_of(enum http_answer answer)
{
    switch (answer) {
    case HTTP_OK:
        return "OK";
    case HTTP_BAD_REQUEST:
        return "Bad Request";
    case HTTP_NOT_FOUND:
        return "Not Found";
    case HTTP_BAD_METHOD:
        return "Method Not Allowed";
    case HTTP_FAILED:
        return "Internal Server Error";
    }
    return "";
}

static const char *remedy_of(enum http_answer answer)
{
    switch (answer) {
    case HTTP_OK:
        break;
    case HTTP_BAD_REQUEST:
        return "This is not a request of HTTP/1.1, or it is too long or too slow.\n";
    case HTTP_NOT_FOUND:
        return "There is only /metrics here.\n";
    case HTTP_BAD_METHOD:
        return "Only GET and HEAD.\n";
    case HTTP_FAILED:
        return "The configurations cannot be read: see the journal.\n";
    }
    return "";
}

void http_put_answer(enum http_answer answer, struct span body, bool is_head, struct buf *out)
{
    const char *remedy = remedy_of(answer);
    if (answer != HTTP_OK)
        body = (struct span){(const uint8_t *)remedy, strlen(remedy)};
    buf_printf(out, "HTTP/1.1 %d %s\r\n", (int)answer, reason_of(answer));
    buf_printf(out, "Content-Type: text/plain; %scharset=utf-8\r\n",
               answer == HTTP_OK ? "version=0.0.4; " : "");
    if (answer == HTTP_BAD_METHOD)
        buf_printf(out, "Allow: GET, HEAD\r\n");
    buf_printf(out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", body.len);
    if (!is_head)
        buf_put(out, body.data, body.len);
}
