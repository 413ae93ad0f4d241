/* Watching: what is told, to whom, and when; that nothing is missed from one cursor to the next,
 * however the connection or the node fares in between. */
#include "node/watch.h"
#include "store/txn.h"
#include "unit/node/draft.h"
#include "unit/node/state.h"
#include "unit/node/uplink.h"

enum { NODE_631 = 1, READER_631 = 2, ADMIN_632 = 3, READER_64 = 4 };
enum { CURSOR_SIZE = 64 };

static const struct draft in_631 = {.period = "2024-S1", .unit = 23857, CELLS(EXACT(1, 10))};
static const struct draft other_in_631 = {.period = "2024-S2", .unit = 23860, CELLS(EXACT(1, 5))};
static const struct draft in_632 = {.period = "2024-S1", .unit = 23887, CELLS(EXACT(1, 7))};

/* ---- asking ---- */

struct wish {
    const char *unit, *cursor;
    uint32_t wait_ms, most;
    bool from_now;
};
#define WISH(...) (&(const struct wish){__VA_ARGS__})

/* The number of the question. */
static uint64_t pack_watch(struct rig *rig, const struct wish *wish, struct buf *ret_bytes)
{
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.unit = TEXT(wish->unit != NULL ? wish->unit : "");
    query.cursor = TEXT(wish->cursor != NULL ? wish->cursor : "");
    query.wait_ms = wish->wait_ms;
    query.most = wish->most;
    query.from_now = wish->from_now;
    envelope.seq = ++rig->seq;
    envelope.body_case = BODY(WATCH_QUERY);
    envelope.watch_query = &query;
    wire_pack(&envelope, ret_bytes);
    return envelope.seq;
}

/* The same; what the node says to it at once is in rig->sent. */
static uint64_t say_watch(struct rig *rig, struct peer_from from, const struct wish *wish)
{
    struct buf bytes = {0};
    uint64_t seq = pack_watch(rig, wish, &bytes);
    rig_message(rig, from, span_of(&bytes));
    buf_fini(&bytes);
    return seq;
}

static void copy_cursor(const Tonghop__Changes *changes, char *ret_cursor)
{
    assert_true(strlen(changes->cursor) < CURSOR_SIZE);
    (void)snprintf(ret_cursor, CURSOR_SIZE, "%s", changes->cursor);
}

/* The answer that was just sent, to question `re`. */
static const Tonghop__Changes *changes_for(struct rig *rig, struct peer_from from, uint64_t re)
{
    const Tonghop__Envelope *answer = rig_answer(rig, from);
    assert_body(answer, BODY(CHANGES));
    assert_int_equal(answer->re, re);
    return answer->changes;
}

static const Tonghop__Changes *watch(struct rig *rig, struct peer_from from,
                                     const struct wish *wish)
{
    uint64_t seq = say_watch(rig, from, wish);
    return changes_for(rig, from, seq);
}

static bool was_sent_to(const struct rig *rig, struct peer_from from)
{
    for (size_t i = 0; i < rig->sent_count; i++)
        if (!rig->sent[i].is_to_parent && peer_address_equal(&rig->sent[i].address, &from.address))
            return true;
    return false;
}

/* The cursor as it is now. */
static void cursor_now(struct rig *rig, struct peer_from from, char *ret_cursor)
{
    const Tonghop__Changes *changes = watch(rig, from, WISH(.from_now = true));
    assert_int_equal(changes->n_changes, 0);
    copy_cursor(changes, ret_cursor);
}

/* A question that waits. */
static uint64_t begin_waiting(struct rig *rig, struct peer_from from, const char *cursor)
{
    uint64_t seq = say_watch(rig, from, WISH(.cursor = cursor, .wait_ms = NODE_WATCH_WAIT_MS));
    assert_int_equal(rig->sent_count, 0);
    rig_pump(rig);
    assert_int_equal(rig->sent_count, 0);
    return seq;
}

