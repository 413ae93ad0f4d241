/* The state of one key: merged, counted, and told to those who lack it. A key's state is its latest
 * revision, the highest accepted one, and their bits; merging is commutative and idempotent, so
 * that the order in which messages arrive, and how often, does not matter. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "node/incoming.h"
#include "node/rollup.h"
#include "wire/digest.h"

enum { KEY_TEXT_MAX = 320 };

/* ---- decoding ---- */

static struct span span_of_text(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

bool incoming_open(struct step *step, const Tonghop__Revision *message, struct incoming *ret_in,
                   char *reason, size_t reason_size)
{
    const Tonghop__Accepted *accepted = message->accepted;
    *ret_in = (struct incoming){.has_accepted = accepted != NULL};
    ret_in->revision = (struct revision){
        .number = message->revision,
        .states = (uint8_t)message->states,
        .home = message->home,
        .received = {message->received_us},
        .first_filed = {message->first_filed_us},
        .recorded_by = span_of_text(message->recorded_by),
        .filing = {.data = message->filing.data, .len = message->filing.len},
    };
    if (wire_open_filing(ret_in->revision.filing, step->node->arena, &ret_in->filing,
                         &ret_in->report, reason, reason_size) != ERR_OK)
        return false;
    ret_in->key = ret_in->report.key;
    if (accepted == NULL)
        return true;
    ret_in->accepted = (struct revision){
        .number = accepted->revision,
        .states = (uint8_t)accepted->states,
        .home = accepted->home,
        .received = {accepted->received_us},
        .first_filed = {message->first_filed_us},
        .recorded_by = span_of_text(accepted->recorded_by),
        .filing = {.data = accepted->filing.data, .len = accepted->filing.len},
    };
    struct wire_filing filing;
    struct report report = {0};
    bool is_ours = wire_open_filing(ret_in->accepted.filing, step->node->arena, &filing, &report,
                                    reason, reason_size) == ERR_OK;
    if (is_ours && !report_key_equal(&report.key, &ret_in->key)) {
        (void)snprintf(reason, reason_size, "its accepted revision is of another report");
        is_ours = false;
    }
    report_fini(&report);
    return is_ours;
}

void incoming_fini(struct incoming *in)
{
    report_fini(&in->report);
}

/* The highest accepted revision counts, unless it is returned: then none does. */
static uint64_t counting_of(uint64_t number, uint8_t states)
{
    return state_counts(states) ? number : 0;
}

void incoming_digest(const struct incoming *in, uint8_t *ret_digest)
{
    uint64_t counting = 0;
    if (in->revision.states & STATE_ACCEPTED)
        counting = counting_of(in->revision.number, in->revision.states);
    else if (in->has_accepted)
        counting = counting_of(in->accepted.number, in->accepted.states);
    digest_of_state(&in->key, in->revision.number, in->revision.states, in->filing.content,
                    counting, ret_digest);
}

/* ---- merging ---- */

/* A key's state while it changes. */
struct change {
    struct report_key key;
    bool had_head;
    struct head old, head;
    struct group before;
    bool is_other_content; /* of the revision that counts, at the same number */
    bool must_go_up;       /* the parent holds another content under the same digest */
};

static void change_begin(struct step *step, const struct report_key *key, struct change *change)
{
    *change = (struct change){.key = *key};
    change->had_head = store_get_head(step->txn, key, &change->old) == ERR_OK;
    change->head = change->old;
    group_load(step->node, step->txn, key, false, &change->before);
}

static bool is_same_filing(const struct revision *a, const struct revision *b)
{
    return a->filing.len == b->filing.len &&
           memcmp(a->filing.data, b->filing.data, a->filing.len) == 0;
}

/* The highest accepted revision and its bits, as the store now has it; 0 if there is none. */
static uint64_t find_accepted(struct step *step, const struct change *change, uint8_t *ret_states)
{
    struct revision revision;
    uint64_t number = UINT64_MAX;
    *ret_states = change->head.states;
    if (change->head.states & STATE_ACCEPTED)
        return change->head.revision;
    while (store_previous_revision(step->txn, &change->key, &number, &revision) == ERR_OK) {
        *ret_states = revision.states;
        if (revision.states & STATE_ACCEPTED)
            return number;
    }
    return 0;
}

/* Two nodes numbered this revision, and it lies below the latest on either side. The filing that
 * gives way may be the only copy of something acknowledged: a person sees it. */
static void set_aside(struct step *step, const struct report_key *key, const struct revision *aside)
{
    struct quarantined item = {.received = step->event->now, .bytes = aside->filing};
    char text[KEY_TEXT_MAX];
    (void)snprintf(item.reason, sizeof(item.reason),
                   "two nodes numbered revision %" PRIu64 " of one report: another one stands",
                   aside->number);
    (void)store_put_quarantine(step->txn, &item); /* the error is sticky */
    log_warning("%s: two nodes had numbered revision %" PRIu64 ": one of them is in quarantine",
                node_key_text(step->node, key, text, sizeof(text)), aside->number);
}

/* A revision below the latest. Where two nodes numbered it, one that was accepted stands against
 * one that waits, and of two that were the child's: so both sides come to hold the same. */
static void merge_earlier(struct step *step, struct change *change, const struct revision *theirs,
                          enum origin origin)
{
    struct revision held, merged = *theirs;
    if (store_get_revision(step->txn, &change->key, theirs->number, &held) == ERR_OK) {
        if (is_same_filing(&held, theirs)) {
            merged.states |= held.states;
            if (merged.states == held.states)
                return;
        } else if (origin == FROM_PARENT && (held.states & STATE_ACCEPTED) != 0) {
            change->must_go_up = true;
            return;
        } else {
            set_aside(step, &change->key, &held);
            change->is_other_content = true;
        }
    }
    (void)store_put_revision(step->txn, &change->key, &merged); /* errors are sticky */
}

/* A revision that was replaced here meanwhile: its bits grow. One that is not held is kept only if
 * it may still decide what counts. */
static void merge_replaced(struct step *step, const struct change *change,
                           const struct revision *theirs)
{
    struct revision held, merged = *theirs;
    uint8_t states;
    if (store_get_revision(step->txn, &change->key, theirs->number, &held) == ERR_OK) {
        if (!is_same_filing(&held, theirs) || (held.states | theirs->states) == held.states)
            return;
        merged.states |= held.states;
    } else if (find_accepted(step, change, &states) > theirs->number) {
        return;
    }
    (void)store_put_revision(step->txn, &change->key, &merged); /* errors are sticky */
}

/* The revision becomes the latest, or grows in its bits. */
static void merge_latest(struct step *step, struct change *change, const struct incoming *in)
{
    struct head *head = &change->head;
    struct revision revision = in->revision;
    struct instant first_filed = in->revision.first_filed;
    if (change->had_head && change->old.revision == revision.number) {
        struct revision held;
        if (memcmp(change->old.content, in->filing.content, sizeof(head->content)) == 0) {
            revision.states |= change->old.states;
        } else if (store_get_revision(step->txn, &change->key, revision.number, &held) == ERR_OK) {
            set_aside(step, &change->key, &held);
            change->is_other_content = true;
        }
    }
    if (change->had_head && change->old.first_filed.us < first_filed.us)
        first_filed = change->old.first_filed;
    *head = (struct head){
        .revision = revision.number,
        .states = revision.states,
        .scope = in->report.scope,
        .is_withdrawn = in->report.is_withdrawn,
        .home = revision.home,
        .received = revision.received,
        .first_filed = first_filed,
    };
    memcpy(head->content, in->filing.content, sizeof(head->content));
    revision.first_filed = first_filed;
    (void)store_put_revision(step->txn, &change->key, &revision); /* errors are sticky */
}

/* Carries the change of what counts into the totals. `in` is the latest revision, NULL if only bits
 * changed. */
static void change_totals(struct step *step, struct change *change, const struct incoming *in)
{
    struct node *node = step->node;
    struct group after = {0};
    struct year_triple triple = {0};
    enum period_label label = (enum period_label)change->key.period.label;
    uint64_t counting = change->head.counting;
    if (counting == 0) {
        group_resolve_with(node, &change->before, label, NULL, &triple);
    } else if (in != NULL && counting == in->revision.number) {
        group_resolve_with(node, &change->before, label, &in->report, &triple);
    } else {
        group_load(node, step->txn, &change->key, false, &after); /* head and revisions are put */
        rollup_change(node, step->txn, &change->key, &change->before.triple, &after.triple);
        group_fini(&after);
        return;
    }
    rollup_change(node, step->txn, &change->key, &change->before.triple, &triple);
    year_triple_fini(&triple);
}

/* The state is sent down to the child that is the key's home, or lies on the way to it. A message
 * that gets lost is made up for by the next comparison. */
static void send_down(struct step *step, const struct report_key *key)
{
    struct node *node = step->node;
    uint32_t child = node_home_of(node, step->txn, node_tree(node, key->period), key->unit);
    if (child == 0 || child == node->options.unit || node->is_restoring)
        return;
    buf_clear(&node->packed);
    if (!node_pack_revision(step->txn, key, ++node->next_seq, 0, &node->packed))
        return;
    effects_add(step->effects, EFFECT_SEND_CHILD, span_of(&node->packed))->number = child;
}

/* Ends a change: head, totals, digests, and who is to be told. `parents` is the state digest at the
 * parent, NULL if unknown. */
static void change_end(struct step *step, struct change *change, const struct incoming *in,
                       enum origin origin, const uint8_t *parents)
{
    struct store_txn *txn = step->txn;
    struct head *head = &change->head;
    uint8_t states;
    uint64_t accepted = find_accepted(step, change, &states);
    head->counting = counting_of(accepted, states);
    digest_of_state(&change->key, head->revision, head->states, head->content, head->counting,
                    head->state_digest);
    bool is_same = change->had_head && !change->is_other_content &&
                   memcmp(head->state_digest, change->old.state_digest, DIGEST_SIZE) == 0;
    if (!is_same) {
        struct report_key year = {.kind = change->key.kind,
                                  .period = {.year = change->key.period.year}};
        (void)store_put_head(txn, &change->key, head); /* errors are sticky */
        if (head->counting != change->old.counting || change->is_other_content)
            change_totals(step, change, in);
        rollup_change_digest(step->node, txn, &change->key,
                             change->had_head ? change->old.state_digest : NULL,
                             head->state_digest);
        if (step->node->options.has_parent) {
            (void)store_mark_outbox(txn, OUTBOX_STATEMENT, &year);
            if (parents == NULL || memcmp(parents, head->state_digest, DIGEST_SIZE) != 0)
                (void)store_mark_outbox(txn, OUTBOX_REPORT, &change->key);
        }
        if (origin != FROM_CHILD)
            send_down(step, &change->key);
    }
    if (change->must_go_up)
        (void)store_mark_outbox(txn, OUTBOX_REPORT, &change->key);
    group_fini(&change->before);
}

void incoming_put(struct step *step, const struct incoming *in, enum origin origin)
{
    struct change change;
    uint8_t theirs[DIGEST_SIZE];
    bool is_latest;
    change_begin(step, &in->key, &change);
    if (in->has_accepted)
        merge_earlier(step, &change, &in->accepted, origin);
    is_latest = !change.had_head || in->revision.number >= change.old.revision;
    if (is_latest)
        merge_latest(step, &change, in);
    else
        merge_replaced(step, &change, &in->revision);
    incoming_digest(in, theirs);
    change_end(step, &change, is_latest ? in : NULL, origin, origin == FROM_PARENT ? theirs : NULL);
}

void incoming_mark(struct step *step, const struct report_key *key, uint64_t revision,
                   uint8_t states)
{
    struct change change;
    struct revision held;
    change_begin(step, key, &change);
    if (store_get_revision(step->txn, key, revision, &held) == ERR_OK) {
        held.states |= states;
        (void)store_put_revision(step->txn, key, &held); /* errors are sticky */
        if (revision == change.head.revision)
            change.head.states = held.states;
    }
    change_end(step, &change, NULL, FROM_REPORTER, NULL);
}

/* ---- forks ---- */

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

/* Files `kept` again under a higher number: same content, same recorder, same bits, now. */
static void reissue(struct step *step, const struct report_key *key, const struct kept *kept,
                    uint64_t number, struct instant first_filed)
{
    struct incoming in = {.key = *key, .revision = kept->revision};
    char reason[256], text[KEY_TEXT_MAX];
    in.revision.number = number;
    in.revision.home = step->node->options.unit;
    in.revision.received = step->event->now;
    in.revision.first_filed = first_filed;
    if (wire_open_filing(in.revision.filing, step->node->arena, &in.filing, &in.report, reason,
                         sizeof(reason)) == ERR_OK) {
        incoming_put(step, &in, FROM_REPORTER);
        log_notice("two nodes had numbered %s: the later filing stands, as revision %" PRIu64,
                   node_key_text(step->node, key, text, sizeof(text)), number);
    }
    incoming_fini(&in);
}

/* The parent holds another state of a key that this node is the home of: a node above was its home
 * before, or this node was restored from an old backup. Nothing that was accepted may vanish: the
 * later filing stands. Theirs keeps a number above ours; otherwise it is filed again, above both.
 * The other stays in the history of the node that had it; if it was accepted and the later one
 * still waits, it is filed again too, below that, and goes on counting. */
static void settle_fork(struct step *step, struct incoming *theirs, const struct head *ours)
{
    struct revision held;
    struct kept later, earlier;
    bool is_ours_later = ours->received.us > theirs->revision.received.us;
    struct instant first_filed = ours->first_filed;
    if (theirs->revision.first_filed.us < first_filed.us)
        first_filed = theirs->revision.first_filed;
    if (store_get_revision(step->txn, &theirs->key, ours->revision, &held) != ERR_OK)
        return; /* sticky */
    keep(is_ours_later ? &held : &theirs->revision, &later);
    keep(is_ours_later ? &theirs->revision : &held, &earlier);
    uint64_t number = ours->revision;
    bool is_equal = theirs->revision.number == number;
    if (!is_equal) {
        number = theirs->revision.number;
        incoming_put(step, theirs, FROM_PARENT);
    } else if ((earlier.revision.states & ~later.revision.states & STATE_ACCEPTED) != 0) {
        reissue(step, &theirs->key, &earlier, ++number, first_filed);
    }
    if (is_ours_later || is_equal)
        reissue(step, &theirs->key, &later, number + 1, first_filed);
    buf_fini(&later.bytes);
    buf_fini(&earlier.bytes);
}

void incoming_take_parents(struct step *step, struct incoming *theirs, bool is_unsent)
{
    struct node *node = step->node;
    struct head ours;
    bool is_fork = store_get_head(step->txn, &theirs->key, &ours) == ERR_OK &&
                   memcmp(ours.content, theirs->filing.content, sizeof(ours.content)) != 0 &&
                   (theirs->revision.number == ours.revision ||
                    (theirs->revision.number > ours.revision && is_unsent));
    const struct tree *tree = node_tree(node, theirs->key.period);
    if (is_fork && node_home_of(node, step->txn, tree, theirs->key.unit) == node->options.unit)
        settle_fork(step, theirs, &ours);
    else
        incoming_put(step, theirs, FROM_PARENT);
}
