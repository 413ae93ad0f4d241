/* When what waits in the store is put into its place (store_settle): as soon as nothing has come to
 * it for a moment, for what comes close behind is placed with it. */
#ifndef SETTLING_H
#define SETTLING_H

#include "store/store.h"

struct settling {
    uint64_t pending_bytes; /* as of the last turn */
    int64_t due_ms;         /* when it is placed, if nothing changes until then */
};

/* Once in a turn; `is_last`: whatever waits is placed. ERR_OK also where there was no room, which
 * the store or room.h logs: it goes on to wait. An error has an unknown outcome: the process ends.
 */
enum err settling_turn(struct settling *settling, struct store *store, int64_t now_ms,
                       bool is_last);
/* `timeout_ms`, or less. */
int64_t settling_due_ms(const struct settling *settling, int64_t now_ms, int64_t timeout_ms);

#endif
