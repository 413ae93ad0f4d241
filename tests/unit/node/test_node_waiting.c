/* What waits is told beside totals, never in them. Form 1 waits to be accepted, form 2 does not. */
#include "unit/node/ask.h"
#include "unit/node/state.h"

enum { CATALOGUE = 2, MODELS = 0, RECOGNISED = 1, RATE = 2, PUPIL = 3, TEAM = 4, INDICATORS = 5 };

static int setup(void **state)
{
    int result = rig_setup_unit(state, 64, false);
    rig_install_manual(*state, CATALOGUE);
    rig_hello(*state, from_local(), 0);
    return result;
}

#define WAITING_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

struct asking {
    const char *from, *edition, *period;
    Tonghop__By by;
    const char *level;
    bool is_without;
};

#define ASKING(...) (&(const struct asking){__VA_ARGS__})

static const Tonghop__Envelope *ask_waiting(struct rig *rig, const struct asking *asking)
{
    char *indicators[INDICATORS] = {TEXT("model.registered"), TEXT("model.recognised"),
                                    TEXT("model.recognition_rate"), TEXT("pupil.rate"),
                                    TEXT("security.team")};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.period = TEXT(asking->period != NULL ? asking->period : "2024-S1");
    query.from = text_or_empty(asking->from);
    query.edition = text_or_empty(asking->edition);
    query.by = asking->by;
    query.level = text_or_empty(asking->level);
    query.with_waiting = !asking->is_without;
    query.n_indicators = INDICATORS;
    query.indicators = indicators;
    envelope.body_case = BODY(TOTALS_QUERY);
    envelope.totals_query = &query;
    return rig_ask(rig, from_local(), &envelope);
}

static const Tonghop__Totals *waiting_of(struct rig *rig, const struct asking *asking)
{
    const Tonghop__Envelope *answer = ask_waiting(rig, asking);
    assert_body(answer, BODY(TOTALS));
    return answer->totals;
}

/* -1: there is no value. */
static int64_t number_or_none(const Tonghop__Value *value)
{
    return value->has_value ? number_of(value) : -1;
}

/* Of the row of that code (of a unit, or of a type): what is in the total, and what waits. */
static void assert_row(const Tonghop__Totals *totals, const char *code, size_t indicator,
                       int64_t total, int64_t waits)
{
    for (size_t i = 0; i < totals->n_units; i++) {
        const Tonghop__UnitTotals *row = totals->units[i];
        if (strcmp(row->type_vi[0] != '\0' ? row->unit->type : row->unit->code, code) != 0)
            continue;
        assert_int_equal(row->n_waiting, INDICATORS);
        assert_int_equal(number_or_none(row->values[indicator]), total);
        assert_int_equal(number_or_none(row->waiting[indicator]), waits);
        return;
    }
    fail_msg("no row %s", code);
}

static void file_at(struct rig *rig, uint32_t unit, uint64_t based_on, int64_t models)
{
    file_ok(rig,
            DRAFT(.period = "2024-S1", .unit = unit, .catalogue = CATALOGUE, .based_on = based_on,
                  CELLS(EXACT(1, models), EXACT(2, 1), EXACT(8, models))));
}

static const struct draft *report_of(uint32_t unit)
{
    static struct draft draft = {.period = "2024-S1"};
    draft.unit = unit;
    return &draft;
}

/* ---- what waits ---- */

/* A correction waits beside the earlier one, which goes on counting, at every unit above; accepted
 * it takes its place, and returned or withdrawn it waits no more. */
static void test_a_correction_waits(void **state)
{
    struct rig *rig = *state;
    file_at(rig, 23888, 0, 10);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, -1, 10);
    mark_ok(rig, report_of(23888), 1, A);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, 10, -1);
    file_at(rig, 23888, 1, 25);
    file_at(rig, 23887, 0, 3);
    const Tonghop__Totals *totals =
        waiting_of(rig, ASKING(.by = TONGHOP__BY__BY_LEVEL, .level = "commune"));
    assert_row(totals, "64", MODELS, 10, 28);
    assert_int_equal(totals->units[0]->waiting[MODELS]->unit_count, 2);
    assert_row(totals, "23888", MODELS, 10, 25);
    assert_row(totals, "23887", MODELS, -1, 3);
    assert_row(totals, "23857", MODELS, -1, -1);
    totals = waiting_of(rig, ASKING(.by = TONGHOP__BY__BY_CHILD));
    assert_row(totals, "632", MODELS, 10, 28);
    assert_row(totals, "631", MODELS, -1, -1);
    mark_ok(rig, report_of(23888), 2, R);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, 10, 3);
    mark_ok(rig, report_of(23887), 1, A);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, 13, -1);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .catalogue = CATALOGUE, .based_on = 1,
                       .is_withdrawn = true, .reason = "nộp nhầm"));
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, 13, -1);
    assert_verifies(rig);
}

