/* Making lines. jansson keeps members in the order in which they were set, and writes a value in
 * one way: so equal things are equal bytes. */
#include "export/line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "export/base64.h"
#include "link/key.h"
#include "tonghop.pb-c.h"
#include "wire/wire.h"

#define US_PER_SECOND INT64_C(1000000)

enum { SECONDS_PER_DAY = 86400 };

void line_prepare(void)
{
    json_set_alloc_funcs(mem_alloc, free);
}

/* ---- members ---- */

struct line line_begin(const char *kind)
{
    struct line line = {.object = json_object()};
    if (kind != NULL)
        line_put_text(&line, "line", kind);
    return line;
}

void line_put(struct line *line, const char *name, json_t *value)
{
    if (json_object_set_new_nocheck(line->object, name, value) != 0) /* `value` is NULL */
        line->failed = true;
}

void line_put_number(struct line *line, const char *name, uint64_t number)
{
    line_put(line, name, json_integer((json_int_t)number));
}

void line_put_number_or_null(struct line *line, const char *name, uint64_t number)
{
    line_put(line, name, number != 0 ? json_integer((json_int_t)number) : json_null());
}

void line_put_bool(struct line *line, const char *name, bool value)
{
    line_put(line, name, json_boolean(value));
}

void line_put_text(struct line *line, const char *name, const char *text)
{
    line_put(line, name, json_string(text));
}

void line_put_text_or_null(struct line *line, const char *name, const char *text)
{
    bool is_absent = text == NULL || text[0] == '\0';
    line_put(line, name, is_absent ? json_null() : json_string(text));
}

static void put_span(struct line *line, const char *name, struct span text)
{
    line_put(line, name, json_stringn(text.len > 0 ? (const char *)text.data : "", text.len));
}

void line_put_bytes(struct line *line, const char *name, struct span bytes)
{
    struct buf text = {0};
    base64_put(bytes, &text);
    put_span(line, name, span_of(&text));
    buf_fini(&text);
}

void line_put_digest(struct line *line, const char *name, const uint8_t *digest)
{
    struct buf text = {0};
    for (size_t i = 0; i < STORE_DIGEST_SIZE; i++)
        buf_printf(&text, "%02x", digest[i]);
    put_span(line, name, span_of(&text));
    buf_fini(&text);
}

void line_put_instant(struct line *line, const char *name, struct instant instant)
{
    char text[LINE_INSTANT_SIZE];
    line_put_text(line, name, line_instant_format(instant, text));
}

json_t *line_finish(struct line *line)
{
    if (line->failed) {
        json_decref(line->object);
        line->object = NULL;
    }
    return line->object;
}

static int append(const char *bytes, size_t len, void *out)
{
    buf_put(out, bytes, len);
    return 0;
}

bool line_dump(const json_t *value, struct buf *out)
{
    return json_dump_callback(value, append, out, JSON_COMPACT | JSON_ENCODE_ANY) == 0;
}

bool line_write(const json_t *line, struct buf *out)
{
    if (!line_dump(line, out))
        return false;
    buf_put_u8(out, '\n');
    return true;
}

/* ---- words ---- */

const char *line_kind_name(uint8_t kind)
{
    return kind == KIND_ACTUAL ? "actual" : kind == KIND_PLAN ? "plan" : NULL;
}

uint8_t line_kind_of(const char *name)
{
    for (uint8_t kind = KIND_ACTUAL; kind <= KIND_PLAN; kind++)
        if (strcmp(name, line_kind_name(kind)) == 0)
            return kind;
    return 0;
}

/* Of those that can be enrolled. */
const char *line_role_name(uint8_t role)
{
    static const char *const names[] = {
        [TONGHOP__ROLE__ROLE_NODE] = "node",
        [TONGHOP__ROLE__ROLE_REPORTER] = "reporter",
        [TONGHOP__ROLE__ROLE_READER] = "reader",
        [TONGHOP__ROLE__ROLE_ADMIN] = "admin",
    };
    return role < sizeof(names) / sizeof(names[0]) ? names[role] : NULL;
}

uint8_t line_role_of(const char *name)
{
    for (uint8_t role = TONGHOP__ROLE__ROLE_NODE; role <= TONGHOP__ROLE__ROLE_ADMIN; role++)
        if (strcmp(name, line_role_name(role)) == 0)
            return role;
    return 0;
}

char *line_instant_format(struct instant instant, char *out)
{
    char day[DATE_TEXT_SIZE];
    int64_t seconds = instant.us / US_PER_SECOND, us = instant.us % US_PER_SECOND;
    if (us < 0) {
        us += US_PER_SECOND;
        seconds--;
    }
    int64_t days = seconds / SECONDS_PER_DAY - (seconds % SECONDS_PER_DAY < 0);
    unsigned second = (unsigned)(seconds - days * SECONDS_PER_DAY);
    date_format((struct date){(int32_t)days}, day);
    (void)snprintf(out, LINE_INSTANT_SIZE, "%sT%02u:%02u:%02u.%06uZ", day, second / 3600 % 24,
                   second / 60 % 60, second % 60, (unsigned)us);
    return out;
}

