/* How checks report, and the small tables of a catalogue: levels, types, forms. */
#include "core/catalogue_check.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"

static const struct cell_place no_line = {.file = "catalogue.ini"};

/* Frees the text. */
static void put(const struct checker *checker, struct cell_place at, bool is_warning, char *text)
{
    const struct catalogue_source *source = checker->source;
    const char *file = source != NULL ? at.file : NULL;
    struct place place = {0};

    if (source != NULL && at.line > 0)
        place = source->place(source->ctx, at.file, at.line, at.column, at.offset);
    if (is_warning)
        problems_warn(checker->problems, file, place, "%s", text);
    else
        problems_add(checker->problems, file, place, "%s", text);
    free(text);
}

void checker_add(const struct checker *checker, struct cell_place at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    put(checker, at, false, text);
}

void checker_warn(const struct checker *checker, struct cell_place at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    put(checker, at, true, text);
}

void checker_text(const struct checker *checker, struct cell_place at, const char *text,
                  struct text_rule rule, const char *what, ...)
{
    size_t len = strlen(text);
    const char *wrong = NULL;

    if (len == 0 && !rule.may_be_empty)
        wrong = CHECKER_WORDS(checker, "is empty: fill it in", "để trống: điền vào");
    else if (len > rule.max_bytes)
        wrong = CHECKER_WORDS(checker, "is too long: shorten it", "quá dài: rút ngắn lại");
    else if (!utf8_is_text(text, len))
        wrong = CHECKER_WORDS(
            checker, "is not UTF-8 text: save the file as UTF-8 and remove control characters",
            "không phải văn bản UTF-8: lưu tệp theo mã UTF-8 và xóa các ký tự điều khiển");
    else if (strpbrk(text, "\t\n") != NULL)
        wrong = CHECKER_WORDS(checker, "has a tab or a line break: write it on one line",
                              "có dấu tab hoặc xuống dòng: viết trên một dòng");
    if (wrong == NULL)
        return;

    va_list args;
    va_start(args, what);
    char *subject = mem_vprintf(what, args);
    va_end(args);
    if (len > rule.max_bytes)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "%s %s (%zu bytes, at most %zu)",
                                  "%s %s (%zu byte, nhiều nhất %zu)"),
                    subject, wrong, len, rule.max_bytes);
    else
        checker_add(checker, at, "%s %s", subject, wrong);
    free(subject);
}

void checker_name(const struct checker *checker, struct cell_place at, const char *code,
                  size_t max_bytes, const char *what, ...)
{
    if (formula_is_name(code) && strlen(code) <= max_bytes)
        return;

    va_list args;
    va_start(args, what);
    char *subject = mem_vprintf(what, args);
    va_end(args);
    checker_add(
        checker, at,
        CHECKER_WORDS(
            checker,
            "%s \"%s\" is not a code: write 1 to %zu letters a-z, digits and '_', starting with a "
            "letter, in parts joined by '.', and no word of the formula language",
            "%s “%s” không đúng dạng: viết từ 1 đến %zu chữ cái a-z, chữ số và '_', bắt đầu bằng "
            "chữ "
            "cái, các phần nối bằng '.', và không trùng từ của ngôn ngữ công thức"),
        subject, code, max_bytes);
    free(subject);
}

static bool is_day(struct date date)
{
    struct date first, last;
    enum err err = date_make(1, 1, 1, &first);

    assert(err == ERR_OK);
    err = date_make(9999, 12, 31, &last);
    assert(err == ERR_OK);
    return date_compare(first, date) <= 0 && date_compare(date, last) <= 0;
}

void checker_days(const struct checker *checker, struct cell_place at, struct window days,
                  const char *what, uint32_t number)
{
    bool is_open_before = date_compare(days.first, DATE_MIN) == 0;
    bool is_open_after = date_compare(days.last, DATE_MAX) == 0;

    if ((!is_open_before && !is_day(days.first)) || (!is_open_after && !is_day(days.last)))
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "%s %u: its days are not in the years 1 to 9999: correct them",
                                  "%s %u: các ngày không nằm trong các năm từ 1 đến 9999: sửa lại"),
                    what, number);
    else if (date_compare(days.first, days.last) > 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "%s %u ends before it begins: correct one of the days",
                                  "%s %u kết thúc trước khi bắt đầu: sửa một trong hai ngày"),
                    what, number);
}

