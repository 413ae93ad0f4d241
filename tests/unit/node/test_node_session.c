/* Sessions: who may connect as what, and that every message is judged by the key behind it, now. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/uplink.h"

static const struct draft draft_632 = {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1))};

static const Tonghop__Envelope *ask_ping(struct rig *rig, struct peer_from from)
{
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(PING);
    envelope.ping = &ping;
    return rig_ask(rig, from, &envelope);
}

static const Tonghop__Envelope *ask_keys(struct rig *rig, struct peer_from from)
{
    Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(KEYS_QUERY);
    envelope.keys_query = &query;
    return rig_ask(rig, from, &envelope);
}

static const Tonghop__Envelope *ask_revoke(struct rig *rig, struct peer_from from, uint8_t n)
{
    struct peer_from owner = from_key(n);
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    revoke.key = (ProtobufCBinaryData){sizeof(owner.key), owner.key};
    envelope.body_case = BODY(REVOKE);
    envelope.revoke = &revoke;
    return rig_ask(rig, from, &envelope);
}

/* ---- hello ---- */

/* The welcome says what the sender may be here, and what is in force. */
static void test_welcome(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    static const uint32_t units[] = {632, 0}; /* only a node must say its unit */
    for (size_t i = 0; i < LENGTH(units); i++) {
        const Tonghop__Envelope *answer = rig_hello_as(rig, from_key(10), units[i], 0);
        assert_body(answer, BODY(WELCOME));
        assert_int_equal(answer->welcome->role, ROLE(REPORTER));
        assert_int_equal(answer->welcome->unit, 64);
        assert_int_equal(answer->welcome->protocol, WIRE_PROTOCOL);
        assert_int_equal(answer->welcome->window, NODE_WINDOW);
        assert_int_equal(answer->welcome->catalogue, 1);
        assert_memory_equal(answer->welcome->catalogue_hash.data, rig->node->catalogue_hash,
                            WIRE_DIGEST_SIZE);
        assert_int_equal(answer->welcome->now_us, rig->now.us);
        assert_int_equal(answer->welcome->n_differing, 0);
    }
    const Tonghop__Envelope *local = rig_hello_as(rig, from_local(), 0, 0);
    assert_int_equal(local->welcome->role, ROLE(LOCAL));
}

/* A key speaks for the unit that it was enrolled for, and a key that is not known for none. */
static void test_hello_is_refused(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    rig_enrol(rig, 11, 632, ROLE(REPORTER));
    assert_body(ask_revoke(rig, from_local(), 11), BODY(DONE));
    static const struct {
        const char *name;
        uint8_t key;
        uint32_t unit;
        const char *code, *words;
    } rows[] = {
        {"a key that was never enrolled", 99, 632, "forbidden", "not enrolled"},
        {"a revoked key", 11, 632, "forbidden", "not enrolled"},
        {"another unit", 10, 631, "foreign", "enrolled for unit 632"},
        {"a unit beneath", 10, 23887, "foreign", "enrolled for unit 632"},
        {"a node of another unit", 1, 632, "foreign", "enrolled for unit 631"},
        {"a node that does not say its unit", 1, 0, "foreign", "enrolled for unit 631"},
    };
    char *before = dump_store(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct peer_from from = from_key(rows[i].key);
        from.address.id[2] = 99; /* a connection that has no session yet */
        from.address.id_len = 3;
        print_message("%s\n", rows[i].name);
        const Tonghop__Envelope *answer = rig_hello_as(rig, from, rows[i].unit, 0);
        assert_contains(assert_refused(answer, rows[i].code)->text, rows[i].words);
        assert_null(peers_find(&rig->node->peers, &from.address));
    }
    assert_unchanged(rig, before);
}

/* Protocols that this node does not speak; the refusal answers that very hello. */
static void test_hello_of_another_protocol(void **state)
{
    struct rig *rig = *state;
    static const uint32_t ranges[][2] = {{0, 0}, {2, 3}, {2, 1}};
    for (size_t i = 0; i < LENGTH(ranges); i++) {
        Tonghop__Hello hello = TONGHOP__HELLO__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        hello.protocol_min = ranges[i][0];
        hello.protocol_max = ranges[i][1];
        envelope.body_case = BODY(HELLO);
        envelope.hello = &hello;
        assert_refused(rig_ask(rig, from_key(9), &envelope), "version");
    }
}

