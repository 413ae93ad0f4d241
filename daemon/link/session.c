/* The session's rules, event by event. Time comes in with the event and chance from a seeded
 * generator, so that a run can be repeated exactly. */
#include "link/session.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum {
    DUE_MAX_MS = 3600000,
    /* The longest wait before jitter: with a quarter more it is SESSION_BACKOFF_MAX_MS, so that
     * links that wait longest are still spread, not all cut to one length. */
    BACKOFF_CAP_MS = SESSION_BACKOFF_MAX_MS / 5 * 4,
};

/* splitmix64: any seed will do, 0 and neighbours included. */
static uint64_t random_below(struct session *session, uint64_t limit)
{
    session->random += 0x9E3779B97F4A7C15U;
    uint64_t z = session->random;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31)) % limit;
}

/* Doubles with each failure in a row, up to the cap, then goes up or down by up to a quarter. */
static int64_t backoff_ms(struct session *session)
{
    int64_t base_ms = SESSION_BACKOFF_MIN_MS;
    for (uint32_t i = 0; i < session->failures && base_ms < BACKOFF_CAP_MS; i++)
        base_ms *= 2;
    if (base_ms > BACKOFF_CAP_MS)
        base_ms = BACKOFF_CAP_MS;
    int64_t quarter_ms = base_ms / 4;
    return base_ms - quarter_ms + (int64_t)random_below(session, (uint64_t)(2 * quarter_ms + 1));
}

void session_init(struct session *session, uint64_t seed, int64_t now_ms)
{
    *session = (struct session){
        .state = SESSION_IDLE, .state_since_ms = now_ms, .random = seed, .next_seq = 1};
    session->retry_ms = now_ms + (int64_t)random_below(session, SESSION_BACKOFF_MIN_MS);
}

void session_fini(struct session *session)
{
    free(session->sent);
    *session = (struct session){0};
}

static void enter(struct session *session, enum session_state state, int64_t now_ms)
{
    session->state = state;
    session->state_since_ms = now_ms;
    session->heard_ms = now_ms;
    session->pinged_ms = now_ms;
}

static unsigned start(struct session *session, int64_t now_ms)
{
    enter(session, SESSION_HELLO, now_ms);
    return SESSION_DO_OPEN | SESSION_DO_HELLO;
}

/* Gives the connection up. What was under way is sent again on the next one: no answer to it can
 * be told from none. */
static unsigned fail(struct session *session, int64_t now_ms)
{
    unsigned actions = SESSION_DO_CLOSE;
    if (session->state == SESSION_UP)
        actions |= SESSION_DID_UNLINK;
    enter(session, SESSION_IDLE, now_ms);
    session->sent_count = 0;
    session->window = 0;
    session->retry_ms = now_ms + backoff_ms(session);
    if (session->failures < UINT32_MAX)
        session->failures++;
    return actions;
}

/* What kept the one before from answering says nothing of this one. */
static unsigned move(struct session *session, int64_t now_ms)
{
    unsigned actions = session->state != SESSION_IDLE ? fail(session, now_ms) : 0;
    session->failures = 0;
    session->retry_ms = now_ms;
    return actions;
}

static unsigned pump(const struct session *session)
{
    return session_room(session) > 0 ? SESSION_DO_PUMP : 0;
}

static unsigned welcome(struct session *session, uint32_t window, int64_t now_ms)
{
    if (session->state == SESSION_UP) {
        session->heard_ms = now_ms; /* the answer to a repeated hello; the window stands */
        return pump(session);
    }
    if (window == 0) /* such a link would look healthy and forward nothing */
        return fail(session, now_ms);
    enter(session, SESSION_UP, now_ms);
    session->failures = 0;
    session->window = window < SESSION_WINDOW_MAX ? window : SESSION_WINDOW_MAX;
    session->sent = mem_realloc(session->sent, session->window * sizeof *session->sent);
    return SESSION_DID_LINK | SESSION_DO_PUMP;
}

static int64_t ping_due_ms(const struct session *session)
{
    int64_t quiet_since_ms =
        session->heard_ms > session->pinged_ms ? session->heard_ms : session->pinged_ms;
    return quiet_since_ms + SESSION_PING_MS;
}

static unsigned tick_up(struct session *session, int64_t now_ms)
{
    if (now_ms >= session->heard_ms + SESSION_SILENCE_MS)
        return fail(session, now_ms);
    unsigned actions = 0;
    if (now_ms >= ping_due_ms(session)) {
        session->pinged_ms = now_ms;
        actions = SESSION_DO_PING;
    }
    (void)session_expire(session, now_ms); /* the room it makes is all that matters here */
    return actions | pump(session);
}

