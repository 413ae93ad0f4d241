/* What is said to units, and asked of it, in one line. */
#ifndef TESTS_UNIT_NODE_SAID_H
#define TESTS_UNIT_NODE_SAID_H

#include "core/notice.h"
#include "node/effects.h"
#include "unit/node/freeze.h"

#define DAY_US INT64_C(86400000000)

/* `unit` NULL: all. */
static inline const Tonghop__Envelope *ask_remind(struct rig *rig, struct peer_from from,
                                                  const char *period, const char *unit,
                                                  bool check_only)
{
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    char *units[] = {freeze_text(unit)};
    remind.period = TEXT(period);
    remind.units = units;
    remind.n_units = unit != NULL ? 1 : 0;
    remind.text = TEXT("sớm nhé");
    remind.check_only = check_only;
    envelope.body_case = BODY(REMIND);
    envelope.remind = &remind;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Envelope *ask_reopen(struct rig *rig, struct peer_from from,
                                                  const char *period, const char *unit,
                                                  int64_t until_us, const char *reason)
{
    Tonghop__Reopen reopen = TONGHOP__REOPEN__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    reopen.period = TEXT(period);
    reopen.unit = TEXT(unit);
    reopen.until_us = until_us;
    reopen.reason = TEXT(reason);
    envelope.body_case = BODY(REOPEN);
    envelope.reopen = &reopen;
    return rig_ask(rig, from, &envelope);
}

struct looking {
    const char *unit;
    bool all, mark_seen;
};
#define LOOK(...) (&(const struct looking){__VA_ARGS__})

static inline const Tonghop__Envelope *ask_inbox(struct rig *rig, struct peer_from from,
                                                 const struct looking *looking)
{
    Tonghop__InboxQuery query = TONGHOP__INBOX_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.unit = freeze_text(looking->unit);
    query.all = looking->all;
    query.mark_seen = looking->mark_seen;
    envelope.body_case = BODY(INBOX_QUERY);
    envelope.inbox_query = &query;
    return rig_ask(rig, from, &envelope);
}

static inline const Tonghop__Inbox *inbox_ok(struct rig *rig, struct peer_from from,
                                             const struct looking *looking)
{
    const Tonghop__Envelope *answer = ask_inbox(rig, from, looking);
    assert_body(answer, BODY(INBOX));
    return answer->inbox;
}

static inline const Tonghop__ReminderLine *remind_ok(struct rig *rig, const char *unit)
{
    const Tonghop__Envelope *answer = ask_remind(rig, from_local(), "2024", unit, false);
    assert_body(answer, BODY(REMINDED));
    assert_int_equal(answer->reminded->n_lines, 1);
    return answer->reminded->lines[0];
}

/* To an hour of a day of the campaign of 2024: in December, or in January after it. */
static inline void move_to(struct rig *rig, int month, int day, int hour)
{
    struct date date;
    assert_int_equal(date_make(month == 1 ? 2025 : 2024, month, day, &date), ERR_OK);
    rig->now.us = instant_end_of(date).us - DAY_US + 1 + (int64_t)hour * 3600 * 1000000;
    rig->now_ms += 1000;
}

/* The reminder of a unit; NULL: none was said. Lives until the next message. */
static inline const Tonghop__InboxEntry *reminder_of(struct rig *rig, const char *unit)
{
    const Tonghop__Inbox *inbox = inbox_ok(rig, from_local(), LOOK(.unit = unit, .all = true));
    for (size_t i = 0; i < inbox->n_entries; i++)
        if (inbox->entries[i]->type == NOTICE_REMINDER &&
            strcmp(inbox->entries[i]->unit->code, unit) == 0)
            return inbox->entries[i];
    return NULL;
}

/* The year is closed by the node's unit. */
static inline void close_year(struct rig *rig, Tonghop__EditionRank rank)
{
    assert_body(
        ask_close(rig, from_local(), FREEZE(.period = "2024", .rank = rank, .incomplete = true)),
        BODY(CLOSED));
}

/* What the node answers to a message of the local socket when so many bytes of answers wait. */
static inline const Tonghop__Envelope *ask_waiting(struct rig *rig, Tonghop__Envelope *envelope,
                                                   size_t waiting_bytes)
{
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    uint8_t *bytes = mem_calloc(1, waiting_bytes);
    struct buf packed = {0};
    bool is_unknown;
    envelope->seq = ++rig->seq;
    wire_pack(envelope, &packed);
    event.from = from_local();
    event.bytes = span_of(&packed);
    buf_put(&rig->effects.bytes, bytes, waiting_bytes);
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(node_step(rig->node, txn, &event, &rig->effects), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    const Tonghop__Envelope *answer = NULL;
    for (size_t i = 0; i < rig->effects.count; i++)
        if (rig->effects.items[i].type == EFFECT_SEND_PEER)
            answer = rig_open(rig, effects_bytes(&rig->effects, &rig->effects.items[i]));
    assert_non_null(answer);
    effects_clear(&rig->effects);
    buf_fini(&packed);
    free(bytes);
    return answer;
}

#endif
