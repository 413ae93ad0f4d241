/* Checks at every step: what is acknowledged is on disk, revisions never go back, limits hold. */
#include <string.h>

#include "sim/sim.h"

/* ---- receipts ---- */

/* The author is told that it is on disk: it is looked for there, at once. */
static void check_is_held(struct sim *sim, size_t node, const struct sim_filing *filing,
                          uint64_t number)
{
    struct report_key key = sim_key_of(sim, filing->key);
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    struct revision revision;
    uint8_t content[DIGEST_SIZE];
    if (store_get_revision(txn, &key, number, &revision) != ERR_OK)
        sim_wrong(sim, "unit %u acknowledged revision %lu of unit %u, which is not on its disk",
                  sim->nodes[node].unit, number, key.unit);
    else if (sim_content_of(sim, revision.filing, content) &&
             memcmp(content, filing->content, sizeof(content)) != 0)
        sim_wrong(sim, "unit %u acknowledged revision %lu of unit %u, and holds another content",
                  sim->nodes[node].unit, number, key.unit);
    store_abort(&txn);
}

/* Of two authors with one base exactly one may win. */
static void check_is_alone(struct sim *sim, size_t node, const struct sim_filing *filing,
                           uint64_t number)
{
    for (int i = sim->keys[filing->key].first; i != SIM_NONE; i = sim->filings[i].next) {
        const struct sim_filing *other = &sim->filings[i];
        if (other->revision == number && other->node == node &&
            other->disk == sim->nodes[node].disk &&
            memcmp(other->content, filing->content, sizeof(filing->content)) != 0)
            sim_wrong(sim, "unit %u gave revision %lu of unit %u to two contents",
                      sim->nodes[node].unit, number, filing->report.key.unit);
    }
}

/* What a disk that is in use holds must not be numbered again: a restored node, or a new one, asks
 * the node above before it takes anything in. */
static void check_is_new(struct sim *sim, const struct sim_filing *filing, uint64_t number)
{
    if (sim->keys[filing->key].may_fork)
        return;
    for (int i = sim->keys[filing->key].first; i != SIM_NONE; i = sim->filings[i].next) {
        const struct sim_filing *other = &sim->filings[i];
        if (other->revision >= number && !other->is_excused &&
            memcmp(other->content, filing->content, sizeof(filing->content)) != 0)
            sim_wrong(sim, "unit %u: revision %lu is taken in although there is a revision %lu",
                      filing->report.key.unit, number, other->revision);
    }
}

void sim_check_receipt(struct sim *sim, size_t node, const struct sim_filing *filing,
                       const Tonghop__Receipt *receipt)
{
    struct report_key key;
    wire_key_to_domain(receipt->key, &key);
    if (sim_key_index(&key) != filing->key)
        sim_wrong(sim, "a receipt of unit %u is about another report", filing->report.key.unit);
    if (!receipt->repeated_content && receipt->revision != filing->report.based_on + 1)
        sim_wrong(sim, "unit %u: a report based on revision %lu became revision %lu",
                  filing->report.key.unit, filing->report.based_on, receipt->revision);
    check_is_held(sim, node, filing, receipt->revision);
    check_is_alone(sim, node, filing, receipt->revision);
    if (receipt->repeated_content)
        return;
    check_is_new(sim, filing, receipt->revision);
    sim_said_check_restored(sim, node);
}

/* ---- revoked keys ---- */

void sim_check_answer(struct sim *sim, size_t node, size_t child)
{
    const struct sim_node *n = &sim->nodes[child];
    if (n->is_cut_off && n->cut_off_at == sim->nodes[node].disk &&
        strcmp(sim->said, "refusal") != 0)
        sim_wrong(sim, "unit %u sends '%s' to unit %u, whose key is revoked", sim->nodes[node].unit,
                  sim->said, n->unit);
}

/* ---- heads ---- */

void sim_note_head(struct sim *sim, size_t node, const struct report_key *key)
{
    struct head head = {0};
    struct store_txn *txn = store_begin_read(sim->nodes[node].store);
    (void)store_get_head(txn, key, &head); /* it was put */
    store_abort(&txn);
    sim_ledger_take(sim, sim_key_index(key), &head);
}

void sim_check_head(struct sim *sim, struct store_txn *txn, const struct report_key *key,
                    const struct head *head)
{
    struct head old;
    if (store_get_head(txn, key, &old) != ERR_OK)
        return;
    if (head->revision < old.revision) {
        sim_wrong(sim, "unit %u goes back from revision %lu to %lu", key->unit, old.revision,
                  head->revision);
        return;
    }
    if (head->revision > old.revision)
        return;
    bool is_same = memcmp(head->content, old.content, sizeof(old.content)) == 0;
    if (is_same && (head->states & old.states) != old.states)
        sim_wrong(sim, "unit %u, revision %lu loses a state", key->unit, head->revision);
    if (!is_same && !sim->keys[sim_key_index(key)].may_fork)
        sim_wrong(sim, "unit %u, revision %lu changes its content", key->unit, head->revision);
}

/* ---- limits ---- */

/* At most one entry for each key that is held, and one statement for each kind and year. */
static void check_outbox(struct sim *sim, const struct sim_node *n)
{
    struct store_txn *txn = store_begin_read(n->store);
    uint64_t waiting = store_count_outbox(txn, NULL);
    if (waiting > store_count_heads(txn) + 2 * SIM_YEARS)
        sim_wrong(sim, "unit %u has %lu entries in its outbox, and %lu reports", n->unit, waiting,
                  store_count_heads(txn));
    store_abort(&txn);
}

void sim_check_limits(struct sim *sim, size_t node)
{
    enum { LOOKED_AT_ONCE_IN = 32 };
    const struct sim_node *n = &sim->nodes[node];
    const struct session *session = &n->node->session;
    if (session->sent_count > session->window || session->window > NODE_WINDOW)
        sim_wrong(sim, "unit %u has %zu messages under way, and a window of %u", n->unit,
                  session->sent_count, session->window);
    if (n->effects.count > 0 || n->effects.bytes.cap > EFFECTS_KEEP_MAX)
        sim_wrong(sim, "unit %u keeps %zu effects, %zu bytes", n->unit, n->effects.count,
                  n->effects.bytes.cap);
    if (n->node->peers.count > 8 * sim->node_count + 2 * sim->country.unit_count + 8)
        sim_wrong(sim, "unit %u remembers %zu peers", n->unit, n->node->peers.count);
    if (sim_once_in(sim, LOOKED_AT_ONCE_IN))
        check_outbox(sim, n);
}
