/* Chance from a seed: the same numbers on every machine (splitmix64). */
#ifndef TESTS_FAULTS_CHANCE_H
#define TESTS_FAULTS_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
    uint64_t x = chance->state += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

/* From 0 to `limit` - 1. */
static inline uint64_t chance_below(struct chance *chance, uint64_t limit)
{
    return chance_next(chance) % limit;
}

static inline bool chance_percent(struct chance *chance, unsigned percent)
{
    return chance_below(chance, 100) < percent;
}

/* A seed of its own for part `number` of what `seed` stands for. */
static inline uint64_t chance_seed(uint64_t seed, uint64_t number)
{
    struct chance chance = {seed ^ (number * 0xD1342543DE82EF95)};
    return chance_next(&chance);
}

#endif
