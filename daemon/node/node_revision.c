/* Revisions between nodes: taken over from children, forwarded to the parent, acknowledged, and
 * taken over from the parent. What travels is the latest state of a key: applying it twice, out of
 * order or after a restore changes nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/person.h"
#include "core/utf8.h"
#include "node/incoming.h"
#include "node/notice.h"
#include "wire/digest.h"

/* Id and name, as the wire has them. */
struct who {
    char id[WIRE_RECORDED_BY_MAX + 1], name[WIRE_PERSON_MAX + 1];
};

/* ---- the state of a key as a message ---- */

/* A message and what it points into. */
struct state_message {
    Tonghop__Revision revision;
    Tonghop__Accepted accepted;
    struct who recorded_by, accepted_by;
};

static ProtobufCBinaryData binary_of(struct span bytes)
{
    return (ProtobufCBinaryData){.len = bytes.len,
                                 .data = (uint8_t *)(uintptr_t)bytes.data}; /* only read */
}

static void put_text(const char *text, size_t len, char *out, size_t size)
{
    (void)snprintf(out, size, "%.*s", (int)len, len > 0 ? text : "");
    utf8_cut(out);
}

/* Nodes of before know the id alone, and take no longer one. */
static void split(struct span text, struct who *out)
{
    const char *at = (const char *)text.data;
    size_t id_len = person_id_len(at, text.len);
    bool has_name = id_len < text.len;
    put_text(at, id_len, out->id, sizeof(out->id));
    put_text(has_name ? at + id_len + 1 : NULL, has_name ? text.len - id_len - 1 : 0, out->name,
             sizeof(out->name));
}

/* The highest accepted revision below the latest goes along: it may be the one that counts. False
 * when it is not there. */
static bool fill_accepted(struct store_txn *txn, const struct report_key *key,
                          const struct head *head, struct state_message *message)
{
    struct revision revision;
    if (head->accepted == 0 || head->accepted == head->revision)
        return true;
    if (store_get_named_revision(txn, key, head->accepted, &revision) != ERR_OK)
        return false;
    tonghop__accepted__init(&message->accepted);
    split(revision.recorded_by, &message->accepted_by);
    message->accepted.filing = binary_of(revision.filing);
    message->accepted.revision = head->accepted;
    message->accepted.states = revision.states;
    message->accepted.received_us = revision.received.us;
    message->accepted.home = revision.home;
    message->accepted.recorded_by = message->accepted_by.id;
    message->accepted.person = message->accepted_by.name;
    message->revision.accepted = &message->accepted;
    return true;
}

/* False when nothing is held under the key, or a revision of it is missing. The message points into
 * the store. */
static bool fill_state(struct store_txn *txn, const struct report_key *key,
                       struct state_message *message)
{
    struct head head;
    struct revision revision;
    if (store_get_head(txn, key, &head) != ERR_OK ||
        store_get_named_revision(txn, key, head.revision, &revision) != ERR_OK)
        return false;
    tonghop__revision__init(&message->revision);
    split(revision.recorded_by, &message->recorded_by);
    message->revision.filing = binary_of(revision.filing);
    message->revision.revision = head.revision;
    message->revision.states = head.states;
    message->revision.received_us = revision.received.us;
    message->revision.first_filed_us = revision.first_filed.us;
    message->revision.home = revision.home;
    message->revision.recorded_by = message->recorded_by.id;
    message->revision.person = message->recorded_by.name;
    return fill_accepted(txn, key, &head, message);
}

bool node_pack_revision(struct store_txn *txn, const struct report_key *key, uint64_t seq,
                        uint64_t re, struct buf *out)
{
    struct state_message message;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (!fill_state(txn, key, &message))
        return false;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = seq;
    envelope.re = re;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REVISION;
    envelope.revision = &message.revision;
    wire_pack(&envelope, out);
    return true;
}

/* ---- from a child ---- */

