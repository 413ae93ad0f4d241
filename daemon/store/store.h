/* The store: everything a node knows, in one LMDB environment, as verbs of the domain.
 *
 * Every change is part of a transaction; a transaction has a sticky error: after the first failed
 * call every further one does nothing and returns that error, so that a step checks once, at
 * commit. Spans that the store hands out lie in LMDB's memory: they are valid until the next change
 * in the same transaction or its end; copy what must live longer. A put may be given such spans.
 * Deleting what is not there is ERR_OK. ERR_NOT_FOUND is an answer, not a failure: it is not
 * sticky.
 *
 * Layout, keys and records: docs/STORAGE.md, with worked hex examples. Composite keys are
 * big-endian, made by the functions of store/keys.h: (kind, year, unit, form, label), so that the
 * three reports of a unit's year lie side by side, and (kind, year) is a prefix. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "core/buf.h"
#include "core/instant.h"
#include "core/notice.h"

enum {
    STORE_SCHEMA = 6,
    STORE_SCHEMA_OLDEST = 4, /* that is brought up to date (store/migrate.h) */
    STORE_DIGEST_SIZE = 32,
    STORE_KEY_SIZE = 32,
    STORE_REASON_SIZE = 128,
};

struct store;
struct store_txn;

struct store_options {
    uint64_t map_size_bytes; /* sparse; the limit of what can be stored */
    uint64_t reserve_bytes;  /* less free disk than this refuses intake (store_has_room) */
    bool is_read_only;       /* verify, backup: beside a running writer, takes no lock */
    uint32_t unit;           /* that it has to belong to, or to none (store_check_unit); 0: any */
    const char *software; /* put into a store that is opened for good: who wrote it; NULL: nobody */
    uint64_t
        epoch;    /* random: put into a store that is new, or that was a copy (store_feed_epoch) */
    bool is_copy; /* a backup being made, in a folder that nobody else may come to: writes, makes no
                     store, takes no lock, and any file system will do */
    int folder;   /* with is_copy: that folder, whatever stands under its path by now */
    bool is_made; /* with is_copy: makes the store there */
    uint64_t pending_bytes_max; /* no more than that waits to be placed; 0: as fits the map */
};

/* Opens (creating, unless read-only) the store in folder `path`, which is made 0700. One of an
 * older schema is brought up to date first, unless read-only (store/migrate.h). ERR_BUSY: another
 * process has it; ERR_NOT_FOUND: read-only, and there is no store yet; ERR_VERSION: schema newer
 * than this program, or too old, or older and read-only; ERR_FOREIGN: another unit's, and nothing
 * was changed in it; ERR_FULL: no room to bring it up to date; ERR_CORRUPT: not a store, or
 * damaged; ERR_IO: anything else, as for a network file system. The reason is logged with its
 * remedy. */
enum err store_open(const char *path, const struct store_options *options,
                    struct store **ret_store);
/* A store that is to be brought up to date. */
struct store_older {
    uint32_t unit; /* that it belongs to, 0: to none */
    bool has_room; /* its disk has it; else logged with a remedy */
};
/* Whether the store in folder `path` is of an older schema that store_open brings up to date, where
 * `reserve_bytes` are kept free. False where that cannot be told: opening it read-only says why. */
bool store_awaits_upgrade(const char *path, uint64_t reserve_bytes, struct store_older *ret_older);
void store_close(struct store **store);
/* As store_close, where all went well: the store is sealed (store/seal.h), unless damage was met or
 * its file is gone. Of one that was opened for good, between transactions. */
void store_end(struct store **store);

/* False when the disk (less than `reserve_bytes` free) or the map (less than 1/16 of it, or than
 * 256 KiB, left, freed pages counted) is so full that intake must be refused while acks, deletions
 * and queries still have to work. As of the last commit. Within a write transaction the file system
 * is asked once. */
bool store_has_room(struct store *store);
/* True when the disk has no room even for what goes on without intake (less than 1 MiB), though no
 * reserve may have been asked for. */
