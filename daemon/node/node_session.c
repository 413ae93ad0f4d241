/* Hello, welcome and ping: who connects, with which right, and what the two sides hold differently.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "node/authority.h"
#include "node/notice.h"
#include "node/reconcile.h"
#include "node/rollup.h"
#include "node/step.h"
#include "wire/digest.h"

/* ---- the answering side ---- */

/* The node above as one beneath: refuses and returns true. A person's key is that of no node, and
 * stands in [parent] by mistake. */
static bool is_loop(struct step *step)
{
    const struct node_options *options = &step->node->options;
    struct enrolled enrolled;
    if (!options->has_parent ||
        memcmp(step->peer.from.key, options->parent_key, sizeof(options->parent_key)) != 0)
        return false;
    if (store_get_enrolled(step->txn, options->parent_key, &enrolled) == ERR_OK &&
        !enrolled.is_revoked && enrolled.role != TONGHOP__ROLE__ROLE_NODE)
        return false;
    contact_note_fault(step, CONTACT_LOOP, 0,
                       "it is that of the node above, which asks to come in as one beneath: "
                       "correct [parent] there, or here");
    step_refuse(step, ERR_FOREIGN, NULL,
                "the node that this one asks is beneath it: that makes a loop: correct [parent]");
    return true;
}

/* A daemon under the key of a person: it would be linked, and nothing that it sends be taken. */
static bool is_right_role(struct step *step, const Tonghop__Hello *hello,
                          const struct enrolled *enrolled)
{
    char why[160];
    if (!hello->node || enrolled->role == TONGHOP__ROLE__ROLE_NODE)
        return true;
    (void)snprintf(why, sizeof(why), "this key is enrolled here as %s, and a node uses it",
                   authority_role_name(enrolled->role));
    contact_note_fault(step, CONTACT_OTHER_ROLE, hello->unit, why);
    step_refuse(step, ERR_FORBIDDEN, NULL, "%s", why);
    return false;
}

/* What the sender's key (or the local socket) makes of it; refuses and returns false if nothing. */
static bool identify(struct step *step, const Tonghop__Hello *hello)
{
    struct enrolled enrolled;
    if (step->peer.from.address.is_local) {
        step->peer.role = TONGHOP__ROLE__ROLE_LOCAL;
        step->peer.unit = step->node->options.unit;
        return true;
    }
    if (is_loop(step))
        return false;
    if (store_get_enrolled(step->txn, step->peer.from.key, &enrolled) != ERR_OK ||
        enrolled.is_revoked) {
        step_refuse(step, ERR_FORBIDDEN, NULL,
                    hello->node /* which adds the remedy itself */
                        ? STEP_WORDS(step, "this key is not enrolled here (any more)",
                                     "khóa này chưa được đăng ký ở đây, hoặc đã bị thu hồi")
                        : STEP_WORDS(step,
                                     "this key is not enrolled here (any more): have the node's "
                                     "administrator enrol it",
                                     "khóa này chưa được đăng ký ở đây, hoặc đã bị thu hồi: nhờ "
                                     "người quản trị nút đăng ký"));
        return false;
    }
    if (hello->unit != enrolled.unit &&
        (hello->unit != 0 || enrolled.role == TONGHOP__ROLE__ROLE_NODE)) {
        char why[160];
        (void)snprintf(why, sizeof(why),
                       "it is enrolled for unit %" PRIu32
                       ", and its hello speaks for unit %" PRIu32,
                       enrolled.unit, hello->unit);
        contact_note_fault(step, CONTACT_OTHER_UNIT, hello->unit, why);
        step_refuse(
            step, ERR_FOREIGN, NULL,
            STEP_WORDS(
                step,
                "this key is enrolled for unit %" PRIu32 ", the hello speaks for unit %" PRIu32
                ": correct 'unit' in the configuration, or enrol the key for that unit",
                "khóa này đăng ký cho đơn vị %" PRIu32 ", bên nối vào lại xưng là đơn vị %" PRIu32
                ": sửa 'unit' trong cấu hình, hoặc đăng ký khóa cho đơn vị đó"),
            enrolled.unit, hello->unit);
        return false;
    }
    step->peer.role = enrolled.role;
    step->peer.unit = enrolled.unit;
    return is_right_role(step, hello, &enrolled);
}

