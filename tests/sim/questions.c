/* What nodes answer at rest. Stories are told from the revisions that are held, and rows by type
 * from what the units filed themselves: both by other code than totals, which they must end with
 * and add up to. */
#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

enum { NODES_MAX = 6, QUESTIONS = 12 };

#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* ---- asking ---- */

/* What a node sent to whoever asks. */
struct heard {
    struct sim *sim;
    size_t node;
    bool is_apart; /* a session that has nothing to do with the authors' */
    struct buf bytes;
};

static enum err hear(void *ctx, const struct peer_address *address, struct span bytes)
{
    struct heard *heard = ctx;
    if (address->is_local) {
        buf_clear(&heard->bytes);
        buf_put(&heard->bytes, bytes.data, bytes.len);
    }
    return ERR_OK;
}

static enum err hear_parent(void *ctx, struct span bytes)
{
    (void)ctx;
    (void)bytes;
    return ERR_OK;
}

static void do_nothing(void *ctx)
{
    (void)ctx;
}

static const char *no_trouble(void *ctx)
{
    (void)ctx;
    return "";
}

/* The answer, which lives until the next question; NULL, and wrong, if there is none. */
static const Tonghop__Envelope *ask(struct heard *heard, Tonghop__Envelope *envelope)
{
    const struct transport transport = {.ctx = heard,
                                        .send_peer = hear,
                                        .send_parent = hear_parent,
                                        .open_parent = do_nothing,
                                        .close_parent = do_nothing,
                                        .parent_trouble = no_trouble};
    struct sim *sim = heard->sim;
    struct sim_node *n = &sim->nodes[heard->node];
    struct wire_message message;
    char reason[WIRE_REASON_SIZE] = "no answer";
    struct buf bytes = {0};
    envelope->seq = ++sim->local_seq;
    wire_pack(envelope, &bytes);
    struct event event = {
        .type = EVENT_PEER_MESSAGE,
        .now = sim_clock(sim, heard->node),
        .now_ms = sim->now_ms,
        .from = {.address = {.id = {heard->is_apart ? 2 : 1}, .id_len = 1, .is_local = true},
                 .uid = 1000},
        .bytes = span_of(&bytes),
    };
    buf_clear(&heard->bytes);
    enum err err = node_batch(n->node, &event, 1, &n->effects);
    node_apply(n->node, &n->effects, &transport, event.now, event.now_ms);
    buf_fini(&bytes);
    arena_reset(sim->arena);
    if (err == ERR_OK && heard->bytes.len > 0)
        err = wire_open(span_of(&heard->bytes), sim->arena, &message, reason, sizeof(reason));
    if (err == ERR_OK && heard->bytes.len > 0)
        return message.envelope;
    sim_wrong(sim, "unit %u does not answer a question: %s", n->unit, reason);
    return NULL;
}

static void say_hello(struct heard *heard)
{
    Tonghop__Hello hello = TONGHOP__HELLO__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    hello.protocol_min = hello.protocol_max = WIRE_PROTOCOL;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_HELLO;
    envelope.hello = &hello;
    (void)ask(heard, &envelope); /* who is not welcome is refused what is asked next */
}

const Tonghop__Envelope *sim_question(struct sim *sim, size_t node, Tonghop__Envelope *envelope,
                                      struct buf *bytes)
{
    struct heard heard = {.sim = sim, .node = node, .is_apart = true, .bytes = *bytes};
    say_hello(&heard);
    const Tonghop__Envelope *answer = ask(&heard, envelope);
    *bytes = heard.bytes;
    return answer;
}

/* ---- chance ---- */

/* Of its own, so that what is asked in the end changes no campaign. */
static uint32_t draw(uint64_t *random, uint32_t below)
{
    *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*random >> 33) % below;
}

/* A figure of a unit beneath the node. */
struct subject {
    const struct indicator *indicator;
    uint8_t kind;
    char period[PERIOD_TEXT_SIZE], unit[16];
};

