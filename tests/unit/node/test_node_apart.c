/* Two nodes at random: both file and mark one report, meet over a link that loses messages, and
 * part again. Laws, after they have met for good: they agree; every filing that was acknowledged is
 * still held by one of them; what was returned does not count; and what was accepted, and is the
 * latest, is accepted. */
#include "unit/node/fork.h"

enum { SEEDS = 1000, VALUES_MAX = 32 };

struct apart {
    struct pair *pair;
    uint64_t random;
    bool is_revoked;
    int64_t values; /* filed so far: 1, 2, 3 ... */
    bool is_returned[VALUES_MAX], is_accepted[VALUES_MAX];
};

static unsigned draw(struct apart *apart, unsigned below)
{
    apart->random ^= apart->random << 13; /* xorshift64, Marsaglia 2003 */
    apart->random ^= apart->random >> 7;
    apart->random ^= apart->random << 17;
    return (unsigned)((apart->random >> 11) % below);
}

static struct head head_or_none(struct rig *rig)
{
    struct report_key key = draft_key(&draft);
    struct head head = {0};
    struct store_txn *txn = store_begin_read(rig->store);
    (void)store_get_head(txn, &key, &head); /* zeros if there is none */
    store_abort(&txn);
    return head;
}

static void file_next(struct apart *apart, struct rig *rig)
{
    struct cell cell;
    struct draft next = saying(&draft, apart->values + 1, &cell);
    if (apart->values + 1 >= VALUES_MAX)
        return;
    next.catalogue = 2;
    next.based_on = head_or_none(rig).revision;
    /* A node that is no home refuses. */
    if (file_as(rig, from_local(), &next)->body_case == BODY(RECEIPT))
        apart->values++;
}

static void mark_one(struct apart *apart, struct rig *rig)
{
    struct head head = head_or_none(rig);
    uint64_t revision = draw(apart, 4) != 0 ? head.revision : head.counting;
    uint32_t bit = draw(apart, 3) != 0 ? A : R;
    if (revision == 0)
        return;
    int64_t value = value_at(rig, &draft, revision);
    const struct report_key key = draft_key(&draft);
    if (ask_mark(rig, from_local(), &key, revision, bit)->body_case != BODY(DONE))
        return; /* not for this node to say */
    if (bit == R)
        apart->is_returned[value] = true;
    else
        apart->is_accepted[value] = true;
}

static void meet_for_a_while(struct apart *apart)
{
    static const int bodies[] = {BODY(REVISION), BODY(ACK), BODY(COMPARED)};
    struct pair *pair = apart->pair;
    pair->is_cut = false;
    pair->lost_body = bodies[draw(apart, LENGTH(bodies))];
    pair->lost_from = draw(apart, 3);
    pair->lost_count = draw(apart, 3) != 0 ? 1000 : 0;
    pair_pass(pair, 1000 * (1 + (int64_t)draw(apart, 20)));
    pair->is_cut = true;
    pair->lost_count = 0;
}

static void step_at_random(struct apart *apart)
{
    struct pair *pair = apart->pair;
    struct rig *rig = draw(apart, 2) != 0 ? &pair->parent : &pair->child;
    unsigned what = draw(apart, 10);
    pair->parent.now.us += 1000000;
    pair->child.now.us += 1000000;
    rig_hello(rig, from_local(), 0);
    if (what < 4) {
        file_next(apart, rig);
    } else if (what < 7) {
        mark_one(apart, rig);
    } else if (what < 8) {
        if (apart->is_revoked)
            rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
        else
            rig_revoke(&pair->parent, PAIR_KEY);
        apart->is_revoked = !apart->is_revoked;
    } else {
        pair->parent.sent_count = pair->child.sent_count = 0;
        meet_for_a_while(apart);
    }
    pair->parent.sent_count = pair->child.sent_count = 0;
}

static void check_marks(struct apart *apart)
{
    struct rig *rig = &apart->pair->parent;
    struct head head = head_or_none(rig);
    if (head.revision == 0)
        return;
    int64_t latest = value_at(rig, &draft, head.revision), counts = counted(rig, &draft);
    assert_true(counts < 0 || !apart->is_returned[counts]);
    assert_true(!apart->is_returned[latest] || (head.states & R) != 0);
    assert_true(!apart->is_accepted[latest] || (head.states & A) != 0);
}

static void run_seed(void **state, uint64_t seed)
{
    struct apart apart = {.random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1, .is_revoked = true};
    struct pair *pair = apart.pair = part_anew(state, NULL, 0);
    pair->child.now.us += ((int64_t)draw(&apart, 3) - 1) * INT64_C(30000000); /* clocks apart */
    for (unsigned steps = 4 + draw(&apart, 12); steps > 0; steps--)
        step_at_random(&apart);
    meet(pair);
    assert_agrees(pair);
    check_marks(&apart);
    for (int64_t value = 1; value <= apart.values; value++)
        assert_true(is_held(&pair->child, &draft, value) || is_held(&pair->parent, &draft, value));
}

static void test_apart(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        print_message("seed %u\n", (unsigned)seed);
        run_seed(state, seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {FORK_TEST(test_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
