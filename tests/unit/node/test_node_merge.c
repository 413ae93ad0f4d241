/* Between nodes: what travels is the state of a key, so that applying it twice, late or out of
 * order changes nothing, and only what is malformed, foreign or in conflict is refused for good. */
#include "node/rollup.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

enum { NODE_631 = 1, NODE_632 = 2 };

static const struct draft draft = {
    .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(6, 40))};

static struct wrapper accepted(uint64_t revision)
{
    return (struct wrapper){revision, STATE_ACCEPTED};
}

/* The draft as revision `number` would have it: another content for each. */
static struct draft draft_of(uint64_t number, struct cell *cells)
{
    struct draft made = draft;
    cells[0] = (struct cell)EXACT(1, 10 * (int64_t)number);
    cells[1] = (struct cell)EXACT(6, 40);
    made.cells = cells;
    made.cell_count = 2;
    return made;
}

static int setup(void **state)
{
    int result = rig_setup_root(state);
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    rig_enrol(*state, NODE_632, 632, ROLE(NODE));
    return result;
}

#define MERGE_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static uint64_t quarantine_count(struct rig *rig)
{
    struct node_health health;
    node_get_health(rig->node, &health);
    return health.quarantine_count;
}

static const Tonghop__Ack *assert_acked(const Tonghop__Envelope *answer, uint64_t revision,
                                        uint32_t states)
{
    assert_body(answer, BODY(ACK));
    assert_int_equal(answer->ack->revision, revision);
    assert_int_equal(answer->ack->states, states);
    return answer->ack;
}

/* The figure of model.registered at the root, 0 units when there is none. */
static struct figure total_at_root(struct rig *rig)
{
    struct figures figures = {0};
    struct figure total = {0};
    struct report_key key = draft_key(&draft);
    key.unit = 64;
    struct store_txn *txn = store_begin_read(rig->store);
    rollup_of(rig->node, txn, &key, NULL, &figures);
    if (figures_find(&figures, 1) != NULL)
        total = *figures_find(&figures, 1);
    store_abort(&txn);
    figures_fini(&figures);
    return total;
}

static void assert_total(struct rig *rig, int64_t value, uint32_t units)
{
    struct figure total = total_at_root(rig);
    assert_int_equal(figure_unit_count(&total), units);
    assert_int_equal((int64_t)total.value, value);
}

/* ---- taken over ---- */

/* A child's state is taken over as its home wrapped it, and counts at once. */
static void test_a_revision_is_taken_over(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Ack *ack =
        assert_acked(send_revision(rig, NODE_631, &draft, accepted(3)), 3, STATE_ACCEPTED);
    assert_null(ack->newer);
    assert_int_equal(ack->key->unit, 23857);
    struct head head = head_of(rig, &draft);
    assert_int_equal(head.revision, 3);
    assert_int_equal(head.counting, 3);
    assert_int_equal(head.home, 23857);
    assert_int_equal(head.received.us, RIG_NOW_US);
    assert_int_equal(head.first_filed.us, RIG_NOW_US - 2000000);
    assert_total(rig, 10, 1);
    assert_verifies(rig);
}

/* An older state is acknowledged with the newer one, whose bytes are those that were filed. */
static void test_an_older_revision_is_answered_with_the_newer(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    struct buf filing = {0};
    struct draft newer = draft_of(3, cells);
    draft_pack(&newer, &filing);
    assert_acked(send_revision(rig, NODE_631, &newer, accepted(3)), 3, STATE_ACCEPTED);
    char *before = dump_store(rig);
    const Tonghop__Ack *ack =
        assert_acked(send_revision(rig, NODE_631, &draft, accepted(2)), 3, STATE_ACCEPTED);
    assert_non_null(ack->newer);
    assert_int_equal(ack->newer->revision, 3);
    assert_int_equal(ack->newer->states, STATE_ACCEPTED);
    assert_int_equal(ack->newer->home, 23857);
    assert_string_equal(ack->newer->recorded_by, "uid:1000");
    assert_int_equal(ack->newer->filing.len, filing.len);
    assert_memory_equal(ack->newer->filing.data, filing.data, filing.len);
    assert_unchanged(rig, before);
    buf_fini(&filing);
}

/* The same state again changes nothing. */
static void test_a_duplicate_changes_nothing(void **state)
{
    struct rig *rig = *state;
    assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
    char *before = dump_store(rig);
    for (int i = 0; i < 3; i++) {
        rig->now.us += 1000000;
        const Tonghop__Ack *ack =
            assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
        assert_null(ack->newer);
    }
    assert_unchanged(rig, before);
}

