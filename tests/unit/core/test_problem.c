/* The list of problems, and the text rules that it leans on: UTF-8 and character columns. */
#include "lib/cm.h"

#include "core/problem.h"
#include "core/utf8.h"

/* Rule: "file:line:column: error: text", where what is not known is left out. */
static void problems_print_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        struct place place;
        bool is_warning;
        const char *wanted;
    } rows[] = {
        {"units.csv", {.line = 12, .column = 5}, false, "units.csv:12:5: error: unknown parent 7"},
        {"units.csv", {.line = 12, .column = 0}, false, "units.csv:12: error: unknown parent 7"},
        {"units.csv", {.line = 0, .column = 0}, true, "units.csv: warning: unknown parent 7"},
        {"b.csv",
         {.line = 7, .column = 14, .sheet_row = 6, .sheet_column = 2},
         false,
         "b.csv:7:14 (B6): error: unknown parent 7"},
        {NULL, {.sheet_row = 6, .sheet_column = 1}, true, "(A6): warning: unknown parent 7"},
        {"b.csv",
         {.sheet_row = 1, .sheet_column = 26},
         false,
         "b.csv (Z1): error: unknown parent 7"},
        {"b.csv",
         {.sheet_row = 1, .sheet_column = 27},
         false,
         "b.csv (AA1): error: unknown parent 7"},
        {"b.csv",
         {.sheet_row = 1, .sheet_column = 702},
         false,
         "b.csv (ZZ1): error: unknown parent 7"},
        {"b.csv",
         {.sheet_row = UINT32_MAX, .sheet_column = UINT32_MAX},
         false,
         "b.csv (MWLQKWU4294967295): error: unknown parent 7"},
        {NULL, {.line = 3, .column = 4}, false, "3:4: error: unknown parent 7"},
        {NULL, {.line = 0, .column = 0}, true, "warning: unknown parent 7"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        if (rows[i].is_warning)
            problems_warn(&problems, rows[i].file, rows[i].place, "unknown parent %d", 7);
        else
            problems_add(&problems, rows[i].file, rows[i].place, "unknown parent %d", 7);
        char *line = problem_format(&problems.items[0]);
        assert_string_equal(line, rows[i].wanted);
        free(line);
        problems_fini(&problems);
    }
}

/* Rule: what stands in somebody's file cannot steer the terminal of who reads about it, nor write a
 * line of its own; nor can the file's name. */
static void problems_stay_one_line(void **state)
{
    (void)state;
    struct problems problems = {0};
    problems_add(&problems, "a\n.csv", (struct place){.line = 1, .column = 2},
                 "unknown column '%s'", "\x1B[2Jx\n\xC2\x9B");
    assert_string_equal(problems.items[0].text, "unknown column ' [2Jx  '");
    char *line = problem_format(&problems.items[0]);
    assert_string_equal(line, "a .csv:1:2: error: unknown column ' [2Jx  '");
    free(line);
    problems_fini(&problems);
}

/* Rule: a Vietnamese list is Vietnamese to its frame; each problem keeps the language of its text.
 */
static void problems_speak_vietnamese(void **state)
{
    (void)state;
    struct problems problems = {.is_vietnamese = true};
    problems_add(&problems, "a.csv", (struct place){.line = 3, .column = 1},
                 PROBLEM_WORDS(&problems, "unknown unit %d", "không có đơn vị %d"), 7);
    problems_cell_warn(&problems, 2, PROBLEM_WORDS(&problems, "too low", "quá thấp"));
    problems.is_vietnamese = false;
    problems_cell(&problems, 2, PROBLEM_WORDS(&problems, "too high", "quá cao"));
    static const char *const wanted[] = {"a.csv:3:1: lỗi: không có đơn vị 7", "cảnh báo: quá thấp",
                                         "error: too high"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char *line = problem_format(&problems.items[i]);
        assert_string_equal(line, wanted[i]);
        free(line);
    }
    problems_fini(&problems);
}

/* Rule: errors and warnings are told apart, in order, each with its cell; warnings do not count as
 * errors. */
static void problems_are_kept_in_order(void **state)
{
    (void)state;
    struct problems problems = {0};
    problems_cell(&problems, 6, "%s is below zero", "poverty.poor");
    problems_cell_warn(&problems, 2, "below last year");
    problems_add(&problems, "a.csv", (struct place){.line = 1, .column = 1}, "no header");
    assert_int_equal(problems.count, 3);
    assert_int_equal(problems.error_count, 2);
    assert_int_equal(problems.dropped_count, 0);
    assert_int_equal(problems.items[0].indicator, 6);
    assert_false(problems.items[0].is_warning);
    assert_string_equal(problems.items[0].text, "poverty.poor is below zero");
    assert_null(problems.items[0].file);
    assert_int_equal(problems.items[1].indicator, 2);
    assert_true(problems.items[1].is_warning);
    assert_int_equal(problems.items[2].indicator, 0);
    assert_string_equal(problems.items[2].file, "a.csv");
    problems_fini(&problems);
    assert_int_equal(problems.count, 0);
    assert_null(problems.items);
}

