/* The operators: they enrol and revoke nodes, publish catalogues, accept and return reports, and
 * bring a node whose disk was replaced up to date, from what they know and not from any disk. */
#include <stdio.h>
#include <string.h>

#include "sim/sim.h"

enum { MARKED_OF_LATEST = 40 };

static void enrol(struct sim *sim, size_t child)
{
    const struct sim_node *n = &sim->nodes[child];
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_ENROL,
                                   .node = (size_t)n->parent,
                                   .child = child,
                                   .generation = n->generation});
}

static void revoke(struct sim *sim, size_t child, unsigned generation)
{
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_REVOKE,
                                   .node = (size_t)sim->nodes[child].parent,
                                   .child = child,
                                   .generation = generation});
}

static void publish(struct sim *sim, uint32_t number)
{
    sim->is_publishing = true;
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_PUBLISH, .catalogue = number});
}

void sim_admin_set_up(struct sim *sim)
{
    for (uint32_t n = 1; n <= SIM_CATALOGUES_MAX; n++) {
        sim->in_force[n] = sim_country_catalogue(sim, n);
        wire_pack_catalogue(sim->in_force[n], &sim->catalogues[n]);
    }
    publish(sim, 1);
    for (size_t i = 1; i < sim->node_count; i++)
        enrol(sim, i);
}

/* ---- moving homes ---- */

/* Whether an operator is at work on that node's key already. */
static bool is_in_hand(const struct sim *sim, size_t child)
{
    for (size_t i = 0; i < sim->ask_count; i++)
        if (sim->asks[i].is_open && sim->asks[i].child == child &&
            (sim->asks[i].type == SIM_ASK_ENROL || sim->asks[i].type == SIM_ASK_REVOKE))
            return true;
    return false;
}

void sim_admin_enrol(struct sim *sim)
{
    size_t unit = sim_random(sim, sim->country.unit_count);
    struct sim_unit *u = &sim->country.units[unit];
    if (!u->may_be_moved || (u->node != SIM_NONE &&
                             (sim->nodes[u->node].is_running || is_in_hand(sim, (size_t)u->node))))
        return;
    bool has_old_disk = u->node != SIM_NONE && sim_once_in(sim, 2);
    if (u->node != SIM_NONE && !has_old_disk)
        sim_disk_wipe(&sim->nodes[u->node]);
    sim_ledger_disturb(sim, unit, has_old_disk);
    sim->counts[FAULT_ENROL]++;
    enrol(sim, sim_add_node(sim, unit));
}

void sim_admin_enrol_reporter(struct sim *sim, size_t unit)
{
    if (sim->reporters[unit].is_enrolling)
        return;
    sim->reporters[unit].is_enrolling = true;
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_ENROL_REPORTER, .unit = unit});
}

void sim_admin_revoke(struct sim *sim)
{
    size_t node = sim_random(sim, sim->node_count);
    if (!sim->country.units[sim_unit_of_node(sim, node)].may_be_moved ||
        !sim->nodes[node].is_running || is_in_hand(sim, node))
        return;
    sim_ledger_disturb(sim, sim_unit_of_node(sim, node), true);
    sim->counts[FAULT_REVOKE]++;
    sim->nodes[node].is_leaving = true;
    revoke(sim, node, sim->nodes[node].generation);
}

void sim_admin_repair(struct sim *sim, size_t node)
{
    for (size_t i = 0; i < sim->ask_count; i++)
        if (sim->asks[i].is_open && sim->asks[i].node == node &&
            (sim->asks[i].type == SIM_ASK_ENROL || sim->asks[i].type == SIM_ASK_REVOKE))
            sim_ask_close(sim, i); /* it is asked for anew */
    for (size_t child = 1; child < sim->node_count; child++) {
        const struct sim_node *n = &sim->nodes[child];
        if (n->parent != (int)node)
            continue;
        for (unsigned generation = 1; generation < n->generation; generation++)
            revoke(sim, child, generation);
        if (n->is_running && !n->is_leaving)
            enrol(sim, child);
        else
            revoke(sim, child, n->generation);
    }
    if (node == 0 && !sim->is_publishing)
        publish(sim, sim->published);
}

