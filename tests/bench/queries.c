/* How long every kind of query takes at a province of 220 communes with ten years of 119
 * indicators, as a ratio to a bare ZeroMQ echo over the same transport in the same run.
 *
 *     bench_queries CONF ECHO-ENDPOINT ECHO-KEY YEARS ROUNDS [WORD]
 *
 * With WORD only queries that have it in their name.
 *
 * The echo is measured before, between and after the queries, so that a machine that becomes slower
 * meanwhile slows both. */
#include "bench/queries.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "client/command.h"
#include "core/log.h"
#include "core/mem.h"

enum { WORKERS = 16, ROUNDS_MAX = 10000, ECHO_BYTES = 100, KEY_CHARACTERS = 41 };

static int64_t now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* fails for unknown clocks only */
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Medians and the like, in microseconds. */
struct times {
    double median_us, p99_us;
};

static struct times times_of(int64_t *ns, size_t count)
{
    qsort(ns, count, sizeof(*ns), compare_times);
    return (struct times){.median_us = (double)ns[count / 2] / 1000,
                          .p99_us = (double)ns[(count * 99) / 100] / 1000};
}

/* ---- the reference ---- */

struct echo {
    void *context, *dealer;
};

static struct echo echo_open(const char *endpoint, const char *server_key)
{
    char public_key[KEY_CHARACTERS], secret_key[KEY_CHARACTERS];
    struct echo echo = {.context = zmq_ctx_new()};
    echo.dealer = zmq_socket(echo.context, ZMQ_DEALER);
    if (zmq_curve_keypair(public_key, secret_key) != 0 ||
        zmq_setsockopt(echo.dealer, ZMQ_CURVE_SERVERKEY, server_key, KEY_CHARACTERS) != 0 ||
        zmq_setsockopt(echo.dealer, ZMQ_CURVE_PUBLICKEY, public_key, KEY_CHARACTERS) != 0 ||
        zmq_setsockopt(echo.dealer, ZMQ_CURVE_SECRETKEY, secret_key, KEY_CHARACTERS) != 0 ||
        zmq_connect(echo.dealer, endpoint) != 0) {
        (void)fprintf(stderr, "bench_queries: echo: %s\n", zmq_strerror(zmq_errno()));
        exit(1);
    }
    return echo;
}

static void echo_close(struct echo *echo)
{
    const int linger = 0;
    (void)zmq_setsockopt(echo->dealer, ZMQ_LINGER, &linger, sizeof(linger));
    (void)zmq_close(echo->dealer); /* the process ends */
    (void)zmq_ctx_term(echo->context);
}

static struct times echo_measure(struct echo *echo, size_t rounds)
{
    const char out[ECHO_BYTES] = {0};
    char in[ECHO_BYTES];
    int64_t *ns = mem_calloc(rounds, sizeof(*ns));
    for (size_t i = 0; i < rounds; i++) {
        int64_t begin = now_ns();
        if (zmq_send(echo->dealer, out, sizeof(out), 0) < 0 ||
            zmq_recv(echo->dealer, in, sizeof(in), 0) != (int)sizeof(in)) {
            (void)fprintf(stderr, "bench_queries: echo: %s\n", zmq_strerror(zmq_errno()));
            exit(1);
        }
        ns[i] = now_ns() - begin;
    }
    struct times times = times_of(ns, rounds);
    free(ns);
    return times;
}

/* ---- the queries ---- */

static size_t ask(struct connection *connection, Tonghop__Envelope *request, const char *name)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    const Tonghop__Envelope *answer = NULL;
    enum err err = connection_request(connection, request, &answer, reason);
    bool is_refused = err == ERR_OK && answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL;
    if (err != ERR_OK || is_refused) {
        (void)fprintf(stderr, "bench_queries: %s: %s\n", name,
                      is_refused ? answer->refusal->text : reason);
        exit(1);
    }
    return protobuf_c_message_get_packed_size(&answer->base);
}

