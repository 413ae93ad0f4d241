/* When nodes beneath were last there: an entry for each key, for as long as the process lives. */
#include "lib/cm.h"

#include "node/link_times.h"

enum { MANY = 5000 };

/* Keys whose low bytes are the same for every 16th: they share a slot. */
static void make_key(uint32_t n, uint8_t *ret_key)
{
    uint32_t low = n % (MANY / 16);
    memset(ret_key, 0, PEER_KEY_SIZE);
    memcpy(ret_key, &low, sizeof(low));
    memcpy(ret_key + PEER_KEY_SIZE - sizeof(n), &n, sizeof(n));
}

static void test_nothing_is_known(void **state)
{
    const struct link_times times = {0};
    uint8_t key[PEER_KEY_SIZE] = {0};
    (void)state;
    assert_null(link_times_find(&times, key));
}

static void test_each_key_has_its_own(void **state)
{
    struct link_times times = {0};
    uint8_t key[PEER_KEY_SIZE];
    (void)state;
    for (uint32_t n = 0; n < MANY; n++) {
        make_key(n, key);
        link_times_of(&times, key)->heard.us = n + 1;
    }
    for (uint32_t n = 0; n < MANY; n++) {
        make_key(n, key);
        link_times_of(&times, key)->acked.us = 2 * n;
    }
    assert_int_equal(times.count, MANY);
    for (uint32_t n = 0; n < MANY; n++) {
        make_key(n, key);
        const struct link_time *time = link_times_find(&times, key);
        assert_non_null(time);
        assert_int_equal(time->heard.us, n + 1);
        assert_int_equal(time->acked.us, 2 * n);
    }
    make_key(MANY, key);
    assert_null(link_times_find(&times, key));
    link_times_fini(&times);
    assert_null(link_times_find(&times, key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_known),
        cmocka_unit_test(test_each_key_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
