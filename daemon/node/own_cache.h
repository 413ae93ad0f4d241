/* What units contribute themselves, as it was resolved from their reports: a question over ten
 * years and all communes of a province would otherwise read and resolve the same reports again each
 * time.
 *
 * A cache: it may be emptied at any moment. Whoever changes a report forgets its group in the same
 * step; a transaction that aborts empties it. */
#ifndef NODE_OWN_CACHE_H
#define NODE_OWN_CACHE_H

#include "core/figure.h"
#include "core/report.h"

enum { OWN_CACHE_BYTES_MAX = 4 << 20 }; /* all that it takes; more empties it */

struct own_entry;

struct own_cache {
    struct own_entry *entries; /* open addressing; NULL: nothing was kept yet */
    size_t slot_count;         /* a power of two */
    size_t used_count;         /* slots with a key, forgotten ones too */
    size_t byte_count;         /* of the entries, with what the allocator and the table add */
};

/* Forgets everything, and gives all memory back. */
void own_cache_clear(struct own_cache *cache);
/* What is known of the key, label included: its figures (of the wanted indicators; NULL: all), and
 * whether they are those of a whole report that covers the label. False: nothing is. */
bool own_cache_get(const struct own_cache *cache, const struct report_key *key,
                   const struct figure_filter *wanted, struct figures *ret_figures,
                   bool *ret_is_covered);
void own_cache_put(struct own_cache *cache, const struct report_key *key,
                   const struct figures *figures, bool is_covered);
/* Forgets all labels of the group of `key`. */
void own_cache_forget(struct own_cache *cache, const struct report_key *key);

#endif
