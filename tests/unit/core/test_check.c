/* Checks: what can be written, where it is wrong if it cannot, and what comes of making them. */
#include "lib/cm.h"

#include "core/check.h"

enum { REGISTERED = 1, RECOGNISED = 2, COLLECTIVE = 3, INDIVIDUAL = 4, LAND = 7 };
enum { E = QUALIFIER_EXACT, L = QUALIFIER_AT_LEAST, M = QUALIFIER_AT_MOST, A = QUALIFIER_ABOUT };
enum { R = QUALIFIER_RANGE };

/* An indicator of the sample catalogue with other checks. */
struct subject {
    struct catalogue *catalogue;
    struct indicator *indicator;
};

static struct subject subject_of(uint32_t number, const char *text)
{
    struct subject subject = {.catalogue = sample_catalogue()};
    struct formula_error error = {0};

    for (size_t i = 0; i < subject.catalogue->indicator_count; i++)
        if (subject.catalogue->indicators[i].number == number)
            subject.indicator = &subject.catalogue->indicators[i];
    assert_non_null(subject.indicator);
    if (checks_parse(text, subject.indicator, subject.catalogue, &subject.indicator->checks,
                     &subject.indicator->check_count, &error) != ERR_OK)
        fail_msg("%s: %zu: %s", text, error.offset, error.text);
    return subject;
}

/* What is wrong is told at its place, with a remedy, and nothing is made. */
static void errors_have_a_place_and_a_remedy(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err err;
        size_t offset;
        const char *says;
    } rows[] = {
        {"= poverty.poor", ERR_SYNTAX, 0, "write =="},
        {"<=", ERR_SYNTAX, 2, "indicator's code"},
        {"<= nobody", ERR_NOT_FOUND, 3, "no indicator \"nobody\""},
        {"<= poverty.poor +", ERR_SYNTAX, 17, "indicator's code"},
        {"<= 1 2", ERR_SYNTAX, 5, "should end here"},
        {"<= 1 <= 2", ERR_SYNTAX, 5, "should end here"},
        {"<= 1 and >= 0", ERR_SYNTAX, 5, "should end here"},
        {"<= (1 > 0)", ERR_SYNTAX, 3, "a number is needed"},
        {"<= 1;", ERR_SYNTAX, 5, "a check is missing"},
        {"; <= 1", ERR_SYNTAX, 0, "a check is missing"},
        {"<= 1;; >= 0", ERR_SYNTAX, 5, "a check is missing"},
        {"warn <= 1", ERR_SYNTAX, 5, "warn: with a colon"},
        {"warn:", ERR_SYNTAX, 5, "begins with"},
        {"1 <= 2", ERR_SYNTAX, 0, "begins with"},
        {"hamlet <= 1", ERR_NOT_FOUND, 0, "no level \"hamlet\""},
        {"commune|hamlet <= 1", ERR_NOT_FOUND, 8, "no level \"hamlet\""},
        {"commune| <= 1", ERR_SYNTAX, 9, "another level after |"},
        {"commune district <= 1", ERR_SYNTAX, 8, "begins with"},
        {"commune", ERR_SYNTAX, 7, "begins with"},
        {"poverty.poor <= 1", ERR_SYNTAX, 0, "the indicator itself"},
        {"in 0", ERR_SYNTAX, 3, "in braces"},
        {"in {}", ERR_SYNTAX, 4, "write a number"},
        {"in {0,}", ERR_SYNTAX, 6, "write a number"},
        {"in {0 1}", ERR_SYNTAX, 6, "close the numbers"},
        {"in {poverty.poor}", ERR_SYNTAX, 4, "write a number"},
        {"in {0", ERR_SYNTAX, 5, "close the numbers"},
        {"<= 1,5", ERR_SYNTAX, 4, "should end here"},
        {"<= 1; >= $", ERR_SYNTAX, 9, "no meaning"},
        {"<= hộ", ERR_SYNTAX, 4, "no meaning"},
        {"≤ 1", ERR_SYNTAX, 0, "write <= instead of"},
        {"≥ 1", ERR_SYNTAX, 0, "write >= instead of"},
        {"≠ 1", ERR_SYNTAX, 0, "write != instead of"},
        {"<= 1 – 2", ERR_SYNTAX, 5, "write - instead of"},
        {"<= 2 × 3", ERR_SYNTAX, 5, "write * instead of"},
        {"<= 6 ÷ 3", ERR_SYNTAX, 5, "write / instead of"},
        {"≡ 1", ERR_SYNTAX, 0, "no meaning"},
    };
    struct catalogue *catalogue = sample_catalogue();
    const struct indicator *indicator = catalogue_indicator(catalogue, REGISTERED);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct check *checks = NULL;
        size_t count = 0;
        struct formula_error error = {.offset = SIZE_MAX};
        enum err err = checks_parse(rows[i].text, indicator, catalogue, &checks, &count, &error);
        if (err != rows[i].err || error.offset != rows[i].offset ||
            strstr(error.text, rows[i].says) == NULL)
            fail_msg("\"%s\": %d at %zu: %s", rows[i].text, err, error.offset, error.text);
        assert_null(checks);
        assert_int_equal(count, 0);
    }
    catalogue_free(&catalogue);
}

