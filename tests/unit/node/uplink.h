/* The parent's side of a rig's uplink: what the node sends upwards, and what comes down. */
#ifndef TESTS_UNIT_NODE_UPLINK_H
#define TESTS_UNIT_NODE_UPLINK_H

#include "unit/node/draft.h"
#include "unit/node/rig.h"

/* Lets the node act on the time and send what waits. What was sent before is forgotten. */
static inline void rig_pump(struct rig *rig)
{
    struct transport transport = rig_transport(rig);
    rig->sent_count = 0;
    node_pump(rig->node, &transport, rig->now_ms);
}

/* The `nth` (from 0) message with that body among those just sent to the parent, NULL if there are
 * not so many. Lives until the next message is opened. */
static inline const Tonghop__Envelope *to_parent(struct rig *rig, int body, size_t nth)
{
    for (size_t i = 0; i < rig->sent_count; i++) {
        if (!rig->sent[i].is_to_parent)
            continue;
        const Tonghop__Envelope *envelope = rig_open(rig, span_of(&rig->sent[i].bytes));
        if ((int)envelope->body_case == body && nth-- == 0)
            return envelope;
    }
    return NULL;
}

static inline size_t count_to_parent(const struct rig *rig)
{
    size_t count = 0;
    for (size_t i = 0; i < rig->sent_count; i++)
        count += rig->sent[i].is_to_parent;
    return count;
}

/* Hands the node a message of its parent, which answers message `re` (0: none). */
static inline void from_parent(struct rig *rig, uint64_t re, Tonghop__Envelope *envelope)
{
    struct buf bytes = {0};
    struct event event = rig_event(rig, EVENT_PARENT_MESSAGE);
    envelope->seq = ++rig->seq;
    envelope->re = re;
    wire_pack(envelope, &bytes);
    event.bytes = span_of(&bytes);
    rig_batch(rig, &event, 1);
    buf_fini(&bytes);
}

/* What a parent says of itself. */
struct parent {
    uint32_t catalogue; /* 0: none */
    const uint8_t *hash;
    bool is_incomplete;
    const struct bucket *differing; /* NULL: nothing differs */
    size_t differing_count;         /* 0 means one, where there are any */
};

enum { UPLINK_DIFFERING_MAX = 8 };

/* A parent with the node's own catalogue: the two can be compared. */
static inline struct parent parent_with(const struct rig *rig, const struct bucket *differing,
                                        size_t count)
{
    return (struct parent){.catalogue = rig->node->catalogue->number,
                           .hash = rig->node->catalogue_hash,
                           .differing = differing,
                           .differing_count = count};
}

static inline void welcome_from_parent(struct rig *rig, uint64_t re, struct parent parent)
{
    Tonghop__Bucket buckets[UPLINK_DIFFERING_MAX], *differing[UPLINK_DIFFERING_MAX];
    uint8_t digest[WIRE_DIGEST_SIZE] = {0};
    size_t count = parent.differing_count;
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = 64;
    welcome.role = ROLE(NODE);
    welcome.window = NODE_WINDOW;
    welcome.catalogue = parent.catalogue;
    if (parent.catalogue != 0)
        welcome.catalogue_hash =
            (ProtobufCBinaryData){WIRE_DIGEST_SIZE, (uint8_t *)(uintptr_t)parent.hash};
    if (parent.differing != NULL && count == 0)
        count = 1;
    assert_true(count <= UPLINK_DIFFERING_MAX);
    for (size_t i = 0; i < count; i++) {
        tonghop__bucket__init(&buckets[i]);
        buckets[i].kind = parent.differing[i].kind;
        buckets[i].year = parent.differing[i].period.year;
        buckets[i].label = parent.differing[i].period.label;
        buckets[i].digest = (ProtobufCBinaryData){sizeof(digest), digest};
        differing[i] = &buckets[i];
    }
    welcome.differing = differing;
    welcome.n_differing = count;
    welcome.incomplete = parent.is_incomplete;
    envelope.body_case = BODY(WELCOME);
    envelope.welcome = &welcome;
    from_parent(rig, re, &envelope);
}

/* The seq of the hello that the node says again over its open link, as when digests differ. */
static inline uint64_t hello_again(struct rig *rig)
{
    rig->node->reconcile.hello_ms = rig->now_ms;
    rig_pump(rig);
    const Tonghop__Envelope *hello = to_parent(rig, BODY(HELLO), 0);
    assert_non_null(hello);
    return hello->seq;
}

