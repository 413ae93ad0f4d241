/* Open addressing with linear probing; removal shifts back, so that there are no tombstones and a
 * storm of short connections does not wear the table out. */
#include "node/peers.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { PEERS_FIRST_CAPACITY = 16 };

_Static_assert(PEERS_MAX <= UINT16_MAX, "a count holds all peers");

/* Keys are random, but for that of all local peers. */
static uint16_t *count_of_sort(struct peers *peers, const struct peer *peer)
{
    unsigned bits = peer->from.key[0] | (unsigned)peer->from.key[1] << 8;
    return &peers->of_sort[bits % PEERS_SORTS];
}

static bool slot_is_used(const struct peer *slot)
{
    return slot->from.address.id_len > 0;
}

/* FNV-1a: routing ids are made by libzmq, not by the peer, so that no one can aim for collisions.
 */
static size_t address_hash(const struct peer_address *address)
{
    uint64_t hash = 14695981039346656037u ^ (address->is_local ? 1u : 0u);
    for (size_t i = 0; i < address->id_len; i++)
        hash = (hash ^ address->id[i]) * 1099511628211u;
    return (size_t)(hash ^ (hash >> 32));
}

bool peer_address_equal(const struct peer_address *a, const struct peer_address *b)
{
    return a->is_local == b->is_local && a->id_len == b->id_len &&
           memcmp(a->id, b->id, a->id_len) == 0;
}

void peers_fini(struct peers *peers)
{
    free(peers->slots);
    *peers = (struct peers){0};
}

/* The slot that holds `address`, or the free one where it belongs. */
static struct peer *slot_of(const struct peers *peers, const struct peer_address *address)
{
    size_t i = address_hash(address) & (peers->capacity - 1);
    while (slot_is_used(&peers->slots[i]) &&
           !peer_address_equal(&peers->slots[i].from.address, address))
        i = (i + 1) & (peers->capacity - 1);
    return &peers->slots[i];
}

struct peer *peers_find(const struct peers *peers, const struct peer_address *address)
{
    if (peers->count == 0)
        return NULL;
    struct peer *slot = slot_of(peers, address);
    return slot_is_used(slot) ? slot : NULL;
}

static void peers_grow(struct peers *peers)
{
    struct peers grown = *peers;
    grown.capacity = peers->capacity == 0 ? PEERS_FIRST_CAPACITY : 2 * peers->capacity;
    grown.slots = mem_calloc(grown.capacity, sizeof(*grown.slots));
    for (size_t i = 0; i < peers->capacity; i++)
        if (slot_is_used(&peers->slots[i]))
            *slot_of(&grown, &peers->slots[i].from.address) = peers->slots[i];
    free(peers->slots);
    *peers = grown;
}

bool peers_put(struct peers *peers, const struct peer *peer)
{
    struct peer *known = peers_find(peers, &peer->from.address);
    if (known != NULL) {
        --*count_of_sort(peers, known);
        ++*count_of_sort(peers, peer);
        *known = *peer;
        return true;
    }
    if (peers->count >= PEERS_MAX)
        return false;
    if (4 * (peers->count + 1) > 3 * peers->capacity)
        peers_grow(peers);
    *slot_of(peers, &peer->from.address) = *peer;
    peers->count++;
    ++*count_of_sort(peers, peer);
    return true;
}

static void remove_slot(struct peers *peers, size_t hole)
{
    size_t mask = peers->capacity - 1;
    --*count_of_sort(peers, &peers->slots[hole]);
    peers->slots[hole] = (struct peer){0};
    peers->count--;
    for (size_t i = (hole + 1) & mask; slot_is_used(&peers->slots[i]); i = (i + 1) & mask) {
        size_t home = address_hash(&peers->slots[i].from.address) & mask;
        /* Move back unless its home lies cyclically in (hole, i]. */
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        peers->slots[hole] = peers->slots[i];
        peers->slots[i] = (struct peer){0};
        hole = i;
    }
}

void peers_limit_key(struct peers *peers, const struct peer *newcomer)
{
    size_t count = 0, oldest = 0;
    if (*count_of_sort(peers, newcomer) < PEERS_OF_KEY_MAX)
        return; /* of thousands that come at once, each would look at all the others */
    if (newcomer->from.address.is_local || peers_find(peers, &newcomer->from.address) != NULL)
        return;
    for (size_t i = 0; i < peers->capacity; i++) {
        const struct peer *slot = &peers->slots[i];
        if (!slot_is_used(slot) || slot->from.address.is_local ||
            memcmp(slot->from.key, newcomer->from.key, PEER_KEY_SIZE) != 0)
            continue;
        if (count == 0 || slot->heard_ms < peers->slots[oldest].heard_ms)
            oldest = i;
        count++;
    }
    if (count >= PEERS_OF_KEY_MAX)
        remove_slot(peers, oldest);
}

void peers_remove(struct peers *peers, const struct peer_address *address)
{
    struct peer *slot = peers_find(peers, address);
    if (slot != NULL)
        remove_slot(peers, (size_t)(slot - peers->slots));
}

size_t peers_expire(struct peers *peers, int64_t before_ms)
{
    size_t removed = 0;
    for (size_t i = 0; i < peers->capacity;) {
        if (slot_is_used(&peers->slots[i]) && peers->slots[i].heard_ms < before_ms) {
            remove_slot(peers, i); /* another peer may have moved into slot i: look again */
            removed++;
        } else {
            i++;
        }
    }
    return removed;
}

size_t peers_remove_key(struct peers *peers, const uint8_t *key)
{
    size_t removed = 0;
    for (size_t i = 0; i < peers->capacity;) {
        struct peer *slot = &peers->slots[i];
        if (slot_is_used(slot) && !slot->from.address.is_local &&
            memcmp(slot->from.key, key, PEER_KEY_SIZE) == 0) {
            remove_slot(peers, i);
            removed++;
        } else {
            i++;
        }
    }
    return removed;
}

struct peer *peers_next(const struct peers *peers, size_t *index)
{
    while (*index < peers->capacity) {
        struct peer *slot = &peers->slots[(*index)++];
        if (slot_is_used(slot))
            return slot;
    }
    return NULL;
}
