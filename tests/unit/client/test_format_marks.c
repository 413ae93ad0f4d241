/* What a reader has to know beside a number, in both languages: each mark, and years in runs. */
#include "lib/cm.h"

#include "client/format.h"
#include "core/mem.h"

static Tonghop__Value exact_value(void)
{
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    value.has_value = true;
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_EXACT;
    value.value_low = 5;
    value.unit_count = value.exact_count = 9;
    return value;
}

static void assert_marks(const Tonghop__Value *value, const char *vi, const char *en)
{
    const struct format vietnamese = {.from = 2009}, english = {.is_english = true, .from = 2009};
    char *vi_text = format_marks(&vietnamese, value);
    char *en_text = format_marks(&english, value);
    assert_string_equal(vi_text, vi);
    assert_string_equal(en_text, en);
    free(vi_text);
    free(en_text);
}

static void test_each_mark(void **state)
{
    (void)state;
    Tonghop__Value value = exact_value();
    assert_marks(&value, "", "");
    value.early_count = 2;
    assert_marks(&value, "2 nộp trước khi hết kỳ", "2 filed before the period ended");
    value = exact_value();
    value.baseline_count = 1;
    assert_marks(&value, "1 là số nền từ nguồn khác", "baselines of another source: 1");
    value = exact_value();
    value.as_of = 2017;
    assert_marks(&value, "số của năm 2017", "as of 2017");
    value = exact_value();
    value.thin_year = 2021;
    value.thin_count = 1;
    value.full_count = 22;
    assert_marks(&value, "năm 2021 có 1 báo cáo (năm nhiều nhất: 22)",
                 "reports for 2021: 1 (fullest year: 22)");
    value = exact_value();
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_AT_LEAST;
    value.exact_count = 7;
    assert_marks(&value, "7/9 báo cáo có số chính xác", "7 of 9 reports are exact");
    value.unit_count = 1;
    value.exact_count = 0; /* the number itself says so */
    assert_marks(&value, "", "");
}

/* Bit n is year n of the span; runs are told by their ends. */
static void test_missing_years(void **state)
{
    static const struct {
        uint32_t years;
        const char *vi, *en;
    } rows[] = {
        {0x1, "không có số năm 2009", "no figure for 2009"},
        {0x2, "không có số năm 2010", "no figure for 2010"},
        {0x5, "không có số năm 2009, 2011", "no figure for 2009, 2011"},
        {0x3, "không có số năm 2009–2010", "no figure for 2009–2010"},
        {0x7, "không có số năm 2009–2011", "no figure for 2009–2011"},
        {0x3a, "không có số năm 2010, 2012–2014", "no figure for 2010, 2012–2014"},
        {0x80000, "không có số năm 2028", "no figure for 2028"},
        {0xfffff, "không có số năm 2009–2028", "no figure for 2009–2028"},
        {0x80000000, "không có số năm 2040", "no figure for 2040"},
        {0xffffffff, "không có số năm 2009–2040", "no figure for 2009–2040"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Tonghop__Value value = exact_value();
        value.missing_years = rows[i].years;
        assert_marks(&value, rows[i].vi, rows[i].en);
    }
}

/* Checks are repeated as their author wrote them, whatever is in them, but for the "warn:" in
 * front. */
static void test_failed_checks(void **state)
{
    char one[] = "<= model.registered", two[] = "warn: commune in {0,1}", odd[] = "<= 100 %s %n";
    char *checks[] = {one, two, odd};
    Tonghop__Value value = exact_value();
    (void)state;
    value.failed_checks = checks;
    value.n_failed_checks = 1;
    assert_marks(&value, "không đạt kiểm tra <= model.registered",
                 "fails the check <= model.registered");
    value.n_failed_checks = 3;
    value.early_count = 1;
    assert_marks(&value,
                 "1 nộp trước khi hết kỳ; không đạt kiểm tra <= model.registered; không đạt kiểm "
                 "tra commune in {0,1}; không đạt kiểm tra <= 100 %s %n",
                 "1 filed before the period ended; fails the check <= model.registered; fails the "
                 "check commune in {0,1}; fails the check <= 100 %s %n");
}

/* Where the answer has the indicator, its name stands for the code: the whole code only. */
static void test_failed_checks_by_name(void **state)
{
    char check[] = "warn: >= a.b + a.bc - a";
    char *checks[] = {check};
    Tonghop__IndicatorInfo infos[2], *known[] = {&infos[0], &infos[1]};
    Tonghop__Value value = exact_value();
    struct format format = {.known = known, .known_count = 2};
    (void)state;
    value.failed_checks = checks;
    value.n_failed_checks = 1;
    for (size_t i = 0; i < 2; i++)
        tonghop__indicator_info__init(known[i]);
    infos[0].code = (char *)(uintptr_t) "a.b";
    infos[0].name_vi = (char *)(uintptr_t) "Đơn";
    infos[0].name_en = (char *)(uintptr_t) "Petitions";
    infos[1].code = (char *)(uintptr_t) "a";
    infos[1].name_vi = (char *)(uintptr_t) "Lượt";
    char *vi = format_marks(&format, &value);
    assert_string_equal(vi, "không đạt kiểm tra >= “Đơn” + a.bc - “Lượt”");
    format.is_english = true;
    char *en = format_marks(&format, &value);
    assert_string_equal(en, "fails the check >= 'Petitions' + a.bc - 'Lượt'");
    free(vi);
    free(en);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mark),
        cmocka_unit_test(test_missing_years),
        cmocka_unit_test(test_failed_checks),
        cmocka_unit_test(test_failed_checks_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