static bool draw_subject(const struct heard *heard, uint64_t *random, struct subject *ret)
{
    const struct sim *sim = heard->sim;
    const struct catalogue *catalogue = sim->nodes[heard->node].node->catalogue;
    struct period period = {(uint16_t)(SIM_YEAR_FIRST + draw(random, SIM_YEARS)),
                            (uint8_t)(PERIOD_S1 + draw(random, PERIOD_LABEL_COUNT))};
    size_t unit = draw(random, 2) == 0 ? sim_unit_of_node(sim, heard->node)
                                       : draw(random, (uint32_t)sim->country.unit_count);
    ret->indicator = &catalogue->indicators[draw(random, (uint32_t)catalogue->indicator_count)];
    ret->kind = draw(random, 4) == 0 ? KIND_PLAN : KIND_ACTUAL;
    (void)period_format(period, ret->period);
    (void)snprintf(ret->unit, sizeof(ret->unit), "id:%u", sim->country.units[unit].id);
    return sim_node_covers(sim, heard->node, unit) &&
           sim_unit_is_in(sim, unit, period, sim->published);
}

/* ---- stories ---- */

static bool is_same(const Tonghop__Value *a, const Tonghop__Value *b)
{
    uint8_t bytes[2][512];
    const Tonghop__Value *values[2] = {a, b};
    size_t sizes[2];
    for (size_t i = 0; i < 2; i++) {
        Tonghop__Value plain = *values[i];
        plain.n_failed_checks = 0; /* a story does not tell them */
        assert(tonghop__value__get_packed_size(&plain) <= sizeof(bytes[i]));
        sizes[i] = tonghop__value__pack(&plain, bytes[i]);
    }
    return sizes[0] == sizes[1] && memcmp(bytes[0], bytes[1], sizes[0]) == 0;
}

static void check_story(struct heard *heard, const struct subject *subject,
                        const Tonghop__Explanation *told)
{
    struct sim *sim = heard->sim;
    size_t count = told->n_changes;
    const Tonghop__Value *last = count > 0 ? told->changes[count - 1]->total : told->before;
    if (!is_same(last, told->total))
        sim_wrong(sim,
                  "unit %u: the story of %s of unit %s, %s, ends with %" PRIu64
                  " of %u units, the total is %" PRIu64 " of %u",
                  sim->nodes[heard->node].unit, subject->indicator->code, subject->unit,
                  subject->period, last->value_low, last->unit_count, told->total->value_low,
                  told->total->unit_count);
    for (size_t i = 0; i < count; i++)
        if (told->changes[i]->received_us <= told->since_us ||
            (i > 0 && told->changes[i]->received_us < told->changes[i - 1]->received_us))
            sim_wrong(sim, "unit %u tells a change out of order", sim->nodes[heard->node].unit);
    sim->story_count += count;
}

/* The reports that are told add up to the count of the total. */
static void check_parts(struct heard *heard, const struct subject *subject,
                        const Tonghop__Explanation *told)
{
    uint32_t units = 0;
    for (size_t i = 0; i < told->n_lines; i++)
        if (told->lines[i]->type == TONGHOP__EXPLAIN_TYPE__EXPLAIN_TYPE_REPORT)
            units += told->lines[i]->value->unit_count;
    if (units != told->total->unit_count || told->missing_count > told->due_count)
        sim_wrong(heard->sim,
                  "unit %u: %s of unit %s, %s: %u units told, %u in the total; %u of %u missing",
                  heard->sim->nodes[heard->node].unit, subject->indicator->code, subject->unit,
                  subject->period, units, told->total->unit_count, told->missing_count,
                  told->due_count);
}

