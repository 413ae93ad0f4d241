/* Totals as they are asked for, and what every question goes through first: is that a period, is
 * that a unit, and may this key read it. */
#include "unit/node/ask.h"
#include "unit/node/draft.h"
#include "unit/node/edit.h"

enum { NODE_631 = 1, READER_631 = 10, REPORTER_632 = 11, ADMIN_632 = 12 };

static const struct draft base[] = {
    {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10), EXACT(2, 6), EXACT(10, 3))},
    {.period = "2024-S1", .unit = 23860, CELLS(EXACT(1, 20), EXACT(2, 9))},
    {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 10), EXACT(2, 5), EXACT(7, 756))},
    {.period = "2024-S1", .unit = 631, CELLS(EXACT(1, 1), EXACT(9, 4))},
    {.period = "2023-S1", .unit = 23857, CELLS(EXACT(1, 8), EXACT(2, 4))},
    {.kind = KIND_PLAN, .period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 12))},
};

static int setup(void **state)
{
    int result = rig_setup_root(state);
    for (size_t i = 0; i < LENGTH(base); i++)
        file_ok(*state, &base[i]);
    rig_enrol(*state, READER_631, 631, ROLE(READER));
    rig_enrol(*state, REPORTER_632, 632, ROLE(REPORTER));
    rig_enrol(*state, ADMIN_632, 632, ROLE(ADMIN));
    rig_enrol(*state, NODE_631, 631, ROLE(NODE));
    return result;
}

#define QUERY_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

/* ---- totals ---- */

/* Figures and derived values of one unit, asked for one by one: how many units they are made of is
 * part of the answer, and so is that there is no value. */
static void test_values(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *unit, *indicator;
        bool has_value;
        int64_t value;
        uint32_t units;
    } rows[] = {
        {"2024-S1", "64", "model.registered", true, 41, 4},
        {"2024-S1", "64", "contrib.land", true, 756, 1},
        {"2024-S1", "64", "poverty.poor", false, 0, 0},
        {"2024-S1", "632", "model.registered", true, 10, 1},
        {"2024-S1", "code:23857", "model.registered", true, 10, 1},
        {"2024-S1", "id:23863", "model.registered", false, 0, 0},
        {"2024-S2", "64", "model.registered", false, 0, 0},
        {"2024", "64", "model.registered", true, 41, 4},
        {"2023-S1", "64", "model.registered", true, 8, 1},
        /* 100 * recognised / registered, rounded half away from zero: 20/41, 15/31, 6/10 */
        {"2024-S1", "64", "model.recognition_rate", true, 4878, 4},
        {"2024-S1", "631", "model.recognition_rate", true, 4839, 3},
        {"2024-S1", "23857", "model.recognition_rate", true, 6000, 1},
        {"2024-S1", "23863", "model.recognition_rate", false, 0, 0},
        /* dialogue.district + dialogue.commune: a commune holds none of the first kind, a district
         * that has not said so is another thing. */
        {"2024-S1", "64", "dialogue.total", true, 7, 1},
        {"2024-S1", "23857", "dialogue.total", true, 3, 1},
        {"2024-S1", "632", "dialogue.total", false, 0, 0},
        /* From the tree alone; 23899 has ended by the end of the year. */
        {"2024-S1", "64", "org.xa", true, 4, 0},
        {"2024", "64", "org.xa", true, 3, 0},
        {"2024-S1", "631", "org.xa", true, 2, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s %s %s\n", rows[i].period, rows[i].unit, rows[i].indicator);
        const Tonghop__Envelope *answer = ask_totals(
            rig, from_local(),
            ASK(.period = rows[i].period, .unit = rows[i].unit, .indicator = rows[i].indicator));
        assert_body(answer, BODY(TOTALS));
        assert_string_equal(answer->totals->period, rows[i].period);
        assert_int_equal(answer->totals->n_units, 1);
        assert_int_equal(answer->totals->n_indicators, 1);
        assert_string_equal(answer->totals->indicators[0]->code, rows[i].indicator);
        const Tonghop__Value *value = answer->totals->units[0]->values[0];
        assert_int_equal(value->has_value, rows[i].has_value);
        assert_int_equal(number_of(value), rows[i].value);
        if (rows[i].units != 0)
            assert_int_equal(value->unit_count, rows[i].units);
    }
}

