/* Answers: whatever is asked, what comes back opens at the client, and what waits to be sent stays
 * within bounds. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"

/* ---- texts ---- */

enum { WORD_BYTES = 64 };

/* A word of which the first 64 bytes end inside a character. */
static void fill_word(char *word)
{
    memset(word, 'x', WORD_BYTES - 1);
    (void)snprintf(word + WORD_BYTES - 1, 16, "ế và nữa");
}

/* A refusal repeats the beginning of a long word, and never half a character of it: rig_ask opens
 * every answer as a client does. */
static void test_long_words_are_cut_between_characters(void **state)
{
    struct rig *rig = *state;
    char word[2 * WORD_BYTES];
    fill_word(word);
    char kept[WORD_BYTES + 2];
    (void)snprintf(kept, sizeof(kept), "%.*s'", WORD_BYTES - 1, word);
    assert_contains(
        assert_refused(ask_totals(rig, from_local(), ASK(.period = "2024", .unit = word)),
                       "not-found")
            ->text,
        kept);
    assert_contains(
        assert_refused(ask_totals(rig, from_local(), ASK(.period = "2024", .indicator = word)),
                       "not-found")
            ->text,
        kept);
    assert_contains(
        assert_refused(ask_history(rig, from_local(), ASK(.period = "2024", .indicator = word)),
                       "not-found")
            ->text,
        kept);
}

/* The answer that a step has made, as the client opens it. */
static const Tonghop__Envelope *made(struct rig *rig)
{
    assert_int_equal(rig->effects.count, 1);
    return rig_open(rig, effects_bytes(&rig->effects, &rig->effects.items[0]));
}

/* The text of an answer has its limit, and ends with a whole character too. */
static void test_long_texts_are_cut_between_characters(void **state)
{
    struct rig *rig = *state;
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    struct step step = {.node = rig->node, .event = &event, .effects = &rig->effects};
    char text[1400];
    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof(text); i += 3)
            (void)snprintf(text + i, 4, "ế");
        step_refuse(&step, ERR_INVALID, NULL, "%s", text);
        assert_in_range(strlen(made(rig)->refusal->text), 1000, 1023);
        effects_clear(&rig->effects);
        step_done(&step, "%s", text);
        assert_in_range(strlen(made(rig)->done->text), 1000, 1023);
        effects_clear(&rig->effects);
    }
}

/* ---- sizes ---- */

enum { NOTES = 120, NOTE_BYTES = 2000 };

static const struct draft large = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 1))};

/* Puts `count` revisions of nearly the greatest size under one key. */
static void put_large_revisions(struct rig *rig, uint64_t count)
{
    struct buf filing = {0};
    struct report report = {.key = draft_key(&large),
                            .scope = SCOPE_OWN,
                            .catalogue = 1,
                            .author = mem_strdup(""),
                            .reason = mem_strdup("")};
    char note[NOTE_BYTES + 1];
    bool is_unknown;
    memset(note, 'n', NOTE_BYTES);
    note[NOTE_BYTES] = '\0';
    report_add_cell(&report, large.cells[0]);
    for (uint32_t i = 1; i <= NOTES; i++)
        report_add_note(&report, i, note);
    wire_pack_filing(&report, &filing);
    file_ok(rig, &large);
    struct store_txn *txn = store_begin_write(rig->store);
    struct head head;
    assert_int_equal(store_get_head(txn, &report.key, &head), ERR_OK);
    head.revision = count;
    (void)store_put_head(txn, &report.key, &head); /* errors are sticky */
    for (uint64_t number = 1; number <= count; number++) {
        struct revision revision = {.number = number,
                                    .home = 64,
                                    .received = rig->now,
                                    .first_filed = rig->now,
                                    .filing = span_of(&filing)};
        (void)store_put_revision(txn, &report.key, &revision);
    }
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    report_fini(&report);
    buf_fini(&filing);
}

/* Content that no answer could hold is not gathered but refused, with what to ask for instead. */
static void test_history_with_too_much_content(void **state)
{
    struct rig *rig = *state;
    put_large_revisions(rig, 75);
    const struct question *whole = ASK(.period = "2024-S1", .unit = "23857", .with_content = true);
    assert_contains(assert_refused(ask_history(rig, from_local(), whole), "too-large")->text,
                    "name a form");
    const struct question *without = ASK(.period = "2024-S1", .unit = "23857");
    assert_int_equal(ask_history(rig, from_local(), without)->history->n_entries, 75);
    const struct question *latest =
        ASK(.period = "2024-S1", .unit = "23857", .with_content = true, .latest_only = true);
    assert_int_equal(ask_history(rig, from_local(), latest)->history->n_entries, 1);
}

