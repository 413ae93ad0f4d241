#include "lib/cm.h"

#include <stdio.h>

#include "core/mem.h"

static struct date day(int year, int month, int day_of_month)
{
    struct date date = {0};

    assert_int_equal(date_make(year, month, day_of_month, &date), ERR_OK);
    return date;
}

static void replace_text(char **slot, const char *text)
{
    char *old = *slot;

    *slot = mem_strdup(text);
    free(old);
}

static char *long_text(size_t len)
{
    char *text = mem_alloc(len + 1);

    memset(text, 'a', len);
    text[len] = '\0';
    return text;
}

/* Writable copies of literals for rows that the adders copy again. */
static char province[] = "province", district[] = "district", commune[] = "commune";
static char name[] = "Tên";

enum {
    ENDED = 3,
    UNIT_COUNT = 5
}; /* units[3] ended on 2024-06-30 and has units[4] for successor */

static void add_unit(struct catalogue *c, uint32_t id, uint32_t parent, uint8_t level)
{
    char *code = mem_printf("%u", id);
    const uint32_t successor = 102;
    const struct unit_version version = {
        .from = DATE_MIN,
        .to = id == 101 ? day(2024, 6, 30) : DATE_MAX,
        .parent = parent,
        .level = level,
        .type = 0,
        .code = code,
        .name_vi = name,
        .line = 2 + (uint32_t)c->unit_count,
    };

    catalogue_add_unit_version(c, id, &version, &successor, id == 101);
    free(code);
}

static void add_indicator(struct catalogue *c, uint32_t number, const char *code, const char *rule)
{
    char *code_copy = mem_strdup(code), *rule_copy = mem_strdup(rule);

    catalogue_add_indicator(
        c, &(struct indicator){
               .number = number,
               .code = code_copy,
               .name_vi = name,
               .nature = NATURE_FLOW,
               .aggregation = *rule != '\0' ? AGGREGATION_DERIVED : AGGREGATION_SUM,
               .form = *rule != '\0' ? 0 : 1,
               .level_mask = 7,
               .valid_from = DATE_MIN,
               .valid_to = DATE_MAX,
               .rule = rule_copy,
               .line = 2 + (uint32_t)c->indicator_count,
           });
    free(code_copy);
    free(rule_copy);
}

/* A catalogue without a fault that is not finished yet: rows stand where they were added, so that a
 * test can spoil one.
 *   units[0..4]       1 root; 10, 11 districts; 101 (ended), 102 communes of 10 and 11
 *   indicators[0..3]  1 a; 2 b; 3 part of 1; 4 derived "= a + b"
 *   forms[0..1]       1 and 2 */
static struct catalogue *draft(void)
{
    struct catalogue *c = catalogue_new();

    c->number = 1;
    c->title_vi = mem_strdup("Thử");
    c->calendar = (struct calendar){{-1, 12, 15}, {0, 6, 14}, {0, 6, 15}, {0, 12, 14}};
    catalogue_add_level(c, &(struct level){.code = province, .name_vi = name});
    catalogue_add_level(c, &(struct level){.code = district, .name_vi = name});
    catalogue_add_level(
        c, &(struct level){
               .code = commune, .name_vi = name, .has_deadline = {true}, .deadline = {{0, 6, 17}}});
    catalogue_add_type(c, &(struct unit_type){.code = province, .name_vi = name});
    catalogue_add_type(c, &(struct unit_type){.code = commune, .name_vi = name});
    catalogue_add_form(
        c, &(struct form){
               .number = 1, .code = province, .name_vi = name, .due_level_mask = 7, .line = 2});
    catalogue_add_form(c, &(struct form){.number = 2, .code = commune, .name_vi = name, .line = 3});
    add_unit(c, 1, 0, 0);
    add_unit(c, 10, 1, 1);
    add_unit(c, 11, 1, 1);
    add_unit(c, 101, 10, 2);
    add_unit(c, 102, 11, 2);
    add_indicator(c, 1, "a", "");
    add_indicator(c, 2, "b", "");
    add_indicator(c, 3, "a.part", "");
    add_indicator(c, 4, "sum", "= a + b");
    c->indicators[2].part_of = 1;
    return c;
}

/* Another row for the unit of units[index], from the day after it ends. */
static void add_version(struct catalogue *c, size_t index, struct date from, struct date to)
{
    struct unit_version version = c->units[index].versions[0];

    version.from = from;
    version.to = to;
    version.line = 90;
    catalogue_add_unit_version(c, c->units[index].id, &version, NULL, 0);
}