static void measure(struct connection *connection, unsigned n, const struct load *load,
                    size_t rounds, const struct times *echo)
{
    Tonghop__Envelope request;
    const char *name = query_list(n, load, &request);
    size_t bytes = ask(connection, &request, name); /* and once to warm up */
    int64_t *ns = mem_calloc(rounds, sizeof(*ns));
    for (size_t i = 0; i < rounds; i++) {
        int64_t begin = now_ns();
        (void)ask(connection, &request, name);
        ns[i] = now_ns() - begin;
    }
    struct times times = times_of(ns, rounds);
    (void)printf("%-50s %9.2f %9.2f %9zu %9.1f\n", name, times.median_us / 1000,
                 times.p99_us / 1000, bytes, times.median_us / echo->median_us);
    (void)fflush(stdout);
    free(ns);
}

static unsigned number_of(const char *text, unsigned most)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (number < 1 || number > most || *end != '\0') {
        (void)fprintf(stderr, "bench_queries: '%s' is not a number from 1 to %u\n", text, most);
        exit(2);
    }
    return (unsigned)number;
}

int main(int argc, char **argv)
{
    if (argc != 6 && argc != 7) {
        (void)fprintf(stderr,
                      "usage: bench_queries CONF ECHO-ENDPOINT ECHO-KEY YEARS ROUNDS [WORD]\n");
        return 2;
    }
    log_setup(LOG_LEVEL_WARNING, 0);
    const struct common common = {.config = argv[1], .timeout_ms = CONNECTION_TIMEOUT_MS};
    struct conf conf = {0};
    if (!command_find_conf(&common, &conf))
        return 2;
    unsigned years = number_of(argv[4], 20), rounds = number_of(argv[5], ROUNDS_MAX);
    struct load load = {.conf = &conf, .first_year = BENCH_LAST_YEAR + 1 - years};
    int64_t begin = now_ns();
    uint32_t filed = load_all(&load, WORKERS);
    double seconds = (double)(now_ns() - begin) / 1e9;
    const char *close_command = getenv("BENCH_CLOSE");
    if (close_command == NULL || system(close_command) != 0) {
        (void)fprintf(stderr, "bench_queries: the period was not closed\n");
        return 1;
    }
    (void)sleep(1); /* moments are written with whole seconds */
    (void)instant_format((struct instant){(int64_t)time(NULL) * 1000000}, load.corrected);
    load.is_correction = true;
    uint32_t corrections = load_all(&load, WORKERS);
    (void)printf("%" PRIu32 " reports filed by %d connections in %.1f s, then %" PRIu32
                 " corrections\n\n",
                 filed, WORKERS, seconds, corrections);
    (void)fflush(stdout);

    char reason[CONNECTION_REASON_SIZE] = "";
    struct connection *connection = NULL;
    if (connection_open(&conf, false, CONNECTION_TIMEOUT_MS, &connection, reason) != ERR_OK) {
        (void)fprintf(stderr, "bench_queries: %s\n", reason);
        return 1;
    }
    struct echo echo = echo_open(argv[2], argv[3]);
    (void)echo_measure(&echo, 100);
    (void)printf("%-50s %9s %9s %9s %9s\n", "query", "median ms", "p99 ms", "bytes", "x echo");
    struct times last = {0};
    Tonghop__Envelope ignored;
    const char *name, *word = argc == 7 ? argv[6] : "";
    for (unsigned n = 0; (name = query_list(n, &load, &ignored)) != NULL; n++) {
        if (strstr(name, word) == NULL)
            continue;
        last = echo_measure(&echo, 200);
        measure(connection, n, &load, rounds, &last);
    }
    (void)printf("%-50s %9.3f %9.3f %9d %9.1f\n", "a bare ZeroMQ echo", last.median_us / 1000,
                 last.p99_us / 1000, ECHO_BYTES, 1.0);
    echo_close(&echo);
    connection_close(&connection);
    conf_fini(&conf);
    return 0;
}
