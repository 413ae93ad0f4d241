/* Who gets in. libzmq asks a handler (ZAP, RFC 27) on inproc://zeromq.zap.01 for each CURVE
 * handshake; ours asks the node, and answers with the key in base64 as the User-Id that every
 * message of that connection will carry.
 *
 * ZAP fails open: with no handler bound, libzmq lets every key in. ZMQ_ZAP_ENFORCE_DOMAIN closes
 * that gap, but is a draft option; hence the self-test, which uses the very functions that the
 * daemon listens with. */
#include "link/sock_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/log.h"

enum {
    ZAP_BATCH_MAX = 256,        /* requests in one go; the rest stays readable */
    ZAP_FRAMES_MAX = 8,         /* a CURVE request has 7 */
    SELF_TEST_ROUNDS_MAX = 100, /* waits for one key */
    SELF_TEST_WAIT_MS = 50,
    SELF_TEST_MESSAGE_MAX = 1024,
};

/* The frames of a request, in RFC 27's order. */
enum zap_frame {
    ZAP_VERSION,
    ZAP_REQUEST_ID,
    ZAP_DOMAIN,
    ZAP_ADDRESS,
    ZAP_ROUTING_ID,
    ZAP_MECHANISM,
    ZAP_CREDENTIAL,
    ZAP_CURVE_FRAMES, /* how many there are for CURVE */
};

struct zap_request {
    zmq_msg_t frames[ZAP_FRAMES_MAX];
    size_t count;
};

enum err sock_context_start_zap(struct sock_context *context, sock_allow_fn *allow, void *ctx)
{
    assert(context->zap == NULL && context->open_count == 0);
    void *zap = zmq_socket(context->zmq, ZMQ_REP);
    if (zap == NULL)
        return ERR_IO;
    if (!sock_set_option(zap, ZMQ_LINGER, 0) || zmq_bind(zap, "inproc://zeromq.zap.01") != 0) {
        zmq_close(zap);
        return ERR_IO;
    }
    context->zap = zap;
    context->allow = allow;
    context->allow_ctx = ctx;
    return ERR_OK;
}

/* ---- the handler ---- */

static bool frame_is(zmq_msg_t *frame, const char *text)
{
    return zmq_msg_size(frame) == strlen(text) &&
           memcmp(zmq_msg_data(frame), text, strlen(text)) == 0;
}

static void request_close(struct zap_request *request)
{
    for (size_t i = 0; i < request->count; i++)
        zmq_msg_close(&request->frames[i]);
}

/* False when there is none. A request with too many frames keeps the first ones, and fails the
 * check of their number. */
static bool request_receive(void *zap, struct zap_request *ret_request)
{
    struct zap_request request = {.count = 0};
    bool has_more = true;
    while (has_more && request.count < ZAP_FRAMES_MAX) {
        zmq_msg_t *frame = &request.frames[request.count];
        zmq_msg_init(frame);
        if (sock_receive_frame(zap, frame) < 0) {
            zmq_msg_close(frame);
            request_close(&request);
            return false;
        }
        has_more = sock_has_more(frame);
        request.count++;
    }
    if (has_more)
        sock_drain(zap);
    *ret_request = request;
    return true;
}

static bool request_is_allowed(const struct sock_context *context, struct zap_request *request)
{
    zmq_msg_t *frames = request->frames;
    if (request->count != ZAP_CURVE_FRAMES || !frame_is(&frames[ZAP_VERSION], "1.0") ||
        !frame_is(&frames[ZAP_MECHANISM], "CURVE") ||
        zmq_msg_size(&frames[ZAP_CREDENTIAL]) != KEY_SIZE)
        return false;
    const uint8_t *key = zmq_msg_data(&frames[ZAP_CREDENTIAL]);
    if (context->test_key != NULL && memcmp(key, context->test_key, KEY_SIZE) == 0)
        return true;
    char host[SOCK_ADDRESS_SIZE];
    size_t len = zmq_msg_size(&frames[ZAP_ADDRESS]);
    if (len >= sizeof host)
        len = 0; /* no address of IP: none for people to read */
    memcpy(host, zmq_msg_data(&frames[ZAP_ADDRESS]), len);
    host[len] = '\0';
    return context->allow(context->allow_ctx, key, host);
}

/* A reply that cannot be queued is a connection that is gone: nothing to do about it. */
static void request_answer(void *zap, struct zap_request *request, bool is_allowed)
{
    char user_id[KEY_TEXT_SIZE] = "";
    if (is_allowed)
        key_format(zmq_msg_data(&request->frames[ZAP_CREDENTIAL]), user_id);
    const char *status = is_allowed ? "200" : "400";
    const char *text = is_allowed ? "OK" : "unknown key";
    zmq_msg_t *id = &request->frames[ZAP_REQUEST_ID];
    bool has_id = request->count > ZAP_REQUEST_ID;
    (void)sock_send_frame(zap, "1.0", 3, ZMQ_SNDMORE);
    (void)sock_send_frame(zap, has_id ? zmq_msg_data(id) : "", has_id ? zmq_msg_size(id) : 0,
                          ZMQ_SNDMORE);
    (void)sock_send_frame(zap, status, strlen(status), ZMQ_SNDMORE);
    (void)sock_send_frame(zap, text, strlen(text), ZMQ_SNDMORE);
    (void)sock_send_frame(zap, user_id, strlen(user_id), ZMQ_SNDMORE);
    (void)sock_send_frame(zap, "", 0, 0); /* no metadata of ours */
}

