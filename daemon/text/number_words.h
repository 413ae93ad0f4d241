/* Figures as people write them in words: "trên 28 tỷ đồng", "từ 5 đến 10", "hàng trăm", "76,35 %",
 * "at least 5 million".
 *
 * trên = hơn (at least), gần = dưới (at most), khoảng = chừng (about), each with its English words
 * and signs; two numbers are a range; "hàng trăm" is the range 100..999, "hàng chục tỷ" that of 10
 * tỷ to 99 tỷ. A number may be followed by nghìn, triệu, tỷ (thousand, million, billion) and by the
 * measure. */
#ifndef TEXT_NUMBER_WORDS_H
#define TEXT_NUMBER_WORDS_H

#include "core/cell.h"

enum { NUMBER_WORDS_MAX = 200 }; /* bytes of a text that can be one */

/* Reads the text into qualifier, value and upper, scaled by 10^decimals (0 to 6); the indicator of
 * the cell is left 0. `measure` is the one of the indicator, such as "đồng" or "triệu đồng", ""
 * if it has none; where the text says a measure, it is converted by the power of ten in front of it
 * (28 tỷ đồng are 28000 triệu đồng). A plain number is exact.
 *
 * ERR_SYNTAX: neither a number nor these words. ERR_RANGE: more decimals than the indicator has, or
 * beyond 64 bits. ERR_INVALID: the measure is another one. ERR_EXISTS: it can mean two things:
 * "1.500 triệu" where a point is the decimal mark, or "5 triệu" without its measure where that is
 * itself "triệu đồng". */
enum err number_words_parse(const char *text, unsigned decimals, const char *measure,
                            enum number_style style, struct cell *ret_cell);

#endif
