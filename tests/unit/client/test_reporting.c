/* Report files: what a person's CSV becomes, and what is said of a bad one, with its place. */
#include "lib/cm.h"

#include <stdio.h>

#include "client/reporting.h"
#include "core/mem.h"

/* The sample catalogue and the tree of 2024. */
struct world {
    struct catalogue *catalogue;
    struct tree *tree;
};

static int set_up(void **state)
{
    struct world *world = mem_calloc(1, sizeof(*world));
    world->catalogue = sample_catalogue();
    world->tree = tree_new(world->catalogue, (struct period){2024, PERIOD_Y});
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    tree_free(&world->tree);
    catalogue_free(&world->catalogue);
    free(world);
    return 0;
}

static struct reporting_context context_of(const struct world *world)
{
    return (struct reporting_context){.tree = world->tree,
                                      .catalogue = world->catalogue,
                                      .kind = KIND_ACTUAL,
                                      .scope = SCOPE_OWN,
                                      .unit = 23857};
}

/* Reads a file of `size_bytes` as `submit` does. */
static enum err read_bytes(const struct reporting_context *context, const char *bytes,
                           size_t size_bytes, struct problems *problems,
                           struct reporting *ret_reporting)
{
    struct csv_table table = {0};
    const struct csv_sheet sheet = {.judge = reporting_judge_header,
                                    .needed = "indicator and value"};
    enum err err = csv_read_sheet_bytes("f.csv", (struct span){(const uint8_t *)bytes, size_bytes},
                                        &sheet, problems, &table);
    if (table.header.field_count > 0)
        err = reporting_build(&table, context, problems, ret_reporting);
    csv_table_fini(&table);
    return err;
}

/* Every problem on a line of its own; the caller frees. */
static char *text_of(const struct problems *problems)
{
    struct buf out = {0};
    for (size_t i = 0; i < problems->count; i++) {
        char *line = problem_format(&problems->items[i]);
        buf_printf(&out, "%s\n", line);
        free(line);
    }
    return out.data != NULL ? (char *)out.data : mem_strdup("");
}

/* The reports as "unit/form indicator qualifier value upper note; ...", one on each line. */
static char *dump_of(const struct reporting *reporting)
{
    struct buf out = {0};
    for (size_t i = 0; i < reporting->count; i++) {
        const struct report *report = &reporting->items[i].report;
        buf_printf(&out, "%u/%u", report->key.unit, report->key.form);
        for (size_t c = 0; c < report->cell_count; c++) {
            const struct cell *cell = &report->cells[c];
            buf_printf(&out, " %u%s%lld", cell->indicator,
                       qualifier_sign((enum qualifier)cell->qualifier), (long long)cell->value);
            if (cell->qualifier == QUALIFIER_RANGE)
                buf_printf(&out, "/%lld", (long long)cell->upper);
            for (size_t n = 0; n < report->note_count; n++)
                if (report->notes[n].indicator == cell->indicator)
                    buf_printf(&out, "(%s)", report->notes[n].text);
        }
        buf_printf(&out, "\n");
    }
    return out.data != NULL ? (char *)out.data : mem_strdup("");
}

/* ---- what is read ---- */

