/* As with filings, the bytes are the truth: a line is taken by reading them, and compared with the
 * line that they make. */
#include "export/editions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "wire/wire.h"

/* ---- lines ---- */

json_t *line_of_kept(const struct catalogue_meta *meta, uint32_t index, struct span bytes)
{
    struct line line = line_begin("kept-catalogue");
    line_put_number(&line, "number", meta->number);
    line_put_digest(&line, "hash", meta->hash);
    line_put_number(&line, "count", meta->chunk_count);
    line_put_number(&line, "index", index);
    line_put_bytes(&line, "bytes", bytes);
    return line_finish(&line);
}

json_t *line_of_edition(const struct catalogue *catalogue, const struct edition *edition,
                        struct span bytes)
{
    char period[PERIOD_TEXT_SIZE];
    const struct unit *unit = catalogue != NULL ? catalogue_unit(catalogue, edition->unit) : NULL;
    const struct unit_version *version =
        unit != NULL ? &unit->versions[unit->version_count - 1] : NULL;
    struct line line = line_begin("edition");
    line_put_text_or_null(&line, "kind", line_kind_name(edition->kind));
    line_put_text(&line, "period", period_format(edition->period, period));
    line_put_number(&line, "unit", edition->unit);
    line_put_text_or_null(&line, "unit_code", version != NULL ? version->code : NULL);
    line_put_text_or_null(&line, "unit_name", version != NULL ? version->name_vi : NULL);
    line_put_number(&line, "number", edition->number);
    line_put_text(&line, "rank", edition_rank_name(edition->rank));
    line_put_instant(&line, "time", edition->time);
    line_put_text(&line, "person", edition->person);
    line_put_text(&line, "reason", edition->reason);
    line_put_number(&line, "catalogue", edition->catalogue);
    line_put_number(&line, "due", edition->due_count);
    line_put_number(&line, "filed", edition->filed_count);
    line_put_number(&line, "missing", edition->missing_count);
    line_put_number(&line, "reports", edition->report_count);
    line_put_digest(&line, "digest", edition->digest);
    line_put_bytes(&line, "bytes", bytes);
    return line_finish(&line);
}

/* ---- which catalogues ---- */

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

uint32_t *editions_catalogues(struct store_txn *txn, uint32_t in_force, size_t *ret_count)
{
    struct edition_key cursor = {0};
    struct span bytes;
    uint32_t *numbers = NULL;
    size_t count = 0, capacity = 0, kept = 0;
    while (store_next_edition(txn, &cursor, &bytes)) {
        struct edition edition = {.kind = cursor.kind,
                                  .period = cursor.period,
                                  .unit = cursor.unit,
                                  .number = cursor.number};
        if (edition_decode(bytes, &edition) != ERR_OK)
            continue; /* whoever writes it says so */
        if (edition.catalogue != in_force) {
            numbers = mem_grow(numbers, count, &capacity, sizeof(*numbers));
            numbers[count++] = edition.catalogue;
        }
        edition_fini(&edition);
    }
    if (count > 0)
        qsort(numbers, count, sizeof(*numbers), compare_numbers);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || numbers[i] != numbers[i - 1])
            numbers[kept++] = numbers[i];
    *ret_count = kept;
    return numbers;
}

/* ---- taking them ---- */

static const char remedy[] =
    "the file was changed or damaged; take it as 'tonghop export' wrote it";
static const char remedy_of_edition[] =
    "what an edition says is in its bytes, which are frozen: it cannot be edited";

void import_editions_fini(struct import_editions *editions)
{
    buf_fini(&editions->kept_bytes);
    *editions = (struct import_editions){0};
}

bool import_editions_lack(const struct import_editions *editions)
{
    return editions->kept.chunks_held < editions->kept.chunk_count;
}

/* The last bytes came: they are what the lines say. */
static void finish_kept(struct import_editions *editions, struct given *given)
{
    struct problems problems = {0};
    struct catalogue *catalogue = NULL;
    uint8_t hash[DIGEST_SIZE];
    digest_of(span_of(&editions->kept_bytes), hash);
    if (memcmp(hash, editions->kept.hash, sizeof(hash)) != 0)
        given_fail(given, "hash", "it is not that of the bytes: %s", remedy);
    else if (wire_open_catalogue(span_of(&editions->kept_bytes), &catalogue, &problems) != ERR_OK)
        given_fail(given, "bytes", "the catalogue does not load");
    else if (catalogue->number != editions->kept.number)
        given_fail(given, "number", "its bytes are catalogue %" PRIu32, catalogue->number);
    catalogue_free(&catalogue);
    problems_fini(&problems);
    buf_clear(&editions->kept_bytes);
}

