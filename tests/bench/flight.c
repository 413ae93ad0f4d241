/* While the clock runs an answer is looked at no further than its number and its kind; only a
 * refusal is opened, to say why. */
#include "bench/flight.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/mem.h"
#include "core/problem.h"
#include "link/sock.h"
#include "text/conf.h"
#include "wire/wire.h"

enum { RETRY_NS = 1000000 };

struct flight {
    struct sock_context *context;
    struct sock *sock;
    char *endpoint;
    uint8_t server_key[KEY_SIZE];
    struct key_pair pair;
    bool is_echo;
    bool is_patient;    /* until the hello was answered */
    uint64_t seq;       /* of the last request packed */
    uint64_t sent_seq;  /* of the last one sent */
    struct buf request; /* of flight_send */
    struct buf answer;
    struct arena *arena;
};

void flight_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("bench_load: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(1);
}

/* ---- the link ---- */

static void make_link(struct flight *flight)
{
    if (flight->context == NULL ||
        sock_connect(flight->context, flight->endpoint, flight->server_key, &flight->pair,
                     WIRE_ANSWER_MAX, &flight->sock) != ERR_OK)
        flight_fail("%s: cannot connect", flight->endpoint);
}

static struct flight *connect_to(const char *endpoint, const uint8_t *server_key,
                                 const struct key_pair *pair)
{
    struct flight *flight = mem_calloc(1, sizeof(*flight));
    flight->context = sock_context_new();
    flight->arena = arena_new(WIRE_ANSWER_ARENA_MAX);
    flight->endpoint = mem_strdup(endpoint);
    memcpy(flight->server_key, server_key, KEY_SIZE);
    flight->pair = *pair;
    make_link(flight);
    return flight;
}

/* Another socket, because libzmq itself waits a second; the hello goes out once more. */
static void try_again(struct flight *flight)
{
    const struct timespec pause = {.tv_nsec = RETRY_NS};
    (void)nanosleep(&pause, NULL);
    sock_close(&flight->sock);
    make_link(flight);
    if (sock_send(flight->sock, NULL, span_of(&flight->request)) != ERR_OK)
        flight_fail("a hello was not sent");
}

static void say_hello(struct flight *flight)
{
    static char software[] = "bench";
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.software = software;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    (void)flight_ask(flight, &envelope, TONGHOP__ENVELOPE__BODY_WELCOME);
}

struct flight *flight_open(const char *conf_path, bool is_patient)
{
    char reason[KEY_REASON_SIZE] = "";
    struct problems problems = {0};
    struct key_pair pair;
    struct conf conf = {0};
    if (conf_read(conf_path, &problems, &conf) != ERR_OK || !conf.is_client)
        flight_fail("%s: not the configuration of a client", conf_path);
    if (key_read(conf.key_file, false, &pair, reason) != ERR_OK)
        flight_fail("%s", reason);
    struct flight *flight = connect_to(conf.parent_endpoint, conf.parent_key, &pair);
    problems_fini(&problems);
    conf_fini(&conf);
    flight->is_patient = is_patient;
    say_hello(flight);
    flight->is_patient = false;
    return flight;
}

struct flight *flight_open_echo(const char *endpoint, const char *key)
{
    uint8_t server_key[KEY_SIZE];
    struct key_pair pair;
    if (key_parse(key, server_key) != ERR_OK)
        flight_fail("not a key: %s", key);
    key_generate(&pair);
    struct flight *flight = connect_to(endpoint, server_key, &pair);
    flight->is_echo = true;
    return flight;
}

void flight_close(struct flight **flight)
{
    struct flight *old = *flight;
    if (old == NULL)
        return;
    sock_close(&old->sock);
    sock_context_free(&old->context);
    arena_free(&old->arena);
    key_wipe(&old->pair);
    free(old->endpoint);
    buf_fini(&old->request);
    buf_fini(&old->answer);
    free(old);
    *flight = NULL;
}

/* ---- packing ---- */

void flight_pack(struct flight *flight, Tonghop__Envelope *request, struct buf *out)
{
    request->protocol = WIRE_PROTOCOL;
    request->seq = ++flight->seq;
    wire_pack(request, out);
}

/* The echo reads the first four bytes, and sends all of it back; the next eight are the number. */
void flight_pack_echo(struct flight *flight, size_t answer_bytes, struct buf *out)
{
    static const uint8_t rest[FLIGHT_ECHO_BYTES - 12] = {0};
    buf_put_u32(out, (uint32_t)answer_bytes);
    buf_put_u64(out, ++flight->seq);
    buf_put(out, rest, sizeof(rest));
}

/* ---- answers ---- */

