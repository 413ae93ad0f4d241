/* Who owes what, and until when: forms, working days, public holidays and exceptions.
 *
 * A deadline in working days is counted from the last day of the period's window, which does not
 * count itself. That needs the public holidays of the years concerned, which nobody can compute:
 * the Government decides each year which days are taken off and which Saturdays are worked in
 * exchange. So they are rows of the catalogue, and a year without any is told. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/catalogue_check.h"

enum { DAYS_OF_WEEK = 7, SATURDAY = 5, EPOCH_WEEKDAY = 3 /* 1970-01-01, from Monday = 0 */ };

/* ---- look-ups ---- */

bool form_is_owed(const struct form *form, uint8_t level, uint8_t type, uint8_t label)
{
    return (form->due_level_mask >> level & 1) != 0 &&
           (form->due_type_mask == 0 || (form->due_type_mask >> type & 1) != 0) &&
           (form->due_label_mask == 0 || (form->due_label_mask >> (label - 1) & 1) != 0);
}

uint32_t catalogue_due_levels(const struct catalogue *catalogue, uint8_t label)
{
    uint32_t mask = 0;

    for (size_t i = 0; i < catalogue->form_count; i++) {
        const struct form *form = &catalogue->forms[i];

        if (form->due_label_mask == 0 || (form->due_label_mask >> (label - 1) & 1) != 0)
            mask |= form->due_level_mask;
    }
    return mask;
}

const struct duty_exception *catalogue_exception(const struct catalogue *catalogue, uint32_t unit,
                                                 uint32_t form, struct date day)
{
    size_t low = 0, high = catalogue->exception_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (catalogue->exceptions[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < catalogue->exception_count && catalogue->exceptions[low].unit == unit; low++) {
        const struct duty_exception *exception = &catalogue->exceptions[low];

        if ((exception->form == 0 || exception->form == form) &&
            date_compare(exception->from, day) <= 0 && date_compare(day, exception->to) <= 0)
            return exception;
    }
    return NULL;
}

static bool is_weekend(struct date day)
{
    int weekday = day.days % DAYS_OF_WEEK + DAYS_OF_WEEK + EPOCH_WEEKDAY; /* above 0 */

    return weekday % DAYS_OF_WEEK >= SATURDAY;
}

bool catalogue_is_working_day(const struct catalogue *catalogue, struct date day)
{
    size_t low = 0, high = catalogue->holiday_count;

    while (low < high) { /* the first that begins after the day */
        size_t middle = low + (high - low) / 2;

        if (date_compare(catalogue->holidays[middle].first, day) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low > 0 && date_compare(day, catalogue->holidays[low - 1].last) <= 0)
        return catalogue->holidays[low - 1].is_worked;
    return !is_weekend(day);
}

struct date catalogue_add_working_days(const struct catalogue *catalogue, struct date day,
                                       unsigned count)
{
    while (count > 0) {
        day.days++;
        if (catalogue_is_working_day(catalogue, day))
            count--;
    }
    return day;
}

bool catalogue_uses_working_days(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->level_count; i++)
        for (int label = 0; label < PERIOD_LABEL_COUNT; label++)
            if (catalogue->levels[i].working_days[label] > 0)
                return true;
    return false;
}

static int year_of(struct date day)
{
    int year, month, day_of_month;

    date_split(day, &year, &month, &day_of_month);
    return year;
}

static bool has_holidays(const struct catalogue *catalogue, int year)
{
    for (size_t i = 0; i < catalogue->holiday_count; i++)
        if (!catalogue->holidays[i].is_worked && year_of(catalogue->holidays[i].first) <= year &&
            year <= year_of(catalogue->holidays[i].last))
            return true;
    return false;
}

int catalogue_year_without_holidays(const struct catalogue *catalogue, uint16_t year)
{
    for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct period period = {year, label};
        const struct date cut_off = catalogue_window(catalogue, period).last;

        for (size_t level = 0; level < catalogue->level_count; level++) {
            struct date deadline;

            if (catalogue->levels[level].working_days[label - 1] == 0 ||
                !catalogue_deadline(catalogue, period, level, &deadline))
                continue;
            for (int y = year_of((struct date){cut_off.days + 1}); y <= year_of(deadline); y++)
                if (!has_holidays(catalogue, y))
                    return y;
        }
    }
    return 0;
}

