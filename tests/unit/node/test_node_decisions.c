/* Returning with a reason and cells, accepting, and what history and a second attempt say of it.
 * Form 1 waits to be accepted, form 2 does not. */
#include "unit/node/ask.h"
#include "unit/node/freeze.h"
#include "unit/node/state.h"

enum { NODE_631 = 1, ADMIN_631 = 2, CATALOGUE = 2 };

/* The province, with a node beneath it for one of its districts. */
static int setup(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_install_manual(*state, CATALOGUE);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_hello(*state, from_local(), 0);
    return result;
}

#define DECISION_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

struct deciding {
    uint64_t revision;
    uint32_t bit;
    const char *reason;
    uint32_t cells[3]; /* up to the first 0 */
};

#define DECIDING(...) (&(const struct deciding){__VA_ARGS__})

static const Tonghop__Envelope *decide_as(struct rig *rig, struct peer_from from,
                                          const struct draft *like, const struct deciding *deciding)
{
    struct report_key key = draft_key(like);
    Tonghop__Key wire_key;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    uint32_t cells[LENGTH(deciding->cells)];
    wire_key_of(&key, &wire_key);
    memcpy(cells, deciding->cells, sizeof(cells));
    mark.key = &wire_key;
    mark.revision = deciding->revision;
    mark.states = deciding->bit;
    mark.reason = text_or_empty(deciding->reason);
    mark.indicators = cells;
    while (mark.n_indicators < LENGTH(cells) && cells[mark.n_indicators] != 0)
        mark.n_indicators++;
    envelope.body_case = BODY(MARK);
    envelope.mark = &mark;
    return rig_ask(rig, from, &envelope);
}

static const Tonghop__Envelope *decide(struct rig *rig, const struct draft *like,
                                       const struct deciding *deciding)
{
    return decide_as(rig, from_local(), like, deciding);
}

static const Tonghop__HistoryEntry *entry_of(struct rig *rig, const struct draft *like,
                                             uint64_t revision)
{
    char unit[16];
    (void)snprintf(unit, sizeof(unit), "%u", (unsigned)like->unit);
    const Tonghop__Envelope *answer =
        ask_history(rig, from_local(), ASK(.period = like->period, .unit = unit));
    assert_body(answer, BODY(HISTORY));
    for (size_t i = 0; i < answer->history->n_entries; i++)
        if (answer->history->entries[i]->revision == revision)
            return answer->history->entries[i];
    fail_msg("no revision %u", (unsigned)revision);
    return NULL;
}

static const struct draft *commune(void)
{
    static const struct cell cells[] = {EXACT(1, 10), EXACT(2, 4)};
    static const struct draft draft = {.period = "2024-S1",
                                       .unit = 23888,
                                       .catalogue = CATALOGUE,
                                       .cells = cells,
                                       .cell_count = LENGTH(cells)};
    return &draft;
}

/* ---- what stands ---- */

/* Who returned it, where, when, why and which cells stands in history; the revision that is based
 * on it answers it, and one that is not does not. */
static void test_history_tells(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = commune();
    struct cell cells[] = {EXACT(1, 9), EXACT(2, 4)};
    struct draft next = *like;
    next.cells = cells;
    file_ok(rig, like);
    assert_int_equal(entry_of(rig, like, 1)->n_decisions, 0);
    rig->now.us += 5000000;
    assert_body(
        decide(rig, like,
               DECIDING(.revision = 1, .bit = R, .reason = "xem lại\nsố tiền", .cells = {1, 7})),
        BODY(DONE));
    const Tonghop__HistoryEntry *entry = entry_of(rig, like, 1);
    assert_int_equal(entry->n_decisions, 1);
    const Tonghop__Decision *decision = entry->decisions[0];
    assert_int_equal(decision->states, R);
    assert_int_equal(decision->unit->id, 64);
    assert_int_equal(decision->time_us, rig->now.us);
    assert_string_equal(decision->reason, "xem lại\nsố tiền");
    assert_memory_equal(decision->person, "uid:1000", 8);
    assert_int_equal(decision->n_indicators, 2);
    assert_string_equal(decision->indicators[0], "model.registered");
    assert_string_equal(decision->indicators[1], "contrib.land");
    assert_int_equal(entry->answers, 0);
    next.based_on = 1;
    file_ok(rig, &next);
    entry = entry_of(rig, like, 2);
    assert_int_equal(entry->answers, 1);
    assert_int_equal(entry->n_decisions, 0);
    assert_body(decide(rig, like, DECIDING(.revision = 2, .bit = A)), BODY(DONE));
    next.based_on = 2;
    cells[0].value = 8;
    file_ok(rig, &next);
    assert_int_equal(entry_of(rig, like, 3)->answers, 0);
    entry = entry_of(rig, like, 2);
    assert_int_equal(entry->n_decisions, 1);
    assert_int_equal(entry->decisions[0]->states, A);
    assert_int_equal(entry_of(rig, like, 1)->n_decisions, 1);
    assert_verifies(rig);
}

