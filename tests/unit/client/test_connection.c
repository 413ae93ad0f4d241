/* The connection and the public library, against a node that is played by a process of its own. */
#include "lib/cm.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/connection.h"
#include "client/filing.h"
#include "core/mem.h"
#include "tonghop/client.h"
#include "wire/digest.h"

enum { PATH_SIZE = 128, UNIT = 631, EXTRA_UNITS = 1200, TIMEOUT_MS = 10000, SHORT_MS = 100 };

/* What the node that is played says of the language it was asked for. */
enum { WINDOW_VIETNAMESE = 8, WINDOW_ENGLISH = 9, WINDOW_OTHER = 10 };

/* ---- the node that is played ---- */

struct played {
    struct sock_context *context;
    struct sock *sock;
    struct sock_peer peer;
    const Tonghop__Envelope *in;
    struct buf out;
    struct buf catalogue;
    bool has_forgotten; /* it refused once with "no-session" */
};

static void send_bytes(struct played *node)
{
    if (sock_send(node->sock, &node->peer, span_of(&node->out)) != ERR_OK)
        _exit(1);
}

static void answer(struct played *node, Tonghop__Envelope__BodyCase body, void *message,
                   uint64_t re)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.protocol = WIRE_PROTOCOL;
    envelope.seq = 1;
    envelope.re = re;
    envelope.body_case = body;
    envelope.hello = message; /* any member of the union holds the pointer */
    buf_clear(&node->out);
    wire_pack(&envelope, &node->out);
    send_bytes(node);
}

static void refuse(struct played *node, enum err err, char *text)
{
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    char code[32];
    (void)snprintf(code, sizeof(code), "%s", err_name(err));
    refusal.code = code;
    refusal.text = text;
    answer(node, TONGHOP__ENVELOPE__BODY_REFUSAL, &refusal, node->in->seq);
}

static void answer_hello(struct played *node)
{
    Tonghop__Welcome welcome = TONGHOP__WELCOME__INIT;
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = UNIT;
    welcome.role = TONGHOP__ROLE__ROLE_LOCAL;
    welcome.window = strcmp(node->in->hello->language, "vi") == 0   ? WINDOW_VIETNAMESE
                     : strcmp(node->in->hello->language, "en") == 0 ? WINDOW_ENGLISH
                                                                    : WINDOW_OTHER;
    welcome.now_us = 1;
    answer(node, TONGHOP__ENVELOPE__BODY_WELCOME, &welcome, node->in->seq);
}

