/* Messages opened before they are stepped. What a message says depends on its bytes alone, so a
 * second thread may find it out while ours steps others (ahead.c). */
#ifndef NODE_OPENED_H
#define NODE_OPENED_H

#include "core/report.h"
#include "wire/wire.h"

/* A well-formed File or Revision, and the filing in it. */
struct opened {
    struct wire_message message; /* in the arena, as all that the filing points to */
    struct wire_filing filing;
    struct report report;
};

/* False of any other message, of one that is malformed, and of one for which `arena` has no room:
 * node_step opens it then. */
bool opened_make(struct span bytes, struct arena *arena, struct opened *ret_opened);
void opened_fini(struct opened *opened);

#endif
