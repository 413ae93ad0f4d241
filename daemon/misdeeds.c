/* Counts, and the last one of each kind: enough for whoever reads the log to look for its maker. */
#include "misdeeds.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

void misdeeds_note_dropped(struct misdeeds *misdeeds, const struct sock_peer *from)
{
    misdeeds->dropped.count++;
    misdeeds->dropped_from = *from;
}

void misdeeds_note_refused(struct misdeeds *misdeeds, const uint8_t *key)
{
    misdeeds->refused.count++;
    memcpy(misdeeds->refused_key, key, KEY_SIZE);
}

void misdeeds_note_cuts(struct misdeeds *misdeeds, const struct sock_cuts *cuts)
{
    if (cuts->count == 0)
        return;
    misdeeds->cut.count += cuts->count;
    memcpy(misdeeds->cut_from, cuts->from, sizeof(misdeeds->cut_from));
}

/* How many there are to be told now, 0 if none or not yet. */
static uint64_t misdeed_take(struct misdeed *misdeed, int64_t now_ms)
{
    uint64_t count = misdeed->count;
    if (count == 0 || (misdeed->told_ms != 0 && now_ms - misdeed->told_ms < MISDEEDS_MS))
        return 0;
    *misdeed = (struct misdeed){.told_ms = now_ms};
    return count;
}

static const char *name_sender(const struct sock_peer *peer, char *out, size_t size)
{
    if (!peer->is_local)
        return key_format(peer->key, out);
    (void)snprintf(out, size, "user %" PRIu32, peer->uid);
    return out;
}

void misdeeds_log(struct misdeeds *misdeeds, int64_t now_ms)
{
    char text[KEY_TEXT_SIZE];
    uint64_t count = misdeed_take(&misdeeds->dropped, now_ms);
    if (count > 0)
        log_event(LOG_EVENT_MESSAGES_DROPPED, LOG_FIELDS(.peer = text),
                  "dropped messages that no honest peer sends: %" PRIu64 ", the last from %s",
                  count, name_sender(&misdeeds->dropped_from, text, sizeof(text)));
    count = misdeed_take(&misdeeds->cut, now_ms);
    if (count > 0)
        log_event(LOG_EVENT_CONNECTIONS_CUT, LOG_FIELDS(.peer = misdeeds->cut_from),
                  "ended connections that made us hold too much (messages that do not end, answers "
                  "that are not read): %" PRIu64 ", the last from %s",
                  count, misdeeds->cut_from);
    /* It saves a telephone call: this key is what a new node's operator will ask about. */
    if (misdeed_take(&misdeeds->refused, now_ms) > 0)
        log_event(LOG_EVENT_KEY_REFUSED, LOG_FIELDS(.key = text),
                  "refused the key %s: it is not enrolled here",
                  key_format(misdeeds->refused_key, text));
    if (misdeeds->interval_ms == 0 || now_ms - misdeeds->interval_ms >= MISDEEDS_MS) {
        misdeeds->interval_ms = now_ms;
        log_start_interval(MISDEEDS_LINES_MAX);
    }
}

int64_t misdeeds_due_ms(const struct misdeeds *misdeeds, int64_t timeout_ms)
{
    bool is_untold =
        misdeeds->dropped.count > 0 || misdeeds->cut.count > 0 || misdeeds->refused.count > 0;
    return is_untold && timeout_ms > MISDEEDS_MS ? MISDEEDS_MS : timeout_ms;
}
