/* The work: for every unit that some node takes in, reports of three labels and two forms, own and
 * whole, corrected and withdrawn. A reporter repeats what was not answered, and when it is told
 * that it is stale it bases itself on the revision named. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "lib/sample.h"
#include "sim/sim.h"
#include "wire/digest.h"

enum { WORK_RETRY_MS = 3000 };

static void pack_local(struct sim *sim, Tonghop__Envelope *envelope, struct buf *out)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = ++sim->local_seq;
    wire_pack(envelope, out);
}

static void say_hello(struct sim *sim, size_t to)
{
    struct buf bytes = {0};
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = 1;
    hello.protocol_max = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    pack_local(sim, &envelope, &bytes);
    sim_send_local(sim, to, span_of(&bytes));
    buf_fini(&bytes);
}

static void enrol(struct sim *sim, size_t at, uint32_t unit)
{
    struct buf bytes = {0};
    uint8_t key[WIRE_KEY_SIZE];
    char name[] = "sim";
    Tonghop__Enrol message = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    memset(key, 7, sizeof(key));
    memcpy(key, &unit, sizeof(unit));
    message.unit = unit;
    message.key.data = key;
    message.key.len = sizeof(key);
    message.role = TONGHOP__ROLE__ROLE_NODE;
    message.name = name;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ENROL;
    envelope.enrol = &message;
    pack_local(sim, &envelope, &bytes);
    sim_send_local(sim, at, span_of(&bytes));
    buf_fini(&bytes);
}

static void publish(struct sim *sim)
{
    struct buf catalogue = {0}, bytes = {0};
    uint8_t hash[DIGEST_SIZE];
    wire_pack_catalogue(sim->catalogue, &catalogue);
    assert(catalogue.len <= WIRE_CHUNK_SIZE);
    digest_of(span_of(&catalogue), hash);
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish message = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    chunk.number = sim->catalogue->number;
    chunk.hash.data = hash;
    chunk.hash.len = sizeof(hash);
    chunk.count = 1;
    chunk.data.data = catalogue.data;
    chunk.data.len = catalogue.len;
    message.chunk = &chunk;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH;
    envelope.catalogue_publish = &message;
    pack_local(sim, &envelope, &bytes);
    sim_send_local(sim, 0, span_of(&bytes));
    buf_fini(&bytes);
    buf_fini(&catalogue);
}

void sim_work_set_up(struct sim *sim)
{
    for (size_t i = 0; i < sim->node_count; i++)
        say_hello(sim, i);
    enrol(sim, 0, SIM_UNIT_DISTRICT);
    enrol(sim, 1, SIM_UNIT_COMMUNE);
    publish(sim);
}

/* ---- keys and contents ---- */

static size_t home_of(uint32_t unit)
{
    switch (unit) {
    case SIM_UNIT_COMMUNE:
        return 2;
    case SIM_UNIT_DISTRICT:
    case 23860:
    case 23863:
        return 1;
    default:
        return 0;
    }
}

void sim_work_init(struct sim *sim)
{
    static const uint32_t units[] = {64, 631, 632, 23857, 23860, 23863, 23887, 23888};
    sim->catalogue = sample_catalogue();
    for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
        for (uint8_t label = PERIOD_S1; label <= PERIOD_Y; label++) {
            for (uint32_t form = 1; form <= 2; form++) {
                struct sim_work *work = &sim->works[sim->work_count++];
                *work = (struct sim_work){.home = home_of(units[u])};
                work->key = (struct report_key){
                    .kind = KIND_ACTUAL, .period = {2024, label}, .unit = units[u], .form = form};
            }
        }
    }
}

static unsigned level_of(uint32_t unit)
{
    return unit == SIM_UNIT_ROOT ? 0 : (unit < 1000 ? 1 : 2);
}

static void add_cell(struct sim *sim, struct report *report, uint32_t indicator)
{
    struct cell cell = {.indicator = indicator, .qualifier = QUALIFIER_EXACT};
    unsigned mask = catalogue_indicator(sim->catalogue, indicator)->level_mask;
    if ((mask >> level_of(report->key.unit) & 1u) == 0 || sim_random(sim, 4) == 0)
        return;
    cell.value = (int64_t)sim_random(sim, 1000);
    if (sim_random(sim, 5) == 0)
        cell.qualifier = QUALIFIER_AT_LEAST;
    report_add_cell(report, cell);
}