/* Vietnamese is required, English is not. */
static void check_names(const struct checker *checker, struct cell_place at, const char *what,
                        size_t number, const char *name_vi, const char *name_en)
{
    at.column = "name_vi";
    checker_text(checker, at, name_vi, (struct text_rule){CATALOGUE_TEXT_MAX, false},
                 CHECKER_WORDS(checker, "%s %zu: the Vietnamese name", "%s %zu: tên tiếng Việt"),
                 what, number);
    at.column = "name_en";
    checker_text(checker, at, name_en, (struct text_rule){CATALOGUE_TEXT_MAX, true},
                 CHECKER_WORDS(checker, "%s %zu: the English name", "%s %zu: tên tiếng Anh"), what,
                 number);
}

/* False when a limit is passed: what follows may then not trust any count. */
static bool check_limits(const struct checker *checker)
{
    const struct catalogue *c = checker->catalogue;
    const struct {
        const char *file, *what;
        size_t count, least, most;
    } limits[] = {
        {"catalogue.ini",
         CHECKER_WORDS(checker, "calendars with a first year", "lịch có năm bắt đầu"), c->era_count,
         0, CATALOGUE_ERAS_MAX},
        {"catalogue.ini", CHECKER_WORDS(checker, "levels", "cấp"), c->level_count, 1,
         CATALOGUE_LEVELS_MAX},
        {"catalogue.ini", CHECKER_WORDS(checker, "unit types", "loại đơn vị"), c->type_count, 1,
         CATALOGUE_TYPES_MAX},
        {"catalogue.ini", CHECKER_WORDS(checker, "sections", "mục"), c->section_count, 0,
         CATALOGUE_SECTIONS_MAX},
        {"catalogue.ini", CHECKER_WORDS(checker, "bodies", "tổ chức"), c->body_count, 0,
         CATALOGUE_BODIES_MAX},
        {"catalogue.ini", CHECKER_WORDS(checker, "measures", "đơn vị tính"), c->measure_count, 0,
         CATALOGUE_MEASURES_MAX},
        {"forms.csv", CHECKER_WORDS(checker, "forms", "biểu mẫu"), c->form_count, 0,
         CATALOGUE_FORMS_MAX},
        {"holidays.csv", CHECKER_WORDS(checker, "rows of holidays", "dòng ngày nghỉ"),
         c->holiday_count, 0, CATALOGUE_HOLIDAYS_MAX},
        {"exceptions.csv", CHECKER_WORDS(checker, "exceptions", "ngoại lệ"), c->exception_count, 0,
         CATALOGUE_EXCEPTIONS_MAX},
        {"indicators.csv", CHECKER_WORDS(checker, "indicators", "chỉ tiêu"), c->indicator_count, 0,
         CATALOGUE_INDICATORS_MAX},
        {"units.csv", CHECKER_WORDS(checker, "units", "đơn vị"), c->unit_count, 1,
         CATALOGUE_UNITS_MAX},
    };
    bool is_within = true;

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (limits[i].least <= limits[i].count && limits[i].count <= limits[i].most)
            continue;
        checker_add(checker, (struct cell_place){.file = limits[i].file},
                    CHECKER_WORDS(checker, "the catalogue has %zu %s: it may have %zu to %zu",
                                  "danh mục có %zu %s: chỉ được có từ %zu đến %zu"),
                    limits[i].count, limits[i].what, limits[i].least, limits[i].most);
        is_within = false;
    }
    for (size_t i = 0; i < c->unit_count; i++) {
        const struct unit *unit = &c->units[i];

        if (unit->version_count <= UNIT_VERSIONS_MAX &&
            unit->successor_count <= UNIT_SUCCESSORS_MAX)
            continue;
        checker_add(
            checker, (struct cell_place){"units.csv", unit->versions[0].line, "id", 0},
            CHECKER_WORDS(checker,
                          "unit %u has %zu rows and %zu successors: at most %d and %d are possible",
                          "đơn vị %u có %zu dòng và %zu đơn vị kế thừa: nhiều nhất là %d và %d"),
            unit->id, unit->version_count, unit->successor_count, UNIT_VERSIONS_MAX,
            UNIT_SUCCESSORS_MAX);
        is_within = false;
    }
    return is_within;
}

