/* Accepting and returning: who may, what of, and what it does to the totals, to the node beneath
 * that filed the report and to the one above. Form 1 waits to be accepted, form 2 does not. */
#include "unit/node/ask.h"
#include "unit/node/state.h"

enum { NODE_631 = 1, ADMIN_64 = 2, ADMIN_631 = 3, ADMIN_632 = 4, READER = 5, REPORTER = 6 };
enum { LOCAL = 0, CATALOGUE = 2 };

static int setup_unit(void **state, uint32_t unit, bool has_parent)
{
    int result = rig_setup_unit(state, unit, has_parent);
    rig_install_manual(*state, CATALOGUE);
    rig_hello(*state, from_local(), 0);
    return result;
}

/* The province, with a node beneath it for one of its districts. */
static int setup_root(void **state)
{
    int result = setup_unit(state, 64, false);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    return result;
}

/* A district, with a node beneath it and one above. */
static int setup_district(void **state)
{
    int result = setup_unit(state, 631, true);
    rig_enrol(*state, NODE_631, 23857, ROLE(NODE));
    return result;
}

#define MARK_TEST(function) cmocka_unit_test_setup_teardown(function, setup_root, rig_teardown)
#define BETWEEN_TEST(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, setup_district, rig_teardown)

static struct peer_from from_who(uint8_t who)
{
    return who == LOCAL ? from_local() : from_key(who);
}

static const Tonghop__Envelope *mark_answer(struct rig *rig, uint8_t who, const struct draft *like,
                                            uint64_t revision, uint32_t bit)
{
    struct report_key key = draft_key(like);
    return ask_mark(rig, from_who(who), &key, revision, bit);
}

/* What the node's unit has of indicator 1 in the draft's period, -1 when there is nothing. */
static int64_t total_of(struct rig *rig, const struct draft *like)
{
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(), ASK(.period = like->period, .indicator = "model.registered"));
    assert_body(answer, BODY(TOTALS));
    const Tonghop__Value *value = answer->totals->units[0]->values[0];
    return value->has_value ? number_of(value) : -1;
}

/* ---- who ---- */

enum { YES, NO, ELSEWHERE }; /* ELSEWHERE: at another node */

/* Any ancestor returns, the node of the unit's parent accepts; nobody marks their own reports. */
static void test_who_may(void **state)
{
    static const struct {
        uint8_t who;
        uint32_t unit;
        int accept, give_back;
        uint32_t home; /* where to go */
    } rows[] = {
        {LOCAL, 64, NO, NO, 0},
        {LOCAL, 631, YES, YES, 0},
        {LOCAL, 632, YES, YES, 0},
        {LOCAL, 23857, ELSEWHERE, YES, 631},
        {LOCAL, 23888, YES, YES, 0},
        {LOCAL, 99999, NO, NO, 0},
        {ADMIN_64, 64, NO, NO, 0},
        {ADMIN_64, 631, YES, YES, 0},
        {ADMIN_64, 23857, ELSEWHERE, YES, 631},
        {ADMIN_631, 64, NO, NO, 0},
        {ADMIN_631, 631, NO, NO, 0},
        {ADMIN_631, 632, NO, NO, 0},
        {ADMIN_631, 23857, ELSEWHERE, YES, 631},
        {ADMIN_631, 23888, NO, NO, 0},
        {ADMIN_632, 632, NO, NO, 0},
        {ADMIN_632, 23888, YES, YES, 0},
        {ADMIN_632, 23857, NO, NO, 0},
    };
    struct rig *rig = *state;
    rig_enrol(rig, ADMIN_64, 64, ROLE(ADMIN));
    rig_enrol(rig, ADMIN_631, 631, ROLE(ADMIN));
    rig_enrol(rig, ADMIN_632, 632, ROLE(ADMIN));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16]; /* each marks another report */
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft *like = DRAFT(.period = period, .unit = rows[i].unit, .catalogue = 2,
                                         .based_on = 0, CELLS(EXACT(1, 1)));
        print_message("row: %u on %u\n", rows[i].who, rows[i].unit);
        if (rows[i].unit == 631 || rows[i].unit == 23857)
            (void)state_from_child(rig, NODE_631, like, (struct state){1, 0, 0, 0});
        else if (rows[i].unit != 99999)
            file_ok(rig, like);
        for (uint32_t bit = A; bit <= R; bit++) {
            int may = bit == A ? rows[i].accept : rows[i].give_back;
            char *before = dump_store(rig);
            const Tonghop__Envelope *answer = mark_answer(rig, rows[i].who, like, 1, bit);
            if (may == YES) {
                assert_body(answer, BODY(DONE));
                assert_true(head_of(rig, like).states & bit);
                free(before);
                continue;
            }
            const Tonghop__Refusal *refusal =
                assert_refused(answer, may == ELSEWHERE ? "not-home" : "foreign");
            assert_int_equal(refusal->home, rows[i].home);
            assert_unchanged(rig, before);
        }
    }
    assert_verifies(rig);
}

