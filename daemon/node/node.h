/* The node: one step function that takes an event and changes the store, and what follows from it.
 *
 *     events --> node_step (inside one store transaction) --> effects
 *                                        commit
 *     effects --> node_apply: answers are sent, the session and the peers change
 *             --> node_pump: the uplink's window is filled from the outbox
 *
 * node_step does no socket I/O and reads no clock. It changes only the store and caches, so an
 * aborted transaction leaves no trace but a cache to be dropped. An acknowledgement cannot leave
 * before its data is on disk, because sending is an effect and effects are applied after the
 * commit. loop.c and the simulator (tests/sim) drive the same functions. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "core/arena.h"
#include "core/campaign.h"
#include "core/care.h"
#include "link/session.h"
#include "node/accumulators.h"
#include "node/answers.h"
#include "node/effects.h"
#include "node/first_contact.h"
#include "node/link_times.h"
#include "node/opened.h"
#include "node/own_cache.h"
#include "node/peers.h"
#include "store/store.h"
#include "wire/wire.h"

enum {
    NODE_BATCH_MAX = 512, /* events in one transaction */
    NODE_TREE_YEARS = 42, /* years whose trees are kept */
    NODE_TREES_MAX = NODE_TREE_YEARS * PERIOD_LABEL_COUNT,
    NODE_STATED_MAX = 256,        /* units and years whose trees were compared */
    NODE_REBUILD_GROUPS = 500,    /* unit-forms rebuilt in one step */
    NODE_WINDOW = 64,             /* messages that a child may have under way */
    NODE_WINDOW_BYTES = 1 << 20,  /* with which no more is sent until some are answered: they lie in
                                     the parent's memory (SOCK_HELD_MAX), or on a slow line */
    NODE_RETRY_PARKED_MS = 60000, /* what was refused for now is tried again */
    NODE_RETRY_WORK_MS = 5000,    /* background work that found no room */
    NODE_EXPIRE_MS = 1000,        /* silent peers are looked for */
    NODE_STATE_EVERY_MS = 250,    /* of the daemon: state_every_ms */
    NODE_COMPARE_RETRY_MS = 5000, /* the parent was not ready to be compared with */
    NODE_COMPARE_OTHER_MS = 60000, /* or has another catalogue, or a damaged store */
    NODE_COMPARE_REVISIONS = 64,   /* states sent down for one page of an inventory */
    NODE_COMPARE_BYTES = 1 << 20,  /* and their bytes, but for the state that passes them */
    NODE_COMPARE_ANSWER = NODE_COMPARE_BYTES + WIRE_MESSAGE_MAX, /* that state and Compared, too */
    NODE_COMPARE_HEADS = 8192,     /* reports looked at for one page, whosever they are */
    NODE_HOLDERS_MAX = 64,         /* revisions whose holders are remembered */
    NODE_WATCHERS_MAX = 1024,      /* questions that wait for a change, one of each session */
    NODE_WATCH_WAIT_MS = 30000,    /* the longest that one waits */
    NODE_NOTICES_OF_UNIT = 4096,   /* are taken over from beneath about one unit, kind and year */
    NODE_NOTICES_RETRY_MS = 15000, /* a page or question that was not answered goes out again */
    NODE_WATCH_HEADS = 8192, /* places of the feed looked at in one turn, or for one question */
};

/* So soon after it was filed, by the home's clock, a report comes to the node above over a link
 * that stands. */
#define NODE_CLOCK_SOON_US (INT64_C(3600) * 1000000)

struct node_options {
    uint32_t unit;    /* the unit this node is enrolled for */
    const char *name; /* of the configuration, as services are called by it; NULL: not known */
    bool has_parent;
    const char *parent_endpoint; /* shown by status; "" without parent */
    uint8_t public_key[WIRE_KEY_SIZE], parent_key[WIRE_KEY_SIZE]; /* zero: none, as in tests */
    uint8_t seal_key[WIRE_DIGEST_SIZE]; /* secret: by which the node knows what it has said */
    const char *other_public_path; /* a NAME.pub beside the secret key that is not its; or NULL */
    const char *open_key_path;     /* the secret key's file, if others may use it; or NULL */
    const char *software;          /* "tonghopd 0.1.0" */
    uint32_t remind_every_days;    /* units that are late or soon due; 0: not by itself */
    uint32_t remind_before_days;   /* the deadline it begins to */
    uint32_t state_every_ms;       /* totals to the parent: at most once in so long; 0: each time */
    uint64_t seed;                 /* of the session's jitter */
};

