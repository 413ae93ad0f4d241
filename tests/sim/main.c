/* sim [--seeds A-B | --seeds N | --seed S] ...: runs seeds, each a world of its own, and prints
 * what is wrong with the first that fails; that seed alone reproduces it, to the byte. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "sim/sim.h"

enum { REST_LIMIT_MS = 30 * 60 * 1000, SET_UP_LIMIT_MS = 10 * 60 * 1000 };

static const char usage[] =
    "Usage: sim [--seeds N | --seeds A-B | --seed S] [--nodes small|province]\n"
    "           [--trace] [--hashes] [--log] [--self-test]\n"
    "\n"
    "  --seeds      run seeds 1 to N, or A to B (default 1-100)\n"
    "  --seed       run one seed\n"
    "  --nodes      trees of 3 to 30 nodes, or of a whole province; else one in ten is one\n"
    "  --trace      write every event to standard output\n"
    "  --hashes     write a hash of each seed's events\n"
    "  --log        write what the nodes log to standard error\n"
    "  --self-test  plant a wrong total: the checks must find it\n";

struct options {
    uint64_t first, last;
    enum sim_size size;
    bool is_traced, has_hashes, is_self_test;
    const char *folder;
};

struct tally {
    uint64_t nodes, acked, repeated, stale, refused, marks, excused, provinces;
    uint64_t afar, foreign, safe, stories, told, told_anew;
    uint64_t counts[FAULT_COUNT];
};

static bool is_loud;
static struct sim *under_test; /* whose log it is */

/* A false alarm is wrong at any time, not only at rest. */
static void sink(enum log_level level, const char *line)
{
    if (is_loud)
        fprintf(stderr, "%" PRId64 " <%d> %s\n", under_test->now_ms, (int)level, line);
    if (strncmp(line, "alarm:", strlen("alarm:")) == 0)
        sim_wrong(under_test, "%s", line);
}

static void advance_until_quiet(struct sim *sim, int64_t limit_ms, const char *what)
{
    int64_t from_ms = sim->now_ms;
    int64_t asked_ms = 0;
    for (;;) {
        if (sim->now_ms - from_ms > limit_ms) {
            sim_wrong(sim, "the world does not come to rest %s", what);
            sim_say_restless(sim);
            return;
        }
        if (sim->now_ms != asked_ms && sim_is_quiet(sim))
            return;
        asked_ms = sim->now_ms;
        (void)sim_advance(sim); /* something is always due */
        sim_follow_step(sim);
    }
}

static void run_storm(struct sim *sim)
{
    sim->storm_from_ms = sim->now_ms;
    sim->storm_ms = 60000 + (int64_t)sim_random(sim, 180000);
    sim->work_total =
        sim->country.is_province ? 400 + sim_random(sim, 800) : 50 + sim_random(sim, 350);
    sim->is_stormy = true;
    while (sim->now_ms < sim->storm_from_ms + sim->storm_ms && sim->wrong_count == 0) {
        (void)sim_advance(sim);
        sim_follow_step(sim);
    }
    sim_faults_end(sim);
}

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
    accumulators_clear(&sim->nodes[0].node->accumulators); /* it has the right one at hand */
    figures_fini(&figures);
    buf_fini(&encoded);
}

static void add_to_tally(struct tally *tally, const struct sim *sim)
{
    tally->nodes += sim->node_count;
    tally->acked += sim->acked_count;
    tally->repeated += sim->repeated_count;
    tally->stale += sim->stale_count;
    tally->refused += sim->refused_count;
    tally->marks += sim->mark_count;
    tally->excused += sim->excused_count;
    tally->provinces += sim->country.is_province;
    tally->afar += sim->afar_count;
    tally->foreign += sim->foreign_count;
    tally->safe += sim->safe_count;
    tally->stories += sim->story_count;
    tally->told += sim->told_count;
    tally->told_anew += sim->told_anew_count;
    for (int i = 0; i < FAULT_COUNT; i++)
        tally->counts[i] += sim->counts[i];
}

static void fini(struct sim *sim)
{
    sim_follow_fini(sim);
    free(sim->said_notices);
    sim_world_fini(sim);
    sim_ledger_fini(sim);
    for (size_t i = 0; i <= SIM_CATALOGUES_MAX; i++) {
        buf_fini(&sim->catalogues[i]);
        catalogue_free(&sim->in_force[i]);
    }
    free(sim->asks);
}

