/* Envelopes: golden bytes of every body, and bytes that are none. What is wrong inside a body is in
 * test_wire_rules.c. */
#include "unit/wire/fixture.h"

/* Rule: what another encoder makes opens here, and packs to the same bytes: for every body. */
static void every_body_has_golden_bytes(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(goldens); i++) {
        struct buf golden = hex_bytes(goldens[i].hex);
        struct buf packed = {0};
        print_message("row: %s\n", goldens[i].body);
        Tonghop__Envelope *envelope = open_golden(fixture, goldens[i].body);
        assert_string_equal(wire_body_name(envelope), goldens[i].body);
        assert_int_equal(envelope->seq, i + 1);
        envelope->protocol = 0; /* wire_pack sets it */
        wire_pack(envelope, &packed);
        assert_true(span_equal(span_of(&packed), span_of(&golden)));
        buf_fini(&golden);
        buf_fini(&packed);
        arena_reset(fixture->arena);
    }
    /* Fails when a body is added to the protocol without a row above. */
    assert_int_equal(LENGTH(goldens), tonghop__envelope__descriptor.n_fields - 3);
}

/* Rule: the fields arrive where they belong. */
static void a_node_reads_what_it_was_sent(void **state)
{
    struct fixture *fixture = *state;
    const Tonghop__Hello *hello = open_golden(fixture, "hello")->hello;
    assert_int_equal(hello->unit, 23857);
    assert_int_equal(hello->catalogue_hash.len, WIRE_DIGEST_SIZE);
    assert_int_equal(hello->buckets[0]->digest.data[31], 0x5f);
    assert_string_equal(hello->software, "tonghopd 0.1.0");

    struct buf filing = hex_bytes(GOLDEN_FILING);
    const Tonghop__Revision *revision = open_golden(fixture, "revision")->revision;
    assert_int_equal(revision->filing.len, filing.len);
    assert_memory_equal(revision->filing.data, filing.data, filing.len);
    assert_int_equal(revision->revision, 3);
    assert_int_equal(revision->received_us - revision->first_filed_us, 86400000000);
    buf_fini(&filing);

    struct report_key key;
    const Tonghop__Envelope *envelope = open_golden(fixture, "ack");
    wire_key_to_domain(envelope->ack->key, &key);
    const struct report_key expected = {
        .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1};
    assert_true(report_key_equal(&key, &expected));
    assert_int_equal(envelope->re, 8);
    assert_null(envelope->ack->newer);
}

/* Rule: a notice is opened from its own bytes, and packs to them again; its key is what the store
 * knows it by. */
static void a_notice_is_opened(void **state)
{
    struct fixture *fixture = *state;
    struct buf golden = hex_bytes(GOLDEN_NOTICE), packed = {0};
    struct notice_key key;
    Tonghop__Notice *notice = NULL, again = TONGHOP__NOTICE__INIT;
    const Tonghop__Notices *notices = open_golden(fixture, "notices")->notices;
    assert_int_equal(notices->n_notices, 1);
    struct span inner = {notices->notices[0].data, notices->notices[0].len};
    assert_true(span_equal(inner, span_of(&golden)));
    assert_int_equal(wire_open_notice(span_of(&golden), fixture->arena, &notice, fixture->reason,
                                      sizeof(fixture->reason)),
                     ERR_OK);
    wire_pack_notice(notice, &packed);
    assert_true(span_equal(span_of(&packed), span_of(&golden)));
    assert_int_equal(notice->n_indicators, 2);
    assert_string_equal(notice->text, "xem lại số tiền");
    wire_notice_key(notice, &key);
    const struct report_key report = {
        .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 23857, .form = 1};
    assert_true(report_key_equal(&key.report, &report));
    assert_true(key.type == NOTICE_RETURNED && key.author == 64 && key.number == 3 &&
                key.about[0] == 0xa0 && key.about[15] == 0xaf);
    wire_put_notice_key(&key, &again);
    assert_true(again.type == notice->type && again.label == notice->label &&
                again.form == notice->form && again.number == notice->number);
    assert_memory_equal(again.about.data, notice->about.data, NOTICE_ABOUT_SIZE);

    golden.len--;
    assert_int_equal(wire_open_notice(span_of(&golden), fixture->arena, &notice, fixture->reason,
                                      sizeof(fixture->reason)),
                     ERR_MALFORMED);
    buf_fini(&golden);
    buf_fini(&packed);
}

