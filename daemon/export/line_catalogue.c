/* The catalogue as people read it. What counts are its bytes; these lines follow from them. */
#include <stdio.h>

#include "export/line.h"

enum { DAY_SIZE = 24 };

/* null for a day that is open. */
static void put_date(struct line *line, const char *name, struct date date)
{
    char text[DATE_TEXT_SIZE];
    line_put_text_or_null(line, name, date_format(date, text));
}

/* "12-15", "-1/12-15" (a year before), "+1/01-10", as catalogue.ini has them. */
static char *format_day(struct calendar_day day, char *out)
{
    const char *year = day.year_offset < 0 ? "-1/" : day.year_offset > 0 ? "+1/" : "";
    (void)snprintf(out, DAY_SIZE, "%s%02u-%02u", year, day.month, day.day);
    return out;
}

static json_t *calendar_of(const struct calendar *calendar)
{
    struct line line = line_begin(NULL);
    char text[DAY_SIZE];
    line_put_text(&line, "s1_first", format_day(calendar->s1_first, text));
    line_put_text(&line, "s1_last", format_day(calendar->s1_last, text));
    line_put_text(&line, "s2_first", format_day(calendar->s2_first, text));
    line_put_text(&line, "s2_last", format_day(calendar->s2_last, text));
    return line_finish(&line);
}

/* Appends an object that may be NULL, which fails the line around the list. */
static void append(struct line *line, json_t *list, json_t *object)
{
    if (json_array_append_new(list, object) != 0)
        line->failed = true;
}

static json_t *named_of(const char *code, const char *name_vi, const char *name_en)
{
    struct line line = line_begin(NULL);
    line_put_text(&line, "code", code);
    line_put_text(&line, "name_vi", name_vi);
    line_put_text_or_null(&line, "name_en", name_en);
    return line_finish(&line);
}

static json_t *level_of(const struct level *level)
{
    static const char *const names[PERIOD_LABEL_COUNT] = {"due_s1", "due_s2", "due_year"};
    struct line line = {.object = named_of(level->code, level->name_vi, level->name_en)};
    char text[DAY_SIZE];
    if (line.object == NULL)
        return NULL;
    for (int i = 0; i < PERIOD_LABEL_COUNT; i++) {
        const char *due = level->has_deadline[i] ? format_day(level->deadline[i], text) : NULL;
        if (level->working_days[i] > 0) {
            (void)snprintf(text, sizeof(text), "+%u working day%s", level->working_days[i],
                           level->working_days[i] > 1 ? "s" : "");
            due = text;
        }
        line_put_text_or_null(&line, names[i], due);
    }
    return line_finish(&line);
}

static json_t *holiday_of(const struct holiday *holiday)
{
    struct line line = line_begin(NULL);
    put_date(&line, "first", holiday->first);
    put_date(&line, "last", holiday->last);
    line_put_text(&line, "name_vi", holiday->name_vi);
    line_put_text_or_null(&line, "name_en", holiday->name_en);
    line_put_bool(&line, "working", holiday->is_worked);
    return line_finish(&line);
}

static json_t *exception_of(const struct duty_exception *exception)
{
    struct line line = line_begin(NULL);
    line_put_number(&line, "unit", exception->unit);
    line_put_number_or_null(&line, "form", exception->form);
    put_date(&line, "from", exception->from);
    put_date(&line, "to", exception->to);
    line_put_text(&line, "reason", exception->reason);
    return line_finish(&line);
}

/* Members that a catalogue without any of these has not: its lines are what they were before there
 * were any. */
static void put_duties(struct line *line, const struct catalogue *catalogue)
{
    if (catalogue->holiday_count > 0) {
        json_t *holidays = json_array();
        for (size_t i = 0; i < catalogue->holiday_count; i++)
            append(line, holidays, holiday_of(&catalogue->holidays[i]));
        line_put(line, "holidays", holidays);
    }
    if (catalogue->exception_count > 0) {
        json_t *exceptions = json_array();
        for (size_t i = 0; i < catalogue->exception_count; i++)
            append(line, exceptions, exception_of(&catalogue->exceptions[i]));
        line_put(line, "exceptions", exceptions);
    }
}

