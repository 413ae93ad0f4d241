/* Catalogues that nodes beneath have and this one does not: a root that was restored from an old
 * backup publishes nothing before it has the one that its children have; and no child can keep it
 * from publishing, or decide what it publishes. */
#include "link/key.h"
#include "unit/node/ask.h"
#include "unit/node/dump.h"
#include "unit/node/parcel.h"
#include "unit/node/uplink.h"

enum { NODE_631 = 1, NODE_632, READER_632, REPORTER_632, ADMIN_64 };

static const Tonghop__Envelope *hello_with(struct rig *rig, uint8_t n, uint32_t unit,
                                           uint32_t number, uint8_t *hash)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = WIRE_PROTOCOL;
    hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = unit;
    hello.catalogue = number;
    if (number != 0)
        hello.catalogue_hash = (ProtobufCBinaryData){WIRE_DIGEST_SIZE, hash};
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    return rig_ask(rig, from_key(n), &envelope);
}

/* The owner of key `n` says that it has that catalogue in force. */
static void hear(struct rig *rig, uint8_t n, uint32_t unit, struct parcel *parcel)
{
    assert_body(hello_with(rig, n, unit, parcel->number, parcel->hash), BODY(WELCOME));
}

/* The only thing that status complains of; NULL when that is nothing. */
static const char *complaint(struct rig *rig)
{
    const Tonghop__Status *status = ask_status(rig, from_local())->status;
    assert_true(status->n_problems <= 1);
    return status->n_problems == 1 ? status->problems[0] : NULL;
}

static void assert_says(const char *text, const char *const *words, size_t count)
{
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        assert_contains(text, words[i]);
}

/* The sample that was changed until it is another one. */
static struct parcel other_parcel(uint32_t number)
{
    Tonghop__Catalogue *catalogue = edit_begin(number);
    edit_grow(catalogue, 1000, 1);
    return parcel_of(number, edit_end(catalogue));
}

/* A catalogue that is in force beneath keeps every other one from being published, whatever its
 * number, also after a restart; what is said names the node, its key and what to do. */
static void test_that_one_first(void **state)
{
    struct rig *rig = *state;
    char key[KEY_TEXT_SIZE];
    const char *const words[] = {"631 Suoi Trong District", "catalogue 5, here is 1",
                                 "tonghop catalogue fetch", "tonghop revoke",
                                 key_format(from_key(NODE_631).key, key)};
    struct parcel beneath = parcel_of(5, sample_bytes(5));
    struct parcel others[] = {parcel_of(2, sample_bytes(2)), other_parcel(5),
                              parcel_of(6, sample_bytes(6))};
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_null(complaint(rig));
    hear(rig, NODE_631, 631, &beneath);
    assert_logged("has catalogue 5, here is 1");
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_says(complaint(rig), words, LENGTH(words));
    for (size_t i = 0; i < LENGTH(others); i++) {
        char *before = dump_store(rig);
        assert_says(assert_refused(publish(rig, from_local(), &others[i], 0), "catalogue")->text,
                    words, LENGTH(words));
        assert_unchanged(rig, before);
    }
    publish_ok(rig, &beneath);
    assert_null(complaint(rig));
    publish_ok(rig, &others[2]);
    for (size_t i = 0; i < LENGTH(others); i++)
        buf_fini(&others[i].bytes);
    buf_fini(&beneath.bytes);
}

/* What is kept of it, byte for byte. */
static void test_golden(void **state)
{
    struct rig *rig = *state;
    static const char name[] = "heard.01010101010101010101010101010101";
    struct parcel beneath = parcel_of(258, sample_bytes(258));
    struct span value;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    hear(rig, NODE_631, 631, &beneath);
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_meta(txn, name, &value), ERR_OK);
    assert_int_equal(value.len, 36);
    assert_memory_equal(value.data, "\x00\x00\x01\x02", 4);
    assert_memory_equal(value.data + 4, beneath.hash, sizeof(beneath.hash));
    store_abort(&txn);
    buf_fini(&beneath.bytes);
}

