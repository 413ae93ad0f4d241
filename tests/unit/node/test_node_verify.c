/* Verify: silent about a store that is right, and not about any other. Each kind of damage is
 * planted in a store of its own. */
#include "node/rollup.h"
#include "store/feed.h"
#include "store/txn.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

static const struct draft base[] = {
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(6, 100), EXACT(8, 7))},
    {.period = "2024", .unit = 23860, CELLS(EXACT(1, 50), EXACT(6, 210))},
    {.period = "2024-S2", .unit = 23899, CELLS(EXACT(1, 3))},
    {.period = "2024-S1", .unit = 23887, .form = 2, CELLS(EXACT(20, 5))},
    {.period = "2023-S1", .unit = 631, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1))},
    {.kind = KIND_PLAN, .period = "2024", .unit = 64, CELLS(EXACT(1, 99))},
};

static void file_base(struct rig *rig)
{
    for (size_t i = 0; i < LENGTH(base); i++)
        file_ok(rig, &base[i]);
}

static size_t verify(struct rig *rig)
{
    uint64_t reports, figures;
    return node_verify(rig->node, &reports, &figures);
}

/* ---- nothing to find ---- */

/* Nothing is found in a good store, everything in it is looked at, and nothing is changed. */
static void test_clean(void **state)
{
    struct rig *rig = *state;
    uint64_t reports = 99, figures = 99;
    assert_int_equal(node_verify(rig->node, &reports, &figures), 0);
    assert_int_equal(reports, 0);
    assert_int_equal(figures, 0);
    file_base(rig);
    char *before = dump_store(rig);
    assert_int_equal(node_verify(rig->node, &reports, &figures), 0);
    assert_int_equal(reports, LENGTH(base));
    assert_true(figures > LENGTH(base));
    assert_unchanged(rig, before);
    assert_string_equal(rig_log, "");
}

/* A node that has no catalogue yet has nothing to verify. */
static void test_no_catalogue(void **state)
{
    assert_int_equal(verify(*state), 0);
}

/* It needs no writing: `tonghop verify` opens the store for reading only. */
static void test_read_only(void **state)
{
    struct rig *rig = *state;
    struct store_options options = {.map_size_bytes = RIG_MAP_BYTES, .is_read_only = true};
    file_base(rig);
    rig_stop(rig);
    assert_int_equal(store_open(rig->folder, &options, &rig->store), ERR_OK);
    assert_int_equal(node_new(rig->store, &rig->options, rig->now, rig->now_ms, &rig->node),
                     ERR_OK);
    assert_int_equal(verify(rig), 0);
}

/* A rebuild under way is no damage: what it has not reached is not in the totals yet. */
static void test_while_rebuilding(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    file_base(rig);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    assert_true(rig->node->rebuild.is_active);
    assert_verifies(rig);
    rig_settle(rig);
    assert_verifies(rig);
}

/* ---- damage ---- */

static const struct report_key commune = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
static const struct report_key district = {KIND_ACTUAL, {2024, PERIOD_S1}, 631, 1};

/* The accumulator of `key` with one figure more, or another value. */
static void put_below(struct store_txn *txn, const struct report_key *key, uint32_t indicator)
{
    struct figures figures = {0};
    struct buf encoded = {0};
    struct span bytes;
    const struct cell cell = EXACT(indicator, 123);
    struct figure figure = figure_of_cell(&cell);
    if (store_get_below(txn, key, &bytes) == ERR_OK)
        assert_int_equal(figures_decode(bytes, &figures), ERR_OK);
    figures_set(&figures, indicator, &figure);
    figures_encode(&figures, &encoded);
    assert_int_equal(store_put_below(txn, key, span_of(&encoded)), ERR_OK);
    figures_fini(&figures);
    buf_fini(&encoded);
}

static void a_wrong_total(struct store_txn *txn)
{
    put_below(txn, &district, 1);
}

static void a_figure_too_many(struct store_txn *txn)
{
    put_below(txn, &district, 13);
}

static void a_total_that_is_gone(struct store_txn *txn)
{
    assert_int_equal(store_put_below(txn, &district, (struct span){0}), ERR_OK);
}

static void a_total_that_does_not_decode(struct store_txn *txn)
{
    static const uint8_t rubbish[] = {0xff, 0xff, 0xff};
    assert_int_equal(store_put_below(txn, &district, (struct span){rubbish, sizeof(rubbish)}),
                     ERR_OK);
}

static void a_total_of_a_leaf(struct store_txn *txn)
{
    put_below(txn, &commune, 1);
}

static void a_total_of_another_label(struct store_txn *txn)
{
    struct report_key key = district;
    key.period.label = PERIOD_S2;
    put_below(txn, &key, 6);
}