static const struct {
    const char *name, *bytes, *reports;
    enum number_style numbers;
} good_files[] = {
    {"two columns", "indicator,value\nmodel.registered,12\nmodel.recognised,7\n",
     "23857/1 1=12 2=7\n", NUMBER_PLAIN},
    {"columns in any order and case", "Value , INDICATOR\n7,model.registered\n", "23857/1 1=7\n",
     NUMBER_PLAIN},
    {"cells come in order of indicator", "indicator,value\npoverty.poor,3\nmodel.registered,1\n",
     "23857/1 1=1 6=3\n", NUMBER_PLAIN},
    {"zero is a value", "indicator,value\nmodel.registered,0\n", "23857/1 1=0\n", NUMBER_PLAIN},
    {"an empty value is not reported",
     "indicator,value\nmodel.registered,4\nmodel.recognised,\npoverty.poor,  \n", "23857/1 1=4\n",
     NUMBER_PLAIN},
    {"a computed indicator may stand in a template",
     "indicator,value\nmodel.recognition_rate,\nmodel.registered,4\n", "23857/1 1=4\n",
     NUMBER_PLAIN},
    {"an empty row of a value is no duplicate",
     "indicator,value\nmodel.registered,\nmodel.registered,4\n", "23857/1 1=4\n", NUMBER_PLAIN},
    {"Vietnamese numbers", "indicator,value\nmodel.registered,2.861\ncontrib.land,\"75,6\"\n",
     "23857/1 1=2861 7=756\n", NUMBER_VI},
    {"zeros beyond the decimals", "indicator,value\nmodel.registered,5.00\n", "23857/1 1=5\n",
     NUMBER_PLAIN},
    {"a signed indicator below zero", "indicator,value\nbalance,-1.5\n", "23857/1 13=-150\n",
     NUMBER_PLAIN},
    {"every qualifier",
     "indicator,value,qualifier,upper\nmodel.registered,1,=,\nmodel.recognised,2,>=,\n"
     "poverty.poor,3,<=,\ncontrib.land,4,~,\npupil.rate,5,..,9\nfirst.day,6,,\n",
     "23857/1 1=1 2>=2 6<=3 7~40 8..5/9 14=6\n", NUMBER_PLAIN},
    {"two forms are two reports", "indicator,value\nsecurity.team,2\nmodel.registered,1\n",
     "23857/1 1=1\n23857/2 20=2\n", NUMBER_PLAIN},
    {"many units, by code and by id",
     "unit,indicator,value\n23888,model.registered,2\nid:23860,model.registered,1\n"
     "code:631,dialogue.district,5\n23888,poverty.poor,3\n",
     "631/1 9=5\n23860/1 1=1\n23888/1 1=2 6=3\n", NUMBER_PLAIN},
    {"BOM and CRLF", "\xEF\xBB\xBFindicator,value\r\nmodel.registered,1\r\n", "23857/1 1=1\n",
     NUMBER_PLAIN},
    {"no line end at the end", "indicator,value\nmodel.registered,1", "23857/1 1=1\n",
     NUMBER_PLAIN},
    {"a quoted note with a line break, a comma and a quote",
     "indicator,value,note\nmodel.registered,1,\"một, \"\"hai\"\"\nba\"\n",
     "23857/1 1=1(một, \"hai\"\nba)\n", NUMBER_PLAIN},
    {"empty columns without a name", "indicator,value,,\nmodel.registered,1,,\n", "23857/1 1=1\n",
     NUMBER_PLAIN},
    {"blank rows", "indicator,value\n\n,\nmodel.registered,1\n\n", "23857/1 1=1\n", NUMBER_PLAIN},
    {"the greatest number", "indicator,value\nmodel.registered,9223372036854775807\n",
     "23857/1 1=9223372036854775807\n", NUMBER_PLAIN},
};

/* A file says what a person means by it, whatever program wrote it; what is empty is not reported.
 */
static void test_good_files(void **state)
{
    for (size_t i = 0; i < sizeof good_files / sizeof *good_files; i++) {
        struct reporting_context context = context_of(*state);
        struct problems problems = {0};
        struct reporting reporting = {0};
        context.numbers = good_files[i].numbers;
        context.knows_style = context.numbers == NUMBER_VI;
        enum err err = read_bytes(&context, good_files[i].bytes, strlen(good_files[i].bytes),
                                  &problems, &reporting);
        char *said = text_of(&problems);
        char *reports = dump_of(&reporting);
        if (err != ERR_OK || said[0] != '\0' || strcmp(reports, good_files[i].reports) != 0)
            fail_msg("%s: %s%s", good_files[i].name, reports, said);
        free(said);
        free(reports);
        reporting_fini(&reporting);
        problems_fini(&problems);
    }
}

/* A report carries the key, scope and catalogue it is filed under, and knows where its cells stand.
 */
