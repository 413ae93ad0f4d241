/* What a report costs at each level of a tree of nodes, counted: messages, bytes over the links,
 * bytes written, disk, memory. Real nodes over real stores in this process, without sockets
 * (realm.h). levels.py makes the country, and runs this; callgrind counts instructions.
 *
 *     bench_tree [-c LEVEL [-p PHASE]] CATALOGUE FOLDER NODE-LEVELS
 *
 * The first NODE-LEVELS levels of the catalogue have nodes. Then, one after the other, each until
 * nothing is under way, and with all totals and statements checked:
 *
 *     campaign     each leaf files its annual report at its home, REALM_GROUP at a time
 *     corrections  of one leaf in a hundred
 *     single       of a hundred leaves, each when the one before has come to the top
 *     away         a node of the lowest level has no link while each leaf beneath it is corrected
 *                  twice, and gets it back
 *     lost         the same node has lost its disk, and is filled by the node above
 *
 * Prints a line of JSON for each phase and level. With -c, the turns of that level's nodes during
 * the phase, the campaign if none is named, go through realm_turn_counted, for callgrind. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/asking.h"
#include "bench/realm.h"
#include "bench/room.h"
#include "core/log.h"
#include "core/mem.h"

enum {
    CORRECTED_ONE_IN = 100,
    SINGLES = 100,
    VERIFIED = 2,
    AWAY_CORRECTIONS = 2,
    AWAY_MS = 600000
};

struct bench {
    struct realm realm;
    uint8_t *based_on; /* of what each leaf has filed last, by index of leaf */
    size_t *homes;     /* of each leaf */
    uint64_t disks[REALM_LEVELS_MAX];
    int counted_level;
    const char *counted_phase;
};

static void be_silent(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_WARNING)
        (void)fprintf(stderr, "%s\n", line);
}

/* ---- filing ---- */

static void file(struct bench *bench, size_t leaf, uint64_t based_on)
{
    struct realm *realm = &bench->realm;
    struct buf bytes = {0};
    asking_pack_file(&realm->country, realm->country.leaves[leaf], REALM_YEAR, based_on,
                     ++realm->seq, &bytes);
    realm_tell(realm, bench->homes[leaf], span_of(&bytes));
    bench->based_on[leaf] = (uint8_t)based_on;
    buf_fini(&bytes);
}

/* Files for `leaves`, at each home so many to a turn; then waits until all is at rest. */
static void file_all(struct bench *bench, const size_t *leaves, size_t count, uint64_t based_on)
{
    struct realm *realm = &bench->realm;
    realm_greet(realm);
    uint64_t receipts = realm->receipts;
    size_t *given = mem_calloc(realm->node_count, sizeof(*given));
    bool *is_given = mem_calloc(count, sizeof(*is_given));
    for (size_t left = count, first = 0; left > 0;) {
        memset(given, 0, realm->node_count * sizeof(*given));
        while (first < count && is_given[first])
            first++;
        for (size_t i = first, full = 0; i < count && full < realm->node_count; i++) {
            size_t home = bench->homes[leaves[i]];
            if (is_given[i] || given[home] == REALM_GROUP)
                continue;
            file(bench, leaves[i], based_on);
            full += ++given[home] == REALM_GROUP;
            is_given[i] = true;
            left--;
        }
        realm_round(realm);
    }
    free(given);
    free(is_given);
    realm_settle(realm);
    if (realm->refusals > 0 || realm->receipts - receipts != count)
        realm_wrong("%" PRIu64 " of %zu reports were taken in, and %" PRIu64
                    " messages refused: %s",
                    realm->receipts - receipts, count, realm->refusals, realm->refusal);
}

/* ---- telling ---- */

static void sum_disks(const struct bench *bench, uint64_t *ret_disks)
{
    memset(ret_disks, 0, REALM_LEVELS_MAX * sizeof(*ret_disks));
    for (size_t i = 0; i < bench->realm.node_count; i++)
        ret_disks[bench->realm.nodes[i].level] += room_disk_bytes(bench->realm.nodes[i].folder);
}

