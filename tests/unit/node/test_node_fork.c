/* Forks at one node: two nodes numbered a report. The one that is its home now settles it: the
 * later filing stands, under a number above both, and nothing that was acknowledged vanishes. */
#include "unit/node/fork.h"

enum { CHILD = 3, OTHER_CHILD = 4 };

/* A revision as a node sends it, received so long after RIG_NOW_US. */
static void fork_from_parent(struct rig *rig, const struct draft *like, uint64_t number,
                             uint32_t states, int64_t later_us)
{
    struct buf filing = {0};
    Tonghop__Revision revision;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    draft_pack(like, &filing);
    revision_fill(like, (struct wrapper){number, states}, &filing, &revision);
    revision.received_us = RIG_NOW_US + later_us;
    revision.home = 64;
    revision.recorded_by = TEXT("uid:77");
    envelope.body_case = BODY(REVISION);
    envelope.revision = &revision;
    from_parent(rig, 0, &envelope);
    buf_fini(&filing);
}

/* Ours was filed here at RIG_NOW_US, as revision 2 of the key. */
static void test_what_stands(void **state)
{
    static const struct {
        const char *name;
        bool is_sent, is_same; /* ours was acknowledged above; theirs has the same content */
        uint64_t theirs;
        int64_t later_us; /* theirs, than ours */
        uint32_t theirs_states;
        uint64_t latest;
        int64_t value;
        uint32_t states;
    } rows[] = {
        {"equal numbers, ours later", false, false, 2, -5, A, 3, OURS, A},
        {"equal numbers, theirs later", false, false, 2, 5, A, 3, THEIRS, A},
        {"equal numbers, ours acknowledged, ours later", true, false, 2, -5, A, 3, OURS, A},
        {"theirs higher, ours never sent, ours later", false, false, 5, -5, A, 6, OURS, A},
        {"theirs higher, ours never sent, theirs later", false, false, 5, 5, A, 5, THEIRS, A},
        {"theirs higher, ours acknowledged, ours later", true, false, 5, -5, A, 6, OURS, A},
        {"theirs higher, ours acknowledged, theirs later", true, false, 5, 5, A, 5, THEIRS, A},
        {"theirs higher, received at the same time", true, false, 5, 0, A, 5, THEIRS, A},
        {"theirs higher, the same content: no fork", false, true, 5, -5, A, 5, OURS, A},
        {"equal in everything", false, true, 2, -5, A, 2, OURS, A},
        {"equal, and returned there", false, true, 2, 5, A | R, 2, OURS, A | R},
        {"theirs lower, ours later", false, false, 1, -5, A, 2, OURS, A},
        {"theirs lower, received at the same time", false, false, 1, 0, A, 2, OURS, A},
        {"theirs lower, theirs later", false, false, 1, 5, A, 3, THEIRS, A},
        {"theirs lower and later, ours acknowledged", true, false, 1, 5, A, 3, THEIRS, A},
        {"theirs lower and later, the same content: no fork", false, true, 1, 5, A, 2, OURS, A},
        {"theirs lower, later and returned", false, false, 1, 5, A | R, 3, THEIRS, A | R},
        {"theirs returned, and later", false, false, 2, 5, A | R, 3, THEIRS, A | R},
        {"theirs returned, ours later", false, false, 5, -5, A | R, 6, OURS, A},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        struct cell cells[3];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        struct draft like = {.period = period, .unit = 23857};
        struct draft first = saying(&like, 1, &cells[0]);
        struct draft ours = saying(&like, OURS, &cells[1]);
        struct draft theirs = saying(&like, rows[i].is_same ? OURS : THEIRS, &cells[2]);
        print_message("row: %s\n", rows[i].name);
        file_ok(rig, &first);
        ours.based_on = 1;
        file_ok(rig, &ours);
        if (rows[i].is_sent)
            empty_outbox(rig);
        fork_from_parent(rig, &theirs, rows[i].theirs, rows[i].theirs_states, rows[i].later_us);
        struct head head = head_of(rig, &like);
        uint64_t counting = rows[i].states == A ? rows[i].latest : 0;
        assert_head(rig, &like, rows[i].latest, rows[i].states, counting);
        assert_int_equal(value_at(rig, &like, head.revision), rows[i].value);
        assert_true(is_held(rig, &like, OURS)); /* it was acknowledged to somebody */
        assert_int_equal(value_at(rig, &like, 1), 1);
        assert_int_equal(counted(rig, &like), counting != 0 ? rows[i].value : -1);
        assert_verifies(rig);
        /* The parent's word again changes nothing: it is settled. */
        char *before = dump_store(rig);
        fork_from_parent(rig, &theirs, rows[i].theirs, rows[i].theirs_states, rows[i].later_us);
        assert_unchanged(rig, before);
        /* And the next correction goes on from there. */
        struct cell cell;
        struct draft next = saying(&like, 300, &cell);
        next.based_on = head.revision;
        assert_int_equal(file_ok(rig, &next), rows[i].latest + 1);
    }
    assert_verifies(rig);
}

