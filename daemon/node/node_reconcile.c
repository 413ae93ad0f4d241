/* The messages of comparing (reconcile.h): the parent's answer to an inventory, and what the child
 * makes of it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/notice.h"
#include "node/reconcile.h"
#include "node/step.h"
#include "wire/digest.h"

/* ---- the parent ---- */

/* Where the two lists stand. When neither has_ours nor is_at_end, enough was looked at: up to
 * `ours` there is nothing here that was not compared, and what lies behind is for the next page. */
struct comparison {
    const Tonghop__Inventory *inventory;
    size_t next;            /* of the inventory's entries */
    struct report_key ours; /* the next report held here, if has_ours */
    struct head head;
    bool has_ours, is_at_end;
    bool is_damaged;        /* a report does not read: nothing is said to be compared */
    struct report_key last; /* compared up to here */
    uint32_t revision_count;
    size_t bytes, looked_at;
    Tonghop__Key *wanted;
    size_t wanted_count, wanted_capacity;
};

static struct report_key key_of_entry(const Tonghop__Inventory *inventory, size_t i)
{
    return (struct report_key){
        .kind = (uint8_t)inventory->kind,
        .period = {(uint16_t)inventory->year, (uint8_t)inventory->labels[i]},
        .unit = inventory->units[i],
        .form = inventory->forms[i],
    };
}

static struct report_key key_of_place(const Tonghop__Inventory *inventory,
                                      const Tonghop__Place *place)
{
    return (struct report_key){.kind = (uint8_t)inventory->kind,
                               .period = {(uint16_t)inventory->year, (uint8_t)place->label},
                               .unit = place->unit,
                               .form = place->form};
}

/* The order of the store's keys within one (kind, year). */
static int order(const struct report_key *a, const struct report_key *b)
{
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    if (a->form != b->form)
        return a->form < b->form ? -1 : 1;
    return (a->period.label > b->period.label) - (a->period.label < b->period.label);
}

/* The child's subtree in the report's period: nothing else is compared with it. */
static bool is_childs(struct step *step, const struct report_key *key)
{
    return tree_contains(node_tree(step->node, key->period), step->peer.unit, key->unit);
}

/* Moves on to the next report that is held here, is the child's, and lies in the page; past the
 * others, of which there may be any number, as far as the limit goes. */
static void find_ours(struct step *step, struct comparison *c)
{
    const Tonghop__Inventory *inventory = c->inventory;
    struct report_key end;
    if (inventory->through != NULL)
        end = key_of_place(inventory, inventory->through);
    c->has_ours = false;
    while (!c->has_ours && !c->is_at_end && c->looked_at < NODE_COMPARE_HEADS) {
        c->looked_at++;
        c->is_at_end = !store_next_head(step->txn, &c->ours, &c->head) ||
                       c->ours.kind != inventory->kind || c->ours.period.year != inventory->year ||
                       (inventory->through != NULL && order(&c->ours, &end) > 0);
        c->has_ours = !c->is_at_end && is_childs(step, &c->ours);
    }
}

/* Only what its Revision would not be refused for: a nearer node may speak for the unit. */
static void want(struct step *step, struct comparison *c, const struct report_key *key)
{
    const struct tree *tree = node_tree(step->node, key->period);
    if (node_home_of(step->node, step->txn, tree, key->unit) != step->peer.unit)
        return;
    c->wanted = mem_grow(c->wanted, c->wanted_count, &c->wanted_capacity, sizeof(*c->wanted));
    Tonghop__Key *item = &c->wanted[c->wanted_count++];
    tonghop__key__init(item);
    wire_key_of(key, item);
}

static void send_ours(struct step *step, struct comparison *c)
{
    struct node *node = step->node;
    buf_clear(&node->packed);
    if (!node_pack_revision(step->txn, &c->ours, ++node->next_seq, step->in->seq, &node->packed)) {
        char text[STEP_KEY_TEXT_SIZE];
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.report = &c->ours, .error = ERR_CORRUPT),
                  "%s lacks a revision in the store: run 'tonghop verify', and restore a backup",
                  node_key_text(node, &c->ours, text, sizeof(text)));
        c->is_damaged = true; /* its head is there: without it nothing is complete */
        return;
    }
    effects_add(step->effects, EFFECT_SEND_PEER, span_of(&node->packed))->peer = step->peer;
    c->revision_count++;
    c->bytes += node->packed.len;
}

