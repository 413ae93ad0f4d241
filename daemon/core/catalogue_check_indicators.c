/* Checks of indicators, one by one. Formulas and checks are parsed on the way. */
#include "core/catalogue_check.h"

#include <string.h>

static struct cell_place cell_of(const struct indicator *indicator, const char *column)
{
    return (struct cell_place){"indicators.csv", indicator->line, column, 0};
}

static void check_texts(const struct checker *checker, const struct indicator *indicator)
{
    const struct {
        const char *column, *what, *text;
        bool may_be_empty;
    } texts[] = {
        {"name_vi", CHECKER_WORDS(checker, "Vietnamese name", "tên tiếng Việt"), indicator->name_vi,
         false},
        {"name_en", CHECKER_WORDS(checker, "English name", "tên tiếng Anh"), indicator->name_en,
         true},
        {"section", CHECKER_WORDS(checker, "section", "mục"), indicator->section, true},
        {"measure", CHECKER_WORDS(checker, "unit of measure", "đơn vị tính"), indicator->measure,
         true},
    };

    checker_name(checker, cell_of(indicator, "code"), indicator->code, INDICATOR_CODE_MAX,
                 CHECKER_WORDS(checker, "indicator %u: its code", "chỉ tiêu %u: mã"),
                 indicator->number);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        checker_text(checker, cell_of(indicator, texts[i].column), texts[i].text,
                     (struct text_rule){CATALOGUE_TEXT_MAX, texts[i].may_be_empty},
                     CHECKER_WORDS(checker, "indicator %u: the %s", "chỉ tiêu %u: %s"),
                     indicator->number, texts[i].what);
}

/* What enumerations, masks and dates from the wire may hold; an entered figure needs a form and
 * somebody who reports it. */
static void check_values(const struct checker *checker, const struct indicator *indicator)
{
    const struct catalogue *catalogue = checker->catalogue;
    uint32_t number = indicator->number;
    bool is_entered = indicator_is_entered(indicator);

    if (indicator->nature != NATURE_FLOW && indicator->nature != NATURE_STOCK)
        checker_add(checker, cell_of(indicator, "nature"),
                    CHECKER_WORDS(checker, "indicator %u: its nature must be flow or stock",
                                  "chỉ tiêu %u: nature phải là flow hoặc stock"),
                    number);
    if (indicator->aggregation < AGGREGATION_SUM || indicator->aggregation > AGGREGATION_DERIVED)
        checker_add(checker, cell_of(indicator, "aggregation"),
                    CHECKER_WORDS(checker,
                                  "indicator %u: its aggregation must be sum, max, min or derived",
                                  "chỉ tiêu %u: aggregation phải là sum, max, min hoặc tính ra"),
                    number);
    if (indicator->decimals > INDICATOR_DECIMALS_MAX)
        checker_add(checker, cell_of(indicator, "decimals"),
                    CHECKER_WORDS(checker, "indicator %u has %u decimals: at most %d are possible",
                                  "chỉ tiêu %u có %u chữ số thập phân: nhiều nhất là %d"),
                    number, indicator->decimals, INDICATOR_DECIMALS_MAX);
    if (is_entered && catalogue_form(catalogue, indicator->form) == NULL) {
        if (indicator->form != 0)
            checker_add(
                checker, cell_of(indicator, "form"),
                CHECKER_WORDS(
                    checker,
                    "indicator %u is filed in a form that is not there: name one of forms.csv",
                    "chỉ tiêu %u thuộc một biểu mẫu không có: ghi một biểu mẫu của forms.csv"),
                number);
        else if (indicator->rule[0] ==
                 '\0') /* else it is a derived one, as its rule's place tells */
            checker_add(
                checker, cell_of(indicator, "form"),
                CHECKER_WORDS(
                    checker,
                    "indicator %u has no form: name one of forms.csv; if it is derived, leave "
                    "its aggregation empty and write its rule",
                    "chỉ tiêu %u chưa có biểu mẫu: ghi một biểu mẫu của forms.csv; nếu là chỉ tiêu "
                    "tính ra thì để trống aggregation và viết rule"),
                number);
    }
    if (!is_entered && indicator->form != 0)
        checker_add(
            checker, cell_of(indicator, "form"),
            CHECKER_WORDS(checker, "indicator %u is derived and never filed: leave its form empty",
                          "chỉ tiêu %u là chỉ tiêu tính ra, không bao giờ được nộp: để trống form"),
            number);
    if (indicator->level_mask >> catalogue->level_count != 0 ||
        (is_entered && indicator->level_mask == 0))
        checker_add(
            checker, cell_of(indicator, "levels"),
            CHECKER_WORDS(
                checker,
                "indicator %u: name the levels that report it, as they stand in the catalogue",
                "chỉ tiêu %u: ghi các cấp báo cáo nó, đúng như trong danh mục"),
            number);
    checker_days(checker, cell_of(indicator, "valid_from"),
                 (struct window){indicator->valid_from, indicator->valid_to},
                 CHECKER_WORDS(checker, "indicator", "chỉ tiêu"), number);
}

