/* The room on the disk, and whether the data file is there: looked at now and then, and told to the
 * log when it changes. */
#ifndef ROOM_H
#define ROOM_H

#include "store/store.h"

struct room_watch {
    bool is_low;     /* as the log told last */
    bool is_removed; /* the data file, likewise */
    bool is_due;     /* something happened since it was looked */
    int64_t looked_ms;
};

/* Once in a turn; `has_events`: it had some. Those who are refused are told; this is for whoever
 * can make room. */
void room_turn(struct room_watch *watch, struct store *store, const char *state_dir,
               bool has_events, int64_t now_ms);
/* `timeout_ms`, or less. */
int64_t room_due_ms(const struct room_watch *watch, int64_t timeout_ms);

#endif
