/* What the message families share inside a step. Private to node/. */
#ifndef NODE_STEP_H
#define NODE_STEP_H

#include "node/node.h"

struct step {
    struct node *node;
    struct store_txn *txn;
    const struct event *event;
    struct effects *effects;
    const Tonghop__Envelope *in; /* opened and checked by wire_open */
    struct peer peer;            /* who sent it: from its enrolment, or role 0 before hello */
};

/* ---- answers: step.c ---- */

/* Answers wait in memory until their batch is committed. Those to questions, and to inventories,
 * are put off ('busy') rather than that more than this waits. */
enum { STEP_ANSWERS_MAX = 64 << 20 }; /* bytes */

/* Sends `envelope` (its body set) to the sender as the answer to the message in hand, or puts off
 * what may be put off. */
void step_reply(struct step *step, Tonghop__Envelope *envelope);
/* The same with a body that is packed already: an answer to a question. */
void step_reply_body(struct step *step, struct span body);
/* Whether answers of so many bytes may still wait. Where an answer is several messages this is
 * looked at before the first of them; 'busy' was answered when it is false. */
bool step_has_room(struct step *step, size_t size_bytes);
/* Whether this answer may be sent as it is. What does something, and tells so in an answer that can
 * be large, asks before it does it, with the answer that it will give; 'too-large' or 'busy' was
 * answered when it is false. */
bool step_fits(struct step *step, Tonghop__Envelope *envelope);

enum { STEP_PROBLEMS_MAX = 200 }; /* of one answer */

/* Problems as a message carries them; the texts stay the list's. NULL is an empty list. */
struct problem_list {
    Tonghop__Problem *items;
    Tonghop__Problem **pointers;
    size_t count;
};
void step_list_problems(const struct problems *problems, struct problem_list *ret_list);
void step_free_problems(struct problem_list *list);

/* What a refusal may carry beside code and text; zero what does not apply. */
struct refusal {
    const struct problems *problems;
    uint64_t current_revision;
    uint32_t home;
};
/* Answers no. The text says what and what to do. */
void step_refuse(struct step *step, enum err code, const struct refusal *detail, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));
/* The format in the peer's language, as PROBLEM_WORDS: step_refuse(step, ..., STEP_WORDS(step,
 * "English %s", "tiếng Việt %s"), x). */
#define STEP_WORDS(step, english, vietnamese)                                                      \
    ((step)->peer.is_vietnamese ? (vietnamese) : (english))
/* A unit as answers name it: code and name, in the peer's language where the catalogue has it in
 * both. Into `out`, which it returns. */
const char *step_unit_text(const struct step *step, uint32_t unit, char *out, size_t size);
/* A revision, likewise: "revision 2 of form general, 2024-S1, of 631 East District". Into `out`, of
 * STEP_REPORT_TEXT_SIZE. */
enum { STEP_REPORT_TEXT_SIZE = 400 };
const char *step_report_text(const struct step *step, const struct report_key *key,
                             uint64_t revision, char *out);
/* Answers that this node has no catalogue yet. */
void step_refuse_without_catalogue(struct step *step);
/* Whether the node may say something of its own: it has a catalogue, all that the node above holds,
 * which what it would say could contradict, and room on its disk. Refuses when it may not. */
