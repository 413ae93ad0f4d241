/* What a placeholder becomes: from answers of the node as they would be. */
#include "lib/cm.h"

#include "client/phrase_answer.h"

enum { EXACT = 1, AT_LEAST, AT_MOST, ABOUT, RANGE };

static char empty[] = "";

static Tonghop__Value value_of(int qualifier, int64_t value, int64_t upper)
{
    Tonghop__Value message = TONGHOP__VALUE__INIT;
    message.has_value = qualifier != 0;
    message.qualifier = (Tonghop__Qualifier)qualifier;
    message.value_high = i128_high(value);
    message.value_low = i128_low(value);
    message.upper_high = i128_high(upper);
    message.upper_low = i128_low(upper);
    return message;
}

/* An answer about one unit and two indicators, `a` and `b`. */
struct canned {
    Tonghop__IndicatorInfo infos[2], *info_pointers[2];
    Tonghop__Value values[3][2], *value_pointers[3][2]; /* now, previous, plan */
    Tonghop__UnitInfo unit;
    Tonghop__UnitTotals row, *row_pointer;
    Tonghop__Totals totals;
};

static char name_vi[] = "Lượt tiếp công dân", name_en[] = "Reception visits", code_a[] = "a",
            code_b[] = "b", visits_vi[] = "lượt", visits_en[] = "visits", percent[] = "%",
            unit_code[] = "631", unit_vi[] = "Huyện Suối Trong", unit_en[] = "Suoi Trong District",
            year[] = "2024", year_before[] = "2023";

static void canned_init(struct canned *canned)
{
    *canned = (struct canned){0};
    tonghop__totals__init(&canned->totals);
    tonghop__unit_totals__init(&canned->row);
    tonghop__unit_info__init(&canned->unit);
    for (size_t i = 0; i < 2; i++) {
        tonghop__indicator_info__init(&canned->infos[i]);
        canned->infos[i].code = i == 0 ? code_a : code_b;
        canned->infos[i].name_vi = name_vi;
        canned->infos[i].name_en = name_en;
        canned->infos[i].measure = visits_vi;
        canned->infos[i].measure_en = visits_en;
        canned->info_pointers[i] = &canned->infos[i];
        for (size_t j = 0; j < 3; j++) {
            canned->values[j][i] = value_of(0, 0, 0);
            canned->value_pointers[j][i] = &canned->values[j][i];
        }
    }
    canned->unit.id = 631;
    canned->unit.code = unit_code;
    canned->unit.name_vi = unit_vi;
    canned->unit.name_en = unit_en;
    canned->row.unit = &canned->unit;
    canned->row.values = canned->value_pointers[0];
    canned->row.previous = canned->value_pointers[1];
    canned->row.plan = canned->value_pointers[2];
    canned->row.n_values = canned->row.n_previous = canned->row.n_plan = 2;
    canned->row_pointer = &canned->row;
    canned->totals.period = year;
    canned->totals.previous = year_before;
    canned->totals.n_indicators = 2;
    canned->totals.indicators = canned->info_pointers;
    canned->totals.n_units = 1;
    canned->totals.units = &canned->row_pointer;
}

/* Fills in the one placeholder of `text`. */
static struct phrase_answer answer_to(const char *text, bool is_english,
                                      const struct canned *canned)
{
    struct phrase_span span = {.last = {2024, PERIOD_Y}};
    struct problems problems = {0};
    struct phrase phrase;
    struct phrase_answer answer;

    phrase_parse("f", (struct span){(const uint8_t *)text, strlen(text)}, &span, &problems,
                 &phrase);
    assert_int_equal(problems.count, 0);
    assert_int_equal(phrase.count, 1);
    phrase_answer(is_english, &phrase.placeholders[0], canned != NULL ? &canned->totals : NULL,
                  &answer);
    phrase_fini(&phrase);
    problems_fini(&problems);
    return answer;
}

