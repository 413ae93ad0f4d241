/* What the files of the public library (tonghop*.c) share: the handle, asking the node, and the way
 * in and out of the public interface. */
#ifndef CLIENT_HANDLE_H
#define CLIENT_HANDLE_H

#include "client/connection.h"
#include "core/catalogue.h"
#include "tonghop/client.h"

struct tonghop {
    struct connection *connection;
    bool is_vietnamese;
    struct catalogue *catalogue; /* NULL before the first report is made */
    /* Of the last filing or check: */
    struct problems problems;
    struct tonghop_problem *public_problems;
    struct tonghop_receipt receipt;
    struct tonghop_totals *total; /* of the last tonghop_total, or NULL */
};

/* The format in the language of the handle; both take the same arguments, as the compiler checks.
 */
#define HANDLE_WORDS(tonghop, english, vietnamese)                                                 \
    ((tonghop)->is_vietnamese ? (vietnamese) : (english))

/* The public name of an error. */
enum tonghop_err handle_err(enum err err);

/* Writes the reason, TONGHOP_REASON_SIZE bytes, cut where it is too long; returns `err`. */
enum err handle_fail(char *reason, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of a list of problems: the first error, with its place in a file, and how many more. */
enum err handle_fail_problems(char *reason, enum err err, const struct problems *problems);

/* Copies a struct that the caller has filled, of the public type `name`, into `ret_own` of `size`
 * bytes. ERR_USAGE: its size is not set; ERR_VERSION: it says what this library does not know. */
enum err handle_take(const void *given, const char *name, size_t size, void *ret_own, char *reason);

/* Sends a request and takes the answer, whose body must be the one expected; it belongs to the
 * connection, until the next request. The problems of a refusal are added to those of the handle.
 */
enum err handle_ask(struct tonghop *tonghop, Tonghop__Envelope *request,
                    Tonghop__Envelope__BodyCase expected, const Tonghop__Envelope **ret_answer,
                    char *reason);

/* The same for an answer that may take `more_ms` longer. */
enum err handle_ask_long(struct tonghop *tonghop, int64_t more_ms, Tonghop__Envelope *request,
                         Tonghop__Envelope__BodyCase expected, const Tonghop__Envelope **ret_answer,
                         char *reason);

/* For protobuf-c, whose strings are not const, and which only reads them; NULL is "". */
char *handle_borrow(const char *text);
/* enum kind. */
uint8_t handle_kind(const struct tonghop_key *key);
/* Its texts are those of the message. */
struct tonghop_unit handle_unit(const Tonghop__UnitInfo *unit);

#endif
