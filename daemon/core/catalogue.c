/* Building a catalogue.
 *
 * Adders only append: a unit's rows may come in any order, so each one first stands as a unit of
 * its own. catalogue_finish sorts once, merges the rows of one id, and builds the indexes that
 * every look-up is a binary search of; so a country's units cost O(n log n) in whatever order they
 * come. */
#include "core/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue_check.h"
#include "core/check.h"
#include "core/mem.h"

struct catalogue *catalogue_new(void)
{
    return mem_calloc(1, sizeof(struct catalogue));
}

static void version_fini(struct unit_version *version)
{
    free(version->code);
    free(version->name_vi);
    free(version->name_en);
}

static void unit_fini(struct unit *unit)
{
    for (size_t i = 0; i < unit->version_count; i++)
        version_fini(&unit->versions[i]);
    free(unit->versions);
    free(unit->successors);
}

static void indicator_fini(struct indicator *indicator)
{
    free(indicator->code);
    free(indicator->name_vi);
    free(indicator->name_en);
    free(indicator->section);
    free(indicator->measure);
    free(indicator->rule);
    formula_free(&indicator->formula);
    free(indicator->body);
    free(indicator->checks_text);
    checks_free(&indicator->checks, &indicator->check_count);
}

static void named_fini(struct named *named)
{
    free(named->code);
    free(named->name_vi);
    free(named->name_en);
}

static void measure_fini(struct measure *measure)
{
    free(measure->name);
    free(measure->name_en);
    free(measure->quantity);
}

void catalogue_free(struct catalogue **catalogue)
{
    struct catalogue *c = *catalogue;

    if (c == NULL)
        return;
    for (size_t i = 0; i < c->level_count; i++) {
        free(c->levels[i].code);
        free(c->levels[i].name_vi);
        free(c->levels[i].name_en);
    }
    for (size_t i = 0; i < c->type_count; i++) {
        free(c->types[i].code);
        free(c->types[i].name_vi);
        free(c->types[i].name_en);
    }
    for (size_t i = 0; i < c->section_count; i++)
        named_fini(&c->sections[i]);
    for (size_t i = 0; i < c->body_count; i++)
        named_fini(&c->bodies[i]);
    for (size_t i = 0; i < c->measure_count; i++)
        measure_fini(&c->measures[i]);
    for (size_t i = 0; i < c->form_count; i++) {
        free(c->forms[i].code);
        free(c->forms[i].name_vi);
        free(c->forms[i].name_en);
        free(c->forms[i].body);
    }
    for (size_t i = 0; i < c->holiday_count; i++) {
        free(c->holidays[i].name_vi);
        free(c->holidays[i].name_en);
    }
    for (size_t i = 0; i < c->exception_count; i++)
        free(c->exceptions[i].reason);
    for (size_t i = 0; i < c->indicator_count; i++)
        indicator_fini(&c->indicators[i]);
    for (size_t i = 0; i < c->unit_count; i++)
        unit_fini(&c->units[i]);
    free(c->title_vi);
    free(c->title_en);
    free(c->eras);
    free(c->levels);
    free(c->types);
    free(c->sections);
    free(c->bodies);
    free(c->measures);
    free(c->forms);
    free(c->holidays);
    free(c->exceptions);
    free(c->indicators);
    free(c->indicators_by_code);
    free(c->indicators_shown);
    free(c->units);
    free(c->units_by_code);
    free(c);
    *catalogue = NULL;
}

/* Texts of a catalogue are never NULL. */
static char *copy_text(const char *text)
{
    return mem_strdup(text != NULL ? text : "");
}

void catalogue_add_era(struct catalogue *catalogue, const struct era *era)
{
    size_t count = catalogue->era_count++;

    catalogue->eras = mem_realloc(catalogue->eras, (count + 1) * sizeof *era);
    catalogue->eras[count] = *era;
}

