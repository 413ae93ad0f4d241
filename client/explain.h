/* What `tonghop explain` prints of an answer. */
#ifndef CLIENT_EXPLAIN_H
#define CLIENT_EXPLAIN_H

#include "client/command.h"
#include "client/format.h"

/* The total, then its parts, or, where they were asked for, the changes since a moment. */
void explain_print(const struct common *common, const Tonghop__Explanation *explanation);

#endif
