/* Sockets: bytes in, bytes out. Sole includer of zmq.h; everything it does about libzmq follows
 * measured facts (docs/ARCHITECTURE.md, "What libzmq does").
 *
 * One payload frame per message. A peer that sends more, or none, is hostile: its message is
 * dropped, and sock_receive says so and whom to answer. No call here blocks, except sock_poll and
 * closing (LINGER is set). A context and its sockets are one thread's; they may be handed over to
 * another by what orders the memory of both, as a semaphore does. */
#ifndef LINK_SOCK_H
#define LINK_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "link/key.h"

enum {
    SOCK_ID_MAX = 32,
    SOCK_ENDPOINT_MAX = 256,
    SOCK_MESSAGE_MAX = 1 << 20, /* bytes that a listening socket takes (WIRE_MESSAGE_MAX); libzmq
                                   drops the connection of who sends more */
    SOCK_HELD_MAX = 32 << 20,   /* bytes of messages that have not ended, or are not taken yet, of
                                   all TCP connections together */
    SOCK_ADDRESS_SIZE = 46,     /* of an IP address as text */
};

struct sock_context;
struct sock;

/* The context. Block signals before this is made: libzmq starts an I/O thread. NULL: too few
 * descriptors left for it and a connection. */
struct sock_context *sock_context_new(void);
/* Closes the ZAP handler too; every socket must be closed. */
void sock_context_free(struct sock_context **context);

/* Who a message came from, as the transport knows it. */
struct sock_peer {
    uint8_t id[SOCK_ID_MAX]; /* routing id: an address for answers, never an identity */
    size_t id_len;
    bool is_local;                /* came over ipc:// */
    uint8_t key[KEY_SIZE];        /* the CURVE key of the payload frame's User-Id; zero if local */
    char host[SOCK_ADDRESS_SIZE]; /* where it is, for people; "" if local or not known */
    uint32_t uid, gid;            /* of the peer process; if local */
    int fd;                       /* of the connection, for sock_has_left */
};

/* Connections that were ended because they made us hold too much memory. */
struct sock_cuts {
    uint64_t count;
    char from[SOCK_ADDRESS_SIZE]; /* where the last one came from, for people */
};

/* Connections to a listening socket that were made for another server's key: somebody has a wrong
 * one in his configuration. */
struct sock_mistaken {
    uint64_t count;
    char from[SOCK_ADDRESS_SIZE]; /* the last one, for people; "" if it had gone already */
};

/* Decides whether a CURVE key may connect; called from sock_context_serve_zap. `host` is the
 * address that it comes from, for people. */
typedef bool sock_allow_fn(void *ctx, const uint8_t *key, const char *host);

/* Binds the in-memory ZAP handler. Must come before any other socket: without it libzmq lets every
 * key in. `allow` is asked for each handshake, inside sock_context_serve_zap. ERR_IO. */
enum err sock_context_start_zap(struct sock_context *context, sock_allow_fn *allow, void *ctx);
/* Answers pending ZAP requests; call when sock_poll reports the ZAP item ready. */
void sock_context_serve_zap(struct sock_context *context);
/* Proves that an unknown key is refused, over a loopback TCP socket of its own with a throw-away
 * server key, and that a known one gets in. Blocks up to a few seconds. Call it before anything
 * listens: other handshakes would use up its patience. ERR_FORBIDDEN if the proof fails: the daemon
 * must not start. */
enum err sock_context_self_test(struct sock_context *context);

/* The listening side: ROUTER, CURVE server, MANDATORY. `endpoint` tcp://HOST:PORT. ERR_EXISTS:
 * address in use; ERR_USAGE: not an endpoint; ERR_IO. */
enum err sock_listen(struct sock_context *context, const char *endpoint,
                     const struct key_pair *pair, struct sock **ret_sock);
/* The local side: ROUTER on ipc://`path` without CURVE; mode 0660 by umask around the bind; a path
 * with a live listener, or with anything but a socket, is ERR_EXISTS; a dead one is replaced.
 * ERR_USAGE: path too long for a socket; ERR_FORBIDDEN, ERR_IO. */
enum err sock_listen_local(struct sock_context *context, const char *path, struct sock **ret_sock);
/* The connecting side: DEALER, CURVE client of `server_key`. Succeeds at once; whether it connects
 * shows by an answer, or by sock_trouble. Tries once a second; a refused key is not tried again. An
 * IPv6 address stands in brackets; a name is looked up as IPv4. ERR_USAGE, ERR_IO. */
