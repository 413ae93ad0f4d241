/* Whether one catalogue may follow another: what has been published stays true.
 *
 * The past of the tree is compared as a function of the day, not row by row: a row may be split, or
 * a name corrected, as long as every fixed day still gives the same parent, level and type. */
#include "core/catalogue.h"

#include <string.h>

#define NOWHERE ((struct place){0})

/* The last day of the latest half-year that has ended before `today`; the tree up to it is fixed.
 * Within a half-year that still runs a unit may be reorganised, also with effect from some days
 * ago: decrees take effect in mid-window (districts ended on 30 June 2025), and a window's tree is
 * that of its last day. */
static struct date last_fixed_day(const struct catalogue *catalogue, struct date today)
{
    struct date fixed = DATE_MIN;
    int today_year, month, day;

    date_split(today, &today_year, &month, &day);
    for (int year = today_year - 2; year <= today_year + 2; year++) {
        for (uint8_t label = PERIOD_S1; label <= PERIOD_S2; label++) {
            struct period period = {(uint16_t)year, label};

            if (!period_is_valid(period))
                continue;
            struct window window = catalogue_window(catalogue, period);
            if (date_compare(window.last, today) < 0)
                fixed = window.last;
        }
    }
    return fixed;
}

static bool has_begun(const struct calendar *calendar, int year, struct date today)
{
    return date_compare(calendar_day_date(calendar->s1_first, year), today) <= 0;
}

/* A year that has begun is fixed as a whole, its second half with it. Of those that change the
 * latest is named: a new calendar can begin after it. */
static void check_calendars(const struct catalogue *current, const struct catalogue *next,
                            struct date today, struct problems *problems)
{
    char text[4][DATE_TEXT_SIZE];

    for (int year = PERIOD_YEAR_MAX; year >= PERIOD_YEAR_MIN; year--) {
        const struct calendar *was = catalogue_calendar(current, year);
        const struct calendar *is = catalogue_calendar(next, year);

        if ((!has_begun(was, year, today) && !has_begun(is, year, today)) ||
            (calendar_same_days(was, is, PERIOD_S1) && calendar_same_days(was, is, PERIOD_S2)))
            continue;
        problems_add(
            problems, NULL, NOWHERE,
            PROBLEM_WORDS(
                problems,
                "the calendar of %d cannot change, because the year has begun: S1 is %s to "
                "%s, and S2 is %s to %s; let another calendar begin with a later year",
                "không thể đổi lịch của năm %d vì năm đó đã bắt đầu: giữ S1 từ %s đến %s, S2 từ %s "
                "đến "
                "%s; cho lịch khác bắt đầu từ một năm sau"),
            year, date_format(calendar_day_date(was->s1_first, year), text[0]),
            date_format(calendar_day_date(was->s1_last, year), text[1]),
            date_format(calendar_day_date(was->s2_first, year), text[2]),
            date_format(calendar_day_date(was->s2_last, year), text[3]));
        return;
    }
}

static void check_indicators(const struct catalogue *current, const struct catalogue *next,
                             struct problems *problems)
{
    for (size_t i = 0; i < current->indicator_count; i++) {
        const struct indicator *was = &current->indicators[i];
        const struct indicator *is = catalogue_indicator(next, was->number);

        if (is == NULL) {
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(
                    problems,
                    "indicator %u (%s) is gone: keep it, and end it by its last day instead",
                    "thiếu chỉ tiêu %u (%s) đã có: giữ lại, và ghi ngày cuối để kết thúc nó"),
                was->number, was->code);
            continue;
        }
        const struct {
            const char *what;
            bool is_same;
        } fixed[] = {
            {PROBLEM_WORDS(problems, "code", "mã"), strcmp(was->code, is->code) == 0},
            {PROBLEM_WORDS(problems, "decimals", "số chữ số thập phân"),
             was->decimals == is->decimals},
            {"nature", was->nature == is->nature},
            {"aggregation", was->aggregation == is->aggregation},
            {PROBLEM_WORDS(problems, "sign", "việc cho phép số âm"),
             was->is_signed == is->is_signed},
            {PROBLEM_WORDS(problems, "form", "biểu mẫu"), was->form == is->form},
        };
        for (size_t j = 0; j < sizeof fixed / sizeof *fixed; j++)
            if (!fixed[j].is_same)
                problems_add(
                    problems, NULL, NOWHERE,
                    PROBLEM_WORDS(
                        problems,
                        "indicator %u (%s): its %s was published and cannot change: put it "
                        "back, or add an indicator with a new number",
                        "chỉ tiêu %u (%s): %s đã công bố, không thể đổi: trả lại như cũ, hoặc thêm "
                        "một chỉ tiêu với số mới"),
                    was->number, was->code, fixed[j].what);
    }
}

static void check_forms(const struct catalogue *current, const struct catalogue *next,
                        struct problems *problems)
{
    for (size_t i = 0; i < current->form_count; i++)
        if (catalogue_form(next, current->forms[i].number) == NULL)
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(
                    problems, "form %u (%s) is gone: keep it, and let no level owe it instead",
                    "thiếu biểu mẫu %u (%s) đã có: giữ lại, và không để cấp nào phải nộp nó nữa"),
                current->forms[i].number, current->forms[i].code);
}

