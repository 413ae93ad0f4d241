/* Messages in and out of a socket, and waiting for them. */
#include "link/sock_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* ---- frames ---- */

int sock_receive_frame(void *handle, zmq_msg_t *frame)
{
    int rc;
    do {
        rc = zmq_msg_recv(frame, handle, ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc;
}

int sock_send_frame(void *handle, const void *data, size_t len, int flags)
{
    int rc;
    do {
        rc = zmq_send(handle, data, len, flags | ZMQ_DONTWAIT);
    } while (rc < 0 && errno == EINTR);
    return rc;
}

bool sock_has_more(const zmq_msg_t *frame)
{
    return zmq_msg_more(frame) != 0;
}

void sock_drain(void *handle)
{
    bool has_more = true;
    while (has_more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        has_more = sock_receive_frame(handle, &frame) >= 0 && sock_has_more(&frame);
        zmq_msg_close(&frame);
    }
}

/* ---- receiving ---- */

/* Takes ":NUMBER" off the end of `text`. */
static bool take_number(char *text, uint32_t *ret_number)
{
    char *colon = strrchr(text, ':');
    if (colon == NULL || colon[1] < '0' || colon[1] > '9')
        return false;
    char *end;
    unsigned long number = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || number > UINT32_MAX)
        return false;
    *colon = '\0';
    *ret_number = (uint32_t)number;
    return true;
}

/* The kernel's word on the process at the other end, as libzmq passes it on: HOST:UID:GID:PID. */
static bool read_local_peer(zmq_msg_t *frame, struct sock_peer *peer)
{
    const char *address = zmq_msg_gets(frame, "Peer-Address");
    if (address == NULL)
        return false;
    char *copy = mem_strdup(address);
    uint32_t pid, gid, uid;
    bool is_read = take_number(copy, &pid) && take_number(copy, &gid) && take_number(copy, &uid);
    if (is_read) {
        peer->uid = uid;
        peer->gid = gid;
    }
    free(copy);
    return is_read;
}

/* Asks the payload frame: on the routing-id frame the properties are missing after zmq_poll. */
static bool read_peer(const struct sock *sock, zmq_msg_t *frame, struct sock_peer *peer)
{
    peer->is_local = sock->is_local;
    if (sock->is_local)
        return read_local_peer(frame, peer);
    if (!sock->is_router) { /* the handshake has proved the server's key */
        memcpy(peer->key, sock->server_key, KEY_SIZE);
        return true;
    }
    const char *user_id = zmq_msg_gets(frame, "User-Id");
    const char *host = zmq_msg_gets(frame, "Peer-Address");
    if (host != NULL)
        (void)snprintf(peer->host, sizeof peer->host, "%s", host);
    return user_id != NULL && key_parse(user_id, peer->key) == ERR_OK;
}

/* The frame that a ROUTER puts in front. Whoever names itself longer than we do is not ours. */
static enum err receive_id(void *handle, struct sock_peer *peer)
{
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    enum err err = ERR_OK;
    size_t len = 0;
    if (sock_receive_frame(handle, &frame) < 0) {
        err = errno == EAGAIN ? ERR_BUSY : ERR_IO;
    } else if (!sock_has_more(&frame)) {
        err = ERR_MALFORMED;
    } else if ((len = zmq_msg_size(&frame)) > SOCK_ID_MAX) {
        sock_drain(handle);
        err = ERR_MALFORMED;
    } else {
        memcpy(peer->id, zmq_msg_data(&frame), len);
        peer->id_len = len;
    }
    zmq_msg_close(&frame);
    return err;
}

/* The frames after the first, unread. */
static void drop_rest(struct sock *sock, const struct sock_peer *peer)
{
    bool has_more = true;
    while (has_more) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        has_more = sock_receive_frame(sock->handle, &frame) >= 0;
        if (has_more) {
            sock_guard_take(sock, &frame, peer);
            has_more = sock_has_more(&frame);
        }
        zmq_msg_close(&frame);
    }
}

enum err sock_receive(struct sock *sock, struct buf *payload, struct sock_peer *ret_peer)
{
    buf_clear(payload);
    struct sock_peer peer = {.is_local = sock->is_local, .fd = -1};
    enum err err = sock->is_router ? receive_id(sock->handle, &peer) : ERR_OK;
    if (err != ERR_OK) {
        if (err == ERR_MALFORMED)
            *ret_peer = peer;
        return err;
    }
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (sock_receive_frame(sock->handle, &frame) < 0) {
        err = errno == EAGAIN ? ERR_BUSY : ERR_IO;
    } else {
        bool is_known = read_peer(sock, &frame, &peer);
        peer.fd = zmq_msg_get(&frame, ZMQ_SRCFD);
        bool has_more = sock_has_more(&frame);
        sock_guard_take(sock, &frame, &peer);
        if (has_more)
            drop_rest(sock, &peer);
        if (has_more || !is_known)
            err = ERR_MALFORMED;
        else
            buf_put(payload, zmq_msg_data(&frame), zmq_msg_size(&frame));
        if (!is_known)
            peer.id_len = 0; /* nobody to answer */
        *ret_peer = peer;
    }
    zmq_msg_close(&frame);
    return err;
}

/* ---- sending ---- */

static enum err send_payload(struct sock *sock, struct span payload)
{
    if (sock_send_frame(sock->handle, payload.data, payload.len, 0) < 0)
        return errno == EAGAIN ? ERR_BUSY : ERR_IO;
    sock->has_sent = true;
    return ERR_OK;
}

