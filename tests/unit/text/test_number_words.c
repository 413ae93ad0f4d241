/* Figures in words: each says exactly one thing, or it is refused. */
#include "lib/cm.h"

#include "core/mem.h"
#include "text/number_words.h"

static const char *const err_names[] = {[ERR_SYNTAX] = "syntax",
                                        [ERR_RANGE] = "range",
                                        [ERR_INVALID] = "invalid",
                                        [ERR_EXISTS] = "exists"};

/* "=28", ">=28", "..1/9", or the name of the error. */
static void check(const char *text, unsigned decimals, const char *measure, enum number_style style,
                  const char *wanted)
{
    struct cell cell = {.indicator = 7, .value = -1, .upper = -1, .qualifier = 77};
    enum err err = number_words_parse(text, decimals, measure, style, &cell);
    char *said = err != ERR_OK ? mem_strdup(err_names[err])
                 : cell.qualifier == QUALIFIER_RANGE
                     ? mem_printf("..%lld/%lld", (long long)cell.value, (long long)cell.upper)
                     : mem_printf("%s%lld", qualifier_sign(cell.qualifier), (long long)cell.value);
    if (strcmp(said, wanted) != 0)
        fail_msg("'%s' (%s, %u decimals): %s, not %s", text, measure, decimals, said, wanted);
    if (err != ERR_OK)
        assert_true(cell.value == -1 && cell.upper == -1 && cell.qualifier == 77);
    else
        assert_true(cell.qualifier == QUALIFIER_RANGE || cell.upper == 0);
    free(said);
}

/* In Vietnamese, of a figure in đồng without decimals. */
static void test_vietnamese(void **state)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"2.861", "=2861"},
        {"28 tỷ", "=28000000000"},
        {"28 tỉ", "=28000000000"},
        {"28 TỶ ĐỒNG", "=28000000000"},
        {"1,5 tỷ", "=1500000000"},
        {"trên 28 tỷ đồng", ">=28000000000"},
        {"Trên 28 tỷ đồng.", ">=28000000000"},
        {"hơn 843 triệu đồng", ">=843000000"},
        {"hơn 843 triệu đ", ">=843000000"},
        {"843 triệu VNĐ", "=843000000"},
        {"843.000.000 đồng", "=843000000"},
        {"843.000.000đ", "=843000000"},
        {"ít nhất 5", ">=5"},
        {"tối thiểu 5 triệu", ">=5000000"},
        {"không dưới 5", ">=5"},
        {"≥ 5", ">=5"},
        {">=5", ">=5"},
        {"> 28.000.000.000", ">=28000000000"},
        {"gần 400 nghìn", "<=400000"},
        {"gần 400 ngàn", "<=400000"},
        {"dưới 2 tỷ", "<=2000000000"},
        {"tối đa 7", "<=7"},
        {"không quá 7", "<=7"},
        {"≤7", "<=7"},
        {"< 7", "<=7"},
        {"khoảng 100", "~100"},
        {"Khoảng 1 tỷ đồng", "~1000000000"},
        {"chừng 100", "~100"},
        {"ước tính 100", "~100"},
        {"ước 100", "~100"},
        {"~100", "~100"},
        {"≈ 100", "~100"},
        {"450-500 triệu", "..450000000/500000000"},
        {"450 – 500 triệu đồng", "..450000000/500000000"},
        {"từ 5 đến 10", "..5/10"},
        {"từ 5 đến 10 triệu đồng", "..5000000/10000000"},
        {"từ 500 nghìn đến 1 triệu", "..500000/1000000"},
        {"khoảng 5 đến 10", "..5/10"},
        {"5 tới 10", "..5/10"},
        {"-5 - 10", "..-5/10"},
        {"hàng chục", "..10/99"},
        {"hàng trăm", "..100/999"},
        {"Hàng trăm", "..100/999"},
        {"hàng nghìn", "..1000/9999"},
        {"hàng ngàn", "..1000/9999"},
        {"hàng chục nghìn", "..10000/99000"},
        {"hàng trăm ngàn", "..100000/999000"},
        {"hàng triệu", "..1000000/9000000"},
        {"hàng chục triệu", "..10000000/99000000"},
        {"hàng trăm triệu đồng", "..100000000/999000000"},
        {"hàng tỷ", "..1000000000/9000000000"},
        {"hàng tỉ đồng", "..1000000000/9000000000"},
        {"hàng chục tỉ", "..10000000000/99000000000"},
        {"hàng nghìn tỷ đồng", "..1000000000000/9999000000000"},
        {"2 nghìn tỷ", "=2000000000000"},
        {"-5", "=-5"},
        {"\u2212"
         "5 triệu",
         "=-5000000"},
        /* Typed with combining marks, and with blanks of all kinds. */
        {"tre\u0302n 28 ty\u0309", ">=28000000000"},
        {"\u00A0"
         "trên\u00A0"
         "28\u202F"
         "tỷ ",
         ">=28000000000"},
        /* Not these words, or not a number. */
        {"", "syntax"},
        {"   ", "syntax"},
        {"...", "syntax"},
        {"không", "syntax"},
        {"không có", "syntax"},
        {"tỷ", "syntax"},
        {"trên", "syntax"},
        {"trên tỷ", "syntax"},
        {"nhiều", "syntax"},
        {"hàng", "syntax"},
        {"hàng mười", "syntax"},
        {"hàng 5", "syntax"},
        {"trên hàng trăm", "syntax"},
        {"trên gần 5", "syntax"},
        {"trên 5 đến 10", "syntax"},
        {"gần 5-10", "syntax"},
        {"từ 5", "syntax"},
        {"từ 5 đến", "syntax"},
        {"5 đến nay", "syntax"},
        {"5 -", "syntax"},
        {"5-10-15", "syntax"},
        {"5 10", "syntax"},
        {"5 triệu 300", "syntax"},
        {"28 000 000", "syntax"},
        {"1,2,3", "syntax"},
        {"12.34", "syntax"},
        {"12/2024", "syntax"},
        {"12:30", "syntax"},
        {"12.5.2024", "syntax"},
        {"5 (ước)", "invalid"},
        {"5%", "invalid"},
        {"5 cái", "invalid"},
        {"28 tỷ lượt", "invalid"},
        {"28 tỷ đồng chẵn", "invalid"},
        {"5 triệu tỷ", "invalid"},
        {"hàng trăm người", "invalid"},
        {"1,5", "range"},
        {"1,23456789 triệu", "range"},
        {"9.223.372.036.854.775.808", "range"},
        {"10 nghìn tỷ tỷ", "invalid"},
        {"9.223.373 nghìn tỷ", "range"},
        {"hàng tỷ nghìn tỷ", "range"},
        /* One and a half, or fifteen hundred? */
        {"1,500 triệu", "exists"},
        {"từ 1,500 đến 2 triệu", "exists"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].text, 0, "đồng", NUMBER_VI, rows[i].wanted);
}

