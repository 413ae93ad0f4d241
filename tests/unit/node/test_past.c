/* The story of a figure is told from revisions alone; what totals said at the time is another
 * computation. The two must agree at every moment, for every figure, unit, label and span, with
 * communes that stood elsewhere in years before. */
#include <inttypes.h>

#include "unit/node/property_draw.h"
#include "unit/node/state.h"
#include "unit/node/table.h"
#include "unit/node/told.h"

enum { EVENTS = 120, FROM_STEP = 24, UNITS = 5, ASKED = 5, INDICATORS_MAX = 24 };

static const char *const periods[] = {"2024-S1", "2024-S2", "2024",    "2024-S1",
                                      "2023",    "2023-S2", "2022-S1", "2022"};
static const struct {
    const char *from, *period;
} asked[ASKED] = {
    {"", "2024-S1"}, {"", "2024-S2"}, {"", "2024"}, {"2022", "2024"}, {"2022", "2023"}};
static const char *const asked_units[UNITS] = {"64", "631", "632", "23857", "23863"};

static struct date day_of(uint16_t year, uint8_t month, uint8_t day)
{
    struct date date;
    assert_int_equal(date_make(year, month, day, &date), ERR_OK);
    return date;
}

/* The sample, where communes are counted by what they report, districts by how many of those they
 * have, provinces by these, and communes change their district; and one check, which fails often.
 */
static void install(struct rig *rig, bool is_by_hand)
{
    Tonghop__Catalogue *catalogue = edit_begin(1);
    Tonghop__Indicator *count = edit_indicator(catalogue, 12);
    Tonghop__Indicator *checked = edit_indicator(catalogue, 2);
    edit_text(&count->rule, "= count@commune(model.registered > 0 and model.recognised >= 4)");
    edit_text(&edit_indicator(catalogue, 11)->rule, "count@district(org.xa >= 2)");
    edit_text(&edit_indicator(catalogue, 5)->rule, "count@province(dialogue.total >= 2)");
    edit_move(catalogue, 23863, day_of(2024, 1, 1), 632);
    edit_move(catalogue, 23860, day_of(2023, 1, 1), 632);
    checked->checks = mem_strdup("warn: <= model.registered");
    catalogue->forms[0]->accepted_by_hand = is_by_hand;
    rig_install_edited(rig, catalogue);
}

static int setup(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    install(*state, false);
    rig_hello(*state, from_local(), 0);
    return result;
}

static int setup_by_hand(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    install(*state, true);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define PAST_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)
#define BY_HAND_TEST(function)                                                                     \
    cmocka_unit_test_setup_teardown(function, setup_by_hand, rig_teardown)

/* ---- chance ---- */

/* Any report of the year: filed, corrected, with other cells, withdrawn. */
static void file_any(struct rig *rig, uint64_t *seed)
{
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23887, 23888, 23899};
    static const uint32_t entered[] = {1, 2, 6, 7, 8, 13, 14};
    struct cell cells[LENGTH(entered) + 1];
    struct draft draft = {.cells = cells, .may_drop_cells = true};
    draft.unit = units[pick(seed, LENGTH(units))];
    draft.period = draft.unit == 23899 ? periods[3 + pick(seed, LENGTH(periods) - 3)]
                                       : periods[pick(seed, LENGTH(periods))];
    draft.form = pick(seed, 8) == 0 && draft.unit > 1000 ? 2 : 1;
    draft.scope = draft.unit < 1000 && pick(seed, 3) == 0 ? SCOPE_WHOLE : SCOPE_OWN;
    draft.based_on = head_of(rig, &draft).revision;
    draft.source = draft.scope == SCOPE_WHOLE && pick(seed, 2) == 0 ? "Niên giám" : NULL;
    draft.is_withdrawn = draft.based_on > 0 && pick(seed, 6) == 0;
    for (size_t i = 0; i < LENGTH(entered) && !draft.is_withdrawn && draft.form == 1; i++) {
        struct cell cell = {entered[i], QUALIFIER_EXACT, (int64_t)pick(seed, 9), 0};
        if (pick(seed, 4) == 0)
            cell.qualifier = (uint8_t)(QUALIFIER_EXACT + pick(seed, QUALIFIER_COUNT - 1));
        if (cell.qualifier == QUALIFIER_RANGE)
            cell.upper = cell.value + 3;
        if (pick(seed, 3) > 0)
            cells[draft.cell_count++] = cell;
    }
    (void)file_as(rig, from_local(), &draft); /* it may be no change at all */
}

