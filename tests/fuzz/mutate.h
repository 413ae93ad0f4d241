/* Mutations that keep a protobuf message a message.
 *
 * Blind mutations of nested messages nearly always break a length, and those of a report break the
 * digests of its parts: what lies behind these checks would never be reached. Here one field of one
 * message inside is changed, and everything around it is written anew: lengths, and mostly also
 * digests. */
#ifndef TESTS_FUZZ_MUTATE_H
#define TESTS_FUZZ_MUTATE_H

#include <protobuf-c/protobuf-c.h>

#include "core/buf.h"

/* splitmix64. */
struct mutate_random {
    uint64_t state;
};

uint64_t mutate_pick(struct mutate_random *random, uint64_t below);

/* Appends a mutant of the message to `out`. */
void mutate_message(const ProtobufCMessageDescriptor *type, struct span message,
                    struct mutate_random *random, struct buf *out);
/* For LLVMFuzzerCustomMutator: in place; a mutant that does not fit is mutated blindly instead. */
size_t mutate_in_place(const ProtobufCMessageDescriptor *type, uint8_t *data, size_t size,
                       size_t max_size, unsigned seed);

#endif
