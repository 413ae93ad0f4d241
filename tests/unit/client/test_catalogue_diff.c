/* Every change from one catalogue to the next is listed, once, under the name of its column; what
 * is the same is not. */
#include "lib/cm.h"

#include <stdio.h>

#include "client/catalogue_diff.h"
#include "core/check.h"
#include "core/mem.h"

#define TEXT(literal) ((char *)(uintptr_t)(literal))

static void replace(char **slot, const char *text)
{
    free(*slot);
    *slot = mem_strdup(text);
}

static struct indicator *find(struct catalogue *c, uint32_t number)
{
    for (size_t i = 0; i < c->indicator_count; i++)
        if (c->indicators[i].number == number)
            return &c->indicators[i];
    fail();
    return NULL;
}

static struct unit *find_unit(struct catalogue *c, uint32_t id)
{
    for (size_t i = 0; i < c->unit_count; i++)
        if (c->units[i].id == id)
            return &c->units[i];
    fail();
    return NULL;
}

/* The second row of the unit begins on the first day of 2025. */
static struct unit_version *split(struct unit *unit)
{
    struct unit_version *versions = mem_calloc(2, sizeof *versions);
    versions[0] = unit->versions[0];
    versions[1] = unit->versions[0];
    versions[1].code = mem_strdup(versions[0].code);
    versions[1].name_vi = mem_strdup(versions[0].name_vi);
    versions[1].name_en = mem_strdup(versions[0].name_en);
    assert_int_equal(date_make(2025, 1, 1, &versions[1].from), ERR_OK);
    versions[0].to.days = versions[1].from.days - 1;
    free(unit->versions);
    unit->versions = versions;
    unit->version_count = 2;
    return &versions[1];
}

static void add_and_sort(struct catalogue *c, const struct indicator *indicator)
{
    catalogue_add_indicator(c, indicator); /* its number is the highest: still sorted */
}

#define STATISTICAL                                                                                \
    {                                                                                              \
        {0, 1, 1}, {0, 6, 30}, {0, 7, 1},                                                          \
        {                                                                                          \
            0, 12, 31                                                                              \
        }                                                                                          \
    }

