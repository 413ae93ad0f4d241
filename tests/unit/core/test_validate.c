/* Intake rules: what is refused, what is only warned about, and what each problem says. */
#include "lib/cm.h"

#include "core/validate.h"

enum { REGISTERED = 1, RECOGNISED = 2, COLLECTIVE = 3, RATE = 5, POOR = 6, LAND = 7 };
enum { DISTRICT_DIALOGUE = 9, COMMUNE_DIALOGUE = 10, BALANCE = 13, TEAM = 20 };
enum { E = QUALIFIER_EXACT, L = QUALIFIER_AT_LEAST, M = QUALIFIER_AT_MOST, A = QUALIFIER_ABOUT };
enum { R = QUALIFIER_RANGE };
enum { CELLS = 3 };

struct fixture {
    struct catalogue *catalogue;
    struct tree *trees[PERIOD_LABEL_COUNT]; /* of 2024, by label - 1 */
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->catalogue = sample_catalogue();
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++)
        fixture->trees[i] = tree_new(fixture->catalogue, (struct period){2024, (uint8_t)(i + 1)});
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++)
        tree_free(&fixture->trees[i]);
    catalogue_free(&fixture->catalogue);
    free(fixture);
    return 0;
}

struct row {
    const char *name;
    uint32_t unit, form;
    enum scope scope;
    struct cell cells[CELLS]; /* in order; indicator 0 ends them */
    const char *text;         /* of the only problem, or NULL */
    uint32_t indicator;       /* it is about */
    bool is_warning;
};

/* What each row's report meets at intake in 2024-S2. */
static const struct row ROWS[] = {
    {"nil report", 23860, 1, SCOPE_OWN, {{0}}, NULL, 0, false},
    {"plain report",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, E, 10, 0}, {RECOGNISED, E, 8, 0}, {COLLECTIVE, E, 8, 0}},
     NULL,
     0,
     false},
    {"qualified report",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, L, 10, 0}, {RECOGNISED, R, 8, 9}, {LAND, A, 5, 0}},
     NULL,
     0,
     false},
    {"zero is a value", 23860, 1, SCOPE_OWN, {{REGISTERED, E, 0, 0}}, NULL, 0, false},
    {"negative balance", 23860, 1, SCOPE_OWN, {{BALANCE, E, -150, 0}}, NULL, 0, false},
    {"a unit that ended in the window still files",
     23899,
     1,
     SCOPE_OWN,
     {{REGISTERED, E, 1, 0}},
     NULL,
     0,
     false},
    {"unknown unit",
     99999,
     1,
     SCOPE_OWN,
     {{REGISTERED, E, 1, 0}},
     "unit 99999 is not in the tree of 2024-S2: check the unit and the period, or file for its "
     "successor",
     0,
     false},
    {"unknown form",
     23860,
     9,
     SCOPE_OWN,
     {{REGISTERED, E, 1, 0}},
     "form 9 is not in catalogue 1: choose one that is, or fetch the newer catalogue",
     0,
     false},
    {"unknown indicator",
     23860,
     1,
     SCOPE_OWN,
     {{99, E, 1, 0}},
     "indicator 99 is not in catalogue 1: leave it out, or fetch the newer catalogue",
     99,
     false},
    {"derived indicator",
     23860,
     1,
     SCOPE_OWN,
     {{RATE, E, 80, 0}},
     "model.recognition_rate is computed from other figures: leave it out",
     RATE,
     false},
    {"indicator of another form",
     23860,
     1,
     SCOPE_OWN,
     {{TEAM, E, 3, 0}},
     "security.team belongs to form security: file it there",
     TEAM,
     false},
    {"in its own form", 23860, 2, SCOPE_OWN, {{TEAM, E, 3, 0}}, NULL, 0, false},
    {"a higher level's indicator",
     23860,
     1,
     SCOPE_OWN,
     {{DISTRICT_DIALOGUE, E, 3, 0}},
     "dialogue.district is not reported by units of level commune: leave it out",
     DISTRICT_DIALOGUE,
     false},
    {"a higher level's indicator, whole",
     23860,
     1,
     SCOPE_WHOLE,
     {{DISTRICT_DIALOGUE, E, 3, 0}},
     "dialogue.district is not reported by units of level commune: leave it out",
     DISTRICT_DIALOGUE,
     false},
    {"a lower level's indicator",
     631,
     1,
     SCOPE_OWN,
     {{COMMUNE_DIALOGUE, E, 3, 0}},
     "dialogue.commune is not reported by units of level district: leave it out",
     COMMUNE_DIALOGUE,
     false},
    {"a lower level's indicator, whole",
     631,
     1,
     SCOPE_WHOLE,
     {{COMMUNE_DIALOGUE, E, 3, 0}},
     NULL,
     0,
     false},
    {"a lower level's indicator, whole, from the top",
     64,
     1,
     SCOPE_WHOLE,
     {{DISTRICT_DIALOGUE, E, 3, 0}, {COMMUNE_DIALOGUE, E, 3, 0}},
     NULL,
     0,
     false},
    {"no qualifier",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, 0, 1, 0}},
     "model.registered has the unknown qualifier 0: use =, >=, <=, ~ or ..",
     REGISTERED,
     false},
    {"unknown qualifier",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, 6, 1, 0}},
     "model.registered has the unknown qualifier 6: use =, >=, <=, ~ or ..",
     REGISTERED,
     false},
    {"empty range",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, R, 5, 5}},
     "model.registered: the upper bound of the range is not above its lower bound: give a higher "
     "one, or a single value",
     REGISTERED,
     false},
    {"upper bound of no range",
     23860,
     1,
     SCOPE_OWN,
     {{REGISTERED, E, 5, 9}},
     "model.registered has an upper bound without being a range: leave the bound out, or make it a "
     "range",
     REGISTERED,
     false},
    {"negative",
     23860,
     1,
     SCOPE_OWN,
     {{LAND, E, -15, 0}},
     "contrib.land: -1.5 is negative: enter zero or more",
     LAND,
     false},
    {"range from below zero",
     23860,
     1,
     SCOPE_OWN,
     {{POOR, R, -1, 5}},
     "poverty.poor: -1 is negative: enter zero or more",
     POOR,
     false},
    {"part above whole",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, E, 8, 0}, {COLLECTIVE, E, 9, 0}},
     "model.recognised.collective: 9 is above the 8 of model.recognised, which it is a part of: "
     "correct the one that is wrong",
     COLLECTIVE,
     false},
    {"part without whole", 23860, 1, SCOPE_OWN, {{COLLECTIVE, E, 9, 0}}, NULL, 0, false},
    {"part about above whole",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, E, 8, 0}, {COLLECTIVE, A, 9, 0}},
     "model.recognised.collective: 9 is above the 8 of model.recognised, which it is a part of: "
     "correct the one that is wrong",
     COLLECTIVE,
     true},
    {"part above all of a range",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, R, 5, 8}, {COLLECTIVE, L, 9, 0}},
     "model.recognised.collective: 9 is above the 8 of model.recognised, which it is a part of: "
     "correct the one that is wrong",
     COLLECTIVE,
     true},
    {"part within a range",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, R, 5, 9}, {COLLECTIVE, E, 9, 0}},
     NULL,
     0,
     false},
    {"part at most above whole",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, E, 8, 0}, {COLLECTIVE, M, 9, 0}},
     NULL,
     0,
     false},
    {"part above whole of at least",
     23860,
     1,
     SCOPE_OWN,
     {{RECOGNISED, L, 8, 0}, {COLLECTIVE, E, 9, 0}},
     NULL,
     0,
     false},
};

