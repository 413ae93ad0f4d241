/* The state of one key: merged, counted, and told to those who lack it. A key's state is its latest
 * revision, the highest accepted one, and their bits; merging is commutative and idempotent, so
 * that the order in which messages arrive, and how often, does not matter. */
#include <assert.h>
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
    if (is_ours && (!report_key_equal(&report.key, &ret_in->key) ||
                    (accepted->states & STATE_ACCEPTED) == 0)) {
        (void)snprintf(reason, reason_size, "its accepted revision is of another report, or waits");
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

/* False when the bytes are no filing. */
static bool content_of(struct step *step, struct span filing, uint8_t *ret_content)
{
    struct wire_filing opened;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    bool is_ours = wire_open_filing(filing, step->node->arena, &opened, &report, reason,
                                    sizeof(reason)) == ERR_OK;
    if (is_ours)
        memcpy(ret_content, opened.content, sizeof(opened.content));
    report_fini(&report);
    return is_ours;
}

/* The same content may come as other bytes: two people filed it. */
static bool is_same_content(struct step *step, struct span a, struct span b)
{
    uint8_t of_a[DIGEST_SIZE], of_b[DIGEST_SIZE];
    return span_equal(a, b) || (content_of(step, a, of_a) && content_of(step, b, of_b) &&
                                memcmp(of_a, of_b, sizeof(of_a)) == 0);
}

/* Puts a revision, and keeps up which one is the highest accepted: one that is stays so. */
static void put_revision(struct step *step, struct change *change, const struct revision *revision)
{
    (void)store_put_revision(step->txn, &change->key, revision); /* errors are sticky */
    if ((revision->states & STATE_ACCEPTED) != 0 && revision->number > change->head.accepted)
        change->head.accepted = revision->number;
}

/* The highest accepted revision, unless it is returned: then none counts. */
static uint64_t find_counting(struct step *step, const struct change *change)
{
    struct revision revision;
    uint64_t number = change->head.accepted;
    if (number == 0)
        return 0;
    if (number == change->head.revision)
        return counting_of(number, change->head.states);
    if (store_get_revision(step->txn, &change->key, number, &revision) != ERR_OK)
        return 0; /* sticky */
    return counting_of(number, revision.states);
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
        if (is_same_content(step, held.filing, theirs->filing)) {
            merged = held;
            merged.states |= theirs->states;
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
    put_revision(step, change, &merged);
}

/* A revision that was replaced here meanwhile: its bits grow. One that is not held is kept only if
 * it may still decide what counts. */
static void merge_replaced(struct step *step, struct change *change, const struct revision *theirs)
{
    struct revision held, merged = *theirs;
    if (store_get_revision(step->txn, &change->key, theirs->number, &held) == ERR_OK) {
        if ((held.states | theirs->states) == held.states ||
            !is_same_content(step, held.filing, theirs->filing))
            return;
        merged = held;
        merged.states |= theirs->states;
    } else if (change->head.accepted > theirs->number) {
        return;
    }
    put_revision(step, change, &merged);
}

/* The revision becomes the latest. */
static void merge_higher(struct step *step, struct change *change, const struct incoming *in)
{
    struct head *head = &change->head;
    struct revision revision = in->revision;
    if (change->had_head) {
        revision.first_filed = instant_earlier(revision.first_filed, change->old.first_filed);
        if (memcmp(change->old.content, in->filing.content, DIGEST_SIZE) == 0)
            revision.received = instant_later(revision.received, change->old.received);
    }
    *head = (struct head){
        .revision = revision.number,
        .accepted = head->accepted,
        .states = revision.states,
        .scope = in->report.scope,
        .is_withdrawn = in->report.is_withdrawn,
        .home = revision.home,
        .received = revision.received,
        .first_filed = revision.first_filed,
    };
    memcpy(head->content, in->filing.content, sizeof(head->content));
    put_revision(step, change, &revision);
}

/* The latest revision grows in its bits: its content is the same, and the bytes that are held stay.
 */
static void merge_equal(struct step *step, struct change *change, const struct incoming *in)
{
    struct revision held;
    assert(memcmp(change->old.content, in->filing.content, DIGEST_SIZE) == 0);
    if ((change->old.states | in->revision.states) == change->old.states ||
        store_get_revision(step->txn, &change->key, in->revision.number, &held) != ERR_OK)
        return; /* the error is sticky */
    held.states |= in->revision.states;
    change->head.states = held.states;
    put_revision(step, change, &held);
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
    head->counting = find_counting(step, change);
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
    if (!is_latest)
        merge_replaced(step, &change, &in->revision);
    else if (change.had_head && in->revision.number == change.old.revision)
        merge_equal(step, &change, in);
    else
        merge_higher(step, &change, in);
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
        put_revision(step, &change, &held);
        if (revision == change.head.revision)
            change.head.states = held.states;
    }
    change_end(step, &change, NULL, FROM_REPORTER, NULL);
}
