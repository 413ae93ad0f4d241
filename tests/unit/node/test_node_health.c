/* Status, second part: when links were last used, what waits, how the campaign goes, and what the
 * last verification and backup came to. Today is 2025-01-10: the reports of 2024 are due. */
#include "store/keys.h"
#include "store/txn.h"
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/pair.h"
#include "unit/node/uplink.h"

#define DAY_US INT64_C(86400000000)

static const struct draft year_2024 = {.period = "2024", .unit = 23857, CELLS(EXACT(1, 10))};

static const Tonghop__Status *status_of(struct rig *rig)
{
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    return answer->status;
}

static void pass_us(struct rig *rig, int64_t us)
{
    rig->now.us += us;
    rig->now_ms += us / 1000;
}

/* ---- links ---- */

/* When the parent last took something over is told beside when it was last heard: a link may well
 * live without handing anything up. A refusal is no acknowledgement. */
static void test_acked_by_the_parent(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, &year_2024);
    rig_link(rig, (struct parent){0});
    assert_int_equal(status_of(rig)->parent_acked_us, 0);
    rig_pump(rig);
    uint64_t seq = to_parent(rig, BODY(REVISION), 0)->seq;
    pass_us(rig, 1000000);
    refusal_from_parent(rig, seq, "busy");
    assert_int_equal(status_of(rig)->parent_acked_us, 0);

    rig_link(rig, (struct parent){0});
    rig_pump(rig);
    seq = to_parent(rig, BODY(REVISION), 0)->seq;
    ack(rig, seq, &year_2024, 1, NULL);
    int64_t acked_us = rig->now.us;
    pass_us(rig, 1000000);
    notice_from_parent(rig, 1, rig->node->catalogue_hash);
    assert_int_equal(status_of(rig)->parent_acked_us, acked_us);
    assert_int_equal(status_of(rig)->parent_heard_us, acked_us + 1000000);
}

/* And when this node last took something over from a child, also when that has left. */
static void test_acked_child(void **state)
{
    struct pair *pair = *state;
    pair_file(&pair->child, &year_2024);
    pair_pass(pair, 60000);
    rig_hello(&pair->parent, from_local(), 0);
    int64_t acked_us = status_of(&pair->parent)->children[0]->acked_us;
    assert_true(acked_us > RIG_NOW_US && acked_us <= pair->parent.now.us);
    pair->is_cut = true;
    pair_pass(pair, 300000);
    rig_hello(&pair->parent, from_local(), 0);
    const Tonghop__Link *link = status_of(&pair->parent)->children[0];
    assert_false(link->connected);
    assert_int_equal(link->acked_us, acked_us);
    assert_true(link->heard_us >= acked_us);
}

/* What waits to go up waits since it was taken in; the oldest report tells, not the first key. */
static void test_waiting_since(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(status_of(rig)->waiting_since_us, 0);
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 1))));
    int64_t first_us = rig->now.us;
    pass_us(rig, 5000000);
    file_ok(rig, &year_2024);
    assert_int_equal(status_of(rig)->waiting_since_us, first_us);
}

/* ---- room ---- */

static void test_room(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->map_bytes, RIG_MAP_BYTES);
    assert_int_equal(status->disk_reserve_bytes, 0);
    assert_true(status->store_live_bytes > 0);
    assert_true(status->store_live_bytes <= status->store_bytes);
    assert_true(status->store_bytes < status->map_bytes);
    rig_stop(rig);
    rig_start(rig, 4096);
    rig_hello(rig, from_local(), 0);
    assert_int_equal(status_of(rig)->disk_reserve_bytes, 4096);
}

/* ---- the campaign ---- */

static void assert_campaign(struct rig *rig, const char *period, uint32_t due, uint32_t filed,
                            uint32_t overdue)
{
    const Tonghop__Campaign *campaign = status_of(rig)->campaign;
    assert_non_null(campaign);
    assert_string_equal(campaign->period, period);
    assert_int_equal(campaign->due_count, due);
    assert_int_equal(campaign->filed_count, filed);
    assert_int_equal(campaign->missing_count, due - filed);
    assert_int_equal(campaign->overdue_count, overdue);
}

/* Every filing counts at once; so does a new day, on which the next campaign may begin. */
static void test_campaign(void **state)
{
    struct rig *rig = *state;
    assert_campaign(rig, "2024", 12, 0, 12);
    file_ok(rig, &year_2024);
    assert_campaign(rig, "2024", 12, 1, 11);
    assert_int_equal(status_of(rig)->campaign->late_count, 1);
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857, .based_on = 1, .is_withdrawn = true));
    assert_campaign(rig, "2024", 12, 0, 12);
    struct date deadline;
    assert_int_equal(date_parse("2024-12-20", &deadline), ERR_OK);
    assert_int_equal(status_of(rig)->campaign->deadline_us, instant_end_of(deadline).us);
    pass_us(rig, 130 * DAY_US);
    rig_hello(rig, from_local(), 0);
    assert_campaign(rig, "2025-S1", 12, 0, 0);
    assert_int_equal(status_of(rig)->n_problems, 0); /* who has not filed is no fault of the node */
}

