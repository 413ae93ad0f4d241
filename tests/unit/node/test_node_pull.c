/* Catalogues beneath the root: pulled from the parent chunk by chunk, as far as they have come
 * kept, and in force only when they are what the parent named. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"
#include "unit/node/uplink.h"

struct source {
    uint32_t number, count;
    uint8_t hash[WIRE_DIGEST_SIZE];
    struct buf bytes;
};

/* What the parent hands down: the sample with more indicators, in three chunks. */
static struct source source_of(uint32_t number)
{
    Tonghop__Catalogue *catalogue = edit_begin(number);
    edit_grow(catalogue, 1000, 600);
    struct source source = {.number = number, .bytes = edit_end(catalogue)};
    source.count = (uint32_t)((source.bytes.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
    assert_int_equal(source.count, 3);
    digest_of(span_of(&source.bytes), source.hash);
    return source;
}

static struct parent parent_of(const struct source *source)
{
    return (struct parent){.catalogue = source->number, .hash = source->hash};
}

/* Pumps; the number of the request that goes up for `index`, or 0 if none does. */
static uint64_t requested(struct rig *rig, const struct source *source, uint32_t *ret_index)
{
    rig_pump(rig);
    const Tonghop__Envelope *envelope = to_parent(rig, BODY(CATALOGUE_REQUEST), 0);
    if (envelope == NULL)
        return 0;
    assert_int_equal(envelope->catalogue_request->number, source->number);
    *ret_index = envelope->catalogue_request->index;
    assert_null(to_parent(rig, BODY(CATALOGUE_REQUEST), 1));
    return envelope->seq;
}

static uint64_t requested_chunk(struct rig *rig, const struct source *source, uint32_t expected)
{
    uint32_t index = UINT32_MAX;
    uint64_t seq = requested(rig, source, &index);
    assert_true(seq != 0);
    assert_int_equal(index, expected);
    return seq;
}

static void send_chunk(struct rig *rig, struct source *source, uint64_t re, uint32_t index)
{
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    size_t at = (size_t)index * WIRE_CHUNK_SIZE;
    size_t left = source->bytes.len - at;
    chunk.number = source->number;
    chunk.hash = (ProtobufCBinaryData){sizeof(source->hash), source->hash};
    chunk.index = index;
    chunk.count = source->count;
    chunk.data = (ProtobufCBinaryData){left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE,
                                       source->bytes.data + at};
    envelope.body_case = BODY(CATALOGUE_CHUNK);
    envelope.catalogue_chunk = &chunk;
    from_parent(rig, re, &envelope);
}

static void pull_from(struct rig *rig, struct source *source, uint32_t first)
{
    for (uint32_t i = first; i < source->count; i++)
        send_chunk(rig, source, requested_chunk(rig, source, i), i);
}

static void notice(struct rig *rig, struct source *source)
{
    Tonghop__CatalogueNotice message = TONGHOP__CATALOGUE_NOTICE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    message.number = source->number;
    message.hash = (ProtobufCBinaryData){sizeof(source->hash), source->hash};
    envelope.body_case = BODY(CATALOGUE_NOTICE);
    envelope.catalogue_notice = &message;
    from_parent(rig, 0, &envelope);
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 631, true);
}

#define PULL_TEST(function) cmocka_unit_test_setup_teardown(function, setup_empty, rig_teardown)

/* ---- the way it goes ---- */

/* Chunk after chunk, one request at a time; then it is in force, and its own children are told. */
static void test_pulled(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4);
    uint32_t index;
    rig_link(rig, parent_of(&source));
    rig_enrol(rig, 3, 23857, ROLE(NODE));
    uint64_t seq = requested_chunk(rig, &source, 0);
    assert_int_equal(requested(rig, &source, &index), 0); /* while one is under way */
    send_chunk(rig, &source, seq, 0);
    assert_null(rig->node->catalogue);
    pull_from(rig, &source, 1);
    assert_int_equal(rig->node->catalogue->number, 4);
    assert_memory_equal(rig->node->catalogue_hash, source.hash, sizeof(source.hash));
    assert_body(rig_answer(rig, from_key(3)), BODY(CATALOGUE_NOTICE));
    assert_int_equal(requested(rig, &source, &index), 0);
    rig_settle(rig);
    rig_hello(rig, from_local(), 0);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1))));
    rig_restart(rig);
    assert_int_equal(rig->node->catalogue->number, 4);
    assert_verifies(rig);
    buf_fini(&source.bytes);
}

