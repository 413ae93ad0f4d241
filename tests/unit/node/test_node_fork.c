/* Forks: two nodes numbered a report. The one that is its home now settles it: the later filing
 * stands, under a number above both, and nothing that was acknowledged vanishes. */
#include "unit/node/pair.h"

static const struct draft draft = {.period = "2024-S1", .unit = 23857};

enum { OURS = 100, THEIRS = 200 }; /* what the two say of indicator 1 */

static struct draft saying(const struct draft *like, int64_t value, struct cell *cell)
{
    struct draft made = *like;
    *cell = (struct cell)EXACT(1, value);
    made.cells = cell;
    made.cell_count = 1;
    return made;
}

static int64_t value_in(struct rig *rig, struct span filing)
{
    struct wire_filing opened;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    arena_reset(rig->arena);
    assert_int_equal(wire_open_filing(filing, rig->arena, &opened, &report, reason, sizeof(reason)),
                     ERR_OK);
    int64_t value = report.cells[0].value;
    report_fini(&report);
    return value;
}

/* What is held as revision `number`, -1 if nothing is. */
static int64_t value_at(struct rig *rig, const struct draft *like, uint64_t number)
{
    struct report_key key = draft_key(like);
    struct revision revision;
    int64_t value = -1;
    struct store_txn *txn = store_begin_read(rig->store);
    if (store_get_revision(txn, &key, number, &revision) == ERR_OK)
        value = value_in(rig, revision.filing);
    store_abort(&txn);
    return value;
}

/* As a revision, or set aside for a person. */
static bool is_held(struct rig *rig, const struct draft *like, int64_t value)
{
    struct quarantined item = {0};
    bool is_found = false;
    for (uint64_t number = 1; number <= head_of(rig, like).revision; number++)
        is_found = is_found || value_at(rig, like, number) == value;
    struct store_txn *txn = store_begin_read(rig->store);
    while (store_next_quarantine(txn, &item))
        is_found = is_found || value_in(rig, item.bytes) == value;
    store_abort(&txn);
    return is_found;
}

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
    enum { CHILD = 3 };
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
    enum { CHILD = 3 };
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
 * the child's, so that messages that cross end the same at both. The parent is told although the
 * digests, which name the number only, are equal. What gives way is set aside. */