/* Length and number of checks have limits, and the limits themselves are taken. */
static void checks_are_bounded(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    const struct indicator *indicator = catalogue_indicator(catalogue, REGISTERED);

    for (size_t count = CHECKS_MAX; count <= CHECKS_MAX + 1; count++) {
        struct check *checks = NULL;
        size_t parsed = 0;
        struct formula_error error = {0};
        char text[8 * (CHECKS_MAX + 1)] = "<= 1";
        for (size_t i = 1; i < count; i++)
            strcat(text, ";<= 1");
        enum err err = checks_parse(text, indicator, catalogue, &checks, &parsed, &error);
        assert_int_equal(err, count == CHECKS_MAX ? ERR_OK : ERR_SYNTAX);
        assert_int_equal(parsed, count == CHECKS_MAX ? CHECKS_MAX : 0);
        checks_free(&checks, &parsed);
    }
    for (size_t len = CHECKS_TEXT_MAX; len <= CHECKS_TEXT_MAX + 1; len++) {
        struct check *checks = NULL;
        size_t parsed = 0;
        struct formula_error error = {0};
        char text[CHECKS_TEXT_MAX + 2];
        memset(text, ' ', len);
        memcpy(text, "<= 1", 4);
        text[len] = '\0';
        enum err err = checks_parse(text, indicator, catalogue, &checks, &parsed, &error);
        assert_int_equal(err, len == CHECKS_TEXT_MAX ? ERR_OK : ERR_SYNTAX);
        checks_free(&checks, &parsed);
    }
    catalogue_free(&catalogue);
}

/* Each check keeps its text, its severity and its levels; no text is no check. */
static void checks_describe_themselves(void **state)
{
    (void)state;
    struct subject subject = subject_of(
        REGISTERED, " warn: <= poverty.poor ; commune | district in {0, -1.5};== 2 * 3 ");
    const struct check *checks = subject.indicator->checks;

    assert_int_equal(subject.indicator->check_count, 3);
    assert_string_equal(checks[0].text, "warn: <= poverty.poor");
    assert_true(checks[0].is_warning);
    assert_int_equal(checks[0].level_mask, 0);
    assert_int_equal(checks[0].offset, 1);
    assert_string_equal(checks[1].text, "commune | district in {0, -1.5}");
    assert_false(checks[1].is_warning);
    assert_int_equal(checks[1].level_mask, 1u << 1 | 1u << 2);
    assert_int_equal(checks[1].right, CHECK_NO_NODE);
    assert_int_equal(checks[1].offset, 25);
    assert_string_equal(checks[2].text, "== 2 * 3");
    assert_true(check_is_for(&checks[0], 0));
    assert_false(check_is_for(&checks[1], 0));
    assert_true(check_is_for(&checks[1], 2));
    catalogue_free(&subject.catalogue);

    subject = subject_of(REGISTERED, " \n");
    assert_int_equal(subject.indicator->check_count, 0);
    catalogue_free(&subject.catalogue);
}

