/* The reference: a bare ROUTER with CURVE that sends back what it gets.
 *
 *     bench_echo ENDPOINT SECRET-KEY
 *
 * Ends when its standard input does. */
#include <assert.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

static void echo(void *router)
{
    zmq_msg_t frame;
    int more = 1;
    while (more) {
        int rc = zmq_msg_init(&frame);
        assert(rc == 0);
        rc = zmq_msg_recv(&frame, router, 0);
        assert(rc >= 0);
        more = zmq_msg_more(&frame);
        rc = zmq_msg_send(&frame, router, more ? ZMQ_SNDMORE : 0);
        assert(rc >= 0);
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