/* A rate whose operands are made of different numbers of units says so; a count says how many units
 * could be decided. */
static void test_marks_of_derived_values(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_totals(
        rig, from_local(), ASK(.period = "2024-S1", .indicator = "model.recognition_rate"));
    const Tonghop__Value *value = answer->totals->units[0]->values[0];
    assert_int_equal(value->least_units, 3);
    assert_int_equal(value->most_units, 4);
    answer =
        ask_totals(rig, from_local(),
                   ASK(.period = "2024-S1", .unit = "632", .indicator = "model.recognition_rate"));
    value = answer->totals->units[0]->values[0];
    assert_int_equal(value->least_units, 0);
    assert_int_equal(value->most_units, 0);
    answer = ask_totals(rig, from_local(), ASK(.period = "2024-S1", .indicator = "org.xa"));
    value = answer->totals->units[0]->values[0];
    assert_int_equal(value->known_count, 6);
    assert_int_equal(value->all_count, 6);
}

/* An inexact cell shows: the whole is not exact, and how many parts of it are. */
static void test_qualifiers_show(void **state)
{
    struct rig *rig = *state;
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23888, CELLS({7, QUALIFIER_RANGE, 100, 200})));
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(), ASK(.period = "2024-S1", .indicator = "contrib.land"));
    const Tonghop__Value *value = answer->totals->units[0]->values[0];
    assert_int_equal(value->qualifier, QUALIFIER_RANGE);
    assert_int_equal(number_of(value), 856);
    assert_int_equal(value->upper_low, 956);
    assert_int_equal(value->unit_count, 2);
    assert_int_equal(value->exact_count, 1);
    answer = ask_totals(rig, from_local(), ASK(.period = "2024", .indicator = "contrib.land"));
    assert_int_equal(answer->totals->units[0]->values[0]->partial_count, 2);
}

/* The whole table: every indicator that units of the subtree may report, in order of number. */
static void test_all_indicators(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *unit;
        size_t count;
    } rows[] = {{"64", 15}, {"631", 15}, {"23857", 14}}; /* dialogue.district is not a commune's */
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Envelope *answer =
            ask_totals(rig, from_local(), ASK(.period = "2024-S1", .unit = rows[i].unit));
        assert_body(answer, BODY(TOTALS));
        const Tonghop__Totals *totals = answer->totals;
        assert_int_equal(totals->n_indicators, rows[i].count);
        for (size_t n = 1; n < totals->n_indicators; n++)
            assert_true(totals->indicators[n - 1]->number < totals->indicators[n]->number);
        assert_int_equal(totals->units[0]->n_previous, 0);
        assert_string_equal(totals->previous, "");
        assert_int_equal(totals->catalogue, 1);
        assert_false(totals->rebuilding);
    }
}

/* What is shown of an indicator is the catalogue's. */
static void test_indicator_infos(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_totals(
        rig, from_local(), ASK(.period = "2024-S1", .indicator = "model.recognition_rate"));
    const Tonghop__IndicatorInfo *info = answer->totals->indicators[0];
    assert_int_equal(info->number, 5);
    assert_int_equal(info->decimals, 2);
    assert_true(info->is_ratio);
    assert_true(info->is_derived);
    assert_string_equal(info->measure, "%");
    assert_string_equal(info->form, "");
    answer = ask_totals(rig, from_local(),
                        ASK(.period = "2024-S1", .indicator = "model.recognised.collective"));
    info = answer->totals->indicators[0];
    assert_int_equal(info->part_of, 2);
    assert_false(info->is_ratio);
    assert_false(info->is_derived);
    assert_string_equal(info->form, "general");
    assert_string_equal(info->name_en, "of which collective");
}

