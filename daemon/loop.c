/* One zmq_poll over the sockets, the ZAP handler and a signalfd; level-triggered, so nothing is
 * missed. Events of all sockets go into one batch, one commit, then the effects: load groups
 * commits by itself, and an idle daemon sleeps until the session's next due time. Under load the
 * next messages are taken meanwhile (ahead.h). */
#include "loop.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "ahead.h"
#include "care_files.h"
#include "clock.h"
#include "core/log.h"
#include "core/mem.h"
#include "memory.h"
#include "misdeeds.h"
#include "names.h"
#include "reload.h"
#include "room.h"
#include "settling.h"
#include "setup.h"
#include "turn.h"

enum {
    LOOP_STATUS_MS = 10000,   /* how often the service manager is told how things are */
    LOOP_PUBLIC_MS = 1000,    /* how often is looked at NAME.pub and NAME.key */
    LOOP_READERS_MS = 600000, /* how often slots of dead readers are cleared */
    LOOP_LAST_MS = 100,       /* at the end: for the last answers */
    /* A port that is in use is tried again: `tonghopd --check` listens there for a moment, and who
     * was ended may still hold it. */
    LOOP_LISTEN_TRIES = 10,
    LOOP_LISTEN_PAUSE_MS = 100,
    LOOP_KEPT = 256 << 10, /* bytes that a buffer keeps from turn to turn */
};

struct loop {
    struct node *node;
    struct conf *conf;
    const char *conf_path;
    struct key_pair pair;
    struct sock_context *context;
    struct sock *listener; /* NULL for a leaf */
    struct sock *local;
    struct sock *parent; /* NULL while there is no connection */
    int signal_fd;
    struct transport transport;
    struct effects effects;
    struct turn turn;
    struct ahead *ahead;
    struct misdeeds misdeeds;
    struct names names;
    struct memory memory;
    struct care_files care_files;
    struct settling settling;
    char *other_public;     /* a public key on the disk that is not ours; NULL: there is none */
    char *open_key;         /* the file of the secret one, if others may use it */
    bool was_linked;        /* when the manager was told last ... */
    uint32_t old_catalogue; /* ... and the catalogue then ... */
    bool was_disk_low;      /* ... and the room */
    struct room_watch room;
    int64_t status_ms, public_ms, readers_ms, watchdog_ms, watchdog_every_ms;
};

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
        log_event(LOG_EVENT_MESSAGING_FAILED,
                  LOG_FIELDS(.peer = loop->conf->parent_endpoint, .error = err),
                  "cannot make a socket to %s (%s)", loop->conf->parent_endpoint, err_name(err));
}

static const char *parent_trouble(void *ctx)
{
    struct loop *loop = ctx;
    return loop->parent != NULL ? sock_trouble(loop->parent) : "";
}

static bool allow_key(void *ctx, const uint8_t *key, const char *host)
{
    struct loop *loop = ctx;
    bool is_allowed = node_allows_key(loop->node, key);
    if (!is_allowed && loop->listener != NULL) /* before, it is the self-test that is refused */
    {
        misdeeds_note_refused(&loop->misdeeds, key, host);
        contact_note_stranger(loop->node, CONTACT_UNKNOWN_KEY, key, host, clock_now());
    }
    return is_allowed;
}

/* ---- set-up ---- */

enum err loop_listen(struct sock_context *context, const char *endpoint,
                     const struct key_pair *pair, struct sock **ret_sock)
{
    enum err err = sock_listen(context, endpoint, pair, ret_sock);
    for (int tries = 1; err == ERR_EXISTS && tries < LOOP_LISTEN_TRIES; tries++) {
        (void)poll(NULL, 0, LOOP_LISTEN_PAUSE_MS); /* cut short by nothing: signals are blocked */
        err = sock_listen(context, endpoint, pair, ret_sock);
    }
    if (err == ERR_EXISTS)
        log_event(LOG_EVENT_ENDPOINT_UNUSABLE, LOG_FIELDS(.error = err),
                  "%s is in use: choose another port, or stop what listens there", endpoint);
    else if (err == ERR_USAGE)
        log_event(LOG_EVENT_ENDPOINT_UNUSABLE, LOG_FIELDS(.error = err),
                  "cannot listen on %s: name an IP address of this machine, or 0.0.0.0, and a port",
                  endpoint);
    else if (err != ERR_OK)
        log_event(LOG_EVENT_ENDPOINT_UNUSABLE, LOG_FIELDS(.error = err), "cannot listen on %s (%s)",
                  endpoint, err_name(err));
    return err;
}

