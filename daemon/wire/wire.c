/* Envelopes: what is one, which version speaks in it, and what it carries. */
#include "wire/wire.h"

#include <inttypes.h>

#include "core/int128.h"
#include "wire/wire_check.h"

enum { FIRST_BODY = TONGHOP__ENVELOPE__BODY_HELLO };

/* The version is agreed in the hello, so a hello itself need not name one. */
static enum err check_version(const Tonghop__Envelope *envelope, const struct wire_reason *reason)
{
    bool is_hello = envelope->body_case == TONGHOP__ENVELOPE__BODY_HELLO;
    if (envelope->protocol != WIRE_PROTOCOL && !(is_hello && envelope->protocol == 0))
        return wire_refuse(reason, ERR_VERSION,
                           "protocol %" PRIu32
                           " is not spoken here, only %d: upgrade the older side",
                           envelope->protocol, WIRE_PROTOCOL);
    if (is_hello && (envelope->hello->protocol_min > WIRE_PROTOCOL ||
                     envelope->hello->protocol_max < WIRE_PROTOCOL))
        return wire_refuse(reason, ERR_VERSION,
                           "protocols %" PRIu32 " to %" PRIu32
                           " are offered, only %d is spoken here: upgrade the older side",
                           envelope->hello->protocol_min, envelope->hello->protocol_max,
                           WIRE_PROTOCOL);
    return ERR_OK;
}

static enum err check_body(const Tonghop__Envelope *envelope, const struct wire_reason *reason)
{
    if (envelope->body_case != TONGHOP__ENVELOPE__BODY__NOT_SET)
        return ERR_OK;
    for (unsigned i = 0; i < envelope->base.n_unknown_fields; i++)
        if (envelope->base.unknown_fields[i].tag >= FIRST_BODY)
            return wire_refuse(reason, ERR_VERSION,
                               "protocol %d has no message of number %" PRIu32
                               ": upgrade the older side",
                               WIRE_PROTOCOL, envelope->base.unknown_fields[i].tag);
    return wire_refuse(reason, ERR_MALFORMED, "the envelope has no body");
}

enum err wire_open(struct span bytes, struct arena *arena, struct wire_message *ret_message,
                   char *reason_text, size_t reason_size)
{
    const struct wire_reason reason = {reason_text, reason_size};
    ProtobufCMessage *message = NULL;
    if (bytes.len == 0)
        return wire_refuse(&reason, ERR_MALFORMED, "the message is empty");
    if (bytes.len > WIRE_ANSWER_MAX)
        return wire_refuse(&reason, ERR_TOO_LARGE, "%zu bytes in one message, at most %d may be",
                           bytes.len, WIRE_ANSWER_MAX);
    enum err err = wire_unpack(&tonghop__envelope__descriptor, bytes, arena, &message, &reason);
    if (err != ERR_OK)
        return err;
    Tonghop__Envelope *envelope = (void *)message;
    if ((err = check_version(envelope, &reason)) != ERR_OK ||
        (err = check_body(envelope, &reason)) != ERR_OK ||
        (err = wire_check(message, &reason)) != ERR_OK)
        return err;
    if (envelope->seq == 0 && envelope->re == 0)
        return wire_refuse(&reason, ERR_MALFORMED,
                           "%s with seq 0 cannot be answered: count messages from 1",
                           wire_body_name(envelope));
    ret_message->envelope = envelope;
    return ERR_OK;
}

uint64_t wire_peek_seq(struct span bytes)
{
    /* Tags of the three numbers in front: field number and wire type varint. */
    enum { PROTOCOL = 1 << 3, SEQ = 2 << 3, RE = 3 << 3 };
    struct reader reader = reader_of(bytes);
    while (reader_left(&reader) > 0) {
        uint64_t tag = reader_varint(&reader);
        uint64_t value = tag == PROTOCOL || tag == SEQ || tag == RE ? reader_varint(&reader) : 0;
        if (tag == SEQ)
            return value; /* 0 after a failure */
        if (tag != PROTOCOL && tag != RE)
            break;
    }
    return 0;
}

int wire_peek_body(struct span bytes)
{
    enum { VARINT = 0, FIXED_64 = 1, COUNTED = 2, FIXED_32 = 5, TYPE_BITS = 3, TYPE_MASK = 7 };
    struct reader reader = reader_of(bytes);
    int body = 0;
    while (reader_left(&reader) > 0) {
        uint64_t tag = reader_varint(&reader);
        unsigned type = tag & TYPE_MASK;
        if (type == VARINT)
            (void)reader_varint(&reader);
        else if (type == COUNTED)
            (void)reader_bytes(&reader, reader_varint(&reader));
        else if (type == FIXED_64 || type == FIXED_32)
            (void)reader_bytes(&reader, type == FIXED_64 ? 8 : 4);
        else
            return 0;
        if (reader.failed)
            return 0;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
            &tonghop__envelope__descriptor, (unsigned)(tag >> TYPE_BITS));
        if (field != NULL && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0)
            body = (int)field->id;
    }
    return body;
}

size_t wire_body_offset(struct span bytes)
{
    enum { PROTOCOL = 1 << 3, SEQ = 2 << 3, RE = 3 << 3 }; /* tags of varints */
    struct reader reader = reader_of(bytes);
    size_t offset = 0;
    while (reader_left(&reader) > 0) {
        uint64_t tag = reader_varint(&reader);
        if (tag != PROTOCOL && tag != SEQ && tag != RE)
            break;
        (void)reader_varint(&reader);
        offset = bytes.len - reader_left(&reader);
    }
    return offset;
}

const char *wire_body_name(const Tonghop__Envelope *envelope)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(
        &tonghop__envelope__descriptor, (unsigned)envelope->body_case);
    return field != NULL ? field->name : "none";
}

void wire_pack(const Tonghop__Envelope *envelope, struct buf *out)
{
    Tonghop__Envelope copy = *envelope;
    copy.protocol = WIRE_PROTOCOL;
    wire_put_message(&copy.base, out);
}

void wire_figure_to_domain(const Tonghop__Figure *figure, struct figure *ret_figure)
{
    *ret_figure = (struct figure){
        .value = i128_of(figure->value_high, figure->value_low),
        .upper = i128_of(figure->upper_high, figure->upper_low),
        .partial_count = figure->partial_count,
        .implied_count = figure->implied_count,
        .negative_count = figure->negative_count,
        .early_count = figure->early_count,
        .baseline_count = figure->baseline_count,
        .unit_set = figure->unit_set,
    };
    for (size_t i = 0; i < figure->n_parts; i++)
        ret_figure->parts[QUALIFIER_EXACT + i] = figure->parts[i];
}

void wire_figure_of(uint32_t indicator, const struct figure *figure, Tonghop__Figure *ret_figure,
                    uint32_t *parts)
{
    tonghop__figure__init(ret_figure);
    ret_figure->indicator = indicator;
    ret_figure->value_high = i128_high(figure->value);
    ret_figure->value_low = i128_low(figure->value);
    ret_figure->upper_high = i128_high(figure->upper);
    ret_figure->upper_low = i128_low(figure->upper);
    ret_figure->partial_count = figure->partial_count;
    ret_figure->implied_count = figure->implied_count;
    ret_figure->negative_count = figure->negative_count;
    ret_figure->early_count = figure->early_count;
    ret_figure->baseline_count = figure->baseline_count;
    ret_figure->unit_set = figure->unit_set;
    ret_figure->parts = parts;
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++)
        ret_figure->parts[ret_figure->n_parts++] = figure->parts[q];
}