/* Peers beyond the limit are told to come again; one that is there already may say hello again. */
static void test_too_many_peers(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    struct peer peer = {.role = ROLE(READER), .heard_ms = rig->now_ms};
    for (uint32_t i = 0; rig->node->peers.count < PEERS_MAX; i++) {
        peer.from.address = (struct peer_address){.id = {9}, .id_len = 5};
        memcpy(peer.from.address.id + 1, &i, sizeof(i));
        assert_true(peers_put(&rig->node->peers, &peer));
    }
    const struct peer_from known = from_key(10);
    struct peer_from another = known;
    another.address.id[1] = 77;
    assert_refused(rig_hello_as(rig, another, 632, 0), "busy");
    assert_body(ask_ping(rig, known), BODY(PONG));
    peers_find(&rig->node->peers, &known.address)->is_vietnamese = true;
    rig_hello(rig, known, 632);
    assert_int_equal(rig->node->peers.count, PEERS_MAX);
    assert_false(peers_find(&rig->node->peers, &known.address)->is_vietnamese);
}

/* What a child's node and this one hold differently is listed, in both directions. */
static void test_differing_buckets(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    assert_body(send_revision(rig, 1, draft, (struct wrapper){1, STATE_ACCEPTED}), BODY(ACK));
    struct bucket held = {.kind = 0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_true(store_next_bucket(txn, 631, &held));
    store_abort(&txn);
    uint8_t other[WIRE_DIGEST_SIZE] = {1};
    const struct {
        const char *name;
        uint32_t label;
        const uint8_t *digest;
        size_t differing;
        uint32_t labels[2];
    } rows[] = {
        {"the same", PERIOD_S1, held.digest, 0, {0}},
        {"other reports", PERIOD_S1, other, 1, {PERIOD_S1}},
        {"what only the child has, and what only we have",
         PERIOD_S2,
         other,
         2,
         {PERIOD_S2, PERIOD_S1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Tonghop__Bucket bucket = TONGHOP__BUCKET__INIT;
        Tonghop__Bucket *buckets[] = {&bucket};
        Tonghop__Hello hello = TONGHOP__HELLO__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        print_message("%s\n", rows[i].name);
        bucket.kind = KIND_ACTUAL;
        bucket.year = 2024;
        bucket.label = rows[i].label;
        bucket.count = 1;
        bucket.digest =
            (ProtobufCBinaryData){WIRE_DIGEST_SIZE, (uint8_t *)(uintptr_t)rows[i].digest};
        hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
        hello.unit = 631;
        hello.buckets = buckets;
        hello.n_buckets = 1;
        envelope.body_case = BODY(HELLO);
        envelope.hello = &hello;
        const Tonghop__Envelope *answer = rig_ask(rig, from_key(1), &envelope);
        assert_body(answer, BODY(WELCOME));
        assert_int_equal(answer->welcome->n_differing, rows[i].differing);
        for (size_t d = 0; d < rows[i].differing; d++) {
            assert_int_equal(answer->welcome->differing[d]->label, rows[i].labels[d]);
            assert_int_equal(answer->welcome->differing[d]->count,
                             rows[i].labels[d] == PERIOD_S1 ? 1 : 0);
        }
    }
}

/* ---- before, after, and in place of a session ---- */

/* Nothing is answered before hello, whoever asks. */
static void test_no_session(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    struct peer_from from = from_key(10);
    from.address.id[1] = 77; /* the same key over a new connection */
    char *before = dump_store(rig);
    assert_contains(assert_refused(file_as(rig, from, &draft_632), "no-session")->text, "hello");
    assert_refused(ask_ping(rig, from), "no-session");
    assert_refused(ask_status(rig, from), "no-session");
    rig_restart(rig);
    assert_refused(file_as(rig, from_key(10), &draft_632), "no-session");
    assert_refused(ask_keys(rig, from_local()), "no-session");
    assert_unchanged(rig, before);
}

/* A routing id is an address, never an identity: who comes under the address of a session, but with
 * another key, has no session. */
static void test_an_address_is_no_identity(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    rig_enrol(rig, 11, 64, ROLE(ADMIN));
    struct peer_from thief = from_key(10);
    thief.address = from_key(11).address;
    char *before = dump_store(rig);
    assert_refused(ask_keys(rig, thief), "no-session");
    assert_refused(ask_revoke(rig, thief, 11), "no-session");
    assert_unchanged(rig, before);
    assert_body(ask_keys(rig, from_key(11)), BODY(KEYS));
}

/* Who is silent for a minute is forgotten; any message counts as a sign of life. */
static void test_silent_peers_are_forgotten(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    rig_enrol(rig, 11, 632, ROLE(READER));
    for (int i = 0; i < 7; i++) {
        rig->now_ms += 10000;
        assert_body(ask_ping(rig, from_key(10)), BODY(PONG));
        rig_pump(rig);
    }
    assert_body(ask_ping(rig, from_key(10)), BODY(PONG));
    assert_refused(ask_ping(rig, from_key(11)), "no-session");
}

/* ---- roles ---- */

/* What the authority table forbids is refused, and nothing happens. */
static void test_roles_are_kept(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    rig_enrol(rig, 11, 632, ROLE(READER));
    rig_enrol(rig, 12, 64, ROLE(ADMIN));
    const struct draft *draft_631 = DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1)));
    const struct wrapper first = {1, STATE_ACCEPTED};
    char *before = dump_store(rig);
    assert_contains(assert_refused(file_as(rig, from_key(1), draft_631), "forbidden")->text,
                    "node");
    assert_refused(file_as(rig, from_key(11), &draft_632), "forbidden");
    assert_refused(file_as(rig, from_key(12), &draft_632), "forbidden");
    assert_contains(assert_refused(send_revision(rig, 10, &draft_632, first), "forbidden")->text,
                    "may not do that (revision)");
    assert_refused(send_revision(rig, 11, &draft_632, first), "forbidden");
    assert_refused(send_revision(rig, 12, &draft_632, first), "forbidden");
    static const uint8_t not_admins[] = {1, 10, 11};
    for (size_t i = 0; i < LENGTH(not_admins); i++) {
        struct peer_from from = from_key(not_admins[i]);
        assert_refused(ask_keys(rig, from), "forbidden");
        assert_refused(ask_revoke(rig, from, 12), "forbidden");
        assert_refused(ask_enrol(rig, from, 50, 632, ROLE(ADMIN)), "forbidden");
    }
    assert_unchanged(rig, before);
    assert_body(ask_keys(rig, from_key(12)), BODY(KEYS));
    assert_body(file_as(rig, from_key(10), &draft_632), BODY(RECEIPT));
}

