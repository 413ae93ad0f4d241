/* The rig: one real node over a store of its own, driven as loop.c drives it, but without sockets.
 * Bytes go in as events; what the node sends is kept, opened with wire_open (so that every answer
 * of every test is held against the limits of the protocol) and looked at. */
#ifndef TESTS_UNIT_NODE_RIG_H
#define TESTS_UNIT_NODE_RIG_H

#include "lib/cm.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/node.h"
#include "node/step.h"
#include "wire/digest.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* The generated structs have char * members. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define BODY(name)    TONGHOP__ENVELOPE__BODY_##name
#define ROLE(name)    TONGHOP__ROLE__ROLE_##name

enum { RIG_PATH_SIZE = 128, RIG_MAP_BYTES = 64 << 20, RIG_SENT_MAX = 512 };
/* 2025-01-10T00:00:00Z, when the reports of 2024 are filed. */
#define RIG_NOW_US INT64_C(1736467200000000)

/* A message that the node sent. */
struct rig_sent {
    bool is_to_parent;
    struct peer_address address;
    struct buf bytes;
};

struct rig {
    char folder[RIG_PATH_SIZE];
    struct node_options options;
    struct store *store;
    struct node *node;
    struct effects effects;
    struct instant now;
    int64_t now_ms;
    uint64_t seq; /* of the messages that the test sends */
    struct rig_sent sent[RIG_SENT_MAX];
    size_t sent_count;
    unsigned opened_count, closed_count; /* links with the parent */
    struct arena *arena;                 /* of the answer in hand */
};

/* ---- log ---- */

static char rig_log[8192];

static inline void rig_log_line(enum log_level level, const char *line)
{
    size_t len = strlen(rig_log);
    if (level <= LOG_LEVEL_WARNING)
        (void)snprintf(rig_log + len, sizeof(rig_log) - len, "%s\n", line);
}

static inline void assert_logged(const char *words)
{
    if (strstr(rig_log, words) == NULL)
        fail_msg("the log says \"%s\", not \"%s\"", rig_log, words);
}

/* ---- transport ---- */

static inline struct rig_sent *rig_keep(struct rig *rig, struct span bytes)
{
    assert_true(rig->sent_count < RIG_SENT_MAX);
    struct rig_sent *sent = &rig->sent[rig->sent_count++];
    buf_clear(&sent->bytes);
    buf_put(&sent->bytes, bytes.data, bytes.len);
    return sent;
}

static inline enum err rig_send_peer(void *ctx, const struct peer_address *address,
                                     struct span bytes)
{
    struct rig_sent *sent = rig_keep(ctx, bytes);
    sent->is_to_parent = false;
    sent->address = *address;
    return ERR_OK;
}

static inline enum err rig_send_parent(void *ctx, struct span bytes)
{
    rig_keep(ctx, bytes)->is_to_parent = true;
    return ERR_OK;
}

static inline void rig_open_parent(void *ctx)
{
    struct rig *rig = ctx;
    rig->opened_count++;
}

static inline void rig_close_parent(void *ctx)
{
    struct rig *rig = ctx;
    rig->closed_count++;
}

static inline const char *rig_parent_trouble(void *ctx)
{
    (void)ctx;
    return "no route";
}

static inline struct transport rig_transport(struct rig *rig)
{
    return (struct transport){.ctx = rig,
                              .send_peer = rig_send_peer,
                              .send_parent = rig_send_parent,
                              .open_parent = rig_open_parent,
                              .close_parent = rig_close_parent,
                              .parent_trouble = rig_parent_trouble};
}

/* ---- life ---- */

static inline void rig_start(struct rig *rig, uint64_t reserve_bytes)
{
    static uint64_t lives; /* every new store has another one */
    struct store_options options = {
        .map_size_bytes = RIG_MAP_BYTES, .reserve_bytes = reserve_bytes, .epoch = 1000 + ++lives};
    assert_int_equal(store_open(rig->folder, &options, &rig->store), ERR_OK);
    assert_int_equal(node_new(rig->store, &rig->options, rig->now, rig->now_ms, &rig->node),
                     ERR_OK);
}

static inline void rig_stop(struct rig *rig)
{
    node_free(&rig->node);
    store_close(&rig->store);
}

/* Sets or clears the mark of a new or restored store; takes effect when the node is started. */
static inline void rig_set_restoring(struct rig *rig, bool is_restoring)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(is_restoring ? store_put_meta_u64(txn, STORE_META_RESTORE, 1)
                                  : store_delete_meta(txn, STORE_META_RESTORE),
                     ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* The process ends and comes back with what its disk holds. */
static inline void rig_restart(struct rig *rig)
{
    rig_stop(rig);
    rig_start(rig, 0);
}

static inline void rig_init(struct rig *rig, uint32_t unit, bool has_parent)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    *rig = (struct rig){
        .options = {.unit = unit,
                    .has_parent = has_parent,
                    .parent_endpoint = has_parent ? "tcp://parent:7000" : "",
                    .software = "tonghopd test",
                    .seed = 1},
        .now = {RIG_NOW_US},
        .now_ms = 1000,
        .arena = arena_new(WIRE_ANSWER_ARENA_MAX),
    };
    rig_log[0] = '\0';
    log_set_sink(rig_log_line);
    (void)snprintf(rig->folder, sizeof(rig->folder), "%s/tonghop-node-XXXXXX", base);
    assert_non_null(mkdtemp(rig->folder));
    rig_start(rig, 0);
    rig_set_restoring(rig, false); /* a node that has worked for some time */
    rig_restart(rig);
}

