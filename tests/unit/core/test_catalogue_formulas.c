/* What formulas and checks of a catalogue may not say: each fault at its cell and character, in
 * words that say what to do; and what is in order passes. */
#include "lib/cm.h"

#include "core/check.h"
#include "core/mem.h"

static struct place place_of(void *ctx, const char *file, uint32_t line, const char *column,
                             uint32_t offset)
{
    static const char *const columns[] = {"rule",    "checks", "measure", "part_of",
                                          "section", "body",   "required"};
    (void)ctx;
    (void)file;
    for (uint32_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i], column) == 0)
            return (struct place){.line = line, .column = 1000 * (i + 1) + offset};
    return (struct place){.line = line, .column = offset};
}

static const struct catalogue_source writer = {.place = place_of};

/* Places of characters in cells. */
enum { RULE = 1000, CHECKS = 2000, MEASURE = 3000, PART_OF = 4000, SECTION = 5000, BODY = 6000 };
enum { REQUIRED = 7000 };

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* Each stands in the line of its number. */
static void add_entered(struct catalogue *c, uint32_t number, const char *code, const char *measure)
{
    catalogue_add_indicator(c, &(struct indicator){.number = number,
                                                   .code = TEXT(code),
                                                   .name_vi = TEXT("Tên"),
                                                   .measure = TEXT(measure),
                                                   .nature = NATURE_FLOW,
                                                   .aggregation = AGGREGATION_SUM,
                                                   .form = 1,
                                                   .level_mask = 3,
                                                   .valid_from = DATE_MIN,
                                                   .valid_to = DATE_MAX,
                                                   .line = number});
}

/* Two levels, and indicators of every sort of measure: hộ and xã are counted, đồng and tr (a
 * million of them) are money, ha is area, pct a percentage, x has no measure. */
static struct catalogue *draft(bool declares)
{
    static const struct measure measures[] = {
        {TEXT("hộ"), TEXT("households"), TEXT("")}, {TEXT("xã"), TEXT(""), TEXT("")},
        {TEXT("đồng"), TEXT(""), TEXT("money")},    {TEXT("tr"), TEXT(""), TEXT("money")},
        {TEXT("ha"), TEXT(""), TEXT("area")},       {TEXT("lần"), TEXT(""), TEXT("")},
    };
    struct catalogue *c = catalogue_new();
    const struct unit_version root = {
        .from = DATE_MIN, .to = DATE_MAX, .code = TEXT("1"), .name_vi = TEXT("Một")};

    c->number = 1;
    c->title_vi = mem_strdup("Danh mục");
    c->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    catalogue_add_level(c, &(struct level){.code = TEXT("province"), .name_vi = TEXT("Tỉnh")});
    catalogue_add_level(c, &(struct level){.code = TEXT("commune"), .name_vi = TEXT("Xã")});
    catalogue_add_type(c, &(struct unit_type){.code = TEXT("any"), .name_vi = TEXT("Loại")});
    catalogue_add_form(c, &(struct form){.number = 1, .code = TEXT("f"), .name_vi = TEXT("F")});
    catalogue_add_unit_version(c, 1, &root, NULL, 0);
    for (size_t i = 0; declares && i < sizeof measures / sizeof *measures; i++)
        catalogue_add_measure(c, &measures[i]);
    add_entered(c, 1, "ho", "hộ");
    add_entered(c, 2, "ho2", "hộ");
    add_entered(c, 3, "xa", "xã");
    add_entered(c, 4, "dong", "đồng");
    add_entered(c, 5, "tr", "tr");
    add_entered(c, 6, "ha", "ha");
    add_entered(c, 7, "pct", "%");
    add_entered(c, 8, "x", "");
    add_entered(c, 9, "subject", "hộ");
    return c;
}

static struct indicator *subject_of(struct catalogue *c)
{
    return &c->indicators[8];
}

static void replace(char **slot, const char *text)
{
    free(*slot);
    *slot = mem_strdup(text);
}

