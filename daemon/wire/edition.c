/* Reports follow each other in order, so that a unit's number is written as the distance from the
 * one before: some 22 bytes for each report. */
#include "wire/edition.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "wire/wire.h"

enum { EDITION_VERSION = 1 };

void edition_fini(struct edition *edition)
{
    free(edition->person);
    free(edition->reason);
    free(edition->reports);
    *edition = (struct edition){0};
}

int edition_report_compare(const struct edition_report *a, const struct edition_report *b)
{
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    if (a->form != b->form)
        return a->form < b->form ? -1 : 1;
    return (a->label > b->label) - (a->label < b->label);
}

void edition_add_report(struct edition *edition, const struct edition_report *report)
{
    size_t count = edition->report_count;
    assert(count == 0 || edition_report_compare(&edition->reports[count - 1], report) < 0);
    edition->reports =
        mem_grow(edition->reports, count, &edition->report_capacity, sizeof(*edition->reports));
    edition->reports[edition->report_count++] = *report;
}

static int compare_reports(const void *a, const void *b)
{
    return edition_report_compare(a, b);
}

const struct edition_report *edition_report_of(const struct edition *edition, uint32_t unit,
                                               uint32_t form, uint8_t label)
{
    const struct edition_report wanted = {.unit = unit, .form = form, .label = label};
    if (edition->report_count == 0)
        return NULL;
    return bsearch(&wanted, edition->reports, edition->report_count, sizeof(wanted),
                   compare_reports);
}

struct report_key edition_report_key(const struct edition *edition,
                                     const struct edition_report *report)
{
    return (struct report_key){.kind = edition->kind,
                               .period = {edition->period.year, report->label},
                               .unit = report->unit,
                               .form = report->form};
}

bool edition_has_label(struct period period, uint8_t label)
{
    return period.label != PERIOD_S1 || label == PERIOD_S1;
}

/* ---- the stored form ---- */

static void put_reports(const struct edition *edition, struct buf *out)
{
    uint32_t unit = 0;
    buf_put_u32(out, (uint32_t)edition->report_count);
    for (size_t i = 0; i < edition->report_count; i++) {
        const struct edition_report *report = &edition->reports[i];
        buf_put_varint(out, report->unit - unit);
        buf_put_varint(out, report->form);
        buf_put_u8(out, report->label);
        buf_put_varint(out, report->revision);
        buf_put(out, report->content, sizeof(report->content));
        unit = report->unit;
    }
}

static void put_catalogue(const struct edition *edition, struct buf *out)
{
    buf_put_u32(out, edition->catalogue);
    buf_put(out, edition->catalogue_hash, sizeof(edition->catalogue_hash));
}

void edition_seal(struct edition *edition)
{
    struct buf bytes = {0};
    buf_put_u8(&bytes, edition->kind);
    buf_put_u16(&bytes, edition->period.year);
    buf_put_u8(&bytes, edition->period.label);
    buf_put_u32(&bytes, edition->unit);
    put_catalogue(edition, &bytes);
    put_reports(edition, &bytes);
    digest_of(span_of(&bytes), edition->digest);
    buf_fini(&bytes);
}

static void put_text(const char *text, struct buf *out)
{
    size_t len = strlen(text);
    buf_put_u16(out, (uint16_t)len);
    buf_put(out, text, len);
}

void edition_encode(const struct edition *edition, struct buf *out)
{
    assert(strlen(edition->person) <= EDITION_PERSON_MAX);
    assert(strlen(edition->reason) <= EDITION_REASON_MAX);
    buf_put_u8(out, EDITION_VERSION);
    buf_put_u8(out, edition->rank);
    buf_put_u64(out, (uint64_t)edition->time.us);
    buf_put_u32(out, edition->due_count);
    buf_put_u32(out, edition->filed_count);
    buf_put_u32(out, edition->missing_count);
    put_text(edition->person, out);
    put_text(edition->reason, out);
    put_catalogue(edition, out);
    put_reports(edition, out);
    buf_put(out, edition->digest, sizeof(edition->digest));
}

/* ---- reading it ---- */

/* NULL, with the reader failed, for what is no text of at most so many bytes. */
static char *take_text(struct reader *r, size_t max)
{
    uint16_t len = reader_u16(r);
    struct span bytes = reader_bytes(r, len);
    bool is_text = !r->failed && len <= max && utf8_is_text((const char *)bytes.data, bytes.len);
    r->failed = r->failed || !is_text;
    return is_text ? mem_strndup((const char *)bytes.data, bytes.len) : NULL;
}

