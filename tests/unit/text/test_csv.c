/* CSV files: what is in them, where it stands, and what is said of broken ones. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/mem.h"
#include "text/csv.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

/* Every field as "line:column=text", fields joined by " | ", a line per row, the header first. */
static void dump_row(const struct csv_row *row, struct buf *out)
{
    for (size_t i = 0; i < row->field_count; i++)
        buf_printf(out, "%s%u:%u=%s", i > 0 ? " | " : "", row->fields[i].place.line,
                   row->fields[i].place.column, row->fields[i].text);
    buf_printf(out, "\n");
}

static void dump_table(const struct csv_table *table, struct buf *out)
{
    dump_row(&table->header, out);
    for (size_t i = 0; i < table->row_count; i++)
        dump_row(&table->rows[i], out);
}

static void dump_problems(const struct problems *problems, struct buf *out)
{
    for (size_t i = 0; i < problems->count; i++) {
        char *line = problem_format(&problems->items[i]);
        buf_printf(out, "%s\n", line);
        free(line);
    }
}

static struct span span_make(const char *bytes, size_t len)
{
    return (struct span){(const uint8_t *)bytes, len};
}

/* Line breaks of every kind, BOM, blanks, quotes: the fields are what a person sees, and each is
 * where an editor shows it, counted in characters. */
static void test_good_files(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *expected;
    } rows[] = {
        {"plain", BYTES("a,b\n1,2\n"), "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n"},
        {"no break at the end", BYTES("a,b\n1,2"), "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n"},
        {"header only", BYTES("a,b"), "1:1=a | 1:3=b\n"},
        {"BOM",
         BYTES("\xEF\xBB\xBF"
               "a,b\n1,2\n"),
         "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n"},
        {"CRLF", BYTES("a,b\r\n1,2\r\n"), "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n"},
        {"CR alone", BYTES("a,b\r1,2\r3,4"), "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n3:1=3 | 3:3=4\n"},
        {"CR, then CRLF", BYTES("a\r\r\nb\n"), "1:1=a\n3:1=b\n"},
        {"columns are characters", BYTES("chỉ tiêu,số,x\nĐơn khiếu nại,“5”,7\n"),
         "1:1=chỉ tiêu | 1:10=số | 1:13=x\n2:1=Đơn khiếu nại | 2:15=“5” | 2:19=7\n"},
        {"blanks around", BYTES(" a ,\tb\n  1,2  \n"), "1:2=a | 1:6=b\n2:3=1 | 2:5=2\n"},
        {"blanks inside quotes stay", BYTES("a\n\" 1 \" \n"), "1:1=a\n2:1= 1 \n"},
        {"empty fields stand at their end", BYTES("a,b,c,d\n,,  ,1\n"),
         "1:1=a | 1:3=b | 1:5=c | 1:7=d\n2:1= | 2:2= | 2:5= | 2:6=1\n"},
        {"empty rows are left out", BYTES("\n,,\na,b\n\n  \n,\n1,2\n\"\",\n"),
         "3:1=a | 3:3=b\n7:1=1 | 7:3=2\n"},
        {"short rows", BYTES("a,b,c\n1\n2,3\n"), "1:1=a | 1:3=b | 1:5=c\n2:1=1\n3:1=2 | 3:3=3\n"},
        {"quoted comma, quote and break", BYTES("a,b\n\"x,\"\"y\"\"\nz\",2\n3,4\n"),
         "1:1=a | 1:3=b\n2:1=x,\"y\"\nz | 3:4=2\n4:1=3 | 4:3=4\n"},
        {"breaks inside quotes read as LF", BYTES("a,b\r\n\"x\r\ny\rz\",2\r\n3,4"),
         "1:1=a | 1:3=b\n2:1=x\ny\nz | 4:4=2\n5:1=3 | 5:3=4\n"},
        {"quotes in the header", BYTES("\"a\nb\",\"c\"\n1,2"), "1:1=a\nb | 2:4=c\n3:1=1 | 3:3=2\n"},
        {"empty column names may repeat", BYTES("a,,\n1,2,3\n"),
         "1:1=a | 1:3= | 1:4=\n2:1=1 | 2:3=2 | 2:5=3\n"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct csv_table table;
        struct buf dump = {0};

        if (csv_read_bytes("t.csv", span_make(rows[i].bytes, rows[i].len), &problems, &table) !=
            ERR_OK)
            fail_msg("%s: refused: %s", rows[i].name, problems.items[0].text);
        dump_table(&table, &dump);
        if (strcmp((const char *)dump.data, rows[i].expected) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)dump.data);
        assert_int_equal(problems.count, 0);
        buf_fini(&dump);
        csv_table_fini(&table);
    }
}