static void assert_tells(const Tonghop__Change *change, const struct draft *draft,
                         uint64_t revision, uint32_t states)
{
    struct report_key key = draft_key(draft), told;
    wire_key_to_domain(change->key, &told);
    assert_true(report_key_equal(&told, &key));
    assert_int_equal(change->unit->id, draft->unit);
    assert_string_equal(change->period, draft->period);
    assert_int_equal(change->revision, revision);
    assert_int_equal(change->states, states);
}

/* ---- what is told ---- */

/* From the beginning, each report once, in the order of the last changes, as it is now. */
static void test_from_the_beginning(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    struct draft again = in_631;
    const struct cell cell = EXACT(1, 11);
    again.based_on = 1;
    again.author = "Kpă Thuận";
    again.reason = "cộng sót";
    again.cells = &cell;
    file_ok(rig, &in_631);
    file_ok(rig, &in_632);
    file_ok(rig, &again);
    const Tonghop__Changes *changes = watch(rig, from_local(), WISH(0));
    assert_int_equal(changes->n_changes, 2);
    assert_tells(changes->changes[0], &in_632, 1, STATE_ACCEPTED);
    assert_tells(changes->changes[1], &in_631, 2, STATE_ACCEPTED);
    const Tonghop__Change *change = changes->changes[1];
    assert_string_equal(change->author, "Kpă Thuận");
    assert_string_equal(change->reason, "cộng sót");
    assert_string_equal(change->form, "general");
    assert_string_equal(change->unit->code, "23857");
    assert_int_equal(change->received_us, RIG_NOW_US);
    assert_true(change->counts);
    assert_false(change->withdrawn);
    assert_false(changes->more);
    assert_false(changes->restarted);
    copy_cursor(changes, cursor);

    changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_int_equal(changes->n_changes, 0);
    assert_string_equal(changes->cursor, cursor);
    file_ok(rig, &other_in_631);
    changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &other_in_631, 1, STATE_ACCEPTED);
}

/* Of a report that changed, this is told: states, a withdrawal, what counts. */
static void test_every_kind_of_change(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    struct draft withdrawal = {
        .period = "2024-S1", .unit = 23857, .based_on = 1, .is_withdrawn = true};
    rig_install_manual(rig, 2);
    cursor_now(rig, from_local(), cursor);
    static const struct {
        uint32_t bit; /* 0: it is filed */
        uint32_t states;
        bool counts;
    } rows[] = {
        {0, 0, false},
        {STATE_ACCEPTED, STATE_ACCEPTED, true},
        {STATE_RETURNED, STATE_ACCEPTED | STATE_RETURNED, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        if (rows[i].bit == 0)
            file_ok(rig, &in_631);
        else
            mark_ok(rig, &in_631, 1, rows[i].bit);
        const Tonghop__Changes *changes = watch(rig, from_local(), WISH(.cursor = cursor));
        assert_int_equal(changes->n_changes, 1);
        assert_tells(changes->changes[0], &in_631, 1, rows[i].states);
        assert_int_equal(changes->changes[0]->counts, rows[i].counts);
        copy_cursor(changes, cursor);
    }
    mark_ok(rig, &in_631, 1, STATE_RETURNED); /* again: nothing has changed */
    assert_int_equal(watch(rig, from_local(), WISH(.cursor = cursor))->n_changes, 0);
    file_ok(rig, &withdrawal);
    const Tonghop__Changes *changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_631, 2, 0);
    assert_true(changes->changes[0]->withdrawn);
}

/* What nodes beneath and above say is told as well, and what they say again is not. */
static void test_from_other_nodes(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    rig_enrol(rig, NODE_631, 23857, ROLE(NODE));
    cursor_now(rig, from_local(), cursor);
    assert_body(state_from_child(rig, NODE_631, &in_631,
                                 (struct state){.latest = 3, .states = STATE_ACCEPTED}),
                BODY(ACK));
    const Tonghop__Changes *changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_631, 3, STATE_ACCEPTED);
    copy_cursor(changes, cursor);
    assert_body(state_from_child(rig, NODE_631, &in_631,
                                 (struct state){.latest = 3, .states = STATE_ACCEPTED}),
                BODY(ACK));
    assert_int_equal(watch(rig, from_local(), WISH(.cursor = cursor))->n_changes, 0);

    rig_link(rig, parent_with(rig, NULL, 0));
    state_from_parent(rig, 0, &in_631,
                      (struct state){.latest = 3, .states = STATE_ACCEPTED | STATE_RETURNED});
    changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_631, 3, STATE_ACCEPTED | STATE_RETURNED);
}

