/* Forks for tests: filings told apart by one figure, and two nodes of which the lower one was away
 * while both took reports in. */
#ifndef TESTS_UNIT_NODE_FORK_H
#define TESTS_UNIT_NODE_FORK_H

#include "unit/node/pair.h"

static const struct draft draft = {.period = "2024-S1", .unit = 23857};

enum { OURS = 100, THEIRS = 200 }; /* what the two say of indicator 1 */

static inline struct draft saying(const struct draft *like, int64_t value, struct cell *cell)
{
    struct draft made = *like;
    *cell = (struct cell)EXACT(1, value);
    made.cells = cell;
    made.cell_count = 1;
    return made;
}

/* -1 for bytes that are no filing. */
static inline int64_t value_in(struct rig *rig, struct span filing)
{
    struct wire_filing opened;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    arena_reset(rig->arena);
    if (wire_open_filing(filing, rig->arena, &opened, &report, reason, sizeof(reason)) != ERR_OK)
        return -1;
    int64_t value = report.cells[0].value;
    report_fini(&report);
    return value;
}

/* What is held as revision `number`, -1 if nothing is. */
static inline int64_t value_at(struct rig *rig, const struct draft *like, uint64_t number)
{
    struct report_key key = draft_key(like);
    struct revision revision;
    int64_t value = -1;
    struct store_txn *txn = store_begin_read(rig->store);
    if (store_get_revision(txn, &key, number, &revision) == ERR_OK)
        value = value_in(rig, revision.filing);
    store_abort(&txn);
    return value;
}

/* As a revision, or set aside for a person. */
static inline bool is_held(struct rig *rig, const struct draft *like, int64_t value)
{
    struct quarantined item = {0};
    bool is_found = false;
    for (uint64_t number = 1; number <= head_of(rig, like).revision; number++)
        is_found = is_found || value_at(rig, like, number) == value;
    struct store_txn *txn = store_begin_read(rig->store);
    while (store_next_quarantine(txn, &item))
        is_found = is_found || value_in(rig, item.bytes) == value;
    store_abort(&txn);
    return is_found;
}

/* Sets aside as much as a node may. */
static inline void fill_aside(struct rig *rig)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(rig->store);
    for (uint64_t i = 0; i < STORE_ASIDE_MAX; i++) {
        assert_true(store_has_room_aside(txn));
        struct quarantined item = {.is_kept = true, .bytes = {(const uint8_t *)&i, sizeof(i)}};
        assert_int_equal(store_put_quarantine(txn, &item), ERR_OK);
    }
    assert_false(store_has_room_aside(txn));
    assert_int_equal(store_commit(&txn, &is_unknown), ERR_OK);
}

/* A data file as it lies there, its node being stopped. */
static inline void copy_file(const char *from, const char *to)
{
    enum { PIECE = 65536 };
    static char piece[PIECE];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    size_t count;
    assert_non_null(in);
    assert_non_null(out);
    while ((count = fread(piece, 1, sizeof(piece), in)) > 0)
        assert_int_equal(fwrite(piece, 1, count, out), count);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

/* ---- two nodes ---- */

static inline int fork_setup(void **state)
{
    int result = pair_setup(state);
    struct pair *pair = *state;
    rig_install_manual(&pair->parent, 2);
    rig_install_manual(&pair->child, 2);
    return result;
}

#define FORK_TEST(function) cmocka_unit_test_setup_teardown(function, fork_setup, pair_teardown)

/* While the child is away, its key is revoked, and its parent is the home of its units; then it
 * comes back with what it has numbered meanwhile. Each step is a filing, or a mark at the parent.
 */
enum { AT_PARENT, AT_CHILD, ACCEPT, RETURN, ACCEPT_AT_CHILD };

struct fork_step {
    int what;
    uint64_t revision; /* that it makes, or that is marked */
    int64_t value;
};

enum { STEPS_MAX = 6 };

static inline void mark_at(struct rig *rig, uint64_t revision, uint32_t bit)
{
    mark_ok(rig, &draft, revision, bit);
}

static inline void take_step(struct pair *pair, const struct fork_step *step)
{
    struct cell cell;
    struct draft filed = saying(&draft, step->value, &cell);
    bool is_childs = step->what == AT_CHILD || step->what == ACCEPT_AT_CHILD;
    struct rig *rig = is_childs ? &pair->child : &pair->parent;
    pair->parent.now.us += 1000000;
    pair->child.now.us += 1000000;
    rig_hello(rig, from_local(), 0);
    filed.catalogue = 2;
    filed.based_on = step->revision - 1;
    if (step->what == AT_PARENT || step->what == AT_CHILD)
        assert_int_equal(file_ok(rig, &filed), step->revision);
    else
        mark_at(rig, step->revision, step->what == RETURN ? R : A);
    rig->sent_count = 0;
}

/* The child loses its link and its key: the parent is the home too, from now on. */
static inline void part(struct pair *pair)
{
    pair->is_cut = true;
    rig_revoke(&pair->parent, PAIR_KEY);
}

/* Two new nodes, which take these steps apart; steps end at revision 0. */
static inline struct pair *part_anew(void **state, const struct fork_step *steps, size_t max)
{
    assert_int_equal(pair_teardown(state), 0);
    assert_int_equal(fork_setup(state), 0);
    part(*state);
    for (size_t s = 0; s < max && steps[s].revision != 0; s++)
        take_step(*state, &steps[s]);
    return *state;
}

/* Enrols the child again, and lets the two meet for so long. */
static inline void meet_for(struct pair *pair, int64_t ms)
{
    pair->is_cut = false;
    rig_enrol(&pair->parent, PAIR_KEY, 631, ROLE(NODE));
    pair_pass(pair, ms);
}

static inline void meet(struct pair *pair)
{
    meet_for(pair, 180000);
}

#endif
