/* Enrols many keys, with many requests under way at a time: one by one, each would wait for a
 * commit of its own. */
#include "bench/storm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/mem.h"
#include "link/sock.h"
#include "wire/wire.h"

enum { UNDER_WAY_MAX = 128, PATIENCE_MS = 30000 };

struct enroller {
    struct sock_context *context;
    struct sock *sock;
    struct arena *arena;
    struct buf bytes;
    size_t sent, answered;
};

static void send_message(struct enroller *enroller, Tonghop__Envelope *envelope)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = ++enroller->sent;
    buf_clear(&enroller->bytes);
    wire_pack(envelope, &enroller->bytes);
    enum err err = sock_send(enroller->sock, NULL, span_of(&enroller->bytes));
    if (err != ERR_OK)
        storm_give_up("enrolling", err_text(err));
}

static void say_hello(struct enroller *enroller)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    send_message(enroller, &envelope);
}

static void send_enrol(struct enroller *enroller, struct key_pair *pair, uint32_t unit)
{
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    enrol.unit = unit;
    enrol.key = (ProtobufCBinaryData){KEY_SIZE, pair->public_key};
    enrol.role = TONGHOP__ROLE__ROLE_REPORTER;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ENROL;
    envelope.enrol = &enrol;
    send_message(enroller, &envelope);
}

static void await_answer(struct enroller *enroller)
{
    struct sock_poll_item item = {.sock = enroller->sock, .fd = -1};
    struct sock_peer peer;
    struct wire_message message;
    char reason[WIRE_REASON_SIZE] = "";
    enum err err;
    while ((err = sock_receive(enroller->sock, &enroller->bytes, &peer)) == ERR_BUSY) {
        bool is_zap;
        if (sock_poll(enroller->context, &item, 1, PATIENCE_MS, &is_zap) != ERR_OK)
            storm_give_up("enrolling", "no answer");
    }
    if (err != ERR_OK)
        storm_give_up("enrolling", err_text(err));
    arena_reset(enroller->arena);
    if (wire_open(span_of(&enroller->bytes), enroller->arena, &message, reason, sizeof(reason)) !=
        ERR_OK)
        storm_give_up("enrolling", reason);
    if (message.envelope->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        storm_give_up("enrolling", message.envelope->refusal->text);
    enroller->answered++;
}

static void write_keys(const char *path, const struct storm_keys *keys)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(keys->pairs, sizeof(*keys->pairs), keys->count, file) != keys->count)
        storm_give_up(path, "cannot be written");
    if (fclose(file) != 0)
        storm_give_up(path, "cannot be written");
}

void storm_enrol(const char *control, const struct country *country, size_t count, const char *path)
{
    struct enroller enroller = {.context = sock_context_new(), .arena = arena_new(WIRE_ARENA_MAX)};
    struct storm_keys keys = {.pairs = mem_calloc(count, sizeof(*keys.pairs)), .count = count};
    if (count > country->leaf_count)
        storm_give_up("enrolling", "there are not so many communes");
    if (enroller.context == NULL ||
        sock_connect_local(enroller.context, control, WIRE_ANSWER_MAX, &enroller.sock) != ERR_OK)
        storm_give_up(control, "cannot connect");
    say_hello(&enroller);
    await_answer(&enroller);
    for (size_t i = 0; i < count; i++) {
        key_generate(&keys.pairs[i]);
        send_enrol(&enroller, &keys.pairs[i], country->leaves[i]);
        while (enroller.sent - enroller.answered >= UNDER_WAY_MAX)
            await_answer(&enroller);
    }
    while (enroller.answered < enroller.sent)
        await_answer(&enroller);
    write_keys(path, &keys);
    storm_keys_fini(&keys);
    buf_fini(&enroller.bytes);
    arena_free(&enroller.arena);
    sock_close(&enroller.sock);
    sock_context_free(&enroller.context);
}
