/* Checks at entry: among the cells of one report; an error, a warning, or not made. */
#include "lib/cm.h"

#include "core/check.h"
#include "core/validate.h"

enum { REGISTERED = 1, RECOGNISED = 2, COLLECTIVE = 3, INDIVIDUAL = 4, RATE = 5, POOR = 6 };
enum { DISTRICT_DIALOGUE = 9, COMMUNE_DIALOGUE = 10, DIALOGUES = 11, TEAM = 20 };
enum { E = QUALIFIER_EXACT, L = QUALIFIER_AT_LEAST, A = QUALIFIER_ABOUT };
enum { CELLS = 4, COMMUNE_UNIT = 23860, DISTRICT_UNIT = 631 };

static struct indicator *find(struct catalogue *catalogue, uint32_t number)
{
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        if (catalogue->indicators[i].number == number)
            return &catalogue->indicators[i];
    fail();
    return NULL;
}

static void give_checks(struct catalogue *catalogue, uint32_t number, const char *text)
{
    struct indicator *indicator = find(catalogue, number);
    struct formula_error error = {0};
    checks_free(&indicator->checks, &indicator->check_count);
    if (checks_parse(text, indicator, catalogue, &indicator->checks, &indicator->check_count,
                     &error) != ERR_OK)
        fail_msg("%s: %s", text, error.text);
}

struct row {
    const char *name, *checks;
    uint32_t of; /* the indicator that has the checks */
    uint32_t unit;
    enum scope scope;
    struct cell cells[CELLS];
    const char *text; /* of the only problem, or NULL */
    uint32_t indicator;
    bool is_warning;
};

static const struct row ROWS[] = {
    {"holds",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, E, 8, 0}, {RECOGNISED, E, 8, 0}},
     NULL,
     0,
     false},
    {"fails",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, E, 8, 0}, {RECOGNISED, E, 9, 0}},
     "Models recognised: 9, has to be at most Models registered (8): correct the figure that is "
     "wrong (check \"<= model.registered\")",
     RECOGNISED,
     false},
    {"only warns",
     "warn: <= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, E, 8, 0}, {RECOGNISED, E, 9, 0}},
     "Models recognised: 9, is usually at most Models registered (8): make sure that the figures "
     "are right (check \"warn: <= model.registered\")",
     RECOGNISED,
     true},
    {"inexact, and only warns",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, A, 8, 0}, {RECOGNISED, L, 9, 0}},
     "Models recognised: >=9, has to be at most Models registered (8): make sure that the figures "
     "are right (check \"<= model.registered\")",
     RECOGNISED,
     true},
    {"inexact, and may be right",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, L, 8, 0}, {RECOGNISED, E, 9, 0}},
     NULL,
     0,
     false},
    {"an operand is missing",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{RECOGNISED, E, 9, 0}},
     NULL,
     0,
     false},
    {"an operand is in another form",
     "<= security.team",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{RECOGNISED, E, 9, 0}},
     NULL,
     0,
     false},
    {"the figure itself is missing",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, E, 8, 0}},
     NULL,
     0,
     false},
    {"parts are quoted",
     "== model.recognised.collective + model.recognised.individual",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{RECOGNISED, E, 9, 0}, {COLLECTIVE, E, 5, 0}, {INDIVIDUAL, E, 3, 0}},
     "Models recognised: 9, has to be equal to 'of which collective' + 'of which individual' (8): "
     "correct the figure that is wrong (check \"== model.recognised.collective + "
     "model.recognised.individual\")",
     RECOGNISED,
     false},
    {"a set",
     "commune in {0, 1}",
     POOR,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{POOR, E, 2, 0}},
     "Poor households: 2, has to be one of {0, 1}: correct the figure that is wrong (check "
     "\"commune in {0, 1}\")",
     POOR,
     false},
    {"a set of another level",
     "commune in {0, 1}",
     POOR,
     DISTRICT_UNIT,
     SCOPE_OWN,
     {{POOR, E, 2, 0}},
     NULL,
     0,
     false},
    {"a level's check of a whole report",
     "district <= 1",
     POOR,
     DISTRICT_UNIT,
     SCOPE_WHOLE,
     {{POOR, E, 2, 0}},
     "Poor households: 2, has to be at most 1: correct the figure that is wrong (check \"district "
     "<= 1\")",
     POOR,
     false},
    {"terms of other levels are left out",
     "<= dialogue.district + dialogue.commune",
     POOR,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{POOR, E, 2, 0}, {COMMUNE_DIALOGUE, E, 1, 0}},
     "Poor households: 2, has to be at most Dialogues held by districts + Dialogues held by "
     "communes (1): correct the figure that is wrong (check \"<= dialogue.district + "
     "dialogue.commune\")",
     POOR,
     false},
    {"but not in a whole report",
     "<= dialogue.district + dialogue.commune",
     POOR,
     DISTRICT_UNIT,
     SCOPE_WHOLE,
     {{POOR, E, 2, 0}, {COMMUNE_DIALOGUE, E, 1, 0}},
     NULL,
     0,
     false},
    {"a derived figure",
     "<= 100",
     RATE,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{REGISTERED, E, 8, 0}, {RECOGNISED, E, 9, 0}},
     "Recognition rate: 112.5, has to be at most 100: correct the figure that is wrong (check \"<= "
     "100\")",
     REGISTERED,
     false},
    {"a derived figure without a value",
     "<= 100",
     RATE,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{RECOGNISED, E, 9, 0}},
     NULL,
     0,
     false},
    {"a derived operand",
     "<= dialogue.total",
     POOR,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{POOR, E, 5, 0}, {COMMUNE_DIALOGUE, E, 4, 0}},
     "Poor households: 5, has to be at most Dialogues (4): correct the figure that is wrong (check "
     "\"<= dialogue.total\")",
     POOR,
     false},
    {"units are not counted at entry",
     "<= org.xa",
     POOR,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{POOR, E, 5, 0}},
     NULL,
     0,
     false},
    {"nil report",
     "<= model.registered",
     RECOGNISED,
     COMMUNE_UNIT,
     SCOPE_OWN,
     {{0}},
     NULL,
     0,
     false},
};

