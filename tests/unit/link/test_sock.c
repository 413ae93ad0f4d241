#include "unit/link/sock_net.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <time.h>

#include "link/trouble.h"

static const char refused_text[] = TROUBLE_REFUSED;
static const char wrong_server_text[] = TROUBLE_WRONG_SERVER;
static const char not_a_node_text[] = TROUBLE_NOT_A_NODE;
static const char no_connection_text[] = TROUBLE_NO_CONNECTION;

static bool allow_all(void *ctx, const uint8_t *key, const char *host)
{
    (void)ctx;
    (void)key;
    (void)host;
    return true;
}

static bool allow_none(void *ctx, const uint8_t *key, const char *host)
{
    (void)ctx;
    (void)key;
    (void)host;
    return false;
}

/* ---- who gets in ---- */

/* A known key gets in; its messages carry that very key, and answers find their way back. */
static void test_known_key(void **state)
{
    struct net *net = *state;
    net->client = connect_as(net, &net->known);
    say(net->client, "hello");
    hear(net, net->server, "hello");
    assert_false(net->peer.is_local);
    assert_memory_equal(net->peer.key, net->known.public_key, KEY_SIZE);
    assert_string_equal(net->peer.host, "127.0.0.1");
    struct sock_peer from = net->peer;
    assert_int_equal(sock_receive(net->server, &net->payload, &net->peer), ERR_BUSY);

    assert_int_equal(sock_send(net->server, &from, span_text("welcome")), ERR_OK);
    hear(net, net->client, "welcome");
    assert_memory_equal(net->peer.key, net->server_pair.public_key, KEY_SIZE);
    assert_string_equal(sock_trouble(net->client), "");
}

/* An unknown key is refused, learns why, and nothing that it sent arrives. */
static void test_unknown_key(void **state)
{
    struct net *net = *state;
    net->client = connect_as(net, &net->unknown);
    say(net->client, "let me in");
    assert_string_equal(wait_trouble(net, net->client), refused_text);
    assert_string_equal(net->host, "127.0.0.1");
    assert_int_equal(sock_take_mistaken(net->server).count, 0); /* it knew the server's key */
    net->other = connect_as(net, &net->known);
    say(net->other, "friend");
    hear(net, net->server, "friend");
    assert_string_equal(sock_trouble(net->client), refused_text);
}

/* A server that cannot prove the configured key gets no message. */
static void test_wrong_server_key(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_connect(net->context, sock_endpoint(net->server), net->unknown.public_key,
                                  &net->known, MESSAGE_MAX, &net->client),
                     ERR_OK);
    say(net->client, "secret");
    assert_string_equal(wait_trouble(net, net->client), wrong_server_text);
    assert_int_equal(sock_receive(net->server, &net->payload, &net->peer), ERR_BUSY);
}

/* A server without CURVE gets none, either. Whichever side notices first ends it: from outside, one
 * that hangs up looks like one with another key. */
static void test_plain_server(void **state)
{
    struct net *net = *state;
    struct raw plain = raw_new(ZMQ_ROUTER);
    char endpoint[64];
    size_t size = sizeof endpoint;
    assert_int_equal(zmq_bind(plain.socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(zmq_getsockopt(plain.socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    assert_int_equal(sock_connect(net->context, endpoint, net->server_pair.public_key, &net->known,
                                  MESSAGE_MAX, &net->client),
                     ERR_OK);
    const char *trouble = wait_trouble(net, net->client);
    assert_true(strcmp(trouble, not_a_node_text) == 0 || strcmp(trouble, wrong_server_text) == 0);
    raw_close(&plain);
}

/* Without a handler libzmq would let every key in; the enforced domain keeps all of them out. */
static void test_no_handler(void **state)
{
    struct net *net = *state;
    assert_int_equal(
        sock_listen(net->context, "tcp://127.0.0.1:*", &net->server_pair, &net->server), ERR_OK);
    net->client = connect_as(net, &net->known);
    say(net->client, "anybody there");
    assert_string_equal(wait_trouble(net, net->client), wrong_server_text);
    assert_int_equal(sock_receive(net->server, &net->payload, &net->peer), ERR_BUSY);
}

/* The self-test passes where exactly the enrolled keys get in, also when nobody is enrolled yet. */
static void test_self_test_passes(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_context_start_zap(net->context, allow_none, NULL), ERR_OK);
    assert_int_equal(sock_context_self_test(net->context), ERR_OK);
    assert_int_equal(sock_context_self_test(net->context), ERR_OK);
}

/* A handler that lets everybody in fails the self-test: the daemon must not start. */
static void test_self_test_sees_open_door(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_context_start_zap(net->context, allow_all, NULL), ERR_OK);
    assert_int_equal(sock_context_self_test(net->context), ERR_FORBIDDEN);
}

/* So does a missing handler. */
static void test_self_test_sees_no_handler(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_context_self_test(net->context), ERR_FORBIDDEN);
}

/* The self-test leaves no back door: the key that it let in is forgotten, and the handler goes on
 * as before. */
static void test_self_test_then_work(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_context_self_test(net->context), ERR_OK);
    assert_null(net->context->test_key);
    test_unknown_key(state);
}

