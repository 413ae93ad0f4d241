/* Taking an export: lines of rising kinds, of which each is checked by making it anew (given.h).
 *
 *     export, catalogue-bytes ..., catalogue, form ..., indicator ..., unit ...,
 *     key ..., (report, revision ...) ..., kept-catalogue ..., edition ..., notice ...,
 *     quarantined ..., end
 *
 * The last line has counts and a digest of all before it, so that a file which was cut, or put
 * together from two, is noticed. */
#include "export/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/person.h"
#include "export/editions.h"
#include "export/head.h"
#include "export/notices.h"
#include "wire/wire.h"

/* What every reader of JSON takes exactly; the node goes on counting from there. */
#define QUARANTINE_NUMBER_MAX ((UINT64_C(1) << 53) - 1)

/* In the order in which they come; of a kind there may be many. */
enum kind_of_line {
    LINE_EXPORT,
    LINE_BYTES,
    LINE_ROW, /* of the catalogue */
    LINE_KEY,
    LINE_REPORT,
    LINE_KEPT, /* bytes of a catalogue that editions name */
    LINE_EDITION,
    LINE_NOTICE,
    LINE_QUARANTINED,
    LINE_END,
    LINE_NOTHING, /* behind the end */
};

struct import {
    uint32_t unit;
    enum kind_of_line at; /* of the last line */
    uint64_t line_count;
    struct line_export head;
    struct catalogue *catalogue;
    struct catalogue_meta meta;
    size_t row; /* of the catalogue, how many came */
    struct buf catalogue_bytes;
    bool has_key;
    uint8_t last_key[STORE_KEY_SIZE];
    bool has_report;
    struct head_made report; /* the one whose revisions come */
    uint64_t revisions_left; /* of it */
    uint64_t last_revision;  /* of it, 0: none came yet */
    struct import_editions editions;
    struct import_notices notices;
    struct arena *arena;       /* of the filing in hand */
    struct buf bytes, scratch; /* of the line in hand */
    struct export_counts counts;
    struct digest_stream *digest;
    struct given_problem problem; /* of the first failure */
    enum err error;
};

static const char remedy_of_copy[] =
    "the file was changed or damaged; take it as 'tonghop export' wrote it";
static const char remedy_of_figures[] =
    "what a report says is in the bytes of its filing: figures are edited through 'tonghop "
    "amend', not here";
static const char remedy_of_catalogue[] =
    "what the catalogue says is in its bytes: it is changed by publishing another one, not here";

struct import *import_new(uint32_t unit)
{
    struct import *import = mem_calloc(1, sizeof(*import));
    import->unit = unit;
    import->at = LINE_EXPORT;
    import->arena = arena_new(WIRE_FILING_ARENA_MAX);
    import->digest = digest_stream_new();
    line_prepare();
    return import;
}

void import_free(struct import **import)
{
    struct import *i = *import;
    if (i == NULL)
        return;
    catalogue_free(&i->catalogue);
    arena_free(&i->arena);
    buf_fini(&i->catalogue_bytes);
    import_editions_fini(&i->editions);
    buf_fini(&i->bytes);
    buf_fini(&i->scratch);
    digest_stream_free(&i->digest);
    free(i);
    *import = NULL;
}

const struct given_problem *import_problem(const struct import *import, uint64_t *ret_line)
{
    *ret_line = import->line_count;
    return &import->problem;
}

void import_get_counts(const struct import *import, struct export_counts *ret_counts)
{
    *ret_counts = import->counts;
}

/* ---- head and catalogue ---- */

