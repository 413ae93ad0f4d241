/* Looking things up in a finished catalogue: binary searches of what is many, a walk over what is
 * few. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue.h"

static int compare_keys(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

/* Finds `key` in an array sorted by the uint32_t that every element starts with (unit.id,
 * indicator.number, form.number). Numbers are mostly given without gaps: then its place is known.
 */
static const void *find_number(const void *array, size_t count, size_t size_bytes, uint32_t key)
{
    if (count == 0 || compare_keys(&key, array) < 0)
        return NULL;
    size_t place = key - *(const uint32_t *)array;
    if (place < count) {
        const void *found = (const char *)array + place * size_bytes;
        if (compare_keys(&key, found) == 0)
            return found;
    }
    return bsearch(&key, array, count, size_bytes, compare_keys);
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

static int find_named(const struct named *array, size_t count, const char *code)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(array[i].code, code) == 0)
            return (int)i;
    return -1;
}

int catalogue_section_by_code(const struct catalogue *catalogue, const char *code)
{
    return find_named(catalogue->sections, catalogue->section_count, code);
}

int catalogue_body_by_code(const struct catalogue *catalogue, const char *code)
{
    return find_named(catalogue->bodies, catalogue->body_count, code);
}

const struct measure *catalogue_measure(const struct catalogue *catalogue, const char *name)
{
    for (size_t i = 0; i < catalogue->measure_count; i++)
        if (strcmp(catalogue->measures[i].name, name) == 0)
            return &catalogue->measures[i];
    return NULL;
}

const char *catalogue_heading(const struct catalogue *catalogue, const struct indicator *indicator,
                              bool english)
{
    int section = catalogue_section_by_code(catalogue, indicator->section);

    if (section < 0)
        return english ? "" : indicator->section;
    return english ? catalogue->sections[section].name_en : catalogue->sections[section].name_vi;
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
