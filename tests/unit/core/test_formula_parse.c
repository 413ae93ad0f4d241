#include "lib/cm.h"

#include "core/formula.h"

static struct formula *parse(const struct catalogue *catalogue, const char *text)
{
    struct formula *formula = NULL;
    struct formula_error error = {0};

    if (formula_parse(text, catalogue, &formula, &error) != ERR_OK)
        fail_msg("%s: %zu: %s", text, error.offset, error.text);
    return formula;
}

/* A formula names what it reads, once each, and what it is. */
static void formulas_describe_themselves(void **state)
{
    (void)state;
    struct catalogue *catalogue = sample_catalogue();
    struct formula *formula =
        parse(catalogue, "= 100 * (model.recognised + model.registered) / model.recognised");
    size_t count;
    const uint32_t *operands = formula_operands(formula, &count);

    assert_int_equal(count, 2);
    assert_int_equal(operands[0], 1);
    assert_int_equal(operands[1], 2);
    assert_true(formula_is_ratio(formula));
    formula_free(&formula);

    formula = parse(catalogue, "count@commune(poverty.poor > 0)");
    operands = formula_operands(formula, &count);
    assert_int_equal(count, 1);
    assert_int_equal(operands[0], 6);
    assert_false(formula_is_ratio(formula));
    formula_free(&formula);

    formula = parse(catalogue, "count@commune(unit)");
    (void)formula_operands(formula, &count); /* none: only the count is of interest */
    assert_int_equal(count, 0);
    formula_free(&formula);
    assert_null(formula);
    formula_free(&formula); /* NULL is free-safe */
    catalogue_free(&catalogue);
}

/* What is wrong is told at its place, and nothing is made. */
static void errors_have_a_place_and_a_remedy(void **state)
{
    (void)state;
    const struct {
        const char *text;
        enum err err;
        size_t offset;
        const char *says;
    } rows[] = {
        {"", ERR_SYNTAX, 0, "begins with = or count@"},
        {"poverty.poor", ERR_SYNTAX, 0, "begins with = or count@"},
        {"=", ERR_SYNTAX, 1, "indicator's code"},
        {"= poverty.poor +", ERR_SYNTAX, 16, "indicator's code"},
        {"= nobody", ERR_NOT_FOUND, 2, "no indicator \"nobody\""},
        {"= poverty.poor.", ERR_SYNTAX, 2, "indicator's code"},
        {"= poverty..poor", ERR_SYNTAX, 2, "indicator's code"},
        {"= and", ERR_SYNTAX, 2, "indicator's code"},
        {"= 1 + 2 3", ERR_SYNTAX, 8, "should end here"},
        {"= (1 + 2", ERR_SYNTAX, 8, "close the bracket"},
        {"= 1 + 2)", ERR_SYNTAX, 7, "should end here"},
        {"= 1,5", ERR_SYNTAX, 3, "numbers such as 0.5"},
        {"= 1.", ERR_SYNTAX, 2, "not a number"},
        {"= 1.2.3", ERR_SYNTAX, 2, "not a number"},
        {"= 0.1234567", ERR_SYNTAX, 2, "not a number"},
        {"= 9223372036854775808", ERR_SYNTAX, 2, "not a number"},
        {"= $", ERR_SYNTAX, 2, "no meaning"},
        {"= hộ", ERR_SYNTAX, 3, "no meaning"},
        {"= a ! b", ERR_SYNTAX, 4, "no meaning"},
        {"= 1 > 0", ERR_SYNTAX, 2, "a number is needed"},
        {"= 1 + (1 > 0)", ERR_SYNTAX, 4, "a number is needed"},
        {"= -(1 > 0)", ERR_SYNTAX, 2, "a number is needed"},
        {"count@commune(1 < 2 < 3)", ERR_SYNTAX, 20, "a number is needed"},
        {"count@commune(poverty.poor)", ERR_SYNTAX, 14, "a condition is needed"},
        {"count@commune(unit and 1)", ERR_SYNTAX, 19, "a condition is needed"},
        {"count@commune(not 1)", ERR_SYNTAX, 14, "a condition is needed"},
        {"count@village(unit)", ERR_NOT_FOUND, 6, "no level \"village\""},
        {"count@xa(unit)", ERR_SYNTAX, 6, "\"xa\" is a type: name a level"},
        {"count@commune(unit.type = phuong)", ERR_NOT_FOUND, 26, "no unit type \"phuong\""},
        {"count@commune(unit.type > xa)", ERR_SYNTAX, 24, "by = or !="},
        {"count@commune(unit.type = 3)", ERR_SYNTAX, 26, "name a unit type"},
        {"count@commune(unit", ERR_SYNTAX, 18, "close the bracket of count"},
        {"count@commune", ERR_SYNTAX, 13, "condition in brackets"},
        {"count(unit)", ERR_SYNTAX, 5, "count@level(condition)"},
        {"count@(unit)", ERR_SYNTAX, 6, "name a level"},
        {"count@commune(unit) + 1", ERR_SYNTAX, 20, "should end here"},
    };
    struct catalogue *catalogue = sample_catalogue();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct formula *formula = NULL;
        struct formula_error error = {0};
        enum err err = formula_parse(rows[i].text, catalogue, &formula, &error);

        if (err != rows[i].err || error.offset != rows[i].offset ||
            strstr(error.text, rows[i].says) == NULL || formula != NULL)
            fail_msg("%s: err %d at %zu: %s", rows[i].text, err, error.offset, error.text);
    }
    catalogue_free(&catalogue);
}

