/* Turns: what is taken from real sockets, with which bounds, and what waits for more. */
#include "unit/link/sock_net.h"

#include <time.h>

#include "ahead.h"
#include "memory.h"
#include "names.h"
#include "turn.h"
#include "wire/wire.h"

enum { NOW_MS = 1000, FILING_BYTES = (1 << 20) - 100, FILINGS = 40 };

/* A node whose parent is the server of `net`; its listener is another one. */
struct scene {
    struct net *net;
    struct turn *turn;
    struct turn_sources sources;
    struct memory memory;
    struct names names;
    struct sock *child; /* of the listener */
    struct ahead *second;
    unsigned dropped;
};

static void note_dropped(void *ctx, struct sock *sock, const struct sock_peer *peer)
{
    (void)sock;
    (void)peer;
    ((struct scene *)ctx)->dropped++;
}

static void connect_to(struct net *net, struct sock *server, struct sock **ret_client)
{
    char endpoint[SOCK_ENDPOINT_MAX];
    size_t size = sizeof endpoint;
    assert_int_equal(zmq_getsockopt(server->handle, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
    assert_int_equal(sock_connect(net->context, endpoint, net->server_pair.public_key, &net->known,
                                  WIRE_MESSAGE_MAX, ret_client),
                     ERR_OK);
}

static int setup_scene(void **state)
{
    struct scene *scene = mem_calloc(1, sizeof *scene);
    void *net;
    if (setup_server(&net) != 0)
        return -1;
    scene->net = net;
    scene->turn = mem_calloc(1, sizeof *scene->turn);
    turn_start(scene->turn);
    scene->memory.fd = -1;
    scene->second = ahead_new();
    assert_non_null(scene->second);
    connect_to(scene->net, scene->net->server, &scene->net->client);
    assert_int_equal(sock_listen(scene->net->context, "tcp://127.0.0.1:*", &scene->net->server_pair,
                                 &scene->net->other),
                     ERR_OK);
    connect_to(scene->net, scene->net->other, &scene->child);
    scene->sources = (struct turn_sources){.context = scene->net->context,
                                           .parent = scene->net->client,
                                           .listener = scene->net->other,
                                           .memory = &scene->memory,
                                           .names = &scene->names,
                                           .note_dropped = note_dropped,
                                           .ctx = scene};
    *state = scene;
    return 0;
}

static int teardown_scene(void **state)
{
    struct scene *scene = *state;
    void *net = scene->net;
    ahead_free(&scene->second);
    sock_close(&scene->child);
    turn_fini(scene->turn);
    free(scene->turn);
    free(scene);
    return teardown(&net);
}

/* The child's first message goes out, and the key is looked at. */
static void serve(struct scene *scene, int64_t timeout_ms)
{
    struct sock_poll_item child = {.sock = scene->child, .fd = -1};
    bool is_zap;
    enum err err = sock_poll(scene->net->context, &child, 1, timeout_ms, &is_zap);
    assert_true(err == ERR_OK || err == ERR_TIMEOUT);
    if (is_zap)
        sock_context_serve_zap(scene->net->context);
}

static void gather_once(struct scene *scene)
{
    bool is_told;
    serve(scene, 0);
    assert_int_equal(turn_gather(scene->turn, &scene->sources, -1, ROUND_MS, &is_told), ERR_OK);
}

/* Until so many messages are taken. */
static void gather(struct scene *scene, size_t count)
{
    for (int i = 0; i < ROUNDS_MAX && scene->turn->now->taken_count < count; i++)
        gather_once(scene);
    assert_int_equal(scene->turn->now->taken_count, count);
}

/* The second thread has the sockets for a moment: it may or may not take what waits there. */
static void take_ahead_once(struct scene *scene)
{
    const struct timespec moment = {.tv_nsec = 1000000};
    serve(scene, 1);
    ahead_begin(scene->second, scene->turn, &scene->sources);
    (void)nanosleep(&moment, NULL);
    ahead_end(scene->second);
}

/* Until so many messages are taken for the next turn. */
static void take_ahead(struct scene *scene, size_t count)
{
    const struct turn_load *load = scene->turn->ahead;
    for (int i = 0; i < ROUNDS_MAX && load->taken_count < count; i++)
        take_ahead_once(scene);
    assert_int_equal(load->taken_count, count);
}

/* However often it is let. */
static void assert_no_more_ahead(struct scene *scene)
{
    size_t count = scene->turn->ahead->taken_count;
    for (int i = 0; i < 20; i++)
        take_ahead_once(scene);
    assert_int_equal(scene->turn->ahead->taken_count, count);
}

static void pack(Tonghop__Envelope__BodyCase body, struct buf *out)
{
    Tonghop__Ack ack = TONGHOP__ACK__INIT;
    Tonghop__StatementAck statement = TONGHOP__STATEMENT_ACK__INIT;
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__StatusQuery status = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.body_case = body;
    if (body == TONGHOP__ENVELOPE__BODY_ACK)
        envelope.ack = &ack;
    else if (body == TONGHOP__ENVELOPE__BODY_STATEMENT_ACK)
        envelope.statement_ack = &statement;
    else if (body == TONGHOP__ENVELOPE__BODY_PING)
        envelope.ping = &ping;
    else if (body == TONGHOP__ENVELOPE__BODY_FILE)
        envelope.file = &file;
    else
        envelope.status_query = &status;
    file.filing = (ProtobufCBinaryData){FILING_BYTES, mem_calloc(1, FILING_BYTES)};
    buf_clear(out);
    wire_pack(&envelope, out);
    free(file.filing.data);
}

/* The parent says it to us, once it knows us. */
static void parent_says(struct scene *scene, Tonghop__Envelope__BodyCase body)
{
    struct net *net = scene->net;
    struct buf bytes = {0};
    if (net->peer.id_len == 0) {
        say(net->client, "hello");
        hear(net, net->server, "hello");
    }
    pack(body, &bytes);
    assert_int_equal(sock_send(net->server, &net->peer, span_of(&bytes)), ERR_OK);
    buf_fini(&bytes);
}

static void child_says(struct scene *scene, Tonghop__Envelope__BodyCase body)
{
    struct buf bytes = {0};
    pack(body, &bytes);
    assert_int_equal(sock_send(scene->child, NULL, span_of(&bytes)), ERR_OK);
    buf_fini(&bytes);
}

/* Rule: acknowledgements of the parent alone wait, but for 20 ms from the first look on. */
static void acks_wait_for_company(void **state)
{
    struct scene *scene = *state;
    assert_false(turn_has_to_wait(scene->turn, false, NOW_MS)); /* an empty turn does not */
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    parent_says(scene, TONGHOP__ENVELOPE__BODY_STATEMENT_ACK);
    gather(scene, 2);
    assert_true(turn_has_to_wait(scene->turn, false, NOW_MS));
    assert_true(turn_is_waiting(scene->turn));
    assert_int_equal(turn_due_ms(scene->turn, NOW_MS), TURN_ACK_MS);
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 3);
    assert_true(turn_has_to_wait(scene->turn, false, NOW_MS + TURN_ACK_MS - 1));
    assert_int_equal(turn_due_ms(scene->turn, NOW_MS + TURN_ACK_MS - 1), 1);
    assert_int_equal(turn_due_ms(scene->turn, NOW_MS + 2 * TURN_ACK_MS), 0);
    assert_false(turn_has_to_wait(scene->turn, false, NOW_MS + TURN_ACK_MS));
    assert_false(turn_is_waiting(scene->turn));
    assert_int_equal(scene->turn->now->event_count, 3);
}

/* Rule: nothing else is kept waiting: not what comes with them, nor a signal, nor many of them. */
static void nothing_else_waits(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 1);
    assert_false(turn_has_to_wait(turn, true, NOW_MS));
    assert_true(turn_has_to_wait(turn, false, NOW_MS));
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    gather(scene, 2);
    assert_int_equal(turn->now->events[1].type, EVENT_PEER_MESSAGE);
    assert_false(turn_has_to_wait(turn, false, NOW_MS));

    turn_begin(turn);
    child_says(scene, TONGHOP__ENVELOPE__BODY_ACK); /* it acknowledges nothing to us */
    gather(scene, 1);
    assert_false(turn_has_to_wait(turn, false, NOW_MS));

    turn_begin(turn);
    for (int i = 0; i < 15; i++)
        parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 15);
    assert_true(turn_has_to_wait(turn, false, NOW_MS));
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 16);
    assert_false(turn_has_to_wait(turn, false, NOW_MS));

    turn_begin(turn);
    turn->take_max = 1;
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 1);
    assert_false(turn_has_to_wait(turn, false, NOW_MS)); /* there is no place for others */
}

