/* Answers to questions, as long as nothing changes: before a deadline many people look at the same
 * totals, again and again. What was answered is kept with what was asked, by whom, and on which
 * day, and given again until the store is changed, by whatever it is. Kept answers are of committed
 * state. */
#ifndef NODE_ANSWERS_H
#define NODE_ANSWERS_H

#include "core/buf.h"

enum {
    ANSWERS_MAX = 256,
    ANSWERS_BYTES_MAX = 2 << 20, /* all that they take; more empties it */
};

struct kept_answer {
    uint64_t hash; /* of the question */
    struct buf question, answer;
};

/* Zero-initialised is empty. */
struct answers {
    struct kept_answer *items;
    size_t count, bytes;
    uint64_t changes; /* store_changes when they were given ... */
    int32_t day;      /* ... and the day */
};

void answers_clear(struct answers *answers);

struct step;
/* Gives the answer of before to the question in hand; false: there is none that still holds. */
bool answers_repeat(struct step *step);
/* Keeps what was answered to the question in hand since there were so many effects, if that is
 * one answer with figures. */
void answers_keep(struct step *step, size_t effect_count);

#endif
