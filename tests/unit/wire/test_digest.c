/* Digests: known values, and sums that can be taken apart again. */
#include "lib/cm.h"

#include "unit/wire/golden.h"
#include "unit/wire/hex.h"
#include "wire/digest.h"

static void assert_digest(const uint8_t *digest, const char *hex)
{
    struct buf expected = hex_bytes(hex);
    assert_int_equal(expected.len, DIGEST_SIZE);
    assert_memory_equal(digest, expected.data, DIGEST_SIZE);
    buf_fini(&expected);
}

/* Rule: a digest is BLAKE2b with 32 bytes of output and no key (RFC 7693); the values are those of
 * Python's hashlib.blake2b(digest_size=32). */
static void digests_are_blake2b_256(void **state)
{
    (void)state;
    uint8_t digest[DIGEST_SIZE];
    digest_of((struct span){0}, digest);
    assert_digest(digest, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    digest_of((struct span){(const uint8_t *)"abc", 3}, digest);
    assert_digest(digest, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

/* Rule: bytes that come in pieces have the digest of the whole, also in the middle of it. */
static void a_stream_is_its_whole(void **state)
{
    (void)state;
    uint8_t bytes[1000], whole[DIGEST_SIZE], streamed[DIGEST_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (size_t piece = 1; piece <= sizeof bytes; piece += 37) {
        struct digest_stream *stream = digest_stream_new();
        for (size_t at = 0; at < sizeof bytes; at += piece) {
            size_t len = sizeof bytes - at < piece ? sizeof bytes - at : piece;
            digest_stream_put(stream, (struct span){bytes + at, len});
            digest_stream_get(stream, streamed);
            digest_of((struct span){bytes, at + len}, whole);
            assert_memory_equal(streamed, whole, DIGEST_SIZE);
        }
        digest_stream_free(&stream);
        assert_null(stream);
    }
    struct digest_stream *none = digest_stream_new();
    digest_stream_get(none, streamed);
    digest_of((struct span){0}, whole);
    assert_memory_equal(streamed, whole, DIGEST_SIZE);
    digest_stream_free(&none);
    digest_stream_free(&none);
}

/* Rule: a key has one canonical form, whose fields have fixed places. */
static void a_key_has_fixed_bytes(void **state)
{
    (void)state;
    const struct report_key key = {
        .kind = KIND_PLAN, .period = {2024, PERIOD_S2}, .unit = 0x01020304, .form = 5};
    struct buf bytes = {0};
    struct buf expected = hex_bytes("0207e8020102030400000005");
    digest_put_key(&bytes, &key);
    assert_true(span_equal(span_of(&bytes), span_of(&expected)));
    buf_fini(&bytes);
    buf_fini(&expected);
}

/* Rule: sums are big-endian and modulo 2^256: a carry runs to the front and then away. */
static void sums_carry_and_wrap(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *sum, *part, *total;
    } rows[] = {
        {"carry", "00000000000000000000000000000000000000000000000000000000000001ff",
         "0000000000000000000000000000000000000000000000000000000000000001",
         "0000000000000000000000000000000000000000000000000000000000000200"},
        {"wrap", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         "0000000000000000000000000000000000000000000000000000000000000002",
         "0000000000000000000000000000000000000000000000000000000000000001"},
        {"every byte", "8080808080808080808080808080808080808080808080808080808080808080",
         "8080808080808080808080808080808080808080808080808080808080808081",
         "0101010101010101010101010101010101010101010101010101010101010101"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf sum = hex_bytes(rows[i].sum);
        struct buf part = hex_bytes(rows[i].part);
        print_message("row: %s\n", rows[i].name);
        digest_add(sum.data, part.data);
        assert_digest(sum.data, rows[i].total);
        digest_subtract(sum.data, part.data);
        assert_digest(sum.data, rows[i].sum);
        buf_fini(&sum);
        buf_fini(&part);
    }
}

static const struct digest_state sample_state = {
    .key = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1},
    .latest = {.number = 3, .content = {1}},
    .received = {1718349825000000},
    .first_filed = {1718300000000000},
    .accepted = {.number = 2, .states = STATE_ACCEPTED, .content = {2}},
    .accepted_received = {1718310000000000},
};

/* Rule: the digest of a state is that of the canonical bytes which digest.h describes. */
static void a_state_has_a_fixed_digest(void **state)
{
    (void)state;
    struct buf content = hex_bytes(GOLDEN_FILING_CONTENT);
    struct digest_state sample = sample_state;
    uint8_t digest[DIGEST_SIZE];
    memcpy(sample.latest.content, content.data, DIGEST_SIZE);
    digest_of_state(&sample, digest);
    assert_digest(digest, "6b29e9bc410e15b177b624ce03e54bfe552c0b9054431082ab06d444e3b90d9c");
    buf_fini(&content);
}

/* Rule: two nodes that differ in anything of a state have different digests. */
static void every_part_of_a_state_counts(void **state)
{
    (void)state;
    enum { STATES = 14 };
    uint8_t digests[STATES][DIGEST_SIZE];
    struct digest_state states[STATES];
    for (size_t i = 0; i < STATES; i++)
        states[i] = sample_state;
    states[1].key.kind = KIND_PLAN;
    states[2].key.period.label = PERIOD_Y;
    states[3].key.unit++;
    states[4].key.form++;
    states[5].latest.number++;
    states[6].latest.states = STATE_RETURNED;
    states[7].latest.content[31] = 1;
    states[8].received.us++;
    states[9].first_filed.us++;
    states[10].accepted.number--;
    states[11].accepted.states |= STATE_RETURNED;
    states[12].accepted.content[31] = 1;
    states[13].accepted_received.us++;
    for (size_t i = 0; i < STATES; i++) {
        digest_of_state(&states[i], digests[i]);
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(digests[i], digests[j], DIGEST_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_blake2b_256),
        cmocka_unit_test(a_stream_is_its_whole),
        cmocka_unit_test(a_key_has_fixed_bytes),
        cmocka_unit_test(sums_carry_and_wrap),
        cmocka_unit_test(a_state_has_a_fixed_digest),
        cmocka_unit_test(every_part_of_a_state_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
