/* The map of what waits: in order, exact after an undo, and what it was before for all others. */
#include "lib/cm.h"

#include <stdio.h>

#include "store/pending.h"

enum { KEYS = 120, VALUE_MAX = 40, STEPS = 3000, SEEDS = 10, KEY_SIZE = 8 };

/* Of a key: NULL is not there, "" is deleted. */
struct model {
    char values[KEYS][VALUE_MAX];
    bool is_there[KEYS];
};

static uint32_t noise;

static uint32_t below(uint32_t bound)
{
    noise = noise * 1664525 + 1013904223;
    return (noise >> 8) % bound;
}

/* Of one to three letters, so that some are the beginning of others; rising with `place`. */
static struct span key_at(size_t place, char *out)
{
    (void)snprintf(out, KEY_SIZE, "%c%.*s", (char)('a' + place / 12), (int)(place % 12 > 0),
                   (char[]){(char)('a' + place % 12 / 2), '\0'});
    size_t len = strlen(out);
    if (place % 2 == 0 && place % 12 > 0)
        out[len++] = 'x';
    return (struct span){(const uint8_t *)out, len};
}

static void assert_same(const struct pending *pending, enum pending_view view,
                        const struct model *model, uint32_t seed, int step)
{
    char bytes[KEY_SIZE];
    for (size_t place = 0; place < KEYS; place++) {
        struct pending_entry *entry = pending_find(pending, DB_HEAD, key_at(place, bytes));
        const struct pending_version *version = entry != NULL ? pending_version(entry, view) : NULL;
        const char *wanted = model->values[place];
        enum pending_state state = !model->is_there[place] ? PENDING_NONE
                                   : wanted[0] != '\0'     ? PENDING_PUT
                                                           : PENDING_DELETED;
        struct span value = {(const uint8_t *)wanted, strlen(wanted)};
        enum pending_state found = version != NULL ? version->state : PENDING_NONE;
        bool is_right =
            found == state && (state == PENDING_NONE || span_equal(pending_value(version), value));
        if (!is_right)
            fail_msg("seed %u, step %d: key %zu is wrong", seed, step, place);
    }
}

static size_t count_of(struct pending *pending, enum db_table table)
{
    size_t count;
    (void)pending_row(pending, table, &count);
    return count;
}

/* From any key, there or not, to both sides. */
static void assert_in_order(struct pending *pending, uint32_t seed)
{
    char bytes[KEY_SIZE], first[KEY_SIZE];
    size_t count;
    /* Whoever asks first finds it out of order. */
    struct pending_entry *(*ask)(struct pending *, enum db_table, struct span) =
        below(2) == 0 ? pending_after : pending_below;
    struct span asked = key_at(below(KEYS), first);
    const struct pending_entry *answer = ask(pending, DB_HEAD, asked);
    struct pending_entry *const *row = pending_row(pending, DB_HEAD, &count);
    if (ask(pending, DB_HEAD, asked) != answer)
        fail_msg("seed %u: a neighbour is another once all is in order", seed);
    for (size_t i = 1; i < count; i++)
        if (pending_compare(pending_key(row[i - 1]), pending_key(row[i])) >= 0)
            fail_msg("seed %u: the row is not in order", seed);
    for (size_t place = 0; place < KEYS; place++) {
        struct span key = key_at(place, bytes);
        struct pending_entry *after = pending_after(pending, DB_HEAD, key);
        struct pending_entry *before = pending_below(pending, DB_HEAD, key);
        struct pending_entry *found = pending_find(pending, DB_HEAD, key);
        if ((after != NULL && pending_compare(pending_key(after), key) <= 0) ||
            (before != NULL && pending_compare(pending_key(before), key) >= 0))
            fail_msg("seed %u: the neighbours of key %zu are not", seed, place);
        size_t at = 0;
        while (at < count && pending_compare(pending_key(row[at]), key) < 0)
            at++;
        if (before != (at > 0 ? row[at - 1] : NULL))
            fail_msg("seed %u: something is between key %zu and the one before", seed, place);
        if (found != NULL && (at == count || row[at++] != found))
            fail_msg("seed %u: key %zu is not in its row", seed, place);
        if (after != (at < count ? row[at] : NULL))
            fail_msg("seed %u: something is between key %zu and the one behind", seed, place);
    }
}

