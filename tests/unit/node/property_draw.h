/* Numbers drawn from a seed (SplitMix64, public domain). */
#ifndef TESTS_UNIT_NODE_PROPERTY_DRAW_H
#define TESTS_UNIT_NODE_PROPERTY_DRAW_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t draw(uint64_t *rng)
{
    uint64_t z = *rng += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* 0 to count - 1. */
static inline uint32_t pick(uint64_t *rng, uint32_t count)
{
    return (uint32_t)(draw(rng) % count);
}

static inline bool chance(uint64_t *rng, uint32_t percent)
{
    return pick(rng, 100) < percent;
}

#endif
