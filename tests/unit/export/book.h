/* Stores that hold everything an export has, drawn from a seed; and exports in memory. */
#ifndef TESTS_UNIT_EXPORT_BOOK_H
#define TESTS_UNIT_EXPORT_BOOK_H

#include "unit/store/temp_store.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "core/mem.h"
#include "export/export.h"
#include "export/import.h"
#include "unit/node/property_draw.h"
#include "wire/edition.h"
#include "wire/wire.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define TEXT(literal) ((char *)(uintptr_t)(literal))

enum { BOOK_UNIT = 64, BOOK_CHUNK_BYTES = 700, BOOK_QUARANTINE_LAST = 900 };
/* 2025-01-10T00:00:00Z */
#define BOOK_NOW_US INT64_C(1736467200000000)

struct book {
    struct temp_store temp;
    uint64_t rng;
    uint64_t reports, revisions; /* how many were put */
    bool is_of_before;           /* without what format 1 has not */
};

/* ---- drawing ---- */

static const char *const book_texts[] = {"",
                                         "demo",
                                         "Nguyễn Thị Hoà",
                                         "a \"quoted\" \\ word / slash",
                                         "two\nlines\tand a tab",
                                         "\xF0\x9F\x8C\xBE\xE2\x80\xA8 rice",
                                         "</script>"};

static inline const char *book_text(struct book *book, bool may_have_lines)
{
    const char *text = book_texts[pick(&book->rng, LENGTH(book_texts))];
    return may_have_lines || strchr(text, '\n') == NULL ? text : "one line";
}

static inline struct cell book_cell(struct book *book, uint32_t indicator)
{
    struct cell cell = {.indicator = indicator, .qualifier = (uint8_t)(1 + pick(&book->rng, 5))};
    cell.value = (int64_t)draw(&book->rng) >> pick(&book->rng, 63);
    if (chance(&book->rng, 5))
        cell.value = chance(&book->rng, 50) ? INT64_MIN : INT64_MAX - 1;
    if (cell.qualifier == QUALIFIER_RANGE)
        cell.upper = cell.value + 1;
    return cell;
}

static inline void book_filing(struct book *book, const struct report_key *key, uint64_t based_on,
                               struct buf *out)
{
    static const uint32_t indicators[] = {1, 2, 3, 4, 6, 7, 8, 9, 10, 13, 14, 20, 999};
    struct report report = {
        .key = *key,
        .scope = chance(&book->rng, 20) ? SCOPE_WHOLE : SCOPE_OWN,
        .catalogue = 1,
        .based_on = based_on,
        .is_withdrawn = chance(&book->rng, 10),
        .may_drop_cells = chance(&book->rng, 10),
        .author = mem_strdup(book_text(book, false)),
        .reason = mem_strdup(book_text(book, false)),
    };
    for (size_t i = 0; i < LENGTH(indicators) && !report.is_withdrawn; i++)
        if (chance(&book->rng, 50))
            report_add_cell(&report, book_cell(book, indicators[i]));
    for (uint32_t i = 0; i < pick(&book->rng, 3) && !report.is_withdrawn; i++) {
        const char *text = book_text(book, true);
        report_add_note(&report, i, text[0] != '\0' ? text : "note");
    }
    if (report.scope == SCOPE_WHOLE && !report.is_withdrawn && chance(&book->rng, 50))
        report.source = mem_strdup("Báo cáo số 12, năm 2016");
    assert_int_equal(report_sort(&report), ERR_OK);
    wire_pack_filing(&report, out);
    report_fini(&report);
}

static inline struct instant book_instant(struct book *book)
{
    return (struct instant){BOOK_NOW_US - (int64_t)pick(&book->rng, 1u << 30) * 1000 - 1};
}

/* ---- what is held ---- */

static inline void book_put_catalogue(struct store_txn *txn, uint32_t number)
{
    struct catalogue *catalogue = sample_catalogue();
    struct buf bytes = {0};
    catalogue->number = number;
    wire_pack_catalogue(catalogue, &bytes);
    uint32_t count = (uint32_t)((bytes.len + BOOK_CHUNK_BYTES - 1) / BOOK_CHUNK_BYTES);
    struct catalogue_meta meta = {
        .number = number, .chunk_count = count, .chunks_held = count, .size_bytes = bytes.len};
    digest_of(span_of(&bytes), meta.hash);
    assert_int_equal(store_put_catalogue(txn, &meta), ERR_OK);
    for (uint32_t i = 0; i < count; i++) {
        size_t at = (size_t)i * BOOK_CHUNK_BYTES;
        size_t len = bytes.len - at < BOOK_CHUNK_BYTES ? bytes.len - at : BOOK_CHUNK_BYTES;
        assert_int_equal(store_put_chunk(txn, number, i, (struct span){bytes.data + at, len}),
                         ERR_OK);
    }
    buf_fini(&bytes);
    catalogue_free(&catalogue);
}