static struct report report_of(uint32_t unit, uint32_t form, enum scope scope,
                               const struct cell *cells)
{
    struct report report = {
        .key = {KIND_ACTUAL, {2024, PERIOD_S2}, unit, form},
        .scope = (uint8_t)scope,
        .catalogue = 1,
    };
    for (size_t i = 0; i < CELLS && cells[i].indicator != 0; i++)
        report_add_cell(&report, cells[i]);
    return report;
}

/* Each rule of intake by itself: the report that keeps it passes, the one that breaks it gets one
 * problem that names the cell and the remedy. */
static void test_rules(void **state)
{
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *row = &ROWS[i];
        struct report report = report_of(row->unit, row->form, row->scope, row->cells);
        struct problems problems = {0};
        const enum err err =
            validate_report(&report, fixture->catalogue, fixture->trees[PERIOD_S2 - 1], &problems);
        if (err != (row->text != NULL && !row->is_warning ? ERR_INVALID : ERR_OK) ||
            problems.count != (row->text != NULL ? 1 : 0))
            fail_msg("%s: %s, %zu problems", row->name, err_name(err), problems.count);
        if (row->text != NULL) {
            assert_string_equal(problems.items[0].text, row->text);
            assert_int_equal(problems.items[0].indicator, row->indicator);
            assert_int_equal(problems.items[0].is_warning, row->is_warning);
        }
        problems_fini(&problems);
        report_fini(&report);
    }
}

