/* The state of one key: merged, counted, and told to those who lack it. A key's state is its latest
 * revision, the highest accepted one, and their bits; merging is commutative and idempotent, so
 * that the order in which messages arrive, and how often, does not matter. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/person.h"
#include "node/incoming.h"
#include "node/rollup.h"
#include "node/year_heads.h"

/* ---- decoding ---- */

/* Id and name, as the store has them; good for this step. */
static struct span who(struct step *step, const char *id, const char *name)
{
    enum { SIZE = WIRE_PERSON_MAX + 1 };
    char *text = arena_alloc(step->node->arena, SIZE);
    if (text == NULL) /* the message has used it up: the id lies in it already */
        return (struct span){(const uint8_t *)id, strlen(id)};
    (void)person_join(id, name, text, SIZE);
    return (struct span){(const uint8_t *)text, strlen(text)};
}

enum err incoming_open_filing(struct step *step, struct incoming *in, char *reason,
                              size_t reason_size)
{
    const struct opened *opened = step->event->opened;
    if (opened == NULL)
        return wire_open_filing(in->revision.filing, step->node->arena, &in->filing, &in->report,
                                reason, reason_size);
    in->filing = opened->filing;
    in->report = opened->report;
    in->is_report_lent = true;
    return ERR_OK;
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
        .arrived = step->event->now,
        .first_arrived = step->event->now,
        .recorded_by = who(step, message->recorded_by, message->person),
        .filing = {.data = message->filing.data, .len = message->filing.len},
    };
    if (incoming_open_filing(step, ret_in, reason, reason_size) != ERR_OK)
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
        .arrived = step->event->now,
        .first_arrived = step->event->now,
        .recorded_by = who(step, accepted->recorded_by, accepted->person),
        .filing = {.data = accepted->filing.data, .len = accepted->filing.len},
    };
    struct wire_filing filing;
    struct report report = {0};
    arena_reset(step->node->scratch);
    bool is_ours = wire_open_filing(ret_in->accepted.filing, step->node->scratch, &filing, &report,
                                    reason, reason_size) == ERR_OK;
    if (is_ours)
        memcpy(ret_in->accepted_content, filing.content, sizeof(ret_in->accepted_content));
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
    if (!in->is_report_lent)
        report_fini(&in->report);
}

/* ---- what is compared ---- */

static struct digest_revision revision_digested(const struct revision *revision,
                                                const uint8_t *content)
{
    struct digest_revision digested = {.number = revision->number, .states = revision->states};
    memcpy(digested.content, content, sizeof(digested.content));
    return digested;
}

void incoming_digest(const struct incoming *in, uint8_t *ret_digest)
{
    struct digest_state state = {
        .key = in->key,
        .latest = revision_digested(&in->revision, in->filing.content),
        .received = in->revision.received,
        .first_filed = in->revision.first_filed,
    };
    if (in->has_accepted && (in->revision.states & STATE_ACCEPTED) == 0) {
        state.accepted = revision_digested(&in->accepted, in->accepted_content);
        state.accepted_received = in->accepted.received;
    }
    digest_of_state(&state, ret_digest);
}

/* Of a filing that lies in the store. What does not open is damaged: a sticky error. */
static enum err content_held(struct node *node, struct store_txn *txn, struct span filing,
                             uint8_t *ret_content)
{
    struct wire_filing opened;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    arena_reset(node->scratch);
    enum err err =
        wire_open_filing(filing, node->scratch, &opened, &report, reason, sizeof(reason));
    report_fini(&report);
    if (err == ERR_OK)
        memcpy(ret_content, opened.content, sizeof(opened.content));
    else
        store_fail(txn, ERR_CORRUPT);
    return err;
}

