/* First contact: whatever is set up wrongly between two nodes is told on both sides, with what to
 * do, and no longer than it is so. Strangers make nobody unwell. */
#include "link/trouble.h"
#include "unit/node/ask.h"
#include "unit/node/dump.h"
#include "unit/node/uplink.h"

#define MINUTE_US INT64_C(60000000)

enum { NODE_631 = 1, NODE_632 = 2, PARENT = 70, OWN = 71, STRANGER = 90 };

static const Tonghop__Status *status_of(struct rig *rig)
{
    rig_hello(rig, from_local(), 0);
    const Tonghop__Envelope *answer = ask_status(rig, from_local());
    assert_body(answer, BODY(STATUS));
    return answer->status;
}

/* The number of problems that say `words`. */
static size_t count_saying(char **texts, size_t count, const char *words)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += strstr(texts[i], words) != NULL;
    return found;
}

static void assert_problem(struct rig *rig, const char *words)
{
    const Tonghop__Status *status = status_of(rig);
    if (count_saying(status->problems, status->n_problems, words) != 1)
        fail_msg("not told once: %s (%zu problems, %s)", words, status->n_problems,
                 status->n_problems > 0 ? status->problems[0] : "");
}

static void assert_no_problem(struct rig *rig, const char *words)
{
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(count_saying(status->problems, status->n_problems, words), 0);
}

static void pass(struct rig *rig, int64_t minutes)
{
    rig->now.us += minutes * MINUTE_US;
    rig->now_ms += minutes * MINUTE_US / 1000;
}

/* A hello as a daemon says it: with its clock, and that it is one. */
struct said {
    uint32_t unit;
    int64_t now_us;
    bool is_node;
    uint8_t connection; /* of several with one key */
};

static struct peer_from from_connection(uint8_t n, uint8_t connection)
{
    struct peer_from from = from_key(n);
    from.address.id[2] = connection;
    from.address.id_len = 3;
    (void)snprintf(from.host, sizeof(from.host), "10.0.0.%u", (unsigned)n);
    return from;
}

static const Tonghop__Envelope *say_hello(struct rig *rig, uint8_t n, struct said said)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    hello.unit = said.unit;
    hello.now_us = said.now_us;
    hello.node = said.is_node;
    envelope.body_case = BODY(HELLO);
    envelope.hello = &hello;
    return rig_ask(rig, from_connection(n, said.connection), &envelope);
}

static const Tonghop__Pong *say_ping(struct rig *rig, uint8_t n, struct said said)
{
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    ping.now_us = said.now_us;
    ping.catalogue = rig->node->catalogue->number; /* so that it is not reminded of ours */
    envelope.body_case = BODY(PING);
    envelope.ping = &ping;
    const Tonghop__Envelope *answer = rig_ask(rig, from_connection(n, said.connection), &envelope);
    assert_body(answer, BODY(PONG));
    return answer->pong;
}

/* ---- keys ---- */

/* A node that speaks for another unit is told of on the parent's side until it is corrected, its
 * key has another enrolment, or it has not come again for a while. */
static void test_another_unit(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    const struct said wrong = {.unit = 632, .is_node = true},
                      right = {.unit = 631, .is_node = true};
    const char *words = "says that it serves unit 632, but is enrolled here for 631";
    for (int way = 0; way < 3; way++) {
        assert_no_problem(rig, words);
        assert_refused(say_hello(rig, NODE_631, wrong), "foreign");
        assert_refused(say_hello(rig, NODE_631, wrong), "foreign");
        assert_problem(rig, words);
        assert_problem(rig, "from 10.0.0.1");
        if (way == 0)
            assert_body(say_hello(rig, NODE_631, right), BODY(WELCOME));
        else if (way == 1)
            assert_body(ask_enrol(rig, from_local(), NODE_631, 631, ROLE(NODE)), BODY(DONE));
        else
            pass(rig, CONTACT_FAULT_MINUTES + 1);
    }
    assert_no_problem(rig, words);
    assert_logged("the key AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=, from 10.0.0.1: it is "
                  "enrolled for unit 631, and its hello speaks for unit 632");
}

