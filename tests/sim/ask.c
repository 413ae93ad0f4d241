/* Requests over local sockets, by authors and operators, and from afar, by reporters: each is
 * repeated until it is answered, because a node that crashes answers nothing, and messages get
 * lost. Refusals that are for now only are waited out. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { RETRY_MS = 3000, TRIES_MAX = 2000, CAREFUL_SEEDS_EVERY = 8, CAREFUL_EVERY = 4 };

/* ---- packing ---- */

static void pack(struct sim *sim, Tonghop__Envelope *envelope, struct buf *out)
{
    envelope->protocol = WIRE_PROTOCOL;
    envelope->seq = ++sim->local_seq;
    wire_pack(envelope, out);
}

/* Whether a remote reporter asks: over a connection of its own, not the local socket. */
static bool is_afar(const struct sim_ask *ask)
{
    return (ask->type == SIM_ASK_FILE || ask->type == SIM_ASK_SAFE) &&
           ask->author == SIM_AUTHOR_AFAR;
}

static void transmit(struct sim *sim, const struct sim_ask *ask, struct span bytes)
{
    if (is_afar(ask))
        sim_reporter_send(sim, sim_key_unit(sim->filings[ask->filing].key), bytes);
    else
        sim_send_local(sim, ask->node, bytes);
}

static void say_hello(struct sim *sim, const struct sim_ask *ask)
{
    struct buf bytes = {0};
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    pack(sim, &envelope, &bytes);
    transmit(sim, ask, span_of(&bytes));
    buf_fini(&bytes);
}

/* Most authors have looked at the warnings before; in some runs some look when they are told. */
static bool is_careful(const struct sim *sim, const struct sim_ask *ask)
{
    return sim->seed % CAREFUL_SEEDS_EVERY == 5 && ask->filing % CAREFUL_EVERY == 0;
}

static void pack_file(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    struct buf filing = {0};
    struct report report = sim->filings[ask->filing].report; /* what it points to stays there */
    Tonghop__File file = TONGHOP__FILE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    if (ask->slip_unit != 0)
        report.key.unit = ask->slip_unit;
    wire_pack_filing(&report, &filing);
    file.filing.data = filing.data;
    file.filing.len = filing.len;
    file.accept_warnings = !is_careful(sim, ask) || ask->has_seen_warnings;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_FILE;
    envelope.file = &file;
    pack(sim, &envelope, out);
    buf_fini(&filing);
}

/* With content, so that the author sees that it is his own. */
static void pack_safe(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    struct report_key key = sim_key_of(sim, sim->filings[ask->filing].key);
    char period[PERIOD_TEXT_SIZE], unit[16];
    Tonghop__HistoryQuery query = TONGHOP__HISTORY_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    (void)snprintf(unit, sizeof(unit), "id:%u", key.unit);
    query.kind = key.kind;
    query.period = period_format(key.period, period);
    query.unit = unit;
    query.form = catalogue_form(sim->in_force[1], key.form)->code;
    query.latest_only = query.with_content = true;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HISTORY_QUERY;
    envelope.history_query = &query;
    pack(sim, &envelope, out);
}

static void pack_mark(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    struct report_key key = sim_key_of(sim, sim->filings[ask->filing].key);
    Tonghop__Key wire_key = TONGHOP__KEY__INIT;
    Tonghop__Mark mark = TONGHOP__MARK__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    wire_key_of(&key, &wire_key);
    mark.key = &wire_key;
    mark.revision = ask->revision;
    mark.states = ask->bit;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_MARK;
    envelope.mark = &mark;
    pack(sim, &envelope, out);
}

static void pack_enrol(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    uint8_t key[WIRE_KEY_SIZE];
    char name[] = "sim";
    Tonghop__Enrol enrol = TONGHOP__ENROL__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    bool is_node = ask->type == SIM_ASK_ENROL;
    enrol.unit = is_node ? sim->nodes[ask->child].unit : sim->country.units[ask->unit].id;
    sim_fill_key(enrol.unit, ask->generation, key);
    enrol.key.data = key;
    enrol.key.len = sizeof(key);
    enrol.role = is_node ? TONGHOP__ROLE__ROLE_NODE : TONGHOP__ROLE__ROLE_REPORTER;
    enrol.name = name;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_ENROL;
    envelope.enrol = &enrol;
    pack(sim, &envelope, out);
}

