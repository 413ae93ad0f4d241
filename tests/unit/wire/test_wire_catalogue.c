/* Catalogues over the wire: golden bytes, a whole country, and what is refused. */
#include "lib/cm.h"

#include <stdio.h>

#include "core/mem.h"
#include "unit/wire/golden.h"
#include "unit/wire/hex.h"
#include "wire/wire.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* Opens from a copy of exactly that size. On failure there must be a problem, and nothing handed
 * out; `ret_text` (may be NULL) gets the first problem's text, which the caller frees. */
static enum err open_bytes(struct span bytes, struct catalogue **ret_catalogue, char **ret_text)
{
    struct problems problems = {0};
    uint8_t *copy = mem_alloc(bytes.len);
    if (bytes.len > 0)
        memcpy(copy, bytes.data, bytes.len);
    *ret_catalogue = NULL;
    enum err err = wire_open_catalogue((struct span){copy, bytes.len}, ret_catalogue, &problems);
    free(copy);
    assert_int_equal(err == ERR_OK, *ret_catalogue != NULL);
    assert_int_equal(err == ERR_OK, problems.error_count == 0);
    if (err != ERR_OK)
        assert_true(err == ERR_MALFORMED || err == ERR_TOO_LARGE || err == ERR_INVALID);
    if (ret_text != NULL)
        *ret_text = mem_strdup(problems.count > 0 ? problems.items[0].text : "");
    problems_fini(&problems);
    return err;
}

static void assert_date(struct date date, const char *text)
{
    char formatted[DATE_TEXT_SIZE];
    assert_string_equal(date_format(date, formatted), text);
}

/* Rule: what another encoder makes opens here, field by field, and packs to the same bytes. */
static void a_catalogue_has_golden_bytes(void **state)
{
    (void)state;
    struct buf golden = hex_bytes(GOLDEN_CATALOGUE), packed = {0};
    struct catalogue *catalogue;
    char *text;
    if (open_bytes(span_of(&golden), &catalogue, &text) != ERR_OK)
        fail_msg("%s", text);
    assert_int_equal(catalogue->number, 7);
    assert_string_equal(catalogue->title_vi, "Danh mục");
    assert_string_equal(catalogue->title_en, "");
    assert_int_equal(catalogue->calendar.s1_first.year_offset, -1);
    assert_int_equal(catalogue->calendar.s2_last.day, 14);
    assert_int_equal(catalogue->level_count, 2);
    const struct level *commune = &catalogue->levels[1];
    assert_true(commune->has_deadline[0] && !commune->has_deadline[1] && commune->has_deadline[2]);
    assert_int_equal(commune->deadline[2].year_offset, 1);
    assert_int_equal(commune->deadline[2].day, 10);
    assert_string_equal(catalogue->types[1].name_en, "commune");
    assert_int_equal(catalogue->forms[0].due_level_mask, 2);

    const struct indicator *balance = catalogue_indicator(catalogue, 2);
    assert_int_equal(balance->nature, NATURE_STOCK);
    assert_int_equal(balance->aggregation, AGGREGATION_MAX);
    assert_int_equal(balance->decimals, 2);
    assert_true(balance->is_signed);
    assert_date(balance->valid_from, "2024-01-01");
    assert_true(date_compare(balance->valid_to, DATE_MAX) == 0);
    assert_non_null(catalogue_indicator(catalogue, 3)->formula);

    const struct unit *merged = catalogue_unit(catalogue, 100);
    assert_date(unit_end(merged), "2024-09-30");
    assert_int_equal(merged->successor_count, 1);
    assert_int_equal(merged->successors[0], 101);
    assert_string_equal(catalogue_unit(catalogue, 101)->versions[1].code, "102");

    wire_pack_catalogue(catalogue, &packed);
    assert_true(span_equal(span_of(&packed), span_of(&golden)));
    free(text);
    catalogue_free(&catalogue);
    buf_fini(&golden);
    buf_fini(&packed);
}

/* Rule: packing is deterministic, and what was packed and opened packs to the same bytes: the hash
 * of a catalogue is the same at every node. */