/* At a district the same holds below it; what is above or beside is none of its business. */
static void test_who_may_at_a_district(void **state)
{
    static const struct {
        uint32_t unit;
        bool may;
    } rows[] = {{64, false}, {631, false}, {632, false}, {23857, true}, {23860, true}};
    struct rig *rig = *state;
    (void)state_from_child(rig, NODE_631, DRAFT(.period = "2024-S1", .unit = 23857),
                           (struct state){1, 0, 0, 0});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .catalogue = 2, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, .catalogue = 2, CELLS(EXACT(1, 1))));
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (uint32_t bit = A; bit <= R; bit++) {
            const Tonghop__Envelope *answer =
                mark_answer(rig, LOCAL, DRAFT(.period = "2024-S1", .unit = rows[i].unit), 1, bit);
            if (rows[i].may)
                assert_body(answer, BODY(DONE));
            else
                assert_refused(answer, "foreign");
        }
}

/* Reading and filing give no right to mark, and a node passes marks on as part of a state. */
static void test_roles_that_may_not(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    static const uint8_t who[] = {NODE_631, READER, REPORTER};
    rig_enrol(rig, READER, 64, ROLE(READER));
    rig_enrol(rig, REPORTER, 64, ROLE(REPORTER));
    (void)state_from_child(rig, NODE_631, like, (struct state){1, 0, 0, 0});
    for (size_t i = 0; i < LENGTH(who); i++)
        assert_refused(mark_answer(rig, who[i], like, 1, R), "forbidden");
    assert_head(rig, like, 1, 0, 0);
}

/* ---- what of ---- */

/* Only the latest revision and the one that counts can be marked; any other was replaced by what
 * the person has not seen yet. */
static void test_what_was_replaced(void **state)
{
    static const struct {
        const char *name;
        struct state held;
        uint64_t revision;
        const char *code; /* NULL: done */
    } rows[] = {
        {"the latest waits", {3, 0, 1, A}, 3, NULL},
        {"the one that counts", {3, 0, 1, A}, 1, NULL},
        {"one in between", {3, 0, 1, A}, 2, "stale"},
        {"one to come", {3, 0, 1, A}, 4, "stale"},
        {"the latest counts", {3, A, 0, 0}, 3, NULL},
        {"before the one that counts", {3, A, 0, 0}, 2, "stale"},
        {"returned already: the answer may have got lost", {3, 0, 1, A | R}, 1, NULL},
        {"nothing is held", {0}, 1, "not-found"},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft *like = DRAFT(.period = period, .unit = 23857);
        print_message("row: %s\n", rows[i].name);
        if (rows[i].held.latest != 0)
            (void)state_from_child(rig, NODE_631, like, rows[i].held);
        char *before = dump_store(rig);
        const Tonghop__Envelope *answer = mark_answer(rig, LOCAL, like, rows[i].revision, R);
        if (rows[i].code == NULL) {
            assert_body(answer, BODY(DONE));
            free(before);
            continue;
        }
        const Tonghop__Refusal *refusal = assert_refused(answer, rows[i].code);
        assert_int_equal(refusal->current_revision, rows[i].held.latest);
        assert_unchanged(rig, before);
    }
    assert_verifies(rig);
}

