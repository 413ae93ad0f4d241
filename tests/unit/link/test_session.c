#include "lib/cm.h"

#include "link/session.h"

enum { NOW = 1000000, WINDOW = 4, SEEDS = 1000, TYPE = 3 };

static struct report_key key_of(uint32_t unit)
{
    return (struct report_key){
        .kind = KIND_ACTUAL, .period = {2024, PERIOD_S1}, .unit = unit, .form = 1};
}

/* A session that has just said hello, at the instant returned. */
static int64_t open_session(struct session *session, uint64_t seed)
{
    session_init(session, seed, NOW);
    int64_t at_ms = session->retry_ms;
    unsigned actions = session_handle(session, SESSION_TICK, 0, at_ms);
    assert_int_equal(actions, SESSION_DO_OPEN | SESSION_DO_HELLO);
    return at_ms;
}

static int64_t welcome_session(struct session *session, uint32_t window)
{
    int64_t at_ms = open_session(session, 1);
    unsigned actions = session_handle(session, SESSION_WELCOMED, window, at_ms);
    assert_int_equal(actions, SESSION_DID_LINK | SESSION_DO_PUMP);
    return at_ms;
}

struct step {
    const char *name;
    enum session_event event;
    uint32_t window;
    int64_t at_ms; /* since the session said hello, or was welcomed */
    unsigned actions;
    enum session_state state;
};

static void walk(struct session *session, int64_t since_ms, const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned actions =
            session_handle(session, steps[i].event, steps[i].window, since_ms + steps[i].at_ms);
        if (actions != steps[i].actions || session->state != steps[i].state)
            fail_msg("%s: actions %u, state %d", steps[i].name, actions, (int)session->state);
    }
    session_fini(session);
}

/* Without a connection nothing but time matters: what else comes is left over from the last. */
static void test_idle(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {"a message", SESSION_HEARD, 0, 0, 0, SESSION_IDLE},
        {"a wrong welcome", SESSION_WELCOMED, 9, 0, 0, SESSION_IDLE},
        {"a refusal", SESSION_REFUSED, 0, 0, 0, SESSION_IDLE},
        {"a death", SESSION_DEAD, 0, 0, 0, SESSION_IDLE},
        {"too early", SESSION_TICK, 0, -1, 0, SESSION_IDLE},
        {"time to connect", SESSION_TICK, 0, 0, SESSION_DO_OPEN | SESSION_DO_HELLO, SESSION_HELLO},
    };
    struct session session;
    session_init(&session, 7, NOW);
    assert_int_equal(session.state, SESSION_IDLE);
    assert_int_equal(session_room(&session), 0);
    walk(&session, session.retry_ms, steps, sizeof steps / sizeof *steps);
}

/* A hello is answered in time by a welcome, or the connection is given up; other messages do not
 * prolong the wait. */
