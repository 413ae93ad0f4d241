/* Peers: the table by address against the simplest thing that can hold peers, a list. */
#include "lib/cm.h"

#include "core/mem.h"
#include "node/peers.h"

enum { FIRST_CAPACITY = 16 }; /* of the table; where collisions are made */

static struct peer_address address_of(uint32_t id, bool is_local)
{
    struct peer_address address = {.id_len = 5, .is_local = is_local};
    address.id[0] = 7;
    memcpy(address.id + 1, &id, sizeof(id));
    return address;
}

static struct peer peer_of(uint32_t id, uint8_t key, int64_t heard_ms)
{
    struct peer peer = {.from.address = address_of(id, false), .unit = id, .heard_ms = heard_ms};
    memset(peer.from.key, key, sizeof(peer.from.key));
    return peer;
}

/* ---- one by one ---- */

/* A table that was never used finds nothing, walks nothing and removes nothing. */
static void test_empty_table(void **state)
{
    (void)state;
    struct peers peers = {0};
    struct peer_address address = address_of(1, false);
    uint8_t key[PEER_KEY_SIZE] = {0};
    size_t index = 0;
    assert_null(peers_find(&peers, &address));
    peers_remove(&peers, &address);
    assert_int_equal(peers_expire(&peers, INT64_MAX), 0);
    assert_int_equal(peers_remove_key(&peers, key), 0);
    assert_null(peers_next(&peers, &index));
    peers_fini(&peers);
}

/* A peer that says hello again, perhaps with another role, replaces what was known of it. */
static void test_put_replaces(void **state)
{
    (void)state;
    struct peers peers = {0};
    struct peer peer = peer_of(1, 1, 100);
    assert_true(peers_put(&peers, &peer));
    peer.role = 3;
    peer.unit = 631;
    assert_true(peers_put(&peers, &peer));
    assert_int_equal(peers.count, 1);
    const struct peer *found = peers_find(&peers, &peer.from.address);
    assert_non_null(found);
    assert_int_equal(found->role, 3);
    assert_int_equal(found->unit, 631);
    peers_fini(&peers);
}

/* An address is the whole id, its length, and which socket it came in by. */
static void test_addresses_are_told_apart(void **state)
{
    (void)state;
    struct peers peers = {0};
    const struct peer_address addresses[] = {
        {.id = {1}, .id_len = 1},    {.id = {1}, .id_len = 1, .is_local = true},
        {.id = {1, 0}, .id_len = 2}, {.id = {1, 1}, .id_len = 2},
        {.id = {0}, .id_len = 1},
    };
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
        struct peer peer = {.from.address = addresses[i], .unit = (uint32_t)i};
        assert_null(peers_find(&peers, &addresses[i]));
        assert_true(peers_put(&peers, &peer));
    }
    for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++)
        assert_int_equal(peers_find(&peers, &addresses[i])->unit, i);
    assert_true(peer_address_equal(&addresses[0], &addresses[0]));
    for (size_t i = 1; i < sizeof(addresses) / sizeof(*addresses); i++)
        assert_false(peer_address_equal(&addresses[0], &addresses[i]));
    peers_fini(&peers);
}

/* Silent since exactly the limit is not silent for longer than it. */
static void test_expiry_keeps_the_limit(void **state)
{
    (void)state;
    struct peers peers = {0};
    for (uint32_t i = 0; i < 10; i++) {
        struct peer peer = peer_of(i, 1, 100 + i);
        assert_true(peers_put(&peers, &peer));
    }
    assert_int_equal(peers_expire(&peers, 104), 4);
    for (uint32_t i = 0; i < 10; i++) {
        struct peer_address address = address_of(i, false);
        assert_int_equal(peers_find(&peers, &address) != NULL, i >= 4);
    }
    assert_int_equal(peers_expire(&peers, 104), 0);
    peers_fini(&peers);
}

/* A revoked key loses all its connections, and nobody else loses one: not even people on the local
 * socket, whose key is all zero. */
static void test_revocation_takes_every_connection_of_the_key(void **state)
{
    (void)state;
    struct peers peers = {0};
    uint8_t key[PEER_KEY_SIZE];
    for (uint32_t i = 0; i < 30; i++) {
        struct peer peer = peer_of(i, (uint8_t)(i % 3), 1);
        assert_true(peers_put(&peers, &peer));
    }
    struct peer local = {.from.address = address_of(5, true)};
    assert_true(peers_put(&peers, &local));
    memset(key, 0, sizeof(key));
    assert_int_equal(peers_remove_key(&peers, key), 10);
    memset(key, 2, sizeof(key));
    assert_int_equal(peers_remove_key(&peers, key), 10);
    assert_int_equal(peers_remove_key(&peers, key), 0);
    assert_int_equal(peers.count, 11);
    assert_non_null(peers_find(&peers, &local.from.address));
    for (uint32_t i = 0; i < 30; i++) {
        struct peer_address address = address_of(i, false);
        assert_int_equal(peers_find(&peers, &address) != NULL, i % 3 == 1);
    }
    peers_fini(&peers);
}

