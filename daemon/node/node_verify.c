/* Verify: everything that is kept incrementally, computed again from the reports held, in the
 * simplest way, and compared. It must find no difference, ever. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/mem.h"
#include "node/editions.h"
#include "node/incoming.h"
#include "node/rollup.h"
#include "node/step.h"

/* One (kind, year, form, label): the roll-up of every unit of the tree, by its index. */
struct verify {
    struct node *node;
    struct store_txn *txn;
    const struct tree *tree;
    struct report_key key; /* unit changes */
    uint64_t figure_count;
    size_t difference_count;
};

static void report_difference(struct verify *verify, uint32_t unit, const char *what)
{
    char text[320];
    struct report_key key = verify->key;
    key.unit = unit;
    verify->difference_count++;
    log_event(LOG_EVENT_VERIFY_DIFFERENCE, LOG_FIELDS(.report = &key),
              "verify: %s of %s differs from the reports held", what,
              node_key_text(verify->node, &key, text, sizeof(text)));
}

/* Figure by figure, not byte by byte: what an earlier version wrote stands until it changes. */
static void compare_below(struct verify *verify, uint32_t unit, const struct figures *computed)
{
    struct report_key key = verify->key;
    struct span bytes;
    struct figures held = {0};
    key.unit = unit;
    enum err err = store_get_below(verify->txn, &key, &bytes);
    if (err == ERR_OK)
        err = figures_decode(bytes, &held);
    bool is_read = err == ERR_OK ? held.count > 0 : err == ERR_NOT_FOUND;
    if (!is_read || !figures_equal(&held, computed))
        report_difference(verify, unit, "the total");
    verify->figure_count += computed->count;
    figures_fini(&held);
}

/* Computes a unit's roll-up from its own reports and its children's roll-ups. */
static void verify_unit(struct verify *verify, uint32_t index, struct figures *ret_rollup)
{
    const struct tree_node *tree_node = &verify->tree->nodes[index];
    struct report_key key = verify->key;
    struct figures below = {0}, child = {0};
    struct group group = {0};
    for (uint32_t i = tree_node->first_child; i != TREE_NONE;
         i = verify->tree->nodes[i].next_sibling) {
        verify_unit(verify, i, &child);
        figures_add(&below, &child, verify->node->catalogue);
    }
    compare_below(verify, tree_node->unit, &below);
    key.unit = tree_node->unit;
    group_load(verify->node, verify->txn, &key, false, &group);
    year_rollup(&group.triple, (enum period_label)key.period.label, &below, verify->node->catalogue,
                ret_rollup);
    group_fini(&group);
    figures_fini(&below);
    figures_fini(&child);
}

/* ---- digests ---- */

/* Buckets of one (kind, period) by tree index, summed up along the ancestors. */
static void verify_buckets(struct verify *verify, uint64_t *ret_reports)
{
    const struct tree *tree = verify->tree;
    struct bucket *sums = mem_calloc(tree->node_count + 1, sizeof(*sums));
    struct report_key cursor = store_cursor_before(verify->key.kind, verify->key.period.year, 0, 0);
    struct head head;
    while (store_next_head(verify->txn, &cursor, &head) && cursor.kind == verify->key.kind &&
           cursor.period.year == verify->key.period.year) {
        uint8_t digest[DIGEST_SIZE];
        struct revision latest;
        if (cursor.period.label != verify->key.period.label)
            continue;
        ++*ret_reports;
        if (store_get_named_revision(verify->txn, &cursor, head.revision, &latest) != ERR_OK)
            report_difference(verify, cursor.unit, "the latest revision of a report");
        incoming_digest_held(verify->node, verify->txn, &cursor, &head, digest);
        if (memcmp(digest, head.state_digest, sizeof(digest)) != 0)
            report_difference(verify, cursor.unit, "the digest of a report");
        if (!rollup_is_applied(verify->node, &cursor))
            continue;
        for (uint32_t i = tree_find(tree, cursor.unit); i != TREE_NONE; i = tree->nodes[i].parent) {
            digest_add(sums[i].digest, digest);
            sums[i].count++;
        }
    }
    uint32_t root = tree_find(tree, verify->node->options.unit);
    for (uint32_t i = root; i != TREE_NONE; i = tree_next(tree, root, i)) {
        struct bucket stored;
        if (store_get_bucket(verify->txn, verify->key.kind, verify->key.period, tree->nodes[i].unit,
                             &stored) != ERR_OK ||
            stored.count != sums[i].count ||
            memcmp(stored.digest, sums[i].digest, sizeof(stored.digest)) != 0)
            report_difference(verify, tree->nodes[i].unit, "the digest");
    }
    free(sums);
}

