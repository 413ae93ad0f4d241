/* What people say at nodes: they remind units, close periods, reopen them for a unit, and look into
 * the inbox. Whatever comes of it is a notice, which all levels must hold in the end (said.c). */
#include <string.h>

#include "node/notice.h"
#include "sim/sim.h"

enum { OPEN_MS = 600000, CLOSED_ONCE_IN = 12, ESTIMATED_ONCE_IN = 2, AGAIN_ONCE_IN = 3 };

static uint8_t draw_type(struct sim *sim)
{
    static const uint8_t types[] = {NOTICE_REMINDER, NOTICE_REMINDER, NOTICE_REOPENING,
                                    NOTICE_REOPENING, NOTICE_HEARD};
    return sim_once_in(sim, CLOSED_ONCE_IN)
               ? NOTICE_CLOSING
               : types[sim_random(sim, sizeof(types) / sizeof(types[0]))];
}

/* The same as before is said anew, which has to be heard anew. */
static bool draw_again(struct sim *sim, struct sim_ask *ask)
{
    if (sim->said_count == 0 || !sim_once_in(sim, AGAIN_ONCE_IN))
        return false;
    const struct sim_said *said = &sim->said_notices[sim_random(sim, sim->said_count)];
    if (said->key.type != NOTICE_REMINDER && said->key.type != NOTICE_REOPENING)
        return false;
    *ask = (struct sim_ask){
        .type = SIM_ASK_SAY, .node = said->node, .says = said->key.type, .about = said->key.report};
    return true;
}

static bool draw_anew(struct sim *sim, struct sim_ask *ask)
{
    size_t node = sim_random(sim, sim->node_count);
    size_t unit = sim_random(sim, sim->country.unit_count);
    if (!sim_node_covers(sim, node, unit))
        return false;
    *ask = (struct sim_ask){.type = SIM_ASK_SAY, .node = node, .says = draw_type(sim)};
    ask->about = (struct report_key){
        .kind = KIND_ACTUAL,
        .period = {(uint16_t)(SIM_YEAR_FIRST + sim_random(sim, SIM_YEARS)),
                   (uint8_t)(PERIOD_S1 + sim_random(sim, PERIOD_LABEL_COUNT))},
        .unit = sim->country.units[ask->says == NOTICE_CLOSING ? sim_unit_of_node(sim, node) : unit]
                    .id};
    ask->bit =
        sim_once_in(sim, ESTIMATED_ONCE_IN) ? 1 : 2; /* of a closing: estimate, preliminary */
    return true;
}

void sim_say_something(struct sim *sim)
{
    struct sim_ask ask;
    if ((!draw_again(sim, &ask) && !draw_anew(sim, &ask)) || !sim->nodes[ask.node].is_running)
        return;
    sim->counts[FAULT_SAY]++;
    sim_ask(sim, &ask);
}

/* ---- packing ---- */

void sim_say_pack(struct sim *sim, const struct sim_ask *ask,
                  void (*pack)(struct sim *sim, Tonghop__Envelope *envelope, struct buf *out),
                  struct buf *out)
{
    char period[PERIOD_TEXT_SIZE], unit[16], reason[] = "sim";
    char *units[] = {unit};
    Tonghop__Remind remind = TONGHOP__REMIND__INIT;
    Tonghop__Reopen reopen = TONGHOP__REOPEN__INIT;
    Tonghop__Close close = TONGHOP__CLOSE__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    Tonghop__InboxQuery inbox = TONGHOP__INBOX_QUERY__INIT;
    (void)snprintf(unit, sizeof(unit), "id:%u", ask->about.unit);
    (void)period_format(ask->about.period, period);
    switch (ask->says) {
    case NOTICE_REMINDER:
        remind.period = period;
        remind.units = units;
        remind.n_units = sim_once_in(sim, 2) ? 1 : 0; /* or all that miss something */
        remind.text = reason;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_REMIND;
        envelope.remind = &remind;
        break;
    case NOTICE_REOPENING:
        reopen.period = period;
        reopen.unit = unit;
        reopen.until_us = sim_clock(sim, ask->node).us + (int64_t)sim_random(sim, OPEN_MS) * 1000;
        reopen.reason = reason;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_REOPEN;
        envelope.reopen = &reopen;
        break;
    case NOTICE_CLOSING:
        close.period = period;
        close.unit = unit;
        close.rank = ask->bit == 1 ? TONGHOP__EDITION_RANK__EDITION_RANK_ESTIMATE
                                   : TONGHOP__EDITION_RANK__EDITION_RANK_PRELIMINARY;
        close.incomplete = true;
        close.reason = reason;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_CLOSE;
        envelope.close = &close;
        break;
    default:
        inbox.mark_seen = true;
        envelope.body_case = TONGHOP__ENVELOPE__BODY_INBOX_QUERY;
        envelope.inbox_query = &inbox;
        break;
    }
    pack(sim, &envelope, out);
}

/* ---- answers ---- */

/* All that this node has said of that sort is noted, also what was said before. */
void sim_say_done(struct sim *sim, size_t index)
{
    const struct sim_ask *ask = &sim->asks[index];
    struct sim_node *n = &sim->nodes[ask->node];
    struct notice_key key = {0};
    struct span bytes;
    sim_ask_close(sim, index);
    if (!n->is_running)
        return;
    struct store_txn *txn = store_begin_read(n->store);
    while (store_next_notice(txn, &key, &bytes))
        if (key.type == ask->says && key.author == n->unit && sim_once_in(sim, 4))
            sim_said_note(sim, ask->node, &key);
    store_abort(&txn);
}
