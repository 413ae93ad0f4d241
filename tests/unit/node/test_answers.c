/* Answers that are given again: to the same question, of one who may read the same, in the same
 * language, on the same day, as long as nothing was changed; and to nobody else. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"

enum { READER_64 = 10, READER_631 = 11 };

static const struct draft drafts[] = {
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 6))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 5), EXACT(2, 1))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    file_ok(*state, &drafts[0]);
    rig_enrol(*state, READER_64, 64, ROLE(READER));
    rig_enrol(*state, READER_631, 631, ROLE(READER));
    return result;
}

#define ANSWERS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static int64_t registered(struct rig *rig, struct peer_from from, const char *unit)
{
    const Tonghop__Envelope *answer = ask_totals(
        rig, from, ASK(.period = "2024-S1", .unit = unit, .indicator = "model.registered"));
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->n_units, 1);
    assert_string_equal(answer->totals->units[0]->unit->code, unit);
    return (int64_t)answer->totals->units[0]->values[0]->value_low;
}

/* What is kept, as a lie: whoever gets it was answered from there. */
static void spoil(struct rig *rig)
{
    struct answers *answers = &rig->node->answers;
    assert_true(answers->count > 0);
    for (size_t i = 0; i < answers->count; i++) {
        struct buf *answer = &answers->items[i].answer;
        char *at = memmem(answer->data, answer->len, "model.registered", 16);
        assert_non_null(at);
        memcpy(at, "model.lie.told.x", 16);
    }
}

static bool is_kept(struct rig *rig, struct peer_from from, const char *unit)
{
    const Tonghop__Envelope *answer = ask_totals(
        rig, from, ASK(.period = "2024-S1", .unit = unit, .indicator = "model.registered"));
    assert_body(answer, BODY(TOTALS));
    return strcmp(answer->totals->indicators[0]->code, "model.lie.told.x") == 0;
}

/* The same question gets the same answer, under its own number. */
static void test_given_again(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(registered(rig, from_local(), "64"), 10);
    assert_int_equal(rig->node->answers.count, 1);
    assert_int_equal(registered(rig, from_local(), "64"), 10); /* rig_ask looks at its number */
    spoil(rig);
    assert_true(is_kept(rig, from_local(), "64"));
    assert_false(is_kept(rig, from_local(), "631"));
    assert_true(is_kept(rig, from_local(), "64"));
}

/* Whatever is put into the store ends it, also within one commit. */
static void test_not_after_a_change(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(registered(rig, from_local(), "64"), 10);
    spoil(rig);
    file_ok(rig, &drafts[1]);
    assert_int_equal(registered(rig, from_local(), "64"), 15);
    spoil(rig);
    rig_enrol(rig, 20, 632, ROLE(READER));
    assert_false(is_kept(rig, from_local(), "64"));
}

static void pack_draft(const struct draft *draft, struct buf *out)
{
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(draft, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.seq = 1;
    envelope.body_case = BODY(FILE);
    envelope.file = &file;
    wire_pack(&envelope, out);
    buf_fini(&filing);
}

static void pack_question(struct buf *out)
{
    char *indicators[] = {TEXT("model.registered")};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.period = TEXT("2024-S1");
    query.unit = TEXT("64");
    query.n_indicators = 1;
    query.indicators = indicators;
    envelope.seq = 2;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    wire_pack(&envelope, out);
}

/* A question behind a report of the same commit sees it, and what it was told is not kept: it might
 * not come true. */
static void test_within_one_commit(void **state)
{
    struct rig *rig = *state;
    struct event events[] = {rig_event(rig, EVENT_PEER_MESSAGE),
                             rig_event(rig, EVENT_PEER_MESSAGE)};
    struct buf messages[] = {{0}, {0}};
    assert_int_equal(registered(rig, from_local(), "64"), 10);
    pack_draft(&drafts[1], &messages[0]);
    pack_question(&messages[1]);
    for (size_t i = 0; i < LENGTH(events); i++) {
        events[i].from = from_local();
        events[i].bytes = span_of(&messages[i]);
    }
    spoil(rig);
    rig_batch(rig, events, LENGTH(events));
    assert_int_equal(rig->sent_count, 2);
    assert_int_equal(rig->node->answers.count, 1);
    const Tonghop__Envelope *answer = rig_open(rig, span_of(&rig->sent[1].bytes));
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->units[0]->values[0]->value_low, 15);
    assert_int_equal(registered(rig, from_local(), "64"), 15);
    buf_fini(&messages[0]);
    buf_fini(&messages[1]);
}

/* The question of another key is another one, even in the same words. */
static void test_not_for_others(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(registered(rig, from_key(READER_64), "64"), 10);
    spoil(rig);
    assert_false(is_kept(rig, from_local(), "64"));
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_key(READER_631),
                   ASK(.period = "2024-S1", .unit = "64", .indicator = "model.registered"));
    assert_body(answer, BODY(REFUSAL));
    assert_true(is_kept(rig, from_key(READER_64), "64"));
}

/* What has begun today had not yesterday. */
static void test_not_on_another_day(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(registered(rig, from_local(), "64"), 10);
    spoil(rig);
    rig->now.us += INT64_C(24) * 3600 * 1000000;
    assert_false(is_kept(rig, from_local(), "64"));
}

/* Refusals are not kept, and many questions do not take more memory than they may. */
static void test_bounded(void **state)
{
    struct rig *rig = *state;
    assert_body(ask_totals(rig, from_local(), ASK(.period = "2024-S1", .unit = "nowhere")),
                BODY(REFUSAL));
    assert_int_equal(rig->node->answers.count, 0);
    for (int year = 1900; year < 1900 + 2 * ANSWERS_MAX; year++) {
        char period[8];
        (void)snprintf(period, sizeof(period), "%d", year);
        (void)ask_totals(rig, from_local(), ASK(.period = period, .unit = "64"));
        assert_true(rig->node->answers.count <= ANSWERS_MAX);
        assert_true(rig->node->answers.bytes <= ANSWERS_BYTES_MAX);
    }
    assert_true(rig->node->answers.count > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANSWERS_TEST(test_given_again),        ANSWERS_TEST(test_not_after_a_change),
        ANSWERS_TEST(test_within_one_commit),  ANSWERS_TEST(test_not_for_others),
        ANSWERS_TEST(test_not_on_another_day), ANSWERS_TEST(test_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
