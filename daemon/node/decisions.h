/* Who accepted or returned a filing, when and why: notices about its bytes, whatever number it has
 * at whoever said it. */
#ifndef NODE_DECISIONS_H
#define NODE_DECISIONS_H

#include "node/step.h"

struct decision {
    uint8_t state;   /* STATE_ACCEPTED or STATE_RETURNED */
    uint32_t author; /* the unit at whose node it was decided */
    int64_t time_us;
    char *person, *reason;
    uint32_t *indicators;
    size_t indicator_count;
};

struct decisions {
    struct decision *items; /* in order of time */
    size_t count, capacity;
};

/* Those that are held of a revision. decisions_fini. */
void decisions_find(struct step *step, const struct report_key *key,
                    const struct revision *revision, struct decisions *ret_decisions);
void decisions_fini(struct decisions *decisions);
/* The first, and the last one of that state; NULL: none is known. */
const struct decision *decisions_first(const struct decisions *decisions, uint8_t state);
const struct decision *decisions_last(const struct decisions *decisions, uint8_t state);
/* " (by whom, where, when: why)" of a return; "" of NULL. The caller frees. */
char *decision_return_text(struct step *step, const struct decision *decision);
/* Whether this number of the key was returned, by what is held of it or by what was said. */
bool decisions_is_returned(struct step *step, const struct report_key *key, uint64_t revision);

#endif
