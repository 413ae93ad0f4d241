/* Merging the state of one key: whatever comes from below and from above, in whatever order and
 * however often, the same revision is the latest, the same one counts, and the digest and the
 * totals say so. The node in between: 631, with the node of 23857 beneath it and 64 above. */
#include "unit/node/state.h"

enum { CHILD = 9, SIBLING = 8, STATES_MAX = 5 };
enum { SLOWLY_MAX = 8 }; /* orders of each history that are played slowly */

static int setup(void **state)
{
    int result = rig_setup_district(state);
    rig_enrol(*state, CHILD, 23857, ROLE(NODE));
    rig_enrol(*state, SIBLING, 23860, ROLE(NODE));
    return result;
}

#define INCOMING_TEST(function) cmocka_unit_test_setup_teardown(function, setup, rig_teardown)

static const struct draft draft = {.period = "2024-S1", .unit = 23857};

/* ---- order and repetition ---- */

/* States of one key as its home and those above it may have sent them, and what they come to. */
static const struct history {
    const char *name;
    struct state states[STATES_MAX];
    struct state merged; /* the latest */
    uint64_t counting;
} histories[] = {
    {"corrections", {{1, A, 0, 0}, {2, A, 0, 0}, {3, A, 0, 0}}, {3, A, 0, 0}, 3},
    {"a correction waits", {{1, A, 0, 0}, {2, 0, 1, A}}, {2, 0, 0, 0}, 1},
    {"a correction is accepted", {{1, A, 0, 0}, {2, 0, 1, A}, {2, A, 0, 0}}, {2, A, 0, 0}, 2},
    {"nothing was ever accepted", {{1, 0, 0, 0}, {2, 0, 0, 0}, {2, R, 0, 0}}, {2, R, 0, 0}, 0},
    {"the only one is returned", {{1, A, 0, 0}, {1, A | R, 0, 0}}, {1, A | R, 0, 0}, 0},
    {"the bits come one by one", {{1, 0, 0, 0}, {1, A, 0, 0}, {1, R, 0, 0}}, {1, A | R, 0, 0}, 0},
    {"a waiting correction is returned",
     {{1, A, 0, 0}, {2, 0, 1, A}, {2, R, 1, A}},
     {2, R, 0, 0},
     1},
    {"returned, corrected, accepted",
     {{1, A, 0, 0}, {2, 0, 1, A}, {2, R, 1, A}, {3, 0, 1, A}, {3, A, 0, 0}},
     {3, A, 0, 0},
     3},
    {"the one that counts is returned while a correction waits",
     {{1, A, 0, 0}, {2, 0, 1, A}, {2, 0, 1, A | R}},
     {2, 0, 0, 0},
     0},
    {"and the correction is accepted",
     {{1, A, 0, 0}, {2, 0, 1, A}, {2, 0, 1, A | R}, {2, A, 0, 0}},
     {2, A, 0, 0},
     2},
    {"the highest accepted is returned: none below it counts",
     {{1, A, 0, 0}, {2, A, 0, 0}, {2, A | R, 0, 0}, {3, 0, 2, A | R}},
     {3, 0, 0, 0},
     0},
    {"accepted above while a correction was filed",
     {{1, A, 0, 0}, {2, 0, 1, A}, {2, A, 0, 0}, {3, 0, 1, A}},
     {3, 0, 0, 0},
     2},
    {"the first one is accepted above while a correction was filed",
     {{1, 0, 0, 0}, {1, A, 0, 0}, {2, 0, 0, 0}},
     {2, 0, 0, 0},
     1},
    {"accepted by one and returned by another above, while a correction was filed",
     {{1, 0, 0, 0}, {1, A, 0, 0}, {1, R, 0, 0}, {2, 0, 0, 0}},
     {2, 0, 0, 0},
     0},
};

static size_t count_states(const struct history *history)
{
    size_t count = 0;
    while (count < STATES_MAX && history->states[count].latest != 0)
        count++;
    return count;
}

/* The `n`th order of `count` things. */
static void order_of(size_t n, size_t count, size_t *ret_order)
{
    bool is_used[STATES_MAX] = {false};
    for (size_t i = 0, left = count; i < count; i++, left--) {
        size_t skip = n % left;
        size_t at = 0;
        n /= left;
        while (is_used[at] || skip > 0) {
            skip -= is_used[at] ? 0 : 1;
            at++;
        }
        is_used[at] = true;
        ret_order[i] = at;
    }
}

static size_t count_orders(size_t count)
{
    size_t orders = 1;
    for (size_t i = 2; i <= count; i++)
        orders *= i;
    return orders;
}

/* Whence the `i`th message comes: all from below, all from above, or by turns. */
static bool is_from_parent(size_t mode, size_t i)
{
    return mode == 1 || (mode >= 2 && (i + mode) % 2 == 0);
}

static void take(struct rig *rig, const struct draft *key, struct state state, bool is_parents)
{
    if (is_parents)
        state_from_parent(rig, 0, key, state);
    else
        assert_body(state_from_child(rig, CHILD, key, state), BODY(ACK));
}

