/* Notices, as they travel and lie in the store: verbatim, so that what a later version adds to one
 * passes through nodes that do not know it. */
#include <string.h>

#include "wire/wire.h"
#include "wire/wire_check.h"

enum err wire_open_notice(struct span bytes, struct arena *arena, Tonghop__Notice **ret_notice,
                          char *reason, size_t reason_size)
{
    const struct wire_reason why = {reason, reason_size};
    ProtobufCMessage *message;
    if (bytes.len > WIRE_NOTICE_MAX)
        return wire_refuse(&why, ERR_TOO_LARGE, "a notice has more than %d bytes", WIRE_NOTICE_MAX);
    enum err err = wire_unpack_checked(&tonghop__notice__descriptor, bytes, arena, &message, &why);
    if (err == ERR_OK)
        *ret_notice = (Tonghop__Notice *)(void *)message;
    return err;
}

void wire_pack_notice(const Tonghop__Notice *notice, struct buf *out)
{
    wire_put_message(&notice->base, out);
}

void wire_notice_key(const Tonghop__Notice *notice, struct notice_key *ret_key)
{
    *ret_key = (struct notice_key){
        .report = {.kind = (uint8_t)notice->kind,
                   .period = {(uint16_t)notice->year, (uint8_t)notice->label},
                   .unit = notice->unit,
                   .form = notice->form},
        .type = (uint8_t)notice->type,
        .author = notice->author,
        .number = notice->number,
    };
    memcpy(ret_key->about, notice->about.data, sizeof(ret_key->about));
}

void wire_put_notice_key(const struct notice_key *key, Tonghop__Notice *ret_notice)
{
    ret_notice->type = key->type;
    ret_notice->kind = key->report.kind;
    ret_notice->year = key->report.period.year;
    ret_notice->label = key->report.period.label;
    ret_notice->unit = key->report.unit;
    ret_notice->form = key->report.form;
    ret_notice->author = key->author;
    ret_notice->number = key->number;
    ret_notice->about.data = (uint8_t *)(uintptr_t)key->about; /* protobuf-c only reads it */
    ret_notice->about.len = sizeof(key->about);
}
