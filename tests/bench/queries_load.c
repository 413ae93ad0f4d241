/* Figures that pass all checks of the catalogue: a part is half of its whole, everything else is
 * the same, times a factor of the unit and the year. */
#include "bench/queries.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/check.h"
#include "core/mem.h"
#include "core/report.h"
#include "core/tree.h"

enum { WHOLE = 1000, CORRECTIONS = 5, COMMUNE_LEVEL = 2 };

struct loader {
    struct connection *connection;
    struct catalogue *catalogue;
    struct tree *tree;
    uint32_t filed;
};

static _Noreturn void give_up(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_queries: %s: %s\n", what, why);
    exit(1);
}

static void open_loader(const struct load *load, struct loader *loader)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    const struct period last = {BENCH_LAST_YEAR, PERIOD_Y};
    *loader = (struct loader){0};
    if (connection_open(load->conf, false, CONNECTION_TIMEOUT_MS, &loader->connection, reason) !=
            ERR_OK ||
        connection_fetch_catalogue(loader->connection, &loader->catalogue, reason) != ERR_OK)
        give_up("connecting", reason);
    loader->tree = tree_new(loader->catalogue, last);
}

static void close_loader(struct loader *loader)
{
    tree_free(&loader->tree);
    catalogue_free(&loader->catalogue);
    connection_close(&loader->connection);
}

static bool is_bounded(const struct indicator *indicator)
{
    for (size_t i = 0; i < indicator->check_count; i++)
        if (indicator->checks[i].level_mask != 0)
            return true;
    return false;
}

static int64_t value_of(const struct loader *loader, const struct indicator *indicator,
                        const struct report_key *key, uint64_t based_on)
{
    int64_t factor = 1 + (key->unit + key->period.year) % 7 + (int64_t)based_on;
    int64_t value = factor * WHOLE * pow10_i64(indicator->decimals);
    if (is_bounded(indicator)) /* a commune is one that has it, or is not */
        return 1;
    for (uint32_t whole = indicator->part_of; whole != 0;
         whole = catalogue_indicator(loader->catalogue, whole)->part_of)
        value /= 2;
    return key->period.label == PERIOD_S1 && indicator->nature == NATURE_FLOW ? value / 2 : value;
}

static void file_report(struct loader *loader, struct report *report)
{
    char reason[CONNECTION_REASON_SIZE] = "";
    const Tonghop__Envelope *answer = NULL;
    Tonghop__Envelope request = TONGHOP__ENVELOPE__INIT;
    Tonghop__File file = TONGHOP__FILE__INIT;
    struct buf bytes = {0};
    wire_pack_filing(report, &bytes);
    file.filing.data = bytes.data;
    file.filing.len = bytes.len;
    file.accept_warnings = true;
    request.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    request.file = &file;
    if (connection_request(loader->connection, &request, &answer, reason) != ERR_OK)
        give_up("filing", reason);
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL) {
        const Tonghop__Refusal *refusal = answer->refusal;
        give_up("filing", refusal->n_problems > 0 ? refusal->problems[0]->text : refusal->text);
    }
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_RECEIPT)
        give_up("filing", "no receipt");
    loader->filed++;
    buf_fini(&bytes);
}

/* All figures of one form that communes report; nothing if there are none. `based_on` > 0: others
 * than those of that revision. */
static void load_form(struct loader *loader, struct report_key key, uint64_t based_on)
{
    static char author[] = "bench", reason[] = "nhập nhầm";
    const struct catalogue *catalogue = loader->catalogue;
    struct report report = {.key = key,
                            .scope = SCOPE_OWN,
                            .catalogue = catalogue->number,
                            .based_on = based_on,
                            .author = mem_strdup(author),
                            .reason = mem_strdup(based_on > 0 ? reason : "")};
    for (size_t i = 0; i < catalogue->indicator_count; i++) {
        const struct indicator *indicator = &catalogue->indicators[i];
        if (indicator->form != key.form || (indicator->level_mask >> COMMUNE_LEVEL & 1U) == 0 ||
            !indicator_is_valid_on(indicator, loader->tree->window.last))
            continue;
        struct cell cell = {.indicator = indicator->number,
                            .qualifier = QUALIFIER_EXACT,
                            .value = value_of(loader, indicator, &key, based_on)};
        report_add_cell(&report, cell);
    }
    if (report.cell_count > 0)
        file_report(loader, &report);
    report_fini(&report);
}

static void correct_unit(struct loader *loader, uint32_t unit)
{
    for (size_t f = 0; f < loader->catalogue->form_count; f++) {
        struct report_key key = {.kind = KIND_ACTUAL,
                                 .period = {BENCH_LAST_YEAR, PERIOD_Y},
                                 .unit = unit,
                                 .form = loader->catalogue->forms[f].number};
        load_form(loader, key, 1);
    }
}

static void load_unit(struct loader *loader, const struct load *load, uint32_t unit)
{
    for (size_t f = 0; f < loader->catalogue->form_count; f++) {
        struct report_key key = {
            .kind = KIND_ACTUAL, .unit = unit, .form = loader->catalogue->forms[f].number};
        for (uint32_t year = load->first_year; year <= BENCH_LAST_YEAR; year++) {
            key.period = (struct period){(uint16_t)year, PERIOD_S1};
            load_form(loader, key, 0);
            key.period.label = PERIOD_Y;
            load_form(loader, key, 0);
        }
        key.kind = KIND_PLAN;
        load_form(loader, key, 0);
    }
}

/* The communes whose turn it is: every `worker_count`-th. */
static uint32_t load_share(const struct load *load, unsigned worker, unsigned worker_count)
{
    struct loader loader;
    unsigned turn = 0;
    open_loader(load, &loader);
    for (uint32_t i = 0; i < loader.tree->node_count; i++) {
        const struct tree_node *node = &loader.tree->nodes[i];
        if (node->level != COMMUNE_LEVEL || turn++ % worker_count != worker)
            continue;
        if (!load->is_correction)
            load_unit(&loader, load, node->unit);
        else if (node->unit % CORRECTIONS == 0)
            correct_unit(&loader, node->unit);
    }
    uint32_t filed = loader.filed;
    close_loader(&loader);
    return filed;
}

uint32_t load_all(const struct load *load, unsigned worker_count)
{
    int pipes[2];
    uint32_t filed = 0, share;
    if (pipe(pipes) != 0)
        give_up("pipe", "no descriptor");
    for (unsigned worker = 0; worker < worker_count; worker++) {
        pid_t pid = fork();
        if (pid < 0)
            give_up("fork", "no process");
        if (pid == 0) {
            share = load_share(load, worker, worker_count);
            _exit(write(pipes[1], &share, sizeof(share)) == (ssize_t)sizeof(share) ? 0 : 1);
        }
    }
    (void)close(pipes[1]); /* the workers have it */
    while (read(pipes[0], &share, sizeof(share)) == (ssize_t)sizeof(share))
        filed += share;
    (void)close(pipes[0]);
    for (unsigned worker = 0; worker < worker_count; worker++) {
        int status = 1;
        if (wait(&status) < 0 || status != 0)
            give_up("loading", "a worker failed");
    }
    return filed;
}
