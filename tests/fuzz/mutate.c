/* Works on serialised fields, guided by the generated descriptors: they say what a field is, also
 * one that no seed has. */
#include "fuzz/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "tonghop.pb-c.h"
#include "wire/digest.h"

enum { FIELDS_MAX = 1024, VARINTS_MAX = 256, DEPTH_MAX = 8, GROWTH_MAX = 64 };
enum wire_type { WIRE_VARINT = 0, WIRE_BYTES = 2 };

/* One field as it is serialised. */
struct field {
    uint32_t number;
    enum wire_type wire_type;
    uint64_t varint;
    struct span bytes;
};

struct fields {
    struct field items[FIELDS_MAX];
    size_t count;
};

uint64_t mutate_pick(struct mutate_random *random, uint64_t below)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % below;
}

/* ---- fields ---- */

/* False for anything else than varints and bytes, which is all that our messages are made of. */
static bool split(struct span message, struct fields *ret_fields)
{
    struct reader r = reader_of(message);
    ret_fields->count = 0;
    while (reader_left(&r) > 0 && ret_fields->count < FIELDS_MAX) {
        struct field *field = &ret_fields->items[ret_fields->count++];
        uint64_t tag = reader_varint(&r);
        *field = (struct field){.number = (uint32_t)(tag >> 3), .wire_type = tag & 7};
        if (field->wire_type == WIRE_VARINT)
            field->varint = reader_varint(&r);
        else if (field->wire_type == WIRE_BYTES)
            field->bytes = reader_bytes(&r, reader_varint(&r));
        else
            return false;
    }
    return !r.failed && reader_left(&r) == 0;
}

static void put_bytes(uint32_t number, struct span bytes, struct buf *out)
{
    buf_put_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
    buf_put_varint(out, bytes.len);
    buf_put(out, bytes.data, bytes.len);
}

static void put_varint(uint32_t number, uint64_t value, struct buf *out)
{
    buf_put_varint(out, (uint64_t)number << 3 | WIRE_VARINT);
    buf_put_varint(out, value);
}

static void put_field(const struct field *field, struct buf *out)
{
    if (field->wire_type == WIRE_VARINT)
        put_varint(field->number, field->varint, out);
    else
        put_bytes(field->number, field->bytes, out);
}

/* The message that a field holds, NULL if it holds none: also where one lies in plain bytes. */
static const ProtobufCMessageDescriptor *inner_type(const ProtobufCMessageDescriptor *type,
                                                    uint32_t number, struct mutate_random *random)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, number);
    if (field == NULL)
        return NULL;
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
        return field->descriptor;
    if (field->type != PROTOBUF_C_TYPE_BYTES)
        return NULL;
    if (strcmp(field->name, "filing") == 0)
        return &tonghop__filing__descriptor;
    if (strcmp(field->name, "header") == 0)
        return &tonghop__report_header__descriptor;
    if (strcmp(field->name, "parts") == 0)
        return mutate_pick(random, 2) == 0 ? &tonghop__cells__descriptor
                                           : &tonghop__notes__descriptor;
    return strcmp(field->name, "data") == 0 ? &tonghop__catalogue__descriptor : NULL;
}

/* ---- values ---- */

/* Numbers that something depends on, and those beside them. */
static uint64_t pick_number(uint64_t old, struct mutate_random *random)
{
    static const uint64_t known[] = {
        0,    1,    2,     3,     4,     5,          6,          7,         8,
        10,   13,   14,    20,    64,    100,        631,        632,       2023,
        2024, 2025, 23857, 23860, 23888, 23899,      1u << 16,   INT32_MAX, UINT32_MAX,
        1900, 2999, 4096,  65536, 19997, 1ull << 32, 1ull << 53, INT64_MAX, UINT64_MAX,
    };
    switch (mutate_pick(random, 5)) {
    case 0:
        return old + 1;
    case 1:
        return old - 1;
    case 2:
        return known[mutate_pick(random, LENGTH(known))];
    case 3:
        return known[mutate_pick(random, LENGTH(known))] + mutate_pick(random, 3) - 1;
    default:
        return mutate_pick(random, UINT64_MAX) >> mutate_pick(random, 64);
    }
}