/* Lets the node connect, also when it has to notice first that its old link is dead; the seq of its
 * hello. */
static inline uint64_t await_hello(struct rig *rig)
{
    const Tonghop__Envelope *hello = NULL;
    for (int i = 0; i < 2 && hello == NULL; i++) {
        rig->now_ms += SESSION_BACKOFF_MAX_MS;
        rig_pump(rig);
        hello = to_parent(rig, BODY(HELLO), 0);
    }
    assert_non_null(hello);
    return hello->seq;
}

/* Lets it connect, and welcomes it. The person on the local socket was silent meanwhile and says
 * hello again. */
static inline void rig_link(struct rig *rig, struct parent parent)
{
    welcome_from_parent(rig, await_hello(rig), parent);
    assert_int_equal(rig->node->session.state, SESSION_UP);
    rig_hello(rig, from_local(), 0);
}

static inline void refusal_from_parent(struct rig *rig, uint64_t re, const char *code)
{
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    refusal.code = TEXT(code);
    refusal.text = TEXT("because of\nthe\ttest"); /* to be shown on one line */
    envelope.body_case = BODY(REFUSAL);
    envelope.refusal = &refusal;
    from_parent(rig, re, &envelope);
}

/* Sends an ack for the draft's key as the parent does. */
static inline void ack(struct rig *rig, uint64_t re, const struct draft *about, uint64_t revision,
                       Tonghop__Revision *held)
{
    struct report_key key = draft_key(about);
    Tonghop__Key wire_key;
    Tonghop__Ack message = TONGHOP__ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_key_of(&key, &wire_key);
    message.key = &wire_key;
    message.revision = revision;
    message.states = STATE_ACCEPTED;
    message.newer = held;
    envelope.body_case = BODY(ACK);
    envelope.ack = &message;
    from_parent(rig, re, &envelope);
}

/* ---- comparing ---- */

/* The parent's word on a page of an inventory. */
struct page_answer {
    const struct report_key *through; /* NULL: all of it */
    uint32_t revision_count;
    const struct report_key *wanted;
    size_t wanted_count;
};

static inline void compared_from_parent(struct rig *rig, uint64_t re, struct page_answer answer)
{
    Tonghop__Compared compared = TONGHOP__COMPARED__INIT;
    Tonghop__Place through = TONGHOP__PLACE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__Key *items = mem_calloc(answer.wanted_count + 1, sizeof(*items));
    Tonghop__Key **pointers = mem_calloc(answer.wanted_count + 1, sizeof(Tonghop__Key *));
    for (size_t i = 0; i < answer.wanted_count; i++) {
        wire_key_of(&answer.wanted[i], &items[i]);
        pointers[i] = &items[i];
    }
    if (answer.through != NULL) {
        through.unit = answer.through->unit;
        through.form = answer.through->form;
        through.label = answer.through->period.label;
        compared.through = &through;
    }
    compared.revision_count = answer.revision_count;
    compared.wanted = pointers;
    compared.n_wanted = answer.wanted_count;
    envelope.body_case = BODY(COMPARED);
    envelope.compared = &compared;
    from_parent(rig, re, &envelope);
    free(pointers);
    free(items);
}

/* Tells which catalogue it has. */
static inline void notice_from_parent(struct rig *rig, uint32_t number, const uint8_t *hash)
{
    Tonghop__CatalogueNotice notice = TONGHOP__CATALOGUE_NOTICE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    notice.number = number;
    notice.hash = (ProtobufCBinaryData){WIRE_DIGEST_SIZE, (uint8_t *)(uintptr_t)hash};
    envelope.body_case = BODY(CATALOGUE_NOTICE);
    envelope.catalogue_notice = &notice;
    from_parent(rig, 0, &envelope);
}

/* Answers a statement of 631 about 2024. */
static inline void ack_statement(struct rig *rig, uint64_t re, Tonghop__StatementOutcome outcome)
{
    Tonghop__StatementAck ack = TONGHOP__STATEMENT_ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    ack.kind = KIND_ACTUAL;
    ack.year = 2024;
    ack.unit = 631;
    ack.outcome = outcome;
    envelope.body_case = BODY(STATEMENT_ACK);
    envelope.statement_ack = &ack;
    from_parent(rig, re, &envelope);
}

#endif