/* Acknowledges with what is held; the state itself goes along where it is not the one sent. */
static void send_ack(struct step *step, const struct incoming *in)
{
    struct head head;
    uint8_t theirs[DIGEST_SIZE];
    struct state_message newer;
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Ack ack = TONGHOP__ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (store_get_head(step->txn, &in->key, &head) != ERR_OK)
        return; /* sticky: the batch is replayed */
    wire_key_of(&in->key, &wire_key);
    ack.key = &wire_key;
    ack.revision = head.revision;
    ack.states = head.states;
    incoming_digest(in, theirs);
    if (memcmp(theirs, head.state_digest, sizeof(theirs)) != 0) {
        /* Without ours beside it, theirs would pass for what is held here. */
        if (!fill_state(step->txn, &in->key, &newer)) {
            step_refuse(step, ERR_CORRUPT, NULL,
                        "this node holds another state of it, which does not read: its operator "
                        "has to restore a backup");
            return;
        }
        ack.newer = &newer.revision;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ACK;
    envelope.ack = &ack;
    step_reply(step, &envelope);
}

/* Malformed or foreign between nodes: kept for a person, and refused for good. Kept is the filing,
 * not the message: a child that comes back sends it again under another number. */
static void quarantine_and_refuse(struct step *step, enum err code, const char *reason)
{
    const ProtobufCBinaryData *filing = &step->in->revision->filing;
    struct quarantined item = {.received = step->event->now, .bytes = {filing->data, filing->len}};
    memcpy(item.peer, step->peer.from.key, sizeof(item.peer));
    (void)snprintf(item.reason, sizeof(item.reason), "%s", reason);
    (void)store_put_quarantine(step->txn, &item); /* the error is sticky */
    log_event(LOG_EVENT_QUARANTINED, LOG_FIELDS(.unit = step->peer.unit, .error = code),
              "quarantined a revision from the node of unit %" PRIu32 ": %s", step->peer.unit,
              reason);
    step_refuse(step, code, NULL, "%s", reason);
}

/* Whether the sending child may speak for the key; refuses and returns false if not. */
static bool child_may_send(struct step *step, const struct incoming *in)
{
    struct node *node = step->node;
    const struct tree *tree = node_tree(node, in->key.period);
    char reason[160];
    if (in->report.catalogue > node->catalogue->number ||
        (tree_find(tree, in->key.unit) == TREE_NONE &&
         step->peer.catalogue > node->catalogue->number)) {
        step_refuse(step, ERR_CATALOGUE, NULL, "catalogue %" PRIu32 " has not come here yet",
                    in->report.catalogue);
        return false;
    }
    if (catalogue_form(node->catalogue, in->key.form) == NULL) {
        (void)snprintf(reason, sizeof(reason),
                       "catalogue %" PRIu32 " has no form %" PRIu32 " and the node of unit %" PRIu32
                       " sent a report of it",
                       node->catalogue->number, in->key.form, step->peer.unit);
        quarantine_and_refuse(step, ERR_INVALID, reason);
        return false;
    }
    if (node_home_of(node, step->txn, tree, in->key.unit) != step->peer.unit) {
        (void)snprintf(reason, sizeof(reason),
                       "the node of unit %" PRIu32 " may not speak for unit %" PRIu32,
                       step->peer.unit, in->key.unit);
        quarantine_and_refuse(step, ERR_FOREIGN, reason);
        return false;
    }
    return true;
}

/* Two nodes numbered it: acknowledged with ours, and the one that is the home now settles it. One
 * with a lower number does no harm: it is merged, and ours goes back all the same. */
static bool is_contradiction(struct step *step, const struct incoming *in)
{
    struct head head;
    char text[STEP_KEY_TEXT_SIZE];
    if (store_get_head(step->txn, &in->key, &head) != ERR_OK || !incoming_is_fork(in, &head) ||
        in->revision.number < head.revision)
        return false;
    log_event(LOG_EVENT_REVISION_CONTRADICTS,
              LOG_FIELDS(.report = &in->key, .revision = in->revision.number),
              "%s, revision %" PRIu64 " of unit %" PRIu32 " contradicts revision %" PRIu64 " here",
              node_key_text(step->node, &in->key, text, sizeof(text)), in->revision.number,
              in->revision.home, head.revision);
    return true;
}

/* A home whose clock is wrong cannot say when a report was filed: all levels judge that by when it
 * came here, if that was soon after by the home's own clock. What comes later says nothing of it:
 * it may have waited for a link, or be given back to a node that has lost its disk. */
static void note_clock(struct step *step, const struct incoming *in)
{
    const struct notice_key key = {
        .report = in->key,
        .type = NOTICE_CLOCK,
        .author = step->node->options.unit,
        .number = (uint64_t)step->event->now.us,
    };
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    int64_t home_us = step->event->now.us + step->peer.ahead_us;
    if (in->revision.home != step->peer.unit || !contact_clock_is_off(step->peer.ahead_us) ||
        home_us - in->revision.received.us > NODE_CLOCK_SOON_US)
        return;
    wire_put_notice_key(&key, &notice);
    notice_say(step, &notice, true);
}

void node_handle_revision(struct step *step, const Tonghop__Revision *message)
{
    struct incoming in;
    struct head head;
    char reason[256] = "";
    if (step->node->catalogue == NULL) {
        step_refuse(step, ERR_CATALOGUE, NULL, "this node has no catalogue yet");
        return;
    }
    if (step->node->is_restoring) { /* what it lacks could contradict this */
        step_refuse(step, ERR_BUSY, NULL, "this node is itself not complete yet: send it later");
        return;
    }
    if (!store_has_room(step->node->store)) {
        step_refuse(step, ERR_FULL, NULL, "the disk of this node is nearly full");
        return;
    }
    if (!incoming_open(step, message, &in, reason, sizeof(reason))) {
        quarantine_and_refuse(step, ERR_MALFORMED, reason);
    } else if (child_may_send(step, &in)) {
        bool is_contradicted = is_contradiction(step, &in);
        if (!is_contradicted && incoming_is_stuck(step, &in)) {
            step_refuse(step, ERR_FULL, NULL,
                        "%d filings are set aside at this node: a person has to look at them with "
                        "'tonghop quarantine', and clear them",
                        STORE_ASIDE_MAX);
        } else {
            bool is_first = store_get_head(step->txn, &in.key, &head) == ERR_NOT_FOUND;
            if (!is_contradicted)
                incoming_put(step, &in, FROM_CHILD);
            if (is_first)
                note_clock(step, &in);
            send_ack(step, &in);
        }
    }
    incoming_fini(&in);
}

/* ---- from the parent ---- */

/* Ours contradicts what the parent holds: it is not acknowledged. */
static void keep_unsent(struct step *step, const struct report_key *key)
{
    struct outbox_item item;
    if (store_get_outbox(step->txn, OUTBOX_REPORT, key, &item) != ERR_OK)
        (void)store_mark_outbox(step->txn, OUTBOX_REPORT, key,
                                step->event->now); /* errors are sticky */
}

/* What contradicts our state, for the node that can settle it. Should it get lost, the next try to
 * send ours brings it again. */
static void pass_down(struct step *step, const Tonghop__Revision *message,
                      const struct report_key *key)
{
    struct node *node = step->node;
    uint32_t home = node_home_of(node, step->txn, node_tree(node, key->period), key->unit);
    Tonghop__Revision revision = *message;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = ++node->next_seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REVISION;
    envelope.revision = &revision;
    buf_clear(&node->packed);
    wire_pack(&envelope, &node->packed);
    effects_add(step->effects, EFFECT_SEND_CHILD, span_of(&node->packed))->number = home;
}

enum taken {
    TAKEN,
    IGNORED,     /* it is not what this node is to hold */
    PASSED_DOWN, /* it contradicts ours, which is not acknowledged against it */
    NOT_SETTLED, /* the same, and nothing will settle it */
    NOT_NOW,     /* a comparison must not end without it */
    DAMAGED,     /* what is held here beside it does not read: waits for a backup */
};

static enum taken take_over(struct step *step, const Tonghop__Revision *message,
                            struct incoming *in)
{
    switch (incoming_take_parents(step, in)) {
    case SETTLED:
        return TAKEN;
    case NOT_BY_US:
        keep_unsent(step, &in->key);
        pass_down(step, message, &in->key);
        return PASSED_DOWN;
    case NOT_AT_ALL:
        keep_unsent(step, &in->key);
        break;
    case NOT_READABLE:
        return DAMAGED;
    }
    return NOT_SETTLED;
}

/* Takes over a state that the parent holds, if it is of a unit beneath this node, and of `only`
 * (NULL: of any key). */
static enum taken take_parents(struct step *step, const Tonghop__Revision *message,
                               const struct report_key *only)
{
    struct node *node = step->node;
    struct incoming in;
    char reason[256] = "", text[STEP_KEY_TEXT_SIZE];
    enum taken taken = TAKEN;
    if (node->catalogue == NULL || !store_has_room(node->store))
        return NOT_NOW;
    if (!incoming_open(step, message, &in, reason, sizeof(reason))) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.error = ERR_MALFORMED),
                  "what the parent holds does not read: %s", reason);
        taken = NOT_NOW;
    } else if (only != NULL && !report_key_equal(&in.key, only)) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.report = &in.key),
                  "the parent acknowledged with another report: ignored");
        taken = IGNORED;
    } else if (in.report.catalogue > node->catalogue->number) {
        log_event(LOG_EVENT_REPORT_AWAITS_CATALOGUE,
                  LOG_FIELDS(.report = &in.key, .catalogue = in.report.catalogue),
                  "the parent holds %s under a catalogue that has not come here yet",
                  node_key_text(node, &in.key, text, sizeof(text)));
        taken = NOT_NOW;
    } else if (!node_covers(node, node_tree(node, in.key.period), in.key.unit) ||
               catalogue_form(node->catalogue, in.key.form) == NULL) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.report = &in.key),
                  "the parent sent %s, which does not belong here: ignored",
                  node_key_text(node, &in.key, text, sizeof(text)));
        taken = IGNORED;
    } else {
        taken = take_over(step, message, &in);
    }
    incoming_fini(&in);
    return taken;
}