static void test_report(void **state)
{
    static const char bytes[] = "value,indicator\n3,poverty.poor\n1,model.registered\n";
    struct reporting_context context = context_of(*state);
    struct problems problems = {0};
    struct reporting reporting = {0};
    context.kind = KIND_PLAN;
    context.scope = SCOPE_WHOLE;
    context.unit = 631;
    assert_int_equal(read_bytes(&context, bytes, sizeof bytes - 1, &problems, &reporting), ERR_OK);
    assert_int_equal(reporting.count, 1);
    const struct report *report = &reporting.items[0].report;
    struct report_key key = {KIND_PLAN, {2024, PERIOD_Y}, 631, 1};
    assert_true(report_key_equal(&report->key, &key));
    assert_int_equal(report->scope, SCOPE_WHOLE);
    assert_int_equal(report->catalogue, 1);
    assert_int_equal(report->cells[0].indicator, 1);
    assert_int_equal(reporting.items[0].places[0].line, 3);
    assert_int_equal(reporting.items[0].places[0].column, 1);
    assert_int_equal(reporting.items[0].places[1].line, 2);
    reporting_fini(&reporting);
    problems_fini(&problems);
}

/* ---- what is refused ---- */

static const struct {
    const char *name, *bytes, *said;
    enum number_style numbers;
} bad_files[] = {
    {"unknown indicator", "indicator,value\nmodel.unknown,1\n",
     "f.csv:2:1 (A2): error: no indicator 'model.unknown': see 'tonghop catalogue show "
     "indicators'\n",
     NUMBER_PLAIN},
    {"unknown indicator without a value", "indicator,value\nmodel.unknown,\nmodel.registered,1\n",
     "f.csv:2:1 (A2): error: no indicator 'model.unknown': see 'tonghop catalogue show "
     "indicators'\n",
     NUMBER_PLAIN},
    {"a short code in the first row is no numbering of the columns",
     "indicator,value\nyy,1\nmodel.registered,5\n",
     "f.csv:2:1 (A2): error: no indicator 'yy': see 'tonghop catalogue show indicators'\n",
     NUMBER_PLAIN},
    {"nor is one of one letter", "indicator,value,note\nx,7,\nmodel.registered,5,\n",
     "f.csv:2:1 (A2): error: no indicator 'x': see 'tonghop catalogue show indicators'\n",
     NUMBER_PLAIN},
    {"nor one that could be the first", "indicator,value\nA,1\nmodel.registered,5\n",
     "f.csv:2:1 (A2): error: no indicator 'A': see 'tonghop catalogue show indicators'\n",
     NUMBER_PLAIN},
    {"nor numbers that are not in order", "unit,indicator,value\n1,2,7\n23857,poverty.poor,5\n",
     "f.csv:2:1 (A2): error: no unit '1' in 2024: see 'tonghop catalogue show units'\n"
     "f.csv:2:3 (B2): error: no indicator '2': see 'tonghop catalogue show indicators'\n",
     NUMBER_PLAIN},
    {"no indicator", "indicator,value\n,5\n",
     "f.csv:2:1 (A2): error: the row names no indicator: write its code or name, or remove the "
     "row\n",
     NUMBER_PLAIN},
    {"computed indicator", "indicator,value\nmodel.recognition_rate,85\n",
     "f.csv:2:1 (A2): error: model.recognition_rate is computed from other figures: leave it out\n",
     NUMBER_PLAIN},
    {"unknown unit, said once for its rows",
     "unit,indicator,value\n99999,model.registered,1\n99999,poverty.poor,1\n",
     "f.csv:2:1 (A2): error: no unit '99999' in 2024: see 'tonghop catalogue show units'\n",
     NUMBER_PLAIN},
    {"no unit in a file with units",
     "unit,indicator,value\n23857,model.registered,1\n,poverty.poor,1\n",
     "f.csv:3:1 (A3): error: the row names no unit: write its code, in every row\n", NUMBER_PLAIN},
    {"not a number", "indicator,value\nmodel.registered,12 xe\n",
     "f.csv:2:18 (B2): error: '12 xe': what follows the number is not 'mô hình', the measure of "
     "model.registered: convert it, or write the number alone\n",
     NUMBER_PLAIN},
    {"a number of the other style", "indicator,value\nmodel.registered,2.861.000\n",
     "f.csv:2:18 (B2): error: '2.861.000' is not a number here: write it like 2861 or 75.6, or "
     "file "
     "with --numbers vi\n",
     NUMBER_PLAIN},
    {"a plain number where Vietnamese ones are meant", "indicator,value\ncontrib.land,75.6\n",
     "f.csv:2:14 (B2): error: '75.6' is not a number here: write it like 2.861 or 75,6, or file "
     "with "
     "--numbers plain\n",
     NUMBER_VI},
    {"too many decimals", "indicator,value\ncontrib.land,75.66\n",
     "f.csv:2:14 (B2): error: '75.66' has more decimals than the 1 of contrib.land: round it\n",
     NUMBER_PLAIN},
    {"a point that may part thousands", "indicator,value\nmodel.registered,2.861\n",
     "f.csv:2:18 (B2): error: '2.861' can mean 2.861 or 2861: write the one that is meant, or file "
     "with --numbers plain (2.861) or --numbers vi (2861)\n",
     NUMBER_PLAIN},
    {"beyond the range", "indicator,value\nmodel.registered,9223372036854775808\n",
     "f.csv:2:18 (B2): error: '9223372036854775808' is too large, model.registered takes at most "
     "9223372036854775807: check it, and the unit of measure\n",
     NUMBER_PLAIN},
    {"beyond the range, with decimals", "indicator,value\ncontrib.land,922337203685477580.8\n",
     "f.csv:2:14 (B2): error: '922337203685477580.8' is too large, contrib.land takes at most "
     "922337203685477580.7: check it, and the unit of measure\n",
     NUMBER_PLAIN},
    {"below zero", "indicator,value\nmodel.registered,-1\n",
     "f.csv:2:18 (B2): error: model.registered: -1 is negative: enter zero or more\n",
     NUMBER_PLAIN},
    {"a duplicate cell",
     "indicator,value\nmodel.registered,1\npoverty.poor,2\n"
     "model.registered,1\n",
     "f.csv:4:18 (B4): error: model.registered has a value already, in line 2 (B2): remove one of "
     "the "
     "two\n",
     NUMBER_PLAIN},
    {"not reported by the level", "indicator,value\ndialogue.district,1\n",
     "f.csv:2:19 (B2): error: dialogue.district is not reported by units of level commune: leave "
     "it "
     "out\n",
     NUMBER_PLAIN},
    {"a part above its whole",
     "indicator,value\nmodel.recognised,2\nmodel.recognised.individual,3\n",
     "f.csv:3:29 (B3): error: model.recognised.individual: 3 is above the 2 of model.recognised, "
     "which it is a part of: correct the one that is wrong\n",
     NUMBER_PLAIN},
    {"unknown qualifier", "indicator,value,qualifier\nmodel.registered,1,>\n",
     "f.csv:2:20 (C2): error: '>' is not a qualifier: use =, >=, <=, ~ or .., or leave it empty\n",
     NUMBER_PLAIN},
    {"a range without an upper bound", "indicator,value,qualifier\nmodel.registered,1,..\n",
     "f.csv:2:20 (C2): error: the range of model.registered has no upper bound: give it in "
     "'upper'\n",
     NUMBER_PLAIN},
    {"a range that does not rise", "indicator,value,qualifier,upper\nmodel.registered,9,..,9\n",
     "f.csv:2:18 (B2): error: model.registered: the upper bound of the range is not above its "
     "lower "
     "bound: give a higher one, or a single value\n",
     NUMBER_PLAIN},
    {"an upper bound without a range", "indicator,value,upper\nmodel.registered,1,2\n",
     "f.csv:2:20 (C2): error: model.registered has an upper bound without being a range: leave the "
     "bound out, or make the qualifier ..\n",
     NUMBER_PLAIN},
    {"a bad upper bound", "indicator,value,qualifier,upper\nmodel.registered,1,..,x\n",
     "f.csv:2:23 (D2): error: 'x' is not a number: write it like 2861 or 75.6\n", NUMBER_PLAIN},
    {"a qualifier and a note without a value",
     "indicator,value,qualifier,note\nmodel.registered,,~,không rõ\nmodel.recognised,1,,\n",
     "f.csv:2:19 (C2): error: a 'qualifier' without a 'value': fill in the figure, or empty this "
     "field too\n"
     "f.csv:2:21 (D2): error: a 'note' without a 'value': fill in the figure, or empty this field "
     "too\n",
     NUMBER_PLAIN},
    {"a control character in a note", "indicator,value,note\nmodel.registered,1,a\x1b[2Jb\n",
     "f.csv:2:20 (C2): error: the note has a control character in it: type it again\n",
     NUMBER_PLAIN},
    {"a control character in a message", "indicator,value\nmodel.registered,1\x1b[2J\n",
     "f.csv:2:18 (B2): error: '1 [2J' is not a number: write it like 2861 or 75.6\n", NUMBER_PLAIN},
    {"an unknown column", "indicator,value,tên\nmodel.registered,1,x\n",
     "f.csv:1:17 (C1): error: unknown column 'tên': remove it, or name it one of indicator, name, "
     "value, qualifier, upper, note, unit and measure\n",
     NUMBER_PLAIN},
    {"no column of figures", "indicator,tháng\nmodel.registered,1\n",
     "f.csv:1:1 (A1): error: the column 'value' is missing: the columns have to be named, at least "
     "indicator and value\n"
     "f.csv:1:11 (B1): error: unknown column 'tháng': remove it, or name it one of indicator, "
     "name, "
     "value, qualifier, upper, note, unit and measure\n",
     NUMBER_PLAIN},
    {"no column of indicators", "value,note\n1,x\n",
     "f.csv:1:1 (A1): error: the column 'indicator' is missing: the columns have to be named, at "
     "least indicator and value\n",
     NUMBER_PLAIN},
    {"no header at all", "model.registered,1\npoverty.poor,2\n",
     "f.csv:1:1: error: none of the first 20 rows names the columns: name them above the figures, "
     "at least indicator and value\n",
     NUMBER_PLAIN},
    {"a field in a column without a name", "indicator,value,\nmodel.registered,1,7\n",
     "f.csv:2:20 (C2): error: a field in a column without a name: empty it, or name the column in "
     "the first line\n",
     NUMBER_PLAIN},
    {"no value at all", "indicator,value\nmodel.registered,\n",
     "f.csv:1:1 (A1): error: the file has no value: to report that there is nothing to report, "
     "file "
     "with --nil FORM\n",
     NUMBER_PLAIN},
    {"invalid UTF-8", "indicator,value,note\nmodel.registered,1,\xC3\x28\n",
     "f.csv:2:20: error: byte 0xc3 is not UTF-8 (it may be windows-1258, TCVN3 or VNI): in the "
     "spreadsheet choose Save As and the type \"CSV UTF-8\", then file it again\n",
     NUMBER_PLAIN},
    {"places behind a BOM, CRLF and a quoted line break",
     "\xEF\xBB\xBFindicator,value,note\r\nmodel.registered,1,\"a\r\nb\"\r\npoverty.poor,x,\r\n",
     "f.csv:4:14 (B3): error: 'x' is not a number: write it like 2861 or 75.6\n", NUMBER_PLAIN},
    {"columns are counted in characters", "note,indicator,value\nđất,model.registered,x\n",
     "f.csv:2:22 (C2): error: 'x' is not a number: write it like 2861 or 75.6\n", NUMBER_PLAIN},
    {"everything at once, in the order of the file",
     "unit,indicator,value\n23857,model.registered,x\n99999,poverty.poor,y\n"
     "23857,model.unknown,1\n23857,dialogue.district,1\n23857,contrib.land,1.25\n",
     "f.csv:2:24 (C2): error: 'x' is not a number: write it like 2861 or 75.6\n"
     "f.csv:3:1 (A3): error: no unit '99999' in 2024: see 'tonghop catalogue show units'\n"
     "f.csv:3:20 (C3): error: 'y' is not a number: write it like 2861 or 75.6\n"
     "f.csv:4:7 (B4): error: no indicator 'model.unknown': see 'tonghop catalogue show "
     "indicators'\n"
     "f.csv:5:25 (C5): error: dialogue.district is not reported by units of level commune: leave "
     "it "
     "out\n"
     "f.csv:6:20 (C6): error: '1.25' has more decimals than the 1 of contrib.land: round it\n",
     NUMBER_PLAIN},
    {"a row with a comma too many hides no other mistake",
     "indicator,value\nmodel.registered,x\ncontrib.land,75,6\nmodel.unknown,1\n",
     "f.csv:2:18 (B2): error: 'x' is not a number: write it like 2861 or 75.6\n"
     "f.csv:3:17 (C3): error: the row has 3 fields but the header has 2: remove a comma, or put "
     "quotes around the field that contains it\n"
     "f.csv:4:1 (A4): error: no indicator 'model.unknown': see 'tonghop catalogue show "
     "indicators'\n",
     NUMBER_PLAIN},
    {"a bad quote hides no mistake before it",
     "indicator,value,note\nmodel.registered,x,\npoverty.poor,1,tổ \"5\"\n",
     "f.csv:2:18 (B2): error: 'x' is not a number: write it like 2861 or 75.6\n"
     "f.csv:3:19: error: a quote in the middle of a field: put quotes around the whole field, "
     "and write each quote inside it twice\n",
     NUMBER_PLAIN},
    {"rows that are lost are not missed", "indicator,value\nmodel.registered,\"1\n",
     "f.csv:2:18: error: the quote that opens here is never closed: close it, or write a quote "
     "inside a quoted field twice\n",
     NUMBER_PLAIN},
};

