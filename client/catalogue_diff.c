/* Every row of both catalogues is written out as texts, and texts are compared: so a level that
 * only moved in the list changes nothing else, and a person reads what they would have to write. */
#include "client/catalogue_diff.h"

#include <stdlib.h>
#include <string.h>

#include "client/catalogue_fields.h"
#include "client/table.h"
#include "client/words.h"
#include "core/mem.h"

enum { NO_ROW = -1 };

struct diff {
    const struct common *common;
    const struct catalogue *before, *after;
    struct table *table;
    struct catalogue_changes changes;
};

/* The row that a line is about. */
struct subject {
    enum word what;
    uint32_t number; /* 0: it has none */
    const char *code;
    struct date from; /* of units: the day from which it holds */
};

/* ---- lines ---- */

/* The word itself for people; the English one, which does not change, for programs. */
static const char *term(const struct diff *diff, enum word word)
{
    return words(diff->common->is_english || diff->common->output != OUTPUT_TEXT, word);
}

static void print_line(struct diff *diff, const struct subject *subject, const char *field,
                       const char *before, const char *after)
{
    char day[DATE_TEXT_SIZE];
    table_add(diff->table, term(diff, subject->what));
    table_add_number(diff->table, subject->number);
    table_add(diff->table, subject->code);
    table_add(diff->table, field);
    table_add(diff->table, date_format(subject->from, day));
    table_add(diff->table, before);
    table_add(diff->table, after);
    diff->changes.count++;
}

static void print_changes(struct diff *diff, const struct subject *subject,
                          const struct catalogue_fields *before,
                          const struct catalogue_fields *after)
{
    for (size_t i = 0; i < after->count; i++)
        if (strcmp(before->texts[i], after->texts[i]) != 0)
            print_line(diff, subject, after->names[i], before->texts[i], after->texts[i]);
}

static void print_gone(struct diff *diff, const struct subject *subject, const char *name)
{
    print_line(diff, subject, term(diff, WORD_DIFF_REMOVED), name, NULL);
}

/* A row that is there now; `before` is NULL when it is new. */
static void compare(struct diff *diff, const struct subject *subject,
                    const struct catalogue_fields *before, const struct catalogue_fields *after,
                    const char *name)
{
    if (before == NULL)
        print_line(diff, subject, term(diff, WORD_DIFF_ADDED), NULL, name);
    else
        print_changes(diff, subject, before, after);
}

/* ---- rows of catalogue.ini ---- */

static void diff_head(struct diff *diff)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct subject subject = {.what = WORD_DIFF_CATALOGUE, .from = DATE_MIN};
    catalogue_fields_of_head(diff->before, &before);
    catalogue_fields_of_head(diff->after, &after);
    print_changes(diff, &subject, &before, &after);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

static const struct era *find_era(const struct catalogue *catalogue, uint16_t year)
{
    for (size_t i = 0; i < catalogue->era_count; i++)
        if (catalogue->eras[i].from_year == year)
            return &catalogue->eras[i];
    return NULL;
}

/* One of both is not NULL. */
static void diff_era(struct diff *diff, const struct era *was, const struct era *is)
{
    const struct era *there = is != NULL ? is : was;
    struct catalogue_fields before = {0}, after = {0};
    const struct catalogue_fields *fields = is != NULL ? &after : &before;
    char *year = mem_printf("%u", there->from_year);
    const struct subject subject = {.what = WORD_DIFF_CALENDAR, .code = year, .from = DATE_MIN};
    if (was != NULL)
        catalogue_fields_of_calendar(&was->calendar, &before);
    if (is != NULL)
        catalogue_fields_of_calendar(&is->calendar, &after);
    char *days = mem_printf("%s %s %s %s", fields->texts[0], fields->texts[1], fields->texts[2],
                            fields->texts[3]);
    if (is != NULL)
        compare(diff, &subject, was != NULL ? &before : NULL, &after, days);
    else
        print_gone(diff, &subject, days);
    free(days);
    free(year);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

static void diff_eras(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->era_count; i++)
        diff_era(diff, find_era(before, after->eras[i].from_year), &after->eras[i]);
    for (size_t i = 0; i < before->era_count; i++)
        if (find_era(after, before->eras[i].from_year) == NULL)
            diff_era(diff, &before->eras[i], NULL);
}

