/* After the commit: effects are applied, the session acts on the time, and the outbox goes up as
 * far as the window allows. Nothing here changes the store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "link/trouble.h"
#include "node/notice.h"
#include "node/reconcile.h"
#include "node/remind.h"
#include "node/step.h"
#include "node/watch.h"
#include "wire/digest.h"

const struct session_sent *node_sent(const struct node *node, uint64_t re)
{
    for (size_t i = 0; i < node->session.sent_count; i++)
        if (node->session.sent[i].seq == re)
            return &node->session.sent[i];
    return NULL;
}

/* ---- sending upwards ---- */

static void send_parent(struct node *node, const struct transport *transport,
                        Tonghop__Envelope *envelope)
{
    envelope->protocol = WIRE_PROTOCOL;
    buf_clear(&node->packed);
    wire_pack(envelope, &node->packed);
    (void)transport->send_parent(transport->ctx, span_of(&node->packed)); /* resent if lost */
}

static void send_hello(struct node *node, const struct transport *transport, int64_t now_ms)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct bucket *buckets = NULL;
    size_t count = 0, capacity = 0;
    struct bucket cursor = {0};
    struct store_txn *txn = store_begin_read(node->store);
    while (count < WIRE_BUCKETS_MAX && store_next_bucket(txn, node->options.unit, &cursor)) {
        buckets = mem_grow(buckets, count, &capacity, sizeof(*buckets));
        buckets[count++] = cursor;
    }
    store_abort(&txn);
    Tonghop__Bucket *items = mem_calloc(count + 1, sizeof(*items));
    Tonghop__Bucket **pointers = mem_calloc(count + 1, sizeof(*pointers));
    for (size_t i = 0; i < count; i++) {
        tonghop__bucket__init(&items[i]);
        items[i].kind = buckets[i].kind;
        items[i].year = buckets[i].period.year;
        items[i].label = buckets[i].period.label;
        items[i].count = buckets[i].count;
        items[i].digest.data = buckets[i].digest;
        items[i].digest.len = sizeof(buckets[i].digest);
        pointers[i] = &items[i];
    }
    hello.protocol_min = WIRE_PROTOCOL;
    hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = node->options.unit;
    hello.software = (char *)(uintptr_t)node->options.software; /* protobuf-c only reads it */
    hello.now_us = node->clock_us + now_ms * 1000;
    hello.node = true;
    hello.notices = true;
    if (node->catalogue != NULL) {
        hello.catalogue = node->catalogue->number;
        hello.catalogue_hash.data = node->catalogue_hash;
        hello.catalogue_hash.len = sizeof(node->catalogue_hash);
    }
    hello.n_buckets = count;
    hello.buckets = pointers;
    node->uplink.hello_seq = session_take_seq(&node->session);
    envelope.seq = node->uplink.hello_seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    send_parent(node, transport, &envelope);
    free(pointers);
    free(items);
    free(buckets);
}

static void send_ping(struct node *node, const struct transport *transport, int64_t now_ms)
{
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    ping.catalogue = reconcile_is_ready(node) ? node->catalogue->number : 0;
    ping.now_us = node->clock_us + now_ms * 1000;
    envelope.seq = session_take_seq(&node->session);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_PING;
    envelope.ping = &ping;
    send_parent(node, transport, &envelope);
}

/* Asks for the next chunk of the parent's catalogue, if it is newer than ours and none is asked
 * for. */
static void request_catalogue(struct node *node, struct store_txn *txn,
                              const struct transport *transport, int64_t now_ms)
{
    struct node_uplink *uplink = &node->uplink;
    struct catalogue_meta meta = {0};
    uint32_t ours = node->catalogue != NULL ? node->catalogue->number : 0;
    bool is_waiting = uplink->request_seq != 0 && now_ms - uplink->request_ms < SESSION_RESEND_MS;
    if (uplink->catalogue <= ours || is_waiting)
        return;
    if (store_get_catalogue(txn, uplink->catalogue, &meta) != ERR_OK ||
        memcmp(meta.hash, uplink->catalogue_hash, sizeof(meta.hash)) != 0)
        meta.chunks_held = 0;
    Tonghop__CatalogueRequest request = TONGHOP__CATALOGUE_REQUEST__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    request.number = uplink->catalogue;
    request.index = meta.chunks_held;
    uplink->request_seq = session_take_seq(&node->session);
    uplink->request_ms = now_ms;
    envelope.seq = uplink->request_seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST;
    envelope.catalogue_request = &request;
    send_parent(node, transport, &envelope);
}