void catalogue_add_level(struct catalogue *catalogue, const struct level *level)
{
    size_t count = catalogue->level_count++;
    struct level copy = *level;

    copy.code = copy_text(level->code);
    copy.name_vi = copy_text(level->name_vi);
    copy.name_en = copy_text(level->name_en);
    catalogue->levels = mem_realloc(catalogue->levels, (count + 1) * sizeof copy);
    catalogue->levels[count] = copy;
}

void catalogue_add_type(struct catalogue *catalogue, const struct unit_type *type)
{
    size_t count = catalogue->type_count++;

    catalogue->types = mem_realloc(catalogue->types, (count + 1) * sizeof *type);
    catalogue->types[count] = (struct unit_type){
        .code = copy_text(type->code),
        .name_vi = copy_text(type->name_vi),
        .name_en = copy_text(type->name_en),
    };
}

static void add_named(struct named **array, size_t *count, const struct named *named)
{
    *array = mem_realloc(*array, (*count + 1) * sizeof *named);
    (*array)[(*count)++] = (struct named){
        .code = copy_text(named->code),
        .name_vi = copy_text(named->name_vi),
        .name_en = copy_text(named->name_en),
    };
}

void catalogue_add_section(struct catalogue *catalogue, const struct named *section)
{
    add_named(&catalogue->sections, &catalogue->section_count, section);
}

void catalogue_add_body(struct catalogue *catalogue, const struct named *body)
{
    add_named(&catalogue->bodies, &catalogue->body_count, body);
}

void catalogue_add_measure(struct catalogue *catalogue, const struct measure *measure)
{
    size_t count = catalogue->measure_count++;

    catalogue->measures = mem_realloc(catalogue->measures, (count + 1) * sizeof *measure);
    catalogue->measures[count] = (struct measure){
        .name = copy_text(measure->name),
        .name_en = copy_text(measure->name_en),
        .quantity = copy_text(measure->quantity),
    };
}

void catalogue_add_form(struct catalogue *catalogue, const struct form *form)
{
    struct form copy = *form;

    copy.code = copy_text(form->code);
    copy.name_vi = copy_text(form->name_vi);
    copy.name_en = copy_text(form->name_en);
    copy.body = copy_text(form->body);
    catalogue->forms =
        mem_grow(catalogue->forms, catalogue->form_count, &catalogue->form_capacity, sizeof copy);
    catalogue->forms[catalogue->form_count++] = copy;
}

void catalogue_add_holiday(struct catalogue *catalogue, const struct holiday *holiday)
{
    size_t count = catalogue->holiday_count++;

    catalogue->holidays = mem_realloc(catalogue->holidays, (count + 1) * sizeof *holiday);
    catalogue->holidays[count] = *holiday;
    catalogue->holidays[count].name_vi = copy_text(holiday->name_vi);
    catalogue->holidays[count].name_en = copy_text(holiday->name_en);
}

void catalogue_add_exception(struct catalogue *catalogue, const struct duty_exception *exception)
{
    size_t count = catalogue->exception_count++;

    catalogue->exceptions = mem_realloc(catalogue->exceptions, (count + 1) * sizeof *exception);
    catalogue->exceptions[count] = *exception;
    catalogue->exceptions[count].reason = copy_text(exception->reason);
}

void catalogue_add_indicator(struct catalogue *catalogue, const struct indicator *indicator)
{
    struct indicator copy = *indicator;

    copy.code = copy_text(indicator->code);
    copy.name_vi = copy_text(indicator->name_vi);
    copy.name_en = copy_text(indicator->name_en);
    copy.section = copy_text(indicator->section);
    copy.measure = copy_text(indicator->measure);
    copy.rule = copy_text(indicator->rule);
    copy.formula = NULL;
    copy.body = copy_text(indicator->body);
    copy.checks_text = copy_text(indicator->checks_text);
    copy.checks = NULL;
    copy.check_count = 0;
    catalogue->indicators = mem_grow(catalogue->indicators, catalogue->indicator_count,
                                     &catalogue->indicator_capacity, sizeof copy);
    catalogue->indicators[catalogue->indicator_count++] = copy;
}