static enum err bind_sockets(struct loop *loop)
{
    char *control = conf_control_path(loop->conf);
    enum err err = sock_context_start_zap(loop->context, allow_key, loop);
    if (err == ERR_OK)
        err = sock_context_self_test(loop->context);
    if (err != ERR_OK)
        log_event(LOG_EVENT_SELF_TEST_FAILED, LOG_FIELDS(.error = err),
                  "the check that unknown keys are refused failed (%s): not starting",
                  err_name(err));
    if (err == ERR_OK && loop->conf->listen_endpoint != NULL)
        err = loop_listen(loop->context, loop->conf->listen_endpoint, &loop->pair, &loop->listener);
    if (err == ERR_OK) {
        err = sock_listen_local(loop->context, control, &loop->local);
        if (err == ERR_EXISTS)
            log_event(LOG_EVENT_ALREADY_RUNNING, LOG_FIELDS(.error = ERR_BUSY),
                      "%s is in use: another tonghopd serves this node", control);
        else if (err != ERR_OK)
            log_event(LOG_EVENT_ENDPOINT_UNUSABLE, LOG_FIELDS(.error = err),
                      "cannot listen on %s (%s): see that runtime_dir is there and writable",
                      control, err_name(err));
    }
    free(control);
    return err;
}

enum err loop_new(struct conf *conf, const char *conf_path, const struct key_pair *pair,
                  struct node *node, int signal_fd, struct loop **ret_loop)
{
    struct loop *loop = mem_calloc(1, sizeof(*loop));
    uint64_t watchdog_us = 0;
    loop->conf = conf;
    loop->conf_path = conf_path;
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
    turn_start(&loop->turn);
    memory_start(&loop->memory);
    loop->ahead = ahead_new();
    if (loop->ahead == NULL) {
        log_event(LOG_EVENT_MESSAGING_FAILED, NULL,
                  "cannot begin a second thread: %s: see what limits threads and memory",
                  strerror(errno));
        loop_free(&loop);
        return ERR_IO;
    }
    loop->context = sock_context_new();
    if (loop->context == NULL)
        log_event(LOG_EVENT_MESSAGING_FAILED, NULL,
                  "cannot begin messaging: %s: see that there is memory, and what limits it",
                  strerror(errno));
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
    ahead_free(&l->ahead);
    sock_close(&l->parent);
    sock_close(&l->local);
    sock_close(&l->listener);
    sock_context_free(&l->context);
    memory_stop(&l->memory);
    effects_fini(&l->effects);
    turn_fini(&l->turn);
    key_wipe(&l->pair);
    l->node->options.other_public_path = l->node->options.open_key_path = NULL;
    free(l->other_public);
    free(l->open_key);
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

static void note_dropped(void *ctx, struct sock *sock, const struct sock_peer *peer)
{
    struct loop *loop = ctx;
    misdeeds_note_dropped(&loop->misdeeds, peer);
    if (peer->id_len > 0)
        refuse_dropped(loop, sock, peer);
}

static void tell_log(struct loop *loop)
{
    struct sock_cuts cuts = sock_context_take_cuts(loop->context);
    misdeeds_note_cuts(&loop->misdeeds, &cuts);
    if (loop->listener != NULL) {
        struct sock_mistaken mistaken = sock_take_mistaken(loop->listener);
        misdeeds_note_mistaken(&loop->misdeeds, &mistaken);
        if (mistaken.count > 0)
            contact_note_stranger(loop->node, CONTACT_MISTAKEN, NULL, mistaken.from, clock_now());
    }
    misdeeds_log(&loop->misdeeds, loop->pair.public_key, clock_now_ms());
}

/* ---- one turn ---- */

static struct turn_sources sources_of(struct loop *loop)
{
    return (struct turn_sources){.context = loop->context,
                                 .parent = loop->parent,
                                 .local = loop->local,
                                 .listener = loop->listener,
                                 .memory = &loop->memory,
                                 .names = &loop->names,
                                 .note_dropped = note_dropped,
                                 .ctx = loop};
}

/* Takes the signals that wait: whether one of them ends the loop, and whether one asks for the
 * configuration to be read again. */
static bool take_signals(struct loop *loop, bool *ret_is_reload)
{
    struct signalfd_siginfo info;
    bool is_ending = false;
    while (read(loop->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGHUP)
            *ret_is_reload = true;
        else
            is_ending = true;
    }
    return is_ending;
}

/* The manager compares the instant with that of its request (sd_notify(3)). */
static void reload(struct loop *loop)
{
    struct node *node = loop->node;
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, clock_now_ms() * 1000);
    struct reload reload = reload_conf(loop->conf_path, loop->pair.public_key, loop->conf);
    store_set_reserve(node->store, (uint64_t)loop->conf->reserve_mib << 20);
    node_set_reminding(node, loop->conf->remind_every_days, loop->conf->remind_before_days);
    loop->room.is_due = true;
    if (reload.is_parent_moved)
        node_move_parent(node, loop->conf->parent_endpoint, loop->conf->parent_key,
                         &loop->transport, clock_now_ms());
    node->contact.is_reload_refused = reload.outcome == RELOAD_REFUSED;
    node->contact.is_reload_partial = reload.outcome == RELOAD_PARTIAL;
    (void)sd_notify(0, "READY=1"); /* without a manager there is nobody to tell */
}

