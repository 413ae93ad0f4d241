/* Reports on their way to the root in any order: filed there, or numbered, accepted and returned at
 * the nodes of children. */
#ifndef TESTS_UNIT_NODE_PROPERTY_ORDER_H
#define TESTS_UNIT_NODE_PROPERTY_ORDER_H

#include "unit/node/property_steps.h"

enum { MESSAGES_MAX = 240, TRIES_MAX = 3000 };

/* A report to be filed, or the state of a key as a child's node has it. */
struct message {
    struct spot at;
    struct buf filing;
    uint64_t revision;
    uint32_t states;
    int64_t received_us;
    uint8_t key;                    /* of the child's node; 0: handed in at the root */
    const struct message *accepted; /* the highest accepted one, where this one waits */
};

/* The nodes right beneath the root, by number of their keys from 1. */
static inline size_t find_children(const struct p_catalogue *p, uint32_t *ret_units)
{
    size_t count = 0;
    for (size_t i = 1; i < p->unit_count; i++)
        if (p->units[i].parent == 1 && is_always(&p->units[i]) &&
            p->units[i].again.days == INT32_MAX)
            ret_units[count++] = p->units[i].id;
    return count;
}

/* The key of the node that is home of a unit; 0: the root is. */
static inline uint8_t home_key(const struct p_model *m, const struct spot *at,
                               const uint32_t *children, size_t count)
{
    const struct tree *tree = m->trees[at->year][at->label];
    for (size_t i = 0; i < count; i++)
        if (tree_contains(tree, children[i], m->p->units[at->unit].id))
            return (uint8_t)(i + 1);
    return 0;
}

static inline void fill_accepted(const struct p_model *m, const struct message *message,
                                 Tonghop__Accepted *ret)
{
    tonghop__accepted__init(ret);
    ret->filing = (ProtobufCBinaryData){message->filing.len, message->filing.data};
    ret->revision = message->revision;
    ret->states = message->states;
    ret->received_us = message->received_us;
    ret->home = m->p->units[message->at.unit].id;
    ret->recorded_by = TEXT("uid:1000");
}

/* When it is told for the second time, it may have been returned by then: nothing more is done. */
static inline void accept_once(struct rig *rig, const struct p_model *m,
                               const struct message *message)
{
    const struct report_key key = key_at(m, &message->at);
    if (m->p->units[message->at.unit].id == 1)
        return;
    const Tonghop__Envelope *answer =
        ask_mark(rig, from_local(), &key, message->revision, STATE_ACCEPTED);
    if ((message->states & STATE_RETURNED) != 0 && answer->body_case == BODY(REFUSAL))
        assert_refused(answer, "exists");
    else
        assert_body(answer, BODY(DONE));
}

static inline void send(struct rig *rig, const struct p_model *m, const struct message *message)
{
    Tonghop__Revision revision = TONGHOP__REVISION__INIT;
    Tonghop__Accepted accepted;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (message->key == 0) {
        assert_body(hand_in(rig, &message->filing, true), BODY(RECEIPT));
        if ((message->states & STATE_ACCEPTED) != 0)
            accept_once(rig, m, message);
        if ((message->states & STATE_RETURNED) != 0 && m->p->units[message->at.unit].id != 1)
            mark_spot(rig, m, &message->at, message->revision, STATE_RETURNED);
        return;
    }
    revision.filing = (ProtobufCBinaryData){message->filing.len, message->filing.data};
    revision.revision = message->revision;
    revision.states = message->states;
    revision.received_us = message->received_us;
    revision.first_filed_us = RIG_NOW_US - INT64_C(400000000000000);
    revision.home = m->p->units[message->at.unit].id;
    revision.recorded_by = TEXT("uid:1000");
    if (message->accepted != NULL) {
        fill_accepted(m, message->accepted, &accepted);
        revision.accepted = &accepted;
    }
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    assert_body(rig_ask(rig, from_key(message->key), &envelope), BODY(ACK));
}

/* Accepted at once, or waiting where the form has it; a few are returned. */
static inline uint32_t draw_states(const struct p_model *m, const struct spot *at)
{
    uint32_t states = is_manual(m, at) && chance(m->p->rng, 40) ? 0 : STATE_ACCEPTED;
    return chance(m->p->rng, 10) ? states | STATE_RETURNED : states;
}

/* Up to three revisions of each of some keys, the later ones received later; one that waits may be
 * told of again when it is accepted. */
static inline size_t draw_messages(struct p_model *m, const uint32_t *children, size_t child_count,
                                   struct message *messages)
{
    uint64_t *rng = m->p->rng;
    size_t count = 0;
    for (size_t tries = 0; tries < TRIES_MAX && count + 6 < MESSAGES_MAX / 2; tries++) {
        struct spot at;
        if (!draw_place(m, &at) || latest_at(m, &at)->revision != 0)
            continue;
        uint8_t key = home_key(m, &at, children, child_count);
        uint32_t revisions = key == 0 ? 1 : 1 + pick(rng, 3);
        latest_at(m, &at)->revision = revisions; /* it is taken */
        int64_t received = RIG_NOW_US - (int64_t)pick(rng, 1500) * INT64_C(86400000000);
        const struct message *accepted = NULL;
        for (uint32_t n = 1; n <= revisions; n++) {
            struct message *message = &messages[count++];
            *message = (struct message){.at = at,
                                        .revision = n,
                                        .states = draw_states(m, &at),
                                        .received_us = received += 1000000,
                                        .key = key};
            struct p_report made = draw_report(m, &at);
            if (n > 1 && chance(rng, 15))
                made = (struct p_report){0};
            pack(m, &at, &made, n - 1, &message->filing);
            if ((message->states & STATE_ACCEPTED) == 0)
                message->accepted = accepted;
            if ((message->states & STATE_ACCEPTED) == 0 && key != 0 && chance(rng, 50)) {
                struct message *again = &messages[count++];
                *again = *message;
                again->filing = (struct buf){0};
                buf_put(&again->filing, message->filing.data, message->filing.len);
                again->states |= STATE_ACCEPTED;
                again->accepted = NULL;
                message = again;
            }
            if ((message->states & STATE_ACCEPTED) != 0)
                accepted = message;
        }
    }
    return count;
}

#endif
