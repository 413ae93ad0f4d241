/* Keys and records, encoded by the store itself. */
#include <string.h>

#include "core/figure.h"
#include "core/mem.h"
#include "fuzz/fuzz.h"
#include "fuzz/seeds.h"
#include "store/keys.h"
#include "store/record.h"
#include "wire/edition.h"

static void make_keys(void)
{
    static const char curve_key[] = " VZ3YQ+8gScQBcwcsHKgOR6yRnDAP/4Q7pNH5xHESf2U=\n";
    const struct report_key key = {KIND_ACTUAL, {2024, PERIOD_S1}, 23857, 1};
    const struct report_key next = {KIND_PLAN, {2025, PERIOD_Y}, 631, 2};
    uint8_t owner[STORE_KEY_SIZE];
    memset(owner, 7, sizeof owner);
    const struct store_key keys[] = {
        keys_report(&key),        keys_revision(&key, 300), keys_bucket(631, 1, key.period),
        keys_outbox(2, &next),    keys_alarm(1, 2024, 64),  keys_quarantine(false, 1000),
        keys_enrolled(owner),     keys_chunk(7, 3),         keys_catalogue(7),
        keys_quarantine(true, 7),
    };
    for (size_t i = 0; i < LENGTH(keys); i++)
        seeds_put("keys", keys_span(&keys[i]));
    struct buf pair = {0};
    const struct store_key second = keys_report(&next), third = keys_revision(&next, 1);
    buf_put(&pair, keys[0].bytes, keys[0].len);
    buf_put(&pair, second.bytes, second.len);
    seeds_take("keys", &pair);
    buf_put(&pair, keys[1].bytes, keys[1].len);
    buf_put(&pair, third.bytes, third.len);
    seeds_take("keys", &pair);
    seeds_put("keys", (struct span){(const uint8_t *)curve_key, sizeof curve_key - 1});
}

/* The type's number, as record.c reads it. */
static struct buf begin(uint8_t type)
{
    struct buf out = {0};
    buf_put_u8(&out, type);
    return out;
}

static void make_figures(void)
{
    const struct cell cells[] = {{1, QUALIFIER_EXACT, 12, 0},
                                 {7, QUALIFIER_RANGE, 756, 800},
                                 {13, QUALIFIER_AT_LEAST, INT64_MIN, 0}};
    struct figures figures = {0};
    struct buf out = begin(10);
    for (size_t i = 0; i < LENGTH(cells); i++) {
        struct figure figure = figure_of_cell(&cells[i]);
        figure.implied_count = (uint32_t)i;
        figures_append(&figures, cells[i].indicator, &figure);
    }
    figures_encode(&figures, &out);
    seeds_take("record", &out);
    figures_fini(&figures);
}

static void make_editions(void)
{
    struct edition edition = {.kind = KIND_ACTUAL,
                              .period = {2024, PERIOD_Y},
                              .unit = 64,
                              .number = 1,
                              .rank = EDITION_PRELIMINARY,
                              .time = {INT64_C(1736467200000000)},
                              .person = mem_strdup("uid:1000"),
                              .reason = mem_strdup("số liệu sơ bộ"),
                              .catalogue = 7,
                              .due_count = 3,
                              .filed_count = 2,
                              .missing_count = 1};
    struct buf out = {0};
    for (uint32_t unit = 631; unit < 640; unit += 3)
        for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++)
            edition_add_report(
                &edition, &(struct edition_report){
                              .unit = unit, .form = 1, .label = label, .revision = unit * label});
    edition_seal(&edition);
    edition_encode(&edition, &out);
    seeds_take("edition", &out);
    edition.report_count = 0;
    edition_seal(&edition);
    edition_encode(&edition, &out);
    seeds_take("edition", &out);
    edition_fini(&edition);
}

void seeds_make_records(void)
{
    static const uint8_t bytes[] = {1, 2, 3};
    const struct span span = {bytes, sizeof bytes};
    const struct instant instant = {INT64_C(1736467200000000)};
    struct buf out = begin(0);

    make_keys();
    record_encode_bytes(span, &out);
    seeds_take("record", &out);
    out = begin(1);
    record_encode_u64(UINT64_C(1) << 40, &out);
    seeds_take("record", &out);
    out = begin(2);
    record_encode_head(&(struct head){.revision = 3, .counting = 2, .scope = 1, .home = 631}, &out);
    seeds_take("record", &out);
    out = begin(3);
    record_encode_revision(
        &(struct revision){.states = 1, .received = instant, .recorded_by = span, .filing = span},
        &out);
    seeds_take("record", &out);
    out = begin(3);
    record_encode_revision(
        &(struct revision){
            .home = 631, .arrived = instant, .first_arrived = {1}, .recorded_by = span},
        &out);
    seeds_take("record", &out);
    out = begin(3); /* as versions before 0.3 wrote it */
    buf_put(&out, "\x01\x01\0\0\x02\x77", 6);
    buf_put_u64(&out, (uint64_t)instant.us);
    buf_put_u64(&out, (uint64_t)instant.us);
    buf_put(&out, "\x03\x01\x02\x03\x0a", 5);
    seeds_take("record", &out);
    out = begin(4);
    record_encode_bucket(&(struct bucket){.count = 7}, &out);
    seeds_take("record", &out);
    out = begin(5);
    record_encode_text("catalogue: unknown above", STORE_REASON_SIZE, &out);
    seeds_take("record", &out);
    out = begin(6);
    record_encode_alarm(&(struct alarm){.since = instant, .text = "differs"}, &out);
    seeds_take("record", &out);
    out = begin(7);
    record_encode_quarantined(&(struct quarantined){.reason = "corrupt", .bytes = span}, &out);
    seeds_take("record", &out);
    out = begin(8);
    record_encode_enrolled(&(struct enrolled){.unit = 64, .role = 1, .name = "x"}, &out);
    seeds_take("record", &out);
    out = begin(9);
    record_encode_catalogue(&(struct catalogue_meta){.chunk_count = 2, .chunks_held = 1}, &out);
    seeds_take("record", &out);
    out = begin(11);
    record_encode_outbox(&(struct outbox_item){.version = 258, .since = instant}, &out);
    seeds_take("record", &out);
    out = begin(12);
    record_encode_notice(258, span, &out);
    seeds_take("record", &out);
    make_figures();
    make_editions();
}