/* A unit and each one directly beneath it, in order of code. */
static void test_by_child(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint32_t unit;
        bool has_value;
        int64_t value;
    } rows[] = {{64, true, 41}, {631, true, 31}, {632, true, 10}},
      communes[] = {{631, true, 31}, {23857, true, 10}, {23860, true, 20}, {23863, false, 0}};
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(),
                   ASK(.period = "2024-S1", .indicator = "model.registered", .by_child = true));
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->n_units, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(answer->totals->units[i]->unit->id, rows[i].unit);
        assert_int_equal(number_of(answer->totals->units[i]->values[0]), rows[i].value);
    }
    answer =
        ask_totals(rig, from_key(READER_631),
                   ASK(.period = "2024-S1", .indicator = "model.registered", .by_child = true));
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(answer->totals->n_units, LENGTH(communes));
    for (size_t i = 0; i < LENGTH(communes); i++) {
        const Tonghop__UnitTotals *row = answer->totals->units[i];
        assert_int_equal(row->unit->id, communes[i].unit);
        assert_int_equal(row->values[0]->has_value, communes[i].has_value);
        assert_int_equal(number_of(row->values[0]), communes[i].value);
    }
    assert_string_equal(answer->totals->units[1]->unit->code, "23857");
    assert_string_equal(answer->totals->units[1]->unit->name_vi, "Thị trấn Suối Trong");
    assert_string_equal(answer->totals->units[1]->unit->level, "commune");
    assert_string_equal(answer->totals->units[1]->unit->type, "thi_tran");
}

/* Beside it the same label one year before; where there was nothing, there is no value. */
static void test_previous(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(),
                   ASK(.period = "2024-S1", .unit = "631", .indicator = "model.registered",
                       .by_child = true, .compare_previous = true));
    assert_body(answer, BODY(TOTALS));
    assert_string_equal(answer->totals->previous, "2023-S1");
    static const int64_t now[] = {31, 10, 20, 0}, before[] = {8, 8, 0, 0};
    for (size_t i = 0; i < LENGTH(now); i++) {
        const Tonghop__UnitTotals *row = answer->totals->units[i];
        assert_int_equal(row->n_previous, 1);
        assert_int_equal(number_of(row->values[0]), now[i]);
        assert_int_equal(number_of(row->previous[0]), before[i]);
        assert_int_equal(row->previous[0]->has_value, before[i] != 0);
    }
    answer = ask_totals(
        rig, from_local(),
        ASK(.period = "2024-S1", .indicator = "model.recognition_rate", .compare_previous = true));
    assert_int_equal(number_of(answer->totals->units[0]->previous[0]), 5000);
}

/* The first year that there can be has none before it. */
static void test_previous_of_the_first_year(void **state)
{
    struct rig *rig = *state;
    const Tonghop__Envelope *answer = ask_totals(
        rig, from_local(),
        ASK(.period = "1900", .indicator = "model.registered", .compare_previous = true));
    assert_body(answer, BODY(TOTALS));
    assert_string_equal(answer->totals->previous, "");
    assert_int_equal(answer->totals->units[0]->n_previous, 0);
    answer = ask_totals(rig, from_local(), ASK(.period = "2999-S2", .indicator = "org.xa"));
    assert_int_equal(number_of(answer->totals->units[0]->values[0]), 3);
}

/* A plan is asked for as such. */
static void test_kinds(void **state)
{
    struct rig *rig = *state;
    static const int64_t values[] = {41, 41, 12};
    for (uint32_t kind = 0; kind <= KIND_PLAN; kind++) {
        const Tonghop__Envelope *answer =
            ask_totals(rig, from_local(),
                       ASK(.kind = kind, .period = "2024-S1", .indicator = "model.registered"));
        assert_int_equal(number_of(answer->totals->units[0]->values[0]), values[kind]);
    }
    assert_refused(ask_totals(rig, from_local(), ASK(.kind = 3, .period = "2024")), "malformed");
}

/* While totals are rebuilt the answer says that they are incomplete. */
static void test_rebuilding_shows(void **state)
{
    struct rig *rig = *state;
    struct buf bytes = sample_bytes(2);
    rig_put_catalogue(rig, span_of(&bytes));
    buf_fini(&bytes);
    const Tonghop__Envelope *answer =
        ask_totals(rig, from_local(), ASK(.period = "2024-S1", .indicator = "model.registered"));
    assert_true(answer->totals->rebuilding);
    assert_false(answer->totals->units[0]->values[0]->has_value);
    rig_settle(rig);
    answer =
        ask_totals(rig, from_local(), ASK(.period = "2024-S1", .indicator = "model.registered"));
    assert_false(answer->totals->rebuilding);
    assert_int_equal(number_of(answer->totals->units[0]->values[0]), 41);
}

/* ---- what every family asks first ---- */