static void test_hello(void **state)
{
    (void)state;
    static const struct step silence[] = {
        {"nothing to do", SESSION_TICK, 0, 1, 0, SESSION_HELLO},
        {"words, but no welcome", SESSION_HEARD, 0, 9000, 0, SESSION_HELLO},
        {"just in time", SESSION_TICK, 0, SESSION_HELLO_MS - 1, 0, SESSION_HELLO},
        {"too late", SESSION_TICK, 0, SESSION_HELLO_MS, SESSION_DO_CLOSE, SESSION_IDLE},
    };
    static const struct step refused[] = {
        {"refused", SESSION_REFUSED, 0, 5, SESSION_DO_CLOSE, SESSION_IDLE},
    };
    static const struct step dead[] = {
        {"dead", SESSION_DEAD, 0, 5, SESSION_DO_CLOSE, SESSION_IDLE},
    };
    static const struct step no_window[] = {
        {"a wrong welcome", SESSION_WELCOMED, 0, 5, SESSION_DO_CLOSE, SESSION_IDLE},
    };
    static const struct step welcomed[] = {
        {"welcomed", SESSION_WELCOMED, 1, 5, SESSION_DID_LINK | SESSION_DO_PUMP, SESSION_UP},
    };
    static const struct {
        const struct step *steps;
        size_t count;
    } rows[] = {{silence, 4}, {refused, 1}, {dead, 1}, {no_window, 1}, {welcomed, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session session;
        int64_t since_ms = open_session(&session, i);
        walk(&session, since_ms, rows[i].steps, rows[i].count);
    }
}

/* A peer that has another address or key is connected to at once, however often the one before had
 * failed; what was under way with that one is forgotten. */
static void test_moved(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, WINDOW);
    const struct step moved[] = {
        {"moved", SESSION_MOVED, 0, 5, SESSION_DO_CLOSE | SESSION_DID_UNLINK, SESSION_IDLE},
        {"at once", SESSION_TICK, 0, 5, SESSION_DO_OPEN | SESSION_DO_HELLO, SESSION_HELLO},
        {"once more", SESSION_MOVED, 0, 6, SESSION_DO_CLOSE, SESSION_IDLE},
        {"at once", SESSION_TICK, 0, 6, SESSION_DO_OPEN | SESSION_DO_HELLO, SESSION_HELLO},
    };
    walk(&session, now_ms, moved, sizeof moved / sizeof *moved);
    now_ms = welcome_session(&session, WINDOW);
    (void)session_send(&session, 1, &(struct report_key){.unit = 1}, 1, now_ms);
    assert_int_equal(session_handle(&session, SESSION_MOVED, 0, now_ms),
                     SESSION_DO_CLOSE | SESSION_DID_UNLINK);
    assert_int_equal(session.sent_count, 0);
    for (int i = 0; i < 9; i++) {
        session_handle(&session, SESSION_DEAD, 0, session.retry_ms);
        session_handle(&session, SESSION_TICK, 0, session.retry_ms);
    }
    session_handle(&session, SESSION_DEAD, 0, session.retry_ms);
    assert_true(session.retry_ms > now_ms + 30000);
    assert_int_equal(session_handle(&session, SESSION_MOVED, 0, now_ms + 7), 0);
    assert_int_equal(session_due_ms(&session, now_ms + 7), 0);
    session_fini(&session);
}

/* A silent peer is pinged every SESSION_PING_MS and given up after SESSION_SILENCE_MS; any word
 * starts the count again. */
static void test_up(void **state)
{
    (void)state;
    const unsigned pump = SESSION_DO_PUMP;
    const unsigned down = SESSION_DO_CLOSE | SESSION_DID_UNLINK;
    const struct step steps[] = {
        {"quiet", SESSION_TICK, 0, 9999, pump, SESSION_UP},
        {"ping", SESSION_TICK, 0, 10000, pump | SESSION_DO_PING, SESSION_UP},
        {"pinged already", SESSION_TICK, 0, 10001, pump, SESSION_UP},
        {"pong", SESSION_HEARD, 0, 10050, pump, SESSION_UP},
        {"quiet again", SESSION_TICK, 0, 20049, pump, SESSION_UP},
        {"ping again", SESSION_TICK, 0, 20050, pump | SESSION_DO_PING, SESSION_UP},
        {"second ping", SESSION_TICK, 0, 30050, pump | SESSION_DO_PING, SESSION_UP},
        {"welcome twice", SESSION_WELCOMED, 200, 30060, pump, SESSION_UP},
        {"still there", SESSION_TICK, 0, 60059, pump | SESSION_DO_PING, SESSION_UP},
        {"gone", SESSION_TICK, 0, 60060, down, SESSION_IDLE},
        {"gone only once", SESSION_DEAD, 0, 60061, 0, SESSION_IDLE},
    };
    const struct step dead[] = {{"dead", SESSION_DEAD, 0, 1, down, SESSION_IDLE}};
    const struct step refused[] = {{"refused", SESSION_REFUSED, 0, 1, down, SESSION_IDLE}};
    struct session session;
    int64_t since_ms = welcome_session(&session, WINDOW);
    walk(&session, since_ms, steps, sizeof steps / sizeof *steps);
    since_ms = welcome_session(&session, WINDOW);
    walk(&session, since_ms, dead, 1);
    since_ms = welcome_session(&session, WINDOW);
    walk(&session, since_ms, refused, 1);
}

/* A second welcome does not change the window; a peer's offer above the limit is cut to it. */
static void test_window_granted(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t offered;
        size_t room;
    } rows[] = {
        {"one", 1, 1},
        {"the limit", SESSION_WINDOW_MAX, SESSION_WINDOW_MAX},
        {"above the limit", SESSION_WINDOW_MAX + 1, SESSION_WINDOW_MAX},
        {"absurd", UINT32_MAX, SESSION_WINDOW_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct session session;
        int64_t since_ms = welcome_session(&session, rows[i].offered);
        session_handle(&session, SESSION_WELCOMED, 77, since_ms);
        if (session_room(&session) != rows[i].room)
            fail_msg("%s: room for %zu", rows[i].name, session_room(&session));
        session_fini(&session);
    }
}

