/* Figures in sentences are those of official reports: no digit is lost, no precision is pretended.
 */
#include "lib/cm.h"

#include "client/spoken.h"

enum { EXACT = 1, AT_LEAST, AT_MOST, ABOUT, RANGE };

/* 10^9, in figures and in words. */
#define TY 1000000000LL

struct row {
    const char *name;
    struct spoken spoken; /* but for the language and the measure */
    int qualifier;
    int64_t value, upper;
    const char *vi, *en;
};

#define WHOLE                                                                                      \
    {                                                                                              \
        .decimals = 0                                                                              \
    }
#define HUNDREDTHS                                                                                 \
    {                                                                                              \
        .decimals = 2                                                                              \
    }
#define RATIO                                                                                      \
    {                                                                                              \
        .decimals = 2, .is_ratio = true                                                            \
    }
#define DIGITS                                                                                     \
    {                                                                                              \
        .is_in_digits = true                                                                       \
    }

static const struct row figures[] = {
    /* as printed in the documents of the domain */
    {"fund.farmer", WHOLE, AT_LEAST, 28 * TY, 0, "trên 28 tỷ", "over 28 billion"},
    {"fund.union", WHOLE, AT_LEAST, 3600000000, 0, "trên 3,6 tỷ", "over 3.6 billion"},
    {"veteran.club.capital", WHOLE, AT_MOST, 2 * TY, 0, "gần 2 tỷ", "nearly 2 billion"},
    {"border.works.amount", WHOLE, AT_LEAST, 843000000, 0, "trên 843 triệu", "over 843 million"},
    {"border.works.leaders", WHOLE, EXACT, 350000000, 0, "350 triệu", "350 million"},
    {"civmil.amount", WHOLE, RANGE, 450000000, 500000000, "450–500 triệu", "450–500 million"},
    {"relief.amount", WHOLE, RANGE, 10 * TY, 99 * TY, "hàng chục tỷ", "tens of billions"},
    {"contrib.money", WHOLE, RANGE, TY, 9 * TY, "hàng tỷ", "billions"},
    {"model.exemplar", WHOLE, RANGE, 100, 999, "hàng trăm", "hundreds"},
    {"civmil.gifts", WHOLE, RANGE, 1000, 9999, "hàng nghìn", "thousands"},
    {"youth.volunteer", WHOLE, AT_MOST, 400000, 0, "gần 400 nghìn", "nearly 400 thousand"},
    {"youth.health", WHOLE, AT_MOST, 22000, 0, "gần 22 nghìn", "nearly 22 thousand"},
    {"youth.gift", WHOLE, AT_LEAST, 10000, 0, "trên 10 nghìn", "over 10 thousand"},
    {"contrib.land", {.decimals = 1}, AT_LEAST, 50230, 0, "trên 5.023", "over 5,023"},
    {"model.total", WHOLE, AT_LEAST, 1000, 0, "trên 1.000", "over 1,000"},
    {"women.loan.members", WHOLE, EXACT, 22134, 0, "22.134", "22,134"},
    {"veteran.farm", WHOLE, EXACT, 1300, 0, "1.300", "1,300"},
    {"culture.family", WHOLE, EXACT, 264693, 0, "264.693", "264,693"},
    {"demo.area", HUNDREDTHS, EXACT, 7560, 0, "75,6", "75.6"},
    {"culture.area_rate", RATIO, EXACT, 7635, 0, "76,35", "76.35"},
    {"poverty.rate", RATIO, EXACT, 70, 0, "0,70", "0.70"},
    {"shed.rate", RATIO, EXACT, 10000, 0, "100", "100"},
    {"about", WHOLE, ABOUT, 100, 0, "khoảng 100", "about 100"},
    /* where a scale is said */
    {"zero", WHOLE, EXACT, 0, 0, "0", "0"},
    {"below a million", WHOLE, EXACT, 999999, 0, "999.999", "999,999"},
    {"counted thousands", WHOLE, EXACT, 50000, 0, "50.000", "50,000"},
    {"a million", WHOLE, EXACT, 1000000, 0, "1 triệu", "1 million"},
    {"one decimal", WHOLE, EXACT, 1500000, 0, "1,5 triệu", "1.5 million"},
    {"two decimals", WHOLE, EXACT, 1250000, 0, "1.250.000", "1,250,000"},
    {"two decimals, about", WHOLE, ABOUT, 1250000, 0, "khoảng 1.250.000", "about 1,250,000"},
    {"two decimals of a billion", WHOLE, EXACT, 1250000000, 0, "1.250.000.000", "1,250,000,000"},
    {"just below a billion", WHOLE, EXACT, 999900000, 0, "999,9 triệu", "999.9 million"},
    {"thousands of billions", WHOLE, EXACT, 1234500000000, 0, "1.234,5 tỷ", "1,234.5 billion"},
    {"few thousands, about", WHOLE, ABOUT, 9000, 0, "khoảng 9.000", "about 9,000"},
    {"no whole thousands", WHOLE, AT_LEAST, 36500, 0, "trên 36.500", "over 36,500"},
    {"below zero", WHOLE, EXACT, -1500000, 0, "-1,5 triệu", "-1.5 million"},
    {"with decimals", HUNDREDTHS, EXACT, 360000000, 0, "3,6 triệu", "3.6 million"},
    {"decimals that count", HUNDREDTHS, EXACT, 360000050, 0, "3.600.000,5", "3,600,000.5"},
    {"ratio", RATIO, AT_LEAST, 300000000, 0, "trên 3.000.000", "over 3,000,000"},
    {"digits", DIGITS, AT_LEAST, 28 * TY, 0, "trên 28.000.000.000", "over 28,000,000,000"},
    {"digits of thousands", DIGITS, AT_MOST, 22000, 0, "gần 22.000", "nearly 22,000"},
    /* bounds that say less than "trên" and "gần" do */
    {"at least zero", WHOLE, AT_LEAST, 0, 0, "từ 0 trở lên", "at least 0"},
    {"at most zero", WHOLE, AT_MOST, 0, 0, "không quá 0", "at most 0"},
    {"at least below zero", WHOLE, AT_LEAST, -5, 0, "từ -5 trở lên", "at least -5"},
    /* ranges */
    {"range", WHOLE, RANGE, 3, 5, "3–5", "3–5"},
    {"of one number", WHOLE, RANGE, 5, 5, "5", "5"},
    {"two scales", WHOLE, RANGE, 900000000, 1200000000, "900 triệu–1,2 tỷ",
     "900 million–1.2 billion"},
    {"one scale of two", WHOLE, RANGE, 900001, 2000000, "900.001–2.000.000", "900,001–2,000,000"},
    {"from few thousands", WHOLE, RANGE, 5000, 20000, "5–20 nghìn", "5–20 thousand"},
    {"from below a thousand", WHOLE, RANGE, 500, 20000, "500–20.000", "500–20,000"},
    {"from zero", WHOLE, RANGE, 0, 5000000, "0–5 triệu", "0–5 million"},
    {"across zero", WHOLE, RANGE, -5, 5, "từ -5 đến 5", "-5 to 5"},
    {"range of a ratio", RATIO, RANGE, 7500, 7650, "75–76,50", "75–76.50"},
    /* orders of magnitude */
    {"tens", WHOLE, RANGE, 10, 99, "hàng chục", "tens"},
    {"nines and zeros", WHOLE, RANGE, 1000, 9900, "hàng nghìn", "thousands"},
    {"10 thousands", WHOLE, RANGE, 10000, 99999, "hàng chục nghìn", "tens of thousands"},
    {"100 thousands", WHOLE, RANGE, 100000, 999999, "hàng trăm nghìn", "hundreds of thousands"},
    {"millions", WHOLE, RANGE, 1000000, 9000000, "hàng triệu", "millions"},
    {"10 millions", WHOLE, RANGE, 10000000, 99000000, "hàng chục triệu", "tens of millions"},
    {"100 millions", WHOLE, RANGE, 100000000, 999000000, "hàng trăm triệu", "hundreds of millions"},
    {"100 billions", WHOLE, RANGE, 100 * TY, 999 * TY, "hàng trăm tỷ", "hundreds of billions"},
    {"trillions", WHOLE, RANGE, 1000 * TY, 9000 * TY, "hàng nghìn tỷ", "trillions"},
    {"10 trillions", WHOLE, RANGE, 10000 * TY, 99000 * TY, "hàng chục nghìn tỷ",
     "tens of trillions"},
    {"100 trillions", WHOLE, RANGE, 100000 * TY, 999000 * TY, "hàng trăm nghìn tỷ",
     "hundreds of trillions"},
    {"beyond all words", WHOLE, RANGE, 1000000 * TY, 9000000 * TY, "1.000.000–9.000.000 tỷ",
     "1,000,000–9,000,000 billion"},
    {"with decimals", HUNDREDTHS, RANGE, 10000, 99900, "hàng trăm", "hundreds"},
    {"nines with decimals", HUNDREDTHS, RANGE, 10000, 99999, "100–999,99", "100–999.99"},
    {"sum of two magnitudes", WHOLE, RANGE, 200, 1998, "200–1.998", "200–1,998"},
    {"not from a power of ten", WHOLE, RANGE, 200, 999, "200–999", "200–999"},
    {"not to nines", WHOLE, RANGE, 100, 899, "100–899", "100–899"},
    {"zeros among nines", WHOLE, RANGE, 100, 909, "100–909", "100–909"},
    {"too far", WHOLE, RANGE, 100, 9999, "100–9.999", "100–9,999"},
    {"one to nine", WHOLE, RANGE, 1, 9, "1–9", "1–9"},
    {"magnitude in digits", DIGITS, RANGE, 100, 999, "100–999", "100–999"},
};

