/* Incremental roll-ups. The order in which changes arrive does not matter, and taking a change back
 * restores the bytes: tests/sim and `verify` hold every node to that. */
#include "node/rollup.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/frozen.h"
#include "node/step.h"
#include "wire/digest.h"

static struct period label_period(const struct report_key *key, enum period_label label)
{
    return (struct period){.year = key->period.year, .label = (uint8_t)label};
}

static struct report_key with_label(const struct report_key *key, enum period_label label)
{
    struct report_key k = *key;
    k.period = label_period(key, label);
    return k;
}

static struct report_key with_unit(const struct report_key *key, uint32_t unit)
{
    struct report_key k = *key;
    k.unit = unit;
    return k;
}

/* ---- groups ---- */

bool revision_read(struct node *node, struct store_txn *txn, const struct revision *revision,
                   struct report *ret_report)
{
    char reason[256];
    arena_reset(node->scratch);
    enum err err =
        wire_read_filing(revision->filing, node->scratch, ret_report, reason, sizeof(reason));
    if (err != ERR_OK)
        store_fail(txn, ERR_CORRUPT);
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
    struct head head;
    struct revision revision;
    size_t i = (size_t)key->period.label - 1;
    if (node->frozen != NULL) {
        load_frozen(node, txn, key, group);
        return;
    }
    if (store_get_head(txn, key, &head) != ERR_OK || head.counting == 0)
        return;
    enum err err = store_get_revision(txn, key, head.counting, &revision);
    char reason[256] = "";
    arena_reset(node->scratch);
    if (err == ERR_OK)
        err = wire_read_filing(revision.filing, node->scratch, &group->reports[i], reason,
                               sizeof(reason));
    if (err != ERR_OK) {
        char text[256];
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.report = key, .error = ERR_CORRUPT),
                  "the stored report %s does not read (%s %s): restore a backup",
                  node_key_text(node, key, text, sizeof(text)), err_name(err), reason);
        store_fail(txn, ERR_CORRUPT);
        return;
    }
    group->revisions[i] = head.counting;
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
        struct report_key k = with_label(key, (enum period_label)label);
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
        struct report_key k = with_label(key, (enum period_label)label);
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
    if (node->frozen != NULL) {
        frozen_get_below(node->frozen, txn, key, ret_below);
        return;
    }
    figures_clear(ret_below);
    enum err err = store_get_below(txn, key, &bytes);
    if (err == ERR_NOT_FOUND)
        return;
    if (err == ERR_OK)
        err = figures_decode_some(bytes, wanted, ret_below);
    if (err != ERR_OK)
        store_fail(txn, err);
}