/* Each mistake is told where it stands and with what to do, and nothing of the file is kept. */
static void test_bad_files(void **state)
{
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        struct reporting_context context = context_of(*state);
        struct problems problems = {0};
        struct reporting reporting = {0};
        context.numbers = bad_files[i].numbers;
        context.knows_style = context.numbers == NUMBER_VI;
        enum err err = read_bytes(&context, bad_files[i].bytes, strlen(bad_files[i].bytes),
                                  &problems, &reporting);
        char *said = text_of(&problems);
        if (err != ERR_INVALID || reporting.count != 0 || strcmp(said, bad_files[i].said) != 0)
            fail_msg("%s: %d, said:\n%sinstead of:\n%s", bad_files[i].name, (int)err, said,
                     bad_files[i].said);
        free(said);
        problems_fini(&problems);
    }
}

/* The same in the words of an officer, who writes 75,6: a row for each message. */
static void test_vietnamese(void **state)
{
    static const struct {
        const char *bytes, *said;
        enum number_style numbers;
    } rows[] = {
        {"indicator,value\nmodel.unknown,1\n",
         "f.csv:2:1 (A2): lỗi: không có chỉ tiêu “model.unknown”: xem `tonghop catalogue show "
         "indicators`\n",
         NUMBER_VI},
        {"indicator,value\n,5\n",
         "f.csv:2:1 (A2): lỗi: dòng không ghi chỉ tiêu: ghi mã hoặc tên chỉ tiêu, hoặc xóa dòng\n",
         NUMBER_VI},
        {"indicator,value\nmodel.recognition_rate,85\n",
         "f.csv:2:1 (A2): lỗi: model.recognition_rate được tính từ các số liệu khác: bỏ số liệu "
         "này\n",
         NUMBER_VI},
        {"unit,indicator,value\n99999,model.registered,1\n,poverty.poor,1\n",
         "f.csv:2:1 (A2): lỗi: không có đơn vị “99999” trong kỳ 2024: xem `tonghop catalogue show "
         "units`\n"
         "f.csv:3:1 (A3): lỗi: dòng không ghi đơn vị: ghi mã đơn vị ở mọi dòng\n",
         NUMBER_VI},
        {"indicator,value\nmodel.registered,12 xe\n",
         "f.csv:2:18 (B2): lỗi: “12 xe”: phần sau số không phải là “mô hình”, đơn vị tính của "
         "model.registered: đổi sang đơn vị đó, hoặc chỉ ghi số\n",
         NUMBER_VI},
        {"indicator,value\ncontrib.land,75.6\n",
         "f.csv:2:14 (B2): lỗi: “75.6” ở đây không phải là số: viết như 2.861 hoặc 75,6, hoặc nộp "
         "với "
         "--numbers plain\n",
         NUMBER_VI},
        {"indicator,value\nmodel.registered,2.861\n",
         "f.csv:2:18 (B2): lỗi: “2.861” có thể là 2.861 hoặc 2861: ghi rõ số nào, hoặc nộp với "
         "--numbers plain (2.861) hay --numbers vi (2861)\n",
         NUMBER_PLAIN},
        {"indicator,value\nmodel.registered,9223372036854775808\n",
         "f.csv:2:18 (B2): lỗi: “9223372036854775808” quá lớn, model.registered tối đa là "
         "9.223.372.036.854.775.807: kiểm tra lại số và đơn vị tính\n",
         NUMBER_VI},
        {"indicator,value\ncontrib.land,\"-1.250,5\"\n",
         "f.csv:2:14 (B2): lỗi: contrib.land: -1.250,5 là số âm: nhập từ 0 trở lên\n", NUMBER_VI},
        {"indicator,value\nmodel.registered,1\nmodel.registered,1\n",
         "f.csv:3:18 (B3): lỗi: model.registered đã có số liệu ở dòng 2 (B2): xóa một trong hai "
         "dòng\n",
         NUMBER_VI},
        {"indicator,value,qualifier,upper\nmodel.registered,1,>,\npoverty.poor,1,..,\n"
         "contrib.land,1,,2\n",
         "f.csv:2:20 (C2): lỗi: “>” không phải là dấu hợp lệ: dùng =, >=, <=, ~ hoặc .., hoặc để "
         "trống\n"
         "f.csv:3:16 (C3): lỗi: khoảng của poverty.poor chưa có cận trên: ghi vào “upper”\n"
         "f.csv:4:17 (D4): lỗi: contrib.land có cận trên mà không phải là khoảng: bỏ cận trên, "
         "hoặc "
         "đổi dấu thành ..\n",
         NUMBER_VI},
        {"indicator,value,note\nmodel.registered,,rà soát\npoverty.poor,1,a\x1b[2Jb\n",
         "f.csv:2:19 (C2): lỗi: có “note” mà không có “value”: điền số liệu, hoặc xóa cả ô này\n"
         "f.csv:3:16 (C3): lỗi: ghi chú có ký tự điều khiển: gõ lại ghi chú\n",
         NUMBER_VI},
        {"indicator,tháng\nmodel.registered,1\n",
         "f.csv:1:1 (A1): lỗi: thiếu cột “số liệu”: phải ghi tên các cột, ít nhất là “chỉ tiêu” và "
         "“số liệu”\n"
         "f.csv:1:11 (B1): lỗi: không có cột “tháng”: xóa cột này, hoặc đặt tên là một trong: mã, "
         "chỉ tiêu, số liệu, dấu, cận trên, ghi chú, đơn vị, đvt, stt\n",
         NUMBER_VI},
        {"indicator,value,\nmodel.registered,1,7\n",
         "f.csv:2:20 (C2): lỗi: ô thuộc cột không có tên: xóa ô này, hoặc ghi tên cột ở dòng đầu\n",
         NUMBER_VI},
        {"indicator,value\nmodel.registered,\n",
         "f.csv:1:1 (A1): lỗi: tệp không có số liệu nào: nếu không phát sinh thì nộp với --nil "
         "BIỂU-MẪU\n",
         NUMBER_VI},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reporting_context context = context_of(*state);
        struct problems problems = {.is_vietnamese = true};
        struct reporting reporting = {0};
        context.numbers = rows[i].numbers;
        context.knows_style = context.numbers == NUMBER_VI;
        assert_int_equal(
            read_bytes(&context, rows[i].bytes, strlen(rows[i].bytes), &problems, &reporting),
            ERR_INVALID);
        char *said = text_of(&problems);
        assert_string_equal(said, rows[i].said);
        free(said);
        problems_fini(&problems);
    }
}

