/* What is noticed about those who connect to a listening socket. */
#include <arpa/inet.h>
#include <sodium.h>
#include <sys/socket.h>

#include "unit/link/sock_net.h"

/* A server learns that somebody was mistaken in its key, and from where. This takes somebody who
 * has an I/O thread of his own: else both ends can have finished before we look. */
static void test_mistaken_key(void **state)
{
    struct net *net = *state;
    struct raw mistaken_peer = raw_curve(net, net->unknown.public_key, "x");
    struct sock_mistaken mistaken = {0};
    for (int i = 0; i < ROUNDS_MAX && mistaken.count == 0; i++) {
        turn(net);
        mistaken = sock_take_mistaken(net->server);
    }
    assert_true(mistaken.count > 0);
    assert_string_equal(mistaken.from, "127.0.0.1");
    raw_close(&mistaken_peer);
}

/* Who connects and says nothing that is ours is nobody's mistake in a key: every scan of the ports
 * does it. */
static void test_strangers_are_no_mistake(void **state)
{
    struct net *net = *state;
    struct raw plain = raw_new(ZMQ_DEALER);
    assert_int_equal(zmq_connect(plain.socket, sock_endpoint(net->server)), 0);
    net->client = connect_as(net, &net->known);
    say(net->client, "friend");
    hear(net, net->server, "friend");
    for (int i = 0; i < 10; i++)
        turn(net);
    assert_int_equal(sock_take_mistaken(net->server).count, 0);
    raw_close(&plain);
}

/* As a client begins, in bytes: libzmq says more before it lets itself be stopped. */
static int say_hello(const struct net *net, const uint8_t *server_key)
{
    uint8_t text[64 + 2 + 200] = {0xff, [9] = 0x7f, 3, 0, 'C', 'U', 'R', 'V', 'E', [64] = 4, 200};
    uint8_t *hello = text + 66, nonce[] = "CurveZMQHELLO---\0\0\0\0\0\0\0\1";
    const uint8_t zeros[64] = {0};
    memcpy(hello, "\5HELLO\1", 7);
    memcpy(hello + 80, net->known.public_key, KEY_SIZE);
    memcpy(hello + 112, nonce + 16, 8);
    assert_int_equal(
        crypto_box_easy(hello + 120, zeros, sizeof zeros, nonce, server_key, net->known.secret_key),
        0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((uint16_t)atoi(strrchr(sock_endpoint(net->server), ':') + 1));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    return fd;
}

static size_t count_copies(const struct net *net)
{
    size_t count = 0;
    for (size_t i = 0; i < SOCK_ACCEPTED_KEPT; i++)
        count += net->context->accepted[i].copy >= 0;
    return count;
}

/* Who has said no more than that yet, with the right key, and is cut off by a failure of his. */
static void test_half_a_handshake_is_no_mistake(void **state)
{
    struct net *net = *state;
    int fd = say_hello(net, net->server_pair.public_key);
    uint8_t answer[64 + 2 + 168]; /* a greeting, and WELCOME: the key was right */
    size_t len = 0;
    while (len < sizeof answer) {
        ssize_t part = read(fd, answer + len, sizeof answer - len);
        assert_true(part > 0);
        len += (size_t)part;
    }
    turn(net);
    assert_int_equal(count_copies(net), 1);
    const struct linger reset = {.l_onoff = 1}; /* the kernel counts a regular end as a byte */
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(fd);
    for (int i = 0; i < ROUNDS_MAX && count_copies(net) > 0; i++)
        turn(net);
    assert_int_equal(count_copies(net), 0); /* its end was seen */
    assert_int_equal(sock_take_mistaken(net->server).count, 0);
}

/* Only so many are watched at a time, and none that has said more; who is not watched any more is
 * hung up on as soon as libzmq does. */
static void test_watched_connections(void **state)
{
    struct net *net = *state;
    int fds[2 * SOCK_ACCEPTED_KEPT];
    for (size_t i = 0; i < 2 * SOCK_ACCEPTED_KEPT; i++) {
        fds[i] = say_hello(net, net->server_pair.public_key);
        turn(net);
    }
    for (int i = 0; i < 10; i++)
        turn(net);
    assert_int_equal(count_copies(net), SOCK_ACCEPTED_KEPT);
    for (size_t i = 0; i < 2 * SOCK_ACCEPTED_KEPT; i++)
        close(fds[i]);
    for (int i = 0; i < ROUNDS_MAX && count_copies(net) > 0; i++)
        turn(net);
    assert_int_equal(count_copies(net), 0);

    net->client = connect_as(net, &net->known);
    say(net->client, "friend");
    hear(net, net->server, "friend");
    assert_int_equal(count_copies(net), 1);
    assert_int_equal(sock_take_mistaken(net->server).count, 0);
    assert_int_equal(count_copies(net), 0);

    int fd = say_hello(net, net->unknown.public_key);
    uint8_t answer[64 + 1]; /* a greeting and no more */
    size_t len = 0;
    ssize_t part = -1;
    for (int i = 0; i < ROUNDS_MAX && part != 0; i++) {
        turn(net);
        part = recv(fd, answer + len, sizeof answer - len, MSG_DONTWAIT);
        if (part > 0)
            len += (size_t)part;
    }
    assert_int_equal(part, 0);
    assert_true(len <= 64);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER(test_mistaken_key),
        SERVER(test_strangers_are_no_mistake),
        SERVER(test_half_a_handshake_is_no_mistake),
        SERVER(test_watched_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