static void take_bytes(struct reader *r, uint8_t *out, size_t len)
{
    struct span bytes = reader_bytes(r, len);
    if (!r->failed)
        memcpy(out, bytes.data, len);
}

static bool is_sound(const struct edition *edition, const struct edition_report *report,
                     uint64_t step, uint64_t form)
{
    const size_t count = edition->report_count;
    if (step > UINT32_MAX - (count > 0 ? edition->reports[count - 1].unit : 0) || form == 0 ||
        form > UINT32_MAX || report->unit == 0)
        return false;
    return report->label >= PERIOD_S1 && report->label <= PERIOD_Y &&
           edition_has_label(edition->period, report->label) && report->revision >= 1 &&
           report->revision <= WIRE_REVISION_MAX &&
           (count == 0 || edition_report_compare(&edition->reports[count - 1], report) < 0);
}

static void take_reports(struct reader *r, struct edition *edition)
{
    uint32_t count = reader_u32(r), unit = 0;
    r->failed = r->failed || count > EDITION_REPORTS_MAX;
    for (uint32_t i = 0; i < count && !r->failed; i++) {
        struct edition_report report = {0};
        uint64_t step = reader_varint(r), form = reader_varint(r);
        report.unit = (uint32_t)(unit + step);
        report.form = (uint32_t)form;
        report.label = reader_u8(r);
        report.revision = reader_varint(r);
        take_bytes(r, report.content, sizeof(report.content));
        if (r->failed || !is_sound(edition, &report, step, form)) {
            r->failed = true;
            return;
        }
        edition_add_report(edition, &report);
        unit = report.unit;
    }
}

static bool has_sound_head(const struct edition *edition)
{
    return edition->rank >= EDITION_ESTIMATE && edition->rank <= EDITION_OFFICIAL &&
           edition->time.us >= 0 && edition->time.us <= INSTANT_MAX_US && edition->catalogue != 0 &&
           edition->filed_count <= edition->due_count &&
           edition->missing_count <= edition->due_count - edition->filed_count;
}

enum err edition_decode(struct span bytes, struct edition *edition)
{
    struct reader r = reader_of(bytes);
    struct edition found = {.kind = edition->kind,
                            .period = edition->period,
                            .unit = edition->unit,
                            .number = edition->number};
    uint8_t digest[DIGEST_SIZE] = {0};
    r.failed = reader_u8(&r) != EDITION_VERSION;
    found.rank = reader_u8(&r);
    found.time.us = (int64_t)reader_u64(&r);
    found.due_count = reader_u32(&r);
    found.filed_count = reader_u32(&r);
    found.missing_count = reader_u32(&r);
    found.person = take_text(&r, EDITION_PERSON_MAX);
    found.reason = take_text(&r, EDITION_REASON_MAX);
    found.catalogue = reader_u32(&r);
    take_bytes(&r, found.catalogue_hash, sizeof(found.catalogue_hash));
    take_reports(&r, &found);
    take_bytes(&r, digest, sizeof(digest));
    if (!r.failed)
        edition_seal(&found);
    if (r.failed || reader_left(&r) != 0 || !has_sound_head(&found) ||
        memcmp(digest, found.digest, sizeof(digest)) != 0) {
        edition_fini(&found);
        return ERR_CORRUPT;
    }
    *edition = found;
    return ERR_OK;
}

/* ---- ranks ---- */

static const char *const rank_names[] = {"", "estimate", "preliminary", "official"};

const char *edition_rank_name(uint8_t rank)
{
    return rank < sizeof(rank_names) / sizeof(rank_names[0]) ? rank_names[rank] : rank_names[0];
}

const char *edition_rank_word(bool is_vietnamese, uint8_t rank)
{
    static const char *const words[] = {"", "ước", "sơ bộ", "chính thức"};
    if (!is_vietnamese)
        return edition_rank_name(rank);
    return rank < sizeof(words) / sizeof(words[0]) ? words[rank] : words[0];
}

uint8_t edition_rank_of(const char *word)
{
    for (uint8_t rank = EDITION_ESTIMATE; rank <= EDITION_OFFICIAL; rank++)
        if (strcmp(word, rank_names[rank]) == 0)
            return rank;
    return 0;
}