/* The lists of catalogue.ini, by what is said of their rows. */
static const enum word lists[] = {WORD_DIFF_LEVEL, WORD_DIFF_TYPE, WORD_DIFF_SECTION,
                                  WORD_DIFF_BODY, WORD_DIFF_MEASURE};

static int find_row(const struct catalogue *catalogue, enum word list, const char *code)
{
    const char *found;
    for (size_t i = 0; (found = catalogue_fields_of_row(catalogue, list, i, NULL)) != NULL; i++)
        if (strcmp(found, code) == 0)
            return (int)i;
    return NO_ROW;
}

/* The row that stands before row `i` and is in both catalogues: where that is another one, the row
 * has moved. */
static const char *row_above(const struct catalogue *catalogue, enum word list, size_t i,
                             const struct catalogue *other)
{
    while (i-- > 0) {
        const char *code = catalogue_fields_of_row(catalogue, list, i, NULL);
        if (find_row(other, list, code) != NO_ROW)
            return code;
    }
    return "";
}

static void describe_place(const struct catalogue *catalogue, enum word list, size_t i,
                           const struct catalogue *other, struct catalogue_fields *ret)
{
    (void)catalogue_fields_of_row(catalogue, list, i, ret);   /* its code is known */
    if (list == WORD_DIFF_LEVEL || list == WORD_DIFF_SECTION) /* the order of others says nothing */
        catalogue_fields_add(ret, "after", row_above(catalogue, list, i, other));
}

static void diff_list_row(struct diff *diff, enum word list, size_t i, const char *code)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct subject subject = {.what = list, .code = code, .from = DATE_MIN};
    const int was = find_row(diff->before, list, code);
    if (was != NO_ROW)
        describe_place(diff->before, list, (size_t)was, diff->after, &before);
    describe_place(diff->after, list, i, diff->before, &after);
    compare(diff, &subject, was != NO_ROW ? &before : NULL, &after, after.texts[0]);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

static void diff_list(struct diff *diff, enum word list)
{
    const char *code;
    for (size_t i = 0; (code = catalogue_fields_of_row(diff->after, list, i, NULL)) != NULL; i++)
        diff_list_row(diff, list, i, code);
    for (size_t i = 0; (code = catalogue_fields_of_row(diff->before, list, i, NULL)) != NULL; i++) {
        const struct subject subject = {.what = list, .code = code, .from = DATE_MIN};
        struct catalogue_fields fields = {0};
        if (find_row(diff->after, list, code) != NO_ROW)
            continue;
        (void)catalogue_fields_of_row(diff->before, list, i, &fields); /* its code is known */
        print_gone(diff, &subject, fields.texts[0]);
        catalogue_fields_fini(&fields);
    }
}

/* ---- forms and indicators ---- */

static void diff_form(struct diff *diff, const struct form *was, const struct form *is)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct subject subject = {WORD_DIFF_FORM, is->number, is->code, DATE_MIN};
    if (was != NULL)
        catalogue_fields_of_form(diff->before, was, &before);
    catalogue_fields_of_form(diff->after, is, &after);
    compare(diff, &subject, was != NULL ? &before : NULL, &after, is->name_vi);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

static void diff_forms(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->form_count; i++)
        diff_form(diff, catalogue_form(before, after->forms[i].number), &after->forms[i]);
    for (size_t i = 0; i < before->form_count; i++) {
        const struct form *was = &before->forms[i];
        const struct subject subject = {WORD_DIFF_FORM, was->number, was->code, DATE_MIN};
        if (catalogue_form(after, was->number) == NULL)
            print_gone(diff, &subject, was->name_vi);
    }
}

/* ---- holidays and exceptions ---- */

