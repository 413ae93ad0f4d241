/* One function for each list; codes and numbers are the same in every language, names are not. */
#include "client/catalogue_show.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/catalogue_fields.h"
#include "client/table.h"
#include "client/words.h"

static struct table *start_table(const struct common *common, const struct heading *headings,
                                 size_t count)
{
    struct table *table = table_new();
    table_add_headings(table, common->is_english, headings, count);
    return table;
}

static void finish_table(const struct common *common, struct table *table, FILE *out)
{
    table_print(table, common->output, out);
    table_free(&table);
}

/* The word itself for people; the English one, which does not change, for programs. */
static const char *term(const struct common *common, enum word word)
{
    return words(common->is_english || common->output != OUTPUT_TEXT, word);
}

/* Codes of the levels in a mask, with blanks between. */
static void add_levels(const struct catalogue *catalogue, uint32_t mask, struct table *table)
{
    table_take(table, catalogue_levels_text(catalogue, mask, " "));
}

static void show_units(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    static const struct heading headings[] = {
        {"id", WORD_COLUMN_ID, TABLE_RIGHT},
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},
        {"level", WORD_COLUMN_LEVEL, TABLE_LEFT},
        {"type", WORD_COLUMN_TYPE, TABLE_LEFT},
        {"parent", WORD_COLUMN_PARENT, TABLE_RIGHT},
        {"from", WORD_COLUMN_FROM, TABLE_LEFT},
        {"to", WORD_COLUMN_TO, TABLE_LEFT},
        {"successors", WORD_COLUMN_SUCCESSORS, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        const struct unit *unit = &catalogue->units[i];
        struct buf successors = {0};
        for (size_t j = 0; j < unit->successor_count; j++)
            buf_printf(&successors, "%s%u", j > 0 ? " " : "", unit->successors[j]);
        for (size_t j = 0; j < unit->version_count; j++) {
            const struct unit_version *version = &unit->versions[j];
            char date[DATE_TEXT_SIZE];
            table_addf(table, "%u", unit->id);
            table_add(table, version->code);
            table_add(table, unit_name(version, common->is_english));
            table_add(table, catalogue->levels[version->level].code);
            table_add(table, catalogue->types[version->type].code);
            table_add_number(table, version->parent);
            table_add(table, date_format(version->from, date));
            table_add(table, date_format(version->to, date));
            table_add(table, (const char *)successors.data);
        }
        buf_fini(&successors);
    }
    finish_table(common, table, out);
}

static enum word aggregation_word(enum aggregation aggregation)
{
    switch (aggregation) {
    case AGGREGATION_SUM:
        return WORD_AGGREGATION_SUM;
    case AGGREGATION_MAX:
        return WORD_AGGREGATION_MAX;
    case AGGREGATION_MIN:
        return WORD_AGGREGATION_MIN;
    case AGGREGATION_DERIVED:
        break;
    }
    return WORD_AGGREGATION_DERIVED;
}

static const char *choose_measure(const struct common *common, const struct catalogue *catalogue,
                                  const struct indicator *indicator)
{
    const struct measure *measure = catalogue_measure(catalogue, indicator->measure);
    return words_name(common->is_english, indicator->measure,
                      measure != NULL ? measure->name_en : "");
}

/* In the order in which totals show them. */
static void show_indicators(const struct common *common, const struct catalogue *catalogue,
                            FILE *out)
{
    static const struct heading headings[] = {
        {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT},
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},
        {"section", WORD_COLUMN_SECTION, TABLE_LEFT},
        {"measure", WORD_COLUMN_MEASURE, TABLE_LEFT},
        {"form", WORD_COLUMN_FORM, TABLE_LEFT},
        {"body", WORD_COLUMN_BODY, TABLE_LEFT},
        {"nature", WORD_COLUMN_NATURE, TABLE_LEFT},
        {"aggregation", WORD_COLUMN_AGGREGATION, TABLE_LEFT},
        {"decimals", WORD_COLUMN_DECIMALS, TABLE_RIGHT},
        {"levels", WORD_COLUMN_LEVELS, TABLE_LEFT},
        {"required", WORD_COLUMN_REQUIRED, TABLE_LEFT},
        {"rule", WORD_COLUMN_RULE, TABLE_LEFT},
        {"checks", WORD_COLUMN_CHECKS, TABLE_LEFT},
        {"part_of", WORD_COLUMN_PART_OF, TABLE_LEFT},
        {"signed", WORD_COLUMN_SIGNED, TABLE_LEFT},
        {"valid_from", WORD_COLUMN_FROM, TABLE_LEFT},
        {"valid_to", WORD_COLUMN_TO, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[catalogue->indicators_shown[i]];
        const struct form *form = catalogue_form(catalogue, indicator->form);
        const struct indicator *whole = catalogue_indicator(catalogue, indicator->part_of);
        char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
        table_addf(table, "%u", indicator->number);
        table_add(table, indicator->code);
        table_add(table, indicator_name(indicator, common->is_english));
        table_add(table, indicator->section);
        table_add(table, choose_measure(common, catalogue, indicator));
        table_add(table, form != NULL ? form->code : NULL);
        table_add(table, indicator->body);
        table_add(table, term(common, indicator->nature == NATURE_STOCK ? WORD_NATURE_STOCK
                                                                        : WORD_NATURE_FLOW));
        table_add(table, term(common, aggregation_word(indicator->aggregation)));
        table_addf(table, "%u", indicator->decimals);
        add_levels(catalogue, indicator->level_mask, table);
        table_add(table, indicator->is_required ? term(common, WORD_YES) : "");
        table_add(table, indicator->rule);
        table_add(table, indicator->checks_text);
        table_add(table, whole != NULL ? whole->code : NULL);
        table_add(table, indicator->is_signed ? term(common, WORD_YES) : NULL);
        table_add(table, date_format(indicator->valid_from, from));
        table_add(table, date_format(indicator->valid_to, to));
    }
    finish_table(common, table, out);
}

