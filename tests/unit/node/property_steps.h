/* Steps: reports are filed, accepted and returned, at the node and in the model. */
#ifndef TESTS_UNIT_NODE_PROPERTY_STEPS_H
#define TESTS_UNIT_NODE_PROPERTY_STEPS_H

#include "unit/node/property_reports.h"

/* ---- messages ---- */

static inline const Tonghop__Envelope *hand_in(struct rig *rig, const struct buf *filing,
                                               bool accepts_warnings)
{
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    file.accept_warnings = accepts_warnings;
    file.filing = (ProtobufCBinaryData){filing->len, filing->data};
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    return rig_ask(rig, from_local(), &envelope);
}

static inline struct report_key key_at(const struct p_model *m, const struct spot *at)
{
    return (struct report_key){
        .kind = (uint8_t)(at->kind + KIND_ACTUAL),
        .period = {(uint16_t)(P_FIRST_YEAR + at->year), (uint8_t)(at->label + 1)},
        .unit = m->p->units[at->unit].id,
        .form = (uint32_t)at->form + 1};
}

static inline void mark_spot(struct rig *rig, const struct p_model *m, const struct spot *at,
                             uint64_t revision, uint32_t bit)
{
    const struct report_key key = key_at(m, at);
    assert_body(ask_mark(rig, from_local(), &key, revision, bit), BODY(DONE));
}

/* ---- filing ---- */

static inline bool has_state(const struct p_report *report, uint32_t bit)
{
    return (report->states & bit) != 0;
}

static inline bool is_manual(const struct p_model *m, const struct spot *at)
{
    return catalogue_form(m->p->made, (uint32_t)at->form + 1)->is_manual;
}

static inline bool is_early(const struct p_model *m, const struct spot *at, struct instant received)
{
    return date_compare(instant_date(received), m->trees[at->year][at->label]->window.last) <= 0;
}

/* What the node has to say of it at that moment. */
static inline enum verdict verdict_at(const struct p_model *m, const struct spot *at,
                                      const struct p_report *report, struct instant now)
{
    if (!report->is_there)
        return VERDICT_GOOD;
    enum verdict verdict = verdict_on(m, at, report);
    const struct date first = m->trees[at->year][at->label]->window.first;
    bool is_to_come =
        at->kind + KIND_ACTUAL == KIND_ACTUAL && date_compare(first, instant_date(now)) > 0;
    return is_to_come && verdict == VERDICT_GOOD ? VERDICT_WARNING : verdict;
}

/* Hands it in, first without accepting warnings where it has some. NULL: refused, as it has to be,
 * or what was there already. */
static inline const Tonghop__Receipt *try_filing(struct rig *rig, const struct buf *filing,
                                                 enum verdict verdict)
{
    const Tonghop__Envelope *answer;
    if (verdict == VERDICT_WARNING) {
        answer = hand_in(rig, filing, false);
        if (answer->body_case == BODY(RECEIPT) && answer->receipt->repeated_content)
            return NULL;
        assert_refused(answer, "warnings");
    }
    answer = hand_in(rig, filing, true);
    if (verdict == VERDICT_BAD) {
        assert_refused(answer, "invalid");
        return NULL;
    }
    assert_body(answer, BODY(RECEIPT));
    assert_true(verdict == VERDICT_GOOD || answer->receipt->n_warnings > 0);
    return answer->receipt->repeated_content ? NULL : answer->receipt;
}

/* What is accepted takes the place of what counted before. */
static inline void count_latest(struct p_model *m, const struct spot *at)
{
    struct p_report *latest = latest_at(m, at), *counts = report_at(m, at);
    latest->states |= STATE_ACCEPTED;
    *counts = *latest;
    counts->is_there = latest->is_there && !has_state(latest, STATE_RETURNED);
}

