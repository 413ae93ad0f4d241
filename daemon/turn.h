/* The messages of one turn of the loop: what the sockets hold is taken in shares, more is waited
 * for where that pays, and a turn has bounds of number, of bytes and, by the next one's size, of
 * time. Some may be taken ahead, while the turn before is stepped. What is in here is not
 * acknowledged: to lose it is to have it sent again. */
#ifndef DAEMON_TURN_H
#define DAEMON_TURN_H

#include "turn_load.h"

enum {
    TURN_BYTES_MAX = 16 << 20,      /* of a turn's messages, and one message more */
    TURN_AHEAD_BYTES_MAX = 1 << 20, /* of those taken ahead, likewise */
    TURN_ACK_MS = 20,               /* for how long acknowledgements wait */
};

struct turn {
    struct turn_load loads[2];
    struct turn_load *now;   /* of this turn */
    struct turn_load *ahead; /* of the next one */
    size_t ahead_count;      /* messages of `now` that were taken ahead */
    /* From turn to turn: */
    size_t take_max;      /* messages of a turn, as the last ones went */
    int64_t ack_until_ms; /* until when this turn waits; 0: it does not */
    int64_t waited_us; /* what the last turn waited, mostly for the disk; 0: it had few messages, or
                          more work than that */
    size_t turn_count;
};

/* `turn` is zero. */
void turn_start(struct turn *turn);
void turn_fini(struct turn *turn);
/* The next turn: with what was taken ahead, and no other messages. */
void turn_begin(struct turn *turn);

/* Waits up to `timeout_ms`, and adds what has come. `*ret_is_asked`: `signal_fd` is readable; one
 * of -1 is not looked at. The error is that of sock_poll. */
enum err turn_gather(struct turn *turn, const struct turn_sources *sources, int signal_fd,
                     int64_t timeout_ms, bool *ret_is_asked);
/* Takes messages of peers for the next turn, as many as may be, and opens them (opened.h), until
 * `end_fd` is readable. For another thread, while ours steps this turn's events: it uses
 * neither `sources` meanwhile nor anything else of `turn`. */
void turn_take_ahead(struct turn *turn, const struct turn_sources *sources, int end_fd);
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
/* Whether the turn has so many messages that others are likely to come while it is stepped. */
bool turn_is_loaded(const struct turn *turn);
/* A burst of large messages is not remembered. True if memory was freed. */
bool turn_shrink(struct turn *turn);

#endif