/* A broken file is refused with the exact line and column, all that can be told at once. */
static void test_bad_files(void **state)
{
    static const char quote_inside[] =
        "error: a quote in the middle of a field: put quotes around the whole field, and write "
        "each quote inside it twice\n";
    static const char quote_open[] = "error: the quote that opens here is never closed: close it, "
                                     "or write a quote inside a quoted field twice\n";
    static const char not_utf8[] = "is not UTF-8: save the file again as UTF-8\n";
    static const char nul[] = "error: a NUL byte: this is not a text file, or it is not encoded as "
                              "UTF-8; save it again as UTF-8\n";
    static const char empty[] =
        "error: the file is empty: its first line has to name the columns\n";
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *place, *text;
    } rows[] = {
        {"empty", BYTES(""), "t.csv:1:1: ", empty},
        {"BOM only", BYTES("\xEF\xBB\xBF"), "t.csv:1:1: ", empty},
        {"blank", BYTES("\n \n,,\n"), "t.csv:1:1: ", empty},
        {"lone byte", BYTES("a\n\xFF"), "t.csv:2:1: error: byte 0xff ", not_utf8},
        {"behind multi-byte characters", BYTES("a,b\r\nĐơn,\xE1\xBB,2\n"),
         "t.csv:2:5: error: byte 0xe1 ", not_utf8},
        {"behind CR", BYTES("a\rb\rxy\x80"), "t.csv:3:3: error: byte 0x80 ", not_utf8},
        {"overlong", BYTES("\xC0\xAF"), "t.csv:1:1: error: byte 0xc0 ", not_utf8},
        {"windows-1258", BYTES("a\nc\xF4ng\n"), "t.csv:2:2: error: byte 0xf4 ", not_utf8},
        {"NUL", BYTES("a,b\n1,2\0\n"), "t.csv:2:4: ", nul},
        {"UTF-16", BYTES("a\0,\0b\0"), "t.csv:1:2: ", nul},
        {"quote left open", BYTES("a,b\n1,\"2\n3,4\n"), "t.csv:2:3: ", quote_open},
        {"quote left open at the end", BYTES("a,b\n1,\""), "t.csv:2:3: ", quote_open},
        {"quote inside", BYTES("a,b\nHội \"x\",2\n"), "t.csv:2:5: ", quote_inside},
        {"text behind a quote", BYTES("a,b\n\"x\"y,2\n"), "t.csv:2:4: ", quote_inside},
        {"quote behind a break in quotes", BYTES("a,b\n\"x\ny\",2\"\n"),
         "t.csv:3:5: ", quote_inside},
        {"too many fields", BYTES("a,b\n1,2,3\n"), "t.csv:2:5: ",
         "error: the row has 3 fields but the header has 2: remove a comma, or put quotes around "
         "the field that contains it\n"},
        {"surplus commas", BYTES("a,b\n1,2,,\n"), "t.csv:2:5: ",
         "error: the row has 4 fields but the header has 2: remove a comma, or put quotes around "
         "the field that contains it\n"},
        {"column twice", BYTES("unit,value, Va lue\n"), "t.csv:1:13: ",
         "error: the column Va lue stands here twice: remove or rename one of the two\n"},
        {"semicolons", BYTES("indicator;value\nx;1\n"),
         "t.csv:1:1: ", "error: the columns are separated by ';': save the file with commas\n"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct csv_table table;
        struct buf dump = {0};
        char *expected = mem_printf("%s%s", rows[i].place, rows[i].text);

        if (csv_read_bytes("t.csv", span_make(rows[i].bytes, rows[i].len), &problems, &table) !=
            ERR_INVALID)
            fail_msg("%s: taken", rows[i].name);
        dump_problems(&problems, &dump);
        if (strcmp((const char *)dump.data, expected) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)dump.data);
        free(expected);
        buf_fini(&dump);
        csv_table_fini(&table);
        problems_fini(&problems);
    }
}

/* What could be read of a broken file is handed over, so that the rest can be checked too: rows
 * with surplus fields without these, and everything before a quote that cannot be followed. Without
 * a good header there is nothing, since nobody knows what is what. */