/* Rebuilding the accumulators after a new catalogue, in resumable steps: groups (kind, year, unit,
 * form) below `next` are in them, the others are not yet. A cache of the meta value "rebuild". */
struct node_rebuild {
    bool is_active;
    struct report_key next; /* its label is 0 */
};

/* What the heads of one (kind, year) say together (year_heads.h); a cache. */
struct node_year {
    uint16_t year;           /* 0: not known of any */
    bool has_whole;          /* a half-year's report that counts is whole, or may be */
    struct instant received; /* no latest revision was taken in later */
    bool has_lower;          /* an accepted revision is not the latest: it may have been taken in
                                later, where two nodes numbered them */
};

/* Whether a unit whose node makes statements has the same units beneath it all year; a cache. */
struct node_stated {
    uint32_t unit; /* 0: not known of any */
    uint16_t year;
    bool has_one_tree;
};

/* Units that have an enrolled node of their own beneath this one; a cache. */
struct unit_set {
    uint32_t *ids;
    size_t count, capacity;
    bool is_loaded;
};

/* What the node knows of its parent beyond the session; a cache. */
struct node_uplink {
    uint32_t unit;      /* 0: not known */
    uint32_t catalogue; /* number in force there, 0: not known */
    uint8_t catalogue_hash[WIRE_DIGEST_SIZE];
    uint64_t hello_seq;   /* of the last hello */
    uint64_t request_seq; /* of the catalogue chunk asked for, 0: none under way */
    int64_t request_ms;
    int64_t unparked_ms;
    bool has_unreadable; /* a report in the outbox that does not read: to be parked */
    struct report_key unreadable;
    uint64_t unreadable_version;
    int64_t stated_ms;    /* when statements last went up, 0: not yet */
    int64_t statement_ms; /* when those that wait may go, 0: none waits */
    struct instant heard;
    struct instant acked; /* when it last took over a report or agreed to a statement */
    char trouble[256];    /* the last refusal or failure, for status */
    bool was_cut;         /* the last try ended in the handshake */
};

/* How far the current campaign has come, as status shows it; a cache. */
struct node_campaign {
    bool is_known;     /* for `today`, and of the heads as they are */
    bool is_there;     /* there is one, and this node's unit is in its tree */
    struct date today; /* when it was counted */
    struct campaign counts;
};

/* What this node's own people still have to do (inbox.h); a cache. */
struct node_inbox {
    bool is_known; /* from `from` until before `until`, and of the feed up to `number` */
    uint64_t number;
    struct instant from, until;
    size_t count;
};

/* Comparing with the parent, one page at a time (reconcile.h); a cache: what is lost is begun anew
 * when the digests are next found to differ. */
struct reconcile_part {
    uint8_t kind;
    uint16_t year;
};
struct reconcile {
    struct reconcile_part *parts; /* still to be compared, the first one under way */
    size_t count, capacity;
    bool is_done;            /* all that differed has been compared, both sides being ready */
    bool met_damage;         /* of our own, which keeps it from being done */
    struct report_key after; /* compared up to here; its label is 0: nothing of this part yet */
    uint64_t seq;            /* of the page under way, 0: none */
    int64_t asked_ms;
    /* Numbers of the latest states that came for it, and how many came in all. */
    uint64_t received[2 * NODE_COMPARE_REVISIONS];
    size_t received_count;
    int64_t hello_ms;                      /* when to say hello again, INT64_MAX: not at all */
    bool awaits_catalogue;                 /* and before, as soon as both have the same one */
    uint8_t found[2 * WIRE_DIGEST_SIZE];   /* ours and the parent's digest when they differed */
    uint8_t asked[2 * WIRE_DIGEST_SIZE];   /* and when hello was said because of it */
    uint8_t settled[2 * WIRE_DIGEST_SIZE]; /* and when they still did after all was compared */
};

