/* The stored form of figures. Most figures of a unit are made of the same reports: what a figure
 * has in common with the one before it, its counts and its unit set, is not written again. */
#include "core/figures_code.h"

#include <string.h>

enum {
    FIGURES_VERSION = 3,
    FIGURES_VERSION_2 = 2, /* is read: each entry has its upper value, counts and unit set */
    COUNTS = 10, /* the five qualifiers from EXACT on, then partial, implied, negative, early,
                    baseline */
    FLAG_SAME = 1 << 0, /* counts and unit set are those of the entry before */
    FLAG_UPPER = 1 << 1,
    FLAG_COUNT_SHIFT = 2, /* then a bit for each count that is not 0 */
    VALUE_BITS_MAX = 64,  /* one part reaches at most 2^64: S1 + S2, or year minus S1, of 64 bits */
    ENTRY_BYTES_MAX = 5 + 2 + 2 * 19 + COUNTS * 5 + 8,
    HEAD_BYTES_MAX = 1 + 10,
};

/* The counts in the order of their bits. */
static void list_counts(const struct figure *figure, uint32_t ret_counts[COUNTS])
{
    memcpy(ret_counts, &figure->parts[QUALIFIER_EXACT], 5 * sizeof(*ret_counts));
    ret_counts[5] = figure->partial_count;
    ret_counts[6] = figure->implied_count;
    ret_counts[7] = figure->negative_count;
    ret_counts[8] = figure->early_count;
    ret_counts[9] = figure->baseline_count;
}

static void set_counts(struct figure *figure, const uint32_t counts[COUNTS])
{
    memcpy(&figure->parts[QUALIFIER_EXACT], counts, 5 * sizeof(*counts));
    figure->partial_count = counts[5];
    figure->implied_count = counts[6];
    figure->negative_count = counts[7];
    figure->early_count = counts[8];
    figure->baseline_count = counts[9];
}

static bool has_same_counts(const struct figure *a, const struct figure *b)
{
    return a->unit_set == b->unit_set && memcmp(a->parts, b->parts, sizeof(a->parts)) == 0 &&
           a->partial_count == b->partial_count && a->implied_count == b->implied_count &&
           a->negative_count == b->negative_count && a->early_count == b->early_count &&
           a->baseline_count == b->baseline_count;
}

/* ---- encoding: into room that was made before ---- */

