/* One zmq_poll over the sockets, the ZAP handler and a signalfd; level-triggered, so nothing is
 * missed. Events of all sockets go into one batch, one commit, then the effects: load groups
 * commits by itself, and an idle daemon sleeps until the session's next due time. */
#include "loop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"

enum {
    LOOP_STATUS_MS = 10000,   /* how often the service manager is told how things are */
    LOOP_READERS_MS = 600000, /* how often slots of dead readers are cleared */
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
    struct inbox inbox[NODE_BATCH_MAX];
    struct event events[NODE_BATCH_MAX];
    size_t event_count;
    bool was_linked;        /* when the manager was told last ... */
    uint32_t old_catalogue; /* ... and the catalogue then */
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

static bool allow_key(void *ctx, const uint8_t *key)
{
    struct loop *loop = ctx;
    return node_allows_key(loop->node, key);
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
    for (size_t i = 0; i < NODE_BATCH_MAX; i++)
        buf_fini(&l->inbox[i].payload);
    key_wipe(&l->pair);
    free(l);
    *loop = NULL;
}

/* ---- one turn ---- */

/* Takes what waits on one socket into the batch. */
static void drain(struct loop *loop, struct sock *sock, enum event_type type)
{
    while (loop->event_count < NODE_BATCH_MAX) {
        struct inbox *slot = &loop->inbox[loop->event_count];
        enum err err = sock_receive(sock, &slot->payload, &slot->peer);
        if (err == ERR_MALFORMED) {
            log_warning("dropped a message that no honest peer sends");
            continue;
        }
        if (err != ERR_OK)
            return;
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

/* Receives from whatever is ready; true when a signal asks to end. */
static bool gather(struct loop *loop, const struct sock_poll_item *items, bool is_zap_ready)
{
    if (is_zap_ready)
        sock_context_serve_zap(loop->context);
    loop->event_count = 0;
    if (items[0].is_ready)
        return true;
    /* The parent's answers first: they free the window. People before children. */
    if (items[1].is_ready)
        drain(loop, loop->parent, EVENT_PARENT_MESSAGE);
    if (items[2].is_ready)
        drain(loop, loop->local, EVENT_PEER_MESSAGE);
    if (items[3].is_ready)
        drain(loop, loop->listener, EVENT_PEER_MESSAGE);
    return false;
}

static enum err step_batch(struct loop *loop)
{
    struct instant now = loop_now();
    int64_t now_ms = loop_now_ms();
    if (node_has_work(loop->node, now_ms) && loop->event_count < NODE_BATCH_MAX)
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
    return timeout_ms;
}

enum err loop_run(struct loop *loop)
{
    node_pump(loop->node, &loop->transport, loop_now_ms());
    for (;;) {
        tell_manager(loop);
        struct sock_poll_item items[] = {
            {.fd = loop->signal_fd},
            {.sock = loop->parent, .fd = -1},
            {.sock = loop->local, .fd = -1},
            {.sock = loop->listener, .fd = -1},
        };
        bool is_zap_ready = false;
        enum err err = sock_poll(loop->context, items, sizeof(items) / sizeof(items[0]),
                                 poll_timeout(loop), &is_zap_ready);
        if (err != ERR_OK && err != ERR_TIMEOUT)
            return err;
        if (gather(loop, items, is_zap_ready)) {
            log_notice("stopping");
            return ERR_OK;
        }
        err = step_batch(loop);
        if (err != ERR_OK) {
            log_error("the store failed (%s): stopping without answering; what was not "
                      "acknowledged is sent again after the restart",
                      err_name(err));
            return err;
        }
    }
}
