/* Tables: the same cells as text, CSV and JSON. */
#include "lib/cm.h"

#include "client/table.h"

/* What table_print writes; the caller frees. */
static char *printed(const struct table *table, enum output output, bool is_record)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    if (is_record)
        table_print_record(table, output, out);
    else
        table_print(table, output, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void assert_prints(const struct table *table, enum output output, const char *expected)
{
    char *text = printed(table, output, false);
    assert_string_equal(text, expected);
    free(text);
}

/* Two units and a figure, with what is hard in each format. */
static struct table *hard_table(void)
{
    struct table *table = table_new();
    table_add_column(table, "unit", "Đơn vị", TABLE_LEFT);
    table_add_column(table, "value", "Số", TABLE_RIGHT);
    table_add_column(table, "note", "Ghi chú", TABLE_LEFT);
    table_add(table, "Huyện Đức Cơ");
    table_addf(table, "%d", 2861);
    table_add(table, "a \"b\", c");
    table_add(table, "Ia O");
    table_add(table, NULL);
    table_add(table, "");
    table_add(table, "Ia Mơ");
    table_add(table, "7");
    table_add(table, "một\nhai");
    return table;
}

static void test_text_is_aligned_by_characters(void **state)
{
    /* Vietnamese letters take two and three bytes; no line ends in blanks; a cell is one line. */
    struct table *table = hard_table();
    (void)state;
    assert_prints(table, OUTPUT_TEXT,
                  "Đơn vị          Số  Ghi chú\n"
                  "Huyện Đức Cơ  2861  a \"b\", c\n"
                  "Ia O\n"
                  "Ia Mơ            7  một hai\n");
    table_free(&table);
    assert_null(table);
}

static void test_csv_is_rfc_4180(void **state)
{
    /* RFC 4180: CRLF, quotes around commas, quotes and line breaks, quotes doubled. The header has
     * the keys, which no language changes. */
    struct table *table = hard_table();
    (void)state;
    assert_prints(table, OUTPUT_CSV,
                  "unit,value,note\r\n"
                  "Huyện Đức Cơ,2861,\"a \"\"b\"\", c\"\r\n"
                  "Ia O,,\r\n"
                  "Ia Mơ,7,\"một\nhai\"\r\n");
    table_free(&table);
}

static void test_csv_keeps_blanks_at_the_ends(void **state)
{
    /* Readers drop blanks around a field that has no quotes: those that are meant stand in quotes.
     */
    static const char *const cells[] = {" a", "a\t", "a b", " "};
    struct table *table = table_new();
    (void)state;
    table_add_column(table, "note", "Note", TABLE_LEFT);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        table_add(table, cells[i]);
    assert_prints(table, OUTPUT_CSV, "note\r\n\" a\"\r\n\"a\t\"\r\na b\r\n\" \"\r\n");
    table_free(&table);
}

static void test_json_has_texts_and_null(void **state)
{
    /* Figures are texts, so that no reader makes floating point of them; absent is null, not "". */
    struct table *table = hard_table();
    (void)state;
    assert_prints(table, OUTPUT_JSON,
                  "[\n"
                  "  {\n"
                  "    \"unit\": \"Huyện Đức Cơ\",\n"
                  "    \"value\": \"2861\",\n"
                  "    \"note\": \"a \\\"b\\\", c\"\n"
                  "  },\n"
                  "  {\n"
                  "    \"unit\": \"Ia O\",\n"
                  "    \"value\": null,\n"
                  "    \"note\": null\n"
                  "  },\n"
                  "  {\n"
                  "    \"unit\": \"Ia Mơ\",\n"
                  "    \"value\": \"7\",\n"
                  "    \"note\": \"một\\nhai\"\n"
                  "  }\n"
                  "]\n");
    table_free(&table);
}

/* What goes on: each row a line of its own, the headings only where they are wanted. */
static void test_lines(void **state)
{
    static const struct {
        enum output output;
        bool has_headings;
        const char *expected;
    } rows[] = {
        {OUTPUT_CSV, true,
         "unit,value,note\r\nHuyện Đức Cơ,2861,\"a \"\"b\"\", c\"\r\nIa O,,\r\n"
         "Ia Mơ,7,\"một\nhai\"\r\n"},
        {OUTPUT_CSV, false,
         "Huyện Đức Cơ,2861,\"a \"\"b\"\", c\"\r\nIa O,,\r\nIa Mơ,7,\"một\nhai\"\r\n"},
        {OUTPUT_JSON, true,
         "{\"unit\":\"Huyện Đức Cơ\",\"value\":\"2861\",\"note\":\"a \\\"b\\\", c\"}\n"
         "{\"unit\":\"Ia O\",\"value\":null,\"note\":null}\n"
         "{\"unit\":\"Ia Mơ\",\"value\":\"7\",\"note\":\"một\\nhai\"}\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct table *table = hard_table();
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        assert_non_null(out);
        table_print_lines(table, rows[i].output, rows[i].has_headings, out);
        assert_int_equal(fclose(out), 0);
        assert_string_equal(text, rows[i].expected);
        free(text);
        table_free(&table);
    }
}

static void test_table_without_rows(void **state)
{
    /* Nothing found is still well-formed output. */
    struct table *table = table_new();
    (void)state;
    table_add_column(table, "a", "A", TABLE_RIGHT);
    table_add_column(table, "b", "B", TABLE_LEFT);
    assert_int_equal(table_row_count(table), 0);
    assert_prints(table, OUTPUT_TEXT, "A  B\n");
    assert_prints(table, OUTPUT_CSV, "a,b\r\n");
    assert_prints(table, OUTPUT_JSON, "[]\n");
    table_free(&table);
}

static void test_record_has_a_line_for_each_column(void **state)
{
    /* One row reads better downwards; programs get the same as from any table. */
    struct table *table = table_new();
    (void)state;
    table_add_column(table, "name", "Tên", TABLE_LEFT);
    table_add_column(table, "parent", "Cấp trên", TABLE_LEFT);
    table_add_column(table, "count", "Số", TABLE_LEFT);
    table_add(table, "Ia O");
    table_add(table, NULL);
    table_add(table, "3");
    char *text = printed(table, OUTPUT_TEXT, true);
    assert_string_equal(text, "Tên       Ia O\nCấp trên\nSố        3\n");
    free(text);
    text = printed(table, OUTPUT_CSV, true);
    assert_string_equal(text, "name,parent,count\r\nIa O,,3\r\n");
    free(text);
    table_free(&table);
}

static void test_control_characters_do_not_reach_the_terminal(void **state)
{
    /* A note from elsewhere must not move the cursor. */
    struct table *table = table_new();
    (void)state;
    table_add_column(table, "a", "A", TABLE_LEFT);
    table_add(table, "x\x1b[2J\ty\x7f");
    assert_prints(table, OUTPUT_TEXT, "A\nx [2J y \n");
    table_free(&table);
}

static void test_cells_without_a_value(void **state)
{
    static const char *const keys[] = {"a", "b", "c", "d", "e"};
    struct table *table = table_new();
    (void)state;
    table_add_keys(table, keys, 5);
    table_skip(table, 2);
    table_add_number(table, 0);
    table_add_number(table, UINT64_MAX);
    table_take(table, NULL);
    assert_prints(table, OUTPUT_CSV, "a,b,c,d,e\r\n,,,18446744073709551615,\r\n");
    table_free(&table);
}

#define TWENTY "aaaa aaaa aaaa aaaa "

/* Remarks stand beneath their rows, for people alone; control characters do not get through; a long
 * one is several lines. */
static void test_remarks_are_for_people(void **state)
{
    struct table *table = table_new();
    (void)state;
    table_add_column(table, "a", "A", TABLE_LEFT);
    table_add_column(table, "b", "B", TABLE_LEFT);
    table_add(table, "1");
    table_add(table, "2");
    table_add_remark(table, "first");
    table_add_remark(table, "a longer one\x1b[2J");
    table_add(table, "3");
    table_add(table, "4");
    table_add(table, "5");
    table_add(table, "6");
    table_add_remark(table, "last");
    table_add_remark(table, "why: " TWENTY TWENTY TWENTY TWENTY "\n      12; who: x");
    assert_prints(table, OUTPUT_TEXT,
                  "A  B\n1  2\n    first\n    a longer one [2J\n3  4\n5  6\n    last\n"
                  "    why: " TWENTY TWENTY TWENTY TWENTY "       12;\n      who: x\n");
    assert_prints(table, OUTPUT_CSV, "a,b\r\n1,2\r\n3,4\r\n5,6\r\n");
    table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_aligned_by_characters),
        cmocka_unit_test(test_csv_is_rfc_4180),
        cmocka_unit_test(test_csv_keeps_blanks_at_the_ends),
        cmocka_unit_test(test_json_has_texts_and_null),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_table_without_rows),
        cmocka_unit_test(test_record_has_a_line_for_each_column),
        cmocka_unit_test(test_control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(test_cells_without_a_value),
        cmocka_unit_test(test_remarks_are_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