/* A page at a time, nothing twice and nothing left out, also while reports go on changing. */
static void test_pages(void **state)
{
    struct rig *rig = *state;
    enum { REPORTS = 12 };
    static const uint32_t units[] = {23857, 23860, 23863, 23887, 23888, 631};
    char cursor[CURSOR_SIZE] = "";
    size_t told = 0;
    for (size_t i = 0; i < REPORTS; i++)
        file_ok(rig, DRAFT(.period = i % 2 == 0 ? "2024-S1" : "2024-S2", .unit = units[i / 2],
                           CELLS(EXACT(1, 1 + (int64_t)i))));
    for (bool more = true; more;) {
        const Tonghop__Changes *changes =
            watch(rig, from_local(), WISH(.cursor = cursor, .most = 5));
        assert_in_range(changes->n_changes, 1, 5);
        told += changes->n_changes;
        more = changes->more;
        copy_cursor(changes, cursor);
    }
    assert_int_equal(told, REPORTS);
    assert_int_equal(watch(rig, from_local(), WISH(.cursor = cursor, .most = 5))->n_changes, 0);
}

/* ---- waiting ---- */

/* Nothing to tell: the answer comes after the commit of what there is then to tell. */
static void test_waits_for_a_change(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    rig_enrol(rig, READER_64, 64, ROLE(READER));
    cursor_now(rig, from_key(READER_64), cursor);
    uint64_t seq = begin_waiting(rig, from_key(READER_64), cursor);
    assert_in_range(node_due_ms(rig->node, rig->now_ms), 1, NODE_WATCH_WAIT_MS);
    assert_refused(
        file_as(rig, from_local(),
                DRAFT(.period = "2024-S1", .unit = 23857, .based_on = 7, CELLS(EXACT(1, 1)))),
        "stale"); /* nothing has changed */
    rig_pump(rig);
    assert_int_equal(rig->sent_count, 0);
    file_ok(rig, &in_631); /* only the receipt leaves with the commit */
    assert_int_equal(rig->sent_count, 1);
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
    rig_pump(rig);
    assert_int_equal(rig->sent_count, 1);
    const Tonghop__Changes *changes = changes_for(rig, from_key(READER_64), seq);
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_631, 1, STATE_ACCEPTED);
    copy_cursor(changes, cursor);
    file_ok(rig, &in_632);
    rig_pump(rig);
    assert_int_equal(rig->sent_count, 0); /* one answer to one question */
    assert_int_equal(watch(rig, from_key(READER_64), WISH(.cursor = cursor))->n_changes, 1);
}

