/* Statements: a child says what it makes of its reports; the parent, which holds the same reports,
 * compares. A difference is an alarm, never an addition. Two real nodes talk here. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"
#include "unit/node/uplink.h"

enum { NODE_631 = 1 };

#define OUTCOME(name) TONGHOP__STATEMENT_OUTCOME__STATEMENT_OUTCOME_##name

struct pair {
    struct rig *root, *child;
};

/* Carries what the child has just sent to the root, and the answers back. */
static void carry(struct pair *pair)
{
    struct buf bytes[RIG_SENT_MAX];
    size_t count = pair->child->sent_count;
    memset(bytes, 0, sizeof(bytes));
    for (size_t i = 0; i < count; i++) {
        assert_true(pair->child->sent[i].is_to_parent);
        buf_put(&bytes[i], pair->child->sent[i].bytes.data, pair->child->sent[i].bytes.len);
    }
    for (size_t i = 0; i < count; i++) {
        rig_message(pair->root, from_key(NODE_631), span_of(&bytes[i]));
        assert_int_equal(pair->root->sent_count, 1);
        struct event event = rig_event(pair->child, EVENT_PARENT_MESSAGE);
        event.bytes = span_of(&pair->root->sent[0].bytes);
        rig_batch(pair->child, &event, 1);
        buf_fini(&bytes[i]);
    }
}

/* Everything that waits goes up, the statement last. */
static void exchange(struct pair *pair)
{
    struct node_health health;
    do {
        rig_pump(pair->child);
        assert_true(pair->child->sent_count > 0);
        carry(pair);
        node_get_health(pair->child->node, &health);
        assert_int_equal(health.parked_count, 0);
    } while (health.outbox_count > 0);
}

static int setup(void **state)
{
    struct pair *pair = mem_calloc(1, sizeof(*pair));
    (void)rig_setup_root((void **)&pair->root);
    (void)rig_setup_district((void **)&pair->child);
    rig_enrol(pair->root, NODE_631, 631, ROLE(NODE));
    file_ok(pair->child, DRAFT(.period = "2024-S1", .unit = 23857,
                               CELLS(EXACT(1, 10), EXACT(6, 100), {7, QUALIFIER_RANGE, 10, 30})));
    file_ok(pair->child, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 20))));
    file_ok(pair->child, DRAFT(.period = "2024-S1", .unit = 23857, .form = 2, CELLS(EXACT(20, 5))));
    pair->child->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(pair->child);
    carry(pair); /* hello and welcome */
    *state = pair;
    return 0;
}

static int teardown(void **state)
{
    struct pair *pair = *state;
    (void)rig_teardown((void **)&pair->child);
    (void)rig_teardown((void **)&pair->root);
    free(pair);
    return 0;
}

#define PAIR_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

/* The statement that the child would make of a year now, in the child's arena. */
static Tonghop__Statement *statement_of_year(struct pair *pair, uint16_t year)
{
    const struct report_key key = {.kind = KIND_ACTUAL, .period = {.year = year}};
    struct buf bytes = {0};
    struct store_txn *txn = store_begin_read(pair->child->store);
    assert_true(node_pack_statement(pair->child->node, txn, &key, 1, &bytes));
    store_abort(&txn);
    const Tonghop__Envelope *envelope = rig_open(pair->child, span_of(&bytes));
    buf_fini(&bytes);
    return envelope->statement;
}

static Tonghop__Statement *statement_of(struct pair *pair)
{
    return statement_of_year(pair, 2024);
}

static Tonghop__StatementOutcome state_it(struct pair *pair, Tonghop__Statement *statement)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(STATEMENT);
    envelope.statement = statement;
    const Tonghop__Envelope *answer = rig_ask(pair->root, from_key(NODE_631), &envelope);
    assert_body(answer, BODY(STATEMENT_ACK));
    assert_int_equal(answer->statement_ack->kind, statement->kind);
    assert_int_equal(answer->statement_ack->year, statement->year);
    assert_int_equal(answer->statement_ack->unit, statement->unit);
    return answer->statement_ack->outcome;
}

/* While it rebuilds it has nothing to compare with: the statement is to come again. */
static void assert_stated_busy(struct pair *pair, Tonghop__Statement *statement)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = BODY(STATEMENT);
    envelope.statement = statement;
    assert_refused(rig_ask(pair->root, from_key(NODE_631), &envelope), "busy");
}

static uint64_t alarm_count(struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health.alarm_count;
}

/* ---- agreeing ---- */

