/* Coverage as it is printed: lines, rows and a trend, for people and for programs. */
#include "lib/cm.h"

#include "client/coverage.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { UNITS = 3 };

/* An answer and what it points to. */
struct answer {
    Tonghop__Coverage message;
    Tonghop__UnitInfo units[UNITS];
    Tonghop__CoverageCounts counts[UNITS];
    Tonghop__CoverageLine lines[3], *line_list[3];
    Tonghop__CoverageRow rows[2], *row_list[2];
    Tonghop__NotObliged excepted, *excepted_list[1];
    Tonghop__CoverageLine not_due, *not_due_list[1];
};

static Tonghop__CoverageCounts counts_of(uint32_t due, uint32_t filed, uint32_t nil)
{
    Tonghop__CoverageCounts counts = TONGHOP__COVERAGE_COUNTS__INIT;
    counts.due = due;
    counts.filed = counts.accepted = counts.late = filed;
    counts.missing = due - filed;
    counts.nil = nil;
    return counts;
}

static void make(struct answer *a)
{
    static const char *const names[UNITS] = {"Huyện", "Xã Một", "Xã Hai"};
    static const char *const codes[UNITS] = {"631", "01", "02"};
    *a = (struct answer){.message = TONGHOP__COVERAGE__INIT};
    for (uint32_t i = 0; i < UNITS; i++) {
        tonghop__unit_info__init(&a->units[i]);
        a->units[i].id = 631 + i;
        a->units[i].code = TEXT(codes[i]);
        a->units[i].name_vi = TEXT(names[i]);
    }
    a->counts[0] = counts_of(3, 2, 1);
    a->counts[0].not_obliged = 1;
    a->counts[1] = counts_of(1, 1, 0);
    a->counts[2] = counts_of(2, 1, 1);
    a->counts[2].not_obliged = 1;
    for (size_t i = 0; i < 3; i++) {
        tonghop__coverage_line__init(&a->lines[i]);
        a->lines[i].unit = &a->units[i];
        a->lines[i].form = TEXT("f");
        a->lines[i].state = TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED;
        a->lines[i].timeliness = TONGHOP__TIMELINESS__TIMELINESS_LATE;
        a->lines[i].revision = 1;
        a->lines[i].met_by = 1;
        a->lines[i].first_filed_us = INT64_C(1718700000000000);
        a->line_list[i] = &a->lines[i];
    }
    a->lines[2] = (Tonghop__CoverageLine)TONGHOP__COVERAGE_LINE__INIT;
    a->lines[2].unit = &a->units[2];
    a->lines[2].form = TEXT("f");
    a->lines[2].state = TONGHOP__COVERAGE_STATE__COVERAGE_STATE_MISSING;
    for (size_t i = 0; i < 2; i++) {
        tonghop__coverage_row__init(&a->rows[i]);
        a->rows[i].unit = &a->units[2 * i];
        a->rows[i].counts = &a->counts[1 + i];
        a->row_list[i] = &a->rows[i];
    }
    tonghop__not_obliged__init(&a->excepted);
    a->excepted.unit = &a->units[1];
    a->excepted.form = TEXT("f");
    a->excepted.reason = TEXT("Lũ");
    a->excepted.to = 19904;
    a->excepted_list[0] = &a->excepted;
    a->not_due = a->lines[1];
    a->not_due.state = TONGHOP__COVERAGE_STATE__COVERAGE_STATE_WAITING;
    a->not_due.form = TEXT("g");
    a->not_due_list[0] = &a->not_due;
    a->message.unit = &a->units[0];
    a->message.period = TEXT("2024-S1");
    a->message.due_count = 3;
    a->message.filed_count = a->message.accepted_count = a->message.late_count = 2;
    a->message.counts = &a->counts[0];
    a->message.n_lines = 3;
    a->message.lines = a->line_list;
}

