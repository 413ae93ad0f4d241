/* Bytes that are changed on their way, once the handshake is over: the side that receives them ends
 * the connection at once. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "link/trouble.h"
#include "unit/link/sock_net.h"

enum { AGAIN_MAX = 5 }; /* whether libzmq was led astray by an event is a matter of luck */

/* A way from a client to the server, in bytes. */
struct way {
    int listener;
    char endpoint[64];
    int ends[2]; /* the client's, the server's; -1: not there */
    int damaged; /* what comes from this end is changed; -1: nothing is */
};

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void way_open(struct way *way)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    *way = (struct way){.ends = {-1, -1}, .damaged = -1};
    way->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(way->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(way->listener, 1), 0);
    assert_int_equal(getsockname(way->listener, (struct sockaddr *)&address, &size), 0);
    snprintf(way->endpoint, sizeof way->endpoint, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
}

static void way_close(struct way *way)
{
    close(way->listener);
    for (int i = 0; i < 2; i++)
        if (way->ends[i] >= 0)
            close(way->ends[i]);
}

/* Carries on what has come; false when an end has closed. */
static bool carry(struct way *way, const struct net *net)
{
    if (way->ends[0] < 0) {
        way->ends[0] = accept(way->listener, NULL, NULL);
        if (way->ends[0] < 0)
            return true;
        struct sockaddr_in address =
            loopback((uint16_t)atoi(strrchr(sock_endpoint(net->server), ':') + 1));
        way->ends[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(connect(way->ends[1], (struct sockaddr *)&address, sizeof address), 0);
    }
    for (int i = 0; i < 2; i++) {
        uint8_t bytes[4096];
        ssize_t len = recv(way->ends[i], bytes, sizeof bytes, MSG_DONTWAIT);
        if (len == 0 || (len < 0 && errno != EAGAIN))
            return false;
        if (len > 0 && way->damaged == i)
            bytes[len - 1] ^= 1;
        if (len > 0)
            assert_int_equal(send(way->ends[1 - i], bytes, (size_t)len, MSG_NOSIGNAL), len);
    }
    return true;
}

/* Until a message has arrived at `to`. */
static void carry_until_heard(struct way *way, struct net *net, struct sock *to)
{
    enum err err = ERR_BUSY;
    for (int i = 0; i < ROUNDS_MAX && err == ERR_BUSY; i++) {
        assert_true(carry(way, net));
        turn(net);
        (void)sock_take_mistaken(net->server);
        err = sock_receive(to, &net->payload, &net->peer);
    }
    assert_int_equal(err, ERR_OK);
}

static void damage(struct net *net, int end)
{
    struct way way;
    way_open(&way);
    assert_int_equal(sock_connect(net->context, way.endpoint, net->server_pair.public_key,
                                  &net->known, MESSAGE_MAX, &net->client),
                     ERR_OK);
    say(net->client, "hello");
    carry_until_heard(&way, net, net->server);
    struct sock_peer client = net->peer;
    assert_int_equal(sock_send(net->server, &client, span_text("welcome")), ERR_OK);
    carry_until_heard(&way, net, net->client);

    way.damaged = end;
    if (end == 0)
        say(net->client, "a report");
    else
        assert_int_equal(sock_send(net->server, &client, span_text("a receipt")), ERR_OK);
    bool is_open = true;
    for (int i = 0; i < ROUNDS_MAX && is_open; i++) {
        is_open = carry(&way, net);
        turn(net);
    }
    assert_false(is_open);
    way_close(&way);
    assert_string_equal(wait_trouble(net, net->client), TROUBLE_NO_CONNECTION);
    assert_int_equal(sock_receive(net->server, &net->payload, &net->peer), ERR_BUSY);
    assert_int_equal(sock_receive(net->client, &net->payload, &net->peer), ERR_BUSY);
    sock_close(&net->client);
}

static void test_damaged_message(void **state)
{
    for (int i = 0; i < AGAIN_MAX; i++)
        damage(*state, 0);
}

static void test_damaged_answer(void **state)
{
    for (int i = 0; i < AGAIN_MAX; i++)
        damage(*state, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER(test_damaged_message),
        SERVER(test_damaged_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
