/* The walk over an unpacked message. One walk serves all messages: what differs between them is
 * data, and data cannot forget a field. */
#include "wire/wire_check.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/int128.h"
#include "core/utf8.h"
#include "wire/wire.h"

/* Every piece of memory that protobuf-c asks for remembers its size. protobuf-c hands out a text as
 * a C string without its length: only so do we see that a NUL inside it hides what follows. */
struct block {
    size_t size_bytes;
    _Alignas(max_align_t) char bytes[];
};

struct block_source {
    struct arena *arena;
    bool is_exhausted;
};

static void *allocate(void *ctx, size_t size_bytes)
{
    struct block_source *source = ctx;
    struct block *block = NULL;
    if (size_bytes <= SIZE_MAX - sizeof *block)
        block = arena_alloc(source->arena, sizeof *block + size_bytes);
    if (block == NULL) {
        source->is_exhausted = true;
        return NULL;
    }
    block->size_bytes = size_bytes;
    return block->bytes;
}

static void release(void *ctx, void *memory)
{
    (void)ctx; /* the arena frees all at once */
    (void)memory;
}

/* Bytes of a text on the wire. A text that was not on the wire is the library's own empty one. */
static size_t text_size(const char *text)
{
    if (text == protobuf_c_empty_string)
        return 0;
    const struct block *block = (const void *)(text - offsetof(struct block, bytes));
    return block->size_bytes - 1; /* protobuf-c's NUL */
}

enum err wire_refuse(const struct wire_reason *reason, enum err err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    /* A text that is cut off still says much. */
    (void)vsnprintf(reason->text, reason->size_bytes, format, args);
    va_end(args);
    return err;
}

enum err wire_unpack(const ProtobufCMessageDescriptor *descriptor, struct span bytes,
                     struct arena *arena, ProtobufCMessage **ret_message,
                     const struct wire_reason *reason)
{
    static const uint8_t nothing[1];
    struct block_source source = {.arena = arena};
    ProtobufCAllocator allocator = {allocate, release, &source};
    ProtobufCMessage *message = protobuf_c_message_unpack(
        descriptor, &allocator, bytes.len, bytes.data != NULL ? bytes.data : nothing);
    if (message == NULL && source.is_exhausted)
        return wire_refuse(reason, ERR_TOO_LARGE,
                           "%s of %zu bytes takes too much memory to unpack: send less at once",
                           descriptor->short_name, bytes.len);
    if (message == NULL)
        return wire_refuse(reason, ERR_MALFORMED, "%zu bytes are not a serialised %s", bytes.len,
                           descriptor->short_name);
    *ret_message = message;
    return ERR_OK;
}

/* The field that is being checked. */
struct spot {
    const ProtobufCMessageDescriptor *message;
    const ProtobufCFieldDescriptor *field;
    struct wire_rule rule;
};

#define SPOT_FORMAT     "%s.%s"
#define SPOT_NAME(spot) (spot)->message->short_name, (spot)->field->name

/* A size or a number of elements. One size only: then another one is no matter of too much. */
static enum err check_amount(const struct spot *spot, size_t amount, const char *what,
                             const struct wire_reason *reason)
{
    const struct wire_rule *rule = &spot->rule;
    bool is_over = amount > rule->max;
    if (!is_over && amount >= (uint64_t)rule->min)
        return ERR_OK;
    if (amount == 0 && (rule->flags & RULE_OR_EMPTY) != 0)
        return ERR_OK;
    return wire_refuse(reason,
                       is_over && (uint64_t)rule->min < rule->max ? ERR_TOO_LARGE : ERR_MALFORMED,
                       SPOT_FORMAT ": %zu %s, but %" PRId64 " to %" PRIu64 " may be there",
                       SPOT_NAME(spot), amount, what, rule->min, rule->max);
}

static enum err check_text(const struct spot *spot, const char *text,
                           const struct wire_reason *reason)
{
    size_t size = text_size(text);
    enum err err = check_amount(spot, size, "bytes of text", reason);
    if (err != ERR_OK)
        return err;
    if (!utf8_is_text(text, size))
        return wire_refuse(reason, ERR_MALFORMED,
                           SPOT_FORMAT ": not UTF-8 text, or with control characters in it",
                           SPOT_NAME(spot));
    if ((spot->rule.flags & RULE_HAS_LINES) == 0 && strpbrk(text, "\n\t") != NULL)
        return wire_refuse(reason, ERR_MALFORMED,
                           SPOT_FORMAT ": a line end or a tab, but it must be one line",
                           SPOT_NAME(spot));
    return ERR_OK;
}

static enum err check_integer(const struct spot *spot, i128 value, const struct wire_reason *reason)
{
    const struct wire_rule *rule = &spot->rule;
    if (value < rule->min || value > rule->max)
        return wire_refuse(reason, ERR_MALFORMED,
                           SPOT_FORMAT ": out of range, may be %" PRId64 " to %" PRIu64,
                           SPOT_NAME(spot), rule->min, rule->max);
    if (spot->field->type == PROTOBUF_C_TYPE_ENUM &&
        protobuf_c_enum_descriptor_get_value(spot->field->descriptor, (int)value) == NULL)
        return wire_refuse(reason, ERR_MALFORMED,
                           SPOT_FORMAT ": a value that protocol %d does not know", SPOT_NAME(spot),
                           WIRE_PROTOCOL);
    return ERR_OK;
}