static void the_sample_round_trips(void **state)
{
    (void)state;
    struct catalogue *sample = sample_catalogue(), *opened;
    struct buf first = {0}, second = {0};
    wire_pack_catalogue(sample, &first);
    assert_int_equal(open_bytes(span_of(&first), &opened, NULL), ERR_OK);
    wire_pack_catalogue(opened, &second);
    assert_true(span_equal(span_of(&first), span_of(&second)));
    assert_int_equal(opened->unit_count, sample->unit_count);
    assert_int_equal(opened->indicator_count, sample->indicator_count);
    assert_int_equal(catalogue_indicator_by_code(opened, "security.team")->number, 20);
    catalogue_free(&sample);
    catalogue_free(&opened);
    buf_fini(&first);
    buf_fini(&second);
}

static void add_unit(struct catalogue *catalogue, uint32_t id, uint32_t parent, uint8_t level)
{
    char code[UNIT_CODE_MAX], name[UNIT_NAME_MAX];
    (void)snprintf(code, sizeof code, "%05u", id);
    (void)snprintf(name, sizeof name, "Đơn vị hành chính số %u", id);
    const struct unit_version version = {
        .from = DATE_MIN,
        .to = DATE_MAX,
        .parent = parent,
        .level = level,
        .code = code,
        .name_vi = name,
        .name_en = name,
    };
    catalogue_add_unit_version(catalogue, id, &version, NULL, 0);
}

/* Rule: the country of early 2024 (63 provinces, 705 districts, 10,597 communes under one root,
 * 11,366 units) fits through the memory that its bytes allow. */
static void a_country_round_trips(void **state)
{
    (void)state;
    enum { PROVINCES = 63, DISTRICTS = 705, COMMUNES = 10597 };
    enum { FIRST_DISTRICT = 100, FIRST_COMMUNE = 20000 };
    static const char *const levels[] = {"country", "province", "district", "commune"};
    struct catalogue *catalogue = catalogue_new(), *opened;
    struct buf bytes = {0};
    catalogue->number = 1;
    catalogue->title_vi = mem_strdup("Cả nước");
    catalogue->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    for (size_t i = 0; i < LENGTH(levels); i++)
        catalogue_add_level(catalogue,
                            &(struct level){.code = TEXT(levels[i]), .name_vi = TEXT(levels[i])});
    catalogue_add_type(catalogue, &(struct unit_type){.code = TEXT("any"), .name_vi = TEXT("a")});
    add_unit(catalogue, 99, 0, 0);
    for (uint32_t i = 0; i < PROVINCES; i++)
        add_unit(catalogue, 1 + i, 99, 1);
    for (uint32_t i = 0; i < DISTRICTS; i++)
        add_unit(catalogue, FIRST_DISTRICT + i, 1 + i % PROVINCES, 2);
    for (uint32_t i = 0; i < COMMUNES; i++)
        add_unit(catalogue, FIRST_COMMUNE + i, FIRST_DISTRICT + i % DISTRICTS, 3);
    wire_pack_catalogue(catalogue, &bytes);
    assert_true(bytes.len < WIRE_CATALOGUE_MAX);
    assert_int_equal(open_bytes(span_of(&bytes), &opened, NULL), ERR_OK);
    assert_int_equal(opened->unit_count, 1 + PROVINCES + DISTRICTS + COMMUNES);
    const struct unit *last = catalogue_unit(opened, FIRST_COMMUNE + COMMUNES - 1);
    assert_string_equal(last->versions[0].name_vi, "Đơn vị hành chính số 30596");
    catalogue_free(&catalogue);
    catalogue_free(&opened);
    buf_fini(&bytes);
}

/* ---- what is refused ---- */