/* It must not hold up what comes after it: the next tick parks it, and the outbox goes on. */
static void note_unreadable(struct node *node, const struct outbox_item *item)
{
    char text[STEP_KEY_TEXT_SIZE];
    log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.report = &item->key, .error = ERR_CORRUPT),
              "%s does not read, and cannot go up: run 'tonghop verify', and restore a backup",
              node_key_text(node, &item->key, text, sizeof(text)));
    node->uplink.unreadable = item->key;
    node->uplink.unreadable_version = item->version;
    node->uplink.has_unreadable = true;
}

/* Whether statements may go now. A report that comes alone is followed by one, which is larger and
 * costs the nodes above more than the report: where one report comes after the other, one statement
 * speaks of many. */
static bool may_state(struct node *node, int64_t now_ms)
{
    struct node_uplink *uplink = &node->uplink;
    int64_t due_ms = uplink->stated_ms + node->options.state_every_ms;
    if (uplink->stated_ms == 0 || due_ms <= now_ms || uplink->stated_ms == now_ms) {
        uplink->stated_ms = now_ms;
        return true;
    }
    uplink->statement_ms = due_ms;
    return false;
}

/* Fills the window from the outbox: first the reports; statements, which speak of those reports,
 * when every one that can go has arrived. */
static void send_outbox(struct node *node, struct store_txn *txn, const struct transport *transport,
                        int64_t now_ms)
{
    struct outbox_item item = {0};
    bool has_reports = false;
    node->uplink.statement_ms = 0;
    if (node->uplink.has_unreadable)
        return;
    while (session_room(&node->session) > 0 && session_bytes(&node->session) < NODE_WINDOW_BYTES &&
           store_next_outbox(txn, &item)) {
        if (item.is_parked)
            continue;
        if (item.type == OUTBOX_REPORT)
            has_reports = true;
        else if (has_reports)
            return;
        if (session_is_sent(&node->session, item.type, &item.key))
            continue;
        if (item.type == OUTBOX_STATEMENT && !may_state(node, now_ms))
            return;
        uint64_t seq = node->session.next_seq; /* what session_send will give it */
        buf_clear(&node->packed);
        bool is_packed = item.type == OUTBOX_REPORT
                             ? node_pack_revision(txn, &item.key, seq, 0, &node->packed)
                             : node_pack_statement(node, txn, &item.key, seq, &node->packed);
        if (!is_packed && item.type == OUTBOX_REPORT) {
            note_unreadable(node, &item);
            return;
        }
        if (!is_packed)
            continue; /* a statement waits for the rebuilding to end */
        (void)session_send(&node->session, item.type, &item.key, item.version, now_ms);
        session_weigh(&node->session, node->packed.len);
        if (transport->send_parent(transport->ctx, span_of(&node->packed)) != ERR_OK)
            return; /* the queue is full: what is not answered is sent again */
    }
}

static void set_trouble(struct node *node, const char *why)
{
    (void)snprintf(node->uplink.trouble, sizeof(node->uplink.trouble), "%s", why);
}

/* One cut alone calls nobody. */
static bool is_first_cut(struct node_uplink *uplink, const char *why)
{
    bool was_cut = uplink->was_cut;
    uplink->was_cut = trouble_is_cut(why);
    return uplink->was_cut && !was_cut;
}

/* Why there is no link, as the socket knows it before it is closed. Said once, not at each try. */
static void note_trouble(struct node *node, const char *why)
{
    struct node_uplink *uplink = &node->uplink;
    if (is_first_cut(uplink, why)) {
        log_debug("no link with the node above: " TROUBLE_CUT);
        set_trouble(node, TROUBLE_CUT);
        return;
    }
    if (why[0] == '\0' || strcmp(why, uplink->trouble) == 0)
        return;
    set_trouble(node, why);
    log_event(LOG_EVENT_LINK_FAILED, LOG_FIELDS(.peer = node->options.parent_endpoint),
              "no link with the node above: %s", why);
}