typedef const Tonghop__Envelope *ask_function(struct rig *, struct peer_from,
                                              const struct question *);

static ask_function *const families[] = {ask_totals, ask_coverage, ask_explain, ask_history};

/* The form of history and the indicator of the others. */
static struct question question_of(ask_function *family, const char *period, const char *unit)
{
    return (struct question){.period = period,
                             .unit = unit,
                             .indicator = family == ask_history ? "general" : "model.registered"};
}

/* A key reads its unit and what lies beneath; administrators and people at the node, everything. */
static void test_scope(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint8_t key; /* 0: the local socket */
        const char *unit, *code;
        uint32_t answered; /* the unit that the answer is about */
    } rows[] = {
        {READER_631, NULL, NULL, 631},
        {READER_631, "631", NULL, 631},
        {READER_631, "23857", NULL, 23857},
        {READER_631, "632", "foreign", 0},
        {READER_631, "23887", "foreign", 0},
        {READER_631, "64", "foreign", 0},
        {REPORTER_632, NULL, NULL, 632},
        {REPORTER_632, "23899", NULL, 23899},
        {REPORTER_632, "23857", "foreign", 0},
        {NODE_631, NULL, NULL, 631},
        {NODE_631, "632", "foreign", 0},
        {ADMIN_632, NULL, NULL, 64},
        {ADMIN_632, "631", NULL, 631},
        {0, NULL, NULL, 64},
        {0, "23857", NULL, 23857},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct peer_from from = rows[i].key != 0 ? from_key(rows[i].key) : from_local();
        for (size_t f = 0; f < LENGTH(families); f++) {
            struct question question = question_of(families[f], "2024-S1", rows[i].unit);
            const Tonghop__Envelope *answer = families[f](rig, from, &question);
            if (rows[i].code != NULL) {
                assert_refused(answer, rows[i].code);
                continue;
            }
            uint32_t unit = 0;
            if (answer->body_case == BODY(TOTALS))
                unit = answer->totals->units[0]->unit->id;
            else if (answer->body_case == BODY(COVERAGE))
                unit = answer->coverage->unit->id;
            else if (answer->body_case == BODY(EXPLANATION))
                unit = answer->explanation->unit->id;
            else if (answer->body_case == BODY(HISTORY))
                unit = answer->history->unit->id;
            assert_int_equal(unit, rows[i].answered);
        }
    }
}

/* What cannot be resolved is refused by every family in the same words. */
static void test_what_cannot_be_resolved(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *name, *period, *unit, *code, *words;
    } rows[] = {
        {"no period", "", "64", "syntax", "is not a period"},
        {"a third half", "2024-S3", "64", "syntax", "is not a period"},
        {"a year out of range", "1899", "64", "syntax", "is not a period"},
        {"too long a period", "2024-S1          ", "64", "too-large", ""},
        {"a unit that nobody knows", "2024-S1", "99999", "not-found", "99999"},
        {"a name", "2024-S1", "Xã Bình An", "not-found", "Xã Bình An"},
        {"a code that is no more", "2025-S1", "code:23899", "not-found", "23899"},
        {"a unit that is no more", "2025-S1", "id:23899", "not-found", "in that period"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("%s\n", rows[i].name);
        for (size_t f = 0; f < LENGTH(families); f++) {
            struct question question = question_of(families[f], rows[i].period, rows[i].unit);
            const Tonghop__Envelope *answer = families[f](rig, from_local(), &question);
            assert_contains(assert_refused(answer, rows[i].code)->text, rows[i].words);
        }
    }
    const char *no_indicator = "model.unknown";
    assert_contains(assert_refused(ask_totals(rig, from_local(),
                                              ASK(.period = "2024", .indicator = no_indicator)),
                                   "not-found")
                        ->text,
                    no_indicator);
    assert_refused(ask_explain(rig, from_local(), ASK(.period = "2024", .indicator = no_indicator)),
                   "not-found");
    assert_refused(ask_explain(rig, from_local(), ASK(.period = "2024", .indicator = "")),
                   "not-found");
    assert_contains(
        assert_refused(ask_history(rig, from_local(), ASK(.period = "2024", .indicator = "none")),
                       "not-found")
            ->text,
        "no form 'none'");
}

