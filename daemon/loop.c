/* One zmq_poll over the sockets, the ZAP handler and a signalfd; level-triggered, so nothing is
 * missed. Events of all sockets go into one batch, one commit, then the effects: load groups
 * commits by itself, and an idle daemon sleeps until the session's next due time. */
#include "loop.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"

enum {
    LOOP_TAKE_MAX = NODE_BATCH_MAX - 1, /* messages of one turn; a place is kept for a tick */
    LOOP_STATUS_MS = 10000,             /* how often the service manager is told how things are */
    LOOP_READERS_MS = 600000,           /* how often slots of dead readers are cleared */
    LOOP_DROPS_MS = 10000,              /* between log lines about messages dropped */
    LOOP_LAST_MS = 100,  /* at the end: for messages on their way, and for their answers */
    LOOP_TRIM_MS = 1000, /* between two times of giving freed memory back */
    /* Bytes that a buffer keeps from turn to turn; a burst of large messages is not remembered. */
    LOOP_INBOX_KEPT = 4 << 10, /* of each message in a batch */
    LOOP_KEPT = 256 << 10,     /* of what there is once */
};

_Static_assert((int)SOCK_MESSAGE_MAX == (int)WIRE_MESSAGE_MAX,
               "what a socket lets in is what the wire accepts");

/* A message received and not stepped yet. */
struct inbox {
    struct buf payload;
    struct sock_peer peer;
};

struct loop {
    struct node *node;
    const struct conf *conf;
    struct key_pair pair;
    struct sock_context *context;
    struct sock *listener; /* NULL for a leaf */
    struct sock *local;
    struct sock *parent; /* NULL while there is no connection */
    int signal_fd;
    struct transport transport;
    struct effects effects;
    struct inbox inbox[LOOP_TAKE_MAX];
    struct event events[NODE_BATCH_MAX];
    size_t event_count;
    int64_t refused_ms;            /* no line about a refused key before */
    size_t taken_count;            /* messages of this turn: events, and those dropped */
    uint64_t dropped_count;        /* not told yet */
    struct sock_peer dropped_from; /* the last one */
    int64_t dropped_ms;            /* when the log was told last */
    bool is_trim_due;              /* large buffers were freed ... */
    int64_t trim_ms;               /* ... after this */
    bool was_linked;               /* when the manager was told last ... */
    uint32_t old_catalogue;        /* ... and the catalogue then */
    int64_t status_ms, readers_ms, watchdog_ms, watchdog_every_ms;
};

struct instant loop_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
    return (struct instant){(int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000};
}

int64_t loop_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- transport ---- */

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    struct loop *loop = ctx;
    struct sock *sock = address->is_local ? loop->local : loop->listener;
    struct sock_peer peer = {.id_len = address->id_len, .is_local = address->is_local};
    memcpy(peer.id, address->id, address->id_len);
    return sock != NULL ? sock_send(sock, &peer, bytes) : ERR_NOT_FOUND;
}

static enum err send_parent(void *ctx, struct span bytes)
{
    struct loop *loop = ctx;
    return loop->parent != NULL ? sock_send(loop->parent, NULL, bytes) : ERR_NOT_FOUND;
}

static void close_parent(void *ctx)
{
    struct loop *loop = ctx;
    sock_close(&loop->parent);
}

static void open_parent(void *ctx)
{
    struct loop *loop = ctx;
    sock_close(&loop->parent);
    enum err err = sock_connect(loop->context, loop->conf->parent_endpoint, loop->conf->parent_key,
                                &loop->pair, WIRE_MESSAGE_MAX, &loop->parent);
    if (err != ERR_OK)
        log_error("cannot make a socket to %s (%s)", loop->conf->parent_endpoint, err_name(err));
}

static const char *parent_trouble(void *ctx)
{
    struct loop *loop = ctx;
    return loop->parent != NULL ? sock_trouble(loop->parent) : "";
}

/* One line at most in LOOP_DROPS_MS: it saves a telephone call, and cannot fill the disk. */
static void log_refused_key(struct loop *loop, const uint8_t *key)
{
    char text[KEY_TEXT_SIZE];
    int64_t now_ms = loop_now_ms();
    if (loop->listener == NULL || now_ms < loop->refused_ms)
        return; /* not yet listening: the self-test refuses keys too */
    loop->refused_ms = now_ms + LOOP_DROPS_MS;
    log_notice("refused the key %s: it is not enrolled here", key_format(key, text));
}

