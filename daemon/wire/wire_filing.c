/* Filings: a report as its reporter's bytes.
 *
 * The header names each part by its digest, so the header's own digest names the whole, and a part
 * may stay behind while the rest travels. A second digest leaves out who filed, why and on what
 * base: it is equal for equal content, which makes filing again harmless. */
#include "wire/wire.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "wire/digest.h"
#include "wire/wire_check.h"

static_assert((int)WIRE_DIGEST_SIZE == (int)DIGEST_SIZE, "one digest");

void wire_key_to_domain(const Tonghop__Key *key, struct report_key *ret_key)
{
    *ret_key = (struct report_key){
        .kind = (uint8_t)key->kind,
        .period = {.year = (uint16_t)key->year, .label = (uint8_t)key->label},
        .unit = key->unit,
        .form = key->form,
    };
}

void wire_key_of(const struct report_key *key, Tonghop__Key *ret_key)
{
    tonghop__key__init(ret_key);
    ret_key->kind = key->kind;
    ret_key->year = key->period.year;
    ret_key->label = key->period.label;
    ret_key->unit = key->unit;
    ret_key->form = key->form;
}

/* Canonical bytes: the key (digest_put_key), scope (1), withdrawn (1); then for each part its type
 * (1) and digest (32); of a baseline then a zero byte and its source. */
static void digest_content(const Tonghop__ReportHeader *header, uint8_t *ret_digest)
{
    struct buf bytes = {0};
    struct report_key key;
    wire_key_to_domain(header->key, &key);
    digest_put_key(&bytes, &key);
    buf_put_u8(&bytes, (uint8_t)header->scope);
    buf_put_u8(&bytes, header->withdrawn != 0);
    for (size_t i = 0; i < header->n_parts; i++) {
        buf_put_u8(&bytes, (uint8_t)header->parts[i]->type);
        buf_put(&bytes, header->parts[i]->digest.data, DIGEST_SIZE);
    }
    if (header->source[0] != '\0') {
        buf_put_u8(&bytes, 0);
        buf_put(&bytes, header->source, strlen(header->source));
    }
    digest_of(span_of(&bytes), ret_digest);
    buf_fini(&bytes);
}

static struct span span_of_data(ProtobufCBinaryData data)
{
    return (struct span){data.data, data.len};
}

/* That a part is what its digest names. */
static bool is_part(struct span part, const Tonghop__PartRef *ref)
{
    uint8_t digest[DIGEST_SIZE];
    digest_of(part, digest);
    return memcmp(digest, ref->digest.data, DIGEST_SIZE) == 0;
}

/* That the parts are those that the header speaks of; by their digests, too, unless the filing
 * `is_kept`. */
static enum err check_parts(const Tonghop__Filing *filing, const Tonghop__ReportHeader *header,
                            bool is_kept, const struct wire_reason *reason)
{
    if (filing->n_parts != header->n_parts)
        return wire_refuse(reason, ERR_MALFORMED, "Filing: %zu parts, but its header names %zu",
                           filing->n_parts, header->n_parts);
    if (header->withdrawn && header->n_parts > 0)
        return wire_refuse(reason, ERR_MALFORMED,
                           "Filing: a withdrawn report has no parts, this one has %zu",
                           header->n_parts);
    for (size_t i = 0; i < filing->n_parts; i++) {
        const Tonghop__PartRef *ref = header->parts[i];
        struct span part = span_of_data(filing->parts[i]);
        if (i > 0 && ref->type <= header->parts[i - 1]->type)
            return wire_refuse(reason, ERR_MALFORMED,
                               "Filing: parts must come in rising order of type, one of each");
        if (part.len != ref->size)
            return wire_refuse(reason, ERR_MALFORMED,
                               "Filing: part %zu has %zu bytes, its header says %" PRIu32, i + 1,
                               part.len, ref->size);
        if (!is_kept && !is_part(part, ref))
            return wire_refuse(reason, ERR_MALFORMED,
                               "Filing: part %zu is not what its digest names", i + 1);
    }
    return ERR_OK;
}

