/* Reports: what is filed for (kind, period, unit, form). */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "core/cell.h"
#include "core/instant.h"
#include "core/period.h"

enum kind { KIND_ACTUAL = 1, KIND_PLAN = 2 };

/* Two members of the key's five stand in every key: kind and period. */
struct report_key {
    uint8_t kind; /* enum kind */
    struct period period;
    uint32_t unit;
    uint32_t form;
};

/* The same with another label of its year. */
static inline struct report_key report_key_with_label(const struct report_key *key, int label)
{
    struct report_key k = *key;
    k.period.label = (uint8_t)label;
    return k;
}

enum scope {
    SCOPE_OWN = 1,   /* the unit's own activity */
    SCOPE_WHOLE = 2, /* the unit and everything beneath it, already compiled by hand */
};

enum {
    REPORT_CELLS_MAX = 4096,
    REPORT_NOTES_MAX = 1024,
    REPORT_NOTE_MAX = 2000,   /* bytes of one note */
    REPORT_AUTHOR_MAX = 200,  /* bytes */
    REPORT_REASON_MAX = 1000, /* bytes */
    REPORT_SOURCE_MAX = 1000, /* bytes */
};

/* A remark that travels with a cell (indicator > 0) or with the report (indicator 0). */
struct note {
    uint32_t indicator;
    char *text;
};

/* A report as its reporter made it. Strings and arrays belong to it (report_fini). */
struct report {
    struct report_key key;
    uint8_t scope;       /* enum scope */
    uint32_t catalogue;  /* number of the catalogue it was made under */
    uint64_t based_on;   /* the revision it replaces, 0 for the first */
    bool is_withdrawn;   /* a revision without content */
    bool may_drop_cells; /* the reporter knows that cells of the previous revision are missing */
    char *author;
    char *reason;
    char *source;       /* of a baseline: where its figures are from; NULL or "" of any other */
    struct cell *cells; /* by indicator, no duplicates (report_sort) */
    size_t cell_count, cell_capacity;
    struct note *notes;
    size_t note_count, note_capacity;
};

void report_fini(struct report *report);
void report_add_cell(struct report *report, struct cell cell);
/* Room for so many more, so that they do not grow step by step. */
void report_reserve_cells(struct report *report, size_t count);
void report_add_note(struct report *report, uint32_t indicator, const char *text);
/* Orders cells by indicator. ERR_EXISTS when two cells have one indicator. */
enum err report_sort(struct report *report);
/* The note on the cell, or else the one on the whole report; "" if there is none. */
const char *report_note(const struct report *report, uint32_t indicator);
const struct cell *report_cell(const struct report *report, uint32_t indicator);

/* A baseline: figures that were compiled elsewhere, such as those of years before the programme was
 * reported here, with where they are from. Only `whole` reports are. */
bool report_is_baseline(const struct report *report);

bool report_key_equal(const struct report_key *a, const struct report_key *b);
/* For tables in memory: of all members, the same for keys that are equal, and not stored. */
uint64_t report_key_hash(const struct report_key *key);
/* The bits a revision may have; they only grow, are merged by OR and travel both ways. */
enum state_bit { STATE_ACCEPTED = 1, STATE_RETURNED = 2 };
/* True when a revision with these bits may count. */
bool state_counts(uint8_t states);

#endif