/* Packs a message from the local socket as an event of a batch. */
static struct event event_of(struct rig *rig, Tonghop__Envelope *envelope, struct buf *bytes)
{
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    event.from = from_local();
    envelope->seq = ++rig->seq;
    wire_pack(envelope, bytes);
    event.bytes = span_of(bytes);
    return event;
}

/* The answers of a batch wait in memory: questions beyond what may wait are put off, and the
 * receipt of what was taken in is there. */
static void test_large_answers_of_one_batch(void **state)
{
    struct rig *rig = *state;
    enum { QUESTIONS = 5, FIT = 4 };
    struct buf bytes[QUESTIONS + 1] = {0};
    struct event events[QUESTIONS + 1];
    put_large_revisions(rig, 60);
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    query.period = TEXT("2024-S1");
    query.unit = TEXT("23857");
    query.with_content = true;
    for (size_t i = 0; i < QUESTIONS; i++) {
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        envelope.body_case = BODY(HISTORY_QUERY);
        envelope.history_query = &query;
        events[i] = event_of(rig, &envelope, &bytes[i]);
    }
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1))), &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    events[QUESTIONS] = event_of(rig, &envelope, &bytes[QUESTIONS]);
    rig_batch(rig, events, QUESTIONS + 1);
    assert_int_equal(rig->sent_count, QUESTIONS + 1);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[i].bytes));
        if (i < FIT)
            assert_body(answer, BODY(HISTORY));
        else
            assert_contains(assert_refused(answer, "busy")->text, "ask again");
    }
    assert_body(rig_open(rig, span_of(&rig->sent[QUESTIONS].bytes)), BODY(RECEIPT));
    for (size_t i = 0; i <= QUESTIONS; i++)
        buf_fini(&bytes[i]);
    buf_fini(&filing);
}

/* An empty message of any body; the caller frees. */
static ProtobufCMessage *empty_body(int body)
{
    const ProtobufCMessageDescriptor *descriptor =
        protobuf_c_message_descriptor_get_field(&tonghop__envelope__descriptor, (unsigned)body)
            ->descriptor;
    ProtobufCMessage *message = mem_calloc(1, descriptor->sizeof_message);
    descriptor->message_init(message);
    return message;
}

/* However much is waiting, what was done is told: a refusal would say that nothing was. Questions
 * are put off. Compared belongs to states that are waiting already. */
static void test_what_was_done_is_always_told(void **state)
{
    static const struct {
        int body;
        bool is_told;
    } rows[] = {
        {BODY(WELCOME), true},
        {BODY(PONG), true},
        {BODY(RECEIPT), true},
        {BODY(REFUSAL), true},
        {BODY(ACK), true},
        {BODY(STATEMENT_ACK), true},
        {BODY(DONE), true},
        {BODY(COMPARED), true},
        {BODY(KEYS), false},
        {BODY(QUARANTINE), false},
        {BODY(TOTALS), false},
        {BODY(COVERAGE), false},
        {BODY(HISTORY), false},
        {BODY(EXPLANATION), false},
        {BODY(STATUS), false},
        {BODY(HOLDERS), false},
        {BODY(CHANGES), false},
        {BODY(NOTICES), false},
        {BODY(INBOX), false},
        {BODY(REMINDED), false},
        {BODY(EDITIONS), false},
        {BODY(DIFFERENCE), false},
        {BODY(NOTICES_ACK), true},
        {BODY(CLOSED), true},
        {BODY(REVISION), true},
        {BODY(CATALOGUE_CHUNK), true},
        {BODY(CATALOGUE_NOTICE), true},
    };
    struct rig *rig = *state;
    struct event event = rig_event(rig, EVENT_PEER_MESSAGE);
    struct step step = {.node = rig->node, .event = &event, .effects = &rig->effects};
    uint8_t *bytes = mem_calloc(1, STEP_ANSWERS_MAX);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        print_message("row: %d\n", rows[i].body);
        ProtobufCMessage *message = empty_body(rows[i].body);
        envelope.body_case = (Tonghop__Envelope__BodyCase)rows[i].body;
        envelope.done = (void *)message; /* of the union */
        buf_put(&rig->effects.bytes, bytes, STEP_ANSWERS_MAX);
        step_reply(&step, &envelope);
        free(message);
        assert_int_equal(rig->effects.count, 1);
        struct span made = effects_bytes(&rig->effects, &rig->effects.items[0]);
        assert_int_equal(wire_peek_body(made) == rows[i].body, rows[i].is_told);
        if (!rows[i].is_told)
            assert_refused(rig_open(rig, made), "busy");
        effects_clear(&rig->effects);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_long_words_are_cut_between_characters),
        ROOT_TEST(test_long_texts_are_cut_between_characters),
        ROOT_TEST(test_history_with_too_much_content),
        ROOT_TEST(test_large_answers_of_one_batch),
        ROOT_TEST(test_what_was_done_is_always_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
