/* Roll-ups: what a report adds climbs the tree as a difference, and taken back it restores the
 * bytes. Figures are written out by hand; the whole is held against verify at each step. */
#include "node/rollup.h"
#include "unit/node/draft.h"
#include "unit/node/dump.h"

/* One figure that a unit's roll-up must hold; units 0: none. */
struct expected {
    const char *period;
    uint32_t unit, indicator;
    int64_t value;
    uint32_t units;
};

static struct figure figure_at(struct rig *rig, const struct expected *row)
{
    struct figures figures = {0};
    struct figure found = {0};
    const struct draft about = {
        .period = row->period, .unit = row->unit, .form = row->indicator == 20 ? 2 : 1};
    struct report_key key = draft_key(&about);
    struct store_txn *txn = store_begin_read(rig->store);
    rollup_of(rig->node, txn, &key, NULL, &figures);
    if (figures_find(&figures, row->indicator) != NULL)
        found = *figures_find(&figures, row->indicator);
    assert_int_equal(store_error(txn), ERR_OK);
    store_abort(&txn);
    figures_fini(&figures);
    return found;
}

static void assert_figures(struct rig *rig, const struct expected *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct figure figure = figure_at(rig, &rows[i]);
        if (figure_unit_count(&figure) != rows[i].units || (int64_t)figure.value != rows[i].value)
            fail_msg("%s of unit %u, indicator %u: %lld of %u units, should be %lld of %u",
                     rows[i].period, rows[i].unit, rows[i].indicator, (long long)figure.value,
                     figure_unit_count(&figure), (long long)rows[i].value, rows[i].units);
    }
    assert_verifies(rig);
}

#define ASSERT_FIGURES(rig, ...)                                                                   \
    assert_figures(rig, (const struct expected[]){__VA_ARGS__},                                    \
                   LENGTH(((const struct expected[]){__VA_ARGS__})))

static const struct draft base[] = {
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(6, 100), EXACT(8, 7))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(6, 200), EXACT(8, 9))},
    {.period = "2024", .unit = 23860, CELLS(EXACT(1, 50), EXACT(6, 210))},
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 3), EXACT(14, 40))},
    {.period = "2024-S2", .unit = 23888, .form = 2, CELLS(EXACT(20, 5))},
    {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1), EXACT(9, 4))},
};

static void file_base(struct rig *rig)
{
    for (size_t i = 0; i < LENGTH(base); i++)
        assert_int_equal(file_ok(rig, &base[i]), 1);
}

/* ---- climbing ---- */

/* A commune's report is in its district and its province a moment later, under every label that it
 * says something of, and nowhere else. */
static void test_a_report_climbs(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    ASSERT_FIGURES(rig, {"2024-S1", 23857, 1, 10, 1}, {"2024-S1", 631, 1, 31, 3},
                   {"2024-S1", 64, 1, 34, 4}, {"2024-S1", 632, 1, 3, 1},
                   {"2024-S1", 23863, 1, 0, 0}, {"2024-S1", 64, 6, 300, 2},
                   {"2024-S1", 64, 8, 9, 2}, {"2024-S1", 64, 9, 4, 1}, {"2024-S1", 64, 14, 40, 1},
                   {"2024-S2", 23860, 1, 30, 1}, {"2024-S2", 64, 1, 30, 1},
                   {"2024-S2", 64, 6, 210, 1}, {"2024", 64, 1, 64, 4}, {"2024", 64, 6, 310, 2},
                   {"2024-S2", 64, 20, 5, 1}, {"2024", 64, 20, 5, 1}, {"2024-S1", 64, 20, 0, 0},
                   {"2023-S1", 64, 1, 0, 0}, {"2025-S1", 64, 1, 0, 0});
    struct figure year = figure_at(rig, &(const struct expected){"2024", 64, 1, 0, 0});
    assert_int_equal(year.partial_count, 3);
    struct figure second = figure_at(rig, &(const struct expected){"2024-S2", 64, 1, 0, 0});
    assert_int_equal(second.implied_count, 1);
}