/* The first report of a year whose latest revision counts; counting 0: there is none. */
static inline struct head book_find_counting(struct store_txn *txn, struct report_key *ret_key)
{
    struct report_key cursor = {0};
    struct head head;
    *ret_key = (struct report_key){.kind = KIND_ACTUAL, .period = {2024, PERIOD_Y}};
    while (store_next_head(txn, &cursor, &head)) {
        if (head.counting != head.revision || cursor.period.label != PERIOD_Y)
            continue;
        *ret_key = cursor;
        return head;
    }
    return (struct head){0};
}

/* Some of a period, of the catalogue in force and of another one. */
static inline void book_put_editions(struct book *book, struct store_txn *txn)
{
    struct report_key key;
    const struct head head = book_find_counting(txn, &key);
    for (uint32_t number = 1; number <= 4; number++) {
        struct buf bytes = {0};
        struct catalogue_meta meta;
        struct edition edition = {.kind = key.kind,
                                  .period = key.period,
                                  .unit = BOOK_UNIT,
                                  .number = number,
                                  .rank = (uint8_t)(number < 3 ? number : EDITION_OFFICIAL),
                                  .time = {BOOK_NOW_US + number},
                                  .person = mem_strdup(book_text(book, false)),
                                  .reason = mem_strdup(book_text(book, true)),
                                  .catalogue = number % 2 == 0 ? 2 : 1,
                                  .due_count = 9,
                                  .filed_count = number,
                                  .missing_count = 5};
        struct edition_report report = {
            .unit = key.unit, .form = key.form, .label = PERIOD_Y, .revision = head.counting};
        memcpy(report.content, head.content, sizeof(report.content));
        if (head.counting != 0)
            edition_add_report(&edition, &report);
        assert_int_equal(store_get_catalogue(txn, edition.catalogue, &meta), ERR_OK);
        memcpy(edition.catalogue_hash, meta.hash, sizeof(meta.hash));
        edition_seal(&edition);
        edition_encode(&edition, &bytes);
        const struct edition_key at = {key.kind, key.period, BOOK_UNIT, number};
        assert_int_equal(store_put_edition(txn, &at, span_of(&bytes)), ERR_OK);
        edition_fini(&edition);
        buf_fini(&bytes);
    }
}

/* Of every type, and of one that only a later version knows; one has more in it than is known. */
static inline void book_put_notices(struct book *book, struct store_txn *txn)
{
    static const uint8_t more[] = {0xF2, 0x3F, 2, 'h', 'i'}; /* field 1006: "hi" */
    uint32_t indicators[] = {1, 999, 2};
    for (uint32_t i = 0; i < 30; i++) {
        struct buf bytes = {0};
        uint8_t digest[DIGEST_SIZE] = {(uint8_t)i, 1}, seal[WIRE_SEAL_SIZE] = {2, (uint8_t)i};
        struct notice_key key = {
            .report = {(uint8_t)(1 + pick(&book->rng, 2)),
                       {(uint16_t)(2023 + pick(&book->rng, 2)), (uint8_t)(1 + pick(&book->rng, 3))},
                       chance(&book->rng, 50) ? 631 : 77777,
                       pick(&book->rng, 2)},
            .type = (uint8_t)(1 + i % (NOTICE_TYPE_LAST + 1)),
            .author = chance(&book->rng, 50) ? 64 : 631,
            .number = pick(&book->rng, 3)};
        Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
        if (key.type == NOTICE_HEARD)
            key.number = (uint64_t)NOTICE_RETURNED << 32 | 64;
        if (key.type == NOTICE_REMINDER || key.type == NOTICE_REOPENING)
            key.number = key.report.form = 0;
        if (key.type == NOTICE_CLOSING)
            key.report.form = 0;
        if ((key.type <= NOTICE_RETURNED || key.type == NOTICE_HEARD) && chance(&book->rng, 50))
            memcpy(key.about, digest, sizeof key.about);
        wire_put_notice_key(&key, &notice);
        notice.time_us = book_instant(book).us;
        notice.person = TEXT(book_text(book, false));
        notice.text = TEXT(book_text(book, true));
        notice.indicators = indicators;
        notice.n_indicators = pick(&book->rng, 4);
        notice.until_us = chance(&book->rng, 50) ? BOOK_NOW_US : 0;
        notice.seen_us = chance(&book->rng, 50) ? BOOK_NOW_US : 0;
        notice.edition = pick(&book->rng, 5);
        notice.missing_count = pick(&book->rng, 2);
        notice.digest = (ProtobufCBinaryData){chance(&book->rng, 50) ? sizeof digest : 0, digest};
        notice.seal = (ProtobufCBinaryData){chance(&book->rng, 50) ? sizeof seal : 0, seal};
        wire_pack_notice(&notice, &bytes);
        if (i % 5 == 0)
            buf_put(&bytes, more, sizeof more);
        assert_int_equal(store_put_notice(txn, &key, span_of(&bytes)), ERR_OK);
        buf_fini(&bytes);
    }
}

