/* A year has the calendar of its era. Where one era follows another no day belongs to two years,
 * and days that belong to none are told; what has begun by one catalogue stays in the next. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/check.h"
#include "core/coverage.h"
#include "core/mem.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Of the sample, which has it for always; the statistical one; and the years that lead from one to
 * the other without a gap, and without an overlap. */
#define ADMINISTRATIVE                                                                             \
    {                                                                                              \
        {-1, 12, 15}, {0, 6, 14}, {0, 6, 15},                                                      \
        {                                                                                          \
            0, 12, 14                                                                              \
        }                                                                                          \
    }
#define STATISTICAL                                                                                \
    {                                                                                              \
        {0, 1, 1}, {0, 6, 30}, {0, 7, 1},                                                          \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }
#define LONG_YEAR                                                                                  \
    {                                                                                              \
        {-1, 12, 15}, {0, 6, 30}, {0, 7, 1},                                                       \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }
#define SHORT_YEAR                                                                                 \
    {                                                                                              \
        {0, 1, 1}, {0, 6, 14}, {0, 6, 15},                                                         \
        {                                                                                          \
            0, 12, 14                                                                              \
        }                                                                                          \
    }
#define OTHER_HALVES                                                                               \
    {                                                                                              \
        {-1, 12, 15}, {0, 6, 30}, {0, 7, 1},                                                       \
        {                                                                                          \
            0, 12, 14                                                                              \
        }                                                                                          \
    }
#define UPSIDE_DOWN                                                                                \
    {                                                                                              \
        {0, 6, 14}, {0, 1, 1}, {0, 1, 2},                                                          \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }
#define NO_SUCH_DAY                                                                                \
    {                                                                                              \
        {0, 1, 1}, {0, 6, 31}, {0, 7, 1},                                                          \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }

/* Adds up to three eras, up to the first year 0. */
static struct catalogue *with_eras(struct catalogue *catalogue, const struct era *added)
{
    for (size_t i = 0; i < 3 && added[i].from_year != 0; i++)
        catalogue_add_era(catalogue, &added[i]);
    return catalogue;
}

static struct period period(const char *text)
{
    struct period result = {0};
    assert_int_equal(period_parse(text, &result), ERR_OK);
    return result;
}

static struct date day(const char *text)
{
    struct date date = {0};
    assert_int_equal(date_parse(text, &date), ERR_OK);
    return date;
}

/* ---- windows ---- */

/* The label's year decides, also for days of the December before it. */
static void a_year_has_the_calendar_of_its_era(void **state)
{
    (void)state;
    static const struct era added[3] = {{2026, LONG_YEAR, 0}, {2027, STATISTICAL, 0}};
    static const struct {
        const char *period, *first, *last;
    } rows[] = {
        {"1900", "1899-12-15", "1900-12-14"},    {"2025-S2", "2025-06-15", "2025-12-14"},
        {"2026-S1", "2025-12-15", "2026-06-30"}, {"2026-S2", "2026-07-01", "2026-12-31"},
        {"2026", "2025-12-15", "2026-12-31"},    {"2027-S1", "2027-01-01", "2027-06-30"},
        {"2999", "2999-01-01", "2999-12-31"},
    };
    struct catalogue *catalogue = with_eras(sample_catalogue(), added);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
        struct window window = catalogue_window(catalogue, period(rows[i].period));
        assert_string_equal(date_format(window.first, first), rows[i].first);
        assert_string_equal(date_format(window.last, last), rows[i].last);
    }
    catalogue_free(&catalogue);
}