/* Messages are numbered from 1 across all kinds, and the window is full when as many are under way
 * as were granted: nothing pumps then, until an answer makes room. */
static void test_window_full(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, WINDOW);
    assert_int_equal(session_take_seq(&session), 1);
    for (uint32_t i = 0; i < WINDOW; i++) {
        struct report_key key = key_of(i);
        assert_int_equal(session_room(&session), WINDOW - i);
        assert_false(session_is_sent(&session, TYPE, &key));
        assert_int_equal(session_send(&session, TYPE, &key, 10 + i, now_ms), 2 + i);
        assert_true(session_is_sent(&session, TYPE, &key));
        assert_false(session_is_sent(&session, TYPE + 1, &key));
    }
    assert_int_equal(session_room(&session), 0);
    assert_int_equal(session_handle(&session, SESSION_HEARD, 0, now_ms), 0);
    assert_int_equal(session_handle(&session, SESSION_TICK, 0, now_ms), 0);

    struct session_sent sent;
    assert_true(session_answered(&session, 3, now_ms, &sent));
    assert_int_equal(sent.seq, 3);
    assert_int_equal(sent.type, TYPE);
    assert_int_equal(sent.key.unit, 1);
    assert_int_equal(sent.version, 11);
    assert_int_equal(session_room(&session), 1);
    assert_int_equal(session_handle(&session, SESSION_HEARD, 0, now_ms), SESSION_DO_PUMP);
    assert_false(session_is_sent(&session, TYPE, &sent.key));
    struct report_key other = key_of(2);
    assert_true(session_is_sent(&session, TYPE, &other));
    session_fini(&session);
}

/* An answer given twice, or to what was never sent, or to a hello, changes nothing. */
static void test_wrong_answers(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, WINDOW);
    struct report_key key = key_of(1);
    uint64_t hello = session_take_seq(&session);
    uint64_t first = session_send(&session, TYPE, &key, 1, now_ms);
    session_weigh(&session, 300);
    uint64_t second = session_send(&session, TYPE, &key, 2, now_ms);
    session_weigh(&session, 500);
    assert_int_equal(session_bytes(&session), 800);
    struct session_sent sent = {.seq = 99};
    const uint64_t wrong[] = {0, hello, second + 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(session_answered(&session, wrong[i], now_ms, &sent));
    assert_int_equal(sent.seq, 99);
    assert_true(session_answered(&session, first, now_ms, &sent));
    assert_int_equal(session_bytes(&session), 500);
    assert_false(session_answered(&session, first, now_ms, &sent));
    assert_true(session_is_sent(&session, TYPE, &key)); /* the second one carries it too */
    assert_true(session_answered(&session, second, now_ms, &sent));
    assert_int_equal(sent.version, 2);
    assert_int_equal(session_room(&session), WINDOW);
    session_fini(&session);
}

/* What is unanswered for SESSION_RESEND_MS is forgotten, oldest first, so that it is sent again; a
 * late answer then finds nothing. */
static void test_expire(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, 3);
    struct report_key keys[3];
    for (uint32_t i = 0; i < 3; i++) {
        keys[i] = key_of(i);
        session_send(&session, TYPE, &keys[i], 1, now_ms + 100 * i);
    }
    assert_int_equal(session_expire(&session, now_ms + SESSION_RESEND_MS - 1), 0);
    assert_int_equal(session_expire(&session, now_ms + SESSION_RESEND_MS + 100), 2);
    assert_false(session_is_sent(&session, TYPE, &keys[0]));
    assert_false(session_is_sent(&session, TYPE, &keys[1]));
    assert_true(session_is_sent(&session, TYPE, &keys[2]));
    struct session_sent sent;
    assert_false(session_answered(&session, 1, now_ms, &sent));
    assert_true(session_answered(&session, 3, now_ms, &sent));
    assert_int_equal(session_expire(&session, now_ms + SESSION_SILENCE_MS), 0);
    session_fini(&session);
}