/* What comes into the same batch behind the question is not missed. */
static void test_in_one_batch(void **state)
{
    struct rig *rig = *state;
    struct buf bytes[2] = {{0}, {0}}, filing = {0};
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope ask = TONGHOP__ENVELOPE__INIT, hand_in = TONGHOP__ENVELOPE__INIT;
    rig_enrol(rig, READER_64, 64, ROLE(READER));
    query.from_now = true;
    query.wait_ms = 1000;
    ask.body_case = BODY(WATCH_QUERY);
    ask.watch_query = &query;
    ask.seq = ++rig->seq;
    wire_pack(&ask, &bytes[0]);
    draft_pack(&in_631, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    hand_in.body_case = BODY(FILE);
    hand_in.file = &file;
    hand_in.seq = ++rig->seq;
    wire_pack(&hand_in, &bytes[1]);
    struct event events[2];
    for (size_t i = 0; i < LENGTH(events); i++) {
        events[i] = rig_event(rig, EVENT_PEER_MESSAGE);
        events[i].from = i == 0 ? from_key(READER_64) : from_local();
        events[i].bytes = span_of(&bytes[i]);
    }
    rig_batch(rig, events, LENGTH(events));
    assert_int_equal(rig->sent_count, 1);
    rig_pump(rig);
    assert_int_equal(changes_for(rig, from_key(READER_64), ask.seq)->n_changes, 1);
    for (size_t i = 0; i < LENGTH(events); i++)
        buf_fini(&bytes[i]);
    buf_fini(&filing);
}

/* At its deadline a question is answered with no changes, and goes on from there. */
static void test_deadline(void **state)
{
    struct rig *rig = *state;
    static const struct {
        uint32_t asked_ms;
        int64_t waited_ms;
    } rows[] = {{1, 1}, {5000, 5000}, {30000, 30000}, {UINT32_MAX, NODE_WATCH_WAIT_MS}};
    char cursor[CURSOR_SIZE];
    cursor_now(rig, from_local(), cursor);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        rig_hello(rig, from_local(), 0);
        uint64_t seq =
            say_watch(rig, from_local(), WISH(.cursor = cursor, .wait_ms = rows[i].asked_ms));
        assert_int_equal(node_due_ms(rig->node, rig->now_ms), rows[i].waited_ms);
        rig->now_ms += rows[i].waited_ms - 1;
        rig_pump(rig);
        assert_int_equal(rig->sent_count, 0);
        rig->now_ms++;
        rig_pump(rig);
        const Tonghop__Changes *changes = changes_for(rig, from_local(), seq);
        assert_int_equal(changes->n_changes, 0);
        assert_false(changes->more);
        assert_string_equal(changes->cursor, cursor);
        assert_true(node_due_ms(rig->node, rig->now_ms) > NODE_WATCH_WAIT_MS);
    }
}

/* Also while background work that failed waits to be tried again. */
static void test_deadline_beside_work_that_failed(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    cursor_now(rig, from_local(), cursor);
    rig->node->rebuild.is_active = true;
    rig->node->work_after_ms = rig->now_ms + NODE_RETRY_WORK_MS;
    (void)say_watch(rig, from_local(), WISH(.cursor = cursor, .wait_ms = 100));
    assert_int_equal(node_due_ms(rig->node, rig->now_ms), 100);
}

/* A session has one question that waits: a second one ends the first. */
static void test_one_of_each_session(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    cursor_now(rig, from_local(), cursor);
    uint64_t first = begin_waiting(rig, from_local(), cursor);
    uint64_t second = say_watch(rig, from_local(), WISH(.cursor = cursor, .wait_ms = 1000));
    assert_int_equal(rig->sent_count, 0);
    rig_pump(rig);
    assert_int_equal(changes_for(rig, from_local(), first)->n_changes, 0);
    file_ok(rig, &in_631);
    rig_pump(rig);
    assert_int_equal(changes_for(rig, from_local(), second)->n_changes, 1);
}

/* ---- who ---- */

/* A key is told of what it may read, and may ask for a part of it; what is not told does not wake
 * it, and is not met again. */
static void test_only_what_lies_beneath(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    rig_enrol(rig, ADMIN_632, 632, ROLE(ADMIN));
    cursor_now(rig, from_key(READER_631), cursor);
    uint64_t seq = begin_waiting(rig, from_key(READER_631), cursor);
    file_ok(rig, &in_632);
    rig_pump(rig);
    assert_int_equal(rig->sent_count, 0);
    assert_true(node_due_ms(rig->node, rig->now_ms) > 0);
    file_ok(rig, &in_631);
    rig_pump(rig);
    const Tonghop__Changes *changes = changes_for(rig, from_key(READER_631), seq);
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_631, 1, STATE_ACCEPTED);

    assert_int_equal(watch(rig, from_key(READER_631), WISH(.unit = "23860"))->n_changes, 0);
    assert_int_equal(watch(rig, from_key(READER_631), WISH(.unit = "23857"))->n_changes, 1);
    assert_int_equal(watch(rig, from_key(ADMIN_632), WISH(0))->n_changes, 2); /* everything held */
    assert_int_equal(watch(rig, from_local(), WISH(.unit = "632"))->n_changes, 1);
    static const struct {
        const char *unit, *code;
    } rows[] = {{"632", "foreign"}, {"64", "foreign"}, {"999", "not-found"}, {"id:0", "not-found"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        (void)say_watch(rig, from_key(READER_631), WISH(.unit = rows[i].unit));
        assert_refused(rig_answer(rig, from_key(READER_631)), rows[i].code);
    }
}

