/* Watching: which reports were changed, told as they change.
 *
 *     client  --- WatchQuery: what is after this cursor? ----------->  node
 *     client  <-- Changes: these, and go on from that cursor --------  node
 *
 * A question that has nothing to be told waits in memory: for a commit that changes something
 * beneath its unit, or for its deadline. What is told is the latest state of each report, from the
 * store's feed: a client that was away for long is told once of a report that changed often, and
 * one that lost an answer asks again with the cursor before. The node remembers nothing of a client
 * between two questions. */
#ifndef NODE_WATCH_H
#define NODE_WATCH_H

#include "node/node.h"

void watch_fini(struct watch *watch);
/* Of EFFECT_WATCH. Another one of the same session has its answer with the next pump. */
void watch_begin(struct watch *watch, struct span watcher);
/* Answers those whose change has come, or whose time is over; not all of them at once if that would
 * take long. */
void watch_pump(struct node *node, const struct transport *transport, int64_t now_ms);
/* Forgets those whose session is gone: nobody waits for the answer. */
void watch_drop_gone(struct node *node);
/* Milliseconds until watch_pump is due, INT64_MAX if nobody waits. */
int64_t watch_due_ms(const struct watch *watch, int64_t now_ms);

#endif
