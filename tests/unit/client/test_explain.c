/* What `tonghop explain` prints: every line says what it is and why it is not in the total; a
 * change says what it did; and what was typed wrongly is answered by what to type. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/explain.h"
#include "core/mem.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
/* The generated structs have char * members. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))
#define TYPE(name)    TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_##name
/* 2024-12-12T08:30:00+07:00 */
#define MOMENT_US INT64_C(1733967000000000)

/* ---- what is printed ---- */

struct capture {
    int descriptor, saved;
    FILE *file;
};

static void capture_start(struct capture *capture, int descriptor)
{
    (void)fflush(NULL);
    capture->descriptor = descriptor;
    capture->saved = dup(descriptor);
    capture->file = tmpfile();
    assert_true(capture->saved >= 0 && capture->file != NULL);
    assert_true(dup2(fileno(capture->file), descriptor) >= 0);
}

/* The caller frees. */
static char *capture_stop(struct capture *capture)
{
    char *text = mem_calloc(1, 1 << 16);
    (void)fflush(NULL);
    assert_true(dup2(capture->saved, capture->descriptor) >= 0);
    close(capture->saved);
    rewind(capture->file);
    assert_true(fread(text, 1, (1 << 16) - 1, capture->file) < (1 << 16) - 1);
    (void)fclose(capture->file);
    return text;
}

static void assert_prints(const Tonghop__Explanation *explanation, bool is_english,
                          enum output output, const char *expected)
{
    const struct common common = {.is_english = is_english, .output = output};
    struct capture capture;
    capture_start(&capture, STDOUT_FILENO);
    explain_print(&common, explanation);
    char *text = capture_stop(&capture);
    if (strcmp(text, expected) != 0) {
        (void)fputs(text, stderr);
        assert_string_equal(text, expected);
    }
    free(text);
}

/* ---- an answer ---- */

static Tonghop__UnitInfo district, commune, other;
static Tonghop__IndicatorInfo registered;

static void fill_unit(Tonghop__UnitInfo *unit, uint32_t id, const char *code, const char *name_vi,
                      const char *name_en)
{
    tonghop__unit_info__init(unit);
    unit->id = id;
    unit->code = TEXT(code);
    unit->name_vi = TEXT(name_vi);
    unit->name_en = TEXT(name_en);
}

static Tonghop__Value number(int64_t value)
{
    Tonghop__Value made = TONGHOP__VALUE__INIT;
    made.has_value = true;
    made.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    made.value_high = value < 0 ? -1 : 0;
    made.value_low = (uint64_t)value;
    made.unit_count = made.exact_count = 1;
    return made;
}

static int setup(void **state)
{
    (void)state;
    fill_unit(&district, 631, "631", "Huyện Suối Trong", "Suoi Trong District");
    fill_unit(&commune, 23857, "23857", "Thị trấn Suối Trong", "Suoi Trong Township");
    fill_unit(&other, 23860, "23860", "Xã Bình An", "Binh An Commune");
    tonghop__indicator_info__init(&registered);
    registered.number = 1;
    registered.code = TEXT("model.registered");
    registered.name_vi = TEXT("Mô hình đăng ký");
    registered.name_en = TEXT("Models registered");
    registered.measure = TEXT("mô hình");
    registered.measure_en = TEXT("models");
    registered.form = TEXT("general");
    return 0;
}

struct row {
    uint32_t depth;
    Tonghop__ExplainType type;
    Tonghop__UnitInfo *unit;
    int64_t value; /* -1: none */
    const char *period;
    uint64_t revision;
    Tonghop__Scope scope;
    const char *author, *reason, *note, *source;
    uint32_t states;
    bool is_withdrawn;
};

struct answer {
    Tonghop__Explanation message;
    Tonghop__Value total, before;
    Tonghop__ExplainLine lines[16], *line_pointers[16];
    Tonghop__Value values[16];
    Tonghop__ExplainChange changes[8], *change_pointers[8];
};

static struct answer *answer_new(int64_t total)
{
    struct answer *answer = mem_calloc(1, sizeof(*answer));
    tonghop__explanation__init(&answer->message);
    answer->total = number(total);
    answer->message.period = TEXT("2024");
    answer->message.indicator = &registered;
    answer->message.unit = &district;
    answer->message.total = &answer->total;
    answer->message.lines = answer->line_pointers;
    answer->message.changes = answer->change_pointers;
    return answer;
}