/* The faults. Each spoils one thing. */
#define FAULT(fault_name, ...)                                                                     \
    static void fault_name(struct catalogue *c)                                                    \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

FAULT(no_number, c->number = 0;)
FAULT(no_title, replace_text(&c->title_vi, "");)
FAULT(calendar_gap, c->calendar.s2_first.day = 16;)
FAULT(calendar_bad_day, c->calendar.s1_last = (struct calendar_day){0, 2, 31};)
FAULT(level_twice, replace_text(&c->levels[2].code, "district");)
FAULT(level_bad_code, replace_text(&c->levels[2].code, "cấp xã");)
FAULT(level_reserved_code, replace_text(&c->levels[2].code, "unit");)
FAULT(level_word_in, replace_text(&c->levels[2].code, "in");)
FAULT(level_word_warn, replace_text(&c->levels[2].code, "warn");)
FAULT(level_no_name, replace_text(&c->levels[2].name_vi, "");)
FAULT(level_deadline, c->levels[2].deadline[0] = (struct calendar_day){0, 2, 29};)
static void too_many_levels(struct catalogue *c)
{
    for (int i = 0; i < CATALOGUE_LEVELS_MAX; i++)
        catalogue_add_level(c, &c->levels[0]);
}
FAULT(type_twice, replace_text(&c->types[1].code, "province");)
#define NAMED(code, name) (&(struct named){(code), (name), NULL})
FAULT(section_twice, catalogue_add_section(c, NAMED(commune, name));
      catalogue_add_section(c, NAMED(commune, name));)
FAULT(section_no_name, catalogue_add_section(c, NAMED(commune, NULL));)
FAULT(section_bad_code, catalogue_add_section(c, NAMED(name, name));)
FAULT(too_many_sections, for (int i = 0; i <= CATALOGUE_SECTIONS_MAX; i++)
                             catalogue_add_section(c, NAMED(commune, name));)
FAULT(body_twice, catalogue_add_body(c, NAMED(commune, name));
      catalogue_add_body(c, NAMED(commune, name));)
FAULT(measure_twice, catalogue_add_measure(c, &(struct measure){name, NULL, NULL});
      catalogue_add_measure(c, &(struct measure){name, NULL, NULL});)
FAULT(measure_no_name, catalogue_add_measure(c, &(struct measure){NULL, name, NULL});)
FAULT(measure_bad_quantity, catalogue_add_measure(c, &(struct measure){name, NULL, name});)
static char percent[] = "%";
FAULT(percent_quantity, catalogue_add_measure(c, &(struct measure){percent, NULL, commune});)
FAULT(form_zero, c->forms[0].number = 0;)
FAULT(form_twice, c->forms[1].number = 1;)
FAULT(form_code_twice, replace_text(&c->forms[1].code, "province");)
FAULT(form_due, c->forms[0].due_level_mask = 8;)
FAULT(indicator_zero, c->indicators[1].number = 0;)
FAULT(indicator_twice, c->indicators[1].number = 1;)
FAULT(indicator_code_twice, replace_text(&c->indicators[1].code, "a");)
FAULT(indicator_bad_code, replace_text(&c->indicators[1].code, "b c");)
FAULT(indicator_no_name, replace_text(&c->indicators[1].name_vi, "");)
FAULT(indicator_not_utf8, replace_text(&c->indicators[1].name_en, "\xff");)
FAULT(indicator_newline, replace_text(&c->indicators[1].measure, "a\nb");)
FAULT(indicator_long, free(c->indicators[1].section);
      c->indicators[1].section = long_text(CATALOGUE_TEXT_MAX + 1);)
FAULT(indicator_nature, c->indicators[1].nature = (enum nature)0;)
FAULT(indicator_aggregation, c->indicators[1].aggregation = (enum aggregation)5;)
FAULT(indicator_decimals, c->indicators[1].decimals = INDICATOR_DECIMALS_MAX + 1;)
FAULT(indicator_no_form, c->indicators[1].form = 3;)
FAULT(derived_with_form, c->indicators[3].form = 1;)
FAULT(indicator_no_level, c->indicators[1].level_mask = 0;)
FAULT(indicator_bad_level, c->indicators[1].level_mask = 15;)
FAULT(indicator_days, c->indicators[1].valid_from = day(2025, 1, 1);
      c->indicators[1].valid_to = day(2024, 1, 1);)