static void answer_chunk(struct played *node)
{
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    uint8_t hash[DIGEST_SIZE];
    size_t start = (size_t)node->in->catalogue_request->index * WIRE_CHUNK_SIZE;
    size_t left = node->catalogue.len - start;
    digest_of(span_of(&node->catalogue), hash);
    chunk.number = 1;
    chunk.hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    chunk.index = node->in->catalogue_request->index;
    chunk.count = (uint32_t)((node->catalogue.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
    chunk.data.data = node->catalogue.data + start;
    chunk.data.len = left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE;
    answer(node, TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK, &chunk, node->in->seq);
}

static void warn(struct played *node)
{
    Tonghop__Refusal refusal = TONGHOP__REFUSAL__INIT;
    Tonghop__Problem problem = TONGHOP__PROBLEM__INIT;
    char code[] = "warnings", text[] = "1 warning", odd[] = "odd";
    problem.indicator = 1;
    problem.warning = true;
    problem.text = odd;
    refusal.code = code;
    refusal.text = text;
    refusal.n_problems = 1;
    refusal.problems = (Tonghop__Problem *[]){&problem};
    answer(node, TONGHOP__ENVELOPE__BODY_REFUSAL, &refusal, node->in->seq);
}

/* Takes what is based on revision 4; the revision of the receipt says how many cells came, 0 that
 * it was a check. Warns of what has one cell only when it is filed, as if that had changed since.
 */
static void answer_file(struct played *node)
{
    Tonghop__Receipt receipt = TONGHOP__RECEIPT__INIT;
    Tonghop__Key key = TONGHOP__KEY__INIT;
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    struct wire_filing filing;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE], stale[] = "the current revision is 4";
    const ProtobufCBinaryData *bytes = &node->in->file->filing;
    if (wire_open_filing((struct span){bytes->data, bytes->len}, arena, &filing, &report, reason,
                         sizeof(reason)) != ERR_OK)
        _exit(1);
    wire_key_of(&report.key, &key);
    receipt.key = &key;
    receipt.revision = 10 + report.cell_count;
    receipt.states = STATE_ACCEPTED;
    receipt.received_us = 1;
    if (node->in->file->check_only)
        receipt.revision = receipt.states = 0;
    if (report.based_on == 4 && report.cell_count == 1 && !node->in->file->accept_warnings &&
        !node->in->file->check_only)
        warn(node);
    else if (report.based_on == 4)
        answer(node, TONGHOP__ENVELOPE__BODY_RECEIPT, &receipt, node->in->seq);
    else
        refuse(node, ERR_STALE, stale);
    report_fini(&report);
    arena_free(&arena);
}

static void answer_history(struct played *node)
{
    Tonghop__History history = TONGHOP__HISTORY__INIT;
    Tonghop__HistoryEntry entry = TONGHOP__HISTORY_ENTRY__INIT;
    Tonghop__HistoryEntry *entries[] = {&entry};
    Tonghop__UnitInfo unit = TONGHOP__UNIT_INFO__INIT;
    Tonghop__Key key = TONGHOP__KEY__INIT;
    const struct report_key domain = {KIND_ACTUAL, {2024, PERIOD_Y}, 23860, 1};
    char form[] = "general";
    unit.id = 23860;
    wire_key_of(&domain, &key);
    entry.key = &key;
    entry.form = form;
    entry.revision = 4;
    entry.scope = TONGHOP__SCOPE__SCOPE_OWN;
    history.unit = &unit;
    history.n_entries = node->in->history_query->kind == KIND_ACTUAL ? 1 : 0;
    history.entries = entries;
    answer(node, TONGHOP__ENVELOPE__BODY_HISTORY, &history, node->in->seq);
}

/* "At least 5023,1" of 19 units, for whatever was asked. */
static void answer_totals(struct played *node)
{
    Tonghop__Totals totals = TONGHOP__TOTALS__INIT;
    Tonghop__IndicatorInfo indicator = TONGHOP__INDICATOR_INFO__INIT;
    Tonghop__IndicatorInfo *indicators[] = {&indicator};
    Tonghop__UnitInfo unit = TONGHOP__UNIT_INFO__INIT;
    Tonghop__UnitTotals row = TONGHOP__UNIT_TOTALS__INIT;
    Tonghop__UnitTotals *rows[] = {&row};
    Tonghop__Value value = TONGHOP__VALUE__INIT;
    Tonghop__Value *values[] = {&value};
    char code[] = "contrib.land", period[] = "2024";
    indicator.number = 7;
    indicator.code = code;
    indicator.decimals = 1;
    value.has_value = true;
    value.value_low = 50231;
    value.qualifier = TONGHOP__QUALIFIER__QUALIFIER_AT_LEAST;
    value.unit_count = 19;
    unit.id = UNIT;
    row.unit = &unit;
    row.n_values = 1;
    row.values = values;
    totals.period = period;
    totals.catalogue = 1;
    totals.n_indicators = 1;
    totals.indicators = indicators;
    totals.n_units = 1;
    totals.units = rows;
    answer(node, TONGHOP__ENVELOPE__BODY_TOTALS, &totals, node->in->seq);
}

static void answer_done(struct played *node, uint64_t re)
{
    Tonghop__Done done = TONGHOP__DONE__INIT;
    char text[] = "done";
    done.text = text;
    answer(node, TONGHOP__ENVELOPE__BODY_DONE, &done, re);
}

/* Each message has one behaviour. */
static void answer_message(struct played *node)
{
    char forgotten[] = "say hello first", unknown[] = "no such key";
    switch (node->in->body_case) {
    case TONGHOP__ENVELOPE__BODY_HELLO:
        answer_hello(node);
        return;
    case TONGHOP__ENVELOPE__BODY_CATALOGUE_REQUEST:
        answer_chunk(node);
        return;
    case TONGHOP__ENVELOPE__BODY_FILE:
        answer_file(node);
        return;
    case TONGHOP__ENVELOPE__BODY_HISTORY_QUERY:
        answer_history(node);
        return;
    case TONGHOP__ENVELOPE__BODY_TOTALS_QUERY:
        answer_totals(node);
        return;
    case TONGHOP__ENVELOPE__BODY_PING: /* an old answer and a notice come first */
        answer_done(node, node->in->seq - 1);
        answer_done(node, 0);
        answer(node, TONGHOP__ENVELOPE__BODY_PONG, (Tonghop__Pong[]){TONGHOP__PONG__INIT},
               node->in->seq);
        return;
    case TONGHOP__ENVELOPE__BODY_STATUS_QUERY: /* no answer */
        return;
    case TONGHOP__ENVELOPE__BODY_KEYS_QUERY: /* forgets who asks, once */
        if (node->has_forgotten)
            answer_done(node, node->in->seq);
        else
            refuse(node, ERR_NO_SESSION, forgotten);
        node->has_forgotten = true;
        return;
    case TONGHOP__ENVELOPE__BODY_REVOKE:
        refuse(node, ERR_NOT_FOUND, unknown);
        return;
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY: /* no message at all */
        buf_clear(&node->out);
        buf_put(&node->out, "\xff\xff\xff", 3);
        send_bytes(node);
        return;
    default: /* the node dies */
        _exit(0);
    }
}

/* The sample, with so many more communes that it takes several messages. */
static struct catalogue *big_catalogue(void)
{
    struct catalogue *sample = sample_catalogue();
    struct catalogue *big = catalogue_new();
    struct problems problems = {0};
    char code[UNIT_CODE_MAX], name[UNIT_NAME_MAX];
    struct unit_version extra = {
        .from = DATE_MIN, .to = DATE_MAX, .parent = 632, .level = 2, .code = code, .name_vi = name};
    char none[] = "";
    extra.name_en = none;
    big->number = sample->number;
    big->title_vi = mem_strdup(sample->title_vi);
    big->title_en = mem_strdup(sample->title_en);
    big->calendar = sample->calendar;
    for (size_t i = 0; i < sample->level_count; i++)
        catalogue_add_level(big, &sample->levels[i]);
    for (size_t i = 0; i < sample->type_count; i++)
        catalogue_add_type(big, &sample->types[i]);
    for (size_t i = 0; i < sample->unit_count; i++)
        for (size_t j = 0; j < sample->units[i].version_count; j++)
            catalogue_add_unit_version(big, sample->units[i].id, &sample->units[i].versions[j],
                                       sample->units[i].successors,
                                       sample->units[i].successor_count);
    for (uint32_t i = 0; i < EXTRA_UNITS; i++) {
        (void)snprintf(code, sizeof(code), "%u", 100000 + i);
        (void)snprintf(name, sizeof(name), "%0100u", i);
        catalogue_add_unit_version(big, 100000 + i, &extra, NULL, 0);
    }
    assert_int_equal(catalogue_finish(big, NULL, &problems), ERR_OK);
    catalogue_free(&sample);
    return big;
}

static _Noreturn void play(struct catalogue *catalogue, const char *path, int ready)
{
    struct played node = {.context = sock_context_new()};
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    struct buf in = {0};
    bool is_zap;
    wire_pack_catalogue(catalogue, &node.catalogue);
    if (sock_listen_local(node.context, path, &node.sock) != ERR_OK || write(ready, "!", 1) != 1)
        _exit(1);
    for (;;) {
        struct sock_poll_item item = {.sock = node.sock, .fd = -1};
        struct wire_message message;
        char reason[WIRE_REASON_SIZE];
        (void)sock_poll(node.context, &item, 1, TIMEOUT_MS, &is_zap);
        while (sock_receive(node.sock, &in, &node.peer) == ERR_OK) {
            arena_reset(arena);
            if (wire_open(span_of(&in), arena, &message, reason, sizeof(reason)) != ERR_OK)
                _exit(1);
            node.in = message.envelope;
            answer_message(&node);
        }
    }
}

/* ---- set-up ---- */

struct world {
    char folder[PATH_SIZE], socket[PATH_SIZE + 16], conf_path[PATH_SIZE + 16];
    struct conf conf;
    pid_t node;
};

/* Takes the catalogue of the node. */
static int start(void **state, struct catalogue *catalogue)
{
    struct world *world = mem_calloc(1, sizeof(*world));
    int ready[2];
    char byte;
    strcpy(world->folder, "/tmp/tonghop-test-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->socket, sizeof(world->socket), "%s/control", world->folder);
    (void)snprintf(world->conf_path, sizeof(world->conf_path), "%s/n.conf", world->folder);
    FILE *file = fopen(world->conf_path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "[node]\nunit = %d\nruntime_dir = %s\n", UNIT, world->folder) > 0);
    assert_int_equal(fclose(file), 0);
    struct problems problems = {0};
    assert_int_equal(conf_read(world->conf_path, &problems, &world->conf), ERR_OK);
    assert_int_equal(pipe(ready), 0);
    world->node = fork(); /* no context is open in this process now */
    assert_true(world->node >= 0);
    if (world->node == 0)
        play(catalogue, world->socket, ready[1]);
    catalogue_free(&catalogue);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    *state = world;
    return 0;
}

static int setup(void **state)
{
    return start(state, sample_catalogue());
}

static int setup_big(void **state)
{
    return start(state, big_catalogue());
}

static int teardown(void **state)
{
    struct world *world = *state;
    kill(world->node, SIGKILL);
    waitpid(world->node, NULL, 0);
    (void)unlink(world->socket); /* not there when the test has removed it */
    unlink(world->conf_path);
    conf_fini(&world->conf);
    int rc = rmdir(world->folder);
    free(world);
    return rc;
}

static struct connection *open_connection(const struct world *world, int64_t timeout_ms)
{
    struct connection *connection = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(connection_open(&world->conf, true, timeout_ms, &connection, reason), ERR_OK);
    return connection;
}

/* Sends a message of that body, whose content does not matter to the node that is played. */
static enum err request(struct connection *connection, Tonghop__Envelope__BodyCase body,
                        void *message, const Tonghop__Envelope **ret_answer, char *reason)
{
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    envelope.body_case = body;
    envelope.hello = message;
    return connection_request(connection, &envelope, ret_answer, reason);
}

/* ---- the connection ---- */

static void test_request_takes_its_own_answer(void **state)
{
    /* Late answers to earlier requests, and notices, are not taken for the answer. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__Ping ping = TONGHOP__PING__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(connection_welcome(connection)->unit, UNIT);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_PING, &ping, &got, reason),
                         ERR_OK);
        assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_PONG);
    }
    connection_close(&connection);
    assert_null(connection);
}

static void test_silence_is_a_timeout(void **state)
{
    /* The outcome is unknown, and the connection goes on to be usable. */
    struct connection *connection = open_connection(*state, SHORT_MS);
    Tonghop__StatusQuery query = TONGHOP__STATUS_QUERY__INIT;
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    uint8_t key[KEY_SIZE] = {1};
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_STATUS_QUERY, &query, &got, reason),
        ERR_TIMEOUT);
    assert_non_null(strstr(reason, "không trả lời trong 100 ms"));
    assert_null(got);
    revoke.key = (ProtobufCBinaryData){.len = sizeof(key), .data = key};
    assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_REVOKE, &revoke, &got, reason),
                     ERR_OK);
    assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_REFUSAL);
    assert_int_equal(connection_refusal_err(got->refusal), ERR_NOT_FOUND);
    connection_close(&connection);
}

