/* Changes that are committed and not in their tables yet, in memory: a map for each table, and
 * what the open transaction does to it. Knows nothing of LMDB.
 *
 * One transaction at a time changes it. Until that ends, each entry that it has touched keeps what
 * it was before: so undoing is exact, and who reads beside the writer sees what was committed. */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "store/db.h"

struct pending;

enum pending_state {
    PENDING_NONE, /* what the table has counts */
    PENDING_PUT,
    PENDING_DELETED, /* whatever the table has */
};

struct pending_version {
    enum pending_state state;
    uint32_t len; /* of the value */
    uint8_t value[];
};

/* Whether the table has the key, for whoever counts: looked up once. */
enum pending_beneath { PENDING_UNKNOWN, PENDING_THERE, PENDING_NOT_THERE };

/* There are thousands: it is as small as can be. */
struct pending_entry {
    struct pending_version *now;
    struct pending_version *before; /* while it is touched; NULL: it was not there */
    uint16_t key_len;
    uint8_t table;   /* enum db_table */
    uint8_t beneath; /* enum pending_beneath */
    bool is_touched;
    uint8_t key[];
};

/* As the open transaction sees it, or as all others do. */
enum pending_view { PENDING_NOW, PENDING_BEFORE };

struct pending *pending_new(void);
void pending_free(struct pending **pending);

/* ---- looking up: NULL when there is none ---- */

struct pending_entry *pending_find(const struct pending *pending, enum db_table table,
                                   struct span key);
/* The entry with the lowest key above `key`; with the highest below it. These put in order what is
 * not yet. */
struct pending_entry *pending_after(struct pending *pending, enum db_table table, struct span key);
struct pending_entry *pending_below(struct pending *pending, enum db_table table, struct span key);
/* All of a table, in the order of keys; valid until the next change. */
struct pending_entry *const *pending_row(struct pending *pending, enum db_table table,
                                         size_t *ret_count);
struct span pending_key(const struct pending_entry *entry);
/* PENDING_NONE, if it is not there in that view. */
const struct pending_version *pending_version(const struct pending_entry *entry,
                                              enum pending_view view);
struct span pending_value(const struct pending_version *version);
/* As memcmp, and a key comes behind its own beginning. */
int pending_compare(struct span a, struct span b);

/* ---- changing: by one transaction, which one of the last three ends ---- */

/* `value` must not lie in this map. */
void pending_put(struct pending *pending, enum db_table table, struct span key, struct span value);
void pending_delete(struct pending *pending, enum db_table table, struct span key);
/* What was touched, in the order of the first touch. */
size_t pending_touched_count(const struct pending *pending);
const struct pending_entry *pending_touched(const struct pending *pending, size_t index);
void pending_keep(struct pending *pending);
void pending_undo(struct pending *pending);
/* All is in its tables: nothing is left. */
void pending_clear(struct pending *pending);

/* ---- size ---- */

/* Of all changes, not of all entries: a key that three transactions changed counts three times, as
 * it does where they are kept. */
struct pending_weight {
    uint64_t changes;
    uint64_t bytes; /* of keys, values, and what an entry costs */
};
struct pending_weight pending_weight(const struct pending *pending, enum pending_view view);

#endif
