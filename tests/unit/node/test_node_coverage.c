/* Coverage as it is asked for: counts, rows, a trend, a state, a body; what an older client asks is
 * answered as ever. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/edit.h"

enum { READER_631 = 10 };

/* 2025-01-10: all of 2024 is late, and S1 of 2025 early. */
static const struct draft base[] = {
    {.catalogue = 2, .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))},
    {.catalogue = 2, .period = "2024-S1", .unit = 23860}, /* nil */
    {.catalogue = 2, .period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 10))},
    {.catalogue = 2, .period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1))},
    {.catalogue = 2, .period = "2023-S1", .unit = 23857, CELLS(EXACT(1, 8))},
    {.catalogue = 2, .period = "2025-S1", .unit = 23857, CELLS(EXACT(1, 8))},
};

/* The sample: form 2 waits, is answered for by pn and owed for the halves alone; 23888 is excepted
 * from it, and 23887 from all, until the end of June 2024. */
static int setup(void **state)
{
    int result = rig_setup_root(state);
    Tonghop__Catalogue *c = edit_begin(2);
    Tonghop__Named *body = mem_alloc(sizeof(*body));
    tonghop__named__init(body);
    edit_text(&body->code, "pn");
    edit_text(&body->name_vi, "Hội");
    c->bodies = mem_realloc(c->bodies, sizeof(*c->bodies));
    c->bodies[c->n_bodies++] = body;
    edit_text(&c->forms[1]->body, "pn");
    c->forms[1]->due_label_mask = 3;
    c->forms[1]->accepted_by_hand = true;
    c->exceptions = mem_alloc(2 * sizeof(*c->exceptions));
    for (size_t i = 0; i < 2; i++) {
        Tonghop__DutyException *exception = mem_alloc(sizeof(*exception));
        tonghop__duty_exception__init(exception);
        exception->unit = i == 0 ? 23888 : 23887;
        exception->form = i == 0 ? 2 : 0;
        exception->from = 19723; /* 2024-01-01 */
        exception->to = 19904;   /* 2024-06-30 */
        edit_text(&exception->reason, i == 0 ? "Lũ" : "Mới lập");
        c->exceptions[c->n_exceptions++] = exception;
    }
    rig_install_edited(*state, c);
    for (size_t i = 0; i < LENGTH(base); i++)
        file_ok(*state, &base[i]);
    file_ok(*state, DRAFT(.catalogue = 2, .period = "2024-S1", .unit = 23863, .form = 2,
                          CELLS(EXACT(20, 1))));
    rig_enrol(*state, READER_631, 631, ROLE(READER));
    return result;
}

static const Tonghop__Coverage *covered(struct rig *rig, const struct question *question)
{
    const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), question);
    assert_body(answer, BODY(COVERAGE));
    return answer->coverage;
}

#define COUNTS(...) (&(const struct coverage_counts){__VA_ARGS__})

static void assert_counts(const Tonghop__CoverageCounts *is, const struct coverage_counts *want)
{
    assert_non_null(is);
    const struct coverage_counts got = {is->due,        is->filed,   is->covered,  is->missing,
                                        is->accepted,   is->waiting, is->returned, is->early,
                                        is->on_time,    is->late,    is->untimed,  is->nil,
                                        is->not_obliged};
    if (memcmp(&got, want, sizeof(got)) != 0)
        fail_msg("%u due, %u filed, %u covered, %u missing, %u accepted, %u waiting, %u late, %u "
                 "nil, %u not obliged",
                 got.due, got.filed, got.covered, got.missing, got.accepted, got.waiting, got.late,
                 got.nil, got.excepted);
}

/* Rule: the counts say what became of each duty; they are the same as those that older clients
 * read, and whoever is not obliged is listed with the reason. */