static void test_forgotten_session_is_begun_anew(void **state)
{
    /* A node that was restarted, or has not heard from us for long, is greeted again; the request
     * goes to it a second time. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    assert_int_equal(request(connection, TONGHOP__ENVELOPE__BODY_KEYS_QUERY, &query, &got, reason),
                     ERR_OK);
    assert_int_equal(got->body_case, TONGHOP__ENVELOPE__BODY_DONE);
    connection_close(&connection);
}

static void test_language_is_asked_for(void **state)
{
    /* In every hello: the one after a forgotten session too. */
    const struct world *world = *state;
    for (int is_vietnamese = 0; is_vietnamese < 2; is_vietnamese++) {
        struct connection *connection = NULL;
        Tonghop__KeysQuery query = TONGHOP__KEYS_QUERY__INIT;
        const Tonghop__Envelope *got = NULL;
        char reason[CONNECTION_REASON_SIZE];
        uint32_t expected = is_vietnamese ? WINDOW_VIETNAMESE : WINDOW_ENGLISH;
        assert_int_equal(
            connection_open(&world->conf, is_vietnamese, TIMEOUT_MS, &connection, reason), ERR_OK);
        assert_int_equal(connection_welcome(connection)->window, expected);
        assert_int_equal(
            request(connection, TONGHOP__ENVELOPE__BODY_KEYS_QUERY, &query, &got, reason), ERR_OK);
        assert_int_equal(connection_welcome(connection)->window, expected);
        connection_close(&connection);
    }
}