static void save_below(struct node *node, struct store_txn *txn, const struct report_key *key,
                       const struct figures *below, struct buf *scratch)
{
    if (node->frozen != NULL) {
        frozen_put_below(node->frozen, txn, key, below);
        return;
    }
    buf_clear(scratch);
    if (below->count > 0)
        figures_encode(below, scratch);
    (void)store_put_below(txn, key, span_of(scratch)); /* the error is sticky */
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

/* ---- climbing ---- */

/* A change on its way up: the roll-up of `unit` was `old` and is `new`. */
struct climb {
    struct report_key key; /* of the unit whose roll-up changed; label set */
    struct figures old_rollup, new_rollup;
    struct buf scratch;
};

/* An extreme went away: what is left is found by asking the children again. */
static void rescan_children(struct node *node, struct store_txn *txn, const struct climb *climb,
                            uint32_t parent, const struct rescan *rescan, struct figures *below)
{
    if (rescan->count == 0)
        return;
    struct figure *totals = mem_calloc(rescan->count, sizeof(*totals));
    const struct tree *tree = node_tree(node, climb->key.period);
    struct figures child = {0};
    for (uint32_t i = tree->nodes[tree_find(tree, parent)].first_child; i != TREE_NONE;
         i = tree->nodes[i].next_sibling) {
        struct report_key key = with_unit(&climb->key, tree->nodes[i].unit);
        bool is_changed = key.unit == climb->key.unit;
        if (!is_changed)
            rollup_of(node, txn, &key, NULL, &child);
        for (size_t r = 0; r < rescan->count; r++) {
            const struct figure *figure =
                figures_find(is_changed ? &climb->new_rollup : &child, rescan->indicators[r]);
            const struct indicator *indicator =
                catalogue_indicator(node->catalogue, rescan->indicators[r]);
            if (figure != NULL && indicator != NULL)
                figure_combine(&totals[r], figure, indicator->aggregation);
        }
    }
    for (size_t r = 0; r < rescan->count; r++)
        figures_set(below, rescan->indicators[r], &totals[r]);
    figures_fini(&child);
    free(totals);
}

/* One level up: below(parent) changes, and with it, unless it is covered, rollup(parent). Leaves
 * the parent's change in `climb`. */
static void climb_to(struct node *node, struct store_txn *txn, struct climb *climb, uint32_t parent)
{
    enum period_label label = (enum period_label)climb->key.period.label;
    struct report_key parent_key = with_unit(&climb->key, parent);
    struct group group = {0};
    struct figures below = {0}, parent_old = {0}, parent_new = {0};
    struct rescan rescan = {0};

    group_load(node, txn, &parent_key, false, &group);
    rollup_below(node, txn, &parent_key, NULL, &below);
    year_rollup(&group.triple, label, &below, node->catalogue, &parent_old);
    figures_replace_part(&below, &climb->old_rollup, &climb->new_rollup, node->catalogue, &rescan);
    rescan_children(node, txn, climb, parent, &rescan, &below);
    save_below(node, txn, &parent_key, &below, &climb->scratch);
    year_rollup(&group.triple, label, &below, node->catalogue, &parent_new);

    figures_fini(&climb->old_rollup);
    figures_fini(&climb->new_rollup);
    climb->old_rollup = parent_old;
    climb->new_rollup = parent_new;
    climb->key = parent_key;
    free(rescan.indicators);
    figures_fini(&below);
    group_fini(&group);
}

static void change_label(struct node *node, struct store_txn *txn, const struct report_key *key,
                         const struct year_triple *before, const struct year_triple *after)
{
    enum period_label label = (enum period_label)key->period.label;
    struct climb climb = {.key = *key};
    struct figures below = {0};
    rollup_below(node, txn, key, NULL, &below);
    year_rollup(before, label, &below, node->catalogue, &climb.old_rollup);
    year_rollup(after, label, &below, node->catalogue, &climb.new_rollup);
    while (climb.key.unit != node->options.unit &&
           !figures_equal(&climb.old_rollup, &climb.new_rollup) && store_error(txn) == ERR_OK) {
        uint32_t parent = tree_parent(node_tree(node, key->period), climb.key.unit);
        assert(parent != 0); /* the unit lies beneath this node's */
        climb_to(node, txn, &climb, parent);
    }
    figures_fini(&below);
    figures_fini(&climb.old_rollup);
    figures_fini(&climb.new_rollup);
    buf_fini(&climb.scratch);
}

void rollup_change(struct node *node, struct store_txn *txn, const struct report_key *key,
                   const struct year_triple *before, const struct year_triple *after)
{
    if (!rollup_is_applied(node, key))
        return;
    for (int l = PERIOD_S1; l <= PERIOD_Y; l++) {
        enum period_label label = (enum period_label)l;
        if (before->is_covered[l - 1] == after->is_covered[l - 1] &&
            figures_equal(&before->own[l - 1], &after->own[l - 1]) &&
            figures_equal(&before->whole[l - 1], &after->whole[l - 1]))
            continue;
        if (node->frozen != NULL && label != node->frozen->edition.period.label)
            continue; /* it has no other totals */
        struct report_key k = with_label(key, label);
        if (node_covers(node, node_tree(node, k.period), k.unit))
            change_label(node, txn, &k, before, after);
    }
}

void rollup_change_digest(struct node *node, struct store_txn *txn, const struct report_key *key,
                          const uint8_t *before, const uint8_t *after)
{
    const struct tree *tree = node_tree(node, key->period);
    if (!rollup_is_applied(node, key) || !node_covers(node, tree, key->unit))
        return;
    for (uint32_t unit = key->unit;; unit = tree_parent(tree, unit)) {
        struct bucket bucket;
        if (store_get_bucket(txn, key->kind, key->period, unit, &bucket) != ERR_OK)
            return; /* sticky */
        if (before != NULL)
            digest_subtract(bucket.digest, before);
        else
            bucket.count++;
        digest_add(bucket.digest, after);
        if (store_put_bucket(txn, &bucket) != ERR_OK || unit == node->options.unit)
            return;
    }
}

/* ---- rebuilding ---- */

static void save_rebuild(struct store_txn *txn, const struct node_rebuild *rebuild)
{
    if (!rebuild->is_active) {
        (void)store_delete_meta(txn, "rebuild"); /* errors are sticky */
        return;
    }
    struct buf value = {0};
    buf_put_u8(&value, rebuild->next.kind);
    buf_put_u16(&value, rebuild->next.period.year);
    buf_put_u32(&value, rebuild->next.unit);
    buf_put_u32(&value, rebuild->next.form);
    (void)store_put_meta(txn, "rebuild", span_of(&value));
    buf_fini(&value);
}

void rollup_load_rebuild(struct node *node, struct store_txn *txn)
{
    struct span value;
    node->rebuild = (struct node_rebuild){0};
    if (store_get_meta(txn, "rebuild", &value) != ERR_OK)
        return;
    struct reader r = reader_of(value);
    node->rebuild.is_active = true;
    node->rebuild.next.kind = reader_u8(&r);
    node->rebuild.next.period.year = reader_u16(&r);
    node->rebuild.next.unit = reader_u32(&r);
    node->rebuild.next.form = reader_u32(&r);
    if (r.failed || reader_left(&r) != 0)
        store_fail(txn, ERR_CORRUPT);
}

void rollup_start_rebuild(struct node *node, struct store_txn *txn)
{
    (void)store_drop_accumulators(txn); /* the error is sticky */
    node->rebuild = (struct node_rebuild){.is_active = true};
    save_rebuild(txn, &node->rebuild);
}

/* Puts one group and the digests of its reports into the accumulators. */
static void rebuild_group(struct node *node, struct store_txn *txn, const struct report_key *key)
{
    struct group group = {0};
    struct year_triple nothing = {0};
    struct year_filed none[PERIOD_LABEL_COUNT] = {0};
    group_load(node, txn, key, true, &group);
    year_resolve(none, node->catalogue, &nothing);
    /* From here on the group counts as applied. */
    struct report_key *next = &node->rebuild.next;
    *next = *key;
    next->period.label = 0;
    if (++next->form == 0 && ++next->unit == 0) /* numbers go up to UINT32_MAX */
        next->period.year++;
    rollup_change(node, txn, key, &nothing, &group.triple);
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        struct report_key k = with_label(key, (enum period_label)label);
        struct head head;
        if (store_get_head(txn, &k, &head) == ERR_OK)
            rollup_change_digest(node, txn, &k, NULL, head.state_digest);
    }
    year_triple_fini(&nothing);
    group_fini(&group);
}