/* A NUL would end a text early: the file is not text. */
static void test_nul(void **state)
{
    static const char bytes[] = "indicator,value\nmodel.registered,1\0002\n";
    struct reporting_context context = context_of(*state);
    struct problems problems = {0};
    struct reporting reporting = {0};
    assert_int_equal(read_bytes(&context, bytes, sizeof bytes - 1, &problems, &reporting),
                     ERR_INVALID);
    char *said = text_of(&problems);
    assert_string_equal(said,
                        "f.csv:2:19: error: this is not a text in UTF-8 (it may be a workbook, or "
                        "UTF-16): in the spreadsheet choose Save As and the type \"CSV UTF-8\", "
                        "then file it again\n");
    free(said);
    problems_fini(&problems);
}

/* What inexact cells contradict is a warning with its place, and the report is kept. */
static void test_warning(void **state)
{
    static const char bytes[] = "indicator,value,qualifier\nmodel.recognised,2,~\n"
                                "model.recognised.individual,3,\n";
    struct reporting_context context = context_of(*state);
    struct problems problems = {0};
    struct reporting reporting = {0};
    assert_int_equal(read_bytes(&context, bytes, sizeof bytes - 1, &problems, &reporting), ERR_OK);
    assert_int_equal(reporting.count, 1);
    char *said = text_of(&problems);
    assert_string_equal(said,
                        "f.csv:3:29 (B3): warning: model.recognised.individual: 3 is above the 2 "
                        "of model.recognised, which it is a part of: correct the one that is "
                        "wrong\n");
    free(said);
    reporting_fini(&reporting);
    problems_fini(&problems);
}

