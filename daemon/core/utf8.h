/* UTF-8: whether bytes from elsewhere are text, how many characters they are, and where to cut.
 *
 * The well-formed sequences are those of RFC 3629. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* False for overlong forms, surrogates, code points above U+10FFFF, cut sequences and NUL (which
 * would end a C string early). Empty is valid; `bytes` may be NULL when `len` is 0. */
bool utf8_is_valid(const char *bytes, size_t len);

/* As utf8_is_valid, and no control characters (C0, DEL, C1) other than tab and newline: nothing
 * that could move a terminal's cursor or forge a line of a log. */
bool utf8_is_text(const char *bytes, size_t len);

/* As utf8_is_text, and nothing that turns the direction in which the text around it is shown
 * (embeddings, overrides and isolates, U+202A to U+202E and U+2066 to U+2069): what a person is
 * about to write reads as it is. What is held already may have them. */
bool utf8_is_plain(const char *bytes, size_t len);

/* Characters in `len` bytes, for column positions; bytes that are not UTF-8 count in some way but
 * never fail. */
size_t utf8_length(const char *bytes, size_t len);

/* Drops what is left of a character at the end of a text that was cut to fit (snprintf, "%.64s"):
 * half a character makes a whole message malformed. */
void utf8_cut(char *text);

/* Makes a text that somebody else had a hand in fit to be shown on one line: a blank for each
 * control character (also tab and newline), '?' for each byte that is no character. */
void utf8_make_line(char *text);

#endif