static enum err check_message(const struct spot *spot, const ProtobufCMessage *message,
                              const struct wire_reason *reason)
{
    if (message != NULL)
        return wire_check(message, reason);
    if (spot->rule.min == 1)
        return wire_refuse(reason, ERR_MALFORMED, SPOT_FORMAT ": is not there, but must be",
                           SPOT_NAME(spot));
    return ERR_OK;
}

static enum err check_value(const struct spot *spot, const void *member,
                            const struct wire_reason *reason)
{
    switch (spot->field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return check_text(spot, *(const char *const *)member, reason);
    case PROTOBUF_C_TYPE_BYTES:
        return check_amount(spot, ((const ProtobufCBinaryData *)member)->len, "bytes", reason);
    case PROTOBUF_C_TYPE_MESSAGE:
        return check_message(spot, *(const ProtobufCMessage *const *)member, reason);
    case PROTOBUF_C_TYPE_ENUM:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return check_integer(spot, *(const int32_t *)member, reason);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return check_integer(spot, *(const uint32_t *)member, reason);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return check_integer(spot, *(const int64_t *)member, reason);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return check_integer(spot, *(const uint64_t *)member, reason);
    case PROTOBUF_C_TYPE_BOOL:
        return check_integer(spot, *(const protobuf_c_boolean *)member, reason);
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        break;
    }
    assert(false && "tonghop.proto has no floating point");
    return ERR_MALFORMED;
}

/* What a field may be that no rule speaks of. */
static struct wire_rule general_rule(const ProtobufCFieldDescriptor *field)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED || field->type == PROTOBUF_C_TYPE_BYTES)
        return (struct wire_rule){.max = 0};
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return (struct wire_rule){.max = WIRE_TEXT_MAX};
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return (struct wire_rule){.max = 1};
    return (struct wire_rule){.min = INT64_MIN, .max = UINT64_MAX};
}

/* The number of elements, and each text and message among them. Elements that are numbers are the
 * business of the shape's own check; byte strings are as long as the message lets them be. */
static enum err check_list(const struct spot *spot, const ProtobufCMessage *message,
                           const struct wire_reason *reason)
{
    const char *base = (const char *)message;
    size_t count = *(const size_t *)(base + spot->field->quantifier_offset);
    enum err err = check_amount(spot, count, "elements", reason);
    if (spot->field->type != PROTOBUF_C_TYPE_STRING && spot->field->type != PROTOBUF_C_TYPE_MESSAGE)
        return err;
    const struct spot element = {
        .message = spot->message,
        .field = spot->field,
        .rule = {.max = WIRE_TEXT_MAX, .flags = spot->rule.flags},
    };
    void *const *elements = *(void *const *const *)(base + spot->field->offset);
    for (size_t i = 0; i < count && err == ERR_OK; i++)
        err = check_value(&element, &elements[i], reason);
    return err;
}

static enum err check_field(const struct spot *spot, const ProtobufCMessage *message,
                            const struct wire_reason *reason)
{
    const ProtobufCFieldDescriptor *field = spot->field;
    const char *base = (const char *)message;
    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return check_list(spot, message, reason);
    bool is_choice = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (is_choice && *(const uint32_t *)(base + field->quantifier_offset) != field->id)
        return ERR_OK; /* another member of the oneof was chosen */
    return check_value(spot, base + field->offset, reason);
}

enum err wire_check(const ProtobufCMessage *message, const struct wire_reason *reason)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    const struct wire_shape *shape = wire_shape_of(descriptor);
    for (unsigned f = 0; f < descriptor->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[f];
        struct spot spot = {descriptor, field, general_rule(field)};
        for (size_t r = 0; shape != NULL && r < shape->rule_count; r++)
            if (shape->rules[r].offset == field->offset)
                spot.rule = shape->rules[r];
        enum err err = check_field(&spot, message, reason);
        if (err != ERR_OK)
            return err;
    }
    const char *wrong = shape != NULL && shape->check != NULL ? shape->check(message) : NULL;
    if (wrong != NULL)
        return wire_refuse(reason, ERR_MALFORMED, "%s: %s", descriptor->short_name, wrong);
    return ERR_OK;
}

enum err wire_unpack_checked(const ProtobufCMessageDescriptor *descriptor, struct span bytes,
                             struct arena *arena, ProtobufCMessage **ret_message,
                             const struct wire_reason *reason)
{
    ProtobufCMessage *message = NULL;
    enum err err = wire_unpack(descriptor, bytes, arena, &message, reason);
    if (err == ERR_OK)
        err = wire_check(message, reason);
    if (err == ERR_OK)
        *ret_message = message;
    return err;
}

/* Into memory of the right size: into a buffer that grows, the library would count each message
 * within a message anew, and write byte by byte. */
void wire_put_message(const ProtobufCMessage *message, struct buf *out)
{
    const size_t size_bytes = protobuf_c_message_get_packed_size(message);
    out->len += protobuf_c_message_pack(message, buf_reserve(out, size_bytes));
}
