/* Two threads have the sockets in turns. Built with ThreadSanitizer (the preset "threads") this
 * tells where they meet in memory; in any build, whether a message is lost, or comes twice or out
 * of order. */
#include "unit/link/sock_net.h"

#include <pthread.h>
#include <time.h>

#include "ahead.h"
#include "wire/wire.h"

enum { MESSAGES = 3000, LOADED = 4, STEP_US = 500 };

/* A client in a thread and a context of its own, which files MESSAGES reports, numbered from 1, and
 * hears as many answers. */
struct speaker {
    const struct net *net;
    char endpoint[SOCK_ENDPOINT_MAX];
    unsigned heard;
};

/* Of unit `seq`, with a figure and a note, so that there is something to open. */
static void pack_file(uint64_t seq, struct buf *out)
{
    static char empty[] = "";
    struct buf filing = {0};
    struct report report = {
        .key = {.kind = 1, .period = {.year = 2024, .label = 1}, .unit = (uint32_t)seq, .form = 1},
        .scope = SCOPE_OWN,
        .catalogue = 1,
        .author = mem_strdup("author"),
        .reason = mem_strdup(empty),
        .source = mem_strdup(empty),
    };
    report_add_cell(&report,
                    (struct cell){.indicator = 7, .qualifier = QUALIFIER_EXACT, .value = 5});
    report_add_note(&report, 7, "note");
    wire_pack_filing(&report, &filing);
    report_fini(&report);
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.seq = seq;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    buf_clear(out);
    wire_pack(&envelope, out);
    buf_fini(&filing);
}

static void hear_all(struct speaker *speaker, struct sock *sock)
{
    struct buf payload = {0};
    struct sock_peer peer;
    while (sock_receive(sock, &payload, &peer) == ERR_OK)
        speaker->heard++;
    buf_fini(&payload);
}

static void *speak(void *ctx)
{
    struct speaker *speaker = ctx;
    struct sock_context *context = sock_context_new();
    struct sock *sock = NULL;
    struct buf message = {0};
    unsigned said = 0;
    if (context != NULL)
        (void)sock_connect(context, speaker->endpoint, speaker->net->server_pair.public_key,
                           &speaker->net->known, MESSAGE_MAX, &sock);
    for (int idle = 0; sock != NULL && idle < ROUNDS_MAX && speaker->heard < MESSAGES;) {
        struct sock_poll_item item = {.sock = sock, .fd = -1};
        unsigned heard = speaker->heard;
        bool is_zap;
        pack_file(said + 1, &message);
        while (said < MESSAGES && sock_send(sock, NULL, span_of(&message)) == ERR_OK)
            pack_file(++said + 1, &message);
        (void)sock_poll(context, &item, 1, ROUND_MS, &is_zap);
        hear_all(speaker, sock);
        idle = speaker->heard > heard ? 0 : idle + 1;
    }
    buf_fini(&message);
    sock_close(&sock);
    sock_context_free(&context);
    return NULL;
}

static void no_drop(void *ctx, struct sock *sock, const struct sock_peer *peer)
{
    (void)ctx;
    (void)sock;
    fail_msg("a message of %zu bytes of name was dropped", peer->id_len);
}

static struct turn_sources sources_of(const struct net *net, struct memory *memory,
                                      struct names *names)
{
    return (struct turn_sources){.context = net->context,
                                 .listener = net->server,
                                 .memory = memory,
                                 .names = names,
                                 .note_dropped = no_drop};
}

/* What a node does with a turn, while the other thread has the sockets: it looks at what was opened
 * there, and opens messages itself. */
static void step(const struct turn_load *load, struct arena *arena, uint64_t *next_seq,
                 size_t *opened_count)
{
    const struct timespec pause = {.tv_nsec = STEP_US * 1000};
    for (size_t i = 0; i < load->event_count; i++) {
        const struct event *event = &load->events[i];
        struct opened own;
        arena_reset(arena);
        assert_true(opened_make(event->bytes, arena, &own));
        assert_int_equal(own.message.envelope->seq, *next_seq);
        assert_int_equal(own.report.key.unit, *next_seq);
        if (event->opened != NULL) {
            (*opened_count)++;
            assert_int_equal(event->opened->message.envelope->seq, *next_seq);
            assert_int_equal(event->opened->report.key.unit, *next_seq);
            assert_int_equal(event->opened->report.cell_count, 1);
            assert_string_equal(event->opened->report.notes[0].text, "note");
            assert_memory_equal(event->opened->filing.content, own.filing.content,
                                WIRE_DIGEST_SIZE);
        }
        opened_fini(&own);
        (*next_seq)++;
    }
    (void)nanosleep(&pause, NULL);
}

