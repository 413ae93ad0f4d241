/* The stored form of an edition: what is written is read again, to the byte; anything else is
 * refused, whatever it is. */
#include "lib/cm.h"

#include "core/mem.h"
#include "wire/edition.h"

static struct edition sample(void)
{
    struct edition edition = {.kind = KIND_ACTUAL,
                              .period = {2024, PERIOD_Y},
                              .unit = 64,
                              .number = 2,
                              .rank = EDITION_PRELIMINARY,
                              .time = {INT64_C(1736467200000000)},
                              .person = mem_strdup("uid:1000 hoa"),
                              .reason = mem_strdup("xã Ia Dom: số mới"),
                              .catalogue = 7,
                              .due_count = 5,
                              .filed_count = 3,
                              .missing_count = 1};
    memset(edition.catalogue_hash, 0xab, sizeof(edition.catalogue_hash));
    struct edition_report report = {.unit = 64, .form = 1, .label = PERIOD_Y, .revision = 1};
    memset(report.content, 0x11, sizeof(report.content));
    edition_add_report(&edition, &report);
    report = (struct edition_report){.unit = 631, .form = 1, .label = PERIOD_S1, .revision = 300};
    edition_add_report(&edition, &report);
    report.label = PERIOD_S2;
    edition_add_report(&edition, &report);
    report = (struct edition_report){
        .unit = 631, .form = 2, .label = PERIOD_S1, .revision = UINT64_C(1) << 53};
    edition_add_report(&edition, &report);
    edition_seal(&edition);
    return edition;
}

static struct edition key_of(const struct edition *edition)
{
    return (struct edition){.kind = edition->kind,
                            .period = edition->period,
                            .unit = edition->unit,
                            .number = edition->number};
}

static void assert_same(const struct edition *a, const struct edition *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_true(period_equal(a->period, b->period));
    assert_int_equal(a->unit, b->unit);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->rank, b->rank);
    assert_int_equal(a->time.us, b->time.us);
    assert_string_equal(a->person, b->person);
    assert_string_equal(a->reason, b->reason);
    assert_int_equal(a->catalogue, b->catalogue);
    assert_memory_equal(a->catalogue_hash, b->catalogue_hash, sizeof(a->catalogue_hash));
    assert_int_equal(a->due_count, b->due_count);
    assert_int_equal(a->filed_count, b->filed_count);
    assert_int_equal(a->missing_count, b->missing_count);
    assert_memory_equal(a->digest, b->digest, sizeof(a->digest));
    assert_int_equal(a->report_count, b->report_count);
    for (size_t i = 0; i < a->report_count; i++) {
        assert_int_equal(edition_report_compare(&a->reports[i], &b->reports[i]), 0);
        assert_int_equal(a->reports[i].revision, b->reports[i].revision);
        assert_memory_equal(a->reports[i].content, b->reports[i].content, EDITION_CONTENT_SIZE);
    }
}

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    struct edition edition = sample(), found = key_of(&edition);
    struct buf bytes = {0}, again = {0};
    edition_encode(&edition, &bytes);
    assert_int_equal(edition_decode(span_of(&bytes), &found), ERR_OK);
    assert_same(&edition, &found);
    edition_encode(&found, &again);
    assert_true(span_equal(span_of(&bytes), span_of(&again)));
    edition_fini(&edition);
    edition_fini(&found);
    buf_fini(&bytes);
    buf_fini(&again);
}