static void a_total_of_a_year_without_reports(struct store_txn *txn)
{
    struct report_key key = district;
    key.period.year = 2019;
    put_below(txn, &key, 1);
}

static void a_total_of_a_kind_without_reports(struct store_txn *txn)
{
    struct report_key key = district;
    key.kind = KIND_PLAN;
    key.period.year = 2023;
    put_below(txn, &key, 1);
}

static void a_total_of_an_unknown_unit(struct store_txn *txn)
{
    struct report_key key = district;
    key.unit = 4711;
    put_below(txn, &key, 1);
}

static void a_total_of_an_unknown_form(struct store_txn *txn)
{
    struct report_key key = district;
    key.form = 7;
    put_below(txn, &key, 1);
}

static void put_bucket(struct store_txn *txn, uint16_t year, uint32_t unit, int32_t more)
{
    struct bucket bucket;
    const struct period period = {year, PERIOD_S1};
    assert_int_equal(store_get_bucket(txn, KIND_ACTUAL, period, unit, &bucket), ERR_OK);
    bucket.count = (uint32_t)((int32_t)bucket.count + more);
    bucket.digest[7] ^= more == 0 ? 1 : 0;
    assert_int_equal(store_put_bucket(txn, &bucket), ERR_OK);
}

static void a_wrong_digest(struct store_txn *txn)
{
    put_bucket(txn, 2024, 64, 0);
}

static void a_wrong_digest_of_a_leaf(struct store_txn *txn)
{
    put_bucket(txn, 2024, 23857, 0);
}

static void a_wrong_count(struct store_txn *txn)
{
    put_bucket(txn, 2024, 631, 1);
}

static void a_bucket_that_is_gone(struct store_txn *txn)
{
    put_bucket(txn, 2024, 23857, -1);
}

/* Changes the head of the commune's report. */
static void put_head(struct store_txn *txn, void (*change)(struct head *))
{
    struct head head;
    assert_int_equal(store_get_head(txn, &commune, &head), ERR_OK);
    change(&head);
    assert_int_equal(store_put_head(txn, &commune, &head), ERR_OK);
}

static void change_digest(struct head *head)
{
    head->state_digest[0] ^= 1;
}

static void change_states(struct head *head)
{
    head->states |= STATE_RETURNED;
}

static void change_counting(struct head *head)
{
    head->counting = 0;
}

static void change_content(struct head *head)
{
    head->content[31] ^= 1;
}

static void a_wrong_head_digest(struct store_txn *txn)
{
    put_head(txn, change_digest);
}

static void other_states(struct store_txn *txn)
{
    put_head(txn, change_states);
}

static void another_counting_revision(struct store_txn *txn)
{
    put_head(txn, change_counting);
}

static void another_content_digest(struct store_txn *txn)
{
    put_head(txn, change_content);
}

/* The same head over another filing: the totals do not come from it. */
static void another_filing(struct store_txn *txn)
{
    struct buf filing = {0};
    struct revision revision;
    assert_int_equal(store_get_revision(txn, &commune, 1, &revision), ERR_OK);
    draft_pack(DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 11))), &filing);
    revision.filing = span_of(&filing);
    assert_int_equal(store_put_revision(txn, &commune, &revision), ERR_OK);
    buf_fini(&filing);
}

static void a_filing_that_does_not_open(struct store_txn *txn)
{
    static const uint8_t rubbish[] = {0xff, 0xff, 0xff};
    struct revision revision;
    assert_int_equal(store_get_revision(txn, &commune, 1, &revision), ERR_OK);
    revision.filing = (struct span){rubbish, sizeof(rubbish)};
    assert_int_equal(store_put_revision(txn, &commune, &revision), ERR_OK);
}

static void a_revision_that_is_gone(struct store_txn *txn)
{
    assert_int_equal(store_delete_revision(txn, &commune, 1), ERR_OK);
}

/* It waits, and an earlier one counts: no total misses it. */
static void a_latest_revision_that_is_gone(struct store_txn *txn)
{
    struct head head;
    assert_int_equal(store_get_head(txn, &commune, &head), ERR_OK);
    head.revision++;
    head.states = 0;
    assert_int_equal(store_put_head(txn, &commune, &head), ERR_OK);
}

/* ---- the feed ---- */

static uint64_t change_of(struct store_txn *txn)
{
    struct head head;
    assert_int_equal(store_get_head(txn, &commune, &head), ERR_OK);
    return head.change;
}

static void a_place_that_is_gone(struct store_txn *txn)
{
    assert_int_equal(txn_delete(txn, DB_FEED, keys_change(change_of(txn))), ERR_OK);
}

static void a_place_of_another_report(struct store_txn *txn)
{
    struct store_key other = keys_report(&district);
    record_encode_bytes(keys_span(&other), txn_record(txn));
    assert_int_equal(txn_put_record(txn, DB_FEED, keys_change(change_of(txn))), ERR_OK);
}