static char *or_empty(const char *text)
{
    return TEXT(text != NULL ? text : "");
}

static void add_rows(struct answer *answer, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Tonghop__ExplainLine *line = &answer->lines[i];
        tonghop__explain_line__init(line);
        answer->line_pointers[i] = line;
        answer->values[i] = number(rows[i].value);
        line->depth = rows[i].depth;
        line->type = rows[i].type;
        line->unit = rows[i].unit;
        if (rows[i].value >= 0)
            line->value = &answer->values[i];
        line->source_period = or_empty(rows[i].period);
        line->revision = rows[i].revision;
        line->received_us = rows[i].author != NULL ? MOMENT_US : 0;
        line->scope = rows[i].scope;
        line->author = or_empty(rows[i].author);
        line->reason = or_empty(rows[i].reason);
        line->note = or_empty(rows[i].note);
        line->source = or_empty(rows[i].source);
        line->states = rows[i].states;
        line->withdrawn = rows[i].is_withdrawn;
    }
    answer->message.n_lines = count;
}

#define OWN   TONGHOP__SCOPE__SCOPE_OWN
#define WHOLE TONGHOP__SCOPE__SCOPE_WHOLE
enum { A = STATE_ACCEPTED, R = STATE_RETURNED };

/* ---- the parts ---- */

static struct answer *parts(void)
{
    struct answer *answer = answer_new(131);
    const struct row rows[] = {
        {0, TYPE(SUBTOTAL), &district, 131, NULL, 0, 0, NULL, NULL, NULL, NULL, 0, false},
        {1, TYPE(REPORT), &district, 100, "2024", 2, OWN, "Hoa", "nhầm", "theo sổ", NULL, 0, false},
        {2, TYPE(REVISION), &district, 100, "2024", 2, OWN, "Hoa", "nhầm", NULL, NULL, A, false},
        {2, TYPE(REVISION), &district, 90, "2024", 1, OWN, "Hoa", NULL, NULL, NULL, A | R, false},
        {1, TYPE(LONE_HALF), &district, 7, "2024-S1", 1, WHOLE, "Hoa", NULL, NULL, NULL, 0, false},
        {1, TYPE(REPORT), &commune, 31, "2024", 1, WHOLE, "Lan", NULL, NULL, "Niên giám 2024", 0,
         false},
        {2, TYPE(COVERED), &other, 12, NULL, 0, 0, NULL, NULL, NULL, NULL, 0, false},
        {1, TYPE(MISSING), &other, -1, NULL, 0, 0, NULL, NULL, NULL, NULL, 0, false},
        {1, TYPE(MISSING), &other, -1, "2024", 3, 0, NULL, NULL, NULL, NULL, 0, false},
        {2, TYPE(REVISION), &other, 5, "2024", 3, OWN, "An", NULL, NULL, NULL, 0, false},
        {2, TYPE(REVISION), &other, -1, "2024", 2, OWN, "An", "nhầm kỳ", NULL, NULL, A, true},
    };
    add_rows(answer, rows, LENGTH(rows));
    answer->values[5].baseline_count = 1; /* which its source says already */
    answer->message.due_count = 3;
    answer->message.missing_count = 2;
    return answer;
}

