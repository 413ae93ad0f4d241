/* The messages of one turn of the loop: what the sockets hold is taken in shares, more is waited
 * for where that pays, and a turn has bounds of number, of bytes and, by the next one's size, of
 * time. What is in here is not acknowledged: to lose it is to have it sent again. */
#ifndef DAEMON_TURN_H
#define DAEMON_TURN_H

#include "link/sock.h"
#include "memory.h"
#include "names.h"
#include "node/node.h"

enum {
    TURN_TAKE_MAX = NODE_BATCH_MAX - 1, /* messages of one turn; a place is kept for a tick */
    TURN_BYTES_MAX = 16 << 20,          /* of them, and one message more */
    TURN_ACK_MS = 20,                   /* for how long acknowledgements wait */
};

/* A message received and not stepped yet. */
struct turn_message {
    struct buf payload;
    struct sock_peer peer;
};

struct turn {
    struct turn_message messages[TURN_TAKE_MAX];
    struct event events[NODE_BATCH_MAX]; /* of the same index as their messages */
    size_t event_count;
    size_t taken_count;    /* messages: events, and those dropped */
    size_t taken_bytes;    /* of events */
    size_t question_count; /* of them */
    bool is_status_asked;  /* by one of them */
    /* From turn to turn: */
    size_t take_max;      /* messages of a turn, as the last ones went */
    int64_t ack_until_ms; /* until when this turn waits; 0: it does not */
    int64_t waited_us; /* what the last turn waited, mostly for the disk; 0: it had few messages */
    size_t turn_count;
};

/* Where messages come from; a socket that is not there is NULL. */
struct turn_sources {
    struct sock_context *context;
    struct sock *parent, *local, *listener;
    struct memory *memory; /* looked at as messages come, by which it grows */
    struct names *names;
    /* Of a message that no honest peer sends. */
    void (*note_dropped)(void *ctx, struct sock *sock, const struct sock_peer *peer);
    void *ctx;
};

/* `turn` is zero. */
void turn_start(struct turn *turn);
void turn_fini(struct turn *turn);
/* A turn without messages. */
void turn_begin(struct turn *turn);

/* Waits up to `timeout_ms`, and adds what has come. `*ret_is_asked`: `signal_fd` is readable; one
 * of -1 is not looked at. The error is that of sock_poll. */
enum err turn_gather(struct turn *turn, const struct turn_sources *sources, int signal_fd,
                     int64_t timeout_ms, bool *ret_is_asked);
/* Once there are messages: waits for more, if the last turn was one of many. */
enum err turn_gather_more(struct turn *turn, const struct turn_sources *sources);
/* Once the end is asked for: who has asked us something before gets an answer, so that nobody is
 * left not knowing. */
enum err turn_gather_last(struct turn *turn, const struct turn_sources *sources);

/* Whether the turn is to wait for further messages before it is stepped: it has nothing but a few
 * acknowledgements, and is not urgent. */
bool turn_has_to_wait(struct turn *turn, bool is_urgent, int64_t now_ms);
/* As turn_has_to_wait said last; and until when, in ms from now. */
bool turn_is_waiting(const struct turn *turn);
int64_t turn_due_ms(const struct turn *turn, int64_t now_ms);

/* No more messages: the events are complete, with a tick as the last one if there is work. */
void turn_close(struct turn *turn, bool has_work, struct instant now, int64_t now_ms);
/* What stepping took, of time and of our thread's CPU. */
void turn_set_pace(struct turn *turn, int64_t turn_us, int64_t cpu_us);
/* A burst of large messages is not remembered. True if memory was freed. */
bool turn_shrink(struct turn *turn);

#endif