/* In whatever order the states of a key arrive, the same one wins with the same totals. */
static void test_order_does_not_matter(void **state)
{
    struct rig *rig = *state;
    static const uint64_t orders[][3] = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3},
                                         {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    static const uint32_t units[] = {23857, 23860, 23863, 23887, 23888, 23899};
    for (size_t o = 0; o < LENGTH(orders); o++) {
        for (size_t i = 0; i < 3; i++) {
            struct cell cells[2];
            struct draft sent = draft_of(orders[o][i], cells);
            sent.unit = units[o];
            uint8_t from = o < 3 ? NODE_631 : NODE_632;
            assert_body(send_revision(rig, from, &sent, accepted(orders[o][i])), BODY(ACK));
        }
        struct draft asked = draft;
        asked.unit = units[o];
        assert_int_equal(head_of(rig, &asked).revision, 3);
        assert_int_equal(head_of(rig, &asked).counting, 3);
        assert_total(rig, 30 * (int64_t)(o + 1), (uint32_t)o + 1);
    }
    assert_verifies(rig);
}

/* ---- states ---- */

/* A revision that is not accepted yet is held and does not count; the bit that comes later, with
 * the same content, makes it count, and a message without the bit does not take it away. */
static void test_states_are_merged_by_or(void **state)
{
    struct rig *rig = *state;
    assert_acked(send_revision(rig, NODE_631, &draft, (struct wrapper){1, 0}), 1, 0);
    assert_int_equal(head_of(rig, &draft).counting, 0);
    assert_total(rig, 0, 0);
    assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
    assert_int_equal(head_of(rig, &draft).counting, 1);
    assert_total(rig, 10, 1);
    assert_acked(send_revision(rig, NODE_631, &draft, (struct wrapper){1, 0}), 1, STATE_ACCEPTED);
    assert_total(rig, 10, 1);
    assert_verifies(rig);
}

/* While a correction waits to be accepted, the accepted one goes on counting. */
static void test_a_waiting_correction_does_not_count(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    struct draft correction = draft_of(5, cells);
    assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
    assert_acked(send_revision(rig, NODE_631, &correction, (struct wrapper){2, 0}), 2, 0);
    assert_int_equal(head_of(rig, &draft).revision, 2);
    assert_int_equal(head_of(rig, &draft).counting, 1);
    assert_total(rig, 10, 1);
    assert_verifies(rig);
    assert_acked(send_revision(rig, NODE_631, &correction, accepted(2)), 2, STATE_ACCEPTED);
    assert_total(rig, 50, 1);
    assert_verifies(rig);
}

/* What counts is the highest accepted revision, unless it is returned: one that is returned after
 * it was accepted leaves the totals. */
static void test_a_returned_revision_leaves_the_totals(void **state)
{
    struct rig *rig = *state;
    const struct wrapper returned = {1, STATE_ACCEPTED | STATE_RETURNED};
    assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
    assert_acked(send_revision(rig, NODE_631, &draft, returned), 1, returned.states);
    assert_int_equal(head_of(rig, &draft).counting, 0);
    assert_total(rig, 0, 0);
    assert_verifies(rig);
    /* The bits may come one by one, in two messages. */
    struct draft other = draft;
    other.unit = 23860;
    assert_acked(send_revision(rig, NODE_631, &other, accepted(1)), 1, STATE_ACCEPTED);
    assert_acked(send_revision(rig, NODE_631, &other, (struct wrapper){1, STATE_RETURNED}), 1,
                 returned.states);
    assert_total(rig, 0, 0);
    assert_acked(send_revision(rig, NODE_631, &other, accepted(1)), 1, returned.states);
    assert_total(rig, 0, 0);
    assert_verifies(rig);
}

/* ---- refused ---- */

/* One number with two contents: the first stays, and the home is told of it, to settle it. */
static void test_a_conflict_is_told_to_the_home(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    struct draft other = draft_of(7, cells);
    assert_acked(send_revision(rig, NODE_631, &draft, accepted(1)), 1, STATE_ACCEPTED);
    struct head before = head_of(rig, &draft);
    const Tonghop__Envelope *answer = send_revision(rig, NODE_631, &other, accepted(1));
    assert_acked(answer, 1, STATE_ACCEPTED);
    assert_non_null(answer->ack->newer); /* what is held here: the home settles it */
    assert_int_equal(answer->ack->newer->revision, 1);
    struct head after = head_of(rig, &draft);
    assert_memory_equal(before.content, after.content, sizeof(before.content));
    assert_int_equal(quarantine_count(rig), 0);
    assert_total(rig, 10, 1);
    assert_verifies(rig);
    assert_logged("contradicts revision 1 here");
}