static void expect(const char *text, bool is_english, const struct canned *canned,
                   const char *expected)
{
    struct phrase_answer answer = answer_to(text, is_english, canned);

    if (strcmp(answer.text, expected) != 0)
        fail_msg("%s: %s, not %s", text, answer.text, expected);
    if (answer.is_missing != (strcmp(expected, "–") == 0))
        fail_msg("%s: missing %d", text, answer.is_missing);
    phrase_answer_fini(&answer);
}

/* Every filter, in both languages. */
static void test_filters(void **state)
{
    static const struct {
        const char *text, *vi, *en;
    } rows[] = {
        {"{a}", "2.861", "2,861"},
        {"{a|measure}", "2.861 lượt", "2,861 visits"},
        {"{a|previous}", "2.743", "2,743"},
        {"{a|previous|measure}", "2.743 lượt", "2,743 visits"},
        {"{a|change}", "tăng 118 lượt", "up 118 visits"},
        {"{a|change|abs}", "118 lượt", "118 visits"},
        {"{a|change-percent}", "tăng 4,30 %", "up 4.30 %"},
        {"{a|change-percent|abs}", "4,30 %", "4.30 %"},
        {"{a|plan}", "3.000", "3,000"},
        {"{a|plan|measure}", "3.000 lượt", "3,000 visits"},
        {"{a|done}", "95,37", "95.37"},
        {"{a|done|measure}", "95,37 %", "95.37 %"},
        {"{a|name}", "Lượt tiếp công dân", "Reception visits"},
        {"{a|percent-of:b}", "khoảng 2,86", "about 2.86"},
        {"{a|percent-of:b|measure}", "khoảng 2,86 %", "about 2.86 %"},
        {"{b}", "gần 100 nghìn", "nearly 100 thousand"},
        {"{b|digits}", "gần 100.000", "nearly 100,000"},
        {"{b|abs}", "gần 100 nghìn", "nearly 100 thousand"},
        {"{b|change}", "–", "–"},
        {"{b|change-percent}", "–", "–"},
        {"{b|plan}", "–", "–"},
        {"{b|done}", "–", "–"},
        {"{b|percent-of:a}", "gần 3.495,29", "nearly 3,495.29"},
        {"{unit}", "Huyện Suối Trong", "Suoi Trong District"},
    };
    struct canned canned;

    (void)state;
    canned_init(&canned);
    canned.values[0][0] = value_of(EXACT, 2861, 0);
    canned.values[1][0] = value_of(EXACT, 2743, 0);
    canned.values[2][0] = value_of(EXACT, 3000, 0);
    canned.values[0][1] = value_of(AT_MOST, 100000, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect(rows[i].text, false, &canned, rows[i].vi);
        expect(rows[i].text, true, &canned, rows[i].en);
    }
}

/* Percents change by points; the changes of inexact figures are inexact. */
static void test_changes(void **state)
{
    struct canned canned;

    (void)state;
    canned_init(&canned);
    canned.infos[0].measure = percent;
    canned.infos[0].measure_en = empty;
    canned.infos[0].decimals = 2;
    canned.infos[0].is_ratio = true;
    canned.values[0][0] = value_of(EXACT, 7635, 0);
    canned.values[1][0] = value_of(EXACT, 7405, 0);
    expect("{a|measure}", false, &canned, "76,35 %");
    expect("{a|change}", false, &canned, "tăng 2,30 điểm %");
    expect("{a|change|abs}", true, &canned, "2.30 percentage points");
    expect("{a|change-percent}", false, &canned, "tăng 3,11 %");

    canned.values[0][1] = value_of(EXACT, 30, 0);
    canned.values[1][1] = value_of(AT_LEAST, 55, 0);
    expect("{b|change}", false, &canned, "giảm trên 25 lượt");
    expect("{b|change|abs}", false, &canned, "trên 25 lượt");
    expect("{b|change-percent}", true, &canned, "down over 45.45 %");
    canned.values[1][1] = value_of(EXACT, 0, 0);
    expect("{b|change}", false, &canned, "tăng 30 lượt");
    expect("{b|change-percent}", false, &canned, "–"); /* of zero */
}

/* Where the direction is not certain none is told, and a text with a verb of its own gets a dash
 * and a warning. */