/* Contents of every nature and qualifier: what a report can bring in and must take out again. */
static const struct draft comings[] = {
    {.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, 5))},
    {.period = "2024-S1", .unit = 23863, CELLS(EXACT(6, 0))},
    {.period = "2024-S2", .unit = 23863, CELLS(EXACT(13, -250))},
    {.period = "2024", .unit = 23863, CELLS(EXACT(8, 7), EXACT(14, 40))},
    {.period = "2024", .unit = 23863, CELLS(EXACT(8, 1000), EXACT(14, 1))},
    {.period = "2024-S1", .unit = 23863, CELLS({1, QUALIFIER_AT_LEAST, 28, 0})},
    {.period = "2024-S1", .unit = 23863, CELLS({1, QUALIFIER_AT_MOST, 400, 0})},
    {.period = "2024-S1", .unit = 23863, CELLS({1, QUALIFIER_ABOUT, 100, 0})},
    {.period = "2024-S1", .unit = 23863, CELLS({7, QUALIFIER_RANGE, 756, 800})},
    {.period = "2024-S1", .unit = 23863, CELLS(EXACT(1, INT64_MAX), EXACT(2, INT64_MAX))},
    {.period = "2024-S1", .unit = 23863},
    {.period = "2024", .unit = 23860, .based_on = 1, CELLS(EXACT(1, 5), EXACT(6, 1))},
    {.period = "2024-S2", .unit = 23888, .form = 2, .based_on = 1, CELLS(EXACT(20, 0))},
    {.period = "2024-S1",
     .unit = 631,
     .scope = SCOPE_WHOLE,
     .based_on = 1,
     CELLS(EXACT(1, 99), EXACT(9, 9))},
    {.period = "2024", .unit = 64, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 999))},
    {.period = "2024-S1", .unit = 64, CELLS(EXACT(1, 2))},
};

/* The report that puts things back as they were: what was filed before, or a withdrawal. */
static void take_back(struct rig *rig, const struct draft *coming, uint64_t revision)
{
    struct draft back = {
        .period = coming->period, .unit = coming->unit, .form = coming->form, .is_withdrawn = true};
    for (size_t i = 0; i < LENGTH(base) && coming->based_on != 0; i++)
        if (base[i].unit == coming->unit && strcmp(base[i].period, coming->period) == 0)
            back = base[i];
    back.based_on = revision;
    back.may_drop_cells = true;
    assert_int_equal(file_ok(rig, &back), revision + 1);
}

/* Added, replaced and taken back, every kind of content leaves the bytes that were there before. */
static void test_taking_back_restores_the_bytes(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    char *before = dump_totals(rig, false);
    for (size_t i = 0; i < LENGTH(comings); i++) {
        struct draft coming = comings[i];
        struct head head = head_of(rig, &coming);
        coming.based_on = head.revision;
        coming.may_drop_cells = true;
        uint64_t revision = file_ok(rig, &coming);
        assert_verifies(rig);
        take_back(rig, &comings[i], revision);
        char *after = dump_totals(rig, false);
        if (strcmp(before, after) != 0)
            fail_msg("coming %zu is not taken back: %s\nbefore: %s", i, after, before);
        free(after);
    }
    free(before);
    assert_verifies(rig);
}

/* The last content decides, not the way to it: two nodes that got the same reports in opposite
 * order, one of them with a mistake in between, hold the same bytes. */
static void test_the_way_does_not_matter(void **state)
{
    struct rig *rig = *state;
    struct rig *other = NULL;
    assert_int_equal(rig_setup_root((void **)&other), 0);
    file_base(rig);
    for (size_t i = LENGTH(base); i-- > 0;) {
        struct draft mistake = {.period = base[i].period,
                                .unit = base[i].unit,
                                .form = base[i].form,
                                .scope = i % 2 == 0 ? SCOPE_WHOLE : SCOPE_OWN};
        struct draft right = base[i];
        uint64_t revision = file_ok(other, &mistake);
        right.based_on = revision;
        file_ok(other, &right);
    }
    char *one = dump_totals(rig, false);
    char *two = dump_totals(other, false);
    assert_string_equal(one, two);
    free(one);
    free(two);
    (void)rig_teardown((void **)&other);
    log_set_sink(rig_log_line);
}

/* A plan is not an actual figure. */
static void test_kinds_are_apart(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 70))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 10, 1});
}