/* Who is revoked, enrolled anew or gone is told nothing more. */
static void test_gone(void **state)
{
    struct rig *rig = *state;
    enum { REVOKED, ENROLLED_ANEW, SILENT, ANOTHER_KEY, HOW_MANY };
    for (int how = 0; how < HOW_MANY; how++) {
        char cursor[CURSOR_SIZE];
        uint8_t n = (uint8_t)(10 + how);
        rig_enrol(rig, n, 631, ROLE(READER));
        cursor_now(rig, from_key(n), cursor);
        (void)begin_waiting(rig, from_key(n), cursor);
        assert_int_equal(rig->node->watch.count, 1);
        if (how == REVOKED) {
            rig_revoke(rig, n);
        } else if (how == ENROLLED_ANEW) {
            assert_body(ask_enrol(rig, from_local(), n, 632, ROLE(READER)), BODY(DONE));
        } else if (how == SILENT) {
            rig->now_ms += SESSION_PEER_SILENCE_MS + 2;
            rig->node->watch.items[0].deadline_ms =
                INT64_MAX / 2; /* it would have had its answer */
            rig_pump(rig);
            assert_int_equal(rig->node->watch.count, 0);
            rig_hello(rig, from_local(), 0);
        } else {
            struct peer_from other = from_key(READER_64);
            rig_enrol(rig, READER_64, 64, ROLE(READER));
            other.address = from_key(n).address;
            rig_hello(rig, other, 64);
        }
        file_ok(rig, DRAFT(.period = "2024-S1", .unit = 23857, .based_on = (uint64_t)how,
                           CELLS(EXACT(1, 1 + how))));
        rig_pump(rig);
        assert_int_equal(rig->sent_count, 0);
        assert_int_equal(rig->node->watch.count, 0);
    }
}

static void fill_up(struct rig *rig, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        struct watcher watcher = {.address = {.id_len = 3}, .deadline_ms = INT64_MAX / 2};
        memcpy(watcher.address.id, &i, sizeof(i));
        watch_begin(&rig->node->watch, (struct span){(const uint8_t *)&watcher, sizeof(watcher)});
    }
}

/* Also of those who ask at once: events of one batch do not see each other wait. */
static void test_too_many_at_once(void **state)
{
    struct rig *rig = *state;
    const uint8_t keys[] = {READER_631, READER_64};
    struct event events[LENGTH(keys)];
    struct buf bytes[LENGTH(keys)] = {0};
    char cursor[CURSOR_SIZE];
    rig_enrol(rig, READER_631, 631, ROLE(READER));
    rig_enrol(rig, READER_64, 64, ROLE(READER));
    cursor_now(rig, from_local(), cursor);
    for (size_t i = 0; i < LENGTH(keys); i++) {
        (void)pack_watch(rig, WISH(.cursor = cursor, .wait_ms = 1000), &bytes[i]);
        events[i] = rig_event(rig, EVENT_PEER_MESSAGE);
        events[i].from = from_key(keys[i]);
        events[i].bytes = span_of(&bytes[i]);
    }
    fill_up(rig, NODE_WATCHERS_MAX - 1);
    rig_batch(rig, events, LENGTH(events));
    assert_int_equal(rig->node->watch.count, NODE_WATCHERS_MAX);
    assert_refused(rig_answer(rig, from_key(READER_64)), "busy");
    for (size_t i = 0; i < LENGTH(keys); i++)
        buf_fini(&bytes[i]);
}