/* Rule: beyond PROBLEMS_MAX they are counted, not kept; the verdict still knows of every error. */
static void further_problems_are_counted(void **state)
{
    (void)state;
    struct problems problems = {0};
    for (uint32_t i = 0; i < PROBLEMS_MAX; i++)
        problems_warn(&problems, "a.csv", (struct place){.line = i + 1, .column = 1}, "odd");
    problems_add(&problems, "a.csv", (struct place){.line = PROBLEMS_MAX + 1, .column = 1},
                 "wrong");
    problems_warn(&problems, "a.csv", (struct place){.line = PROBLEMS_MAX + 2, .column = 1}, "odd");
    assert_int_equal(problems.count, PROBLEMS_MAX);
    assert_int_equal(problems.dropped_count, 2);
    assert_int_equal(problems.error_count, 1);
    assert_int_equal(problems.items[PROBLEMS_MAX - 1].place.line, PROBLEMS_MAX);
    problems_fini(&problems);
}

enum verdict { INVALID, VALID, TEXT };

/* Rule: RFC 3629, without NUL; text is what has no control characters but tab and newline. */
static void utf8_is_told_from_other_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *bytes;
        size_t len;
        enum verdict wanted;
    } rows[] = {
        {"empty", "", 0, TEXT},
        {"ASCII", "dan van kheo", 12, TEXT},
        {"Vietnamese", "Dân vận khéo", 15, TEXT},
        {"tab and newline", "a\tb\n", 4, TEXT},
        {"U+00A0, just above C1", "\xC2\xA0", 2, TEXT},
        {"smallest of three bytes", "\xE0\xA0\x80", 3, TEXT},
        {"before the surrogates", "\xED\x9F\xBF", 3, TEXT},
        {"after the surrogates", "\xEE\x80\x80", 3, TEXT},
        {"smallest of four bytes", "\xF0\x90\x80\x80", 4, TEXT},
        {"U+10FFFF", "\xF4\x8F\xBF\xBF", 4, TEXT},
        {"carriage return", "a\r", 2, VALID},
        {"escape", "\x1b[0m", 4, VALID},
        {"U+001F", "\x1F", 1, VALID},
        {"DEL", "\x7F", 1, VALID},
        {"U+0080", "\xC2\x80", 2, VALID},
        {"U+009F", "\xC2\x9F", 2, VALID},
        {"NUL", "a\0b", 3, INVALID},
        {"NUL in two bytes", "\xC0\x80", 2, INVALID},
        {"overlong slash", "\xC0\xAF", 2, INVALID},
        {"overlong, two bytes", "\xC1\xBF", 2, INVALID},
        {"overlong, three bytes", "\xE0\x9F\xBF", 3, INVALID},
        {"overlong, four bytes", "\xF0\x8F\xBF\xBF", 4, INVALID},
        {"first surrogate", "\xED\xA0\x80", 3, INVALID},
        {"last surrogate", "\xED\xBF\xBF", 3, INVALID},
        {"above U+10FFFF", "\xF4\x90\x80\x80", 4, INVALID},
        {"five bytes", "\xF8\x88\x80\x80\x80", 5, INVALID},
        {"continuation alone", "\x80", 1, INVALID},
        {"cut after one of two", "a\xC3", 2, INVALID},
        {"cut after two of three", "\xE1\xBA", 2, INVALID},
        {"cut after three of four", "\xF0\x90\x80", 3, INVALID},
        {"followed by ASCII", "\xC3(", 2, INVALID},
        {"Latin-1", "caf\xE9", 4, INVALID},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (utf8_is_valid(rows[i].bytes, rows[i].len) != (rows[i].wanted != INVALID))
            fail_msg("utf8_is_valid: %s", rows[i].name);
        if (utf8_is_text(rows[i].bytes, rows[i].len) != (rows[i].wanted == TEXT))
            fail_msg("utf8_is_text: %s", rows[i].name);
    }
    assert_true(utf8_is_text(NULL, 0));
}

/* Rule: columns count characters, not bytes. */
static void length_counts_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t wanted;
    } rows[] = {
        {"", 0}, {"abc", 3}, {"Dân vận", 7}, {"số toàn đơn vị", 14}, {"\xF0\x90\x80\x80", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(utf8_length(rows[i].text, strlen(rows[i].text)), rows[i].wanted);
    assert_int_equal(utf8_length("Dân", 3), 2); /* the first three bytes are "Dâ" */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(problems_print_their_place),
        cmocka_unit_test(problems_stay_one_line),
        cmocka_unit_test(problems_speak_vietnamese),
        cmocka_unit_test(problems_are_kept_in_order),
        cmocka_unit_test(further_problems_are_counted),
        cmocka_unit_test(utf8_is_told_from_other_bytes),
        cmocka_unit_test(length_counts_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