const Tonghop__Envelope *flight_answer(struct flight *flight)
{
    char reason[WIRE_REASON_SIZE] = "";
    struct wire_message message;
    arena_reset(flight->arena);
    if (wire_open(span_of(&flight->answer), flight->arena, &message, reason, sizeof(reason)) !=
        ERR_OK)
        flight_fail("an answer does not open: %s", reason);
    return message.envelope;
}

size_t flight_answer_bytes(const struct flight *flight)
{
    return flight->answer.len;
}

/* Which request this answers; 0: none, as a notice does. */
static uint64_t answered_seq(const struct flight *flight)
{
    enum { PROTOCOL = 1 << 3, SEQ = 2 << 3, RE = 3 << 3 }; /* tags of the numbers in front */
    struct reader reader = reader_of(span_of(&flight->answer));
    if (flight->is_echo) {
        (void)reader_u32(&reader);
        return reader_u64(&reader);
    }
    while (reader_left(&reader) > 0) {
        uint64_t tag = reader_varint(&reader);
        if (tag != PROTOCOL && tag != SEQ && tag != RE)
            break;
        uint64_t value = reader_varint(&reader);
        if (tag == RE)
            return value;
    }
    return 0;
}

static void check_body(struct flight *flight, int expected)
{
    if (flight->is_echo || wire_peek_body(span_of(&flight->answer)) == expected)
        return;
    const Tonghop__Envelope *answer = flight_answer(flight);
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_REFUSAL)
        flight_fail("an answer is a %s", wire_body_name(answer));
    const Tonghop__Refusal *refusal = answer->refusal;
    flight_fail("refused: %s: %s", refusal->code,
                refusal->n_problems > 0 ? refusal->problems[0]->text : refusal->text);
}

/* The next answer to a request of ours; its number. */
static uint64_t receive(struct flight *flight, int expected)
{
    for (;;) {
        struct sock_poll_item item = {.sock = flight->sock, .fd = -1};
        struct sock_peer peer;
        bool is_zap = false;
        enum err err = sock_receive(flight->sock, &flight->answer, &peer);
        if (err == ERR_OK) {
            uint64_t seq = answered_seq(flight);
            if (seq == 0)
                continue;
            check_body(flight, expected);
            return seq;
        }
        if (err != ERR_BUSY)
            flight_fail("an answer was not received: %s", err_text(err));
        const char *trouble = sock_trouble(flight->sock);
        if (trouble[0] != '\0' && !flight->is_patient)
            flight_fail("the link: %s", trouble);
        if (trouble[0] != '\0') {
            try_again(flight);
            continue;
        }
        if (sock_poll(flight->context, &item, 1, FLIGHT_WAIT_MS, &is_zap) != ERR_OK)
            flight_fail("no answer within %d ms", FLIGHT_WAIT_MS);
    }
}

/* ---- many requests ---- */

int64_t flight_run(struct flight *flight, const struct buf *requests, size_t count, size_t window,
                   int expected, struct times *times)
{
    int64_t *sent_ns = mem_calloc(count, sizeof(*sent_ns));
    uint64_t first_seq = flight->sent_seq + 1;
    int64_t begin_ns = times_now_ns();
    size_t sent = 0;
    for (size_t done = 0; done < count; done++) {
        for (; sent < count && sent - done < window; sent++) {
            sent_ns[sent] = times_now_ns();
            if (sock_send(flight->sock, NULL, span_of(&requests[sent])) != ERR_OK)
                flight_fail("request %zu was not sent", sent);
        }
        uint64_t nth = receive(flight, expected) - first_seq;
        if (nth >= sent || sent_ns[nth] == 0)
            flight_fail("request %" PRIu64 " was answered twice, or never sent", nth);
        times_add(times, times_now_ns() - sent_ns[nth]);
        sent_ns[nth] = 0;
    }
    flight->sent_seq += count;
    free(sent_ns);
    return times_now_ns() - begin_ns;
}

/* ---- one request ---- */

void flight_send(struct flight *flight, Tonghop__Envelope *request)
{
    buf_clear(&flight->request);
    flight_pack(flight, request, &flight->request);
    if (sock_send(flight->sock, NULL, span_of(&flight->request)) != ERR_OK)
        flight_fail("a request was not sent");
    flight->sent_seq = flight->seq;
}

const Tonghop__Envelope *flight_await(struct flight *flight, int expected)
{
    if (receive(flight, expected) != flight->seq)
        flight_fail("another request was answered");
    return flight_answer(flight);
}

const Tonghop__Envelope *flight_ask(struct flight *flight, Tonghop__Envelope *request, int expected)
{
    flight_send(flight, request);
    return flight_await(flight, expected);
}