static void test_uncertain_changes(void **state)
{
    static const struct {
        int now_qualifier;
        int64_t now;
        int before_qualifier;
        int64_t before;
        const char *change, *size, *percent, *percent_size;
        const char *warned; /* which of the four */
    } rows[] = {
        {AT_LEAST, 10, EXACT, 50, "up, or down by at most 40 visits", "–",
         "up, or down by at most 80 %", "–", ".w.w"},
        {AT_MOST, 60, EXACT, 50, "down, or up by at most 10 visits", "–",
         "down, or up by at most 20 %", "–", ".w.w"},
        {EXACT, 10, AT_MOST, 50, "up, or down by at most 40 visits", "–", "–", "–", ".www"},
        {EXACT, 50, AT_MOST, 50, "not down", "at least 0 visits", "–", "–", "..ww"},
        {AT_MOST, 50, EXACT, 50, "not up", "at least 0 visits", "not up", "at least 0 %", "...."},
        {AT_LEAST, 60, EXACT, 50, "up over 10 visits", "over 10 visits", "up over 20 %",
         "over 20 %", "...."},
        {AT_LEAST, 60, AT_LEAST, 50, "up about 10 visits", "about 10 visits", "up about 20 %",
         "about 20 %", "...."},
    };
    static const char *const texts[] = {"{a|change}", "{a|change|abs}", "{a|change-percent}",
                                        "{a|change-percent|abs}"};
    struct canned canned;

    (void)state;
    canned_init(&canned);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const expected[] = {rows[i].change, rows[i].size, rows[i].percent,
                                        rows[i].percent_size};
        canned.values[0][0] = value_of(rows[i].now_qualifier, rows[i].now, 0);
        canned.values[1][0] = value_of(rows[i].before_qualifier, rows[i].before, 0);
        for (size_t n = 0; n < sizeof texts / sizeof *texts; n++) {
            struct phrase_answer answer = answer_to(texts[n], true, &canned);

            expect(texts[n], true, &canned, expected[n]);
            if ((strstr(answer.marks, "rose or fell") != NULL) != (rows[i].warned[n] == 'w'))
                fail_msg("%zu %s: %s", i, texts[n], answer.marks);
            assert_int_equal(answer.is_uncertain, answer.is_missing);
            phrase_answer_fini(&answer);
        }
    }
    /* The size of a range is known, though the verb of the text may be wrong. */
    canned.values[0][0] = value_of(RANGE, 40, 60);
    canned.values[1][0] = value_of(EXACT, 50, 0);
    struct phrase_answer answer = answer_to("{a|change|abs}", false, &canned);
    assert_string_equal(answer.text, "0–10 lượt");
    assert_string_equal(answer.marks, "không biết chắc là tăng hay giảm");
    assert_false(answer.is_uncertain);
    phrase_answer_fini(&answer);
    /* Without the year before nothing is known, its direction least of all. */
    canned.values[1][0] = value_of(0, 0, 0);
    answer = answer_to("{a|change-percent|abs}", false, &canned);
    assert_true(answer.is_missing && !answer.is_uncertain);
    assert_string_equal(answer.marks, "");
    phrase_answer_fini(&answer);
}

/* Figures of different decimals are shares of each other nevertheless. */
static void test_share_of_other_decimals(void **state)
{
    struct canned canned;

    (void)state;
    canned_init(&canned);
    canned.infos[0].decimals = 2;
    canned.values[0][0] = value_of(EXACT, 7560, 0); /* 75.6 */
    canned.values[0][1] = value_of(EXACT, 126, 0);
    expect("{a|percent-of:b}", false, &canned, "60");
    expect("{b|percent-of:a}", false, &canned, "166,67");
}