/* ---- checks ---- */

static void check_owed(const struct checker *checker, const struct form *form)
{
    const struct catalogue *catalogue = checker->catalogue;
    struct cell_place at = {"forms.csv", form->line, "types", 0};

    if (catalogue->type_count < CATALOGUE_TYPES_MAX &&
        form->due_type_mask >> catalogue->type_count != 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "form %u is owed by a type that is not there",
                                  "biểu mẫu %u do một loại đơn vị không có trong danh mục phải "
                                  "nộp"),
                    form->number);
    if (form->due_type_mask != 0 && form->due_level_mask == 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "form %u has types, but no level owes it: write its levels into "
                                  "due, or leave types empty",
                                  "biểu mẫu %u có types nhưng không cấp nào phải nộp: ghi các cấp "
                                  "vào due, hoặc để trống types"),
                    form->number);
    at.column = "periods";
    if (form->due_label_mask > FORM_ALL_LABELS)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "form %u is owed for a period that is not there",
                                  "biểu mẫu %u phải nộp cho một kỳ không có"),
                    form->number);
    if (form->due_label_mask != 0 && form->due_level_mask == 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "form %u has periods, but no level owes it: write its levels "
                                  "into due, or leave periods empty",
                                  "biểu mẫu %u có periods nhưng không cấp nào phải nộp: ghi các "
                                  "cấp vào due, hoặc để trống periods"),
                    form->number);
    at.column = "body";
    if (form->body[0] != '\0' && catalogue_body_by_code(catalogue, form->body) < 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "form %u: body \"%s\" is not in catalogue.ini: correct it, or "
                                  "add [body %s] there",
                                  "biểu mẫu %u: tổ chức “%s” không có trong catalogue.ini: sửa "
                                  "lại, hoặc thêm [body %s] vào đó"),
                    form->number, form->body, form->body);
}

static void check_working_days(const struct checker *checker)
{
    const struct cell_place at = {.file = "catalogue.ini"};

    for (size_t i = 0; i < checker->catalogue->level_count; i++) {
        const struct level *level = &checker->catalogue->levels[i];

        for (int label = 0; label < PERIOD_LABEL_COUNT; label++) {
            if (level->working_days[label] > CATALOGUE_WORKING_DAYS_MAX)
                checker_add(checker, at,
                            CHECKER_WORDS(checker,
                                          "level %zu: a deadline of %u working days: at most %d "
                                          "may be",
                                          "cấp thứ %zu: hạn nộp %u ngày làm việc: nhiều nhất là "
                                          "%d"),
                            i + 1, level->working_days[label], CATALOGUE_WORKING_DAYS_MAX);
            if (level->working_days[label] > 0 && level->has_deadline[label])
                checker_add(checker, at,
                            CHECKER_WORDS(checker,
                                          "level %zu: a deadline is both a day and a number of "
                                          "working days: keep one",
                                          "cấp thứ %zu: hạn nộp vừa là một ngày vừa là số ngày "
                                          "làm việc: giữ lại một"),
                            i + 1);
        }
    }
}