/* One row: what is done to the golden catalogue `m`, what comes of it, a part of the problem. */
#define HOSTILE(X)                                                                                 \
    X(nothing, 0, OK, "")                                                                          \
    X(number, m->number = 0, MALFORMED, "Catalogue.number")                                        \
    X(title, m->title_vi = TEXT("\xff"), MALFORMED, "Catalogue.title_vi")                          \
    X(title_empty, m->title_vi = TEXT(""), INVALID, "title")                                       \
    X(calendar_short, m->n_calendar = 3, MALFORMED, "Catalogue.calendar")                          \
    X(calendar_offset, m->calendar[0]->year_offset = -129, MALFORMED, "CalendarDay.year_offset")   \
    X(calendar_wraps, m->calendar[0]->month = 256 + 6, MALFORMED, "CalendarDay.month")             \
    X(calendar_order, m->calendar[1]->month = 12, INVALID, "calendar")                             \
    X(eras_many, many_eras(m), TOO_LARGE, "Catalogue.later_calendars")                             \
    X(era, one_era(m, 2026, 4, 12), OK, "no period covers 2025-12-15 to 2025-12-31")               \
    X(era_year_before, one_era(m, 1899, 4, 12), MALFORMED, "Calendar.from_year")                   \
    X(era_year_after, one_era(m, 3000, 4, 12), MALFORMED, "Calendar.from_year")                    \
    X(era_year_wraps, one_era(m, 65536 + 2026, 4, 12), MALFORMED, "Calendar.from_year")            \
    X(era_days_none, one_era(m, 2026, 0, 12), MALFORMED, "Calendar.days")                          \
    X(era_days_short, one_era(m, 2026, 3, 12), MALFORMED, "Calendar.days")                         \
    X(era_days_long, one_era(m, 2026, 5, 12), MALFORMED, "Calendar.days")                          \
    X(era_day, one_era(m, 2026, 4, 13), MALFORMED, "CalendarDay.month")                            \
    X(era_order, one_era(m, 2026, 4, 6), INVALID, "the calendar of 2026 and later is not")         \
    X(deadline_day, m->levels[1]->deadline_s1->day = 0, MALFORMED, "CalendarDay.day")              \
    X(levels_none, m->n_levels = 0, MALFORMED, "Catalogue.levels")                                 \
    X(level_code, m->levels[0]->code = TEXT("a\nb"), MALFORMED, "Level.code")                      \
    X(types_none, m->n_types = 0, INVALID, "type")                                                 \
    X(form_number, m->forms[0]->number = 0, MALFORMED, "Form.number")                              \
    X(form_labels, m->forms[0]->due_label_mask = 7, OK, "")                                        \
    X(form_label, m->forms[0]->due_label_mask = 8, MALFORMED, "Form.due_label_mask")               \
    X(form_label_wraps, m->forms[0]->due_label_mask = 257, MALFORMED, "Form.due_label_mask")       \
    X(form_type, m->forms[0]->due_type_mask = UINT64_C(1) << 63, INVALID, "form 1 is owed by a")   \
    X(form_body, m->forms[0]->body = TEXT("pn"), INVALID, "body \"pn\"")                           \
    X(form_body_text, m->forms[0]->body = TEXT("\xff"), MALFORMED, "Form.body")                    \
    X(working_days, one_deadline(m, 60), OK, "no public holiday is known")                         \
    X(working_days_many, one_deadline(m, 61), MALFORMED, "Level.working_days_s2")                  \
    X(working_days_wrap, one_deadline(m, 257), MALFORMED, "Level.working_days_s2")                 \
    X(both_deadlines, m->levels[1]->working_days_s1 = 1, INVALID, "both a day and a number")       \
    X(holiday, one_holiday(m, 19723, 19723, "T"), OK, "")                                          \
    X(holiday_name, one_holiday(m, 19723, 19723, "\xff"), MALFORMED, "Holiday.name_vi")            \
    X(holiday_order, one_holiday(m, 19723, 19722, "T"), INVALID, "a holiday has to end")           \
    X(holiday_wide, one_holiday(m, INT32_MIN, INT32_MAX, "T"), INVALID, "outside the years")       \
    X(holidays_many, many_holidays(m), TOO_LARGE, "Catalogue.holidays")                            \
    X(exception, one_exception(m, 101, 0, 19723), OK, "")                                          \
    X(exception_no_unit, one_exception(m, 0, 0, 19723), MALFORMED, "DutyException.unit")           \
    X(exception_unit, one_exception(m, 5, 0, 19723), INVALID, "unit 5, which is not there")        \
    X(exception_form, one_exception(m, 101, 9, 19723), INVALID, "form 9, which is not there")      \
    X(exception_open, one_exception(m, 101, 0, INT32_MAX), INVALID, "an exception ends")           \
    X(exceptions_many, many_exceptions(m), TOO_LARGE, "Catalogue.exceptions")                      \
    X(indicator_number, m->indicators[0]->number = 0, MALFORMED, "Indicator.number")               \
    X(indicator_twice, m->indicators[0]->number = 2, INVALID, "2")                                 \
    X(nature, m->indicators[0]->nature = 3, MALFORMED, "Indicator.nature")                         \
    X(aggregation, m->indicators[0]->aggregation = 0, MALFORMED, "Indicator.aggregation")          \
    X(decimals, m->indicators[0]->decimals = 256, MALFORMED, "Indicator.decimals")                 \
    X(valid, m->indicators[0]->valid_from = INT32_MAX - 1, INVALID, "1")                           \
    X(rule, m->indicators[2]->rule = TEXT("= 1 +"), INVALID, "3")                                  \
    X(checks, m->indicators[0]->checks = TEXT("<= 1 +"), INVALID, "indicator 1: its checks")       \
    X(checks_text, m->indicators[0]->checks = TEXT("\xff"), MALFORMED, "Indicator.checks")         \
    X(body, m->indicators[0]->body = TEXT("nobody"), INVALID, "body \"nobody\"")                   \
    X(section_lines, m->indicators[0]->section = TEXT("a\nb"), MALFORMED, "Indicator.section")     \
    X(sections_many, many_named(&m->sections, &m->n_sections), TOO_LARGE, "Catalogue.sections")    \
    X(bodies_many, many_named(&m->bodies, &m->n_bodies), TOO_LARGE, "Catalogue.bodies")            \
    X(measures_many, many_measures(m), TOO_LARGE, "Catalogue.measures")                            \
    X(measure_no_name, one_measure(m, ""), INVALID, "measure 1: its name is empty")                \
    X(measure_control, one_measure(m, "\x1b"), MALFORMED, "Measure.name")                          \
    X(section_no_name, one_section(m, "s", ""), INVALID, "section 1: the Vietnamese name")         \
    X(section_no_code, one_section(m, "", "S"), INVALID, "section 1: its code")                    \
    X(unit_id, m->units[0]->id = 0, MALFORMED, "UnitVersion.id")                                   \
    X(unit_level, m->units[1]->level = 256 + 1, MALFORMED, "UnitVersion.level")                    \
    X(unit_level_absent, m->units[1]->level = 2, INVALID, "100")                                   \
    X(unit_type, m->units[1]->type = 64, MALFORMED, "UnitVersion.type")                            \
    X(unit_type_absent, m->units[1]->type = 2, INVALID, "100")                                     \
    X(unit_parent, m->units[1]->parent = 5, INVALID, "100")                                        \
    X(unit_days, m->units[1]->to = INT32_MIN + 1, INVALID, "100")                                  \
    X(unit_name, m->units[1]->name_vi = TEXT("\xc3"), MALFORMED, "UnitVersion.name_vi")            \
    X(successor, m->units[1]->successors[0] = 102, INVALID, "100")                                 \
    X(successors_many, many_successors(m->units[1]), TOO_LARGE, "UnitVersion.successors")