static enum err take_head(struct import *import, struct store_txn *txn, struct given *given)
{
    struct line_export *head = &import->head;
    const char *software;
    if (json_integer_value(json_object_get(given->object, "format")) > LINE_FORMAT) {
        given_fail(given, "format",
                   "it was written by a newer version of the program: use that one");
        return ERR_VERSION;
    }
    head->format = (uint32_t)given_number(given, "format", LINE_FORMAT_FIRST, LINE_FORMAT);
    head->unit = (uint32_t)given_number(given, "unit", 1, UINT32_MAX);
    software = given_text(given, "software", sizeof(head->software) - 1);
    (void)snprintf(head->software, sizeof(head->software), "%s", software);
    head->schema = given_number(given, "schema", 1, UINT32_MAX);
    head->catalogue = (uint32_t)given_number_or_null(given, "catalogue", UINT32_MAX);
    head->chunk_count = (uint32_t)given_number(given, "catalogue_lines", 0, WIRE_CHUNKS_MAX);
    head->quarantine_number = given_number(given, "quarantine_number", 0, QUARANTINE_NUMBER_MAX);
    if (!given->failed && (head->catalogue != 0) != (head->chunk_count != 0))
        given_fail(given, "catalogue_lines", "a catalogue has lines with its bytes, none has none");
    given_compare(given, line_of_export(head), remedy_of_copy, &import->scratch);
    if (given->failed)
        return ERR_MALFORMED;
    if (head->unit != import->unit) {
        given_fail(given, "unit",
                   "it holds the data of unit %" PRIu32 ", and this node is that of unit %" PRIu32
                   ": choose the right export or the right --node",
                   head->unit, import->unit);
        return ERR_FOREIGN;
    }
    import->counts.catalogue = head->catalogue;
    (void)store_put_meta_u64(txn, STORE_META_UNIT, head->unit); /* errors are sticky */
    if (head->catalogue != 0)
        (void)store_put_meta_u64(txn, "catalogue", head->catalogue);
    return store_begin_quarantine(txn, head->quarantine_number);
}

/* All bytes are there: they say what the following lines must. */
static void open_catalogue(struct import *import, struct store_txn *txn, struct given *given)
{
    struct problems problems = {0};
    struct span bytes = span_of(&import->catalogue_bytes);
    enum err err = wire_open_catalogue(bytes, &import->catalogue, &problems);
    if (err != ERR_OK)
        given_fail(given, "bytes", "the catalogue does not load (%s%s%s)", err_name(err),
                   problems.count > 0 ? ": " : "",
                   problems.count > 0 ? problems.items[0].text : "");
    problems_fini(&problems);
    if (err != ERR_OK)
        return;
    if (import->catalogue->number != import->head.catalogue) {
        given_fail(given, "bytes", "it is catalogue %" PRIu32 ", and the first line says %" PRIu32,
                   import->catalogue->number, import->head.catalogue);
        return;
    }
    import->meta = (struct catalogue_meta){
        .number = import->catalogue->number,
        .chunk_count = import->head.chunk_count,
        .chunks_held = import->head.chunk_count,
        .size_bytes = bytes.len,
    };
    digest_of(bytes, import->meta.hash);
    (void)store_put_catalogue(txn, &import->meta); /* the error is sticky */
    buf_fini(&import->catalogue_bytes);
}

static enum err take_chunk(struct import *import, struct store_txn *txn, struct given *given)
{
    uint32_t index = import->meta.chunks_held;
    buf_clear(&import->bytes);
    (void)given_number(given, "index", index, index);
    given_bytes(given, "bytes", &import->bytes);
    if (!given->failed && (import->bytes.len == 0 || import->bytes.len > WIRE_CHUNK_SIZE))
        given_fail(given, "bytes", "a line has 1 to %d bytes of the catalogue", WIRE_CHUNK_SIZE);
    given_compare(given, line_of_chunk(index, span_of(&import->bytes)), remedy_of_copy,
                  &import->scratch);
    if (given->failed)
        return ERR_MALFORMED;
    import->meta.chunks_held++;
    buf_put(&import->catalogue_bytes, import->bytes.data, import->bytes.len);
    (void)store_put_chunk(txn, import->head.catalogue, index, span_of(&import->bytes)); /* sticky */
    if (import->meta.chunks_held == import->head.chunk_count)
        open_catalogue(import, txn, given);
    return given->failed ? ERR_MALFORMED : store_error(txn);
}

static enum err take_row(struct import *import, struct given *given)
{
    const struct line_catalogue of = {
        .catalogue = import->catalogue,
        .hash = import->meta.hash,
        .size_bytes = import->meta.size_bytes,
    };
    if (import->catalogue == NULL || import->row == line_catalogue_rows(import->catalogue))
        given_fail(given, "line", "the catalogue has no more lines");
    else
        given_compare(given, line_of_catalogue_row(&of, import->row++), remedy_of_catalogue,
                      &import->scratch);
    return given->failed ? ERR_MALFORMED : ERR_OK;
}

/* ---- keys and quarantine ---- */