/* So does a new catalogue. */
static void test_campaign_under_a_new_catalogue(void **state)
{
    struct rig *rig = *state;
    struct catalogue *catalogue = sample_catalogue();
    struct buf bytes = {0};
    assert_campaign(rig, "2024", 12, 0, 12);
    catalogue->number = 2;
    catalogue->forms[1].due_level_mask = 0;
    wire_pack_catalogue(catalogue, &bytes);
    rig_put_catalogue(rig, span_of(&bytes));
    assert_campaign(rig, "2024", 7, 0, 7);
    buf_fini(&bytes);
    catalogue_free(&catalogue);
}

/* A report that does not read must not keep the answer back which says that the store is damaged.
 */
static void test_campaign_in_a_damaged_store(void **state)
{
    struct rig *rig = *state;
    struct report_key key = draft_key(&year_2024);
    bool is_unknown;
    file_ok(rig, &year_2024);
    struct store_txn *txn = store_begin_write(rig->store);
    buf_put_u8(txn_record(txn), 1);
    assert_int_equal(txn_put_record(txn, DB_HEAD, keys_report(&key)), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    const Tonghop__Status *status = status_of(rig);
    assert_null(status->campaign);
    assert_int_equal(status->n_problems, 1);
    assert_contains(status->problems[0], "the data file is damaged");
}

/* Without a catalogue, or a place in its tree, there is no campaign. */
static void test_no_campaign(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    assert_null(status_of(rig)->campaign);
    rig_install_sample(rig);
    assert_null(status_of(rig)->campaign);
}

static int setup_stranger(void **state)
{
    return rig_setup_unit(state, 4711, false);
}

/* ---- verification and backup ---- */

/* What is wrong is told with what to do; that there never was one is no complaint, and neither is
 * one that a clock which was set back has in the future. */
static void test_care(void **state)
{
    struct rig *rig = *state;
    static const struct {
        struct care verify, backup;
        int64_t verify_age_us, backup_age_us;
        const char *words; /* NULL: all is well */
    } rows[] = {
        {.words = NULL},
        {{.result = CARE_OK}, {.result = CARE_OK}, DAY_US, DAY_US, NULL},
        {{.result = CARE_OK}, {.result = CARE_OK}, -DAY_US, -DAY_US, NULL},
        {{.result = CARE_OK}, {0}, 16 * DAY_US - 1, 0, NULL},
        {{.result = CARE_OK}, {0}, 16 * DAY_US, 0, "verification is 16 days old"},
        {{0}, {.result = CARE_OK}, 0, 4 * DAY_US - 1, NULL},
        {{0}, {.result = CARE_OK}, 0, 4 * DAY_US, "backup is 4 days old"},
        {{.result = CARE_DIFFERS, .differences = 3}, {0}, 0, 0, "found 3 differences"},
        {{.result = CARE_DIFFERS, .differences = 1}, {0}, 0, 0, "found 1 difference:"},
        {{.result = CARE_FAILED, .error = "io"}, {0}, 0, 0, "verification failed (io)"},
        {{0}, {.result = CARE_FAILED, .error = "full"}, 0, 0, "backup failed (full)"},
        {{0}, {.result = CARE_FAILED}, 0, 99 * DAY_US, "backup failed (?): run"},
        {{0},
         {.result = CARE_FAILED, .error = "full", .good = {1733967000000000}},
         0,
         0,
         "backup failed (full), the last good one is of 2024-12-12T08:30:00+07:00: run"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %zu\n", i);
        rig->node->verify = rows[i].verify;
        rig->node->verify.time.us = rig->now.us - rows[i].verify_age_us;
        rig->node->backup = rows[i].backup;
        rig->node->backup.time.us = rig->now.us - rows[i].backup_age_us;
        const Tonghop__Status *status = status_of(rig);
        assert_int_equal(status->n_problems, rows[i].words != NULL ? 1 : 0);
        assert_int_equal(status->lasting_problems, status->n_problems);
        if (rows[i].words != NULL)
            assert_contains(status->problems[0], rows[i].words);
        assert_true((status->verify != NULL) == (rows[i].verify.result != CARE_NEVER));
        assert_true((status->backup != NULL) == (rows[i].backup.result != CARE_NEVER));
    }
}

static void test_care_is_shown(void **state)
{
    struct rig *rig = *state;
    rig->node->verify = (struct care){CARE_DIFFERS, {RIG_NOW_US - 7}, 12, 3, {0}, "io"};
    const Tonghop__Care *verify = status_of(rig)->verify;
    assert_int_equal(verify->time_us, RIG_NOW_US - 7);
    assert_int_equal(verify->result, TONGHOP__CARE_RESULT__CARE_RESULT_DIFFERS);
    assert_int_equal(verify->reports, 12);
    assert_int_equal(verify->differences, 3);
    assert_string_equal(verify->error, "io");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DISTRICT_TEST(test_acked_by_the_parent),
        PAIR_TEST(test_acked_child),
        DISTRICT_TEST(test_waiting_since),
        ROOT_TEST(test_room),
        ROOT_TEST(test_campaign),
        ROOT_TEST(test_campaign_under_a_new_catalogue),
        ROOT_TEST(test_campaign_in_a_damaged_store),
        cmocka_unit_test_setup_teardown(test_no_campaign, setup_stranger, rig_teardown),
        ROOT_TEST(test_care),
        ROOT_TEST(test_care_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
