/* What spreadsheets export is read as it is: whatever parts the fields, whatever stands above the
 * header, and each field has the address that the spreadsheet shows. */
#include "lib/cm.h"

#include "core/mem.h"
#include "text/csv.h"

#define BYTES(literal) (literal), sizeof(literal) - 1

static bool has(const struct csv_row *row, const char *name)
{
    for (size_t i = 0; i < row->field_count; i++)
        if (strcmp(row->fields[i].text, name) == 0)
            return true;
    return false;
}

static enum csv_header judge(const struct csv_row *row)
{
    bool has_name = has(row, "chỉ tiêu"), has_value = has(row, "số");
    return has_name && has_value   ? CSV_HEADER_YES
           : has_name || has_value ? CSV_HEADER_PARTLY
                                   : CSV_HEADER_NO;
}

static const struct csv_sheet sheet = {.judge = judge, .needed = "chỉ tiêu, số"};

/* "line:column(cell)=text | ..." of each row, the header first; then the problems. */
static char *read(const char *bytes, size_t len, char *ret_separator)
{
    struct problems problems = {0};
    struct csv_table table;
    struct buf out = {0};
    enum err err = csv_read_sheet_bytes("t.csv", (struct span){(const uint8_t *)bytes, len}, &sheet,
                                        &problems, &table);
    assert_int_equal(err, problems.error_count > 0 ? ERR_INVALID : ERR_OK);
    buf_printf(&out, "%s", "");
    for (size_t r = 0; r <= table.row_count && table.header.field_count > 0; r++) {
        const struct csv_row *row = r == 0 ? &table.header : &table.rows[r - 1];
        for (size_t i = 0; i < row->field_count; i++) {
            char cell[PLACE_CELL_SIZE];
            const struct csv_field *field = &row->fields[i];
            buf_printf(&out, "%s%u:%u(%s)=%s", i > 0 ? " | " : "", field->place.line,
                       field->place.column, place_cell(field->place, cell), field->text);
        }
        buf_printf(&out, "\n");
    }
    for (size_t i = 0; i < problems.count; i++) {
        char *line = problem_format(&problems.items[i]);
        buf_printf(&out, "%s\n", line);
        free(line);
    }
    *ret_separator = table.separator;
    csv_table_fini(&table);
    problems_fini(&problems);
    return (char *)out.data;
}

#define PLAIN_ROWS "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"