/* ---- what totals say ---- */

/* A value in bytes, without the checks that it fails, which a story does not tell. */
struct said {
    uint8_t bytes[256];
    size_t len;
};

static void say(const Tonghop__Value *value, struct said *ret)
{
    Tonghop__Value plain = *value;
    plain.n_failed_checks = 0;
    ret->len = tonghop__value__get_packed_size(&plain);
    assert_true(ret->len <= sizeof(ret->bytes));
    assert_int_equal(tonghop__value__pack(&plain, ret->bytes), ret->len);
}

static bool is_same(const struct said *a, const struct said *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

struct record {
    size_t indicator_count;
    char indicators[INDICATORS_MAX][64];
    int64_t at_us[EVENTS + 1]; /* of the event; 0 before all */
    struct said said[EVENTS + 1][UNITS][ASKED][INDICATORS_MAX];
};

static void record_totals(struct rig *rig, size_t event, struct record *record)
{
    for (size_t unit = 0; unit < UNITS; unit++) {
        for (size_t a = 0; a < ASKED; a++) {
            const Tonghop__Totals *totals =
                table_of(rig, TABLE(.from = asked[a].from, .period = asked[a].period,
                                    .unit = asked_units[unit]));
            assert_true(totals->n_indicators <= INDICATORS_MAX);
            for (size_t i = 0; i < totals->n_indicators; i++) {
                size_t at = 0;
                while (at < record->indicator_count &&
                       strcmp(record->indicators[at], totals->indicators[i]->code) != 0)
                    at++;
                if (at == record->indicator_count)
                    (void)snprintf(record->indicators[record->indicator_count++],
                                   sizeof(record->indicators[at]), "%s",
                                   totals->indicators[i]->code);
                say(totals->units[0]->values[i], &record->said[event][unit][a][at]);
            }
        }
    }
}

/* ---- the comparison ---- */

struct spot {
    size_t unit, asked, indicator;
};

static const struct said *said_at(const struct record *record, size_t event,
                                  const struct spot *spot)
{
    return &record->said[event][spot->unit][spot->asked][spot->indicator];
}

/* From the moment of event `from` on (0: before all), every step is what totals said after it, and
 * no step that changed what people see is left out. Returns how many steps are told. */
static size_t compare_story(struct rig *rig, const struct record *record, size_t from,
                            const struct spot *spot)
{
    char since[INSTANT_TEXT_SIZE];
    (void)instant_format((struct instant){record->at_us[from]}, since);
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = asked[spot->asked].period, .from = asked[spot->asked].from,
                          .unit = asked_units[spot->unit],
                          .indicator = record->indicators[spot->indicator], .since = since));
    struct said said;
    size_t at = 0;
    assert_int_equal(told->before->n_failed_checks, 0);
    say(told->before, &said);
    for (size_t event = from; event <= EVENTS; event++) {
        const struct said *now = said_at(record, event, spot);
        if (event > from && at < told->n_changes &&
            told->changes[at]->received_us == record->at_us[event])
            say(told->changes[at++]->total, &said);
        if (!is_same(&said, now))
            fail_msg("%s of %s, %s-%s, since event %zu: after event %zu the story is another one",
                     record->indicators[spot->indicator], asked_units[spot->unit],
                     asked[spot->asked].from, asked[spot->asked].period, from, event);
    }
    assert_int_equal(at, told->n_changes);
    return at;
}