/* ---- catalogues ---- */

void sim_admin_publish(struct sim *sim)
{
    if (sim->is_publishing || sim->published >= SIM_CATALOGUES_MAX)
        return;
    sim->counts[FAULT_PUBLISH]++;
    publish(sim, sim->published + 1);
}

/* A root that is behind says what it wants first: the operator gets that one, and publishes his own
 * after it. */
static void publish_first(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    struct sim_ask *ask = &sim->asks[index];
    const char *says = strstr(refusal->text, "has catalogue ");
    unsigned number;
    if (says == NULL || sscanf(says, "has catalogue %u", &number) != 1 ||
        number == ask->catalogue || number > SIM_CATALOGUES_MAX)
        return;
    ask->catalogue = number;
    ask->chunk = 0;
}

static void publish_next(struct sim *sim, size_t index)
{
    struct sim_ask *ask = &sim->asks[index];
    size_t chunks = (sim->catalogues[ask->catalogue].len + WIRE_CHUNK_SIZE - 1) / WIRE_CHUNK_SIZE;
    if (++ask->chunk < chunks) {
        sim_ask_again(sim, index, ask->seq);
        return;
    }
    if (ask->catalogue > sim->published)
        sim->published = ask->catalogue;
    bool is_behind = ask->catalogue < sim->published;
    sim->is_publishing = false;
    sim_ask_close(sim, index);
    if (is_behind)
        publish(sim, sim->published);
}

/* ---- accepting and returning ---- */

void sim_admin_mark(struct sim *sim)
{
    if (sim->filing_count == 0)
        return;
    size_t back = sim_random(sim, MARKED_OF_LATEST);
    size_t filing = sim->filing_count - 1 - back % sim->filing_count;
    const struct sim_filing *f = &sim->filings[filing];
    const struct sim_unit *unit = &sim->country.units[sim_key_unit(f->key)];
    bool is_manual = sim_key_is_manual(sim, f->key);
    if (f->revision == 0 || unit->parent == SIM_NONE || (!is_manual && !sim_once_in(sim, 4)))
        return;
    uint8_t bit = is_manual && !sim_once_in(sim, 4) ? STATE_ACCEPTED : STATE_RETURNED;
    size_t node = sim_home_of(sim, (size_t)unit->parent);
    while (bit == STATE_RETURNED && node != 0 && sim_once_in(sim, 2))
        node = (size_t)sim->nodes[node].parent;
    sim->counts[FAULT_MARK]++;
    sim_ask(sim, &(struct sim_ask){.type = SIM_ASK_MARK,
                                   .node = node,
                                   .filing = filing,
                                   .revision = f->revision,
                                   .bit = bit});
}

/* ---- answers ---- */

/* Its key is no good any more; its daemon is stopped some time later, and tries until then. */
static void cut_off(struct sim *sim, size_t node)
{
    enum { STOPPED_MS = 20000 };
    struct sim_node *n = &sim->nodes[node];
    if (!n->is_running)
        return;
    n->cut_off_at = sim->nodes[n->parent].disk;
    if (n->is_cut_off)
        return;
    n->is_cut_off = true;
    sim_queue_put(sim,
                  (struct sim_due){.due_ms = sim->now_ms + 1 + (int64_t)sim_random(sim, STOPPED_MS),
                                   .type = SIM_DUE_RETIRE,
                                   .index = node});
}

/* The node that answered has said so, of the filing that is that revision there. */
static void note_mark(struct sim *sim, const struct sim_ask *ask)
{
    if (!sim->nodes[ask->node].is_running)
        return;
    struct report_key key = sim_key_of(sim, sim->filings[ask->filing].key);
    struct notice_key said = {.report = key,
                              .type =
                                  ask->bit == STATE_ACCEPTED ? NOTICE_ACCEPTED : NOTICE_RETURNED,
                              .author = sim->nodes[ask->node].unit,
                              .number = ask->revision};
    struct store_txn *txn = store_begin_read(sim->nodes[ask->node].store);
    struct revision held;
    uint8_t digest[DIGEST_SIZE];
    struct span bytes;
    if (store_get_revision(txn, &key, ask->revision, &held) == ERR_OK) {
        digest_of(held.filing, digest);
        memcpy(said.about, digest, sizeof(said.about));
        /* Somebody else may have marked it before. */
        if (store_get_notice(txn, &said, &bytes) == ERR_OK)
            sim_said_note(sim, ask->node, &said);
    }
    store_abort(&txn);
}

