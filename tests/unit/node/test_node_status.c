/* Status: how the node is, and what needs a person, each with what to do. Silence means all is
 * well.
 */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/uplink.h"

static const struct draft draft = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};

static const Tonghop__Status *status_of(struct rig *rig)
{
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    return answer->status;
}

/* The one complaint there is says `words`. */
static void assert_complaint(const Tonghop__Status *status, const char *words)
{
    assert_int_equal(status->n_problems, 1);
    assert_contains(status->problems[0], words);
}

/* A root that is well says what it is and what it holds, and complains of nothing. */
static void test_all_is_well(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig->now.us += 3000000;
    const Tonghop__Status *status = status_of(rig);
    assert_string_equal(status->software, "tonghopd test");
    assert_int_equal(status->unit->id, 64);
    assert_string_equal(status->unit->name_vi, "Tỉnh Cao Nguyên");
    assert_int_equal(status->catalogue, 1);
    assert_int_equal(status->started_us, RIG_NOW_US);
    assert_int_equal(status->now_us, RIG_NOW_US + 3000000);
    assert_false(status->has_parent);
    assert_int_equal(status->report_count, 1);
    assert_int_equal(status->outbox_count, 0);
    assert_int_equal(status->quarantine_count, 0);
    assert_int_equal(status->alarm_count, 0);
    assert_true(status->disk_free_bytes > 0);
    assert_false(status->rebuilding);
    assert_int_equal(status->n_children, 0);
    assert_int_equal(status->n_problems, 0);
}

/* Nodes enrolled beneath, whether they are there, and when they were heard, also when that is over;
 * other keys and revoked ones are not links. */
static void test_children(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    rig_enrol(rig, 2, 632, ROLE(NODE));
    rig_enrol(rig, 3, 632, ROLE(READER));
    rig->now_ms += 61000;
    rig->now.us += 61000000;
    rig_hello(rig, from_local(), 0);
    rig_hello(rig, from_key(2), 632);
    rig_pump(rig);
    rig->now_ms += 2000;
    rig->now.us += 2000000;
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->n_children, 2);
    assert_int_equal(status->children[0]->unit->id, 631);
    assert_string_equal(status->children[0]->unit->name_vi, "Huyện Suối Trong");
    assert_string_equal(status->children[0]->name, "test");
    assert_int_equal(status->children[0]->role, ROLE(NODE));
    assert_false(status->children[0]->connected);
    assert_int_equal(status->children[0]->heard_us, RIG_NOW_US);
    assert_int_equal(status->children[1]->unit->id, 632);
    assert_true(status->children[1]->connected);
    assert_int_equal(status->children[1]->heard_us, rig->now.us - 2000000);
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(status_of(rig)->children[0]->heard_us, 0);
}

/* A node that is not linked must not look healthy: it says why, as far as it knows. */
static void test_no_link(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Status *status = status_of(rig);
    assert_true(status->has_parent);
    assert_false(status->parent_linked);
    assert_string_equal(status->parent_endpoint, "tcp://parent:7000");
    assert_int_equal(status->parent_heard_us, 0);
    assert_complaint(status, "no link with the node above (tcp://parent:7000)");

    rig->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(HELLO), 0)->seq, "forbidden");
    status = status_of(rig);
    assert_string_equal(status->parent_trouble, "forbidden: because of the test");
    assert_complaint(status, "forbidden: because of the test");

    rig_link(rig, (struct parent){0});
    status = status_of(rig);
    assert_true(status->parent_linked);
    assert_string_equal(status->parent_trouble, "");
    assert_int_equal(status->parent_heard_us, rig->now.us);
    assert_int_equal(status->n_problems, 0);
}

/* Nor one that is linked with a parent that cannot do all its part. */
static void test_a_link_with_trouble(void **state)
{
    static const uint8_t other_hash[WIRE_DIGEST_SIZE] = {1};
    struct rig *rig = *state;
    rig_link(rig, (struct parent){.catalogue = 1, .hash = other_hash});
    const Tonghop__Status *status = status_of(rig);
    assert_true(status->parent_linked);
    assert_complaint(status, "linked with the node above, but: the parent's catalogue 1 is another "
                             "one than ours");
    notice_from_parent(rig, 2, other_hash);
    status = status_of(rig);
    assert_string_equal(status->parent_trouble, "");
    assert_int_equal(status->n_problems, 1);
    assert_complaint(status, "catalogue 2 of the node above is not in force here yet");
}

/* What the parent does not take is told with its reason. */
static void test_parked(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    rig_link(rig, (struct parent){0});
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(REVISION), 0)->seq, "conflict");
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->outbox_count, 2);
    assert_int_equal(status->parked_count, 1);
    assert_complaint(status, "conflict: because of the test");
}

