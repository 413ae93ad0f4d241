/* Notices: small facts about a unit or a report, such as "returned, because ...". All nodes hold
 * one that lie between who says it and the unit's home, and all above; of each key the latest
 * stands.
 *
 * They travel by the feed (notice_travel.c): a child asks its parent for what is new after a number
 * of the parent's feed, and hands up what is new in its own. So neither side keeps a list of whom
 * it has told what, and what is lost with a disk comes back from the other side. */
#ifndef NODE_NOTICE_H
#define NODE_NOTICE_H

#include "node/step.h"

/* `number` of the key of a HEARD: names the notice that was heard, beside unit, form and about. */
uint64_t notice_heard_number(uint8_t type, uint32_t author);

/* Says it in this node's name: of `notice` the key (wire_put_notice_key) and what is particular are
 * filled in, its time only where it must not be earlier than that; author, person (unless
 * is_by_itself), time and seal are filled in here, and an earlier one of the key is replaced.
 * Errors are sticky. */
void notice_say(struct step *step, Tonghop__Notice *notice, bool is_by_itself);

/* Whether it would take the place of what is held: nothing, or an earlier one. */
bool notice_is_news(struct step *step, struct span bytes, const Tonghop__Notice *notice);

/* Takes over what another node says, if it is later than what is held. Errors are sticky. */
void notice_take(struct step *step, struct span bytes, const Tonghop__Notice *notice);

/* Whether `notice` has this node's own seal. */
bool notice_is_own(const struct node *node, const Tonghop__Notice *notice);

/* The notice of this key; NULL: none is held. It lives until the next call. */
Tonghop__Notice *notice_find(struct node *node, struct store_txn *txn,
                             const struct notice_key *key);
/* Walks the notices of one type about a report (form 0: about all of the unit and period) in order
 * of their keys: `cursor` from notice_cursor. NULL at the end. It lives until the next call, which
 * may also be one of another walk. */
struct notice_key notice_cursor(const struct report_key *report, uint8_t type);
Tonghop__Notice *notice_next(struct node *node, struct store_txn *txn, struct notice_key *cursor);

/* A person at the unit's home has seen the notice of this key and time. Errors are sticky. */
void notice_note_seen(struct step *step, const struct notice_key *key, int64_t time_us);

/* What was decided about a revision, as a notice. `reason` may be empty. */
void notice_decide(struct step *step, const struct report_key *key, uint64_t revision, uint8_t bit,
                   const char *reason, const uint32_t *indicators, size_t count);

/* ---- notice_page.c ---- */

/* Whether a child is told a notice of this key: what is about its units, and what is closed above
 * them. */
bool notice_concerns(struct node *node, const struct notice_key *key, uint32_t child);
/* Take over, of a page that the node above or beneath has sent, what is for it to say. Errors are
 * sticky. */
void notices_take_from_child(struct step *step, const Tonghop__Notices *notices);
void notices_take_from_parent(struct step *step, const Tonghop__Notices *notices);

/* ---- notice_travel.c ---- */

void node_handle_notices_query(struct step *step, const Tonghop__NoticesQuery *query);
/* From a child, and from the parent. */
void node_handle_notices(struct step *step, const Tonghop__Notices *notices);
void node_handle_parent_notices(struct step *step, const Tonghop__Notices *notices);
void node_handle_notices_ack(struct step *step, const Tonghop__NoticesAck *ack);
/* The welcome says of whose feed the numbers are. */
void notices_hear_welcome(struct step *step, const Tonghop__Welcome *welcome);
/* The number of the parent's last notice: a hint may have got lost. */
void notices_hear_last(struct step *step, uint64_t number);
/* The parent has lost this one, whoever said it: it is handed up with what else it may have lost.
 */
void notices_give_back(struct step *step, const struct notice_key *key);
/* There is news for the nodes beneath, and for the one above. */
void notices_mark_news(struct step *step);

/* Whether that question or page waits for an answer. */
bool notices_are_asked_by(const struct node *node, uint64_t seq);

void notices_reset(struct node_notices *notices);
void notices_apply(struct node *node, const struct effect *effect, struct span bytes,
                   const struct transport *transport);
void notices_pump(struct node *node, const struct transport *transport, int64_t now_ms);
/* Milliseconds until it is to be called again, INT64_MAX: not before a message comes. */
int64_t notices_due_ms(const struct node *node, int64_t now_ms);
/* Whether all that the node above had to say when this link began is held; a node above that does
 * not exchange notices has nothing. */
bool notices_are_pulled(const struct node *node);
/* Whether all is told and heard that can be. */
bool notices_are_quiet(const struct node *node);

#endif