/* The same key on both sides: whoever has the higher revision gives; equal ones with other bits, or
 * with another content, go both ways. */
static void compare_one(struct step *step, struct comparison *c)
{
    const Tonghop__Inventory *inventory = c->inventory;
    uint64_t theirs = inventory->revisions[c->next];
    const uint8_t *digest = inventory->digests.data + c->next * DIGEST_SIZE;
    if (memcmp(digest, c->head.state_digest, DIGEST_SIZE) == 0)
        return;
    if (theirs >= c->head.revision)
        want(step, c, &c->ours);
    if (theirs <= c->head.revision)
        send_ours(step, c);
}

static bool has_looked_enough(const struct comparison *c)
{
    return !c->has_ours && !c->is_at_end;
}

/* One step through both lists; false at their end, or as far as was looked at. */
static bool compare_next(struct step *step, struct comparison *c)
{
    bool has_theirs = c->next < c->inventory->n_units;
    struct report_key theirs;
    if (has_theirs)
        theirs = key_of_entry(c->inventory, c->next);
    if (has_theirs && has_looked_enough(c) && order(&theirs, &c->ours) > 0)
        return false;
    if (!has_theirs && !c->has_ours)
        return false;
    int side = !has_theirs ? 1 : (!c->has_ours ? -1 : order(&theirs, &c->ours));
    c->last = side > 0 ? c->ours : theirs;
    if (side < 0)
        want(step, c, &theirs);
    else if (side > 0)
        send_ours(step, c);
    else
        compare_one(step, c);
    if (side <= 0)
        c->next++;
    if (side >= 0)
        find_ours(step, c);
    return true;
}

static bool is_full(const struct comparison *c)
{
    return c->revision_count >= NODE_COMPARE_REVISIONS || c->bytes >= NODE_COMPARE_BYTES;
}

/* `through` is what was compared: less than the inventory, all of it, or NULL for all there is. */
static void send_compared(struct step *step, struct comparison *c, Tonghop__Place *through)
{
    Tonghop__Compared compared = TONGHOP__COMPARED__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__Key **wanted = mem_calloc(c->wanted_count + 1, sizeof(Tonghop__Key *));
    for (size_t i = 0; i < c->wanted_count; i++)
        wanted[i] = &c->wanted[i];
    compared.through = through;
    compared.revision_count = c->revision_count;
    compared.n_wanted = c->wanted_count;
    compared.wanted = wanted;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_COMPARED;
    envelope.compared = &compared;
    step_reply(step, &envelope);
    free(wanted);
}

/* As far as one answer goes; true if that is not to the end of the page. */
static bool compare_page(struct step *step, struct comparison *c)
{
    find_ours(step, c);
    while (!c->is_damaged && compare_next(step, c))
        if (is_full(c) && (c->has_ours || c->next < c->inventory->n_units))
            return true;
    if (!has_looked_enough(c))
        return false;
    c->last = c->ours;
    return true;
}

/* An answer moves on by one report at least: the child, which asks on from `through`, gets to the
 * end. */
void node_handle_inventory(struct step *step, const Tonghop__Inventory *inventory)
{
    struct comparison c = {.inventory = inventory};
    Tonghop__Place through = TONGHOP__PLACE__INIT;
    if (step->node->catalogue == NULL || step->node->is_restoring) {
        step_refuse(step, ERR_BUSY, NULL, "this node is itself not complete yet: ask again");
        return;
    }
    if (!step_has_room(step, NODE_COMPARE_ANSWER))
        return;
    c.ours = store_cursor_before((uint8_t)inventory->kind, (uint16_t)inventory->year, 0, 0);
    if (inventory->after != NULL)
        c.ours = key_of_place(inventory, inventory->after);
    if (compare_page(step, &c)) {
        through.unit = c.last.unit;
        through.form = c.last.form;
        through.label = c.last.period.label;
    } else if (inventory->through != NULL) {
        through = *inventory->through;
    }
    if (c.is_damaged)
        step_refuse(step, ERR_CORRUPT, NULL,
                    "a report that this node holds does not read: its operator has to restore a "
                    "backup");
    else
        send_compared(step, &c, through.unit != 0 ? &through : NULL);
    free(c.wanted);
}

/* A notice may have got lost. */
void node_remind_of_catalogue(struct step *step)
{
    struct node *node = step->node;
    Tonghop__CatalogueNotice notice = TONGHOP__CATALOGUE_NOTICE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    notice.number = node->catalogue->number;
    notice.hash.data = node->catalogue_hash;
    notice.hash.len = sizeof(node->catalogue_hash);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_NOTICE;
    envelope.catalogue_notice = &notice;
    step_reply(step, &envelope);
}

