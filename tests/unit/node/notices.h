/* Notices written in one line, sent to a rig's node by the node beneath or above it, and looked at
 * where it holds them. */
#ifndef TESTS_UNIT_NODE_NOTICES_H
#define TESTS_UNIT_NODE_NOTICES_H

#include "node/notice.h"
#include "unit/node/uplink.h"

enum { SAYS_MAX = WIRE_NOTICES_MAX, PARENTS_EPOCH = 7777 };

/* What is left 0 or NULL means: of 2024-S1, all forms, unsealed, said at RIG_NOW_US. */
struct says {
    uint8_t type;
    uint32_t unit, author, form;
    uint64_t number;
    int64_t later_us; /* than RIG_NOW_US */
    int64_t seen_us;
    uint8_t about; /* the first byte of it */
    const char *text;
    const uint8_t *seal_key; /* with which it is sealed in the name of `author` */
    bool is_broken;          /* does not read */
};

#define SAYS(...) (&(const struct says){__VA_ARGS__})

static inline struct notice_key key_of_says(const struct says *says)
{
    return (struct notice_key){.report = {KIND_ACTUAL, {2024, PERIOD_S1}, says->unit, says->form},
                               .type = says->type,
                               .author = says->author,
                               .number = says->number,
                               .about = {says->about}};
}

/* A HEARD of the node itself about `says`. */
static inline struct says heard_of(const struct says *says)
{
    return (struct says){.type = NOTICE_HEARD,
                         .unit = says->unit,
                         .author = 631,
                         .form = says->form,
                         .number = notice_heard_number(says->type, says->author)};
}

/* Appends its bytes. */
static inline void says_pack(const struct says *says, struct buf *out)
{
    struct notice_key key = key_of_says(says);
    Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
    uint8_t seal[DIGEST_SEAL_SIZE];
    wire_put_notice_key(&key, &notice);
    notice.time_us = RIG_NOW_US + says->later_us;
    notice.seen_us = says->seen_us;
    notice.text = TEXT(says->text != NULL ? says->text : "");
    if (says->seal_key != NULL) {
        struct buf bare = {0};
        wire_pack_notice(&notice, &bare);
        digest_seal(says->seal_key, span_of(&bare), seal);
        notice.seal = (ProtobufCBinaryData){sizeof seal, seal};
        buf_fini(&bare);
    }
    wire_pack_notice(&notice, out);
    if (says->is_broken)
        out->len--; /* cut */
}

/* Several in a message, with their bytes, which live as long as this does. */
struct said_page {
    Tonghop__Notices notices;
    ProtobufCBinaryData items[SAYS_MAX];
    struct buf bytes[SAYS_MAX];
    size_t count;
};

static inline void page_of(struct said_page *page, const struct says *rows, size_t count)
{
    *page = (struct said_page){.count = count};
    tonghop__notices__init(&page->notices);
    assert_true(count <= SAYS_MAX);
    for (size_t i = 0; i < count; i++) {
        says_pack(&rows[i], &page->bytes[i]);
        page->items[i] = (ProtobufCBinaryData){page->bytes[i].len, page->bytes[i].data};
    }
    page->notices.n_notices = count;
    page->notices.notices = page->items;
    page->notices.catalogue = 1;
    page->notices.epoch = PARENTS_EPOCH;
    page->notices.through = 99;
}

static inline void page_fini(struct said_page *page)
{
    for (size_t i = 0; i < page->count; i++)
        buf_fini(&page->bytes[i]);
}

/* ---- at a parent ---- */

/* Of the node of `unit`, whose key is enrolled; `knows` them, as from 0.3 on. */
static inline const Tonghop__Welcome *hello_of_node(struct rig *rig, uint8_t n, uint32_t unit,
                                                    bool knows)
{
    uint8_t hash[WIRE_DIGEST_SIZE];
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    memcpy(hash, rig->node->catalogue_hash, sizeof hash);
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = unit;
    hello.catalogue = rig->node->catalogue->number;
    hello.catalogue_hash = (ProtobufCBinaryData){sizeof hash, hash};
    hello.node = true;
    hello.notices = knows;
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    const Tonghop__Envelope *answer = rig_ask(rig, from_key(n), &envelope);
    assert_body(answer, BODY(WELCOME));
    return answer->welcome;
}

/* Child `n` says them; the answer lives until the next message. The first message to the child that
 * answers: hints go there, too. */