/* The log says the same of the same key once an hour. */
static void test_log_is_not_filled(void **state)
{
    struct rig *rig = *state;
    const char *words = "its hello speaks for unit 632";
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    for (int i = 0; i < 100; i++)
        assert_refused(say_hello(rig, NODE_631, (struct said){.unit = 632}), "foreign");
    char *first = strstr(rig_log, words);
    assert_non_null(first);
    assert_null(strstr(first + 1, words));
}

/* A daemon whose key was enrolled for a person is told so at once, instead of being linked and
 * refused at each report. A person's program may use that key. */
static void test_another_role(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(REPORTER));
    const Tonghop__Envelope *answer =
        say_hello(rig, NODE_631, (struct said){.unit = 631, .is_node = true});
    assert_contains(assert_refused(answer, "forbidden")->text,
                    "enrolled here as reporter, and a node uses it");
    assert_problem(rig,
                   "which is enrolled here as reporter of 631 Suoi Trong District: run: tonghop "
                   "enrol 631 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE= --role node");
    assert_body(say_hello(rig, NODE_631, (struct said){.unit = 631}), BODY(WELCOME));
}

/* Strangers at the door are notices, with the line to run; never problems. Those who come again
 * and again are not lost among those who come once. */
static void test_strangers(void **state)
{
    struct rig *rig = *state;
    struct node *node = rig->node;
    for (int i = 0; i < 2; i++)
        contact_note_stranger(node, CONTACT_UNKNOWN_KEY, from_key(NODE_632).key, "10.1.1.1",
                              rig->now);
    for (uint8_t n = STRANGER; n < STRANGER + 3 * CONTACT_STRANGERS_MAX; n++)
        contact_note_stranger(node, CONTACT_UNKNOWN_KEY, from_key(n).key, "10.6.6.6", rig->now);
    contact_note_stranger(node, CONTACT_MISTAKEN, NULL, "10.2.2.2", rig->now);
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->n_problems, 0);
    assert_int_equal(status->n_notices, CONTACT_STRANGERS_MAX);
    const char *line =
        "last at 2025-01-10T07:00:00+07:00 from 10.1.1.1: if it belongs to a node of "
        "yours, run: tonghop enrol UNIT "
        "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI= --role node";
    assert_int_equal(count_saying(status->notices, status->n_notices, line), 1);
    assert_int_equal(count_saying(status->notices, status->n_notices,
                                  "10.2.2.2 connects with another key for this node"),
                     1);
    /* Enrolled, it is no stranger any more; nor are the others after a day. */
    rig_enrol(rig, NODE_632, 632, ROLE(NODE));
    status = status_of(rig);
    assert_int_equal(count_saying(status->notices, status->n_notices, line), 0);
    pass(rig, CONTACT_STRANGER_HOURS * 60 + 1);
    assert_int_equal(status_of(rig)->n_notices, 0);
}

/* A key that was revoked is called so. */
static void test_revoked_stranger(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_632, 632, ROLE(NODE));
    rig_revoke(rig, NODE_632);
    contact_note_stranger(rig->node, CONTACT_UNKNOWN_KEY, from_key(NODE_632).key, "10.1.1.1",
                          rig->now);
    const Tonghop__Status *status = status_of(rig);
    assert_int_equal(status->n_notices, 1);
    assert_contains(status->notices[0], "the revoked key AgIC");
    assert_contains(status->notices[0], "of 632 Doi Xanh District");
}

/* ---- loops ---- */

static void name_keys(struct rig *rig)
{
    memcpy(rig->node->options.public_key, from_key(OWN).key, WIRE_KEY_SIZE);
    memcpy(rig->node->options.parent_key, from_key(PARENT).key, WIRE_KEY_SIZE);
}