/* A node's totals end at its own unit: of what lies above it computes nothing. */
static void test_climbing_ends_at_the_node(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 5))));
    ASSERT_FIGURES(rig, {"2024-S1", 631, 1, 15, 2}, {"2024", 631, 1, 15, 2});
    struct store_txn *txn = store_begin_read(rig->store);
    struct report_key key = {0};
    struct bucket bucket = {0};
    struct span bytes;
    while (store_next_below(txn, &key, &bytes))
        assert_int_equal(key.unit, 631);
    assert_false(store_next_bucket(txn, 64, &bucket));
    store_abort(&txn);
}

/* ---- whole reports ---- */

/* A whole report stands for the unit and everything beneath it: nothing else is added, what comes
 * beneath it meanwhile waits, and shows when it is withdrawn. */
static void test_a_whole_report_covers(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    assert_int_equal(
        file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .scope = SCOPE_WHOLE, .based_on = 1,
                           .may_drop_cells = true, CELLS(EXACT(1, 500), EXACT(10, 6)))),
        2);
    ASSERT_FIGURES(rig, {"2024-S1", 631, 1, 500, 1}, {"2024-S1", 64, 1, 503, 2},
                   {"2024-S1", 64, 10, 6, 1}, {"2024-S1", 64, 6, 0, 0}, {"2024-S1", 64, 9, 0, 0},
                   {"2024-S1", 23857, 1, 10, 1},
                   /* A lone whole half is no part of the year. */
                   {"2024", 631, 1, 60, 2}, {"2024", 64, 1, 63, 3});
    assert_int_equal(file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1,
                                        .may_drop_cells = true, CELLS(EXACT(1, 11)))),
                     2);
    ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 503, 2}, {"2024", 631, 1, 61, 2});
    assert_int_equal(
        file_ok(rig, DRAFT(.period = "2024-S1", .unit = 631, .based_on = 2, .is_withdrawn = true)),
        3);
    ASSERT_FIGURES(rig, {"2024-S1", 631, 1, 31, 2}, {"2024-S1", 64, 1, 34, 3},
                   {"2024-S1", 64, 6, 200, 1}, {"2024-S1", 64, 10, 0, 0});
}

/* Withdrawn, a report covers nothing any more, whatever the withdrawal says of its scope: neither
 * its own label nor, with another one, the third. */
static void test_a_withdrawn_report_covers_nothing(void **state)
{
    static const uint8_t scopes[] = {SCOPE_OWN, SCOPE_WHOLE};
    struct rig *rig = *state;
    file_base(rig);
    char *before = dump_totals(rig, false);
    for (size_t i = 0; i < LENGTH(scopes); i++) {
        static const char *const halves[] = {"2024-S1", "2024-S2"};
        uint64_t revisions[LENGTH(halves)];
        for (size_t h = 0; h < LENGTH(halves); h++)
            revisions[h] = file_ok(rig, DRAFT(.period = halves[h], .unit = 632, .based_on = 2 * i,
                                              .scope = SCOPE_WHOLE, CELLS(EXACT(1, 30))));
        ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 61, 4}, {"2024", 632, 1, 60, 1});
        for (size_t h = 0; h < LENGTH(halves); h++)
            file_ok(rig, DRAFT(.period = halves[h], .unit = 632, .based_on = revisions[h],
                               .scope = scopes[i], .is_withdrawn = true));
        ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 34, 4}, {"2024", 632, 1, 3, 1});
        char *after = dump_totals(rig, false);
        assert_string_equal(after, before);
        free(after);
    }
    free(before);
}

/* A nil report can be whole: then there is nothing, whatever lies beneath. */
static void test_a_whole_nil_report_covers(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE));
    ASSERT_FIGURES(rig, {"2024-S1", 632, 1, 0, 0}, {"2024-S1", 64, 1, 31, 3},
                   {"2024-S1", 64, 14, 0, 0}, {"2024", 64, 1, 64, 4});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 632, .based_on = 1, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 34, 4}, {"2024-S1", 64, 14, 40, 1});
}

/* The year is covered also by both halves filed whole, the second half also by a whole year with a
 * whole first half. */
static void test_two_whole_reports_cover_the_third(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    file_ok(rig,
            DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 30))));
    ASSERT_FIGURES(rig, {"2024-S1", 632, 1, 30, 1}, {"2024", 632, 1, 3, 1});
    file_ok(rig,
            DRAFT(.period = "2024-S2", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 40))));
    ASSERT_FIGURES(rig, {"2024-S2", 632, 1, 40, 1}, {"2024", 632, 1, 70, 1});
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 632, .based_on = 1, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S2", 632, 1, 0, 0}, {"2024", 632, 1, 3, 1});
    file_ok(rig, DRAFT(.period = "2024", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 100))));
    ASSERT_FIGURES(rig, {"2024-S2", 632, 1, 70, 1}, {"2024", 632, 1, 100, 1},
                   {"2024", 64, 1, 161, 4});
}