/* Cells are of the form that was filed: another one is named, and nothing is done. */
static void test_cells_are_of_the_form(void **state)
{
    static const struct {
        uint32_t cells[3];
        const char *named;
    } rows[] = {
        {{20}, "indicator security.team is not filed in form general"},
        {{1, 5}, "indicator model.recognition_rate is"}, /* derived: filed in none */
        {{1, 999}, "indicator 999 is"},
    };
    struct rig *rig = *state;
    file_ok(rig, commune());
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct deciding deciding = {1, R, "x", {0}};
        memcpy(deciding.cells, rows[i].cells, sizeof(deciding.cells));
        print_message("row: %s\n", rows[i].named);
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal =
            assert_refused(decide(rig, commune(), &deciding), "invalid");
        assert_contains(refusal->text, rows[i].named);
        assert_unchanged(rig, before);
    }
}

/* ---- once more ---- */

/* The same again, or without a reason, as programs of before ask, is done already; another reason
 * is answered with the first. Neither changes anything. */
static void test_said_again(void **state)
{
    static const struct {
        const char *name;
        struct deciding deciding;
        const char *code; /* NULL: done */
    } rows[] = {
        {"the same", {1, R, "count again", {1, 2}}, NULL},
        {"no reason", {1, R, NULL, {0}}, NULL},
        {"another reason", {1, R, "count", {1, 2}}, "exists"},
        {"other cells", {1, R, "count again", {1, 3}}, "exists"},
        {"fewer cells", {1, R, "count again", {1}}, "exists"},
        {"no cells", {1, R, "count again", {0}}, "exists"},
    };
    struct rig *rig = *state;
    file_ok(rig, commune());
    assert_body(decide(rig, commune(), &rows[0].deciding), BODY(DONE));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        char *before = dump_store(rig);
        const Tonghop__Envelope *answer = decide(rig, commune(), &rows[i].deciding);
        if (rows[i].code == NULL)
            assert_body(answer, BODY(DONE));
        const char *text =
            rows[i].code == NULL ? answer->done->text : assert_refused(answer, rows[i].code)->text;
        assert_contains(text, "revision 1 of form general, 2024-S1, of 23888 Tan Lap Commune is "
                              "returned already, by uid:1000, 64 ");
        assert_contains(text, ": count again");
        assert_unchanged(rig, before);
    }
}

/* One that came back without a word, from a node that has none, is given its reason. */
static void test_a_reason_comes_later(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    (void)state_from_child(rig, NODE_631, like, (struct state){2, R, 0, 0});
    assert_body(decide(rig, like, DECIDING(.revision = 2, .bit = R)), BODY(DONE));
    assert_int_equal(entry_of(rig, like, 2)->n_decisions, 0);
    assert_body(decide(rig, like, DECIDING(.revision = 2, .bit = R, .reason = "why", .cells = {1})),
                BODY(DONE));
    assert_int_equal(entry_of(rig, like, 2)->n_decisions, 1);
}

/* What nobody had to accept says so; what somebody accepted names who. */
static void test_accepted_already(void **state)
{
    struct rig *rig = *state;
    const struct draft *automatic =
        DRAFT(.period = "2024-S1", .unit = 23888, .form = 2, .catalogue = CATALOGUE);
    file_ok(rig, automatic);
    char *before = dump_store(rig);
    const Tonghop__Envelope *answer = decide(rig, automatic, DECIDING(.revision = 1, .bit = A));
    assert_body(answer, BODY(DONE));
    assert_contains(answer->done->text,
                    "is accepted already: its form is accepted when it is filed");
    assert_unchanged(rig, before);
    file_ok(rig, commune());
    answer = decide(rig, commune(), DECIDING(.revision = 1, .bit = A));
    assert_contains(answer->done->text, "accepted revision 1 of form general");
    assert_contains(answer->done->text, ": it counts");
    answer = decide(rig, commune(), DECIDING(.revision = 1, .bit = A));
    assert_contains(answer->done->text, "is accepted already, by uid:1000, 64 ");
    answer = decide(rig, commune(), DECIDING(.revision = 1, .bit = R, .reason = "x"));
    assert_contains(answer->done->text, "has to file a correction");
}