/* A node cannot be enrolled beneath itself, nor the node above beneath it. */
static void test_loops_are_not_enrolled(void **state)
{
    struct rig *rig = *state;
    name_keys(rig);
    char *before = dump_store(rig);
    assert_contains(
        assert_refused(ask_enrol(rig, from_local(), OWN, 23857, ROLE(NODE)), "invalid")->text,
        "this node's own key");
    assert_contains(
        assert_refused(ask_enrol(rig, from_local(), PARENT, 23857, ROLE(NODE)), "invalid")->text,
        "the key of the node above this one (tcp://parent:7000)");
    assert_unchanged(rig, before);
}

/* The node above that comes as one beneath is turned away, enrolled or not; and where it was
 * enrolled before it became the one above, this node says so by itself. */
static void test_loops_are_told(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, PARENT, 23857, ROLE(NODE));
    name_keys(rig);
    assert_problem(rig, "the node above, by its key in [parent], is enrolled here for");
    assert_contains(
        assert_refused(say_hello(rig, PARENT, (struct said){.unit = 23857}), "foreign")->text,
        "that makes a loop");
    assert_problem(rig, "asks to come in as one beneath");
    rig_revoke(rig, PARENT);
    contact_note_stranger(rig->node, CONTACT_UNKNOWN_KEY, from_key(PARENT).key, "10.1.1.1",
                          rig->now);
    assert_problem(rig, "asks to come in as one beneath");
    assert_int_equal(status_of(rig)->n_notices, 0);
}

/* A person's key in [parent] is no loop; and he may file all the same. */
static void test_a_persons_key_as_the_parents(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, PARENT, 23857, ROLE(REPORTER));
    name_keys(rig);
    assert_problem(rig,
                   "the key in [parent] is that of no node, it is enrolled here as reporter of "
                   "23857 ");
    assert_no_problem(rig, "loop");
    assert_body(say_hello(rig, PARENT, (struct said){.unit = 23857}), BODY(WELCOME));
    assert_no_problem(rig, "loop");
}

/* A unit has one node: the second key is refused with the first one's, and when that was heard. */
static void test_second_node(void **state)
{
    struct rig *rig = *state;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    rig->now.us += MINUTE_US / 2;
    rig->now_ms += 30000;
    rig_hello(rig, from_local(), 0);
    const Tonghop__Refusal *refusal =
        assert_refused(ask_enrol(rig, from_local(), NODE_632, 631, ROLE(NODE)), "exists");
    assert_contains(refusal->text, "last heard at 2025-01-10T07:00:00+07:00");
    assert_contains(refusal->text, "tonghop revoke AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
    /* Also when its connection is forgotten; only a restart does not know. */
    rig->now_ms += SESSION_PEER_SILENCE_MS;
    rig_pump(rig);
    rig_hello(rig, from_local(), 0);
    refusal = assert_refused(ask_enrol(rig, from_local(), NODE_632, 631, ROLE(NODE)), "exists");
    assert_contains(refusal->text, "last heard at 2025-01-10T07:00:00+07:00");
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    refusal = assert_refused(ask_enrol(rig, from_local(), NODE_632, 631, ROLE(NODE)), "exists");
    assert_contains(refusal->text, "not heard since this node was started");
}

/* ---- clocks ---- */

/* Clocks that differ by more than the limit are told on the parent's side, from the hello on and at
 * each ping; a version that does not tell its clock is not blamed. */
static void test_clock_of_a_child(void **state)
{
    struct rig *rig = *state;
    const int64_t limit_us = CONTACT_CLOCK_OFF_MINUTES * MINUTE_US;
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    const struct {
        int64_t ahead_us;
        const char *words; /* NULL: none */
    } rows[] = {
        {limit_us, NULL},
        {limit_us + MINUTE_US,
         "the clock of the node of 631 Suoi Trong District is 6 minutes ahead of"},
        {-limit_us, NULL},
        {-limit_us - 7 * MINUTE_US, "is 12 minutes behind this one's"},
        {0, NULL},
    };
    assert_body(say_hello(rig, NODE_631, (struct said){.unit = 631}), BODY(WELCOME));
    assert_no_problem(rig, "the clock");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct said said = {.unit = 631, .now_us = rig->now.us + rows[i].ahead_us};
        if (i % 2 == 0)
            assert_body(say_hello(rig, NODE_631, said), BODY(WELCOME));
        else
            assert_int_equal(say_ping(rig, NODE_631, said)->now_us, rig->now.us);
        if (rows[i].words != NULL)
            assert_problem(rig, rows[i].words);
        else
            assert_no_problem(rig, "the clock");
    }
    assert_logged("6 minutes ahead of this one's");
}