static const struct holiday *find_holiday(const struct catalogue *catalogue, struct date first)
{
    for (size_t i = 0; i < catalogue->holiday_count; i++)
        if (date_compare(catalogue->holidays[i].first, first) == 0)
            return &catalogue->holidays[i];
    return NULL;
}

static void diff_holidays(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->holiday_count; i++) {
        const struct holiday *is = &after->holidays[i], *was = find_holiday(before, is->first);
        const struct subject subject = {.what = WORD_DIFF_HOLIDAY, .code = "", .from = is->first};
        struct catalogue_fields old = {0}, new = {0};
        if (was != NULL)
            catalogue_fields_of_holiday(was, &old);
        catalogue_fields_of_holiday(is, &new);
        compare(diff, &subject, was != NULL ? &old : NULL, &new, is->name_vi);
        catalogue_fields_fini(&old);
        catalogue_fields_fini(&new);
    }
    for (size_t i = 0; i < before->holiday_count; i++) {
        const struct holiday *was = &before->holidays[i];
        const struct subject subject = {.what = WORD_DIFF_HOLIDAY, .code = "", .from = was->first};
        if (find_holiday(after, was->first) == NULL)
            print_gone(diff, &subject, was->name_vi);
    }
}

/* Exceptions are the same that are of one unit and form and begin on one day. */
static const struct duty_exception *find_exception(const struct catalogue *catalogue,
                                                   const struct duty_exception *like)
{
    for (size_t i = 0; i < catalogue->exception_count; i++) {
        const struct duty_exception *exception = &catalogue->exceptions[i];
        if (exception->unit == like->unit && exception->form == like->form &&
            date_compare(exception->from, like->from) == 0)
            return exception;
    }
    return NULL;
}

static struct subject subject_of_exception(const struct catalogue *catalogue,
                                           const struct duty_exception *exception)
{
    const struct form *form = catalogue_form(catalogue, exception->form);
    return (struct subject){WORD_DIFF_EXCEPTION, exception->unit, form != NULL ? form->code : "",
                            exception->from};
}

static void diff_exceptions(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->exception_count; i++) {
        const struct duty_exception *is = &after->exceptions[i], *was = find_exception(before, is);
        const struct subject subject = subject_of_exception(after, is);
        struct catalogue_fields old = {0}, new = {0};
        if (was != NULL)
            catalogue_fields_of_exception(was, &old);
        catalogue_fields_of_exception(is, &new);
        compare(diff, &subject, was != NULL ? &old : NULL, &new, is->reason);
        catalogue_fields_fini(&old);
        catalogue_fields_fini(&new);
    }
    for (size_t i = 0; i < before->exception_count; i++) {
        const struct duty_exception *was = &before->exceptions[i];
        const struct subject subject = subject_of_exception(before, was);
        if (find_exception(after, was) == NULL)
            print_gone(diff, &subject, was->reason);
    }
}

static void diff_indicator(struct diff *diff, const struct indicator *was,
                           const struct indicator *is)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct subject subject = {WORD_DIFF_INDICATOR, is->number, is->code, DATE_MIN};
    if (was != NULL)
        catalogue_fields_of_indicator(diff->before, was, &before);
    catalogue_fields_of_indicator(diff->after, is, &after);
    if (was != NULL && strcmp(was->rule, is->rule) != 0)
        diff->changes.formula_count++;
    compare(diff, &subject, was != NULL ? &before : NULL, &after, is->name_vi);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

static void diff_indicators(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->indicator_count; i++)
        diff_indicator(diff, catalogue_indicator(before, after->indicators[i].number),
                       &after->indicators[i]);
    for (size_t i = 0; i < before->indicator_count; i++) {
        const struct indicator *was = &before->indicators[i];
        const struct subject subject = {WORD_DIFF_INDICATOR, was->number, was->code, DATE_MIN};
        if (catalogue_indicator(after, was->number) == NULL)
            print_gone(diff, &subject, was->name_vi);
    }
}

/* ---- units ---- */

