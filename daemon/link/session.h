/* The session: a pure state machine for one link, from the connecting side.
 *
 * It holds no socket and reads no clock. One function changes state, session_handle; it takes an
 * event with the time and says what to do. Back-off lives here: the child owns its liveness,
 * because a CURVE peer that was refused once never retries by itself, and a wrong server key would
 * retry seven times a second.
 *
 *     IDLE --(wait over)--> HELLO --(welcome)--> UP
 *      ^                      |                   |
 *      +---- silence, refusal, wrong key ---------+   (jittered, doubling, capped)
 *
 * The answering side needs no machine of its own: it answers what it is asked, and forgets a peer
 * that was silent for SESSION_PEER_SILENCE_MS (node/peers.h). */
#ifndef LINK_SESSION_H
#define LINK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/report.h"

enum {
    SESSION_PING_MS = 10000,         /* a ping after this much silence from the peer */
    SESSION_SILENCE_MS = 30000,      /* no word for this long: the link is down */
    SESSION_HELLO_MS = 10000,        /* no welcome for this long: the link is down */
    SESSION_PEER_SILENCE_MS = 60000, /* the answering side forgets a peer */
    SESSION_BACKOFF_MIN_MS = 250,
    SESSION_BACKOFF_MAX_MS = 60000,
    SESSION_WINDOW_MAX = 256,  /* messages under way, whatever the peer offers */
    SESSION_RESEND_MS = 15000, /* an unanswered message is sent again */
};

enum session_state { SESSION_IDLE, SESSION_HELLO, SESSION_UP };

/* What the caller must do after an event, in this order. */
enum session_action {
    SESSION_DO_CLOSE = 1,  /* close the socket */
    SESSION_DO_OPEN = 2,   /* open a new socket */
    SESSION_DO_HELLO = 4,  /* send hello */
    SESSION_DO_PING = 8,   /* send ping */
    SESSION_DO_PUMP = 16,  /* the window has room: send what waits */
    SESSION_DID_LINK = 32, /* the link has just come up (log, status) */
    SESSION_DID_UNLINK = 64,
};

enum session_event {
    SESSION_TICK,     /* time has passed */
    SESSION_HEARD,    /* any valid message came from the peer */
    SESSION_WELCOMED, /* a welcome came: window in `window` */
    SESSION_REFUSED,  /* the hello was refused */
    SESSION_DEAD,     /* the transport says that the connection failed (handshake, disconnect) */
    SESSION_MOVED,    /* the peer has another address or key: begin anew at once */
};

/* A message under way. */
struct session_sent {
    uint64_t seq;
    uint8_t type; /* enum outbox_type of what it carries, opaque here */
    struct report_key key;
    uint64_t version;
    int64_t sent_ms;
    size_t bytes; /* as session_weigh says */
};

struct session {
    enum session_state state;
    int64_t state_since_ms;
    int64_t heard_ms;
    int64_t pinged_ms;
    int64_t retry_ms;          /* when to leave IDLE */
    uint32_t failures;         /* in a row */
    uint64_t random;           /* seed of the jitter */
    uint64_t next_seq;         /* of the next message, from 1; never goes back within a process */
    uint32_t window;           /* granted */
    struct session_sent *sent; /* at most `window`, in order of sending */
    size_t sent_count;
    uint64_t answered_seq; /* the highest that was answered, ... */
    int64_t answered_ms;   /* ... and when one was last */
};

/* `seed` makes the jitter of this process differ from others'; the first connect is jittered too,
 * within SESSION_BACKOFF_MIN_MS. */
void session_init(struct session *session, uint64_t seed, int64_t now_ms);
void session_fini(struct session *session);

/* Feeds one event; returns a set of enum session_action. `window` is read for SESSION_WELCOMED; a
 * window of 0 fails the link, which would look healthy and forward nothing. SESSION_DO_PUMP comes
 * with every event, but those that end the link, that finds it up with room. */
unsigned session_handle(struct session *session, enum session_event event, uint32_t window,
                        int64_t now_ms);
/* Milliseconds until the next SESSION_TICK is due, 0 if now; at most one hour. */
int64_t session_due_ms(const struct session *session, int64_t now_ms);

/* How many more messages may be sent now; 0 unless UP. */
size_t session_room(const struct session *session);
/* Numbers a message that is not answered by an ack (hello, ping, request). */
uint64_t session_take_seq(struct session *session);
/* Numbers a message and remembers what it carries until it is answered; there must be room. */
uint64_t session_send(struct session *session, uint8_t type, const struct report_key *key,
                      uint64_t version, int64_t now_ms);
/* Says how large the message is that was numbered last. */
void session_weigh(struct session *session, size_t bytes);
/* Of all messages under way. */
size_t session_bytes(const struct session *session);
/* True while that very key is under way. */
bool session_is_sent(const struct session *session, uint8_t type, const struct report_key *key);
/* Takes the message that `re` answers out of the window; false if there is none (an answer to a
 * message of an earlier connection, or given twice: harmless). */
bool session_answered(struct session *session, uint64_t re, int64_t now_ms,
                      struct session_sent *ret_sent);
/* Forgets messages older than SESSION_RESEND_MS, so that they are sent again; returns how many. Not
 * those behind which nothing was answered, as long as answers come: on a slow line they stand in a
 * queue, and to queue them once more would only make it longer. SESSION_TICK does it too. */
size_t session_expire(struct session *session, int64_t now_ms);

#endif
