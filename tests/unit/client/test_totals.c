/* Totals as they are printed: why two figures are not alike, the table for people and the rows for
 * programs. */
#include "lib/cm.h"

#include <stdio.h>
#include <unistd.h>

#include "client/totals.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { TEXT_SIZE = 8192 };

static Tonghop__Value value_of(int64_t number, uint32_t units)
{
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    value.has_value = true;
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    value.value_high = number < 0 ? -1 : 0;
    value.value_low = (uint64_t)number;
    value.unit_count = value.exact_count = units;
    value.unit_set = 7;
    return value;
}

/* ---- alike or not ---- */

static void test_unequal(void **state)
{
    static const struct {
        const char *name;
        bool has_now, has_other;
        uint32_t now_partial, other_partial;
        uint64_t other_set;
        uint32_t now_early, other_early;
        bool calendar_differs;
        unsigned previous, plan;
    } rows[] = {
        {"alike", true, true, 0, 0, 7, 0, 0, false, 0, 0},
        {"half of this year", true, true, 1, 0, 7, 0, 0, false, UNEQUAL_HALF, UNEQUAL_HALF},
        {"half of the other", true, true, 0, 2, 7, 0, 0, false, UNEQUAL_HALF, UNEQUAL_HALF},
        {"other units", true, true, 0, 0, 8, 0, 0, false, UNEQUAL_UNITS, UNEQUAL_UNITS},
        {"early now", true, true, 0, 0, 7, 1, 0, false, UNEQUAL_EARLY, UNEQUAL_EARLY},
        /* A plan always is. */
        {"the other early", true, true, 0, 0, 7, 0, 3, false, UNEQUAL_EARLY, 0},
        {"other days", true, true, 0, 0, 7, 0, 0, true, UNEQUAL_CALENDAR, 0},
        {"all", true, true, 1, 1, 8, 1, 1, true, 15, 14},
        {"nothing now", false, true, 1, 1, 8, 1, 1, true, 0, 0},
        {"nothing else", true, false, 1, 1, 8, 1, 1, true, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tonghop__Totals totals = TONGHOP__TOTALS__INIT;
        Tonghop__Value now = value_of(5, 1), other = value_of(6, 1);
        print_message("%s\n", rows[i].name);
        totals.calendar_differs = rows[i].calendar_differs;
        now.has_value = rows[i].has_now;
        other.has_value = rows[i].has_other;
        now.partial_count = rows[i].now_partial;
        other.partial_count = rows[i].other_partial;
        other.unit_set = rows[i].other_set;
        now.early_count = rows[i].now_early;
        other.early_count = rows[i].other_early;
        other.unit_count = 2;
        assert_int_equal(totals_unequal_previous(&totals, &now, &other), rows[i].previous);
        assert_int_equal(totals_unequal_plan(&now, &other), rows[i].plan);
        other.unit_count = 1; /* that of one of many */
        assert_int_equal(totals_unequal_plan(&now, &other), rows[i].plan);
        other.whole = true; /* one plan for everybody */
        assert_int_equal(totals_unequal_plan(&now, &other),
                         rows[i].plan & ~(unsigned)UNEQUAL_UNITS);
    }
}

/* Baselines on one side alone; years that one of the two lacks. */
static void test_unequal_sources_and_years(void **state)
{
    static const struct {
        const char *name;
        uint32_t baseline, other_baseline, missing, other_missing, as_of, other_as_of;
        unsigned previous, plan;
    } rows[] = {
        {"alike", 0, 0, 0, 0, 0, 0, 0, 0},
        {"a baseline now", 1, 0, 0, 0, 0, 0, UNEQUAL_BASELINE, 0},
        {"a baseline before", 0, 2, 0, 0, 0, 0, UNEQUAL_BASELINE, 0},
        {"both are baselines", 1, 2, 0, 0, 0, 0, 0, 0},
        {"years now", 0, 0, 1, 0, 0, 0, UNEQUAL_YEARS, UNEQUAL_YEARS},
        {"years before", 0, 0, 0, 4, 0, 0, UNEQUAL_YEARS, UNEQUAL_YEARS},
        {"a stock of an earlier year", 0, 0, 0, 0, 2019, 0, UNEQUAL_YEARS, UNEQUAL_YEARS},
        {"the other of one", 0, 0, 0, 0, 0, 2019, UNEQUAL_YEARS, UNEQUAL_YEARS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const Tonghop__Totals totals = TONGHOP__TOTALS__INIT;
        Tonghop__Value now = value_of(5, 2), other = value_of(6, 2);
        print_message("%s\n", rows[i].name);
        now.baseline_count = rows[i].baseline;
        other.baseline_count = rows[i].other_baseline;
        now.missing_years = rows[i].missing;
        other.missing_years = rows[i].other_missing;
        now.as_of = rows[i].as_of;
        other.as_of = rows[i].other_as_of;
        assert_int_equal(totals_unequal_previous(&totals, &now, &other), rows[i].previous);
        assert_int_equal(totals_unequal_plan(&now, &other), rows[i].plan);
    }
}

/* ---- an answer ---- */

enum { ROWS = 2, INDICATORS = 2 };

/* Two rows by two indicators, a part beneath its whole. */
struct answer {
    Tonghop__Totals totals;
    Tonghop__IndicatorInfo infos[INDICATORS];
    Tonghop__IndicatorInfo *info_pointers[INDICATORS];
    Tonghop__UnitInfo units[ROWS];
    Tonghop__UnitTotals rows[ROWS];
    Tonghop__UnitTotals *row_pointers[ROWS];
    Tonghop__Value values[3][ROWS][INDICATORS]; /* asked, before, plan */
    Tonghop__Value *pointers[3][ROWS][INDICATORS];
};

static void set_indicators(struct answer *answer)
{
    for (size_t i = 0; i < INDICATORS; i++) {
        tonghop__indicator_info__init(&answer->infos[i]);
        answer->infos[i].number = (uint32_t)(i + 1);
        answer->infos[i].measure = TEXT("lượt");
        answer->infos[i].section = TEXT("Chính trị");
        answer->infos[i].section_en = TEXT("Politics");
        answer->infos[i].section_code = TEXT("s");
        answer->infos[i].body = TEXT("mttq");
        answer->info_pointers[i] = &answer->infos[i];
    }
    answer->infos[0].code = TEXT("visits");
    answer->infos[0].name_vi = TEXT("Lượt tiếp dân");
    answer->infos[0].name_en = TEXT("Visits");
    answer->infos[1].code = TEXT("visits.late");
    answer->infos[1].name_vi = TEXT("Trong đó: muộn");
    answer->infos[1].name_en = TEXT("of which late");
    answer->infos[1].part_of = 1;
}

static void answer_init(struct answer *answer)
{
    *answer = (struct answer){0};
    tonghop__totals__init(&answer->totals);
    set_indicators(answer);
    answer->totals.period = TEXT("2024");
    answer->totals.catalogue = 3;
    answer->totals.n_indicators = INDICATORS;
    answer->totals.indicators = answer->info_pointers;
    answer->totals.n_units = ROWS;
    answer->totals.units = answer->row_pointers;
    for (size_t row = 0; row < ROWS; row++) {
        tonghop__unit_info__init(&answer->units[row]);
        tonghop__unit_totals__init(&answer->rows[row]);
        answer->units[row].type = TEXT(row == 0 ? "tinh" : "xa");
        answer->units[row].id = row == 0 ? 64 : 23860;
        answer->units[row].code = TEXT(row == 0 ? "64" : "23860");
        answer->units[row].name_vi = TEXT(row == 0 ? "Tỉnh Gia Lai" : "Xã Ia Dơk");
        answer->units[row].name_en = TEXT(row == 0 ? "Gia Lai Province" : "");
        answer->rows[row].unit = &answer->units[row];
        answer->row_pointers[row] = &answer->rows[row];
        for (size_t side = 0; side < 3; side++)
            for (size_t i = 0; i < INDICATORS; i++) {
                answer->values[side][row][i] = value_of(100 * (int64_t)(3 - side), 2);
                answer->pointers[side][row][i] = &answer->values[side][row][i];
            }
        answer->rows[row].n_values = INDICATORS;
        answer->rows[row].values = answer->pointers[0][row];
    }
}

static void add_previous(struct answer *answer)
{
    answer->totals.previous = TEXT("2023");
    for (size_t row = 0; row < ROWS; row++) {
        answer->rows[row].n_previous = INDICATORS;
        answer->rows[row].previous = answer->pointers[1][row];
    }
}

static void add_plan(struct answer *answer)
{
    for (size_t row = 0; row < ROWS; row++) {
        answer->rows[row].n_plan = INDICATORS;
        answer->rows[row].plan = answer->pointers[2][row];
    }
}

/* ---- what is printed ---- */

static void print_to(char *text, const struct common *common, const struct answer *answer)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    FILE *file = tmpfile();
    assert_true(saved >= 0 && file != NULL);
    assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
    if (common->output == OUTPUT_TEXT)
        totals_print_text(common, &answer->totals);
    else
        totals_print_plain(common, &answer->totals);
    fflush(stdout);
    assert_true(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    rewind(file);
    size_t len = fread(text, 1, TEXT_SIZE - 1, file);
    text[len] = '\0';
    fclose(file);
}

static void assert_has(const char *text, const char *words)
{
    if (strstr(text, words) == NULL)
        fail_msg("not in it: %s\n%s", words, text);
}

static void assert_lacks(const char *text, const char *words)
{
    if (strstr(text, words) != NULL)
        fail_msg("in it: %s\n%s", words, text);
}

static void test_text(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common vi = {.output = OUTPUT_TEXT};
    const struct common en = {.output = OUTPUT_TEXT, .is_english = true};
    (void)state;
    answer_init(&answer);
    answer.values[0][1][1].has_value = false;
    print_to(text, &vi, &answer);
    assert_has(text, "64 Tỉnh Gia Lai, 2024 (danh mục 3)\n");
    assert_has(text, "[Chính trị]\nLượt tiếp dân ");
    assert_has(text, "\n  Trong đó: muộn ");   /* a part stands beneath its whole */
    assert_has(text, "\n    23860 Xã Ia Dơk"); /* and units beneath that */
    assert_has(text, "–");
    assert_lacks(text, "Politics");
    assert_lacks(text, "2023");
    answer.info_pointers[0] = &answer.infos[1]; /* the part before its whole, as it was asked for */
    answer.info_pointers[1] = &answer.infos[0];
    print_to(text, &vi, &answer);
    assert_has(text, "[Chính trị]\nTrong đó: muộn ");
    answer.info_pointers[0] = &answer.infos[0];
    answer.info_pointers[1] = &answer.infos[1];
    answer.infos[1].section = TEXT("Kinh tế");
    print_to(text, &vi, &answer);
    assert_has(text, "[Kinh tế]\nTrong đó: muộn "); /* under another heading */
    print_to(text, &en, &answer);
    assert_has(text, "64 Gia Lai Province, 2024 (catalogue 3)\n");
    assert_has(text, "[Politics]\nVisits ");
    assert_has(text, "23860 Xã Ia Dơk"); /* no English name */
}

static void test_text_of_sides(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common vi = {.output = OUTPUT_TEXT};
    const struct common en = {.output = OUTPUT_TEXT, .is_english = true};
    (void)state;
    answer_init(&answer);
    add_previous(&answer);
    add_plan(&answer);
    answer.values[1][0][0].unit_set = 8;
    answer.values[0][0][0].early_count = 1;
    print_to(text, &vi, &answer);
    assert_has(text, "+100 (tăng 50 %)");
    assert_has(text, "300 %"); /* of the plan */
    assert_has(text, "2/2");
    assert_has(text, "1 nộp trước khi hết kỳ; không cùng điều kiện với kỳ trước: đơn vị báo cáo "
                     "khác nhau, có số nộp trước khi hết kỳ; không cùng điều kiện với kế hoạch: có "
                     "số nộp trước khi hết kỳ");
    print_to(text, &en, &answer);
    assert_has(text,
               "other units reported, filed before the period ended; not alike with the plan");
    assert_has(text, "+100 (up 50 %)");
}

/* A change whose direction is not certain tells none, neither itself nor in percent. */
static void test_text_of_uncertain_changes(void **state)
{
    enum { EXACT = 1, AT_LEAST, AT_MOST };
    static const struct {
        int now_qualifier;
        int64_t now;
        int before_qualifier;
        int64_t before;
        const char *vi, *en; /* with the column after it */
    } rows[] = {
        {AT_LEAST, 10, EXACT, 50,
         "  tăng, hoặc giảm không quá 40 (tăng, hoặc giảm không quá 80 %)  2/2",
         "  up, or down by at most 40 (up, or down by at most 80 %)  2/2"},
        {AT_MOST, 60, EXACT, 50,
         "  giảm, hoặc tăng không quá 10 (giảm, hoặc tăng không quá 20 %)  2/2",
         "  down, or up by at most 10 (down, or up by at most 20 %)  2/2"},
        {AT_MOST, 60, AT_LEAST, 50,
         "  giảm, hoặc tăng không quá 10 (giảm, hoặc tăng không quá 20 %)  2/2",
         "  down, or up by at most 10 (down, or up by at most 20 %)  2/2"},
        {EXACT, 10, AT_MOST, 50, "  tăng, hoặc giảm không quá 40  2/2",
         "  up, or down by at most 40  2/2"},
        {AT_LEAST, 50, EXACT, 50, "  không giảm  2/2", "  not down  2/2"},
        {AT_MOST, 50, EXACT, 50, "  không tăng  2/2", "  not up  2/2"},
        {EXACT, 50, AT_MOST, 50, "  không giảm  2/2", "  not down  2/2"},
        {EXACT, 50, EXACT, 50, "  0 (không đổi)  2/2", "  0 (unchanged)  2/2"},
        {EXACT, 1000001, EXACT, 1000000, "  +1 (tăng không quá 0,01 %)  2/2",
         "  +1 (up at most 0.01 %)  2/2"},
    };
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common vi = {.output = OUTPUT_TEXT};
    const struct common en = {.output = OUTPUT_TEXT, .is_english = true};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        answer_init(&answer);
        add_previous(&answer);
        answer.totals.n_units = answer.totals.n_indicators = 1;
        answer.values[0][0][0] = value_of(rows[i].now, 2);
        answer.values[0][0][0].qualifier = (Tonghop__Qualifier)rows[i].now_qualifier;
        answer.values[1][0][0] = value_of(rows[i].before, 2);
        answer.values[1][0][0].qualifier = (Tonghop__Qualifier)rows[i].before_qualifier;
        for (int language = 0; language < 2; language++) {
            char *at = text, *space;
            print_to(text, language == 0 ? &vi : &en, &answer);
            while ((space = strstr(at, "   ")) != NULL) { /* columns are as wide as they need */
                memmove(space, space + 1, strlen(space));
                at = space;
            }
            assert_has(text, language == 0 ? rows[i].vi : rows[i].en);
        }
    }
}

/* A span has both its years wherever a period stands; rows by type have no unit. */
static void test_text_of_a_span_by_type(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common vi = {.output = OUTPUT_TEXT};
    (void)state;
    answer_init(&answer);
    add_previous(&answer);
    answer.totals.from = TEXT("2020");
    answer.totals.previous = TEXT("2019");
    answer.totals.previous_from = TEXT("2015");
    answer.rows[1].type_vi = TEXT("xã");
    answer.values[0][0][0].missing_years = 3;
    print_to(text, &vi, &answer);
    assert_has(text, "64 Tỉnh Gia Lai, 2020–2024 ");
    assert_has(text, "2015–2019");
    assert_has(text, "không có số năm 2020–2021");
    assert_has(text, "\n    xa xã");
    assert_lacks(text, "23860");
}

static void test_csv(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    char check[] = "<= 5";
    char *checks[] = {check, check};
    const struct common csv = {.output = OUTPUT_CSV, .is_english = true};
    (void)state;
    answer_init(&answer);
    print_to(text, &csv, &answer);
    assert_has(text, "unit,unit_id,unit_name,type,indicator,name,measure,period,from,value,");
    assert_has(text,
               ",missing_years,as_of,thin_year,thin_count,full_count,failed_checks,section,body");
    assert_lacks(text, "previous");
    assert_lacks(text, "plan");
    assert_has(text, "64,64,Gia Lai Province,tinh,visits,Visits,lượt,2024,,300,=,,2,2,0,0,0,0,0,0,"
                     "0,0,0,0,,,,,,,s,mttq");
    add_previous(&answer);
    add_plan(&answer);
    answer.totals.from = TEXT("2020");
    answer.values[0][0][0].missing_years = 5;
    answer.values[0][0][0].baseline_count = 1;
    answer.values[0][0][0].failed_checks = checks;
    answer.values[0][0][0].n_failed_checks = 2;
    answer.values[0][0][1].as_of = 2022;
    answer.values[1][0][0].unit_set = 8;
    answer.values[1][0][0].partial_count = 1;
    answer.values[0][0][0].thin_year = 2021;
    answer.values[0][0][0].thin_count = 1;
    answer.values[0][0][0].full_count = 2;
    answer.totals.previous_from = TEXT("2015");
    answer.values[1][0][0].missing_years = 2;
    answer.values[1][0][0].baseline_count = 4;
    answer.values[1][0][1].as_of = 2017;
    print_to(text, &csv, &answer);
    assert_has(text, ",previous_unequal,plan,plan_qualifier,plan_upper,plan_unit_count,percent,"
                     "percent_qualifier,percent_upper,plan_unequal");
    assert_has(text,
               "2024,2020,300,=,,2,2,0,0,0,0,1,0,0,0,0,0,2020 2022,,2021,1,2,<= 5; <= 5,s,mttq,"
               "2015..2023,200,=,,2,100,=,,50,=,,4,2016,,half units years,100,=,,2,300,=,,years");
    assert_has(text, ",2022,,,,,s,mttq,2015..2023,");
    assert_has(text, ",0,,2017,");
}

/* What is not there is nothing for programs: no 0, and no comparison with it. */
static void test_csv_of_nothing(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common csv = {.output = OUTPUT_CSV};
    (void)state;
    answer_init(&answer);
    add_previous(&answer);
    tonghop__value__init(&answer.values[0][0][0]);
    tonghop__value__init(&answer.values[1][0][1]);
    print_to(text, &csv, &answer);
    assert_has(
        text,
        "visits,Lượt tiếp dân,lượt,2024,,,,,0,0,0,0,0,0,0,0,0,0,0,0,,,,,,,s,mttq,2023,200,=,,2,,,"
        ",,,,0,,,\r\n");
    assert_has(text, "2023,,,,0,,,,,,,0,,,");
}

static void test_json(void **state)
{
    static struct answer answer;
    static char text[TEXT_SIZE];
    const struct common json = {.output = OUTPUT_JSON};
    (void)state;
    answer_init(&answer);
    add_plan(&answer);
    answer.values[2][0][0].has_value = false;
    print_to(text, &json, &answer);
    assert_has(text, "\"percent\": \"300");
    assert_has(text, "\"unit_name\": \"Tỉnh Gia Lai\"");
    assert_lacks(text, "previous");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unequal),
        cmocka_unit_test(test_unequal_sources_and_years),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_of_sides),
        cmocka_unit_test(test_text_of_uncertain_changes),
        cmocka_unit_test(test_text_of_a_span_by_type),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_csv_of_nothing),
        cmocka_unit_test(test_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