/* The same days of two years, whatever the years; a year has no halves to compare. */
static void days_are_compared_within_their_year(void **state)
{
    (void)state;
    static const struct calendar administrative = ADMINISTRATIVE;
    static const struct {
        const char *name;
        struct calendar other;
        bool same_s1, same_s2, same_y;
    } rows[] = {
        {"the same", ADMINISTRATIVE, true, true, true},
        {"all other", STATISTICAL, false, false, false},
        {"ends later", LONG_YEAR, false, false, false},
        {"begins later", SHORT_YEAR, false, true, false},
        {"other halves", OTHER_HALVES, false, false, true},
        {"another year", {{0, 12, 15}, {0, 12, 16}, {0, 12, 17}, {0, 12, 18}}, false, false, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const bool same[] = {rows[i].same_s1, rows[i].same_s2, rows[i].same_y};
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++)
            if (calendar_same_days(&administrative, &rows[i].other, (enum period_label)label) !=
                same[label - 1])
                fail_msg("%s: label %d", rows[i].name, label);
    }
}

/* The tree of a period is that of its last day by its own calendar, and who ended in its window is
 * in it: 23899 ended on 2024-09-30, and 23888 took over. */
static void a_tree_is_that_of_the_window(void **state)
{
    (void)state;
    static const struct {
        const char *name, *period;
        struct era added[3];
        bool is_there, has_ended;
    } rows[] = {
        {"administrative: S2 has the end", "2024-S2", {{0}}, true, true},
        {"administrative: S1 is before it", "2024-S1", {{0}}, true, false},
        {"administrative: the year after", "2025-S1", {{0}}, false, false},
        {"an era with another S2",
         "2024-S1",
         {{2024, {{-1, 12, 15}, {0, 10, 15}, {0, 10, 16}, {0, 12, 14}}, 0}},
         true,
         true},
        {"S2 begins after the end",
         "2024-S2",
         {{2024, {{-1, 12, 15}, {0, 10, 15}, {0, 10, 16}, {0, 12, 14}}, 0}},
         false,
         false},
        {"a later era changes nothing",
         "2024-S1",
         {{2025, {{-1, 12, 15}, {0, 10, 15}, {0, 10, 16}, {0, 12, 14}}, 0}},
         true,
         false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *catalogue = with_eras(sample_catalogue(), rows[i].added);
        struct tree *tree = tree_new(catalogue, period(rows[i].period));
        uint32_t node = tree_find(tree, 23899);
        if ((node != TREE_NONE) != rows[i].is_there ||
            (node != TREE_NONE && tree->nodes[node].has_ended != rows[i].has_ended))
            fail_msg("%s", rows[i].name);
        tree_free(&tree);
        catalogue_free(&catalogue);
    }
}

static struct coverage_filing find_filing(void *ctx, uint32_t unit, uint32_t form,
                                          enum period_label label)
{
    const char *filed = ctx;
    if (unit != 23860 || form != 1 || label != PERIOD_Y)
        return (struct coverage_filing){0};
    const struct instant noon = {((int64_t)day(filed).days * 24 + 5) * 3600 * 1000000};
    return (struct coverage_filing){
        .revision = 1, .states = STATE_ACCEPTED, .scope = SCOPE_OWN, .first_filed = noon};
}

/* A deadline is a day of the label's year in every era (12-17 for a commune); what is early ends
 * with the window. */
static void deadlines_hold_across_the_change(void **state)
{
    (void)state;
    static const struct era added[3] = {{2026, STATISTICAL, 0}};
    static const struct {
        const char *period, *filed;
        enum timeliness timeliness;
    } rows[] = {
        {"2025", "2025-12-14", TIMELINESS_EARLY},   {"2025", "2025-12-15", TIMELINESS_ON_TIME},
        {"2025", "2025-12-17", TIMELINESS_ON_TIME}, {"2025", "2025-12-18", TIMELINESS_LATE},
        {"2026", "2026-12-15", TIMELINESS_EARLY},   {"2026", "2026-12-17", TIMELINESS_EARLY},
        {"2026", "2026-12-18", TIMELINESS_LATE},
    };
    struct catalogue *catalogue = with_eras(sample_catalogue(), added);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct coverage_source source = {(void *)(uintptr_t)rows[i].filed, find_filing, NULL};
        struct tree *tree = tree_new(catalogue, period(rows[i].period));
        struct coverage coverage = {0};
        bool is_found = false;
        coverage_build(catalogue, tree, 23860, &source, &coverage);
        for (size_t j = 0; j < coverage.count; j++) {
            if (coverage.lines[j].form != 1)
                continue;
            is_found = true;
            if (coverage.lines[j].timeliness != rows[i].timeliness)
                fail_msg("%s filed on %s: %d", rows[i].period, rows[i].filed,
                         (int)coverage.lines[j].timeliness);
        }
        assert_true(is_found);
        coverage_fini(&coverage);
        tree_free(&tree);
    }
    catalogue_free(&catalogue);
}