/* A named limit: one peer more is refused and changes nothing, a known one is still replaced, and
 * one that leaves makes room. */
static void test_the_limit(void **state)
{
    (void)state;
    struct peers peers = {0};
    for (uint32_t i = 0; i < PEERS_MAX; i++) {
        struct peer peer = peer_of(i, 1, 1);
        assert_true(peers_put(&peers, &peer));
    }
    struct peer more = peer_of(PEERS_MAX, 1, 1);
    assert_false(peers_put(&peers, &more));
    assert_null(peers_find(&peers, &more.from.address));
    assert_int_equal(peers.count, PEERS_MAX);
    struct peer known = peer_of(77, 1, 99);
    assert_true(peers_put(&peers, &known));
    assert_int_equal(peers_find(&peers, &known.from.address)->heard_ms, 99);
    struct peer_address gone = address_of(78, false);
    peers_remove(&peers, &gone);
    assert_true(peers_put(&peers, &more));
    assert_int_equal(peers.count, PEERS_MAX);
    peers_fini(&peers);
}

/* One key has so many sessions: a further one ends that which was silent longest. Other keys, local
 * peers and a peer that is known already end none. */
static void test_sessions_of_a_key(void **state)
{
    (void)state;
    struct peers peers = {0};
    for (uint32_t i = 0; i < PEERS_OF_KEY_MAX; i++) {
        struct peer peer = peer_of(i, 1, i == 5 ? 10 : 100 + i);
        peers_limit_key(&peers, &peer);
        assert_true(peers_put(&peers, &peer));
    }
    struct peer other = peer_of(1000, 2, 1), local = peer_of(1001, 1, 1),
                known = peer_of(7, 1, 500);
    local.from.address.is_local = true;
    const struct peer *const harmless[] = {&other, &local, &known};
    for (size_t i = 0; i < 3; i++) {
        peers_limit_key(&peers, harmless[i]);
        assert_true(peers_put(&peers, harmless[i]));
    }
    assert_int_equal(peers.count, PEERS_OF_KEY_MAX + 2);
    struct peer more = peer_of(2000, 1, 600);
    peers_limit_key(&peers, &more);
    assert_true(peers_put(&peers, &more));
    assert_int_equal(peers.count, PEERS_OF_KEY_MAX + 2);
    struct peer_address silent = address_of(5, false);
    assert_null(peers_find(&peers, &silent));
    assert_non_null(peers_find(&peers, &more.from.address));
    assert_non_null(peers_find(&peers, &local.from.address));
    peers_fini(&peers);
}

/* ---- against a list ---- */

enum { LIST_MAX = 64, ADDRESS_COUNT = 48, MODEL_STEPS = 20000 };

struct list {
    struct peer items[LIST_MAX];
    size_t count;
};

static struct peer *list_find(struct list *list, const struct peer_address *address)
{
    for (size_t i = 0; i < list->count; i++)
        if (peer_address_equal(&list->items[i].from.address, address))
            return &list->items[i];
    return NULL;
}

static void list_put(struct list *list, const struct peer *peer)
{
    struct peer *known = list_find(list, &peer->from.address);
    if (known == NULL) {
        assert_true(list->count < LIST_MAX);
        known = &list->items[list->count++];
    }
    *known = *peer;
}

/* Removes what is older than `before_ms`, or has `key` unless that is NULL. */
static size_t list_remove(struct list *list, int64_t before_ms, const uint8_t *key)
{
    size_t kept = 0, was = list->count;
    for (size_t i = 0; i < list->count; i++) {
        const struct peer *peer = &list->items[i];
        bool is_gone = key != NULL ? memcmp(peer->from.key, key, PEER_KEY_SIZE) == 0
                                   : peer->heard_ms < before_ms;
        if (!is_gone)
            list->items[kept++] = *peer;
    }
    list->count = kept;
    return was - kept;
}

