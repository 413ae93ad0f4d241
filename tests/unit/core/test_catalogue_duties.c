/* Who owes what, and until when: forms by level, type and period; working days; exceptions. */
#include "lib/cm.h"

#include "core/campaign.h"
#include "core/mem.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { PROVINCE, DISTRICT, COMMUNE };
enum { XA = 2, THI_TRAN = 3, GENERAL = 1, SECURITY = 2 };

static struct date day(const char *text)
{
    struct date date = DATE_MIN;
    if (text[0] != '\0')
        assert_int_equal(date_parse(text, &date), ERR_OK);
    return date;
}

static void add_holiday(struct catalogue *c, const char *first, const char *last, bool is_worked)
{
    catalogue_add_holiday(c, &(struct holiday){.first = day(first),
                                               .last = day(last),
                                               .name_vi = TEXT("Nghỉ"),
                                               .is_worked = is_worked,
                                               .line = 2 + (uint32_t)c->holiday_count});
}

static void add_exception(struct catalogue *c, uint32_t unit, uint32_t form, const char *from,
                          const char *to)
{
    catalogue_add_exception(c, &(struct duty_exception){.unit = unit,
                                                        .form = form,
                                                        .from = day(from),
                                                        .to = day(to),
                                                        .reason = TEXT("Lũ"),
                                                        .line = 2 + (uint32_t)c->exception_count});
}

/* The public holidays of 2024 in Viet Nam, last ones first: the 29th of April was taken off, and
 * the 4th of May worked instead. */
static void add_2024(struct catalogue *c)
{
    add_holiday(c, "2024-09-02", "2024-09-03", false);
    add_holiday(c, "2024-05-04", "2024-05-04", true);
    add_holiday(c, "2024-04-29", "2024-05-01", false);
    add_holiday(c, "2024-04-18", "2024-04-18", false);
    add_holiday(c, "2024-02-08", "2024-02-14", false);
    add_holiday(c, "2024-01-01", "2024-01-01", false);
}

/* What a catalogue has to say of itself: one text, or none. */
static void assert_said(struct catalogue *catalogue, enum err expected, const char *says)
{
    struct problems problems = {0};
    bool is_found = says == NULL && problems.count == 0;
    enum err err = catalogue_finish(catalogue, NULL, &problems);
    for (size_t i = 0; i < problems.count; i++)
        is_found |= says != NULL && strstr(problems.items[i].text, says) != NULL;
    if (err != expected || !is_found || (says == NULL && problems.count > 0))
        fail_msg("%s: %s", says != NULL ? says : "nothing",
                 problems.count > 0 ? problems.items[0].text : "no problem");
    problems_fini(&problems);
}

/* An empty catalogue that takes rows, with a calendar and one unit. */
static struct catalogue *small(void)
{
    struct catalogue *c = catalogue_new();
    c->number = 1;
    c->title_vi = mem_strdup("Thử");
    c->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    catalogue_add_level(c, &(struct level){.code = TEXT("xa"), .name_vi = TEXT("Cấp xã")});
    catalogue_add_type(c, &(struct unit_type){.code = TEXT("xa"), .name_vi = TEXT("xã")});
    catalogue_add_body(c, &(struct named){TEXT("pn"), TEXT("Hội"), NULL});
    catalogue_add_form(c, &(struct form){.number = 1,
                                         .code = TEXT("f"),
                                         .name_vi = TEXT("Biểu"),
                                         .due_level_mask = 1,
                                         .line = 2});
    const struct unit_version version = {
        .from = DATE_MIN, .to = DATE_MAX, .code = TEXT("01"), .name_vi = TEXT("Xã")};
    catalogue_add_unit_version(c, 7, &version, NULL, 0);
    return c;
}

/* ---- forms ---- */

/* Rule: a form is owed by the units of its levels, of its types if it names any, for its periods if
 * it names any. */