static inline void rig_fini(struct rig *rig)
{
    rig_stop(rig);
    effects_fini(&rig->effects);
    arena_free(&rig->arena);
    for (size_t i = 0; i < RIG_SENT_MAX; i++)
        buf_fini(&rig->sent[i].bytes);
    DIR *folder = opendir(rig->folder);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char path[2 * RIG_PATH_SIZE + 256];
        (void)snprintf(path, sizeof(path), "%s/%s", rig->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            (void)unlink(path); /* a file that stays makes rmdir fail */
    }
    if (folder != NULL)
        closedir(folder);
    assert_int_equal(rmdir(rig->folder), 0);
    log_set_sink(NULL);
}

static inline int rig_setup_unit(void **state, uint32_t unit, bool has_parent)
{
    struct rig *rig = mem_calloc(1, sizeof(*rig));
    rig_init(rig, unit, has_parent);
    *state = rig;
    return 0;
}

static inline int rig_teardown(void **state)
{
    rig_fini(*state);
    free(*state);
    return 0;
}

/* ---- who speaks ---- */

/* A person on the local socket. */
static inline struct peer_from from_local(void)
{
    return (struct peer_from){.address = {.id = {1}, .id_len = 1, .is_local = true}, .uid = 1000};
}

/* The owner of key number `n`, over a connection of its own. */
static inline struct peer_from from_key(uint8_t n)
{
    struct peer_from from = {.address = {.id = {2, n}, .id_len = 2}};
    memset(from.key, n, sizeof(from.key));
    return from;
}

/* ---- events ---- */

static inline struct event rig_event(const struct rig *rig, enum event_type type)
{
    return (struct event){.type = type, .now = rig->now, .now_ms = rig->now_ms};
}

/* One batch as loop.c runs it. What was sent before is forgotten. */
static inline void rig_batch(struct rig *rig, const struct event *events, size_t count)
{
    struct transport transport = rig_transport(rig);
    rig->sent_count = 0;
    assert_int_equal(node_batch(rig->node, events, count, &rig->effects), ERR_OK);
    node_apply(rig->node, &rig->effects, &transport, rig->now, rig->now_ms);
    assert_int_equal(rig->effects.count, 0);
}

static inline void rig_tick(struct rig *rig)
{
    struct event event = rig_event(rig, EVENT_TICK);
    rig_batch(rig, &event, 1);
}

/* Background work to its end. */
static inline void rig_settle(struct rig *rig)
{
    while (rig->node->rebuild.is_active)
        rig_tick(rig);
}

static inline void rig_message(struct rig *rig, struct peer_from from, struct span bytes)
{
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    event.from = from;
    event.bytes = bytes;
    rig_batch(rig, &event, 1);
}

static inline const Tonghop__Envelope *rig_open(struct rig *rig, struct span bytes)
{
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];
    arena_reset(rig->arena);
    if (wire_open(bytes, rig->arena, &message, reason, sizeof(reason)) != ERR_OK)
        fail_msg("the node sent what no peer accepts: %s", reason);
    return message.envelope;
}

/* What the node sent to `from`; it must be exactly one message. Lives until the next one. */
static inline const Tonghop__Envelope *rig_answer(struct rig *rig, struct peer_from from)
{
    size_t found = rig->sent_count;
    for (size_t i = 0; i < rig->sent_count; i++) {
        if (rig->sent[i].is_to_parent || !peer_address_equal(&rig->sent[i].address, &from.address))
            continue;
        if (found != rig->sent_count)
            fail_msg("the node answered twice");
        found = i;
    }
    if (found == rig->sent_count)
        fail_msg("the node did not answer");
    return rig_open(rig, span_of(&rig->sent[found].bytes));
}

/* Sends one message and returns its answer, which must name it. */
static inline const Tonghop__Envelope *rig_ask(struct rig *rig, struct peer_from from,
                                               Tonghop__Envelope *envelope)
{
    struct buf bytes = {0};
    envelope->seq = ++rig->seq;
    wire_pack(envelope, &bytes);
    rig_message(rig, from, span_of(&bytes));
    buf_fini(&bytes);
    const Tonghop__Envelope *answer = rig_answer(rig, from);
    assert_int_equal(answer->re, rig->seq);
    return answer;
}

/* ---- the answers everybody looks at ---- */

static inline void assert_body(const Tonghop__Envelope *answer, int body)
{
    if (answer->body_case == BODY(REFUSAL) && body != BODY(REFUSAL))
        fail_msg("refused: %s: %s", answer->refusal->code, answer->refusal->text);
    assert_int_equal(answer->body_case, body);
}