static void make_derived(struct catalogue *c, const char *measure, const char *rule)
{
    subject_of(c)->aggregation = AGGREGATION_DERIVED;
    subject_of(c)->form = 0;
    replace(&subject_of(c)->measure, measure);
    replace(&subject_of(c)->rule, rule);
}

/* Finishes, and compares the only problem (`says` NULL: none). */
static void expect_problem(struct catalogue *c, const char *name, uint32_t column, const char *says)
{
    struct problems problems = {0};
    enum err err = catalogue_finish(c, &writer, &problems);

    if (problems.count != (says != NULL) || (err == ERR_OK) != (says == NULL))
        fail_msg("%s: %zu problems: %s", name, problems.count,
                 problems.count > 0 ? problems.items[0].text : "");
    if (says != NULL &&
        (strstr(problems.items[0].text, says) == NULL || problems.items[0].place.column != column ||
         problems.items[0].place.line != 9))
        fail_msg("%s: %u: %s", name, problems.items[0].place.column, problems.items[0].text);
    problems_fini(&problems);
    catalogue_free(&c);
}

/* What a rule adds, divides and multiplies has to fit, and give what its measure says. */
static void rules_keep_to_measures(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *rule;
        uint32_t column;
        const char *says;
    } rows[] = {
        {"hộ", "= ho + ho2 - 3", 0, NULL},
        {"hộ", "= 2 * ho", 0, NULL},
        {"hộ", "= ho + xa", RULE + 5, "\"hộ\" and \"xã\" cannot be added"},
        {"đồng", "= dong - ho", RULE + 7, "\"đồng\" and \"hộ\" cannot be added or subtracted"},
        {"đồng", "= dong + tr", RULE + 7, "the same unit of measure"},
        {"đồng", "= dong + 1000000 * tr", 0, NULL},
        {"tr", "= dong / 1000000", 0, NULL},
        {"tr", "= dong", MEASURE, "gives \"đồng\", and its measure is \"tr\""},
        {"tr", "= 3 * dong", MEASURE, "another unit of measure"},
        {"ha", "= 1000 * dong", MEASURE, "another unit of measure"},
        {"%", "= 100 * ho / ho2", 0, NULL},
        {"%", "= ho / ho2 * 100", 0, NULL},
        {"%", "= 100 * (ho + ho2) / ho2", 0, NULL},
        {"%", "= 100 * (ho - ho2) / ho2", 0, NULL},
        {"%", "= 100 * ho / ho2 - 100", 0, NULL},
        {"%", "= 100 * ho / xa", 0, NULL},
        {"%", "= ho / (xa / 100)", 0, NULL},
        {"%", "= 100 * dong / (1000000 * tr)", 0, NULL},
        {"%", "= ho / ho2", MEASURE, "needs the factor 100"},
        {"%", "= 10 * ho / ho2", MEASURE, "needs the factor 100"},
        {"lần", "= ho / ho2", 0, NULL},
        {"", "= 100 * ho / ho2", 0, NULL},
        {"lần", "= 100 * ho / ho2", MEASURE, "make the measure %"},
        {"đồng", "= ho / ho2", MEASURE, "a ratio has no such measure"},
        {"%", "= 100 * dong / tr", MEASURE, "make no percentage"},
        {"%", "= 100 * dong / ho", MEASURE, "make no percentage"},
        {"đồng", "= dong / ho", 0, NULL},
        {"đồng", "= dong / ho + 5", 0, NULL},
        {"đồng", "= dong / ho * xa + dong", 0, NULL},
        {"%", "= ho", MEASURE, "do not agree on whether it is a percentage"},
        {"hộ", "= pct", MEASURE, "do not agree on whether it is a percentage"},
        {"%", "= pct + pct", RULE + 6, "percentages are never added"},
        {"%", "= pct + 100 * ho / ho2", RULE + 6, "percentages are never added"},
        {"%", "= 100 - pct", 0, NULL},
        {"%", "= pct - pct", 0, NULL},
        {"hộ", "= ho + pct", RULE + 5, "cannot be added"},
        {"hộ", "= ho / pct", RULE + 5, "is divided by a percentage"},
        {"hộ", "= 100 * ho / (2 * pct)", RULE + 11, "is divided by a percentage"},
        {"hộ", "= 5 / pct", RULE + 4, "is divided by a percentage"},
        {"hộ", "= ho * pct / 100", 0, NULL},
        {"hộ", "= x", 0, NULL},
        {"%", "= x / ho", 0, NULL},
        {"hộ", "= x + dong", 0, NULL},
        {"xã", "count@commune(ho > 0)", 0, NULL},
        {"hộ", "count@commune(unit)", 0, NULL},
        {"đồng", "count@commune(unit)", MEASURE, "gives a number of things"},
        {"%", "count@commune(unit)", MEASURE, "whether it is a percentage"},
        {"%", "= 100 * xa / count@commune(unit)", 0, NULL},
        {"xã", "count@commune(ho > dong)", RULE + 17, "\"hộ\" is compared with \"đồng\""},
        {"xã", "count@commune(unit and not (pct > ho))", RULE + 32, "is compared with"},
        {"xã", "count@commune(ho >= xa or dong > 5)", 0, NULL},
        {"lần", "= 9223372036854775807 * 9223372036854775807 * ho / ho2", 0, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft(true);
        make_derived(c, rows[i].measure, rows[i].rule);
        expect_problem(c, rows[i].rule, rows[i].column, rows[i].says);
    }
}