static void a_second_place(struct store_txn *txn)
{
    struct store_key place = keys_report(&commune);
    assert_true(feed_move(txn, &place, 0) > 0);
}

static void a_notice_without_its_place(struct store_txn *txn)
{
    struct notice_key key = {.report = commune, .type = NOTICE_RETURNED, .author = 64};
    assert_int_equal(store_put_notice(txn, &key, (struct span){0}), ERR_OK);
    assert_int_equal(txn_delete(txn, DB_FEED, keys_change(store_notice_change(txn, &key))), ERR_OK);
}

static const struct damage {
    const char *name;
    void (*plant)(struct store_txn *);
    const char *words; /* of the log */
} damages[] = {
    {"a wrong total", a_wrong_total, "the total of actual 2024-S1 of 631 Huyện Suối Trong"},
    {"a figure too many", a_figure_too_many, "the total of actual 2024-S1 of 631"},
    {"a total that is gone", a_total_that_is_gone, "the total of actual 2024-S1 of 631"},
    {"a total that does not decode", a_total_that_does_not_decode, "the total of"},
    {"a total of a leaf", a_total_of_a_leaf, "the total of actual 2024-S1 of 23857"},
    {"a total of another label", a_total_of_another_label, "the total of actual 2024-S2 of 631"},
    {"a total of a year without reports", a_total_of_a_year_without_reports, "without reports"},
    {"a total of a kind without reports", a_total_of_a_kind_without_reports, "of plan 2023-S1"},
    {"a total of an unknown unit", a_total_of_an_unknown_unit, "unit 4711"},
    {"a total of an unknown form", a_total_of_an_unknown_form, "form ?"},
    {"a wrong digest", a_wrong_digest, "the digest of actual 2024-S1 of 64"},
    {"a wrong digest of a leaf", a_wrong_digest_of_a_leaf, "the digest of actual 2024-S1 of 23857"},
    {"a wrong count", a_wrong_count, "the digest of actual 2024-S1 of 631"},
    {"a bucket that is gone", a_bucket_that_is_gone, "the digest of actual 2024-S1 of 23857"},
    {"a wrong head digest", a_wrong_head_digest,
     "the digest of a report of actual 2024-S1 of 23857"},
    {"other states", other_states, "the digest of a report"},
    {"another counting revision", another_counting_revision, "the total of"},
    {"another content digest", another_content_digest, "the digest of a report"},
    {"another filing", another_filing, "the total of actual 2024-S1 of 631"},
    {"a filing that does not open", a_filing_that_does_not_open, "does not read"},
    {"a revision that is gone", a_revision_that_is_gone, "does not read"},
    {"a latest revision that is gone", a_latest_revision_that_is_gone,
     "the latest revision of a report of actual 2024-S1 of 23857"},
    {"a place that is gone", a_place_that_is_gone,
     "the place in the feed of actual 2024-S1 of 23857"},
    {"a place of another report", a_place_of_another_report, "the place in the feed of"},
    {"a second place", a_second_place, "the feed has 7 places for 6 reports and 0 notices"},
    {"a notice without its place", a_notice_without_its_place, "the place in the feed of a notice"},
};

/* Every kind of damage is found and named; verify itself repairs nothing. */
static void test_damage_is_found(void **state)
{
    (void)state;
    size_t missed = 0;
    for (size_t i = 0; i < LENGTH(damages); i++) {
        struct rig *rig = NULL;
        bool is_unknown;
        (void)rig_setup_root((void **)&rig);
        file_base(rig);
        struct store_txn *txn = store_begin_write(rig->store);
        damages[i].plant(txn);
        assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
        size_t found = verify(rig);
        bool is_named = strstr(rig_log, damages[i].words) != NULL;
        bool is_found_again = verify(rig) == found;
        (void)rig_teardown((void **)&rig);
        if (found > 0 && is_named && is_found_again)
            continue;
        print_error("%s is not found, or not named: %s\n", damages[i].name, rig_log);
        missed++;
    }
    assert_int_equal(missed, 0);
}

/* A digest out of nowhere is damage too: every hello would find it to differ, for ever. */
static void test_a_bucket_without_reports(void **state)
{
    struct rig *rig = *state;
    bool is_unknown;
    file_base(rig);
    struct store_txn *txn = store_begin_write(rig->store);
    put_bucket(txn, 2019, 64, 1);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    assert_true(verify(rig) > 0);
    assert_logged("2019-S1");
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_clean),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty, rig_teardown),
        ROOT_TEST(test_read_only),
        ROOT_TEST(test_while_rebuilding),
        cmocka_unit_test(test_damage_is_found),
        ROOT_TEST(test_a_bucket_without_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