void catalogue_add_unit_version(struct catalogue *catalogue, uint32_t id,
                                const struct unit_version *version, const uint32_t *successors,
                                size_t successor_count)
{
    struct unit unit = {
        .id = id,
        .versions = mem_alloc(sizeof *version),
        .version_count = 1,
        .successor_count = successor_count,
        .successors_line = successor_count > 0 ? version->line : 0,
    };

    unit.versions[0] = *version;
    unit.versions[0].code = copy_text(version->code);
    unit.versions[0].name_vi = copy_text(version->name_vi);
    unit.versions[0].name_en = copy_text(version->name_en);
    if (successor_count > 0) {
        unit.successors = mem_alloc(successor_count * sizeof *successors);
        memcpy(unit.successors, successors, successor_count * sizeof *successors);
    }
    catalogue->units =
        mem_grow(catalogue->units, catalogue->unit_count, &catalogue->unit_capacity, sizeof unit);
    catalogue->units[catalogue->unit_count++] = unit;
}

/* Less than, equal to or greater than 0, without overflow. */
static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_numbers(const void *a, const void *b)
{
    return compare_u32(*(const uint32_t *)a, *(const uint32_t *)b);
}

static int compare_eras(const void *a, const void *b)
{
    const struct era *left = a, *right = b;
    int order = compare_u32(left->from_year, right->from_year);

    return order != 0 ? order : compare_u32(left->line, right->line);
}

static int compare_forms(const void *a, const void *b)
{
    const struct form *left = a, *right = b;
    int order = compare_u32(left->number, right->number);

    return order != 0 ? order : compare_u32(left->line, right->line);
}

static int compare_holidays(const void *a, const void *b)
{
    const struct holiday *left = a, *right = b;
    int order = date_compare(left->first, right->first);

    return order != 0 ? order : compare_u32(left->line, right->line);
}

static int compare_exceptions(const void *a, const void *b)
{
    const struct duty_exception *left = a, *right = b;
    int order = compare_u32(left->unit, right->unit);

    if (order == 0)
        order = compare_u32(left->form, right->form);
    if (order == 0)
        order = date_compare(left->from, right->from);
    return order != 0 ? order : compare_u32(left->line, right->line);
}

static int compare_indicators(const void *a, const void *b)
{
    const struct indicator *left = a, *right = b;
    int order = compare_u32(left->number, right->number);

    return order != 0 ? order : compare_u32(left->line, right->line);
}

/* Rows of units before they are merged: one version each. */
static int compare_unit_rows(const void *a, const void *b)
{
    const struct unit *left = a, *right = b;
    int order = compare_u32(left->id, right->id);

    if (order == 0)
        order = date_compare(left->versions[0].from, right->versions[0].from);
    return order != 0 ? order : compare_u32(left->versions[0].line, right->versions[0].line);
}

static int compare_codes(const void *a, const void *b, void *ctx)
{
    const struct catalogue *catalogue = ctx;
    const struct indicator *left = &catalogue->indicators[*(const uint32_t *)a];
    const struct indicator *right = &catalogue->indicators[*(const uint32_t *)b];
    int order = strcmp(left->code, right->code);

    return order != 0 ? order : compare_u32(left->number, right->number);
}

static int compare_unit_codes(const void *a, const void *b, void *ctx)
{
    const struct catalogue *catalogue = ctx;
    const struct unit_ref *ref_a = a, *ref_b = b;
    const struct unit_version *left = &catalogue->units[ref_a->unit].versions[ref_a->version];
    const struct unit_version *right = &catalogue->units[ref_b->unit].versions[ref_b->version];
    int order = strcmp(left->code, right->code);

    if (order == 0)
        order = compare_u32(left->level, right->level);
    if (order == 0)
        order = date_compare(left->from, right->from);
    return order != 0 ? order : compare_u32(ref_a->unit, ref_b->unit);
}

static void sort(void *array, size_t count, size_t size_bytes,
                 int (*compare)(const void *, const void *))
{
    if (count > 1) /* an empty array is NULL, which qsort may not be given */
        qsort(array, count, size_bytes, compare);
}