/* One seed from set-up to check; returns how much is wrong. */
static size_t run(uint64_t seed, const struct options *options, struct tally *tally)
{
    struct sim *sim = mem_calloc(1, sizeof(*sim));
    sim->seed = seed;
    sim->folder = options->folder;
    sim->random = seed * 2654435761u + 88172645463325252u;
    sim->follow_random = seed;
    sim_settling_draw(sim);
    sim->trace = options->is_traced ? stdout : NULL;
    under_test = sim;
    sim_world_init(sim);
    sim_country_init(sim, options->size);
    sim_ledger_init(sim);
    sim_faults_draw(sim);
    sim_admin_set_up(sim);
    advance_until_quiet(sim, SET_UP_LIMIT_MS, "at set-up");
    sim->is_set_up = true;
    run_storm(sim);
    advance_until_quiet(sim, REST_LIMIT_MS, "after the storm");
    if (options->is_self_test)
        plant(sim);
    if (sim->wrong_count == 0)
        sim_check_rest(sim);
    if (sim->wrong_count == 0)
        sim_follow_check(sim);
    if (sim->wrong_count == 0)
        sim_questions_check(sim);
    if (options->has_hashes)
        printf("seed %" PRIu64 ": %016" PRIx64 "\n", seed, sim->trace_hash);
    add_to_tally(tally, sim);
    size_t wrong = sim->wrong_count;
    fini(sim);
    free(sim);
    return wrong;
}

static void print_tally(const struct tally *tally, uint64_t seeds)
{
    printf("%" PRIu64 " nodes, %" PRIu64 " provinces; %" PRIu64 " filed again, %" PRIu64
           " stale, %" PRIu64 " refused, %" PRIu64 " accepted or returned, %" PRIu64
           " filed from afar, %" PRIu64 " for a foreign unit, %" PRIu64 " said to be safe, %" PRIu64
           " changes told in stories, %" PRIu64 " to followers (%" PRIu64 " began anew), %" PRIu64
           " excused (every disk that held them is gone)\nfaults:",
           tally->nodes, tally->provinces, tally->repeated, tally->stale, tally->refused,
           tally->marks, tally->afar, tally->foreign, tally->safe, tally->stories, tally->told,
           tally->told_anew, tally->excused);
    for (int i = 0; i < FAULT_COUNT; i++)
        if (tally->counts[i] > 0)
            printf(" %s %" PRIu64 ";", sim_fault_name((enum sim_fault)i), tally->counts[i]);
    printf("\n%" PRIu64 " seeds: %" PRIu64 " reports acknowledged; every total right\n", seeds,
           tally->acked);
}

static bool parse_seeds(const char *text, struct options *options)
{
    char *end;
    options->first = 1;
    options->last = strtoull(text, &end, 10);
    if (*end == '-') {
        options->first = options->last;
        options->last = strtoull(end + 1, &end, 10);
    }
    return *end == '\0' && options->last >= options->first;
}

static bool parse(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (strcmp(argv[i], "--seeds") == 0 && has_value && parse_seeds(argv[i + 1], options))
            i++;
        else if (strcmp(argv[i], "--seed") == 0 && has_value)
            options->first = options->last = strtoull(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--nodes") == 0 && has_value)
            options->size = strcmp(argv[++i], "province") == 0 ? SIM_SIZE_PROVINCE : SIM_SIZE_SMALL;
        else if (strcmp(argv[i], "--trace") == 0)
            options->is_traced = true;
        else if (strcmp(argv[i], "--hashes") == 0)
            options->has_hashes = true;
        else if (strcmp(argv[i], "--log") == 0)
            is_loud = true;
        else if (strcmp(argv[i], "--self-test") == 0)
            options->is_self_test = true;
        else
            return false;
    }
    return true;
}

/* Exit status. */
static int run_all(const struct options *options)
{
    struct tally tally = {0};
    if (options->is_self_test) {
        size_t wrong = run(1, options, &tally);
        printf("a planted wrong total was %s\n", wrong > 0 ? "found" : "NOT found");
        return wrong > 0 ? 0 : 1;
    }
    for (uint64_t seed = options->first; seed <= options->last; seed++) {
        size_t wrong = run(seed, options, &tally);
        if (wrong > 0) {
            printf("seed %" PRIu64 ": %zu wrong; again: sim --seed %" PRIu64 "%s\n", seed, wrong,
                   seed,
                   options->size == SIM_SIZE_SMALL      ? " --nodes small"
                   : options->size == SIM_SIZE_PROVINCE ? " --nodes province"
                                                        : "");
            return 1;
        }
    }
    print_tally(&tally, options->last - options->first + 1);
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {.first = 1, .last = 100};
    int lock;
    if (!parse(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    log_set_sink(sink);
    log_setup(LOG_LEVEL_DEBUG, 0);
    char *folder = sim_folder_new(&lock);
    options.folder = folder;
    int status = run_all(&options);
    sim_folder_remove(&folder, lock);
    return status;
}
