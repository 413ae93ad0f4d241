#include "bench/asking.h"

#include <string.h>

#include "wire/digest.h"
#include "wire/wire.h"

static void pack(Tonghop__Envelope *envelope, Tonghop__Envelope__BodyCase body, uint64_t seq,
                 struct buf *out)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = seq;
    envelope->body_case = body;
    wire_pack(envelope, out);
}

void asking_pack_hello(uint64_t seq, struct buf *out)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    envelope.hello = &hello;
    pack(&envelope, TONGHOP__ENVELOPE__BODY_HELLO, seq, out);
}

void asking_pack_file(const struct country *country, uint32_t unit, uint16_t year,
                      uint64_t based_on, uint64_t seq, struct buf *out)
{
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    country_pack_filing(country, unit, (struct period){year, PERIOD_Y}, based_on, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.file = &file;
    pack(&envelope, TONGHOP__ENVELOPE__BODY_FILE, seq, out);
    buf_fini(&filing);
}

void asking_pack_enrol(uint32_t unit, const uint8_t *key, uint64_t seq, struct buf *out)
{
    uint8_t copy[WIRE_KEY_SIZE];
    char name[] = "bench";
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    memcpy(copy, key, sizeof(copy));
    enrol.unit = unit;
    enrol.key = (ProtobufCBinaryData){sizeof(copy), copy};
    enrol.role = TONGHOP__ROLE__ROLE_NODE;
    enrol.name = name;
    envelope.enrol = &enrol;
    pack(&envelope, TONGHOP__ENVELOPE__BODY_ENROL, seq, out);
}

void publishing_init(const struct catalogue *catalogue, struct publishing *ret_publishing)
{
    *ret_publishing = (struct publishing){.number = catalogue->number};
    wire_pack_catalogue(catalogue, &ret_publishing->bytes);
    ret_publishing->chunk_count =
        (uint32_t)((ret_publishing->bytes.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
}

void publishing_fini(struct publishing *publishing)
{
    buf_fini(&publishing->bytes);
}

void asking_pack_chunk(const struct publishing *publishing, uint32_t index, uint64_t seq,
                       struct buf *out)
{
    uint8_t hash[DIGEST_SIZE];
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish message = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    size_t start = (size_t)index * WIRE_CHUNK_SIZE, left = publishing->bytes.len - start;
    digest_of((struct span){publishing->bytes.data, publishing->bytes.len}, hash);
    chunk.number = publishing->number;
    chunk.hash = (ProtobufCBinaryData){sizeof(hash), hash};
    chunk.index = index;
    chunk.count = publishing->chunk_count;
    chunk.data.data = publishing->bytes.data + start;
    chunk.data.len = left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE;
    message.chunk = &chunk;
    envelope.catalogue_publish = &message;
    pack(&envelope, TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH, seq, out);
}
