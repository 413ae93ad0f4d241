/* A revision on its way into the store, from a reporter or from another node. Private to node/. */
#ifndef NODE_INCOMING_H
#define NODE_INCOMING_H

#include "node/step.h"

/* Everything about one incoming revision, decoded. */
struct incoming {
    struct report_key key;
    struct revision revision; /* its filing lies in the message */
    struct wire_filing filing;
    struct report report;
};

/* Writes head and revision, carries the difference into totals and digests, and marks the key to be
 * sent up. `old` is the state of this key before, NULL if there was none. Errors are sticky. */
void incoming_put(struct step *step, const struct incoming *in, const struct head *old);

#endif