static struct report report_of(const struct row *row)
{
    struct report report = {
        .key = {KIND_ACTUAL, {2024, PERIOD_S2}, row->unit, 1},
        .scope = (uint8_t)row->scope,
        .catalogue = 1,
    };
    for (size_t i = 0; i < CELLS && row->cells[i].indicator != 0; i++)
        report_add_cell(&report, row->cells[i]);
    assert_int_equal(report_sort(&report), ERR_OK);
    return report;
}

static void test_outcomes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        const struct row *row = &ROWS[i];
        struct catalogue *catalogue = sample_catalogue();
        struct tree *tree = tree_new(catalogue, (struct period){2024, PERIOD_S2});
        struct report report = report_of(row);
        struct problems problems = {0};

        give_checks(catalogue, row->of, row->checks);
        enum err err = validate_report(&report, catalogue, tree, &problems);
        if (problems.count != (row->text != NULL))
            fail_msg("%s: %zu problems: %s", row->name, problems.count,
                     problems.count > 0 ? problems.items[0].text : "");
        assert_int_equal(err, row->text != NULL && !row->is_warning ? ERR_INVALID : ERR_OK);
        if (row->text != NULL) {
            if (strcmp(problems.items[0].text, row->text) != 0)
                fail_msg("%s: %s", row->name, problems.items[0].text);
            assert_int_equal(problems.items[0].indicator, row->indicator);
            assert_int_equal(problems.items[0].is_warning, row->is_warning);
        }
        problems_fini(&problems);
        report_fini(&report);
        tree_free(&tree);
        catalogue_free(&catalogue);
    }
}