/* Levels and types are compared by code: their order in the list may change. */
static bool same_place(const struct catalogue *current, const struct unit_version *was,
                       const struct catalogue *next, const struct unit_version *is)
{
    return was->parent == is->parent &&
           strcmp(current->levels[was->level].code, next->levels[is->level].code) == 0 &&
           strcmp(current->types[was->type].code, next->types[is->type].code) == 0;
}

/* The first day up to `fixed` on which the unit stands elsewhere, or is there in one catalogue
 * only; false if there is none. Walks both lists of versions at once. */
static bool find_change(const struct catalogue *current, const struct unit *was,
                        const struct catalogue *next, const struct unit *is, struct date fixed,
                        struct date *ret_day)
{
    struct date day = unit_begin(was), other = unit_begin(is);

    if (date_compare(day, other) != 0) {
        *ret_day = date_compare(day, other) < 0 ? day : other;
        return date_compare(*ret_day, fixed) <= 0;
    }
    for (size_t i = 0, j = 0; date_compare(day, fixed) <= 0;) {
        bool was_there = i < was->version_count, is_there = j < is->version_count;

        if (!was_there && !is_there)
            return false;
        if (was_there != is_there ||
            !same_place(current, &was->versions[i], next, &is->versions[j])) {
            *ret_day = day;
            return true;
        }
        struct date end = was->versions[i].to, other_end = is->versions[j].to;
        int order = date_compare(end, other_end);
        struct date last = order <= 0 ? end : other_end;

        if (date_compare(last, DATE_MAX) == 0)
            return false;
        i += order <= 0;
        j += order >= 0;
        day.days = last.days + 1;
    }
    return false;
}

/* Successors decide where a unit that ended stands, so they are fixed with its end. */
static bool same_successors(const struct unit *was, const struct unit *is)
{
    return was->successor_count == is->successor_count &&
           (was->successor_count == 0 ||
            memcmp(was->successors, is->successors,
                   was->successor_count * sizeof *was->successors) == 0);
}

static void check_units(const struct catalogue *current, const struct catalogue *next,
                        struct date fixed, struct problems *problems)
{
    char day_text[DATE_TEXT_SIZE], fixed_text[DATE_TEXT_SIZE];
    struct date day;

    date_format(fixed, fixed_text);
    for (size_t i = 0; i < current->unit_count; i++) {
        const struct unit *was = &current->units[i];
        const struct unit *is = catalogue_unit(next, was->id);

        if (is == NULL)
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(problems,
                              "unit %u is gone: keep it, and end it by its last day instead",
                              "thiếu đơn vị %u đã có: giữ lại, và ghi ngày cuối để kết thúc nó"),
                was->id);
        else if (find_change(current, was, next, is, fixed, &day))
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(
                    problems,
                    "unit %u changes its place, level, type or validity on %s, but periods "
                    "that have ended fix the tree until %s: let the change begin later",
                    "đơn vị %u đổi cấp trên, cấp, loại hoặc hiệu lực vào %s, nhưng cây đơn vị đã "
                    "cố định đến %s theo các kỳ đã kết thúc: cho thay đổi bắt đầu muộn hơn"),
                was->id,
                date_format(day, day_text)[0] != '\0'
                    ? day_text
                    : PROBLEM_WORDS(problems, "its first day", "ngày đầu tiên của nó"),
                fixed_text);
        else if (date_compare(unit_end(was), fixed) <= 0 && !same_successors(was, is))
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(
                    problems,
                    "unit %u has other successors, but it ends in a period that has begun: "
                    "put them back",
                    "đơn vị %u có đơn vị kế thừa khác trước, nhưng nó kết thúc trong một kỳ đã bắt "
                    "đầu: trả lại như cũ"),
                was->id);
    }
    for (size_t i = 0; i < next->unit_count; i++) {
        const struct unit *is = &next->units[i];

        if (catalogue_unit(current, is->id) == NULL && date_compare(unit_begin(is), fixed) <= 0)
            problems_add(
                problems, NULL, NOWHERE,
                PROBLEM_WORDS(
                    problems,
                    "unit %u is new, but periods that have ended fix the tree until %s: let "
                    "it begin later",
                    "đơn vị %u là đơn vị mới, nhưng cây đơn vị đã cố định đến %s theo các kỳ đã "
                    "kết thúc: cho nó bắt đầu muộn hơn"),
                is->id, fixed_text);
    }
}

enum err catalogue_check_succession(const struct catalogue *current, const struct catalogue *next,
                                    struct date today, struct problems *problems)
{
    size_t errors_before = problems->error_count;

    if (next->number <= current->number)
        problems_add(
            problems, NULL, NOWHERE,
            PROBLEM_WORDS(problems,
                          "the catalogue has number %u, and %u is in force: give it a higher one",
                          "danh mục mang số %u, mà danh mục %u đang có hiệu lực: đặt số lớn hơn"),
            next->number, current->number);
    check_calendars(current, next, today, problems);
    check_indicators(current, next, problems);
    check_forms(current, next, problems);
    check_units(current, next, last_fixed_day(current, today), problems);
    return problems->error_count == errors_before ? ERR_OK : ERR_INVALID;
}