/* ---- trouble ---- */

/* A TCP port of loopback that nobody listens on, as long as the descriptor is open. */
static int closed_port(char *endpoint, size_t size)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(endpoint, size, "tcp://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    return fd;
}

/* The client to a listener that is no node: its descriptor. */
static int connect_elsewhere(struct net *net)
{
    char endpoint[64];
    int fd = closed_port(endpoint, sizeof endpoint);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(sock_connect(net->context, endpoint, net->server_pair.public_key, &net->known,
                                  MESSAGE_MAX, &net->client),
                     ERR_OK);
    return fd;
}

/* What speaks something else is not taken for a node with another key. */
static void test_another_service(void **state)
{
    static const char banner[] = "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n";
    struct net *net = *state;
    int fd = connect_elsewhere(net);
    int peer = accept(fd, NULL, NULL);
    assert_true(peer >= 0);
    assert_int_equal(write(peer, banner, strlen(banner)), strlen(banner));
    assert_string_equal(wait_trouble(net, net->client), not_a_node_text);
    close(peer);
    close(fd);
}

/* Who says nothing may be a node that has too much to do: nobody hangs up before he gives up, to
 * come back at the end of the queue. */
static void test_silent_server(void **state)
{
    enum { SESSION_S = 30 }; /* SESSION_SILENCE_MS; a command waits for less */
    struct net *net = *state;
    struct timespec begin, now;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &begin), 0);
    int fd = connect_elsewhere(net);
    assert_string_equal(wait_trouble(net, net->client), TROUBLE_SILENT);
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &now), 0);
    assert_true(now.tv_sec - begin.tv_sec >= SESSION_S - 1);
    close(fd);
}

/* Nor is a name that nobody knows taken for a machine that does not answer. */
static void test_unknown_host(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_connect(net->context, "tcp://no-such-host.invalid:7464",
                                  net->server_pair.public_key, &net->known, MESSAGE_MAX,
                                  &net->client),
                     ERR_OK);
    assert_string_equal(wait_trouble(net, net->client), TROUBLE_NO_HOST);
}

/* A server that is not there yet is a trouble until it is; the first message waits for it. */
static void test_server_comes_late(void **state)
{
    struct net *net = *state;
    char endpoint[64];
    int fd = closed_port(endpoint, sizeof endpoint);
    assert_int_equal(sock_connect(net->context, endpoint, net->server_pair.public_key, &net->known,
                                  MESSAGE_MAX, &net->client),
                     ERR_OK);
    say(net->client, "first");
    assert_int_equal(sock_send(net->client, NULL, span_text("second")), ERR_BUSY);
    assert_string_equal(wait_trouble(net, net->client), no_connection_text);
    close(fd);
    sock_close(&net->server);
    assert_int_equal(sock_listen(net->context, endpoint, &net->server_pair, &net->server), ERR_OK);
    assert_string_equal(sock_endpoint(net->server), endpoint);
    hear(net, net->server, "first");
    say(net->client, "third");
    hear(net, net->server, "third");
    assert_string_equal(sock_trouble(net->client), "");
}

