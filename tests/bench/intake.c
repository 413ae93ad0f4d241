/* What taking a report in costs the node itself: the step, the store and the commit, in this
 * process, without sockets. For profiles, for counting instructions (cost.py), and for how the cost
 * grows (growth.py).
 *
 *     bench_intake [-a FROM] CATALOGUE STATE REPORTS GROUP [FIRST-YEAR [QUESTIONS]]
 *
 * Files the first REPORTS leaves of the catalogue, in an order that is no order, GROUP to a commit:
 * the annual report of 2024. With FIRST-YEAR, all leaves have filed all years from then on first.
 * STATE is made and must not exist; with -a it is there, and has the first FROM leaves already.
 * Prints microseconds per report, bytes on disk for each report filed, and bytes of memory that
 * filing has added. Then as many questions are asked: all totals of each child of
 * the top, in turn, and year by year. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/asking.h"
#include "bench/country.h"
#include "bench/room.h"
#include "bench/times.h"
#include "core/log.h"
#include "core/mem.h"
#include "node/node.h"
#include "wire/wire.h"

enum { LAST_YEAR = 2024 };
#define NOW_US INT64_C(1736467200000000) /* 2025-01-10T00:00:00Z */

struct bench {
    struct country country;
    struct store *store;
    struct node *node;
    struct effects effects;
    uint64_t seq, answered, refused;
};

static void give_up(const char *what)
{
    (void)fprintf(stderr, "bench_intake: %s\n", what);
    exit(1);
}

/* ---- what the node sends ---- */

static enum err send_peer(void *ctx, const struct peer_address *address, struct span bytes)
{
    struct bench *bench = ctx;
    (void)address;
    bench->answered++;
    if (wire_peek_body(bytes) == TONGHOP__ENVELOPE__BODY_REFUSAL)
        bench->refused++;
    return ERR_OK;
}

static enum err send_parent(void *ctx, struct span bytes)
{
    (void)ctx;
    (void)bytes;
    return ERR_NOT_FOUND;
}

static void ignore(void *ctx)
{
    (void)ctx;
}

static const char *no_trouble(void *ctx)
{
    (void)ctx;
    return "";
}

/* ---- what it gets ---- */

static struct event event_of(struct span bytes)
{
    return (struct event){
        .type = bytes.len > 0 ? EVENT_PEER_MESSAGE : EVENT_TICK,
        .now = {NOW_US},
        .now_ms = 1000,
        .from = {.address = {.id = {1}, .id_len = 1, .is_local = true}, .uid = 1000},
        .bytes = bytes,
    };
}

static void batch(struct bench *bench, const struct event *events, size_t count)
{
    const struct transport transport = {.ctx = bench,
                                        .send_peer = send_peer,
                                        .send_parent = send_parent,
                                        .open_parent = ignore,
                                        .close_parent = ignore,
                                        .parent_trouble = no_trouble};
    if (node_batch(bench->node, events, count, &bench->effects) != ERR_OK)
        give_up("the store failed");
    node_apply(bench->node, &bench->effects, &transport, (struct instant){NOW_US}, 1000);
}

static void ask(struct bench *bench, struct buf *bytes)
{
    const struct event event = event_of(span_of(bytes));
    batch(bench, &event, 1);
    buf_clear(bytes);
}

static void say_hello(struct bench *bench)
{
    struct buf bytes = {0};
    asking_pack_hello(++bench->seq, &bytes);
    ask(bench, &bytes);
    buf_fini(&bytes);
}

static void publish(struct bench *bench)
{
    struct buf bytes = {0};
    struct publishing publishing;
    publishing_init(bench->country.catalogue, &publishing);
    for (uint32_t i = 0; i < publishing.chunk_count; i++) {
        asking_pack_chunk(&publishing, i, ++bench->seq, &bytes);
        ask(bench, &bytes);
    }
    publishing_fini(&publishing);
    buf_fini(&bytes);
    while (node_has_work(bench->node, 1000)) {
        const struct event tick = event_of((struct span){0});
        batch(bench, &tick, 1);
    }
}

static void start(struct bench *bench, const char *state, bool is_new)
{
    const struct node_options options = {
        .unit = 1, .parent_endpoint = "", .software = "bench", .seed = 1};
    const struct store_options store_options = {.map_size_bytes = UINT64_C(32) << 30, .epoch = 1};
    if (is_new && mkdir(state, 0700) != 0)
        give_up("the state folder is there already, or cannot be made");
    if (store_open(state, &store_options, &bench->store) != ERR_OK ||
        node_new(bench->store, &options, (struct instant){NOW_US}, 1000, &bench->node) != ERR_OK)
        give_up("cannot start");
    say_hello(bench);
    if (is_new)
        publish(bench);
    if (bench->refused > 0)
        give_up("the catalogue was refused");
}

/* ---- the work ---- */