static void ask_story(struct heard *heard, const struct subject *subject, uint64_t *random)
{
    char since[INSTANT_TEXT_SIZE], from[PERIOD_TEXT_SIZE];
    Tonghop__ExplainQuery query = TONGHOP__EXPLAIN_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    int64_t back_us = (int64_t)draw(random, 300) * 1000000;
    struct instant moment = {sim_clock(heard->sim, heard->node).us - back_us};
    query.kind = subject->kind;
    query.period = TEXT(subject->period);
    query.unit = TEXT(subject->unit);
    query.indicator = subject->indicator->code;
    query.since = TEXT(draw(random, 2) == 0 ? "1970-01-01" : instant_format(moment, since));
    query.revisions = draw(random, 2) == 0;
    bool is_span = strchr(subject->period, '-') == NULL && draw(random, 2) == 0;
    (void)snprintf(from, sizeof(from), "%d", SIM_YEAR_FIRST);
    query.from = TEXT(is_span ? from : "");
    envelope.body_case = TONGHOP__ENVELOPE__BODY_EXPLAIN_QUERY;
    envelope.explain_query = &query;
    const Tonghop__Envelope *answer = ask(heard, &envelope);
    if (answer == NULL)
        return;
    if (answer->body_case != TONGHOP__ENVELOPE__BODY_EXPLANATION) {
        sim_wrong(heard->sim, "unit %u explains nothing: '%s'", heard->sim->nodes[heard->node].unit,
                  wire_body_name(answer));
        return;
    }
    check_story(heard, subject, answer->explanation);
    if (!is_span) /* of a span there are no lines beside a story */
        check_parts(heard, subject, answer->explanation);
}

/* ---- rows by type ---- */

static void check_rows(struct heard *heard, const struct subject *subject,
                       const Tonghop__Totals *totals)
{
    const Tonghop__Value *total = totals->units[0]->values[0];
    uint32_t units = 0;
    uint64_t sum = 0;
    for (size_t i = 1; i < totals->n_units; i++) {
        units += totals->units[i]->values[0]->unit_count;
        sum += totals->units[i]->values[0]->value_low;
    }
    bool is_exact = subject->indicator->aggregation == AGGREGATION_SUM &&
                    total->exact_count == total->unit_count;
    if (units != total->unit_count || (is_exact && sum != total->value_low))
        sim_wrong(heard->sim,
                  "unit %u: %s of unit %s, %s, by type: %" PRIu64
                  " of %u units, the total is %" PRIu64 " of %u",
                  heard->sim->nodes[heard->node].unit, subject->indicator->code, subject->unit,
                  subject->period, sum, units, total->value_low, total->unit_count);
}

static void ask_rows(struct heard *heard, const struct subject *subject)
{
    char *indicators[] = {subject->indicator->code};
    Tonghop__TotalsQuery query = TONGHOP__TOTALS_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    query.kind = subject->kind;
    query.period = TEXT(subject->period);
    query.unit = TEXT(subject->unit);
    query.by = TONGHOP__BY__BY_TYPE;
    query.indicators = indicators;
    query.n_indicators = 1;
    envelope.body_case = TONGHOP__ENVELOPE__BODY_TOTALS_QUERY;
    envelope.totals_query = &query;
    const Tonghop__Envelope *answer = ask(heard, &envelope);
    if (answer == NULL)
        return;
    if (answer->body_case == TONGHOP__ENVELOPE__BODY_TOTALS && answer->totals->n_indicators == 1)
        check_rows(heard, subject, answer->totals);
    else
        sim_wrong(heard->sim, "unit %u has no totals: '%s'", heard->sim->nodes[heard->node].unit,
                  wire_body_name(answer));
}

/* ---- all of it ---- */

static void question(struct sim *sim, size_t node, uint64_t *random)
{
    struct heard heard = {.sim = sim, .node = node};
    say_hello(&heard);
    for (size_t i = 0; i < QUESTIONS && sim->wrong_count == 0; i++) {
        struct subject subject;
        if (!draw_subject(&heard, random, &subject))
            continue;
        ask_story(&heard, &subject, random);
        ask_rows(&heard, &subject);
    }
    buf_fini(&heard.bytes);
}

/* The root, and some others. */
void sim_questions_check(struct sim *sim)
{
    uint64_t random = sim->seed;
    size_t asked = 0;
    for (size_t i = 0; i < sim->node_count && asked < NODES_MAX && sim->wrong_count == 0; i++) {
        if (!sim->nodes[i].is_running || (i > 0 && draw(&random, 3) == 0))
            continue;
        question(sim, i, &random);
        asked++;
    }
}