/* A higher number that was received earlier is of another history: the parent keeps its own, and
 * the home gets to know it. With a later receipt it stands. */
static void test_a_higher_number_of_another_history(void **state)
{
    static const struct {
        const char *name;
        int64_t later_us;
        uint64_t latest;
    } rows[] = {{"earlier", -1, 1}, {"at the same time", 0, 3}, {"later", 1, 3}};
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char period[8];
        struct cell cells[2][2];
        struct buf filing = {0};
        Tonghop__Revision message;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        (void)snprintf(period, sizeof(period), "%u", 2000u + (unsigned)i);
        struct draft first = draft_of(7, cells[0]), other = draft_of(8, cells[1]);
        first.period = other.period = period;
        print_message("row: %s\n", rows[i].name);
        assert_acked(send_revision(rig, NODE_631, &first, accepted(1)), 1, STATE_ACCEPTED);
        draft_pack(&other, &filing);
        revision_fill(&other, accepted(3), &filing, &message);
        message.received_us += rows[i].later_us;
        envelope.body_case = BODY(REVISION);
        envelope.revision = &message;
        const Tonghop__Envelope *answer = rig_ask(rig, from_key(NODE_631), &envelope);
        const Tonghop__Ack *ack = assert_acked(answer, rows[i].latest, STATE_ACCEPTED);
        assert_int_equal(ack->newer != NULL, rows[i].latest == 1);
        assert_int_equal(head_of(rig, &first).revision, rows[i].latest);
        assert_int_equal(quarantine_count(rig), 0);
        buf_fini(&filing);
    }
    assert_verifies(rig);
}

/* A hostile node has used up the numbers of a key. What it says can be returned; nothing can be
 * filed any more, and nothing goes beyond the last number. */
static void test_the_last_number(void **state)
{
    struct rig *rig = *state;
    const struct draft next = {
        .period = "2024-S1", .unit = 23857, .based_on = WIRE_REVISION_MAX, CELLS(EXACT(1, 3))};
    struct wrapper wrapper = accepted(WIRE_REVISION_MAX);
    assert_acked(send_revision(rig, NODE_631, &draft, wrapper), WIRE_REVISION_MAX, STATE_ACCEPTED);
    wrapper.revision++;
    assert_refused(send_revision(rig, NODE_631, &draft, wrapper), "malformed");
    rig_revoke(rig, NODE_631);
    const Tonghop__Refusal *refusal = assert_refused(file_as(rig, from_local(), &next), "range");
    assert_non_null(strstr(refusal->text, "have the unit above return it"));
    assert_int_equal(head_of(rig, &draft).revision, WIRE_REVISION_MAX);
    assert_verifies(rig);
}

/* A node speaks for its unit and what lies beneath, as far as no nearer node serves it. */
static void test_foreign_units_are_quarantined(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 3, 23857, ROLE(NODE));
    static const struct {
        const char *name;
        uint8_t from;
        uint32_t unit;
        const char *period;
    } rows[] = {
        {"of another district", NODE_631, 23887, "2024-S1"},
        {"the unit above", NODE_631, 64, "2024-S1"},
        {"another district", NODE_631, 632, "2024-S1"},
        {"a commune with a nearer node", NODE_631, 23857, "2024-S1"},
        {"the unit above, from a commune", 3, 631, "2024-S1"},
        {"a unit that nobody knows", NODE_631, 99999, "2024-S1"},
        {"a unit that has ended before", NODE_632, 23899, "2025-S1"},
    };
    uint64_t count = 0;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct draft sent = draft;
        sent.unit = rows[i].unit;
        sent.period = rows[i].period;
        print_message("%s\n", rows[i].name);
        assert_refused(send_revision(rig, rows[i].from, &sent, accepted(1)), "foreign");
        assert_int_equal(quarantine_count(rig), ++count);
        assert_int_equal(head_of(rig, &sent).revision, 0);
    }
    struct draft own = draft;
    assert_body(send_revision(rig, 3, &own, accepted(1)), BODY(ACK));
    own.unit = 631;
    assert_body(send_revision(rig, NODE_631, &own, accepted(1)), BODY(ACK));
    assert_verifies(rig);
}

