/* Changes as `tonghop watch` prints them. */
#ifndef CLIENT_WATCH_H
#define CLIENT_WATCH_H

#include "client/command.h"

/* Prints what an answer tells, reports and notices in the order of their changes: for people in
 * lines, as CSV (with headings if `has_headings`), or as one JSON object in each line. */
void watch_print(const struct common *common, const Tonghop__Changes *changes, bool has_headings,
                 FILE *out);

#endif