static uint8_t *put_varint(uint8_t *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static uint8_t *put_i128(uint8_t *at, i128 value)
{
    u128 zigzag = (u128)value << 1 ^ (value < 0 ? ~(u128)0 : 0);
    for (; zigzag > UINT64_MAX; zigzag >>= 7)
        *at++ = (uint8_t)(zigzag | 0x80);
    return put_varint(at, (uint64_t)zigzag);
}

static uint8_t *put_unit_set(uint8_t *at, uint64_t unit_set)
{
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (uint8_t)(unit_set >> shift);
    return at;
}

static uint8_t *put_counts(uint8_t *at, const uint32_t counts[COUNTS], uint64_t unit_set)
{
    for (unsigned n = 0; n < COUNTS; n++)
        if (counts[n] > 0)
            at = put_varint(at, counts[n]);
    return put_unit_set(at, unit_set);
}

/* `before`: the figure of the entry before, NULL for the first. */
static uint8_t *put_figure(uint8_t *at, const struct figure *figure, const struct figure *before)
{
    const i128 span = figure->upper - figure->value;
    uint32_t counts[COUNTS];
    unsigned flags = span != 0 ? FLAG_UPPER : 0;
    const bool is_same = before != NULL && has_same_counts(figure, before);
    if (is_same) {
        flags |= FLAG_SAME;
    } else {
        list_counts(figure, counts);
        for (unsigned n = 0; n < COUNTS; n++)
            flags |= (counts[n] > 0 ? 1U : 0U) << (FLAG_COUNT_SHIFT + n);
    }
    at = put_i128(put_varint(at, flags), figure->value);
    if (span != 0)
        at = put_i128(at, span);
    return is_same ? at : put_counts(at, counts, figure->unit_set);
}

void figures_write_begin(struct figures_writer *writer, size_t count, struct buf *out)
{
    uint8_t *at = buf_reserve(out, HEAD_BYTES_MAX + count * ENTRY_BYTES_MAX);
    *at++ = FIGURES_VERSION;
    *writer = (struct figures_writer){.out = out, .at = put_varint(at, count)};
}

void figures_write(struct figures_writer *writer, uint32_t indicator, const struct figure *figure)
{
    struct figure room;
    uint8_t *at = put_varint(writer->at, indicator - writer->indicator);
    if (writer->plain_before != NULL) {
        room = figure_of_plain(writer->plain_before);
        writer->before = &room;
    }
    writer->at = put_figure(at, figure, writer->before);
    writer->indicator = indicator;
    writer->before = figure;
    writer->plain_before = NULL;
}

/* As figures_write of figure_of_plain: nearly all are, one after the other. */
void figures_write_plain(struct figures_writer *writer, const struct plain *plain)
{
    const struct plain *before = writer->plain_before;
    if (writer->before != NULL) {
        const struct figure figure = figure_of_plain(plain);
        figures_write(writer, plain->indicator, &figure);
    } else {
        const bool is_same = before != NULL && before->exact_count == plain->exact_count &&
                             before->unit_set == plain->unit_set;
        uint8_t *at = put_varint(writer->at, plain->indicator - writer->indicator);
        *at++ = is_same ? FLAG_SAME : 1 << FLAG_COUNT_SHIFT;
        at = put_i128(at, plain->value);
        writer->at =
            is_same ? at : put_unit_set(put_varint(at, plain->exact_count), plain->unit_set);
        writer->indicator = plain->indicator;
    }
    writer->before = NULL;
    writer->plain_before = plain;
}

void figures_write_end(struct figures_writer *writer)
{
    writer->out->len = (size_t)(writer->at - writer->out->data);
}

void figures_encode(const struct figures *figures, struct buf *out)
{
    struct figures_writer writer;
    figures_write_begin(&writer, figures->count, out);
    for (size_t i = 0; i < figures->count; i++)
        figures_write(&writer, figures->items[i].indicator, &figures->items[i].figure);
    figures_write_end(&writer);
}

/* ---- decoding ---- */

/* What every figure made by figure.c keeps to. It also bounds what stored bytes can make us add,
 * so that no sum of decoded figures overflows. `span` is upper - value. */
static bool figure_is_sound(const struct figure *figure, i128 span)
{
    uint64_t units = 0;
    for (int q = QUALIFIER_EXACT; q < QUALIFIER_COUNT; q++)
        units += figure->parts[q];
    if (units == 0 || units > UINT32_MAX)
        return false;
    const i128 reach = (i128)units << VALUE_BITS_MAX;
    if (figure->value < -reach || span < 0 || span > reach - figure->value)
        return false;
    if (span > 0 && figure->parts[QUALIFIER_EXACT] == units)
        return false;
    return figure->partial_count <= units && figure->implied_count <= units &&
           figure->negative_count <= figure->implied_count && figure->early_count <= units &&
           figure->baseline_count <= units;
}

/* Those that are `present`, and the unit set; false when one of them is not as it is written. */
static bool read_counts(struct reader *r, uint64_t present, struct figure *figure)
{
    uint32_t counts[COUNTS] = {0};
    if (present >> COUNTS != 0)
        return false;
    for (unsigned n = 0; n < COUNTS; n++) {
        if ((present >> n & 1U) == 0)
            continue;
        const uint64_t count = reader_varint(r);
        if (count == 0 || count > UINT32_MAX)
            return false;
        counts[n] = (uint32_t)count;
    }
    set_counts(figure, counts);
    figure->unit_set = reader_u64(r);
    return true;
}

static bool decode_figure_2(struct reader *r, struct figure *figure, i128 *ret_span)
{
    figure->value = reader_i128(r);
    *ret_span = reader_i128(r);
    return read_counts(r, reader_varint(r), figure);
}

/* `before` is the figure of the entry before; without parts there is none. */
static bool decode_figure(struct reader *r, const struct figure *before, struct figure *figure,
                          i128 *ret_span)
{
    const uint64_t flags = reader_varint(r);
    figure->value = reader_i128(r);
    *ret_span = (flags & FLAG_UPPER) != 0 ? reader_i128(r) : 0;
    if ((flags & FLAG_UPPER) != 0 && *ret_span == 0)
        return false;
    if ((flags & FLAG_SAME) == 0)
        return read_counts(r, flags >> FLAG_COUNT_SHIFT, figure) &&
               !has_same_counts(figure, before);
    const i128 value = figure->value;
    *figure = *before;
    figure->value = value;
    return flags >> FLAG_COUNT_SHIFT == 0;
}

/* Reads the entry after `*entry` into it; false when it is not one that is written. */
static bool decode_entry(struct reader *r, uint8_t version, struct figure_entry *entry)
{
    const uint64_t delta = reader_varint(r);
    struct figure figure = {0};
    i128 span;
    if (delta == 0 || delta > UINT32_MAX - entry->indicator)
        return false;
    const bool is_read = version == FIGURES_VERSION_2
                             ? decode_figure_2(r, &figure, &span)
                             : decode_figure(r, &entry->figure, &figure, &span);
    if (!is_read || r->failed || !figure_is_sound(&figure, span))
        return false;
    figure.upper = figure.value + span;
    *entry = (struct figure_entry){entry->indicator + (uint32_t)delta, figure};
    return true;
}

enum err figures_decode(struct span bytes, struct figures *figures)
{
    return figures_decode_some(bytes, NULL, figures);
}

enum err figures_decode_some(struct span bytes, const struct figure_filter *wanted,
                             struct figures *figures)
{
    figures_clear(figures);
    struct reader r = reader_of(bytes);
    const uint8_t version = reader_u8(&r);
    bool is_sound = version == FIGURES_VERSION || version == FIGURES_VERSION_2;
    const uint64_t count = reader_varint(&r);
    struct figure_entry entry = {0};
    size_t next = 0; /* of those that are wanted */
    /* Each entry takes bytes of its own, so a false count ends with the bytes. */
    for (uint64_t i = 0; is_sound && i < count && (wanted == NULL || next < wanted->count); i++) {
        is_sound = decode_entry(&r, version, &entry);
        while (wanted != NULL && next < wanted->count && wanted->numbers[next] < entry.indicator)
            next++;
        bool is_wanted =
            wanted == NULL || (next < wanted->count && wanted->numbers[next] == entry.indicator);
        if (is_sound && is_wanted)
            figures_append(figures, entry.indicator, &entry.figure);
    }
    if (!is_sound || r.failed || (wanted == NULL && reader_left(&r) > 0)) {
        figures_clear(figures);
        return ERR_CORRUPT;
    }
    return ERR_OK;
}