static enum err open_cells(struct span part, struct arena *arena, struct report *report,
                           const struct wire_reason *reason)
{
    ProtobufCMessage *message = NULL;
    enum err err = wire_unpack_checked(&tonghop__cells__descriptor, part, arena, &message, reason);
    if (err != ERR_OK)
        return err;
    const Tonghop__Cells *cells = (void *)message;
    const int64_t *next_upper = cells->uppers; /* one for each range: wire_check has counted */
    report_reserve_cells(report, cells->n_indicators);
    for (size_t i = 0; i < cells->n_indicators; i++) {
        struct cell cell = {.indicator = cells->indicators[i], .value = cells->values[i]};
        Tonghop__Qualifier qualifier = cells->qualifiers[i];
        if (qualifier == TONGHOP__QUALIFIER__QUALIFIER_RANGE)
            cell.upper = *next_upper++;
        /* A number too large for its byte must not turn into a good one. */
        bool is_known = (unsigned)qualifier < QUALIFIER_COUNT;
        cell.qualifier = is_known ? (uint8_t)qualifier : QUALIFIER_NONE;
        if (cell_check(&cell) != ERR_OK)
            return wire_refuse(reason, ERR_MALFORMED,
                               "Cells: indicator %" PRIu32
                               " has no valid qualifier, or a range that does not rise",
                               cell.indicator);
        report_add_cell(report, cell);
    }
    return ERR_OK;
}

static enum err open_notes(struct span part, struct arena *arena, struct report *report,
                           const struct wire_reason *reason)
{
    ProtobufCMessage *message = NULL;
    enum err err = wire_unpack_checked(&tonghop__notes__descriptor, part, arena, &message, reason);
    if (err != ERR_OK)
        return err;
    const Tonghop__Notes *notes = (void *)message;
    for (size_t i = 0; i < notes->n_notes; i++)
        report_add_note(report, notes->notes[i]->indicator, notes->notes[i]->text);
    return ERR_OK;
}

/* Fills a zero-initialised report; the caller frees it in any case. */
static enum err open_report(const Tonghop__Filing *filing, const Tonghop__ReportHeader *header,
                            struct arena *arena, struct report *report,
                            const struct wire_reason *reason)
{
    enum err err = ERR_OK;
    wire_key_to_domain(header->key, &report->key);
    report->scope = (uint8_t)header->scope;
    report->catalogue = header->catalogue;
    report->based_on = header->based_on;
    report->is_withdrawn = header->withdrawn != 0;
    report->may_drop_cells = header->may_drop_cells != 0;
    report->author = mem_strdup(header->author);
    report->reason = mem_strdup(header->reason);
    report->source = mem_strdup(header->source);
    for (size_t i = 0; i < filing->n_parts && err == ERR_OK; i++) {
        struct span part = span_of_data(filing->parts[i]);
        if (header->parts[i]->type == TONGHOP__PART_TYPE__PART_TYPE_CELLS)
            err = open_cells(part, arena, report, reason);
        else /* wire_check lets no other type pass */
            err = open_notes(part, arena, report, reason);
    }
    return err;
}

/* `ret_filing` NULL: the filing is kept here, and nothing is hashed. */
static enum err open_filing(struct span bytes, struct arena *arena, struct wire_filing *ret_filing,
                            struct report *ret_report, const struct wire_reason *reason)
{
    ProtobufCMessage *message = NULL;
    enum err err =
        wire_unpack_checked(&tonghop__filing__descriptor, bytes, arena, &message, reason);
    if (err != ERR_OK)
        return err;
    const Tonghop__Filing *filing = (void *)message;
    struct wire_filing opened = {.header_bytes = span_of_data(filing->header)};
    err = wire_unpack_checked(&tonghop__report_header__descriptor, opened.header_bytes, arena,
                              &message, reason);
    if (err != ERR_OK)
        return err;
    opened.header = (void *)message;
    err = check_parts(filing, opened.header, ret_filing == NULL, reason);
    if (err != ERR_OK)
        return err;
    struct report report = {0};
    err = open_report(filing, opened.header, arena, &report, reason);
    if (err != ERR_OK) {
        report_fini(&report);
        return err;
    }
    *ret_report = report;
    if (ret_filing == NULL)
        return ERR_OK;
    digest_of(opened.header_bytes, opened.digest);
    digest_content(opened.header, opened.content);
    *ret_filing = opened;
    return ERR_OK;
}