/* A revoked key is cut off at once, wherever it is connected, and cannot come back. */
static void test_revoked_key_is_cut_off(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 632, ROLE(REPORTER));
    assert_true(node_allows_key(rig->node, from_key(10).key));
    assert_body(ask_revoke(rig, from_local(), 10), BODY(DONE));
    char *before = dump_store(rig);
    assert_false(node_allows_key(rig->node, from_key(10).key));
    assert_refused(file_as(rig, from_key(10), &draft_632), "no-session");
    assert_refused(rig_hello_as(rig, from_key(10), 632, 0), "forbidden");
    assert_refused(file_as(rig, from_key(10), &draft_632), "no-session");
    assert_unchanged(rig, before);
    assert_refused(ask_revoke(rig, from_local(), 55), "not-found");
    assert_false(node_allows_key(rig->node, from_key(55).key));
    rig_restart(rig);
    assert_false(node_allows_key(rig->node, from_key(10).key));
}

/* A revoked node's unit comes home again: its reports are taken in here. */
static void test_revoking_a_node_moves_the_home(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft = DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1)));
    rig_enrol(rig, 1, 631, ROLE(NODE));
    assert_refused(file_as(rig, from_local(), draft), "not-home");
    assert_body(ask_revoke(rig, from_local(), 1), BODY(DONE));
    assert_int_equal(file_ok(rig, draft), 1);
    rig_enrol(rig, 2, 23857, ROLE(NODE)); /* the nearest node is the home */
    const Tonghop__Refusal *refusal = assert_refused(file_as(rig, from_local(), draft), "not-home");
    assert_int_equal(refusal->home, 23857);
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1)))),
                     1);
}

