/* Cells: one value of one indicator in one report, and numbers as people write them.
 *
 * A value is a 64-bit integer scaled by its indicator's decimals: 75,6 ha at two decimals is 7560.
 * Absent is not zero: a cell that was not reported does not exist, here or anywhere. */
#ifndef CORE_CELL_H
#define CORE_CELL_H

#include "core/err.h"
#include "core/int128.h"

enum qualifier {
    QUALIFIER_NONE = 0, /* never valid in a cell: presence on the wire is a qualifier */
    QUALIFIER_EXACT = 1,
    QUALIFIER_AT_LEAST = 2, /* "trên 28 tỷ" */
    QUALIFIER_AT_MOST = 3,  /* "gần 400 nghìn" */
    QUALIFIER_ABOUT = 4,    /* "khoảng 100" */
    QUALIFIER_RANGE = 5,    /* "hàng trăm": value..upper */
};
enum { QUALIFIER_COUNT = 6 };

struct cell {
    uint32_t indicator; /* number */
    uint8_t qualifier;  /* enum qualifier */
    int64_t value;
    int64_t upper; /* only for QUALIFIER_RANGE (> value); 0 otherwise */
};

/* How numbers are written: Vietnamese 2.861 and 75,6; plain 2861 and 75.6. */
enum number_style { NUMBER_PLAIN, NUMBER_VI };

/* Reads a decimal number into an integer scaled by 10^decimals (0 to 18). Blanks around it are
 * skipped; a sign may be '-', '+' or U+2212; thousands may be grouped in VI only and then regularly
 * (not 1.23, nor 0.123, which is a decimal point gone astray). ERR_SYNTAX: not a number; ERR_RANGE:
 * more than `decimals` decimals (unless they are zeros), or beyond 64 bits. No floating point is
 * involved. */
enum err number_parse(const char *text, unsigned decimals, enum number_style style,
                      int64_t *ret_value);

/* Writes `value` (scaled by 10^decimals) into I128_TEXT_SIZE bytes; trailing zeros after the point
 * are trimmed unless `keep_decimals` (ratios print in full: 0,70); a whole value has no decimals in
 * either case (100). VI groups thousands by '.'. Returns `out`. */
char *number_format(i128 value, unsigned decimals, bool keep_decimals, enum number_style style,
                    char *out);

/* "=", ">=", "<=", "~", ".." and QUALIFIER_EXACT for ""; ERR_SYNTAX otherwise. */
enum err qualifier_parse(const char *text, enum qualifier *ret_qualifier);
const char *qualifier_sign(enum qualifier qualifier); /* "=", ">=", "<=", "~", ".." */

/* ERR_INVALID for an unknown qualifier, an upper bound that should not be there or is not above
 * the value. */
enum err cell_check(const struct cell *cell);
/* Whether both say the same of the same indicator. */
bool cell_equal(const struct cell *a, const struct cell *b);

#endif
