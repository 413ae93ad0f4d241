/* How notices travel. A child asks its parent for what is new after a number of the parent's feed,
 * when it is linked and whenever the parent says that there is more; and it hands up what is new in
 * its own, page by page, each for an ack. Both numbers are on disk. A parent with another feed (its
 * disk was lost, or is an older one) is asked from the start, and given everything again: merging
 * changes nothing twice. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "node/notice.h"
#include "node/reconcile.h"

/* Of the parent's feed: which one, and how far it was read, under which catalogue. Of our own: how
 * far it was handed up, and up to where the parent may have lost what it said itself. */
#define META_EPOCH     "notices.epoch"
#define META_AFTER     "notices.after"
#define META_CATALOGUE "notices.catalogue"
#define META_SENT      "notices.sent"
#define META_REFILL    "notices.refill"

enum { PAGE_BYTES = 64 << 10 };

/* A page of notices read from the feed. */
struct page {
    ProtobufCBinaryData items[WIRE_NOTICES_MAX];
    size_t count;
    struct buf bytes;
    uint64_t through;
    bool is_at_end;
};

static void page_add(struct page *page, struct span bytes)
{
    page->items[page->count].len = bytes.len;
    page->items[page->count++].data = NULL; /* the buffer may move: set by page_end */
    buf_put(&page->bytes, bytes.data, bytes.len);
}

static void page_end(struct page *page)
{
    size_t at = 0;
    for (size_t i = 0; i < page->count; i++) {
        page->items[i].data = page->bytes.data + at;
        at += page->items[i].len;
    }
}

/* Reads on after page->through as far as a page and a turn go, taking what `is_wanted`. */
static void page_read(struct node *node, struct store_txn *txn, uint32_t child,
                      bool (*is_wanted)(struct node *node, const struct notice_key *key,
                                        uint32_t child, uint64_t number),
                      struct page *page)
{
    struct feed_entry entry;
    struct span bytes;
    for (size_t looked_at = 0; looked_at < NODE_WATCH_HEADS; looked_at++) {
        if (page->count == WIRE_NOTICES_MAX || page->bytes.len > PAGE_BYTES)
            break;
        if (!store_next_change(txn, &page->through, &entry)) {
            page->is_at_end = true;
            break;
        }
        if (entry.is_notice && is_wanted(node, &entry.notice, child, page->through) &&
            store_get_notice(txn, &entry.notice, &bytes) == ERR_OK)
            page_add(page, bytes);
    }
    page_end(page);
}

static void fill(const struct node *node, struct page *page, uint64_t epoch,
                 ProtobufCBinaryData *ret_items, Tonghop__Notices *ret_notices)
{
    memcpy(ret_items, page->items, page->count * sizeof(*page->items));
    ret_notices->epoch = epoch;
    ret_notices->catalogue = node->catalogue->number;
    ret_notices->through = page->through;
    ret_notices->more = !page->is_at_end;
    ret_notices->n_notices = page->count;
    ret_notices->notices = ret_items;
}

/* ---- the parent ---- */

static const struct tree *tree_of(struct node *node, const struct notice_key *key)
{
    return node_tree(node, key->report.period);
}

static bool concerns_child(struct node *node, const struct notice_key *key, uint32_t child,
                           uint64_t number)
{
    (void)number;
    return notice_concerns(node, key, child);
}

/* What concerns whom is found by the same trees; refuses and returns false if they are not. A child
 * that has missed our catalogue is told of it: as long as it is answered, it does not ping. */
static bool has_our_catalogue(struct step *step, uint32_t number)
{
    const struct node *node = step->node;
    if (node->catalogue != NULL && number == node->catalogue->number)
        return true;
    if (node->catalogue != NULL && number < node->catalogue->number)
        node_remind_of_catalogue(step);
    step_refuse(step, ERR_BUSY, NULL, "the two nodes have not the same catalogue: ask again");
    return false;
}

void node_handle_notices_query(struct step *step, const Tonghop__NoticesQuery *query)
{
    struct node *node = step->node;
    uint64_t epoch = store_feed_epoch(step->txn);
    struct page page = {.through = query->after};
    ProtobufCBinaryData items[WIRE_NOTICES_MAX];
    Tonghop__Notices notices = TONGHOP__NOTICES__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (!has_our_catalogue(step, query->catalogue))
        return;
    if (query->epoch != epoch || query->after > store_feed_number(step->txn))
        page.through = 0;
    page_read(node, step->txn, step->peer.unit, concerns_child, &page);
    fill(node, &page, epoch, items, &notices);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_NOTICES;
    envelope.notices = &notices;
    step_reply(step, &envelope);
    buf_fini(&page.bytes);
}