/* The same number with another content would mix two programmes' figures; a higher one than ours is
 * remembered. Refuses and returns false for the former. */
static bool catalogue_is_ours(struct step *step, const Tonghop__Hello *hello)
{
    const struct node *node = step->node;
    uint32_t ours = node->catalogue != NULL ? node->catalogue->number : 0;
    if (step->peer.role != TONGHOP__ROLE__ROLE_NODE)
        return true;
    node_hear_catalogue(step, hello->catalogue, hello->catalogue_hash.data);
    if (hello->catalogue == 0 || hello->catalogue != ours ||
        memcmp(hello->catalogue_hash.data, node->catalogue_hash, DIGEST_SIZE) == 0)
        return true;
    contact_note_fault(step, CONTACT_OTHER_CATALOGUE, 0,
                       "its node has another catalogue under the number of the one here: publish "
                       "the right one at the root with a higher number");
    step_refuse(step, ERR_CATALOGUE, NULL,
                "catalogue %" PRIu32
                " is another one here: publish the right one at the root with a "
                "higher number",
                ours);
    return false;
}

/* Buckets that the child and this node hold differently, and those that only this node has. */
struct differing {
    Tonghop__Bucket *items;
    Tonghop__Bucket **pointers;
    uint8_t (*digests)[DIGEST_SIZE];
    size_t count, capacity;
};

static void add_differing(struct differing *list, const struct bucket *bucket)
{
    if (list->count == WIRE_BUCKETS_MAX)
        return; /* the rest is found at the next hello */
    size_t capacity = list->capacity;
    list->items = mem_grow(list->items, list->count, &list->capacity, sizeof(*list->items));
    list->digests = mem_grow(list->digests, list->count, &capacity, sizeof(*list->digests));
    memcpy(list->digests[list->count], bucket->digest, DIGEST_SIZE);
    Tonghop__Bucket *item = &list->items[list->count++];
    tonghop__bucket__init(item);
    item->kind = bucket->kind;
    item->year = bucket->period.year;
    item->label = bucket->period.label;
    item->count = bucket->count;
}

static bool hello_names(const Tonghop__Hello *hello, const struct bucket *bucket)
{
    for (size_t i = 0; i < hello->n_buckets; i++)
        if (hello->buckets[i]->kind == bucket->kind &&
            hello->buckets[i]->year == bucket->period.year &&
            hello->buckets[i]->label == bucket->period.label)
            return true;
    return false;
}

static void compare_buckets(struct step *step, const Tonghop__Hello *hello, struct differing *list)
{
    rollup_save(step->node, step->txn); /* reports of this transaction are in them */
    for (size_t i = 0; i < hello->n_buckets; i++) {
        const Tonghop__Bucket *theirs = hello->buckets[i];
        struct period period = {(uint16_t)theirs->year, (uint8_t)theirs->label};
        struct bucket ours;
        if (store_get_bucket(step->txn, (uint8_t)theirs->kind, period, step->peer.unit, &ours) !=
            ERR_OK)
            return; /* sticky */
        if (memcmp(ours.digest, theirs->digest.data, DIGEST_SIZE) != 0)
            add_differing(list, &ours);
    }
    struct bucket ours = {0};
    while (store_next_bucket(step->txn, step->peer.unit, &ours))
        if (!hello_names(hello, &ours))
            add_differing(list, &ours);
}

static void send_welcome(struct step *step, struct differing *list)
{
    struct node *node = step->node;
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    list->pointers = mem_calloc(list->count + 1, sizeof(*list->pointers));
    for (size_t i = 0; i < list->count; i++) {
        list->items[i].digest.data = list->digests[i];
        list->items[i].digest.len = DIGEST_SIZE;
        list->pointers[i] = &list->items[i];
    }
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = node->options.unit;
    welcome.role = (Tonghop__Role)step->peer.role;
    if (node->catalogue != NULL) {
        welcome.catalogue = node->catalogue->number;
        welcome.catalogue_hash.data = node->catalogue_hash;
        welcome.catalogue_hash.len = sizeof(node->catalogue_hash);
    }
    welcome.window = NODE_WINDOW;
    welcome.n_differing = list->count;
    welcome.differing = list->pointers;
    welcome.now_us = step->event->now.us;
    if (step->peer.knows_notices)
        welcome.notices_epoch = store_feed_epoch(step->txn);
    welcome.incomplete = !reconcile_is_ready(node) || node->is_restoring;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_WELCOME;
    envelope.welcome = &welcome;
    step_reply(step, &envelope);
    free(list->pointers);
    free(list->items);
    free(list->digests);
}

