/* The reference of the storm: a bare ROUTER with CURVE and the socket options of the daemon
 * (link/sock.c), that lets in whose key is in a set, and answers a hello and a report with messages
 * of the same size as the daemon's. It holds nothing, and writes nothing.
 *
 *     bench_bare_router ENDPOINT KEY-FILE KEYS
 *
 * Ends when its standard input does, and prints how many handshakes it was asked about. */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/storm.h"
#include "core/mem.h"
#include "wire/wire.h"

#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93 /* as link/sock.c has it */
#endif

enum { ZAP_FRAMES = 7, ZAP_ID = 1, ZAP_CREDENTIAL = 6, MESSAGE_MAX = (1 << 20) + 33 };

struct bare {
    struct storm_keys keys; /* in order of the public keys */
    void *router, *zap;
    struct buf welcome, receipt;
    uint64_t asked;
};

/* ---- answers ---- */

static void pack_welcome(struct buf *out)
{
    uint8_t hash[WIRE_DIGEST_SIZE] = {1};
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    welcome.protocol = envelope.protocol = WIRE_PROTOCOL;
    welcome.unit = welcome.catalogue = 1;
    welcome.role = TONGHOP__ROLE__ROLE_REPORTER;
    welcome.catalogue_hash = (ProtobufCBinaryData){sizeof(hash), hash};
    welcome.window = 256;
    welcome.now_us = INT64_C(1736467200000000);
    envelope.seq = UINT16_MAX;
    envelope.re = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_WELCOME;
    envelope.welcome = &welcome;
    wire_pack(&envelope, out);
}

static void pack_receipt(struct buf *out)
{
    Tonghop__Key key = TONGHOP__KEY__INIT;
    Tonghop__Receipt receipt = TONGHOP__RECEIPT__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.protocol = WIRE_PROTOCOL;
    key.kind = key.form = 1;
    key.year = STORM_YEAR;
    key.label = PERIOD_Y;
    key.unit = UINT16_MAX;
    receipt.key = &key;
    receipt.revision = receipt.states = 1;
    receipt.received_us = INT64_C(1736467200000000);
    envelope.seq = UINT16_MAX;
    envelope.re = 2;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_RECEIPT;
    envelope.receipt = &receipt;
    wire_pack(&envelope, out);
}

/* ---- who gets in ---- */

static int compare(const void *a, const void *b)
{
    return memcmp(((const struct key_pair *)a)->public_key,
                  ((const struct key_pair *)b)->public_key, KEY_SIZE);
}

static bool is_known(const struct bare *bare, zmq_msg_t *credential)
{
    struct key_pair wanted;
    if (zmq_msg_size(credential) != KEY_SIZE)
        return false;
    memcpy(wanted.public_key, zmq_msg_data(credential), KEY_SIZE);
    return bsearch(&wanted, bare->keys.pairs, bare->keys.count, sizeof(wanted), compare) != NULL;
}

static void send_text(void *socket, const char *text, int flags)
{
    int rc = zmq_send(socket, text, strlen(text), flags);
    assert(rc >= 0);
}

static void serve_zap(struct bare *bare)
{
    zmq_msg_t frames[ZAP_FRAMES];
    for (size_t i = 0; i < ZAP_FRAMES; i++) {
        (void)zmq_msg_init(&frames[i]); /* cannot fail */
        int rc = zmq_msg_recv(&frames[i], bare->zap, 0);
        assert(rc >= 0);
    }
    char user[KEY_TEXT_SIZE] = "";
    bool is_in = is_known(bare, &frames[ZAP_CREDENTIAL]);
    if (is_in)
        key_format(zmq_msg_data(&frames[ZAP_CREDENTIAL]), user);
    bare->asked++;
    send_text(bare->zap, "1.0", ZMQ_SNDMORE);
    int rc = zmq_msg_send(&frames[ZAP_ID], bare->zap, ZMQ_SNDMORE);
    assert(rc >= 0);
    send_text(bare->zap, is_in ? "200" : "400", ZMQ_SNDMORE);
    send_text(bare->zap, is_in ? "OK" : "unknown key", ZMQ_SNDMORE);
    send_text(bare->zap, user, ZMQ_SNDMORE);
    send_text(bare->zap, "", 0);
    for (size_t i = 0; i < ZAP_FRAMES; i++)
        (void)zmq_msg_close(&frames[i]); /* it was initialised */
}

/* ---- messages ---- */