void incoming_digest_held(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const struct head *head, uint8_t *ret_digest)
{
    struct revision accepted;
    struct digest_state state = {
        .key = *key,
        .latest = {.number = head->revision, .states = head->states},
        .received = head->received,
        .first_filed = head->first_filed,
    };
    memcpy(state.latest.content, head->content, sizeof(state.latest.content));
    if (head->accepted != 0 && head->accepted != head->revision &&
        store_get_revision(txn, key, head->accepted, &accepted) == ERR_OK &&
        content_held(node, txn, accepted.filing, state.accepted.content) == ERR_OK) {
        state.accepted.number = accepted.number;
        state.accepted.states = accepted.states;
        state.accepted_received = accepted.received;
    }
    digest_of_state(&state, ret_digest);
}

/* ---- merging ---- */

/* A key's state while it changes. */
struct change {
    struct report_key key;
    bool had_head;
    struct head old, head;
    struct group before;
    bool is_other_content; /* of the revision that counts, at the same number */
    bool must_go_up;       /* the parent holds another content, and ours stands */
};

/* `held` (NULL: not loaded yet) is taken. While totals are rebuilt, what is in them counts. */
static void change_begin(struct step *step, const struct report_key *key, struct group *held,
                         struct change *change)
{
    const size_t i = (size_t)key->period.label - 1;
    *change = (struct change){.key = *key};
    if (held != NULL && rollup_is_applied(step->node, key)) {
        change->before = *held;
        *held = (struct group){0};
        change->had_head = change->before.has_head[i];
        change->old = change->before.heads[i];
    } else {
        change->had_head = store_get_head(step->txn, key, &change->old) == ERR_OK;
        group_load(step->node, step->txn, key, false, &change->before);
    }
    change->head = change->old;
}

/* Whether a filing that is held has this content, maybe as other bytes: two people filed it. */
static bool has_content(struct step *step, struct span held, const uint8_t *content)
{
    uint8_t its[DIGEST_SIZE];
    return content_held(step->node, step->txn, held, its) == ERR_OK &&
           memcmp(its, content, sizeof(its)) == 0;
}

/* The bits that these very bytes have here under the number that is, or was, the latest or the one
 * accepted: who settled a fork filed them again, and what was decided about them meanwhile stays.
 * Another filing of the same content is another one: it says what it is based on. */
static uint8_t states_before(struct step *step, const struct change *change, struct span filing,
                             const uint8_t *content)
{
    const struct head *old = &change->old; /* zeros when nothing is held */
    struct revision held;
    uint8_t states = 0;
    if (old->revision != 0 && memcmp(old->content, content, sizeof(old->content)) == 0 &&
        store_get_revision(step->txn, &change->key, old->revision, &held) == ERR_OK &&
        span_equal(held.filing, filing))
        states |= held.states;
    if (old->accepted != 0 && old->accepted != old->revision &&
        store_get_revision(step->txn, &change->key, old->accepted, &held) == ERR_OK &&
        span_equal(held.filing, filing))
        states |= held.states;
    return states;
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
        return state_counts(change->head.states) ? number : 0;
    enum err err = store_get_named_revision(step->txn, &change->key, number, &revision);
    if (err == ERR_NOT_FOUND)
        store_fail(step->txn, ERR_CORRUPT); /* it may be the one that counts */
    if (err != ERR_OK)
        return 0; /* sticky */
    return state_counts(revision.states) ? number : 0;
}

/* Two nodes numbered this revision, and it lies below the latest on either side. The filing that
 * gives way may be the only copy of something acknowledged: it is kept whole until a person has
 * seen it. */
static void set_aside(struct step *step, const struct report_key *key, const struct revision *aside)
{
    struct quarantined item = {
        .received = step->event->now, .is_kept = true, .bytes = aside->filing};
    char text[STEP_KEY_TEXT_SIZE], period[PERIOD_TEXT_SIZE];
    (void)snprintf(item.reason, sizeof(item.reason),
                   "two nodes numbered revision %" PRIu64 " of unit id:%" PRIu32
                   ", %s%s, form %" PRIu32 ": another one stands",
                   aside->number, key->unit, key->kind == KIND_PLAN ? "plan " : "",
                   period_format(key->period, period), key->form);
    (void)store_put_quarantine(step->txn, &item); /* the error is sticky */
    log_event(LOG_EVENT_FILING_SET_ASIDE, LOG_FIELDS(.report = key, .revision = aside->number),
              "%s: two nodes had numbered revision %" PRIu64 ": one of them is in quarantine",
              node_key_text(step->node, key, text, sizeof(text)), aside->number);
}