/* A comparison counts the states that it brought, and is not done with one that met damage. */
static void note_received(struct step *step, bool is_damaged)
{
    uint64_t seq = step->in->seq;
    struct effect *effect = effects_add(step->effects, EFFECT_PARENT_REVISION,
                                        (struct span){(const uint8_t *)&seq, sizeof(seq)});
    effect->re = step->in->re;
    effect->number = is_damaged;
}

void node_handle_parent_revision(struct step *step, const Tonghop__Revision *revision)
{
    enum taken taken = take_parents(step, revision, NULL);
    if (taken != NOT_NOW)
        note_received(step, taken == DAMAGED);
}

/* Why a report counts as unsent although it was acknowledged; NULL when it does not. */
static const char *why_unsent(enum taken taken)
{
    switch (taken) {
    case TAKEN:
        break;
    case IGNORED:
        return "busy: the node above answered with what does not belong here";
    case PASSED_DOWN:
    case NOT_NOW:
        return "busy: the node above holds what could not be taken over yet";
    case DAMAGED:
        return "corrupt: what is held here beside it does not read: restore a backup";
    case NOT_SETTLED:
        return "range: the node above holds another report under the last revision numbers";
    }
    return NULL;
}

/* Unless it has changed since: then it goes out again anyway. */
static void park_sent(struct step *step, const struct session_sent *sent, const char *reason)
{
    struct outbox_item item;
    if (store_get_outbox(step->txn, OUTBOX_REPORT, &sent->key, &item) == ERR_OK &&
        item.version == sent->version)
        (void)store_park_outbox(step->txn, OUTBOX_REPORT, &sent->key, reason); /* sticky */
}

