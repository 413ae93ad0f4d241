/* What is odd about a report beside the day and beside what lies beneath its unit: a period that
 * has not begun, and a whole report that hides what it stands for. Both are warnings: nothing is
 * taken in before somebody has accepted them. */
#include "unit/node/draft.h"
#include "unit/node/dump.h"
#include "unit/node/edit.h"

enum { UNIT = 632, FIRST = 23887, SECOND = 23888, TEXTS = 3 };

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
    rig_install_edited(rig, catalogue);
    rig_hello(rig, from_local(), 0);
    be_at(rig, "2025-12-20");
    assert_warns(
        rig, "not begun", &year,
        (const char *const[TEXTS]){
            "the period 2026 begins on 2026-01-01, which is still to come: is it another year?"});
    be_at(rig, "2026-01-01");
    assert_warns(rig, "begun", &year, (const char *const[TEXTS]){NULL});
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

/* ---- whole reports ---- */

#define CELL(number, how, amount, most)                                                            \
    {                                                                                              \
        .indicator = (number), .qualifier = QUALIFIER_##how, .value = (amount), .upper = (most)    \
    }
#define BELOW(code, whole, beneath)                                                                \
    code ": the whole report has " whole ", which is below the " beneath                           \
         " beneath: what lies beneath is not added to it; correct the one that is wrong"
#define BLANK(code, beneath)                                                                       \
    code ": beneath there is " beneath "; the whole report has none, and what lies beneath is not" \
         " added then: enter the figure for all of it"

