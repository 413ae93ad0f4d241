/* What a unit's reports say together, and what its roll-up is of that and of what is stored beneath
 * it. How changes get there: rollup_climb.c. */
#include "node/rollup.h"

#include <string.h>

#include "core/log.h"
#include "node/frozen.h"
#include "node/step.h"

/* ---- groups ---- */

static void note_unread(const struct node *node, struct store_txn *txn,
                        const struct report_key *key, enum err err, const char *reason)
{
    char text[256];
    log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.report = key, .error = ERR_CORRUPT),
              "the stored report %s does not read (%s %s): restore a backup",
              node_key_text(node, key, text, sizeof(text)), err_name(err), reason);
    store_fail(txn, ERR_CORRUPT);
}

bool revision_read(struct node *node, struct store_txn *txn, const struct report_key *key,
                   const struct revision *revision, struct report *ret_report)
{
    char reason[256];
    arena_reset(node->scratch);
    enum err err =
        wire_read_filing(revision->filing, node->scratch, ret_report, reason, sizeof(reason));
    if (err != ERR_OK)
        note_unread(node, txn, key, err, reason);
    return err == ERR_OK;
}

/* The order of groups: that of the store's keys. */
static int group_compare(const struct report_key *a, const struct report_key *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->period.year != b->period.year)
        return a->period.year < b->period.year ? -1 : 1;
    if (a->unit != b->unit)
        return a->unit < b->unit ? -1 : 1;
    if (a->form != b->form)
        return a->form < b->form ? -1 : 1;
    return 0;
}

bool rollup_is_applied(const struct node *node, const struct report_key *key)
{
    return !node->rebuild.is_active || group_compare(key, &node->rebuild.next) < 0;
}

struct year_filed group_filed_none(struct node *node, const struct report_key *key)
{
    const struct tree *tree = node_tree(node, key->period);
    uint32_t index = tree_find(tree, key->unit);
    return (struct year_filed){
        .has_ended = index != TREE_NONE && tree->nodes[index].has_ended,
        .unit_set = figure_unit_mark(key->unit),
    };
}

struct year_filed group_filed(struct node *node, const struct report *report,
                              struct instant received)
{
    struct year_filed filed = group_filed_none(node, &report->key);
    const struct tree *tree = node_tree(node, report->key.period);
    if (report->is_withdrawn)
        return filed;
    filed.is_filed = true;
    filed.scope = report->scope;
    filed.cells = report->cells;
    filed.cell_count = report->cell_count;
    filed.is_early = date_compare(instant_date(received), tree->window.last) <= 0;
    filed.is_baseline = report_is_baseline(report);
    return filed;
}

/* As load_label, of what an edition names. */
static void load_frozen(struct node *node, struct store_txn *txn, const struct report_key *key,
                        struct group *group)
{
    size_t i = (size_t)key->period.label - 1;
    group->revisions[i] =
        frozen_read(node->frozen, txn, key, &group->reports[i], &group->received[i]);
    if (group->revisions[i] != 0)
        group->filed[i] = group_filed(node, &group->reports[i], group->received[i]);
}

/* Decodes the revision that counts under `key`, if any, into its place in the group. */
static void load_label(struct node *node, struct store_txn *txn, const struct report_key *key,
                       struct group *group)
{
    struct revision revision;
    size_t i = (size_t)key->period.label - 1;
    if (node->frozen != NULL) {
        load_frozen(node, txn, key, group);
        return;
    }
    const struct head *head = &group->heads[i];
    group->has_head[i] = store_get_head(txn, key, &group->heads[i]) == ERR_OK;
    if (!group->has_head[i] || head->counting == 0)
        return;
    enum err err = store_get_revision(txn, key, head->counting, &revision);
    if (err != ERR_OK) {
        note_unread(node, txn, key, err, "");
        return;
    }
    if (!revision_read(node, txn, key, &revision, &group->reports[i]))
        return;
    group->revisions[i] = head->counting;
    group->received[i] = revision.received;
    group->filed[i] = group_filed(node, &group->reports[i], revision.received);
}

/* Leaves the cells of the indicators that are wanted. */
static void keep_wanted(const struct figure_filter *wanted, struct year_filed *filed,
                        struct report *report)
{
    size_t kept = 0;
    for (size_t i = 0; i < filed->cell_count; i++)
        if (figure_filter_has(wanted, report->cells[i].indicator))
            report->cells[kept++] = report->cells[i];
    filed->cell_count = report->cell_count = kept;
}

