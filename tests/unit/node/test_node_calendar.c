/* Another calendar in force from some year on: comparisons across the change are marked, those on
 * one side of it are not; a year that has begun keeps its days. */
#include "unit/node/ask.h"
#include "unit/node/parcel.h"
#include "unit/node/table.h"

/* A calendar and its first year. */
struct days {
    uint32_t from_year;
    struct {
        int32_t year_offset;
        uint32_t month, day;
    } days[4];
};

#define LONG_YEAR                                                                                  \
    {                                                                                              \
        {-1, 12, 15}, {0, 6, 30}, {0, 7, 1},                                                       \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }
#define STATISTICAL                                                                                \
    {                                                                                              \
        {0, 1, 1}, {0, 6, 30}, {0, 7, 1},                                                          \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }
#define OTHER_HALVES                                                                               \
    {                                                                                              \
        {-1, 12, 15}, {0, 6, 30}, {0, 7, 1},                                                       \
        {                                                                                          \
            0, 12, 14                                                                              \
        }                                                                                          \
    }

static void add_calendar(Tonghop__Catalogue *catalogue, const struct days *days)
{
    Tonghop__Calendar *added = mem_alloc(sizeof(*added));
    tonghop__calendar__init(added);
    added->from_year = days->from_year;
    added->n_days = LENGTH(days->days);
    added->days = mem_alloc(LENGTH(days->days) * sizeof(*added->days));
    for (size_t i = 0; i < LENGTH(days->days); i++) {
        added->days[i] = mem_alloc(sizeof(**added->days));
        tonghop__calendar_day__init(added->days[i]);
        added->days[i]->year_offset = days->days[i].year_offset;
        added->days[i]->month = days->days[i].month;
        added->days[i]->day = days->days[i].day;
    }
    catalogue->later_calendars =
        mem_realloc(catalogue->later_calendars,
                    (catalogue->n_later_calendars + 1) * sizeof(*catalogue->later_calendars));
    catalogue->later_calendars[catalogue->n_later_calendars++] = added;
}

/* The sample under number 2, with these calendars. */
static struct parcel with_calendars(const struct days *days, size_t count)
{
    Tonghop__Catalogue *catalogue = edit_begin(2);
    for (size_t i = 0; i < count; i++)
        add_calendar(catalogue, &days[i]);
    return parcel_of(2, edit_end(catalogue));
}

static const Tonghop__Totals *ask_span(struct rig *rig, const char *from, const char *period,
                                       bool compare_previous)
{
    return table_of(rig, TABLE(.from = from, .period = period, .compare_previous = compare_previous,
                               .indicators = {"model.registered"}));
}

/* By the days of the label within its year, whatever the years; of a span, by any of its years and
 * the one that it is compared with. */
static void test_comparisons_across_a_change_are_marked(void **state)
{
    struct rig *rig = *state;
    static const struct days changes[] = {
        {2026, OTHER_HALVES}, {2028, LONG_YEAR}, {2029, STATISTICAL}};
    static const struct {
        const char *from, *period;
        bool differs;
    } rows[] = {
        {"", "2025", false},     {"", "2025-S1", false},
        {"", "2026", false}, /* other halves, the same year */
        {"", "2026-S1", true},   {"", "2026-S2", true},
        {"", "2027-S1", false},  {"", "2028", true},
        {"", "2028-S1", false}, /* to 30 June in both */
        {"", "2028-S2", true},   {"", "2029", true},
        {"", "2029-S1", true},   {"", "2029-S2", false},
        {"", "2030", false},     {"2026", "2027", false},
        {"2027", "2028", true},                           /* the last year: 2028 with 2026 */
        {"2029", "2030", true},                           /* both */
        {"2030", "2031", true},                           /* the first year: 2030 with 2028 */
        {"2031", "2032", false},                          /* 2029 and 2030 are over */
        {"2027", "2029", true},  {"1900", "1901", false}, /* nothing before it */
    };
    struct parcel parcel = with_calendars(changes, LENGTH(changes));
    publish_ok(rig, &parcel);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const Tonghop__Totals *totals = ask_span(rig, rows[i].from, rows[i].period, true);
        if (totals->calendar_differs != rows[i].differs)
            fail_msg("%s to %s: %d", rows[i].from, rows[i].period, totals->calendar_differs);
        assert_false(ask_span(rig, rows[i].from, rows[i].period, false)->calendar_differs);
    }
    buf_fini(&parcel.bytes);
}

/* With one calendar for all years nothing is marked. */
static void test_one_calendar_marks_nothing(void **state)
{
    struct rig *rig = *state;
    static const char *const periods[] = {"2024", "2024-S1", "2024-S2", "2999"};
    for (size_t i = 0; i < LENGTH(periods); i++)
        assert_false(ask_span(rig, "", periods[i], true)->calendar_differs);
    assert_false(ask_span(rig, "2010", "2019", true)->calendar_differs);
}

/* On 10 January 2025, 2025 has begun by the sample's calendar; what was filed for a year to come is
 * kept, and shown with its new days. */
static void test_a_year_that_has_begun_keeps_its_days(void **state)
{
    struct rig *rig = *state;
    static const struct days late[] = {{2025, STATISTICAL}}, early[] = {{2026, STATISTICAL}};
    file_ok(rig, DRAFT(.kind = KIND_PLAN, .period = "2026", .unit = 23857, CELLS(EXACT(1, 12))));
    struct parcel parcel = with_calendars(late, LENGTH(late));
    const Tonghop__Refusal *refusal =
        assert_refused(publish(rig, from_local(), &parcel, 0), "invalid");
    assert_int_equal(refusal->n_problems, 2);
    assert_true(refusal->problems[0]->warning); /* of the days between */
    assert_contains(refusal->problems[1]->text, "the calendar of 2025 cannot change");
    assert_contains(refusal->problems[1]->text, "S1 is 2024-12-15 to 2025-06-14");
    assert_int_equal(rig->node->catalogue->number, 1);
    buf_fini(&parcel.bytes);

    parcel = with_calendars(early, LENGTH(early)); /* with a gap of days, which is no error */
    publish_ok(rig, &parcel);
    const Tonghop__Envelope *answer = ask_totals(
        rig, from_local(),
        ASK(.kind = KIND_PLAN, .period = "2026", .unit = "64", .indicator = "model.registered"));
    assert_body(answer, BODY(TOTALS));
    assert_int_equal(number_of(answer->totals->units[0]->values[0]), 12);
    rig_restart(rig);
    assert_int_equal(rig->node->catalogue->era_count, 1);
    buf_fini(&parcel.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_comparisons_across_a_change_are_marked),
        ROOT_TEST(test_one_calendar_marks_nothing),
        ROOT_TEST(test_a_year_that_has_begun_keeps_its_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