static void test_garbage_is_malformed(void **state)
{
    /* A node of another make must not be able to confuse us. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    Tonghop__CoverageQuery query = TONGHOP__COVERAGE_QUERY__INIT;
    char period[] = "2024";
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    query.kind = KIND_ACTUAL;
    query.period = period;
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY, &query, &got, reason),
        ERR_MALFORMED);
    assert_true(reason[0] != '\0');
    connection_close(&connection);
}

static void test_node_that_dies(void **state)
{
    /* Dying before the answer leaves the outcome unknown; afterwards nobody is there. */
    struct world *world = *state;
    struct connection *connection = open_connection(world, TIMEOUT_MS);
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    char period[] = "2024", indicator[] = "model.registered";
    const Tonghop__Envelope *got = NULL;
    char reason[CONNECTION_REASON_SIZE];
    query.kind = KIND_ACTUAL;
    query.period = period;
    query.indicator = indicator;
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY, &query, &got, reason),
        ERR_TIMEOUT);
    assert_non_null(strstr(reason, "bị mất kết nối"));
    assert_int_equal(
        request(connection, TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY, &query, &got, reason),
        ERR_NOT_FOUND);
    connection_close(&connection);
    assert_int_equal(connection_open(&world->conf, true, TIMEOUT_MS, &connection, reason),
                     ERR_NOT_FOUND);
    assert_non_null(strstr(reason, world->socket));
    assert_non_null(strstr(reason, "không có tonghopd; hãy khởi động nút"));
    assert_null(connection);
}

