/* Records as bytes: fixed for ever; whatever else lies on a disk is refused, never trusted. */
#include "lib/cm.h"

#include <stdio.h>

#include "store/record.h"

#define DIGEST_A                                                                                   \
    "\xA0\xA1\xA2\xA3\xA4\xA5\xA6\xA7\xA8\xA9\xAA\xAB\xAC\xAD\xAE\xAF"                             \
    "\xB0\xB1\xB2\xB3\xB4\xB5\xB6\xB7\xB8\xB9\xBA\xBB\xBC\xBD\xBE\xBF"
#define DIGEST_C                                                                                   \
    "\xC0\xC1\xC2\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA\xCB\xCC\xCD\xCE\xCF"                             \
    "\xD0\xD1\xD2\xD3\xD4\xD5\xD6\xD7\xD8\xD9\xDA\xDB\xDC\xDD\xDE\xDF"

/* 2024-12-12T08:30:00+07:00 and a microsecond before 1970: instants are signed. */
#define RECEIVED_US 1733967000000000
#define RECEIVED    "\x00\x06\x29\x08\xA7\x16\x56\x00"
#define FIRST_FILED "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"

#define SPAN(literal) ((struct span){(const uint8_t *)(literal), sizeof(literal) - 1})

static const struct span bytes_golden = SPAN("\x01hello");
static const struct span u64_golden = SPAN("\x01\x00\x00\x00\x00\x00\x00\x01\x02");
static const struct span head_golden =
    SPAN("\x02"
         "\x00\x00\x00\x00\x00\x00\x00\x03" /* revision */
         "\x00\x00\x00\x00\x00\x00\x00\x02" /* accepted */
         "\x00\x00\x00\x00\x00\x00\x00\x01" /* counting */
         "\x01"                             /* states */
         "\x02"                             /* scope */
         "\x01"                             /* withdrawn */
         "\x00\x00\x02\x77" /* home */ RECEIVED FIRST_FILED DIGEST_A DIGEST_C
         "\x00\x00\x00\x00\x00\x00\x01\x03" /* change */);
static const struct span outbox_golden = SPAN("\x02"
                                              "\x00\x00\x00\x00\x00\x00\x01\x02" /* version */
                                              RECEIVED);
static const struct span revision_golden = SPAN("\x02"
                                                "\x03"             /* states */
                                                "\x00\x00\x02\x77" /* home */
                                                RECEIVED FIRST_FILED RECEIVED FIRST_FILED "\x04"
                                                "L\xC3\xAA"
                                                "n"                  /* by */
                                                "\x0A\x02\x08\x01"); /* filing */
/* As schemas before 6 wrote it. */
static const struct span old_revision = SPAN("\x01"
                                             "\x03"
                                             "\x00\x00\x02\x77" RECEIVED FIRST_FILED "\x04"
                                             "L\xC3\xAA"
                                             "n"
                                             "\x0A\x02\x08\x01");
static const struct span notice_golden = SPAN("\x01"
                                              "\x00\x00\x00\x00\x00\x00\x01\x03" /* change */
                                              "\x08\x02");
static const struct span bucket_golden = SPAN("\x01" DIGEST_A "\x00\x00\x01\x02");
static const struct span text_golden = SPAN("\x01"
                                            "catalogue 8 is not known above");
static const struct span alarm_golden = SPAN("\x01" RECEIVED "totals differ");
static const struct span quarantined_golden = SPAN("\x01" RECEIVED DIGEST_A "\x09"
                                                   "malformed"
                                                   "\xDE\xAD\x00");
static const struct span enrolled_golden = SPAN("\x01"
                                                "\x00\x00\x5D\x31" /* unit */
                                                "\x02"             /* role */
                                                "\x01"             /* revoked */
                                                RECEIVED "xa-binh-an");
static const struct span catalogue_golden = SPAN("\x01" DIGEST_A "\x00\x00\x00\x05" /* chunks */
                                                 "\x00\x00\x00\x02"                 /* held */
                                                 "\x00\x00\x00\x00\x00\x02\x00\x00" /* bytes */);

/* ---- one function per record: decodes, encodes what was decoded, compares ---- */

static bool again(struct span record, struct buf *out)
{
    bool is_same = span_equal(record, span_of(out));
    buf_fini(out);
    return is_same;
}

static bool bytes_survive(struct span record)
{
    struct span value;
    struct buf out = {0};
    if (!record_decode_bytes(record, &value))
        return false;
    record_encode_bytes(value, &out);
    return again(record, &out);
}

static bool u64_survives(struct span record)
{
    uint64_t value;
    struct buf out = {0};
    if (!record_decode_u64(record, &value))
        return false;
    record_encode_u64(value, &out);
    return again(record, &out);
}

