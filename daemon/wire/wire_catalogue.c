/* Catalogues to bytes and back.
 *
 * Serialised messages that stand one behind the other are one message with the lists of all. So a
 * catalogue is written row by row, each as a Catalogue with that row alone, in order of the field
 * numbers: the bytes are those of the whole packed at once, and no second copy of a country's units
 * is made to pack them. */
#include "wire/wire.h"

#include "core/mem.h"
#include "wire/wire_check.h"

/* Unpacked, a catalogue takes about 10 times its bytes; protobuf-c's tables for it, which an arena
 * does not get back, come on top. */
enum { ARENA_PER_BYTE = 32, ARENA_BASE = 64 << 10, CALENDAR_DAYS = 4 };
static const size_t arena_max = (size_t)512 << 20;

static Tonghop__CalendarDay calendar_day_of(struct calendar_day day)
{
    Tonghop__CalendarDay message = TONGHOP__CALENDAR_DAY__INIT;
    message.year_offset = day.year_offset;
    message.month = day.month;
    message.day = day.day;
    return message;
}

/* The days of a calendar, and the pointers to them that a message has. */
struct days {
    Tonghop__CalendarDay days[CALENDAR_DAYS];
    Tonghop__CalendarDay *rows[CALENDAR_DAYS];
};

static void put_days(const struct calendar *calendar, struct days *ret)
{
    ret->days[0] = calendar_day_of(calendar->s1_first);
    ret->days[1] = calendar_day_of(calendar->s1_last);
    ret->days[2] = calendar_day_of(calendar->s2_first);
    ret->days[3] = calendar_day_of(calendar->s2_last);
    for (size_t i = 0; i < CALENDAR_DAYS; i++)
        ret->rows[i] = &ret->days[i];
}

static void pack_head(const struct catalogue *catalogue, struct buf *out)
{
    struct days days;
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.number = catalogue->number;
    message.title_vi = catalogue->title_vi;
    message.title_en = catalogue->title_en;
    put_days(&catalogue->calendar, &days);
    message.n_calendar = CALENDAR_DAYS;
    message.calendar = days.rows;
    wire_put_message(&message.base, out);
}

static void pack_era(const struct era *era, struct buf *out)
{
    struct days days;
    Tonghop__Calendar row = TONGHOP__CALENDAR__INIT;
    put_days(&era->calendar, &days);
    row.from_year = era->from_year;
    row.n_days = CALENDAR_DAYS;
    row.days = days.rows;
    Tonghop__Calendar *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_later_calendars = 1;
    message.later_calendars = rows;
    wire_put_message(&message.base, out);
}

static void pack_level(const struct level *level, struct buf *out)
{
    Tonghop__Level row = TONGHOP__LEVEL__INIT;
    Tonghop__CalendarDay days[PERIOD_LABEL_COUNT];
    Tonghop__CalendarDay **deadlines[PERIOD_LABEL_COUNT] = {&row.deadline_s1, &row.deadline_s2,
                                                            &row.deadline_y};
    row.code = level->code;
    row.name_vi = level->name_vi;
    row.name_en = level->name_en;
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++) {
        days[i] = calendar_day_of(level->deadline[i]);
        if (level->has_deadline[i])
            *deadlines[i] = &days[i];
    }
    row.working_days_s1 = level->working_days[PERIOD_S1 - 1];
    row.working_days_s2 = level->working_days[PERIOD_S2 - 1];
    row.working_days_y = level->working_days[PERIOD_Y - 1];
    Tonghop__Level *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_levels = 1;
    message.levels = rows;
    wire_put_message(&message.base, out);
}

static void pack_type(const struct unit_type *type, struct buf *out)
{
    Tonghop__UnitType row = TONGHOP__UNIT_TYPE__INIT;
    row.code = type->code;
    row.name_vi = type->name_vi;
    row.name_en = type->name_en;
    Tonghop__UnitType *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_types = 1;
    message.types = rows;
    wire_put_message(&message.base, out);
}

static void pack_form(const struct form *form, struct buf *out)
{
    Tonghop__Form row = TONGHOP__FORM__INIT;
    row.number = form->number;
    row.code = form->code;
    row.name_vi = form->name_vi;
    row.name_en = form->name_en;
    row.due_level_mask = form->due_level_mask;
    row.accepted_by_hand = form->is_manual;
    row.due_type_mask = form->due_type_mask;
    row.due_label_mask = form->due_label_mask;
    row.body = form->body;
    Tonghop__Form *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_forms = 1;
    message.forms = rows;
    wire_put_message(&message.base, out);
}