void node_handle_notices(struct step *step, const Tonghop__Notices *notices)
{
    struct node *node = step->node;
    Tonghop__NoticesAck ack = TONGHOP__NOTICES_ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (!has_our_catalogue(step, notices->catalogue))
        return;
    if (!store_has_room(node->store)) {
        step_refuse(step, ERR_FULL, NULL, "the disk of this node is nearly full");
        return;
    }
    notices_take_from_child(step, notices);
    ack.through = notices->through;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_NOTICES_ACK;
    envelope.notices_ack = &ack;
    step_reply(step, &envelope);
}

/* ---- the child ---- */

void notices_reset(struct node_notices *notices)
{
    notices->pull_seq = notices->push_seq = 0;
    notices->is_spoken_above = false;
}

/* Another feed above: its numbers begin anew, and what was said there may be lost there. */
static void begin_anew(struct step *step, uint64_t epoch)
{
    (void)store_put_meta_u64(step->txn, META_EPOCH, epoch); /* errors are sticky */
    (void)store_put_meta_u64(step->txn, META_AFTER, 0);
    (void)store_put_meta_u64(step->txn, META_SENT, 0);
    (void)store_put_meta_u64(step->txn, META_REFILL, store_feed_number(step->txn));
    step->node->notices.is_known = false;
    step->node->notices.has_more = true;
    step->node->notices.push_seq = 0; /* its ack would be of the feed before */
}

void notices_hear_welcome(struct step *step, const Tonghop__Welcome *welcome)
{
    if (welcome->notices_epoch == 0)
        return;
    if (store_get_meta_u64(step->txn, META_EPOCH) != welcome->notices_epoch)
        begin_anew(step, welcome->notices_epoch);
    effects_add(step->effects, EFFECT_NOTICES_UP, (struct span){0});
}

void notices_give_back(struct step *step, const struct notice_key *key)
{
    struct node *node = step->node;
    if (!node->options.has_parent || node->catalogue == NULL ||
        node_covers(node, tree_of(node, key), key->author))
        return; /* it goes up anyway */
    (void)store_put_meta_u64(step->txn, META_REFILL,
                             store_feed_number(step->txn)); /* errors are sticky */
}

void notices_hear_last(struct step *step, uint64_t number)
{
    if (number > store_get_meta_u64(step->txn, META_AFTER))
        effects_add(step->effects, EFFECT_NOTICES_MORE, (struct span){0});
}

static void put_if_other(struct step *step, const char *name, uint64_t value)
{
    if (store_get_meta_u64(step->txn, name) != value)
        (void)store_put_meta_u64(step->txn, name, value); /* errors are sticky */
}

static void add_pulled(struct step *step, bool has_more)
{
    struct effect *effect = effects_add(step->effects, EFFECT_NOTICES_PULLED, (struct span){0});
    effect->re = step->in->re;
    effect->number = has_more ? 1 : 0;
}

/* What concerns this node was chosen by the trees of the parent's catalogue: if ours is a later one
 * by now, it is asked again at once; if we have missed theirs, a hello tells of it. */
static bool has_its_catalogue(struct step *step, uint32_t number)
{
    uint32_t ours = step->node->catalogue->number;
    if (number < ours)
        add_pulled(step, true);
    else if (number > ours)
        effects_add(step->effects, EFFECT_COMPARE_LATER, (struct span){0})->number =
            NODE_COMPARE_RETRY_MS;
    return number == ours;
}

/* A feed that has gone back is that of an old disk, put back without a word (a snapshot): what was
 * handed up since then is lost there. One that has grown since beyond what was read of it is not
 * noticed. */
void node_handle_parent_notices(struct step *step, const Tonghop__Notices *notices)
{
    struct node *node = step->node;
    if (step->in->re == 0) {
        effects_add(step->effects, EFFECT_NOTICES_MORE, (struct span){0});
        return;
    }
    if (step->in->re != node->notices.pull_seq || node->catalogue == NULL ||
        !store_has_room(node->store) || !has_its_catalogue(step, notices->catalogue))
        return; /* of an earlier question; or asked again later */
    if (notices->epoch != store_get_meta_u64(step->txn, META_EPOCH) ||
        notices->through < node->notices.pull_after)
        begin_anew(step, notices->epoch);
    notices_take_from_parent(step, notices);
    put_if_other(step, META_AFTER, notices->through);
    put_if_other(step, META_CATALOGUE, node->catalogue->number);
    add_pulled(step, notices->more);
}