void sock_context_serve_zap(struct sock_context *context)
{
    struct zap_request request;
    for (int i = 0; i < ZAP_BATCH_MAX && context->zap != NULL; i++) {
        if (!request_receive(context->zap, &request))
            return;
        request_answer(context->zap, &request, request_is_allowed(context, &request));
        request_close(&request);
    }
}

/* ---- the self-test ---- */

enum outcome { OUTCOME_NONE_YET, OUTCOME_ADMITTED, OUTCOME_REFUSED, OUTCOME_BROKEN };

/* One wait, and what it showed. */
static enum outcome observe(struct sock_context *context, struct sock *server, struct sock *client,
                            const struct key_pair *pair, struct buf *payload)
{
    struct sock_poll_item items[] = {{.sock = server}, {.sock = client}};
    bool is_zap;
    if (sock_poll(context, items, 2, SELF_TEST_WAIT_MS, &is_zap) == ERR_IO)
        return OUTCOME_BROKEN;
    sock_context_serve_zap(context);
    struct sock_peer peer;
    enum err err = sock_receive(server, payload, &peer);
    if (err != ERR_OK && err != ERR_BUSY)
        return OUTCOME_BROKEN; /* such as let in, but without a name */
    if (err == ERR_OK) {
        bool is_right = memcmp(peer.key, pair->public_key, KEY_SIZE) == 0;
        return is_right ? OUTCOME_ADMITTED : OUTCOME_BROKEN;
    }
    switch (sock_read_trouble(client)) {
    case SOCK_TROUBLE_NONE:
        return OUTCOME_NONE_YET;
    case SOCK_TROUBLE_REFUSED:
        return OUTCOME_REFUSED;
    case SOCK_TROUBLE_WRONG_SERVER:
    case SOCK_TROUBLE_NOT_A_NODE:
    case SOCK_TROUBLE_SILENT:
    case SOCK_TROUBLE_NO_HOST:
    case SOCK_TROUBLE_NO_CONNECTION:
        break;
    }
    return OUTCOME_BROKEN;
}

/* What happens to a client with this key. Refusal and admission are both seen, neither is inferred
 * from silence. */
static enum outcome try_key(struct sock_context *context, struct sock *server,
                            const uint8_t *server_key, const struct key_pair *pair)
{
    struct sock *client;
    if (sock_connect(context, sock_endpoint(server), server_key, pair, SELF_TEST_MESSAGE_MAX,
                     &client) != ERR_OK)
        return OUTCOME_BROKEN;
    enum outcome outcome = OUTCOME_NONE_YET;
    struct buf payload = {0};
    if (sock_send(client, NULL, (struct span){(const uint8_t *)"?", 1}) == ERR_OK) {
        for (int i = 0; i < SELF_TEST_ROUNDS_MAX && outcome == OUTCOME_NONE_YET; i++)
            outcome = observe(context, server, client, pair, &payload);
    }
    buf_fini(&payload);
    sock_close(&client);
    return outcome;
}

enum err sock_context_self_test(struct sock_context *context)
{
    struct key_pair server_pair, unknown, known;
    key_generate(&server_pair);
    key_generate(&unknown);
    key_generate(&known);
    struct sock *server;
    enum err err = sock_listen(context, "tcp://127.0.0.1:*", &server_pair, &server);
    if (err != ERR_OK) {
        log_event(LOG_EVENT_SELF_TEST_FAILED, LOG_FIELDS(.error = err),
                  "self-test of key checking: cannot listen on 127.0.0.1: %s", err_text(err));
        return err;
    }
    enum outcome outcome = try_key(context, server, server_pair.public_key, &unknown);
    if (outcome != OUTCOME_REFUSED) {
        log_event(LOG_EVENT_SELF_TEST_FAILED, NULL,
                  "self-test of key checking: a key that nobody enrolled was not refused (%s); "
                  "this installation of libzmq cannot be trusted",
                  outcome == OUTCOME_ADMITTED ? "it was let in" : "no clear answer");
        err = ERR_FORBIDDEN;
        goto out;
    }
    context->test_key = known.public_key;
    if (try_key(context, server, server_pair.public_key, &known) != OUTCOME_ADMITTED) {
        log_event(LOG_EVENT_SELF_TEST_FAILED, NULL,
                  "self-test of key checking: a known key did not get in; this installation of "
                  "libzmq cannot be trusted");
        err = ERR_FORBIDDEN;
    }
    context->test_key = NULL;
out:
    sock_close(&server);
    return err;
}
