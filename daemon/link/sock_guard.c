/* What a peer can make us hold in memory, and how that is bounded. libzmq limits the number of
 * messages in a queue and the size of a frame. It limits neither the frames of a message that does
 * not end, which it keeps until the end has come, nor the bytes of answers that nobody reads.
 *
 *     kernel --bytes--> [ libzmq: handshakes, unfinished messages, a queue ] --frames--> us
 *               received                                                        taken
 *
 * So each connection has an account, found by its descriptor. The kernel tells what was received on
 * it and what of that waits in the kernel; what is in neither place is in libzmq. When all of
 * it together is too much, whoever holds the most is cut off: its descriptor is shut down, and
 * libzmq clears the connection away as one that has ended. Likewise with answers: libzmq says when
 * it is done with a message.
 *
 * A descriptor can be closed and used again at any moment, because libzmq's thread does that. The
 * kernel's cookie tells connections apart; at worst, an innocent one that came in the same instant
 * has to connect once more. */
#include "link/sock_internal.h"

#include <dirent.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "core/mem.h"

enum {
    CURVE_FRAME = 33,  /* bytes that CURVE adds to a frame */
    SHORT_FRAME = 255, /* up to here, ZMTP's header of a frame has 2 bytes */
    SHORT_HEADER = 2,
    LONG_HEADER = 9,
};

struct sock_conn {
    struct sock_context *context;
    int fd;
    uint64_t cookie;      /* of the connection that has the descriptor */
    uint64_t taken_bytes; /* of it, as they were on the wire */
    uint8_t id[SOCK_ID_MAX];
    size_t id_len;
    bool is_local;
    /* Of large answers. libzmq's thread counts too, as it takes a message to write it. */
    atomic_size_t queued_bytes;
    atomic_size_t written_bytes; /* of the last one taken */
};

/* A message on its way out, with whose account it is on. */
struct sent {
    struct sock_conn *conn;
    size_t len;
    uint8_t data[];
};

/* ---- accounts ---- */

enum { BLOCK_CONNS = 64 };

/* Accounts stay for good, as libzmq's thread may count on one. Lying apart, each would keep a page
 * of its own, between what libzmq allocates for a connection and frees with it. */
struct sock_block {
    struct sock_conn conns[BLOCK_CONNS];
};

static bool read_cookie(int fd, uint64_t *ret_cookie)
{
    socklen_t size = sizeof *ret_cookie;
    return getsockopt(fd, SOL_SOCKET, SO_COOKIE, ret_cookie, &size) == 0;
}

/* NULL if no connection has had this descriptor yet, nor one near it. */
static struct sock_conn *account_of(const struct sock_context *context, size_t fd)
{
    struct sock_block *block =
        fd / BLOCK_CONNS < context->block_count ? context->blocks[fd / BLOCK_CONNS] : NULL;
    return block != NULL ? &block->conns[fd % BLOCK_CONNS] : NULL;
}

static size_t accounts_end(const struct sock_context *context)
{
    return context->block_count * BLOCK_CONNS;
}

static struct sock_block *new_block(struct sock_context *context, size_t first_fd)
{
    struct sock_block *block = mem_calloc(1, sizeof *block);
    for (size_t i = 0; i < BLOCK_CONNS; i++) {
        block->conns[i].context = context;
        block->conns[i].fd = (int)(first_fd + i);
    }
    return block;
}

/* The account of the connection that has `fd` now; NULL if that is none. */
static struct sock_conn *conn_at(struct sock_context *context, int fd)
{
    uint64_t cookie;
    if (fd < 0 || !read_cookie(fd, &cookie))
        return NULL;
    size_t at = (size_t)fd / BLOCK_CONNS;
    while (at >= context->block_count) {
        context->blocks = mem_grow(context->blocks, context->block_count, &context->block_capacity,
                                   sizeof(struct sock_block *));
        context->blocks[context->block_count++] = NULL;
    }
    if (context->blocks[at] == NULL)
        context->blocks[at] = new_block(context, at * BLOCK_CONNS);
    struct sock_conn *conn = account_of(context, (size_t)fd);
    if (conn->cookie != cookie) { /* what is still queued for the one before stays on the account */
        conn->cookie = cookie;
        conn->taken_bytes = 0;
        conn->id_len = 0;
    }
    return conn;
}