/* A connection that was lost stays a trouble when libzmq makes a new one by itself: what was agreed
 * on the old one is gone. Nothing of the old one is sent on the new. */
static void test_lost_connection_stays(void **state)
{
    struct net *net = *state;
    net->client = connect_as(net, &net->known);
    char endpoint[SOCK_ENDPOINT_MAX];
    strcpy(endpoint, sock_endpoint(net->server));
    say(net->client, "one");
    assert_int_equal(receive(net, net->server), ERR_OK);
    sock_close(&net->server);
    assert_string_equal(wait_trouble(net, net->client), no_connection_text);
    enum err err = ERR_OK; /* until libzmq has put the dead connection's queue away */
    for (int i = 0; i < ROUNDS_MAX && err == ERR_OK; i++) {
        turn(net);
        err = sock_send(net->client, NULL, span_text("lost"));
    }
    assert_int_equal(err, ERR_BUSY);
    err = ERR_EXISTS; /* until the old listener has let go of its port */
    for (int i = 0; i < ROUNDS_MAX && err == ERR_EXISTS; i++) {
        turn(net);
        err = sock_listen(net->context, endpoint, &net->server_pair, &net->server);
    }
    assert_int_equal(err, ERR_OK);
    err = ERR_BUSY; /* until libzmq has connected again */
    for (int i = 0; i < ROUNDS_MAX && err == ERR_BUSY; i++) {
        turn(net);
        err = sock_send(net->client, NULL, span_text("two"));
    }
    assert_int_equal(err, ERR_OK);
    hear(net, net->server, "two");
    assert_string_equal(sock_trouble(net->client), no_connection_text);
}

/* ---- hostile peers ---- */

/* A message has one payload frame: more are dropped whole, who sent them can be told so, and the
 * next good message arrives. */
static void test_multipart(void **state)
{
    struct net *net = *state;
    struct raw raw = raw_client(net, "hostile");
    const int frame_counts[] = {2, 3, 500};
    for (size_t i = 0; i < sizeof frame_counts / sizeof *frame_counts; i++) {
        for (int k = 1; k <= frame_counts[i]; k++)
            assert_int_equal(zmq_send(raw.socket, "part", 4, k < frame_counts[i] ? ZMQ_SNDMORE : 0),
                             4);
        assert_int_equal(receive(net, net->server), ERR_MALFORMED);
        assert_int_equal(net->payload.len, 0);
        assert_memory_equal(net->peer.key, net->known.public_key, KEY_SIZE);
        assert_int_equal(sock_send(net->server, &net->peer, span_text("no")), ERR_OK);
    }
    assert_int_equal(zmq_send(raw.socket, "", 0, ZMQ_SNDMORE), 0);
    assert_int_equal(zmq_send(raw.socket, "as REQ does", 11, 0), 11);
    assert_int_equal(receive(net, net->server), ERR_MALFORMED);
    assert_int_equal(zmq_send(raw.socket, "good", 4, 0), 4);
    hear(net, net->server, "good");
    assert_int_equal(net->peer.id_len, 7);
    assert_memory_equal(net->peer.id, "hostile", 7);
    raw_close(&raw);
}

/* A peer that names itself longer than we do is dropped; an empty message is the wire's affair. */
static void test_long_routing_id(void **state)
{
    struct net *net = *state;
    struct raw fits = raw_client(net, "12345678901234567890123456789012");
    assert_int_equal(zmq_send(fits.socket, "fits", 4, 0), 4);
    assert_int_equal(receive(net, net->server), ERR_OK);
    assert_int_equal(net->peer.id_len, SOCK_ID_MAX);
    struct raw raw = raw_client(net, "123456789012345678901234567890123");
    assert_int_equal(zmq_send(raw.socket, "too long", 8, 0), 8);
    assert_int_equal(receive(net, net->server), ERR_MALFORMED);
    assert_int_equal(net->peer.id_len, 0);
    assert_int_equal(net->payload.len, 0);
    assert_int_equal(zmq_send(fits.socket, "", 0, 0), 0);
    hear(net, net->server, "");
    raw_close(&fits);
    raw_close(&raw);
}

