/* A second thread takes and opens the messages of the next turn, while ours steps those of this one
 * and waits for the disk. It does what belongs to that, as looking at what connections make the
 * process hold, and nothing at any other time:
 *
 *     ours    gather . ahead_begin . step, commit . ahead_end . answer, send . gather ...
 *     second                       [ take, open  ]
 *
 * Between the two calls the sockets are the second thread's; node and store never are. */
#ifndef DAEMON_AHEAD_H
#define DAEMON_AHEAD_H

#include "turn.h"

struct ahead;

/* Block signals before: they are for our thread. NULL, with errno: there can be no thread. */
struct ahead *ahead_new(void);
void ahead_free(struct ahead **ahead);

/* turn_take_ahead, until ahead_end: both pointers must stay good so long. */
void ahead_begin(struct ahead *ahead, struct turn *turn, const struct turn_sources *sources);
/* Returns when the sockets are ours again; at once if there was no begin. */
void ahead_end(struct ahead *ahead);

#endif