/* Every year that has reports: its statement is due again under the new catalogue. */
static void mark_statements(struct node *node, struct store_txn *txn, struct instant now)
{
    if (!node->options.has_parent)
        return;
    struct report_key cursor = {0};
    struct head head;
    while (store_next_head(txn, &cursor, &head)) {
        struct report_key key = {.kind = cursor.kind, .period = {.year = cursor.period.year}};
        (void)store_mark_outbox(txn, OUTBOX_STATEMENT, &key, now); /* errors are sticky */
        cursor = store_cursor_before(cursor.kind, (uint16_t)(cursor.period.year + 1), 0, 0);
    }
}

void rollup_rebuild_step(struct node *node, struct store_txn *txn, struct instant now)
{
    if (!node->rebuild.is_active || node->catalogue == NULL)
        return;
    struct report_key next = node->rebuild.next;
    for (int i = 0; i < NODE_REBUILD_GROUPS && store_error(txn) == ERR_OK; i++) {
        struct head head;
        struct report_key cursor =
            store_cursor_before(next.kind, next.period.year, next.unit, next.form);
        if (!store_next_head(txn, &cursor, &head)) {
            node->rebuild = (struct node_rebuild){0};
            save_rebuild(txn, &node->rebuild);
            mark_statements(node, txn, now);
            log_event(LOG_EVENT_TOTALS_REBUILT, LOG_FIELDS(.catalogue = node->catalogue->number),
                      "totals are rebuilt under catalogue %u", node->catalogue->number);
            return;
        }
        rebuild_group(node, txn, &cursor);
        next = node->rebuild.next;
    }
    save_rebuild(txn, &node->rebuild);
}