/* The same rules in the words of an officer, who writes 1.250,5: a row for each message. */
static void test_vietnamese(void **state)
{
    static const struct {
        uint32_t unit, form;
        struct cell cells[CELLS];
        const char *text;
    } rows[] = {
        {99999,
         1,
         {{0}},
         "đơn vị 99999 không có trong kỳ 2024-S2: kiểm tra lại đơn vị và kỳ, hoặc nộp cho đơn vị "
         "kế thừa"},
        {23860,
         9,
         {{0}},
         "biểu mẫu số 9 không có trong danh mục 1: chọn biểu mẫu có trong đó, hoặc lấy danh mục "
         "mới hơn"},
        {23860,
         1,
         {{99, E, 1, 0}},
         "chỉ tiêu số 99 không có trong danh mục 1: bỏ số liệu này, hoặc lấy danh mục mới hơn"},
        {23860,
         1,
         {{RATE, E, 80, 0}},
         "model.recognition_rate được tính từ các số liệu khác: bỏ số liệu này"},
        {23860, 1, {{TEAM, E, 3, 0}}, "security.team thuộc biểu mẫu security: nộp ở biểu mẫu đó"},
        {23860,
         1,
         {{DISTRICT_DIALOGUE, E, 3, 0}},
         "dialogue.district không phải chỉ tiêu của “Cấp xã”: bỏ số liệu này"},
        {23860,
         1,
         {{REGISTERED, 6, 1, 0}},
         "model.registered có dấu không hợp lệ (6): dùng =, >=, <=, ~ hoặc .."},
        {23860,
         1,
         {{REGISTERED, R, 5, 5}},
         "model.registered: cận trên của khoảng không lớn hơn cận dưới: nhập cận trên lớn hơn, "
         "hoặc chỉ một số"},
        {23860,
         1,
         {{REGISTERED, E, 5, 9}},
         "model.registered có cận trên mà không phải là khoảng: bỏ cận trên, hoặc đổi thành "
         "khoảng"},
        {23860, 1, {{LAND, E, -12505, 0}}, "contrib.land: -1.250,5 là số âm: nhập từ 0 trở lên"},
        {23860,
         1,
         {{RECOGNISED, E, 8000, 0}, {COLLECTIVE, E, 9000, 0}},
         "model.recognised.collective: 9.000 lớn hơn số chung 8.000 ở model.recognised: sửa số bị "
         "sai"},
    };
    const struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = report_of(rows[i].unit, rows[i].form, SCOPE_OWN, rows[i].cells);
        struct problems problems = {.is_vietnamese = true};
        assert_int_equal(
            validate_report(&report, fixture->catalogue, fixture->trees[PERIOD_S2 - 1], &problems),
            ERR_INVALID);
        assert_int_equal(problems.count, 1);
        assert_string_equal(problems.items[0].text, rows[i].text);
        problems_fini(&problems);
        report_fini(&report);
    }
    const struct cell before[CELLS] = {{LAND, L, 12505, 0}}, after[CELLS] = {{0}};
    struct report previous = report_of(23860, 1, SCOPE_OWN, before);
    struct report next = report_of(23860, 1, SCOPE_OWN, after);
    struct problems problems = {.is_vietnamese = true};
    assert_int_equal(validate_dropped(&previous, &next, fixture->catalogue, &problems),
                     ERR_INVALID);
    assert_string_equal(problems.items[0].text,
                        "contrib.land trong bản trước là >=1.250,5 mà nay không có: nhập lại, hoặc "
                        "nộp với --replace để bỏ");
    problems_fini(&problems);
    report_fini(&previous);
    report_fini(&next);
}

/* Everything that is wrong is said at once, and what was in the list before does not count. */
static void test_all_at_once(void **state)
{
    const struct fixture *fixture = *state;
    const struct cell bad[CELLS] = {
        {REGISTERED, R, -5, -9}, {DISTRICT_DIALOGUE, E, 1, 0}, {99, E, 1, 0}};
    const struct cell good[CELLS] = {{REGISTERED, E, 1, 0}};
    const struct tree *tree = fixture->trees[PERIOD_S2 - 1];
    struct problems problems = {0};
    struct report report = report_of(23860, 1, SCOPE_OWN, bad);
    assert_int_equal(validate_report(&report, fixture->catalogue, tree, &problems), ERR_INVALID);
    assert_int_equal(problems.count, 4);
    assert_int_equal(problems.items[0].indicator, REGISTERED); /* not a range */
    assert_int_equal(problems.items[1].indicator, REGISTERED); /* negative */
    assert_int_equal(problems.items[2].indicator, DISTRICT_DIALOGUE);
    assert_int_equal(problems.items[3].indicator, 99);
    report_fini(&report);

    report = report_of(23860, 1, SCOPE_OWN, good);
    assert_int_equal(validate_report(&report, fixture->catalogue, tree, &problems), ERR_OK);
    assert_int_equal(problems.count, 4);
    report_fini(&report);
    problems_fini(&problems);
}

