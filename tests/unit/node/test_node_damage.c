/* A store in which something is not what was written: what needs it is refused, and told; nothing
 * passes for held or acknowledged because of it, and the rest goes on. */
#include "store/keys.h"
#include "store/txn.h"
#include "unit/node/ask.h"
#include "unit/node/fork.h"

enum { HOUR_MS = 3600000, NODE_631 = 1 };

/* A record as a failing disk would leave it: it reads, and makes no sense. */
static void spoil(struct rig *rig, enum db_table table, struct store_key key)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    buf_put_u8(txn_record(txn), 1);
    assert_int_equal(txn_put_record(txn, table, key), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

static void spoil_revision(struct rig *rig, const struct draft *like, uint64_t number)
{
    struct report_key key = draft_key(like);
    spoil(rig, DB_REVISION, keys_revision(&key, number));
}

static const struct damage {
    const char *name;
    void (*plant)(struct rig *, const struct draft *, uint64_t);
} damages[] = {{"missing", lose_revision}, {"spoilt", spoil_revision}};

/* Revision 1, as a backup has it. */
struct backup {
    struct revision revision;
    struct buf filing;
};

static struct backup back_up(struct rig *rig, const struct draft *like)
{
    struct report_key key = draft_key(like);
    struct backup backup = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    assert_int_equal(store_get_revision(txn, &key, 1, &backup.revision), ERR_OK);
    buf_put(&backup.filing, backup.revision.filing.data, backup.revision.filing.len);
    backup.revision.filing = span_of(&backup.filing);
    backup.revision.recorded_by = (struct span){0};
    store_abort(&txn);
    return backup;
}

/* The node starts again with what the backup has. */
static void put_back(struct rig *rig, const struct draft *like, struct backup *backup)
{
    struct report_key key = draft_key(like);
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_revision(txn, &key, &backup->revision), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    rig_restart(rig);
    buf_fini(&backup->filing);
}

static void put_head_back(struct rig *rig, const struct report_key *key, const struct head *head)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    record_encode_head(head, txn_record(txn)); /* as it is: the feed was not damaged */
    assert_int_equal(txn_put_record(txn, DB_HEAD, keys_report(key)), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    rig_restart(rig);
}

static bool complains(struct rig *rig, const char *words)
{
    rig_hello(rig, from_local(), 0);
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    rig->sent_count = 0;
    for (size_t i = 0; i < answer->status->n_problems; i++)
        if (strstr(answer->status->problems[i], words) != NULL)
            return true;
    return false;
}

/* ---- in the outbox ---- */

/* A report that does not read is parked, with the reason; those behind it go up, and what they are
 * part of is stated and compared. With the backup it goes up, too. */
static void test_the_others_go_up(void **state)
{
    const struct draft others[] = {
        {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 7))},
        {.period = "2024-S2", .unit = 23857, CELLS(EXACT(1, 8))},
    };
    const struct draft filed = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
    for (size_t row = 0; row < LENGTH(damages); row++) {
        print_message("row: %s\n", damages[row].name);
        assert_int_equal(pair_teardown(state), 0);
        assert_int_equal(pair_setup(state), 0);
        struct pair *pair = *state;
        struct outbox_item item;
        pair->is_cut = true;
        pair_file(&pair->child, &filed);
        for (size_t i = 0; i < LENGTH(others); i++)
            pair_file(&pair->child, &others[i]);
        struct backup backup = back_up(&pair->child, &filed);
        assert_false(complains(&pair->child, "the data file is damaged"));
        damages[row].plant(&pair->child, &filed, 1);
        pair->is_cut = false;
        rig_log[0] = '\0';
        pair_pass(pair, 60000);
        assert_logged("cannot go up");
        for (size_t i = 0; i < LENGTH(others); i++) {
            assert_int_equal(head_of(&pair->parent, &others[i]).revision, 1);
            assert_false(is_in_outbox(&pair->child, &others[i]));
        }
        assert_int_equal(head_of(&pair->parent, &filed).revision, 0);
        assert_true(outbox_of(&pair->child, &filed, &item));
        assert_true(item.is_parked);
        assert_contains(item.reason, "corrupt: ");
        assert_true(pair->up[BODY(STATEMENT)] > 0);
        assert_true(complains(&pair->child, "the data file is damaged"));
        assert_true(complains(&pair->child, "corrupt: it does not read here"));
        size_t before = pair->up[BODY(HELLO)] + pair->up[BODY(STATEMENT)];
        pair_pass(pair, HOUR_MS);
        assert_in_range(pair->up[BODY(HELLO)] + pair->up[BODY(STATEMENT)] - before, 0, 60);
        put_back(&pair->child, &filed, &backup);
        pair_pass(pair, 180000);
        assert_settled(pair);
        assert_int_equal(head_of(&pair->parent, &filed).revision, 1);
        assert_false(complains(&pair->child, "damaged"));
    }
}

