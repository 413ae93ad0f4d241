/* Revisions between nodes: taken over from children, forwarded to the parent, acknowledged. What
 * travels is the latest state of a key: applying it twice, out of order or after a restore changes
 * nothing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "node/incoming.h"

enum { KEY_TEXT_MAX = 320 };

static void fill_revision(const struct revision *from, char *recorded_by, size_t size,
                          Tonghop__Revision *ret)
{
    (void)snprintf(recorded_by, size, "%.*s", (int)from->recorded_by.len,
                   (const char *)from->recorded_by.data);
    ret->filing.data = (uint8_t *)(uintptr_t)from->filing.data; /* protobuf-c only reads it */
    ret->filing.len = from->filing.len;
    ret->revision = from->number;
    ret->states = from->states;
    ret->received_us = from->received.us;
    ret->first_filed_us = from->first_filed.us;
    ret->home = from->home;
    ret->recorded_by = recorded_by;
}

/* Acknowledges with what is held; the state itself goes along where it is not the one sent. */
static void send_ack(struct step *step, const struct incoming *in)
{
    const struct report_key *key = &in->key;
    struct head head;
    struct revision held;
    char recorded_by[128];
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Revision newer = TONGHOP__REVISION__INIT;
    Tonghop__Ack ack = TONGHOP__ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (store_get_head(step->txn, key, &head) != ERR_OK)
        return; /* sticky: the batch is replayed */
    wire_key_of(key, &wire_key);
    ack.key = &wire_key;
    ack.revision = head.revision;
    ack.states = head.states;
    bool is_other = head.revision != in->revision.number ||
                    memcmp(head.content, in->filing.content, sizeof(head.content)) != 0;
    if (is_other && store_get_revision(step->txn, key, head.revision, &held) == ERR_OK) {
        fill_revision(&held, recorded_by, sizeof(recorded_by), &newer);
        ack.newer = &newer;
    }
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ACK;
    envelope.ack = &ack;
    step_reply(step, &envelope);
}

/* Decodes what a node sent. False (with a reason) when it is malformed. */
static bool open_revision(struct step *step, const Tonghop__Revision *message, struct incoming *in,
                          char *reason, size_t reason_size)
{
    in->revision = (struct revision){
        .number = message->revision,
        .states = (uint8_t)message->states,
        .home = message->home,
        .received = {message->received_us},
        .first_filed = {message->first_filed_us},
        .recorded_by = {.data = (const uint8_t *)message->recorded_by,
                        .len = strlen(message->recorded_by)},
        .filing = {.data = message->filing.data, .len = message->filing.len},
    };
    enum err err = wire_open_filing(in->revision.filing, step->node->arena, &in->filing,
                                    &in->report, reason, reason_size);
    in->key = in->report.key;
    return err == ERR_OK;
}

enum merge { MERGE_TAKEN, MERGE_HELD, MERGE_CONFLICT };

/* Merges another node's state of a key into ours: higher revisions win, equal ones OR their bits.
 */
