/* A sentence of more than WRAP_COLUMNS becomes lines of at most so many. It is cut where a part
 * ends, between words only where a part is too long, and a command has a line of its own. */
#include "lib/cm.h"

#include "client/wrap.h"
#include "core/utf8.h"

#define TEN    "aaaa bbbb "
#define FIFTY  TEN TEN TEN TEN "aaaa bbbbb"
#define NINETY FIFTY " " TEN TEN TEN "aaaa bbbb"

static void assert_wrapped(const char *text, const char *expected)
{
    char *wrapped = wrap_text(text, WRAP_COLUMNS);
    assert_string_equal(wrapped, expected);
    free(wrapped);
}

static void test_short_text_stays(void **state)
{
    (void)state;
    assert_wrapped("", "");
    assert_wrapped("no: tonghop help", "no: tonghop help");
    assert_wrapped(NINETY ": aaaa bbb", NINETY ": aaaa bbb"); /* 100 */
}

static void test_cut_where_parts_end(void **state)
{
    (void)state;
    assert_wrapped(NINETY ": aaaa bbbb", NINETY ":\n  aaaa bbbb");
    assert_wrapped("a: b; " NINETY "; cc: d", "a: b; " NINETY ";\n  cc: d");
    assert_wrapped("at 09:00:00+07:00;b; " NINETY ": c", "at 09:00:00+07:00;b;\n  " NINETY ": c");
    assert_wrapped(FIFTY "; " FIFTY "; " FIFTY, FIFTY ";\n  " FIFTY ";\n  " FIFTY);
}

static void test_a_command_stands_alone(void **state)
{
    (void)state;
    assert_wrapped(FIFTY "; " FIFTY ": tonghop reopen 103",
                   FIFTY ";\n  " FIFTY ":\n  tonghop reopen 103");
    assert_wrapped("no: tonghop " NINETY " " FIFTY, "no:\n  tonghop " NINETY " " FIFTY);
}

/* Letters are counted, not bytes; a word that no line holds stays whole. */
static void test_long_part_is_cut_between_words(void **state)
{
    (void)state;
    char long_word[300] = "x ", vietnamese[600] = "";
    assert_wrapped("a: " NINETY " " FIFTY, "a: " NINETY " aaaa\n  bbbb aaaa bbbb aaaa bbbb aaaa "
                                           "bbbb aaaa bbbbb");
    memset(long_word + 2, 'y', 150);
    char *wrapped = wrap_text(long_word, WRAP_COLUMNS);
    assert_memory_equal(wrapped, "x\n  yyy", 7);
    assert_int_equal(strlen(wrapped), 154);
    free(wrapped);
    for (int i = 0; i < 50; i++)
        strcat(vietnamese, "ộộ ");
    wrapped = wrap_text(vietnamese, WRAP_COLUMNS);
    size_t first = strcspn(wrapped, "\n");
    assert_int_equal(utf8_length(wrapped, first), 98);
    free(wrapped);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_text_stays),
        cmocka_unit_test(test_cut_where_parts_end),
        cmocka_unit_test(test_a_command_stands_alone),
        cmocka_unit_test(test_long_part_is_cut_between_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