static void answer(struct net *net, const struct turn_load *load)
{
    for (size_t i = 0; i < load->event_count; i++) {
        const struct timespec pause = {.tv_nsec = STEP_US * 1000};
        enum err err = ERR_BUSY;
        for (int tries = 0; err == ERR_BUSY && tries < ROUNDS_MAX; tries++) {
            err = sock_send(net->server, &load->messages[i].peer, load->events[i].bytes);
            if (err == ERR_BUSY)
                (void)nanosleep(&pause, NULL); /* it is being read */
        }
        assert_int_equal(err, ERR_OK);
    }
}

/* Rule: each message comes once and in order, whoever takes it; between two turns both threads'
 * work is one after the other. */
static void test_sockets_change_hands(void **state)
{
    struct net *net = *state;
    struct speaker speaker = {.net = net};
    struct turn *turn = mem_calloc(1, sizeof *turn);
    struct memory memory;
    struct names names = {0};
    memory_start(&memory); /* it is looked at in either thread, and blocks its signal first */
    struct ahead *ahead = ahead_new();
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    const struct turn_sources sources = sources_of(net, &memory, &names);
    const struct instant now = {.us = 1};
    pthread_t thread;
    uint64_t next_seq = 1;
    size_t ahead_count = 0, opened_count = 0;
    assert_non_null(ahead);
    size_t size = sizeof speaker.endpoint;
    assert_int_equal(
        zmq_getsockopt(net->server->handle, ZMQ_LAST_ENDPOINT, speaker.endpoint, &size), 0);
    turn_start(turn);
    assert_int_equal(pthread_create(&thread, NULL, speak, &speaker), 0);
    for (int idle = 0; idle < ROUNDS_MAX && next_seq <= MESSAGES;) {
        bool is_asked;
        turn_begin(turn);
        ahead_count += turn->now->taken_count;
        assert_int_equal(
            turn_gather(turn, &sources, -1, turn->now->taken_count > 0 ? 0 : ROUND_MS, &is_asked),
            ERR_OK);
        turn_close(turn, false, now, 1);
        if (turn->now->taken_count >= LOADED)
            ahead_begin(ahead, turn, &sources);
        step(turn->now, arena, &next_seq, &opened_count);
        ahead_end(ahead);
        answer(net, turn->now);
        idle = turn->now->taken_count > 0 ? 0 : idle + 1;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (int i = 0; i < 2; i++) { /* nothing is left over */
        turn_begin(turn);
        assert_int_equal(turn->now->taken_count, 0);
    }
    assert_int_equal(next_seq, MESSAGES + 1);
    assert_int_equal(speaker.heard, MESSAGES);
    assert_true(ahead_count > 0);
    assert_int_equal(opened_count, ahead_count);
    ahead_free(&ahead);
    memory_stop(&memory);
    arena_free(&arena);
    turn_fini(turn);
    free(turn);
}

/* Rule: who begins can end at once, and who is freed has ended. */
static void test_an_end_is_heard(void **state)
{
    struct net *net = *state;
    struct turn *turn = mem_calloc(1, sizeof *turn);
    struct memory memory = {.fd = -1};
    struct names names = {0};
    struct ahead *ahead = ahead_new();
    const struct turn_sources sources = sources_of(net, &memory, &names);
    assert_non_null(ahead);
    turn_start(turn);
    ahead_end(ahead); /* of nothing */
    for (int i = 0; i < 200; i++) {
        ahead_begin(ahead, turn, &sources);
        ahead_end(ahead);
    }
    ahead_begin(ahead, turn, &sources);
    ahead_free(&ahead);
    assert_null(ahead);
    ahead_free(&ahead);
    turn_fini(turn);
    free(turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sockets_change_hands, setup_server, teardown),
        cmocka_unit_test_setup_teardown(test_an_end_is_heard, setup_server, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