/* A key that is enrolled anew under another role begins a new session under it. */
static void test_enrolling_anew_ends_the_session(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 10, 64, ROLE(ADMIN));
    assert_body(ask_keys(rig, from_key(10)), BODY(KEYS));
    assert_body(ask_enrol(rig, from_local(), 10, 632, ROLE(READER)), BODY(DONE));
    assert_refused(ask_keys(rig, from_key(10)), "no-session");
    rig_hello(rig, from_key(10), 632);
    assert_refused(ask_keys(rig, from_key(10)), "forbidden");
}

/* Units that cannot have a key here. */
static void test_enrolments_are_checked(void **state)
{
    struct rig *rig = *state;
    char *before = dump_store(rig);
    assert_refused(ask_enrol(rig, from_local(), 10, 64, ROLE(NODE)), "invalid");
    assert_refused(ask_enrol(rig, from_local(), 10, 99999, ROLE(READER)), "not-found");
    assert_refused(ask_enrol(rig, from_local(), 10, 632, ROLE(LOCAL)), "malformed");
    assert_refused(ask_enrol(rig, from_local(), 10, 632, ROLE(PARENT)), "malformed");
    assert_unchanged(rig, before);
}

/* The list of keys shows what each may do and whether it is there. */
static void test_keys_are_listed(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 3, 631, ROLE(NODE));
    rig_enrol(rig, 4, 632, ROLE(READER));
    assert_body(ask_revoke(rig, from_local(), 4), BODY(DONE));
    const Tonghop__Envelope *answer = ask_keys(rig, from_local());
    assert_body(answer, BODY(KEYS));
    assert_int_equal(answer->keys->n_entries, 2);
    static const struct {
        uint32_t unit;
        Tonghop__Role role;
        bool is_revoked, is_connected;
    } rows[] = {{631, ROLE(NODE), false, true}, {632, ROLE(READER), true, false}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__KeyEntry *entry = answer->keys->entries[i];
        assert_memory_equal(entry->key.data, from_key((uint8_t)(3 + i)).key, WIRE_KEY_SIZE);
        assert_int_equal(entry->unit, rows[i].unit);
        assert_int_equal(entry->role, rows[i].role);
        assert_int_equal(entry->revoked, rows[i].is_revoked);
        assert_int_equal(entry->connected, rows[i].is_connected);
        assert_int_equal(entry->changed_us, rig->now.us);
        assert_string_equal(entry->name, "test");
    }
}

/* A store belongs to one unit for good: another unit's node does not open it. */
static void test_store_belongs_to_one_unit(void **state)
{
    struct rig *rig = *state;
    struct node *other = NULL;
    struct node_options options = rig->options;
    options.unit = 632;
    node_free(&rig->node);
    assert_int_equal(node_new(rig->store, &options, rig->now, rig->now_ms, &other), ERR_FOREIGN);
    assert_null(other);
    assert_logged("belongs to unit 64");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_welcome),
        ROOT_TEST(test_hello_is_refused),
        ROOT_TEST(test_hello_of_another_protocol),
        ROOT_TEST(test_too_many_peers),
        ROOT_TEST(test_differing_buckets),
        ROOT_TEST(test_no_session),
        ROOT_TEST(test_an_address_is_no_identity),
        ROOT_TEST(test_silent_peers_are_forgotten),
        ROOT_TEST(test_roles_are_kept),
        ROOT_TEST(test_revoked_key_is_cut_off),
        ROOT_TEST(test_revoking_a_node_moves_the_home),
        ROOT_TEST(test_enrolling_anew_ends_the_session),
        ROOT_TEST(test_enrolments_are_checked),
        ROOT_TEST(test_keys_are_listed),
        ROOT_TEST(test_store_belongs_to_one_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