/* So many may wait, and no more. */
static void test_too_many(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    cursor_now(rig, from_local(), cursor);
    fill_up(rig, NODE_WATCHERS_MAX);
    (void)say_watch(rig, from_local(), WISH(.cursor = cursor, .wait_ms = 1000));
    assert_refused(rig_answer(rig, from_local()), "busy");
    assert_int_equal(watch(rig, from_local(), WISH(.cursor = cursor))->n_changes, 0);
    rig->now_ms += NODE_EXPIRE_MS; /* none of them has a session */
    rig_pump(rig);
    assert_int_equal(rig->node->watch.count, 0);
    (void)begin_waiting(rig, from_local(), cursor);
}

/* Many changes for many: some in each turn, the others in the next. */
static void test_one_turn_after_the_other(void **state)
{
    struct rig *rig = *state;
    enum { FIRST_KEY = 20, WATCHERS = 4, YEARS = 40, PER_YEAR = 5 };
    static const uint32_t units[PER_YEAR] = {23857, 23860, 23863, 23887, 23888};
    char cursor[CURSOR_SIZE], year[8];
    uint64_t seqs[WATCHERS];
    size_t told[WATCHERS] = {0};
    for (uint8_t i = 0; i < WATCHERS; i++)
        rig_enrol(rig, (uint8_t)(FIRST_KEY + i), 64, ROLE(READER));
    cursor_now(rig, from_key(FIRST_KEY), cursor);
    for (uint8_t i = 0; i < WATCHERS; i++)
        seqs[i] = begin_waiting(rig, from_key((uint8_t)(FIRST_KEY + i)), cursor);
    for (int i = 0; i < YEARS * PER_YEAR; i++) {
        (void)snprintf(year, sizeof(year), "%d", 1980 + i / PER_YEAR);
        file_ok(rig, DRAFT(.period = year, .unit = units[i % PER_YEAR], CELLS(EXACT(1, 1))));
    }
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(node_due_ms(rig->node, rig->now_ms), 0);
        rig_pump(rig);
        assert_int_equal(rig->sent_count, turn == 0 ? 3 : 1);
        for (uint8_t i = 0; i < WATCHERS; i++) {
            if (told[i] > 0 || !was_sent_to(rig, from_key((uint8_t)(FIRST_KEY + i))))
                continue;
            const Tonghop__Changes *changes =
                changes_for(rig, from_key((uint8_t)(FIRST_KEY + i)), seqs[i]);
            told[i] = changes->n_changes;
            assert_int_equal(changes->more, told[i] < YEARS * PER_YEAR);
        }
    }
    size_t sum = 0;
    for (uint8_t i = 0; i < WATCHERS; i++) {
        assert_true(told[i] > 0);
        sum += told[i];
    }
    assert_int_equal(sum, WIRE_CHANGES_MAX + YEARS * PER_YEAR);
    assert_true(node_due_ms(rig->node, rig->now_ms) > 0);
}

/* ---- cursors ---- */

/* A cursor outlives the connection and the process. */
static void test_after_a_restart(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    file_ok(rig, &in_631);
    cursor_now(rig, from_local(), cursor);
    (void)begin_waiting(rig, from_local(), cursor);
    file_ok(rig, &in_632); /* and the answer is lost with the process */
    rig_restart(rig);
    rig_hello(rig, from_local(), 0);
    const Tonghop__Changes *changes = watch(rig, from_local(), WISH(.cursor = cursor));
    assert_false(changes->restarted);
    assert_int_equal(changes->n_changes, 1);
    assert_tells(changes->changes[0], &in_632, 1, STATE_ACCEPTED);
}

/* A cursor of another life of the store, or of one that went further: all is told again, at once.
 */
static void test_of_another_life(void **state)
{
    struct rig *rig = *state;
    static const char *const cursors[] = {
        "0000000000000001-0000000000000001", /* the rig's stores are of life 0 */
        "ffffffffffffffff-0000000000000000",
        "0000000000000000-0000000000000002",
        "0000000000000000-ffffffffffffffff",
    };
    for (size_t i = 0; i < LENGTH(cursors); i++) {
        const Tonghop__Changes *changes =
            watch(rig, from_local(), WISH(.cursor = cursors[i], .wait_ms = 1000));
        assert_true(changes->restarted);
        assert_int_equal(changes->n_changes, 0);
    }
    file_ok(rig, &in_631);
    for (size_t i = 0; i < LENGTH(cursors); i++) {
        const Tonghop__Changes *changes =
            watch(rig, from_local(), WISH(.cursor = cursors[i], .wait_ms = 1000));
        assert_true(changes->restarted);
        assert_int_equal(changes->n_changes, 1);
        char cursor[CURSOR_SIZE];
        copy_cursor(changes, cursor);
        assert_false(watch(rig, from_local(), WISH(.cursor = cursor))->restarted);
    }
}

