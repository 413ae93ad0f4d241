/* What libzmq's monitors saw: why a connection of ours does not stand, and who was mistaken in the
 * key of a socket that listens.
 *
 * The events of one connection come in order, because libzmq's one I/O thread makes them:
 *
 *     we connect          nobody there     CLOSED, RETRIED         no such name   RETRIED
 *                         another key      CONNECTED, FAILED_NO_DETAIL, DISCONNECTED
 *                         no ZMTP or CURVE CONNECTED, DISCONNECTED
 *                         no word          CONNECTED, FAILED_NO_DETAIL (EAGAIN), DISCONNECTED
 *     they connect                         ACCEPTED, DISCONNECTED
 *
 * libzmq has an event for another key, too, which must not be asked for (sock.c). But who connects
 * for another key sends a greeting and a HELLO, each of a length that the protocol fixes, and gets
 * a greeting: he is hung up on where others get a WELCOME. (So is who sends a HELLO that is none,
 * which no program does that means well.) The kernel counts what went both ways, and goes on to
 * tell as long as somebody has a descriptor: hence a copy of our own, until more has come. */
#include "link/sock_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "link/trouble.h"

enum {
    MONITOR_EVENT_SIZE = 6, /* a number of 16 bits and a value of 32 */
    GREETING_BYTES = 64,    /* of ZMTP 3 */
    HELLO_BYTES = 2 + 200,  /* a frame's header and CURVE's command */
};

bool sock_read_host(int fd, char *ret_host)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    if (getpeername(fd, (struct sockaddr *)&address, &size) != 0)
        return false;
    if (address.ss_family == AF_INET)
        return inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, ret_host,
                         SOCK_ADDRESS_SIZE) != NULL;
    return address.ss_family == AF_INET6 &&
           inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, ret_host,
                     SOCK_ADDRESS_SIZE) != NULL;
}

/* ---- who connects to us ---- */

void sock_monitor_init(struct sock_context *context)
{
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        context->accepted[i] = (struct sock_accepted){.fd = -1, .copy = -1};
}

static void forget(struct sock_accepted *accepted)
{
    if (accepted->copy >= 0)
        (void)close(accepted->copy); /* nothing was written to it */
    *accepted = (struct sock_accepted){.fd = -1, .copy = -1};
}

void sock_forget_accepted(struct sock_context *context)
{
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        forget(&context->accepted[i]);
}

bool sock_is_copy(const struct sock_context *context, int fd)
{
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        if (context->accepted[i].copy == fd)
            return true;
    return false;
}

/* False if it is no TCP connection, or none any more. */
static bool read_info(int fd, struct tcp_info *ret_info)
{
    socklen_t size = sizeof *ret_info;
    *ret_info = (struct tcp_info){0};
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, ret_info, &size) == 0;
}

/* A free one, else that of another, in turn. */
static struct sock_accepted *take_place(struct sock_context *context)
{
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        if (context->accepted[i].copy < 0)
            return &context->accepted[i];
    return &context->accepted[context->evicted_count++ % SOCK_ACCEPTED_KEPT];
}

/* It can be gone already, or be another one by now: then whoever it was is not told this time. It
 * can even be a file of ours, whose locks would go as soon as a copy is closed. */
static void note_accepted(struct sock_context *context, int fd)
{
    struct sock_accepted *accepted = take_place(context);
    struct tcp_info info;
    forget(accepted);
    if (read_info(fd, &info))
        *accepted = (struct sock_accepted){fd, fcntl(fd, F_DUPFD_CLOEXEC, 0)};
}

static bool has_said_more(int copy)
{
    struct tcp_info info;
    return read_info(copy, &info) && info.tcpi_bytes_received > GREETING_BYTES + HELLO_BYTES;
}

static bool was_mistaken(int copy)
{
    struct tcp_info info;
    int unread;
    return read_info(copy, &info) && ioctl(copy, FIONREAD, &unread) == 0 && unread == 0 &&
           info.tcpi_bytes_received == GREETING_BYTES + HELLO_BYTES &&
           info.tcpi_bytes_sent - info.tcpi_bytes_retrans <= GREETING_BYTES;
}

static void note_ended(struct sock *sock, int fd)
{
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++) {
        struct sock_accepted *accepted = &sock->context->accepted[i];
        if (accepted->copy < 0 || accepted->fd != fd)
            continue;
        if (was_mistaken(accepted->copy)) {
            sock->mistaken.count++;
            if (!sock_read_host(accepted->copy, sock->mistaken.from))
                sock->mistaken.from[0] = '\0';
        }
        forget(accepted);
    }
}