static void test_catalogue_is_fetched_in_chunks(void **state)
{
    /* It takes several messages, and is what the node has. */
    struct connection *connection = open_connection(*state, TIMEOUT_MS);
    struct catalogue *catalogue = NULL;
    struct catalogue *expected = big_catalogue();
    struct buf a = {0}, b = {0};
    char reason[CONNECTION_REASON_SIZE];
    enum err err = connection_fetch_catalogue(connection, &catalogue, reason);
    if (err != ERR_OK)
        fail_msg("%s", reason);
    wire_pack_catalogue(catalogue, &a);
    wire_pack_catalogue(expected, &b);
    assert_true(a.len > (size_t)2 * WIRE_CHUNK_SIZE);
    assert_true(span_equal(span_of(&a), span_of(&b)));
    buf_fini(&a);
    buf_fini(&b);
    catalogue_free(&catalogue);
    catalogue_free(&expected);
    connection_close(&connection);
}

/* ---- the public library ---- */

static struct tonghop *open_library(const struct world *world)
{
    struct tonghop *tonghop = NULL;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_open(world->conf_path, &tonghop, reason), ERR_OK);
    return tonghop;
}

static void test_library_files_and_reads(void **state)
{
    /* The way of an integrator: ask for the revision, file on it, read a total. */
    struct tonghop *tonghop = open_library(*state);
    const struct tonghop_cell cells[] = {
        {.indicator = "model.registered", .value = "0"},
        {.indicator = "contrib.land", .value = "5023.1", .qualifier = ">="},
        {.indicator = "poverty.poor", .value = "100", .qualifier = "..", .upper = "200"},
    };
    struct tonghop_report report = {
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .author = "phần mềm",
        .cells = cells,
        .cell_count = 3,
    };
    struct tonghop_receipt receipt = {0};
    struct tonghop_figure figure;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), ERR_STALE);
    assert_non_null(strstr(reason, "the current revision is 4"));
    assert_int_equal(receipt.revision, 0);
    assert_int_equal(tonghop_revision(tonghop, &report.key, &report.based_on, reason), ERR_OK);
    assert_int_equal(report.based_on, 4);
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), ERR_OK);
    assert_int_equal(receipt.revision, 13);
    assert_true(receipt.is_accepted && !receipt.is_repeated);
    report.cell_count = 1;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), ERR_WARNINGS);
    assert_non_null(strstr(reason, "odd"));
    report.accepts_warnings = true;
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), ERR_OK);
    assert_int_equal(receipt.revision, 11);
    report.key.is_plan = true;
    assert_int_equal(tonghop_revision(tonghop, &report.key, &report.based_on, reason), ERR_OK);
    assert_int_equal(report.based_on, 0);
    assert_int_equal(tonghop_total(tonghop, &report.key, "contrib.land", &figure, reason), ERR_OK);
    assert_true(figure.has_value);
    assert_string_equal(figure.value, "5023.1");
    assert_string_equal(figure.qualifier, ">=");
    assert_string_equal(figure.upper, "");
    assert_int_equal(figure.unit_count, 19);
    tonghop_close(&tonghop);
    assert_null(tonghop);
}