/* Rule: whatever is waited for, a turn has at most TURN_BYTES_MAX, and the message with which it
 * reaches them. */
static void a_turn_is_bounded_in_bytes(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    struct buf filing = {0};
    pack(TONGHOP__ENVELOPE__BODY_FILE, &filing);
    int sent = 0;
    for (int i = 0; i < ROUNDS_MAX && turn->now->taken_bytes < TURN_BYTES_MAX; i++) {
        while (sent < FILINGS && sock_send(scene->child, NULL, span_of(&filing)) == ERR_OK)
            sent++;
        turn->waited_us = 1000000;
        gather_once(scene);
        assert_int_equal(turn_gather_more(turn, &scene->sources), ERR_OK);
    }
    buf_fini(&filing);
    assert_in_range(turn->now->taken_bytes, TURN_BYTES_MAX, TURN_BYTES_MAX + SOCK_MESSAGE_MAX);
    size_t full = turn->now->taken_count;
    assert_int_equal(turn_gather_last(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn_gather_more(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn->now->taken_count, full);
    turn_begin(turn);
    for (int i = 0; i < ROUNDS_MAX && turn->now->event_count == 0; i++)
        gather_once(scene);
    assert_true(turn->now->event_count > 0); /* the rest is not lost */
    assert_true(turn_shrink(turn));
    assert_false(turn_shrink(turn));
}

/* A report without figures. */
static void child_files(struct scene *scene)
{
    struct buf filing = {0}, bytes = {0};
    struct report report = {
        .key = {.kind = 1, .period = {.year = 2024, .label = 1}, .unit = 5, .form = 1},
        .scope = SCOPE_OWN,
        .catalogue = 1,
        .author = "",
        .reason = "",
    };
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_pack_filing(&report, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.seq = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    wire_pack(&envelope, &bytes);
    assert_int_equal(sock_send(scene->child, NULL, span_of(&bytes)), ERR_OK);
    buf_fini(&filing);
    buf_fini(&bytes);
}

static void begin_linked(struct scene *scene)
{
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    gather(scene, 1);
    turn_begin(scene->turn);
}

/* Rule: what is taken ahead comes first in the next turn, and is opened if it can be; the parent's
 * messages are left where they are. */
static void what_is_taken_ahead_is_the_next_turns(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    const struct instant now = {.us = 5};
    struct sock_poll_item parents = {.sock = scene->net->client, .fd = -1};
    bool is_zap;
    begin_linked(scene);
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    gather(scene, 1);
    child_files(scene);
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    take_ahead(scene, 2);
    for (int i = 0; i < ROUNDS_MAX && !parents.is_ready; i++) {
        enum err err = sock_poll(scene->net->context, &parents, 1, ROUND_MS, &is_zap);
        assert_true(err == ERR_OK || err == ERR_TIMEOUT);
    }
    assert_true(parents.is_ready);
    assert_no_more_ahead(scene);
    assert_int_equal(turn->now->event_count, 1);
    turn_close(turn, false, now, NOW_MS);
    assert_null(turn->now->events[0].opened);

    turn_begin(turn);
    assert_int_equal(turn->now->event_count, 2);
    gather(scene, 3);
    turn_close(turn, false, now, NOW_MS);
    const struct event *events = turn->now->events;
    assert_ptr_equal(events[0].opened, &turn->now->opened[0]);
    assert_int_equal(events[0].opened->report.key.unit, 5);
    assert_int_equal(wire_peek_body(events[0].bytes), TONGHOP__ENVELOPE__BODY_FILE);
    assert_int_equal(wire_peek_body(events[1].bytes), TONGHOP__ENVELOPE__BODY_PING);
    assert_null(events[1].opened);
    assert_int_equal(events[2].type, EVENT_PARENT_MESSAGE);
    assert_null(events[2].opened);
    turn_begin(turn);
    assert_int_equal(turn->now->taken_count, 0);
    turn_begin(turn);
    assert_int_equal(turn->now->taken_count, 0);
}

/* Rule: a turn is never full of what was taken ahead: two thirds of its messages, one question, and
 * TURN_AHEAD_BYTES_MAX; nor when it is to have fewer than that meanwhile. */
static void what_is_taken_ahead_leaves_room(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    struct buf filing = {0};
    int sent = 0;
    begin_linked(scene);
    turn->take_max = 7;
    for (int i = 0; i < 5; i++)
        child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    take_ahead(scene, 4);
    assert_no_more_ahead(scene);
    turn->take_max = 1;
    turn_begin(turn);
    parent_says(scene, TONGHOP__ENVELOPE__BODY_ACK);
    gather(scene, 5);
    for (int i = 0; i < 20; i++)
        gather_once(scene);
    assert_int_equal(turn->now->taken_count, 5);
    turn_begin(turn);
    gather(scene, 1);

    turn_begin(turn);
    turn->take_max = TURN_TAKE_MAX;
    for (int i = 0; i < 3; i++)
        child_says(scene, TONGHOP__ENVELOPE__BODY_STATUS_QUERY);
    take_ahead(scene, 1);
    assert_no_more_ahead(scene);
    assert_int_equal(turn->ahead->question_count, 1);
    turn_begin(turn);
    gather(scene, 3);

    turn_begin(turn);
    pack(TONGHOP__ENVELOPE__BODY_FILE, &filing);
    for (int i = 0; i < ROUNDS_MAX && turn->ahead->taken_bytes < TURN_AHEAD_BYTES_MAX; i++) {
        while (sent < FILINGS && sock_send(scene->child, NULL, span_of(&filing)) == ERR_OK)
            sent++;
        take_ahead_once(scene);
    }
    buf_fini(&filing);
    assert_in_range(turn->ahead->taken_bytes, TURN_AHEAD_BYTES_MAX,
                    TURN_AHEAD_BYTES_MAX + SOCK_MESSAGE_MAX);
    assert_no_more_ahead(scene);
}

/* Rule: what no honest peer sends ends the taking ahead, and is told when messages are next
 * gathered. */
static void what_is_dropped_ahead_is_told_later(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    begin_linked(scene);
    assert_int_equal(zmq_send(scene->child->handle, "two", 3, ZMQ_SNDMORE), 3);
    assert_int_equal(zmq_send(scene->child->handle, "frames", 6, 0), 6);
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    take_ahead(scene, 1);
    assert_no_more_ahead(scene);
    assert_int_equal(turn->ahead->event_count, 0);
    assert_int_equal(scene->dropped, 0);
    turn_begin(turn);
    gather(scene, 2);
    assert_int_equal(scene->dropped, 1);
    assert_int_equal(turn->now->event_count, 1);
}

/* Until the listener has a message, which is left there. */
static void await_message(struct scene *scene)
{
    struct sock_poll_item items[] = {{.sock = scene->net->other, .fd = -1},
                                     {.sock = scene->child, .fd = -1}};
    bool is_zap;
    for (int i = 0; i < ROUNDS_MAX && !items[0].is_ready; i++) {
        enum err err = sock_poll(scene->net->context, items, 2, ROUND_MS, &is_zap);
        assert_true(err == ERR_OK || err == ERR_TIMEOUT);
        if (is_zap)
            sock_context_serve_zap(scene->net->context);
    }
    assert_true(items[0].is_ready);
}

/* Rule: more is taken in if the last turn waited for long, and there was something to wait with; at
 * the end in any case. */
static void more_is_waited_for_where_it_pays(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    await_message(scene);
    turn->waited_us = 400000;
    assert_int_equal(turn_gather_more(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn->now->taken_count, 0); /* for an empty turn nobody waits */
    gather(scene, 1);
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    await_message(scene);
    turn->waited_us = 0;
    assert_int_equal(turn_gather_more(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn->now->taken_count, 1);
    turn->waited_us = 400000;
    assert_int_equal(turn_gather_more(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn->now->taken_count, 2);
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    await_message(scene);
    turn->waited_us = 0;
    assert_int_equal(turn_gather_last(turn, &scene->sources), ERR_OK);
    assert_int_equal(turn->now->taken_count, 3);
}

/* Rule: what no honest peer sends is told, makes no event, and counts as taken. */
static void what_is_dropped_counts(void **state)
{
    struct scene *scene = *state;
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    gather(scene, 1);
    assert_int_equal(zmq_send(scene->child->handle, "two", 3, ZMQ_SNDMORE), 3);
    assert_int_equal(zmq_send(scene->child->handle, "frames", 6, 0), 6);
    gather(scene, 2);
    assert_int_equal(scene->dropped, 1);
    assert_int_equal(scene->turn->now->event_count, 1);
}

/* Rule: a Status makes the files looked at; the tick of the node's own work comes last. */
static void a_turn_is_closed_with_a_tick(void **state)
{
    struct scene *scene = *state;
    struct turn *turn = scene->turn;
    child_says(scene, TONGHOP__ENVELOPE__BODY_PING);
    gather(scene, 1);
    assert_false(turn->now->is_status_asked);
    child_says(scene, TONGHOP__ENVELOPE__BODY_STATUS_QUERY);
    gather(scene, 2);
    assert_true(turn->now->is_status_asked);
    const struct instant now = {.us = 5};
    turn_close(turn, true, now, NOW_MS);
    assert_int_equal(turn->now->event_count, 3);
    assert_int_equal(turn->now->events[2].type, EVENT_TICK);
    assert_int_equal(turn->now->events[2].bytes.len, 0);
    assert_true(span_equal(turn->now->events[1].bytes, span_of(&turn->now->messages[1].payload)));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(turn->now->events[i].now.us, 5);
        assert_int_equal(turn->now->events[i].now_ms, NOW_MS);
    }
    turn_begin(turn);
    assert_false(turn->now->is_status_asked);
    turn_close(turn, false, now, NOW_MS);
    assert_int_equal(turn->now->event_count, 0);
    assert_int_equal(scene->dropped, 0);
}

/* Rule: after a turn that took long the next one has half of its messages, at least one; a full one
 * that did not is followed by one of twice as many. */
static void the_pace_follows_what_turns_take(void **state)
{
    struct turn *turn = ((struct scene *)*state)->turn;
    turn->now->taken_count = 40;
    turn_set_pace(turn, 50000, 20001);
    assert_int_equal(turn->take_max, 20);
    assert_int_equal(turn->waited_us, 29999);
    turn->now->taken_count = 16;
    turn_set_pace(turn, 30000, 16000);
    assert_int_equal(turn->waited_us, 0); /* the disk does not keep us as long as the messages */
    turn_set_pace(turn, 30000, 14000);
    assert_int_equal(turn->waited_us, 16000);
    turn->now->taken_count = 100; /* most of them taken ahead, when the pace was another one */
    turn_set_pace(turn, 50000, 20001);
    assert_int_equal(turn->take_max, 10);
    turn->take_max = 20;
    turn->now->taken_count = 15;
    turn_set_pace(turn, 30000, 100);
    assert_int_equal(turn->take_max, 20);
    assert_int_equal(turn->waited_us, 0); /* few messages: nothing is waited for next time */
    turn->now->taken_count = 1;
    turn_set_pace(turn, 30000, 20001);
    assert_int_equal(turn->take_max, 1);
    for (int i = 0; i < 20; i++) {
        turn->now->taken_count = turn->take_max;
        turn_set_pace(turn, 100, 100);
    }
    assert_int_equal(turn->take_max, TURN_TAKE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acks_wait_for_company, setup_scene, teardown_scene),
        cmocka_unit_test_setup_teardown(nothing_else_waits, setup_scene, teardown_scene),
        cmocka_unit_test_setup_teardown(a_turn_is_bounded_in_bytes, setup_scene, teardown_scene),
        cmocka_unit_test_setup_teardown(more_is_waited_for_where_it_pays, setup_scene,
                                        teardown_scene),
        cmocka_unit_test_setup_teardown(what_is_dropped_counts, setup_scene, teardown_scene),
        cmocka_unit_test_setup_teardown(a_turn_is_closed_with_a_tick, setup_scene, teardown_scene),
        cmocka_unit_test_setup_teardown(what_is_taken_ahead_is_the_next_turns, setup_scene,
                                        teardown_scene),
        cmocka_unit_test_setup_teardown(what_is_taken_ahead_leaves_room, setup_scene,
                                        teardown_scene),
        cmocka_unit_test_setup_teardown(what_is_dropped_ahead_is_told_later, setup_scene,
                                        teardown_scene),
        cmocka_unit_test_setup_teardown(the_pace_follows_what_turns_take, setup_scene,
                                        teardown_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
