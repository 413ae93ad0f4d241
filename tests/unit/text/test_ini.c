/* INI files: what is in them, where it stands, and what is said of broken ones. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/mem.h"
#include "text/ini.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static struct span span_make(const char *bytes, size_t len)
{
    return (struct span){(const uint8_t *)bytes, len};
}

/* Every entry as "line:column section/title name -> line:column=value", a line each. */
static void dump_entries(const struct ini_table *table, struct buf *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct ini_entry *entry = &table->entries[i];
        buf_printf(out, "%u:%u %s/%s %s -> %u:%u=%s\n", entry->place.line, entry->place.column,
                   entry->section, entry->title, entry->name, entry->value_place.line,
                   entry->value_place.column, entry->value);
    }
}

static void dump_problems(const struct problems *problems, struct buf *out)
{
    for (size_t i = 0; i < problems->count; i++) {
        char *line = problem_format(&problems->items[i]);
        buf_printf(out, "%s\n", line);
        free(line);
    }
}

/* Every entry has its section, title and two places, counted in characters; nothing that looks
 * like a comment or a continuation is taken from or added to a value. */
static void test_good_files(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *expected;
    } rows[] = {
        {"plain", BYTES("[a]\nb = c\n"), "2:1 a/ b -> 2:5=c\n"},
        {"no break at the end", BYTES("[a]\nb=c"), "2:1 a/ b -> 2:3=c\n"},
        {"BOM and CRLF", BYTES("\xEF\xBB\xBF[a]\r\nb = c\r\n"), "2:1 a/ b -> 2:5=c\n"},
        {"CR alone", BYTES("[a]\rb = c\rd = e"), "2:1 a/ b -> 2:5=c\n3:1 a/ d -> 3:5=e\n"},
        {"comments", BYTES("; x\n# y\n[a]\n  ; z\nb = c\n"), "5:1 a/ b -> 5:5=c\n"},
        {"no inline comments", BYTES("[a]\nb = c ; d # e\n"), "2:1 a/ b -> 2:5=c ; d # e\n"},
        {"no continuation lines", BYTES("[a]\nb = c\n  d = e\n"),
         "2:1 a/ b -> 2:5=c\n3:3 a/ d -> 3:7=e\n"},
        {"title", BYTES("[level  commune ]\nb = c\n"), "2:1 level/commune b -> 2:5=c\n"},
        {"colon in a value", BYTES("[a]\nb = tcp://x:1=2\n"), "2:1 a/ b -> 2:5=tcp://x:1=2\n"},
        {"colon as separator", BYTES("[a]\nb: c\n"), "2:1 a/ b -> 2:4=c\n"},
        {"characters, not bytes", BYTES("[a]\n  tên = Xã Ia Mơ\nsố=5\n"),
         "2:3 a/ tên -> 2:9=Xã Ia Mơ\n3:1 a/ số -> 3:4=5\n"},
        {"empty value", BYTES("[a]\nb =\n"), "2:1 a/ b -> 2:4=\n"},
        {"no section", BYTES("b = c\n"), "1:1 / b -> 1:5=c\n"},
        {"one name in two sections", BYTES("[t a]\nx = 1\n[t b]\nx = 2\n"),
         "2:1 t/a x -> 2:5=1\n4:1 t/b x -> 4:5=2\n"},
        {"a section in two pieces", BYTES("[t]\nx = 1\n[u]\n[t]\ny = 2\n"),
         "2:1 t/ x -> 2:5=1\n3:1 u/  -> 3:1=\n5:1 t/ y -> 5:5=2\n"},
        {"a section that is empty at the end", BYTES("[t]\nx = 1\n [u  v]\n; z\n"),
         "2:1 t/ x -> 2:5=1\n3:2 u/v  -> 3:2=\n"},
        {"empty", BYTES(""), ""},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct ini_table table;
        struct buf dump = {0};

        if (ini_read_bytes("t.ini", span_make(rows[i].bytes, rows[i].len), &problems, &table) !=
            ERR_OK)
            fail_msg("%s: refused: %s", rows[i].name, problems.items[0].text);
        buf_printf(&dump, "%s", "");
        dump_entries(&table, &dump);
        if (strcmp((const char *)dump.data, rows[i].expected) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)dump.data);
        assert_int_equal(problems.count, 0);
        buf_fini(&dump);
        ini_fini(&table);
    }
}

#define NOT_UNDERSTOOD "not understood: write `name = value`, or `;` before a comment\n"
#define NOT_A_SECTION  "not a section: write [name] alone on its line\n"
#define SECTION_NAME   "a section's name has 1 to 49 bytes\n"
#define FIFTY          "x23456789.123456789.123456789.123456789.123456789."

/* A broken file is refused, every broken line at its place; lines beneath a broken section header
 * are not accused of standing in another section. */