/* A question that waits for a change (watch.h). */
struct watcher {
    struct peer_address address;
    uint8_t key[PEER_KEY_SIZE]; /* an address is no identity */
    uint64_t seq;               /* of the question */
    uint32_t unit;              /* that it is about, with all beneath */
    uint32_t most;              /* changes of the answer */
    bool wants_notices;
    uint64_t number; /* all changes up to here are told */
    int64_t deadline_ms;
};
struct watch {
    struct watcher *items;
    size_t count, capacity;
    size_t next;   /* whose turn it is */
    bool has_news; /* the feed has grown, and not all were asked whether it concerns them */
};

/* How far notices have travelled (notice.h); a cache of meta values, and what is under way. */
struct node_notices {
    bool is_known;        /* `pushed` is that of the store, or later */
    bool is_spoken_above; /* the parent exchanges notices */
    bool is_pulled;       /* all that it had when the link began is here */
    bool wants;           /* the parent has more, or may have */
    uint64_t pull_seq;    /* of the question under way, 0: none */
    int64_t pull_ms;
    uint64_t pull_after;     /* what the last one asked for, */
    uint32_t pull_catalogue; /* under which catalogue; 0: none was asked yet */
    bool has_more;           /* the feed has more after `pushed`, or may have */
    uint64_t push_seq;       /* of the page under way, 0: none */
    int64_t push_ms;
    uint64_t pushed; /* all up to here of our own feed is held above, or need not be */
    uint64_t refill; /* up to here, what the nodes above have said goes up, too */
};

/* Who is known to hold a revision; a cache. */
struct held {
    uint32_t unit;
    struct instant arrived;
    uint8_t content[WIRE_DIGEST_SIZE];
};
struct holder {
    struct report_key key;
    uint64_t revision;
    uint32_t unit;                   /* the highest that holds it, or a later one */
    struct held held[WIRE_HELD_MAX]; /* as their latest, from the parent upwards */
    size_t held_count;
};

struct frozen;

struct node {
    struct node_options options;
    char *parent_endpoint; /* what the options point to: who gave it may let go of it */
    struct store *store;
    struct arena *arena;         /* of the message in hand */
    struct arena *scratch;       /* of one stored filing being read */
    struct arena *noting;        /* of one stored notice being read */
    struct catalogue *catalogue; /* in force; NULL: none yet */
    uint8_t catalogue_hash[WIRE_DIGEST_SIZE];
    struct tree *trees[NODE_TREES_MAX];         /* by year and label; NULL: not asked for yet */
    struct node_stated stated[NODE_STATED_MAX]; /* by unit and year; those that meet take turns */
    struct own_cache owns;
    struct accumulators accumulators;
    struct answers answers;
    struct frozen *frozen;  /* what this node is, if it is no live one (frozen.h) */
    struct frozen *edition; /* the one that was asked for last, NULL: none was; a cache */
    struct node_year years[NODE_TREE_YEARS][KIND_PLAN]; /* by year and kind - 1 */
    struct node_rebuild rebuild;
    struct unit_set child_units;
    struct peers peers;
    struct link_times link_times; /* of the nodes beneath */
    struct session session;
    struct node_uplink uplink;
    struct contact contact;
    struct reconcile reconcile;
    struct watch watch;
    struct node_notices notices;
    bool is_restoring; /* no intake before all that the parent holds is here, reports and notices; a
                          cache of STORE_META_RESTORE */
    struct holder holders[NODE_HOLDERS_MAX];
    size_t holder_next;
    int64_t work_after_ms; /* background work is not tried before */
    int32_t reminded_day;  /* when it was last looked who is to be reminded; 0: look again */
    uint32_t remind_from;  /* the unit from which that day's look goes on; 0: it is at its end */
    int64_t expired_ms;    /* when silent peers were last looked for */
    uint64_t next_seq;     /* of answers to peers; grows only */
    int64_t clock_us;      /* the wall clock at the monotonic clock's 0, as events told it last */
    struct instant started;
    struct node_campaign campaign;
    struct node_inbox inbox;
    struct care verify, backup; /* the last ones, for status; whoever reads files puts them here */
    struct buf packed;          /* scratch of packing */
};

/* Opens a node over an open store: reads the catalogue in force and checks that the store belongs
 * to the unit (ERR_FOREIGN, logged with its remedy). The store must outlive the node. */
