/* sim [--seeds N] [--seed S] [--self-test]: runs the small simulator over seeds 1 to N, or one
 * seed. A failure prints its seed; that seed alone reproduces it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "sim/sim.h"

enum { SIM_STEPS = 3000, SIM_QUIET_STEPS = 400000 };

static bool is_loud;

static void quiet_sink(enum log_level level, const char *line)
{
    if (is_loud)
        fprintf(stderr, "<%d> %s\n", (int)level, line);
}

static const struct sim_faults stormy = {.drop = 80,
                                         .duplicate = 80,
                                         .delay = 50,
                                         .crash_before_commit = 8,
                                         .crash_after_commit = 8,
                                         .disconnect = 5};

/* Puts a wrong total into the root's store: the checks must see it. */
static void plant(struct sim *sim)
{
    struct store_txn *txn = store_begin_write(sim->nodes[0].store);
    struct report_key cursor = {0};
    struct span bytes;
    struct figures figures = {0};
    struct buf encoded = {0};
    bool is_unknown;
    if (store_next_below(txn, &cursor, &bytes) && figures_decode(bytes, &figures) == ERR_OK) {
        figures.items[0].figure.value += 1;
        figures.items[0].figure.upper += 1;
        figures_encode(&figures, &encoded);
        (void)store_put_below(txn, &cursor, span_of(&encoded)); /* the commit tells */
    }
    (void)store_commit(&txn, &is_unknown);
    figures_fini(&figures);
    buf_fini(&encoded);
}

struct tally {
    uint64_t acked, refused, crashes;
};

/* One seed from set-up to check; returns what is wrong. */
static size_t run(uint64_t seed, bool is_planted, struct tally *tally)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    if (sim == NULL)
        abort();
    sim_init(sim, seed);
    sim_work_init(sim);
    sim_work_set_up(sim);
    for (int i = 0; i < SIM_STEPS; i++) {
        if (i == 300)
            sim->faults = stormy;
        if (i > 300 && sim_random(sim, 4) == 0)
            sim_work_step(sim);
        sim_advance(sim);
    }
    sim->faults = (struct sim_faults){0};
    long steps = 0;
    while (!sim_is_quiet(sim) && steps < SIM_QUIET_STEPS) {
        sim_advance(sim);
        steps++;
    }
    size_t wrong = 0;
    if (steps == SIM_QUIET_STEPS) {
        printf("the world does not come to rest\n");
        wrong++;
    }
    if (is_planted)
        plant(sim);
    wrong += sim_check(sim);
    tally->acked += sim->acked_count;
    tally->refused += sim->refused_count;
    for (size_t i = 0; i < sim->node_count; i++)
        tally->crashes += sim->nodes[i].crash_count;
    sim_fini(sim);
    free(sim);
    return wrong;
}

int main(int argc, char **argv)
{
    uint64_t first = 1, last = 100;
    bool is_self_test = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seeds") == 0 && i + 1 < argc)
            last = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            first = last = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--self-test") == 0)
            is_self_test = true;
        else if (strcmp(argv[i], "--log") == 0)
            is_loud = true;
        else {
            fputs("usage: sim [--seeds N | --seed S] [--self-test] [--log]\n", stderr);
            return 2;
        }
    }
    log_set_sink(quiet_sink);
    log_setup(LOG_LEVEL_DEBUG, 0);
    struct tally tally = {0};
    if (is_self_test) {
        size_t wrong = run(1, true, &tally);
        printf("a planted wrong total was %s\n", wrong > 0 ? "found" : "NOT found");
        return wrong > 0 ? 0 : 1;
    }
    for (uint64_t seed = first; seed <= last; seed++) {
        size_t wrong = run(seed, false, &tally);
        if (wrong > 0) {
            printf("seed %" PRIu64 ": %zu wrong; again: sim --seed %" PRIu64 "\n", seed, wrong,
                   seed);
            return 1;
        }
    }
    printf("%" PRIu64 " seeds: %" PRIu64 " reports acknowledged, %" PRIu64 " refused, %" PRIu64
           " crashes; every total right\n",
           last - first + 1, tally.acked, tally.refused, tally.crashes);
    return 0;
}