static void pack_indicator(const struct indicator *indicator, struct buf *out)
{
    Tonghop__Indicator row = TONGHOP__INDICATOR__INIT;
    row.number = indicator->number;
    row.code = indicator->code;
    row.name_vi = indicator->name_vi;
    row.name_en = indicator->name_en;
    row.section = indicator->section;
    row.measure = indicator->measure;
    row.nature = indicator->nature;
    row.aggregation = indicator->aggregation;
    row.decimals = indicator->decimals;
    row.is_signed = indicator->is_signed;
    row.form = indicator->form;
    row.part_of = indicator->part_of;
    row.level_mask = indicator->level_mask;
    row.valid_from = indicator->valid_from.days;
    row.valid_to = indicator->valid_to.days;
    row.rule = indicator->rule;
    row.checks = indicator->checks_text;
    row.body = indicator->body;
    row.rank = indicator->rank;
    row.is_required = indicator->is_required;
    Tonghop__Indicator *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_indicators = 1;
    message.indicators = rows;
    wire_put_message(&message.base, out);
}

/* Successors belong to the unit: its last version names them. */
static void pack_unit(const struct unit *unit, struct buf *out)
{
    for (size_t i = 0; i < unit->version_count; i++) {
        const struct unit_version *version = &unit->versions[i];
        Tonghop__UnitVersion row = TONGHOP__UNIT_VERSION__INIT;
        row.id = unit->id;
        row.from = version->from.days;
        row.to = version->to.days;
        row.parent = version->parent;
        row.level = version->level;
        row.type = version->type;
        row.code = version->code;
        row.name_vi = version->name_vi;
        row.name_en = version->name_en;
        if (i + 1 == unit->version_count) {
            row.n_successors = unit->successor_count;
            row.successors = unit->successors;
        }
        Tonghop__UnitVersion *rows[] = {&row};
        Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
        message.n_units = 1;
        message.units = rows;
        wire_put_message(&message.base, out);
    }
}

static void pack_named(const struct named *named, bool is_section, struct buf *out)
{
    Tonghop__Named row = TONGHOP__NAMED__INIT;
    row.code = named->code;
    row.name_vi = named->name_vi;
    row.name_en = named->name_en;
    Tonghop__Named *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    *(is_section ? &message.n_sections : &message.n_bodies) = 1;
    *(is_section ? &message.sections : &message.bodies) = rows;
    wire_put_message(&message.base, out);
}

static void pack_measure(const struct measure *measure, struct buf *out)
{
    Tonghop__Measure row = TONGHOP__MEASURE__INIT;
    row.name = measure->name;
    row.name_en = measure->name_en;
    row.quantity = measure->quantity;
    Tonghop__Measure *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_measures = 1;
    message.measures = rows;
    wire_put_message(&message.base, out);
}

static void pack_holiday(const struct holiday *holiday, struct buf *out)
{
    Tonghop__Holiday row = TONGHOP__HOLIDAY__INIT;
    row.first = holiday->first.days;
    row.last = holiday->last.days;
    row.name_vi = holiday->name_vi;
    row.name_en = holiday->name_en;
    row.worked = holiday->is_worked;
    Tonghop__Holiday *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_holidays = 1;
    message.holidays = rows;
    wire_put_message(&message.base, out);
}

static void pack_exception(const struct duty_exception *exception, struct buf *out)
{
    Tonghop__DutyException row = TONGHOP__DUTY_EXCEPTION__INIT;
    row.unit = exception->unit;
    row.form = exception->form;
    row.from = exception->from.days;
    row.to = exception->to.days;
    row.reason = exception->reason;
    Tonghop__DutyException *rows[] = {&row};
    Tonghop__Catalogue message = TONGHOP__CATALOGUE__INIT;
    message.n_exceptions = 1;
    message.exceptions = rows;
    wire_put_message(&message.base, out);
}

