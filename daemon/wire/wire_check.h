/* Private to daemon/wire: unpacking into a bounded arena, and checking what was unpacked.
 *
 * protobuf-c looks at the form of a message only: it accepts invalid UTF-8, NUL inside a text,
 * enums that nobody knows and sub-messages that are not there. wire_check walks a message by its
 * descriptor and holds every field against its rule (wire_rules.c). Nothing passes for want of a
 * rule: a text without one has a general limit, bytes and lists without one must be empty. */
#ifndef WIRE_WIRE_CHECK_H
#define WIRE_WIRE_CHECK_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/err.h"
#include "tonghop.pb-c.h"

enum wire_rule_flag {
    RULE_OR_EMPTY = 1,  /* bytes may also be empty */
    RULE_HAS_LINES = 2, /* a text may contain line ends and tabs */
};

/* What one field may be. `min` and `max` bound an integer or an enum, the bytes of a text, the size
 * of bytes, the elements of a list; a sub-message must be there if `min` is 1. */
struct wire_rule {
    size_t offset; /* of the member in the generated struct */
    int64_t min;
    uint64_t max;
    unsigned flags; /* of enum wire_rule_flag */
};

/* What one message may be. */
struct wire_shape {
    const ProtobufCMessageDescriptor *message;
    const struct wire_rule *rules;
    size_t rule_count;
    /* NULL, or what no single field can say: NULL when all is well, else what is wrong. Called when
     * every field has passed its rule. */
    const char *(*check)(const ProtobufCMessage *message);
};

/* NULL for a message without rules of its own. */
const struct wire_shape *wire_shape_of(const ProtobufCMessageDescriptor *message);

/* Where the text goes that says why a message is refused. */
struct wire_reason {
    char *text;
    size_t size_bytes;
};

/* Writes the reason and returns `err`. */
enum err wire_refuse(const struct wire_reason *reason, enum err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Unpacks without checking. ERR_MALFORMED; ERR_TOO_LARGE when the arena is used up. */
enum err wire_unpack(const ProtobufCMessageDescriptor *descriptor, struct span bytes,
                     struct arena *arena, ProtobufCMessage **ret_message,
                     const struct wire_reason *reason);
/* Checks a message that wire_unpack made. ERR_MALFORMED, ERR_TOO_LARGE. */
enum err wire_check(const ProtobufCMessage *message, const struct wire_reason *reason);
/* Both, one after the other. */
enum err wire_unpack_checked(const ProtobufCMessageDescriptor *descriptor, struct span bytes,
                             struct arena *arena, ProtobufCMessage **ret_message,
                             const struct wire_reason *reason);

/* Appends the serialised message: fields in order of number, so that equal messages are equal
 * bytes. */
void wire_put_message(const ProtobufCMessage *message, struct buf *out);

#endif
