/* What taking a report in costs the node itself: the step, the store and the commit, in this
 * process, without sockets. For profiles, for counting instructions (cost.py), and for how the cost
 * grows (growth.py).
 *
 *     bench_intake CATALOGUE STATE REPORTS GROUP [FIRST-YEAR [QUESTIONS]]
 *
 * Files the first REPORTS leaves of the catalogue, in an order that is no order, GROUP to a commit:
 * the annual report of 2024. With FIRST-YEAR, all years from then on are filed for them first.
 * STATE is made and must not exist. Prints microseconds per report. Then as many questions are
 * asked: all totals of each child of the top, in turn, and year by year. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/country.h"
#include "bench/times.h"
#include "core/log.h"
#include "core/mem.h"
#include "node/node.h"
#include "wire/digest.h"
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

static void ask(struct bench *bench, Tonghop__Envelope *envelope)
{
    struct buf bytes = {0};
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = ++bench->seq;
    wire_pack(envelope, &bytes);
    const struct event event = event_of(span_of(&bytes));
    batch(bench, &event, 1);
    buf_fini(&bytes);
}

static void say_hello(struct bench *bench)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    ask(bench, &envelope);
}

static void publish(struct bench *bench)
{
    uint8_t hash[DIGEST_SIZE];
    struct buf bytes = {0};
    wire_pack_catalogue(bench->country.catalogue, &bytes);
    digest_of(span_of(&bytes), hash);
    size_t count = (bytes.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE;
    for (size_t i = 0; i < count; i++) {
        Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
        Tonghop__CataloguePublish message = TONGHOP__CATALOGUE_PUBLISH__INIT;
        Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
        size_t start = i * WIRE_CHUNK_SIZE, left = bytes.len - start;
        chunk.number = bench->country.catalogue->number;
        chunk.hash = (ProtobufCBinaryData){sizeof(hash), hash};
        chunk.index = (uint32_t)i;
        chunk.count = (uint32_t)count;
        chunk.data.data = bytes.data + start;
        chunk.data.len = left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE;
        message.chunk = &chunk;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH;
        envelope.catalogue_publish = &message;
        ask(bench, &envelope);
    }
    buf_fini(&bytes);
    while (node_has_work(bench->node, 1000)) {
        const struct event tick = event_of((struct span){0});
        batch(bench, &tick, 1);
    }
}

static void start(struct bench *bench, const char *state)
{
    const struct node_options options = {
        .unit = 1, .parent_endpoint = "", .software = "bench", .seed = 1};
    const struct store_options store_options = {.map_size_bytes = UINT64_C(32) << 30, .epoch = 1};
    if (mkdir(state, 0700) != 0)
        give_up("the state folder is there already, or cannot be made");
    if (store_open(state, &store_options, &bench->store) != ERR_OK ||
        node_new(bench->store, &options, (struct instant){NOW_US}, 1000, &bench->node) != ERR_OK)
        give_up("cannot start");
    say_hello(bench);
    publish(bench);
    if (bench->refused > 0)
        give_up("the catalogue was refused");
}

/* ---- the work ---- */

static void pack_file(const struct bench *bench, uint32_t unit, uint16_t year, struct buf *out)
{
    struct buf filing = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    country_pack_filing(&bench->country, unit, (struct period){year, PERIOD_Y}, 0, &filing);
    file.filing = (ProtobufCBinaryData){filing.len, filing.data};
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    wire_pack(&envelope, out);
    buf_fini(&filing);
}

/* Nanoseconds that filing took; packing is not counted. */
static int64_t file_year(struct bench *bench, uint16_t year, size_t reports, size_t group)
{
    struct buf messages[NODE_BATCH_MAX] = {{0}};
    struct event events[NODE_BATCH_MAX];
    int64_t spent_ns = 0;
    for (size_t done = 0; done < reports;) {
        size_t count = reports - done < group ? reports - done : group;
        for (size_t i = 0; i < count; i++) {
            buf_clear(&messages[i]);
            pack_file(bench, bench->country.leaves[done + i], year, &messages[i]);
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
        ask(bench, &envelope);
        asked++;
    }
    return times_now_ns() - begin_ns;
}

static void be_silent(enum log_level level, const char *line)
{
    if (level <= LOG_LEVEL_WARNING)
        (void)fprintf(stderr, "%s\n", line);
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    if (argc < 5 || argc > 7) {
        (void)fprintf(
            stderr, "usage: bench_intake CATALOGUE STATE REPORTS GROUP [FIRST-YEAR [QUESTIONS]]\n");
        return 2;
    }
    size_t reports = strtoul(argv[3], NULL, 10), group = strtoul(argv[4], NULL, 10);
    uint16_t year = argc >= 6 ? (uint16_t)strtoul(argv[5], NULL, 10) : LAST_YEAR;
    log_set_sink(be_silent);
    country_open(argv[1], true, &bench.country);
    if (reports > bench.country.leaf_count || group < 1 || group > NODE_BATCH_MAX)
        give_up("there are not so many leaves, or a group is not so large");
    start(&bench, argv[2]);
    uint16_t first_year = year;
    for (; year < LAST_YEAR; year++)
        (void)file_year(&bench, year, reports, group);
    int64_t spent_ns = file_year(&bench, LAST_YEAR, reports, group);
    if (bench.refused > 0)
        give_up("a report was refused");
    (void)printf("%.2f us a report\n", (double)spent_ns / 1000 / (double)reports);
    if (argc == 7) {
        size_t questions = strtoul(argv[6], NULL, 10);
        spent_ns = ask_totals(&bench, questions, first_year);
        (void)printf("%.2f us a question\n", (double)spent_ns / 1000 / (double)questions);
    }
    node_free(&bench.node);
    store_close(&bench.store);
    effects_fini(&bench.effects);
    country_fini(&bench.country);
    return 0;
}
