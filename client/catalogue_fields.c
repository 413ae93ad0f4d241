/* Which texts a row of a catalogue is made of. */
#include "client/catalogue_fields.h"

#include <stdlib.h>

#include "core/mem.h"

void catalogue_fields_fini(struct catalogue_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++)
        free(fields->texts[i]);
    fields->count = 0;
}

/* Takes `text` over. */
static void take_text(struct catalogue_fields *fields, const char *name, char *text)
{
    fields->names[fields->count] = name;
    fields->texts[fields->count++] = text;
}

void catalogue_fields_add(struct catalogue_fields *fields, const char *name, const char *text)
{
    take_text(fields, name, mem_strdup(text));
}

static void add_number(struct catalogue_fields *fields, const char *name, uint32_t number)
{
    take_text(fields, name, number != 0 ? mem_printf("%u", number) : mem_strdup(""));
}

static void add_day(struct catalogue_fields *fields, const char *name, struct date date)
{
    char text[DATE_TEXT_SIZE];
    catalogue_fields_add(fields, name, date_format(date, text));
}

static void add_calendar_day(struct catalogue_fields *fields, const char *name, bool is_there,
                             struct calendar_day day)
{
    char *text = mem_printf("%s%02u-%02u",
                            day.year_offset < 0   ? "-1/"
                            : day.year_offset > 0 ? "+1/"
                                                  : "",
                            day.month, day.day);
    if (is_there)
        catalogue_fields_add(fields, name, text);
    else
        catalogue_fields_add(fields, name, "");
    free(text);
}

/* Appends a word to those before it. */
static void put_word(struct buf *text, const char *separator, const char *word)
{
    buf_printf(text, "%s%s", text->len > 0 ? separator : "", word);
}

/* The text of a buffer, which is freed. */
static char *finish_words(struct buf *text)
{
    char *words = mem_strdup(text->len > 0 ? (const char *)text->data : "");
    buf_fini(text);
    return words;
}

char *catalogue_levels_text(const struct catalogue *catalogue, uint32_t mask, const char *separator)
{
    struct buf text = {0};
    for (size_t i = 0; i < catalogue->level_count; i++)
        if ((mask >> i & 1u) != 0)
            put_word(&text, separator, catalogue->levels[i].code);
    return finish_words(&text);
}

char *catalogue_types_text(const struct catalogue *catalogue, uint64_t mask, const char *separator)
{
    struct buf text = {0};
    for (size_t i = 0; i < catalogue->type_count; i++)
        if ((mask >> i & 1u) != 0)
            put_word(&text, separator, catalogue->types[i].code);
    return finish_words(&text);
}

char *catalogue_periods_text(uint8_t label_mask, const char *separator)
{
    static const char *const labels[PERIOD_LABEL_COUNT] = {"s1", "s2", "y"};
    struct buf text = {0};
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++)
        if ((label_mask >> i & 1) != 0)
            put_word(&text, separator, labels[i]);
    return finish_words(&text);
}

void catalogue_fields_of_calendar(const struct calendar *calendar, struct catalogue_fields *ret)
{
    add_calendar_day(ret, "s1_first", true, calendar->s1_first);
    add_calendar_day(ret, "s1_last", true, calendar->s1_last);
    add_calendar_day(ret, "s2_first", true, calendar->s2_first);
    add_calendar_day(ret, "s2_last", true, calendar->s2_last);
}

void catalogue_fields_of_head(const struct catalogue *catalogue, struct catalogue_fields *ret)
{
    add_number(ret, "number", catalogue->number);
    catalogue_fields_add(ret, "title_vi", catalogue->title_vi);
    catalogue_fields_add(ret, "title_en", catalogue->title_en);
    catalogue_fields_of_calendar(&catalogue->calendar, ret);
}

static const char *describe_level(const struct level *level, struct catalogue_fields *ret)
{
    static const char *const deadlines[] = {"deadline_s1", "deadline_s2", "deadline_y"};
    if (ret == NULL)
        return level->code;
    catalogue_fields_add(ret, "name_vi", level->name_vi);
    catalogue_fields_add(ret, "name_en", level->name_en);
    for (size_t label = 0; label < PERIOD_LABEL_COUNT; label++)
        if (level->working_days[label] > 0)
            take_text(ret, deadlines[label],
                      mem_printf("+%u working day%s", level->working_days[label],
                                 level->working_days[label] > 1 ? "s" : ""));
        else
            add_calendar_day(ret, deadlines[label], level->has_deadline[label],
                             level->deadline[label]);
    return level->code;
}

static const char *describe_type(const struct unit_type *type, struct catalogue_fields *ret)
{
    if (ret == NULL)
        return type->code;
    catalogue_fields_add(ret, "name_vi", type->name_vi);
    catalogue_fields_add(ret, "name_en", type->name_en);
    return type->code;
}

static const char *describe_named(const struct named *named, struct catalogue_fields *ret)
{
    if (ret == NULL)
        return named->code;
    catalogue_fields_add(ret, "name_vi", named->name_vi);
    catalogue_fields_add(ret, "name_en", named->name_en);
    return named->code;
}

static const char *describe_measure(const struct measure *measure, struct catalogue_fields *ret)
{
    if (ret == NULL)
        return measure->name;
    catalogue_fields_add(ret, "name_en", measure->name_en);
    catalogue_fields_add(ret, "quantity", measure->quantity);
    return measure->name;
}