/* Against a model: random changes, kept or undone. A failure names its seed. */
static void random_changes(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= SEEDS; seed++) {
        struct pending *pending = pending_new();
        static struct model committed, now;
        char bytes[KEY_SIZE];
        noise = seed;
        memset(&committed, 0, sizeof committed);
        now = committed;
        for (int step = 0; step < STEPS; step++) {
            size_t place = below(KEYS);
            uint32_t ticket = below(20);
            if (ticket < 12) {
                size_t len = 1 + below(VALUE_MAX - 2);
                memset(now.values[place], 'a' + step % 26, len); /* longer or shorter each time */
                now.values[place][len] = '\0';
                struct span value = {(const uint8_t *)now.values[place], len};
                pending_put(pending, DB_HEAD, key_at(place, bytes), value);
                now.is_there[place] = true;
            } else if (ticket < 18) {
                now.values[place][0] = '\0';
                pending_delete(pending, DB_HEAD, key_at(place, bytes));
                now.is_there[place] = true;
            } else {
                assert_same(pending, PENDING_NOW, &now, seed, step);
                assert_same(pending, PENDING_BEFORE, &committed, seed, step);
                assert_in_order(pending, seed);
                if (ticket == 18) {
                    pending_keep(pending);
                    committed = now;
                } else {
                    pending_undo(pending);
                    now = committed;
                }
                assert_same(pending, PENDING_NOW, &now, seed, step);
                assert_same(pending, PENDING_BEFORE, &now, seed, step);
                assert_in_order(pending, seed);
                assert_int_equal(count_of(pending, DB_REVISION), 0);
            }
        }
        pending_free(&pending);
        assert_null(pending);
    }
}

static struct span text(const char *bytes)
{
    return (struct span){(const uint8_t *)bytes, strlen(bytes)};
}

/* What is touched is told once, in order; each transaction's change weighs, and only what is
 * committed does for others. */
static void touches_and_weights(void **state)
{
    (void)state;
    struct pending *pending = pending_new();
    pending_put(pending, DB_META, text("b"), text("12345"));
    pending_put(pending, DB_META, text("a"), text("1"));
    pending_put(pending, DB_META, text("b"), text("12"));
    assert_int_equal(pending_touched_count(pending), 2);
    assert_true(span_equal(pending_key(pending_touched(pending, 0)), text("b")));
    assert_true(span_equal(pending_key(pending_touched(pending, 1)), text("a")));
    struct pending_weight weight = pending_weight(pending, PENDING_NOW);
    uint64_t entry_bytes = (weight.bytes - 5) / 2; /* two keys, three bytes of values */
    assert_int_equal(weight.changes, 2);
    assert_int_equal(weight.bytes, 2 * entry_bytes + 5);
    assert_int_equal(pending_weight(pending, PENDING_BEFORE).bytes, 0);
    pending_keep(pending);
    assert_int_equal(pending_touched_count(pending), 0);
    pending_delete(pending, DB_META, text("b"));
    assert_int_equal(pending_weight(pending, PENDING_NOW).bytes, 3 * entry_bytes + 6);
    assert_int_equal(pending_weight(pending, PENDING_BEFORE).bytes, 2 * entry_bytes + 5);
    pending_undo(pending);
    weight = pending_weight(pending, PENDING_NOW);
    assert_int_equal(weight.changes, 2);
    assert_int_equal(weight.bytes, 2 * entry_bytes + 5);
    pending_clear(pending);
    assert_int_equal(pending_weight(pending, PENDING_NOW).changes, 0);
    assert_int_equal(count_of(pending, DB_META), 0);
    pending_free(&pending);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_changes),
        cmocka_unit_test(touches_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