static json_t *measure_of(const struct measure *measure)
{
    struct line line = line_begin(NULL);
    line_put_text(&line, "name", measure->name);
    line_put_text_or_null(&line, "name_en", measure->name_en);
    line_put_text_or_null(&line, "quantity", measure->quantity);
    return line_finish(&line);
}

static json_t *era_of(const struct era *era)
{
    struct line line = line_begin(NULL);
    line_put_number(&line, "from_year", era->from_year);
    line_put(&line, "calendar", calendar_of(&era->calendar));
    return line_finish(&line);
}

static void put_lists(struct line *line, const struct catalogue *catalogue)
{
    json_t *eras = json_array(), *levels = json_array(), *types = json_array(),
           *sections = json_array(), *bodies = json_array(), *measures = json_array();
    for (size_t i = 0; i < catalogue->era_count; i++)
        append(line, eras, era_of(&catalogue->eras[i]));
    for (size_t i = 0; i < catalogue->level_count; i++)
        append(line, levels, level_of(&catalogue->levels[i]));
    for (size_t i = 0; i < catalogue->type_count; i++) {
        const struct unit_type *type = &catalogue->types[i];
        append(line, types, named_of(type->code, type->name_vi, type->name_en));
    }
    for (size_t i = 0; i < catalogue->section_count; i++) {
        const struct named *section = &catalogue->sections[i];
        append(line, sections, named_of(section->code, section->name_vi, section->name_en));
    }
    for (size_t i = 0; i < catalogue->body_count; i++) {
        const struct named *body = &catalogue->bodies[i];
        append(line, bodies, named_of(body->code, body->name_vi, body->name_en));
    }
    for (size_t i = 0; i < catalogue->measure_count; i++)
        append(line, measures, measure_of(&catalogue->measures[i]));
    line_put(line, "eras", eras);
    line_put(line, "levels", levels);
    line_put(line, "types", types);
    line_put(line, "sections", sections);
    line_put(line, "bodies", bodies);
    line_put(line, "measures", measures);
}

static json_t *line_of_head(const struct line_catalogue *of)
{
    const struct catalogue *catalogue = of->catalogue;
    struct line line = line_begin("catalogue");
    line_put_number(&line, "number", catalogue->number);
    line_put_digest(&line, "hash", of->hash);
    line_put_number(&line, "size", of->size_bytes);
    line_put_text(&line, "title_vi", catalogue->title_vi);
    line_put_text_or_null(&line, "title_en", catalogue->title_en);
    line_put(&line, "calendar", calendar_of(&catalogue->calendar));
    put_lists(&line, catalogue);
    put_duties(&line, catalogue);
    return line_finish(&line);
}

static json_t *levels_of(const struct catalogue *catalogue, uint32_t mask)
{
    json_t *list = json_array();
    for (size_t i = 0; i < catalogue->level_count; i++)
        if ((mask >> i & 1u) != 0)
            (void)json_array_append_new(list, json_string(catalogue->levels[i].code));
    return list;
}

static json_t *types_of(const struct catalogue *catalogue, uint64_t mask)
{
    json_t *list = json_array();
    for (size_t i = 0; i < catalogue->type_count; i++)
        if ((mask >> i & 1u) != 0)
            (void)json_array_append_new(list, json_string(catalogue->types[i].code));
    return list;
}

static json_t *labels_of(uint8_t mask)
{
    static const char *const labels[PERIOD_LABEL_COUNT] = {"s1", "s2", "y"};
    json_t *list = json_array();
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++)
        if ((mask >> i & 1) != 0)
            (void)json_array_append_new(list, json_string(labels[i]));
    return list;
}

static json_t *line_of_form(const struct catalogue *catalogue, const struct form *form)
{
    struct line line = line_begin("form");
    line_put_number(&line, "number", form->number);
    line_put_text(&line, "code", form->code);
    line_put_text(&line, "name_vi", form->name_vi);
    line_put_text_or_null(&line, "name_en", form->name_en);
    line_put(&line, "due_levels", levels_of(catalogue, form->due_level_mask));
    line_put_bool(&line, "accepted_by_hand", form->is_manual);
    if (form->due_type_mask != 0)
        line_put(&line, "due_types", types_of(catalogue, form->due_type_mask));
    if (form->due_label_mask != 0)
        line_put(&line, "due_periods", labels_of(form->due_label_mask));
    if (form->body[0] != '\0')
        line_put_text(&line, "body", form->body);
    return line_finish(&line);
}

