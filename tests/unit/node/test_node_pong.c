/* Digests in pongs: how a child notices, without asking for anything, that the parent holds
 * something else; and that it does not ask for ever about what cannot be mended. */
#include "node/reconcile.h"
#include "unit/node/state.h"
#include "unit/wire/golden.h"
#include "unit/wire/hex.h"

enum { NODE_631 = 1, READER = 2 };

/* ---- the parent ---- */

static int setup_parent(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_enrol(*state, READER, 631, ROLE(READER));
    return result;
}

#define PARENT_TEST(function) cmocka_unit_test_setup_teardown(function, setup_parent, rig_teardown)

/* What the node sends to `from` with that body, NULL if it does not. */
static const Tonghop__Envelope *sent_to(struct rig *rig, struct peer_from from, int body)
{
    for (size_t i = 0; i < rig->sent_count; i++) {
        const Tonghop__Envelope *envelope = rig_open(rig, span_of(&rig->sent[i].bytes));
        if (peer_address_equal(&rig->sent[i].address, &from.address) &&
            (int)envelope->body_case == body)
            return envelope;
    }
    return NULL;
}

static const Tonghop__Pong *ask_ping(struct rig *rig, struct peer_from from, uint32_t catalogue)
{
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf bytes = {0};
    ping.catalogue = catalogue;
    envelope.body_case = BODY(PING);
    envelope.ping = &ping;
    envelope.seq = ++rig->seq;
    wire_pack(&envelope, &bytes);
    rig_message(rig, from, span_of(&bytes));
    buf_fini(&bytes);
    const Tonghop__Envelope *answer = sent_to(rig, from, BODY(PONG));
    assert_non_null(answer);
    assert_int_equal(answer->re, rig->seq);
    return answer->pong;
}

/* The buckets of the golden digest: S1 and the year of 2024, of 631. */
static void put_golden_buckets(struct rig *rig)
{
    static const struct {
        uint8_t label, first;
        uint32_t count;
    } rows[] = {{PERIOD_S1, 0x40, 2}, {PERIOD_Y, 0x60, 1}};
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bucket bucket = {.kind = KIND_ACTUAL,
                                .period = {2024, rows[i].label},
                                .unit = 631,
                                .count = rows[i].count};
        for (size_t b = 0; b < sizeof(bucket.digest); b++)
            bucket.digest[b] = (uint8_t)(rows[i].first + b);
        assert_int_equal(store_put_bucket(txn, &bucket), ERR_OK);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* The digest is that of the sender's buckets in order, and says nothing about others'. */
static void test_the_digest_has_golden_bytes(void **state)
{
    struct rig *rig = *state;
    struct buf golden = hex_bytes(GOLDEN_PONG_OF_TWO);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 64, CELLS(EXACT(1, 1))));
    put_golden_buckets(rig);
    const Tonghop__Pong *pong = ask_ping(rig, from_key(NODE_631), 1);
    assert_int_equal(pong->digest.len, golden.len);
    assert_memory_equal(pong->digest.data, golden.data, golden.len);
    buf_fini(&golden);
}

/* Only a node with the same catalogue is told; one that has none, or an older one, is told of ours
 * again. */
static void test_who_is_told(void **state)
{
    static const struct {
        const char *name;
        struct peer_from from;
        uint32_t catalogue;
        bool is_told, is_reminded;
    } rows[] = {
        {"a node", {.address = {.id = {2, NODE_631}, .id_len = 2}}, 1, true, false},
        {"with a newer catalogue",
         {.address = {.id = {2, NODE_631}, .id_len = 2}},
         2,
         false,
         false},
        {"without one", {.address = {.id = {2, NODE_631}, .id_len = 2}}, 0, false, true},
        {"a reader", {.address = {.id = {2, READER}, .id_len = 2}}, 1, false, false},
        {"a person", {.address = {.id = {1}, .id_len = 1, .is_local = true}}, 1, false, false},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct peer_from from = rows[i].from;
        print_message("row: %s\n", rows[i].name);
        if (!from.address.is_local)
            from = from_key(from.address.id[1]);
        assert_int_equal(ask_ping(rig, from, rows[i].catalogue)->digest.len,
                         rows[i].is_told ? DIGEST_SIZE : 0);
        assert_int_equal(sent_to(rig, from, BODY(CATALOGUE_NOTICE)) != NULL, rows[i].is_reminded);
    }
}