/* An older node has no plans; an indicator that is not in the answer has no figure. */
static void test_answers_that_lack_something(void **state)
{
    struct canned canned;

    (void)state;
    canned_init(&canned);
    canned.values[0][0] = value_of(EXACT, 5, 0);
    canned.values[1][0] = canned.values[2][0] = value_of(EXACT, 4, 0);
    canned.row.n_plan = canned.row.n_previous = 0;
    expect("{a|plan}", false, &canned, "–");
    expect("{a|done}", false, &canned, "–");
    expect("{a|previous}", false, &canned, "–");
    expect("{a|change}", false, &canned, "–");
    expect("{c}", false, &canned, "–");
    expect("{c|name}", false, &canned, "–");
    expect("{a|percent-of:c}", false, &canned, "–");
    canned.unit.name_en = empty;
    expect("{unit}", true, &canned, "Huyện Suối Trong");
}

/* Programs get the number as it was counted, with its decimals. */
static void test_for_programs(void **state)
{
    struct canned canned;

    (void)state;
    canned_init(&canned);
    canned.values[0][0] = value_of(RANGE, 100, 999);
    canned.values[1][0] = value_of(EXACT, 200, 0);
    struct phrase_answer answer = answer_to("{a}", false, &canned);
    assert_true(answer.is_figure && answer.amount.has_value);
    assert_true(answer.amount.value == 100 && answer.amount.upper == 999);
    assert_int_equal(answer.amount.qualifier, RANGE);
    assert_int_equal(answer.unit_id, 631);
    assert_string_equal(answer.unit_code, "631");
    assert_string_equal(answer.marks, "");
    phrase_answer_fini(&answer);

    answer = answer_to("{a|change-percent}", false, &canned);
    assert_int_equal(answer.decimals, 2);
    assert_true(answer.amount.value == -5000 && answer.amount.upper == 39950);
    phrase_answer_fini(&answer);
    answer = answer_to("{a|name}", false, &canned);
    assert_false(answer.is_figure);
    phrase_answer_fini(&answer);
}

/* What a reader has to know of the figures that a placeholder is made of, and of no others. */
static void test_marks(void **state)
{
    static const struct {
        const char *text, *marks;
    } rows[] = {
        {"{a}", "1 with half of the year only"},
        {"{a|previous}", "2023: 2 with half of the year only"},
        {"{a|change}", "1 with half of the year only; 2023: 2 with half of the year only; the two "
                       "figures compared are made of different units; the two periods compared "
                       "have other days"},
        {"{a|plan}", "plan: 3 with half of the year only"},
        {"{a|done}", "1 with half of the year only; plan: 3 with half of the year only"},
        {"{a|percent-of:b}", "1 with half of the year only; b: 4 with half of the year only; the "
                             "two figures compared are made of different units"},
    };
    struct canned canned;

    (void)state;
    canned_init(&canned);
    for (uint32_t i = 0; i < 3; i++) {
        canned.values[i][0] = value_of(EXACT, 5, 0);
        canned.values[i][0].partial_count = i + 1;
        canned.values[i][0].unit_set = i == 1 ? 8 : 7;
    }
    canned.values[0][1] = value_of(EXACT, 5, 0);
    canned.values[0][1].partial_count = 4;
    canned.values[0][1].unit_set = 9;
    canned.totals.calendar_differs = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct phrase_answer answer = answer_to(rows[i].text, true, &canned);

        if (strcmp(answer.marks, rows[i].marks) != 0)
            fail_msg("%s: %s", rows[i].text, answer.marks);
        phrase_answer_fini(&answer);
    }
}

/* A period has a name of its own, for which nobody is asked. */
static void test_periods(void **state)
{
    static const struct {
        const char *text, *vi, *en;
    } rows[] = {
        {"{period}", "năm 2024", "2024"},
        {"{period:previous}", "năm 2023", "2023"},
        {"{period:2024-S1}", "6 tháng đầu năm 2024", "the first half of 2024"},
        {"{period:2024-S2}", "6 tháng cuối năm 2024", "the second half of 2024"},
        {"{period:2009..2019}", "giai đoạn 2009–2019", "2009–2019"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        expect(rows[i].text, false, NULL, rows[i].vi);
        expect(rows[i].text, true, NULL, rows[i].en);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_uncertain_changes),
        cmocka_unit_test(test_share_of_other_decimals),
        cmocka_unit_test(test_answers_that_lack_something),
        cmocka_unit_test(test_for_programs),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_periods),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
