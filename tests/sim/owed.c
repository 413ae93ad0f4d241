/* Who owes what, and until when: the exceptions, public holidays and deadlines of the country, as
 * rows of its catalogues; and what they mean, looked up one day at a time. */
#include "sim/sim.h"

enum { PROVINCE, DISTRICT, COMMUNE };
enum { DAYS_OF_WEEK = 7, SATURDAY = 5, EPOCH_WEEKDAY = 3 };

#define TEXT(literal) ((char *)(uintptr_t)(literal))

struct day {
    int year, month, of_month;
};

static struct date date_of(struct day day)
{
    struct date date = {0};
    (void)date_make(day.year, day.month, day.of_month, &date); /* the tables have days that are */
    return date;
}

static struct date last_day_of(struct period period)
{
    return date_of((struct day){period.year, period.label == PERIOD_S1 ? 6 : 12, 14});
}

/* ---- exceptions ---- */

/* One unit in `of` is freed: of everything (form 0) or of one form, from and to the very days
 * between which a period ends, or does not any more; and as some catalogue says it first. */
static const struct exception {
    uint32_t form, of, rest;
    uint32_t since, until; /* catalogues; until 0: all that come */
    struct day from, to;   /* from year 0: since always */
} exceptions[] = {
    {0, 7, 3, 1, 0, {2024, 6, 15}, {2025, 6, 13}},
    {1, 5, 4, 2, 2, {2023, 1, 1}, {2023, 12, 14}},
    {1, 5, 4, 3, 0, {2023, 1, 1}, {2024, 12, 14}},
    {2, 5, 2, 1, 0, {0}, {2024, 6, 14}},
};
enum { EXCEPTIONS = sizeof(exceptions) / sizeof(exceptions[0]) };

static bool is_for(const struct sim *sim, const struct exception *exception, size_t unit,
                   uint32_t number)
{
    return (sim->country.units[unit].id + sim->seed) % exception->of == exception->rest &&
           number >= exception->since && (exception->until == 0 || number <= exception->until);
}

static void add_exceptions(const struct sim *sim, struct catalogue *catalogue)
{
    for (size_t unit = 0; unit < sim->country.unit_count; unit++) {
        for (size_t i = 0; i < EXCEPTIONS; i++) {
            const struct exception *exception = &exceptions[i];
            struct duty_exception row = {
                .unit = sim->country.units[unit].id,
                .form = exception->form,
                .from = exception->from.year != 0 ? date_of(exception->from) : DATE_MIN,
                .to = date_of(exception->to),
                .reason = TEXT("sim"),
            };
            if (is_for(sim, exception, unit, catalogue->number) &&
                sim->country.units[unit].since <= catalogue->number)
                catalogue_add_exception(catalogue, &row);
        }
    }
}

static bool is_excepted(const struct sim *sim, size_t unit, uint32_t form, struct period period)
{
    int32_t last = last_day_of(period).days;
    for (size_t i = 0; i < EXCEPTIONS; i++) {
        const struct exception *exception = &exceptions[i];
        if (is_for(sim, exception, unit, sim->published) &&
            (exception->form == 0 || exception->form == form) &&
            (exception->from.year == 0 || date_of(exception->from).days <= last) &&
            last <= date_of(exception->to).days)
            return true;
    }
    return false;
}

enum sim_owed sim_owed(const struct sim *sim, size_t unit, uint32_t form, struct period period)
{
    uint8_t level = sim->country.units[unit].level;
    if (level == PROVINCE || (level == DISTRICT && form != 1) ||
        !sim_unit_is_in(sim, unit, period, sim->published) ||
        sim_unit_has_ended_in(sim, unit, period))
        return SIM_NOT_OWED;
    return is_excepted(sim, unit, form, period) ? SIM_EXCEPTED : SIM_OWED;
}

/* ---- deadlines ---- */

/* Without them the deadlines of communes in 2024, which are days about the one on which the world
 * begins, would lie on its other side. */
static const struct {
    struct day first, last;
    bool is_worked;
} holidays[] = {
    {{2023, 1, 1}, {2023, 1, 1}, false}, {{2024, 1, 1}, {2024, 1, 1}, false},
    {{2025, 1, 1}, {2025, 1, 1}, false}, {{2025, 1, 27}, {2025, 1, 31}, false},
    {{2025, 2, 8}, {2025, 2, 8}, true},  {{2026, 1, 1}, {2026, 1, 1}, false},
};
enum { HOLIDAYS = sizeof(holidays) / sizeof(holidays[0]) };

/* By label - 1; 0: a day, as at other levels. */
static const uint8_t working_days[PERIOD_LABEL_COUNT] = {0, 50, 51};

void sim_owed_add(const struct sim *sim, struct catalogue *catalogue)
{
    struct level *communes = &catalogue->levels[COMMUNE];
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++) {
        communes->working_days[i] = working_days[i];
        communes->has_deadline[i] = working_days[i] == 0;
    }
    for (size_t i = 0; i < HOLIDAYS; i++) {
        struct holiday holiday = {.first = date_of(holidays[i].first),
                                  .last = date_of(holidays[i].last),
                                  .name_vi = TEXT("sim"),
                                  .name_en = TEXT("sim"),
                                  .is_worked = holidays[i].is_worked};
        catalogue_add_holiday(catalogue, &holiday);
    }
    add_exceptions(sim, catalogue);
}

static bool is_working_day(int32_t day)
{
    for (size_t i = 0; i < HOLIDAYS; i++)
        if (date_of(holidays[i].first).days <= day && day <= date_of(holidays[i].last).days)
            return holidays[i].is_worked;
    return (day + EPOCH_WEEKDAY) % DAYS_OF_WEEK < SATURDAY;
}

static int32_t deadline_of(uint8_t level, struct period period)
{
    int32_t day = last_day_of(period).days;
    int count = level == COMMUNE ? working_days[period.label - 1] : 0;
    if (count == 0)
        return day + 6; /* the 20th */
    while (count > 0)
        if (is_working_day(++day))
            count--;
    return day;
}

enum timeliness sim_timeliness(const struct sim *sim, size_t unit, struct period period,
                               struct instant judged)
{
    int32_t day = instant_date(judged).days;
    if (day > deadline_of(sim->country.units[unit].level, period))
        return TIMELINESS_LATE;
    return day <= last_day_of(period).days ? TIMELINESS_EARLY : TIMELINESS_ON_TIME;
}
