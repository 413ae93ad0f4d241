/* libzmq's sockets, with every option that its measured behaviour calls for. Success of a send
 * means queued, nothing else; the options below make sure that what cannot be delivered is at
 * least refused at once, and that nothing waits for ever. */
#include "link/sock_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/mem.h"

/* Honoured by the library, but declared only with its draft interface. */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum {
    CONTEXT_SOCKETS_MAX = 64,
    CONTEXT_FILES = 16,   /* descriptors of a context and its first connection, and a few more */
    CURVE_OVERHEAD = 33,  /* bytes that CURVE adds to a frame, counted by ZMQ_MAXMSGSIZE */
    QUEUE_MAX = 512,      /* messages per peer and direction: twice the window of a session */
    TAKE_MAX = 32,        /* messages of a peer of ours that wait to be taken; more wait with it */
    BACKLOG_MAX = 16384,  /* connections not accepted yet, when a nation comes at once; the kernel
                             may  allow less (net.core.somaxconn) */
    LINGER_MS = 500,      /* for the last answers when a socket is closed */
    HANDSHAKE_MS = 10000, /* for who connects to us; at 3 s, thousands at once all come twice */
    /* For us to wait in another's queue: as long as who waits longest (SESSION_SILENCE_MS). Who
     * hangs up comes back at the end of the queue, and has made work for nothing. */
    CONNECT_HANDSHAKE_MS = 30000,
    CONNECT_MS = 10000,
    RECONNECT_MS = 1000, /* by itself, libzmq tries seven times a second */
    KEEPALIVE_IDLE_S = 60,
    KEEPALIVE_INTERVAL_S = 15,
    KEEPALIVE_COUNT = 4,
    LOCAL_UMASK = 0117, /* leaves 0660 */
    MONITOR_NAME_SIZE = 40,
    /* ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL never: libzmq tells it of what is received after the
     * handshake, too. While it tells something, errno can change, by which it would have known what
     * to do next: then it neither reads nor closes that connection any more. Where we listen,
     * ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL can do the same. */
    CONNECTING_EVENTS = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_CONNECTED |
                        ZMQ_EVENT_CLOSED | ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED,
    LISTENING_EVENTS = ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED,
};

/* ---- the context ---- */

/* libzmq ends the process when its threads find none. */
static bool has_descriptors(void)
{
    int files[CONTEXT_FILES];
    size_t count = 0;
    while (count < CONTEXT_FILES &&
           (files[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0)
        count++;
    for (size_t i = 0; i < count; i++)
        (void)close(files[i]); /* nothing was written to it */
    return count == CONTEXT_FILES;
}

struct sock_context *sock_context_new(void)
{
    void *zmq = has_descriptors() ? zmq_ctx_new() : NULL;
    if (zmq == NULL)
        return NULL;
    int rc = zmq_ctx_set(zmq, ZMQ_IO_THREADS, 1);
    assert(rc == 0);
    rc = zmq_ctx_set(zmq, ZMQ_MAX_SOCKETS, CONTEXT_SOCKETS_MAX);
    assert(rc == 0);
    struct sock_context *context = mem_calloc(1, sizeof *context);
    context->zmq = zmq;
    sock_monitor_init(context);
    sock_guard_init(context);
    return context;
}

void sock_context_free(struct sock_context **context)
{
    struct sock_context *old = *context;
    if (old == NULL)
        return;
    assert(old->open_count == 0); /* the context would wait for them for ever */
    if (old->zap != NULL)
        zmq_close(old->zap);
    int rc;
    do {
        rc = zmq_ctx_term(old->zmq);
    } while (rc != 0 && errno == EINTR);
    sock_guard_fini(old);
    free(old->slots);
    free(old);
    *context = NULL;
}

/* ---- options ---- */

struct option {
    int name;
    int value;
};

bool sock_set_option(void *handle, int option, int value)
{
    return zmq_setsockopt(handle, option, &value, sizeof value) == 0;
}

static bool set_options(void *handle, const struct option *options, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!sock_set_option(handle, options[i].name, options[i].value))
            return false;
    }
    return true;
}