static inline const Tonghop__Envelope *child_tells(struct rig *rig, uint8_t n,
                                                   struct said_page *page)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf bytes = {0};
    struct peer_from from = from_key(n);
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page->notices;
    envelope.seq = ++rig->seq;
    wire_pack(&envelope, &bytes);
    rig_message(rig, from, span_of(&bytes));
    buf_fini(&bytes);
    for (size_t i = 0; i < rig->sent_count; i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        if (peer_address_equal(&rig->sent[i].address, &from.address) && answer->re == rig->seq)
            return answer;
    }
    fail_msg("the node did not answer");
    return NULL;
}

static inline void child_says_all(struct rig *rig, uint8_t n, const struct says *rows, size_t count)
{
    struct said_page page;
    page_of(&page, rows, count);
    const Tonghop__Envelope *answer = child_tells(rig, n, &page);
    assert_body(answer, BODY(NOTICES_ACK));
    assert_int_equal(answer->notices_ack->through, 99);
    page_fini(&page);
}

static inline void child_says(struct rig *rig, uint8_t n, const struct says *says)
{
    child_says_all(rig, n, says, 1);
}

struct asks {
    uint64_t epoch, after;
    uint32_t catalogue; /* 0: 1 */
};

static inline const Tonghop__Envelope *child_asks(struct rig *rig, uint8_t n, struct asks asks)
{
    Tonghop__NoticesQuery query = TONGHOP__NOTICES_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.epoch = asks.epoch;
    query.after = asks.after;
    query.catalogue = asks.catalogue != 0 ? asks.catalogue : 1;
    envelope.body_case = BODY(NOTICES_QUERY);
    envelope.notices_query = &query;
    return rig_ask(rig, from_key(n), &envelope);
}

/* How often child `n` was just told to ask. */
static inline size_t count_hints(struct rig *rig, uint8_t n)
{
    struct peer_from from = from_key(n);
    size_t count = 0;
    for (size_t i = 0; i < rig->sent_count; i++) {
        if (rig->sent[i].is_to_parent || !peer_address_equal(&rig->sent[i].address, &from.address))
            continue;
        const Tonghop__Envelope *sent = rig_open(rig, span_of(&rig->sent[i].bytes));
        count += sent->body_case == BODY(NOTICES) && sent->re == 0;
    }
    return count;
}

/* ---- at a child ---- */

/* With this it seals what it says. */
static const uint8_t rig_seal[WIRE_DIGEST_SIZE] = {9};

static inline int rig_setup_sealed(void **state)
{
    int result = rig_setup_district(state);
    struct rig *rig = *state;
    memcpy(rig->options.seal_key, rig_seal, sizeof rig_seal);
    rig_restart(rig);
    return result;
}

#define CHILD_TEST(function)                                                                       \
    cmocka_unit_test_setup_teardown(function, rig_setup_sealed, rig_teardown)

/* The answer to hello `re` of a parent of 0.3, whose feed is that of `epoch`; 0: one of 0.2. */
static inline void welcome_above(struct rig *rig, uint64_t re, uint64_t epoch)
{
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = 64;
    welcome.role = ROLE(NODE);
    welcome.window = NODE_WINDOW;
    welcome.catalogue = rig->node->catalogue->number;
    welcome.catalogue_hash = (ProtobufCBinaryData){WIRE_DIGEST_SIZE, rig->node->catalogue_hash};
    welcome.notices_epoch = epoch;
    envelope.body_case = BODY(WELCOME);
    envelope.welcome = &welcome;
    from_parent(rig, re, &envelope);
}

/* Links it with such a parent. */
static inline void link_above(struct rig *rig, uint64_t epoch)
{
    welcome_above(rig, await_hello(rig), epoch);
    assert_int_equal(rig->node->session.state, SESSION_UP);
}

/* The question that the node has just asked; its seq through `ret_seq`, 0: it asked none. */
static inline struct asks asked_above(struct rig *rig, uint64_t *ret_seq)
{
    const Tonghop__Envelope *sent = to_parent(rig, BODY(NOTICES_QUERY), 0);
    *ret_seq = sent != NULL ? sent->seq : 0;
    return sent != NULL ? (struct asks){sent->notices_query->epoch, sent->notices_query->after,
                                        sent->notices_query->catalogue}
                        : (struct asks){0};
}

