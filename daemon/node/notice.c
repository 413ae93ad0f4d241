/* Saying, taking over and finding notices. */
#include "node/notice.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "wire/digest.h"

_Static_assert((int)WIRE_SEAL_SIZE == (int)DIGEST_SEAL_SIZE, "a seal is what digest_seal makes");

enum { HEARD_TYPE_SHIFT = 32 };

uint64_t notice_heard_number(uint8_t type, uint32_t author)
{
    return (uint64_t)type << HEARD_TYPE_SHIFT | author;
}

/* ---- seals ---- */

static void seal_of(const struct node *node, const Tonghop__Notice *notice, uint8_t *ret_seal)
{
    Tonghop__Notice bare = *notice;
    struct buf packed = {0};
    bare.seal = (ProtobufCBinaryData){0};
    wire_pack_notice(&bare, &packed);
    digest_seal(node->options.seal_key, span_of(&packed), ret_seal);
    buf_fini(&packed);
}

bool notice_is_own(const struct node *node, const Tonghop__Notice *notice)
{
    uint8_t seal[DIGEST_SEAL_SIZE];
    if (notice->author != node->options.unit || notice->seal.len != sizeof(seal))
        return false;
    seal_of(node, notice, seal);
    return memcmp(seal, notice->seal.data, sizeof(seal)) == 0;
}

/* ---- finding ---- */

static Tonghop__Notice *open_held(struct node *node, struct store_txn *txn, struct span bytes)
{
    Tonghop__Notice *notice;
    char reason[WIRE_REASON_SIZE];
    arena_reset(node->noting);
    if (wire_open_notice(bytes, node->noting, &notice, reason, sizeof(reason)) == ERR_OK)
        return notice;
    store_fail(txn, ERR_CORRUPT); /* it was checked when it was taken over */
    return NULL;
}

Tonghop__Notice *notice_find(struct node *node, struct store_txn *txn, const struct notice_key *key)
{
    struct span bytes;
    return store_get_notice(txn, key, &bytes) == ERR_OK ? open_held(node, txn, bytes) : NULL;
}

struct notice_key notice_cursor(const struct report_key *report, uint8_t type)
{
    return (struct notice_key){.report = *report, .type = type};
}

Tonghop__Notice *notice_next(struct node *node, struct store_txn *txn, struct notice_key *cursor)
{
    const struct notice_key of = *cursor;
    struct span bytes;
    if (!store_next_notice(txn, cursor, &bytes) || cursor->type != of.type ||
        !report_key_equal(&cursor->report, &of.report))
        return NULL;
    return open_held(node, txn, bytes);
}

/* ---- what stands ---- */

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_bytes(struct span a, struct span b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len > 0 ? memcmp(a.data, b.data, len) : 0;
    return order != 0 ? order : compare_numbers((int64_t)a.len, (int64_t)b.len);
}

/* Of two of one key the greater stands, at every node: above 0 if that is what has come. */
static int compare_held(struct step *step, struct span bytes, const Tonghop__Notice *notice,
                        struct span held_bytes)
{
    const Tonghop__Notice *held = open_held(step->node, step->txn, held_bytes);
    if (held == NULL)
        return 0; /* sticky */
    int order = compare_numbers(notice->time_us, held->time_us);
    if (order == 0)
        order = compare_numbers(notice->seen_us, held->seen_us);
    return order != 0 ? order : compare_bytes(bytes, held_bytes);
}

/* Who sent an earlier one has lost ours, or never had it: it is told again. */
static void tell_again(struct step *step, const struct notice_key *key, struct span held)
{
    struct buf copy = {0};
    buf_put(&copy, held.data, held.len);
    (void)store_put_notice(step->txn, key, span_of(&copy)); /* errors are sticky */
    notices_give_back(step, key);
    notices_mark_news(step);
    buf_fini(&copy);
}

static void hear(struct step *step, const Tonghop__Notice *notice);

/* As compare_held; above 0 also if nothing is held. */
static int order_of(struct step *step, struct span bytes, const Tonghop__Notice *notice,
                    struct notice_key *ret_key, struct span *ret_held)
{
    wire_notice_key(notice, ret_key);
    enum err err = store_get_notice(step->txn, ret_key, ret_held);
    return err == ERR_OK ? compare_held(step, bytes, notice, *ret_held) : 1;
}

bool notice_is_news(struct step *step, struct span bytes, const Tonghop__Notice *notice)
{
    struct notice_key key;
    struct span held;
    return order_of(step, bytes, notice, &key, &held) > 0;
}

void notice_take(struct step *step, struct span bytes, const Tonghop__Notice *notice)
{
    struct notice_key key;
    struct span held;
    int order = order_of(step, bytes, notice, &key, &held);
    if (order < 0)
        tell_again(step, &key, held);
    if (order <= 0)
        return;
    (void)store_put_notice(step->txn, &key, bytes); /* errors are sticky */
    notices_mark_news(step);
    hear(step, notice);
}