/* The same reports give the same figures. */
static void test_agrees(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    assert_int_equal(alarm_count(pair->root), 0);
    assert_verifies(pair->root);
    assert_verifies(pair->child);
    Tonghop__Statement *statement = statement_of(pair);
    assert_int_equal(statement->unit, 631);
    assert_int_equal(statement->catalogue, 1);
    assert_int_equal(statement->n_parts, 4); /* each form under S1 and the year */
    assert_int_equal(state_it(pair, statement), OUTCOME(AGREES));
}

/* A statement is due after every change, and after each the two agree. */
static void test_agrees_after_each_change(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    const struct draft *changes[] = {
        DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, .may_drop_cells = true,
              CELLS(EXACT(8, 3))),
        DRAFT(.period = "2024", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 90))),
        DRAFT(.period = "2024", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
              .is_withdrawn = true),
        DRAFT(.period = "2024-S2", .unit = 23863),
    };
    for (size_t i = 0; i < LENGTH(changes); i++) {
        file_ok(pair->child, changes[i]);
        exchange(pair);
        assert_int_equal(state_it(pair, statement_of(pair)), OUTCOME(AGREES));
    }
    assert_int_equal(alarm_count(pair->root), 0);
}

/* ---- differing ---- */

static Tonghop__Figure *first_figure(Tonghop__Statement *statement)
{
    return statement->parts[0]->figures[0];
}

static void another_value(Tonghop__Statement *statement)
{
    first_figure(statement)->value_low++;
}

static void another_upper_bound(Tonghop__Statement *statement)
{
    first_figure(statement)->upper_high++;
}

static void another_qualifier(Tonghop__Statement *statement)
{
    uint32_t *parts = first_figure(statement)->parts;
    parts[1] = parts[0];
    parts[0] = 0;
}

static void another_count(Tonghop__Statement *statement)
{
    first_figure(statement)->parts[0]++;
}

static void another_partial_count(Tonghop__Statement *statement)
{
    first_figure(statement)->partial_count++;
}

static void another_implied_count(Tonghop__Statement *statement)
{
    first_figure(statement)->implied_count++;
}

static void a_figure_too_few(Tonghop__Statement *statement)
{
    statement->parts[0]->n_figures--;
}

static void a_figure_too_many(Tonghop__Statement *statement)
{
    enum { ROOM = 8 };
    static Tonghop__Figure more;
    static Tonghop__Figure *figures[ROOM];
    Tonghop__StatementPart *part = statement->parts[0];
    size_t count = part->n_figures;
    assert_true(count < ROOM);
    memcpy(figures, part->figures, count * sizeof(*figures));
    more = *figures[count - 1];
    more.indicator = 13; /* balance, after the others */
    figures[part->n_figures++] = &more;
    part->figures = figures;
}

static void another_indicator(Tonghop__Statement *statement)
{
    size_t last = statement->parts[0]->n_figures - 1;
    statement->parts[0]->figures[last]->indicator++;
}

static void a_part_too_few(Tonghop__Statement *statement)
{
    statement->n_parts--;
}

static void nothing_at_all(Tonghop__Statement *statement)
{
    statement->n_parts = 0;
}

static void another_label(Tonghop__Statement *statement)
{
    statement->parts[1]->label = PERIOD_S2; /* it was the year's */
}

static const struct lie {
    const char *name;
    void (*tell)(Tonghop__Statement *);
    const char *words;
} lies[] = {
    {"another value", another_value, "model.registered"},
    {"another upper bound", another_upper_bound, "model.registered"},
    {"another qualifier", another_qualifier, "model.registered"},
    {"another count of units", another_count, "model.registered"},
    {"another count of partial years", another_partial_count, "model.registered"},
    {"another count of implied halves", another_implied_count, "model.registered"},
    {"a figure too few", a_figure_too_few, "contrib.land"},
    {"a figure too many", a_figure_too_many, "balance"},
    {"another indicator", another_indicator, "contrib.land"},
    {"a part too few", a_part_too_few, "security.team"},
    {"nothing at all", nothing_at_all, "model.registered"},
    {"another label", another_label, "model.registered"},
};

/* Whatever differs is found and named, raises an alarm that status shows with its remedy, and adds
 * nothing to any total; the next statement that agrees ends the alarm. */
