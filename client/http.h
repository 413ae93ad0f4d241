/* As much of HTTP/1.x as it takes to be asked for metrics: one request, one answer, and the
 * connection is over. Pure functions over bytes. */
#ifndef CLIENT_HTTP_H
#define CLIENT_HTTP_H

#include <stdbool.h>

#include "core/buf.h"

enum { HTTP_REQUEST_MAX = 8192 }; /* bytes of a request's head */

enum http_answer {
    HTTP_OK = 200,
    HTTP_BAD_REQUEST = 400,
    HTTP_NOT_FOUND = 404,
    HTTP_BAD_METHOD = 405,
    HTTP_FAILED = 500,
};

/* Whether the empty line that ends a request's head is in it. */
bool http_is_complete(struct span bytes);
/* What to answer to a request, of which nothing is looked at behind its head: HTTP_OK to a GET or
 * HEAD of `path` alone, with or without a query behind it. */
enum http_answer http_judge(struct span request, const char *path);
/* Whether it asks for the head of the answer alone (RFC 9110, 9.3.2), also when it is refused. */
bool http_is_head(struct span request);
/* Appends the whole answer, or its head, with the length that the body would have. `body` is that
 * of HTTP_OK, a text in version 0.0.4 of Prometheus' format; others have one line that says what is
 * wrong. */
void http_put_answer(enum http_answer answer, struct span body, bool is_head, struct buf *out);

#endif