/* An indicator is judged on the last day of the report's own window. */
static void test_validity(void **state)
{
    const struct fixture *fixture = *state;
    struct indicator *indicator = &fixture->catalogue->indicators[REGISTERED - 1];
    assert_int_equal(indicator->number, REGISTERED);
    assert_int_equal(date_make(2024, 12, 14, &indicator->valid_from), ERR_OK);

    const struct cell cells[CELLS] = {{REGISTERED, E, 1, 0}};
    static const struct {
        enum period_label label;
        const char *text;
    } rows[] = {
        {PERIOD_S1,
         "model.registered is not valid on 2024-06-14, the last day of 2024-S1: leave it "
         "out"},
        {PERIOD_S2, NULL},
        {PERIOD_Y, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct report report = report_of(23860, 1, SCOPE_OWN, cells);
        report.key.period.label = (uint8_t)rows[i].label;
        const enum err err = validate_report(&report, fixture->catalogue,
                                             fixture->trees[rows[i].label - 1], &problems);
        assert_int_equal(err, rows[i].text != NULL ? ERR_INVALID : ERR_OK);
        if (rows[i].text != NULL)
            assert_string_equal(problems.items[0].text, rows[i].text);
        problems_fini(&problems);
        report_fini(&report);
    }
}

/* A part may exceed a whole that negative parts make smaller. */
static void test_signed_part(void **state)
{
    const struct fixture *fixture = *state;
    fixture->catalogue->indicators[RECOGNISED - 1].is_signed = true;
    const struct cell cells[CELLS] = {{RECOGNISED, E, 8, 0}, {COLLECTIVE, E, 9, 0}};
    struct problems problems = {0};
    struct report report = report_of(23860, 1, SCOPE_OWN, cells);
    assert_int_equal(
        validate_report(&report, fixture->catalogue, fixture->trees[PERIOD_S2 - 1], &problems),
        ERR_OK);
    assert_int_equal(problems.count, 0);
    report_fini(&report);
    problems_fini(&problems);
}

/* A withdrawal is a revision without content. */
static void test_withdrawal(void **state)
{
    const struct fixture *fixture = *state;
    const struct cell cells[CELLS] = {{REGISTERED, E, 1, 0}};
    const struct tree *tree = fixture->trees[PERIOD_S2 - 1];
    struct problems problems = {0};
    struct report report = report_of(23860, 1, SCOPE_OWN, cells);
    report.is_withdrawn = true;
    assert_int_equal(validate_report(&report, fixture->catalogue, tree, &problems), ERR_INVALID);
    assert_int_equal(problems.count, 1);
    report.cell_count = 0;
    assert_int_equal(validate_report(&report, fixture->catalogue, tree, &problems), ERR_OK);
    report_fini(&report);
    problems_fini(&problems);
}

/* A revision that drops cells lists them and needs --replace; a withdrawal drops them all. */
static void test_dropped(void **state)
{
    const struct fixture *fixture = *state;
    const struct cell before[CELLS] = {{REGISTERED, E, 5, 0}, {LAND, L, 756, 0}, {99, E, 1, 0}};
    const struct cell after[CELLS] = {{REGISTERED, E, 0, 0}, {POOR, E, 1, 0}};
    struct report previous = report_of(23860, 1, SCOPE_OWN, before);
    struct report next = report_of(23860, 1, SCOPE_OWN, after);
    struct problems problems = {0};
    const struct catalogue *catalogue = fixture->catalogue;
    assert_int_equal(validate_dropped(&previous, &next, catalogue, &problems), ERR_INVALID);
    assert_int_equal(problems.count, 2);
    assert_int_equal(problems.error_count, 2);
    assert_int_equal(problems.items[0].indicator, LAND);
    assert_string_equal(problems.items[0].text,
                        "contrib.land was >=75.6 in the revision before and is missing now: enter "
                        "it again, or file with --replace to drop it");
    assert_int_equal(problems.items[1].indicator, 99);
    assert_string_equal(problems.items[1].text,
                        "indicator 99 was in the revision before and is missing now: enter it "
                        "again, or file with --replace to drop it");

    next.may_drop_cells = true;
    assert_int_equal(validate_dropped(&previous, &next, catalogue, &problems), ERR_OK);
    next.may_drop_cells = false;
    next.is_withdrawn = true;
    assert_int_equal(validate_dropped(&previous, &next, catalogue, &problems), ERR_OK);
    next.is_withdrawn = false;
    assert_int_equal(validate_dropped(&next, &next, catalogue, &problems), ERR_OK);
    previous.cell_count = 0; /* after a withdrawal, or a nil report, there is nothing to drop */
    assert_int_equal(validate_dropped(&previous, &next, catalogue, &problems), ERR_OK);
    assert_int_equal(problems.count, 2);
    problems_fini(&problems);
    report_fini(&previous);
    report_fini(&next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_vietnamese, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_validity, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signed_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_withdrawal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_dropped, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