static void put_known_text(uint32_t number, struct mutate_random *random, struct buf *out)
{
    static const char *const known[] = {
        "",
        "2024-S1",
        "2024-S2",
        "2024",
        "2023",
        "2025-S1",
        "631",
        "id:64",
        "23857",
        "23888",
        "code:23860",
        "general",
        "security",
        "vi",
        "en",
        "stale",
        "full",
        "no-session",
        "malformed",
        "busy",
        "xa",
        "commune",
        "province",
        "model.registered",
        "dialogue.total",
        "org.xa",
        "model.recognition_rate",
        "= 1 + balance",
        "count@commune(unit.type = xa)",
    };
    const char *text = known[mutate_pick(random, LENGTH(known))];
    put_bytes(number, (struct span){(const uint8_t *)text, strlen(text)}, out);
}

static void put_blind(uint32_t number, struct span bytes, struct buf *out)
{
    size_t max_size = bytes.len + GROWTH_MAX;
    uint8_t *copy = mem_calloc(1, max_size);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    put_bytes(number, (struct span){copy, LLVMFuzzerMutate(copy, bytes.len, max_size)}, out);
    free(copy);
}

static size_t read_packed(struct span bytes, uint64_t *ret_numbers)
{
    struct reader r = reader_of(bytes);
    size_t count = 0;
    while (reader_left(&r) > 0 && count < VARINTS_MAX)
        ret_numbers[count++] = reader_varint(&r);
    return count;
}

/* A packed list: one number changes, goes or comes. */
static void put_packed(uint32_t number, struct span bytes, struct mutate_random *random,
                       struct buf *out)
{
    enum { CHANGE, REMOVE, INSERT, WAYS };
    struct buf packed = {0};
    uint64_t numbers[VARINTS_MAX];
    size_t count = read_packed(bytes, numbers);
    uint64_t way = mutate_pick(random, WAYS);
    size_t at = (size_t)mutate_pick(random, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (i != at || way == INSERT)
            buf_put_varint(&packed, numbers[i]);
        if (i == at && way != REMOVE)
            buf_put_varint(&packed, pick_number(numbers[i], random));
    }
    if (at == count)
        buf_put_varint(&packed, pick_number(count > 0 ? numbers[count - 1] : 0, random));
    put_bytes(number, span_of(&packed), out);
    buf_fini(&packed);
}

/* The columns of Cells are of equal length: a row comes or goes in all of them. The bounds of
 * ranges, which only some rows have, stay as they are. */
static void mutate_row(const struct fields *cells, struct mutate_random *random, struct buf *out)
{
    enum { INDICATORS = 1, UPPERS = 4 };
    uint64_t numbers[VARINTS_MAX];
    bool is_removal = mutate_pick(random, 2) == 0;
    uint64_t at = mutate_pick(random, VARINTS_MAX), step = mutate_pick(random, 8);
    for (size_t i = 0; i < cells->count; i++) {
        const struct field *column = &cells->items[i];
        struct buf packed = {0};
        size_t count = read_packed(column->bytes, numbers);
        bool is_rows = column->wire_type == WIRE_BYTES && column->number < UPPERS && count > 0;
        if (!is_rows) {
            put_field(column, out);
            continue;
        }
        for (size_t row = 0; row < count; row++)
            if (!is_removal || row != at % count)
                buf_put_varint(&packed, numbers[row]);
        if (!is_removal)
            buf_put_varint(&packed, numbers[count - 1] + (column->number == INDICATORS ? step : 0));
        put_bytes(column->number, span_of(&packed), out);
        buf_fini(&packed);
    }
}

/* ---- messages ---- */

static void mutate_fields(const ProtobufCMessageDescriptor *type, struct span message,
                          unsigned depth, struct mutate_random *random, struct buf *out);

