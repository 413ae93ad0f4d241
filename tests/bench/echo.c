/* The reference: a bare ROUTER with CURVE that sends back what it gets. The first four bytes of a
 * message, big-endian, say how long the answer is to be, if longer; the rest of it is zero.
 *
 *     bench_echo ENDPOINT SECRET-KEY
 *
 * Ends when its standard input does. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

enum { ANSWER_MAX = 16 << 20 };

static size_t wanted_bytes(zmq_msg_t *request)
{
    const uint8_t *bytes = zmq_msg_data(request);
    size_t size = zmq_msg_size(request), wanted = 0;
    for (size_t i = 0; i < 4 && size >= 4; i++)
        wanted = wanted << 8 | bytes[i];
    return wanted > size && wanted <= ANSWER_MAX ? wanted : size;
}

static void answer(void *router, zmq_msg_t *request)
{
    zmq_msg_t longer;
    size_t size = zmq_msg_size(request), wanted = wanted_bytes(request);
    int rc = zmq_msg_init_size(&longer, wanted);
    assert(rc == 0);
    memcpy(zmq_msg_data(&longer), zmq_msg_data(request), size);
    memset((uint8_t *)zmq_msg_data(&longer) + size, 0, wanted - size);
    rc = zmq_msg_send(&longer, router, 0);
    assert(rc >= 0);
}

static void echo(void *router)
{
    zmq_msg_t frame;
    for (int more = 1; more != 0;) {
        int rc = zmq_msg_init(&frame);
        assert(rc == 0);
        rc = zmq_msg_recv(&frame, router, 0);
        assert(rc >= 0);
        more = zmq_msg_more(&frame);
        if (more != 0) /* the address */
            rc = zmq_msg_send(&frame, router, ZMQ_SNDMORE);
        else
            answer(router, &frame);
        assert(rc >= 0);
        (void)zmq_msg_close(&frame);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: bench_echo ENDPOINT SECRET-KEY\n");
        return 2;
    }
    void *context = zmq_ctx_new();
    void *router = zmq_socket(context, ZMQ_ROUTER);
    const int is_server = 1, linger = 0;
    int rc = zmq_setsockopt(router, ZMQ_CURVE_SERVER, &is_server, sizeof(is_server));
    rc |= zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, argv[2], 41);
    rc |= zmq_setsockopt(router, ZMQ_LINGER, &linger, sizeof(linger));
    if (rc != 0 || zmq_bind(router, argv[1]) != 0) {
        (void)fprintf(stderr, "bench_echo: %s\n", zmq_strerror(zmq_errno()));
        return 1;
    }
    zmq_pollitem_t items[] = {{router, 0, ZMQ_POLLIN, 0}, {NULL, STDIN_FILENO, ZMQ_POLLIN, 0}};
    while (zmq_poll(items, 2, -1) >= 0 && (items[1].revents & (ZMQ_POLLIN | ZMQ_POLLERR)) == 0)
        if ((items[0].revents & ZMQ_POLLIN) != 0)
            echo(router);
    (void)zmq_close(router); /* the process ends */
    (void)zmq_ctx_term(context);
    return 0;
}