static void test_who_owes(void **state)
{
    (void)state;
    static const struct {
        uint32_t levels;
        uint64_t types;
        uint8_t labels, level, type, label;
        bool is_owed;
    } rows[] = {
        {1u << COMMUNE, 0, 0, COMMUNE, XA, PERIOD_S1, true},
        {1u << COMMUNE, 0, 0, DISTRICT, XA, PERIOD_S1, false},
        {0, 0, 0, COMMUNE, XA, PERIOD_S1, false},
        {1u << COMMUNE, 1u << XA, 0, COMMUNE, XA, PERIOD_Y, true},
        {1u << COMMUNE, 1u << XA, 0, COMMUNE, THI_TRAN, PERIOD_Y, false},
        {1u << COMMUNE, 1u << XA, 0, DISTRICT, XA, PERIOD_Y, false},
        {1u << COMMUNE, UINT64_C(1) << 63, 0, COMMUNE, 63, PERIOD_Y, true},
        {1u << COMMUNE, 0, 1u << 2, COMMUNE, XA, PERIOD_Y, true},
        {1u << COMMUNE, 0, 1u << 2, COMMUNE, XA, PERIOD_S2, false},
        {1u << COMMUNE, 0, 3, COMMUNE, XA, PERIOD_S2, true},
        {1u << COMMUNE, 0, 3, COMMUNE, XA, PERIOD_Y, false},
        {1u << COMMUNE, 1u << THI_TRAN, 4, COMMUNE, THI_TRAN, PERIOD_S1, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct form form = {.due_level_mask = rows[i].levels,
                                  .due_type_mask = rows[i].types,
                                  .due_label_mask = rows[i].labels};
        if (form_is_owed(&form, rows[i].level, rows[i].type, rows[i].label) != rows[i].is_owed)
            fail_msg("row %zu", i);
    }
}

/* Rule: a level owes something for a label if one of its forms is owed for it; a period that nobody
 * owes anything for has no campaign. */
static void test_levels_that_owe(void **state)
{
    (void)state;
    struct catalogue *c = sample_catalogue();
    struct period period;
    assert_int_equal(catalogue_due_levels(c, PERIOD_S1), 6);
    c->forms[0].due_label_mask = 4;
    assert_int_equal(catalogue_due_levels(c, PERIOD_S1), 4);
    assert_int_equal(catalogue_due_levels(c, PERIOD_Y), 6);
    c->forms[1].due_label_mask = 4;
    assert_int_equal(catalogue_due_levels(c, PERIOD_S1), 0);
    assert_true(campaign_find(c, day("2024-07-01"), &period));
    assert_true(period_equal(period, (struct period){2023, PERIOD_Y}));
    for (size_t i = 0; i < c->level_count; i++)
        c->levels[i].has_deadline[PERIOD_Y - 1] = false;
    assert_true(campaign_find(c, day("2024-07-01"), &period)); /* by the window's end */
    assert_true(period_equal(period, (struct period){2023, PERIOD_Y}));
    catalogue_free(&c);
}

/* Rule: a unit owes what units of the type and level owe that it has on the period's last day. */
static void test_duties_follow_the_tree(void **state)
{
    (void)state;
    struct catalogue *c = small();
    const struct unit_version versions[] = {
        {.from = DATE_MIN, .to = day("2024-06-14"), .parent = 7, .level = 1, .type = 0},
        {.from = day("2024-06-15"), .to = day("2025-03-31"), .parent = 7, .level = 1, .type = 1},
    };
    static const struct {
        struct period period;
        bool is_owed;
    } rows[] = {
        {{2024, PERIOD_S1}, false}, /* still of type 0 */
        {{2024, PERIOD_S2}, true},
        {{2024, PERIOD_Y}, true},
        {{2025, PERIOD_S1}, false}, /* it has ended */
    };
    const uint32_t successor = 7;
    catalogue_add_level(c, &(struct level){.code = TEXT("thon"), .name_vi = TEXT("Thôn")});
    catalogue_add_type(c, &(struct unit_type){.code = TEXT("to"), .name_vi = TEXT("tổ")});
    for (size_t i = 0; i < LENGTH(versions); i++) {
        struct unit_version version = versions[i];
        version.code = TEXT("02");
        version.name_vi = TEXT("Thôn");
        catalogue_add_unit_version(c, 9, &version, &successor, i);
    }
    c->forms[0].due_level_mask = 2;
    c->forms[0].due_type_mask = 2;
    assert_said(c, ERR_OK, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tree *tree = tree_new(c, rows[i].period);
        const struct duty_exception *exception;
        assert_int_equal(coverage_is_owed(c, tree, tree_find(tree, 9), &c->forms[0], &exception),
                         rows[i].is_owed);
        assert_null(exception);
        tree_free(&tree);
    }
    catalogue_free(&c);
}

/* ---- working days ---- */

/* Rule: working days are Monday to Friday without public holidays, and the days of a weekend that
 * are worked instead; the day that is counted from does not count. */
static void test_working_days(void **state)
{
    (void)state;
    struct catalogue *c = small();
    static const struct {
        const char *from;
        unsigned count;
        const char *to;
    } rows[] = {
        {"2024-06-14", 1, "2024-06-17"}, /* a Friday: Monday */
        {"2024-06-14", 3, "2024-06-19"},  {"2024-06-13", 1, "2024-06-14"},
        {"2024-06-15", 1, "2024-06-17"},  /* from a Saturday */
        {"2024-06-14", 60, "2024-09-10"}, /* over the 2nd and 3rd of September */
        {"2024-04-26", 1, "2024-05-02"},  {"2024-04-26", 2, "2024-05-03"},
        {"2024-04-26", 3, "2024-05-04"},  {"2024-04-26", 4, "2024-05-06"},
        {"2024-02-07", 1, "2024-02-15"},  {"2023-12-29", 1, "2024-01-02"},
        {"1969-12-31", 1, "1970-01-01"},  {"1969-12-26", 1, "1969-12-29"},
    };
    add_2024(c);
    assert_said(c, ERR_OK, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[DATE_TEXT_SIZE];
        struct date to = catalogue_add_working_days(c, day(rows[i].from), rows[i].count);
        if (strcmp(date_format(to, text), rows[i].to) != 0)
            fail_msg("%u after %s: %s", rows[i].count, rows[i].from, text);
    }
    assert_true(catalogue_is_working_day(c, day("2024-05-04")));
    assert_false(catalogue_is_working_day(c, day("2024-05-05")));
    assert_false(catalogue_is_working_day(c, day("2024-02-14")));
    assert_true(catalogue_is_working_day(c, day("2024-02-15")));
    catalogue_free(&c);
}

/* Rule: a deadline in working days follows the last day of the period's window, year by year; the
 * campaign goes by it. */
static void test_deadlines(void **state)
{
    (void)state;
    struct catalogue *c = small();
    struct date deadline;
    struct period period;
    static const struct {
        struct period period;
        const char *deadline; /* NULL: none */
    } rows[] = {
        {{2024, PERIOD_S1}, "2024-06-19"}, /* from Friday the 14th */
        {{2025, PERIOD_S1}, "2025-06-18"}, /* from a Saturday */
        {{2026, PERIOD_S1}, "2026-06-17"}, /* from a Sunday */
        {{2024, PERIOD_S2}, NULL},         {{2024, PERIOD_Y}, "2024-12-20"},
    };
    c->levels[0].working_days[PERIOD_S1 - 1] = 3;
    c->levels[0].has_deadline[PERIOD_Y - 1] = true;
    c->levels[0].deadline[PERIOD_Y - 1] = (struct calendar_day){0, 12, 20};
    add_2024(c);
    assert_said(c, ERR_OK, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[DATE_TEXT_SIZE] = "";
        bool is_there = catalogue_deadline(c, rows[i].period, 0, &deadline);
        assert_int_equal(is_there, rows[i].deadline != NULL);
        if (is_there)
            assert_string_equal(date_format(deadline, text), rows[i].deadline);
    }
    assert_true(campaign_find(c, day("2024-05-20"), &period));
    assert_true(period_equal(period, (struct period){2024, PERIOD_S1}));
    assert_true(campaign_find(c, day("2024-05-19"), &period));
    assert_true(period_equal(period, (struct period){2023, PERIOD_Y}));
    c->levels[0].has_deadline[PERIOD_Y - 1] = false; /* then S1 alone has a deadline */
    assert_true(campaign_find(c, day("2024-05-19"), &period));
    assert_true(period_equal(period, (struct period){2023, PERIOD_S1}));
    catalogue_free(&c);
}

/* Rule: a catalogue that counts working days without knowing the holidays of a year says so, and is
 * taken; one that does not count any needs none. */
static void test_years_without_holidays(void **state)
{
    (void)state;
    struct catalogue *c = small();
    c->levels[0].working_days[PERIOD_Y - 1] = 13;
    assert_said(c, ERR_OK, "no public holiday is known");
    assert_int_equal(catalogue_year_without_holidays(c, 2024), 2024);
    catalogue_free(&c);

    c = small();
    c->levels[0].working_days[PERIOD_Y - 1] = 13;
    add_2024(c);
    add_holiday(c, "2026-01-01", "2026-01-01", false);
    assert_said(c, ERR_OK, "no public holiday of 2025 is known");
    assert_int_equal(catalogue_year_without_holidays(c, 2024), 2025); /* 13 days lead into it */
    assert_int_equal(catalogue_year_without_holidays(c, 2023), 2023);
    c->levels[0].working_days[PERIOD_Y - 1] = 3;
    assert_int_equal(catalogue_year_without_holidays(c, 2024), 0);
    catalogue_free(&c);

    c = small();
    add_2024(c);
    add_holiday(c, "2026-01-01", "2026-01-01", false);
    assert_said(c, ERR_OK, NULL);
    assert_int_equal(catalogue_year_without_holidays(c, 2030), 0);
    catalogue_free(&c);
}

/* ---- exceptions ---- */

/* Rule: an exception frees its unit alone, from its form or from all, in periods whose last day
 * lies from its first day to its last, both inside. */
static void test_exceptions(void **state)
{
    (void)state;
    struct catalogue *c = small();
    const struct unit_version version = {.from = DATE_MIN,
                                         .to = DATE_MAX,
                                         .code = TEXT("02"),
                                         .name_vi = TEXT("Xã"),
                                         .parent = 7,
                                         .level = 1};
    catalogue_add_level(c, &(struct level){.code = TEXT("thon"), .name_vi = TEXT("Thôn")});
    catalogue_add_unit_version(c, 9, &version, NULL, 0);
    add_exception(c, 9, 0, "2025-01-01", "2025-12-31");
    add_exception(c, 9, 1, "", "2024-06-14");
    add_exception(c, 9, 1, "2024-06-16", "2024-12-31");
    add_exception(c, 7, 1, "2024-06-15", "2024-06-15");
    static const struct {
        uint32_t unit, form;
        const char *day;
        bool is_excepted;
    } rows[] = {
        {9, 1, "2024-06-14", true},  {9, 1, "2024-06-15", false}, {9, 1, "1950-06-14", true},
        {9, 1, "2024-06-16", true},  {9, 1, "2024-12-31", true},  {9, 1, "2025-12-31", true},
        {9, 2, "2025-01-01", true},  {9, 2, "2024-12-31", false}, {9, 2, "2026-01-01", false},
        {7, 1, "2024-06-15", true},  {7, 1, "2024-06-14", false}, {7, 2, "2024-06-15", false},
        {8, 1, "2024-06-15", false}, {1, 1, "2024-06-15", false}, {99, 1, "2025-06-15", false},
    };
    assert_said(c, ERR_OK, NULL);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct duty_exception *found =
            catalogue_exception(c, rows[i].unit, rows[i].form, day(rows[i].day));
        if ((found != NULL) != rows[i].is_excepted)
            fail_msg("unit %u form %u on %s", rows[i].unit, rows[i].form, rows[i].day);
    }
    catalogue_free(&c);
}

