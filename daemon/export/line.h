/* The lines of an export, as JSON objects (docs/EXPORT.md): what each says of a thing, and how it
 * is written. A thing has exactly one line. Private to daemon/export.
 *
 * Those that make a line return NULL when a text in it is no UTF-8, which is damage; the caller
 * frees with json_decref. A catalogue may be NULL where one is taken: names are null then. */
#ifndef EXPORT_LINE_H
#define EXPORT_LINE_H

#include <jansson.h>

#include "core/catalogue.h"
#include "core/report.h"
#include "store/store.h"

enum {
    LINE_FORMAT = 2,           /* version of the form; a later one is refused */
    LINE_FORMAT_FIRST = 1,     /* without editions, notices and when a revision arrived */
    LINE_SIZE_MAX = 8 << 20,   /* bytes; a filing of 256 KiB, readable and as it is, takes 4 MiB */
    LINE_DEPTH_MAX = 8,        /* objects and lists in each other */
    LINE_MEMBERS_MAX = 200000, /* of all its objects and lists: what they may take in memory */
    LINE_SOFTWARE_SIZE = 64,
};

/* The first line. */
struct line_export {
    uint32_t unit;
    uint64_t schema;                   /* of the store that it was written from */
    char software[LINE_SOFTWARE_SIZE]; /* that wrote it */
    uint32_t catalogue;                /* in force, 0: none */
    uint32_t chunk_count;              /* lines with its bytes */
    uint64_t quarantine_number;        /* of the last message that was set aside */
    uint32_t format;                   /* LINE_FORMAT_FIRST to LINE_FORMAT */
};

/* Of one report, before its revisions. */
struct line_report {
    struct report_key key;
    uint64_t revision_count;
    uint64_t latest, accepted, counting; /* as in its head */
};

/* Of one revision: what is held, and what its filing says. */
struct line_revision {
    const struct revision *held;
    const struct report *report;
    bool counts;
};

/* The last line: what stands before it. */
struct line_end {
    uint64_t line_count, key_count, report_count, revision_count, quarantined_count;
    uint8_t digest[STORE_DIGEST_SIZE]; /* BLAKE2b-256 of all those bytes */
};

/* To be called before any other: memory for JSON comes from the checked allocator. */
void line_prepare(void);

json_t *line_of_export(const struct line_export *head);
json_t *line_of_chunk(uint32_t index, struct span bytes);
json_t *line_of_key(const struct enrolled *enrolled);
json_t *line_of_report(const struct catalogue *catalogue, const struct line_report *report);
json_t *line_of_revision(const struct catalogue *catalogue, const struct line_revision *revision);
json_t *line_of_quarantined(const struct quarantined *item);
json_t *line_of_end(const struct line_end *end);

/* ---- line_catalogue.c: the catalogue for people, one line for each row of it ---- */

struct line_catalogue {
    const struct catalogue *catalogue;
    const uint8_t *hash; /* STORE_DIGEST_SIZE */
    uint64_t size_bytes;
};
size_t line_catalogue_rows(const struct catalogue *catalogue);
json_t *line_of_catalogue_row(const struct line_catalogue *catalogue, size_t row);

/* ---- the object under way ---- */

/* Members in the order in which they are put. `failed` when one had a bad text. */
struct line {
    json_t *object;
    bool failed;
};

struct line line_begin(const char *kind); /* NULL: an object inside another one */
void line_put(struct line *line, const char *name, json_t *value); /* takes `value` */
void line_put_number(struct line *line, const char *name, uint64_t number);
/* null for 0. */
void line_put_number_or_null(struct line *line, const char *name, uint64_t number);
void line_put_bool(struct line *line, const char *name, bool value);
void line_put_text(struct line *line, const char *name, const char *text);
/* null for "" and for NULL. */
void line_put_text_or_null(struct line *line, const char *name, const char *text);
void line_put_bytes(struct line *line, const char *name, struct span bytes);
void line_put_digest(struct line *line, const char *name, const uint8_t *digest);
void line_put_instant(struct line *line, const char *name, struct instant instant);
/* Which report: numbers, which are what counts (null: form 0), and the words that people know them
 * by. The unit's are those of the period's last day. */
void line_put_report_key(struct line *line, const struct catalogue *catalogue,
                         const struct report_key *key);
/* NULL when it failed. */
json_t *line_finish(struct line *line);

/* Appends any value as it is written in a line. False for a text that is no UTF-8. */
bool line_dump(const json_t *value, struct buf *out);
/* Appends the bytes of a line with its line end. False for a text that is no UTF-8. */
bool line_write(const json_t *line, struct buf *out);

/* ---- words that stand for numbers, both ways; 0 and NULL for what has none ---- */

const char *line_kind_name(uint8_t kind);
uint8_t line_kind_of(const char *name);
const char *line_role_name(uint8_t role);
uint8_t line_role_of(const char *name);

enum { LINE_INSTANT_SIZE = 40 };
/* "2024-12-12T01:30:00.000000Z" into LINE_INSTANT_SIZE bytes; returns `out`. */
char *line_instant_format(struct instant instant, char *out);
/* What that writes of an instant from 1970 to 9999, and nothing else. */
bool line_instant_parse(const char *text, struct instant *ret_instant);

#endif
