/* What people ask of a node in the benches, as bytes: whole envelopes, appended to `out`. */
#ifndef BENCH_ASKING_H
#define BENCH_ASKING_H

#include "bench/country.h"
#include "core/buf.h"
#include "core/period.h"

void asking_pack_hello(uint64_t seq, struct buf *out);
/* The annual report, or its correction, of one unit; other `based_on`, other figures. */
void asking_pack_file(const struct country *country, uint32_t unit, uint16_t year,
                      uint64_t based_on, uint64_t seq, struct buf *out);
/* A node for `unit`, by its key of 32 bytes. */
void asking_pack_enrol(uint32_t unit, const uint8_t *key, uint64_t seq, struct buf *out);

/* A catalogue as it is published, chunk by chunk; fini when all are packed. */
struct publishing {
    struct buf bytes;
    uint32_t number, chunk_count;
};
void publishing_init(const struct catalogue *catalogue, struct publishing *ret_publishing);
void publishing_fini(struct publishing *publishing);
void asking_pack_chunk(const struct publishing *publishing, uint32_t index, uint64_t seq,
                       struct buf *out);

#endif