bool store_is_disk_full(const struct store *store);
uint64_t store_free_bytes(const struct store *store);
/* The same as figures, to be shown. Reads the free list. */
struct store_room {
    uint64_t free_bytes, reserve_bytes; /* of the disk */
    uint64_t used_bytes; /* of the data file, up to the last page that was ever used */
    uint64_t live_bytes; /* of them, without freed pages */
    uint64_t map_bytes;  /* the most that the file may grow to */
};
void store_get_room(const struct store *store, struct store_room *ret_room);
/* From now on instead of the option of that name. */
void store_set_reserve(struct store *store, uint64_t reserve_bytes);
/* Clears reader slots of dead processes (mdb_reader_check). */
void store_check_readers(struct store *store);

/* One write transaction at a time (asserted); read transactions are short. Never NULL: a failed
 * begin is a sticky error of the transaction. */
struct store_txn *store_begin_write(struct store *store);
struct store_txn *store_begin_read(struct store *store);
/* Ends the transaction and frees it. An error means that nothing was written, except after a failed
 * commit itself (ERR_IO, ERR_FULL), whose outcome is unknown: the caller stops the process. A
 * sticky error of an earlier call is returned after an abort. `*ret_unknown` tells the two apart.
 */
enum err store_commit(struct store_txn **txn, bool *ret_unknown);
void store_abort(struct store_txn **txn);
/* Changes are on disk when they are committed, and are read from then on; but it is cheaper to put
 * many of them into their tables at once (store/deferred.c). That happens by itself when much
 * waits, and here: as a transaction, with the errors of store_commit. ERR_FULL, and the outcome is
 * known: the map has no room for it now, or the disk less than is kept back; what waits goes on to
 * wait. Does nothing when nothing waits. */
enum err store_settle(struct store *store, bool *ret_unknown);
/* How much waits, as of the last commit; 0: nothing does. Cheap. */
uint64_t store_pending_bytes(const struct store *store);
enum err store_error(const struct store_txn *txn);
/* How many transactions have changed something since the store was opened: as long as it is the
 * same number, so is what the store says. */
uint64_t store_changes(const struct store *store);
/* Whether this write transaction has. */
bool store_is_changed(const struct store_txn *txn);
/* True since something was met that is not what was written. It was logged; what does not read is
 * refused from then on, and a new start looks at every entry. */
bool store_is_damaged(const struct store *store);
/* True when the open data file is not the one in the folder any more: somebody removed or moved it,
 * or put another in its place. What is written from then on is gone at the end, and must not be
 * acknowledged. What it held can still be read, and handed up. Within a write
 * transaction it is looked at once. */
bool store_is_removed(struct store *store);
/* Makes `err` the sticky error, unless there is one. */
void store_fail(struct store_txn *txn, enum err err);

/* ---- meta: single values ---- */

/* Not 0: the store is new or was restored, and may lack what the node above holds: the node takes
 * nothing in before the two were compared. */
#define STORE_META_RESTORE "restore"
/* Whose store it is: the id of the unit. */
#define STORE_META_UNIT "unit"

/* Values by short name ("unit", "catalogue", "rebuild", ...), at most 40 bytes. ERR_NOT_FOUND when
 * unset. "schema", "software", "feed.epoch", "notice.last", "outbox.version", "quarantine.number"
 * and "quarantine.kept" are the store's own. What was put as u64 is read as u64. */
enum err store_get_meta(struct store_txn *txn, const char *name, struct span *ret_value);
enum err store_put_meta(struct store_txn *txn, const char *name, struct span value);
enum err store_delete_meta(struct store_txn *txn, const char *name);
/* 0 when unset. */
uint64_t store_get_meta_u64(struct store_txn *txn, const char *name);
enum err store_put_meta_u64(struct store_txn *txn, const char *name, uint64_t value);
/* ERR_FOREIGN, logged with a remedy: the store belongs to another unit than `unit`. What belongs to
 * none is anybody's. */
enum err store_check_unit(struct store_txn *txn, uint32_t unit);

/* ---- reports ---- */

/* What is known of one report key at a glance. `counting` is the revision in the totals: the
 * highest accepted one, none if that one was returned. A withdrawn one counts, without content. */
struct head {
    uint64_t revision;                       /* latest, from 1 */
    uint64_t accepted;                       /* the highest that was accepted, 0: none was */
    uint64_t counting;                       /* 0: none counts */
    uint8_t states;                          /* state bits of the latest */
    uint8_t scope;                           /* enum scope of the latest */
    bool is_withdrawn;                       /* the latest */
    uint32_t home;                           /* unit whose node numbered the latest */
    struct instant received;                 /* the latest; never goes back with the number */
    struct instant first_filed;              /* the first revision */
    uint8_t content[STORE_DIGEST_SIZE];      /* content digest of the latest (wire/digest.h) */
    uint8_t state_digest[STORE_DIGEST_SIZE]; /* what this key adds to its bucket's digest */
    uint64_t change;                         /* its place in the feed, which putting it gives */
};

