/* What was reported of one period, from the revisions that are held, and what it adds up to at each
 * moment of a story.
 *
 * At a moment, a report counted by its highest accepted revision that had been taken in by then,
 * unless that one was returned: then by none. When a revision was accepted or returned is not
 * recorded, so the states of today are those of then. Totals are folded from the reports beneath,
 * apart from the accumulators. Where nothing was taken in since the moment where the story begins,
 * and no revision waits above one that counts, they are those of now, unless these are being
 * rebuilt. */
#ifndef NODE_PAST_H
#define NODE_PAST_H

#include "node/rollup.h"
#include "node/step.h"

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
    bool is_covered; /* by a whole report of the unit */
    bool is_known;   /* of a past that is still: that of now was read */
};

/* A step of the story: `revision` of a report. */
struct past_step {
    uint32_t index; /* of the unit in the tree */
    size_t slot;    /* of the form in past.forms */
    enum period_label label;
    const struct past_revision *revision;
};

struct past_steps {
    struct past_step *items;
    size_t count, capacity;
};

/* Of one story: units, cells and texts; and steps, each of which takes some 20 us. */
enum { PAST_BYTES_MAX = 32 << 20, PAST_STEPS_MAX = 30000 };

struct past {
    struct node *node;
    struct store_txn *txn;
    uint8_t kind;
    struct period period;
    const struct tree *tree;     /* of the period */
    struct instant since;        /* where the story begins */
    bool is_still;               /* nothing of that year was taken in later: nothing is loaded */
    struct figure_filter wanted; /* what the story is about */
    const struct form **forms;
    size_t form_count;
    bool *bears;      /* by index in the tree: units of the story; with each, all beneath it */
    uint32_t *places; /* of those, by index in the tree */
    uint32_t unit_count;
    struct past_group *groups; /* by place, then form */
    size_t byte_count;         /* above PAST_BYTES_MAX: too much, and not all was loaded */
};

/* Of what bears on `indicator` from the moment `since` on, beneath no unit yet. past_fini in any
 * case. */
void past_init(struct past *past, struct step *step, uint8_t kind, struct period period,
               const struct indicator *indicator, struct instant since);
void past_fini(struct past *past);
/* Takes a unit in, with all beneath it; one that is not in the tree has nothing to add. */
void past_reach(struct past *past, uint32_t unit);
/* Loads what these units reported; `bytes_before` is what the rest of the story has taken. Errors
 * are sticky in the transaction. */
void past_load(struct past *past, size_t bytes_before);
/* Goes to the moment: what counted then counts, and the steps after it are added to `steps`, in no
 * order of time. */
void past_begin(struct past *past, struct past_steps *steps);
/* Takes one step. False: it changes nothing, since it waits or an even later one is accepted. */
bool past_take(struct past *past, const struct past_step *step);
/* What counts of the report that a step is about; NULL: nothing. */
const struct past_revision *past_counting(const struct past *past, const struct past_step *step);
/* The roll-up of key->unit and form at this point of the story, under the period of the past;
 * returns whether the unit's whole report stands for it. */
bool past_rollup(const struct past *past, const struct report_key *key,
                 struct figures *ret_figures);

#endif