static enum err take_key(struct import *import, struct store_txn *txn, struct given *given)
{
    struct enrolled enrolled = {0};
    given_curve_key(given, "key", false, enrolled.key);
    enrolled.unit = (uint32_t)given_number(given, "unit", 1, UINT32_MAX);
    enrolled.role = line_role_of(given_text(given, "role", 16));
    enrolled.is_revoked = given_bool(given, "revoked");
    enrolled.changed = given_instant(given, "changed");
    const char *name = given_text(given, "name", sizeof(enrolled.name) - 1);
    (void)snprintf(enrolled.name, sizeof(enrolled.name), "%s", name);
    if (!given->failed && enrolled.role == 0)
        given_fail(given, "role", "\"role\" has to be node, reporter, reader or admin");
    if (!given->failed && import->has_key &&
        memcmp(enrolled.key, import->last_key, sizeof(enrolled.key)) <= 0)
        given_fail(given, "key", "keys come in order, each once");
    given_compare(given, line_of_key(&enrolled), remedy_of_copy, &import->scratch);
    if (given->failed)
        return ERR_MALFORMED;
    import->has_key = true;
    memcpy(import->last_key, enrolled.key, sizeof(import->last_key));
    import->counts.keys++;
    return store_put_enrolled(txn, &enrolled);
}

static enum err take_quarantined(struct import *import, struct store_txn *txn, struct given *given)
{
    struct quarantined item = {0};
    buf_clear(&import->bytes);
    item.number = given_number(given, "number", 1, QUARANTINE_NUMBER_MAX);
    item.is_kept = given_bool(given, "kept");
    item.received = given_instant(given, "received");
    given_curve_key(given, "peer", true, item.peer);
    const char *reason = given_text(given, "reason", sizeof(item.reason) - 1);
    (void)snprintf(item.reason, sizeof(item.reason), "%s", reason);
    given_bytes(given, "bytes", &import->bytes);
    item.bytes = span_of(&import->bytes);
    given_compare(given, line_of_quarantined(&item), remedy_of_copy, &import->scratch);
    if (given->failed)
        return ERR_MALFORMED;
    import->counts.quarantined++;
    enum err err = store_put_back_quarantine(txn, &item);
    if (err == ERR_EXISTS)
        given_fail(given, "number", "messages come in order, each once, at most number %" PRIu64,
                   import->head.quarantine_number);
    else if (err == ERR_TOO_LARGE)
        given_fail(given, "number", "there are more messages than a node keeps");
    return given->failed ? ERR_MALFORMED : err;
}

/* ---- reports ---- */

/* The order of the store's keys. */
static int compare_keys(const struct report_key *a, const struct report_key *b)
{
    const uint32_t as[] = {a->kind, a->period.year, a->unit, a->form, a->period.label};
    const uint32_t bs[] = {b->kind, b->period.year, b->unit, b->form, b->period.label};
    for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
        if (as[i] != bs[i])
            return as[i] < bs[i] ? -1 : 1;
    return 0;
}

static void read_report(struct given *given, struct line_report *ret)
{
    *ret = (struct line_report){0};
    ret->key.kind = line_kind_of(given_text(given, "kind", 16));
    const char *period = given_text(given, "period", PERIOD_TEXT_SIZE);
    if (!given->failed && ret->key.kind == 0)
        given_fail(given, "kind", "\"kind\" has to be actual or plan");
    if (!given->failed && period_parse(period, &ret->key.period) != ERR_OK)
        given_fail(given, "period", "\"period\" has to be one such as 2024-S1 or 2024");
    ret->key.unit = (uint32_t)given_number(given, "unit", 1, UINT32_MAX);
    ret->key.form = (uint32_t)given_number(given, "form", 1, UINT32_MAX);
    ret->revision_count = given_number(given, "revisions", 1, WIRE_REVISION_MAX);
    ret->latest = given_number(given, "latest", 1, WIRE_REVISION_MAX);
    ret->accepted = given_number_or_null(given, "accepted", ret->latest);
    ret->counting = given_number_or_null(given, "counting", ret->latest);
}

static enum err take_report(struct import *import, struct given *given)
{
    struct line_report report;
    read_report(given, &report);
    if (!given->failed && import->has_report &&
        compare_keys(&report.key, &import->report.report.key) <= 0)
        given_fail(given, "unit",
                   "reports come in order (kind, year, unit, form, label), each once");
    if (!given->failed && import->catalogue == NULL)
        given_fail(given, "line", "reports need a catalogue");
    if (given->failed)
        return ERR_MALFORMED; /* words for such a period need not exist */
    given_compare(given, line_of_report(import->catalogue, &report), remedy_of_copy,
                  &import->scratch);
    if (given->failed)
        return ERR_MALFORMED;
    head_begin(&import->report, &report);
    import->has_report = true;
    import->revisions_left = report.revision_count;
    import->last_revision = 0;
    import->counts.reports++;
    return ERR_OK;
}

