#include "node/accumulators.h"

#include <assert.h>
#include <stdlib.h>

#include "core/mem.h"

enum { SLOTS = 1024 };

static size_t slot_of(const struct report_key *key)
{
    return (size_t)report_key_hash(key) % SLOTS;
}

static size_t bytes_of(const struct accumulator *accumulator)
{
    return sizeof(*accumulator) +
           (accumulator->key.form != 0 ? sums_bytes(&accumulator->below) : 0);
}

static void unlink_used(struct accumulators *accumulators, struct accumulator *accumulator)
{
    *(accumulator->newer != NULL ? &accumulator->newer->older : &accumulators->newest) =
        accumulator->older;
    *(accumulator->older != NULL ? &accumulator->older->newer : &accumulators->oldest) =
        accumulator->newer;
}

static void link_newest(struct accumulators *accumulators, struct accumulator *accumulator)
{
    accumulator->newer = NULL;
    accumulator->older = accumulators->newest;
    *(accumulator->older != NULL ? &accumulator->older->newer : &accumulators->oldest) =
        accumulator;
    accumulators->newest = accumulator;
}

static struct accumulator *find(const struct accumulators *accumulators,
                                const struct report_key *key)
{
    if (accumulators->slots == NULL)
        return NULL;
    struct accumulator *found = accumulators->slots[slot_of(key)];
    while (found != NULL && !report_key_equal(&found->key, key))
        found = found->next_in_slot;
    return found;
}

struct accumulator *accumulators_find(struct accumulators *accumulators,
                                      const struct report_key *key)
{
    struct accumulator *found = find(accumulators, key);
    if (found == NULL)
        return NULL;
    found->turn = accumulators->turn;
    if (found != accumulators->newest) {
        unlink_used(accumulators, found);
        link_newest(accumulators, found);
    }
    return found;
}

struct accumulator *accumulators_add(struct accumulators *accumulators,
                                     const struct report_key *key)
{
    struct accumulator *added = mem_calloc(1, sizeof(*added));
    if (accumulators->slots == NULL)
        accumulators->slots = mem_calloc(SLOTS, sizeof(*accumulators->slots));
    struct accumulator **slot = &accumulators->slots[slot_of(key)];
    added->key = *key;
    added->turn = accumulators->turn;
    added->next_in_slot = *slot;
    *slot = added;
    link_newest(accumulators, added);
    return added;
}

void accumulators_forget_cover(struct accumulators *accumulators, const struct report_key *key)
{
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct report_key k = report_key_with_label(key, label);
        struct accumulator *found = find(accumulators, &k);
        if (found != NULL)
            found->cover = COVER_UNKNOWN;
    }
}

static void drop(struct accumulators *accumulators, struct accumulator *accumulator)
{
    struct accumulator **link = &accumulators->slots[slot_of(&accumulator->key)];
    while (*link != accumulator)
        link = &(*link)->next_in_slot;
    *link = accumulator->next_in_slot;
    unlink_used(accumulators, accumulator);
    accumulators->bytes -= accumulator->bytes;
    if (accumulator->key.form != 0)
        sums_fini(&accumulator->below);
    free(accumulator);
}

struct accumulator *accumulators_next_used(const struct accumulators *accumulators,
                                           const struct accumulator *after)
{
    struct accumulator *next = after != NULL ? after->older : accumulators->newest;
    return next != NULL && next->turn == accumulators->turn ? next : NULL;
}

void accumulators_trim(struct accumulators *accumulators)
{
    struct accumulator *used = NULL;
    while ((used = accumulators_next_used(accumulators, used)) != NULL) {
        assert(!used->is_changed);
        accumulators->bytes += bytes_of(used) - used->bytes; /* figures grow as they are changed */
        used->bytes = bytes_of(used);
    }
    while (accumulators->bytes > ACCUMULATORS_BYTES_MAX)
        drop(accumulators, accumulators->oldest);
    accumulators->turn++;
}

void accumulators_clear(struct accumulators *accumulators)
{
    while (accumulators->oldest != NULL)
        drop(accumulators, accumulators->oldest);
    free(accumulators->slots);
    figures_change_fini(&accumulators->change);
    buf_fini(&accumulators->record);
    *accumulators = (struct accumulators){0};
}