/* While the totals are rebuilt the buckets do not speak of everything. */
static void test_not_while_rebuilding(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    rig_put_catalogue(rig, span_of(&bytes));
    assert_int_equal(ask_ping(rig, from_key(NODE_631), 2)->digest.len, 0);
    rig_settle(rig);
    assert_int_equal(ask_ping(rig, from_key(NODE_631), 2)->digest.len, DIGEST_SIZE);
    buf_fini(&bytes);
}

static int setup_restoring(void **state)
{
    int result = rig_setup_unit(state, 64, true);
    rig_install_sample(*state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_set_restoring(*state, true);
    rig_restart(*state);
    rig_hello(*state, from_key(NODE_631), 631);
    return result;
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    return result;
}

/* Nor by one that lacks what it should hold. */
static void test_not_now(void **state)
{
    assert_int_equal(ask_ping(*state, from_key(NODE_631), 1)->digest.len, 0);
}

/* ---- the child ---- */

static const struct draft draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct bucket differing = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}};

/* A pong with the digest that the child has itself, with another one, or with none. */
enum says { EQUAL, OTHER, ANOTHER, NOTHING };

static void pong_from_parent(struct rig *rig, enum says says)
{
    uint8_t digest[DIGEST_SIZE] = {(uint8_t)says};
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct store_txn *txn = store_begin_read(rig->store);
    if (says == EQUAL)
        assert_int_equal(reconcile_digest(rig->node, txn, 631, digest), ERR_OK);
    store_abort(&txn);
    if (says != NOTHING)
        pong.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    envelope.body_case = BODY(PONG);
    envelope.pong = &pong;
    from_parent(rig, 0, &envelope);
}

/* Whether the child greets the parent again; its hello's number. */
static uint64_t hello_sent(struct rig *rig)
{
    rig_pump(rig);
    const Tonghop__Envelope *hello = to_parent(rig, BODY(HELLO), 0);
    return hello != NULL ? hello->seq : 0;
}

static void link_equal(struct rig *rig)
{
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_pump(rig);
}

/* A ping names the catalogue, so that the parent knows whether the two can be compared. */
static void test_a_ping_names_the_catalogue(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    static const uint32_t catalogues[] = {1, 0, 2}; /* 0: while the totals are rebuilt */
    for (size_t i = 0; i < LENGTH(catalogues); i++) {
        link_equal(rig);
        if (i == 1)
            rig_put_catalogue(rig, span_of(&bytes));
        if (i == 2)
            rig_settle(rig);
        rig->now_ms += SESSION_PING_MS;
        rig_pump(rig);
        const Tonghop__Envelope *ping = to_parent(rig, BODY(PING), 0);
        assert_non_null(ping);
        assert_int_equal(ping->ping->catalogue, catalogues[i]);
        rig->now_ms += SESSION_SILENCE_MS;
        rig_pump(rig);
    }
    buf_fini(&bytes);
}

/* Only another digest makes the child compare anew, and only when nothing is on its way up that
 * would explain it. */
static void test_what_a_pong_does(void **state)
{
    static const struct {
        const char *name;
        enum says says;
        bool is_filed, is_parked;
        bool is_hello;
    } rows[] = {
        {"equal", EQUAL, false, false, false},
        {"no digest", NOTHING, false, false, false},
        {"another one", OTHER, false, false, true},
        {"another one while something waits to go up", OTHER, true, false, false},
        {"another one while something is parked", OTHER, true, true, true},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        empty_outbox(rig);
        link_equal(rig);
        if (rows[i].is_filed) {
            static uint64_t revision;
            file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = revision,
                               CELLS(EXACT(1, (int64_t)revision + 5))));
            revision++;
        }
        if (rows[i].is_parked) {
            struct outbox_item item = {0};
            bool is_unknown;
            struct store_txn *txn = store_begin_write(rig->store);
            while (store_next_outbox(txn, &item))
                assert_int_equal(store_park_outbox(txn, item.type, &item.key, "invalid: no"),
                                 ERR_OK);
            assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        }
        rig_pump(rig);
        pong_from_parent(rig, rows[i].says);
        assert_int_equal(hello_sent(rig) != 0, rows[i].is_hello);
        assert_int_equal(hello_sent(rig), 0); /* once */
    }
}