static void answer(struct bare *bare)
{
    zmq_msg_t id, frame;
    (void)zmq_msg_init(&id); /* cannot fail */
    (void)zmq_msg_init(&frame);
    int rc = zmq_msg_recv(&id, bare->router, 0);
    assert(rc >= 0);
    rc = zmq_msg_recv(&frame, bare->router, 0);
    assert(rc >= 0);
    const struct span asked = {zmq_msg_data(&frame), zmq_msg_size(&frame)};
    const struct buf *said =
        wire_peek_body(asked) == TONGHOP__ENVELOPE__BODY_HELLO ? &bare->welcome : &bare->receipt;
    rc = zmq_msg_send(&id, bare->router, ZMQ_SNDMORE);
    if (rc >= 0) /* else it is gone */
        rc = zmq_send(bare->router, said->data, said->len, 0);
    assert(rc >= 0 || errno == EHOSTUNREACH);
    (void)zmq_msg_close(&id); /* they were initialised */
    (void)zmq_msg_close(&frame);
}

static void serve(struct bare *bare)
{
    zmq_pollitem_t items[] = {{bare->zap, 0, ZMQ_POLLIN, 0},
                              {bare->router, 0, ZMQ_POLLIN, 0},
                              {NULL, STDIN_FILENO, ZMQ_POLLIN, 0}};
    while (zmq_poll(items, 3, -1) >= 0 && (items[2].revents & (ZMQ_POLLIN | ZMQ_POLLERR)) == 0) {
        if ((items[0].revents & ZMQ_POLLIN) != 0)
            serve_zap(bare);
        if ((items[1].revents & ZMQ_POLLIN) != 0)
            answer(bare);
    }
}

/* ---- set-up ---- */

static void listen_on(struct bare *bare, void *context, const char *endpoint,
                      const struct key_pair *pair)
{
    static const struct {
        int name, value;
    } options[] = {
        {ZMQ_LINGER, 500},
        {ZMQ_SNDHWM, 512},
        {ZMQ_RCVHWM, 32},
        {ZMQ_BACKLOG, 16384},
        {ZMQ_HANDSHAKE_IVL, 10000},
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_TCP_KEEPALIVE, 1},
        {ZMQ_TCP_KEEPALIVE_IDLE, 60},
        {ZMQ_TCP_KEEPALIVE_INTVL, 15},
        {ZMQ_TCP_KEEPALIVE_CNT, 4},
        {ZMQ_CURVE_SERVER, 1},
        {ZMQ_ZAP_ENFORCE_DOMAIN, 1},
    };
    const int64_t message_max = MESSAGE_MAX;
    bare->zap = zmq_socket(context, ZMQ_REP);
    bare->router = zmq_socket(context, ZMQ_ROUTER);
    int rc = zmq_bind(bare->zap, "inproc://zeromq.zap.01");
    rc |= zmq_setsockopt(bare->router, ZMQ_ZAP_DOMAIN, "tonghop", strlen("tonghop"));
    rc |= zmq_setsockopt(bare->router, ZMQ_CURVE_SECRETKEY, pair->secret_key, KEY_SIZE);
    rc |= zmq_setsockopt(bare->router, ZMQ_MAXMSGSIZE, &message_max, sizeof(message_max));
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        rc |= zmq_setsockopt(bare->router, options[i].name, &options[i].value, sizeof(int));
    if (rc != 0 || zmq_bind(bare->router, endpoint) != 0)
        storm_give_up(endpoint, zmq_strerror(errno));
}

int main(int argc, char **argv)
{
    struct bare bare = {0};
    struct key_pair pair;
    if (argc != 4) {
        (void)fprintf(stderr, "usage: bench_bare_router ENDPOINT KEY-FILE KEYS\n");
        return 2;
    }
    if (key_load(argv[2], &pair) != ERR_OK)
        return 1;
    storm_keys_read(argv[3], &bare.keys);
    qsort(bare.keys.pairs, bare.keys.count, sizeof(*bare.keys.pairs), compare);
    pack_welcome(&bare.welcome);
    pack_receipt(&bare.receipt);
    storm_raise_descriptors();
    void *context = zmq_ctx_new();
    listen_on(&bare, context, argv[1], &pair);
    (void)puts("ready");
    (void)fflush(stdout);
    serve(&bare);
    (void)printf("%" PRIu64 "\n", bare.asked);
    (void)zmq_close(bare.router); /* the process ends */
    (void)zmq_close(bare.zap);
    (void)zmq_ctx_term(context);
    storm_keys_fini(&bare.keys);
    buf_fini(&bare.welcome);
    buf_fini(&bare.receipt);
    return 0;
}