FAULT(part_unknown, c->indicators[2].part_of = 9;)
FAULT(part_nature, c->indicators[2].nature = NATURE_STOCK;)
FAULT(part_decimals, c->indicators[2].decimals = 2;)
FAULT(part_form, c->indicators[2].form = 2;)
FAULT(part_of_itself, c->indicators[2].part_of = 3;)
FAULT(part_circle, c->indicators[0].part_of = 3;)
FAULT(entered_with_rule, replace_text(&c->indicators[1].rule, "= a");)
FAULT(derived_without_rule, replace_text(&c->indicators[3].rule, "");)
FAULT(rule_unknown, replace_text(&c->indicators[3].rule, "= a + nobody");)
FAULT(rule_itself, replace_text(&c->indicators[3].rule, "= sum");)
FAULT(rule_circle, replace_text(&c->indicators[3].rule, "= x"); add_indicator(c, 5, "x", "= sum");)
FAULT(rule_count_circle, replace_text(&c->indicators[3].rule, "count@commune(sum > 0)");)
FAULT(unit_zero, c->units[2].id = 0;)
FAULT(unit_no_code, replace_text(&c->units[4].versions[0].code, "");)
FAULT(unit_long_code, free(c->units[4].versions[0].code);
      c->units[4].versions[0].code = long_text(UNIT_CODE_MAX + 1);)
FAULT(unit_control, replace_text(&c->units[4].versions[0].name_vi, "a\x1b[0m");)
FAULT(unit_type, c->units[4].versions[0].type = 2;)
FAULT(unit_level, c->units[4].versions[0].level = 3;)
FAULT(unit_days, c->units[4].versions[0].from = day(2025, 1, 1);
      c->units[4].versions[0].to = day(2024, 12, 31);)
FAULT(unit_no_such_day, c->units[4].versions[0].from.days = INT32_MAX - 1;)
FAULT(parent_unknown, c->units[4].versions[0].parent = 12;)
FAULT(parent_itself, c->units[4].versions[0].parent = 102;)
FAULT(parent_same_level, c->units[4].versions[0].level = 1;)
FAULT(parent_below, c->units[1].versions[0].parent = 102;)
FAULT(parent_ends_first, c->units[2].versions[0].to = day(2030, 1, 1);)
FAULT(parent_begins_later, c->units[2].versions[0].from = day(2020, 1, 1);)
static void parent_sinks_later(struct catalogue *c)
{
    c->units[2].versions[0].to = day(2024, 1, 1);
    add_version(c, 2, day(2024, 1, 2), DATE_MAX);
    c->units[5].versions[0].level = 2;
}
FAULT(two_roots, c->units[1].versions[0].parent = 0;)
FAULT(root_ends, c->units[0].versions[0].to = day(2030, 1, 1);)
static void no_units(struct catalogue *c)
{
    while (c->unit_count > 0) {
        struct unit *unit = &c->units[--c->unit_count];

        free(unit->versions[0].code);
        free(unit->versions[0].name_vi);
        free(unit->versions[0].name_en);
        free(unit->versions);
        free(unit->successors);
    }
}
FAULT(rows_overlap, c->units[4].versions[0].to = day(2024, 12, 31);
      add_version(c, 4, day(2024, 12, 31), DATE_MAX);)
FAULT(same_row_twice, add_version(c, 4, DATE_MIN, DATE_MAX);)
FAULT(rows_gap, c->units[4].versions[0].to = day(2024, 12, 31);
      add_version(c, 4, day(2025, 1, 2), DATE_MAX);)
static void too_many_rows(struct catalogue *c)
{
    for (int i = 0; i < UNIT_VERSIONS_MAX; i++)
        add_version(c, 4, day(2025, 1, 2), DATE_MAX);
}
FAULT(successor_unknown, c->units[ENDED].successors[0] = 12;)
FAULT(successor_ended, c->units[4].versions[0].to = day(2024, 6, 30);)
FAULT(successor_itself, c->units[ENDED].successors[0] = 101;)
FAULT(successor_without_end, c->units[ENDED].versions[0].to = DATE_MAX;)
FAULT(code_twice, replace_text(&c->units[2].versions[0].code, "10");)
/* A short one, the long one, and two short ones inside it: only the long one is in the way. */
static void code_twice_around_another(struct catalogue *c)
{
    const int years[] = {2010, 2016, 2017};

    c->units[4].versions[0].from = day(2012, 1, 1);
    for (uint32_t i = 0; i < 3; i++) {
        add_unit(c, 201 + i, 11, 2);
        replace_text(&c->units[UNIT_COUNT + i].versions[0].code, "102");
        c->units[UNIT_COUNT + i].versions[0].from = day(years[i], 1, 1);
        c->units[UNIT_COUNT + i].versions[0].to = day(years[i], 12, 31);
    }
}
FAULT(code_twice_across_one_that_ended, replace_text(&c->units[4].versions[0].code, "101");)

