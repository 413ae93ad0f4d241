/* The words that people read, in both languages. */
#include "lib/cm.h"

#include "client/words.h"
#include "core/err.h"
#include "core/utf8.h"

enum { ARGUMENTS_MAX = 8, ARGUMENT_SIZE = 8 };

/* What a text takes: the length modifier and conversion of each argument, by its position. */
struct taken {
    char arguments[ARGUMENTS_MAX][ARGUMENT_SIZE];
    size_t count;
};

static struct taken taken_by(const char *text)
{
    struct taken taken = {0};
    size_t next = 0;
    for (const char *at = strchr(text, '%'); at != NULL; at = strchr(at, '%')) {
        at++;
        if (*at == '%') {
            at++;
            continue;
        }
        char *end;
        unsigned long number = strtoul(at, &end, 10);
        size_t position = next++;
        if (*end == '$') {
            position = number - 1;
            at = end + 1;
        }
        at += strspn(at, "0123456789.-+ #");
        size_t len = strspn(at, "hlzjt") + 1;
        assert_true(position < ARGUMENTS_MAX && len < ARGUMENT_SIZE);
        memcpy(taken.arguments[position], at, len);
        if (position + 1 > taken.count)
            taken.count = position + 1;
        at += len;
    }
    return taken;
}

static void test_every_word_is_in_both_languages(void **state)
{
    /* A text that is missing, or takes other arguments than its translation, would end the program
     * in front of a person. */
    (void)state;
    for (enum word id = 0; id < WORD_COUNT; id++) {
        const char *vi = words(false, id);
        const char *en = words(true, id);
        struct taken in_vi = taken_by(vi), in_en = taken_by(en);
        assert_true(strlen(vi) > 0 && strlen(en) > 0);
        assert_true(utf8_is_text(vi, strlen(vi)) && utf8_is_text(en, strlen(en)));
        if (in_vi.count != in_en.count ||
            memcmp(in_vi.arguments, in_en.arguments, sizeof(in_vi.arguments)) != 0)
            fail_msg("word %d takes other arguments in \"%s\" than in \"%s\"", (int)id, vi, en);
    }
}

static void test_arguments_are_compared_by_position(void **state)
{
    /* The test above would be no test if numbered conversions were read in their order. */
    struct taken plain = taken_by("%s of %zu, 100 %%");
    struct taken numbered = taken_by("%2$zu: %1$s");
    (void)state;
    assert_int_equal(plain.count, 2);
    assert_string_equal(plain.arguments[0], "s");
    assert_string_equal(plain.arguments[1], "zu");
    assert_memory_equal(plain.arguments, numbered.arguments, sizeof(plain.arguments));
    assert_memory_not_equal(plain.arguments, taken_by("%s of %d").arguments,
                            sizeof(plain.arguments));
}

static void test_every_error_has_words(void **state)
{
    /* Every code that a node may refuse with says what to do, in both languages. */
    const char *unknown = words_of_error(false, "of-a-newer-version");
    (void)state;
    for (enum err err = ERR_OK; err < ERR_COUNT; err++) {
        const char *vi = words_of_error(false, err_name(err));
        const char *en = words_of_error(true, err_name(err));
        assert_true(utf8_is_text(vi, strlen(vi)));
        assert_string_not_equal(vi, en);
        assert_string_not_equal(vi, unknown);
    }
    assert_string_not_equal(unknown, words_of_error(true, "of-a-newer-version"));
    assert_string_equal(unknown, words_of_error(false, ""));
}

static void set_or_unset(const char *name, const char *value)
{
    assert_int_equal(value != NULL ? setenv(name, value, 1) : unsetenv(name), 0);
}

static void test_language_is_chosen_in_order(void **state)
{
    /* --lang, then TONGHOP_LANG, then the locale as POSIX ranks its variables, then English. */
    static const struct {
        const char *name;
        const char *option, *own, *all, *messages, *lang;
        bool is_english;
    } rows[] = {
        {"nothing said", NULL, NULL, NULL, NULL, NULL, true},
        {"option vi", "vi", "en", "en_US.UTF-8", NULL, NULL, false},
        {"option en", "en", "vi", "vi_VN.UTF-8", NULL, NULL, true},
        {"own variable", NULL, "vi", "en_US.UTF-8", NULL, NULL, false},
        {"own variable unknown: the locale", NULL, "fr", NULL, NULL, "vi_VN.UTF-8", false},
        {"own variable empty: the locale", NULL, "", NULL, NULL, "vi_VN", false},
        {"LC_ALL wins", NULL, NULL, "C", "vi_VN", "vi_VN", true},
        {"LC_ALL empty is not set", NULL, NULL, "", "vi_VN", "en_US", false},
        {"LC_MESSAGES before LANG", NULL, NULL, NULL, "en_US", "vi_VN", true},
        {"LANG", NULL, NULL, NULL, NULL, "vi_VN.UTF-8", false},
        {"another language", NULL, NULL, NULL, NULL, "fr_FR.UTF-8", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_english = !rows[i].is_english;
        set_or_unset("TONGHOP_LANG", rows[i].own);
        set_or_unset("LC_ALL", rows[i].all);
        set_or_unset("LC_MESSAGES", rows[i].messages);
        set_or_unset("LANG", rows[i].lang);
        assert_true(words_choose(rows[i].option, &is_english));
        if (is_english != rows[i].is_english)
            fail_msg("%s", rows[i].name);
    }
}

static void test_unknown_language_is_refused(void **state)
{
    /* A wrong --lang is an error, not English. */
    static const char *const wrong[] = {"", "fr", "VI", "vie", "english"};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        bool is_english = false;
        assert_false(words_choose(wrong[i], &is_english));
        assert_false(is_english);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_word_is_in_both_languages),
        cmocka_unit_test(test_arguments_are_compared_by_position),
        cmocka_unit_test(test_every_error_has_words),
        cmocka_unit_test(test_language_is_chosen_in_order),
        cmocka_unit_test(test_unknown_language_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
