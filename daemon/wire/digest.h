/* Digests: BLAKE2b-256 by libsodium, and sums of digests. */
#ifndef WIRE_DIGEST_H
#define WIRE_DIGEST_H

#include "core/buf.h"
#include "core/instant.h"
#include "core/report.h"

enum { DIGEST_SIZE = 32, DIGEST_SEAL_SIZE = 16 };

/* BLAKE2b-256 of `bytes` into 32 bytes. */
void digest_of(struct span bytes, uint8_t *ret_digest);

/* Sixteen bytes of `bytes` that nobody makes without the 32 bytes of `secret` (keyed BLAKE2b-128).
 */
void digest_seal(const uint8_t *secret, struct span bytes, uint8_t *ret_seal);
/* The same of bytes that come one after the other. The caller frees it. */
struct digest_stream;
struct digest_stream *digest_stream_new(void);
void digest_stream_put(struct digest_stream *stream, struct span bytes);
/* Of all that was put so far; more may follow. */
void digest_stream_get(const struct digest_stream *stream, uint8_t *ret_digest);
void digest_stream_free(struct digest_stream **stream);

/* sum = sum + part, sum = sum - part, modulo 2^256, big-endian. */
void digest_add(uint8_t *sum, const uint8_t *part);
void digest_subtract(uint8_t *sum, const uint8_t *part);

/* A key in its canonical form: kind (1 byte), year (2), label (1), unit (4), form (4), big-endian.
 */
void digest_put_key(struct buf *out, const struct report_key *key);

/* One revision of a state: number 0 when there is none. */
struct digest_revision {
    uint64_t number;
    uint8_t states;
    uint8_t content[DIGEST_SIZE];
};

/* All that two nodes have to hold the same of one report key. */
struct digest_state {
    struct report_key key;
    struct digest_revision latest;
    struct instant received, first_filed; /* of the latest */
    struct digest_revision accepted; /* the highest accepted one, where that is an earlier one */
    struct instant accepted_received;
};

/* What a state adds to its bucket: the digest of key (digest_put_key); of the latest revision its
 * number (8 bytes), state bits (1) and content digest (32); the times of receipt and of the first
 * filing (8 each); of the earlier accepted revision number, bits, content and time of receipt,
 * zeros if there is none. */
void digest_of_state(const struct digest_state *state, uint8_t *ret_digest);

#endif