/* Columns as numbers, so that a place can carry which one was asked for; "" is none: 0. */
static uint32_t column_number(const char *column)
{
    uint32_t number = 0;

    for (; *column != '\0'; column++)
        number = number * 31u + (unsigned char)*column;
    return number;
}

static struct place place_of(void *ctx, const char *file, uint32_t line, const char *column,
                             uint32_t offset)
{
    (void)ctx;
    (void)file;
    (void)offset; /* test_catalogue_formulas.c looks at it */
    return (struct place){.line = line, .column = column_number(column)};
}

static const struct catalogue_source test_source = {.place = place_of};

/* Each fault is found, at its file, row and column, with a text that says what to do. */
static void every_fault_is_found(void **state)
{
    (void)state;
    const struct {
        void (*spoil)(struct catalogue *c);
        const char *name, *file, *column;
        uint32_t line; /* 0: no place */
        const char *says;
    } rows[] = {
#define ROW(fault) fault, #fault
        {ROW(no_number), "catalogue.ini", "", 0, "give it 1, 2, 3"},
        {ROW(no_title), "catalogue.ini", "", 0, "the Vietnamese title is empty"},
        {ROW(calendar_gap), "catalogue.ini", "", 0, "calendar is not in order"},
        {ROW(calendar_bad_day), "catalogue.ini", "", 0, "calendar is not in order"},
        {ROW(level_twice), "catalogue.ini", "", 0, "level 3 has the code of an earlier level"},
        {ROW(level_bad_code), "catalogue.ini", "", 0, "level 3: its code \""},
        {ROW(level_word_in), "catalogue.ini", "", 0, "level 3 has the code in, which is a word of"},
        {ROW(level_word_warn), "catalogue.ini", "", 0,
         "level 3 has the code warn, which is a word"},
        {ROW(level_reserved_code), "catalogue.ini", "", 0, "level 3: its code \""},
        {ROW(level_no_name), "catalogue.ini", "", 0, "level 3: the Vietnamese name is empty"},
        {ROW(level_deadline), "catalogue.ini", "", 0, "level 3: a deadline is not a day"},
        {ROW(too_many_levels), "catalogue.ini", "", 0, "has 11 levels: it may have 1 to 8"},
        {ROW(type_twice), "catalogue.ini", "", 0, "unit type 2 has the code"},
        {ROW(section_twice), "catalogue.ini", "", 0, "section 2 has the code of an earlier one"},
        {ROW(section_no_name), "catalogue.ini", "", 0, "section 1: the Vietnamese name is empty"},
        {ROW(section_bad_code), "catalogue.ini", "", 0, "section 1: its code \""},
        {ROW(too_many_sections), "catalogue.ini", "", 0, "has 65 sections: it may have 0 to 64"},
        {ROW(body_twice), "catalogue.ini", "", 0, "body 2 has the code of an earlier one"},
        {ROW(measure_twice), "catalogue.ini", "", 0, "measure 2 has the name of an earlier one"},
        {ROW(measure_no_name), "catalogue.ini", "", 0, "measure 1: its name is empty"},
        {ROW(measure_bad_quantity), "catalogue.ini", "", 0,
         "measure 1: its quantity \"Tên\" is not a"},
        {ROW(percent_quantity), "catalogue.ini", "", 0, "a percentage has no quantity"},
        {ROW(form_zero), "forms.csv", "number", 2, "number forms from 1"},
        {ROW(form_twice), "forms.csv", "number", 3, "form 1 is there twice"},
        {ROW(form_code_twice), "forms.csv", "code", 3, "form 2 has the code of another form"},
        {ROW(form_due), "forms.csv", "due", 2, "form 1 is owed by a level that is not there"},
        {ROW(indicator_zero), "indicators.csv", "number", 3, "number indicators from 1"},
        {ROW(indicator_twice), "indicators.csv", "number", 3, "indicator 1 is there twice"},
        {ROW(indicator_code_twice), "indicators.csv", "code", 3, "1 and 2 have the same code"},
        {ROW(indicator_bad_code), "indicators.csv", "code", 3, "indicator 2: its code \""},
        {ROW(indicator_no_name), "indicators.csv", "name_vi", 3, "indicator 2: the Vietnamese"},
        {ROW(indicator_not_utf8), "indicators.csv", "name_en", 3, "save the file as UTF-8"},
        {ROW(indicator_newline), "indicators.csv", "measure", 3, "write it on one line"},
        {ROW(indicator_long), "indicators.csv", "section", 3, "(301 bytes, at most 300)"},
        {ROW(indicator_nature), "indicators.csv", "nature", 3, "must be flow or stock"},
        {ROW(indicator_aggregation), "indicators.csv", "aggregation", 3, "must be sum, max"},
        {ROW(indicator_decimals), "indicators.csv", "decimals", 3, "has 7 decimals: at most 6"},
        {ROW(indicator_no_form), "indicators.csv", "form", 3, "form that is not there: name one"},
        {ROW(derived_with_form), "indicators.csv", "form", 5, "leave its form empty"},
        {ROW(indicator_no_level), "indicators.csv", "levels", 3, "name the levels"},
        {ROW(indicator_bad_level), "indicators.csv", "levels", 3, "name the levels"},
        {ROW(indicator_days), "indicators.csv", "valid_from", 3,
         "indicator 2 ends before it begins"},
        {ROW(part_unknown), "indicators.csv", "part_of", 4, "indicator 9, which is not there"},
        {ROW(part_nature), "indicators.csv", "part_of", 4, "differ in nature, decimals or form"},
        {ROW(part_decimals), "indicators.csv", "part_of", 4, "differ in nature, decimals or form"},
        {ROW(part_form), "indicators.csv", "part_of", 4, "differ in nature, decimals or form"},
        {ROW(part_of_itself), "indicators.csv", "part_of", 4, "a part of a part in a circle"},
        {ROW(part_circle), "indicators.csv", "part_of", 2, "a part of a part in a circle"},
        {ROW(entered_with_rule), "indicators.csv", "rule", 3, "is entered and has a rule"},
        {ROW(derived_without_rule), "indicators.csv", "rule", 5, "begins with = or count@"},
        {ROW(rule_unknown), "indicators.csv", "rule", 5, "character 7: there is no indicator"},
        {ROW(rule_itself), "indicators.csv", "rule", 5, "indicator 4: its rule leads back"},
        {ROW(rule_circle), "indicators.csv", "rule", 5, "indicator 4: its rule leads back"},
        {ROW(rule_count_circle), "indicators.csv", "rule", 5, "indicator 4: its rule leads back"},
        {ROW(no_units), "units.csv", "", 0, "has 0 units"},
        {ROW(unit_zero), "units.csv", "id", 4, "number units from 1"},
        {ROW(unit_no_code), "units.csv", "code", 6, "unit 102: its code is empty"},
        {ROW(unit_long_code), "units.csv", "code", 6, "(33 bytes, at most 32)"},
        {ROW(unit_control), "units.csv", "name_vi", 6, "remove control characters"},
        {ROW(unit_type), "units.csv", "type", 6, "unit 102 has a type that is not there"},
        {ROW(unit_level), "units.csv", "level", 6, "unit 102 has a level that is not there"},
        {ROW(unit_days), "units.csv", "from", 6, "unit 102 ends before it begins"},
        {ROW(unit_no_such_day), "units.csv", "from", 6, "not in the years 1 to 9999"},
        {ROW(parent_unknown), "units.csv", "parent", 6, "its parent 12 is not there"},
        {ROW(parent_itself), "units.csv", "parent", 6, "not of a higher level"},
        {ROW(parent_same_level), "units.csv", "parent", 6, "not of a higher level"},
        {ROW(parent_below), "units.csv", "parent", 3, "not of a higher level"},
        {ROW(parent_ends_first), "units.csv", "parent", 6, "parent 11 is not valid on all days"},
        {ROW(parent_begins_later), "units.csv", "parent", 6, "parent 11 is not valid on all days"},
        {ROW(parent_sinks_later), "units.csv", "parent", 6, "not of a higher level"},
        {ROW(two_roots), "units.csv", "parent", 3, "units 1 and 10 are both without a parent"},
        {ROW(root_ends), "units.csv", "successors", 2, "unit 1 is the root and ends"},
        {ROW(rows_overlap), "units.csv", "from", 90, "two rows that are valid on the same days"},
        {ROW(same_row_twice), "units.csv", "from", 90, "two rows that are valid on the same days"},
        {ROW(rows_gap), "units.csv", "from", 90, "no row between 2024-12-31 and 2025-01-02"},
        {ROW(too_many_rows), "units.csv", "id", 6, "unit 102 has 65 rows"},
        {ROW(successor_unknown), "units.csv", "successors", 5, "its successor 12 is not there"},
        {ROW(successor_ended), "units.csv", "successors", 5, "not valid on the day after"},
        {ROW(successor_itself), "units.csv", "successors", 5, "not valid on the day after"},
        {ROW(successor_without_end), "units.csv", "successors", 5, "does not end"},
        {ROW(code_twice), "units.csv", "code", 4, "units 10 and 11 have the same code"},
        {ROW(code_twice_around_another), "units.csv", "code", 9, "units 102 and 203"},
        {ROW(code_twice_across_one_that_ended), "units.csv", "code", 6, "units 101 and 102"},
#undef ROW
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft();
        struct problems problems = {0};
        bool is_found = false;

        rows[i].spoil(c);
        enum err err = catalogue_finish(c, &test_source, &problems);
        assert_int_equal(err, ERR_INVALID);
        for (size_t j = 0; j < problems.count; j++) {
            const struct problem *problem = &problems.items[j];

            is_found |= strstr(problem->text, rows[i].says) != NULL &&
                        strcmp(problem->file, rows[i].file) == 0 &&
                        problem->place.line == rows[i].line &&
                        problem->place.column == column_number(rows[i].column);
        }
        if (!is_found)
            fail_msg("%s: %s", rows[i].name,
                     problems.count > 0 ? problems.items[0].text : "no problem");
        problems_fini(&problems);
        catalogue_free(&c);
    }
}