/* Damaged, it is an error that is told, and nothing is published past it. */
static void test_damaged(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = parcel_of(2, sample_bytes(2));
    bool is_unknown;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    struct store_txn *txn = store_begin_write(rig->store);
    (void)store_put_meta(txn, "heard.01010101010101010101010101010101",
                         (struct span){parcel.hash, 35}); /* the error is sticky */
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    struct buf bytes = {0};
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish message = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    chunk.number = 2;
    chunk.hash = (ProtobufCBinaryData){sizeof(parcel.hash), parcel.hash};
    chunk.count = 1;
    chunk.data = (ProtobufCBinaryData){parcel.bytes.len, parcel.bytes.data};
    message.chunk = &chunk;
    envelope.body_case = BODY(CATALOGUE_PUBLISH);
    envelope.catalogue_publish = &message;
    envelope.seq = ++rig->seq;
    wire_pack(&envelope, &bytes);
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    event.from = from_local();
    event.bytes = span_of(&bytes);
    txn = store_begin_write(rig->store);
    assert_int_equal(node_step(rig->node, txn, &event, &rig->effects), ERR_CORRUPT);
    store_abort(&txn);
    effects_clear(&rig->effects);
    assert_logged("is damaged");
    buf_fini(&bytes);
    buf_fini(&parcel.bytes);
}

/* A child that lies does not block the root for ever: its key is named, and revoking it ends the
 * matter. What another child says still counts. */
static void test_a_liar_is_revoked(void **state)
{
    struct rig *rig = *state;
    struct parcel beneath = parcel_of(5, sample_bytes(5)), next = parcel_of(6, sample_bytes(6));
    uint8_t hash[WIRE_DIGEST_SIZE] = {1};
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_enrol(rig, NODE_632, 632, ROLE(NODE));
    hear(rig, NODE_632, 632, &beneath);
    assert_body(hello_with(rig, NODE_631, 631, UINT32_MAX, hash), BODY(WELCOME));
    assert_contains(complaint(rig), "catalogue 4294967295, here is 1");
    assert_refused(publish(rig, from_local(), &beneath, 0), "catalogue");
    rig_revoke(rig, NODE_631);
    assert_contains(complaint(rig), "catalogue 5, here is 1");
    assert_refused(publish(rig, from_local(), &next, 0), "catalogue");
    publish_ok(rig, &beneath);
    publish_ok(rig, &next);
    buf_fini(&beneath.bytes);
    buf_fini(&next.bytes);
}

/* A node takes its word back by its next hello; one that has the same as we have says nothing. */
static void test_the_last_word_counts(void **state)
{
    struct rig *rig = *state;
    struct parcel beneath = parcel_of(5, sample_bytes(5)), own = parcel_of(2, sample_bytes(2));
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    hear(rig, NODE_631, 631, &beneath);
    assert_non_null(complaint(rig));
    rig_hello(rig, from_key(NODE_631), 631); /* it has none any more */
    assert_null(complaint(rig));
    hear(rig, NODE_631, 631, &beneath);
    rig_log[0] = '\0';
    assert_body(hello_with(rig, NODE_631, 631, 1, rig->node->catalogue_hash), BODY(WELCOME));
    assert_string_equal(rig_log, "");
    assert_null(complaint(rig));
    publish_ok(rig, &own);
    buf_fini(&beneath.bytes);
    buf_fini(&own.bytes);
}

/* Only nodes have catalogues in force: what others say of theirs is of no account, nor is what an
 * enrolled key's owner says before it is refused. */
static void test_only_nodes_are_heard(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint8_t n;
        uint32_t unit;
        Tonghop__Role role;
    } rows[] = {{READER_632, 632, ROLE(READER)},
                {REPORTER_632, 632, ROLE(REPORTER)},
                {ADMIN_64, 64, ROLE(ADMIN)}};
    struct parcel beneath = parcel_of(5, sample_bytes(5));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        rig_enrol(rig, rows[i].n, rows[i].unit, rows[i].role);
        hear(rig, rows[i].n, rows[i].unit, &beneath);
        assert_null(complaint(rig));
    }
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_refused(hello_with(rig, NODE_631, 632, 5, beneath.hash), "foreign");
    assert_contains(complaint(rig), "enrolled here for"); /* and nothing else */
    buf_fini(&beneath.bytes);
}