/* In English, where a point is the decimal mark. */
static void test_english(void **state)
{
    static const struct {
        const char *text, *wanted;
    } rows[] = {
        {"2861", "=2861"},
        {"28 billion", "=28000000000"},
        {"1.5 Million", "=1500000"},
        {"at least 5 million", ">=5000000"},
        {"over 28 billion dong", ">=28000000000"},
        {"more than 7", ">=7"},
        {"nearly 400 thousand", "<=400000"},
        {"almost 9", "<=9"},
        {"at most 9", "<=9"},
        {"up to 9", "<=9"},
        {"about 100", "~100"},
        {"approximately 100", "~100"},
        {"from 5 to 10 million", "..5000000/10000000"},
        {"between 5 and 10", "..5/10"},
        {"5-10", "..5/10"},
        {"tens", "..10/99"},
        {"hundreds", "..100/999"},
        {"thousands", "..1000/9999"},
        {"tens of thousands", "..10000/99000"},
        {"hundreds of millions", "..100000000/999000000"},
        {"millions", "..1000000/9000000"},
        {"tens of billions of dong", "invalid"},
        {"tens of billions dong", "..10000000000/99000000000"},
        {"trên 28 tỷ", ">=28000000000"},
        {"a few", "syntax"},
        {"1,204", "syntax"},
        {"over 1,204", "syntax"},
        {"1.500 million", "exists"},
        {"1.500 triệu", "exists"},
        {"0.500 million", "=500000"},
        {"1.5000 million", "=1500000"},
        {"1.204", "range"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].text, 0, "đồng", NUMBER_PLAIN, rows[i].wanted);
}

/* A figure comes in the measure of its indicator, by a power of ten where both are known, and in no
 * other. */
