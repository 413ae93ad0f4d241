/* Lines of exports: after a sound head (1), or all of them (0), as export.c reads them. */
#include "export/notices.h"
#include "fuzz/fuzz.h"
#include "fuzz/seeds.h"
#include "lib/sample.h"
#include "wire/wire.h"

static struct buf begin(uint8_t has_head)
{
    struct buf out = {0};
    buf_put_u8(&out, has_head);
    return out;
}

/* Takes `line`. */
static void put(struct buf *out, json_t *line)
{
    LAW(line != NULL && line_write(line, out), "a line is written");
    json_decref(line);
}

static void put_keys(struct buf *out)
{
    struct enrolled key = {
        .key = {1}, .unit = 631, .role = 1, .changed = {INT64_C(1736467200000000)}, .name = "a"};
    put(out, line_of_key(&key));
    key = (struct enrolled){.key = {2}, .unit = 64, .role = 4, .is_revoked = true};
    put(out, line_of_key(&key));
}

static void put_quarantine(struct buf *out)
{
    struct quarantined item = {
        .number = 3, .peer = {9}, .reason = "malformed", .bytes = {(const uint8_t *)"\xDE\xAD", 2}};
    put(out, line_of_quarantined(&item));
    item = (struct quarantined){.number = 7, .is_kept = true, .reason = "two nodes"};
    put(out, line_of_quarantined(&item));
}

/* A report with `count` revisions, of which the first is accepted. */
static void put_report(struct buf *out, uint32_t unit, uint64_t count)
{
    struct catalogue *catalogue = sample_catalogue();
    struct cell cells[] = {{1, QUALIFIER_EXACT, 12, 0}, {7, QUALIFIER_RANGE, 756, 800}};
    struct note notes[] = {{7, TEXT("đo lại")}};
    struct report report = {.key = {KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1},
                            .scope = SCOPE_OWN,
                            .catalogue = 1,
                            .author = TEXT("Hoa"),
                            .reason = TEXT(""),
                            .cells = cells,
                            .cell_count = LENGTH(cells),
                            .notes = notes,
                            .note_count = LENGTH(notes)};
    const struct line_report of = {report.key, count, count, 1, 1};
    put(out, line_of_report(catalogue, &of));
    for (uint64_t number = 1; number <= count; number++) {
        struct buf filing = {0};
        report.based_on = number - 1;
        wire_pack_filing(&report, &filing);
        const struct revision held = {.number = number,
                                      .states = number == 1 ? STATE_ACCEPTED : 0,
                                      .home = 631,
                                      .received = {(int64_t)number},
                                      .arrived = {(int64_t)(number - 1)},
                                      .recorded_by = {(const uint8_t *)"uid:1000", 8},
                                      .filing = span_of(&filing)};
        const struct line_revision line = {&held, &report, number == 1};
        put(out, line_of_revision(catalogue, &line));
        buf_fini(&filing);
    }
    catalogue_free(&catalogue);
}

static void put_notices(struct buf *out)
{
    struct catalogue *catalogue = sample_catalogue();
    for (uint8_t type = NOTICE_ACCEPTED; type <= NOTICE_TYPE_LAST + 1; type++) {
        struct buf bytes = {0};
        uint32_t indicators[] = {7, 999};
        const struct notice_key key = {.report = {KIND_ACTUAL, {2024, PERIOD_S1}, 631, 1},
                                       .type = type,
                                       .author = 64,
                                       .number = UINT64_C(2) << 32 | 64};
        Tonghop__Notice notice = TONGHOP__NOTICE__INIT;
        wire_put_notice_key(&key, &notice);
        notice.time_us = INT64_C(1736467200000000);
        notice.person = TEXT("uid:1000 hoa");
        notice.text = TEXT("sai đơn vị");
        notice.indicators = indicators;
        notice.n_indicators = type % 3;
        notice.edition = type % 4;
        wire_pack_notice(&notice, &bytes);
        put(out, line_of_notice(catalogue, &notice, span_of(&bytes)));
        buf_fini(&bytes);
    }
    catalogue_free(&catalogue);
}

void seeds_make_exports(void)
{
    struct line_export head = {
        .unit = 64, .schema = STORE_SCHEMA, .software = "fuzz", .format = LINE_FORMAT};
    line_prepare();
    struct buf out = begin(0);
    put(&out, line_of_export(&head));
    put_keys(&out);
    seeds_take("export", &out);
    head.quarantine_number = 7;
    out = begin(0);
    put(&out, line_of_export(&head));
    put_quarantine(&out);
    seeds_take("export", &out);
    out = begin(1);
    put_report(&out, 23857, 1);
    seeds_take("export", &out);
    out = begin(1);
    put_keys(&out);
    put_report(&out, 631, 2);
    put_report(&out, 77777, 1);
    put_quarantine(&out);
    seeds_take("export", &out);
    out = begin(1);
    put_notices(&out);
    put_quarantine(&out);
    seeds_take("export", &out);
    out = begin(1);
    seeds_take("export", &out);
}
