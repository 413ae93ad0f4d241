/* Open addressing with linear probing; nothing is ever removed. Keys are Curve25519 points, whose
 * low bytes are as good as a hash; only enrolled ones come here. */
#include "node/link_times.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { FIRST_CAPACITY = 16 };

void link_times_fini(struct link_times *times)
{
    free(times->slots);
    *times = (struct link_times){0};
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct link_time *slot_of(const struct link_times *times, const uint8_t *key)
{
    uint64_t hash;
    memcpy(&hash, key, sizeof(hash));
    size_t i = (size_t)hash & (times->capacity - 1);
    while (times->slots[i].is_used && memcmp(times->slots[i].key, key, PEER_KEY_SIZE) != 0)
        i = (i + 1) & (times->capacity - 1);
    return &times->slots[i];
}

static void grow(struct link_times *times)
{
    struct link_times grown = {
        .capacity = times->capacity == 0 ? FIRST_CAPACITY : 2 * times->capacity,
        .count = times->count,
    };
    grown.slots = mem_calloc(grown.capacity, sizeof(*grown.slots));
    for (size_t i = 0; i < times->capacity; i++)
        if (times->slots[i].is_used)
            *slot_of(&grown, times->slots[i].key) = times->slots[i];
    free(times->slots);
    *times = grown;
}

struct link_time *link_times_of(struct link_times *times, const uint8_t *key)
{
    if (4 * (times->count + 1) > 3 * times->capacity)
        grow(times);
    struct link_time *slot = slot_of(times, key);
    if (!slot->is_used) {
        slot->is_used = true;
        memcpy(slot->key, key, PEER_KEY_SIZE);
        times->count++;
    }
    return slot;
}

const struct link_time *link_times_find(const struct link_times *times, const uint8_t *key)
{
    if (times->count == 0)
        return NULL;
    const struct link_time *slot = slot_of(times, key);
    return slot->is_used ? slot : NULL;
}