static struct span big_message(struct buf *buf, size_t len)
{
    buf->data = mem_calloc(1, len);
    buf->cap = buf->len = len;
    return span_of(buf);
}

/* The largest message passes; one byte more costs its sender the connection and never arrives,
 * while others go on. */
static void check_oversize(struct net *net)
{
    struct buf largest = {0}, oversize = {0};
    assert_int_equal(sock_send(net->client, NULL, big_message(&largest, SOCK_MESSAGE_MAX)), ERR_OK);
    assert_int_equal(receive(net, net->server), ERR_OK);
    assert_int_equal(net->payload.len, SOCK_MESSAGE_MAX);
    assert_int_equal(sock_send(net->client, NULL, big_message(&oversize, SOCK_MESSAGE_MAX + 1)),
                     ERR_OK);
    assert_string_equal(wait_trouble(net, net->client), no_connection_text);
    say(net->other, "still here");
    hear(net, net->server, "still here");
    buf_fini(&largest);
    buf_fini(&oversize);
}

static void test_oversize(void **state)
{
    struct net *net = *state;
    net->client = connect_as(net, &net->known);
    net->other = connect_as(net, &net->known);
    check_oversize(net);
}

static void test_oversize_local(void **state)
{
    struct net *net = *state;
    assert_int_equal(sock_listen_local(net->context, net->path, &net->server), ERR_OK);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->client),
                     ERR_OK);
    assert_int_equal(sock_connect_local(net->context, net->path, MESSAGE_MAX, &net->other), ERR_OK);
    check_oversize(net);
}

/* The connecting side has its own limit against a hostile server. */
static void test_oversize_answer(void **state)
{
    enum { LIMIT = 4096 };
    struct net *net = *state;
    assert_int_equal(sock_connect(net->context, sock_endpoint(net->server),
                                  net->server_pair.public_key, &net->known, LIMIT, &net->client),
                     ERR_OK);
    say(net->client, "ask");
    assert_int_equal(receive(net, net->server), ERR_OK);
    struct sock_peer from = net->peer;
    struct buf largest = {0}, oversize = {0};
    assert_int_equal(sock_send(net->server, &from, big_message(&largest, LIMIT)), ERR_OK);
    assert_int_equal(receive(net, net->client), ERR_OK);
    assert_int_equal(net->payload.len, LIMIT);
    assert_int_equal(sock_send(net->server, &from, big_message(&oversize, LIMIT + 1)), ERR_OK);
    assert_string_equal(wait_trouble(net, net->client), no_connection_text);
    assert_int_equal(sock_receive(net->client, &net->payload, &net->peer), ERR_BUSY);
    buf_fini(&largest);
    buf_fini(&oversize);
}

/* A stand-in for our handler: lets everybody in, says nobody's name. */
static void answer_without_user_id(void *zap)
{
    char frames[8][256] = {{0}};
    int count = 0, lens[8] = {0}, has_more = 1;
    size_t size = sizeof has_more;
    while (has_more && count < 8) {
        lens[count] = zmq_recv(zap, frames[count], sizeof frames[count], ZMQ_DONTWAIT);
        if (lens[count] < 0)
            return;
        count++;
        assert_int_equal(zmq_getsockopt(zap, ZMQ_RCVMORE, &has_more, &size), 0);
    }
    zmq_send(zap, "1.0", 3, ZMQ_SNDMORE);
    zmq_send(zap, frames[1], (size_t)lens[1], ZMQ_SNDMORE);
    zmq_send(zap, "200", 3, ZMQ_SNDMORE);
    zmq_send(zap, "OK", 2, ZMQ_SNDMORE);
    zmq_send(zap, "", 0, ZMQ_SNDMORE);
    zmq_send(zap, "", 0, 0);
}

/* A key without a name in the handler's answer is nobody: its message is dropped, although libzmq
 * delivers it, and there is nobody to answer. */