static int many_successors(Tonghop__UnitVersion *unit)
{
    static uint32_t successors[UNIT_SUCCESSORS_MAX + 1];
    unit->successors = successors;
    unit->n_successors = LENGTH(successors);
    return 0;
}

static int many_named(Tonghop__Named ***list, size_t *count)
{
    static Tonghop__Named named = TONGHOP__NAMED__INIT, *rows[CATALOGUE_SECTIONS_MAX + 1];
    _Static_assert(CATALOGUE_SECTIONS_MAX == CATALOGUE_BODIES_MAX, "one list is too long for both");
    for (size_t i = 0; i < LENGTH(rows); i++)
        rows[i] = &named;
    *list = rows;
    *count = LENGTH(rows);
    return 0;
}

static int many_eras(Tonghop__Catalogue *m)
{
    static Tonghop__Calendar era = TONGHOP__CALENDAR__INIT, *rows[CATALOGUE_ERAS_MAX + 1];
    for (size_t i = 0; i < LENGTH(rows); i++)
        rows[i] = &era;
    m->later_calendars = rows;
    m->n_later_calendars = LENGTH(rows);
    return 0;
}

/* From `year` on, 1 January to 30 June and 1 July to the 31st of `last_month`; the first `count` of
 * these days, and one too many. */