/* A change to the sample catalogue, and the lines it makes. */
#define CHANGES(X)                                                                                 \
    X(nothing, (void)c, "")                                                                        \
    X(number, c->number = 2, "catalogue,,,number,,1,2\n")                                          \
    X(title, replace(&c->title_vi, "Mới"), "catalogue,,,title_vi,,Danh mục mẫu,Mới\n")             \
    X(calendar, c->calendar.s2_last.day = 15, "catalogue,,,s2_last,,12-14,12-15\n")                \
    X(later_calendar, catalogue_add_era(c, &(struct era){2026, STATISTICAL, 0}),                   \
      "calendar,,2026,added,,,01-01 06-30 07-01 12-31\n")                                          \
    X(deadline, c->levels[1].has_deadline[0] = false, "level,,district,deadline_s1,,06-20,\n")     \
    X(deadline_year, c->levels[1].deadline[2].year_offset = 1,                                     \
      "level,,district,deadline_y,,12-20,+1/12-20\n")                                              \
    X(type, replace(&c->types[2].name_en, "commune"), "type,,xa,name_en,,rural commune,commune\n") \
    X(section, catalogue_add_section(c, &(struct named){TEXT("s"), TEXT("Mục"), TEXT("S")}),       \
      "section,,s,added,,,Mục\n")                                                                  \
    X(body, catalogue_add_body(c, &(struct named){TEXT("b"), TEXT("Hội"), TEXT("")}),              \
      "body,,b,added,,,Hội\n")                                                                     \
    X(measure,                                                                                     \
      catalogue_add_measure(c, &(struct measure){TEXT("đồng"), TEXT("dong"), TEXT("money")}),      \
      "measure,,đồng,added,,,dong\n")                                                              \
    X(form_due, c->forms[1].due_level_mask |= 2,                                                   \
      "form,2,security,due,,commune,district|commune\n")                                           \
    X(form_accept, c->forms[1].is_manual = true, "form,2,security,accept,,auto,manual\n")          \
    X(form_types, c->forms[1].due_type_mask = 12, "form,2,security,types,,,xa|thi_tran\n")         \
    X(form_periods, c->forms[1].due_label_mask = 5, "form,2,security,periods,,,s1|y\n")            \
    X(form_body, replace(&c->forms[1].body, "pn"), "form,2,security,body,,,pn\n")                  \
    X(working_days, (c->levels[1].has_deadline[0] = false, c->levels[1].working_days[0] = 3),      \
      "level,,district,deadline_s1,,06-20,+3 working days\n")                                      \
    X(working_day, (c->levels[1].has_deadline[0] = false, c->levels[1].working_days[0] = 1),       \
      "level,,district,deadline_s1,,06-20,+1 working day\n")                                       \
    X(holiday,                                                                                     \
      catalogue_add_holiday(                                                                       \
          c, &(struct holiday){.first = {19723}, .last = {19723}, .name_vi = TEXT("Tết")}),        \
      "holiday,,,added,2024-01-01,,Tết\n")                                                         \
    X(exception,                                                                                   \
      catalogue_add_exception(                                                                     \
          c,                                                                                       \
          &(struct duty_exception){                                                                \
              .unit = 23888, .form = 2, .from = {19723}, .to = {19800}, .reason = TEXT("Lũ")}),    \
      "exception,23888,security,added,2024-01-01,,Lũ\n")                                           \
    X(renamed, replace(&find(c, 6)->name_en, "Poor"),                                              \
      "indicator,6,poverty.poor,name_en,,Poor households,Poor\n")                                  \
    X(ended, (void)date_make(2025, 6, 30, &find(c, 6)->valid_to),                                  \
      "indicator,6,poverty.poor,valid_to,,,2025-06-30\n")                                          \
    X(rule, replace(&find(c, 11)->rule, "= dialogue.commune"),                                     \
      "indicator,11,dialogue.total,rule,,= dialogue.district + dialogue.commune,= "                \
      "dialogue.commune\n")                                                                        \
    X(checks, replace(&find(c, 6)->checks_text, "<= 5"),                                           \
      "indicator,6,poverty.poor,checks,,,<= 5\n")                                                  \
    X(order, find(c, 6)->rank = 3, "indicator,6,poverty.poor,order,,,3\n")                         \
    X(required, find(c, 6)->is_required = true, "indicator,6,poverty.poor,required,,,yes\n")       \
    X(part, find(c, 4)->part_of = 0,                                                               \
      "indicator,4,model.recognised.individual,part_of,,model.recognised,\n")                      \
    X(several, (find(c, 6)->decimals = 1, find(c, 6)->is_signed = true),                           \
      "indicator,6,poverty.poor,decimals,,0,1\nindicator,6,poverty.poor,signed,,,yes\n")           \
    X(added,                                                                                       \
      add_and_sort(c, &(struct indicator){.number = 99,                                            \
                                          .aggregation = AGGREGATION_SUM,                          \
                                          .code = TEXT("n"),                                       \
                                          .name_vi = TEXT("Mới")}),                                \
      "indicator,99,n,added,,,Mới\n")                                                              \
    X(gone, c->indicator_count--, "indicator,20,security.team,gone,,Tổ bảo vệ an ninh trật tự,\n") \
    X(moved, split(find_unit(c, 23888))->parent = 631,                                             \
      "unit,23888,23888,parent,2025-01-01,632,631\n")                                              \
    X(retyped, split(find_unit(c, 23888))->type = 3,                                               \
      "unit,23888,23888,type,2025-01-01,xa,thi_tran\n")                                            \
    X(split_only, split(find_unit(c, 23888)), "")                                                  \
    X(unit_renamed, replace(&find_unit(c, 23863)->versions[0].name_en, "Hoa Thuan"),               \
      "unit,23863,23863,name_en,,,Hoa Thuan\n")                                                    \
    X(unit_ended, (void)date_make(2025, 6, 30, &find_unit(c, 23888)->versions[0].to),              \
      "unit,23888,23888,to,,,2025-06-30\n")                                                        \
    X(successors, find_unit(c, 23899)->successors[0] = 23887,                                      \
      "unit,23899,23899,successors,,23888,23887\n")                                                \
    X(unit_gone, c->unit_count--, "unit,23899,23899,gone,,Xã Tân Sơn,\n")

#define DEFINE_CHANGE(name, change, lines)                                                         \
    static void change_##name(struct catalogue *c)                                                 \
    {                                                                                              \
        change;                                                                                    \
    }
CHANGES(DEFINE_CHANGE)
#define CHANGE_ROW(name, change, lines) {#name, change_##name, lines},

/* Rows that were hidden behind the count are still there to be freed. */
static void free_changed(struct catalogue *c)
{
    struct catalogue *sample = sample_catalogue();
    c->unit_count = sample->unit_count;
    if (c->indicator_count < sample->indicator_count)
        c->indicator_count = sample->indicator_count;
    catalogue_free(&sample);
    catalogue_free(&c);
}

static char *print_diff(const struct catalogue *before, const struct catalogue *after,
                        const struct common *common, struct catalogue_changes *ret_changes)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    catalogue_diff(common, before, after, out, ret_changes);
    assert_int_equal(fclose(out), 0);
    for (char *from = text, *to = text;; from++) { /* the line ends of RFC 4180 */
        if (*from != '\r')
            *to++ = *from;
        if (*from == '\0')
            break;
    }
    return text;
}

static void every_change_is_listed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(struct catalogue *c);
        const char *lines;
    } rows[] = {CHANGES(CHANGE_ROW)};
    const struct common common = {.output = OUTPUT_CSV};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *before = sample_catalogue(), *after = sample_catalogue();
        struct catalogue_changes changes;
        rows[i].change(after);
        char *text = print_diff(before, after, &common, &changes);
        const char *lines = strchr(text, '\n') + 1;
        size_t count = 0;
        if (strcmp(lines, rows[i].lines) != 0)
            fail_msg("%s: %s", rows[i].name, lines);
        for (const char *at = lines; *at != '\0'; at++)
            count += *at == '\n';
        assert_int_equal(changes.count, count);
        assert_int_equal(changes.formula_count, strcmp(rows[i].name, "rule") == 0);
        free(text);
        catalogue_free(&before);
        free_changed(after);
    }
}