/* Of several that differ one is told: that sends somebody to look, and the list stays short. */
static void test_clocks_of_children(void **state)
{
    struct rig *rig = *state;
    const struct {
        uint8_t key;
        uint32_t unit;
    } rows[] = {{NODE_631, 631}, {NODE_632, 632}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct said said = {.unit = rows[i].unit, .now_us = rig->now.us + 9 * MINUTE_US};
        rig_enrol(rig, rows[i].key, rows[i].unit, ROLE(NODE));
        assert_body(say_hello(rig, rows[i].key, said), BODY(WELCOME));
        assert_problem(rig, "the clock of the node of");
    }
}

static void pong_from_parent(struct rig *rig, int64_t now_us, bool is_shared)
{
    Tonghop__Pong pong = TONGHOP__PONG__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    pong.now_us = now_us;
    pong.shared = is_shared;
    envelope.body_case = BODY(PONG);
    envelope.pong = &pong;
    from_parent(rig, 0, &envelope);
}

/* And on the child's side, which tells its own in hello and ping. */
static void test_clock_of_the_parent(void **state)
{
    struct rig *rig = *state;
    rig_link(rig, (struct parent){0});
    assert_no_problem(rig, "the clock");
    pong_from_parent(rig, rig->now.us - 9 * MINUTE_US, false);
    assert_problem(rig, "the clock of the node above is 9 minutes behind this one's");
    pong_from_parent(rig, 0, false); /* does not say: nothing new */
    assert_problem(rig, "the clock of the node above");
    pong_from_parent(rig, rig->now.us, false);
    assert_no_problem(rig, "the clock");
    rig->now_ms += SESSION_PING_MS;
    rig_pump(rig);
    const Tonghop__Envelope *ping = to_parent(rig, BODY(PING), 0);
    assert_non_null(ping);
    assert_int_equal(ping->ping->now_us, rig->now.us + SESSION_PING_MS * 1000);
}

/* ---- one key, two daemons ---- */

/* Two connections with one key that both go on speaking are two daemons: both are told, and so is
 * the parent's operator. A daemon that connects anew is not taken for two. */
static void test_two_daemons(void **state)
{
    struct rig *rig = *state;
    const char *words = "two daemons use the key of the node of 631";
    rig_enrol(rig, NODE_631, 631, ROLE(NODE));
    const struct said first = {.unit = 631, .connection = 1},
                      second = {.unit = 631, .connection = 2};
    assert_body(say_hello(rig, NODE_631, first), BODY(WELCOME));
    pass(rig, 0);
    rig->now_ms += 10;
    assert_body(say_hello(rig, NODE_631, second), BODY(WELCOME));
    for (int i = 0; i < 3; i++) { /* the first one has gone */
        rig->now_ms += SESSION_PING_MS;
        assert_false(say_ping(rig, NODE_631, second)->shared);
    }
    assert_no_problem(rig, words);
    assert_false(say_ping(rig, NODE_631, first)->shared); /* it may have been under way */
    rig->now_ms += SESSION_PING_MS;
    assert_true(say_ping(rig, NODE_631, first)->shared);
    assert_true(say_ping(rig, NODE_631, second)->shared);
    assert_problem(rig, words);
    pass(rig, CONTACT_FAULT_MINUTES + 1);
    assert_no_problem(rig, words);
}