/* On a slow line messages stand in a queue: as long as answers come, those behind the last one that
 * was answered are not sent again. One that was passed over is lost. */
static void test_a_queue_is_not_lost(void **state)
{
    (void)state;
    struct session session;
    struct session_sent sent;
    int64_t now_ms = welcome_session(&session, 4);
    for (uint32_t i = 0; i < 4; i++) {
        struct report_key key = key_of(i);
        assert_int_equal(session_send(&session, TYPE, &key, 1, now_ms), 1 + i);
    }
    now_ms += SESSION_RESEND_MS - 1;
    assert_true(session_answered(&session, 1, now_ms, &sent));
    assert_true(session_handle(&session, SESSION_HEARD, 0, now_ms) == SESSION_DO_PUMP);
    assert_int_equal(session_expire(&session, now_ms + SESSION_RESEND_MS - 1), 0);
    now_ms += SESSION_RESEND_MS - 1;
    (void)session_handle(&session, SESSION_HEARD, 0, now_ms); /* a pong is no answer */
    assert_int_equal(session_due_ms(&session, now_ms), 1);
    assert_true(session_answered(&session, 3, now_ms, &sent));
    assert_int_equal(session_due_ms(&session, now_ms), 0);
    assert_int_equal(session_expire(&session, now_ms), 1); /* 2 was passed over */
    struct report_key last = key_of(3);
    assert_true(session_is_sent(&session, TYPE, &last));
    assert_int_equal(session_expire(&session, now_ms + SESSION_RESEND_MS - 1), 0);
    assert_int_equal(session_expire(&session, now_ms + SESSION_RESEND_MS), 1);
    session_fini(&session);
}

/* A tick makes room by itself: a full window whose answers were lost does not stop the link. */
static void test_tick_expires(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, 1);
    struct report_key key = key_of(1);
    session_send(&session, TYPE, &key, 1, now_ms);
    assert_int_equal(session_handle(&session, SESSION_HEARD, 0, now_ms + 6000), 0);
    assert_int_equal(session_due_ms(&session, now_ms + 6000), SESSION_RESEND_MS - 6000);
    assert_int_equal(session_handle(&session, SESSION_TICK, 0, now_ms + SESSION_RESEND_MS),
                     SESSION_DO_PUMP);
    assert_int_equal(session_room(&session), 1);
    session_fini(&session);
}

/* A new connection forgets what was under way on the old one, and its numbers never come back. */
static void test_reconnect_forgets(void **state)
{
    (void)state;
    struct session session;
    int64_t now_ms = welcome_session(&session, WINDOW);
    struct report_key key = key_of(1);
    uint64_t old = session_send(&session, TYPE, &key, 1, now_ms);
    session_handle(&session, SESSION_DEAD, 0, now_ms);
    assert_false(session_is_sent(&session, TYPE, &key));
    assert_int_equal(session_room(&session), 0);
    session_handle(&session, SESSION_TICK, 0, session.retry_ms);
    session_handle(&session, SESSION_WELCOMED, 2, session.retry_ms);
    assert_int_equal(session_room(&session), 2);
    struct session_sent sent;
    assert_false(session_answered(&session, old, now_ms, &sent));
    assert_true(session_send(&session, TYPE, &key, 1, now_ms) > old);
    session_fini(&session);
}

/* What the next tick is for, in each state; a tick at that instant always does something. */
static void test_due(void **state)
{
    (void)state;
    struct session session;
    session_init(&session, 5, NOW);
    assert_int_equal(session_due_ms(&session, NOW), session.retry_ms - NOW);
    assert_int_equal(session_due_ms(&session, session.retry_ms + 5), 0);
    assert_int_equal(session_due_ms(&session, session.retry_ms - INT64_C(100000000)), 3600000);
    int64_t now_ms = session.retry_ms;
    session_handle(&session, SESSION_TICK, 0, now_ms);
    assert_int_equal(session_due_ms(&session, now_ms + 1), SESSION_HELLO_MS - 1);
    session_handle(&session, SESSION_WELCOMED, WINDOW, now_ms);
    assert_int_equal(session_due_ms(&session, now_ms), SESSION_PING_MS);
    session_handle(&session, SESSION_TICK, 0, now_ms + SESSION_PING_MS);
    assert_int_equal(session_due_ms(&session, now_ms + SESSION_PING_MS), SESSION_PING_MS);
    session_handle(&session, SESSION_TICK, 0, now_ms + SESSION_SILENCE_MS - 1);
    assert_int_equal(session_due_ms(&session, now_ms + SESSION_SILENCE_MS - 1), 1);
    session_fini(&session);
}