static void show_forms(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    static const struct heading headings[] = {
        {"number", WORD_COLUMN_NUMBER, TABLE_RIGHT},
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},
        {"due", WORD_COLUMN_DUE, TABLE_LEFT},
        {"accept", WORD_COLUMN_ACCEPT, TABLE_LEFT},
        {"types", WORD_COLUMN_DUE_TYPES, TABLE_LEFT},
        {"periods", WORD_COLUMN_DUE_PERIODS, TABLE_LEFT},
        {"body", WORD_COLUMN_BODY, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->form_count; i++) {
        const struct form *form = &catalogue->forms[i];
        table_addf(table, "%u", form->number);
        table_add(table, form->code);
        table_add(table, words_name(common->is_english, form->name_vi, form->name_en));
        add_levels(catalogue, form->due_level_mask, table);
        table_add(table, form->is_manual ? "manual" : "auto");
        table_take(table, catalogue_types_text(catalogue, form->due_type_mask, " "));
        table_take(table, catalogue_periods_text(form->due_label_mask, " "));
        table_add(table, form->body);
    }
    finish_table(common, table, out);
}

static void show_holidays(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    static const struct heading headings[] = {
        {"first", WORD_COLUMN_FIRST, TABLE_LEFT},
        {"last", WORD_COLUMN_LAST, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},
        {"working", WORD_COLUMN_WORKING, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->holiday_count; i++) {
        const struct holiday *holiday = &catalogue->holidays[i];
        char day[DATE_TEXT_SIZE];
        table_add(table, date_format(holiday->first, day));
        table_add(table, date_format(holiday->last, day));
        table_add(table, words_name(common->is_english, holiday->name_vi, holiday->name_en));
        table_add(table, holiday->is_worked ? term(common, WORD_YES) : NULL);
    }
    finish_table(common, table, out);
}

/* A unit has the name and code that it has on the last day of the exception, or had last. */
static void show_exceptions(const struct common *common, const struct catalogue *catalogue,
                            FILE *out)
{
    static const struct heading headings[] = {
        {"unit", WORD_COLUMN_ID, TABLE_RIGHT},      {"code", WORD_COLUMN_CODE, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},     {"form", WORD_COLUMN_FORM, TABLE_LEFT},
        {"from", WORD_COLUMN_FROM, TABLE_LEFT},     {"to", WORD_COLUMN_TO, TABLE_LEFT},
        {"reason", WORD_COLUMN_REASON, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->exception_count; i++) {
        const struct duty_exception *exception = &catalogue->exceptions[i];
        const struct unit *unit = catalogue_unit(catalogue, exception->unit);
        const struct form *form = catalogue_form(catalogue, exception->form);
        const struct unit_version *version = unit_at(unit, exception->to);
        char day[DATE_TEXT_SIZE];
        if (version == NULL)
            version = &unit->versions[unit->version_count - 1];
        table_addf(table, "%u", exception->unit);
        table_add(table, version->code);
        table_add(table, unit_name(version, common->is_english));
        table_add(table, form != NULL ? form->code : NULL);
        table_add(table, date_format(exception->from, day));
        table_add(table, date_format(exception->to, day));
        table_add(table, exception->reason);
    }
    finish_table(common, table, out);
}

static void show_named(const struct common *common, const struct named *array, size_t count,
                       FILE *out)
{
    static const struct heading headings[] = {
        {"code", WORD_COLUMN_CODE, TABLE_LEFT},
        {"name", WORD_COLUMN_NAME, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < count; i++) {
        table_add(table, array[i].code);
        table_add(table, words_name(common->is_english, array[i].name_vi, array[i].name_en));
    }
    finish_table(common, table, out);
}

static void show_sections(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    show_named(common, catalogue->sections, catalogue->section_count, out);
}

static void show_bodies(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    show_named(common, catalogue->bodies, catalogue->body_count, out);
}

static void show_measures(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    static const struct heading headings[] = {
        {"measure", WORD_COLUMN_MEASURE, TABLE_LEFT},
        {"english", WORD_COLUMN_ENGLISH, TABLE_LEFT},
        {"quantity", WORD_COLUMN_QUANTITY, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t i = 0; i < catalogue->measure_count; i++) {
        table_add(table, catalogue->measures[i].name);
        table_add(table, catalogue->measures[i].name_en);
        table_add(table, catalogue->measures[i].quantity);
    }
    finish_table(common, table, out);
}

/* The first row is that of the years before all others. */
static void show_calendars(const struct common *common, const struct catalogue *catalogue,
                           FILE *out)
{
    static const struct heading headings[] = {
        {"from_year", WORD_COLUMN_FROM_YEAR, TABLE_RIGHT},
        {"s1_first", WORD_COLUMN_S1_FIRST, TABLE_RIGHT},
        {"s1_last", WORD_COLUMN_S1_LAST, TABLE_RIGHT},
        {"s2_first", WORD_COLUMN_S2_FIRST, TABLE_RIGHT},
        {"s2_last", WORD_COLUMN_S2_LAST, TABLE_RIGHT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    for (size_t row = 0; row <= catalogue->era_count; row++) {
        const struct era *era = row > 0 ? &catalogue->eras[row - 1] : NULL;
        struct catalogue_fields days = {0};
        catalogue_fields_of_calendar(era != NULL ? &era->calendar : &catalogue->calendar, &days);
        table_add_number(table, era != NULL ? era->from_year : 0);
        for (size_t i = 0; i < days.count; i++)
            table_add(table, days.texts[i]);
        catalogue_fields_fini(&days);
    }
    finish_table(common, table, out);
}

static void show_summary(const struct common *common, const struct catalogue *catalogue, FILE *out)
{
    static const struct heading headings[] = {
        {"number", WORD_CATALOGUE_NUMBER, TABLE_LEFT},
        {"title", WORD_CATALOGUE_TITLE, TABLE_LEFT},
        {"levels", WORD_CATALOGUE_LEVELS, TABLE_LEFT},
        {"forms", WORD_CATALOGUE_FORMS, TABLE_LEFT},
        {"indicators", WORD_CATALOGUE_INDICATORS, TABLE_LEFT},
        {"units", WORD_CATALOGUE_UNITS, TABLE_LEFT},
    };
    struct table *table = start_table(common, headings, sizeof(headings) / sizeof(headings[0]));
    table_addf(table, "%u", catalogue->number);
    table_add(table, words_name(common->is_english, catalogue->title_vi, catalogue->title_en));
    add_levels(catalogue, UINT32_MAX, table);
    table_addf(table, "%zu", catalogue->form_count);
    table_addf(table, "%zu", catalogue->indicator_count);
    table_addf(table, "%zu", catalogue->unit_count);
    table_print_record(table, common->output, out);
    table_free(&table);
}

static const struct {
    const char *name;
    void (*show)(const struct common *common, const struct catalogue *catalogue, FILE *out);
} lists[] = {
    {"units", show_units},         {"indicators", show_indicators}, {"forms", show_forms},
    {"sections", show_sections},   {"bodies", show_bodies},         {"measures", show_measures},
    {"calendars", show_calendars}, {"holidays", show_holidays},     {"exceptions", show_exceptions},
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

bool catalogue_can_show(const char *what)
{
    for (size_t i = 0; i < LIST_COUNT; i++)
        if (strcmp(lists[i].name, what) == 0)
            return true;
    return false;
}

void catalogue_show(const struct common *common, const struct catalogue *catalogue,
                    const char *what, FILE *out)
{
    if (what == NULL) {
        show_summary(common, catalogue, out);
        return;
    }
    for (size_t i = 0; i < LIST_COUNT; i++) {
        if (strcmp(lists[i].name, what) == 0) {
            lists[i].show(common, catalogue, out);
            return;
        }
    }
    assert(false); /* the caller asked catalogue_can_show */
}