/* Length, depth and size are limited; what is just within a limit is taken. */
static void limits_hold(void **state)
{
    (void)state;
    const struct {
        const char *name, *head, *repeated, *middle, *closing;
        size_t count;
        enum err err;
    } rows[] = {
        {"nested to the limit", "=", "(", "1", ")", FORMULA_DEPTH_MAX - 1, ERR_OK},
        {"nested beyond it", "=", "(", "1", ")", FORMULA_DEPTH_MAX, ERR_SYNTAX},
        {"signs beyond it", "=", "-", "1", "", FORMULA_DEPTH_MAX, ERR_SYNTAX},
        {"never closed", "=", "(", "", "", 400, ERR_SYNTAX},
        {"nodes to the limit", "=", "1+", "-1", "", FORMULA_NODES_MAX / 2 - 1, ERR_OK},
        {"nodes beyond it", "=", "1+", "--1", "", FORMULA_NODES_MAX / 2 - 1, ERR_SYNTAX},
        {"as long as it may be", "=", " ", "1", "", FORMULA_TEXT_MAX - 2, ERR_OK},
        {"too long", "=", " ", "1", "", FORMULA_TEXT_MAX - 1, ERR_SYNTAX},
    };
    struct catalogue *catalogue = sample_catalogue();

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[2 * FORMULA_TEXT_MAX] = "";
        struct formula *formula = NULL;
        struct formula_error error = {0};

        strcat(text, rows[i].head);
        for (size_t j = 0; j < rows[i].count; j++)
            strcat(text, rows[i].repeated);
        strcat(text, rows[i].middle);
        for (size_t j = 0; j < rows[i].count; j++)
            strcat(text, rows[i].closing);
        if (formula_parse(text, catalogue, &formula, &error) != rows[i].err)
            fail_msg("%s: %s", rows[i].name, error.text);
        formula_free(&formula);
    }
    catalogue_free(&catalogue);
}

/* Every cut of a formula, and every byte put in its place, is either a formula or an error inside
 * the text: never a crash. */
static void damaged_formulas_are_refused(void **state)
{
    (void)state;
    const char *whole = "= 100 * count@commune(not (poverty.poor >= 0.5 or unit.type != xa)) / -3";
    struct catalogue *catalogue = sample_catalogue();

    for (size_t i = 0; i < strlen(whole); i++)
        for (int byte = -128; byte < 128; byte++) { /* 0 cuts */
            char text[100];
            struct formula *formula = NULL;
            struct formula_error error = {0};

            strcpy(text, whole);
            text[i] = (char)byte;
            if (formula_parse(text, catalogue, &formula, &error) == ERR_OK)
                assert_non_null(formula);
            else
                assert_in_range(error.offset, 0, strlen(text));
            formula_free(&formula);
        }
    catalogue_free(&catalogue);
}

/* Codes are words that formulas can name. */
static void names_are_words_of_the_language(void **state)
{
    (void)state;
    const struct {
        const char *word;
        bool expected;
    } rows[] = {
        {"xa", true},     {"thi_tran", true},   {"model.recognised.kt", true},
        {"a1", true},     {"unit.types", true}, {"counter", true},
        {"", false},      {"1a", false},        {"_a", false},
        {".a", false},    {"a.", false},        {"a..b", false},
        {"a-b", false},   {"a b", false},       {"xã", false},
        {"and", false},   {"or", false},        {"not", false},
        {"count", false}, {"unit", false},      {"unit.type", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (formula_is_name(rows[i].word) != rows[i].expected)
            fail_msg("'%s'", rows[i].word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_describe_themselves),
        cmocka_unit_test(errors_have_a_place_and_a_remedy),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(damaged_formulas_are_refused),
        cmocka_unit_test(names_are_words_of_the_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
