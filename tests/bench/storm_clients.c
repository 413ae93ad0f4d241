/* Thousands of clients in one process, each with what a real one has: a DEALER with a key of its
 * own, and the daemon's options (link/sock.c).
 *
 * poll(2) waits on the descriptors that libzmq gives for its sockets. They tell of what is new, not
 * of what there is: so whoever is looked at is looked at until nothing comes any more. Monitors
 * count what became of the connections, and are read at the end. */
#include "bench/storm.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "bench/times.h"
#include "client/connection.h"
#include "core/mem.h"
#include "wire/wire.h"

enum {
    SOCKETS_OF_CLIENT = 3, /* with both ends of its monitor */
    SOCKETS_MORE = 16,
    PAUSE_MS = 2, /* between two looks: each asks the kernel about all clients */
    NAME_SIZE = 40,
    EVENT_SIZE = 6, /* a number of 16 bits and a value of 32 */
};

#define GIVE_UP_NS INT64_C(300000000000)
#define MS_NS      1000000

enum state {
    STATE_WAITING,    /* for its moment */
    STATE_CONNECTING, /* its hello cannot be sent yet */
    STATE_GREETED,    /* waits for the welcome */
    STATE_FILED,      /* waits for the receipt */
    STATE_DONE,
    STATE_REFUSED,
};

struct client {
    void *dealer, *monitor;
    enum state state;
    uint32_t unit;
    int64_t start_ns, hello_ns; /* connected; had a connection, and said hello */
    int64_t said_ns, done_ns;   /* said something last; had its receipt */
};

/* What the monitors saw, all clients together. */
struct counts {
    size_t connected; /* over TCP: each is a handshake that the other side has to begin */
    size_t succeeded, cut, failed, retried, lost; /* cut: by the other side, as errno has it */
};

struct storming {
    const struct storm *storm;
    void *context;
    struct client *clients;
    struct pollfd *items;
    struct counts counts;
    struct buf bytes, filing;
    int64_t begin_ns;
    size_t ended; /* clients that wait for nothing more */
    size_t late;  /* answers after which a real client would have given up */
};

/* ---- sockets ---- */

static void set(void *socket, int option, int value)
{
    if (zmq_setsockopt(socket, option, &value, sizeof(value)) != 0)
        storm_give_up("an option", zmq_strerror(errno));
}

static void *new_socket(struct storming *storming, int type)
{
    void *socket = zmq_socket(storming->context, type);
    if (socket == NULL)
        storm_give_up("a socket", zmq_strerror(errno));
    return socket;
}

static void watch(struct storming *storming, struct client *client, size_t index)
{
    const int events = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |
                       ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                       ZMQ_EVENT_CONNECT_RETRIED | ZMQ_EVENT_DISCONNECTED;
    char name[NAME_SIZE];
    (void)snprintf(name, sizeof(name), "inproc://client-%zu", index);
    client->monitor = new_socket(storming, ZMQ_PAIR);
    if (zmq_socket_monitor(client->dealer, name, events) != 0 ||
        zmq_connect(client->monitor, name) != 0)
        storm_give_up("a monitor", zmq_strerror(errno));
}

static void make_client(struct storming *storming, size_t index)
{
    static const struct {
        int name, value;
    } options[] = {
        {ZMQ_LINGER, 0},        {ZMQ_HANDSHAKE_IVL, 30000},   {ZMQ_IMMEDIATE, 1},
        {ZMQ_TCP_KEEPALIVE, 1}, {ZMQ_CONNECT_TIMEOUT, 10000}, {ZMQ_RECONNECT_IVL, 1000},
    };
    const struct storm *storm = storming->storm;
    const struct key_pair *pair = &storm->keys->pairs[storm->first + index];
    struct client *client = &storming->clients[index];
    client->dealer = new_socket(storming, ZMQ_DEALER);
    client->unit = storm->country->leaves[storm->first + index];
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
        set(client->dealer, options[i].name, options[i].value);
    if (zmq_setsockopt(client->dealer, ZMQ_CURVE_SERVERKEY, storm->server_key, KEY_SIZE) != 0 ||
        zmq_setsockopt(client->dealer, ZMQ_CURVE_PUBLICKEY, pair->public_key, KEY_SIZE) != 0 ||
        zmq_setsockopt(client->dealer, ZMQ_CURVE_SECRETKEY, pair->secret_key, KEY_SIZE) != 0)
        storm_give_up("a key", zmq_strerror(errno));
    watch(storming, client, index);
    struct pollfd *item = &storming->items[index];
    size_t size = sizeof(item->fd);
    item->events = POLLIN;
    if (zmq_getsockopt(client->dealer, ZMQ_FD, &item->fd, &size) != 0)
        storm_give_up("a descriptor", zmq_strerror(errno));
}