static int one_era(Tonghop__Catalogue *m, uint32_t year, size_t count, uint32_t last_month)
{
    static Tonghop__CalendarDay days[5], *pointers[LENGTH(days)];
    static Tonghop__Calendar era = TONGHOP__CALENDAR__INIT, *rows[] = {&era};
    const uint32_t numbers[LENGTH(days)][2] = {{1, 1}, {6, 30}, {7, 1}, {last_month, 31}, {12, 31}};
    for (size_t i = 0; i < LENGTH(days); i++) {
        tonghop__calendar_day__init(&days[i]);
        days[i].month = numbers[i][0];
        days[i].day = numbers[i][1];
        pointers[i] = &days[i];
    }
    era.from_year = year;
    era.n_days = count;
    era.days = pointers;
    m->later_calendars = rows;
    m->n_later_calendars = 1;
    return 0;
}

static int one_deadline(Tonghop__Catalogue *m, uint32_t count)
{
    m->levels[0]->working_days_s2 = count;
    return 0;
}

static int one_holiday(Tonghop__Catalogue *m, int32_t first, int32_t last, const char *name)
{
    static Tonghop__Holiday holiday = TONGHOP__HOLIDAY__INIT, *rows[] = {&holiday};
    holiday.first = first;
    holiday.last = last;
    holiday.name_vi = TEXT(name);
    m->holidays = rows;
    m->n_holidays = 1;
    return 0;
}

static int many_holidays(Tonghop__Catalogue *m)
{
    static Tonghop__Holiday holiday = TONGHOP__HOLIDAY__INIT, *rows[CATALOGUE_HOLIDAYS_MAX + 1];
    for (size_t i = 0; i < LENGTH(rows); i++)
        rows[i] = &holiday;
    m->holidays = rows;
    m->n_holidays = LENGTH(rows);
    return 0;
}

static int one_exception(Tonghop__Catalogue *m, uint32_t unit, uint32_t form, int32_t to)
{
    static Tonghop__DutyException exception = TONGHOP__DUTY_EXCEPTION__INIT, *rows[] = {&exception};
    exception.unit = unit;
    exception.form = form;
    exception.from = INT32_MIN;
    exception.to = to;
    exception.reason = TEXT("R");
    m->exceptions = rows;
    m->n_exceptions = 1;
    return 0;
}

static int many_exceptions(Tonghop__Catalogue *m)
{
    static Tonghop__DutyException exception = TONGHOP__DUTY_EXCEPTION__INIT,
                                  *rows[CATALOGUE_EXCEPTIONS_MAX + 1];
    /* So many empty rows would take more memory than their bytes allow. */
    exception.reason = TEXT("................................................................");
    for (size_t i = 0; i < LENGTH(rows); i++)
        rows[i] = &exception;
    m->exceptions = rows;
    m->n_exceptions = LENGTH(rows);
    return 0;
}

static int many_measures(Tonghop__Catalogue *m)
{
    static Tonghop__Measure measure = TONGHOP__MEASURE__INIT, *rows[CATALOGUE_MEASURES_MAX + 1];
    for (size_t i = 0; i < LENGTH(rows); i++)
        rows[i] = &measure;
    m->measures = rows;
    m->n_measures = LENGTH(rows);
    return 0;
}

static int one_measure(Tonghop__Catalogue *m, const char *name)
{
    static Tonghop__Measure measure = TONGHOP__MEASURE__INIT, *rows[] = {&measure};
    measure.name = TEXT(name);
    m->measures = rows;
    m->n_measures = 1;
    return 0;
}

static int one_section(Tonghop__Catalogue *m, const char *code, const char *name)
{
    static Tonghop__Named named = TONGHOP__NAMED__INIT, *rows[] = {&named};
    named.code = TEXT(code);
    named.name_vi = TEXT(name);
    m->sections = rows;
    m->n_sections = 1;
    return 0;
}