/* What only the line says; the filing's bytes are left in import->bytes. */
static void read_revision(struct import *import, struct given *given, struct revision *ret)
{
    const char *recorded_by;
    buf_clear(&import->bytes);
    *ret = (struct revision){0};
    ret->number =
        given_number(given, "revision", import->last_revision + 1, import->report.report.latest);
    ret->states = given_states(given, "states");
    ret->received = given_instant(given, "received");
    ret->first_filed = given_instant(given, "first_filed");
    if (import->head.format > LINE_FORMAT_FIRST) {
        ret->arrived = given_instant_if_known(given, "arrived");
        ret->first_arrived = given_instant_if_known(given, "first_arrived");
    }
    ret->home = (uint32_t)given_number(given, "home", 1, UINT32_MAX);
    recorded_by = given_text(given, "recorded_by", WIRE_PERSON_MAX);
    if (person_id_len(recorded_by, strlen(recorded_by)) > WIRE_RECORDED_BY_MAX)
        given_fail(given, "recorded_by", "its id, before the first blank, has more than %d bytes",
                   WIRE_RECORDED_BY_MAX);
    ret->recorded_by = (struct span){(const uint8_t *)recorded_by, strlen(recorded_by)};
    given_bytes(given, "filing", &import->bytes);
    ret->filing = span_of(&import->bytes);
}

/* The last revision of a report: its head is known. */
static void put_head(struct import *import, struct store_txn *txn, struct given *given)
{
    const char *damage = head_end(&import->report);
    if (damage != NULL)
        given_fail(given, "revision", "of the report that ends here, %s", damage);
    else /* the error is sticky */
        (void)store_put_head(txn, &import->report.report.key, &import->report.head);
}

static void put_revision(struct import *import, struct store_txn *txn, struct given *given,
                         const struct revision *held)
{
    const struct line_report *of = &import->report.report;
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE] = "";
    arena_reset(import->arena);
    if (wire_open_filing(held->filing, import->arena, &filing, &report, reason, sizeof(reason)) !=
        ERR_OK) {
        given_fail(given, "filing", "\"filing\" does not read: %s", reason);
        return;
    }
    const struct line_revision line = {
        .held = held, .report = &report, .counts = held->number == of->counting};
    if (report_key_equal(&report.key, &of->key))
        given_compare(given, line_of_revision(import->catalogue, &line), remedy_of_figures,
                      &import->scratch);
    else
        given_fail(given, "filing", "\"filing\" is that of another report");
    if (!given->failed) {
        head_take(&import->report, held, &report, filing.content);
        (void)store_put_revision(txn, &of->key, held); /* the error is sticky */
        if (import->revisions_left == 0)
            put_head(import, txn, given);
    }
    report_fini(&report);
}

static enum err take_revision(struct import *import, struct store_txn *txn, struct given *given)
{
    struct revision held;
    if (import->revisions_left == 0) {
        given_fail(given, "line", "the report before has no more revisions than that");
        return ERR_MALFORMED;
    }
    read_revision(import, given, &held);
    if (given->failed)
        return ERR_MALFORMED;
    import->revisions_left--;
    import->last_revision = held.number;
    import->counts.revisions++;
    put_revision(import, txn, given, &held);
    return given->failed ? ERR_MALFORMED : store_error(txn);
}

/* ---- the end ---- */

static enum err take_end(struct import *import, struct given *given)
{
    struct line_end end = {
        .line_count = import->line_count - 1,
        .key_count = import->counts.keys,
        .report_count = import->counts.reports,
        .revision_count = import->counts.revisions,
        .quarantined_count = import->counts.quarantined,
    };
    digest_stream_get(import->digest, end.digest);
    given_compare(given, line_of_end(&end), remedy_of_copy, &import->scratch);
    return given->failed ? ERR_MALFORMED : ERR_OK;
}

/* ---- order ---- */