void node_handle_ping(struct step *step, const Tonghop__Ping *ping)
{
    struct node *node = step->node;
    uint8_t digest[DIGEST_SIZE];
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    bool is_node = step->peer.role == TONGHOP__ROLE__ROLE_NODE;
    if (is_node && node->catalogue != NULL && ping->catalogue < node->catalogue->number)
        node_remind_of_catalogue(step);
    if (is_node && reconcile_is_ready(node) && !node->is_restoring &&
        ping->catalogue == node->catalogue->number &&
        reconcile_digest(node, step->txn, step->peer.unit, digest) == ERR_OK) {
        pong.digest.data = digest;
        pong.digest.len = sizeof(digest);
    }
    if (is_node) {
        struct peer *peer = peers_find(&node->peers, &step->peer.from.address);
        if (peer != NULL)
            contact_hear_clock(step, peer, ping->now_us);
        pong.shared = contact_is_shared(step);
        pong.last_notice = store_last_notice(step->txn);
        pong.now_us = step->event->now.us;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_PONG;
    envelope.pong = &pong;
    step_reply(step, &envelope);
}

/* ---- the child ---- */

void node_handle_pong(struct step *step, const Tonghop__Pong *pong)
{
    struct node *node = step->node;
    uint8_t both[2 * DIGEST_SIZE];
    uint64_t parked;
    bool is_sending = store_count_outbox(step->txn, &parked) > parked;
    contact_hear_parent(step, pong->now_us, pong->shared);
    notices_hear_last(step, pong->last_notice);
    if (pong->digest.len == 0 || is_sending || !reconcile_is_ready(node) ||
        reconcile_digest(node, step->txn, node->options.unit, both) != ERR_OK ||
        memcmp(both, pong->digest.data, DIGEST_SIZE) == 0)
        return;
    memcpy(both + DIGEST_SIZE, pong->digest.data, DIGEST_SIZE);
    effects_add(step->effects, EFFECT_DIFFERS, (struct span){both, sizeof(both)});
}

/* It waits already, or is under way: when the parent was asked it had not come yet. A new mark
 * would make the answer to it one of an earlier state, and send it twice. */
static bool is_on_its_way(struct step *step, const struct report_key *key)
{
    struct outbox_item item;
    return store_get_outbox(step->txn, OUTBOX_REPORT, key, &item) == ERR_OK && !item.is_parked;
}

void node_handle_compared(struct step *step, const Tonghop__Compared *compared)
{
    const struct reconcile *reconcile = &step->node->reconcile;
    struct report_key key;
    struct head head;
    if (step->in->re != reconcile->seq || reconcile->seq == 0)
        return; /* of an earlier page */
    for (size_t i = 0; i < compared->n_wanted; i++) {
        wire_key_to_domain(compared->wanted[i], &key);
        if (!is_on_its_way(step, &key) && store_get_head(step->txn, &key, &head) == ERR_OK)
            (void)store_mark_outbox(step->txn, OUTBOX_REPORT, &key,
                                    step->event->now); /* errors are sticky */
    }
    struct reconcile_part part = reconcile->parts[0];
    struct reconcile_answer answer = {.seq = step->in->seq};
    if (compared->through != NULL) {
        answer.through =
            (struct report_key){.kind = part.kind,
                                .period = {part.year, (uint8_t)compared->through->label},
                                .unit = compared->through->unit,
                                .form = compared->through->form};
        if (order(&answer.through, &reconcile->after) <= 0) {
            log_event(LOG_EVENT_COMPARISON_FAILED, NULL,
                      "the parent compared nothing of what it was asked to: asked again later");
            effects_add(step->effects, EFFECT_COMPARE_LATER, (struct span){0})->number =
                NODE_COMPARE_RETRY_MS;
            return;
        }
    }
    struct report_key year = {.kind = part.kind, .period = {.year = part.year}};
    (void)store_mark_outbox(step->txn, OUTBOX_STATEMENT, &year, step->event->now);
    struct effect *effect = effects_add(step->effects, EFFECT_COMPARED,
                                        (struct span){(const uint8_t *)&answer, sizeof(answer)});
    effect->re = step->in->re;
    effect->number = compared->revision_count;
}
