/* The ledger: what authors have handed in, what was acknowledged, and what every disaster took with
 * it. A filing is known by its content digest, whatever number it stands under later. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "sim/sim.h"

/* ---- keys ---- */

size_t sim_key_unit(size_t key)
{
    return key / SIM_KEYS_PER_UNIT;
}

struct report_key sim_key_of(const struct sim *sim, size_t key)
{
    size_t at = key % SIM_KEYS_PER_UNIT;
    struct report_key k = {.unit = sim->country.units[sim_key_unit(key)].id};
    k.form = 1 + (uint32_t)(at % SIM_FORMS);
    at /= SIM_FORMS;
    k.period.label = (uint8_t)(PERIOD_S1 + at % PERIOD_LABEL_COUNT);
    at /= PERIOD_LABEL_COUNT;
    k.period.year = (uint16_t)(SIM_YEAR_FIRST + at % SIM_YEARS);
    at /= SIM_YEARS;
    k.kind = (uint8_t)(KIND_ACTUAL + at);
    return k;
}

bool sim_key_is_manual(const struct sim *sim, size_t key)
{
    return sim_key_of(sim, key).form == SIM_FORM_MANUAL && sim_key_unit(key) != 0;
}

size_t sim_key_index(const struct report_key *key)
{
    size_t at = (size_t)(key->kind - KIND_ACTUAL);
    at = at * SIM_YEARS + (size_t)(key->period.year - SIM_YEAR_FIRST);
    at = at * PERIOD_LABEL_COUNT + (size_t)(key->period.label - PERIOD_S1);
    at = at * SIM_FORMS + key->form - 1;
    return (key->unit - SIM_UNIT_ID_FIRST) * SIM_KEYS_PER_UNIT + at;
}

void sim_ledger_init(struct sim *sim)
{
    sim->key_count = sim->country.unit_count * SIM_KEYS_PER_UNIT;
    sim->keys = mem_calloc(sim->key_count, sizeof(*sim->keys));
    for (size_t i = 0; i < sim->key_count; i++)
        sim->keys[i].first = sim->keys[i].last = SIM_NONE;
}

void sim_ledger_fini(struct sim *sim)
{
    for (size_t i = 0; i < sim->filing_count; i++)
        report_fini(&sim->filings[i].report);
    for (size_t i = 0; i < sim->key_count; i++)
        free(sim->keys[i].taken);
    free(sim->filings);
    free(sim->keys);
}

/* ---- filings ---- */

bool sim_content_of(struct sim *sim, struct span filing, uint8_t *ret_content)
{
    struct wire_filing opened;
    struct report report = {0};
    char reason[WIRE_REASON_SIZE];
    struct arena *arena = arena_new(WIRE_ARENA_MAX);
    enum err err = wire_open_filing(filing, arena, &opened, &report, reason, sizeof(reason));
    if (err == ERR_OK)
        memcpy(ret_content, opened.content, DIGEST_SIZE);
    else
        sim_wrong(sim, "a filing does not read: %s", reason);
    report_fini(&report);
    arena_free(&arena);
    return err == ERR_OK;
}

size_t sim_ledger_add(struct sim *sim, size_t key, struct report *report)
{
    struct buf bytes = {0};
    sim->filings =
        mem_grow(sim->filings, sim->filing_count, &sim->filing_capacity, sizeof(*sim->filings));
    size_t index = sim->filing_count++;
    struct sim_filing *filing = &sim->filings[index];
    *filing = (struct sim_filing){.key = key,
                                  .report = *report,
                                  .filed_ms = sim->now_ms,
                                  .holder = SIM_NONE,
                                  .next = SIM_NONE};
    *report = (struct report){0};
    wire_pack_filing(&filing->report, &bytes);
    (void)sim_content_of(sim, span_of(&bytes), filing->content); /* we have just packed it */
    buf_fini(&bytes);
    struct sim_key *k = &sim->keys[key];
    if (k->last == SIM_NONE)
        k->first = (int)index;
    else
        sim->filings[k->last].next = (int)index;
    k->last = (int)index;
    return index;
}

void sim_ledger_keep(struct sim *sim, size_t filing)
{
    const struct sim_filing old = sim->filings[filing];
    struct report again = {
        .key = old.report.key,
        .scope = old.report.scope,
        .catalogue = old.report.catalogue,
        .based_on = old.report.based_on,
        .is_withdrawn = old.report.is_withdrawn,
        .may_drop_cells = old.report.may_drop_cells,
        .author = mem_strdup(old.report.author),
        .reason = mem_strdup(old.report.reason),
    };
    for (size_t i = 0; i < old.report.cell_count; i++)
        report_add_cell(&again, old.report.cells[i]);
    size_t index = sim_ledger_add(sim, old.key, &again); /* moves the others */
    struct sim_filing *kept = &sim->filings[index];
    const struct sim_filing added = *kept;
    *kept = old;
    kept->report = added.report;
    kept->next = added.next;
}

struct sim_filing *sim_ledger_find(struct sim *sim, size_t key, const uint8_t *content)
{
    for (int i = sim->keys[key].first; i != SIM_NONE; i = sim->filings[i].next)
        if (memcmp(sim->filings[i].content, content, DIGEST_SIZE) == 0)
            return &sim->filings[i];
    return NULL;
}

static struct sim_taken *find_taken(const struct sim *sim, size_t key, uint64_t revision,
                                    const uint8_t *content)
{
    const struct sim_key *k = &sim->keys[key];
    for (size_t i = 0; i < k->taken_count; i++)
        if (k->taken[i].revision == revision &&
            memcmp(k->taken[i].content, content, DIGEST_SIZE) == 0)
            return &k->taken[i];
    return NULL;
}

