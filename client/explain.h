/* What `tonghop explain` prints of an answer. */
#ifndef CLIENT_EXPLAIN_H
#define CLIENT_EXPLAIN_H

#include "client/command.h"
#include "client/format.h"

/* The total, then its parts, or, where they were asked for, the changes since a moment. */
void explain_print(const struct common *common, const Tonghop__Explanation *explanation);
/* The same as a table for programs. */
void explain_print_plain(const struct common *common, const Tonghop__Explanation *explanation);

/* Whether line `i` is of a report that is in the total, or of the revision of one that is. */
bool explain_counts(const Tonghop__Explanation *explanation, size_t i);

#endif