/* What is printed, without the carriage returns of RFC 4180; the caller frees. */
static char *printed(const struct common *common, const Tonghop__Coverage *coverage,
                     enum coverage_view view)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    coverage_print(common, coverage, view, out);
    assert_int_equal(fclose(out), 0);
    for (char *from = text, *to = text;; from++) {
        if (*from != '\r')
            *to++ = *from;
        if (*from == '\0')
            return text;
    }
}

static void assert_printed(const struct common *common, const Tonghop__Coverage *coverage,
                           enum coverage_view view, const char *expected)
{
    char *text = printed(common, coverage, view);
    assert_string_equal(text, expected);
    free(text);
}

static const struct common english = {.output = OUTPUT_TEXT, .is_english = true};
static const struct common vietnamese = {.output = OUTPUT_TEXT};
static const struct common csv = {.output = OUTPUT_CSV};

#define HEAD                                                                                        \
    "631 Huyện, 2024-S1\n3 due: 2 filed, 2 accepted, 0 covered, 2 late\n1 missing, 1 nil, 1 not " \
    "obliged\n\n"

/* Rule: people get the columns of lines that they had, and others only where something stands in
 * them. */
static void test_lines_for_people(void **state)
{
    struct answer a;
    (void)state;
    make(&a);
    assert_printed(
        &english, &a.message, COVERAGE_LINES,
        HEAD "Code  Unit    Form  State     In time  Revision  First filed                Met by   "
             "Covered by\n"
             "631   Huyện   f     accepted  late            1  2024-06-18T15:40:00+07:00  2024-S1\n"
             "01    Xã Một  f     accepted  late            1  2024-06-18T15:40:00+07:00  2024-S1\n"
             "02    Xã Hai  f     missing\n");
    a.lines[1].nil = true;
    a.lines[0].body = TEXT("pn");
    a.message.n_not_obliged = 1;
    a.message.not_obliged = a.excepted_list;
    a.message.n_lines = 2;
    char *text = printed(&english, &a.message, COVERAGE_LINES);
    assert_non_null(strstr(text, "Covered by  Nil  Body  Reason  Until\n"));
    assert_non_null(strstr(text, "01    Xã Một  f     not obliged"));
    assert_non_null(strstr(text, "Lũ      2024-06-30\n"));
    assert_null(strstr(text, "waiting, not obliged"));
    free(text);
    a.message.n_not_due = 1;
    a.message.not_due = a.not_due_list;
    text = printed(&english, &a.message, COVERAGE_LINES);
    assert_non_null(strstr(text, "3 due: 2 filed"));
    assert_non_null(strstr(text, "01    Xã Một  g     waiting, not obliged  late"));
    free(text);
    text = printed(&vietnamese, &a.message, COVERAGE_LINES);
    assert_non_null(strstr(text, "nộp muộn 2\nchưa nộp 1, không có số liệu 1, được miễn 1\n"));
    assert_non_null(strstr(text, "được miễn"));
    assert_non_null(strstr(text, "chờ duyệt, không phải nộp"));
    free(text);
    static const struct {
        Tonghop__CoverageState state;
        const char *en, *vi, *code;
    } states[] = {
        {TONGHOP__COVERAGE_STATE__COVERAGE_STATE_ACCEPTED, "accepted, not obliged",
         "đã nhận, không phải nộp", ",accepted-not-obliged,"},
        {TONGHOP__COVERAGE_STATE__COVERAGE_STATE_RETURNED, "returned, not obliged",
         "bị trả lại, không phải nộp", ",returned-not-obliged,"},
    };
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        a.not_due.state = states[i].state;
        text = printed(&english, &a.message, COVERAGE_LINES);
        assert_non_null(strstr(text, states[i].en));
        free(text);
        text = printed(&vietnamese, &a.message, COVERAGE_LINES);
        assert_non_null(strstr(text, states[i].vi));
        free(text);
        text = printed(&csv, &a.message, COVERAGE_LINES);
        assert_non_null(strstr(text, states[i].code));
        free(text);
    }
}

