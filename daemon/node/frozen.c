/* The frozen node is a node without links, peers and accumulators: what asks it needs no more than
 * its catalogue, trees and memory of own figures. */
#include "node/frozen.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "node/rollup.h"
#include "node/step.h"

enum err frozen_new(struct node *live, struct store_txn *txn, struct edition *edition,
                    struct frozen **ret_frozen)
{
    struct catalogue *catalogue = NULL;
    uint8_t hash[DIGEST_SIZE];
    enum err err = node_read_catalogue(txn, edition->catalogue, &catalogue, hash);
    if (err == ERR_OK && memcmp(hash, edition->catalogue_hash, sizeof(hash)) != 0)
        err = ERR_CORRUPT;
    if (err != ERR_OK) {
        catalogue_free(&catalogue);
        edition_fini(edition);
        return err;
    }
    struct frozen *frozen = mem_calloc(1, sizeof(*frozen));
    frozen->edition = *edition;
    *edition = (struct edition){0};
    frozen->home = live->options.unit;
    frozen->seen = mem_calloc(frozen->edition.report_count + 1, 1);
    frozen->node.options = live->options;
    frozen->node.options.unit = frozen->edition.unit;
    frozen->node.store = live->store;
    frozen->node.scratch = live->scratch;
    frozen->node.catalogue = catalogue;
    memcpy(frozen->node.catalogue_hash, hash, sizeof(hash));
    frozen->node.frozen = frozen;
    frozen->unit_count = node_tree(&frozen->node, frozen->edition.period)->node_count;
    *ret_frozen = frozen;
    return ERR_OK;
}

static void drop_belows(struct frozen *frozen)
{
    for (size_t slot = 0; slot < CATALOGUE_FORMS_MAX; slot++) {
        for (uint32_t i = 0; frozen->belows[slot] != NULL && i < frozen->unit_count; i++)
            figures_fini(&frozen->belows[slot][i]);
        free(frozen->belows[slot]);
    }
}

void frozen_free(struct frozen **frozen)
{
    struct frozen *f = *frozen;
    if (f == NULL)
        return;
    drop_belows(f);
    node_drop_catalogue(&f->node);
    buf_fini(&f->node.packed);
    edition_fini(&f->edition);
    free(f->seen);
    free(f);
    *frozen = NULL;
}

/* ---- reports ---- */

static void note_missing(struct frozen *frozen, const struct report_key *key, uint64_t revision)
{
    if (frozen->has_missing)
        return;
    frozen->has_missing = true;
    frozen->missing = *key;
    frozen->missing_revision = revision;
}

uint64_t frozen_read(struct frozen *frozen, struct store_txn *txn, const struct report_key *key,
                     struct report *ret_report, struct instant *ret_received)
{
    const struct edition *edition = &frozen->edition;
    const struct edition_report *named =
        edition_report_of(edition, key->unit, key->form, key->period.label);
    struct revision revision;
    struct wire_filing filing;
    char reason[WIRE_REASON_SIZE];
    if (named == NULL || key->kind != edition->kind || key->period.year != edition->period.year)
        return 0;
    arena_reset(frozen->node.scratch);
    if (store_get_revision(txn, key, named->revision, &revision) != ERR_OK ||
        wire_open_filing(revision.filing, frozen->node.scratch, &filing, ret_report, reason,
                         sizeof(reason)) != ERR_OK ||
        memcmp(filing.content, named->content, sizeof(named->content)) != 0) {
        note_missing(frozen, key, named->revision);
        return 0;
    }
    frozen->seen[named - edition->reports] =
        ret_report->scope == SCOPE_WHOLE ? FROZEN_WHOLE : FROZEN_OWN;
    *ret_received = revision.received;
    return named->revision;
}