static void test_parts(void **state)
{
    (void)state;
    struct answer *answer = parts();
    assert_prints(
        &answer->message, false, OUTPUT_TEXT,
        "Mô hình đăng ký (model.registered), 631 Huyện Suối Trong, 2024: 131 mô hình\n"
        "3 đơn vị phải nộp, 2 chưa có số trong tổng\n"
        "\n"
        "Đơn vị                       Số liệu  Kỳ       Bản  Nhận lúc                   Người lập  "
        "Ghi chú\n"
        "631 Huyện Suối Trong             131\n"
        "  631 Huyện Suối Trong           100  2024       2  2024-12-12T08:30:00+07:00  Hoa        "
        "số của riêng đơn vị; nhầm; theo sổ\n"
        "    bản đang giữ                 100  2024       2  2024-12-12T08:30:00+07:00  Hoa        "
        "được tính; nhầm\n"
        "    bản đang giữ                  90  2024       1  2024-12-12T08:30:00+07:00  Hoa        "
        "bị trả lại\n"
        "  631 Huyện Suối Trong             7  2024-S1    1  2024-12-12T08:30:00+07:00  Hoa        "
        "không cộng: mới có số toàn đơn vị của nửa năm, số cả năm lấy từ cấp dưới; số toàn đơn vị\n"
        "  23857 Thị trấn Suối Trong       31  2024       1  2024-12-12T08:30:00+07:00  Lan        "
        "số nền, nguồn: Niên giám 2024; số toàn đơn vị\n"
        "    23860 Xã Bình An              12                                                      "
        "không cộng: đã có trong số toàn đơn vị\n"
        "  23860 Xã Bình An                                                                        "
        "chưa nộp\n"
        "  23860 Xã Bình An                    2024       3                                        "
        "chưa được tính: chờ duyệt hoặc bị trả lại\n"
        "    bản đang giữ                   5  2024       3  2024-12-12T08:30:00+07:00  An         "
        "chờ duyệt\n"
        "    bản đang giữ                      2024       2  2024-12-12T08:30:00+07:00  An         "
        "rút báo cáo; nhầm kỳ\n");
    free(answer);
}

static void test_parts_en(void **state)
{
    (void)state;
    struct answer *answer = parts();
    assert_prints(
        &answer->message, true, OUTPUT_TEXT,
        "Models registered (model.registered), 631 Suoi Trong District, 2024: 131 models\n"
        "units that owe it: 3; missing from the total: 2\n"
        "\n"
        "Unit                         Figure  Period   Revision  Received                   Author "
        " Notes\n"
        "631 Suoi Trong District         131\n"
        "  631 Suoi Trong District       100  2024            2  2024-12-12T08:30:00+07:00  Hoa    "
        " own; nhầm; theo sổ\n"
        "    held revision               100  2024            2  2024-12-12T08:30:00+07:00  Hoa    "
        " counts; nhầm\n"
        "    held revision                90  2024            1  2024-12-12T08:30:00+07:00  Hoa    "
        " returned\n"
        "  631 Suoi Trong District         7  2024-S1         1  2024-12-12T08:30:00+07:00  Hoa    "
        " not added: whole for half of the year only, and the year comes from beneath; whole\n"
        "  23857 Suoi Trong Township      31  2024            1  2024-12-12T08:30:00+07:00  Lan    "
        " baseline, source: Niên giám 2024; whole\n"
        "    23860 Binh An Commune        12                                                       "
        " not added: it is in the whole figure above\n"
        "  23860 Binh An Commune                                                                   "
        " missing\n"
        "  23860 Binh An Commune              2024            3                                    "
        " not counted: waiting or returned\n"
        "    held revision                 5  2024            3  2024-12-12T08:30:00+07:00  An     "
        " waiting\n"
        "    held revision                    2024            2  2024-12-12T08:30:00+07:00  An     "
        " takes the report back; nhầm kỳ\n");
    free(answer);
}

static void test_parts_csv(void **state)
{
    (void)state;
    struct answer *answer = parts();
    assert_prints(
        &answer->message, true, OUTPUT_CSV,
        "depth,type,unit,unit_id,unit_name,value,qualifier,upper,period,scope,unit_count,revision,"
        "received,author,reason,note,source,states,withdrawn,counts,from,by_type\r\n"
        ",total,631,631,Suoi Trong District,131,=,,2024,,1,,,,,,,,,,,\r\n"
        "0,subtotal,631,631,Suoi Trong District,131,=,,,,1,0,,,,,,0,0,,,\r\n"
        "1,report,631,631,Suoi Trong "
        "District,100,=,,2024,own,1,2,2024-12-12T08:30:00+07:00,Hoa,nhầm,theo sổ,,0,0,1,,\r\n"
        "2,revision,631,631,Suoi Trong "
        "District,100,=,,2024,own,1,2,2024-12-12T08:30:00+07:00,Hoa,nhầm,,,1,0,1,,\r\n"
        "2,revision,631,631,Suoi Trong "
        "District,90,=,,2024,own,1,1,2024-12-12T08:30:00+07:00,Hoa,,,,3,0,0,,\r\n"
        "1,lone-half,631,631,Suoi Trong "
        "District,7,=,,2024-S1,whole,1,1,2024-12-12T08:30:00+07:00,Hoa,,,,0,0,0,,\r\n"
        "1,report,23857,23857,Suoi Trong "
        "Township,31,=,,2024,whole,1,1,2024-12-12T08:30:00+07:00,Lan,,,Niên giám 2024,0,0,1,,\r\n"
        "2,covered,23860,23860,Binh An Commune,12,=,,,,1,0,,,,,,0,0,0,,\r\n"
        "1,missing,23860,23860,Binh An Commune,,,,,,0,0,,,,,,0,0,0,,\r\n"
        "1,missing,23860,23860,Binh An Commune,,,,2024,,0,3,,,,,,0,0,0,,\r\n"
        "2,revision,23860,23860,Binh An "
        "Commune,5,=,,2024,own,1,3,2024-12-12T08:30:00+07:00,An,,,,0,0,0,,\r\n"
        "2,revision,23860,23860,Binh An Commune,,,,2024,own,0,2,2024-12-12T08:30:00+07:00,An,nhầm "
        "kỳ,,,1,1,0,,\r\n");
    free(answer);
}