void wire_pack_catalogue(const struct catalogue *catalogue, struct buf *out)
{
    pack_head(catalogue, out);
    for (size_t i = 0; i < catalogue->level_count; i++)
        pack_level(&catalogue->levels[i], out);
    for (size_t i = 0; i < catalogue->type_count; i++)
        pack_type(&catalogue->types[i], out);
    for (size_t i = 0; i < catalogue->form_count; i++)
        pack_form(&catalogue->forms[i], out);
    for (size_t i = 0; i < catalogue->indicator_count; i++)
        pack_indicator(&catalogue->indicators[i], out);
    for (size_t i = 0; i < catalogue->unit_count; i++)
        pack_unit(&catalogue->units[i], out);
    for (size_t i = 0; i < catalogue->section_count; i++)
        pack_named(&catalogue->sections[i], true, out);
    for (size_t i = 0; i < catalogue->body_count; i++)
        pack_named(&catalogue->bodies[i], false, out);
    for (size_t i = 0; i < catalogue->measure_count; i++)
        pack_measure(&catalogue->measures[i], out);
    for (size_t i = 0; i < catalogue->era_count; i++)
        pack_era(&catalogue->eras[i], out);
    for (size_t i = 0; i < catalogue->holiday_count; i++)
        pack_holiday(&catalogue->holidays[i], out);
    for (size_t i = 0; i < catalogue->exception_count; i++)
        pack_exception(&catalogue->exceptions[i], out);
}

static struct calendar_day open_day(const Tonghop__CalendarDay *day)
{
    return (struct calendar_day){
        .year_offset = (int8_t)day->year_offset,
        .month = (uint8_t)day->month,
        .day = (uint8_t)day->day,
    };
}

static struct calendar open_calendar(Tonghop__CalendarDay *const *days)
{
    return (struct calendar){
        .s1_first = open_day(days[0]),
        .s1_last = open_day(days[1]),
        .s2_first = open_day(days[2]),
        .s2_last = open_day(days[3]),
    };
}

static void open_head(const Tonghop__Catalogue *message, struct catalogue *catalogue)
{
    catalogue->number = message->number;
    catalogue->title_vi = mem_strdup(message->title_vi);
    catalogue->title_en = mem_strdup(message->title_en);
    catalogue->calendar = open_calendar(message->calendar);
    for (size_t i = 0; i < message->n_later_calendars; i++) {
        const Tonghop__Calendar *row = message->later_calendars[i];
        catalogue_add_era(catalogue, &(struct era){.from_year = (uint16_t)row->from_year,
                                                   .calendar = open_calendar(row->days)});
    }
}

static void open_level(const Tonghop__Level *row, struct catalogue *catalogue)
{
    const Tonghop__CalendarDay *deadlines[PERIOD_LABEL_COUNT] = {row->deadline_s1, row->deadline_s2,
                                                                 row->deadline_y};
    struct level level = {
        .code = row->code,
        .name_vi = row->name_vi,
        .name_en = row->name_en,
        .working_days = {(uint8_t)row->working_days_s1, (uint8_t)row->working_days_s2,
                         (uint8_t)row->working_days_y},
    };
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++) {
        level.has_deadline[i] = deadlines[i] != NULL;
        if (deadlines[i] != NULL)
            level.deadline[i] = open_day(deadlines[i]);
    }
    catalogue_add_level(catalogue, &level);
}

static void open_indicator(const Tonghop__Indicator *row, struct catalogue *catalogue)
{
    catalogue_add_indicator(catalogue, &(struct indicator){
                                           .number = row->number,
                                           .code = row->code,
                                           .name_vi = row->name_vi,
                                           .name_en = row->name_en,
                                           .section = row->section,
                                           .measure = row->measure,
                                           .nature = (enum nature)row->nature,
                                           .aggregation = (enum aggregation)row->aggregation,
                                           .decimals = (uint8_t)row->decimals,
                                           .is_signed = row->is_signed != 0,
                                           .form = row->form,
                                           .part_of = row->part_of,
                                           .level_mask = row->level_mask,
                                           .valid_from = {row->valid_from},
                                           .valid_to = {row->valid_to},
                                           .rule = row->rule,
                                           .checks_text = row->checks,
                                           .body = row->body,
                                           .rank = row->rank,
                                           .is_required = row->is_required != 0,
                                       });
}

static void open_unit(const Tonghop__UnitVersion *row, struct catalogue *catalogue)
{
    const struct unit_version version = {
        .from = {row->from},
        .to = {row->to},
        .parent = row->parent,
        .level = (uint8_t)row->level,
        .type = (uint8_t)row->type,
        .code = row->code,
        .name_vi = row->name_vi,
        .name_en = row->name_en,
    };
    catalogue_add_unit_version(catalogue, row->id, &version, row->successors, row->n_successors);
}