/* A period in which the unit is not there has nothing to mark. */
static void test_a_unit_that_has_ended(void **state)
{
    struct rig *rig = *state;
    assert_refused(mark_answer(rig, LOCAL, DRAFT(.period = "2025-S1", .unit = 23899), 1, R),
                   "foreign");
    const Tonghop__Refusal *refusal = assert_refused(
        mark_answer(rig, LOCAL, DRAFT(.period = "2024-S1", .unit = 23899), 1, R), "not-found");
    assert_contains(refusal->text, " here: check the unit, form and period");
}

/* ---- what it does ---- */

/* What counts is the highest accepted revision, unless it is returned; doing it twice does nothing
 * more. */
static void test_what_counts_afterwards(void **state)
{
    static const struct {
        const char *name;
        struct state held;
        uint64_t revision;
        uint32_t bit, states; /* of the latest afterwards */
        uint64_t counting;
    } rows[] = {
        {"the first is accepted", {1, 0, 0, 0}, 1, A, A, 1},
        {"the first is returned", {1, 0, 0, 0}, 1, R, R, 0},
        {"a correction is accepted", {2, 0, 1, A}, 2, A, A, 2},
        {"a correction is returned: the earlier one goes on", {2, 0, 1, A}, 2, R, R, 1},
        {"the earlier one is returned while a correction waits", {2, 0, 1, A}, 1, R, 0, 0},
        {"the one that counts is returned: none does", {2, A, 0, 0}, 2, R, A | R, 0},
        {"accepted again", {1, A, 0, 0}, 1, A, A, 1},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft *like = DRAFT(.period = period, .unit = 631);
        int64_t counted = rows[i].counting != 0 ? 10 * (int64_t)rows[i].counting : -1;
        print_message("row: %s\n", rows[i].name);
        (void)state_from_child(rig, NODE_631, like, rows[i].held);
        mark_ok(rig, like, rows[i].revision, rows[i].bit);
        assert_head(rig, like, rows[i].held.latest, rows[i].states, rows[i].counting);
        assert_int_equal(total_of(rig, like), counted);
        assert_verifies(rig);
        if (rows[i].revision != head_of(rig, like).revision && rows[i].revision != rows[i].counting)
            continue; /* replaced now */
        char *before = dump_store(rig);
        mark_ok(rig, like, rows[i].revision, rows[i].bit);
        assert_unchanged(rig, before);
    }
}

/* A mark goes down to the node that filed it, and up: not to anybody else, and not when it changes
 * nothing. */
static void test_marks_travel_both_ways(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    (void)state_from_child(rig, NODE_631, like, (struct state){2, 0, 1, A});
    for (uint32_t bit = A; bit <= R; bit++) {
        empty_outbox(rig);
        mark_ok(rig, like, 2, bit);
        assert_true(is_in_outbox(rig, like));
        const Tonghop__Envelope *down = to_child(rig, NODE_631, BODY(REVISION), 0);
        assert_non_null(down);
        assert_int_equal(down->revision->revision, 2);
        assert_int_equal(down->revision->states, bit == A ? A : A | R);
        assert_int_equal(rig->sent_count, 2); /* and the answer */
        empty_outbox(rig);
        mark_ok(rig, like, 2, bit);
        assert_false(is_in_outbox(rig, like));
        assert_int_equal(rig->sent_count, 1);
    }
    /* The node itself is the home: nobody beneath is to be told. */
    const struct draft *own = DRAFT(.period = "2024-S1", .unit = 23860, .catalogue = 2);
    file_ok(rig, own);
    mark_ok(rig, own, 1, A);
    assert_int_equal(rig->sent_count, 1);
    assert_true(is_in_outbox(rig, own));
}

