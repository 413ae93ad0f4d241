/* A catalogue as `tonghop catalogue publish` sends it: chunk by chunk. */
#ifndef TESTS_UNIT_NODE_PARCEL_H
#define TESTS_UNIT_NODE_PARCEL_H

#include "unit/node/edit.h"

/* A catalogue on its way: its bytes in chunks. */
struct parcel {
    uint32_t number, count;
    uint8_t hash[WIRE_DIGEST_SIZE];
    struct buf bytes;
};

static inline struct parcel parcel_of(uint32_t number, struct buf bytes)
{
    struct parcel parcel = {.number = number, .bytes = bytes};
    parcel.count = (uint32_t)((bytes.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
    digest_of(span_of(&parcel.bytes), parcel.hash);
    return parcel;
}

/* The sample with more indicators, in three chunks. */
static inline struct parcel big_parcel(uint32_t number)
{
    Tonghop__Catalogue *catalogue = edit_begin(number);
    edit_grow(catalogue, 1000, 600);
    struct parcel parcel = parcel_of(number, edit_end(catalogue));
    assert_int_equal(parcel.count, 3);
    return parcel;
}

static inline const Tonghop__Envelope *publish(struct rig *rig, struct peer_from from,
                                               struct parcel *parcel, uint32_t index)
{
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish message = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    size_t at = (size_t)index * WIRE_CHUNK_SIZE;
    size_t left = parcel->bytes.len - at;
    chunk.number = parcel->number;
    chunk.hash = (ProtobufCBinaryData){sizeof(parcel->hash), parcel->hash};
    chunk.index = index;
    chunk.count = parcel->count;
    chunk.data = (ProtobufCBinaryData){left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE,
                                       parcel->bytes.data + at};
    message.chunk = &chunk;
    envelope.body_case = BODY(CATALOGUE_PUBLISH);
    envelope.catalogue_publish = &message;
    return rig_ask(rig, from, &envelope);
}

static inline void publish_ok(struct rig *rig, struct parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->count; i++)
        assert_body(publish(rig, from_local(), parcel, i), BODY(DONE));
    assert_int_equal(rig->node->catalogue->number, parcel->number);
    rig_settle(rig);
}

#endif