/* ---- from a child ---- */

/* What contradicts a state that does not read is not acknowledged: the child would believe that it
 * is held here. */
static void test_no_false_ack(void **state)
{
    static const uint64_t lost[] = {1, 2};
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    for (size_t row = 0; row < 2 * LENGTH(damages); row++) {
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2010 + row));
        const struct draft *like = DRAFT(.period = period, .unit = 23857);
        const struct draft *other = DRAFT(.period = period, .unit = 23857, CELLS(EXACT(1, 77)));
        const struct damage *damage = &damages[row / 2];
        print_message("row: revision %u %s\n", (unsigned)lost[row % 2], damage->name);
        rig_hello(rig, from_key(NODE_631), 631);
        assert_body(state_from_child(rig, NODE_631, like, (struct state){2, 0, 1, A}), BODY(ACK));
        damage->plant(rig, like, lost[row % 2]);
        const Tonghop__Envelope *answer =
            send_revision(rig, NODE_631, other, (struct wrapper){2, 0});
        assert_refused(answer, "corrupt");
        assert_int_equal(head_of(rig, like).revision, 2);
    }
}

/* ---- from the parent ---- */

/* Of a unit that both numbered a report of, the child's being the later one. */
static const struct fork_step numbered[] = {{AT_PARENT, 1, THEIRS}, {AT_CHILD, 1, OURS}};

/* With the backup the fork is settled as any other. */
static void assert_settled_with(struct pair *pair, const struct draft *like, struct backup *backup)
{
    put_back(&pair->child, like, backup);
    meet(pair);
    assert_agrees(pair);
    uint64_t latest = head_of(&pair->parent, &draft).revision;
    assert_int_equal(value_at(&pair->parent, &draft, latest), OURS);
}

/* A fork is not settled against what does not read, and what the parent says of it again and again
 * fills nothing; with the backup it is settled. */
static void test_a_fork_waits(void **state)
{
    const struct draft later = {
        .period = "2025-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 3))};
    for (size_t row = 0; row < LENGTH(damages); row++) {
        print_message("row: %s\n", damages[row].name);
        struct pair *pair = part_anew(state, numbered, LENGTH(numbered));
        struct backup backup = back_up(&pair->child, &draft);
        struct node_health health;
        damages[row].plant(&pair->child, &draft, 1);
        /* Of a later year, and only at the parent: it is compared all the same. */
        pair_file(&pair->parent, &later);
        size_t before = pair->up[BODY(INVENTORY)];
        meet_for(pair, HOUR_MS);
        assert_in_range(pair->up[BODY(INVENTORY)] - before, 30,
                        2 * (HOUR_MS / NODE_COMPARE_OTHER_MS) + 4);
        assert_int_equal(head_of(&pair->child, &later).revision, 1);
        node_get_health(pair->child.node, &health);
        assert_int_equal(health.quarantine_count, 0);
        assert_int_equal(head_of(&pair->child, &draft).revision, 1);
        assert_int_equal(value_at(&pair->child, &draft, 1), -1);
        assert_int_equal(head_of(&pair->parent, &draft).revision, 1);
        assert_int_equal(value_at(&pair->parent, &draft, 1), THEIRS);
        assert_true(complains(&pair->child, "the data file is damaged"));
        assert_settled_with(pair, &draft, &backup);
    }
}

/* The answer to a report meets damage in another one of the unit's year: the report waits for a
 * backup, and holds up no other, nor a statement. */
static void test_an_answer_that_meets_damage(void **state)
{
    const struct draft beside = {
        .period = "2024-S2", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 8))};
    const struct draft other = {
        .period = "2024-S1", .unit = 23860, .catalogue = 2, CELLS(EXACT(1, 7))};
    struct pair *pair = part_anew(state, numbered, LENGTH(numbered));
    struct outbox_item item;
    pair_file(&pair->child, &beside);
    mark_ok(&pair->child, &beside, 1, A);
    pair_file(&pair->child, &other);
    struct backup backup = back_up(&pair->child, &beside);
    spoil_revision(&pair->child, &beside, 1);
    size_t before = pair->up[BODY(REVISION)];
    meet(pair);
    assert_true(outbox_of(&pair->child, &draft, &item));
    assert_true(item.is_parked);
    assert_contains(item.reason, "corrupt: ");
    assert_int_equal(head_of(&pair->parent, &other).revision, 1);
    assert_false(is_in_outbox(&pair->child, &other));
    assert_in_range(pair->up[BODY(REVISION)] - before, 2, 8);
    assert_true(pair->up[BODY(STATEMENT)] > 0);
    assert_settled_with(pair, &beside, &backup);
}