static bool head_survives(struct span record)
{
    struct head value;
    struct buf out = {0};
    if (!record_decode_head(record, &value))
        return false;
    record_encode_head(&value, &out);
    return again(record, &out);
}

static bool outbox_survives(struct span record)
{
    struct outbox_item value = {.type = 9};
    struct buf out = {0};
    if (!record_decode_outbox(record, &value))
        return false;
    assert_int_equal(value.type, 9);
    record_encode_outbox(&value, &out);
    return again(record, &out);
}

static bool revision_survives(struct span record)
{
    struct revision value = {.number = 9};
    struct buf out = {0};
    if (!record_decode_revision(record, &value))
        return false;
    assert_int_equal(value.number, 9); /* is the key's */
    record_encode_revision(&value, &out);
    return again(record, &out);
}

static bool notice_survives(struct span record)
{
    uint64_t change;
    struct span bytes;
    struct buf out = {0};
    if (!record_decode_notice(record, &change, &bytes))
        return false;
    record_encode_notice(change, bytes, &out);
    return again(record, &out);
}

static bool bucket_survives(struct span record)
{
    struct bucket value = {.kind = 1, .unit = 7};
    struct buf out = {0};
    if (!record_decode_bucket(record, &value))
        return false;
    assert_true(value.kind == 1 && value.unit == 7);
    record_encode_bucket(&value, &out);
    return again(record, &out);
}

static bool text_survives(struct span record)
{
    char value[STORE_REASON_SIZE];
    struct buf out = {0};
    if (!record_decode_text(record, value, sizeof value))
        return false;
    record_encode_text(value, sizeof value, &out);
    return again(record, &out);
}

static bool alarm_survives(struct span record)
{
    struct alarm value = {.kind = 1, .year = 2024, .unit = 7};
    struct buf out = {0};
    if (!record_decode_alarm(record, &value))
        return false;
    assert_true(value.kind == 1 && value.year == 2024 && value.unit == 7);
    record_encode_alarm(&value, &out);
    return again(record, &out);
}

static bool quarantined_survives(struct span record)
{
    struct quarantined value = {.number = 9};
    struct buf out = {0};
    if (!record_decode_quarantined(record, &value))
        return false;
    assert_int_equal(value.number, 9);
    record_encode_quarantined(&value, &out);
    return again(record, &out);
}

static bool enrolled_survives(struct span record)
{
    struct enrolled value = {.key = {5}};
    struct buf out = {0};
    if (!record_decode_enrolled(record, &value))
        return false;
    assert_int_equal(value.key[0], 5);
    record_encode_enrolled(&value, &out);
    return again(record, &out);
}

static bool catalogue_survives(struct span record)
{
    struct catalogue_meta value = {.number = 9};
    struct buf out = {0};
    if (!record_decode_catalogue(record, &value))
        return false;
    assert_int_equal(value.number, 9);
    record_encode_catalogue(&value, &out);
    return again(record, &out);
}

/* `version`: the first byte. `size_min`: shorter bytes are refused. `size_max`: longer ones are. */
static const struct {
    const char *name;
    bool (*survives)(struct span record);
    const struct span *golden;
    size_t size_min, size_max;
    unsigned version;
} kinds[] = {
    {"bytes", bytes_survive, &bytes_golden, 1, SIZE_MAX, RECORD_VERSION},
    {"u64", u64_survives, &u64_golden, 9, 9, RECORD_VERSION},
    {"head", head_survives, &head_golden, 120, 120, RECORD_HEAD_VERSION},
    {"revision", revision_survives, &revision_golden, 43, SIZE_MAX, RECORD_REVISION_VERSION},
    {"bucket", bucket_survives, &bucket_golden, 37, 37, RECORD_VERSION},
    {"text", text_survives, &text_golden, 1, STORE_REASON_SIZE, RECORD_VERSION},
    {"alarm", alarm_survives, &alarm_golden, 9, 9 + 255, RECORD_VERSION},
    {"quarantined", quarantined_survives, &quarantined_golden, 51, SIZE_MAX, RECORD_VERSION},
    {"enrolled", enrolled_survives, &enrolled_golden, 15, 15 + STORE_NAME_MAX - 1, RECORD_VERSION},
    {"catalogue", catalogue_survives, &catalogue_golden, 49, 49, RECORD_VERSION},
    {"outbox", outbox_survives, &outbox_golden, 17, 17, RECORD_OUTBOX_VERSION},
    {"notice", notice_survives, &notice_golden, 9, SIZE_MAX, RECORD_VERSION},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

/* ---- tests ---- */

/* The disk holds these bytes: a change is a new version of the record. Decoding and encoding again
 * gives the same bytes; that the members are the right ones is `members`. */
static void golden(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!kinds[i].survives(*kinds[i].golden))
            fail_msg("%s: other bytes", kinds[i].name);
    }
}