static void diff_day(struct diff *diff, const struct unit *was, const struct unit *is,
                     struct date day)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct unit_version *old = unit_at(was, day), *new = unit_at(is, day);
    if (old == NULL || new == NULL) /* first and last days are compared by themselves */
        return;
    const struct subject subject = {WORD_DIFF_UNIT, is->id, new->code, day};
    catalogue_fields_of_version(diff->before, old, &before);
    catalogue_fields_of_version(diff->after, new, &after);
    print_changes(diff, &subject, &before, &after);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
}

/* The first day after `day` on which a row of one of the two begins; false if there is none. */
static bool next_day(const struct unit *was, const struct unit *is, struct date *day)
{
    struct date next = DATE_MAX;
    for (size_t i = 0; i < was->version_count; i++)
        if (date_compare(was->versions[i].from, *day) > 0 &&
            date_compare(was->versions[i].from, next) < 0)
            next = was->versions[i].from;
    for (size_t i = 0; i < is->version_count; i++)
        if (date_compare(is->versions[i].from, *day) > 0 &&
            date_compare(is->versions[i].from, next) < 0)
            next = is->versions[i].from;
    *day = next;
    return date_compare(next, DATE_MAX) != 0;
}

static const struct unit_version *last_version(const struct unit *unit)
{
    return &unit->versions[unit->version_count - 1];
}

static void diff_unit(struct diff *diff, const struct unit *was, const struct unit *is)
{
    struct catalogue_fields before = {0}, after = {0};
    const struct unit_version *version = last_version(is);
    const struct subject subject = {WORD_DIFF_UNIT, is->id, version->code,
                                    was == NULL ? unit_begin(is) : DATE_MIN};
    if (was != NULL)
        catalogue_fields_of_life(was, &before);
    catalogue_fields_of_life(is, &after);
    compare(diff, &subject, was != NULL ? &before : NULL, &after, version->name_vi);
    catalogue_fields_fini(&before);
    catalogue_fields_fini(&after);
    if (was == NULL)
        return;
    struct date day = DATE_MIN;
    diff_day(diff, was, is, day);
    while (next_day(was, is, &day))
        diff_day(diff, was, is, day);
}

static void diff_units(struct diff *diff)
{
    const struct catalogue *before = diff->before, *after = diff->after;
    for (size_t i = 0; i < after->unit_count; i++)
        diff_unit(diff, catalogue_unit(before, after->units[i].id), &after->units[i]);
    for (size_t i = 0; i < before->unit_count; i++) {
        const struct unit *was = &before->units[i];
        const struct unit_version *version = last_version(was);
        const struct subject subject = {WORD_DIFF_UNIT, was->id, version->code, DATE_MIN};
        if (catalogue_unit(after, was->id) == NULL)
            print_gone(diff, &subject, version->name_vi);
    }
}

void catalogue_diff(const struct common *common, const struct catalogue *before,
                    const struct catalogue *after, FILE *out, struct catalogue_changes *ret_changes)
{
    static const struct heading columns[] = {
        {"what", WORD_COLUMN_WHAT, TABLE_LEFT},   {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT},
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},   {"field", WORD_COLUMN_FIELD, TABLE_LEFT},
        {"from", WORD_COLUMN_FROM, TABLE_LEFT},   {"before", WORD_COLUMN_BEFORE, TABLE_LEFT},
        {"after", WORD_COLUMN_AFTER, TABLE_LEFT},
    };
    struct diff diff = {common, before, after, table_new(), {0}};
    table_add_headings(diff.table, common->is_english, columns,
                       sizeof(columns) / sizeof(columns[0]));
    diff_head(&diff);
    diff_eras(&diff);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        diff_list(&diff, lists[i]);
    diff_forms(&diff);
    diff_indicators(&diff);
    diff_units(&diff);
    diff_holidays(&diff);
    diff_exceptions(&diff);
    table_print(diff.table, common->output, out);
    table_free(&diff.table);
    *ret_changes = diff.changes;
}