/* Rule: a hello names the language of the texts that it wants, and one that names none keeps the
 * bytes it had before there were languages. */
static void a_hello_may_name_a_language(void **state)
{
    static const struct {
        const char *hex, *language;
    } rows[] = {{GOLDEN_REPORTER_HELLO, ""}, {GOLDEN_VIETNAMESE_HELLO, "vi"}};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf golden = hex_bytes(rows[i].hex);
        struct buf packed = {0};
        assert_int_equal(open_bytes(fixture, span_of(&golden)), ERR_OK);
        assert_string_equal(fixture->message.envelope->hello->language, rows[i].language);
        assert_string_equal(fixture->message.envelope->hello->software, "my-client 1.0");
        wire_pack(fixture->message.envelope, &packed);
        assert_true(span_equal(span_of(&packed), span_of(&golden)));
        buf_fini(&golden);
        buf_fini(&packed);
    }
}

/* Rule: a field that was added later arrives, and a message without it keeps the bytes it had. */
static void fields_were_added(void **state)
{
    static const struct {
        const char *body, *hex;
    } rows[] = {
        {"ping", GOLDEN_PING_CATALOGUE},
        {"pong", GOLDEN_PONG_DIGEST},
        {"welcome", GOLDEN_WELCOME_INCOMPLETE},
        {"revision", GOLDEN_REVISION_ACCEPTED},
        {"history", GOLDEN_HISTORY_HELD},
        {"status", GOLDEN_STATUS_RESTORING},
        {"status", GOLDEN_STATUS_HEALTH},
        {"file", GOLDEN_FILE_CHECKED},
        {"statement", GOLDEN_STATEMENT_MARKS},
        {"totals_query", GOLDEN_TOTALS_QUERY_SPAN},
        {"totals_query", GOLDEN_TOTALS_QUERY_EDITION},
        {"totals", GOLDEN_TOTALS_CUT},
        {"explain_query", GOLDEN_EXPLAIN_QUERY_SINCE},
        {"explanation", GOLDEN_EXPLANATION_STORY},
        {"history", GOLDEN_HISTORY_SOURCE},
        {"totals_query", GOLDEN_TOTALS_QUERY_WAITING},
        {"totals", GOLDEN_TOTALS_WAITING},
        {"mark", GOLDEN_MARK_REASON},
        {"revision", GOLDEN_REVISION_PERSON},
        {"history", GOLDEN_HISTORY_DECISIONS},
        {"coverage_query", GOLDEN_COVERAGE_QUERY_COUNTS},
        {"coverage", GOLDEN_COVERAGE_COUNTS},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf golden = hex_bytes(rows[i].hex);
        struct buf packed = {0};
        print_message("row: %s\n", rows[i].body);
        assert_int_equal(open_bytes(fixture, span_of(&golden)), ERR_OK);
        const Tonghop__Envelope *envelope = fixture->message.envelope;
        assert_string_equal(wire_body_name(envelope), rows[i].body);
        wire_pack(envelope, &packed);
        assert_true(span_equal(span_of(&packed), span_of(&golden)));
        buf_fini(&golden);
        buf_fini(&packed);
    }
    struct buf golden = hex_bytes(GOLDEN_REVISION_ACCEPTED);
    struct buf filing = hex_bytes(GOLDEN_FILING);
    assert_int_equal(open_bytes(fixture, span_of(&golden)), ERR_OK);
    const Tonghop__Revision *revision = fixture->message.envelope->revision;
    assert_int_equal(revision->revision, 4);
    assert_int_equal(revision->accepted->revision, 3);
    assert_int_equal(revision->accepted->filing.len, filing.len);
    assert_memory_equal(revision->accepted->filing.data, filing.data, filing.len);
    buf_fini(&golden);
    buf_fini(&filing);
}

