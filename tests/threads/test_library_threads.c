/* Different handles are independent: threads that use one each, at the same time, see what they
 * would see alone. Built with ThreadSanitizer (the preset "threads") it also tells where two of
 * them meet in memory; so it does with AddressSanitizer, of what they would spoil. */
#include "lib/cm.h"

#include <pthread.h>
#include <stdio.h>

#include "core/mem.h"
#include "tonghop/client.h"
#include "unit/client/played.h"

enum { THREAD_COUNT = 4, ROUND_COUNT = 10, CALL_COUNT = 10 };

struct worker {
    pthread_t thread;
    const struct world *world;
    const char *folder; /* where all of them keep the catalogue */
    unsigned number;
    char failure[TONGHOP_REASON_SIZE + 64]; /* cmocka's own checks are for the main thread */
    struct tonghop *handed_on;              /* a handle may change threads, between calls */
};

#define CHECK(worker, condition, reason)                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            (void)snprintf((worker)->failure, sizeof((worker)->failure), "line %d: %s", __LINE__,  \
                           reason);                                                                \
            return;                                                                                \
        }                                                                                          \
    } while (false)

/* Files, is refused, reads and asks; each thread has figures and mistakes of its own. */
static void use(struct worker *worker, struct tonghop *tonghop)
{
    char value[16], wrong[16], reason[TONGHOP_REASON_SIZE] = "";
    (void)snprintf(value, sizeof(value), "%u", worker->number);
    (void)snprintf(wrong, sizeof(wrong), "%u,%u", worker->number, worker->number);
    struct tonghop_cell cells[] = {{.indicator = "model.registered", .value = value},
                                   {.indicator = "contrib.land", .value = value}};
    const struct tonghop_key key = {.unit = "23860", .period = "2024", .form = "general"};
    const struct tonghop_report report = {
        .size = sizeof(report), .key = key, .based_on = 4, .cells = cells, .cell_count = 2};
    const struct tonghop_query query = {.size = sizeof(query), .key = key};
    const struct tonghop_receipt *receipt;
    const struct tonghop_figure *figure;
    struct tonghop_totals *totals;
    struct tonghop_history *history;
    CHECK(worker, tonghop_file(tonghop, &report, &receipt, reason) == TONGHOP_OK, reason);
    CHECK(worker, receipt->revision == 12, "another receipt");
    cells[0].value = wrong;
    CHECK(worker, tonghop_file(tonghop, &report, &receipt, reason) == TONGHOP_ERR_INVALID, reason);
    CHECK(worker, strstr(tonghop_problem(tonghop, 0)->text, wrong) != NULL, "another's problem");
    CHECK(worker, strstr(reason, wrong) != NULL, "another's reason");
    CHECK(worker, tonghop_total(tonghop, &key, "contrib.land", &figure, reason) == TONGHOP_OK,
          reason);
    CHECK(worker, strcmp(figure->value, "5023.1") == 0, figure->value);
    CHECK(worker, tonghop_totals(tonghop, &query, &totals, reason) == TONGHOP_OK, reason);
    tonghop_totals_free(totals);
    CHECK(worker, tonghop_history(tonghop, &key, &history, reason) == TONGHOP_OK, reason);
    tonghop_history_free(history);
}

static void *work(void *context)
{
    struct worker *worker = context;
    const struct tonghop_options options = {
        .size = sizeof(options),
        .conf_path = worker->world->conf_path,
        .language = worker->number % 2 == 0 ? TONGHOP_ENGLISH : TONGHOP_VIETNAMESE};
    const struct tonghop_options nowhere = {.size = sizeof(nowhere),
                                            .conf_path = "/nowhere/x.conf"};
    for (int i = 0; i < ROUND_COUNT && worker->failure[0] == '\0'; i++) {
        struct tonghop *tonghop = NULL, *none = NULL;
        char reason[TONGHOP_REASON_SIZE] = "";
        if (tonghop_open(&options, &tonghop, reason) != TONGHOP_OK ||
            tonghop_open(&nowhere, &none, reason) != TONGHOP_ERR_USAGE)
            (void)snprintf(worker->failure, sizeof(worker->failure), "open: %s", reason);
        if (worker->failure[0] == '\0' &&
            tonghop_keep_catalogue(tonghop, i % 2 == 0 ? worker->folder : NULL) != TONGHOP_OK)
            (void)snprintf(worker->failure, sizeof(worker->failure), "keep");
        for (int j = 0; j < CALL_COUNT && worker->failure[0] == '\0'; j++)
            use(worker, tonghop);
        tonghop_close(worker->handed_on);
        worker->handed_on = tonghop;
    }
    return NULL;
}

static void test_threads_do_not_meet(void **state)
{
    const struct world *world = *state;
    struct worker workers[THREAD_COUNT] = {0};
    char *folder = mem_printf("%s/kept", world->folder);
    char *removal = mem_printf("rm -r %s", folder);
    for (unsigned i = 0; i < THREAD_COUNT; i++) {
        workers[i].world = world;
        workers[i].folder = folder;
        workers[i].number = i + 1;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    for (unsigned i = 0; i < THREAD_COUNT; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    for (unsigned i = 0; i < THREAD_COUNT; i++) {
        if (workers[i].failure[0] == '\0')
            use(&workers[i], workers[i].handed_on);
        if (workers[i].failure[0] != '\0')
            fail_msg("thread %u: %s", i, workers[i].failure);
        tonghop_close(workers[i].handed_on);
    }
    assert_int_equal(system(removal), 0); /* it was made */
    free(removal);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_threads_do_not_meet, played_setup, played_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