/* Rule: programs get every column, in any language; those that are new stand behind the others. */
static void test_lines_for_programs(void **state)
{
    struct answer a;
    (void)state;
    make(&a);
    a.lines[1].nil = true;
    a.lines[0].body = TEXT("pn");
    a.lines[0].arrived_us = a.lines[0].first_filed_us + 60000000;
    a.lines[0].clock_off = true;
    a.message.n_not_obliged = 1;
    a.message.not_obliged = a.excepted_list;
    a.message.n_not_due = 1;
    a.message.not_due = a.not_due_list;
    assert_printed(&csv, &a.message, COVERAGE_LINES,
                   "unit,unit_name,form,state,timeliness,revision,first_filed,met_by,covered_by,"
                   "nil,body,reason,until,arrived,clock\n"
                   "631,Huyện,f,accepted,late,1,2024-06-18T15:40:00+07:00,2024-S1,,,pn,,,"
                   "2024-06-18T15:41:00+07:00,off\n"
                   "01,Xã Một,f,accepted,late,1,2024-06-18T15:40:00+07:00,2024-S1,,yes,,,,,\n"
                   "02,Xã Hai,f,missing,,,,,,,,,,,\n"
                   "01,Xã Một,g,waiting-not-obliged,late,1,2024-06-18T15:40:00+07:00,2024-S1,,,,,"
                   ",,\n"
                   "01,Xã Một,f,not-obliged,,,,,,,,Lũ,2024-06-30,,\n");
}

/* Rule: rows end with their total; a count of 0 is a number, not a blank. */
static void test_by_child(void **state)
{
    struct answer a;
    (void)state;
    make(&a);
    a.message.n_lines = 0;
    a.message.n_rows = 2;
    a.message.rows = a.row_list;
    assert_printed(&csv, &a.message, COVERAGE_BY_CHILD,
                   "row,unit,unit_name,due,filed,covered,missing,accepted,waiting,returned,early,"
                   "on_time,late,untimed,nil,not_obliged\n"
                   "itself,631,Huyện,1,1,0,0,1,0,0,0,0,1,0,0,0\n"
                   "child,02,Xã Hai,2,1,0,1,1,0,0,0,0,1,0,1,1\n"
                   "total,631,Huyện,3,2,0,1,2,0,0,0,0,2,0,1,1\n");
    char *text = printed(&english, &a.message, COVERAGE_BY_CHILD);
    assert_non_null(
        strstr(text, "Code  Unit    Due  Filed  Missing  Accepted  Late  Nil  Not obliged\n"));
    assert_non_null(
        strstr(text, "\n      Total     3      2        1         2     2    1            1\n"));
    free(text);
}

/* Rule: a year in which the unit was not there is a row without numbers. */
static void test_trend(void **state)
{
    struct answer a;
    (void)state;
    make(&a);
    a.message.n_lines = 0;
    a.rows[0].period = TEXT("2023-S1");
    a.rows[0].counts = NULL;
    a.rows[1].period = TEXT("2024-S1");
    a.message.n_trend = 2;
    a.message.trend = a.row_list;
    assert_printed(&csv, &a.message, COVERAGE_TREND,
                   "period,due,filed,covered,missing,accepted,waiting,returned,early,on_time,late,"
                   "untimed,nil,not_obliged\n2023-S1,,,,,,,,,,,,,\n"
                   "2024-S1,2,1,0,1,1,0,0,0,0,1,0,1,1\n");
}

/* Rule: what an older node answers is printed as ever. */
static void test_an_older_node(void **state)
{
    struct answer a;
    (void)state;
    make(&a);
    a.message.counts = NULL;
    char *text = printed(&english, &a.message, COVERAGE_LINES);
    assert_null(strstr(text, "not obliged"));
    assert_non_null(strstr(text, "2 late\n\nCode"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_for_people), cmocka_unit_test(test_lines_for_programs),
        cmocka_unit_test(test_by_child),         cmocka_unit_test(test_trend),
        cmocka_unit_test(test_an_older_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