/* A figure of two reports has both beneath it, and the revisions of both count; who filed without
 * the figure is named and counted. */
static void test_what_it_is_computed_from(void **state)
{
    (void)state;
    struct answer *answer = answer_new(14);
    const struct row rows[] = {
        {0, TYPE(REPORT), &commune, 14, "2024-S2", 2, OWN, "Hoa", NULL, NULL, NULL, 0, false},
        {1, TYPE(PART), &commune, 4, "2024-S2", 2, OWN, "Hoa", NULL, NULL, NULL, 0, false},
        {1, TYPE(PART), &commune, 10, "2024-S1", 1, OWN, "Lan", "nhầm", NULL, NULL, 0, false},
        {1, TYPE(REVISION), &commune, 10, "2024-S1", 1, OWN, "Lan", NULL, NULL, NULL, A, false},
        {1, TYPE(REVISION), &commune, 9, "2024-S2", 1, OWN, "Lan", NULL, NULL, NULL, A, false},
        {0, TYPE(WITHOUT), &other, -1, "2024", 3, 0, NULL, NULL, NULL, NULL, 0, false},
    };
    add_rows(answer, rows, LENGTH(rows));
    answer->message.due_count = 2;
    answer->message.without_count = 1;
    assert_prints(
        &answer->message, false, OUTPUT_TEXT,
        "Mô hình đăng ký (model.registered), 631 Huyện Suối Trong, 2024: 14 mô hình\n"
        "2 đơn vị phải nộp, 0 chưa có số trong tổng, 1 đã báo cáo mà không có số này\n"
        "\n"
        "Đơn vị                     Số liệu  Kỳ       Bản  Nhận lúc                   Người lập  "
        "Ghi chú\n"
        "23857 Thị trấn Suối Trong       14  2024-S2    2  2024-12-12T08:30:00+07:00  Hoa\n"
        "  tính từ                        4  2024-S2    2  2024-12-12T08:30:00+07:00  Hoa\n"
        "  tính từ                       10  2024-S1    1  2024-12-12T08:30:00+07:00  Lan        "
        "nhầm\n"
        "  bản đang giữ                  10  2024-S1    1  2024-12-12T08:30:00+07:00  Lan        "
        "được tính\n"
        "  bản đang giữ                   9  2024-S2    1  2024-12-12T08:30:00+07:00  Lan\n"
        "23860 Xã Bình An                    2024       3                                        "
        "đã báo cáo, không có số này\n");
    assert_prints(
        &answer->message, true, OUTPUT_CSV,
        "depth,type,unit,unit_id,unit_name,value,qualifier,upper,period,scope,unit_count,revision,"
        "received,author,reason,note,source,states,withdrawn,counts,from,by_type\r\n"
        ",total,631,631,Suoi Trong District,14,=,,2024,,1,,,,,,,,,,,\r\n"
        "0,report,23857,23857,Suoi Trong "
        "Township,14,=,,2024-S2,own,1,2,2024-12-12T08:30:00+07:00,Hoa,,,,0,0,1,,\r\n"
        "1,part,23857,23857,Suoi Trong "
        "Township,4,=,,2024-S2,own,1,2,2024-12-12T08:30:00+07:00,Hoa,,,,0,0,1,,\r\n"
        "1,part,23857,23857,Suoi Trong "
        "Township,10,=,,2024-S1,own,1,1,2024-12-12T08:30:00+07:00,Lan,nhầm,,,0,0,1,,\r\n"
        "1,revision,23857,23857,Suoi Trong "
        "Township,10,=,,2024-S1,own,1,1,2024-12-12T08:30:00+07:00,Lan,,,,1,0,1,,\r\n"
        "1,revision,23857,23857,Suoi Trong "
        "Township,9,=,,2024-S2,own,1,1,2024-12-12T08:30:00+07:00,Lan,,,,1,0,0,,\r\n"
        "0,without,23860,23860,Binh An Commune,,,,2024,,0,3,,,,,,0,0,0,,\r\n");
    free(answer);
}

