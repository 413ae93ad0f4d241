#include "unit/link/sock_net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    STRANGERS = SOCK_HELD_MAX / SOCK_MESSAGE_MAX + 8, /* each holds nearly a message */
    ANSWER_SIZE = 1 << 20,
    READERS_MIN = SOCK_WAITING_ALL_MAX / SOCK_WAITING_MAX + 1, /* to fill all queues */
    READERS_MAX = 2 * READERS_MIN,
};

/* ---- received ---- */

/* What precedes a frame of the greatest size: ZMTP's greeting, and the head of a CURVE command. */
static const uint8_t greeting[64] = {0xFF, 0, 0, 0,   0,   0,   0,   0,  0,
                                     0x7F, 3, 0, 'C', 'U', 'R', 'V', 'E'};
static const uint8_t large_command[9] = {6, 0, 0, 0, 0, 0, 0x10, 0, 0};

static int connect_stranger(const struct net *net)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const char *port = strrchr(sock_endpoint(net->server), ':') + 1;
    address.sin_port = htons((uint16_t)atoi(port));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void send_all(int fd, const void *data, size_t len)
{
    for (size_t sent = 0; sent < len;) {
        ssize_t count = send(fd, (const uint8_t *)data + sent, len - sent, MSG_NOSIGNAL);
        assert_true(count > 0);
        sent += (size_t)count;
    }
}

/* A frame without its last byte. */
static int begin_frame(const struct net *net)
{
    static const uint8_t zeros[SOCK_MESSAGE_MAX - 1];
    int fd = connect_stranger(net);
    send_all(fd, greeting, sizeof greeting);
    send_all(fd, large_command, sizeof large_command);
    send_all(fd, zeros, sizeof zeros);
    return fd;
}

static bool is_closed(int fd)
{
    uint8_t bytes[256];
    ssize_t count;
    do {
        count = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    } while (count > 0);
    return count == 0 || errno == ECONNRESET;
}

/* What begins and does not end is held up to a limit, whoever sends it; then those who sent most
 * are cut off, as many as it takes. A peer that has sent as much, but whose messages were taken,
 * stays. */
static void test_unfinished_messages(void **state)
{
    struct net *net = *state;
    int strangers[STRANGERS];
    struct buf large = {.data = mem_calloc(1, SOCK_MESSAGE_MAX), .len = SOCK_MESSAGE_MAX};
    large.cap = large.len;
    net->client = connect_as(net, &net->known);
    for (int i = 0; i < STRANGERS; i++) {
        enum err err = sock_send(net->client, NULL, span_of(&large));
        assert_int_equal(err, ERR_OK);
        assert_int_equal(receive(net, net->server), ERR_OK);
    }
    sock_context_guard(net->context);
    assert_int_equal(sock_context_take_cuts(net->context).count, 0);
    for (int i = 0; i < STRANGERS; i++)
        strangers[i] = begin_frame(net);
    struct sock_cuts cuts = {0};
    for (int i = 0; i < ROUNDS_MAX && cuts.count == 0; i++) { /* until libzmq has received it */
        turn(net);
        sock_context_guard(net->context);
        cuts = sock_context_take_cuts(net->context);
    }
    assert_in_range(cuts.count, 1, STRANGERS - 1);
    assert_string_equal(cuts.from, "127.0.0.1");
    int closed = 0;
    for (int i = 0; i < ROUNDS_MAX / 30 && closed == 0;
         i++) { /* long before they run out of time */
        turn(net);
        for (int k = 0; k < STRANGERS; k++)
            closed += is_closed(strangers[k]) ? 1 : 0;
    }
    assert_in_range(closed, 1, STRANGERS - 1);
    assert_int_equal(sock_context_take_cuts(net->context).count, 0); /* told once */
    say(net->client, "still here");
    hear(net, net->server, "still here");
    for (int i = 0; i < STRANGERS; i++)
        close(strangers[i]);
    buf_fini(&large);
}

/* ---- sent ---- */

/* A peer of another make that asks, and reads no answer. */
static void *connect_reader(struct net *net, void *zmq, struct sock_peer *ret_peer)
{
    const int one = 1, small = 4096;
    void *reader = zmq_socket(zmq, ZMQ_DEALER);
    assert_non_null(reader);
    assert_true(sock_set_option(reader, ZMQ_LINGER, 0) &&
                sock_set_option(reader, ZMQ_RCVHWM, one) &&
                sock_set_option(reader, ZMQ_RCVBUF, small));
    assert_int_equal(
        zmq_setsockopt(reader, ZMQ_CURVE_SERVERKEY, net->server_pair.public_key, KEY_SIZE), 0);
    assert_int_equal(zmq_setsockopt(reader, ZMQ_CURVE_PUBLICKEY, net->known.public_key, KEY_SIZE),
                     0);
    assert_int_equal(zmq_setsockopt(reader, ZMQ_CURVE_SECRETKEY, net->known.secret_key, KEY_SIZE),
                     0);
    assert_int_equal(zmq_connect(reader, sock_endpoint(net->server)), 0);
    assert_int_equal(zmq_send(reader, "ask", 3, 0), 3);
    hear(net, net->server, "ask");
    *ret_peer = net->peer;
    return reader;
}

/* Answers until no more are taken; how many there were. */
static int fill(struct net *net, const struct sock_peer *peer, struct span answer)
{
    int count = 0;
    while (sock_send(net->server, peer, answer) == ERR_OK)
        count++;
    return count;
}

