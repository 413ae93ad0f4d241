/* Random transactions shaped like a node's, and what a store must hold after them.
 *
 * What stands in an entry follows from its stamp, so that a model of the whole store is one number
 * for each place: 0 for nothing there. */
#ifndef TESTS_FAULTS_STORE_WORK_H
#define TESTS_FAULTS_STORE_WORK_H

#include <stddef.h>

#include "store/store.h"

enum work_table {
    WORK_HEAD,
    WORK_REVISION,
    WORK_BELOW,
    WORK_BUCKET,
    WORK_OUTBOX,
    WORK_PARKED,
    WORK_ALARM,
    WORK_QUARANTINE,
    WORK_ENROLLED,
    WORK_CHUNK,
    WORK_TABLES
};

enum {
    WORK_REPORTS = 240,
    WORK_REVISIONS = 3, /* of each report */
    WORK_PLACES_MAX = WORK_REPORTS * WORK_REVISIONS,
    WORK_STORE_MAP_MIB = 64,
};

struct work_model {
    uint64_t stamps[WORK_TABLES][WORK_PLACES_MAX];
    uint64_t outbox_version, quarantine_number; /* the last that the store gave */
    bool has_bulk; /* some transactions take many pages and give them back */
};

/* One transaction's changes, decided by `seed`, in the model and, unless it is NULL, in `txn`,
 * whose error is sticky. Writes `version` where work_version finds it. */
void work_step(uint64_t seed, uint64_t version, struct work_model *model, struct store_txn *txn);

/* The version that was committed last; 0: none. */
uint64_t work_version(struct store *store);

/* Walks every table and compares: true if the store holds what the model says and nothing else. If
 * not, says what. */
bool work_matches(struct store *store, const struct work_model *model, char *ret_text,
                  size_t text_size);

#endif