bool step_may_say(struct step *step);
void step_done(struct step *step, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Who sent the message in hand, as records and events name them: "uid:1000" on the local socket,
 * else "key:" and the key. Into `out`, of STEP_SENDER_SIZE. */
enum { STEP_SENDER_SIZE = 80 };
const char *step_sender(const struct step *step, char *out);
/* The same with the name of the user, or under which the key is enrolled, where that is known: for
 * records and notices. Into `out`, of WIRE_PERSON_MAX + 1. */
const char *step_person(struct step *step, char *out);

/* ---- what the families ask of the node: node.c ---- */

/* The tree of a period under the catalogue in force (there must be one). It belongs to a cache:
 * good until a period NODE_TREE_YEARS or more away is asked for, or the catalogue changes. */
const struct tree *node_tree(struct node *node, struct period period);
/* True when `unit` is the node's unit or lies beneath it in `tree`. */
bool node_covers(const struct node *node, const struct tree *tree, uint32_t unit);
/* The unit whose node takes in the reports of `unit`, as far as this node knows: the nearest with
 * an enrolled node between here and there, or this node's own; 0 when it is not beneath this node.
 */
uint32_t node_home_of(struct node *node, struct store_txn *txn, const struct tree *tree,
                      uint32_t unit);
/* A catalogue that is held, with its hash (DIGEST_SIZE bytes); the caller frees it. ERR_NOT_FOUND,
 * and what wire_open_catalogue says. */
enum err node_read_catalogue(struct store_txn *txn, uint32_t number,
                             struct catalogue **ret_catalogue, uint8_t *ret_hash);
/* Forgets the catalogue in force and all that was computed by it. */
void node_drop_catalogue(struct node *node);
/* Puts the catalogue in force and starts rebuilding the accumulators. Takes ownership. */
void node_take_catalogue(struct node *node, struct store_txn *txn, struct catalogue *catalogue,
                         const uint8_t *hash);
/* Drops what a transaction that did not commit may have left in memory; reads it again. */
enum err node_reload(struct node *node, struct store_txn *txn);
/* A unit as log lines name it: "631 Huyện Đức Cơ" if the catalogue knows it. Into `out`. */
const char *node_unit_text(const struct node *node, uint32_t unit, char *out, size_t size);
/* Room for the longest node_key_text. */
enum { STEP_KEY_TEXT_SIZE = 320 };
/* A kind and period as log lines name them: "actual 2024-S1". Into `out`. */
const char *node_key_text(const struct node *node, const struct report_key *key, char *out,
                          size_t size);

/* What a hello says of the catalogue in force at a node beneath (0: none): one above this node's
 * own is remembered until it is in force here, too. */
void node_hear_catalogue(struct step *step, uint32_t number, const uint8_t *hash);
/* What to do about the highest catalogue that an enrolled node beneath has and that neither this
 * node nor the one above has; NULL when there is none. The caller frees. */
char *node_heard_text(struct step *step);

/* ---- families; each handles one body ---- */

void node_handle_hello(struct step *step, const Tonghop__Hello *hello);
/* Says to the node that sent the message in hand which catalogue is in force here. */
void node_remind_of_catalogue(struct step *step);
void node_handle_ping(struct step *step, const Tonghop__Ping *ping);
void node_handle_file(struct step *step, const Tonghop__File *file);
void node_handle_revision(struct step *step, const Tonghop__Revision *revision);
void node_handle_statement(struct step *step, const Tonghop__Statement *statement);
void node_handle_catalogue_request(struct step *step, const Tonghop__CatalogueRequest *request);
void node_handle_catalogue_publish(struct step *step, const Tonghop__CataloguePublish *publish);
void node_handle_enrol(struct step *step, const Tonghop__Enrol *enrol);
void node_handle_revoke(struct step *step, const Tonghop__Revoke *revoke);
void node_handle_keys_query(struct step *step);
void node_handle_quarantine_query(struct step *step, const Tonghop__QuarantineQuery *query);
void node_handle_quarantine_clear(struct step *step, const Tonghop__QuarantineClear *clear);
void node_handle_totals_query(struct step *step, const Tonghop__TotalsQuery *query);
void node_handle_coverage_query(struct step *step, const Tonghop__CoverageQuery *query);
void node_handle_explain_query(struct step *step, const Tonghop__ExplainQuery *query);
void node_handle_history_query(struct step *step, const Tonghop__HistoryQuery *query);
void node_handle_status_query(struct step *step);
void node_handle_watch_query(struct step *step, const Tonghop__WatchQuery *query);
void node_handle_editions_query(struct step *step, const Tonghop__EditionsQuery *query);
void node_handle_difference_query(struct step *step, const Tonghop__DifferenceQuery *query);
void node_handle_close(struct step *step, const Tonghop__Close *close);
void node_handle_inventory(struct step *step, const Tonghop__Inventory *inventory);
void node_handle_mark(struct step *step, const Tonghop__Mark *mark);
void node_handle_remind(struct step *step, const Tonghop__Remind *ask);
void node_handle_reopen(struct step *step, const Tonghop__Reopen *reopen);
void node_handle_inbox_query(struct step *step, const Tonghop__InboxQuery *query);
void node_handle_holders(struct step *step, const Tonghop__Holders *question);

/* From the parent. */
void node_handle_welcome(struct step *step, const Tonghop__Welcome *welcome);
void node_handle_ack(struct step *step, const Tonghop__Ack *ack);
void node_handle_statement_ack(struct step *step, const Tonghop__StatementAck *ack);
void node_handle_parent_refusal(struct step *step, const Tonghop__Refusal *refusal);
/* The parent does not want this node, or cannot be understood: the link begins anew after a wait.
 */
void node_fail_hello(struct step *step, const char *code, const char *text);
void node_handle_chunk(struct step *step, const Tonghop__CatalogueChunk *chunk);
void node_handle_notice(struct step *step, const Tonghop__CatalogueNotice *notice);
void node_handle_pong(struct step *step, const Tonghop__Pong *pong);
void node_handle_parent_revision(struct step *step, const Tonghop__Revision *revision);
/* What the parent said met damage here, or is too large to be taken in (`why`), and was undone. A
 * report that it answered is parked; a comparison goes on, and is made again later. */
void node_give_up(struct step *step, enum err why);
void node_handle_compared(struct step *step, const Tonghop__Compared *compared);
void node_handle_parent_holders(struct step *step, const Tonghop__Holders *answer);

/* ---- used by the uplink ---- */

/* Packs the state of a report key, or the statement of a (kind, year), as the parent is to get it;
 * false when there is nothing to send. Reads only. */
bool node_pack_revision(struct store_txn *txn, const struct report_key *key, uint64_t seq,
                        uint64_t re, struct buf *out);
bool node_pack_statement(struct node *node, struct store_txn *txn, const struct report_key *key,
                         uint64_t seq, struct buf *out);
/* The highest unit whose node is known to hold this revision of the key or a later one; 0 when not
 * even this node does. Asks the parent, so that a later question gets a better answer. */
uint32_t node_find_holder(struct step *step, const struct report_key *key, uint64_t revision);
/* Those known to hold that very revision as their latest, from this node upwards. Returns how many
 * were written into `ret_held`, of WIRE_HELD_MAX. Reads only. */
size_t node_list_held(struct step *step, const struct report_key *key, uint64_t revision,
                      struct held *ret_held);
void node_ask_holders(struct node *node, struct span record, const struct transport *transport);
void node_note_holder(struct node *node, struct span holder);
/* Of an EFFECT_TAKEN_IN. */
void node_log_taken_in(const struct node *node, struct span bytes);
/* The message under way to the parent that `re` answers, NULL if none. It belongs to the session.
 */
const struct session_sent *node_sent(const struct node *node, uint64_t re);

#endif