const char *catalogue_fields_of_row(const struct catalogue *c, enum word list, size_t i,
                                    struct catalogue_fields *ret)
{
    if (list == WORD_DIFF_LEVEL)
        return i < c->level_count ? describe_level(&c->levels[i], ret) : NULL;
    if (list == WORD_DIFF_TYPE)
        return i < c->type_count ? describe_type(&c->types[i], ret) : NULL;
    if (list == WORD_DIFF_SECTION)
        return i < c->section_count ? describe_named(&c->sections[i], ret) : NULL;
    if (list == WORD_DIFF_BODY)
        return i < c->body_count ? describe_named(&c->bodies[i], ret) : NULL;
    return i < c->measure_count ? describe_measure(&c->measures[i], ret) : NULL;
}

void catalogue_fields_of_form(const struct catalogue *catalogue, const struct form *form,
                              struct catalogue_fields *ret)
{
    catalogue_fields_add(ret, "code", form->code);
    catalogue_fields_add(ret, "name_vi", form->name_vi);
    catalogue_fields_add(ret, "name_en", form->name_en);
    take_text(ret, "due", catalogue_levels_text(catalogue, form->due_level_mask, "|"));
    catalogue_fields_add(ret, "accept", form->is_manual ? "manual" : "auto");
    take_text(ret, "types", catalogue_types_text(catalogue, form->due_type_mask, "|"));
    take_text(ret, "periods", catalogue_periods_text(form->due_label_mask, "|"));
    catalogue_fields_add(ret, "body", form->body);
}

void catalogue_fields_of_holiday(const struct holiday *holiday, struct catalogue_fields *ret)
{
    add_day(ret, "last", holiday->last);
    catalogue_fields_add(ret, "name_vi", holiday->name_vi);
    catalogue_fields_add(ret, "name_en", holiday->name_en);
    catalogue_fields_add(ret, "working", holiday->is_worked ? "yes" : "");
}

void catalogue_fields_of_exception(const struct duty_exception *exception,
                                   struct catalogue_fields *ret)
{
    add_day(ret, "to", exception->to);
    catalogue_fields_add(ret, "reason", exception->reason);
}

static const char *aggregation_text(enum aggregation aggregation)
{
    static const char *const texts[] = {[AGGREGATION_SUM] = "sum",
                                        [AGGREGATION_MAX] = "max",
                                        [AGGREGATION_MIN] = "min",
                                        [AGGREGATION_DERIVED] = ""};
    return texts[aggregation];
}

void catalogue_fields_of_indicator(const struct catalogue *catalogue,
                                   const struct indicator *indicator, struct catalogue_fields *ret)
{
    const struct form *form = catalogue_form(catalogue, indicator->form);
    const struct indicator *whole = catalogue_indicator(catalogue, indicator->part_of);
    catalogue_fields_add(ret, "code", indicator->code);
    catalogue_fields_add(ret, "form", form != NULL ? form->code : "");
    catalogue_fields_add(ret, "section", indicator->section);
    catalogue_fields_add(ret, "name_vi", indicator->name_vi);
    catalogue_fields_add(ret, "name_en", indicator->name_en);
    catalogue_fields_add(ret, "measure", indicator->measure);
    catalogue_fields_add(ret, "nature", indicator->nature == NATURE_STOCK ? "stock" : "flow");
    catalogue_fields_add(ret, "aggregation", aggregation_text(indicator->aggregation));
    take_text(ret, "decimals", mem_printf("%u", indicator->decimals));
    catalogue_fields_add(ret, "signed", indicator->is_signed ? "yes" : "");
    catalogue_fields_add(ret, "part_of", whole != NULL ? whole->code : "");
    take_text(ret, "levels", catalogue_levels_text(catalogue, indicator->level_mask, "|"));
    add_day(ret, "valid_from", indicator->valid_from);
    add_day(ret, "valid_to", indicator->valid_to);
    catalogue_fields_add(ret, "rule", indicator->rule);
    catalogue_fields_add(ret, "checks", indicator->checks_text);
    catalogue_fields_add(ret, "body", indicator->body);
    add_number(ret, "order", indicator->rank);
    catalogue_fields_add(ret, "required", indicator->is_required ? "yes" : "");
}

void catalogue_fields_of_version(const struct catalogue *catalogue,
                                 const struct unit_version *version, struct catalogue_fields *ret)
{
    catalogue_fields_add(ret, "code", version->code);
    catalogue_fields_add(ret, "level", catalogue->levels[version->level].code);
    catalogue_fields_add(ret, "type", catalogue->types[version->type].code);
    add_number(ret, "parent", version->parent);
    catalogue_fields_add(ret, "name_vi", version->name_vi);
    catalogue_fields_add(ret, "name_en", version->name_en);
}

void catalogue_fields_of_life(const struct unit *unit, struct catalogue_fields *ret)
{
    struct buf successors = {0};
    for (size_t i = 0; i < unit->successor_count; i++)
        buf_printf(&successors, "%s%u", i > 0 ? " " : "", unit->successors[i]);
    add_day(ret, "from", unit_begin(unit));
    add_day(ret, "to", unit_end(unit));
    catalogue_fields_add(ret, "successors",
                         successors.len > 0 ? (const char *)successors.data : "");
    buf_fini(&successors);
}
