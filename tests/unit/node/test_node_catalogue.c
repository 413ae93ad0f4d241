/* Catalogues at the root: published chunk by chunk, in force when complete, verified and checked,
 * handed out; whatever is refused leaves what was in force. */
#include "node/rollup.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/parcel.h"

enum { NODE_631 = 1, READER = 10 };

static const Tonghop__Envelope *request(struct rig *rig, struct peer_from from, uint32_t number,
                                        uint32_t index)
{
    Tonghop__CatalogueRequest message = TONGHOP__CATALOGUE_REQUEST__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    message.number = number;
    message.index = index;
    envelope.body_case = BODY(CATALOGUE_REQUEST);
    envelope.catalogue_request = &message;
    return rig_ask(rig, from, &envelope);
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define EMPTY_TEST(function) cmocka_unit_test_setup_teardown(function, setup_empty, rig_teardown)

/* ---- published ---- */

/* The first catalogue: nothing is in force before its last chunk, and it outlives the process. */
static void test_published_in_chunks(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(7);
    static const char *const texts[] = {"chunk 1 of 3", "chunk 2 of 3", "catalogue 7 is in force"};
    for (uint32_t i = 0; i < parcel.count; i++) {
        const Tonghop__Envelope *answer = publish(rig, from_local(), &parcel, i);
        assert_body(answer, BODY(DONE));
        assert_contains(answer->done->text, texts[i]);
        assert_int_equal(rig->node->catalogue != NULL, i + 1 == parcel.count);
    }
    rig_settle(rig);
    assert_int_equal(rig->node->catalogue->indicator_count, 615);
    assert_memory_equal(rig->node->catalogue_hash, parcel.hash, sizeof(parcel.hash));
    rig_restart(rig);
    assert_int_equal(rig->node->catalogue->number, 7);
    assert_int_equal(rig->node->catalogue->indicator_count, 615);
    assert_memory_equal(rig->node->catalogue_hash, parcel.hash, sizeof(parcel.hash));
    buf_fini(&parcel.bytes);
}

/* The nodes beneath are told, and nobody else. */
static void test_children_are_told(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(2);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_enrol(rig, READER, 632, ROLE(READER));
    for (uint32_t i = 0; i + 1 < parcel.count; i++) {
        assert_body(publish(rig, from_local(), &parcel, i), BODY(DONE));
        assert_int_equal(rig->sent_count, 1);
    }
    assert_body(publish(rig, from_local(), &parcel, parcel.count - 1), BODY(DONE));
    assert_int_equal(rig->sent_count, 2);
    const Tonghop__Envelope *notice = rig_answer(rig, from_key(NODE_631));
    assert_body(notice, BODY(CATALOGUE_NOTICE));
    assert_int_equal(notice->re, 0);
    assert_int_equal(notice->catalogue_notice->number, 2);
    assert_memory_equal(notice->catalogue_notice->hash.data, parcel.hash, sizeof(parcel.hash));
    buf_fini(&parcel.bytes);
}

/* Chunks come in order; one that does not is refused, and the one that is due goes on. */
static void test_chunks_out_of_order(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(2);
    assert_contains(assert_refused(publish(rig, from_local(), &parcel, 1), "invalid")->text,
                    "in order");
    assert_refused(publish(rig, from_local(), &parcel, 2), "invalid");
    assert_body(publish(rig, from_local(), &parcel, 0), BODY(DONE));
    assert_refused(publish(rig, from_local(), &parcel, 2), "invalid");
    assert_body(publish(rig, from_local(), &parcel, 1), BODY(DONE));
    assert_refused(publish(rig, from_local(), &parcel, 1), "invalid");
    /* The first one again begins anew. */
    assert_body(publish(rig, from_local(), &parcel, 0), BODY(DONE));
    assert_refused(publish(rig, from_local(), &parcel, 2), "invalid");
    assert_int_equal(rig->node->catalogue->number, 1);
    assert_body(publish(rig, from_local(), &parcel, 1), BODY(DONE));
    rig_restart(rig); /* what was staged is still there */
    rig_hello(rig, from_local(), 0);
    assert_body(publish(rig, from_local(), &parcel, 2), BODY(DONE));
    assert_int_equal(rig->node->catalogue->number, 2);
    buf_fini(&parcel.bytes);
}

/* Chunks of two catalogues of one number do not mix. */
static void test_chunks_of_two_catalogues(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(2), other = big_parcel(2);
    other.hash[0] ^= 1;
    assert_body(publish(rig, from_local(), &parcel, 0), BODY(DONE));
    assert_refused(publish(rig, from_local(), &other, 1), "invalid");
    assert_int_equal(rig->node->catalogue->number, 1);
    publish_ok(rig, &parcel);
    buf_fini(&parcel.bytes);
    buf_fini(&other.bytes);
}

/* The same again is done already; another one needs a higher number. */
static void test_numbers_rise(void **state)
{
    struct rig *rig = *state;
    struct parcel first = parcel_of(5, sample_bytes(5));
    publish_ok(rig, &first);
    char *before = dump_store(rig);
    const Tonghop__Envelope *answer = publish(rig, from_local(), &first, 0);
    assert_body(answer, BODY(DONE));
    assert_contains(answer->done->text, "already");
    struct parcel same = big_parcel(5), lower = parcel_of(4, sample_bytes(4));
    assert_contains(assert_refused(publish(rig, from_local(), &same, 0), "exists")->text,
                    "catalogue 5 is in force");
    assert_refused(publish(rig, from_local(), &lower, 0), "exists");
    assert_unchanged(rig, before);
    struct parcel last = parcel_of(UINT32_MAX, sample_bytes(UINT32_MAX));
    publish_ok(rig, &last);
    buf_fini(&first.bytes);
    buf_fini(&same.bytes);
    buf_fini(&lower.bytes);
    buf_fini(&last.bytes);
}

/* Only the root publishes. */
static void test_not_beneath_the_root(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = parcel_of(2, sample_bytes(2));
    char *before = dump_store(rig);
    assert_contains(assert_refused(publish(rig, from_local(), &parcel, 0), "forbidden")->text,
                    "at the root");
    assert_unchanged(rig, before);
    buf_fini(&parcel.bytes);
}

/* ---- refused when complete ---- */

static void refuse(struct rig *rig, struct parcel *parcel, const char *code, const char *problem)
{
    char *before = dump_store(rig);
    const Tonghop__Envelope *answer = NULL;
    for (uint32_t i = 0; i < parcel->count; i++)
        answer = publish(rig, from_local(), parcel, i);
    const Tonghop__Refusal *refusal = assert_refused(answer, code);
    assert_contains(refusal->text, "may not be published");
    if (problem != NULL) {
        assert_true(refusal->n_problems > 0);
        assert_contains(refusal->problems[0]->text, problem);
    }
    assert_unchanged(rig, before);
    buf_fini(&parcel->bytes);
}

/* Bytes that are not those of the hash, or not a catalogue, or not the one that was announced. */
static void test_bytes_that_are_no_catalogue(void **state)
{
    struct rig *rig = *state;
    struct parcel wrong_hash = big_parcel(2);
    wrong_hash.hash[31] ^= 1;
    refuse(rig, &wrong_hash, "corrupt", NULL);
    struct buf rubbish = {0};
    buf_printf(&rubbish, "rubbish");
    struct parcel no_catalogue = parcel_of(2, rubbish);
    refuse(rig, &no_catalogue, "malformed", NULL);
    struct parcel other_number = parcel_of(3, sample_bytes(2));
    refuse(rig, &other_number, "malformed", NULL);
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_unit(catalogue, 23857)->parent = 4711;
    struct parcel unknown_parent = parcel_of(2, edit_end(catalogue));
    refuse(rig, &unknown_parent, "invalid", "4711");
    struct parcel good = big_parcel(2);
    publish_ok(rig, &good);
    buf_fini(&good.bytes);
}

/* What has been published stays true: each change of it is refused with the problem named. */
static void test_succession(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *catalogue = edit_begin(2);
    edit_indicator(catalogue, 7)->decimals = 2;
    struct parcel decimals = parcel_of(2, edit_end(catalogue));
    refuse(rig, &decimals, "invalid", "contrib.land");

    struct date day;
    assert_int_equal(date_make(2024, 3, 1, &day), ERR_OK);
    catalogue = edit_begin(2);
    edit_move(catalogue, 23863, day, 632);
    struct parcel past = parcel_of(2, edit_end(catalogue));
    refuse(rig, &past, "invalid", "23863");

    catalogue = edit_begin(2);
    edit_indicator(catalogue, 14)->nature = NATURE_FLOW;
    edit_indicator(catalogue, 8)->aggregation = AGGREGATION_MIN;
    struct parcel two = parcel_of(2, edit_end(catalogue));
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal =
        assert_refused(publish(rig, from_local(), &two, 0), "invalid");
    assert_int_equal(refusal->n_problems, 2);
    assert_unchanged(rig, before);
    buf_fini(&two.bytes);
}

/* ---- handed out ---- */

/* Whoever may ask gets the bytes that were published; the one in force without naming it. */
static void test_handed_out(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(2);
    rig_enrol(rig, READER, 632, ROLE(READER));
    publish_ok(rig, &parcel);
    for (uint32_t number = 0; number <= 2; number += 2) {
        struct buf got = {0};
        for (uint32_t i = 0; i < parcel.count; i++) {
            const Tonghop__Envelope *answer = request(rig, from_key(READER), number, i);
            assert_body(answer, BODY(CATALOGUE_CHUNK));
            const Tonghop__CatalogueChunk *chunk = answer->catalogue_chunk;
            assert_int_equal(chunk->number, 2);
            assert_int_equal(chunk->index, i);
            assert_int_equal(chunk->count, parcel.count);
            assert_memory_equal(chunk->hash.data, parcel.hash, sizeof(parcel.hash));
            buf_put(&got, chunk->data.data, chunk->data.len);
        }
        assert_true(span_equal(span_of(&got), span_of(&parcel.bytes)));
        buf_fini(&got);
    }
    assert_refused(request(rig, from_key(READER), 1, 0), "catalogue"); /* superseded */
    assert_contains(assert_refused(request(rig, from_key(READER), 2, 3), "range")->text, "0 to 2");
    assert_refused(request(rig, from_key(READER), 9, 0), "catalogue");
    buf_fini(&parcel.bytes);
}

/* There is nothing to hand out before there is a catalogue, nor while one is still coming. */
static void test_nothing_to_hand_out(void **state)
{
    struct rig *rig = *state;
    struct parcel parcel = big_parcel(2);
    assert_refused(request(rig, from_local(), 0, 0), "catalogue");
    assert_body(publish(rig, from_local(), &parcel, 0), BODY(DONE));
    assert_refused(request(rig, from_local(), 0, 0), "catalogue");
    assert_refused(request(rig, from_local(), 2, 0), "catalogue");
    buf_fini(&parcel.bytes);
}

/* Nobody reads a catalogue that was superseded, or that was never completed: it takes no room. */
static void test_others_are_dropped(void **state)
{
    struct rig *rig = *state;
    struct parcel abandoned[] = {big_parcel(3), big_parcel(4)};
    struct parcel parcel = parcel_of(2, sample_bytes(2));
    struct catalogue_meta meta;
    for (size_t i = 0; i < LENGTH(abandoned); i++) {
        assert_body(publish(rig, from_local(), &abandoned[i], 0), BODY(DONE));
        struct store_txn *txn = store_begin_read(rig->store);
        for (uint32_t number = 1; number <= 4; number++)
            assert_int_equal(store_get_catalogue(txn, number, &meta) == ERR_OK,
                             number == 1 || number == abandoned[i].number);
        store_abort(&txn);
        buf_fini(&abandoned[i].bytes);
    }
    publish_ok(rig, &parcel);
    struct store_txn *txn = store_begin_read(rig->store);
    for (uint32_t number = 1; number <= 4; number++)
        assert_int_equal(store_get_catalogue(txn, number, &meta) == ERR_OK, number == 2);
    store_abort(&txn);
    rig_restart(rig);
    assert_int_equal(rig->node->catalogue->number, 2);
    buf_fini(&parcel.bytes);
}

/* ---- a unit moves ---- */

static int64_t total(struct rig *rig, const char *period, uint32_t unit)
{
    struct figures figures = {0};
    struct report_key key = draft_key(DRAFT(.period = period, .unit = unit));
    struct store_txn *txn = store_begin_read(rig->store);
    rollup_of(rig->node, txn, &key, NULL, &figures);
    store_abort(&txn);
    const struct figure *figure = figures_find(&figures, 1);
    int64_t value = figure != NULL ? (int64_t)figure->value : -1;
    figures_fini(&figures);
    return value;
}

/* From February 2025 on 23863 belongs to the other district: the tree of the period's last day
 * decides, so the first half of 2025 moves and 2024 stays. */
static struct parcel moving_parcel(void)
{
    Tonghop__Catalogue *catalogue = edit_begin(2);
    struct date day;
    assert_int_equal(date_make(2025, 2, 1, &day), ERR_OK);
    edit_move(catalogue, 23863, day, 632);
    return parcel_of(2, edit_end(catalogue));
}

static void file_two_years(struct rig *rig)
{
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2025-S1", .unit = 23863, CELLS(EXACT(1, 10), EXACT(8, 5))));
    file_ok(rig, DRAFT(.period = "2025-S1", .unit = 23857, CELLS(EXACT(1, 100), EXACT(8, 3))));
}

static void test_a_unit_moves(void **state)
{
    struct rig *rig = *state;
    file_two_years(rig);
    assert_int_equal(total(rig, "2025-S1", 631), 110);
    assert_int_equal(total(rig, "2025-S1", 632), -1);
    struct parcel parcel = moving_parcel();
    publish_ok(rig, &parcel);
    assert_int_equal(total(rig, "2025-S1", 631), 100);
    assert_int_equal(total(rig, "2025-S1", 632), 10);
    assert_int_equal(total(rig, "2025-S1", 64), 110);
    assert_int_equal(total(rig, "2024-S1", 631), 1);
    assert_int_equal(total(rig, "2024-S1", 632), -1);
    assert_verifies(rig);
    file_ok(rig, DRAFT(.period = "2025-S1", .unit = 23863, .based_on = 1, .is_withdrawn = true));
    assert_int_equal(total(rig, "2025-S1", 632), -1);
    assert_verifies(rig);
    buf_fini(&parcel.bytes);
}

/* A node that a unit moves away from keeps its reports, and counts them no more. */
static void test_a_unit_moves_away(void **state)
{
    struct rig *rig = *state;
    file_two_years(rig);
    struct parcel parcel = moving_parcel();
    rig_put_catalogue(rig, span_of(&parcel.bytes));
    rig_settle(rig);
    assert_int_equal(total(rig, "2025-S1", 631), 100);
    assert_int_equal(total(rig, "2024-S1", 631), 1);
    assert_int_equal(head_of(rig, DRAFT(.period = "2025-S1", .unit = 23863, .form = 1)).revision,
                     1);
    assert_verifies(rig);
    const struct draft *correction =
        DRAFT(.period = "2025-S1", .unit = 23863, .based_on = 1, CELLS(EXACT(1, 11), EXACT(8, 5)));
    assert_refused(file_as(rig, from_local(), correction), "foreign");
    assert_verifies(rig);
    buf_fini(&parcel.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EMPTY_TEST(test_published_in_chunks),
        ROOT_TEST(test_children_are_told),
        ROOT_TEST(test_chunks_out_of_order),
        ROOT_TEST(test_chunks_of_two_catalogues),
        ROOT_TEST(test_numbers_rise),
        DISTRICT_TEST(test_not_beneath_the_root),
        ROOT_TEST(test_bytes_that_are_no_catalogue),
        ROOT_TEST(test_succession),
        ROOT_TEST(test_handed_out),
        EMPTY_TEST(test_nothing_to_hand_out),
        ROOT_TEST(test_others_are_dropped),
        ROOT_TEST(test_a_unit_moves),
        DISTRICT_TEST(test_a_unit_moves_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
