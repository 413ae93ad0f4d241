/* One HTTP request: complete or not, and what it is answered. */
#include "lib/cm.h"

#include "client/http.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct span span_of_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

/* Rule: a head ends with an empty line; a bare LF ends a line, too. */
static void test_complete(void **state)
{
    static const struct {
        const char *text;
        bool is_complete;
    } rows[] = {
        {"", false},
        {"GET /metrics HTTP/1.1\r\n", false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n", false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r", false},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", true},
        {"GET /metrics HTTP/1.1\n\n", true},
        {"GET /metrics HTTP/1.1\r\n\r\nbody", true},
        {"\r\n", true},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        assert_int_equal(http_is_complete(span_of_text(rows[i].text)), rows[i].is_complete);
}

static void test_judged(void **state)
{
    static const struct {
        const char *text;
        enum http_answer answer;
    } rows[] = {
        {"GET /metrics HTTP/1.1\r\nHost: localhost:9464\r\nAccept: */*\r\n\r\n", HTTP_OK},
        {"GET /metrics HTTP/1.0\r\n\r\n", HTTP_OK},
        {"GET /metrics HTTP/1.1\n\n", HTTP_OK},
        {"GET /metrics?name%5B%5D=up HTTP/1.1\r\n\r\n", HTTP_OK},
        {"GET /metrics HTTP/1.1\r\nX:\r\n\r\nwhat follows is not looked at \x01", HTTP_OK},
        {"GET / HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"GET /metrics/ HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"GET /metric HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"GET /%6detrics HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"GET http://h/metrics HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"POST / HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"POST /metrics HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", HTTP_BAD_METHOD},
        {"HEAD /metrics HTTP/1.1\r\n\r\n", HTTP_OK},
        {"HEAD / HTTP/1.1\r\n\r\n", HTTP_NOT_FOUND},
        {"head /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_METHOD},
        {"get /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_METHOD},
        {"GETT /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_METHOD},
        {"", HTTP_BAD_REQUEST},
        {"\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nHost: a\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/2.0\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.10\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics http/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET  /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics  HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1 \r\n\r\n", HTTP_BAD_REQUEST},
        {" GET /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /met\trics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /m\xc3\xa9trics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"G\x01T /metrics HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nHost\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nHost : a\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\n: a\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nA: b\r\n c\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nA: b\x01\r\n\r\n", HTTP_BAD_REQUEST},
        {"GET /metrics HTTP/1.1\r\nA: b\rc: d\r\n\r\n", HTTP_BAD_REQUEST},
        {"\x16\x03\x01\x02", HTTP_BAD_REQUEST},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        if (http_judge(span_of_text(rows[i].text), "/metrics") != rows[i].answer)
            fail_msg("row %zu is not answered with %d", i, (int)rows[i].answer);
}

/* Rule: bytes that are no text are judged, too. */
static void test_nul(void **state)
{
    static const char request[] = "GET /metrics HTTP/1.1\r\nA: \0\r\n\r\n";
    struct span bytes = {(const uint8_t *)request, sizeof(request) - 1};
    (void)state;
    assert_int_equal(http_judge(bytes, "/metrics"), HTTP_BAD_REQUEST);
}

static void assert_answer(enum http_answer answer, const char *body, bool is_head,
                          const char *expected)
{
    struct buf out = {0};
    http_put_answer(answer, span_of_text(body), is_head, &out);
    assert_int_equal(out.len, strlen(expected));
    assert_memory_equal(out.data, expected, out.len);
    buf_fini(&out);
}

static void test_answers(void **state)
{
    (void)state;
    assert_answer(HTTP_OK, "a 1\n", false,
                  "HTTP/1.1 200 OK\r\n"
                  "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                  "Content-Length: 4\r\nConnection: close\r\n\r\na 1\n");
    assert_answer(HTTP_BAD_METHOD, "never said", false,
                  "HTTP/1.1 405 Method Not Allowed\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Allow: GET, HEAD\r\n"
                  "Content-Length: 19\r\nConnection: close\r\n\r\nOnly GET and HEAD.\n");
}

/* Rule: an answer to HEAD is the head of that to GET, and nothing behind it, also when it is a
 * refusal. */
static void test_head(void **state)
{
    (void)state;
    assert_true(http_is_head(span_of_text("HEAD /metrics HTTP/1.1\r\n\r\n")));
    assert_true(http_is_head(span_of_text("HEAD  HTTP/1.1\r\n\r\n")));
    assert_false(http_is_head(span_of_text("GET /HEAD HTTP/1.1\r\n\r\n")));
    assert_false(http_is_head(span_of_text("HEADER / HTTP/1.1\r\n\r\n")));
    assert_false(http_is_head(span_of_text("")));
    assert_answer(HTTP_OK, "a 1\n", true,
                  "HTTP/1.1 200 OK\r\n"
                  "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
                  "Content-Length: 4\r\nConnection: close\r\n\r\n");
    assert_answer(HTTP_NOT_FOUND, "never said", true,
                  "HTTP/1.1 404 Not Found\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Length: 29\r\nConnection: close\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete), cmocka_unit_test(test_judged), cmocka_unit_test(test_nul),
        cmocka_unit_test(test_answers),  cmocka_unit_test(test_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