static void test_counts(void **state)
{
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2024-S1"));
    /* 14 duties, but for 23888's security and 23887's two. */
    assert_counts(c->counts,
                  COUNTS(.due = 11, .filed = 4, .covered = 1, .missing = 6, .accepted = 3,
                         .waiting = 1, .late = 4, .nil = 1, .excepted = 3));
    assert_int_equal(c->due_count, 11);
    assert_int_equal(c->filed_count, 4);
    assert_int_equal(c->accepted_count, 3);
    assert_int_equal(c->covered_count, 1);
    assert_int_equal(c->late_count, 4);
    assert_int_equal(c->n_lines, 11);
    assert_int_equal(c->n_rows + c->n_trend, 0);
    assert_int_equal(c->n_not_obliged, 3);
    static const struct {
        uint32_t unit;
        const char *form, *body, *reason;
    } rows[] = {{23887, "general", "", "Mới lập"},
                {23887, "security", "pn", "Mới lập"},
                {23888, "security", "pn", "Lũ"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__NotObliged *excepted = c->not_obliged[i];
        assert_int_equal(excepted->unit->id, rows[i].unit);
        assert_string_equal(excepted->form, rows[i].form);
        assert_string_equal(excepted->body, rows[i].body);
        assert_string_equal(excepted->reason, rows[i].reason);
        assert_int_equal(excepted->from, 19723);
        assert_int_equal(excepted->to, 19904);
    }
    for (size_t i = 0; i < c->n_lines; i++)
        assert_int_equal(c->lines[i]->nil, c->lines[i]->unit->id == 23860 &&
                                               strcmp(c->lines[i]->form, "general") == 0);
}

/* Rule: an exception ends, and a form is owed for its periods alone. */
static void test_other_periods(void **state)
{
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2024-S2"));
    assert_int_equal(c->n_not_obliged, 0);
    assert_counts(c->counts, COUNTS(.due = 12, .missing = 12));
    c = covered(*state, ASK(.period = "2024"));
    assert_counts(c->counts, COUNTS(.due = 7, .missing = 7)); /* the general form */
    c = covered(*state, ASK(.period = "2025-S1", .unit = "23857"));
    assert_counts(c->counts, COUNTS(.due = 2, .filed = 1, .missing = 1, .accepted = 1, .early = 1));
}

/* Rule: a state chooses lines and leaves the counts. */
static void test_states(void **state)
{
    static const struct {
        const char *state;
        size_t line_count, excepted_count;
        uint32_t first;
    } rows[] = {
        {"", 11, 3, 631},        {"missing", 6, 0, 23857}, {"waiting", 1, 0, 23863},
        {"accepted", 3, 0, 631}, {"returned", 0, 0, 0},    {"covered", 1, 0, 23863},
        {"early", 0, 0, 0},      {"on-time", 0, 0, 0},     {"late", 4, 0, 631},
        {"untimed", 0, 0, 0},    {"nil", 1, 0, 23860},     {"not-obliged", 0, 3, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Coverage *c =
            covered(*state, ASK(.period = "2024-S1", .state = rows[i].state));
        if (c->n_lines != rows[i].line_count || c->n_not_obliged != rows[i].excepted_count)
            fail_msg("%s: %zu lines, %zu not obliged", rows[i].state, c->n_lines, c->n_not_obliged);
        if (rows[i].line_count > 0)
            assert_int_equal(c->lines[0]->unit->id, rows[i].first);
        assert_int_equal(c->counts->due, 11);
    }
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2024-S1", .only_missing = true));
    assert_int_equal(c->n_lines, 6);
    assert_int_equal(c->n_not_obliged, 0);
}

/* The only one of that form that is not due; NULL: there is none. */
static const Tonghop__CoverageLine *not_due(struct rig *rig, const struct question *question,
                                            const char *form)
{
    const Tonghop__Coverage *c = covered(rig, question);
    const Tonghop__CoverageLine *found = NULL;
    for (size_t i = 0; i < c->n_not_due; i++) {
        if (strcmp(c->not_due[i]->form, form) != 0)
            continue;
        assert_null(found);
        found = c->not_due[i];
    }
    return found;
}

static void assert_not_due_in(struct rig *rig, const struct question *question, uint32_t unit,
                              Tonghop__CoverageState state)
{
    const Tonghop__CoverageLine *line = not_due(rig, question, "security");
    if ((line != NULL) != (unit != 0))
        fail_msg("%s: %s not due", question->period, line != NULL ? "one" : "none");
    if (unit == 0)
        return;
    assert_int_equal(line->unit->id, unit);
    assert_int_equal(line->state, state);
    assert_int_equal(line->revision, 1);
}

/* By what waits. */
static void assert_not_due(struct rig *rig, const struct question *question, uint32_t unit)
{
    assert_not_due_in(rig, question, unit, TONGHOP__COVERAGE_STATE__COVERAGE_STATE_WAITING);
}

/* Rule: what was filed of units that need not file is listed apart, where all is listed or what is
 * in its state, whether it waits, is accepted or returned; it is in no count. */
static void test_what_waits_and_is_not_due(void **state)
{
    struct rig *rig = *state;
    static const char *const others[] = {"missing", "accepted", "returned", "late",
                                         "nil",     "covered",  "untimed",  "not-obliged"};
    struct coverage_counts counts = {.due = 11,
                                     .filed = 4,
                                     .covered = 1,
                                     .missing = 6,
                                     .accepted = 3,
                                     .waiting = 1,
                                     .late = 4,
                                     .nil = 1,
                                     .excepted = 3};
    assert_not_due(rig, ASK(.period = "2024-S1"), 0); /* the one that waits is due */
    const struct draft *excepted =
        DRAFT(.catalogue = 2, .period = "2024-S1", .unit = 23887, .form = 2, CELLS(EXACT(20, 1)));
    file_ok(rig, excepted);
    file_ok(rig, DRAFT(.catalogue = 2, .period = "2024", .unit = 23857, .form = 2,
                       CELLS(EXACT(20, 1)))); /* not owed for the year */
    assert_not_due(rig, ASK(.period = "2024-S1"), 23887);
    assert_not_due(rig, ASK(.period = "2024-S1", .state = "waiting"), 23887);
    assert_not_due(rig, ASK(.period = "2024-S1", .body = "pn"), 23887);
    assert_not_due(rig, ASK(.period = "2024-S1", .unit = "631"), 0);
    assert_not_due(rig, ASK(.period = "2024"), 23857);
    assert_not_due(rig, ASK(.period = "2024-S1", .by_child = true), 0);
    for (size_t i = 0; i < LENGTH(others); i++)
        assert_not_due(rig, ASK(.period = "2024-S1", .state = others[i]), 0);
    assert_counts(covered(rig, ASK(.period = "2024-S1"))->counts, &counts);
    static const struct {
        uint32_t bit;
        Tonghop__CoverageState state;
        const char *word, *not_word;
    } rows[] = {
        {STATE_ACCEPTED, TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED, "accepted", "waiting"},
        {STATE_RETURNED, TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED, "returned", "accepted"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        mark_ok(rig, excepted, 1, rows[i].bit);
        assert_not_due_in(rig, ASK(.period = "2024-S1"), 23887, rows[i].state);
        assert_not_due_in(rig, ASK(.period = "2024-S1", .state = rows[i].word), 23887,
                          rows[i].state);
        assert_not_due(rig, ASK(.period = "2024-S1", .state = rows[i].not_word), 0);
        assert_not_due(rig, ASK(.period = "2024-S1", .state = "late"), 0);
        assert_counts(covered(rig, ASK(.period = "2024-S1"))->counts, &counts);
    }
    file_ok(rig, DRAFT(.catalogue = 2, .period = "2024-S1", .unit = 23887, .form = 2, .based_on = 1,
                       .is_withdrawn = true));
    assert_not_due(rig, ASK(.period = "2024-S1"), 0);
}

/* Rule: so is what has no figure, also where it is asked for by that. */
static void test_nil_that_is_not_due(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.catalogue = 2, .period = "2024-S1", .unit = 23887, .form = 2));
    mark_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .form = 2), 1, STATE_ACCEPTED);
    static const char *const words[] = {"", "accepted", "nil"};
    for (size_t i = 0; i < LENGTH(words); i++) {
        const struct question *question = ASK(.period = "2024-S1", .state = words[i]);
        assert_not_due_in(rig, question, 23887, TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED);
        assert_true(not_due(rig, question, "security")->nil);
    }
    assert_int_equal(not_due(rig, ASK(.period = "2024-S1"), "general")->unit->id, 23887);
    assert_null(not_due(rig, ASK(.period = "2024-S1", .state = "nil"), "general"));
    assert_int_equal(covered(rig, ASK(.period = "2024-S1"))->counts->nil, 1); /* 23860's */
}

