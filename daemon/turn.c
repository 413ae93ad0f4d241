#include "turn.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

enum {
    TAKE_MIN = 1,    /* messages of a turn after one that took long */
    LONG_US = 20000, /* of our CPU; a turn that takes more took long */
    LOADED = 16,     /* messages of a turn after which more are waited for */
    WAIT_PART = 4,   /* of what the last turn waited: how long at most */
    WAIT_STEP_US = 50,
    WAIT_IDLE = 4,          /* steps that bring nothing, after which nothing more is waited for */
    DRAIN_BYTES = 4 << 20,  /* taken from one socket before others */
    QUESTIONS_MAX = 4,      /* of a turn: one of them can take a tenth of a second */
    HELLO_MAX = 256,        /* bytes of one that is no node's */
    LAST_MS = 100,          /* at the end: for messages on their way */
    MESSAGE_KEPT = 4 << 10, /* bytes of each message that are kept from turn to turn ... */
    MESSAGES_KEPT = 128,    /* ... of the first ones */
};

_Static_assert((int)SOCK_ADDRESS_SIZE == (int)PEER_HOST_SIZE, "an address fits");
_Static_assert((int)SOCK_MESSAGE_MAX == (int)WIRE_MESSAGE_MAX,
               "what a socket lets in is what the wire accepts");

void turn_start(struct turn *turn)
{
    turn->take_max = TURN_TAKE_MAX;
}

void turn_fini(struct turn *turn)
{
    for (size_t i = 0; i < TURN_TAKE_MAX; i++)
        buf_fini(&turn->messages[i].payload);
}

void turn_begin(struct turn *turn)
{
    turn->event_count = turn->taken_count = turn->taken_bytes = turn->question_count = 0;
    turn->is_status_asked = false;
}

static bool is_full(const struct turn *turn)
{
    return turn->taken_count >= turn->take_max || turn->taken_bytes >= TURN_BYTES_MAX ||
           turn->question_count >= QUESTIONS_MAX;
}

/* ---- taking ---- */

/* Anything but what gains by sharing a commit with others, or costs nothing. */
static bool is_question(struct span bytes)
{
    switch (wire_peek_body(bytes)) {
    case TONGHOP__ENVELOPE__BODY_PING:
    case TONGHOP__ENVELOPE__BODY_FILE:
    case TONGHOP__ENVELOPE__BODY_REVISION:
    case TONGHOP__ENVELOPE__BODY_STATEMENT:
        return false;
    default:
        return true;
    }
}

/* The hello of a client, which thousands say at once. That of a node names what it holds, which is
 * compared. */
static bool is_easy(struct span bytes)
{
    return bytes.len <= HELLO_MAX && wire_peek_body(bytes) == TONGHOP__ENVELOPE__BODY_HELLO;
}

static bool is_status_query(struct span bytes)
{
    return wire_peek_body(bytes) == TONGHOP__ENVELOPE__BODY_STATUS_QUERY;
}

static void fill_sender(struct names *names, const struct sock_peer *peer,
                        struct peer_from *ret_from)
{
    ret_from->address.id_len = (uint8_t)peer->id_len;
    ret_from->address.is_local = peer->is_local;
    memcpy(ret_from->address.id, peer->id, peer->id_len);
    memcpy(ret_from->key, peer->key, sizeof(ret_from->key));
    ret_from->uid = peer->uid;
    if (peer->is_local)
        (void)snprintf(ret_from->name, sizeof(ret_from->name), "%s",
                       names_of_user(names, peer->uid, clock_now_ms()));
    memcpy(ret_from->host, peer->host, sizeof(ret_from->host));
}

/* The message in the place behind the events becomes the next one. */
static void add_event(struct turn *turn, enum event_type type, struct names *names)
{
    struct turn_message *message = &turn->messages[turn->event_count];
    struct span bytes = span_of(&message->payload);
    bool is_asked = type == EVENT_PEER_MESSAGE && is_question(bytes);
    if (is_asked && sock_has_left(&message->peer))
        return; /* nobody waits for the answer */
    turn->question_count += is_asked && !is_easy(bytes) ? 1 : 0;
    turn->is_status_asked |= is_status_query(bytes);
    struct event *event = &turn->events[turn->event_count++];
    *event = (struct event){.type = type};
    if (type == EVENT_PEER_MESSAGE)
        fill_sender(names, &message->peer, &event->from);
}

/* Takes up to `most` messages that wait on one socket. What is dropped counts too: else a peer
 * could keep us here for ever. True if there are no more. */
static bool drain(struct turn *turn, const struct turn_sources *sources, struct sock *sock,
                  size_t most)
{
    enum event_type type = sock == sources->parent ? EVENT_PARENT_MESSAGE : EVENT_PEER_MESSAGE;
    size_t end = turn->taken_count + most, end_bytes = turn->taken_bytes + DRAIN_BYTES;
    while (turn->taken_count < end && turn->taken_bytes < end_bytes && !is_full(turn)) {
        struct turn_message *message = &turn->messages[turn->event_count];
        enum err err = sock_receive(sock, &message->payload, &message->peer);
        if (err != ERR_OK && err != ERR_MALFORMED)
            return true;
        turn->taken_count++;
        turn->taken_bytes += message->payload.len;
        if (err == ERR_MALFORMED)
            sources->note_dropped(sources->ctx, sock, &message->peer);
        else
            add_event(turn, type, sources->names);
    }
    return false;
}

