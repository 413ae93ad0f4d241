/* Each message has one behaviour. */
#include "lib/cm.h"

#include "unit/client/played.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/mem.h"
#include "link/sock.h"
#include "wire/digest.h"
#include "wire/wire.h"

enum { EXTRA_UNITS = 1200, POLL_MS = 10000 };

struct played {
    struct sock_context *context;
    struct sock *sock;
    struct sock_peer peer;
    const Tonghop__Envelope *in;
    struct buf out;
    struct buf catalogue;
    uint32_t catalogue_number;
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
    uint8_t hash[DIGEST_SIZE];
    welcome.protocol = WIRE_PROTOCOL;
    welcome.unit = PLAYED_UNIT;
    welcome.role = TONGHOP__ROLE__ROLE_LOCAL;
    welcome.window = strcmp(node->in->hello->language, "vi") == 0   ? WINDOW_VIETNAMESE
                     : strcmp(node->in->hello->language, "en") == 0 ? WINDOW_ENGLISH
                                                                    : WINDOW_OTHER;
    welcome.now_us = 1;
    digest_of(span_of(&node->catalogue), hash);
    welcome.catalogue = node->catalogue_number;
    welcome.catalogue_hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    answer(node, TONGHOP__ENVELOPE__BODY_WELCOME, &welcome, node->in->seq);
}

