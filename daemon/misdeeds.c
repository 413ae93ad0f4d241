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

void misdeeds_note_refused(struct misdeeds *misdeeds, const uint8_t *key, const char *host)
{
    misdeeds->refused.count++;
    memcpy(misdeeds->refused_key, key, KEY_SIZE);
    (void)snprintf(misdeeds->refused_from, sizeof(misdeeds->refused_from), "%s", host);
}

void misdeeds_note_mistaken(struct misdeeds *misdeeds, const struct sock_mistaken *mistaken)
{
    if (mistaken->count == 0)
        return;
    misdeeds->mistaken.count += mistaken->count;
    memcpy(misdeeds->mistaken_from, mistaken->from, sizeof(misdeeds->mistaken_from));
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

static const char *name_host(const char *host)
{
    return host[0] != '\0' ? host : "an unknown address";
}

void misdeeds_log(struct misdeeds *misdeeds, const uint8_t *own_key, int64_t now_ms)
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
        log_event(LOG_EVENT_KEY_REFUSED, LOG_FIELDS(.key = text, .peer = misdeeds->refused_from),
                  "refused the key %s: it is not enrolled here (from %s): if it belongs to a node "
                  "of yours, run: tonghop enrol UNIT KEY --role node",
                  key_format(misdeeds->refused_key, text), name_host(misdeeds->refused_from));
    if (misdeed_take(&misdeeds->mistaken, now_ms) > 0)
        log_event(LOG_EVENT_KEY_MISTAKEN, LOG_FIELDS(.peer = misdeeds->mistaken_from),
                  "%s connects with another key for this node than its own: if it is one of "
                  "yours, put this one into its [parent] or [client]: key = %s",
                  name_host(misdeeds->mistaken_from), key_format(own_key, text));
    if (misdeeds->interval_ms == 0 || now_ms - misdeeds->interval_ms >= MISDEEDS_MS) {
        misdeeds->interval_ms = now_ms;
        log_start_interval(MISDEEDS_LINES_MAX);
    }
}

int64_t misdeeds_due_ms(const struct misdeeds *misdeeds, int64_t timeout_ms)
{
    bool is_untold = misdeeds->dropped.count > 0 || misdeeds->cut.count > 0 ||
                     misdeeds->refused.count > 0 || misdeeds->mistaken.count > 0;
    return is_untold && timeout_ms > MISDEEDS_MS ? MISDEEDS_MS : timeout_ms;
}