static void check_head(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    if (catalogue->number == 0)
        checker_add(checker, no_line,
                    CHECKER_WORDS(checker, "the catalogue has no number: give it 1, 2, 3 ...",
                                  "danh mục chưa có số: đặt số 1, 2, 3 ..."));
    checker_text(checker, no_line, catalogue->title_vi,
                 (struct text_rule){CATALOGUE_TEXT_MAX, false},
                 CHECKER_WORDS(checker, "the Vietnamese title", "tên tiếng Việt của danh mục"));
    checker_text(checker, no_line, catalogue->title_en,
                 (struct text_rule){CATALOGUE_TEXT_MAX, true},
                 CHECKER_WORDS(checker, "the English title", "tên tiếng Anh của danh mục"));
}

static void check_levels(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->level_count; i++) {
        const struct level *level = &catalogue->levels[i];

        checker_name(checker, no_line, level->code, CATALOGUE_WORD_MAX,
                     CHECKER_WORDS(checker, "level %zu: its code", "cấp thứ %zu: mã"), i + 1);
        if (strcmp(level->code, "in") == 0 || strcmp(level->code, "warn") == 0)
            checker_add(
                checker, no_line,
                CHECKER_WORDS(
                    checker,
                    "level %zu has the code %s, which is a word of checks: give it another",
                    "cấp thứ %zu có mã %s, là từ dùng trong điều kiện kiểm tra: đặt mã khác"),
                i + 1, level->code);
        check_names(checker, no_line, CHECKER_WORDS(checker, "level", "cấp thứ"), i + 1,
                    level->name_vi, level->name_en);
        if (catalogue_level_by_code(catalogue, level->code) != (int)i)
            checker_add(
                checker, no_line,
                CHECKER_WORDS(checker,
                              "level %zu has the code of an earlier level: give each its own",
                              "cấp thứ %zu trùng mã với cấp trước: đặt cho mỗi cấp một mã riêng"),
                i + 1);
        for (size_t label = 0; label < PERIOD_LABEL_COUNT; label++)
            if (level->has_deadline[label] && !calendar_day_is_valid(level->deadline[label]))
                checker_add(
                    checker, no_line,
                    CHECKER_WORDS(
                        checker,
                        "level %zu: a deadline is not a day of every year: write month-day, "
                        "such as 06-20",
                        "cấp thứ %zu: hạn nộp không phải là ngày có trong mọi năm: viết "
                        "tháng-ngày, như 06-20"),
                    i + 1);
    }
}

static void check_types(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct unit_type *type = &catalogue->types[i];

        checker_name(checker, no_line, type->code, CATALOGUE_WORD_MAX,
                     CHECKER_WORDS(checker, "unit type %zu: its code", "loại đơn vị thứ %zu: mã"),
                     i + 1);
        check_names(checker, no_line, CHECKER_WORDS(checker, "unit type", "loại đơn vị thứ"), i + 1,
                    type->name_vi, type->name_en);
        if (catalogue_type_by_code(catalogue, type->code) != (int)i)
            checker_add(
                checker, no_line,
                CHECKER_WORDS(
                    checker, "unit type %zu has the code of an earlier type: give each its own",
                    "loại đơn vị thứ %zu trùng mã với loại trước: đặt cho mỗi loại một mã riêng"),
                i + 1);
    }
}

static void check_named(const struct checker *checker, const char *what, const struct named *array,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        checker_name(checker, no_line, array[i].code, CATALOGUE_WORD_MAX,
                     CHECKER_WORDS(checker, "%s %zu: its code", "%s %zu: mã"), what, i + 1);
        check_names(checker, no_line, what, i + 1, array[i].name_vi, array[i].name_en);
        for (size_t j = 0; j < i; j++)
            if (strcmp(array[i].code, array[j].code) == 0)
                checker_add(checker, no_line,
                            CHECKER_WORDS(
                                checker, "%s %zu has the code of an earlier one: give each its own",
                                "%s %zu trùng mã với một mã ở trước: đặt cho mỗi bên một mã riêng"),
                            what, i + 1);
    }
}