/* What is filed anew is as it was filed, with who recorded it and when; its home is the node that
 * settled it, and the first filing is the earlier of the two. */
static void test_what_is_kept_of_it(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    struct draft ours = saying(&draft, OURS, &cells[0]);
    struct draft theirs = saying(&draft, THEIRS, &cells[1]);
    file_ok(rig, &ours);
    rig->now.us += 60000000;
    fork_from_parent(rig, &theirs, 1, A, 5);
    struct head head = head_of(rig, &draft);
    assert_int_equal(head.home, 631);
    assert_int_equal(head.received.us, RIG_NOW_US + 5);
    assert_int_equal(head.first_filed.us, RIG_NOW_US - 2000000);
    struct report_key key = draft_key(&draft);
    struct revision revision;
    struct buf filing = {0};
    draft_pack(&theirs, &filing);
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_revision(txn, &key, 2, &revision), ERR_OK);
    assert_true(span_equal(revision.filing, span_of(&filing)));
    assert_int_equal(revision.recorded_by.len, strlen("uid:77"));
    assert_memory_equal(revision.recorded_by.data, "uid:77", revision.recorded_by.len);
    store_abort(&txn);
    assert_true(is_in_outbox(rig, &draft)); /* the parent is to know */
    buf_fini(&filing);
}

/* A node between is not the home: it passes what the parent has down, where it is settled, and
 * keeps its own, whichever is later. */
static void test_a_node_between(void **state)
{
    static const struct {
        const char *name;
        uint64_t theirs;
        int64_t later_us;
    } rows[] = {
        {"equal numbers, theirs earlier", 1, -5},
        {"equal numbers, theirs later", 1, 5 + 60000000},
        {"theirs higher and earlier", 4, -5},
    };
    struct rig *rig = *state;
    struct cell cell;
    struct draft theirs = saying(&draft, THEIRS, &cell);
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    assert_body(state_from_child(rig, CHILD, &draft, (struct state){1, A, 0, 0}), BODY(ACK));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        empty_outbox(rig);
        rig->sent_count = 0;
        fork_from_parent(rig, &theirs, rows[i].theirs, A, rows[i].later_us);
        assert_head(rig, &draft, 1, A, 1);
        assert_int_equal(counted(rig, &draft), 10);
        const Tonghop__Envelope *down = to_child(rig, CHILD, BODY(REVISION), 0);
        assert_non_null(down);
        assert_int_equal(down->revision->revision, rows[i].theirs);
        assert_true(is_in_outbox(rig, &draft)); /* so that it is tried again */
        assert_verifies(rig);
    }
}

/* Its own number is the higher one, and the parent's filing the later: it cannot take that over,
 * but the home gets it, and ours waits until the home has settled it. */
static void test_a_node_between_with_the_higher_number(void **state)
{
    struct rig *rig = *state;
    struct cell cell;
    struct buf filing = {0};
    Tonghop__Revision held;
    struct draft theirs = saying(&draft, THEIRS, &cell);
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    assert_body(state_from_child(rig, CHILD, &draft, (struct state){2, A, 0, 0}), BODY(ACK));
    struct head before = head_of(rig, &draft);
    rig_link(rig, (struct parent){0});
    rig_pump(rig);
    const Tonghop__Envelope *up = to_parent(rig, BODY(REVISION), 0);
    draft_pack(&theirs, &filing);
    revision_fill(&theirs, (struct wrapper){1, A}, &filing, &held);
    held.received_us = before.received.us + 1;
    held.home = 64;
    rig->sent_count = 0;
    ack(rig, up->seq, &draft, 1, &held);
    assert_head(rig, &draft, 2, A, 2);
    const Tonghop__Envelope *down = to_child(rig, CHILD, BODY(REVISION), 0);
    assert_non_null(down);
    assert_int_equal(down->revision->revision, 1);
    assert_int_equal(down->revision->home, 64);
    assert_int_equal(down->revision->filing.len, filing.len);
    assert_memory_equal(down->revision->filing.data, filing.data, filing.len);
    struct node_health health;
    node_get_health(rig->node, &health);
    assert_int_equal(health.parked_count, 1);
    assert_verifies(rig);
    buf_fini(&filing);
}

/* Below the latest revision: one that was accepted stands against one that waits; of two that were,
 * the child's, so that messages that cross end the same at both. The parent is told. What gives way
 * is set aside. */