/* Rule: an inventory's columns belong together by their place. */
static void an_inventory_is_columns(void **state)
{
    const Tonghop__Inventory *inventory = open_golden(*state, "inventory")->inventory;
    assert_int_equal(inventory->n_units, 2);
    assert_int_equal(inventory->units[1], 23860);
    assert_int_equal(inventory->forms[0], 2);
    assert_int_equal(inventory->labels[1], PERIOD_Y);
    assert_int_equal(inventory->revisions[0], 3);
    assert_int_equal(inventory->digests.data[WIRE_DIGEST_SIZE], 0x60);
    assert_int_equal(inventory->after->form, 1);
    assert_int_equal(inventory->through->label, PERIOD_Y);
}

/* Rule: a key goes out as it came in. */
static void keys_round_trip(void **state)
{
    (void)state;
    const struct report_key key = {
        .kind = KIND_PLAN, .period = {2999, PERIOD_Y}, .unit = UINT32_MAX, .form = 7};
    Tonghop__Key message;
    struct report_key back;
    wire_key_of(&key, &message);
    wire_key_to_domain(&message, &back);
    assert_true(report_key_equal(&key, &back));
}

/* Rule: figures of 128 bits and their counts survive, negative ones too. */
static void figures_round_trip(void **state)
{
    (void)state;
    const i128 values[] = {0, 1, -1, (i128)1 << 64, -((i128)1 << 64) - 5, (i128)INT64_MAX * 4096};
    for (size_t i = 0; i < LENGTH(values); i++) {
        const struct figure figure = {.value = values[i],
                                      .upper = values[i] + 7,
                                      .parts = {0, 1, 2, 3, 4, 5},
                                      .partial_count = 6,
                                      .implied_count = 8,
                                      .negative_count = 9};
        Tonghop__Figure message;
        uint32_t parts[5];
        struct figure back;
        wire_figure_of(42, &figure, &message, parts);
        assert_int_equal(message.indicator, 42);
        assert_int_equal(message.n_parts, LENGTH(parts));
        wire_figure_to_domain(&message, &back);
        assert_true(back.value == figure.value && back.upper == figure.upper);
        assert_memory_equal(back.parts, figure.parts, sizeof figure.parts);
        assert_int_equal(back.partial_count, 6);
        assert_int_equal(back.implied_count, 8);
        assert_int_equal(back.negative_count, 9);
    }
}

/* Rule: a figure's value is high * 2^64 + low (2^64 + 5 and -250 in the golden statement). */
static void figures_have_two_halves(void **state)
{
    const Tonghop__Statement *statement = open_golden(*state, "statement")->statement;
    struct figure figure;
    wire_figure_to_domain(statement->parts[0]->figures[2], &figure);
    assert_true(figure.value == ((i128)1 << 64) + 5);
    wire_figure_to_domain(statement->parts[0]->figures[1], &figure);
    assert_true(figure.value == -250);
    assert_int_equal(figure.parts[QUALIFIER_AT_LEAST], 1);
    assert_int_equal(figure_unit_count(&figure), 2);
}

/* ---- what is refused ---- */