#define DEFINE_BREAKER(what, change, outcome, problem)                                             \
    static void break_##what(Tonghop__Catalogue *m)                                                \
    {                                                                                              \
        (void)m;                                                                                   \
        (void)(change);                                                                            \
    }
HOSTILE(DEFINE_BREAKER)

#define BREAKER_ROW(what, change, outcome, problem) {#what, break_##what, ERR_##outcome, problem},

static void *arena_allocate(void *arena, size_t size_bytes)
{
    return arena_alloc(arena, size_bytes);
}

static void arena_release(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

/* Rule: what the domain's structs cannot hold is malformed; what a catalogue may not say is
 * invalid; either names its place. */
static void broken_catalogues_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(Tonghop__Catalogue *catalogue);
        enum err err;
        const char *problem; /* part of it */
    } rows[] = {HOSTILE(BREAKER_ROW)};
    struct buf golden = hex_bytes(GOLDEN_CATALOGUE);
    struct arena *arena = arena_new(1 << 20); /* rows put in memory that is not to be freed */
    ProtobufCAllocator allocator = {arena_allocate, arena_release, arena};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct catalogue *catalogue;
        char *text;
        Tonghop__Catalogue *message =
            tonghop__catalogue__unpack(&allocator, golden.len, golden.data);
        assert_non_null(message);
        rows[i].change(message);
        size_t size = tonghop__catalogue__get_packed_size(message);
        uint8_t *bytes = mem_alloc(size);
        tonghop__catalogue__pack(message, bytes);
        enum err err = open_bytes((struct span){bytes, size}, &catalogue, &text);
        if (err != rows[i].err || strstr(text, rows[i].problem) == NULL)
            fail_msg("%s: %s, '%s'", rows[i].name, err_name(err), text);
        catalogue_free(&catalogue);
        free(bytes);
        free(text);
        arena_reset(arena);
    }
    arena_free(&arena);
    buf_fini(&golden);
}

/* Rule: bytes that are no catalogue are refused, none at all too. */
static void foreign_bytes_are_refused(void **state)
{
    (void)state;
    struct catalogue *catalogue;
    assert_int_equal(open_bytes((struct span){0}, &catalogue, NULL), ERR_MALFORMED);
    assert_int_equal(open_bytes((struct span){(const uint8_t *)"number", 6}, &catalogue, NULL),
                     ERR_MALFORMED);
    uint8_t *zeros = mem_calloc(1, WIRE_CATALOGUE_MAX + 1);
    assert_int_equal(open_bytes((struct span){zeros, WIRE_CATALOGUE_MAX + 1}, &catalogue, NULL),
                     ERR_TOO_LARGE);
    free(zeros);
}

/* Rule: the memory a catalogue may take grows with its bytes, but no faster: rows of two bytes that
 * unpack to a hundred and more each are stopped. */
static void amplification_is_bounded(void **state)
{
    (void)state;
    struct buf bytes = {0};
    struct catalogue *catalogue;
    for (size_t i = 0; i < (size_t)1 << 20; i++)
        buf_put(&bytes, "\x4a\x00", 2); /* an empty unit */
    assert_int_equal(open_bytes(span_of(&bytes), &catalogue, NULL), ERR_TOO_LARGE);
    buf_fini(&bytes);
}

/* Rule: a cut or changed catalogue is another one or none, never anything worse. */
static void cuts_and_flipped_bits_do_no_harm(void **state)
{
    (void)state;
    struct buf bytes = hex_bytes(GOLDEN_CATALOGUE), packed = {0};
    struct catalogue *catalogue;
    size_t refused = 0;
    for (size_t len = 0; len < bytes.len; len++) {
        refused += open_bytes((struct span){bytes.data, len}, &catalogue, NULL) != ERR_OK;
        catalogue_free(&catalogue);
    }
    assert_true(refused > bytes.len * 9 / 10); /* what may be left is a tree of fewer units */
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (open_bytes(span_of(&bytes), &catalogue, NULL) == ERR_OK)
            wire_pack_catalogue(catalogue, &packed); /* reads every field */
        catalogue_free(&catalogue);
        buf_clear(&packed);
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    buf_fini(&packed);
    buf_fini(&bytes);
}