/* Changes that are no faults. */
FAULT(unspoilt, (void)c;)
FAULT(code_of_another_level, replace_text(&c->units[4].versions[0].code, "10");)
FAULT(code_handed_on, replace_text(&c->units[4].versions[0].code, "101");
      c->units[4].versions[0].from = day(2024, 7, 1);)
static void root_replaced(struct catalogue *c)
{
    const struct date end = day(2024, 12, 31);

    add_unit(c, 2, 0, 0);
    c->units[UNIT_COUNT].versions[0].from = day(2025, 1, 1);
    for (size_t i = 0; i < UNIT_COUNT; i++)
        if (i != ENDED)
            c->units[i].versions[0].to = end;
    c->units[0].successors = mem_alloc(sizeof(uint32_t));
    c->units[0].successors[0] = 2;
    c->units[0].successor_count = 1;
}
static void longest_texts(struct catalogue *c)
{
    free(c->units[4].versions[0].code);
    c->units[4].versions[0].code = long_text(UNIT_CODE_MAX);
    free(c->indicators[0].section);
    c->indicators[0].section = long_text(CATALOGUE_TEXT_MAX);
}
static void parent_rose_before(struct catalogue *c)
{
    c->units[2].versions[0].to = day(2010, 12, 31);
    add_version(c, 2, day(2011, 1, 1), DATE_MAX);
    c->units[2].versions[0].level = 2;
    c->units[4].versions[0].from = day(2011, 1, 1);
}
FAULT(part_of_derived, c->indicators[2].part_of = 4;)
FAULT(derived_without_level, c->indicators[3].level_mask = 0;)
FAULT(most_decimals, c->indicators[1].decimals = INDICATOR_DECIMALS_MAX;)