/* Two nodes numbered a revision below the latest: one that was accepted stands against one that
 * waits, and of two that were the child's, so that both sides come to hold the same. */
static bool ours_stands(const struct revision *held, enum origin origin)
{
    return origin == FROM_PARENT && (held->states & STATE_ACCEPTED) != 0;
}

bool incoming_is_stuck(struct step *step, const struct incoming *in)
{
    struct revision held;
    return in->has_accepted && !store_has_room_aside(step->txn) &&
           store_get_revision(step->txn, &in->key, in->accepted.number, &held) == ERR_OK &&
           !has_content(step, held.filing, in->accepted_content);
}

/* The accepted revision below the latest. */
static void merge_earlier(struct step *step, struct change *change, const struct incoming *in,
                          enum origin origin)
{
    struct revision held, merged = in->accepted;
    if (store_get_revision(step->txn, &change->key, merged.number, &held) != ERR_OK) {
        merged.states |= states_before(step, change, merged.filing, in->accepted_content);
    } else if (has_content(step, held.filing, in->accepted_content)) {
        merged = held;
        merged.states |= in->accepted.states;
        merged.received = instant_later(held.received, in->accepted.received);
        if (merged.states == held.states && merged.received.us == held.received.us)
            return;
    } else if (ours_stands(&held, origin)) {
        change->must_go_up = true;
        return;
    } else {
        /* What was accepted, and counted, and was then sent back: what takes its number is, too. */
        if ((held.states & STATE_ACCEPTED) != 0)
            merged.states |= held.states & STATE_RETURNED;
        set_aside(step, &change->key, &held);
        change->is_other_content = true;
    }
    put_revision(step, change, &merged);
}

/* A revision that was replaced here meanwhile: its bits grow. One that is not held is kept only if
 * it may still decide what counts. */
static void merge_replaced(struct step *step, struct change *change, const struct incoming *in)
{
    struct revision held, merged = in->revision;
    if (store_get_revision(step->txn, &change->key, merged.number, &held) == ERR_OK) {
        if ((held.states | merged.states) == held.states ||
            !has_content(step, held.filing, in->filing.content))
            return;
        held.states |= merged.states;
        merged = held;
    } else if (change->head.accepted > merged.number) {
        return;
    }
    put_revision(step, change, &merged);
}

