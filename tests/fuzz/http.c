/* What is asked over HTTP, and the records of verifications and backups: small texts that others
 * write.
 *
 * Laws: what has no end is a bad request; what follows the end of a request's head does not matter;
 * what is answered well asks for the page alone, by GET or HEAD; an answer is as long as it says,
 * or its head alone. A record that reads has a moment and a result, and its error can be printed.
 */
#include <stdlib.h>
#include <string.h>

#include "client/http.h"
#include "core/care.h"
#include "fuzz/fuzz.h"

static const char page[] = "/metrics";
static const char *const asked[] = {"GET /metrics", "HEAD /metrics"};

/* How much of it is the head: the least that is complete. */
static size_t head_length(struct span bytes)
{
    size_t low = 0, high = bytes.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (http_is_complete((struct span){bytes.data, middle}))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void check_answer(enum http_answer answer, struct span body, bool is_head)
{
    static const char end[] = "\r\n\r\n", length[] = "Content-Length: ";
    struct buf out = {0};
    http_put_answer(answer, body, is_head, &out);
    buf_put_u8(&out, 0); /* what is a text can be searched */
    const char *head_end = strstr((const char *)out.data, end);
    const char *said = strstr((const char *)out.data, length);
    LAW(head_end != NULL && said != NULL && said < head_end, "an answer has a head with a length");
    size_t left = out.len - 1 - (size_t)(head_end + strlen(end) - (const char *)out.data);
    LAW(is_head ? left == 0 : strtoull(said + strlen(length), NULL, 10) == left,
        "an answer is as long as it says, or its head alone");
    buf_fini(&out);
}

static void check_request(struct span bytes)
{
    enum http_answer answer = http_judge(bytes, page);
    if (!http_is_complete(bytes)) {
        LAW(answer == HTTP_BAD_REQUEST, "what has no end is a bad request");
        return;
    }
    struct span head = {bytes.data, head_length(bytes)};
    LAW(http_judge(head, page) == answer, "what follows the head does not matter");
    bool is_head = http_is_head(bytes);
    size_t len = strlen(asked[is_head]);
    bool is_asked = bytes.len > len && memcmp(bytes.data, asked[is_head], len) == 0 &&
                    (bytes.data[len] == ' ' || bytes.data[len] == '?');
    LAW(answer != HTTP_OK || is_asked, "what is answered well asks for the page");
    check_answer(answer, bytes, is_head);
}

static void check_care(struct span bytes)
{
    struct care care;
    if (care_parse(bytes, &care) != ERR_OK)
        return;
    LAW(care.time.us > 0 && care.time.us <= INSTANT_MAX_US, "a record has a moment");
    LAW(care.result >= CARE_OK && care.result <= CARE_FAILED, "a record has a result");
    LAW(strspn(care.error, "abcdefghijklmnopqrstuvwxyz-") == strlen(care.error),
        "the error of a record can be printed");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = {data, size};
    check_request(bytes);
    check_care(bytes);
    return 0;
}
