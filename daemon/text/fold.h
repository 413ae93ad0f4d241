/* Texts as people compare them: "HOÀ GIẢI", "hòa giải" and the same typed with combining marks are
 * one text.
 *
 * Only the letters of Vietnamese are taken apart, by a table of our own: of a general library this
 * would use one page in a thousand, and the rule that matters most here, where a tone mark stands
 * (hoà, hòa), is in none. */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The next character of UTF-8 text, which moves on; 0 at its end. */
uint32_t fold_next(const char **at);
/* Blanks of every width: U+0020, tab, line breaks, U+00A0, U+2000 to U+200B, U+202F, U+3000, BOM.
 */
bool fold_is_blank(uint32_t point);

/* The text without regard to case, runs of blanks, composition of Vietnamese letters, the place of
 * a tone mark in its syllable, quotes, kinds of dashes, and punctuation (. , : ; ! ? brackets,
 * which count as blanks). Two texts are the same to a person when these are equal. The caller
 * frees. */
char *fold_text(const char *text);

/* As fold_text, without what people write in front of an item of a list: "- ", "+ ", "1.2. ", "a)
 * ", "IV. ". What is nothing else stays. */
char *fold_item(const char *text);

/* The text behind a leading "trong đó" or "of which" of a folded text (belongs to it); the text
 * itself where there is none. */
const char *fold_part(const char *folded);

/* A folded text as people type it who leave the marks out: "hộ nghèo", "đất" are "ho ngheo",
 * "dat". The caller frees. */
char *fold_bare(const char *folded);

enum { FOLD_DISTANCE_BYTES_MAX = 200 };

/* How many bytes have to be changed, added or left out to make one of the other; anything above
 * `most` when it is more than that, or when `b` is longer than FOLD_DISTANCE_BYTES_MAX. */
size_t fold_distance(const char *a, const char *b, size_t most);

#endif