static unsigned tick(struct session *session, int64_t now_ms)
{
    switch (session->state) {
    case SESSION_IDLE:
        return now_ms >= session->retry_ms ? start(session, now_ms) : 0;
    case SESSION_HELLO:
        return now_ms >= session->state_since_ms + SESSION_HELLO_MS ? fail(session, now_ms) : 0;
    case SESSION_UP:
        return tick_up(session, now_ms);
    }
    return 0;
}

unsigned session_handle(struct session *session, enum session_event event, uint32_t window,
                        int64_t now_ms)
{
    /* Without a connection only time matters: what else comes is left over from the last one. */
    if (session->state == SESSION_IDLE && event != SESSION_TICK && event != SESSION_MOVED)
        return 0;
    switch (event) {
    case SESSION_TICK:
        return tick(session, now_ms);
    case SESSION_HEARD:
        session->heard_ms = now_ms;
        return pump(session);
    case SESSION_WELCOMED:
        return welcome(session, window, now_ms);
    case SESSION_REFUSED:
    case SESSION_DEAD:
        return fail(session, now_ms);
    case SESSION_MOVED:
        return move(session, now_ms);
    }
    return 0;
}

static int64_t min_ms(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When a message counts as lost. Answers come in the order of the messages, but for a few. */
static int64_t lost_ms(const struct session *session, const struct session_sent *sent)
{
    bool is_in_queue = sent->seq > session->answered_seq;
    int64_t since_ms =
        is_in_queue && session->answered_ms > sent->sent_ms ? session->answered_ms : sent->sent_ms;
    return since_ms + SESSION_RESEND_MS;
}

/* The instant of the next thing that a tick would do. */
static int64_t next_tick_ms(const struct session *session)
{
    switch (session->state) {
    case SESSION_IDLE:
        return session->retry_ms;
    case SESSION_HELLO:
        return session->state_since_ms + SESSION_HELLO_MS;
    case SESSION_UP:
        break;
    }
    int64_t next_ms = min_ms(session->heard_ms + SESSION_SILENCE_MS, ping_due_ms(session));
    if (session->sent_count > 0)
        next_ms = min_ms(next_ms, lost_ms(session, &session->sent[0]));
    return next_ms;
}

int64_t session_due_ms(const struct session *session, int64_t now_ms)
{
    int64_t due_ms = next_tick_ms(session) - now_ms;
    return due_ms < 0 ? 0 : min_ms(due_ms, DUE_MAX_MS);
}

size_t session_room(const struct session *session)
{
    return session->state == SESSION_UP ? session->window - session->sent_count : 0;
}

uint64_t session_take_seq(struct session *session)
{
    return session->next_seq++;
}

uint64_t session_send(struct session *session, uint8_t type, const struct report_key *key,
                      uint64_t version, int64_t now_ms)
{
    assert(session_room(session) > 0);
    uint64_t seq = session_take_seq(session);
    session->sent[session->sent_count++] = (struct session_sent){
        .seq = seq, .type = type, .key = *key, .version = version, .sent_ms = now_ms};
    return seq;
}

void session_weigh(struct session *session, size_t bytes)
{
    assert(session->sent_count > 0);
    session->sent[session->sent_count - 1].bytes = bytes;
}

size_t session_bytes(const struct session *session)
{
    size_t bytes = 0;
    for (size_t i = 0; i < session->sent_count; i++)
        bytes += session->sent[i].bytes;
    return bytes;
}

bool session_is_sent(const struct session *session, uint8_t type, const struct report_key *key)
{
    for (size_t i = 0; i < session->sent_count; i++) {
        const struct session_sent *sent = &session->sent[i];
        if (sent->type == type && report_key_equal(&sent->key, key))
            return true;
    }
    return false;
}

/* Takes `count` messages, from the `at`th on, out of the window. */
static void forget(struct session *session, size_t at, size_t count)
{
    if (count == 0)
        return; /* `sent` may be NULL, which memmove must not see */
    session->sent_count -= count;
    memmove(session->sent + at, session->sent + at + count,
            (session->sent_count - at) * sizeof *session->sent);
}

bool session_answered(struct session *session, uint64_t re, int64_t now_ms,
                      struct session_sent *ret_sent)
{
    for (size_t i = 0; i < session->sent_count; i++) {
        if (session->sent[i].seq == re) {
            *ret_sent = session->sent[i];
            forget(session, i, 1);
            session->answered_ms = now_ms;
            if (re > session->answered_seq)
                session->answered_seq = re;
            return true;
        }
    }
    return false;
}

size_t session_expire(struct session *session, int64_t now_ms)
{
    size_t count = 0; /* the oldest stand first */
    while (count < session->sent_count && now_ms >= lost_ms(session, &session->sent[count]))
        count++;
    forget(session, 0, count);
    return count;
}