static void test_below_the_latest(void **state)
{
    static const struct {
        const char *name;
        uint32_t held_states;
        bool is_parents;
        int64_t value; /* of revision 1 afterwards */
        bool goes_up;
    } rows[] = {
        {"ours waits, the parent's was accepted", 0, true, THEIRS, false},
        {"ours was accepted, and the parent's", A, true, OURS, true},
        {"ours waits, the child's was accepted", 0, false, THEIRS, true},
        {"ours was accepted, and the child's", A, false, THEIRS, true},
    };
    struct rig *rig = *state;
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        struct cell cell;
        struct state_bytes bytes;
        struct buf filing = {0};
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft like = {.period = period, .unit = 23857};
        struct draft ours = saying(&like, OURS, &cell);
        print_message("row: %s\n", rows[i].name);
        assert_body(send_revision(rig, CHILD, &ours, (struct wrapper){1, rows[i].held_states}),
                    BODY(ACK));
        assert_body(state_from_child(rig, CHILD, &like, (struct state){2, 0, 0, 0}), BODY(ACK));
        empty_outbox(rig);
        struct draft theirs = saying(&like, THEIRS, &cell);
        draft_pack(&theirs, &filing);
        state_fill(&like, (struct state){2, 0, 1, A}, &bytes);
        bytes.earlier.filing = (ProtobufCBinaryData){filing.len, filing.data};
        envelope.body_case = BODY(REVISION);
        envelope.revision = &bytes.message;
        if (rows[i].is_parents)
            from_parent(rig, 0, &envelope);
        else
            assert_body(rig_ask(rig, from_key(CHILD), &envelope), BODY(ACK));
        assert_head(rig, &like, 2, 0, 1);
        assert_int_equal(value_at(rig, &like, 1), rows[i].value);
        assert_int_equal(counted(rig, &like), rows[i].value);
        assert_true(is_held(rig, &like, OURS));
        assert_int_equal(is_in_outbox(rig, &like), rows[i].goes_up);
        assert_verifies(rig);
        state_fini(&bytes);
        buf_fini(&filing);
    }
}

/* The last number cannot be settled: what is held here stays, and is not taken for acknowledged. */
static void test_the_last_number(void **state)
{
    struct rig *rig = *state;
    struct cell cells[2];
    struct buf filing = {0};
    Tonghop__Revision held;
    struct draft ours = saying(&draft, OURS, &cells[0]), theirs = saying(&draft, THEIRS, &cells[1]);
    file_ok(rig, &ours);
    rig_link(rig, (struct parent){0});
    rig_pump(rig);
    draft_pack(&theirs, &filing);
    revision_fill(&theirs, (struct wrapper){WIRE_REVISION_MAX, A}, &filing, &held);
    held.received_us -= 5;
    ack(rig, to_parent(rig, BODY(REVISION), 0)->seq, &ours, WIRE_REVISION_MAX, &held);
    assert_head(rig, &draft, 1, A, 1);
    assert_int_equal(counted(rig, &draft), OURS);
    assert_true(is_in_outbox(rig, &draft));
    assert_logged("too few numbers are left");
    buf_fini(&filing);
}

/* ---- what gives way ---- */

/* The child's node says that revision 1, which is accepted, is `filing`, and that 2 waits. */
static const Tonghop__Envelope *send_accepted(struct rig *rig, struct span filing)
{
    struct state_bytes bytes;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    state_fill(&draft, (struct state){2, 0, 1, A}, &bytes);
    bytes.earlier.filing =
        (ProtobufCBinaryData){filing.len, (uint8_t *)(uintptr_t)filing.data}; /* only read */
    envelope.body_case = BODY(REVISION);
    envelope.revision = &bytes.message;
    const Tonghop__Envelope *answer = rig_ask(rig, from_key(CHILD), &envelope);
    state_fini(&bytes);
    return answer;
}

static void file_large(struct rig *rig, size_t notes, struct buf *filing)
{
    struct report report = {.key = draft_key(&draft),
                            .scope = SCOPE_OWN,
                            .catalogue = 1,
                            .author = mem_strdup("a"),
                            .reason = mem_strdup("")};
    char text[REPORT_NOTE_MAX + 1];
    memset(text, 'x', REPORT_NOTE_MAX);
    text[REPORT_NOTE_MAX] = '\0';
    report_add_cell(&report, (struct cell)EXACT(1, OURS));
    for (uint32_t i = 1; i <= notes; i++)
        report_add_note(&report, i, text);
    assert_int_equal(report_sort(&report), ERR_OK);
    wire_pack_filing(&report, filing);
    report_fini(&report);
    assert_body(file_bytes(rig, from_local(), filing), BODY(RECEIPT));
}

/* What was acknowledged here and gives way is kept whole, whatever its size, and no message of
 * another child pushes it out. The person is told whose it is. */