/* Rule: what is not an envelope of this protocol is refused, and says which of these it is. */
static void foreign_bytes_are_refused(void **state)
{
    static const struct {
        const char *name;
        const char *hex;
        enum err err;
        const char *reason; /* part of it */
    } rows[] = {
        {"nothing", "", ERR_MALFORMED, "empty"},
        {"not protobuf", "474554202f20485454502f312e310d0a", ERR_MALFORMED, "not a serialised"},
        {"numbers only", "08011001", ERR_MALFORMED, "no body"},
        {"body number 69", "08011001aa0400", ERR_VERSION, "number 69"},
        {"unknown field in front", "08011001200562" /* tag 4 */ "00", ERR_OK, ""},
        {"protocol 2", "080210036200", ERR_VERSION, "protocol 2"},
        {"protocol 0", "10036200", ERR_VERSION, "protocol 0"},
        {"hello without a protocol",
         "10015204"
         "08011001",
         ERR_OK, ""},
        {"hello of a reporter", GOLDEN_REPORTER_HELLO, ERR_OK, ""},
        {"hello in protocol 2",
         "080210015204"
         "08011001",
         ERR_VERSION, "protocol 2"},
        {"hello that speaks 2 to 3",
         "080110015204"
         "08021003",
         ERR_VERSION, "2 to 3"},
        {"hello that speaks 0", "080110015200", ERR_VERSION, "0 to 0"},
        {"seq 0", "08016200", ERR_MALFORMED, "seq 0"},
        {"seq 0 of an answer", "080118056a00", ERR_OK, ""},
        {"two bodies: the last counts",
         "080110036200"
         "6a00",
         ERR_OK, ""},
        {"cut inside a varint", "0801108080", ERR_MALFORMED, "not a serialised"},
        {"length beyond the end", "080110016264", ERR_MALFORMED, "not a serialised"},
        {"length of nearly 2^32",
         "08011001"
         "62ffffffff0f",
         ERR_MALFORMED, "not a serialised"},
        {"body that is a number", "080110016001", ERR_MALFORMED, "not a serialised"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = hex_bytes(rows[i].hex);
        print_message("row: %s\n", rows[i].name);
        assert_int_equal(open_bytes(fixture, span_of(&bytes)), rows[i].err);
        assert_non_null(strstr(fixture->reason, rows[i].reason));
        buf_fini(&bytes);
    }
}

/* Rule: a NUL inside a text does not hide what follows it; protobuf-c alone would not notice. */
static void nul_inside_a_text_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = hex_bytes(GOLDEN_DONE);
    static const char text[] = "enrolled";
    uint8_t *at = memmem(bytes.data, bytes.len, text, sizeof text - 1);
    assert_non_null(at);
    at[3] = '\0';
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_MALFORMED);
    assert_non_null(strstr(fixture->reason, "Done.text"));
    buf_fini(&bytes);
}

/* Rule: a message that ends early is refused, wherever it ends: the body is its last field. */
static void cut_messages_are_refused(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(goldens); i++) {
        struct buf bytes = hex_bytes(goldens[i].hex);
        for (size_t len = 0; len < bytes.len; len++) {
            assert_int_equal(open_bytes(fixture, (struct span){bytes.data, len}), ERR_MALFORMED);
            arena_reset(fixture->arena);
        }
        buf_fini(&bytes);
    }
}

/* Rule: one flipped bit makes another message or none, never anything worse. */
static void flipped_bits_do_no_harm(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(goldens); i++) {
        struct buf bytes = hex_bytes(goldens[i].hex);
        for (size_t bit = 0; bit < bytes.len * 8; bit++) {
            bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            if (open_bytes(fixture, span_of(&bytes)) == ERR_OK) {
                struct buf packed = {0}; /* reads every field */
                wire_pack(fixture->message.envelope, &packed);
                buf_fini(&packed);
            }
            bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            arena_reset(fixture->arena);
        }
        buf_fini(&bytes);
    }
}

/* Rule: wherever the memory ends, it is ERR_TOO_LARGE, until there is enough. */
static void too_little_memory_is_too_large(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < LENGTH(goldens); i++) {
        struct buf bytes = hex_bytes(goldens[i].hex);
        enum err err = ERR_TOO_LARGE;
        size_t limit = 0;
        for (; err != ERR_OK; limit += 16) {
            arena_free(&fixture->arena);
            fixture->arena = arena_new(limit);
            err = open_bytes(fixture, span_of(&bytes));
            assert_true(err == ERR_OK || err == ERR_TOO_LARGE);
        }
        assert_true(limit > bytes.len);
        buf_fini(&bytes);
    }
}