/* One revision as held: the wrapper and the reporter's bytes. */
struct revision {
    uint64_t number;
    uint8_t states;
    uint32_t home;
    struct instant received;
    struct instant first_filed;
    struct instant arrived;       /* when this node took it in, by its own clock; 0: not known */
    struct instant first_arrived; /* the first revision of the key, likewise */
    struct span recorded_by;      /* UTF-8, not terminated */
    struct span filing;           /* a serialised Filing, verbatim */
};

enum err store_get_head(struct store_txn *txn, const struct report_key *key, struct head *ret_head);
/* And moves the key to the end of the feed. */
enum err store_put_head(struct store_txn *txn, const struct report_key *key,
                        const struct head *head);
/* Walks heads in key order, beginning at the first key after `*cursor` (a zeroed key: at the
 * start); fills key and head and returns true, or false at the end. A caller that wants one (kind,
 * year) or one unit sets the cursor just before it with store_cursor_before and stops by itself. */
bool store_next_head(struct store_txn *txn, struct report_key *cursor, struct head *ret_head);
/* The greatest key below every key of (kind, year) with unit and form at least these. */
struct report_key store_cursor_before(uint8_t kind, uint16_t year, uint32_t unit, uint32_t form);

enum err store_get_revision(struct store_txn *txn, const struct report_key *key, uint64_t number,
                            struct revision *ret_revision);
/* The same of a revision that the head of the key names: that it is not there is damage, and noted
 * as such. ERR_NOT_FOUND is not sticky. */
enum err store_get_named_revision(struct store_txn *txn, const struct report_key *key,
                                  uint64_t number, struct revision *ret_revision);
enum err store_put_revision(struct store_txn *txn, const struct report_key *key,
                            const struct revision *revision);
enum err store_delete_revision(struct store_txn *txn, const struct report_key *key,
                               uint64_t number);
/* The highest revision below `*number` (UINT64_MAX: the highest of all) or ERR_NOT_FOUND. */
enum err store_previous_revision(struct store_txn *txn, const struct report_key *key,
                                 uint64_t *number, struct revision *ret_revision);
uint64_t store_count_heads(struct store_txn *txn);

/* ---- feed: reports and notices in the order of their last change ---- */

/* Each has one entry: whoever has read up to a number, and reads on from there, meets all that was
 * changed since, however often, and however long that is ago. */
struct feed_entry {
    bool is_notice; /* else a report */
    union {
        struct report_key report;
        struct notice_key notice;
    };
};

/* Of the last change, 0 when there was none; a number never names another one. */
uint64_t store_feed_number(struct store_txn *txn);
/* Tells this life of the store from others, whose numbers say nothing here: another one in every
 * new store and in whatever becomes of a copy. Random. */
uint64_t store_feed_epoch(struct store_txn *txn);
/* Walks the changes after `*number` (0: at the start); false at the end. */
bool store_next_change(struct store_txn *txn, uint64_t *number, struct feed_entry *ret_entry);
/* ERR_NOT_FOUND: it was changed again later, or there was none. */
enum err store_get_change(struct store_txn *txn, uint64_t number, struct feed_entry *ret_entry);
uint64_t store_count_changes(struct store_txn *txn);

/* ---- notices ---- */

/* The bytes are the node's business; unlike those of other puts they must not lie in LMDB's memory,
 * which changes before they are written. Putting one moves it to the end of the feed. */
enum err store_put_notice(struct store_txn *txn, const struct notice_key *key, struct span bytes);
enum err store_get_notice(struct store_txn *txn, const struct notice_key *key,
                          struct span *ret_bytes);
/* Its place in the feed, 0: it is not held. */
uint64_t store_notice_change(struct store_txn *txn, const struct notice_key *key);
/* Walks in key order (kind, year, unit, form, label, type, author, number, about), beginning at the
 * first key after `*cursor` (a zeroed one: at the start); false at the end. */
