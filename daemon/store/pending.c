/* A hash table finds a key; for each table a row of its entries is put in order only when somebody
 * walks it, or all that waits is placed: most of what a report looks for and changes is met by key
 * alone. What comes in the order of keys, as the feed does, is in order already. */
#include "store/pending.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "store/checksum.h"

enum {
    SLOT_BITS_MIN = 4, /* of few entries, most of the time */
    ENTRY_BYTES = 128, /* what an entry costs beside its key and value */
};

/* The hash lies beside the pointer: what is another key's is passed over without a look at it. */
struct slot {
    uint64_t hash;
    struct pending_entry *entry; /* NULL: free */
};

struct row {
    struct pending_entry **entries;
    size_t count, capacity;
    size_t sorted_count; /* so many of them, from the first on, are in the order of keys */
};

struct pending {
    struct slot *slots; /* an entry is in the first one that was free from its hash's on */
    unsigned slot_bits; /* there are 2^slot_bits */
    size_t entry_count;
    struct row rows[DB_TABLE_COUNT];
    struct pending_entry **touched;
    size_t touched_count, touched_capacity;
    struct pending_weight committed, open; /* open: of what the transaction has touched */
};

struct pending *pending_new(void)
{
    return mem_calloc(1, sizeof(struct pending));
}

static void free_entry(struct pending_entry *entry)
{
    free(entry->now);
    free(entry->before);
    free(entry);
}

