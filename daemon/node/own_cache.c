/* Figures lie in their stored form, a tenth of what they take in memory. A forgotten entry keeps
 * its key, so that those behind it are found, until the table is emptied. */
#include "node/own_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum { SLOTS_MIN = 1024, ALLOCATOR_BYTES = 16 };

struct own_entry {
    struct report_key key; /* kind 0: free */
    bool is_covered;
    uint32_t size;  /* of `bytes` */
    uint8_t *bytes; /* NULL: forgotten */
};

/* What an entry takes: its figures, and twice its slot to four times, since half of them are free
 * and the table doubles. */
static size_t bytes_of(size_t size)
{
    return size + ALLOCATOR_BYTES + 4 * sizeof(struct own_entry);
}

static size_t slot_of(const struct own_cache *cache, const struct report_key *key)
{
    return (size_t)report_key_hash(key) & (cache->slot_count - 1);
}

/* The entry of the key, or the free one where it would be. There always is a free one. */
static struct own_entry *find(const struct own_cache *cache, const struct report_key *key)
{
    size_t slot = slot_of(cache, key);
    while (cache->entries[slot].key.kind != 0 && !report_key_equal(&cache->entries[slot].key, key))
        slot = (slot + 1) & (cache->slot_count - 1);
    return &cache->entries[slot];
}

void own_cache_clear(struct own_cache *cache)
{
    for (size_t i = 0; i < cache->slot_count; i++)
        free(cache->entries[i].bytes);
    free(cache->entries);
    *cache = (struct own_cache){0};
}

/* Entries that are not forgotten. */
static size_t count_live(const struct own_cache *cache)
{
    size_t count = 0;
    for (size_t i = 0; i < cache->slot_count; i++)
        count += cache->entries[i].bytes != NULL;
    return count;
}

/* Room for one entry more, in a table that is at most half full; nothing else in it when all would
 * become too much. */
static void make_room(struct own_cache *cache, size_t size)
{
    if (cache->byte_count + bytes_of(size) > OWN_CACHE_BYTES_MAX)
        own_cache_clear(cache);
    if (cache->used_count * 2 < cache->slot_count)
        return;
    struct own_cache next = {.slot_count = SLOTS_MIN, .byte_count = cache->byte_count};
    for (size_t live = count_live(cache); next.slot_count < 4 * live;)
        next.slot_count *= 2;
    next.entries = mem_calloc(next.slot_count, sizeof(*next.entries));
    for (size_t i = 0; i < cache->slot_count; i++) {
        if (cache->entries[i].bytes == NULL)
            continue;
        *find(&next, &cache->entries[i].key) = cache->entries[i];
        next.used_count++;
    }
    free(cache->entries);
    *cache = next;
}

bool own_cache_get(const struct own_cache *cache, const struct report_key *key,
                   const struct figure_filter *wanted, struct figures *ret_figures,
                   bool *ret_is_covered)
{
    if (cache->slot_count == 0)
        return false;
    const struct own_entry *entry = find(cache, key);
    if (entry->bytes == NULL)
        return false;
    const struct span bytes = {entry->bytes, entry->size};
    enum err err = figures_decode_some(bytes, wanted, ret_figures);
    assert(err == ERR_OK); /* figures_encode wrote them */
    *ret_is_covered = entry->is_covered;
    return true;
}

void own_cache_put(struct own_cache *cache, const struct report_key *key,
                   const struct figures *figures, bool is_covered)
{
    struct buf bytes = {0};
    figures_encode(figures, &bytes);
    make_room(cache, bytes.len);
    struct own_entry *entry = find(cache, key);
    cache->used_count += entry->key.kind == 0;
    if (entry->bytes != NULL) {
        cache->byte_count -= bytes_of(entry->size);
        free(entry->bytes);
    }
    *entry = (struct own_entry){.key = *key,
                                .is_covered = is_covered,
                                .size = (uint32_t)bytes.len,
                                .bytes = mem_alloc(bytes.len)};
    memcpy(entry->bytes, bytes.data, bytes.len);
    cache->byte_count += bytes_of(bytes.len);
    buf_fini(&bytes);
}

void own_cache_forget(struct own_cache *cache, const struct report_key *key)
{
    for (int label = PERIOD_S1; label <= PERIOD_Y && cache->slot_count > 0; label++) {
        const struct report_key k = report_key_with_label(key, label);
        struct own_entry *entry = find(cache, &k);
        cache->byte_count -= entry->bytes != NULL ? bytes_of(entry->size) : 0;
        free(entry->bytes);
        entry->bytes = NULL;
    }
}