/* What has come before the process ended is not asked for again. */
static void test_resumed_after_a_restart(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4);
    rig_link(rig, parent_of(&source));
    send_chunk(rig, &source, requested_chunk(rig, &source, 0), 0);
    rig_restart(rig);
    rig_link(rig, parent_of(&source));
    pull_from(rig, &source, 1);
    assert_int_equal(rig->node->catalogue->number, 4);
    buf_fini(&source.bytes);
}

/* A link that is lost with a request under way does not leave the node waiting for its answer. */
static void test_resumed_after_a_lost_link(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4);
    rig_link(rig, parent_of(&source));
    send_chunk(rig, &source, requested_chunk(rig, &source, 0), 0);
    uint64_t lost = requested_chunk(rig, &source, 1);
    refusal_from_parent(rig, 0, "no-session");
    rig->now_ms += 4 * SESSION_BACKOFF_MIN_MS; /* well before the request would be repeated */
    rig_pump(rig);
    const Tonghop__Envelope *hello = to_parent(rig, BODY(HELLO), 0);
    assert_non_null(hello);
    welcome_from_parent(rig, hello->seq, parent_of(&source));
    uint64_t seq = requested_chunk(rig, &source, 1);
    assert_true(seq > lost);
    send_chunk(rig, &source, lost, 1); /* too late: it was asked for anew */
    send_chunk(rig, &source, seq, 1);
    pull_from(rig, &source, 2);
    assert_int_equal(rig->node->catalogue->number, 4);
    buf_fini(&source.bytes);
}

/* A request that is not answered goes up again. */
static void test_asked_again(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4);
    uint32_t index;
    rig_link(rig, parent_of(&source));
    requested_chunk(rig, &source, 0);
    rig->now_ms += SESSION_RESEND_MS - 1;
    assert_int_equal(requested(rig, &source, &index), 0);
    rig->now_ms += 1;
    send_chunk(rig, &source, requested_chunk(rig, &source, 0), 0);
    requested_chunk(rig, &source, 1);
    buf_fini(&source.bytes);
}

/* ---- what is not taken ---- */

/* Pumps until the request that brought us no further goes up again: not at once, for a parent whose
 * catalogue cannot be used would be asked for it for ever. */
static uint64_t requested_later(struct rig *rig, const struct source *source, uint32_t expected)
{
    uint32_t index;
    assert_int_equal(requested(rig, source, &index), 0);
    rig->now_ms += SESSION_RESEND_MS;
    return requested_chunk(rig, source, expected);
}

/* Only the chunk that was asked for, of the catalogue that the parent named, is taken. */
static void test_chunks_that_nobody_asked_for(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4), other = source_of(5), forged = source_of(4);
    forged.hash[3] ^= 1;
    rig_link(rig, parent_of(&source));
    char *before = dump_store(rig);
    send_chunk(rig, &source, 0, 0);
    uint64_t seq = requested_chunk(rig, &source, 0);
    send_chunk(rig, &source, 0, 0);
    send_chunk(rig, &source, seq + 100, 0);
    send_chunk(rig, &other, seq, 0); /* of another number: the right one is asked for at once */
    send_chunk(rig, &forged, requested_chunk(rig, &source, 0), 0);
    send_chunk(rig, &source, requested_later(rig, &source, 0), 2);
    assert_unchanged(rig, before);
    send_chunk(rig, &source, requested_later(rig, &source, 0), 0);
    pull_from(rig, &source, 1);
    assert_int_equal(rig->node->catalogue->number, 4);
    buf_fini(&source.bytes);
    buf_fini(&other.bytes);
    buf_fini(&forged.bytes);
}

/* Bytes that are not those of the hash are not put in force, and are pulled anew. */
static void test_a_damaged_chunk(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4), damaged = source_of(4);
    damaged.bytes.data[WIRE_CHUNK_SIZE + 100] ^= 1;
    rig_link(rig, parent_of(&source));
    char *before = dump_store(rig);
    for (uint32_t i = 0; i < source.count; i++)
        send_chunk(rig, i == 1 ? &damaged : &source, requested_chunk(rig, &source, i), i);
    assert_null(rig->node->catalogue);
    assert_logged("cannot be used (corrupt)");
    assert_unchanged(rig, before);
    notice(rig, &source); /* a reminder says nothing new */
    assert_contains(rig->node->uplink.trouble, "cannot be used (corrupt)");
    send_chunk(rig, &source, requested_later(rig, &source, 0), 0);
    pull_from(rig, &source, 1);
    assert_int_equal(rig->node->catalogue->number, 4);
    assert_string_equal(rig->node->uplink.trouble, "");
    buf_fini(&source.bytes);
    buf_fini(&damaged.bytes);
}