static void verify_notices(struct verify *verify)
{
    struct notice_key cursor = {0};
    struct feed_entry named;
    struct span bytes;
    while (store_next_notice(verify->txn, &cursor, &bytes)) {
        uint64_t change = store_notice_change(verify->txn, &cursor);
        if (store_get_change(verify->txn, change, &named) == ERR_OK && named.is_notice &&
            notice_key_equal(&named.notice, &cursor))
            continue;
        verify->key = cursor.report;
        report_difference(verify, cursor.report.unit, "the place in the feed of a notice");
    }
}

/* Each report and each notice has its one place in the feed, and nothing else has one. */
static void verify_feed(struct verify *verify)
{
    struct report_key cursor = {0};
    struct feed_entry named;
    struct head head;
    uint64_t head_count = 0, notice_count = store_count_notices(verify->txn);
    while (store_next_head(verify->txn, &cursor, &head)) {
        head_count++;
        if (store_get_change(verify->txn, head.change, &named) == ERR_OK && !named.is_notice &&
            report_key_equal(&named.report, &cursor))
            continue;
        verify->key = cursor;
        report_difference(verify, cursor.unit, "the place in the feed");
    }
    verify_notices(verify);
    if (store_error(verify->txn) == ERR_OK &&
        store_count_changes(verify->txn) != head_count + notice_count) {
        verify->difference_count++;
        log_event(LOG_EVENT_VERIFY_DIFFERENCE, NULL,
                  "verify: the feed has %" PRIu64 " places for %" PRIu64 " reports and %" PRIu64
                  " notices",
                  store_count_changes(verify->txn), head_count, notice_count);
    }
}

/* Each edition reads, and what it is made of is held: its catalogue, and every revision that it
 * names, with the content that it had. */
static void verify_editions(struct verify *verify)
{
    struct edition_key cursor = {0};
    struct span bytes;
    while (store_next_edition(verify->txn, &cursor, &bytes)) {
        struct edition edition;
        struct report_key lacking = {0};
        uint64_t revision = 0;
        verify->key = (struct report_key){.kind = cursor.kind, .period = cursor.period};
        if (editions_load(verify->txn, &cursor, &edition) != ERR_OK) {
            report_difference(verify, cursor.unit, "an edition");
            continue;
        }
        if (!editions_has_catalogue(verify->txn, &edition))
            report_difference(verify, cursor.unit, "the catalogue of an edition");
        size_t count =
            editions_count_missing(verify->node, verify->txn, &edition, &lacking, &revision);
        if (count > 0) {
            char text[STEP_KEY_TEXT_SIZE];
            verify->difference_count += count;
            log_event(LOG_EVENT_VERIFY_DIFFERENCE, LOG_FIELDS(.report = &lacking),
                      "verify: edition %" PRIu32 " of unit id:%" PRIu32
                      " is made of revision %" PRIu64 " of %s, which is not held%s",
                      edition.number, edition.unit, revision,
                      node_key_text(verify->node, &lacking, text, sizeof(text)),
                      count > 1 ? ", nor are others" : "");
        }
        edition_fini(&edition);
    }
}

