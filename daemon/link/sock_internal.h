/* What sock.c (opening), sock_io.c (messages), sock_monitor.c (failures), sock_zap.c (who gets in)
 * and sock_guard.c (memory) share; nobody else includes it. */
#ifndef LINK_SOCK_INTERNAL_H
#define LINK_SOCK_INTERNAL_H

#include <dirent.h>
#include <stdatomic.h>
#include <zmq.h>

#include "link/sock.h"

enum {
    SOCK_WAITING_MAX = 16 << 20,     /* bytes of answers that wait for one peer, if there are two */
    SOCK_WAITING_ALL_MAX = 64 << 20, /* of those that wait for all peers */
    SOCK_RECENT = 1024,              /* power of two */
    SOCK_SMALL_MAX = 256,   /* answers of so many bytes are bounded by the length of the queue */
    SOCK_ACCEPTED_KEPT = 8, /* accepted connections that are watched at the same time */
};

struct sock_conn;

/* A connection that has been accepted and has not said more yet than who has another key for us
 * can. */
struct sock_accepted {
    int fd;   /* libzmq's */
    int copy; /* ours of it, to look at when libzmq has closed its own; -1: none is watched here */
};

struct sock_context {
    void *zmq;
    void *zap; /* the handler's socket, NULL before sock_context_start_zap */
    sock_allow_fn *allow;
    void *allow_ctx;
    const uint8_t *test_key; /* the key that the running self-test lets in, else NULL */
    zmq_pollitem_t *slots;   /* of sock_poll, kept for reuse */
    size_t slot_capacity;
    size_t open_count;          /* sockets not closed yet */
    uint64_t monitor_count;     /* monitors ever made: each needs a name of its own */
    struct sock_block **blocks; /* accounts by descriptor, a block for each 64; NULL: none yet */
    size_t block_count, block_capacity;
    int recent[SOCK_RECENT];     /* descriptors that were received from, by their peers' ids */
    atomic_size_t waiting_bytes; /* on all accounts */
    DIR *descriptors;            /* of this process */
    struct sock_cuts cuts;       /* not told yet */
    struct sock_accepted accepted[SOCK_ACCEPTED_KEPT]; /* the latest ones */
    size_t evicted_count;                              /* that had to give up their place, ever */
};

enum sock_trouble {
    SOCK_TROUBLE_NONE,
    SOCK_TROUBLE_REFUSED,
    SOCK_TROUBLE_WRONG_SERVER,
    SOCK_TROUBLE_NOT_A_NODE,
    SOCK_TROUBLE_SILENT,
    SOCK_TROUBLE_NO_HOST,
    SOCK_TROUBLE_NO_CONNECTION,
};

struct sock {
    struct sock_context *context;
    void *handle;
    bool is_router;
    bool is_local;
    char endpoint[SOCK_ENDPOINT_MAX];
    void *monitor; /* NULL of a local listener */
    /* Of a listening socket: */
    struct sock_mistaken mistaken; /* not told yet */
    /* Of a connecting socket: */
    uint8_t server_key[KEY_SIZE];
    enum sock_trouble trouble;
    bool was_connected; /* over TCP, at least */
    bool was_up;        /* the connection has stood once */
    bool has_sent;      /* libzmq has taken a message */
    bool has_first;     /* `first` waits for the connection to stand */
    struct buf first;   /* libzmq takes nothing before (IMMEDIATE); keeping the first message spares
                           every caller from waiting for the moment to say hello */
};

/* ---- sock_monitor.c ---- */

void sock_monitor_init(struct sock_context *context);
/* Before a listening socket is closed: a copy would keep its connections open. */
void sock_forget_accepted(struct sock_context *context);
/* Whether `fd` is a second descriptor of a connection that has one of libzmq's. */
bool sock_is_copy(const struct sock_context *context, int fd);
/* Takes what libzmq's monitor of the socket has seen, without blocking; it is kept for who asks. */
void sock_read_monitor(struct sock *sock);
/* sock_trouble as a value. */
enum sock_trouble sock_read_trouble(struct sock *sock);
/* The address at the other end of `fd` as text; false if it has none, or is gone. */
bool sock_read_host(int fd, char *ret_host);

/* ---- sock_io.c, and sock.c's own ---- */

/* Sets an option of type int; libzmq's answer. */
bool sock_set_option(void *handle, int option, int value);
/* zmq_msg_recv that never waits and is not interrupted: its length, or -1 with errno. */
int sock_receive_frame(void *handle, zmq_msg_t *frame);
/* zmq_send likewise. `flags` is 0 or ZMQ_SNDMORE. */
int sock_send_frame(void *handle, const void *data, size_t len, int flags);
/* True when `frame` is not the last one of its message. */
bool sock_has_more(const zmq_msg_t *frame);
/* Drops what is left of a message. */
void sock_drain(void *handle);

/* ---- sock_guard.c ---- */

void sock_guard_init(struct sock_context *context);
/* libzmq must have ended: its thread counts on the accounts. */
void sock_guard_fini(struct sock_context *context);
/* A frame from `peer`, whose `fd` is known, has been received; answers to it are on the same
 * account. */
void sock_guard_take(struct sock *sock, zmq_msg_t *frame, const struct sock_peer *peer);
/* Whether an answer of `len` bytes may be queued: ERR_BUSY if too many wait already, in which case
 * whoever has most of them is cut off. `*ret_conn` is the account that it is for, NULL: none. */
enum err sock_guard_admit(struct sock *sock, const struct sock_peer *peer, size_t len,
                          struct sock_conn **ret_conn);
/* Makes a message that stands on an account until libzmq is done with it. */
bool sock_guard_wrap(struct sock_conn *conn, struct span payload, zmq_msg_t *ret_frame);

#endif