/* Two nodes with different catalogues of one number: a person decides which one it is. */
static void test_either_of_two(void **state)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct rig *rig = *state;
        uint32_t number = 5 + i;
        struct parcel parcels[] = {parcel_of(number, sample_bytes(number)), other_parcel(number)};
        rig_enrol(rig, NODE_631, 631, ROLE(NODE));
        rig_enrol(rig, NODE_632, 632, ROLE(NODE));
        hear(rig, NODE_631, 631, &parcels[0]);
        hear(rig, NODE_632, 632, &parcels[1]);
        publish_ok(rig, &parcels[i]);
        assert_null(complaint(rig));
        buf_fini(&parcels[0].bytes);
        buf_fini(&parcels[1].bytes);
    }
}

/* What changed a half-year while it ran may be published once more after it has ended, if it is in
 * force beneath; what may never change still may not. */
static void test_changes_of_the_past(void **state)
{
    struct rig *rig = *state;
    struct date day;
    assert_int_equal(date_make(2024, 3, 1, &day), ERR_OK);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_indicator(catalogue, 7)->decimals = 2;
    struct parcel decimals = parcel_of(2, edit_end(catalogue));
    catalogue = edit_begin(2);
    edit_move(catalogue, 23863, day, 632);
    struct parcel past = parcel_of(2, edit_end(catalogue));
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    assert_refused(publish(rig, from_local(), &past, 0), "invalid");
    hear(rig, NODE_631, 631, &decimals);
    assert_refused(publish(rig, from_local(), &decimals, 0), "invalid");
    assert_refused(publish(rig, from_local(), &past, 0), "catalogue");
    hear(rig, NODE_631, 631, &past);
    publish_ok(rig, &past);
    buf_fini(&decimals.bytes);
    buf_fini(&past.bytes);
}

/* A root that lost its disk has no catalogue at all, and may not begin anew with another one. */
static void test_nothing_in_force(void **state)
{
    struct rig *rig = *state;
    struct parcel beneath = parcel_of(5, sample_bytes(5)), first = parcel_of(1, sample_bytes(1));
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    hear(rig, NODE_631, 631, &beneath);
    assert_contains(assert_refused(publish(rig, from_local(), &first, 0), "catalogue")->text,
                    "catalogue 5, here is 0");
    publish_ok(rig, &beneath);
    buf_fini(&beneath.bytes);
    buf_fini(&first.bytes);
}

/* A node between tells it, too, but not when the catalogue is on its way from above. */
static void test_a_node_between(void **state)
{
    struct rig *rig = *state;
    struct parcel beneath = parcel_of(5, sample_bytes(5));
    rig_link(rig, (struct parent){.catalogue = 1, .hash = rig->node->catalogue_hash});
    rig_enrol(rig, NODE_631, 23857, ROLE(NODE));
    hear(rig, NODE_631, 23857, &beneath);
    assert_contains(complaint(rig), "publish that FILE at the root");
    assert_contains(ask_status(rig, from_key(NODE_631))->status->problems[0], "catalogue 5");
    rig_link(rig, (struct parent){.catalogue = 5, .hash = beneath.hash});
    assert_contains(complaint(rig), "is not in force here yet");
    buf_fini(&beneath.bytes);
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_hello(*state, from_local(), 0);
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_that_one_first),
        ROOT_TEST(test_golden),
        ROOT_TEST(test_damaged),
        ROOT_TEST(test_a_liar_is_revoked),
        ROOT_TEST(test_the_last_word_counts),
        ROOT_TEST(test_only_nodes_are_heard),
        ROOT_TEST(test_either_of_two),
        ROOT_TEST(test_changes_of_the_past),
        cmocka_unit_test_setup_teardown(test_nothing_in_force, setup_empty, rig_teardown),
        DISTRICT_TEST(test_a_node_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