void node_handle_hello(struct step *step, const Tonghop__Hello *hello)
{
    struct differing list = {0};
    step->peer.is_vietnamese = strcmp(hello->language, "vi") == 0; /* first: it may be refused */
    if (!identify(step, hello))
        return;
    bool is_known = peers_find(&step->node->peers, &step->peer.from.address) != NULL;
    if (!is_known && step->node->peers.count >= PEERS_MAX) {
        step_refuse(step, ERR_BUSY, NULL,
                    STEP_WORDS(step, "%d connections are all this node serves: try later",
                               "nút này chỉ phục vụ được %d kết nối: hãy thử lại sau"),
                    PEERS_MAX);
        return;
    }
    if (!catalogue_is_ours(step, hello))
        return;
    step->peer.catalogue = hello->catalogue;
    step->peer.hello_ms = step->event->now_ms;
    step->peer.knows_notices = hello->node && hello->notices;
    if (step->peer.role == TONGHOP__ROLE__ROLE_NODE) {
        char text[256], sender[STEP_SENDER_SIZE];
        contact_forget_faults(step->node, step->peer.from.key);
        contact_hear_clock(step, &step->peer, hello->now_us);
        compare_buckets(step, hello, &list);
        if (!is_known)
            log_event(LOG_EVENT_CHILD_CONNECTED,
                      LOG_FIELDS(.unit = step->peer.unit, .catalogue = hello->catalogue,
                                 .peer = step_sender(step, sender)),
                      "the node of %s is connected (%s), catalogue %" PRIu32,
                      node_unit_text(step->node, step->peer.unit, text, sizeof(text)),
                      hello->software, hello->catalogue);
    }
    effects_add(step->effects, EFFECT_PEER_HELLO, (struct span){0})->peer = step->peer;
    send_welcome(step, &list);
}

/* ---- the connecting side ---- */

/* The (kind, year)s of the buckets that differ; they come in their order. */
static void compare(struct step *step, const Tonghop__Welcome *welcome)
{
    struct buf parts = {0};
    struct reconcile_part last = {0};
    for (size_t i = 0; i < welcome->n_differing; i++) {
        const Tonghop__Bucket *bucket = welcome->differing[i];
        struct reconcile_part part = {(uint8_t)bucket->kind, (uint16_t)bucket->year};
        if (part.kind != last.kind || part.year != last.year)
            buf_put(&parts, &part, sizeof(part));
        last = part;
    }
    effects_add(step->effects, EFFECT_COMPARE, span_of(&parts));
    buf_fini(&parts);
}

/* Digests speak of the same things only when both sides have the same trees and are complete. */
static void begin_comparing(struct step *step, const Tonghop__Welcome *welcome)
{
    const struct node *node = step->node;
    if (welcome->incomplete || !reconcile_is_ready(node) ||
        node->catalogue->number != welcome->catalogue) {
        /* Without a catalogue of our own: as soon as it has come. */
        effects_add(step->effects, EFFECT_COMPARE_LATER, (struct span){0})->number =
            reconcile_is_ready(node) ? NODE_COMPARE_RETRY_MS : 0;
        return;
    }
    compare(step, welcome);
}

/* What the parent could not take or compare under its catalogue before is due again. What is under
 * way gets a new version: an answer that is still to come speaks of that other catalogue. */
static void try_again(struct step *step)
{
    const struct session *session = &step->node->session;
    struct outbox_item item;
    (void)store_unpark_outbox(step->txn); /* errors are sticky */
    for (size_t i = 0; i < session->sent_count; i++) {
        const struct session_sent *sent = &session->sent[i];
        if (store_get_outbox(step->txn, sent->type, &sent->key, &item) == ERR_OK &&
            item.version == sent->version)
            (void)store_mark_outbox(step->txn, sent->type, &sent->key, step->event->now);
    }
}

