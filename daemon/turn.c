#include "turn.h"

#include <assert.h>
#include <time.h>

#include "clock.h"

enum {
    TAKE_MIN = 1,    /* messages of a turn after one that took long */
    LONG_US = 20000, /* of our CPU; a turn that takes more took long */
    LOADED = 16,     /* messages of a turn under load: others are taken ahead, or waited for */
    WAIT_PART = 4,   /* of what the last turn waited: how long at most */
    WAIT_STEP_US = 50,
    WAIT_IDLE = 4,       /* steps that bring nothing, after which nothing more is waited for */
    QUESTIONS_MAX = 4,   /* of a turn: one of them can take a tenth of a second */
    AHEAD_QUESTIONS = 1, /* of them taken ahead: who asked may not wait so long */
    AHEAD_STEP = 32,     /* messages taken ahead before an end is looked for */
    AHEAD_THIRDS = 2,    /* of a turn's messages: the parent has a share, too */
    LAST_MS = 100,       /* at the end: for messages on their way */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t most(size_t a, size_t b)
{
    return a > b ? a : b;
}

void turn_start(struct turn *turn)
{
    turn->take_max = TURN_TAKE_MAX;
    turn->now = &turn->loads[0];
    turn->ahead = &turn->loads[1];
    turn_load_start(turn->now);
    turn_load_start(turn->ahead);
}

void turn_fini(struct turn *turn)
{
    turn_load_fini(turn->now);
    turn_load_fini(turn->ahead);
}

void turn_begin(struct turn *turn)
{
    struct turn_load *done = turn->now;
    turn_load_clear(done);
    turn->now = turn->ahead;
    turn->ahead = done;
    turn->ahead_count = turn->now->taken_count;
}

static size_t most_ahead(const struct turn *turn)
{
    return turn->take_max * AHEAD_THIRDS / 3;
}

/* The pace may have changed since messages were taken ahead: the share that was left is left. */
static struct turn_bounds bounds_of(const struct turn *turn)
{
    size_t share = turn->take_max - most_ahead(turn);
    size_t count = most(turn->take_max, turn->ahead_count + share);
    assert(count <= TURN_TAKE_MAX);
    return (struct turn_bounds){count, TURN_BYTES_MAX, QUESTIONS_MAX};
}

static struct turn_bounds bounds_ahead(const struct turn *turn)
{
    return (struct turn_bounds){most_ahead(turn), TURN_AHEAD_BYTES_MAX, AHEAD_QUESTIONS};
}

static bool is_full(const struct turn *turn)
{
    const struct turn_bounds bounds = bounds_of(turn);
    return turn_load_is_full(turn->now, &bounds);
}

/* ---- taking ---- */

/* What was dropped while nobody could be told. */
static void tell_dropped(struct turn_load *load, const struct turn_sources *sources)
{
    if (load->dropped_at != NULL)
        sources->note_dropped(sources->ctx, load->dropped_at, &load->dropped_from);
    load->dropped_at = NULL;
}

static void look_at_memory(const struct turn_sources *sources)
{
    if (memory_has_grown(sources->memory) && sock_context_guard(sources->context))
        memory_note_cut(sources->memory);
}

enum err turn_gather(struct turn *turn, const struct turn_sources *sources, int signal_fd,
                     int64_t timeout_ms, bool *ret_is_asked)
{
    enum { SIGNAL, MEMORY, FIRST_SOCKET, ITEMS = 5 };
    struct sock_poll_item items[ITEMS] = {
        {.fd = signal_fd},
        {.fd = sources->memory->fd},
        {.sock = sources->parent, .fd = -1},
        {.sock = sources->local, .fd = -1},
        {.sock = sources->listener, .fd = -1},
    };
    const struct turn_bounds bounds = bounds_of(turn);
    bool is_zap_ready = false;
    tell_dropped(turn->now, sources);
    enum err err = sock_poll(sources->context, items, ITEMS, timeout_ms, &is_zap_ready);
    if (err != ERR_OK && err != ERR_TIMEOUT)
        return err;
    if (is_zap_ready)
        sock_context_serve_zap(sources->context);
    turn_load_fill(turn->now, sources, &items[FIRST_SOCKET], ITEMS - FIRST_SOCKET,
                   turn->turn_count++, &bounds);
    if (items[MEMORY].is_ready)
        look_at_memory(sources);
    *ret_is_asked = items[SIGNAL].is_ready;
    return ERR_OK;
}

/* ---- ahead ---- */

static void keep_dropped(void *ctx, struct sock *sock, const struct sock_peer *peer)
{
    struct turn_load *load = ctx;
    load->dropped_at = sock;
    load->dropped_from = *peer;
}

/* Handshakes wait: who decides about them reads the store. So do the parent's messages: between two
 * turns the link with it may end, and with it what they answer. */
void turn_take_ahead(struct turn *turn, const struct turn_sources *sources, int end_fd)
{
    enum { END, MEMORY, FIRST_SOCKET, ITEMS = 4 };
    struct turn_load *load = turn->ahead;
    const struct turn_bounds bounds = bounds_ahead(turn);
    struct turn_sources peers = *sources;
    peers.parent = NULL;
    peers.note_dropped = keep_dropped;
    peers.ctx = load;
    for (size_t round = 0;; round++) {
        bool has_all = turn_load_is_full(load, &bounds); /* memory is looked at all the same */
        struct turn_bounds step = bounds;
        step.count = least(bounds.count, load->taken_count + AHEAD_STEP);
        struct sock_poll_item items[ITEMS] = {
            {.fd = end_fd},
            {.fd = sources->memory->fd},
            {.sock = has_all ? NULL : sources->local, .fd = -1},
            {.sock = has_all ? NULL : sources->listener, .fd = -1},
        };
        size_t before = load->event_count;
        if (sock_poll(sources->context, items, ITEMS, -1, NULL) != ERR_OK)
            return; /* turn_gather meets the same */
        if (items[END].is_ready)
            return; /* and somebody waits for that */
        turn_load_fill(load, &peers, &items[FIRST_SOCKET], ITEMS - FIRST_SOCKET, round, &step);
        if (items[MEMORY].is_ready)
            look_at_memory(sources);
        turn_load_open(load, before);
    }
}

/* ---- waiting ---- */

/* A commit costs the same for few reports and for many. Under load those are waited for that are on
 * their way: until none came for some steps, and for a part of what the disk takes. Where the disk
 * takes less than we do it is not worth it: others come while we step these. */
enum err turn_gather_more(struct turn *turn, const struct turn_sources *sources)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_US * 1000};
    int64_t end_us = clock_us(CLOCK_MONOTONIC) + turn->waited_us / WAIT_PART;
    unsigned idle = turn->now->taken_count > 0 ? 0 : WAIT_IDLE; /* steps that brought nothing */
    enum err err = ERR_OK;
    while (err == ERR_OK && idle < WAIT_IDLE && !is_full(turn) &&
           clock_us(CLOCK_MONOTONIC) < end_us) {
        bool is_asked; /* of no signal */
        size_t before = turn->now->taken_count;
        (void)nanosleep(&step, NULL); /* cut short by nothing: signals are blocked */
        err = turn_gather(turn, sources, -1, 0, &is_asked);
        idle = turn->now->taken_count > before ? 0 : idle + 1;
    }
    return err;
}

