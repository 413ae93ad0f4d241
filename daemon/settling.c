#include "settling.h"

enum {
    SETTLING_MS = 200,         /* without a change */
    SETTLING_AGAIN_MS = 60000, /* after there was no room */
};

enum err settling_turn(struct settling *settling, struct store *store, int64_t now_ms, bool is_last)
{
    uint64_t bytes = store_pending_bytes(store);
    bool is_unknown;
    if (bytes != settling->pending_bytes)
        *settling = (struct settling){.pending_bytes = bytes, .due_ms = now_ms + SETTLING_MS};
    if (bytes == 0 || (!is_last && now_ms < settling->due_ms))
        return ERR_OK;
    enum err err = store_settle(store, &is_unknown);
    *settling = (struct settling){.pending_bytes = store_pending_bytes(store),
                                  .due_ms = now_ms + SETTLING_AGAIN_MS};
    return is_unknown ? err : ERR_OK;
}

int64_t settling_due_ms(const struct settling *settling, int64_t now_ms, int64_t timeout_ms)
{
    if (settling->pending_bytes == 0 || settling->due_ms - now_ms > timeout_ms)
        return timeout_ms;
    return settling->due_ms > now_ms ? settling->due_ms - now_ms : 0;
}
