/* Editions as they are stored, and as an export brings them.
 *
 * Laws: bytes that decode are the bytes that the encoder writes of what they say; an edition that
 * decodes names its reports in order, each once; a decoder that says no hands nothing out.
 *
 * Each input is read as it is, and once more with the digest that its bytes ask for: without that
 * no mutant would pass the digest. */
#include "wire/edition.h"

#include <string.h>

#include "fuzz/fuzz.h"

enum { HEAD_BYTES = 22 }; /* version, rank, time, counts */

static const struct edition of = {
    .kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}, .unit = 64, .number = 1};

static void check_order(const struct edition *edition)
{
    for (size_t i = 1; i < edition->report_count; i++)
        LAW(edition_report_compare(&edition->reports[i - 1], &edition->reports[i]) < 0,
            "reports come in order, each once");
    for (size_t i = 0; i < edition->report_count; i++) {
        const struct edition_report *report = &edition->reports[i];
        LAW(edition_report_of(edition, report->unit, report->form, report->label) == report,
            "a report that is named is found");
    }
}

static void check(struct span bytes)
{
    struct edition edition = of;
    struct buf out = {0};
    if (edition_decode(bytes, &edition) == ERR_OK) {
        check_order(&edition);
        edition_encode(&edition, &out);
        LAW(span_equal(span_of(&out), bytes), "an edition that decodes has one form");
        edition_fini(&edition);
    } else {
        LAW(edition.person == NULL && edition.reason == NULL && edition.reports == NULL,
            "who says no hands nothing out");
    }
    buf_fini(&out);
}

/* Puts the digest of key, catalogue and reports in the place of the last bytes. */
static void check_sealed(struct span bytes)
{
    struct reader r = reader_of(bytes);
    struct buf sealed = {0}, named = {0};
    (void)reader_bytes(&r, HEAD_BYTES);
    (void)reader_bytes(&r, reader_u16(&r)); /* who */
    (void)reader_bytes(&r, reader_u16(&r)); /* why */
    if (r.failed || reader_left(&r) < DIGEST_SIZE)
        return;
    struct span figures = reader_bytes(&r, reader_left(&r) - DIGEST_SIZE);
    buf_put_u8(&named, of.kind);
    buf_put_u16(&named, of.period.year);
    buf_put_u8(&named, of.period.label);
    buf_put_u32(&named, of.unit);
    buf_put(&named, figures.data, figures.len);
    buf_put(&sealed, bytes.data, bytes.len);
    digest_of(span_of(&named), sealed.data + bytes.len - DIGEST_SIZE);
    check(span_of(&sealed));
    buf_fini(&sealed);
    buf_fini(&named);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check((struct span){data, size});
    check_sealed((struct span){data, size});
    return 0;
}