/* Checks compare like with like, are about levels that report, and say something new. */
static void checks_make_sense(void **state)
{
    (void)state;
    static const struct {
        const char *measure, *checks;
        uint32_t column;
        const char *says;
    } rows[] = {
        {"hộ", "<= ho", 0, NULL},
        {"hộ", "<= xa; >= 0; in {0, 1}", 0, NULL},
        {"hộ", "<= ho + xa", CHECKS + 6, "cannot be added"},
        {"hộ", "<= dong", CHECKS, "\"hộ\" is compared with \"đồng\""},
        {"hộ", ">= 0; <= dong", CHECKS + 6, "\"hộ\" is compared with \"đồng\""},
        {"hộ", "<= pct", CHECKS, "compared with a percentage"},
        {"%", "<= 100", 0, NULL},
        {"%", "<= 100 * ho / xa", 0, NULL},
        {"%", "<= ho / xa", CHECKS, "compared with a ratio"},
        {"đồng", "<= tr", CHECKS, "is compared with"},
        {"đồng", "<= 1000000 * tr", 0, NULL},
        {"đồng", "<= dong / pct", CHECKS + 8, "is divided by a percentage"},
        {"", "<= dong; <= pct", 0, NULL},
        {"hộ", "<= nobody", CHECKS + 3, "at character 4: there is no indicator \"nobody\""},
        {"hộ", "= ho", CHECKS, "write =="},
        {"hộ", "village <= 1", CHECKS, "no level \"village\""},
        {"hộ", "commune|province <= 1", CHECKS, "for level province, which does not report it"},
        {"hộ", ">= 0; province <= 1", CHECKS + 6, "for level province"},
        {"hộ", "commune <= 1", 0, NULL},
        {"hộ", "<= subject", CHECKS, "compares it with itself"},
        {"hộ", ">= 0;  warn: <= ho2", CHECKS + 7, "what part_of already does"},
        {"hộ", "< ho2; <= ho2 + 1", 0, NULL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft(true);
        struct indicator *subject = subject_of(c);
        subject->level_mask = 2;
        subject->part_of = strcmp(rows[i].measure, "hộ") == 0 ? 2 : 0;
        replace(&subject->measure, rows[i].measure);
        replace(&subject->checks_text, rows[i].checks);
        expect_problem(c, rows[i].checks, rows[i].column, rows[i].says);
    }
}

/* What indicators name is declared, where anything is. */
static void names_are_declared(void **state)
{
    (void)state;
    struct catalogue *c = draft(true);
    replace(&subject_of(c)->measure, "hô");
    expect_problem(c, "measure", MEASURE, "measure \"hô\" is not in catalogue.ini");

    c = draft(true);
    replace(&subject_of(c)->section, "s2");
    expect_problem(c, "free heading", 0, NULL);

    c = draft(true);
    catalogue_add_section(c, &(struct named){TEXT("s"), TEXT("Mục"), TEXT("")});
    replace(&subject_of(c)->section, "s2");
    expect_problem(c, "section", SECTION, "section \"s2\" is not in catalogue.ini");

    c = draft(true);
    catalogue_add_section(c, &(struct named){TEXT("s"), TEXT("Mục"), TEXT("")});
    replace(&subject_of(c)->section, "Mục");
    expect_problem(c, "name of a section", SECTION, "write CODE of a [section CODE]");

    c = draft(true);
    replace(&subject_of(c)->body, "b");
    expect_problem(c, "body", BODY, "body \"b\" is not in catalogue.ini");

    c = draft(true);
    replace(&subject_of(c)->body, "Hội Phụ nữ");
    expect_problem(c, "name of a body", BODY, "write CODE of a [body CODE]");

    c = draft(true);
    make_derived(c, "hộ", "= ho");
    subject_of(c)->is_required = true;
    expect_problem(c, "required", REQUIRED, "it cannot be required");

    c = draft(true);
    subject_of(c)->part_of = 4;
    expect_problem(c, "part", PART_OF, "is measured in \"hộ\" and its whole, indicator 4, in");
}

/* Catalogues of before measures were looked at are taken from the wire as they were; who writes
 * one is told. */
static void older_catalogues_stay_as_they_are(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct catalogue *c = draft(false);
    make_derived(c, "hộ", "= ho + xa / pct");
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_OK);
    assert_int_equal(problems.count, 0);
    catalogue_free(&c);

    c = draft(false);
    make_derived(c, "hộ", "= ho + xa");
    expect_problem(c, "written now", RULE + 5, "cannot be added");

    c = draft(true);
    make_derived(c, "hộ", "= ho + xa");
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_INVALID);
    catalogue_free(&c);
    problems_fini(&problems);
}