/* The first connect is spread over SESSION_BACKOFF_MIN_MS; each failure in a row doubles the wait,
 * up or down by a quarter, and none is longer than SESSION_BACKOFF_MAX_MS. */
static void test_backoff_bounds(void **state)
{
    (void)state;
    static const int64_t bases[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 48000, 48000};
    enum { COUNT = sizeof bases / sizeof *bases };
    int64_t least[COUNT], most[COUNT];
    bool has_differed = false;
    for (size_t i = 0; i < COUNT; i++) {
        least[i] = INT64_MAX;
        most[i] = 0;
    }
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct session session;
        session_init(&session, seed, NOW);
        assert_in_range(session.retry_ms - NOW, 0, SESSION_BACKOFF_MIN_MS);
        has_differed |= session.retry_ms != NOW;
        for (size_t i = 0; i < COUNT; i++) {
            int64_t now_ms = session.retry_ms;
            session_handle(&session, SESSION_TICK, 0, now_ms);
            session_handle(&session, SESSION_DEAD, 0, now_ms);
            int64_t wait_ms = session.retry_ms - now_ms;
            least[i] = wait_ms < least[i] ? wait_ms : least[i];
            most[i] = wait_ms > most[i] ? wait_ms : most[i];
        }
        session_fini(&session);
    }
    assert_true(has_differed);
    for (size_t i = 0; i < COUNT; i++) {
        /* Within the bounds, and near both of them: the jitter uses its range. */
        assert_in_range(least[i], bases[i] * 3 / 4, bases[i] * 4 / 5);
        assert_in_range(most[i], bases[i] * 6 / 5, bases[i] * 5 / 4);
        assert_true(most[i] <= SESSION_BACKOFF_MAX_MS);
    }
}

/* Only a welcome ends the doubling: neither words nor a connection that stands do. */
static void test_failures_reset(void **state)
{
    (void)state;
    struct session session;
    session_init(&session, 3, NOW);
    for (uint32_t i = 0; i < 5; i++) {
        int64_t now_ms = session.retry_ms;
        session_handle(&session, SESSION_TICK, 0, now_ms);
        session_handle(&session, SESSION_HEARD, 0, now_ms);
        session_handle(&session, SESSION_REFUSED, 0, now_ms);
        assert_int_equal(session.failures, i + 1);
    }
    int64_t now_ms = session.retry_ms;
    session_handle(&session, SESSION_TICK, 0, now_ms);
    session_handle(&session, SESSION_WELCOMED, 1, now_ms);
    assert_int_equal(session.failures, 0);
    session_handle(&session, SESSION_DEAD, 0, now_ms);
    assert_in_range(session.retry_ms - now_ms, 187, 313);
    session_fini(&session);
}

/* A run repeats exactly from its seed, and another seed waits otherwise. */
static void test_seed(void **state)
{
    (void)state;
    struct session a, b, c;
    session_init(&a, 42, NOW);
    session_init(&b, 42, NOW);
    session_init(&c, 43, NOW);
    bool has_differed = false;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(a.retry_ms, b.retry_ms);
        has_differed |= a.retry_ms != c.retry_ms;
        struct session *sessions[] = {&a, &b, &c};
        for (size_t k = 0; k < 3; k++) {
            session_handle(sessions[k], SESSION_TICK, 0, sessions[k]->retry_ms);
            session_handle(sessions[k], SESSION_DEAD, 0, sessions[k]->retry_ms);
        }
    }
    assert_true(has_differed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_hello),
        cmocka_unit_test(test_moved),
        cmocka_unit_test(test_up),
        cmocka_unit_test(test_window_granted),
        cmocka_unit_test(test_window_full),
        cmocka_unit_test(test_wrong_answers),
        cmocka_unit_test(test_a_queue_is_not_lost),
        cmocka_unit_test(test_expire),
        cmocka_unit_test(test_tick_expires),
        cmocka_unit_test(test_reconnect_forgets),
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_backoff_bounds),
        cmocka_unit_test(test_failures_reset),
        cmocka_unit_test(test_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