enum err sock_connect(struct sock_context *context, const char *endpoint, const uint8_t *server_key,
                      const struct key_pair *pair, size_t message_max_bytes,
                      struct sock **ret_sock);
/* Whether somebody listens on local socket `path`: ERR_OK; ERR_NOT_FOUND: nobody, or no such
 * file; ERR_FORBIDDEN: no right to ask; ERR_EXISTS: it is something else than a
 * socket; ERR_USAGE: too long for one; ERR_IO. */
enum err sock_probe_local(const char *path);
/* DEALER to the local socket of a daemon. ERR_NOT_FOUND: no socket file, or nobody
 * listens on it; ERR_FORBIDDEN: no right to
 * use it; ERR_USAGE: path too long for a socket. */
enum err sock_connect_local(struct sock_context *context, const char *path,
                            size_t message_max_bytes, struct sock **ret_sock);
void sock_close(struct sock **sock);
/* The endpoint really bound: "tcp://127.0.0.1:*" has a port then. */
const char *sock_endpoint(const struct sock *sock);

/* Takes one message without blocking: appends its payload to `payload` (cleared first) and fills
 * `*ret_peer`. ERR_BUSY: nothing there; ERR_MALFORMED: a hostile message was dropped (peer filled
 * as far as known; its id_len is 0 unless it is known who sent it: that one can be answered). A
 * CURVE message without User-Id is dropped as hostile. On the connecting side
 * the peer's key is the server's. */
enum err sock_receive(struct sock *sock, struct buf *payload, struct sock_peer *ret_peer);
/* Whether a peer of a listening socket has ended its connection since it sent this: then nobody
 * waits for an answer, and much more may still come of what it has sent. */
bool sock_has_left(const struct sock_peer *peer);
/* Sends without blocking; `peer` NULL on the connecting side. ERR_NOT_FOUND: that peer is gone;
 * ERR_BUSY: its queue is full, in messages or bytes (the message is not sent); ERR_IO. Success
 * means queued, nothing else. The first message of a connecting socket is kept until the connection
 * stands, and goes out in sock_poll or before the next message; until then that next one is
 * ERR_BUSY. */
enum err sock_send(struct sock *sock, const struct sock_peer *peer, struct span payload);

/* The last failure that libzmq's monitor saw on a connecting socket, one of link/trouble.h; "" if
 * none, or once a first connection stands. The loss of a connection that stood stays, even if
 * libzmq makes a new one: close the socket. Reads the monitor without blocking. Static storage. */
const char *sock_trouble(struct sock *sock);

/* How many were mistaken in the key of this listening socket since the last call. Reads the monitor
 * without blocking: call it after each sock_poll. */
struct sock_mistaken sock_take_mistaken(struct sock *sock);

/* ---- bounding what peers make us hold ---- */

/* Cuts off those who have sent most, if what TCP connections have sent and sock_receive has not
 * taken is more than SOCK_HELD_MAX. libzmq's thread receives without us: call it for every few
 * milliseconds of CPU that the process uses. Local connections are not counted. True if somebody
 * was cut off. */
bool sock_context_guard(struct sock_context *context);
/* How many were cut off since the last call: by sock_context_guard, or by sock_send, because they
 * do not read their answers. */
struct sock_cuts sock_context_take_cuts(struct sock_context *context);

/* ---- waiting ---- */

struct sock_poll_item {
    struct sock *sock; /* or NULL: `fd` */
    int fd;            /* when there is no socket; -1 skips the item */
    bool is_ready;     /* out */
};
/* Waits until an item (or the ZAP handler, `*ret_zap`; NULL: it is not asked) is readable, at most
 * `timeout_ms` (-1: for ever). Also wakes when a connection comes up or fails: look at sock_trouble
 * then. ERR_TIMEOUT, ERR_IO; an interrupted wait is ERR_OK with nothing ready, and so may be any
 * other. Connections of a CURVE listener that ended are cleared away only while this is called with
 * `ret_zap` (the ZAP handler takes part in it). */
enum err sock_poll(struct sock_context *context, struct sock_poll_item *items, size_t count,
                   int64_t timeout_ms, bool *ret_zap);

#endif