/* Rule: a form is accepted by hand where its bytes say so, and those that say nothing are accepted
 * at once. Fields of a message may come in any order: the form is put behind the catalogue. */
static void a_form_may_be_accepted_by_hand(void **state)
{
    (void)state;
    struct buf bytes = hex_bytes(GOLDEN_CATALOGUE "3a0c" GOLDEN_FORM_BY_HAND), packed = {0};
    struct buf form = hex_bytes("3a0c" GOLDEN_FORM_BY_HAND);
    struct catalogue *catalogue;
    char *text;
    if (open_bytes(span_of(&bytes), &catalogue, &text) != ERR_OK)
        fail_msg("%s", text);
    assert_int_equal(catalogue->form_count, 2);
    assert_false(catalogue->forms[0].is_manual);
    assert_true(catalogue->forms[1].is_manual);
    wire_pack_catalogue(catalogue, &packed);
    assert_non_null(memmem(packed.data, packed.len, form.data, form.len));
    catalogue_free(&catalogue);
    free(text);
    buf_fini(&bytes);
    buf_fini(&packed);
    buf_fini(&form);
}

/* Rule: sections, bodies, measures and what indicators say of them have golden bytes, too. Fields
 * of a message may come in any order: they are put behind the catalogue. */
static void the_language_has_golden_bytes(void **state)
{
    (void)state;
    struct buf bytes = hex_bytes(GOLDEN_CATALOGUE GOLDEN_WORDS GOLDEN_CHECKED), packed = {0};
    struct buf told = hex_bytes(GOLDEN_WORDS), checked_bytes = hex_bytes(GOLDEN_CHECKED);
    struct catalogue *catalogue;
    char *text;
    if (open_bytes(span_of(&bytes), &catalogue, &text) != ERR_OK)
        fail_msg("%s", text);
    assert_int_equal(catalogue->section_count, 1);
    assert_string_equal(catalogue->sections[0].name_vi, "Mục");
    assert_string_equal(catalogue->sections[0].name_en, "Section");
    assert_string_equal(catalogue->bodies[0].code, "pn");
    assert_string_equal(catalogue_measure(catalogue, "đồng")->quantity, "money");
    const struct indicator *checked = catalogue_indicator(catalogue, 9);
    assert_string_equal(checked->checks_text, "<= 5; warn: >= 1");
    assert_int_equal(checked->check_count, 2);
    assert_string_equal(checked->section, "I");
    assert_string_equal(checked->body, "pn");
    assert_int_equal(checked->rank, 3);
    assert_true(checked->is_required);
    wire_pack_catalogue(catalogue, &packed);
    assert_int_equal(packed.len, bytes.len);
    assert_non_null(memmem(packed.data, packed.len, told.data, told.len));
    assert_non_null(memmem(packed.data, packed.len, checked_bytes.data, checked_bytes.len));
    catalogue_free(&catalogue);
    free(text);
    buf_fini(&bytes);
    buf_fini(&packed);
    buf_fini(&told);
    buf_fini(&checked_bytes);
}

/* Rule: calendars with a first year have golden bytes, too; without any, the one calendar holds for
 * all years. */
static void later_calendars_have_golden_bytes(void **state)
{
    (void)state;
    struct buf bytes = hex_bytes(GOLDEN_CATALOGUE GOLDEN_LATER_CALENDAR), packed = {0};
    struct buf without = hex_bytes(GOLDEN_CATALOGUE);
    struct catalogue *catalogue, *other;
    assert_int_equal(open_bytes(span_of(&bytes), &catalogue, NULL), ERR_OK);
    assert_int_equal(catalogue->era_count, 1);
    assert_int_equal(catalogue->eras[0].from_year, 2026);
    struct window window = catalogue_window(catalogue, (struct period){2026, PERIOD_S1});
    assert_date(window.first, "2026-01-01");
    assert_date(window.last, "2026-06-30");
    window = catalogue_window(catalogue, (struct period){2026, PERIOD_S2});
    assert_date(window.first, "2026-07-01");
    assert_date(window.last, "2026-12-31");
    assert_date(catalogue_window(catalogue, (struct period){2025, PERIOD_Y}).last, "2025-12-14");
    wire_pack_catalogue(catalogue, &packed);
    assert_true(span_equal(span_of(&packed), span_of(&bytes)));

    assert_int_equal(open_bytes(span_of(&without), &other, NULL), ERR_OK);
    assert_int_equal(other->era_count, 0);
    assert_date(catalogue_window(other, (struct period){2026, PERIOD_Y}).last, "2026-12-14");
    catalogue_free(&catalogue);
    catalogue_free(&other);
    buf_fini(&bytes);
    buf_fini(&packed);
    buf_fini(&without);
}

