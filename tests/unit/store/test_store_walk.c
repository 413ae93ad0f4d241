/* Walks: every entry once and in order, whatever is written between two steps. */
#include "unit/store/temp_store.h"

static struct report_key key_of(uint32_t unit)
{
    return (struct report_key){KIND_ACTUAL, {2024, PERIOD_S1}, unit, 1};
}

static void put(struct store_txn *txn, uint32_t unit, uint64_t revision)
{
    struct report_key key = key_of(unit);
    struct head head = {.revision = revision};
    assert_int_equal(store_put_head(txn, &key, &head), ERR_OK);
}

static void put_below(struct store_txn *txn, uint32_t unit, const char *figures)
{
    struct report_key key = key_of(unit);
    assert_int_equal(store_put_below(txn, &key, span_of_text(figures)), ERR_OK);
}

/* The unit of the next entry, or 0 at the end. */
static uint32_t step(struct store_txn *txn, struct report_key *cursor)
{
    struct head head;
    return store_next_head(txn, cursor, &head) ? cursor->unit : 0;
}

static uint32_t step_below(struct store_txn *txn, struct report_key *cursor)
{
    struct span figures;
    return store_next_below(txn, cursor, &figures) ? cursor->unit : 0;
}

/* Long enough for many pages, in a read and in a write transaction; the end stays the end. */
static void whole_walk(void **state)
{
    struct temp_store *temp = *state;
    enum { UNITS = 3000 };
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t i = 0; i < UNITS; i++) {
        uint32_t unit = 1 + i * 1009 % UNITS;
        put(txn, unit, unit + 5);
    }
    for (int pass = 0; pass < 2; pass++) {
        struct report_key cursor = {0};
        struct head head;
        for (uint32_t unit = 1; unit <= UNITS; unit++) {
            assert_true(store_next_head(txn, &cursor, &head));
            assert_int_equal(cursor.unit, unit);
            assert_int_equal(head.revision, unit + 5);
        }
        for (int again = 0; again < 3; again++) {
            assert_false(store_next_head(txn, &cursor, &head));
            assert_int_equal(cursor.unit, UNITS);
        }
        assert_int_equal(store_error(txn), ERR_OK);
        if (pass == 0) {
            assert_commits(&txn);
            txn = store_begin_read(temp->store);
        }
    }
    store_abort(&txn);
}

/* Writes between two steps: before, at and behind the position. */
static void writes_between_steps(void **state)
{
    struct temp_store *temp = *state;
    struct report_key cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t unit = 10; unit <= 50; unit += 10)
        put_below(txn, unit, "x");
    assert_int_equal(step_below(txn, &cursor), 10);
    put_below(txn, 5, "before: not met");
    put_below(txn, 15, "behind: met");
    assert_int_equal(step_below(txn, &cursor), 15);
    put_below(txn, 15, "at, longer than it was by far: not met twice");
    assert_int_equal(step_below(txn, &cursor), 20);
    put_below(txn, 20, ""); /* deletes where the walk stands */
    put_below(txn, 30, ""); /* and what would have come */
    assert_int_equal(step_below(txn, &cursor), 40);
    put_below(txn, 5, ""); /* deletes before */
    assert_int_equal(step_below(txn, &cursor), 50);
    assert_int_equal(step_below(txn, &cursor), 0);
    put_below(txn, 60, "behind the end");
    assert_int_equal(step_below(txn, &cursor), 60);
    assert_int_equal(step_below(txn, &cursor), 0);
    assert_int_equal(store_drop_accumulators(txn), ERR_OK);
    cursor = (struct report_key){0};
    assert_int_equal(step_below(txn, &cursor), 0);
    put_below(txn, 7, "after the drop");
    assert_int_equal(step_below(txn, &cursor), 7);
    assert_commits(&txn);
}

/* Each step deletes what it met: every entry is met once. */
static void delete_while_walking(void **state)
{
    struct temp_store *temp = *state;
    enum { UNITS = 1000 };
    struct report_key cursor = {0};
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t unit = 1; unit <= UNITS; unit++)
        put_below(txn, unit, "figures of this unit");
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        assert_int_equal(step_below(txn, &cursor), unit);
        assert_int_equal(store_put_below(txn, &cursor, (struct span){NULL, 0}), ERR_OK);
    }
    cursor = (struct report_key){0};
    assert_int_equal(step_below(txn, &cursor), 0);
    assert_commits(&txn);
}

