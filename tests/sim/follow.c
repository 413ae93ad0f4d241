/* Programs that follow what changes at a node, from the beginning and through everything: crashes,
 * lost disks, restored backups. They ask at chosen moments and page by page, and keep only what
 * they were told. At rest that must be what the node holds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/step.h"
#include "sim/sim.h"

enum { ASK_ONCE_IN = 60, MOST = 25, PAGES_MAX = 100000 };

/* Of its own, so that who follows changes no campaign. */
static uint32_t draw(struct sim *sim, uint32_t below)
{
    sim->follow_random =
        sim->follow_random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(sim->follow_random >> 33) % below;
}

static void forget(const struct sim *sim, struct sim_follower *follower)
{
    memset(follower->told, 0, sim->key_count * sizeof(*follower->told));
}

static void begin(struct sim *sim, struct sim_follower *follower)
{
    bool is_first = follower == &sim->followers[0];
    follower->node = is_first ? 0 : draw(sim, (uint32_t)sim->node_count);
    follower->disk = sim->nodes[follower->node].disk;
    follower->told = mem_calloc(sim->key_count, sizeof(*follower->told));
}

/* A disk that was copied back by hand is no new life of the store to anybody: whoever does so has
 * to begin anew with all who follow. */
static void note_disk(const struct sim *sim, struct sim_follower *follower)
{
    const struct sim_node *n = &sim->nodes[follower->node];
    if (n->disk == follower->disk || !n->was_copied_back)
        return;
    follower->cursor[0] = '\0';
    forget(sim, follower);
}

static void take(struct sim *sim, struct sim_follower *follower, const Tonghop__Changes *changes)
{
    struct sim_node *n = &sim->nodes[follower->node];
    if (changes->restarted && n->disk == follower->disk)
        sim_wrong(sim, "unit %u begins anew with who follows it, on the same disk", n->unit);
    if (changes->restarted) {
        forget(sim, follower);
        sim->told_anew_count++;
    }
    for (size_t i = 0; i < changes->n_changes; i++) {
        const Tonghop__Change *change = changes->changes[i];
        struct report_key key;
        wire_key_to_domain(change->key, &key);
        follower->told[sim_key_index(&key)] = (struct sim_told){.revision = change->revision,
                                                                .states = (uint8_t)change->states,
                                                                .is_withdrawn = change->withdrawn,
                                                                .counts = change->counts};
        sim->told_count++;
    }
    follower->disk = n->disk;
    (void)snprintf(follower->cursor, sizeof(follower->cursor), "%s", changes->cursor);
}

/* One page; returns whether there may be more. */
static bool ask(struct sim *sim, struct sim_follower *follower)
{
    Tonghop__WatchQuery query = TONGHOP__WATCH_QUERY__INIT;
    Tonghop__Envelope envelope = TONGHOP__ENVELOPE__INIT;
    struct buf bytes = {0};
    bool may_be_more = false;
    note_disk(sim, follower);
    query.cursor = follower->cursor;
    query.most = 1 + draw(sim, MOST);
    envelope.body_case = TONGHOP__ENVELOPE__BODY_WATCH_QUERY;
    envelope.watch_query = &query;
    const Tonghop__Envelope *answer = sim_question(sim, follower->node, &envelope, &bytes);
    if (answer != NULL && answer->body_case == TONGHOP__ENVELOPE__BODY_CHANGES) {
        take(sim, follower, answer->changes);
        may_be_more = answer->changes->more || answer->changes->restarted;
    } else if (answer != NULL && answer->body_case != TONGHOP__ENVELOPE__BODY_REFUSAL) {
        sim_wrong(sim, "unit %u answers who follows it by '%s'", sim->nodes[follower->node].unit,
                  wire_body_name(answer));
    } /* else without a catalogue yet, or with one that does not have the unit yet */
    buf_fini(&bytes);
    return may_be_more;
}

void sim_follow_step(struct sim *sim)
{
    if (!sim->is_set_up || draw(sim, ASK_ONCE_IN) != 0)
        return;
    struct sim_follower *follower = &sim->followers[draw(sim, SIM_FOLLOWERS)];
    if (follower->told == NULL)
        begin(sim, follower);
    if (sim->nodes[follower->node].is_running)
        (void)ask(sim, follower);
}

/* ---- at rest ---- */

static void check_told(struct sim *sim, struct sim_follower *follower)
{
    struct sim_node *n = &sim->nodes[follower->node];
    struct report_key key = {0};
    struct head head;
    size_t held_count = 0, told_count = 0;
    struct store_txn *txn = store_begin_read(n->store);
    while (store_next_head(txn, &key, &head)) {
        const struct sim_told *told = &follower->told[sim_key_index(&key)];
        const struct tree *tree = node_tree(n->node, key.period);
        if (!tree_contains(tree, n->unit, key.unit))
            continue;
        held_count++;
        if (told->revision != head.revision || told->states != head.states ||
            told->is_withdrawn != head.is_withdrawn ||
            told->counts != (head.counting == head.revision))
            sim_wrong(sim,
                      "unit %u holds revision %" PRIu64 " (states %u) of unit %u, form %u, and has "
                      "told revision %" PRIu64 " (states %u)",
                      n->unit, head.revision, head.states, key.unit, key.form, told->revision,
                      told->states);
    }
    store_abort(&txn);
    for (size_t i = 0; i < sim->key_count; i++)
        told_count += follower->told[i].revision != 0;
    if (told_count != held_count)
        sim_wrong(sim, "unit %u holds %zu reports, and has told of %zu", n->unit, held_count,
                  told_count);
}

void sim_follow_check(struct sim *sim)
{
    for (size_t i = 0; i < SIM_FOLLOWERS && sim->wrong_count == 0; i++) {
        struct sim_follower *follower = &sim->followers[i];
        if (follower->told == NULL)
            begin(sim, follower);
        if (!sim->nodes[follower->node].is_running)
            continue;
        for (size_t page = 0; page < PAGES_MAX && ask(sim, follower); page++)
            continue;
        check_told(sim, follower);
    }
}

void sim_follow_fini(struct sim *sim)
{
    for (size_t i = 0; i < SIM_FOLLOWERS; i++)
        free(sim->followers[i].told);
}