/* ---- checks ---- */

static struct place place_of(void *ctx, const char *file, uint32_t line, const char *column,
                             uint32_t offset)
{
    (void)ctx, (void)column, (void)offset;
    assert_string_equal(file, "catalogue.ini");
    return (struct place){.line = line};
}

static struct catalogue *unfinished(void)
{
    static char text[] = "a";
    struct catalogue *catalogue = catalogue_new();
    catalogue->number = 1;
    catalogue->title_vi = mem_strdup("Thử");
    catalogue->calendar = (struct calendar)ADMINISTRATIVE;
    catalogue_add_level(catalogue, &(struct level){.code = text, .name_vi = text});
    catalogue_add_type(catalogue, &(struct unit_type){.code = text, .name_vi = text});
    const struct unit_version version = {
        .from = DATE_MIN, .to = DATE_MAX, .code = text, .name_vi = text};
    catalogue_add_unit_version(catalogue, 1, &version, NULL, 0);
    return catalogue;
}

#define OUT_OF_ORDER(line, year)                                                                   \
    "catalogue.ini:" line ": error: the calendar of " year                                         \
    " and later is not in order: S1 must end after it begins, and S2 begin on the day after and "  \
    "end before the next year's S1 begins"

/* What is said of the eras, each with its line; eras may be given in any order. */
static void eras_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct era added[3];
        const char *says; /* of the only problem; NULL: none */
    } rows[] = {
        {"none", {{0}}, NULL},
        {"the same calendar again", {{2026, ADMINISTRATIVE, 9}}, NULL},
        {"without a gap", {{2026, LONG_YEAR, 9}, {2027, STATISTICAL, 14}}, NULL},
        {"in any order", {{2027, STATISTICAL, 9}, {2026, LONG_YEAR, 14}}, NULL},
        {"there and back",
         {{2026, LONG_YEAR, 9}, {2027, SHORT_YEAR, 14}, {2028, ADMINISTRATIVE, 19}},
         NULL},
        {"the first year", {{1900, STATISTICAL, 9}}, NULL},
        {"the last year", {{2999, ADMINISTRATIVE, 9}}, NULL},
        {"a year too early",
         {{1899, ADMINISTRATIVE, 9}},
         "catalogue.ini:9: error: a calendar begins with 1899: write a year from 1900 to 2999"},
        {"a year too late",
         {{3000, ADMINISTRATIVE, 9}},
         "catalogue.ini:9: error: a calendar begins with 3000: write a year from 1900 to 2999"},
        {"a gap of days",
         {{2026, STATISTICAL, 9}},
         "catalogue.ini:9: warning: no period covers 2025-12-15 to 2025-12-31, between 2025 and "
         "2026: what happens on these days is reported nowhere"},
        {"a gap of one day",
         {{2026, {{-1, 12, 16}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}}, 9}},
         "catalogue.ini:9: warning: no period covers 2025-12-15 to 2025-12-15, between 2025 and "
         "2026: what happens on these days is reported nowhere"},
        {"an overlap of one day",
         {{2026, {{-1, 12, 14}, {0, 6, 14}, {0, 6, 15}, {0, 12, 13}}, 9}},
         "catalogue.ini:9: error: 2026 begins on 2025-12-14, but 2025, by the calendar before, "
         "ends on 2025-12-14: give 2026 a calendar of its own that begins on the day after, and "
         "let this one follow it"},
        {"an overlap of two eras",
         {{2026, LONG_YEAR, 9}, {2027, ADMINISTRATIVE, 14}},
         "catalogue.ini:14: error: 2027 begins on 2026-12-15, but 2026, by the calendar before, "
         "ends on 2026-12-31: give 2027 a calendar of its own that begins on the day after, and "
         "let this one follow it"},
        {"out of order", {{2026, UPSIDE_DOWN, 9}}, OUT_OF_ORDER("9", "2026")},
        {"no such day", {{2026, NO_SUCH_DAY, 9}}, OUT_OF_ORDER("9", "2026")},
        {"no such day of one year",
         {{2026, NO_SUCH_DAY, 9}, {2027, STATISTICAL, 14}},
         "catalogue.ini:9: error: the calendar of 2026 is not in order: S1 must end after it "
         "begins, and S2 begin on the day after"},
        {"a long year without another calendar after it",
         {{2026, LONG_YEAR, 9}},
         OUT_OF_ORDER("9", "2026")},
        {"two long years",
         {{2026, LONG_YEAR, 9}, {2028, STATISTICAL, 14}},
         OUT_OF_ORDER("9", "2026")},
        {"the same year twice",
         {{2026, ADMINISTRATIVE, 9}, {2026, ADMINISTRATIVE, 14}},
         "catalogue.ini:14: error: two calendars begin with 2026: remove one"},
    };
    const struct catalogue_source source = {.place = place_of};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *catalogue = with_eras(unfinished(), rows[i].added);
        struct problems problems = {0};
        enum err err = catalogue_finish(catalogue, &source, &problems);
        char *said = problems.count == 1 ? problem_format(&problems.items[0]) : NULL;
        assert_int_equal(err, problems.error_count == 0 ? ERR_OK : ERR_INVALID);
        if (problems.count != (rows[i].says != NULL) ||
            (said != NULL && strcmp(said, rows[i].says) != 0))
            fail_msg("%s: %zu problems: %s", rows[i].name, problems.count, said);
        free(said);
        problems_fini(&problems);
        catalogue_free(&catalogue);
    }
}

