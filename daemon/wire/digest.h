/* Digests: BLAKE2b-256 by libsodium, and sums of digests. */
#ifndef WIRE_DIGEST_H
#define WIRE_DIGEST_H

#include "core/buf.h"
#include "core/report.h"

enum { DIGEST_SIZE = 32 };

/* BLAKE2b-256 of `bytes` into 32 bytes. */
void digest_of(struct span bytes, uint8_t *ret_digest);

/* sum = sum + part, sum = sum - part, modulo 2^256, big-endian. */
void digest_add(uint8_t *sum, const uint8_t *part);
void digest_subtract(uint8_t *sum, const uint8_t *part);

/* A key in its canonical form: kind (1 byte), year (2), label (1), unit (4), form (4), big-endian.
 */
void digest_put_key(struct buf *out, const struct report_key *key);

/* What the state of one report key adds to its bucket: the digest of key (digest_put_key), latest
 * revision (8 bytes), its state bits (1), its content digest (32) and the revision that counts (8).
 */
void digest_of_state(const struct report_key *key, uint64_t revision, uint8_t states,
                     const uint8_t *content, uint64_t counting, uint8_t *ret_digest);

#endif