/* What the home warns of between its verdict and the filing is told, and nothing is filed unseen.
 */
static void test_warnings_that_come_late(void **state)
{
    struct world *world = *state;
    const struct common common = {
        .config = world->conf_path, .is_english = true, .timeout_ms = 5000};
    const struct selection selection = {.period = {2024, PERIOD_Y}, .kind = KIND_ACTUAL};
    struct problems known = {0}, fresh = {0}, none = {0};
    struct filing filing;
    struct report report = {.key = {KIND_ACTUAL, {2024, PERIOD_Y}, 23860, 1},
                            .scope = SCOPE_OWN,
                            .catalogue = 1,
                            .based_on = 4,
                            .author = mem_strdup(""),
                            .reason = mem_strdup("")};
    report_add_cell(&report,
                    (struct cell){.indicator = 1, .qualifier = QUALIFIER_EXACT, .value = 7});
    assert_int_equal(filing_init(&filing, &common, &selection), EXIT_DONE);
    assert_int_equal(filing_check(&filing, &report, &known), EXIT_DONE);
    assert_int_equal(filing_send(&filing, &report, false, &known, &fresh), EXIT_NO);
    assert_true(known.count == 0 && fresh.count == 1 && fresh.items[0].is_warning);
    assert_int_equal(fresh.items[0].indicator, 1);
    assert_string_equal(fresh.items[0].text, "odd");
    assert_int_equal(filing_send(&filing, &report, true, &fresh, &none), EXIT_DONE);
    assert_int_equal(none.count, 0);
    problems_fini(&fresh);
    report_fini(&report);
    filing_fini(&filing);
}