static void test_files(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        char separator;
        const char *expected;
    } rows[] = {
        {"commas", BYTES("chỉ tiêu,số\nx,1\n"), ',', PLAIN_ROWS},
        {"semicolons", BYTES("chỉ tiêu;số\nx;1\n"), ';', PLAIN_ROWS},
        {"tabs", BYTES("chỉ tiêu\tsố\nx\t1\n"), '\t', PLAIN_ROWS},
        {"BOM and CRLF",
         BYTES("\xEF\xBB\xBF"
               "chỉ tiêu;số\r\nx;1\r\n"),
         ';', PLAIN_ROWS},
        {"a lone CR", BYTES("chỉ tiêu;số\rx;1\r"), ';', PLAIN_ROWS},
        {"no line end at the end", BYTES("chỉ tiêu;số\nx;1"), ';', PLAIN_ROWS},
        {"sep=; is a line, and no row", BYTES("sep=;\r\nchỉ tiêu;số\r\nx;1\r\n"), ';',
         "2:1(A1)=chỉ tiêu | 2:10(B1)=số\n3:1(A2)=x | 3:3(B2)=1\n"},
        {"SEP=, in quotes", BYTES("\"SEP=,\"\nchỉ tiêu,số\nx,1;2\n"), ',',
         "2:1(A1)=chỉ tiêu | 2:10(B1)=số\n3:1(A2)=x | 3:3(B2)=1;2\n"},
        {"the other marks are text", BYTES("chỉ tiêu;số\nx, y\tz;1,5\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x, y\tz | 2:8(B2)=1,5\n"},
        {"a title with commas", BYTES("Báo cáo, năm 2024, xã X\n;\nchỉ tiêu;số\nx;1\n"), ';',
         "3:1(A3)=chỉ tiêu | 3:10(B3)=số\n4:1(A4)=x | 4:3(B4)=1\n"},
        {"a title wider than the table", BYTES("a,b,c,d,e\n\nchỉ tiêu,số\nx,1\n"), ',',
         "3:1(A3)=chỉ tiêu | 3:10(B3)=số\n4:1(A4)=x | 4:3(B4)=1\n"},
        {"the first row that names both", BYTES("số\nchỉ tiêu\nchỉ tiêu,số\nx,1\nchỉ tiêu,số\n"),
         ',',
         "3:1(A3)=chỉ tiêu | 3:10(B3)=số\n4:1(A4)=x | 4:3(B4)=1\n"
         "5:1(A5)=chỉ tiêu | 5:10(B5)=số\n"},
        {"else the first that names one", BYTES("Báo cáo;\nchỉ tiêu;gì\nx;1\n"), ';',
         "2:1(A2)=chỉ tiêu | 2:10(B2)=gì\n3:1(A3)=x | 3:3(B3)=1\n"},
        {"blanks of every width",
         BYTES("chỉ tiêu\u00A0;\u2003số \nx\u00A0;\u00A0"
               "1\u202F\n"),
         ';', "1:1(A1)=chỉ tiêu | 1:11(B1)=số\n2:1(A2)=x | 2:4(B2)=1\n"},
        {"blanks in quotes", BYTES("chỉ tiêu;số\n\" x \";\"\u00A0\"\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x | 2:7(B2)=\n"},
        {"empty columns and rows at the end", BYTES("chỉ tiêu;số;;\nx;1;;;;\n;;;;;\n\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số | 1:13(C1)= | 1:14(D1)=\n"
         "2:1(A2)=x | 2:3(B2)=1 | 2:5(C2)= | 2:6(D2)=\n"},
        {"rows count, not lines", BYTES("chỉ tiêu;số\n\n\"x\ny\nz\";1\n\nw;2\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n3:1(A3)=x\ny\nz | 5:4(B3)=1\n7:1(A5)=w | 7:3(B5)=2\n"},
        {"a quoted header, commas", BYTES("\"chỉ tiêu\",\"số\"\nx,\"1\"\n"), ',',
         "1:1(A1)=chỉ tiêu | 1:12(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"},
        {"a quoted header, semicolons", BYTES("\"chỉ tiêu\";\"số\"\nx;1\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:12(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"},
        {"a quoted header, tabs", BYTES("\"chỉ tiêu\"\t\"số\"\nx\t1\n"), '\t',
         "1:1(A1)=chỉ tiêu | 1:12(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"},
        {"the last name of the header is quoted", BYTES("chỉ tiêu;\"số\"\nx;1\n"), ';',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"},
        {"a name on two lines", BYTES("TT;chỉ tiêu;\"số\nliệu\";số\n1;x;y;1\n"), ';',
         "1:1(A1)=TT | 1:4(B1)=chỉ tiêu | 1:13(C1)=số\nliệu | 2:7(D1)=số\n"
         "3:1(A2)=1 | 3:3(B2)=x | 3:5(C2)=y | 3:7(D2)=1\n"},
        {"a quoted title with quotes in it",
         BYTES("\"BÁO CÁO \"\"DÂN VẬN\"\", NĂM 2024\";\nchỉ tiêu;số\nx;1\n"), ';',
         "2:1(A2)=chỉ tiêu | 2:10(B2)=số\n3:1(A3)=x | 3:3(B3)=1\n"},
        {"a column twice is the caller's", BYTES("chỉ tiêu,số,số\nx,1,2\n"), ',',
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số | 1:13(C1)=số\n2:1(A2)=x | 2:3(B2)=1 | 2:5(C2)=2\n"},
        {"UTF-16, little end first",
         BYTES("\xFF\xFE"
               "c\0h\0\xC9\x1E \0t\0i\0\xEA\0u\0\t\0s\0\xD1\x1E\r\0\n\0x\0\t\0"
               "1\0"),
         '\t', PLAIN_ROWS},
        {"UTF-16, big end first",
         BYTES("\xFE\xFF"
               "\0c\0h\x1E\xC9\0 \0t\0i\0\xEA\0u\0\t\0s\x1E\xD1\0\n\0x\0\t\xD8\x3D\xDE\x00"),
         '\t', "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x | 2:3(B2)=😀\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char separator;
        char *said = read(rows[i].bytes, rows[i].len, &separator);
        if (strcmp(said, rows[i].expected) != 0 || separator != rows[i].separator)
            fail_msg("%s: '%c'\n%s", rows[i].name, separator, said);
        free(said);
    }
}

#define SAVE_AS "in the spreadsheet choose Save As and the type \"CSV UTF-8\", then file it again\n"
#define NO_TEXT "error: this is not a text in UTF-8 (it may be a workbook, or UTF-16): " SAVE_AS
#define NO_HEADER                                                                                  \
    "error: none of the first 20 rows names the columns: name them above the figures, at least "   \
    "chỉ tiêu, số\n"

static void test_bad_files(void **state)
{
    static const struct {
        const char *name, *bytes;
        size_t len;
        const char *expected;
    } rows[] = {
        {"empty", BYTES(""),
         "t.csv:1:1: error: the file is empty: its first line has to name the columns\n"},
        {"nothing but sep=", BYTES("sep=;"),
         "t.csv:1:1: error: the file is empty: its first line has to name the columns\n"},
        {"empty cells", BYTES(",,\n\n,\n"),
         "t.csv:1:1: error: the file is empty: its first line has to name the columns\n"},
        {"nothing but semicolons", BYTES(";;\n\n;\n"),
         "t.csv:1:1: error: the file is empty: its first line has to name the columns\n"},
        {"no header", BYTES("a;b\nx;1\n"), "t.csv:1:1: " NO_HEADER},
        {"no header behind sep=", BYTES("sep=;\na;b\nx;1\n"), "t.csv:2:1: " NO_HEADER},
        {"no header, in quotes", BYTES("\"a\",\"b\"\nx,1\n"), "t.csv:1:1: " NO_HEADER},
        {"empty cells in quotes", BYTES("\"\";\"\"\n;\n"),
         "t.csv:1:1: error: the file is empty: its first line has to name the columns\n"},
        {"a header too far down",
         BYTES("a\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nchỉ tiêu,số\nx,1\n"),
         "t.csv:1:1: " NO_HEADER},
        {"a surplus field", BYTES("chỉ tiêu;số\nx;1;;2\n"),
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n2:1(A2)=x | 2:3(B2)=1\n"
         "t.csv:2:6 (D2): error: the row has 3 fields but the header has 2: remove a semicolon, or "
         "put quotes around the field that contains it\n"},
        {"a quote left open", BYTES("chỉ tiêu;số\nx;\"1\n"),
         "1:1(A1)=chỉ tiêu | 1:10(B1)=số\n"
         "t.csv:2:3: error: the quote that opens here is never closed: close it, or write a quote "
         "inside a quoted field twice\n"},
        {"a quote in a title", BYTES("Báo \"cáo\"\nchỉ tiêu;số\nx;1\n"),
         "t.csv:1:5: error: a quote in the middle of a field: put quotes around the whole field, "
         "and write each quote inside it twice\n"},
        {"windows-1258", BYTES("ch\xEC ti\xEAu;s\xF4\nx;1\n"),
         "t.csv:1:3: error: byte 0xec is not UTF-8 (it may be windows-1258, TCVN3 or "
         "VNI): " SAVE_AS},
        {"UTF-16 without a mark", BYTES("a\0;\0b\0"), "t.csv:1:2: " NO_TEXT},
        {"a workbook", BYTES("PK\3\4\24\0\6\0"), "t.csv:1:6: " NO_TEXT},
        {"a workbook of the old kind", BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"),
         "t.csv:1:1: " NO_TEXT},
        {"half a character of UTF-16",
         BYTES("\xFF\xFE"
               "a\0b"),
         "t.csv: " NO_TEXT},
        {"half a pair of UTF-16", BYTES("\xFF\xFE\x3D\xD8"), "t.csv: " NO_TEXT},
        {"the other half",
         BYTES("\xFF\xFE\x00\xDE"
               "a\0"),
         "t.csv: " NO_TEXT},
        {"NUL in UTF-16",
         BYTES("\xFF\xFE"
               "a\0\0\0"),
         "t.csv: " NO_TEXT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char separator;
        char *said = read(rows[i].bytes, rows[i].len, &separator);
        if (strcmp(said, rows[i].expected) != 0)
            fail_msg("%s:\n%s", rows[i].name, said);
        free(said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