static void test_differs(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    char *before = dump_totals(pair->root, true);
    for (size_t i = 0; i < LENGTH(lies); i++) {
        print_message("%s\n", lies[i].name);
        Tonghop__Statement *statement = statement_of(pair);
        lies[i].tell(statement);
        assert_int_equal(state_it(pair, statement), OUTCOME(DIFFERS));
        assert_int_equal(alarm_count(pair->root), 1);
        const Tonghop__Envelope *answer = ask_status(pair->root, from_local());
        assert_int_equal(answer->status->alarm_count, 1);
        assert_int_equal(answer->status->n_problems, 1);
        assert_contains(answer->status->problems[0], "Huyện Suối Trong");
        assert_contains(answer->status->problems[0], lies[i].words);
        assert_contains(answer->status->problems[0], "tonghop verify");
        assert_int_equal(state_it(pair, statement_of(pair)), OUTCOME(AGREES));
        assert_int_equal(alarm_count(pair->root), 0);
    }
    char *after = dump_totals(pair->root, true);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* ---- not comparable ---- */

/* Other reports or another catalogue: nothing is compared, no alarm comes or goes. */
static void test_not_comparable(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    Tonghop__Statement *statement = statement_of(pair);
    statement->digest.data[0] ^= 1;
    another_value(statement);
    assert_int_equal(state_it(pair, statement), OUTCOME(NOT_COMPARABLE));
    assert_int_equal(alarm_count(pair->root), 0);

    statement = statement_of(pair);
    another_value(statement);
    statement->catalogue = 2;
    assert_int_equal(state_it(pair, statement), OUTCOME(NOT_COMPARABLE));
    assert_int_equal(alarm_count(pair->root), 0);

    statement = statement_of(pair);
    another_value(statement);
    assert_int_equal(state_it(pair, statement), OUTCOME(DIFFERS));
    statement = statement_of(pair);
    statement->digest.data[31] ^= 1;
    assert_int_equal(state_it(pair, statement), OUTCOME(NOT_COMPARABLE));
    assert_int_equal(alarm_count(pair->root), 1);
}

/* The child has filed something that the parent does not hold yet: under whatever label, the
 * digest says so, and nobody is alarmed. */
static void test_a_statement_ahead_of_its_reports(void **state)
{
    static const char *const periods[] = {"2024-S1", "2024-S2", "2024"};
    struct pair *pair = *state;
    exchange(pair);
    for (size_t i = 0; i < LENGTH(periods); i++) {
        print_message("%s\n", periods[i]);
        file_ok(pair->child, DRAFT(.period = periods[i], .unit = 23863, CELLS(EXACT(1, 1))));
        assert_int_equal(state_it(pair, statement_of(pair)), OUTCOME(NOT_COMPARABLE));
        assert_int_equal(alarm_count(pair->root), 0);
        exchange(pair);
        assert_int_equal(state_it(pair, statement_of(pair)), OUTCOME(AGREES));
    }
}

/* Puts catalogue `number` in force at both: in it a unit moves to the other district in the second
 * half of 2025, or does not. */
static void publish(struct pair *pair, uint32_t number, bool moves)
{
    struct date day;
    assert_int_equal(date_make(2025, 9, 1, &day), ERR_OK);
    for (size_t i = 0; i < 2; i++) {
        Tonghop__Catalogue *catalogue = edit_begin(number);
        if (moves)
            edit_move(catalogue, 23863, day, 632);
        rig_install_edited(i == 0 ? pair->root : pair->child, catalogue);
    }
    pair->child->node->uplink.catalogue = number; /* as a notice says */
}

/* A unit that moves in mid-year has its reports in two places, and of that year nothing is
 * compared; whatever was said before a catalogue brought, or took back, the move. */
static void test_a_unit_moves_in_mid_year(void **state)
{
    static const bool moves[] = {false, true, false, true};
    struct pair *pair = *state;
    file_ok(pair->child, DRAFT(.period = "2025-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    exchange(pair);
    for (uint32_t i = 0; i < LENGTH(moves); i++) {
        publish(pair, 2 + i, moves[i]);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(state_it(pair, statement_of_year(pair, 2025)),
                             moves[i] ? OUTCOME(NOT_COMPARABLE) : OUTCOME(AGREES));
            assert_int_equal(state_it(pair, statement_of(pair)), OUTCOME(AGREES));
        }
    }
    assert_int_equal(alarm_count(pair->root), 0);
}

/* While the parent rebuilds, its totals are no measure. */
static void test_while_the_parent_rebuilds(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    struct buf bytes = sample_bytes(2);
    rig_put_catalogue(pair->root, span_of(&bytes));
    buf_fini(&bytes);
    Tonghop__Statement *statement = statement_of(pair);
    statement->catalogue = 2;
    assert_stated_busy(pair, statement);
    rig_settle(pair->root);
    assert_int_equal(state_it(pair, statement), OUTCOME(AGREES));
}

/* ---- who may ---- */

/* A node makes statements for its own unit alone. */
static void test_foreign_statements(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    static const uint32_t units[] = {632, 64, 23857};
    char *before = dump_store(pair->root);
    for (size_t i = 0; i < LENGTH(units); i++) {
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        Tonghop__Statement *statement = statement_of(pair);
        statement->unit = units[i];
        envelope.body_case = BODY(STATEMENT);
        envelope.statement = statement;
        assert_refused(rig_ask(pair->root, from_key(NODE_631), &envelope), "foreign");
    }
    assert_unchanged(pair->root, before);
}

/* ---- the answer at the child ---- */

static uint64_t outbox_count(struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health.outbox_count;
}

/* Any outcome clears the statement that it answers, and only that; "differs" is loud here too. */
static void test_answers_at_the_child(void **state)
{
    static const Tonghop__StatementOutcome outcomes[] = {OUTCOME(AGREES), OUTCOME(NOT_COMPARABLE),
                                                         OUTCOME(DIFFERS)};
    struct pair *pair = *state;
    struct rig *child = pair->child;
    exchange(pair);
    for (uint64_t i = 0; i < LENGTH(outcomes); i++) {
        struct draft draft = {.period = "2024-S2", .unit = 23863, .based_on = i};
        const struct cell cells[] = {EXACT(1, (int64_t)i)};
        draft.cells = cells;
        draft.cell_count = 1;
        file_ok(child, &draft);
        rig_pump(child);
        assert_null(to_parent(child, BODY(STATEMENT), 0)); /* its report goes first */
        uint64_t report = to_parent(child, BODY(REVISION), 0)->seq;
        ack_statement(child, report, outcomes[i]); /* of a report: ends it, clears nothing */
        assert_int_equal(outbox_count(child), 2);
        rig_pump(child);
        report = to_parent(child, BODY(REVISION), 0)->seq;
        ack(child, report, &draft, i + 1, NULL);
        rig_pump(child);
        uint64_t statement = to_parent(child, BODY(STATEMENT), 0)->seq;
        ack_statement(child, statement + 100, outcomes[i]);
        assert_int_equal(outbox_count(child), 1);
        assert_null(strstr(rig_log, "computes other totals"));
        ack_statement(child, statement, outcomes[i]);
        assert_int_equal(outbox_count(child), 0);
    }
    assert_logged("computes other totals for 2024");
}

/* What changed after the statement was sent makes another one due. */
static void test_a_statement_is_due_again(void **state)
{
    struct pair *pair = *state;
    exchange(pair);
    const struct draft *first = DRAFT(.period = "2024-S2", .unit = 23863, CELLS(EXACT(1, 1)));
    const struct draft *second = DRAFT(.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 1)));
    file_ok(pair->child, first);
    rig_pump(pair->child);
    ack(pair->child, to_parent(pair->child, BODY(REVISION), 0)->seq, first, 1, NULL);
    rig_pump(pair->child);
    uint64_t seq = to_parent(pair->child, BODY(STATEMENT), 0)->seq;
    file_ok(pair->child, second);
    ack_statement(pair->child, seq, OUTCOME(AGREES));
    rig_pump(pair->child);
    ack(pair->child, to_parent(pair->child, BODY(REVISION), 0)->seq, second, 1, NULL);
    rig_pump(pair->child);
    assert_non_null(to_parent(pair->child, BODY(STATEMENT), 0));
}

