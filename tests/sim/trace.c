/* Chance, and the trace: every event goes into a hash, so that two runs of a seed can be compared
 * to the byte without writing them down. */
#include <inttypes.h>
#include <stdarg.h>

#include "sim/sim.h"

/* xorshift64*: small, and the same everywhere. */
uint64_t sim_random(struct sim *sim, uint64_t below)
{
    sim->random ^= sim->random >> 12;
    sim->random ^= sim->random << 25;
    sim->random ^= sim->random >> 27;
    return (sim->random * 2685821657736338717u >> 11) % below;
}

bool sim_once_in(struct sim *sim, uint64_t in)
{
    return sim_random(sim, in) == 0;
}

bool sim_strikes(struct sim *sim, enum sim_fault fault)
{
    if (!sim->is_stormy || sim->rates[fault] == 0 || sim_random(sim, 100000) >= sim->rates[fault])
        return false;
    sim->counts[fault]++;
    return true;
}

/* FNV-1a, by words: it meets every byte that is sent. */
static uint64_t mix(uint64_t hash, uint64_t word)
{
    return (hash ^ word) * 1099511628211u;
}

static uint64_t mix_bytes(uint64_t hash, struct span bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        hash = mix(hash, bytes.data[i]);
    return mix(hash, bytes.len);
}

void sim_trace(struct sim *sim, const char *what, uint64_t a, uint64_t b, struct span bytes)
{
    uint64_t hash = sim->trace_hash;
    for (const char *c = what; *c != '\0'; c++)
        hash = mix(hash, (uint8_t)*c);
    hash = mix(mix(mix(hash, (uint64_t)sim->now_ms), a), b);
    sim->trace_hash = mix_bytes(hash, bytes);
    if (sim->trace != NULL)
        fprintf(sim->trace, "%" PRId64 " %s %" PRIu64 " %" PRIu64 " %zu bytes %016" PRIx64 "\n",
                sim->now_ms, what, a, b, bytes.len, sim->trace_hash);
}

void sim_wrong(struct sim *sim, const char *format, ...)
{
    enum { SHOWN = 20 };
    va_list args;
    if (sim->wrong_count++ >= SHOWN)
        return;
    printf("seed %" PRIu64 " at %" PRId64 " ms: ", sim->seed, sim->now_ms);
    va_start(args, format);
    (void)vprintf(format, args); /* standard output: nobody to tell if it fails */
    va_end(args);
    putchar('\n');
}