static const char *aggregation_name(enum aggregation aggregation)
{
    switch (aggregation) {
    case AGGREGATION_SUM:
        return "sum";
    case AGGREGATION_MAX:
        return "max";
    case AGGREGATION_MIN:
        return "min";
    case AGGREGATION_DERIVED:
        return "derived";
    }
    return NULL;
}

static json_t *line_of_indicator(const struct catalogue *catalogue,
                                 const struct indicator *indicator)
{
    struct line line = line_begin("indicator");
    line_put_number(&line, "number", indicator->number);
    line_put_text(&line, "code", indicator->code);
    line_put_text(&line, "name_vi", indicator->name_vi);
    line_put_text_or_null(&line, "name_en", indicator->name_en);
    line_put_text_or_null(&line, "section", indicator->section);
    line_put_text_or_null(&line, "body", indicator->body);
    line_put_text_or_null(&line, "measure", indicator->measure);
    line_put_text(&line, "nature", indicator->nature == NATURE_STOCK ? "stock" : "flow");
    line_put_text_or_null(&line, "aggregation", aggregation_name(indicator->aggregation));
    line_put_number(&line, "decimals", indicator->decimals);
    line_put_bool(&line, "signed", indicator->is_signed);
    line_put_number_or_null(&line, "form", indicator->form);
    line_put_number_or_null(&line, "part_of", indicator->part_of);
    line_put(&line, "levels", levels_of(catalogue, indicator->level_mask));
    put_date(&line, "valid_from", indicator->valid_from);
    put_date(&line, "valid_to", indicator->valid_to);
    line_put_number_or_null(&line, "order", indicator->rank);
    line_put_bool(&line, "required", indicator->is_required);
    line_put_text_or_null(&line, "rule", indicator->rule);
    line_put_text_or_null(&line, "checks", indicator->checks_text);
    return line_finish(&line);
}

static json_t *version_of(const struct catalogue *catalogue, const struct unit_version *version)
{
    struct line line = line_begin(NULL);
    put_date(&line, "from", version->from);
    put_date(&line, "to", version->to);
    line_put_number_or_null(&line, "parent", version->parent);
    line_put_text(&line, "level", catalogue->levels[version->level].code);
    line_put_text(&line, "type", catalogue->types[version->type].code);
    line_put_text(&line, "code", version->code);
    line_put_text(&line, "name_vi", version->name_vi);
    line_put_text_or_null(&line, "name_en", version->name_en);
    return line_finish(&line);
}

static json_t *line_of_unit(const struct catalogue *catalogue, const struct unit *unit)
{
    struct line line = line_begin("unit");
    json_t *versions = json_array(), *successors = json_array();
    for (size_t i = 0; i < unit->version_count; i++)
        append(&line, versions, version_of(catalogue, &unit->versions[i]));
    for (size_t i = 0; i < unit->successor_count; i++)
        append(&line, successors, json_integer(unit->successors[i]));
    line_put_number(&line, "id", unit->id);
    line_put(&line, "versions", versions);
    line_put(&line, "successors", successors);
    return line_finish(&line);
}

size_t line_catalogue_rows(const struct catalogue *catalogue)
{
    return 1 + catalogue->form_count + catalogue->indicator_count + catalogue->unit_count;
}

json_t *line_of_catalogue_row(const struct line_catalogue *of, size_t row)
{
    const struct catalogue *catalogue = of->catalogue;
    if (row == 0)
        return line_of_head(of);
    row--;
    if (row < catalogue->form_count)
        return line_of_form(catalogue, &catalogue->forms[row]);
    row -= catalogue->form_count;
    if (row < catalogue->indicator_count)
        return line_of_indicator(catalogue, &catalogue->indicators[row]);
    return line_of_unit(catalogue, &catalogue->units[row - catalogue->indicator_count]);
}
