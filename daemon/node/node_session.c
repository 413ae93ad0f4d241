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
#include "node/step.h"
#include "wire/digest.h"

/* ---- the answering side ---- */

/* What the sender's key (or the local socket) makes of it; refuses and returns false if nothing. */
static bool identify(struct step *step, const Tonghop__Hello *hello)
{
    struct enrolled enrolled;
    if (step->peer.from.address.is_local) {
        step->peer.role = TONGHOP__ROLE__ROLE_LOCAL;
        step->peer.unit = step->node->options.unit;
        return true;
    }
    if (store_get_enrolled(step->txn, step->peer.from.key, &enrolled) != ERR_OK ||
        enrolled.is_revoked) {
        step_refuse(step, ERR_FORBIDDEN, NULL, "this key is not enrolled here (any more)");
        return false;
    }
    if (hello->unit != enrolled.unit &&
        (hello->unit != 0 || enrolled.role == TONGHOP__ROLE__ROLE_NODE)) {
        step_refuse(step, ERR_FOREIGN, NULL,
                    "this key is enrolled for unit %" PRIu32 ", the hello speaks for unit %" PRIu32
                    ": correct 'unit' in the configuration, or enrol the key for that unit",
                    enrolled.unit, hello->unit);
        return false;
    }
    step->peer.role = enrolled.role;
    step->peer.unit = enrolled.unit;
    return true;
}

/* The same number with another content would mix two programmes' figures; a higher one than ours is
 * told. Refuses and returns false for the former. */
static bool catalogue_is_ours(struct step *step, const Tonghop__Hello *hello)
{
    const struct node *node = step->node;
    uint32_t ours = node->catalogue != NULL ? node->catalogue->number : 0;
    if (hello->catalogue == 0 || step->peer.role != TONGHOP__ROLE__ROLE_NODE)
        return true;
    if (hello->catalogue > ours)
        log_warning("the node of unit %" PRIu32 " has catalogue %" PRIu32 ", here is %" PRIu32
                    ": was this node restored from an old backup?",
                    step->peer.unit, hello->catalogue, ours);
    if (hello->catalogue != ours ||
        memcmp(hello->catalogue_hash.data, node->catalogue_hash, DIGEST_SIZE) == 0)
        return true;
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
    if (!identify(step, hello))
        return;
    if (step->node->peers.count >= PEERS_MAX) {
        step_refuse(step, ERR_BUSY, NULL, "%d connections are all this node serves: try later",
                    PEERS_MAX);
        return;
    }
    if (!catalogue_is_ours(step, hello))
        return;
    step->peer.catalogue = hello->catalogue;
    step->peer.is_vietnamese = strcmp(hello->language, "vi") == 0;
    if (step->peer.role == TONGHOP__ROLE__ROLE_NODE) {
        char text[256];
        compare_buckets(step, hello, &list);
        log_notice("the node of %s is connected (%s), catalogue %" PRIu32,
                   node_unit_text(step->node, step->peer.unit, text, sizeof(text)), hello->software,
                   hello->catalogue);
    }
    effects_add(step->effects, EFFECT_PEER_HELLO, (struct span){0})->peer = step->peer;
    send_welcome(step, &list);
}

void node_handle_ping(struct step *step)
{
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_PONG;
    envelope.pong = &pong;
    step_reply(step, &envelope);
}

/* ---- the connecting side ---- */

/* Marks every report held under one (kind, period) to be sent again. */
static void mark_bucket(struct step *step, const Tonghop__Bucket *bucket)
{
    struct report_key cursor =
        store_cursor_before((uint8_t)bucket->kind, (uint16_t)bucket->year, 0, 0);
    struct head head;
    struct report_key year = {.kind = (uint8_t)bucket->kind,
                              .period = {.year = (uint16_t)bucket->year}};
    while (store_next_head(step->txn, &cursor, &head) && cursor.kind == bucket->kind &&
           cursor.period.year == bucket->year)
        if (cursor.period.label == bucket->label)
            (void)store_mark_outbox(step->txn, OUTBOX_REPORT, &cursor); /* errors are sticky */
    (void)store_mark_outbox(step->txn, OUTBOX_STATEMENT, &year);
}

static void learn_catalogue(struct step *step, uint32_t number, const ProtobufCBinaryData *hash)
{
    if (number == 0)
        return;
    struct effect *effect = effects_add(step->effects, EFFECT_PARENT_CATALOGUE,
                                        (struct span){.data = hash->data, .len = hash->len});
    effect->number = number;
    if (step->node->catalogue == NULL || step->node->catalogue->number != number ||
        memcmp(step->node->catalogue_hash, hash->data, DIGEST_SIZE) == 0)
        return;
    char trouble[160];
    int len = snprintf(trouble, sizeof(trouble),
                       "the parent's catalogue %" PRIu32 " is another one than ours: publish the "
                       "right one at the root with a higher number",
                       number);
    log_error("%s", trouble);
    effects_add(step->effects, EFFECT_TROUBLE,
                (struct span){.data = (const uint8_t *)trouble, .len = (size_t)len});
}

void node_handle_welcome(struct step *step, const Tonghop__Welcome *welcome)
{
    struct effect *effect = effects_add(step->effects, EFFECT_SESSION, (struct span){0});
    effect->session = SESSION_WELCOMED;
    effect->number = welcome->window;
    effects_add(step->effects, EFFECT_TROUBLE, (struct span){0});
    learn_catalogue(step, welcome->catalogue, &welcome->catalogue_hash);
    for (size_t i = 0; i < welcome->n_differing; i++)
        mark_bucket(step, welcome->differing[i]);
    (void)store_unpark_outbox(step->txn); /* the error is sticky */
    log_notice("linked with the node above (unit %" PRIu32 "), catalogue %" PRIu32 " there",
               welcome->unit, welcome->catalogue);
}

void node_handle_notice(struct step *step, const Tonghop__CatalogueNotice *notice)
{
    learn_catalogue(step, notice->number, &notice->hash);
    (void)store_unpark_outbox(step->txn); /* the error is sticky */
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
    log_warning("the parent did not take %s: %s",
                node_key_text(step->node, &sent->key, text, sizeof(text)), trouble);
}

/* A refusal of what was sent parks it; one of the hello, or of the session, ends the session, to
 * begin anew. A refusal of what was forgotten meanwhile (and is sent again) says nothing new. */
void node_handle_parent_refusal(struct step *step, const Tonghop__Refusal *refusal)
{
    const struct node_uplink *uplink = &step->node->uplink;
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    uint64_t re = step->in->re;
    char trouble[256];
    bool is_over =
        strcmp(refusal->code, err_name(ERR_NO_SESSION)) == 0 || re == 0 || re == uplink->hello_seq;
    (void)snprintf(trouble, sizeof(trouble), "%s: %s", refusal->code, refusal->text);
    utf8_cut(trouble);
    if (is_over) {
        log_warning("refused by the node above: %s", trouble);
        effects_add(step->effects, EFFECT_SESSION, (struct span){0})->session = SESSION_REFUSED;
        /* Last, because what the parent says tells more than what the transport saw. */
        effects_add(step->effects, EFFECT_TROUBLE,
                    (struct span){(const uint8_t *)trouble, strlen(trouble)});
    } else if (sent != NULL) {
        park(step, sent, trouble);
    } else if (uplink->request_seq != 0 && re == uplink->request_seq) {
        log_warning("the parent did not hand down its catalogue: %s", trouble);
    }
}