/* A whole report above a whole report: the upper one stands, the lower one shows again when it
 * goes.
 */
static void test_whole_reports_on_two_levels(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    char *before = dump_totals(rig, false);
    file_ok(rig, DRAFT(.period = "2024", .unit = 64, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 1000))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 100))));
    ASSERT_FIGURES(rig, {"2024", 632, 1, 100, 1}, {"2024", 64, 1, 1000, 1});
    file_ok(rig, DRAFT(.period = "2024", .unit = 64, .based_on = 1, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024", 64, 1, 161, 4});
    file_ok(rig, DRAFT(.period = "2024", .unit = 632, .based_on = 1, .is_withdrawn = true));
    char *after = dump_totals(rig, false);
    assert_string_equal(before, after);
    free(before);
    free(after);
}

/* ---- extremes ---- */

static void file_rate(struct rig *rig, uint32_t unit, int64_t most, int64_t least)
{
    struct draft draft = {.period = "2024-S1", .unit = unit, CELLS(EXACT(8, 0), EXACT(14, 0))};
    const struct cell cells[] = {EXACT(8, most), EXACT(14, least)};
    draft.cells = cells;
    draft.based_on = head_of(rig, &draft).revision;
    file_ok(rig, &draft);
}

/* An extreme that goes away is looked for again among those that are left, on each level. */
static void test_extremes_are_found_again(void **state)
{
    struct rig *rig = *state;
    file_rate(rig, 23857, 100, 50);
    file_rate(rig, 23860, 200, 40);
    file_rate(rig, 23863, 150, 60);
    file_rate(rig, 23887, 180, 45);
    ASSERT_FIGURES(rig, {"2024-S1", 631, 8, 200, 3}, {"2024-S1", 64, 8, 200, 4},
                   {"2024-S1", 631, 14, 40, 3}, {"2024-S1", 64, 14, 40, 4},
                   {"2024", 64, 8, 200, 4});
    file_rate(rig, 23860, 10, 70); /* no longer the extreme of either */
    ASSERT_FIGURES(rig, {"2024-S1", 631, 8, 150, 3}, {"2024-S1", 64, 8, 180, 4},
                   {"2024-S1", 631, 14, 50, 3}, {"2024-S1", 64, 14, 45, 4},
                   {"2024", 64, 8, 180, 4});
    file_rate(rig, 23860, 180, 45); /* the same as another unit's */
    file_rate(rig, 23887, 1, 99);
    ASSERT_FIGURES(rig, {"2024-S1", 64, 8, 180, 4}, {"2024-S1", 64, 14, 45, 4});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, .based_on = 3, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S1", 64, 8, 150, 3}, {"2024-S1", 64, 14, 50, 3});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, .is_withdrawn = true));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23863, .based_on = 1, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S1", 631, 8, 0, 0}, {"2024-S1", 64, 8, 1, 1},
                   {"2024-S1", 64, 14, 99, 1});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .based_on = 2, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S1", 64, 8, 0, 0}, {"2024", 64, 14, 0, 0});
}

/* A unit's own extreme is one among those beneath it. */
static void test_extremes_of_a_unit_with_children(void **state)
{
    struct rig *rig = *state;
    file_rate(rig, 23857, 100, 50);
    file_rate(rig, 631, 300, 10);
    ASSERT_FIGURES(rig, {"2024-S1", 631, 8, 300, 2}, {"2024-S1", 64, 14, 10, 2});
    file_rate(rig, 631, 20, 90);
    ASSERT_FIGURES(rig, {"2024-S1", 631, 8, 100, 2}, {"2024-S1", 64, 14, 50, 2});
}

/* ---- trees ---- */

/* 23899 ended on 30 September 2024 and went into 23888: in the first half it stands in its
 * district, in the second half and the year under its successor, with its flows alone. */