/* One history in one order. */
static void play(struct rig *rig, const struct history *history, const struct draft *key,
                 const size_t *order, size_t mode)
{
    for (size_t i = 0; i < count_states(history); i++)
        take(rig, key, history->states[order[i]], is_from_parent(mode, i));
    assert_head(rig, key, history->merged.latest, history->merged.states, history->counting);
    assert_int_equal(counted(rig, key),
                     history->counting != 0 ? 10 * (int64_t)history->counting : -1);
}

/* The same, verified after each message, and then once more, which must change nothing. */
static void play_slowly(struct rig *rig, const struct history *history, const struct draft *key,
                        const size_t *order, size_t mode)
{
    size_t count = count_states(history);
    for (size_t i = 0; i < count; i++) {
        take(rig, key, history->states[order[i]], is_from_parent(mode, i));
        assert_verifies(rig);
    }
    char *before = dump_store(rig);
    play(rig, history, key, order, mode + 1);
    assert_unchanged(rig, before);
}

/* Merging commutes and is idempotent. Every order is played in a year of its own. */
static void test_order_and_repetition_do_not_matter(void **state)
{
    struct rig *rig = *state;
    for (size_t h = 0; h < LENGTH(histories); h++) {
        size_t order[STATES_MAX], count = count_states(&histories[h]);
        print_message("row: %s\n", histories[h].name);
        for (size_t mode = 0; mode < 4; mode++) {
            rig_fini(rig);
            rig_init(rig, 631, true);
            rig_install_sample(rig);
            rig_enrol(rig, CHILD, 23857, ROLE(NODE));
            for (size_t n = 0; n < count_orders(count); n++) {
                char period[16];
                (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + n));
                order_of(n, count, order);
                (n < SLOWLY_MAX ? play_slowly : play)(
                    rig, &histories[h], DRAFT(.period = period, .unit = 23857), order, mode);
            }
            assert_verifies(rig);
        }
    }
}

/* The first filing is the earliest that anybody knows of, whichever message says so. */
static void test_the_first_filing(void **state)
{
    static const int64_t firsts[][2] = {{-2000000, -3000000}, {-3000000, -2000000}};
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(firsts); i++) {
        const struct draft *like = DRAFT(.period = i == 0 ? "2024-S1" : "2024-S2", .unit = 23857);
        for (size_t n = 0; n < 2; n++) {
            struct state_bytes bytes;
            Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
            state_fill(like, (struct state){n + 1, A, 0, 0}, &bytes);
            bytes.message.first_filed_us = RIG_NOW_US + firsts[i][n];
            envelope.body_case = BODY(REVISION);
            envelope.revision = &bytes.message;
            assert_body(rig_ask(rig, from_key(CHILD), &envelope), BODY(ACK));
            state_fini(&bytes);
        }
        assert_int_equal(head_of(rig, like).first_filed.us, RIG_NOW_US - 3000000);
    }
}

/* ---- who is told ---- */

/* What comes from above goes down to the key's home, and up only where there is more here than
 * came; what comes from below goes up. What changes nothing goes nowhere. */
static void test_who_is_told(void **state)
{
    static const struct {
        const char *name;
        struct state held, comes; /* held: as the child sent it */
        bool is_parents, goes_up, goes_down;
    } rows[] = {
        {"new, from above", {0}, {1, A, 0, 0}, true, false, true},
        {"new, from below", {0}, {1, A, 0, 0}, false, true, false},
        {"the same from above", {1, A, 0, 0}, {1, A, 0, 0}, true, false, false},
        {"the same from below", {1, A, 0, 0}, {1, A, 0, 0}, false, false, false},
        {"accepted above", {1, 0, 0, 0}, {1, A, 0, 0}, true, false, true},
        {"returned above", {1, A, 0, 0}, {1, A | R, 0, 0}, true, false, true},
        {"a higher one from above", {1, A, 0, 0}, {2, A, 0, 0}, true, false, true},
        {"a higher one from below", {1, A, 0, 0}, {2, A, 0, 0}, false, true, false},
        {"a lower one from above", {2, A, 0, 0}, {1, A, 0, 0}, true, false, false},
        {"other bits above: both are here now", {1, R, 0, 0}, {1, A, 0, 0}, true, true, true},
        {"a mark on what was replaced here", {2, 0, 1, A}, {1, A | R, 0, 0}, true, true, true},
        {"the accepted one goes along", {2, 0, 0, 0}, {2, 0, 1, A}, true, false, true},
        {"the accepted one is lower than ours", {3, 0, 2, A}, {3, 0, 1, A}, true, false, false},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char period[16];
        (void)snprintf(period, sizeof(period), "%u-S1", (unsigned)(2000 + i));
        const struct draft *key = DRAFT(.period = period, .unit = 23857);
        print_message("row: %s\n", rows[i].name);
        if (rows[i].held.latest != 0)
            take(rig, key, rows[i].held, false);
        empty_outbox(rig);
        take(rig, key, rows[i].comes, rows[i].is_parents);
        assert_int_equal(is_in_outbox(rig, key), rows[i].goes_up);
        const Tonghop__Envelope *down = to_child(rig, CHILD, BODY(REVISION), 0);
        assert_int_equal(down != NULL, rows[i].goes_down);
        if (down != NULL) {
            assert_int_equal(down->revision->revision, head_of(rig, key).revision);
            assert_int_equal(down->revision->states, head_of(rig, key).states);
            assert_int_equal(down->re, 0);
        }
        assert_null(to_child(rig, CHILD, BODY(REVISION), 1));
        assert_null(to_child(rig, SIBLING, BODY(REVISION), 0));
    }
    assert_verifies(rig);
}