/* Each member stands where the golden bytes say. */
static void members(void **state)
{
    (void)state;
    uint64_t number = 0;
    struct span bytes;
    assert_true(record_decode_bytes(bytes_golden, &bytes));
    assert_true(span_equal(bytes, SPAN("hello")));
    assert_true(record_decode_u64(u64_golden, &number));
    assert_int_equal(number, 258);

    struct head head;
    assert_true(record_decode_head(head_golden, &head));
    assert_true(head.revision == 3 && head.accepted == 2 && head.counting == 1);
    assert_int_equal(head.states, STATE_ACCEPTED);
    assert_true(head.scope == SCOPE_WHOLE && head.is_withdrawn && head.home == 631);
    assert_true(head.received.us == RECEIVED_US && head.first_filed.us == -1);
    assert_memory_equal(head.content, DIGEST_A, sizeof head.content);
    assert_memory_equal(head.state_digest, DIGEST_C, sizeof head.state_digest);
    assert_true(head.change == 259);

    struct outbox_item waiting = {0};
    assert_true(record_decode_outbox(outbox_golden, &waiting));
    assert_true(waiting.version == 258 && waiting.since.us == RECEIVED_US);

    struct revision revision;
    assert_true(record_decode_revision(revision_golden, &revision));
    assert_true(revision.states == (STATE_ACCEPTED | STATE_RETURNED) && revision.home == 631);
    assert_true(revision.received.us == RECEIVED_US && revision.first_filed.us == -1);
    assert_true(revision.arrived.us == RECEIVED_US && revision.first_arrived.us == -1);
    assert_true(span_equal(revision.recorded_by, SPAN("L\xC3\xAAn")));
    assert_true(span_equal(revision.filing, SPAN("\x0A\x02\x08\x01")));

    struct bucket bucket = {0};
    assert_true(record_decode_bucket(bucket_golden, &bucket));
    assert_memory_equal(bucket.digest, DIGEST_A, sizeof bucket.digest);
    assert_int_equal(bucket.count, 258);

    char text[STORE_REASON_SIZE];
    assert_true(record_decode_text(text_golden, text, sizeof text));
    assert_string_equal(text, "catalogue 8 is not known above");

    struct alarm alarm = {0};
    assert_true(record_decode_alarm(alarm_golden, &alarm));
    assert_true(alarm.since.us == RECEIVED_US);
    assert_string_equal(alarm.text, "totals differ");
}

/* What older programs wrote is read, and says nothing of when it arrived. */
static void old_revisions(void **state)
{
    (void)state;
    struct revision revision = {.number = 9};
    assert_true(record_decode_revision(old_revision, &revision));
    assert_true(revision.number == 9 && revision.states == 3 && revision.home == 631);
    assert_true(revision.received.us == RECEIVED_US && revision.first_filed.us == -1);
    assert_true(revision.arrived.us == 0 && revision.first_arrived.us == 0);
    assert_true(span_equal(revision.recorded_by, SPAN("L\xC3\xAAn")));
    assert_true(span_equal(revision.filing, SPAN("\x0A\x02\x08\x01")));
    for (size_t len = 0; len < 27; len++)
        assert_false(record_decode_revision((struct span){old_revision.data, len}, &revision));
}

/* The same for what concerns peers and catalogues. */
static void members_of_peers(void **state)
{
    (void)state;
    struct quarantined item = {0};
    assert_true(record_decode_quarantined(quarantined_golden, &item));
    assert_true(item.received.us == RECEIVED_US);
    assert_memory_equal(item.peer, DIGEST_A, sizeof item.peer);
    assert_string_equal(item.reason, "malformed");
    assert_true(span_equal(item.bytes, SPAN("\xDE\xAD\x00")));

    struct enrolled enrolled = {0};
    assert_true(record_decode_enrolled(enrolled_golden, &enrolled));
    assert_true(enrolled.unit == 23857 && enrolled.role == 2 && enrolled.is_revoked);
    assert_true(enrolled.changed.us == RECEIVED_US);
    assert_string_equal(enrolled.name, "xa-binh-an");

    struct catalogue_meta meta = {0};
    assert_true(record_decode_catalogue(catalogue_golden, &meta));
    assert_memory_equal(meta.hash, DIGEST_A, sizeof meta.hash);
    assert_true(meta.chunk_count == 5 && meta.chunks_held == 2 && meta.size_bytes == 131072);
}