static void begin(struct bench *bench, const char *phase)
{
    bool is_counted = strcmp(phase, bench->counted_phase) == 0;
    realm_place(&bench->realm);
    sum_disks(bench, bench->disks);
    realm_count(&bench->realm);
    bench->realm.counted_level = is_counted ? bench->counted_level : -1;
}

static void tell_flow(const char *name, const struct realm_flow *flow)
{
    (void)printf("\"%s\": {\"messages\": %" PRIu64 ", \"bytes\": %" PRIu64
                 ", \"revisions\": %" PRIu64 ", \"revision_bytes\": %" PRIu64
                 ", \"chunks\": %" PRIu64 ", \"chunk_bytes\": %" PRIu64 "}, ",
                 name, flow->messages, flow->bytes, flow->revisions, flow->revision_bytes,
                 flow->chunks, flow->chunk_bytes);
}

static void tell(struct bench *bench, const char *phase, size_t changed)
{
    struct realm *realm = &bench->realm;
    realm_place(realm);
    realm->counted_level = -1;
    uint64_t disks[REALM_LEVELS_MAX];
    sum_disks(bench, disks);
    for (unsigned i = 0; i < realm->node_levels; i++) {
        const struct realm_level *level = &realm->levels[i];
        (void)printf("{\"phase\": \"%s\", \"level\": %u, \"changed\": %zu, ", phase, i, changed);
        tell_flow("up", &level->up);
        tell_flow("down", &level->down);
        (void)printf("\"written\": %" PRIu64 ", \"batches\": %" PRIu64 ", \"statements\": %" PRIu64
                     ", \"disk\": %" PRId64 "}\n",
                     level->written, level->batches, level->statements,
                     (int64_t)(disks[i] - bench->disks[i]));
    }
    (void)fflush(stdout); /* a run takes minutes */
}

/* Each changed report has gone over each link on its way once, and no other. */
static void check_climbed(const struct realm *realm, const char *phase, size_t changed)
{
    for (unsigned i = 1; i < realm->node_levels; i++)
        if (realm->levels[i].up.revisions != changed || realm->levels[i].down.revisions != 0)
            realm_wrong("%s: %zu reports were changed, and level %u has sent %" PRIu64
                        " up and got %" PRIu64 " down",
                        phase, changed, i, realm->levels[i].up.revisions,
                        realm->levels[i].down.revisions);
}

static void tell_memory(const struct bench *bench)
{
    const struct realm *realm = &bench->realm;
    for (unsigned level = 0; level < realm->node_levels; level++) {
        uint64_t memory = 0, count = 0, disk = 0;
        for (size_t i = 0; i < realm->node_count; i++) {
            if (realm->nodes[i].level != level)
                continue;
            memory += realm->nodes[i].memory;
            disk += room_disk_bytes(realm->nodes[i].folder);
            count++;
        }
        (void)printf("{\"phase\": \"nodes\", \"level\": %u, \"nodes\": %" PRIu64
                     ", \"memory\": %" PRIu64 ", \"disk\": %" PRIu64 ", \"catalogue\": %zu}\n",
                     level, count, memory, disk, realm->catalogue_bytes);
    }
}

/* ---- phases ---- */

static void end(struct bench *bench, const char *phase, size_t changed)
{
    tell(bench, phase, changed);
    check_climbed(&bench->realm, phase, changed);
    realm_check(&bench->realm, bench->based_on, VERIFIED);
}

static void campaign(struct bench *bench, const size_t *all)
{
    size_t count = bench->realm.country.leaf_count;
    begin(bench, "campaign");
    file_all(bench, all, count, 0);
    end(bench, "campaign", count);
}

static void corrections(struct bench *bench, const size_t *all)
{
    size_t count = bench->realm.country.leaf_count / CORRECTED_ONE_IN;
    begin(bench, "corrections");
    file_all(bench, all, count, 1);
    end(bench, "corrections", count);
}

