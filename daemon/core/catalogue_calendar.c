/* Which calendar holds in which year.
 *
 * A label's year belongs to one era as a whole. Only where one era follows another can the days of
 * two years overlap, or leave some out; within an era calendar_check sees to that. */
#include "core/catalogue.h"
#include "core/catalogue_check.h"

const struct calendar *catalogue_calendar(const struct catalogue *catalogue, int year)
{
    const struct calendar *calendar = &catalogue->calendar;

    for (size_t i = 0; i < catalogue->era_count && catalogue->eras[i].from_year <= year; i++)
        calendar = &catalogue->eras[i].calendar;
    return calendar;
}

struct window catalogue_window(const struct catalogue *catalogue, struct period period)
{
    return calendar_window(catalogue_calendar(catalogue, period.year), period);
}

bool catalogue_deadline(const struct catalogue *catalogue, struct period period, size_t level,
                        struct date *ret_deadline)
{
    const struct level *due = &catalogue->levels[level];
    const struct calendar_day day = due->deadline[period.label - 1];
    const uint8_t working_days = due->working_days[period.label - 1];

    if (working_days > 0) {
        *ret_deadline = catalogue_add_working_days(
            catalogue, catalogue_window(catalogue, period).last, working_days);
        return true;
    }
    return due->has_deadline[period.label - 1] &&
           date_make(period.year + day.year_offset, day.month, day.day, ret_deadline) == ERR_OK;
}

/* Between the last year by the calendar `before` and the first one of the era. */
static void check_seam(const struct checker *checker, const struct calendar *before,
                       const struct era *era)
{
    const struct cell_place at = {"catalogue.ini", era->line, "", 0};
    const int year = era->from_year;
    struct date end = calendar_day_date(before->s2_last, year - 1);
    struct date begin = calendar_day_date(era->calendar.s1_first, year);
    char end_text[DATE_TEXT_SIZE], begin_text[DATE_TEXT_SIZE];

    if (year == PERIOD_YEAR_MIN) /* there is none before it */
        return;
    if (date_compare(begin, end) <= 0) {
        checker_add(
            checker, at,
            CHECKER_WORDS(
                checker,
                "%d begins on %s, but %d, by the calendar before, ends on %s: give %d a "
                "calendar of its own that begins on the day after, and let this one follow it",
                "năm %d bắt đầu ngày %s, nhưng năm %d theo lịch trước kết thúc ngày %s: đặt cho "
                "năm %d một lịch riêng bắt đầu ngay hôm sau, rồi mới đến lịch này"),
            year, date_format(begin, begin_text), year - 1, date_format(end, end_text), year);
    } else if (begin.days > end.days + 1) {
        end.days++;
        begin.days--;
        checker_warn(
            checker, at,
            CHECKER_WORDS(
                checker,
                "no period covers %s to %s, between %d and %d: what happens on these days is "
                "reported nowhere",
                "không kỳ nào gồm các ngày từ %s đến %s, giữa năm %d và năm %d: việc xảy ra trong "
                "những ngày này không được báo cáo ở đâu"),
            date_format(end, end_text), date_format(begin, begin_text), year - 1, year);
    }
}

/* The year between two calendars may be longer or shorter than those around it: it need not leave
 * room for another like it. */
static bool is_of_one_year(const struct catalogue *catalogue, const struct era *era)
{
    return era + 1 < catalogue->eras + catalogue->era_count &&
           era[1].from_year == era->from_year + 1;
}

/* False: the era is no good, and what follows is not compared with it. */
static bool check_era(const struct checker *checker, const struct era *era)
{
    const struct catalogue *catalogue = checker->catalogue;
    const struct cell_place at = {"catalogue.ini", era->line, "", 0};
    bool is_short = is_of_one_year(catalogue, era);
    enum err err =
        is_short ? calendar_check_one_year(&era->calendar) : calendar_check(&era->calendar);

    if (era->from_year < PERIOD_YEAR_MIN || era->from_year > PERIOD_YEAR_MAX)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "a calendar begins with %u: write a year from %d to %d",
                                  "có lịch bắt đầu từ năm %u: viết năm từ %d đến %d"),
                    era->from_year, PERIOD_YEAR_MIN, PERIOD_YEAR_MAX);
    else if (era > catalogue->eras && era[-1].from_year == era->from_year)
        checker_add(checker, at,
                    CHECKER_WORDS(checker, "two calendars begin with %u: remove one",
                                  "có hai lịch cùng bắt đầu từ năm %u: bỏ một"),
                    era->from_year);
    else if (err != ERR_OK)
        checker_add(checker, at,
                    CHECKER_WORDS(
                        checker,
                        "the calendar of %u%s is not in order: S1 must end after it begins, and S2 "
                        "begin on the day after%s",
                        "lịch của năm %u%s không hợp lệ: S1 phải kết thúc sau khi bắt đầu, và S2 "
                        "phải bắt đầu ngay hôm sau%s"),
                    era->from_year, is_short ? "" : CHECKER_WORDS(checker, " and later", " trở đi"),
                    is_short ? ""
                             : CHECKER_WORDS(checker, " and end before the next year's S1 begins",
                                             " và kết thúc trước khi S1 năm sau bắt đầu"));
    else
        return true;
    return false;
}

void catalogue_check_calendars(const struct checker *checker)
{
    const struct catalogue *catalogue = checker->catalogue;
    const struct calendar *before = &catalogue->calendar;

    if (calendar_check(before) != ERR_OK) {
        checker_add(
            checker, (struct cell_place){.file = "catalogue.ini"},
            CHECKER_WORDS(
                checker,
                "the calendar is not in order: S1 must end after it begins, S2 must begin on "
                "the day after and end within the year",
                "lịch kỳ báo cáo không hợp lệ: S1 phải kết thúc sau khi bắt đầu, S2 phải bắt đầu "
                "ngay hôm sau và kết thúc trong vòng một năm"));
        before = NULL;
    }
    for (size_t i = 0; i < catalogue->era_count; i++) {
        const struct era *era = &catalogue->eras[i];
        bool is_good = check_era(checker, era);

        if (is_good && before != NULL)
            check_seam(checker, before, era);
        before = is_good ? &era->calendar : NULL;
    }
}