size_t frozen_first(const struct frozen *frozen, uint32_t unit)
{
    const struct edition *edition = &frozen->edition;
    size_t low = 0, high = edition->report_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (edition->reports[middle].unit < unit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- what lies beneath ---- */

/* Children come before their parents when the walk is taken backwards. Also what a whole report
 * stands for is folded: a change may take that away. */
static void fold_form(struct frozen *frozen, struct store_txn *txn, size_t slot)
{
    struct node *node = &frozen->node;
    const struct tree *tree = node_tree(node, frozen->edition.period);
    const uint32_t root = tree_find(tree, frozen->edition.unit);
    uint32_t *order = mem_calloc((size_t)tree->node_count + 1, sizeof(*order));
    struct report_key key = {.kind = frozen->edition.kind,
                             .period = frozen->edition.period,
                             .form = node->catalogue->forms[slot].number};
    struct figures rollup = {0};
    size_t count = 0;
    frozen->belows[slot] = mem_calloc((size_t)frozen->unit_count + 1, sizeof(struct figures));
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i))
        order[count++] = i;
    while (count-- > 1) {
        key.unit = tree->nodes[order[count]].unit;
        (void)rollup_of(node, txn, &key, NULL, &rollup);
        figures_add(&frozen->belows[slot][tree->nodes[order[count]].parent], &rollup,
                    node->catalogue);
    }
    figures_fini(&rollup);
    free(order);
}

/* The place of the key's form; false: of another period, or of no form that there was. */
static bool find_slot(const struct frozen *frozen, const struct report_key *key, size_t *ret_slot)
{
    const struct catalogue *catalogue = frozen->node.catalogue;
    const struct form *form = catalogue_form(catalogue, key->form);
    if (form == NULL || !period_equal(key->period, frozen->edition.period) ||
        key->kind != frozen->edition.kind)
        return false;
    *ret_slot = (size_t)(form - catalogue->forms);
    return true;
}

struct figures *frozen_below(struct frozen *frozen, struct store_txn *txn,
                             const struct report_key *key)
{
    size_t slot;
    if (!find_slot(frozen, key, &slot))
        return NULL;
    if (frozen->belows[slot] == NULL)
        fold_form(frozen, txn, slot);
    uint32_t index = tree_find(node_tree(&frozen->node, key->period), key->unit);
    return index != TREE_NONE ? &frozen->belows[slot][index] : NULL;
}

/* ---- changes ---- */

/* Makes `report` (NULL: nothing) what counts under the key. */
static void replace_report(struct frozen *frozen, const struct report_key *key,
                           const struct edition_report *report)
{
    struct edition *edition = &frozen->edition;
    const struct edition_report wanted = {
        .unit = key->unit, .form = key->form, .label = key->period.label};
    size_t at = frozen_first(frozen, key->unit);
    while (at < edition->report_count && edition_report_compare(&edition->reports[at], &wanted) < 0)
        at++;
    bool is_held =
        at < edition->report_count && edition_report_compare(&edition->reports[at], &wanted) == 0;
    if (report == NULL && is_held) {
        edition->report_count--;
        memmove(&edition->reports[at], &edition->reports[at + 1],
                (edition->report_count - at) * sizeof(*edition->reports));
    } else if (report != NULL && !is_held) {
        edition->reports = mem_grow(edition->reports, edition->report_count,
                                    &edition->report_capacity, sizeof(*edition->reports));
        memmove(&edition->reports[at + 1], &edition->reports[at],
                (edition->report_count - at) * sizeof(*edition->reports));
        edition->report_count++;
    }
    if (report != NULL)
        edition->reports[at] = *report;
    /* What was read of those behind it is not known by their new places. */
    frozen->seen = mem_realloc(frozen->seen, edition->report_count + 1);
    memset(frozen->seen, FROZEN_UNSEEN, edition->report_count + 1);
}

void frozen_change(struct frozen *frozen, struct store_txn *txn, const struct report_key *key,
                   const struct edition_report *report)
{
    struct node *node = &frozen->node;
    struct report_key whole = *key; /* under the edition's period */
    struct group before = {0}, after = {0};
    whole.period = frozen->edition.period;
    (void)frozen_below(frozen, txn, &whole); /* as it was before the change */
    group_load(node, txn, &whole, false, &before);
    replace_report(frozen, key, report);
    own_cache_forget(&node->owns, &whole);
    group_load(node, txn, &whole, false, &after);
    rollup_change(node, txn, &whole, &before.triple, &after.triple);
    group_fini(&before);
    group_fini(&after);
}