/* A cell names something that is not declared. Who wrote its name where the code belongs is not
 * told to declare that. */
static void add_undeclared(const struct checker *checker, const struct indicator *indicator,
                           const char *column, const char *text)
{
    if (formula_is_name(text))
        checker_add(
            checker, cell_of(indicator, column),
            CHECKER_WORDS(
                checker,
                "indicator %u: %s \"%s\" is not in catalogue.ini: correct it, or add [%s %s] "
                "there",
                "chỉ tiêu %u: %s “%s” không có trong catalogue.ini: sửa lại, hoặc thêm [%s %s] vào "
                "đó"),
            indicator->number, column, text, column, text);
    else
        checker_add(
            checker, cell_of(indicator, column),
            CHECKER_WORDS(checker,
                          "indicator %u: %s \"%s\" is not a code: write CODE of a [%s CODE] in "
                          "catalogue.ini, not its name",
                          "chỉ tiêu %u: %s “%s” không phải là mã: viết MÃ của một [%s MÃ] "
                          "trong catalogue.ini, không viết tên"),
            indicator->number, column, text, column);
}

/* Sections and measures have to be declared where any is; bodies always. */
static void check_references(const struct checker *checker, const struct indicator *indicator)
{
    const struct catalogue *catalogue = checker->catalogue;
    const char *section = indicator->section, *body = indicator->body;
    const char *measure = indicator->measure;

    if (section[0] != '\0' && catalogue->section_count > 0 &&
        catalogue_section_by_code(catalogue, section) < 0)
        add_undeclared(checker, indicator, "section", section);
    if (body[0] != '\0' && catalogue_body_by_code(catalogue, body) < 0)
        add_undeclared(checker, indicator, "body", body);
    if (measure[0] != '\0' && strcmp(measure, "%") != 0 && catalogue->measure_count > 0 &&
        catalogue_measure(catalogue, measure) == NULL)
        checker_add(checker, cell_of(indicator, "measure"),
                    CHECKER_WORDS(
                        checker,
                        "indicator %u: measure \"%s\" is not in catalogue.ini: correct it, or add "
                        "[measure %s] there",
                        "chỉ tiêu %u: measure “%s” không có trong catalogue.ini: sửa lại, hoặc "
                        "thêm [measure %s] vào đó"),
                    indicator->number, measure, measure);
    if (indicator->is_required && !indicator_is_entered(indicator))
        checker_add(
            checker, cell_of(indicator, "required"),
            CHECKER_WORDS(
                checker, "indicator %u is derived and never reported: it cannot be required",
                "chỉ tiêu %u là chỉ tiêu tính ra, không bao giờ được báo cáo: không thể bắt buộc"),
            indicator->number);
}