/* A refusal of a chunk is no end of the link; the chunk is asked for again, later. */
static void test_a_refused_chunk(void **state)
{
    struct rig *rig = *state;
    struct source source = source_of(4);
    rig_link(rig, parent_of(&source));
    refusal_from_parent(rig, requested_chunk(rig, &source, 0), "catalogue");
    assert_int_equal(rig->node->session.state, SESSION_UP);
    send_chunk(rig, &source, requested_later(rig, &source, 0), 0);
    pull_from(rig, &source, 1);
    assert_int_equal(rig->node->catalogue->number, 4);
    buf_fini(&source.bytes);
}

/* ---- the next one ---- */

/* A notice of a higher number begins a pull; totals are rebuilt under it and what was parked goes
 * up. The same number, or a lower one, begins nothing. */
static void test_a_notice(void **state)
{
    struct rig *rig = *state;
    struct source lower = source_of(1), higher = source_of(6);
    uint32_t index;
    struct node_health health;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1))));
    char *before = dump_totals(rig, true);
    rig_link(rig, (struct parent){.catalogue = 1, .hash = rig->node->catalogue_hash});
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(REVISION), 0)->seq, "catalogue");
    assert_int_equal(requested(rig, &lower, &index), 0);
    notice(rig, &lower);
    assert_logged("another one than ours");
    assert_int_equal(requested(rig, &lower, &index), 0);
    refusal_from_parent(rig, to_parent(rig, BODY(REVISION), 0)->seq, "catalogue");
    notice(rig, &higher);
    rig_pump(rig); /* what was parked is tried again, and is not taken yet */
    uint64_t request = to_parent(rig, BODY(CATALOGUE_REQUEST), 0)->seq;
    refusal_from_parent(rig, to_parent(rig, BODY(REVISION), 0)->seq, "catalogue");
    send_chunk(rig, &higher, request, 0);
    pull_from(rig, &higher, 1);
    assert_int_equal(rig->node->catalogue->number, 6);
    node_get_health(rig->node, &health);
    assert_true(health.is_rebuilding);
    assert_int_equal(health.parked_count, 0);
    rig_settle(rig);
    char *after = dump_totals(rig, true);
    assert_string_equal(before, after);
    assert_verifies(rig);
    free(before);
    free(after);
    buf_fini(&lower.bytes);
    buf_fini(&higher.bytes);
}

/* Another catalogue of the number that was being pulled is pulled from its beginning. */
static void test_another_of_that_number(void **state)
{
    struct rig *rig = *state;
    struct source first = source_of(4);
    Tonghop__Catalogue *catalogue = edit_begin(4);
    edit_grow(catalogue, 2000, 600);
    struct source second = {.number = 4, .count = 3, .bytes = edit_end(catalogue)};
    digest_of(span_of(&second.bytes), second.hash);
    rig_link(rig, parent_of(&first));
    send_chunk(rig, &first, requested_chunk(rig, &first, 0), 0);
    notice(rig, &second);
    pull_from(rig, &second, 0);
    assert_memory_equal(rig->node->catalogue_hash, second.hash, sizeof(second.hash));
    buf_fini(&first.bytes);
    buf_fini(&second.bytes);
}

/* A still higher number that comes in the middle of a pull is what is pulled from then on. */
static void test_overtaken(void **state)
{
    struct rig *rig = *state;
    struct source first = source_of(4), second = source_of(5);
    rig_link(rig, parent_of(&first));
    send_chunk(rig, &first, requested_chunk(rig, &first, 0), 0);
    uint64_t seq = requested_chunk(rig, &first, 1);
    notice(rig, &second);
    send_chunk(rig, &first, seq, 1);
    pull_from(rig, &second, 0);
    assert_int_equal(rig->node->catalogue->number, 5);
    buf_fini(&first.bytes);
    buf_fini(&second.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PULL_TEST(test_pulled),
        PULL_TEST(test_resumed_after_a_restart),
        PULL_TEST(test_resumed_after_a_lost_link),
        PULL_TEST(test_asked_again),
        PULL_TEST(test_chunks_that_nobody_asked_for),
        PULL_TEST(test_a_damaged_chunk),
        PULL_TEST(test_a_refused_chunk),
        DISTRICT_TEST(test_a_notice),
        PULL_TEST(test_another_of_that_number),
        PULL_TEST(test_overtaken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
