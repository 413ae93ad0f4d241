/* Long sentences as lines that can be read. */
#ifndef CLIENT_WRAP_H
#define CLIENT_WRAP_H

#include <stddef.h>

enum { WRAP_COLUMNS = 100 };

/* A text of more than `columns` as lines of at most so many, the later ones indented: cut where a
 * part of the sentence ends (": " or "; "), and between words only where a part is too long. A
 * command to be typed that ends the text has a line of its own. No word is cut. The caller frees.
 */
char *wrap_text(const char *text, size_t columns);

#endif