static const struct row changes[] = {
    {"reception.visits", WHOLE, EXACT, 118, 0, "tăng 118 X", "up 118 X"},
    {"petition.received", WHOLE, EXACT, -25, 0, "giảm 25 X", "down 25 X"},
    {"none", WHOLE, EXACT, 0, 0, "không đổi", "unchanged"},
    {"money", WHOLE, EXACT, -3600000000, 0, "giảm 3,6 tỷ X", "down 3.6 billion X"},
    {"ratio", RATIO, EXACT, 230, 0, "tăng 2,30 X", "up 2.30 X"},
    {"at least, up", WHOLE, AT_LEAST, 100, 0, "tăng trên 100 X", "up over 100 X"},
    {"at most, up", WHOLE, AT_MOST, 100, 0, "giảm, hoặc tăng không quá 100 X",
     "down, or up by at most 100 X"},
    {"at most, down", WHOLE, AT_MOST, -25, 0, "giảm trên 25 X", "down over 25 X"},
    {"at least, down", WHOLE, AT_LEAST, -5, 0, "tăng, hoặc giảm không quá 5 X",
     "up, or down by at most 5 X"},
    {"at least, far down", WHOLE, AT_LEAST, -20000, 0, "tăng, hoặc giảm không quá 20 nghìn X",
     "up, or down by at most 20 thousand X"},
    {"at most, up a rate", RATIO, AT_MOST, 230, 0, "giảm, hoặc tăng không quá 2,30 X",
     "down, or up by at most 2.30 X"},
    {"about, up", WHOLE, ABOUT, 20, 0, "tăng khoảng 20 X", "up about 20 X"},
    {"about, down", WHOLE, ABOUT, -20000, 0, "giảm khoảng 20 nghìn X", "down about 20 thousand X"},
    {"about none", WHOLE, ABOUT, 0, 0, "gần như không đổi", "about unchanged"},
    {"at least none", WHOLE, AT_LEAST, 0, 0, "không giảm", "not down"},
    {"at most none", WHOLE, AT_MOST, 0, 0, "không tăng", "not up"},
    {"range, up", WHOLE, RANGE, 5, 19, "tăng 5–19 X", "up 5–19 X"},
    {"range, down", WHOLE, RANGE, -19, -5, "giảm 5–19 X", "down 5–19 X"},
    {"range, up from none", WHOLE, RANGE, 0, 5, "tăng không quá 5 X", "up at most 5 X"},
    {"range, down from none", WHOLE, RANGE, -20000, 0, "giảm không quá 20 nghìn X",
     "down at most 20 thousand X"},
    {"range across none", WHOLE, RANGE, -5, 1500, "thay đổi khoảng từ -5 đến +1.500 X",
     "changed by about -5 to +1,500 X"},
    {"magnitude", WHOLE, RANGE, -999, -100, "giảm hàng trăm X", "down hundreds of X"},
    {"range of one number", WHOLE, RANGE, -5, -5, "giảm 5 X", "down 5 X"},
    {"digits", DIGITS, EXACT, 28 * TY, 0, "tăng 28.000.000.000 X", "up 28,000,000,000 X"},
};