static bool set_message_max(void *handle, size_t max_bytes)
{
    int64_t max = (int64_t)max_bytes;
    return zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &max, sizeof max) == 0;
}

static bool set_common(const struct sock *sock, size_t message_max_bytes)
{
    const struct option options[] = {
        {ZMQ_LINGER, LINGER_MS},
        {ZMQ_SNDHWM, QUEUE_MAX},
        {ZMQ_RCVHWM, QUEUE_MAX},
    };
    size_t max_bytes = message_max_bytes + (sock->is_local ? 0 : CURVE_OVERHEAD);
    return set_options(sock->handle, options, sizeof options / sizeof *options) &&
           set_message_max(sock->handle, max_bytes);
}

/* A dead peer shows by keepalive, never by ZMQ_HEARTBEAT: those abort the process inside libzmq
 * when a reader is slow. */
static bool set_tcp(const struct sock *sock)
{
    const struct option options[] = {
        {ZMQ_TCP_KEEPALIVE, 1},
        {ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S},
        {ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S},
        {ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT},
        {ZMQ_IPV6, strchr(sock->endpoint, '[') != NULL}, /* "[::1]", not "::1" */
    };
    return set_options(sock->handle, options, sizeof options / sizeof *options);
}

/* Without MANDATORY, what is sent to a peer that has gone vanishes with success. */
static bool set_listening(const struct sock *sock)
{
    const struct option options[] = {
        {ZMQ_ROUTER_MANDATORY, 1},
        {ZMQ_BACKLOG, BACKLOG_MAX},
        {ZMQ_RCVHWM, TAKE_MAX},
        {ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS},
    };
    return set_options(sock->handle, options, sizeof options / sizeof *options);
}

/* IMMEDIATE: nothing is queued for a connection that does not stand, so nothing old is sent on a
 * new one. */
static bool set_connecting(const struct sock *sock)
{
    const struct option options[] = {
        {ZMQ_IMMEDIATE, 1},
        {ZMQ_CONNECT_TIMEOUT, CONNECT_MS},
        {ZMQ_RECONNECT_IVL, RECONNECT_MS},
        {ZMQ_HANDSHAKE_IVL, CONNECT_HANDSHAKE_MS},
    };
    return set_options(sock->handle, options, sizeof options / sizeof *options);
}

