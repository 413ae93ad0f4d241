/* Explain, as it is put together: one line for each unit and report behind a figure. */
#ifndef NODE_EXPLAIN_H
#define NODE_EXPLAIN_H

#include "node/query.h"

/* One line with the memory that its message points to. */
struct explain_line {
    Tonghop__ExplainLine message;
    Tonghop__UnitInfo unit;
    Tonghop__Value value;
    char period[PERIOD_TEXT_SIZE];
    char *author, *reason, *note, *source;
};

struct explain {
    struct step *step;
    const struct query *query; /* of one year, where a span is explained year by year */
    const struct indicator *indicator;
    struct view *view; /* that the total is of */
    int type;          /* only what units of this type reported; -1: everything */
    bool with_revisions;
    bool is_brief; /* a year goes down to the units directly beneath, not to all reports */
    bool has_more; /* there are reports that were left out so */
    struct figure_filter wanted; /* the indicator alone, or what its count reads */
    struct explain_line **lines;
    size_t count, capacity;
    size_t byte_count; /* of texts */
    uint32_t due_count, missing_count, without_count;
};

void explain_fini(struct explain *explain);
/* More than one answer may have: nothing more is gathered. */
bool explain_is_too_large(const struct explain *explain);
/* Adds the lines of the query's unit, period or span; more than QUERY_LINES_MAX are cut off one
 * behind that. Of an entered indicator. */
void explain_lines(struct explain *explain);
/* Likewise of a derived one: the units that its own count@ terms ask, and what they say of each. */
void explain_counts(struct explain *explain);

/* For explain_counts.c: adds a line without a value. */
struct explain_line *explain_add_line(struct explain *explain, uint32_t depth, uint32_t unit,
                                      Tonghop__ExplainType type);

#endif