/* Of a circle the way round is named. */
static void circles_are_named(void **state)
{
    (void)state;
    struct catalogue *c = draft(true);
    make_derived(c, "hộ", "= ho + a");
    catalogue_add_indicator(c, &(struct indicator){.number = 20,
                                                   .code = TEXT("a"),
                                                   .name_vi = TEXT("A"),
                                                   .measure = TEXT("hộ"),
                                                   .nature = NATURE_FLOW,
                                                   .aggregation = AGGREGATION_DERIVED,
                                                   .rule = TEXT("= b"),
                                                   .valid_from = DATE_MIN,
                                                   .valid_to = DATE_MAX,
                                                   .line = 9});
    catalogue_add_indicator(c, &(struct indicator){.number = 21,
                                                   .code = TEXT("b"),
                                                   .name_vi = TEXT("B"),
                                                   .measure = TEXT("hộ"),
                                                   .nature = NATURE_FLOW,
                                                   .aggregation = AGGREGATION_DERIVED,
                                                   .rule = TEXT("= ho2 + a"),
                                                   .valid_from = DATE_MIN,
                                                   .valid_to = DATE_MAX,
                                                   .line = 10});
    expect_problem(c, "circle", RULE, "leads back to itself (a -> b -> a): break the circle");
}

/* Sections stand in the order in which they are declared, indicators by rank, then number; without
 * declarations, headings stand where their first indicator does. What has no section comes first.
 */
