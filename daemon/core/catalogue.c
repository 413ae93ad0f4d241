/* Building a catalogue and looking things up in it.
 *
 * Adders only append: a unit's rows may come in any order, so each one first stands as a unit of
 * its own. catalogue_finish sorts once, merges the rows of one id, and builds the indexes that
 * every look-up is a binary search of; so a country's units cost O(n log n) in whatever order they
 * come. */
#include "core/catalogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue_check.h"
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
    for (size_t i = 0; i < c->form_count; i++) {
        free(c->forms[i].code);
        free(c->forms[i].name_vi);
        free(c->forms[i].name_en);
    }
    for (size_t i = 0; i < c->indicator_count; i++)
        indicator_fini(&c->indicators[i]);
    for (size_t i = 0; i < c->unit_count; i++)
        unit_fini(&c->units[i]);
    free(c->title_vi);
    free(c->title_en);
    free(c->levels);
    free(c->types);
    free(c->forms);
    free(c->indicators);
    free(c->indicators_by_code);
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

void catalogue_add_form(struct catalogue *catalogue, const struct form *form)
{
    struct form copy = *form;

    copy.code = copy_text(form->code);
    copy.name_vi = copy_text(form->name_vi);
    copy.name_en = copy_text(form->name_en);
    catalogue->forms =
        mem_grow(catalogue->forms, catalogue->form_count, &catalogue->form_capacity, sizeof copy);
    catalogue->forms[catalogue->form_count++] = copy;
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

static int compare_forms(const void *a, const void *b)
{
    const struct form *left = a, *right = b;
    int order = compare_u32(left->number, right->number);

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
    sort(catalogue->forms, catalogue->form_count, sizeof *catalogue->forms, compare_forms);
    sort(catalogue->indicators, catalogue->indicator_count, sizeof *catalogue->indicators,
         compare_indicators);
    merge_units(catalogue);
    index_codes(catalogue);
    catalogue_check(&(struct checker){catalogue, source, problems});
    return problems->error_count == errors_before ? ERR_OK : ERR_INVALID;
}

/* Finds `key` in an array sorted by the uint32_t that every element starts with (unit.id,
 * indicator.number, form.number). */
static const void *find_number(const void *array, size_t count, size_t size_bytes, uint32_t key)
{
    return count > 0 ? bsearch(&key, array, count, size_bytes, compare_numbers) : NULL;
}

const struct unit *catalogue_unit(const struct catalogue *catalogue, uint32_t id)
{
    _Static_assert(offsetof(struct unit, id) == 0, "find_number reads the key there");
    return find_number(catalogue->units, catalogue->unit_count, sizeof *catalogue->units, id);
}

const struct indicator *catalogue_indicator(const struct catalogue *catalogue, uint32_t number)
{
    _Static_assert(offsetof(struct indicator, number) == 0, "find_number reads the key there");
    return find_number(catalogue->indicators, catalogue->indicator_count,
                       sizeof *catalogue->indicators, number);
}

const struct form *catalogue_form(const struct catalogue *catalogue, uint32_t number)
{
    _Static_assert(offsetof(struct form, number) == 0, "find_number reads the key there");
    return find_number(catalogue->forms, catalogue->form_count, sizeof *catalogue->forms, number);
}

const struct indicator *catalogue_indicator_by_code(const struct catalogue *catalogue,
                                                    const char *code)
{
    size_t low = 0, high = catalogue->indicator_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct indicator *indicator =
            &catalogue->indicators[catalogue->indicators_by_code[middle]];
        int order = strcmp(code, indicator->code);

        if (order == 0)
            return indicator;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const struct form *catalogue_form_by_code(const struct catalogue *catalogue, const char *code)
{
    for (size_t i = 0; i < catalogue->form_count; i++)
        if (strcmp(catalogue->forms[i].code, code) == 0)
            return &catalogue->forms[i];
    return NULL;
}

int catalogue_level_by_code(const struct catalogue *catalogue, const char *code)
{
    for (size_t i = 0; i < catalogue->level_count; i++)
        if (strcmp(catalogue->levels[i].code, code) == 0)
            return (int)i;
    return -1;
}

int catalogue_type_by_code(const struct catalogue *catalogue, const char *code)
{
    for (size_t i = 0; i < catalogue->type_count; i++)
        if (strcmp(catalogue->types[i].code, code) == 0)
            return (int)i;
    return -1;
}

/* The id that `text` spells, 0 if it does not: digits without a leading zero ("01" is a code). */
static uint32_t parse_id(const char *text)
{
    uint32_t id = 0;

    if (*text == '0')
        return 0;
    for (; *text != '\0'; text++)
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(id, 10u, &id) ||
            __builtin_add_overflow(id, (uint32_t)(*text - '0'), &id))
            return 0;
    return id;
}

static const struct unit_version *ref_version(const struct catalogue *catalogue, size_t ref)
{
    return &catalogue->units[catalogue->units_by_code[ref].unit]
                .versions[catalogue->units_by_code[ref].version];
}

/* How many units have `code` on `day`: 0, 1, or 2 for several. `*ret_id` is the last one seen. */
static unsigned find_code(const struct catalogue *catalogue, const char *code, struct date day,
                          uint32_t *ret_id)
{
    size_t low = 0, high = catalogue->unit_ref_count;
    unsigned found = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (strcmp(ref_version(catalogue, middle)->code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < catalogue->unit_ref_count && found < 2; low++) {
        const struct unit_version *version = ref_version(catalogue, low);

        if (strcmp(version->code, code) != 0)
            break;
        if (date_compare(version->from, day) <= 0 && date_compare(day, version->to) <= 0) {
            *ret_id = catalogue->units[catalogue->units_by_code[low].unit].id;
            found++;
        }
    }
    return found;
}

enum err catalogue_find_unit(const struct catalogue *catalogue, const char *text, struct date day,
                             uint32_t *ret_id)
{
    bool may_be_id = strncmp(text, "code:", 5) != 0;
    bool may_be_code = strncmp(text, "id:", 3) != 0;
    const char *word = !may_be_id ? text + 5 : !may_be_code ? text + 3 : text;
    uint32_t by_id = may_be_id ? parse_id(word) : 0;
    uint32_t by_code = 0;
    unsigned found = may_be_code ? find_code(catalogue, word, day, &by_code) : 0;

    if (catalogue_unit(catalogue, by_id) == NULL)
        by_id = 0;
    if (found > 1 || (by_id != 0 && found == 1 && by_id != by_code))
        return ERR_EXISTS;
    if (by_id == 0 && found == 0)
        return ERR_NOT_FOUND;
    *ret_id = by_id != 0 ? by_id : by_code;
    return ERR_OK;
}