/* Bytes cut anywhere below the record's fixed part, or too long, are refused; in between, what is
 * taken has this one encoding. */
static void lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        uint8_t bytes[1024];
        memset(bytes, 'x', sizeof bytes);
        memcpy(bytes, kinds[i].golden->data, kinds[i].golden->len);
        for (size_t len = 0; len <= sizeof bytes; len++) {
            /* A copy of just this length, so that a sanitizer sees a read past its end. */
            uint8_t *copy = malloc(len + 1);
            assert_non_null(copy);
            memcpy(copy, bytes, len);
            bool is_taken = kinds[i].survives((struct span){copy, len});
            free(copy);
            bool is_cut_text = len < kinds[i].golden->len && len >= kinds[i].size_min;
            bool is_expected = len >= kinds[i].size_min && len <= kinds[i].size_max;
            if (is_taken != is_expected && !is_cut_text)
                fail_msg("%s of %zu bytes: %s", kinds[i].name, len, is_taken ? "taken" : "refused");
        }
    }
}

/* A record of another version is refused, whatever follows. */
static void versions(void **state)
{
    (void)state;
    for (size_t i = 0; i < KIND_COUNT; i++) {
        uint8_t bytes[256];
        memcpy(bytes, kinds[i].golden->data, kinds[i].golden->len);
        for (unsigned version = 0; version < 256; version++) {
            bytes[0] = (uint8_t)version;
            bool is_taken = kinds[i].survives((struct span){bytes, kinds[i].golden->len});
            assert_int_equal(is_taken, version == kinds[i].version);
        }
    }
}

/* Bytes that no encoder writes are refused, though their length is right; nothing is touched. */
static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t kind;   /* index into `kinds` */
        size_t offset; /* of the byte that is changed */
        uint8_t byte;
    } rows[] = {
        {"head: withdrawn is neither 0 nor 1", 2, 27, 2},
        {"revision: the name is longer than the record", 3, 38, 0x7F},
        {"revision: a length of two bytes without need", 3, 38, 0x84},
        {"text: a NUL inside", 5, 3, 0},
        {"alarm: a NUL inside", 6, 9, 0},
        {"quarantined: the reason is longer than the record", 7, 41, 0x7F},
        {"quarantined: the reason is longer than its place", 7, 41, 0x80},
        {"quarantined: a NUL inside the reason", 7, 42, 0},
        {"enrolled: revoked is neither 0 nor 1", 8, 6, 255},
        {"enrolled: a NUL inside the name", 8, 15, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t bytes[512] = {0};
        struct span record = {bytes, kinds[rows[i].kind].golden->len};
        memcpy(bytes, kinds[rows[i].kind].golden->data, record.len);
        bytes[rows[i].offset] = rows[i].byte;
        if (kinds[rows[i].kind].survives(record))
            fail_msg("%s: taken", rows[i].name);
    }

    struct head head = {.revision = 77};
    assert_false(record_decode_head((struct span){head_golden.data, 50}, &head));
    assert_int_equal(head.revision, 77);
    struct enrolled enrolled = {.unit = 77, .name = "kept"};
    assert_false(record_decode_enrolled((struct span){enrolled_golden.data, 8}, &enrolled));
    assert_int_equal(enrolled.unit, 77);
    assert_string_equal(enrolled.name, "kept");
}

/* A text that fills its array without a NUL is cut by one byte, not read beyond. */
static void texts_without_end(void **state)
{
    (void)state;
    struct buf out = {0};
    struct alarm alarm = {0};
    memset(alarm.text, 'a', sizeof alarm.text);
    record_encode_alarm(&alarm, &out);
    assert_int_equal(out.len, 9 + sizeof alarm.text - 1);
    buf_clear(&out);
    struct quarantined item = {0};
    memset(item.reason, 'a', sizeof item.reason);
    record_encode_quarantined(&item, &out);
    assert_int_equal(out.len, 9 + 32 + 1 + sizeof item.reason - 1);
    buf_clear(&out);
    struct enrolled enrolled = {0};
    memset(enrolled.name, 'a', sizeof enrolled.name);
    record_encode_enrolled(&enrolled, &out);
    assert_int_equal(out.len, 15 + sizeof enrolled.name - 1);
    buf_clear(&out);
    record_encode_text("abcdef", 4, &out);
    assert_true(span_equal(span_of(&out), SPAN("\x01"
                                               "abc")));
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden),           cmocka_unit_test(members),
        cmocka_unit_test(old_revisions),    cmocka_unit_test(lengths),
        cmocka_unit_test(members_of_peers), cmocka_unit_test(versions),
        cmocka_unit_test(refused),          cmocka_unit_test(texts_without_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