static void test_measures(void **state)
{
    static const struct {
        const char *text;
        unsigned decimals;
        const char *measure, *wanted;
    } rows[] = {
        {"76,35 %", 2, "%", "=7635"},
        {"76,35%", 2, "%", "=7635"},
        {"100%", 2, "%", "=10000"},
        {"0,705 %", 2, "%", "range"},
        {"5 triệu %", 2, "%", "=500000000"},
        {"400 nghìn lượt", 0, "lượt", "=400000"},
        {"trên 5.023 m2", 1, "m2", ">=50230"},
        {"5.023,5 m²", 1, "m2", "=50235"},
        {"12 mô hình", 0, "mô hình", "=12"},
        {"12 Mô  Hình", 0, "mô hình", "=12"},
        {"12 mô", 0, "mô hình", "invalid"},
        {"12 hình", 0, "mô hình", "invalid"},
        {"12 mô hình mới", 0, "mô hình", "invalid"},
        {"12 m2", 0, "", "invalid"},
        {"12", 0, "", "=12"},
        {"12 triệu", 0, "", "=12000000"},
        {"500.000 đồng/em/tháng", 0, "đồng/em/tháng", "=500000"},
        {"500.000 đồng", 0, "đồng/em/tháng", "invalid"},
        {"hàng trăm lượt", 0, "lượt", "..100/999"},
        {"hàng trăm", 2, "ha", "..10000/99900"},
        {"12 hoà giải", 0, "hòa giải", "=12"},
        /* Powers of ten in the measure. */
        {"843 triệu đồng", 0, "triệu đồng", "=843"},
        {"trên 843,5 triệu đồng", 1, "triệu đồng", ">=8435"},
        {"28 tỷ đồng", 0, "triệu đồng", "=28000"},
        {"28 tỷ đồng", 0, "tỷ đồng", "=28"},
        {"500.000 đồng", 1, "triệu đồng", "=5"},
        {"500.000 đồng", 0, "triệu đồng", "range"},
        {"450 nghìn đồng", 2, "triệu đồng", "=45"},
        {"843", 0, "triệu đồng", "=843"},
        {"843 triệu", 0, "triệu đồng", "exists"},
        {"28 tỷ", 0, "triệu đồng", "exists"},
        {"hàng tỷ đồng", 0, "triệu đồng", "..1000/9000"},
        {"hàng tỷ", 0, "triệu đồng", "exists"},
        {"từ 5 đến 10 tỷ đồng", 0, "triệu đồng", "..5000/10000"},
        {"5 đồng đến 10 triệu", 0, "triệu đồng", "syntax"},
        {"3 nghìn lượt", 0, "nghìn lượt", "=3"},
        {"3 nghìn người", 0, "nghìn lượt", "invalid"},
        {"28 triệu", 0, "triệu", "=28000000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].text, rows[i].decimals, rows[i].measure, NUMBER_VI, rows[i].wanted);
}

/* What stands behind the upper end stands behind the lower one, too, where that has less. */
static void test_ranges(void **state)
{
    static const struct {
        const char *text, *measure, *wanted;
    } rows[] = {
        {"từ 5 triệu đến 10 triệu đồng", "đồng", "..5000000/10000000"},
        {"từ 5 triệu đến 10 triệu đồng", "triệu đồng", "..5/10"},
        {"500 triệu - 1 tỷ đồng", "đồng", "..500000000/1000000000"},
        {"500 triệu - 1 tỷ", "đồng", "..500000000/1000000000"},
        {"500 triệu - 1 tỷ", "triệu đồng", "exists"},
        {"từ 5 triệu đồng đến 10", "đồng", "syntax"}, /* đồng, or triệu đồng? */
        {"từ 5 triệu đến 10 triệu lượt", "đồng", "invalid"},
        {"khoảng từ 5 đến 10", "đồng", "..5/10"}, /* a range is as inexact as it says */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(rows[i].text, 0, rows[i].measure, NUMBER_VI, rows[i].wanted);
}

/* No length of text does harm. */
static void test_long(void **state)
{
    char text[2 * NUMBER_WORDS_MAX + 1];
    (void)state;
    for (size_t len = NUMBER_WORDS_MAX - 1; len < sizeof text; len++) {
        memset(text, '1', len);
        text[len] = '\0';
        check(text, 0, "", NUMBER_VI, len <= NUMBER_WORDS_MAX ? "range" : "syntax");
    }
    for (size_t i = 0; i + 2 <= NUMBER_WORDS_MAX; i += 2)
        memcpy(text + i, "x ", 3);
    check(text, 0, "x", NUMBER_VI, "syntax");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vietnamese), cmocka_unit_test(test_english),
        cmocka_unit_test(test_measures),   cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