/* False: its days are no good, and nothing is compared with them. */
static bool check_holiday(const struct checker *checker, const struct holiday *holiday)
{
    const struct cell_place at = {"holidays.csv", holiday->line, "first", 0};
    struct cell_place name_at = at;
    struct date first_of_all, last_of_all;

    name_at.column = "name_vi";
    checker_text(
        checker, name_at, holiday->name_vi, (struct text_rule){CATALOGUE_TEXT_MAX, false},
        CHECKER_WORDS(checker, "a holiday: its Vietnamese name", "một ngày nghỉ: tên tiếng Việt"));
    name_at.column = "name_en";
    checker_text(
        checker, name_at, holiday->name_en, (struct text_rule){CATALOGUE_TEXT_MAX, true},
        CHECKER_WORDS(checker, "a holiday: its English name", "một ngày nghỉ: tên tiếng Anh"));
    if (date_make(PERIOD_YEAR_MIN, 1, 1, &first_of_all) != ERR_OK ||
        date_make(PERIOD_YEAR_MAX, 12, 31, &last_of_all) != ERR_OK)
        return false; /* they are days */
    if (date_compare(holiday->first, first_of_all) < 0 ||
        date_compare(last_of_all, holiday->last) < 0 ||
        date_compare(last_of_all, holiday->first) < 0 ||
        date_compare(holiday->last, first_of_all) < 0) {
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "a holiday lies outside the years %d to %d: correct its days",
                                  "có ngày nghỉ nằm ngoài các năm từ %d đến %d: sửa lại ngày"),
                    PERIOD_YEAR_MIN, PERIOD_YEAR_MAX);
        return false;
    }
    if (date_compare(holiday->first, holiday->last) > 0 ||
        holiday->last.days - holiday->first.days >= CATALOGUE_HOLIDAY_MAX_DAYS) {
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "a holiday has to end on the day on which it begins or later, "
                                  "and to last at most %d days: correct its days",
                                  "ngày nghỉ phải kết thúc vào ngày bắt đầu hoặc sau đó, và dài "
                                  "nhất %d ngày: sửa lại ngày"),
                    CATALOGUE_HOLIDAY_MAX_DAYS);
        return false;
    }
    for (struct date day = holiday->first; date_compare(day, holiday->last) <= 0; day.days++) {
        if (!holiday->is_worked || is_weekend(day))
            continue;
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "a day that is worked in exchange has to be a Saturday or "
                                  "Sunday: others are worked anyway",
                                  "ngày làm bù phải là thứ Bảy hoặc Chủ nhật: các ngày khác vốn "
                                  "đã là ngày làm việc"));
        break;
    }
    return true;
}

/* Rows come in order of their first days. */
static void check_holidays(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;
    struct date end = DATE_MIN;
    int year = 0, day_count = 0;

    for (size_t i = 0; i < catalogue->holiday_count; i++) {
        const struct holiday *holiday = &catalogue->holidays[i];
        const struct cell_place at = {"holidays.csv", holiday->line, "first", 0};

        if (!check_holiday(checker, holiday))
            continue;
        if (date_compare(holiday->first, end) <= 0)
            checker_add(checker, at,
                        CHECKER_WORDS(checker,
                                      "a holiday has a day of another row: give each day to one",
                                      "có ngày nghỉ trùng với dòng khác: mỗi ngày chỉ ghi một "
                                      "lần"));
        if (date_compare(holiday->last, end) > 0)
            end = holiday->last;
        if (year_of(holiday->first) != year)
            day_count = 0;
        year = year_of(holiday->first);
        const int before = day_count;
        day_count += holiday->is_worked ? 0 : holiday->last.days - holiday->first.days + 1;
        if (before <= CATALOGUE_HOLIDAYS_OF_YEAR_MAX && day_count > CATALOGUE_HOLIDAYS_OF_YEAR_MAX)
            checker_add(checker, at,
                        CHECKER_WORDS(checker,
                                      "%d has more than %d days of holidays: look whether each "
                                      "stands in its year",
                                      "năm %d có hơn %d ngày nghỉ: xem mỗi dòng đã đúng năm "
                                      "chưa"),
                        year, CATALOGUE_HOLIDAYS_OF_YEAR_MAX);
    }
}

/* Years between the first and the last row that have none. Of the years after, which nobody knows
 * yet, the client tells by its clock. */