/* One that was returned is not accepted; it may have been before, and the answer got lost. */
static void note_refused_mark(struct sim *sim, const struct sim_ask *ask)
{
    struct sim_filing *filing = &sim->filings[ask->filing];
    struct report_key key = sim_key_of(sim, filing->key);
    struct revision held;
    if (!sim->nodes[ask->node].is_running || filing->revision != ask->revision)
        return;
    struct store_txn *txn = store_begin_read(sim->nodes[ask->node].store);
    if (store_get_revision(txn, &key, ask->revision, &held) == ERR_OK)
        filing->marks |= ask->bit & held.states;
    store_abort(&txn);
}

void sim_admin_done(struct sim *sim, size_t index)
{
    const struct sim_ask *ask = &sim->asks[index];
    switch (ask->type) {
    case SIM_ASK_PUBLISH:
        publish_next(sim, index);
        return;
    case SIM_ASK_MARK:
        if (sim->filings[ask->filing].revision == ask->revision)
            sim->filings[ask->filing].marks |= ask->bit;
        sim->mark_count++;
        note_mark(sim, ask);
        break;
    case SIM_ASK_REVOKE:
        if (sim->nodes[ask->child].generation == ask->generation)
            cut_off(sim, ask->child);
        break;
    case SIM_ASK_ENROL:
        break;
    case SIM_ASK_ENROL_REPORTER:
        sim->reporters[ask->unit].is_enrolling = false;
        break;
    case SIM_ASK_FILE:
    case SIM_ASK_SAFE:
    case SIM_ASK_SAY: /* seen before */
        sim_wrong(sim, "a report is answered by 'done'");
        break;
    }
    sim_ask_close(sim, index);
}

/* A mark may come too early for a node that has not got the revision yet: then it is let be. The
 * others are repeated until they are done. */
void sim_admin_refusal(struct sim *sim, size_t index, const Tonghop__Refusal *refusal)
{
    struct sim_ask *ask = &sim->asks[index];
    bool is_unknown = strcmp(refusal->code, err_name(ERR_NOT_FOUND)) == 0;
    switch (ask->type) {
    case SIM_ASK_PUBLISH:
        if (strcmp(refusal->code, err_name(ERR_CATALOGUE)) == 0) {
            publish_first(sim, index, refusal);
            break;
        }
        /* The root began anew in the middle of it. */
        if (strcmp(refusal->code, err_name(ERR_INVALID)) != 0 || ask->chunk == 0)
            sim_wrong(sim, "catalogue %u may not be published: %s %s", ask->catalogue,
                      refusal->code, refusal->text);
        ask->chunk = 0;
        sim_ask_again(sim, index, ask->seq);
        break;
    case SIM_ASK_MARK:
        if (strcmp(refusal->code, err_name(ERR_EXISTS)) == 0)
            note_refused_mark(sim, ask);
        sim_ask_close(sim, index);
        break;
    case SIM_ASK_SAY: /* what is not closed is not reopened, and so on */
        sim_ask_close(sim, index);
        break;
    case SIM_ASK_REVOKE:
        if (is_unknown) /* an older disk has never heard of it */
            sim_admin_done(sim, index);
        else
            sim_wrong(sim, "a key may not be revoked: %s %s", refusal->code, refusal->text);
        break;
    case SIM_ASK_ENROL: /* another key of that unit must be revoked first: it is under way */
        if (strcmp(refusal->code, err_name(ERR_EXISTS)) != 0)
            sim_wrong(sim, "a node may not be enrolled: %s %s", refusal->code, refusal->text);
        break;
    case SIM_ASK_ENROL_REPORTER: /* a restored node may not know the unit yet */
        if (!is_unknown)
            sim_wrong(sim, "a reporter may not be enrolled: %s %s", refusal->code, refusal->text);
        break;
    case SIM_ASK_FILE:
    case SIM_ASK_SAFE:
        break;
    }
}