/* A number that is one unit's id and another's code is no answer but a question back. */
static void test_an_ambiguous_unit(void **state)
{
    struct rig *rig = *state;
    Tonghop__Catalogue *catalogue = edit_begin(2);
    Tonghop__UnitVersion *district = edit_unit(catalogue, 631);
    free(district->code);
    district->code = mem_strdup("23863");
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
    for (size_t f = 0; f < LENGTH(families); f++) {
        struct question question = question_of(families[f], "2024-S1", "23863");
        assert_contains(assert_refused(families[f](rig, from_local(), &question), "exists")->text,
                        "id:23863");
        question.unit = "id:23863";
        assert_int_not_equal(families[f](rig, from_local(), &question)->body_case, BODY(REFUSAL));
    }
}

/* A name is no code, but whoever writes one is told the code, or the codes; not of units that are
 * not theirs to ask for. */
static void test_names(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *period, *unit;
        uint8_t key; /* 0: the local socket */
        const char *said;
    } rows[] = {
        {"2024-S1", "Xã Bình An", 0, "'Xã Bình An' is a name: write the unit's code, 23860"},
        {"2024-S1", "Binh An Commune", 0, "write the unit's code, 23860"},
        {"2024-S1", "Xã Bình An", READER_631, "write the unit's code, 23860"},
        {"2024-S1", "Xã Tân Lập", READER_631, "no unit 'Xã Tân Lập' in that period"},
        {"2025-S1", "Xã Tân Sơn", 0, "no unit 'Xã Tân Sơn' in that period"},
        {"2024-S1", "Thị trấn Suối Trong", 0,
         "is the name of several units: write the code of the one that is meant: 23857, 23863"},
        {"2024-S1", "Bình", 0, "no unit 'Bình' in that period"},
    };
    Tonghop__Catalogue *catalogue = edit_begin(2);
    Tonghop__UnitVersion *namesake = edit_unit(catalogue, 23863);
    edit_text(&namesake->name_vi, "Thị trấn Suối Trong");
    rig_install_edited(rig, catalogue);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct peer_from from = rows[i].key != 0 ? from_key(rows[i].key) : from_local();
        for (size_t f = 0; f < LENGTH(families); f++) {
            struct question question = question_of(families[f], rows[i].period, rows[i].unit);
            print_message("%s\n", rows[i].unit);
            assert_contains(assert_refused(families[f](rig, from, &question), "not-found")->text,
                            rows[i].said);
        }
    }
}

/* Beneath the root what lies above or beside is not there to be asked for. */
static void test_not_beneath_this_node(void **state)
{
    struct rig *rig = *state;
    static const char *const units[] = {"64", "632", "23887"};
    for (size_t i = 0; i < LENGTH(units); i++) {
        for (size_t f = 0; f < LENGTH(families); f++) {
            struct question question = question_of(families[f], "2024-S1", units[i]);
            assert_contains(
                assert_refused(families[f](rig, from_local(), &question), "not-found")->text,
                "not beneath this node in that period: check the unit and the period, or ask its "
                "own node or one above it");
        }
    }
}

static int setup_empty(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_hello(*state, from_local(), 0);
    return result;
}

static void test_no_catalogue(void **state)
{
    struct rig *rig = *state;
    for (size_t f = 0; f < LENGTH(families); f++) {
        struct question question = question_of(families[f], "2024-S1", NULL);
        assert_string_equal(
            assert_refused(families[f](rig, from_local(), &question), "catalogue")->text,
            "this node has no catalogue yet: it comes from the node above, or by 'tonghop "
            "catalogue "
            "publish' at the root");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUERY_TEST(test_values),
        QUERY_TEST(test_marks_of_derived_values),
        QUERY_TEST(test_qualifiers_show),
        QUERY_TEST(test_all_indicators),
        QUERY_TEST(test_indicator_infos),
        QUERY_TEST(test_by_child),
        QUERY_TEST(test_previous),
        QUERY_TEST(test_previous_of_the_first_year),
        QUERY_TEST(test_kinds),
        QUERY_TEST(test_rebuilding_shows),
        QUERY_TEST(test_scope),
        QUERY_TEST(test_what_cannot_be_resolved),
        QUERY_TEST(test_an_ambiguous_unit),
        QUERY_TEST(test_names),
        DISTRICT_TEST(test_not_beneath_this_node),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty, rig_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
