/* The Nth write, flush or allocation fails in a process that makes a store and commits to it, for
 * N = 1, 2, 3 ... until a run in which nothing failed. Each run ends in success, in a refusal, or
 * in the process's end, as the node would decide; and what was committed is there afterwards, also
 * when the power goes. A further process then works without faults, and the power goes again: after
 * a flush that failed, Linux takes pages for clean that are not on the disk. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "core/log.h"
#include "faults/chance.h"
#include "faults/power_cut.h"
#include "faults/shim.h"
#include "faults/store_case.h"

enum {
    STEPS = 6,
    FURTHER_STEPS = 3,
    STATUS_OUT_OF_MEMORY = 3, /* core/mem.c */
    STATUS_REFUSED = 10,      /* the store does not open */
    STATUS_STOPPED = 11,      /* the outcome of a commit is unknown */
};

static const struct fault {
    const char *name;
    enum fault_class class;
    enum fault_action action;
    int error;
} faults[] = {
    {"write: no space", FAULT_WRITE, FAULT_FAIL, ENOSPC},
    {"write: error", FAULT_WRITE, FAULT_FAIL, EIO},
    {"write: half of it", FAULT_WRITE, FAULT_SHORT, 0},
    {"flush: error", FAULT_SYNC, FAULT_FAIL, EIO},
    {"flush: no space", FAULT_SYNC, FAULT_FAIL, ENOSPC},
    {"allocation", FAULT_ALLOCATE, FAULT_FAIL, ENOMEM},
};

struct tally {
    uint64_t positions, successes, refusals, stops, failures;
};

/* ---- in a child ---- */

static int work(struct store_case *c, uint64_t seed)
{
    struct store *store;
    uint64_t version;
    case_begin_faults(c);
    if (shim_allocate_begin != NULL)
        shim_allocate_begin(c->control_path);
    if (case_open(c, &store) != ERR_OK)
        return STATUS_REFUSED;
    if (!case_promise_found(c, store, &version))
        return EXIT_FAILURE;
    for (uint64_t step = 0; step < STEPS; step++) {
        bool is_unknown = false;
        enum err err = case_commit(c, store, chance_seed(seed, step), &version, &is_unknown);
        if (is_unknown)
            return STATUS_STOPPED;
        if (err != ERR_OK && step == STEPS - 1)
            return STATUS_REFUSED;
        if (step % 2 == 1) /* what was not placed goes on to wait */
            (void)store_settle(store, &is_unknown);
        if (is_unknown)
            return STATUS_STOPPED;
    }
    store_close(&store);
    return EXIT_SUCCESS;
}

static int go_on(struct store_case *c, uint64_t seed)
{
    struct store *store;
    uint64_t version;
    bool is_unknown;
    case_begin_faults(c);
    if (case_open(c, &store) != ERR_OK)
        return case_complain(c, "the store does not open without faults");
    if (!case_promise_found(c, store, &version))
        return EXIT_FAILURE;
    for (uint64_t step = 0; step < FURTHER_STEPS; step++) {
        if (case_commit(c, store, chance_seed(seed, step), &version, &is_unknown) != ERR_OK)
            return case_complain(c, "a commit fails without faults");
    }
    return EXIT_SUCCESS;
}

/* ---- positions ---- */

static bool count_outcome(struct tally *tally, int status)
{
    if (!WIFEXITED(status))
        return false;
    switch (WEXITSTATUS(status)) {
    case EXIT_SUCCESS:
        tally->successes++;
        return true;
    case STATUS_REFUSED:
        tally->refusals++;
        return true;
    case STATUS_STOPPED:
    case STATUS_OUT_OF_MEMORY:
        tally->stops++;
        return true;
    default:
        return false;
    }
}

static bool is_good(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

/* What is left, then a process without faults, then what is left of that. */
static bool play_aftermath(struct store_case *c, struct chance *chance)
{
    if (chance_percent(chance, 50))
        (void)power_cut(c->journal, chance_next(chance), POWER_CUT_BY_CHANCE);
    *c->control = (struct control){0};
    if (!is_good(case_in_child(c, case_check, 0)) || !case_advance(c, c->shared->promised) ||
        !is_good(case_in_child(c, go_on, chance_next(chance))))
        return false;
    (void)power_cut(c->journal, chance_next(chance), POWER_CUT_BY_CHANCE);
    return is_good(case_in_child(c, case_check, 0));
}

/* False when the fault did not come any more: that was the clean run. */
static bool play(struct store_case *c, const struct fault *fault, bool is_for_good, uint64_t seed,
                 uint64_t at, struct tally *tally)
{
    struct chance chance = {chance_seed(seed, at)};
    case_reset(c);
    *c->control = (struct control){.armed = fault->class,
                                   .action = fault->action,
                                   .error = (uint32_t)fault->error,
                                   .is_for_good = is_for_good,
                                   .at = at};
    int status = case_in_child(c, work, seed);
    bool is_clean = c->control->fired == 0;
    tally->positions += !is_clean;
    bool is_known = count_outcome(tally, status) && (!is_clean || is_good(status));
    if (is_known && play_aftermath(c, &chance))
        return !is_clean;
    tally->failures++;
    printf("FAIL  %s, call %" PRIu64 "%s, seed %" PRIu64 ": status 0x%x: %s (promised %" PRIu64
           ", found %" PRIu64 ")\n",
           fault->name, at, is_for_good ? " and all further ones" : "", seed, (unsigned)status,
           c->shared->text, c->shared->promised, c->shared->found);
    return !is_clean;
}

static void play_all(struct store_case *c, const struct fault *fault, bool is_for_good,
                     uint64_t seed, struct tally *sum)
{
    struct tally tally = {0};
    for (uint64_t at = 1; play(c, fault, is_for_good, seed, at, &tally); at++)
        continue;
    printf("  %-18s %-9s %5" PRIu64 " positions: %5" PRIu64 " successes, %5" PRIu64
           " refusals, %5" PRIu64 " stops, %" PRIu64 " failures\n",
           fault->name, is_for_good ? "for good" : "once", tally.positions, tally.successes,
           tally.refusals, tally.stops, tally.failures);
    sum->positions += tally.positions;
    sum->failures += tally.failures;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"seed", required_argument, NULL, 's'}, {0}};
    struct store_case c = {.is_quiet = true};
    struct tally sum = {0};
    uint64_t seed = 1;
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (option != 's') {
            fputs("usage: store_fails [--seed S]\n", stderr);
            return 2;
        }
        seed = strtoull(optarg, NULL, 10);
    }
    case_begin(&c);
    log_setup(LOG_LEVEL_ERROR, false);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        /* A sanitized program has an allocator of its own, that the shim cannot replace. */
        if (faults[i].class == FAULT_ALLOCATE && shim_allocate_begin == NULL)
            continue;
        play_all(&c, &faults[i], false, seed, &sum);
        play_all(&c, &faults[i], true, seed, &sum);
    }
    case_end(&c);
    printf("store: %" PRIu64 " positions of a failing call, seed %" PRIu64 ": %" PRIu64
           " failures\n",
           sum.positions, seed, sum.failures);
    return sum.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