static inline void book_put_keys(struct book *book, struct store_txn *txn)
{
    for (uint32_t i = 0; i < pick(&book->rng, 4); i++) {
        struct enrolled enrolled = {.unit = 631 + i,
                                    .role = (uint8_t)(1 + pick(&book->rng, 4)),
                                    .is_revoked = chance(&book->rng, 30),
                                    .changed = book_instant(book)};
        for (size_t b = 0; b < sizeof enrolled.key; b++)
            enrolled.key[b] = (uint8_t)draw(&book->rng);
        (void)snprintf(enrolled.name, sizeof enrolled.name, "%s", book_text(book, false));
        assert_int_equal(store_put_enrolled(txn, &enrolled), ERR_OK);
    }
}

static inline void book_put_quarantine(struct book *book, struct store_txn *txn)
{
    for (uint32_t i = 0; i < pick(&book->rng, 5); i++) {
        uint8_t bytes[64];
        struct quarantined item = {.received = book_instant(book),
                                   .is_kept = chance(&book->rng, 50),
                                   .bytes = {bytes, pick(&book->rng, sizeof bytes)}};
        for (size_t b = 0; b < sizeof bytes; b++)
            bytes[b] = (uint8_t)draw(&book->rng);
        memset(item.peer, item.is_kept ? 0 : (int)i, sizeof item.peer);
        (void)snprintf(item.reason, sizeof item.reason, "%s", book_text(book, false));
        assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    }
}

/* What head.c makes of revisions, written down a second time. */
static inline void book_put_head(struct store_txn *txn, const struct report_key *key,
                                 struct head *head, const struct revision *latest)
{
    struct digest_state state = {.key = *key,
                                 .latest = {.number = head->revision, .states = head->states},
                                 .received = head->received,
                                 .first_filed = head->first_filed};
    struct revision accepted = *latest;
    struct arena *arena = arena_new(WIRE_FILING_ARENA_MAX);
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    assert_int_equal(
        wire_open_filing(latest->filing, arena, &filing, &report, reason, sizeof reason), ERR_OK);
    head->scope = report.scope;
    head->is_withdrawn = report.is_withdrawn;
    memcpy(head->content, filing.content, sizeof head->content);
    memcpy(state.latest.content, filing.content, sizeof head->content);
    report_fini(&report);
    if (head->accepted != 0 && head->accepted != head->revision) {
        assert_int_equal(store_get_revision(txn, key, head->accepted, &accepted), ERR_OK);
        assert_int_equal(
            wire_open_filing(accepted.filing, arena, &filing, &report, reason, sizeof reason),
            ERR_OK);
        state.accepted.number = accepted.number;
        state.accepted.states = accepted.states;
        state.accepted_received = accepted.received;
        memcpy(state.accepted.content, filing.content, sizeof state.accepted.content);
        report_fini(&report);
    }
    head->counting = head->accepted != 0 && state_counts(accepted.states) ? head->accepted : 0;
    digest_of_state(&state, head->state_digest);
    assert_int_equal(store_put_head(txn, key, head), ERR_OK);
    arena_free(&arena);
}

