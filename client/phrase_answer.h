/* What a placeholder becomes, from the node's answer. */
#ifndef CLIENT_PHRASE_ANSWER_H
#define CLIENT_PHRASE_ANSWER_H

#include "client/phrase.h"
#include "core/compare.h"
#include "tonghop.pb-c.h"

struct phrase_answer {
    char *text;      /* as it is printed */
    bool is_missing; /* a figure without a value; `text` is a dash */
    /* Of a missing one: there are figures, but it would tell a direction that is not certain, as
     * `marks` say. */
    bool is_uncertain;
    char *marks; /* what a reader has to know beside it; "" if nothing */
    /* For programs. */
    bool is_figure;
    struct amount amount;
    unsigned decimals;
    bool is_ratio;
    char *unit_code, *unit_name; /* "" where it is of no unit */
    uint32_t unit_id;
};

/* Which answers the placeholder needs beside the figure itself. */
bool phrase_needs_totals(const struct placeholder *placeholder);
bool phrase_needs_previous(const struct placeholder *placeholder);
bool phrase_needs_plan(const struct placeholder *placeholder);

/* Fills in one placeholder; phrase_answer_fini. `totals` is that of its unit and span, and may be
 * NULL for one that needs none. */
void phrase_answer(bool is_english, const struct placeholder *placeholder,
                   const Tonghop__Totals *totals, struct phrase_answer *ret_answer);
void phrase_answer_fini(struct phrase_answer *answer);

#endif