/* ---- making them ---- */

/* Operands by number, 1 to 4 and land; what is not there is missing. */
struct world {
    struct operand operands[LAND + 1];
};

static struct operand world_operand(void *ctx, uint32_t number)
{
    const struct world *world = ctx;
    return number <= LAND ? world->operands[number] : (struct operand){.state = OPERAND_MISSING};
}

/* Five units of each level, and for three of them the predicate holds. */
static uint32_t world_count(void *ctx, uint8_t level, const struct formula_test *predicate,
                            uint32_t *ret_unknown, uint32_t *ret_all)
{
    (void)ctx;
    (void)predicate;
    *ret_all = 5;
    *ret_unknown = level == 2; /* every district is known, one commune is not */
    return 3;
}

#define CELL(q, v)                                                                                 \
    {                                                                                              \
        OPERAND_VALUE, (v), 0, q, 0, 1                                                             \
    }
#define SPAN(low, top)                                                                             \
    {                                                                                              \
        OPERAND_VALUE, (low), 0, R, (top), 1                                                       \
    }
#define SKIP                                                                                       \
    {                                                                                              \
        OPERAND_SKIPPED, 0, 0, 0, 0, 0                                                             \
    }
#define NONE                                                                                       \
    {                                                                                              \
        OPERAND_MISSING, 0, 0, 0, 0, 0                                                             \
    }