/* Answers that nobody reads are queued up to a number of bytes for one peer, and up to another for
 * all of them. Beyond that the peer for which most is queued is cut off. Who reads, is answered. */
static void test_answers_not_read(void **state)
{
    struct net *net = *state;
    void *zmq = zmq_ctx_new(), *readers[READERS_MAX];
    struct buf answer = {.data = mem_calloc(1, ANSWER_SIZE), .len = ANSWER_SIZE};
    answer.cap = answer.len;
    uint64_t cuts = 0;
    int count = 0;
    while (count < READERS_MAX && cuts == 0) {
        struct sock_peer peer;
        readers[count++] = connect_reader(net, zmq, &peer);
        int sent = fill(net, &peer, span_of(&answer));
        if (count == 1) /* what the kernel holds comes on top */
            assert_in_range(sent, SOCK_WAITING_MAX / ANSWER_SIZE,
                            2 * SOCK_WAITING_MAX / ANSWER_SIZE);
        cuts = sock_context_take_cuts(net->context).count;
    }
    assert_int_equal(cuts, 1);
    assert_in_range(count, READERS_MIN, READERS_MAX);
    net->client = connect_as(net, &net->known);
    say(net->client, "and I");
    hear(net, net->server, "and I");
    struct sock_peer friend = net->peer;
    assert_int_equal(sock_send(net->server, &friend, span_text("small")), ERR_OK);
    hear(net, net->client, "small");
    enum err err = ERR_BUSY; /* until libzmq has cleared the one away who was cut off */
    for (int i = 0; i < ROUNDS_MAX && err == ERR_BUSY; i++) {
        turn(net);
        err = sock_send(net->server, &friend, span_of(&answer));
    }
    assert_int_equal(err, ERR_OK);
    assert_int_equal(receive(net, net->client), ERR_OK);
    assert_int_equal(net->payload.len, ANSWER_SIZE);
    for (int i = 0; i < count; i++)
        zmq_close(readers[i]);
    zmq_ctx_term(zmq);
    buf_fini(&answer);
}

/* A peer that reads has its account back at nothing: it may be sent any number of answers. Nor does
 * what it has taken count as waiting here, on its first connection and on the next ones, which
 * mostly have the descriptor of one before. */
static void test_answers_read(void **state)
{
    struct net *net = *state;
    struct buf answer = {.data = mem_calloc(1, ANSWER_SIZE), .len = ANSWER_SIZE};
    answer.cap = answer.len;
    for (int connection = 0; connection < 3; connection++) {
        net->client = connect_as(net, &net->known);
        say(net->client, "ask");
        hear(net, net->server, "ask");
        struct sock_peer peer = net->peer;
        for (int i = 0; i < 2 * SOCK_WAITING_ALL_MAX / ANSWER_SIZE; i++) {
            assert_int_equal(sock_send(net->server, &peer, span_of(&answer)), ERR_OK);
            assert_int_equal(receive(net, net->client), ERR_OK);
        }
        sock_context_guard(net->context);
        assert_int_equal(sock_context_take_cuts(net->context).count, 0);
        sock_close(&net->client);
        for (int i = 0; i < ROUNDS_MAX && !sock_has_left(&peer); i++)
            turn(net);
    }
    buf_fini(&answer);
}

/* Who has left waits for no answer; what it sent before is still received. */
static void test_peer_that_has_left(void **state)
{
    struct net *net = *state;
    net->client = connect_as(net, &net->known);
    net->other = connect_as(net, &net->known);
    say(net->client, "stays");
    hear(net, net->server, "stays");
    struct sock_peer stays = net->peer;
    say(net->other, "leaves");
    hear(net, net->server, "leaves");
    struct sock_peer leaves = net->peer;
    assert_false(sock_has_left(&stays));
    assert_false(sock_has_left(&leaves));
    sock_close(&net->other);
    bool has_left = false;
    for (int i = 0; i < ROUNDS_MAX && !has_left; i++) {
        turn(net);
        has_left = sock_has_left(&leaves);
    }
    assert_true(has_left);
    assert_false(sock_has_left(&stays));
}

/* ---- names ---- */

/* Whether `number` is one of the first that rand() gives after srand(1). */
static bool is_of_first_seed(int number)
{
    bool is_there = false;
    srand(1);
    for (int i = 0; i < 20; i++)
        is_there = rand() == number || is_there;
    return is_there;
}

/* The numbers that libzmq gives to peers begin at random, so that nobody can name himself by one to
 * come, which would end the process. A program that only connects has its own numbers: they go on
 * as it has seeded them, although libzmq draws some of them for its retries. */
static void test_routing_ids(void **state)
{
    (void)state;
    const struct key_pair pair = {.secret_key = {1}};
    struct sock_context *context = sock_context_new();
    struct sock *sock = NULL;
    srand(1);
    assert_int_equal(
        sock_connect(context, "tcp://127.0.0.1:1", pair.public_key, &pair, SOCK_MESSAGE_MAX, &sock),
        ERR_OK);
    sock_close(&sock);
    assert_true(is_of_first_seed(rand()));
    for (int i = 0; i < 2; i++) { /* once in 10^8 a random one is such a number, too */
        srand(1);
        assert_int_equal(sock_listen(context, "tcp://127.0.0.1:*", &pair, &sock), ERR_OK);
        int drawn = rand();
        sock_close(&sock);
        assert_false(is_of_first_seed(drawn));
    }
    sock_context_free(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER(test_unfinished_messages),   SERVER(test_answers_not_read),
        SERVER(test_answers_read),          SERVER(test_peer_that_has_left),
        cmocka_unit_test(test_routing_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