/* The same in Vietnamese, with its numbers. */
static void test_vietnamese(void **state)
{
    (void)state;
    static const struct row row = {.unit = COMMUNE_UNIT,
                                   .scope = SCOPE_OWN,
                                   .cells = {{REGISTERED, E, 8000, 0}, {RECOGNISED, E, 9001, 0}}};
    struct catalogue *catalogue = sample_catalogue();
    struct tree *tree = tree_new(catalogue, (struct period){2024, PERIOD_S2});
    struct report report = report_of(&row);
    static const struct {
        const char *check, *said;
    } checks[] = {
        {"<= model.registered", "Mô hình được công nhận: 9.001, phải không quá Mô hình đăng ký "
                                "(8.000): sửa số bị sai (điều "
                                "kiện “<= model.registered”)"},
        {"in {0}", "Mô hình được công nhận: 9.001, phải là một trong {0}: sửa số bị sai (điều kiện "
                   "“in {0}”)"},
        {"warn: in {0, 7}",
         "Mô hình được công nhận: 9.001, thường là một trong {0, 7}: kiểm tra lại "
         "các số này (điều kiện “warn: in {0, 7}”)"},
        {"warn: <= 9000", "Mô hình được công nhận: 9.001, thường không quá 9.000: kiểm tra lại các "
                          "số này (điều kiện “warn: <= 9000”)"},
        {"< 9001",
         "Mô hình được công nhận: 9.001, phải nhỏ hơn 9.001: sửa số bị sai (điều kiện “< 9001”)"},
        {"> 9001",
         "Mô hình được công nhận: 9.001, phải lớn hơn 9.001: sửa số bị sai (điều kiện “> 9001”)"},
        {">= 9002", "Mô hình được công nhận: 9.001, phải không dưới 9.002: sửa số bị sai (điều "
                    "kiện “>= 9002”)"},
        {"!= 9001",
         "Mô hình được công nhận: 9.001, phải khác 9.001: sửa số bị sai (điều kiện “!= 9001”)"},
        {"warn: == model.registered + model.registered",
         "Mô hình được công nhận: 9.001, thường bằng Mô hình đăng ký + Mô hình đăng ký (16.000): "
         "kiểm tra lại các số này (điều kiện “warn: == model.registered + model.registered”)"},
        {"<= model.registered - 1",
         "Mô hình được công nhận: 9.001, phải không quá 7.999: sửa số bị sai (điều kiện “<= "
         "model.registered - 1”)"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct problems problems = {.is_vietnamese = true};
        give_checks(catalogue, RECOGNISED, checks[i].check);
        (void)validate_report(&report, catalogue, tree, &problems);
        assert_int_equal(problems.count, 1);
        assert_string_equal(problems.items[0].text, checks[i].said);
        problems_fini(&problems);
    }
    report_fini(&report);
    tree_free(&tree);
    catalogue_free(&catalogue);
}

/* A required figure is asked of every report with cells whose unit reports it, and of no plan. */
static void test_required(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t required, unit;
        uint8_t kind;
        struct cell cells[CELLS];
        bool is_refused;
    } rows[] = {
        {"missing", POOR, COMMUNE_UNIT, KIND_ACTUAL, {{REGISTERED, E, 1, 0}}, true},
        {"zero", POOR, COMMUNE_UNIT, KIND_ACTUAL, {{POOR, E, 0, 0}}, false},
        {"nil report", POOR, COMMUNE_UNIT, KIND_ACTUAL, {{0}}, false},
        {"plan", POOR, COMMUNE_UNIT, KIND_PLAN, {{REGISTERED, E, 1, 0}}, false},
        {"other level", DISTRICT_DIALOGUE, COMMUNE_UNIT, KIND_ACTUAL, {{POOR, E, 1, 0}}, false},
        {"its level", DISTRICT_DIALOGUE, DISTRICT_UNIT, KIND_ACTUAL, {{POOR, E, 1, 0}}, true},
        {"other form", TEAM, COMMUNE_UNIT, KIND_ACTUAL, {{POOR, E, 1, 0}}, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *catalogue = sample_catalogue();
        struct tree *tree = tree_new(catalogue, (struct period){2024, PERIOD_S2});
        struct row row = {.unit = rows[i].unit, .scope = SCOPE_OWN};
        struct problems problems = {0};

        memcpy(row.cells, rows[i].cells, sizeof row.cells);
        struct report report = report_of(&row);
        report.key.kind = rows[i].kind;
        find(catalogue, rows[i].required)->is_required = true;
        if ((validate_report(&report, catalogue, tree, &problems) != ERR_OK) != rows[i].is_refused)
            fail_msg("%s", rows[i].name);
        assert_int_equal(problems.count, rows[i].is_refused);
        if (rows[i].is_refused) {
            assert_int_equal(problems.items[0].indicator, rows[i].required);
            assert_non_null(strstr(problems.items[0].text, "write 0 if there was none"));
        }
        problems_fini(&problems);

        /* One that has ended is not asked for. */
        find(catalogue, rows[i].required)->valid_to = DATE_MIN;
        report.cell_count = 0;
        report_add_cell(&report, (struct cell){COMMUNE_DIALOGUE, E, 1, 0});
        if (rows[i].unit == COMMUNE_UNIT)
            assert_int_equal(validate_report(&report, catalogue, tree, &problems), ERR_OK);
        problems_fini(&problems);
        report_fini(&report);
        tree_free(&tree);
        catalogue_free(&catalogue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_vietnamese),
        cmocka_unit_test(test_required),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