static bool year_has_reports(struct verify *verify, uint8_t kind, uint16_t year)
{
    struct report_key cursor = store_cursor_before(kind, year, 0, 0);
    struct head head;
    return store_next_head(verify->txn, &cursor, &head) && cursor.kind == kind &&
           cursor.period.year == year;
}

/* What the recomputation never visits would be figures and digests out of nowhere. */
static void verify_strays(struct verify *verify)
{
    const struct catalogue *catalogue = verify->node->catalogue;
    struct report_key cursor = {0};
    struct span bytes;
    while (store_next_below(verify->txn, &cursor, &bytes)) {
        const struct tree *tree = node_tree(verify->node, cursor.period);
        if (year_has_reports(verify, cursor.kind, cursor.period.year) &&
            node_covers(verify->node, tree, cursor.unit) &&
            catalogue_form(catalogue, cursor.form) != NULL)
            continue; /* compared above */
        verify->key = cursor;
        report_difference(verify, cursor.unit, "a total without reports");
    }
    for (size_t i = 0; i < catalogue->unit_count; i++) {
        struct bucket bucket = {0};
        while (store_next_bucket(verify->txn, catalogue->units[i].id, &bucket)) {
            if (year_has_reports(verify, bucket.kind, bucket.period.year))
                continue; /* compared above */
            verify->key = (struct report_key){.kind = bucket.kind, .period = bucket.period};
            report_difference(verify, bucket.unit, "a digest without reports");
        }
    }
}

/* Every form and label of one (kind, year). */
static void verify_year(struct verify *verify, uint8_t kind, uint16_t year, uint64_t *ret_reports)
{
    struct node *node = verify->node;
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        struct period period = {.year = year, .label = (uint8_t)label};
        verify->tree = node_tree(node, period);
        verify->key = (struct report_key){.kind = kind, .period = period};
        uint32_t root = tree_find(verify->tree, node->options.unit);
        if (root == TREE_NONE)
            continue;
        verify_buckets(verify, ret_reports);
        for (size_t f = 0; f < node->catalogue->form_count; f++) {
            struct figures total = {0};
            verify->key.form = node->catalogue->forms[f].number;
            verify_unit(verify, root, &total);
            figures_fini(&total);
        }
    }
}

size_t node_verify(struct node *node, uint64_t *ret_reports, uint64_t *ret_figures)
{
    struct verify verify = {.node = node, .txn = store_begin_read(node->store)};
    struct report_key cursor = {0};
    struct head head;
    *ret_reports = 0;
    /* One snapshot for catalogue, cursor and figures: the daemon may be at work beside us. */
    if (node_reload(node, verify.txn) != ERR_OK)
        verify.difference_count++;
    while (node->catalogue != NULL && store_next_head(verify.txn, &cursor, &head)) {
        verify_year(&verify, cursor.kind, cursor.period.year, ret_reports);
        cursor = store_cursor_before(cursor.kind, (uint16_t)(cursor.period.year + 1), 0, 0);
    }
    if (node->catalogue != NULL)
        verify_strays(&verify);
    verify_feed(&verify);
    verify_editions(&verify);
    if (store_error(verify.txn) != ERR_OK) {
        log_event(LOG_EVENT_STORE_DAMAGED, LOG_FIELDS(.error = store_error(verify.txn)),
                  "verify: the store does not read (%s)", err_name(store_error(verify.txn)));
        verify.difference_count++;
    }
    store_abort(&verify.txn);
    *ret_figures = verify.figure_count;
    return verify.difference_count;
}

enum err node_rebuild(struct node *node)
{
    bool is_unknown;
    struct store_txn *txn = store_begin_write(node->store);
    if (node->catalogue != NULL) /* without one there is nothing to add up by */
        rollup_start_rebuild(node, txn);
    enum err err = store_commit(&txn, &is_unknown);
    while (err == ERR_OK && node->rebuild.is_active) {
        txn = store_begin_write(node->store);
        rollup_rebuild_step(node, txn, node->started);
        rollup_save(node, txn); /* errors are sticky */
        err = store_commit(&txn, &is_unknown);
    }
    return err;
}