/* What is no cursor is refused: to begin anew would be told as if nothing had been told before. */
static void test_no_cursor(void **state)
{
    struct rig *rig = *state;
    static const char *const texts[] = {
        "x",
        "0",
        "-",
        "0000000000000000",
        "0000000000000000-000000000000000",
        "0000000000000000-00000000000000000",
        "0000000000000000 0000000000000000",
        "0000000000000000-000000000000000G",
        "0000000000000000-000000000000000A",
        "00000000000000000000000000000000-",
        " 000000000000000-0000000000000000",
    };
    for (size_t i = 0; i < LENGTH(texts); i++) {
        (void)say_watch(rig, from_local(), WISH(.cursor = texts[i], .wait_ms = 1000));
        assert_refused(rig_answer(rig, from_local()), "syntax");
    }
    rig_stop(rig);
    rig_start(rig, 0);
    (void)say_watch(rig, from_local(), WISH(0));
    assert_refused(rig_answer(rig, from_local()), "no-session");
}

static void test_no_catalogue(void **state)
{
    struct rig *rig = *state;
    rig_hello(rig, from_local(), 0);
    (void)say_watch(rig, from_local(), WISH(.wait_ms = 1000));
    assert_refused(rig_answer(rig, from_local()), "catalogue");
}

/* ---- damage ---- */

/* A revision that is gone does not hold up those who follow; a store that does not read refuses
 * them, and they are not forgotten in silence. */
static void test_damage(void **state)
{
    struct rig *rig = *state;
    char cursor[CURSOR_SIZE];
    file_ok(rig, &in_631);
    file_ok(rig, &in_632);
    lose_revision(rig, &in_631, 1);
    const Tonghop__Changes *changes = watch(rig, from_local(), WISH(0));
    assert_int_equal(changes->n_changes, 2);
    assert_string_equal(changes->changes[0]->author, "");
    copy_cursor(changes, cursor);

    uint64_t seq = begin_waiting(rig, from_local(), cursor);
    bool is_unknown;
    struct store_key at = keys_change(9);
    struct store_txn *txn = store_begin_write(rig->store);
    buf_put_u8(txn_record(txn), 1); /* a report key without a report */
    assert_int_equal(txn_put_record(txn, DB_FEED, at), ERR_OK);
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
    file_ok(rig, &other_in_631);
    rig_pump(rig);
    assert_refused(rig_answer(rig, from_local()), "corrupt");
    assert_int_equal(rig_answer(rig, from_local())->re, seq);
    assert_int_equal(rig->node->watch.count, 0);
}

static int setup_empty(void **state)
{
    return rig_setup_unit(state, 64, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOT_TEST(test_from_the_beginning),
        ROOT_TEST(test_every_kind_of_change),
        DISTRICT_TEST(test_from_other_nodes),
        ROOT_TEST(test_pages),
        ROOT_TEST(test_waits_for_a_change),
        ROOT_TEST(test_in_one_batch),
        ROOT_TEST(test_deadline),
        ROOT_TEST(test_deadline_beside_work_that_failed),
        ROOT_TEST(test_one_of_each_session),
        ROOT_TEST(test_only_what_lies_beneath),
        ROOT_TEST(test_gone),
        ROOT_TEST(test_too_many),
        ROOT_TEST(test_too_many_at_once),
        ROOT_TEST(test_one_turn_after_the_other),
        ROOT_TEST(test_after_a_restart),
        ROOT_TEST(test_of_another_life),
        ROOT_TEST(test_no_cursor),
        cmocka_unit_test_setup_teardown(test_no_catalogue, setup_empty, rig_teardown),
        ROOT_TEST(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
