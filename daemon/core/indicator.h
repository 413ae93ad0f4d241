/* Indicators: what is measured. Number, decimals, nature and aggregation never change once
 * published (catalogue_check_succession enforces it). */
#ifndef CORE_INDICATOR_H
#define CORE_INDICATOR_H

#include "core/formula.h"
#include "core/instant.h"

enum { INDICATOR_CODE_MAX = 64, INDICATOR_DECIMALS_MAX = 6 };

enum nature { NATURE_FLOW = 1, NATURE_STOCK = 2 };

/* How a unit's figures and those beneath it combine. */
enum aggregation {
    AGGREGATION_SUM = 1,
    AGGREGATION_MAX = 2,
    AGGREGATION_MIN = 3,
    AGGREGATION_DERIVED =
        4, /* computed on roll-ups from a formula; never entered, stored or sent */
};

struct check;

struct indicator {
    uint32_t number; /* never 0, never reused */
    char *code;      /* what people and files write, such as "reception.visits" */
    char *name_vi;
    char *name_en;
    char *section; /* code of a section; its heading where the catalogue declares none; or "" */
    char *body;    /* code of the body that reports it, or "" */
    char *measure; /* unit of measure, such as "lượt" or "%" */
    enum nature nature;
    enum aggregation aggregation;
    uint8_t decimals;    /* 0 to INDICATOR_DECIMALS_MAX; the scale of its 64-bit cells */
    bool is_signed;      /* may be negative */
    uint32_t form;       /* the one form it is filed in (number); 0 for derived ones */
    uint32_t part_of;    /* the indicator it is a part of (number), 0 if none */
    uint32_t level_mask; /* bit n: units of level n report it */
    struct date valid_from, valid_to;
    uint32_t rank;           /* place in the order of display; 0: its number */
    bool is_required;        /* a report that is not nil must have it */
    char *rule;              /* the text of its formula, "" when it is entered */
    struct formula *formula; /* parsed from `rule`; NULL when it is entered */
    char *checks_text;       /* the text of its checks, "" when there are none */
    struct check *checks;    /* parsed from `checks_text` (core/check.h) */
    size_t check_count;
    uint32_t line; /* of the file it was read from, 0 over the wire */
};

bool indicator_is_entered(const struct indicator *indicator);
static inline bool indicator_is_valid_on(const struct indicator *indicator, struct date day)
{
    return date_compare(indicator->valid_from, day) <= 0 &&
           date_compare(day, indicator->valid_to) <= 0;
}
const char *indicator_name(const struct indicator *indicator, bool english);

#endif
