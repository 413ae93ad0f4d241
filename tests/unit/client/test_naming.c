/* What is offered in place of a name that nobody knows is what people can have meant: a name that
 * begins so, contains it, or is a letter or two off; never a figure that nobody enters. Nothing is
 * better than something else that happens to be spelt alike. */
#include "lib/cm.h"

#include "client/naming.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static struct catalogue *make_catalogue(void)
{
    static const struct {
        const char *name_vi, *name_en;
        bool is_derived, is_past;
    } rows[] = {
        {"Mô hình, điển hình “Dân vận khéo” đăng ký", "Models registered", false, false},
        {"Mô hình, điển hình được công nhận", "Models recognised", false, false},
        {"Tỷ lệ mô hình được công nhận", "Recognition rate", true, false},
        {"Hộ nghèo (thời điểm cuối kỳ)", "Poor households at period end", false, false},
        {"Tỷ lệ hộ nghèo", "Poverty rate", true, false},
        {"Hộ nghèo giảm trong kỳ", "Poor households reduced", false, false},
        {"Trong đó: tổ hoà giải", "of which mediation teams", false, false},
        {"Quỹ “Vì người nghèo” thu được", "Fund for the Poor raised", false, false},
        {"Hội viên phụ nữ", "Women members", false, false},
        {"Hội viên nông dân", "Farmer members", false, false},
        {"Hội viên cựu chiến binh", "Veteran members", false, false},
        {"Hội viên thanh niên", "Youth members", false, false},
        {"Lượt tiếp công dân ở huyện", "District reception visits", false, true},
        {"Lượt tiếp công dân", "Citizen reception visits", false, false},
        {"Đất hiến", "Land donated", false, false},
        {"Trong đó: đất hiến làm đường", "of which land for roads", false, false},
    };
    struct catalogue *catalogue = catalogue_new();
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date end;
        assert_int_equal(date_make(2019, 12, 31, &end), ERR_OK);
        const struct indicator indicator = {.number = i + 1,
                                            .code = TEXT("x"),
                                            .name_vi = TEXT(rows[i].name_vi),
                                            .name_en = TEXT(rows[i].name_en),
                                            .measure = TEXT(""),
                                            .section = TEXT(""),
                                            .rule = TEXT(""),
                                            .aggregation = rows[i].is_derived ? AGGREGATION_DERIVED
                                                                              : AGGREGATION_SUM,
                                            .valid_from = DATE_MIN,
                                            .valid_to = rows[i].is_past ? end : DATE_MAX};
        catalogue_add_indicator(catalogue, &indicator);
    }
    return catalogue;
}

static struct naming *names_of_2024(const struct catalogue *catalogue)
{
    struct date day;
    assert_int_equal(date_make(2024, 12, 31, &day), ERR_OK);
    return naming_of_indicators(catalogue, day);
}

static void test_guesses(void **state)
{
    static const struct {
        const char *name, *text, *wanted;
    } rows[] = {
        {"begins so", "Hộ nghèo giảm", " 6"},
        {"two begin so", "Hộ nghèo", " 4 6"},
        {"without marks", "ho ngheo giam trong ky", " 6"},
        {"cut in a word", "Quỹ vì người ngh", " 8"},
        {"no rate that contains it", "Mô hình được công nhận", " 2"},
        {"all words in order", "Mô hình đăng ký", " 1"},
        {"quotes and capitals", "QUỸ VÌ NGƯỜI NGHÈO", " 8"},
        {"contains it", "tiếp công dân", " 14"},
        {"the words, the other way round", "dân công tiếp lượt", ""},
        {"the same before what begins so", "Dat hien", " 15"},
        {"beneath a whole", "hien lam duong", " 16"},
        {"a letter off", "Đất hiền", " 15"},
        {"a letter too many", "Lượt tiếpp công dân", " 14"},
        {"English", "poor household", " 4 6"},
        {"a number of the list", "1.2. Hộ nghèo giảm", " 6"},
        {"too many begin so", "Hội viên", ""},
        {"too short to begin so", "Hộ", ""},
        {"a part of a word", "ghèo giảm", ""},
        {"spelt alike by chance", "Tổ hoạ sĩ", ""},
        {"a rate alone", "Tỷ lệ hộ nghèo giảm", ""},
        {"of the past", "Lượt tiếp công dân ở huyện ta", ""},
        {"nothing", "", ""},
        {"marks alone", "–", ""},
    };
    struct naming *naming = names_of_2024(*state);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t ids[NAMING_GUESSES_MAX];
        struct buf out = {0};
        size_t count = naming_guess(naming, rows[i].text, ids);
        buf_printf(&out, "%s", "");
        for (size_t g = 0; g < count; g++)
            buf_printf(&out, " %u", ids[g]);
        buf_put_u8(&out, '\0');
        if (strcmp((char *)out.data, rows[i].wanted) != 0)
            fail_msg("%s: '%s', wanted '%s'", rows[i].name, (char *)out.data, rows[i].wanted);
        buf_fini(&out);
    }
    naming_free(&naming);
}

/* A field as long as a file allows is no name, and costs nothing. */
static void test_long(void **state)
{
    struct naming *naming = names_of_2024(*state);
    uint32_t ids[NAMING_GUESSES_MAX];
    char text[5000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(naming_guess(naming, text, ids), 0);
    naming_free(&naming);
}

static int set_up(void **state)
{
    *state = make_catalogue();
    return 0;
}

static int tear_down(void **state)
{
    struct catalogue *catalogue = *state;
    catalogue_free(&catalogue);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_guesses),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
