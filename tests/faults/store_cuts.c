/* Power cuts in the store: in each round a child process commits transactions until it is killed at
 * a random call on a file; then the power goes, or only the process was gone; then the store must
 * open and hold exactly what was committed, and of the transaction under way all or nothing.
 *
 * What a process finds when it opens the store counts as promised too: a node answers with it. A
 * batch of rounds begins with no store and has a seed of its own, which is what a failure names. */
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "faults/chance.h"
#include "faults/power_cut.h"
#include "faults/store_case.h"

enum {
    BATCH_ROUNDS = 40,
    STEPS_MAX = 10, /* transactions of one process */
};
_Static_assert(BATCH_ROUNDS *STEPS_MAX < CASE_VERSIONS_MAX, "every version has its seed");

struct run {
    struct store_case c;
    uint64_t cuts, crashes, losses;
    struct power_cut sum;
};

/* ---- in a child ---- */

static int work(struct store_case *c, uint64_t seed)
{
    struct chance chance = {seed};
    struct store *store;
    uint64_t version;
    case_begin_faults(c);
    if (case_open(c, &store) != ERR_OK)
        return case_complain(c, "the store does not open, although the check opened it");
    if (!case_promise_found(c, store, &version))
        return EXIT_FAILURE;
    for (uint64_t steps = chance_below(&chance, STEPS_MAX); steps > 0; steps--) {
        bool is_unknown, is_given_up = chance_percent(&chance, 10);
        if (is_given_up) { /* a batch that is refused: nothing of it may stay */
            struct work_model copy = *c->model;
            struct store_txn *txn = store_begin_write(store);
            work_step(chance_next(&chance), version, &copy, txn);
            store_abort(&txn);
        } else if (case_commit(c, store, chance_next(&chance), &version, &is_unknown) != ERR_OK) {
            return case_complain(c, "a commit failed");
        }
        if (chance_percent(&chance, 15) && store_settle(store, &is_unknown) != ERR_OK)
            return case_complain(c, "what waits was not placed");
    }
    return EXIT_SUCCESS;
}

/* ---- rounds ---- */

/* Calls of one commit are some ten; the first ones of a process are those of opening. */
static void arm_kill(struct run *run, struct chance *chance)
{
    uint64_t range = 2u << chance_below(chance, 8);
    *run->c.control = (struct control){
        .armed = FAULT_FILE, .action = FAULT_KILL, .at = 1 + chance_below(chance, range)};
}

static bool has_failed(struct run *run, const char *job, int status, uint64_t seed, uint64_t round)
{
    const struct case_shared *shared = run->c.shared;
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
        return false;
    run->losses++;
    if (run->c.loses_flushes)
        return true;
    printf("FAIL  seed %" PRIu64 ", round %" PRIu64 ", %s: ", seed, round, job);
    if (WIFSIGNALED(status))
        printf("signal %d: ", WTERMSIG(status));
    printf("%s (promised %" PRIu64 ", found %" PRIu64 ")\n", shared->text, shared->promised,
           shared->found);
    return true;
}

/* A lost lock file, one that is empty, and one full of anything must all do. */
static void spoil_lock_file(const struct run *run, struct chance *chance)
{
    char path[2 * CASE_PATH_SIZE];
    uint64_t noise[64];
    (void)snprintf(path, sizeof path, "%s/lock.mdb", run->c.state);
    for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
        noise[i] = chance_next(chance);
    uint64_t choice = chance_below(chance, 4);
    int fd = choice < 2 ? open(path, O_WRONLY | O_CLOEXEC | (choice == 0 ? O_TRUNC : 0)) : -1;
    if (fd >= 0 && choice == 1 && pwrite(fd, noise, sizeof noise, 0) < 0)
        perror(path);
    if (fd >= 0)
        (void)close(fd); /* what matters was asked */
    if (choice == 2)
        (void)unlink(path); /* may not be there */
}

/* False when something is wrong: the batch ends. */
static bool play_round(struct run *run, uint64_t batch_seed, uint64_t round)
{
    struct chance chance = {chance_seed(batch_seed, round)};
    arm_kill(run, &chance);
    int status = case_in_child(&run->c, work, chance_next(&chance));
    bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!was_killed && has_failed(run, "work", status, batch_seed, round))
        return false;
    if (chance_percent(&chance, 25)) {
        run->crashes++;
    } else {
        struct power_cut cut = power_cut(run->c.journal, chance_next(&chance), POWER_CUT_BY_CHANCE);
        spoil_lock_file(run, &chance);
        run->cuts++;
        run->sum.blocks += cut.blocks;
        run->sum.blocks_lost += cut.blocks_lost;
        run->sum.names_lost += cut.names_lost;
    }
    *run->c.control = (struct control){0};
    if (has_failed(run, "check", case_in_child(&run->c, case_check, 0), batch_seed, round))
        return false;
    return case_advance(&run->c, run->c.shared->promised);
}

static int usage(void)
{
    fputs(
        "usage: store_cuts [--cuts N] [--seed S] [--lose-flushes]\n"
        "  --lose-flushes  on a disk that forgets what it flushed: losses must be found, and the\n"
        "                  exit status is 0 when they are\n",
        stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"cuts", required_argument, NULL, 'c'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"lose-flushes", no_argument, NULL, 'l'},
                                          {0}};
    struct run run = {0};
    uint64_t cuts = 300, seed = 1, batches = 0;
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == 'c')
            cuts = strtoull(optarg, NULL, 10);
        else if (c == 's')
            seed = strtoull(optarg, NULL, 10);
        else if (c == 'l')
            run.c.loses_flushes = run.c.is_quiet = true;
        else
            return usage();
    }
    case_begin(&run.c);
    run.c.model->has_bulk = true;
    log_setup(LOG_LEVEL_ERROR, false);
    for (; run.cuts < cuts && (run.losses == 0 || run.c.loses_flushes); batches++) {
        case_reset(&run.c);
        for (uint64_t round = 0; round < BATCH_ROUNDS && run.cuts < cuts; round++) {
            if (!play_round(&run, seed + batches, round))
                break;
        }
    }
    case_end(&run.c);
    printf("store: %" PRIu64 " power cuts, %" PRIu64 " crashes without one, seeds %" PRIu64
           " to %" PRIu64 ": %" PRIu64 " losses (%" PRIu64 " of %" PRIu64
           " unflushed blocks and %" PRIu64 " names lost)\n",
           run.cuts, run.crashes, seed, seed + batches - 1, run.losses, run.sum.blocks_lost,
           run.sum.blocks, run.sum.names_lost);
    return (run.losses > 0) == run.c.loses_flushes ? EXIT_SUCCESS : EXIT_FAILURE;
}