enum err import_take_kept(struct import_editions *editions, uint32_t in_force,
                          struct store_txn *txn, struct given *given, struct buf *bytes,
                          struct buf *scratch)
{
    struct catalogue_meta *kept = &editions->kept;
    if (!import_editions_lack(editions)) {
        *kept = (struct catalogue_meta){.number = kept->number};
        uint32_t number = (uint32_t)given_number(given, "number", 1, UINT32_MAX);
        if (!given->failed && (number <= kept->number || number == in_force))
            given_fail(given, "number",
                       "kept catalogues come in order, each once, without the one in force");
        kept->number = number;
        kept->chunk_count = (uint32_t)given_number(given, "count", 1, WIRE_CHUNKS_MAX);
        given_digest(given, "hash", kept->hash);
    }
    buf_clear(bytes);
    given_bytes(given, "bytes", bytes);
    if (!given->failed && (bytes->len == 0 || bytes->len > WIRE_CHUNK_SIZE))
        given_fail(given, "bytes", "a line has 1 to %d bytes of the catalogue", WIRE_CHUNK_SIZE);
    given_compare(given, line_of_kept(kept, kept->chunks_held, span_of(bytes)), remedy, scratch);
    if (given->failed)
        return ERR_MALFORMED;
    buf_put(&editions->kept_bytes, bytes->data, bytes->len);
    (void)store_put_chunk(txn, kept->number, kept->chunks_held, span_of(bytes)); /* sticky */
    kept->chunks_held++;
    kept->size_bytes += bytes->len;
    if (!import_editions_lack(editions)) {
        finish_kept(editions, given);
        (void)store_put_catalogue(txn, kept); /* the error is sticky */
    }
    return given->failed ? ERR_MALFORMED : store_error(txn);
}

/* The order of the store's keys. */
static int compare_keys(const struct edition_key *a, const struct edition_key *b)
{
    const uint32_t as[] = {a->kind, a->period.year, a->unit, a->period.label, a->number};
    const uint32_t bs[] = {b->kind, b->period.year, b->unit, b->period.label, b->number};
    for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
        if (as[i] != bs[i])
            return as[i] < bs[i] ? -1 : 1;
    return 0;
}

static void read_key(struct given *given, struct edition_key *ret_key)
{
    *ret_key = (struct edition_key){.kind = line_kind_of(given_text(given, "kind", 16))};
    const char *period = given_text(given, "period", PERIOD_TEXT_SIZE);
    if (!given->failed && ret_key->kind == 0)
        given_fail(given, "kind", "\"kind\" has to be actual or plan");
    if (!given->failed && period_parse(period, &ret_key->period) != ERR_OK)
        given_fail(given, "period", "\"period\" has to be one such as 2024-S1 or 2024");
    ret_key->unit = (uint32_t)given_number(given, "unit", 1, UINT32_MAX);
    ret_key->number = (uint32_t)given_number(given, "number", 1, UINT32_MAX);
}

enum err import_take_edition(struct import_editions *editions, const struct catalogue *catalogue,
                             struct store_txn *txn, struct given *given, struct buf *bytes,
                             struct buf *scratch)
{
    struct edition_key key;
    read_key(given, &key);
    if (!given->failed && editions->has_edition && compare_keys(&key, &editions->last) <= 0)
        given_fail(given, "number",
                   "editions come in order (kind, year, unit, label, number), each once");
    buf_clear(bytes);
    given_bytes(given, "bytes", bytes);
    struct edition edition = {
        .kind = key.kind, .period = key.period, .unit = key.unit, .number = key.number};
    if (!given->failed && edition_decode(span_of(bytes), &edition) != ERR_OK)
        given_fail(given, "bytes", "\"bytes\" are no edition of that period and unit");
    if (given->failed)
        return ERR_MALFORMED;
    given_compare(given, line_of_edition(catalogue, &edition, span_of(bytes)), remedy_of_edition,
                  scratch);
    edition_fini(&edition);
    if (given->failed)
        return ERR_MALFORMED;
    editions->has_edition = true;
    editions->last = key;
    return store_put_edition(txn, &key, span_of(bytes));
}