/* What came before may still be with libzmq's thread, hence the wait. */
enum err turn_gather_last(struct turn *turn, const struct turn_sources *sources)
{
    int64_t end_ms = clock_now_ms() + LAST_MS, left_ms = LAST_MS;
    bool is_asked; /* as we know */
    enum err err = ERR_OK;
    turn->take_max = TURN_TAKE_MAX;
    while (err == ERR_OK && left_ms > 0 && !is_full(turn)) {
        err = turn_gather(turn, sources, -1, left_ms, &is_asked);
        left_ms = end_ms - clock_now_ms();
    }
    return err;
}

bool turn_is_loaded(const struct turn *turn)
{
    return turn->now->taken_count >= LOADED;
}

static bool is_ack(const struct turn *turn, size_t index)
{
    int body = (int)wire_peek_body(span_of(&turn->now->messages[index].payload));
    return turn->now->events[index].type == EVENT_PARENT_MESSAGE &&
           (body == TONGHOP__ENVELOPE__BODY_ACK || body == TONGHOP__ENVELOPE__BODY_STATEMENT_ACK);
}

static bool has_few_acks_alone(const struct turn *turn)
{
    size_t acks = 0;
    while (acks < turn->now->event_count && is_ack(turn, acks))
        acks++;
    return acks > 0 && acks == turn->now->event_count && acks < LOADED && !is_full(turn);
}

/* What the parent has of ours, and what it holds that is newer, is in no hurry to be on our disk:
 * it is sent once more. A commit of its own would take from the nodes above the disk, and the time,
 * that they need for the next one. */
bool turn_has_to_wait(struct turn *turn, bool is_urgent, int64_t now_ms)
{
    if (turn->ack_until_ms == 0)
        turn->ack_until_ms = now_ms + TURN_ACK_MS;
    if (is_urgent || now_ms >= turn->ack_until_ms || !has_few_acks_alone(turn))
        turn->ack_until_ms = 0;
    return turn_is_waiting(turn);
}

bool turn_is_waiting(const struct turn *turn)
{
    return turn->ack_until_ms != 0;
}

int64_t turn_due_ms(const struct turn *turn, int64_t now_ms)
{
    return turn->ack_until_ms > now_ms ? turn->ack_until_ms - now_ms : 0;
}

/* ---- from turn to turn ---- */

void turn_close(struct turn *turn, bool has_work, struct instant now, int64_t now_ms)
{
    struct turn_load *load = turn->now;
    for (size_t i = 0; i < load->event_count; i++)
        load->events[i].bytes = span_of(&load->messages[i].payload);
    if (has_work)
        load->events[load->event_count++] = (struct event){.type = EVENT_TICK};
    for (size_t i = 0; i < load->event_count; i++) {
        load->events[i].now = now;
        load->events[i].now_ms = now_ms;
    }
}

/* Everybody waits for the end of a turn: after one full of hard questions, take fewer. Our thread's
 * CPU time counts, not what it waited for the disk: a slow one is a reason for large batches. */
void turn_set_pace(struct turn *turn, int64_t turn_us, int64_t cpu_us)
{
    int64_t waited_us = turn_us - cpu_us;
    turn->waited_us = turn_is_loaded(turn) && waited_us > cpu_us ? waited_us : 0;
    if (cpu_us > LONG_US)
        turn->take_max = least(turn->take_max, turn->now->taken_count) / 2;
    else if (turn->now->taken_count >= turn->take_max)
        turn->take_max *= 2;
    if (turn->take_max < TAKE_MIN)
        turn->take_max = TAKE_MIN;
    if (turn->take_max > TURN_TAKE_MAX)
        turn->take_max = TURN_TAKE_MAX;
}

bool turn_shrink(struct turn *turn)
{
    return turn_load_shrink(turn->now);
}