/* False of a peer without a name, as a parent is: nothing tells its connections apart. */
static bool is_of(const struct sock_conn *conn, const struct sock_peer *peer)
{
    return conn != NULL && peer->id_len > 0 && conn->id_len == peer->id_len &&
           conn->is_local == peer->is_local && memcmp(conn->id, peer->id, peer->id_len) == 0;
}

/* libzmq numbers its peers in the last bytes of their ids. */
static size_t recent_slot(const struct sock_peer *peer)
{
    size_t low = peer->id_len > 0 ? peer->id[peer->id_len - 1] : 0;
    size_t high = peer->id_len > 1 ? peer->id[peer->id_len - 2] : 0;
    return (high << 8 | low) % SOCK_RECENT;
}

/* Mostly it is who has just asked; with ten thousand others there, a look at all takes long. */
static struct sock_conn *conn_of_peer(const struct sock_context *context,
                                      const struct sock_peer *peer)
{
    struct sock_conn *recent = account_of(context, (size_t)context->recent[recent_slot(peer)]);
    if (is_of(recent, peer))
        return recent;
    for (size_t fd = 0; fd < accounts_end(context); fd++)
        if (is_of(account_of(context, fd), peer))
            return account_of(context, fd);
    return NULL;
}

void sock_guard_init(struct sock_context *context)
{
    context->descriptors = opendir("/proc/self/fd"); /* open for good: there may be none left */
}

void sock_guard_fini(struct sock_context *context)
{
    if (context->descriptors != NULL)
        closedir(context->descriptors);
    for (size_t i = 0; i < context->block_count; i++)
        free(context->blocks[i]);
    free(context->blocks);
}

static void cut(struct sock_conn *conn)
{
    uint64_t cookie;
    struct sock_cuts *cuts = &conn->context->cuts;
    if (!read_cookie(conn->fd, &cookie) || cookie != conn->cookie)
        return; /* it has ended by itself */
    /* Who it is, only for the log. */
    if (!sock_read_host(conn->fd, cuts->from))
        strcpy(cuts->from, "this machine");
    (void)shutdown(conn->fd, SHUT_RDWR); /* an error is that of a connection that has just ended */
    cuts->count++;
}

struct sock_cuts sock_context_take_cuts(struct sock_context *context)
{
    struct sock_cuts cuts = context->cuts;
    context->cuts.count = 0;
    return cuts;
}

/* ---- what is received ---- */

static size_t wire_bytes(const struct sock *sock, size_t len)
{
    if (!sock->is_local)
        len += CURVE_FRAME;
    return len + (len > SHORT_FRAME ? LONG_HEADER : SHORT_HEADER);
}

bool sock_has_left(const struct sock_peer *peer)
{
    struct pollfd poll_fd = {.fd = peer->fd, .events = POLLRDHUP};
    return peer->fd >= 0 && poll(&poll_fd, 1, 0) > 0;
}

/* Another connection has another name, mostly: that spares asking the kernel for each message of
 * those that have one. One that has the same name is told apart by held_bytes. */
void sock_guard_take(struct sock *sock, zmq_msg_t *frame, const struct sock_peer *peer)
{
    struct sock_context *context = sock->context;
    struct sock_conn *conn = peer->fd >= 0 ? account_of(context, (size_t)peer->fd) : NULL;
    if (peer->fd >= 0 && peer->id_len > 0)
        context->recent[recent_slot(peer)] = peer->fd;
    if (!is_of(conn, peer)) {
        conn = conn_at(context, peer->fd);
        if (conn == NULL)
            return;
        conn->is_local = peer->is_local;
        conn->id_len = peer->id_len;
        memcpy(conn->id, peer->id, peer->id_len);
    }
    conn->taken_bytes += wire_bytes(sock, zmq_msg_size(frame));
}

/* Bytes of a TCP connection that are in libzmq; 0 for other descriptors. */
static uint64_t held_bytes(struct sock_context *context, int fd)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    int unread = 0;
    if (sock_is_copy(context, fd) || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        ioctl(fd, FIONREAD, &unread) != 0)
        return 0;
    const struct sock_conn *conn = conn_at(context, fd);
    uint64_t gone = conn != NULL ? conn->taken_bytes + (uint64_t)unread : 0;
    return conn != NULL && info.tcpi_bytes_received > gone ? info.tcpi_bytes_received - gone : 0;
}

struct holder {
    int fd;
    uint64_t bytes;
};