static inline void file_report(struct rig *rig, struct p_model *m, const struct spot *at,
                               struct p_report made)
{
    struct p_report *latest = latest_at(m, at);
    struct buf filing = {0};
    pack(m, at, &made, latest->revision, &filing);
    const Tonghop__Receipt *receipt = try_filing(rig, &filing, verdict_at(m, at, &made, rig->now));
    buf_fini(&filing);
    if (receipt == NULL)
        return;
    /* Above the first unit is nobody who could accept. */
    bool waits = is_manual(m, at) && m->p->units[at->unit].id != 1;
    assert_int_equal(receipt->states, waits ? 0 : STATE_ACCEPTED);
    assert_int_equal(receipt->revision, latest->revision + 1);
    made.revision = receipt->revision;
    made.states = 0;
    made.received = instant_later(rig->now, latest->received);
    made.is_early = made.is_there && is_early(m, at, made.received);
    *latest = made;
    if (!waits)
        count_latest(m, at);
}

static inline void withdraw(struct rig *rig, struct p_model *m, const struct spot *at)
{
    file_report(rig, m, at, (struct p_report){0});
}

/* ---- marking ---- */

/* One that was returned is not accepted any more. */
static inline void accept_latest(struct rig *rig, struct p_model *m, const struct spot *at)
{
    struct p_report *latest = latest_at(m, at);
    if (latest->revision == 0 || m->p->units[at->unit].id == 1)
        return;
    if (has_state(latest, STATE_RETURNED)) {
        const struct report_key key = key_at(m, at);
        assert_refused(ask_mark(rig, from_local(), &key, latest->revision, STATE_ACCEPTED),
                       "exists");
        return;
    }
    mark_spot(rig, m, at, latest->revision, STATE_ACCEPTED);
    if (!has_state(latest, STATE_ACCEPTED))
        count_latest(m, at);
}

/* One that waits and is returned leaves what counted; one that counted leaves nothing. */
static inline void return_latest(struct rig *rig, struct p_model *m, const struct spot *at)
{
    struct p_report *latest = latest_at(m, at);
    mark_spot(rig, m, at, latest->revision, STATE_RETURNED);
    latest->states |= STATE_RETURNED;
    if (has_state(latest, STATE_ACCEPTED))
        report_at(m, at)->is_there = false;
}

/* Also where a later one waits: that goes on waiting. */
static inline void return_counting(struct rig *rig, struct p_model *m, const struct spot *at)
{
    struct p_report *counts = report_at(m, at), *latest = latest_at(m, at);
    if (!counts->is_there)
        return;
    mark_spot(rig, m, at, counts->revision, STATE_RETURNED);
    counts->is_there = false;
    if (counts->revision == latest->revision)
        latest->states |= STATE_RETURNED;
}

/* What was filed somewhere is accepted or returned, those that wait more often than chance has
 * them. */
static inline void mark_something(struct rig *rig, struct p_model *m)
{
    struct spot at;
    bool is_found = false;
    for (size_t tries = 0; tries < 400 && !is_found; tries++)
        is_found = draw_place(m, &at) && latest_at(m, &at)->revision != 0 &&
                   m->p->units[at.unit].id != 1 &&
                   (tries > 200 || !has_state(latest_at(m, &at), STATE_ACCEPTED));
    if (!is_found)
        return;
    if (chance(m->p->rng, 55))
        accept_latest(rig, m, &at);
    else if (chance(m->p->rng, 50))
        return_latest(rig, m, &at);
    else
        return_counting(rig, m, &at);
}

/* ---- together ---- */

static inline void remove_report(struct rig *rig, struct p_model *m, const struct spot *at)
{
    if (!report_at(m, at)->is_there)
        return;
    withdraw(rig, m, at);
    accept_latest(rig, m, at);
}

static inline void take_random_step(struct rig *rig, struct p_model *m, const struct spot *at)
{
    if (chance(m->p->rng, 15))
        withdraw(rig, m, at);
    else
        file_report(rig, m, at,
                    chance(m->p->rng, 20) ? draw_any_report(m, at) : draw_report(m, at));
    if (chance(m->p->rng, 40))
        accept_latest(rig, m, at);
    if (chance(m->p->rng, 40))
        mark_something(rig, m);
}

#endif
