/* A skip list for each table: a sorted list with express lines above it, each with about a quarter
 * of the stops of the one below. */
#include "store/pending.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

enum {
    HEIGHT_MAX = 10,   /* 4^10 entries: far above any bound */
    ENTRY_BYTES = 128, /* what an entry costs beside its key and value */
};

struct pending {
    struct pending_entry *first[DB_TABLE_COUNT][HEIGHT_MAX];
    uint64_t noise; /* for heights; the same in every run */
    struct pending_entry **touched;
    size_t touched_count, touched_capacity;
    struct pending_weight committed, open; /* open: of what the transaction has touched */
};

struct pending *pending_new(void)
{
    struct pending *pending = mem_calloc(1, sizeof *pending);
    pending->noise = 1;
    return pending;
}

static void free_entry(struct pending_entry *entry)
{
    buf_fini(&entry->now.value);
    buf_fini(&entry->before.value);
    free(entry);
}

void pending_clear(struct pending *pending)
{
    for (int table = 0; table < DB_TABLE_COUNT; table++) {
        struct pending_entry *entry = pending->first[table][0], *next;
        for (; entry != NULL; entry = next) {
            next = entry->next[0];
            free_entry(entry);
        }
    }
    memset(pending->first, 0, sizeof pending->first);
    pending->touched_count = 0;
    pending->committed = pending->open = (struct pending_weight){0};
}

void pending_free(struct pending **pending)
{
    if (*pending == NULL)
        return;
    pending_clear(*pending);
    free((*pending)->touched);
    free(*pending);
    *pending = NULL;
}

/* ---- looking up ---- */

