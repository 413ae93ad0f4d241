/* What is odd about a report beside the day: a period that has not begun. It is a warning: nothing
 * is taken in before somebody has accepted it. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"

enum { FIRST = 23887, TEXTS = 3 };

static void speak(struct rig *rig, const char *language)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.language = TEXT(language);
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    assert_body(rig_ask(rig, from_local(), &envelope), BODY(WELCOME));
}

static void be_at(struct rig *rig, const char *moment)
{
    assert_int_equal(instant_parse(moment, &rig->now), ERR_OK);
}

/* The report warns of just this, in this order (NULL: of no more), is refused for it with nothing
 * changed, and needs no acceptance without. */
static void assert_warns(struct rig *rig, const char *name, const struct draft *draft,
                         const char *const texts[TEXTS])
{
    struct draft careful = *draft;
    print_message("%s\n", name);
    careful.refuses_warnings = true;
    if (texts[0] == NULL) {
        careful.check_only = true;
        const Tonghop__Envelope *answer = file_as(rig, from_local(), &careful);
        assert_body(answer, BODY(RECEIPT));
        assert_int_equal(answer->receipt->n_warnings, 0);
        return;
    }
    char *before = dump_store(rig);
    const Tonghop__Refusal *refusal =
        assert_refused(file_as(rig, from_local(), &careful), "warnings");
    size_t count = 0;
    while (count < TEXTS && texts[count] != NULL)
        count++;
    for (size_t i = 0; i < count && i < refusal->n_problems; i++) {
        assert_true(refusal->problems[i]->warning);
        assert_string_equal(refusal->problems[i]->text, texts[i]);
    }
    assert_int_equal(refusal->n_problems, count);
    assert_unchanged(rig, before);
}

/* ---- periods to come ---- */

#define OF_2042 "the period 2042 begins on 2041-12-15, which is still to come: is it another year?"

static const struct begun {
    const char *name, *now;
    struct draft draft;
    const char *text;
} begun[] = {
    {"another year is meant", "2025-01-10", {.period = "2042", CELLS(EXACT(1, 4))}, OF_2042},
    {"a nil report", "2025-01-10", {.period = "2042"}, OF_2042},
    {"a baseline",
     "2025-01-10",
     {.period = "2042", .scope = SCOPE_WHOLE, .source = "?", CELLS(EXACT(1, 4))},
     OF_2042},
    {"a half to come of a year under way",
     "2025-01-10",
     {.period = "2025-S2", CELLS(EXACT(1, 4))},
     "the period 2025-S2 begins on 2025-06-15, which is still to come: is it another year?"},
    {"its half under way", "2025-01-10", {.period = "2025-S1", CELLS(EXACT(1, 4))}, NULL},
    {"a year under way", "2025-01-10", {.period = "2025", CELLS(EXACT(1, 4))}, NULL},
    {"a year that is over", "2025-01-10", {.period = "2024", CELLS(EXACT(1, 4))}, NULL},
    {"a plan", "2025-01-10", {.kind = KIND_PLAN, .period = "2042", CELLS(EXACT(1, 4))}, NULL},
    /* Days are those of Viet Nam: there it is the 15th while it is the 14th in Greenwich. */
    {"the last moment before it",
     "2025-12-14T23:59:59+07:00",
     {.period = "2026", CELLS(EXACT(1, 4))},
     "the period 2026 begins on 2025-12-15, which is still to come: is it another year?"},
    {"its first moment", "2025-12-15T00:00:00+07:00", {.period = "2026", CELLS(EXACT(1, 4))}, NULL},
};

static void test_periods_to_come(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(begun); i++) {
        struct draft draft = begun[i].draft;
        draft.unit = FIRST;
        be_at(rig, begun[i].now);
        assert_warns(rig, begun[i].name, &draft, (const char *const[TEXTS]){begun[i].text});
    }
}

/* By the calendar of the catalogue. */
static void test_periods_of_another_calendar(void **state)
{
    struct rig *rig = *state;
    static const int days[][3] = {{0, 1, 1}, {0, 6, 30}, {0, 7, 1}, {0, 12, 31}};
    const struct draft year = {.period = "2026", .unit = FIRST, CELLS(EXACT(1, 4))};
    Tonghop__Catalogue *catalogue = edit_begin(1);
    for (size_t i = 0; i < LENGTH(days); i++) {
        catalogue->calendar[i]->year_offset = days[i][0];
        catalogue->calendar[i]->month = (uint32_t)days[i][1];
        catalogue->calendar[i]->day = (uint32_t)days[i][2];
    }
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    rig_hello(rig, from_local(), 0);
    be_at(rig, "2025-12-20");
    assert_warns(
        rig, "not begun", &year,
        (const char *const[TEXTS]){
            "the period 2026 begins on 2026-01-01, which is still to come: is it another year?"});
    be_at(rig, "2026-01-01");
    assert_warns(rig, "begun", &year, (const char *const[TEXTS]){NULL});
    buf_fini(&bytes);
}

/* What was accepted is kept, sent once more without a word, and withdrawn without one. */
static void test_an_accepted_slip(void **state)
{
    struct rig *rig = *state;
    struct draft slip = {.period = "2042", .unit = FIRST, CELLS(EXACT(1, 4))};
    assert_int_equal(file_ok(rig, &slip), 1);
    slip.refuses_warnings = true;
    const Tonghop__Envelope *answer = file_as(rig, from_local(), &slip);
    assert_body(answer, BODY(RECEIPT));
    assert_true(answer->receipt->repeated_content);
    assert_int_equal(answer->receipt->n_warnings, 0);
    slip.is_withdrawn = true;
    slip.reason = "another year";
    slip.based_on = 1;
    slip.cell_count = 0;
    assert_int_equal(file_ok(rig, &slip), 2);
}

/* ---- in Vietnamese ---- */

static void test_in_vietnamese(void **state)
{
    struct rig *rig = *state;
    speak(rig, "vi");
    assert_warns(rig, "to come", DRAFT(.period = "2042-S1", .unit = FIRST),
                 (const char *const[TEXTS]){
                     "kỳ 2042-S1 bắt đầu từ ngày 2041-12-15, chưa tới: có nhầm năm không?"});
}

static int setup_bare(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_periods_to_come),
        cmocka_unit_test_setup_teardown(test_periods_of_another_calendar, setup_bare, rig_teardown),
        ROOT_TEST(test_an_accepted_slip),
        ROOT_TEST(test_in_vietnamese),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
