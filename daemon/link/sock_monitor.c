/* What libzmq's monitors saw: why a connection of ours does not stand, and who was mistaken in the
 * key of a socket that listens.
 *
 * The events of one connection come in order, because libzmq's one I/O thread makes them:
 *
 *     we connect          nobody there     CLOSED, RETRIED         no such name   RETRIED
 *                         another key      CONNECTED, FAILED_NO_DETAIL, DISCONNECTED
 *                         no ZMTP          CONNECTED, DISCONNECTED
 *                         no word          CONNECTED, FAILED_NO_DETAIL (EAGAIN), DISCONNECTED
 *                         no CURVE         CONNECTED, FAILED_PROTOCOL, DISCONNECTED
 *     they connect        for another key  ACCEPTED, FAILED_PROTOCOL (cryptographic), DISCONNECTED
 */
#include "link/sock_internal.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "link/trouble.h"

enum { MONITOR_EVENT_SIZE = 6 }; /* a number of 16 bits and a value of 32 */

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

/* A descriptor can be closed and used again before we hear of it; then the address is another
 * one's, which only people read. */
static void note_accepted(struct sock *sock, int fd)
{
    struct sock_accepted *accepted = &sock->accepted[(unsigned)fd % SOCK_ACCEPTED_KEPT];
    *accepted = (struct sock_accepted){.fd = fd};
    (void)sock_read_host(fd, accepted->host); /* "" says that it is gone */
}

static void note_ended(struct sock *sock, int fd)
{
    const struct sock_accepted *accepted = &sock->accepted[(unsigned)fd % SOCK_ACCEPTED_KEPT];
    if (!sock->is_mistaken)
        return;
    sock->is_mistaken = false;
    sock->mistaken.count++;
    if (accepted->fd == fd)
        memcpy(sock->mistaken.from, accepted->host, sizeof sock->mistaken.from);
    else
        sock->mistaken.from[0] = '\0';
}

static void note_listening(struct sock *sock, uint16_t event, uint32_t value)
{
    switch (event) {
    case ZMQ_EVENT_ACCEPTED:
        note_accepted(sock, (int)value);
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        sock->is_mistaken = value == ZMQ_PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC;
        break;
    case ZMQ_EVENT_DISCONNECTED:
        note_ended(sock, (int)value);
        break;
    }
}

struct sock_mistaken sock_take_mistaken(struct sock *sock)
{
    sock_read_monitor(sock);
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

/* After a failed handshake libzmq also reports a disconnect and a retry, which say less. A
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
        sock->trouble = value == EAGAIN ? SOCK_TROUBLE_NOT_A_NODE : SOCK_TROUBLE_WRONG_SERVER;
        break;
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        sock->trouble = SOCK_TROUBLE_NOT_A_NODE;
        break;
    case ZMQ_EVENT_CLOSED: /* the attempt to connect failed */
        sock->trouble = SOCK_TROUBLE_NO_CONNECTION;
        break;
    case ZMQ_EVENT_DISCONNECTED:
        note_unless_known(sock,
                          sock->was_up ? SOCK_TROUBLE_NO_CONNECTION : SOCK_TROUBLE_NOT_A_NODE);
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
    case SOCK_TROUBLE_NO_HOST:
        return TROUBLE_NO_HOST;
    case SOCK_TROUBLE_NO_CONNECTION:
        return TROUBLE_NO_CONNECTION;
    }
    return "";
}