/* What the two communes have filed (without an indicator: nothing), and the district as a whole. */
static const struct hidden {
    const char *name;
    struct cell first, second;
    struct draft whole;
    const char *texts[TEXTS];
} hidden[] = {
    {"less than beneath",
     EXACT(1, 30),
     EXACT(1, 40),
     {CELLS(EXACT(1, 20))},
     {BELOW("model.registered", "20", "70")}},
    {"one less",
     EXACT(1, 30),
     EXACT(1, 40),
     {CELLS(EXACT(1, 69))},
     {BELOW("model.registered", "69", "70")}},
    {"as much", EXACT(1, 30), EXACT(1, 40), {CELLS(EXACT(1, 70))}, {0}},
    {"more", EXACT(1, 30), EXACT(1, 40), {CELLS(EXACT(1, 71))}, {0}},
    {"of one commune",
     EXACT(1, 30),
     {0},
     {CELLS(EXACT(1, 20))},
     {BELOW("model.registered", "20", "30")}},
    {"of none", {0}, {0}, {CELLS(EXACT(1, 20))}, {0}},
    {"a stock",
     EXACT(6, 30),
     EXACT(6, 40),
     {CELLS(EXACT(6, 20))},
     {BELOW("poverty.poor", "20", "70")}},
    {"decimals",
     EXACT(7, 300),
     EXACT(7, 405),
     {CELLS(EXACT(7, 205))},
     {BELOW("contrib.land", "20.5", "70.5")}},
    {"signed figures may take away",
     EXACT(13, 3000),
     EXACT(13, 4000),
     {CELLS(EXACT(13, 2000))},
     {0}},
    {"the greatest is no sum", EXACT(8, 90), EXACT(8, 95), {CELLS(EXACT(8, 80))}, {0}},
    {"nor is the least", EXACT(14, 90), EXACT(14, 95), {CELLS(EXACT(14, 80))}, {0}},

    {"blank", EXACT(6, 30), EXACT(6, 40), {CELLS(EXACT(1, 5))}, {BLANK("poverty.poor", "70")}},
    {"blank, and 0 is a figure",
     EXACT(6, 0),
     {0},
     {CELLS(EXACT(1, 5))},
     {BLANK("poverty.poor", "0")}},
    {"blank, signed", EXACT(13, -3050), {0}, {CELLS(EXACT(1, 5))}, {BLANK("balance", "-30.5")}},
    {"blank, not a sum", EXACT(8, 90), EXACT(8, 95), {CELLS(EXACT(1, 5))}, {0}},
    {"blank, inexact",
     CELL(6, ABOUT, 30, 0),
     {0},
     {CELLS(EXACT(1, 5))},
     {BLANK("poverty.poor", "~30")}},
    {"a nil report",
     EXACT(1, 30),
     EXACT(6, 40),
     {.cell_count = 0},
     {BLANK("model.registered", "30"), BLANK("poverty.poor", "40")}},
    {"both",
     EXACT(1, 30),
     EXACT(6, 40),
     {CELLS(EXACT(1, 29))},
     {BELOW("model.registered", "29", "30"), BLANK("poverty.poor", "40")}},

    {"at most",
     EXACT(1, 30),
     EXACT(1, 40),
     {CELLS(CELL(1, AT_MOST, 69, 0))},
     {BELOW("model.registered", "<=69", "70")}},
    {"at most as much", EXACT(1, 30), EXACT(1, 40), {CELLS(CELL(1, AT_MOST, 70, 0))}, {0}},
    {"at least", EXACT(1, 30), EXACT(1, 40), {CELLS(CELL(1, AT_LEAST, 20, 0))}, {0}},
    {"about", EXACT(1, 30), EXACT(1, 40), {CELLS(CELL(1, ABOUT, 20, 0))}, {0}},
    {"a range",
     EXACT(1, 30),
     EXACT(1, 40),
     {CELLS(CELL(1, RANGE, 20, 69))},
     {BELOW("model.registered", "20..69", "70")}},
    {"a range that reaches it", EXACT(1, 30), EXACT(1, 40), {CELLS(CELL(1, RANGE, 20, 70))}, {0}},
    {"at least, beneath",
     CELL(1, AT_LEAST, 30, 0),
     EXACT(1, 40),
     {CELLS(EXACT(1, 69))},
     {BELOW("model.registered", "69", ">=70")}},
    {"at most, beneath", CELL(1, AT_MOST, 30, 0), EXACT(1, 40), {CELLS(EXACT(1, 20))}, {0}},
    {"about, beneath", CELL(1, ABOUT, 30, 0), EXACT(1, 40), {CELLS(EXACT(1, 20))}, {0}},
    {"a range beneath",
     CELL(1, RANGE, 30, 50),
     EXACT(1, 40),
     {CELLS(EXACT(1, 69))},
     {BELOW("model.registered", "69", "70..90")}},
    {"within the range beneath", CELL(1, RANGE, 30, 50), EXACT(1, 40), {CELLS(EXACT(1, 70))}, {0}},

    {"its own report hides nothing",
     EXACT(1, 30),
     EXACT(1, 40),
     {.scope = SCOPE_OWN, CELLS(EXACT(1, 20))},
     {0}},
    {"a baseline",
     EXACT(1, 30),
     EXACT(1, 40),
     {.source = "?", CELLS(EXACT(1, 20))},
     {BELOW("model.registered", "20", "70")}},
    {"a plan",
     EXACT(1, 30),
     EXACT(1, 40),
     {.kind = KIND_PLAN, CELLS(EXACT(1, 20))},
     {BELOW("model.registered", "20", "70")}},
};

static void file_commune(struct rig *rig, uint8_t kind, const char *period, uint32_t unit,
                         const struct cell *cell)
{
    const struct draft draft = {
        .kind = kind, .period = period, .unit = unit, .cells = cell, .cell_count = 1};
    if (cell->indicator != 0)
        file_ok(rig, &draft);
}

/* Each in a year of its own. */
static void test_whole_reports(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(hidden); i++) {
        const struct hidden *row = &hidden[i];
        struct draft whole = row->whole;
        char year[PERIOD_TEXT_SIZE];
        whole.period = period_format((struct period){(uint16_t)(1950 + i), PERIOD_Y}, year);
        whole.unit = UNIT;
        whole.scope = whole.scope != 0 ? whole.scope : (uint8_t)SCOPE_WHOLE;
        file_commune(rig, whole.kind, year, FIRST, &row->first);
        file_commune(rig, whole.kind, year, SECOND, &row->second);
        assert_warns(rig, row->name, &whole, row->texts);
    }
}

/* What counts beneath is what the totals have: of halves and years by the year rule, of a whole
 * report what it says, of a withdrawn one nothing; and it is taken in once it is accepted. */