/* One page is sent, and answered: all of it is compared. */
static void compare_all(struct rig *rig, uint64_t hello)
{
    welcome_from_parent(rig, hello, parent_with(rig, &differing, 1));
    rig_pump(rig);
    const Tonghop__Envelope *page = to_parent(rig, BODY(INVENTORY), 0);
    assert_non_null(page);
    compared_from_parent(rig, page->seq, (struct page_answer){0});
    empty_outbox(rig); /* of the statement that speaks of the year */
}

/* What still differs when all has been compared, because the parent refuses it, is not compared for
 * ever; what changes on either side is news again, and so is a new link. */
static void test_what_cannot_be_settled(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    empty_outbox(rig);
    link_equal(rig);
    pong_from_parent(rig, OTHER);
    pong_from_parent(rig, OTHER); /* before the pump: one hello for both */
    uint64_t hello = hello_sent(rig);
    assert_int_not_equal(hello, 0);
    compare_all(rig, hello);
    for (int i = 0; i < 3; i++) {
        pong_from_parent(rig, OTHER);
        assert_int_equal(hello_sent(rig), 0);
    }
    pong_from_parent(rig, ANOTHER); /* the parent's changed */
    hello = hello_sent(rig);
    assert_int_not_equal(hello, 0);
    compare_all(rig, hello);
    pong_from_parent(rig, ANOTHER);
    assert_int_equal(hello_sent(rig), 0);
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 1))));
    empty_outbox(rig);
    pong_from_parent(rig, ANOTHER); /* the child's changed */
    hello = hello_sent(rig);
    assert_int_not_equal(hello, 0);
    compare_all(rig, hello);
    pong_from_parent(rig, ANOTHER);
    assert_int_equal(hello_sent(rig), 0);
    refusal_from_parent(rig, 0, "no-session");
    link_equal(rig);
    pong_from_parent(rig, ANOTHER);
    assert_int_not_equal(hello_sent(rig), 0);
}

/* What is settled is what the hello was said for: a difference that was found while its welcome was
 * under way may be another one, which that welcome does not know of. */
static void test_what_was_found_later_is_not_settled(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    empty_outbox(rig);
    link_equal(rig);
    pong_from_parent(rig, OTHER);
    uint64_t hello = hello_sent(rig);
    assert_int_not_equal(hello, 0);
    pong_from_parent(rig, ANOTHER);
    compare_all(rig, hello);
    pong_from_parent(rig, ANOTHER);
    assert_int_not_equal(hello_sent(rig), 0);
}

/* A hello that got lost is made up for by the next pong. */
static void test_a_lost_hello(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    empty_outbox(rig);
    link_equal(rig);
    for (int i = 0; i < 3; i++) {
        pong_from_parent(rig, OTHER);
        assert_int_not_equal(hello_sent(rig), 0);
    }
}

/* While a comparison is under way, what differs is no news. */
static void test_not_while_comparing(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, parent_with(rig, &differing, 1));
    rig_pump(rig);
    assert_non_null(to_parent(rig, BODY(INVENTORY), 0));
    pong_from_parent(rig, OTHER);
    assert_int_equal(hello_sent(rig), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PARENT_TEST(test_the_digest_has_golden_bytes),
        PARENT_TEST(test_who_is_told),
        PARENT_TEST(test_not_while_rebuilding),
        cmocka_unit_test_setup_teardown(test_not_now, setup_restoring, rig_teardown),
        cmocka_unit_test_setup_teardown(test_not_now, setup_empty, rig_teardown),
        DISTRICT_TEST(test_a_ping_names_the_catalogue),
        DISTRICT_TEST(test_what_a_pong_does),
        DISTRICT_TEST(test_what_cannot_be_settled),
        DISTRICT_TEST(test_what_was_found_later_is_not_settled),
        DISTRICT_TEST(test_a_lost_hello),
        DISTRICT_TEST(test_not_while_comparing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
