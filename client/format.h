/* Values as people read them: "trên 5.023", "0,70", "100–200", "–" for what is not known.
 *
 * Absent is not zero: a value that is not there prints as a dash and never as 0. Numbers are
 * written the Vietnamese way in Vietnamese and plainly in English. */
#ifndef CLIENT_FORMAT_H
#define CLIENT_FORMAT_H

#include "core/buf.h"
#include "core/compare.h"
#include "tonghop.pb-c.h"

/* How the values of one indicator are written. */
struct format {
    bool is_english;
    unsigned decimals;
    bool is_ratio; /* decimals in full: 0,70 */
    unsigned from; /* first year of the span that the values are of; 0: none */
    /* Indicators whose names may stand for their codes, or none. */
    Tonghop__IndicatorInfo *const *known;
    size_t known_count;
};

struct table;

struct format format_of(bool is_english, const Tonghop__IndicatorInfo *indicator);
/* The year that a span is from, as an answer has it; 0 of "": no span. */
unsigned format_first_year(const char *from);

/* "trên 5.023" or "at least 5023"; the caller frees. */
char *format_value(const struct format *format, const Tonghop__Value *value);
char *format_cell(const struct format *format, const struct cell *cell);
/* A change with its sign: "+118", "-25", "0"; "up at least 20" where that much is certain, "up, or
 * down by at most 20" where not even the direction is. The caller frees. */
char *format_change(const struct format *format, const Tonghop__Value *change);
/* What beside the number a reader has to know: how many parts of an inexact one are exact, partial,
 * implied, negative, early parts and baselines, years that a span lacks, the year of a stock, a
 * year with few reports, operands made of different numbers of units, counts that could not be
 * decided everywhere, checks that fail; "" if nothing. The caller frees. */
char *format_marks(const struct format *format, const Tonghop__Value *value);
/* Marks behind each other: what stands between them, before one that is written with buf_printf
 * ... */
void format_next_mark(struct buf *marks);
/* ... and one that is a text; "" is none. */
void format_add_mark(struct buf *marks, const char *text);
/* All of them, "" if there are none; `marks` is empty then. The caller frees. */
char *format_take_marks(struct buf *marks);

/* A bare number for programs: 5023, 75.6; NULL when there is no value. The caller frees. */
char *format_plain(const struct format *format, const Tonghop__Value *value);
/* The same of the upper bound; NULL for anything but a range. */
char *format_plain_upper(const struct format *format, const Tonghop__Value *value);
/* "=", ">=" ...; NULL when there is no value. */
const char *format_qualifier(const Tonghop__Value *value);
/* The three of them, as cells. */
void format_add_value(const struct format *format, const Tonghop__Value *value,
                      struct table *table);

/* The value that core/compare.h counts with. The qualifier of one that has a value must be known,
 * as wire_check sees to. */
struct amount format_amount(const Tonghop__Value *value);
void format_of_amount(const struct amount *amount, Tonghop__Value *ret_value);
/* now - before, as compare_change. */
void format_subtract(const Tonghop__Value *now, const Tonghop__Value *before,
                     Tonghop__Value *ret_change);

#endif