static bool allow_key(void *ctx, const uint8_t *key)
{
    struct loop *loop = ctx;
    bool is_allowed = node_allows_key(loop->node, key);
    if (!is_allowed)
        log_refused_key(loop, key);
    return is_allowed;
}

/* ---- set-up ---- */

static enum err bind_sockets(struct loop *loop)
{
    char *control = conf_control_path(loop->conf);
    enum err err = sock_context_start_zap(loop->context, allow_key, loop);
    if (err == ERR_OK)
        err = sock_context_self_test(loop->context);
    if (err != ERR_OK)
        log_error("the check that unknown keys are refused failed (%s): not starting",
                  err_name(err));
    if (err == ERR_OK && loop->conf->listen_endpoint != NULL) {
        err = sock_listen(loop->context, loop->conf->listen_endpoint, &loop->pair, &loop->listener);
        if (err == ERR_EXISTS)
            log_error("%s is in use: choose another port, or stop what listens there",
                      loop->conf->listen_endpoint);
        else if (err == ERR_USAGE)
            log_error("cannot listen on %s: name an IP address of this machine, or 0.0.0.0, and a "
                      "port",
                      loop->conf->listen_endpoint);
        else if (err != ERR_OK)
            log_error("cannot listen on %s (%s)", loop->conf->listen_endpoint, err_name(err));
    }
    if (err == ERR_OK) {
        err = sock_listen_local(loop->context, control, &loop->local);
        if (err == ERR_EXISTS)
            log_error("%s is in use: another tonghopd serves this node", control);
        else if (err != ERR_OK)
            log_error("cannot listen on %s (%s): see that runtime_dir is there and writable",
                      control, err_name(err));
    }
    free(control);
    return err;
}

enum err loop_new(const struct conf *conf, const struct key_pair *pair, struct node *node,
                  int signal_fd, struct loop **ret_loop)
{
    struct loop *loop = mem_calloc(1, sizeof(*loop));
    uint64_t watchdog_us = 0;
    loop->conf = conf;
    loop->pair = *pair;
    loop->node = node;
    loop->signal_fd = signal_fd;
    loop->transport = (struct transport){.ctx = loop,
                                         .send_peer = send_peer,
                                         .send_parent = send_parent,
                                         .open_parent = open_parent,
                                         .close_parent = close_parent,
                                         .parent_trouble = parent_trouble};
    if (sd_watchdog_enabled(0, &watchdog_us) > 0)
        loop->watchdog_every_ms = (int64_t)(watchdog_us / 3000);
    loop->context = sock_context_new();
    enum err err = loop->context != NULL ? bind_sockets(loop) : ERR_IO;
    if (err != ERR_OK) {
        loop_free(&loop);
        return err;
    }
    *ret_loop = loop;
    return ERR_OK;
}

void loop_free(struct loop **loop)
{
    struct loop *l = *loop;
    if (l == NULL)
        return;
    sock_close(&l->parent);
    sock_close(&l->local);
    sock_close(&l->listener);
    sock_context_free(&l->context);
    effects_fini(&l->effects);
    for (size_t i = 0; i < LOOP_TAKE_MAX; i++)
        buf_fini(&l->inbox[i].payload);
    key_wipe(&l->pair);
    free(l);
    *loop = NULL;
}

/* ---- messages that no honest peer sends ---- */

/* Answers at once: nothing of the message touches the store. */
static void refuse_dropped(struct loop *loop, struct sock *sock, const struct sock_peer *peer)
{
    char code[32], text[] = "one payload frame per message";
    struct buf bytes = {0};
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    (void)snprintf(code, sizeof(code), "%s", err_name(ERR_MALFORMED));
    refusal.code = code;
    refusal.text = text;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = ++loop->node->next_seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REFUSAL;
    envelope.refusal = &refusal;
    wire_pack(&envelope, &bytes);
    (void)sock_send(sock, peer, span_of(&bytes)); /* whoever does not read has no answer */
    buf_fini(&bytes);
}

static void note_dropped(struct loop *loop, struct sock *sock, const struct sock_peer *peer)
{
    loop->dropped_count++;
    loop->dropped_from = *peer;
    if (peer->id_len > 0)
        refuse_dropped(loop, sock, peer);
}