/* A check holds, fails, or is not made; inexact operands are noticed. */
static void checks_are_made(void **state)
{
    (void)state;
    static const struct {
        const char *text; /* of model.registered */
        struct operand registered, recognised, collective;
        int expected;
        bool is_inexact;
    } rows[] = {
        {"<= model.recognised", CELL(E, 3), CELL(E, 3), NONE, CHECK_HOLDS, false},
        {"<= model.recognised", CELL(E, 4), CELL(E, 3), NONE, CHECK_FAILS, false},
        {"< model.recognised", CELL(E, 3), CELL(E, 3), NONE, CHECK_FAILS, false},
        {">= model.recognised", CELL(E, 2), CELL(E, 3), NONE, CHECK_FAILS, false},
        {"> model.recognised", CELL(E, 4), CELL(E, 3), NONE, CHECK_HOLDS, false},
        {"== model.recognised", CELL(E, 3), CELL(E, 3), NONE, CHECK_HOLDS, false},
        {"== model.recognised", CELL(E, 3), CELL(E, 4), NONE, CHECK_FAILS, false},
        {"!= model.recognised", CELL(E, 3), CELL(E, 3), NONE, CHECK_FAILS, false},
        {"in {0, 1}", CELL(E, 1), NONE, NONE, CHECK_HOLDS, false},
        {"in {0, 1}", CELL(E, 2), NONE, NONE, CHECK_FAILS, false},
        {"in {-2}", CELL(E, -2), NONE, NONE, CHECK_HOLDS, false},
        {"<= model.recognised", CELL(E, 9), NONE, NONE, CHECK_NOT_MADE, false},
        {"<= model.recognised", NONE, CELL(E, 9), NONE, CHECK_NOT_MADE, false},
        {"<= model.recognised", CELL(E, 9), SKIP, NONE, CHECK_NOT_MADE, false},
        {"== model.recognised + model.recognised.collective", CELL(E, 5), CELL(E, 5), SKIP,
         CHECK_HOLDS, false},
        {"== model.recognised + model.recognised.collective", CELL(E, 5), CELL(E, 4), CELL(E, 2),
         CHECK_FAILS, false},
        {"== model.recognised + model.recognised.collective", CELL(E, 5), CELL(E, 4), NONE,
         CHECK_NOT_MADE, false},
        {"<= model.recognised", CELL(L, 4), CELL(E, 3), NONE, CHECK_FAILS, true},
        {"<= model.recognised", CELL(L, 3), CELL(E, 3), NONE, CHECK_NOT_MADE, true},
        {"<= model.recognised", CELL(M, 4), CELL(E, 3), NONE, CHECK_NOT_MADE, true},
        {"<= model.recognised", CELL(A, 4), CELL(E, 3), NONE, CHECK_FAILS, true},
        {"<= model.recognised", CELL(A, 3), CELL(E, 3), NONE, CHECK_HOLDS, true},
        {"<= model.recognised", SPAN(4, 6), CELL(E, 3), NONE, CHECK_FAILS, true},
        {"<= model.recognised", SPAN(2, 6), CELL(E, 3), NONE, CHECK_NOT_MADE, true},
        {"<= count@district(unit)", CELL(E, 4), NONE, NONE, CHECK_FAILS, false},
        {"<= count@commune(model.registered > 0)", CELL(E, 4), NONE, NONE, CHECK_FAILS, true},
        {"<= model.recognised / 0", CELL(E, 4), CELL(E, 3), NONE, CHECK_NOT_MADE, false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct subject subject = subject_of(REGISTERED, rows[i].text);
        struct world world = {.operands = {[REGISTERED] = rows[i].registered,
                                           [RECOGNISED] = rows[i].recognised,
                                           [COLLECTIVE] = rows[i].collective}};
        struct check_result result = check_make(
            subject.indicator->checks, &(struct formula_env){&world, world_operand, world_count});
        if ((int)result.state != rows[i].expected || result.is_inexact != rows[i].is_inexact)
            fail_msg("row %zu, %s: %d, %d", i, rows[i].text, (int)result.state, result.is_inexact);
        catalogue_free(&subject.catalogue);
    }
}

/* A failure carries both sides, in full; a set has no right one. */
static void failures_show_both_sides(void **state)
{
    (void)state;
    struct subject subject = subject_of(REGISTERED, "<= model.recognised / 4; in {0}");
    struct world world = {.operands = {[REGISTERED] = CELL(E, 2), [RECOGNISED] = CELL(E, 5)}};
    const struct formula_env env = {&world, world_operand, world_count};
    struct check_result result = check_make(&subject.indicator->checks[0], &env);

    assert_int_equal(result.state, CHECK_FAILS);
    assert_true(result.left.has_value && result.right.has_value);
    assert_true(result.left.value == 2000000 && result.right.value == 1250000);
    result = check_make(&subject.indicator->checks[1], &env);
    assert_int_equal(result.state, CHECK_FAILS);
    assert_true(result.left.has_value && !result.right.has_value);
    catalogue_free(&subject.catalogue);
}

/* On a roll-up the checks of its level that fail are named, in their order. */
static void roll_ups_name_what_fails(void **state)
{
    (void)state;
    struct subject subject =
        subject_of(REGISTERED, "<= 3; commune in {0,1}; warn: >= model.recognised; <= 100");
    struct world world = {.operands = {[REGISTERED] = CELL(E, 4), [RECOGNISED] = CELL(E, 5)}};
    const struct formula_env env = {&world, world_operand, world_count};
    const struct check *failed[4] = {NULL};

    assert_int_equal(check_roll_up(subject.indicator, &env, 0, failed), 2);
    assert_string_equal(failed[0]->text, "<= 3");
    assert_string_equal(failed[1]->text, "warn: >= model.recognised");
    assert_int_equal(check_roll_up(subject.indicator, &env, 2, failed), 3);
    assert_string_equal(failed[1]->text, "commune in {0,1}");
    catalogue_free(&subject.catalogue);

    subject = subject_of(REGISTERED, "");
    assert_int_equal(check_roll_up(subject.indicator, &env, 0, NULL), 0);
    catalogue_free(&subject.catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_a_place_and_a_remedy),
        cmocka_unit_test(checks_are_bounded),
        cmocka_unit_test(checks_describe_themselves),
        cmocka_unit_test(checks_are_made),
        cmocka_unit_test(failures_show_both_sides),
        cmocka_unit_test(roll_ups_name_what_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