static void test_what_lies_beneath(void **state)
{
    struct rig *rig = *state;
    struct draft whole = {
        .period = "2024-S2", .unit = UNIT, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 40))};
    file_ok(rig, DRAFT(.period = "2024-S1", .unit = FIRST, CELLS(EXACT(1, 20))));
    file_ok(rig, DRAFT(.period = "2024", .unit = FIRST, CELLS(EXACT(1, 70))));
    assert_warns(rig, "an implied half", &whole,
                 (const char *const[TEXTS]){BELOW("model.registered", "40", "50")});
    file_ok(rig, DRAFT(.period = "2024", .unit = FIRST, .based_on = 1, .is_withdrawn = true,
                       .reason = "?"));
    assert_warns(rig, "no half", &whole, (const char *const[TEXTS]){NULL});
    whole.period = "2024";
    whole.cells = (const struct cell[]){EXACT(1, 10)};
    assert_warns(rig, "a year of one half", &whole,
                 (const char *const[TEXTS]){BELOW("model.registered", "10", "20")});
    assert_int_equal(file_ok(rig, &whole), 1);
    whole.unit = 64;
    assert_warns(rig, "beneath is the whole report", &whole, (const char *const[TEXTS]){NULL});
    whole.cells = (const struct cell[]){EXACT(1, 9)};
    assert_warns(rig, "and it is more", &whole,
                 (const char *const[TEXTS]){BELOW("model.registered", "9", "10")});
    whole.unit = UNIT;
    whole.cell_count = 0;
    whole.based_on = 1;
    whole.is_withdrawn = true;
    whole.reason = "?";
    assert_warns(rig, "a withdrawal", &whole, (const char *const[TEXTS]){NULL});
}

/* A figure that the catalogue has ended cannot be entered, and is not missed. */
static void test_what_is_valid_no_more(void **state)
{
    struct rig *rig = *state;
    const struct draft whole = {
        .period = "2024", .unit = UNIT, .scope = SCOPE_WHOLE, CELLS(EXACT(1, 5))};
    file_ok(rig, DRAFT(.period = "2024", .unit = FIRST, CELLS(EXACT(6, 30))));
    assert_warns(rig, "valid", &whole, (const char *const[TEXTS]){BLANK("poverty.poor", "30")});
    Tonghop__Catalogue *catalogue = edit_begin(2);
    struct date last;
    assert_int_equal(date_parse("2024-06-30", &last), ERR_OK);
    edit_indicator(catalogue, 6)->valid_to = last.days;
    rig_install_edited(rig, catalogue);
    assert_warns(rig, "ended", &whole, (const char *const[TEXTS]){NULL});
}

/* ---- in Vietnamese ---- */

static void test_in_vietnamese(void **state)
{
    struct rig *rig = *state;
    speak(rig, "vi");
    assert_warns(rig, "to come", DRAFT(.period = "2042-S1", .unit = FIRST),
                 (const char *const[TEXTS]){
                     "kỳ 2042-S1 bắt đầu từ ngày 2041-12-15, chưa tới: có nhầm năm không?"});
    file_ok(rig, DRAFT(.period = "2024", .unit = FIRST, CELLS(EXACT(6, 1200), EXACT(7, 705))));
    assert_warns(
        rig, "hidden",
        DRAFT(.period = "2024", .unit = UNIT, .scope = SCOPE_WHOLE, CELLS(EXACT(7, 205))),
        (const char *const[TEXTS]){
            "poverty.poor: cấp dưới có 1.200; báo cáo số toàn đơn vị không có, mà số của cấp dưới "
            "khi đó không được cộng: nhập số của toàn đơn vị",
            "contrib.land: báo cáo số toàn đơn vị là 20,5, nhỏ hơn tổng 70,5 của cấp dưới: số của "
            "cấp dưới không được cộng vào; sửa số bị sai"});
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
        ROOT_TEST(test_whole_reports),
        ROOT_TEST(test_what_lies_beneath),
        ROOT_TEST(test_what_is_valid_no_more),
        ROOT_TEST(test_in_vietnamese),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