/* Spread evenly, in an order that is none. */
static int64_t start_of(const struct storm *storm, size_t index)
{
    uint64_t mixed = (storm->first + index) * UINT64_C(0x9E3779B97F4A7C15);
    return (int64_t)((mixed >> 32) * (uint64_t)storm->jitter_ns >> 32);
}

/* ---- messages ---- */

static bool send_message(struct storming *storming, struct client *client,
                         Tonghop__Envelope *envelope, uint64_t seq)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = seq;
    buf_clear(&storming->bytes);
    wire_pack(envelope, &storming->bytes);
    if (zmq_send(client->dealer, storming->bytes.data, storming->bytes.len, ZMQ_DONTWAIT) < 0)
        return false;
    client->said_ns = times_now_ns();
    return true;
}

/* False while the connection does not stand. */
static bool say_hello(struct storming *storming, struct client *client)
{
    static char software[] = "bench_storm", language[] = "vi";
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.software = software;
    hello.language = language;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    return send_message(storming, client, &envelope, 1);
}

static bool file_report(struct storming *storming, struct client *client)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    buf_clear(&storming->filing);
    country_pack_filing(storming->storm->country, client->unit,
                        (struct period){STORM_YEAR, PERIOD_Y}, 0, &storming->filing);
    file.filing = (ProtobufCBinaryData){storming->filing.len, storming->filing.data};
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    return send_message(storming, client, &envelope, 2);
}

static void end(struct storming *storming, struct client *client, enum state state)
{
    client->state = state;
    client->done_ns = times_now_ns();
    storming->ended++;
}

static void take_answer(struct storming *storming, struct client *client, int body)
{
    int64_t since_ns = client->state == STATE_GREETED ? client->start_ns : client->said_ns;
    if (times_now_ns() - since_ns > (int64_t)CONNECTION_TIMEOUT_MS * MS_NS)
        storming->late++;
    if (client->state == STATE_GREETED && body == TONGHOP__ENVELOPE__BODY_WELCOME &&
        file_report(storming, client))
        client->state = STATE_FILED;
    else
        end(storming, client,
            client->state == STATE_FILED && body == TONGHOP__ENVELOPE__BODY_RECEIPT
                ? STATE_DONE
                : STATE_REFUSED);
}

/* Until nothing comes any more: libzmq tells again only of what is new. */
static void look(struct storming *storming, struct client *client)
{
    bool has_message = true;
    if (client->state == STATE_CONNECTING && say_hello(storming, client))
        client->state = STATE_GREETED;
    if (client->state == STATE_GREETED && client->hello_ns == 0)
        client->hello_ns = client->said_ns;
    while (has_message) {
        zmq_msg_t frame;
        (void)zmq_msg_init(&frame); /* cannot fail */
        has_message = zmq_msg_recv(&frame, client->dealer, ZMQ_DONTWAIT) >= 0;
        if (has_message && (client->state == STATE_GREETED || client->state == STATE_FILED))
            take_answer(storming, client,
                        wire_peek_body((struct span){zmq_msg_data(&frame), zmq_msg_size(&frame)}));
        (void)zmq_msg_close(&frame); /* it was initialised */
    }
}

/* ---- the storm ---- */

static void start_due(struct storming *storming, int64_t now_ns)
{
    for (size_t i = 0; i < storming->storm->count; i++) {
        struct client *client = &storming->clients[i];
        if (client->state != STATE_WAITING ||
            now_ns < storming->begin_ns + start_of(storming->storm, i))
            continue;
        client->start_ns = times_now_ns();
        client->state = STATE_CONNECTING;
        if (zmq_connect(client->dealer, storming->storm->endpoint) != 0)
            storm_give_up(storming->storm->endpoint, zmq_strerror(errno));
        look(storming, client);
    }
}

static void rage(struct storming *storming)
{
    storming->begin_ns = times_now_ns();
    int64_t now_ns = storming->begin_ns;
    while (storming->ended < storming->storm->count && now_ns - storming->begin_ns < GIVE_UP_NS) {
        start_due(storming, now_ns);
        (void)poll(NULL, 0, PAUSE_MS); /* what was missed is due all the same */
        if (poll(storming->items, storming->storm->count, PAUSE_MS) > 0)
            for (size_t i = 0; i < storming->storm->count; i++)
                if (storming->items[i].revents != 0)
                    look(storming, &storming->clients[i]);
        now_ns = times_now_ns();
    }
}