/* ---- faults ---- */

#define FAULTS(X)                                                                                  \
    X(type, c->forms[0].due_type_mask = 2, "owed by a type that is not there")                     \
    X(type_of_none, (c->forms[0].due_type_mask = 1, c->forms[0].due_level_mask = 0),               \
      "has types, but no level owes it")                                                           \
    X(label, c->forms[0].due_label_mask = 8, "owed for a period that is not there")                \
    X(label_of_none, (c->forms[0].due_label_mask = 1, c->forms[0].due_level_mask = 0),             \
      "has periods, but no level owes it")                                                         \
    X(body, set_body(c, "np"), "form 1: body \"np\" is not in catalogue.ini")                      \
    X(many_working_days, c->levels[0].working_days[0] = 61, "61 working days: at most 60")         \
    X(both_deadlines,                                                                              \
      (c->levels[0].working_days[0] = 1, c->levels[0].has_deadline[0] = true,                      \
       c->levels[0].deadline[0] = (struct calendar_day){0, 6, 20}),                                \
      "both a day and a number of working days")                                                   \
    X(holiday_backwards, add_holiday(c, "2024-01-02", "2024-01-01", false), "has to end on")       \
    X(holiday_long, add_holiday(c, "2024-01-01", "2024-02-01", false), "at most 31 days")          \
    X(holiday_year, add_holiday(c, "1824-01-01", "1824-01-01", false), "outside the years")        \
    X(holiday_open, add_holiday(c, "", "2024-01-01", false), "outside the years")                  \
    X(holiday_name,                                                                                \
      (add_holiday(c, "2024-01-01", "2024-01-01", false), c->holidays[0].name_vi[0] = '\0'),       \
      "its Vietnamese name is empty")                                                              \
    X(holiday_twice,                                                                               \
      (add_holiday(c, "2024-02-10", "2024-02-10", true),                                           \
       add_holiday(c, "2024-02-08", "2024-02-14", false)),                                         \
      "a day of another row")                                                                      \
    X(holiday_inside_a_long_one,                                                                   \
      (add_holiday(c, "2024-02-01", "2024-02-20", false),                                          \
       add_holiday(c, "2024-02-02", "2024-02-03", false),                                          \
       add_holiday(c, "2024-02-19", "2024-02-19", false)),                                         \
      "a day of another row")                                                                      \
    X(worked_on_a_friday, add_holiday(c, "2024-05-03", "2024-05-04", true), "worked anyway")       \
    X(holidays_of_a_year, many_days(c), "2024 has more than 100 days of holidays")                 \
    X(holidays_many, many_holidays(c), "has 1025 rows of holidays: it may have 0 to 1024")         \
    X(exception_unit, add_exception(c, 8, 1, "", "2024-06-14"), "unit 8, which is not there")      \
    X(exception_form, add_exception(c, 7, 2, "", "2024-06-14"), "form 2, which is not there")      \
    X(exception_backwards, add_exception(c, 7, 1, "2024-06-15", "2024-06-14"),                     \
      "unit 7 ends before it begins")                                                              \
    X(exception_open, (add_exception(c, 7, 1, "", "2024-06-14"), c->exceptions[0].to = DATE_MAX),  \
      "an exception ends; write the day")                                                          \
    X(exception_day,                                                                               \
      (add_exception(c, 7, 1, "", "2024-06-14"), c->exceptions[0].to.days = INT32_MAX - 1),        \
      "not in the years 1 to 9999")                                                                \
    X(exception_reason,                                                                            \
      (add_exception(c, 7, 1, "", "2024-06-14"), c->exceptions[0].reason[0] = '\0'),               \
      "unit 7: its reason is empty")                                                               \
    X(exception_twice,                                                                             \
      (add_exception(c, 7, 1, "2024-06-14", "2025-06-14"),                                         \
       add_exception(c, 7, 1, "", "2024-06-14")),                                                  \
      "two exceptions of one form on the same days")                                               \
    X(exceptions_many, many_exceptions(c), "has 4097 exceptions: it may have 0 to 4096")