/* The draft that the faults spoil has none itself, and what is just within a rule is taken. */
static void good_catalogues_are_taken(void **state)
{
    (void)state;
    const struct {
        void (*change)(struct catalogue *c);
        const char *name;
    } rows[] = {
        {unspoilt, "unspoilt"},
        {code_of_another_level, "one code at two levels"},
        {code_handed_on, "a code reused after its unit ended"},
        {root_replaced, "a root that ends and names its successor"},
        {parent_rose_before, "a parent of the same level, but on other days"},
        {longest_texts, "texts as long as they may be"},
        {part_of_derived, "part of a derived whole, which has no form"},
        {derived_without_level, "derived, reported by no level"},
        {most_decimals, "as many decimals as there may be"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft();
        struct problems problems = {0};

        rows[i].change(c);
        if (catalogue_finish(c, &test_source, &problems) != ERR_OK)
            fail_msg("%s: %s", rows[i].name, problems.items[0].text);
        problems_fini(&problems);
        catalogue_free(&c);
    }
}

/* All faults are told at once, each once, after those that were there before. */
static void faults_are_told_at_once(void **state)
{
    (void)state;
    struct catalogue *c = draft();
    struct problems problems = {0};

    problems_add(&problems, NULL, (struct place){0}, "from before");
    no_number(c);
    indicator_decimals(c);
    unit_type(c);
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_INVALID);
    assert_int_equal(problems.error_count, 4);
    problems_fini(&problems);
    catalogue_free(&c);

    c = draft();
    same_row_twice(c); /* its code is its own: not a second fault */
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_INVALID);
    assert_int_equal(problems.error_count, 1);
    problems_fini(&problems);
    catalogue_free(&c);

    c = draft();
    problems_add(&problems, NULL, (struct place){0}, "from before");
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_OK);
    problems_fini(&problems);
    catalogue_free(&c);
}