/* Only a node is told, that of the unit itself or the one on the way to it, and only while it is
 * connected; a report that this node is the home of goes down to nobody. */
static void test_who_is_told_of_what(void **state)
{
    enum { READER = 4 };
    static const struct {
        const char *name;
        uint32_t unit;
        uint8_t told; /* key number, 0: nobody */
    } rows[] = {
        {"a child's unit", 23857, CHILD},
        {"another child's unit", 23860, SIBLING},
        {"a unit without a node", 23863, 0},
        {"this node's unit", 631, 0},
    };
    struct rig *rig = *state;
    rig_enrol(rig, READER, 23857, ROLE(READER));
    for (size_t i = 0; i < LENGTH(rows); i++) {
        static const uint8_t all[] = {CHILD, SIBLING, READER};
        print_message("row: %s\n", rows[i].name);
        take(rig, DRAFT(.period = "2024-S1", .unit = rows[i].unit), (struct state){1, A, 0, 0},
             true);
        for (size_t k = 0; k < LENGTH(all); k++)
            assert_int_equal(to_child(rig, all[k], BODY(REVISION), 0) != NULL,
                             all[k] == rows[i].told);
    }
    rig->now_ms += SESSION_PEER_SILENCE_MS + NODE_EXPIRE_MS; /* nobody is connected any more */
    rig_pump(rig);
    take(rig, &draft, (struct state){2, A, 0, 0}, true);
    assert_int_equal(rig->sent_count, 0);
    assert_head(rig, &draft, 2, A, 2);
}

/* ---- what is not taken over ---- */

/* From above as from below: what does not read, what is of another report, another place or a form
 * that nobody knows changes nothing. From above it is said in the log, and not answered. */
static void test_what_the_parent_sends_in_vain(void **state)
{
    static const struct {
        const char *name;
        struct draft draft;
        const char *says;
    } rows[] = {
        {"of another district", {.period = "2024-S1", .unit = 23887}, "does not belong here"},
        {"of the unit above", {.period = "2024-S1", .unit = 64}, "does not belong here"},
        {"of nobody", {.period = "2024-S1", .unit = 99999}, "does not belong here"},
        {"of no form", {.period = "2024-S1", .unit = 23857, .form = 9}, "does not belong here"},
        {"of a catalogue to come", {.period = "2024-S1", .unit = 23857, .catalogue = 2}, ""},
    };
    struct rig *rig = *state;
    char *before = dump_store(rig);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        print_message("row: %s\n", rows[i].name);
        rig_log[0] = '\0';
        take(rig, &rows[i].draft, (struct state){1, A, 0, 0}, true);
        assert_int_equal(rig->sent_count, 0);
        assert_logged(rows[i].says);
    }
    assert_unchanged(rig, before);
}

/* A state whose accepted revision is of another report, or does not read, is malformed as a whole.
 */
static void test_an_accepted_revision_that_does_not_fit(void **state)
{
    struct rig *rig = *state;
    for (size_t i = 0; i < 2; i++) {
        struct state_bytes bytes;
        struct buf other = {0};
        struct cell cell;
        struct draft strange =
            draft_as(DRAFT(.period = i == 0 ? "2024-S2" : "2024-S1", .unit = 23857), 1, &cell);
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        draft_pack(&strange, &other);
        if (i == 1)
            other.data[other.len - 1] ^= 1; /* a part that its digest does not name */
        state_fill(&draft, (struct state){2, 0, 1, A}, &bytes);
        bytes.earlier.filing = (ProtobufCBinaryData){other.len, other.data};
        envelope.body_case = BODY(REVISION);
        envelope.revision = &bytes.message;
        assert_refused(rig_ask(rig, from_key(CHILD), &envelope), "malformed");
        from_parent(rig, 0, &envelope);
        assert_logged("does not read");
        assert_int_equal(head_of(rig, &draft).revision, 0);
        state_fini(&bytes);
        buf_fini(&other);
    }
    struct node_health health;
    node_get_health(rig->node, &health);
    assert_int_equal(health.quarantine_count, 2); /* of the child, not of the parent */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        INCOMING_TEST(test_order_and_repetition_do_not_matter),
        INCOMING_TEST(test_the_first_filing),
        INCOMING_TEST(test_who_is_told),
        INCOMING_TEST(test_who_is_told_of_what),
        INCOMING_TEST(test_what_the_parent_sends_in_vain),
        INCOMING_TEST(test_an_accepted_revision_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
