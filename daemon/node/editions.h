/* Editions in the store: freezing what counts, finding one, and asking it. Private to node/. */
#ifndef NODE_EDITIONS_H
#define NODE_EDITIONS_H

#include "node/frozen.h"
#include "node/query.h"

/* What counts now beneath the unit, under the catalogue in force; number, rank, person, reason and
 * counts are left 0, NULL. False: more than EDITION_REPORTS_MAX reports. Errors are sticky. */
bool editions_take(struct node *node, struct store_txn *txn, uint8_t kind, struct period period,
                   uint32_t unit, struct edition *ret_edition);
/* ERR_NOT_FOUND; ERR_CORRUPT, which is not sticky: a damaged edition damages nothing else. */
enum err editions_load(struct store_txn *txn, const struct edition_key *key,
                       struct edition *ret_edition);
/* Walks those of the cursor's kind, period and unit in order of number; start with number 0. One
 * that does not read is left out. */
bool editions_next(struct store_txn *txn, struct edition_key *cursor, struct edition *ret_edition);
/* Removes all catalogues but `number` and those that editions name; errors are sticky. */
void editions_keep_catalogues(struct store_txn *txn, uint32_t number);

/* ---- for verify ---- */

/* Whether the edition's catalogue is held, and is that one. */
bool editions_has_catalogue(struct store_txn *txn, const struct edition *edition);
/* How many of the revisions that it names are not held with the content they had; the first of
 * them. */
size_t editions_count_missing(struct node *node, struct store_txn *txn,
                              const struct edition *edition, struct report_key *ret_key,
                              uint64_t *ret_revision);

/* ---- for queries ---- */

/* The edition that `text` names ("2", "official": the latest of that rank) of the unit, or else of
 * the nearest unit above that has it. Refuses and returns false if there is none. */
bool editions_find(struct step *step, const struct query *query, const char *text,
                   struct edition *ret_edition);
/* The node as that edition left it, kept for the next question; NULL: refused. */
struct frozen *editions_open(struct step *step, const struct query *query, const char *text);
/* What frozen_new failed with. */
void editions_refuse_catalogue(struct step *step, enum err err, uint32_t number);
/* The step of whoever asks the frozen node. To be given back, also after a refusal. */
struct step editions_enter(const struct step *step, struct frozen *frozen);
void editions_leave(struct step *step, struct step *within);
/* To be asked when all was computed: false, and refused, if a revision that the edition names is
 * not held (any more). */
bool editions_is_whole(struct step *within, struct frozen *frozen);

/* An edition as it travels, and what it points to. */
struct edition_message {
    Tonghop__Edition message;
    Tonghop__UnitInfo unit;
    char period[PERIOD_TEXT_SIZE];
};
/* The edition must outlive the message. The unit is named by the catalogue of `node`. */
void editions_fill(struct node *node, struct edition *edition, struct edition_message *ret);

#endif