void pending_clear(struct pending *pending)
{
    for (int table = 0; table < DB_TABLE_COUNT; table++) {
        struct row *row = &pending->rows[table];
        for (size_t i = 0; i < row->count; i++)
            free_entry(row->entries[i]);
        free(row->entries);
        *row = (struct row){0};
    }
    free(pending->slots);
    pending->slots = NULL;
    pending->slot_bits = 0;
    pending->entry_count = pending->touched_count = 0;
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

/* ---- by key ---- */

static size_t slot_count(const struct pending *pending)
{
    return pending->slots != NULL ? (size_t)1 << pending->slot_bits : 0;
}

/* From where on an entry is looked for. The upper bits of a checksum depend on all that went into
 * it. */
static size_t first_slot(const struct pending *pending, uint64_t hash)
{
    return (size_t)(hash >> (64 - pending->slot_bits));
}

/* The slot of a key, or the free one that it would get; there is always a free one. */
static struct slot *slot_of(const struct pending *pending, enum db_table table, struct span key,
                            uint64_t hash)
{
    size_t mask = slot_count(pending) - 1;
    for (size_t i = first_slot(pending, hash);; i = (i + 1) & mask) {
        struct slot *slot = &pending->slots[i];
        if (slot->entry == NULL || (slot->hash == hash && slot->entry->table == table &&
                                    span_equal(pending_key(slot->entry), key)))
            return slot;
    }
}

static uint64_t hash_of(enum db_table table, struct span key)
{
    return checksum_add((uint64_t)table, key);
}

struct pending_entry *pending_find(const struct pending *pending, enum db_table table,
                                   struct span key)
{
    if (pending->rows[table].count == 0)
        return NULL;
    return slot_of(pending, table, key, hash_of(table, key))->entry;
}

/* Half of the slots are free at least, so that what is looked for is met soon. */
static void make_room(struct pending *pending)
{
    struct slot *old = pending->slots;
    size_t old_count = slot_count(pending);
    if (pending->entry_count * 2 < old_count)
        return;
    pending->slot_bits = old_count == 0 ? SLOT_BITS_MIN : pending->slot_bits + 1;
    pending->slots = mem_calloc((size_t)1 << pending->slot_bits, sizeof *pending->slots);
    for (size_t i = 0; i < old_count; i++) {
        const struct pending_entry *entry = old[i].entry;
        if (entry != NULL)
            *slot_of(pending, (enum db_table)entry->table, pending_key(entry), old[i].hash) =
                old[i];
    }
    free(old);
}

/* What lies behind it moves up, unless that is before the first slot where it is looked for. */
static void empty_slot(struct pending *pending, struct slot *slot)
{
    size_t mask = slot_count(pending) - 1, hole = (size_t)(slot - pending->slots);
    for (size_t i = (hole + 1) & mask; pending->slots[i].entry != NULL; i = (i + 1) & mask) {
        size_t first = first_slot(pending, pending->slots[i].hash);
        if (((i - first) & mask) < ((i - hole) & mask))
            continue;
        pending->slots[hole] = pending->slots[i];
        hole = i;
    }
    pending->slots[hole] = (struct slot){0};
}

/* ---- in order ---- */

int pending_compare(struct span a, struct span b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0; /* an empty one may be NULL */
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_entries(const void *a, const void *b)
{
    const struct pending_entry *const *left = a, *const *right = b;
    return pending_compare(pending_key(*left), pending_key(*right));
}

/* How many of the first `count`, which are in order, have keys below `key`. */
static size_t count_below(const struct row *row, size_t count, struct span key)
{
    size_t below = 0;
    while (below < count) {
        size_t middle = below + (count - below) / 2;
        if (pending_compare(pending_key(row->entries[middle]), key) < 0)
            below = middle + 1;
        else
            count = middle;
    }
    return below;
}

/* What came since is sorted, and goes between what is in order already, from behind: that moves up
 * in blocks, each entry once. */
static void sort(struct row *row)
{
    size_t sorted = row->sorted_count, count = row->count - sorted;
    if (count == 0)
        return;
    struct pending_entry **tail = mem_alloc(count * sizeof(struct pending_entry *));
    memcpy(tail, row->entries + sorted, count * sizeof(struct pending_entry *));
    qsort(tail, count, sizeof(struct pending_entry *), compare_entries);
    for (; count > 0; count--) {
        size_t place = count_below(row, sorted, pending_key(tail[count - 1]));
        memmove(row->entries + place + count, row->entries + place,
                (sorted - place) * sizeof(struct pending_entry *));
        row->entries[place + count - 1] = tail[count - 1];
        sorted = place;
    }
    row->sorted_count = row->count;
    free(tail);
}

struct pending_entry *const *pending_row(struct pending *pending, enum db_table table,
                                         size_t *ret_count)
{
    struct row *row = &pending->rows[table];
    sort(row);
    *ret_count = row->count;
    return row->entries;
}

struct pending_entry *pending_after(struct pending *pending, enum db_table table, struct span key)
{
    struct row *row = &pending->rows[table];
    sort(row);
    size_t place = count_below(row, row->count, key);
    if (place < row->count && span_equal(pending_key(row->entries[place]), key))
        place++;
    return place < row->count ? row->entries[place] : NULL;
}

struct pending_entry *pending_below(struct pending *pending, enum db_table table, struct span key)
{
    struct row *row = &pending->rows[table];
    sort(row);
    size_t place = count_below(row, row->count, key);
    return place > 0 ? row->entries[place - 1] : NULL;
}

struct span pending_key(const struct pending_entry *entry)
{
    return (struct span){entry->key, entry->key_len};
}

struct span pending_value(const struct pending_version *version)
{
    return (struct span){version->value, version->len};
}

const struct pending_version *pending_version(const struct pending_entry *entry,
                                              enum pending_view view)
{
    static const struct pending_version none = {.state = PENDING_NONE};
    const struct pending_version *version =
        view == PENDING_BEFORE && entry->is_touched ? entry->before : entry->now;
    return version != NULL ? version : &none;
}

/* ---- changing ---- */

static struct pending_entry *insert(struct pending *pending, enum db_table table, struct span key,
                                    uint64_t hash)
{
    struct row *row = &pending->rows[table];
    struct pending_entry *entry = mem_calloc(1, sizeof *entry + key.len);
    memcpy(entry->key, key.data, key.len);
    entry->key_len = (uint16_t)key.len;
    entry->table = (uint8_t)table;
    if (row->count == row->sorted_count &&
        (row->count == 0 || pending_compare(pending_key(row->entries[row->count - 1]), key) < 0))
        row->sorted_count++;
    row->entries = mem_grow(row->entries, row->count, &row->capacity, sizeof *row->entries);
    row->entries[row->count++] = entry;
    *slot_of(pending, table, key, hash) = (struct slot){hash, entry};
    pending->entry_count++;
    return entry;
}

static void remove_entry(struct pending *pending, struct pending_entry *entry)
{
    enum db_table table = (enum db_table)entry->table;
    struct span key = pending_key(entry);
    struct row *row = &pending->rows[table];
    sort(row);
    size_t place = count_below(row, row->count, pending_key(entry));
    row->sorted_count = --row->count;
    memmove(row->entries + place, row->entries + place + 1,
            (row->count - place) * sizeof(struct pending_entry *));
    empty_slot(pending, slot_of(pending, table, key, hash_of(table, key)));
    pending->entry_count--;
    free_entry(entry);
}

static void change(struct pending *pending, enum db_table table, struct span key,
                   enum pending_state state, struct span value)
{
    assert(table < DB_PENDING && key.len > 0 && key.len <= DB_KEY_MAX && value.len <= UINT32_MAX);
    make_room(pending);
    uint64_t hash = hash_of(table, key);
    struct pending_entry *entry = slot_of(pending, table, key, hash)->entry;
    if (entry == NULL)
        entry = insert(pending, table, key, hash);
    if (!entry->is_touched) {
        entry->before = entry->now;
        entry->now = NULL;
        entry->is_touched = true;
        pending->touched = mem_grow(pending->touched, pending->touched_count,
                                    &pending->touched_capacity, sizeof *pending->touched);
        pending->touched[pending->touched_count++] = entry;
        pending->open.changes++;
        pending->open.bytes += ENTRY_BYTES + key.len;
    }
    pending->open.bytes += value.len;
    pending->open.bytes -= entry->now != NULL ? entry->now->len : 0;
    entry->now = mem_realloc(entry->now, sizeof *entry->now + value.len);
    entry->now->state = state;
    entry->now->len = (uint32_t)value.len;
    if (value.len > 0) /* else it may be NULL, which memcpy must not see */
        memcpy(entry->now->value, value.data, value.len);
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
        free(entry->before);
        entry->before = NULL;
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
        if (entry->before == NULL) {
            remove_entry(pending, entry);
            continue;
        }
        free(entry->now);
        entry->now = entry->before;
        entry->before = NULL;
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