static void pack_revoke(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    uint8_t key[WIRE_KEY_SIZE];
    Tonghop__Revoke revoke = TONGHOP__REVOKE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    sim_fill_key(sim->nodes[ask->child].unit, ask->generation, key);
    revoke.key.data = key;
    revoke.key.len = sizeof(key);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_REVOKE;
    envelope.revoke = &revoke;
    pack(sim, &envelope, out);
}

static void pack_publish(struct sim *sim, const struct sim_ask *ask, struct buf *out)
{
    struct span all = span_of(&sim->catalogues[ask->catalogue]);
    size_t at = (size_t)ask->chunk * WIRE_CHUNK_SIZE;
    uint8_t hash[DIGEST_SIZE];
    Tonghop__CatalogueChunk chunk = TONGHOP__CATALOGUE_CHUNK__INIT;
    Tonghop__CataloguePublish publish = TONGHOP__CATALOGUE_PUBLISH__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    digest_of(all, hash);
    chunk.number = ask->catalogue;
    chunk.hash.data = hash;
    chunk.hash.len = sizeof(hash);
    chunk.index = ask->chunk;
    chunk.count = (uint32_t)((all.len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE);
    chunk.data.data = sim->catalogues[ask->catalogue].data + at;
    chunk.data.len = all.len - at < WIRE_CHUNK_SIZE ? all.len - at : WIRE_CHUNK_SIZE;
    publish.chunk = &chunk;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_CATALOGUE_PUBLISH;
    envelope.catalogue_publish = &publish;
    pack(sim, &envelope, out);
}

/* ---- sending ---- */

/* What concerns a unit's reports goes wherever they are taken in by now. */
static size_t place_of(const struct sim *sim, const struct sim_ask *ask)
{
    if (ask->type == SIM_ASK_FILE || ask->type == SIM_ASK_SAFE)
        return sim_home_of(sim, sim_key_unit(sim->filings[ask->filing].key));
    return ask->type == SIM_ASK_ENROL_REPORTER ? sim_home_of(sim, ask->unit) : ask->node;
}

static void wait(struct sim *sim, size_t index, int64_t delay_ms)
{
    sim_queue_put(sim, (struct sim_due){.due_ms = sim->now_ms + delay_ms,
                                        .type = SIM_DUE_ASK,
                                        .index = index,
                                        .mark = sim->asks[index].seq});
}

static void send(struct sim *sim, size_t index)
{
    struct sim_ask *ask = &sim->asks[index];
    struct buf bytes = {0};
    if (ask->type == SIM_ASK_SAY && !sim->nodes[ask->node].is_running && ask->tries > 100) {
        sim_ask_close(sim, index); /* its daemon was stopped for good */
        return;
    }
    if (++ask->tries > TRIES_MAX)
        sim_wrong(sim, "a request of type %d to unit %u is never answered", (int)ask->type,
                  sim->nodes[ask->node].unit);
    ask->node = place_of(sim, ask);
    if (is_afar(ask) &&
        sim_reporter_connect(sim, sim_key_unit(sim->filings[ask->filing].key), ask->node))
        say_hello(sim, ask);
    switch (ask->type) {
    case SIM_ASK_FILE:
        pack_file(sim, ask, &bytes);
        break;
    case SIM_ASK_SAFE:
        pack_safe(sim, ask, &bytes);
        break;
    case SIM_ASK_MARK:
        pack_mark(sim, ask, &bytes);
        break;
    case SIM_ASK_ENROL:
    case SIM_ASK_ENROL_REPORTER:
        pack_enrol(sim, ask, &bytes);
        break;
    case SIM_ASK_REVOKE:
        pack_revoke(sim, ask, &bytes);
        break;
    case SIM_ASK_PUBLISH:
        pack_publish(sim, ask, &bytes);
        break;
    case SIM_ASK_SAY:
        sim_say_pack(sim, ask, pack, &bytes);
        break;
    }
    ask->seq = sim->local_seq;
    transmit(sim, ask, span_of(&bytes));
    buf_fini(&bytes);
    wait(sim, index, RETRY_MS);
}

void sim_ask(struct sim *sim, const struct sim_ask *ask)
{
    size_t index = 0;
    while (index < sim->ask_count && sim->asks[index].is_open)
        index++;
    if (index == sim->ask_count) {
        sim->asks = mem_grow(sim->asks, sim->ask_count, &sim->ask_capacity, sizeof(*sim->asks));
        sim->ask_count++;
    }
    sim->asks[index] = *ask;
    sim->asks[index].is_open = true;
    if (ask->delay_ms > 0)
        wait(sim, index, ask->delay_ms);
    else
        send(sim, index);
}

void sim_ask_again(struct sim *sim, size_t index, uint64_t seq)
{
    if (sim->asks[index].is_open && sim->asks[index].seq == seq)
        send(sim, index);
}

void sim_ask_close(struct sim *sim, size_t index)
{
    sim->asks[index].is_open = false;
}

size_t sim_ask_count_open(const struct sim *sim)
{
    size_t count = 0;
    for (size_t i = 0; i < sim->ask_count; i++)
        count += sim->asks[i].is_open;
    return count;
}

/* ---- answers ---- */

static bool is_for_now(const char *code)
{
    static const enum err codes[] = {ERR_FULL, ERR_BUSY, ERR_CATALOGUE};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (strcmp(code, err_name(codes[i])) == 0)
            return true;
    return false;
}

static void refused(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    struct sim_ask *ask = &sim->asks[index];
    if (strcmp(refusal->code, err_name(ERR_NO_SESSION)) == 0) {
        say_hello(sim, ask);
        send(sim, index);
        return;
    }
    sim->refused_count++;
    (void)snprintf(ask->refused, sizeof(ask->refused), "%s: %s", refusal->code, refusal->text);
    bool is_behind =
        ask->type == SIM_ASK_PUBLISH &&
        strcmp(refusal->code, err_name(ERR_CATALOGUE)) == 0; /* what it says must be done */
    if (is_for_now(refusal->code) && !is_behind)
        return; /* it is asked again when its time has come */
    if (ask->type == SIM_ASK_FILE)
        sim_work_refusal(sim, index, refusal);
    else if (ask->type == SIM_ASK_SAFE)
        sim_safe_refusal(sim, index, refusal);
    else
        sim_admin_refusal(sim, index, refusal);
}

/* Opens it and finds the request that it answers; NULL when that was an earlier try, or a hello. */
static const Tonghop__Envelope *open_answer(struct sim *sim, struct span bytes, size_t *ret_index)
{
    struct wire_message message;
    char reason[WIRE_REASON_SIZE];
    arena_reset(sim->arena);
    if (wire_open(bytes, sim->arena, &message, reason, sizeof(reason)) != ERR_OK) {
        sim_wrong(sim, "a node answers what does not open: %s", reason);
        return NULL;
    }
    const Tonghop__Envelope *envelope = message.envelope;
    size_t index = 0;
    while (index < sim->ask_count &&
           (!sim->asks[index].is_open || sim->asks[index].seq != envelope->re))
        index++;
    *ret_index = index;
    return index < sim->ask_count ? envelope : NULL;
}

void sim_ask_said(struct sim *sim, size_t node, struct span bytes)
{
    size_t index;
    const Tonghop__Envelope *envelope = open_answer(sim, bytes, &index);
    sim_trace(sim, "answer", node, 0, bytes);
    if (envelope == NULL)
        return;
    if (envelope->body_case == TONGHOP__ENVELOPE__BODY_RECEIPT)
        sim_work_acknowledged(sim, index, envelope->receipt);
    else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_HISTORY)
        sim_safe_said(sim, index, envelope->history);
}

void sim_ask_answered(struct sim *sim, struct span bytes)
{
    size_t index;
    const Tonghop__Envelope *envelope = open_answer(sim, bytes, &index);
    if (envelope == NULL)
        return;
    if (envelope->body_case == TONGHOP__ENVELOPE__BODY_REFUSAL)
        refused(sim, index, envelope->refusal);
    else if (sim->asks[index].type == SIM_ASK_SAY)
        sim_say_done(sim, index);
    else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_RECEIPT)
        sim_work_receipt(sim, index, envelope->receipt);
    else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_HISTORY)
        sim_safe_heard(sim, index, envelope->history);
    else if (envelope->body_case == TONGHOP__ENVELOPE__BODY_DONE)
        sim_admin_done(sim, index);
    else
        sim_wrong(sim, "unit %u answers a request by '%s'", sim->nodes[sim->asks[index].node].unit,
                  wire_body_name(envelope));
}
