/* As with filings, the bytes are the truth, and may say more than this version knows: a line is
 * taken by reading them, and compared with the line that they make. */
#include "export/notices.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/edition.h"

enum { HEARD_TYPE_SHIFT = 32, TYPE_TEXT_SIZE = 16 }; /* as in the protocol */

static const char remedy_of_notice[] =
    "what a notice says is in its bytes: it cannot be edited, but said again";

/* One that a later version has added is its number. */
static const char *type_name(uint32_t type, char *out)
{
    static const char *const names[] = {
        [NOTICE_ACCEPTED] = "accepted", [NOTICE_RETURNED] = "returned",
        [NOTICE_REMINDER] = "reminder", [NOTICE_HEARD] = "heard",
        [NOTICE_CLOSING] = "closing",   [NOTICE_REOPENING] = "reopening",
        [NOTICE_CLOCK] = "clock",
    };
    if (type < sizeof(names) / sizeof(names[0]) && names[type] != NULL)
        return names[type];
    (void)snprintf(out, TYPE_TEXT_SIZE, "%" PRIu32, type);
    return out;
}

static void put_instant_or_null(struct line *line, const char *name, int64_t us)
{
    if (us != 0)
        line_put_instant(line, name, (struct instant){us});
    else
        line_put(line, name, json_null());
}

static void put_hex_or_null(struct line *line, const char *name, ProtobufCBinaryData bytes)
{
    struct buf text = {0};
    bool is_zero = true;
    for (size_t i = 0; i < bytes.len; i++) {
        buf_printf(&text, "%02x", bytes.data[i]);
        is_zero = is_zero && bytes.data[i] == 0;
    }
    buf_put_u8(&text, '\0');
    line_put_text_or_null(line, name, is_zero ? NULL : (const char *)text.data);
    buf_fini(&text);
}

/* Counts are nothing where they cannot be zero. */
static void put_count(struct line *line, const char *name, const Tonghop__Notice *notice,
                      uint32_t count)
{
    if (notice->type == NOTICE_CLOSING)
        line_put_number(line, name, count);
    else
        line_put_number_or_null(line, name, count);
}

/* Whom it concerns. */
static void put_place(struct line *line, const struct catalogue *catalogue,
                      const Tonghop__Notice *notice)
{
    const struct report_key key = {(uint8_t)notice->kind,
                                   {(uint16_t)notice->year, (uint8_t)notice->label},
                                   notice->unit,
                                   notice->form};
    line_put_report_key(line, catalogue, &key);
}

static void put_indicators(struct line *line, const struct catalogue *catalogue,
                           const Tonghop__Notice *notice)
{
    json_t *list = json_array();
    for (size_t i = 0; i < notice->n_indicators; i++) {
        struct line item = line_begin(NULL);
        const struct indicator *indicator =
            catalogue != NULL ? catalogue_indicator(catalogue, notice->indicators[i]) : NULL;
        line_put_number(&item, "indicator", notice->indicators[i]);
        line_put_text_or_null(&item, "code", indicator != NULL ? indicator->code : NULL);
        if (json_array_append_new(list, line_finish(&item)) != 0)
            line->failed = true;
    }
    line_put(line, "indicators", list);
}

json_t *line_of_notice(const struct catalogue *catalogue, const Tonghop__Notice *notice,
                       struct span bytes)
{
    char type[TYPE_TEXT_SIZE], heard[TYPE_TEXT_SIZE];
    bool is_heard = notice->type == NOTICE_HEARD;
    struct line line = line_begin("notice");
    line_put_text(&line, "type", type_name(notice->type, type));
    put_place(&line, catalogue, notice);
    line_put_number(&line, "author", notice->author);
    line_put_number_or_null(&line, "number", is_heard ? 0 : notice->number);
    line_put_text_or_null(
        &line, "heard",
        is_heard ? type_name((uint32_t)(notice->number >> HEARD_TYPE_SHIFT), heard) : NULL);
    line_put_number_or_null(&line, "heard_of", is_heard ? (uint32_t)notice->number : 0);
    put_hex_or_null(&line, "about", notice->about);
    line_put_instant(&line, "time", (struct instant){notice->time_us});
    line_put_text_or_null(&line, "person", notice->person);
    line_put_text_or_null(&line, "text", notice->text);
    put_indicators(&line, catalogue, notice);
    put_instant_or_null(&line, "until", notice->until_us);
    line_put_text_or_null(&line, "rank",
                          notice->edition <= UINT8_MAX ? edition_rank_name((uint8_t)notice->edition)
                                                       : NULL);
    put_hex_or_null(&line, "digest", notice->digest);
    line_put_number_or_null(&line, "catalogue", notice->catalogue);
    put_count(&line, "due", notice, notice->due_count);
    put_count(&line, "missing", notice, notice->missing_count);
    put_instant_or_null(&line, "delivered", notice->delivered_us);
    put_instant_or_null(&line, "seen", notice->seen_us);
    line_put_number_or_null(&line, "count", notice->count);
    line_put_bytes(&line, "bytes", bytes);
    return line_finish(&line);
}

/* ---- taking them ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* The order of the store's keys. */
static int compare_keys(const struct notice_key *a, const struct notice_key *b)
{
    const struct report_key *x = &a->report, *y = &b->report;
    const uint64_t as[] = {x->kind,         x->period.year, x->unit,   x->form,
                           x->period.label, a->type,        a->author, a->number};
    const uint64_t bs[] = {y->kind,         y->period.year, y->unit,   y->form,
                           y->period.label, b->type,        b->author, b->number};
    int order = 0;
    for (size_t i = 0; i < sizeof(as) / sizeof(as[0]) && order == 0; i++)
        order = compare_numbers(as[i], bs[i]);
    return order != 0 ? order : memcmp(a->about, b->about, sizeof(a->about));
}

enum err import_take_notice(struct import_notices *notices, const struct catalogue *catalogue,
                            struct store_txn *txn, struct given *given, struct arena *arena,
                            struct buf *bytes, struct buf *scratch)
{
    char reason[WIRE_REASON_SIZE] = "";
    Tonghop__Notice *notice;
    struct notice_key key;
    arena_reset(arena);
    buf_clear(bytes);
    given_bytes(given, "bytes", bytes);
    if (given->failed)
        return ERR_MALFORMED;
    if (wire_open_notice(span_of(bytes), arena, &notice, reason, sizeof(reason)) != ERR_OK) {
        given_fail(given, "bytes", "\"bytes\" do not read: %s", reason);
        return ERR_MALFORMED;
    }
    given_compare(given, line_of_notice(catalogue, notice, span_of(bytes)), remedy_of_notice,
                  scratch);
    wire_notice_key(notice, &key);
    if (!given->failed && notices->has_notice && compare_keys(&key, &notices->last) <= 0)
        given_fail(given, "type",
                   "notices come in order (kind, year, unit, form, label, type, author, number, "
                   "about), each once");
    if (given->failed)
        return ERR_MALFORMED;
    notices->has_notice = true;
    notices->last = key;
    return store_put_notice(txn, &key, span_of(bytes));
}