/* The first parked entry is the one that is told of, also when others wait in front of it. */
static void test_parked_behind_others(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &draft);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 1))));
    rig_link(rig, (struct parent){0});
    rig_pump(rig);
    refusal_from_parent(rig, to_parent(rig, BODY(REVISION), 1)->seq, "foreign");
    assert_complaint(status_of(rig), "1 not taken by the node above, first: actual 2024-S1 of "
                                     "23860 Xã Bình An, form general: foreign: because");
}

/* What is kept for a person is counted and told. */
static void test_quarantine(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, 1, 631, ROLE(NODE));
    const struct draft *foreign = DRAFT(.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 1)));
    assert_refused(send_revision(rig, 1, foreign, (struct wrapper){1, STATE_ACCEPTED}), "foreign");
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->quarantine_count, 1);
    assert_complaint(status, "1 in quarantine: see 'tonghop quarantine'");
}

/* A node without a catalogue is there and says what it waits for: another thing at the root than
 * beneath it. */
static void test_no_catalogue(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->catalogue, 0);
    assert_int_equal(status->unit->id, rig->options.unit);
    assert_string_equal(status->unit->code, "");
    if (rig->options.has_parent) {
        assert_int_equal(status->n_problems, 2);
        assert_contains(status->problems[0], "comes with the link");
        assert_contains(status->problems[1], "no link");
    } else {
        assert_complaint(status, "tonghop catalogue publish");
    }
}

static int setup_empty_root(void **state)
{
    return rig_setup_unit(state, 64, false);
}

static int setup_empty_district(void **state)
{
    return rig_setup_unit(state, 631, true);
}

/* A node of a unit that the catalogue does not have can do nothing and says so. */
static int setup_stranger(void **state)
{
    int result = rig_setup_unit(state, 4711, false);
    rig_install_sample(*state);
    rig_hello(*state, from_local(), 0);
    return result;
}

static void test_a_unit_that_the_catalogue_lacks(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->unit->id, 4711);
    assert_complaint(status, "the catalogue has no unit 4711");
    assert_refused(file_as(rig, from_local(), &draft), "foreign");
    assert_refused(ask_totals(rig, from_local(), ASK(.period = "2024")), "not-found");
    uint64_t reports, figures;
    assert_int_equal(node_verify(rig->node, &reports, &figures), 0);
}

/* Several complaints come together, in a fixed order. */
static void test_complaints_come_together(void **state)
{
    struct rig *rig = *state;
    struct alarm alarm = {.kind = KIND_ACTUAL, .year = 2024, .unit = 23857, .text = "other totals"};
    struct quarantined item = {.reason = "odd"};
    bool is_unknown;
    file_ok(rig, &draft);
    struct store_txn *txn = store_begin_write(rig->store);
    struct report_key key = draft_key(&draft);
    assert_int_equal(store_park_outbox(txn, OUTBOX_REPORT, &key, "full: above"), ERR_OK);
    assert_int_equal(store_put_alarm(txn, &alarm), ERR_OK);
    assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    rig_stop(rig);
    rig_start(rig, UINT64_MAX);
    rig_hello(rig, from_local(), 0);
    static const char *const words[] = {"no link", "full: above", "quarantine", "other totals",
                                        "left on the disk"};
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->n_problems, LENGTH(words));
    for (size_t i = 0; i < LENGTH(words); i++)
        assert_contains(status->problems[i], words[i]);
    assert_int_equal(status->lasting_problems,
                     1); /* the quarantine: the others may end by themselves */
}

/* Where the disk has room and map_size_mib has none, room on the disk would not help. */
static void test_a_full_store(void **state)
{
    static uint8_t bytes[64 * 1024];
    const struct store_options options = {.map_size_bytes = 1 << 20};
    struct quarantined item = {.reason = "odd", .bytes = {bytes, sizeof bytes}};
    struct rig *rig = *state;
    bool is_unknown;
    rig_stop(rig);
    assert_int_equal(store_open(rig->folder, &options, &rig->store), ERR_OK);
    assert_int_equal(node_new(rig->store, &rig->options, rig->now, rig->now_ms, &rig->node),
                     ERR_OK);
    while (store_has_room(rig->store)) {
        struct store_txn *txn = store_begin_write(rig->store);
        bytes[0]++; /* what is the same is kept once */
        assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    }
    rig_hello(rig, from_local(), 0);
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->n_problems, 2);
    assert_int_equal(status->lasting_problems, 2);
    assert_contains(status->problems[1], "until map_size_mib is raised");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_all_is_well),
        ROOT_TEST(test_children),
        DISTRICT_TEST(test_no_link),
        DISTRICT_TEST(test_a_link_with_trouble),
        DISTRICT_TEST(test_parked),
        DISTRICT_TEST(test_parked_behind_others),
        ROOT_TEST(test_quarantine),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty_root, rig_teardown),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty_district, rig_teardown),
        cmocka_unit_test_setup_teardown(test_a_unit_that_the_catalogue_lacks, setup_stranger,
                                        rig_teardown),
        DISTRICT_TEST(test_complaints_come_together),
        ROOT_TEST(test_a_full_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