enum err wire_open_filing(struct span bytes, struct arena *arena, struct wire_filing *ret_filing,
                          struct report *ret_report, char *reason_text, size_t reason_size)
{
    const struct wire_reason reason = {reason_text, reason_size};
    if (bytes.len > WIRE_FILING_MAX)
        return wire_refuse(&reason, ERR_TOO_LARGE, "Filing: %zu bytes, at most %d may be",
                           bytes.len, WIRE_FILING_MAX);
    size_t limit_bytes = arena_narrow(arena, WIRE_FILING_ARENA_MAX);
    enum err err = open_filing(bytes, arena, ret_filing, ret_report, &reason);
    arena_widen(arena, limit_bytes);
    return err;
}

enum err wire_read_filing(struct span bytes, struct arena *arena, struct report *ret_report,
                          char *reason_text, size_t reason_size)
{
    const struct wire_reason reason = {reason_text, reason_size};
    return open_filing(bytes, arena, NULL, ret_report, &reason);
}

/* One field of a serialised message, as it stands there. */
struct field {
    uint64_t number;
    uint64_t value;    /* of a varint */
    struct span bytes; /* of one that is counted */
};

/* False at the end, and where it does not read. */
static bool next_field(struct reader *reader, struct field *ret_field)
{
    enum { VARINT = 0, FIXED_64 = 1, COUNTED = 2, FIXED_32 = 5, TYPE_BITS = 3, TYPE_MASK = 7 };
    struct field field = {0};
    if (reader_left(reader) == 0)
        return false;
    const uint64_t tag = reader_varint(reader);
    const unsigned type = tag & TYPE_MASK;
    field.number = tag >> TYPE_BITS;
    if (type == VARINT)
        field.value = reader_varint(reader);
    else if (type == COUNTED)
        field.bytes = reader_bytes(reader, reader_varint(reader));
    else if (type == FIXED_64 || type == FIXED_32)
        (void)reader_bytes(reader, type == FIXED_64 ? 8 : 4); /* a failure sticks to the reader */
    else
        return false;
    *ret_field = field;
    return !reader->failed;
}

/* The first field of that number, all zero if there is none. */
static struct field first_field(struct span bytes, uint64_t number)
{
    struct reader reader = reader_of(bytes);
    struct field field;
    while (next_field(&reader, &field))
        if (field.number == number)
            return field;
    return (struct field){0};
}

/* Parts come in rising order of type, so figures are the first part if there are any. A list of
 * numbers is packed; one that is not has a value of its own, which no indicator has as 0. */
bool wire_filing_is_nil(struct span bytes)
{
    enum { HEADER = 1, PARTS = 2, HEADER_PARTS = 9, PART_TYPE = 1, INDICATORS = 1 };
    const struct field header = first_field(bytes, HEADER);
    const struct field ref = first_field(header.bytes, HEADER_PARTS);
    if (first_field(ref.bytes, PART_TYPE).value != TONGHOP__PART_TYPE__PART_TYPE_CELLS)
        return true;
    const struct field cells = first_field(bytes, PARTS);
    const struct field indicators = first_field(cells.bytes, INDICATORS);
    return indicators.bytes.len == 0 && indicators.value == 0;
}