/* A refusal with exactly this code. */
static inline const Tonghop__Refusal *assert_refused(const Tonghop__Envelope *answer,
                                                     const char *code)
{
    if (answer->body_case != BODY(REFUSAL))
        fail_msg("answered by %s instead of being refused as '%s'", wire_body_name(answer), code);
    assert_string_equal(answer->refusal->code, code);
    assert_true(strlen(answer->refusal->text) > 0);
    return answer->refusal;
}

static inline void assert_contains(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, words);
}

/* ---- sessions and keys ---- */

static inline const Tonghop__Envelope *rig_hello_as(struct rig *rig, struct peer_from from,
                                                    uint32_t unit, uint32_t catalogue)
{
    uint8_t hash[WIRE_DIGEST_SIZE] = {0};
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = WIRE_PROTOCOL;
    hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = unit;
    hello.catalogue = catalogue;
    if (catalogue != 0)
        hello.catalogue_hash = (ProtobufCBinaryData){sizeof(hash), hash};
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    return rig_ask(rig, from, &envelope);
}

static inline void rig_hello(struct rig *rig, struct peer_from from, uint32_t unit)
{
    assert_body(rig_hello_as(rig, from, unit, 0), BODY(WELCOME));
}

/* Asks for key number `n` to be enrolled. */
static inline const Tonghop__Envelope *ask_enrol(struct rig *rig, struct peer_from from, uint8_t n,
                                                 uint32_t unit, Tonghop__Role role)
{
    struct peer_from owner = from_key(n);
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    enrol.unit = unit;
    enrol.key = (ProtobufCBinaryData){sizeof(owner.key), owner.key};
    enrol.role = role;
    enrol.name = TEXT("test");
    envelope.body_case = BODY(ENROL);
    envelope.enrol = &enrol;
    return rig_ask(rig, from, &envelope);
}

/* Accepts or returns a revision; the answer is DONE, or a refusal. */
static inline const Tonghop__Envelope *ask_mark(struct rig *rig, struct peer_from from,
                                                const struct report_key *key, uint64_t revision,
                                                uint32_t bit)
{
    Tonghop__Key wire_key;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_key_of(key, &wire_key);
    mark.key = &wire_key;
    mark.revision = revision;
    mark.states = bit;
    envelope.body_case = BODY(MARK);
    envelope.mark = &mark;
    return rig_ask(rig, from, &envelope);
}

/* Enrols key number `n`, as a person on the local socket, and lets its owner say hello. */
static inline void rig_enrol(struct rig *rig, uint8_t n, uint32_t unit, Tonghop__Role role)
{
    rig_hello(rig, from_local(), 0);
    assert_body(ask_enrol(rig, from_local(), n, unit, role), BODY(DONE));
    rig_hello(rig, from_key(n), unit);
}

static inline void rig_revoke(struct rig *rig, uint8_t n)
{
    struct peer_from owner = from_key(n);
    Tonghop__Revoke message = TONGHOP__REVOKE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    rig_hello(rig, from_local(), 0);
    message.key = (ProtobufCBinaryData){sizeof(owner.key), owner.key};
    envelope.body_case = BODY(REVOKE);
    envelope.revoke = &message;
    assert_body(rig_ask(rig, from_local(), &envelope), BODY(DONE));
}

/* ---- catalogue ---- */

/* Puts a catalogue in force at once, wherever the node stands in the tree. */
static inline void rig_put_catalogue(struct rig *rig, struct span bytes)
{
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;
    bool is_unknown;
    assert_int_equal(wire_open_catalogue(bytes, &catalogue, &problems), ERR_OK);
    struct catalogue_meta meta = {
        .number = catalogue->number, .chunk_count = 1, .chunks_held = 1, .size_bytes = bytes.len};
    digest_of(bytes, meta.hash);
    struct store_txn *txn = store_begin_write(rig->store);
    (void)store_put_chunk(txn, meta.number, 0, bytes); /* errors are sticky */
    (void)store_put_catalogue(txn, &meta);
    node_take_catalogue(rig->node, txn, catalogue, meta.hash);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    problems_fini(&problems);
}

/* The sample under another number, in bytes; the caller frees. */
static inline struct buf sample_bytes(uint32_t number)
{
    struct buf bytes = {0};
    struct catalogue *catalogue = sample_catalogue();
    catalogue->number = number;
    wire_pack_catalogue(catalogue, &bytes);
    catalogue_free(&catalogue);
    return bytes;
}

static inline void rig_install_sample(struct rig *rig)
{
    struct buf bytes = sample_bytes(1);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
}

/* cmocka fixtures: the root of the sample with its catalogue, a person on the local socket; the
 * district 631 likewise, with a parent. */
static inline int rig_setup_root(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

static inline int rig_setup_district(void **state)
{
    int result = rig_setup_unit(state, 631, true);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define ROOT_TEST(function) cmocka_unit_test_setup_teardown(function, rig_setup_root, rig_teardown)
#define DISTRICT_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, rig_setup_district, rig_teardown)

#endif