/* When a connection ends, libzmq drops what its reader has received and not read yet (with
 * ZMQ_IMMEDIATE): LINGER alone would lose answers that have left in time. */
static void let_answers_arrive(void)
{
    (void)poll(NULL, 0, LOOP_LAST_MS); /* cut short by nothing: signals are blocked */
}

static void shrink_buffers(struct loop *loop)
{
    bool is_shrunk = turn_shrink(&loop->turn);
    is_shrunk |= buf_shrink(&loop->effects.bytes, LOOP_KEPT);
    is_shrunk |= buf_shrink(&loop->node->packed, LOOP_KEPT);
    loop->memory.is_trim_due |= is_shrunk;
}

/* Another key may be there than the one in use: 'tonghop rekey --commit' puts it there. */
static void look_at_keys(struct loop *loop, int64_t now_ms)
{
    if (loop->public_ms != 0 && now_ms - loop->public_ms < LOOP_PUBLIC_MS)
        return;
    loop->public_ms = now_ms;
    free(loop->other_public);
    loop->other_public = setup_other_public(loop->conf_path, loop->conf, &loop->pair);
    loop->node->options.other_public_path = loop->other_public;
    free(loop->open_key);
    loop->open_key = setup_open_key(loop->conf_path, loop->conf);
    loop->node->options.open_key_path = loop->open_key;
}

/* What others write beside us, and only a Status tells. */
static void look_at_files(struct loop *loop, int64_t now_ms)
{
    care_files_read(&loop->care_files, loop->conf->state_dir, loop->node);
    look_at_keys(loop, now_ms);
}

/* `sources`: of messages that may be taken ahead meanwhile; NULL: there is no next turn. */
static enum err step_batch(struct loop *loop, const struct turn_sources *sources)
{
    struct instant now = clock_now();
    int64_t now_ms = clock_now_ms();
    const struct turn_load *load = loop->turn.now;
    turn_close(&loop->turn, node_has_work(loop->node, now_ms), now, now_ms);
    if (load->event_count > 0) {
        if (load->is_status_asked)
            look_at_files(loop, now_ms);
        if (sources != NULL && turn_is_loaded(&loop->turn))
            ahead_begin(loop->ahead, &loop->turn, sources);
        enum err err = node_batch(loop->node, load->events, load->event_count, &loop->effects);
        ahead_end(loop->ahead);
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
    int64_t now_ms = clock_now_ms();
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
        is_linked == loop->was_linked && catalogue == loop->old_catalogue &&
        loop->room.is_low == loop->was_disk_low)
        return;
    loop->status_ms = now_ms;
    loop->was_linked = is_linked;
    loop->old_catalogue = catalogue;
    loop->was_disk_low = loop->room.is_low;
    struct node_health health;
    node_get_health(loop->node, &health);
    (void)sd_notifyf(0,
                     "STATUS=%s%s; catalogue %u; %" PRIu64 " to send, %" PRIu64 " parked, %" PRIu64
                     " quarantined, %" PRIu64 " alarms",
                     loop->room.is_low ? "no room for reports; " : "",
                     health.is_linked ? "linked" : "no link with the node above", catalogue,
                     health.outbox_count, health.parked_count, health.quarantine_count,
                     health.alarm_count);
}