/* Every figure's story, from several moments on: entered ones of each nature, the greatest, the
 * least, ratios, sums and counts. */
static void test_stories_are_what_totals_said(void **state)
{
    struct rig *rig = *state;
    size_t steps = 0;
    struct record *record = mem_calloc(1, sizeof(*record));
    uint64_t seed = 2024;
    record_totals(rig, 0, record);
    for (size_t event = 1; event <= EVENTS; event++) {
        rig->now.us += INT64_C(1000000);
        record->at_us[event] = rig->now.us;
        file_any(rig, &seed);
        record_totals(rig, event, record);
    }
    assert_true(record->indicator_count > 10);
    for (size_t from = 0; from <= EVENTS; from += FROM_STEP)
        for (size_t unit = 0; unit < UNITS; unit++)
            for (size_t a = 0; a < ASKED; a++)
                for (size_t i = 0; i < record->indicator_count; i++)
                    steps += compare_story(rig, record, from, &(struct spot){unit, a, i});
    assert_true(steps > 1000);
    free(record);
}

/* Somebody accepts or returns a revision of any report; most are not there, and that is no matter.
 */
static void mark_any(struct rig *rig, uint64_t *seed)
{
    static const uint32_t units[] = {631, 632, 23857, 23860, 23887, 23888};
    const struct draft like = {.unit = units[pick(seed, LENGTH(units))],
                               .period = periods[pick(seed, LENGTH(periods))]};
    struct report_key key = draft_key(&like);
    uint64_t latest = head_of(rig, &like).revision;
    uint64_t revision = latest > 1 && pick(seed, 4) == 0 ? latest - 1 : latest;
    uint32_t bit = pick(seed, 3) == 0 ? STATE_RETURNED : STATE_ACCEPTED;
    if (latest > 0) /* nothing is returned twice */
        (void)ask_mark(rig, from_local(), &key, revision, bit);
}

/* Returns how many returned revisions the story tells. */
static size_t compare_end(struct rig *rig, const struct record *record, const struct spot *spot)
{
    size_t returned = 0;
    struct said last, total;
    const Tonghop__Explanation *told =
        told_ok(rig, TOLD(.period = asked[spot->asked].period, .from = asked[spot->asked].from,
                          .unit = asked_units[spot->unit],
                          .indicator = record->indicators[spot->indicator], .since = "2000-01-01"));
    size_t count = told->n_changes;
    assert_int_equal(shown(told->before) > 0, false);
    say(count > 0 ? told->changes[count - 1]->total : told->before, &last);
    say(told->total, &total);
    if (!is_same(&last, &total))
        fail_msg("%s of %s, %s-%s: the story ends with another total",
                 record->indicators[spot->indicator], asked_units[spot->unit],
                 asked[spot->asked].from, asked[spot->asked].period);
    for (size_t i = 0; i < count; i++)
        returned += told->changes[i]->returned ? 1 : 0;
    return returned;
}

/* When revisions were accepted or returned is not recorded, so the middle of a story may differ
 * from what totals said then. Its end may not. */
static void test_stories_end_with_the_total(void **state)
{
    struct rig *rig = *state;
    struct record *record = mem_calloc(1, sizeof(*record));
    uint64_t seed = 7;
    size_t returned = 0;
    for (size_t event = 0; event < 2 * EVENTS; event++) {
        rig->now.us += INT64_C(1000000);
        file_any(rig, &seed);
        mark_any(rig, &seed);
        mark_any(rig, &seed);
    }
    record_totals(rig, 0, record);
    for (size_t unit = 0; unit < UNITS; unit++)
        for (size_t a = 0; a < ASKED; a++)
            for (size_t i = 0; i < record->indicator_count; i++)
                returned += compare_end(rig, record, &(struct spot){unit, a, i});
    assert_true(returned > 20);
    free(record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAST_TEST(test_stories_are_what_totals_said),
        BY_HAND_TEST(test_stories_end_with_the_total),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