static void note_trouble(struct step *step, const char *trouble)
{
    effects_add(step->effects, EFFECT_TROUBLE,
                (struct span){(const uint8_t *)trouble, strlen(trouble)});
}

static void learn_catalogue(struct step *step, uint32_t number, const ProtobufCBinaryData *hash)
{
    static const uint8_t no_hash[DIGEST_SIZE];
    struct span bytes = {number != 0 ? hash->data : no_hash, DIGEST_SIZE};
    effects_add(step->effects, EFFECT_PARENT_CATALOGUE, bytes)->number = number;
    if (number != step->node->uplink.catalogue ||
        memcmp(bytes.data, step->node->uplink.catalogue_hash, DIGEST_SIZE) != 0) {
        note_trouble(step, ""); /* what was said of the one before is past */
        try_again(step);
    }
    if (step->node->catalogue == NULL || step->node->catalogue->number != number ||
        memcmp(step->node->catalogue_hash, hash->data, DIGEST_SIZE) == 0)
        return;
    char trouble[160];
    (void)snprintf(trouble, sizeof(trouble),
                   "the parent's catalogue %" PRIu32 " is another one than ours: publish the right "
                   "one at the root with a higher number",
                   number);
    log_event(LOG_EVENT_CATALOGUE_DIFFERS, LOG_FIELDS(.catalogue = number), "%s", trouble);
    note_trouble(step, trouble);
}

void node_handle_welcome(struct step *step, const Tonghop__Welcome *welcome)
{
    if (step->in->re == 0 || step->in->re != step->node->uplink.hello_seq)
        return; /* of an earlier hello, or given twice: it speaks of what was */
    if (welcome->role != TONGHOP__ROLE__ROLE_NODE) { /* of an older version, which does not mind */
        char why[160];
        (void)snprintf(why, sizeof(why), "this key is enrolled there as %s, and a node uses it",
                       authority_role_name((uint8_t)welcome->role));
        node_fail_hello(step, err_name(ERR_FORBIDDEN), why);
        return;
    }
    struct effect *effect = effects_add(step->effects, EFFECT_SESSION, (struct span){0});
    effect->session = SESSION_WELCOMED;
    effect->number = welcome->window;
    note_trouble(step, "");
    contact_hear_parent(step, welcome->now_us, false);
    learn_catalogue(step, welcome->catalogue, &welcome->catalogue_hash);
    begin_comparing(step, welcome);
    notices_hear_welcome(step, welcome);
    if (store_get_meta_u64(step->txn, "parent") != welcome->unit)
        (void)store_put_meta_u64(step->txn, "parent", welcome->unit); /* errors are sticky */
    if (step->node->session.state == SESSION_UP)
        return; /* hello was said again, to compare */
    (void)store_unpark_outbox(step->txn);
    log_event(LOG_EVENT_LINK_UP, LOG_FIELDS(.unit = welcome->unit, .catalogue = welcome->catalogue),
              "linked with the node above (unit %" PRIu32 "), catalogue %" PRIu32 " there",
              welcome->unit, welcome->catalogue);
}

void node_handle_notice(struct step *step, const Tonghop__CatalogueNotice *notice)
{
    if (notice->number < step->node->uplink.catalogue)
        return; /* overtaken by a later one */
    learn_catalogue(step, notice->number, &notice->hash);
}

/* A statement speaks of all of a year. */
static const char *sent_text(const struct node *node, const struct session_sent *sent, char *out,
                             size_t size)
{
    if (sent->type == OUTBOX_REPORT)
        return node_key_text(node, &sent->key, out, size);
    (void)snprintf(out, size, "the totals of %u (%s)", sent->key.period.year,
                   sent->key.kind == KIND_PLAN ? "plan" : "actual");
    return out;
}

/* The parent did not take what was sent: parked with the reason, unless a newer state waits
 * already. */