/* As peers_limit_key, of keys that no local peer has. */
static void list_limit_key(struct list *list, const struct peer *newcomer)
{
    size_t count = 0;
    struct peer *oldest = NULL;
    if (list_find(list, &newcomer->from.address) != NULL)
        return;
    for (size_t i = 0; i < list->count; i++) {
        struct peer *peer = &list->items[i];
        if (memcmp(peer->from.key, newcomer->from.key, PEER_KEY_SIZE) != 0)
            continue;
        count++;
        if (oldest == NULL || peer->heard_ms < oldest->heard_ms)
            oldest = peer;
    }
    if (count >= PEERS_OF_KEY_MAX)
        *oldest = list->items[--list->count];
}

/* The hash that libzmq's ids meet (FNV-1a, folded). It is told again here only to find addresses
 * that collide; were it to change, the test would still hold, with fewer collisions. */
static size_t slot_of(const struct peer_address *address)
{
    uint64_t hash = 14695981039346656037u ^ (address->is_local ? 1u : 0u);
    for (size_t i = 0; i < address->id_len; i++)
        hash = (hash ^ address->id[i]) * 1099511628211u;
    return (size_t)(hash ^ (hash >> 32)) % FIRST_CAPACITY;
}

/* Half of them want the last slot of the first table, so that clusters run around its end. */
static void find_addresses(struct peer_address *ret_addresses)
{
    size_t count = 0;
    for (uint32_t id = 0; count < ADDRESS_COUNT; id++) {
        struct peer_address address = address_of(id, false);
        if (count % 2 == 0 || slot_of(&address) == FIRST_CAPACITY - 1)
            ret_addresses[count++] = address;
    }
}

static void assert_same(const struct peers *peers, struct list *list,
                        const struct peer_address *addresses)
{
    size_t index = 0, walked = 0;
    assert_int_equal(peers->count, list->count);
    for (size_t i = 0; i < ADDRESS_COUNT; i++) {
        const struct peer *is = peers_find(peers, &addresses[i]);
        const struct peer *should = list_find(list, &addresses[i]);
        assert_int_equal(is != NULL, should != NULL);
        if (is != NULL)
            assert_memory_equal(is, should, sizeof(*is));
    }
    while (peers_next(peers, &index) != NULL)
        walked++;
    assert_int_equal(walked, list->count);
}

static uint32_t random_below(uint64_t *random, uint32_t below)
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    return (uint32_t)((*random * 2685821657736338717u) >> 33) % below;
}

/* Whatever comes and goes in whatever order, the table holds what the list holds. At most `most`
 * addresses are in use, so that tables of several sizes and fillings are met, and `keys` keys, so
 * that some have too many sessions. */
static void run_model(uint64_t random, uint32_t most, uint32_t keys)
{
    struct peers peers = {0};
    struct list *list = mem_calloc(1, sizeof(*list));
    struct peer_address addresses[ADDRESS_COUNT];
    find_addresses(addresses);
    for (int64_t now_ms = 0; now_ms < MODEL_STEPS; now_ms++) {
        struct peer peer = {.heard_ms = now_ms};
        uint8_t key[PEER_KEY_SIZE];
        peer.from.address = addresses[random_below(&random, most)];
        memset(key, (int)random_below(&random, keys), sizeof(key));
        memcpy(peer.from.key, key, sizeof(key));
        uint32_t what = random_below(&random, 100);
        if (what < 55) {
            peers_limit_key(&peers, &peer);
            list_limit_key(list, &peer);
            assert_true(peers_put(&peers, &peer));
            list_put(list, &peer);
        } else if (what < 95) {
            struct peer *known = list_find(list, &peer.from.address);
            peers_remove(&peers, &peer.from.address);
            if (known != NULL)
                *known = list->items[--list->count];
        } else if (what < 98) {
            assert_int_equal(peers_remove_key(&peers, key), list_remove(list, 0, key));
        } else {
            int64_t before_ms = now_ms - random_below(&random, 40);
            assert_int_equal(peers_expire(&peers, before_ms), list_remove(list, before_ms, NULL));
        }
        assert_same(&peers, list, addresses);
    }
    peers_fini(&peers);
    free(list);
}

static void test_it_holds_what_a_list_holds(void **state)
{
    (void)state;
    run_model(1, 12, 8); /* the first table, three quarters full */
    run_model(2, 20, 8);
    run_model(3, ADDRESS_COUNT, 8);
    run_model(4, ADDRESS_COUNT, 1);
    run_model(5, ADDRESS_COUNT, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_put_replaces),
        cmocka_unit_test(test_addresses_are_told_apart),
        cmocka_unit_test(test_expiry_keeps_the_limit),
        cmocka_unit_test(test_revocation_takes_every_connection_of_the_key),
        cmocka_unit_test(test_the_limit),
        cmocka_unit_test(test_sessions_of_a_key),
        cmocka_unit_test(test_it_holds_what_a_list_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
