/* The cache of what units contribute: what was put is what is got, what was forgotten is not, and
 * it stays within its limit. */
#include "lib/cm.h"

#include "node/own_cache.h"

static struct report_key key_of(uint32_t unit, uint16_t year, enum period_label label)
{
    return (struct report_key){
        .kind = KIND_ACTUAL, .period = {year, (uint8_t)label}, .unit = unit, .form = 1 + unit % 3};
}

static struct figure figure_of(int64_t value)
{
    return (struct figure){.value = value,
                           .upper = value,
                           .parts = {0, 1, 0, 0, 0, 0},
                           .unit_set = figure_unit_mark((uint32_t)value)};
}

static void put(struct own_cache *cache, const struct report_key *key, int64_t value, size_t count)
{
    struct figures figures = {0};
    for (uint32_t i = 1; i <= count; i++) {
        struct figure figure = figure_of(value + i);
        figures_append(&figures, i, &figure);
    }
    own_cache_put(cache, key, &figures, value % 2 == 1);
    figures_fini(&figures);
}

/* The value that was put; -1: nothing is known. */
static int64_t get(const struct own_cache *cache, const struct report_key *key)
{
    struct figures figures = {0};
    bool is_covered = false;
    int64_t value = -1;
    if (own_cache_get(cache, key, NULL, &figures, &is_covered)) {
        value = (int64_t)figures.items[0].figure.value - 1;
        assert_int_equal(is_covered, value % 2 == 1);
    }
    figures_fini(&figures);
    return value;
}

/* Every key has its own, whatever else is there; putting again replaces. */
static void test_put_and_get(void **state)
{
    (void)state;
    enum { UNITS = 3000 };
    struct own_cache cache = {0};
    struct report_key key = key_of(1, 2024, PERIOD_Y);
    assert_int_equal(get(&cache, &key), -1);
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        key = key_of(unit, (uint16_t)(2000 + unit % 7), PERIOD_Y);
        put(&cache, &key, unit, 1);
        put(&cache, &key, 2 * unit, 2);
    }
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        key = key_of(unit, (uint16_t)(2000 + unit % 7), PERIOD_Y);
        assert_int_equal(get(&cache, &key), 2 * unit);
        key.kind = KIND_PLAN;
        assert_int_equal(get(&cache, &key), -1);
        key.kind = KIND_ACTUAL;
        key.period.label = PERIOD_S1;
        assert_int_equal(get(&cache, &key), -1);
    }
    own_cache_clear(&cache);
    assert_int_equal(get(&cache, &key), -1);
}

/* Forgetting is of all labels of one group, and of no other; those behind it are still found. */
static void test_forget(void **state)
{
    (void)state;
    enum { UNITS = 400 };
    struct own_cache cache = {0};
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
            struct report_key key = key_of(unit, 2024, (enum period_label)label);
            put(&cache, &key, 10 * unit + (uint32_t)label, 1);
        }
    }
    for (uint32_t unit = 1; unit <= UNITS; unit += 2) {
        struct report_key key = key_of(unit, 2024, PERIOD_S2);
        own_cache_forget(&cache, &key);
        key = key_of(unit, 2023, PERIOD_S2); /* that was never there */
        own_cache_forget(&cache, &key);
    }
    for (uint32_t unit = 1; unit <= UNITS; unit++) {
        for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
            struct report_key key = key_of(unit, 2024, (enum period_label)label);
            int64_t expected = unit % 2 == 1 ? -1 : 10 * (int64_t)unit + label;
            assert_int_equal(get(&cache, &key), expected);
        }
    }
    own_cache_clear(&cache);
}

/* However much is put, and forgotten again, it takes no more than it may; what was put last is
 * there. */
static void test_limits(void **state)
{
    (void)state;
    struct own_cache cache = {0};
    size_t slots_most = 0;
    for (uint32_t i = 1; i <= 200000; i++) {
        struct report_key key = key_of(i, 2024, PERIOD_Y);
        put(&cache, &key, i, 1 + i % 5);
        assert_true(cache.byte_count <= OWN_CACHE_BYTES_MAX);
        assert_int_equal(get(&cache, &key), i);
        slots_most = cache.slot_count > slots_most ? cache.slot_count : slots_most;
    }
    own_cache_clear(&cache);
    for (uint32_t i = 1; i <= 200000; i++) {
        struct report_key key = key_of(i, 2024, PERIOD_Y);
        put(&cache, &key, i, 1);
        own_cache_forget(&cache, &key);
        assert_true(cache.slot_count <= 1024); /* forgotten ones do not make it grow */
    }
    assert_int_equal(cache.byte_count, 0);
    assert_true(slots_most > 1024 && slots_most < 200000);
    own_cache_clear(&cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_and_get),
        cmocka_unit_test(test_forget),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