static void there_are_not_too_many(void **state)
{
    (void)state;
    for (uint16_t count = CATALOGUE_ERAS_MAX; count <= CATALOGUE_ERAS_MAX + 1; count++) {
        struct catalogue *catalogue = unfinished();
        struct problems problems = {0};
        for (uint16_t i = 0; i < count; i++)
            catalogue_add_era(catalogue, &(struct era){(uint16_t)(2000 + i), ADMINISTRATIVE, 0});
        enum err err = catalogue_finish(catalogue, NULL, &problems);
        assert_int_equal(err, count <= CATALOGUE_ERAS_MAX ? ERR_OK : ERR_INVALID);
        if (err != ERR_OK)
            assert_string_equal(problems.items[0].text, "the catalogue has 33 calendars with a "
                                                        "first year: it may have 0 to 32");
        problems_fini(&problems);
        catalogue_free(&catalogue);
    }
}

/* ---- succession ---- */

#define REFUSED(year, s1, s2)                                                                      \
    "the calendar of " year " cannot change, because the year has begun: S1 is " s1                \
    ", and S2 is " s2 "; let another calendar begin with a later year"
#define REFUSED_2025 REFUSED("2025", "2024-12-15 to 2025-06-14", "2025-06-15 to 2025-12-14")

/* A year is fixed from its first day on, by whichever of the two catalogues begins it first. */
static void years_that_have_begun_stay(void **state)
{
    (void)state;
    static const struct {
        const char *name, *today;
        struct era was[3], is[3];
        const char *says; /* NULL: it may follow */
    } rows[] = {
        {"the year to come", "2025-12-14", {{0}}, {{2026, STATISTICAL, 0}}, NULL},
        {"the year that begins today",
         "2025-12-15",
         {{0}},
         {{2026, STATISTICAL, 0}},
         REFUSED("2026", "2025-12-15 to 2026-06-14", "2026-06-15 to 2026-12-14")},
        {"a year that would have begun yesterday",
         "2025-12-16",
         {{2026, STATISTICAL, 0}},
         {{0}},
         REFUSED("2026", "2026-01-01 to 2026-06-30", "2026-07-01 to 2026-12-31")},
        {"a year that would begin tomorrow", "2025-12-14", {{2026, STATISTICAL, 0}}, {{0}}, NULL},
        {"S2 alone, before it begins",
         "2025-01-01",
         {{0}},
         {{2025, OTHER_HALVES, 0}},
         REFUSED_2025},
        {"the running year", "2025-07-01", {{0}}, {{2025, STATISTICAL, 0}}, REFUSED_2025},
        {"years long ago",
         "2025-07-01",
         {{0}},
         {{1990, LONG_YEAR, 0}, {1991, SHORT_YEAR, 0}, {1992, ADMINISTRATIVE, 0}},
         REFUSED("1991", "1990-12-15 to 1991-06-14", "1991-06-15 to 1991-12-14")},
        {"put off", "2025-07-01", {{2026, STATISTICAL, 0}}, {{2027, STATISTICAL, 0}}, NULL},
        {"taken back", "2025-07-01", {{2026, STATISTICAL, 0}}, {{0}}, NULL},
        {"taken back too late",
         "2026-02-01",
         {{2026, STATISTICAL, 0}},
         {{0}},
         REFUSED("2026", "2026-01-01 to 2026-06-30", "2026-07-01 to 2026-12-31")},
        {"said in other words",
         "2025-07-01",
         {{0}},
         {{2000, ADMINISTRATIVE, 0}, {2026, LONG_YEAR, 0}, {2027, STATISTICAL, 0}},
         NULL},
        {"an era after the one in force",
         "2026-07-01",
         {{2026, STATISTICAL, 0}},
         {{2026, STATISTICAL, 0}, {2027, SHORT_YEAR, 0}, {2028, ADMINISTRATIVE, 0}},
         NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *current = with_eras(sample_catalogue(), rows[i].was);
        struct catalogue *next = with_eras(sample_catalogue(), rows[i].is);
        struct problems problems = {0};
        next->number = 2;
        enum err err = catalogue_check_succession(current, next, day(rows[i].today), &problems);
        const char *said = problems.count > 0 ? problems.items[0].text : "nothing";
        if (err != (rows[i].says != NULL ? ERR_INVALID : ERR_OK) ||
            problems.count != (rows[i].says != NULL) ||
            (rows[i].says != NULL && strcmp(said, rows[i].says) != 0))
            fail_msg("%s: %s", rows[i].name, said);
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

/* How far the tree is fixed follows the calendar of the year: by that of 2026, S2 has not begun on
 * 20 June, so S1 has not ended and a unit may end in it. */
static void the_fixed_tree_follows_the_era(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct era both[3];
        enum err err;
    } rows[] = {
        {"S1 has ended", {{0}}, ERR_INVALID},
        {"S1 still runs", {{2026, LONG_YEAR, 0}, {2027, STATISTICAL, 0}}, ERR_OK},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *current = with_eras(sample_catalogue(), rows[i].both);
        struct catalogue *next = with_eras(sample_catalogue(), rows[i].both);
        struct problems problems = {0};
        next->number = 2;
        next->units[catalogue_unit(next, 23860) - next->units].versions[0].to = day("2026-06-10");
        if (catalogue_check_succession(current, next, day("2026-06-20"), &problems) != rows[i].err)
            fail_msg("%s", rows[i].name);
        problems_fini(&problems);
        catalogue_free(&current);
        catalogue_free(&next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_year_has_the_calendar_of_its_era),
        cmocka_unit_test(days_are_compared_within_their_year),
        cmocka_unit_test(a_tree_is_that_of_the_window),
        cmocka_unit_test(deadlines_hold_across_the_change),
        cmocka_unit_test(eras_are_checked),
        cmocka_unit_test(there_are_not_too_many),
        cmocka_unit_test(years_that_have_begun_stay),
        cmocka_unit_test(the_fixed_tree_follows_the_era),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