enum err node_new(struct store *store, const struct node_options *options, struct instant now,
                  int64_t now_ms, struct node **ret_node);
void node_free(struct node **node);

/* ---- events ---- */

enum event_type {
    EVENT_PEER_MESSAGE,   /* from a peer that connected to us */
    EVENT_PARENT_MESSAGE, /* from the node above */
    EVENT_TICK,           /* time has passed: background work, one piece of it */
};

struct event {
    enum event_type type;
    struct instant now;          /* wall clock: for records, and for what is odd today */
    int64_t now_ms;              /* monotonic clock */
    struct peer_from from;       /* EVENT_PEER_MESSAGE */
    struct span bytes;           /* one payload frame; lives until node_batch returns */
    const struct opened *opened; /* of `bytes`, if that was done already; NULL */
};

/* One event inside a write transaction. Returns the transaction's sticky error. Refusals are not
 * errors: they are effects. */
enum err node_step(struct node *node, struct store_txn *txn, const struct event *event,
                   struct effects *effects);

/* Steps `count` events (at most NODE_BATCH_MAX) in one transaction and commits. When it aborts,
 * each event is tried alone; one that still fails is quarantined and refused. Fatal errors (a
 * commit whose outcome is unknown; background work that fails, but for want of room) are returned:
 * the caller must send nothing and exit. `effects` holds what to apply. */
enum err node_batch(struct node *node, const struct event *events, size_t count,
                    struct effects *effects);

/* ---- after the commit ---- */

/* How the node reaches others; implemented by loop.c over sockets and by the simulator. */
struct transport {
    void *ctx;
    /* Success means queued, nothing else; failures need no handling: state is sent again. */
    enum err (*send_peer)(void *ctx, const struct peer_address *address, struct span bytes);
    enum err (*send_parent)(void *ctx, struct span bytes);
    void (*open_parent)(void *ctx);
    void (*close_parent)(void *ctx);
    /* Why there is no link, as the transport knows it; "" if it does not. */
    const char *(*parent_trouble)(void *ctx);
};

/* Applies effects in order and clears them. */
void node_apply(struct node *node, struct effects *effects, const struct transport *transport,
                struct instant now, int64_t now_ms);
/* Lets the session act on the time, forgets silent peers, and sends what waits, as far as the
 * window goes. */
void node_pump(struct node *node, const struct transport *transport, int64_t now_ms);
/* The transport says that the connection to the parent failed or is gone: begin anew after a wait.
 */
void node_link_lost(struct node *node, const struct transport *transport, int64_t now_ms);
/* The parent has another address or key, which `transport` knows already: the link is made anew.
 * `endpoint`, which is copied, and `key` are as in the options. */
void node_move_parent(struct node *node, const char *endpoint, const uint8_t *key,
                      const struct transport *transport, int64_t now_ms);
/* How often, and how long before the deadline, units are reminded; as in the options. */
void node_set_reminding(struct node *node, uint32_t every_days, uint32_t before_days);
/* Milliseconds until node_pump or an EVENT_TICK is due (for the poll timeout), at most 60,000. */
int64_t node_due_ms(const struct node *node, int64_t now_ms);
/* True when an EVENT_TICK would find background work: rebuilding accumulators, or items refused for
 * now whose time has come. */
bool node_has_work(const struct node *node, int64_t now_ms);

/* Whether a CURVE key may connect at all: enrolled and not revoked. */
bool node_allows_key(struct node *node, const uint8_t *key);

/* What needs a person, each with what to do; empty when all is well. Reads the store. */
struct node_health {
    bool is_linked; /* or the root */
    bool is_restoring, is_comparing;
    bool has_catalogue;
    bool is_rebuilding;
    uint64_t outbox_count, parked_count, quarantine_count, alarm_count;
};
void node_get_health(struct node *node, struct node_health *ret_health);

/* ---- verify: node_verify.c ---- */

/* Recomputes every accumulator and digest from the reports held and compares. Returns the number of
 * differences, each logged; needs only a read transaction, so it may run in a process of its own.
 */
size_t node_verify(struct node *node, uint64_t *ret_reports, uint64_t *ret_figures);
/* Makes all of that anew, in steps of a commit each: for a store that has reports alone. */
enum err node_rebuild(struct node *node);

#endif