bool store_next_notice(struct store_txn *txn, struct notice_key *cursor, struct span *ret_bytes);
/* The place of the one that was put last, 0: none was. */
uint64_t store_last_notice(struct store_txn *txn);
uint64_t store_count_notices(struct store_txn *txn);

/* ---- editions ---- */

/* An edition: the frozen figures of a unit's period. */
struct edition_key {
    uint8_t kind;
    struct period period;
    uint32_t unit;
    uint32_t number; /* 1, 2, 3 ... of the unit, kind and period */
};

enum err store_put_edition(struct store_txn *txn, const struct edition_key *key, struct span bytes);
enum err store_get_edition(struct store_txn *txn, const struct edition_key *key,
                           struct span *ret_bytes);
/* Walks in key order (kind, year, unit, label, number), as store_next_notice. */
bool store_next_edition(struct store_txn *txn, struct edition_key *cursor, struct span *ret_bytes);

/* ---- accumulators: caches, may be dropped and rebuilt at any time ---- */

/* key->unit's `below`: the sum of its children's roll-ups (encoded figures). */
enum err store_get_below(struct store_txn *txn, const struct report_key *key,
                         struct span *ret_figures);
/* An empty span deletes. */
enum err store_put_below(struct store_txn *txn, const struct report_key *key, struct span figures);
/* Walks like store_next_head. */
bool store_next_below(struct store_txn *txn, struct report_key *cursor, struct span *ret_figures);
/* Empties accumulators and bucket digests. */
enum err store_drop_accumulators(struct store_txn *txn);

/* ---- digests: per (kind, year, label) and unit, of everything filed in the unit's subtree ---- */

struct bucket {
    uint8_t kind;
    struct period period;
    uint32_t unit;
    uint8_t digest[STORE_DIGEST_SIZE]; /* sum modulo 2^256, big-endian */
    uint32_t count;
};

/* A bucket that was never put is all zero: ERR_OK. */
enum err store_get_bucket(struct store_txn *txn, uint8_t kind, struct period period, uint32_t unit,
                          struct bucket *ret_bucket);
/* A bucket with count 0 is deleted. */
enum err store_put_bucket(struct store_txn *txn, const struct bucket *bucket);
/* Walks the buckets of one unit in order of kind and period: after `*cursor` (zeroed: at the
 * start); false at the end. */
bool store_next_bucket(struct store_txn *txn, uint32_t unit, struct bucket *cursor);

/* ---- outbox: the set of dirty keys, not a log ---- */

enum outbox_type {
    OUTBOX_REPORT = 1,    /* the state of one report key */
    OUTBOX_STATEMENT = 2, /* the roll-up of (kind, year): key.unit, form and label are 0 */
};

struct outbox_item {
    uint8_t type; /* enum outbox_type; reports go first */
    struct report_key key;
    uint64_t version; /* grows at every mark, so that an old answer does not clear a newer mark */
    struct instant since; /* when it began to wait; not known (0) of a statement that an older
                             version marked */
    bool is_parked;       /* cannot be delivered now */
    char reason[STORE_REASON_SIZE]; /* why it is parked; stable text */
};

/* Marks a key dirty (again): a new version, not parked; since `now`, unless it waits already. */
enum err store_mark_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                           struct instant now);
/* Clears it if its version still is `version`; ERR_OK either way. */
enum err store_clear_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                            uint64_t version);
/* ERR_NOT_FOUND when the key is not dirty (any more). */
enum err store_park_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                           const char *reason);
/* Unparks everything: something has changed that may let it go. */
enum err store_unpark_outbox(struct store_txn *txn);
enum err store_get_outbox(struct store_txn *txn, uint8_t type, const struct report_key *key,
                          struct outbox_item *ret_item);
/* Walks in order of (type, key): after `*item` (zeroed: at the start); false at the end. */
bool store_next_outbox(struct store_txn *txn, struct outbox_item *item);
/* All entries, and through `ret_parked` (may be NULL) the parked ones among them. Cheap. */
uint64_t store_count_outbox(struct store_txn *txn, uint64_t *ret_parked);
/* Since when the report that waits longest does; false when none waits. Reads every entry of a
 * report: some 0.3 us each. */
bool store_find_oldest(struct store_txn *txn, struct instant *ret_since);

/* ---- alarms ---- */