/* Without a source the rows came over the wire: there is no file to name. */
static void without_a_source_there_is_no_place(void **state)
{
    (void)state;
    struct catalogue *c = draft();
    struct problems problems = {0};

    unit_type(c);
    assert_int_equal(catalogue_finish(c, NULL, &problems), ERR_INVALID);
    assert_int_equal(problems.count, 1);
    assert_null(problems.items[0].file);
    assert_int_equal(problems.items[0].place.line, 0);
    assert_int_equal(problems.items[0].place.column, 0);
    problems_fini(&problems);
    catalogue_free(&c);
}

/* Derived indicators may be built on each other, but not without end: evaluating them costs more
 * with every step. Only the first one that stands too high is named. */
static void derived_chains_are_limited(void **state)
{
    (void)state;
    const struct {
        uint32_t derived_count;
        size_t problem_count;
    } rows[] = {
        {CATALOGUE_DEPTH_MAX - 1, 0},
        {CATALOGUE_DEPTH_MAX, 1},
        {CATALOGUE_DEPTH_MAX + 3, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalogue *c = draft();
        struct problems problems = {0};

        for (uint32_t j = 0; j < rows[i].derived_count; j++) {
            char code[16], rule[16];

            snprintf(code, sizeof code, "d%u", j + 1);
            snprintf(rule, sizeof rule, j == 0 ? "= a" : "= d%u", j);
            /* Highest number first: the order of numbers must not matter. */
            add_indicator(c, 100 - j, code, rule);
        }
        (void)catalogue_finish(c, NULL, &problems); /* the count says it all */
        assert_int_equal(problems.count, rows[i].problem_count);
        if (rows[i].problem_count > 0)
            assert_non_null(strstr(problems.items[0].text, "indicator 93: derived ones"));
        problems_fini(&problems);
        catalogue_free(&c);
    }
}

/* A country of units in the worst order costs sorting and not squares: with
 * squares this test would take minutes. */
static void a_country_is_checked_fast(void **state)
{
    (void)state;
    enum { DISTRICTS = 1000, COMMUNES = 50000 };
    struct catalogue *c = draft();
    struct problems problems = {0};

    for (uint32_t i = COMMUNES; i-- > 0;)
        add_unit(c, 1000000 + i, 1000 + i % DISTRICTS, 2);
    for (uint32_t i = DISTRICTS; i-- > 0;)
        add_unit(c, 1000 + i, 1, 1);
    if (catalogue_finish(c, NULL, &problems) != ERR_OK)
        fail_msg("%s", problems.items[0].text);
    assert_int_equal(c->unit_count, UNIT_COUNT + DISTRICTS + COMMUNES);
    problems_fini(&problems);
    catalogue_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_is_found),
        cmocka_unit_test(good_catalogues_are_taken),
        cmocka_unit_test(faults_are_told_at_once),
        cmocka_unit_test(without_a_source_there_is_no_place),
        cmocka_unit_test(derived_chains_are_limited),
        cmocka_unit_test(a_country_is_checked_fast),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
