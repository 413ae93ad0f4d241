/* The story of a figure: what it was at a moment, and what each revision since then made of it.
 *
 * It is told from the revisions that are held: at a moment, a report counted by its highest
 * accepted revision that had been taken in by then, unless that one was returned: then by none.
 * When a revision was accepted or returned is not recorded, so the states of today are those of
 * then. Totals are folded from the reports beneath, apart from the accumulators. */
#ifndef NODE_PAST_H
#define NODE_PAST_H

#include "node/query.h"
#include "node/rollup.h"

/* One revision of a report, with the cells of the figure's indicators only. */
struct past_revision {
    uint64_t number;
    struct instant received;
    uint8_t states;
    struct report report;
};

/* The report of one unit, form and label; `revisions` by rising number. */
struct past_report {
    struct past_revision *revisions;
    size_t count, capacity;
    const struct past_revision *accepted; /* the highest at the moment of the story, NULL: none */
};

/* Those of one unit and form, and what they make. */
struct past_group {
    struct past_report reports[PERIOD_LABEL_COUNT];
    struct figures below, rollup;
};

/* A step of the story: `revision` of a report. */
struct past_step {
    uint32_t index; /* of the unit in the tree */
    size_t slot;    /* of the form in past.forms */
    enum period_label label;
    const struct past_revision *revision;
};

/* What a test says of each unit, so that a step asks those again only that it changes. */
struct past_tally {
    struct view_tally sum;
    uint8_t *truths; /* enum truth, by index in the tree, of the units of its level */
};

enum { PAST_BYTES_MAX = 32 << 20 }; /* of cells and texts of one story */

struct past {
    struct node *node;
    struct store_txn *txn;
    const struct query *query;
    bool *is_told; /* by index in catalogue.indicators */
    const struct form **forms;
    size_t form_count;
    struct past_group *groups; /* by index in the tree, then form */
    struct past_step *steps;   /* after the moment, in order of time */
    size_t step_count, step_capacity;
    size_t byte_count; /* above PAST_BYTES_MAX: too much, and not all was loaded */
    struct past_tally *tallies;
    size_t tally_count, tally_capacity;
};

/* Loads all that bears on `indicator` beneath query->unit in its period (no span). past_fini in
 * any case; errors are sticky in the transaction. */
void past_init(struct past *past, struct step *step, const struct query *query,
               const struct indicator *indicator);
void past_fini(struct past *past);
/* Goes to a moment: what counted then counts, and the steps after it are listed. */
void past_begin(struct past *past, struct instant since);
/* Takes one step. False: it changes nothing, since it waits or an even later one is accepted. */
bool past_take(struct past *past, const struct past_step *step);
/* What counts of the report that a step is about; NULL: nothing. */
const struct past_revision *past_counting(const struct past *past, const struct past_step *step);
/* The value of the indicator at this point of the story, without the checks that it fails: what
 * they compare it with is not loaded; value_fini. */
void past_value(struct past *past, const struct indicator *indicator, Tonghop__Value *ret_value);

#endif