/* A node may say what it likes: the indent has an end. */
static void test_a_line_far_beneath(void **state)
{
    (void)state;
    struct answer *answer = parts();
    const struct common common = {.is_english = true, .output = OUTPUT_TEXT};
    struct capture capture;
    answer->lines[1].depth = UINT32_MAX;
    capture_start(&capture, STDOUT_FILENO);
    explain_print(&common, &answer->message);
    char *text = capture_stop(&capture);
    assert_non_null(strstr(text, "\n                                        "
                                 "                        631 Suoi Trong District"));
    free(text);
    free(answer);
}

/* ---- a span ---- */

static void test_years(void **state)
{
    (void)state;
    struct answer *answer = answer_new(1300);
    const struct row rows[] = {
        {0, TYPE(YEAR), &district, 1200, "2024", 0, 0, NULL, NULL, NULL, NULL, 0, false},
        {1, TYPE(REPORT), &district, 1200, "2024", 1, OWN, "Hoa", NULL, NULL, NULL, 0, false},
        {0, TYPE(YEAR), &district, 100, "2021", 0, 0, NULL, NULL, NULL, NULL, 0, false},
    };
    add_rows(answer, rows, LENGTH(rows));
    answer->message.from = TEXT("2021");
    answer->total.missing_years = 1U << 1 | 1U << 2;
    assert_prints(&answer->message, false, OUTPUT_TEXT,
                  "Mô hình đăng ký (model.registered), 631 Huyện Suối Trong, 2021–2024: 1.300 mô "
                  "hình (không có số năm 2022–2023)\n"
                  "\n"
                  "Đơn vị                  Số liệu  Kỳ    Bản  Nhận lúc                   Người "
                  "lập  Ghi chú\n"
                  "2024                      1.200\n"
                  "  631 Huyện Suối Trong    1.200  2024    1  2024-12-12T08:30:00+07:00  Hoa\n"
                  "2021                        100\n");
    free(answer);
}

/* ---- changes ---- */

static void add_change(struct answer *answer, Tonghop__UnitInfo *unit, uint64_t revision,
                       uint64_t replaced, Tonghop__Value *total)
{
    size_t i = answer->message.n_changes++;
    Tonghop__ExplainChange *change = &answer->changes[i];
    tonghop__explain_change__init(change);
    answer->change_pointers[i] = change;
    change->unit = unit;
    change->source_period = TEXT("2024");
    change->form = TEXT("general");
    change->revision = revision;
    change->replaced = replaced;
    change->received_us = MOMENT_US + (int64_t)i * 60000000;
    change->total = total;
    change->author = TEXT("Lan");
}

static struct answer *story(Tonghop__Value *values)
{
    struct answer *answer = answer_new(1198);
    answer->message.since_us = MOMENT_US;
    answer->message.before = &answer->before;
    tonghop__value__init(&answer->before);
    values[0] = number(1204);
    values[1] = values[2] = number(1198);
    tonghop__value__init(&values[3]);
    values[4] = number(1198);
    add_change(answer, &commune, 1, 0, &values[0]);
    add_change(answer, &commune, 3, 1, &values[1]);
    answer->changes[1].reason = TEXT("gõ nhầm");
    answer->changes[1].note = TEXT("theo sổ");
    add_change(answer, &other, 2, 0, &values[2]);
    answer->changes[2].returned = true;
    add_change(answer, &commune, 4, 3, &values[3]);
    answer->changes[3].withdrawn = true;
    values[4].partial_count = 1;
    add_change(answer, &commune, 5, 4, &values[4]);
    return answer;
}