static void test_told_of_another_daemon(void **state)
{
    struct rig *rig = *state;
    const char *words = "another daemon is linked with the node above under this node's key";
    rig_link(rig, (struct parent){0});
    pong_from_parent(rig, 0, true);
    assert_problem(rig, words);
    assert_logged(words);
    pass(rig, 2);
    assert_no_problem(rig, words);
}

/* ---- no link ---- */

static const char *trouble_wanted;

static const char *wanted_trouble(void *ctx)
{
    (void)ctx;
    return trouble_wanted;
}

/* Connects, and gives up for this reason. */
static void fail_once(struct rig *rig, const char *trouble)
{
    struct transport transport = rig_transport(rig);
    transport.parent_trouble = wanted_trouble;
    trouble_wanted = trouble;
    for (int t = 0; t < 2; t++) {
        rig->now_ms += SESSION_BACKOFF_MAX_MS;
        rig->sent_count = 0;
        node_pump(rig->node, &transport, rig->now_ms);
    }
    rig_hello(rig, from_local(), 0);
}

/* Each reason has a remedy of its own, in the language of who asks. */
static void test_remedies(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *trouble, *english, *vietnamese;
    } rows[] = {
        {"refused: this key is not enrolled there",
         "(tcp://parent:7000): refused: this key is not enrolled there: have it run there: tonghop "
         "enrol 631 R0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0dHR0c= --role node",
         "chưa nối được với nút cấp trên (tcp://parent:7000): bị từ chối: khóa của nút này chưa "
         "được đăng ký ở đó: nhờ nút đó chạy: tonghop enrol 631 "},
        {"the server's key is not the configured one", "into [parent] key and reload",
         "vào [parent] key rồi nạp lại"},
        {"what listens there is not a node", "correct endpoint in [parent] and reload",
         "sửa endpoint trong [parent]"},
        {"the name of that machine is not known", "or see to the name service", "tên miền"},
        {"no connection", "see that it runs and listens there", "có chạy và nghe ở đó không"},
        {"", "no answer: see whether it is a node", "không có trả lời"},
    };
    name_keys(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        fail_once(rig, rows[i].trouble);
        fail_once(rig, rows[i].trouble);
        assert_problem(rig, rows[i].english);
        rig_hello(rig, from_local(), 0);
        const struct peer_from person = from_local();
        peers_find(&rig->node->peers, &person.address)->is_vietnamese = true;
        const Tonghop__Status *status = ask_status(rig, from_local())->status;
        assert_int_equal(count_saying(status->problems, status->n_problems, rows[i].vietnamese), 1);
        if (i == 0)
            assert_string_equal(status->parent_trouble,
                                "bị từ chối: khóa của nút này chưa được đăng ký ở đó");
    }
}

/* A node that is ended in a handshake cuts it off as one that has another key, and what is no node,
 * do: that is told of a second one in a row only. */
static void test_a_handshake_that_is_cut_off(void **state)
{
    struct rig *rig = *state;
    static const char *const cuts[] = {TROUBLE_WRONG_SERVER, TROUBLE_NOT_A_NODE};
    for (size_t i = 0; i < LENGTH(cuts); i++) {
        rig_link(rig, (struct parent){0});
        for (int t = 0; t < 2; t++) { /* not in a row */
            fail_once(rig, TROUBLE_NO_CONNECTION);
            rig_log[0] = '\0';
            fail_once(rig, cuts[i]);
            assert_string_equal(rig_log, "");
            assert_problem(rig, TROUBLE_CUT ": it is tried again: wait a minute");
        }
        fail_once(rig, cuts[i]);
        assert_logged(cuts[i]);
        assert_problem(rig, cuts[i]);
    }
    /* A link between the two is proof that the key was right. */
    welcome_from_parent(rig, rig->node->uplink.hello_seq, (struct parent){0});
    fail_once(rig, TROUBLE_NO_CONNECTION);
    rig_log[0] = '\0';
    fail_once(rig, TROUBLE_WRONG_SERVER);
    assert_string_equal(rig_log, "");
}