/* The parent answers question `re`, or says by itself (0) that there is more. */
static inline void parent_tells(struct rig *rig, uint64_t re, const struct says *rows, size_t count,
                                uint64_t through)
{
    struct said_page page;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    page_of(&page, rows, count);
    page.notices.catalogue = rig->node->catalogue->number;
    page.notices.through = through;
    envelope.body_case = BODY(NOTICES);
    envelope.notices = &page.notices;
    from_parent(rig, re, &envelope);
    page_fini(&page);
}

static inline void parent_acks(struct rig *rig, uint64_t re, uint64_t through)
{
    Tonghop__NoticesAck message = TONGHOP__NOTICES_ACK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    message.through = through;
    envelope.body_case = BODY(NOTICES_ACK);
    envelope.notices_ack = &message;
    from_parent(rig, re, &envelope);
}

/* What the node has just handed up, opened; `*ret_seq` 0: nothing. Lives until the next message. */
static inline const Tonghop__Notices *handed_up(struct rig *rig, uint64_t *ret_seq)
{
    const Tonghop__Envelope *sent = to_parent(rig, BODY(NOTICES), 0);
    *ret_seq = sent != NULL ? sent->seq : 0;
    return sent != NULL ? sent->notices : NULL;
}

/* The key of item `i` of a page. */
static inline struct notice_key key_in(struct rig *rig, const Tonghop__Notices *notices, size_t i)
{
    struct notice_key key;
    Tonghop__Notice *notice;
    char reason[WIRE_REASON_SIZE];
    struct span bytes = {notices->notices[i].data, notices->notices[i].len};
    assert_true(i < notices->n_notices);
    assert_int_equal(wire_open_notice(bytes, rig->arena, &notice, reason, sizeof reason), ERR_OK);
    wire_notice_key(notice, &key);
    return key;
}

static inline bool has_key(struct rig *rig, const Tonghop__Notices *notices,
                           const struct says *says)
{
    struct notice_key wanted = key_of_says(says);
    for (size_t i = 0; i < notices->n_notices; i++) {
        struct notice_key key = key_in(rig, notices, i);
        if (notice_key_equal(&key, &wanted))
            return true;
    }
    return false;
}

/* Links with a parent of `epoch`, asks, is told `rows`, and hands up until it has nothing more. */
static inline void link_and_settle(struct rig *rig, uint64_t epoch, const struct says *rows,
                                   size_t count)
{
    uint64_t seq;
    link_above(rig, epoch);
    rig_pump(rig);
    (void)asked_above(rig, &seq);
    assert_true(seq != 0);
    parent_tells(rig, seq, rows, count, 10);
    for (int i = 0; i < 10; i++) {
        uint64_t pushed;
        rig_pump(rig);
        const Tonghop__Notices *notices = handed_up(rig, &pushed);
        if (notices == NULL)
            break;
        parent_acks(rig, pushed, notices->through);
    }
    assert_true(notices_are_quiet(rig->node));
}

/* ---- what is held ---- */

/* Its text; NULL: it is not held. Lives until the next call. */
static inline const char *held_text(struct rig *rig, const struct says *says)
{
    static char text[REPORT_REASON_MAX + 1];
    struct notice_key key = key_of_says(says);
    struct store_txn *txn = store_begin_read(rig->store);
    const Tonghop__Notice *notice = notice_find(rig->node, txn, &key);
    if (notice != NULL)
        (void)snprintf(text, sizeof text, "%s", notice->text);
    store_abort(&txn);
    return notice != NULL ? text : NULL;
}

static inline void assert_holds(struct rig *rig, const struct says *says)
{
    const char *held = held_text(rig, says), *text = says->text != NULL ? says->text : "";
    if (held == NULL || strcmp(held, text) != 0)
        fail_msg("type %u of unit %u by unit %u: \"%s\", not \"%s\"", says->type, says->unit,
                 says->author, held != NULL ? held : "(not held)", text);
}

/* Its place in the feed, 0: it is not held. */
static inline uint64_t change_of(struct rig *rig, const struct says *says)
{
    struct notice_key key = key_of_says(says);
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t change = store_notice_change(txn, &key);
    store_abort(&txn);
    return change;
}

static inline uint64_t count_held(struct rig *rig)
{
    struct store_txn *txn = store_begin_read(rig->store);
    uint64_t count = store_count_notices(txn);
    store_abort(&txn);
    return count;
}

#endif
