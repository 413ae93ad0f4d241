/* Other catalogues than the sample, made from it: its message is unpacked, changed and packed. */
#ifndef TESTS_UNIT_NODE_EDIT_H
#define TESTS_UNIT_NODE_EDIT_H

#include "unit/node/rig.h"

/* The sample as a message under another number; edit_end frees it. */
static inline Tonghop__Catalogue *edit_begin(uint32_t number)
{
    struct buf bytes = sample_bytes(number);
    Tonghop__Catalogue *catalogue = tonghop__catalogue__unpack(NULL, bytes.len, bytes.data);
    assert_non_null(catalogue);
    buf_fini(&bytes);
    return catalogue;
}

/* Packs and frees the message. */
static inline struct buf edit_end(Tonghop__Catalogue *catalogue)
{
    struct buf bytes = {0};
    size_t size = tonghop__catalogue__get_packed_size(catalogue);
    uint8_t *packed = mem_alloc(size);
    assert_int_equal(tonghop__catalogue__pack(catalogue, packed), size);
    buf_put(&bytes, packed, size);
    free(packed);
    tonghop__catalogue__free_unpacked(catalogue, NULL);
    return bytes;
}

/* Puts the edited catalogue in force; frees it. */
static inline void rig_install_edited(struct rig *rig, Tonghop__Catalogue *catalogue)
{
    struct buf bytes = edit_end(catalogue);
    rig_put_catalogue(rig, span_of(&bytes));
    rig_settle(rig);
    buf_fini(&bytes);
}

/* Sets a text of a message; what it points to is freed with the message. */
static inline void edit_text(char **text, const char *value)
{
    if (*text != &protobuf_c_empty_string[0])
        free(*text);
    *text = mem_strdup(value);
}

static inline Tonghop__UnitVersion *edit_unit(Tonghop__Catalogue *catalogue, uint32_t id)
{
    for (size_t i = 0; i < catalogue->n_units; i++)
        if (catalogue->units[i]->id == id)
            return catalogue->units[i];
    fail_msg("the sample has no unit %u", id);
    return NULL;
}

static inline Tonghop__Indicator *edit_indicator(Tonghop__Catalogue *catalogue, uint32_t number)
{
    for (size_t i = 0; i < catalogue->n_indicators; i++)
        if (catalogue->indicators[i]->number == number)
            return catalogue->indicators[i];
    fail_msg("the sample has no indicator %u", number);
    return NULL;
}

/* From `first` on the unit stands beneath `parent`. */
static inline void edit_move(Tonghop__Catalogue *catalogue, uint32_t id, struct date first,
                             uint32_t parent)
{
    Tonghop__UnitVersion *was = edit_unit(catalogue, id);
    size_t count = catalogue->n_units;
    catalogue->units = mem_realloc(catalogue->units, (count + 1) * sizeof(*catalogue->units));
    Tonghop__UnitVersion *is = mem_alloc(sizeof(*is));
    tonghop__unit_version__init(is);
    is->id = id;
    is->from = first.days;
    is->to = was->to;
    is->parent = parent;
    is->level = was->level;
    is->type = was->type;
    is->code = mem_strdup(was->code);
    is->name_vi = mem_strdup(was->name_vi);
    was->to = first.days - 1;
    /* Versions of a unit stand side by side, in order of time. */
    size_t at = 0;
    while (catalogue->units[at] != was)
        at++;
    memmove(&catalogue->units[at + 2], &catalogue->units[at + 1],
            (count - at - 1) * sizeof(*catalogue->units));
    catalogue->units[at + 1] = is;
    catalogue->n_units++;
}

/* Adds communes like 23860 beneath `parent`, with ids from `first`. */
static inline void edit_add_communes(Tonghop__Catalogue *catalogue, uint32_t parent, uint32_t first,
                                     uint32_t count)
{
    const Tonghop__UnitVersion *like = edit_unit(catalogue, 23860);
    catalogue->units =
        mem_realloc(catalogue->units, (catalogue->n_units + count) * sizeof(*catalogue->units));
    for (uint32_t i = 0; i < count; i++) {
        Tonghop__UnitVersion *added = mem_alloc(sizeof(*added));
        tonghop__unit_version__init(added);
        added->id = first + i;
        added->from = like->from;
        added->to = like->to;
        added->parent = parent;
        added->level = like->level;
        added->type = like->type;
        added->code = mem_printf("%u", added->id);
        added->name_vi = mem_strdup("Xã");
        catalogue->units[catalogue->n_units++] = added;
    }
}

/* Adds entered indicators with long names until the catalogue has more than one chunk. */
static inline void edit_grow(Tonghop__Catalogue *catalogue, uint32_t first, uint32_t count)
{
    catalogue->indicators = mem_realloc(catalogue->indicators, (catalogue->n_indicators + count) *
                                                                   sizeof(*catalogue->indicators));
    for (uint32_t number = first; number < first + count; number++) {
        Tonghop__Indicator *added = mem_alloc(sizeof(*added));
        tonghop__indicator__init(added);
        added->number = number;
        added->code = mem_printf("extra.n%u", number);
        added->name_vi = mem_printf("%0250u", number);
        added->measure = mem_strdup("x");
        added->nature = NATURE_FLOW;
        added->aggregation = AGGREGATION_SUM;
        added->form = 1;
        added->level_mask = 1;
        added->valid_from = INT32_MIN;
        added->valid_to = INT32_MAX;
        catalogue->indicators[catalogue->n_indicators++] = added;
    }
}

#endif