/* Nanoseconds that filing took; packing is not counted. */
static int64_t file_year(struct bench *bench, uint16_t year, size_t from, size_t reports,
                         size_t group)
{
    struct buf messages[NODE_BATCH_MAX] = {{0}};
    struct event events[NODE_BATCH_MAX];
    int64_t spent_ns = 0;
    for (size_t done = 0; done < reports;) {
        size_t count = reports - done < group ? reports - done : group;
        for (size_t i = 0; i < count; i++) {
            buf_clear(&messages[i]);
            asking_pack_file(&bench->country, bench->country.leaves[from + done + i], year, 0, 1,
                             &messages[i]);
            events[i] = event_of(span_of(&messages[i]));
        }
        int64_t begin_ns = times_now_ns();
        batch(bench, events, count);
        spent_ns += times_now_ns() - begin_ns;
        done += count;
    }
    for (size_t i = 0; i < NODE_BATCH_MAX; i++)
        buf_fini(&messages[i]);
    return spent_ns;
}

/* All totals of the children of the top, in turn; each turn of another year. */
static int64_t ask_totals(struct bench *bench, size_t questions, uint16_t first_year)
{
    struct buf bytes = {0};
    int64_t begin_ns = times_now_ns();
    const struct catalogue *catalogue = bench->country.catalogue;
    size_t children = 0;
    for (size_t i = 0; i < catalogue->unit_count; i++)
        children += catalogue->units[i].versions[0].level == 1;
    for (size_t asked = 0, i = 0; asked < questions; i++) {
        const struct unit *unit = &catalogue->units[i % catalogue->unit_count];
        if (unit->versions[0].level != 1)
            continue;
        char period[PERIOD_TEXT_SIZE];
        uint16_t year =
            (uint16_t)(LAST_YEAR - asked / children % (size_t)(LAST_YEAR - first_year + 1));
        Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        query.unit = unit->versions[0].code;
        query.period = (char *)(uintptr_t)period_format((struct period){year, PERIOD_Y}, period);
        envelope.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
        envelope.totals_query = &query;
        envelope.protocol = WIRE_PROTOCOL;
        envelope.seq = ++bench->seq;
        wire_pack(&envelope, &bytes);
        ask(bench, &bytes);
        asked++;
    }
    buf_fini(&bytes);
    return times_now_ns() - begin_ns;
}

static void be_silent(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_WARNING)
        (void)fprintf(stderr, "%s\n", line);
}

/* ---- the program ---- */

static void usage(void)
{
    (void)fprintf(stderr, "usage: bench_intake [-a FROM] CATALOGUE STATE REPORTS GROUP [FIRST-YEAR "
                          "[QUESTIONS]]\n");
    exit(2);
}

/* Returns how many were filed in all. */
static size_t file_all(struct bench *bench, uint16_t first_year, size_t from, size_t reports,
                       size_t group)
{
    size_t filed = 0;
    for (uint16_t year = first_year; year < LAST_YEAR; year++) {
        (void)file_year(bench, year, 0, bench->country.leaf_count, group);
        filed += bench->country.leaf_count;
    }
    int64_t spent_ns = file_year(bench, LAST_YEAR, from, reports, group);
    if (bench->refused > 0)
        give_up("a report was refused");
    if (reports > 0)
        (void)printf("%.2f us a report\n", (double)spent_ns / 1000 / (double)reports);
    return filed + reports;
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    size_t from = 0;
    bool is_new = true;
    for (int option; (option = getopt(argc, argv, "a:")) != -1;) {
        if (option != 'a')
            usage();
        from = strtoul(optarg, NULL, 10);
        is_new = false;
    }
    char **words = argv + optind;
    int count = argc - optind;
    if (count < 4 || count > 6)
        usage();
    size_t reports = strtoul(words[2], NULL, 10), group = strtoul(words[3], NULL, 10);
    uint16_t first_year = count >= 5 ? (uint16_t)strtoul(words[4], NULL, 10) : LAST_YEAR;
    log_set_sink(be_silent);
    country_open(words[0], true, &bench.country);
    if (from + reports > bench.country.leaf_count || group < 1 || group > NODE_BATCH_MAX)
        give_up("there are not so many leaves, or a group is not so large");
    start(&bench, words[1], is_new);
    uint64_t disk = room_disk_bytes(words[1]), memory = room_heap_bytes();
    size_t filed = file_all(&bench, first_year, from, reports, group);
    bool is_unknown;
    if (store_settle(bench.store, &is_unknown) != ERR_OK) /* else its cost is in some runs alone */
        give_up("what waits was not placed");
    if (filed > 0)
        (void)printf("%.0f bytes on disk a report\n%" PRIu64 " bytes of memory more\n",
                     (double)(room_disk_bytes(words[1]) - disk) / (double)filed,
                     room_heap_bytes() - memory);
    if (count == 6) {
        size_t questions = strtoul(words[5], NULL, 10);
        int64_t spent_ns = ask_totals(&bench, questions, first_year);
        (void)printf("%.2f us a question\n", (double)spent_ns / 1000 / (double)questions);
    }
    node_free(&bench.node);
    store_close(&bench.store);
    effects_fini(&bench.effects);
    country_fini(&bench.country);
    return 0;
}