void node_handle_notices_ack(struct step *step, const Tonghop__NoticesAck *ack)
{
    if (step->in->re != step->node->notices.push_seq || step->node->notices.push_seq == 0)
        return;
    put_if_other(step, META_SENT, ack->through);
    effects_add(step->effects, EFFECT_NOTICES_PUSHED,
                (struct span){(const uint8_t *)&ack->through, sizeof(ack->through)});
}

bool notices_are_asked_by(const struct node *node, uint64_t seq)
{
    return seq != 0 && (seq == node->notices.pull_seq || seq == node->notices.push_seq);
}

void notices_mark_news(struct step *step)
{
    const struct effects *effects = step->effects;
    step->node->notices.has_more = true; /* it may come to nothing: it looks */
    step->node->watch.has_news = true;
    for (size_t i = effects->count; i > 0; i--)
        if (effects->items[i - 1].type == EFFECT_NOTICES_NEWS)
            return;
    effects_add(step->effects, EFFECT_NOTICES_NEWS, (struct span){0});
}

/* To the nodes beneath: ask. */
static void tell_children(struct node *node, const struct transport *transport)
{
    Tonghop__Notices notices = TONGHOP__NOTICES__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    size_t index = 0;
    notices.more = true;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_NOTICES;
    envelope.notices = &notices;
    for (struct peer *peer = peers_next(&node->peers, &index); peer != NULL;
         peer = peers_next(&node->peers, &index)) {
        if (peer->role != TONGHOP__ROLE__ROLE_NODE || !peer->knows_notices)
            continue;
        envelope.seq = ++node->next_seq;
        buf_clear(&node->packed);
        wire_pack(&envelope, &node->packed);
        (void)transport->send_peer(transport->ctx, &peer->from.address,
                                   span_of(&node->packed)); /* its next hello asks anyway */
    }
}

void notices_apply(struct node *node, const struct effect *effect, struct span bytes,
                   const struct transport *transport)
{
    struct node_notices *notices = &node->notices;
    switch (effect->type) {
    case EFFECT_NOTICES_UP:
        notices->is_spoken_above = true;
        notices->is_pulled = false;
        notices->wants = notices->has_more = true;
        notices->pull_seq = notices->push_seq = 0;
        break;
    case EFFECT_NOTICES_MORE:
        notices->wants = true;
        break;
    case EFFECT_NOTICES_PULLED: /* a hint that came meanwhile is of what came after it */
        notices->is_pulled =
            notices->is_pulled || (effect->re == notices->pull_seq && effect->number == 0);
        notices->pull_seq = 0;
        notices->wants = notices->wants || effect->number != 0;
        break;
    case EFFECT_NOTICES_PUSHED:
        notices->push_seq = 0;
        memcpy(&notices->pushed, bytes.data, sizeof(notices->pushed));
        break;
    case EFFECT_NOTICES_NEWS:
        tell_children(node, transport);
        break;
    default:
        break;
    }
}

/* ---- the pump ---- */

static bool is_due(uint64_t seq, int64_t since_ms, int64_t now_ms)
{
    return seq == 0 || now_ms - since_ms >= NODE_NOTICES_RETRY_MS;
}

static void send(struct node *node, const struct transport *transport, Tonghop__Envelope *envelope)
{
    envelope->protocol = WIRE_PROTOCOL;
    buf_clear(&node->packed);
    wire_pack(envelope, &node->packed);
    (void)transport->send_parent(transport->ctx, span_of(&node->packed)); /* sent again if lost */
}

static void pull(struct node *node, struct store_txn *txn, const struct transport *transport,
                 int64_t now_ms)
{
    struct node_notices *notices = &node->notices;
    Tonghop__NoticesQuery query = TONGHOP__NOTICES_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    bool is_same_tree = store_get_meta_u64(txn, META_CATALOGUE) == node->catalogue->number;
    query.epoch = store_get_meta_u64(txn, META_EPOCH);
    query.after = is_same_tree ? store_get_meta_u64(txn, META_AFTER) : 0;
    query.catalogue = node->catalogue->number;
    notices->wants = false;
    notices->pull_after = query.after;
    notices->pull_catalogue = query.catalogue;
    notices->pull_seq = session_take_seq(&node->session);
    notices->pull_ms = now_ms;
    envelope.seq = notices->pull_seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_NOTICES_QUERY;
    envelope.notices_query = &query;
    send(node, transport, &envelope);
}