static void add_duties(struct catalogue *c, struct date last, struct date to, bool is_worked)
{
    catalogue_add_holiday(
        c, &(struct holiday){
               .first = {19723}, .last = last, .name_vi = TEXT("Tết"), .is_worked = is_worked});
    catalogue_add_exception(
        c,
        &(struct duty_exception){.unit = 23888, .from = DATE_MIN, .to = to, .reason = TEXT("Lũ")});
}

/* Rule: holidays are known by their first day, exceptions by unit, form and first day. */
static void holidays_and_exceptions_are_compared(void **state)
{
    (void)state;
    const struct common common = {.output = OUTPUT_CSV};
    struct catalogue *before = sample_catalogue(), *after = sample_catalogue();
    struct catalogue *without = sample_catalogue();
    struct catalogue_changes changes;
    add_duties(before, (struct date){19723}, (struct date){19800}, false);
    add_duties(after, (struct date){19724}, (struct date){19801}, true);
    char *text = print_diff(before, after, &common, &changes);
    assert_string_equal(strchr(text, '\n') + 1, "holiday,,,last,2024-01-01,2024-01-01,2024-01-02\n"
                                                "holiday,,,working,2024-01-01,,yes\n"
                                                "exception,23888,,to,,2024-03-18,2024-03-19\n");
    free(text);
    text = print_diff(before, without, &common, &changes);
    assert_string_equal(strchr(text, '\n') + 1, "holiday,,,gone,2024-01-01,Tết,\n"
                                                "exception,23888,,gone,,Lũ,\n");
    free(text);
    catalogue_free(&before);
    catalogue_free(&after);
    catalogue_free(&without);
}

/* Calendars are known by their first year. */
static void calendars_are_compared_by_their_year(void **state)
{
    (void)state;
    const struct common common = {.output = OUTPUT_CSV};
    struct catalogue *before = sample_catalogue(), *after = sample_catalogue();
    struct catalogue_changes changes;
    struct era changed = {2026, STATISTICAL, 0};
    catalogue_add_era(before, &changed);
    catalogue_add_era(before, &(struct era){2030, STATISTICAL, 0});
    catalogue_add_era(before, &(struct era){2040, STATISTICAL, 0});
    changed.calendar.s1_first = (struct calendar_day){-1, 12, 15};
    catalogue_add_era(after, &changed);
    catalogue_add_era(after, &(struct era){2031, STATISTICAL, 0});
    catalogue_add_era(after, &(struct era){2040, STATISTICAL, 0});
    char *text = print_diff(before, after, &common, &changes);
    assert_string_equal(strchr(text, '\n') + 1, "calendar,,2026,s1_first,,01-01,-1/12-15\n"
                                                "calendar,,2031,added,,,01-01 06-30 07-01 12-31\n"
                                                "calendar,,2030,gone,,01-01 06-30 07-01 12-31,\n");
    assert_int_equal(changes.count, 3);
    free(text);
    catalogue_free(&before);
    catalogue_free(&after);
}

/* A level that moved in the list is told by what it stands after, and nothing else changes. */
static void moved_levels_change_nothing_else(void **state)
{
    (void)state;
    const struct common common = {.output = OUTPUT_CSV};
    struct catalogue *before = catalogue_new(), *after = catalogue_new();
    struct catalogue_changes changes;
    static const char *const codes[] = {"a", "b", "c"}, *const moved[] = {"a", "c", "b"};
    for (size_t i = 0; i < 3; i++) {
        catalogue_add_section(before, &(struct named){TEXT(codes[i]), TEXT("M"), TEXT("")});
        catalogue_add_section(after, &(struct named){TEXT(moved[i]), TEXT("M"), TEXT("")});
    }
    before->title_vi = mem_strdup("");
    before->title_en = mem_strdup("");
    after->title_vi = mem_strdup("");
    after->title_en = mem_strdup("");
    char *text = print_diff(before, after, &common, &changes);
    assert_string_equal(strchr(text, '\n') + 1, "section,,c,after,,b,a\nsection,,b,after,,a,c\n");
    free(text);
    catalogue_free(&before);
    catalogue_free(&after);
}

/* For people it is in their language. */
static void people_read_their_language(void **state)
{
    (void)state;
    const struct common common = {.output = OUTPUT_TEXT};
    struct catalogue *before = sample_catalogue(), *after = sample_catalogue();
    struct catalogue_changes changes;
    after->unit_count--;
    char *text = print_diff(before, after, &common, &changes);
    assert_non_null(strstr(text, "Thay đổi"));
    assert_non_null(strstr(text, "không còn"));
    free(text);
    catalogue_free(&before);
    free_changed(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_is_listed),
        cmocka_unit_test(calendars_are_compared_by_their_year),
        cmocka_unit_test(holidays_and_exceptions_are_compared),
        cmocka_unit_test(moved_levels_change_nothing_else),
        cmocka_unit_test(people_read_their_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