void group_load_figures(struct node *node, struct store_txn *txn, const struct report_key *key,
                        const struct figure_filter *wanted, struct group *group)
{
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct report_key k = report_key_with_label(key, label);
        group->filed[label - 1] = group_filed_none(node, &k);
        if (rollup_is_applied(node, key))
            load_label(node, txn, &k, group);
        if (wanted != NULL)
            keep_wanted(wanted, &group->filed[label - 1], &group->reports[label - 1]);
    }
    year_resolve_label(group->filed, node->catalogue, (enum period_label)key->period.label,
                       &group->triple);
}

void group_load(struct node *node, struct store_txn *txn, const struct report_key *key,
                bool even_unapplied, struct group *group)
{
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct report_key k = report_key_with_label(key, label);
        group->filed[label - 1] = group_filed_none(node, &k);
        if (even_unapplied || rollup_is_applied(node, key))
            load_label(node, txn, &k, group);
    }
    year_resolve(group->filed, node->catalogue, &group->triple);
}

void group_fini(struct group *group)
{
    for (size_t i = 0; i < PERIOD_LABEL_COUNT; i++)
        report_fini(&group->reports[i]);
    year_triple_fini(&group->triple);
    *group = (struct group){0};
}

void group_resolve_with(struct node *node, const struct group *group, enum period_label label,
                        const struct report *report, struct instant received,
                        struct year_triple *ret_triple)
{
    struct year_filed filed[PERIOD_LABEL_COUNT];
    memcpy(filed, group->filed, sizeof(filed));
    struct year_filed *slot = &filed[label - 1];
    if (report != NULL)
        *slot = group_filed(node, report, received);
    else
        *slot = (struct year_filed){.has_ended = slot->has_ended, .unit_set = slot->unit_set};
    year_resolve(filed, node->catalogue, ret_triple);
}

/* ---- roll-up of one unit ---- */

void rollup_below(struct node *node, struct store_txn *txn, const struct report_key *key,
                  const struct figure_filter *wanted, struct figures *ret_below)
{
    struct span bytes;
    figures_clear(ret_below);
    if (node->frozen != NULL) {
        const struct figures *frozen = frozen_below(node->frozen, txn, key);
        if (frozen != NULL)
            figures_copy(ret_below, frozen);
        return;
    }
    /* What is at hand may not be in the store yet. */
    const struct accumulator *accumulator = accumulators_find(&node->accumulators, key);
    if (accumulator != NULL) {
        sums_figures(&accumulator->below, wanted, ret_below);
        return;
    }
    enum err err = store_get_below(txn, key, &bytes);
    if (err == ERR_NOT_FOUND)
        return;
    if (err == ERR_OK)
        err = figures_decode_some(bytes, wanted, ret_below);
    if (err != ERR_OK)
        store_fail(txn, err);
}

/* What is resolved for one question is kept for the next, all indicators of the form. While totals
 * are being rebuilt a group is empty until the rebuild comes to it: nothing is kept then. */
bool rollup_own(struct node *node, struct store_txn *txn, const struct report_key *key,
                const struct figure_filter *wanted, struct figures *ret_figures)
{
    struct group group = {0};
    size_t label = (size_t)key->period.label - 1;
    bool is_covered;
    if (!node->rebuild.is_active &&
        own_cache_get(&node->owns, key, wanted, ret_figures, &is_covered))
        return is_covered;
    group_load_figures(node, txn, key, NULL, &group);
    is_covered = group.triple.is_covered[label];
    figures_copy(ret_figures, is_covered ? &group.triple.whole[label] : &group.triple.own[label]);
    /* Of those that reported nothing there would be too many, for every year that can be named. */
    bool is_kept = ret_figures->count > 0 && !node->rebuild.is_active;
    if (is_kept && store_error(txn) == ERR_OK)
        own_cache_put(&node->owns, key, ret_figures, is_covered);
    group_fini(&group);
    return is_covered;
}

bool rollup_of(struct node *node, struct store_txn *txn, const struct report_key *key,
               const struct figure_filter *wanted, struct figures *ret_figures)
{
    const struct tree *tree = node_tree(node, key->period);
    uint32_t index = tree_find(tree, key->unit);
    bool is_covered = rollup_own(node, txn, key, wanted, ret_figures);
    if (is_covered || index == TREE_NONE || tree->nodes[index].first_child == TREE_NONE)
        return is_covered;
    struct figures below = {0};
    rollup_below(node, txn, key, wanted, &below);
    figures_add(ret_figures, &below, node->catalogue);
    figures_fini(&below);
    return false;
}