static void test_a_unit_that_ended(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23899,
                       CELLS(EXACT(1, 5), EXACT(6, 70), EXACT(8, 900), EXACT(14, 2))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23888, CELLS(EXACT(1, 10), EXACT(6, 80))));
    ASSERT_FIGURES(rig, {"2024-S1", 23888, 1, 10, 1}, {"2024-S1", 632, 1, 15, 2},
                   {"2024-S1", 632, 6, 150, 2}, {"2024-S1", 64, 8, 900, 1},
                   {"2024-S1", 64, 14, 2, 1}, {"2024", 23888, 1, 15, 2}, {"2024", 64, 1, 15, 2},
                   {"2024", 64, 6, 80, 1}, {"2024", 64, 8, 0, 0}, {"2024", 64, 14, 0, 0});
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23899, CELLS(EXACT(1, 3), EXACT(6, 71))));
    ASSERT_FIGURES(rig, {"2024-S2", 23899, 1, 3, 1}, {"2024-S2", 23899, 6, 0, 0},
                   {"2024-S2", 23888, 1, 3, 1}, {"2024-S2", 632, 1, 3, 1}, {"2024-S2", 64, 6, 0, 0},
                   {"2024", 23888, 1, 18, 2}, {"2024", 64, 6, 80, 1});
    /* Its successor's whole year stands for it too; the first half is left alone. */
    file_ok(rig, DRAFT(.period = "2024", .unit = 23888, .scope = SCOPE_WHOLE,
                       CELLS(EXACT(1, 100), EXACT(6, 160))));
    ASSERT_FIGURES(rig, {"2024", 64, 1, 100, 1}, {"2024", 64, 6, 160, 1},
                   {"2024-S1", 64, 1, 15, 2});
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23899, .based_on = 1, .is_withdrawn = true));
    ASSERT_FIGURES(rig, {"2024-S1", 64, 1, 10, 1}, {"2024-S1", 64, 8, 0, 0});
}

/* ---- digests ---- */

/* A unit's bucket is the sum of the states of all keys beneath it, each counted once, whatever
 * became of them. */
static void test_digests_climb(void **state)
{
    struct rig *rig = *state;
    file_base(rig);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 1, .is_withdrawn = true));
    static const uint32_t path[] = {23857, 631, 64};
    static const struct {
        size_t base[4], count;
    } parts[] = {{{0}, 1}, {{0, 1, 5}, 3}, {{0, 1, 3, 5}, 4}};
    for (size_t i = 0; i < LENGTH(path); i++) {
        uint8_t sum[WIRE_DIGEST_SIZE] = {0};
        struct bucket bucket;
        for (size_t p = 0; p < parts[i].count; p++)
            digest_add(sum, head_of(rig, &base[parts[i].base[p]]).state_digest);
        struct store_txn *txn = store_begin_read(rig->store);
        const struct period period = {2024, PERIOD_S1};
        assert_int_equal(store_get_bucket(txn, KIND_ACTUAL, period, path[i], &bucket), ERR_OK);
        store_abort(&txn);
        assert_int_equal(bucket.count, parts[i].count);
        assert_memory_equal(bucket.digest, sum, sizeof(sum));
    }
    uint8_t digest[WIRE_DIGEST_SIZE];
    struct head head = head_of(rig, &base[0]);
    struct digest_state held = {.key = draft_key(&base[0]),
                                .latest = {.number = 2, .states = STATE_ACCEPTED},
                                .received = head.received,
                                .first_filed = head.first_filed};
    memcpy(held.latest.content, head.content, sizeof(held.latest.content));
    digest_of_state(&held, digest);
    assert_memory_equal(head.state_digest, digest, sizeof(digest));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_a_report_climbs),
        ROOT_TEST(test_taking_back_restores_the_bytes),
        ROOT_TEST(test_the_way_does_not_matter),
        ROOT_TEST(test_kinds_are_apart),
        DISTRICT_TEST(test_climbing_ends_at_the_node),
        ROOT_TEST(test_a_whole_report_covers),
        ROOT_TEST(test_a_withdrawn_report_covers_nothing),
        ROOT_TEST(test_a_whole_nil_report_covers),
        ROOT_TEST(test_two_whole_reports_cover_the_third),
        ROOT_TEST(test_whole_reports_on_two_levels),
        ROOT_TEST(test_extremes_are_found_again),
        ROOT_TEST(test_extremes_of_a_unit_with_children),
        ROOT_TEST(test_a_unit_that_ended),
        ROOT_TEST(test_digests_climb),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