/* The cause is told with it, once: what was said before was of an earlier link. */
static void note_lost(struct node *node, const char *why)
{
    set_trouble(node, why);
    log_event(LOG_EVENT_LINK_LOST, LOG_FIELDS(.peer = node->options.parent_endpoint),
              "the link with the node above is gone%s%s", why[0] != '\0' ? ": " : "", why);
}

static void close_parent(struct node *node, bool was_linked, bool is_silent,
                         const struct transport *transport)
{
    const char *why = transport->parent_trouble(transport->ctx);
    if (why[0] == '\0' && is_silent)
        why = TROUBLE_SILENT;
    if (was_linked)
        note_lost(node, why);
    else
        note_trouble(node, why);
    transport->close_parent(transport->ctx);
}

static void act(struct node *node, unsigned actions, enum session_event event,
                const struct transport *transport, int64_t now_ms)
{
    if (actions & SESSION_DID_LINK)
        node->uplink.was_cut = false;
    if (actions & SESSION_DO_CLOSE)
        close_parent(node, actions & SESSION_DID_UNLINK, event == SESSION_TICK, transport);
    if (actions & SESSION_DO_OPEN)
        transport->open_parent(transport->ctx);
    if (actions & SESSION_DO_HELLO) {
        reconcile_reset(&node->reconcile);
        send_hello(node, transport, now_ms);
    }
    if (actions & SESSION_DO_PING)
        send_ping(node, transport, now_ms);
    if (actions & SESSION_DID_UNLINK) {
        node->uplink.request_seq = 0;
        reconcile_reset(&node->reconcile);
        notices_reset(&node->notices);
    }
}

/* ---- effects ---- */

static void send_notice(struct node *node, const struct transport *transport, uint32_t number)
{
    Tonghop__CatalogueNotice notice = TONGHOP__CATALOGUE_NOTICE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    notice.number = number;
    notice.hash.data = node->catalogue_hash;
    notice.hash.len = sizeof(node->catalogue_hash);
    envelope.protocol = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_NOTICE;
    envelope.catalogue_notice = &notice;
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index)) {
        if (peer->role != TONGHOP__ROLE__ROLE_NODE)
            continue;
        envelope.seq = ++node->next_seq;
        buf_clear(&node->packed);
        wire_pack(&envelope, &node->packed);
        (void)transport->send_peer(transport->ctx, &peer->from.address,
                                   span_of(&node->packed)); /* its next hello tells it too */
    }
}

/* To the node of a unit beneath, if it is connected. */
static void send_child(struct node *node, const struct transport *transport, uint32_t unit,
                       struct span bytes)
{
    size_t index = 0;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index))
        if (peer->role == TONGHOP__ROLE__ROLE_NODE && peer->unit == unit)
            (void)transport->send_peer(transport->ctx, &peer->from.address,
                                       bytes); /* what gets lost is found by comparing */
}

static void apply_session(struct node *node, const struct effect *effect,
                          const struct transport *transport, int64_t now_ms)
{
    act(node, session_handle(&node->session, effect->session, effect->number, now_ms),
        effect->session, transport, now_ms);
}