/* A parent is heard, though what it says meets damage. */
static void test_the_link_stays(void **state)
{
    struct rig *rig = *state;
    static uint8_t digest[DIGEST_SIZE] = {1};
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    pong.digest = (ProtobufCBinaryData){sizeof(digest), digest};
    envelope.body_case = BODY(PONG);
    envelope.pong = &pong;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    empty_outbox(rig);
    rig_link(rig, parent_with(rig, NULL, 0));
    spoil(rig, DB_BUCKET, keys_bucket(631, KIND_ACTUAL, (struct period){2024, PERIOD_S1}));
    rig->now_ms += SESSION_SILENCE_MS - 1000;
    from_parent(rig, 1, &envelope);
    assert_logged("dropped a message that cannot be processed: corrupt");
    rig->now_ms += 2000;
    rig_pump(rig);
    assert_int_equal(rig->node->session.state, SESSION_UP);
}

/* A list of what it has is not sent without what does not read: the parent would send everything
 * that is missing in it, each time. */
static void test_no_list_with_gaps(void **state)
{
    struct pair *pair = *state;
    const struct draft filed = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
    const struct draft behind = {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 7))};
    struct report_key key = draft_key(&filed);
    pair_file(&pair->child, &filed);
    pair_file(&pair->child, &behind);
    pair_pass(pair, 5000);
    pair->is_cut = true;
    pair_file(&pair->child, DRAFT(.period = "2024-S2", .unit = 23863, CELLS(EXACT(1, 8))));
    spoil(&pair->child, DB_HEAD, keys_report(&key));
    rig_restart(&pair->child); /* its hello tells that something differs */
    pair->is_cut = false;
    size_t before = pair->down[BODY(REVISION)];
    pair_pass(pair, HOUR_MS);
    assert_int_equal(pair->down[BODY(REVISION)] - before, 0);
    assert_true(complains(&pair->child, "the data file is damaged"));
}

/* Each filed at one of the two. */
enum { OURS_2023, OURS_FIRST, OURS_LAST, OURS_COUNT };
enum { THEIRS_2023, THEIRS_2023_LAST, THEIRS_FIRST, THEIRS_LAST, THEIRS_2025, THEIRS_COUNT };

static const struct draft at_child[OURS_COUNT] = {
    [OURS_2023] = {.period = "2023-S2", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 1))},
    [OURS_FIRST] = {.period = "2024-S2", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 2))},
    [OURS_LAST] = {.period = "2024-S1", .unit = 23860, .catalogue = 2, CELLS(EXACT(1, 3))},
};