/* ---- saying ---- */

/* The latest stands: what is said now has to be later than what was, by whatever clock. */
static int64_t time_of(struct step *step, const struct notice_key *key, int64_t not_before_us)
{
    const Tonghop__Notice *held = notice_find(step->node, step->txn, key);
    int64_t time_us = step->event->now.us;
    if (time_us < not_before_us)
        time_us = not_before_us;
    if (held != NULL && held->time_us >= time_us)
        time_us = held->time_us + 1;
    return time_us < WIRE_INSTANT_MAX_US ? time_us : WIRE_INSTANT_MAX_US;
}

/* What is heard has the time of what it heard. */
static void put_own(struct step *step, Tonghop__Notice *notice)
{
    struct node *node = step->node;
    uint8_t seal[DIGEST_SEAL_SIZE];
    struct buf packed = {0};
    notice->author = node->options.unit;
    seal_of(node, notice, seal);
    notice->seal = (ProtobufCBinaryData){sizeof(seal), seal};
    wire_pack_notice(notice, &packed);
    notice_take(step, span_of(&packed), notice);
    notice->seal = (ProtobufCBinaryData){0};
    buf_fini(&packed);
}

void notice_say(struct step *step, Tonghop__Notice *notice, bool is_by_itself)
{
    struct notice_key key;
    char person[WIRE_PERSON_MAX + 1] = "";
    notice->author = step->node->options.unit;
    wire_notice_key(notice, &key);
    notice->time_us = time_of(step, &key, notice->time_us);
    if (!is_by_itself)
        (void)step_person(step, person);
    notice->person = person;
    put_own(step, notice);
}

void notice_decide(struct step *step, const struct report_key *key, uint64_t revision, uint8_t bit,
                   const char *reason, const uint32_t *indicators, size_t count)
{
    struct revision held;
    uint8_t digest[DIGEST_SIZE];
    struct notice_key of = {
        .report = *key,
        .type = bit == STATE_ACCEPTED ? NOTICE_ACCEPTED : NOTICE_RETURNED,
        .author = step->node->options.unit,
        .number = revision,
    };
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    if (store_get_revision(step->txn, key, revision, &held) != ERR_OK)
        return; /* sticky, or not held: there is nothing to decide about */
    digest_of(held.filing, digest);
    memcpy(of.about, digest, sizeof(of.about));
    wire_put_notice_key(&of, &notice);
    notice.text = (char *)(uintptr_t)reason; /* protobuf-c only reads them */
    notice.indicators = (uint32_t *)(uintptr_t)indicators;
    notice.n_indicators = count;
    notice_say(step, &notice, false);
}

/* ---- hearing ---- */

/* What its home has to do something about. */
static bool is_to_be_heard(uint8_t type)
{
    return type == NOTICE_RETURNED || type == NOTICE_REMINDER || type == NOTICE_REOPENING;
}

void notice_note_seen(struct step *step, const struct notice_key *key, int64_t time_us)
{
    struct notice_key of = *key;
    char person[WIRE_PERSON_MAX + 1];
    Tonghop__Notice heard = TONGHOP__NOTICE__INIT;
    of.number = notice_heard_number(key->type, key->author);
    of.type = NOTICE_HEARD;
    of.author = step->node->options.unit;
    const Tonghop__Notice *before = notice_find(step->node, step->txn, &of);
    heard.delivered_us =
        before != NULL && before->time_us == time_us ? before->delivered_us : step->event->now.us;
    wire_put_notice_key(&of, &heard);
    heard.time_us = time_us;
    heard.seen_us = step->event->now.us;
    heard.person = (char *)(uintptr_t)step_person(step, person); /* protobuf-c only reads it */
    put_own(step, &heard);
}

/* The home says that it has come, so that who said it knows. */
static void hear(struct step *step, const Tonghop__Notice *notice)
{
    struct node *node = step->node;
    struct notice_key key;
    Tonghop__Notice heard = TONGHOP__NOTICE__INIT;
    wire_notice_key(notice, &key);
    if (!is_to_be_heard(key.type) || node->catalogue == NULL ||
        node_home_of(node, step->txn, node_tree(node, key.report.period), key.report.unit) !=
            node->options.unit)
        return;
    int64_t time_us = notice->time_us; /* what is found next takes its place in memory */
    key.number = notice_heard_number(key.type, key.author);
    key.type = NOTICE_HEARD;
    key.author = node->options.unit;
    const Tonghop__Notice *before = notice_find(node, step->txn, &key);
    if (before != NULL && before->time_us >= time_us)
        return;
    wire_put_notice_key(&key, &heard);
    heard.time_us = time_us;
    heard.delivered_us = step->event->now.us;
    put_own(step, &heard);
}