static void test_library_checks_before_it_sends(void **state)
{
    /* Whatever is wrong is said with its name, and nothing reaches the node: it would take these.
     */
    static const struct {
        const char *name, *unit, *period, *form, *indicator, *value, *qualifier, *upper;
        enum err err;
        const char *said;
    } rows[] = {
        {"unit", "1", "2024", "general", "model.registered", "1", NULL, NULL, ERR_NOT_FOUND, "1"},
        {"period", "23860", "2024-S3", "general", "model.registered", "1", NULL, NULL, ERR_SYNTAX,
         "2024-S3"},
        {"form", "23860", "2024", "x", "model.registered", "1", NULL, NULL, ERR_NOT_FOUND, "'x'"},
        {"indicator", "23860", "2024", "general", "x.y", "1", NULL, NULL, ERR_NOT_FOUND, "'x.y'"},
        {"derived", "23860", "2024", "general", "dialogue.total", "1", NULL, NULL, ERR_INVALID,
         "dialogue.total"},
        {"number", "23860", "2024", "general", "model.registered", "1,5", NULL, NULL, ERR_INVALID,
         "1,5"},
        {"decimals", "23860", "2024", "general", "contrib.land", "1.25", NULL, NULL, ERR_INVALID,
         "1.25"},
        {"qualifier", "23860", "2024", "general", "model.registered", "1", ">", NULL, ERR_INVALID,
         ">"},
        {"upper below", "23860", "2024", "general", "model.registered", "5", "..", "4", ERR_INVALID,
         ""},
        {"other form", "23860", "2024", "general", "security.team", "1", NULL, NULL, ERR_INVALID,
         "security.team"},
        {"level", "23860", "2024", "general", "dialogue.district", "1", NULL, NULL, ERR_INVALID,
         "dialogue.district"},
        {"negative", "23860", "2024", "general", "model.registered", "-1", NULL, NULL, ERR_INVALID,
         "model.registered"},
    };
    struct tonghop *tonghop = open_library(*state);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct tonghop_cell cell = {rows[i].indicator, rows[i].value, rows[i].qualifier,
                                          rows[i].upper};
        const struct tonghop_report report = {
            .key = {.unit = rows[i].unit, .period = rows[i].period, .form = rows[i].form},
            .based_on = 4,
            .cells = &cell,
            .cell_count = 1};
        struct tonghop_receipt receipt;
        char reason[TONGHOP_REASON_SIZE] = "";
        enum err err = tonghop_file(tonghop, &report, &receipt, reason);
        if (err != rows[i].err || strstr(reason, rows[i].said) == NULL)
            fail_msg("%s: %s: %s", rows[i].name, err_name(err), reason);
    }
    const struct tonghop_cell twice[] = {{.indicator = "model.registered", .value = "1"},
                                         {.indicator = "model.registered", .value = "1"}};
    const struct tonghop_report report = {
        .key = {.unit = "23860", .period = "2024", .form = "general"},
        .based_on = 4,
        .cells = twice,
        .cell_count = 2};
    struct tonghop_receipt receipt;
    char reason[TONGHOP_REASON_SIZE];
    assert_int_equal(tonghop_file(tonghop, &report, &receipt, reason), ERR_EXISTS);
    tonghop_close(&tonghop);
}

static void test_library_says_why_it_cannot_open(void **state)
{
    /* A path that is wrong is a matter of the caller's, not of the node's. */
    struct tonghop *tonghop = NULL;
    char reason[TONGHOP_REASON_SIZE] = "";
    (void)state;
    assert_int_equal(tonghop_open("/nowhere/x.conf", &tonghop, reason), ERR_USAGE);
    assert_true(reason[0] != '\0');
    assert_null(tonghop);
}

#define with_node(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_node(test_request_takes_its_own_answer),
        with_node(test_silence_is_a_timeout),
        with_node(test_forgotten_session_is_begun_anew),
        with_node(test_language_is_asked_for),
        with_node(test_warnings_that_come_late),
        with_node(test_garbage_is_malformed),
        with_node(test_node_that_dies),
        cmocka_unit_test_setup_teardown(test_catalogue_is_fetched_in_chunks, setup_big, teardown),
        with_node(test_library_files_and_reads),
        with_node(test_library_checks_before_it_sends),
        cmocka_unit_test(test_library_says_why_it_cannot_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