static void test_what_is_set_aside_is_kept(void **state)
{
    enum { NOTES = 60 }; /* more than 64 KiB, of which the quarantine keeps no more of others */
    struct rig *rig = *state;
    struct cell cell;
    struct buf ours = {0}, filing = {0};
    struct draft theirs = saying(&draft, THEIRS, &cell);
    file_large(rig, NOTES, &ours);
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    draft_pack(&theirs, &filing);
    assert_body(send_accepted(rig, span_of(&filing)), BODY(ACK));
    assert_int_equal(value_at(rig, &draft, 1), THEIRS);
    rig_enrol(rig, OTHER_CHILD, 23860, ROLE(NODE));
    for (int i = 0; i < STORE_QUARANTINE_MAX + 1; i++) {
        struct draft foreign = saying(&draft, 1000 + i, &cell);
        assert_refused(send_revision(rig, OTHER_CHILD, &foreign, (struct wrapper){1, A}),
                       "foreign");
    }
    struct quarantined item = {.is_kept = true};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_count_quarantine(txn), STORE_QUARANTINE_MAX + 1);
    assert_true(store_next_quarantine(txn, &item));
    assert_true(item.is_kept);
    assert_true(span_equal(item.bytes, span_of(&ours)));
    assert_contains(item.reason, "revision 1 of unit id:23857, 2024-S1");
    assert_false(store_next_quarantine(txn, &item));
    store_abort(&txn);
    buf_fini(&ours);
    buf_fini(&filing);
}

/* When nothing more can be set aside, the state that needs it waits, until a person has looked; no
 * other does. */
static void test_no_room_to_set_aside(void **state)
{
    struct rig *rig = *state;
    struct cell cell;
    struct buf filing = {0}, same = {0};
    struct draft ours = saying(&draft, OURS, &cell);
    draft_pack(&ours, &same);
    file_ok(rig, &ours);
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    fill_aside(rig);
    struct draft theirs = saying(&draft, THEIRS, &cell);
    draft_pack(&theirs, &filing);
    assert_refused(send_accepted(rig, span_of(&filing)), "full");
    assert_int_equal(counted(rig, &draft), OURS);
    assert_head(rig, &draft, 1, A, 1);
    assert_body(send_accepted(rig, span_of(&same)), BODY(ACK));
    assert_head(rig, &draft, 2, 0, 1);
    Tonghop__QuarantineClear clear = TONGHOP__QUARANTINE_CLEAR__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    clear.number = 1;
    envelope.body_case = BODY(QUARANTINE_CLEAR);
    envelope.quarantine_clear = &clear;
    rig_hello(rig, from_local(), 0);
    assert_body(rig_ask(rig, from_local(), &envelope), BODY(DONE));
    assert_refused(rig_ask(rig, from_local(), &envelope), "not-found");
    assert_body(send_accepted(rig, span_of(&filing)), BODY(ACK));
    assert_int_equal(counted(rig, &draft), THEIRS);
    assert_verifies(rig);
    buf_fini(&filing);
    buf_fini(&same);
}

/* A return is of the number: other content under it, from the unit's own node, is returned too. */
static void test_other_content_under_a_returned_number(void **state)
{
    struct rig *rig = *state;
    struct cell cell;
    struct buf filing = {0};
    struct draft theirs = saying(&draft, THEIRS, &cell);
    rig_enrol(rig, CHILD, 23857, ROLE(NODE));
    assert_body(state_from_child(rig, CHILD, &draft, (struct state){1, A, 0, 0}), BODY(ACK));
    assert_body(state_from_child(rig, CHILD, &draft, (struct state){2, 0, 1, A}), BODY(ACK));
    rig_hello(rig, from_local(), 0);
    mark_at(rig, 1, R);
    draft_pack(&theirs, &filing);
    const Tonghop__Envelope *answer = send_accepted(rig, span_of(&filing));
    assert_body(answer, BODY(ACK));
    assert_non_null(answer->ack->newer); /* the child is to know */
    assert_int_equal(answer->ack->newer->accepted->states, A | R);
    assert_int_equal(value_at(rig, &draft, 1), THEIRS);
    assert_int_equal(counted(rig, &draft), -1);
    assert_verifies(rig);
    buf_fini(&filing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_what_stands),
        DISTRICT_TEST(test_what_is_kept_of_it),
        DISTRICT_TEST(test_a_node_between),
        DISTRICT_TEST(test_a_node_between_with_the_higher_number),
        DISTRICT_TEST(test_below_the_latest),
        DISTRICT_TEST(test_the_last_number),
        DISTRICT_TEST(test_what_is_set_aside_is_kept),
        DISTRICT_TEST(test_no_room_to_set_aside),
        DISTRICT_TEST(test_other_content_under_a_returned_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