static void fill_report(struct sim *sim, const struct sim_work *work, struct report *report)
{
    static const uint32_t form1[] = {1, 6, 7, 8, 13, 14};
    *report = (struct report){.key = work->key, .scope = SCOPE_OWN, .catalogue = 1};
    report->author = mem_strdup("sim");
    report->reason = mem_strdup("");
    report->may_drop_cells = true;
    report->based_on = work->acked_revision;
    bool is_district = work->key.unit == 631 || work->key.unit == 632;
    if (is_district && sim_random(sim, 4) == 0)
        report->scope = SCOPE_WHOLE;
    if (work->acked_revision > 0 && sim_random(sim, 8) == 0) {
        report->is_withdrawn = true;
        return;
    }
    if (work->key.form == 1)
        for (size_t i = 0; i < sizeof(form1) / sizeof(form1[0]); i++)
            add_cell(sim, report, form1[i]);
    else
        add_cell(sim, report, 20);
}

static void send_file(struct sim *sim, struct sim_work *work)
{
    struct buf filing = {0}, bytes = {0};
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_pack_filing(&work->asked, &filing);
    file.filing.data = filing.data;
    file.filing.len = filing.len;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    pack_local(sim, &envelope, &bytes);
    work->asked_ms = sim->now_ms;
    work->asked_seq = envelope.seq;
    sim_send_local(sim, work->home, span_of(&bytes));
    buf_fini(&bytes);
    buf_fini(&filing);
}

void sim_work_step(struct sim *sim)
{
    struct sim_work *work = &sim->works[sim_random(sim, sim->work_count)];
    if (work->is_asked)
        return;
    fill_report(sim, work, &work->asked);
    work->is_asked = true;
    send_file(sim, work);
}

void sim_work_retry(struct sim *sim)
{
    for (size_t i = 0; i < sim->work_count; i++) {
        struct sim_work *work = &sim->works[i];
        if (!work->is_asked || sim->now_ms - work->asked_ms < WORK_RETRY_MS)
            continue;
        say_hello(sim, work->home); /* the node may have crashed since */
        send_file(sim, work);
    }
}

bool sim_work_is_done(const struct sim *sim)
{
    for (size_t i = 0; i < sim->work_count; i++)
        if (sim->works[i].is_asked)
            return false;
    return true;
}

/* The work whose latest message is answered; answers to earlier tries are of no interest. */
static struct sim_work *find_work(struct sim *sim, uint64_t re)
{
    for (size_t i = 0; i < sim->work_count; i++)
        if (sim->works[i].is_asked && sim->works[i].asked_seq == re)
            return &sim->works[i];
    return NULL;
}

static void take_receipt(struct sim *sim, struct sim_work *work, const Tonghop__Receipt *receipt)
{
    report_fini(&work->acked);
    work->acked = work->asked;
    work->asked = (struct report){0};
    work->acked_revision = receipt->revision;
    work->is_asked = false;
    sim->acked_count++;
}

/* Stale: a crash swallowed the receipt of an earlier report; the reporter bases itself anew. No
 * session or no catalogue yet: it is asked for again. Anything else is a mistake of the test. */
static void take_refusal(struct sim *sim, struct sim_work *work, const Tonghop__Refusal *refusal)
{
    sim->refused_count++;
    if (strcmp(refusal->code, err_name(ERR_STALE)) == 0)
        work->asked.based_on = refusal->current_revision;
    else
        assert(strcmp(refusal->code, err_name(ERR_NO_SESSION)) == 0 ||
               strcmp(refusal->code, err_name(ERR_CATALOGUE)) == 0);
}

void sim_work_answer(struct sim *sim, struct span bytes)
{
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    struct wire_message message;
    char reason[256];
    enum err err = wire_open(bytes, arena, &message, reason, sizeof(reason));
    assert(err == ERR_OK);
    const Tonghop__Envelope *envelope = message.envelope;
    struct sim_work *work = find_work(sim, envelope->re);
    if (work != NULL && envelope->body_case == TONGHOP__ENVELOPE__BODY_RECEIPT)
        take_receipt(sim, work, envelope->receipt);
    else if (work != NULL && envelope->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        take_refusal(sim, work, envelope->refusal);
    arena_free(&arena);
}