static enum kind_of_line kind_of(const char *name)
{
    static const struct {
        const char *name;
        enum kind_of_line kind;
    } kinds[] = {
        {"export", LINE_EXPORT},   {"catalogue-bytes", LINE_BYTES},
        {"catalogue", LINE_ROW},   {"form", LINE_ROW},
        {"indicator", LINE_ROW},   {"unit", LINE_ROW},
        {"key", LINE_KEY},         {"report", LINE_REPORT},
        {"revision", LINE_REPORT}, {"quarantined", LINE_QUARANTINED},
        {"edition", LINE_EDITION}, {"kept-catalogue", LINE_KEPT},
        {"notice", LINE_NOTICE},   {"end", LINE_END},
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    return LINE_NOTHING;
}

/* Whether the line may stand here: NULL, or what is missing before it. */
static const char *what_is_missing(const struct import *import, enum kind_of_line kind,
                                   bool is_revision)
{
    bool is_first = import->line_count == 1;
    if (is_first != (kind == LINE_EXPORT))
        return is_first ? "it does not begin as an export does"
                        : "there is one such line, the first";
    if (import->at == LINE_END)
        return "there is nothing behind the line \"end\"";
    if (kind == LINE_NOTHING)
        return "there is no line of that kind";
    if (import->head.format == LINE_FORMAT_FIRST && kind >= LINE_KEPT && kind <= LINE_NOTICE)
        return "format 1 has no line of that kind";
    if (kind < import->at)
        return "lines of that kind come before the one above";
    if (kind > LINE_BYTES && import->meta.chunks_held < import->head.chunk_count)
        return "bytes of the catalogue are missing before it";
    if (kind > LINE_ROW && import->catalogue != NULL &&
        import->row < line_catalogue_rows(import->catalogue))
        return "lines of the catalogue are missing before it";
    if (kind > LINE_KEPT && import_editions_lack(&import->editions))
        return "bytes of the kept catalogue above are missing before it";
    if (!is_revision && import->revisions_left > 0)
        return "revisions of the report above are missing before it";
    return NULL;
}

static enum err take(struct import *import, struct store_txn *txn, struct given *given)
{
    const char *name = given_kind(given);
    enum kind_of_line kind = kind_of(name);
    bool is_revision = strcmp(name, "revision") == 0;
    const char *missing = what_is_missing(import, kind, is_revision);
    if (given->failed)
        return ERR_MALFORMED;
    if (missing != NULL) {
        given_fail(given, "line", "\"line\" is \"%.40s\": %s", name, missing);
        return ERR_MALFORMED;
    }
    import->at = kind;
    switch (kind) {
    case LINE_EXPORT:
        return take_head(import, txn, given);
    case LINE_BYTES:
        return take_chunk(import, txn, given);
    case LINE_ROW:
        return take_row(import, given);
    case LINE_KEY:
        return take_key(import, txn, given);
    case LINE_REPORT:
        return is_revision ? take_revision(import, txn, given) : take_report(import, given);
    case LINE_KEPT:
        return import_take_kept(&import->editions, import->head.catalogue, txn, given,
                                &import->bytes, &import->scratch);
    case LINE_EDITION:
        return import_take_edition(&import->editions, import->catalogue, txn, given, &import->bytes,
                                   &import->scratch);
    case LINE_NOTICE:
        return import_take_notice(&import->notices, import->catalogue, txn, given, import->arena,
                                  &import->bytes, &import->scratch);
    case LINE_QUARANTINED:
        return take_quarantined(import, txn, given);
    case LINE_END:
        return take_end(import, given);
    case LINE_NOTHING:
        break; /* what_is_missing said so */
    }
    return ERR_MALFORMED;
}

enum err import_take(struct import *import, struct store_txn *txn, struct span line)
{
    struct given given;
    if (import->error != ERR_OK)
        return import->error;
    import->line_count++;
    given_open(line, &given);
    import->error = take(import, txn, &given);
    import->problem = given.problem;
    given_fini(&given);
    digest_stream_put(import->digest, line);
    digest_stream_put(import->digest, (struct span){(const uint8_t *)"\n", 1});
    return import->error;
}

enum err import_finish(struct import *import)
{
    if (import->error != ERR_OK || import->at == LINE_END)
        return import->error;
    import->line_count++;
    import->problem = (struct given_problem){0};
    (void)snprintf(import->problem.text, sizeof(import->problem.text), "%s",
                   import->line_count == 1 ? "it is empty"
                                           : "the file ends before its line \"end\": it was cut");
    import->error = ERR_MALFORMED;
    return import->error;
}