/* What is kept for a person is the filing, its sender and the reason, and that once. */
static void test_what_quarantine_keeps(void **state)
{
    struct rig *rig = *state;
    struct buf filing = {0};
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(&draft, &filing);
    filing.data[filing.len - 1] ^= 1; /* a part that its digest does not name */
    revision_fill(&draft, accepted(1), &filing, &revision);
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    assert_refused(rig_ask(rig, from_key(NODE_631), &envelope), "malformed");
    struct quarantined item = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_true(store_next_quarantine(txn, &item));
    assert_memory_equal(item.peer, from_key(NODE_631).key, sizeof(item.peer));
    assert_contains(item.reason, "digest");
    assert_int_equal(item.received.us, rig->now.us);
    assert_true(span_equal(item.bytes, span_of(&filing)));
    assert_false(store_next_quarantine(txn, &item));
    store_abort(&txn);
    assert_int_equal(head_of(rig, &draft).revision, 0);
    assert_refused(rig_ask(rig, from_key(NODE_631), &envelope), "malformed"); /* it comes again */
    assert_int_equal(quarantine_count(rig), 1);
    buf_fini(&filing);
}

/* What may become good by waiting is refused without being quarantined. */
static void test_waiting_for_a_catalogue(void **state)
{
    struct rig *rig = *state;
    struct draft later = draft, unknown = draft;
    later.catalogue = 2;
    unknown.unit = 99999;
    assert_body(rig_hello_as(rig, from_key(NODE_631), 631, 2), BODY(WELCOME));
    char *before = dump_store(rig);
    assert_refused(send_revision(rig, NODE_631, &later, accepted(1)), "catalogue");
    /* Its node has a newer catalogue, so that the unit may be in that. */
    assert_refused(send_revision(rig, NODE_631, &unknown, accepted(1)), "catalogue");
    assert_unchanged(rig, before);
}

static void test_no_catalogue_at_all(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    char *before = dump_store(rig);
    assert_refused(send_revision(rig, NODE_631, &draft, accepted(1)), "catalogue");
    assert_unchanged(rig, before);
}

static void test_full_disk(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_key(NODE_631), 631);
    char *before = dump_store(rig);
    assert_refused(send_revision(rig, NODE_631, &draft, accepted(1)), "full");
    assert_unchanged(rig, before);
}

/* A form that no catalogue up to ours ever had is not a matter of waiting: no node can have taken
 * such a report in. Whatever is done with it, verify must have nothing to find. */
static void test_a_form_that_nobody_knows(void **state)
{
    struct rig *rig = *state;
    static const uint32_t forms[] = {99, UINT32_MAX};
    for (size_t i = 0; i < LENGTH(forms); i++) {
        struct draft odd = draft;
        odd.form = forms[i];
        (void)send_revision(rig, NODE_631, &odd, accepted(1));
        assert_verifies(rig);
    }
}

/* A child that reports its whole tree again after a restore changes nothing; one that has lost
 * revisions is told of them. */
static void test_a_restored_child(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    static const uint32_t units[] = {631, 23857, 23860, 23863};
    for (size_t i = 0; i < LENGTH(units); i++) {
        struct draft sent = draft_of(2, cells);
        sent.unit = units[i];
        assert_body(send_revision(rig, NODE_631, &sent, accepted(2)), BODY(ACK));
    }
    char *before = dump_store(rig);
    for (size_t i = 0; i < LENGTH(units); i++) {
        struct draft sent = draft_of(i % 2 == 0 ? 2 : 1, cells);
        sent.unit = units[i];
        const Tonghop__Envelope *answer =
            send_revision(rig, NODE_631, &sent, accepted(i % 2 == 0 ? 2 : 1));
        assert_int_equal(assert_acked(answer, 2, STATE_ACCEPTED)->newer != NULL, i % 2 != 0);
    }
    assert_unchanged(rig, before);
    assert_verifies(rig);
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MERGE_TEST(test_a_revision_is_taken_over),
        MERGE_TEST(test_an_older_revision_is_answered_with_the_newer),
        MERGE_TEST(test_a_duplicate_changes_nothing),
        MERGE_TEST(test_order_does_not_matter),
        MERGE_TEST(test_states_are_merged_by_or),
        MERGE_TEST(test_a_waiting_correction_does_not_count),
        MERGE_TEST(test_a_returned_revision_leaves_the_totals),
        MERGE_TEST(test_a_conflict_is_told_to_the_home),
        MERGE_TEST(test_a_higher_number_of_another_history),
        MERGE_TEST(test_the_last_number),
        MERGE_TEST(test_foreign_units_are_quarantined),
        MERGE_TEST(test_what_quarantine_keeps),
        MERGE_TEST(test_waiting_for_a_catalogue),
        cmocka_unit_test_setup_teardown(test_no_catalogue_at_all, setup_empty, rig_teardown),
        MERGE_TEST(test_full_disk),
        MERGE_TEST(test_a_form_that_nobody_knows),
        MERGE_TEST(test_a_restored_child),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