static int compare_holders(const void *a, const void *b)
{
    uint64_t x = ((const struct holder *)a)->bytes, y = ((const struct holder *)b)->bytes;
    return (x < y) - (x > y);
}

bool sock_context_guard(struct sock_context *context)
{
    struct holder *holders = NULL;
    size_t count = 0, capacity = 0;
    uint64_t all_bytes = 0, cut_before = context->cuts.count;
    if (context->descriptors == NULL)
        return false;
    rewinddir(context->descriptors);
    for (struct dirent *entry; (entry = readdir(context->descriptors)) != NULL;) {
        int fd = atoi(entry->d_name); /* "." and ".." are 0, which is no connection */
        uint64_t bytes = held_bytes(context, fd);
        if (bytes == 0)
            continue;
        holders = mem_grow(holders, count, &capacity, sizeof *holders);
        holders[count++] = (struct holder){fd, bytes};
        all_bytes += bytes;
    }
    if (all_bytes > SOCK_HELD_MAX)
        qsort(holders, count, sizeof *holders, compare_holders);
    for (size_t i = 0; i < count && all_bytes > SOCK_HELD_MAX; i++) {
        cut(account_of(context, (size_t)holders[i].fd));
        all_bytes -= holders[i].bytes;
    }
    free(holders);
    return context->cuts.count > cut_before;
}

/* ---- what is sent ---- */

/* In libzmq's thread. The message before is on its way now. */
static void release(void *data, void *hint)
{
    (void)data;
    struct sent *sent = hint;
    size_t before = atomic_exchange(&sent->conn->written_bytes, sent->len);
    (void)atomic_fetch_sub(&sent->conn->queued_bytes, sent->len);
    (void)atomic_fetch_sub(&sent->conn->context->waiting_bytes, before);
    free(sent);
}

/* Notices that the last answer has been written, or will never be; what waits for the peer then. */
static size_t settle(struct sock_conn *conn)
{
    uint64_t cookie;
    int unsent;
    if (!read_cookie(conn->fd, &cookie) || cookie != conn->cookie ||
        ioctl(conn->fd, TIOCOUTQ, &unsent) != 0 || unsent == 0) {
        size_t written = atomic_exchange(&conn->written_bytes, 0);
        (void)atomic_fetch_sub(&conn->context->waiting_bytes, written);
    }
    return atomic_load(&conn->queued_bytes) + atomic_load(&conn->written_bytes);
}

/* Whether `len` bytes more would be too much for all peers together; then the one for which most
 * waits is cut off. */
static bool is_too_much(struct sock_context *context, size_t len)
{
    struct sock_conn *worst = NULL;
    size_t most = 0;
    if (atomic_load(&context->waiting_bytes) + len <= SOCK_WAITING_ALL_MAX)
        return false;
    for (size_t fd = 0; fd < accounts_end(context); fd++) {
        struct sock_conn *conn = account_of(context, fd);
        size_t waiting = conn != NULL ? settle(conn) : 0;
        if (waiting > most) {
            most = waiting;
            worst = conn;
        }
    }
    if (atomic_load(&context->waiting_bytes) + len <= SOCK_WAITING_ALL_MAX)
        return false;
    if (worst != NULL)
        cut(worst);
    return true;
}

enum err sock_guard_admit(struct sock *sock, const struct sock_peer *peer, size_t len,
                          struct sock_conn **ret_conn)
{
    struct sock_conn *conn = len > SOCK_SMALL_MAX ? conn_of_peer(sock->context, peer) : NULL;
    if (conn != NULL) {
        size_t waiting = settle(conn);
        if ((waiting > 0 && waiting + len > SOCK_WAITING_MAX) || is_too_much(sock->context, len))
            return ERR_BUSY;
    }
    *ret_conn = conn;
    return ERR_OK;
}

bool sock_guard_wrap(struct sock_conn *conn, struct span payload, zmq_msg_t *ret_frame)
{
    struct sent *sent = mem_alloc(sizeof *sent + payload.len);
    sent->conn = conn;
    sent->len = payload.len;
    memcpy(sent->data, payload.data, payload.len);
    if (zmq_msg_init_data(ret_frame, sent->data, payload.len, release, sent) != 0) {
        free(sent);
        return false;
    }
    (void)atomic_fetch_add(&conn->queued_bytes, payload.len);
    (void)atomic_fetch_add(&conn->context->waiting_bytes, payload.len);
    return true;
}