static void test_bad_files(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *expected;
    } rows[] = {
        {"no separator", BYTES("[a]\n  word\nb = c\n"), "t.ini:2:3: error: " NOT_UNDERSTOOD},
        {"two of them", BYTES("word\n[a]\nb\nc = d"),
         "t.ini:1:1: error: " NOT_UNDERSTOOD "t.ini:3:1: error: " NOT_UNDERSTOOD},
        {"the last line", BYTES("[a]\nb"), "t.ini:2:1: error: " NOT_UNDERSTOOD},
        {"no name", BYTES("[a]\n = c\n"), "t.ini:2:2: error: " NOT_UNDERSTOOD},
        {"section left open", BYTES("[a]\nb = c\n [d\nb = c\nb = c\n"),
         "t.ini:3:2: error: " NOT_A_SECTION},
        {"text behind a section", BYTES("[a] b = c\n"), "t.ini:1:1: error: " NOT_A_SECTION},
        {"bracket inside", BYTES("[a]b]\n"), "t.ini:1:1: error: " NOT_A_SECTION},
        {"empty section", BYTES("[ ]\n"), "t.ini:1:1: error: " SECTION_NAME},
        {"long section", BYTES("[" FIFTY "]\n"), "t.ini:1:1: error: " SECTION_NAME},
        {"name twice", BYTES("[a x]\nb = c\n[a y]\nb = c\n[a x]\n b = d\n"),
         "t.ini:6:2: error: b stands in [a x] twice, first in line 2: remove one of the two\n"},
        {"not UTF-8", BYTES("[a]\ntên = \xE1\xBB\n"),
         "t.ini:2:7: error: byte 0xe1 is not UTF-8: save the file again as UTF-8\n"},
        {"NUL", BYTES("[a]\nb = c\0\n"),
         "t.ini:2:6: error: a NUL byte: this is not a text file, or it is not encoded as UTF-8; "
         "save it again as UTF-8\n"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct ini_table table = {.count = 77};
        struct buf dump = {0};

        if (ini_read_bytes("t.ini", span_make(rows[i].bytes, rows[i].len), &problems, &table) !=
            ERR_INVALID)
            fail_msg("%s: taken", rows[i].name);
        dump_problems(&problems, &dump);
        if (strcmp((const char *)dump.data, rows[i].expected) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)dump.data);
        assert_int_equal(table.count, 77); /* outputs are untouched on failure */
        buf_fini(&dump);
        problems_fini(&problems);
    }
}

/* A line of 4000 bytes is read whole; a longer one is refused rather than cut, and the lines behind
 * it keep their numbers. */
static void test_line_limit(void **state)
{
    (void)state;

    for (size_t surplus = 0; surplus < 2; surplus++) {
        struct problems problems = {0};
        struct ini_table table;
        struct buf bytes = {0};
        size_t value_len = INI_LINE_MAX - 2 + surplus;
        char *value = mem_alloc(value_len);

        memset(value, 'x', value_len);
        buf_printf(&bytes, "[a]\nb=");
        buf_put(&bytes, value, value_len);
        buf_printf(&bytes, "\nbroken\n");
        assert_int_equal(ini_read_bytes("t.ini", span_of(&bytes), &problems, &table), ERR_INVALID);
        assert_int_equal(problems.count, 1 + surplus);
        assert_int_equal(problems.items[surplus].place.line, 3);
        if (surplus > 0)
            assert_string_equal(problems.items[0].text,
                                "the line is longer than 4000 bytes: shorten it");
        problems_fini(&problems);
        problems = (struct problems){0};
        bytes.len -= strlen("broken\n");
        if (surplus == 0) {
            assert_int_equal(ini_read_bytes("t.ini", span_of(&bytes), &problems, &table), ERR_OK);
            assert_int_equal(strlen(table.entries[0].value), value_len);
            ini_fini(&table);
        }
        buf_fini(&bytes);
        free(value);
    }
}

/* What nobody took is unknown, wherever it stands. */
static void test_unknown_keys(void **state)
{
    static const char bytes[] = "stray = 1\n[node]\nunit = 5\n  uint = 6\n[level x]\nunit = 7\n";
    struct problems problems = {0};
    struct ini_table table;
    struct buf dump = {0};
    (void)state;

    assert_int_equal(ini_read_bytes("t.ini", span_make(bytes, sizeof bytes - 1), &problems, &table),
                     ERR_OK);
    assert_string_equal(ini_take(&table, "node", "", "unit")->value, "5");
    assert_null(ini_take(&table, "node", "x", "unit"));
    assert_null(ini_take(&table, "node", "", "units"));
    ini_report_unknown(&table, NULL, &problems);
    dump_problems(&problems, &dump);
    assert_string_equal(
        (const char *)dump.data,
        "t.ini:1:1: error: stray stands before the first [section]: put it beneath its own\n"
        "t.ini:4:3: error: unknown key uint in [node]: correct its spelling or remove it\n"
        "t.ini:6:1: error: unknown key unit in [level x]: correct its spelling or remove it\n");
    buf_fini(&dump);
    problems_fini(&problems);
    ini_fini(&table);
}

static void test_unreadable(void **state)
{
    struct problems problems = {0};
    struct ini_table table;
    (void)state;

    assert_int_equal(ini_read("no-such-folder/x.ini", &problems, &table), ERR_NOT_FOUND);
    assert_int_equal(ini_read(".", &problems, &table), ERR_IO);
    assert_int_equal(problems.error_count, 2);
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files), cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_line_limit), cmocka_unit_test(test_unknown_keys),
        cmocka_unit_test(test_unreadable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