static void note_listening(struct sock *sock, uint16_t event, uint32_t value)
{
    switch (event) {
    case ZMQ_EVENT_ACCEPTED:
        note_accepted(sock->context, (int)value);
        break;
    case ZMQ_EVENT_DISCONNECTED:
        note_ended(sock, (int)value);
        break;
    }
}

struct sock_mistaken sock_take_mistaken(struct sock *sock)
{
    sock_read_monitor(sock);
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        if (sock->context->accepted[i].copy >= 0 && has_said_more(sock->context->accepted[i].copy))
            forget(&sock->context->accepted[i]);
    struct sock_mistaken mistaken = sock->mistaken;
    sock->mistaken.count = 0;
    return mistaken;
}

/* ---- whom we connect to ---- */

static void note_unless_known(struct sock *sock, enum sock_trouble trouble)
{
    if (sock->trouble == SOCK_TROUBLE_NONE)
        sock->trouble = trouble;
}

/* After a failed handshake libzmq also reports a disconnect and a retry, which say less; a
 * disconnect alone says that somebody is there now, who does not speak as a node does. A
 * connection that was lost stays a trouble even if libzmq makes a new one: the peer knows nothing
 * of what was said on the old. */
static void note_connecting(struct sock *sock, uint16_t event, uint32_t value)
{
    switch (event) {
    case ZMQ_EVENT_CONNECTED:
        sock->was_connected = true;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
        sock->trouble = SOCK_TROUBLE_REFUSED;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        sock->trouble = value == EAGAIN ? SOCK_TROUBLE_SILENT : SOCK_TROUBLE_WRONG_SERVER;
        break;
    case ZMQ_EVENT_CLOSED: /* the attempt to connect failed */
        sock->trouble = SOCK_TROUBLE_NO_CONNECTION;
        break;
    case ZMQ_EVENT_DISCONNECTED:
        if (sock->was_up)
            note_unless_known(sock, SOCK_TROUBLE_NO_CONNECTION);
        else if (sock->trouble == SOCK_TROUBLE_NONE || sock->trouble == SOCK_TROUBLE_NO_HOST ||
                 sock->trouble == SOCK_TROUBLE_NO_CONNECTION)
            sock->trouble = SOCK_TROUBLE_NOT_A_NODE;
        break;
    case ZMQ_EVENT_CONNECT_RETRIED:
        note_unless_known(sock,
                          sock->was_connected ? SOCK_TROUBLE_NO_CONNECTION : SOCK_TROUBLE_NO_HOST);
        break;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
        if (!sock->was_up)
            sock->trouble = SOCK_TROUBLE_NONE;
        sock->was_up = true;
        break;
    }
}

void sock_read_monitor(struct sock *sock)
{
    bool has_event = sock->monitor != NULL;
    while (has_event) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        has_event = sock_receive_frame(sock->monitor, &frame) >= 0;
        if (has_event) {
            uint16_t event;
            uint32_t value;
            assert(zmq_msg_size(&frame) == MONITOR_EVENT_SIZE);
            memcpy(&event, zmq_msg_data(&frame), sizeof event);
            memcpy(&value, (const uint8_t *)zmq_msg_data(&frame) + sizeof event, sizeof value);
            if (sock->is_router)
                note_listening(sock, event, value);
            else
                note_connecting(sock, event, value);
            sock_drain(sock->monitor); /* the address, which is our own where we listen */
        }
        zmq_msg_close(&frame);
    }
}

enum sock_trouble sock_read_trouble(struct sock *sock)
{
    sock_read_monitor(sock);
    return sock->trouble;
}

const char *sock_trouble(struct sock *sock)
{
    switch (sock_read_trouble(sock)) {
    case SOCK_TROUBLE_NONE:
        break;
    case SOCK_TROUBLE_REFUSED:
        return TROUBLE_REFUSED;
    case SOCK_TROUBLE_WRONG_SERVER:
        return TROUBLE_WRONG_SERVER;
    case SOCK_TROUBLE_NOT_A_NODE:
        return TROUBLE_NOT_A_NODE;
    case SOCK_TROUBLE_SILENT:
        return TROUBLE_SILENT;
    case SOCK_TROUBLE_NO_HOST:
        return TROUBLE_NO_HOST;
    case SOCK_TROUBLE_NO_CONNECTION:
        return TROUBLE_NO_CONNECTION;
    }
    return "";
}