static bool set_curve_server(const struct sock *sock, const struct key_pair *pair)
{
    static const char domain[] = "tonghop"; /* the handler is asked only if there is a domain */
    return sock_set_option(sock->handle, ZMQ_CURVE_SERVER, 1) &&
           zmq_setsockopt(sock->handle, ZMQ_CURVE_SECRETKEY, pair->secret_key, KEY_SIZE) == 0 &&
           zmq_setsockopt(sock->handle, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0 &&
           sock_set_option(sock->handle, ZMQ_ZAP_ENFORCE_DOMAIN, 1);
}

static bool set_curve_client(const struct sock *sock, const struct key_pair *pair)
{
    return zmq_setsockopt(sock->handle, ZMQ_CURVE_SERVERKEY, sock->server_key, KEY_SIZE) == 0 &&
           zmq_setsockopt(sock->handle, ZMQ_CURVE_PUBLICKEY, pair->public_key, KEY_SIZE) == 0 &&
           zmq_setsockopt(sock->handle, ZMQ_CURVE_SECRETKEY, pair->secret_key, KEY_SIZE) == 0;
}

/* ---- endpoints ---- */

/* tcp://HOST:PORT; "*" only where we listen. The rest is checked by libzmq, a name only when it
 * connects. */
static bool is_tcp_endpoint(const char *endpoint, bool is_listening)
{
    static const char scheme[] = "tcp://";
    size_t scheme_len = strlen(scheme);
    if (strlen(endpoint) >= SOCK_ENDPOINT_MAX || strncmp(endpoint, scheme, scheme_len) != 0)
        return false;
    const char *host = endpoint + scheme_len;
    const char *colon = strrchr(host, ':');
    if (colon == NULL || colon == host || strpbrk(host, " \t;") != NULL)
        return false;
    if (!is_listening && *host == '*')
        return false;
    const char *port = colon + 1;
    if (is_listening && strcmp(port, "*") == 0)
        return true;
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    return *port >= '1' && *port <= '9' && *end == '\0' && number <= UINT16_MAX;
}

/* Short enough, and not what libzmq takes for an abstract or a made-up name. */
static bool is_local_path(const char *path)
{
    return *path != '\0' && *path != '@' && *path != '*' &&
           strlen(path) < sizeof((struct sockaddr_un *)0)->sun_path;
}

enum err sock_probe_local(const char *path)
{
    struct stat st;
    if (!is_local_path(path))
        return ERR_USAGE;
    if (stat(path, &st) != 0) {
        if (errno == EACCES)
            return ERR_FORBIDDEN;
        return errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : ERR_IO;
    }
    if (!S_ISSOCK(st.st_mode))
        return ERR_EXISTS;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ERR_IO;
    int rc = connect(fd, (const struct sockaddr *)&address, sizeof address);
    int error = rc == 0 ? 0 : errno;
    close(fd);
    switch (error) {
    case 0:
    case EAGAIN: /* alive, with a full backlog */
        return ERR_OK;
    case ECONNREFUSED:
    case ENOENT:
        return ERR_NOT_FOUND;
    case EACCES:
        return ERR_FORBIDDEN;
    }
    return ERR_IO;
}

/* ---- opening and closing ---- */

/* libzmq numbers a ROUTER's peers from a random number on, aborts when a number is taken, and lets
 * peers name themselves by numbers to come. It draws that number with rand(), and never seeds it: a
 * peer that guesses it could end us. Only who listens does this: the numbers that rand() gives are
 * the program's own, which may use the client library. */
static bool seed_routing_ids(void)
{
    unsigned seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        return false;
    srand(seed);
    return true;
}

static struct sock *sock_new(struct sock_context *context, int type, bool is_local,
                             const char *scheme, const char *address)
{
    if (type == ZMQ_ROUTER && !seed_routing_ids())
        return NULL;
    void *handle = zmq_socket(context->zmq, type);
    if (handle == NULL)
        return NULL;
    struct sock *sock = mem_calloc(1, sizeof *sock);
    sock->context = context;
    sock->handle = handle;
    sock->is_router = type == ZMQ_ROUTER;
    sock->is_local = is_local;
    int len = snprintf(sock->endpoint, sizeof sock->endpoint, "%s%s", scheme, address);
    assert(len > 0 && (size_t)len < sizeof sock->endpoint); /* the caller has checked it */
    context->open_count++;
    return sock;
}

void sock_close(struct sock **sock)
{
    struct sock *old = *sock;
    if (old == NULL)
        return;
    if (old->is_router)
        sock_forget_accepted(old->context);
    if (old->monitor != NULL) {
        (void)zmq_socket_monitor(old->handle, NULL, 0); /* closing ends it anyway */
        zmq_close(old->monitor);
    }
    zmq_close(old->handle);
    old->context->open_count--;
    buf_fini(&old->first);
    free(old);
    *sock = NULL;
}

const char *sock_endpoint(const struct sock *sock)
{
    return sock->endpoint;
}

static enum err err_of_endpoint(int error)
{
    switch (error) {
    case EADDRINUSE:
        return ERR_EXISTS;
    case EINVAL:
    case ENODEV:
    case EADDRNOTAVAIL:
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
        return ERR_USAGE;
    }
    return ERR_IO;
}

static enum err sock_bind(struct sock *sock)
{
    if (zmq_bind(sock->handle, sock->endpoint) != 0)
        return err_of_endpoint(errno);
    size_t size = sizeof sock->endpoint;
    if (zmq_getsockopt(sock->handle, ZMQ_LAST_ENDPOINT, sock->endpoint, &size) != 0)
        return ERR_IO;
    return ERR_OK;
}

/* Sees failures of connections. The monitor's queue has no limit, because libzmq's only I/O thread
 * waits when it is full. What fills it is at most a few events in RECONNECT_MS, and two for
 * each connection that somebody makes to us: less than he has to send for it, and each turn of the
 * loop takes them all. */
static bool start_monitor(struct sock *sock, int events)
{
    char name[MONITOR_NAME_SIZE];
    snprintf(name, sizeof name, "inproc://monitor-%llu",
             (unsigned long long)sock->context->monitor_count++);
    if (zmq_socket_monitor(sock->handle, name, events) != 0)
        return false;
    sock->monitor = zmq_socket(sock->context->zmq, ZMQ_PAIR);
    return sock->monitor != NULL && sock_set_option(sock->monitor, ZMQ_LINGER, 0) &&
           sock_set_option(sock->monitor, ZMQ_RCVHWM, 0) && zmq_connect(sock->monitor, name) == 0;
}

static enum err sock_start_connect(struct sock *sock)
{
    if (!set_connecting(sock) || !start_monitor(sock, CONNECTING_EVENTS))
        return ERR_IO;
    return zmq_connect(sock->handle, sock->endpoint) == 0 ? ERR_OK : err_of_endpoint(errno);
}

enum err sock_listen(struct sock_context *context, const char *endpoint,
                     const struct key_pair *pair, struct sock **ret_sock)
{
    if (!is_tcp_endpoint(endpoint, true))
        return ERR_USAGE;
    struct sock *sock = sock_new(context, ZMQ_ROUTER, false, "", endpoint);
    if (sock == NULL)
        return ERR_IO;
    enum err err = ERR_IO;
    if (set_common(sock, SOCK_MESSAGE_MAX) && set_tcp(sock) && set_listening(sock) &&
        set_curve_server(sock, pair) && start_monitor(sock, LISTENING_EVENTS))
        err = sock_bind(sock);
    if (err != ERR_OK)
        sock_close(&sock);
    else
        *ret_sock = sock;
    return err;
}

enum err sock_listen_local(struct sock_context *context, const char *path, struct sock **ret_sock)
{
    if (!is_local_path(path))
        return ERR_USAGE;
    /* libzmq removes whatever is at the path, alive or not, before it binds. */
    enum err err = sock_probe_local(path);
    if (err != ERR_NOT_FOUND)
        return err == ERR_OK ? ERR_EXISTS : err;
    struct sock *sock = sock_new(context, ZMQ_ROUTER, true, "ipc://", path);
    if (sock == NULL)
        return ERR_IO;
    err = ERR_IO;
    if (set_common(sock, SOCK_MESSAGE_MAX) && set_listening(sock)) {
        mode_t old_umask = umask(LOCAL_UMASK); /* libzmq has no option for the mode */
        err = sock_bind(sock);
        umask(old_umask);
    }
    if (err != ERR_OK)
        sock_close(&sock);
    else
        *ret_sock = sock;
    return err;
}

enum err sock_connect(struct sock_context *context, const char *endpoint, const uint8_t *server_key,
                      const struct key_pair *pair, size_t message_max_bytes, struct sock **ret_sock)
{
    if (!is_tcp_endpoint(endpoint, false))
        return ERR_USAGE;
    struct sock *sock = sock_new(context, ZMQ_DEALER, false, "", endpoint);
    if (sock == NULL)
        return ERR_IO;
    memcpy(sock->server_key, server_key, KEY_SIZE);
    enum err err = ERR_IO;
    if (set_common(sock, message_max_bytes) && set_tcp(sock) && set_curve_client(sock, pair))
        err = sock_start_connect(sock);
    if (err != ERR_OK)
        sock_close(&sock);
    else
        *ret_sock = sock;
    return err;
}

enum err sock_connect_local(struct sock_context *context, const char *path,
                            size_t message_max_bytes, struct sock **ret_sock)
{
    if (!is_local_path(path))
        return ERR_USAGE;
    enum err err = sock_probe_local(path);
    if (err != ERR_OK) /* what is no socket is no daemon either */
        return err == ERR_EXISTS ? ERR_NOT_FOUND : err;
    struct sock *sock = sock_new(context, ZMQ_DEALER, true, "ipc://", path);
    if (sock == NULL)
        return ERR_IO;
    err = set_common(sock, message_max_bytes) ? sock_start_connect(sock) : ERR_IO;
    if (err != ERR_OK)
        sock_close(&sock);
    else
        *ret_sock = sock;
    return err;
}