static void put_mutated(const ProtobufCMessageDescriptor *type, const struct field *field,
                        unsigned depth, struct mutate_random *random, struct buf *out)
{
    const ProtobufCMessageDescriptor *inner = inner_type(type, field->number, random);
    const ProtobufCFieldDescriptor *known =
        protobuf_c_message_descriptor_get_field(type, field->number);
    if (field->wire_type == WIRE_VARINT) {
        put_varint(field->number, pick_number(field->varint, random), out);
    } else if (inner != NULL && depth < DEPTH_MAX && mutate_pick(random, 16) > 0) {
        struct buf mutant = {0};
        mutate_fields(inner, field->bytes, depth + 1, random, &mutant);
        put_bytes(field->number, span_of(&mutant), out);
        buf_fini(&mutant);
    } else if (known != NULL && known->label == PROTOBUF_C_LABEL_REPEATED &&
               known->type != PROTOBUF_C_TYPE_BYTES && known->type != PROTOBUF_C_TYPE_STRING &&
               known->type != PROTOBUF_C_TYPE_MESSAGE) {
        put_packed(field->number, field->bytes, random, out);
    } else if (known != NULL && known->type == PROTOBUF_C_TYPE_STRING &&
               mutate_pick(random, 2) == 0) {
        put_known_text(field->number, random, out);
    } else {
        put_blind(field->number, field->bytes, out);
    }
}

/* A field that the message may have, with a value. */
static void put_new(const ProtobufCMessageDescriptor *type, unsigned depth,
                    struct mutate_random *random, struct buf *out)
{
    uint8_t bytes[DIGEST_SIZE];
    if (type->n_fields == 0)
        return;
    const ProtobufCFieldDescriptor *known = &type->fields[mutate_pick(random, type->n_fields)];
    memset(bytes, (int)mutate_pick(random, 8), sizeof bytes);
    if (known->type == PROTOBUF_C_TYPE_BYTES)
        put_bytes(known->id, (struct span){bytes, sizeof bytes}, out);
    else if (known->type == PROTOBUF_C_TYPE_STRING)
        put_known_text(known->id, random, out);
    else if (known->type != PROTOBUF_C_TYPE_MESSAGE)
        put_varint(known->id, pick_number(0, random), out);
    else
        put_mutated(type, &(struct field){.number = known->id, .wire_type = WIRE_BYTES}, depth,
                    random, out);
}

static void mutate_fields(const ProtobufCMessageDescriptor *type, struct span message,
                          unsigned depth, struct mutate_random *random, struct buf *out)
{
    enum { CHANGE, REMOVE = 5, DOUBLE, SWAP, ADD, WAYS };
    struct fields *fields = mem_alloc(sizeof *fields);
    bool is_message = split(message, fields);
    size_t at = (size_t)mutate_pick(random, fields->count + (fields->count == 0));
    size_t other = (size_t)mutate_pick(random, fields->count + (fields->count == 0));
    uint64_t way = fields->count == 0 ? ADD : mutate_pick(random, WAYS);

    if (is_message && type == &tonghop__cells__descriptor && mutate_pick(random, 2) == 0) {
        mutate_row(fields, random, out);
        free(fields);
        return;
    }
    if (!is_message) {
        buf_put(out, message.data, message.len);
    } else if (way == SWAP) {
        struct field field = fields->items[at];
        fields->items[at] = fields->items[other];
        fields->items[other] = field;
    }
    for (size_t i = 0; is_message && i < fields->count; i++) {
        if (i == at && way < REMOVE)
            put_mutated(type, &fields->items[i], depth, random, out);
        else if (i != at || way != REMOVE)
            put_field(&fields->items[i], out);
        if (i == at && way == DOUBLE)
            put_field(&fields->items[i], out);
    }
    if (is_message && way == ADD)
        put_new(type, depth, random, out);
    free(fields);
}

/* ---- digests ---- */

/* One PartRef with the digest and size of what it names. */
static void mend_ref(struct span ref, struct span part, struct buf *out)
{
    enum { TYPE = 1, DIGEST = 2, SIZE = 3 };
    static struct fields fields;
    uint8_t digest[DIGEST_SIZE];
    if (split(ref, &fields))
        for (size_t i = 0; i < fields.count; i++)
            if (fields.items[i].number == TYPE)
                put_field(&fields.items[i], out);
    digest_of(part, digest);
    put_bytes(DIGEST, (struct span){digest, sizeof digest}, out);
    put_varint(SIZE, part.len, out);
}