/* The worked example of docs/STORAGE.md: an edition that names one report. */
static void test_the_bytes_are_those_of_the_document(void **state)
{
    (void)state;
    static const uint8_t head[] = {
        0x01, 0x03,                                     /* version, official */
        0x00, 0x06, 0x2b, 0x4e, 0xc6, 0x9e, 0xc0, 0x00, /* 2025-01-10T00:00:00Z */
        0x00, 0x00, 0x00, 0x02,                         /* due */
        0x00, 0x00, 0x00, 0x01,                         /* filed */
        0x00, 0x00, 0x00, 0x01,                         /* missing */
        0x00, 0x06, 'u',  'i',  'd',  ':',  '1',  '0',  /* who */
        0x00, 0x00,                                     /* without a reason */
        0x00, 0x00, 0x00, 0x07,                         /* catalogue, and its hash */
    };
    static const uint8_t reports[] = {
        0x00, 0x00, 0x00, 0x01, /* one report */
        0xf7, 0x04,             /* unit 631 */
        0x02,                   /* form 2 */
        0x03,                   /* the year's */
        0xac, 0x02,             /* revision 300 */
    };
    struct edition edition = {.kind = KIND_ACTUAL,
                              .period = {2024, PERIOD_Y},
                              .unit = 64,
                              .number = 1,
                              .rank = EDITION_OFFICIAL,
                              .time = {INT64_C(1736467200000000)},
                              .person = mem_strdup("uid:10"),
                              .reason = mem_strdup(""),
                              .catalogue = 7,
                              .due_count = 2,
                              .filed_count = 1,
                              .missing_count = 1};
    struct edition_report report = {.unit = 631, .form = 2, .label = PERIOD_Y, .revision = 300};
    struct buf bytes = {0};
    memset(edition.catalogue_hash, 0xab, sizeof(edition.catalogue_hash));
    memset(report.content, 0x5a, sizeof(report.content));
    edition_add_report(&edition, &report);
    edition_seal(&edition);
    edition_encode(&edition, &bytes);
    assert_int_equal(bytes.len, sizeof(head) + DIGEST_SIZE + sizeof(reports) +
                                    EDITION_CONTENT_SIZE + DIGEST_SIZE);
    assert_memory_equal(bytes.data, head, sizeof(head));
    assert_memory_equal(bytes.data + sizeof(head), edition.catalogue_hash, DIGEST_SIZE);
    assert_memory_equal(bytes.data + sizeof(head) + DIGEST_SIZE, reports, sizeof(reports));
    assert_memory_equal(bytes.data + sizeof(head) + DIGEST_SIZE + sizeof(reports), report.content,
                        EDITION_CONTENT_SIZE);
    /* BLAKE2b-256 of key, catalogue and reports, computed elsewhere. */
    static const uint8_t digest[DIGEST_SIZE] = {0x05, 0x7d, 0x7c, 0x2f, 0xd1, 0x34, 0x51, 0x72,
                                                0x6b, 0x57, 0x15, 0x70, 0x44, 0x7a, 0x44, 0x10,
                                                0x7b, 0x57, 0x42, 0xaf, 0x87, 0x59, 0x2c, 0x5a,
                                                0x7e, 0xdc, 0x6c, 0x5f, 0x63, 0x0e, 0xc8, 0xf7};
    assert_memory_equal(bytes.data + bytes.len - DIGEST_SIZE, digest, DIGEST_SIZE);
    edition_fini(&edition);
    buf_fini(&bytes);
}

static void assert_refused(const struct buf *bytes, const struct edition *like)
{
    struct edition found = key_of(like);
    assert_int_equal(edition_decode(span_of(bytes), &found), ERR_CORRUPT);
    assert_null(found.person);
    assert_null(found.reports);
}

/* Whatever is cut off, added or turned over: it is no edition any more, or it is another one of the
 * same figures (who, when, why and how many are not in the digest). */
static void test_damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct edition edition = sample();
    struct buf bytes = {0};
    edition_encode(&edition, &bytes);
    const size_t len = bytes.len;
    for (bytes.len = 0; bytes.len < len; bytes.len++)
        assert_refused(&bytes, &edition);
    buf_put_u8(&bytes, 0);
    assert_refused(&bytes, &edition);
    bytes.len = len;
    for (size_t i = 0; i < len; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct edition found = key_of(&edition);
            bytes.data[i] ^= (uint8_t)(1U << bit);
            if (edition_decode(span_of(&bytes), &found) == ERR_OK) {
                struct buf again = {0};
                edition_encode(&found, &again);
                assert_true(span_equal(span_of(&bytes), span_of(&again)));
                assert_memory_equal(found.digest, edition.digest, DIGEST_SIZE);
                edition_fini(&found);
                buf_fini(&again);
            }
            bytes.data[i] ^= (uint8_t)(1U << bit);
        }
    }
    edition_fini(&edition);
    buf_fini(&bytes);
}