static void park(struct step *step, const struct session_sent *sent, const char *trouble)
{
    char text[320];
    struct outbox_item item;
    effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
    if (store_get_outbox(step->txn, sent->type, &sent->key, &item) == ERR_OK &&
        item.version == sent->version)
        (void)store_park_outbox(step->txn, sent->type, &sent->key, trouble); /* sticky */
    log_event(LOG_EVENT_REPORT_NOT_TAKEN, LOG_FIELDS(.report = &sent->key),
              "the parent did not take %s: %s", sent_text(step->node, sent, text, sizeof(text)),
              trouble);
}

/* A parent that does not have everything yet cannot compare totals: nobody has to know. The
 * statement stays under way, and goes again when that has expired. */
static bool is_for_later(const struct session_sent *sent, const Tonghop__Refusal *refusal)
{
    return sent->type == OUTBOX_STATEMENT && strcmp(refusal->code, err_name(ERR_BUSY)) == 0;
}

enum { TROUBLE_SIZE = sizeof(((struct node_uplink *)NULL)->trouble) };

/* On one line, as status shows it. */
static void write_trouble(const char *code, const char *text, char *out)
{
    (void)snprintf(out, TROUBLE_SIZE, "%s: %s", code, text);
    utf8_cut(out);
    utf8_make_line(out);
}

/* Said once, not at each try. */
void node_fail_hello(struct step *step, const char *code, const char *text)
{
    char trouble[TROUBLE_SIZE];
    write_trouble(code, text, trouble);
    if (strcmp(trouble, step->node->uplink.trouble) != 0)
        log_event(LOG_EVENT_LINK_REFUSED, NULL, "refused by the node above: %s", trouble);
    effects_add(step->effects, EFFECT_SESSION, (struct span){0})->session = SESSION_REFUSED;
    /* Last, because what the parent says tells more than what the transport saw. */
    note_trouble(step, trouble);
}

/* Of what was said here or above nothing goes on behind it. Said once, not at each try. */
static void hear_of_damage(struct step *step, const char *trouble)
{
    if (strcmp(trouble, step->node->uplink.trouble) == 0)
        return;
    log_event(LOG_EVENT_NOTICES_WITHHELD, NULL, "the node above did not exchange notices: %s",
              trouble);
    note_trouble(step, trouble);
}

/* A refusal of what was sent parks it; one of the hello, or of the session, ends the session, to
 * begin anew. A refusal of what was forgotten meanwhile (and is sent again) says nothing new. */
void node_handle_parent_refusal(struct step *step, const Tonghop__Refusal *refusal)
{
    const struct node_uplink *uplink = &step->node->uplink;
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    uint64_t re = step->in->re;
    char trouble[TROUBLE_SIZE];
    bool is_over =
        strcmp(refusal->code, err_name(ERR_NO_SESSION)) == 0 || re == 0 || re == uplink->hello_seq;
    write_trouble(refusal->code, refusal->text, trouble);
    if (is_over) {
        node_fail_hello(step, refusal->code, refusal->text);
    } else if (sent != NULL) {
        if (!is_for_later(sent, refusal))
            park(step, sent, trouble);
    } else if (step->node->reconcile.seq != 0 && re == step->node->reconcile.seq) {
        bool is_damaged = strcmp(refusal->code, err_name(ERR_CORRUPT)) == 0;
        log_event(LOG_EVENT_COMPARISON_FAILED, NULL, "the node above did not compare: %s", trouble);
        if (is_damaged)
            note_trouble(step, trouble);
        effects_add(step->effects, EFFECT_COMPARE_LATER, (struct span){0})->number =
            is_damaged ? NODE_COMPARE_OTHER_MS : NODE_COMPARE_RETRY_MS;
    } else if (notices_are_asked_by(step->node, re)) {
        if (strcmp(refusal->code, err_name(ERR_CORRUPT)) == 0)
            hear_of_damage(step, trouble);
    } else if (uplink->request_seq != 0 && re == uplink->request_seq) {
        log_event(LOG_EVENT_CATALOGUE_WITHHELD, LOG_FIELDS(.catalogue = uplink->catalogue),
                  "the parent did not hand down its catalogue: %s", trouble);
    }
}
