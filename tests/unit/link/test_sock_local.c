/* Endpoints, local sockets and waiting. */
#include "unit/link/sock_net.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { NOBODY = 65534, NOGROUP = 65533 };

/* ---- endpoints ---- */

/* What is not an endpoint is said at once, not when nobody answers. */
static void test_endpoints(void **state)
{
    struct net *net = *state;
    char long_host[SOCK_ENDPOINT_MAX + 20];
    memset(long_host, 'a', sizeof long_host);
    memcpy(long_host, "tcp://", 6);
    memcpy(long_host + sizeof long_host - 6, ":5000", 6);
    const struct {
        const char *endpoint;
        enum err listen, connect;
    } rows[] = {
        {"tcp://127.0.0.1:*", ERR_OK, ERR_USAGE},
        {"tcp://*:*", ERR_OK, ERR_USAGE},
        {"tcp://localhost:5000", ERR_USAGE, ERR_OK}, /* we listen on addresses, not names */
        {"tcp://192.0.2.1:5000", ERR_USAGE, ERR_OK}, /* not of this machine (RFC 5737) */
        {"tcp://[2001:db8::1]:5000", ERR_USAGE, ERR_OK},
        {"tcp://127.0.0.1:0", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:65536", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:99999999999999999999", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:-1", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:80x", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1", ERR_USAGE, ERR_USAGE},
        {"tcp://:5000", ERR_USAGE, ERR_USAGE},
        {"tcp://", ERR_USAGE, ERR_USAGE},
        {"tcp://a b:5000", ERR_USAGE, ERR_USAGE},
        {"tcp://127.0.0.1:5000;127.0.0.1:5001", ERR_USAGE, ERR_USAGE},
        {"127.0.0.1:5000", ERR_USAGE, ERR_USAGE},
        {"ipc:///tmp/x:5000", ERR_USAGE, ERR_USAGE},
        {"inproc://zeromq.zap.01:5000", ERR_USAGE, ERR_USAGE},
        {"", ERR_USAGE, ERR_USAGE},
        {long_host, ERR_USAGE, ERR_USAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sock *sock = NULL;
        enum err err = sock_listen(net->context, rows[i].endpoint, &net->server_pair, &sock);
        sock_close(&sock);
        if (err != rows[i].listen)
            fail_msg("listen on %s: %s", rows[i].endpoint, err_name(err));
        err = sock_connect(net->context, rows[i].endpoint, net->server_pair.public_key, &net->known,
                           MESSAGE_MAX, &sock);
        sock_close(&sock);
        if (err != rows[i].connect)
            fail_msg("connect to %s: %s", rows[i].endpoint, err_name(err));
    }
}

/* An address in use is told from a wrong one. */
static void test_address_in_use(void **state)
{
    struct net *net = *state;
    assert_int_equal(
        sock_listen(net->context, sock_endpoint(net->server), &net->server_pair, &net->other),
        ERR_EXISTS);
    assert_null(net->other);
}

static bool has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return is_bound;
}

/* An address in brackets is IPv6, where the machine has it. */
static void test_ipv6(void **state)
{
    struct net *net = *state;
    if (!has_ipv6())
        skip();
    sock_close(&net->server);
    assert_int_equal(sock_listen(net->context, "tcp://[::1]:*", &net->server_pair, &net->server),
                     ERR_OK);
    net->client = connect_as(net, &net->known);
    say(net->client, "hello");
    hear(net, net->server, "hello");
}

/* ---- local sockets ---- */

/* A local message carries the user and group of the process that sent it, and no key; the file is
 * for owner and group, whatever the umask, and goes with its socket. */
static void test_local(void **state)
{
    struct net *net = *state;
    static const uint8_t zero[KEY_SIZE];
    mode_t old_umask = umask(0);
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(umask(old_umask), 0);
    struct stat st;
    assert_int_equal(stat(net->path, &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0660);

    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_OK);
    say(net->client, "status");
    hear(net, net->server, "status");
    assert_true(net->peer.is_local);
    assert_int_equal(net->peer.uid, geteuid());
    assert_int_equal(net->peer.gid, getegid());
    assert_memory_equal(net->peer.key, zero, KEY_SIZE);
    struct sock_peer from = net->peer;
    assert_int_equal(sock_send(net->server, &from, span_text("fine")), ERR_OK);
    hear(net, net->client, "fine");
    assert_true(net->peer.is_local);
    assert_int_equal(net->peer.uid, geteuid());
}

/* Another user's process is seen as that user. Only root can play two people. */
static void test_local_other_user(void **state)
{
    struct net *net = *state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(chmod(net->path, 0666), 0);
    assert_int_equal(setegid(NOGROUP), 0);
    assert_int_equal(seteuid(NOBODY), 0);
    enum err err = sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client);
    if (err == ERR_OK)
        err = sock_send(net->client, NULL, span_text("status"));
    if (err == ERR_OK)
        err = receive(net, net->server);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(setegid(0), 0);
    assert_int_equal(err, ERR_OK);
    assert_int_equal(net->peer.uid, NOBODY);
    assert_int_equal(net->peer.gid, NOGROUP);
}

/* A path with a live listener is never stolen, although libzmq would; the listener does not notice
 * the question. */
