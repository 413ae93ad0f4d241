/* UTF-8: what is text, and cutting it between characters. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/utf8.h"

/* The sequences of RFC 3629, and those that only look like them. */
static void what_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        bool is_valid, is_text;
    } rows[] = {
        {"nothing", "", true, true},
        {"ASCII", "Xa Binh An", true, true},
        {"two, three and four bytes", "\xC3\xA0 \xE1\xBA\xBF \xF0\x9F\x8C\xBE", true, true},
        {"line end and tab", "a\n\tb", true, true},
        {"escape", "\x1B[2J", true, false},
        {"C1", "\xC2\x9B", true, false},
        {"a continuation byte alone", "\x80", false, false},
        {"cut", "\xE1\xBA", false, false},
        {"no continuation", "\xC3(", false, false},
        {"overlong slash", "\xC0\xAF", false, false},
        {"overlong in three bytes", "\xE0\x80\xAF", false, false},
        {"overlong in four bytes", "\xF0\x80\x80\xAF", false, false},
        {"surrogate", "\xED\xA0\x80", false, false},
        {"the last code point", "\xF4\x8F\xBF\xBF", true, true},
        {"beyond the last code point", "\xF4\x90\x80\x80", false, false},
        {"no first byte", "\xFF", false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("row: %s\n", rows[i].name);
        assert_int_equal(utf8_is_valid(rows[i].bytes, strlen(rows[i].bytes)), rows[i].is_valid);
        assert_int_equal(utf8_is_text(rows[i].bytes, strlen(rows[i].bytes)), rows[i].is_text);
    }
    assert_false(utf8_is_valid("a\0b", 3));
    assert_true(utf8_is_valid(NULL, 0));
}

/* What turns the direction of what is shown is text, but not plain: the first and the last of each
 * kind, and their neighbours, which are. */
static void plain(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool is_plain;
    } rows[] = {
        {"", true},
        {"Xã Bình An\n", true},
        {"a\xE2\x80\xA9", true},
        {"\xE2\x80\xAA", false},
        {"a\xE2\x80\xAE", false},
        {"\xE2\x80\xAF", true},
        {"\xE2\x81\xA5", true},
        {"\xE2\x81\xA6", false},
        {"\xE2\x81\xA9z", false},
        {"\xE2\x81\xAA", true},
        {"\x1B", false},
        {"\xE2\x80", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("row: %zu\n", i);
        assert_int_equal(utf8_is_plain(rows[i].bytes, strlen(rows[i].bytes)), rows[i].is_plain);
    }
    assert_true(utf8_is_text("\xE2\x80\xAE", 3));
    assert_true(utf8_is_plain(NULL, 0));
}

/* Positions are counted in characters. */
static void lengths(void **state)
{
    (void)state;
    assert_int_equal(utf8_length("Xã Bình An", strlen("Xã Bình An")), 10);
    assert_int_equal(utf8_length(NULL, 0), 0);
}

/* Only what is left of a character that was cut goes. */
static void cutting(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *expected;
    } rows[] = {
        {"nothing", "", ""},
        {"ASCII", "abc", "abc"},
        {"whole characters", "t\xE1\xBA\xBFt \xC3\xA0", "t\xE1\xBA\xBFt \xC3\xA0"},
        {"one of two", "ab\xC3", "ab"},
        {"one of three", "ab\xE1", "ab"},
        {"two of three", "ab\xE1\xBA", "ab"},
        {"one of four", "ab\xF0", "ab"},
        {"three of four", "ab\xF0\x9F\x8C", "ab"},
        {"four of four", "ab\xF0\x9F\x8C\xBE", "ab\xF0\x9F\x8C\xBE"},
        {"nothing but a piece", "\xE1\xBA", ""},
        {"a piece after a piece", "\xE1\xBA\xE1", "\xE1\xBA"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[16];
        print_message("row: %s\n", rows[i].name);
        (void)snprintf(text, sizeof text, "%s", rows[i].text);
        utf8_cut(text);
        assert_string_equal(text, rows[i].expected);
    }
}

/* Wherever a text is cut, what is left is text, and loses less than a character. */
static void cutting_anywhere(void **state)
{
    (void)state;
    static const char whole[] = "Đồi Xanh \xF0\x9F\x8C\xBE Suối Trong";
    for (size_t size = 1; size <= sizeof whole; size++) {
        char text[sizeof whole];
        (void)snprintf(text, size, "%s", whole);
        utf8_cut(text);
        assert_true(utf8_is_text(text, strlen(text)));
        assert_true(strlen(text) + 4 > size - 1);
    }
}

/* A line to be shown moves no cursor, forges no second line and is UTF-8; the rest of it stays. */
static void lines(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *expected;
    } rows[] = {
        {"nothing", "", ""},
        {"turned",
         "a\xE2\x80\xAE"
         "b",
         "a b"},
        {"text", "t\xE1\xBA\xBFt \xF0\x9F\x8C\xBE", "t\xE1\xBA\xBFt \xF0\x9F\x8C\xBE"},
        {"C0 and DEL", "a\tb\nc\x1B[31m\x7F", "a b c [31m "},
        {"C1, which some terminals obey",
         "a\xC2\x9B"
         "2J",
         "a 2J"},
        {"what only begins like C1", "\xC2\xA0", "\xC2\xA0"},
        {"bytes that are no characters", "\x9B\xFFx\xE1\xBA", "??x??"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        print_message("row: %s\n", rows[i].name);
        (void)snprintf(text, sizeof text, "%s", rows[i].text);
        utf8_make_line(text);
        assert_string_equal(text, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_text),     cmocka_unit_test(plain),
        cmocka_unit_test(lengths),          cmocka_unit_test(cutting),
        cmocka_unit_test(cutting_anywhere), cmocka_unit_test(lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