static void warn_of_years(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;
    const size_t count = catalogue->holiday_count;
    const struct cell_place at = {.file = "holidays.csv"};

    if (!catalogue_uses_working_days(catalogue))
        return;
    if (count == 0)
        checker_warn(checker, at,
                     CHECKER_WORDS(checker,
                                   "deadlines are counted in working days, and no public holiday "
                                   "is known: all of them count as working days",
                                   "hạn nộp tính theo ngày làm việc mà chưa có ngày nghỉ lễ nào: "
                                   "các ngày lễ đều bị tính là ngày làm việc"));
    for (int year = count > 0 ? year_of(catalogue->holidays[0].first) : 1;
         count > 0 && year <= year_of(catalogue->holidays[count - 1].last); year++) {
        if (!has_holidays(catalogue, year))
            checker_warn(checker, at,
                         CHECKER_WORDS(checker,
                                       "no public holiday of %d is known, and deadlines are "
                                       "counted in working days: add those of that year",
                                       "chưa có ngày nghỉ lễ nào của năm %d, mà hạn nộp tính theo "
                                       "ngày làm việc: thêm các ngày nghỉ của năm đó"),
                         year);
    }
}

static void check_exception(const struct checker *checker, const struct duty_exception *exception)
{
    const struct catalogue *catalogue = checker->catalogue;
    struct cell_place at = {"exceptions.csv", exception->line, "unit", 0};

    if (catalogue_unit(catalogue, exception->unit) == NULL)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "an exception is for unit %u, which is not there: write the id "
                                  "(not the code) of a unit that is",
                                  "có ngoại lệ cho đơn vị %u không có trong danh mục: ghi id "
                                  "(không phải mã) của một đơn vị có trong danh mục"),
                    exception->unit);
    at.column = "form";
    if (exception->form != 0 && catalogue_form(catalogue, exception->form) == NULL)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "the exception of unit %u is for form %u, which is not there",
                                  "ngoại lệ của đơn vị %u là cho biểu mẫu %u không có trong danh "
                                  "mục"),
                    exception->unit, exception->form);
    at.column = "to";
    if (date_compare(exception->to, DATE_MAX) == 0)
        checker_add(checker, at,
                    CHECKER_WORDS(checker,
                                  "the exception of unit %u has no last day: an exception ends; "
                                  "write the day",
                                  "ngoại lệ của đơn vị %u chưa có ngày cuối: ngoại lệ phải có "
                                  "thời hạn; ghi ngày đó"),
                    exception->unit);
    at.column = "from";
    checker_days(checker, at, (struct window){exception->from, exception->to},
                 CHECKER_WORDS(checker, "the exception of unit", "ngoại lệ của đơn vị"),
                 exception->unit);
    at.column = "reason";
    checker_text(checker, at, exception->reason, (struct text_rule){CATALOGUE_TEXT_MAX, false},
                 CHECKER_WORDS(checker, "the exception of unit %u: its reason",
                               "ngoại lệ của đơn vị %u: lý do"),
                 exception->unit);
}

/* Rows come in order of unit, form and first day. */
static void check_exceptions(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;

    for (size_t i = 0; i < catalogue->exception_count; i++) {
        const struct duty_exception *exception = &catalogue->exceptions[i];
        const struct duty_exception *before = i > 0 ? &exception[-1] : NULL;

        check_exception(checker, exception);
        if (before != NULL && before->unit == exception->unit && before->form == exception->form &&
            date_compare(exception->from, before->to) <= 0)
            checker_add(checker, (struct cell_place){"exceptions.csv", exception->line, "from", 0},
                        CHECKER_WORDS(checker,
                                      "unit %u has two exceptions of one form on the same days: "
                                      "end one before the other begins",
                                      "đơn vị %u có hai ngoại lệ cùng biểu mẫu vào cùng ngày: kết "
                                      "thúc cái trước rồi mới bắt đầu cái sau"),
                        exception->unit);
    }
}

void catalogue_check_duties(const struct checker *checker)
{
    size_t errors_before = checker->problems->error_count;

    for (size_t i = 0; i < checker->catalogue->form_count; i++)
        check_owed(checker, &checker->catalogue->forms[i]);
    check_working_days(checker);
    check_holidays(checker);
    check_exceptions(checker);
    if (checker->problems->error_count == errors_before)
        warn_of_years(checker);
}
