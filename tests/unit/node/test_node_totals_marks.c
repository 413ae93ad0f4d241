/* What a reader has to know to trust a figure: filed before the period ended, a baseline of another
 * source, made of other units, not passing a check of the catalogue. */
#include "unit/node/table.h"

enum { NODE_631 = 1 };

#define MARK_TEST(function) ROOT_TEST(function)
#define REGISTERED          .indicators = {"model.registered"}

/* The first instant of a day in Viet Nam. */
static struct instant day_begin(int year, int month, int day)
{
    struct date date;
    assert_int_equal(date_make(year, month, day, &date), ERR_OK);
    return (struct instant){((int64_t)date.days * 24 - 7) * INT64_C(3600000000)};
}

/* ---- early ---- */

/* On the last day of its own window a report is early, on the day after it is not. The days are
 * those of Viet Nam. */
static void test_early_is_before_the_window_has_ended(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period;
        int month, day;
        int64_t us; /* after the day began */
        uint32_t early;
    } rows[] = {
        {"2024-S1", 6, 14, 0, 1},  {"2024-S1", 6, 15, -1, 1}, {"2024-S1", 6, 15, 0, 0},
        {"2024-S2", 12, 14, 0, 1}, {"2024-S2", 12, 15, 0, 0}, {"2024", 6, 15, 0, 1},
        {"2024", 12, 15, -1, 1},   {"2024", 12, 15, 0, 0},    {"2024-S1", 12, 1, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct period period;
        print_message("row %zu: %s\n", i, rows[i].period);
        assert_int_equal(period_parse(rows[i].period, &period), ERR_OK);
        /* Times of receipt never go back, so that each row is of a year of its own. */
        int year = 2024 + (int)i;
        char text[PERIOD_TEXT_SIZE];
        period.year = (uint16_t)year;
        rig->now = day_begin(year, rows[i].month, rows[i].day);
        rig->now.us += rows[i].us;
        file_ok(rig,
                DRAFT(.period = period_format(period, text), .unit = 23857, CELLS(EXACT(1, 10))));
        const Tonghop__Value *value = first_value(rig, TABLE(.period = text, REGISTERED));
        assert_int_equal(value->unit_count, 1);
        assert_int_equal(value->early_count, rows[i].early);
        assert_verifies(rig);
    }
}

/* A year made of halves is early where one of them is, by the half's own window; what is implied
 * for S2 is as early as the year that it is taken from. */
static void test_early_parts(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *indicator;
        uint32_t units, early;
    } rows[] = {
        {"2024-S1", "model.registered", 2, 1}, {"2024-S2", "model.registered", 1, 1},
        {"2024", "model.registered", 2, 1},    {"2024-S1", "model.recognised", 1, 0},
        {"2024", "model.recognised", 1, 0},    {"2024", "model.recognition_rate", 2, 1},
    };
    rig->now = day_begin(2024, 5, 1);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))));
    rig->now = day_begin(2024, 7, 1);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 3))));
    rig->now = day_begin(2024, 12, 1);
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857, CELLS(EXACT(1, 25))));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s %s\n", rows[i].period, rows[i].indicator);
        const Tonghop__Value *value =
            first_value(rig, TABLE(.period = rows[i].period, .indicators = {rows[i].indicator}));
        assert_int_equal(value->unit_count, rows[i].units);
        assert_int_equal(value->early_count, rows[i].early);
    }
    assert_verifies(rig);
}

/* Two homes took in the same report: the later receipt is that of both, and the mark goes or stays
 * with it, whichever comes first. */
