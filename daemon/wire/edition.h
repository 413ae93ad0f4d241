/* Editions: the figures of a period, frozen.
 *
 * An edition is no table of figures. It names the revision that counted of every report beneath its
 * unit, and the catalogue that was in force; revisions are never deleted, so that its figures are
 * computed again from them whenever somebody asks (node/frozen.h), by the code that computes the
 * live ones. What is filed, corrected or renamed later does not change it. */
#ifndef WIRE_EDITION_H
#define WIRE_EDITION_H

#include "core/buf.h"
#include "core/err.h"
#include "core/instant.h"
#include "core/report.h"
#include "wire/digest.h"

/* How final it is; as on the wire. */
enum edition_rank { EDITION_ESTIMATE = 1, EDITION_PRELIMINARY = 2, EDITION_OFFICIAL = 3 };

enum {
    EDITION_CONTENT_SIZE = 16,    /* bytes of a revision's content digest that are kept */
    EDITION_REPORTS_MAX = 200000, /* what a line of an export has room for */
    EDITION_PERSON_MAX = 400,     /* bytes */
    EDITION_REASON_MAX = REPORT_REASON_MAX,
};

/* The revision that counted of one report; kind and year are the edition's. */
struct edition_report {
    uint32_t unit, form;
    uint8_t label;
    uint64_t revision;
    uint8_t content[EDITION_CONTENT_SIZE]; /* the beginning of its content digest */
};

struct edition {
    uint8_t kind;
    struct period period;
    uint32_t unit;
    uint32_t number; /* 1, 2, 3 ... of its unit, kind and period; 0: what counts now */
    uint8_t rank;    /* enum edition_rank */
    struct instant time;
    char *person, *reason;
    uint32_t catalogue;
    uint8_t catalogue_hash[DIGEST_SIZE];
    /* Duties of the period beneath the unit. What was neither filed nor is missing is covered by a
     * whole report. */
    uint32_t due_count, filed_count, missing_count;
    /* Names the figures: equal where the same revisions of the same unit and period were frozen
     * under the same catalogue, whoever did it and when. */
    uint8_t digest[DIGEST_SIZE];
    struct edition_report *reports; /* in order of unit, form and label */
    size_t report_count, report_capacity;
};

void edition_fini(struct edition *edition);
/* Reports must come in rising order (asserted). */
void edition_add_report(struct edition *edition, const struct edition_report *report);
/* Computes `digest` from the rest. */
void edition_seal(struct edition *edition);
/* NULL: nothing counted. */
const struct edition_report *edition_report_of(const struct edition *edition, uint32_t unit,
                                               uint32_t form, uint8_t label);
/* The key of one of its reports. */
struct report_key edition_report_key(const struct edition *edition,
                                     const struct edition_report *report);
int edition_report_compare(const struct edition_report *a, const struct edition_report *b);
/* Whether what a label's reports say bears on figures of the edition's period: the first half-year
 * has no part of the other two reports. */
bool edition_has_label(struct period period, uint8_t label);

/* The stored form, deterministic; docs/STORAGE.md has a worked example. Kind, period, unit and
 * number are the key's. */
void edition_encode(const struct edition *edition, struct buf *out);
/* `edition` has its key set; the rest is overwritten. ERR_CORRUPT, with nothing to be freed, for
 * what edition_encode does not write: also when the digest is not that of the rest. */
enum err edition_decode(struct span bytes, struct edition *edition);

/* "estimate", "preliminary", "official"; "" for anything else. */
const char *edition_rank_name(uint8_t rank);
/* In a sentence: "sơ bộ". */
const char *edition_rank_word(bool is_vietnamese, uint8_t rank);
/* 0 for any other word. */
uint8_t edition_rank_of(const char *word);

#endif
