/* Inputs of the target `node`: how the node starts, and then what happens to it, one frame after
 * the other. A frame is its type (1 byte), the length of its bytes (2, big-endian), and the bytes.
 */
#ifndef TESTS_FUZZ_FRAMES_H
#define TESTS_FUZZ_FRAMES_H

#include "core/buf.h"

/* The first byte of an input, a set of these. */
enum frames_start {
    FRAMES_DISTRICT = 1,     /* the district 631, which has a parent; else the root 64 */
    FRAMES_NO_CATALOGUE = 2, /* nothing was published yet */
    FRAMES_BATCHES = 4,      /* messages come several at a time, and share a transaction */
    FRAMES_REOPEN = 8,       /* at the end another process looks, too */
};

/* Who sent the bytes, or what happens instead of a message. */
enum frame_type {
    FRAME_LOCAL,    /* a person on the local socket */
    FRAME_NODE,     /* the node of a unit beneath */
    FRAME_REPORTER, /* of a unit whose home this node is */
    FRAME_READER,
    FRAME_ADMIN,
    FRAME_STRANGER, /* a key that was never enrolled */
    FRAME_REVOKED,  /* a key that was */
    FRAME_PEER_COUNT,
    FRAME_PARENT = FRAME_PEER_COUNT,
    FRAME_TICK,
    FRAME_WAIT, /* milliseconds: the bytes as a number */
    FRAME_RESTART,
    FRAME_LINK_LOST,
    FRAME_COUNT
};

enum { FRAMES_MAX = 32 }; /* of one input; the rest is not looked at */

struct frame {
    enum frame_type type;
    struct span bytes;
};

/* False at the end, or where no whole frame follows. */
bool frames_next(struct reader *input, struct frame *ret_frame);
void frames_put(enum frame_type type, struct span bytes, struct buf *out);

#endif