bool line_instant_parse(const char *text, struct instant *ret_instant)
{
    static const char form[] = "0000-00-00T00:00:00.000000Z"; /* 0: any digit */
    char moment[sizeof(form)], again[LINE_INSTANT_SIZE];
    struct instant instant;
    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    (void)snprintf(moment, sizeof(moment), "%.19sZ", text);
    if (instant_parse(moment, &instant) != ERR_OK)
        return false;
    instant.us += strtol(text + strlen("0000-00-00T00:00:00."), NULL, 10);
    if (instant.us < 0 || instant.us > WIRE_INSTANT_MAX_US ||
        strcmp(line_instant_format(instant, again), text) != 0)
        return false;
    *ret_instant = instant;
    return true;
}

/* ---- lines ---- */

json_t *line_of_export(const struct line_export *head)
{
    struct line line = line_begin("export");
    line_put_number(&line, "format", head->format);
    line_put_number(&line, "unit", head->unit);
    line_put_text(&line, "software", head->software);
    line_put_number(&line, "schema", head->schema);
    line_put_number_or_null(&line, "catalogue", head->catalogue);
    line_put_number(&line, "catalogue_lines", head->chunk_count);
    line_put_number(&line, "quarantine_number", head->quarantine_number);
    return line_finish(&line);
}

json_t *line_of_chunk(uint32_t index, struct span bytes)
{
    struct line line = line_begin("catalogue-bytes");
    line_put_number(&line, "index", index);
    line_put_bytes(&line, "bytes", bytes);
    return line_finish(&line);
}

static void put_curve_key(struct line *line, const char *name, const uint8_t *key)
{
    char text[KEY_TEXT_SIZE];
    line_put_text(line, name, key_format(key, text));
}

json_t *line_of_key(const struct enrolled *enrolled)
{
    struct line line = line_begin("key");
    put_curve_key(&line, "key", enrolled->key);
    line_put_number(&line, "unit", enrolled->unit);
    line_put_text_or_null(&line, "role", line_role_name(enrolled->role));
    line_put_bool(&line, "revoked", enrolled->is_revoked);
    line_put_instant(&line, "changed", enrolled->changed);
    line_put_text(&line, "name", enrolled->name);
    return line_finish(&line);
}

void line_put_report_key(struct line *line, const struct catalogue *catalogue,
                         const struct report_key *key)
{
    char period[PERIOD_TEXT_SIZE];
    const struct form *form = catalogue != NULL ? catalogue_form(catalogue, key->form) : NULL;
    const struct unit *unit = catalogue != NULL ? catalogue_unit(catalogue, key->unit) : NULL;
    const struct unit_version *version = NULL;
    if (unit != NULL)
        version = unit_at(unit, catalogue_window(catalogue, key->period).last);
    if (unit != NULL && version == NULL) /* it had ended, or not begun */
        version = &unit->versions[unit->version_count - 1];
    line_put_text_or_null(line, "kind", line_kind_name(key->kind));
    line_put_text(line, "period", period_format(key->period, period));
    line_put_number(line, "unit", key->unit);
    line_put_text_or_null(line, "unit_code", version != NULL ? version->code : NULL);
    line_put_text_or_null(line, "unit_name", version != NULL ? version->name_vi : NULL);
    line_put_number_or_null(line, "form", key->form);
    line_put_text_or_null(line, "form_code", form != NULL ? form->code : NULL);
}

json_t *line_of_report(const struct catalogue *catalogue, const struct line_report *report)
{
    struct line line = line_begin("report");
    line_put_report_key(&line, catalogue, &report->key);
    line_put_number(&line, "revisions", report->revision_count);
    line_put_number(&line, "latest", report->latest);
    line_put_number_or_null(&line, "accepted", report->accepted);
    line_put_number_or_null(&line, "counting", report->counting);
    return line_finish(&line);
}

static json_t *states_of(uint8_t states)
{
    json_t *list = json_array();
    if ((states & STATE_ACCEPTED) != 0)
        (void)json_array_append_new(list, json_string("accepted")); /* fail for NULL only */
    if ((states & STATE_RETURNED) != 0)
        (void)json_array_append_new(list, json_string("returned"));
    return list;
}

static const char *qualifier_name(uint8_t qualifier)
{
    static const char *const names[QUALIFIER_COUNT] = {
        [QUALIFIER_EXACT] = "exact",     [QUALIFIER_AT_LEAST] = "at least",
        [QUALIFIER_AT_MOST] = "at most", [QUALIFIER_ABOUT] = "about",
        [QUALIFIER_RANGE] = "range",
    };
    return qualifier < QUALIFIER_COUNT ? names[qualifier] : NULL;
}