/* A note, and the notes of one report together, have limits; the place is that of the note, or
 * where the report begins. */
static void test_long_notes(void **state)
{
    enum { NOTE_SIZE = REPORT_NOTE_MAX + 1 };
    struct reporting_context context = context_of(*state);
    struct problems problems = {0};
    struct reporting reporting = {0};
    char note[NOTE_SIZE + 1];
    memset(note, 'x', NOTE_SIZE);
    note[NOTE_SIZE] = '\0';
    char *bytes = mem_printf("indicator,value,note\nmodel.registered,1,%s\n", note);
    assert_int_equal(read_bytes(&context, bytes, strlen(bytes), &problems, &reporting),
                     ERR_INVALID);
    char *said = text_of(&problems);
    assert_string_equal(
        said,
        "f.csv:2:20 (C2): error: the note has 2001 bytes, at most 2000 are taken: shorten it\n");
    free(said);
    free(bytes);
    problems_fini(&problems);
}

/* A unit is looked for in the tree of the period: one that has not begun or has ended before is not
 * there, one that ended inside it is named by its id. */
static void test_find_unit(void **state)
{
    static const struct {
        const char *name, *text;
        uint16_t year;
        enum err err;
        uint32_t unit;
    } rows[] = {
        {"by code", "23888", 2024, ERR_OK, 23888},
        {"by id", "id:23888", 2024, ERR_OK, 23888},
        {"ended inside the period", "id:23899", 2024, ERR_OK, 23899},
        {"ended before", "id:23899", 2025, ERR_NOT_FOUND, 7},
        {"unknown", "4", 2024, ERR_NOT_FOUND, 7},
        {"empty", "", 2024, ERR_NOT_FOUND, 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world *world = *state;
        struct reporting_context context = context_of(world);
        struct tree *tree = tree_new(world->catalogue, (struct period){rows[i].year, PERIOD_Y});
        struct problems problems = {0};
        uint32_t unit = 7;
        context.tree = tree;
        enum err err =
            reporting_find_unit(&context, rows[i].text, NULL, (struct place){0}, &problems, &unit);
        if (err != rows[i].err || unit != rows[i].unit ||
            problems.error_count != (err == ERR_OK ? 0 : 1))
            fail_msg("%s: %s, unit %u", rows[i].name, err_name(err), unit);
        problems_fini(&problems);
        tree_free(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files), cmocka_unit_test(test_report),
        cmocka_unit_test(test_bad_files),  cmocka_unit_test(test_nul),
        cmocka_unit_test(test_warning),    cmocka_unit_test(test_long_notes),
        cmocka_unit_test(test_find_unit),  cmocka_unit_test(test_vietnamese),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