/* One line for any number of them: a peer must not be able to fill the disk with our log. */
static void log_dropped(struct loop *loop)
{
    int64_t now_ms = loop_now_ms();
    if (loop->dropped_count == 0 || now_ms - loop->dropped_ms < LOOP_DROPS_MS)
        return;
    const struct sock_peer *peer = &loop->dropped_from;
    char from[KEY_TEXT_SIZE];
    if (peer->is_local)
        (void)snprintf(from, sizeof(from), "user %" PRIu32, peer->uid);
    else
        key_format(peer->key, from);
    log_warning("dropped messages that no honest peer sends: %" PRIu64 ", the last from %s",
                loop->dropped_count, from);
    loop->dropped_count = 0;
    loop->dropped_ms = now_ms;
}

/* ---- one turn ---- */

/* Takes what waits on one socket into the batch. What is dropped counts too: else a peer could keep
 * us here for ever. */
static void drain(struct loop *loop, struct sock *sock, enum event_type type)
{
    while (loop->taken_count < LOOP_TAKE_MAX) {
        struct inbox *slot = &loop->inbox[loop->event_count];
        enum err err = sock_receive(sock, &slot->payload, &slot->peer);
        if (err != ERR_OK && err != ERR_MALFORMED)
            return;
        loop->taken_count++;
        if (err == ERR_MALFORMED) {
            note_dropped(loop, sock, &slot->peer);
            continue;
        }
        struct event *event = &loop->events[loop->event_count++];
        *event = (struct event){.type = type};
        if (type == EVENT_PARENT_MESSAGE)
            continue;
        event->from.address.id_len = (uint8_t)slot->peer.id_len;
        event->from.address.is_local = slot->peer.is_local;
        memcpy(event->from.address.id, slot->peer.id, slot->peer.id_len);
        memcpy(event->from.key, slot->peer.key, sizeof(event->from.key));
        event->from.uid = slot->peer.uid;
    }
}

/* Waits, and adds what has come to the batch. `*ret_is_asked`: a signal asks to end; a `signal_fd`
 * of -1 is not looked at. */
static enum err gather(struct loop *loop, int signal_fd, int64_t timeout_ms, bool *ret_is_asked)
{
    struct sock_poll_item items[] = {
        {.fd = signal_fd},
        {.sock = loop->parent, .fd = -1},
        {.sock = loop->local, .fd = -1},
        {.sock = loop->listener, .fd = -1},
    };
    bool is_zap_ready = false;
    enum err err = sock_poll(loop->context, items, sizeof(items) / sizeof(items[0]), timeout_ms,
                             &is_zap_ready);
    if (err != ERR_OK && err != ERR_TIMEOUT)
        return err;
    if (is_zap_ready)
        sock_context_serve_zap(loop->context);
    /* The parent's answers first: they free the window. People before children. */
    if (items[1].is_ready)
        drain(loop, loop->parent, EVENT_PARENT_MESSAGE);
    if (items[2].is_ready)
        drain(loop, loop->local, EVENT_PEER_MESSAGE);
    if (items[3].is_ready)
        drain(loop, loop->listener, EVENT_PEER_MESSAGE);
    *ret_is_asked = items[0].is_ready;
    return ERR_OK;
}

/* Once the end is asked for: who has asked us something before gets an answer, so that nobody is
 * left not knowing. What came before may still be with libzmq's thread, hence the wait. */
static enum err gather_last(struct loop *loop)
{
    int64_t end_ms = loop_now_ms() + LOOP_LAST_MS, left_ms = LOOP_LAST_MS;
    bool is_asked; /* as we know */
    enum err err = ERR_OK;
    while (err == ERR_OK && left_ms > 0 && loop->taken_count < LOOP_TAKE_MAX) {
        err = gather(loop, -1, left_ms, &is_asked);
        left_ms = end_ms - loop_now_ms();
    }
    return err;
}

/* When a connection ends, libzmq drops what its reader has received and not read yet (with
 * ZMQ_IMMEDIATE): LINGER alone would lose answers that have left in time. */
static void let_answers_arrive(void)
{
    (void)poll(NULL, 0, LOOP_LAST_MS); /* cut short by nothing: signals are blocked */
}

static void shrink(struct loop *loop, struct buf *buf, size_t kept_bytes)
{
    if (buf->cap <= kept_bytes)
        return;
    buf_fini(buf);
    loop->is_trim_due = true;
}

static void shrink_buffers(struct loop *loop)
{
    for (size_t i = 0; i < LOOP_TAKE_MAX; i++)
        shrink(loop, &loop->inbox[i].payload, LOOP_INBOX_KEPT);
    shrink(loop, &loop->effects.bytes, LOOP_KEPT);
    shrink(loop, &loop->node->packed, LOOP_KEPT);
}