/* A link that ends is told once, with the cause. */
static void test_a_link_that_ends(void **state)
{
    struct rig *rig = *state;
    struct transport transport = rig_transport(rig);
    rig_link(rig, (struct parent){0});
    transport.parent_trouble = wanted_trouble;
    trouble_wanted = TROUBLE_NO_CONNECTION;
    rig_log[0] = '\0';
    node_link_lost(rig->node, &transport, rig->now_ms);
    assert_string_equal(rig_log, "the link with the node above is gone: no connection\n");
    assert_problem(rig, TROUBLE_NO_CONNECTION);
}

/* A parent of another protocol cannot be understood; it is named all the same. */
static void test_parent_of_another_protocol(void **state)
{
    struct rig *rig = *state;
    const uint8_t refusal[] = {0x08, 2, 0x10, 1, 0x18, 1, 0xb2, 0x01, 0}; /* protocol 2 */
    rig->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(rig);
    assert_int_equal(rig->node->session.state, SESSION_HELLO);
    struct event event = rig_event(rig, EVENT_PARENT_MESSAGE);
    event.bytes = (struct span){refusal, sizeof(refusal)};
    rig_batch(rig, &event, 1);
    assert_int_equal(rig->node->session.state, SESSION_IDLE);
    assert_problem(rig, "version: protocol 2 is not spoken here, only 1: upgrade the older side");
}

/* An older parent welcomes a daemon under a reporter's key; the daemon knows better. */
static void test_welcomed_in_another_role(void **state)
{
    struct rig *rig = *state;
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    rig->now_ms += SESSION_BACKOFF_MIN_MS;
    rig_pump(rig);
    uint64_t seq = to_parent(rig, BODY(HELLO), 0)->seq;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = 64;
    welcome.role = ROLE(REPORTER);
    welcome.window = NODE_WINDOW;
    envelope.body_case = BODY(WELCOME);
    envelope.welcome = &welcome;
    from_parent(rig, seq, &envelope);
    assert_int_equal(rig->node->session.state, SESSION_IDLE);
    assert_problem(rig, "this key is enrolled there as reporter, and a node uses it: have it run "
                        "there: tonghop enrol 631 ");
}

/* ---- the catalogue ---- */

/* What was enrolled before there was a catalogue may be for a unit that it does not have. */
static void test_unit_that_is_in_no_catalogue(void **state)
{
    struct rig *rig = *state;
    struct enrolled enrolled = {.key = {7}, .unit = 999, .role = ROLE(NODE)};
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    assert_int_equal(store_put_enrolled(txn, &enrolled), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    assert_problem(rig, "is enrolled for unit 999, which the catalogue does not have");
}

#define ROOT_TEST(function) cmocka_unit_test_setup_teardown(function, rig_setup_root, rig_teardown)
#define DISTRICT_TEST(function)                                                                    \
    cmocka_unit_test_setup_teardown(function, rig_setup_district, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_another_unit),
        ROOT_TEST(test_log_is_not_filled),
        ROOT_TEST(test_another_role),
        ROOT_TEST(test_strangers),
        ROOT_TEST(test_revoked_stranger),
        DISTRICT_TEST(test_loops_are_not_enrolled),
        DISTRICT_TEST(test_loops_are_told),
        DISTRICT_TEST(test_a_persons_key_as_the_parents),
        ROOT_TEST(test_second_node),
        ROOT_TEST(test_clock_of_a_child),
        ROOT_TEST(test_clocks_of_children),
        DISTRICT_TEST(test_clock_of_the_parent),
        ROOT_TEST(test_two_daemons),
        DISTRICT_TEST(test_told_of_another_daemon),
        DISTRICT_TEST(test_remedies),
        DISTRICT_TEST(test_a_handshake_that_is_cut_off),
        DISTRICT_TEST(test_a_link_that_ends),
        DISTRICT_TEST(test_parent_of_another_protocol),
        DISTRICT_TEST(test_welcomed_in_another_role),
        ROOT_TEST(test_unit_that_is_in_no_catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