void node_handle_ack(struct step *step, const Tonghop__Ack *ack)
{
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    if (sent == NULL || sent->type != OUTBOX_REPORT)
        return; /* of an earlier connection: the report goes out again and is acked again */
    struct report_key key;
    struct head head;
    const char *why = NULL;
    wire_key_to_domain(ack->key, &key);
    if (!report_key_equal(&key, &sent->key)) {
        log_event(LOG_EVENT_PARENT_MESSAGE_IGNORED, LOG_FIELDS(.report = &key),
                  "the parent acknowledged another report than the one sent: ignored");
        return; /* it stays under way, and is sent again when that has expired */
    }
    effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
    if (ack->newer != NULL)
        why = why_unsent(take_parents(step, ack->newer, &key));
    if (why != NULL) {
        park_sent(step, sent, why);
        return;
    }
    if (store_get_head(step->txn, &key, &head) != ERR_OK)
        return;
    if (ack->revision >= head.revision) {
        struct report_key year = {.kind = key.kind, .period = {.year = key.period.year}};
        (void)store_clear_outbox(step->txn, OUTBOX_REPORT, &key, sent->version); /* sticky */
        effects_add(step->effects, EFFECT_ACKED, (struct span){0});
        /* It speaks of this one too. */
        (void)store_mark_outbox(step->txn, OUTBOX_STATEMENT, &year, step->event->now);
    } else {
        park_sent(step, sent, "busy: the node above holds an earlier revision, and keeps it");
    }
}

void node_give_up(struct step *step, enum err why)
{
    struct wire_message message;
    char reason[256];
    if (wire_open(step->event->bytes, step->node->arena, &message, reason, sizeof(reason)) !=
        ERR_OK)
        return;
    step->in = message.envelope;
    effects_add(step->effects, EFFECT_SESSION, (struct span){0})->session = SESSION_HEARD;
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    if (step->in->body_case == TONGHOP__ENVELOPE__BODY_REVISION) {
        note_received(step, true);
    } else if (step->in->body_case == TONGHOP__ENVELOPE__BODY_ACK && sent != NULL &&
               sent->type == OUTBOX_REPORT) {
        effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
        park_sent(step, sent,
                  why == ERR_CORRUPT
                      ? why_unsent(DAMAGED)
                      : "too-large: the node above answered with more than can be taken in");
    }
}