static void expect(const struct row *row, const char *measure,
                   char *(*say)(const struct spoken *, const struct amount *))
{
    struct amount amount = {true, row->value, row->upper, (uint8_t)row->qualifier};
    struct spoken vi = row->spoken, en = row->spoken;

    vi.measure = en.measure = measure;
    en.is_english = true;
    char *vi_text = say(&vi, &amount);
    char *en_text = say(&en, &amount);
    if (strcmp(vi_text, row->vi) != 0 || strcmp(en_text, row->en) != 0)
        fail_msg("%s: %s | %s", row->name, vi_text, en_text);
    free(vi_text);
    free(en_text);
}

static void test_figures(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        expect(&figures[i], NULL, spoken_figure);
        expect(&figures[i], "", spoken_figure);
    }
}

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        expect(&changes[i], "X", spoken_change);
}

/* The percent tells no direction that the change itself need not have, and nothing that has changed
 * is said to be unchanged. */
static void test_relative(void **state)
{
    static const struct {
        const char *name;
        int qualifier;
        int64_t now, now_upper;
        int before_qualifier;
        int64_t before, before_upper;
        const char *text;
    } rows[] = {
        {"exact", EXACT, 60, 0, EXACT, 50, 0, "up 20 %"},
        {"unchanged", EXACT, 50, 0, EXACT, 50, 0, "unchanged"},
        {"rounded away, up", EXACT, 1000001, 0, EXACT, 1000000, 0, "up at most 0.01 %"},
        {"rounded away, down", EXACT, 999999, 0, EXACT, 1000000, 0, "down at most 0.01 %"},
        {"exact to at least, lower", AT_LEAST, 10, 0, EXACT, 50, 0, "up, or down by at most 80 %"},
        {"exact to at least, same", AT_LEAST, 50, 0, EXACT, 50, 0, "not down"},
        {"exact to at least, higher", AT_LEAST, 60, 0, EXACT, 50, 0, "up over 20 %"},
        {"exact to at most, higher", AT_MOST, 60, 0, EXACT, 50, 0, "down, or up by at most 20 %"},
        {"exact to at most, same", AT_MOST, 50, 0, EXACT, 50, 0, "not up"},
        {"exact to at most, lower", AT_MOST, 40, 0, EXACT, 50, 0, "down over 20 %"},
        {"at least to at most", AT_MOST, 60, 0, AT_LEAST, 50, 0, "down, or up by at most 20 %"},
        {"at most to exact, lower", EXACT, 10, 0, AT_MOST, 50, 0, "–"},
        {"at most to exact, same", EXACT, 50, 0, AT_MOST, 50, 0, "–"},
        {"at most to at least, lower", AT_LEAST, 10, 0, AT_MOST, 50, 0, "–"},
        {"at least to at least", AT_LEAST, 60, 0, AT_LEAST, 50, 0, "up about 20 %"},
        {"about", ABOUT, 60, 0, EXACT, 50, 0, "up about 20 %"},
        {"about, rounded away", ABOUT, 1000001, 0, EXACT, 1000000, 0, "about unchanged"},
        {"range across", RANGE, 40, 60, EXACT, 50, 0, "changed by about -20 to +20 %"},
        {"range above", RANGE, 60, 70, EXACT, 50, 0, "up 20–40 %"},
        {"of zero", EXACT, 5, 0, EXACT, 0, 0, "–"},
    };
    struct spoken spoken = spoken_of_percent(true);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct amount now = {true, rows[i].now, rows[i].now_upper, (uint8_t)rows[i].qualifier};
        struct amount before = {true, rows[i].before, rows[i].before_upper,
                                (uint8_t)rows[i].before_qualifier};
        struct amount relative = spoken_relative(&now, &before);
        char *text = spoken_change(&spoken, &relative);
        if (strcmp(text, rows[i].text) != 0)
            fail_msg("%s: %s", rows[i].name, text);
        free(text);
    }
}