static void test_below_the_latest(void **state)
{
    enum { CHILD = 3 };
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

/* ---- two nodes ---- */

static int setup(void **state)
{
    int result = pair_setup(state);
    struct pair *pair = *state;
    rig_install_manual(&pair->parent, 2);
    rig_install_manual(&pair->child, 2);
    return result;
}

#define FORK_TEST(function) cmocka_unit_test_setup_teardown(function, setup, pair_teardown)

/* While the child is away, its key is revoked, and its parent is the home of its units; then it
 * comes back with what it has numbered meanwhile. Each step is a filing, or a mark at the parent.
 */
enum { AT_PARENT, AT_CHILD, ACCEPT, RETURN, ACCEPT_AT_CHILD };

struct fork_step {
    int what;
    uint64_t revision; /* that it makes, or that is marked */
    int64_t value;
};

enum { STEPS_MAX = 6 };

static void mark_at(struct rig *rig, uint64_t revision, uint32_t bit)
{
    struct report_key key = draft_key(&draft);
    Tonghop__Key wire_key;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_key_of(&key, &wire_key);
    mark.key = &wire_key;
    mark.revision = revision;
    mark.states = bit;
    envelope.body_case = BODY(MARK);
    envelope.mark = &mark;
    assert_body(rig_ask(rig, from_local(), &envelope), BODY(DONE));
}

static void take_step(struct pair *pair, const struct fork_step *step)
{
    struct cell cell;
    struct draft filed = saying(&draft, step->value, &cell);
    bool is_childs = step->what == AT_CHILD || step->what == ACCEPT_AT_CHILD;
    struct rig *rig = is_childs ? &pair->child : &pair->parent;
    pair->parent.now.us += 1000000;
    pair->child.now.us += 1000000;
    rig_hello(rig, from_local(), 0);
    filed.catalogue = 2;
    filed.based_on = step->revision - 1;
    if (step->what == AT_PARENT || step->what == AT_CHILD)
        assert_int_equal(file_ok(rig, &filed), step->revision);
    else
        mark_at(rig, step->revision, step->what == RETURN ? R : A);
    rig->sent_count = 0;
}

static const struct fork_row {
    const char *name;
    int64_t latest, counted; /* -1: none counts */
    struct fork_step steps[STEPS_MAX];
} fork_rows[] = {
    {"one each, the child's later", 20, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 20}}},
    {"one each, the parent's later", 20, -1, {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}}},
    {"the parent's is higher and earlier",
     30,
     -1,
     {{AT_PARENT, 1, 10}, {AT_PARENT, 2, 20}, {AT_CHILD, 1, 30}}},
    {"the parent's is higher and later",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}}},
    {"the child's is higher", 30, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 20}, {AT_CHILD, 2, 30}}},
    {"the parent's is accepted, the child's waits",
     20,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 20}}},
    {"the parent's is accepted, and corrected; the child's waits and is later",
     30,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_PARENT, 2, 20}, {AT_CHILD, 1, 30}}},
    {"the parent's is accepted, and corrected later",
     20,
     10,
     {{AT_CHILD, 1, 30}, {AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_PARENT, 2, 20}}},
    {"the parent's is accepted, the child's is higher and waits",
     30,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 20}, {AT_CHILD, 2, 30}}},
    {"both are accepted, the parent's correction waits",
     30,
     10,
     {{AT_CHILD, 1, 10},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_PARENT, 1, 20},
      {ACCEPT, 1, 0},
      {AT_PARENT, 2, 30}}},
    {"both are accepted, the child's correction waits",
     30,
     20,
     {{AT_PARENT, 1, 10},
      {ACCEPT, 1, 0},
      {AT_CHILD, 1, 20},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_CHILD, 2, 30}}},
    {"both are accepted, and both corrections wait",
     40,
     20,
     {{AT_PARENT, 1, 10},
      {ACCEPT, 1, 0},
      {AT_CHILD, 1, 20},
      {ACCEPT_AT_CHILD, 1, 0},
      {AT_CHILD, 2, 30},
      {AT_PARENT, 2, 40}}},
    {"the child's is accepted, the parent's is higher and waits",
     30,
     10,
     {{AT_CHILD, 1, 10}, {ACCEPT_AT_CHILD, 1, 0}, {AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}}},
    {"the child's is accepted, and later",
     10,
     10,
     {{AT_PARENT, 1, 20}, {AT_PARENT, 2, 30}, {AT_CHILD, 1, 10}, {ACCEPT_AT_CHILD, 1, 0}}},
    {"the parent's is returned", 20, -1, {{AT_PARENT, 1, 10}, {RETURN, 1, 0}, {AT_CHILD, 1, 20}}},
    {"the same filing at both", 10, -1, {{AT_PARENT, 1, 10}, {AT_CHILD, 1, 10}}},
    {"the same filing at both, accepted at one",
     10,
     10,
     {{AT_PARENT, 1, 10}, {ACCEPT, 1, 0}, {AT_CHILD, 1, 10}}},
    {"the child's is higher, the parent's later",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {AT_PARENT, 1, 30}}},
    {"the child's is higher, one after the other",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_PARENT, 1, 20}, {AT_CHILD, 2, 30}}},
    {"the child's is higher and accepted, the parent's later",
     30,
     20,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {ACCEPT_AT_CHILD, 2, 0}, {AT_PARENT, 1, 30}}},
    {"the child's is higher and accepted, the parent's later, and accepted",
     30,
     30,
     {{AT_CHILD, 1, 10},
      {AT_CHILD, 2, 20},
      {ACCEPT_AT_CHILD, 2, 0},
      {AT_PARENT, 1, 30},
      {ACCEPT, 1, 0}}},
    {"the child's is higher, the parent's later, and returned",
     30,
     -1,
     {{AT_CHILD, 1, 10}, {AT_CHILD, 2, 20}, {AT_PARENT, 1, 30}, {RETURN, 1, 0}}},
};

/* Whatever both did meanwhile, they come to hold and count the same: the later filing stands, what
 * was accepted counts until a later one is, and every filing that was acknowledged at either is
 * still on a disk. */
static void test_both_numbered(void **state)
{
    struct pair *pair = *state;
    for (size_t i = 0; i < LENGTH(fork_rows); i++) {
        print_message("row: %s\n", fork_rows[i].name);
        assert_int_equal(pair_teardown(state), 0);
        assert_int_equal(setup(state), 0);
        pair = *state;
        pair->is_cut = true;
        rig_revoke(&pair->parent, PAIR_KEY);
        for (size_t s = 0; s < STEPS_MAX && fork_rows[i].steps[s].revision != 0; s++)
            take_step(pair, &fork_rows[i].steps[s]);
        pair->is_cut = false;
        rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
        pair_pass(pair, 120000);
        assert_agrees(pair);
        uint64_t latest = head_of(&pair->parent, &draft).revision;
        assert_int_equal(value_at(&pair->parent, &draft, latest), fork_rows[i].latest);
        assert_int_equal(counted(&pair->parent, &draft), fork_rows[i].counted);
        for (size_t s = 0; s < STEPS_MAX && fork_rows[i].steps[s].revision != 0; s++)
            if (fork_rows[i].steps[s].value != 0)
                assert_true(is_held(&pair->child, &draft, fork_rows[i].steps[s].value) ||
                            is_held(&pair->parent, &draft, fork_rows[i].steps[s].value));
    }
}

