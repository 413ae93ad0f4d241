/* What the tests of sockets share: real sockets over loopback, both ends in this thread. Waits are
 * bounded by a number of rounds, generous enough for a busy machine; no test depends on how long
 * anything takes. */
#ifndef TESTS_UNIT_LINK_SOCK_NET_H
#define TESTS_UNIT_LINK_SOCK_NET_H

#include "lib/cm.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "link/sock_internal.h" /* what the sockets share; zmq.h */

enum { ROUNDS_MAX = 2000, ROUND_MS = 20, MESSAGE_MAX = SOCK_MESSAGE_MAX };

/* A context, a server that lets one key in, and a folder for local sockets. */
struct net {
    struct sock_context *context;
    struct key_pair server_pair, known, unknown;
    struct sock *server, *client, *other;
    char folder[64];
    char path[96];
    struct buf payload;
    struct sock_peer peer;
    char host[SOCK_ADDRESS_SIZE]; /* where the last key asked for came from */
};

static inline void ignore_log(enum log_level level, const char *line)
{
    (void)level;
    (void)line;
}

static inline bool allow_known(void *ctx, const uint8_t *key, const char *host)
{
    struct net *net = ctx;
    (void)snprintf(net->host, sizeof net->host, "%s", host);
    return memcmp(key, net->known.public_key, KEY_SIZE) == 0;
}

static inline int setup(void **state)
{
    struct net *net = mem_calloc(1, sizeof *net);
    *state = net;
    log_set_sink(ignore_log);
    strcpy(net->folder, "/tmp/test_sock.XXXXXX");
    if (mkdtemp(net->folder) == NULL || chmod(net->folder, 0711) != 0)
        return -1;
    snprintf(net->path, sizeof net->path, "%s/control", net->folder);
    key_generate(&net->server_pair);
    key_generate(&net->known);
    key_generate(&net->unknown);
    net->context = sock_context_new();
    return net->context == NULL;
}

static inline int setup_server(void **state)
{
    if (setup(state) != 0)
        return -1;
    struct net *net = *state;
    if (sock_context_start_zap(net->context, allow_known, net) != ERR_OK)
        return -1;
    return sock_listen(net->context, "tcp://127.0.0.1:*", &net->server_pair, &net->server) !=
           ERR_OK;
}

static inline int teardown(void **state)
{
    struct net *net = *state;
    log_set_sink(NULL);
    sock_close(&net->server);
    sock_close(&net->client);
    sock_close(&net->other);
    sock_context_free(&net->context);
    buf_fini(&net->payload);
    unlink(net->path);
    int rc = rmdir(net->folder);
    free(net);
    return rc;
}

static inline struct span span_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

/* One round of waiting on all sockets; answers the ZAP handler as loop.c does. */
static inline void turn(struct net *net)
{
    struct sock_poll_item items[] = {{.sock = net->server, .fd = -1},
                                     {.sock = net->client, .fd = -1},
                                     {.sock = net->other, .fd = -1}};
    bool is_zap;
    enum err err = sock_poll(net->context, items, 3, ROUND_MS, &is_zap);
    assert_true(err == ERR_OK || err == ERR_TIMEOUT);
    if (is_zap)
        sock_context_serve_zap(net->context);
}

/* Waits for a message while all sockets live; what sock_receive said. */
static inline enum err receive(struct net *net, struct sock *from)
{
    enum err err = ERR_BUSY;
    for (int i = 0; i < ROUNDS_MAX && err == ERR_BUSY; i++) {
        turn(net);
        err = sock_receive(from, &net->payload, &net->peer);
    }
    return err;
}

static inline const char *wait_trouble(struct net *net, struct sock *sock)
{
    const char *trouble = "";
    for (int i = 0; i < ROUNDS_MAX && *trouble == '\0'; i++) {
        turn(net);
        trouble = sock_trouble(sock);
    }
    return trouble;
}

static inline void assert_payload(const struct net *net, const char *text)
{
    assert_true(span_equal(span_of(&net->payload), span_text(text)));
}

/* Sends what must be taken. */
static inline void say(struct sock *sock, const char *text)
{
    assert_int_equal(sock_send(sock, NULL, span_text(text)), ERR_OK);
}

/* Waits for the very message. */
static inline void hear(struct net *net, struct sock *from, const char *text)
{
    assert_int_equal(receive(net, from), ERR_OK);
    assert_payload(net, text);
}

static inline struct sock *connect_as(struct net *net, const struct key_pair *pair)
{
    struct sock *client;
    assert_int_equal(sock_connect(net->context, sock_endpoint(net->server),
                                  net->server_pair.public_key, pair, MESSAGE_MAX, &client),
                     ERR_OK);
    return client;
}

#define PLAIN(test)  cmocka_unit_test_setup_teardown(test, setup, teardown)
#define SERVER(test) cmocka_unit_test_setup_teardown(test, setup_server, teardown)

/* A peer of another make: plain libzmq with a context of its own. */
struct raw {
    void *context;
    void *socket;
};

static inline void set_int(void *socket, int option, int value)
{
    assert_int_equal(zmq_setsockopt(socket, option, &value, sizeof value), 0);
}

static inline struct raw raw_new(int type)
{
    struct raw raw = {.context = zmq_ctx_new()};
    raw.socket = zmq_socket(raw.context, type);
    set_int(raw.socket, ZMQ_LINGER, 0);
    return raw;
}

static inline struct raw raw_curve(const struct net *net, const uint8_t *server_key, const char *id)
{
    struct raw raw = raw_new(ZMQ_DEALER);
    assert_int_equal(zmq_setsockopt(raw.socket, ZMQ_CURVE_SERVERKEY, server_key, KEY_SIZE), 0);
    assert_int_equal(
        zmq_setsockopt(raw.socket, ZMQ_CURVE_PUBLICKEY, net->known.public_key, KEY_SIZE), 0);
    assert_int_equal(
        zmq_setsockopt(raw.socket, ZMQ_CURVE_SECRETKEY, net->known.secret_key, KEY_SIZE), 0);
    assert_int_equal(zmq_setsockopt(raw.socket, ZMQ_ROUTING_ID, id, strlen(id)), 0);
    assert_int_equal(zmq_connect(raw.socket, sock_endpoint(net->server)), 0);
    return raw;
}

static inline struct raw raw_client(const struct net *net, const char *id)
{
    return raw_curve(net, net->server_pair.public_key, id);
}

static inline void raw_close(struct raw *raw)
{
    zmq_close(raw->socket);
    zmq_ctx_term(raw->context);
}

#endif