static void test_changes(void **state)
{
    (void)state;
    Tonghop__Value values[5];
    struct answer *answer = story(values);
    assert_prints(&answer->message, false, OUTPUT_TEXT,
                  "Mô hình đăng ký (model.registered), 631 Huyện Suối Trong, 2024: 1.198 mô hình\n"
                  "\n"
                  "Từ 2024-12-12T08:30:00+07:00: – → 1.198 mô hình\n"
                  "\n"
                  "Nhận lúc                   Số liệu        Tăng/giảm  Đơn vị                     "
                  "Kỳ    Bản    Người lập  Ghi chú\n"
                  "2024-12-12T08:30:00+07:00  – → 1.204              –  23857 Thị trấn Suối Trong  "
                  "2024  1      Lan\n"
                  "2024-12-12T08:31:00+07:00  1.204 → 1.198         -6  23857 Thị trấn Suối Trong  "
                  "2024  1 → 3  Lan        gõ nhầm; theo sổ\n"
                  "2024-12-12T08:32:00+07:00  1.198 → 1.198          0  23860 Xã Bình An           "
                  "2024  2      Lan        bị trả lại\n"
                  "2024-12-12T08:33:00+07:00  1.198 → –              –  23857 Thị trấn Suối Trong  "
                  "2024  3 → 4  Lan        rút báo cáo\n"
                  "2024-12-12T08:34:00+07:00  – → 1.198              –  23857 Thị trấn Suối Trong  "
                  "2024  4 → 5  Lan        1 báo cáo mới có nửa năm\n");
    free(answer);
}

static void test_changes_en(void **state)
{
    (void)state;
    Tonghop__Value values[5];
    struct answer *answer = story(values);
    assert_prints(
        &answer->message, true, OUTPUT_TEXT,
        "Models registered (model.registered), 631 Suoi Trong District, 2024: 1198 models\n"
        "\n"
        "Since 2024-12-12T08:30:00+07:00: – → 1198 models\n"
        "\n"
        "Received                   Figure       Change  Unit                       Period  "
        "Revision  Author  Notes\n"
        "2024-12-12T08:30:00+07:00  – → 1204          –  23857 Suoi Trong Township  2024    1      "
        "   Lan\n"
        "2024-12-12T08:31:00+07:00  1204 → 1198      -6  23857 Suoi Trong Township  2024    1 → 3  "
        "   Lan     gõ nhầm; theo sổ\n"
        "2024-12-12T08:32:00+07:00  1198 → 1198       0  23860 Binh An Commune      2024    2      "
        "   Lan     returned\n"
        "2024-12-12T08:33:00+07:00  1198 → –          –  23857 Suoi Trong Township  2024    3 → 4  "
        "   Lan     takes the report back\n"
        "2024-12-12T08:34:00+07:00  – → 1198          –  23857 Suoi Trong Township  2024    4 → 5  "
        "   Lan     1 with half of the year only\n");
    free(answer);
}

static void test_changes_csv(void **state)
{
    (void)state;
    Tonghop__Value values[5];
    struct answer *answer = story(values);
    assert_prints(
        &answer->message, false, OUTPUT_CSV,
        "type,received,unit,unit_id,unit_name,period,form,revision,replaced,before,before_"
        "qualifier,before_upper,total,total_qualifier,total_upper,change,change_"
        "qualifier,change_upper,unit_count,returned,withdrawn,author,reason,note,from\r\n"
        "since,2024-12-12T08:30:00+07:00,631,631,Huyện Suối "
        "Trong,2024,,,,,,,,,,,,,0,,,,,,\r\n"
        "change,2024-12-12T08:30:00+07:00,23857,23857,Thị trấn Suối "
        "Trong,2024,general,1,0,,,,1204,=,,,,,1,0,0,Lan,,,\r\n"
        "change,2024-12-12T08:31:00+07:00,23857,23857,Thị trấn Suối "
        "Trong,2024,general,3,1,1204,=,,1198,=,,-6,=,,1,0,0,Lan,gõ nhầm,theo sổ,\r\n"
        "change,2024-12-12T08:32:00+07:00,23860,23860,Xã Bình "
        "An,2024,general,2,0,1198,=,,1198,=,,0,=,,1,1,0,Lan,,,\r\n"
        "change,2024-12-12T08:33:00+07:00,23857,23857,Thị trấn Suối "
        "Trong,2024,general,4,3,1198,=,,,,,,,,0,0,1,Lan,,,\r\n"
        "change,2024-12-12T08:34:00+07:00,23857,23857,Thị trấn Suối "
        "Trong,2024,general,5,4,,,,1198,=,,,,,1,0,0,Lan,,,\r\n"
        "total,,631,631,Huyện Suối Trong,2024,,,,,,,1198,=,,,,,1,,,,,,\r\n");
    free(answer);
}