static void test_local_live_path(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(sock_listen_local(net->context, net->path, &net->other), ERR_EXISTS);
    assert_null(net->other);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_OK);
    say(net->client, "status");
    hear(net, net->server, "status");
}

/* A listener too busy to answer is alive. */
static void test_local_busy_path(void **state)
{
    enum { CONNECTS_MAX = 64 };
    struct net *net = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, net->path);
    int fds[CONNECTS_MAX] = {socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(fds[0], (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fds[0], 1), 0);
    int count = 1, rc = 0;
    while (rc == 0 && count < CONNECTS_MAX) {
        fds[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        rc = connect(fds[count++], (struct sockaddr *)&address, sizeof address);
    }
    assert_int_equal(rc, -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_EXISTS);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_OK);
    while (count > 0)
        close(fds[--count]);
}

/* A file that a crashed daemon left behind is no listener: nobody can be reached there, and the
 * next daemon takes its place. */
static void test_local_dead_path(void **state)
{
    struct net *net = *state;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strcpy(address.sun_path, net->path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    assert_int_equal(access(net->path, F_OK), 0);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_NOT_FOUND);
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_OK);
}

/* Only sockets are ever replaced. */
static void test_local_other_file(void **state)
{
    struct net *net = *state;
    int fd = open(net->path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_EXISTS);
    assert_int_equal(access(net->path, F_OK), 0);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_NOT_FOUND);
}

/* A path that cannot be a socket's is told from one where nothing is. */
static void test_local_paths(void **state)
{
    struct net *net = *state;
    char fits[108], too_long[109];
    memset(fits, 'x', sizeof fits);
    memset(too_long, 'x', sizeof too_long);
    memcpy(fits, "/nonexistent/", 13);
    memcpy(too_long, "/nonexistent/", 13);
    fits[sizeof fits - 1] = too_long[sizeof too_long - 1] = '\0';
    const struct {
        const char *path;
        enum err listen, connect;
    } rows[] = {
        {"/nonexistent/control", ERR_IO, ERR_NOT_FOUND},
        {fits, ERR_IO, ERR_NOT_FOUND},
        {too_long, ERR_USAGE, ERR_USAGE},
        {"@abstract", ERR_USAGE, ERR_USAGE}, /* such a socket has no permissions */
        {"*", ERR_USAGE, ERR_USAGE},
        {"", ERR_USAGE, ERR_USAGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum err err = sock_listen_local(net->context, rows[i].path, &net->server);
        if (err != rows[i].listen)
            fail_msg("listen on %s: %s", rows[i].path, err_name(err));
        err = sock_connect_local(net->context, rows[i].path, MESSAGE_MAX, &net->client);
        if (err != rows[i].connect)
            fail_msg("connect to %s: %s", rows[i].path, err_name(err));
    }
}

/* Who may not use the socket is told so. Root may use all of them, and plays nobody here. */
static void test_local_forbidden(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(chmod(net->path, 0), 0);
    bool is_root = geteuid() == 0;
    if (is_root)
        assert_int_equal(seteuid(NOBODY), 0);
    enum err err = sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(err, ERR_FORBIDDEN);
}

/* ---- waiting ---- */

/* Descriptors and sockets are waited for together; an item of -1 is skipped. */
static void test_poll(void **state)
{
    struct net *net = *state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    struct sock_poll_item items[] = {
        {.sock = net->server, .fd = -1}, {.fd = pipes[0]}, {.fd = -1, .is_ready = true}};
    bool is_zap = true;
    assert_int_equal(sock_poll(net->context, items, 3, 0, &is_zap), ERR_TIMEOUT);
    assert_false(items[0].is_ready || items[1].is_ready || items[2].is_ready || is_zap);
    assert_int_equal(write(pipes[1], "x", 1), 1);
    assert_int_equal(sock_poll(net->context, items, 3, -1, &is_zap), ERR_OK);
    assert_false(items[0].is_ready || items[2].is_ready || is_zap);
    assert_true(items[1].is_ready);
    close(pipes[1]);
    char byte;
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_int_equal(sock_poll(net->context, items, 3, -1, &is_zap), ERR_OK);
    assert_true(items[1].is_ready); /* its end is news too */
    close(pipes[0]);

    net->client = connect_as(net, &net->known);
    say(net->client, "hello");
    struct sock_poll_item both[] = {{.sock = net->server, .fd = -1},
                                    {.sock = net->client, .fd = -1}};
    for (int i = 0; i < ROUNDS_MAX && !both[0].is_ready; i++) {
        enum err err = sock_poll(net->context, both, 2, ROUND_MS, &is_zap);
        assert_true(err == ERR_OK || err == ERR_TIMEOUT);
        assert_false(both[1].is_ready);
        if (is_zap)
            sock_context_serve_zap(net->context);
    }
    assert_true(both[0].is_ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER(test_endpoints),      SERVER(test_address_in_use),  SERVER(test_ipv6),
        PLAIN(test_local),           PLAIN(test_local_other_user), PLAIN(test_local_live_path),
        PLAIN(test_local_busy_path), PLAIN(test_local_dead_path),  PLAIN(test_local_other_file),
        PLAIN(test_local_paths),     PLAIN(test_local_forbidden),  SERVER(test_poll),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