/* Of those that come after. */
static void single(struct bench *bench, const size_t *all)
{
    size_t first = bench->realm.country.leaf_count / CORRECTED_ONE_IN;
    begin(bench, "single");
    for (size_t i = 0; i < SINGLES; i++)
        file_all(bench, all + first + i, 1, 1);
    end(bench, "single", SINGLES);
}

/* The leaves of the last node that were not corrected yet. */
static size_t leaves_of(const struct bench *bench, size_t node, size_t *ret_leaves)
{
    size_t count = 0;
    for (size_t i = 0; i < bench->realm.country.leaf_count; i++)
        if (bench->homes[i] == node && bench->based_on[i] == 0)
            ret_leaves[count++] = i;
    return count;
}

static void away(struct bench *bench, size_t node)
{
    struct realm_node *n = &bench->realm.nodes[node];
    size_t *leaves = mem_calloc(bench->realm.country.leaf_count, sizeof(*leaves));
    size_t count = leaves_of(bench, node, leaves);
    n->is_cut = true;
    realm_wait(&bench->realm, AWAY_MS);
    for (unsigned based_on = 0; based_on < AWAY_CORRECTIONS; based_on++)
        file_all(bench, leaves, count, based_on + 1);
    begin(bench, "away");
    n->is_cut = false;
    realm_settle(&bench->realm);
    end(bench, "away", count);
    free(leaves);
}

static void lost(struct bench *bench, size_t node)
{
    struct realm *realm = &bench->realm;
    size_t count = 0;
    for (size_t i = 0; i < realm->country.leaf_count; i++)
        count += bench->homes[i] == node;
    realm_stop(realm, node);
    char *data = mem_printf("%s/data.mdb", realm->nodes[node].folder);
    if (unlink(data) != 0)
        realm_wrong("cannot remove %s", data);
    free(data);
    realm_start(realm, node);
    begin(bench, "lost");
    realm_settle(realm);
    tell(bench, "lost", count);
    if (realm->levels[realm->node_levels - 1].down.revisions != count)
        realm_wrong("lost: %zu reports are held above, and %" PRIu64 " came back", count,
                    realm->levels[realm->node_levels - 1].down.revisions);
    realm_check(realm, bench->based_on, VERIFIED);
}

/* ---- the program ---- */

static void usage(void)
{
    (void)fprintf(stderr, "usage: bench_tree [-c LEVEL [-p PHASE]] CATALOGUE FOLDER NODE-LEVELS\n");
    exit(2);
}

static void run(struct bench *bench)
{
    struct realm *realm = &bench->realm;
    size_t count = realm->country.leaf_count;
    size_t *all = mem_calloc(count, sizeof(*all));
    bench->based_on = mem_calloc(count, sizeof(*bench->based_on));
    bench->homes = mem_calloc(count, sizeof(*bench->homes));
    for (size_t i = 0; i < count; i++) {
        all[i] = i;
        bench->homes[i] = realm_home(realm, realm->country.leaves[i]);
    }
    campaign(bench, all);
    corrections(bench, all);
    single(bench, all);
    away(bench, realm->node_count - 1);
    lost(bench, realm->node_count - 1);
    free(all);
    free(bench->based_on);
    free(bench->homes);
}

int main(int argc, char **argv)
{
    struct bench bench = {
        .realm = {.counted_level = -1}, .counted_level = -1, .counted_phase = "campaign"};
    for (int option; (option = getopt(argc, argv, "c:p:")) != -1;) {
        if (option == 'c')
            bench.counted_level = (int)strtol(optarg, NULL, 10);
        else if (option == 'p')
            bench.counted_phase = optarg;
        else
            usage();
    }
    if (argc - optind != 3)
        usage();
    log_set_sink(be_silent);
    country_open(argv[optind], true, &bench.realm.country);
    realm_open(&bench.realm, argv[optind + 1], (unsigned)strtoul(argv[optind + 2], NULL, 10));
    run(&bench);
    for (size_t i = 0; i < bench.realm.node_count; i++)
        realm_stop(&bench.realm, i);
    tell_memory(&bench);
    realm_close(&bench.realm);
    return 0;
}