static int set_body(struct catalogue *c, const char *code)
{
    free(c->forms[0].body);
    c->forms[0].body = mem_strdup(code);
    return 0;
}

static int many_days(struct catalogue *c)
{
    static const char *const firsts[] = {"2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"};
    static const char *const lasts[] = {"2024-01-31", "2024-02-29", "2024-03-31", "2024-04-10"};
    for (size_t i = 0; i < LENGTH(firsts); i++)
        add_holiday(c, firsts[i], lasts[i], false);
    return 0;
}

static int many_holidays(struct catalogue *c)
{
    for (int i = 0; i <= CATALOGUE_HOLIDAYS_MAX; i++)
        add_holiday(c, "2024-01-01", "2024-01-01", false);
    return 0;
}

static int many_exceptions(struct catalogue *c)
{
    for (int i = 0; i <= CATALOGUE_EXCEPTIONS_MAX; i++)
        add_exception(c, 7, 1, "", "2024-06-14");
    return 0;
}

#define DEFINE_FAULT(name, change, says)                                                           \
    static void fault_##name(struct catalogue *c)                                                  \
    {                                                                                              \
        (void)(change);                                                                            \
    }
FAULTS(DEFINE_FAULT)
#define FAULT_ROW(name, change, says) {fault_##name, says},

