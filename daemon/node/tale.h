/* The story of a figure: what it was at a moment, and what each revision since then made of it.
 *
 * Of one period, or of a span of years: then each year has a past of its own, with that year's
 * tree, and the steps of all years follow each other in order of time. Figures are those of a view
 * whose roll-ups are the pasts'. */
#ifndef NODE_TALE_H
#define NODE_TALE_H

#include "node/past.h"
#include "node/query.h"

/* What a test says of each unit, so that a step asks those again only that it changes; by index in
 * query->tree. */
struct tale_tally {
    struct formula_test test;
    uint8_t level;
    uint8_t *truths;         /* enum truth, of the units of its level */
    struct view_tally *sums; /* of the units beneath each */
};

struct tale {
    struct node *node;
    struct store_txn *txn;
    const struct query *query; /* must outlive it */
    struct past *pasts;        /* one for each year from query->from on; the last has query->tree */
    size_t past_count;
    struct past_steps steps; /* after the moment, in order of time */
    size_t byte_count;       /* above PAST_BYTES_MAX: too much, and not all was loaded */
    struct tale_tally *tallies;
    size_t tally_count, tally_capacity;
    uint32_t *stale; /* indexes in query->tree: units to be asked again */
    size_t stale_count;
    bool *is_stale;
};

/* Loads what bears on `indicator` beneath query->unit in its period or span from the moment `since`
 * on. tale_fini in any case; errors are sticky in the transaction. */
void tale_init(struct tale *tale, struct step *step, const struct query *query,
               const struct indicator *indicator, struct instant since);
void tale_fini(struct tale *tale);
/* Goes to the moment: what counted then counts, and the steps after it are listed. */
void tale_begin(struct tale *tale);
/* Whether nothing at all was taken in since: the figures are those of now, which a view has. */
bool tale_is_still(const struct tale *tale);
/* The period's past that a step is in. */
struct past *tale_past(const struct tale *tale, const struct past_step *step);
/* Takes one step, as past_take. */
bool tale_take(struct tale *tale, const struct past_step *step);
/* The value of the indicator at this point of the story, without the checks that it fails: what
 * they compare it with is not loaded; value_fini. */
void tale_value(struct tale *tale, const struct indicator *indicator, Tonghop__Value *ret_value);

#endif