/* Each socket has its share of a turn, so that a flood on one keeps nobody out on another; what is
 * not needed is shared out once more. They begin in turns, for a turn may be as short as one
 * message. */
static void drain_ready(struct turn *turn, const struct turn_sources *sources,
                        struct sock_poll_item *items, size_t count)
{
    size_t ready = 0, first = turn->turn_count++;
    for (size_t i = 0; i < count; i++)
        ready += items[i].is_ready ? 1 : 0;
    size_t share = ready > 0 ? (turn->take_max - turn->taken_count) / ready : 0;
    for (size_t i = 0; i < 2 * count; i++) {
        struct sock_poll_item *item = &items[(first + i) % count];
        size_t most = turn->take_max - turn->taken_count;
        if (i < count && share > 0 && share < most)
            most = share;
        if (item->is_ready && drain(turn, sources, item->sock, most))
            item->is_ready = false;
    }
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
    bool is_zap_ready = false;
    enum err err = sock_poll(sources->context, items, ITEMS, timeout_ms, &is_zap_ready);
    if (err != ERR_OK && err != ERR_TIMEOUT)
        return err;
    if (is_zap_ready)
        sock_context_serve_zap(sources->context);
    drain_ready(turn, sources, &items[FIRST_SOCKET], ITEMS - FIRST_SOCKET);
    if (items[MEMORY].is_ready && memory_has_grown(sources->memory))
        sock_context_guard(sources->context);
    *ret_is_asked = items[SIGNAL].is_ready;
    return ERR_OK;
}

/* ---- waiting ---- */

/* A commit costs the same for few reports and for many. Under load those are waited for that are on
 * their way: until none came for some steps, and for a part of what the disk takes. */
enum err turn_gather_more(struct turn *turn, const struct turn_sources *sources)
{
    const struct timespec step = {.tv_nsec = WAIT_STEP_US * 1000};
    int64_t end_us = clock_us(CLOCK_MONOTONIC) + turn->waited_us / WAIT_PART;
    unsigned idle = turn->taken_count > 0 ? 0 : WAIT_IDLE; /* steps that brought nothing */
    enum err err = ERR_OK;
    while (err == ERR_OK && idle < WAIT_IDLE && !is_full(turn) &&
           clock_us(CLOCK_MONOTONIC) < end_us) {
        bool is_asked; /* of no signal */
        size_t before = turn->taken_count;
        (void)nanosleep(&step, NULL); /* cut short by nothing: signals are blocked */
        err = turn_gather(turn, sources, -1, 0, &is_asked);
        idle = turn->taken_count > before ? 0 : idle + 1;
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

static bool is_ack(const struct turn *turn, size_t index)
{
    int body = (int)wire_peek_body(span_of(&turn->messages[index].payload));
    return turn->events[index].type == EVENT_PARENT_MESSAGE &&
           (body == TONGHOP__ENVELOPE__BODY_ACK || body == TONGHOP__ENVELOPE__BODY_STATEMENT_ACK);
}

static bool has_few_acks_alone(const struct turn *turn)
{
    size_t acks = 0;
    while (acks < turn->event_count && is_ack(turn, acks))
        acks++;
    return acks > 0 && acks == turn->event_count && acks < LOADED && !is_full(turn);
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
    for (size_t i = 0; i < turn->event_count; i++)
        turn->events[i].bytes = span_of(&turn->messages[i].payload);
    if (has_work)
        turn->events[turn->event_count++] = (struct event){.type = EVENT_TICK};
    for (size_t i = 0; i < turn->event_count; i++) {
        turn->events[i].now = now;
        turn->events[i].now_ms = now_ms;
    }
}

/* Everybody waits for the end of a turn: after one full of hard questions, take fewer. Our thread's
 * CPU time counts, not what it waited for the disk: a slow one is a reason for large batches. */
void turn_set_pace(struct turn *turn, int64_t turn_us, int64_t cpu_us)
{
    turn->waited_us = turn->taken_count >= LOADED && turn_us > cpu_us ? turn_us - cpu_us : 0;
    if (cpu_us > LONG_US)
        turn->take_max = turn->taken_count / 2;
    else if (turn->taken_count >= turn->take_max)
        turn->take_max *= 2;
    if (turn->take_max < TAKE_MIN)
        turn->take_max = TAKE_MIN;
    if (turn->take_max > TURN_TAKE_MAX)
        turn->take_max = TURN_TAKE_MAX;
}

bool turn_shrink(struct turn *turn)
{
    bool is_freed = false;
    for (size_t i = 0; i < TURN_TAKE_MAX; i++)
        is_freed |= buf_shrink(&turn->messages[i].payload, i < MESSAGES_KEPT ? MESSAGE_KEPT : 0);
    return is_freed;
}