static void check_declared_measures(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->measure_count; i++) {
        const struct measure *measure = &catalogue->measures[i];

        checker_text(checker, no_line, measure->name, (struct text_rule){CATALOGUE_TEXT_MAX, false},
                     CHECKER_WORDS(checker, "measure %zu: its name", "đơn vị tính thứ %zu: tên"),
                     i + 1);
        checker_text(checker, no_line, measure->name_en,
                     (struct text_rule){CATALOGUE_TEXT_MAX, true},
                     CHECKER_WORDS(checker, "measure %zu: its English name",
                                   "đơn vị tính thứ %zu: tên tiếng Anh"),
                     i + 1);
        if (measure->quantity[0] != '\0')
            checker_name(checker, no_line, measure->quantity, CATALOGUE_WORD_MAX,
                         CHECKER_WORDS(checker, "measure %zu: its quantity",
                                       "đơn vị tính thứ %zu: quantity"),
                         i + 1);
        if (measure->quantity[0] != '\0' && strcmp(measure->name, "%") == 0)
            checker_add(
                checker, no_line,
                CHECKER_WORDS(checker, "measure %zu: a percentage has no quantity: remove it",
                              "đơn vị tính thứ %zu: tỷ lệ phần trăm không có quantity: bỏ đi"),
                i + 1);
        if (catalogue_measure(catalogue, measure->name) != measure)
            checker_add(
                checker, no_line,
                CHECKER_WORDS(checker,
                              "measure %zu has the name of an earlier one: give each its own",
                              "đơn vị tính thứ %zu trùng tên với đơn vị tính trước: đặt cho mỗi "
                              "đơn vị tính một tên riêng"),
                i + 1);
    }
}

static void check_forms(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->form_count; i++) {
        const struct form *form = &catalogue->forms[i];
        struct cell_place at = {"forms.csv", form->line, "number", 0};

        if (form->number == 0)
            checker_add(checker, at,
                        CHECKER_WORDS(checker, "a form has no number: number forms from 1",
                                      "có biểu mẫu chưa có số: đánh số biểu mẫu từ 1"));
        if (i > 0 && form[-1].number == form->number)
            checker_add(checker, at,
                        CHECKER_WORDS(checker, "form %u is there twice: numbers are never reused",
                                      "biểu mẫu %u có hai lần: không dùng lại số đã cấp"),
                        form->number);
        check_names(checker, at, CHECKER_WORDS(checker, "form", "biểu mẫu"), form->number,
                    form->name_vi, form->name_en);
        at.column = "code";
        checker_name(checker, at, form->code, CATALOGUE_WORD_MAX,
                     CHECKER_WORDS(checker, "form %u: its code", "biểu mẫu %u: mã"), form->number);
        if (catalogue_form_by_code(catalogue, form->code) != form)
            checker_add(
                checker, at,
                CHECKER_WORDS(
                    checker, "form %u has the code of another form: give each its own",
                    "biểu mẫu %u trùng mã với biểu mẫu khác: đặt cho mỗi biểu mẫu một mã riêng"),
                form->number);
        at.column = "due";
        if (form->due_level_mask >> catalogue->level_count != 0)
            checker_add(checker, at,
                        CHECKER_WORDS(checker, "form %u is owed by a level that is not there",
                                      "biểu mẫu %u do một cấp không có trong danh mục phải nộp"),
                        form->number);
    }
}

void catalogue_check(const struct checker *checker)
{
    if (!check_limits(checker))
        return;
    check_head(checker);
    catalogue_check_calendars(checker);
    check_levels(checker);
    check_types(checker);
    check_named(checker, CHECKER_WORDS(checker, "section", "mục thứ"), checker->catalogue->sections,
                checker->catalogue->section_count);
    check_named(checker, CHECKER_WORDS(checker, "body", "tổ chức thứ"), checker->catalogue->bodies,
                checker->catalogue->body_count);
    check_declared_measures(checker);
    check_forms(checker);
    catalogue_check_duties(checker);
    catalogue_check_indicators(checker);
    catalogue_check_units(checker);
}