/* Rule: a body's forms alone, in lines and counts. */
static void test_body(void **state)
{
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2024-S1", .body = "pn"));
    assert_counts(c->counts, COUNTS(.due = 4, .filed = 1, .missing = 3, .waiting = 1, .late = 1,
                                    .excepted = 2));
    assert_int_equal(c->n_lines, 4);
    for (size_t i = 0; i < c->n_lines; i++)
        assert_string_equal(c->lines[i]->body, "pn");
    assert_int_equal(c->n_not_obliged, 2);
}

/* Rule: rows are the units directly beneath, what the unit owes itself before them, and they add up
 * to the counts; there are no lines. */
static void test_by_child(void **state)
{
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2024-S1", .by_child = true));
    assert_int_equal(c->n_lines + c->n_not_obliged, 0);
    assert_int_equal(c->n_rows, 2); /* the province owes nothing */
    assert_int_equal(c->rows[0]->unit->id, 631);
    assert_string_equal(c->rows[0]->period, "2024-S1");
    assert_counts(c->rows[0]->counts, COUNTS(.due = 7, .filed = 4, .covered = 1, .missing = 2,
                                             .accepted = 3, .waiting = 1, .late = 4, .nil = 1));
    assert_counts(c->rows[1]->counts, COUNTS(.due = 4, .missing = 4, .excepted = 3));
    assert_int_equal(c->counts->due, 11);

    c = covered(*state, ASK(.period = "2024-S1", .unit = "631", .by_child = true));
    assert_int_equal(c->n_rows, 4);
    assert_int_equal(c->rows[0]->unit->id, 631); /* itself */
    assert_counts(c->rows[0]->counts, COUNTS(.due = 1, .filed = 1, .accepted = 1, .late = 1));
    assert_int_equal(c->rows[1]->unit->id, 23857);

    c = covered(*state, ASK(.period = "2024", .unit = "632", .by_child = true));
    assert_int_equal(c->n_rows, 3);
    c = covered(*state, ASK(.period = "2024", .unit = "23888", .by_child = true));
    assert_int_equal(c->n_rows, 1); /* 23899, which stands beneath it, has ended */
    c = covered(*state, ASK(.period = "2024-S1", .unit = "23857", .by_child = true));
    assert_int_equal(c->n_rows, 1);
}