static void count_events(struct counts *counts, void *monitor)
{
    uint8_t event[EVENT_SIZE];
    while (zmq_recv(monitor, event, sizeof(event), ZMQ_DONTWAIT) >= 0) {
        uint16_t name;
        uint32_t value;
        memcpy(&name, event, sizeof(name));
        memcpy(&value, event + sizeof(name), sizeof(value));
        counts->connected += name == ZMQ_EVENT_CONNECTED;
        counts->succeeded += name == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
        counts->failed +=
            name == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH || name == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
        counts->cut += name == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL && value != EAGAIN;
        counts->retried += name == ZMQ_EVENT_CONNECT_RETRIED;
        counts->lost += name == ZMQ_EVENT_DISCONNECTED;
        (void)zmq_recv(monitor, event, sizeof(event), 0); /* the endpoint, which is ours */
    }
}

static void print_sums(const struct storming *storming)
{
    const struct catalogue *catalogue = storming->storm->country->catalogue;
    for (size_t n = 0; n < catalogue->indicator_count; n++) {
        int64_t sum = 0;
        for (size_t i = 0; i < storming->storm->count; i++)
            if (storming->clients[i].state == STATE_DONE)
                sum +=
                    country_figure(storming->clients[i].unit, catalogue->indicators[n].number, 0);
        (void)printf("%s%" PRId64, n > 0 ? ", " : "", sum);
    }
}

static void print_row(struct storming *storming)
{
    size_t filed = 0, refused = 0;
    int64_t first_ns = INT64_MAX, last_ns = 0;
    struct counts *counts = &storming->counts;
    for (size_t i = 0; i < storming->storm->count; i++) {
        const struct client *client = &storming->clients[i];
        count_events(counts, client->monitor);
        filed += client->state == STATE_DONE;
        refused += client->state == STATE_REFUSED;
        first_ns = client->start_ns < first_ns ? client->start_ns : first_ns;
        last_ns = client->done_ns > last_ns ? client->done_ns : last_ns;
    }
    (void)printf(
        "{\"filed\": %zu, \"refused\": %zu, \"late\": %zu, \"connected\": %zu, "
        "\"succeeded\": %zu, \"cut\": %zu, \"failed\": %zu, \"retried\": %zu, \"lost\": %zu, "
        "\"first_ns\": %" PRId64 ", \"last_ns\": %" PRId64 ", \"sums\": [",
        filed, refused, storming->late, counts->connected, counts->succeeded, counts->cut,
        counts->failed, counts->retried, counts->lost, first_ns, last_ns);
    print_sums(storming);
    (void)printf("], \"ms\": [");
    for (size_t i = 0; i < storming->storm->count; i++) {
        const struct client *client = &storming->clients[i];
        (void)printf("%s[%" PRId64 ", %" PRId64 "]", i > 0 ? ", " : "",
                     (client->hello_ns - client->start_ns) / MS_NS,
                     (client->done_ns - client->start_ns) / MS_NS);
    }
    (void)printf("]}\n");
    (void)fflush(stdout);
}

void storm_run(const struct storm *storm)
{
    struct storming storming = {.storm = storm, .context = zmq_ctx_new()};
    int sockets = (int)storm->count * SOCKETS_OF_CLIENT + SOCKETS_MORE, line;
    if (storming.context == NULL || zmq_ctx_set(storming.context, ZMQ_MAX_SOCKETS, sockets) != 0)
        storm_give_up("a context", zmq_strerror(errno));
    storming.clients = mem_calloc(storm->count, sizeof(*storming.clients));
    storming.items = mem_calloc(storm->count, sizeof(*storming.items));
    for (size_t i = 0; i < storm->count; i++)
        make_client(&storming, i);
    (void)puts("ready");
    (void)fflush(stdout);
    while ((line = getchar()) != '\n' && line != EOF)
        continue;
    rage(&storming);
    print_row(&storming);
    while (getchar() != EOF)
        continue;
    for (size_t i = 0; i < storm->count; i++) {
        (void)zmq_close(storming.clients[i].monitor); /* the process ends */
        (void)zmq_close(storming.clients[i].dealer);
    }
    (void)zmq_ctx_term(storming.context);
    buf_fini(&storming.bytes);
    buf_fini(&storming.filing);
    free(storming.items);
    free(storming.clients);
}