static void test_no_change(void **state)
{
    (void)state;
    struct answer *answer = answer_new(5);
    answer->before = number(5);
    answer->message.before = &answer->before;
    answer->message.since_us = MOMENT_US;
    assert_prints(&answer->message, true, OUTPUT_TEXT,
                  "Models registered (model.registered), 631 Suoi Trong District, 2024: 5 models\n"
                  "\n"
                  "Nothing changed since 2024-12-12T08:30:00+07:00\n");
    assert_prints(&answer->message, false, OUTPUT_TEXT,
                  "Mô hình đăng ký (model.registered), 631 Huyện Suối Trong, 2024: 5 mô hình\n"
                  "\n"
                  "Không có gì thay đổi từ 2024-12-12T08:30:00+07:00\n");
    assert_prints(
        &answer->message, true, OUTPUT_CSV,
        "type,received,unit,unit_id,unit_name,period,form,revision,replaced,before,before_"
        "qualifier,before_upper,total,total_qualifier,total_upper,change,change_"
        "qualifier,change_upper,unit_count,returned,withdrawn,author,reason,note,from\r\n"
        "since,2024-12-12T08:30:00+07:00,631,631,Suoi Trong "
        "District,2024,,,,,,,5,=,,,,,1,,,,,,\r\n"
        "total,,631,631,Suoi Trong District,2024,,,,5,=,,5,=,,0,=,,1,,,,,,\r\n");
    free(answer);
}

/* Of a span, with the years that each total lacks; as CSV with its first year. */
static void test_changes_of_a_span(void **state)
{
    (void)state;
    struct answer *answer = answer_new(120);
    Tonghop__Value values[2] = {number(105), number(120)};
    answer->message.from = TEXT("2021");
    answer->message.since_us = MOMENT_US;
    answer->message.before = &answer->before;
    answer->before = number(100);
    answer->before.missing_years = 1U << 1 | 1U << 2;
    values[0].missing_years = 1U << 1;
    add_change(answer, &commune, 1, 0, &values[0]);
    answer->changes[0].source_period = TEXT("2023-S1");
    add_change(answer, &commune, 2, 1, &values[1]);
    answer->changes[1].source_period = TEXT("2022");
    assert_prints(
        &answer->message, true, OUTPUT_TEXT,
        "Models registered (model.registered), 631 Suoi Trong District, 2021–2024: 120 models\n"
        "\n"
        "Since 2024-12-12T08:30:00+07:00: 100 → 120 models\n"
        "\n"
        "Received                   Figure     Change  Unit                       Period   "
        "Revision  Author  Notes\n"
        "2024-12-12T08:30:00+07:00  100 → 105      +5  23857 Suoi Trong Township  2023-S1  1      "
        "   Lan     no figure for 2022\n"
        "2024-12-12T08:31:00+07:00  105 → 120     +15  23857 Suoi Trong Township  2022     1 → 2  "
        "   Lan\n");
    assert_prints(
        &answer->message, true, OUTPUT_CSV,
        "type,received,unit,unit_id,unit_name,period,form,revision,replaced,before,before_"
        "qualifier,before_upper,total,total_qualifier,total_upper,change,change_"
        "qualifier,change_upper,unit_count,returned,withdrawn,author,reason,note,from\r\n"
        "since,2024-12-12T08:30:00+07:00,631,631,Suoi Trong "
        "District,2024,,,,,,,100,=,,,,,1,,,,,,2021\r\n"
        "change,2024-12-12T08:30:00+07:00,23857,23857,Suoi Trong "
        "Township,2023-S1,general,1,0,100,=,,105,=,,5,=,,1,0,0,Lan,,,\r\n"
        "change,2024-12-12T08:31:00+07:00,23857,23857,Suoi Trong "
        "Township,2022,general,2,1,105,=,,120,=,,15,=,,1,0,0,Lan,,,\r\n"
        "total,,631,631,Suoi Trong District,2024,,,,100,=,,120,=,,20,=,,1,,,,,,2021\r\n");
    free(answer);
}