static void pack_cells(const struct report *report, struct buf *out)
{
    Tonghop__Cells cells = TONGHOP__CELLS__INIT;
    cells.indicators = mem_calloc(report->cell_count, sizeof *cells.indicators);
    cells.values = mem_calloc(report->cell_count, sizeof *cells.values);
    cells.qualifiers = mem_calloc(report->cell_count, sizeof *cells.qualifiers);
    cells.uppers = mem_calloc(report->cell_count, sizeof *cells.uppers);
    for (size_t i = 0; i < report->cell_count; i++) {
        const struct cell *cell = &report->cells[i];
        cells.indicators[cells.n_indicators++] = cell->indicator;
        cells.values[cells.n_values++] = cell->value;
        cells.qualifiers[cells.n_qualifiers++] = (Tonghop__Qualifier)cell->qualifier;
        if (cell->qualifier == QUALIFIER_RANGE)
            cells.uppers[cells.n_uppers++] = cell->upper;
    }
    wire_put_message(&cells.base, out);
    free(cells.indicators);
    free(cells.values);
    free(cells.qualifiers);
    free(cells.uppers);
}

/* One Notes for each note: serialised messages that stand one behind the other are one message with
 * the lists of all, so that nothing needs to be gathered first. */
static void pack_notes(const struct report *report, struct buf *out)
{
    for (size_t i = 0; i < report->note_count; i++) {
        Tonghop__Note note = TONGHOP__NOTE__INIT;
        note.indicator = report->notes[i].indicator;
        note.text = report->notes[i].text;
        Tonghop__Note *list[] = {&note};
        Tonghop__Notes notes = TONGHOP__NOTES__INIT;
        notes.n_notes = 1;
        notes.notes = list;
        wire_put_message(&notes.base, out);
    }
}

void wire_pack_filing(const struct report *report, struct buf *out)
{
    enum { PARTS = 2 };
    struct buf packed[PARTS] = {{0}, {0}};
    struct buf header_bytes = {0};
    uint8_t digests[PARTS][DIGEST_SIZE];
    Tonghop__PartRef refs[PARTS] = {TONGHOP__PART_REF__INIT, TONGHOP__PART_REF__INIT};
    Tonghop__PartRef *ref_list[PARTS] = {&refs[0], &refs[1]};
    ProtobufCBinaryData parts[PARTS];
    Tonghop__Key key;
    Tonghop__ReportHeader header = TONGHOP__REPORT_HEADER__INIT;
    Tonghop__Filing filing = TONGHOP__FILING__INIT;

    pack_cells(report, &packed[0]);
    pack_notes(report, &packed[1]);
    refs[0].type = TONGHOP__PART_TYPE__PART_TYPE_CELLS;
    refs[1].type = TONGHOP__PART_TYPE__PART_TYPE_NOTES;
    header.parts = ref_list;
    filing.parts = parts;
    for (size_t i = 0; i < PARTS; i++) {
        if (packed[i].len == 0)
            continue; /* a report without cells or notes has no such part */
        digest_of(span_of(&packed[i]), digests[i]);
        refs[i].digest = (ProtobufCBinaryData){DIGEST_SIZE, digests[i]};
        refs[i].size = (uint32_t)packed[i].len;
        ref_list[header.n_parts++] = &refs[i];
        parts[filing.n_parts++] = (ProtobufCBinaryData){packed[i].len, packed[i].data};
    }

    wire_key_of(&report->key, &key);
    header.key = &key;
    header.scope = (Tonghop__Scope)report->scope;
    header.catalogue = report->catalogue;
    header.based_on = report->based_on;
    header.withdrawn = report->is_withdrawn;
    header.may_drop_cells = report->may_drop_cells;
    header.author = report->author;
    header.reason = report->reason;
    if (report->source != NULL)
        header.source = report->source;
    wire_put_message(&header.base, &header_bytes);
    filing.header = (ProtobufCBinaryData){header_bytes.len, header_bytes.data};
    wire_put_message(&filing.base, out);

    for (size_t i = 0; i < PARTS; i++)
        buf_fini(&packed[i]);
    buf_fini(&header_bytes);
}