/* Rule: a trend has the counts of the same label in so many years, the earliest first; there is
 * nothing before the first year that a period can have. */
static void test_trend(void **state)
{
    static const uint32_t filed[] = {0, 1, 4, 1};
    const Tonghop__Coverage *c = covered(*state, ASK(.period = "2025-S1", .trend = 4));
    assert_int_equal(c->n_lines + c->n_rows + c->n_not_obliged, 0);
    assert_int_equal(c->n_trend, 4);
    for (size_t i = 0; i < 4; i++) {
        char period[PERIOD_TEXT_SIZE] = {0};
        (void)snprintf(period, sizeof(period), "%d-S1", 2022 + (int)i);
        assert_string_equal(c->trend[i]->period, period);
        assert_int_equal(c->trend[i]->unit->id, 64);
        assert_int_equal(c->trend[i]->counts->filed, filed[i]);
    }
    assert_int_equal(c->trend[2]->counts->not_obliged, 3);
    assert_int_equal(covered(*state, ASK(.period = "1901-S1", .trend = 20))->n_trend, 2);
    assert_int_equal(covered(*state, ASK(.period = "2999", .trend = 20))->n_trend, 20);
}

/* Rule: a unit that was not there, or not within what the sender may read, has no counts. */
static void test_trend_of_a_unit_that_moved(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *c = edit_begin(3);
    Tonghop__UnitVersion *unit = edit_unit(c, 23888), *later = mem_alloc(sizeof(*later));
    tonghop__unit_version__init(later);
    later->id = 23888;
    later->from = 20089; /* 2025-01-01 */
    later->to = unit->to;
    later->parent = 631;
    later->level = unit->level;
    later->type = unit->type;
    edit_text(&later->code, "23888");
    edit_text(&later->name_vi, "X");
    unit->to = later->from - 1;
    c->units = mem_realloc(c->units, (c->n_units + 1) * sizeof(*c->units));
    c->units[c->n_units++] = later;
    rig_install_edited(rig, c);
    const struct question *question = ASK(.period = "2025-S1", .unit = "23888", .trend = 3);
    const Tonghop__Envelope *answer = ask_coverage(rig, from_key(READER_631), question);
    assert_body(answer, BODY(COVERAGE));
    assert_int_equal(answer->coverage->n_trend, 3);
    assert_null(answer->coverage->trend[0]->counts);
    assert_null(answer->coverage->trend[1]->counts);
    assert_non_null(answer->coverage->trend[2]->counts);
    assert_non_null(covered(rig, question)->trend[0]->counts); /* here all may be read */
}