/* What was said here or beneath; and what was said above, if it may be lost there. */
static bool goes_up(struct node *node, const struct notice_key *key, uint32_t child,
                    uint64_t number)
{
    (void)child;
    return node_covers(node, tree_of(node, key), key->author) || number <= node->notices.refill;
}

static void push(struct node *node, struct store_txn *txn, const struct transport *transport,
                 int64_t now_ms)
{
    struct node_notices *notices = &node->notices;
    struct page page = {.through = notices->pushed};
    ProtobufCBinaryData items[WIRE_NOTICES_MAX];
    Tonghop__Notices message = TONGHOP__NOTICES__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    notices->refill = store_get_meta_u64(txn, META_REFILL);
    page_read(node, txn, 0, goes_up, &page);
    if (store_error(txn) == ERR_OK && page.count == 0) {
        notices->pushed = page.through; /* reports, and what comes from above */
        notices->has_more = !page.is_at_end;
        buf_fini(&page.bytes);
        return;
    }
    notices->push_seq = session_take_seq(&node->session);
    notices->push_ms = now_ms; /* what does not read now may do so then */
    if (store_error(txn) == ERR_OK) {
        fill(node, &page, store_feed_epoch(txn), items, &message);
        envelope.seq = notices->push_seq;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_NOTICES;
        envelope.notices = &message;
        send(node, transport, &envelope);
    }
    buf_fini(&page.bytes);
}

static bool can_travel(const struct node *node)
{
    return node->notices.is_spoken_above && node->session.state == SESSION_UP &&
           node->catalogue != NULL && node->catalogue->number == node->uplink.catalogue;
}

/* When something is to be done that no message tells of: to read on, or to say again what was not
 * answered. */
static int64_t due_ms(bool is_due_now, uint64_t seq, int64_t since_ms, int64_t now_ms)
{
    int64_t left_ms = since_ms + NODE_NOTICES_RETRY_MS - now_ms;
    if (seq != 0)
        return left_ms > 0 ? left_ms : 0;
    return is_due_now ? 0 : INT64_MAX;
}

int64_t notices_due_ms(const struct node *node, int64_t now_ms)
{
    const struct node_notices *notices = &node->notices;
    if (!can_travel(node))
        return INT64_MAX;
    int64_t pull_ms = due_ms(notices->wants, notices->pull_seq, notices->pull_ms, now_ms);
    int64_t push_ms = due_ms(notices->has_more, notices->push_seq, notices->push_ms, now_ms);
    return pull_ms < push_ms ? pull_ms : push_ms;
}

/* One turn: it reads so far as one may, and says when it wants to go on (notices_due_ms). */
void notices_pump(struct node *node, const struct transport *transport, int64_t now_ms)
{
    struct node_notices *notices = &node->notices;
    bool pulls, pushes;
    if (!can_travel(node))
        return;
    if (notices->pull_catalogue != node->catalogue->number)
        notices->wants = true; /* by other trees other notices concern this node */
    if (notices->pull_seq != 0 && is_due(notices->pull_seq, notices->pull_ms, now_ms))
        notices->wants = true;
    pulls = notices->wants && is_due(notices->pull_seq, notices->pull_ms, now_ms);
    pushes = notices->has_more && is_due(notices->push_seq, notices->push_ms, now_ms);
    if (!pulls && !pushes)
        return;
    struct store_txn *txn = store_begin_read(node->store);
    if (!notices->is_known) {
        notices->pushed = store_get_meta_u64(txn, META_SENT);
        notices->is_known = true;
    }
    if (pulls)
        pull(node, txn, transport, now_ms);
    if (pushes)
        push(node, txn, transport, now_ms);
    store_abort(&txn);
}

bool notices_are_pulled(const struct node *node)
{
    return !node->notices.is_spoken_above || node->notices.is_pulled;
}

bool notices_are_quiet(const struct node *node)
{
    const struct node_notices *notices = &node->notices;
    return !node->options.has_parent || (!notices->wants && !notices->has_more &&
                                         notices->pull_seq == 0 && notices->push_seq == 0);
}