/* Rule: a frame of the greatest size that unpacks to far more than itself is stopped by the arena.
 */
static void amplification_is_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct buf statement = {0}, bytes = {0};
    /* Empty statement parts: two bytes each, more than a hundred unpacked. */
    for (size_t i = 0; i < WIRE_MESSAGE_MAX / 2 - 16; i++)
        buf_put(&statement, "\x32\x00", 2);
    buf_put(&bytes, "\x08\x01\x10\x01\xca\x01", 6);
    buf_put_varint(&bytes, statement.len);
    buf_put(&bytes, statement.data, statement.len);
    assert_true(bytes.len <= WIRE_MESSAGE_MAX);
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_TOO_LARGE);
    assert_true(arena_used(fixture->arena) <= WIRE_ARENA_MAX);
    buf_fini(&statement);
    buf_fini(&bytes);
}

/* Rule: what a node may honestly have to say fits: a statement of every indicator a catalogue can
 * have, under every label, is within the limits of one message and its memory. */
static void the_largest_statement_fits(void **state)
{
    struct fixture *fixture = *state;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__Statement statement = TONGHOP__STATEMENT__INIT;
    Tonghop__StatementPart parts[PERIOD_LABEL_COUNT], *part_list[PERIOD_LABEL_COUNT];
    Tonghop__Figure *figures = mem_calloc(CATALOGUE_INDICATORS_MAX, sizeof *figures);
    Tonghop__Figure **list = mem_calloc(CATALOGUE_INDICATORS_MAX, sizeof *list);
    uint8_t digest[WIRE_DIGEST_SIZE] = {0};
    uint32_t counts[] = {10000, 300, 300, 300, 300};
    struct buf bytes = {0};
    for (uint32_t i = 0; i < CATALOGUE_INDICATORS_MAX; i++) {
        const struct figure figure = {.value = INT64_MAX, .upper = INT64_MAX, .partial_count = 300};
        uint32_t unused[5];
        wire_figure_of(60000 + i, &figure, &figures[i], unused);
        figures[i].parts = counts;
        list[i] = &figures[i];
    }
    for (uint32_t i = 0; i < PERIOD_LABEL_COUNT; i++) {
        tonghop__statement_part__init(&parts[i]);
        parts[i].form = 1;
        parts[i].label = PERIOD_S1 + i;
        parts[i].n_figures = CATALOGUE_INDICATORS_MAX;
        parts[i].figures = list;
        part_list[i] = &parts[i];
    }
    statement.kind = KIND_ACTUAL;
    statement.year = 2024;
    statement.unit = statement.catalogue = 1;
    statement.digest = (ProtobufCBinaryData){sizeof digest, digest};
    statement.n_parts = PERIOD_LABEL_COUNT;
    statement.parts = part_list;
    envelope.seq = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_STATEMENT;
    envelope.statement = &statement;
    wire_pack(&envelope, &bytes);
    assert_true(bytes.len <= WIRE_MESSAGE_MAX);
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_OK);
    buf_fini(&bytes);
    free(list);
    free(figures);
}

/* Rule: more than any side accepts is not even looked at. */
static void frames_beyond_every_limit_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct buf bytes = {0};
    uint8_t *zeros = mem_calloc(1, WIRE_ANSWER_MAX + 1);
    buf_put(&bytes, zeros, WIRE_ANSWER_MAX + 1);
    assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_TOO_LARGE);
    assert_int_equal(arena_used(fixture->arena), 0);
    free(zeros);
    buf_fini(&bytes);
}