/* Rule: an explanation asks nobody who is not obliged. */
static void test_explanations(void **state)
{
    const Tonghop__Envelope *answer = ask_explain(
        *state, from_local(), ASK(.period = "2024-S1", .unit = "632", .indicator = "poverty.poor"));
    assert_body(answer, BODY(EXPLANATION));
    assert_int_equal(answer->explanation->due_count, 3); /* 632, 23888 and 23899 */
    answer = ask_explain(*state, from_local(),
                         ASK(.period = "2024", .unit = "632", .indicator = "security.team"));
    assert_body(answer, BODY(EXPLANATION));
    assert_int_equal(answer->explanation->due_count, 0); /* the form is owed for halves */
    answer = ask_explain(*state, from_local(),
                         ASK(.period = "2024-S2", .unit = "632", .indicator = "security.team"));
    assert_int_equal(answer->explanation->due_count, 2);
}

/* Rule: words that mean nothing are refused, with those that do. */
static void test_refusals(void **state)
{
    struct rig *rig = *state;
    assert_contains(
        assert_refused(ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .state = "Late")),
                       "not-found")
            ->text,
        "no state 'Late': write missing, waiting");
    assert_contains(
        assert_refused(ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .body = "np")),
                       "not-found")
            ->text,
        "no body 'np'");
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.period = TEXT("2024");
    query.by = TONGHOP__BY__BY_TYPE;
    envelope.body_case = BODY(COVERAGE_QUERY);
    envelope.coverage_query = &query;
    assert_refused(rig_ask(rig, from_local(), &envelope), "usage");
}

#define COVERAGE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        COVERAGE_TEST(test_counts),
        COVERAGE_TEST(test_other_periods),
        COVERAGE_TEST(test_states),
        COVERAGE_TEST(test_what_waits_and_is_not_due),
        COVERAGE_TEST(test_nil_that_is_not_due),
        COVERAGE_TEST(test_body),
        COVERAGE_TEST(test_by_child),
        COVERAGE_TEST(test_trend),
        COVERAGE_TEST(test_trend_of_a_unit_that_moved),
        COVERAGE_TEST(test_refusals),
        COVERAGE_TEST(test_explanations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