static void test_merged_times_change_the_mark(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name;
        int first_month, second_month;
        uint32_t before, after;
    } rows[] = {
        {"early, then late", 6, 7, 1, 0},
        {"late, then early", 7, 6, 0, 0},
        {"both early", 5, 6, 1, 1},
    };
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *const periods[] = {"2022-S1", "2023-S1", "2024-S1"};
        const struct draft draft = {
            .period = periods[i], .unit = 23857, CELLS(EXACT(1, 10), EXACT(8, 3))};
        struct buf filing = {0};
        draft_pack(&draft, &filing);
        print_message("%s\n", rows[i].name);
        for (int nth = 0; nth < 2; nth++) {
            Tonghop__Revision revision;
            Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
            int month = nth == 0 ? rows[i].first_month : rows[i].second_month;
            revision_fill(&draft, (struct wrapper){1, STATE_ACCEPTED}, &filing, &revision);
            revision.received_us = day_begin(2022 + (int)i, month, 1).us;
            revision.first_filed_us = revision.received_us;
            envelope.body_case = BODY(REVISION);
            envelope.revision = &revision;
            assert_body(rig_ask(rig, from_key(NODE_631), &envelope), BODY(ACK));
            const Tonghop__Totals *totals = table_of(
                rig, TABLE(.period = periods[i], .indicators = {"model.registered", "pupil.rate"}));
            uint32_t expected = nth == 0 ? rows[i].before : rows[i].after;
            for (size_t n = 0; n < 2; n++) {
                assert_int_equal(totals->units[0]->values[n]->early_count, expected);
                assert_int_equal(totals->units[0]->values[n]->unit_count, 1);
            }
            assert_verifies(rig);
        }
        buf_fini(&filing);
    }
}

/* ---- baselines ---- */

static void test_baselines(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *from, *period, *unit, *indicator;
        uint32_t units, baselines;
    } rows[] = {
        {"", "2019", "64", "model.registered", 2, 1},
        {"", "2019", "632", "model.registered", 1, 1},
        {"", "2019", "631", "model.registered", 1, 0},
        {"", "2020", "64", "model.registered", 1, 0},
        {"2019", "2020", "64", "model.registered", 3, 1},
        {"", "2019", "64", "model.recognition_rate", 2, 1},
        {"", "2021", "64", "model.registered", 1, 1}, /* of two halves: still one part */
        {"", "2021-S2", "64", "model.registered", 1, 0},
    };
    file_ok(rig, DRAFT(.period = "2019", .unit = 632, .scope = SCOPE_WHOLE, .source = "Sách",
                       CELLS(EXACT(1, 100), EXACT(2, 50))));
    file_ok(rig, DRAFT(.period = "2019", .unit = 23857, CELLS(EXACT(1, 10))));
    file_ok(rig, DRAFT(.period = "2020", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 90))));
    file_ok(rig, DRAFT(.period = "2021-S1", .unit = 632, .scope = SCOPE_WHOLE, .source = "Sách",
                       CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2021-S2", .unit = 632, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 2))));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s %s %s\n", rows[i].period, rows[i].unit, rows[i].indicator);
        const Tonghop__Value *value =
            first_value(rig, TABLE(.from = rows[i].from, .period = rows[i].period,
                                   .unit = rows[i].unit, .indicators = {rows[i].indicator}));
        assert_int_equal(value->unit_count, rows[i].units);
        assert_int_equal(value->baseline_count, rows[i].baselines);
    }
    assert_verifies(rig);
}

/* A unit's own figures have no other source; nothing is taken in. */
static void test_an_own_report_has_no_source(void **state)
{
    struct rig *rig = *state;
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal = assert_refused(
        file_as(rig, from_local(),
                DRAFT(.period = "2019", .unit = 632, .source = "Sách", CELLS(EXACT(1, 100)))),
        "invalid");
    assert_true(refusal->n_problems > 0);
    assert_unchanged(rig, before);
}

/* ---- which units ---- */

static uint64_t set_of(struct rig *rig, const char *period, const char *indicator)
{
    const Tonghop__Value *value =
        first_value(rig, TABLE(.period = period, .indicators = {indicator}));
    assert_true(value->has_value);
    return value->unit_set;
}

/* The same for the same units, whatever they reported and in whatever order; else another one. */
static void test_sets_of_units(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period;
        uint32_t units[2];
        bool is_alike;
    } rows[] = {
        {"2022", {23857, 23860}, true},  {"2023", {23860, 23857}, true},
        {"2021", {23857, 23863}, false}, {"2020", {23857, 0}, false},
        {"2019", {23887, 23888}, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t n = 0; n < 2 && rows[i].units[n] != 0; n++)
            file_ok(rig, DRAFT(.period = rows[i].period, .unit = rows[i].units[n],
                               CELLS(EXACT(1, 10 + (int64_t)(i * n)), EXACT(2, 5))));
    uint64_t set = set_of(rig, "2022", "model.registered");
    uint64_t derived = set_of(rig, "2022", "model.recognition_rate");
    assert_true(set != 0 && derived != 0);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].period);
        assert_true((set_of(rig, rows[i].period, "model.registered") == set) == rows[i].is_alike);
        assert_true((set_of(rig, rows[i].period, "model.recognition_rate") == derived) ==
                    rows[i].is_alike);
    }
    /* Halves that make up a year are of the same unit. */
    file_ok(rig, DRAFT(.period = "2018-S1", .unit = 23857, CELLS(EXACT(1, 1))));
    file_ok(rig, DRAFT(.period = "2018-S2", .unit = 23857, CELLS(EXACT(1, 2))));
    assert_true(set_of(rig, "2018", "model.registered") == set_of(rig, "2020", "model.registered"));
}

