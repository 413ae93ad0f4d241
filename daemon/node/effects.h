/* Effects: what a step wants done once its transaction is committed, in order. */
#ifndef NODE_EFFECTS_H
#define NODE_EFFECTS_H

#include "core/buf.h"
#include "link/session.h"
#include "node/peers.h"

enum { EFFECTS_KEEP_MAX = 256 << 10 }; /* bytes kept from batch to batch */

enum effect_type {
    EFFECT_SEND_PEER,        /* bytes to a peer */
    EFFECT_PEER_HELLO,       /* a peer said hello: remember it */
    EFFECT_PEER_HEARD,       /* a peer is alive */
    EFFECT_REVOKE,           /* forget every peer with that key */
    EFFECT_SESSION,          /* an event of the uplink session */
    EFFECT_ANSWERED,         /* the parent answered message `re` */
    EFFECT_ACKED,            /* and holds what it was sent */
    EFFECT_PARENT_CATALOGUE, /* the parent's number and hash, in `number` and `bytes` */
    EFFECT_CHUNK_DONE,       /* the catalogue chunk asked for has come */
    EFFECT_NOTICE,           /* tell all children nodes that a catalogue is in force, in `number` */
    EFFECT_TROUBLE,          /* text for status, in `bytes` */
    EFFECT_UNREADABLE_PARKED, /* what did not read is parked: the outbox goes on */
    EFFECT_SEND_CHILD,        /* bytes to the node of the unit in `number`, if it is connected */
    EFFECT_COMPARE,           /* the (kind, year)s in `bytes` differ from the parent's */
    EFFECT_COMPARE_LATER,     /* one of the two sides is not ready: say hello again */
    EFFECT_DIFFERS,           /* the parent holds something else: both digests in `bytes` */
    EFFECT_PARENT_REVISION,   /* a state came from the parent, as part of the answer to `re`; the
                                 message's seq in `bytes`; `number` 1: it met damage here */
    EFFECT_COMPARED,          /* the page asked for by `re` is compared: `number` states were sent;
                                 a struct reconcile_answer in `bytes` */
    EFFECT_ASK_HOLDERS,       /* ask the parent who holds the revision in `bytes` */
    EFFECT_WATCH,             /* a question waits for a change: a struct watcher in `bytes` */
    EFFECT_NOTICES_UP,        /* the parent exchanges notices */
    EFFECT_NOTICES_MORE,      /* and has more */
    EFFECT_NOTICES_PULLED,    /* its page is taken over; `number` 1: there is more */
    EFFECT_NOTICES_PUSHED,    /* it has taken ours over, up to the number in `bytes` */
    EFFECT_NOTICES_NEWS,      /* tell the nodes beneath that there is more */
    EFFECT_HOLDERS,           /* who holds a revision: `bytes` is a struct holder */
    EFFECT_TAKEN_IN,          /* the log line about a report: `bytes` is a struct taken_in */
};

struct effect {
    enum effect_type type;
    struct peer peer; /* SEND_PEER, PEER_*: as it is to be remembered */
    enum session_event session;
    uint64_t re;
    uint32_t number;    /* window, or catalogue number */
    size_t offset, len; /* of its bytes in effects.bytes */
};

/* Reused from batch to batch; zero-initialised is empty. */
struct effects {
    struct effect *items;
    size_t count, capacity;
    struct buf bytes;
};

void effects_fini(struct effects *effects);
void effects_clear(struct effects *effects);
/* Where the list stands now, and going back there: an event whose step failed leaves no effects. */
struct effects_mark {
    size_t count, bytes;
};
struct effects_mark effects_mark(const struct effects *effects);
void effects_rewind(struct effects *effects, struct effects_mark mark);
/* Appends an effect with a copy of `bytes` (may be empty); the other fields are for the caller to
 * fill through the pointer, which is valid until the next call. */
struct effect *effects_add(struct effects *effects, enum effect_type type, struct span bytes);
struct span effects_bytes(const struct effects *effects, const struct effect *effect);

#endif