/* Each spoils one thing that the codec alone would let pass. */
static void spoil(unsigned n, struct edition *edition)
{
    switch (n) {
    case 0:
        edition->rank = 0;
        break;
    case 1:
        edition->rank = EDITION_OFFICIAL + 1;
        break;
    case 2:
        edition->time.us = -1;
        break;
    case 3:
        edition->time.us = INSTANT_MAX_US + 1;
        break;
    case 4:
        edition->catalogue = 0;
        break;
    case 5:
        edition->filed_count = edition->due_count + 1;
        break;
    case 6:
        edition->missing_count = edition->due_count - edition->filed_count + 1;
        break;
    case 7:
        edition->reports[0].unit = 0;
        break;
    case 8:
        edition->reports[0].form = 0;
        break;
    case 9:
        edition->reports[0].label = 0;
        break;
    case 10:
        edition->reports[0].label = PERIOD_Y + 1;
        break;
    case 11:
        edition->reports[0].revision = 0;
        break;
    case 12:
        edition->reports[3].revision++;
        break;
    case 13: /* twice */
        edition->reports[2] = edition->reports[1];
        break;
    case 14: /* out of order */
        edition->reports[2].label = PERIOD_S1;
        edition->reports[1].label = PERIOD_S2;
        break;
    case 15: /* the first half-year is made of its own reports alone */
        edition->period.label = PERIOD_S1;
        break;
    case 16:
        edition->person[0] = '\x1b';
        break;
    case 17:
        edition->reason[0] = '\xff';
        break;
    default:
        fail();
    }
}

static void test_what_no_edition_says_is_refused(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 18; n++) {
        struct edition edition = sample();
        struct buf bytes = {0};
        spoil(n, &edition);
        edition_seal(&edition);
        edition_encode(&edition, &bytes);
        assert_refused(&bytes, &edition);
        edition_fini(&edition);
        buf_fini(&bytes);
    }
}

/* The digest names the figures, and nothing else. */
static void test_the_digest_names_the_figures(void **state)
{
    (void)state;
    struct edition edition = sample(), other = sample();
    other.number = 9;
    other.rank = EDITION_OFFICIAL;
    other.time.us++;
    other.reason[0] = 'X';
    other.missing_count = 0;
    edition_seal(&other);
    assert_memory_equal(edition.digest, other.digest, DIGEST_SIZE);
    other.reports[3].revision--;
    edition_seal(&other);
    assert_memory_not_equal(edition.digest, other.digest, DIGEST_SIZE);
    other.reports[3].revision++;
    other.reports[0].content[15]++;
    edition_seal(&other);
    assert_memory_not_equal(edition.digest, other.digest, DIGEST_SIZE);
    other.reports[0].content[15]--;
    other.catalogue++;
    edition_seal(&other);
    assert_memory_not_equal(edition.digest, other.digest, DIGEST_SIZE);
    edition_fini(&edition);
    edition_fini(&other);
}

static void test_reports_are_found(void **state)
{
    (void)state;
    struct edition edition = sample(), empty = {0};
    assert_ptr_equal(edition_report_of(&edition, 631, 1, PERIOD_S2), &edition.reports[2]);
    assert_ptr_equal(edition_report_of(&edition, 64, 1, PERIOD_Y), &edition.reports[0]);
    assert_null(edition_report_of(&edition, 64, 1, PERIOD_S1));
    assert_null(edition_report_of(&edition, 632, 1, PERIOD_S1));
    assert_null(edition_report_of(&empty, 64, 1, PERIOD_Y));
    edition_fini(&edition);
}

static void test_ranks_have_names(void **state)
{
    (void)state;
    for (uint8_t rank = EDITION_ESTIMATE; rank <= EDITION_OFFICIAL; rank++)
        assert_int_equal(edition_rank_of(edition_rank_name(rank)), rank);
    assert_string_equal(edition_rank_name(EDITION_ESTIMATE), "estimate");
    assert_string_equal(edition_rank_name(EDITION_PRELIMINARY), "preliminary");
    assert_string_equal(edition_rank_name(EDITION_OFFICIAL), "official");
    assert_string_equal(edition_rank_name(0), "");
    assert_string_equal(edition_rank_name(4), "");
    assert_int_equal(edition_rank_of(""), 0);
    assert_int_equal(edition_rank_of("Official"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_written_is_read_again),
        cmocka_unit_test(test_the_bytes_are_those_of_the_document),
        cmocka_unit_test(test_damaged_bytes_are_refused),
        cmocka_unit_test(test_what_no_edition_says_is_refused),
        cmocka_unit_test(test_the_digest_names_the_figures),
        cmocka_unit_test(test_reports_are_found),
        cmocka_unit_test(test_ranks_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