/* ---- derived values ---- */

/* A rate has the marks of both operands: of the two, the greater count, and the fewer exact. */
static void test_marks_of_derived_values(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857,
                       CELLS(EXACT(1, 10), {2, QUALIFIER_ABOUT, 5, 0})));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 9))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(1, 15), EXACT(2, 30))));
    const Tonghop__Value *value =
        first_value(rig, TABLE(.period = "2024", .indicators = {"model.recognition_rate"}));
    assert_int_equal(value->qualifier, QUALIFIER_ABOUT);
    assert_int_equal(value->unit_count, 2);
    assert_int_equal(value->exact_count, 1);
    assert_int_equal(value->partial_count, 1);
    value = first_value(rig, TABLE(.period = "2024-S2", .indicators = {"model.recognition_rate"}));
    assert_int_equal(value->implied_count, 1);
    assert_int_equal(value->negative_count, 1); /* 15 - 20 */
}

/* ---- checks ---- */

/* Reports that each pass may fail together; which of the checks do is told where they are made. */
static void test_failed_checks(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *edited = edit_begin(2);
    edit_text(&edit_indicator(edited, 2)->checks, "<= model.registered; warn: <= 3");
    edit_text(&edit_indicator(edited, 6)->checks, "warn: commune in {0,1}");
    rig_install_edited(rig, edited);
    static const struct {
        const char *name;
        struct table table;
        const char *failed;
    } rows[] = {
        {"both",
         {.period = "2024", .indicators = {"model.recognised"}},
         "<= model.registered; warn: <= 3; "},
        {"of a unit that has one operand alone",
         {.period = "2024", .unit = "23860", .indicators = {"model.recognised"}},
         "warn: <= 3; "},
        {"of a unit without the figure",
         {.period = "2024", .unit = "23857", .indicators = {"model.recognised"}},
         ""},
        {"one that has no checks", {.period = "2024", .indicators = {"model.registered"}}, ""},
        {"of a level",
         {.period = "2024", .unit = "23857", .indicators = {"poverty.poor"}},
         "warn: commune in {0,1}; "},
        {"not of the level above",
         {.period = "2024", .unit = "631", .indicators = {"poverty.poor"}},
         ""},
        {"not of a span",
         {.from = "2023", .period = "2024", .indicators = {"model.recognised"}},
         ""},
    };
    file_ok(rig, DRAFT(.period = "2024", .unit = 23857, CELLS(EXACT(1, 4), EXACT(6, 2))));
    file_ok(rig, DRAFT(.period = "2024", .unit = 23860, CELLS(EXACT(2, 5))));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct buf out = {0};
        print_message("%s\n", rows[i].name);
        const Tonghop__Value *value = first_value(rig, &rows[i].table);
        for (size_t n = 0; n < value->n_failed_checks; n++)
            buf_printf(&out, "%s; ", value->failed_checks[n]);
        assert_string_equal(out.data != NULL ? (const char *)out.data : "", rows[i].failed);
        buf_fini(&out);
    }
    const Tonghop__Totals *totals =
        table_of(rig, TABLE(.period = "2024", .by = BY(TYPE), .indicators = {"model.recognised"}));
    assert_int_equal(totals->units[0]->values[0]->n_failed_checks, 2);
    for (size_t row = 1; row < totals->n_units; row++)
        assert_int_equal(totals->units[row]->values[0]->n_failed_checks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MARK_TEST(test_early_is_before_the_window_has_ended),
        MARK_TEST(test_early_parts),
        MARK_TEST(test_merged_times_change_the_mark),
        MARK_TEST(test_baselines),
        MARK_TEST(test_an_own_report_has_no_source),
        MARK_TEST(test_sets_of_units),
        MARK_TEST(test_marks_of_derived_values),
        MARK_TEST(test_failed_checks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