/* A report with one to four revisions, not all of which need be held. */
static inline void book_put_report(struct book *book, struct store_txn *txn,
                                   const struct report_key *key)
{
    struct head head = {0};
    struct buf filing = {0};
    struct revision revision = {0};
    uint32_t count = 1 + pick(&book->rng, 4);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t before = revision.number;
        buf_clear(&filing);
        book_filing(book, key, before, &filing);
        revision = (struct revision){.number = before + 1 + pick(&book->rng, 3),
                                     .states = (uint8_t)pick(&book->rng, 4),
                                     .home = chance(&book->rng, 50) ? 64 : 631,
                                     .received = book_instant(book),
                                     .first_filed = book_instant(book),
                                     .recorded_by = {(const uint8_t *)"uid:1000", 8},
                                     .filing = span_of(&filing)};
        if (!book->is_of_before && revision.number % 3 != 0) {
            revision.arrived.us = revision.received.us + 1000001;
            revision.first_arrived.us = revision.number > 1 ? revision.first_filed.us + 7 : 0;
        }
        assert_int_equal(store_put_revision(txn, key, &revision), ERR_OK);
        if ((revision.states & STATE_ACCEPTED) != 0)
            head.accepted = revision.number;
        book->revisions++;
    }
    head.revision = revision.number;
    head.states = revision.states;
    head.home = revision.home;
    head.received = revision.received;
    head.first_filed = revision.first_filed;
    book_put_head(txn, key, &head, &revision);
    book->reports++;
    buf_fini(&filing);
}

static inline void book_put_reports(struct book *book, struct store_txn *txn)
{
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23888, 23899, 77777};
    for (uint8_t kind = KIND_ACTUAL; kind <= KIND_PLAN; kind++)
        for (uint16_t year = 2023; year <= 2024; year++)
            for (size_t u = 0; u < LENGTH(units); u++)
                for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
                    struct report_key key = {kind, {year, label}, units[u], 1};
                    if (chance(&book->rng, 15))
                        book_put_report(book, txn, &key);
                    key.form = 2;
                    if (chance(&book->rng, 5))
                        book_put_report(book, txn, &key);
                }
}

static inline void book_fill(struct book *book, struct store_txn *txn)
{
    book_put_catalogue(txn, 1);
    assert_int_equal(store_put_meta_u64(txn, "catalogue", 1), ERR_OK);
    book_put_keys(book, txn);
    book_put_reports(book, txn);
    book_put_quarantine(book, txn);
    if (book->is_of_before)
        return;
    book_put_catalogue(txn, 2);
    book_put_editions(book, txn);
    book_put_notices(book, txn);
}

static inline void book_open(struct book *book, bool is_full)
{
    temp_init(&book->temp);
    assert_int_equal(temp_open(&book->temp), ERR_OK);
    bool is_unknown;
    struct store_txn *txn = store_begin_write(book->temp.store);
    assert_int_equal(store_put_meta_u64(txn, "unit", BOOK_UNIT), ERR_OK);
    if (is_full)
        book_fill(book, txn);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* A store with all that, or with nothing but its unit. */
static inline void book_init(struct book *book, uint64_t seed, bool is_full)
{
    *book = (struct book){.rng = seed};
    book_open(book, is_full);
}

static inline void book_fini(struct book *book)
{
    temp_fini(&book->temp);
}

/* ---- exports in memory ---- */

static inline int book_file(void)
{
    int fd = memfd_create("export", MFD_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* The caller frees. */
static inline struct buf book_read(int fd)
{
    struct buf bytes = {0};
    uint8_t block[4096];
    ssize_t got;
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    while ((got = read(fd, block, sizeof block)) > 0)
        buf_put(&bytes, block, (size_t)got);
    assert_int_equal(got, 0);
    return bytes;
}

static inline struct buf book_export(struct book *book, struct export_counts *ret_counts)
{
    int fd = book_file();
    assert_int_equal(export_write(book->temp.store, "tonghopd 9.9.9", fd, "memory", ret_counts),
                     ERR_OK);
    struct buf bytes = book_read(fd);
    (void)close(fd);
    return bytes;
}

/* Into an empty store of this book's. */
static inline enum err book_import(struct book *book, struct span bytes,
                                   struct export_counts *ret_counts)
{
    int fd = book_file();
    if (bytes.len > 0)
        assert_int_equal(write(fd, bytes.data, bytes.len), bytes.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    enum err err = import_read(fd, "FILE", BOOK_UNIT, book->temp.store, ret_counts);
    (void)close(fd);
    return err;
}

#endif