static void test_rest_is_handed_over(void **state)
{
    static const struct {
        const char *name, *bytes, *rest;
        bool is_cut;
    } rows[] = {
        {"surplus fields", "a,b\n1,2,3\n4,5\n6,7,,\n",
         "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n3:1=4 | 3:3=5\n4:1=6 | 4:3=7\n", false},
        {"quote inside", "a,b\n1,2\n3 \"x\",4\n5,6\n", "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n", true},
        {"quote left open", "a,b\n1,2\n3,\"4\n5,6\n", "1:1=a | 1:3=b\n2:1=1 | 2:3=2\n", true},
        {"quote left open in the header", "a,\"b\n1,2\n", "", true},
        {"column twice", "a,b,A\n1,2,3\n", "", false},
        {"semicolons", "a;b\n1;2\n", "", false},
        {"not UTF-8", "a,b\n1,\xFF\n", "", false},
        {"empty", "", "", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {0};
        struct csv_table table = {.row_count = 77}; /* what was there does not matter */
        struct buf dump = {0};

        assert_int_equal(csv_read_bytes("t.csv", span_make(rows[i].bytes, strlen(rows[i].bytes)),
                                        &problems, &table),
                         ERR_INVALID);
        buf_printf(&dump, "%s", "");
        if (table.header.field_count > 0)
            dump_table(&table, &dump);
        else
            assert_int_equal(table.row_count, 0);
        if (strcmp((const char *)dump.data, rows[i].rest) != 0)
            fail_msg("%s: got\n%s", rows[i].name, (const char *)dump.data);
        if (rows[i].rest[0] != '\0')
            assert_int_equal(table.is_cut, rows[i].is_cut);
        buf_fini(&dump);
        csv_table_fini(&table);
        problems_fini(&problems);
    }
}

/* An officer who works in Vietnamese is told so, with the same places. */
static void test_vietnamese(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *expected;
    } rows[] = {
        {BYTES("a,b\n1,2,3\n"),
         "t.csv:2:5: lỗi: dòng có 3 ô mà dòng tiêu đề có 2: bỏ bớt dấu phẩy, hoặc đặt ô có dấu đó "
         "trong dấu nháy kép\n"},
        {BYTES("a,b\n1,\"2\n"),
         "t.csv:2:3: lỗi: dấu nháy kép mở ở đây không được đóng: đóng lại, hoặc viết dấu nháy kép "
         "bên trong ô thành hai dấu\n"},
        {BYTES("a,b\nHội \"x\",2\n"),
         "t.csv:2:5: lỗi: dấu nháy kép ở giữa ô: đặt cả ô trong dấu nháy kép, và viết mỗi dấu "
         "nháy kép bên trong thành hai dấu\n"},
        {BYTES("a;b\n1;2\n"),
         "t.csv:1:1: lỗi: các cột ngăn cách bằng dấu “;”: lưu lại tệp với dấu phẩy\n"},
        {BYTES("a,b,A\n"), "t.csv:1:5: lỗi: cột A có hai lần: xóa hoặc đổi tên một cột\n"},
        {BYTES(""), "t.csv:1:1: lỗi: tệp trống: dòng đầu phải ghi tên các cột\n"},
        {BYTES("a\nc\xF4ng\n"),
         "t.csv:2:2: lỗi: byte 0xf4 không thuộc mã UTF-8: lưu lại tệp theo mã UTF-8\n"},
        {BYTES("a\0"),
         "t.csv:1:2: lỗi: có byte NUL: tệp không phải là văn bản, hoặc không theo mã UTF-8; lưu "
         "lại theo mã UTF-8\n"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct problems problems = {.is_vietnamese = true};
        struct csv_table table;
        struct buf dump = {0};

        assert_int_equal(
            csv_read_bytes("t.csv", span_make(rows[i].bytes, rows[i].len), &problems, &table),
            ERR_INVALID);
        dump_problems(&problems, &dump);
        assert_string_equal((const char *)dump.data, rows[i].expected);
        buf_fini(&dump);
        csv_table_fini(&table);
        problems_fini(&problems);
    }
}

/* All ragged rows are told, not only the first one. */
static void test_all_problems_at_once(void **state)
{
    static const char bytes[] = "a,b\n1,2,3\n4,5\n\"6\n7\",8,9,10\n";
    struct problems problems = {0};
    struct csv_table table;
    (void)state;

    assert_int_equal(csv_read_bytes("t.csv", span_make(bytes, sizeof bytes - 1), &problems, &table),
                     ERR_INVALID);
    assert_int_equal(problems.count, 2);
    assert_int_equal(problems.items[0].place.line, 2);
    assert_int_equal(problems.items[1].place.line, 5);
    assert_int_equal(problems.items[1].place.column, 6);
    csv_table_fini(&table);
    problems_fini(&problems);
}

/* A header of `count` columns, four characters each. */
static struct buf header_of(size_t count)
{
    struct buf bytes = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&bytes, "%03zu,", i);
    bytes.len--; /* the last comma */
    return bytes;
}

/* 64 columns are taken, 66 are not; the one message is about the 65th. */
static void test_column_limit(void **state)
{
    struct problems problems = {0};
    struct csv_table table;
    struct buf most = header_of(CSV_COLUMNS_MAX);
    struct buf too_many = header_of(CSV_COLUMNS_MAX + 2);
    (void)state;

    assert_int_equal(csv_read_bytes("t.csv", span_of(&most), &problems, &table), ERR_OK);
    assert_int_equal(table.header.field_count, CSV_COLUMNS_MAX);
    csv_table_fini(&table);
    assert_int_equal(csv_read_bytes("t.csv", span_of(&too_many), &problems, &table), ERR_INVALID);
    assert_int_equal(problems.count, 1);
    assert_int_equal(problems.items[0].place.column, 4 * CSV_COLUMNS_MAX + 1);
    csv_table_fini(&table);
    problems_fini(&problems);
    buf_fini(&most);
    buf_fini(&too_many);
}