static void the_order_of_display(void **state)
{
    (void)state;
    static const struct {
        bool declares;
        const char *sections[9];
        uint32_t ranks[9];
        uint32_t expected[9];
    } rows[] = {
        {true, {"b", "a", "b", "a", "", "a", "b", "b", "b"}, {0}, {5, 2, 4, 6, 1, 3, 7, 8, 9}},
        {false, {"b", "a", "b", "a", "", "a", "b", "b", "b"}, {0}, {5, 1, 3, 7, 8, 9, 2, 4, 6}},
        {true,
         {"a", "a", "a", "a", "a", "a", "a", "a", "a"},
         {0, 10, 0, 1, 0, 0, 0, 0, 1},
         {1, 4, 9, 3, 5, 6, 7, 8, 2}},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft(true);
        struct problems problems = {0};
        if (rows[i].declares) {
            catalogue_add_section(c, &(struct named){TEXT("a"), TEXT("Mục A"), TEXT("A")});
            catalogue_add_section(c, &(struct named){TEXT("b"), TEXT("Mục B"), TEXT("")});
        }
        for (size_t j = 0; j < 9; j++) {
            replace(&c->indicators[j].section, rows[i].sections[j]);
            c->indicators[j].rank = rows[i].ranks[j];
        }
        assert_int_equal(catalogue_finish(c, &writer, &problems), ERR_OK);
        for (size_t j = 0; j < 9; j++)
            assert_int_equal(c->indicators[c->indicators_shown[j]].number, rows[i].expected[j]);
        const char *heading = catalogue_heading(c, &c->indicators[1], false);
        assert_string_equal(heading, rows[i].declares ? "Mục A" : "a");
        assert_string_equal(catalogue_heading(c, &c->indicators[1], true),
                            rows[i].declares ? "A" : "");
        catalogue_free(&c);
    }
}

/* Indicators 10 to 12 are each built on ten of the one before: 29, 309 and 3109 steps. */
static void add_towers(struct catalogue *c)
{
    static const char *const rules[] = {
        "= ho + ho + ho + ho + ho + ho + ho + ho + ho + ho",
        "= d1 + d1 + d1 + d1 + d1 + d1 + d1 + d1 + d1 + d1",
        "= d2 + d2 + d2 + d2 + d2 + d2 + d2 + d2 + d2 + d2",
    };
    static const char *const codes[] = {"d1", "d2", "d3"};
    for (uint32_t i = 0; i < 3; i++) {
        add_entered(c, 10 + i, codes[i], "hộ");
        struct indicator *made = &c->indicators[9 + i];
        made->aggregation = AGGREGATION_DERIVED;
        made->form = 0;
        replace(&made->rule, rules[i]);
    }
}

/* What one figure costs to compute has an end: 10,000 steps with all that it is built on, as each
 * question computes it anew, for each unit. */
static void the_steps_of_a_formula_are_limited(void **state)
{
    (void)state;
    static const struct {
        const char *name, *rule, *checks;
        uint32_t column;
        const char *says;
    } rows[] = {
        /* 3 x 3109 + 2 x 309 + 29 + 5 for their operands and 5 + 10 for the rest */
        {"10,000", "= d3 + d3 + d3 + d2 + d2 + d1 + ho + ho + ho + ho + ho", "", 0, NULL},
        {"10,003", "= d3 + d3 + d3 + d2 + d2 + d1 + ho + ho + ho + ho + ho + ho", "", RULE,
         "takes more than 10000 steps"},
        {"far more", "= d3 + d3 + d3 + d3 + d3 + d3 + d3 + d3 + d3 + d3 + d3", "", RULE,
         "write the rule more simply"},
        {"a check within", "", "<= d3 + d3 + d3", 0, NULL},
        {"a check beyond", "", "<= d3 + d3 + d3 + d3", CHECKS, "takes more than 10000 steps"},
        {"the second check", "", "<= d3; warn: >= d3 + d3 + d3 + d3", CHECKS + 7,
         "write it more simply"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft(true);
        print_message("%s\n", rows[i].name);
        add_towers(c);
        if (rows[i].rule[0] != '\0')
            make_derived(c, "hộ", rows[i].rule);
        replace(&subject_of(c)->checks_text, rows[i].checks);
        expect_problem(c, rows[i].name, rows[i].column, rows[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_keep_to_measures),
        cmocka_unit_test(checks_make_sense),
        cmocka_unit_test(names_are_declared),
        cmocka_unit_test(older_catalogues_stay_as_they_are),
        cmocka_unit_test(circles_are_named),
        cmocka_unit_test(the_steps_of_a_formula_are_limited),
        cmocka_unit_test(the_order_of_display),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