/* With `conn` the message stands on its account until libzmq has sent or dropped it. */
static bool make_frame(struct sock_conn *conn, struct span payload, zmq_msg_t *ret_frame)
{
    if (conn != NULL)
        return sock_guard_wrap(conn, payload, ret_frame);
    if (zmq_msg_init_size(ret_frame, payload.len) != 0)
        return false;
    if (payload.len > 0)
        memcpy(zmq_msg_data(ret_frame), payload.data, payload.len);
    return true;
}

/* The payload's frame is made before the address goes: an address without a payload would have the
 * next message go to this peer. */
static enum err send_to_peer(struct sock *sock, const struct sock_peer *peer,
                             struct sock_conn *conn, struct span payload)
{
    zmq_msg_t frame;
    if (!make_frame(conn, payload, &frame))
        return ERR_IO;
    int rc = sock_send_frame(sock->handle, peer->id, peer->id_len, ZMQ_SNDMORE);
    if (rc >= 0) {
        do {
            rc = zmq_msg_send(&frame, sock->handle, ZMQ_DONTWAIT);
        } while (rc < 0 && errno == EINTR);
    }
    if (rc >= 0)
        return ERR_OK;
    int error = errno;
    zmq_msg_close(&frame);
    if (error == EHOSTUNREACH)
        return ERR_NOT_FOUND;
    return error == EAGAIN ? ERR_BUSY : ERR_IO;
}

/* Sends the message that waited for the connection. */
static enum err flush_first(struct sock *sock)
{
    enum err err = send_payload(sock, span_of(&sock->first));
    if (err == ERR_OK) {
        sock->has_first = false;
        buf_fini(&sock->first);
    }
    return err;
}

static enum err send_from_client(struct sock *sock, struct span payload)
{
    enum err err = sock->has_first ? flush_first(sock) : ERR_OK;
    if (err == ERR_OK)
        err = send_payload(sock, payload);
    if (err == ERR_BUSY && !sock->has_sent && !sock->has_first) {
        buf_put(&sock->first, payload.data, payload.len);
        sock->has_first = true;
        err = ERR_OK;
    }
    return err;
}

enum err sock_send(struct sock *sock, const struct sock_peer *peer, struct span payload)
{
    assert((peer != NULL) == sock->is_router);
    if (peer == NULL)
        return send_from_client(sock, payload);
    struct sock_conn *conn;
    enum err err = sock_guard_admit(sock, peer, payload.len, &conn);
    if (err != ERR_OK)
        return err;
    return send_to_peer(sock, peer, conn, payload);
}

/* ---- waiting ---- */

/* Where an item stands in libzmq's array: itself, then its monitor; the ZAP handler comes last.
 * What is not there is a descriptor of -1, which poll skips. */
static size_t slot_of(size_t index)
{
    return 2 * index;
}

static void fill_slots(const struct sock_poll_item *item, zmq_pollitem_t *slots)
{
    struct sock *sock = item->sock;
    slots[0] = (zmq_pollitem_t){.fd = item->fd, .events = ZMQ_POLLIN};
    slots[1] = (zmq_pollitem_t){.fd = -1};
    if (sock == NULL)
        return;
    slots[0].socket = sock->handle;
    if (sock->has_first)
        slots[0].events |= ZMQ_POLLOUT;
    if (sock->monitor != NULL)
        slots[1] = (zmq_pollitem_t){.socket = sock->monitor, .events = ZMQ_POLLIN};
}

static void read_slots(struct sock_poll_item *item, const zmq_pollitem_t *slots)
{
    item->is_ready = (slots[0].revents & ~ZMQ_POLLOUT) != 0;
    if ((slots[0].revents & ZMQ_POLLOUT) != 0)
        (void)flush_first(item->sock); /* it waits on if it still cannot go */
    if (slots[1].revents != 0)
        sock_read_monitor(item->sock);
}

static zmq_pollitem_t *reserve_slots(struct sock_context *context, size_t count)
{
    if (count > context->slot_capacity) {
        context->slots = mem_realloc(context->slots, count * sizeof *context->slots);
        context->slot_capacity = count;
    }
    return context->slots;
}

enum err sock_poll(struct sock_context *context, struct sock_poll_item *items, size_t count,
                   int64_t timeout_ms, bool *ret_zap)
{
    size_t zap_slot = slot_of(count);
    zmq_pollitem_t *slots = reserve_slots(context, zap_slot + 1);
    for (size_t i = 0; i < count; i++)
        fill_slots(&items[i], &slots[slot_of(i)]);
    slots[zap_slot] = (zmq_pollitem_t){.fd = -1, .events = ZMQ_POLLIN};
    if (ret_zap != NULL)
        slots[zap_slot].socket = context->zap;
    int rc = zmq_poll(slots, (int)(zap_slot + 1), (long)timeout_ms);
    if (rc < 0 && errno != EINTR)
        return ERR_IO;
    for (size_t i = 0; i < count; i++) {
        if (rc > 0)
            read_slots(&items[i], &slots[slot_of(i)]);
        else
            items[i].is_ready = false;
    }
    if (ret_zap != NULL)
        *ret_zap = rc > 0 && slots[zap_slot].revents != 0;
    return rc == 0 ? ERR_TIMEOUT : ERR_OK;
}