/* A parent that has another catalogue could not compare: it is told again when it may have ours. */
static void test_a_parent_with_another_catalogue(void **state)
{
    struct pair *pair = *state;
    struct rig *child = pair->child;
    struct node_health health;
    exchange(pair);
    const struct draft *draft = DRAFT(.period = "2024-S2", .unit = 23863, CELLS(EXACT(1, 1)));
    file_ok(child, draft);
    rig_pump(child);
    ack(child, to_parent(child, BODY(REVISION), 0)->seq, draft, 1, NULL);
    rig_pump(child);
    uint64_t seq = to_parent(child, BODY(STATEMENT), 0)->seq;
    child->node->uplink.catalogue++; /* as a notice says */
    ack_statement(child, seq, OUTCOME(NOT_COMPARABLE));
    node_get_health(child->node, &health);
    assert_int_equal(health.parked_count, 1);
    child->node->uplink.catalogue--;
    child->now_ms += NODE_RETRY_PARKED_MS;
    rig_tick(child);
    node_get_health(child->node, &health);
    assert_int_equal(health.parked_count, 0);
    assert_int_equal(health.outbox_count, 1); /* to be sent again */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(test_agrees),
        PAIR_TEST(test_agrees_after_each_change),
        PAIR_TEST(test_differs),
        PAIR_TEST(test_not_comparable),
        PAIR_TEST(test_a_statement_ahead_of_its_reports),
        PAIR_TEST(test_a_unit_moves_in_mid_year),
        PAIR_TEST(test_while_the_parent_rebuilds),
        PAIR_TEST(test_foreign_statements),
        PAIR_TEST(test_answers_at_the_child),
        PAIR_TEST(test_a_statement_is_due_again),
        PAIR_TEST(test_a_parent_with_another_catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
