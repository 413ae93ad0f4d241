/* What sock.c (opening), sock_io.c (messages) and sock_zap.c (who gets in) share; nobody else
 * includes it. */
#ifndef LINK_SOCK_INTERNAL_H
#define LINK_SOCK_INTERNAL_H

#include <zmq.h>

#include "link/sock.h"

struct sock_context {
    void *zmq;
    void *zap; /* the handler's socket, NULL before sock_context_start_zap */
    sock_allow_fn *allow;
    void *allow_ctx;
    const uint8_t *test_key; /* the key that the running self-test lets in, else NULL */
    zmq_pollitem_t *slots;   /* of sock_poll, kept for reuse */
    size_t slot_capacity;
    size_t open_count;      /* sockets not closed yet */
    uint64_t monitor_count; /* monitors ever made: each needs a name of its own */
};

enum sock_trouble {
    SOCK_TROUBLE_NONE,
    SOCK_TROUBLE_REFUSED,
    SOCK_TROUBLE_WRONG_SERVER,
    SOCK_TROUBLE_NO_CONNECTION,
};

struct sock {
    struct sock_context *context;
    void *handle;
    bool is_router;
    bool is_local;
    char endpoint[SOCK_ENDPOINT_MAX];
    /* Of a connecting socket: */
    uint8_t server_key[KEY_SIZE];
    void *monitor;
    enum sock_trouble trouble;
    bool was_up;      /* the connection has stood once */
    bool has_sent;    /* libzmq has taken a message */
    bool has_first;   /* `first` waits for the connection to stand */
    struct buf first; /* libzmq takes nothing before (IMMEDIATE); keeping the first message spares
                         every caller from waiting for the moment to say hello */
};

/* sock_trouble as a value. */
enum sock_trouble sock_read_trouble(struct sock *sock);
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

#endif