/* Rule: a refusal can name what it answers, even if the message's body is nonsense. */
static void the_sequence_number_is_found_in_front(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *hex;
        uint64_t seq;
    } rows[] = {
        {"ping", GOLDEN_PING, 3},
        {"answer", GOLDEN_PONG, 4},
        {"nonsense behind it", "08011007a2ffffffff", 7},
        {"other order", "1805100908016200", 9},
        {"large",
         "0801"
         "10ffffffffffffffffff01"
         "6200",
         UINT64_MAX},
        {"absent", "08016200", 0},
        {"behind the body", "620010036a00", 0},
        {"cut", "080110ff", 0},
        {"nothing", "", 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = hex_bytes(rows[i].hex);
        print_message("row: %s\n", rows[i].name);
        assert_int_equal(wire_peek_seq(span_of(&bytes)), rows[i].seq);
        buf_fini(&bytes);
    }
}

/* Rule: what a message is can be told without unpacking it, and not otherwise than by unpacking: of
 * several bodies the last one counts, wherever it stands. */
static void the_body_is_found(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *name;
        const char *hex;
        int body;
    } rows[] = {
        {"ping", GOLDEN_PING, TONGHOP__ENVELOPE__BODY_PING},
        {"pong", GOLDEN_PONG, TONGHOP__ENVELOPE__BODY_PONG},
        {"in front", "620008011003", TONGHOP__ENVELOPE__BODY_PING},
        {"a status query", "08011003d20300", TONGHOP__ENVELOPE__BODY_STATUS_QUERY},
        {"a ping, then a status query", "080110036200d20300", TONGHOP__ENVELOPE__BODY_STATUS_QUERY},
        {"a status query, then a ping", "08011003d203006200", TONGHOP__ENVELOPE__BODY_PING},
        {"unknown fields of every type",
         "08011003"
         "6200"
         "a01f05"
         "a11f0102030405060708"
         "a21f03616263"
         "a51f01020304",
         TONGHOP__ENVELOPE__BODY_PING},
        {"none", "08011003", 0},
        {"nothing", "", 0},
        {"cut", "0801100362", 0},
        {"cut behind a body", "080110036200d203", 0},
        {"a group", "0801100362000b", 0},
        {"longer than there is", "080110036205", 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf bytes = hex_bytes(rows[i].hex);
        print_message("row: %s\n", rows[i].name);
        assert_int_equal(wire_peek_body(span_of(&bytes)), rows[i].body);
        if (rows[i].body != 0) {
            assert_int_equal(open_bytes(fixture, span_of(&bytes)), ERR_OK);
            assert_int_equal(fixture->message.envelope->body_case, rows[i].body);
        }
        buf_fini(&bytes);
    }
}

static void an_envelope_without_a_body_has_a_name(void **state)
{
    (void)state;
    const Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    assert_string_equal(wire_body_name(&envelope), "none");
}

/* The fewest bytes that say so still fit: a reason is cut, not overrun. */
static void a_reason_keeps_to_its_room(void **state)
{
    struct fixture *fixture = *state;
    char reason[8];
    memset(reason, 'x', sizeof reason);
    assert_int_equal(
        wire_open((struct span){0}, fixture->arena, &fixture->message, reason, sizeof reason - 1),
        ERR_MALFORMED);
    assert_string_equal(reason, "the me");
    assert_int_equal(reason[7], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_body_has_golden_bytes),
        TEST(a_node_reads_what_it_was_sent),
        TEST(a_notice_is_opened),
        TEST(a_hello_may_name_a_language),
        TEST(fields_were_added),
        TEST(an_inventory_is_columns),
        TEST(keys_round_trip),
        TEST(figures_round_trip),
        TEST(figures_have_two_halves),
        TEST(foreign_bytes_are_refused),
        TEST(nul_inside_a_text_is_refused),
        TEST(cut_messages_are_refused),
        TEST(flipped_bits_do_no_harm),
        TEST(too_little_memory_is_too_large),
        TEST(amplification_is_bounded),
        TEST(the_largest_statement_fits),
        TEST(frames_beyond_every_limit_are_refused),
        TEST(the_sequence_number_is_found_in_front),
        TEST(the_body_is_found),
        TEST(an_envelope_without_a_body_has_a_name),
        TEST(a_reason_keeps_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