struct alarm {
    uint8_t kind;
    uint16_t year;
    uint32_t unit; /* whose statement differs */
    struct instant since;
    char text[256];
};
enum err store_put_alarm(struct store_txn *txn, const struct alarm *alarm);
enum err store_delete_alarm(struct store_txn *txn, uint8_t kind, uint16_t year, uint32_t unit);
enum err store_clear_alarms(struct store_txn *txn);
bool store_next_alarm(struct store_txn *txn, struct alarm *cursor);
uint64_t store_count_alarms(struct store_txn *txn);

/* ---- quarantine: what could not be processed, kept for a person ---- */

enum {
    STORE_QUARANTINE_MAX = 1000, /* the oldest goes when one more comes */
    STORE_ASIDE_MAX = 1000,      /* of those that are kept: none goes by itself */
};

struct quarantined {
    uint64_t number; /* given by the store, rising, never used again */
    struct instant received;
    uint8_t peer[STORE_KEY_SIZE]; /* key it came from; zero: the local socket, the parent, or it is
                                     kept */
    bool is_kept; /* something acknowledged that was set aside: nothing pushes it out */
    char reason[STORE_REASON_SIZE];
    struct span bytes; /* at most 64 KiB, unless it is kept */
};
/* ERR_OK, with nothing put, when one of the 64 newest of the same sort is of the same peer, reason
 * and bytes. One that is to be kept must find room. */
enum err store_put_quarantine(struct store_txn *txn, const struct quarantined *item);
/* Whether one more can be kept. */
bool store_has_room_aside(struct store_txn *txn);
/* Walks those that are not kept, then those that are, each in order of arrival: after
 * `cursor->is_kept` and `cursor->number` (zeroed: at the start); false at the end. */
bool store_next_quarantine(struct store_txn *txn, struct quarantined *cursor);
enum err store_delete_quarantine(struct store_txn *txn, uint64_t number);
/* The number that was given last, 0: none was yet. */
uint64_t store_last_quarantine(struct store_txn *txn);
/* Into a store that is made from an export: the number that was given last; and `item` under its
 * own number, which lies above those put before of its sort, at most up to that. ERR_EXISTS,
 * sticky, if not; ERR_TOO_LARGE, likewise, for one more than may be held. */
enum err store_begin_quarantine(struct store_txn *txn, uint64_t last_number);
enum err store_put_back_quarantine(struct store_txn *txn, const struct quarantined *item);
uint64_t store_count_quarantine(struct store_txn *txn);

/* ---- enrolled keys ---- */

enum { STORE_NAME_MAX = 64 };

struct enrolled {
    uint8_t key[STORE_KEY_SIZE];
    uint32_t unit;
    uint8_t role; /* wire role number */
    bool is_revoked;
    struct instant changed;
    char name[STORE_NAME_MAX];
};
enum err store_put_enrolled(struct store_txn *txn, const struct enrolled *enrolled);
enum err store_get_enrolled(struct store_txn *txn, const uint8_t *key,
                            struct enrolled *ret_enrolled);
/* After `cursor->key` (zeroed: at the start, as no CURVE key is zero); false at the end. */
bool store_next_enrolled(struct store_txn *txn, struct enrolled *cursor);

/* ---- catalogues, in chunks as they travel ---- */

struct catalogue_meta {
    uint32_t number;
    uint8_t hash[STORE_DIGEST_SIZE];
    uint32_t chunk_count; /* in all */
    uint32_t chunks_held; /* 0 to chunk_count, in order */
    uint64_t size_bytes;  /* of the chunks held */
};
/* ERR_NOT_FOUND when nothing of that number is held. */
enum err store_get_catalogue(struct store_txn *txn, uint32_t number,
                             struct catalogue_meta *ret_meta);
enum err store_put_catalogue(struct store_txn *txn, const struct catalogue_meta *meta);
enum err store_put_chunk(struct store_txn *txn, uint32_t number, uint32_t index, struct span data);
enum err store_get_chunk(struct store_txn *txn, uint32_t number, uint32_t index,
                         struct span *ret_data);
/* Removes the meta record and all chunks of `number`. */
enum err store_delete_catalogue(struct store_txn *txn, uint32_t number);
/* Removes all but these. */
enum err store_keep_catalogues(struct store_txn *txn, const uint32_t *numbers, size_t count);

#endif