static void assert_part(const struct buf *whole, const char *hex)
{
    struct buf part = hex_bytes(hex);
    assert_non_null(memmem(whole->data, whole->len, part.data, part.len));
    buf_fini(&part);
}

/* Rule: who owes what, working days, holidays and exceptions have golden bytes, too; a catalogue
 * that says nothing of them packs as it did before there were any. */
static void duties_have_golden_bytes(void **state)
{
    (void)state;
    struct buf bytes = hex_bytes(GOLDEN_CATALOGUE GOLDEN_DUTIES), packed = {0};
    struct catalogue *catalogue;
    char *text;
    if (open_bytes(span_of(&bytes), &catalogue, &text) != ERR_OK)
        fail_msg("%s", text);
    const struct level *level = &catalogue->levels[2];
    assert_int_equal(level->working_days[0], 3);
    assert_int_equal(level->working_days[1], 0);
    assert_int_equal(level->working_days[2], 5);
    assert_false(level->has_deadline[0] || level->has_deadline[1] || level->has_deadline[2]);
    const struct form *form = catalogue_form(catalogue, 3);
    assert_int_equal(form->due_type_mask, 2);
    assert_int_equal(form->due_label_mask, 5);
    assert_string_equal(form->body, "pn");
    assert_string_equal(catalogue->forms[0].body, "");
    assert_int_equal(catalogue->holiday_count, 2);
    assert_date(catalogue->holidays[0].first, "2024-02-08");
    assert_date(catalogue->holidays[0].last, "2024-02-14");
    assert_string_equal(catalogue->holidays[0].name_vi, "Tết Nguyên đán");
    assert_string_equal(catalogue->holidays[0].name_en, "Tet");
    assert_true(!catalogue->holidays[0].is_worked && catalogue->holidays[1].is_worked);
    assert_int_equal(catalogue->exception_count, 2);
    assert_int_equal(catalogue->exceptions[0].form, 0);
    assert_true(date_compare(catalogue->exceptions[0].from, DATE_MIN) == 0);
    assert_date(catalogue->exceptions[0].to, "2023-12-31");
    assert_int_equal(catalogue->exceptions[1].unit, 101);
    assert_int_equal(catalogue->exceptions[1].form, 3);
    assert_date(catalogue->exceptions[1].from, "2024-01-01");
    assert_string_equal(catalogue->exceptions[1].reason, "Bão số 3");

    wire_pack_catalogue(catalogue, &packed);
    assert_int_equal(packed.len, bytes.len);
    assert_part(&packed, GOLDEN_WORKING_DAYS);
    assert_part(&packed, GOLDEN_DUTY);
    assert_part(&packed, GOLDEN_HOLIDAYS GOLDEN_EXCEPTIONS);
    catalogue_free(&catalogue);
    free(text);
    buf_fini(&bytes);
    buf_fini(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_catalogue_has_golden_bytes),
        cmocka_unit_test(a_form_may_be_accepted_by_hand),
        cmocka_unit_test(the_language_has_golden_bytes),
        cmocka_unit_test(later_calendars_have_golden_bytes),
        cmocka_unit_test(duties_have_golden_bytes),
        cmocka_unit_test(the_sample_round_trips),
        cmocka_unit_test(a_country_round_trips),
        cmocka_unit_test(broken_catalogues_are_refused),
        cmocka_unit_test(foreign_bytes_are_refused),
        cmocka_unit_test(amplification_is_bounded),
        cmocka_unit_test(cuts_and_flipped_bits_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