/* The return of the earlier revision goes along while the latest one waits. */
static void test_a_mark_on_an_earlier_revision_travels(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    (void)state_from_child(rig, NODE_631, like, (struct state){2, 0, 1, A});
    mark_ok(rig, like, 1, R);
    const Tonghop__Envelope *down = to_child(rig, NODE_631, BODY(REVISION), 0);
    assert_non_null(down);
    assert_int_equal(down->revision->revision, 2);
    assert_int_equal(down->revision->states, 0);
    assert_non_null(down->revision->accepted);
    assert_int_equal(down->revision->accepted->revision, 1);
    assert_int_equal(down->revision->accepted->states, A | R);
}

/* ---- a form that is accepted by hand ---- */

static Tonghop__CoverageState coverage_of(struct rig *rig, const char *unit, const char *form)
{
    const Tonghop__Envelope *answer =
        ask_coverage(rig, from_local(), ASK(.period = "2024-S1", .unit = unit));
    assert_body(answer, BODY(COVERAGE));
    for (size_t i = 0; i < answer->coverage->n_lines; i++)
        if (strcmp(answer->coverage->lines[i]->form, form) == 0)
            return answer->coverage->lines[i]->state;
    fail_msg("no line of form %s", form);
    return TONGHOP__COVERAGE_STATE__COVERAGE_STATE_UNSPECIFIED;
}

#define COVERAGE(name) TONGHOP__COVERAGE_STATE__COVERAGE_STATE_##name

/* What is filed waits: it is held, the totals do not move, coverage says so. Acceptance moves them.
 * A correction waits again, and the earlier one goes on counting until it is accepted. */
static void test_intake_waits(void **state)
{
    struct rig *rig = *state;
    const struct draft *first =
        DRAFT(.period = "2024-S1", .unit = 23888, .catalogue = 2, CELLS(EXACT(1, 10)));
    const struct draft *second = DRAFT(.period = "2024-S1", .unit = 23888, .catalogue = 2,
                                       .based_on = 1, CELLS(EXACT(1, 20)));
    const Tonghop__Envelope *answer = file_as(rig, from_local(), first);
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->states, 0);
    assert_int_equal(total_of(rig, first), -1);
    assert_int_equal(coverage_of(rig, "23888", "general"), COVERAGE(WAITING));
    mark_ok(rig, first, 1, A);
    assert_int_equal(total_of(rig, first), 10);
    assert_int_equal(coverage_of(rig, "23888", "general"), COVERAGE(ACCEPTED));
    answer = file_as(rig, from_local(), second);
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->states, 0);
    assert_head(rig, first, 2, 0, 1);
    assert_int_equal(total_of(rig, first), 10);
    assert_verifies(rig);
    mark_ok(rig, first, 2, A);
    assert_int_equal(total_of(rig, first), 20);
    mark_ok(rig, first, 2, R);
    assert_int_equal(total_of(rig, first), -1);
    assert_int_equal(coverage_of(rig, "23888", "general"), COVERAGE(RETURNED));
    assert_verifies(rig);
}

/* The same content again is no new filing, and does not accept itself. */
static void test_a_repeated_filing_stays_as_it_is(void **state)
{
    struct rig *rig = *state;
    const struct draft *draft =
        DRAFT(.period = "2024-S1", .unit = 23888, .catalogue = 2, CELLS(EXACT(1, 10)));
    file_ok(rig, draft);
    const Tonghop__Envelope *answer = file_as(rig, from_local(), draft);
    assert_body(answer, BODY(RECEIPT));
    assert_true(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->states, 0);
    mark_ok(rig, draft, 1, A);
    answer = file_as(rig, from_local(), draft);
    assert_body(answer, BODY(RECEIPT));
    assert_int_equal(answer->receipt->states, A);
}