/* A field of 64 KiB is taken, one byte more is refused, where it begins, and its row left out. */
static void test_field_limit(void **state)
{
    (void)state;

    for (size_t surplus = 0; surplus < 2; surplus++) {
        struct problems problems = {0};
        struct csv_table table;
        struct buf bytes = {0};
        char *field = mem_alloc(CSV_FIELD_MAX + surplus);

        memset(field, 'x', CSV_FIELD_MAX + surplus);
        buf_printf(&bytes, "a,b\n1,");
        buf_put(&bytes, field, CSV_FIELD_MAX + surplus);
        buf_printf(&bytes, "\n2,y\n");
        enum err err = csv_read_bytes("t.csv", span_of(&bytes), &problems, &table);
        if (surplus == 0) {
            assert_int_equal(err, ERR_OK);
            assert_int_equal(strlen(csv_text(&table.rows[0], 1)), CSV_FIELD_MAX);
            assert_int_equal(table.row_count, 2);
            assert_false(table.is_cut);
        } else {
            assert_int_equal(err, ERR_INVALID);
            assert_int_equal(problems.count, 1);
            assert_int_equal(problems.items[0].place.line, 2);
            assert_int_equal(problems.items[0].place.column, 3);
            assert_int_equal(table.row_count, 1);
            assert_string_equal(csv_text(&table.rows[0], 1), "y");
            assert_true(table.is_cut);
        }
        csv_table_fini(&table);
        problems_fini(&problems);
        buf_fini(&bytes);
        free(field);
    }
}

/* Columns are found whatever their letter case and blanks; a cell that is not there is empty and
 * stands at its row. */
static void test_lookup(void **state)
{
    static const char bytes[] = "Indicator, VALUE ,valid from\nx,5\n";
    struct problems problems = {0};
    struct csv_table table;
    (void)state;

    assert_int_equal(csv_read_bytes("t.csv", span_make(bytes, sizeof bytes - 1), &problems, &table),
                     ERR_OK);
    assert_int_equal(csv_column(&table, "indicator"), 0);
    assert_int_equal(csv_column(&table, "value"), 1);
    assert_int_equal(csv_column(&table, "ValidFrom"), 2);
    assert_int_equal(csv_column(&table, "val"), -1);
    assert_int_equal(csv_column(&table, "values"), -1);
    assert_string_equal(csv_text(&table.rows[0], 1), "5");
    assert_string_equal(csv_text(&table.rows[0], 2), "");
    assert_string_equal(csv_text(&table.rows[0], -1), "");
    assert_int_equal(csv_place(&table.rows[0], 1).column, 3);
    assert_int_equal(csv_place(&table.rows[0], 2).column, 1);
    assert_int_equal(csv_place(&table.rows[0], 2).line, 2);
    csv_table_fini(&table);
}

/* Rule: a path that leads to no file, and one that leads to a folder, are told apart, in Vietnamese
 * too; the table is empty then. */
static void test_unreadable(void **state)
{
    struct problems problems = {0};
    struct csv_table table = {.row_count = 77};
    (void)state;

    assert_int_equal(csv_read("no-such-folder/x.csv", &problems, &table), ERR_NOT_FOUND);
    assert_int_equal(table.header.field_count + table.row_count, 0);
    assert_int_equal(csv_read(".", &problems, &table), ERR_IO);
    problems.is_vietnamese = true;
    assert_int_equal(csv_read("no-such-folder/x.csv", &problems, &table), ERR_NOT_FOUND);
    assert_int_equal(csv_read(".", &problems, &table), ERR_IO);
    assert_int_equal(problems.error_count, 4);
    assert_string_equal(problems.items[0].file, "no-such-folder/x.csv");
    assert_string_equal(problems.items[0].text, "cannot be opened: No such file or directory");
    assert_string_equal(problems.items[2].text,
                        "không mở được: không có tệp này, hãy kiểm tra tên và thư mục");
    assert_string_equal(problems.items[3].text,
                        "không đọc được: đây là thư mục, hãy chỉ ra một tệp");
    problems_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files),           cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_all_problems_at_once), cmocka_unit_test(test_column_limit),
        cmocka_unit_test(test_field_limit),          cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_unreadable),           cmocka_unit_test(test_rest_is_handed_over),
        cmocka_unit_test(test_vietnamese),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