int pending_compare(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0; /* an empty one may be NULL */
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Where a key is, or would be. */
struct place {
    struct pending_entry **links[HEIGHT_MAX]; /* to the first entry that is not below the key */
    struct pending_entry *below;              /* the last one that is; NULL: none */
};

static struct place seek(const struct pending *pending, enum db_table table, struct span key)
{
    struct place place = {.below = NULL};
    /* The caller says whether what is found may be changed. */
    struct pending_entry **links = (struct pending_entry **)(uintptr_t)pending->first[table];
    const struct pending_entry *not_below = NULL; /* of the level above: no need to look again */
    for (int level = HEIGHT_MAX - 1; level >= 0; level--) {
        while (links[level] != not_below && pending_compare(links[level]->key, key) < 0) {
            place.below = links[level];
            links = place.below->next;
        }
        not_below = links[level];
        place.links[level] = &links[level];
    }
    return place;
}

struct pending_entry *pending_first(const struct pending *pending, enum db_table table)
{
    return pending->first[table][0];
}

struct pending_entry *pending_find(const struct pending *pending, enum db_table table,
                                   struct span key)
{
    if (pending->first[table][0] == NULL)
        return NULL;
    struct pending_entry *found = *seek(pending, table, key).links[0];
    return found != NULL && span_equal(found->key, key) ? found : NULL;
}

struct pending_entry *pending_after(const struct pending *pending, enum db_table table,
                                    struct span key)
{
    struct pending_entry *found = *seek(pending, table, key).links[0];
    return found != NULL && span_equal(found->key, key) ? found->next[0] : found;
}

struct pending_entry *pending_below(const struct pending *pending, enum db_table table,
                                    struct span key)
{
    return seek(pending, table, key).below;
}

const struct pending_version *pending_version(const struct pending_entry *entry,
                                              enum pending_view view)
{
    return view == PENDING_BEFORE && entry->is_touched ? &entry->before : &entry->now;
}

/* ---- changing ---- */

static uint8_t draw_height(struct pending *pending)
{
    uint8_t height = 1;
    pending->noise = pending->noise * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    for (uint64_t bits = pending->noise >> 32; height < HEIGHT_MAX && bits % 4 == 0; bits /= 4)
        height++;
    return height;
}

static struct pending_entry *insert(struct pending *pending, enum db_table table, struct span key,
                                    const struct place *place)
{
    uint8_t height = draw_height(pending);
    size_t links_bytes = height * sizeof(struct pending_entry *);
    struct pending_entry *entry = mem_calloc(1, sizeof *entry + links_bytes + key.len);
    uint8_t *bytes = (uint8_t *)entry + sizeof *entry + links_bytes;
    memcpy(bytes, key.data, key.len);
    entry->key = (struct span){bytes, key.len};
    entry->table = (uint8_t)table;
    entry->height = height;
    for (int level = 0; level < height; level++) {
        entry->next[level] = *place->links[level];
        *place->links[level] = entry;
    }
    return entry;
}

static void remove_entry(struct pending *pending, struct pending_entry *entry)
{
    struct place place = seek(pending, (enum db_table)entry->table, entry->key);
    for (int level = 0; level < entry->height; level++)
        *place.links[level] = entry->next[level];
    free_entry(entry);
}

/* Takes no more memory than it needs: many are large, and few of them grow. */
static void set_value(struct buf *held, struct span value)
{
    if (value.len > held->cap) {
        buf_fini(held);
        held->data = mem_alloc(value.len);
        held->cap = value.len;
    }
    buf_clear(held);
    buf_put(held, value.data, value.len);
}

static void change(struct pending *pending, enum db_table table, struct span key,
                   enum pending_state state, struct span value)
{
    assert(table < DB_PENDING && key.len > 0);
    struct place place = seek(pending, table, key);
    struct pending_entry *entry = *place.links[0];
    if (entry == NULL || !span_equal(entry->key, key))
        entry = insert(pending, table, key, &place);
    if (!entry->is_touched) {
        entry->before = entry->now;
        entry->now = (struct pending_version){0};
        entry->is_touched = true;
        pending->touched = mem_grow(pending->touched, pending->touched_count,
                                    &pending->touched_capacity, sizeof *pending->touched);
        pending->touched[pending->touched_count++] = entry;
        pending->open.changes++;
        pending->open.bytes += ENTRY_BYTES + key.len;
    }
    pending->open.bytes += value.len;
    pending->open.bytes -= entry->now.value.len;
    entry->now.state = state;
    set_value(&entry->now.value, value);
}

void pending_put(struct pending *pending, enum db_table table, struct span key, struct span value)
{
    change(pending, table, key, PENDING_PUT, value);
}

void pending_delete(struct pending *pending, enum db_table table, struct span key)
{
    change(pending, table, key, PENDING_DELETED, (struct span){0});
}

size_t pending_touched_count(const struct pending *pending)
{
    return pending->touched_count;
}

const struct pending_entry *pending_touched(const struct pending *pending, size_t index)
{
    return pending->touched[index];
}

void pending_keep(struct pending *pending)
{
    for (size_t i = 0; i < pending->touched_count; i++) {
        struct pending_entry *entry = pending->touched[i];
        buf_fini(&entry->before.value);
        entry->is_touched = false;
    }
    pending->touched_count = 0;
    pending->committed = pending_weight(pending, PENDING_NOW);
    pending->open = (struct pending_weight){0};
}

void pending_undo(struct pending *pending)
{
    for (size_t i = 0; i < pending->touched_count; i++) {
        struct pending_entry *entry = pending->touched[i];
        if (entry->before.state == PENDING_NONE) {
            remove_entry(pending, entry);
            continue;
        }
        buf_fini(&entry->now.value);
        entry->now = entry->before;
        entry->before = (struct pending_version){0};
        entry->is_touched = false;
    }
    pending->touched_count = 0;
    pending->open = (struct pending_weight){0};
}

/* ---- size ---- */

struct pending_weight pending_weight(const struct pending *pending, enum pending_view view)
{
    struct pending_weight weight = pending->committed;
    if (view == PENDING_NOW) {
        weight.changes += pending->open.changes;
        weight.bytes += pending->open.bytes;
    }
    return weight;
}