/* A Filing whose header names its parts as they are. */
static void mend_filing(const struct fields *filing, struct buf *out)
{
    enum { HEADER = 1, PARTS = 2, HEADER_PARTS = 9 };
    struct fields *header = mem_alloc(sizeof *header);
    for (size_t i = 0; i < filing->count; i++) {
        struct buf mended = {0};
        if (filing->items[i].number != HEADER || !split(filing->items[i].bytes, header)) {
            put_field(&filing->items[i], out);
            continue;
        }
        for (size_t h = 0, part = 0; h < header->count; h++) {
            struct buf ref = {0};
            while (header->items[h].number == HEADER_PARTS && part < filing->count &&
                   filing->items[part].number != PARTS)
                part++;
            if (header->items[h].number == HEADER_PARTS && part < filing->count) {
                mend_ref(header->items[h].bytes, filing->items[part++].bytes, &ref);
                put_bytes(HEADER_PARTS, span_of(&ref), &mended);
            } else {
                put_field(&header->items[h], &mended);
            }
            buf_fini(&ref);
        }
        put_bytes(HEADER, span_of(&mended), out);
        buf_fini(&mended);
    }
    free(header);
}

/* Everything inside a message that carries the digest of something else in it. */
static void mend(const ProtobufCMessageDescriptor *type, struct span message, unsigned depth,
                 struct buf *out)
{
    enum { CHUNK_HASH = 2, CHUNK_DATA = 5 };
    struct mutate_random random = {0}; /* parts are not looked into, so it does not matter */
    struct fields *fields = mem_alloc(sizeof *fields);
    struct span data = {0};
    uint8_t hash[DIGEST_SIZE];

    if (depth > DEPTH_MAX || !split(message, fields)) {
        buf_put(out, message.data, message.len);
        free(fields);
        return;
    }
    for (size_t i = 0; i < fields->count; i++) {
        struct field *field = &fields->items[i];
        const ProtobufCMessageDescriptor *inner = inner_type(type, field->number, &random);
        struct buf mended = {0};
        if (type == &tonghop__catalogue_chunk__descriptor && field->number == CHUNK_DATA)
            data = field->bytes;
        if (inner == NULL || field->wire_type != WIRE_BYTES ||
            type == &tonghop__filing__descriptor) {
            if (type != &tonghop__filing__descriptor)
                put_field(field, out);
            continue;
        }
        mend(inner, field->bytes, depth + 1, &mended);
        put_bytes(field->number, span_of(&mended), out);
        buf_fini(&mended);
    }
    if (type == &tonghop__filing__descriptor)
        mend_filing(fields, out);
    if (data.len > 0) { /* the last hash stands */
        digest_of(data, hash);
        put_bytes(CHUNK_HASH, (struct span){hash, sizeof hash}, out);
    }
    free(fields);
}

void mutate_message(const ProtobufCMessageDescriptor *type, struct span message,
                    struct mutate_random *random, struct buf *out)
{
    enum { UNMENDED_ONE_OF = 8 };
    struct buf mutant = {0};
    mutate_fields(type, message, 0, random, &mutant);
    if (mutate_pick(random, UNMENDED_ONE_OF) == 0)
        buf_put(out, mutant.data, mutant.len);
    else
        mend(type, span_of(&mutant), 0, out);
    buf_fini(&mutant);
}

size_t mutate_in_place(const ProtobufCMessageDescriptor *type, uint8_t *data, size_t size,
                       size_t max_size, unsigned seed)
{
    enum { BLIND_ONE_OF = 16 };
    struct mutate_random random = {seed};
    struct buf mutant = {0};
    if (mutate_pick(&random, BLIND_ONE_OF) > 0)
        mutate_message(type, (struct span){data, size}, &random, &mutant);
    if (mutant.len == 0 || mutant.len > max_size)
        size = LLVMFuzzerMutate(data, size, max_size);
    else
        memcpy(data, mutant.data, size = mutant.len);
    buf_fini(&mutant);
    return size;
}