/* Sections, bodies and measures. */
static void open_words(const Tonghop__Catalogue *message, struct catalogue *catalogue)
{
    for (size_t i = 0; i < message->n_sections; i++) {
        const Tonghop__Named *row = message->sections[i];
        catalogue_add_section(catalogue, &(struct named){row->code, row->name_vi, row->name_en});
    }
    for (size_t i = 0; i < message->n_bodies; i++) {
        const Tonghop__Named *row = message->bodies[i];
        catalogue_add_body(catalogue, &(struct named){row->code, row->name_vi, row->name_en});
    }
    for (size_t i = 0; i < message->n_measures; i++) {
        const Tonghop__Measure *row = message->measures[i];
        catalogue_add_measure(catalogue, &(struct measure){row->name, row->name_en, row->quantity});
    }
}

/* Holidays and exceptions. */
static void open_duties(const Tonghop__Catalogue *message, struct catalogue *catalogue)
{
    for (size_t i = 0; i < message->n_holidays; i++) {
        const Tonghop__Holiday *row = message->holidays[i];
        catalogue_add_holiday(catalogue, &(struct holiday){
                                             .first = {row->first},
                                             .last = {row->last},
                                             .name_vi = row->name_vi,
                                             .name_en = row->name_en,
                                             .is_worked = row->worked != 0,
                                         });
    }
    for (size_t i = 0; i < message->n_exceptions; i++) {
        const Tonghop__DutyException *row = message->exceptions[i];
        catalogue_add_exception(catalogue, &(struct duty_exception){
                                               .unit = row->unit,
                                               .form = row->form,
                                               .from = {row->from},
                                               .to = {row->to},
                                               .reason = row->reason,
                                           });
    }
}

/* Adds every row of a message that wire_check let pass: all narrowing above is safe. */
static struct catalogue *open_rows(const Tonghop__Catalogue *message)
{
    struct catalogue *catalogue = catalogue_new();
    open_head(message, catalogue);
    for (size_t i = 0; i < message->n_levels; i++)
        open_level(message->levels[i], catalogue);
    for (size_t i = 0; i < message->n_types; i++) {
        const Tonghop__UnitType *row = message->types[i];
        catalogue_add_type(catalogue, &(struct unit_type){row->code, row->name_vi, row->name_en});
    }
    for (size_t i = 0; i < message->n_forms; i++) {
        const Tonghop__Form *row = message->forms[i];
        catalogue_add_form(catalogue, &(struct form){
                                          .number = row->number,
                                          .code = row->code,
                                          .name_vi = row->name_vi,
                                          .name_en = row->name_en,
                                          .due_level_mask = row->due_level_mask,
                                          .due_type_mask = row->due_type_mask,
                                          .due_label_mask = (uint8_t)row->due_label_mask,
                                          .body = row->body,
                                          .is_manual = row->accepted_by_hand,
                                      });
    }
    for (size_t i = 0; i < message->n_indicators; i++)
        open_indicator(message->indicators[i], catalogue);
    for (size_t i = 0; i < message->n_units; i++)
        open_unit(message->units[i], catalogue);
    open_words(message, catalogue);
    open_duties(message, catalogue);
    return catalogue;
}

static enum err unpack_catalogue(struct span bytes, struct arena *arena,
                                 Tonghop__Catalogue **ret_message, const struct wire_reason *reason)
{
    ProtobufCMessage *message = NULL;
    if (bytes.len > WIRE_CATALOGUE_MAX)
        return wire_refuse(reason, ERR_TOO_LARGE, "Catalogue: %zu bytes, at most %d may be",
                           bytes.len, WIRE_CATALOGUE_MAX);
    enum err err =
        wire_unpack_checked(&tonghop__catalogue__descriptor, bytes, arena, &message, reason);
    if (err == ERR_OK)
        *ret_message = (void *)message;
    return err;
}

enum err wire_open_catalogue(struct span bytes, struct catalogue **ret_catalogue,
                             struct problems *problems)
{
    size_t wanted = ARENA_BASE + (size_t)ARENA_PER_BYTE * bytes.len;
    struct arena *arena = arena_new(wanted < arena_max ? wanted : arena_max);
    char text[WIRE_REASON_SIZE];
    Tonghop__Catalogue *message = NULL;
    enum err err =
        unpack_catalogue(bytes, arena, &message, &(struct wire_reason){text, sizeof text});
    if (err != ERR_OK) {
        problems_add(problems, NULL, (struct place){0},
                     PROBLEM_WORDS(problems, "%s", "không đọc được danh mục (%s)"), text);
    } else {
        struct catalogue *catalogue = open_rows(message);
        err = catalogue_finish(catalogue, NULL, problems);
        if (err == ERR_OK)
            *ret_catalogue = catalogue;
        else
            catalogue_free(&catalogue);
    }
    arena_free(&arena);
    return err;
}