static void sort_successors(struct unit *unit)
{
    size_t kept = 0;

    sort(unit->successors, unit->successor_count, sizeof *unit->successors, compare_numbers);
    for (size_t i = 0; i < unit->successor_count; i++)
        if (kept == 0 || unit->successors[kept - 1] != unit->successors[i])
            unit->successors[kept++] = unit->successors[i];
    unit->successor_count = kept;
}

/* One unit out of `count` rows of one id, which come in order of their first day. */
static struct unit merge_rows(const struct unit *rows, size_t count)
{
    struct unit unit = {.id = rows[0].id, .version_count = count};

    unit.versions = mem_alloc(count * sizeof *unit.versions);
    for (size_t i = 0; i < count; i++) {
        unit.versions[i] = rows[i].versions[0];
        free(rows[i].versions);
        unit.successor_count += rows[i].successor_count;
    }
    if (unit.successor_count > 0) {
        unit.successors = mem_alloc(unit.successor_count * sizeof *unit.successors);
        unit.successor_count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (unit.successors_line == 0)
            unit.successors_line = rows[i].successors_line;
        for (size_t j = 0; j < rows[i].successor_count; j++)
            unit.successors[unit.successor_count++] = rows[i].successors[j];
        free(rows[i].successors);
    }
    sort_successors(&unit);
    return unit;
}

static void merge_units(struct catalogue *catalogue)
{
    struct unit *units = catalogue->units;
    size_t kept = 0;

    sort(units, catalogue->unit_count, sizeof *units, compare_unit_rows);
    for (size_t first = 0, end; first < catalogue->unit_count; first = end) {
        for (end = first + 1; end < catalogue->unit_count && units[end].id == units[first].id;)
            end++;
        units[kept++] = merge_rows(&units[first], end - first);
        catalogue->unit_ref_count += end - first;
    }
    catalogue->unit_count = kept;
}

static void index_codes(struct catalogue *catalogue)
{
    size_t ref_count = 0;

    catalogue->indicators_by_code = mem_calloc(catalogue->indicator_count, sizeof(uint32_t));
    for (uint32_t i = 0; i < catalogue->indicator_count; i++)
        catalogue->indicators_by_code[i] = i;
    qsort_r(catalogue->indicators_by_code, catalogue->indicator_count, sizeof(uint32_t),
            compare_codes, catalogue);

    catalogue->units_by_code = mem_calloc(catalogue->unit_ref_count, sizeof(struct unit_ref));
    for (uint32_t i = 0; i < catalogue->unit_count; i++)
        for (uint32_t j = 0; j < catalogue->units[i].version_count; j++)
            catalogue->units_by_code[ref_count++] = (struct unit_ref){i, j};
    qsort_r(catalogue->units_by_code, ref_count, sizeof(struct unit_ref), compare_unit_codes,
            catalogue);
}

enum err catalogue_finish(struct catalogue *catalogue, const struct catalogue_source *source,
                          struct problems *problems)
{
    size_t errors_before = problems->error_count;

    if (catalogue->title_vi == NULL)
        catalogue->title_vi = copy_text(NULL);
    if (catalogue->title_en == NULL)
        catalogue->title_en = copy_text(NULL);
    sort(catalogue->eras, catalogue->era_count, sizeof *catalogue->eras, compare_eras);
    sort(catalogue->forms, catalogue->form_count, sizeof *catalogue->forms, compare_forms);
    sort(catalogue->holidays, catalogue->holiday_count, sizeof *catalogue->holidays,
         compare_holidays);
    sort(catalogue->exceptions, catalogue->exception_count, sizeof *catalogue->exceptions,
         compare_exceptions);
    sort(catalogue->indicators, catalogue->indicator_count, sizeof *catalogue->indicators,
         compare_indicators);
    merge_units(catalogue);
    index_codes(catalogue);
    catalogue_order_indicators(catalogue);
    catalogue_check(&(struct checker){catalogue, source, problems});
    return problems->error_count == errors_before ? ERR_OK : ERR_INVALID;
}