static int64_t poll_timeout(const struct loop *loop)
{
    if (turn_is_waiting(&loop->turn))
        return turn_due_ms(&loop->turn, clock_now_ms());
    if (loop->turn.now->taken_count > 0) /* ahead */
        return 0;
    int64_t timeout_ms = node_due_ms(loop->node, clock_now_ms());
    if (loop->watchdog_every_ms > 0 && loop->watchdog_every_ms < timeout_ms)
        timeout_ms = loop->watchdog_every_ms;
    timeout_ms = room_due_ms(&loop->room, timeout_ms);
    timeout_ms = settling_due_ms(&loop->settling, clock_now_ms(), timeout_ms);
    timeout_ms = misdeeds_due_ms(&loop->misdeeds, timeout_ms);
    return memory_due_ms(&loop->memory, timeout_ms);
}

/* Empties the turn before. */
static void begin_turn(struct loop *loop)
{
    room_turn(&loop->room, loop->node->store, loop->conf->state_dir,
              loop->turn.now->event_count > 0, clock_now_ms());
    tell_manager(loop);
    tell_log(loop);
    memory_trim(&loop->memory, clock_now_ms());
    turn_begin(&loop->turn);
}

enum err loop_run(struct loop *loop)
{
    node_pump(loop->node, &loop->transport, clock_now_ms());
    for (;;) {
        if (!turn_is_waiting(&loop->turn))
            begin_turn(loop);
        bool is_asked = false, is_reload = false;
        const struct turn_sources sources = sources_of(loop);
        enum err err =
            turn_gather(&loop->turn, &sources, loop->signal_fd, poll_timeout(loop), &is_asked);
        bool is_ending = err == ERR_OK && is_asked && take_signals(loop, &is_reload);
        int64_t now_ms = clock_now_ms();
        bool is_urgent = is_asked || node_has_work(loop->node, now_ms);
        if (err == ERR_OK && turn_has_to_wait(&loop->turn, is_urgent, now_ms))
            continue;
        if (is_ending)
            err = turn_gather_last(&loop->turn, &sources);
        else if (err == ERR_OK)
            err = turn_gather_more(&loop->turn, &sources);
        if (err != ERR_OK)
            return err;
        int64_t begin_us = clock_us(CLOCK_MONOTONIC), cpu_us = clock_us(CLOCK_THREAD_CPUTIME_ID);
        err = step_batch(loop, is_ending ? NULL : &sources);
        turn_set_pace(&loop->turn, clock_us(CLOCK_MONOTONIC) - begin_us,
                      clock_us(CLOCK_THREAD_CPUTIME_ID) - cpu_us);
        if (err == ERR_OK)
            err = settling_turn(&loop->settling, loop->node->store, clock_now_ms(), is_ending);
        if (err != ERR_OK) {
            log_event(LOG_EVENT_COMMIT_FAILED, LOG_FIELDS(.error = err),
                      "the store failed (%s): stopping without answering; what was not "
                      "acknowledged is sent again after the restart",
                      err_name(err));
            return err;
        }
        if (is_reload) /* after what the parent has said up to now */
            reload(loop);
        if (is_ending) {
            log_event(LOG_EVENT_STOPPING, NULL, "stopping");
            if (loop->turn.now->event_count > 0)
                let_answers_arrive();
            return ERR_OK;
        }
    }
}