static void apply_one(struct node *node, const struct effect *effect, struct span bytes,
                      const struct transport *transport, int64_t now_ms)
{
    struct session_sent sent;
    switch (effect->type) {
    case EFFECT_SEND_PEER:
        (void)transport->send_peer(transport->ctx, &effect->peer.from.address, bytes);
        break;
    case EFFECT_PEER_HELLO:
        peers_limit_key(&node->peers, &effect->peer);
        (void)peers_put(&node->peers, &effect->peer); /* hello was refused if they are too many */
        break;
    case EFFECT_PEER_HEARD: {
        struct peer *peer = peers_find(&node->peers, &effect->peer.from.address);
        if (peer != NULL)
            peer->heard_ms = now_ms;
        break;
    }
    case EFFECT_REVOKE:
        (void)peers_remove_key(&node->peers, bytes.data);
        break;
    case EFFECT_SESSION:
        if (effect->session == SESSION_WELCOMED)
            node->uplink.hello_seq = 0; /* it is answered */
        apply_session(node, effect, transport, now_ms);
        break;
    case EFFECT_ANSWERED:
        (void)session_answered(&node->session, effect->re, now_ms, &sent);
        break;
    case EFFECT_ACKED: /* its time was noted */
        break;
    case EFFECT_PARENT_CATALOGUE:
        node->uplink.catalogue = effect->number;
        memcpy(node->uplink.catalogue_hash, bytes.data, sizeof(node->uplink.catalogue_hash));
        break;
    case EFFECT_CHUNK_DONE:
        node->uplink.request_seq = 0;
        break;
    case EFFECT_NOTICE:
        send_notice(node, transport, effect->number);
        break;
    case EFFECT_TROUBLE:
        (void)snprintf(node->uplink.trouble, sizeof(node->uplink.trouble), "%.*s", (int)bytes.len,
                       bytes.len > 0 ? (const char *)bytes.data : "");
        break;
    case EFFECT_UNREADABLE_PARKED:
        node->uplink.has_unreadable = false;
        break;
    case EFFECT_SEND_CHILD:
        send_child(node, transport, effect->number, bytes);
        break;
    case EFFECT_COMPARE:
    case EFFECT_COMPARE_LATER:
    case EFFECT_DIFFERS:
    case EFFECT_PARENT_REVISION:
    case EFFECT_COMPARED:
        reconcile_apply(node, effect, bytes, now_ms);
        break;
    case EFFECT_NOTICES_UP:
    case EFFECT_NOTICES_MORE:
    case EFFECT_NOTICES_PULLED:
    case EFFECT_NOTICES_PUSHED:
    case EFFECT_NOTICES_NEWS:
        notices_apply(node, effect, bytes, transport);
        break;
    case EFFECT_WATCH:
        watch_begin(&node->watch, bytes);
        break;
    case EFFECT_ASK_HOLDERS:
        node_ask_holders(node, bytes, transport);
        break;
    case EFFECT_HOLDERS:
        node_note_holder(node, bytes);
        break;
    case EFFECT_TAKEN_IN: /* comes after the answers */
        break;
    }
}

static bool is_ack(struct span bytes)
{
    int body = wire_peek_body(bytes);
    return body == TONGHOP__ENVELOPE__BODY_ACK || body == TONGHOP__ENVELOPE__BODY_STATEMENT_ACK;
}

/* When the links were last used, for status. */
static void note_times(struct node *node, const struct effect *effect, struct span bytes,
                       struct instant now)
{
    const struct peer_from *from = &effect->peer.from;
    bool is_child = effect->peer.role == TONGHOP__ROLE__ROLE_NODE && !from->address.is_local;
    bool is_heard = effect->type == EFFECT_PEER_HELLO || effect->type == EFFECT_PEER_HEARD;
    if (effect->type == EFFECT_SESSION && effect->session == SESSION_HEARD)
        node->uplink.heard = now;
    else if (effect->type == EFFECT_ACKED)
        node->uplink.acked = now;
    else if (is_child && is_heard)
        link_times_of(&node->link_times, from->key)->heard = now;
    else if (is_child && effect->type == EFFECT_SEND_PEER && is_ack(bytes))
        link_times_of(&node->link_times, from->key)->acked = now;
}

void node_apply(struct node *node, struct effects *effects, const struct transport *transport,
                struct instant now, int64_t now_ms)
{
    node->clock_us = now.us - now_ms * 1000;
    for (size_t i = 0; i < effects->count; i++) {
        const struct effect *effect = &effects->items[i];
        struct span bytes = effects_bytes(effects, effect);
        note_times(node, effect, bytes, now);
        apply_one(node, effect, bytes, transport, now_ms);
    }
    for (size_t i = 0; i < effects->count; i++) /* nobody waits for the log */
        if (effects->items[i].type == EFFECT_TAKEN_IN)
            node_log_taken_in(node, effects_bytes(effects, &effects->items[i]));
    effects_clear(effects);
}

void node_link_lost(struct node *node, const struct transport *transport, int64_t now_ms)
{
    act(node, session_handle(&node->session, SESSION_DEAD, 0, now_ms), SESSION_DEAD, transport,
        now_ms);
}