/* The revision becomes the latest. `before`: states_before of its filing. */
static void merge_higher(struct step *step, struct change *change, const struct incoming *in,
                         uint8_t before)
{
    struct head *head = &change->head;
    struct revision revision = in->revision, old;
    if (change->had_head) {
        if (store_get_revision(step->txn, &change->key, change->old.revision, &old) == ERR_OK)
            revision.first_arrived = old.first_arrived;
        revision.first_filed = instant_earlier(revision.first_filed, change->old.first_filed);
        if (memcmp(change->old.content, in->filing.content, DIGEST_SIZE) == 0)
            revision.received = instant_later(revision.received, change->old.received);
        revision.states |= before;
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
 * Where both took it in, the later receipt and the first filing are those of either side: what is
 * filed next must not pass for the earlier one. */
static void merge_equal(struct step *step, struct change *change, const struct incoming *in)
{
    struct head *head = &change->head;
    struct revision held = in->revision;
    assert(memcmp(change->old.content, in->filing.content, DIGEST_SIZE) == 0);
    head->states |= in->revision.states;
    head->received = instant_later(head->received, in->revision.received);
    head->first_filed = instant_earlier(head->first_filed, in->revision.first_filed);
    if (head->states == change->old.states && head->received.us == change->old.received.us &&
        head->first_filed.us == change->old.first_filed.us)
        return;
    /* One that is missing comes back with theirs; other errors are sticky. */
    (void)store_get_revision(step->txn, &change->key, in->revision.number, &held);
    held.states = head->states;
    held.received = head->received;
    held.first_filed = head->first_filed;
    put_revision(step, change, &held);
}

/* Carries the change of what counts into the totals; a time of receipt that was merged may change
 * marks alone. `in` is the latest revision, NULL if only bits changed. */
static void change_totals(struct step *step, struct change *change, const struct incoming *in)
{
    struct node *node = step->node;
    struct group after = {0};
    struct year_triple triple = {0};
    enum period_label label = (enum period_label)change->key.period.label;
    uint64_t counting = change->head.counting;
    if (counting == 0) {
        group_resolve_with(node, &change->before, label, NULL, (struct instant){0}, &triple);
    } else if (in != NULL && counting == in->revision.number) {
        group_resolve_with(node, &change->before, label, &in->report, change->head.received,
                           &triple);
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
    incoming_digest_held(step->node, txn, &change->key, head, head->state_digest);
    bool is_same = change->had_head && !change->is_other_content &&
                   memcmp(head->state_digest, change->old.state_digest, DIGEST_SIZE) == 0;
    if (!is_same) {
        own_cache_forget(&step->node->owns, &change->key);
        accumulators_forget_cover(&step->node->accumulators, &change->key);
        struct report_key year = {.kind = change->key.kind,
                                  .period = {.year = change->key.period.year}};
        (void)store_put_head(txn, &change->key, head); /* errors are sticky */
        step->node->watch.has_news = true;             /* it may come to nothing: they look */
        year_heads_changed(step->node, &change->key, head);
        step->node->campaign.is_known = false;
        change_totals(step, change, in);
        rollup_change_digest(step->node, txn, &change->key,
                             change->had_head ? change->old.state_digest : NULL,
                             head->state_digest);
        if (step->node->options.has_parent) {
            (void)store_mark_outbox(txn, OUTBOX_STATEMENT, &year, step->event->now);
            if (parents == NULL || memcmp(parents, head->state_digest, DIGEST_SIZE) != 0)
                (void)store_mark_outbox(txn, OUTBOX_REPORT, &change->key, step->event->now);
        }
        if (origin != FROM_CHILD)
            send_down(step, &change->key);
    }
    if (change->must_go_up)
        (void)store_mark_outbox(txn, OUTBOX_REPORT, &change->key, step->event->now);
    group_fini(&change->before);
}

void incoming_put(struct step *step, const struct incoming *in, enum origin origin)
{
    struct change change;
    uint8_t theirs[DIGEST_SIZE];
    bool is_latest;
    change_begin(step, &in->key, in->held, &change);
    /* Asked first: what is accepted may take the number that the latest has here. */
    uint8_t before = states_before(step, &change, in->revision.filing, in->filing.content);
    if (in->has_accepted)
        merge_earlier(step, &change, in, origin);
    is_latest = !change.had_head || in->revision.number >= change.old.revision;
    if (!is_latest)
        merge_replaced(step, &change, in);
    else if (change.had_head && in->revision.number == change.old.revision)
        merge_equal(step, &change, in);
    else
        merge_higher(step, &change, in, before);
    if (origin == FROM_PARENT)
        incoming_digest(in, theirs);
    change_end(step, &change, is_latest ? in : NULL, origin, origin == FROM_PARENT ? theirs : NULL);
}

void incoming_mark(struct step *step, const struct report_key *key, uint64_t revision,
                   uint8_t states)
{
    struct change change;
    struct revision held;
    change_begin(step, key, NULL, &change);
    if (store_get_revision(step->txn, key, revision, &held) == ERR_OK) {
        held.states |= states;
        put_revision(step, &change, &held);
        if (revision == change.head.revision)
            change.head.states = held.states;
    }
    change_end(step, &change, NULL, FROM_REPORTER, NULL);
}