/* Two walks over one table, and gets in between, do not disturb each other. */
static void two_walks(void **state)
{
    struct temp_store *temp = *state;
    struct report_key slow = {0}, fast = {0};
    struct head head;
    struct store_txn *txn = store_begin_write(temp->store);
    for (uint32_t unit = 1; unit <= 20; unit++)
        put(txn, unit, 1);
    for (uint32_t unit = 1; unit <= 10; unit++) {
        struct report_key last = key_of(20);
        assert_int_equal(step(txn, &fast), 2 * unit - 1);
        assert_int_equal(step(txn, &slow), unit);
        assert_int_equal(store_get_head(txn, &last, &head), ERR_OK);
        assert_int_equal(step(txn, &fast), 2 * unit);
    }
    assert_int_equal(step(txn, &fast), 0);
    assert_int_equal(step(txn, &slow), 11);
    assert_commits(&txn);
}

/* A walk may begin anywhere: just before a (kind, year), or before one unit and form of it. */
static void cursor_before(void **state)
{
    struct temp_store *temp = *state;
    static const struct report_key keys[] = {
        {KIND_ACTUAL, {2023, PERIOD_Y}, 9, 9},  {KIND_ACTUAL, {2024, PERIOD_S1}, 3, 1},
        {KIND_ACTUAL, {2024, PERIOD_S2}, 3, 1}, {KIND_ACTUAL, {2024, PERIOD_Y}, 3, 1},
        {KIND_ACTUAL, {2024, PERIOD_S1}, 3, 2}, {KIND_ACTUAL, {2024, PERIOD_S1}, 4, 1},
        {KIND_PLAN, {2024, PERIOD_S1}, 1, 1},
    };
    static const struct {
        uint8_t kind;
        uint16_t year;
        uint32_t unit, form;
        size_t first; /* index into keys */
    } rows[] = {
        {KIND_ACTUAL, 0, 0, 0, 0},    {KIND_ACTUAL, 2024, 0, 0, 1}, {KIND_ACTUAL, 2024, 3, 1, 1},
        {KIND_ACTUAL, 2024, 3, 2, 4}, {KIND_ACTUAL, 2024, 4, 0, 5}, {KIND_ACTUAL, 2024, 5, 0, 6},
        {KIND_PLAN, 0, 0, 0, 6},
    };
    const struct head head = {.revision = 1};
    struct store_txn *txn = store_begin_write(temp->store);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_int_equal(store_put_head(txn, &keys[i], &head), ERR_OK);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct head found;
        struct report_key cursor =
            store_cursor_before(rows[i].kind, rows[i].year, rows[i].unit, rows[i].form);
        for (size_t k = rows[i].first; k < sizeof keys / sizeof *keys; k++) {
            assert_true(store_next_head(txn, &cursor, &found));
            assert_true(report_key_equal(&cursor, &keys[k]));
        }
        assert_false(store_next_head(txn, &cursor, &found));
    }
    assert_commits(&txn);
}

/* Against a model (one flag per unit): random puts, deletions and steps, in random order. A failure
 * names its seed. */
static void random_walks(void **state)
{
    struct temp_store *temp = *state;
    enum { UNITS = 400, STEPS = 4000, SEEDS = 5 };
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        bool is_there[UNITS + 2] = {false};
        struct report_key cursor = {0};
        uint32_t noise = seed;
        struct store_txn *txn = store_begin_write(temp->store);
        for (int i = 0; i < STEPS; i++) {
            noise = noise * 1664525 + 1013904223;
            uint32_t unit = 1 + (noise >> 16) % UNITS;
            switch (noise >> 28) {
            case 0:
            case 1:
            case 2:
                put_below(txn, unit, "some figures, so that there are several pages of them");
                is_there[unit] = true;
                break;
            case 3:
                put_below(txn, unit, "");
                is_there[unit] = false;
                break;
            case 4:
                cursor = key_of(unit);
                break;
            default: {
                uint32_t expected = cursor.unit + 1;
                while (expected <= UNITS && !is_there[expected])
                    expected++;
                uint32_t found = step_below(txn, &cursor);
                if (found != (expected <= UNITS ? expected : 0))
                    fail_msg("seed %u, step %d: %u instead of %u", seed, i, found, expected);
                if (found == 0)
                    cursor = (struct report_key){0};
            }
            }
        }
        store_abort(&txn);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(whole_walk), STORE_TEST(writes_between_steps), STORE_TEST(delete_while_walking),
        STORE_TEST(two_walks),  STORE_TEST(cursor_before),        STORE_TEST(random_walks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