static void test_no_user_id(void **state)
{
    struct net *net = *state;
    void *zap = zmq_socket(net->context->zmq, ZMQ_REP);
    set_int(zap, ZMQ_LINGER, 0);
    assert_int_equal(zmq_bind(zap, "inproc://zeromq.zap.01"), 0);
    assert_int_equal(
        sock_listen(net->context, "tcp://127.0.0.1:*", &net->server_pair, &net->server), ERR_OK);
    net->client = connect_as(net, &net->known);
    say(net->client, "who am I");
    enum err err = ERR_BUSY;
    for (int i = 0; i < ROUNDS_MAX && err == ERR_BUSY; i++) {
        turn(net);
        answer_without_user_id(zap);
        err = sock_receive(net->server, &net->payload, &net->peer);
    }
    zmq_close(zap); /* a failure must not leave it open: the context would wait for it */
    assert_int_equal(err, ERR_MALFORMED);
    assert_int_equal(net->payload.len, 0);
    assert_int_equal(net->peer.id_len, 0);
}

/* ---- sending ---- */

/* Nothing sent to a peer that is not there vanishes with success. */
static void test_unknown_peer(void **state)
{
    struct net *net = *state;
    const struct sock_peer nobody = {.id = "nobody", .id_len = 6};
    assert_int_equal(sock_send(net->server, &nobody, span_text("x")), ERR_NOT_FOUND);
    net->client = connect_as(net, &net->known);
    say(net->client, "hello");
    assert_int_equal(receive(net, net->server), ERR_OK);
    struct sock_peer gone = net->peer;
    sock_close(&net->client);
    enum err err = ERR_OK;
    for (int i = 0; i < ROUNDS_MAX && err == ERR_OK; i++) {
        turn(net);
        err = sock_send(net->server, &gone, span_text("x"));
    }
    assert_int_equal(err, ERR_NOT_FOUND);
}

/* A peer that does not read fills its queue and no more: the server is told, and others go on. */
static void test_slow_peer(void **state)
{
    enum { SIZE = 16384, SENDS_MAX = 20000 };
    struct net *net = *state;
    net->other = connect_as(net, &net->known);
    struct raw slow = raw_client(net, "slow");
    assert_int_equal(zmq_send(slow.socket, "hello", 5, 0), 5);
    assert_int_equal(receive(net, net->server), ERR_OK);
    struct sock_peer peer = net->peer;
    struct buf big = {0};
    struct span payload = big_message(&big, SIZE);
    enum err err = ERR_OK;
    int sent = 0;
    while (sent < SENDS_MAX && err == ERR_OK) {
        err = sock_send(net->server, &peer, payload);
        sent++;
    }
    assert_int_equal(err, ERR_BUSY);
    say(net->other, "still here");
    hear(net, net->server, "still here");
    buf_fini(&big);
    raw_close(&slow);
}

/* Freeing what is not there does nothing, and a context is freed with its handler bound. */
static void test_nothing_to_free(void **state)
{
    (void)state;
    struct sock *sock = NULL;
    sock_close(&sock);
    struct sock_context *context = NULL;
    sock_context_free(&context);
    context = sock_context_new();
    assert_int_equal(sock_context_start_zap(context, allow_all, NULL), ERR_OK);
    sock_context_free(&context);
    assert_null(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER(test_known_key),
        SERVER(test_unknown_key),
        SERVER(test_wrong_server_key),
        SERVER(test_plain_server),
        PLAIN(test_no_handler),
        PLAIN(test_self_test_passes),
        PLAIN(test_self_test_sees_open_door),
        PLAIN(test_self_test_sees_no_handler),
        SERVER(test_self_test_then_work),
        SERVER(test_another_service),
        SERVER(test_silent_server),
        SERVER(test_unknown_host),
        SERVER(test_server_comes_late),
        SERVER(test_lost_connection_stays),
        SERVER(test_multipart),
        SERVER(test_long_routing_id),
        SERVER(test_oversize),
        PLAIN(test_oversize_local),
        SERVER(test_oversize_answer),
        PLAIN(test_no_user_id),
        SERVER(test_unknown_peer),
        SERVER(test_slow_peer),
        cmocka_unit_test(test_nothing_to_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