/* ---- the figures were right ---- */

static const Tonghop__Receipt *receipt_of(struct rig *rig, const struct draft *draft)
{
    const Tonghop__Envelope *answer = file_as(rig, from_local(), draft);
    assert_body(answer, BODY(RECEIPT));
    return answer->receipt;
}

static void assert_repeated(struct rig *rig, const struct draft *draft, uint64_t revision)
{
    char *before = dump_store(rig);
    const Tonghop__Receipt *receipt = receipt_of(rig, draft);
    assert_true(receipt->repeated_content);
    assert_int_equal(receipt->revision, revision);
    assert_unchanged(rig, before);
}

static Tonghop__CoverageState coverage_of_commune(struct rig *rig)
{
    const Tonghop__Envelope *answer =
        ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .unit = "23888"));
    assert_body(answer, BODY(COVERAGE));
    for (size_t i = 0; i < answer->coverage->n_lines; i++)
        if (strcmp(answer->coverage->lines[i]->form, "general") == 0)
            return answer->coverage->lines[i]->state;
    fail_msg("no line of the form");
    return TONGHOP__COVERAGE_STATE__COVERAGE_STATE_UNSPECIFIED;
}

/* Figures that were returned and are right are filed again, based on what was returned, with a
 * reason: that is a new revision, which answers the return. Without a reason it is refused with
 * what the return said. A filing that is sent again for a lost answer changes nothing, before the
 * answer, after it, and when that was returned in its turn. */
static void test_right_figures_answer(void **state)
{
    struct rig *rig = *state;
    const struct draft first = *commune();
    struct draft answer = first, unexplained = first;
    file_ok(rig, &first);
    assert_body(decide(rig, &first, DECIDING(.revision = 1, .bit = R, .reason = "xem lại")),
                BODY(DONE));
    assert_repeated(rig, &first, 1);
    unexplained.based_on = answer.based_on = 1;
    for (unsigned i = 0; i < 4; i++) {
        unexplained.reason = i % 2 == 0 ? NULL : " \n";
        unexplained.check_only = i > 1;
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal =
            assert_refused(file_as(rig, from_local(), &unexplained), "invalid");
        assert_contains(refusal->text, "revision 1 of form general, 2024-S1, of 23888 ");
        assert_contains(refusal->text, " was returned (by uid:1000, 64 ");
        assert_contains(refusal->text, ": xem lại), and these are the same figures");
        assert_contains(refusal->text, "--reason");
        assert_unchanged(rig, before);
    }
    assert_int_equal(coverage_of_commune(rig), TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED);
    answer.reason = "đã đếm lại";
    answer.check_only = true;
    char *before = dump_store(rig);
    assert_int_equal(receipt_of(rig, &answer)->revision, 0);
    assert_unchanged(rig, before);
    answer.check_only = false;
    const Tonghop__Receipt *receipt = receipt_of(rig, &answer);
    assert_false(receipt->repeated_content);
    assert_int_equal(receipt->revision, 2);
    assert_int_equal(receipt->states, 0);
    assert_int_equal(entry_of(rig, &first, 2)->answers, 1);
    assert_int_equal(entry_of(rig, &first, 2)->n_decisions, 0);
    assert_int_equal(coverage_of_commune(rig), TONGHOP__COVERAGE_STATE__COVERAGE_STATE_WAITING);
    assert_repeated(rig, &answer, 2);
    assert_repeated(rig, &first, 2);
    assert_body(decide(rig, &first, DECIDING(.revision = 2, .bit = R, .reason = "y")), BODY(DONE));
    assert_repeated(rig, &answer, 2);
    answer.based_on = 2;
    assert_int_equal(receipt_of(rig, &answer)->revision, 3);
    answer.based_on = 3; /* it is not returned: there is nothing to answer */
    assert_repeated(rig, &answer, 3);
    assert_verifies(rig);
}

/* Nothing is filed in a closed period, an answer neither: that is said first. */
static void test_right_figures_in_a_closed_period(void **state)
{
    struct rig *rig = *state;
    struct draft draft = *commune();
    file_ok(rig, &draft);
    assert_body(decide(rig, &draft, DECIDING(.revision = 1, .bit = R, .reason = "x")), BODY(DONE));
    rig->now.us += 1000000;
    assert_body(
        ask_close(rig, from_local(),
                  FREEZE(.period = "2024-S1", .rank = RANK(PRELIMINARY), .incomplete = true)),
        BODY(CLOSED));
    assert_repeated(rig, &draft, 1);
    draft.based_on = 1;
    assert_refused(file_as(rig, from_local(), &draft), "closed");
    draft.reason = "đã đếm lại";
    assert_refused(file_as(rig, from_local(), &draft), "closed");
}

