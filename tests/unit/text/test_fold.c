/* Texts that are the same to a person fold to the same text, others do not. */
#include "lib/cm.h"

#include "text/fold.h"

static bool is_same(char *(*fold)(const char *), const char *a, const char *b)
{
    char *left = fold(a), *right = fold(b);
    bool same = strcmp(left, right) == 0;
    free(left);
    free(right);
    return same;
}

static void test_same_texts(void **state)
{
    static const char *const rows[][2] = {
        {"Đơn khiếu nại", "ĐƠN KHIẾU NẠI"},
        {"Đơn khiếu nại", "  Đơn  khiếu\u00A0nại "},
        {"Đơn khiếu nại", "Đơn khiếu nại:"},
        {"tổ hoà giải", "tổ hòa giải"},
        {"Thuỷ lợi", "thủy lợi"},
        {"khoẻ", "khỏe"},
        {"Luỹ kế", "lũy kế"},
        {"quý", "qúy"},
        /* Composed, taken apart, and in either order of the marks. */
        {"ệ", "e\u0323\u0302"},
        {"ệ", "e\u0302\u0323"},
        {"ệ", "\u1EB9\u0302"},
        {"ệ", "\u00EA\u0323"},
        {"Ừng", "U\u031B\u0300ng"},
        {"Ẵ", "a\u0306\u0303"},
        {"Mô hình “Dân vận khéo”", "mô hình \"Dân vận khéo\""},
        {"Mô hình “Dân vận khéo”", "Mô hình 'Dân vận khéo'"},
        {"Mô hình “Dân vận khéo”", "Mô hình Dân vận khéo"},
        {"quân – dân", "quân - dân"},
        {"quân – dân", "quân-dân"},
        {"văn hoá-xã hội", "văn hóa - xã hội"},
        {"5 không, 3 sạch", "5 không 3 sạch"},
        {"Nhà (gộp)", "nhà gộp"},
        {"Women’s savings", "women's savings"},
        {"m²", "M2"},
        {"", " .;- “” "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!is_same(fold_text, rows[i][0], rows[i][1]))
            fail_msg("'%s' and '%s'", rows[i][0], rows[i][1]);
}

/* Every tone and every letter of Vietnamese tells words apart. */
static void test_other_texts(void **state)
{
    static const char *const texts[] = {
        "ma", "mà", "má", "mả", "mã",  "mạ",  "mâ",  "mầ",  "mấ", "mẩ", "mẫ", "mậ", "mă", "mằ",
        "mắ", "mẳ", "mẵ", "mặ", "me",  "mè",  "mé",  "mẻ",  "mẽ", "mẹ", "mê", "mề", "mế", "mể",
        "mễ", "mệ", "mi", "mì", "mí",  "mỉ",  "mĩ",  "mị",  "mo", "mò", "mó", "mỏ", "mõ", "mọ",
        "mô", "mồ", "mố", "mổ", "mỗ",  "mộ",  "mơ",  "mờ",  "mớ", "mở", "mỡ", "mợ", "mu", "mù",
        "mú", "mủ", "mũ", "mụ", "mư",  "mừ",  "mứ",  "mử",  "mữ", "mự", "my", "mỳ", "mý", "mỷ",
        "mỹ", "mỵ", "d",  "đ",  "m a", "< 5", "> 5", "5 %", "5",  "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t j = 0; j < i; j++)
            if (is_same(fold_text, texts[i], texts[j]))
                fail_msg("'%s' and '%s'", texts[i], texts[j]);
}

/* Marks and numbers in front of an item of a list say nothing; a number that counts something
 * stays.
 */
static void test_items(void **state)
{
    static const char *const same[][2] = {
        {"- Hộ nghèo", "Hộ nghèo"},  {"+ Hộ nghèo", "Hộ nghèo"},   {"+Hộ nghèo", "Hộ nghèo"},
        {"• Hộ nghèo", "Hộ nghèo"},  {"1. Hộ nghèo", "Hộ nghèo"},  {"1.2. Hộ nghèo", "Hộ nghèo"},
        {"a) Hộ nghèo", "Hộ nghèo"}, {"IV. Hộ nghèo", "Hộ nghèo"}, {"- 1) Hộ nghèo", "Hộ nghèo"},
        {"* Hộ nghèo", "Hộ nghèo"},
    };
    static const char *const other[][2] = {
        {"5 không, 3 sạch", "không, 3 sạch"},
        {"1.5 tấn", "tấn"},
        {"I.a", "a"},
        {"1.", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!is_same(fold_item, same[i][0], same[i][1]))
            fail_msg("'%s' and '%s'", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (is_same(fold_item, other[i][0], other[i][1]))
            fail_msg("'%s' is '%s'", other[i][0], other[i][1]);
}

static void test_parts(void **state)
{
    static const struct {
        const char *text, *rest;
    } rows[] = {
        {"Trong đó: hộ nghèo", "hộ nghèo"},
        {"- TRONG ĐÓ hộ nghèo", "hộ nghèo"},
        {"of which collective", "collective"},
        {"Trong đó:", ""},
        {"trong đón", "trong đón"},
        {"hộ nghèo", "hộ nghèo"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *folded = fold_item(rows[i].text), *rest = fold_item(rows[i].rest);
        assert_string_equal(fold_part(folded), rest);
        free(folded);
        free(rest);
    }
}

/* Without marks and the stroke of đ; what is no letter of Vietnamese stays. */
static void test_bare(void **state)
{
    static const char *const rows[][2] = {
        {"Hộ nghèo, Đất ƯỚC", "ho ngheo dat uoc"},
        {"ho ngheo", "ho ngheo"},
        {"75,6 % m²", "75 6 % m2"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *folded = fold_text(rows[i][0]), *bare = fold_bare(folded);
        assert_string_equal(bare, rows[i][1]);
        free(folded);
        free(bare);
    }
}

/* A mark without a letter says nothing, and what is folded folds to itself. */
static void test_marks_alone(void **state)
{
    static const char *const texts[] = {"hoa. \u0323", "óóóóóóóóó. \u0323", " \u0300hoa",
                                        "2\u0323 \u0301"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *folded = fold_text(texts[i]), *again = fold_text(folded);
        assert_string_equal(folded, again);
        free(folded);
        free(again);
    }
    assert_true(is_same(fold_text, "hoa. \u0323", "hoa"));
    assert_false(is_same(fold_text, "hoa\u0323", "hoa"));
}

/* Bytes that are no UTF-8 do no harm. */
static void test_bad_bytes(void **state)
{
    static const char *const texts[] = {"\xC3", "a\xE1\xBB", "\xF0\x9F", "\x80\x80", "\xFF\xFE"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *folded = fold_text(texts[i]);
        free(fold_bare(folded));
        free(folded);
        free(fold_item(texts[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_texts), cmocka_unit_test(test_other_texts),
        cmocka_unit_test(test_items),      cmocka_unit_test(test_parts),
        cmocka_unit_test(test_bare),       cmocka_unit_test(test_marks_alone),
        cmocka_unit_test(test_bad_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
