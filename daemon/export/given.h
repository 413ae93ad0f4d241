/* A line of a file that somebody hands in as an export: anything until it was looked at. Private to
 * daemon/export.
 *
 * A line is taken by reading from it what nothing else in the file says (given_*), making the line
 * anew from that (line_of_*), and comparing (given_compare): so every member is checked, also those
 * that are never read. */
#ifndef EXPORT_GIVEN_H
#define EXPORT_GIVEN_H

#include "export/line.h"

/* What is wrong with a line, and where in it. */
struct given_problem {
    size_t column; /* in characters, from 1; 0: not known */
    char text[400];
};

struct given {
    struct span bytes; /* without the line end */
    json_t *object;    /* NULL: it could not be read */
    struct given_problem problem;
    bool failed; /* then the problem is the first one */
};

/* Reads a line of at most LINE_SIZE_MAX bytes: one JSON object in UTF-8, no member twice, with the
 * limits of line.h. given_fini in any case. */
void given_open(struct span bytes, struct given *ret_given);
void given_fini(struct given *given);
/* What kind of line it is; "" if it does not say. */
const char *given_kind(const struct given *given);

/* The first failure stays, and every later call does nothing. `name` is in the text; the column is
 * where that member stands. */
void given_fail(struct given *given, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Members; what is not there, or not as it must be, is a failure, and then 0, false or "". */
uint64_t given_number(struct given *given, const char *name, uint64_t min, uint64_t max);
/* null is 0. */
uint64_t given_number_or_null(struct given *given, const char *name, uint64_t max);
bool given_bool(struct given *given, const char *name);
/* Of at most `max` bytes, without control characters; belongs to the line. */
const char *given_text(struct given *given, const char *name, size_t max);
/* null is "". */
const char *given_text_or_null(struct given *given, const char *name, size_t max);
struct instant given_instant(struct given *given, const char *name);
/* One that is not there is 0. */
struct instant given_instant_if_known(struct given *given, const char *name);
uint8_t given_states(struct given *given, const char *name);
/* Appends the bytes of a base64 text. */
void given_bytes(struct given *given, const char *name, struct buf *out);
/* 32 bytes; with `or_null` zeros for null. */
void given_curve_key(struct given *given, const char *name, bool or_null, uint8_t *ret_key);

/* STORE_DIGEST_SIZE bytes. */
void given_digest(struct given *given, const char *name, uint8_t *ret_digest);

/* Fails unless the line is, byte for byte, `made` (taken, as line_of_* returned it), naming the
 * member that differs. `remedy` ends that sentence. `scratch` is used. */
void given_compare(struct given *given, json_t *made, const char *remedy, struct buf *scratch);

#endif
