#include "turn_load.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"

enum {
    DRAIN_BYTES = 4 << 20,  /* taken from one socket before others */
    HELLO_MAX = 256,        /* bytes of one that is no node's */
    MESSAGE_KEPT = 4 << 10, /* bytes of each message that are kept from turn to turn ... */
    MESSAGES_KEPT = 128,    /* ... of the first ones */
};

_Static_assert((int)SOCK_ADDRESS_SIZE == (int)PEER_HOST_SIZE, "an address fits");
_Static_assert((int)SOCK_MESSAGE_MAX == (int)WIRE_MESSAGE_MAX,
               "what a socket lets in is what the wire accepts");

void turn_load_start(struct turn_load *load)
{
    load->arena = arena_new(TURN_OPENED_BYTES_MAX);
}

void turn_load_clear(struct turn_load *load)
{
    for (size_t i = 0; i < load->event_count; i++)
        if (load->events[i].opened != NULL)
            opened_fini(&load->opened[i]);
    arena_reset(load->arena);
    load->event_count = load->taken_count = load->taken_bytes = load->question_count = 0;
    load->is_status_asked = false;
    load->dropped_at = NULL;
}

void turn_load_fini(struct turn_load *load)
{
    turn_load_clear(load);
    arena_free(&load->arena);
    for (size_t i = 0; i < TURN_TAKE_MAX; i++)
        buf_fini(&load->messages[i].payload);
}

bool turn_load_shrink(struct turn_load *load)
{
    bool is_freed = false;
    for (size_t i = 0; i < TURN_TAKE_MAX; i++)
        is_freed |= buf_shrink(&load->messages[i].payload, i < MESSAGES_KEPT ? MESSAGE_KEPT : 0);
    return is_freed;
}

bool turn_load_is_full(const struct turn_load *load, const struct turn_bounds *bounds)
{
    return load->taken_count >= bounds->count || load->taken_bytes >= bounds->bytes ||
           load->question_count >= bounds->questions || load->dropped_at != NULL;
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
static void add_event(struct turn_load *load, enum event_type type, struct names *names)
{
    struct turn_message *message = &load->messages[load->event_count];
    struct span bytes = span_of(&message->payload);
    bool is_asked = type == EVENT_PEER_MESSAGE && is_question(bytes);
    if (is_asked && sock_has_left(&message->peer))
        return; /* nobody waits for the answer */
    load->question_count += is_asked && !is_easy(bytes) ? 1 : 0;
    load->is_status_asked |= is_status_query(bytes);
    struct event *event = &load->events[load->event_count++];
    *event = (struct event){.type = type};
    if (type == EVENT_PEER_MESSAGE)
        fill_sender(names, &message->peer, &event->from);
}

/* Takes up to `most` messages that wait on one socket. What is dropped counts too: else a peer
 * could keep us here for ever. True if there are no more. */
static bool drain(struct turn_load *load, const struct turn_sources *sources, struct sock *sock,
                  size_t most, const struct turn_bounds *bounds)
{
    enum event_type type = sock == sources->parent ? EVENT_PARENT_MESSAGE : EVENT_PEER_MESSAGE;
    size_t end = load->taken_count + most, end_bytes = load->taken_bytes + DRAIN_BYTES;
    while (load->taken_count < end && load->taken_bytes < end_bytes &&
           !turn_load_is_full(load, bounds)) {
        struct turn_message *message = &load->messages[load->event_count];
        enum err err = sock_receive(sock, &message->payload, &message->peer);
        if (err != ERR_OK && err != ERR_MALFORMED)
            return true;
        load->taken_count++;
        load->taken_bytes += message->payload.len;
        if (err == ERR_MALFORMED)
            sources->note_dropped(sources->ctx, sock, &message->peer);
        else
            add_event(load, type, sources->names);
    }
    return false;
}

static size_t count_left(const struct turn_load *load, const struct turn_bounds *bounds)
{
    return load->taken_count < bounds->count ? bounds->count - load->taken_count : 0;
}

void turn_load_fill(struct turn_load *load, const struct turn_sources *sources,
                    struct sock_poll_item *items, size_t count, size_t first,
                    const struct turn_bounds *bounds)
{
    size_t ready = 0;
    for (size_t i = 0; i < count; i++)
        ready += items[i].is_ready ? 1 : 0;
    size_t share = ready > 0 ? count_left(load, bounds) / ready : 0;
    for (size_t i = 0; i < 2 * count; i++) {
        struct sock_poll_item *item = &items[(first + i) % count];
        size_t most = count_left(load, bounds);
        if (i < count && share > 0 && share < most)
            most = share;
        if (item->is_ready && drain(load, sources, item->sock, most, bounds))
            item->is_ready = false;
    }
}

void turn_load_open(struct turn_load *load, size_t first)
{
    for (size_t i = first; i < load->event_count; i++)
        if (opened_make(span_of(&load->messages[i].payload), load->arena, &load->opened[i]))
            load->events[i].opened = &load->opened[i];
}