/* The measure stands behind, and orders of magnitude are of it in English. */
static void test_measures(void **state)
{
    static const struct row rows[] = {
        {"number", WHOLE, AT_LEAST, 28 * TY, 0, "trên 28 tỷ đồng", "over 28 billion đồng"},
        {"percent", RATIO, EXACT, 70, 0, "0,70 đồng", "0.70 đồng"},
        {"range", WHOLE, RANGE, 450000000, 500000000, "450–500 triệu đồng", "450–500 million đồng"},
        {"magnitude", WHOLE, RANGE, 100, 999, "hàng trăm đồng", "hundreds of đồng"},
        {"magnitude in digits", DIGITS, RANGE, 100, 999, "100–999 đồng", "100–999 đồng"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(&rows[i], "đồng", spoken_figure);
}

/* What has no value is a dash, and has no measure. */
static void test_nothing(void **state)
{
    struct spoken spoken = {.measure = "hộ"};
    struct amount none = {.has_value = false};

    (void)state;
    char *figure = spoken_figure(&spoken, &none);
    char *change = spoken_change(&spoken, &none);
    assert_string_equal(figure, "–");
    assert_string_equal(change, "–");
    free(figure);
    free(change);
}

/* An English sentence has the English measure, if there is one; percents change by points. */
static void test_of_indicator(void **state)
{
    char vi[] = "lượt", en[] = "visits", percent[] = "%";
    Tonghop__IndicatorInfo info = TONGHOP__INDICATOR_INFO__INIT;

    (void)state;
    info.measure = vi;
    assert_string_equal(spoken_of(false, &info).measure, "lượt");
    assert_string_equal(spoken_of(true, &info).measure, "lượt");
    info.measure_en = en;
    assert_string_equal(spoken_of(false, &info).measure, "lượt");
    assert_string_equal(spoken_of(true, &info).measure, "visits");
    assert_string_equal(spoken_of_change(true, &info).measure, "visits");
    info.measure = percent;
    assert_string_equal(spoken_of_change(false, &info).measure, "điểm %");
    assert_string_equal(spoken_of_change(true, &info).measure, "percentage points");
    info.decimals = 2;
    info.is_ratio = true;
    assert_int_equal(spoken_of(false, &info).decimals, 2);
    assert_true(spoken_of_change(false, &info).is_ratio);

    struct spoken spoken = spoken_of_percent(false);
    struct amount change = {true, 430, 0, QUALIFIER_EXACT};
    char *text = spoken_change(&spoken, &change);
    assert_string_equal(text, "tăng 4,30 %");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),  cmocka_unit_test(test_changes),
        cmocka_unit_test(test_relative), cmocka_unit_test(test_measures),
        cmocka_unit_test(test_nothing),  cmocka_unit_test(test_of_indicator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
