/* What no honest peer does, told in the log: one line in ten seconds for any number of them,
 * because a peer must not be able to fill the disk with our log. */
#ifndef DAEMON_MISDEEDS_H
#define DAEMON_MISDEEDS_H

#include "link/sock.h"

enum {
    MISDEEDS_MS = 10000,      /* between two lines about the same */
    MISDEEDS_LINES_MAX = 100, /* of other complaints from one place, in this time */
};

struct misdeed {
    uint64_t count; /* not told yet */
    int64_t told_ms;
};

struct misdeeds {
    struct misdeed dropped, cut, refused, mistaken; /* messages, connections, keys, and connections
                                                       made for another key */
    struct sock_peer dropped_from;                  /* the last one */
    char cut_from[SOCK_ADDRESS_SIZE];
    uint8_t refused_key[KEY_SIZE];
    char refused_from[SOCK_ADDRESS_SIZE], mistaken_from[SOCK_ADDRESS_SIZE];
    int64_t interval_ms; /* when lines were last counted anew */
};

void misdeeds_note_dropped(struct misdeeds *misdeeds, const struct sock_peer *from);
void misdeeds_note_refused(struct misdeeds *misdeeds, const uint8_t *key, const char *host);
void misdeeds_note_mistaken(struct misdeeds *misdeeds, const struct sock_mistaken *mistaken);
void misdeeds_note_cuts(struct misdeeds *misdeeds, const struct sock_cuts *cuts);
/* Tells what is to be told by now; for every turn of the loop. `own_key` is what others should have
 * in [parent]. */
void misdeeds_log(struct misdeeds *misdeeds, const uint8_t *own_key, int64_t now_ms);
/* `timeout_ms`, or less if something is to be told before. */
int64_t misdeeds_due_ms(const struct misdeeds *misdeeds, int64_t timeout_ms);

#endif