/* ---- a derived one ---- */

static void test_operands_csv(void **state)
{
    (void)state;
    struct answer *answer = answer_new(5);
    Tonghop__IndicatorInfo rate = registered, *operands[] = {&registered};
    Tonghop__Value eight = number(8), *values[] = {&eight};
    rate.code = TEXT("model.rate");
    rate.name_en = TEXT("Rate");
    rate.measure_en = TEXT("%");
    rate.is_derived = true;
    answer->message.indicator = &rate;
    answer->message.operands = operands;
    answer->message.operand_values = values;
    answer->message.n_operands = answer->message.n_operand_values = 1;
    answer->message.from = TEXT("2021");
    eight.as_of = 2023;
    assert_prints(&answer->message, true, OUTPUT_CSV,
                  "type,indicator,name,value,qualifier,upper,unit_count,measure,unit,unit_id,unit_"
                  "name,from,period,by_type,condition,as_of\r\n"
                  "total,model.rate,Rate,5,=,,1,%,631,631,Suoi Trong District,2021,2024,,,\r\n"
                  "operand,model.registered,Models registered,8,=,,1,models,631,631,Suoi Trong "
                  "District,2021,2024,,,2023\r\n");
    free(answer);
}

/* ---- usage ---- */

static void test_usage(void **state)
{
    (void)state;
    static const struct {
        const char *words[8];
        const char *says;
    } rows[] = {
        {{"explain"}, "INDICATOR"},
        {{"explain", "--period", "2024"}, "INDICATOR"},
        {{"explain", "a"}, "--period"},
        {{"explain", "a", "--period"}, "--period"},
        {{"explain", "a", "--period", "2024-S3"}, "2024-S1, 2024-S2 or 2024"},
        {{"explain", "a", "--from", "2020"}, "--to"},
        {{"explain", "a", "--to", "2020"}, "--from"},
        {{"explain", "a", "--period", "2024", "--since"}, "--since"},
        {{"explain", "a", "--period", "2024", "--since", ""}, "option --since needs a value"},
        {{"explain", "a", "--period", "2024", "--type"}, "--type"},
        {{"explain", "a", "--period", "2024", "--type", ""}, "option --type needs a value"},
        {{"explain", "a", "--period", "2024", "--kind", "x"}, "kind"},
        {{"explain", "a", "b", "--period", "2024"}, "b"},
        {{"explain", "a", "--period", "2024", "--top"}, "--top"},
    };
    const struct common common = {.is_english = true};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char *argv[LENGTH(rows[i].words) + 1] = {NULL};
        int argc = 0;
        struct capture capture;
        for (; argc < (int)LENGTH(rows[i].words) && rows[i].words[argc] != NULL; argc++)
            argv[argc] = TEXT(rows[i].words[argc]);
        capture_start(&capture, STDERR_FILENO);
        int status = command_explain.run(&common, argc, argv);
        char *text = capture_stop(&capture);
        if (status != EXIT_INPUT || strstr(text, rows[i].says) == NULL)
            fail_msg("row %zu: %d, %s", i, status, text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_parts, setup),
        cmocka_unit_test_setup(test_parts_en, setup),
        cmocka_unit_test_setup(test_parts_csv, setup),
        cmocka_unit_test_setup(test_what_it_is_computed_from, setup),
        cmocka_unit_test_setup(test_a_line_far_beneath, setup),
        cmocka_unit_test_setup(test_years, setup),
        cmocka_unit_test_setup(test_changes, setup),
        cmocka_unit_test_setup(test_changes_en, setup),
        cmocka_unit_test_setup(test_changes_csv, setup),
        cmocka_unit_test_setup(test_no_change, setup),
        cmocka_unit_test_setup(test_changes_of_a_span, setup),
        cmocka_unit_test_setup(test_operands_csv, setup),
        cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