/* Rule: what a catalogue may not say of duties is refused, and what is just within is not. */
static void test_faults(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct catalogue *c);
        const char *says;
    } rows[] = {FAULTS(FAULT_ROW)};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *c = small();
        rows[i].spoil(c);
        assert_said(c, ERR_INVALID, rows[i].says);
        catalogue_free(&c);
    }
    struct catalogue *c = small();
    c->forms[0].due_type_mask = 1;
    c->forms[0].due_label_mask = 7;
    (void)set_body(c, "pn");
    c->levels[0].working_days[0] = 60;
    add_holiday(c, "2024-01-01", "2024-01-31", false);
    add_holiday(c, "2024-02-03", "2024-02-04", true);
    add_exception(c, 7, 1, "2024-06-14", "2024-06-14");
    add_exception(c, 7, 1, "2024-06-15", "2024-06-15");
    add_exception(c, 7, 0, "2024-06-14", "2024-06-15");
    assert_said(c, ERR_OK, NULL);
    catalogue_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_owes),        cmocka_unit_test(test_duties_follow_the_tree),
        cmocka_unit_test(test_levels_that_owe), cmocka_unit_test(test_working_days),
        cmocka_unit_test(test_deadlines),       cmocka_unit_test(test_years_without_holidays),
        cmocka_unit_test(test_exceptions),      cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
