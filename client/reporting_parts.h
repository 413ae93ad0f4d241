/* Private to reporting*.c. */
#ifndef CLIENT_REPORTING_PARTS_H
#define CLIENT_REPORTING_PARTS_H

enum { QUOTE_CHARACTERS = 40, QUOTE_SIZE = 4 * QUOTE_CHARACTERS + 4 };

/* What somebody wrote, as a message may repeat it: cut, and on one line. Into QUOTE_SIZE bytes;
 * returns `out`. */
const char *reporting_quote(const char *text, char *out);

#endif
