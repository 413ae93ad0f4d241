/* Comparing with the parent what both hold of this node's subtree, so that each gets what it lacks:
 * after a lost disk, an old backup, a moved home, a message that got lost. The digests of a hello,
 * or of a pong, tell that something differs; then, for each (kind, year) that does:
 *
 *     child  --- Inventory: what I hold, up to 512 reports ------------>  parent
 *     child  <-- Revision ... what you lack ---------------------------   parent
 *     child  <-- Compared: up to here; and I want these ---------------   parent
 *
 * until all of it is compared. The parent keeps nothing about it. What the child keeps is in
 * memory: a page whose answer does not come is sent again, and after a restart the digests tell. */
#ifndef NODE_RECONCILE_H
#define NODE_RECONCILE_H

#include "node/effects.h"
#include "node/node.h"

/* What goes with EFFECT_COMPARED. */
struct reconcile_answer {
    uint64_t seq;              /* of the Compared */
    struct report_key through; /* its label is 0: to the end of the list */
};

/* The link is new, or gone: nothing is under way. */
void reconcile_reset(struct reconcile *reconcile);
void reconcile_fini(struct reconcile *reconcile);
/* Applies one of the EFFECT_ that speak of comparing. */
void reconcile_apply(struct node *node, const struct effect *effect, struct span bytes,
                     int64_t now_ms);
/* Sends the next page if it is time. */
void reconcile_pump(struct node *node, const struct transport *transport, int64_t now_ms);
/* Whether the time has come to say hello again, so that digests are compared anew. */
bool reconcile_wants_hello(const struct node *node, int64_t now_ms);
/* Hello was said over an open link. */
void reconcile_said_hello(struct node *node, int64_t now_ms);
/* Milliseconds until one of these is due, INT64_MAX if nothing is. */
int64_t reconcile_due_ms(const struct node *node, int64_t now_ms);
/* True while it is not known that both hold the same, or what each lacks. */
bool reconcile_is_under_way(const struct node *node);
/* True when an EVENT_TICK may end the restoring. */
bool reconcile_is_restored(const struct node *node);

/* The digest of everything held of `unit`'s subtree, as a Pong has it. */
enum err reconcile_digest(struct node *node, struct store_txn *txn, uint32_t unit,
                          uint8_t *ret_digest);
/* Whether this node's own buckets speak of all its reports. */
bool reconcile_is_ready(const struct node *node);

#endif