/* ---- no ---- */

/* What was returned is not accepted, whether it waited or was accepted before: who tries is told
 * that it does not count, by whom it was returned and why, and nothing changes: what counted before
 * goes on counting. Once it is replaced, that is what is said. */
static void test_the_returned_is_not_accepted(void **state)
{
    static const struct {
        const char *name;
        uint32_t form;
        bool is_accepted; /* by hand, before */
        const char *said;
    } rows[] = {
        {"it waited", 1, false, "is not accepted, and does not count: it was returned"},
        {"accepted by hand", 1, true, "is accepted already, but it does not count"},
        {"accepted by itself", 2, false, "is accepted already, but it does not count"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct rig *rig = *state;
        print_message("row: %s\n", rows[i].name);
        struct draft draft = *DRAFT(.period = "2024-S1", .form = rows[i].form,
                                    .catalogue = CATALOGUE, CELLS(EXACT(1, 1)));
        draft.unit = 23888 - (uint32_t)(i % 2); /* one that has not filed the form */
        if (rows[i].form != 1)
            draft.cell_count = 0;
        file_ok(rig, &draft);
        if (rows[i].is_accepted)
            assert_body(decide(rig, &draft, DECIDING(.revision = 1, .bit = A)), BODY(DONE));
        assert_body(decide(rig, &draft, DECIDING(.revision = 1, .bit = R, .reason = "đếm lại")),
                    BODY(DONE));
        char *before = dump_store(rig);
        const Tonghop__Refusal *refusal =
            assert_refused(decide(rig, &draft, DECIDING(.revision = 1, .bit = A)), "exists");
        assert_contains(refusal->text, rows[i].said);
        assert_contains(refusal->text, "the unit has to file a correction (by uid:1000, 64 ");
        assert_contains(refusal->text, ": đếm lại)");
        assert_unchanged(rig, before);
    }
}

/* Its acceptance would have ended what counts: the revision before it goes on counting. */
static void test_what_counts_goes_on(void **state)
{
    struct rig *rig = *state;
    struct draft draft = *commune();
    const struct cell cells[] = {EXACT(1, 9), EXACT(2, 4)};
    file_ok(rig, &draft);
    assert_body(decide(rig, &draft, DECIDING(.revision = 1, .bit = A)), BODY(DONE));
    draft.cells = cells;
    draft.based_on = 1;
    file_ok(rig, &draft);
    assert_body(decide(rig, &draft, DECIDING(.revision = 2, .bit = R, .reason = "x")), BODY(DONE));
    assert_refused(decide(rig, &draft, DECIDING(.revision = 2, .bit = A)), "exists");
    assert_true(entry_of(rig, &draft, 1)->counts);
    draft.cells = commune()->cells;
    draft.based_on = 2;
    file_ok(rig, &draft);
    const Tonghop__Refusal *refusal =
        assert_refused(decide(rig, &draft, DECIDING(.revision = 2, .bit = A)), "stale");
    assert_contains(refusal->text, "has been replaced by revision 3");
    assert_verifies(rig);
}

/* Who may do it is named. */
static void test_who_may_is_named(void **state)
{
    struct rig *rig = *state;
    const struct draft *own = DRAFT(.period = "2024-S1", .unit = 64, .catalogue = CATALOGUE);
    const struct draft *below = DRAFT(.period = "2024-S1", .unit = 23857);
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_hello(rig, from_local(), 0);
    file_ok(rig, own);
    file_ok(rig, commune());
    (void)state_from_child(rig, NODE_631, below, (struct state){1, 0, 0, 0});
    const Tonghop__Refusal *refusal = assert_refused(
        decide(rig, own, DECIDING(.revision = 1, .bit = R, .reason = "x")), "foreign");
    assert_contains(refusal->text, "nobody is above 64 ");
    refusal = assert_refused(decide_as(rig, from_key(ADMIN_631), commune(),
                                       DECIDING(.revision = 1, .bit = R, .reason = "x")),
                             "foreign");
    assert_contains(refusal->text, "returned by those above it, and not from here: 632 ");
    assert_contains(refusal->text, ", 64 ");
    refusal = assert_refused(
        decide_as(rig, from_key(ADMIN_631), commune(), DECIDING(.revision = 1, .bit = A)),
        "foreign");
    assert_contains(refusal->text, "accepted at the node that serves 632 ");
    refusal = assert_refused(decide(rig, below, DECIDING(.revision = 1, .bit = A)), "not-home");
    assert_contains(refusal->text, "reports of 23857 ");
    assert_contains(refusal->text, "accepted at the node of 631 ");
    refusal = assert_refused(
        decide(rig, DRAFT(.period = "2025-S1", .unit = 23899), DECIDING(.revision = 1, .bit = A)),
        "foreign");
    assert_contains(refusal->text, "there is no unit 23899");
}

/* What took its place is named, also for one that is not there. */
static void test_replaced(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    (void)state_from_child(rig, NODE_631, like, (struct state){3, 0, 0, 0});
    const Tonghop__Refusal *refusal = assert_refused(
        decide(rig, like, DECIDING(.revision = 1, .bit = R, .reason = "x")), "stale");
    assert_contains(refusal->text, "revision 1 of form general");
    assert_contains(refusal->text, "has been replaced by revision 3");
    refusal = assert_refused(decide(rig, like, DECIDING(.revision = 4, .bit = R, .reason = "x")),
                             "stale");
    assert_contains(refusal->text, "there is no revision 4 of form general");
    assert_contains(refusal->text, "the latest is revision 3");
}

static const Tonghop__Envelope *reopen(struct rig *rig, const char *unit, int64_t until_us)
{
    Tonghop__Reopen message = TONGHOP__REOPEN__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    message.kind = KIND_ACTUAL;
    message.period = TEXT("2024-S1");
    message.unit = TEXT(unit);
    message.until_us = until_us;
    message.reason = TEXT("sửa số");
    envelope.body_case = BODY(REOPEN);
    envelope.reopen = &message;
    return rig_ask(rig, from_local(), &envelope);
}

/* Nothing is returned in a closed period, but what was returned before is answered; acceptance of
 * what waits goes on, and so do returns while the unit may file again. */
static void test_in_a_closed_period(void **state)
{
    struct rig *rig = *state;
    const struct draft *waits =
        DRAFT(.period = "2024-S1", .unit = 632, .catalogue = CATALOGUE, CELLS(EXACT(1, 1)));
    const struct draft *returned = DRAFT(.period = "2024-S1", .unit = 23857);
    file_ok(rig, commune());
    file_ok(rig, waits);
    (void)state_from_child(rig, NODE_631, returned, (struct state){1, 0, 0, 0});
    assert_body(decide(rig, returned, DECIDING(.revision = 1, .bit = R, .reason = "x")),
                BODY(DONE));
    rig->now.us += 1000000;
    assert_body(
        ask_close(rig, from_local(),
                  FREEZE(.period = "2024-S1", .rank = RANK(PRELIMINARY), .incomplete = true)),
        BODY(CLOSED));
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal = assert_refused(
        decide(rig, commune(), DECIDING(.revision = 1, .bit = R, .reason = "x")), "closed");
    assert_contains(refusal->text, "tonghop reopen 23888 --period 2024-S1");
    assert_body(decide(rig, returned, DECIDING(.revision = 1, .bit = R, .reason = "x")),
                BODY(DONE));
    assert_unchanged(rig, before);
    assert_body(decide(rig, waits, DECIDING(.revision = 1, .bit = A)), BODY(DONE));
    rig->now.us += 1000000;
    assert_body(reopen(rig, "23888", rig->now.us + 5000000), BODY(DONE));
    assert_body(decide(rig, commune(), DECIDING(.revision = 1, .bit = R, .reason = "x")),
                BODY(DONE));
    rig->now.us += 6000000;
    assert_refused(decide(rig, waits, DECIDING(.revision = 1, .bit = R, .reason = "x")), "closed");
    assert_verifies(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DECISION_TEST(test_history_tells),
        DECISION_TEST(test_cells_are_of_the_form),
        DECISION_TEST(test_said_again),
        DECISION_TEST(test_a_reason_comes_later),
        DECISION_TEST(test_accepted_already),
        DECISION_TEST(test_right_figures_answer),
        DECISION_TEST(test_right_figures_in_a_closed_period),
        DECISION_TEST(test_the_returned_is_not_accepted),
        DECISION_TEST(test_what_counts_goes_on),
        DECISION_TEST(test_who_may_is_named),
        DECISION_TEST(test_replaced),
        DECISION_TEST(test_in_a_closed_period),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