static const struct draft at_parent[THEIRS_COUNT] = {
    [THEIRS_2023] = {.period = "2023-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 4))},
    [THEIRS_2023_LAST] = {.period = "2023-S1", .unit = 23863, .catalogue = 2, CELLS(EXACT(1, 8))},
    [THEIRS_FIRST] = {.period = "2024-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 5))},
    [THEIRS_LAST] = {.period = "2024-S2", .unit = 23863, .catalogue = 2, CELLS(EXACT(1, 6))},
    [THEIRS_2025] = {.period = "2025-S1", .unit = 23857, .catalogue = 2, CELLS(EXACT(1, 7))},
};

static const struct gap {
    const char *name;
    int spoilt;
    bool comes[THEIRS_COUNT];
} gaps[] = {
    {"behind another of its year", OURS_LAST, {true, true, true, false, true}},
    {"first of its year", OURS_FIRST, {true, false, false, false, true}},
};

/* A list is compared as far as it reads: where it ends is told by the head behind it. Those of
 * other years are compared all the same. */
static void test_a_list_up_to_the_gap(void **state)
{
    for (size_t row = 0; row < LENGTH(gaps); row++) {
        const struct gap *gap = &gaps[row];
        print_message("row: %s\n", gap->name);
        struct pair *pair = part_anew(state, NULL, 0);
        struct report_key key = draft_key(&at_child[gap->spoilt]);
        for (size_t i = 0; i < OURS_COUNT; i++)
            pair_file(&pair->child, &at_child[i]);
        for (size_t i = 0; i < THEIRS_COUNT; i++)
            pair_file(&pair->parent, &at_parent[i]);
        struct head head = head_of(&pair->child, &at_child[gap->spoilt]);
        spoil(&pair->child, DB_HEAD, keys_report(&key));
        size_t hellos = pair->up[BODY(HELLO)], pages = pair->up[BODY(INVENTORY)];
        meet_for(pair, HOUR_MS);
        for (size_t i = 0; i < THEIRS_COUNT; i++)
            assert_int_equal(head_of(&pair->child, &at_parent[i]).revision, gap->comes[i]);
        assert_in_range(pair->up[BODY(HELLO)] - hellos, 50, HOUR_MS / NODE_COMPARE_OTHER_MS + 2);
        assert_in_range(pair->up[BODY(INVENTORY)] - pages, 2, HOUR_MS / NODE_COMPARE_OTHER_MS + 4);
        assert_false(pair->child.node->reconcile.is_done);
        assert_true(complains(&pair->child, "the data file is damaged"));
        put_head_back(&pair->child, &key, &head);
        pair_pass(pair, 180000);
        assert_settled(pair);
        for (size_t i = 0; i < THEIRS_COUNT; i++)
            assert_int_equal(head_of(&pair->child, &at_parent[i]).revision, 1);
        for (size_t i = 0; i < OURS_COUNT; i++)
            assert_int_equal(head_of(&pair->parent, &at_child[i]).revision, 1);
    }
}

/* ---- a full disk is no damage ---- */

static enum err step_when_full(struct rig *rig, const struct event *event)
{
    struct store_txn *txn = store_begin_write(rig->store);
    store_fail(txn, ERR_FULL);
    enum err err = node_step(rig->node, txn, event, &rig->effects);
    store_abort(&txn);
    effects_clear(&rig->effects);
    txn = store_begin_read(rig->store);
    assert_int_equal(node_reload(rig->node, txn), ERR_OK);
    store_abort(&txn);
    return err;
}

static void test_full_is_not_damaged(void **state)
{
    struct rig *rig = *state;
    struct state_bytes bytes;
    struct buf packed = {0};
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct event event = rig_event(rig, EVENT_PARENT_MESSAGE);
    state_fill(&draft, (struct state){2, 0, 1, A}, &bytes);
    envelope.seq = ++rig->seq;
    envelope.body_case = BODY(REVISION);
    envelope.revision = &bytes.message;
    wire_pack(&envelope, &packed);
    event.bytes = span_of(&packed);
    assert_int_equal(step_when_full(rig, &event), ERR_FULL);
    assert_false(store_is_damaged(rig->store));
    state_fini(&bytes);
    buf_fini(&packed);
}

/* What could not be parked is parked when there is room; until then the outbox waits. */
static void test_parked_when_there_is_room(void **state)
{
    struct rig *rig = *state;
    const struct draft filed = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
    struct outbox_item item;
    struct event tick = rig_event(rig, EVENT_TICK);
    file_ok(rig, &filed);
    lose_revision(rig, &filed, 1);
    rig_link(rig, parent_with(rig, NULL, 0));
    rig_pump(rig);
    assert_true(node_has_work(rig->node, rig->now_ms));
    assert_int_equal(step_when_full(rig, &tick), ERR_FULL);
    assert_true(node_has_work(rig->node, rig->now_ms));
    rig_log[0] = '\0';
    rig_pump(rig);
    assert_string_equal(rig_log, "");
    rig_tick(rig);
    assert_true(outbox_of(rig, &filed, &item));
    assert_true(item.is_parked);
    assert_false(node_has_work(rig->node, rig->now_ms));
}

/* A latest revision that is missing comes back with a copy that has grown in its bits. */
static void test_a_copy_heals(void **state)
{
    struct rig *rig = *state;
    const struct draft *like = DRAFT(.period = "2024-S1", .unit = 23857);
    rig_install_manual(rig, 2);
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig_hello(rig, from_key(NODE_631), 631);
    assert_body(state_from_child(rig, NODE_631, like, (struct state){1, 0, 0, 0}), BODY(ACK));
    lose_revision(rig, like, 1);
    assert_body(state_from_child(rig, NODE_631, like, (struct state){1, A, 0, 0}), BODY(ACK));
    assert_head(rig, like, 1, A, 1);
    assert_verifies(rig);
}

/* ---- totals ---- */

/* A report that changes totals which do not read is refused: what it takes away is not looked for
 * in them. */
static void test_totals_that_do_not_read(void **state)
{
    const struct draft filed = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
    const struct cell about = {.indicator = 1, .qualifier = QUALIFIER_ABOUT, .value = 9};
    const struct draft changes[] = {
        {.period = "2024-S1", .unit = 23857, CELLS(about), .based_on = 1},
        {.period = "2024-S1", .unit = 23857, .is_withdrawn = true, .based_on = 1},
    };
    const struct report_key below = {
        .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = 631, .form = 1};
    for (size_t i = 0; i < LENGTH(changes); i++) {
        assert_int_equal(rig_teardown(state), 0);
        assert_int_equal(rig_setup_root(state), 0);
        struct rig *rig = *state;
        file_ok(rig, &filed);
        spoil(rig, DB_BELOW, keys_report(&below));
        rig_restart(rig);
        rig_hello(rig, from_local(), 0);
        assert_refused(file_as(rig, from_local(), &changes[i]), "corrupt");
        assert_int_equal(head_of(rig, &filed).revision, 1);
    }
}

/* ---- questions ---- */

/* A child that asks once a minute what its parent cannot read pushes nothing out of the parent's
 * quarantine. */
static void test_questions_are_not_kept(void **state)
{
    const struct draft filed = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
    for (size_t row = 0; row < LENGTH(damages); row++) {
        print_message("row: %s\n", damages[row].name);
        assert_int_equal(pair_teardown(state), 0);
        assert_int_equal(pair_setup(state), 0);
        struct pair *pair = *state;
        struct node_health health;
        pair_file(&pair->child, &filed);
        pair_pass(pair, 2000);
        damages[row].plant(&pair->parent, &filed, 1);
        pair_lose_disk(pair);
        size_t before = pair->up[BODY(INVENTORY)];
        pair_pass(pair, HOUR_MS);
        assert_in_range(pair->up[BODY(INVENTORY)] - before, 30,
                        HOUR_MS / NODE_COMPARE_OTHER_MS + 1);
        node_get_health(pair->parent.node, &health);
        assert_int_equal(health.quarantine_count, 0);
        assert_contains(pair->child.node->uplink.trouble, "corrupt: ");
        assert_true(complains(&pair->child, "linked with the node above, but: corrupt: "));
        assert_true(complains(&pair->parent, "the data file is damaged"));
    }
}

/* Who has reported is told by the heads, which read: a report that does not keeps nothing of it
 * back, but whether it has figures. */
static void test_coverage_goes_on(void **state)
{
    const struct draft filed = {.period = "2024-S1", .unit = 23857};
    for (size_t row = 0; row < LENGTH(damages); row++) {
        print_message("row: %s\n", damages[row].name);
        assert_int_equal(rig_teardown(state), 0);
        assert_int_equal(rig_setup_root(state), 0);
        struct rig *rig = *state;
        file_ok(rig, &filed);
        const struct question *question = ASK(.period = "2024-S1", .unit = "23857");
        assert_int_equal(ask_coverage(rig, from_local(), question)->coverage->counts->nil, 1);
        damages[row].plant(rig, &filed, 1);
        for (int i = 0; i < 2; i++) { /* when it is met, and when it is known */
            const Tonghop__Envelope *answer = ask_coverage(rig, from_local(), question);
            assert_body(answer, BODY(COVERAGE));
            assert_int_equal(answer->coverage->counts->filed, 1);
            assert_int_equal(answer->coverage->counts->nil, 0);
        }
    }
}

/* ---- trouble ---- */

static const char *no_reason(void *ctx)
{
    (void)ctx;
    return "";
}

/* What a linked parent could not do is not why it is silent later. */
static void test_trouble_ends_with_the_link(void **state)
{
    static const uint8_t other_hash[WIRE_DIGEST_SIZE] = {1};
    struct rig *rig = *state;
    rig_link(rig, (struct parent){.catalogue = 1, .hash = other_hash});
    assert_contains(rig->node->uplink.trouble, "another one than ours");
    struct transport transport = rig_transport(rig);
    transport.parent_trouble = no_reason;
    rig->now_ms += 2 * SESSION_PEER_SILENCE_MS;
    node_pump(rig->node, &transport, rig->now_ms);
    assert_int_not_equal(rig->node->session.state, SESSION_UP);
    assert_string_equal(rig->node->uplink.trouble, "no answer");
}

#define ROOT_TEST(function) cmocka_unit_test_setup_teardown(function, rig_setup_root, rig_teardown)
#define DISTRICT_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, rig_setup_district, rig_teardown)

/* Nobody is reminded while a notice does not read; the daemon goes on, also when it starts again.
 */
static void test_a_reminder_that_does_not_read(void **state)
{
    const struct notice_key key = {
        .report = {.kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}, .unit = 23857},
        .type = NOTICE_REMINDER,
        .author = 64,
    };
    struct rig *rig = *state;
    struct date date;
    assert_int_equal(date_make(2024, 12, 14, &date), ERR_OK);
    rig->now.us = instant_end_of(date).us - 1;
    spoil(rig, DB_NOTICE, keys_notice(&key));
    for (int i = 0; i < 3; i++) {
        node_set_reminding(rig->node, 3, 5);
        for (int tick = 0; tick < 3; tick++) {
            rig->now_ms += 60000;
            rig_tick(rig); /* no error */
        }
        assert_true(store_is_damaged(rig->store));
        struct store_txn *txn = store_begin_read(rig->store);
        assert_int_equal(store_count_notices(txn), 1);
        store_abort(&txn);
        rig_restart(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAIR_TEST(test_the_others_go_up),
        ROOT_TEST(test_no_false_ack),
        FORK_TEST(test_a_fork_waits),
        FORK_TEST(test_an_answer_that_meets_damage),
        DISTRICT_TEST(test_the_link_stays),
        PAIR_TEST(test_no_list_with_gaps),
        FORK_TEST(test_a_list_up_to_the_gap),
        DISTRICT_TEST(test_full_is_not_damaged),
        DISTRICT_TEST(test_parked_when_there_is_room),
        ROOT_TEST(test_a_copy_heals),
        ROOT_TEST(test_totals_that_do_not_read),
        PAIR_TEST(test_questions_are_not_kept),
        ROOT_TEST(test_coverage_goes_on),
        DISTRICT_TEST(test_trouble_ends_with_the_link),
        ROOT_TEST(test_a_reminder_that_does_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
