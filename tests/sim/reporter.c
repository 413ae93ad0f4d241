/* Remote reporters: the second author of each unit's reports is not at the node, but connects to it
 * with a key of his own. Nobody enrols keys ahead: whoever is not let in where his reports are
 * taken in by now calls the operator there, and tries again. */
#include "sim/sim.h"

enum { REPORTER_GENERATION = 0 }; /* of its key: those of nodes begin at 1 */

bool sim_reporter_connect(struct sim *sim, size_t unit, size_t node)
{
    struct sim_reporter *reporter = &sim->reporters[unit];
    if (reporter->connection != 0 && reporter->node == node &&
        reporter->process == sim->nodes[node].process)
        return false;
    reporter->connection = ++sim->connections;
    reporter->node = node;
    reporter->process = sim->nodes[node].process;
    reporter->is_let_in = false;
    return true;
}

void sim_reporter_send(struct sim *sim, size_t unit, struct span bytes)
{
    const struct sim_reporter *reporter = &sim->reporters[unit];
    struct sim_message message = {.to = reporter->node,
                                  .is_afar = true,
                                  .link = unit,
                                  .direction = SIM_UP,
                                  .connection = reporter->connection};
    sim->busy_ms = sim->now_ms;
    sim_trace(sim, "from afar", unit, reporter->connection, bytes);
    sim_launch(sim, &message, bytes);
}

bool sim_reporter_is_let_in(struct sim *sim, const struct sim_message *message, uint8_t *ret_key)
{
    struct sim_reporter *reporter = &sim->reporters[message->link];
    sim_fill_key(sim->country.units[message->link].id, REPORTER_GENERATION, ret_key);
    if (reporter->connection != message->connection)
        return false;
    if (reporter->is_let_in)
        return true;
    reporter->is_let_in = node_allows_key(sim->nodes[message->to].node, ret_key);
    if (!reporter->is_let_in) {
        reporter->connection = 0;
        sim_admin_enrol_reporter(sim, message->link);
    }
    return reporter->is_let_in;
}

enum err sim_reporter_answer(struct sim *sim, size_t unit, uint32_t connection, struct span bytes)
{
    struct sim_message message = {
        .is_afar = true, .link = unit, .direction = SIM_DOWN, .connection = connection};
    if (sim->reporters[unit].connection != connection)
        return ERR_NOT_FOUND;
    sim->busy_ms = sim->now_ms;
    sim_launch(sim, &message, bytes);
    return ERR_OK;
}

void sim_reporter_hear(struct sim *sim, const struct sim_message *message)
{
    if (sim->reporters[message->link].connection != message->connection)
        return;
    sim_trace(sim, "afar", message->link, message->connection, (struct span){0});
    sim_ask_answered(sim, (struct span){message->bytes, message->len});
}