/* A part is compared with its whole cell by cell, so both must be the same sort of number. The
 * form matters only between entered ones: a derived whole is filed nowhere. */
static void check_part_of(const struct checker *checker, const struct indicator *indicator)
{
    struct cell_place at = cell_of(indicator, "part_of");
    const struct indicator *whole = indicator;

    if (indicator->part_of == 0)
        return;
    for (size_t depth = 0; whole != NULL && whole->part_of != 0; depth++) {
        if (depth == CATALOGUE_DEPTH_MAX) {
            checker_add(
                checker, at,
                CHECKER_WORDS(checker,
                              "indicator %u is a part of a part in a circle, or more than %d deep: "
                              "shorten the chain",
                              "chỉ tiêu %u là thành phần của nhau theo vòng tròn, hoặc sâu quá %d "
                              "lớp: rút ngắn chuỗi part_of"),
                indicator->number, CATALOGUE_DEPTH_MAX);
            return;
        }
        whole = catalogue_indicator(checker->catalogue, whole->part_of);
    }
    whole = catalogue_indicator(checker->catalogue, indicator->part_of);
    if (whole == NULL) {
        checker_add(
            checker, at,
            CHECKER_WORDS(
                checker,
                "indicator %u is a part of indicator %u, which is not there: name one that is",
                "chỉ tiêu %u là thành phần của chỉ tiêu %u, mà chỉ tiêu ấy không có: ghi một chỉ "
                "tiêu có trong danh mục"),
            indicator->number, indicator->part_of);
        return;
    }
    if (whole->nature != indicator->nature || whole->decimals != indicator->decimals ||
        (indicator_is_entered(whole) && indicator_is_entered(indicator) &&
         whole->form != indicator->form))
        checker_add(
            checker, at,
            CHECKER_WORDS(checker,
                          "indicator %u and its whole, indicator %u, differ in nature, decimals or "
                          "form: make them the same, or leave part_of empty",
                          "chỉ tiêu %u và chỉ tiêu tổng %u khác nhau về nature, decimals hoặc "
                          "form: sửa cho giống nhau, hoặc để trống part_of"),
            indicator->number, whole->number);
}

static void check_duplicate_codes(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 1; i < catalogue->indicator_count; i++) {
        const struct indicator *first =
            &catalogue->indicators[catalogue->indicators_by_code[i - 1]];
        const struct indicator *second = &catalogue->indicators[catalogue->indicators_by_code[i]];

        if (strcmp(first->code, second->code) == 0)
            checker_add(
                checker, cell_of(second, "code"),
                CHECKER_WORDS(checker, "indicators %u and %u have the same code: give each its own",
                              "chỉ tiêu %u và %u trùng mã: đặt cho mỗi chỉ tiêu một mã riêng"),
                first->number, second->number);
    }
}

void catalogue_check_indicators(const struct checker *checker)
{
    struct catalogue *catalogue = checker->catalogue;
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        struct indicator *indicator = &catalogue->indicators[i];

        if (indicator->number == 0)
            checker_add(checker, cell_of(indicator, "number"),
                        CHECKER_WORDS(checker,
                                      "an indicator has no number: number indicators from 1",
                                      "có chỉ tiêu chưa có số: đánh số chỉ tiêu từ 1"));
        if (i > 0 && indicator[-1].number == indicator->number)
            checker_add(checker, cell_of(indicator, "number"),
                        CHECKER_WORDS(checker,
                                      "indicator %u is there twice: numbers are never reused",
                                      "chỉ tiêu %u có hai lần: không dùng lại số đã cấp"),
                        indicator->number);
        check_texts(checker, indicator);
        check_values(checker, indicator);
        check_part_of(checker, indicator);
        check_references(checker, indicator);
        catalogue_check_formula(checker, indicator);
    }
    check_duplicate_codes(checker);
    catalogue_check_circles(checker);
    if (checker->source != NULL || catalogue->measure_count > 0)
        catalogue_check_measures(checker);
}