/* Forms that are not accepted by hand are accepted at once, and so is what the top unit files:
 * above it is nobody who could. */
static void test_what_does_not_wait(void **state)
{
    static const struct {
        uint32_t unit, form, states;
    } rows[] = {{64, 1, A}, {632, 1, 0}, {23888, 1, 0}, {23888, 2, A}};
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Envelope *answer = file_as(
            rig, from_local(),
            DRAFT(.period = "2024-S1", .unit = rows[i].unit, .form = rows[i].form, .catalogue = 2));
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->receipt->states, rows[i].states);
    }
}

/* A district's own report waits for the node above: nobody at the district can accept it. */
static void test_the_own_unit_waits_for_above(void **state)
{
    struct rig *rig = *state;
    const struct draft *own =
        DRAFT(.period = "2024-S1", .unit = 631, .catalogue = 2, CELLS(EXACT(1, 10)));
    file_ok(rig, own);
    assert_head(rig, own, 1, 0, 0);
    assert_refused(mark_answer(rig, LOCAL, own, 1, A), "foreign");
    struct buf filing = {0};
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(own, &filing);
    revision_fill(own, (struct wrapper){1, A}, &filing, &revision);
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    empty_outbox(rig);
    from_parent(rig, 0, &envelope);
    assert_head(rig, own, 1, A, 1);
    assert_int_equal(total_of(rig, own), 10);
    assert_false(is_in_outbox(rig, own)); /* it came from there */
    assert_verifies(rig);
    buf_fini(&filing);
}

/* ---- not now ---- */

static int setup_restoring(void **state)
{
    int result = setup_district(state);
    rig_set_restoring(*state, true);
    rig_restart(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_hello(*state, from_local(), 0);
    return result;
}

/* What a node without its reports says of them would be wrong. */
static void test_busy(void **state)
{
    assert_refused(mark_answer(*state, LOCAL, DRAFT(.period = "2024-S1", .unit = 23860), 1, A),
                   "busy");
}

/* Nor does a node without room mark anything, whatever would be said of it. */
static void test_full(void **state)
{
    struct rig *rig = *state;
    static const uint32_t bits[] = {A, R};
    const struct draft *draft =
        DRAFT(.period = "2024-S1", .unit = 23888, .catalogue = 2, CELLS(EXACT(1, 10)));
    file_ok(rig, draft);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_local(), 0);
    for (size_t i = 0; i < LENGTH(bits); i++) {
        print_message("row %zu\n", i);
        char *before = dump_store(rig);
        assert_refused(mark_answer(rig, LOCAL, draft, 1, bits[i]), "full");
        assert_unchanged(rig, before);
    }
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    for (size_t i = 0; i < LENGTH(bits); i++)
        assert_body(mark_answer(rig, LOCAL, draft, 1, bits[i]), BODY(DONE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MARK_TEST(test_who_may),
        BETWEEN_TEST(test_who_may_at_a_district),
        MARK_TEST(test_roles_that_may_not),
        MARK_TEST(test_what_was_replaced),
        MARK_TEST(test_a_unit_that_has_ended),
        MARK_TEST(test_what_counts_afterwards),
        BETWEEN_TEST(test_marks_travel_both_ways),
        BETWEEN_TEST(test_a_mark_on_an_earlier_revision_travels),
        MARK_TEST(test_intake_waits),
        MARK_TEST(test_a_repeated_filing_stays_as_it_is),
        MARK_TEST(test_what_does_not_wait),
        BETWEEN_TEST(test_the_own_unit_waits_for_above),
        cmocka_unit_test_setup_teardown(test_busy, setup_restoring, rig_teardown),
        cmocka_unit_test_setup_teardown(test_busy, setup_empty, rig_teardown),
        MARK_TEST(test_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