/* glibc keeps what was freed in the middle of its heap, libzmq's messages too, until it is told. */
static void trim_heap(struct loop *loop)
{
    int64_t now_ms = loop_now_ms();
    if (!loop->is_trim_due || now_ms - loop->trim_ms < LOOP_TRIM_MS)
        return;
    (void)malloc_trim(0); /* whether there was anything */
    loop->is_trim_due = false;
    loop->trim_ms = now_ms;
}

static enum err step_batch(struct loop *loop)
{
    struct instant now = loop_now();
    int64_t now_ms = loop_now_ms();
    if (node_has_work(loop->node, now_ms))
        loop->events[loop->event_count++] = (struct event){.type = EVENT_TICK};
    for (size_t i = 0; i < loop->event_count; i++) {
        struct event *event = &loop->events[i];
        event->now = now;
        event->now_ms = now_ms;
        if (event->type != EVENT_TICK)
            event->bytes = span_of(&loop->inbox[i].payload);
    }
    if (loop->event_count > 0) {
        enum err err = node_batch(loop->node, loop->events, loop->event_count, &loop->effects);
        if (err != ERR_OK)
            return err;
        node_apply(loop->node, &loop->effects, &loop->transport, now, now_ms);
    }
    if (loop->parent != NULL && sock_trouble(loop->parent)[0] != '\0')
        node_link_lost(loop->node, &loop->transport, now_ms);
    node_pump(loop->node, &loop->transport, now_ms);
    shrink_buffers(loop);
    return ERR_OK;
}

/* WATCHDOG=1 only here, after a turn of real work; STATUS is for `systemctl status`. */
static void tell_manager(struct loop *loop)
{
    int64_t now_ms = loop_now_ms();
    if (loop->watchdog_every_ms > 0 && now_ms - loop->watchdog_ms >= loop->watchdog_every_ms) {
        loop->watchdog_ms = now_ms;
        (void)sd_notify(0, "WATCHDOG=1"); /* without a manager there is nobody to tell */
    }
    if (now_ms - loop->readers_ms >= LOOP_READERS_MS) {
        loop->readers_ms = now_ms;
        store_check_readers(loop->node->store);
    }
    bool is_linked = loop->node->session.state == SESSION_UP;
    uint32_t catalogue = loop->node->catalogue != NULL ? loop->node->catalogue->number : 0;
    if (loop->status_ms != 0 && now_ms - loop->status_ms < LOOP_STATUS_MS &&
        is_linked == loop->was_linked && catalogue == loop->old_catalogue)
        return;
    loop->status_ms = now_ms;
    loop->was_linked = is_linked;
    loop->old_catalogue = catalogue;
    struct node_health health;
    node_get_health(loop->node, &health);
    (void)sd_notifyf(0,
                     "STATUS=%s; catalogue %u; %" PRIu64 " to send, %" PRIu64 " parked, %" PRIu64
                     " quarantined, %" PRIu64 " alarms",
                     health.is_linked ? "linked" : "no link with the node above", catalogue,
                     health.outbox_count, health.parked_count, health.quarantine_count,
                     health.alarm_count);
}

static int64_t poll_timeout(const struct loop *loop)
{
    int64_t timeout_ms = node_due_ms(loop->node, loop_now_ms());
    if (loop->watchdog_every_ms > 0 && loop->watchdog_every_ms < timeout_ms)
        timeout_ms = loop->watchdog_every_ms;
    if (loop->dropped_count > 0 && timeout_ms > LOOP_DROPS_MS)
        timeout_ms = LOOP_DROPS_MS;
    if (loop->is_trim_due && timeout_ms > LOOP_TRIM_MS)
        timeout_ms = LOOP_TRIM_MS;
    return timeout_ms;
}

enum err loop_run(struct loop *loop)
{
    node_pump(loop->node, &loop->transport, loop_now_ms());
    for (;;) {
        tell_manager(loop);
        log_dropped(loop);
        trim_heap(loop);
        loop->event_count = loop->taken_count = 0;
        bool is_ending = false;
        enum err err = gather(loop, loop->signal_fd, poll_timeout(loop), &is_ending);
        if (err == ERR_OK && is_ending)
            err = gather_last(loop);
        if (err != ERR_OK)
            return err;
        err = step_batch(loop);
        if (err != ERR_OK) {
            log_error("the store failed (%s): stopping without answering; what was not "
                      "acknowledged is sent again after the restart",
                      err_name(err));
            return err;
        }
        if (is_ending) {
            log_notice("stopping");
            if (loop->event_count > 0)
                let_answers_arrive();
            return ERR_OK;
        }
    }
}