static enum merge merge_state(struct step *step, struct incoming *in)
{
    struct head head = {0};
    bool had_head = store_get_head(step->txn, &in->key, &head) == ERR_OK;
    if (had_head && head.revision > in->revision.number)
        return MERGE_HELD;
    if (had_head && head.revision == in->revision.number) {
        if (memcmp(head.content, in->filing.content, sizeof(head.content)) != 0)
            return MERGE_CONFLICT;
        if ((head.states | in->revision.states) == head.states)
            return MERGE_HELD;
        in->revision.states |= head.states;
    }
    incoming_put(step, in, had_head ? &head : NULL);
    return MERGE_TAKEN;
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
    log_error("quarantined a revision from the node of unit %" PRIu32 ": %s", step->peer.unit,
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

void node_handle_revision(struct step *step, const Tonghop__Revision *message)
{
    struct incoming in = {0};
    char reason[256] = "";
    char text[KEY_TEXT_MAX];
    if (step->node->catalogue == NULL) {
        step_refuse(step, ERR_CATALOGUE, NULL, "this node has no catalogue yet");
        return;
    }
    if (!store_has_room(step->node->store)) {
        step_refuse(step, ERR_FULL, NULL, "the disk of this node is nearly full");
        return;
    }
    if (!open_revision(step, message, &in, reason, sizeof(reason))) {
        quarantine_and_refuse(step, ERR_MALFORMED, reason);
    } else if (child_may_send(step, &in)) {
        switch (merge_state(step, &in)) {
        case MERGE_TAKEN:
            log_info("took over %s, revision %" PRIu64,
                     node_key_text(step->node, &in.key, text, sizeof(text)), in.revision.number);
            send_ack(step, &in);
            break;
        case MERGE_HELD:
            send_ack(step, &in);
            break;
        case MERGE_CONFLICT: /* two nodes were its home: the one that is now settles it */
            log_warning("%s, revision %" PRIu64 " is held here with another content",
                        node_key_text(step->node, &in.key, text, sizeof(text)), in.revision.number);
            send_ack(step, &in);
            break;
        }
    }
    report_fini(&in.report);
}

/* ---- what the parent answers ---- */

/* A revision with memory of its own: what the store or a message lent does not live long enough. */
struct kept {
    struct revision revision;
    struct buf bytes;
};

static void keep(const struct revision *from, struct kept *ret_kept)
{
    *ret_kept = (struct kept){.revision = *from};
    buf_put(&ret_kept->bytes, from->filing.data, from->filing.len);
    buf_put(&ret_kept->bytes, from->recorded_by.data, from->recorded_by.len);
    const uint8_t *data = ret_kept->bytes.data;
    ret_kept->revision.filing = (struct span){data, from->filing.len};
    ret_kept->revision.recorded_by = (struct span){data + from->filing.len, from->recorded_by.len};
}

/* Files `kept` again under a higher number: same content, same recorder, now. */
static void reissue(struct step *step, const struct report_key *key, const struct kept *kept,
                    uint64_t number, struct instant first_filed)
{
    struct incoming in = {.key = *key, .revision = kept->revision};
    struct head head;
    char reason[256], text[KEY_TEXT_MAX];
    in.revision.number = number;
    in.revision.states = STATE_ACCEPTED;
    in.revision.home = step->node->options.unit;
    in.revision.received = step->event->now;
    in.revision.first_filed = first_filed;
    if (store_get_head(step->txn, key, &head) == ERR_OK &&
        wire_open_filing(in.revision.filing, step->node->arena, &in.filing, &in.report, reason,
                         sizeof(reason)) == ERR_OK) {
        incoming_put(step, &in, &head);
        log_notice("two nodes had numbered %s: the later filing stands, as revision %" PRIu64,
                   node_key_text(step->node, key, text, sizeof(text)), number);
    }
    report_fini(&in.report);
}

/* The parent holds another state of a key that this node is the home of: a node above was its home
 * before, or this node was restored from an old backup. Nothing that was accepted may vanish: the
 * later filing stands. Theirs keeps a number above ours; otherwise it is filed again, above both.
 * The other stays in the history of the node that had it. */
static void settle_fork(struct step *step, struct incoming *theirs, const struct head *ours)
{
    struct revision held;
    struct kept winner;
    bool is_ours_later = ours->received.us > theirs->revision.received.us;
    struct instant first_filed = ours->first_filed;
    if (theirs->revision.first_filed.us < first_filed.us)
        first_filed = theirs->revision.first_filed;
    if (store_get_revision(step->txn, &theirs->key, ours->revision, &held) != ERR_OK)
        return; /* sticky */
    keep(is_ours_later ? &held : &theirs->revision, &winner);
    uint64_t number = ours->revision;
    if (theirs->revision.number > number) {
        number = theirs->revision.number;
        incoming_put(step, theirs, ours);
    }
    if (is_ours_later || number == ours->revision)
        reissue(step, &theirs->key, &winner, number + 1, first_filed);
    buf_fini(&winner.bytes);
}

/* What the parent holds is merged. Where it contradicts ours, the home settles it; a node between
 * takes it over, so that the next comparison of digests brings the contradiction down to the home.
 */
static void take_newer(struct step *step, struct incoming *theirs)
{
    struct head ours;
    bool is_fork = store_get_head(step->txn, &theirs->key, &ours) == ERR_OK &&
                   theirs->revision.number >= ours.revision &&
                   memcmp(ours.content, theirs->filing.content, sizeof(ours.content)) != 0;
    if (!is_fork)
        (void)merge_state(step, theirs); /* it cannot conflict: that would be a fork */
    else if (ours.home == step->node->options.unit)
        settle_fork(step, theirs, &ours);
    else
        incoming_put(step, theirs, &ours);
}

void node_handle_ack(struct step *step, const Tonghop__Ack *ack)
{
    const struct session_sent *sent = node_sent(step->node, step->in->re);
    if (sent == NULL || sent->type != OUTBOX_REPORT)
        return; /* of an earlier connection: the report goes out again and is acked again */
    struct report_key key;
    struct head head;
    wire_key_to_domain(ack->key, &key);
    if (!report_key_equal(&key, &sent->key)) {
        log_warning("the parent acknowledged another report than the one sent: ignored");
        return; /* it stays under way, and is sent again when that has expired */
    }
    effects_add(step->effects, EFFECT_ANSWERED, (struct span){0})->re = step->in->re;
    if (store_get_head(step->txn, &key, &head) == ERR_OK && ack->revision >= head.revision) {
        struct report_key year = {.kind = key.kind, .period = {.year = key.period.year}};
        (void)store_clear_outbox(step->txn, OUTBOX_REPORT, &key, sent->version); /* sticky */
        (void)store_mark_outbox(step->txn, OUTBOX_STATEMENT, &year); /* it speaks of this one too */
    }
    if (ack->newer == NULL || step->node->catalogue == NULL)
        return;
    struct incoming in = {0};
    char reason[256] = "";
    if (open_revision(step, ack->newer, &in, reason, sizeof(reason)) &&
        report_key_equal(&in.key, &key))
        take_newer(step, &in);
    else
        log_warning("what the parent holds does not read: %s", reason);
    report_fini(&in.report);
}

bool node_pack_revision(struct store_txn *txn, const struct report_key *key, uint64_t seq,
                        struct buf *out)
{
    struct head head;
    struct revision revision;
    char recorded_by[128];
    if (store_get_head(txn, key, &head) != ERR_OK ||
        store_get_revision(txn, key, head.revision, &revision) != ERR_OK)
        return false;
    Tonghop__Revision message = TONGHOP__REVISION__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    fill_revision(&revision, recorded_by, sizeof(recorded_by), &message);
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REVISION;
    envelope.revision = &message;
    wire_pack(&envelope, out);
    return true;
}
