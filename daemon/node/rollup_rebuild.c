/* Rebuilding the accumulators from the reports, in steps that a restart goes on with. */
#include "core/log.h"
#include "node/rollup.h"
#include "node/step.h"

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
    accumulators_clear(&node->accumulators);
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
    accumulators_forget_cover(&node->accumulators, key);
    rollup_change(node, txn, key, &nothing, &group.triple);
    for (int label = PERIOD_S1; label <= PERIOD_Y; label++) {
        const struct report_key k = report_key_with_label(key, label);
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