/* Nothing that was known of the parent before holds of this one. */
void node_move_parent(struct node *node, const char *endpoint, const uint8_t *key,
                      const struct transport *transport, int64_t now_ms)
{
    struct node_uplink *uplink = &node->uplink;
    act(node, session_handle(&node->session, SESSION_MOVED, 0, now_ms), SESSION_MOVED, transport,
        now_ms);
    free(node->parent_endpoint);
    node->parent_endpoint = mem_strdup(endpoint);
    node->options.parent_endpoint = node->parent_endpoint;
    memcpy(node->options.parent_key, key, sizeof(node->options.parent_key));
    contact_check_start(node);
    uplink->unit = uplink->catalogue = 0;
    memset(uplink->catalogue_hash, 0, sizeof(uplink->catalogue_hash));
    uplink->hello_seq = uplink->request_seq = 0;
    uplink->heard = uplink->acked = (struct instant){0};
    uplink->trouble[0] = '\0';
    uplink->was_cut = false;
    node->contact.parent_ahead_us = 0;
    node->contact.shared = (struct instant){0};
}

void node_pump(struct node *node, const struct transport *transport, int64_t now_ms)
{
    if (now_ms - node->expired_ms >= NODE_EXPIRE_MS) {
        (void)peers_expire(&node->peers, now_ms - SESSION_PEER_SILENCE_MS);
        node->expired_ms = now_ms;
        watch_drop_gone(node);
    }
    watch_pump(node, transport, now_ms);
    if (!node->options.has_parent)
        return;
    act(node, session_handle(&node->session, SESSION_TICK, 0, now_ms), SESSION_TICK, transport,
        now_ms);
    if (node->session.state != SESSION_UP)
        return;
    (void)session_expire(&node->session, now_ms);
    if (reconcile_wants_hello(node, now_ms)) {
        send_hello(node, transport, now_ms);
        reconcile_said_hello(node, now_ms);
    }
    reconcile_pump(node, transport, now_ms);
    notices_pump(node, transport, now_ms);
    struct store_txn *txn = store_begin_read(node->store);
    request_catalogue(node, txn, transport, now_ms);
    send_outbox(node, txn, transport, now_ms);
    store_abort(&txn);
    (void)buf_shrink(&node->packed, EFFECTS_KEEP_MAX); /* no matter whether it was large */
}

int64_t node_due_ms(const struct node *node, int64_t now_ms)
{
    int64_t due_ms = 60000, watch_ms = watch_due_ms(&node->watch, now_ms);
    if (node_has_work(node, now_ms))
        return 0;
    if (node->rebuild.is_active && node->catalogue != NULL)
        due_ms = node->work_after_ms - now_ms;
    if (watch_ms < due_ms)
        due_ms = watch_ms;
    if (node->options.has_parent) {
        int64_t session_ms = session_due_ms(&node->session, now_ms);
        int64_t compare_ms = reconcile_due_ms(node, now_ms);
        int64_t notices_ms = notices_due_ms(node, now_ms);
        if (session_ms < due_ms)
            due_ms = session_ms;
        if (node->session.state == SESSION_UP && compare_ms < due_ms)
            due_ms = compare_ms;
        if (notices_ms < due_ms)
            due_ms = notices_ms;
        int64_t statement_ms = node->uplink.statement_ms - now_ms;
        if (node->uplink.statement_ms != 0 && statement_ms < due_ms)
            due_ms = statement_ms > 0 ? statement_ms : 0;
    }
    return due_ms;
}

bool node_has_work(const struct node *node, int64_t now_ms)
{
    const struct instant now = {node->clock_us + now_ms * 1000};
    bool is_retry_due = node->session.state == SESSION_UP &&
                        now_ms - node->uplink.unparked_ms >= NODE_RETRY_PARKED_MS;
    bool is_rebuilding = node->rebuild.is_active && node->catalogue != NULL;
    return (is_retry_due || is_rebuilding || node->uplink.has_unreadable ||
            reconcile_is_restored(node) || remind_is_due(node, now)) &&
           now_ms >= node->work_after_ms;
}

void node_get_health(struct node *node, struct node_health *ret_health)
{
    struct store_txn *txn = store_begin_read(node->store);
    *ret_health = (struct node_health){
        .is_linked = !node->options.has_parent || node->session.state == SESSION_UP,
        .is_restoring = node->is_restoring,
        .is_comparing = reconcile_is_under_way(node),
        .has_catalogue = node->catalogue != NULL,
        .is_rebuilding = node->rebuild.is_active,
        .quarantine_count = store_count_quarantine(txn),
        .alarm_count = store_count_alarms(txn),
    };
    ret_health->outbox_count = store_count_outbox(txn, &ret_health->parked_count);
    store_abort(&txn);
}