/* Each figure adds up as it does in totals; computed ones have none, and other forms and periods
 * are apart. */
static void test_figures_are_apart(void **state)
{
    struct rig *rig = *state;
    file_at(rig, 23888, 0, 10);
    file_at(rig, 23887, 0, 4);
    file_ok(rig, DRAFT(.period = "2024-S2", .unit = 23888, .catalogue = CATALOGUE,
                       CELLS(EXACT(1, 100))));
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2024-S1", .unit = 23888,
                       .catalogue = CATALOGUE, CELLS(EXACT(1, 1000))));
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23888, .form = 2, .catalogue = CATALOGUE,
                       CELLS(EXACT(20, 6))));
    const Tonghop__Totals *totals = waiting_of(rig, ASKING(.from = NULL));
    assert_row(totals, "64", MODELS, -1, 14);
    assert_row(totals, "64", RECOGNISED, -1, 2);
    assert_row(totals, "64", RATE, -1, -1);
    assert_row(totals, "64", PUPIL, -1, 10); /* the greatest */
    assert_row(totals, "64", TEAM, 6, -1);
    assert_row(waiting_of(rig, ASKING(.period = "2024-S2")), "64", MODELS, -1, 100);
    assert_row(waiting_of(rig, ASKING(.period = "2024")), "64", MODELS, -1, -1);
    totals = waiting_of(rig, ASKING(.by = TONGHOP__BY__BY_TYPE));
    assert_row(totals, "64", MODELS, -1, 14);
    assert_row(totals, "xa", MODELS, -1, 10);
    assert_row(totals, "thi_tran", MODELS, -1, 4);
    assert_int_equal(waiting_of(rig, ASKING(.is_without = true))->units[0]->n_waiting, 0);
}

/* One that is not exact stays so. */
static void test_qualifiers_stay(void **state)
{
    struct rig *rig = *state;
    file_at(rig, 23888, 0, 10);
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23887, .catalogue = CATALOGUE,
                       CELLS({.indicator = 1, .qualifier = QUALIFIER_AT_LEAST, .value = 5})));
    const Tonghop__Value *value = waiting_of(rig, ASKING(.from = NULL))->units[0]->waiting[MODELS];
    assert_int_equal(number_of(value), 15);
    assert_int_equal(value->qualifier, TONGHOP__QUALIFIER__QUALIFIER_AT_LEAST);
}

/* What a whole report above stands for, waiting or accepted, is not told twice; returned it stands
 * for nothing. */
static void test_a_whole_report_covers(void **state)
{
    struct rig *rig = *state;
    const struct draft *whole = DRAFT(.period = "2024-S1", .unit = 632, .scope = SCOPE_WHOLE,
                                      .catalogue = CATALOGUE, CELLS(EXACT(1, 50)));
    file_at(rig, 23888, 0, 10);
    file_ok(rig, whole);
    const Tonghop__Totals *totals =
        waiting_of(rig, ASKING(.by = TONGHOP__BY__BY_LEVEL, .level = "commune"));
    assert_row(totals, "64", MODELS, -1, 50);
    assert_row(totals, "23888", MODELS, -1, -1);
    mark_ok(rig, whole, 1, A);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, 50, -1);
    mark_ok(rig, whole, 1, R);
    assert_row(waiting_of(rig, ASKING(.from = NULL)), "64", MODELS, -1, 10);
}

/* ---- what is not told ---- */

/* Of a span, and of an edition, nothing waits. */
static void test_refused(void **state)
{
    struct rig *rig = *state;
    file_at(rig, 23888, 0, 10);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_waiting(rig, ASKING(.from = "2022", .period = "2024")), "usage");
    assert_contains(refusal->text, "of one period");
    refusal = assert_refused(ask_waiting(rig, ASKING(.edition = "1")), "usage");
    assert_contains(refusal->text, "what waits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WAITING_TEST(test_a_correction_waits),
        WAITING_TEST(test_figures_are_apart),
        WAITING_TEST(test_qualifiers_stay),
        WAITING_TEST(test_a_whole_report_covers),
        WAITING_TEST(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