void sim_ledger_take(struct sim *sim, size_t key, const struct head *head)
{
    struct sim_key *k = &sim->keys[key];
    struct sim_taken *taken = find_taken(sim, key, head->revision, head->content);
    if (taken == NULL) {
        k->taken = mem_grow(k->taken, k->taken_count, &k->taken_capacity, sizeof(*k->taken));
        taken = &k->taken[k->taken_count++];
        *taken = (struct sim_taken){.revision = head->revision, .received_us = head->received.us};
        memcpy(taken->content, head->content, sizeof(taken->content));
    }
    if (head->received.us < taken->received_us)
        taken->received_us = head->received.us;
}

int64_t sim_ledger_taken_us(const struct sim *sim, const struct sim_filing *filing)
{
    const struct sim_taken *taken = find_taken(sim, filing->key, filing->revision, filing->content);
    return taken != NULL ? taken->received_us : filing->received_us;
}

bool sim_ledger_is_repeated(const struct sim *sim, const struct sim_filing *filing)
{
    const struct sim_key *k = &sim->keys[filing->key];
    for (size_t i = 0; i < k->taken_count; i++)
        if (k->taken[i].revision != filing->revision &&
            memcmp(k->taken[i].content, filing->content, DIGEST_SIZE) == 0)
            return true;
    return false;
}

/* ---- who holds what ---- */

/* Whether a revision of its content can be that filing: under its number, or since a fork under a
 * higher one. The same content may have been filed before, too. */
static bool may_be(const struct sim *sim, const struct revision *revision,
                   const struct sim_filing *filing)
{
    return revision->number == filing->revision || revision->received.us >= filing->received_us ||
           sim->counts[FAULT_CLOCK_JUMP] > 0;
}

static bool store_holds(struct sim *sim, struct store *store, const struct sim_filing *filing,
                        uint8_t *ret_states)
{
    struct report_key key = sim_key_of(sim, filing->key);
    struct store_txn *txn = store_begin_read(store);
    uint64_t number = UINT64_MAX;
    struct revision revision;
    bool is_held = false;
    *ret_states = 0;
    while (store_previous_revision(txn, &key, &number, &revision) == ERR_OK &&
           number >= filing->revision) {
        uint8_t content[DIGEST_SIZE];
        if (!may_be(sim, &revision, filing) || !sim_content_of(sim, revision.filing, content) ||
            memcmp(content, filing->content, sizeof(content)) != 0)
            continue;
        is_held = true;
        *ret_states |= revision.states;
    }
    store_abort(&txn);
    return is_held;
}

bool sim_node_holds(struct sim *sim, size_t node, const struct sim_filing *filing,
                    uint8_t *ret_states)
{
    *ret_states = 0;
    return sim->nodes[node].is_running &&
           store_holds(sim, sim->nodes[node].store, filing, ret_states);
}

bool sim_is_set_aside(struct sim *sim, const struct sim_filing *filing)
{
    bool is_found = false;
    for (size_t i = 0; i < sim->node_count && !is_found; i++) {
        struct quarantined item = {0};
        uint8_t content[DIGEST_SIZE];
        if (!sim->nodes[i].is_running)
            continue;
        struct store_txn *txn = store_begin_read(sim->nodes[i].store);
        while (!is_found && store_next_quarantine(txn, &item))
            is_found = sim_content_of(sim, item.bytes, content) &&
                       memcmp(content, filing->content, sizeof(content)) == 0;
        store_abort(&txn);
    }
    return is_found;
}

/* Whether some other disk in use holds it; adds the marks it has there. */
static bool is_held_elsewhere(struct sim *sim, size_t but, const struct sim_filing *filing,
                              uint8_t *states)
{
    bool is_held = false;
    for (int unit = (int)sim_key_unit(filing->key); unit != SIM_NONE;
         unit = sim->country.units[unit].parent) {
        int node = sim->country.units[unit].node;
        uint8_t held = 0;
        if (node == SIM_NONE || (size_t)node == but ||
            !sim_node_holds(sim, (size_t)node, filing, &held))
            continue;
        is_held = true;
        *states |= held;
    }
    return is_held;
}

void sim_ledger_disturb(struct sim *sim, size_t unit, bool may_fork)
{
    for (size_t key = 0; key < sim->key_count; key++) {
        int at = (int)sim_key_unit(key);
        while (at != SIM_NONE && at != (int)unit)
            at = sim->country.units[at].parent;
        if (at == SIM_NONE)
            continue;
        sim->keys[key].is_disturbed = true;
        sim->keys[key].may_fork |= may_fork;
    }
}

void sim_ledger_disaster(struct sim *sim, size_t node, struct store *backup)
{
    sim_ledger_disturb(sim, sim_unit_of_node(sim, node), false);
    for (size_t i = 0; i < sim->filing_count; i++) {
        struct sim_filing *filing = &sim->filings[i];
        uint8_t states = 0, saved = 0;
        if (filing->revision == 0 || filing->is_excused ||
            !sim_node_covers(sim, node, sim_key_unit(filing->key)))
            continue;
        bool is_held = is_held_elsewhere(sim, node, filing, &states);
        if (backup != NULL && store_holds(sim, backup, filing, &saved)) {
            is_held = true;
            states |= saved;
        }
        if (!is_held) {
            sim_safe_check(sim, filing, (int)node);
            filing->is_excused = true;
            sim->excused_count++;
        }
        filing->marks_lost |= (uint8_t)(filing->marks & ~states);
    }
}
