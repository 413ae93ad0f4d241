/* Calendars in catalogue.ini: one for always, and any number with a first year, in any order; a
 * section that says something else is told about, once and at its place. */
#include "lib/cm.h"

#include <stdio.h>

#include "client/catalogue_dir_parts.h"
#include "core/mem.h"

/* The rest of the file, on lines 1 to 10. */
static const char head[] = "[catalogue]\nnumber = 1\ntitle_vi = X\n"
                           "[level province]\nname_vi = T\n[type tinh]\nname_vi = t\n\n\n\n";
#define ALWAYS "[calendar]\ns1_first = 01-01\ns1_last = 06-30\ns2_first = 07-01\ns2_last = 12-31\n"
#define FROM(year)                                                                                 \
    "[calendar " year "]\ns1_first = -1/12-15\ns1_last = 06-14\ns2_first = 06-15\ns2_last = "      \
    "12-14\n"

#define NOT_A_YEAR(text)                                                                           \
    "f:17: " text " in [calendar " text "] is not a year: write [calendar 2026] for the calendar " \
    "of 2026 and the years that follow\n"

static void calendars_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t era_count;
        uint16_t years[2];
        const char *says; /* all of it */
    } rows[] = {
        {"one for always", ALWAYS, 0, {0}, ""},
        {"two", ALWAYS FROM("2026"), 1, {2026}, ""},
        {"before the one for always", FROM("2026") ALWAYS, 1, {2026}, ""},
        {"blanks", ALWAYS FROM("  2026  "), 1, {2026}, ""},
        {"in any order", FROM("2030") FROM("2026") ALWAYS, 2, {2030, 2026}, ""},
        {"first and last year", ALWAYS FROM("1900") FROM("2999"), 2, {1900, 2999}, ""},
        {"none for always",
         FROM("2026"),
         1,
         {2026},
         "f:0: s1_first is missing in [calendar]: add `s1_first = ...`\n"
         "f:0: s1_last is missing in [calendar]: add `s1_last = ...`\n"
         "f:0: s2_first is missing in [calendar]: add `s2_first = ...`\n"
         "f:0: s2_last is missing in [calendar]: add `s2_last = ...`\n"},
        {"not a year", ALWAYS FROM("26"), 0, {0}, NOT_A_YEAR("26")},
        {"a half-year", ALWAYS FROM("2026-S1"), 0, {0}, NOT_A_YEAR("2026-S1")},
        {"a year and more", ALWAYS FROM("2026 on"), 0, {0}, NOT_A_YEAR("2026 on")},
        {"too early", ALWAYS FROM("1899"), 0, {0}, NOT_A_YEAR("1899")},
        {"too late", ALWAYS FROM("3000"), 0, {0}, NOT_A_YEAR("3000")},
        {"a day is missing",
         ALWAYS "[calendar 2026]\ns1_first = 01-01\ns1_last = 06-30\ns2_first = 07-01\n",
         0,
         {0},
         "f:17: s2_last is missing in [calendar 2026]: add `s2_last = ...`\n"},
        {"a day that is none",
         ALWAYS "[calendar 2026]\ns1_first = 01-01\ns1_last = 06-31\ns2_first = 07-01\n"
                "s2_last = 12-31\n",
         0,
         {0},
         "f:18: s1_last is not a day of every year: write 06-14, or -1/12-15 for a day of the year "
         "before, or +1/01-10 for one of the year after\n"},
        {"nothing in it",
         ALWAYS "[calendar 2026]\n",
         0,
         {0},
         "f:16: s1_first is missing in [calendar 2026]: add `s1_first = ...`\n"
         "f:16: s1_last is missing in [calendar 2026]: add `s1_last = ...`\n"
         "f:16: s2_first is missing in [calendar 2026]: add `s2_first = ...`\n"
         "f:16: s2_last is missing in [calendar 2026]: add `s2_last = ...`\n"},
        {"another key",
         ALWAYS FROM("2026") "from = 2026\n",
         1,
         {2026},
         "f:21: unknown key from in [calendar 2026]: correct its spelling or remove it\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *text = mem_printf("%s%s", head, rows[i].text);
        const struct span bytes = {(const uint8_t *)text, strlen(text)};
        struct catalogue *catalogue = catalogue_new();
        struct problems problems = {0};
        struct ini_table ini = {0};
        struct buf said = {0};
        assert_int_equal(ini_read_bytes("f", bytes, &problems, &ini), ERR_OK);
        catalogue_dir_add_ini(&ini, catalogue, &problems);
        buf_printf(&said, "%s", "");
        for (size_t j = 0; j < problems.count; j++)
            buf_printf(&said, "f:%u: %s\n", problems.items[j].place.line, problems.items[j].text);
        if (strcmp((const char *)said.data, rows[i].says) != 0)
            fail_msg("%s: %s", rows[i].name, (const char *)said.data);
        if (catalogue->era_count != rows[i].era_count)
            fail_msg("%s: %zu", rows[i].name, catalogue->era_count);
        for (size_t j = 0; j < catalogue->era_count; j++) {
            assert_int_equal(catalogue->eras[j].from_year, rows[i].years[j]);
            assert_int_equal(catalogue->eras[j].calendar.s1_first.year_offset, -1);
            assert_int_equal(catalogue->eras[j].calendar.s2_last.day, 14);
            assert_true(catalogue->eras[j].line > 0);
        }
        catalogue_free(&catalogue);
        problems_fini(&problems);
        ini_fini(&ini);
        buf_fini(&said);
        free(text);
    }
}

/* The same section twice is one, so that its days are there twice. */
static void the_same_year_twice_is_refused(void **state)
{
    (void)state;
    static const char text[] = ALWAYS FROM("2026") FROM("2026");
    struct problems problems = {0};
    struct ini_table ini = {0};
    enum err err =
        ini_read_bytes("f", (struct span){(const uint8_t *)text, strlen(text)}, &problems, &ini);
    assert_int_equal(err, ERR_INVALID);
    assert_int_equal(problems.count, 4);
    problems_fini(&problems);
    ini_fini(&ini);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendars_are_read),
        cmocka_unit_test(the_same_year_twice_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
