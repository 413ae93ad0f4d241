/* Digests name bytes; sums of digests name sets.
 *
 * A bucket's digest is the sum of the digests of its members, so that one report is put in or taken
 * out without the others being read, in any order. libsodium's generic hash is BLAKE2b; this
 * function of it needs no sodium_init(), which would only choose a faster implementation. */
#include "wire/digest.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/mem.h"

void digest_of(struct span bytes, uint8_t *ret_digest)
{
    /* It fails for sizes out of range only, and ours is fixed. */
    (void)crypto_generichash(ret_digest, DIGEST_SIZE, bytes.data, bytes.len, NULL, 0);
}

void digest_seal(const uint8_t *secret, struct span bytes, uint8_t *ret_seal)
{
    /* As above. */
    (void)crypto_generichash(ret_seal, DIGEST_SEAL_SIZE, bytes.data, bytes.len, secret,
                             DIGEST_SIZE);
}

/* ---- streams ---- */

enum { STATE_ALIGNMENT = 64 }; /* what libsodium declares, and malloc does not promise */

struct digest_stream {
    void *memory;
    crypto_generichash_state *state; /* in it */
};

struct digest_stream *digest_stream_new(void)
{
    struct digest_stream *stream = mem_alloc(sizeof *stream);
    stream->memory = mem_calloc(1, sizeof *stream->state + STATE_ALIGNMENT);
    uintptr_t at = (uintptr_t)stream->memory;
    stream->state = (void *)((at + STATE_ALIGNMENT - 1) & ~(uintptr_t)(STATE_ALIGNMENT - 1));
    (void)crypto_generichash_init(stream->state, NULL, 0, DIGEST_SIZE); /* as in digest_of */
    return stream;
}

void digest_stream_put(struct digest_stream *stream, struct span bytes)
{
    (void)crypto_generichash_update(stream->state, bytes.data, bytes.len); /* never fails */
}

void digest_stream_get(const struct digest_stream *stream, uint8_t *ret_digest)
{
    crypto_generichash_state copy = *stream->state;                 /* to end one is to use it up */
    (void)crypto_generichash_final(&copy, ret_digest, DIGEST_SIZE); /* its size is right */
}

void digest_stream_free(struct digest_stream **stream)
{
    if (*stream == NULL)
        return;
    free((*stream)->memory);
    free(*stream);
    *stream = NULL;
}

/* ---- sums ---- */

void digest_add(uint8_t *sum, const uint8_t *part)
{
    unsigned carry = 0;
    for (size_t i = DIGEST_SIZE; i-- > 0;) {
        carry += (unsigned)sum[i] + part[i];
        sum[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

void digest_subtract(uint8_t *sum, const uint8_t *part)
{
    unsigned borrow = 0;
    for (size_t i = DIGEST_SIZE; i-- > 0;) {
        unsigned difference = 0x100u + sum[i] - part[i] - borrow;
        sum[i] = (uint8_t)difference;
        borrow = difference < 0x100u;
    }
}

void digest_put_key(struct buf *out, const struct report_key *key)
{
    buf_put_u8(out, key->kind);
    buf_put_u16(out, key->period.year);
    buf_put_u8(out, key->period.label);
    buf_put_u32(out, key->unit);
    buf_put_u32(out, key->form);
}

static void put_revision(struct buf *out, const struct digest_revision *revision)
{
    buf_put_u64(out, revision->number);
    buf_put_u8(out, revision->states);
    buf_put(out, revision->content, DIGEST_SIZE);
}

void digest_of_state(const struct digest_state *state, uint8_t *ret_digest)
{
    struct buf bytes = {0};
    digest_put_key(&bytes, &state->key);
    put_revision(&bytes, &state->latest);
    buf_put_u64(&bytes, (uint64_t)state->received.us);
    buf_put_u64(&bytes, (uint64_t)state->first_filed.us);
    put_revision(&bytes, &state->accepted);
    buf_put_u64(&bytes, (uint64_t)state->accepted_received.us);
    digest_of(span_of(&bytes), ret_digest);
    buf_fini(&bytes);
}