/* A value is text, so that no reader makes a binary fraction of it. Of an indicator that the
 * catalogue does not have (its code is null), the decimals are not known: it is as it was filed. */
static json_t *cell_of(const struct catalogue *catalogue, const struct cell *cell)
{
    struct line line = line_begin(NULL);
    char text[I128_TEXT_SIZE];
    const struct indicator *indicator =
        catalogue != NULL ? catalogue_indicator(catalogue, cell->indicator) : NULL;
    unsigned decimals = indicator != NULL ? indicator->decimals : 0;
    line_put_number(&line, "indicator", cell->indicator);
    line_put_text_or_null(&line, "code", indicator != NULL ? indicator->code : NULL);
    line_put_text(&line, "value", number_format(cell->value, decimals, false, NUMBER_PLAIN, text));
    line_put_text_or_null(&line, "qualifier", qualifier_name(cell->qualifier));
    if (cell->qualifier == QUALIFIER_RANGE)
        line_put_text(&line, "upper",
                      number_format(cell->upper, decimals, false, NUMBER_PLAIN, text));
    return line_finish(&line);
}

static json_t *note_of(const struct catalogue *catalogue, const struct note *note)
{
    struct line line = line_begin(NULL);
    const struct indicator *indicator =
        catalogue != NULL ? catalogue_indicator(catalogue, note->indicator) : NULL;
    line_put_number_or_null(&line, "indicator", note->indicator);
    line_put_text_or_null(&line, "code", indicator != NULL ? indicator->code : NULL);
    line_put_text(&line, "text", note->text);
    return line_finish(&line);
}

static void put_report(struct line *line, const struct catalogue *catalogue,
                       const struct report *report)
{
    json_t *cells = json_array(), *notes = json_array();
    for (size_t i = 0; i < report->cell_count; i++)
        if (json_array_append_new(cells, cell_of(catalogue, &report->cells[i])) != 0)
            line->failed = true;
    for (size_t i = 0; i < report->note_count; i++)
        if (json_array_append_new(notes, note_of(catalogue, &report->notes[i])) != 0)
            line->failed = true;
    line_put_text(line, "scope", report->scope == SCOPE_WHOLE ? "whole" : "own");
    line_put_number(line, "made_under", report->catalogue);
    line_put_number_or_null(line, "based_on", report->based_on);
    line_put_bool(line, "withdrawn", report->is_withdrawn);
    line_put_bool(line, "drops_cells", report->may_drop_cells);
    line_put_text(line, "author", report->author);
    line_put_text(line, "reason", report->reason);
    line_put_text_or_null(line, "source", report->source);
    line_put(line, "cells", cells);
    line_put(line, "notes", notes);
}

/* What was held before nodes noted it has no such member. */
static void put_instant_if_known(struct line *line, const char *name, struct instant instant)
{
    if (instant.us != 0)
        line_put_instant(line, name, instant);
}

json_t *line_of_revision(const struct catalogue *catalogue, const struct line_revision *revision)
{
    const struct revision *held = revision->held;
    struct line line = line_begin("revision");
    line_put_report_key(&line, catalogue, &revision->report->key);
    line_put_number(&line, "revision", held->number);
    line_put_bool(&line, "counts", revision->counts);
    line_put(&line, "states", states_of(held->states));
    line_put_instant(&line, "received", held->received);
    line_put_instant(&line, "first_filed", held->first_filed);
    put_instant_if_known(&line, "arrived", held->arrived);
    put_instant_if_known(&line, "first_arrived", held->first_arrived);
    line_put_number(&line, "home", held->home);
    put_span(&line, "recorded_by", held->recorded_by);
    put_report(&line, catalogue, revision->report);
    line_put_bytes(&line, "filing", held->filing);
    return line_finish(&line);
}

json_t *line_of_quarantined(const struct quarantined *item)
{
    static const uint8_t nobody[STORE_KEY_SIZE];
    struct line line = line_begin("quarantined");
    line_put_number(&line, "number", item->number);
    line_put_bool(&line, "kept", item->is_kept);
    line_put_instant(&line, "received", item->received);
    if (memcmp(item->peer, nobody, sizeof(nobody)) == 0)
        line_put(&line, "peer", json_null());
    else
        put_curve_key(&line, "peer", item->peer);
    line_put_text(&line, "reason", item->reason);
    line_put_bytes(&line, "bytes", item->bytes);
    return line_finish(&line);
}

json_t *line_of_end(const struct line_end *end)
{
    struct line line = line_begin("end");
    line_put_number(&line, "lines", end->line_count);
    line_put_number(&line, "keys", end->key_count);
    line_put_number(&line, "reports", end->report_count);
    line_put_number(&line, "revisions", end->revision_count);
    line_put_number(&line, "quarantined", end->quarantined_count);
    line_put_digest(&line, "digest", end->digest);
    return line_finish(&line);
}
