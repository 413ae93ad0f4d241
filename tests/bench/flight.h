/* Requests over one connection, some of them under way at the same time: packed before the clock
 * starts, and matched to their answers by `re`. Whatever fails ends the program with a message: a
 * bench has nothing to go on with. */
#ifndef BENCH_FLIGHT_H
#define BENCH_FLIGHT_H

#include "bench/times.h"
#include "core/buf.h"
#include "tonghop.pb-c.h"

enum { FLIGHT_WAIT_MS = 60000, FLIGHT_ECHO_BYTES = 100 };

struct flight;

/* Ends the program: "bench_load: " and the text. */
_Noreturn void flight_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Connects over CURVE as the client configuration says, and says hello. Who is patient tries again
 * at once until somebody is there. */
struct flight *flight_open(const char *conf_path, bool is_patient);
/* Connects to a bare echo (echo.c); `key` in base64. */
struct flight *flight_open_echo(const char *endpoint, const char *key);
void flight_close(struct flight **flight);

/* Appends the next request to `out`. Requests are sent in the order in which they were packed. */
void flight_pack(struct flight *flight, Tonghop__Envelope *request, struct buf *out);
/* The same of an echo, whose answer is to have `answer_bytes`. */
void flight_pack_echo(struct flight *flight, size_t answer_bytes, struct buf *out);

/* Sends `count` requests, at most `window` of them under way, until each was answered by the body
 * `expected` (0: an echo, whatever it is). Adds to `times`, for each, how long its answer took.
 * Returns what all of them took. The last answer is that of flight_answer. */
int64_t flight_run(struct flight *flight, const struct buf *requests, size_t count, size_t window,
                   int expected, struct times *times);

/* One request, from packing to an answer of the body `expected`, which is valid until the next. */
const Tonghop__Envelope *flight_ask(struct flight *flight, Tonghop__Envelope *request,
                                    int expected);
/* The same in two steps, for what is answered when something has happened elsewhere. */
void flight_send(struct flight *flight, Tonghop__Envelope *request);
const Tonghop__Envelope *flight_await(struct flight *flight, int expected);
/* The last answer that was taken, opened; and its bytes. */
const Tonghop__Envelope *flight_answer(struct flight *flight);
size_t flight_answer_bytes(const struct flight *flight);

#endif
