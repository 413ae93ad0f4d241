/* The greatest and the least: held against the same table without a choice, of which the place of
 * every row is found by counting those that are greater. */
#ifndef TESTS_UNIT_NODE_PROPERTY_RANK_H
#define TESTS_UNIT_NODE_PROPERTY_RANK_H

#include "unit/node/property_check.h"

struct p_ranking {
    uint32_t units[P_UNITS_MAX]; /* those that have the figure */
    i128 values[P_UNITS_MAX];
    size_t count;
    size_t without; /* those that do not */
};

static inline void p_read_ranking(const Tonghop__Totals *totals, struct p_ranking *ret)
{
    ret->count = ret->without = 0;
    for (size_t row = 1; row < totals->n_units; row++) {
        const Tonghop__Value *value = totals->units[row]->values[0];
        if (!value->has_value) {
            ret->without++;
            continue;
        }
        ret->units[ret->count] = totals->units[row]->unit->id;
        ret->values[ret->count++] = p_value(value);
    }
}

/* How many come before it: greater ones, and equal ones that stand above it. */
static inline size_t p_rank(const struct p_ranking *ranking, size_t at)
{
    size_t rank = 0;
    for (size_t i = 0; i < ranking->count; i++)
        rank += ranking->values[i] > ranking->values[at] ||
                (ranking->values[i] == ranking->values[at] && i < at);
    return rank;
}

static inline void assert_ranked(const struct p_ranking *ranking, const struct p_question *question,
                                 const Tonghop__Totals *totals)
{
    const size_t top = question->top, bottom = question->bottom, count = ranking->count;
    const size_t kept = top + bottom < count ? top + bottom : count;
    P_ASSERT(totals->n_units == kept + 1);
    P_ASSERT(totals->unranked_count == ranking->without);
    for (size_t i = 0; i < count; i++) {
        size_t rank = p_rank(ranking, i), row = SIZE_MAX;
        if (kept == count || rank < top)
            row = 1 + rank;
        else if (rank >= count - bottom)
            row = 1 + rank - (count - kept);
        if (row == SIZE_MAX)
            continue;
        P_ASSERT(totals->units[row]->unit->id == ranking->units[i]);
        P_ASSERT(p_value(totals->units[row]->values[0]) == ranking->values[i]);
    }
}

/* Of one indicator, by the units beneath the first or by those of a level. */
static inline void check_rank(struct rig *rig, const struct p_model *m, struct p_span span)
{
    uint64_t *rng = m->p->rng;
    const struct catalogue *made = m->p->made;
    struct p_ranking ranking;
    struct p_question question =
        p_draw_question(m, chance(rng, 30) ? TONGHOP__BY__BY_CHILD : TONGHOP__BY__BY_LEVEL,
                        (uint8_t)(1 + pick(rng, m->p->level_count - 1U)));
    question.indicator = made->indicators[pick(rng, (uint32_t)made->indicator_count)].code;
    const Tonghop__Totals *totals = p_ask(rig, &span, &question);
    P_ASSERT(totals->unranked_count == 0);
    p_read_ranking(totals, &ranking);
    question.top = pick(rng, 5);
    question.bottom = pick(rng, 5);
    if (question.top + question.bottom == 0)
        question.top = P_UNITS_MAX;
    totals = p_ask(rig, &span, &question);
    (void)snprintf(p_place, sizeof(p_place), "kind %zu, %s to %s, the top %u and bottom %u, %s",
                   span.what.kind + 1, totals->from, totals->period, (unsigned)question.top,
                   (unsigned)question.bottom, question.indicator);
    assert_ranked(&ranking, &question, totals);
    for (size_t row = 1; row < totals->n_units; row++)
        check_unit_row(m, &question, span, totals, row);
}

#endif
