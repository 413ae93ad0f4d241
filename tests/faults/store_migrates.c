/* A store of an older schema is brought up to date while things go wrong: the process is killed at
 * the Nth call on a file, or the Nth write or flush fails, for N = 1, 2, 3 ... until a run in which
 * nothing happened; then the power goes as well, or does not. Afterwards the store is the old one
 * or the new one; the copy from before, once it has its name, is whole; and the next start brings
 * all of it up to date. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "faults/chance.h"
#include "faults/power_cut.h"
#include "faults/store_case.h"
#include "lib/older.h"

enum {
    STEPS = 12,          /* transactions of the store before */
    STATUS_REFUSED = 10, /* the store does not open */
    POSITIONS_MAX = 2000,
};

static const struct fault {
    const char *name;
    enum fault_class class;
    enum fault_action action;
    int error;
} faults[] = {
    {"killed", FAULT_FILE, FAULT_KILL, 0},
    {"write: no space", FAULT_WRITE, FAULT_FAIL, ENOSPC},
    {"write: half of it", FAULT_WRITE, FAULT_SHORT, 0},
    {"flush: error", FAULT_SYNC, FAULT_FAIL, EIO},
};

/* ---- in a child ---- */

static int make_older(struct store_case *c, uint64_t seed)
{
    struct store *store;
    uint64_t version = 0;
    bool is_unknown;
    if (case_open(c, &store) != ERR_OK)
        return case_complain(c, "no store can be made");
    for (uint64_t step = 0; step < STEPS; step++) {
        if (case_commit(c, store, chance_seed(seed, step), &version, &is_unknown) != ERR_OK)
            return case_complain(c, "a commit fails without faults");
    }
    if (older_make_4(store) != ERR_OK)
        return case_complain(c, "it cannot be made an older one");
    store_close(&store);
    return EXIT_SUCCESS;
}

static int bring_up(struct store_case *c, uint64_t seed)
{
    struct store *store;
    (void)seed; /* nothing is left to chance here */
    case_begin_faults(c);
    if (case_open(c, &store) != ERR_OK)
        return STATUS_REFUSED;
    store_close(&store);
    return EXIT_SUCCESS;
}

static bool has_copy(const struct store_case *c)
{
    char copy[2 * CASE_PATH_SIZE];
    struct stat info;
    (void)snprintf(copy, sizeof copy, "%s/" CASE_COPY, c->state);
    return stat(copy, &info) == 0;
}

/* What is of the newer schema has its copy on the disk: else there were no way back. */
static int check_kept(struct store_case *c, uint64_t seed)
{
    struct store_options options = {.is_read_only = true};
    struct store *store;
    (void)seed; /* nothing is left to chance here */
    enum err err = store_open(c->state, &options, &store);
    if (err == ERR_OK && !has_copy(c))
        return case_complain(c, "it is up to date, and no copy of before is there");
    if (err != ERR_OK && err != ERR_VERSION)
        return case_complain(c, "it is neither the older store nor the newer one");
    return EXIT_SUCCESS;
}

/* The copy as a store of its own, in the place of the other: brought up to date, it holds all. */
static int check_copy(struct store_case *c, uint64_t seed)
{
    char copy[2 * CASE_PATH_SIZE], data[2 * CASE_PATH_SIZE];
    (void)snprintf(copy, sizeof copy, "%s/" CASE_COPY, c->state);
    (void)snprintf(data, sizeof data, "%s/data.mdb", c->state);
    if (!has_copy(c) || rename(copy, data) != 0)
        return case_complain(c, "there is no copy that could be put back");
    int status = case_check(c, seed);
    return status == EXIT_SUCCESS && !has_copy(c)
               ? case_complain(c, "the copy was not of the older schema")
               : status;
}

/* ---- positions ---- */

static bool is_good(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

static bool is_expected(const struct fault *fault, int status)
{
    if (fault->action == FAULT_KILL && WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL;
    return is_good(status) || (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_REFUSED);
}

/* False when the fault did not come any more: that was the clean run. */
static bool play(struct store_case *c, const struct fault *fault, uint64_t seed, uint64_t at,
                 uint64_t *failures)
{
    struct chance chance = {chance_seed(seed, at)};
    case_reset(c);
    bool is_right = is_good(case_in_child(c, make_older, seed));
    *c->control = (struct control){
        .armed = fault->class, .action = fault->action, .error = (uint32_t)fault->error, .at = at};
    int status = is_right ? case_in_child(c, bring_up, 0) : 0;
    bool is_clean = c->control->fired == 0;
    *c->control = (struct control){0};
    is_right = is_right && is_expected(fault, status) && (!is_clean || is_good(status));
    if (chance_percent(&chance, 70))
        (void)power_cut(c->journal, chance_next(&chance), POWER_CUT_BY_CHANCE);
    is_right = is_right && is_good(case_in_child(c, check_kept, 0)) &&
               is_good(case_in_child(c, case_check, 0)) && is_good(case_in_child(c, check_copy, 0));
    if (!is_right) {
        printf("FAIL  %s, call %" PRIu64 ", seed %" PRIu64 ": status 0x%x: %s\n", fault->name, at,
               seed, (unsigned)status, c->shared->text);
        ++*failures;
    }
    return !is_clean && at < POSITIONS_MAX;
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {{"seed", required_argument, NULL, 's'}, {0}};
    struct store_case c = {.is_quiet = true};
    uint64_t seed = 1, failures = 0;
    for (int option; (option = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (option != 's') {
            fputs("usage: store_migrates [--seed S]\n", stderr);
            return 2;
        }
        seed = strtoull(optarg, NULL, 10);
    }
    case_begin(&c);
    log_setup(LOG_LEVEL_ERROR, false);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        uint64_t at = 1;
        while (play(&c, &faults[i], seed, at, &failures))
            at++;
        printf("  %-18s %5" PRIu64 " positions\n", faults[i].name, at - 1);
        failures += at == 1; /* a fault that never comes shows nothing */
    }
    case_end(&c);
    printf("bringing up to date: seed %" PRIu64 ": %" PRIu64 " failures\n", seed, failures);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