static void answer_chunk(struct played *node)
{
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    uint8_t hash[DIGEST_SIZE];
    size_t start = (size_t)node->in->catalogue_request->index * WIRE_CHUNK_SIZE;
    size_t left = node->catalogue.len - start;
    digest_of(span_of(&node->catalogue), hash);
    chunk.number = node->catalogue_number;
    chunk.hash = (ProtobufCBinaryData){.len = sizeof(hash), .data = hash};
    chunk.index = node->in->catalogue_request->index;
    chunk.count = (uint32_t)((node->catalogue.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
    chunk.data.data = node->catalogue.data + start;
    chunk.data.len = left < WIRE_CHUNK_SIZE ? left : WIRE_CHUNK_SIZE;
    answer(node, TONGHOP__ENVELOPE__BODY_CATALOGUE_CHUNK, &chunk, node->in->seq);
}

/* A newer catalogue comes into force, in which the form "general" is called "renamed". */
static void renew_catalogue(struct played *node)
{
    Tonghop__Catalogue *catalogue =
        tonghop__catalogue__unpack(NULL, node->catalogue.len, node->catalogue.data);
    node->catalogue_number++;
    catalogue->number = node->catalogue_number;
    for (size_t i = 0; i < catalogue->n_forms; i++) {
        if (strcmp(catalogue->forms[i]->code, "general") != 0)
            continue;
        free(catalogue->forms[i]->code);
        catalogue->forms[i]->code = mem_strdup("renamed");
    }
    size_t size = tonghop__catalogue__get_packed_size(catalogue);
    uint8_t *bytes = mem_alloc(size);
    (void)tonghop__catalogue__pack(catalogue, bytes); /* as many as it has just said */
    buf_clear(&node->catalogue);
    buf_put(&node->catalogue, bytes, size);
    free(bytes);
    tonghop__catalogue__free_unpacked(catalogue, NULL);
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
    if (report.note_count > 0) /* tells one content from another */
        memcpy(&receipt.received_us, filing.content, sizeof(uint32_t));
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
    unit.id = PLAYED_UNIT;
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

/* Unit 23857 of two is missing. */
static void answer_coverage(struct played *node)
{
    Tonghop__Coverage coverage = TONGHOP__COVERAGE__INIT;
    Tonghop__CoverageLine line = TONGHOP__COVERAGE_LINE__INIT;
    Tonghop__CoverageLine *lines[] = {&line};
    Tonghop__UnitInfo asked = TONGHOP__UNIT_INFO__INIT, unit = TONGHOP__UNIT_INFO__INIT;
    char period[] = "2024", code[] = "23857", form[] = "general";
    asked.id = PLAYED_UNIT;
    unit.id = 23857;
    unit.code = code;
    line.unit = &unit;
    line.form = form;
    line.state = TONGHOP__COVERAGE_STATE__COVERAGE_STATE_MISSING;
    coverage.period = period;
    coverage.unit = &asked;
    coverage.due_count = 2;
    coverage.filed_count = 1;
    coverage.n_lines = 1;
    coverage.lines = lines;
    answer(node, TONGHOP__ENVELOPE__BODY_COVERAGE, &coverage, node->in->seq);
}

/* From the beginning there is one change to tell, and from any other cursor none, but that "lost"
 * is of another life. Of "silent" nothing is heard. */
static void answer_watch(struct played *node)
{
    Tonghop__Changes changes = TONGHOP__CHANGES__INIT;
    Tonghop__Change change = TONGHOP__CHANGE__INIT;
    Tonghop__Change *list[] = {&change};
    Tonghop__Key key = TONGHOP__KEY__INIT;
    Tonghop__UnitInfo unit = TONGHOP__UNIT_INFO__INIT;
    const struct report_key domain = {KIND_PLAN, {2024, PERIOD_Y}, 23860, 1};
    const Tonghop__WatchQuery *query = node->in->watch_query;
    char period[] = "2024", form[] = "general", code[] = "23860", cursor[] = "1", now[] = "now";
    if (strcmp(query->cursor, "silent") == 0)
        return;
    wire_key_of(&domain, &key);
    unit.id = 23860;
    unit.code = code;
    change.key = &key;
    change.unit = &unit;
    change.period = period;
    change.form = form;
    change.revision = 3;
    change.states = STATE_ACCEPTED | STATE_RETURNED;
    changes.cursor = query->from_now ? now : cursor;
    changes.n_changes = query->cursor[0] == '\0' && !query->from_now ? 1 : 0;
    changes.changes = list;
    changes.restarted = strcmp(query->cursor, "lost") == 0;
    changes.more = changes.n_changes > 0;
    answer(node, TONGHOP__ENVELOPE__BODY_CHANGES, &changes, node->in->seq);
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
    case TONGHOP__ENVELOPE__BODY_WATCH_QUERY:
        answer_watch(node);
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
    case TONGHOP__ENVELOPE__BODY_QUARANTINE_CLEAR: /* something happens at the node */
        renew_catalogue(node);
        answer_done(node, node->in->seq);
        return;
    case TONGHOP__ENVELOPE__BODY_REVOKE:
        refuse(node, ERR_NOT_FOUND, unknown);
        return;
    case TONGHOP__ENVELOPE__BODY_COVERAGE_QUERY: /* no message at all, except of plans */
        if (node->in->coverage_query->kind == KIND_PLAN) {
            answer_coverage(node);
            return;
        }
        buf_clear(&node->out);
        buf_put(&node->out, "\xff\xff\xff", 3);
        send_bytes(node);
        return;
    default: /* the node dies */
        _exit(0);
    }
}

struct catalogue *played_big_catalogue(void)
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
    struct played node = {.context = sock_context_new(), .catalogue_number = 1};
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
        (void)sock_poll(node.context, &item, 1, POLL_MS, &is_zap);
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

/* Takes the catalogue of the node. */
static int start(void **state, struct catalogue *catalogue)
{
    struct world *world = mem_calloc(1, sizeof(*world));
    int ready[2];
    char byte;
    /* Nothing of the person's who runs the test is used. */
    assert_int_equal(setenv("XDG_CACHE_HOME", "/nonexistent/cache", 1), 0);
    strcpy(world->folder, "/tmp/tonghop-test-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    (void)snprintf(world->socket, sizeof(world->socket), "%s/control", world->folder);
    (void)snprintf(world->conf_path, sizeof(world->conf_path), "%s/n.conf", world->folder);
    FILE *file = fopen(world->conf_path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "[node]\nunit = %d\nruntime_dir = %s\n", PLAYED_UNIT, world->folder) >
                0);
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

int played_setup(void **state)
{
    return start(state, sample_catalogue());
}

int played_setup_big(void **state)
{
    return start(state, played_big_catalogue());
}

int played_teardown(void **state)
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