/* The child's clock is an hour behind. What it files after it learned of the parent's filing
 * follows that one, whatever its clock says, and is no fork. */
static void test_a_clock_that_is_behind(void **state)
{
    struct pair *pair = *state;
    struct cell cell;
    pair->child.now.us -= INT64_C(3600000000);
    pair->is_cut = true;
    rig_revoke(&pair->parent, PAIR_KEY);
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 10});
    struct instant received = head_of(&pair->parent, &draft).received;
    pair->is_cut = false;
    rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
    pair_pass(pair, 120000);
    take_step(pair, &(struct fork_step){AT_CHILD, 2, 20});
    assert_int_equal(head_of(&pair->child, &draft).received.us, received.us);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_head(&pair->parent, &draft, 2, 0, 0);
    assert_int_equal(value_at(&pair->parent, &draft, 2), 20);
    /* And further on, when both clocks are right. */
    pair->child.now.us += INT64_C(7200000000);
    struct draft third = saying(&draft, 30, &cell);
    third.based_on = 2;
    third.catalogue = 2;
    rig_hello(&pair->child, from_local(), 0);
    assert_int_equal(file_ok(&pair->child, &third), 3);
    assert_int_equal(head_of(&pair->child, &draft).received.us, pair->child.now.us);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_int_equal(value_at(&pair->parent, &draft, 3), 30);
}

/* The district is no home of the commune any more, and holds the later filing under the lower
 * number. It keeps that until the commune's own node, which is not there yet, has settled it. */
static void test_a_node_between_keeps_the_later(void **state)
{
    enum { CHILD = 3 };
    struct pair *pair = *state;
    pair->is_cut = true;
    rig_revoke(&pair->parent, PAIR_KEY);
    take_step(pair, &(struct fork_step){AT_PARENT, 1, 1});
    take_step(pair, &(struct fork_step){AT_PARENT, 2, 2});
    take_step(pair, &(struct fork_step){ACCEPT, 2, 0});
    take_step(pair, &(struct fork_step){AT_CHILD, 1, 100});
    take_step(pair, &(struct fork_step){ACCEPT_AT_CHILD, 1, 0});
    rig_enrol(&pair->child, CHILD, 23857, ROLE(NODE));
    pair->child.sent_count = 0;
    pair->is_cut = false;
    rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
    pair_pass(pair, 180000);
    assert_head(&pair->child, &draft, 1, A, 1);
    assert_int_equal(value_at(&pair->child, &draft, 1), 100);
    struct node_health health;
    node_get_health(pair->child.node, &health);
    assert_true(health.parked_count > 0);
    /* The commune's node has both, settles it, and sends what stands. */
    rig_hello(&pair->child, from_key(CHILD), 23857);
    assert_body(send_revision(
                    &pair->child, CHILD,
                    DRAFT(.period = "2024-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 100))),
                    (struct wrapper){3, A}),
                BODY(ACK));
    pair_pass(pair, 180000);
    assert_agrees(pair);
    assert_int_equal(counted(&pair->parent, &draft), 100);
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
    assert_logged("no number is left above it");
    buf_fini(&filing);
}

/* Numbers that a hostile node has driven up come down to the node that takes its place. */
static void test_numbers_from_above_are_believed(void **state)
{
    enum { FAR = 1 << 30 };
    struct pair *pair = *state;
    struct cell cells[2];
    struct draft evil = saying(&draft, 666, &cells[0]), right = saying(&draft, 42, &cells[1]);
    pair->is_cut = true;
    rig_hello(&pair->parent, from_key(PAIR_KEY), 631);
    evil.catalogue = right.catalogue = 2;
    assert_body(send_revision(&pair->parent, PAIR_KEY, &evil, (struct wrapper){FAR, A}), BODY(ACK));
    pair->parent.sent_count = 0;
    pair_lose_disk(pair);
    rig_install_manual(&pair->child, 2);
    pair->is_cut = false;
    pair_pass(pair, 120000);
    rig_hello(&pair->child, from_local(), 0);
    right.based_on = FAR;
    assert_int_equal(file_ok(&pair->child, &right), FAR + 1);
    pair_pass(pair, 120000);
    assert_agrees(pair);
    assert_int_equal(value_at(&pair->parent, &draft, FAR + 1), 42);
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
        FORK_TEST(test_both_numbered),
        FORK_TEST(test_a_clock_that_is_behind),
        FORK_TEST(test_a_node_between_keeps_the_later),
        FORK_TEST(test_numbers_from_above_are_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
